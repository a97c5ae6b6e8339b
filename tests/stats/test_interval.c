/* Intervals of proportions, counts, differences, ratios and means: known values, coverage, limits,
 * bad input. */
#include <leadkpi/stats.h>

#include <math.h>
#include <string.h>

#include "../support/check_main.h"

static double low, high;
static leadkpi_error error;

/* Within a relative tolerance; what lies near 0 within the same of 1. */
static void ends_are(double expected_low, double expected_high, double tolerance)
{
    ck_assert_msg(fabs(low - expected_low) <= tolerance * fmax(1e-3, fabs(expected_low)) &&
                      fabs(high - expected_high) <= tolerance * fmax(1e-3, fabs(expected_high)),
                  "expected %.17g to %.17g, found %.17g to %.17g", expected_low, expected_high, low,
                  high);
}

#define OK(call) ck_assert_msg((call) == LEADKPI_OK, "%s: %s", #call, error.message)

/* The call answers `status` with a message, and both ends are NaN. */
#define REFUSED(status, call)                                                                      \
    do {                                                                                           \
        low = high = 7;                                                                            \
        ck_assert_int_eq(call, status);                                                            \
        ck_assert(isnan(low) && isnan(high));                                                      \
        ck_assert_int_eq(error.code, status);                                                      \
        ck_assert_uint_gt(strlen(error.message), 0);                                               \
    } while (0)

/* Examples of the KPI catalogue, computed independently with SciPy. */
START_TEST(catalogue_examples_come_out)
{
    OK(leadkpi_stats_wilson_interval(40, 500, 0.95, &low, &high, &error));
    ends_are(0.05929812940985259, 0.10710631657785129, 1e-13);
    OK(leadkpi_stats_wilson_interval(250, 1000, 0.95, &low, &high, &error));
    ends_are(0.2241530989836914, 0.27776028025908617, 1e-13);
    OK(leadkpi_stats_cost_per_count_interval(1000, 100, 0.95, &low, &high, &error));
    ends_are(8.221872572803685, 12.290449185513058, 1e-13);
    OK(leadkpi_stats_cost_per_count_interval(5000, 50, 0.95, &low, &high, &error));
    ends_are(75.8509337023911, 134.73107395895306, 1e-13);
    OK(leadkpi_stats_cost_per_count_interval(200000, 25, 0.95, &low, &high, &error));
    ends_are(5419.329905259891, 12361.946534404082, 1e-13);
    OK(leadkpi_stats_growth_interval(100, 120, 0.95, &low, &high, &error));
    ends_are(-0.08739422165347778, 0.5807420070202765, 1e-13);
}
END_TEST

/* R 4.2: binom.test, prop.test, qbeta. */
START_TEST(one_proportion_agrees_with_r)
{
    OK(leadkpi_stats_clopper_pearson_interval(15, 148, 0.9, &low, &high, &error));
    ends_are(0.063518448819350939, 0.15176837024062828, 1e-13);
    OK(leadkpi_stats_jeffreys_interval(15, 148, 0.9, &low, &high, &error));
    ends_are(0.066250367208857616, 0.14785302090954011, 1e-13);
    OK(leadkpi_stats_agresti_coull_interval(15, 148, 0.9, &low, &high, &error));
    ends_are(0.066835322295773825, 0.15018087169749789, 1e-13);
    OK(leadkpi_stats_wilson_corrected_interval(15, 148, 0.9, &low, &high, &error));
    ends_are(0.064710359607506346, 0.15346243991124733, 1e-13);
    OK(leadkpi_stats_agresti_coull_interval(0, 10, 0.9, &low, &high, &error));
    ends_are(-0.03586037514662975, 0.24880234523003658, 1e-12);
}
END_TEST

START_TEST(no_success_and_no_failure_reach_the_end)
{
    static const double trials[] = {1, 2, 30, 1e9, 1e15};
    for (size_t i = 0; i < 5; i++) {
        double n = trials[i];
        OK(leadkpi_stats_wilson_interval(0, n, 0.95, &low, &high, &error));
        ck_assert(low == 0 && high > 0 && high < 1);
        OK(leadkpi_stats_wilson_interval(n, n, 0.95, &low, &high, &error));
        ck_assert(high == 1 && low > 0 && low < 1);
        OK(leadkpi_stats_wilson_corrected_interval(0, n, 0.95, &low, &high, &error));
        ck_assert(low == 0 && high > 0 && high <= 1);
        OK(leadkpi_stats_clopper_pearson_interval(0, n, 0.95, &low, &high, &error));
        ck_assert(low == 0);
        ends_are(0, -expm1(log(0.025) / n), 1e-12); /* 1 - (alpha / 2)^(1 / n) */
        OK(leadkpi_stats_clopper_pearson_interval(n, n, 0.95, &low, &high, &error));
        ck_assert(high == 1);
        ends_are(exp(log(0.025) / n), 1, 1e-12);
        OK(leadkpi_stats_jeffreys_interval(0, n, 0.95, &low, &high, &error));
        ck_assert(low == 0 && high > 0 && high < 1);
        OK(leadkpi_stats_jeffreys_interval(n, n, 0.95, &low, &high, &error));
        ck_assert(high == 1 && low > 0 && low < 1);
    }
}
END_TEST

typedef leadkpi_status (*proportion_interval)(double, double, double, double *, double *,
                                              leadkpi_error *);
static const proportion_interval proportion_intervals[] = {
    leadkpi_stats_wilson_interval,          leadkpi_stats_wilson_corrected_interval,
    leadkpi_stats_clopper_pearson_interval, leadkpi_stats_jeffreys_interval,
    leadkpi_stats_agresti_coull_interval,
};
#define PROPORTION_INTERVALS (sizeof proportion_intervals / sizeof *proportion_intervals)

START_TEST(failures_mirror_successes)
{
    for (size_t k = 0; k < PROPORTION_INTERVALS; k++)
        for (double x = 0; x <= 37; x++) {
            double mirrored_low, mirrored_high;
            OK(proportion_intervals[k](x, 37, 0.95, &low, &high, &error));
            OK(proportion_intervals[k](37 - x, 37, 0.95, &mirrored_low, &mirrored_high, &error));
            ends_are(1 - mirrored_high, 1 - mirrored_low, 1e-12);
        }
}
END_TEST

START_TEST(more_successes_and_more_confidence_move_the_ends_outwards)
{
    for (size_t k = 0; k < PROPORTION_INTERVALS; k++) {
        double before_low = -1, before_high = -1;
        for (double x = 0; x <= 60; x++) {
            double wide_low, wide_high;
            OK(proportion_intervals[k](x, 60, 0.9, &low, &high, &error));
            OK(proportion_intervals[k](x, 60, 0.99, &wide_low, &wide_high, &error));
            ck_assert(low >= before_low && high >= before_high);
            ck_assert(wide_low <= low && wide_high >= high);
            before_low = low;
            before_high = high;
        }
    }
}
END_TEST

/* P(low(X) <= p <= high(X)) by adding up the binomial probabilities. */
static double coverage_at(double p, int n, proportion_interval interval)
{
    double covered = 0;
    for (int x = 0; x <= n; x++) {
        OK(interval(x, n, 0.95, &low, &high, &error));
        double log_probability = leadkpi_stats_log_gamma(n + 1) - leadkpi_stats_log_gamma(x + 1) -
                                 leadkpi_stats_log_gamma(n - x + 1) + x * log(p) +
                                 (n - x) * log1p(-p);
        if (low <= p && p <= high) covered += exp(log_probability);
    }
    return covered;
}

START_TEST(clopper_pearson_covers_at_least_the_level_everywhere)
{
    static const int sizes[] = {1, 2, 5, 17, 40};
    for (size_t i = 0; i < 5; i++)
        for (double p = 0.005; p < 1; p += 0.005)
            ck_assert(coverage_at(p, sizes[i], leadkpi_stats_clopper_pearson_interval) >= 0.95 - 1e-12);
}
END_TEST

START_TEST(wilson_covers_the_level_on_average)
{
    double sum = 0;
    for (int i = 1; i < 200; i++) sum += coverage_at(i / 200.0, 40, leadkpi_stats_wilson_interval);
    ck_assert_msg(fabs(sum / 199 - 0.95) < 0.005, "mean coverage %g", sum / 199);
}
END_TEST

START_TEST(a_count_of_zero_bounds_rate_and_cost)
{
    OK(leadkpi_stats_poisson_interval(0, 0.95, &low, &high, &error));
    ck_assert(low == 0);
    ends_are(0, 3.6888794541139363, 1e-14); /* -log(0.025) */
    OK(leadkpi_stats_cost_per_count_interval(1000, 0, 0.95, &low, &high, &error));
    ck_assert(high == INFINITY && fabs(low - 1000 / 3.6888794541139363) < 1e-11);
    OK(leadkpi_stats_cost_per_count_interval(0, 5, 0.95, &low, &high, &error));
    ck_assert(low == 0 && high == 0);
    REFUSED(LEADKPI_UNDEFINED, leadkpi_stats_cost_per_count_interval(0, 0, 0.95, &low, &high, &error));
}
END_TEST

/* The limits are where the Poisson tails are alpha / 2, at every size; across the place (count 64)
 * where a series takes over nothing jumps. */
START_TEST(garwood_limits_have_the_tails_they_promise)
{
    static const double levels[] = {0.5, 0.8, 0.95, 0.999, 1 - 1e-9};
    for (size_t k = 0; k < 5; k++) {
        double tail = 0.5 * (1 - levels[k]), before_low = -1, before_high = -1;
        for (double x = 0; x < 1e7; x = floor(x * 1.09) + 1) {
            OK(leadkpi_stats_poisson_interval(x, levels[k], &low, &high, &error));
            double slack = 1e-12 + 30 * sqrt(x) * 2.3e-16;
            if (x > 0) ck_assert(fabs(leadkpi_stats_gamma_cdf(low, x) / tail - 1) < slack);
            ck_assert(fabs(leadkpi_stats_gamma_upper(high, x + 1) / tail - 1) < slack);
            ck_assert(low > before_low && high > before_high);
            before_low = low;
            before_high = high;
        }
    }
    OK(leadkpi_stats_poisson_interval(1e15, 0.95, &low, &high, &error));
    ends_are(1e15 - 1.959963984540054 * sqrt(1e15), 1e15 + 1.959963984540054 * sqrt(1e15), 1e-14);
}
END_TEST

START_TEST(a_fraction_lies_between_its_whole_neighbours)
{
    for (double x = 0; x < 90; x += 0.25) {
        double floor_low, floor_high, ceil_low, ceil_high;
        OK(leadkpi_stats_poisson_interval(x, 0.95, &low, &high, &error));
        OK(leadkpi_stats_poisson_interval(floor(x), 0.95, &floor_low, &floor_high, &error));
        OK(leadkpi_stats_poisson_interval(ceil(x), 0.95, &ceil_low, &ceil_high, &error));
        ck_assert(floor_low <= low && low <= ceil_low);
        ck_assert(floor_high <= high && high <= ceil_high);
    }
}
END_TEST

/* R: poisson.test(c(120, 100)), (3, 17), (1000000, 998000). */
START_TEST(ratio_of_counts_agrees_with_r)
{
    OK(leadkpi_stats_poisson_ratio_interval(120, 100, 0.95, &low, &high, &error));
    ends_are(0.9126057783465223, 1.5807420070202767, 1e-13);
    OK(leadkpi_stats_poisson_ratio_interval(3, 17, 0.95, &low, &high, &error));
    ends_are(0.033133561556885294, 0.61011623547923333, 1e-12);
    OK(leadkpi_stats_poisson_ratio_interval(1000000, 998000, 0.99, &low, &high, &error));
    ends_are(0.99835775564558171, 1.0056635812017589, 1e-12);
}
END_TEST

START_TEST(ratio_of_counts_turned_over_is_the_inverse)
{
    for (double a = 1; a < 1e9; a *= 13)
        for (double b = 1; b < 1e9; b *= 17) {
            double inverse_low, inverse_high;
            OK(leadkpi_stats_poisson_ratio_interval(a, b, 0.95, &low, &high, &error));
            OK(leadkpi_stats_poisson_ratio_interval(b, a, 0.95, &inverse_low, &inverse_high, &error));
            ck_assert(fabs(low * inverse_high - 1) < 1e-12 && fabs(high * inverse_low - 1) < 1e-12);
        }
    OK(leadkpi_stats_poisson_ratio_interval(0, 5, 0.95, &low, &high, &error));
    ck_assert(low == 0 && high > 0);
    OK(leadkpi_stats_poisson_ratio_interval(5, 0, 0.95, &low, &high, &error));
    ck_assert(high == INFINITY && low > 0);
    REFUSED(LEADKPI_UNDEFINED, leadkpi_stats_poisson_ratio_interval(0, 0, 0.95, &low, &high, &error));
    REFUSED(LEADKPI_UNDEFINED, leadkpi_stats_growth_interval(0, 0, 0.95, &low, &high, &error));
}
END_TEST

/* Newcombe (1998), table II, examples (a), (g) and (h): methods 10 and 5, four digits; Newcombe with R's
 * digits from the same formula. */
START_TEST(differences_agree_with_the_literature)
{
    OK(leadkpi_stats_newcombe_interval(56, 70, 48, 80, 0.95, &low, &high, &error));
    ends_are(0.052431472402364926, 0.33387265403690586, 1e-12);
    OK(leadkpi_stats_miettinen_nurminen_interval(56, 70, 48, 80, 0.95, &low, &high, &error));
    ends_are(0.0528297132458446308, 0.338172940015868326, 1e-12);
    ck_assert(fabs(low - 0.0528) < 5e-5 && fabs(high - 0.3382) < 5e-5);
    OK(leadkpi_stats_miettinen_nurminen_interval(0, 10, 0, 20, 0.95, &low, &high, &error));
    ck_assert(fabs(low + 0.1658) < 5e-5 && fabs(high - 0.2844) < 5e-5);
    OK(leadkpi_stats_miettinen_nurminen_interval(10, 10, 0, 20, 0.95, &low, &high, &error));
    ck_assert(fabs(low - 0.7156) < 5e-5 && high == 1);
    OK(leadkpi_stats_miettinen_nurminen_interval(9, 10, 3, 10, 0.95, &low, &high, &error));
    ends_are(0.170025016424398819, 0.840649543943328259, 1e-12);
}
END_TEST

START_TEST(differences_change_sign_with_the_groups)
{
    for (double x = 0; x <= 12; x++)
        for (double y = 0; y <= 9; y++) {
            double other_low, other_high;
            OK(leadkpi_stats_newcombe_interval(x, 12, y, 9, 0.9, &low, &high, &error));
            OK(leadkpi_stats_newcombe_interval(y, 9, x, 12, 0.9, &other_low, &other_high, &error));
            ends_are(-other_high, -other_low, 1e-12);
            OK(leadkpi_stats_miettinen_nurminen_interval(x, 12, y, 9, 0.9, &low, &high, &error));
            ck_assert(low >= -1 && high <= 1 && low <= x / 12 - y / 9 && x / 12 - y / 9 <= high);
            OK(leadkpi_stats_miettinen_nurminen_interval(y, 9, x, 12, 0.9, &other_low, &other_high, &error));
            ends_are(-other_high, -other_low, 1e-9);
        }
}
END_TEST

START_TEST(katz_needs_successes_and_a_failure)
{
    OK(leadkpi_stats_katz_interval(56, 70, 48, 80, 0.95, &low, &high, &error));
    double ratio = 0.8 / 0.6, factor = exp(1.959963984540054 * sqrt(1 / 56. - 1 / 70. + 1 / 48. - 1 / 80.));
    ends_are(ratio / factor, ratio * factor, 1e-13);
    REFUSED(LEADKPI_UNDEFINED, leadkpi_stats_katz_interval(5, 10, 0, 10, 0.95, &low, &high, &error));
    REFUSED(LEADKPI_NOT_ENOUGH_DATA, leadkpi_stats_katz_interval(0, 10, 5, 10, 0.95, &low, &high, &error));
    REFUSED(LEADKPI_NOT_ENOUGH_DATA, leadkpi_stats_katz_interval(10, 10, 9, 9, 0.95, &low, &high, &error));
}
END_TEST

/* R: t.test(1:10). */
START_TEST(mean_interval_is_students)
{
    OK(leadkpi_stats_mean_interval(10, 55, 385, 0.95, &low, &high, &error));
    ends_are(3.3341494103318308, 7.6658505896681692, 1e-14);
    OK(leadkpi_stats_mean_interval(3, 30, 300, 0.95, &low, &high, &error));
    ck_assert(low == 10 && high == 10); /* no spread at all */
    REFUSED(LEADKPI_UNDEFINED, leadkpi_stats_mean_interval(0, 0, 0, 0.95, &low, &high, &error));
    REFUSED(LEADKPI_NOT_ENOUGH_DATA, leadkpi_stats_mean_interval(1, 5, 25, 0.95, &low, &high, &error));
    REFUSED(LEADKPI_BAD_DATA, leadkpi_stats_mean_interval(3, 30, 299, 0.95, &low, &high, &error));
    REFUSED(LEADKPI_BAD_DATA, leadkpi_stats_mean_interval(2.5, 30, 900, 0.95, &low, &high, &error));
    REFUSED(LEADKPI_BAD_DATA, leadkpi_stats_mean_interval(2, NAN, 900, 0.95, &low, &high, &error));
    REFUSED(LEADKPI_OVERFLOW, leadkpi_stats_mean_interval(2, 1e200, 1e308, 0.95, &low, &high, &error));
}
END_TEST

START_TEST(log_delta_is_symmetric_in_factors)
{
    OK(leadkpi_stats_log_delta_interval(100, 0.04, 0.95, &low, &high, &error));
    ends_are(100 * exp(-0.2 * 1.959963984540054), 100 * exp(0.2 * 1.959963984540054), 1e-14);
    REFUSED(LEADKPI_BAD_DATA, leadkpi_stats_log_delta_interval(0, 0.04, 0.95, &low, &high, &error));
    REFUSED(LEADKPI_BAD_DATA, leadkpi_stats_log_delta_interval(1, -0.04, 0.95, &low, &high, &error));
}
END_TEST

/* How far a ratio is from the estimates, in standard errors squared: at the ends of Fieller's set
 * it is the critical value. */
static double fieller_distance(double r, double a, double b, double va, double vb, double cov)
{
    return (a - r * b) * (a - r * b) / (va - 2 * r * cov + r * r * vb);
}

START_TEST(fieller_has_three_outcomes)
{
    const double z2 = 1.959963984540054 * 1.959963984540054;
    int32_t outcome;
    OK(leadkpi_stats_fieller_interval(2, 5, 0.1, 0.2, 0.05, INFINITY, 0.95, &low, &high, &outcome, &error));
    ck_assert_int_eq(outcome, LEADKPI_STATS_FIELLER_BOUNDED);
    ck_assert(low < 0.4 && 0.4 < high);
    ck_assert(fabs(fieller_distance(low, 2, 5, 0.1, 0.2, 0.05) / z2 - 1) < 1e-12);
    ck_assert(fabs(fieller_distance(high, 2, 5, 0.1, 0.2, 0.05) / z2 - 1) < 1e-12);

    OK(leadkpi_stats_fieller_interval(2, 0.1, 0.1, 0.1, 0.02, INFINITY, 0.95, &low, &high, &outcome, &error));
    ck_assert_int_eq(outcome, LEADKPI_STATS_FIELLER_EXCLUSIVE);
    ck_assert(low < high && 20 >= high);
    ck_assert(fabs(fieller_distance(low, 2, 0.1, 0.1, 0.1, 0.02) / z2 - 1) < 1e-12);
    ck_assert(fieller_distance(0.5 * (low + high), 2, 0.1, 0.1, 0.1, 0.02) > z2);

    OK(leadkpi_stats_fieller_interval(0.2, 0.1, 0.1, 0.1, 0.02, 10, 0.95, &low, &high, &outcome, &error));
    ck_assert_int_eq(outcome, LEADKPI_STATS_FIELLER_WHOLE_LINE);
    ck_assert(low == -INFINITY && high == INFINITY);
}
END_TEST

START_TEST(fieller_knows_a_denominator_without_error)
{
    int32_t outcome;
    OK(leadkpi_stats_fieller_interval(6, 2, 1, 0, 0, INFINITY, 0.95, &low, &high, &outcome, &error));
    ck_assert_int_eq(outcome, LEADKPI_STATS_FIELLER_BOUNDED);
    ends_are(3 - 0.9799819922700270, 3 + 0.9799819922700270, 1e-14);
    outcome = 9;
    REFUSED(LEADKPI_UNDEFINED, leadkpi_stats_fieller_interval(6, 0, 1, 0, 0, 5, 0.95, &low, &high, &outcome, &error));
    ck_assert_int_eq(outcome, 0);
    REFUSED(LEADKPI_BAD_DATA, leadkpi_stats_fieller_interval(6, 1, 1, 1, 1.5, 5, 0.95, &low, &high, &outcome, &error));
    REFUSED(LEADKPI_BAD_DATA, leadkpi_stats_fieller_interval(6, 1, -1, 1, 0, 5, 0.95, &low, &high, &outcome, &error));
    REFUSED(LEADKPI_BAD_ARGUMENT, leadkpi_stats_fieller_interval(6, 1, 1, 1, 0, 0, 0.95, &low, &high, &outcome, &error));
    REFUSED(LEADKPI_NULL_ARGUMENT, leadkpi_stats_fieller_interval(6, 1, 1, 1, 0, 5, 0.95, &low, &high, NULL, &error));
}
END_TEST

/* One call that takes two counts in the way of all: for the sweeps of bad input. */
static leadkpi_status two_counts(int which, double x, double n, double level)
{
    switch (which) {
    case 0: return leadkpi_stats_wilson_interval(x, n, level, &low, &high, &error);
    case 1: return leadkpi_stats_wilson_corrected_interval(x, n, level, &low, &high, &error);
    case 2: return leadkpi_stats_clopper_pearson_interval(x, n, level, &low, &high, &error);
    case 3: return leadkpi_stats_jeffreys_interval(x, n, level, &low, &high, &error);
    case 4: return leadkpi_stats_agresti_coull_interval(x, n, level, &low, &high, &error);
    case 5: return leadkpi_stats_newcombe_interval(x, n, 1, 2, level, &low, &high, &error);
    case 6: return leadkpi_stats_newcombe_interval(1, 2, x, n, level, &low, &high, &error);
    case 7: return leadkpi_stats_miettinen_nurminen_interval(x, n, 1, 2, level, &low, &high, &error);
    case 8: return leadkpi_stats_miettinen_nurminen_interval(1, 2, x, n, level, &low, &high, &error);
    case 9: return leadkpi_stats_katz_interval(x, n, 1, 2, level, &low, &high, &error);
    case 10: return leadkpi_stats_katz_interval(1, 2, x, n, level, &low, &high, &error);
    case 11: return leadkpi_stats_cost_per_count_interval(n, x, level, &low, &high, &error);
    case 12: return leadkpi_stats_poisson_ratio_interval(x, n, level, &low, &high, &error);
    case 13: return leadkpi_stats_growth_interval(n, x, level, &low, &high, &error);
    case 14: return leadkpi_stats_mean_interval(n, 3, x, level, &low, &high, &error);
    default: return leadkpi_stats_poisson_interval(x, level, &low, &high, &error);
    }
}
#define TWO_COUNT_CALLS 16

START_TEST(bad_counts_and_levels_are_refused_with_a_reason)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY, -1, -1e-300};
    static const double bad_levels[] = {NAN, 0, 1, -0.5, 95, INFINITY};
    for (int which = 0; which < TWO_COUNT_CALLS; which++) {
        for (size_t i = 0; i < 5; i++) REFUSED(LEADKPI_BAD_DATA, two_counts(which, bad[i], 5, 0.95));
        for (size_t i = 0; i < 6; i++)
            REFUSED(LEADKPI_BAD_ARGUMENT, two_counts(which, 2, 5, bad_levels[i]));
        if (which != 14) REFUSED(LEADKPI_BAD_DATA, two_counts(which, 1.1e15, 2e15, 0.95));
        if (which <= 10) {
            REFUSED(LEADKPI_BAD_DATA, two_counts(which, 6, 5, 0.95));
            REFUSED(LEADKPI_UNDEFINED, two_counts(which, 0, 0, 0.95));
        }
    }
    REFUSED(LEADKPI_BAD_DATA, leadkpi_stats_clopper_pearson_interval(1.5, 5, 0.95, &low, &high, &error));
    REFUSED(LEADKPI_BAD_DATA, leadkpi_stats_clopper_pearson_interval(1, 5.5, 0.95, &low, &high, &error));
    REFUSED(LEADKPI_NOT_ENOUGH_DATA, leadkpi_stats_miettinen_nurminen_interval(0, 0.5, 0, 0.5, 0.95, &low, &high, &error));
}
END_TEST

START_TEST(outputs_must_be_there_and_the_error_need_not)
{
    ck_assert_int_eq(leadkpi_stats_wilson_interval(1, 2, 0.95, NULL, &high, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert(isnan(high));
    ck_assert_int_eq(leadkpi_stats_poisson_interval(1, 0.95, &low, NULL, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert(isnan(low));
    ck_assert_int_eq(leadkpi_stats_wilson_interval(1, 2, 0.95, &low, &high, NULL), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_stats_wilson_interval(3, 2, 0.95, &low, &high, NULL), LEADKPI_BAD_DATA);
}
END_TEST

START_TEST(huge_counts_stay_ordered_and_finite)
{
    for (int which = 0; which < TWO_COUNT_CALLS; which++) {
        if (which == 14) continue;
        for (double n = 1e3; n <= 1e15; n *= 10) {
            ck_assert_int_eq(two_counts(which, floor(n / 3), n, 0.999), LEADKPI_OK);
            ck_assert_msg(isfinite(low) && isfinite(high) && low <= high, "call %d, %g", which, n);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("intervals");
    TCase *tcase = tcase_create("intervals");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, catalogue_examples_come_out);
    tcase_add_test(tcase, one_proportion_agrees_with_r);
    tcase_add_test(tcase, no_success_and_no_failure_reach_the_end);
    tcase_add_test(tcase, failures_mirror_successes);
    tcase_add_test(tcase, more_successes_and_more_confidence_move_the_ends_outwards);
    tcase_add_test(tcase, clopper_pearson_covers_at_least_the_level_everywhere);
    tcase_add_test(tcase, wilson_covers_the_level_on_average);
    tcase_add_test(tcase, a_count_of_zero_bounds_rate_and_cost);
    tcase_add_test(tcase, garwood_limits_have_the_tails_they_promise);
    tcase_add_test(tcase, a_fraction_lies_between_its_whole_neighbours);
    tcase_add_test(tcase, ratio_of_counts_agrees_with_r);
    tcase_add_test(tcase, ratio_of_counts_turned_over_is_the_inverse);
    tcase_add_test(tcase, differences_agree_with_the_literature);
    tcase_add_test(tcase, differences_change_sign_with_the_groups);
    tcase_add_test(tcase, katz_needs_successes_and_a_failure);
    tcase_add_test(tcase, mean_interval_is_students);
    tcase_add_test(tcase, log_delta_is_symmetric_in_factors);
    tcase_add_test(tcase, fieller_has_three_outcomes);
    tcase_add_test(tcase, fieller_knows_a_denominator_without_error);
    tcase_add_test(tcase, bad_counts_and_levels_are_refused_with_a_reason);
    tcase_add_test(tcase, outputs_must_be_there_and_the_error_need_not);
    tcase_add_test(tcase, huge_counts_stay_ordered_and_finite);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
