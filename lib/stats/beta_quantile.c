/* beta_quantile.c: the inverse of the beta distribution. */
#include <leadkpi/stats.h>

#include <float.h>

#include "stats/special.h"

static lk_stats_tails tails_at(double x, double a, double b)
{
    return lk_stats_beta_tails(x, 1 - x, a, b);
}

/* A first guess for x up to 1/2: the normal approximation of the logit where both parameters
 * allow it (Abramowitz and Stegun 26.5.22), else the leading term of the lower tail,
 * x^a / (a B). */
static double first_guess(double target, double a, double b, int upper)
{
    if (a > 1 && b > 1) {
        double z = leadkpi_stats_normal_upper_quantile(target);
        if (upper) z = -z;
        double r = 1 / (2 * a - 1), t = 1 / (2 * b - 1), lambda = (z * z - 3) / 6;
        double h = 2 / (r + t), under_root = h + lambda > 0 ? h + lambda : 0;
        double w = z * sqrt(under_root) / h - (t - r) * (lambda + 5.0 / 6 - 2 / (3 * h));
        return fmin(0.5, a / (a + b * exp(2 * w)));
    }
    double log_lower = upper ? log1p(-target) : log(target);
    double log_a_beta = lk_stats_log_gamma_1p(a) + leadkpi_stats_log_gamma(b) -
                        leadkpi_stats_log_gamma(a + b);
    return fmin(0.5, exp((log_lower + log_a_beta) / a));
}

/* For a root at 1/2 or below, so that both x and 1 - x keep their digits. */
static double solve_below_half(double target, double a, double b, int upper)
{
    double guess = first_guess(target, a, b, upper);
    if (guess < DBL_MIN) return guess;
    return lk_stats_invert(tails_at, a, b, target, upper, guess, 1);
}

double lk_stats_beta_solve(double target, double a, double b, int upper, double *y)
{
    lk_stats_tails half = lk_stats_beta_tails(0.5, 0.5, a, b);
    int root_below_half = upper ? half.upper <= target : half.lower >= target;
    if (root_below_half) {
        double x = solve_below_half(target, a, b, upper);
        *y = 1 - x;
        return x;
    }
    *y = solve_below_half(target, b, a, !upper);
    return 1 - *y;
}

static double quantile(double probability, double a, double b, int upper)
{
    if (!(probability >= 0 && probability <= 1 && a > 0 && b > 0) || isinf(a) || isinf(b))
        return NAN;
    if (probability == 0) return upper ? 1 : 0;
    if (probability == 1) return upper ? 0 : 1;
    double y;
    if (probability <= 0.5) return lk_stats_beta_solve(probability, a, b, upper, &y);
    return lk_stats_beta_solve(1 - probability, a, b, !upper, &y);
}

double leadkpi_stats_beta_quantile(double p, double a, double b)
{
    return quantile(p, a, b, 0);
}

double leadkpi_stats_beta_upper_quantile(double q, double a, double b)
{
    return quantile(q, a, b, 1);
}
