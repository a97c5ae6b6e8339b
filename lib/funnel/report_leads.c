#include "base/sort.h"
#include "funnel/report.h"

/* ---- in order of ids ---------------------------------------------------------------- */

/* A row a result, and with lists of segments one for each of its own. */
typedef struct row_list {
    uint32_t *results;
    uint32_t *leads;
    size_t count;
    bool as_they_are; /* row i is result i */
} row_list;

static void put_rows(const lk_results *r, uint32_t result, size_t *at, const row_list *rows)
{
    uint32_t count;
    lk_result_segments(r, &r->items[result], &count);
    for (uint32_t i = 0; i < count; i++, ++*at) {
        rows->results[*at] = result;
        rows->leads[*at] = r->items[result].lead;
    }
}

static void look_over(const lk_results *r, row_list *rows)
{
    rows->as_they_are = !r->lists;
    for (size_t i = 0; i < rows->count && rows->as_they_are; i++) rows->as_they_are = rows->results[i] == i;
}

/* Asks the host by leads and by results: of either there may be many and few of the other. */
static leadkpi_status put_leads(const lk_results *r, const uint32_t *by_id, const uint32_t *result_of,
                                const row_list *rows, leadkpi_error *error)
{
    size_t row = 0;
    uint32_t lead_count = lk_lead_ids_count(&r->store->ids);
    for (uint32_t i = 0; i < lead_count; i++) {
        LK_TRY(lk_interrupted_at(&r->memory, i, error));
        for (uint32_t at = result_of[by_id[i]]; at < r->count && r->items[at].lead == by_id[i]; at++) {
            LK_TRY(lk_interrupted_at(&r->memory, at, error));
            put_rows(r, at, &row, rows);
        }
    }
    return LEADKPI_OK;
}

static leadkpi_status order_results(lk_results *r, row_list *rows, leadkpi_error *error)
{
    uint32_t *by_id, *result_of = NULL, lead_count = lk_lead_ids_count(&r->store->ids);
    LK_TRY(lk_allocate(&r->memory, lead_count, sizeof *by_id, &by_id, error));
    leadkpi_status status = lk_lead_ids_sort(&r->store->ids, &r->memory, by_id, error);
    if (status == LEADKPI_OK)
        status = lk_allocate(&r->memory, lead_count, sizeof *result_of, &result_of, error);
    if (status == LEADKPI_OK) {
        for (uint32_t i = 0; i < lead_count; i++) result_of[i] = LK_MAP_NONE;
        for (uint32_t i = r->count; i-- > 0;) result_of[r->items[i].lead] = i;
        status = put_leads(r, by_id, result_of, rows, error);
    }
    if (status == LEADKPI_OK) look_over(r, rows);
    lk_release(&r->memory, result_of, lead_count, sizeof *result_of);
    lk_release(&r->memory, by_id, lead_count, sizeof *by_id);
    return status;
}

/* ---- columns ------------------------------------------------------------------------ */

static leadkpi_status append_segment(const lk_results *r, uint32_t segment, lk_text_builder *builder,
                                     leadkpi_error *error)
{
    return segment ? lk_text_builder_append(builder, lk_map_text_key(&r->store->segments, segment - 1), error)
                   : lk_text_builder_append_null(builder, error);
}

static leadkpi_status add_segments(const lk_results *r, const row_list *rows, leadkpi_table *table,
                                   leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (size_t i = 0; i < rows->count && status == LEADKPI_OK;) {
        uint32_t count;
        const uint32_t *segments = lk_result_segments(r, &r->items[rows->results[i]], &count);
        for (uint32_t k = 0; k < count && status == LEADKPI_OK; k++, i++) {
            status = append_segment(r, segments[k], &builder, error);
            if (status == LEADKPI_OK) status = lk_interrupted_at(&r->memory, i, error);
        }
    }
    if (status == LEADKPI_OK)
        status = lk_text_builder_finish(&builder, LK_LITERAL("segment"), "", error);
    lk_text_builder_release(&builder);
    return status;
}

/* Nulls are set for so many rows at once. */
#define BLOCK 64

static size_t rows_of_block(const row_list *rows, size_t first)
{
    return rows->count - first < BLOCK ? rows->count - first : BLOCK;
}

/* So many steps are written at once: what is known of a result is then read once for them, and of what was gathered
 * no more is held twice. */
#define STEPS_TOGETHER 4

typedef struct step_columns {
    int32_t step, count; /* from 0 */
    int32_t column;      /* of the first */
    int64_t *values[STEPS_TOGETHER];
} step_columns;

/* Rows that follow each other and are of one result. In `nulls` those of the block that did not do a step. */
static void copy_run(const lk_results *r, const step_columns *c, uint32_t result, size_t row, size_t count,
                     uint64_t rows, uint64_t *nulls)
{
    for (int32_t i = 0; i < c->count; i++) {
        if (!lk_result_did(&r->items[result], c->step + i)) {
            nulls[i] |= rows;
            continue;
        }
        int64_t time = lk_results_time(r, result, c->step + i), *values = c->values[i] + row;
        for (size_t k = 0; k < count; k++) values[k] = time;
    }
}

static void copy_block(const lk_results *r, const row_list *rows, const step_columns *c, size_t first,
                       leadkpi_table *table)
{
    const uint32_t *results = rows->results + first;
    size_t count = rows_of_block(rows, first);
    uint64_t nulls[STEPS_TOGETHER] = {0};
    for (size_t row = 0, end; row < count; row = end) {
        for (end = row + 1; end < count && results[end] == results[row]; end++) continue;
        uint64_t of_run = UINT64_MAX >> (BLOCK - (end - row)) << row;
        copy_run(r, c, results[row], first + row, end - row, of_run, nulls);
    }
    for (int32_t i = 0; i < c->count; i++)
        if (nulls[i]) lk_table_set_nulls(table, c->column + i, first, nulls[i]);
}

/* Cost a row of each step: 8 bytes written in order; of each result its 48 bytes and a time of each step read. */
static leadkpi_status copy_times(const lk_results *r, const row_list *rows, const step_columns *c, leadkpi_table *table,
                                 leadkpi_error *error)
{
    for (size_t first = 0; first < rows->count; first += BLOCK) {
        LK_TRY(lk_interrupted_at(&r->memory, first, error));
        copy_block(r, rows, c, first, table);
    }
    return LEADKPI_OK;
}

/* The rows of a block that did not do a step. */
static uint64_t rows_without(const lk_result *results, size_t count, int32_t step)
{
    uint64_t rows = 0;
    for (size_t i = 0; i < count; i++) rows |= (uint64_t)!lk_result_did(&results[i], step) << i;
    return rows;
}

/* Of results in their own order the columns are what was gathered. All steps of a block of results are looked at
 * while the nearest cache holds it. */
static leadkpi_status set_steps_null(const lk_results *r, const row_list *rows, int32_t first_column,
                                     leadkpi_table *table, leadkpi_error *error)
{
    uint64_t asked = lk_funnel_all_steps(&r->funnel->rule);
    for (size_t first = 0; first < rows->count; first += BLOCK) {
        size_t count = rows_of_block(rows, first);
        uint64_t left_out = 0;
        LK_TRY(lk_interrupted_at(&r->memory, first, error));
        for (size_t i = 0; i < count; i++) left_out |= asked & ~r->items[first + i].done;
        for (; left_out; left_out &= left_out - 1) {
            int32_t step = (int32_t)lk_lowest_bit(left_out);
            uint64_t nulls = rows_without(r->items + first, count, step);
            lk_table_set_nulls(table, first_column + step, first, nulls);
        }
    }
    return LEADKPI_OK;
}

/* "step_1" to "step_64". */
static lk_text step_column_name(int32_t step, char name[8])
{
    int number = step + 1;
    size_t length = 5;
    memcpy(name, "step_", length);
    if (number >= 10) name[length++] = (char)('0' + number / 10);
    name[length++] = (char)('0' + number % 10);
    return (lk_text){name, length};
}

/* Nothing is held twice for longer than a few steps take: what was gathered goes with them. */
static leadkpi_status add_step_times(lk_results *r, const row_list *rows, int32_t step, leadkpi_table *table,
                                     leadkpi_error *error)
{
    char name[8];
    int32_t left = r->funnel->rule.step_count - step;
    step_columns c = {.step = step, .count = left < STEPS_TOGETHER ? left : STEPS_TOGETHER,
                      .column = leadkpi_table_column_count(table)};
    for (int32_t i = 0; i < c.count; i++)
        LK_TRY(lk_table_add_unset(table, step_column_name(step + i, name), LEADKPI_TYPE_TIMESTAMP, rows->count, true,
                                  &c.values[i], error));
    LK_TRY(copy_times(r, rows, &c, table, error));
    for (int32_t i = 0; i < c.count; i++) lk_result_times_release(&r->times, &r->memory, step + i);
    return LEADKPI_OK;
}

static leadkpi_status take_step_times(lk_results *r, const row_list *rows, leadkpi_table *table, leadkpi_error *error)
{
    char name[8];
    int32_t first_column = leadkpi_table_column_count(table);
    for (int32_t step = 0; step < r->funnel->rule.step_count; step++)
        LK_TRY(lk_table_take_timestamp(table, step_column_name(step, name), r->count, &r->memory,
                                       &r->times.columns[step], &r->times.capacities[step], error));
    return set_steps_null(r, rows, first_column, table, error);
}

static leadkpi_status add_columns(lk_results *r, const row_list *rows, leadkpi_table *table,
                                  leadkpi_error *error)
{
    int64_t *attempt = NULL, *step, *start;
    size_t count = rows->count;
    LK_TRY(lk_lead_ids_add_column(&r->store->ids, table, rows->leads, rows->count, error));
    LK_TRY(lk_interrupted(&r->memory, error)); /* to clear the memory of one column may take its time */
    LK_TRY(add_segments(r, rows, table, error));
    if (lk_funnel_counts_attempts(&r->funnel->rule))
        LK_TRY(lk_table_add_unset(table, LK_LITERAL("attempt"), LEADKPI_TYPE_INT64, count, false, &attempt, error));
    LK_TRY(lk_table_add_unset(table, LK_LITERAL("step"), LEADKPI_TYPE_INT64, count, false, &step, error));
    LK_TRY(lk_table_add_unset(table, LK_LITERAL("start"), LEADKPI_TYPE_TIMESTAMP, count, false, &start, error));
    for (size_t i = 0; i < rows->count; i++) {
        const lk_result *result = &r->items[rows->results[i]];
        LK_TRY(lk_interrupted_at(&r->memory, i, error));
        if (attempt) attempt[i] = result->attempt;
        step[i] = result->level;
        start[i] = result->start;
    }
    if (!r->times.steps) return LEADKPI_OK;
    if (rows->as_they_are && rows->count > 0) return take_step_times(r, rows, table, error);
    for (int32_t s = 0; s < r->funnel->rule.step_count; s += STEPS_TOGETHER)
        LK_TRY(add_step_times(r, rows, s, table, error));
    return LEADKPI_OK;
}

static leadkpi_status fill(lk_results *results, const leadkpi_options *options, leadkpi_table *table,
                           leadkpi_error *error)
{
    (void)options; /* what they say is in the results */
    row_list rows = {.count = (size_t)results->place_count};
    LK_FAIL_IF(results->place_count >= UINT32_MAX, error, LEADKPI_OVERFLOW,
               "rows: expected fewer than 2^32 attempts by segment, found more");
    LK_TRY(lk_allocate(&results->memory, rows.count, sizeof *rows.results, &rows.results, error));
    leadkpi_status status = lk_allocate(&results->memory, rows.count, sizeof *rows.leads, &rows.leads, error);
    if (status == LEADKPI_OK) {
        status = order_results(results, &rows, error);
        if (status == LEADKPI_OK) status = add_columns(results, &rows, table, error);
        lk_release(&results->memory, rows.leads, rows.count, sizeof *rows.leads);
    }
    lk_release(&results->memory, rows.results, rows.count, sizeof *rows.results);
    return status;
}

leadkpi_status leadkpi_funnel_leads(const leadkpi_funnel *funnel, const leadkpi_options *options,
                                    leadkpi_table **out, leadkpi_error *error)
{
    bool has_times = funnel && lk_funnel_has_times(funnel);
    return lk_funnel_report(funnel, options, has_times ? lk_funnel_all_steps(&funnel->rule) : 0, fill, out, error);
}
