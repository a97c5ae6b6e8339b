/* any_order.c: steps in any order, with or without an anchor, or each by itself. An item has one step, or
 * several that are taken from the first to the last. */
#include "funnel/attempt.h"

/* The steps of the items of a stretch that moves on. */
typedef struct presence {
    uint32_t last[LK_FUNNEL_STEPS_MAX]; /* the last item of each step that is there */
    uint64_t steps;                     /* those that are */
    int32_t different;
} presence;

static void enter(presence *p, uint32_t item, uint64_t steps)
{
    for (uint64_t left = steps & ~p->steps; left; left &= left - 1) p->different++;
    p->steps |= steps;
    for (; steps; steps &= steps - 1) p->last[lk_lowest_bit(steps)] = item;
}

/* The steps of an item that no later one of the stretch has. */
static uint64_t own_steps(const presence *p, uint32_t item, uint64_t steps)
{
    uint64_t own = 0;
    for (steps &= p->steps; steps; steps &= steps - 1)
        own |= (uint64_t)(p->last[lk_lowest_bit(steps)] == item) << lk_lowest_bit(steps);
    return own;
}

static void leave(presence *p, uint32_t item, uint64_t steps)
{
    uint64_t own = own_steps(p, item, steps);
    p->steps &= ~own;
    for (; own; own &= own - 1) p->different--;
}

/* The first time of each step from item `first` on, of that item only of `steps`, in rising order, up to
 * `level` of them. */
static leadkpi_status collect_times(const lk_attempt_search *search, size_t first, uint64_t steps, lk_attempt *attempt,
                                    leadkpi_error *error)
{
    const lk_item *items = search->items;
    uint64_t seen = 0;
    int32_t reached = 0;
    for (size_t i = first; i < search->count && reached < attempt->level; i++) {
        uint64_t found = (i == first ? steps : items[i].steps) & ~seen;
        LK_TRY(lk_interrupted_at(search->memory, i, error));
        seen |= found;
        for (; found && reached < attempt->level; found &= found - 1) attempt->times[reached++] = items[i].time;
    }
    return LEADKPI_OK;
}

static void set_start(const lk_item *item, lk_attempt *attempt)
{
    attempt->entry = item->event;
    attempt->start = item->time;
    attempt->until = item->until;
    attempt->done = lk_attempt_steps(attempt->level);
}

/* A window that slides over the items. */
typedef struct sliding {
    const lk_item *items;
    presence p;
    uint32_t left, best;
    uint64_t best_steps; /* of the item that starts the best attempt, those in it */
} sliding;

/* The attempt starts with a step that it needs. */
static void pass_what_is_not_needed(sliding *s, uint32_t i)
{
    while (s->left < i && !own_steps(&s->p, s->left, s->items[s->left].steps)) s->left++;
}

/* Step by step: an item that gets farther may also take the place of the first one. */
static void enter_by_steps(sliding *s, uint32_t i, lk_attempt *attempt)
{
    for (uint64_t steps = s->items[i].steps; steps; steps &= steps - 1) {
        enter(&s->p, i, steps & (0 - steps));
        pass_what_is_not_needed(s, i);
        if (s->p.different <= attempt->level) continue;
        attempt->level = s->p.different;
        s->best = s->left;
        uint64_t own = own_steps(&s->p, s->left, s->items[s->left].steps);
        s->best_steps = s->items[s->left].steps & ~((own & (0 - own)) - 1);
    }
}

static bool gets_farther(const presence *p, uint64_t steps, int32_t level)
{
    int32_t different = p->different;
    for (steps &= ~p->steps; steps; steps &= steps - 1) different++;
    return different > level;
}

/* Each item enters once and leaves once. Cost a step of an item: a place in the first cache written, and one
 * compared when it leaves. */
leadkpi_status lk_attempt_unordered(const lk_attempt_search *search, lk_attempt *attempt, leadkpi_error *error)
{
    const lk_item *items = search->items;
    sliding s = {.items = items};
    for (uint32_t i = 0; i < search->count; i++) {
        LK_TRY(lk_interrupted_at(search->memory, i, error));
        for (; items[i].time > items[s.left].until; s.left++) leave(&s.p, s.left, items[s.left].steps);
        if (gets_farther(&s.p, items[i].steps, attempt->level)) {
            enter_by_steps(&s, i, attempt);
        } else {
            enter(&s.p, i, items[i].steps);
            pass_what_is_not_needed(&s, i);
        }
    }
    if (attempt->level == 0) return LEADKPI_OK;
    set_start(&items[s.best], attempt);
    return collect_times(search, s.best, s.best_steps, attempt, error);
}

/* Does an anchored attempt start here? The exclusion at the end of a stretch starts the next one. */
static bool is_anchor(const lk_attempt_search *search, size_t i)
{
    const lk_item *item = &search->items[i];
    if (item->excludes && i > 0 && i + 1 == search->count) return false;
    return item->steps & 1;
}

/* From each event of step 1 the different other steps after it, within the window. */
leadkpi_status lk_attempt_anchored(const lk_attempt_search *search, lk_attempt *attempt, leadkpi_error *error)
{
    const lk_item *items = search->items;
    uint32_t left = 0, right = 0, best = 0;
    presence p = {.different = 0};
    for (uint32_t i = 0; i < search->count; i++) {
        LK_TRY(lk_interrupted_at(search->memory, i, error));
        if (!is_anchor(search, i)) continue;
        for (; right < search->count && items[right].time <= items[i].until; right++) {
            LK_TRY(lk_interrupted_at(search->memory, right, error));
            enter(&p, right, items[right].steps);
        }
        for (; left < i; left++) leave(&p, left, items[left].steps);
        /* The anchor itself is in the window, so step 1 counts once. */
        if (p.different > attempt->level) {
            attempt->level = p.different;
            best = i;
        }
        if (search->rule->entry == LK_ENTRY_FIRST) break;
    }
    if (attempt->level == 0) return LEADKPI_OK;
    set_start(&items[best], attempt);
    return collect_times(search, best, items[best].steps, attempt, error);
}

/* ---- an attempt from every anchor -------------------------------------------------- */

/* The items of each step, in their order, and how far each list has been passed. */
typedef struct lists {
    const uint32_t *items;
    uint32_t next[LK_FUNNEL_STEPS_MAX], end[LK_FUNNEL_STEPS_MAX];
} lists;

static leadkpi_status count_steps(const lk_attempt_search *search, lists *l, size_t *total, leadkpi_error *error)
{
    *total = 0;
    memset(l->end, 0, sizeof l->end);
    for (size_t i = 0; i < search->count; i++) {
        LK_TRY(lk_interrupted_at(search->memory, i, error));
        for (uint64_t steps = search->items[i].steps; steps; steps &= steps - 1, ++*total)
            l->end[lk_lowest_bit(steps)]++;
    }
    return LEADKPI_OK;
}

static leadkpi_status fill_lists(const lk_attempt_search *search, uint32_t *cells, lists *l, leadkpi_error *error)
{
    uint32_t total = 0;
    for (int32_t step = 0; step < search->rule->step_count; step++) {
        uint32_t count = l->end[step];
        l->next[step] = l->end[step] = total;
        total += count;
    }
    for (size_t i = 0; i < search->count; i++) {
        LK_TRY(lk_interrupted_at(search->memory, i, error));
        for (uint64_t steps = search->items[i].steps; steps; steps &= steps - 1)
            cells[l->end[lk_lowest_bit(steps)]++] = (uint32_t)i;
    }
    l->items = cells;
    return LEADKPI_OK;
}

/* Times of the other steps, sorted in as they are found: at most 63. */
static void insert_time(int64_t time, lk_attempt *attempt)
{
    int32_t place = attempt->level++;
    for (; place > 1 && attempt->times[place - 1] > time; place--)
        attempt->times[place] = attempt->times[place - 1];
    attempt->times[place] = time;
}

/* The next item of each other step after the anchor; each list is passed once. */
static size_t follow_anchor(const lk_attempt_search *search, lists *l, uint32_t anchor,
                            lk_attempt *attempt)
{
    const lk_item *items = search->items;
    uint32_t last = anchor;
    attempt->level = 1;
    attempt->times[0] = items[anchor].time;
    for (int32_t step = 1; step < search->rule->step_count; step++) {
        while (l->next[step] < l->end[step] && l->items[l->next[step]] < anchor) l->next[step]++;
        if (l->next[step] == l->end[step]) continue;
        uint32_t item = l->items[l->next[step]];
        if (items[item].time > items[anchor].until) continue;
        insert_time(items[item].time, attempt);
        if (item > last) last = item;
    }
    set_start(&items[anchor], attempt);
    return last;
}

/* O(count + anchors * steps). entry=again: an attempt is over with all steps, its window, or the
 * exclusion that ends the stretch. */
leadkpi_status lk_attempts_anchored(const lk_attempt_search *search, lk_attempt_sink sink,
                                    void *context, leadkpi_error *error)
{
    const lk_item *items = search->items;
    size_t completed = 0; /* the item that did */
    bool has_completed = false;
    int64_t until = INT64_MIN;
    lk_attempt attempt;
    lists l;
    size_t needed;
    LK_TRY(count_steps(search, &l, &needed, error));
    LK_FAIL_IF(needed >= UINT32_MAX, error, LEADKPI_OVERFLOW,
               "events of a lead: more than the address space holds");
    LK_TRY(lk_attempt_scratch_cells(search->scratch, search->memory, needed, error));
    LK_TRY(fill_lists(search, search->scratch->cells, &l, error));
    for (size_t i = 0; i < search->count; i++) {
        LK_TRY(lk_interrupted_at(search->memory, i, error));
        if (!is_anchor(search, i)) continue;
        if (search->rule->entry == LK_ENTRY_AGAIN && items[i].time <= until &&
            !(has_completed && i > completed))
            continue;
        completed = follow_anchor(search, &l, (uint32_t)i, &attempt);
        has_completed = attempt.level == search->rule->step_count;
        until = attempt.until;
        LK_TRY(sink(context, &attempt, error));
    }
    return LEADKPI_OK;
}

/* ---- each step by itself ------------------------------------------------------------ */

leadkpi_status lk_attempt_open(const lk_attempt_search *search, lk_attempt *attempt, leadkpi_error *error)
{
    const lk_item *items = search->items;
    size_t first = search->count;
    attempt->done = 0;
    for (size_t i = 0; i < search->count; i++) {
        uint64_t found = items[i].steps & ~attempt->done;
        LK_TRY(lk_interrupted_at(search->memory, i, error));
        if (items[i].steps && first == search->count) first = i;
        attempt->done |= found;
        for (; found; found &= found - 1) {
            int32_t step = (int32_t)lk_lowest_bit(found);
            attempt->times[step] = items[i].time;
            if (step >= attempt->level) attempt->level = step + 1;
        }
    }
    if (attempt->level == 0) return LEADKPI_OK;
    attempt->entry = items[first].event;
    attempt->start = items[first].time;
    attempt->until = INT64_MAX;
    return LEADKPI_OK;
}
