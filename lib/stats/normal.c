/* normal.c: the standard normal distribution. */
#include <leadkpi/stats.h>

#include "stats/special.h"

double leadkpi_stats_normal_upper(double x)
{
    return 0.5 * erfc(x / LK_STATS_SQRT_2);
}

double leadkpi_stats_normal_cdf(double x)
{
    return leadkpi_stats_normal_upper(-x);
}

/* The z with erf(z / sqrt 2) = 2 m, for |m| <= 1/4: from the tangent at 0, Newton with the second
 * derivative (-z times the first) as Halley has it. */
static double central_quantile(double m)
{
    double z = m / LK_STATS_1_SQRT_2_PI;
    for (int i = 0; i < 4; i++) {
        double density = LK_STATS_1_SQRT_2_PI * exp(-0.5 * z * z);
        double step = (m - 0.5 * erf(z / LK_STATS_SQRT_2)) / density;
        z += step / (1 - 0.5 * z * step);
    }
    return z;
}

/* For 0 < q < 1/4: a rational start (Abramowitz and Stegun 26.2.22, within 0.003), then Halley's
 * steps on the relative error of the tail, which triple the digits each. */
static double tail_quantile(double q)
{
    double t = sqrt(-2 * log(q));
    double z = t - (2.30753 + 0.27061 * t) / (1 + t * (0.99229 + t * 0.04481));
    for (int i = 0; i < 3; i++) {
        double density = LK_STATS_1_SQRT_2_PI * exp(-0.5 * z * z);
        double step = (leadkpi_stats_normal_upper(z) - q) / density;
        z += step / (1 - 0.5 * z * step);
    }
    return z;
}

double leadkpi_stats_normal_upper_quantile(double q)
{
    if (!(q >= 0 && q <= 1)) return NAN;
    if (q == 0) return INFINITY;
    if (q == 1) return -INFINITY;
    if (q < 0.25) return tail_quantile(q);
    if (q > 0.75) return -tail_quantile(1 - q);
    return central_quantile(0.5 - q);
}

double leadkpi_stats_normal_quantile(double p)
{
    return -leadkpi_stats_normal_upper_quantile(p);
}
