/* entries_choose.c: how far each start gets where steps may be left out.
 *
 * Which steps a chain leaves out is free, and of those that get as far, and there first, the one with most
 * of these steps counts. So the earliest end alone does not decide, and with gap and step_window together
 * ends may cross: with gap=2, step_window=3 and step 2 optional the start at 0 gets by step 2 at 3 to step 3
 * at 5, the one at 1 at once to step 3 at 4, which the first cannot reach. So the chains to one level are
 * followed from their end: each place takes, of those that may follow it, the one whose chain ends first,
 * of equal ones that with most such steps.
 *
 * Those that may follow are a stretch of items that only moves backwards, so a queue finds the best in
 * O(1): the sliding-window minimum. What a step may be followed by are the next step, and while these are
 * optional the ones after it; each item offers the best place it is of these steps, an offer that is kept
 * from step to step. So a level takes O(steps * items). Where exclusions have ranges of their own, what bars
 * the way hangs on both steps: an exclusion does that counts after a step before the second and before a step
 * behind the first. So steps that the same exclusions count before are a group, with offers of its own: as
 * many as ranges start at different steps.
 *
 * How far a start gets at most is found from the front, where at each item of a step the latest start stands
 * for all: let A(i) be the latest start that gets to item i there. A start s that gets there within its
 * window at i has s <= A(i), so that it gets there only if the greatest A up to the end of its window, which
 * never falls from a start to the next, is not before s. The greatest of all levels is exact: some latest
 * start gets there. The best attempt needs this one level; for every attempt the levels follow downwards, each
 * for the starts that may get to it and have not got farther, and on the items of their windows only: no chain
 * of theirs, nor one that ends as early, leaves these. */
#include "funnel/entries.h"

#define NONE LK_PLACE_NONE

typedef struct chooser {
    lk_entries *e;
    uint32_t *end;   /* of each place the item that ends the best chain from here, or NONE */
    uint32_t *next;  /* of each place the next one in it */
    uint8_t *more;   /* of each place the optional steps in it */
    uint32_t *offers; /* of each group and item its best place, or NONE; from the front the latest start */
    uint32_t *queue; /* of items */
    uint32_t *here;  /* of each item: latest start at the step that is looked at, or NONE */
    uint32_t *limit; /* of each start the last item in its window */
    uint8_t *bound;  /* of each start a level that it gets to at most */
    bool barred;
    const lk_attempt_groups *groups;
    /* The items looked at, of each step the places of these, and one past the exclusions among them. */
    size_t from, to, since;
    size_t low[LK_FUNNEL_STEPS_MAX], high[LK_FUNNEL_STEPS_MAX], barrier_end;
} chooser;

/* ---- groups of steps ------------------------------------------------------------------- */

/* How many of the numbers, each once, are above 1 and not above the number of a step. */
static size_t group_of(const lk_funnel_rule *rule, const uint8_t *numbers, int32_t step)
{
    uint64_t different = 0;
    size_t count = 0;
    for (int32_t i = 0; i < rule->range_count; i++)
        if (numbers[i] > 1 && numbers[i] <= step) different |= (uint64_t)1 << (numbers[i] - 1);
    for (; different; different &= different - 1) count++;
    return count;
}

/* Steps (from 0) that the same exclusions count before; from step to step it rises by one at most. */
static size_t group_to(const lk_funnel_rule *rule, int32_t step)
{
    return group_of(rule, rule->exclude_from, step);
}

/* And steps that the same ones count after. */
static size_t group_from(const lk_funnel_rule *rule, int32_t step)
{
    return group_of(rule, rule->exclude_to, step + 1);
}

static size_t count_groups(const lk_funnel_rule *rule)
{
    size_t to = group_to(rule, rule->step_count - 1), from = group_from(rule, rule->step_count - 1);
    return (to > from ? to : from) + 1;
}

/* Once for all leads. */
static void find_groups(const lk_funnel_rule *rule, lk_attempt_groups *groups)
{
    if (groups->count) return;
    groups->count = count_groups(rule);
    for (int32_t step = 0; step < rule->step_count; step++) {
        groups->to[step] = (uint8_t)group_to(rule, step);
        groups->from[step] = (uint8_t)group_from(rule, step);
        for (int32_t to = step + 1; to < rule->step_count; to++)
            groups->between[step][group_to(rule, to)] = lk_funnel_barriers(rule, step, to);
    }
}

static uint32_t *offers_of(const chooser *c, size_t group)
{
    return c->offers + group * c->e->search->count;
}

bool lk_entries_choose_cells(const lk_entries *e, size_t *cells)
{
    size_t places = e->first[e->rule->step_count], of_places, of_items, of_starts;
    return lk_size_multiply(places, 2, &of_places) && lk_size_add(of_places, places / 4 + 1, cells) &&
           lk_size_multiply(e->search->count, 2 + count_groups(e->rule), &of_items) &&
           lk_size_add(*cells, of_items, cells) &&
           lk_size_add(e->start_count, e->start_count / 4 + 1, &of_starts) &&
           lk_size_add(*cells, of_starts, cells);
}

static uint64_t barriers_between(const chooser *c, int32_t from, size_t group)
{
    return c->barred ? c->groups->between[from][group] : 0;
}

/* Asks the host once in so many items that a group takes, of how many stretches they may be. */
static leadkpi_status ask(chooser *c, leadkpi_error *error)
{
    c->since += c->to - c->from;
    if (c->since < LK_INTERRUPT_ROWS) return LEADKPI_OK;
    c->since = 0;
    return lk_interrupted(c->e->search->memory, error);
}

static void fill(uint32_t *cells, size_t count)
{
    if (count) memset(cells, 0xFF, count * sizeof *cells);
}

/* ---- from the front: how far starts get at most ------------------------------------------ */

/* The latest start at a step stands for all, whichever step it comes from. */
static void take_starts(chooser *c, int32_t step, const uint32_t *offer, uint64_t barred)
{
    const lk_entries *e = c->e;
    const lk_item *items = e->items;
    uint32_t own = lk_funnel_takes_steps_together(e->rule), least = 0;
    size_t head = 0, tail = 0, next = 0, barrier = 0;
    for (size_t place = e->first[step]; place < e->first[step + 1]; place++) {
        uint32_t i = e->item[place];
        for (; next < i + own && items[i].time - items[next].time >= e->rule->gap; next++) {
            if (offer[next] == NONE) continue;
            while (tail > head && offer[c->queue[tail - 1]] <= offer[next]) tail--;
            c->queue[tail++] = (uint32_t)next;
        }
        for (; barrier < e->barrier_count && e->barriers[barrier] < i; barrier++)
            if (items[e->barriers[barrier]].excludes & barred) least = e->barriers[barrier];
        while (head < tail && (c->queue[head] < least || lk_entries_is_beyond(e, c->queue[head], i, NONE)))
            head++;
        uint32_t latest = head < tail ? offer[c->queue[head]] : NONE;
        bool is_latest = latest != NONE && (c->here[i] == NONE || latest > c->here[i]);
        if (is_latest && items[i].time <= items[latest].until) c->here[i] = latest;
    }
}

static void offer_starts(chooser *c, int32_t step)
{
    const lk_entries *e = c->e;
    uint32_t *offer = offers_of(c, c->groups->from[step]);
    for (size_t place = e->first[step]; place < e->first[step + 1]; place++) {
        uint32_t i = e->item[place];
        bool is_later = c->here[i] != NONE && (offer[i] == NONE || c->here[i] > offer[i]);
        if (is_later) offer[i] = c->here[i];
    }
}

/* Those that get to a step, or from which a later one does in their window. */
static void raise_bounds(chooser *c, int32_t step)
{
    const lk_entries *e = c->e;
    size_t place = e->first[step];
    int64_t latest = -1;
    for (size_t start = 0; start < e->start_count; start++) {
        for (; place < e->first[step + 1] && e->item[place] <= c->limit[start]; place++) {
            uint32_t at = c->here[e->item[place]];
            if (at != NONE && at > latest) latest = at;
        }
        if (latest >= e->item[start]) c->bound[start] = (uint8_t)(step + 1);
    }
}

/* `until` never falls from an item to the next. */
static void find_limits(chooser *c)
{
    const lk_entries *e = c->e;
    size_t item = 0;
    for (size_t start = 0; start < e->start_count; start++) {
        int64_t until = e->items[e->item[start]].until;
        while (item < e->search->count && e->items[item].time <= until) item++;
        c->limit[start] = (uint32_t)item - 1;
    }
}

/* Of each group of steps that may stand before. */
static leadkpi_status take_from_groups(chooser *c, int32_t step, leadkpi_error *error)
{
    const lk_entries *e = c->e;
    for (size_t place = e->first[step]; place < e->first[step + 1]; place++) c->here[e->item[place]] = NONE;
    for (int32_t before = step; before-- > 0;) {
        size_t group = c->groups->from[before];
        bool is_last = !lk_funnel_is_optional(e->rule, before);
        if (is_last || c->groups->from[before - 1] != group) {
            LK_TRY(ask(c, error));
            take_starts(c, step, offers_of(c, group), barriers_between(c, before, c->groups->to[step]));
        }
        if (is_last) break;
    }
    return LEADKPI_OK;
}

static void clear_offers(chooser *c, size_t group, size_t last)
{
    for (; group <= last; group++) fill(offers_of(c, group) + c->from, c->to - c->from);
}

static leadkpi_status find_bounds(chooser *c, int32_t *highest, leadkpi_error *error)
{
    const lk_entries *e = c->e;
    size_t lowest = 0;
    *highest = 1;
    c->to = e->search->count;
    memset(c->bound, 1, e->start_count);
    clear_offers(c, 0, c->groups->count - 1);
    for (size_t start = 0; start < e->start_count; start++) c->offers[e->item[start]] = e->item[start];
    for (int32_t step = 1; step < e->rule->step_count; step++) {
        LK_TRY(take_from_groups(c, step, error));
        raise_bounds(c, step);
        if (!lk_funnel_is_optional(e->rule, step)) {
            clear_offers(c, lowest, c->groups->from[step - 1]);
            lowest = c->groups->from[step];
        }
        offer_starts(c, step);
    }
    for (size_t start = 0; start < e->start_count; start++)
        if (c->bound[start] > *highest) *highest = c->bound[start];
    return LEADKPI_OK;
}

/* ---- from the end: the best chains to a level ---------------------------------------------- */

/* Of equal ones the lower step goes first, of one step the earlier place: either has the lower number. */
static bool is_better(const chooser *c, uint32_t a, uint32_t b)
{
    if (c->end[a] != c->end[b]) return c->end[a] < c->end[b];
    return c->more[a] != c->more[b] ? c->more[a] > c->more[b] : a < b;
}

static void offer_places(chooser *c, int32_t step)
{
    const lk_entries *e = c->e;
    uint32_t *offers = offers_of(c, c->groups->to[step]);
    for (size_t place = c->high[step]; place-- > c->low[step];) {
        uint32_t *offer = &offers[e->item[place]];
        if (c->end[place] == NONE) continue;
        if (*offer == NONE || is_better(c, (uint32_t)place, *offer)) *offer = (uint32_t)place;
    }
}

static void take_offer(chooser *c, size_t place, uint32_t offer, bool is_optional)
{
    uint32_t more = c->more[offer] + is_optional;
    if (c->end[place] < c->end[offer]) return;
    if (c->end[place] == c->end[offer] && c->more[place] >= more) return;
    c->end[place] = c->end[offer];
    c->next[place] = offer;
    c->more[place] = (uint8_t)more;
}

/* The places of a step take the best of what a group offers after them. Cost a place: its item of 32 bytes,
 * read in order but for others in between, its offer, and 9 bytes of the place. */
static void take_offers(chooser *c, int32_t step, const uint32_t *offers, uint64_t barred)
{
    const lk_entries *e = c->e;
    const lk_item *items = e->items;
    size_t head = 0, tail = 0, candidate = c->to, barrier = c->barrier_end;
    uint32_t bar = NONE, own = lk_funnel_takes_steps_together(e->rule);
    bool is_optional = lk_funnel_is_optional(e->rule, step);
    for (size_t place = c->high[step]; place-- > c->low[step];) {
        uint32_t i = e->item[place];
        for (; candidate > 0 && candidate - 1 + own > i &&
               items[candidate - 1].time - items[i].time >= e->rule->gap;
             candidate--) {
            uint32_t offer = offers[candidate - 1];
            if (offer == NONE) continue;
            while (tail > head && !is_better(c, offers[c->queue[tail - 1]], offer)) tail--;
            c->queue[tail++] = (uint32_t)candidate - 1;
        }
        for (; barrier > 0 && e->barriers[barrier - 1] > i; barrier--)
            if (items[e->barriers[barrier - 1]].excludes & barred) bar = e->barriers[barrier - 1];
        while (head < tail && (lk_entries_is_beyond(e, i, c->queue[head], bar) ||
                               items[c->queue[head]].time > items[i].until))
            head++;
        if (head < tail) take_offer(c, place, offers[c->queue[head]], is_optional);
    }
}

/* Stands for the end of a chain where how far it gets is asked for: the farther the better. */
static uint32_t end_at(int32_t step)
{
    return (uint32_t)(LK_FUNNEL_STEPS_MAX - step);
}

/* Nothing is reached yet but the last step itself; or, to ask how far each place gets, each place itself. */
static void begin_reach(chooser *c, int32_t target, bool any_level)
{
    const lk_entries *e = c->e;
    for (int32_t step = 0; step <= target; step++)
        for (size_t place = c->low[step]; place < c->high[step]; place++) {
            uint32_t own = any_level ? end_at(step) : NONE;
            c->end[place] = step < target || any_level ? own : e->item[place];
            c->next[place] = NONE;
            c->more[place] = lk_funnel_is_optional(e->rule, step);
        }
    clear_offers(c, 0, c->groups->to[target]);
}

/* The best chain from each place of the items looked at to step `target`, or as begin_reach has it. */
static leadkpi_status reach(chooser *c, int32_t target, leadkpi_error *error)
{
    size_t last = c->groups->to[target];
    for (int32_t step = target; step-- > 0;) {
        size_t group = c->groups->to[step + 1];
        if (!lk_funnel_is_optional(c->e->rule, step + 1)) {
            clear_offers(c, group, last);
            last = group;
        }
        offer_places(c, step + 1);
        for (; group <= last; group++) {
            LK_TRY(ask(c, error));
            take_offers(c, step, offers_of(c, group), barriers_between(c, step, group));
        }
    }
    return LEADKPI_OK;
}

/* ---- where ------------------------------------------------------------------------------------- */

/* The first of a step's places that is not of an item before this one: twice as far each time, then by
 * halves. */
static size_t find_place(const lk_entries *e, size_t place, size_t end, size_t item)
{
    size_t stride = 1, low = place;
    while (stride < end - low && e->item[low + stride] < item) low += stride, stride *= 2;
    size_t high = stride < end - low ? low + stride : end;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (e->item[middle] < item)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_left(const chooser *c, size_t start, int32_t level)
{
    return c->e->level[start] == 0 && c->bound[start] >= level;
}

/* Windows that lie so near each other are looked at together. */
#define NEAR 64

/* The starts from `*start` on that may get to the level, and whose windows meet, up to `*last`; and where
 * these windows are. False where there is none. */
static bool move_on(chooser *c, int32_t level, size_t *start, size_t *last)
{
    const lk_entries *e = c->e;
    while (*start < e->start_count && !is_left(c, *start, level)) ++*start;
    if (*start == e->start_count) return false;
    *last = *start;
    c->from = e->item[*start];
    c->to = (size_t)c->limit[*start] + 1;
    for (size_t next = *start + 1; next < e->start_count && e->item[next] <= c->to + NEAR; next++)
        if (is_left(c, next, level)) {
            *last = next;
            c->to = (size_t)c->limit[next] + 1;
        }
    for (int32_t step = 0; step < level; step++) {
        c->low[step] = find_place(e, c->high[step], e->first[step + 1], c->from);
        c->high[step] = find_place(e, c->low[step], e->first[step + 1], c->to);
    }
    while (c->barrier_end < e->barrier_count && e->barriers[c->barrier_end] < c->to) c->barrier_end++;
    return true;
}

/* ---- which count ------------------------------------------------------------------------------ */

static void trace(chooser *c, size_t start)
{
    lk_entries *e = c->e;
    uint32_t *path = e->path + (start - e->traced), place = (uint32_t)start;
    for (int32_t step = 0; step < e->level[start]; step++, path += e->traced_count) {
        bool is_next = place != NONE && place < e->first[step + 1];
        *path = is_next ? place : NONE;
        if (is_next) place = c->next[place];
    }
}

/* The item that ends an attempt for sure. */
static uint32_t find_over(const lk_entries *e, size_t start, int32_t level)
{
    uint32_t bar = lk_entries_barrier_after(e, e->last[start]);
    if (level == e->rule->step_count) return e->last[start];
    return lk_entries_is_within(e, start, bar) ? bar : NONE;
}

/* Those of the starts left that get to the level; how many. */
static leadkpi_status settle(chooser *c, int32_t level, size_t *settled, leadkpi_error *error)
{
    lk_entries *e = c->e;
    bool traced = lk_funnel_counts_attempts(e->rule);
    memcpy(c->high, e->first, sizeof c->high);
    c->barrier_end = 0;
    lk_entries_find_barriers(e, level);
    for (size_t start = 0, last; move_on(c, level, &start, &last); start = last + 1) {
        begin_reach(c, level - 1, false);
        LK_TRY(reach(c, level - 1, error));
        for (size_t i = start; i <= last; i++) {
            if (!is_left(c, i, level) || c->end[i] > c->limit[i]) continue; /* none is above all */
            e->level[i] = (uint8_t)level;
            e->last[i] = c->end[i];
            e->over[i] = find_over(e, i, level);
            if (traced) trace(c, i);
            ++*settled;
        }
    }
    return LEADKPI_OK;
}

/* Where every start is followed, what bars its own way counts, too. Windows are left aside but for those that a
 * place would have as a start, which no earlier start's goes beyond. */
static leadkpi_status lower_bounds(chooser *c, leadkpi_error *error)
{
    const lk_entries *e = c->e;
    int32_t last = e->rule->step_count - 1;
    memcpy(c->low, e->first, sizeof c->low);
    memcpy(c->high, e->first + 1, sizeof c->high);
    c->barrier_end = e->barrier_count;
    begin_reach(c, last, true);
    LK_TRY(reach(c, last, error));
    for (size_t start = 0; start < e->start_count; start++) {
        uint32_t level = end_at(-1) - c->end[start];
        if (level < c->bound[start]) c->bound[start] = (uint8_t)level;
    }
    return LEADKPI_OK;
}

/* Of fewer a pass less is worth more than what it saves. */
#define FEW_STARTS 16

/* Are the bounds what starts get to, as they come from the front? So where all that asks for two steps to be near
 * each other is the window, and nothing bars the way. Proof: let a start s be bound by item i at a step: it is in
 * its window, and some start t >= s has a chain to it. s may stand for t there: the step behind t comes after s,
 * too, and by the gap at least, as t does not come before s; and all items of the chain are up to i. */
static bool has_exact_bounds(const chooser *c)
{
    const lk_entries *e = c->e;
    bool is_near = e->rule->order == LK_ORDER_ADJACENT || e->rule->step_window != INT64_MAX;
    return !is_near && !(c->barred && e->barrier_count);
}

static leadkpi_status settle_all(chooser *c, int32_t highest, leadkpi_error *error)
{
    size_t settled = 0;
    if (c->e->start_count > FEW_STARTS && !has_exact_bounds(c)) LK_TRY(lower_bounds(c, error));
    for (int32_t level = highest; settled < c->e->start_count; level--)
        LK_TRY(settle(c, level, &settled, error));
    return LEADKPI_OK;
}

static leadkpi_status settle_best(chooser *c, int32_t highest, leadkpi_error *error)
{
    lk_entries *e = c->e;
    size_t settled = 0;
    c->barred = true;
    LK_TRY(settle(c, highest, &settled, error));
    if (e->rule->effect == LK_EFFECT_LEAD) lk_entries_keep_clean(e, highest);
    lk_entries_keep_best(e);
    if (e->level[e->traced]) trace(c, e->traced);
    return LEADKPI_OK;
}

leadkpi_status lk_entries_choose(lk_entries *e, leadkpi_error *error)
{
    size_t places = e->first[e->rule->step_count], count = e->search->count;
    uint32_t *cells = e->scratch;
    int32_t highest;
    find_groups(e->rule, &e->search->scratch->groups);
    chooser c = {.e = e, .groups = &e->search->scratch->groups, .barred = e->rule->effect == LK_EFFECT_RESTART};
    c.end = cells, cells += places;
    c.next = cells, cells += places;
    c.offers = cells, cells += count * c.groups->count;
    c.queue = cells, cells += count;
    c.here = cells, cells += count;
    c.limit = cells, cells += e->start_count;
    c.more = (uint8_t *)cells;
    c.bound = c.more + places;
    memset(e->level, 0, e->start_count);
    find_limits(&c);
    LK_TRY(find_bounds(&c, &highest, error));
    return lk_funnel_counts_attempts(e->rule) ? settle_all(&c, highest, error) : settle_best(&c, highest, error);
}
