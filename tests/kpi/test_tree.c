/* Why a KPI moved, level by level. The world below is exact: one spend, one cohort. */
#include "../support/check_main.h"
#include "../support/fault.h"
#include "tables.h"

static const double spend[] = {1000, 1500}, nothing[] = {0, 0}, impressions[] = {100000, 120000};
static const double clicks[] = {500, 660}, leads[] = {50, 60}, customers[] = {5, 4};

static leadkpi_table *world(const double *campaign_spend)
{
    return table_of(2, "marketing_spend", spend, "sales_spend", nothing, "campaign_spend", campaign_spend,
                    "ad_spend", spend, "impressions", impressions, "clicks", clicks, "new_leads", leads,
                    "customers_won", customers, NULL);
}

static leadkpi_table *tree(const char *kpi, const leadkpi_table *rows, const char *text)
{
    leadkpi_table *out;
    leadkpi_error error;
    leadkpi_options *options = options_of("kpi_explain_tree", text);
    ck_assert_msg(leadkpi_kpi_explain_tree(NULL, number_of(kpi), rows, options, &out, &error) == LEADKPI_OK,
                  "%s", error.message);
    leadkpi_options_free(options);
    return out;
}

static size_t node_of(const leadkpi_table *out, const char *name)
{
    for (size_t row = 0; row < leadkpi_table_row_count(out); row++)
        if (says(out, "name", row, name)) return row;
    ck_abort_msg("no node %s", name);
    return 0;
}

/* The parts of each node add up to it, and its change is what its weight makes of it. */
static void adds_up(const leadkpi_table *out)
{
    size_t count = leadkpi_table_row_count(out);
    for (size_t row = 0; row < count; row++) {
        double sum = 0;
        int parts = 0;
        for (size_t part = row + 1; part < count; part++)
            if (number(out, "parent", part) == (double)row) {
                ck_assert_double_eq(number(out, "level", part), number(out, "level", row) + 1);
                sum += number(out, "effect", part);
                parts++;
            }
        if (parts) ck_assert_double_eq_tol(sum, number(out, "effect", row), 1e-12 * (1 + fabs(sum)));
    }
}

static double share_of(double after, double before, double part_after, double part_before)
{
    return (after - before) / log(after / before) * log(part_after / part_before);
}

START_TEST(an_acquisition_cost_goes_down_to_impressions)
{
    leadkpi_table *rows = world(spend), *out = tree("customer_acquisition_cost", rows, "");
    ck_assert(says(out, "name", 0, "customer_acquisition_cost") && says(out, "relation", 0, "total"));
    ck_assert_double_eq_tol(number(out, "effect", 0), 175, 1e-12);
    ck_assert_double_nan(number(out, "parent", 0));
    ck_assert(says(out, "method", 0, "lmdi"));
    size_t cpl = node_of(out, "cost_per_lead"), rate = node_of(out, "lead_to_customer_rate");
    size_t cpm = node_of(out, "cost_per_mille"), perclick = node_of(out, "new_leads/clicks");
    ck_assert_double_eq_tol(number(out, "effect", cpl), share_of(375, 200, 25, 20), 1e-12);
    ck_assert_double_eq_tol(number(out, "effect", rate), -share_of(375, 200, 4 / 60., .1), 1e-12);
    ck_assert_double_eq_tol(number(out, "effect", cpm), share_of(375, 200, 12.5, 10), 1e-12);
    ck_assert_double_eq_tol(number(out, "effect", perclick), -share_of(375, 200, 60 / 660., .1), 1e-12);
    ck_assert(says(out, "relation", rate, "divisor") && says(out, "relation", cpl, "factor"));
    ck_assert_double_eq(number(out, "level", cpm), 3);
    ck_assert_double_eq(number(out, "level", node_of(out, "impressions")), 4);
    for (size_t row = 0; row < leadkpi_table_row_count(out); row++) ck_assert(!says(out, "relation", row, "rest"));
    adds_up(out);
    leadkpi_table_free(out);
    leadkpi_table_free(rows);
}
END_TEST

START_TEST(each_part_has_the_interval_of_its_own_noise)
{
    leadkpi_table *rows = world(spend), *out = tree("customer_acquisition_cost", rows, "");
    size_t cpl = node_of(out, "cost_per_lead");
    leadkpi_estimate now, before;
    double a[] = {1500, 60}, b[] = {1000, 50}, mean = 175 / log(375 / 200.);
    leadkpi_kpi_evaluate(number_of("CPL"), a, 2, NULL, &now, NULL);
    leadkpi_kpi_evaluate(number_of("CPL"), b, 2, NULL, &before, NULL);
    /* Both intervals by square-and-add on the log scale (Zou and Donner 2008). */
    double down = hypot(log(now.value / now.low), log(before.high / before.value));
    double up = hypot(log(now.high / now.value), log(before.value / before.low));
    ck_assert_double_eq_tol(number(out, "effect_low", cpl), mean * (log(1.25) - down), 1e-10);
    ck_assert_double_eq_tol(number(out, "effect_high", cpl), mean * (log(1.25) + up), 1e-10);
    for (size_t row = 0; row < leadkpi_table_row_count(out); row++) {
        double effect = number(out, "effect", row), low = number(out, "effect_low", row);
        bool is_money = says(out, "name", row, "ad_spend");
        ck_assert_msg(is_money ? isnan(low) : low < effect && effect < number(out, "effect_high", row),
                      "node %zu", row);
    }
    leadkpi_table_free(out);
    leadkpi_table_free(rows);
}
END_TEST

START_TEST(another_cost_base_is_a_row_of_its_own)
{
    const double other[] = {1000, 1200};
    leadkpi_table *rows = world(other), *out = tree("customer_acquisition_cost", rows, "");
    /* Cost per lead has one as well: its clicks were paid with the other spend. The last is the root's. */
    size_t rest = leadkpi_table_row_count(out) - 1;
    ck_assert(says(out, "relation", rest, "rest"));
    ck_assert_double_eq(number(out, "parent", rest), 0);
    ck_assert_double_eq_tol(number(out, "effect", rest), share_of(375, 200, 1500, 1200), 1e-9);
    adds_up(out);
    leadkpi_table_free(out);
    leadkpi_table_free(rows);
}
END_TEST

START_TEST(a_sum_is_split_by_differences)
{
    const double start[] = {1000, 1100}, grown[] = {120, 90}, less[] = {30, 20}, lost[] = {50, 80};
    leadkpi_table *rows = table_of(2, "mrr_start", start, "mrr_expansion", grown, "mrr_contraction", less,
                                   "mrr_churn", lost, NULL);
    leadkpi_table *out = tree("net_revenue_retention", rows, "");
    size_t kept = node_of(out, "gross_revenue_retention"), more = node_of(out, "expansion_rate");
    ck_assert(says(out, "method", 0, "sum") && says(out, "relation", kept, "term"));
    ck_assert_double_eq_tol(number(out, "effect", kept), 1000 / 1100. - .92, 1e-14);
    ck_assert_double_eq_tol(number(out, "effect", more), 90 / 1100. - .12, 1e-14);
    adds_up(out);
    /* Below a term of a sum a product goes on: expansion over what was there at the start. */
    ck_assert_double_eq(number(out, "level", node_of(out, "mrr_expansion")), 2);
    leadkpi_table_free(out);
    out = tree("gross_revenue_churn_rate", rows, "depth=1");
    ck_assert_uint_eq(leadkpi_table_row_count(out), 2);
    ck_assert(says(out, "relation", 1, "less"));
    ck_assert_double_eq_tol(number(out, "effect", 1), number(out, "effect", 0), 1e-14);
    leadkpi_table_free(out);
    leadkpi_table_free(rows);
}
END_TEST

START_TEST(a_product_kpi_is_its_inputs_and_a_measure_that_is_a_kpi_goes_on)
{
    const double ltv[] = {3000, 3300}, cac[] = {200, 375};
    leadkpi_table *rows = world(spend), *out;
    leadkpi_table_borrow_double(rows, "ltv", NUL, ltv, 2, 0, NULL, NULL);
    leadkpi_table_borrow_double(rows, "cac", NUL, cac, 2, 0, NULL, NULL);
    out = tree("ltv_to_cac", rows, "");
    size_t node = node_of(out, "cac");
    ck_assert_double_eq(number(out, "level", node), 1);
    ck_assert_double_eq(number(out, "parent", node_of(out, "cost_per_lead")), (double)node);
    adds_up(out);
    leadkpi_table_free(out);
    leadkpi_table_free(rows);
}
END_TEST

/* The identities of the catalogue as trees, over a hundred worlds in which they hold. */
START_TEST(parts_add_up_in_any_world)
{
    for (int turn = 0; turn < 100; turn++) {
        double money[] = {1000 + turn, 1700 - 9 * turn}, seen[] = {9000 + 71 * turn, 12000 - 31 * turn};
        double clicked[] = {300 + turn % 7 * 20, 260 + turn % 11 * 40}, came[] = {40 + turn % 13, 35 + turn % 5 * 9};
        double bought[] = {3 + turn % 4, 2 + turn % 6};
        leadkpi_table *rows = table_of(2, "marketing_spend", money, "sales_spend", nothing, "campaign_spend", money,
                                       "ad_spend", money, "impressions", seen, "clicks", clicked, "new_leads", came,
                                       "customers_won", bought, NULL);
        leadkpi_table *out = tree("customer_acquisition_cost", rows, "");
        adds_up(out);
        ck_assert_uint_ge(leadkpi_table_row_count(out), 12);
        leadkpi_table_free(out);
        leadkpi_table_free(rows);
    }
}
END_TEST

START_TEST(misuse_is_refused)
{
    const double hole[] = {1, NAN}, none[] = {5, 0};
    leadkpi_table *rows = table_of(2, "campaign_spend", spend, "new_leads", hole, NULL), *out;
    int32_t kpi = number_of("CPL");
    ck_assert_int_eq(leadkpi_kpi_explain_tree(NULL, kpi, rows, NULL, &out, NULL), LEADKPI_NOT_GIVEN);
    ck_assert_int_eq(leadkpi_kpi_explain_tree(NULL, 7, rows, NULL, &out, NULL), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_explain_tree(NULL, kpi, NULL, NULL, &out, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_explain_tree(NULL, kpi, rows, NULL, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_explain_tree(NULL, number_of("CPC"), rows, NULL, &out, NULL), LEADKPI_NOT_GIVEN);
    leadkpi_table_free(rows);
    rows = table_of(2, "campaign_spend", spend, "new_leads", none, NULL);
    ck_assert_int_eq(leadkpi_kpi_explain_tree(NULL, kpi, rows, NULL, &out, NULL), LEADKPI_UNDEFINED);
    ck_assert_ptr_null(out);
    leadkpi_table_free(rows);
    rows = table_of(1, "campaign_spend", spend, "new_leads", leads, NULL);
    ck_assert_int_eq(leadkpi_kpi_explain_tree(NULL, kpi, rows, NULL, &out, NULL), LEADKPI_BAD_ARGUMENT);
    leadkpi_table_free(rows);
}
END_TEST

typedef struct maker {
    leadkpi_table *rows, *out;
} maker;

static leadkpi_status act(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    maker *m = context;
    return leadkpi_kpi_explain_tree(host, number_of("customer_acquisition_cost"), m->rows, NULL, &m->out, error);
}

static void teardown(void *context)
{
    maker *m = context;
    leadkpi_table_free(m->out);
    m->out = NULL;
}

START_TEST(without_memory_nothing_comes_out_and_nothing_is_held)
{
    maker m = {world(spend), NULL};
    lk_fault_case fault_case = {"tree", NULL, act, NULL, teardown, &m};
    lk_fault_every_allocation(&fault_case);
    lk_fault_every_limit(&fault_case);
    lk_fault_every_poll(&fault_case);
    leadkpi_table_free(m.rows);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tree");
    TCase *t = tcase_create("tree");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, an_acquisition_cost_goes_down_to_impressions);
    tcase_add_test(t, each_part_has_the_interval_of_its_own_noise);
    tcase_add_test(t, another_cost_base_is_a_row_of_its_own);
    tcase_add_test(t, a_sum_is_split_by_differences);
    tcase_add_test(t, a_product_kpi_is_its_inputs_and_a_measure_that_is_a_kpi_goes_on);
    tcase_add_test(t, parts_add_up_in_any_world);
    tcase_add_test(t, misuse_is_refused);
    tcase_add_test(t, without_memory_nothing_comes_out_and_nothing_is_held);
    suite_add_tcase(suite, t);
    return lk_test_run(suite);
}
