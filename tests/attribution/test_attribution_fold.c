/* Handles that keep sums in place of paths: what they report is what the paths would have given. */
#include "../support/check_main.h"
#include "../support/fault.h"
#include "hostile.h"

#define ROWS 300
#define TEXT_MAX 512

#define RULES                                                                                      \
    "first,last,linear,u,j,inverse_j,custom:1/0/3,custom:0/1/0,rank_decay,halving,first_non,"     \
    "last_non:direct,first_in:b|c,linear_unique,participation,dp6_position:30/40/30"
#define ALL RULES ",markov"

/* Definitions without the fold, and what is asked of them. */
static const struct {
    const char *definition;
    const char *options;
} worlds[] = {
    {"dimensions=channel", "errors=true"},
    {"dimensions=channel", "errors=false"},
    {"dimensions=channel; groups=4; transforms=collapse,drop:b; touches_max=3", "removal=renormalise"},
    {"dimensions=source; groups=1", "removal=to_null; collapse=channels"},
    {"dimensions=channel; groups=16", "level=0.9"},
};
#define WORLD_COUNT (int)(sizeof worlds / sizeof worlds[0])

static path_row rows[ROWS];
static char texts[ROWS][TEXT_MAX];

/* Paths of up to 80 touches; whole, broken and huge amounts. */
static void draw(uint64_t seed, size_t channel_count, bool whole)
{
    static const char *const names[] = {"a", "b", "c", "direct", "", "Direct", "(blank)", "a b"};
    uint64_t s = seed;
#define DRAW(n) (lk_test_random(&s) % (n))
    for (size_t i = 0; i < ROWS; i++) {
        size_t length = DRAW(20) == 0 ? 60 + DRAW(20) : DRAW(6), at = 0;
        texts[i][0] = 0;
        for (size_t place = 0; place < length; place++) {
            uint64_t name = DRAW(channel_count);
            if (place) at += (size_t)snprintf(texts[i] + at, TEXT_MAX - at, ">");
            at += (size_t)(name < 8 ? snprintf(texts[i] + at, TEXT_MAX - at, "%s", names[name])
                                    : snprintf(texts[i] + at, TEXT_MAX - at, "n%d", (int)name));
        }
        double part = whole ? 0 : (double)DRAW(1000) / 997;
        double conversions = DRAW(3) ? (double)DRAW(3) + part : 0;
        double value = conversions > 0 || DRAW(2) ? (double)DRAW(90000) / 100 - 100 : 0;
        if (!whole && DRAW(50) == 0) value = 0x1.23456789abcdep60;
        rows[i] = (path_row){DRAW(40) ? texts[i] : NULL, conversions, value,
                             (double)DRAW(4) + (DRAW(2) ? part : 0)};
    }
#undef DRAW
}

static void shuffle(uint64_t seed)
{
    uint64_t state = seed;
    for (size_t i = ROWS; i-- > 1;) {
        size_t j = (size_t)(lk_test_random(&state) % (i + 1));
        path_row moved = rows[i];
        rows[i] = rows[j];
        rows[j] = moved;
    }
}

static leadkpi_attribution *with_fold(const char *definition, const char *models)
{
    char text[1024];
    snprintf(text, sizeof text, "%s; fold=%s", definition, models);
    return attribution_with(text);
}

static void add_in_batches(leadkpi_attribution *a, size_t first, size_t last, size_t size)
{
    for (size_t row = first; row < last; row += size)
        OK(add_paths(a, rows + row, row + size < last ? size : last - row, NULL, ok_error));
}

/* ---- reports ------------------------------------------------------------------------------ */

static void same_cell(const leadkpi_table *a, const leadkpi_table *b, int32_t column, size_t row)
{
    const char *text, *other;
    size_t length, other_length;
    double x, y;
    if (leadkpi_table_get_text(a, column, row, &text, &length, NULL) == LEADKPI_OK) {
        OK(leadkpi_table_get_text(b, column, row, &other, &other_length, ok_error));
        ck_assert_uint_eq(length, other_length);
        ck_assert(length == 0 || memcmp(text, other, length) == 0);
        return;
    }
    if (leadkpi_table_get_double(a, column, row, &x, NULL) != LEADKPI_OK) return;
    OK(leadkpi_table_get_double(b, column, row, &y, ok_error));
    ck_assert_msg(memcmp(&x, &y, sizeof x) == 0, "column %d, row %zu: %.17g, %.17g", (int)column, row,
                  x, y);
}

static void same_table(leadkpi_table *a, leadkpi_table *b)
{
    ck_assert_int_eq(leadkpi_table_column_count(a), leadkpi_table_column_count(b));
    ck_assert_uint_eq(leadkpi_table_row_count(a), leadkpi_table_row_count(b));
    for (int32_t column = 0; column < leadkpi_table_column_count(a); column++)
        for (size_t row = 0; row < leadkpi_table_row_count(a); row++) same_cell(a, b, column, row);
    leadkpi_table_free(a);
    leadkpi_table_free(b);
}

static void same_reports(const leadkpi_attribution *paths, const leadkpi_attribution *fold,
                         const char *options)
{
    static const report_call calls[] = {leadkpi_attribution_credits, leadkpi_attribution_compare,
                                        leadkpi_attribution_removal_effects};
    static const char *const sums[] = {"conversions", "value", "nulls", "unattributed_conversions",
                                       "unattributed_value", "units", "touches"};
    char text[1024];
    snprintf(text, sizeof text, "models=%s; %s", ALL, options);
    for (size_t i = 0; i < 3; i++) same_table(report(calls[i], paths, text), report(calls[i], fold, text));
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
        ck_assert_double_eq(summed(paths, "", sums[i]), summed(fold, "", sums[i]));
}

/* The tables of the chain; of whole weights, which no order of adding rounds. */
START_TEST(transitions_and_states_are_those_of_the_paths)
{
    static const char *const options[] = {"", "models=markov; collapse=none", "models=linear; errors=false"};
    leadkpi_attribution *paths = attribution_with("dimensions=channel");
    leadkpi_attribution *fold = with_fold("dimensions=channel", "linear,markov,first,last,u");
    draw(77, 15, true);
    for (size_t i = 0; i < ROWS; i++) rows[i].value = rows[i].conversions * 5;
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < 3; i++) {
            same_table(report(leadkpi_attribution_transitions, paths, options[i]),
                       report(leadkpi_attribution_transitions, fold, options[i]));
            same_table(report(leadkpi_attribution_states, paths, options[i]),
                       report(leadkpi_attribution_states, fold, options[i]));
        }
        add_in_batches(paths, 0, ROWS, ROWS);
        add_in_batches(fold, 0, ROWS, 200);
    }
    leadkpi_attribution_free(paths);
    leadkpi_attribution_free(fold);
}
END_TEST

/* Sums of a path from 2^63 on, of rows that are each below, and steps of all paths far beyond. */
START_TEST(large_sums_count_however_the_calls_slice_the_rows)
{
    enum { LARGE = 300, TOUCHES = 2000 };
    static path_row large[LARGE];
    static char longest[2 * TOUCHES];
    for (size_t i = 0; i + 1 < sizeof longest; i++) longest[i] = ">A>B"[(i + 1) % 4];
    for (size_t i = 0; i < LARGE; i++) {
        static const char *const paths[] = {"A > B", "B", "A > C > A", longest, ""};
        double amount = i % 2 ? 9e18 : (double)(INT64_C(1) << (i % 53)) + (i % 7 == 0) * 0.25;
        large[i] = (path_row){paths[i % 5], i % 3 ? amount : 0, i % 4 ? -amount : 9e18, i % 3 ? 1 : amount};
    }
    leadkpi_attribution *whole = with_fold("dimensions=channel; groups=2", "linear,markov"), *back;
    OK(add_paths(whole, large, LARGE, NULL, ok_error));
    for (size_t size = 1; size <= 64; size *= 4) {
        leadkpi_attribution *sliced = with_fold("dimensions=channel; groups=2", "linear,markov");
        for (size_t row = 0; row < LARGE; row += size)
            OK(add_paths(sliced, large + row, row + size < LARGE ? size : LARGE - row, NULL, ok_error));
        same_state(whole, sliced);
        static const char models[] = "models=linear,markov";
        same_table(report(leadkpi_attribution_credits, whole, models),
                   report(leadkpi_attribution_credits, sliced, models));
        leadkpi_attribution_free(sliced);
    }
    blob b = state_of(whole);
    OK(leadkpi_attribution_deserialize(NULL, b.bytes, b.size, &back, ok_error));
    same_state(whole, back);
    OK(leadkpi_attribution_merge(back, whole, ok_error));
    free(b.bytes);
    leadkpi_attribution_free(back);
    leadkpi_attribution_free(whole);
}
END_TEST

/* As one path of 2^62 and more, and doubled again and again, each time as whole journeys. */
START_TEST(whole_journeys_are_counted_beyond_an_int64)
{
    enum { MANY = 1 << 14 };
    static path_row row[MANY];
    for (size_t i = 0; i < MANY; i++) row[i] = (path_row){"A > B > C > D", 0x1p48, 0, 0x1p48};
    leadkpi_attribution *a = with_fold("dimensions=channel", "markov"), *back;
    leadkpi_attribution *b = with_fold("dimensions=channel", "markov");
    OK(add_paths(a, row, 1, NULL, ok_error));
    for (size_t count = 1; count < MANY; count *= 2) {
        blob bytes = state_of(a);
        OK(leadkpi_attribution_deserialize(NULL, bytes.bytes, bytes.size, &back, ok_error));
        OK(leadkpi_attribution_merge(a, back, ok_error));
        leadkpi_attribution_free(back);
        free(bytes.bytes);
    }
    OK(add_paths(b, row, MANY, NULL, ok_error));
    same_state(a, b);
    OK(add_paths(a, row, 1, NULL, ok_error)); /* few go to the handle's table at once */
    OK(add_paths(b, row, 1, NULL, ok_error));
    same_state(a, b);
    leadkpi_table *t = report(leadkpi_attribution_transitions, a, "");
    ck_assert_double_eq(number_at(t, "weight", 0), 0x1p63 + 0x1p49);
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
    leadkpi_attribution_free(b);
}
END_TEST

START_TEST(a_fold_reports_what_the_paths_do_to_the_last_bit)
{
    for (size_t channels = 5; channels <= (_i ? 55u : 105u); channels += _i ? 50 : 100) {
        draw((uint64_t)_i * 7 + channels, channels, _i % 2);
        leadkpi_attribution *paths = attribution_with(worlds[_i].definition);
        leadkpi_attribution *fold = with_fold(worlds[_i].definition, ALL);
        same_reports(paths, fold, worlds[_i].options);
        add_in_batches(paths, 0, ROWS, ROWS);
        add_in_batches(fold, 0, ROWS, 110);
        same_reports(paths, fold, worlds[_i].options);
        leadkpi_attribution_free(paths);
        leadkpi_attribution_free(fold);
    }
}
END_TEST

/* Through the other door, with costs, and more rows than a slice has. */
START_TEST(paths_by_ids_and_costs_come_to_the_same)
{
    enum { MANY = 36000 };
    static int64_t numbers[MANY];
    static double conversions[MANY], values[MANY];
    static const char *channels[MANY];
    static const char *const names[] = {"a", "b", NULL, "direct", "e", "only nothing"};
    static const double costs[] = {5, 7};
    static const char *const paid[] = {"a", "never seen"};
    uint64_t s = 3;
    for (size_t i = 0; i < MANY; i++) {
        numbers[i] = (int64_t)(i / (1 + i % 3));
        conversions[i] = (double)(lk_test_random(&s) % 3) / 2;
        values[i] = (double)(lk_test_random(&s) % 1000) / 7;
        channels[i] = names[lk_test_random(&s) % 5];
    }
    numbers[MANY - 1] = -1; /* a path that nothing came of */
    conversions[MANY - 1] = values[MANY - 1] = 0;
    channels[MANY - 1] = names[5];
    leadkpi_attribution *both[2] = {attribution_with("dimensions=channel"),
                                    with_fold("dimensions=channel", ALL)};
    leadkpi_table *table = new_table(), *spent = new_table();
    OK(leadkpi_table_borrow_int64(table, "path", NUL, numbers, MANY, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(table, "conversions", NUL, conversions, MANY, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(table, "value", NUL, values, MANY, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(table, "channel", NUL, channels, MANY, ok_error));
    OK(leadkpi_table_copy_strings(spent, "channel", NUL, paid, 2, ok_error));
    OK(leadkpi_table_borrow_double(spent, "cost", NUL, costs, 2, 0, NULL, ok_error));
    for (int i = 0; i < 2; i++) {
        OK(leadkpi_attribution_add_costs(both[i], spent, NULL, 0, ok_error));
        OK(leadkpi_attribution_add_paths(both[i], table, NULL, 0, ok_error));
    }
    same_reports(both[0], both[1], "by=channel; rollup=true");
    leadkpi_table_free(table);
    leadkpi_table_free(spent);
    leadkpi_attribution_free(both[0]);
    leadkpi_attribution_free(both[1]);
}
END_TEST

/* ---- states --------------------------------------------------------------------------------- */

START_TEST(any_order_batches_and_shards_give_the_same_bytes)
{
    for (int whole = 0; whole < 2; whole++) {
        draw((uint64_t)_i + 31, _i == 2 ? 70 : 12, whole != 0);
        leadkpi_attribution *all = with_fold(worlds[_i].definition, ALL), *back;
        add_in_batches(all, 0, ROWS, ROWS);
        for (uint64_t round = 1; round <= 2; round++) {
            leadkpi_attribution *shards[3];
            shuffle(round);
            for (size_t i = 0; i < 3; i++) {
                OK(leadkpi_attribution_create_like(all, &shards[i], ok_error));
                add_in_batches(shards[i], i * ROWS / 3, (i + 1) * ROWS / 3, 50 * i + 20);
            }
            OK(leadkpi_attribution_merge(shards[1], shards[2], ok_error));
            OK(leadkpi_attribution_merge(shards[0], shards[1], ok_error));
            same_state(all, shards[0]);
            for (size_t i = 0; i < 3; i++) leadkpi_attribution_free(shards[i]);
        }
        blob b = state_of(all);
        OK(leadkpi_attribution_deserialize(NULL, b.bytes, b.size, &back, ok_error));
        same_state(all, back);
        same_reports(all, back, worlds[_i].options);
        add_in_batches(all, 0, 40, 40);
        add_in_batches(back, 0, 40, 7);
        same_state(all, back);
        free(b.bytes);
        leadkpi_attribution_free(all);
        leadkpi_attribution_free(back);
    }
}
END_TEST

START_TEST(markov_alone_needs_no_rule_beside_it)
{
    leadkpi_attribution *paths = attribution_with("dimensions=channel");
    leadkpi_attribution *fold = with_fold("dimensions=channel", "markov"), *twin, *back;
    draw(41, 20, true);
    OK(leadkpi_attribution_create_like(fold, &twin, ok_error));
    add_in_batches(paths, 0, ROWS, ROWS);
    add_in_batches(fold, 0, 100, 30);
    add_in_batches(twin, 100, ROWS, 70);
    OK(leadkpi_attribution_merge(fold, twin, ok_error));
    blob b = state_of(fold);
    OK(leadkpi_attribution_deserialize(NULL, b.bytes, b.size, &back, ok_error));
    same_state(fold, back);
    same_table(report(leadkpi_attribution_credits, paths, "models=markov"),
               report(leadkpi_attribution_credits, back, "models=markov"));
    free(b.bytes);
    leadkpi_attribution_free(paths);
    leadkpi_attribution_free(fold);
    leadkpi_attribution_free(twin);
    leadkpi_attribution_free(back);
}
END_TEST

/* What cancels is there all the same, whatever the batches. */
START_TEST(values_that_cancel_leave_the_same_bytes_in_any_batches)
{
    static const path_row cancelling[] = {{"a>b", 0, 5, 0}, {"a>b", 0, -5, 0}, {"c", 0, 0, 0}};
    leadkpi_attribution *one = with_fold("dimensions=channel", ALL);
    leadkpi_attribution *two = with_fold("dimensions=channel", ALL), *back;
    OK(add_paths(one, cancelling, 3, NULL, ok_error));
    OK(add_paths(two, cancelling, 1, NULL, ok_error));
    OK(add_paths(two, cancelling + 1, 2, NULL, ok_error));
    same_state(one, two);
    blob b = state_of(one);
    OK(leadkpi_attribution_deserialize(NULL, b.bytes, b.size, &back, ok_error));
    same_state(one, back);
    free(b.bytes);
    leadkpi_attribution_free(one);
    leadkpi_attribution_free(two);
    leadkpi_attribution_free(back);
}
END_TEST

/* Of bytes that are a state a report may still be refused, such as one whose sums overflow. */
static void try_report(const leadkpi_attribution *a)
{
    leadkpi_table *table;
    leadkpi_options *options = options_of("attribution_report", "models=linear,markov");
    leadkpi_status status = leadkpi_attribution_credits(a, options, &table, NULL);
    ck_assert((status == LEADKPI_OK) == (table != NULL));
    leadkpi_options_free(options);
    leadkpi_table_free(table);
}

START_TEST(hostile_bytes_are_refused_or_are_a_state)
{
    draw(16, 6, _i == 0);
    leadkpi_attribution *a = with_fold("dimensions=channel; groups=4", "linear,last_non,markov");
    add_in_batches(a, 0, 9, 9);
    try_hostile(a, 2000, try_report);
    leadkpi_attribution_free(a);
}
END_TEST

/* ---- what is refused ---------------------------------------------------------------------------- */

START_TEST(definitions_that_cannot_be_folded_are_refused)
{
    static const struct {
        const char *text;
        leadkpi_status status;
    } bad[] = {
        {"fold=linear", LEADKPI_CONTRADICTION}, /* three dimensions */
        {"dimensions=channel; fold=time_decay", LEADKPI_CONTRADICTION},
        {"dimensions=channel; fold=w", LEADKPI_CONTRADICTION},
        {"dimensions=channel; fold=linear,markov:2", LEADKPI_CONTRADICTION},
        {"dimensions=channel; fold=shapley", LEADKPI_CONTRADICTION},
        {"dimensions=channel; fold=u,u", LEADKPI_CONTRADICTION},
        {"dimensions=channel; fold=liner", LEADKPI_UNKNOWN_NAME},
        {"dimensions=channel; fold=custom:1/2", LEADKPI_BAD_ARGUMENT},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        leadkpi_attribution *made;
        leadkpi_error error;
        leadkpi_options *options = options_of("attribution", bad[i].text);
        ck_assert_msg(leadkpi_attribution_create(NULL, options, &made, &error) == bad[i].status,
                      "%s: %s", bad[i].text, error.message);
        ck_assert_ptr_null(made);
        leadkpi_options_free(options);
    }
}
END_TEST

/* 1100 channels that cost something, and one path. */
START_TEST(costs_of_many_channels_leave_no_room_for_markov_and_it_says_so)
{
    static char names[1100][8];
    static const char *channels[1100];
    static double costs[1100];
    static const path_row one = {"a", 1, 0, 1};
    leadkpi_attribution *a = with_fold("dimensions=channel; groups=2", "linear,markov");
    leadkpi_table *spent = new_table(), *table;
    leadkpi_error error;
    for (size_t i = 0; i < 1100; i++) {
        snprintf(names[i], sizeof names[i], "x%d", (int)i);
        channels[i] = names[i];
        costs[i] = 1;
    }
    OK(leadkpi_table_copy_strings(spent, "channel", NUL, channels, 1100, ok_error));
    OK(leadkpi_table_borrow_double(spent, "cost", NUL, costs, 1100, 0, NULL, ok_error));
    OK(add_paths(a, &one, 1, NULL, ok_error));
    OK(leadkpi_attribution_add_costs(a, spent, NULL, 0, ok_error));
    leadkpi_table_free(report(leadkpi_attribution_credits, a, "models=linear"));
    leadkpi_options *options = options_of("attribution_report", "models=markov");
    ck_assert_int_eq(leadkpi_attribution_credits(a, options, &table, &error), LEADKPI_LIMIT);
    ck_assert_msg(strstr(error.message, "costs") != NULL, "%s", error.message);
    leadkpi_options_free(options);
    leadkpi_table_free(spent);
    leadkpi_attribution_free(a);
}
END_TEST

static void refused(leadkpi_status status, const leadkpi_error *error, const char *word)
{
    ck_assert_int_eq(status, LEADKPI_CONTRADICTION);
    ck_assert_msg(strstr(error->message, word) != NULL, "%s", error->message);
}

START_TEST(what_needs_paths_is_refused_and_names_the_option)
{
    static const report_call calls[] = {leadkpi_attribution_paths, leadkpi_attribution_touches,
                                        leadkpi_attribution_orders};
    static const char *const models[] = {"shapley", "markov:2", "shao_li", "j", "time_decay",
                                         "markov; collapse=none", "u; two_touches=split_middle"};
    static const touch one = {1, 1, 0, "a", NULL};
    static const conversion won = {1, 2, NULL, 1, 1};
    leadkpi_attribution *a = with_fold("dimensions=channel", "linear,u,markov"), *made;
    leadkpi_error error;
    leadkpi_table *table;
    draw(5, 5, true);
    add_in_batches(a, 0, 20, 20);
    blob before = state_of(a);
    refused(add_touches(a, &one, 1, NULL, &error), &error, "fold");
    refused(add_conversions(a, &won, 1, NULL, &error), &error, "fold");
    refused(leadkpi_attribution_close(a, NULL, &made, &error), &error, "fold");
    OK(leadkpi_attribution_create_like(a, &made, ok_error));
    refused(leadkpi_attribution_subtract(a, made, &error), &error, "fold");
    for (size_t i = 0; i < 3; i++) {
        leadkpi_options *options = options_of("attribution_report", "models=linear");
        refused(calls[i](a, options, &table, &error), &error, "fold");
        leadkpi_options_free(options);
    }
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        char text[64];
        snprintf(text, sizeof text, "models=%s", models[i]);
        leadkpi_options *options = options_of("attribution_report", text);
        refused(leadkpi_attribution_credits(a, options, &table, &error), &error, "fold");
        leadkpi_options_free(options);
    }
    leadkpi_table_free(report(leadkpi_attribution_credits, a, "models=ga_position,adobe_linear"));
    unchanged(a, before);
    leadkpi_attribution_free(a);
    leadkpi_attribution_free(made);
}
END_TEST

START_TEST(rows_that_cannot_be_are_refused_and_nothing_changes)
{
    static char names[1030][8];
    static path_row many[1030];
    leadkpi_attribution *a = with_fold("dimensions=channel; groups=1", "linear");
    leadkpi_error error;
    draw(9, 9, false);
    add_in_batches(a, 0, 100, 100);
    blob before = state_of(a);
    for (size_t i = 0; i < 1030; i++) {
        snprintf(names[i], sizeof names[i], "x%d", (int)i);
        many[i] = (path_row){names[i], 1, 0, 0};
    }
    ck_assert_int_eq(add_paths(a, many, 1030, "b", &error), LEADKPI_LIMIT);
    rows[ROWS - 1].conversions = -1;
    ck_assert_int_eq(add_paths(a, rows, ROWS, "b", &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, ROWS - 1);
    unchanged(a, before);
    leadkpi_attribution_free(a);
}
END_TEST

/* ---- memory ----------------------------------------------------------------------------------------- */

static uint64_t live_after(lk_fault *fault, leadkpi_attribution *a, int first, int count)
{
    static path_row block[1000];
    static char names[1000][64];
    for (int row = first; row < first + count; row += 1000) {
        for (int i = 0; i < 1000; i++) {
            int n = row + i; /* each path once: the digits of its number */
            snprintf(names[i], sizeof names[i], "c%d>d%d>c%d>d%d>c%d", n % 10, n / 10 % 10,
                     n / 100 % 10, n / 1000 % 10, n / 10000);
            block[i] = (path_row){names[i], 1, n, n % 3};
        }
        OK(add_paths(a, block, 1000, NULL, ok_error));
    }
    return fault->live_bytes;
}

START_TEST(memory_does_not_grow_with_distinct_paths)
{
    lk_fault fault;
    leadkpi_attribution *a;
    lk_fault_init(&fault);
    leadkpi_options *options = options_of("attribution", "dimensions=channel; groups=8; fold=linear,u,markov");
    OK(leadkpi_attribution_create(&fault.host, options, &a, ok_error));
    leadkpi_options_free(options);
    uint64_t at_20000 = live_after(&fault, a, 0, 20000);
    uint64_t at_40000 = live_after(&fault, a, 20000, 20000);
    ck_assert_uint_eq(at_20000, at_40000);
    ck_assert_uint_lt(fault.peak_bytes, 2u << 20);
    leadkpi_attribution_free(a);
    lk_fault_nothing_held(&fault, "fold");
}
END_TEST

/* ---- faults ----------------------------------------------------------------------------------------- */

typedef struct fault_context {
    leadkpi_attribution *attribution, *other, *made;
    leadkpi_options *options;
    leadkpi_table *result;
    blob bytes;
} fault_context;

static void set_up(const leadkpi_host *host, void *context)
{
    fault_context *f = context;
    draw(17, 12, false);
    for (int i = 0; i < 15; i++) /* counts that go to exact sums at once */
        if (i % 3 == 1) rows[i].conversions = 0x1p61;
    leadkpi_options *definition =
        options_of("attribution", "dimensions=channel; groups=1; fold=last_non,participation,markov");
    OK(leadkpi_attribution_create(host, definition, &f->attribution, ok_error));
    OK(leadkpi_attribution_create_like(f->attribution, &f->other, ok_error));
    leadkpi_options_free(definition);
    OK(add_paths(f->attribution, rows, 5, NULL, ok_error));
    OK(add_paths(f->other, rows + 5, 10, NULL, ok_error));
    f->bytes = state_of(f->attribution);
    f->options = options_of("attribution_report", "models=last_non,participation,markov");
}

#define ACT(name, call)                                                                            \
    static leadkpi_status act_##name(const leadkpi_host *host, void *context, leadkpi_error *error) \
    {                                                                                              \
        fault_context *f = context;                                                                \
        (void)host;                                                                                \
        return call;                                                                               \
    }
ACT(add, add_paths(f->attribution, rows + 5, 8, "b", error))
ACT(merge, leadkpi_attribution_merge(f->attribution, f->other, error))
ACT(serialize, leadkpi_attribution_serialize(f->attribution, f->bytes.bytes, f->bytes.size, NULL, error))
ACT(deserialize, leadkpi_attribution_deserialize(host, f->bytes.bytes, f->bytes.size, &f->made, error))
ACT(states, leadkpi_attribution_states(f->attribution, f->options, &f->result, error))
ACT(credits, leadkpi_attribution_credits(f->attribution, f->options, &f->result, error))

static void state(void *context, lk_fault_bytes *bytes)
{
    fault_context *f = context;
    blob b = state_of(f->attribution);
    bytes->data = b.bytes;
    bytes->length = b.size;
}

static void tear_down(void *context)
{
    fault_context *f = context;
    leadkpi_table_free(f->result);
    leadkpi_attribution_free(f->attribution);
    leadkpi_attribution_free(f->other);
    leadkpi_attribution_free(f->made);
    leadkpi_options_free(f->options);
    free(f->bytes.bytes);
    memset(f, 0, sizeof *f);
}

static const struct {
    const char *name;
    leadkpi_status (*act)(const leadkpi_host *, void *, leadkpi_error *);
} acts[] = {
    {"add_paths", act_add},     {"merge", act_merge},     {"serialize", act_serialize},
    {"deserialize", act_deserialize}, {"credits", act_credits},         {"states", act_states},
};
#define ACT_COUNT (int)(sizeof acts / sizeof acts[0])

START_TEST(whichever_allocation_fails_nothing_is_half_done)
{
    static fault_context f;
    lk_fault_case fault = {acts[_i].name, set_up, acts[_i].act, state, tear_down, &f};
    lk_fault_every_allocation(&fault);
    if (_i < 4) lk_fault_every_poll(&fault);
}
END_TEST

static Suite *suite_of_folds(void)
{
    Suite *suite = suite_create("attribution fold");
    TCase *reports = tcase_create("reports"), *states = tcase_create("states");
    TCase *refusals = tcase_create("refusals"), *faults = tcase_create("faults");
    tcase_add_loop_test(reports, a_fold_reports_what_the_paths_do_to_the_last_bit, 0, WORLD_COUNT);
    tcase_add_test(reports, transitions_and_states_are_those_of_the_paths);
    tcase_add_test(reports, large_sums_count_however_the_calls_slice_the_rows);
    tcase_add_test(reports, whole_journeys_are_counted_beyond_an_int64);
    tcase_add_test(reports, paths_by_ids_and_costs_come_to_the_same);
    tcase_add_loop_test(states, any_order_batches_and_shards_give_the_same_bytes, 0, 3);
    tcase_add_test(states, markov_alone_needs_no_rule_beside_it);
    tcase_add_test(states, values_that_cancel_leave_the_same_bytes_in_any_batches);
    tcase_add_loop_test(states, hostile_bytes_are_refused_or_are_a_state, 0, 2);
    tcase_add_test(refusals, definitions_that_cannot_be_folded_are_refused);
    tcase_add_test(refusals, what_needs_paths_is_refused_and_names_the_option);
    tcase_add_test(refusals, costs_of_many_channels_leave_no_room_for_markov_and_it_says_so);
    tcase_add_test(refusals, rows_that_cannot_be_are_refused_and_nothing_changes);
    tcase_add_test(refusals, memory_does_not_grow_with_distinct_paths);
    tcase_add_loop_test(faults, whichever_allocation_fails_nothing_is_half_done, 0, ACT_COUNT);
    tcase_set_timeout(reports, 60);
    tcase_set_timeout(states, 60);
    tcase_set_timeout(faults, 60);
    suite_add_tcase(suite, reports);
    suite_add_tcase(suite, states);
    suite_add_tcase(suite, refusals);
    suite_add_tcase(suite, faults);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_folds());
}
