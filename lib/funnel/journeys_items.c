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

/* Items of events of many steps. An instant may have any number of events, so each pass over them asks. */
typedef struct gathering {
    lk_journeys *j;
    const lk_memory *memory; /* whose host is asked */
    size_t count;            /* of items so far */
    size_t done;             /* events since it was: lk_interrupted_after */
    bool together;           /* steps of an event are one item where nothing comes between them; else one each */
    leadkpi_error *error;
} gathering;

static inline leadkpi_status poll_at(const gathering *g, uint32_t place)
{
    return lk_interrupted_at(g->memory, place, g->error);
}

static inline void put(gathering *g, int64_t time, uint64_t steps, uint32_t event, uint32_t exclusions)
{
    g->j->items[g->count++] = (lk_item){time, steps, event, exclusions, 0};
}

/* One past the events of the instant that `start` begins. */
static leadkpi_status find_instant_end(const gathering *g, uint32_t start, uint32_t end, uint32_t *found)
{
    const lk_journeys *j = g->j;
    int64_t time = lk_journeys_event(j, start).time, sequence = lk_journeys_sequence(j, start);
    uint32_t i = start + 1;
    for (; i < end && lk_journeys_event(j, i).time == time && lk_journeys_sequence(j, i) == sequence; i++)
        LK_TRY(poll_at(g, i));
    *found = i;
    return LEADKPI_OK;
}

/* The events that mean nothing, or those that exclude. */
static leadkpi_status put_others(gathering *g, uint32_t start, uint32_t end, bool excluding)
{
    const lk_journeys *j = g->j;
    for (uint32_t i = start; i < end; i++) {
        lk_journey_event event = lk_journeys_event(j, i);
        uint64_t steps = lk_funnel_code_steps(j->store, event.code);
        uint32_t exclusions = (uint32_t)lk_funnel_code_exclusions(j->store, event.code);
        LK_TRY(poll_at(g, i));
        if (excluding ? exclusions : !exclusions && !steps) put(g, event.time, 0, i, exclusions);
    }
    return LEADKPI_OK;
}

static bool has_step(const lk_journeys *j, uint32_t place, uint64_t step)
{
    return lk_funnel_code_steps(j->store, lk_journeys_event(j, place).code) & step;
}

/* The steps of an instant, and those that several of its events have. */
static leadkpi_status find_steps(const gathering *g, uint32_t start, uint32_t end, uint64_t *all, uint64_t *twice)
{
    *all = *twice = 0;
    for (uint32_t i = start; i < end; i++) {
        uint64_t steps = lk_funnel_code_steps(g->j->store, lk_journeys_event(g->j, i).code);
        LK_TRY(poll_at(g, i));
        *twice |= *all & steps;
        *all |= steps;
    }
    return LEADKPI_OK;
}

/* An item an event that has the step. */
static leadkpi_status put_step(gathering *g, uint32_t start, uint32_t end, uint64_t step)
{
    int64_t time = lk_journeys_event(g->j, start).time;
    for (uint32_t i = start; i < end; i++) {
        LK_TRY(poll_at(g, i));
        if (has_step(g->j, i, step)) put(g, time, step, i, 0);
    }
    return LEADKPI_OK;
}

static leadkpi_status put_steps(gathering *g, uint32_t start, uint32_t end)
{
    uint64_t all, twice;
    LK_TRY(find_steps(g, start, end, &all, &twice));
    for (; all; all &= all - 1) LK_TRY(put_step(g, start, end, all & (0 - all)));
    return LEADKPI_OK;
}

/* The last event of the instant that has the step; one does. */
static leadkpi_status find_last_with(const gathering *g, uint32_t start, uint32_t end, uint64_t step, uint32_t *last)
{
    for (*last = end - 1; *last > start && !has_step(g->j, *last, step); --*last) LK_TRY(poll_at(g, *last));
    return LEADKPI_OK;
}

/* strict_deduplication asks whether a step comes twice at one instant. */
static bool repeats_steps(const lk_funnel_rule *rule)
{
    return rule->modes & LK_MODE_STRICT_DEDUPLICATION;
}

/* The lowest step of the instant, an item an event. Of the others the last event stands for all: no attempt
 * starts with them, or it starts with the last. Steps of one event that follow each other are one item. */
static leadkpi_status put_steps_together(gathering *g, uint32_t start, uint32_t end)
{
    int64_t time = lk_journeys_event(g->j, start).time;
    uint64_t all, twice;
    uint32_t last;
    lk_item *items = g->j->items;
    LK_TRY(find_steps(g, start, end, &all, &twice));
    if (!all) return LEADKPI_OK;
    LK_TRY(put_step(g, start, end, all & (0 - all)));
    for (uint64_t left = all & (all - 1); left; left &= left - 1) {
        uint64_t step = left & (0 - left);
        LK_TRY(find_last_with(g, start, end, step, &last));
        if (items[g->count - 1].event == last)
            items[g->count - 1].steps |= step;
        else
            put(g, time, step, last, 0);
        if (twice & step && repeats_steps(g->j->rule)) put(g, time, step, last, 0);
    }
    return LEADKPI_OK;
}

/* An event that has its instant to itself, as most have. */
static void put_lone(gathering *g, uint32_t place)
{
    lk_journey_event event = lk_journeys_event(g->j, place);
    uint64_t steps = lk_funnel_code_steps(g->j->store, event.code);
    uint32_t exclusions = (uint32_t)lk_funnel_code_exclusions(g->j->store, event.code);
    if (!steps && !exclusions) put(g, event.time, 0, place, 0);
    for (uint64_t some; steps; steps &= ~some) {
        some = g->together ? steps : steps & (0 - steps);
        put(g, event.time, some, place, 0);
    }
    if (exclusions) put(g, event.time, 0, place, exclusions);
}

/* Foreign events, which end a scan, stand before the steps of their instant (ClickHouse gives them condition 0),
 * exclusions after them. */
static leadkpi_status put_several(gathering *g, uint32_t start, uint32_t end)
{
    LK_TRY(put_others(g, start, end, false));
    LK_TRY(g->together ? put_steps_together(g, start, end) : put_steps(g, start, end));
    return put_others(g, start, end, true);
}

static leadkpi_status gather_instants(gathering *g, uint32_t start, uint32_t end, int64_t as_of)
{
    for (uint32_t next; start < end && lk_journeys_event(g->j, start).time <= as_of; start = next) {
        LK_TRY(find_instant_end(g, start, end, &next));
        LK_TRY(lk_interrupted_after(g->memory, next - start, &g->done, g->error));
        if (next == start + 1)
            put_lone(g, start);
        else
            LK_TRY(put_several(g, start, next));
    }
    return LEADKPI_OK;
}

/* An item a step that an event matches. Nobody is asked. */
static size_t gather_steps(lk_journeys *j, uint32_t start, uint32_t end, int64_t as_of)
{
    static const lk_memory nobody = {0};
    gathering g = {.j = j, .memory = &nobody};
    gather_instants(&g, start, end, as_of);
    return g.count;
}

/* As gather_steps, with fewer items. */
static leadkpi_status gather_together(lk_journeys *j, uint32_t start, uint32_t end, int64_t as_of,
                                      const lk_memory *memory, size_t *count, leadkpi_error *error)
{
    gathering g = {.j = j, .memory = memory, .together = true, .error = error};
    leadkpi_status status = gather_instants(&g, start, end, as_of);
    *count = g.count;
    return status;
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
static leadkpi_status count_most_of_instant(const gathering *g, uint32_t start, uint32_t end, size_t *most)
{
    const lk_journeys *j = g->j;
    uint64_t all = 0;
    *most = end - start;
    for (uint32_t i = start; i < end; i++) {
        uint32_t code = lk_journeys_event(j, i).code;
        uint64_t steps = lk_funnel_code_steps(j->store, code);
        LK_TRY(poll_at(g, i));
        *most += steps && lk_funnel_code_exclusions(j->store, code);
        all |= steps;
    }
    if (end > start + 1) *most += count_bits(all) * (repeats_steps(j->rule) ? 2 : 1);
    return LEADKPI_OK;
}

static leadkpi_status count_most_of_lead(gathering *g, uint32_t start, uint32_t end, size_t *most)
{
    *most = 0;
    for (uint32_t next; start < end; start = next) {
        size_t of_instant;
        LK_TRY(find_instant_end(g, start, end, &next));
        LK_TRY(lk_interrupted_after(g->memory, next - start, &g->done, g->error));
        LK_TRY(count_most_of_instant(g, start, next, &of_instant));
        LK_FAIL_IF(!lk_size_add(*most, of_instant, most), g->error, LEADKPI_OVERFLOW,
                   "events of a lead: more than the address space holds");
    }
    return LEADKPI_OK;
}

/* One pass over the events, in order. Of the longest lead there may be fewer items than of another. */
leadkpi_status lk_journeys_make_room_together(lk_journeys *j, lk_memory *memory, leadkpi_error *error)
{
    gathering g = {.j = j, .memory = memory, .error = error};
    bool many = j->rule->same_event == LK_SAME_EVENT_MANY;
    size_t most = j->longest, of_lead;
    for (uint32_t lead = 0; lead < j->lead_count && many; lead++) {
        if (lead % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(memory, error));
        LK_TRY(count_most_of_lead(&g, lk_journeys_start(j, lead), j->ends[lead], &of_lead));
        if (of_lead > most) most = of_lead;
    }
    return allocate_items(j, memory, most, error);
}
