/* journeys_items.c: the events of one lead as the rules read them. */
#include "funnel/journeys.h"

/* ---- items --------------------------------------------------------------------- */

/* One item an event: 16 bytes read in order, or at a random place where there is an order by index,
 * 32 written. */
static size_t gather_events(const lk_journeys *j, uint32_t start, uint32_t end, int64_t as_of, lk_item *items)
{
    const lk_key128 *codes = j->store->codes.keys;
    size_t count = 0;
    for (uint32_t i = start; i < end; i++) {
        lk_journey_event event = lk_journeys_event(j, i);
        if (event.time > as_of) break;
        lk_key128 code = codes[event.code];
        items[count++] = (lk_item){event.time, code.low, i, (uint32_t)code.high, 0};
    }
    return count;
}

/* One past the events of the instant that `start` begins. */
static uint32_t instant_end(const lk_journeys *j, uint32_t start, uint32_t end)
{
    int64_t time = lk_journeys_event(j, start).time, sequence = lk_journeys_sequence(j, start);
    uint32_t i = start + 1;
    while (i < end && lk_journeys_event(j, i).time == time && lk_journeys_sequence(j, i) == sequence)
        i++;
    return i;
}

/* The events that mean nothing, or those that exclude. */
static size_t put_others(const lk_journeys *j, uint32_t start, uint32_t end, bool excluding,
                         lk_item *items)
{
    size_t count = 0;
    for (uint32_t i = start; i < end; i++) {
        lk_journey_event event = lk_journeys_event(j, i);
        uint64_t steps = lk_funnel_code_steps(j->store, event.code);
        uint32_t exclusions = (uint32_t)lk_funnel_code_exclusions(j->store, event.code);
        if (excluding ? exclusions : !exclusions && !steps)
            items[count++] = (lk_item){event.time, 0, i, exclusions, 0};
    }
    return count;
}

static size_t put_steps(const lk_journeys *j, uint32_t start, uint32_t end, lk_item *items)
{
    size_t count = 0;
    uint64_t all = 0;
    for (uint32_t i = start; i < end; i++)
        all |= lk_funnel_code_steps(j->store, lk_journeys_event(j, i).code);
    for (uint64_t left = all; left; left &= left - 1) {
        uint64_t step = left & (0 - left);
        for (uint32_t i = start; i < end; i++) {
            lk_journey_event event = lk_journeys_event(j, i);
            if (lk_funnel_code_steps(j->store, event.code) & step)
                items[count++] = (lk_item){event.time, step, i, 0, 0};
        }
    }
    return count;
}

/* An item a step that an event matches; foreign events, which end a scan, stand before the steps of
 * their instant (ClickHouse gives them condition 0), exclusions after them. */
static size_t gather_steps(lk_journeys *j, uint32_t start, uint32_t end, int64_t as_of)
{
    size_t count = 0;
    while (start < end && lk_journeys_event(j, start).time <= as_of) {
        uint32_t next = instant_end(j, start, end);
        count += put_others(j, start, next, false, j->items + count);
        count += put_steps(j, start, next, j->items + count);
        count += put_others(j, start, next, true, j->items + count);
        start = next;
    }
    return count;
}

static bool has_step(const lk_journeys *j, uint32_t place, uint64_t step)
{
    return lk_funnel_code_steps(j->store, lk_journeys_event(j, place).code) & step;
}

/* The last event of the instant that has the step; one does. */
static uint32_t last_with(const lk_journeys *j, uint32_t start, uint32_t end, uint64_t step)
{
    while (end - 1 > start && !has_step(j, end - 1, step)) end--;
    return end - 1;
}

/* strict_deduplication asks whether a step comes twice at one instant. */
static bool repeats_steps(const lk_funnel_rule *rule)
{
    return rule->modes & LK_MODE_STRICT_DEDUPLICATION;
}

/* The lowest step of the instant, an item an event. Of the others the last event stands for all: no attempt
 * starts with them, or it starts with the last. Steps of one event that follow each other are one item. */
static size_t put_steps_together(const lk_journeys *j, uint32_t start, uint32_t end, lk_item *items)
{
    int64_t time = lk_journeys_event(j, start).time;
    size_t count = 0;
    uint64_t all = 0, twice = 0;
    for (uint32_t i = start; i < end; i++) {
        uint64_t steps = lk_funnel_code_steps(j->store, lk_journeys_event(j, i).code);
        twice |= all & steps;
        all |= steps;
    }
    uint64_t lowest = all & (0 - all);
    for (uint32_t i = start; i < end; i++)
        if (has_step(j, i, lowest)) items[count++] = (lk_item){time, lowest, i, 0, 0};
    if (end == start + 1 && all) items[0].steps = all;
    for (uint64_t left = end > start + 1 ? all & (all - 1) : 0; left; left &= left - 1) {
        uint64_t step = left & (0 - left);
        uint32_t last = last_with(j, start, end, step);
        if (items[count - 1].event == last)
            items[count - 1].steps |= step;
        else
            items[count++] = (lk_item){time, step, last, 0, 0};
        if (twice & step && repeats_steps(j->rule)) items[count++] = (lk_item){time, step, last, 0, 0};
    }
    return count;
}

/* As gather_steps, with fewer items; the host is asked between instants. */
static leadkpi_status gather_together(lk_journeys *j, uint32_t start, uint32_t end, int64_t as_of,
                                      const lk_memory *memory, size_t *count, leadkpi_error *error)
{
    uint32_t asked = start;
    *count = 0;
    while (start < end && lk_journeys_event(j, start).time <= as_of) {
        uint32_t next = instant_end(j, start, end);
        *count += put_others(j, start, next, false, j->items + *count);
        *count += put_steps_together(j, start, next, j->items + *count);
        *count += put_others(j, start, next, true, j->items + *count);
        start = next;
        if (start - asked < LK_INTERRUPT_ROWS) continue;
        asked = start;
        LK_TRY(lk_interrupted(memory, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status gather_events_in_parts(lk_journeys *j, uint32_t start, uint32_t end, int64_t as_of,
                                             const lk_memory *memory, size_t *count, leadkpi_error *error)
{
    *count = 0;
    for (uint32_t part; start < end; start += part) {
        part = end - start < LK_INTERRUPT_ROWS ? end - start : LK_INTERRUPT_ROWS;
        if (*count > 0) LK_TRY(lk_interrupted(memory, error));
        size_t taken = gather_events(j, start, start + part, as_of, j->items + *count);
        *count += taken;
        if (taken < part) break;
    }
    return LEADKPI_OK;
}

size_t lk_journeys_gather(lk_journeys *journeys, uint32_t lead, int64_t as_of)
{
    return lk_journeys_gather_places(journeys, lk_journeys_start(journeys, lead), journeys->ends[lead], as_of);
}

size_t lk_journeys_gather_places(lk_journeys *journeys, uint32_t start, uint32_t end, int64_t as_of)
{
    if (journeys->rule->same_event == LK_SAME_EVENT_MANY)
        return gather_steps(journeys, start, end, as_of);
    return gather_events(journeys, start, end, as_of, journeys->items);
}

leadkpi_status lk_journeys_gather_together(lk_journeys *journeys, uint32_t start, uint32_t end, int64_t as_of,
                                           const lk_memory *memory, size_t *count, leadkpi_error *error)
{
    bool many = journeys->rule->same_event == LK_SAME_EVENT_MANY;
    return (many ? gather_together : gather_events_in_parts)(journeys, start, end, as_of, memory, count, error);
}

/* ---- room ---------------------------------------------------------------------- */

static size_t count_bits(uint64_t bits)
{
    size_t count = 0;
    for (; bits; bits &= bits - 1) count++;
    return count;
}

static leadkpi_status allocate_items(lk_journeys *j, lk_memory *memory, size_t capacity, leadkpi_error *error)
{
    LK_TRY(lk_allocate(memory, capacity, sizeof *j->items, &j->items, error));
    j->item_capacity = capacity;
    return LEADKPI_OK;
}

leadkpi_status lk_journeys_make_room(lk_journeys *j, lk_memory *memory, leadkpi_error *error)
{
    size_t most = 1, capacity;
    for (uint32_t code = 0; code < j->store->codes.count; code++) {
        size_t count = 1 + count_bits(lk_funnel_code_steps(j->store, code));
        if (j->rule->same_event == LK_SAME_EVENT_MANY && count > most) most = count;
    }
    LK_FAIL_IF(!lk_size_multiply(most, j->longest, &capacity), error, LEADKPI_OVERFLOW,
               "events of a lead: more than the address space holds");
    return allocate_items(j, memory, capacity, error);
}

/* No value of one has more: its instants have fewer events and steps. */
static size_t most_of_instant(const lk_journeys *j, uint32_t start, uint32_t end)
{
    size_t most = end - start;
    uint64_t all = 0;
    for (uint32_t i = start; i < end; i++) {
        uint32_t code = lk_journeys_event(j, i).code;
        uint64_t steps = lk_funnel_code_steps(j->store, code);
        most += steps && lk_funnel_code_exclusions(j->store, code);
        all |= steps;
    }
    if (end == start + 1) return most;
    return most + count_bits(all) * (repeats_steps(j->rule) ? 2 : 1);
}

/* One pass over the events, in order. Of the longest lead there may be fewer items than of another. */
leadkpi_status lk_journeys_make_room_together(lk_journeys *j, lk_memory *memory, leadkpi_error *error)
{
    size_t most = j->longest, count;
    for (uint32_t lead = 0, start = 0; lead < j->lead_count; start = j->ends[lead++]) {
        if (lead % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(memory, error));
        if (j->rule->same_event != LK_SAME_EVENT_MANY) break;
        count = 0;
        for (uint32_t next; start < j->ends[lead]; start = next) {
            next = instant_end(j, start, j->ends[lead]);
            size_t of_instant = most_of_instant(j, start, next);
            LK_FAIL_IF(!lk_size_add(count, of_instant, &count), error, LEADKPI_OVERFLOW,
                       "events of a lead: more than the address space holds");
        }
        if (count > most) most = count;
    }
    return allocate_items(j, memory, most, error);
}
