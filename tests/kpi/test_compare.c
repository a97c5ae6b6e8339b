/* Two periods or segments: golden values from R 4.2.2 by the calls that stand beside them. */
#include <math.h>

#include <leadkpi.h>

#include "../support/check_main.h"
#include "../support/fault.h"

#define NUL LEADKPI_NUL_TERMINATED

static int32_t number_of(const char *name)
{
    int32_t kpi;
    ck_assert_int_eq(leadkpi_kpi_find(name, NUL, &kpi, NULL), LEADKPI_OK);
    return kpi;
}

static leadkpi_options *options_of(const char *schema, const char *text)
{
    leadkpi_options *options;
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_options_create(NULL, schema, NUL, &options, NULL), LEADKPI_OK);
    ck_assert_msg(leadkpi_options_parse(options, text, NUL, &error) == LEADKPI_OK, "%s",
                  error.message);
    return options;
}

static leadkpi_table *table_of(size_t rows, const char *first, const double *a, const char *second,
                               const double *b, const char *third, const double *c)
{
    leadkpi_table *table;
    leadkpi_table_create(NULL, &table, NULL);
    leadkpi_table_borrow_double(table, first, NUL, a, rows, 0, NULL, NULL);
    if (second) leadkpi_table_borrow_double(table, second, NUL, b, rows, 0, NULL, NULL);
    if (third) leadkpi_table_borrow_double(table, third, NUL, c, rows, 0, NULL, NULL);
    return table;
}

static double number(const leadkpi_table *table, const char *column, size_t row)
{
    int32_t index;
    double value;
    ck_assert_int_eq(leadkpi_table_find_column(table, column, NUL, &index, NULL), LEADKPI_OK);
    leadkpi_table_get_double(table, index, row, &value, NULL);
    return value;
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

static leadkpi_table *compare(const char *kpi, const leadkpi_table *rows, const char *text)
{
    leadkpi_table *out;
    leadkpi_error error;
    leadkpi_options *options = options_of("kpi_compare", text);
    ck_assert_msg(leadkpi_kpi_compare(NULL, number_of(kpi), rows, options, &out, &error) ==
                      LEADKPI_OK,
                  "%s", error.message);
    leadkpi_options_free(options);
    return out;
}

/* prop.test(c(62, 40), c(480, 500), correct = FALSE)$statistic * 979 / 980; the difference by
 * brute-force inversion of the score test; exp(log(ratio) -+ z sqrt(1/62 - 1/480 + ...)). */
START_TEST(two_rates_are_compared_as_proportions)
{
    double mqls[] = {500, 480}, sqls[] = {40, 62};
    leadkpi_table *rows = table_of(2, "mqls", mqls, "sqls", sqls, NULL, NULL);
    leadkpi_table *out = compare("mql_to_sql_rate", rows, "");
    ck_assert_double_eq_tol(number(out, "p_value", 1), 0.011789774436043586, 1e-13);
    ck_assert_double_eq_tol(number(out, "difference", 1), 62 / 480. - .08, 1e-15);
    ck_assert_double_eq_tol(number(out, "difference_low", 1), 0.011017996763596067, 1e-11);
    ck_assert_double_eq_tol(number(out, "difference_high", 1), 0.08841071440651271, 1e-11);
    ck_assert_double_eq_tol(number(out, "ratio_low", 1), 1.1072036204925644, 1e-12);
    ck_assert_double_eq_tol(number(out, "ratio_high", 1), 2.3544714739264032, 1e-12);
    ck_assert(says(out, "verdict", 1, "higher") && says(out, "method", 1, "proportions"));
    ck_assert(says(out, "verdict", 0, "base"));
    leadkpi_table_free(out);
    out = compare("mql_to_sql_rate", rows, "base=1; level=0.99");
    ck_assert(says(out, "verdict", 0, "not distinguishable") && says(out, "verdict", 1, "base"));
    ck_assert_double_eq_tol(number(out, "p_value", 0), 0.011789774436043586, 1e-13);
    leadkpi_table_free(out);
    out = compare("mql_to_sql_rate", rows, "basis=period");
    ck_assert(says(out, "method", 1, "square_and_add"));
    leadkpi_table_free(out);
    leadkpi_table_free(rows);
}
END_TEST

/* poisson.test(c(120, 100)), and with exposures c(20, 22): 2 * min(pbinom tails), $conf.int */
START_TEST(counts_over_unequal_days_are_refused_or_normalised)
{
    double leads[] = {100, 120}, days[] = {22, 20}, same[] = {22, 22};
    leadkpi_table *rows = table_of(2, "new_leads", leads, "exposure", same, NULL, NULL);
    leadkpi_table *out = compare("lead_volume", rows, "");
    ck_assert_double_eq_tol(number(out, "p_value", 1), 0.20009222902827098, 1e-12);
    ck_assert_double_eq_tol(number(out, "ratio_low", 1), 0.91260577834652234, 1e-12);
    ck_assert_double_eq_tol(number(out, "ratio_high", 1), 1.5807420070202767, 1e-12);
    ck_assert(says(out, "verdict", 1, "not distinguishable"));
    leadkpi_table_free(out);
    leadkpi_table_free(rows);
    rows = table_of(2, "new_leads", leads, "exposure", days, NULL, NULL);
    out = compare("lead_volume", rows, "");
    ck_assert(says(out, "status", 1, "mismatch") && says(out, "verdict", 1, ""));
    ck_assert_double_nan(number(out, "difference", 1));
    leadkpi_table_free(out);
    out = compare("lead_volume", rows, "exposure=normalise");
    ck_assert_double_eq_tol(number(out, "value", 1), 132, 1e-12);
    ck_assert_double_eq_tol(number(out, "p_value", 1), 0.046745290915210506, 1e-12);
    ck_assert_double_eq_tol(number(out, "ratio_low", 1), 1.0038663561811745, 1e-12);
    ck_assert_double_eq_tol(number(out, "ratio_high", 1), 1.7388162077223044, 1e-12);
    ck_assert(says(out, "verdict", 1, "higher"));
    ck_assert(says(out, "flags", 1, "approximate exposure_normalised"));
    leadkpi_table_free(out);
    days[1] = 0;
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_kpi_compare(NULL, number_of("lead_volume"), rows, NULL, &out, &error),
                     LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 1);
    ck_assert_ptr_null(out);
    leadkpi_table_free(rows);
}
END_TEST

/* 1 / rev(poisson.test(c(250, 240), c(5000, 6000))$conf.int); twice the smaller pbinom tail */
START_TEST(two_costs_are_counts_over_money)
{
    double spend[] = {6000, 5000}, leads[] = {240, 250};
    leadkpi_table *rows = table_of(2, "campaign_spend", spend, "new_leads", leads, NULL, NULL);
    leadkpi_table *out = compare("cost_per_lead", rows, "");
    ck_assert_double_eq_tol(number(out, "p_value", 1), 0.015337516042019095, 1e-12);
    ck_assert_double_eq_tol(number(out, "ratio", 1), 0.8, 1e-15);
    ck_assert_double_eq_tol(number(out, "ratio_low", 1), 0.66733187471539768, 1e-12);
    ck_assert_double_eq_tol(number(out, "ratio_high", 1), 0.95887751271532828, 1e-12);
    ck_assert(says(out, "verdict", 1, "lower") && says(out, "method", 1, "counts"));
    leadkpi_table_free(out);
    leadkpi_table_free(rows);
}
END_TEST

/* Each interval is log-normal, 1300000 * exp(-+ z sqrt(6e10) / 1300000) and so on; both combined by
 * square-and-add, and the level at which that just reaches 0 (25-digit arithmetic, mpmath 1.3). */
START_TEST(two_sums_of_money_are_compared_by_the_deals_behind_them)
{
    double won[] = {900000, 1300000}, squares[] = {5.2e10, 6e10};
    leadkpi_table *rows =
        table_of(2, "won_value", won, "won_value.sum_of_squares", squares, NULL, NULL);
    leadkpi_table *out = compare("closed_won_revenue", rows, "");
    ck_assert_double_eq_tol(number(out, "p_value", 1), 0.2456251591670085, 1e-10);
    ck_assert_double_eq_tol(number(out, "difference_low", 1), -304386.9865054182, 1e-6);
    ck_assert_double_eq_tol(number(out, "difference_high", 1), 1079226.218666453, 1e-6);
    ck_assert(says(out, "method", 1, "square_and_add"));
    leadkpi_table_free(out);
    leadkpi_table_free(rows);
    rows = table_of(2, "won_value", won, NULL, NULL, NULL, NULL);
    out = compare("closed_won_revenue", rows, "");
    ck_assert(says(out, "method", 1, "") && says(out, "verdict", 1, ""));
    ck_assert_double_eq(number(out, "difference", 1), 400000);
    ck_assert_double_nan(number(out, "p_value", 1));
    leadkpi_table_free(out);
    leadkpi_table_free(rows);
}
END_TEST

/* The p-value below 0.05 and an interval without the equal value are one statement. */
START_TEST(the_p_value_agrees_with_the_interval)
{
    for (int turn = 0; turn < 400; turn++) {
        double all[] = {200 + turn % 7 * 30, 150 + turn % 11 * 40};
        double some[] = {20 + turn % 13 * 3, 15 + turn % 17 * 4};
        leadkpi_table *rows = table_of(2, "mqls", all, "sqls", some, NULL, NULL);
        leadkpi_table *out = compare("mql_to_sql_rate", rows, "");
        bool apart = number(out, "difference_low", 1) > 0 || number(out, "difference_high", 1) < 0;
        ck_assert_int_eq(apart, number(out, "p_value", 1) < 0.05);
        leadkpi_table_free(out);
        out = compare("mql_to_sql_rate", rows, "basis=period");
        apart = number(out, "difference_low", 1) > 0 || number(out, "difference_high", 1) < 0;
        ck_assert_int_eq(apart, number(out, "p_value", 1) < 0.05);
        leadkpi_table_free(out);
        leadkpi_table_free(rows);
    }
}
END_TEST

/* Exact sum over all outcomes of two binomials of 40 with the same chance: how often is a
 * difference seen where there is none? The score test may go a little above its level. */
START_TEST(equal_rates_are_told_apart_about_as_often_as_the_level_says)
{
    double chances[] = {0.1, 0.3, 0.5};
    double p = chances[_i], missed = 0;
    for (int a = 0; a <= 40; a++)
        for (int b = 0; b <= 40; b++) {
            double all[] = {40, 40}, some[] = {a, b};
            double weight = exp(2 * lgamma(41) - lgamma(a + 1) - lgamma(41 - a) - lgamma(b + 1) -
                                lgamma(41 - b) + (a + b) * log(p) + (80 - a - b) * log(1 - p));
            if (weight < 1e-9) continue;
            leadkpi_table *rows = table_of(2, "mqls", all, "sqls", some, NULL, NULL);
            leadkpi_table *out = compare("mql_to_sql_rate", rows, "");
            if (number(out, "p_value", 1) < 0.05) missed += weight;
            leadkpi_table_free(out);
            leadkpi_table_free(rows);
        }
    ck_assert_msg(missed > 0.02 && missed < 0.06, "%g", missed);
}
END_TEST

/* Lower bounds: 40/500 [.059, .107], 3/10 [.108, .603], 90/1000 [.074, .109], 8/40 [.105, .348] */
START_TEST(few_leads_do_not_win_a_ranking)
{
    double all[] = {40, 200, 10, 1000}, some[] = {8, 30, 3, 90};
    leadkpi_table *rows = table_of(4, "mqls", all, "sqls", some, NULL, NULL), *out;
    int32_t kpi = number_of("mql_to_sql_rate");
    ck_assert_int_eq(leadkpi_kpi_rank(NULL, kpi, rows, NULL, &out, NULL), LEADKPI_OK);
    ck_assert_double_eq(number(out, "row", 0), 2); /* .1078 */
    ck_assert_double_eq(number(out, "row", 1), 1); /* .1071 */
    ck_assert_double_eq(number(out, "row", 2), 0); /* .1050 */
    ck_assert_double_eq(number(out, "row", 3), 3);
    for (size_t i = 1; i < 4; i++) ck_assert(number(out, "low", i) <= number(out, "low", i - 1));
    leadkpi_table_free(out);
    /* By moments, computed apart: correlation .0280816512, M = 34.6104415 */
    leadkpi_options *options = options_of("kpi_rank", "by=shrunken");
    ck_assert_int_eq(leadkpi_kpi_rank(NULL, kpi, rows, options, &out, NULL), LEADKPI_OK);
    const double shrunken[] = {0.15583843270784642, 0.14855657205980083, 0.14333195936438933,
                               0.09049509894185277};
    for (size_t i = 0; i < 4; i++)
        ck_assert_double_eq_tol(number(out, "shrunken", i), shrunken[i], 1e-13);
    leadkpi_table_free(out);
    leadkpi_table_free(rows);
    /* Costs by gamma-Poisson: lower is better. */
    double spend[] = {1000, 2000, 500, 4000}, leads[] = {50, 80, 10, 100};
    rows = table_of(4, "campaign_spend", spend, "new_leads", leads, NULL, NULL);
    ck_assert_int_eq(leadkpi_kpi_rank(NULL, number_of("cost_per_lead"), rows, options, &out, NULL),
                     LEADKPI_OK);
    const double costs[] = {21.494218796323747, 25.546021840873635, 39.377580184185454,
                            41.86834462729913};
    for (size_t i = 0; i < 4; i++)
        ck_assert_double_eq_tol(number(out, "shrunken", i), costs[i], 1e-11);
    leadkpi_table_free(out);
    leadkpi_error error;
    double won[] = {1, 2, 3, 4};
    leadkpi_table *sums = table_of(4, "won_value", won, NULL, NULL, NULL, NULL);
    ck_assert_int_eq(leadkpi_kpi_rank(NULL, number_of("closed_won_revenue"), sums, options, &out,
                                      &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_ptr_null(out);
    leadkpi_table_free(sums);
    leadkpi_table_free(rows);
    leadkpi_options_free(options);
}
END_TEST

START_TEST(misuse_is_refused)
{
    double all[] = {40, 200}, some[] = {8, NAN};
    leadkpi_table *rows = table_of(2, "mqls", all, "sqls", some, NULL, NULL), *out;
    int32_t kpi = number_of("mql_to_sql_rate");
    ck_assert_int_eq(leadkpi_kpi_compare(NULL, kpi, NULL, NULL, &out, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_compare(NULL, kpi, rows, NULL, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_compare(NULL, 7, rows, NULL, &out, NULL), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_compare(NULL, 5500, rows, NULL, &out, NULL), LEADKPI_WRONG_TYPE);
    ck_assert_int_eq(leadkpi_kpi_compare(NULL, 6000, rows, NULL, &out, NULL), LEADKPI_NOT_GIVEN);
    leadkpi_options *options = options_of("kpi_compare", "base=2");
    ck_assert_int_eq(leadkpi_kpi_compare(NULL, kpi, rows, options, &out, NULL),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_rank(NULL, kpi, rows, options, &out, NULL), LEADKPI_MISMATCH);
    leadkpi_options_free(options);
    out = compare("mql_to_sql_rate", rows, "");
    ck_assert(says(out, "status", 1, "bad_data"));
    leadkpi_table_free(out);
    ck_assert_int_eq(leadkpi_kpi_rank(NULL, kpi, rows, NULL, &out, NULL), LEADKPI_OK);
    ck_assert_double_eq(number(out, "row", 1), 1);
    leadkpi_table_free(out);
    leadkpi_table_free(rows);
}
END_TEST

/* ---- faults -------------------------------------------------------------- */

typedef struct maker {
    leadkpi_status (*make)(const leadkpi_host *, int32_t, const leadkpi_table *,
                           const leadkpi_options *, leadkpi_table **, leadkpi_error *);
    const leadkpi_table *rows;
    leadkpi_table *out;
} maker;

static leadkpi_status act(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    maker *m = context;
    return m->make(host, number_of("mql_to_sql_rate"), m->rows, NULL, &m->out, error);
}

static void teardown(void *context)
{
    maker *m = context;
    leadkpi_table_free(m->out);
    m->out = NULL;
}

START_TEST(a_report_that_memory_does_not_suffice_for_leaves_nothing)
{
    double all[] = {40, 200, 10, 1000}, some[] = {8, 30, 3, 90};
    leadkpi_table *rows = table_of(4, "mqls", all, "sqls", some, NULL, NULL);
    maker m = {_i ? leadkpi_kpi_rank : leadkpi_kpi_compare, rows, NULL};
    lk_fault_case fault_case = {"analysis", NULL, act, NULL, teardown, &m};
    lk_fault_every_allocation(&fault_case);
    lk_fault_every_limit(&fault_case);
    lk_fault_every_poll(&fault_case);
    leadkpi_table_free(rows);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("KPI comparison");
    TCase *tcase = tcase_create("compare");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, two_rates_are_compared_as_proportions);
    tcase_add_test(tcase, counts_over_unequal_days_are_refused_or_normalised);
    tcase_add_test(tcase, two_costs_are_counts_over_money);
    tcase_add_test(tcase, two_sums_of_money_are_compared_by_the_deals_behind_them);
    tcase_add_test(tcase, the_p_value_agrees_with_the_interval);
    tcase_add_loop_test(tcase, equal_rates_are_told_apart_about_as_often_as_the_level_says, 0, 3);
    tcase_add_test(tcase, few_leads_do_not_win_a_ranking);
    tcase_add_test(tcase, misuse_is_refused);
    tcase_add_loop_test(tcase, a_report_that_memory_does_not_suffice_for_leaves_nothing, 0, 2);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
