/* Models against references with 50 digits (make_golden.py), and against published ones. */
#include "../support/check_main.h"
#include "customers.h"

typedef struct golden_fit {
    const char *model;
    int count;
    double value[4], error[4], log_likelihood;
} golden_fit;

typedef struct golden_customer {
    const char *model;
    double parameters[4], frequency, recency, age, horizon, log_likelihood, alive, expected, dert;
} golden_customer;

#include "golden.h"

static const char *const parameter_names[][4] = {
    {"r", "alpha", "a", "b"}, {"r", "alpha", "s", "beta"}};

static void check_fit(const leadkpi_lifetime *model, const golden_fit *golden)
{
    ck_assert_int_eq(leadkpi_lifetime_outcome(model), LEADKPI_LIFETIME_INTERIOR);
    for (int i = 0; i < golden->count; i++) {
        /* Where the likelihood is flat, a parameter is known no better than a share of its error. */
        double tolerance = fmax(1e-9, 1e-10 * golden->error[i] / golden->value[i]);
        agree(parameter(model, "value", (size_t)i), golden->value[i], tolerance, golden->model);
        agree(parameter(model, "standard_error", (size_t)i), golden->error[i], 1e-7, golden->model);
    }
    agree(log_likelihood(model), golden->log_likelihood, 1e-12, golden->model);
}

START_TEST(fits_of_customers_are_the_exact_maxima)
{
    static crowd c;
    draw_customers(&c);
    leadkpi_table *table = table_of(&c);
    for (size_t i = 0; i < sizeof golden_fits / sizeof golden_fits[0]; i++) {
        leadkpi_lifetime *model = fitted(golden_fits[i].model, table);
        check_fit(model, &golden_fits[i]);
        leadkpi_lifetime_free(model);
    }
    leadkpi_table_free(table);
}
END_TEST

/* Fader and Hardie (2007), table 1: still there after 0 to 7 years, of 1000. */
static const double high_end[] = {1000, 869, 743, 653, 593, 551, 517, 491};
static const double regular[] = {1000, 631, 468, 382, 326, 289, 262, 241};

static leadkpi_table *contracts(const double *first, int first_count, const double *second, int second_count)
{
    static int64_t periods[32], cohorts[32];
    static double alive[32];
    leadkpi_table *table;
    size_t count = (size_t)(first_count + second_count);
    for (int i = 0; i < first_count; i++) periods[i] = i, cohorts[i] = 2024, alive[i] = first[i];
    for (int i = 0; i < second_count; i++)
        periods[first_count + i] = i, cohorts[first_count + i] = 2023, alive[first_count + i] = second[i];
    OK(leadkpi_table_create(NULL, &table, ok_error));
    OK(leadkpi_table_borrow_int64(table, "period", NUL, periods, count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_int64(table, "cohort", NUL, cohorts, count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(table, "alive", NUL, alive, count, 0, NULL, ok_error));
    return table;
}

START_TEST(fits_of_contracts_are_the_exact_maxima_of_one_and_of_two_cohorts)
{
    for (int i = 0; i < 6; i++) {
        leadkpi_table *table = i % 3 == 0   ? contracts(high_end, 8, NULL, 0)
                               : i % 3 == 1 ? contracts(regular, 8, NULL, 0)
                                            : contracts(high_end, 8, regular, 6);
        leadkpi_lifetime *model = fitted(golden_contracts[i].model, table);
        check_fit(model, &golden_contracts[i]);
        leadkpi_lifetime_free(model);
        leadkpi_table_free(table);
    }
}
END_TEST

/* Published in the appendix of Fader and Hardie (2007): S(8) to S(12), and DERL 7.530 at 10 %. */
START_TEST(the_high_end_cohort_is_projected_as_published)
{
    static const double survival[] = {0.460, 0.436, 0.414, 0.395, 0.378};
    leadkpi_table *table = contracts(high_end, 8, NULL, 0), *curve;
    leadkpi_lifetime *model = fitted("sbg", table);
    leadkpi_options *options = options_of("lifetime_curve", "discount=0.1");
    OK(leadkpi_lifetime_curve(model, options, &curve, ok_error));
    ck_assert_uint_eq(leadkpi_table_row_count(curve), 13);
    for (size_t i = 0; i < 5; i++) ck_assert(fabs(cell(curve, "survival", 8 + i) - survival[i]) < 5e-4);
    ck_assert(fabs(cell(curve, "residual_lifetime", 8) - 7.530) < 5e-4);
    agree(cell(curve, "residual_lifetime", 0), 5.922253495783275, 1e-12, "DEL");
    leadkpi_options_free(options);
    leadkpi_lifetime_free(model);
    leadkpi_table_free(curve);
    leadkpi_table_free(table);
}
END_TEST

static leadkpi_lifetime *model_of(const golden_customer *g)
{
    char text[200];
    const char *const *names = parameter_names[strcmp(g->model, "pareto_nbd") == 0];
    snprintf(text, sizeof text, "model=%s; %s=%.17g; %s=%.17g; %s=%.17g; %s=%.17g", g->model, names[0],
             g->parameters[0], names[1], g->parameters[1], names[2], g->parameters[2], names[3], g->parameters[3]);
    return given(text);
}

static leadkpi_table *one_customer(const golden_customer *g)
{
    leadkpi_table *table;
    OK(leadkpi_table_create(NULL, &table, ok_error));
    OK(leadkpi_table_borrow_double(table, "frequency", NUL, &g->frequency, 1, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(table, "recency", NUL, &g->recency, 1, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(table, "T", NUL, &g->age, 1, 0, NULL, ok_error));
    return table;
}

static double forecast(const leadkpi_lifetime *model, const leadkpi_table *table, const char *text,
                       const char *column)
{
    leadkpi_table *out;
    leadkpi_options *options = options_of("lifetime_forecast", text);
    OK(leadkpi_lifetime_forecast(model, NULL, table, options, &out, ok_error));
    double value = cell(out, column, 0);
    leadkpi_options_free(options);
    leadkpi_table_free(out);
    return value;
}

START_TEST(customers_are_judged_exactly_also_at_a_1_and_s_1_and_after_1000_purchases)
{
    char text[100];
    for (size_t i = 0; i < sizeof golden_customers / sizeof golden_customers[0]; i++) {
        const golden_customer *g = &golden_customers[i];
        leadkpi_lifetime *model = model_of(g);
        leadkpi_table *table = one_customer(g);
        double likelihood;
        OK(leadkpi_lifetime_log_likelihood(model, table, &likelihood, ok_error));
        agree(likelihood, g->log_likelihood, 1e-12, "log-likelihood");
        snprintf(text, sizeof text, "horizon=%.17g", g->horizon);
        agree(forecast(model, table, text, "probability_alive"), g->alive, 1e-12, "alive");
        agree(forecast(model, table, text, "expected_transactions"), g->expected, 1e-12, "expected");
        /* An interest of 0.0027 a week, as exp(52 * 0.0027) - 1 a year. */
        if (g->dert >= 0)
            agree(forecast(model, table, "discount=0.15073400041094487", "discounted_transactions"), g->dert, 1e-12,
                  "DERT");
        leadkpi_lifetime_free(model);
        leadkpi_table_free(table);
    }
}
END_TEST

/* The parameters of Fader and Hardie (2013), and the conditional means of their table. */
START_TEST(spend_is_as_published)
{
    static const double x[] = {2, 1, 0, 0, 0, 7, 1, 0, 2, 0}, z[] = {22.35, 11.77, 0, 0, 0, 73.74, 11.77, 0, 25.55, 0};
    static const double published[] = {24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17};
    static const double recency[] = {1, 1, 0, 0, 0, 1, 1, 0, 1, 0}, age[] = {2, 2, 2, 2, 2, 2, 2, 2, 2, 2};
    crowd *c = calloc(1, sizeof *c);
    c->count = 10;
    memcpy(c->frequency, x, sizeof x), memcpy(c->value, z, sizeof z);
    memcpy(c->recency, recency, sizeof recency), memcpy(c->age, age, sizeof age);
    leadkpi_table *table = table_of(c), *out;
    leadkpi_lifetime *spend = given("model=gamma_gamma; p=6.25; q=3.74; gamma=15.44");
    leadkpi_lifetime *model = given("model=bg_nbd; r=0.243; alpha=4.414; a=0.793; b=2.426");
    OK(leadkpi_lifetime_forecast(model, spend, table, NULL, &out, ok_error));
    for (size_t i = 0; i < 10; i++) ck_assert(fabs(cell(out, "mean_spend", i) - published[i]) < 0.1);
    leadkpi_lifetime_free(spend);
    leadkpi_lifetime_free(model);
    leadkpi_table_free(table);
    leadkpi_table_free(out);
    free(c);
}
END_TEST

/* The example of pnbd.DERT in the documentation of the R package BTYD. */
START_TEST(discounted_residual_transactions_are_those_of_the_btyd_example)
{
    golden_customer g = {"pareto_nbd", {0.5629966, 12.5590370, 0.4081095, 10.5148048}, 7, 35, 77.86, 0, 0, 0, 0, 0};
    leadkpi_lifetime *model = model_of(&g);
    leadkpi_table *table = one_customer(&g);
    double found = forecast(model, table, "discount=0.15073400041094487", "discounted_transactions");
    agree(found, 1.8641833280713, 1e-12, "DERT");
    leadkpi_lifetime_free(model);
    leadkpi_table_free(table);
}
END_TEST

/* By mpmath 1.3 at 40 digits: the ratio of gamma functions, for a fit whose hazard goes from next to none
 * to nearly 1 within three periods, and for sBG far out. */
START_TEST(survival_far_out_only_falls)
{
    leadkpi_table *curve;
    leadkpi_lifetime *model = given("model=bdw; alpha=6.458784748961412; beta=161140588112.85046; c=17.453886019788932");
    leadkpi_options *options = options_of("lifetime_curve", "periods=60");
    OK(leadkpi_lifetime_curve(model, options, &curve, ok_error));
    agree(cell(curve, "survival", 5), 2.0780184446684163e-07, 1e-12, "S(5)");
    agree(cell(curve, "survival", 20), 5.2318026937293631e-75, 1e-12, "S(20)");
    for (size_t i = 1; i <= 60; i++) ck_assert(cell(curve, "survival", i) < cell(curve, "survival", i - 1));
    leadkpi_table_free(curve);
    leadkpi_lifetime_free(model);
    leadkpi_options_free(options);
    options = options_of("lifetime_curve", "periods=9999");
    model = given("model=sbg; alpha=0.668; beta=3.806");
    OK(leadkpi_lifetime_curve(model, options, &curve, ok_error));
    agree(cell(curve, "survival", 100), 0.1068914100811491, 1e-12, "S(100)");
    agree(cell(curve, "survival", 9999), 0.0050493928043184676, 1e-12, "S(9999)");
    leadkpi_table_free(curve);
    leadkpi_lifetime_free(model);
    leadkpi_options_free(options);
}
END_TEST

/* By mpmath 1.3 at 40 digits: equation (10) of Fader, Hardie and Lee (2005) with its 2F1, and the integral of
 * discounted transactions, where next to nobody leaves, or all or none do. */
START_TEST(customers_are_judged_exactly_where_a_or_b_nearly_vanish)
{
    golden_customer few = {"bg_nbd", {0.25, 4.4, 1e-3, 2.4}, 3, 30, 39, 0, 0, 0, 0, 0};
    golden_customer fewer = {"bg_nbd", {0.25, 4.4, 1e-6, 2.4}, 3, 30, 39, 0, 0, 0, 0, 0};
    golden_customer extremes = {"bg_nbd", {0.25, 4.4, 2e-9, 1e-9}, 0, 0, 39, 0, 0, 0, 0, 0};
    const struct {
        golden_customer *customer;
        const char *options, *column;
        double expected;
    } cases[] = {{&few, "horizon=1000", "expected_transactions", 74.691930596084824},
                 {&extremes, "horizon=1000", "expected_transactions", 2.2857188640826286},
                 {&fewer, "discount=0.1", "discounted_transactions", 40.8560722089684}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        leadkpi_lifetime *model = model_of(cases[i].customer);
        leadkpi_table *table = one_customer(cases[i].customer);
        agree(forecast(model, table, cases[i].options, cases[i].column), cases[i].expected, 1e-12, cases[i].column);
        leadkpi_lifetime_free(model);
        leadkpi_table_free(table);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lifetime golden");
    TCase *tcase = tcase_create("golden");
    tcase_add_test(tcase, fits_of_customers_are_the_exact_maxima);
    tcase_add_test(tcase, fits_of_contracts_are_the_exact_maxima_of_one_and_of_two_cohorts);
    tcase_add_test(tcase, the_high_end_cohort_is_projected_as_published);
    tcase_add_test(tcase, customers_are_judged_exactly_also_at_a_1_and_s_1_and_after_1000_purchases);
    tcase_add_test(tcase, spend_is_as_published);
    tcase_add_test(tcase, discounted_residual_transactions_are_those_of_the_btyd_example);
    tcase_add_test(tcase, survival_far_out_only_falls);
    tcase_add_test(tcase, customers_are_judged_exactly_where_a_or_b_nearly_vanish);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
