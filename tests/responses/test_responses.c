/* Speed to lead. Expected numbers are worked out by hand beside the rows, or by naive counting. */
#include "../support/check_main.h"
#include "../support/fault.h"
#include "../support/random.h"
#include "../support/tables.h"

#include <leadkpi/stats.h>
#include <math.h>

#define MINUTE INT64_C(60000000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define ROWS_MAX 512

typedef struct row {
    int64_t id, time;
    const char *word; /* segment of a lead, kind of a response */
} row;

typedef leadkpi_status (*add_call)(leadkpi_responses *, const leadkpi_table *, const char *, size_t,
                                   leadkpi_error *);

static leadkpi_status add(add_call call, leadkpi_responses *responses, const row *rows, size_t count,
                          const char *batch, leadkpi_error *error)
{
    static int64_t ids[ROWS_MAX], times[ROWS_MAX];
    static const char *words[ROWS_MAX];
    leadkpi_table *table;
    OK(leadkpi_table_create(NULL, &table, ok_error));
    for (size_t i = 0; i < count; i++) {
        ids[i] = rows[i].id;
        times[i] = rows[i].time;
        words[i] = rows[i].word;
    }
    OK(leadkpi_table_borrow_int64(table, "id", NUL, ids, count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, times, count, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(table, call == leadkpi_responses_add_leads ? "segment" : "kind", NUL,
                                  words, count, ok_error));
    leadkpi_status status = call(responses, table, batch, NUL, error);
    leadkpi_table_free(table);
    return status;
}

#define COUNT_OF(rows) (sizeof(rows) / sizeof(rows)[0])

/* Friday, 1970-01-02, 16:00, and Saturday. */
#define FRIDAY (DAY + 16 * HOUR)

static const row leads[] = {{1, FRIDAY, "web"}, {2, FRIDAY, "web"},  {3, FRIDAY, "event"},
                            {4, FRIDAY, "web"}, {5, FRIDAY, "event"}, {1, FRIDAY + 1, "web"}};
/* 1: after 4 minutes. 2: an auto-reply at once, a mail after 2 hours. 3: an auto-reply alone.
 * 4: one before it came, one on Monday at 09:30. 5: after 5 minutes, having converted after 1. */
static const row answers[] = {{1, FRIDAY + 4 * MINUTE, "call"}, {2, FRIDAY, "auto"},
                              {2, FRIDAY + 2 * HOUR, "mail"},   {3, FRIDAY + 1, "auto_reply"},
                              {4, FRIDAY - 1, "call"},          {4, 4 * DAY + 9 * HOUR + 30 * MINUTE, NULL},
                              {5, FRIDAY + 5 * MINUTE, "call"}, {77, FRIDAY, "call"}};
static const row conversions[] = {{1, FRIDAY + DAY, NULL}, {5, FRIDAY + MINUTE, NULL}, {4, FRIDAY - 5, NULL}};

static leadkpi_responses *made_on(const leadkpi_host *host)
{
    leadkpi_responses *responses;
    OK(leadkpi_responses_create(host, NULL, &responses, ok_error));
    return responses;
}

static leadkpi_responses *team(void)
{
    leadkpi_responses *responses = made_on(NULL);
    OK(add(leadkpi_responses_add, responses, answers, COUNT_OF(answers), NULL, ok_error));
    OK(add(leadkpi_responses_add_leads, responses, leads, COUNT_OF(leads), NULL, ok_error));
    OK(add(leadkpi_responses_add_conversions, responses, conversions, COUNT_OF(conversions), NULL,
           ok_error));
    return responses;
}

typedef leadkpi_status (*report_call)(const leadkpi_responses *, const leadkpi_options *,
                                      leadkpi_table **, leadkpi_error *);

static leadkpi_table *report(report_call call, const leadkpi_responses *responses, const char *text)
{
    leadkpi_table *table;
    leadkpi_options *options = options_of("responses_report", text);
    OK(call(responses, options, &table, ok_error));
    leadkpi_options_free(options);
    return table;
}

static void refused(report_call call, const char *text, leadkpi_status expected, const char *words)
{
    leadkpi_table *table;
    leadkpi_responses *responses = team();
    leadkpi_options *options = options_of("responses_report", text);
    REFUSED(expected, words, call(responses, options, &table, ok_error));
    ck_assert_ptr_null(table);
    leadkpi_options_free(options);
    leadkpi_responses_free(responses);
}

START_TEST(an_automatic_reply_never_stops_the_clock)
{
    leadkpi_responses *responses = team();
    leadkpi_table *t = report(leadkpi_responses_leads, responses, "as_of=1970-01-06");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 5);
    ck_assert_double_eq(number_at(t, "wait_seconds", 0), 240);
    ck_assert_double_eq(number_at(t, "wait_seconds", 1), 7200);
    ck_assert_int_eq(whole_at(t, "automatic", 1), 1);
    text_is(t, "kind", 1, "mail");
    ck_assert(is_null_at(t, "answered", 2));
    ck_assert_double_eq(number_at(t, "wait_seconds", 2), 3 * 86400 + 8 * 3600); /* till Tuesday */
    text_is(t, "kind", 3, NULL);
    ck_assert(!is_null_at(t, "answered", 3));
    ck_assert(is_null_at(t, "converted", 3)); /* before it came */
    leadkpi_table_free(t);
    t = report(leadkpi_responses_speed, responses, "as_of=1970-01-06; by=segment");
    text_is(t, "segment", 0, "event");
    ck_assert_int_eq(whole_at(t, "automatic_only", 0), 1);
    ck_assert_int_eq(whole_at(t, "leads", 2), 5);
    ck_assert_int_eq(whole_at(t, "answered", 2), 4);
    ck_assert_int_eq(whole_at(t, "unanswered", 2), 1);
    /* 4, 5 and 120 minutes, 65.5 hours */
    ck_assert_double_eq(number_at(t, "median_seconds", 2), 62.5 * 60);
    ck_assert_double_eq(number_at(t, "survival_median_seconds", 2), 7200);
    text_is(t, "flags", 2, "survivor_biased");
    leadkpi_table_free(t);
    leadkpi_responses_free(responses);
}
END_TEST

START_TEST(with_opening_hours_the_night_and_the_weekend_take_no_time)
{
    leadkpi_responses *responses = team();
    const char *text = "clock=opening; hours=\"mon-fri 09:00-17:00\"; as_of=1970-01-06";
    leadkpi_table *t = report(leadkpi_responses_leads, responses, text);
    ck_assert_double_eq(number_at(t, "wait_seconds", 1), 3600);          /* closed at five */
    ck_assert_double_eq(number_at(t, "wait_seconds", 3), 3600 + 30 * 60); /* Monday at half past nine */
    ck_assert_double_eq(number_at(t, "wait_seconds", 2), 9 * 3600);      /* Friday 1, Monday 8 */
    leadkpi_table_free(t);
    t = report(leadkpi_responses_targets, responses,
               "clock=opening; hours=\"mon-fri 09:00-17:00\"; as_of=1970-01-06; targets=5min,1h,2h");
    ck_assert_int_eq(whole_at(t, "met", 0), 2);
    ck_assert_int_eq(whole_at(t, "missed", 0), 3);
    ck_assert_int_eq(whole_at(t, "met", 1), 3); /* an hour to the second is in time */
    ck_assert_int_eq(whole_at(t, "met", 2), 4);
    ck_assert_double_eq(number_at(t, "attainment", 2), 0.8);
    leadkpi_table_free(t);
    leadkpi_responses_free(responses);
}
END_TEST

START_TEST(a_lead_that_still_has_time_is_in_no_rate)
{
    leadkpi_responses *responses = team();
    leadkpi_table *t = report(leadkpi_responses_targets, responses, "as_of=1970-01-02T16:10; targets=5min,1h");
    ck_assert_int_eq(whole_at(t, "met", 0), 2);
    ck_assert_int_eq(whole_at(t, "missed", 0), 3);
    ck_assert_int_eq(whole_at(t, "pending", 0), 0);
    ck_assert_int_eq(whole_at(t, "met", 1), 2);
    ck_assert_int_eq(whole_at(t, "missed", 1), 0);
    ck_assert_int_eq(whole_at(t, "pending", 1), 3);
    ck_assert_double_eq(number_at(t, "attainment", 1), 1);
    leadkpi_table_free(t);
    t = report(leadkpi_responses_targets, responses, "as_of=1960-01-01; targets=5min");
    ck_assert(is_null_at(t, "attainment", 0));
    leadkpi_table_free(t);
    leadkpi_responses_free(responses);
}
END_TEST

/* 40 answered within the hour, 20 of them converted; 60 later, 12 converted. */
START_TEST(bands_have_risk_and_odds_ratios_with_their_intervals)
{
    static row many[100], calls[100], wins[100];
    size_t won = 0;
    double low, high;
    for (int i = 0; i < 100; i++) {
        many[i] = (row){i, 0, NULL};
        calls[i] = (row){i, i < 40 ? 30 * MINUTE : 2 * HOUR, "call"};
        if (i < 20 || (i >= 40 && i < 52)) wins[won++] = (row){i, DAY, NULL};
    }
    leadkpi_responses *responses = made_on(NULL);
    OK(add(leadkpi_responses_add_leads, responses, many, 100, NULL, ok_error));
    OK(add(leadkpi_responses_add, responses, calls, 100, NULL, ok_error));
    OK(add(leadkpi_responses_add_conversions, responses, wins, won, NULL, ok_error));
    leadkpi_table *t = report(leadkpi_responses_bands, responses, "bands=1h");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 3);
    ck_assert_int_eq(whole_at(t, "converted", 0), 20);
    ck_assert_double_eq(number_at(t, "to_seconds", 0), 3600);
    ck_assert(is_null_at(t, "to_seconds", 1));
    ck_assert(is_null_at(t, "from_seconds", 2));
    ck_assert_double_eq_tol(number_at(t, "risk_ratio", 0), 2.5, 1e-15);
    OK(leadkpi_stats_katz_interval(20, 40, 12, 60, 0.95, &low, &high, ok_error));
    ck_assert_double_eq(number_at(t, "risk_ratio_low", 0), low);
    ck_assert_double_eq_tol(number_at(t, "odds_ratio", 0), 4, 1e-15);
    /* Woolf: 4 exp(-+1.959964 sqrt(1/20 + 1/20 + 1/12 + 1/48)) = 1.64986, 9.69781 */
    ck_assert_double_eq_tol(number_at(t, "odds_ratio_low", 0), 1.64986, 1e-5);
    ck_assert_double_eq_tol(number_at(t, "odds_ratio_high", 0), 9.69781, 1e-5);
    ck_assert(is_null_at(t, "risk_ratio", 1)); /* the reference itself */
    ck_assert(is_null_at(t, "rate", 2));
    leadkpi_table_free(t);
    t = report(leadkpi_responses_bands, responses, "bands=1h; reference=1; window=12h; as_of=1970-01-03");
    ck_assert_int_eq(whole_at(t, "converted", 0), 0); /* a day is too late */
    ck_assert(is_null_at(t, "odds_ratio", 1));
    leadkpi_table_free(t);
    t = report(leadkpi_responses_bands, responses, "bands=1h; window=3d; as_of=1970-01-03");
    ck_assert_int_eq(whole_at(t, "pending", 1), 60);
    ck_assert_int_eq(whole_at(t, "leads", 1), 0);
    leadkpi_table_free(t);
    /* Nobody waited longer than a day: the slowest answered band is the one before, in all groups. */
    t = report(leadkpi_responses_bands, responses, "bands=1h,1d");
    ck_assert_int_eq(whole_at(t, "leads", 2), 0);
    ck_assert_double_eq_tol(number_at(t, "risk_ratio", 0), 2.5, 1e-15);
    ck_assert(is_null_at(t, "risk_ratio", 1));
    leadkpi_table_free(t);
    leadkpi_responses_free(responses);
}
END_TEST

/* Whether nobody converted or nobody handed conversions in, no row tells; one of any lead and time does. */
START_TEST(without_a_conversion_who_converted_is_unknown_and_not_nobody)
{
    static const row came[] = {{1, 0, NULL}, {2, 0, NULL}}, calls[] = {{1, HOUR, "call"}, {2, 2 * HOUR, "call"}},
                     win = {9, 30 * DAY, NULL};
    static const char *const columns = "leads converted rate rate_low risk_ratio odds_ratio pending";
    leadkpi_responses *responses = made_on(NULL);
    OK(add(leadkpi_responses_add_leads, responses, came, 2, NULL, ok_error));
    OK(add(leadkpi_responses_add, responses, calls, 2, NULL, ok_error));
    leadkpi_table *t = report(leadkpi_responses_bands, responses, "bands=1h");
    rows_are(t, columns, "1,,,,,,0\n1,,,,,,0\n0,,,,,,0\n");
    leadkpi_table_free(t);
    t = report(leadkpi_responses_bands, responses, "bands=1h; conversions_given=true");
    rows_are(t, columns, "1,0,0,0,,,0\n1,0,0,0,,,0\n0,0,,,,,0\n");
    leadkpi_table_free(t);
    OK(add(leadkpi_responses_add_conversions, responses, &win, 1, NULL, ok_error));
    t = report(leadkpi_responses_bands, responses, "bands=1h; as_of=1970-01-02");
    rows_are(t, columns, "1,0,0,0,,,0\n1,0,0,0,,,0\n0,0,,,,,0\n");
    leadkpi_table_free(t);
    leadkpi_responses_free(responses);
}
END_TEST

/* Two answered within the hour and two later, one of each converted. */
START_TEST(one_of_each_is_enough_for_both_ratios)
{
    static const row came[] = {{1, 0, NULL}, {2, 0, NULL}, {3, 0, NULL}, {4, 0, NULL}},
                     calls[] = {{1, HOUR, "call"}, {2, HOUR, "call"}, {3, 2 * HOUR, "call"}, {4, 2 * HOUR, "call"}},
                     wins[] = {{1, DAY, NULL}, {3, DAY, NULL}};
    leadkpi_responses *responses = made_on(NULL);
    OK(add(leadkpi_responses_add_leads, responses, came, 4, NULL, ok_error));
    OK(add(leadkpi_responses_add, responses, calls, 4, NULL, ok_error));
    OK(add(leadkpi_responses_add_conversions, responses, wins, 2, NULL, ok_error));
    leadkpi_table *t = report(leadkpi_responses_bands, responses, "bands=1h");
    rows_are(t, "leads converted rate risk_ratio odds_ratio", "2,1,0.5,1,1\n2,1,0.5,,\n0,0,,,\n");
    leadkpi_table_free(t);
    /* A conversion at the end of the window is one; at that instant it is not over. */
    t = report(leadkpi_responses_bands, responses, "bands=1h; window=1d; as_of=1970-01-02T00:00:00.000001");
    rows_are(t, "leads converted pending", "2,1,0\n2,1,0\n0,0,0\n");
    leadkpi_table_free(t);
    t = report(leadkpi_responses_bands, responses, "bands=1h; window=1d; as_of=1970-01-02");
    rows_are(t, "leads converted pending", "0,0,2\n0,0,2\n0,0,0\n");
    leadkpi_table_free(t);
    leadkpi_responses_free(responses);
}
END_TEST

/* Of event 3 and 5, of web 1, 2 and 4, as of Tuesday. */
START_TEST(each_group_has_the_numbers_of_its_own_leads)
{
    leadkpi_responses *responses = team();
    leadkpi_table *t = report(leadkpi_responses_leads, responses, "as_of=1970-01-06");
    rows_are(t, "id segment kind wait_seconds automatic",
             "1,web,call,240,0\n2,web,mail,7200,1\n3,event,,288000,1\n4,web,,235800,0\n5,event,call,300,0\n");
    leadkpi_table_free(t);
    t = report(leadkpi_responses_speed, responses, "as_of=1970-01-06; by=segment");
    rows_are(t, "row segment leads answered automatic_only unanswered mean_seconds median_seconds",
             "segment,event,2,1,1,1,300,300\nsegment,web,3,3,0,0,81080,7200\ntotal,,5,4,1,1,60885,3750\n");
    leadkpi_table_free(t);
    /* Ten minutes on: 1 and 5 were answered, 2 and 3 by a machine, 4 not at all. */
    t = report(leadkpi_responses_speed, responses, "as_of=1970-01-02T16:10");
    rows_are(t, "leads answered automatic_only unanswered", "5,2,2,3\n");
    leadkpi_table_free(t);
    t = report(leadkpi_responses_targets, responses, "as_of=1970-01-06; by=segment; targets=5min,1h");
    rows_are(t, "row segment target_seconds met missed pending attainment",
             "segment,event,300,1,1,0,0.5\nsegment,event,3600,1,1,0,0.5\n"
             "segment,web,300,1,2,0,0.333333333\nsegment,web,3600,1,2,0,0.333333333\n"
             "total,,300,2,3,0,0.4\ntotal,,3600,2,3,0,0.4\n");
    leadkpi_table_free(t);
    /* 5 converted before it was answered. Against those whom nobody answered: 1 of 1 to 1 of 2. */
    t = report(leadkpi_responses_bands, responses, "as_of=1970-01-06; by=segment; bands=5min,1h; reference=4");
    rows_are(t, "row segment from_seconds to_seconds leads converted rate risk_ratio odds_ratio",
             "segment,event,0,300,0,0,,,\nsegment,event,300,3600,0,0,,,\n"
             "segment,event,3600,,0,0,,,\nsegment,event,,,2,1,0.5,,\n"
             "segment,web,0,300,1,1,1,,\nsegment,web,300,3600,0,0,,,\n"
             "segment,web,3600,,2,0,0,,\nsegment,web,,,0,0,,,\n"
             "total,,0,300,1,1,1,2,\ntotal,,300,3600,0,0,,,\n"
             "total,,3600,,2,0,0,,\ntotal,,,,2,1,0.5,,\n");
    leadkpi_table_free(t);
    leadkpi_responses_free(responses);
}
END_TEST

START_TEST(an_answer_after_the_conversion_is_none)
{
    leadkpi_responses *responses = team();
    leadkpi_table *t = report(leadkpi_responses_bands, responses, "as_of=1970-01-06");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 6);
    ck_assert_int_eq(whole_at(t, "leads", 0), 1); /* lead 1 */
    ck_assert_int_eq(whole_at(t, "leads", 5), 2); /* 3 unanswered; 5 converted before */
    ck_assert_int_eq(whole_at(t, "converted", 5), 1);
    leadkpi_table_free(t);
    leadkpi_responses_free(responses);
}
END_TEST

static int64_t finding(const leadkpi_table *t, const char *name)
{
    for (size_t at = 0; at < leadkpi_table_row_count(t); at++)
        if (has_text_at(t, "finding", at, name)) return whole_at(t, "rows", at);
    return 0;
}

START_TEST(what_is_odd_is_reported)
{
    leadkpi_responses *responses = team();
    leadkpi_table *t = report(leadkpi_responses_checks, responses, "as_of=1970-01-05");
    ck_assert_int_eq(finding(t, "repeated_leads"), 1);
    ck_assert_int_eq(finding(t, "responses_of_unknown_leads"), 1);
    ck_assert_int_eq(finding(t, "conversions_of_unknown_leads"), 0);
    ck_assert_int_eq(finding(t, "responses_before_lead"), 1);
    ck_assert_int_eq(finding(t, "conversions_before_lead"), 1);
    ck_assert_int_eq(finding(t, "answers_after_conversion"), 1);
    ck_assert_int_eq(finding(t, "rows_after_as_of"), 1);
    leadkpi_table_free(t);
    t = report(leadkpi_responses_checks, responses, "as_of=1970-01-02T16:02"); /* 5 is answered later */
    rows_are(t, "finding rows leads id",
             "repeated_leads,1,1,1\nresponses_of_unknown_leads,1,1,77\nresponses_before_lead,1,1,4\n"
             "conversions_before_lead,1,1,4\nrows_after_as_of,5,4,1\n");
    leadkpi_table_free(t);
    leadkpi_responses_free(responses);
}
END_TEST

START_TEST(options_that_cannot_be_are_refused)
{
    refused(leadkpi_responses_targets, "targets=soon", LEADKPI_BAD_ARGUMENT, "targets");
    refused(leadkpi_responses_targets, "targets=-1s", LEADKPI_BAD_ARGUMENT, "0s or more");
    refused(leadkpi_responses_bands, "bands=1h,5min", LEADKPI_BAD_ARGUMENT, "longer than the one before");
    refused(leadkpi_responses_bands, "bands=1h; reference=4", LEADKPI_BAD_ARGUMENT, "at most 3");
    refused(leadkpi_responses_speed, "clock=opening", LEADKPI_CONTRADICTION, "expected hours");
    refused(leadkpi_responses_speed, "hours=mon-fri 09:00-17:00", LEADKPI_CONTRADICTION,
            "hours: expected clock=opening");
    refused(leadkpi_responses_targets, "holidays=2025-12-25", LEADKPI_CONTRADICTION, "holidays: expected clock=opening");
    refused(leadkpi_responses_speed, "targets=1h", LEADKPI_CONTRADICTION, "it is of the report of targets alone");
    refused(leadkpi_responses_targets, "window=30d", LEADKPI_CONTRADICTION, "it is of the report of bands alone");
    refused(leadkpi_responses_speed, "conversions_given=true", LEADKPI_CONTRADICTION,
            "conversions_given: expected none here; it is of the report of bands alone");
    refused(leadkpi_responses_speed, "from=2025-04-01; to=2025-03-01T12:00", LEADKPI_CONTRADICTION,
            "to: expected a time after from (2025-04-01), found 2025-03-01T12:00:00Z");
    refused(leadkpi_responses_checks, "from=2025-04-01", LEADKPI_CONTRADICTION,
            "from: expected none here; the checks are of all rows");
    refused(leadkpi_responses_leads, "reference=2", LEADKPI_CONTRADICTION, "reference");
}
END_TEST

/* ---- against counting one lead at a time ------------------------------------------------------ */

static void draw(row *rows, size_t count, uint64_t *state, const char *const *words, size_t word_count)
{
    for (size_t i = 0; i < count; i++)
        rows[i] = (row){(int64_t)(lk_test_random(state) % 30), (int64_t)(lk_test_random(state) % 40) * MINUTE,
                        words[lk_test_random(state) % word_count]};
}

static int64_t first_time(const row *rows, size_t count, int64_t id, int64_t from, int people_only)
{
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < count; i++)
        if (rows[i].id == id && rows[i].time >= from && rows[i].time < first &&
            !(people_only && rows[i].word && strcmp(rows[i].word, "auto") == 0))
            first = rows[i].time;
    return first;
}

START_TEST(answers_agree_with_counting_one_lead_at_a_time)
{
    static const char *const segments[] = {"web", "event", NULL}, *const kinds[] = {"auto", "call", NULL};
    static row came[60], said[80], won[30];
    uint64_t state = 7 + (uint64_t)_i;
    draw(came, 60, &state, segments, 3);
    draw(said, 80, &state, kinds, 3);
    draw(won, 30, &state, kinds, 3);
    leadkpi_responses *responses = made_on(NULL);
    OK(add(leadkpi_responses_add_conversions, responses, won, 30, NULL, ok_error));
    OK(add(leadkpi_responses_add, responses, said, 80, NULL, ok_error));
    OK(add(leadkpi_responses_add_leads, responses, came, 60, NULL, ok_error));
    leadkpi_table *t = report(leadkpi_responses_leads, responses, "as_of=1970-01-01T00:40");
    leadkpi_table *bands = report(leadkpi_responses_bands, responses, "bands=3min,10min; as_of=1970-01-01T00:40");
    size_t at = 0;
    int64_t in_band[4] = {0}, converted[4] = {0};
    for (int64_t id = 0; id < 30; id++) {
        int64_t start = first_time(came, 60, id, 0, 0);
        if (start == INT64_MAX) continue;
        int64_t answer = first_time(said, 80, id, start, 1), win = first_time(won, 30, id, start, 0);
        ck_assert_int_eq(whole_at(t, "id", at), id);
        ck_assert_int_eq(whole_at(t, "came", at), start);
        ck_assert_int_eq(is_null_at(t, "answered", at), answer == INT64_MAX);
        if (answer != INT64_MAX) ck_assert_int_eq(whole_at(t, "answered", at), answer);
        if (win != INT64_MAX) ck_assert_int_eq(whole_at(t, "converted", at), win);
        size_t band = answer - start <= 3 * MINUTE ? 0 : answer - start <= 10 * MINUTE ? 1 : 2;
        if (answer == INT64_MAX || win < answer) band = 3;
        in_band[band]++;
        converted[band] += win != INT64_MAX;
        at++;
    }
    ck_assert_uint_eq(at, leadkpi_table_row_count(t));
    for (size_t band = 0; band < 4; band++) {
        ck_assert_int_eq(whole_at(bands, "leads", band), in_band[band]);
        ck_assert_int_eq(whole_at(bands, "converted", band), converted[band]);
    }
    leadkpi_table_free(t), leadkpi_table_free(bands);
    leadkpi_responses_free(responses);
}
END_TEST

/* ---- states --------------------------------------------------------------------------------- */

static blob state_of(const leadkpi_responses *responses)
{
    blob b;
    OK(leadkpi_responses_serialize(responses, NULL, 0, &b.size, ok_error));
    b.bytes = malloc(b.size);
    OK(leadkpi_responses_serialize(responses, b.bytes, b.size, NULL, ok_error));
    return b;
}

START_TEST(any_order_and_any_parts_give_the_same_bytes)
{
    leadkpi_responses *whole = team(), *parts[2], *restored;
    blob expected = state_of(whole), b;
    for (int i = 0; i < 2; i++) OK(leadkpi_responses_create_like(whole, &parts[i], ok_error));
    OK(add(leadkpi_responses_add_conversions, parts[0], conversions, COUNT_OF(conversions), NULL, ok_error));
    for (size_t i = COUNT_OF(answers); i-- > 0;)
        OK(add(leadkpi_responses_add, parts[i % 2], &answers[i], 1, NULL, ok_error));
    for (size_t i = COUNT_OF(leads); i-- > 0;)
        OK(add(leadkpi_responses_add_leads, parts[i % 3 == 0], &leads[i], 1, NULL, ok_error));
    OK(leadkpi_responses_merge(parts[0], parts[1], ok_error));
    b = state_of(parts[0]);
    ck_assert(b.size == expected.size && memcmp(b.bytes, expected.bytes, b.size) == 0);
    OK(leadkpi_responses_deserialize(NULL, b.bytes, b.size, &restored, ok_error));
    free(b.bytes);
    b = state_of(restored);
    ck_assert(b.size == expected.size && memcmp(b.bytes, expected.bytes, b.size) == 0);
    for (size_t i = 0; i < b.size; i++) { /* a byte that is not what was written is seen */
        leadkpi_responses *none;
        b.bytes[i] ^= 1;
        ck_assert(leadkpi_responses_deserialize(NULL, b.bytes, b.size, &none, NULL) != LEADKPI_OK);
        ck_assert_ptr_null(none);
        b.bytes[i] ^= 1;
    }
    free(b.bytes), free(expected.bytes);
    leadkpi_responses_free(whole), leadkpi_responses_free(restored);
    leadkpi_responses_free(parts[0]), leadkpi_responses_free(parts[1]);
}
END_TEST

START_TEST(a_definition_is_said_as_a_sentence)
{
    char text[200];
    size_t needed;
    leadkpi_responses *responses = made_on(NULL);
    OK(leadkpi_responses_describe(responses, text, sizeof text, NULL, ok_error));
    ck_assert_str_eq(text, "A lead is answered by its first response of a kind other than auto or "
                           "auto_reply.");
    leadkpi_responses_free(responses);
    leadkpi_options *options = options_of("responses", "automatic=bot; ids=hashed");
    OK(leadkpi_responses_create(NULL, options, &responses, ok_error));
    OK(leadkpi_responses_describe(responses, NULL, 0, &needed, ok_error));
    OK(leadkpi_responses_describe(responses, text, needed, NULL, ok_error));
    ck_assert_str_eq(text, "A lead is answered by its first response of a kind other than bot; of ids a "
                           "128-bit hash is kept.");
    ck_assert_int_eq(leadkpi_responses_describe(responses, text, needed - 1, NULL, NULL),
                     LEADKPI_BUFFER_TOO_SMALL);
    leadkpi_options_free(options);
    leadkpi_responses_free(responses);
}
END_TEST

/* ---- memory that is not to be had -------------------------------------------------------- */

typedef struct fault_context {
    leadkpi_responses *responses;
    leadkpi_table *result;
    leadkpi_options *options;
    report_call report;
} fault_context;

static void set_up(const leadkpi_host *host, void *context)
{
    fault_context *f = context;
    f->responses = made_on(host);
    OK(add(leadkpi_responses_add, f->responses, answers, COUNT_OF(answers), NULL, ok_error));
    OK(add(leadkpi_responses_add_leads, f->responses, leads, COUNT_OF(leads), NULL, ok_error));
    f->options = options_of("responses_report",
                            "by=segment; grain=day; clock=opening; hours=\"mon-fri 09:00-17:00\"");
}

static leadkpi_status act(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    if (!f->report)
        return add(leadkpi_responses_add_conversions, f->responses, conversions, COUNT_OF(conversions),
                   "won", error);
    return f->report(f->responses, f->options, &f->result, error);
}

static void tear_down(void *context)
{
    fault_context *f = context;
    leadkpi_table_free(f->result);
    leadkpi_responses_free(f->responses);
    leadkpi_options_free(f->options);
    f->result = NULL;
}

static const report_call reports[] = {NULL, leadkpi_responses_speed, leadkpi_responses_targets,
                                      leadkpi_responses_bands, leadkpi_responses_leads,
                                      leadkpi_responses_checks};

START_TEST(whichever_allocation_fails_nothing_is_half_done)
{
    static fault_context f;
    f.report = reports[_i];
    lk_fault_case fault = {"responses", set_up, act, NULL, tear_down, &f};
    lk_fault_every_allocation(&fault);
    lk_fault_every_poll(&fault);
}
END_TEST

enum { MANY = 3 * 65536 };

static leadkpi_responses *with_many_leads(const leadkpi_host *host)
{
    static int64_t ids[MANY], times[MANY];
    leadkpi_responses *responses = made_on(host);
    leadkpi_table *table;
    for (int i = 0; i < MANY; i++) ids[i] = i, times[i] = i % 7 * DAY;
    OK(leadkpi_table_create(NULL, &table, ok_error));
    OK(leadkpi_table_borrow_int64(table, "id", NUL, ids, MANY, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, times, MANY, 0, NULL, ok_error));
    OK(leadkpi_responses_add_leads(responses, table, NULL, 0, ok_error));
    leadkpi_table_free(table);
    return responses;
}

/* Who came, who answered, and the waits; and in groups also keys and sorts of periods and of segments, and where groups
 * end: each of these passes over many leads asks. */
START_TEST(the_host_is_asked_while_many_leads_are_grouped)
{
    lk_fault fault;
    leadkpi_error error;
    leadkpi_table *table;
    uint64_t asked[2];
    lk_fault_init(&fault);
    leadkpi_responses *responses = with_many_leads(&fault.host);
    for (int grouped = 0; grouped < 2; grouped++) {
        leadkpi_options *options = options_of("responses_report", grouped ? "by=segment; grain=day" : "");
        leadkpi_status status = LEADKPI_INTERRUPTED;
        for (asked[grouped] = 0; status == LEADKPI_INTERRUPTED; asked[grouped]++) {
            lk_fault_stop_at(&fault, asked[grouped] + 1);
            status = leadkpi_responses_speed(responses, options, &table, &error);
        }
        ck_assert_int_eq(status, LEADKPI_OK);
        leadkpi_table_free(table);
        leadkpi_options_free(options);
    }
    ck_assert_uint_ge(asked[0], 4 * MANY / 65536);
    ck_assert_uint_ge(asked[1] - asked[0], 12 * MANY / 65536);
    leadkpi_responses_free(responses);
    lk_fault_nothing_held(&fault, "grouping");
}
END_TEST

static Suite *suite_of_responses(void)
{
    Suite *suite = suite_create("responses");
    TCase *tc = tcase_create("responses");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, an_automatic_reply_never_stops_the_clock);
    tcase_add_test(tc, with_opening_hours_the_night_and_the_weekend_take_no_time);
    tcase_add_test(tc, a_lead_that_still_has_time_is_in_no_rate);
    tcase_add_test(tc, bands_have_risk_and_odds_ratios_with_their_intervals);
    tcase_add_test(tc, without_a_conversion_who_converted_is_unknown_and_not_nobody);
    tcase_add_test(tc, one_of_each_is_enough_for_both_ratios);
    tcase_add_test(tc, each_group_has_the_numbers_of_its_own_leads);
    tcase_add_test(tc, an_answer_after_the_conversion_is_none);
    tcase_add_test(tc, what_is_odd_is_reported);
    tcase_add_test(tc, options_that_cannot_be_are_refused);
    tcase_add_loop_test(tc, answers_agree_with_counting_one_lead_at_a_time, 0, 10);
    tcase_add_test(tc, any_order_and_any_parts_give_the_same_bytes);
    tcase_add_test(tc, a_definition_is_said_as_a_sentence);
    tcase_add_loop_test(tc, whichever_allocation_fails_nothing_is_half_done, 0, 6);
    tcase_add_test(tc, the_host_is_asked_while_many_leads_are_grouped);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_responses());
}
