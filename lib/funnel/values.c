#include "funnel/values.h"

#include "base/sort.h"
#include "funnel/window.h"

void lk_values_scratch_free(lk_values_scratch *scratch, lk_memory *memory)
{
    lk_release(memory, scratch->items, scratch->capacity, sizeof *scratch->items);
    lk_release(memory, scratch->keys, scratch->capacity, sizeof *scratch->keys);
    memset(scratch, 0, sizeof *scratch);
}

static leadkpi_status make_room(lk_values_scratch *scratch, lk_memory *memory, size_t count,
                                leadkpi_error *error)
{
    if (count <= scratch->capacity) return LEADKPI_OK;
    lk_values_scratch_free(scratch, memory);
    LK_TRY(lk_allocate(memory, count, sizeof *scratch->items, &scratch->items, error));
    leadkpi_status status = lk_allocate(memory, count, sizeof *scratch->keys, &scratch->keys, error);
    if (status != LEADKPI_OK) {
        lk_release(memory, scratch->items, count, sizeof *scratch->items);
        scratch->items = NULL;
        return status;
    }
    scratch->capacity = count;
    return LEADKPI_OK;
}

static uint32_t value_of(const lk_journeys *j, const lk_item *item)
{
    return lk_funnel_code_value(j->store, lk_journeys_event(j, item->event)->code);
}

/* By value as texts are in order, and within one as they were: the key is the value's rank, then the
 * place. */
static leadkpi_status sort_by_value(const lk_attempt_search *search, const lk_journeys *j,
                                    lk_values_scratch *scratch, leadkpi_error *error)
{
    for (size_t i = 0; i < search->count; i++)
        scratch->keys[i] =
            (uint64_t)j->value_rank[value_of(j, &search->items[i])] << 32 | (uint32_t)i;
    LK_TRY(lk_sort_uint64(search->memory, scratch->keys, NULL, search->count, error));
    for (size_t i = 0; i < search->count; i++)
        scratch->items[i] = search->items[(uint32_t)scratch->keys[i]];
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

/* The value of the lead's first event of step 1; 0: it has none. */
static uint32_t first_value(const lk_attempt_search *search, const lk_journeys *j)
{
    for (size_t i = 0; i < search->count; i++)
        if (search->items[i].steps & 1) return value_of(j, &search->items[i]);
    return 0;
}

leadkpi_status lk_values_find(const lk_attempt_search *search, const lk_journeys *j,
                              const leadkpi_calendar *days, lk_values_scratch *scratch,
                              lk_attempt_sink sink, void *context, leadkpi_error *error)
{
    bool first_only = search->rule->entry == LK_ENTRY_FIRST;
    uint32_t wanted = first_only ? first_value(search, j) : 0;
    gathering g = {.sink = lk_funnel_counts_attempts(search->rule) ? sink : NULL, .context = context};
    LK_TRY(make_room(scratch, search->memory, search->count, error));
    LK_TRY(sort_by_value(search, j, scratch, error));
    for (size_t start = 0, end; start < search->count; start = end) {
        uint32_t value = value_of(j, &scratch->items[start]);
        end = start + 1;
        while (end < search->count && value_of(j, &scratch->items[end]) == value) end++;
        if (value == 0 || (first_only && value != wanted)) continue;
        lk_attempt_search part = *search;
        part.items = scratch->items + start;
        part.count = end - start;
        lk_funnel_set_until(search->rule, days, scratch->items + start, part.count);
        LK_TRY(lk_attempts_find(&part, take, &g, error));
    }
    return g.best.level ? sink(context, &g.best, error) : LEADKPI_OK;
}
