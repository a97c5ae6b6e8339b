/* stats.h: how sure is a number: intervals, quantiles, survival, and the
 * functions under them.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * Everything here is plain arithmetic: no handle (but for survival curves), no
 * random numbers, no state. Call any of it from any thread.
 *
 *     double low, high;
 *     leadkpi_stats_wilson_interval(40, 500, 0.95, &low, &high, NULL);
 *     // 8.0 % (5.9 % to 10.7 %)
 *     leadkpi_stats_cost_per_count_interval(1000, 100, 0.95, &low, &high, NULL);
 *     // 10.00 a lead (8.22 to 12.29)
 *
 * Conventions of every interval
 *   level         two-sided confidence, above 0 and below 1; 0.95 is usual. 1 - level
 *                 is split evenly over both sides unless said otherwise.
 *   low, high     neither may be NULL. NaN on failure. An end that does not exist is
 *                 -INFINITY or INFINITY, never a large number.
 *   error         may be NULL.
 *   counts        are doubles: ad platforms and attribution credits export fractions.
 *                 Each call says what it does with one:
 *                   "takes fractions"      its formula is continuous; a fraction is as
 *                                          good as a whole count.
 *                   "continues fractions"  exact for whole counts. For a fraction the
 *                                          gamma or beta quantile is taken at that
 *                                          fraction, as is usual in the field: it lies
 *                                          between the answers of the two whole
 *                                          neighbours, and should be shown as
 *                                          approximate.
 *                   "whole counts"         anything else is LEADKPI_BAD_DATA.
 *                 Counts are finite and not negative, up to 1e15.
 *
 * Statuses, unless said otherwise
 *   LEADKPI_OK
 *   LEADKPI_NULL_ARGUMENT    an output or an array is NULL
 *   LEADKPI_BAD_ARGUMENT     level or a probability out of range
 *   LEADKPI_BAD_DATA         a count that is NaN, infinite, negative, above 1e15; more
 *                            successes than trials; money that is NaN, infinite or
 *                            negative; a fraction where whole counts are needed
 *   LEADKPI_UNDEFINED        zero trials, a zero denominator: there is no such number
 *   LEADKPI_NOT_ENOUGH_DATA  the number exists, but what is there says nothing about
 *                            how sure it is
 *   LEADKPI_OVERFLOW         of a mean and of Fieller: squares larger than a double holds
 *
 * Accuracy. Relative to the true value at the given doubles, in the lower and in
 * the upper tail: within 1e-12 for arguments up to 1e4 and within 1e-10 up to 1e9
 * (checked against mpmath at 50 digits, see tests/stats/golden.h). Only
 * exp, log and their like come from the C library, so the last digits may
 * differ from one platform to another. */
#ifndef LEADKPI_STATS_H
#define LEADKPI_STATS_H

#include <stddef.h>
#include <stdint.h>

#include <leadkpi/error.h>
#include <leadkpi/export.h>
#include <leadkpi/host.h>
#include <leadkpi/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- special functions -------------------------------------------------- */
/* Values, not statuses: NaN outside the domain and for NaN. */

/* leadkpi_stats_log_gamma: log of the gamma function, x > 0; INFINITY at 0 and
 * INFINITY. Does not touch the C library's signgam. Since 0.1. */
LEADKPI_API double leadkpi_stats_log_gamma(double x);

/* leadkpi_stats_digamma, _trigamma: first and second derivative of log_gamma,
 * x > 0. Since 0.1. */
LEADKPI_API double leadkpi_stats_digamma(double x);
LEADKPI_API double leadkpi_stats_trigamma(double x);

/* ---- distributions ------------------------------------------------------ */
/* Four functions each, all NaN outside the domain:
 *   _cdf             P(X <= x)
 *   _upper           P(X > x), accurate where it is tiny
 *   _quantile        the x whose _cdf is p, 0 <= p <= 1
 *   _upper_quantile  the x whose _upper is q, accurate for tiny q
 * x may be infinite. */

/* The standard normal distribution. Since 0.1. */
LEADKPI_API double leadkpi_stats_normal_cdf(double x);
LEADKPI_API double leadkpi_stats_normal_upper(double x);
LEADKPI_API double leadkpi_stats_normal_quantile(double p);
LEADKPI_API double leadkpi_stats_normal_upper_quantile(double q);

/* Student's t; degrees_of_freedom > 0, fractions too; INFINITY is the normal.
 * Since 0.1. */
LEADKPI_API double leadkpi_stats_t_cdf(double x, double degrees_of_freedom);
LEADKPI_API double leadkpi_stats_t_upper(double x, double degrees_of_freedom);
LEADKPI_API double leadkpi_stats_t_quantile(double p, double degrees_of_freedom);
LEADKPI_API double leadkpi_stats_t_upper_quantile(double q, double degrees_of_freedom);

/* Chi-square; degrees_of_freedom > 0 and finite. Since 0.1. */
LEADKPI_API double leadkpi_stats_chi_square_cdf(double x, double degrees_of_freedom);
LEADKPI_API double leadkpi_stats_chi_square_upper(double x, double degrees_of_freedom);
LEADKPI_API double leadkpi_stats_chi_square_quantile(double p, double degrees_of_freedom);
LEADKPI_API double leadkpi_stats_chi_square_upper_quantile(double q, double degrees_of_freedom);

/* Gamma with scale 1: the regularised incomplete gamma functions P(shape, x)
 * and Q(shape, x) and their inverses. shape > 0 and finite. Since 0.1. */
LEADKPI_API double leadkpi_stats_gamma_cdf(double x, double shape);
LEADKPI_API double leadkpi_stats_gamma_upper(double x, double shape);
LEADKPI_API double leadkpi_stats_gamma_quantile(double p, double shape);
LEADKPI_API double leadkpi_stats_gamma_upper_quantile(double q, double shape);

/* Beta: the regularised incomplete beta function I_x(a, b), 1 - I_x(a, b), and
 * their inverses. a and b > 0 and finite, 0 <= x <= 1. Near x = 1 a double
 * holds few digits of 1 - x: swap a and b there. Since 0.1. */
LEADKPI_API double leadkpi_stats_beta_cdf(double x, double a, double b);
LEADKPI_API double leadkpi_stats_beta_upper(double x, double a, double b);
LEADKPI_API double leadkpi_stats_beta_quantile(double p, double a, double b);
LEADKPI_API double leadkpi_stats_beta_upper_quantile(double q, double a, double b);

/* ---- one proportion: successes of trials -------------------------------- */
/* For a numerator that is a subset of the denominator (a cohort). Zero trials:
 * LEADKPI_UNDEFINED. */

/* leadkpi_stats_wilson_interval: Wilson's score interval (Wilson 1927). The
 * default. Takes fractions. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_wilson_interval(double successes, double trials,
                                                         double level, double *low, double *high,
                                                         leadkpi_error *error);

/* leadkpi_stats_wilson_corrected_interval: the same with continuity correction
 * (Newcombe 1998, method 4): wider, about Clopper-Pearson. Takes fractions.
 * Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_wilson_corrected_interval(double successes, double trials,
                                                                   double level, double *low,
                                                                   double *high,
                                                                   leadkpi_error *error);

/* leadkpi_stats_clopper_pearson_interval: exact: covers the truth at least as
 * often as `level` says (Clopper and Pearson 1934). Whole counts: with a
 * fraction it would not be exact; take Wilson. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_clopper_pearson_interval(double successes, double trials,
                                                                  double level, double *low,
                                                                  double *high,
                                                                  leadkpi_error *error);

/* leadkpi_stats_jeffreys_interval: equal-tailed interval of the Beta(1/2, 1/2)
 * posterior; low is 0 at no success, high is 1 at no failure (Brown, Cai and
 * DasGupta 2001). Takes fractions. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_jeffreys_interval(double successes, double trials,
                                                           double level, double *low, double *high,
                                                           leadkpi_error *error);

/* leadkpi_stats_agresti_coull_interval: the adjusted Wald interval (Agresti and
 * Coull 1998), NOT cut at 0 and 1, so that it stays symmetric; cut it yourself
 * before you show it. Takes fractions. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_agresti_coull_interval(double successes, double trials,
                                                                double level, double *low,
                                                                double *high,
                                                                leadkpi_error *error);

/* ---- counts and rates --------------------------------------------------- */

/* leadkpi_stats_poisson_interval: the expected count behind a count, by the
 * exact interval of Garwood (1936); count 0: low 0, high 3.689 at 95 %.
 * Continues fractions. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_poisson_interval(double count, double level, double *low,
                                                          double *high, leadkpi_error *error);

/* leadkpi_stats_cost_per_count_interval: money / count, where the money is
 * known and the count is Poisson: money over Garwood's limits. At count 0 the
 * cost has no value but a bound: low is money / 3.689 at 95 %, high is
 * INFINITY, and the status is OK. Money 0 gives 0 and 0 for a count above 0,
 * and LEADKPI_UNDEFINED for count 0. Continues fractions. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_cost_per_count_interval(double money, double count,
                                                                 double level, double *low,
                                                                 double *high,
                                                                 leadkpi_error *error);

/* leadkpi_stats_poisson_ratio_interval: the ratio of two expected counts,
 * numerator_count over denominator_count, each independent and Poisson: exact,
 * conditional on their sum (Clopper-Pearson on the share). For a ratio of
 * rates divide both ends by the ratio of exposures. Denominator 0: high is
 * INFINITY; numerator 0: low is 0; both 0: LEADKPI_UNDEFINED. Continues
 * fractions. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_poisson_ratio_interval(double numerator_count,
                                                                double denominator_count,
                                                                double level, double *low,
                                                                double *high,
                                                                leadkpi_error *error);

/* leadkpi_stats_growth_interval: growth from previous_count to current_count:
 * the same ratio minus 1. From 100 to 120: 0.2 (-0.087 to 0.581). Continues
 * fractions. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_growth_interval(double previous_count,
                                                         double current_count, double level,
                                                         double *low, double *high,
                                                         leadkpi_error *error);

/* ---- two proportions ---------------------------------------------------- */
/* Independent groups; the difference is first minus second. Zero trials in
 * either: LEADKPI_UNDEFINED. */

/* leadkpi_stats_newcombe_interval: of the difference, from two Wilson intervals
 * (Newcombe 1998, method 10). Takes fractions. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_newcombe_interval(double first_successes,
                                                           double first_trials,
                                                           double second_successes,
                                                           double second_trials, double level,
                                                           double *low, double *high,
                                                           leadkpi_error *error);

/* leadkpi_stats_miettinen_nurminen_interval: of the difference, by inverting
 * the score test with the variance times N / (N - 1), N all trials (Miettinen
 * and Nurminen 1985). Takes fractions; N of 1 or less: LEADKPI_NOT_ENOUGH_DATA.
 * Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_miettinen_nurminen_interval(
    double first_successes, double first_trials, double second_successes, double second_trials,
    double level, double *low, double *high, leadkpi_error *error);

/* leadkpi_stats_katz_interval: of the ratio first / second, by the normal
 * approximation of its logarithm (Katz and others 1978). No success in the
 * second: LEADKPI_UNDEFINED. None in the first, or no failure in both:
 * LEADKPI_NOT_ENOUGH_DATA. Takes fractions. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_katz_interval(double first_successes, double first_trials,
                                                       double second_successes,
                                                       double second_trials, double level,
                                                       double *low, double *high,
                                                       leadkpi_error *error);

/* ---- means and ratios of means ------------------------------------------ */

/* leadkpi_stats_mean_interval: Student's t interval of a mean, from the count
 * of values, their sum and the sum of their squares. Fewer than two values:
 * LEADKPI_NOT_ENOUGH_DATA (none: LEADKPI_UNDEFINED). A sum of squares smaller
 * than sum * sum / count allows, beyond rounding: LEADKPI_BAD_DATA. The
 * difference loses digits when the spread is tiny beside the mean: then sum
 * the values less a constant. Whole counts. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_mean_interval(double count, double sum,
                                                       double sum_of_squares, double level,
                                                       double *low, double *high,
                                                       leadkpi_error *error);

/* leadkpi_stats_log_delta_interval: value * exp(-+ z sqrt(relative_variance)):
 * for products and quotients of positive estimates, whose relative variances
 * (variance over squared value) add. value > 0, relative_variance >= 0, both
 * finite, else LEADKPI_BAD_DATA. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_log_delta_interval(double value, double relative_variance,
                                                            double level, double *low,
                                                            double *high, leadkpi_error *error);

/* What Fieller's theorem found. Pinned numbers, append only. */
enum {
    LEADKPI_STATS_FIELLER_BOUNDED = 1,   /* every ratio from low to high */
    LEADKPI_STATS_FIELLER_EXCLUSIVE = 2, /* every ratio up to low and every ratio from high:
                                            the denominator may be zero, low < high */
    LEADKPI_STATS_FIELLER_WHOLE_LINE = 3 /* every ratio: -INFINITY to INFINITY */
};

/* leadkpi_stats_fieller_interval: numerator / denominator, two estimates with
 * their variances (of the estimates, not of single values) and covariance
 * (Fieller 1954). degrees_of_freedom > 0; INFINITY takes the normal. All three
 * outcomes are LEADKPI_OK: `*outcome` says which. On failure it is 0. A
 * covariance larger than the variances allow, a value that is not finite, a
 * negative variance: LEADKPI_BAD_DATA. Numerator and denominator 0 without
 * variance: LEADKPI_UNDEFINED. `outcome` must not be NULL. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_fieller_interval(
    double numerator, double denominator, double numerator_variance, double denominator_variance,
    double covariance, double degrees_of_freedom, double level, double *low, double *high,
    int32_t *outcome, leadkpi_error *error);

/* ---- how well a score ranks ---------------------------------------------- */

/* leadkpi_stats_auc: of every pair of a positive and a negative, in how many the
 * positive has the higher score (ties count half): Mann and Whitney's U, and the
 * variance of U by DeLong, DeLong and Clarke-Pearson (1988). The area under the
 * ROC curve is U / (positive_count * negative_count): KPI "score_auc", which takes
 * the variance as mann_whitney_u.variance. REORDERS both arrays; time n log n,
 * no memory. Infinite scores are good, NaN is LEADKPI_BAD_DATA with the row. No
 * score of one outcome: LEADKPI_UNDEFINED. One: LEADKPI_NOT_ENOUGH_DATA, `*u` is there
 * and `*u_variance` NaN. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_auc(double *positive_scores, size_t positive_count,
                                             double *negative_scores, size_t negative_count,
                                             double *u, double *u_variance,
                                             leadkpi_error *error);

/* ---- quantiles of a sample ---------------------------------------------- */

/* leadkpi_stats_quantile: quantile type 7 of Hyndman and Fan (1996): position
 * (count - 1) * probability, linear between neighbours; 0.5 is the median.
 * `sorted` rises and holds no NaN, else LEADKPI_BAD_DATA with the row; count 0:
 * LEADKPI_UNDEFINED. `*value` is NaN on failure. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_quantile(const double *sorted, size_t count,
                                                  double probability, double *value,
                                                  leadkpi_error *error);

/* leadkpi_stats_quantile_select: the same of values in any order, which it
 * REORDERS; time in proportion to count, no memory. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_quantile_select(double *values, size_t count,
                                                         double probability, double *value,
                                                         leadkpi_error *error);

/* leadkpi_stats_quantile_ranks: the two values of a sorted sample, counted from
 * 1, between which the quantile of the population lies with at least `level`,
 * whatever the distribution (binomial order statistics). Each side misses
 * with at most half of 1 - level, or, where the sample is too small for one
 * side, that side ends at the last value and the other has what is left.
 * `*coverage` is what is really attained. Where even the smallest and the
 * largest value do not suffice: LEADKPI_NOT_ENOUGH_DATA, ranks 0, and
 * `*coverage` is what they attain. `probability` is above 0 and below 1, count
 * is 0 or more; `coverage` may be NULL. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_quantile_ranks(int64_t count, double probability,
                                                        double level, int64_t *low_rank,
                                                        int64_t *high_rank, double *coverage,
                                                        leadkpi_error *error);

/* leadkpi_stats_quantile_interval: the values at these ranks. `sorted` as in
 * leadkpi_stats_quantile. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_quantile_interval(const double *sorted, size_t count,
                                                           double probability, double level,
                                                           double *low, double *high,
                                                           double *coverage,
                                                           leadkpi_error *error);

/* ---- survival: times that are not over yet ------------------------------ */
/* The Kaplan-Meier estimate (1958) with Greenwood's variance (1926). One entry
 * a subject: how long it was watched, and whether the event came then (1) or
 * the watch ended without it (0, censored). At equal times events come before
 * censorings.
 *
 *     leadkpi_stats_survival *curve = NULL;
 *     leadkpi_stats_survival_create_int64(NULL, days, closed, count, &curve, &error);
 *     leadkpi_stats_survival_quantile(curve, 0.5, LEADKPI_STATS_SURVIVAL_LOG_LOG, 0.95,
 *                                     &median, &low, &high, &error);
 *     leadkpi_stats_survival_free(curve);
 *
 * A curve never changes: any number of threads may read it. */
typedef struct leadkpi_stats_survival leadkpi_stats_survival;

/* On which scale an interval is symmetric. Pinned numbers, append only. */
enum {
    LEADKPI_STATS_SURVIVAL_PLAIN = 1,  /* of S itself, cut at 0 and 1 */
    LEADKPI_STATS_SURVIVAL_LOG = 2,    /* of log S, cut at 1 */
    LEADKPI_STATS_SURVIVAL_LOG_LOG = 3 /* of log(-log S): always within 0 and 1; the default */
};

/* leadkpi_stats_survival_create_*: from `count` times and event flags (0
 * censored, anything else an event). Neither array is kept or changed. Times
 * of any unit, 0 or more, no NaN, no INFINITY: else LEADKPI_BAD_DATA with the
 * row. Count 0: LEADKPI_UNDEFINED. `host` may be NULL. `*out` is NULL on
 * failure. Also: OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_survival_create_int64(
    const leadkpi_host *host, const int64_t *times, const uint8_t *events, size_t count,
    leadkpi_stats_survival **out, leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_stats_survival_create_double(
    const leadkpi_host *host, const double *times, const uint8_t *events, size_t count,
    leadkpi_stats_survival **out, leadkpi_error *error);

/* leadkpi_stats_survival_free: NULL does nothing. Since 0.1. */
LEADKPI_API void leadkpi_stats_survival_free(leadkpi_stats_survival *curve);

/* leadkpi_stats_survival_row_count: the number of distinct times; 0 for NULL.
 * Since 0.1. */
LEADKPI_API size_t leadkpi_stats_survival_row_count(const leadkpi_stats_survival *curve);

/* leadkpi_stats_survival_row_at: the last row whose time is not after `time`;
 * -1 before the first (there S is 1), for NaN and for NULL. Since 0.1. */
LEADKPI_API int64_t leadkpi_stats_survival_row_at(const leadkpi_stats_survival *curve,
                                                  double time);

/* leadkpi_stats_survival_row: one row of the life table: its time; how many
 * were at risk just before, had the event, were censored then; S just after;
 * and Greenwood's standard error of S (NaN once S is 0). Any output may be
 * NULL. No such row: LEADKPI_BAD_ARGUMENT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_survival_row(const leadkpi_stats_survival *curve,
                                                      size_t row, double *time, int64_t *at_risk,
                                                      int64_t *events, int64_t *censored,
                                                      double *survival, double *standard_error,
                                                      leadkpi_error *error);

/* leadkpi_stats_survival_interval: of S at a row. Before the first event S is 1
 * and so are both ends; once S is 0 its variance is not known:
 * LEADKPI_NOT_ENOUGH_DATA. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_survival_interval(const leadkpi_stats_survival *curve,
                                                           size_t row, int32_t scale, double level,
                                                           double *low, double *high,
                                                           leadkpi_error *error);

/* leadkpi_stats_survival_quantile: when a share `probability` had the event
 * (0.5: the median), with the interval of Brookmeyer and Crowley (1982). Where
 * S equals 1 - probability from one time to the next, it is the middle. An
 * end that is not reached is INFINITY. When the curve itself does not come down
 * that far: LEADKPI_NOT_ENOUGH_DATA, `*value` NaN, and still the low end that
 * exists (or NaN) in `*low`, INFINITY in `*high`. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_survival_quantile(const leadkpi_stats_survival *curve,
                                                           double probability, int32_t scale,
                                                           double level, double *value,
                                                           double *low, double *high,
                                                           leadkpi_error *error);

/* leadkpi_stats_survival_restricted_mean: the mean time up to `horizon`: the
 * area under the curve from 0 to there, and its standard error. A horizon past
 * the last time is allowed only when S has reached 0 there, else
 * LEADKPI_NOT_ENOUGH_DATA. `standard_error` may be NULL. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stats_survival_restricted_mean(
    const leadkpi_stats_survival *curve, double horizon, double *mean, double *standard_error,
    leadkpi_error *error);

#ifdef __cplusplus
}
#endif
#endif
