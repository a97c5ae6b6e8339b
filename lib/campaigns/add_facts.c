#include <leadkpi/kpi.h>

#include "base/format.h"
#include "campaigns/add.h"
#include "campaigns/vocabulary.h"

#define FACT_COLUMNS_MAX 64
#define COST_NAME_SIZE 64

/* Costs and ready-made measures: numbers by (time, dimensions, measure). */
typedef struct fact_batch {
    const lk_column *time;
    const lk_column *amount; /* costs; NULL: none */
    const lk_column *cost_type;
    const lk_column *scope;
    const lk_column *measures[FACT_COLUMNS_MAX];
    uint32_t names[FACT_COLUMNS_MAX];
    size_t measure_count;
    lk_row_dimensions dimensions;
    uint32_t *tuples;
    uint32_t *amount_names; /* a row */
    uint32_t *facts;        /* a row, for one column at a time; all columns, one after the other */
    leadkpi_campaigns *campaigns;
} fact_batch;

/* ---- columns ---------------------------------------------------------------- */

static bool property_is(lk_text measure, const char *property, const char *value)
{
    const char *found = leadkpi_kpi_measure_property(measure.data, measure.length, property,
                                                 LEADKPI_NUL_TERMINATED);
    return found && strcmp(found, value) == 0;
}

static bool adds_up(lk_text measure)
{
    return !property_is(measure, "additivity", "none") && !property_is(measure, "additivity", "sketch");
}

/* A measure that adds up, in a number column; its values are checked here. */
static leadkpi_status take_measure(void *context, const lk_column *column, leadkpi_error *error)
{
    fact_batch *batch = context;
    lk_text name = column->name;
    if (!leadkpi_kpi_measure_property(name.data, name.length, "id", LEADKPI_NUL_TERMINATED))
        return lk_fail_at(error, LEADKPI_UNKNOWN_NAME, -1, column->index,
                          "column \"%.*s\": expected a measure of the catalogue or a text dimension, "
                          "found %s of an unknown name",
                          LK_TEXT_ARGS(name), leadkpi_type_name(column->type));
    if (!adds_up(name))
        return lk_fail_at(error, LEADKPI_NOT_ADDITIVE, -1, column->index,
                          "column \"%.*s\": expected a measure that adds up, found one that does "
                          "not; give it to the report as an input",
                          LK_TEXT_ARGS(name));
    if (!(LK_ALLOW(column->type) & LK_ALLOW_NUMBER))
        return lk_fail_at(error, LEADKPI_WRONG_TYPE, -1, column->index,
                          "column \"%.*s\": expected int64, double or decimal, found %s",
                          LK_TEXT_ARGS(name), leadkpi_type_name(column->type));
    LK_FAIL_IF(batch->measure_count == FACT_COLUMNS_MAX, error, LEADKPI_BAD_ARGUMENT,
               "columns: expected at most %d measures, found more", FACT_COLUMNS_MAX);
    LK_TRY(lk_rows_check_numbers(column, property_is(name, "type", "money"), error));
    batch->measures[batch->measure_count] = column;
    return lk_map_text_find_or_add(&batch->campaigns->store->fact_names, &batch->campaigns->memory,
                                   &name, 1, &batch->names[batch->measure_count++], error);
}

static leadkpi_status find_columns(leadkpi_campaigns *campaigns, const leadkpi_table *rows,
                                   bool costs, fact_batch *batch, leadkpi_error *error)
{
    static const char *const cost_roles[] = {"time", "amount", "cost_type", "scope", "currency", NULL};
    static const char *const measure_roles[] = {"time", "currency", NULL};
    const lk_column *currency;
    LK_TRY(lk_table_require(rows, LK_LITERAL("time"), LK_ALLOW_TIMESTAMP, &batch->time, error));
    LK_TRY(lk_rows_check_times(batch->time, error));
    LK_TRY(lk_table_allow(rows, LK_LITERAL("currency"), LK_ALLOW_TEXT, &currency, error));
    LK_TRY(lk_rows_take_currency(campaigns, currency, error));
    if (costs) {
        LK_TRY(lk_table_allow(rows, LK_LITERAL("amount"), LK_ALLOW_NUMBER, &batch->amount, error));
        LK_TRY(lk_table_allow(rows, LK_LITERAL("cost_type"), LK_ALLOW_TEXT, &batch->cost_type, error));
        LK_TRY(lk_table_allow(rows, LK_LITERAL("scope"), LK_ALLOW_TEXT, &batch->scope, error));
        if (batch->amount) LK_TRY(lk_rows_check_numbers(batch->amount, true, error));
    }
    return lk_add_find_dimensions(campaigns, rows, costs ? cost_roles : measure_roles, take_measure,
                                  batch, &batch->dimensions, error);
}

/* ---- what an amount is called ------------------------------------------------ */

/* The meaning of each word of a column, by row; `fallback` where it is null or
 * blank. Each distinct word is looked up once. */
static leadkpi_status read_words(leadkpi_campaigns *campaigns, const lk_column *column,
                                 int (*meaning_of)(lk_text), const char *expected, uint32_t *words,
                                 lk_map_text *map, leadkpi_error *error)
{
    LK_TRY(lk_rows_intern_texts(campaigns, map, column, words, error));
    for (size_t row = 0; row < column->row_count; row++) {
        if (words[row] == LK_MAP_NONE) continue;
        lk_text word = lk_map_text_key(map, words[row]);
        if (word.length > 0 && meaning_of(word) < 0)
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                              "row %zu, column \"%.*s\": expected %s, found \"%.*s\"", row,
                              LK_TEXT_ARGS(column->name), expected, LK_TEXT_ARGS(word));
    }
    return LEADKPI_OK;
}

static int meaning_of_row(const lk_map_text *map, const uint32_t *words, size_t row,
                          int (*meaning_of)(lk_text), int fallback)
{
    if (!words || words[row] == LK_MAP_NONE) return fallback;
    lk_text word = lk_map_text_key(map, words[row]);
    return word.length == 0 ? fallback : meaning_of(word);
}

/* Words of both columns, and the maps that number them. */
typedef struct cost_words {
    lk_map_text type_map, scope_map;
    uint32_t *types, *scopes;
} cost_words;

static leadkpi_status read_cost_words(leadkpi_campaigns *campaigns, const fact_batch *batch,
                                      cost_words *words, leadkpi_error *error)
{
    size_t row_count = batch->time->row_count;
    lk_memory *memory = &campaigns->memory;
    if (batch->cost_type) {
        LK_TRY(lk_allocate(memory, row_count, sizeof *words->types, &words->types, error));
        LK_TRY(read_words(campaigns, batch->cost_type, lk_cost_type_of_word, lk_cost_type_words,
                          words->types, &words->type_map, error));
    }
    if (batch->scope) {
        LK_TRY(lk_allocate(memory, row_count, sizeof *words->scopes, &words->scopes, error));
        LK_TRY(read_words(campaigns, batch->scope, lk_scope_of_word, lk_scope_words, words->scopes,
                          &words->scope_map, error));
    }
    return LEADKPI_OK;
}

static size_t print_cost_name(char name[COST_NAME_SIZE], int cost_type, int scope)
{
    return lk_format(name, COST_NAME_SIZE, LK_COST_PREFIX "%s/%s", lk_cost_type_name(cost_type),
                     lk_scope_name(scope));
}

static bool is_cost_name(lk_text name)
{
    for (int i = 0; i < LK_COST_TYPE_COUNT * LK_SCOPE_COUNT; i++) {
        char known[COST_NAME_SIZE];
        size_t length = print_cost_name(known, i / LK_SCOPE_COUNT, i % LK_SCOPE_COUNT);
        if (lk_text_equal(name, (lk_text){known, length})) return true;
    }
    return false;
}

bool lk_fact_name_is_known(lk_text name, bool *negative_allowed)
{
    *negative_allowed = true;
    if (is_cost_name(name)) return true;
    *negative_allowed = property_is(name, "type", "money");
    const char *id = leadkpi_kpi_measure_property(name.data, name.length, "id", LEADKPI_NUL_TERMINATED);
    return id && lk_text_equal(name, lk_text_of(id, LEADKPI_NUL_TERMINATED)) && adds_up(name);
}

static leadkpi_status intern_cost_name(leadkpi_campaigns *campaigns, int cost_type, int scope,
                                       uint32_t *index, leadkpi_error *error)
{
    char name[COST_NAME_SIZE];
    lk_text text = {name, print_cost_name(name, cost_type, scope)};
    return lk_map_text_find_or_add(&campaigns->store->fact_names, &campaigns->memory, &text, 1,
                                   index, error);
}

static leadkpi_status name_amounts(leadkpi_campaigns *campaigns, fact_batch *batch,
                                   const cost_words *words, leadkpi_error *error)
{
    uint32_t known[LK_COST_TYPE_COUNT][LK_SCOPE_COUNT];
    memset(known, 0xFF, sizeof known);
    for (size_t row = 0; row < batch->time->row_count; row++) {
        int type = meaning_of_row(&words->type_map, words->types, row, lk_cost_type_of_word, LK_COST_MEDIA);
        int scope = meaning_of_row(&words->scope_map, words->scopes, row, lk_scope_of_word,
                                   lk_scope_of_cost_type(type));
        if (known[type][scope] == LK_MAP_NONE)
            LK_TRY(intern_cost_name(campaigns, type, scope, &known[type][scope], error));
        batch->amount_names[row] = known[type][scope];
    }
    return LEADKPI_OK;
}

static leadkpi_status intern_amounts(leadkpi_campaigns *campaigns, fact_batch *batch,
                                     leadkpi_error *error)
{
    cost_words words;
    size_t row_count = batch->time->row_count;
    memset(&words, 0, sizeof words);
    LK_TRY(lk_allocate(&campaigns->memory, row_count, sizeof *batch->amount_names,
                       &batch->amount_names, error));
    leadkpi_status status = read_cost_words(campaigns, batch, &words, error);
    if (status == LEADKPI_OK) status = name_amounts(campaigns, batch, &words, error);
    lk_map_text_free(&words.type_map, &campaigns->memory);
    lk_map_text_free(&words.scope_map, &campaigns->memory);
    lk_release(&campaigns->memory, words.types, row_count, sizeof *words.types);
    lk_release(&campaigns->memory, words.scopes, row_count, sizeof *words.scopes);
    return status;
}

/* ---- the batch ---------------------------------------------------------------- */

static const lk_column *fact_column(const fact_batch *batch, size_t place)
{
    return place < batch->measure_count ? batch->measures[place] : batch->amount;
}

static size_t fact_column_count(const fact_batch *batch)
{
    return batch->measure_count + (batch->amount ? 1 : 0);
}

/* The facts of one column; NULL where there is no row. */
static uint32_t *facts_of(const fact_batch *batch, size_t place)
{
    return batch->facts ? batch->facts + place * batch->time->row_count : NULL;
}

/* The fact of every valid cell of one column. */
static leadkpi_status intern_facts(leadkpi_campaigns *campaigns, const fact_batch *batch,
                                   size_t place, uint32_t *facts, leadkpi_error *error)
{
    const lk_column *column = fact_column(batch, place);
    lk_key128 keys[LK_ROW_BLOCK];
    uint32_t found[LK_ROW_BLOCK];
    for (size_t start = 0, count; start < column->row_count; start += count) {
        size_t left = column->row_count - start, valid = 0;
        count = left < LK_ROW_BLOCK ? left : LK_ROW_BLOCK;
        for (size_t row = start; row < start + count; row++) {
            if (!lk_column_is_valid(column, row)) continue;
            uint32_t name = place < batch->measure_count ? batch->names[place] : batch->amount_names[row];
            keys[valid++] = lk_fact_key(lk_column_int64(batch->time, row), batch->tuples[row], name);
        }
        LK_TRY(lk_map128_find_or_add(&campaigns->store->fact_keys, &campaigns->memory, keys, valid,
                                     found, error));
        valid = 0;
        for (size_t row = start; row < start + count; row++)
            facts[row] = lk_column_is_valid(column, row) ? found[valid++] : LK_MAP_NONE;
    }
    return LEADKPI_OK;
}

static void commit(leadkpi_campaigns *campaigns, const fact_batch *batch)
{
    size_t row_count = batch->time->row_count;
    for (size_t place = 0; place < fact_column_count(batch); place++) {
        const lk_column *column = fact_column(batch, place);
        const uint32_t *facts = facts_of(batch, place);
        for (size_t row = 0; row < row_count; row++) {
            if (facts[row] == LK_MAP_NONE) continue;
            lk_fact *fact = &campaigns->store->facts[facts[row]];
            lk_value_add_to(lk_row_value(column, row), &fact->sum);
            fact->rows++;
        }
    }
}

static leadkpi_status intern(leadkpi_campaigns *campaigns, fact_batch *batch, leadkpi_error *error)
{
    lk_memory *memory = &campaigns->memory;
    size_t row_count = batch->time->row_count, cells;
    uint32_t before = campaigns->store->fact_keys.count;
    LK_FAIL_IF(!lk_size_multiply(row_count, fact_column_count(batch), &cells), error,
               LEADKPI_OVERFLOW, "rows: more than the address space holds");
    LK_TRY(lk_allocate(memory, row_count, sizeof *batch->tuples, &batch->tuples, error));
    LK_TRY(lk_rows_intern_tuples(campaigns, &batch->dimensions, row_count, batch->tuples, error));
    if (batch->amount) LK_TRY(intern_amounts(campaigns, batch, error));
    LK_TRY(lk_allocate(memory, cells, sizeof *batch->facts, &batch->facts, error));
    for (size_t place = 0; place < fact_column_count(batch); place++) {
        LK_TRY(lk_interrupted(memory, error));
        LK_TRY(intern_facts(campaigns, batch, place, facts_of(batch, place), error));
    }
    return lk_store_grow_facts(campaigns, before, error);
}

static leadkpi_status add_facts(leadkpi_campaigns *campaigns, const leadkpi_table *rows, bool costs,
                                leadkpi_error *error)
{
    fact_batch batch;
    lk_memory *memory = &campaigns->memory;
    memset(&batch, 0, sizeof batch);
    batch.campaigns = campaigns;
    uint64_t rows_before = costs ? campaigns->store->cost_rows : campaigns->store->measure_rows;
    LK_FAIL_IF(leadkpi_table_row_count(rows) > LK_FACT_ROWS_MAX - rows_before, error,
               LEADKPI_OVERFLOW, "rows: expected at most 2^62 rows in a handle, found %llu more",
               (unsigned long long)leadkpi_table_row_count(rows));
    LK_TRY(find_columns(campaigns, rows, costs, &batch, error));
    leadkpi_status status = intern(campaigns, &batch, error);
    if (status == LEADKPI_OK) commit(campaigns, &batch);
    size_t row_count = batch.time->row_count;
    lk_release(memory, batch.tuples, row_count, sizeof *batch.tuples);
    lk_release(memory, batch.amount_names, row_count, sizeof *batch.amount_names);
    lk_release(memory, batch.facts, row_count * fact_column_count(&batch), sizeof *batch.facts);
    return status;
}

static leadkpi_status add_costs(leadkpi_campaigns *campaigns, const leadkpi_table *rows,
                                leadkpi_error *error)
{
    LK_TRY(add_facts(campaigns, rows, true, error));
    campaigns->store->cost_rows += leadkpi_table_row_count(rows);
    return LEADKPI_OK;
}

static leadkpi_status add_measures(leadkpi_campaigns *campaigns, const leadkpi_table *rows,
                                   leadkpi_error *error)
{
    LK_TRY(add_facts(campaigns, rows, false, error));
    campaigns->store->measure_rows += leadkpi_table_row_count(rows);
    return LEADKPI_OK;
}

leadkpi_status leadkpi_campaigns_add_costs(leadkpi_campaigns *campaigns, const leadkpi_table *costs,
                                           const char *batch_id, size_t batch_id_length,
                                           leadkpi_error *error)
{
    return lk_campaigns_add(campaigns, costs, "costs", lk_text_of(batch_id, batch_id_length),
                            batch_id != NULL, add_costs, error);
}

leadkpi_status leadkpi_campaigns_add_measures(leadkpi_campaigns *campaigns,
                                              const leadkpi_table *measures, const char *batch_id,
                                              size_t batch_id_length, leadkpi_error *error)
{
    return lk_campaigns_add(campaigns, measures, "measures", lk_text_of(batch_id, batch_id_length),
                            batch_id != NULL, add_measures, error);
}
