/* special.h: what the functions of this room share below the public interface. */
#ifndef LK_STATS_SPECIAL_H
#define LK_STATS_SPECIAL_H

#include <math.h>
#include <stddef.h>

#define LK_STATS_LOG_SQRT_2_PI 0.91893853320467274178
#define LK_STATS_SQRT_2 1.4142135623730950488
#define LK_STATS_1_SQRT_2_PI 0.39894228040143267794

/* u - log(1 + u), which is 0 or more, without the cancellation near 0. u >= -1.
 * `one_plus_u` is 1 + u as the caller has it best, used where u is far from 0. */
double lk_stats_log1p_gap(double u, double one_plus_u);

/* log Gamma(1 + w), relative accuracy also near its zero at w = 0. w >= 0. */
double lk_stats_log_gamma_1p(double w);

/* log Gamma(x) less Stirling's (x - 1/2) log x - x + log sqrt(2 pi). x > 0. */
double lk_stats_stirling_error(double x);

/* The integral over s from 0 to `end` of exp(-exponent(s)): `exponent` rises from 0, is convex
 * or nearly so, and starts like slope * s + curvature * s * s / 2. See tail.c. */
typedef double (*lk_stats_exponent)(double s, const double *parameters);
double lk_stats_tail_integral(lk_stats_exponent exponent, const double *parameters, double slope,
                              double curvature, double end);

/* Both tails at x, and x times the density there: what an inverse needs. */
typedef struct lk_stats_tails {
    double lower;
    double upper;
    double x_density;
} lk_stats_tails;

/* From one tail, which rounding may have put a little past 1. */
static inline lk_stats_tails lk_stats_of_lower(double lower, double x_density)
{
    lower = lower > 1 ? 1 : lower;
    return (lk_stats_tails){lower, 1 - lower, x_density};
}

static inline lk_stats_tails lk_stats_of_upper(double upper, double x_density)
{
    upper = upper > 1 ? 1 : upper;
    return (lk_stats_tails){1 - upper, upper, x_density};
}

lk_stats_tails lk_stats_gamma_tails(double x, double shape);
/* y is 1 - x, which the caller may know better than the subtraction tells. */
lk_stats_tails lk_stats_beta_tails(double x, double y, double a, double b);

/* The x above 0 (and up to `most`) at which the lower tail is p, or the upper tail is q,
 * whichever is named by `upper`; from a first guess. See inverse.c. */
typedef lk_stats_tails (*lk_stats_tails_at)(double x, double first, double second);
double lk_stats_invert(lk_stats_tails_at tails_at, double first, double second, double target,
                       int upper, double guess, double most);

/* The x whose lower (or `upper`) tail is `target`, and `*y` = 1 - x, each with all its digits.
 * 0 < target < 1, a and b good. */
double lk_stats_beta_solve(double target, double a, double b, int upper, double *y);

#endif
