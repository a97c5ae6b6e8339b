#include "cohorts/timeline.h"

#include "base/sort.h"

int lk_cohorts_compare_content(const lk_cohorts_event *a, const lk_cohorts_event *b)
{
    if (a->value_kind != b->value_kind) return a->value_kind < b->value_kind ? -1 : 1;
    return (a->content > b->content) - (a->content < b->content);
}

static int compare_texts(const void *context, uint32_t a, uint32_t b)
{
    const lk_map_text *map = context;
    return lk_text_compare(lk_map_text_key(map, a), lk_map_text_key(map, b));
}

static leadkpi_status rank_texts(lk_memory *memory, const lk_map_text *map, uint32_t **ranks,
                                 leadkpi_error *error)
{
    uint32_t *order;
    LK_TRY(lk_allocate(memory, (size_t)map->count + 1, sizeof **ranks, ranks, error));
    (*ranks)[0] = 0;
    LK_TRY(lk_allocate(memory, map->count, sizeof *order, &order, error));
    for (uint32_t i = 0; i < map->count; i++) order[i] = i;
    leadkpi_status status = lk_sort_indexes(memory, order, map->count, compare_texts, map, error);
    for (uint32_t i = 0; i < map->count; i++) (*ranks)[order[i] + 1] = i + 1;
    lk_release(memory, order, map->count, sizeof *order);
    return status;
}

/* ---- order of a customer's events ------------------------------------------------ */

static int compare_ranks(const uint32_t *rank, const lk_cohorts_event *a, const lk_cohorts_event *b)
{
    uint32_t x = rank[lk_cohorts_text(a)], y = rank[lk_cohorts_text(b)];
    return (x > y) - (x < y);
}

static int compare(const lk_timeline *t, const lk_cohorts_event *a, const lk_cohorts_event *b)
{
    if (a->time != b->time) return a->time < b->time ? -1 : 1;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    if (a->kind == LK_COHORTS_ACQUIRED) return compare_ranks(t->tuple_rank, a, b);
    if (a->kind == LK_COHORTS_OUTCOME) return compare_ranks(t->outcome_rank, a, b);
    return lk_cohorts_compare_content(a, b);
}

typedef struct run {
    const lk_timeline *timeline;
    const lk_cohorts_event *events;
} run;

static int compare_in_run(const void *context, uint32_t a, uint32_t b)
{
    const run *r = context;
    return compare(r->timeline, &r->events[a], &r->events[b]);
}

static bool is_sorted(const lk_timeline *t, const lk_cohorts_event *events, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (compare(t, &events[i - 1], &events[i]) > 0) return false;
    return true;
}

/* Most customers have a handful of events: insertion in place. */
#define FEW_EVENTS 16

static void sort_few(const lk_timeline *t, lk_cohorts_event *events, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        lk_cohorts_event item = events[i];
        uint32_t place = i;
        for (; place > 0 && compare(t, &events[place - 1], &item) > 0; place--)
            events[place] = events[place - 1];
        events[place] = item;
    }
}

static leadkpi_status sort_many(const lk_timeline *t, lk_memory *memory, lk_cohorts_event *events,
                                uint32_t count, leadkpi_error *error)
{
    uint32_t *order = NULL;
    lk_cohorts_event *sorted = NULL;
    run r = {t, events};
    LK_TRY(lk_allocate(memory, count, sizeof *order, &order, error));
    leadkpi_status status = lk_allocate(memory, count, sizeof *sorted, &sorted, error);
    for (uint32_t i = 0; i < count; i++) order[i] = i;
    if (status == LEADKPI_OK)
        status = lk_sort_indexes(memory, order, count, compare_in_run, &r, error);
    if (status == LEADKPI_OK) {
        for (uint32_t i = 0; i < count; i++) sorted[i] = events[order[i]];
        memcpy(events, sorted, count * sizeof *events);
    }
    lk_release(memory, sorted, count, sizeof *sorted);
    lk_release(memory, order, count, sizeof *order);
    return status;
}

/* ---- by customer ------------------------------------------------------------------- */

static bool count_by_customer(lk_timeline *t)
{
    bool grouped = true;
    uint32_t before = 0, last = 0;
    memset(t->ends, 0, t->customer_count * sizeof *t->ends);
    for (size_t i = 0; i < t->store->event_count; i++) {
        uint32_t customer = t->store->events[i].customer;
        grouped &= customer >= last;
        last = customer;
        t->ends[customer]++;
    }
    for (uint32_t customer = 0; customer < t->customer_count; customer++) {
        uint32_t count = t->ends[customer];
        if (count > t->longest) t->longest = count;
        before += count;
        t->ends[customer] = before;
    }
    return grouped;
}

/* From the last to the first, so that the ends become starts; they are put right behind it. */
static leadkpi_status copy_by_customer(lk_timeline *t, lk_memory *memory, leadkpi_error *error)
{
    const lk_cohorts_store *store = t->store;
    LK_TRY(lk_allocate(memory, store->event_count, sizeof *t->copy, &t->copy, error));
    for (size_t i = store->event_count; i-- > 0;) {
        const lk_cohorts_event *event = &store->events[i];
        t->copy[--t->ends[event->customer]] = *event;
    }
    for (uint32_t customer = 0; customer + 1 < t->customer_count; customer++)
        t->ends[customer] = t->ends[customer + 1];
    t->ends[t->customer_count - 1] = (uint32_t)store->event_count;
    t->events = t->copy;
    return LEADKPI_OK;
}

static bool all_sorted(const lk_timeline *t)
{
    for (uint32_t customer = 0; customer < t->customer_count; customer++) {
        uint32_t start = lk_timeline_start(t, customer);
        if (!is_sorted(t, t->events + start, t->ends[customer] - start)) return false;
    }
    return true;
}

static leadkpi_status sort_customers(lk_timeline *t, lk_memory *memory, leadkpi_error *error)
{
    for (uint32_t customer = 0; customer < t->customer_count; customer++) {
        uint32_t start = lk_timeline_start(t, customer), count = t->ends[customer] - start;
        if (customer % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(memory, error));
        if (count <= FEW_EVENTS)
            sort_few(t, t->copy + start, count);
        else if (!is_sorted(t, t->copy + start, count))
            LK_TRY(sort_many(t, memory, t->copy + start, count, error));
    }
    return LEADKPI_OK;
}

leadkpi_status lk_timeline_open(const leadkpi_cohorts *cohorts, lk_memory *memory,
                                lk_timeline *timeline, leadkpi_error *error)
{
    const lk_cohorts_store *store = cohorts->store;
    memset(timeline, 0, sizeof *timeline);
    LK_TRY(lk_interrupted(memory, error));
    if (!store) return LEADKPI_OK;
    timeline->store = store;
    timeline->customer_count = lk_lead_ids_count(&store->ids);
    LK_TRY(rank_texts(memory, &store->tuples, &timeline->tuple_rank, error));
    return rank_texts(memory, &store->outcomes, &timeline->outcome_rank, error);
}

leadkpi_status lk_timeline_sort(lk_timeline *timeline, lk_memory *memory, leadkpi_error *error)
{
    uint32_t count = timeline->customer_count;
    if (count == 0) return LEADKPI_OK;
    LK_TRY(lk_interrupted(memory, error));
    timeline->events = timeline->store->events;
    LK_TRY(lk_allocate(memory, count, sizeof *timeline->ends, &timeline->ends, error));
    if (count_by_customer(timeline) && all_sorted(timeline)) return LEADKPI_OK;
    LK_TRY(copy_by_customer(timeline, memory, error));
    return sort_customers(timeline, memory, error);
}

void lk_timeline_close(lk_timeline *timeline, lk_memory *memory)
{
    const lk_cohorts_store *store = timeline->store;
    if (!store) return;
    if (timeline->tuple_rank)
        lk_release(memory, timeline->tuple_rank, (size_t)store->tuples.count + 1,
                   sizeof *timeline->tuple_rank);
    if (timeline->outcome_rank)
        lk_release(memory, timeline->outcome_rank, (size_t)store->outcomes.count + 1,
                   sizeof *timeline->outcome_rank);
    lk_release(memory, timeline->ends, timeline->customer_count, sizeof *timeline->ends);
    lk_release(memory, timeline->copy, store->event_count, sizeof *timeline->copy);
    memset(timeline, 0, sizeof *timeline);
}
