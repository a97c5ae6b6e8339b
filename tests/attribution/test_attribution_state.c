/* States: the same bytes whatever the order, batches and shards; what comes back; what is refused;
 * and what is left when memory runs out. */
#include "../support/check_main.h"
#include "../support/fault.h"
#include "hostile.h"

#include "attribution/path_text.h"
#include "attribution/state.h"

#define COUNT(rows) (sizeof(rows) / sizeof (rows)[0])
#define ROWS 300

static const char *const definitions[] = {
    "",
    "lookback=30us; repeat=cycle; touches_max=3; transforms=collapse,drop:b; groups=4",
    "ids=hashed; nulls=never_converted; dimensions=channel,campaign; groups=1",
    "repeat=until_newer; nulls=inactivity; inactivity=9us; same_time=ignored",
};

typedef struct world {
    touch touches[ROWS];
    conversion conversions[ROWS];
    milestone milestones[ROWS];
    path_row paths[ROWS];
} world;

static void draw(world *w, uint64_t seed)
{
    static const char *const channels[] = {"a", "b", "c", "direct", "", NULL};
    static const char *const campaigns[] = {"x", "y", NULL};
    static const char *const types[] = {"won", "lead", NULL, ""};
    static const char *const paths[] = {"a > b", "a", "", "b > b > c", "c > a > b > direct", "z"};
    uint64_t s = seed;
#define DRAW(n) ((int64_t)(lk_test_random(&s) % (n)))
    for (size_t i = 0; i < ROWS; i++) {
        w->touches[i] = (touch){DRAW(40) - 5, DRAW(60), DRAW(3) - 1, channels[DRAW(6)],
                                campaigns[DRAW(3)]};
        w->conversions[i] = (conversion){DRAW(40) - 5, DRAW(60), types[DRAW(4)],
                                         (double)(DRAW(2000) - 300) / 100, (double)DRAW(4) / 2};
        w->milestones[i] = (milestone){DRAW(40) - 5, DRAW(60), DRAW(2) ? "lead" : "opportunity"};
        w->paths[i] = (path_row){paths[DRAW(6)], (double)DRAW(3), (double)(DRAW(900)) / 7,
                                 (double)DRAW(3)};
    }
#undef DRAW
}

#define SHUFFLE(rows, state)                                                                       \
    for (size_t i_ = ROWS; i_-- > 1;) {                                                            \
        size_t j_ = (size_t)(lk_test_random(state) % (i_ + 1));                                    \
        unsigned char moved_[sizeof *(rows)];                                                      \
        memcpy(moved_, &(rows)[i_], sizeof moved_);                                                \
        memcpy(&(rows)[i_], &(rows)[j_], sizeof moved_);                                           \
        memcpy(&(rows)[j_], moved_, sizeof moved_);                                                \
    }

static void shuffle(world *w, uint64_t seed)
{
    uint64_t state = seed;
    SHUFFLE(w->touches, &state)
    SHUFFLE(w->conversions, &state)
    SHUFFLE(w->milestones, &state)
    SHUFFLE(w->paths, &state)
}

/* Rows from `first` up to, not with, `last` of each. */
static void add(leadkpi_attribution *a, const world *w, size_t first, size_t last)
{
    OK(add_paths(a, w->paths + first, last - first, NULL, ok_error));
    OK(add_conversions(a, w->conversions + first, last - first, NULL, ok_error));
    OK(add_touches(a, w->touches + first, last - first, NULL, ok_error));
    OK(add_milestones(a, w->milestones + first, last - first, NULL, ok_error));
}

static leadkpi_attribution *with_all(const char *definition, const world *w)
{
    leadkpi_attribution *a = attribution_with(definition);
    add(a, w, 0, ROWS);
    return a;
}

START_TEST(any_order_batches_and_shards_give_the_same_bytes)
{
    static world w;
    draw(&w, 11);
    leadkpi_attribution *whole = with_all(definitions[_i], &w);
    for (uint64_t round = 1; round <= 3; round++) {
        leadkpi_attribution *shards[3];
        shuffle(&w, round);
        for (size_t i = 0; i < 3; i++) {
            OK(leadkpi_attribution_create_like(whole, &shards[i], ok_error));
            for (size_t row = i * ROWS / 3; row < (i + 1) * ROWS / 3; row += 25)
                add(shards[i], &w, row, row + 25);
        }
        OK(leadkpi_attribution_merge(shards[round % 3], shards[(round + 1) % 3], ok_error));
        OK(leadkpi_attribution_merge(shards[round % 3], shards[(round + 2) % 3], ok_error));
        same_state(whole, shards[round % 3]);
        for (size_t i = 0; i < 3; i++) leadkpi_attribution_free(shards[i]);
    }
    leadkpi_attribution_free(whole);
}
END_TEST

START_TEST(a_state_read_back_writes_the_same_bytes_and_reports_the_same)
{
    static world w;
    draw(&w, 12);
    leadkpi_attribution *a = with_all(definitions[_i], &w), *back;
    blob b = state_of(a);
    OK(leadkpi_attribution_deserialize(NULL, b.bytes, b.size, &back, ok_error));
    same_state(a, back);
    const char *options = "models=first,time_decay:9us,w,linear_unique,markov,last_non:direct";
    leadkpi_table *x = report(leadkpi_attribution_credits, a, options);
    leadkpi_table *y = report(leadkpi_attribution_credits, back, options);
    for (size_t row = 0; row < leadkpi_table_row_count(x); row++) {
        double p = number_at(x, "conversions", row), q = number_at(y, "conversions", row);
        ck_assert_double_eq(p, q);
        p = number_at(x, "value_error", row), q = number_at(y, "value_error", row);
        ck_assert((p != p && q != q) || p == q);
    }
    leadkpi_table_free(x);
    leadkpi_table_free(y);
    add(back, &w, 0, 20);
    add(a, &w, 0, 20);
    same_state(a, back);
    leadkpi_attribution_free(a);
    leadkpi_attribution_free(back);
    free(b.bytes);
}
END_TEST

START_TEST(an_empty_handle_has_a_state_and_reports)
{
    leadkpi_attribution *a = attribution_with(definitions[_i]), *back;
    blob b = state_of(a);
    OK(leadkpi_attribution_deserialize(NULL, b.bytes, b.size, &back, ok_error));
    same_state(a, back);
    static const report_call calls[] = {leadkpi_attribution_credits, leadkpi_attribution_compare,
                                        leadkpi_attribution_touches, leadkpi_attribution_paths,
                                        leadkpi_attribution_summary};
    for (size_t i = 0; i < COUNT(calls); i++)
        leadkpi_table_free(report(calls[i], back, "models=first,w,last_in:x"));
    leadkpi_table_free(report(leadkpi_attribution_credits, back, "models=markov,markov:2"));
    leadkpi_attribution_free(a);
    leadkpi_attribution_free(back);
    free(b.bytes);
}
END_TEST

START_TEST(closed_journeys_keep_their_credit_and_can_be_taken_away)
{
    static world w;
    draw(&w, 13);
    leadkpi_attribution *a = with_all(definitions[_i], &w), *closed, *before, *empty;
    OK(leadkpi_attribution_close(a, NULL, &closed, ok_error));
    const char *options = "models=first,u,linear_unique,last_non:direct; by=channel,campaign";
    leadkpi_table *x = report(leadkpi_attribution_credits, a, options);
    leadkpi_table *y = report(leadkpi_attribution_credits, closed, options);
    for (size_t i = 0, j = 0; j < leadkpi_table_row_count(y); i++) {
        double credit = number_at(x, "conversions", i);
        /* a group whose touches are all unused is not in the closed one */
        if (credit == 0 && number_at(y, "conversions", j) != 0) continue;
        ck_assert_double_eq(credit, number_at(y, "conversions", j));
        ck_assert_double_eq(number_at(x, "value", i), number_at(y, "value", j));
        j++;
    }
    leadkpi_table_free(x);
    leadkpi_table_free(y);

    OK(leadkpi_attribution_create_like(a, &before, ok_error));
    OK(add_paths(before, w.paths, 50, NULL, ok_error));
    leadkpi_attribution *both, *only = attribution_with(definitions[_i]);
    OK(leadkpi_attribution_create_like(a, &both, ok_error));
    OK(leadkpi_attribution_merge(both, before, ok_error));
    OK(leadkpi_attribution_merge(both, closed, ok_error));
    OK(leadkpi_attribution_subtract(both, closed, ok_error));
    same_state(both, before);
    OK(leadkpi_attribution_subtract(both, before, ok_error));
    OK(leadkpi_attribution_create_like(a, &empty, ok_error));
    same_state(both, empty);
    same_state(only, empty);

    leadkpi_error error;
    ck_assert_int_eq(leadkpi_attribution_subtract(before, closed, &error), LEADKPI_MISMATCH);
    ck_assert_int_eq(leadkpi_attribution_subtract(a, before, &error), LEADKPI_WRONG_STATE);
    ck_assert_int_eq(leadkpi_attribution_subtract(before, before, &error), LEADKPI_BAD_ARGUMENT);
    leadkpi_attribution_free(only);
    leadkpi_attribution_free(both);
    leadkpi_attribution_free(empty);
    leadkpi_attribution_free(before);
    leadkpi_attribution_free(closed);
    leadkpi_attribution_free(a);
}
END_TEST

static leadkpi_attribution *with_cost(double cost, size_t rows)
{
    static const char *const channels[] = {"a", "a"};
    const double costs[] = {cost, 0};
    leadkpi_attribution *a = attribution_with("");
    leadkpi_table *table = new_table();
    OK(leadkpi_table_copy_strings(table, "channel", NUL, channels, rows, ok_error));
    OK(leadkpi_table_borrow_double(table, "cost", NUL, costs, rows, 0, NULL, ok_error));
    OK(leadkpi_attribution_add_costs(a, table, NULL, 0, ok_error));
    leadkpi_table_free(table);
    return a;
}

/* What is left must be a sum that rows could have given: else its bytes are no state. */
START_TEST(amounts_that_are_not_there_cannot_be_taken_away)
{
    static const struct {
        double all, part;
        size_t all_rows, part_rows;
        leadkpi_status status;
    } cases[] = {
        {10, 20, 2, 1, LEADKPI_MISMATCH}, /* less than nothing would be left */
        {10, 4, 1, 1, LEADKPI_MISMATCH},  /* 6 of no row */
        {10, 4, 1, 2, LEADKPI_MISMATCH},
        {10, 4, 2, 1, LEADKPI_OK},
        {10, 10, 1, 1, LEADKPI_OK},
    };
    leadkpi_error error;
    for (size_t i = 0; i < COUNT(cases); i++) {
        leadkpi_attribution *a = with_cost(cases[i].all, cases[i].all_rows), *b;
        leadkpi_attribution *before = with_cost(cases[i].all, cases[i].all_rows);
        leadkpi_attribution *part = with_cost(cases[i].part, cases[i].part_rows);
        ck_assert_int_eq(leadkpi_attribution_subtract(a, part, &error), cases[i].status);
        if (cases[i].status != LEADKPI_OK) same_state(a, before);
        blob bytes = state_of(a);
        OK(leadkpi_attribution_deserialize(NULL, bytes.bytes, bytes.size, &b, ok_error));
        same_state(a, b);
        free(bytes.bytes);
        leadkpi_attribution_free(a);
        leadkpi_attribution_free(b);
        leadkpi_attribution_free(before);
        leadkpi_attribution_free(part);
    }
    static const path_row here[] = {{"a", 1, 5, 0}}, elsewhere[] = {{"b", 0, 5, 0}};
    leadkpi_attribution *a = attribution_with(""), *b = attribution_with("");
    OK(add_paths(a, here, 1, NULL, ok_error));
    OK(add_paths(b, elsewhere, 1, NULL, ok_error));
    ck_assert_int_eq(leadkpi_attribution_subtract(a, b, &error), LEADKPI_MISMATCH);
    leadkpi_attribution_free(a);
    leadkpi_attribution_free(b);
}
END_TEST

START_TEST(a_batch_seen_before_changes_nothing)
{
    static world w;
    leadkpi_error error;
    draw(&w, 14);
    leadkpi_attribution *a = attribution_with(""), *b = attribution_with("");
    OK(add_touches(a, w.touches, 9, "monday", ok_error));
    OK(add_touches(b, w.touches, 9, "monday", ok_error));
    ck_assert_int_eq(add_touches(a, w.touches, 9, "monday", &error), LEADKPI_OK);
    ck_assert_str_eq(error.message, "batch \"monday\" was added before; nothing changed");
    same_state(a, b);
    ck_assert_int_eq(leadkpi_attribution_merge(a, b, &error), LEADKPI_MISMATCH);
    same_state(a, b);
    leadkpi_attribution_free(a);
    leadkpi_attribution_free(b);
}
END_TEST

/* ---- rows that cannot be ------------------------------------------------------------- */

START_TEST(rows_that_cannot_be_are_refused_and_nothing_changes)
{
    static world w;
    leadkpi_error error;
    draw(&w, 15);
    leadkpi_attribution *a = with_all("", &w);
    blob before = state_of(a);
    static const double bad[] = {-1, NAN, INFINITY, 0x1p63};
    for (size_t i = 0; i < COUNT(bad); i++) {
        path_row paths[] = {{"new > path", 1, 2, 3}, {"a > b", 1, 2, 3}, {"bad", 1, 0, 0}};
        paths[2].conversions = bad[i];
        leadkpi_status expected = i == 3 ? LEADKPI_OVERFLOW : LEADKPI_BAD_DATA;
        ck_assert_int_eq(add_paths(a, paths, 3, NULL, &error), expected);
        ck_assert_int_eq(error.row, 2);
        paths[2] = (path_row){"bad", 1, 0, bad[i]};
        ck_assert_int_eq(add_paths(a, paths, 3, NULL, &error), expected);
        conversion won[] = {{99, 1, "new", 1, 1}, {99, 1, NULL, 1, bad[i]}};
        ck_assert_int_eq(add_conversions(a, won, 2, "batch", &error), expected);
        won[1] = (conversion){99, 1, NULL, bad[i], 1};
        if (i > 0) ck_assert_int_eq(add_conversions(a, won, 2, NULL, &error), expected);
    }
    touch late[] = {{77, 1, 0, "new", "new"}, {77, INT64_MAX, 0, "a", NULL}};
    ck_assert_int_eq(add_touches(a, late, 2, NULL, &error), LEADKPI_BAD_DATA);
    unchanged(a, before);
    leadkpi_attribution_free(a);
}
END_TEST

/* ---- costs ----------------------------------------------------------------------------- */

static leadkpi_status add_costs(leadkpi_attribution *a, const char *const *channels,
                                const double *costs, size_t count, leadkpi_error *error)
{
    leadkpi_table *table = new_table();
    OK(leadkpi_table_copy_strings(table, "channel", NUL, channels, count, ok_error));
    OK(leadkpi_table_borrow_double(table, "cost", NUL, costs, count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(table, "claimed_conversions", NUL, costs, count, 0, NULL, ok_error));
    leadkpi_status status = leadkpi_attribution_add_costs(a, table, NULL, 0, error);
    leadkpi_table_free(table);
    return status;
}

START_TEST(costs_add_up_over_shards_and_are_kept_when_journeys_close)
{
    static const char *const channels[] = {"a", "b", "a", "c"};
    static const double costs[] = {1.25, 7, 0.1, 3};
    leadkpi_error error;
    leadkpi_attribution *whole = attribution_with(""), *first = attribution_with(""),
                        *second = attribution_with(""), *closed;
    const path_row paths[] = {{"c > a", 1, 5, 2}};
    OK(add_paths(first, paths, 1, NULL, ok_error));
    OK(add_paths(whole, paths, 1, NULL, ok_error));
    OK(add_costs(whole, channels, costs, 4, ok_error));
    OK(add_costs(first, channels, costs, 2, ok_error));
    OK(add_costs(second, channels + 2, costs + 2, 2, ok_error));
    OK(leadkpi_attribution_merge(first, second, ok_error));
    same_state(whole, first);
    OK(leadkpi_attribution_close(whole, NULL, &closed, ok_error));
    leadkpi_table *table = report(leadkpi_attribution_credits, closed, "models=last");
    ck_assert_double_eq_tol(number_at(table, "cost", row_of(table, "last", "a")), 1.35, 1e-12);
    ck_assert_double_eq_tol(number_at(table, "cost", row_of(table, "last", "c")), 3, 1e-12);
    leadkpi_table_free(table);
    const double bad[] = {1, 2, 3, -1}; /* what went in before the fourth comes out again */
    ck_assert_int_eq(add_costs(first, channels, bad, 4, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 3);
    same_state(whole, first);
    leadkpi_attribution_free(whole), leadkpi_attribution_free(first);
    leadkpi_attribution_free(second), leadkpi_attribution_free(closed);
}
END_TEST

/* ---- limits ----------------------------------------------------------------------------- */

static leadkpi_attribution *copy_of(const leadkpi_attribution *a)
{
    leadkpi_attribution *copy;
    blob b = state_of(a);
    OK(leadkpi_attribution_deserialize(NULL, b.bytes, b.size, &copy, ok_error));
    free(b.bytes);
    return copy;
}

/* A path's sums stay below 2^94: 2^62 doubled 31 times is one bit less, all of these together are
 * 2^62 less. One more is refused, and what came with it is not half in. */
START_TEST(sums_of_a_path_that_no_longer_fit_are_refused_and_nothing_changes)
{
    leadkpi_error error;
    const path_row large[] = {{"p", 0, 0x1p62, 0}};
    const path_row rows[] = {{"new", 1, 1, 1}, {"p", 0, 1, 0}, {"p", 0, 0x1p62, 0}};
    leadkpi_attribution *power = attribution_with(""), *sum = attribution_with(""), *twin, *before;
    OK(add_paths(power, large, 1, NULL, ok_error));
    for (int i = 0; i < 31; i++) {
        OK(leadkpi_attribution_merge(sum, power, ok_error));
        twin = copy_of(power);
        OK(leadkpi_attribution_merge(power, twin, ok_error));
        leadkpi_attribution_free(twin);
    }
    OK(leadkpi_attribution_merge(sum, power, ok_error));
    before = copy_of(sum);
    ck_assert_int_eq(leadkpi_attribution_merge(sum, power, &error), LEADKPI_OVERFLOW);
    ck_assert_int_eq(add_paths(sum, rows, 3, NULL, &error), LEADKPI_OVERFLOW);
    ck_assert_int_eq(error.row, 2);
    same_state(before, sum);
    leadkpi_attribution_free(power), leadkpi_attribution_free(sum), leadkpi_attribution_free(before);
}
END_TEST

START_TEST(columns_are_asked_for_by_name_and_type)
{
    leadkpi_error error;
    leadkpi_attribution *a = attribution_with("");
    leadkpi_table *table = new_table();
    static const int64_t ids[] = {1};
    static const char *const text[] = {"x"};
    ck_assert_int_eq(leadkpi_attribution_add_touches(a, table, NULL, 0, &error), LEADKPI_UNKNOWN_NAME);
    OK(leadkpi_table_borrow_int64(table, "id", NUL, ids, 1, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, ids, 1, 0, NULL, ok_error));
    ck_assert_int_eq(leadkpi_attribution_add_touches(a, table, NULL, 0, &error), LEADKPI_UNKNOWN_NAME);
    OK(leadkpi_table_copy_strings(table, "channel", NUL, text, 1, ok_error));
    OK(leadkpi_attribution_add_touches(a, table, NULL, 0, ok_error));
    ck_assert_int_eq(leadkpi_attribution_add_milestones(a, table, NULL, 0, &error),
                     LEADKPI_UNKNOWN_NAME);
    ck_assert_int_eq(leadkpi_attribution_add_paths(a, table, NULL, 0, &error), LEADKPI_UNKNOWN_NAME);
    leadkpi_table_free(table);
    table = new_table();
    OK(leadkpi_table_copy_strings(table, "id", NUL, text, 1, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, ids, 1, 0, NULL, ok_error));
    ck_assert_int_eq(leadkpi_attribution_add_conversions(a, table, NULL, 0, &error),
                     LEADKPI_WRONG_TYPE);
    leadkpi_table_free(table);
    ck_assert_int_eq(leadkpi_attribution_add_touches(NULL, NULL, NULL, 0, &error),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_attribution_credits(a, NULL, NULL, &error), LEADKPI_NULL_ARGUMENT);
    leadkpi_attribution_free(a);
}
END_TEST

/* ---- hostile bytes ---------------------------------------------------------------------- */

static void report_some(const leadkpi_attribution *a)
{
    leadkpi_table_free(report(leadkpi_attribution_credits, a, "models=u,time_decay,w"));
}

START_TEST(hostile_bytes_are_refused_or_are_a_state)
{
    static world w;
    draw(&w, 16);
    leadkpi_attribution *a = attribution_with(definitions[_i]);
    add(a, &w, 0, 6);
    try_hostile(a, 4000, report_some);
    leadkpi_attribution_free(a);
}
END_TEST

/* ---- faults ------------------------------------------------------------------------------- */

typedef struct fault_context {
    leadkpi_attribution *attribution, *other, *paths, *made;
    leadkpi_options *options;
    leadkpi_table *result, *rows;
    blob bytes;
} fault_context;

static void set_up(const leadkpi_host *host, void *context)
{
    static world w;
    fault_context *f = context;
    draw(&w, 17);
    leadkpi_options *definition = options_of("attribution", definitions[1]);
    OK(leadkpi_attribution_create(host, definition, &f->attribution, ok_error));
    OK(leadkpi_attribution_create_like(f->attribution, &f->other, ok_error));
    OK(leadkpi_attribution_create_like(f->attribution, &f->paths, ok_error));
    leadkpi_options_free(definition);
    add(f->attribution, &w, 0, 30);
    add(f->other, &w, 30, 60);
    OK(add_paths(f->paths, w.paths, 30, NULL, ok_error));
    f->bytes = state_of(f->attribution);
    f->options = options_of("attribution_report",
                            "models=first,u,time_decay,w,last_non:direct,participation,markov,"
                            "markov:2,shapley,shao_li; by=channel,campaign");
    f->rows = new_table();
    static const char *const channels[] = {"new", "a", "newer"}, *const paths[] = {"q > r", "a > b", "p"};
    static const int64_t ids[] = {1, 50, 51}, times[] = {1, 2, 3};
    static const double costs[] = {1, 2, 3};
    OK(leadkpi_table_borrow_int64(f->rows, "id", NUL, ids, 3, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(f->rows, "time", NUL, times, 3, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(f->rows, "channel", NUL, channels, 3, ok_error));
    OK(leadkpi_table_copy_strings(f->rows, "milestone", NUL, channels, 3, ok_error));
    OK(leadkpi_table_copy_strings(f->rows, "type", NUL, channels, 3, ok_error));
    OK(leadkpi_table_copy_strings(f->rows, "path", NUL, paths, 3, ok_error));
    OK(leadkpi_table_borrow_double(f->rows, "cost", NUL, costs, 3, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(f->rows, "conversions", NUL, costs, 3, 0, NULL, ok_error));
}

#define ACT(name, call)                                                                            \
    static leadkpi_status act_##name(const leadkpi_host *host, void *context, leadkpi_error *error) \
    {                                                                                              \
        fault_context *f = context;                                                                \
        (void)host;                                                                                \
        return call;                                                                               \
    }
ACT(touches, leadkpi_attribution_add_touches(f->attribution, f->rows, "b", 1, error))
ACT(conversions, leadkpi_attribution_add_conversions(f->attribution, f->rows, "b", 1, error))
ACT(milestones, leadkpi_attribution_add_milestones(f->attribution, f->rows, NULL, 0, error))
ACT(nulls, leadkpi_attribution_add_nulls(f->attribution, f->rows, NULL, 0, error))
ACT(paths, leadkpi_attribution_add_paths(f->attribution, f->rows, "b", 1, error))
static leadkpi_status add_path_rows(leadkpi_attribution *a, leadkpi_error *error)
{
    static const int64_t paths[] = {1, 1, 2};
    static const char *const channels[] = {"q", "r", "p"};
    static const double ones[] = {1, 0, 3};
    leadkpi_table *table = new_table();
    OK(leadkpi_table_borrow_int64(table, "path", NUL, paths, 3, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(table, "channel", NUL, channels, 3, ok_error));
    OK(leadkpi_table_borrow_double(table, "conversions", NUL, ones, 3, 0, NULL, ok_error));
    leadkpi_status status = leadkpi_attribution_add_paths(a, table, NULL, 0, error);
    leadkpi_table_free(table);
    return status;
}
ACT(path_rows, add_path_rows(f->attribution, error))
ACT(costs, leadkpi_attribution_add_costs(f->attribution, f->rows, NULL, 0, error))
ACT(merge, leadkpi_attribution_merge(f->attribution, f->other, error))
ACT(subtract, leadkpi_attribution_subtract(f->paths, f->made, error))
ACT(close, leadkpi_attribution_close(f->attribution, NULL, &f->made, error))
ACT(create_like, leadkpi_attribution_create_like(f->attribution, &f->made, error))
ACT(serialize, leadkpi_attribution_serialize(f->attribution, f->bytes.bytes, f->bytes.size, NULL, error))
ACT(deserialize,
    leadkpi_attribution_deserialize(host, f->bytes.bytes, f->bytes.size, &f->made, error))
ACT(credits, leadkpi_attribution_credits(f->attribution, f->options, &f->result, error))
ACT(summary, leadkpi_attribution_summary(f->attribution, NULL, &f->result, error))
ACT(paths_report, leadkpi_attribution_paths(f->attribution, f->options, &f->result, error))
ACT(touches_report, leadkpi_attribution_touches(f->attribution, NULL, &f->result, error))
ACT(compare, leadkpi_attribution_compare(f->attribution, NULL, &f->result, error))

static leadkpi_status with_options(report_call call, const char *text, fault_context *f,
                                   leadkpi_error *error)
{
    leadkpi_options *options = options_of("attribution_report", text);
    leadkpi_status status = call(f->attribution, options, &f->result, error);
    leadkpi_options_free(options);
    return status;
}
ACT(states, leadkpi_attribution_states(f->attribution, NULL, &f->result, error))
ACT(rollup, with_options(leadkpi_attribution_credits,
                         "models=u,markov; by=channel,campaign; rollup=true", f, error))
ACT(shapley, with_options(leadkpi_attribution_shapley,
                          "models=shapley:ordered,shapley; places=2", f, error))
ACT(given, with_options(leadkpi_attribution_shapley,
                        "models=shapley:given; coalitions=A=1,B=2,A|B=4", f, error))
ACT(measures, with_options(leadkpi_attribution_measures, "models=linear", f, error))
ACT(solved_measures, with_options(leadkpi_attribution_measures, "models=markov", f, error))

static void state(void *context, lk_fault_bytes *bytes)
{
    fault_context *f = context;
    blob b = state_of(f->attribution), p = state_of(f->paths);
    bytes->data = realloc(b.bytes, b.size + p.size);
    memcpy((uint8_t *)bytes->data + b.size, p.bytes, p.size);
    bytes->length = b.size + p.size;
    free(p.bytes);
}

static void tear_down(void *context)
{
    fault_context *f = context;
    leadkpi_table_free(f->result);
    leadkpi_table_free(f->rows);
    leadkpi_attribution_free(f->attribution);
    leadkpi_attribution_free(f->other);
    leadkpi_attribution_free(f->paths);
    leadkpi_attribution_free(f->made);
    leadkpi_options_free(f->options);
    free(f->bytes.bytes);
    memset(f, 0, sizeof *f);
}

/* What is taken away: some of the paths, in a handle of its own. */
static void set_up_subtract(const leadkpi_host *host, void *context)
{
    static world w;
    fault_context *f = context;
    set_up(host, context);
    draw(&w, 17);
    OK(leadkpi_attribution_create_like(f->paths, &f->made, ok_error));
    OK(add_paths(f->made, w.paths, 9, NULL, ok_error));
}

/* A few events, or a few paths, and nothing else: reports that take many allocations are tried with each
 * of them refused. */
static void set_up_alone(const leadkpi_host *host, void *context)
{
    fault_context *f = context;
    leadkpi_options *definition = options_of("attribution", definitions[1]);
    OK(leadkpi_attribution_create(host, definition, &f->attribution, ok_error));
    OK(leadkpi_attribution_create_like(f->attribution, &f->paths, ok_error));
    leadkpi_options_free(definition);
}

static void set_up_events(const leadkpi_host *host, void *context)
{
    static const touch touches[] = {{1, 1, 0, "a", "x"}, {1, 2, 0, "b", NULL}, {1, 3, 0, "a", "y"},
                                    {2, 1, 0, "b", "x"}, {2, 2, 0, "c", NULL}};
    static const conversion won[] = {{1, 5, NULL, 7.5, 1}, {2, 6, NULL, 1, 0.5}, {3, 7, NULL, 1, 1}};
    fault_context *f = context;
    set_up_alone(host, context);
    OK(add_touches(f->attribution, touches, COUNT(touches), NULL, ok_error));
    OK(add_conversions(f->attribution, won, COUNT(won), NULL, ok_error));
}

static void set_up_given(const leadkpi_host *host, void *context)
{
    static const path_row rows[] = {{"A > B", 8, 16, 1}, {"B", 2, 4, 0}};
    fault_context *f = context;
    set_up_alone(host, context);
    OK(add_paths(f->attribution, rows, 2, NULL, ok_error));
}

typedef leadkpi_status (*act_call)(const leadkpi_host *, void *, leadkpi_error *);
static const struct {
    const char *name;
    act_call act;
    int polls;
    void (*set_up)(const leadkpi_host *, void *); /* NULL: the one of most */
} acts[] = {
    {"add_touches", act_touches, 1, NULL},     {"add_conversions", act_conversions, 1, NULL},
    {"add_milestones", act_milestones, 1, NULL}, {"add_nulls", act_nulls, 1, NULL},
    {"add_paths", act_paths, 1, NULL},         {"add_costs", act_costs, 1, NULL},
    {"merge", act_merge, 1, NULL},             {"subtract", act_subtract, 1, set_up_subtract},
    {"close", act_close, 1, NULL},             {"create_like", act_create_like, 0, NULL},
    {"serialize", act_serialize, 1, NULL},     {"deserialize", act_deserialize, 1, NULL},
    {"credits", act_credits, 1, NULL},         {"summary", act_summary, 1, NULL},
    {"paths", act_paths_report, 1, NULL},      {"touches", act_touches_report, 1, NULL},
    {"compare", act_compare, 1, NULL},         {"rollup", act_rollup, 1, set_up_events},
    {"states", act_states, 1, set_up_events},
    {"path rows", act_path_rows, 1, set_up_given},
    {"measures", act_measures, 1, set_up_events},
    {"solved measures", act_solved_measures, 1, set_up_events},
    {"shapley", act_shapley, 1, set_up_events},         {"given", act_given, 1, set_up_given},
};
#define ACT_COUNT (int)(sizeof acts / sizeof acts[0])

START_TEST(whichever_allocation_fails_nothing_is_half_done)
{
    static fault_context f;
    lk_fault_case fault = {acts[_i].name, acts[_i].set_up ? acts[_i].set_up : set_up, acts[_i].act,
                           state, tear_down, &f};
    lk_fault_every_allocation(&fault);
    if (acts[_i].polls) lk_fault_every_poll(&fault);
}
END_TEST

/* Questions while a state is made of one unit's touches, in order or not. */
static uint64_t questions_of(bool in_order)
{
    enum { MANY = 70000 };
    static touch touches[MANY];
    lk_fault fault;
    leadkpi_attribution *a;
    size_t size;
    for (int i = 0; i < MANY; i++) touches[i] = (touch){1, in_order ? i : i * INT64_C(48271) % MANY, 0, "a", NULL};
    lk_fault_init(&fault);
    leadkpi_options *definition = options_of("attribution", "");
    OK(leadkpi_attribution_create(&fault.host, definition, &a, ok_error));
    leadkpi_options_free(definition);
    OK(add_touches(a, touches, MANY, NULL, ok_error));
    fault.polls = 0;
    OK(leadkpi_attribution_serialize(a, NULL, 0, &size, ok_error));
    leadkpi_attribution_free(a);
    return fault.polls;
}

START_TEST(the_host_is_asked_while_the_rows_of_one_unit_are_put_in_order)
{
    ck_assert_uint_ge(questions_of(false), questions_of(true) + 8); /* once for each time that runs double */
}
END_TEST

/* ---- text paths ---------------------------------------------------------------------- */

START_TEST(marks_are_the_same_with_and_without_vectors)
{
    uint64_t state = 11;
    for (int round = 0; round < lk_test_rounds(2000); round++) {
        char bytes[64];
        uint64_t expected = 0;
        char mark = (char)lk_test_random(&state);
        for (int i = 0; i < 64; i++) {
            uint64_t drawn = lk_test_random(&state);
            bytes[i] = (char)(drawn % 4 ? mark ^ (char)(drawn >> 8 & 0x81) : (char)(drawn >> 16));
            if (bytes[i] == mark) expected |= UINT64_C(1) << i;
        }
        ck_assert(lk_bytes_equal(bytes, mark) == expected);
        ck_assert(lk_bytes_equal_portable(bytes, mark) == expected);
    }
}
END_TEST

/* One path of random names, some of them long, blank or nearly alike. */
static void draw_path(uint64_t *state, const char *separator, char *text)
{
    static const char *const names[] = {"a", "", "ab", "paid", "email 1", "email 12", "email 123",
                                        "sixteen letters.", "sixteen letters. and more",
                                        "sixteen letters. and less", "\t\tx y\t", "organic search"};
    static const char *const blanks[] = {"", " ", "  ", " \t"};
    size_t count = 1 + lk_test_random(state) % 40;
    *text = 0;
    for (size_t i = 0; i < count; i++) {
        if (i) strcat(text, separator);
        strcat(text, blanks[lk_test_random(state) % COUNT(blanks)]);
        strcat(text, names[lk_test_random(state) % COUNT(names)]);
        strcat(text, blanks[lk_test_random(state) % COUNT(blanks)]);
    }
}

#define MODELS "models=first,linear,linear_unique,halving,rank_decay"

static leadkpi_table *credits_of(const char *definition, const path_row *rows, size_t count)
{
    leadkpi_attribution *a = attribution_with(definition);
    OK(add_paths(a, rows, count, NULL, ok_error));
    leadkpi_table *table = report(leadkpi_attribution_credits, a, MODELS);
    leadkpi_attribution_free(a);
    return table;
}

/* A mark of one byte is looked for 64 bytes at a time, a longer one byte by byte. */
START_TEST(paths_are_the_same_whatever_stands_between_names)
{
    enum { PATHS = 300 };
    static const char *const separators[] = {">", "=>"}, *const meanings[] = {"", "separator==>"};
    static char texts[PATHS][2048];
    leadkpi_table *tables[2];
    for (int way = 0; way < 2; way++) {
        path_row rows[PATHS];
        uint64_t state = 5;
        for (int i = 0; i < PATHS; i++) {
            draw_path(&state, separators[way], texts[i]);
            rows[i] = (path_row){texts[i], 1 + i % 3, i, i % 2};
        }
        tables[way] = credits_of(meanings[way], rows, PATHS);
    }
    ck_assert_uint_eq(leadkpi_table_row_count(tables[0]), 5 * (12 + 2));
    for (size_t row = 0; row < leadkpi_table_row_count(tables[0]); row++) {
        ck_assert_double_eq(number_at(tables[0], "conversions", row),
                            number_at(tables[1], "conversions", row));
        ck_assert_double_eq(number_at(tables[0], "value", row), number_at(tables[1], "value", row));
    }
    leadkpi_table_free(tables[0]);
    leadkpi_table_free(tables[1]);
}
END_TEST

/* Amounts of 2^30 and more do not go into cells. Times a power of two no digit changes. */
START_TEST(large_amounts_are_shared_like_small_ones)
{
    static const char *const paths[] = {"A > B > C", "A", "C > B > A > B", "B > A"};
    leadkpi_table *tables[2];
    for (int way = 0; way < 2; way++) {
        path_row rows[COUNT(paths)];
        for (size_t i = 0; i < COUNT(paths); i++)
            rows[i] = (path_row){paths[i], (double)i + 1, ((double)i - 1.25) * (way ? 0x1p40 : 1), 0};
        tables[way] = credits_of("", rows, COUNT(paths));
    }
    for (size_t row = 0; row < leadkpi_table_row_count(tables[0]); row++) {
        double small = number_at(tables[0], "value", row), large = number_at(tables[1], "value", row);
        ck_assert_double_eq(number_at(tables[0], "conversions", row),
                            number_at(tables[1], "conversions", row));
        ck_assert_msg(fabs(small * 0x1p40 - large) <= 1e-15 * fabs(large), "%.17g %.17g", small, large);
    }
    leadkpi_table_free(tables[0]);
    leadkpi_table_free(tables[1]);
}
END_TEST

static Suite *suite_of_states(void)
{
    int n = (int)COUNT(definitions);
    Suite *suite = suite_create("attribution states");
    TCase *tc = tcase_create("states");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, any_order_batches_and_shards_give_the_same_bytes, 0, n);
    tcase_add_loop_test(tc, a_state_read_back_writes_the_same_bytes_and_reports_the_same, 0, n);
    tcase_add_loop_test(tc, an_empty_handle_has_a_state_and_reports, 0, n);
    tcase_add_loop_test(tc, closed_journeys_keep_their_credit_and_can_be_taken_away, 0, n);
    tcase_add_test(tc, marks_are_the_same_with_and_without_vectors);
    tcase_add_test(tc, paths_are_the_same_whatever_stands_between_names);
    tcase_add_test(tc, large_amounts_are_shared_like_small_ones);
    tcase_add_test(tc, amounts_that_are_not_there_cannot_be_taken_away);
    tcase_add_test(tc, a_batch_seen_before_changes_nothing);
    tcase_add_test(tc, rows_that_cannot_be_are_refused_and_nothing_changes);
    tcase_add_test(tc, costs_add_up_over_shards_and_are_kept_when_journeys_close);
    tcase_add_test(tc, sums_of_a_path_that_no_longer_fit_are_refused_and_nothing_changes);
    tcase_add_test(tc, columns_are_asked_for_by_name_and_type);
    tcase_add_loop_test(tc, hostile_bytes_are_refused_or_are_a_state, 0, n);
    tcase_add_loop_test(tc, whichever_allocation_fails_nothing_is_half_done, 0, ACT_COUNT);
    tcase_add_test(tc, the_host_is_asked_while_the_rows_of_one_unit_are_put_in_order);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_states());
}
