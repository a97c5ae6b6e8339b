/* lead_levels.h: how far each lead got, found once while its events are in the cache, so that a report
 * of levels reads 8 bytes a lead instead of its events. The store forgets them where events come or go;
 * it need not have them. */
#ifndef LK_FUNNEL_LEAD_LEVELS_H
#define LK_FUNNEL_LEAD_LEVELS_H

#include "funnel/store.h"

/* What finding them takes. */
typedef struct lk_lead_scan {
    uint8_t places[LK_PACKED_CODES_MAX]; /* by the rank of the code: quick.h */
    int32_t step_count;
    uint64_t window;
    uint64_t *levels; /* of each lead; NULL: they are not looked for */
    uint32_t lead_count;
    const lk_memory *memory; /* whose host is asked */
} lk_lead_scan;

/* 8 bytes a lead, where the rule is that of quick.h and each code has one step at most, and there is
 * memory. */
void lk_lead_scan_open(const leadkpi_funnel *funnel, const lk_packed_codes *codes, lk_memory *memory,
                       uint32_t lead_count, lk_lead_scan *scan);
void lk_lead_scan_close(lk_lead_scan *scan, lk_memory *memory);

/* Of the lead whose packed events these are. Status: OK, INTERRUPTED. */
leadkpi_status lk_lead_scan_take(const lk_lead_scan *scan, uint32_t lead, const uint64_t *keys, uint32_t count,
                                 leadkpi_error *error);

/* Does the store know them as of a time? */
static inline bool lk_lead_levels_known(const lk_funnel_store *store, int64_t as_of)
{
    return store->lead_levels && store->closed.range_count == 0 && as_of >= store->latest;
}

/* The start of the attempt that got farthest first, as packed.h has times, and below it the level: fewer
 * than LK_PACKED_CODES_MAX steps have a code. 0: no step. */
static inline int32_t lk_lead_level(uint64_t found)
{
    return (int32_t)(found % LK_PACKED_CODES_MAX);
}

static inline int64_t lk_lead_level_start(uint64_t found)
{
    return lk_packed_time(found);
}

#endif
