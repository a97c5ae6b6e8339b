/* entries.c: how far each start gets, followed by itself.
 *
 * Where every start counts, where an exclusion ends what one start has begun, or where steps may be left
 * out, the latest start at a step no longer stands for the others. So the chains are followed from
 * their end: for a step to be reached, each item of a step before it has the earliest item that ends a
 * chain from it there. A start gets as far as the last step whose earliest end is within its window.
 *
 * Going backwards over the items of one step, those of the next that may follow are a stretch that
 * only moves backwards, so that a queue finds its earliest end in O(1): the sliding-window minimum. All
 * of it takes O(steps * items of steps). */
#include "funnel/attempt.h"

#define NONE UINT32_MAX

typedef struct entries {
    const lk_attempt_search *search;
    const lk_funnel_rule *rule;
    const lk_item *items;
    size_t first[LK_FUNNEL_STEPS_MAX + 1]; /* where a step's places begin; behind them the next's */
    size_t start_count; /* places of step 1 that are looked at */
    uint32_t *item;     /* of each place; a step's places are in order of items */
    uint32_t *end;      /* item that ends the best chain from here, or NONE */
    uint32_t *next;     /* place of the next step in it */
    uint32_t *more;     /* optional steps in it */
    uint32_t *queue;
    uint32_t *barriers; /* items that exclude */
    uint32_t *nearest;  /* of each barrier the first from it on that bars what is asked for, or NONE */
    size_t barrier_count;
    uint32_t *last; /* of each start: the item where it got as far as it does */
    uint32_t *over; /* of each start: the item that ends the attempt for sure, or NONE */
    uint8_t *level; /* of each start; 0: does not count */
    uint64_t *done; /* of each start that is traced */
    int64_t *times;
} entries;

/* ---- lists --------------------------------------------------------------------------- */

static int32_t lowest_step(uint64_t steps)
{
    int32_t step = 0;
    while (!(steps >> step & 1)) step++;
    return step;
}

static void count_places(entries *e)
{
    size_t counts[LK_FUNNEL_STEPS_MAX] = {0};
    for (size_t i = 0; i < e->search->count; i++) {
        for (uint64_t steps = e->items[i].steps; steps; steps &= steps - 1)
            counts[lowest_step(steps)]++;
        e->barrier_count += e->items[i].excludes != 0;
    }
    for (int32_t step = 0; step < e->rule->step_count; step++)
        e->first[step + 1] = e->first[step] + counts[step];
}

static void fill_places(entries *e)
{
    size_t place[LK_FUNNEL_STEPS_MAX], barrier = 0;
    memcpy(place, e->first, sizeof place);
    for (size_t i = 0; i < e->search->count; i++) {
        for (uint64_t steps = e->items[i].steps; steps; steps &= steps - 1)
            e->item[place[lowest_step(steps)]++] = (uint32_t)i;
        if (e->items[i].excludes) e->barriers[barrier++] = (uint32_t)i;
    }
}

/* ---- chains to one step ---------------------------------------------------------------- */

static bool is_better(const entries *e, uint32_t a, uint32_t b)
{
    if (e->end[a] != e->end[b]) return e->end[a] < e->end[b];
    return e->more && e->more[a] > e->more[b];
}

static void take_next(entries *e, size_t place, uint32_t next, bool is_optional)
{
    uint32_t more = e->more ? e->more[next] + is_optional : 0;
    if (e->end[place] < e->end[next]) return;
    if (e->end[place] == e->end[next] && (!e->more || e->more[place] >= more)) return;
    e->end[place] = e->end[next];
    e->next[place] = next;
    if (e->more) e->more[place] = more;
}

/* Is the item too far on to follow item i? */
static bool is_beyond(const entries *e, uint32_t i, uint32_t item, uint32_t barrier)
{
    if (item > barrier || (e->rule->order == LK_ORDER_ADJACENT && item > i + 1)) return true;
    return e->items[item].time - e->items[i].time > e->rule->step_window;
}

/* The places of step `from` take what step `to`, behind it in the chain, offers. An exclusion may be the
 * step that follows, or the one followed, but not stand between. Cost a place: its item of 32 bytes,
 * read in order but for other steps in between, and 12 bytes of the place. */
static void relax(entries *e, int32_t from, int32_t to, uint64_t barred)
{
    size_t head = 0, tail = 0, candidate = e->first[to + 1], barrier = e->barrier_count;
    uint32_t bar = NONE;
    bool is_optional = lk_funnel_is_optional(e->rule, to);
    uint32_t own = lk_funnel_takes_steps_together(e->rule); /* it may follow itself */
    for (size_t place = e->first[from + 1]; place-- > e->first[from];) {
        uint32_t i = e->item[place];
        for (; candidate > e->first[to]; candidate--) {
            uint32_t new_one = (uint32_t)candidate - 1, item = e->item[new_one];
            if (item + own <= i || e->items[item].time - e->items[i].time < e->rule->gap) break;
            if (e->end[new_one] == NONE) continue;
            while (tail > head && !is_better(e, e->queue[tail - 1], new_one)) tail--;
            e->queue[tail++] = new_one;
        }
        for (; barrier > 0 && e->barriers[barrier - 1] > i; barrier--)
            if (e->items[e->barriers[barrier - 1]].excludes & barred) bar = e->barriers[barrier - 1];
        while (head < tail && is_beyond(e, i, e->item[e->queue[head]], bar)) head++;
        if (head < tail) take_next(e, place, e->queue[head], is_optional);
    }
}

/* The best chain from each place to step `target`. */
static void reach(entries *e, int32_t target, bool barred)
{
    for (size_t place = e->first[0]; place < e->first[target + 1]; place++) {
        e->end[place] = place < e->first[target] ? NONE : e->item[place];
        e->next[place] = NONE;
        if (e->more) e->more[place] = 0;
    }
    for (int32_t step = target; step-- > 0;)
        for (int32_t to = step + 1; to <= target; to++) {
            relax(e, step, to, barred ? lk_funnel_barriers(e->rule, step, to) : 0);
            if (!lk_funnel_is_optional(e->rule, to)) break;
        }
}

/* ---- exclusions that end ---------------------------------------------------------------- */

static void find_barriers(entries *e, int32_t level)
{
    uint64_t barred = level < e->rule->step_count ? lk_funnel_barriers(e->rule, level - 1, level) : 0;
    uint32_t nearest = NONE;
    for (size_t i = e->barrier_count; i-- > 0;) {
        if (e->items[e->barriers[i]].excludes & barred) nearest = e->barriers[i];
        e->nearest[i] = nearest;
    }
}

/* The first such item after this one, of those that the last find_barriers was about. */
static uint32_t barrier_after(const entries *e, uint32_t item)
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

/* ---- how far each start gets -------------------------------------------------------------- */

static bool is_within(const entries *e, size_t start, uint32_t item)
{
    return item != NONE && e->items[item].time <= e->items[e->item[start]].until;
}

/* Did the start get to the level, given the chains to it? */
static bool gets_to(entries *e, size_t start, int32_t level)
{
    uint32_t end = e->end[start];
    if (!is_within(e, start, end)) return false;
    if (e->rule->effect == LK_EFFECT_END &&
        (e->level[start] != level - 1 || barrier_after(e, e->last[start]) < end))
        return false;
    e->level[start] = (uint8_t)level;
    e->last[start] = end;
    return true;
}

static void find_levels(entries *e)
{
    bool barred = e->rule->effect == LK_EFFECT_RESTART, goes_on = true;
    for (size_t start = 0; start < e->start_count; start++) {
        e->level[start] = 1;
        e->last[start] = e->item[start];
    }
    for (int32_t level = 2; level <= e->rule->step_count && goes_on; level++) {
        goes_on = e->rule->optional != 0;
        find_barriers(e, level - 1);
        reach(e, level - 1, barred);
        for (size_t start = 0; start < e->start_count; start++)
            goes_on |= gets_to(e, start, level);
    }
}

/* ---- which count ---------------------------------------------------------------------------- */

static int32_t highest_level(const entries *e)
{
    int32_t highest = 0;
    for (size_t start = 0; start < e->start_count; start++)
        if (e->level[start] > highest) highest = e->level[start];
    return highest;
}

/* PostHog's rule: of the attempts that got farthest one must have met no exclusion, neither on its way
 * nor afterwards in its window; else the lead is out. */
static void keep_clean(entries *e)
{
    int32_t highest = highest_level(e);
    reach(e, highest - 1, true);
    find_barriers(e, highest);
    for (size_t start = 0; start < e->start_count; start++) {
        uint32_t end = e->end[start];
        bool clean = is_within(e, start, end) && !is_within(e, start, barrier_after(e, end));
        e->level[start] = clean ? (uint8_t)highest : 0;
        e->last[start] = end;
    }
}

/* The farthest; of those the first to get there; of those the last to start. */
static void keep_best(entries *e)
{
    size_t best = 0;
    for (size_t start = 1; start < e->start_count; start++)
        if (e->level[start] > e->level[best] ||
            (e->level[start] == e->level[best] && e->last[start] <= e->last[best]))
            best = start;
    for (size_t start = 0; start < e->start_count; start++)
        if (start != best) e->level[start] = 0;
}

/* ---- times ------------------------------------------------------------------------------------ */

static void trace(entries *e, size_t start, size_t row)
{
    size_t steps = (size_t)e->rule->step_count;
    uint32_t place = (uint32_t)start;
    int32_t step = 0;
    e->done[row] = 0;
    for (; place != NONE; place = e->next[place]) {
        while (place >= e->first[step + 1]) step++;
        e->done[row] |= (uint64_t)1 << step;
        if (e->search->times_wanted)
            e->times[row * steps + (size_t)step] = e->items[e->item[place]].time;
    }
}

static void trace_all(entries *e)
{
    bool barred = e->rule->effect != LK_EFFECT_END, single = !lk_funnel_counts_attempts(e->rule);
    for (int32_t level = 1; level <= e->rule->step_count; level++) {
        bool is_reached = false;
        for (size_t start = 0; start < e->start_count; start++) {
            if (e->level[start] != level) continue;
            if (!is_reached) {
                reach(e, level - 1, barred);
                find_barriers(e, level);
            }
            is_reached = true;
            trace(e, start, single ? 0 : start);
            uint32_t bar = barrier_after(e, e->last[start]);
            e->over[start] = level == e->rule->step_count ? e->last[start]
                             : is_within(e, start, bar)   ? bar
                                                          : NONE;
        }
    }
}

/* ---- handing out -------------------------------------------------------------------------------- */

static leadkpi_status hand_out(const entries *e, lk_attempt_sink sink, void *context,
                               leadkpi_error *error)
{
    size_t steps = (size_t)e->rule->step_count, before = e->start_count;
    bool single = !lk_funnel_counts_attempts(e->rule);
    lk_attempt attempt;
    for (size_t start = 0; start < e->start_count; start++) {
        uint32_t i = e->item[start];
        size_t row = single ? 0 : start;
        if (e->level[start] == 0) continue;
        if (e->rule->entry == LK_ENTRY_AGAIN && before < e->start_count &&
            is_within(e, before, i) && i <= e->over[before])
            continue; /* NONE is above every item */
        before = start;
        attempt.level = e->level[start];
        attempt.entry = e->items[i].event;
        attempt.start = e->items[i].time;
        attempt.until = e->items[i].until;
        attempt.done = e->done[row];
        if (e->search->times_wanted)
            memcpy(attempt.times, e->times + row * steps, steps * sizeof *attempt.times);
        LK_TRY(sink(context, &attempt, error));
    }
    return LEADKPI_OK;
}

/* ---- scratch ---------------------------------------------------------------------------------------- */

static uint32_t *carve(uint32_t **cells, size_t count)
{
    uint32_t *part = *cells;
    *cells += count;
    return part;
}

static leadkpi_status make_room_for_times(entries *e, leadkpi_error *error)
{
    lk_attempt_scratch *scratch = e->search->scratch;
    size_t rows = lk_funnel_counts_attempts(e->rule) ? e->start_count : 1, needed;
    size_t width = 1 + (e->search->times_wanted ? (size_t)e->rule->step_count : 0);
    LK_FAIL_IF(!lk_size_multiply(rows, width, &needed), error, LEADKPI_OVERFLOW,
               "times of a lead: more than the address space holds");
    if (needed > scratch->time_capacity) {
        LK_TRY(lk_resize(e->search->memory, &scratch->times, scratch->time_capacity, needed,
                         sizeof *scratch->times, error));
        scratch->time_capacity = needed;
    }
    e->done = (uint64_t *)scratch->times;
    e->times = scratch->times + rows;
    return LEADKPI_OK;
}

static leadkpi_status make_room(entries *e, leadkpi_error *error)
{
    size_t places = e->first[e->rule->step_count], needed, flags = (e->start_count + 3) / 4;
    LK_FAIL_IF(places >= NONE || !lk_size_multiply(places, 5, &needed) ||
                   !lk_size_add(needed, 2 * e->barrier_count, &needed) ||
                   !lk_size_add(needed, 2 * e->start_count + flags, &needed),
               error, LEADKPI_OVERFLOW, "events of a lead: more than the address space holds");
    LK_TRY(lk_attempt_scratch_cells(e->search->scratch, e->search->memory, needed, error));
    uint32_t *cells = e->search->scratch->cells;
    e->item = carve(&cells, places);
    e->end = carve(&cells, places);
    e->next = carve(&cells, places);
    e->queue = carve(&cells, places);
    uint32_t *more = carve(&cells, places);
    e->more = e->rule->optional ? more : NULL;
    e->barriers = carve(&cells, e->barrier_count);
    e->nearest = carve(&cells, e->barrier_count);
    e->last = carve(&cells, e->start_count);
    e->over = carve(&cells, e->start_count);
    e->level = (uint8_t *)carve(&cells, flags);
    return make_room_for_times(e, error);
}

leadkpi_status lk_entries_find(const lk_attempt_search *search, lk_attempt_sink sink, void *context,
                               leadkpi_error *error)
{
    entries e = {.search = search, .rule = search->rule, .items = search->items};
    count_places(&e);
    e.start_count = e.first[1];
    if (e.start_count == 0) return LEADKPI_OK;
    if (e.rule->entry == LK_ENTRY_FIRST) e.start_count = 1;
    LK_TRY(make_room(&e, error));
    fill_places(&e);
    find_levels(&e);
    if (e.rule->effect == LK_EFFECT_LEAD) keep_clean(&e);
    if (!lk_funnel_counts_attempts(e.rule)) keep_best(&e);
    trace_all(&e);
    return hand_out(&e, sink, context, error);
}
