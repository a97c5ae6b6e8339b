/* Closed ranges and rows in order of time: less is kept, and no report of levels changes. */
#include "../support/check_main.h"
#include "../support/fault.h"
#include "../support/seal.h"
#include "world.h"

typedef struct definition_case {
    const char *definition;
    int many_steps;
} definition_case;

static const definition_case definitions[] = {
    {"steps=A,B,C,D; window=9us", 0},
    {"steps=A,B,C,D", 0},
    {"steps=A,B,C,D; window=9us; entry=first", 0},
    {"steps=A,B,C,D,E; window=6us; same_event=many", 1},
    {"steps=A,B,C,D,E; window=8us; skips=implied; same_event=many", 1},
    {"steps=A,B; window=2us; ids=hashed", 0},
    {"steps=A", 0},
};
#define DEFINITION_COUNT (int)(sizeof definitions / sizeof definitions[0])
#define TIMES 40

static int step_count_of(const char *definition)
{
    int count = 1;
    for (const char *c = definition; *c && *c != ';'; c++) count += *c == ',';
    return count;
}

static void draw(world *w, uint64_t seed, size_t count, int leads, const definition_case *d)
{
    drawing how = {leads, step_count_of(d->definition), TIMES, 0, d->many_steps, 0, 1};
    draw_world(w, seed, count, &how);
    for (size_t i = 0; i < count; i++) w->rows[i].segment = NULL;
}

static leadkpi_funnel *filled(const char *definition, const row *rows, size_t count)
{
    leadkpi_funnel *funnel = funnel_with(definition);
    OK(add_rows(funnel, rows, count, 0, NULL, ok_error));
    return funnel;
}

/* ---- reports ------------------------------------------------------------------------- */

/* Of the first columns that both have. */
static void same_tables(const leadkpi_table *a, const leadkpi_table *b)
{
    ck_assert_uint_eq(leadkpi_table_row_count(a), leadkpi_table_row_count(b));
    for (int32_t column = 0; column < leadkpi_table_column_count(a); column++) {
        ck_assert_str_eq(leadkpi_table_column_name(a, column), leadkpi_table_column_name(b, column));
        for (size_t at = 0; at < leadkpi_table_row_count(a); at++)
            ck_assert_msg(same_cell(a, b, column, at), "%s of row %zu is another",
                          leadkpi_table_column_name(a, column), at);
    }
}

typedef leadkpi_status (*report_call)(const leadkpi_funnel *, const leadkpi_options *, leadkpi_table **,
                                      leadkpi_error *);

/* What one refuses, such as mature without a window, the other refuses. */
static void same_report(report_call call, const leadkpi_funnel *a, const leadkpi_funnel *b,
                        const leadkpi_options *options)
{
    leadkpi_table *x, *y;
    leadkpi_error error;
    leadkpi_status expected = call(b, options, &y, &error), found = call(a, options, &x, &error);
    ck_assert_msg(found == expected, "%s", error.message);
    if (found == LEADKPI_OK) same_tables(x, y);
    leadkpi_table_free(x), leadkpi_table_free(y);
}

static void same_reports(const leadkpi_funnel *a, const leadkpi_funnel *b)
{
    static const char *const reports[] = {"level=0.9", "by=segment", "by=segment; breakdown=last",
                                          "by=segment; breakdown=first", "by=segment; breakdown=any",
                                          "grain=day", "mature=true", "as_of=1970-01-01T00:00:01Z"};
    for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++) {
        leadkpi_options *options = options_of("funnel_report", reports[i]);
        same_report(leadkpi_funnel_steps, a, b, options);
        same_report(leadkpi_funnel_leads, a, b, options);
        same_report(leadkpi_funnel_difference, a, b, options);
        leadkpi_options_free(options);
    }
}

/* ---- closed ranges -------------------------------------------------------------------- */

static void close_at_random(leadkpi_funnel *funnel, uint64_t *random)
{
    leadkpi_error error;
    int64_t from = (int64_t)(lk_test_random(random) % TIMES) - 2;
    int64_t until = from + 1 + (int64_t)(lk_test_random(random) % 9);
    if (lk_test_random(random) % 8 == 0) from = LEADKPI_FUNNEL_BEGINNING;
    if (lk_test_random(random) % 16 == 0) until = INT64_MAX;
    leadkpi_status status = leadkpi_funnel_close(funnel, from, until, &error);
    ck_assert_msg(status == LEADKPI_OK || status == LEADKPI_CONTRADICTION, "%s", error.message);
}

START_TEST(closing_at_any_points_changes_no_report)
{
    static world w;
    uint64_t random = 3 + (uint64_t)_i;
    for (uint64_t seed = 0; seed < (uint64_t)lk_test_rounds(8); seed++) {
        draw(&w, seed, 400, 12, &definitions[_i]);
        leadkpi_funnel *open = filled(definitions[_i].definition, w.rows, w.count);
        leadkpi_funnel *closed = filled(definitions[_i].definition, w.rows, w.count);
        for (int round = 0; round < 6; round++) {
            close_at_random(closed, &random);
            same_reports(closed, open);
        }
        blob b = state_of(closed);
        leadkpi_funnel *again = funnel_of(b);
        same_state(again, b, "read back");
        same_reports(again, open);
        free(b.bytes);
        leadkpi_funnel_free(open), leadkpi_funnel_free(closed), leadkpi_funnel_free(again);
    }
}
END_TEST

START_TEST(closing_piece_by_piece_and_then_over_all_is_closing_at_once)
{
    static world w;
    uint64_t random = 5 + (uint64_t)_i;
    for (uint64_t seed = 100; seed < 100 + (uint64_t)lk_test_rounds(10); seed++) {
        draw(&w, seed, 300, 9, &definitions[_i]);
        leadkpi_funnel *once = filled(definitions[_i].definition, w.rows, w.count);
        leadkpi_funnel *pieces = filled(definitions[_i].definition, w.rows, w.count);
        OK(leadkpi_funnel_close(once, 0, 30, ok_error));
        for (int round = 0; round < 4; round++) {
            int64_t from = (int64_t)(lk_test_random(&random) % 20);
            leadkpi_funnel_close(pieces, from, from + 1 + (int64_t)(lk_test_random(&random) % 10), NULL);
        }
        OK(leadkpi_funnel_close(pieces, 0, 30, ok_error));
        blob expected = state_of(once);
        same_state(pieces, expected, "piece by piece");
        free(expected.bytes);
        leadkpi_funnel_free(once), leadkpi_funnel_free(pieces);
    }
}
END_TEST

enum { DAYS = 4, SHARDS = 3, PARTS = DAYS * SHARDS };

/* A handle a day and shard of leads, closed. */
static void part(const world *w, const char *definition, leadkpi_funnel **parts)
{
    static row rows[ROWS_MAX];
    for (int i = 0; i < PARTS; i++) {
        int64_t from = (int64_t)(i / SHARDS) * 10;
        size_t count = 0;
        for (size_t k = 0; k < w->count; k++)
            if (w->rows[k].time / 10 == i / SHARDS && (w->rows[k].id + 3) % SHARDS == i % SHARDS)
                rows[count++] = w->rows[k];
        parts[i] = filled(definition, rows, count);
        OK(leadkpi_funnel_close(parts[i], from, from + 10, ok_error));
    }
}

START_TEST(closing_gives_the_memory_of_events_back)
{
    enum { EVENTS = 2000 };
    static row rows[EVENTS];
    lk_fault host;
    leadkpi_funnel *funnel;
    leadkpi_options *definition = options_of("funnel", "steps=A,B,C; window=9us");
    lk_fault_init(&host);
    for (int i = 0; i < EVENTS; i++) rows[i] = (row){i % 2, i, 0, 1 << i % 3, 0, NULL};
    OK(leadkpi_funnel_create(&host.host, definition, &funnel, ok_error));
    OK(add_rows(funnel, rows, EVENTS, 0, NULL, ok_error));
    uint64_t open = host.live_bytes;
    OK(leadkpi_funnel_close(funnel, 0, EVENTS / 2, ok_error));
    uint64_t half = host.live_bytes;
    OK(leadkpi_funnel_close(funnel, EVENTS / 2, EVENTS, ok_error));
    uint64_t closed = host.live_bytes;
    ck_assert_uint_lt(half + 8 * (EVENTS / 2) - 1000, open);
    ck_assert_uint_lt(closed + 8 * (EVENTS / 2) - 1000, half);
    leadkpi_options_free(definition);
    leadkpi_funnel_free(funnel);
    lk_fault_nothing_held(&host, "closed");
}
END_TEST

START_TEST(days_and_shards_merged_in_any_tree_are_the_whole)
{
    static world w;
    uint64_t random = 7 + (uint64_t)_i;
    const char *definition = definitions[_i].definition;
    blob expected = {NULL, 0};
    draw(&w, 200, 600, 20, &definitions[_i]);
    leadkpi_funnel *open = filled(definition, w.rows, w.count);
    for (int tree = 0; tree < 5; tree++) {
        leadkpi_funnel *parts[PARTS];
        part(&w, definition, parts);
        for (uint64_t left = PARTS; left > 1; left--) {
            uint64_t a = lk_test_random(&random) % left, b = lk_test_random(&random) % (left - 1);
            b += b >= a;
            OK(leadkpi_funnel_merge(parts[a], parts[b], ok_error));
            leadkpi_funnel_free(parts[b]);
            parts[b] = parts[left - 1];
        }
        if (!expected.bytes) expected = state_of(parts[0]);
        same_state(parts[0], expected, "another tree");
        same_reports(parts[0], open);
        leadkpi_funnel_free(parts[0]);
    }
    free(expected.bytes);
    leadkpi_funnel_free(open);
}
END_TEST

START_TEST(rows_come_in_before_and_after_a_closed_range)
{
    static world w;
    static row early[ROWS_MAX], late[ROWS_MAX];
    for (uint64_t seed = 300; seed < 308; seed++) {
        size_t early_count = 0, late_count = 0;
        draw(&w, seed, 300, 9, &definitions[_i]);
        for (size_t i = 0; i < w.count; i++) {
            int inside = w.rows[i].time >= 15 && w.rows[i].time < 25;
            if (!inside && i % 3) w.rows[i].segment = i % 3 == 1 ? "web" : "event";
            if (inside)
                early[early_count++] = w.rows[i];
            else
                late[late_count++] = w.rows[i];
        }
        leadkpi_funnel *open = filled(definitions[_i].definition, w.rows, w.count);
        leadkpi_funnel *closed = filled(definitions[_i].definition, early, early_count);
        OK(leadkpi_funnel_close(closed, 15, 25, ok_error));
        OK(add_rows(closed, late, late_count, 0, NULL, ok_error));
        same_reports(closed, open);
        leadkpi_funnel_free(open), leadkpi_funnel_free(closed);
    }
}
END_TEST

static void cannot_close(const char *definition, row r, leadkpi_status expected, const char *words)
{
    leadkpi_funnel *funnel = filled(definition, &r, 1);
    blob before = state_of(funnel);
    REFUSED(expected, words, leadkpi_funnel_close(funnel, 0, 100, ok_error));
    same_state(funnel, before, "after a refused close");
    free(before.bytes);
    leadkpi_funnel_free(funnel);
}

/* That nothing happened is known, too. */
START_TEST(a_closed_range_without_a_lead_stays_closed)
{
    static const row inside = {1, 7, 0, 1, 0, NULL};
    leadkpi_error error;
    leadkpi_funnel *funnel = funnel_with("steps=A,B");
    ck_assert_int_eq(leadkpi_funnel_close(funnel, 9, 5, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_funnel_close(funnel, 5, 5, &error), LEADKPI_BAD_ARGUMENT);
    REFUSED(LEADKPI_BAD_ARGUMENT, "meets the years", leadkpi_funnel_close(funnel, INT64_MAX - 1, INT64_MAX, ok_error));
    OK(leadkpi_funnel_close(funnel, 5, 9, ok_error));
    blob expected = state_of(funnel);
    leadkpi_funnel_free(funnel);
    funnel = funnel_of(expected);
    same_state(funnel, expected, "read back");
    ck_assert_int_eq(add_rows(funnel, &inside, 1, 0, NULL, &error), LEADKPI_BAD_DATA);
    same_state(funnel, expected, "after a row in it");
    free(expected.bytes);
    leadkpi_funnel_free(funnel);
}
END_TEST

START_TEST(what_cannot_be_closed_is_refused_with_the_reason)
{
    row r = {1, 5, 0, 1, 0, NULL};
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_funnel_close(NULL, 0, 1, &error), LEADKPI_NULL_ARGUMENT);
    cannot_close("steps=A,B; order=adjacent", r, LEADKPI_CONTRADICTION, "order");
    cannot_close("steps=A,B; order=unordered", r, LEADKPI_CONTRADICTION, "order");
    cannot_close("steps=A,B; gap=1us", r, LEADKPI_CONTRADICTION, "gap");
    cannot_close("steps=A,B; step_window=1d", r, LEADKPI_CONTRADICTION, "step_window");
    cannot_close("steps=A,B; exclude=x", r, LEADKPI_CONTRADICTION, "exclude");
    cannot_close("steps=A,B; compat=clickhouse; window=1d", r, LEADKPI_CONTRADICTION, "compat");
    cannot_close("steps=A,B; input=time", r, LEADKPI_CONTRADICTION, "input");
    cannot_close("steps=A,B", (row){1, 5, 0, 3, 0, NULL}, LEADKPI_CONTRADICTION, "one of several");
    cannot_close("steps=A,B", (row){1, 5, 2, 1, 0, NULL}, LEADKPI_CONTRADICTION, "sequence");
    cannot_close("steps=A,B", (row){1, 5, 0, 1, 0, "web"}, LEADKPI_CONTRADICTION, "segment");
    cannot_close("steps=A,B", (row){1, 5, 0, 1, 1, NULL}, LEADKPI_CONTRADICTION, "exclusion");
    leadkpi_funnel *funnel = filled("steps=A,B", &r, 1), *other = filled("steps=A,B", &r, 1);
    ck_assert_int_eq(leadkpi_funnel_close(funnel, 5, 5, &error), LEADKPI_BAD_ARGUMENT);
    OK(leadkpi_funnel_close(funnel, 0, 10, ok_error));
    ck_assert_int_eq(leadkpi_funnel_close(funnel, 5, 15, &error), LEADKPI_CONTRADICTION);
    ck_assert_int_eq(add_rows(funnel, &r, 1, 0, NULL, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 0);
    ck_assert_int_eq(leadkpi_funnel_merge(funnel, other, &error), LEADKPI_MISMATCH);
    ck_assert_int_eq(leadkpi_funnel_merge(other, funnel, &error), LEADKPI_MISMATCH);
    OK(leadkpi_funnel_close(other, 0, 10, ok_error));
    ck_assert_int_eq(leadkpi_funnel_merge(other, funnel, &error), LEADKPI_MISMATCH);
    leadkpi_funnel_free(other);
    r.id = 2;
    other = filled("steps=A,B", &r, 1);
    OK(leadkpi_funnel_close(other, 0, 9, ok_error));
    ck_assert_int_eq(leadkpi_funnel_merge(other, funnel, &error), LEADKPI_MISMATCH);
    leadkpi_table *table;
    ck_assert_int_eq(leadkpi_funnel_times(funnel, NULL, &table, &error), LEADKPI_CONTRADICTION);
    leadkpi_options *options = options_of("funnel_report", "as_of=1970-01-01T00:00:00Z");
    ck_assert_int_eq(leadkpi_funnel_steps(funnel, options, &table, &error), LEADKPI_CONTRADICTION);
    leadkpi_options_free(options);
    leadkpi_funnel_free(funnel), leadkpi_funnel_free(other);
}
END_TEST

/* ---- rows in order of time --------------------------------------------------------------- */

static int by_time(const void *a, const void *b)
{
    int64_t x = ((const row *)a)->time, y = ((const row *)b)->time;
    return (x > y) - (x < y);
}

static const char *in_time(const char *definition)
{
    static char text[200];
    snprintf(text, sizeof text, "%s; input=time", definition);
    return text;
}

/* Without the columns that such rows may not fill, and where they lie. */
static void add_bare(leadkpi_funnel *funnel, const row *rows, size_t count)
{
    leadkpi_table *table;
    OK(leadkpi_table_create(NULL, &table, ok_error));
    OK(leadkpi_table_borrow_int64(table, "id", NUL, &rows->id, count, sizeof *rows, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, &rows->time, count, sizeof *rows, NULL, ok_error));
    OK(leadkpi_table_borrow_int64(table, "steps", NUL, &rows->steps, count, sizeof *rows, NULL, ok_error));
    OK(leadkpi_funnel_add(funnel, table, NULL, 0, ok_error));
    leadkpi_table_free(table);
}

/* Equal times of a lead in any order, in batches, over shards of leads. */
static leadkpi_funnel *split_in_time(world *w, const char *definition, uint64_t *random)
{
    static row rows[ROWS_MAX];
    leadkpi_funnel *shards[3];
    shuffle_world(w, lk_test_random(random));
    qsort(w->rows, w->count, sizeof w->rows[0], by_time);
    for (int shard = 0; shard < 3; shard++) {
        shards[shard] = funnel_with(in_time(definition));
        size_t count = 0;
        for (size_t i = 0; i < w->count; i++) {
            if ((w->rows[i].id + 3) % 3 == shard) rows[count++] = w->rows[i];
            if (lk_test_random(random) % 150 && i + 1 < w->count) continue;
            if (lk_test_random(random) % 2)
                OK(add_rows(shards[shard], rows, count, 0, NULL, ok_error));
            else
                add_bare(shards[shard], rows, count);
            count = 0;
        }
    }
    uint64_t first = lk_test_random(random) % 3, second = (first + 1) % 3, third = (first + 2) % 3;
    OK(leadkpi_funnel_merge(shards[second], shards[third], ok_error));
    OK(leadkpi_funnel_merge(shards[first], shards[second], ok_error));
    leadkpi_funnel_free(shards[second]), leadkpi_funnel_free(shards[third]);
    return shards[first];
}

START_TEST(rows_in_order_of_time_give_the_same_without_their_events)
{
    static world w;
    uint64_t random = 17;
    for (uint64_t seed = 400; seed < 405; seed++) {
        blob expected = {NULL, 0};
        draw(&w, seed, 400, 15, &definitions[_i]);
        leadkpi_funnel *open = filled(definitions[_i].definition, w.rows, w.count);
        for (int round = 0; round < 3; round++) {
            leadkpi_funnel *funnel = split_in_time(&w, definitions[_i].definition, &random);
            same_reports(funnel, open);
            if (!expected.bytes) expected = state_of(funnel);
            same_state(funnel, expected, "another split");
            leadkpi_funnel *again = funnel_of(expected);
            same_state(again, expected, "read back");
            same_reports(again, open);
            leadkpi_funnel_free(again), leadkpi_funnel_free(funnel);
        }
        free(expected.bytes);
        leadkpi_funnel_free(open);
    }
}
END_TEST

/* Times in messages are dates in UTC. */
START_TEST(what_a_closed_range_refuses_names_its_dates)
{
    static const row late = {1, INT64_C(1735689600000000), 0, 1, 0, NULL}; /* 2025-01-01 */
    leadkpi_error error;
    leadkpi_funnel *funnel = funnel_with("steps=A,B");
    OK(leadkpi_funnel_close(funnel, LEADKPI_FUNNEL_BEGINNING, INT64_MAX, ok_error));
    ck_assert_int_eq(add_rows(funnel, &late, 1, 0, NULL, &error), LEADKPI_BAD_DATA);
    ck_assert_str_eq(error.message, "row 0, column \"time\": expected no time in the range closed from "
                                    "0001-01-01 to the end of 9999, found 2025-01-01");
    ck_assert_int_eq(leadkpi_funnel_close(funnel, 0, 1500000, &error), LEADKPI_CONTRADICTION);
    ck_assert_ptr_nonnull(strstr(error.message, "found 1970-01-01 to 1970-01-01T00:00:01.5Z"));
    ck_assert_int_eq(leadkpi_funnel_close(funnel, 0, INT64_MIN, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(error.message, "(1970-01-01), found -9223372036854775808 micro"));
    leadkpi_funnel_free(funnel);

    static const row falling[] = {{1, INT64_C(1735689600000000), 0, 1, 0, NULL}, {1, 0, 0, 1, 0, NULL}};
    funnel = funnel_with("steps=A,B; input=time");
    ck_assert_int_eq(add_rows(funnel, falling, 2, 0, NULL, &error), LEADKPI_BAD_DATA);
    ck_assert_ptr_nonnull(strstr(error.message, "no time before 2025-01-01, found 1970-01-01"));
    leadkpi_funnel_free(funnel);
}
END_TEST

static void refused_in_time(const char *definition, row r, int32_t column)
{
    leadkpi_error error;
    leadkpi_funnel *funnel = funnel_with(definition);
    row rows[] = {{1, 1, 0, 1, 0, NULL}, {2, 2, 0, 2, 0, NULL}, r};
    ck_assert_int_eq(add_rows(funnel, rows, 3, 0, NULL, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 2);
    ck_assert_int_eq(error.column, column);
    ck_assert_ptr_nonnull(strstr(error.message, "row 2"));
    leadkpi_funnel_free(funnel);
}

/* A lead of whom one part knows nothing but that it is there is a lead of the other. */
START_TEST(parts_in_time_merge_where_one_has_nothing_of_the_other_s_leads)
{
    static const row here[] = {{1, 1, 0, 0, 0, NULL}, {2, 2, 0, 1, 0, NULL}, {4, 2, 0, 0, 0, NULL}},
                     there[] = {{2, 0, 0, 0, 0, NULL}, {3, 3, 0, 1, 0, NULL}, {1, 4, 0, 1, 0, NULL}, {1, 5, 0, 2, 0, NULL},
                                {4, 6, 0, 1, 0, NULL}};
    static const char definition[] = "steps=A,B; input=time";
    leadkpi_funnel *whole = filled(definition, here, 3), *merged[2];
    OK(add_rows(whole, there + 1, 4, 0, NULL, ok_error));
    blob expected = state_of(whole);
    for (int i = 0; i < 2; i++) {
        leadkpi_funnel *other = filled(definition, i ? here : there, i ? 3 : 5);
        merged[i] = filled(definition, i ? there : here, i ? 5 : 3);
        OK(leadkpi_funnel_merge(merged[i], other, ok_error));
        same_state(merged[i], expected, i ? "there and here" : "here and there");
        leadkpi_funnel_free(other), leadkpi_funnel_free(merged[i]);
    }
    free(expected.bytes);
    leadkpi_funnel_free(whole);
}
END_TEST

START_TEST(rows_out_of_order_are_refused_and_nothing_changes)
{
    leadkpi_error error;
    row rows[] = {{1, 5, 0, 1, 0, NULL}, {2, 7, 0, 2, 0, NULL}, {1, 6, 0, 2, 0, NULL}};
    leadkpi_funnel *funnel = filled("steps=A,B; input=time", rows, 2), *other;
    blob before = state_of(funnel);
    ck_assert_int_eq(add_rows(funnel, rows + 1, 2, 0, NULL, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 1);
    ck_assert_int_eq(add_rows(funnel, rows + 2, 1, 0, NULL, &error), LEADKPI_BAD_DATA);
    row both = {3, 9, 0, 3, 0, NULL}, segment = {3, 9, 0, 1, 0, "web"}, sequence = {3, 9, 4, 1, 0, NULL};
    row excluded = {3, 9, 0, 1, 1, NULL};
    ck_assert_int_eq(add_rows(funnel, &both, 1, 0, NULL, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(add_rows(funnel, &segment, 1, 0, NULL, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(add_rows(funnel, &sequence, 1, 0, NULL, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(add_rows(funnel, &excluded, 1, 0, NULL, &error), LEADKPI_BAD_DATA);
    refused_in_time("steps=A,B; input=time", both, 3);
    refused_in_time("steps=A,B; input=time", segment, 5);
    refused_in_time("steps=A,B; input=time", sequence, 2);
    refused_in_time("steps=A,B; input=time", excluded, 4);
    refused_in_time("steps=A,B; input=time; same_event=many", excluded, 4);
    refused_in_time("steps=A,B; input=time; same_event=many", (row){3, 9, 0, 0, 1, NULL}, 4);
    other = filled("steps=A,B; input=time", rows + 2, 1);
    ck_assert_int_eq(leadkpi_funnel_merge(funnel, other, &error), LEADKPI_MISMATCH);
    same_state(funnel, before, "after refused rows");
    leadkpi_table *table;
    ck_assert_int_eq(leadkpi_funnel_times(funnel, NULL, &table, &error), LEADKPI_CONTRADICTION);
    leadkpi_options *options = options_of("funnel", "steps=A,B; input=time; gap=1us");
    leadkpi_funnel *refused;
    ck_assert_int_eq(leadkpi_funnel_create(NULL, options, &refused, &error), LEADKPI_CONTRADICTION);
    leadkpi_options_free(options);
    free(before.bytes);
    leadkpi_funnel_free(funnel), leadkpi_funnel_free(other);
}
END_TEST

/* ---- hostile bytes ------------------------------------------------------------------------ */

static void read_hostile(const uint8_t *bytes, size_t size)
{
    leadkpi_funnel *funnel;
    leadkpi_table *table;
    leadkpi_status status = leadkpi_funnel_deserialize(NULL, bytes, size, &funnel, NULL);
    ck_assert_int_eq(status == LEADKPI_OK, funnel != NULL);
    if (!funnel) return;
    blob b = state_of(funnel); /* what was taken is what would be written */
    ck_assert(b.size == size && memcmp(b.bytes, bytes, size) == 0);
    free(b.bytes);
    OK(leadkpi_funnel_steps(funnel, NULL, &table, ok_error));
    leadkpi_table_free(table);
    status = leadkpi_funnel_close(funnel, LEADKPI_FUNNEL_BEGINNING, INT64_MAX, NULL);
    ck_assert(status == LEADKPI_OK || status == LEADKPI_CONTRADICTION); /* a sequence, say */
    leadkpi_funnel_free(funnel);
}

static void read_hostile_in_time(const uint8_t *bytes, size_t size)
{
    leadkpi_funnel *funnel;
    leadkpi_table *table;
    if (leadkpi_funnel_deserialize(NULL, bytes, size, &funnel, NULL) != LEADKPI_OK) return;
    blob b = state_of(funnel);
    ck_assert(b.size == size && memcmp(b.bytes, bytes, size) == 0);
    free(b.bytes);
    OK(leadkpi_funnel_steps(funnel, NULL, &table, ok_error));
    leadkpi_table_free(table);
    leadkpi_funnel_free(funnel);
}

static void try_hostile(blob b, void (*read)(const uint8_t *, size_t))
{
    uint64_t random = 99;
    uint8_t *copy = malloc(b.size);
    for (size_t size = 0; size < b.size; size++) read(b.bytes, size);
    for (int round = 0; round < lk_test_rounds(4000); round++) {
        memcpy(copy, b.bytes, b.size);
        for (uint64_t changes = 1 + lk_test_random(&random) % 3; changes > 0; changes--)
            copy[40 + lk_test_random(&random) % (b.size - 56)] = (uint8_t)lk_test_random(&random);
        seal(copy, b.size);
        read(copy, b.size);
    }
    free(copy);
}

START_TEST(hostile_bytes_of_closed_ranges_are_refused_or_are_a_state)
{
    static world w;
    draw(&w, 51, 60, 6, &definitions[0]);
    leadkpi_funnel *funnel = filled(definitions[0].definition, w.rows, w.count);
    OK(leadkpi_funnel_close(funnel, 3, 20, ok_error));
    OK(leadkpi_funnel_close(funnel, 25, 35, ok_error));
    blob b = state_of(funnel);
    try_hostile(b, read_hostile);
    free(b.bytes);
    leadkpi_funnel_free(funnel);
}
END_TEST

START_TEST(hostile_bytes_of_standings_are_refused_or_are_a_state)
{
    static world w;
    draw(&w, 52, 60, 6, &definitions[0]);
    qsort(w.rows, w.count, sizeof w.rows[0], by_time);
    leadkpi_funnel *funnel = filled(in_time(definitions[0].definition), w.rows, w.count);
    blob b = state_of(funnel);
    try_hostile(b, read_hostile_in_time);
    free(b.bytes);
    leadkpi_funnel_free(funnel);
}
END_TEST

/* ---- memory that is not to be had --------------------------------------------------------- */

typedef struct fault_context {
    const char *definition;
    int in_time;
    world w;
    leadkpi_funnel *funnel, *other;
    leadkpi_table *result;
    blob bytes;
    uint8_t written[1 << 15];
} fault_context;

static leadkpi_funnel *made_on(const leadkpi_host *host, const char *definition)
{
    leadkpi_funnel *funnel;
    leadkpi_options *options = options_of("funnel", definition);
    OK(leadkpi_funnel_create(host, options, &funnel, ok_error));
    leadkpi_options_free(options);
    return funnel;
}

static void set_up(const leadkpi_host *host, void *context)
{
    fault_context *f = context;
    draw(&f->w, 9, 120, 10, &definitions[0]);
    for (size_t i = 60; i < 120; i++) f->w.rows[i].id += 100;
    for (size_t i = 0; i < 120; i++) f->w.rows[i].time = (int64_t)(i % 60) * TIMES / 60;
    f->funnel = made_on(host, f->definition);
    OK(add_rows(f->funnel, f->w.rows, 30, 1, "before", ok_error));
    f->other = made_on(host, f->definition);
    OK(add_rows(f->other, f->w.rows + 60, 60, 1, NULL, ok_error));
    if (!f->in_time) {
        OK(leadkpi_funnel_close(f->funnel, 2, 9, ok_error));
        OK(leadkpi_funnel_close(f->other, 2, 9, ok_error));
        OK(leadkpi_funnel_close(f->other, 30, 35, ok_error));
    }
    f->bytes = state_of(f->funnel);
}

static leadkpi_status act_close(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return leadkpi_funnel_close(f->funnel, 0, 15, error);
}

static leadkpi_status act_add(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return add_rows(f->funnel, f->w.rows + 30, 30, 1, "new", error);
}

static leadkpi_status act_merge(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return leadkpi_funnel_merge(f->funnel, f->other, error);
}

static leadkpi_status act_serialize(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return leadkpi_funnel_serialize(f->funnel, f->written, sizeof f->written, NULL, error);
}

static leadkpi_status act_deserialize(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    leadkpi_funnel_free(f->other);
    return leadkpi_funnel_deserialize(host, f->bytes.bytes, f->bytes.size, &f->other, error);
}

static leadkpi_status act_steps(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return leadkpi_funnel_steps(f->funnel, NULL, &f->result, error);
}

static void state(void *context, lk_fault_bytes *bytes)
{
    fault_context *f = context;
    blob b = state_of(f->funnel);
    bytes->data = b.bytes;
    bytes->length = b.size;
}

static void tear_down(void *context)
{
    fault_context *f = context;
    leadkpi_table_free(f->result);
    leadkpi_funnel_free(f->funnel);
    leadkpi_funnel_free(f->other);
    free(f->bytes.bytes);
    f->result = NULL;
    f->funnel = f->other = NULL;
    f->bytes.bytes = NULL;
}

typedef leadkpi_status (*act_call)(const leadkpi_host *, void *, leadkpi_error *);
static const struct {
    const char *name;
    act_call act;
    int in_time;
} acts[] = {
    {"close", act_close, 0},         {"add", act_add, 0},
    {"merge", act_merge, 0},         {"serialize", act_serialize, 0},
    {"deserialize", act_deserialize, 0}, {"steps", act_steps, 0},
    {"add in time", act_add, 1},     {"merge in time", act_merge, 1},
    {"serialize in time", act_serialize, 1}, {"deserialize in time", act_deserialize, 1},
    {"steps in time", act_steps, 1},
};
#define ACT_COUNT (int)(sizeof acts / sizeof acts[0])

START_TEST(whichever_allocation_fails_nothing_is_half_done)
{
    static fault_context f;
    f.in_time = acts[_i].in_time;
    f.definition = f.in_time ? "steps=A,B,C,D; window=9us; input=time" : "steps=A,B,C,D; window=9us";
    lk_fault_case fault = {acts[_i].name, set_up, acts[_i].act, state, tear_down, &f};
    lk_fault_every_allocation(&fault);
    lk_fault_every_poll(&fault);
}
END_TEST

static Suite *suite_of_closed(void)
{
    Suite *suite = suite_create("closed ranges");
    TCase *tc = tcase_create("closed");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, closing_at_any_points_changes_no_report, 0, DEFINITION_COUNT);
    tcase_add_loop_test(tc, closing_piece_by_piece_and_then_over_all_is_closing_at_once, 0,
                        DEFINITION_COUNT);
    tcase_add_test(tc, closing_gives_the_memory_of_events_back);
    tcase_add_test(tc, what_a_closed_range_refuses_names_its_dates);
    tcase_add_loop_test(tc, days_and_shards_merged_in_any_tree_are_the_whole, 0, DEFINITION_COUNT);
    tcase_add_loop_test(tc, rows_come_in_before_and_after_a_closed_range, 0, DEFINITION_COUNT);
    tcase_add_test(tc, a_closed_range_without_a_lead_stays_closed);
    tcase_add_test(tc, what_cannot_be_closed_is_refused_with_the_reason);
    tcase_add_loop_test(tc, rows_in_order_of_time_give_the_same_without_their_events, 0,
                        DEFINITION_COUNT);
    tcase_add_test(tc, parts_in_time_merge_where_one_has_nothing_of_the_other_s_leads);
    tcase_add_test(tc, rows_out_of_order_are_refused_and_nothing_changes);
    tcase_add_test(tc, hostile_bytes_of_closed_ranges_are_refused_or_are_a_state);
    tcase_add_test(tc, hostile_bytes_of_standings_are_refused_or_are_a_state);
    tcase_add_loop_test(tc, whichever_allocation_fails_nothing_is_half_done, 0, ACT_COUNT);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_closed());
}
