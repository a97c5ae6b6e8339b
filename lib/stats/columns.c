/* columns.c: intervals of whole columns. */
#include "stats/columns.h"

#include <math.h>

#include <leadkpi/stats.h>

#include "stats/check.h"
#include "stats/garwood.h"
#include "stats/proportion.h"

/* Cost: 32 bytes a row in and out, a root and four divisions; no branch, so that the compiler
 * makes vectors of it. The arithmetic is that of wilson.c to the bit. */
leadkpi_status lk_stats_wilson_columns(const double *restrict successes,
                                       const double *restrict trials, size_t count, double level,
                                       double *restrict low, double *restrict high,
                                       leadkpi_error *error)
{
    LK_TRY(lk_stats_check_level(level, error));
    double z = lk_stats_z_of_level(level), square = z * z;
    for (size_t i = 0; i < count; i++) {
        double x = successes[i], n = trials[i];
        double share = (n - x) / n;
        double spread = sqrt(square + 4 * x * share);
        double root = x + 0.5 * z * (z + spread);
        double high_end = root / (n + square);
        int good = (x >= 0) & (x <= n) & (n > 0) & (n <= LK_STATS_LARGEST_COUNT);
        low[i] = good ? x * (x / n) / root : NAN;
        high[i] = good ? (high_end < 1 ? high_end : 1) : NAN;
    }
    return LEADKPI_OK;
}

/* Cost: 32 bytes a row; a whole count of up to 64 (at usual levels) is looked up in 1 KiB, a
 * larger one costs two roots and 26 multiplications, a small fraction some microseconds. */
leadkpi_status lk_stats_cost_per_count_columns(lk_memory *memory, const double *money,
                                               const double *counts, size_t count, double level,
                                               double *low, double *high, leadkpi_error *error)
{
    lk_garwood garwood;
    LK_TRY(lk_stats_check_level(level, error));
    LK_TRY(lk_garwood_init(&garwood, memory, level, error));
    leadkpi_status status = LEADKPI_OK;
    for (size_t i = 0; i < count && status == LEADKPI_OK; i++) {
        double spent = money[i], k = counts[i];
        int good = spent >= 0 && isfinite(spent) && k >= 0 && k <= LK_STATS_LARGEST_COUNT &&
                   (spent > 0 || k > 0);
        low[i] = high[i] = NAN;
        if (good) {
            lk_garwood_limits limits = lk_garwood_of(&garwood, k);
            low[i] = spent / limits.high;
            high[i] = spent == 0 ? 0 : spent / limits.low;
        }
        if (i % LK_INTERRUPT_ROWS == LK_INTERRUPT_ROWS - 1) status = lk_interrupted(memory, error);
    }
    lk_garwood_release(&garwood);
    return status;
}

leadkpi_status lk_stats_poisson_columns(lk_memory *memory, const double *counts, size_t count,
                                        double level, double *low, double *high,
                                        leadkpi_error *error)
{
    lk_garwood garwood;
    LK_TRY(lk_stats_check_level(level, error));
    LK_TRY(lk_garwood_init(&garwood, memory, level, error));
    leadkpi_status status = LEADKPI_OK;
    for (size_t i = 0; i < count && status == LEADKPI_OK; i++) {
        low[i] = high[i] = NAN;
        if (counts[i] >= 0 && counts[i] <= LK_STATS_LARGEST_COUNT) {
            lk_garwood_limits limits = lk_garwood_of(&garwood, counts[i]);
            low[i] = limits.low;
            high[i] = limits.high;
        }
        if (i % LK_INTERRUPT_ROWS == LK_INTERRUPT_ROWS - 1) status = lk_interrupted(memory, error);
    }
    lk_garwood_release(&garwood);
    return status;
}
