/* quantile.h: where a quantile of a sample lies, for samples of other types than double. */
#ifndef LK_STATS_QUANTILE_H
#define LK_STATS_QUANTILE_H

#include <stddef.h>

/* The place of a quantile of type 7: between values[index] and the next, how far; at the last value 0. */
typedef struct lk_quantile_place {
    size_t index;
    double fraction;
} lk_quantile_place;

/* count: 1 or more; probability from 0 to 1. */
lk_quantile_place lk_quantile_place_of(size_t count, double probability);

double lk_quantile_between(double value, double next, double fraction);

#endif
