#include "cohorts/mrr.h"

bool lk_mrr_next(lk_mrr_walk *walk, lk_mrr_change *change)
{
    const lk_cohorts_event *items = walk->events.items;
    while (walk->next < walk->events.count) {
        int64_t time = items[walk->next].time;
        double highest = -1;
        for (; walk->next < walk->events.count && items[walk->next].time == time; walk->next++) {
            if (items[walk->next].kind != LK_COHORTS_RECURRING) continue;
            double mrr = lk_value_to_double(lk_cohorts_value(&items[walk->next]));
            if (mrr > highest) highest = mrr;
        }
        if (highest < 0) continue;
        *change = (lk_mrr_change){time, walk->mrr, highest};
        walk->mrr = highest;
        return true;
    }
    return false;
}
