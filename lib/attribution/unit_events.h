/* unit_events.h: the rows of one unit after the other, each kind in the one order that decides ties. */
#ifndef LK_ATTRIBUTION_UNIT_EVENTS_H
#define LK_ATTRIBUTION_UNIT_EVENTS_H

#include "attribution/store.h"

/* Rows of units put together: items[ends[u - 1]] up to items[ends[u]] are those of unit u. */
typedef struct lk_unit_rows {
    const char *items;
    char *copy; /* NULL: they came unit by unit */
    uint32_t *ends;
    size_t count, size;
    uint32_t longest;
    uint32_t unit_count;
} lk_unit_rows;

typedef struct lk_unit_events {
    lk_unit_rows touch_rows, outcome_rows, milestone_rows;
    uint32_t *kind_ranks, *text_ranks;
    /* Of the unit at hand, in order. */
    lk_touch *touches;
    lk_outcome *outcomes;
    lk_milestone *milestones;
    uint32_t touch_count, outcome_count, milestone_count;
    uint32_t unused;
    /* As they were gathered, behind them; and the order of a sort with its scratch. */
    uint32_t *order;
    uint32_t longest;
    uint32_t kind_count, text_count;
    uint32_t unused2;
} lk_unit_events;

/* 4 bytes a unit and kind of row, and a copy of the rows that did not come unit by unit.
 * Status: OK, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_unit_events_open(lk_unit_events *events, const leadkpi_attribution *attribution,
                                   lk_memory *memory, leadkpi_error *error);
void lk_unit_events_close(lk_unit_events *events, lk_memory *memory);

/* The rows of a unit that are not after `as_of`. Takes no memory; asks the host where they are many. Status: OK,
 * INTERRUPTED. */
leadkpi_status lk_unit_events_gather(lk_unit_events *events, const lk_memory *memory, uint32_t unit, int64_t as_of,
                                     leadkpi_error *error);

#endif
