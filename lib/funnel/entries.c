/* entries.c: the attempts of a lead where each start is followed by itself.
 *
 * Where every start counts, where an exclusion ends what one start has begun, or where steps may be left
 * out, the latest start at a step no longer stands for the others. Here is what comes before and after
 * the two ways of following them. */
#include "funnel/entries.h"

#define NONE LK_PLACE_NONE

/* ---- lists --------------------------------------------------------------------------- */

static void add_to_steps(size_t *counts, uint64_t steps, size_t more)
{
    for (; steps; steps &= steps - 1) counts[lk_lowest_bit(steps)] += more;
}

/* Neighbours often have the same steps, and are counted at once. */
static leadkpi_status count_items(lk_entries *e, size_t *counts, leadkpi_error *error)
{
    uint64_t steps = 0, counted = e->rule->optional ? UINT64_MAX : 1;
    size_t run = 0;
    for (size_t i = 0; i < e->search->count; i++, run++) {
        LK_TRY(lk_interrupted_at(e->search->memory, i, error));
        e->barrier_count += e->items[i].excludes != 0;
        if ((e->items[i].steps & counted) == steps) continue;
        add_to_steps(counts, steps, run);
        steps = e->items[i].steps & counted;
        run = 0;
    }
    add_to_steps(counts, steps, run);
    return LEADKPI_OK;
}

static leadkpi_status count_places(lk_entries *e, leadkpi_error *error)
{
    size_t counts[LK_FUNNEL_STEPS_MAX] = {0};
    LK_TRY(count_items(e, counts, error));
    for (int32_t step = 0; step < e->rule->step_count; step++) e->first[step + 1] = e->first[step] + counts[step];
    return LEADKPI_OK;
}

static leadkpi_status list_items(lk_entries *e, leadkpi_error *error)
{
    size_t start = 0, barrier = 0;
    for (size_t i = 0; i < e->search->count; i++) {
        LK_TRY(lk_interrupted_at(e->search->memory, i, error));
        if (e->items[i].steps & 1) e->item[start++] = (uint32_t)i;
        if (e->items[i].excludes) e->barriers[barrier++] = (uint32_t)i;
    }
    return LEADKPI_OK;
}

/* ---- exclusions ------------------------------------------------------------------------ */

void lk_entries_find_barriers(lk_entries *e, int32_t level)
{
    uint64_t barred = level < e->rule->step_count ? lk_funnel_barriers(e->rule, level - 1, level) : 0;
    uint32_t nearest = NONE;
    for (size_t i = e->barrier_count; i-- > 0;) {
        if (e->items[e->barriers[i]].excludes & barred) nearest = e->barriers[i];
        e->nearest[i] = nearest;
    }
}

uint32_t lk_entries_barrier_after(const lk_entries *e, uint32_t item)
{
    size_t low = 0, high = e->barrier_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (e->barriers[middle] > item)
            high = middle;
        else
            low = middle + 1;
    }
    return low < e->barrier_count ? e->nearest[low] : NONE;
}

/* ---- which count ------------------------------------------------------------------------- */

void lk_entries_keep_clean(lk_entries *e, int32_t highest)
{
    lk_entries_find_barriers(e, highest);
    for (size_t start = 0; start < e->start_count; start++) {
        bool gets_there = e->level[start] == highest;
        if (!gets_there || lk_entries_is_within(e, start, lk_entries_barrier_after(e, e->last[start])))
            e->level[start] = 0;
    }
}

void lk_entries_keep_best(lk_entries *e)
{
    size_t best = 0;
    for (size_t start = 1; start < e->start_count; start++)
        if (e->level[start] > e->level[best] || (e->level[start] && e->level[start] == e->level[best] &&
                                                 e->last[start] <= e->last[best]))
            best = start; /* where none counts, there is no last one */
    for (size_t start = 0; start < e->start_count; start++)
        if (start != best) e->level[start] = 0;
    e->traced = best;
}

/* ---- handing out ------------------------------------------------------------------------- */

/* A step's items stand together, so that a row is read from as many streams as there are steps. */
static void read_times(const lk_entries *e, size_t start, lk_attempt *attempt)
{
    const uint32_t *item = e->path + (start - e->traced);
    for (int32_t step = 0; step < attempt->level; step++, item += e->traced_count)
        if (attempt->done >> step & 1) attempt->times[step] = e->items[*item].time;
}

static leadkpi_status hand_out(const lk_entries *e, lk_attempt_sink sink, void *context,
                               leadkpi_error *error)
{
    size_t before = e->start_count;
    lk_attempt attempt;
    for (size_t start = 0; start < e->start_count; start++) {
        uint32_t i = e->item[start];
        if (e->level[start] == 0) continue;
        if (e->rule->entry == LK_ENTRY_AGAIN && lk_entries_is_taken_up(e, before, start)) continue;
        before = start;
        attempt.level = e->level[start];
        attempt.entry = e->items[i].event;
        attempt.start = e->items[i].time;
        attempt.until = e->items[i].until;
        attempt.done = e->done ? e->done[start - e->traced] : lk_attempt_steps(attempt.level);
        if (e->path) read_times(e, start, &attempt);
        LK_TRY(sink(context, &attempt, error));
    }
    return LEADKPI_OK;
}

/* ---- scratch ------------------------------------------------------------------------------- */

static uint32_t *carve(uint32_t **cells, size_t count)
{
    uint32_t *part = *cells;
    *cells += count;
    return part;
}

/* All of it in cells of four bytes. */
static bool count_cells(const lk_entries *e, size_t paths, size_t *cells)
{
    size_t needed, more;
    bool fits = e->rule->optional ? lk_entries_choose_cells(e, &needed)
                                  : lk_entries_follow_cells(e, &needed);
    return fits && lk_size_add(needed, e->first[1], &needed) &&
           lk_size_multiply(e->start_count, 3, &more) && lk_size_add(needed, more, &needed) &&
           lk_size_multiply(e->barrier_count, 2, &more) && lk_size_add(needed, more, &needed) &&
           lk_size_add(needed, 1, &needed) &&
           lk_size_add(needed, paths, cells);
}

static leadkpi_status make_room(lk_entries *e, leadkpi_error *error)
{
    size_t steps = (size_t)e->rule->step_count, places = e->first[steps], needed, paths = 0;
    bool traced = e->search->times_wanted;
    e->traced_count = lk_funnel_counts_attempts(e->rule) ? e->start_count : 1;
    LK_FAIL_IF(places >= NONE || e->search->count >= NONE || (traced && !lk_size_multiply(e->traced_count, steps, &paths)) ||
                   !count_cells(e, paths, &needed),
               error, LEADKPI_OVERFLOW, "events of a lead: more than the address space holds");
    LK_TRY(lk_attempt_scratch_cells(e->search->scratch, e->search->memory, needed, error));
    uint32_t *cells = e->search->scratch->cells;
    e->item = carve(&cells, e->first[1]);
    e->barriers = carve(&cells, e->barrier_count);
    e->nearest = carve(&cells, e->barrier_count + 1);
    e->last = carve(&cells, e->start_count);
    e->over = carve(&cells, e->start_count);
    e->level = (uint8_t *)carve(&cells, e->start_count);
    e->path = traced ? carve(&cells, paths) : NULL;
    e->scratch = cells;
    return LEADKPI_OK;
}

/* Where exclusions leave leads out: how far any attempt gets as if there were none, for which the latest start
 * stands for all. */
static leadkpi_status find_highest(lk_entries *e, leadkpi_error *error)
{
    static const uint32_t no_barriers[LK_FUNNEL_STEPS_MAX] = {0};
    lk_attempt_search search = *e->search;
    lk_attempt attempt;
    if (e->rule->effect != LK_EFFECT_LEAD || e->rule->optional) return LEADKPI_OK;
    search.barriers = no_barriers;
    search.times_wanted = false;
    LK_TRY(lk_attempt_ordered(&search, &attempt, error));
    e->highest = attempt.level;
    return LEADKPI_OK;
}

leadkpi_status lk_entries_find(const lk_attempt_search *search, lk_attempt_sink sink, void *context,
                               leadkpi_error *error)
{
    lk_entries e = {.search = search, .rule = search->rule, .items = search->items};
    LK_TRY(count_places(&e, error));
    e.start_count = e.first[1];
    if (e.start_count == 0) return LEADKPI_OK;
    if (e.rule->entry == LK_ENTRY_FIRST) e.start_count = 1;
    LK_TRY(find_highest(&e, error)); /* in the same room */
    LK_TRY(make_room(&e, error));
    LK_TRY(list_items(&e, error));
    LK_TRY(e.rule->optional ? lk_entries_choose(&e, error) : lk_entries_follow(&e, error));
    return hand_out(&e, sink, context, error);
}
