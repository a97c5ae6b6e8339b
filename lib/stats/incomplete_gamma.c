/* incomplete_gamma.c: the gamma and chi-square distributions.
 *
 * Where the shape is large and x not far from it, the tail is integrated
 * (tail.c); below that the classical pair: a series for small x, a continued fraction
 * for large x (Abramowitz and Stegun 6.5.29, 6.5.31). The smaller tail is always the
 * one computed, the other is 1 less it. */
#include <leadkpi/stats.h>

#include <float.h>

#include "stats/special.h"

/* From this shape on quadrature is both faster and more accurate. */
#define LARGE_SHAPE 100.0

/* x^shape e^-x / Gamma(shape), through the distance of x from the shape so that large shapes
 * do not cancel (the "saddle-point" form of Loader 2000). */
static double x_density(double x, double shape)
{
    if (shape < 1) return shape * exp(shape * log(x) - x - lk_stats_log_gamma_1p(shape));
    double gap = lk_stats_log1p_gap((x - shape) / shape, x / shape);
    return sqrt(shape) * LK_STATS_1_SQRT_2_PI *
           exp(-shape * gap - lk_stats_stirling_error(shape));
}

/* Sum of x^n / ((shape + 1) ... (shape + n)): P is it times x_density / shape. */
static double lower_series(double x, double shape)
{
    double term = 1, sum = 1;
    for (double n = 1; term > sum * (DBL_EPSILON / 8); n++) {
        term *= x / (shape + n);
        sum += term;
    }
    return sum;
}

/* Lentz's evaluation of 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - ...)): Q is it times
 * x_density. */
static double upper_fraction(double x, double shape)
{
    double b = x + 1 - shape, c = 1 / DBL_MIN, d = 1 / b, fraction = d;
    for (double n = 1; n < 10000; n++) {
        double a = n * (shape - n);
        b += 2;
        d = a * d + b;
        c = b + a / c;
        d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
        if (fabs(c) < DBL_MIN) c = DBL_MIN;
        fraction *= d * c;
        if (fabs(d * c - 1) < DBL_EPSILON) break;
    }
    return fraction;
}

/* Q for shape below 1 and x small, where 1 - P would lose it: with
 * P = x^a / Gamma(1 + a) (1 + a sum), sum over n of (-x)^n / (n! (a + n)). */
static double upper_of_small_shape(double x, double shape)
{
    double log_power = shape * log(x) - lk_stats_log_gamma_1p(shape), term = 1, sum = 0;
    for (double n = 1; n < 60 && fabs(term) > DBL_EPSILON / 8; n++) {
        term *= -x / n;
        sum += term / (shape + n);
    }
    return -expm1(log_power) - exp(log_power) * shape * sum;
}

/* How far log density falls from x to x + s, less what the slope at x explains; parameters:
 * slope, shape - 1, 1 / x with the sign of the direction. */
static double exponent(double s, const double *p)
{
    double u = s * p[2];
    return p[0] * s + p[1] * lk_stats_log1p_gap(u, 1 + u);
}

static lk_stats_tails tails_by_quadrature(double x, double shape, double density)
{
    int upper = x >= shape;
    double slope = (x - shape + 1) / x, direction = upper ? 1 : -1;
    double parameters[3] = {direction * slope, shape - 1, direction / x};
    double tail = density / x *
                  lk_stats_tail_integral(exponent, parameters, direction * slope,
                                         (shape - 1) / (x * x), upper ? INFINITY : x);
    return upper ? lk_stats_of_upper(tail, density) : lk_stats_of_lower(tail, density);
}

lk_stats_tails lk_stats_gamma_tails(double x, double shape)
{
    if (x <= 0) return (lk_stats_tails){0, 1, 0};
    if (isinf(x)) return (lk_stats_tails){1, 0, 0};
    double density = x_density(x, shape);
    if (shape >= LARGE_SHAPE && fabs(x - shape) < 0.4 * shape)
        return tails_by_quadrature(x, shape, density);
    int small = shape < 1 && x < 1.1;
    if (!small && x >= shape + 1)
        return lk_stats_of_upper(density * upper_fraction(x, shape), density);
    lk_stats_tails tails = lk_stats_of_lower(density / shape * lower_series(x, shape), density);
    if (small) tails.upper = fmax(0, upper_of_small_shape(x, shape));
    return tails;
}

static int is_shape(double shape)
{
    return shape > 0 && !isinf(shape);
}

double leadkpi_stats_gamma_cdf(double x, double shape)
{
    if (!is_shape(shape) || isnan(x)) return NAN;
    return lk_stats_gamma_tails(x, shape).lower;
}

double leadkpi_stats_gamma_upper(double x, double shape)
{
    if (!is_shape(shape) || isnan(x)) return NAN;
    return lk_stats_gamma_tails(x, shape).upper;
}

double leadkpi_stats_chi_square_cdf(double x, double degrees_of_freedom)
{
    return leadkpi_stats_gamma_cdf(0.5 * x, 0.5 * degrees_of_freedom);
}

double leadkpi_stats_chi_square_upper(double x, double degrees_of_freedom)
{
    return leadkpi_stats_gamma_upper(0.5 * x, 0.5 * degrees_of_freedom);
}
