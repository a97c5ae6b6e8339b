/* segments.h: which segment an attempt is of. A lead may have a million attempts: what hangs on the lead alone is
 * looked up once, and no attempt costs a pass over the lead's events. */
#ifndef LK_FUNNEL_SEGMENTS_H
#define LK_FUNNEL_SEGMENTS_H

#include "base/map.h"
#include "funnel/results.h"

typedef struct lk_segments {
    const lk_journeys *journeys;
    lk_memory *memory;
    int64_t as_of;
    int breakdown;
    int32_t step; /* from 1; 0: the last one reached */
    uint32_t lead; /* the one that the rest is of; LK_MAP_NONE: of none yet */
    uint32_t of_lead; /* its first or last segment */
    uint32_t *different; /* its segments in the order in which they come up; NULL: not asked for */
    uint32_t *seen;      /* by segment 1 + the latest lead that has it */
    uint32_t different_count;
    uint32_t capacity; /* of both */
    lk_map128 instants;      /* (time; value and step) that were asked for */
    uint32_t *instant_segments; /* of each */
    size_t instant_capacity;
} lk_segments;

/* Memory: 8 bytes a segment where each of a lead's counts; with breakdown=step and attempts that count 45 bytes
 * an instant and step of the lead that has most, of instants of many events. Status: OK, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_segments_open(const lk_results *results, const lk_journeys *journeys, lk_memory *memory,
                                lk_segments *segments, leadkpi_error *error);
void lk_segments_close(lk_segments *segments);

/* The segment of an attempt. O(1) an attempt in the end but for breakdown=step, which takes O(log events) and
 * passes over an instant once for each step. Status: OK, OVERFLOW, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_segments_of(lk_segments *segments, uint32_t lead, const lk_attempt *attempt,
                              uint32_t *segment, leadkpi_error *error);

/* Finds the different segments of a lead. Status: OK, INTERRUPTED. */
leadkpi_status lk_segments_of_lead(lk_segments *segments, uint32_t lead, leadkpi_error *error);

#endif
