/* mrr.h: a customer's recurring revenue over time. Of several rows at one instant the highest counts. */
#ifndef LK_COHORTS_MRR_H
#define LK_COHORTS_MRR_H

#include "cohorts/view.h"

typedef struct lk_mrr_walk {
    lk_events_of events;
    uint32_t next;
    double mrr; /* behind the last change; 0 at first */
} lk_mrr_walk;

typedef struct lk_mrr_change {
    int64_t time;
    double before, mrr;
} lk_mrr_change;

/* The next instant that has a subscription row; false behind the last one. */
bool lk_mrr_next(lk_mrr_walk *walk, lk_mrr_change *change);

static inline bool lk_mrr_begins(const lk_mrr_change *change)
{
    return change->before == 0 && change->mrr > 0;
}
static inline bool lk_mrr_ends(const lk_mrr_change *change)
{
    return change->before > 0 && change->mrr == 0;
}

#endif
