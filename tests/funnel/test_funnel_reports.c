/* Reports: counts, rates, groups, times. Expected numbers are worked out by hand beside the rows. */
#include "../support/check_main.h"
#include "../support/fault.h"
#include "../support/text_table.h"
#include "world.h"

#include <leadkpi/stats.h>
#include <math.h>

#define DAY INT64_C(86400000000)

/* Five leads over ten days; window 3 days.
 *   1  A day 0, B day 1, C day 2                 web
 *   2  A day 0, B day 2                          web
 *   3  A day 1                                   event
 *   4  A day 8, B day 9                          event   still open on day 10
 *   5  B day 1: never entered */
static const row rows[] = {
    {1, 0, 0, 1, 0, "web"},       {1, DAY, 0, 2, 0, NULL},     {1, 2 * DAY, 0, 4, 0, NULL},
    {2, 0, 0, 1, 0, "web"},       {2, 2 * DAY, 0, 2, 0, "x"},  {3, DAY, 0, 1, 0, "event"},
    {4, 8 * DAY, 0, 1, 0, "event"}, {4, 9 * DAY, 0, 2, 0, NULL}, {5, DAY, 0, 2, 0, "web"},
};
#define ROW_COUNT (sizeof rows / sizeof rows[0])

static leadkpi_funnel *team(void)
{
    leadkpi_funnel *funnel = funnel_with("steps=form,demo,won; window=3d");
    OK(add_rows(funnel, rows, ROW_COUNT, 0, NULL, ok_error));
    return funnel;
}

typedef leadkpi_status (*report_call)(const leadkpi_funnel *, const leadkpi_options *, leadkpi_table **,
                                      leadkpi_error *);

static leadkpi_table *report(report_call call, const leadkpi_funnel *funnel, const char *text)
{
    leadkpi_table *table;
    leadkpi_options *options = text ? options_of("funnel_report", text) : NULL;
    OK(call(funnel, options, &table, ok_error));
    leadkpi_options_free(options);
    return table;
}

static void step_is(const leadkpi_table *t, size_t at, int64_t step, int64_t reached, int64_t exactly,
                    int64_t open)
{
    ck_assert_int_eq(whole_at(t, "step", at), step);
    ck_assert_int_eq(whole_at(t, "reached", at), reached);
    ck_assert_int_eq(whole_at(t, "exactly", at), exactly);
    ck_assert_int_eq(whole_at(t, "open", at), open);
}

START_TEST(the_whole_is_the_total_of_its_segments)
{
    static const char *const definitions[] = {"window=7us", "window=7us; entry=first", "order=adjacent",
                                              "window=7us; entry=every", "window=7us; optional=2",
                                              "order=open", "same_event=many; skips=implied"};
    static const char *const options[] = {"", "; mature=true"};
    drawing how = {40, 4, 20, 3, 0, 0, 1};
    world w;
    draw_world(&w, 11, 300, &how);
    for (size_t d = 0; d < 7; d++)
        for (size_t o = 0; o < (strstr(definitions[d], "window") ? 2 : 1); o++) {
            char definition[80], whole_text[40], parts_text[60];
            snprintf(definition, sizeof definition, "steps=A,B,C,D; %s", definitions[d]);
            snprintf(whole_text, sizeof whole_text, "by=none%s", options[o]);
            snprintf(parts_text, sizeof parts_text, "by=segment%s", options[o]);
            leadkpi_funnel *funnel = funnel_with(definition);
            OK(add_rows(funnel, w.rows, w.count, 0, NULL, ok_error));
            leadkpi_table *whole = report(leadkpi_funnel_steps, funnel, whole_text);
            leadkpi_table *parts = report(leadkpi_funnel_steps, funnel, parts_text);
            size_t total = leadkpi_table_row_count(parts) - 4;
            ck_assert_uint_gt(total, 0);
            for (size_t i = 0; i < 4; i++)
                step_is(whole, i, (int64_t)i + 1, whole_at(parts, "reached", total + i),
                        whole_at(parts, "exactly", total + i), whole_at(parts, "open", total + i));
            leadkpi_table_free(whole), leadkpi_table_free(parts);
            leadkpi_funnel_free(funnel);
        }
}
END_TEST

/* ---- times, lead by lead ------------------------------------------------------------- */

/* With few events of a lead and with many, in two layouts of the store: with segments, and without. */
static leadkpi_funnel *drawn(const char *definition, uint64_t seed, int with_segments)
{
    static world w;
    drawing how = {seed % 2 ? 40 : 7, 4, 25, with_segments ? 3 : 0, 0, 0, 1};
    char text[100];
    snprintf(text, sizeof text, "steps=A,B,C,D; %s", definition);
    draw_world(&w, seed, 300, &how);
    for (size_t i = 0; i < w.count && !with_segments; i++) w.rows[i].segment = NULL;
    leadkpi_funnel *funnel = funnel_with(text);
    OK(add_rows(funnel, w.rows, w.count, 0, NULL, ok_error));
    return funnel;
}

typedef struct waits {
    int64_t times[300];
    double came[300];
    uint8_t events[300];
    size_t count, came_count;
    int64_t sum;
} waits;

static int step_time(const leadkpi_table *leads, size_t at, int64_t step, int64_t *time)
{
    char name[] = "step_0";
    name[5] = (char)('0' + step);
    if (is_null_at(leads, name, at)) return 0;
    *time = whole_at(leads, name, at);
    return 1;
}

/* What is said of those that reached a step about the next: how long it took, or how long they were watched. */
static void wait_of_each(const leadkpi_table *leads, int64_t from, int64_t to, int64_t window, int64_t as_of,
                         waits *w)
{
    *w = (waits){.count = 0};
    for (size_t i = 0; i < leadkpi_table_row_count(leads); i++) {
        int64_t start, end, until = window ? whole_at(leads, "start", i) + window : as_of;
        if (!step_time(leads, i, from, &start)) continue;
        int came = step_time(leads, i, to, &end);
        if (!came && whole_at(leads, "step", i) > to) continue;
        if (!came) end = until < as_of ? until : as_of;
        w->times[w->count] = end - start;
        w->events[w->count++] = (uint8_t)came;
        if (!came) continue;
        w->came[w->came_count++] = (double)(end - start);
        w->sum += end - start;
    }
}

static void number_is(const leadkpi_table *t, const char *name, size_t at, double expected)
{
    double found = isnan(expected) ? NAN : number_at(t, name, at);
    ck_assert_msg(isnan(expected) ? is_null_at(t, name, at)
                                  : found == expected || fabs(found - expected) <= 1e-15 * expected,
                  "%s of row %zu is another than %.17g", name, at, expected);
}

static void times_are(const leadkpi_table *t, size_t at, waits *w)
{
    static const char *const names[] = {"p25_seconds", "median_seconds", "p75_seconds", "p90_seconds"};
    static const double probabilities[] = {0.25, 0.5, 0.75, 0.9};
    leadkpi_stats_survival *curve;
    double value, low = NAN, high = NAN, median = NAN;
    ck_assert_int_eq(whole_at(t, "completed", at), (int64_t)w->came_count);
    ck_assert_int_eq(whole_at(t, "censored", at), (int64_t)(w->count - w->came_count));
    number_is(t, "mean_seconds", at, w->came_count ? (double)w->sum / (double)w->came_count / 1e6 : NAN);
    for (int i = 0; i < 4; i++) {
        leadkpi_stats_quantile_select(w->came, w->came_count, probabilities[i], &value, NULL);
        number_is(t, names[i], at, value / 1e6);
    }
    if (w->count) {
        OK(leadkpi_stats_survival_create_int64(NULL, w->times, w->events, w->count, &curve, ok_error));
        leadkpi_stats_survival_quantile(curve, 0.5, LEADKPI_STATS_SURVIVAL_LOG_LOG, 0.9, &median, &low, &high, NULL);
        leadkpi_stats_survival_free(curve);
    }
    number_is(t, "survival_median_seconds", at, median / 1e6);
    number_is(t, "survival_median_low_seconds", at, low / 1e6);
    number_is(t, "survival_median_high_seconds", at, high / 1e6);
}

START_TEST(times_are_what_gathering_lead_by_lead_gives)
{
    static const struct {
        const char *definition;
        int64_t window;
    } rules[] = {{"window=7us", 7}, {"window=7us; step_window=5us", 7}, {"window=7us; entry=every", 7},
                 {"window=9us; optional=2", 9}, {"window=3us; entry=first", 3}, {"gap=0us", 0}};
    waits *w = malloc(sizeof *w);
    for (int seed = 0; seed < 8; seed++) {
        leadkpi_funnel *funnel = drawn(rules[_i].definition, (uint64_t)seed, seed & 2);
        leadkpi_table *leads = report(leadkpi_funnel_leads, funnel, "as_of=1970-01-01T00:00:00.000021Z");
        leadkpi_table *t = report(leadkpi_funnel_times, funnel, "as_of=1970-01-01T00:00:00.000021Z; level=0.9");
        ck_assert_uint_eq(leadkpi_table_row_count(t), 4);
        for (size_t at = 0; at < 4; at++) {
            ck_assert_int_eq(whole_at(t, "from_step", at), at < 3 ? (int64_t)at + 1 : 1);
            ck_assert_int_eq(whole_at(t, "to_step", at), at < 3 ? (int64_t)at + 2 : 4);
            wait_of_each(leads, whole_at(t, "from_step", at), whole_at(t, "to_step", at), rules[_i].window, 21, w);
            times_are(t, at, w);
        }
        leadkpi_table_free(leads), leadkpi_table_free(t);
        leadkpi_funnel_free(funnel);
    }
    free(w);
}
END_TEST

/* The last rows of a report by group are the total: the same as the report on the whole, under which no result is
 * kept. */
static void total_is_the_whole(report_call call, const leadkpi_funnel *funnel, const char *text, const char *by)
{
    char grouped[80];
    snprintf(grouped, sizeof grouped, "%s; %s", by, text);
    leadkpi_table *whole = report(call, funnel, text), *parts = report(call, funnel, grouped);
    size_t lines = leadkpi_table_row_count(whole), first = leadkpi_table_row_count(parts) - lines;
    ck_assert_uint_gt(lines, 0);
    for (int32_t c = 0; c < leadkpi_table_column_count(whole); c++) {
        const char *name = leadkpi_table_column_name(whole, c);
        int32_t type = leadkpi_table_column_type(whole, c);
        for (size_t at = 0; at < lines; at++) {
            ck_assert_int_eq(is_null_at(whole, name, at), is_null_at(parts, name, first + at));
            if (is_null_at(whole, name, at) || type == LEADKPI_TYPE_TEXT) continue;
            ck_assert(number_at(whole, name, at) == number_at(parts, name, first + at));
        }
    }
    leadkpi_table_free(whole), leadkpi_table_free(parts);
}

START_TEST(waits_of_the_whole_are_those_of_the_total_of_its_groups)
{
    static const char *const definitions[] = {"window=7us", "window=7us; step_window=7us", "window=7us; entry=every",
                                              "window=7us; optional=2", "order=unordered; window=7us"};
    for (size_t d = 0; d < 5; d++)
        for (uint64_t seed = 20; seed < 24; seed++) {
            leadkpi_funnel *funnel = drawn(definitions[d], seed, 1);
            total_is_the_whole(leadkpi_funnel_times, funnel, "mature=false", "by=segment");
            total_is_the_whole(leadkpi_funnel_times, funnel, "mature=true", "grain=day");
            total_is_the_whole(leadkpi_funnel_times, funnel, "level=0.8", "by=segment; breakdown=any");
            total_is_the_whole(leadkpi_funnel_histogram, funnel, "to_step=2", "by=segment; breakdown=any");
            total_is_the_whole(leadkpi_funnel_histogram, funnel, "from_step=2; to_step=3; bins=3", "grain=day");
            leadkpi_funnel_free(funnel);
        }
}
END_TEST

/* A step_window as long as the window forbids nothing, but is not the rule that has a way of its own. */
START_TEST(the_commonest_rule_has_the_times_of_the_general_one)
{
    static const int64_t windows[] = {0, 1, 3, 8, 100};
    for (int round = 0; round < lk_test_rounds(60); round++) {
        char plain[40], general[60];
        int64_t window = windows[round % 5];
        snprintf(plain, sizeof plain, "window=%dus", (int)window);
        snprintf(general, sizeof general, "window=%dus; step_window=%dus", (int)window, (int)window);
        leadkpi_funnel *a = drawn(window ? plain : "gap=0us", (uint64_t)round, round & 2);
        leadkpi_funnel *b = drawn(window ? general : "step_window=1000us", (uint64_t)round, round & 2);
        static const report_call calls[] = {leadkpi_funnel_leads, leadkpi_funnel_times};
        for (int c = 0; c < 2; c++)
            for (int later = 0; later < 2; later++) {
                const char *as_of = later ? "mature=false" : "as_of=1970-01-01T00:00:00.000013Z";
                leadkpi_table *x = report(calls[c], a, as_of), *y = report(calls[c], b, as_of);
                same_table(x, y, plain);
                leadkpi_table_free(x), leadkpi_table_free(y);
            }
        leadkpi_funnel_free(a), leadkpi_funnel_free(b);
    }
}
END_TEST

/* The rows of the first blocks had come in when the last one is refused. */
START_TEST(rows_that_are_refused_do_not_move_the_time_of_a_report)
{
    enum { MANY = 3000 };
    static row many[MANY];
    static const row early = {1, 5, 0, 1, 0, NULL};
    leadkpi_error error;
    for (size_t i = 0; i < MANY; i++) many[i] = (row){2, 1000, 0, 1, 0, NULL};
    many[MANY - 1].steps = 8;
    leadkpi_funnel *funnel = funnel_with("steps=A,B,C; window=10us");
    OK(add_rows(funnel, &early, 1, 0, NULL, ok_error));
    ck_assert_int_eq(add_rows(funnel, many, MANY, 0, NULL, &error), LEADKPI_BAD_DATA);
    leadkpi_table *t = report(leadkpi_funnel_steps, funnel, NULL);
    step_is(t, 0, 1, 1, 1, 1);
    leadkpi_table_free(t);
    leadkpi_funnel_free(funnel);
}
END_TEST

START_TEST(steps_are_counted_with_rates_and_their_intervals)
{
    leadkpi_funnel *funnel = team();
    leadkpi_table *t = report(leadkpi_funnel_steps, funnel, "as_of=1970-01-11; level=0.9");
    double low, high;
    ck_assert_uint_eq(leadkpi_table_row_count(t), 3);
    step_is(t, 0, 1, 4, 1, 0);
    step_is(t, 1, 2, 3, 2, 1);
    step_is(t, 2, 3, 1, 1, 0);
    text_is(t, "row", 2, "total");
    text_is(t, "name", 1, "demo");
    ck_assert(is_null_at(t, "step_rate", 0));
    ck_assert_double_eq(number_at(t, "step_rate", 1), 0.75);
    ck_assert_double_eq(number_at(t, "step_rate", 2), 1.0 / 3);
    ck_assert_double_eq(number_at(t, "overall_rate", 0), 1);
    ck_assert_double_eq(number_at(t, "overall_rate", 2), 0.25);
    ck_assert_double_eq(number_at(t, "drop_off", 0), 0.25);
    ck_assert_double_eq(number_at(t, "drop_off", 1), 2.0 / 3);
    ck_assert(is_null_at(t, "drop_off", 2));
    OK(leadkpi_stats_wilson_interval(3, 4, 0.9, &low, &high, ok_error));
    ck_assert_double_eq(number_at(t, "step_rate_low", 1), low);
    ck_assert_double_eq(number_at(t, "step_rate_high", 1), high);
    for (size_t at = 0; at < 3; at++) {
        ck_assert_int_eq(whole_at(t, "bottleneck", at), at == 2);
        ck_assert_int_eq(whole_at(t, "immature", at), 1);
    }
    leadkpi_table_free(t);
    leadkpi_funnel_free(funnel);
}
END_TEST

START_TEST(a_report_as_of_a_time_knows_nothing_later)
{
    leadkpi_funnel *funnel = team();
    leadkpi_table *t = report(leadkpi_funnel_steps, funnel, "as_of=1970-01-02");
    step_is(t, 0, 1, 3, 2, 2); /* 1 has got to demo; 2 and 3 are open at form */
    step_is(t, 1, 2, 1, 1, 1);
    step_is(t, 2, 3, 0, 0, 0);
    ck_assert_double_eq(number_at(t, "step_rate", 2), 0);
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_steps, funnel, "as_of=1960-01-01");
    step_is(t, 0, 1, 0, 0, 0);
    ck_assert(is_null_at(t, "overall_rate", 0));
    ck_assert(is_null_at(t, "step_rate", 1));
    ck_assert(isnan(number_at(t, "step_rate", 1)));
    leadkpi_table_free(t);
    leadkpi_funnel_free(funnel);
}
END_TEST

START_TEST(segments_and_periods_make_groups_that_add_up)
{
    leadkpi_funnel *funnel = team();
    leadkpi_table *t = report(leadkpi_funnel_steps, funnel, "by=segment; grain=week; as_of=1970-01-13");
    /* Weeks start on Mondays: 1969-12-29 and 1970-01-05. event W01: 3; event W02: 4; web W01: 1, 2. */
    ck_assert_uint_eq(leadkpi_table_row_count(t), 12);
    text_is(t, "segment", 0, "event");
    text_is(t, "period", 0, "1970-W01");
    step_is(t, 0, 1, 1, 1, 0);
    ck_assert_int_eq(whole_at(t, "immature", 0), 0);
    text_is(t, "period", 3, "1970-W02");
    ck_assert_int_eq(whole_at(t, "period_start", 3), 4 * DAY);
    ck_assert_int_eq(whole_at(t, "period_end", 3), 11 * DAY);
    step_is(t, 4, 2, 1, 1, 0); /* day 8 and 3 days are over on day 12 */
    ck_assert_int_eq(whole_at(t, "immature", 3), 0);
    text_is(t, "segment", 6, "web");
    step_is(t, 6, 1, 2, 0, 0);
    step_is(t, 7, 2, 2, 1, 0);
    text_is(t, "row", 9, "total");
    ck_assert(is_null_at(t, "segment", 9));
    ck_assert(is_null_at(t, "period", 9));
    step_is(t, 9, 1, 4, 1, 0);
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_steps, funnel, "by=segment; breakdown=last");
    text_is(t, "segment", 3, "web"); /* 2 is now "x" */
    step_is(t, 3, 1, 1, 0, 0);
    text_is(t, "segment", 6, "x");
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_steps, funnel, "grain=day; as_of=1970-01-10");
    ck_assert_int_eq(whole_at(t, "immature", 0), 0);
    ck_assert_int_eq(whole_at(t, "immature", 6), 1); /* day 8 */
    leadkpi_table_free(t);
    leadkpi_funnel_free(funnel);
}
END_TEST

START_TEST(a_lead_with_attempts_in_several_segments_is_a_lead_of_each)
{
    static const row log[] = {{1, 0, 0, 1, 0, "web"}, {1, 10, 0, 1, 0, "fair"}, {1, 11, 0, 2, 0, "fair"},
                               {1, 20, 0, 1, 0, "fair"}, {2, 5, 0, 1, 0, "web"}};
    leadkpi_funnel *funnel = funnel_with("steps=A,B; window=3us; entry=every");
    OK(add_rows(funnel, log, sizeof log / sizeof log[0], 0, NULL, ok_error));
    leadkpi_table *t = report(leadkpi_funnel_steps, funnel, "by=segment");
    static const int64_t reached[] = {2, 1, 2, 0, 4, 1}, leads[] = {1, 1, 2, 0, 2, 1};
    for (size_t i = 0; i < 6; i++) {
        ck_assert_int_eq(whole_at(t, "reached", i), reached[i]);
        ck_assert_int_eq(whole_at(t, "leads", i), leads[i]);
    }
    leadkpi_table_free(t);
    leadkpi_funnel_free(funnel);
}
END_TEST

START_TEST(times_of_those_that_went_on_stand_beside_the_censored_ones)
{
    leadkpi_funnel *funnel = team();
    leadkpi_table *t = report(leadkpi_funnel_times, funnel, "as_of=1970-01-11");
    double day = 86400;
    ck_assert_uint_eq(leadkpi_table_row_count(t), 3);
    ck_assert_int_eq(whole_at(t, "from_step", 2), 1);
    ck_assert_int_eq(whole_at(t, "to_step", 2), 3);
    /* form to demo: 1, 2 and 1 days; 3 waited its whole window of 3 days. */
    ck_assert_int_eq(whole_at(t, "completed", 0), 3);
    ck_assert_int_eq(whole_at(t, "censored", 0), 1);
    ck_assert_double_eq_tol(number_at(t, "mean_seconds", 0), 4 * day / 3, 1e-9);
    ck_assert_double_eq(number_at(t, "median_seconds", 0), day);
    ck_assert_double_eq(number_at(t, "p75_seconds", 0), 1.5 * day);
    text_is(t, "flags", 0, "survivor_biased");
    /* S is 0.5 from day 1 to day 2: the middle. */
    ck_assert_double_eq(number_at(t, "survival_median_seconds", 0), 1.5 * day);
    /* demo to won: 1 day; 2 watched for 1 day more, 4 for 1 day more: S falls to 2/3 only. */
    ck_assert_int_eq(whole_at(t, "completed", 1), 1);
    ck_assert_int_eq(whole_at(t, "censored", 1), 2);
    ck_assert(is_null_at(t, "survival_median_seconds", 1));
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_times, funnel, "as_of=1970-01-01");
    ck_assert_int_eq(whole_at(t, "completed", 0), 0);
    ck_assert(is_null_at(t, "mean_seconds", 0));
    text_is(t, "flags", 0, "");
    leadkpi_table_free(t);
    leadkpi_funnel_free(funnel);
}
END_TEST

START_TEST(each_lead_has_its_level_and_step_times)
{
    leadkpi_funnel *funnel = team();
    leadkpi_table *t = report(leadkpi_funnel_leads, funnel, NULL);
    ck_assert_uint_eq(leadkpi_table_row_count(t), 4);
    ck_assert_int_eq(whole_at(t, "id", 0), 1);
    ck_assert_int_eq(whole_at(t, "step", 0), 3);
    ck_assert_int_eq(whole_at(t, "step_3", 0), 2 * DAY);
    ck_assert(is_null_at(t, "step_3", 1));
    text_is(t, "segment", 2, "event");
    ck_assert_int_eq(whole_at(t, "start", 3), 8 * DAY);
    leadkpi_table_free(t);
    leadkpi_funnel_free(funnel);
}
END_TEST

START_TEST(steps_of_two_digits_have_their_times_under_their_numbers)
{
    row made[12];
    leadkpi_funnel *funnel = funnel_with("steps=A,B,C,D,E,F,G,H,I,J,K,L");
    for (int i = 0; i < 12; i++) made[i] = (row){7, 10 * i, 0, INT64_C(1) << i, 0, NULL};
    OK(add_rows(funnel, made, 11, 0, NULL, ok_error));
    leadkpi_table *t = report(leadkpi_funnel_leads, funnel, NULL);
    rows_are(t, "id step step_1 step_2 step_9 step_10 step_11 step_12", "7,11,0,10,80,90,100,\n");
    leadkpi_table_free(t);
    leadkpi_funnel_free(funnel);
}
END_TEST

START_TEST(ids_are_listed_as_they_came_or_as_their_hash)
{
    leadkpi_funnel *exact = funnel_with("steps=A,B"), *hashed = funnel_with("steps=A,B; ids=hashed");
    row few[ROW_COUNT];
    size_t count = 0;
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (rows[i].steps < 4) few[count++] = rows[i];
    OK(add_rows(exact, few, count, 1, NULL, ok_error));
    leadkpi_table *t = report(leadkpi_funnel_leads, exact, NULL);
    text_is(t, "id", 0, "lead 1");
    leadkpi_table_free(t);
    OK(add_rows(hashed, few, count, 1, NULL, ok_error));
    t = report(leadkpi_funnel_leads, hashed, NULL);
    ck_assert_uint_eq(leadkpi_table_row_count(t), 4);
    const char *text;
    size_t length;
    OK(leadkpi_table_get_text(t, 0, 0, &text, &length, ok_error));
    ck_assert_uint_eq(length, 32);
    leadkpi_table_free(t);
    leadkpi_funnel_free(exact), leadkpi_funnel_free(hashed);
}
END_TEST

START_TEST(an_empty_funnel_has_empty_reports)
{
    leadkpi_funnel *funnel = funnel_with("steps=A,B,C");
    leadkpi_table *t = report(leadkpi_funnel_steps, funnel, "by=segment; grain=month");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 3);
    step_is(t, 0, 1, 0, 0, 0);
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_times, funnel, NULL);
    ck_assert_int_eq(whole_at(t, "completed", 0), 0);
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_leads, funnel, NULL);
    ck_assert_uint_eq(leadkpi_table_row_count(t), 0);
    leadkpi_table_free(t);
    leadkpi_funnel_free(funnel);
    funnel = funnel_with("steps=A");
    t = report(leadkpi_funnel_times, funnel, NULL);
    ck_assert_uint_eq(leadkpi_table_row_count(t), 0);
    leadkpi_table_free(t);
    leadkpi_funnel_free(funnel);
}
END_TEST

/* 1 demo before form, form and demo at one instant; won before form, twice; 2 never entered; 3 after as_of. */
#define ODD                                                                                        \
    "1,5,demo\n1,10,form\n1,10,demo\n1,7,won\n1,7,won\n2,3,demo\n2,4,won\n3,50,form\n-4,6,spam\n-4,6,spam\n"

static leadkpi_table *checks_of(const char *definition, const char *events, const char *options)
{
    leadkpi_funnel *funnel = funnel_with(definition);
    leadkpi_table *rows_of = text_table("id:i time:t event:s", events);
    OK(leadkpi_funnel_add(funnel, rows_of, NULL, 0, ok_error));
    leadkpi_table *t = report(leadkpi_funnel_checks, funnel, options);
    leadkpi_table_free(rows_of);
    leadkpi_funnel_free(funnel);
    return t;
}

/* `name` is of the step, NULL: of none. */
static void finding_is(const leadkpi_table *t, size_t at, const char *finding, const char *name,
                       int64_t events, int64_t leads, int64_t id)
{
    text_is(t, "finding", at, finding);
    text_is(t, "name", at, name);
    ck_assert_int_eq(is_null_at(t, "step", at), name == NULL);
    ck_assert_int_eq(whole_at(t, "rows", at), events);
    ck_assert_int_eq(whole_at(t, "leads", at), leads);
    ck_assert_int_eq(is_null_at(t, "id", at), leads == 0);
    ck_assert_int_eq(whole_at(t, "id", at), id);
}

START_TEST(what_is_odd_is_reported)
{
    leadkpi_table *t = checks_of("steps=form,demo,call,won; exclude=spam", ODD, "as_of=1970-01-01T00:00:00.00004");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 6);
    finding_is(t, 0, "steps_without_events", "call", 0, 0, 0);
    ck_assert_int_eq(whole_at(t, "step", 0), 3);
    finding_is(t, 1, "leads_without_entry", NULL, 2, 1, 2); /* exclusions are no steps: not lead -4 */
    finding_is(t, 2, "last_step_before_first", NULL, 2, 1, 1);
    finding_is(t, 3, "steps_at_one_instant", NULL, 1, 1, 1);
    finding_is(t, 4, "repeated_events", NULL, 2, 2, -4);
    finding_is(t, 5, "events_after_as_of", NULL, 1, 1, 3);
    leadkpi_table_free(t);
    /* A jump over call is no call, and no entry is needed. */
    t = checks_of("steps=form,demo,call,won; skips=implied; same_event=many", ODD, NULL);
    finding_is(t, 0, "steps_without_events", "call", 0, 0, 0);
    finding_is(t, 1, "last_step_before_first", NULL, 2, 1, 1);
    leadkpi_table_free(t);
    t = checks_of("steps=form,demo,won; order=unordered", "1,1,form\n1,2,demo\n1,3,won\n2,3,won\n", NULL);
    ck_assert_uint_eq(leadkpi_table_row_count(t), 0);
    leadkpi_table_free(t);
    t = checks_of("steps=form,demo; ids=hashed", "", NULL);
    ck_assert_uint_eq(leadkpi_table_row_count(t), 2);
    text_is(t, "name", 1, "demo");
    leadkpi_table_free(t);
}
END_TEST

/* `name` is that of the exclusion, NULL: of all. */
static void exclusion_is(const leadkpi_table *t, size_t at, const char *name)
{
    text_is(t, "finding", at, "exclusions_without_events");
    text_is(t, "name", at, name);
    ck_assert(is_null_at(t, "step", at));
    ck_assert(is_null_at(t, "id", at));
    ck_assert_int_eq(whole_at(t, "rows", at), 0);
}

START_TEST(exclusions_that_no_event_is_are_reported)
{
    static const char events[] = "1,1,form\n1,2,demo\n1,3,spam\n";
    leadkpi_table *t = checks_of("steps=form,demo; exclude=spm", events, NULL);
    ck_assert_uint_eq(leadkpi_table_row_count(t), 1);
    exclusion_is(t, 0, "spm");
    leadkpi_table_free(t);
    t = checks_of("steps=form,demo; exclude=spm,left", events, NULL);
    ck_assert_uint_eq(leadkpi_table_row_count(t), 1);
    exclusion_is(t, 0, NULL);
    leadkpi_table_free(t);
    t = checks_of("steps=form,demo; exclude=spam,left,\"a|b\"; exclude_from=1,1,1", events, NULL);
    ck_assert_uint_eq(leadkpi_table_row_count(t), 2);
    exclusion_is(t, 0, "left");
    exclusion_is(t, 1, "a|b");
    leadkpi_table_free(t);
    t = checks_of("steps=form,demo; exclude=spam,left", events, NULL); /* one is there, and they are not told apart */
    ck_assert_uint_eq(leadkpi_table_row_count(t), 0);
    leadkpi_table_free(t);
    t = checks_of("steps=form,demo; exclude=spam", events, "as_of=1970-01-01T00:00:00.000002");
    text_is(t, "finding", 0, "exclusions_without_events");
    text_is(t, "finding", 1, "events_after_as_of");
    leadkpi_table_free(t);
}
END_TEST

START_TEST(an_event_of_another_name_is_no_repeat)
{
    leadkpi_table *t = checks_of("steps=form,demo; order=adjacent", "1,1,form\n1,1,x\n1,1,y\n1,2,demo\n", NULL);
    ck_assert_uint_eq(leadkpi_table_row_count(t), 0);
    leadkpi_table_free(t);
}
END_TEST

START_TEST(what_is_not_kept_cannot_be_checked)
{
    leadkpi_error error;
    leadkpi_table *t;
    leadkpi_funnel *funnel = funnel_with("steps=form,demo; input=time");
    ck_assert_int_eq(leadkpi_funnel_checks(funnel, NULL, &t, &error), LEADKPI_CONTRADICTION);
    ck_assert_ptr_null(t);
    leadkpi_funnel_free(funnel);
}
END_TEST

START_TEST(a_report_that_cannot_be_is_refused)
{
    leadkpi_error error;
    leadkpi_table *t = (leadkpi_table *)&error;
    leadkpi_funnel *funnel = funnel_with("steps=A,B; compat=clickhouse; window=1d");
    leadkpi_options *other = options_of("funnel", "steps=A");
    ck_assert_int_eq(leadkpi_funnel_times(funnel, NULL, &t, &error), LEADKPI_CONTRADICTION);
    ck_assert_ptr_null(t);
    ck_assert_int_eq(leadkpi_funnel_steps(funnel, other, &t, &error), LEADKPI_MISMATCH);
    ck_assert_int_eq(leadkpi_funnel_steps(NULL, NULL, &t, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_funnel_leads(funnel, NULL, NULL, &error), LEADKPI_NULL_ARGUMENT);
    leadkpi_options_free(other);
    leadkpi_funnel_free(funnel);
}
END_TEST

/* Times are those of the clock: opening hours would change nothing, and nobody would know. */
START_TEST(opening_hours_are_refused_where_they_would_not_count)
{
    static const char *const texts[] = {"hours=mon-fri 09:00-17:00", "special_hours=2025-12-24 09:00-12:00",
                                        "holidays=2025-12-25", "grain=month; hours=mon-fri 09:00-17:00"};
    leadkpi_error error;
    leadkpi_table *t;
    leadkpi_funnel *funnel = funnel_with("steps=A,B");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        leadkpi_options *options = options_of("funnel_report", texts[i]);
        ck_assert_int_eq(leadkpi_funnel_times(funnel, options, &t, &error), LEADKPI_CONTRADICTION);
        ck_assert_ptr_nonnull(strstr(error.message, "expected none with funnel_report"));
        ck_assert_int_eq(leadkpi_funnel_steps(funnel, options, &t, &error), LEADKPI_CONTRADICTION);
        ck_assert_ptr_null(t);
        leadkpi_options_free(options);
    }
    leadkpi_funnel_free(funnel);
}
END_TEST

/* The number of events of one lead does not matter: 64 steps, every event fits each. */
START_TEST(a_lead_with_very_many_events_takes_time_in_proportion)
{
    enum { COUNT = 100000 };
    int64_t *ids = calloc(COUNT, sizeof *ids), *times = calloc(COUNT, sizeof *times);
    int64_t *steps = calloc(COUNT, sizeof *steps);
    char definition[600] = "steps=s";
    leadkpi_table *t;
    for (int i = 1; i < 64; i++) strcat(definition, ",s");
    strcat(definition, "; gap=1us; step_window=1s");
    for (int i = 0; i < COUNT; i++) times[i] = i, steps[i] = -1;
    leadkpi_funnel *funnel = funnel_with(definition);
    OK(leadkpi_table_create(NULL, &t, ok_error));
    OK(leadkpi_table_borrow_int64(t, "id", NUL, ids, COUNT, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(t, "time", NUL, times, COUNT, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_int64(t, "steps", NUL, steps, COUNT, 0, NULL, ok_error));
    OK(leadkpi_funnel_add(funnel, t, NULL, 0, ok_error));
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_steps, funnel, NULL);
    ck_assert_int_eq(whole_at(t, "reached", 63), 1);
    leadkpi_table_free(t);
    leadkpi_funnel_free(funnel);
    free(ids), free(times), free(steps);
}
END_TEST

/* ---- one long lead ------------------------------------------------------------------- */

/* Of so many events a lead is put in order by numbers, of fewer by comparisons; as of a time before some of them
 * either says the same. */
START_TEST(a_long_lead_is_in_the_order_of_a_shorter_one)
{
    static const struct {
        report_call call;
        const char *options;
    } alike[] = {{leadkpi_funnel_leads, "as_of=1970-01-01T00:00:00.000050Z; by=segment; breakdown=any"},
                 {leadkpi_funnel_steps, "as_of=1970-01-01T00:00:00.000050Z; by=segment"},
                 {leadkpi_funnel_sequence_leads, "as_of=1970-01-01T00:00:00.000050Z; pattern=(?1)(?2)(?1)(?4)"}};
    drawing how = {1, 4, 60, 3, 1, 1, 0}; /* all are kept */
    world w, shorter = {.count = 0};
    draw_world(&w, (uint64_t)_i + 1, ROWS_MAX, &how);
    for (size_t i = 0; i < w.count; i++)
        if (w.rows[i].time <= 50) shorter.rows[shorter.count++] = w.rows[i];
    ck_assert_uint_lt(shorter.count, w.count);
    leadkpi_funnel *many = funnel_with("steps=A,B,C,D; entry=every; exclude=x; window=3us");
    leadkpi_funnel *few = funnel_with("steps=A,B,C,D; entry=every; exclude=x; window=3us");
    OK(add_rows(many, w.rows, w.count, 0, NULL, ok_error));
    OK(add_rows(few, shorter.rows, shorter.count, 0, NULL, ok_error));
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++) {
        leadkpi_table *a = report(alike[i].call, many, alike[i].options);
        leadkpi_table *b = report(alike[i].call, few, alike[i].options);
        same_table(a, b, alike[i].options);
        leadkpi_table_free(a), leadkpi_table_free(b);
    }
    leadkpi_funnel_free(many), leadkpi_funnel_free(few);
}
END_TEST

/* Groups that stand mixed among the results, beside each as if there were no other. */
START_TEST(times_of_each_of_many_groups_are_those_of_its_leads_alone)
{
    static const char *const segments[] = {"", "event", "web"}; /* in order */
    drawing how = {300, 4, 90, 0, 0, 0, 0};
    world w;
    draw_world(&w, 7, 3000, &how);
    for (size_t i = 0; i < w.count; i++) w.rows[i].segment = segments[(w.rows[i].id + 3) % 3];
    leadkpi_funnel *all = funnel_with("steps=A,B,C,D; entry=every; window=30us");
    OK(add_rows(all, w.rows, w.count, 0, NULL, ok_error));
    leadkpi_table *t = report(leadkpi_funnel_times, all, "by=segment; as_of=1970-01-01T00:00:00.000089Z");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 4 * 4);
    for (size_t group = 0; group < 3; group++) {
        world part = {.count = 0};
        for (size_t i = 0; i < w.count; i++)
            if (w.rows[i].segment == segments[group]) part.rows[part.count++] = w.rows[i];
        leadkpi_funnel *alone = funnel_with("steps=A,B,C,D; entry=every; window=30us");
        OK(add_rows(alone, part.rows, part.count, 0, NULL, ok_error));
        leadkpi_table *b = report(leadkpi_funnel_times, alone, "as_of=1970-01-01T00:00:00.000089Z");
        int32_t from = column_of(t, "from_step"), column_count = leadkpi_table_column_count(t);
        for (size_t at = 0; at < 4; at++)
            for (int32_t column = from; column < column_count; column++) {
                double x = NAN, y = NAN;
                if (leadkpi_table_column_type(t, column) == LEADKPI_TYPE_TEXT) continue;
                OK(leadkpi_table_get_double(t, column, group * 4 + at, &x, ok_error));
                OK(leadkpi_table_get_double(b, column - from + column_of(b, "from_step"), at, &y, ok_error));
                ck_assert_msg(x == y || (isnan(x) && isnan(y)), "group %d, row %d, %s: %g, alone %g", (int)group,
                              (int)at, leadkpi_table_column_name(t, column), x, y);
            }
        ck_assert_int_gt(whole_at(b, "completed", 0), 0);
        ck_assert_int_gt(whole_at(b, "censored", 0), 0);
        leadkpi_table_free(b);
        leadkpi_funnel_free(alone);
    }
    leadkpi_table_free(t);
    leadkpi_funnel_free(all);
}
END_TEST

enum { LONG = 400000 };

static leadkpi_funnel *long_lead(const leadkpi_host *host)
{
    static int64_t ids[LONG], times[LONG], steps[LONG];
    leadkpi_options *options = options_of("funnel", "steps=A,B,C; entry=every; window=9us");
    leadkpi_funnel *funnel;
    leadkpi_table *t;
    for (int i = 0; i < LONG; i++) times[i] = i, steps[i] = 1 << i % 3;
    OK(leadkpi_funnel_create(host, options, &funnel, ok_error));
    OK(leadkpi_table_create(NULL, &t, ok_error));
    OK(leadkpi_table_borrow_int64(t, "id", NUL, ids, LONG, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(t, "time", NUL, times, LONG, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_int64(t, "steps", NUL, steps, LONG, 0, NULL, ok_error));
    OK(leadkpi_funnel_add(funnel, t, NULL, 0, ok_error));
    leadkpi_table_free(t);
    leadkpi_options_free(options);
    return funnel;
}

static const struct asking {
    report_call call;
    const char *options;
} asking[] = {
    {leadkpi_funnel_steps, ""},
    {leadkpi_funnel_leads, ""},
    {leadkpi_funnel_times, "grain=day"},
    {leadkpi_funnel_histogram, "by=segment"},
    {leadkpi_funnel_retention, ""},
    {leadkpi_funnel_checks, ""},
    {leadkpi_funnel_sequences, "pattern=(?1)(?2)(?1)"},
    {leadkpi_funnel_sequence_leads, "pattern=(?1)(?2)(?3)"},
};

START_TEST(the_host_is_asked_while_one_long_lead_is_looked_at)
{
    lk_fault fault;
    lk_fault_init(&fault);
    leadkpi_funnel *funnel = long_lead(&fault.host);
    leadkpi_options *options = options_of("funnel_report", asking[_i].options);
    leadkpi_error error;
    leadkpi_table *t;
    lk_fault_stop_at(&fault, 0);
    OK(asking[_i].call(funnel, options, &t, ok_error));
    leadkpi_table_free(t);
    ck_assert_uint_ge(fault.polls, LONG / 65536);
    for (uint64_t at = 1, all = fault.polls; at <= all; at++) {
        lk_fault_stop_at(&fault, at);
        ck_assert_int_eq(asking[_i].call(funnel, options, &t, &error), LEADKPI_INTERRUPTED);
        ck_assert_ptr_null(t);
        ck_assert_uint_eq(fault.polls, at);
    }
    leadkpi_options_free(options);
    leadkpi_funnel_free(funnel);
    lk_fault_nothing_held(&fault, "a report that was stopped");
}
END_TEST

static Suite *suite_of_reports(void)
{
    Suite *suite = suite_create("funnel reports");
    TCase *tc = tcase_create("reports");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, times_are_what_gathering_lead_by_lead_gives, 0, 6);
    tcase_add_test(tc, waits_of_the_whole_are_those_of_the_total_of_its_groups);
    tcase_add_test(tc, the_commonest_rule_has_the_times_of_the_general_one);
    tcase_add_test(tc, the_whole_is_the_total_of_its_segments);
    tcase_add_test(tc, rows_that_are_refused_do_not_move_the_time_of_a_report);
    tcase_add_test(tc, steps_are_counted_with_rates_and_their_intervals);
    tcase_add_test(tc, a_report_as_of_a_time_knows_nothing_later);
    tcase_add_test(tc, segments_and_periods_make_groups_that_add_up);
    tcase_add_test(tc, a_lead_with_attempts_in_several_segments_is_a_lead_of_each);
    tcase_add_test(tc, times_of_those_that_went_on_stand_beside_the_censored_ones);
    tcase_add_test(tc, each_lead_has_its_level_and_step_times);
    tcase_add_test(tc, steps_of_two_digits_have_their_times_under_their_numbers);
    tcase_add_test(tc, ids_are_listed_as_they_came_or_as_their_hash);
    tcase_add_test(tc, an_empty_funnel_has_empty_reports);
    tcase_add_test(tc, what_is_odd_is_reported);
    tcase_add_test(tc, an_event_of_another_name_is_no_repeat);
    tcase_add_test(tc, what_is_not_kept_cannot_be_checked);
    tcase_add_test(tc, a_report_that_cannot_be_is_refused);
    tcase_add_test(tc, exclusions_that_no_event_is_are_reported);
    tcase_add_test(tc, opening_hours_are_refused_where_they_would_not_count);
    tcase_add_test(tc, a_lead_with_very_many_events_takes_time_in_proportion);
    tcase_add_loop_test(tc, a_long_lead_is_in_the_order_of_a_shorter_one, 0, 3);
    tcase_add_test(tc, times_of_each_of_many_groups_are_those_of_its_leads_alone);
    tcase_add_loop_test(tc, the_host_is_asked_while_one_long_lead_is_looked_at, 0, sizeof asking / sizeof *asking);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_reports());
}
