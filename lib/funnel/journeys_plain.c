/* journeys_plain.c: events that are a time, a lead and a code, put in order in two steps that stay in
 * the cache: to parts of a few thousand leads, then lead by lead within a part. */
#include "base/sort.h"
#include "funnel/journeys.h"

/* Leads of one part: their events, 16 bytes each, fit the second cache at ten or so a lead. */
#define PART_BITS 12
#define PART_LEADS (UINT32_C(1) << PART_BITS)

typedef struct parts {
    lk_journeys *journeys;
    lk_memory *memory;
    lk_funnel_event *scratch; /* room for the largest part */
    uint32_t *next;           /* where the next event of each part goes */
    uint32_t count, largest;
} parts;

static uint32_t part_start(const lk_journeys *j, uint32_t part)
{
    return part ? j->ends[part * PART_LEADS - 1] : 0;
}

static uint32_t part_leads(const lk_journeys *j, uint32_t part)
{
    uint32_t left = j->lead_count - part * PART_LEADS;
    return left < PART_LEADS ? left : PART_LEADS;
}

static uint32_t part_end(const lk_journeys *j, uint32_t part)
{
    return j->ends[part * PART_LEADS + part_leads(j, part) - 1];
}

static inline bool goes_before(const lk_journeys *j, const lk_funnel_event *a,
                               const lk_funnel_event *b)
{
    return a->time != b->time ? a->time < b->time : j->code_rank[a->code] < j->code_rank[b->code];
}

static bool is_in_order(const lk_journeys *j)
{
    const lk_funnel_event *events = j->store->events;
    for (size_t i = 1; i < j->store->event_count; i++) {
        const lk_funnel_event *a = &events[i - 1], *b = &events[i];
        if (a->lead > b->lead || (a->lead == b->lead && goes_before(j, b, a))) return false;
    }
    return true;
}

/* 16 bytes read in order and written to one of some hundred places that move on in order. */
static void split(parts *p)
{
    lk_journeys *j = p->journeys;
    const lk_funnel_store *store = j->store;
    for (uint32_t part = 0; part < p->count; part++) p->next[part] = part_start(j, part);
    for (size_t i = 0; i < store->event_count; i++) {
        const lk_funnel_event *event = &store->events[i];
        j->copy[p->next[event->lead >> PART_BITS]++] = *event;
    }
}

/* ---- one lead ------------------------------------------------------------------- */

/* Most leads have a handful of events. */
#define FEW_EVENTS 24
/* A time in years 1 to 9999 takes 59 bits, which leaves 5 for the rank of a code. */
#define RANK_BITS 5

static inline uint64_t key_of(const lk_journeys *j, const lk_funnel_event *event)
{
    return (uint64_t)(event->time - LK_FUNNEL_TIME_MIN) << RANK_BITS | j->code_rank[event->code];
}

/* The place of each is how many go before it: count (count - 1) / 2 comparisons without a branch,
 * where a sort that moves would guess wrong at every other one. */
static void sort_few(const lk_journeys *j, lk_funnel_event *events, uint32_t count)
{
    lk_funnel_event from[FEW_EVENTS];
    uint64_t keys[FEW_EVENTS];
    uint32_t places[FEW_EVENTS];
    for (uint32_t i = 0; i < count; i++) {
        from[i] = events[i];
        keys[i] = key_of(j, &events[i]);
        uint32_t after = 0;
        for (uint32_t k = 0; k < i; k++) {
            uint32_t moves = keys[k] > keys[i];
            places[k] += moves;
            after += moves;
        }
        places[i] = i - after;
    }
    for (uint32_t i = 0; i < count; i++) events[places[i]] = from[i];
}

static int compare_events(const void *context, uint32_t a, uint32_t b)
{
    const lk_journeys *j = context;
    if (goes_before(j, &j->events[a], &j->events[b])) return -1;
    return goes_before(j, &j->events[b], &j->events[a]);
}

static bool lead_is_in_order(const lk_journeys *j, const lk_funnel_event *events, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (goes_before(j, &events[i], &events[i - 1])) return false;
    return true;
}

/* Of a lead with many events, or under a rule with many codes: by index, and moved after it. */
static leadkpi_status sort_many(parts *p, uint32_t start, uint32_t count, leadkpi_error *error)
{
    lk_journeys *j = p->journeys;
    uint32_t *order;
    LK_TRY(lk_allocate(p->memory, count, sizeof *order, &order, error));
    for (uint32_t i = 0; i < count; i++) order[i] = start + i;
    leadkpi_status status = lk_sort_indexes(p->memory, order, count, compare_events, j, error);
    if (status == LEADKPI_OK) {
        for (uint32_t i = 0; i < count; i++) p->scratch[i] = j->copy[order[i]];
        memcpy(j->copy + start, p->scratch, count * sizeof *j->copy);
    }
    lk_release(p->memory, order, count, sizeof *order);
    return status;
}

/* ---- one part ------------------------------------------------------------------- */

/* Lead by lead, within the cache; from the last to the first, so that the ends become starts. */
static void group_part(parts *p, uint32_t start, uint32_t end)
{
    lk_journeys *j = p->journeys;
    memcpy(p->scratch, j->copy + start, (end - start) * sizeof *p->scratch);
    for (uint32_t i = end - start; i-- > 0;)
        j->copy[--j->ends[p->scratch[i].lead]] = p->scratch[i];
}

static leadkpi_status sort_part(parts *p, uint32_t part, leadkpi_error *error)
{
    lk_journeys *j = p->journeys;
    uint32_t start = part_start(j, part), end = part_end(j, part);
    uint32_t first = part * PART_LEADS, leads = part_leads(j, part);
    bool few_codes = j->store->codes.count <= 1u << RANK_BITS;
    LK_TRY(lk_interrupted(p->memory, error));
    group_part(p, start, end);
    for (uint32_t lead = first; lead < first + leads; lead++) {
        uint32_t next = lead + 1 < first + leads ? j->ends[lead + 1] : end;
        uint32_t at = j->ends[lead], count = next - at;
        j->ends[lead] = next;
        if (count < 2) continue;
        if (count <= FEW_EVENTS && few_codes)
            sort_few(j, j->copy + at, count);
        else if (!lead_is_in_order(j, j->copy + at, count))
            LK_TRY(sort_many(p, at, count, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status sort_parts(parts *p, leadkpi_error *error)
{
    LK_TRY(lk_allocate(p->memory, p->count, sizeof *p->next, &p->next, error));
    LK_TRY(lk_allocate(p->memory, p->largest, sizeof *p->scratch, &p->scratch, error));
    split(p);
    for (uint32_t part = 0; part < p->count; part++) LK_TRY(sort_part(p, part, error));
    return LEADKPI_OK;
}

leadkpi_status lk_journeys_sort_plain(lk_journeys *j, lk_memory *memory, leadkpi_error *error)
{
    parts p = {j, memory, NULL, NULL, (j->lead_count - 1) / PART_LEADS + 1, 0};
    j->events = j->store->events;
    if (is_in_order(j)) return LEADKPI_OK;
    for (uint32_t part = 0; part < p.count; part++) {
        uint32_t size = part_end(j, part) - part_start(j, part);
        if (size > p.largest) p.largest = size;
    }
    LK_TRY(lk_allocate(memory, j->store->event_count, sizeof *j->copy, &j->copy, error));
    j->events = j->copy;
    leadkpi_status status = sort_parts(&p, error);
    lk_release(memory, p.next, p.count, sizeof *p.next);
    lk_release(memory, p.scratch, p.largest, sizeof *p.scratch);
    return status;
}
