/* garwood.h: the exact limits of a Poisson count, quickly and many times over. */
#ifndef LK_STATS_GARWOOD_H
#define LK_STATS_GARWOOD_H

#include "base/memory.h"

#define LK_GARWOOD_TERMS 13

/* What depends on the level alone. */
typedef struct lk_garwood_level {
    double tail;                    /* half of 1 - level */
    double series_from;             /* the smallest count that the series gives within 1e-14 */
    double lower[LK_GARWOOD_TERMS]; /* of the expansion in 1 / sqrt(shape) */
    double upper[LK_GARWOOD_TERMS];
} lk_garwood_level;

typedef struct lk_garwood_limits {
    double low, high;
} lk_garwood_limits;

void lk_garwood_level_init(lk_garwood_level *series, double level);
lk_garwood_limits lk_garwood_level_limits(const lk_garwood_level *series, double count);

/* The same with the limits of small whole counts kept once they were asked for: the same
 * answers to the bit. */
typedef struct lk_garwood {
    lk_garwood_level series;
    lk_memory *memory;
    lk_garwood_limits *kept; /* by count; high 0 where not known yet */
    size_t kept_count;
} lk_garwood;

leadkpi_status lk_garwood_init(lk_garwood *garwood, lk_memory *memory, double level,
                               leadkpi_error *error);
void lk_garwood_release(lk_garwood *garwood);
lk_garwood_limits lk_garwood_of(lk_garwood *garwood, double count);

#endif
