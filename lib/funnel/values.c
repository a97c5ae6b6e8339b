#include "funnel/values.h"

#include "base/sort.h"
#include "funnel/window.h"

void lk_values_scratch_free(lk_values_scratch *scratch, lk_memory *memory)
{
    lk_release(memory, scratch->keys, scratch->capacity, sizeof *scratch->keys);
    lk_release(memory, scratch->order, scratch->capacity, sizeof *scratch->order);
    memset(scratch, 0, sizeof *scratch);
}

static leadkpi_status make_room(lk_values_scratch *scratch, lk_memory *memory, size_t count,
                                leadkpi_error *error)
{
    if (count <= scratch->capacity) return LEADKPI_OK;
    lk_values_scratch_free(scratch, memory);
    LK_TRY(lk_allocate(memory, count, sizeof *scratch->keys, &scratch->keys, error));
    leadkpi_status status = lk_allocate(memory, count, sizeof *scratch->order, &scratch->order, error);
    if (status != LEADKPI_OK) {
        lk_release(memory, scratch->keys, count, sizeof *scratch->keys);
        scratch->keys = NULL;
        return status;
    }
    scratch->capacity = count;
    return LEADKPI_OK;
}

static uint32_t value_at(const lk_journeys *j, uint32_t place)
{
    return lk_funnel_code_value(j->store, lk_journeys_event(j, place).code);
}

/* By value as texts are in order, and within one as they were: the key is the value's rank, then the
 * place. */
static leadkpi_status sort_by_value(const lk_journeys *j, uint32_t start, uint32_t count, lk_memory *memory,
                                    lk_values_scratch *scratch, leadkpi_error *error)
{
    LK_TRY(make_room(scratch, memory, count, error));
    for (uint32_t i = 0; i < count; i++) {
        if (i % LK_INTERRUPT_ROWS == LK_INTERRUPT_ROWS - 1) LK_TRY(lk_interrupted(memory, error));
        scratch->keys[i] = (uint64_t)j->value_rank[value_at(j, start + i)] << 32 | (start + i);
    }
    LK_TRY(lk_sort_uint64(memory, scratch->keys, NULL, count, error));
    for (uint32_t i = 0; i < count; i++) {
        if (i % LK_INTERRUPT_ROWS == LK_INTERRUPT_ROWS - 1) LK_TRY(lk_interrupted(memory, error));
        uint32_t place = (uint32_t)scratch->keys[i];
        scratch->order[i] = j->order ? j->order[place] : place;
    }
    return LEADKPI_OK;
}

/* Where the attempts of one value go. */
typedef struct gathering {
    lk_attempt best;
    lk_attempt_sink sink; /* NULL: only the best is wanted */
    void *context;
} gathering;

static leadkpi_status take(void *context, const lk_attempt *attempt, leadkpi_error *error)
{
    gathering *g = context;
    if (g->sink) return g->sink(g->context, attempt, error);
    bool better = attempt->level > g->best.level ||
                  (attempt->level == g->best.level && attempt->start < g->best.start);
    if (better) g->best = *attempt;
    return LEADKPI_OK;
}

/* The value of the first event of step 1; 0: there is none. */
static uint32_t first_value(const lk_journeys *j, uint32_t start, uint32_t count)
{
    for (uint32_t i = start; i < start + count; i++)
        if (lk_funnel_code_steps(j->store, lk_journeys_event(j, i).code) & 1) return value_at(j, i);
    return 0;
}

/* The items of the events of one value, as if the lead had no others. */
static leadkpi_status gather_value(lk_journeys *by_value, const lk_values_scratch *scratch, uint32_t start,
                                   uint32_t end, const lk_memory *memory, size_t *count, leadkpi_error *error)
{
    LK_TRY(lk_journeys_gather_together(by_value, start, end, INT64_MAX, memory, count, error));
    for (size_t i = 0; i < *count; i++)
        by_value->items[i].event = (uint32_t)scratch->keys[by_value->items[i].event];
    return LEADKPI_OK;
}

static uint32_t count_until(const lk_journeys *j, uint32_t lead, int64_t as_of)
{
    uint32_t start = lk_journeys_start(j, lead), end = j->ends[lead];
    return (as_of < INT64_MAX ? lk_journeys_first_at(j, start, end, as_of + 1) : end) - start;
}

leadkpi_status lk_values_find(const lk_attempt_search *search, const lk_journeys *j, uint32_t lead, int64_t as_of,
                              const leadkpi_calendar *days, lk_values_scratch *scratch,
                              lk_attempt_sink sink, void *context, leadkpi_error *error)
{
    bool first_only = search->rule->entry == LK_ENTRY_FIRST;
    uint32_t count = count_until(j, lead, as_of), first = lk_journeys_start(j, lead);
    uint32_t wanted = first_only ? first_value(j, first, count) : 0;
    gathering g = {.sink = lk_funnel_counts_attempts(search->rule) ? sink : NULL, .context = context};
    LK_TRY(sort_by_value(j, first, count, search->memory, scratch, error));
    lk_journeys by_value = *j;
    by_value.order = scratch->order;
    for (uint32_t start = 0, end; start < count; start = end) {
        uint32_t value = value_at(&by_value, start);
        end = start + 1;
        while (end < count && value_at(&by_value, end) == value) end++;
        if (start / LK_INTERRUPT_ROWS < end / LK_INTERRUPT_ROWS) LK_TRY(lk_interrupted(search->memory, error));
        if (value == 0 || (first_only && value != wanted)) continue;
        lk_attempt_search part = *search;
        LK_TRY(gather_value(&by_value, scratch, start, end, search->memory, &part.count, error));
        LK_TRY(lk_funnel_set_until(search->rule, days, by_value.items, part.count, search->memory, error));
        LK_TRY(lk_attempts_find(&part, take, &g, error));
    }
    return g.best.level ? sink(context, &g.best, error) : LEADKPI_OK;
}
