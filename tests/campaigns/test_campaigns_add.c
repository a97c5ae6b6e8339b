#include <math.h>

#include "../support/check_main.h"
#include "campaigns/add.h"
#include "world.h"

/* ---- one table by columns ----------------------------------------------------------- */

static leadkpi_table *new_table(void)
{
    leadkpi_table *table;
    OK(leadkpi_table_create(NULL, &table, ok_error));
    return table;
}

static void put_ints(leadkpi_table *table, const char *name, const int64_t *values, size_t count,
                     const uint8_t *validity)
{
    OK(leadkpi_table_borrow_int64(table, name, NUL, values, count, 0, validity, ok_error));
}

static void put_times(leadkpi_table *table, const int64_t *values, size_t count, const uint8_t *validity)
{
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, values, count, 0, validity, ok_error));
}

static void put_doubles(leadkpi_table *table, const char *name, const double *values, size_t count)
{
    OK(leadkpi_table_borrow_double(table, name, NUL, values, count, 0, NULL, ok_error));
}

static void put_texts(leadkpi_table *table, const char *name, const char *const *texts, size_t count)
{
    OK(leadkpi_table_copy_strings(table, name, NUL, texts, count, ok_error));
}

static const int64_t ids[] = {1, 2, 3}, times[] = {1000, 2000, 3000};
static const char *const words[] = {"a", "b", NULL};
static const uint8_t second_is_null = 0x05;

/* The handle holds a row of each kind, so that "as it was" says something. */
static leadkpi_campaigns *some_campaigns(void)
{
    static world w;
    leadkpi_campaigns *campaigns = campaigns_with(NULL);
    draw_world(&w, 2, 4, 0);
    add_world(campaigns, &w, 0);
    return campaigns;
}

/* The table is refused with this, and nothing has changed. Takes the table. */
static void refused(int kind, leadkpi_table *table, leadkpi_status expected, int64_t row,
                    const char *column, const char *message)
{
    leadkpi_error why;
    leadkpi_campaigns *campaigns = some_campaigns(), *empty = campaigns_with(NULL);
    blob before = state_of(campaigns), nothing = state_of(empty);
    leadkpi_status status = add_calls[kind](campaigns, table, "batch", NUL, &why);
    is_refused(status, expected, &why, message, "add");
    ck_assert_int_eq(why.row, row);
    const char *found = why.column >= 0 ? leadkpi_table_column_name(table, why.column) : NULL;
    ck_assert_msg(column ? found && strcmp(found, column) == 0 : !found, "%s: column %s", why.message,
                  found ? found : "none");
    same_state(campaigns, before, why.message);
    ck_assert_int_eq(add_calls[kind](empty, table, NULL, 0, NULL), expected);
    same_state(empty, nothing, why.message);
    free(before.bytes), free(nothing.bytes);
    leadkpi_campaigns_free(campaigns), leadkpi_campaigns_free(empty);
    leadkpi_table_free(table);
}

/* id and time and a name, as far as the kind has them, three good rows. */
static leadkpi_table *good_columns(int kind)
{
    leadkpi_table *table = new_table();
    if (kind < COSTS) put_ints(table, "id", ids, 3, NULL);
    put_times(table, times, 3, NULL);
    if (kind == STAGES) put_texts(table, "stage", (const char *const[]){"mql", "sql", "won"}, 3);
    if (kind == RESPONSES) put_texts(table, "kind", (const char *const[]){"human", "call", "auto"}, 3);
    return table;
}

/* ---- refusals ------------------------------------------------------------------------ */

START_TEST(a_missing_column_is_named)
{
    for (int kind = LEADS; kind <= RESPONSES; kind++) {
        leadkpi_table *table = new_table();
        put_times(table, times, 3, NULL);
        refused(kind, table, LEADKPI_UNKNOWN_NAME, -1, NULL, "\"id\"");
        table = new_table();
        put_ints(table, "id", ids, 3, NULL);
        if (kind == STAGES) put_texts(table, "stage", words, 2 + 1);
        if (kind == RESPONSES) put_texts(table, "kind", words, 2 + 1);
        refused(kind, table, LEADKPI_UNKNOWN_NAME, -1, NULL, "\"time\"");
    }
    for (int kind = COSTS; kind <= MEASURES; kind++) {
        leadkpi_table *table = new_table();
        put_ints(table, "clicks", ids, 3, NULL);
        refused(kind, table, LEADKPI_UNKNOWN_NAME, -1, NULL, "\"time\"");
    }
    leadkpi_table *table = new_table();
    put_ints(table, "id", ids, 3, NULL);
    put_times(table, times, 3, NULL);
    refused(STAGES, table, LEADKPI_UNKNOWN_NAME, -1, NULL, "\"stage\"");
}
END_TEST

START_TEST(a_column_of_the_wrong_type_is_refused)
{
    static const double numbers[] = {1, 2, 3};
    leadkpi_table *table = new_table();
    put_doubles(table, "id", numbers, 3);
    put_times(table, times, 3, NULL);
    refused(LEADS, table, LEADKPI_WRONG_TYPE, -1, "id", "found double");
    table = new_table();
    put_ints(table, "id", ids, 3, NULL);
    put_ints(table, "time", times, 3, NULL);
    refused(LEADS, table, LEADKPI_WRONG_TYPE, -1, "time", "found int64");
    table = good_columns(LEADS);
    put_doubles(table, "score", numbers, 3);
    refused(LEADS, table, LEADKPI_WRONG_TYPE, -1, "score", "found double");
    table = good_columns(STAGES);
    put_texts(table, "value", words, 3);
    refused(STAGES, table, LEADKPI_WRONG_TYPE, -1, "value", "found text");
    table = good_columns(COSTS);
    put_texts(table, "amount", words, 3);
    refused(COSTS, table, LEADKPI_WRONG_TYPE, -1, "amount", "found text");
    table = good_columns(LEADS);
    put_ints(table, "email", ids, 3, NULL);
    refused(LEADS, table, LEADKPI_WRONG_TYPE, -1, "email", "found int64");
}
END_TEST

START_TEST(a_column_that_is_no_measure_is_refused)
{
    leadkpi_table *table = good_columns(COSTS);
    put_ints(table, "clikcs", ids, 3, NULL);
    refused(COSTS, table, LEADKPI_UNKNOWN_NAME, -1, "clikcs", "measure");
    table = good_columns(MEASURES);
    put_ints(table, "Clicks", ids, 3, NULL); /* names are exact */
    refused(MEASURES, table, LEADKPI_UNKNOWN_NAME, -1, "Clicks", "measure");
    table = good_columns(MEASURES);
    put_ints(table, "mann_whitney_u", ids, 3, NULL);
    refused(MEASURES, table, LEADKPI_NOT_ADDITIVE, -1, "mann_whitney_u", "that adds up");
    table = good_columns(MEASURES);
    OK(leadkpi_table_borrow_timestamp(table, "clicks", NUL, times, 3, 0, NULL, ok_error));
    refused(MEASURES, table, LEADKPI_WRONG_TYPE, -1, "clicks", "int64, double or decimal, found timestamp");
    table = good_columns(STAGES);
    put_texts(table, "channel", words, 3);
    refused(STAGES, table, LEADKPI_UNKNOWN_NAME, -1, "channel", "only id, time, stage");
    table = good_columns(RESPONSES);
    put_ints(table, "value", ids, 3, NULL);
    refused(RESPONSES, table, LEADKPI_UNKNOWN_NAME, -1, "value", "only id, time, kind");
}
END_TEST

START_TEST(a_null_where_a_value_must_be_is_refused_with_its_row)
{
    for (int kind = LEADS; kind <= RESPONSES; kind++) {
        const char *name = kind == STAGES ? "stage" : "kind";
        leadkpi_table *table = new_table();
        put_ints(table, "id", ids, 3, &second_is_null);
        put_times(table, times, 3, NULL);
        if (kind != LEADS) put_texts(table, name, (const char *const[]){"x", "y", "z"}, 3);
        refused(kind, table, LEADKPI_BAD_DATA, 1, "id", "found null");
        table = new_table();
        put_ints(table, "id", ids, 3, NULL);
        put_times(table, times, 3, &second_is_null);
        if (kind != LEADS) put_texts(table, name, (const char *const[]){"x", "y", "z"}, 3);
        refused(kind, table, LEADKPI_BAD_DATA, 1, "time", "found null");
        if (kind == LEADS) continue;
        table = new_table();
        put_ints(table, "id", ids, 3, NULL);
        put_times(table, times, 3, NULL);
        put_texts(table, name, words, 3);
        refused(kind, table, LEADKPI_BAD_DATA, 2, name, "found null");
    }
}
END_TEST

START_TEST(a_time_outside_the_years_1_to_9999_is_refused)
{
    const int64_t bad[] = {INT64_MIN, INT64_MAX, LK_TIME_MIN - 1, LK_TIME_END};
    const int64_t good[] = {LK_TIME_MIN, LK_TIME_END - 1, 0};
    for (size_t i = 0; i < 4; i++) {
        const int64_t given[] = {0, bad[i], 0};
        leadkpi_table *table = new_table();
        put_ints(table, "id", ids, 3, NULL);
        put_times(table, given, 3, NULL);
        refused(LEADS, table, LEADKPI_BAD_DATA, 1, "time", "years 1 to 9999");
    }
    leadkpi_table *table = new_table();
    leadkpi_campaigns *campaigns = campaigns_with(NULL);
    put_ints(table, "id", ids, 3, NULL);
    put_times(table, good, 3, NULL);
    OK(leadkpi_campaigns_add_leads(campaigns, table, NULL, 0, ok_error));
    leadkpi_table_free(table);
    leadkpi_campaigns_free(campaigns);
}
END_TEST

START_TEST(a_number_that_cannot_be_is_refused_with_its_row)
{
    const double bad[] = {NAN, INFINITY, -INFINITY, 0x1p63, -0x1p63, 1e300};
    for (size_t i = 0; i < 6; i++) {
        const double given[] = {1, 2, bad[i]};
        leadkpi_table *table = good_columns(COSTS);
        put_doubles(table, "amount", given, 3);
        refused(COSTS, table, LEADKPI_BAD_DATA, 2, "amount", "below 2^63");
        table = good_columns(STAGES);
        put_doubles(table, "value", given, 3);
        refused(STAGES, table, LEADKPI_BAD_DATA, 2, "value", "below 2^63");
        table = good_columns(MEASURES);
        put_doubles(table, "clicks", given, 3);
        refused(MEASURES, table, LEADKPI_BAD_DATA, 2, "clicks", "below 2^63");
    }
}
END_TEST

START_TEST(a_negative_count_is_refused_and_a_negative_amount_is_a_credit)
{
    static const int64_t given[] = {5, -1, 0};
    leadkpi_table *table = good_columns(COSTS);
    put_ints(table, "impressions", given, 3, NULL);
    refused(COSTS, table, LEADKPI_BAD_DATA, 1, "impressions", "number from 0");
    leadkpi_campaigns *campaigns = campaigns_with(NULL);
    table = good_columns(COSTS);
    put_ints(table, "amount", given, 3, NULL);
    OK(leadkpi_campaigns_add_costs(campaigns, table, NULL, 0, ok_error));
    ck_assert_uint_eq(campaigns->store->fact_keys.count, 3);
    ck_assert(lk_exact_sum_is_negative(&campaigns->store->facts[1].sum));
    leadkpi_table_free(table);
    leadkpi_campaigns_free(campaigns);
}
END_TEST

START_TEST(an_unknown_cost_type_or_scope_is_refused_with_what_there_is)
{
    leadkpi_table *table = good_columns(COSTS);
    put_ints(table, "amount", ids, 3, NULL);
    put_texts(table, "cost_type", (const char *const[]){"media", NULL, "beer"}, 3);
    refused(COSTS, table, LEADKPI_BAD_DATA, 2, "cost_type", "commissions or other, found \"beer\"");
    table = good_columns(COSTS);
    put_ints(table, "amount", ids, 3, NULL);
    put_texts(table, "scope", (const char *const[]){"sales", "world", ""}, 3);
    refused(COSTS, table, LEADKPI_BAD_DATA, 1, "scope", "campaign, marketing or sales, found \"world\"");
}
END_TEST

START_TEST(a_second_currency_is_refused_with_its_row)
{
    leadkpi_table *table = good_columns(COSTS);
    put_texts(table, "currency", (const char *const[]){"EUR", NULL, "USD"}, 3);
    refused(COSTS, table, LEADKPI_MISMATCH, 2, "currency", "expected currency \"EUR\" as before, found \"USD\"");
    table = good_columns(STAGES);
    put_texts(table, "currency", (const char *const[]){NULL, "a currency of 17", "a currency of 17!"}, 3);
    refused(STAGES, table, LEADKPI_BAD_DATA, 2, "currency", "at most 16 bytes");
}
END_TEST

START_TEST(ids_of_another_type_are_refused)
{
    leadkpi_error why;
    leadkpi_campaigns *campaigns = some_campaigns();
    blob before = state_of(campaigns);
    leadkpi_table *table = new_table();
    put_texts(table, "id", (const char *const[]){"1", "2", "3"}, 3);
    put_times(table, times, 3, NULL);
    put_texts(table, "new", words, 3);
    ck_assert_int_eq(leadkpi_campaigns_add_leads(campaigns, table, NULL, 0, &why), LEADKPI_WRONG_TYPE);
    ck_assert_int_eq(why.column, 0);
    ck_assert(strstr(why.message, "expected int64 ids as before, found text"));
    same_state(campaigns, before, "text ids");
    free(before.bytes);
    leadkpi_table_free(table);
    leadkpi_campaigns_free(campaigns);
}
END_TEST

START_TEST(null_arguments_are_refused)
{
    leadkpi_error why;
    leadkpi_campaigns *campaigns = campaigns_with(NULL), *twin = campaigns;
    leadkpi_table *table = good_columns(LEADS);
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        ck_assert_int_eq(add_calls[kind](NULL, table, NULL, 0, &why), LEADKPI_NULL_ARGUMENT);
        ck_assert(strstr(why.message, "campaigns"));
        ck_assert_int_eq(add_calls[kind](campaigns, NULL, NULL, 0, &why), LEADKPI_NULL_ARGUMENT);
        ck_assert(strstr(why.message, "table"));
        ck_assert_int_eq(add_calls[kind](NULL, NULL, NULL, 0, NULL), LEADKPI_NULL_ARGUMENT);
    }
    ck_assert_int_eq(leadkpi_campaigns_create(NULL, NULL, NULL, &why), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_campaigns_create_like(NULL, &twin, &why), LEADKPI_NULL_ARGUMENT);
    ck_assert_ptr_null(twin);
    leadkpi_campaigns_free(campaigns);
    leadkpi_campaigns_free(NULL);
    leadkpi_table_free(table);
}
END_TEST

START_TEST(more_dimensions_than_a_row_can_have_are_refused)
{
    char name[32];
    leadkpi_table *table = good_columns(LEADS);
    leadkpi_campaigns *campaigns = campaigns_with(NULL);
    for (int i = 0; i < 64; i++) {
        snprintf(name, sizeof name, "dimension %d", i);
        put_texts(table, name, words, 3);
    }
    OK(leadkpi_campaigns_add_leads(campaigns, table, NULL, 0, ok_error));
    blob b = state_of(campaigns);
    leadkpi_campaigns *again = campaigns_of(b);
    same_state(again, b, "64 dimensions");
    put_texts(table, "one more", words, 3);
    refused(LEADS, table, LEADKPI_BAD_ARGUMENT, -1, NULL, "at most 64 dimensions");
    free(b.bytes);
    leadkpi_campaigns_free(campaigns), leadkpi_campaigns_free(again);
}
END_TEST

/* ---- batches --------------------------------------------------------------------------- */

START_TEST(a_batch_comes_once_and_is_said_when_it_comes_again)
{
    leadkpi_error why;
    leadkpi_campaigns *campaigns = campaigns_with(NULL);
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        leadkpi_table *table = good_columns(kind);
        if (kind == COSTS) put_ints(table, "amount", ids, 3, NULL);
        if (kind == MEASURES) put_ints(table, "clicks", ids, 3, NULL);
        OK(add_calls[kind](campaigns, table, "2025-04 and more", 7, ok_error));
        blob before = state_of(campaigns);
        ck_assert_int_eq(add_calls[kind](campaigns, table, "2025-04", NUL, &why), LEADKPI_OK);
        ck_assert_int_eq(why.code, LEADKPI_OK);
        ck_assert_msg(strstr(why.message, "2025-04") != NULL, "\"%s\"", why.message);
        same_state(campaigns, before, "again");
        OK(add_calls[kind](campaigns, table, "2025-05", NUL, ok_error));
        blob after = state_of(campaigns);
        ck_assert(after.size > before.size);
        OK(add_calls[kind](campaigns, table, "", 0, ok_error)); /* an id like any other */
        free(before.bytes), free(after.bytes);
        leadkpi_table_free(table);
    }
    leadkpi_campaigns_free(campaigns);
}
END_TEST

START_TEST(no_rows_leave_no_trace_but_the_names_of_dimensions)
{
    leadkpi_campaigns *campaigns = campaigns_with(NULL);
    blob empty = state_of(campaigns);
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        leadkpi_table *table = new_table();
        if (kind < COSTS) put_texts(table, "id", NULL, 0);
        put_times(table, NULL, 0, NULL);
        if (kind == STAGES) put_texts(table, "stage", NULL, 0);
        if (kind == RESPONSES) put_texts(table, "kind", NULL, 0);
        if (kind == COSTS) put_ints(table, "amount", NULL, 0, NULL);
        if (kind == MEASURES) put_ints(table, "clicks", NULL, 0, NULL);
        OK(add_calls[kind](campaigns, table, NULL, 0, ok_error));
        same_state(campaigns, empty, "no rows");
        leadkpi_table_free(table);
    }
    leadkpi_table *table = good_columns(LEADS); /* int64 ids: no text id was there */
    OK(leadkpi_campaigns_add_leads(campaigns, table, NULL, 0, ok_error));
    free(empty.bytes);
    leadkpi_table_free(table);
    leadkpi_campaigns_free(campaigns);
}
END_TEST

/* ---- the same rows in other columns ---------------------------------------------------------- */

START_TEST(text_is_the_same_plain_with_32_bit_offsets_and_from_a_dictionary)
{
    static const int32_t short_offsets[] = {0, 1, 3, 3};
    static const int64_t long_offsets[] = {0, 1, 3, 3}, entries[] = {0, 0, 2, 3, 4, 6};
    blob expected = {NULL, 0};
    for (int way = 0; way < 3; way++) {
        leadkpi_campaigns *campaigns = campaigns_with(NULL);
        leadkpi_table *table = new_table();
        put_ints(table, "id", ids, 3, NULL);
        put_times(table, times, 3, NULL);
        if (way == 0)
            OK(leadkpi_table_borrow_text(table, "channel", NUL, long_offsets, "abb", 3, NULL, ok_error));
        if (way == 1)
            OK(leadkpi_table_borrow_text32(table, "channel", NUL, short_offsets, "abb", 3, NULL, ok_error));
        static const int32_t sparse[] = {2, 99, 1, 99, 0, 99};
        /* entries: "", "bb", "a", "x", "bb" */
        if (way == 2)
            OK(leadkpi_table_borrow_dictionary(table, "channel", NUL, sparse, 3, 8, NULL, entries, "bbaxbb", 5,
                                               ok_error));
        OK(leadkpi_campaigns_add_leads(campaigns, table, NULL, 0, ok_error));
        if (way == 0)
            expected = state_of(campaigns);
        else
            same_state(campaigns, expected, way == 1 ? "32-bit offsets" : "dictionary");
        leadkpi_table_free(table);
        leadkpi_campaigns_free(campaigns);
    }
    free(expected.bytes);
}
END_TEST

START_TEST(ids_and_times_may_lie_apart_and_backwards)
{
    typedef struct record {
        int64_t id, time;
    } record;
    static const record records[] = {{3, 3000}, {2, 2000}, {1, 1000}};
    leadkpi_campaigns *near = campaigns_with(NULL), *apart = campaigns_with(NULL);
    leadkpi_table *table = good_columns(LEADS);
    OK(leadkpi_campaigns_add_leads(near, table, NULL, 0, ok_error));
    leadkpi_table_free(table);
    table = new_table();
    ptrdiff_t back = -(ptrdiff_t)sizeof(record);
    OK(leadkpi_table_borrow_int64(table, "id", NUL, &records[2].id, 3, back, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, &records[2].time, 3, back, NULL, ok_error));
    OK(leadkpi_campaigns_add_leads(apart, table, NULL, 0, ok_error));
    blob expected = state_of(near);
    same_state(apart, expected, "apart and backwards");
    free(expected.bytes);
    leadkpi_table_free(table);
    leadkpi_campaigns_free(near), leadkpi_campaigns_free(apart);
}
END_TEST

START_TEST(an_amount_is_the_same_sum_as_int64_double_and_decimal)
{
    static const int64_t whole[] = {12, 0, -7}, cents[] = {1200, 0, -700};
    static const double doubles[] = {12, -0.0, -7};
    blob expected = {NULL, 0};
    for (int way = 0; way < 3; way++) {
        leadkpi_campaigns *campaigns = campaigns_with(NULL);
        leadkpi_table *costs = good_columns(COSTS), *rows = good_columns(STAGES);
        leadkpi_table *both[] = {costs, rows};
        for (int i = 0; i < 2; i++) {
            const char *name = i ? "value" : "amount";
            if (way == 0) put_ints(both[i], name, whole, 3, NULL);
            if (way == 1) put_doubles(both[i], name, doubles, 3);
            if (way == 2) OK(leadkpi_table_borrow_decimal(both[i], name, NUL, cents, 2, 3, 0, NULL, ok_error));
        }
        OK(leadkpi_campaigns_add_costs(campaigns, costs, NULL, 0, ok_error));
        OK(leadkpi_campaigns_add_stages(campaigns, rows, NULL, 0, ok_error));
        if (way == 0)
            expected = state_of(campaigns);
        else
            same_state(campaigns, expected, way == 1 ? "double" : "decimal");
        leadkpi_table_free(costs), leadkpi_table_free(rows);
        leadkpi_campaigns_free(campaigns);
    }
    free(expected.bytes);
}
END_TEST

START_TEST(a_null_amount_is_not_given_and_a_zero_one_is)
{
    static const int64_t amounts[] = {0, 5, 0};
    leadkpi_campaigns *campaigns = campaigns_with(NULL);
    leadkpi_table *table = good_columns(COSTS);
    put_ints(table, "amount", amounts, 3, &second_is_null);
    OK(leadkpi_campaigns_add_costs(campaigns, table, NULL, 0, ok_error));
    ck_assert_uint_eq(campaigns->store->fact_keys.count, 2);
    ck_assert_uint_eq(campaigns->store->cost_rows, 3);
    ck_assert(lk_exact_sum_is_zero(&campaigns->store->facts[0].sum));
    leadkpi_table_free(table);
    leadkpi_campaigns_free(campaigns);
}
END_TEST

/* ---- persons ---------------------------------------------------------------------------- */

static uint32_t lead_of(const leadkpi_campaigns *campaigns, int64_t id)
{
    const lk_map64 *map = &campaigns->store->ids.integers;
    uint32_t lead = 0;
    while (lead < map->count && map->keys[lead] != id) lead++;
    ck_assert_uint_lt(lead, map->count);
    return lead;
}

static const char *kept_text(const leadkpi_campaigns *campaigns, int64_t id, const char *dimension, size_t *length)
{
    const lk_store *store = campaigns->store;
    uint32_t lead = lead_of(campaigns, id);
    uint32_t d = lk_map_text_find(&store->dimensions, (lk_text){dimension, strlen(dimension)});
    uint32_t text = lk_tuple_value(store, store->leads[lead].tuple, d);
    if (text == LK_MAP_NONE) return NULL;
    lk_text key = lk_map_text_key(&store->texts, text);
    *length = key.length;
    return key.data;
}

/* The least row of each id by (time, channel, region), found by looking at all of them. */
START_TEST(the_first_row_of_a_lead_is_kept_and_ties_go_by_content)
{
    world w;
    size_t length;
    draw_world(&w, 100 + (uint64_t)_i, 200, 0);
    leadkpi_campaigns *campaigns = campaigns_with(NULL);
    OK(add_range(campaigns, &w, LEADS, 0, 200, _i % 2, NULL, ok_error));
    for (int64_t id = -20; id < 40; id++) {
        const world_row *least = NULL;
        uint32_t rows = 0;
        for (size_t i = 0; i < 200; i++) {
            const world_row *row = &w.rows[LEADS][i];
            if (row->id != id) continue;
            rows++;
            int order = !least ? -1 : row->time < least->time ? -1 : row->time > least->time;
            static const int by_name[] = {1, 0, 2}; /* campaign, channel, region */
            for (int d = 0; d < 3 && order == 0 && least; d++) {
                const char *a = row->texts[by_name[d]], *b = least->texts[by_name[d]];
                order = !a || !b ? (a != NULL) - (b != NULL) : strcmp(a, b);
            }
            if (order < 0) least = row;
        }
        if (!least) continue;
        const lk_lead *kept = &campaigns->store->leads[lead_of(campaigns, id)];
        ck_assert_uint_eq(kept->rows, rows);
        ck_assert_int_eq(kept->time, least->time);
        static const char *const names[] = {"channel", "campaign", "region"};
        for (int d = 0; d < 3; d++) {
            const char *text = kept_text(campaigns, id, names[d], &length);
            ck_assert((text != NULL) == (least->texts[d] != NULL));
            if (text) ck_assert(length == strlen(least->texts[d]) && memcmp(text, least->texts[d], length) == 0);
        }
    }
    leadkpi_campaigns_free(campaigns);
}
END_TEST

START_TEST(emails_are_one_key_without_blanks_and_capitals)
{
    static const char *const emails[] = {" Ada@X.io\t", "ada@x.IO", "", " \n", NULL, "\xC3\x84@x.io"};
    static const int64_t six[] = {1, 2, 3, 4, 5, 6};
    leadkpi_campaigns *campaigns = campaigns_with("person_key=email");
    leadkpi_table *table = new_table();
    put_ints(table, "id", six, 6, NULL);
    put_times(table, six, 6, NULL);
    put_texts(table, "email", emails, 6);
    OK(leadkpi_campaigns_add_leads(campaigns, table, NULL, 0, ok_error));
    const lk_store *store = campaigns->store;
    ck_assert_uint_eq(store->email_texts.count, 2);
    ck_assert(lk_text_equal(lk_map_text_key(&store->email_texts, 0), LK_LITERAL("ada@x.io")));
    ck_assert(lk_text_equal(lk_map_text_key(&store->email_texts, 1), LK_LITERAL("\xC3\x84@x.io")));
    static const uint32_t expected[] = {1, 1, 0, 0, 0, 2};
    for (int i = 0; i < 6; i++) ck_assert_uint_eq(store->emails[i], expected[i]);
    ck_assert_uint_eq(store->dimensions.count, 0); /* never a dimension */
    leadkpi_table_free(table);
    leadkpi_campaigns_free(campaigns);
}
END_TEST

START_TEST(hashed_ids_are_the_hash_of_the_bytes)
{
    leadkpi_campaigns *campaigns = campaigns_with("ids=hashed");
    leadkpi_table *table = good_columns(LEADS);
    OK(leadkpi_campaigns_add_leads(campaigns, table, NULL, 0, ok_error));
    lk_key128 expected = lk_hash128("\2\0\0\0\0\0\0\0", 8);
    ck_assert_uint_eq(lk_map128_find(&campaigns->store->ids.hashes, expected), 1);
    leadkpi_table_free(table);
    leadkpi_campaigns_free(campaigns);
}
END_TEST

/* ---- what a handle says of itself ------------------------------------------------------------ */

START_TEST(a_summary_counts_what_is_held)
{
    leadkpi_campaigns *campaigns = campaigns_with("person_key=email; ids=hashed");
    leadkpi_table *summary, *table = good_columns(LEADS);
    put_texts(table, "region, sales", words, 3);
    put_texts(table, "channel", words, 3);
    OK(leadkpi_campaigns_summary(campaigns, &summary, ok_error));
    ck_assert_int_eq(leadkpi_table_is_null(summary, 6, 0), 1);
    ck_assert_int_eq(leadkpi_table_is_null(summary, 10, 0), 1);
    leadkpi_table_free(summary);
    OK(leadkpi_campaigns_add_leads(campaigns, table, NULL, 0, ok_error));
    OK(leadkpi_campaigns_add_leads(campaigns, table, NULL, 0, ok_error));
    OK(leadkpi_campaigns_summary(campaigns, &summary, ok_error));
    static const struct {
        const char *name;
        int64_t expected;
    } numbers[] = {{"leads", 3}, {"lead_records", 6}, {"stage_rows", 0}, {"response_rows", 0},
                   {"cost_rows", 0}, {"measure_rows", 0}, {"first_time", 1000}, {"last_time", 3000}};
    static const char *const texts[][2] = {{"id_type", "hashed int64"}, {"person_key", "email"},
                                           {"dimensions", "channel,\"region, sales\""}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        int32_t column;
        int64_t value;
        OK(leadkpi_table_find_column(summary, numbers[i].name, NUL, &column, ok_error));
        OK(leadkpi_table_get_int64(summary, column, 0, &value, ok_error));
        ck_assert_msg(value == numbers[i].expected, "%s: %d", numbers[i].name, (int)value);
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int32_t column;
        const char *text;
        size_t length;
        OK(leadkpi_table_find_column(summary, texts[i][0], NUL, &column, ok_error));
        OK(leadkpi_table_get_text(summary, column, 0, &text, &length, ok_error));
        ck_assert_msg(length == strlen(texts[i][1]) && memcmp(text, texts[i][1], length) == 0, "%.*s",
                      (int)length, text);
    }
    leadkpi_table_free(summary);
    leadkpi_table_free(table);
    leadkpi_campaigns_free(campaigns);
}
END_TEST

START_TEST(a_definition_is_said_as_one_sentence)
{
    char buffer[400];
    size_t needed;
    leadkpi_error why;
    leadkpi_campaigns *campaigns =
        campaigns_with("person_key=email; ids=hashed; stage_names=Demo Done=mql,Signed=won,demo-done=sql");
    OK(leadkpi_campaigns_describe(campaigns, buffer, sizeof buffer, &needed, ok_error));
    ck_assert_uint_eq(needed, strlen(buffer) + 1);
    ck_assert_str_eq(buffer,
                     "Leads with the same e-mail address (blanks at its edges left out, A to Z taken as "
                     "a to z) are one person, which counts once, and a lead without an address is a "
                     "person of its own; of ids only a 128-bit hash is kept, so that they cannot be "
                     "listed; a stage row that says \"Signed\" means won, \"demo-done\" means sql.");
    memset(buffer, 'x', sizeof buffer);
    ck_assert_int_eq(leadkpi_campaigns_describe(campaigns, buffer, needed - 1, &needed, &why),
                     LEADKPI_BUFFER_TOO_SMALL);
    for (size_t i = 0; i < sizeof buffer; i++) ck_assert_int_eq(buffer[i], 'x');
    OK(leadkpi_campaigns_describe(campaigns, NULL, 0, &needed, ok_error));
    ck_assert_int_eq(leadkpi_campaigns_describe(campaigns, NULL, 0, NULL, &why), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_campaigns_describe(NULL, buffer, 9, NULL, &why), LEADKPI_NULL_ARGUMENT);
    leadkpi_campaigns_free(campaigns);
    campaigns = campaigns_with(NULL);
    OK(leadkpi_campaigns_describe(campaigns, buffer, sizeof buffer, NULL, ok_error));
    ck_assert_str_eq(buffer, "Leads with the same id are one person, which counts once; ids are kept as they are.");
    leadkpi_campaigns_free(campaigns);
}
END_TEST

START_TEST(a_stage_name_that_means_nothing_is_refused_when_the_handle_is_made)
{
    static const char *const bad[] = {"Demo", "Demo=", "=won", "Demo=demo"};
    for (size_t i = 0; i < 4; i++) {
        leadkpi_options *options;
        leadkpi_campaigns *campaigns;
        leadkpi_error why;
        OK(leadkpi_options_create(NULL, "campaigns", NUL, &options, ok_error));
        OK(leadkpi_options_set_text(options, "stage_names", NUL, bad[i], NUL, ok_error));
        ck_assert_int_eq(leadkpi_campaigns_create(NULL, options, &campaigns, &why), LEADKPI_BAD_ARGUMENT);
        ck_assert_ptr_null(campaigns);
        ck_assert(strstr(why.message, bad[i]) != NULL);
        leadkpi_options_free(options);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("campaigns_add");
    TCase *tcase = tcase_create("campaigns_add");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_missing_column_is_named);
    tcase_add_test(tcase, a_column_of_the_wrong_type_is_refused);
    tcase_add_test(tcase, a_column_that_is_no_measure_is_refused);
    tcase_add_test(tcase, a_null_where_a_value_must_be_is_refused_with_its_row);
    tcase_add_test(tcase, a_time_outside_the_years_1_to_9999_is_refused);
    tcase_add_test(tcase, a_number_that_cannot_be_is_refused_with_its_row);
    tcase_add_test(tcase, a_negative_count_is_refused_and_a_negative_amount_is_a_credit);
    tcase_add_test(tcase, an_unknown_cost_type_or_scope_is_refused_with_what_there_is);
    tcase_add_test(tcase, a_second_currency_is_refused_with_its_row);
    tcase_add_test(tcase, ids_of_another_type_are_refused);
    tcase_add_test(tcase, null_arguments_are_refused);
    tcase_add_test(tcase, more_dimensions_than_a_row_can_have_are_refused);
    tcase_add_test(tcase, a_batch_comes_once_and_is_said_when_it_comes_again);
    tcase_add_test(tcase, no_rows_leave_no_trace_but_the_names_of_dimensions);
    tcase_add_test(tcase, text_is_the_same_plain_with_32_bit_offsets_and_from_a_dictionary);
    tcase_add_test(tcase, ids_and_times_may_lie_apart_and_backwards);
    tcase_add_test(tcase, an_amount_is_the_same_sum_as_int64_double_and_decimal);
    tcase_add_test(tcase, a_null_amount_is_not_given_and_a_zero_one_is);
    tcase_add_loop_test(tcase, the_first_row_of_a_lead_is_kept_and_ties_go_by_content, 0, 10);
    tcase_add_test(tcase, emails_are_one_key_without_blanks_and_capitals);
    tcase_add_test(tcase, hashed_ids_are_the_hash_of_the_bytes);
    tcase_add_test(tcase, a_summary_counts_what_is_held);
    tcase_add_test(tcase, a_definition_is_said_as_one_sentence);
    tcase_add_test(tcase, a_stage_name_that_means_nothing_is_refused_when_the_handle_is_made);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
