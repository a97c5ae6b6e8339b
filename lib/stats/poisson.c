/* poisson.c: counts, and what one of them costs. */
#include <math.h>

#include <leadkpi/stats.h>

#include "stats/check.h"
#include "stats/garwood.h"

static lk_garwood_limits limits_of(double count, double level)
{
    lk_garwood_level series;
    lk_garwood_level_init(&series, level);
    return lk_garwood_level_limits(&series, count);
}

leadkpi_status leadkpi_stats_poisson_interval(double count, double level, double *low,
                                              double *high, leadkpi_error *error)
{
    LK_TRY(lk_stats_begin(level, low, high, error));
    LK_TRY(lk_stats_check_count("count", count, error));
    lk_garwood_limits limits = limits_of(count, level);
    *low = limits.low;
    *high = limits.high;
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
    lk_garwood_limits limits = limits_of(count, level);
    *low = money / limits.high;
    *high = money == 0 ? 0 : money / limits.low; /* INFINITY over a limit of 0 */
    return LEADKPI_OK;
}
