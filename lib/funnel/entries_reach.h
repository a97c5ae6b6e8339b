/* entries_reach.h: what one start gets to where steps may be left out, as sets of steps. */
#ifndef LK_FUNNEL_ENTRIES_REACH_H
#define LK_FUNNEL_ENTRIES_REACH_H

#include "funnel/entries.h"

typedef struct lk_reach {
    int32_t level;  /* the highest that the start gets to; 0: not known, it would have been too much work */
    size_t last;    /* the first item where */
    uint64_t steps; /* all that it may get to */
    size_t work;    /* items and steps looked at */
} lk_reach;

/* Of a start whose window ends with item `limit`; and of each item from it to the last one, in `taken`, the steps
 * that it may get to there. No more work is done than `most`. O(items), and at an exclusion O(steps).
 * Status: OK, INTERRUPTED. */
leadkpi_status lk_reach_find(const lk_entries *e, size_t start, size_t limit, bool barred, size_t most, uint64_t *taken,
                             lk_reach *reach, leadkpi_error *error);

/* Steps that may follow any of these: the next, and as long as that is optional the one after it. To add the first
 * optional one of a run to the run carries through the rest of it. */
static inline uint64_t lk_reach_following(uint64_t optional, uint64_t steps)
{
    uint64_t next = steps << 1;
    return next | (((next & optional) + optional) ^ optional);
}

#endif
