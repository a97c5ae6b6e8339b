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
 * from step to step. So a level takes O(steps * items). (Where exclusions have ranges of their own, what
 * bars the way hangs on both steps, and each pair is looked at by itself.)
 *
 * The highest level that any start reaches is found from the front, where the latest start stands for all
 * (see attempt.c). The best attempt needs this one level; for every attempt the levels follow downwards as
 * long as a start has not got to any, from the first such start on. */
#include "funnel/entries.h"

#define NONE LK_PLACE_NONE

typedef struct chooser {
    lk_entries *e;
    uint32_t *end;   /* of each place the item that ends the best chain from here, or NONE */
    uint32_t *next;  /* of each place the next one in it */
    uint8_t *more;   /* of each place the optional steps in it */
    uint32_t *offer; /* of each item its best place, or NONE; from the front the latest start */
    uint32_t *queue; /* of items */
    uint32_t *here;  /* of each item: latest start at the step that is looked at, or NONE */
    bool barred, ranged;
    uint32_t cut; /* places of items before it are not looked at */
} chooser;

bool lk_entries_choose_cells(const lk_entries *e, size_t *cells)
{
    size_t places = e->first[e->rule->step_count], of_places, of_items;
    return lk_size_multiply(places, 2, &of_places) && lk_size_add(of_places, places / 4 + 1, cells) &&
           lk_size_multiply(e->search->count, 3, &of_items) && lk_size_add(*cells, of_items, cells);
}

/* Does what bars the way hang on the steps? */
static bool has_ranges(const lk_funnel_rule *rule)
{
    for (int32_t step = 1; step < rule->step_count; step++)
        if (lk_funnel_barriers(rule, step - 1, step) != lk_funnel_barriers(rule, 0, 1)) return true;
    return false;
}

static uint64_t barriers_between(const chooser *c, int32_t from, int32_t to)
{
    return c->barred ? lk_funnel_barriers(c->e->rule, from, to) : 0;
}

static void fill(uint32_t *cells, size_t count)
{
    if (count) memset(cells, 0xFF, count * sizeof *cells);
}

/* ---- from the front: the highest level ------------------------------------------------- */

/* The latest start at a step stands for all, whichever step it comes from. */
static bool take_starts(chooser *c, int32_t step)
{
    const lk_entries *e = c->e;
    const lk_item *items = e->items;
    uint32_t own = lk_funnel_takes_steps_together(e->rule), least = 0;
    uint64_t barred = c->ranged ? 0 : barriers_between(c, step - 1, step);
    size_t head = 0, tail = 0, next = 0, barrier = 0;
    bool is_reached = false;
    for (size_t place = e->first[step]; place < e->first[step + 1]; place++) {
        uint32_t i = e->item[place];
        for (; next < i + own && items[i].time - items[next].time >= e->rule->gap; next++) {
            if (c->offer[next] == NONE) continue;
            while (tail > head && c->offer[c->queue[tail - 1]] <= c->offer[next]) tail--;
            c->queue[tail++] = (uint32_t)next;
        }
        for (; barrier < e->barrier_count && e->barriers[barrier] < i; barrier++)
            if (items[e->barriers[barrier]].excludes & barred) least = e->barriers[barrier];
        while (head < tail && (c->queue[head] < least || lk_entries_is_beyond(e, c->queue[head], i, NONE)))
            head++;
        c->here[i] = head < tail ? c->offer[c->queue[head]] : NONE;
        if (c->here[i] == NONE || items[i].time > items[c->here[i]].until) c->here[i] = NONE;
        is_reached |= c->here[i] != NONE;
    }
    return is_reached;
}

static void offer_starts(chooser *c, int32_t step)
{
    const lk_entries *e = c->e;
    if (!lk_funnel_is_optional(e->rule, step)) fill(c->offer, e->search->count);
    for (size_t place = e->first[step]; place < e->first[step + 1]; place++) {
        uint32_t i = e->item[place];
        bool is_later = c->here[i] != NONE && (c->offer[i] == NONE || c->here[i] > c->offer[i]);
        if (is_later) c->offer[i] = c->here[i];
    }
}

/* The highest, or with ranges, whose exclusions are passed over here, one that is not below it. */
static int32_t find_highest(chooser *c)
{
    const lk_entries *e = c->e;
    int32_t highest = 1;
    fill(c->offer, e->search->count);
    for (size_t start = 0; start < e->start_count; start++) c->offer[e->item[start]] = e->item[start];
    for (int32_t step = 1; step < e->rule->step_count; step++) {
        if (take_starts(c, step)) highest = step + 1;
        offer_starts(c, step);
    }
    return highest;
}

/* ---- from the end: the best chains to a level ---------------------------------------------- */

/* Of equal ones the lower step goes first, of one step the earlier place: either has the lower number. */
static bool is_better(const chooser *c, uint32_t a, uint32_t b)
{
    if (c->end[a] != c->end[b]) return c->end[a] < c->end[b];
    return c->more[a] != c->more[b] ? c->more[a] > c->more[b] : a < b;
}

static void clear_offers(chooser *c)
{
    fill(c->offer + c->cut, c->e->search->count - c->cut);
}

static void offer_places(chooser *c, int32_t step)
{
    const lk_entries *e = c->e;
    for (size_t place = e->first[step + 1]; place-- > e->first[step] && e->item[place] >= c->cut;) {
        uint32_t *offer = &c->offer[e->item[place]];
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

/* The places of a step take the best of what is offered after them. Cost a place: its item of 32 bytes,
 * read in order but for others in between, its offer, and 9 bytes of the place. */
static void take_offers(chooser *c, int32_t step, uint64_t barred)
{
    const lk_entries *e = c->e;
    const lk_item *items = e->items;
    size_t head = 0, tail = 0, candidate = e->search->count, barrier = e->barrier_count;
    uint32_t bar = NONE, own = lk_funnel_takes_steps_together(e->rule);
    bool is_optional = lk_funnel_is_optional(e->rule, step);
    for (size_t place = e->first[step + 1]; place-- > e->first[step] && e->item[place] >= c->cut;) {
        uint32_t i = e->item[place];
        for (; candidate > 0 && candidate - 1 + own > i &&
               items[candidate - 1].time - items[i].time >= e->rule->gap;
             candidate--) {
            uint32_t offer = c->offer[candidate - 1];
            if (offer == NONE) continue;
            while (tail > head && !is_better(c, c->offer[c->queue[tail - 1]], offer)) tail--;
            c->queue[tail++] = (uint32_t)candidate - 1;
        }
        for (; barrier > 0 && e->barriers[barrier - 1] > i; barrier--)
            if (items[e->barriers[barrier - 1]].excludes & barred) bar = e->barriers[barrier - 1];
        while (head < tail && lk_entries_is_beyond(e, i, c->queue[head], bar)) head++;
        if (head < tail) take_offer(c, place, c->offer[c->queue[head]], is_optional);
    }
}

static void take_from_each(chooser *c, int32_t step, int32_t target)
{
    for (int32_t to = step + 1; to <= target; to++) {
        clear_offers(c);
        offer_places(c, to);
        take_offers(c, step, barriers_between(c, step, to));
        if (!lk_funnel_is_optional(c->e->rule, to)) break;
    }
}

/* The best chain from each place to step `target`. */
static leadkpi_status reach(chooser *c, int32_t target, leadkpi_error *error)
{
    const lk_entries *e = c->e;
    bool ranged = c->ranged && c->barred;
    for (int32_t step = 0; step <= target; step++)
        for (size_t place = e->first[step + 1]; place-- > e->first[step] && e->item[place] >= c->cut;) {
            c->end[place] = step < target ? NONE : e->item[place];
            c->next[place] = NONE;
            c->more[place] = lk_funnel_is_optional(e->rule, step);
        }
    clear_offers(c);
    for (int32_t step = target; step-- > 0;) {
        LK_TRY(lk_attempt_interrupted(e->search, error));
        if (ranged) {
            take_from_each(c, step, target);
            continue;
        }
        if (!lk_funnel_is_optional(e->rule, step + 1)) clear_offers(c);
        offer_places(c, step + 1);
        take_offers(c, step, barriers_between(c, step, step + 1));
    }
    return LEADKPI_OK;
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
static leadkpi_status settle(chooser *c, size_t from, int32_t level, size_t *settled, leadkpi_error *error)
{
    lk_entries *e = c->e;
    bool traced = lk_funnel_counts_attempts(e->rule);
    *settled = 0;
    c->cut = e->item[from];
    LK_TRY(reach(c, level - 1, error));
    lk_entries_find_barriers(e, level);
    for (size_t start = from; start < e->start_count; start++) {
        if (e->level[start] || !lk_entries_is_within(e, start, c->end[start])) continue;
        e->level[start] = (uint8_t)level;
        e->last[start] = c->end[start];
        e->over[start] = find_over(e, start, level);
        if (traced) trace(c, start);
        ++*settled;
    }
    return LEADKPI_OK;
}

static leadkpi_status settle_all(chooser *c, int32_t highest, leadkpi_error *error)
{
    lk_entries *e = c->e;
    size_t from = 0, left = e->start_count, settled;
    for (int32_t level = highest; left > 0; level--, left -= settled) {
        LK_TRY(settle(c, from, level, &settled, error));
        while (from < e->start_count && e->level[from]) from++;
    }
    return LEADKPI_OK;
}

static leadkpi_status settle_best(chooser *c, int32_t highest, leadkpi_error *error)
{
    lk_entries *e = c->e;
    size_t settled = 0;
    if (e->rule->effect == LK_EFFECT_LEAD) {
        c->barred = true;
        LK_TRY(settle(c, 0, highest, &settled, error));
        lk_entries_keep_clean(e, highest);
    } else {
        for (; settled == 0; highest--) LK_TRY(settle(c, 0, highest, &settled, error)); /* level 1 is got to */
    }
    lk_entries_keep_best(e);
    if (e->level[e->traced]) trace(c, e->traced);
    return LEADKPI_OK;
}

leadkpi_status lk_entries_choose(lk_entries *e, leadkpi_error *error)
{
    size_t places = e->first[e->rule->step_count], count = e->search->count;
    uint32_t *cells = e->scratch;
    chooser c = {.e = e, .barred = e->rule->effect == LK_EFFECT_RESTART, .ranged = has_ranges(e->rule)};
    c.end = cells, cells += places;
    c.next = cells, cells += places;
    c.offer = cells, cells += count;
    c.queue = cells, cells += count;
    c.here = cells, cells += count;
    c.more = (uint8_t *)cells;
    memset(e->level, 0, e->start_count);
    int32_t highest = find_highest(&c);
    return lk_funnel_counts_attempts(e->rule) ? settle_all(&c, highest, error) : settle_best(&c, highest, error);
}
