/* timeline.h: the events of each customer in the one order that decides ties.
 *
 * Order: time, kind, value, then tuple or outcome by its text; never arrival. */
#ifndef LK_COHORTS_TIMELINE_H
#define LK_COHORTS_TIMELINE_H

#include "cohorts/store.h"

typedef struct lk_timeline {
    const lk_cohorts_store *store; /* NULL: no customer */
    const lk_cohorts_event *events; /* customer by customer: the store's own, or the copy */
    lk_cohorts_event *copy;
    uint32_t *ends; /* of customer i: events[ends[i - 1]] to events[ends[i] - 1] */
    uint32_t *tuple_rank;   /* by number: 0 for none, then from 1 in order of the texts */
    uint32_t *outcome_rank;
    uint32_t customer_count;
    uint32_t longest;
} lk_timeline;

/* The customers and the order of the texts, but no events yet. Status: OK, OUT_OF_MEMORY, LIMIT,
 * INTERRUPTED. What is open is to be closed on failure too. */
leadkpi_status lk_timeline_open(const leadkpi_cohorts *cohorts, lk_memory *memory,
                                lk_timeline *timeline, leadkpi_error *error);

/* Then the events, in order. Holds 24 bytes an event where the rows did not come customer by customer in
 * order, 4 a customer. The same statuses. */
leadkpi_status lk_timeline_sort(lk_timeline *timeline, lk_memory *memory, leadkpi_error *error);
void lk_timeline_close(lk_timeline *timeline, lk_memory *memory);

static inline uint32_t lk_timeline_start(const lk_timeline *timeline, uint32_t customer)
{
    return customer ? timeline->ends[customer - 1] : 0;
}

/* Below 0, 0 or above 0, of two events of one kind; the order of values is that of their forms, not of
 * their sizes, but for whole numbers, that of texts the one of their indexes. */
int lk_cohorts_compare_content(const lk_cohorts_event *a, const lk_cohorts_event *b);

#endif
