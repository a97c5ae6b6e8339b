/* pool.h: several periods of a KPI as one: measures are added up, and divided last. */
#ifndef LK_KPI_POOL_H
#define LK_KPI_POOL_H

#include "kpi/contrast.h"

typedef struct lk_periods {
    lk_kpi_rows rows;          /* a period each, in order of time */
    bool can_pool;             /* every measure adds up */
    bool is_flow;              /* the KPI does, too: it is taken a period */
    const lk_column *exposure; /* NULL: not given */
} lk_periods;

/* Status: as lk_kpi_rows_init, and BAD_DATA (an exposure that is not above 0). */
leadkpi_status lk_periods_init(lk_periods *periods, int32_t kpi, const leadkpi_table *table,
                               lk_kpi_settings settings, leadkpi_error *error);

/* The periods from `first` on, `count` of them (1 or more), as one side of a contrast; flows as of
 * one period, and as long as the last row where there is an exposure. Without can_pool and with
 * more than one it is their median. Status is the estimate's. */
void lk_periods_pool(lk_periods *periods, size_t first, size_t count, lk_side *out);

/* The value of the periods in the middle of which `middle` is, a whole year of `season` periods;
 * NaN where it has none. */
double lk_periods_trend(lk_periods *periods, size_t middle, size_t season);

#endif
