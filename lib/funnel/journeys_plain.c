/* journeys_plain.c: events that are a time, a lead and a code, put in order in two steps that stay
 * in the cache: to parts of a few thousand leads, then lead by lead within a part. */
#include "funnel/journeys_part.h"

typedef struct parts {
    lk_journeys *journeys;
    lk_memory *memory;
    lk_funnel_event *events; /* what is put in order: the store's or a copy */
    lk_funnel_event *copy;   /* NULL: there is none */
    uint64_t *packed;        /* with few codes what they become: the same place, or a block of its own with */
    uint16_t *slots;         /* the last bits of each event's lead */
    lk_part_sorter sorter;    /* in use with few codes; else */
    lk_funnel_event *scratch; /* room for the largest part */
    uint32_t *next; /* of each part where its next event goes; its end, once it is filled */
    uint32_t *ends;
    uint32_t count, largest;
    size_t done; /* events since the host was asked */
} parts;

static leadkpi_status poll(parts *p, size_t events, leadkpi_error *error)
{
    return lk_interrupted_after(p->memory, events, &p->done, error);
}

static uint32_t part_leads(const lk_journeys *j, uint32_t part)
{
    uint32_t left = j->lead_count - part * LK_PART_LEADS;
    return left < LK_PART_LEADS ? left : LK_PART_LEADS;
}

static inline bool goes_before(const lk_journeys *j, const lk_funnel_event *a,
                               const lk_funnel_event *b)
{
    return a->time != b->time ? a->time < b->time : j->code_rank[a->code] < j->code_rank[b->code];
}

/* Events that stand lead by lead and in order need no copy. One pass, which ends at the first that
 * does not. */
static leadkpi_status find_ends(parts *p, bool *found, leadkpi_error *error)
{
    lk_journeys *j = p->journeys;
    const lk_funnel_event *events = j->store->events;
    size_t count = j->store->event_count;
    uint32_t lead = 0;
    *found = false;
    for (size_t i = 0; i < count; i++) {
        LK_TRY(lk_interrupted_at(p->memory, i, error));
        if (events[i].lead < lead) return LEADKPI_OK;
        if (i > 0 && events[i].lead == events[i - 1].lead &&
            goes_before(j, &events[i], &events[i - 1]))
            return LEADKPI_OK;
        while (lead < events[i].lead) j->ends[lead++] = (uint32_t)i;
    }
    while (lead < j->lead_count) j->ends[lead++] = (uint32_t)count;
    *found = true;
    return LEADKPI_OK;
}

/* 4 bytes of each event, and a counter in the first cache. */
static leadkpi_status count_by_part(parts *p, leadkpi_error *error)
{
    const lk_funnel_store *store = p->journeys->store;
    uint32_t before = 0;
    memset(p->ends, 0, p->count * sizeof *p->ends);
    for (size_t i = 0; i < store->event_count; i++) {
        LK_TRY(lk_interrupted_at(p->memory, i, error));
        p->ends[store->events[i].lead >> LK_PART_BITS]++;
    }
    for (uint32_t part = 0; part < p->count; part++) {
        uint32_t size = p->ends[part];
        if (size > p->largest) p->largest = size;
        p->next[part] = before;
        p->ends[part] = before += size;
    }
    return LEADKPI_OK;
}

/* 16 bytes read in order and written to one of some hundred places that move on in order. */
static leadkpi_status split_to_copy(parts *p, leadkpi_error *error)
{
    const lk_funnel_store *store = p->journeys->store;
    LK_TRY(lk_bring_pages(p->memory, p->copy, store->event_count * sizeof *p->copy, error));
    for (size_t i = 0; i < store->event_count; i++) {
        const lk_funnel_event *event = &store->events[i];
        LK_TRY(lk_interrupted_at(p->memory, i, error));
        p->copy[p->next[event->lead >> LK_PART_BITS]++] = *event;
    }
    return LEADKPI_OK;
}

/* The same with 10 bytes written. */
static leadkpi_status split_packed(parts *p, leadkpi_error *error)
{
    const lk_funnel_store *store = p->journeys->store;
    const uint32_t *code_rank = p->journeys->code_rank;
    LK_TRY(lk_bring_pages(p->memory, p->packed, store->event_count * sizeof *p->packed, error));
    LK_TRY(lk_bring_pages(p->memory, p->slots, store->event_count * sizeof *p->slots, error));
    for (size_t i = 0; i < store->event_count; i++) {
        lk_funnel_event event = store->events[i];
        LK_TRY(lk_interrupted_at(p->memory, i, error));
        uint32_t place = p->next[event.lead >> LK_PART_BITS]++;
        p->packed[place] = lk_packed_key(event.time, code_rank[event.code]);
        p->slots[place] = (uint16_t)(event.lead % LK_PART_LEADS);
    }
    return LEADKPI_OK;
}

/* How many events ahead in its part: two lines of the cache. */
#define EVENTS_AHEAD 8

/* Until one comes up that belongs to the part. Returns how many moved. */
static inline size_t move_some(parts *p, uint32_t part)
{
    lk_funnel_event *events = p->events, event = events[p->next[part]];
    size_t moved = 1;
    for (uint32_t goal; (goal = event.lead >> LK_PART_BITS) != part;) {
        uint32_t place = p->next[goal]++;
        lk_funnel_event there = events[place];
        LK_PREFETCH(&events[place] + EVENTS_AHEAD);
        events[place] = event;
        event = there;
        moved++;
    }
    events[p->next[part]++] = event;
    return moved;
}

/* Each event goes to its part, and the one that was in that place goes on to its own: 16 bytes read
 * and written an event at one of some hundred places that move on in order and are asked for ahead,
 * and no memory but theirs, whose first touch would cost more. */
static leadkpi_status split_in_place(parts *p, leadkpi_error *error)
{
    for (uint32_t part = 0; part < p->count; part++)
        while (p->next[part] < p->ends[part]) LK_TRY(poll(p, move_some(p, part), error));
    return LEADKPI_OK;
}

/* ---- one lead, of many codes ------------------------------------------------------- */

/* Most leads have a handful of events. */
#define FEW_EVENTS 24

static void insert_few(const lk_journeys *j, lk_funnel_event *events, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        lk_funnel_event event = events[i];
        uint32_t place = i;
        for (; place > 0 && goes_before(j, &event, &events[place - 1]); place--)
            events[place] = events[place - 1];
        events[place] = event;
    }
}

static leadkpi_status find_order(parts *p, const lk_funnel_event *events, uint32_t count, bool *found,
                                 leadkpi_error *error)
{
    *found = false;
    for (uint32_t i = 1; i < count; i++) {
        LK_TRY(lk_interrupted_at(p->memory, i, error));
        if (goes_before(p->journeys, &events[i], &events[i - 1])) return LEADKPI_OK;
    }
    *found = true;
    return LEADKPI_OK;
}

/* Two neighbouring runs, [0, middle) and [middle, count), into one. */
static leadkpi_status merge_runs(parts *p, const lk_funnel_event *from, uint32_t middle, uint32_t count,
                                 lk_funnel_event *to, leadkpi_error *error)
{
    uint32_t left = 0, right = middle, place = 0;
    while (left < middle && right < count) {
        bool takes_right = goes_before(p->journeys, &from[right], &from[left]);
        LK_TRY(lk_interrupted_at(p->memory, place, error));
        to[place++] = from[takes_right ? right : left];
        right += takes_right;
        left += !takes_right;
    }
    LK_TRY(lk_copy(p->memory, to + place, from + left, (middle - left) * sizeof *to, error));
    return lk_copy(p->memory, to + place + middle - left, from + right, (count - right) * sizeof *to, error);
}

static leadkpi_status sort_runs(parts *p, lk_funnel_event *events, uint32_t count, leadkpi_error *error)
{
    for (uint64_t i = 0; i < count; i += FEW_EVENTS) {
        LK_TRY(poll(p, FEW_EVENTS, error));
        insert_few(p->journeys, events + i, (uint32_t)(count - i < FEW_EVENTS ? count - i : FEW_EVENTS));
    }
    return LEADKPI_OK;
}

/* Of a lead with many events: short runs, and those merged. The scratch of the part is as large. */
static leadkpi_status sort_many(parts *p, lk_funnel_event *events, uint32_t count, leadkpi_error *error)
{
    lk_funnel_event *from = events, *to = p->scratch;
    LK_TRY(sort_runs(p, events, count, error));
    for (uint64_t width = FEW_EVENTS; width < count; width *= 2) {
        for (uint64_t i = 0; i < count; i += 2 * width) {
            uint32_t both = (uint32_t)(count - i < 2 * width ? count - i : 2 * width);
            LK_TRY(poll(p, both, error));
            LK_TRY(merge_runs(p, from + i, (uint32_t)(width < both ? width : both), both, to + i, error));
        }
        lk_funnel_event *swap = from;
        from = to;
        to = swap;
    }
    return from != events ? lk_copy(p->memory, events, from, count * sizeof *events, error) : LEADKPI_OK;
}

static leadkpi_status sort_lead(parts *p, lk_funnel_event *events, uint32_t count, leadkpi_error *error)
{
    bool is_in_order;
    LK_TRY(poll(p, count + 1, error));
    if (count <= FEW_EVENTS) {
        insert_few(p->journeys, events, count);
        return LEADKPI_OK;
    }
    LK_TRY(find_order(p, events, count, &is_in_order, error));
    return is_in_order ? LEADKPI_OK : sort_many(p, events, count, error);
}

/* ---- one part ------------------------------------------------------------------- */

/* Lead by lead, within the cache. */
static leadkpi_status group_part(parts *p, uint32_t part, uint32_t start, uint32_t end, leadkpi_error *error)
{
    lk_journeys *j = p->journeys;
    uint32_t *ends = j->ends + part * LK_PART_LEADS, leads = part_leads(j, part), before = start;
    LK_TRY(lk_copy(p->memory, p->scratch, p->events + start, (end - start) * sizeof *p->scratch, error));
    memset(ends, 0, leads * sizeof *ends);
    for (uint32_t i = 0; i < end - start; i++) {
        LK_TRY(lk_interrupted_at(p->memory, i, error));
        ends[p->scratch[i].lead % LK_PART_LEADS]++;
    }
    for (uint32_t lead = 0; lead < leads; lead++) {
        uint32_t count = ends[lead];
        ends[lead] = before;
        before += count;
    }
    for (uint32_t i = 0; i < end - start; i++) {
        LK_TRY(lk_interrupted_at(p->memory, i, error));
        p->events[ends[p->scratch[i].lead % LK_PART_LEADS]++] = p->scratch[i];
    }
    return LEADKPI_OK;
}

static leadkpi_status sort_part_of_many_codes(parts *p, uint32_t part, leadkpi_error *error)
{
    lk_journeys *j = p->journeys;
    uint32_t start = part ? p->ends[part - 1] : 0, end = p->ends[part];
    uint32_t first = part * LK_PART_LEADS, leads = part_leads(j, part);
    LK_TRY(group_part(p, part, start, end, error));
    for (uint32_t lead = first; lead < first + leads; start = j->ends[lead++])
        LK_TRY(sort_lead(p, p->events + start, j->ends[lead] - start, error));
    return LEADKPI_OK;
}

static leadkpi_status sort_part(parts *p, uint32_t part, leadkpi_error *error)
{
    lk_journeys *j = p->journeys;
    lk_part_sorter *sorter = &p->sorter;
    uint32_t first = part * LK_PART_LEADS;
    lk_part keyed = {part ? p->ends[part - 1] : 0, p->ends[part], first,
                     first + part_leads(j, part), NULL};
    if (!sorter->code_rank) return sort_part_of_many_codes(p, part, error);
    if (p->slots) {
        LK_TRY(lk_part_count_packed(sorter, &keyed, p->slots, j->ends, error));
        return lk_part_sort_packed(sorter, &keyed, j->ends, p->slots, p->packed, error);
    }
    LK_TRY(lk_part_count(sorter, &keyed, p->events, j->ends, error));
    return lk_part_sort(sorter, &keyed, j->ends, p->events, p->packed, error);
}

static leadkpi_status sort_parts(parts *p, leadkpi_error *error)
{
    for (uint32_t part = 0; part < p->count; part++) LK_TRY(sort_part(p, part, error));
    return LEADKPI_OK;
}

static bool has_few_codes(const parts *p)
{
    return p->journeys->store->codes.count <= LK_PACKED_CODES_MAX;
}

static leadkpi_status open_sorter(parts *p, leadkpi_error *error)
{
    const lk_journeys *j = p->journeys;
    return lk_part_sorter_open(&p->sorter, p->memory, j->code_rank, j->store->codes.count, p->largest, error);
}

static leadkpi_status open_parts(parts *p, leadkpi_error *error)
{
    LK_TRY(lk_allocate(p->memory, p->count, sizeof *p->next, &p->next, error));
    LK_TRY(lk_allocate(p->memory, p->count, sizeof *p->ends, &p->ends, error));
    LK_TRY(count_by_part(p, error));
    if (has_few_codes(p)) return open_sorter(p, error);
    return lk_allocate(p->memory, p->largest, sizeof *p->scratch, &p->scratch, error);
}

/* Events that came in order. */
static leadkpi_status pack(parts *p, leadkpi_error *error)
{
    const lk_journeys *j = p->journeys;
    const lk_funnel_event *events = j->store->events;
    for (size_t i = 0; i < j->store->event_count; i++) {
        lk_funnel_event event = events[i];
        LK_TRY(lk_interrupted_at(p->memory, i, error));
        p->packed[i] = lk_packed_key(event.time, j->code_rank[event.code]);
    }
    return LEADKPI_OK;
}

static leadkpi_status find_levels(parts *p, leadkpi_error *error)
{
    const lk_journeys *j = p->journeys;
    const lk_lead_scan *scan = &p->sorter.levels;
    for (uint32_t lead = 0; lead < j->lead_count && scan->levels; lead++) {
        uint32_t start = lk_journeys_start(j, lead), count = j->ends[lead] - start;
        LK_TRY(poll(p, count + 1, error));
        LK_TRY(lk_lead_scan_take(scan, lead, p->packed + start, count, error));
    }
    return LEADKPI_OK;
}

static void close_parts(parts *p)
{
    size_t event_count = p->journeys->store->event_count;
    lk_release(p->memory, p->next, p->count, sizeof *p->next);
    lk_release(p->memory, p->ends, p->count, sizeof *p->ends);
    lk_release(p->memory, p->scratch, p->largest, sizeof *p->scratch);
    lk_release(p->memory, p->slots, event_count, sizeof *p->slots);
    lk_part_sorter_close(&p->sorter, p->memory);
}

static uint32_t part_count(const lk_journeys *j)
{
    return (j->lead_count - 1) / LK_PART_LEADS + 1;
}

/* ---- for a report ----------------------------------------------------------------- */

static leadkpi_status sort_copy(parts *p, leadkpi_error *error)
{
    lk_journeys *j = p->journeys;
    LK_TRY(open_parts(p, error));
    LK_TRY(lk_allocate(p->memory, j->store->event_count, sizeof *j->copy, &j->copy, error));
    p->events = p->copy = j->copy;
    p->packed = (uint64_t *)(void *)j->copy;
    LK_TRY(split_to_copy(p, error));
    LK_TRY(sort_parts(p, error));
    if (p->sorter.code_rank) {
        j->packed = p->packed;
        j->packed_codes = p->sorter.codes;
    }
    j->events = j->copy;
    return LEADKPI_OK;
}

leadkpi_status lk_journeys_sort_plain(lk_journeys *j, lk_memory *memory, leadkpi_error *error)
{
    parts p = {.journeys = j, .memory = memory, .count = part_count(j)};
    bool is_in_order;
    j->events = j->store->events;
    LK_TRY(find_ends(&p, &is_in_order, error));
    if (is_in_order) return LEADKPI_OK;
    leadkpi_status status = sort_copy(&p, error);
    close_parts(&p);
    return status;
}

/* ---- for good --------------------------------------------------------------------- */

/* Blocks of their own for what the events become. */
static leadkpi_status make_blocks(parts *p, bool is_in_order, leadkpi_error *error)
{
    size_t count = p->journeys->store->event_count;
    if (has_few_codes(p)) {
        LK_TRY(lk_allocate(p->memory, count, sizeof *p->packed, &p->packed, error));
        return is_in_order ? LEADKPI_OK : lk_allocate(p->memory, count, sizeof *p->slots, &p->slots, error);
    }
    if (is_in_order) return LEADKPI_OK;
    LK_TRY(lk_allocate(p->memory, count, sizeof *p->copy, &p->copy, error));
    p->events = p->copy;
    return LEADKPI_OK;
}

static leadkpi_status split(parts *p, bool in_place, leadkpi_error *error)
{
    if (in_place) return split_in_place(p, error);
    return p->slots ? split_packed(p, error) : split_to_copy(p, error);
}

static leadkpi_status put_in_order(leadkpi_funnel *funnel, parts *p, bool in_place, leadkpi_error *error)
{
    lk_journeys *j = p->journeys;
    bool is_in_order, few_codes = has_few_codes(p);
    LK_TRY(find_ends(p, &is_in_order, error));
    if (!is_in_order)
        LK_TRY(open_parts(p, error));
    else if (few_codes)
        LK_TRY(open_sorter(p, error));
    if (!in_place) LK_TRY(make_blocks(p, is_in_order, error));
    if (few_codes) lk_lead_scan_open(funnel, &p->sorter.codes, p->memory, j->lead_count, &p->sorter.levels);
    if (!is_in_order) {
        LK_TRY(split(p, in_place, error));
        return sort_parts(p, error);
    }
    if (few_codes) LK_TRY(pack(p, error));
    return find_levels(p, error);
}

/* The block of the events has the packed ones, and gives back the half that they do not need if it can. */
static void keep_in_place(leadkpi_funnel *funnel, parts *p)
{
    lk_funnel_store *store = funnel->store;
    size_t capacity = store->event_capacity * (sizeof *p->events / sizeof *p->packed);
    store->events = NULL;
    if (lk_resize(p->memory, &p->packed, capacity, store->event_count, sizeof *p->packed, NULL) == LEADKPI_OK)
        capacity = store->event_count;
    lk_funnel_keep_packed(funnel, p->packed, capacity, &p->sorter.codes);
}

static void keep_copy(leadkpi_funnel *funnel, const parts *p)
{
    lk_funnel_store *store = funnel->store;
    lk_release(p->memory, store->events, store->event_capacity, sizeof *store->events);
    store->events = p->copy;
    store->event_capacity = store->event_count;
}

/* The ends and levels are the store's then, and the events in order. */
static void keep(leadkpi_funnel *funnel, parts *p, bool in_place)
{
    lk_journeys *j = p->journeys;
    lk_funnel_keep_ends(funnel, j->ends, p->sorter.levels.levels, j->lead_count);
    j->ends = NULL;
    p->sorter.levels.levels = NULL;
    if (p->copy)
        keep_copy(funnel, p);
    else if (p->sorter.code_rank && in_place)
        keep_in_place(funnel, p);
    else if (p->sorter.code_rank)
        lk_funnel_keep_packed(funnel, p->packed, funnel->store->event_count, &p->sorter.codes);
}

static void release_blocks(parts *p)
{
    size_t count = p->journeys->store->event_count;
    lk_release(p->memory, p->packed, count, sizeof *p->packed);
    lk_release(p->memory, p->copy, count, sizeof *p->copy);
}

leadkpi_status lk_journeys_settle_events(leadkpi_funnel *funnel, lk_journeys *j, bool in_place,
                                         leadkpi_error *error)
{
    lk_funnel_event *events = funnel->store->events;
    parts p = {.journeys = j, .memory = &funnel->memory, .events = events, .count = part_count(j)};
    if (in_place) p.packed = (uint64_t *)(void *)events;
    leadkpi_status status = put_in_order(funnel, &p, in_place, error);
    if (status == LEADKPI_OK)
        keep(funnel, &p, in_place);
    else if (!in_place)
        release_blocks(&p);
    close_parts(&p);
    return status;
}
