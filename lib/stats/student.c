/* student.c: Student's t.
 *
 * Everything is had from |T|: its upper tail is I_x(n/2, 1/2) with x = n / (n + t^2),
 * its lower tail I_y(1/2, n/2) with y = t^2 / (n + t^2). */
#include <leadkpi/stats.h>

#include <float.h>

#include "stats/special.h"

/* From here on the tail is integrated (tail.c); the beta function has a slow fraction there. */
#define LARGE_DEGREES 30.0

/* Past this t * t overflows, and 1 beside it is long lost. */
#define FAR_OUT 1e150

/* log of the density times sqrt(2 pi), from the ratio of gamma functions without cancellation. */
static double log_density(double t, double degrees)
{
    double half = 0.5 * degrees, ratio = 0.5 / half;
    double gap = half * lk_stats_log1p_gap(ratio, 1 + ratio) -
                 (lk_stats_stirling_error(half + 0.5) - lk_stats_stirling_error(half));
    double log_fall = t < FAR_OUT ? log1p(t / degrees * t) : 2 * log(t) - log(degrees);
    return -gap - (half + 0.5) * log_fall;
}

/* The fall of the log density from t to t + s; parameters: (n + 1) / 2, 2 t, n + t^2. */
static double exponent(double s, const double *p)
{
    return p[0] * log1p(s * ((p[1] + s) / p[2]));
}

static double upper_by_quadrature(double t, double degrees)
{
    double width = degrees + t * t;
    double parameters[3] = {0.5 * (degrees + 1), 2 * t, width};
    return LK_STATS_1_SQRT_2_PI * exp(log_density(t, degrees)) *
           lk_stats_tail_integral(exponent, parameters, (degrees + 1) * (t / width),
                                  (degrees + 1) / width, INFINITY);
}

/* Both tails of |T| at t > 0. */
static lk_stats_tails tails_at(double t, double degrees, double unused)
{
    (void)unused;
    double x_density = 2 * LK_STATS_1_SQRT_2_PI * exp(log(t) + log_density(t, degrees));
    if (t >= FAR_OUT) return lk_stats_of_upper(x_density / degrees, x_density);
    if (degrees >= LARGE_DEGREES && t > 1)
        return lk_stats_of_upper(2 * upper_by_quadrature(t, degrees), x_density);
    double ratio = t / degrees * t;
    lk_stats_tails tails = lk_stats_beta_tails(1 / (1 + ratio), ratio / (1 + ratio),
                                               0.5 * degrees, 0.5);
    return (lk_stats_tails){tails.upper, tails.lower, x_density};
}

double leadkpi_stats_t_upper(double x, double degrees_of_freedom)
{
    if (isnan(x) || !(degrees_of_freedom > 0)) return NAN;
    if (isinf(degrees_of_freedom)) return leadkpi_stats_normal_upper(x);
    if (x == 0) return 0.5;
    if (isinf(x)) return x > 0 ? 0 : 1;
    double half = 0.5 * tails_at(fabs(x), degrees_of_freedom, 0).upper;
    return x > 0 ? half : 1 - half;
}

double leadkpi_stats_t_cdf(double x, double degrees_of_freedom)
{
    return leadkpi_stats_t_upper(-x, degrees_of_freedom);
}

/* The t > 0 whose upper tail is q < 1/2: near the middle from the mass of |T| below it, which is
 * exact there, further out from the tail. The normal quantile is the first guess. */
static double positive_quantile(double q, double degrees)
{
    double guess = leadkpi_stats_normal_upper_quantile(q);
    if (q > 0.25) return lk_stats_invert(tails_at, degrees, 0, 1 - 2 * q, 0, guess, INFINITY);
    return lk_stats_invert(tails_at, degrees, 0, 2 * q, 1, guess, INFINITY);
}

double leadkpi_stats_t_upper_quantile(double q, double degrees_of_freedom)
{
    if (!(q >= 0 && q <= 1 && degrees_of_freedom > 0)) return NAN;
    if (q == 0) return INFINITY;
    if (q == 1) return -INFINITY;
    if (q == 0.5) return 0;
    if (isinf(degrees_of_freedom)) return leadkpi_stats_normal_upper_quantile(q);
    if (q < 0.5) return positive_quantile(q, degrees_of_freedom);
    return -positive_quantile(1 - q, degrees_of_freedom);
}

double leadkpi_stats_t_quantile(double p, double degrees_of_freedom)
{
    return -leadkpi_stats_t_upper_quantile(p, degrees_of_freedom);
}
