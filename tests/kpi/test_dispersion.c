/* Intervals from the spread behind sums of money. Golden values are from R 4.2.2, computed from the
 * raw values by the calls that stand beside them (qnorm, qt, t.test, var, cov). */
#include <math.h>

#include <leadkpi.h>

#include "../support/check_main.h"

#define NUL LEADKPI_NUL_TERMINATED
#define NAMES_MAX 16

static int32_t number_of(const char *name)
{
    int32_t kpi;
    ck_assert_int_eq(leadkpi_kpi_find(name, NUL, &kpi, NULL), LEADKPI_OK);
    return kpi;
}

/* Name and value by turns in one text. */
typedef struct said {
    const char *kpi;
    const char *names[NAMES_MAX];
    double values[NAMES_MAX];
    double low, high;
} said;

static leadkpi_estimate evaluate(const said *s, const leadkpi_options *options,
                                 leadkpi_error *error)
{
    leadkpi_estimate e;
    size_t count = 0;
    while (count < NAMES_MAX && s->names[count]) count++;
    leadkpi_kpi_evaluate_named(number_of(s->kpi), s->names, s->values, count, options, &e, error);
    return e;
}

static const said golden[] = {
    /* .9 * exp(-+ qnorm(.975) * sqrt(5.2e10) / 900000) */
    {"quota_attainment", {"won_value", "quota", "won_value.sum_of_squares"}, {900000, 1e6, 5.2e10},
     0.5477363992402503, 1.4788135335236587},
    /* A ratio less 1: the same less 1. */
    {"return_on_investment", {"revenue_source", "cost_source", "revenue_source.sum_of_squares"},
     {900000, 1e6, 5.2e10}, 0.5477363992402503 - 1, 1.4788135335236587 - 1},
    /* d <- c(12000, 15500, 9800, 21000, 17700); t.test(d) */
    {"average_deal_size", {"won_value", "deals_won", "n", "won_value.sum_of_squares"},
     {76000, 5, 5, 1234580000}, 9668.6690915639792, 20731.330908436019},
    /* r <- c(0, 0, 500, 0, 1200, 0, 0, 300); t.test(r) */
    {"revenue_per_lead", {"revenue_source", "new_leads", "revenue_source.n",
                          "revenue_source.sum_of_squares"},
     {2000, 8, 8, 1780000}, -107.49758364724205, 607.49758364724198},
    /* Fieller with 5 degrees of freedom: start <- c(100, 250, 80, 400, 120, 300),
     * churn <- c(0, 20, 0, 60, 120, 0), contraction <- c(10, 0, 0, 0, 0, 30) */
    {"gross_revenue_churn_rate",
     {"mrr_contraction", "mrr_churn", "mrr_start", "n", "mrr_contraction.sum_of_squares",
      "mrr_churn.sum_of_squares", "mrr_start.sum_of_squares",
      "mrr_start.mrr_churn.sum_of_products", "mrr_start.mrr_contraction.sum_of_products",
      "mrr_contraction.mrr_churn.sum_of_products"},
     {40, 200, 1250, 6, 1000, 18400, 343300, 43400, 10000, 0},
     -0.034814608688943115, 0.63803141905848892},
    /* The same customers without the churned part is 1 less it. */
    {"gross_revenue_retention",
     {"mrr_contraction", "mrr_churn", "mrr_start", "n", "mrr_contraction.sum_of_squares",
      "mrr_churn.sum_of_squares", "mrr_start.sum_of_squares",
      "mrr_start.mrr_churn.sum_of_products", "mrr_start.mrr_contraction.sum_of_products",
      "mrr_contraction.mrr_churn.sum_of_products"},
     {40, 200, 1250, 6, 1000, 18400, 343300, 43400, 10000, 0},
     1 - 0.63803141905848892, 1 + 0.034814608688943115},
    /* Money known over a random sum: 1.2 * exp(-+ qnorm(.975) * sqrt(9e9) / 250000) */
    {"cac_ratio", {"marketing_spend", "sales_spend", "new_arr", "new_arr.sum_of_squares"},
     {100000, 200000, 250000, 9e9}, 0.5703914029449552, 2.5245822299656315},
    /* v * exp(-+ z sqrt((25/500)^2 + (.004/.02)^2)), v = 500 * .8 / .02 */
    {"customer_lifetime_value", {"arpa", "gross_margin", "churn", "arpa.variance",
                                 "churn.variance"},
     {500, .8, .02, 625, .000016}, 13352.122313708605, 29957.784283425906},
    /* the same less 2 * cov / (500 * .02) under the root */
    {"customer_lifetime_value", {"arpa", "gross_margin", "churn", "arpa.variance",
                                 "churn.variance", "churn.arpa.covariance"},
     {500, .8, .02, 625, .000016, -.05}, 12764.247613929565, 31337.530585310946},
    /* 2 losses of 100 customers (the catalogue's example): Wilson's ends carried over. */
    {"customer_lifetime_value:revenue_churn", {"arpa", "churn", "churn.n"}, {500, .02, 100},
     7141.654209912236, 90876.58104876432},
    {"customer_lifetime_value:revenue_churn", {"arpa", "churn", "churn.n"}, {500, .02, 10000},
     21801.76143478957, 28678.420917797197},
    /* 25000 / 12362.3 and 25000 / 5419.1 */
    {"ltv_to_cac", {"ltv", "cac", "cac.low", "cac.high"}, {25000, 8000, 5419.1, 12362.3},
     2.0222774079257095, 4.613312173608163},
    /* Wilson's ends of 50 of 250 and a mean deal with standard error 2000, square-and-add. */
    {"pipeline_velocity", {"n_opps", "win_rate", "avg_deal", "cycle_length", "win_rate.n",
                           "avg_deal.variance"},
     {50, .2, 30000, 60, 250, 4e6}, 3757.3633835210794, 6564.5678709592958},
    {"score_auc", {"mann_whitney_u", "n_pos", "n_neg", "mann_whitney_u.variance"},
     {44, 6, 8, 12.142857142857144}, 0.63069981481221538, 0.98608218939175574},
};

START_TEST(an_interval_from_the_spread_is_what_r_gives)
{
    leadkpi_error error;
    const said *s = &golden[_i];
    leadkpi_estimate e = evaluate(s, NULL, &error);
    ck_assert_msg(e.status == LEADKPI_OK, "%s: %s", s->kpi, error.message);
    ck_assert_msg(fabs(e.low - s->low) <= 1e-11 * (1 + fabs(s->low)), "%s: low %.17g, not %.17g",
                  s->kpi, e.low, s->low);
    ck_assert_msg(fabs(e.high - s->high) <= 1e-11 * (1 + fabs(s->high)),
                  "%s: high %.17g, not %.17g", s->kpi, e.high, s->high);
    ck_assert_uint_eq(e.flags & LEADKPI_FLAG_NO_INTERVAL, 0);
    ck_assert_uint_ne(e.flags & LEADKPI_FLAG_APPROXIMATE, 0);
}
END_TEST

START_TEST(options_say_the_same_as_names)
{
    double inputs[] = {900000, 1e6};
    leadkpi_options *options;
    leadkpi_estimate e;
    leadkpi_error error;
    leadkpi_options_create(NULL, "kpi_evaluate", NUL, &options, NULL);
    ck_assert_int_eq(leadkpi_options_parse(options, "dispersion=won_value.sum_of_squares=5.2e10",
                                           NUL, &error),
                     LEADKPI_OK);
    ck_assert_int_eq(leadkpi_kpi_evaluate(number_of("quota_attainment"), inputs, 2, options, &e,
                                          &error),
                     LEADKPI_OK);
    ck_assert_double_eq_tol(e.low, golden[0].low, 1e-13);
    ck_assert_double_eq_tol(e.high, golden[0].high, 1e-13);
    /* A KPI whose inputs suffice takes none, and columns have one a row. */
    ck_assert_int_eq(leadkpi_kpi_evaluate(number_of("cost_per_lead"), inputs, 2, options, &e, NULL),
                     LEADKPI_CONTRADICTION);
    const double *columns[] = {inputs, inputs + 1};
    double low;
    ck_assert_int_eq(leadkpi_kpi_estimate_columns(number_of("quota_attainment"), columns, 2, NULL,
                                                  1, options, NULL, &low, NULL, NULL, NULL, NULL),
                     LEADKPI_CONTRADICTION);
    leadkpi_options_free(options);
}
END_TEST

START_TEST(what_is_wrong_in_a_dispersion_is_said)
{
    static const struct {
        const char *text;
        leadkpi_status status;
    } bad[] = {
        {"won_value.sum_of_squares", LEADKPI_BAD_ARGUMENT},
        {"won_value.sum_of_squares=x", LEADKPI_BAD_ARGUMENT},
        {"won_value.sum_of_square=1", LEADKPI_UNKNOWN_NAME},
        {"revenue.n=1", LEADKPI_UNKNOWN_NAME},
        {"won_value.won_value.covariance=1", LEADKPI_UNKNOWN_NAME},
        {"won_value.quota.low=1", LEADKPI_UNKNOWN_NAME},
        {"n=3, n=3", LEADKPI_BAD_ARGUMENT},
        {"won_value.variance=-1", LEADKPI_BAD_DATA},
        {"won_value.sum_of_squares=-1", LEADKPI_BAD_DATA},
        {"won_value.low=1", LEADKPI_NOT_GIVEN},
        {"won_value.low=1, won_value.high=2", LEADKPI_BAD_DATA},
        {"won_value.n=4, won_value.sum_of_squares=2", LEADKPI_BAD_DATA},
        {"won_value.variance=1, quota.variance=1, won_value.quota.covariance=2", LEADKPI_BAD_DATA},
    };
    double inputs[] = {900000, 1e6};
    leadkpi_options *options;
    leadkpi_estimate e;
    leadkpi_error error;
    leadkpi_options_create(NULL, "kpi_evaluate", NUL, &options, NULL);
    ck_assert_int_eq(leadkpi_options_set_text(options, "dispersion", NUL, bad[_i].text, NUL,
                                              &error),
                     LEADKPI_OK);
    leadkpi_status status =
        leadkpi_kpi_evaluate(number_of("quota_attainment"), inputs, 2, options, &e, &error);
    ck_assert_msg(status == bad[_i].status, "%s: %s (%s)", bad[_i].text,
                  leadkpi_status_name(status), error.message);
    ck_assert_int_eq(e.status, status);
    ck_assert_double_nan(e.value);
    ck_assert_double_nan(e.low);
    ck_assert_str_ne(error.message, "");
    leadkpi_options_free(options);
}
END_TEST

START_TEST(two_sums_over_the_same_customers_need_their_products)
{
    said s = {"arpa", {"mrr", "customers", "n", "mrr.sum_of_squares", "customers.sum_of_squares"},
              {100, 5, 5, 4000, 5}, 0, 0};
    leadkpi_error error;
    ck_assert_int_eq(evaluate(&s, NULL, &error).status, LEADKPI_NOT_GIVEN);
    ck_assert_ptr_nonnull(strstr(error.message, "mrr.customers.sum_of_products"));
    s.values[2] = 1;
    s.names[4] = NULL;
    s.values[3] = 10001;
    ck_assert_int_eq(evaluate(&s, NULL, &error).status, LEADKPI_NOT_ENOUGH_DATA);
}
END_TEST

/* fieller(3000, 100, 0, 600, 0, Inf), then with 20 and 4 leads more: the three outcomes. */
START_TEST(a_noisy_denominator_gives_the_three_outcomes_of_fieller)
{
    double inputs[] = {5000, 8000, 250, 350};
    int32_t kpi = number_of("marginal_cost_per_lead");
    leadkpi_estimate e;
    ck_assert_int_eq(leadkpi_kpi_evaluate(kpi, inputs, 4, NULL, &e, NULL), LEADKPI_OK);
    ck_assert_double_eq_tol(e.low, 20.269021703524839, 1e-11);
    ck_assert_double_eq_tol(e.high, 57.702424218423843, 1e-11);
    inputs[3] = 270;
    ck_assert_int_eq(leadkpi_kpi_evaluate(kpi, inputs, 4, NULL, &e, NULL), LEADKPI_OK);
    ck_assert_uint_eq(e.flags & (LEADKPI_FLAG_EXCLUSIVE | LEADKPI_FLAG_UNBOUNDED),
                      LEADKPI_FLAG_EXCLUSIVE);
    ck_assert_double_infinite(e.low);
    said whole = {"saas_quick_ratio:no_reactivation",
                  {"mrr_new", "mrr_expansion", "mrr_contraction", "mrr_churn", "mrr_new.variance",
                   "mrr_churn.variance"},
                  {10, 5, 1, 3, 500, 50}, 0, 0};
    e = evaluate(&whole, NULL, NULL);
    ck_assert_int_eq(e.status, LEADKPI_OK);
    ck_assert_uint_eq(e.flags & (LEADKPI_FLAG_EXCLUSIVE | LEADKPI_FLAG_UNBOUNDED),
                      LEADKPI_FLAG_UNBOUNDED);
    ck_assert(e.low == -INFINITY && e.high == INFINITY);
}
END_TEST

/* pROC-free: V10 <- sapply(pos, function(a) mean((neg < a) + .5 * (neg == a))), V01 likewise,
 * var(V10) / 6 + var(V01) / 8, times 48^2. */
START_TEST(the_variance_of_u_is_delongs)
{
    double positive[] = {.9, .8, .7, .65, .4, .55}, u, variance;
    double negative[] = {.1, .3, .4, .35, .2, .6, .55, .05};
    ck_assert_int_eq(leadkpi_stats_auc(positive, 6, negative, 8, &u, &variance, NULL), LEADKPI_OK);
    ck_assert_double_eq(u, 44);
    ck_assert_double_eq_tol(variance, 12.142857142857144, 1e-12);
    ck_assert_double_eq(positive[0], .4);
    ck_assert_int_eq(leadkpi_stats_auc(positive, 1, negative, 8, &u, &variance, NULL),
                     LEADKPI_NOT_ENOUGH_DATA);
    ck_assert_double_eq(u, 5.5);
    ck_assert_double_nan(variance);
    ck_assert_int_eq(leadkpi_stats_auc(positive, 0, negative, 8, &u, &variance, NULL),
                     LEADKPI_UNDEFINED);
    negative[3] = NAN;
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_stats_auc(positive, 6, negative, 8, &u, &variance, &error),
                     LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 3);
    ck_assert_int_eq(leadkpi_stats_auc(NULL, 6, negative, 8, &u, &variance, NULL),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_stats_auc(positive, 6, negative, 8, NULL, &variance, NULL),
                     LEADKPI_NULL_ARGUMENT);
}
END_TEST

/* z^2 = qchisq(1 - .05 / 5, 1) in Wilson's formula, 40 of 200 */
START_TEST(shares_looked_at_together_are_goodmans)
{
    double inputs[] = {40, 200};
    leadkpi_options *options;
    leadkpi_estimate e;
    leadkpi_options_create(NULL, "kpi_evaluate", NUL, &options, NULL);
    leadkpi_options_parse(options, "simultaneous=5", NUL, NULL);
    ck_assert_int_eq(leadkpi_kpi_evaluate(number_of("lead_source_share"), inputs, 2, options, &e,
                                          NULL),
                     LEADKPI_OK);
    ck_assert_double_eq_tol(e.low, 0.13731214624392168, 1e-13);
    ck_assert_double_eq_tol(e.high, 0.28195341841188415, 1e-13);
    leadkpi_options_free(options);
}
END_TEST

START_TEST(samples_that_hold_their_own_spread_have_an_interval)
{
    /* s <- sqrt(4 / sum(k) * (sum(q^3) - H^2)) / H; H * exp(-+ z s) */
    double sources[] = {400, 300, 200, 100};
    const double *one[] = {sources};
    size_t four[] = {4};
    leadkpi_estimate e;
    leadkpi_kpi_evaluate_samples(number_of("source_concentration"), one, four, 1, NULL, &e, NULL);
    ck_assert_double_eq_tol(e.low, 0.28785670546154812, 1e-13);
    ck_assert_double_eq_tol(e.high, 0.31265556192514066, 1e-13);
    leadkpi_kpi_evaluate_samples(number_of("source_concentration:effective_sources"), one, four, 1,
                                 NULL, &e, NULL);
    ck_assert_double_eq_tol(e.low, 3.1984078384616446, 1e-12);
    /* fieller(mean(e), mean(a), var(e) / 5, var(a) / 5, cov(e, a) / 5, 4), 1 less it */
    double forecast[] = {500, 600, 420, 390, 810}, actual[] = {700, 300, 400, 450, 800};
    const double *two[] = {forecast, actual};
    size_t fives[] = {5, 5};
    leadkpi_kpi_evaluate_samples(number_of("forecast_accuracy:wape"), two, fives, 2, NULL, &e,
                                 NULL);
    ck_assert_double_eq_tol(e.value, 0.77735849056603779, 1e-13);
    ck_assert_double_eq_tol(e.low, 0.20213696283587668, 1e-12);
    ck_assert_double_eq_tol(e.high, 1.0645213704999712, 1e-12);
    /* 61000 -+ z sqrt(sum(v^2 p (1 - p))), not below nothing won */
    double values[] = {100000, 50000, 20000}, chances[] = {.2, .5, .8};
    const double *deals[] = {values, chances};
    size_t threes[] = {3, 3};
    leadkpi_kpi_evaluate_samples(number_of("weighted_pipeline"), deals, threes, 2, NULL, &e, NULL);
    ck_assert_double_eq(e.low, 0);
    ck_assert_double_eq_tol(e.high, 154771.52681154793, 1e-8);
}
END_TEST

START_TEST(rows_of_a_table_bring_their_own_spread)
{
    double won[] = {900000, 900000}, quota[] = {1e6, 1e6}, squares[] = {5.2e10, 0}, low, high;
    uint8_t first_only[] = {1};
    leadkpi_table *rows, *out;
    leadkpi_table_create(NULL, &rows, NULL);
    leadkpi_table_borrow_double(rows, "won_value", NUL, won, 2, 0, NULL, NULL);
    leadkpi_table_borrow_double(rows, "quota", NUL, quota, 2, 0, NULL, NULL);
    leadkpi_table_borrow_double(rows, "won_value.sum_of_squares", NUL, squares, 2, 0, first_only,
                                NULL);
    ck_assert_int_eq(leadkpi_kpi_evaluate_table(NULL, number_of("quota_attainment"), rows, NULL,
                                                &out, NULL),
                     LEADKPI_OK);
    leadkpi_table_get_double(out, 1, 0, &low, NULL);
    leadkpi_table_get_double(out, 2, 0, &high, NULL);
    ck_assert_double_eq_tol(low, golden[0].low, 1e-13);
    ck_assert_double_eq_tol(high, golden[0].high, 1e-13);
    ck_assert_int_eq(leadkpi_table_is_null(out, 1, 1), 1);
    leadkpi_table_free(out);
    leadkpi_table_borrow_double(rows, "won_value.squares", NUL, squares, 2, 0, NULL, NULL);
    ck_assert_int_eq(leadkpi_kpi_evaluate_table(NULL, number_of("quota_attainment"), rows, NULL,
                                                &out, NULL),
                     LEADKPI_UNKNOWN_NAME);
    leadkpi_table_free(rows);
}
END_TEST

/* No churn within its interval is an endless lifetime. */
START_TEST(an_end_at_which_the_value_does_not_exist_is_infinite)
{
    said s = {"customer_lifetime", {"churn", "churn.low", "churn.high"}, {.02, 0, .05}, 0, 0};
    leadkpi_estimate e = evaluate(&s, NULL, NULL);
    ck_assert_int_eq(e.status, LEADKPI_OK);
    ck_assert_double_eq_tol(e.low, 20, 1e-12);
    ck_assert_double_infinite(e.high);
}
END_TEST

START_TEST(every_kpi_has_an_interval_or_a_reason)
{
    int32_t never = 0, needing = 0;
    for (int32_t i = 0; i < leadkpi_kpi_count(); i++) {
        int32_t kpi = leadkpi_kpi_at(i);
        const char *needs = leadkpi_kpi_property(kpi, "interval_needs", NUL);
        if (strcmp(leadkpi_kpi_property(kpi, "interval", NUL), "deterministic") == 0)
            ck_assert_str_ne(needs, "");
        needing += strstr(needs, "needs") != NULL;
        never += *needs && !strstr(needs, "needs");
    }
    ck_assert_int_eq(never, 14);
    ck_assert_int_eq(needing, 60);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dispersion");
    TCase *tcase = tcase_create("dispersion");
    tcase_add_loop_test(tcase, an_interval_from_the_spread_is_what_r_gives, 0,
                        (int)(sizeof golden / sizeof golden[0]));
    tcase_add_test(tcase, options_say_the_same_as_names);
    tcase_add_loop_test(tcase, what_is_wrong_in_a_dispersion_is_said, 0, 13);
    tcase_add_test(tcase, two_sums_over_the_same_customers_need_their_products);
    tcase_add_test(tcase, a_noisy_denominator_gives_the_three_outcomes_of_fieller);
    tcase_add_test(tcase, the_variance_of_u_is_delongs);
    tcase_add_test(tcase, shares_looked_at_together_are_goodmans);
    tcase_add_test(tcase, samples_that_hold_their_own_spread_have_an_interval);
    tcase_add_test(tcase, rows_of_a_table_bring_their_own_spread);
    tcase_add_test(tcase, an_end_at_which_the_value_does_not_exist_is_infinite);
    tcase_add_test(tcase, every_kpi_has_an_interval_or_a_reason);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
