/* walk.h: journeys, one after the other, from events and from paths.
 *
 * A unit's touches are in order of time, sequence and content, its conversions in order of time,
 * sequence, type, weight and value; never of arrival. Each conversion takes the touches from
 * the start of its lookback (not with it) to its own time, less those that the rule for repeats
 * has closed, the latest touches_max of them, and after that come the transforms. */
#ifndef LK_ATTRIBUTION_WALK_H
#define LK_ATTRIBUTION_WALK_H

#include "attribution/store.h"

/* Word 0 of a path: the group, and this where it was closed: cut and transformed already. */
#define LK_PATH_CLOSED 0x80000000u

typedef struct lk_journey {
    const uint32_t *kinds;
    const int64_t *times; /* NULL: a path, which has none */
    const lk_milestone *milestones; /* of the unit, in order of time */
    uint32_t milestone_count;
    uint32_t count;
    uint32_t group;
    uint32_t unit; /* LK_MAP_NONE: a path */
    uint32_t type; /* a text, or LK_TYPE_NULL; of a path LK_MAP_NONE */
    uint32_t unused;
    int64_t time; /* of the conversion */
    lk_exact_sum sums[LK_PATH_SUMS];
} lk_journey;

typedef struct lk_walk_filter {
    int64_t as_of; /* what comes after does not count */
    int64_t from, to; /* of conversions and nulls; half open */
    const uint8_t *types; /* by text: does it count? NULL: all do */
    uint32_t groups; /* folded to so many, a power of two */
    uint32_t as_stored; /* 1: journeys come as they lie in memory, which is faster; 0: by group */
} lk_walk_filter;

typedef struct lk_walk_counts {
    uint64_t units, paths, touches, conversions; /* conversions: without nulls */
    uint64_t journeys, converting, nulls, journey_touches;
    uint64_t dropped, transformed, unused_touches;
} lk_walk_counts;

typedef leadkpi_status (*lk_journey_visit)(void *context, const lk_journey *journey,
                                           leadkpi_error *error);

/* What is handed to `visit` is good for the time of the call.
 * Status: OK, CONTRADICTION (the handle folds its paths), OUT_OF_MEMORY, LIMIT, INTERRUPTED, and what `visit` returns. */
leadkpi_status lk_walk(const leadkpi_attribution *attribution, const lk_walk_filter *filter,
                       lk_memory *memory, lk_journey_visit visit, void *context,
                       lk_walk_counts *counts, leadkpi_error *error);

/* The same of the paths that a handle with fold holds while rows are added to it. */
leadkpi_status lk_walk_slice(const leadkpi_attribution *attribution, const lk_walk_filter *filter,
                             lk_memory *memory, lk_journey_visit visit, void *context,
                             lk_walk_counts *counts, leadkpi_error *error);

#endif
