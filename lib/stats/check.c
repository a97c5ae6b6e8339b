#include "stats/check.h"

#include <math.h>

#include <leadkpi/stats.h>

leadkpi_status lk_stats_check_level(double level, leadkpi_error *error)
{
    LK_FAIL_IF(!(level > 0 && level < 1), error, LEADKPI_BAD_ARGUMENT,
               "level: expected above 0 and below 1, such as 0.95, found %g", level);
    return LEADKPI_OK;
}

leadkpi_status lk_stats_check_probability(double probability, leadkpi_error *error)
{
    LK_FAIL_IF(!(probability > 0 && probability < 1), error, LEADKPI_BAD_ARGUMENT,
               "probability: expected above 0 and below 1, found %g", probability);
    return LEADKPI_OK;
}

leadkpi_status lk_stats_begin(double level, double *low, double *high, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    if (low) *low = NAN;
    if (high) *high = NAN;
    LK_REQUIRE(low, error);
    LK_REQUIRE(high, error);
    return lk_stats_check_level(level, error);
}

leadkpi_status lk_stats_check_count(const char *name, double count, leadkpi_error *error)
{
    LK_FAIL_IF(!(count >= 0 && count <= LK_STATS_LARGEST_COUNT), error, LEADKPI_BAD_DATA,
               "%s: expected a count from 0 to 1e15, found %g", name, count);
    return LEADKPI_OK;
}

leadkpi_status lk_stats_check_whole(const char *name, double count, leadkpi_error *error)
{
    LK_TRY(lk_stats_check_count(name, count, error));
    LK_FAIL_IF(count != floor(count), error, LEADKPI_BAD_DATA,
               "%s: expected a whole count, found %g", name, count);
    return LEADKPI_OK;
}

leadkpi_status lk_stats_check_finite(const char *name, double value, leadkpi_error *error)
{
    LK_FAIL_IF(!isfinite(value), error, LEADKPI_BAD_DATA, "%s: expected a finite number, found %g",
               name, value);
    return LEADKPI_OK;
}

leadkpi_status lk_stats_check_not_negative(const char *name, double value, leadkpi_error *error)
{
    LK_FAIL_IF(!(isfinite(value) && value >= 0), error, LEADKPI_BAD_DATA,
               "%s: expected a finite number, 0 or more, found %g", name, value);
    return LEADKPI_OK;
}

leadkpi_status lk_stats_check_proportion(double successes, double trials, leadkpi_error *error)
{
    LK_TRY(lk_stats_check_count("successes", successes, error));
    LK_TRY(lk_stats_check_count("trials", trials, error));
    LK_FAIL_IF(successes > trials, error, LEADKPI_BAD_DATA,
               "successes: expected at most the %g trials, found %g", trials, successes);
    LK_FAIL_IF(trials == 0, error, LEADKPI_UNDEFINED, "trials: expected more than 0, found 0");
    return LEADKPI_OK;
}

double lk_stats_z_of_level(double level)
{
    return leadkpi_stats_normal_upper_quantile(0.5 * (1 - level));
}
