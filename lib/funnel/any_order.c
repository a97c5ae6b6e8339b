/* any_order.c: steps in any order, with or without an anchor, or each by itself. Items match one step at
 * most. */
#include "funnel/attempt.h"

/* The items of a stretch, by step. */
typedef struct presence {
    uint32_t counts[LK_FUNNEL_STEPS_MAX];
    int32_t different;
} presence;

static int32_t step_of(const lk_item *item)
{
    int32_t step = 0;
    while (!(item->steps >> step & 1)) step++;
    return step;
}

static void enter(presence *p, const lk_item *item)
{
    if (item->steps && p->counts[step_of(item)]++ == 0) p->different++;
}

static void leave(presence *p, const lk_item *item)
{
    if (item->steps && --p->counts[step_of(item)] == 0) p->different--;
}

/* The first time of each step from item `first` on, in rising order, up to `level` of them. */
static void collect_times(const lk_item *items, size_t first, size_t count, uint64_t seen,
                          lk_attempt *attempt)
{
    int32_t reached = 0;
    if (seen) attempt->times[reached++] = items[first++].time;
    for (size_t i = first; i < count && reached < attempt->level; i++) {
        if (items[i].steps == 0 || seen & items[i].steps) continue;
        seen |= items[i].steps;
        attempt->times[reached++] = items[i].time;
    }
}

static void set_start(const lk_item *item, lk_attempt *attempt)
{
    attempt->entry = item->event;
    attempt->start = item->time;
    attempt->until = item->until;
    attempt->done = lk_attempt_steps(attempt->level);
}

/* A window that slides over the items; each enters once and leaves once. */
void lk_attempt_unordered(const lk_attempt_search *search, lk_attempt *attempt)
{
    const lk_item *items = search->items;
    presence p;
    size_t left = 0, best_left = 0;
    memset(&p, 0, sizeof p);
    for (size_t i = 0; i < search->count; i++) {
        enter(&p, &items[i]);
        while (items[i].time > items[left].until) leave(&p, &items[left++]);
        while (left < i && (!items[left].steps || p.counts[step_of(&items[left])] > 1))
            leave(&p, &items[left++]); /* the attempt starts with a step that it needs */
        if (p.different > attempt->level) {
            attempt->level = p.different;
            best_left = left;
        }
    }
    if (attempt->level == 0) return;
    while (!items[best_left].steps) best_left++;
    set_start(&items[best_left], attempt);
    collect_times(items, best_left, search->count, 0, attempt);
}

/* Does an anchored attempt start here? The exclusion at the end of a stretch starts the next one. */
static bool is_anchor(const lk_attempt_search *search, size_t i)
{
    const lk_item *item = &search->items[i];
    if (item->excludes && i > 0 && i + 1 == search->count) return false;
    return item->steps & 1;
}

/* From each event of step 1 the different other steps after it, within the window. */
void lk_attempt_anchored(const lk_attempt_search *search, lk_attempt *attempt)
{
    const lk_item *items = search->items;
    presence p;
    size_t left = 0, right = 0, best = 0;
    memset(&p, 0, sizeof p);
    for (size_t i = 0; i < search->count; i++) {
        if (!is_anchor(search, i)) continue;
        while (right < search->count && items[right].time <= items[i].until)
            enter(&p, &items[right++]);
        while (left < i) leave(&p, &items[left++]);
        /* The anchor itself is in the window, so step 1 counts once. */
        if (p.different > attempt->level) {
            attempt->level = p.different;
            best = i;
        }
        if (search->rule->entry == LK_ENTRY_FIRST) break;
    }
    if (attempt->level == 0) return;
    set_start(&items[best], attempt);
    collect_times(items, best, search->count, 1, attempt);
}

/* ---- an attempt from every anchor -------------------------------------------------- */

/* The items of each step, in their order, and how far each list has been passed. */
typedef struct lists {
    const uint32_t *items;
    uint32_t next[LK_FUNNEL_STEPS_MAX], end[LK_FUNNEL_STEPS_MAX];
} lists;

static void fill_lists(const lk_attempt_search *search, uint32_t *cells, lists *l)
{
    uint32_t total = 0;
    memset(l->end, 0, sizeof l->end);
    for (size_t i = 0; i < search->count; i++)
        if (search->items[i].steps) l->end[step_of(&search->items[i])]++;
    for (int32_t step = 0; step < search->rule->step_count; step++) {
        uint32_t count = l->end[step];
        l->next[step] = l->end[step] = total;
        total += count;
    }
    for (size_t i = 0; i < search->count; i++)
        if (search->items[i].steps) cells[l->end[step_of(&search->items[i])]++] = (uint32_t)i;
    l->items = cells;
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
        while (l->next[step] < l->end[step] && l->items[l->next[step]] <= anchor) l->next[step]++;
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
    LK_TRY(lk_attempt_scratch_cells(search->scratch, search->memory, search->count, error));
    fill_lists(search, search->scratch->cells, &l);
    for (size_t i = 0; i < search->count; i++) {
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

void lk_attempt_open(const lk_attempt_search *search, lk_attempt *attempt)
{
    const lk_item *items = search->items;
    size_t first = search->count;
    attempt->done = 0;
    for (size_t i = 0; i < search->count; i++) {
        if (items[i].steps == 0) continue;
        int32_t step = step_of(&items[i]);
        if (first == search->count) first = i;
        if (attempt->done >> step & 1) continue;
        attempt->done |= items[i].steps;
        attempt->times[step] = items[i].time;
        if (step >= attempt->level) attempt->level = step + 1;
    }
    if (attempt->level == 0) return;
    attempt->entry = items[first].event;
    attempt->start = items[first].time;
    attempt->until = INT64_MAX;
}
