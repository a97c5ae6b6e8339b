/* wilson.c: the score interval of a proportion, with and without correction. */
#include "stats/proportion.h"

#include <math.h>

#include <leadkpi/stats.h>

#include "stats/check.h"

/* The limits are the roots of (n + z^2) p^2 - (2 x + z^2) p + x^2 / n. This is the larger
 * root times (n + z^2); the smaller is taken from the product of the roots, so that neither cancels. */
static double larger_root(double successes, double trials, double z)
{
    double spread = sqrt(z * z + 4 * successes * ((trials - successes) / trials));
    return successes + 0.5 * z * (z + spread);
}

double lk_stats_wilson_low(double successes, double trials, double z)
{
    return successes * (successes / trials) / larger_root(successes, trials, z);
}

double lk_stats_wilson_high(double successes, double trials, double z)
{
    return fmin(1, larger_root(successes, trials, z) / (trials + z * z));
}

leadkpi_status leadkpi_stats_wilson_interval(double successes, double trials, double level,
                                             double *low, double *high, leadkpi_error *error)
{
    LK_TRY(lk_stats_begin(level, low, high, error));
    LK_TRY(lk_stats_check_proportion(successes, trials, error));
    double z = lk_stats_z_of_level(level);
    *low = lk_stats_wilson_low(successes, trials, z);
    *high = lk_stats_wilson_high(successes, trials, z);
    return LEADKPI_OK;
}

/* Newcombe's formulas with the correction are Wilson's with half a success less for the lower
 * limit and half a success more for the upper one. */
leadkpi_status leadkpi_stats_wilson_corrected_interval(double successes, double trials,
                                                       double level, double *low, double *high,
                                                       leadkpi_error *error)
{
    LK_TRY(lk_stats_begin(level, low, high, error));
    LK_TRY(lk_stats_check_proportion(successes, trials, error));
    double z = lk_stats_z_of_level(level);
    *low = successes > 0.5 ? lk_stats_wilson_low(successes - 0.5, trials, z) : 0;
    *high = successes + 0.5 < trials ? lk_stats_wilson_high(successes + 0.5, trials, z) : 1;
    return LEADKPI_OK;
}
