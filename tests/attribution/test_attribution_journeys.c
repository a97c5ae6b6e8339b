/* Journeys: which touches a conversion takes, and what reports make of them. Expected numbers are
 * worked out by hand beside the rows. */
#include "../support/check_main.h"
#include "touches.h"

#define COUNT(rows) (sizeof(rows) / sizeof (rows)[0])

static leadkpi_attribution *world(const char *definition, const touch *touches, size_t touch_count,
                                  const conversion *conversions, size_t conversion_count)
{
    leadkpi_attribution *a = attribution_with(definition);
    OK(add_touches(a, touches, touch_count, NULL, ok_error));
    OK(add_conversions(a, conversions, conversion_count, NULL, ok_error));
    return a;
}

static void credit_is(const leadkpi_attribution *a, const char *options, const char *model,
                      const char *channel, double conversions)
{
    leadkpi_table *t = report(leadkpi_attribution_credits, a, options);
    double found = credit_of(t, model, channel);
    ck_assert_msg(fabs(found - conversions) < 1e-12, "%s, %s: expected %g, found %g", model,
                  channel ? channel : "total", conversions, found);
    leadkpi_table_free(t);
}

START_TEST(tables_without_rows_add_nothing)
{
    leadkpi_attribution *a = attribution_with("");
    static const touch touches[1];
    static const conversion conversions[1];
    static const milestone milestones[1];
    static const path_row paths[1];
    OK(add_touches(a, touches, 0, NULL, ok_error));
    OK(add_conversions(a, conversions, 0, NULL, ok_error));
    OK(add_milestones(a, milestones, 0, NULL, ok_error));
    credit_is(a, "models=last", "last", NULL, 0);
    leadkpi_attribution_free(a);
    a = attribution_with("");
    OK(add_paths(a, paths, 0, NULL, ok_error));
    credit_is(a, "models=last", "last", NULL, 0);
    leadkpi_attribution_free(a);
}
END_TEST

/* ---- which touches ------------------------------------------------------------------- */

static const touch days[] = {
    {1, 0, 0, "A", NULL},       {1, 10 * DAY, 0, "B", NULL}, {1, 20 * DAY, 0, "C", NULL},
    {1, 30 * DAY, 0, "D", NULL}, {1, 40 * DAY, 0, "E", NULL},
};
static const conversion day30[] = {{1, 30 * DAY, "won", 100, 1}};

START_TEST(a_touch_after_the_conversion_is_never_credited)
{
    leadkpi_attribution *a = world("", days, COUNT(days), day30, 1);
    credit_is(a, "models=last", "last", "D", 1);
    credit_is(a, "models=linear", "linear", "E", 0);
    credit_is(a, "models=linear", "linear", "A", 0.25);
    leadkpi_attribution_free(a);
    a = world("same_time=ignored", days, COUNT(days), day30, 1);
    credit_is(a, "models=last", "last", "C", 1);
    leadkpi_attribution_free(a);
}
END_TEST

START_TEST(a_lookback_is_half_open_and_may_hang_on_the_type)
{
    static const conversion both[] = {{1, 30 * DAY, "won", 0, 1}, {1, 30 * DAY, "demo", 0, 1}};
    leadkpi_attribution *a =
        world("lookback=20d; lookback_by_type=demo=30d", days, COUNT(days), both, 2);
    credit_is(a, "models=first; types=won", "first", "C", 1); /* B is 20 days before: out */
    credit_is(a, "models=first; types=demo", "first", "B", 1);
    leadkpi_attribution_free(a);
    a = world("lookback=20d1us", days, COUNT(days), day30, 1);
    credit_is(a, "models=first", "first", "B", 1);
    leadkpi_attribution_free(a);
}
END_TEST

START_TEST(the_latest_touches_are_kept_and_the_others_counted)
{
    leadkpi_attribution *a = world("touches_max=2", days, COUNT(days), day30, 1);
    credit_is(a, "models=first", "first", "C", 1);
    ck_assert_double_eq(summed(a, "", "touches_dropped"), 2);
    ck_assert_double_eq(summed(a, "", "touches_unused"), 1); /* E */
    ck_assert_double_eq(summed(a, "", "journey_touches"), 2);
    leadkpi_attribution_free(a);
}
END_TEST

/* A at 1, won at 2, won at 4, B at 5, won at 6. */
START_TEST(a_next_conversion_reuses_closes_or_waits_for_a_newer_touch)
{
    static const touch touches[] = {{1, 1, 0, "A", NULL}, {1, 5, 0, "B", NULL}};
    static const conversion won[] = {
        {1, 2, "won", 0, 1}, {1, 4, "won", 0, 1}, {1, 6, "won", 0, 1}, {1, 6, "lead", 0, 1}};
    static const struct {
        const char *definition;
        double a, b, unattributed;
    } cases[] = {{"repeat=reuse", 3, 0, 0}, {"repeat=cycle", 1, 1, 1}, {"repeat=until_newer", 2, 1, 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        leadkpi_attribution *a = world(cases[i].definition, touches, 2, won, 4);
        credit_is(a, "models=first; types=won", "first", "A", cases[i].a);
        credit_is(a, "models=first; types=won", "first", "B", cases[i].b);
        credit_is(a, "models=first; types=won", "first", "", cases[i].unattributed);
        credit_is(a, "models=first; types=lead", "first", "A", 1); /* a cycle is one of its type */
        leadkpi_attribution_free(a);
    }
}
END_TEST

START_TEST(ties_go_by_sequence_and_then_by_content)
{
    static const touch touches[] = {
        {1, 5, 2, "A", NULL}, {1, 5, 1, "C", NULL}, {1, 5, 1, "B", NULL}};
    static const conversion won[] = {{1, 5, NULL, 0, 1}};
    leadkpi_attribution *a = world("", touches, 3, won, 1);
    credit_is(a, "models=first", "first", "B", 1);
    credit_is(a, "models=last", "last", "A", 1);
    leadkpi_attribution_free(a);
}
END_TEST

START_TEST(paths_are_transformed_step_by_step)
{
    static const touch touches[] = {
        {1, 0, 0, "A", "a1"}, {1, 1 * DAY, 0, "A", "a2"},      {1, 2 * DAY, 0, "direct", NULL},
        {1, 9 * DAY, 0, "B", "b"}, {1, 10 * DAY, 0, "direct", NULL}, {2, 0, 0, "direct", NULL}};
    static const conversion won[] = {{1, 11 * DAY, NULL, 0, 1}, {2, 11 * DAY, NULL, 0, 1}};
    static const struct {
        const char *definition, *path;
    } cases[] = {
        {"", "A > A > direct > B > direct"},
        {"transforms=collapse", "A > direct > B > direct"},
        {"transforms=first", "A > direct > B"},
        {"transforms=drop:direct", "A > A > B"},
        {"transforms=drop_trailing:direct", "A > A > direct > B"},
        {"transforms=carry:direct:24h", "A > A > A > B > B"},
        {"transforms=\"carry:direct:24h\",collapse", "A > B"},
        {"transforms=drop:X", "A > A > direct > B > direct"},
        {"transforms=drop: DIRECT ", "A > A > B"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        leadkpi_attribution *a = world(cases[i].definition, touches, COUNT(touches), won, 2);
        leadkpi_table *t = report(leadkpi_attribution_paths, a, "");
        ck_assert_uint_eq(leadkpi_table_row_count(t), 2);
        ck_assert_msg(text_is(t, "path", 0, cases[i].path), "%s", cases[i].definition);
        ck_assert(text_is(t, "path", 1, "direct")); /* all of it: stays */
        leadkpi_table_free(t);
        leadkpi_attribution_free(a);
    }
}
END_TEST

/* Unit 1 converts, unit 2 never does, unit 3 was handed in as a null. */
START_TEST(nulls_are_explicit_or_found)
{
    static const touch touches[] = {{1, 0, 0, "A", NULL},         {1, 100 * DAY, 0, "B", NULL},
                                    {2, 0, 0, "A", NULL},         {2, 50 * DAY, 0, "C", NULL},
                                    {2, 99 * DAY, 0, "D", NULL},  {3, 0, 0, "E", NULL}};
    static const conversion won[] = {{1, 1 * DAY, NULL, 0, 1}};
    static const struct {
        const char *definition;
        double nulls;
    } cases[] = {
        {"", 1},
        {"nulls=never_converted", 2},
        {"nulls=inactivity; inactivity=30d", 4}, /* 2: A, C; 3: E, and as handed in; B and D are open */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        leadkpi_attribution *a = world(cases[i].definition, touches, COUNT(touches), won, 1);
        leadkpi_table *table = new_table();
        static const int64_t id[] = {3}, time[] = {DAY};
        OK(leadkpi_table_borrow_int64(table, "id", NUL, id, 1, 0, NULL, ok_error));
        OK(leadkpi_table_borrow_timestamp(table, "time", NUL, time, 1, 0, NULL, ok_error));
        OK(leadkpi_attribution_add_nulls(a, table, NULL, 0, ok_error));
        leadkpi_table_free(table);
        double found = summed(a, "", "nulls");
        ck_assert_msg(found == cases[i].nulls, "%s: %g", cases[i].definition, found);
        ck_assert_double_eq(summed(a, "", "conversions"), 1);
        ck_assert_double_eq(summed(a, "", "conversions_added"), 1); /* a null is none */
        leadkpi_attribution_free(a);
    }
}
END_TEST

/* Runs and conversions by the hundred, in one unit: each run is asked about by itself. */
START_TEST(each_run_of_touches_is_a_null_unless_a_conversion_follows_it)
{
    enum { RUNS = 300 };
    static touch touches[2 * RUNS];
    static conversion won[RUNS];
    size_t conversions = 0, nulls = 0;
    for (size_t run = 0; run < RUNS; run++) {
        int64_t start = (int64_t)run * 100 * DAY;
        touches[2 * run] = (touch){1, start, 0, "A", NULL};
        touches[2 * run + 1] = (touch){1, start + 5 * DAY, 0, "B", NULL};
        /* before the run; in it; at the end of its wait; just after that; none */
        static const int64_t after[] = {-DAY, 3 * DAY, 15 * DAY, 15 * DAY + 1, 0};
        int follows = run % 5 == 1 || run % 5 == 2;
        if (run % 5 != 4) won[conversions++] = (conversion){1, start + after[run % 5], NULL, 0, 1};
        nulls += (size_t)!follows;
    }
    leadkpi_attribution *a = world("nulls=inactivity; inactivity=10d", touches, COUNT(touches), won,
                                   conversions);
    ck_assert_double_eq(summed(a, "as_of=2300-01-01", "nulls"), (double)nulls);
    ck_assert_double_eq(summed(a, "as_of=2300-01-01", "conversions"), (double)conversions);
    leadkpi_attribution_free(a);
}
END_TEST

START_TEST(types_that_are_asked_for_count_and_others_are_refused_with_the_nearest)
{
    static const touch touches[] = {{1, 0, 0, "won", NULL}};
    static const conversion won[] = {{1, 1, "won", 0, 1}, {1, 2, "demo", 0, 2}, {1, 3, NULL, 0, 4}};
    leadkpi_attribution *a = world("", touches, 1, won, COUNT(won));
    ck_assert_double_eq(summed(a, "types=won", "conversions"), 1);
    ck_assert_double_eq(summed(a, "types=demo,conversion", "conversions"), 6);
    ck_assert_double_eq(summed(a, "types=won,won", "conversions"), 1);
    leadkpi_options *options = options_of("attribution_report", "types=demmo");
    leadkpi_table *table;
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_attribution_summary(a, options, &table, &error), LEADKPI_UNKNOWN_NAME);
    ck_assert_ptr_nonnull(strstr(error.message, "\"demo\""));
    leadkpi_options_free(options);
    leadkpi_attribution_free(a);
}
END_TEST

START_TEST(milestones_are_those_up_to_the_conversion)
{
    static const milestone stones[] = {{1, 15 * DAY, "lead"},
                                       {1, 25 * DAY, "opportunity"},
                                       {1, 28 * DAY, "lead"}, /* again: the latest counts */
                                       {1, 35 * DAY, "opportunity"}}; /* after the conversion */
    leadkpi_attribution *a = world("", days, COUNT(days), day30, 1);
    OK(add_milestones(a, stones, COUNT(stones), NULL, ok_error));
    credit_is(a, "models=lead_creation", "lead_creation", "C", 1);
    credit_is(a, "models=w", "w", "A", 3 / 10.0); /* A 30, B middle 10, C lead and opportunity 60 */
    credit_is(a, "models=w", "w", "B", 1 / 10.0);
    credit_is(a, "models=w", "w", "C", 6 / 10.0);
    credit_is(a, "models=marketo_full_path", "marketo_full_path", "D", 0.225);
    credit_is(a, "models=milestones:first=1|mql=1|last=1", "milestones:first=1|mql=1|last=1", "A", 0.5);
    leadkpi_table *t = report(leadkpi_attribution_credits, a, "models=milestones:first=1|mql=1");
    ck_assert(text_is(t, "flags", 0, "missing_milestones,few_data"));
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
}
END_TEST

/* ---- credit ----------------------------------------------------------------------------- */

START_TEST(what_no_touch_can_claim_is_unattributed_and_all_adds_up)
{
    static const path_row rows[] = {{"A > B", 1, 10, 0}, {"", 5, 50, 0}, {NULL, 1, 0, 0},
                                    {"B", 1, 3, 2},      {" \t", 0, 0, 7}};
    leadkpi_attribution *a = attribution_with("");
    OK(add_paths(a, rows, COUNT(rows), NULL, ok_error));
    leadkpi_table *t = report(leadkpi_attribution_credits, a, "models=first,last,time_decay");
    ck_assert_double_eq(credit_of(t, "first", "A"), 1);
    ck_assert_double_eq(credit_of(t, "last", "B"), 2);
    ck_assert_double_eq(credit_of(t, "first", ""), 6);
    ck_assert_double_eq(value_of(t, "first", ""), 50);
    ck_assert_double_eq(credit_of(t, "first", NULL), 8);
    ck_assert_double_eq(credit_of(t, "time_decay", ""), 8); /* paths have no times */
    ck_assert(text_is(t, "flags", row_of(t, "time_decay", NULL), "no_times"));
    leadkpi_table_free(t);
    ck_assert_double_eq(summed(a, "", "nulls"), 9);
    leadkpi_attribution_free(a);
}
END_TEST

START_TEST(blanks_are_named_and_separators_are_what_one_says)
{
    static const path_row rows[] = {{"A >> B> (start) ", 1, 0, 0}, {"A > ", 1, 0, 0}};
    static const path_row other[] = {{"A->B->C > D", 1, 0, 0}};
    leadkpi_attribution *a = attribution_with("");
    OK(add_paths(a, rows, 2, NULL, ok_error));
    leadkpi_table *t = report(leadkpi_attribution_paths, a, "");
    ck_assert(text_is(t, "path", 0, "A > (blank)"));
    ck_assert(text_is(t, "path", 1, "A > (blank) > B > (start)"));
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
    a = attribution_with("separator=->");
    OK(add_paths(a, other, 1, NULL, ok_error));
    t = report(leadkpi_attribution_paths, a, "");
    ck_assert_double_eq(number_at(t, "length", 0), 3);
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
}
END_TEST

static const touch tree[] = {
    {1, 0, 0, "paid", "x"}, {1, 1, 0, "paid", "y"}, {1, 2, 0, "email", "x"},
    {2, 0, 0, "paid", "x"}, {2, 1, 0, "email", NULL}, {3, 0, 0, "direct", NULL}};
static const conversion tree_won[] = {
    {1, 9, NULL, 0.1, 1}, {2, 9, NULL, 0.7, 1}, {3, 9, NULL, 1e15, 2.5}, {4, 9, NULL, 3, 1}};

START_TEST(children_add_up_to_their_parents_exactly)
{
    const char *const models[] = {"linear", "u", "time_decay:1us", "linear_unique", "rank_decay"};
    leadkpi_attribution *a = world("", tree, COUNT(tree), tree_won, COUNT(tree_won));
    for (size_t m = 0; m < COUNT(models); m++) {
        char wide[128], deep[128];
        snprintf(wide, sizeof wide, "models=%s", models[m]);
        snprintf(deep, sizeof deep, "models=%s; by=channel,campaign", models[m]);
        leadkpi_table *parents = report(leadkpi_attribution_credits, a, wide);
        leadkpi_table *children = report(leadkpi_attribution_credits, a, deep);
        double direct = 0, paid = 0, email = 0;
        for (size_t row = 0; row < leadkpi_table_row_count(children); row++) {
            if (!text_is(children, "row", row, "group")) continue;
            if (text_is(children, "channel", row, "paid"))
                paid += number_at(children, "conversions", row);
            if (text_is(children, "channel", row, "email"))
                email += number_at(children, "conversions", row);
            if (text_is(children, "channel", row, "direct"))
                direct += number_at(children, "conversions", row);
        }
        ck_assert_double_eq_tol(paid, credit_of(parents, models[m], "paid"), 1e-15);
        ck_assert_double_eq_tol(email, credit_of(parents, models[m], "email"), 1e-15);
        ck_assert_double_eq(direct, 2.5);
        ck_assert_double_eq(credit_of(parents, models[m], ""), 1);
        ck_assert_double_eq(value_of(parents, models[m], NULL), 1e15 + 3.8);
        leadkpi_table_free(parents);
        leadkpi_table_free(children);
    }
    leadkpi_attribution_free(a);
}
END_TEST

START_TEST(credit_by_touch_is_the_same_credit)
{
    leadkpi_attribution *a = world("", tree, COUNT(tree), tree_won, COUNT(tree_won));
    leadkpi_table *t = report(leadkpi_attribution_touches, a, "models=u,first");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 3 + 1 + 2 + 1 + 1 + 1 + 1 + 1);
    ck_assert_double_eq(number_at(t, "conversions", 0), 0.4);
    ck_assert(text_is(t, "campaign", 1, "y"));
    ck_assert_double_eq(number_at(t, "conversions", 1), 0.2);
    ck_assert(text_is(t, "model", 3, "first"));
    ck_assert(text_is(t, "channel", 10, NULL)); /* unit 4: nothing can claim it */
    ck_assert_double_eq(number_at(t, "value", 10), 3);
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
}
END_TEST

START_TEST(models_stand_side_by_side)
{
    leadkpi_attribution *a = world("", tree, COUNT(tree), tree_won, COUNT(tree_won));
    leadkpi_table *t = report(leadkpi_attribution_compare, a, "models=first,last; measure=share");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 5);
    ck_assert(text_is(t, "channel", 1, "email"));
    ck_assert_double_eq(number_at(t, "first", 1), 0);
    ck_assert_double_eq(number_at(t, "last", 1), 2 / 5.5);
    ck_assert(text_is(t, "row", 3, "unattributed"));
    ck_assert_double_eq(number_at(t, "last", 3), 1 / 5.5);
    ck_assert_double_eq(number_at(t, "last", 4), 1);
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
}
END_TEST

START_TEST(costs_are_joined_and_unknown_is_not_zero)
{
    static const char *const channels[] = {"paid", "events"};
    static const double costs[] = {30, 0}, claimed[] = {9, 1};
    static const uint8_t claimed_valid[] = {1};
    leadkpi_attribution *a = world("", tree, COUNT(tree), tree_won, COUNT(tree_won));
    leadkpi_table *table = new_table();
    OK(leadkpi_table_copy_strings(table, "channel", NUL, channels, 2, ok_error));
    OK(leadkpi_table_borrow_double(table, "cost", NUL, costs, 2, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(table, "claimed_conversions", NUL, claimed, 2, 0, claimed_valid,
                                   ok_error));
    OK(leadkpi_table_borrow_double(table, "claimed_value", NUL, costs, 2, 0, NULL, ok_error));
    OK(leadkpi_attribution_add_costs(a, table, NULL, 0, ok_error));
    leadkpi_table_free(table);
    leadkpi_table *t = report(leadkpi_attribution_credits, a, "models=first");
    size_t paid = row_of(t, "first", "paid"), events = row_of(t, "first", "events");
    ck_assert_double_eq(number_at(t, "cost", paid), 30);
    ck_assert_double_eq(number_at(t, "cost_per_conversion", paid), 15);
    ck_assert_double_eq(number_at(t, "roas", paid), number_at(t, "value", paid) / 30);
    ck_assert_double_eq(number_at(t, "over_claim", paid), 3.5);
    ck_assert_double_eq(number_at(t, "claimed_value", paid), 30);
    ck_assert_double_eq(number_at(t, "value_over_claim", paid), 30 / number_at(t, "value", paid) - 1);
    ck_assert_double_eq(number_at(t, "cost", events), 0);
    ck_assert(isnan(number_at(t, "cost_per_conversion", events)));
    ck_assert(isnan(number_at(t, "claimed_conversions", events)));
    ck_assert(isnan(number_at(t, "cost", row_of(t, "first", "email"))));
    ck_assert_double_eq(number_at(t, "cost", row_of(t, "first", NULL)), 30);
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
}
END_TEST

START_TEST(channels_come_from_utm_fields_by_rules)
{
    static const int64_t ids[] = {1, 2, 3, 4, 5}, times[] = {1, 1, 1, 1, 1};
    static const char *const source[] = {"google", NULL, "linkedin.com", "Newsletter", "odd"};
    static const char *const medium[] = {"CPC", NULL, "paid_social", "email", "odd"};
    static const conversion won[] = {
        {1, 2, NULL, 0, 1}, {2, 2, NULL, 0, 1}, {3, 2, NULL, 0, 1}, {4, 2, NULL, 0, 1}, {5, 2, NULL, 0, 1}};
    static const char *const expected[] = {"Direct", "Email", "Paid Search", "Paid Social",
                                           "Unassigned"};
    leadkpi_attribution *a = attribution_with("channel_from=utm");
    leadkpi_table *table = new_table();
    OK(leadkpi_table_borrow_int64(table, "id", NUL, ids, 5, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, times, 5, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(table, "utm_source", NUL, source, 5, ok_error));
    OK(leadkpi_table_copy_strings(table, "utm_medium", NUL, medium, 5, ok_error));
    OK(leadkpi_attribution_add_touches(a, table, NULL, 0, ok_error));
    leadkpi_table_free(table);
    OK(add_conversions(a, won, 5, NULL, ok_error));
    leadkpi_table *t = report(leadkpi_attribution_credits, a, "models=first");
    for (size_t i = 0; i < COUNT(expected); i++)
        ck_assert_double_eq(credit_of(t, "first", expected[i]), 1);
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
}
END_TEST

/* Names of channels are compared folded, in transforms as in models; a fold is not a part. */
START_TEST(transforms_and_models_know_a_channel_by_its_folded_name)
{
    static const touch touches[] = {{1, 0, 0, "Organic Search", NULL}, {1, 1, 0, "organic-search", NULL},
                                    {1, 2, 0, "Email", NULL}, {1, 3, 0, "DIRECT", NULL},
                                    {1, 4, 0, "Direct Mail", NULL}, {1, 5, 0, " direct", NULL}};
    static const conversion won[] = {{1, 9, NULL, 0, 1}};
    static const struct {
        const char *definition, *path;
    } cases[] = {
        {"transforms=drop:direct", "Organic Search > organic-search > Email > Direct Mail"},
        {"transforms=drop:organic_search", "Email > DIRECT > Direct Mail >  direct"},
        {"transforms=drop_trailing:Direct",
         "Organic Search > organic-search > Email > DIRECT > Direct Mail"},
        {"transforms=drop:organic", "Organic Search > organic-search > Email > DIRECT > Direct Mail "
                                    ">  direct"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        leadkpi_attribution *a = world(cases[i].definition, touches, COUNT(touches), won, 1);
        leadkpi_table *t = report(leadkpi_attribution_paths, a, "");
        ck_assert_msg(text_is(t, "path", 0, cases[i].path), "%s", cases[i].definition);
        leadkpi_table_free(t);
        credit_is(a, "models=last_non:DIRECT", "last_non:DIRECT", "Direct Mail", 1);
        leadkpi_attribution_free(a);
    }
}
END_TEST

/* A channel may well be called "(blank)": what has no name then has another one. */
START_TEST(a_channel_called_blank_is_not_what_has_no_name)
{
    static const touch touches[] = {{1, 0, 0, "(blank)", NULL}, {2, 0, 0, NULL, NULL},
                                    {2, 1, 0, "", "((blank))"}, {3, 0, 0, "A", NULL}};
    static const conversion won[] = {{1, 9, NULL, 0, 1}, {2, 9, NULL, 0, 1}, {3, 9, NULL, 0, 1}};
    leadkpi_attribution *a = world("", touches, 2, won, 2);
    leadkpi_table *t = report(leadkpi_attribution_credits, a, "models=linear,markov");
    ck_assert_double_eq(credit_of(t, "linear", "(blank)"), 1);
    ck_assert_double_eq(credit_of(t, "linear", "((blank))"), 1);
    ck_assert_double_eq(credit_of(t, "markov", "((blank))"), 1);
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
    a = world("", touches + 1, 2, won, 2);
    t = report(leadkpi_attribution_credits, a, "models=linear");
    ck_assert_double_eq(credit_of(t, "linear", "(((blank)))"), 1);
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
    a = world("transforms=drop:(blank)", touches, COUNT(touches), won, 3);
    ck_assert_double_eq(summed(a, "", "touches_transformed"), 0); /* all of a path stays */
    leadkpi_attribution_free(a);
    static const touch mixed[] = {{1, 0, 0, "(blank)", NULL}, {1, 1, 0, NULL, NULL}, {1, 2, 0, "A", NULL}};
    a = world("transforms=drop:(blank)", mixed, 3, won, 1);
    ck_assert_double_eq(summed(a, "", "touches_transformed"), 2);
    credit_is(a, "models=first_non:(blank)", "first_non:(blank)", "A", 1);
    leadkpi_attribution_free(a);
}
END_TEST

/* The memo of combinations gives what the rules give, whatever came before and however many. */
START_TEST(channels_of_many_rows_are_those_of_each_row)
{
    enum { ROWS = 400 };
    static const char *const sources[] = {"google", "linkedin.com", "", "cpc"};
    static const char *const mediums[] = {"cpc", "email", "", "google"};
    static int64_t ids[ROWS], times[ROWS];
    const char *source[ROWS], *medium[ROWS];
    leadkpi_attribution *many = attribution_with("channel_from=utm");
    leadkpi_attribution *single = attribution_with("channel_from=utm");
    uint64_t state = 5;
    for (size_t i = 0; i < ROWS; i++) {
        ids[i] = (int64_t)i;
        times[i] = 1;
        source[i] = sources[lk_test_random(&state) % 4];
        medium[i] = mediums[lk_test_random(&state) % 4];
    }
    for (size_t i = 0; i <= ROWS; i++) {
        size_t first = i < ROWS ? i : 0, count = i < ROWS ? 1 : ROWS;
        leadkpi_table *table = new_table();
        OK(leadkpi_table_borrow_int64(table, "id", NUL, ids + first, count, 0, NULL, ok_error));
        OK(leadkpi_table_borrow_timestamp(table, "time", NUL, times, count, 0, NULL, ok_error));
        OK(leadkpi_table_copy_strings(table, "utm_source", NUL, source + first, count, ok_error));
        OK(leadkpi_table_copy_strings(table, "utm_medium", NUL, medium + first, count, ok_error));
        OK(leadkpi_attribution_add_touches(i < ROWS ? single : many, table, NULL, 0, ok_error));
        leadkpi_table_free(table);
    }
    same_state(many, single);
    leadkpi_attribution_free(many);
    leadkpi_attribution_free(single);
}
END_TEST

static leadkpi_status add_money(leadkpi_attribution *a, const char *call, const char *currency,
                                size_t rows, leadkpi_error *error)
{
    static const int64_t numbers[] = {1, 1};
    static const double ones[] = {1, 1};
    const char *const channels[] = {"a", "a"}, *const currencies[] = {NULL, currency};
    leadkpi_table *table = new_table();
    OK(leadkpi_table_borrow_int64(table, "id", NUL, numbers, rows, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, numbers, rows, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(table, "channel", NUL, channels, rows, ok_error));
    OK(leadkpi_table_copy_strings(table, "path", NUL, channels, rows, ok_error));
    OK(leadkpi_table_borrow_double(table, "cost", NUL, ones, rows, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(table, "value", NUL, ones, rows, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(table, "currency", NUL, currencies, rows, ok_error));
    leadkpi_status status = strcmp(call, "touches") == 0
                                ? leadkpi_attribution_add_touches(a, table, NULL, 0, error)
                            : strcmp(call, "conversions") == 0
                                ? leadkpi_attribution_add_conversions(a, table, NULL, 0, error)
                            : strcmp(call, "paths") == 0
                                ? leadkpi_attribution_add_paths(a, table, NULL, 0, error)
                                : leadkpi_attribution_add_costs(a, table, NULL, 0, error);
    leadkpi_table_free(table);
    return status;
}

static leadkpi_status add_by_ids(leadkpi_attribution *a, const int64_t *path, const int32_t *code,
                                 const double *numbers, size_t count, leadkpi_error *error)
{
    static const int64_t offsets[] = {0, 1, 2, 3};
    leadkpi_table *table = new_table();
    OK(leadkpi_table_borrow_int64(table, "path", NUL, path, count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_dictionary(table, "channel", NUL, code, count, 0, NULL, offsets, "ABC", 3,
                                       ok_error));
    OK(leadkpi_table_borrow_double(table, "conversions", NUL, numbers, count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(table, "value", NUL, numbers, count, 0, NULL, ok_error));
    leadkpi_status status = leadkpi_attribution_add_paths(a, table, NULL, 0, error);
    leadkpi_table_free(table);
    return status;
}

/* A > B > A twice, B once, and a path of zeros: the same bytes as from text. */
START_TEST(paths_by_ids_are_paths_by_text)
{
    static const int64_t path[] = {7, 7, 7, 3, 9, 9, 7, 7, 7};
    static const int32_t code[] = {0, 1, 0, 1, 2, 2, 0, 1, 0};
    static const double numbers[] = {1, 0, 0.25, 2, 0, 0, 0, 0, 4};
    static const path_row text[] = {{"A > B > A", 5.25, 5.25, 0}, {"B", 2, 2, 0}};
    static const double bad[] = {1, 0, 0.25, 2, 0, 0, 0, 0, -4};
    leadkpi_attribution *a = attribution_with(""), *b = attribution_with("");
    leadkpi_error error;
    OK(add_paths(b, text, 2, NULL, ok_error));
    OK(add_by_ids(a, path, code, numbers, 9, ok_error));
    same_state(a, b);
    ck_assert_int_eq(add_by_ids(a, path, code, bad, 9, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 8);
    same_state(a, b);
    OK(add_by_ids(a, path, code, numbers, 0, ok_error));
    same_state(a, b);
    leadkpi_attribution_free(a);
    leadkpi_attribution_free(b);
    /* With campaigns. */
    static const char *const channels[] = {"Ads", "Ads", "Email"}, *const campaigns[] = {"x", "y", NULL};
    static const double one[] = {1, 0, 0};
    static const int64_t number[] = {1, 1, 1};
    leadkpi_table *table = new_table();
    OK(leadkpi_table_borrow_int64(table, "path", NUL, number, 3, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(table, "channel", NUL, channels, 3, ok_error));
    OK(leadkpi_table_copy_strings(table, "campaign", NUL, campaigns, 3, ok_error));
    OK(leadkpi_table_borrow_double(table, "conversions", NUL, one, 3, 0, NULL, ok_error));
    a = attribution_with("");
    OK(leadkpi_attribution_add_paths(a, table, NULL, 0, ok_error));
    leadkpi_table_free(table);
    leadkpi_table *t = report(leadkpi_attribution_paths, a, "by=channel,campaign");
    ck_assert(text_is(t, "path", 0, "Ads / x > Ads / y > Email / (blank)"));
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
}
END_TEST

START_TEST(money_is_of_one_currency)
{
    static const char *const calls[] = {"touches", "conversions", "paths", "costs"};
    leadkpi_error error;
    for (size_t i = 0; i < COUNT(calls); i++) {
        leadkpi_attribution *a = attribution_with(""), *other = attribution_with(""), *back;
        OK(add_money(a, calls[(i + 1) % 4], NULL, 2, ok_error));
        OK(add_money(a, calls[i], "EUR", 2, ok_error));
        blob before = state_of(a);
        ck_assert_int_eq(add_money(a, calls[(i + 2) % 4], "USD", 2, &error), LEADKPI_MISMATCH);
        ck_assert_int_eq(error.row, 1);
        ck_assert_ptr_nonnull(strstr(error.message, "expected currency \"EUR\" as before, found \"USD\""));
        ck_assert_int_eq(add_money(a, calls[i], "a currency of more than 16 bytes", 2, &error),
                         LEADKPI_BAD_DATA);
        OK(add_money(other, calls[i], "USD", 2, ok_error));
        ck_assert_int_eq(leadkpi_attribution_merge(a, other, &error), LEADKPI_MISMATCH);
        ck_assert_int_eq(leadkpi_attribution_merge(other, a, &error), LEADKPI_MISMATCH);
        OK(leadkpi_attribution_deserialize(NULL, before.bytes, before.size, &back, ok_error));
        same_state(a, back);
        ck_assert_int_eq(add_money(back, calls[i], "USD", 2, &error), LEADKPI_MISMATCH);
        free(before.bytes);
        leadkpi_attribution_free(a);
        leadkpi_attribution_free(back);
        leadkpi_attribution_free(other);
    }
}
END_TEST

START_TEST(people_of_an_account_share_a_journey)
{
    static const char *const accounts[] = {"acme", "acme", "acme"}, *const channels[] = {"A", "B", "C"};
    static const int64_t times[] = {1, 2, 3};
    leadkpi_attribution *a = attribution_with("unit=account");
    leadkpi_table *table = new_table();
    OK(leadkpi_table_copy_strings(table, "account", NUL, accounts, 3, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, times, 3, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(table, "channel", NUL, channels, 3, ok_error));
    OK(leadkpi_attribution_add_touches(a, table, NULL, 0, ok_error));
    OK(leadkpi_attribution_add_conversions(a, table, NULL, 0, ok_error));
    leadkpi_table_free(table);
    credit_is(a, "models=linear", "linear", "A", 1 + 0.5 + 1 / 3.0);
    leadkpi_attribution_free(a);
}
END_TEST

/* ---- properties ------------------------------------------------------------------------- */

/* Credit by cells and credit by the kernel are the same number: the first model is positional, the
 * second goes through the kernel, since a set that holds every channel is no limit. */
START_TEST(cells_and_kernel_agree_to_the_bit)
{
    case_paths *paths = read_case_paths();
    leadkpi_attribution *a = attribution_with("");
    OK(add_paths(a, paths->rows, paths->count, NULL, ok_error));
    leadkpi_table *t = report(
        leadkpi_attribution_credits, a,
        "models=first,last,first_non:none,last_non:none");
    for (size_t row = 0; row < 9; row++) {
        ck_assert_double_eq(number_at(t, "conversions", row), number_at(t, "conversions", row + 22));
        ck_assert_double_eq(number_at(t, "value", row + 11), number_at(t, "value", row + 33));
        ck_assert_double_eq(number_at(t, "value_error", row + 11),
                            number_at(t, "value_error", row + 33));
    }
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
    free(paths);
}
END_TEST

/* attribution_markov.csv: exact removal effects by an independent program. */
START_TEST(markov_effects_are_those_of_the_conformance_cases)
{
    case_paths *paths = read_case_paths();
    leadkpi_attribution *a = attribution_with("");
    OK(add_paths(a, paths->rows, paths->count, NULL, ok_error));
    leadkpi_table *t =
        report(leadkpi_attribution_credits, a, "models=markov:1,markov:2,markov:3; errors=false");
    FILE *stream = open_case("attribution_markov.csv");
    char line[256], channel[64], model[16];
    int checked = 0, order, nulls;
    double effect, value_effect, conversions, value;
    ck_assert_ptr_nonnull(fgets(line, sizeof line, stream));
    while (fgets(line, sizeof line, stream)) {
        ck_assert_int_eq(sscanf(line, "%d,%d,%63[^,],%lf,%lf,%lf,%lf", &order, &nulls, channel,
                                &effect, &value_effect, &conversions, &value),
                         7);
        if (!nulls) continue;
        snprintf(model, sizeof model, "markov:%d", order);
        size_t row = row_of(t, model, channel);
        ck_assert_double_eq_tol(number_at(t, "removal_effect", row), effect, 1e-11);
        ck_assert_double_eq_tol(number_at(t, "value_removal_effect", row), value_effect, 1e-11);
        ck_assert_double_eq_tol(number_at(t, "conversions", row), conversions, 1e-8);
        ck_assert_double_eq_tol(number_at(t, "value", row), value, 1e-5);
        checked++;
    }
    ck_assert_int_eq(checked, 27);
    fclose(stream);
    leadkpi_table_free(t);
    t = report(leadkpi_attribution_credits, a, "models=shapley:sum,linear_unique,markov:200,participation");
    for (size_t row = 0; row < 9; row++) {
        double linear = number_at(t, "conversions", row + 11);
        ck_assert_double_eq_tol(number_at(t, "conversions", row), linear, 1e-9 * linear);
    }
    double total = 0, part = 0; /* a window as long as the longest path: shares of participation */
    for (size_t row = 33; row < 42; row++) total += number_at(t, "conversions", row);
    part = number_at(t, "conversions", 33) / total;
    ck_assert_double_eq_tol(number_at(t, "conversion_share", 22), part, 1e-12);
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
    free(paths);
}
END_TEST

START_TEST(rows_of_zeros_change_nothing_and_split_rows_are_one)
{
    static const path_row whole[] = {{"A > B", 3, 6, 2}, {"B", 0.5, 1.7, 0}};
    static const path_row parts[] = {{"A>B", 1, 2, 0}, {"Z", 0, 0, 0}, {" B ", 0.25, 0.85, 0},
                                     {"A > B", 2, 4, 2}, {"B", 0.25, 0.85, 0}};
    leadkpi_attribution *a = attribution_with(""), *b = attribution_with("");
    OK(add_paths(a, whole, 2, NULL, ok_error));
    OK(add_paths(b, parts, 5, NULL, ok_error));
    same_state(a, b);
    leadkpi_attribution_free(a);
    leadkpi_attribution_free(b);
}
END_TEST

START_TEST(the_jackknife_says_how_sure_credit_is)
{
    leadkpi_attribution *a = attribution_with("groups=4");
    path_row rows[40];
    char texts[40][16];
    for (int i = 0; i < 40; i++) {
        snprintf(texts[i], sizeof texts[i], "c%d > x", i);
        rows[i] = (path_row){texts[i], 1 + i % 3, 0, 0};
    }
    OK(add_paths(a, rows, 40, NULL, ok_error));
    leadkpi_table *t = report(leadkpi_attribution_credits, a, "models=last; level=0.9");
    size_t row = row_of(t, "last", "x");
    double error = number_at(t, "conversions_error", row);
    ck_assert(error > 0 && error < 40);
    /* Student's 0.95 quantile with 3 degrees of freedom: 2.353363 */
    ck_assert_double_eq_tol(number_at(t, "conversions_high", row) - number_at(t, "conversions", row),
                            2.353363 * error, 1e-5 * error);
    leadkpi_table_free(t);
    leadkpi_attribution *one = attribution_with("");
    OK(add_paths(one, rows, 1, NULL, ok_error));
    t = report(leadkpi_attribution_credits, one, "models=last");
    ck_assert(isnan(number_at(t, "conversions_error", 0)));
    ck_assert(text_is(t, "flags", 0, "few_data"));
    leadkpi_table_free(t);
    leadkpi_attribution_free(one);
    leadkpi_attribution_free(a);
}
END_TEST

START_TEST(fractions_of_conversions_are_not_cut_off)
{
    static const path_row rows[] = {{"A > B", 0.5, 0, 0}, {"B > C > A", 1.7, 0, 0}};
    leadkpi_attribution *a = attribution_with("");
    OK(add_paths(a, rows, 2, NULL, ok_error));
    credit_is(a, "models=first", "first", "A", 0.5);
    credit_is(a, "models=first", "first", "B", 1.7);
    leadkpi_attribution_free(a);
}
END_TEST

static void refused(const char *schema, const char *text, leadkpi_status expected)
{
    leadkpi_options *options = options_of(schema, text);
    leadkpi_attribution *a = NULL;
    leadkpi_table *t = NULL;
    leadkpi_error error;
    leadkpi_status status;
    if (strcmp(schema, "attribution") == 0) {
        status = leadkpi_attribution_create(NULL, options, &a, &error);
    } else {
        a = world("", tree, COUNT(tree), tree_won, COUNT(tree_won));
        status = leadkpi_attribution_credits(a, options, &t, &error);
    }
    ck_assert_msg(status == expected, "%s: found %s: %s", text, leadkpi_status_name(status),
                  error.message);
    ck_assert_ptr_null(t);
    leadkpi_attribution_free(a);
    leadkpi_options_free(options);
}

START_TEST(options_that_cannot_be_are_refused)
{
    refused("attribution", "groups=3", LEADKPI_BAD_ARGUMENT);
    refused("attribution", "nulls=inactivity", LEADKPI_CONTRADICTION);
    refused("attribution", "inactivity=3d", LEADKPI_CONTRADICTION);
    refused("attribution", "dimensions=a,a", LEADKPI_CONTRADICTION);
    refused("attribution", "transforms=squash", LEADKPI_BAD_ARGUMENT);
    refused("attribution", "transforms=carry:direct", LEADKPI_BAD_ARGUMENT);
    refused("attribution", "lookback_by_type=won", LEADKPI_BAD_ARGUMENT);
    refused("attribution", "channel_rules=oops", LEADKPI_BAD_ARGUMENT);
    refused("attribution", "channel_rules=X := colour=red", LEADKPI_BAD_ARGUMENT);
    refused("attribution_report", "models=frist", LEADKPI_UNKNOWN_NAME);
    refused("attribution_report", "models=first:x", LEADKPI_BAD_ARGUMENT);
    refused("attribution_report", "models=custom", LEADKPI_BAD_ARGUMENT);
    refused("attribution_report", "models=custom:1/2", LEADKPI_BAD_ARGUMENT);
    refused("attribution_report", "models=custom:0/0/0", LEADKPI_BAD_ARGUMENT);
    refused("attribution_report", "models=time_decay:0s", LEADKPI_BAD_ARGUMENT);
    refused("attribution_report", "models=markov:0", LEADKPI_BAD_ARGUMENT);
    refused("attribution_report", "models=milestones:lead", LEADKPI_BAD_ARGUMENT);
    refused("attribution_report", "models=first,first", LEADKPI_CONTRADICTION);
    refused("attribution_report", "by=colour", LEADKPI_UNKNOWN_NAME);
    refused("attribution_report", "by=channel,channel", LEADKPI_CONTRADICTION);
    refused("attribution_report", "types=convresion", LEADKPI_UNKNOWN_NAME);
    refused("attribution_report", "from=2025-01-02; to=2025-01-01", LEADKPI_CONTRADICTION);
}
END_TEST

START_TEST(a_definition_is_said_as_a_sentence)
{
    char text[1024];
    size_t needed;
    leadkpi_attribution *a =
        attribution_with("lookback=30d; touches_max=9; repeat=cycle; transforms=collapse; "
                         "nulls=inactivity; inactivity=14d");
    OK(leadkpi_attribution_describe(a, text, sizeof text, &needed, ok_error));
    ck_assert_uint_eq(needed, strlen(text) + 1);
    ck_assert_str_eq(text,
                     "A conversion of a lead takes its touches (by channel, campaign, ad) up to its "
                     "time and less than 30d before it, the latest 9 of them; the next one of its "
                     "type takes only those after it; paths are then changed by collapse. Journeys "
                     "without a conversion are those handed in and each run of touches that no "
                     "conversion follows within 14d.");
    ck_assert_int_eq(leadkpi_attribution_describe(a, text, 3, &needed, NULL), LEADKPI_BUFFER_TOO_SMALL);
    leadkpi_attribution_free(a);
}
END_TEST

static Suite *suite_of_journeys(void)
{
    Suite *suite = suite_create("attribution journeys");
    TCase *tc = tcase_create("journeys");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, tables_without_rows_add_nothing);
    tcase_add_test(tc, a_touch_after_the_conversion_is_never_credited);
    tcase_add_test(tc, a_lookback_is_half_open_and_may_hang_on_the_type);
    tcase_add_test(tc, the_latest_touches_are_kept_and_the_others_counted);
    tcase_add_test(tc, a_next_conversion_reuses_closes_or_waits_for_a_newer_touch);
    tcase_add_test(tc, ties_go_by_sequence_and_then_by_content);
    tcase_add_test(tc, paths_are_transformed_step_by_step);
    tcase_add_test(tc, nulls_are_explicit_or_found);
    tcase_add_test(tc, each_run_of_touches_is_a_null_unless_a_conversion_follows_it);
    tcase_add_test(tc, types_that_are_asked_for_count_and_others_are_refused_with_the_nearest);
    tcase_add_test(tc, milestones_are_those_up_to_the_conversion);
    tcase_add_test(tc, what_no_touch_can_claim_is_unattributed_and_all_adds_up);
    tcase_add_test(tc, blanks_are_named_and_separators_are_what_one_says);
    tcase_add_test(tc, children_add_up_to_their_parents_exactly);
    tcase_add_test(tc, credit_by_touch_is_the_same_credit);
    tcase_add_test(tc, models_stand_side_by_side);
    tcase_add_test(tc, costs_are_joined_and_unknown_is_not_zero);
    tcase_add_test(tc, channels_come_from_utm_fields_by_rules);
    tcase_add_test(tc, transforms_and_models_know_a_channel_by_its_folded_name);
    tcase_add_test(tc, a_channel_called_blank_is_not_what_has_no_name);
    tcase_add_test(tc, channels_of_many_rows_are_those_of_each_row);
    tcase_add_test(tc, paths_by_ids_are_paths_by_text);
    tcase_add_test(tc, money_is_of_one_currency);
    tcase_add_test(tc, people_of_an_account_share_a_journey);
    tcase_add_test(tc, cells_and_kernel_agree_to_the_bit);
    tcase_add_test(tc, markov_effects_are_those_of_the_conformance_cases);
    tcase_add_test(tc, rows_of_zeros_change_nothing_and_split_rows_are_one);
    tcase_add_test(tc, the_jackknife_says_how_sure_credit_is);
    tcase_add_test(tc, fractions_of_conversions_are_not_cut_off);
    tcase_add_test(tc, options_that_cannot_be_are_refused);
    tcase_add_test(tc, a_definition_is_said_as_a_sentence);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_journeys());
}
