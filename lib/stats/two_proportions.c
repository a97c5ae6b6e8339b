/* two_proportions.c: difference and ratio of two independent proportions. */
#include <math.h>

#include <leadkpi/stats.h>

#include "stats/check.h"
#include "stats/proportion.h"

static leadkpi_status check_both(double first_successes, double first_trials,
                                 double second_successes, double second_trials,
                                 leadkpi_error *error)
{
    LK_TRY(lk_stats_check_proportion(first_successes, first_trials, error));
    return lk_stats_check_proportion(second_successes, second_trials, error);
}

/* hypot of two numbers up to 1, which need no care, as sqrt is the same everywhere. */
static double length_of(double x, double y)
{
    return sqrt(x * x + y * y);
}

leadkpi_status leadkpi_stats_newcombe_interval(double first_successes, double first_trials,
                                               double second_successes, double second_trials,
                                               double level, double *low, double *high,
                                               leadkpi_error *error)
{
    LK_TRY(lk_stats_begin(level, low, high, error));
    LK_TRY(check_both(first_successes, first_trials, second_successes, second_trials, error));
    double z = lk_stats_z_of_level(level);
    double p = first_successes / first_trials, q = second_successes / second_trials;
    double p_low = lk_stats_wilson_low(first_successes, first_trials, z);
    double p_high = lk_stats_wilson_high(first_successes, first_trials, z);
    double q_low = lk_stats_wilson_low(second_successes, second_trials, z);
    double q_high = lk_stats_wilson_high(second_successes, second_trials, z);
    *low = p - q - length_of(p - p_low, q_high - q);
    *high = p - q + length_of(p_high - p, q - q_low);
    return LEADKPI_OK;
}

leadkpi_status leadkpi_stats_katz_interval(double first_successes, double first_trials,
                                           double second_successes, double second_trials,
                                           double level, double *low, double *high,
                                           leadkpi_error *error)
{
    LK_TRY(lk_stats_begin(level, low, high, error));
    LK_TRY(check_both(first_successes, first_trials, second_successes, second_trials, error));
    LK_FAIL_IF(second_successes == 0, error, LEADKPI_UNDEFINED,
               "ratio of proportions: the second group has no success");
    LK_FAIL_IF(first_successes == 0, error, LEADKPI_NOT_ENOUGH_DATA,
               "ratio of proportions: the first group has no success, its logarithm no variance");
    double variance = (first_trials - first_successes) / first_trials / first_successes +
                      (second_trials - second_successes) / second_trials / second_successes;
    LK_FAIL_IF(variance == 0, error, LEADKPI_NOT_ENOUGH_DATA,
               "ratio of proportions: no failure in either group");
    double ratio = first_successes / first_trials / (second_successes / second_trials);
    double factor = exp(lk_stats_z_of_level(level) * sqrt(variance));
    *low = ratio / factor;
    *high = ratio * factor;
    return LEADKPI_OK;
}
