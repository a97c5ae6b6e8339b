/* Reports on stages. Expected numbers are worked out by hand beside the rows. */
#include "../support/check_main.h"
#include "histories.h"

#include <leadkpi/stats.h>
#include <math.h>

#define LINE "stages=new,mql,sql,won; lost=lost"

/* 1  new 0, mql 1, sql 3, won 6                              web
 * 2  new 0, sql 2 (jumps over mql), lost 4 for budget        web
 * 3  new 1, mql 2, new 3 (back), mql 5                       event, open
 * 4  new 2, lost 3 for timing, new 7 (reopened)              event, open
 * 5  mql 4 from new: nobody knows when it came               no segment, open
 * As of day 8. */
static const change rows[] = {
    {1, 0 * DAY, "new", NULL, "web", NULL, 0},       {1, 1 * DAY, "mql", "new", NULL, NULL, 0},
    {1, 3 * DAY, "sql", "mql", NULL, NULL, 0},       {1, 6 * DAY, "won", "sql", NULL, NULL, 0},
    {2, 0 * DAY, "new", NULL, "web", NULL, 0},       {2, 2 * DAY, "sql", "new", NULL, NULL, 0},
    {2, 4 * DAY, "lost", "sql", "event", "budget", 0}, {3, 1 * DAY, "new", NULL, "event", NULL, 0},
    {3, 2 * DAY, "mql", "new", NULL, NULL, 0},       {3, 3 * DAY, "new", "mql", NULL, NULL, 0},
    {3, 5 * DAY, "mql", "new", NULL, NULL, 0},       {4, 2 * DAY, "new", NULL, "event", NULL, 0},
    {4, 3 * DAY, "lost", "new", NULL, "timing", 0},  {4, 7 * DAY, "new", "lost", NULL, NULL, 0},
    {5, 4 * DAY, "mql", "new", NULL, NULL, 0},
};
#define ROW_COUNT (sizeof rows / sizeof rows[0])

static leadkpi_stages *team(void)
{
    leadkpi_stages *stages = stages_with(LINE);
    OK(add_changes(stages, rows, ROW_COUNT, NULL, ok_error));
    return stages;
}

static void counts_are(const leadkpi_table *t, const char *name, size_t first, int64_t a, int64_t b,
                       int64_t c, int64_t d)
{
    int64_t expected[] = {a, b, c, d};
    for (size_t i = 0; i < 4; i++)
        ck_assert_msg(whole_at(t, name, first + i) == expected[i], "%s of row %zu: %d, expected %d", name,
                      first + i, (int)whole_at(t, name, first + i), (int)expected[i]);
}

START_TEST(skips_are_implied_or_not)
{
    leadkpi_stages *stages = team();
    leadkpi_table *t = report(leadkpi_stages_steps, stages, "as_of=1970-01-09");
    counts_are(t, "reached", 0, 5, 4, 2, 1);
    counts_are(t, "skipped", 0, 0, 1, 0, 0);
    counts_are(t, "exactly", 0, 1, 2, 1, 1);
    counts_are(t, "open", 0, 1, 2, 0, 0);
    counts_are(t, "lost", 0, 0, 0, 1, 0);
    counts_are(t, "went_back", 0, 0, 1, 0, 0);
    ck_assert_double_eq(number_at(t, "step_rate", 1), 0.8);
    ck_assert_double_eq(number_at(t, "overall_rate", 3), 0.2);
    ck_assert(is_null_at(t, "step_rate", 0));
    counts_are(t, "bottleneck", 0, 0, 0, 1, 0); /* 2 of 4; then 1 of 2 is no lower */
    counts_are(t, "immature", 0, 1, 1, 1, 1);
    leadkpi_table_free(t);
    t = report(leadkpi_stages_steps, stages, "skips=strict");
    counts_are(t, "reached", 0, 5, 3, 1, 1);
    leadkpi_table_free(t);
    t = report(leadkpi_stages_steps, stages, "skips=any");
    counts_are(t, "reached", 0, 5, 3, 2, 1);
    ck_assert(is_null_at(t, "step_rate", 2));
    ck_assert(is_null_at(t, "overall_rate", 2));
    leadkpi_table_free(t);
    t = report(leadkpi_stages_steps, stages, "skips=own");
    ck_assert_double_eq(number_at(t, "step_rate", 2), 1.0 / 3); /* 1 alone went from mql to sql */
    ck_assert_double_eq(number_at(t, "overall_rate", 2), 2.0 / 5);
    leadkpi_table_free(t);
    leadkpi_stages_free(stages);
}
END_TEST

START_TEST(a_snapshot_says_who_stands_where_as_of_a_time)
{
    leadkpi_stages *stages = team();
    leadkpi_table *t = report(leadkpi_stages_snapshot, stages, "as_of=1970-01-09");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 5);
    counts_are(t, "leads", 0, 1, 2, 0, 1);
    ck_assert_int_eq(whole_at(t, "leads", 4), 1);
    text_is(t, "stage", 4, "lost");
    ck_assert_double_eq(number_at(t, "share", 1), 0.4);
    ck_assert_double_eq(number_at(t, "mean_age_seconds", 1), 3.5 * 86400); /* since days 5 and 4 */
    ck_assert(is_null_at(t, "median_age_seconds", 2));
    leadkpi_table_free(t);
    t = report(leadkpi_stages_snapshot, stages, "as_of=1970-01-03T12:00");
    counts_are(t, "leads", 0, 1, 2, 1, 0); /* 4; 1 and 3; 2 */
    leadkpi_table_free(t);
    t = report(leadkpi_stages_snapshot, stages, "as_of=1960-01-01");
    counts_are(t, "leads", 0, 0, 0, 0, 0);
    ck_assert(is_null_at(t, "share", 0));
    leadkpi_table_free(t);
    leadkpi_stages_free(stages);
}
END_TEST

static size_t row_of_move(const leadkpi_table *t, const char *from, const char *to)
{
    for (size_t row = 0; row < leadkpi_table_row_count(t); row++)
        if (has_text_at(t, "from", row, from) && has_text_at(t, "to", row, to)) return row;
    ck_abort_msg("no move from %s to %s", from ? from : "nowhere", to);
    return 0;
}

START_TEST(moves_are_edges_of_a_graph)
{
    leadkpi_stages *stages = team();
    leadkpi_table *t = report(leadkpi_stages_transitions, stages, "as_of=1970-01-09");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 9);
    size_t came = row_of_move(t, NULL, "new"), on = row_of_move(t, "new", "mql");
    ck_assert_int_eq(whole_at(t, "count", came), 4);
    ck_assert_int_eq(whole_at(t, "visits", came), 5);
    text_is(t, "move", came, "came");
    /* 1 after 1 day, 3 after 1 and 2 days, 5 nobody knows; new was visited 7 times */
    ck_assert_int_eq(whole_at(t, "count", on), 4);
    ck_assert_int_eq(whole_at(t, "leads", on), 3);
    ck_assert_int_eq(whole_at(t, "visits", on), 7);
    ck_assert_double_eq(number_at(t, "rate", on), 4.0 / 7);
    ck_assert_double_eq(number_at(t, "median_seconds", on), 86400);
    ck_assert_double_eq_tol(number_at(t, "mean_seconds", on), 4 * 86400 / 3.0, 1e-9);
    text_is(t, "move", row_of_move(t, "new", "sql"), "skip");
    text_is(t, "move", row_of_move(t, "mql", "new"), "back");
    text_is(t, "move", row_of_move(t, "sql", "lost"), "lost");
    text_is(t, "move", row_of_move(t, "lost", "new"), "reopened");
    text_is(t, "move", row_of_move(t, "sql", "won"), "next");
    leadkpi_table_free(t);
    leadkpi_stages_free(stages);
}
END_TEST

START_TEST(time_in_stage_counts_those_that_still_stand_there)
{
    leadkpi_stages *stages = team();
    double day = 86400;
    leadkpi_table *t = report(leadkpi_stages_durations, stages, "as_of=1970-01-09");
    /* mql: 1 for 2 days, 3 for 1 day and for 3 days so far, 5 for 4 days so far */
    text_is(t, "stage", 1, "mql");
    ck_assert_int_eq(whole_at(t, "ended", 1), 2);
    ck_assert_int_eq(whole_at(t, "open", 1), 2);
    ck_assert_double_eq(number_at(t, "mean_seconds", 1), 1.5 * day);
    ck_assert_double_eq(number_at(t, "survival_median_seconds", 1), 2 * day); /* S is 0.5 from there on */
    text_is(t, "flags", 1, "survivor_biased");
    leadkpi_table_free(t);
    t = report(leadkpi_stages_durations, stages, "visits=sum; as_of=1970-01-09");
    ck_assert_int_eq(whole_at(t, "ended", 1), 1);
    ck_assert_int_eq(whole_at(t, "open", 1), 2); /* 3 for 4 days in all, so far */
    leadkpi_table_free(t);
    t = report(leadkpi_stages_durations, stages, "visits=first; as_of=1970-01-09");
    ck_assert_int_eq(whole_at(t, "ended", 1), 2);
    ck_assert_int_eq(whole_at(t, "open", 1), 1);
    ck_assert_int_eq(whole_at(t, "ended", 0), 4);
    leadkpi_table_free(t);
    t = report(leadkpi_stages_durations, stages, "visits=last; as_of=1970-01-09");
    ck_assert_int_eq(whole_at(t, "ended", 1), 1);
    ck_assert_int_eq(whole_at(t, "ended", 0), 3); /* 4 stands there again */
    leadkpi_table_free(t);
    leadkpi_stages_free(stages);
}
END_TEST

/* Each group by its own rows: leads 3 and 4 of event, 1 and 2 of web, 5 of none. */
START_TEST(each_group_has_the_numbers_of_its_own_leads)
{
    leadkpi_stages *stages = team();
    leadkpi_table *t = report(leadkpi_stages_steps, stages, "as_of=1970-01-09; by=segment");
    rows_are(t,
             "row segment stage name reached skipped exactly open lost went_back step_rate overall_rate "
             "bottleneck immature",
             "segment,,1,new,1,0,0,0,0,0,,1,0,1\n"
             "segment,,2,mql,1,0,1,1,0,0,1,1,0,1\n"
             "segment,,3,sql,0,0,0,0,0,0,0,0,1,1\n"
             "segment,,4,won,0,0,0,0,0,0,,0,0,1\n"
             "segment,event,1,new,2,0,1,1,0,0,,1,0,1\n"
             "segment,event,2,mql,1,0,1,1,0,1,0.5,0.5,0,1\n"
             "segment,event,3,sql,0,0,0,0,0,0,0,0,1,1\n"
             "segment,event,4,won,0,0,0,0,0,0,,0,0,1\n"
             "segment,web,1,new,2,0,0,0,0,0,,1,0,0\n"
             "segment,web,2,mql,2,1,0,0,0,0,1,1,0,0\n"
             "segment,web,3,sql,2,0,1,0,1,0,1,1,0,0\n"
             "segment,web,4,won,1,0,1,0,0,0,0.5,0.5,1,0\n"
             "total,,1,new,5,0,1,1,0,0,,1,0,1\n"
             "total,,2,mql,4,1,2,2,0,1,0.8,0.8,0,1\n"
             "total,,3,sql,2,0,1,0,1,0,0.5,0.4,1,1\n"
             "total,,4,won,1,0,1,0,0,0,0.5,0.2,0,1\n");
    leadkpi_table_free(t);
    /* Of those that stood in both: of web 1 in mql; 1 of the one of mql in sql, with 2 beside it. */
    t = report(leadkpi_stages_steps, stages, "as_of=1970-01-09; by=segment; skips=own");
    rows_are(t, "segment stage reached skipped step_rate overall_rate bottleneck",
             ",1,1,0,,1,0\n,2,1,0,1,1,0\n,3,0,0,0,0,1\n,4,0,0,,0,0\n"
             "event,1,2,0,,1,0\nevent,2,1,0,0.5,0.5,0\nevent,3,0,0,0,0,1\nevent,4,0,0,,0,0\n"
             "web,1,2,0,,1,0\nweb,2,1,1,0.5,0.5,1\nweb,3,2,0,1,1,0\nweb,4,1,0,0.5,0.5,0\n"
             ",1,5,0,,1,0\n,2,3,1,0.6,0.6,0\n,3,2,0,0.333333333,0.4,1\n,4,1,0,0.5,0.2,0\n");
    leadkpi_table_free(t);
    /* On day 8: 5 has been an mql for 4 days, 3 for 3, 4 new again for 1. */
    t = report(leadkpi_stages_snapshot, stages, "as_of=1970-01-09; by=segment");
    rows_are(t, "row segment stage leads share mean_age_seconds median_age_seconds",
             "segment,,new,0,0,,\nsegment,,mql,1,1,345600,345600\nsegment,,sql,0,0,,\n"
             "segment,,won,0,0,,\nsegment,,lost,0,0,,\n"
             "segment,event,new,1,0.5,86400,86400\nsegment,event,mql,1,0.5,259200,259200\n"
             "segment,event,sql,0,0,,\nsegment,event,won,0,0,,\nsegment,event,lost,0,0,,\n"
             "segment,web,new,0,0,,\nsegment,web,mql,0,0,,\nsegment,web,sql,0,0,,\n"
             "segment,web,won,1,0.5,172800,172800\nsegment,web,lost,1,0.5,345600,345600\n"
             "total,,new,1,0.2,86400,86400\ntotal,,mql,2,0.4,302400,302400\ntotal,,sql,0,0,,\n"
             "total,,won,1,0.2,172800,172800\ntotal,,lost,1,0.2,345600,345600\n");
    leadkpi_table_free(t);
    leadkpi_stages_free(stages);
}
END_TEST

START_TEST(each_group_has_the_moves_and_times_of_its_own_leads)
{
    leadkpi_stages *stages = team();
    leadkpi_table *t = report(leadkpi_stages_transitions, stages, "as_of=1970-01-09; by=segment");
    rows_are(t, "row segment from to move count leads visits rate mean_seconds median_seconds",
             "segment,,new,mql,next,1,1,1,1,,\n" /* how long 5 had been new nobody knows */
             "segment,event,,new,came,2,2,2,1,,\n"
             "segment,event,new,mql,next,2,1,4,0.5,129600,129600\n"
             "segment,event,new,lost,lost,1,1,4,0.25,86400,86400\n"
             "segment,event,mql,new,back,1,1,2,0.5,86400,86400\n"
             "segment,event,lost,new,reopened,1,1,1,1,345600,345600\n"
             "segment,web,,new,came,2,2,2,1,,\n"
             "segment,web,new,mql,next,1,1,2,0.5,86400,86400\n"
             "segment,web,new,sql,skip,1,1,2,0.5,172800,172800\n"
             "segment,web,mql,sql,next,1,1,1,1,172800,172800\n"
             "segment,web,sql,won,next,1,1,2,0.5,259200,259200\n"
             "segment,web,sql,lost,lost,1,1,2,0.5,172800,172800\n"
             "total,,,new,came,4,4,5,0.8,,\n"
             "total,,new,mql,next,4,3,7,0.571428571,115200,86400\n"
             "total,,new,sql,skip,1,1,7,0.142857143,172800,172800\n"
             "total,,new,lost,lost,1,1,7,0.142857143,86400,86400\n"
             "total,,mql,new,back,1,1,4,0.25,86400,86400\n"
             "total,,mql,sql,next,1,1,4,0.25,172800,172800\n"
             "total,,sql,won,next,1,1,2,0.5,259200,259200\n"
             "total,,sql,lost,lost,1,1,2,0.5,172800,172800\n"
             "total,,lost,new,reopened,1,1,2,0.5,345600,345600\n");
    leadkpi_table_free(t);
    /* New in event: 1, 2 and 1 day, and 1 so far: half of them are over after 1 day, all after 2. */
    t = report(leadkpi_stages_durations, stages, "as_of=1970-01-09; by=segment");
    rows_are(t, "row segment stage ended open mean_seconds median_seconds survival_median_seconds flags",
             "segment,,new,0,0,,,,\nsegment,,mql,0,1,,,,\nsegment,,sql,0,0,,,,\n"
             "segment,,won,0,0,,,,\nsegment,,lost,0,0,,,,\n"
             "segment,event,new,3,1,115200,86400,129600,survivor_biased\n"
             "segment,event,mql,1,1,86400,86400,86400,survivor_biased\n"
             "segment,event,sql,0,0,,,,\nsegment,event,won,0,0,,,,\n"
             "segment,event,lost,1,0,345600,345600,345600,\n"
             "segment,web,new,2,0,129600,129600,129600,\n"
             "segment,web,mql,1,0,172800,172800,172800,\n"
             "segment,web,sql,2,0,216000,216000,216000,\n"
             "segment,web,won,0,1,,,,\nsegment,web,lost,0,1,,,,\n"
             "total,,new,5,1,120960,86400,129600,survivor_biased\n"
             "total,,mql,2,2,129600,129600,172800,survivor_biased\n"
             "total,,sql,2,0,216000,216000,216000,\n"
             "total,,won,0,1,,,,\n"
             "total,,lost,1,1,345600,345600,345600,survivor_biased\n");
    leadkpi_table_free(t);
    leadkpi_stages_free(stages);
}
END_TEST

START_TEST(losses_have_reasons_by_segment)
{
    leadkpi_stages *stages = team();
    leadkpi_table *t = report(leadkpi_stages_reasons, stages, "by=segment");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 4); /* event, web, two in the total */
    text_is(t, "segment", 0, "event");
    text_is(t, "from", 0, "new");
    text_is(t, "reason", 0, "timing");
    text_is(t, "segment", 1, "web");
    text_is(t, "reason", 1, "budget");
    text_is(t, "row", 2, "total");
    ck_assert_double_eq(number_at(t, "share", 1), 1);
    ck_assert_double_eq(number_at(t, "share", 2), 0.5);
    leadkpi_table_free(t);
    t = report(leadkpi_stages_reasons, stages, "by=segment; breakdown=last");
    text_is(t, "segment", 1, "event"); /* both are now */
    leadkpi_table_free(t);
    leadkpi_stages_free(stages);
}
END_TEST

/* Ids tell the reasons apart in no order: timing, budget, none, timing; 5 came lost; 2 was lost twice. */
START_TEST(losses_of_a_reason_are_one_row_whichever_leads_they_are_of)
{
    static const change losses[] = {
        {1, 0, "new", NULL, NULL, NULL, 0},   {1, DAY, "lost", NULL, NULL, "timing", 0},
        {2, 0, "new", NULL, NULL, NULL, 0},   {2, DAY, "lost", NULL, NULL, "budget", 0},
        {2, 2 * DAY, "new", NULL, NULL, NULL, 0}, {2, 3 * DAY, "lost", NULL, NULL, "budget", 0},
        {3, 0, "new", NULL, NULL, "ignored", 0}, {3, DAY, "lost", NULL, NULL, NULL, 0},
        {4, 0, "new", NULL, NULL, NULL, 0},   {4, DAY, "lost", NULL, NULL, "timing", 0},
        {5, DAY, "lost", NULL, NULL, "timing", 0},
    };
    leadkpi_stages *stages = stages_with(LINE);
    OK(add_changes(stages, losses, 11, NULL, ok_error));
    leadkpi_table *t = report(leadkpi_stages_reasons, stages, NULL);
    rows_are(t, "from stage reason count leads share",
             ",lost,timing,1,1,0.166666667\n"
             "new,lost,,1,1,0.166666667\n"
             "new,lost,budget,2,1,0.333333333\n"
             "new,lost,timing,2,2,0.333333333\n");
    leadkpi_table_free(t);
    leadkpi_stages_free(stages);
}
END_TEST

START_TEST(leads_are_listed_with_what_became_of_them)
{
    leadkpi_stages *stages = team();
    leadkpi_table *t = report(leadkpi_stages_leads, stages, NULL);
    rows_are(t, "id segment stage status farthest visits went_back reopened",
             "1,web,won,won,won,4,0,0\n"
             "2,web,lost,lost,sql,3,0,0\n"
             "3,event,mql,open,mql,4,1,0\n"
             "4,event,new,open,new,3,0,1\n"
             "5,,mql,open,mql,2,0,0\n");
    ck_assert_int_eq(whole_at(t, "start", 2), 1 * DAY);
    ck_assert_int_eq(whole_at(t, "since", 2), 5 * DAY);
    leadkpi_table_free(t);
    t = report(leadkpi_stages_leads, stages, "as_of=1970-01-02; breakdown=last"); /* 4 and 5 come later */
    rows_are(t, "id segment stage", "1,web,mql\n2,web,new\n3,event,new\n");
    leadkpi_table_free(t);
    leadkpi_stages_free(stages);
}
END_TEST

/* One is a customer at the contract and stays one; what comes after is not the end alone. */
START_TEST(each_stage_that_is_listed_as_won_is_success)
{
    static const change history[] = {{1, 0, "new", NULL, NULL, NULL, 0}, {1, DAY, "signed", NULL, NULL, NULL, 0},
                                     {2, 0, "new", NULL, NULL, NULL, 0}, {2, DAY, "signed", NULL, NULL, NULL, 0},
                                     {2, 2 * DAY, "renewed", NULL, NULL, NULL, 0}, {3, 0, "new", NULL, NULL, NULL, 0}};
    static const char *const definitions[] = {"stages=new,signed,renewed; won=signed,renewed",
                                              "stages=new,signed,renewed"};
    static const char *const expected[] = {"1,won,0\n2,won,1\n3,open,0\n", "1,open,0\n2,won,0\n3,open,0\n"};
    for (int i = 0; i < 2; i++) {
        leadkpi_stages *stages = stages_with(definitions[i]);
        OK(add_changes(stages, history, 6, NULL, ok_error));
        leadkpi_table *t = report(leadkpi_stages_leads, stages, NULL);
        rows_are(t, "id status reopened", expected[i]);
        leadkpi_table_free(t);
        leadkpi_stages_free(stages);
    }
}
END_TEST

/* 1 was an mql before its first row, nobody knows since when; it came back to it on day 6. */
START_TEST(a_time_since_an_unknown_start_is_not_known)
{
    static const change history[] = {
        {1, 2 * DAY, "mql", "mql", NULL, NULL, 0}, {1, 3 * DAY, "sql", NULL, NULL, NULL, 0},
        {1, 6 * DAY, "mql", NULL, NULL, NULL, 0},  {2, 2 * DAY, "mql", "mql", NULL, NULL, 0},
    };
    leadkpi_stages *stages = stages_with(LINE);
    OK(add_changes(stages, history, 4, NULL, ok_error));
    leadkpi_table *t = report(leadkpi_stages_leads, stages, "as_of=1970-01-09");
    ck_assert_int_eq(whole_at(t, "since", 0), 6 * DAY);
    ck_assert(is_null_at(t, "since", 1));
    leadkpi_table_free(t);
    t = report(leadkpi_stages_snapshot, stages, "as_of=1970-01-09"); /* two in mql, of one of them one knows */
    rows_are(t, "stage leads mean_age_seconds median_age_seconds",
             "new,0,,\nmql,2,172800,172800\nsql,0,,\nwon,0,,\nlost,0,,\n");
    leadkpi_table_free(t);
    t = report(leadkpi_stages_durations, stages, "as_of=1970-01-09");
    rows_are(t, "stage ended open mean_seconds", "new,0,0,\nmql,0,1,\nsql,1,0,259200\nwon,0,0,\nlost,0,0,\n");
    leadkpi_table_free(t);
    t = report(leadkpi_stages_durations, stages, "as_of=1970-01-09; visits=sum");
    rows_are(t, "stage ended open", "new,0,0\nmql,0,0\nsql,1,0\nwon,0,0\nlost,0,0\n");
    leadkpi_table_free(t);
    leadkpi_stages_free(stages);
}
END_TEST

static int64_t finding(const leadkpi_table *t, const char *name)
{
    for (size_t row = 0; row < leadkpi_table_row_count(t); row++)
        if (has_text_at(t, "finding", row, name)) return whole_at(t, "rows", row);
    return 0;
}

START_TEST(what_is_odd_is_reported)
{
    static const change odd[] = {
        {9, 1 * DAY, "won", NULL, NULL, NULL, 0},  {9, 2 * DAY, "new", NULL, NULL, NULL, 0},
        {9, 2 * DAY, "mql", "sql", NULL, NULL, 0}, {9, 3 * DAY, "mql", NULL, NULL, NULL, 0},
        {9, 4 * DAY, "limbo", NULL, NULL, NULL, 0}, {9, 9 * DAY, "won", NULL, NULL, NULL, 0},
    };
    leadkpi_stages *stages = stages_with(LINE "; edges=new>mql");
    OK(add_changes(stages, rows, ROW_COUNT, NULL, ok_error));
    OK(add_changes(stages, odd, 6, NULL, ok_error));
    leadkpi_table *t = report(leadkpi_stages_checks, stages, "as_of=1970-01-09");
    ck_assert_int_eq(finding(t, "customer_before_creation"), 1);
    text_is(t, "finding", 0, "customer_before_creation");
    ck_assert_int_eq(whole_at(t, "id", 0), 9);
    ck_assert_int_eq(finding(t, "stage_before_creation"), 0);
    ck_assert_int_eq(finding(t, "two_stages_at_one_instant"), 1);
    ck_assert_int_eq(finding(t, "repeated_rows"), 1);
    ck_assert_int_eq(finding(t, "from_disagrees"), 1);
    ck_assert_int_eq(finding(t, "start_unknown"), 1);
    ck_assert_int_eq(finding(t, "skipped_stages"), 1);
    ck_assert_int_eq(finding(t, "went_back"), 1);
    ck_assert_int_eq(finding(t, "reopened"), 2);
    ck_assert_int_eq(finding(t, "stages_off_the_line"), 1);
    ck_assert_int_eq(finding(t, "moves_off_the_edges"), 9);
    ck_assert_int_eq(finding(t, "rows_after_as_of"), 1);
    leadkpi_table_free(t);
    leadkpi_stages_free(stages);
}
END_TEST

START_TEST(stages_of_one_instant_are_passed_in_the_order_of_the_line)
{
    static const change at_once[] = {
        {1, DAY, "won", NULL, NULL, NULL, 0}, {1, DAY, "sql", NULL, NULL, NULL, 0},
        {1, DAY, "new", NULL, NULL, NULL, 0}, {1, DAY, "mql", NULL, NULL, NULL, 0},
        {2, DAY, "mql", NULL, NULL, NULL, 1}, {2, DAY, "new", NULL, NULL, NULL, 2},
    };
    leadkpi_stages *stages = stages_with(LINE);
    OK(add_changes(stages, at_once, 6, NULL, ok_error));
    leadkpi_table *t = report(leadkpi_stages_steps, stages, "skips=strict");
    counts_are(t, "reached", 0, 2, 1, 1, 1);
    leadkpi_table_free(t);
    t = report(leadkpi_stages_leads, stages, NULL);
    text_is(t, "stage", 0, "won");
    text_is(t, "stage", 1, "new"); /* the sequence says so */
    leadkpi_table_free(t);
    leadkpi_stages_free(stages);
}
END_TEST

START_TEST(cohorts_stand_in_order_and_the_young_are_marked)
{
    leadkpi_stages *stages = team();
    leadkpi_table *t = report(leadkpi_stages_steps, stages, "grain=day; as_of=1970-01-09");
    /* came on day 0: 1, 2; day 1: 3; day 2: 4; day 4: 5 */
    ck_assert_uint_eq(leadkpi_table_row_count(t), 20);
    text_is(t, "period", 0, "1970-01-01");
    counts_are(t, "reached", 0, 2, 2, 2, 1);
    counts_are(t, "immature", 0, 0, 0, 0, 0); /* both are over */
    counts_are(t, "immature", 4, 1, 1, 1, 1);
    counts_are(t, "reached", 16, 5, 4, 2, 1);
    leadkpi_table_free(t);
    leadkpi_stages_free(stages);
}
END_TEST

START_TEST(a_column_a_stage_is_the_same_as_a_row_a_stage)
{
    static const change tall_rows[] = {{1, 10, "new", NULL, "web", NULL, 0},
                                       {1, 20, "sql", NULL, "web", NULL, 0},
                                       {1, 30, "lost", NULL, "web", "budget", 0},
                                       {2, 5, "new", NULL, NULL, NULL, 0}};
    static const int64_t ids[] = {1, 2}, new_at[] = {10, 5}, sql_at[] = {20, 0}, lost_at[] = {30, 0};
    static const uint8_t first = 1;
    static const char *const segments[] = {"web", NULL}, *const reasons[] = {"budget", NULL};
    leadkpi_stages *tall = stages_with(LINE), *wide;
    leadkpi_table *t;
    OK(leadkpi_stages_create_like(tall, &wide, ok_error));
    OK(add_changes(tall, tall_rows, 4, NULL, ok_error));
    OK(leadkpi_table_create(NULL, &t, ok_error));
    OK(leadkpi_table_borrow_int64(t, "id", NUL, ids, 2, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(t, "new", NUL, new_at, 2, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(t, "sql", NUL, sql_at, 2, 0, &first, ok_error));
    OK(leadkpi_table_borrow_timestamp(t, "lost", NUL, lost_at, 2, 0, &first, ok_error));
    OK(leadkpi_table_copy_strings(t, "segment", NUL, segments, 2, ok_error));
    OK(leadkpi_table_copy_strings(t, "reason", NUL, reasons, 2, ok_error));
    OK(leadkpi_stages_add_wide(wide, t, NULL, 0, ok_error));
    blob expected = state_of(tall);
    same_state(wide, expected, "wide");
    free(expected.bytes);
    leadkpi_table_free(t);
    leadkpi_stages_free(tall), leadkpi_stages_free(wide);
}
END_TEST

/* ---- against counting one lead at a time, with no code in common --------------------------- */

static int place_of(const char *stage)
{
    static const char *const order[] = {"new", "mql", "sql", "won", "lost", "parked"};
    int i = 0;
    while (strcmp(order[i], stage) != 0) i++;
    return i;
}

static int goes_before(const change *a, const change *b)
{
    if (a->time != b->time) return a->time < b->time;
    if (a->sequence != b->sequence) return a->sequence < b->sequence;
    if (place_of(a->stage) != place_of(b->stage)) return place_of(a->stage) < place_of(b->stage);
    const char *x = a->from ? a->from : "", *y = b->from ? b->from : "";
    return strcmp(x, y) < 0;
}

typedef struct naive {
    int64_t reached[4], standing[6], moves[7][6], visits[6], leads;
    double spent[6];
    int64_t ended[6];
} naive;

static void count_naively(naive *n, const change *all, size_t count, int64_t as_of)
{
    static change own[ROWS_MAX];
    memset(n, 0, sizeof *n);
    for (int64_t id = -2; id < 40; id++) {
        size_t k = 0;
        for (size_t i = 0; i < count; i++)
            if (all[i].id == id && all[i].time <= as_of) own[k++] = all[i];
        for (size_t i = 1; i < k; i++)
            for (size_t j = i; j > 0 && goes_before(&own[j], &own[j - 1]); j--) {
                change c = own[j];
                own[j] = own[j - 1];
                own[j - 1] = c;
            }
        if (k == 0) continue;
        n->leads++;
        int now = 6, farthest = -1;
        int64_t since = -1;
        for (size_t i = 0; i < k; i++) {
            int stage = place_of(own[i].stage);
            if (i == 0 && own[0].from && place_of(own[0].from) != stage) {
                now = place_of(own[0].from);
                n->visits[now]++;
                if (now < 4 && now > farthest) farthest = now;
            }
            if (stage == now) continue;
            if (now < 6 || !own[0].from) n->moves[now][stage]++;
            if (since >= 0) {
                n->ended[now]++;
                n->spent[now] += (double)(own[i].time - since) / 1e6;
            }
            since = now == 6 && own[0].from ? -1 : own[i].time;
            now = stage;
            n->visits[now]++;
            if (now < 4 && now > farthest) farthest = now;
        }
        n->standing[now]++;
        for (int i = 0; i <= farthest; i++) n->reached[i]++;
    }
}

START_TEST(reports_agree_with_counting_one_lead_at_a_time)
{
    static change drawn[600];
    static const char *const names[] = {"new", "mql", "sql", "won", "lost", "parked"};
    static naive n;
    draw_changes(drawn, 600, 5 + (uint64_t)_i, 40, 60);
    leadkpi_stages *stages = stages_with(LINE);
    OK(add_changes(stages, drawn, 600, NULL, ok_error));
    count_naively(&n, drawn, 600, 40000);
    leadkpi_table *steps = report(leadkpi_stages_steps, stages, "as_of=1970-01-01T00:00:00.04");
    counts_are(steps, "reached", 0, n.reached[0], n.reached[1], n.reached[2], n.reached[3]);
    leadkpi_table *snapshot = report(leadkpi_stages_snapshot, stages, "as_of=1970-01-01T00:00:00.04");
    leadkpi_table *times = report(leadkpi_stages_durations, stages, "as_of=1970-01-01T00:00:00.04");
    for (size_t i = 0; i < 6; i++) {
        text_is(snapshot, "stage", i, names[i]);
        ck_assert_int_eq(whole_at(snapshot, "leads", i), n.standing[i]);
        ck_assert_int_eq(whole_at(times, "ended", i), n.ended[i]);
        if (n.ended[i])
            ck_assert_double_eq_tol(number_at(times, "mean_seconds", i), n.spent[i] / (double)n.ended[i],
                                    1e-12);
    }
    leadkpi_table *moves = report(leadkpi_stages_transitions, stages, "as_of=1970-01-01T00:00:00.04");
    int64_t total = 0;
    for (int from = 0; from < 7; from++)
        for (int to = 0; to < 6; to++) {
            total += n.moves[from][to] > 0;
            if (!n.moves[from][to]) continue;
            size_t row = row_of_move(moves, from == 6 ? NULL : names[from], names[to]);
            ck_assert_int_eq(whole_at(moves, "count", row), n.moves[from][to]);
            ck_assert_int_eq(whole_at(moves, "visits", row), from == 6 ? n.leads : n.visits[from]);
        }
    ck_assert_int_eq((int64_t)leadkpi_table_row_count(moves), total);
    leadkpi_table_free(steps), leadkpi_table_free(snapshot), leadkpi_table_free(times);
    leadkpi_table_free(moves);
    leadkpi_stages_free(stages);
}
END_TEST

START_TEST(opening_hours_are_refused_where_they_would_not_count)
{
    leadkpi_error error;
    leadkpi_table *t;
    leadkpi_stages *stages = team();
    leadkpi_options *options = options_of("stages_report", "hours=mon-fri 09:00-17:00");
    ck_assert_int_eq(leadkpi_stages_durations(stages, options, &t, &error), LEADKPI_CONTRADICTION);
    ck_assert_ptr_nonnull(strstr(error.message, "hours: expected none with stages_report"));
    ck_assert_ptr_null(t);
    leadkpi_options_free(options);
    leadkpi_stages_free(stages);
}
END_TEST

START_TEST(options_of_another_report_are_refused)
{
    static const struct {
        stages_report call;
        const char *option, *words;
    } cases[] = {{leadkpi_stages_transitions, "skips=own", "skips: expected none here; it is of the report of steps"},
                 {leadkpi_stages_leads, "skips=strict", "skips"},
                 {leadkpi_stages_steps, "visits=sum", "visits: expected none here; it is of the report of durations"},
                 {leadkpi_stages_snapshot, "visits=last", "visits"}};
    leadkpi_stages *stages = team();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        leadkpi_error error;
        leadkpi_table *t;
        leadkpi_options *options = options_of("stages_report", cases[i].option);
        ck_assert_int_eq(cases[i].call(stages, options, &t, &error), LEADKPI_CONTRADICTION);
        ck_assert_ptr_nonnull(strstr(error.message, cases[i].words));
        leadkpi_options_free(options);
    }
    leadkpi_stages_free(stages);
}
END_TEST

/* The total of leads of a period is what the rows of that period by a grain are. */
START_TEST(a_period_has_the_leads_that_came_in_it)
{
    static const struct {
        stages_report call;
        const char *column;
    } cases[] = {{leadkpi_stages_steps, "reached"}, {leadkpi_stages_durations, "ended"}, {leadkpi_stages_snapshot, "leads"}};
    leadkpi_stages *stages = team();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        leadkpi_table *days = report(cases[i].call, stages, "grain=day"), *day;
        day = report(cases[i].call, stages, "from=1970-01-01; to=1970-01-02");
        ck_assert_uint_gt(leadkpi_table_row_count(day), 0);
        for (size_t row = 0; row < leadkpi_table_row_count(day); row++) {
            ck_assert_int_eq(whole_at(days, "period_start", row), 0);
            ck_assert_int_eq(whole_at(day, cases[i].column, row), whole_at(days, cases[i].column, row));
        }
        leadkpi_table_free(days), leadkpi_table_free(day);
    }
    leadkpi_stages_free(stages);
}
END_TEST

static Suite *suite_of_reports(void)
{
    Suite *suite = suite_create("stages reports");
    TCase *tc = tcase_create("reports");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, skips_are_implied_or_not);
    tcase_add_test(tc, a_snapshot_says_who_stands_where_as_of_a_time);
    tcase_add_test(tc, moves_are_edges_of_a_graph);
    tcase_add_test(tc, time_in_stage_counts_those_that_still_stand_there);
    tcase_add_test(tc, each_group_has_the_numbers_of_its_own_leads);
    tcase_add_test(tc, each_group_has_the_moves_and_times_of_its_own_leads);
    tcase_add_test(tc, losses_have_reasons_by_segment);
    tcase_add_test(tc, losses_of_a_reason_are_one_row_whichever_leads_they_are_of);
    tcase_add_test(tc, leads_are_listed_with_what_became_of_them);
    tcase_add_test(tc, each_stage_that_is_listed_as_won_is_success);
    tcase_add_test(tc, a_time_since_an_unknown_start_is_not_known);
    tcase_add_test(tc, what_is_odd_is_reported);
    tcase_add_test(tc, stages_of_one_instant_are_passed_in_the_order_of_the_line);
    tcase_add_test(tc, cohorts_stand_in_order_and_the_young_are_marked);
    tcase_add_test(tc, a_column_a_stage_is_the_same_as_a_row_a_stage);
    tcase_add_test(tc, options_of_another_report_are_refused);
    tcase_add_test(tc, a_period_has_the_leads_that_came_in_it);
    tcase_add_test(tc, opening_hours_are_refused_where_they_would_not_count);
    tcase_add_loop_test(tc, reports_agree_with_counting_one_lead_at_a_time, 0, 20);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_reports());
}
