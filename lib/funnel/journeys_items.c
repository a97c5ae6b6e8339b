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

/* One past the events of the instant that `start` begins. */
static uint32_t instant_end(const lk_journeys *j, uint32_t start, uint32_t end)
{
    int64_t time = lk_journeys_event(j, start)->time, sequence = lk_journeys_sequence(j, start);
    uint32_t i = start + 1;
    while (i < end && lk_journeys_event(j, i)->time == time && lk_journeys_sequence(j, i) == sequence)
        i++;
    return i;
}

/* The events that mean nothing, or those that exclude. */
static size_t put_others(const lk_journeys *j, uint32_t start, uint32_t end, bool excluding,
                         lk_item *items)
{
    size_t count = 0;
    for (uint32_t i = start; i < end; i++) {
        const lk_funnel_event *event = lk_journeys_event(j, i);
        uint64_t steps = lk_funnel_code_steps(j->store, event->code);
        uint32_t exclusions = (uint32_t)lk_funnel_code_exclusions(j->store, event->code);
        if (excluding ? exclusions : !exclusions && !steps)
            items[count++] = (lk_item){event->time, 0, i, exclusions, 0};
    }
    return count;
}

static size_t put_steps(const lk_journeys *j, uint32_t start, uint32_t end, lk_item *items)
{
    size_t count = 0;
    uint64_t all = 0;
    for (uint32_t i = start; i < end; i++)
        all |= lk_funnel_code_steps(j->store, lk_journeys_event(j, i)->code);
    for (uint64_t left = all; left; left &= left - 1) {
        uint64_t step = left & (0 - left);
        for (uint32_t i = start; i < end; i++) {
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
        uint32_t next = instant_end(j, start, end);
        count += put_others(j, start, next, false, j->items + count);
        count += put_steps(j, start, next, j->items + count);
        count += put_others(j, start, next, true, j->items + count);
        start = next;
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
