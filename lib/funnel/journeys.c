#include "funnel/journeys.h"

#include "base/sort.h"

/* ---- ranks by content -------------------------------------------------------- */

static int compare_texts(const void *context, uint32_t a, uint32_t b)
{
    const lk_map_text *map = context;
    return lk_text_compare(lk_map_text_key(map, a), lk_map_text_key(map, b));
}

/* rank[shift + i] is the place of item i in order, from `shift`; rank[0] is 0 where shift is 1. */
static leadkpi_status rank(lk_memory *memory, uint32_t count, uint32_t shift, lk_sort_compare compare,
                           const void *context, uint32_t **ranks, leadkpi_error *error)
{
    uint32_t *order;
    LK_TRY(lk_allocate(memory, (size_t)count + shift, sizeof **ranks, ranks, error));
    LK_TRY(lk_allocate(memory, count, sizeof *order, &order, error));
    for (uint32_t i = 0; i < count; i++) order[i] = i;
    leadkpi_status status = lk_sort_indexes(memory, order, count, compare, context, error);
    if (shift) (*ranks)[0] = 0;
    for (uint32_t i = 0; i < count; i++) (*ranks)[shift + order[i]] = i + shift;
    lk_release(memory, order, count, sizeof *order);
    return status;
}

/* ---- by lead ------------------------------------------------------------------- */

static int compare_events(const void *context, uint32_t a, uint32_t b)
{
    const lk_journeys *j = context;
    const lk_funnel_store *store = j->store;
    const lk_funnel_event *x = &store->events[a], *y = &store->events[b];
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    int64_t x_sequence = lk_funnel_event_sequence(store, a);
    int64_t y_sequence = lk_funnel_event_sequence(store, b);
    if (x_sequence != y_sequence) return x_sequence < y_sequence ? -1 : 1;
    uint32_t x_code = j->code_rank[x->code], y_code = j->code_rank[y->code];
    if (x_code != y_code) return x_code < y_code ? -1 : 1;
    uint32_t x_segment = j->segment_rank[lk_funnel_event_segment(store, a)];
    uint32_t y_segment = j->segment_rank[lk_funnel_event_segment(store, b)];
    return (x_segment > y_segment) - (x_segment < y_segment);
}

/* How many events ahead the memory of a lead is asked for: a cache miss is then over when the event's
 * turn comes. */
#define EVENTS_AHEAD 32

/* One pass over the events with one cache miss an event on its lead's counter, asked for ahead; rows
 * that come lead by lead have none. */
static leadkpi_status count_by_lead(lk_journeys *j, const lk_memory *memory, leadkpi_error *error)
{
    const lk_funnel_store *store = j->store;
    uint32_t before = 0;
    memset(j->ends, 0, j->lead_count * sizeof *j->ends);
    for (size_t i = 0; i < store->event_count; i++) {
        LK_TRY(lk_interrupted_at(memory, i, error));
        if (i + EVENTS_AHEAD < store->event_count)
            LK_PREFETCH(&j->ends[store->events[i + EVENTS_AHEAD].lead]);
        j->ends[store->events[i].lead]++;
    }
    for (uint32_t lead = 0; lead < j->lead_count; lead++) {
        before += j->ends[lead];
        j->ends[lead] = before;
    }
    return LEADKPI_OK;
}

static void find_longest(lk_journeys *j)
{
    uint32_t start = 0;
    for (uint32_t lead = 0; lead < j->lead_count; start = j->ends[lead++])
        if (j->ends[lead] - start > j->longest) j->longest = j->ends[lead] - start;
}

/* From the last to the first, so that the ends become starts; they are put right behind it. */
static leadkpi_status order_by_lead(lk_journeys *j, const lk_memory *memory, leadkpi_error *error)
{
    const lk_funnel_store *store = j->store;
    for (size_t i = store->event_count; i-- > 0;) {
        LK_TRY(lk_interrupted_at(memory, i, error));
        j->order[--j->ends[store->events[i].lead]] = (uint32_t)i;
    }
    lk_journeys_mend_ends(j);
    return LEADKPI_OK;
}

/* Most leads have a handful of events: insertion in place, which is one comparison an event where
 * they are in order. */
#define FEW_EVENTS 16

static void sort_few(const lk_journeys *j, uint32_t *order, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        uint32_t item = order[i], place = i;
        for (; place > 0 && compare_events(j, order[place - 1], item) > 0; place--)
            order[place] = order[place - 1];
        order[place] = item;
    }
}

static leadkpi_status find_sorted(const lk_journeys *j, const lk_memory *memory, const uint32_t *order,
                                  uint32_t count, uint32_t *sorted, leadkpi_error *error)
{
    for (*sorted = 1; *sorted < count; ++*sorted) {
        LK_TRY(lk_interrupted_at(memory, *sorted, error));
        if (compare_events(j, order[*sorted - 1], order[*sorted]) > 0) break;
    }
    return LEADKPI_OK;
}

/* Of so many events it is quicker to sort by numbers than to compare. */
#define MANY_EVENTS 4096

/* What events are in order of, the last part first. */
enum { EVENT_CONTENT, EVENT_SEQUENCE, EVENT_TIME, EVENT_PARTS };

static int64_t event_part(const lk_journeys *j, uint32_t at, int part)
{
    const lk_funnel_event *event = &j->store->events[at];
    if (part == EVENT_TIME) return event->time;
    if (part == EVENT_SEQUENCE) return lk_funnel_event_sequence(j->store, at);
    uint32_t segment = j->segment_rank[lk_funnel_event_segment(j->store, at)];
    return (int64_t)((uint64_t)j->code_rank[event->code] << 32 | segment); /* the bits of a number without sign */
}

/* By each part, of equal ones as they stood. Cost an event and part: a look at the event, where the parts before put
 * it, and what the sort takes for each byte in which keys differ. */
static leadkpi_status sort_by_parts(const lk_journeys *j, lk_memory *memory, uint32_t *order, uint32_t count,
                                    int64_t *keys, leadkpi_error *error)
{
    for (int part = 0; part < EVENT_PARTS; part++) {
        if (part == EVENT_SEQUENCE && !j->store->sequences) continue;
        for (uint32_t i = 0; i < count; i++) {
            LK_TRY(lk_interrupted_at(memory, i, error));
            keys[i] = event_part(j, order[i], part);
        }
        if (part == EVENT_CONTENT)
            LK_TRY(lk_sort_uint64(memory, (uint64_t *)keys, order, count, error));
        else
            LK_TRY(lk_sort_int64(memory, keys, order, count, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status sort_many(const lk_journeys *j, lk_memory *memory, uint32_t *order, uint32_t count,
                                leadkpi_error *error)
{
    int64_t *keys;
    LK_TRY(lk_allocate(memory, count, sizeof *keys, &keys, error));
    leadkpi_status status = sort_by_parts(j, memory, order, count, keys, error);
    lk_release(memory, keys, count, sizeof *keys);
    return status;
}

static leadkpi_status sort_lead(const lk_journeys *j, lk_memory *memory, uint32_t *order, uint32_t count,
                                uint32_t *scratch, leadkpi_error *error)
{
    uint32_t sorted;
    if (count <= FEW_EVENTS) {
        sort_few(j, order, count);
        return LEADKPI_OK;
    }
    LK_TRY(find_sorted(j, memory, order, count, &sorted, error));
    if (sorted == count) return LEADKPI_OK;
    if (count >= MANY_EVENTS) return sort_many(j, memory, order, count, error);
    return lk_sort_indexes_with(memory, order, count, scratch, compare_events, j, error);
}

static leadkpi_status sort_leads(lk_journeys *j, lk_memory *memory, leadkpi_error *error)
{
    uint32_t *scratch, most_compared = j->longest < MANY_EVENTS ? j->longest : MANY_EVENTS;
    LK_TRY(lk_allocate(memory, most_compared, sizeof *scratch, &scratch, error));
    leadkpi_status status = LEADKPI_OK;
    uint32_t asked = 0; /* events of leads that are sorted; long leads ask for themselves */
    for (uint32_t lead = 0; lead < j->lead_count && status == LEADKPI_OK; lead++) {
        uint32_t start = lk_journeys_start(j, lead), count = j->ends[lead] - start;
        if (lead == 0 || start - asked >= LK_INTERRUPT_ROWS) {
            asked = start;
            status = lk_interrupted(memory, error);
        }
        if (status != LEADKPI_OK) break;
        if (count < 2) continue; /* where no lead has an event, `order` is NULL */
        status = sort_lead(j, memory, j->order + start, count, scratch, error);
    }
    lk_release(memory, scratch, most_compared, sizeof *scratch);
    return status;
}

/* Events with a sequence or segment beside them stay where they are, and are put in order by index. */
static leadkpi_status sort_by_index(lk_journeys *j, lk_memory *memory, leadkpi_error *error)
{
    j->events = j->store->events;
    LK_TRY(lk_allocate(memory, j->store->event_count, sizeof *j->order, &j->order, error));
    LK_TRY(count_by_lead(j, memory, error));
    find_longest(j);
    LK_TRY(order_by_lead(j, memory, error));
    return sort_leads(j, memory, error);
}

/* What codes are in order of, the last part first. */
enum { CODE_VALUE, CODE_STEPS, CODE_EXCLUSIONS, CODE_PARTS };

static uint64_t code_part(const lk_journeys *j, uint32_t code, int part)
{
    if (part == CODE_VALUE) return j->value_rank[lk_funnel_code_value(j->store, code)];
    return part == CODE_STEPS ? lk_funnel_code_steps(j->store, code) : lk_funnel_code_exclusions(j->store, code);
}

/* By each part, of equal ones as they stood: up to a million different codes, in 8 bytes each more. */
static leadkpi_status order_codes(const lk_journeys *j, lk_memory *memory, uint64_t *keys, uint32_t *order,
                                  leadkpi_error *error)
{
    uint32_t count = j->store->codes.count;
    for (uint32_t i = 0; i < count; i++) order[i] = i;
    for (int part = 0; part < CODE_PARTS; part++) {
        for (uint32_t i = 0; i < count; i++) keys[i] = code_part(j, order[i], part);
        LK_TRY(lk_sort_uint64(memory, keys, order, count, error));
    }
    return LEADKPI_OK;
}

/* The ranks of the values, and of the codes. */
static leadkpi_status rank_codes(lk_journeys *j, lk_memory *memory, leadkpi_error *error)
{
    uint32_t count = j->store->codes.count, *order = NULL;
    uint64_t *keys = NULL;
    LK_TRY(rank(memory, j->store->values.count, 1, compare_texts, &j->store->values, &j->value_rank, error));
    LK_TRY(lk_allocate(memory, count, sizeof *j->code_rank, &j->code_rank, error));
    leadkpi_status status = lk_allocate(memory, count, sizeof *keys, &keys, error);
    if (status == LEADKPI_OK) status = lk_allocate(memory, count, sizeof *order, &order, error);
    if (status == LEADKPI_OK) status = order_codes(j, memory, keys, order, error);
    for (uint32_t i = 0; i < count && status == LEADKPI_OK; i++) j->code_rank[order[i]] = i;
    lk_release(memory, order, count, sizeof *order);
    lk_release(memory, keys, count, sizeof *keys);
    return status;
}

leadkpi_status lk_journeys_rank_codes(const leadkpi_funnel *funnel, lk_memory *memory, lk_journeys *journeys,
                                      leadkpi_error *error)
{
    *journeys = (lk_journeys){.rule = &funnel->rule, .store = funnel->store};
    return rank_codes(journeys, memory, error);
}

/* Of events that are in order, as the last add left them. */
static bool borrow(lk_journeys *j)
{
    j->packed = j->store->packed;
    j->packed_codes = j->store->packed_codes;
    j->events = j->store->events;
    if (lk_funnel_knows_ends(j->store)) j->ends = j->store->lead_ends;
    return j->ends != NULL;
}

/* Of packed events whose last leads have none. */
static leadkpi_status copy_ends(lk_journeys *j, lk_memory *memory, leadkpi_error *error)
{
    const lk_funnel_store *store = j->store;
    LK_TRY(lk_allocate(memory, j->lead_count, sizeof *j->ends, &j->ends, error));
    for (uint32_t lead = 0; lead < j->lead_count; lead++) j->ends[lead] = lk_funnel_lead_end(store, lead);
    return LEADKPI_OK;
}

static leadkpi_status put_in_order(lk_journeys *j, lk_memory *memory, leadkpi_error *error)
{
    LK_TRY(lk_interrupted(memory, error));
    if (borrow(j)) return LEADKPI_OK;
    if (j->packed) return copy_ends(j, memory, error);
    LK_TRY(lk_allocate(memory, j->lead_count, sizeof *j->ends, &j->ends, error));
    if (j->store->sequences || j->store->event_segments) return sort_by_index(j, memory, error);
    return lk_journeys_sort_plain(j, memory, error);
}

static leadkpi_status fill(lk_journeys *j, lk_memory *memory, leadkpi_error *error)
{
    const lk_funnel_store *store = j->store;
    LK_TRY(rank(memory, store->segments.count, 1, compare_texts, &store->segments, &j->segment_rank,
                error));
    LK_TRY(rank_codes(j, memory, error));
    if (j->lead_count == 0) return LEADKPI_OK; /* no lead, no event */
    LK_TRY(put_in_order(j, memory, error));
    find_longest(j);
    return LEADKPI_OK;
}

leadkpi_status lk_journeys_open(const leadkpi_funnel *funnel, lk_memory *memory,
                                lk_journeys *journeys, leadkpi_error *error)
{
    static const lk_funnel_store nothing = {0}, nothing_hashed = {.ids = {.hashed = 1}};
    const lk_funnel_store *empty = funnel->rule.hashed_ids ? &nothing_hashed : &nothing;
    memset(journeys, 0, sizeof *journeys);
    journeys->rule = &funnel->rule;
    journeys->store = funnel->store ? funnel->store : empty;
    journeys->lead_count = lk_lead_ids_count(&journeys->store->ids);
    leadkpi_status status = fill(journeys, memory, error);
    if (status != LEADKPI_OK) lk_journeys_close(journeys, memory);
    return status;
}

/* Fewer events a report puts in order in no time. */
#define SETTLE_LEAST 256

leadkpi_status lk_journeys_settle(leadkpi_funnel *funnel, size_t events_before, leadkpi_error *error)
{
    lk_funnel_store *store = funnel->store;
    lk_memory *memory = &funnel->memory;
    size_t added = store->event_count - events_before;
    lk_journeys j = {.rule = &funnel->rule, .store = store, .lead_count = lk_lead_ids_count(&store->ids)};
    if (added < events_before || added < SETTLE_LEAST || store->sequences || store->event_segments)
        return LEADKPI_OK;
    LK_TRY(lk_interrupted(memory, error));
    leadkpi_status status = rank_codes(&j, memory, error);
    if (status == LEADKPI_OK) status = lk_allocate(memory, j.lead_count, sizeof *j.ends, &j.ends, error);
    if (status == LEADKPI_OK) status = lk_journeys_settle_events(funnel, &j, events_before == 0, error);
    lk_journeys_close(&j, memory);
    if (status == LEADKPI_INTERRUPTED) return status;
    if (status != LEADKPI_OK) leadkpi_error_reset(error); /* no memory: reports put them in order */
    return LEADKPI_OK;
}

void lk_journeys_close(lk_journeys *j, lk_memory *memory)
{
    if (!j->store) return;
    lk_release(memory, j->code_rank, j->store->codes.count, sizeof *j->code_rank);
    lk_release(memory, j->segment_rank, (size_t)j->store->segments.count + 1, sizeof *j->segment_rank);
    lk_release(memory, j->value_rank, (size_t)j->store->values.count + 1, sizeof *j->value_rank);
    lk_release(memory, j->copy, j->store->event_count, sizeof *j->copy);
    lk_release(memory, j->order, j->store->event_count, sizeof *j->order);
    if (j->ends != j->store->lead_ends) lk_release(memory, j->ends, j->lead_count, sizeof *j->ends);
    lk_release(memory, j->items, j->item_capacity, sizeof *j->items);
    memset(j, 0, sizeof *j);
}

uint32_t lk_journeys_first_at(const lk_journeys *j, uint32_t start, uint32_t end, int64_t time)
{
    while (start < end) {
        uint32_t middle = start + (end - start) / 2;
        if (lk_journeys_event(j, middle).time < time)
            start = middle + 1;
        else
            end = middle;
    }
    return start;
}
