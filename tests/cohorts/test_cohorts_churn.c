/* Churn and value: worked examples, and movements that add up whatever the rows. */
#include <leadkpi/campaigns.h>
#include <math.h>

#include "../support/check_main.h"
#include "world.h"

static leadkpi_table *churn(const leadkpi_cohorts *cohorts, const char *options)
{
    return report_of(cohorts, leadkpi_cohorts_churn, "cohorts_churn", options);
}

/* Days of 1970: January 0 to 30, February 31 to 58, March 59 to 89. */
static const row subscriptions[] = {
    {ACQUIRED, 1, 0, 0, "ads", NULL},         {ACQUIRED, 2, 0, 0, "ads", NULL},
    {ACQUIRED, 3, 0, 0, "web", NULL},         {MRR, 1, 5 * DAY, 10000, NULL, NULL},
    {MRR, 2, 10 * DAY, 5000, NULL, NULL},     {MRR, 3, 20 * DAY, 2000, NULL, NULL},
    {MRR, 1, 40 * DAY, 15000, NULL, NULL},    {MRR, 2, 45 * DAY, 0, NULL, NULL},
    {MRR, 3, 50 * DAY, 500, NULL, NULL},      {MRR, 3, 50 * DAY, 1000, NULL, NULL}, /* the highest */
    {MRR, 2, 70 * DAY, 3000, NULL, NULL},     {MRR, 4, 59 * DAY, 700, NULL, NULL}, /* at its instant */
    {MRR, 1, 75 * DAY, 0, NULL, NULL},        {MRR, 1, 76 * DAY, 15000, NULL, NULL}, /* undone */
};

START_TEST(movements_are_those_of_a_hand_count)
{
    leadkpi_cohorts *cohorts = cohorts_with("");
    add_rows(cohorts, subscriptions, sizeof subscriptions / sizeof subscriptions[0], 0);
    leadkpi_table *t = churn(cohorts, "as_of=1970-03-31T23:59:59.999999Z");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 3);
    text_is(t, "period", 0, "1970-01");
    near(number_at(t, "new_mrr", 0), 170, 0, "January");
    ck_assert_int_eq(whole_at(t, "new_customers", 0), 3);
    ck_assert(is_null_at(t, "logo_churn", 0));
    near(number_at(t, "opening_mrr", 1), 170, 0, "opening");
    near(number_at(t, "expansion_mrr", 1), 50, 0, "expansion");
    near(number_at(t, "contraction_mrr", 1), 10, 0, "contraction");
    near(number_at(t, "churned_mrr", 1), 50, 0, "churned");
    near(number_at(t, "closing_mrr", 1), 160, 0, "closing");
    near(number_at(t, "logo_churn", 1), 1.0 / 3, 1e-15, "logo churn");
    near(number_at(t, "logo_churn_midpoint", 1), 1 / 2.5, 1e-15, "midpoint");
    near(number_at(t, "annual_logo_churn", 1), 1 - pow(2.0 / 3, 365.2425 / 28), 1e-12, "compounded");
    near(number_at(t, "grr", 1), 110.0 / 170, 1e-15, "each capped");
    near(number_at(t, "nrr", 1), 160.0 / 170, 1e-15, "net");
    /* March: a new one at its first instant, one that came back, one that left for a day. */
    ck_assert_int_eq(whole_at(t, "new_customers", 2), 1);
    near(number_at(t, "reactivation_mrr", 2), 30, 0, "reactivation");
    ck_assert_int_eq(whole_at(t, "churned_customers", 2), 0);
    ck_assert_int_eq(whole_at(t, "churn_events", 2), 1);
    near(number_at(t, "exposure_months", 2), (31 - 1 + 31 + 20 + 31) / (365.2425 / 12), 1e-13, "exposure");
    /* R 4.2.2: poisson.test(1, (31 - 1 + 31 + 20 + 31) / (365.2425 / 12))$conf.int */
    near(number_at(t, "churn_per_month_low", 2), 0.025317807984289897 / (112 / (365.2425 / 12)), 1e-12, "Garwood, low");
    near(number_at(t, "churn_per_month_high", 2), 5.5716433909388085 / (112 / (365.2425 / 12)), 1e-12, "Garwood, high");
    near(number_at(t, "nrr_with_reactivation", 2), 190.0 / 160, 1e-15, "with those who came back");
    text_is(t, "status", 2, "complete");
    leadkpi_table_free(t);
    t = churn(cohorts, "as_of=1970-03-31; by=channel; from=1970-03-15");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 4); /* null, ads, web, total */
    text_is(t, "channel", 0, NULL), text_is(t, "channel", 1, "ads");
    text_is(t, "row", 3, "total"), text_is(t, "period", 3, "1970-03");
    near(number_at(t, "closing_mrr", 3), 197, 0, "total");
    text_is(t, "status", 0, "incomplete");
    leadkpi_table_free(t);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* R 4.2.2 poisson.test(4, 40)$conf.int and so on are in the tests of stats; here the identities. */
START_TEST(movements_add_up_whatever_the_rows)
{
    static world w;
    draw_world(&w, 40 + (uint64_t)_i, 900, 50, 300);
    leadkpi_cohorts *cohorts = filled(&w, "");
    static const char options[] = "as_of=1970-10-20; grain=week; by=channel";
    leadkpi_table *t = churn(cohorts, options);
    size_t rows = leadkpi_table_row_count(t);
    ck_assert_uint_gt(rows, 100);
    for (size_t i = 0; i < rows; i++) {
        double open = number_at(t, "opening_mrr", i), gone = number_at(t, "churned_mrr", i),
               less = number_at(t, "contraction_mrr", i), more = number_at(t, "expansion_mrr", i),
               fresh = number_at(t, "new_mrr", i), back = number_at(t, "reactivation_mrr", i);
        near(open + fresh + more + back - less - gone, number_at(t, "closing_mrr", i), 1e-12, "money");
        ck_assert_int_eq(whole_at(t, "opening_customers", i) + whole_at(t, "new_customers", i) +
                             whole_at(t, "reactivated_customers", i) - whole_at(t, "churned_customers", i),
                         whole_at(t, "closing_customers", i));
        if (open > 0) {
            ck_assert(number_at(t, "grr", i) <= 1 && number_at(t, "grr", i) <= number_at(t, "nrr", i));
            if (!is_null_at(t, "grr_low", i))
                ck_assert(number_at(t, "grr_low", i) <= number_at(t, "grr", i) &&
                          number_at(t, "grr", i) <= number_at(t, "grr_high", i));
        }
        if (i > 0 && text_matches(t, "row", i, "total") && text_matches(t, "row", i - 1, "total"))
            near(number_at(t, "closing_mrr", i - 1), open, 0, "closing is the next opening");
    }
    shuffle_world(&w, 2);
    leadkpi_cohorts *other = filled(&w, "");
    leadkpi_table *u = churn(other, options);
    for (size_t i = 0; i < rows; i++)
        for (int32_t c = column_of(t, "opening_mrr"); c < column_of(t, "status"); c++) {
            double a, b;
            OK(leadkpi_table_get_double(t, c, i, &a, ok_error));
            OK(leadkpi_table_get_double(u, c, i, &b, ok_error));
            ck_assert(memcmp(&a, &b, sizeof a) == 0);
        }
    leadkpi_table_free(t), leadkpi_table_free(u);
    leadkpi_cohorts_free(cohorts), leadkpi_cohorts_free(other);
}
END_TEST

/* ---- value ---------------------------------------------------------------------------- */

static leadkpi_table *value(const leadkpi_cohorts *cohorts, const leadkpi_table *spend, const char *text)
{
    leadkpi_table *t;
    leadkpi_options *o = options_of("cohorts_value", text);
    OK(leadkpi_cohorts_value(cohorts, spend, o, &t, ok_error));
    leadkpi_options_free(o);
    return t;
}

static const row payments[] = {
    {ACQUIRED, 1, 0, 0, "ads", NULL},       {ACQUIRED, 2, 0, 0, "ads", NULL},
    {ACQUIRED, 3, 0, 0, "web", NULL},       {ACQUIRED, 4, 300 * DAY, 0, "ads", NULL},
    {PAID, 1, 0, 10000, NULL, NULL},        {PAID, 1, 100 * DAY, 6000, NULL, NULL},
    {PAID, 2, 10 * DAY, 4000, NULL, NULL},  {PAID, 2, 20 * DAY, -1000, NULL, NULL},
    {PAID, 3, 364 * DAY, 5000, NULL, NULL}, {PAID, 3, 365 * DAY, 70000, NULL, NULL}, /* too late */
    {PAID, 4, 301 * DAY, 900000, NULL, NULL}, /* not yet a year old */
};

START_TEST(historical_value_counts_those_who_are_old_enough)
{
    static const double amounts[] = {100, 50, 8};
    static const char *const channels[] = {"ads", "web", "tv"};
    leadkpi_table *spend, *t;
    leadkpi_cohorts *cohorts = cohorts_with("");
    add_rows(cohorts, payments, sizeof payments / sizeof payments[0], 0);
    OK(leadkpi_table_create(NULL, &spend, ok_error));
    OK(leadkpi_table_borrow_double(spend, "amount", NUL, amounts, 3, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(spend, "channel", NUL, channels, 3, ok_error));
    t = value(cohorts, spend, "as_of=1971-02-01; by=channel; margin=0.5");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 3);
    ck_assert_int_eq(whole_at(t, "customers", 0), 3);
    ck_assert_int_eq(whole_at(t, "eligible", 0), 2);
    near(number_at(t, "historical_value", 0), (80 + 15) / 2.0, 1e-14, "half of 160 and of 30");
    /* mean 47.5, s = 45.96194, t(1, .975) = 12.7062047: half width 412.951654 */
    near(number_at(t, "historical_value_low", 0), 47.5 - 12.706204736174698 * 32.5, 1e-12, "Student");
    near(number_at(t, "to_date_value", 0), (80 + 15 + 4500) / 3.0, 1e-14, "the young one too");
    near(number_at(t, "cac", 0), 100.0 / 3, 1e-14, "cac");
    near(number_at(t, "value_to_cac", 0), 47.5 / (100.0 / 3), 1e-14, "ratio");
    text_is(t, "status", 0, "immature"), text_is(t, "status", 1, "complete");
    near(number_at(t, "payback_months", 0), 1, 0, "33.33 at the end of the first month");
    near(number_at(t, "historical_value", 1), 25, 1e-14, "before its 365th day is over");
    near(number_at(t, "spend", 2), 158, 1e-14, "all spend");
    near(number_at(t, "unmatched_spend", 2), 8, 1e-14, "nobody came from tv");
    ck_assert(is_null_at(t, "arpa", 2));
    leadkpi_table_free(t);
    leadkpi_table_free(spend);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* 100 customer months at 10 a month with 4 gone: churn 0.04. */
static leadkpi_cohorts *four_of_a_hundred(void)
{
    static row rows[300];
    const int64_t month = INT64_C(2629746000000); /* 365.2425 / 12 days */
    size_t count = 0;
    for (int64_t id = 0; id < 4; id++) {
        rows[count++] = (row){ACQUIRED, id, 0, 0, "ads", NULL};
        rows[count++] = (row){MRR, id, 0, 1000, NULL, NULL};
        rows[count++] = (row){MRR, id, 25 * month, 0, NULL, NULL};
    }
    leadkpi_cohorts *cohorts = cohorts_with("");
    add_rows(cohorts, rows, count, 0);
    return cohorts;
}

START_TEST(value_from_churn_follows_its_formulas)
{
    leadkpi_cohorts *cohorts = four_of_a_hundred();
    leadkpi_table *t = value(cohorts, NULL, "as_of=1975-01-01; margin=0.8; discount=0.1; months=24");
    double c = 0.04, m = 8, q = exp(-c) / pow(1.1, 1.0 / 12);
    near(number_at(t, "churn_per_month", 0), c, 1e-14, "churn");
    near(number_at(t, "simple_value", 0), 250, 1e-12, "arpa / churn");
    near(number_at(t, "margin_value", 0), 200, 1e-12, "with margin");
    near(number_at(t, "discounted_value", 0), m / (1 - q), 1e-12, "m (1 + d) / (1 + d - r)");
    near(number_at(t, "finite_value", 0), m * (1 - pow(q, 24)) / (1 - q), 1e-12, "24 months");
    near(number_at(t, "capped_value", 0), m * 24, 1e-12, "the cap is shorter than 25 months");
    /* Garwood, 4 events: 1.089865 to 10.241589 (R poisson.test(4)) */
    near(number_at(t, "margin_value_low", 0), m * 100 / 10.24158868, 1e-8, "low");
    near(number_at(t, "margin_value_high", 0), m * 100 / 1.08986537, 1e-8, "high");
    leadkpi_table_free(t);
    t = value(cohorts, NULL, "as_of=1975-01-01; timing=end; discount=0.1; money=mrr; age=2629746s");
    near(number_at(t, "discounted_value", 0), 10 * q / (1 - q), 1e-12, "m r / (1 + d - r)");
    near(number_at(t, "historical_value", 0), 10, 1e-12, "a month of mrr");
    leadkpi_table_free(t);
    t = value(cohorts, NULL, "as_of=1970-06-01");
    ck_assert(is_null_at(t, "simple_value", 0)); /* nobody has left */
    ck_assert(isinf(number_at(t, "margin_value_high", 0)));
    ck_assert(number_at(t, "margin_value_low", 0) > 0);
    leadkpi_table_free(t);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* As doubles 2^53 + 1 + 1 is 2^53, and 1 + 1 + 2^53 is 2^53 + 2. */
START_TEST(spend_is_one_sum_in_any_order_of_its_rows)
{
    static const double amounts[2][3] = {{0x1p53, 1, 1}, {1, 1, 0x1p53}};
    leadkpi_cohorts *cohorts = cohorts_with("");
    add_rows(cohorts, payments, sizeof payments / sizeof payments[0], 0);
    for (int i = 0; i < 2; i++) {
        leadkpi_table *spend, *t;
        OK(leadkpi_table_create(NULL, &spend, ok_error));
        OK(leadkpi_table_borrow_double(spend, "amount", NUL, amounts[i], 3, 0, NULL, ok_error));
        t = value(cohorts, spend, "as_of=1971-02-01");
        ck_assert_double_eq(number_at(t, "spend", 0), 0x1p53 + 2);
        leadkpi_table_free(t);
        leadkpi_table_free(spend);
    }
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* As leadkpi_campaigns_add_costs takes it: types, credits, costs of no channel, costs of tomorrow. */
START_TEST(the_costs_of_campaigns_are_spend_as_they_are)
{
    static const int64_t times[] = {0, 0, 30 * DAY, 40 * DAY, 900 * DAY};
    static const double amounts[] = {100, 30, -20, 55, 7000};
    static const char *const channels[] = {"ads", "web", "ads", NULL, "ads"};
    static const char *const types[] = {"media", "agency", "media", "salaries", "media"};
    leadkpi_table *costs, *t;
    leadkpi_campaigns *campaigns;
    leadkpi_cohorts *cohorts = cohorts_with("");
    add_rows(cohorts, payments, sizeof payments / sizeof payments[0], 0);
    OK(leadkpi_table_create(NULL, &costs, ok_error));
    OK(leadkpi_table_borrow_timestamp(costs, "time", NUL, times, 5, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(costs, "amount", NUL, amounts, 5, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(costs, "channel", NUL, channels, 5, ok_error));
    OK(leadkpi_table_copy_strings(costs, "cost_type", NUL, types, 5, ok_error));
    OK(leadkpi_campaigns_create(NULL, NULL, &campaigns, ok_error));
    OK(leadkpi_campaigns_add_costs(campaigns, costs, NULL, 0, ok_error));
    t = value(cohorts, costs, "as_of=1971-02-01; by=channel");
    near(number_at(t, "spend", 0), 80, 0, "less the credit");
    near(number_at(t, "spend", 1), 30, 0, "web");
    near(number_at(t, "spend", 2), 165, 0, "all of it by now");
    near(number_at(t, "unmatched_spend", 2), 55, 0, "salaries");
    near(number_at(t, "cac", 2), 165 / 4.0, 1e-15, "fully loaded");
    leadkpi_table_free(t), leadkpi_table_free(costs);
    leadkpi_campaigns_free(campaigns);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* Paid since 20 days before it was acquired, until 10 days after: 10 days of money, and one leaves. */
START_TEST(a_subscription_from_before_the_acquisition_counts_from_age_0)
{
    static const row rows[] = {
        {MRR, 1, 0, 3000, NULL, NULL},
        {ACQUIRED, 1, 20 * DAY, 0, "ads", NULL},
        {MRR, 1, 30 * DAY, 0, NULL, NULL},
    };
    leadkpi_cohorts *cohorts = cohorts_with("");
    add_rows(cohorts, rows, 3, 0);
    leadkpi_table *t = value(cohorts, NULL, "as_of=1970-03-31; money=mrr");
    const double months = 10 / (365.2425 / 12);
    near(number_at(t, "to_date_value", 0), 30 * months, 1e-14, "10 days");
    near(number_at(t, "churn_per_month", 0), 1 / months, 1e-14, "one left");
    leadkpi_table_free(t);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* Both leave in February; nobody pays in March, nor before the year 1970. */
START_TEST(months_of_all_and_of_nobody_have_their_rates)
{
    static const row rows[] = {
        {MRR, 1, 5 * DAY, 1000, NULL, NULL}, {MRR, 2, 5 * DAY, 500, NULL, NULL}, {MRR, 2, 5 * DAY, 300, NULL, NULL},
        {MRR, 1, 40 * DAY, 0, NULL, NULL},   {MRR, 2, 41 * DAY, 0, NULL, NULL},
    };
    leadkpi_cohorts *cohorts = cohorts_with("");
    leadkpi_error error;
    leadkpi_table *t = churn(cohorts, "as_of=1970-03-31");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 1); /* of an empty handle the period of as_of */
    leadkpi_table_free(t);
    add_rows(cohorts, rows, sizeof rows / sizeof rows[0], 0);
    t = churn(cohorts, "as_of=1970-04-30");
    near(number_at(t, "opening_mrr", 1), 15, 0, "of two at one instant the higher");
    near(number_at(t, "logo_churn", 1), 1, 0, "all"), near(number_at(t, "annual_logo_churn", 1), 1, 0, "in a year too");
    near(number_at(t, "grr", 1), 0, 0, "nothing is left");
    ck_assert(is_null_at(t, "annual_logo_churn", 2) && is_null_at(t, "churn_per_month", 2));
    ck_assert(is_null_at(t, "churn_per_month_low", 2) && is_null_at(t, "churn_per_month_high", 2));
    leadkpi_table_free(t);
    leadkpi_options *options = options_of("cohorts_churn", "as_of=1970-04-30; from=1970-05-01");
    ck_assert_int_eq(leadkpi_cohorts_churn(cohorts, options, &t, &error), LEADKPI_CONTRADICTION);
    OK(leadkpi_options_parse(options, "from=0001-01-02; grain=hour", NUL, ok_error));
    ck_assert_int_eq(leadkpi_cohorts_churn(cohorts, options, &t, &error), LEADKPI_OVERFLOW);
    ck_assert(t == NULL && strstr(error.message, "100000 periods") != NULL);
    leadkpi_options_free(options);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* The payback holds some 3 KB a segment: of too many it is refused before they are, and nothing changes. */
START_TEST(more_segments_with_spend_than_there_may_be_are_refused)
{
    enum { SEGMENTS = 65537 };
    static int64_t ids[SEGMENTS], times[SEGMENTS];
    static char names[SEGMENTS][8];
    static const char *channels[SEGMENTS];
    static const double amounts[] = {100};
    leadkpi_cohorts *cohorts = cohorts_with("");
    leadkpi_table *people, *spend, *t;
    leadkpi_error error;
    for (size_t i = 0; i < SEGMENTS; i++) {
        ids[i] = (int64_t)i;
        snprintf(names[i], sizeof names[i], "%06u", (unsigned)i);
        channels[i] = names[i];
    }
    OK(leadkpi_table_create(NULL, &people, ok_error));
    OK(leadkpi_table_borrow_int64(people, "id", NUL, ids, SEGMENTS, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(people, "time", NUL, times, SEGMENTS, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(people, "channel", NUL, channels, SEGMENTS, ok_error));
    OK(leadkpi_cohorts_add_acquisitions(cohorts, people, NULL, 0, ok_error));
    OK(leadkpi_table_create(NULL, &spend, ok_error));
    OK(leadkpi_table_borrow_double(spend, "amount", NUL, amounts, 1, 0, NULL, ok_error));
    blob before = state_of(cohorts);
    leadkpi_options *options = options_of("cohorts_value", "as_of=1970-02-01; by=channel");
    ck_assert_int_eq(leadkpi_cohorts_value(cohorts, spend, options, &t, &error), LEADKPI_OVERFLOW);
    ck_assert(t == NULL);
    ck_assert_str_eq(error.message, "by: expected at most 65536 segments with spend, found 65537; take fewer dimensions, "
                                    "or leave out the spend");
    same_state(cohorts, before, "after the refusal");
    OK(leadkpi_cohorts_value(cohorts, NULL, options, &t, ok_error));
    ck_assert_uint_eq(leadkpi_table_row_count(t), SEGMENTS + 1);
    free(before.bytes);
    leadkpi_table_free(t), leadkpi_table_free(spend), leadkpi_table_free(people);
    leadkpi_options_free(options);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

static Suite *suite_of_churn(void)
{
    Suite *suite = suite_create("cohorts churn");
    TCase *tc = tcase_create("churn");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, movements_are_those_of_a_hand_count);
    tcase_add_loop_test(tc, movements_add_up_whatever_the_rows, 0, 3);
    tcase_add_test(tc, historical_value_counts_those_who_are_old_enough);
    tcase_add_test(tc, value_from_churn_follows_its_formulas);
    tcase_add_test(tc, spend_is_one_sum_in_any_order_of_its_rows);
    tcase_add_test(tc, the_costs_of_campaigns_are_spend_as_they_are);
    tcase_add_test(tc, a_subscription_from_before_the_acquisition_counts_from_age_0);
    tcase_add_test(tc, more_segments_with_spend_than_there_may_be_are_refused);
    tcase_add_test(tc, months_of_all_and_of_nobody_have_their_rates);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_churn());
}
