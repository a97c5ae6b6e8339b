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
 * Where windows are short most starts get to a level of their own, so that walks to one level serve few of them. There
 * each start is followed by itself: its steps as bits say how far it gets and where it gets there, in a few
 * operations an item, and the walk back goes over the few places that it gets to in time. */
#include "funnel/entries_sweep.h"

#define NONE LK_PLACE_NONE
#define SPARSE 16 /* one exclusion in so many items */

typedef struct chooser {
    lk_entries *e;
    lk_sweep sweep;
    bool traced;           /* does every chain count? */
    size_t start, settled; /* the last start of those that the walk comes to; how many are settled */
    uint32_t *limit; /* of each start the last item in its window */
    uint8_t *bound;  /* of each start a level that it gets to at most; 0: settled */
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
           lk_size_add(*cells, of_starts, cells) && lk_size_add(*cells, of_done, cells);
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
static leadkpi_status walk_back(chooser *c, size_t to, size_t first, size_t last, int32_t level, leadkpi_error *error)
{
    size_t from = c->e->item[first];
    c->to = to;
    c->start = last;
    lk_sweep_back(&c->sweep, from, to, level);
    for (size_t walked = 0; walked < to - from; walked++) {
        lk_sweep_back_over(&c->sweep, walked);
        if (c->sweep.taken[to - 1 - walked - from] & 1) settle_item(c, to - 1 - walked, level);
        LK_TRY(ask(c, c->sweep.place - c->sweep.begin[walked], error));
    }
    return LEADKPI_OK;
}

/* The first starts tell whether windows end most of what would go on: then the walk over all is not worth it. */
#define TRIED 1024

static bool is_worth_a_trial(const chooser *c)
{
    return c->e->start_count >= (size_t)16 * TRIED && c->limit[TRIED - 1] - c->e->item[0] < c->e->search->count / 8;
}

/* The best chains of starts, as if windows ended no earlier than those of their places. */
static leadkpi_status settle_what_is_easy(chooser *c, leadkpi_error *error)
{
    const lk_entries *e = c->e;
    size_t tried = is_worth_a_trial(c) ? TRIED : 0;
    memset(c->bound, UINT8_MAX, e->start_count);
    c->highest = 0;
    if (tried) LK_TRY(walk_back(c, (size_t)c->limit[tried - 1] + 1, 0, tried - 1, 0, error));
    if (c->settled < tried / 2) return LEADKPI_OK;
    return walk_back(c, (size_t)c->limit[e->start_count - 1] + 1, tried, e->start_count - 1, 0, error);
}

/* ---- start by start ---------------------------------------------------------------------------- */

/* Steps that may follow any of these: past as many optional ones as 1, 2, 4, ... `skipped` has those from which so
 * many are. */
static uint64_t following(uint64_t optional, uint64_t steps)
{
    uint64_t next = steps << 1, skipped = optional;
    for (uint32_t count = 1; count < LK_FUNNEL_STEPS_MAX && skipped; count *= 2) {
        next |= (next & skipped) << count;
        skipped &= skipped >> count;
    }
    return next;
}

/* What one start got to: the steps since the last exclusion, all steps, and of each of these those that the exclusions
 * since the last time leave open. The next step is one of those behind the last exclusion, or follows a near one. */
typedef struct reach {
    uint64_t near, all, far, next;
    uint64_t open[LK_FUNNEL_STEPS_MAX];
} reach;

/* The steps of an item that a chain may get to, from each other, too, where one event may be many. */
static inline uint64_t take_steps(const lk_funnel_rule *rule, uint64_t steps, uint64_t next)
{
    uint64_t taken = 0, more = steps & next;
    while (more) {
        taken |= more;
        if (!lk_funnel_takes_steps_together(rule)) break;
        more = steps & following(rule->optional, taken) & ~taken;
    }
    return taken;
}

/* An exclusion leaves the steps of its own item as they are. */
static void leave_behind(const lk_attempt_ways *ways, uint32_t excludes, reach *r)
{
    uint8_t barred[LK_FUNNEL_RANGES_MAX + 1];
    lk_sweep_find_barred(ways, excludes, barred);
    r->far = 0;
    for (uint64_t left = r->all; left; left &= left - 1) {
        uint32_t step = lk_lowest_of_some(left);
        uint64_t open = r->near >> step & 1 ? ways->follow[step] : r->open[step];
        r->open[step] = open & ways->below[barred[ways->here[step]]];
        r->far |= r->open[step];
    }
    r->near = 0;
}

/* The level that a start gets to, and the first item where; and of the items up to there the steps that it may get to.
 * Cost an item: 32 bytes read and 8 written, in order, and mostly one branch. */
static leadkpi_status find_level(chooser *c, size_t start, int32_t *level, size_t *last, leadkpi_error *error)
{
    const lk_entries *e = c->e;
    const lk_attempt_ways *ways = lk_sweep_ways(e, false);
    size_t first = e->item[start];
    reach r;
    r.near = r.all = r.far = 0;
    r.next = 1;
    *level = 0;
    *last = first;
    for (size_t i = first; i <= c->limit[start] && *level < e->rule->step_count; i++) {
        uint64_t taken = take_steps(e->rule, e->items[i].steps, r.next);
        bool bars = c->sweep.barred && e->items[i].excludes;
        c->sweep.taken[i - first] = taken;
        LK_TRY(ask(c, 0, error));
        if (!taken && !bars) continue;
        if (taken >> *level) {
            *level = (int32_t)lk_highest_bit(taken) + 1;
            *last = i;
        }
        if (bars) leave_behind(ways, e->items[i].excludes, &r);
        r.all |= taken;
        r.near |= taken;
        r.next = r.far | following(e->rule->optional, r.near);
    }
    return LEADKPI_OK;
}

/* Where time and order hinder, or exclusions stand close, what one start gets to is not known so fast; and of windows
 * that overlap much more than this all levels together are walked over in less time. */
static bool is_worth_it(const chooser *c, size_t most)
{
    const lk_entries *e = c->e;
    size_t in_windows = 0;
    if (e->rule->gap > 0 || e->rule->step_window != INT64_MAX || e->rule->order == LK_ORDER_ADJACENT) return false;
    if (c->sweep.barred && e->barrier_count > e->search->count / SPARSE) return false;
    for (size_t start = 0; start < e->start_count && in_windows <= most; start++)
        if (c->bound[start]) in_windows += c->limit[start] - e->item[start] + 1;
    return in_windows <= most;
}

/* Each start left walks back from where it gets to, over what it may get to. */
static leadkpi_status settle_starts(chooser *c, leadkpi_error *error)
{
    const lk_entries *e = c->e;
    size_t most = 2 * (e->search->count + e->first[e->rule->step_count]), walked = 0;
    if (!is_worth_it(c, most)) return LEADKPI_OK;
    c->sweep.marked = true;
    for (size_t start = 0; start < e->start_count && walked <= most; start++) {
        int32_t level;
        size_t last;
        if (!c->bound[start]) continue;
        LK_TRY(find_level(c, start, &level, &last, error));
        LK_TRY(walk_back(c, last + 1, start, start, level, error));
        walked += c->sweep.place;
    }
    return LEADKPI_OK;
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
    uint64_t taken = steps & following(rule->optional, f->steps);
    if (lk_funnel_takes_steps_together(rule)) taken = steps & ~((taken & (0 - taken)) - 1);
    f->steps |= taken;
    return taken;
}

/* Of each item the steps that a start left may get to, were windows all that ended chains. Starts in the window of
 * one are kept together, those after it apart, so that what none reaches any more is forgotten. */
static void mark(const chooser *c, size_t start, size_t to, int32_t level)
{
    const lk_entries *e = c->e;
    front old = {0}, young = {0};
    size_t first = e->item[start];
    for (size_t i = first; i < to; i++) {
        uint64_t steps = e->items[i].steps & lk_attempt_steps(level), taken = 0;
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
}

/* Those of the starts left that get to the level. */
static leadkpi_status settle_level(chooser *c, int32_t level, leadkpi_error *error)
{
    for (size_t start = 0, last, to; find_stretch(c, level, &start, &last, &to); start = last + 1) {
        mark(c, start, to, level);
        c->sweep.marked = true;
        LK_TRY(walk_back(c, to, start, last, level, error));
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
    for (size_t start = 0; start < e->start_count; start++) levels |= (uint64_t)1 << (e->level[start] - 1);
    for (; levels; levels &= levels - 1) {
        int32_t level = (int32_t)lk_lowest_of_some(levels) + 1;
        lk_entries_find_barriers(e, level);
        for (size_t start = 0; start < e->start_count; start++)
            if (e->level[start] == level) e->over[start] = find_over(e, start, level);
        LK_TRY(lk_attempt_interrupted(e->search, error));
    }
    return LEADKPI_OK;
}

/* Of fewer items walks to each level are worth more than what one from the front saves. */
#define FEW_ITEMS 64

static leadkpi_status settle_all(chooser *c, leadkpi_error *error)
{
    const lk_entries *e = c->e;
    LK_TRY(settle_what_is_easy(c, error));
    if (c->settled < e->start_count) LK_TRY(settle_starts(c, error));
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
    return walk_back(c, (size_t)e->last[e->traced] + 1, e->traced, e->traced, e->level[e->traced], error);
}

/* ---- which rule ------------------------------------------------------------------------------------- */

leadkpi_status lk_entries_choose(lk_entries *e, leadkpi_error *error)
{
    uint32_t *cells = e->scratch;
    chooser c;
    c.e = e;
    c.since = c.settled = 0;
    c.traced = lk_funnel_counts_attempts(e->rule);
    c.sweep.marked = false;
    c.sweep.barred = e->rule->effect == LK_EFFECT_RESTART;
    if ((size_t)(cells - e->search->scratch->cells) % 2) cells++;
    e->done = (uint64_t *)(void *)cells, cells += 2 * e->traced_count;
    cells = lk_sweep_take_room(&c.sweep, e, cells);
    c.limit = cells, cells += e->start_count;
    c.bound = (uint8_t *)cells;
    memset(e->level, 0, e->start_count);
    find_limits(&c);
    if (c.traced) return settle_all(&c, error);
    LK_TRY(settle_highest(&c, error));
    return trace_best(&c, error);
}
