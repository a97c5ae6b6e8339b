/* incomplete_beta.c: the beta distribution.
 *
 * Where both parameters are large the tail is integrated (tail.c); else the
 * continued fraction of Abramowitz and Stegun gives the tail on the side of x
 * where it converges quickly, and the other is 1 less it. */
#include <leadkpi/stats.h>

#include <float.h>

#include "stats/special.h"

#define LARGE_PARAMETERS 100.0

/* (a + b) x - a with the rounding of a + b and of the product taken back: it is the small
 * difference of large numbers that decides how far out x is. */
static double exact_distance(double x, double a, double b)
{
    double sum = a + b, virtual_b = sum - a;
    double rest = (a - (sum - virtual_b)) + (b - virtual_b);
    return fma(x, sum, -a) + x * rest;
}

/* The same from the smaller of x and y = 1 - x, which has more digits: it is b - (a + b) y too. */
static double distance(double x, double y, double a, double b)
{
    return x <= y ? exact_distance(x, a, b) : -exact_distance(y, b, a);
}

/* x^a y^b / B(a, b), through that distance (the saddle-point form of Loader 2000). */
static double kernel(double x, double y, double a, double b)
{
    double n = a + b, d = distance(x, y, a, b);
    double gap = a * lk_stats_log1p_gap(d / a, x * (n / a)) +
                 b * lk_stats_log1p_gap(-d / b, y * (n / b));
    double errors = lk_stats_stirling_error(n) - lk_stats_stirling_error(a) -
                    lk_stats_stirling_error(b);
    return sqrt(a) * sqrt(b / n) * LK_STATS_1_SQRT_2_PI * exp(errors - gap);
}

/* The lower tail is this times the kernel; quick for x up to about the mean. `lambda` is
 * a - (a + b) x as exactly as it can be had: in this form of the fraction the rounding of x or y
 * near 1 does no harm, however large the parameters (Didonato and Morris 1992, equation 9). */
static double lower_fraction(double x, double y, double a, double b, double lambda)
{
    double beta = a / (a + 1) * (lambda + 1), fraction = 1 / beta, c = INFINITY, d = fraction;
    for (double n = 1; n < 10000; n++) {
        double above = n * (b - n) * x, two = a + 2 * n - 1;
        double alpha = (a + n - 1) / two * ((a + b + n - 1) / two) * above * x;
        beta = n + above / two + (a + n) / (two + 2) * (lambda + 1 + n * (1 + y));
        d = 1 / (beta + alpha * d);
        c = beta + alpha / c;
        fraction *= d * c;
        if (fabs(d * c - 1) < DBL_EPSILON) break;
    }
    return fraction;
}

/* log Gamma(b + a) - log Gamma(b) without cancellation for small a. */
static double log_gamma_rise(double b, double a)
{
    double shift = 0;
    for (; b < 10; b += 1) shift += log1p(a / b);
    double ratio = a / b;
    return a * log(b) + (a - 0.5) * log1p(ratio) - b * lk_stats_log1p_gap(ratio, 1 + ratio) +
           (lk_stats_stirling_error(a + b) - lk_stats_stirling_error(b)) - shift;
}

/* The upper tail for a below 1 and x so small that 1 less the lower tail would lose it: with
 * the lower tail x^a / (a B) (1 + a sum), sum over n of (1 - b) ... (n - b) / n! x^n / (a + n). */
static double upper_of_small_a(double x, double a, double b)
{
    double log_lead = a * log(x) + log_gamma_rise(b, a) - lk_stats_log_gamma_1p(a);
    double term = 1, sum = 0;
    for (double n = 1; n < 100 && fabs(term) > DBL_EPSILON / 8; n++) {
        term *= (n - b) / n * x;
        sum += term / (a + n);
    }
    return -expm1(log_lead) - exp(log_lead) * a * sum;
}

/* The fall of the log density from x to x + s; parameters: slope, a - 1, b - 1, and 1 / x and
 * 1 / y with the sign of the direction. */
static double exponent(double s, const double *p)
{
    double u = s * p[3], v = -s * p[4];
    return p[0] * s + p[1] * lk_stats_log1p_gap(u, 1 + u) + p[2] * lk_stats_log1p_gap(v, 1 + v);
}

static lk_stats_tails tails_by_quadrature(double x, double y, double a, double b, double density)
{
    double d = distance(x, y, a, b);
    int upper = d >= 0;
    double direction = upper ? 1 : -1, slope = direction * ((d - 2 * x + 1) / x / y);
    double parameters[5] = {slope, a - 1, b - 1, direction / x, direction / y};
    double curvature = (a - 1) / x / x + (b - 1) / y / y;
    double tail = density / x *
                  lk_stats_tail_integral(exponent, parameters, slope, curvature, upper ? y : x);
    return upper ? lk_stats_of_upper(tail, density) : lk_stats_of_lower(tail, density);
}

/* Whether the upper tail, had as 1 less the lower one, has lost digits that
 * upper_of_small_a keeps. */
static int is_lost(double upper, double x, double a, double b)
{
    return upper < 0.1 && a < 1 && x <= 0.5 && b * x < 2;
}

lk_stats_tails lk_stats_beta_tails(double x, double y, double a, double b)
{
    if (x <= 0) return (lk_stats_tails){0, 1, 0};
    if (y <= 0) return (lk_stats_tails){1, 0, 0};
    double product = kernel(x, y, a, b), density = product / y;
    if (fmin(a, b) >= LARGE_PARAMETERS) return tails_by_quadrature(x, y, a, b, density);
    double lambda = -distance(x, y, a, b);
    lk_stats_tails tails;
    if (x * (a + b + 2) <= a + 1) {
        tails = lk_stats_of_lower(product * lower_fraction(x, y, a, b, lambda), density);
        if (is_lost(tails.upper, x, a, b)) tails.upper = fmax(0, upper_of_small_a(x, a, b));
    } else {
        tails = lk_stats_of_upper(product * lower_fraction(y, x, b, a, -lambda), density);
        if (is_lost(tails.lower, y, b, a)) tails.lower = fmax(0, upper_of_small_a(y, b, a));
    }
    return tails;
}

static int is_domain(double x, double a, double b)
{
    return x >= 0 && x <= 1 && a > 0 && b > 0 && !isinf(a) && !isinf(b);
}

double leadkpi_stats_beta_cdf(double x, double a, double b)
{
    return is_domain(x, a, b) ? lk_stats_beta_tails(x, 1 - x, a, b).lower : NAN;
}

double leadkpi_stats_beta_upper(double x, double a, double b)
{
    return is_domain(x, a, b) ? lk_stats_beta_tails(x, 1 - x, a, b).upper : NAN;
}
