/* journeys_plain.c: events that are a time, a lead and a code, put in order in two steps that stay
 * in the cache: to parts of a few thousand leads, then lead by lead within a part. */
#include "funnel/journeys_part.h"

typedef struct parts {
    lk_journeys *journeys;
    lk_memory *memory;
    lk_funnel_event *events;  /* what is put in order */
    uint64_t *packed;         /* with few codes the same place: they become packed; and */
    lk_part_sorter sorter;    /* in use; else */
    lk_funnel_event *scratch; /* room for the largest part */
    uint32_t *next; /* of each part where its next event goes; its end, once it is filled */
    uint32_t *ends;
    uint32_t count, largest;
    bool may_stop; /* while events move */
} parts;

static leadkpi_status ask(const parts *p, leadkpi_error *error)
{
    return p->may_stop ? lk_interrupted(p->memory, error) : LEADKPI_OK;
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
static bool find_ends(lk_journeys *j)
{
    const lk_funnel_event *events = j->store->events;
    size_t count = j->store->event_count;
    uint32_t lead = 0;
    for (size_t i = 0; i < count; i++) {
        if (events[i].lead < lead) return false;
        if (i > 0 && events[i].lead == events[i - 1].lead &&
            goes_before(j, &events[i], &events[i - 1]))
            return false;
        while (lead < events[i].lead) j->ends[lead++] = (uint32_t)i;
    }
    while (lead < j->lead_count) j->ends[lead++] = (uint32_t)count;
    return true;
}

/* 4 bytes of each event, and a counter in the first cache. */
static void count_by_part(parts *p)
{
    const lk_funnel_store *store = p->journeys->store;
    uint32_t before = 0;
    memset(p->ends, 0, p->count * sizeof *p->ends);
    for (size_t i = 0; i < store->event_count; i++)
        p->ends[store->events[i].lead >> LK_PART_BITS]++;
    for (uint32_t part = 0; part < p->count; part++) {
        uint32_t size = p->ends[part];
        if (size > p->largest) p->largest = size;
        p->next[part] = before;
        p->ends[part] = before += size;
    }
}

/* 16 bytes read in order and written to one of some hundred places that move on in order. */
static void split_to_copy(parts *p)
{
    const lk_funnel_store *store = p->journeys->store;
    for (size_t i = 0; i < store->event_count; i++) {
        const lk_funnel_event *event = &store->events[i];
        p->events[p->next[event->lead >> LK_PART_BITS]++] = *event;
    }
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
    size_t moved = 0;
    for (uint32_t part = 0; part < p->count; part++)
        while (p->next[part] < p->ends[part]) {
            moved += move_some(p, part);
            if (moved < LK_INTERRUPT_ROWS) continue;
            LK_TRY(ask(p, error));
            moved = 0;
        }
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

static bool is_in_order(const lk_journeys *j, const lk_funnel_event *events, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (goes_before(j, &events[i], &events[i - 1])) return false;
    return true;
}

/* Two neighbouring runs, [0, middle) and [middle, count), into one. */
static void merge_runs(const lk_journeys *j, const lk_funnel_event *from, uint32_t middle,
                       uint32_t count, lk_funnel_event *to)
{
    uint32_t left = 0, right = middle, place = 0;
    while (left < middle && right < count) {
        bool takes_right = goes_before(j, &from[right], &from[left]);
        to[place++] = from[takes_right ? right : left];
        right += takes_right;
        left += !takes_right;
    }
    memcpy(to + place, from + left, (middle - left) * sizeof *to);
    memcpy(to + place + middle - left, from + right, (count - right) * sizeof *to);
}

/* Of a lead with many events: short runs, and those merged. `scratch` is as large. */
static void sort_many(const lk_journeys *j, lk_funnel_event *events, uint32_t count,
                      lk_funnel_event *scratch)
{
    lk_funnel_event *from = events, *to = scratch;
    for (uint64_t i = 0; i < count; i += FEW_EVENTS)
        insert_few(j, events + i, (uint32_t)(count - i < FEW_EVENTS ? count - i : FEW_EVENTS));
    for (uint64_t width = FEW_EVENTS; width < count; width *= 2) {
        for (uint64_t i = 0; i < count; i += 2 * width) {
            uint32_t both = (uint32_t)(count - i < 2 * width ? count - i : 2 * width);
            merge_runs(j, from + i, (uint32_t)(width < both ? width : both), both, to + i);
        }
        lk_funnel_event *swap = from;
        from = to;
        to = swap;
    }
    if (from != events) memcpy(events, from, count * sizeof *events);
}

/* ---- one part ------------------------------------------------------------------- */

/* Lead by lead, within the cache. */
static void group_part(parts *p, uint32_t part, uint32_t start, uint32_t end)
{
    lk_journeys *j = p->journeys;
    uint32_t *ends = j->ends + part * LK_PART_LEADS, leads = part_leads(j, part), before = start;
    memcpy(p->scratch, p->events + start, (end - start) * sizeof *p->scratch);
    memset(ends, 0, leads * sizeof *ends);
    for (uint32_t i = 0; i < end - start; i++) ends[p->scratch[i].lead % LK_PART_LEADS]++;
    for (uint32_t lead = 0; lead < leads; lead++) {
        uint32_t count = ends[lead];
        ends[lead] = before;
        before += count;
    }
    for (uint32_t i = 0; i < end - start; i++)
        p->events[ends[p->scratch[i].lead % LK_PART_LEADS]++] = p->scratch[i];
}

static void sort_part_of_many_codes(parts *p, uint32_t part)
{
    lk_journeys *j = p->journeys;
    uint32_t start = part ? p->ends[part - 1] : 0, end = p->ends[part];
    uint32_t first = part * LK_PART_LEADS, leads = part_leads(j, part);
    group_part(p, part, start, end);
    for (uint32_t lead = first; lead < first + leads; start = j->ends[lead++]) {
        uint32_t count = j->ends[lead] - start;
        if (count < 2) continue;
        if (count <= FEW_EVENTS)
            insert_few(j, p->events + start, count);
        else if (!is_in_order(j, p->events + start, count))
            sort_many(j, p->events + start, count, p->scratch);
    }
}

static void sort_part(parts *p, uint32_t part)
{
    lk_journeys *j = p->journeys;
    uint32_t first = part * LK_PART_LEADS;
    lk_part keyed = {part ? p->ends[part - 1] : 0, p->ends[part], first,
                     first + part_leads(j, part), NULL};
    if (!p->sorter.code_rank) {
        sort_part_of_many_codes(p, part);
        return;
    }
    lk_part_count(&keyed, p->events, j->ends);
    lk_part_sort(&p->sorter, &keyed, j->ends, p->events, p->packed);
}

static leadkpi_status open_parts(parts *p, leadkpi_error *error)
{
    const lk_journeys *j = p->journeys;
    LK_TRY(lk_allocate(p->memory, p->count, sizeof *p->next, &p->next, error));
    LK_TRY(lk_allocate(p->memory, p->count, sizeof *p->ends, &p->ends, error));
    count_by_part(p);
    if (j->store->codes.count > LK_PACKED_CODES_MAX)
        return lk_allocate(p->memory, p->largest, sizeof *p->scratch, &p->scratch, error);
    return lk_part_sorter_open(&p->sorter, p->memory, j->code_rank, j->store->codes.count,
                               p->largest, error);
}

static void close_parts(parts *p)
{
    lk_release(p->memory, p->next, p->count, sizeof *p->next);
    lk_release(p->memory, p->ends, p->count, sizeof *p->ends);
    lk_release(p->memory, p->scratch, p->largest, sizeof *p->scratch);
    lk_part_sorter_close(&p->sorter, p->memory);
}

static uint32_t part_count(const lk_journeys *j)
{
    return (j->lead_count - 1) / LK_PART_LEADS + 1;
}

static leadkpi_status sort_copy(parts *p, leadkpi_error *error)
{
    lk_journeys *j = p->journeys;
    LK_TRY(open_parts(p, error));
    LK_TRY(lk_allocate(p->memory, j->store->event_count, sizeof *j->copy, &j->copy, error));
    p->events = j->copy;
    p->packed = (uint64_t *)(void *)j->copy;
    split_to_copy(p);
    for (uint32_t part = 0; part < p->count; part++) {
        LK_TRY(lk_interrupted(p->memory, error));
        sort_part(p, part);
    }
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
    j->events = j->store->events;
    if (find_ends(j)) return LEADKPI_OK;
    leadkpi_status status = sort_copy(&p, error);
    close_parts(&p);
    return status;
}

/* Events that came in order. */
static leadkpi_status pack_in_place(parts *p, leadkpi_error *error)
{
    const lk_journeys *j = p->journeys;
    uint64_t *packed = p->packed;
    const lk_lead_scan *scan = &p->sorter.levels;
    for (size_t i = 0; i < j->store->event_count; i++) {
        if (i % LK_INTERRUPT_ROWS == 0) LK_TRY(ask(p, error));
        packed[i] = lk_packed_key(p->events[i].time, j->code_rank[p->events[i].code]);
    }
    for (uint32_t lead = 0; lead < j->lead_count && scan->levels; lead++) {
        uint32_t start = lk_journeys_start(j, lead);
        lk_lead_scan_take(scan, lead, packed + start, j->ends[lead] - start);
    }
    return LEADKPI_OK;
}

static leadkpi_status sort_parts(parts *p, leadkpi_error *error)
{
    LK_TRY(split_in_place(p, error));
    for (uint32_t part = 0; part < p->count; part++) {
        if (part % 16 == 0) LK_TRY(ask(p, error));
        sort_part(p, part);
    }
    return LEADKPI_OK;
}

static leadkpi_status open_to_pack(parts *p, leadkpi_error *error)
{
    const lk_journeys *j = p->journeys;
    return lk_part_sorter_open(&p->sorter, p->memory, j->code_rank, j->store->codes.count, 0, error);
}

/* The block of the events has the packed ones, and gives back the half that they do not need if it can. */
static void keep_packed(leadkpi_funnel *funnel, parts *p)
{
    lk_funnel_store *store = funnel->store;
    size_t capacity = store->event_capacity * (sizeof *p->events / sizeof *p->packed);
    store->events = NULL;
    if (lk_resize(p->memory, &p->packed, capacity, store->event_count, sizeof *p->packed, NULL) == LEADKPI_OK)
        capacity = store->event_count;
    lk_funnel_keep_packed(funnel, p->packed, capacity, &p->sorter.codes);
}

/* The ends and levels are the store's then, and the events packed. */
static void keep(leadkpi_funnel *funnel, parts *p)
{
    lk_journeys *j = p->journeys;
    lk_funnel_keep_ends(funnel, j->ends, p->sorter.levels.levels, j->lead_count);
    j->ends = NULL;
    p->sorter.levels.levels = NULL;
    if (p->sorter.code_rank) keep_packed(funnel, p);
}

/* Once events move nothing can fail, or all that may be lost are lost. */
static leadkpi_status put_in_order(leadkpi_funnel *funnel, parts *p, leadkpi_error *error)
{
    lk_journeys *j = p->journeys;
    bool is_in_order = find_ends(j), few_codes = j->store->codes.count <= LK_PACKED_CODES_MAX;
    if (!is_in_order)
        LK_TRY(open_parts(p, error));
    else if (few_codes)
        LK_TRY(open_to_pack(p, error));
    if (few_codes) lk_lead_scan_open(funnel, &p->sorter.codes, p->memory, j->lead_count, &p->sorter.levels);
    if (!is_in_order)
        LK_TRY(sort_parts(p, error));
    else if (few_codes)
        LK_TRY(pack_in_place(p, error));
    keep(funnel, p);
    return LEADKPI_OK;
}

leadkpi_status lk_journeys_sort_in_place(leadkpi_funnel *funnel, lk_journeys *j, bool may_stop,
                                         leadkpi_error *error)
{
    lk_funnel_event *events = funnel->store->events;
    parts p = {.journeys = j,
               .memory = &funnel->memory,
               .events = events,
               .packed = (uint64_t *)(void *)events,
               .count = part_count(j),
               .may_stop = may_stop};
    leadkpi_status status = put_in_order(funnel, &p, error);
    close_parts(&p);
    return status;
}
