/* gamma_quantile.c: the inverses of gamma and chi-square. */
#include <leadkpi/stats.h>

#include <float.h>

#include "stats/special.h"

/* Wilson and Hilferty (1931) where it is good, else the leading term of the lower tail,
 * x^shape / Gamma(1 + shape). `upper` says which tail is `target`, the smaller one. */
static double first_guess(double target, double shape, int upper)
{
    double z = leadkpi_stats_normal_upper_quantile(target);
    double root = 1 - 1 / (9 * shape) + (upper ? z : -z) / (3 * sqrt(shape));
    if (root > 0.3 && shape > 0.3) return shape * root * root * root;
    if (upper) return shape < 0.3 ? 0.1 : shape;
    return exp((log(target) + lk_stats_log_gamma_1p(shape)) / shape);
}

static lk_stats_tails tails_at(double x, double shape, double unused)
{
    (void)unused;
    return lk_stats_gamma_tails(x, shape);
}

/* The x whose tail is `target`, at most 1/2 or nearly so. */
static double solve(double target, double shape, int upper)
{
    double guess = first_guess(target, shape, upper);
    if (!upper && guess < DBL_MIN) return guess;
    return lk_stats_invert(tails_at, shape, 0, target, upper, guess, INFINITY);
}

static double quantile(double probability, double shape, int upper)
{
    if (!(probability >= 0 && probability <= 1 && shape > 0) || isinf(shape)) return NAN;
    if (probability == 0) return upper ? INFINITY : 0;
    if (probability == 1) return upper ? 0 : INFINITY;
    if (probability <= 0.5) return solve(probability, shape, upper);
    return solve(1 - probability, shape, !upper);
}

double leadkpi_stats_gamma_quantile(double p, double shape)
{
    return quantile(p, shape, 0);
}

double leadkpi_stats_gamma_upper_quantile(double q, double shape)
{
    return quantile(q, shape, 1);
}

double leadkpi_stats_chi_square_quantile(double p, double degrees_of_freedom)
{
    return 2 * quantile(p, 0.5 * degrees_of_freedom, 0);
}

double leadkpi_stats_chi_square_upper_quantile(double q, double degrees_of_freedom)
{
    return 2 * quantile(q, 0.5 * degrees_of_freedom, 1);
}
