/* Breakdowns, histograms, differences. Expected numbers are worked out beside the rows, or by a naive
 * count over the report of leads. */
#include "../support/check_main.h"
#include "../support/fault.h"
#include "world.h"

#include <leadkpi/stats.h>
#include <math.h>

#define DAY INT64_C(86400000000)

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

static void refused(report_call call, const leadkpi_funnel *funnel, const char *text,
                    leadkpi_status expected, const char *words)
{
    leadkpi_table *table = (leadkpi_table *)(uintptr_t)1;
    leadkpi_options *options = options_of("funnel_report", text);
    REFUSED(expected, words, call(funnel, options, &table, ok_error));
    ck_assert_ptr_null(table);
    leadkpi_options_free(options);
}

/* 1  A web, B event, C event    2  A web, B web    3  A, B web (A without a segment) */
static const row rows[] = {
    {1, 0, 0, 1, 0, "web"},       {1, DAY, 0, 2, 0, "event"},    {1, 2 * DAY, 0, 4, 0, "event"},
    {2, 0, 0, 1, 0, "web"},       {2, 3 * DAY, 0, 2, 0, "web"},  {3, 5 * DAY, 0, 1, 0, NULL},
    {3, 6 * DAY, 0, 2, 0, "web"},
};

static leadkpi_funnel *three(const char *definition)
{
    leadkpi_funnel *funnel = funnel_with(definition);
    OK(add_rows(funnel, rows, sizeof rows / sizeof rows[0], 0, NULL, ok_error));
    return funnel;
}

START_TEST(the_segment_of_a_step_is_that_of_the_event_that_filled_it)
{
    leadkpi_funnel *funnel = three("steps=A,B,C");
    leadkpi_table *t = report(leadkpi_funnel_leads, funnel, "breakdown=step; breakdown_step=2");
    text_is(t, "segment", 0, "event");
    text_is(t, "segment", 1, "web");
    text_is(t, "segment", 2, "web");
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_leads, funnel, "breakdown=step; breakdown_step=3");
    text_is(t, "segment", 0, "event");
    ck_assert(is_null_at(t, "segment", 1)); /* did not get there */
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_leads, funnel, "breakdown=step"); /* the last one reached */
    text_is(t, "segment", 0, "event");
    text_is(t, "segment", 1, "web");
    leadkpi_table_free(t);
    refused(leadkpi_funnel_leads, funnel, "breakdown=step; breakdown_step=4", LEADKPI_BAD_ARGUMENT, "at most 3");
    refused(leadkpi_funnel_leads, funnel, "breakdown_step=2", LEADKPI_CONTRADICTION, "breakdown=step");
    leadkpi_funnel_free(funnel);
    funnel = three("steps=A,B,C; compat=clickhouse; window=9d");
    refused(leadkpi_funnel_steps, funnel, "breakdown=step", LEADKPI_CONTRADICTION, "windowFunnel");
    leadkpi_funnel_free(funnel);
}
END_TEST

START_TEST(with_any_a_lead_is_in_each_of_its_segments_and_once_in_the_total)
{
    leadkpi_funnel *funnel = three("steps=A,B,C");
    leadkpi_table *t = report(leadkpi_funnel_steps, funnel, "by=segment; breakdown=any");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 9);
    text_is(t, "segment", 0, "event");
    ck_assert_int_eq(whole_at(t, "reached", 0), 1);
    ck_assert_int_eq(whole_at(t, "reached", 2), 1);
    text_is(t, "segment", 3, "web");
    ck_assert_int_eq(whole_at(t, "reached", 3), 3);
    ck_assert_int_eq(whole_at(t, "reached", 5), 1);
    text_is(t, "row", 6, "total");
    ck_assert_int_eq(whole_at(t, "reached", 6), 3);
    ck_assert_int_eq(whole_at(t, "reached", 7), 3);
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_leads, funnel, "by=segment; breakdown=any");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 4);
    ck_assert_int_eq(whole_at(t, "id", 1), 1);
    text_is(t, "segment", 0, "web");
    text_is(t, "segment", 1, "event");
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_times, funnel, "by=segment; breakdown=any");
    ck_assert_int_eq(whole_at(t, "completed", 6), 3); /* the total: A to B */
    leadkpi_table_free(t);
    refused(leadkpi_funnel_difference, funnel, "by=segment; breakdown=any", LEADKPI_CONTRADICTION,
            "several segments");
    leadkpi_funnel_free(funnel);
}
END_TEST

START_TEST(mature_leaves_out_leads_whose_window_is_not_over)
{
    leadkpi_funnel *funnel = three("steps=A,B,C; window=3d");
    leadkpi_table *t = report(leadkpi_funnel_steps, funnel, "mature=true; as_of=1970-01-08");
    ck_assert_int_eq(whole_at(t, "reached", 0), 2); /* lead 3 has until day 8, included */
    ck_assert_int_eq(whole_at(t, "immature", 0), 0);
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_steps, funnel, "mature=true; as_of=1970-01-09T00:00:00.000001");
    ck_assert_int_eq(whole_at(t, "reached", 0), 3);
    leadkpi_table_free(t);
    leadkpi_funnel_free(funnel);
    funnel = three("steps=A,B,C");
    refused(leadkpi_funnel_steps, funnel, "mature=true", LEADKPI_CONTRADICTION, "window");
    leadkpi_funnel_free(funnel);
}
END_TEST

START_TEST(a_histogram_has_bars_of_equal_width)
{
    leadkpi_funnel *funnel = three("steps=A,B,C");
    /* A to B: 1, 3 and 1 days. */
    leadkpi_table *t = report(leadkpi_funnel_histogram, funnel, "to_step=2; bin_width=1d");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 3);
    ck_assert_int_eq(whole_at(t, "completed", 0), 2);
    ck_assert_int_eq(whole_at(t, "completed", 1), 0);
    ck_assert_int_eq(whole_at(t, "completed", 2), 1);
    ck_assert_double_eq(number_at(t, "from_seconds", 0), 86400);
    ck_assert_double_eq(number_at(t, "to_seconds", 2), 4 * 86400);
    ck_assert_double_eq(number_at(t, "cumulative_share", 1), 2.0 / 3);
    ck_assert_double_eq(number_at(t, "cumulative_share", 2), 1);
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_histogram, funnel, "to_step=2"); /* 2 * 2 * 2 >= 3: two bars */
    ck_assert_uint_eq(leadkpi_table_row_count(t), 2);
    ck_assert_int_eq(whole_at(t, "completed", 0), 2);
    ck_assert_int_eq(whole_at(t, "completed", 1), 1);
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_histogram, funnel, "to_step=2; bins=5; by=segment");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 15); /* no segment, web, total */
    ck_assert_int_eq(whole_at(t, "completed", 0), 1);
    ck_assert_int_eq(whole_at(t, "completed", 10), 2);
    ck_assert_int_eq(whole_at(t, "completed", 14), 1);
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_histogram, funnel, "as_of=1970-01-01");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 0);
    leadkpi_table_free(t);
    refused(leadkpi_funnel_histogram, funnel, "bins=3; bin_width=1s", LEADKPI_CONTRADICTION, "both");
    refused(leadkpi_funnel_histogram, funnel, "to_step=2; bin_width=1us", LEADKPI_BAD_ARGUMENT, "10000");
    refused(leadkpi_funnel_histogram, funnel, "from_step=2; to_step=2", LEADKPI_BAD_ARGUMENT, "before");
    refused(leadkpi_funnel_histogram, funnel, "to_step=4", LEADKPI_BAD_ARGUMENT, "at most 3");
    leadkpi_funnel_free(funnel);
}
END_TEST

/* `leads` of a segment enter on a day, `won` of them get on. */
static void add_cohort(leadkpi_funnel *funnel, int64_t first_id, int leads, int won, int64_t time,
                       const char *segment)
{
    static row made[512];
    size_t count = 0;
    for (int i = 0; i < leads; i++) {
        made[count++] = (row){first_id + i, time, 0, 1, 0, segment};
        if (i < won) made[count++] = (row){first_id + i, time + 1, 0, 2, 0, segment};
    }
    OK(add_rows(funnel, made, count, 0, NULL, ok_error));
}

START_TEST(a_difference_has_its_interval_and_the_p_value_of_the_same_test)
{
    leadkpi_funnel *funnel = funnel_with("steps=form,won; window=1d");
    double low, high;
    add_cohort(funnel, 1, 100, 40, 0, "event");
    add_cohort(funnel, 201, 100, 20, DAY, "web");
    leadkpi_table *t = report(leadkpi_funnel_difference, funnel, "by=segment");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 4);
    text_is(t, "against", 1, "all others");
    ck_assert_int_eq(whole_at(t, "reached", 1), 40);
    ck_assert_int_eq(whole_at(t, "against_reached", 1), 20);
    ck_assert_int_eq(whole_at(t, "against_of", 1), 100);
    ck_assert_double_eq_tol(number_at(t, "difference", 1), 0.2, 1e-15);
    OK(leadkpi_stats_miettinen_nurminen_interval(40, 100, 20, 100, 0.95, &low, &high, ok_error));
    ck_assert_double_eq(number_at(t, "difference_low", 1), low);
    ck_assert_double_eq(number_at(t, "difference_high", 1), high);
    /* z = 0.2 / sqrt(0.3 * 0.7 * 0.02 * 200 / 199): 3.0783, p 0.00208 */
    ck_assert_double_eq_tol(number_at(t, "p_value", 1), 0.00208, 1e-5);
    text_is(t, "verdict", 1, "higher");
    text_is(t, "verdict", 3, "lower");
    text_is(t, "verdict", 0, "not distinguishable"); /* all are at step 1 */
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_difference, funnel, "grain=day");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 4);
    ck_assert(is_null_at(t, "against", 1));
    ck_assert(is_null_at(t, "p_value", 1));
    text_is(t, "verdict", 1, "");
    text_is(t, "against", 3, "1970-01-01");
    text_is(t, "verdict", 3, "lower");
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_difference, funnel, "by=segment; against=web; level=0.999; rate=step");
    text_is(t, "against", 1, "web");
    text_is(t, "verdict", 1, "not distinguishable");
    text_is(t, "verdict", 0, ""); /* nobody is before step 1 */
    ck_assert_int_eq(whole_at(t, "reached", 0), 100);
    ck_assert_int_eq(whole_at(t, "of", 0), 0);
    ck_assert_int_eq(whole_at(t, "against_reached", 0), 100);
    ck_assert(is_null_at(t, "rate", 0));
    ck_assert(is_null_at(t, "against", 3));
    leadkpi_table_free(t);
    refused(leadkpi_funnel_difference, funnel, "by=segment; against=radio", LEADKPI_UNKNOWN_NAME, "radio");
    refused(leadkpi_funnel_difference, funnel, "against=web", LEADKPI_CONTRADICTION, "by=segment");
    leadkpi_funnel_free(funnel);
}
END_TEST

/* An option that would change nothing in silence is refused, where it could be meant for this report. */
START_TEST(an_option_of_another_report_is_refused)
{
    leadkpi_funnel *funnel = funnel_with("steps=form,won; window=1d");
    add_cohort(funnel, 1, 10, 4, 0, "event");
    static const report_call others[] = {leadkpi_funnel_steps, leadkpi_funnel_times, leadkpi_funnel_leads,
                                         leadkpi_funnel_retention, leadkpi_funnel_checks};
    static const char *const own[][2] = {
        {"bins=3", "bins: expected none here; it is of the histogram alone"},
        {"bin_width=1d", "bin_width"},
        {"from_step=2", "from_step"},
        {"to_step=2", "to_step"},
        {"rate=step", "rate: expected none here; it is of the difference alone"},
        {"against=web", "against"},
        {"pattern=(?1)", "pattern: expected none here; it is of sequences and sequence_leads alone"}};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        for (size_t k = 0; k < sizeof others / sizeof *others; k++)
            refused(others[k], funnel, own[i][0], LEADKPI_CONTRADICTION, own[i][1]);
        if (i < 4) refused(leadkpi_funnel_difference, funnel, own[i][0], LEADKPI_CONTRADICTION, own[i][1]);
        else refused(leadkpi_funnel_histogram, funnel, own[i][0], LEADKPI_CONTRADICTION, own[i][1]);
    }
    refused(leadkpi_funnel_sequences, funnel, "pattern=(?1); bins=3", LEADKPI_CONTRADICTION, "bins");
    refused(leadkpi_funnel_difference, funnel, "", LEADKPI_CONTRADICTION, "by=segment or a grain");
    /* Defaults may be said, and what groups and levels are may be told to reports that have none. */
    leadkpi_table_free(report(leadkpi_funnel_steps, funnel, "bins=0; from_step=1; rate=overall"));
    leadkpi_table_free(report(leadkpi_funnel_leads, funnel, "by=segment; grain=month; level=0.9"));
    leadkpi_table_free(report(leadkpi_funnel_difference, funnel, "grain=month"));
    leadkpi_funnel_free(funnel);
}
END_TEST

/* On 1 January event 4 of 10 to web 2 of 10; on 2 January event alone, on 3 January web alone. */
START_TEST(a_segment_is_compared_with_the_named_one_of_the_same_period)
{
    leadkpi_funnel *funnel = funnel_with("steps=form,won; window=1d");
    add_cohort(funnel, 1, 10, 4, 0, "event");
    add_cohort(funnel, 101, 10, 2, 0, "web");
    add_cohort(funnel, 201, 10, 5, DAY, "event");
    add_cohort(funnel, 301, 10, 1, 2 * DAY, "web");
    leadkpi_table *t = report(leadkpi_funnel_difference, funnel, "by=segment; grain=day; against=web");
    rows_are(t, "segment period against step name reached of rate against_reached against_of difference",
             "event,1970-01-01,web,1,form,10,10,1,10,10,0\n"
             "event,1970-01-01,web,2,won,4,10,0.4,2,10,0.2\n"
             "event,1970-01-02,,1,form,10,10,1,0,0,\n"
             "event,1970-01-02,,2,won,5,10,0.5,0,0,\n"
             "web,1970-01-01,,1,form,10,10,1,0,0,\n"
             "web,1970-01-01,,2,won,2,10,0.2,0,0,\n"
             "web,1970-01-03,,1,form,10,10,1,0,0,\n"
             "web,1970-01-03,,2,won,1,10,0.1,0,0,\n");
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_difference, funnel, "by=segment; grain=day"); /* each with its period before */
    rows_are(t, "segment period against step reached against_reached",
             "event,1970-01-01,,1,10,0\nevent,1970-01-01,,2,4,0\n"
             "event,1970-01-02,1970-01-01,1,10,10\nevent,1970-01-02,1970-01-01,2,5,4\n"
             "web,1970-01-01,,1,10,0\nweb,1970-01-01,,2,2,0\n"
             "web,1970-01-03,1970-01-01,1,10,10\nweb,1970-01-03,1970-01-01,2,1,2\n");
    leadkpi_table_free(t);
    leadkpi_funnel_free(funnel);
}
END_TEST

/* Of web 1 and 2, of none 3: A to B 1, 3 and 1 days, B to C 1 day. */
START_TEST(times_of_a_segment_are_those_of_its_leads)
{
    leadkpi_funnel *funnel = three("steps=A,B,C");
    leadkpi_table *t = report(leadkpi_funnel_times, funnel, "by=segment");
    rows_are(t, "row segment from_step to_step completed censored mean_seconds median_seconds",
             "segment,,1,2,1,0,86400,86400\nsegment,,2,3,0,1,,\nsegment,,1,3,0,1,,\n"
             "segment,web,1,2,2,0,172800,172800\nsegment,web,2,3,1,1,86400,86400\n"
             "segment,web,1,3,1,1,172800,172800\n"
             "total,,1,2,3,0,144000,86400\ntotal,,2,3,1,2,86400,86400\ntotal,,1,3,1,2,172800,172800\n");
    leadkpi_table_free(t);
    leadkpi_funnel_free(funnel);
}
END_TEST

/* Steps in any order: the one reached n-th is filled by the n-th event. */
START_TEST(without_an_order_the_segment_of_a_step_is_that_of_the_event_that_came_as_many_th)
{
    static const row log[] = {{1, 3, 0, 4, 0, "c"}, {1, 5, 0, 1, 0, "a"}, {1, 9, 0, 2, 0, "b"},
                              {2, 1, 0, 0, 0, "z"}, {2, 4, 0, 2, 0, "b"}, {3, 1, 0, 2, 0, "b"}, {3, 7, 0, 4, 0, NULL}};
    static const char *const options[] = {"breakdown=step; breakdown_step=1", "breakdown=step; breakdown_step=2",
                                          "breakdown=step; breakdown_step=3", "breakdown=step"};
    static const char *const expected[] = {"1,c\n2,b\n3,b\n", "1,a\n2,\n3,\n", "1,b\n2,\n3,\n", "1,b\n2,b\n3,\n"};
    leadkpi_funnel *funnel = funnel_with("steps=A,B,C; order=unordered");
    OK(add_rows(funnel, log, sizeof log / sizeof log[0], 0, NULL, ok_error));
    for (int i = 0; i < 4; i++) {
        leadkpi_table *t = report(leadkpi_funnel_leads, funnel, options[i]);
        rows_are(t, "id segment", expected[i]);
        leadkpi_table_free(t);
    }
    leadkpi_funnel_free(funnel);
}
END_TEST

/* Two attempts get to the second step with one event, the third with another, the fourth not at all. */
START_TEST(each_attempt_has_the_segment_of_the_event_that_filled_its_step)
{
    static const row log[] = {{1, 0, 0, 1, 0, "a"}, {1, 1, 0, 1, 0, "b"}, {1, 2, 0, 2, 0, "c"}, {1, 5, 0, 1, 0, "d"},
                              {1, 6, 0, 2, 0, "e"}, {1, 9, 0, 1, 0, "f"}, {2, 2, 0, 1, 0, "g"}, {2, 6, 0, 2, 0, NULL}};
    leadkpi_funnel *funnel = funnel_with("steps=A,B; entry=every; window=4us");
    OK(add_rows(funnel, log, sizeof log / sizeof log[0], 0, NULL, ok_error));
    leadkpi_table *t = report(leadkpi_funnel_leads, funnel, "breakdown=step; breakdown_step=2");
    rows_are(t, "id attempt step segment", "1,1,2,c\n1,2,2,c\n1,3,2,e\n1,4,1,\n2,1,2,\n");
    leadkpi_table_free(t);
    leadkpi_funnel_free(funnel);
}
END_TEST

START_TEST(a_histogram_knows_no_wait_from_a_step_that_was_left_out)
{
    static const row log[] = {{1, 0, 0, 1, 0, NULL}, {1, 4, 0, 4, 0, NULL}, {2, 0, 0, 1, 0, NULL},
                              {2, 1, 0, 2, 0, NULL}, {2, 8, 0, 4, 0, NULL}};
    leadkpi_funnel *funnel = funnel_with("steps=A,B,C; optional=2");
    OK(add_rows(funnel, log, sizeof log / sizeof log[0], 0, NULL, ok_error));
    leadkpi_table *t = report(leadkpi_funnel_histogram, funnel, "from_step=2; to_step=3; bin_width=1us");
    rows_are(t, "completed", "1\n");
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_histogram, funnel, "from_step=1; to_step=3; bin_width=4us");
    rows_are(t, "completed", "1\n1\n");
    leadkpi_table_free(t);
    leadkpi_funnel_free(funnel);
}
END_TEST

START_TEST(where_attempts_are_counted_columns_say_so)
{
    static const row twice[] = {{1, 0, 0, 1, 0, "a"}, {1, 1, 0, 2, 0, "a"}, {1, 5, 0, 1, 0, "a"},
                                {1, 9, 0, 2, 0, "a"}, {2, 5, 0, 1, 0, "b"}};
    static const char *const definitions[] = {"steps=A,B; window=2us", "steps=A,B; window=2us; entry=every"};
    static const char *const units[] = {"leads", "attempts"};
    for (int i = 0; i < 2; i++) {
        leadkpi_funnel *funnel = funnel_with(definitions[i]);
        OK(add_rows(funnel, twice, 5, 0, NULL, ok_error));
        leadkpi_table *t = report(leadkpi_funnel_difference, funnel, "by=segment; against=b");
        ck_assert_int_eq(whole_at(t, "of", 1), 1 + i);
        ck_assert_int_eq(whole_at(t, "reached", 1), 1);
        ck_assert_str_eq(leadkpi_table_column_unit(t, column_of(t, "reached")), units[i]);
        ck_assert_str_eq(leadkpi_table_column_unit(t, column_of(t, "against_of")), units[i]);
        leadkpi_table_free(t);
        t = report(leadkpi_funnel_times, funnel, NULL);
        ck_assert_str_eq(leadkpi_table_column_unit(t, column_of(t, "completed")), units[i]);
        leadkpi_table_free(t);
        t = report(leadkpi_funnel_histogram, funnel, NULL);
        ck_assert_str_eq(leadkpi_table_column_unit(t, column_of(t, "completed")), units[i]);
        leadkpi_table_free(t);
        leadkpi_funnel_free(funnel);
    }
}
END_TEST

START_TEST(the_interval_leaves_zero_out_exactly_where_p_is_small)
{
    uint64_t state = 3;
    for (int round = 0; round < 300; round++) {
        leadkpi_funnel *funnel = funnel_with("steps=form,won; window=1d");
        int n = 1 + (int)(lk_test_random(&state) % 80), m = 1 + (int)(lk_test_random(&state) % 80);
        add_cohort(funnel, 1, n, (int)(lk_test_random(&state) % (uint64_t)(n + 1)), 0, "a");
        add_cohort(funnel, 201, m, (int)(lk_test_random(&state) % (uint64_t)(m + 1)), 0, "b");
        leadkpi_table *t = report(leadkpi_funnel_difference, funnel, "by=segment; against=b");
        double p = number_at(t, "p_value", 1);
        int outside = number_at(t, "difference_low", 1) > 0 || number_at(t, "difference_high", 1) < 0;
        if (fabs(p - 0.05) > 1e-9) ck_assert_int_eq(outside, p < 0.05);
        leadkpi_table_free(t);
        leadkpi_funnel_free(funnel);
    }
}
END_TEST

/* Over random worlds: each group of the histogram and of `any` is what counting leads one by one says. */
START_TEST(groups_are_what_counting_leads_one_by_one_gives)
{
    static world w;
    drawing how = {40, 3, 50, 1, 0, 0, 0};
    draw_world(&w, 77 + (uint64_t)_i, 300, &how);
    leadkpi_funnel *funnel =
        funnel_with(_i % 2 ? "steps=A,B,C; window=20us; entry=every" : "steps=A,B,C; window=20us");
    OK(add_rows(funnel, w.rows, w.count, 0, NULL, ok_error));
    leadkpi_table *leads = report(leadkpi_funnel_leads, funnel, "by=segment; breakdown=any");
    leadkpi_table *steps = report(leadkpi_funnel_steps, funnel, "by=segment; breakdown=any");
    size_t lead_rows = leadkpi_table_row_count(leads);
    for (size_t at = 0; at + 3 < leadkpi_table_row_count(steps); at++) {
        int64_t reached = 0;
        for (size_t i = 0; i < lead_rows; i++) {
            const char *a, *b;
            size_t a_length, b_length;
            OK(leadkpi_table_get_text(leads, column_of(leads, "segment"), i, &a, &a_length, ok_error));
            OK(leadkpi_table_get_text(steps, column_of(steps, "segment"), at, &b, &b_length, ok_error));
            if (!a != !b || a_length != b_length || (a && memcmp(a, b, a_length) != 0)) continue;
            reached += whole_at(leads, "step", i) >= whole_at(steps, "step", at);
        }
        ck_assert_int_eq(whole_at(steps, "reached", at), reached);
    }
    leadkpi_table *bars = report(leadkpi_funnel_histogram, funnel, "bins=4");
    leadkpi_table *plain = report(leadkpi_funnel_leads, funnel, NULL);
    for (size_t at = 0; at < leadkpi_table_row_count(bars); at++) {
        int64_t count = 0;
        for (size_t i = 0; i < leadkpi_table_row_count(plain); i++) {
            if (whole_at(plain, "step", i) < 3) continue;
            double wait = (double)(whole_at(plain, "step_3", i) - whole_at(plain, "step_1", i)) / 1e6;
            count += wait >= number_at(bars, "from_seconds", at) && wait < number_at(bars, "to_seconds", at);
        }
        ck_assert_int_eq(whole_at(bars, "completed", at), count);
    }
    leadkpi_table_free(leads), leadkpi_table_free(steps), leadkpi_table_free(bars);
    leadkpi_table_free(plain);
    leadkpi_funnel_free(funnel);
}
END_TEST

/* ---- a period of entry ------------------------------------------------------------------------ */

static const char *const periods[] = {
    "steps=A,B,C", "steps=A,B,C; window=20us", "steps=A,B,C; entry=first", "steps=A,B,C; window=9us; entry=every",
    "steps=A,B,C; entry=again; window=9us", "steps=A,B,C; order=unordered; window=20us",
    "steps=A,B,C; order=adjacent", "steps=A,B,C; gap=1us; step_window=9us", "steps=A,B,C; order=anchored",
    "steps=A,B,C; input=time; window=20us", "steps=A,B,C; preset=clickhouse; window=20us"};
enum { PERIOD_COUNT = sizeof periods / sizeof *periods };

static int by_time(const void *a, const void *b)
{
    int64_t x = ((const row *)a)->time, y = ((const row *)b)->time;
    return (x > y) - (x < y);
}

/* How many of the report of leads started in the period and reached the step. */
static int64_t started_and_reached(const leadkpi_table *leads, int64_t from, int64_t to, int64_t step)
{
    int64_t count = 0;
    for (size_t i = 0; i < leadkpi_table_row_count(leads); i++) {
        int64_t start = whole_at(leads, "start", i);
        count += start >= from && start < to && whole_at(leads, "step", i) >= step;
    }
    return count;
}

/* As a report on all leads would give it, if only those that started in the period were in it. */
START_TEST(a_period_has_what_started_in_it)
{
    static world w;
    drawing how = {30, 3, 60, 0, 0, 0, 1};
    draw_world(&w, 501 + (uint64_t)_i, 250, &how);
    for (size_t i = 0; i < w.count; i++) w.rows[i].segment = NULL;
    qsort(w.rows, w.count, sizeof w.rows[0], by_time);
    leadkpi_funnel *funnel = funnel_with(periods[_i % PERIOD_COUNT]);
    OK(add_rows(funnel, w.rows, w.count, 0, NULL, ok_error));
    static const char period[] = "from=1970-01-01T00:00:00.00001; to=1970-01-01T00:00:00.00004";
    leadkpi_table *leads = report(leadkpi_funnel_leads, funnel, NULL);
    leadkpi_table *some = report(leadkpi_funnel_leads, funnel, period);
    leadkpi_table *steps = report(leadkpi_funnel_steps, funnel, period);
    ck_assert_int_eq((int64_t)leadkpi_table_row_count(some), started_and_reached(leads, 10, 40, 1));
    ck_assert_int_eq(started_and_reached(some, 10, 40, 1), (int64_t)leadkpi_table_row_count(some));
    for (size_t step = 0; step < 3; step++)
        ck_assert_int_eq(whole_at(steps, "reached", step), started_and_reached(leads, 10, 40, (int64_t)step + 1));
    leadkpi_table_free(steps);
    if (!strstr(periods[_i % PERIOD_COUNT], "input=time") && !strstr(periods[_i % PERIOD_COUNT], "clickhouse")) {
        leadkpi_table *times = report(leadkpi_funnel_times, funnel, period);
        ck_assert_int_eq(whole_at(times, "completed", 0), started_and_reached(leads, 10, 40, 2));
        leadkpi_table_free(times);
        leadkpi_table *bars = report(leadkpi_funnel_histogram, funnel, "bins=1; from=1970-01-01T00:00:00.00004");
        if (leadkpi_table_row_count(bars))
            ck_assert_int_eq(whole_at(bars, "completed", 0), started_and_reached(leads, 40, INT64_MAX, 3));
        leadkpi_table_free(bars);
    }
    refused(leadkpi_funnel_steps, funnel, "from=1970-01-02; to=1970-01-02", LEADKPI_CONTRADICTION,
            "to: expected a time after from (1970-01-02), found 1970-01-02");
    refused(leadkpi_funnel_checks, funnel, "to=1970-01-02", LEADKPI_CONTRADICTION, "to: expected none");
    leadkpi_table_free(leads), leadkpi_table_free(some);
    leadkpi_funnel_free(funnel);
}
END_TEST

START_TEST(patterns_and_retention_go_by_the_period_of_the_first_event)
{
    leadkpi_funnel *funnel = three("steps=A,B,C"); /* 1 and 2 came on day 0, 3 on day 5 */
    leadkpi_table *t = report(leadkpi_funnel_sequences, funnel, "pattern=(?1)(?2); to=1970-01-02");
    ck_assert_int_eq(whole_at(t, "leads", 0), 2);
    ck_assert_int_eq(whole_at(t, "matched", 0), 2);
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_sequence_leads, funnel, "pattern=(?1)(?2); from=1970-01-02");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 1);
    ck_assert_int_eq(whole_at(t, "id", 0), 3);
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_retention, funnel, "from=1970-01-06; to=1970-01-07");
    ck_assert_int_eq(whole_at(t, "leads", 1), 1);
    ck_assert_int_eq(whole_at(t, "returned", 1), 1);
    leadkpi_table_free(t);
    leadkpi_funnel_free(funnel);
}
END_TEST

/* ---- memory that is not to be had -------------------------------------------------------- */

typedef struct fault_context {
    world w;
    leadkpi_funnel *funnel;
    leadkpi_table *result;
    leadkpi_options *options;
    int which;
} fault_context;

static const struct {
    report_call call;
    const char *options;
} faults[] = {
    {leadkpi_funnel_histogram, "by=segment; grain=day; bins=3"},
    {leadkpi_funnel_difference, "by=segment; grain=day"},
    {leadkpi_funnel_steps, "by=segment; breakdown=any"},
    {leadkpi_funnel_leads, "breakdown=step"},
    {leadkpi_funnel_leads, "by=segment; breakdown=any"},
    {leadkpi_funnel_steps, "by=segment; breakdown=any; grain=day"},
    {leadkpi_funnel_leads, ""}, /* of one lead */
    {leadkpi_funnel_times, "by=segment"},
    {leadkpi_funnel_times, "as_of=1970-01-02"},
    {leadkpi_funnel_histogram, "to_step=2"},
};
enum { OF_ONE_LEAD = 6 };

static void set_up(const leadkpi_host *host, void *context)
{
    fault_context *f = context;
    drawing how = {12, 3, 90, 1, 0, 0, 0};
    leadkpi_options *definition = options_of("funnel", "steps=A,B,C");
    if (f->which == OF_ONE_LEAD) how.leads = 1;
    draw_world(&f->w, 9, 90, &how);
    OK(leadkpi_funnel_create(host, definition, &f->funnel, ok_error));
    OK(add_rows(f->funnel, f->w.rows, f->w.count, 1, NULL, ok_error));
    f->options = options_of("funnel_report", faults[f->which].options);
    leadkpi_options_free(definition);
}

static leadkpi_status act(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return faults[f->which].call(f->funnel, f->options, &f->result, error);
}

static void tear_down(void *context)
{
    fault_context *f = context;
    leadkpi_table_free(f->result);
    leadkpi_funnel_free(f->funnel);
    leadkpi_options_free(f->options);
    f->result = NULL;
}

START_TEST(whichever_allocation_fails_no_report_is_half_made)
{
    static fault_context f;
    f.which = _i;
    lk_fault_case fault = {faults[_i].options, set_up, act, NULL, tear_down, &f};
    lk_fault_every_allocation(&fault);
    lk_fault_every_poll(&fault);
}
END_TEST

static Suite *suite_of_comparisons(void)
{
    Suite *suite = suite_create("funnel comparisons");
    TCase *tc = tcase_create("comparisons");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, the_segment_of_a_step_is_that_of_the_event_that_filled_it);
    tcase_add_test(tc, with_any_a_lead_is_in_each_of_its_segments_and_once_in_the_total);
    tcase_add_test(tc, mature_leaves_out_leads_whose_window_is_not_over);
    tcase_add_test(tc, an_option_of_another_report_is_refused);
    tcase_add_loop_test(tc, a_period_has_what_started_in_it, 0, 2 * PERIOD_COUNT);
    tcase_add_test(tc, patterns_and_retention_go_by_the_period_of_the_first_event);
    tcase_add_test(tc, a_histogram_has_bars_of_equal_width);
    tcase_add_test(tc, a_difference_has_its_interval_and_the_p_value_of_the_same_test);
    tcase_add_test(tc, a_segment_is_compared_with_the_named_one_of_the_same_period);
    tcase_add_test(tc, times_of_a_segment_are_those_of_its_leads);
    tcase_add_test(tc, without_an_order_the_segment_of_a_step_is_that_of_the_event_that_came_as_many_th);
    tcase_add_test(tc, each_attempt_has_the_segment_of_the_event_that_filled_its_step);
    tcase_add_test(tc, a_histogram_knows_no_wait_from_a_step_that_was_left_out);
    tcase_add_test(tc, where_attempts_are_counted_columns_say_so);
    tcase_add_test(tc, the_interval_leaves_zero_out_exactly_where_p_is_small);
    tcase_add_loop_test(tc, groups_are_what_counting_leads_one_by_one_gives, 0, 6);
    tcase_add_loop_test(tc, whichever_allocation_fails_no_report_is_half_made, 0, (int)(sizeof faults / sizeof *faults));
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_comparisons());
}
