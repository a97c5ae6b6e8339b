/* entries_choose.c: how far each start gets where steps may be left out.
 *
 * Which steps a chain leaves out is free, and of those that get as far, and there first, the one with most
 * of these steps counts. So the earliest end alone does not decide, and with gap and step_window together
 * ends may cross: with gap=2, step_window=3 and step 2 optional the start at 0 gets by step 2 at 3 to step 3
 * at 5, the one at 1 at once to step 3 at 4, which the first cannot reach. So the chains are followed from their
 * end: each place takes, of those that may follow it, the one whose chain gets farthest, of equal ones ends first, of
 * these has most optional steps. What a chain gets to is decided behind its first place, whose own step is
 * the same in all: so the best of a place goes on with the best of another. Where that chain ends in the window of
 * its start it is the answer; else the start gets to no level as high.
 *
 * How far such starts get at most is found from the front, where at each item of a step the latest start stands
 * for all: let A(i) be the latest start that gets to item i there. A start s that gets there within its
 * window at i has s <= A(i), so that it gets there only if the greatest A up to the end of its window, which
 * never falls from a start to the next, is not before s. The greatest of all levels is exact: some latest
 * start gets there. The best attempt needs this one level; for every attempt the levels follow downwards, each
 * for the starts that may get to it and have not got farther, and on the items of their windows only: no chain
 * of theirs, nor one that ends as early, leaves these.
 *
 * Where windows are short most starts get to a level of their own, so that walks to one level serve few of them; and
 * a start that soon gets as far as it does, or is barred, has no use for what all places lead to. Such starts are
 * followed one by one: sets of steps say how far each gets and where it gets there, entries_reach.c, and the walk back
 * goes over the few places that it gets to in time; where attempts take few items and nothing bars the way in words
 * alone, entries_near.c. What the first starts take tells whether that is less work. */
#include "funnel/entries_near.h"
#include "funnel/entries_reach.h"
#include "funnel/entries_sweep.h"

#define NONE LK_PLACE_NONE

typedef struct chooser {
    lk_entries *e;
    lk_sweep sweep;
    lk_near near;
    bool traced;           /* does every chain count? */
    size_t start, settled; /* the last start of those that the walk comes to; how many are settled */
    uint32_t *limit; /* of each start the last item in its window */
    uint8_t *bound;  /* of each start a level that it gets to at most; 0: settled */
    size_t next; /* of those that are settled one by one the next start, and the work that was done for them */
    size_t work;
    size_t from, to; /* the items walked over */
    int32_t highest; /* from the front: the highest level of all, */
    uint32_t last, latest; /* the first item to get there, and the latest start that it comes from */
    size_t since;
} chooser;

/* Cells of four bytes; those of walks begin at an even one. */
bool lk_entries_choose_cells(const lk_entries *e, size_t *cells)
{
    size_t of_starts, of_done;
    return lk_sweep_cells(e, cells) && lk_size_multiply(e->traced_count, 2, &of_done) &&
           lk_size_add(e->start_count, e->start_count / 4 + 4, &of_starts) &&
           lk_size_add(*cells, of_starts, cells) && lk_size_add(*cells, of_done, cells) &&
           lk_size_add(*cells, lk_near_cells(e->rule), cells);
}

/* ---- walks ------------------------------------------------------------------------------- */

/* Asks the host once in so many places, of how many walks and chains they may be. */
static inline leadkpi_status ask(chooser *c, size_t places, leadkpi_error *error)
{
    c->since += 1 + places;
    if (c->since < LK_INTERRUPT_ROWS) return LEADKPI_OK;
    c->since = 0;
    return lk_interrupted(c->e->search->memory, error);
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

/* Does an item get farther than all before it? Its lowest step of the walk, which has the last one first, says. */
static void raise_highest(chooser *c, size_t i)
{
    const lk_sweep *s = &c->sweep;
    int32_t step = (int32_t)lk_lowest_bit(s->taken[i]), level = c->e->rule->step_count - step;
    if (!s->taken[i] || level <= c->highest) return;
    c->highest = level;
    c->last = (uint32_t)i;
    c->latest = lk_sweep_start(s->reached[step]);
}

/* How far each start gets at most: to the last step that a latest start not before it gets to in its window. Where
 * the best attempt alone counts, no more is asked once one has all steps. */
static leadkpi_status find_bounds(chooser *c, leadkpi_error *error)
{
    const lk_entries *e = c->e;
    lk_sweep *s = &c->sweep;
    size_t start = 0;
    c->highest = 0;
    lk_sweep_front(s, 0, e->search->count);
    for (size_t i = 0; i < e->search->count; i++) {
        lk_sweep_front_over(s, i);
        LK_TRY(ask(c, s->place - s->begin[i], error));
        raise_highest(c, i);
        if (c->highest == e->rule->step_count && !lk_funnel_counts_attempts(e->rule)) break;
        for (; start < e->start_count && c->limit[start] == i; start++) {
            uint64_t least = lk_sweep_key_of_start(e->item[start]) | ((1 << LK_SWEEP_STEP_BITS) - 1);
            int32_t step = 0; /* of the walk: the last one first */
            while (s->reached[step] > least) step++;
            int32_t level = e->rule->step_count - step;
            if (level < c->bound[start]) c->bound[start] = (uint8_t)level;
        }
    }
    return LEADKPI_OK;
}

/* ---- chains -------------------------------------------------------------------------------- */

/* The item of a place that is met before item `walked` of a walk: twice as far each time, then by halves. */
static size_t find_walked(const chooser *c, size_t walked, uint32_t place)
{
    const uint32_t *begin = c->sweep.begin;
    size_t stride = 1, high = walked + 1;
    while (stride < high && begin[high - stride] > place) high -= stride, stride *= 2;
    size_t low = stride < high ? high - stride : 0;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (begin[middle] > place)
            high = middle;
        else
            low = middle;
    }
    return low;
}

/* The chain of a start that has been walked over. */
static void trace(chooser *c, size_t start)
{
    const lk_entries *e = c->e;
    const lk_sweep *s = &c->sweep;
    size_t row = start - e->traced, walked = c->to - 1 - e->item[start];
    uint32_t step = 0, place = s->begin[walked + 1] - 1; /* the last one of its item */
    uint64_t done = 0;
    while (true) {
        done |= (uint64_t)1 << step;
        if (e->path) e->path[step * e->traced_count + row] = (uint32_t)(c->to - 1 - walked);
        if (s->next[place] == NONE) break;
        step = s->next_step[place];
        place = s->next[place];
        if (e->path) walked = find_walked(c, walked, place);
    }
    e->done[row] = done;
}

/* Where the best chain of a start, which is walked over, leads to; and if it leaves its window, what the start gets
 * to at most. */
static bool settle(chooser *c, size_t start)
{
    lk_entries *e = c->e;
    uint64_t key = c->sweep.last_key;
    int32_t level = lk_sweep_level(key);
    if (level > c->highest) c->highest = level;
    if (lk_sweep_end(key) > c->limit[start]) {
        c->bound[start] = (uint8_t)(level - 1);
        return false;
    }
    c->bound[start] = 0;
    e->level[start] = (uint8_t)level;
    e->last[start] = lk_sweep_end(key);
    return true;
}

/* An item that is walked over begins a chain: that of a start, unless it is behind the last of those looked at. */
static void settle_item(chooser *c, size_t item, int32_t level)
{
    while (c->e->item[c->start] > item) c->start--;
    if (c->e->item[c->start] != item || c->bound[c->start] < level || !settle(c, c->start)) return;
    c->settled++;
    if (!c->traced) return;
    trace(c, c->start);
    c->since += (size_t)c->e->level[c->start];
}

/* The best chain from each place of the items to step `level`, or with level 0 as far as may be. It begins at
 * the item of the first of some starts, and those of them that may get to the level are settled. */
static leadkpi_status walk_back(chooser *c, size_t to, size_t first, size_t last, uint64_t steps, int32_t level,
                                leadkpi_error *error)
{
    size_t from = c->e->item[first];
    c->to = to;
    c->start = last;
    lk_sweep_back(&c->sweep, from, to, steps, level);
    for (size_t walked = 0; walked < to - from; walked++) {
        lk_sweep_back_over(&c->sweep, walked);
        if (c->sweep.taken[to - 1 - walked - from] & 1) settle_item(c, to - 1 - walked, level);
        LK_TRY(ask(c, c->sweep.place - c->sweep.begin[walked], error));
    }
    return LEADKPI_OK;
}

/* ---- start by start ---------------------------------------------------------------------------- */

/* What work costs, measured in what is looked at of a reach: an item of a walk, a place of it, and to begin one. */
enum { ITEM_WORK = 2, PLACE_WORK = 3, WALK_WORK = 12 };

/* A chain that ends with the item of its start has all steps that it may have. */
static void settle_at_once(chooser *c, size_t start, int32_t level, uint64_t done)
{
    lk_entries *e = c->e;
    size_t row = start - e->traced;
    c->bound[start] = 0;
    e->level[start] = (uint8_t)level;
    e->last[start] = e->item[start];
    e->done[row] = done;
    for (uint64_t left = e->path ? done : 0; left; left &= left - 1)
        e->path[lk_lowest_of_some(left) * e->traced_count + row] = e->item[start];
    c->settled++;
}

/* A chain of several items. */
static void settle_chain(chooser *c, size_t start)
{
    lk_entries *e = c->e;
    size_t row = start - e->traced;
    c->bound[start] = 0;
    e->level[start] = (uint8_t)c->near.level;
    e->last[start] = e->item[start] + (uint32_t)c->near.last;
    e->done[row] = lk_near_trace(&c->near, e, start, e->path ? e->path + row : NULL, e->traced_count);
    c->settled++;
}

/* Mostly no exclusion bars the way, and an attempt takes few items. False if not so. */
static bool settle_near(chooser *c, size_t start)
{
    const lk_entries *e = c->e;
    lk_near *n = &c->near;
    if ((c->sweep.barred && e->barrier_count) || !lk_near_find(n, e, start, c->limit[start])) return false;
    if (n->last == 0)
        settle_at_once(c, start, n->level, n->taken[0]);
    else
        settle_chain(c, start);
    c->work += n->work;
    return true;
}

/* From where it gets to the start walks back over what it may get to. False if all that is more than so much work. */
static leadkpi_status settle_start(chooser *c, size_t start, size_t most, bool *settled, leadkpi_error *error)
{
    const lk_entries *e = c->e;
    lk_reach reach;
    *settled = true;
    if (settle_near(c, start)) return ask(c, c->near.work + (size_t)e->level[start], error);
    LK_TRY(lk_reach_find(e, start, c->limit[start], c->sweep.barred, most, c->sweep.taken, &reach, error));
    c->work += reach.work;
    *settled = reach.level > 0;
    if (reach.level == 0) return ask(c, reach.work, error);
    if (reach.last == e->item[start]) {
        settle_at_once(c, start, reach.level, c->sweep.taken[0]);
        return ask(c, reach.work + (size_t)reach.level, error);
    }
    c->sweep.marked = true;
    LK_TRY(walk_back(c, reach.last + 1, start, start, reach.steps, reach.level, error));
    c->sweep.marked = false;
    c->work += WALK_WORK + ITEM_WORK * (reach.last + 1 - e->item[start]) + PLACE_WORK * c->sweep.place;
    return LEADKPI_OK;
}

/* Those of the starts from `c->next` up to `end` that are left, until it is more work. */
static leadkpi_status settle_starts(chooser *c, size_t end, size_t most, leadkpi_error *error)
{
    bool settled = true;
    c->work = 0;
    for (; c->next < end; c->next++) {
        if (!c->bound[c->next]) continue;
        if (c->work > most) break;
        LK_TRY(settle_start(c, c->next, most - c->work, &settled, error));
        if (!settled) break;
    }
    return LEADKPI_OK;
}

/* ---- all starts ----------------------------------------------------------------------------------- */

/* The first of many starts tell what is worth while. */
#define TRIED 1024

static bool is_worth_a_trial(const chooser *c)
{
    return c->e->start_count - c->next >= (size_t)16 * TRIED;
}

/* Of a walk over all items. */
static size_t work_of_walk(const lk_entries *e)
{
    return ITEM_WORK * e->search->count + PLACE_WORK * e->first[e->rule->step_count];
}

/* Where starts soon get as far as they do, they are followed one by one. */
static leadkpi_status settle_what_is_near(chooser *c, leadkpi_error *error)
{
    size_t most = work_of_walk(c->e), tried = c->next + TRIED;
    if (!is_worth_a_trial(c)) return LEADKPI_OK;
    LK_TRY(settle_starts(c, tried, most / (c->e->start_count / TRIED), error));
    return c->next < tried ? LEADKPI_OK : settle_starts(c, c->e->start_count, most, error);
}

/* To how many levels do some starts get, up to one? */
static size_t count_levels(const chooser *c, size_t first, size_t end, size_t most)
{
    uint64_t levels = 0;
    size_t count = 0;
    for (size_t start = first; start < end; start++) levels |= (uint64_t)1 << (c->e->level[start] - 1);
    for (; levels && count < most; levels &= levels - 1) count++;
    return count;
}

/* Walks to find bounds, and to as many levels of their own, as what is left would take level by level. */
#define WALKS 4

/* The others are, too, unless that is more work. */
static leadkpi_status settle_what_is_left(chooser *c, leadkpi_error *error)
{
    const lk_entries *e = c->e;
    size_t walk = work_of_walk(e), next = c->next, tried = next + TRIED, parts = (e->start_count - next) / TRIED;
    if (is_worth_a_trial(c)) {
        LK_TRY(settle_starts(c, tried, WALKS * walk / parts, error));
        if (c->next < tried || c->work > (1 + count_levels(c, next, tried, WALKS - 1)) * walk / parts) return LEADKPI_OK;
    }
    return settle_starts(c, e->start_count, WALKS * walk, error);
}

/* The best chains of starts, as if windows ended no earlier than those of their places; unless the first ones tell
 * that windows end most of what would go on: then the walk over all is not worth it. */
static leadkpi_status settle_what_is_easy(chooser *c, leadkpi_error *error)
{
    const lk_entries *e = c->e;
    size_t next = c->next, last = next + TRIED - 1, settled = c->settled;
    if (is_worth_a_trial(c) && c->limit[last] - e->item[next] < e->search->count / 8) {
        LK_TRY(walk_back(c, (size_t)c->limit[last] + 1, next, last, lk_funnel_all_steps(e->rule), 0, error));
        if (c->settled - settled < TRIED / 2) return LEADKPI_OK;
        next += TRIED;
    }
    last = e->start_count - 1;
    return walk_back(c, (size_t)c->limit[last] + 1, next, last, lk_funnel_all_steps(e->rule), 0, error);
}

/* ---- level by level --------------------------------------------------------------------------- */

static bool is_left(const chooser *c, size_t start, int32_t level)
{
    return c->bound[start] >= level;
}

/* Windows that lie so near each other are looked at together. */
#define NEAR 4

/* The starts from `*start` on that may get to the level, and whose windows meet, up to `*last`; and where these
 * windows end. False where there is none. */
static bool find_stretch(const chooser *c, int32_t level, size_t *start, size_t *last, size_t *to)
{
    const lk_entries *e = c->e;
    while (*start < e->start_count && !is_left(c, *start, level)) ++*start;
    if (*start == e->start_count) return false;
    *last = *start;
    *to = (size_t)c->limit[*start] + 1;
    for (size_t next = *start + 1; next < e->start_count && e->item[next] <= *to + NEAR; next++)
        if (is_left(c, next, level)) {
            *last = next;
            *to = (size_t)c->limit[next] + 1;
        }
    return true;
}

/* Steps that chains of some starts got to, and the last item in the windows of these. */
typedef struct front {
    uint64_t steps;
    size_t until;
} front;

/* The steps of an item that a chain may get to; they are its own from then on. */
static uint64_t take_item(const lk_funnel_rule *rule, uint64_t steps, front *f)
{
    uint64_t taken = steps & lk_reach_following(rule->optional, f->steps);
    if (lk_funnel_takes_steps_together(rule)) taken = steps & ~((taken & (0 - taken)) - 1);
    f->steps |= taken;
    return taken;
}

/* Of each item the steps that a start left may get to, were windows all that ended chains. Starts in the window of
 * one are kept together, those after it apart, so that what none reaches any more is forgotten. */
static leadkpi_status mark(const chooser *c, size_t start, size_t to, int32_t level, leadkpi_error *error)
{
    const lk_entries *e = c->e;
    front old = {0}, young = {0};
    size_t first = e->item[start];
    for (size_t i = first; i < to; i++) {
        uint64_t steps = e->items[i].steps & lk_attempt_steps(level), taken = 0;
        LK_TRY(lk_interrupted_at(e->search->memory, i, error));
        if (old.steps && i > old.until) old = young, young = (front){0};
        if (old.steps && steps) taken = take_item(e->rule, steps & ~(uint64_t)1, &old);
        if (young.steps && steps) taken |= take_item(e->rule, steps & ~(uint64_t)1, &young);
        if (start < e->start_count && e->item[start] == i) {
            if (is_left(c, start, level)) {
                front *own = old.steps ? &young : &old;
                own->steps |= 1;
                own->until = c->limit[start];
                taken |= 1;
                if (lk_funnel_takes_steps_together(e->rule)) own->steps |= steps, taken |= steps;
            }
            start++;
        }
        c->sweep.taken[i - first] = taken;
    }
    return LEADKPI_OK;
}

/* Those of the starts left that get to the level. */
static leadkpi_status settle_level(chooser *c, int32_t level, leadkpi_error *error)
{
    for (size_t start = 0, last, to; find_stretch(c, level, &start, &last, &to); start = last + 1) {
        LK_TRY(mark(c, start, to, level, error));
        c->sweep.marked = true;
        LK_TRY(walk_back(c, to, start, last, lk_attempt_steps(level), level, error));
    }
    return LEADKPI_OK;
}

/* ---- every attempt ------------------------------------------------------------------------------ */

/* The item that ends an attempt for sure. */
static uint32_t find_over(const lk_entries *e, size_t start, int32_t level)
{
    uint32_t bar = lk_entries_barrier_after(e, e->last[start]);
    if (level == e->rule->step_count) return e->last[start];
    return lk_entries_is_within(e, start, bar) ? bar : NONE;
}

/* What bars the way on hangs on the level. */
static leadkpi_status find_all_over(chooser *c, leadkpi_error *error)
{
    lk_entries *e = c->e;
    uint64_t levels = 0;
    for (size_t start = 0; start < e->start_count; start++)
        if (e->level[start]) levels |= (uint64_t)1 << (e->level[start] - 1);
    for (; levels; levels &= levels - 1) {
        int32_t level = (int32_t)lk_lowest_of_some(levels) + 1;
        lk_entries_find_barriers(e, level);
        for (size_t start = 0; start < e->start_count; start++)
            if (e->level[start] == level) e->over[start] = find_over(e, start, level);
        LK_TRY(lk_attempt_interrupted(e->search, error));
    }
    return LEADKPI_OK;
}

/* The same of one start, by going on from where it got to. */
static leadkpi_status find_over_ahead(chooser *c, size_t start, leadkpi_error *error)
{
    lk_entries *e = c->e;
    int32_t level = e->level[start];
    bool is_whole = level == e->rule->step_count;
    uint64_t barred = is_whole || !e->barrier_count ? 0 : lk_funnel_barriers(e->rule, level - 1, level);
    size_t last = e->last[start], end = barred ? c->limit[start] : last, i = last + 1;
    while (i <= end && !(e->items[i].excludes & barred)) i++;
    e->over[start] = is_whole ? (uint32_t)last : i <= end ? (uint32_t)i : NONE;
    c->work += i - last;
    return ask(c, i - last, error);
}

/* Where an attempt only begins again once the one before is over, the starts between need not be looked at: they get
 * to no level. Attempts mostly meet at their ends only, so that one by one they take no more than the items do. */
static leadkpi_status settle_again(chooser *c, leadkpi_error *error)
{
    const lk_entries *e = c->e;
    size_t before = e->start_count, walk = work_of_walk(e), of_item = walk / e->search->count;
    bool settled = true;
    c->work = 0;
    for (; c->next < e->start_count; c->next++) {
        if (lk_entries_is_taken_up(e, before, c->next)) {
            c->bound[c->next] = 0;
            c->settled++;
            continue;
        }
        size_t most = walk / 4 + of_item / 2 * e->item[c->next]; /* by what is behind already */
        if (c->work > most) break;
        LK_TRY(settle_start(c, c->next, most - c->work, &settled, error));
        if (!settled) break;
        LK_TRY(find_over_ahead(c, c->next, error));
        before = c->next;
    }
    return LEADKPI_OK;
}

/* Of fewer items walks to each level are worth more than what one from the front saves. */
#define FEW_ITEMS 64

static leadkpi_status settle_all(chooser *c, leadkpi_error *error)
{
    const lk_entries *e = c->e;
    memset(c->bound, UINT8_MAX, e->start_count);
    c->highest = 0;
    if (e->rule->entry == LK_ENTRY_AGAIN) LK_TRY(settle_again(c, error));
    if (c->settled == e->start_count) return LEADKPI_OK;
    LK_TRY(settle_what_is_near(c, error));
    if (c->settled < e->start_count) LK_TRY(settle_what_is_easy(c, error));
    if (c->settled < e->start_count) LK_TRY(settle_what_is_left(c, error));
    if (c->settled < e->start_count && e->search->count > FEW_ITEMS) LK_TRY(find_bounds(c, error));
    for (int32_t level = c->highest; c->settled < e->start_count; level--) LK_TRY(settle_level(c, level, error));
    return e->rule->entry == LK_ENTRY_AGAIN ? find_all_over(c, error) : LEADKPI_OK;
}

/* ---- the best one --------------------------------------------------------------------------------- */

static size_t find_start(const lk_entries *e, uint32_t item)
{
    size_t low = 0, high = e->start_count - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (e->item[middle] < item)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Where nothing leaves leads out, what is found from the front says it all: of those that get farthest, and there
 * first, the latest start. Else how far is as if there were no exclusions; who gets there is not. */
static leadkpi_status settle_highest(chooser *c, leadkpi_error *error)
{
    lk_entries *e = c->e;
    memset(c->bound, UINT8_MAX, e->start_count);
    LK_TRY(find_bounds(c, error));
    if (e->rule->effect == LK_EFFECT_RESTART || e->barrier_count == 0) {
        size_t start = find_start(e, c->latest);
        e->level[start] = (uint8_t)c->highest;
        e->last[start] = c->last;
        return LEADKPI_OK;
    }
    c->sweep.barred = true;
    LK_TRY(settle_level(c, c->highest, error));
    lk_entries_keep_clean(e, c->highest);
    return LEADKPI_OK;
}

/* Its chain is walked again: no place after its end takes part in it. */
static leadkpi_status trace_best(chooser *c, leadkpi_error *error)
{
    lk_entries *e = c->e;
    lk_entries_keep_best(e);
    if (e->level[e->traced] == 0) return LEADKPI_OK;
    c->sweep.marked = false;
    c->traced = true;
    c->bound[e->traced] = e->level[e->traced];
    int32_t level = e->level[e->traced];
    return walk_back(c, (size_t)e->last[e->traced] + 1, e->traced, e->traced, lk_attempt_steps(level), level, error);
}

/* ---- which rule ------------------------------------------------------------------------------------- */

leadkpi_status lk_entries_choose(lk_entries *e, leadkpi_error *error)
{
    uint32_t *cells = e->scratch;
    chooser c;
    c.e = e;
    c.since = c.settled = c.next = 0;
    c.traced = lk_funnel_counts_attempts(e->rule);
    c.sweep.marked = false;
    c.sweep.barred = e->rule->effect == LK_EFFECT_RESTART;
    if ((size_t)(cells - e->search->scratch->cells) % 2) cells++;
    e->done = (uint64_t *)(void *)cells, cells += 2 * e->traced_count;
    cells = lk_sweep_take_room(&c.sweep, e, cells);
    c.limit = cells, cells += e->start_count;
    lk_near_open(&c.near, e, cells), cells += lk_near_cells(e->rule);
    c.bound = (uint8_t *)cells;
    memset(e->level, 0, e->start_count);
    find_limits(&c);
    if (c.traced) return settle_all(&c, error);
    LK_TRY(settle_highest(&c, error));
    return trace_best(&c, error);
}
