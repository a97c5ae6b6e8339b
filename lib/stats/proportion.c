/* proportion.c: exact, Bayesian and adjusted intervals of a proportion. */
#include <math.h>

#include <leadkpi/stats.h>

#include "stats/check.h"
#include "stats/special.h"

/* Both limits are quantiles of beta: P(X >= x) under p is I_p(x, n - x + 1). */
leadkpi_status leadkpi_stats_clopper_pearson_interval(double successes, double trials,
                                                      double level, double *low, double *high,
                                                      leadkpi_error *error)
{
    LK_TRY(lk_stats_begin(level, low, high, error));
    LK_TRY(lk_stats_check_whole("successes", successes, error));
    LK_TRY(lk_stats_check_whole("trials", trials, error));
    LK_TRY(lk_stats_check_proportion(successes, trials, error));
    double tail = 0.5 * (1 - level), failures = trials - successes, unused;
    *low = successes > 0 ? lk_stats_beta_solve(tail, successes, failures + 1, 0, &unused) : 0;
    *high = failures > 0 ? lk_stats_beta_solve(tail, successes + 1, failures, 1, &unused) : 1;
    return LEADKPI_OK;
}

leadkpi_status leadkpi_stats_jeffreys_interval(double successes, double trials, double level,
                                               double *low, double *high, leadkpi_error *error)
{
    LK_TRY(lk_stats_begin(level, low, high, error));
    LK_TRY(lk_stats_check_proportion(successes, trials, error));
    double tail = 0.5 * (1 - level), a = successes + 0.5, b = trials - successes + 0.5, unused;
    *low = successes > 0 ? lk_stats_beta_solve(tail, a, b, 0, &unused) : 0;
    *high = successes < trials ? lk_stats_beta_solve(tail, a, b, 1, &unused) : 1;
    return LEADKPI_OK;
}

leadkpi_status leadkpi_stats_agresti_coull_interval(double successes, double trials, double level,
                                                    double *low, double *high,
                                                    leadkpi_error *error)
{
    LK_TRY(lk_stats_begin(level, low, high, error));
    LK_TRY(lk_stats_check_proportion(successes, trials, error));
    double z = lk_stats_z_of_level(level), n = trials + z * z;
    double p = (successes + 0.5 * z * z) / n;
    double half_width = z * sqrt(p * (1 - p) / n);
    *low = p - half_width;
    *high = p + half_width;
    return LEADKPI_OK;
}
