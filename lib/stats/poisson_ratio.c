/* poisson_ratio.c: how two counts compare. */
#include <math.h>

#include <leadkpi/stats.h>

#include "stats/check.h"
#include "stats/special.h"

/* Given the sum of two Poisson counts the first is binomial, with the share ratio / (1 + ratio);
 * the limits of the share (Clopper and Pearson) become limits of the ratio as share / rest. */
static leadkpi_status ratio_interval(double numerator, double denominator, double level,
                                     double *low, double *high, leadkpi_error *error)
{
    LK_FAIL_IF(numerator == 0 && denominator == 0, error, LEADKPI_UNDEFINED,
               "ratio of counts: both are 0");
    double tail = 0.5 * (1 - level), share, rest;
    *low = 0;
    *high = INFINITY;
    if (numerator > 0) {
        share = lk_stats_beta_solve(tail, numerator, denominator + 1, 0, &rest);
        *low = share / rest;
    }
    if (denominator > 0) {
        share = lk_stats_beta_solve(tail, numerator + 1, denominator, 1, &rest);
        *high = share / rest;
    }
    return LEADKPI_OK;
}

leadkpi_status leadkpi_stats_poisson_ratio_interval(double numerator_count,
                                                    double denominator_count, double level,
                                                    double *low, double *high,
                                                    leadkpi_error *error)
{
    LK_TRY(lk_stats_begin(level, low, high, error));
    LK_TRY(lk_stats_check_count("numerator_count", numerator_count, error));
    LK_TRY(lk_stats_check_count("denominator_count", denominator_count, error));
    return ratio_interval(numerator_count, denominator_count, level, low, high, error);
}

leadkpi_status leadkpi_stats_growth_interval(double previous_count, double current_count,
                                             double level, double *low, double *high,
                                             leadkpi_error *error)
{
    LK_TRY(lk_stats_begin(level, low, high, error));
    LK_TRY(lk_stats_check_count("previous_count", previous_count, error));
    LK_TRY(lk_stats_check_count("current_count", current_count, error));
    LK_TRY(ratio_interval(current_count, previous_count, level, low, high, error));
    *low -= 1;
    *high -= 1;
    return LEADKPI_OK;
}
