/* What it takes to reach a target: golden values from R 4.2.2 by the calls beside them. */
#include <math.h>

#include <leadkpi.h>

#include "../support/check_main.h"
#include "../support/fault.h"

#define NUL LEADKPI_NUL_TERMINATED

/* qnbinom(probability, target, rate) + target */
START_TEST(leads_for_a_target_are_those_of_the_binomial)
{
    static const struct {
        double target, rate, probability, leads;
    } golden[] = {{10, .05, .8, 249}, {1, .3, .5, 2}, {1000, .02, .95, 52602}, {20, .2, .9, 126},
                  {9.5, .05, .8, 249}, {7, 1, .99, 7}, {0, .3, .5, 0}, {0, 0, .5, 0}};
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        double average, leads;
        ck_assert_int_eq(leadkpi_kpi_plan_leads(golden[i].target, golden[i].rate,
                                                golden[i].probability, &average, &leads, NULL),
                         LEADKPI_OK);
        ck_assert_double_eq(leads, golden[i].leads);
        if (golden[i].rate > 0)
            ck_assert_double_eq_tol(average, ceil(golden[i].target) / golden[i].rate, 1e-9);
    }
}
END_TEST

/* One lead fewer would not do: the sum of the binomial terms, one by one. */
START_TEST(one_lead_fewer_does_not_suffice)
{
    for (int target = 1; target < 12; target++)
        for (double rate = 0.05; rate < 1; rate += 0.13) {
            double average, leads, chance[2] = {1, 1};
            ck_assert_int_eq(leadkpi_kpi_plan_leads(target, rate, 0.8, &average, &leads, NULL),
                             LEADKPI_OK);
            for (int fewer = 0; fewer < 2; fewer++)
                for (int k = 0; k < target; k++) {
                    double n = leads - fewer;
                    if (k > n) continue;
                    chance[fewer] -= exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) +
                                         k * log(rate) + (n - k) * log1p(-rate));
                }
            ck_assert_msg(chance[0] >= 0.8 && chance[1] < 0.8, "%d at %g: %g leads", target, rate,
                          leads);
        }
}
END_TEST

/* qgamma(.8, 50) * 20; qgamma(.9, 1) * 8000 */
START_TEST(spend_for_a_target_is_that_of_the_gamma_quantile)
{
    double average, spend;
    ck_assert_int_eq(leadkpi_kpi_plan_spend(50, 20, .8, &average, &spend, NULL), LEADKPI_OK);
    ck_assert_double_eq(average, 1000);
    ck_assert_double_eq_tol(spend, 1116.667131582903, 1e-9);
    ck_assert_int_eq(leadkpi_kpi_plan_spend(1, 8000, .9, &average, &spend, NULL), LEADKPI_OK);
    ck_assert_double_eq_tol(spend, 18420.680743952365, 1e-8);
    ck_assert_int_eq(leadkpi_kpi_plan_spend(1e15, 1e300, .9, &average, &spend, NULL),
                     LEADKPI_OVERFLOW);
    ck_assert_double_nan(spend);
}
END_TEST

/* 20 deals of 50,000 at 20 %: 126 deals, 6.3 times the quota rather than 5. */
START_TEST(coverage_at_a_probability_is_more_than_the_average)
{
    double average, coverage;
    ck_assert_int_eq(leadkpi_kpi_plan_coverage(1e6, 50000, .2, .9, &average, &coverage, NULL),
                     LEADKPI_OK);
    ck_assert_double_eq(average, 5);
    ck_assert_double_eq_tol(coverage, 6.3, 1e-14);
    ck_assert_int_eq(leadkpi_kpi_plan_coverage(1.1, .1, 1, .9, &average, &coverage, NULL),
                     LEADKPI_OK);
    ck_assert_double_eq_tol(coverage, 1, 1e-14);
    ck_assert_int_eq(leadkpi_kpi_plan_coverage(0, 1, .2, .9, &average, &coverage, NULL),
                     LEADKPI_UNDEFINED);
    ck_assert_int_eq(leadkpi_kpi_plan_coverage(1e300, 1, .2, .9, &average, &coverage, NULL),
                     LEADKPI_OVERFLOW);
}
END_TEST

/* 1 - pnbinom(100 - 45 - 1, 45.5, .5) */
START_TEST(a_pace_says_how_probable_the_target_is)
{
    double projected, needed, probability;
    ck_assert_int_eq(leadkpi_kpi_plan_pace(100, 45, .5, &projected, &needed, &probability, NULL),
                     LEADKPI_OK);
    ck_assert_double_eq(projected, 90);
    ck_assert_double_eq(needed, 110);
    ck_assert_double_eq_tol(probability, 0.17047268843391428, 1e-12);
    leadkpi_kpi_plan_pace(100, 60, .5, &projected, &needed, &probability, NULL);
    ck_assert_double_eq_tol(probability, 0.98033716156618167, 1e-12);
    leadkpi_kpi_plan_pace(100, 100, .5, &projected, &needed, &probability, NULL);
    ck_assert(needed == 0 && probability == 1);
    leadkpi_kpi_plan_pace(100, 99, 1, &projected, &needed, &probability, NULL);
    ck_assert(isinf(needed) && probability == 0);
    ck_assert_int_eq(leadkpi_kpi_plan_pace(100, 9, 0, &projected, &needed, &probability, NULL),
                     LEADKPI_UNDEFINED);
    ck_assert_double_nan(probability);
}
END_TEST

START_TEST(plans_that_cannot_be_are_refused)
{
    double a, b, c;
    ck_assert_int_eq(leadkpi_kpi_plan_leads(5, 0, .8, &a, &b, NULL), LEADKPI_UNDEFINED);
    ck_assert_int_eq(leadkpi_kpi_plan_leads(5, 1e-300, .8, &a, &b, NULL), LEADKPI_OVERFLOW);
    ck_assert_int_eq(leadkpi_kpi_plan_leads(5, .1, 1, &a, &b, NULL), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_plan_leads(5, .1, NAN, &a, &b, NULL), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_plan_leads(-1, .1, .8, &a, &b, NULL), LEADKPI_BAD_DATA);
    ck_assert_int_eq(leadkpi_kpi_plan_leads(INFINITY, .1, .8, &a, &b, NULL), LEADKPI_BAD_DATA);
    ck_assert_int_eq(leadkpi_kpi_plan_leads(5, 1.1, .8, &a, &b, NULL), LEADKPI_BAD_DATA);
    ck_assert_int_eq(leadkpi_kpi_plan_leads(5, .1, .8, NULL, &b, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_double_nan(b);
    ck_assert_int_eq(leadkpi_kpi_plan_spend(5, NAN, .8, &a, &b, NULL), LEADKPI_BAD_DATA);
    ck_assert_int_eq(leadkpi_kpi_plan_pace(5, 1, .5, &a, &b, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_plan_pace(5, 1, 2, &a, &b, &c, NULL), LEADKPI_BAD_DATA);
    ck_assert_double_nan(c);
}
END_TEST

/* ---- scorecard ----------------------------------------------------------- */

#define DAY INT64_C(86400000000)
enum { GOALS = 6 };
static const char *const kpis[] = {"CPL", "lead volume", "mql_to_sql_rate", "closed_won_revenue",
                                   "sqls", "new_customers"};
static double values[] = {18, 45, .09, 500000, 41, 0}, targets[] = {20, 100, .1, 400000, 40, 30};
static int64_t starts[] = {0, 0, 0, 0, 0, 0};
static int64_t dues[] = {30 * DAY, 30 * DAY, 30 * DAY, 10 * DAY, 30 * DAY, 10 * DAY};

static leadkpi_table *goals(void)
{
    leadkpi_table *table;
    static const uint8_t all_but_last[] = {0x1f};
    leadkpi_table_create(NULL, &table, NULL);
    leadkpi_table_copy_strings(table, "kpi", NUL, kpis, GOALS, NULL);
    leadkpi_table_borrow_double(table, "value", NUL, values, GOALS, 0, all_but_last, NULL);
    leadkpi_table_borrow_double(table, "target", NUL, targets, GOALS, 0, NULL, NULL);
    leadkpi_table_borrow_timestamp(table, "start", NUL, starts, GOALS, 0, NULL, NULL);
    leadkpi_table_borrow_timestamp(table, "due", NUL, dues, GOALS, 0, NULL, NULL);
    return table;
}

static bool says(const leadkpi_table *table, const char *column, size_t row, const char *expected)
{
    int32_t index;
    const char *text;
    size_t length;
    ck_assert_int_eq(leadkpi_table_find_column(table, column, NUL, &index, NULL), LEADKPI_OK);
    leadkpi_table_get_text(table, index, row, &text, &length, NULL);
    return length == strlen(expected) && memcmp(text, expected, length) == 0;
}

static leadkpi_options *at_day_15(void)
{
    leadkpi_options *options;
    leadkpi_options_create(NULL, "kpi_scorecard", NUL, &options, NULL);
    ck_assert_int_eq(leadkpi_options_set_int64(options, "as_of", NUL, 15 * DAY, NULL), LEADKPI_OK);
    return options;
}

START_TEST(goals_stand_where_the_day_puts_them)
{
    leadkpi_table *table = goals(), *out;
    leadkpi_options *options = at_day_15();
    leadkpi_error error;
    double expected;
    ck_assert_msg(leadkpi_kpi_scorecard(NULL, table, options, &out, &error) == LEADKPI_OK, "%s",
                  error.message);
    ck_assert(says(out, "standing", 0, "reached"));   /* 18 is less than 20, and lower is better */
    ck_assert(says(out, "standing", 1, "behind"));    /* 45 of the 50 by the middle */
    ck_assert(says(out, "standing", 2, "behind"));    /* a rate does not wait for the end */
    ck_assert(says(out, "standing", 3, "reached"));   /* due and more than asked for */
    ck_assert(says(out, "standing", 4, "reached"));
    ck_assert(says(out, "standing", 5, "unknown"));
    ck_assert(says(out, "kpi", 0, "cost_per_lead") && says(out, "direction", 0, "lower"));
    ck_assert(!says(out, "guardrail", 0, ""));
    leadkpi_table_get_double(out, 2, 1, &expected, NULL);
    ck_assert_double_eq(expected, 50);
    leadkpi_table_get_double(out, 3, 0, &expected, NULL);
    ck_assert_double_eq_tol(expected, 20 / 18., 1e-15);
    leadkpi_table_free(out);
    values[1] = 50;
    values[3] = 399999;
    leadkpi_kpi_scorecard(NULL, table, options, &out, NULL);
    ck_assert(says(out, "standing", 1, "on course") && says(out, "standing", 3, "missed"));
    leadkpi_table_free(out);
    values[1] = 45;
    values[3] = 500000;
    leadkpi_kpi_scorecard(NULL, table, NULL, &out, NULL);
    ck_assert(says(out, "standing", 1, "behind")); /* without a day the whole target counts */
    leadkpi_table_free(out);
    leadkpi_table_free(table);
    leadkpi_options_free(options);
}
END_TEST

START_TEST(every_guardrail_finds_its_own_row)
{
    const char *const pair[] = {"CPL", leadkpi_kpi_property(6000, "guardrail", NUL)};
    double have[] = {18, 0.2}, want[] = {20, 0.5};
    leadkpi_table *table, *out;
    leadkpi_table_create(NULL, &table, NULL);
    leadkpi_table_copy_strings(table, "kpi", NUL, pair, 2, NULL);
    leadkpi_table_borrow_double(table, "value", NUL, have, 2, 0, NULL, NULL);
    leadkpi_table_borrow_double(table, "target", NUL, want, 2, 0, NULL, NULL);
    ck_assert_int_eq(leadkpi_kpi_scorecard(NULL, table, NULL, &out, NULL), LEADKPI_OK);
    int32_t standing;
    const char *text;
    size_t length;
    leadkpi_table_find_column(out, "standing", NUL, &standing, NULL);
    leadkpi_table_get_text(out, standing, 1, &text, &length, NULL);
    char own[32] = "";
    memcpy(own, text, length);
    ck_assert(says(out, "guardrail_standing", 0, own));
    ck_assert(says(out, "guardrail_standing", 1, "not given") ||
              says(out, "guardrail_standing", 1, "reached"));
    leadkpi_table_free(out);
    leadkpi_table_free(table);
}
END_TEST

START_TEST(goals_that_cannot_be_are_refused)
{
    leadkpi_table *table = goals(), *out;
    leadkpi_error error;
    dues[2] = 0;
    ck_assert_int_eq(leadkpi_kpi_scorecard(NULL, table, NULL, &out, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 2);
    dues[2] = 30 * DAY;
    targets[3] = INFINITY;
    ck_assert_int_eq(leadkpi_kpi_scorecard(NULL, table, NULL, &out, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 3);
    ck_assert_ptr_null(out);
    targets[3] = 400000;
    ck_assert_int_eq(leadkpi_kpi_scorecard(NULL, NULL, NULL, &out, NULL), LEADKPI_NULL_ARGUMENT);
    leadkpi_table_free(table);
    const char *const wrong[] = {"cost_per_led"};
    leadkpi_table_create(NULL, &table, NULL);
    leadkpi_table_copy_strings(table, "kpi", NUL, wrong, 1, NULL);
    leadkpi_table_borrow_double(table, "value", NUL, values, 1, 0, NULL, NULL);
    ck_assert_int_eq(leadkpi_kpi_scorecard(NULL, table, NULL, &out, &error), LEADKPI_UNKNOWN_NAME);
    leadkpi_table_borrow_double(table, "target", NUL, targets, 1, 0, NULL, NULL);
    ck_assert_int_eq(leadkpi_kpi_scorecard(NULL, table, NULL, &out, &error), LEADKPI_UNKNOWN_NAME);
    ck_assert_int_eq(error.row, 0);
    leadkpi_table_free(table);
}
END_TEST

typedef struct maker {
    leadkpi_table *goals, *out;
} maker;

static leadkpi_status act(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    maker *m = context;
    return leadkpi_kpi_scorecard(host, m->goals, NULL, &m->out, error);
}

static void teardown(void *context)
{
    maker *m = context;
    leadkpi_table_free(m->out);
    m->out = NULL;
}

START_TEST(a_scorecard_that_memory_does_not_suffice_for_leaves_nothing)
{
    maker m = {goals(), NULL};
    lk_fault_case fault_case = {"scorecard", NULL, act, NULL, teardown, &m};
    lk_fault_every_allocation(&fault_case);
    lk_fault_every_limit(&fault_case);
    leadkpi_table_free(m.goals);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("KPI plans");
    TCase *tcase = tcase_create("plan");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, leads_for_a_target_are_those_of_the_binomial);
    tcase_add_test(tcase, one_lead_fewer_does_not_suffice);
    tcase_add_test(tcase, spend_for_a_target_is_that_of_the_gamma_quantile);
    tcase_add_test(tcase, coverage_at_a_probability_is_more_than_the_average);
    tcase_add_test(tcase, a_pace_says_how_probable_the_target_is);
    tcase_add_test(tcase, plans_that_cannot_be_are_refused);
    tcase_add_test(tcase, goals_stand_where_the_day_puts_them);
    tcase_add_test(tcase, every_guardrail_finds_its_own_row);
    tcase_add_test(tcase, goals_that_cannot_be_are_refused);
    tcase_add_test(tcase, a_scorecard_that_memory_does_not_suffice_for_leaves_nothing);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
