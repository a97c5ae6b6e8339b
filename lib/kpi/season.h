/* season.h: how seasons differ: the index of each. */
#ifndef LK_KPI_SEASON_H
#define LK_KPI_SEASON_H

#include "kpi/pool.h"

enum {
    LK_SEASONS_MAX = 60
};

typedef struct lk_season_index {
    double log_index, error; /* of the mean of its logs; NaN where there is none */
    int64_t years;
} lk_season_index;

/* The index of each of `season` seasons, that of row 0 first, scaled to the geometric mean 1;
 * `rows` are two years at least. False where one of them has no value. */
bool lk_seasons_find(lk_periods *periods, size_t season, lk_season_index *out);

#endif
