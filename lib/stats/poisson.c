/* poisson.c: counts, and what one of them costs. */
#include "stats/poisson.h"

#include <math.h>

#include <leadkpi/stats.h>

#include "stats/check.h"

/* A Poisson count of k or more has the probability that a gamma variable of shape k is below the
 * expected count; so the limits are quantiles of gamma (Garwood 1936). */
double lk_stats_garwood_low(double count, double tail)
{
    return count > 0 ? leadkpi_stats_gamma_quantile(tail, count) : 0;
}

double lk_stats_garwood_high(double count, double tail)
{
    return leadkpi_stats_gamma_upper_quantile(tail, count + 1);
}

leadkpi_status leadkpi_stats_poisson_interval(double count, double level, double *low,
                                              double *high, leadkpi_error *error)
{
    LK_TRY(lk_stats_begin(level, low, high, error));
    LK_TRY(lk_stats_check_count("count", count, error));
    *low = lk_stats_garwood_low(count, 0.5 * (1 - level));
    *high = lk_stats_garwood_high(count, 0.5 * (1 - level));
    return LEADKPI_OK;
}

leadkpi_status leadkpi_stats_cost_per_count_interval(double money, double count, double level,
                                                     double *low, double *high,
                                                     leadkpi_error *error)
{
    LK_TRY(lk_stats_begin(level, low, high, error));
    LK_TRY(lk_stats_check_not_negative("money", money, error));
    LK_TRY(lk_stats_check_count("count", count, error));
    LK_FAIL_IF(money == 0 && count == 0, error, LEADKPI_UNDEFINED,
               "cost per count: nothing spent and nothing counted");
    double least = lk_stats_garwood_low(count, 0.5 * (1 - level));
    *low = money / lk_stats_garwood_high(count, 0.5 * (1 - level));
    *high = money == 0 ? 0 : money / least; /* INFINITY over a limit of 0 */
    return LEADKPI_OK;
}
