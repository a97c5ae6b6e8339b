#include "funnel/attempt.h"

#define NONE UINT32_MAX

void lk_attempt_scratch_open(const lk_funnel_rule *rule, lk_attempt_scratch *scratch)
{
    memset(scratch, 0, sizeof *scratch);
    for (int32_t step = 0; step + 1 < rule->step_count; step++)
        scratch->barriers[step] = (uint32_t)lk_funnel_barriers(rule, step, step + 1);
}

void lk_attempt_scratch_free(lk_attempt_scratch *scratch, lk_memory *memory)
{
    lk_release(memory, scratch->cells, scratch->capacity, sizeof *scratch->cells);
    lk_release(memory, scratch->times, scratch->time_capacity, sizeof *scratch->times);
    memset(scratch, 0, sizeof *scratch);
}

leadkpi_status lk_attempt_scratch_cells(lk_attempt_scratch *scratch, lk_memory *memory, size_t needed,
                                        leadkpi_error *error)
{
    if (needed <= scratch->capacity) return LEADKPI_OK;
    size_t capacity = scratch->capacity + scratch->capacity / 2;
    if (capacity < needed) capacity = needed;
    LK_TRY(lk_resize(memory, &scratch->cells, scratch->capacity, capacity, sizeof *scratch->cells,
                     error));
    scratch->capacity = capacity;
    return LEADKPI_OK;
}

static void set_attempt(const lk_item *start, int32_t level, lk_attempt *attempt)
{
    attempt->level = level;
    attempt->done = lk_attempt_steps(level);
    attempt->entry = start->event;
    attempt->start = start->time;
    attempt->until = start->until;
}

/* ---- ordered steps and one window: no memory of events ---------------------------- */

typedef struct scan {
    uint32_t latest[LK_FUNNEL_STEPS_MAX]; /* item that started the latest attempt at this step, or
                                             NONE */
    int32_t level;
    uint32_t start;
} scan;

/* The latest start at a step is all that is needed: whatever an earlier one could still reach within the
 * window, it can too. */
static inline void take_later_step(const lk_item *items, uint32_t i, int32_t step, const scan *from,
                                   scan *into)
{
    uint32_t start = from->latest[step - 1];
    if (start == NONE || items[i].time > items[start].until) return;
    if (into->latest[step] == NONE || into->latest[step] < start) into->latest[step] = start;
    if (step >= into->level) {
        into->level = step + 1;
        into->start = start;
    }
}

static inline void take_entry(const lk_funnel_rule *rule, uint32_t i, scan *into)
{
    if (rule->entry == LK_ENTRY_FIRST && into->level > 0) return;
    into->latest[0] = i;
    if (into->level == 0) {
        into->level = 1;
        into->start = i;
    }
}

/* The item's steps from the last to the first, so that it fills one step of an attempt. `into` may be
 * `from`. */
static inline void take_steps(const lk_funnel_rule *rule, const lk_item *items, uint32_t i,
                              const scan *from, scan *into)
{
    uint64_t steps = items[i].steps;
    while (steps > 1) {
        int32_t step = 63;
        while (!(steps >> step)) step--;
        steps &= ~((uint64_t)1 << step);
        take_later_step(items, i, step, from, into);
    }
    if (items[i].steps & 1) take_entry(rule, i, into);
}

/* From the first to the last: one item may fill many. */
static inline void take_steps_together(const lk_funnel_rule *rule, const lk_item *items, uint32_t i,
                                       scan *s)
{
    if (items[i].steps & 1) take_entry(rule, i, s);
    for (uint64_t steps = items[i].steps & ~UINT64_C(1); steps; steps &= steps - 1)
        take_later_step(items, i, (int32_t)lk_lowest_bit(steps), s, s);
}

/* Attempts under way within the range end; those whose step this very event fills go on. */
static void take_exclusion(const lk_attempt_search *search, uint32_t i, scan *s)
{
    const lk_funnel_rule *rule = search->rule;
    const lk_item *items = search->items;
    scan after = *s;
    for (int32_t step = 0; step + 1 < rule->step_count; step++)
        if (items[i].excludes & search->barriers[step]) after.latest[step] = NONE;
    take_steps(rule, items, i, s, &after);
    *s = after;
}

/* Cost an item: 24 bytes read in order, a loop over its steps (mostly one), a branch on the window
 * that goes one way for most events. The state is 4 bytes a step. */
static leadkpi_status scan_ordered(const lk_attempt_search *search, lk_attempt *attempt, leadkpi_error *error)
{
    const lk_funnel_rule *rule = search->rule;
    const lk_item *items = search->items;
    bool together = lk_funnel_takes_steps_together(rule);
    scan s;
    memset(s.latest, 0xFF, sizeof s.latest);
    s.level = 0;
    s.start = NONE;
    for (size_t i = 0; i < search->count && s.level < rule->step_count; i++) {
        LK_TRY(lk_interrupted_at(search->memory, i, error));
        if (items[i].excludes)
            take_exclusion(search, (uint32_t)i, &s);
        else if (together)
            take_steps_together(rule, items, (uint32_t)i, &s);
        else
            take_steps(rule, items, (uint32_t)i, &s, &s);
    }
    if (s.start != NONE) set_attempt(&items[s.start], s.level, attempt);
    return LEADKPI_OK;
}

/* ---- ordered steps, any rule: step by step over all items ------------------------- */

/* For each item the latest item that can start an attempt whose current step
 * this item fills, or NONE. One pass a step: an item takes, of the items before
 * it that fill the step before and may be followed by it, the one with the
 * latest start; of equal starts the earliest. The candidates are a stretch of
 * items that only moves on, so a queue of falling starts finds their largest
 * in O(1) an item (the sliding-window maximum). */
typedef struct sweep {
    uint32_t *before; /* starts at the step before */
    uint32_t *here;
    uint32_t *queue;
    uint32_t *come_from; /* the item that fills the step before; NULL: not asked for */
} sweep;

static leadkpi_status start_sweep(const lk_attempt_search *search, sweep *w, leadkpi_error *error)
{
    bool started = false;
    for (size_t i = 0; i < search->count; i++) {
        bool starts = search->items[i].steps & 1 && !(started && search->rule->entry == LK_ENTRY_FIRST);
        LK_TRY(lk_interrupted_at(search->memory, i, error));
        w->here[i] = starts ? (uint32_t)i : NONE;
        started |= starts;
    }
    return LEADKPI_OK;
}

static leadkpi_status sweep_step(const lk_attempt_search *search, int32_t step, sweep *w, leadkpi_error *error)
{
    const lk_funnel_rule *rule = search->rule;
    const lk_item *items = search->items;
    uint32_t barriers = search->barriers[step - 1];
    size_t count = search->count, head = 0, tail = 0, next = 0, least = 0;
    size_t own = lk_funnel_takes_steps_together(rule); /* it may follow itself */
    for (size_t i = 0; i < count; i++) {
        LK_TRY(lk_interrupted_at(search->memory, i, error));
        for (; next < i + own && items[i].time - items[next].time >= rule->gap; next++) {
            if (w->before[next] == NONE) continue;
            while (tail > head && w->before[w->queue[tail - 1]] < w->before[next]) tail--;
            w->queue[tail++] = (uint32_t)next;
        }
        if (rule->order == LK_ORDER_ADJACENT && i > 0) least = i - 1;
        while (head < tail && (w->queue[head] < least ||
                               items[i].time - items[w->queue[head]].time > rule->step_window))
            head++;
        w->here[i] = NONE;
        if (items[i].steps >> step & 1 && head < tail) {
            uint32_t from = w->queue[head], start = w->before[from];
            if (items[i].time <= items[start].until) {
                w->here[i] = start;
                if (w->come_from) w->come_from[i] = from;
            }
        }
        if (items[i].excludes & barriers && i > least) least = i;
    }
    return LEADKPI_OK;
}

static size_t find_first(const uint32_t *starts, size_t count)
{
    size_t i = 0;
    while (i < count && starts[i] == NONE) i++;
    return i;
}

static void trace_times(const lk_item *items, size_t count, const uint32_t *come_from, size_t last,
                        lk_attempt *attempt)
{
    for (int32_t step = attempt->level; step-- > 0;) {
        attempt->times[step] = items[last].time;
        if (step > 0) last = come_from[(size_t)(step - 1) * count + last];
    }
}

static leadkpi_status sweep_ordered(const lk_attempt_search *search, lk_attempt *attempt,
                                    leadkpi_error *error)
{
    const lk_funnel_rule *rule = search->rule;
    const lk_item *items = search->items;
    size_t count = search->count, needed, last;
    size_t rows = 3 + (search->times_wanted ? (size_t)rule->step_count - 1 : 0);
    LK_FAIL_IF(!lk_size_multiply(rows, count, &needed), error, LEADKPI_OVERFLOW,
               "events of a lead: more than the address space holds");
    LK_TRY(lk_attempt_scratch_cells(search->scratch, search->memory, needed, error));
    uint32_t *cells = search->scratch->cells, *come_from = cells + 3 * count;
    sweep w = {cells, cells + count, cells + 2 * count, NULL};
    LK_TRY(start_sweep(search, &w, error));
    last = find_first(w.here, count);
    if (last == count) return LEADKPI_OK;
    uint32_t start = w.here[last];
    int32_t level = 1;
    for (; level < rule->step_count; level++) {
        LK_TRY(lk_attempt_interrupted(search, error));
        uint32_t *swap = w.before;
        w.before = w.here;
        w.here = swap;
        if (search->times_wanted) w.come_from = come_from + (size_t)(level - 1) * count;
        LK_TRY(sweep_step(search, level, &w, error));
        size_t first = find_first(w.here, count);
        if (first == count) break;
        last = first;
        start = w.here[last];
    }
    set_attempt(&items[start], level, attempt);
    if (search->times_wanted) trace_times(items, count, come_from, last, attempt);
    return LEADKPI_OK;
}

/* ---- which rule ------------------------------------------------------------------- */

/* Do steps come one after the other? */
static bool is_in_steps(const lk_funnel_rule *rule)
{
    return rule->order <= LK_ORDER_ADJACENT && rule->compat == LK_COMPAT_NONE;
}

/* Must each start be followed by itself? */
static bool needs_entries(const lk_funnel_rule *rule)
{
    if (!is_in_steps(rule)) return false;
    return lk_funnel_counts_attempts(rule) || rule->optional || rule->effect != LK_EFFECT_RESTART;
}

leadkpi_status lk_attempt_ordered(const lk_attempt_search *search, lk_attempt *attempt, leadkpi_error *error)
{
    const lk_funnel_rule *rule = search->rule;
    attempt->level = 0;
    if (search->times_wanted || rule->order == LK_ORDER_ADJACENT || rule->gap > 0 ||
        rule->step_window != INT64_MAX)
        return sweep_ordered(search, attempt, error);
    return scan_ordered(search, attempt, error);
}

/* The best attempt of a stretch. */
static leadkpi_status find_best(const lk_attempt_search *search, lk_attempt *attempt,
                                leadkpi_error *error)
{
    attempt->level = 0;
    if (search->count == 0) return LEADKPI_OK;
    if (search->rule->compat == LK_COMPAT_CLICKHOUSE)
        return lk_attempt_clickhouse(search, attempt, error);
    if (search->rule->order == LK_ORDER_UNORDERED) return lk_attempt_unordered(search, attempt, error);
    if (search->rule->order == LK_ORDER_ANCHORED) return lk_attempt_anchored(search, attempt, error);
    if (search->rule->order == LK_ORDER_OPEN) return lk_attempt_open(search, attempt, error);
    return lk_attempt_ordered(search, attempt, error);
}

/* Steps in any order stand on one side of an exclusion: the stretches between exclusions, each of which
 * the event at its end belongs to. `*first` moves on; false at the end. */
static bool next_stretch(const lk_attempt_search *whole, size_t *first, lk_attempt_search *part)
{
    size_t end = *first + 1;
    if (*first >= whole->count) return false;
    while (end < whole->count && !whole->items[end].excludes) end++;
    *part = *whole;
    part->items = whole->items + *first;
    part->count = end < whole->count ? end + 1 - *first : end - *first;
    *first = end;
    return true;
}

static leadkpi_status find_in_stretches(const lk_attempt_search *search, lk_attempt_sink sink,
                                        void *context, leadkpi_error *error)
{
    lk_attempt_search part;
    lk_attempt best, attempt;
    size_t first = 0;
    best.level = 0;
    while (next_stretch(search, &first, &part)) {
        if (lk_funnel_counts_attempts(search->rule)) {
            LK_TRY(lk_attempts_anchored(&part, sink, context, error));
            continue;
        }
        LK_TRY(find_best(&part, &attempt, error));
        if (attempt.level > best.level) best = attempt;
        if (best.level && search->rule->entry == LK_ENTRY_FIRST) break;
    }
    return best.level ? sink(context, &best, error) : LEADKPI_OK;
}

/* The steps that an item alone does: where one may fill many all that it has, up to the first that it lacks and that
 * may not be left out. */
static uint64_t steps_of_lone(const lk_funnel_rule *rule, const lk_item *item)
{
    uint64_t all = lk_funnel_all_steps(rule), lacks = all & ~item->steps & ~rule->optional;
    if (!lk_funnel_takes_steps_together(rule) || rule->gap > 0) return 1;
    return item->steps & all & (lacks ? (lacks & (0 - lacks)) - 1 : UINT64_MAX);
}

/* Most are alone that are looked at by value. */
static leadkpi_status find_lone(const lk_attempt_search *search, lk_attempt_sink sink, void *context,
                                leadkpi_error *error)
{
    const lk_item *item = search->items;
    lk_attempt attempt;
    if (!(item->steps & 1)) return LEADKPI_OK;
    uint64_t done = steps_of_lone(search->rule, item);
    set_attempt(item, (int32_t)lk_highest_bit(done) + 1, &attempt);
    attempt.done = done;
    for (int32_t step = 0; step < attempt.level; step++) attempt.times[step] = item->time;
    return sink(context, &attempt, error);
}

leadkpi_status lk_attempts_find(const lk_attempt_search *search, lk_attempt_sink sink, void *context,
                                leadkpi_error *error)
{
    const lk_funnel_rule *rule = search->rule;
    lk_attempt attempt;
    if (search->count == 1 && is_in_steps(rule)) return find_lone(search, sink, context, error);
    if (needs_entries(rule)) return lk_entries_find(search, sink, context, error);
    if (rule->order == LK_ORDER_UNORDERED || rule->order == LK_ORDER_ANCHORED)
        return find_in_stretches(search, sink, context, error);
    LK_TRY(find_best(search, &attempt, error));
    return attempt.level ? sink(context, &attempt, error) : LEADKPI_OK;
}
