/* columns.h: intervals of whole columns, at memory speed. For the rooms above. */
#ifndef LK_STATS_COLUMNS_H
#define LK_STATS_COLUMNS_H

#include <stddef.h>

#include "base/memory.h"

/* Wilson's interval of every row. Rows that leadkpi_stats_wilson_interval refuses get NaN. The
 * outputs may not overlap the inputs. BAD_ARGUMENT (level) leaves them alone. */
leadkpi_status lk_stats_wilson_columns(const double *successes, const double *trials, size_t count,
                                       double level, double *low, double *high,
                                       leadkpi_error *error);

/* The interval of leadkpi_stats_cost_per_count_interval of every row, NaN where that refuses.
 * Garwood's limits are kept by whole count below the few hundred from where a series
 * gives them, in at most 16 KiB of `memory`, given back before the call ends.
 * Also: OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_stats_cost_per_count_columns(lk_memory *memory, const double *money,
                                               const double *counts, size_t count, double level,
                                               double *low, double *high, leadkpi_error *error);

/* The same for leadkpi_stats_poisson_interval. */
leadkpi_status lk_stats_poisson_columns(lk_memory *memory, const double *counts, size_t count,
                                        double level, double *low, double *high,
                                        leadkpi_error *error);

#endif
