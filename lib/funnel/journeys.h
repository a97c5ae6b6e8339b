/* journeys.h: the events of each lead, in the one order that decides ties.
 *
 * Events of a lead are in order of time, sequence, content (exclusions last,
 * then the steps as a number), segment; never of arrival. For the rules they become items: an
 * event each, or, where one event may fill many steps, an item a step that it
 * matches, within one (time, sequence) by step, then one for its exclusions. */
#ifndef LK_FUNNEL_JOURNEYS_H
#define LK_FUNNEL_JOURNEYS_H

#include "funnel/store.h"

typedef struct lk_item {
    int64_t time;
    uint64_t steps; /* bit i: matches step i + 1 */
    uint32_t event; /* its place in the journeys' events */
    uint32_t excludes; /* bit i: exclusion i */
    int64_t until;  /* an attempt that starts here ends by then; see window.h */
} lk_item;

typedef struct lk_journeys {
    const lk_funnel_rule *rule;
    const lk_funnel_store *store;
    const lk_funnel_event *events; /* lead by lead: the store's own, or a copy */
    lk_funnel_event *copy;         /* NULL: rows came lead by lead */
    uint32_t *order;               /* indexes in events, lead by lead */
    uint32_t *ends;  /* of lead i: order[ends[i - 1]] to order[ends[i] - 1] */
    uint32_t *code_rank;
    uint32_t *segment_rank; /* by number: 0 for null */
    uint32_t lead_count;
    uint32_t longest;
    lk_item *items; /* room for those of any one lead */
    size_t item_capacity;
} lk_journeys;

/* 4 bytes an event (36 where the rows did not come lead by lead), 4 a lead, 24 an item of the longest
 * lead; nothing else is held.
 * Status: OK, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_journeys_open(const leadkpi_funnel *funnel, lk_memory *memory,
                                lk_journeys *journeys, leadkpi_error *error);
void lk_journeys_close(lk_journeys *journeys, lk_memory *memory);

/* The items of a lead's events that are not after `as_of`, in journeys->items. */
size_t lk_journeys_gather(lk_journeys *journeys, uint32_t lead, int64_t as_of);

static inline uint32_t lk_journeys_start(const lk_journeys *journeys, uint32_t lead)
{
    return lead ? journeys->ends[lead - 1] : 0;
}

#endif
