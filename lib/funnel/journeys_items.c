/* journeys_items.c: the events of one lead as the rules read them. */
#include "funnel/journeys.h"

/* ---- items --------------------------------------------------------------------- */

/* One item an event: 16 bytes read in order, or at a random place where there is an order by index,
 * 32 written. */
static size_t gather_events(lk_journeys *j, uint32_t start, uint32_t end, int64_t as_of)
{
    const lk_key128 *codes = j->store->codes.keys;
    lk_item *items = j->items;
    size_t count = 0;
    for (uint32_t i = start; i < end; i++) {
        const lk_funnel_event *event = lk_journeys_event(j, i);
        if (event->time > as_of) break;
        lk_key128 code = codes[event->code];
        items[count++] = (lk_item){event->time, code.low, i, (uint32_t)code.high, 0};
    }
    return count;
}

/* What the events of one instant are in all. */
typedef struct instant {
    uint32_t start, end;
    uint64_t steps;
    uint32_t foreign, excluding; /* the last such event, or LK_MAP_NONE */
    uint32_t exclusions;         /* as bits */
} instant;

static instant take_instant(const lk_journeys *j, uint32_t start, uint32_t end)
{
    int64_t time = lk_journeys_event(j, start)->time, sequence = lk_journeys_sequence(j, start);
    instant found = {start, start, 0, LK_MAP_NONE, LK_MAP_NONE, 0};
    for (; found.end < end; found.end++) {
        const lk_funnel_event *event = lk_journeys_event(j, found.end);
        if (event->time != time || lk_journeys_sequence(j, found.end) != sequence) break;
        lk_key128 code = j->store->codes.keys[event->code];
        found.steps |= code.low;
        if (code.high) found.excluding = found.end;
        found.exclusions |= (uint32_t)code.high;
        if (!code.high && !code.low) found.foreign = found.end;
    }
    return found;
}

static size_t put_steps(const lk_journeys *j, const instant *at, lk_item *items)
{
    size_t count = 0;
    for (uint64_t left = at->steps; left; left &= left - 1) {
        uint64_t step = left & (0 - left);
        for (uint32_t i = at->start; i < at->end; i++) {
            const lk_funnel_event *event = lk_journeys_event(j, i);
            if (lk_funnel_code_steps(j->store, event->code) & step)
                items[count++] = (lk_item){event->time, step, i, 0, 0};
        }
    }
    return count;
}

/* An item a step that an event matches; foreign events, which end a scan, stand before the steps of
 * their instant (ClickHouse gives them condition 0), exclusions after them. */
static size_t gather_steps(lk_journeys *j, uint32_t start, uint32_t end, int64_t as_of)
{
    size_t count = 0;
    while (start < end && lk_journeys_event(j, start)->time <= as_of) {
        instant at = take_instant(j, start, end);
        int64_t time = lk_journeys_event(j, start)->time;
        if (at.foreign != LK_MAP_NONE) j->items[count++] = (lk_item){time, 0, at.foreign, 0, 0};
        count += put_steps(j, &at, j->items + count);
        if (at.excluding != LK_MAP_NONE)
            j->items[count++] = (lk_item){time, 0, at.excluding, at.exclusions, 0};
        start = at.end;
    }
    return count;
}

size_t lk_journeys_gather(lk_journeys *journeys, uint32_t lead, int64_t as_of)
{
    uint32_t start = lk_journeys_start(journeys, lead), end = journeys->ends[lead];
    if (journeys->rule->same_event == LK_SAME_EVENT_MANY)
        return gather_steps(journeys, start, end, as_of);
    return gather_events(journeys, start, end, as_of);
}
