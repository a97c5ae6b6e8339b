/* Special functions and distributions: known values in both tails, identities, limits. */
#include <leadkpi/stats.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include "../support/check_main.h"
#include "golden.h"

#define ROWS (sizeof golden / sizeof *golden)

static const struct {
    const char *name;
    double (*one)(double);
    double (*two)(double, double);
    double (*three)(double, double, double);
} functions[] = {
    {"log_gamma", leadkpi_stats_log_gamma, NULL, NULL},
    {"digamma", leadkpi_stats_digamma, NULL, NULL},
    {"trigamma", leadkpi_stats_trigamma, NULL, NULL},
    {"normal_cdf", leadkpi_stats_normal_cdf, NULL, NULL},
    {"normal_upper", leadkpi_stats_normal_upper, NULL, NULL},
    {"normal_quantile", leadkpi_stats_normal_quantile, NULL, NULL},
    {"normal_upper_quantile", leadkpi_stats_normal_upper_quantile, NULL, NULL},
    {"t_cdf", NULL, leadkpi_stats_t_cdf, NULL},
    {"t_upper", NULL, leadkpi_stats_t_upper, NULL},
    {"t_quantile", NULL, leadkpi_stats_t_quantile, NULL},
    {"t_upper_quantile", NULL, leadkpi_stats_t_upper_quantile, NULL},
    {"chi_square_cdf", NULL, leadkpi_stats_chi_square_cdf, NULL},
    {"chi_square_upper", NULL, leadkpi_stats_chi_square_upper, NULL},
    {"chi_square_quantile", NULL, leadkpi_stats_chi_square_quantile, NULL},
    {"chi_square_upper_quantile", NULL, leadkpi_stats_chi_square_upper_quantile, NULL},
    {"gamma_cdf", NULL, leadkpi_stats_gamma_cdf, NULL},
    {"gamma_upper", NULL, leadkpi_stats_gamma_upper, NULL},
    {"gamma_quantile", NULL, leadkpi_stats_gamma_quantile, NULL},
    {"gamma_upper_quantile", NULL, leadkpi_stats_gamma_upper_quantile, NULL},
    {"beta_cdf", NULL, NULL, leadkpi_stats_beta_cdf},
    {"beta_upper", NULL, NULL, leadkpi_stats_beta_upper},
    {"beta_quantile", NULL, NULL, leadkpi_stats_beta_quantile},
    {"beta_upper_quantile", NULL, NULL, leadkpi_stats_beta_upper_quantile},
};
#define FUNCTIONS (sizeof functions / sizeof *functions)

static double call(size_t function, const double *argument)
{
    if (functions[function].one) return functions[function].one(argument[0]);
    if (functions[function].two) return functions[function].two(argument[0], argument[1]);
    return functions[function].three(argument[0], argument[1], argument[2]);
}

static size_t function_named(const char *name)
{
    size_t i = 0;
    while (i < FUNCTIONS && strcmp(functions[i].name, name) != 0) i++;
    ck_assert_msg(i < FUNCTIONS, "golden.h names an unknown function %s", name);
    return i;
}

static void close_to(double found, double expected, double tolerance, const char *what)
{
    ck_assert_msg(fabs(found - expected) <= tolerance * fabs(expected) || found == expected,
                  "%s: expected %.17g, found %.17g", what, expected, found);
}

/* 1e-12 where no argument is above 1e4, else 1e-10: what stats.h promises. */
START_TEST(values_of_40_digits_are_met_in_both_tails)
{
    ck_assert_uint_gt(ROWS, 500);
    for (size_t i = 0; i < ROWS; i++) {
        const double *a = golden[i].argument;
        double found = call(function_named(golden[i].function), a);
        double largest = fmax(a[0], fmax(a[1], a[2]));
        double tolerance = largest <= 1e4 ? 1e-12 : 1e-10;
        ck_assert_msg(fabs(found / golden[i].value - 1) <= tolerance,
                      "%s(%.17g, %.17g, %.17g): expected %.17g, found %.17g", golden[i].function,
                      a[0], a[1], a[2], golden[i].value, found);
    }
}
END_TEST

START_TEST(gamma_obeys_its_recurrence_and_reflection)
{
    for (double x = 0.01; x < 60; x *= 1.07) {
        double product = leadkpi_stats_log_gamma(x) + log(x);
        ck_assert(fabs(leadkpi_stats_log_gamma(x + 1) - product) <= 1e-14 * (1 + fabs(product) + fabs(log(x)) * 4));
        ck_assert(fabs(leadkpi_stats_digamma(x + 1) - leadkpi_stats_digamma(x) - 1 / x) <= 1e-14 * (4 + 1 / x));
        close_to(leadkpi_stats_trigamma(x) - 1 / (x * x) + 1, leadkpi_stats_trigamma(x + 1) + 1,
                 1e-14 * (1 + 4 / (x * x)), "trigamma recurrence");
    }
    for (double x = 0.02; x < 1; x += 0.02) {
        double reflected = log(acos(-1.0) / sin(acos(-1.0) * x));
        ck_assert(fabs(leadkpi_stats_log_gamma(x) + leadkpi_stats_log_gamma(1 - x) - reflected) < 2e-14);
    }
    close_to(leadkpi_stats_log_gamma(171), 706.57306224578736, 1e-15, "log 170!");
    ck_assert(leadkpi_stats_log_gamma(1) == 0 && leadkpi_stats_log_gamma(2) == 0);
}
END_TEST

static const double parameters[] = {0.02, 0.5, 1, 1.5, 7, 60, 99.5, 100, 130, 3000, 1e6, 1e9, 1e15};
#define PARAMETERS (sizeof parameters / sizeof *parameters)

START_TEST(beta_is_symmetric)
{
    for (size_t i = 0; i < PARAMETERS; i++)
        for (size_t j = 0; j < PARAMETERS; j++)
            for (double x = 0.0625; x < 1; x += 0.0625) {
                double a = parameters[i], b = parameters[j];
                double here = leadkpi_stats_beta_cdf(x, a, b);
                double there = leadkpi_stats_beta_upper(1 - x, b, a);
                close_to(here, there, 1e-12, "I_x(a, b) and 1 - I_(1 - x)(b, a)");
            }
}
END_TEST

START_TEST(tails_add_up_to_one_and_never_fall)
{
    for (size_t i = 0; i < PARAMETERS; i++) {
        double a = parameters[i], before = 0;
        for (double z = -30; z <= 30; z += 0.25) {
            double x = fmax(0, a + z * sqrt(a));
            double lower = leadkpi_stats_gamma_cdf(x, a), upper = leadkpi_stats_gamma_upper(x, a);
            ck_assert(fabs(lower + upper - 1) < 1e-15);
            ck_assert_msg(lower >= before - 1e-14, "gamma falls at %.17g, shape %g", x, a);
            before = lower;
        }
    }
}
END_TEST

/* Where two methods meet nothing may jump: either side of shape 100, of x = 1.1, of t = 1. */
START_TEST(methods_agree_where_they_meet)
{
    double below = nextafter(100, 0);
    for (double x = 61; x < 140; x += 1) {
        close_to(leadkpi_stats_gamma_cdf(x, below), leadkpi_stats_gamma_cdf(x, 100), 3e-13, "gamma");
        close_to(leadkpi_stats_gamma_upper(x, below), leadkpi_stats_gamma_upper(x, 100), 3e-13, "gamma");
        double p = x / 220;
        close_to(leadkpi_stats_beta_cdf(p, below, 120), leadkpi_stats_beta_cdf(p, 100, 120), 3e-13, "beta");
        close_to(leadkpi_stats_beta_upper(p, below, 120), leadkpi_stats_beta_upper(p, 100, 120), 3e-13, "beta");
    }
    for (double n = 0.3; n < 300; n *= 1.3)
        close_to(leadkpi_stats_t_upper(1, n), leadkpi_stats_t_upper(1 + DBL_EPSILON, n), 1e-13, "t");
    for (double t = 0.1; t < 50; t *= 1.4)
        close_to(leadkpi_stats_t_upper(t, nextafter(30, 0)), leadkpi_stats_t_upper(t, 30), 1e-12, "t");
}
END_TEST

START_TEST(quantiles_undo_probabilities)
{
    static const double tails[] = {1e-200, 1e-20, 1e-6, 0.025, 0.3, 0.5, 0.7, 0.999};
    for (size_t k = 0; k < sizeof tails / sizeof *tails; k++) {
        double q = tails[k];
        close_to(leadkpi_stats_normal_upper(leadkpi_stats_normal_upper_quantile(q)), q, 3e-13, "normal");
        for (size_t i = 1; i < PARAMETERS - 1; i++) {
            double a = parameters[i];
            double x = leadkpi_stats_gamma_upper_quantile(q, a);
            /* one ulp of x moves the tail by x times the hazard times epsilon */
            double slack = 1e-12 + 60 * sqrt(a) * DBL_EPSILON;
            close_to(leadkpi_stats_gamma_upper(x, a), q, slack, "gamma upper");
            x = leadkpi_stats_gamma_quantile(q, a);
            if (x > DBL_MIN) close_to(leadkpi_stats_gamma_cdf(x, a), q, slack, "gamma lower");
            x = leadkpi_stats_t_upper_quantile(q, a);
            if (isfinite(x)) close_to(leadkpi_stats_t_upper(x, a), q, slack, "t");
            x = leadkpi_stats_beta_quantile(q, a, 7);
            if (x > DBL_MIN && x < 0.9) close_to(leadkpi_stats_beta_cdf(x, a, 7), q, slack, "beta");
        }
    }
}
END_TEST

START_TEST(chi_square_is_gamma_and_the_square_of_a_normal)
{
    for (double x = 0.01; x < 40; x *= 1.5) {
        close_to(leadkpi_stats_chi_square_upper(x, 1), 2 * leadkpi_stats_normal_upper(sqrt(x)), 1e-13, "df 1");
        close_to(leadkpi_stats_chi_square_upper(x, 2), exp(-x / 2), 1e-13, "df 2");
    }
    close_to(leadkpi_stats_chi_square_upper_quantile(0.05, 1), 3.8414588206941236, 1e-14, "95 %");
    close_to(leadkpi_stats_chi_square_quantile(0.05, 2), -2 * log1p(-0.05), 1e-14, "df 2");
}
END_TEST

START_TEST(t_has_closed_forms_for_1_and_2_degrees)
{
    for (double t = 1e-6; t < 1e8; t *= 7) {
        close_to(leadkpi_stats_t_upper(t, 1), atan2(1, t) / acos(-1.0), 1e-13, "Cauchy");
        double two = 1 / (sqrt(2 + t * t) * (sqrt(2 + t * t) + t));
        close_to(leadkpi_stats_t_upper(t, 2), two, 1e-13, "2 degrees");
    }
    ck_assert(leadkpi_stats_t_upper(1.5, INFINITY) == leadkpi_stats_normal_upper(1.5));
    close_to(leadkpi_stats_t_upper_quantile(0.025, 1e15), 1.959963984540054, 1e-14, "nearly normal");
    ck_assert(leadkpi_stats_t_upper_quantile(1e-300, 0.5) == INFINITY);
}
END_TEST

START_TEST(ends_of_the_range_are_exact)
{
    ck_assert(leadkpi_stats_log_gamma(0) == INFINITY && leadkpi_stats_log_gamma(INFINITY) == INFINITY);
    ck_assert(leadkpi_stats_digamma(0) == -INFINITY && leadkpi_stats_trigamma(INFINITY) == 0);
    ck_assert(leadkpi_stats_normal_cdf(INFINITY) == 1 && leadkpi_stats_normal_upper(-INFINITY) == 1);
    ck_assert(leadkpi_stats_normal_quantile(0) == -INFINITY && leadkpi_stats_normal_quantile(0.5) == 0);
    ck_assert(leadkpi_stats_t_cdf(-INFINITY, 3) == 0 && leadkpi_stats_t_upper_quantile(0.5, 3) == 0);
    ck_assert(leadkpi_stats_gamma_cdf(-1, 2) == 0 && leadkpi_stats_gamma_upper(INFINITY, 2) == 0);
    ck_assert(leadkpi_stats_gamma_quantile(1, 2) == INFINITY && leadkpi_stats_gamma_quantile(0, 2) == 0);
    ck_assert(leadkpi_stats_beta_cdf(0, 2, 3) == 0 && leadkpi_stats_beta_upper(1, 2, 3) == 0);
    ck_assert(leadkpi_stats_beta_quantile(1, 2, 3) == 1 && leadkpi_stats_beta_upper_quantile(1, 2, 3) == 0);
}
END_TEST

START_TEST(outside_of_the_domain_is_nan)
{
    static const double bad[][3] = {{NAN, 1, 1}, {0.5, NAN, 1}, {0.5, 0, 1}, {0.5, -1, 1}};
    for (size_t f = 0; f < FUNCTIONS; f++) {
        size_t rows = functions[f].one ? 1 : 4;
        for (size_t i = 0; i < rows; i++)
            ck_assert_msg(isnan(call(f, bad[i])), "%s, bad row %zu", functions[f].name, i);
        int probability = strstr(functions[f].name, "quantile") != NULL;
        static const double out[][3] = {{-0.1, 2, 2}, {1.1, 2, 2}, {INFINITY, 2, 2}};
        for (size_t i = 0; probability && i < 3; i++) ck_assert(isnan(call(f, out[i])));
    }
    ck_assert(isnan(leadkpi_stats_log_gamma(-0.5)) && isnan(leadkpi_stats_trigamma(-INFINITY)));
    ck_assert(isnan(leadkpi_stats_beta_cdf(0.5, 1, INFINITY)) && isnan(leadkpi_stats_gamma_cdf(1, INFINITY)));
    ck_assert(isnan(leadkpi_stats_beta_cdf(1.5, 1, 1)) && isnan(leadkpi_stats_beta_cdf(-0.5, 1, 1)));
}
END_TEST

/* No argument, however strange, may hang a search or leave [0, 1]. */
START_TEST(every_double_is_answered)
{
    static const double odd[] = {0,      -0.0,    DBL_TRUE_MIN, DBL_MIN, 1e-300, 1e-17, 0.5, 1 - DBL_EPSILON,
                                 1,      100,     1e17,         1e300,   DBL_MAX, INFINITY, -INFINITY, NAN, -1};
    const size_t n = sizeof odd / sizeof *odd;
    for (size_t f = 0; f < FUNCTIONS; f++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < (functions[f].one ? 1 : n); j++)
                for (size_t k = 0; k < (functions[f].three ? n : 1); k++) {
                    double a[3] = {odd[i], odd[j], odd[k]};
                    double found = call(f, a);
                    int probability = strstr(functions[f].name, "_cdf") || strstr(functions[f].name, "_upper");
                    if (strstr(functions[f].name, "quantile")) probability = 0;
                    if (probability && !isnan(found))
                        ck_assert_msg(found >= 0 && found <= 1, "%s(%g, %g, %g) = %g",
                                      functions[f].name, a[0], a[1], a[2], found);
                }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("distributions");
    TCase *tcase = tcase_create("distributions");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, values_of_40_digits_are_met_in_both_tails);
    tcase_add_test(tcase, gamma_obeys_its_recurrence_and_reflection);
    tcase_add_test(tcase, beta_is_symmetric);
    tcase_add_test(tcase, tails_add_up_to_one_and_never_fall);
    tcase_add_test(tcase, methods_agree_where_they_meet);
    tcase_add_test(tcase, quantiles_undo_probabilities);
    tcase_add_test(tcase, chi_square_is_gamma_and_the_square_of_a_normal);
    tcase_add_test(tcase, t_has_closed_forms_for_1_and_2_degrees);
    tcase_add_test(tcase, ends_of_the_range_are_exact);
    tcase_add_test(tcase, outside_of_the_domain_is_nan);
    tcase_add_test(tcase, every_double_is_answered);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
