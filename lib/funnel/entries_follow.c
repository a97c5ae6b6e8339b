/* entries_follow.c: how final each start gets, step by step, all starts at once.
 *
 * A chain from a start is a place of each step, each of which may follow the one before: it comes after it,
 * by the gap at least and the step window at most, is its neighbour where steps are adjacent, and no
 * exclusion stands between. Of all this only this matters: the places that may follow place p are a
 * stretch [low(p), high(p)] of the next step's places, and if p < p' then low(p) <= low(p') and
 * high(p) <= high(p').
 *
 * Crossing. Let one chain lead from start s to place a and another from t > s to b <= a of one step.
 * Then s reaches b, and t reaches a. Proof: at some step the first chain is before the second, p < p', and
 * at the next it is not, q >= q'. From p < p' follows low(p) <= low(p') <= q' and q <= high(p) <= high(p');
 * with q' <= q then q' <= high(p) and low(p') <= q. So q' may follow p, and q may follow p': the chains can
 * be swapped there.
 *
 * Let T be the places of a step that any start reaches, and [earliest(s), latest(s)] the first and last of those
 * that s reaches. Then s reaches all of T between them. Proof: let t reach b between earliest(s) and latest(s). If
 * t > s, then latest(s) and b cross; if t < s, then b and earliest(s) do, as t comes before s and b not before
 * earliest(s); either way s reaches b.
 *
 * So of a start only these two are kept. With p the first place of T from earliest(s) on that any place may
 * follow, and p' the last up to latest(s): the next earliest(s) is low(p) and the next latest(s) is high(p'), and
 * without such p <= p' no chain of s goes on. earliest never falls from a start to the next (else the two would
 * cross), nor does final, so that both are found by going along; T is a merge of stretches. A step takes
 * O(items of both steps + starts). earliest(s) is the earliest end of a chain, which decides on the window, and
 * on exclusions that end attempts.
 *
 * Times are those of the chain that is earliest at every step among those that get as far as the start
 * does. (Of two chains the earlier place at each step is a chain again, by the crossing.) At a step that is
 * the first place of T from earliest(s) on from which that level is reached; how far places reach is found
 * from the last step back. Where from some step on no start has left its earliest(s) for a later place, to go on
 * from there, what earliest(s) was is that chain, and none of this is looked for.
 *
 * Where nothing stands between and nothing comes too late but for a start's own window, high(p) is the last place
 * of the step. Then p is followed by some if any place behind it is: a start goes on from earliest(s) if from
 * any, and neither T nor latest(s) matters. */
#include "funnel/entries.h"

#define NONE LK_PLACE_NONE

typedef struct follower {
    lk_entries *e;
    size_t base, count; /* starts that are followed */
    bool barred;        /* may no exclusion stand between? */
    bool hindered;      /* may a place be followed by none although one behind it is? Else T is not looked for */
    int32_t astray;     /* the last step at which a start left its earliest place for a later one; 0: none */
    bool listed;        /* are the exclusions listed that bar `barred_by`? */
    uint64_t barred_by;
    uint32_t cut;       /* items after it are not looked at */
    uint32_t *limit; /* of each start the last item in its window */
    uint32_t *earliest, *latest;
    uint32_t *reached; /* T */
    uint32_t *live, *low, *high; /* those of T that are followed by some, NONE behind them, and by which */
    size_t reached_count, live_count;
    uint32_t *path; /* places, or where nothing hinders items; NULL: not asked for */
    uint8_t *depth; /* of each place that is reached the last step that can be reached from it, from 1; else 0 */
    bool marked;    /* are depths written? Only once a start went astray */
} follower;

static bool is_hindered(const lk_entries *e)
{
    return e->rule->order == LK_ORDER_ADJACENT || e->rule->step_window != INT64_MAX ||
           e->barrier_count > 0;
}

static size_t depth_cells(const lk_entries *e)
{
    return e->search->times_wanted ? e->first[e->rule->step_count] / 4 + 1 : 0;
}

bool lk_entries_follow_cells(const lk_entries *e, size_t *cells)
{
    size_t lists, starts;
    if (!is_hindered(e)) return lk_size_multiply(e->start_count, 2, cells);
    return lk_size_multiply(e->longest, 4, &lists) && lk_size_multiply(e->start_count, 3, &starts) &&
           lk_size_add(lists, starts, cells) && lk_size_add(*cells, depth_cells(e) + 1, cells);
}

/* ---- what may follow a place ----------------------------------------------------------- */

typedef struct stretch {
    size_t low, high, end;   /* [low, high) of the places before `end` */
    const uint32_t *barrier; /* the first of the exclusions asked for that is not passed, or NONE at their end */
    uint32_t own;            /* 1: an item may follow itself */
    int64_t gap;
} stretch;

/* The exclusions that may not stand before a step, with NONE at their end: what is asked most is then one
 * comparison. Their room is that of `nearest`, which is found later. Most rules bar the same at many steps. */
static const uint32_t *list_barriers(follower *f, int32_t to)
{
    const lk_entries *e = f->e;
    uint64_t barred = lk_funnel_barriers(e->rule, to - 1, to);
    size_t count = 0;
    if (barred & e->in_all_barriers) barred = UINT64_MAX; /* all of them, as at other such steps */
    if (f->listed && f->barred_by == barred) return e->nearest;
    f->listed = true;
    f->barred_by = barred;
    for (size_t i = 0; i < e->barrier_count; i++)
        if (e->items[e->barriers[i]].excludes & barred) e->nearest[count++] = e->barriers[i];
    e->nearest[count] = NONE;
    return e->nearest;
}

/* The first of the exclusions asked for after an item; items only rise from call to call. */
static inline uint32_t move_barrier(uint32_t item, const uint32_t **barrier)
{
    while (**barrier <= item) ++*barrier;
    return **barrier;
}

/* The depths of a step, by place: steps that share places do not share these. */
static uint8_t *depths_of(const follower *f, int32_t step)
{
    return f->depth + (f->e->first[step] - f->e->list[step]);
}

/* One past the places of a step that are looked at. */
static size_t places_end(const follower *f, int32_t step)
{
    size_t low = f->e->list[step], high = low + (f->e->first[step + 1] - f->e->first[step]);
    if (f->cut == NONE) return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (f->e->item[middle] <= f->cut)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static stretch stretch_of(follower *f, int32_t to)
{
    static const uint32_t none = NONE;
    const lk_entries *e = f->e;
    return (stretch){e->list[to], e->list[to], places_end(f, to), f->barred ? list_barriers(f, to) : &none,
                     lk_funnel_takes_steps_together(e->rule), e->rule->gap};
}

/* Moves on to the first place that may follow item i as far as order and gap go. */
static inline void move_low(const uint32_t *item, const lk_item *items, uint32_t i, stretch *s)
{
    while (s->low < s->end && (item[s->low] + s->own <= i ||
                               (s->gap > 0 && items[item[s->low]].time - items[i].time < s->gap)))
        s->low++;
}

/* Moves on to what may follow item i. Both ends only rise: O(1) an item in the end. */
static inline bool move_stretch(const lk_entries *e, uint32_t i, stretch *s)
{
    move_low(e->item, e->items, i, s);
    uint32_t barrier = move_barrier(i, &s->barrier);
    if (s->high < s->low) s->high = s->low;
    while (s->high < s->end && !lk_entries_is_beyond(e, i, e->item[s->high], barrier)) s->high++;
    return s->low < s->high;
}

/* ---- a step ------------------------------------------------------------------------------ */

static void find_live(follower *f, int32_t step)
{
    stretch s = stretch_of(f, step + 1);
    f->live_count = 0;
    for (size_t i = 0; i < f->reached_count; i++) {
        uint32_t place = f->reached[i];
        if (!move_stretch(f->e, f->e->item[place], &s)) continue;
        f->live[f->live_count] = place;
        f->low[f->live_count] = (uint32_t)s.low;
        f->high[f->live_count++] = (uint32_t)s.high - 1;
    }
    f->live[f->live_count] = NONE;
}

static void find_reached(follower *f, int32_t step)
{
    uint32_t *reached = f->reached, place = 0;
    size_t count = 0;
    for (size_t i = 0; i < f->live_count; i++) {
        if (place < f->low[i]) place = f->low[i];
        for (; place <= f->high[i]; place++) reached[count++] = place;
    }
    f->reached_count = count;
    if (!f->marked) return;
    uint8_t *depth = depths_of(f, step);
    for (size_t i = 0; i < count; i++) depth[reached[i]] = (uint8_t)(step + 1);
}

static void reach_starts(follower *f)
{
    f->reached_count = f->count;
    for (size_t i = 0; i < f->count; i++) f->reached[i] = (uint32_t)(f->base + i);
}

/* Begins to write depths when the first start has gone astray, at a step: those of what is reached up to the next
 * are found once more. Mostly none does, or one does soon. */
static leadkpi_status mark(follower *f, int32_t step, leadkpi_error *error)
{
    if (!f->path || f->marked || f->astray == 0) return LEADKPI_OK;
    f->marked = true;
    memset(f->depth, 0, f->e->first[f->e->rule->step_count]);
    reach_starts(f);
    for (int32_t back = 0; back <= step; back++) {
        LK_TRY(lk_attempt_interrupted(f->e->search, error));
        find_live(f, back);
        find_reached(f, back + 1);
    }
    return LEADKPI_OK;
}

/* Those that got to `step` go on if they can. What is read for each start stands in locals: a level, which is a
 * byte, may be anything to a compiler. Cost a start: its earliest, latest, level and window in order, and the live
 * places between. */
static bool move_starts(follower *f, int32_t step)
{
    const lk_entries *e = f->e;
    const uint32_t *item = e->item, *limit = f->limit + f->base, *barrier = list_barriers(f, step + 1);
    const uint32_t *live = f->live, *lows = f->low, *highs = f->high;
    uint8_t *level = e->level + f->base;
    uint32_t *earliest = f->earliest, *latest = f->latest, *over = e->over + f->base;
    uint32_t *path = f->path ? f->path + (size_t)(step + 1) * f->count : NULL;
    size_t from = 0, up_to = 0, count = f->count;
    bool moves = false, astray = false, ends = e->rule->effect == LK_EFFECT_END;
    for (size_t i = 0; i < count; i++) {
        uint32_t first = earliest[i], last = latest[i];
        if (level[i] != step + 1) continue;
        while (live[from] < first) from++;
        uint32_t next = live[from] <= last ? item[lows[from]] : NONE;
        if (next > limit[i] || (ends && move_barrier(item[first], &barrier) < next)) {
            uint32_t bar = move_barrier(item[first], &barrier);
            over[i] = bar <= limit[i] ? bar : NONE;
            continue;
        }
        if (up_to < from) up_to = from;
        while (live[up_to + 1] <= last) up_to++;
        astray |= live[from] != first;
        earliest[i] = lows[from];
        latest[i] = highs[up_to];
        level[i] = (uint8_t)(step + 2);
        if (path) path[i] = lows[from];
        moves = true;
    }
    if (astray) f->astray = step;
    return moves;
}

/* The same where nothing hinders. What is read for each start stands in locals: a level, which is a byte, may be
 * anything to a compiler. Cost a start: its level, earliest place and window, and an item of both steps, in order. */
static bool move_freely(follower *f, int32_t step)
{
    const uint32_t *item = f->e->item, *limit = f->limit + f->base;
    const lk_item *items = f->e->items;
    uint8_t *level = f->e->level + f->base;
    uint32_t *earliest = f->earliest, *over = f->e->over + f->base;
    uint32_t *path = f->path ? f->path + (size_t)(step + 1) * f->count : NULL;
    size_t count = f->count;
    stretch s = stretch_of(f, step + 1);
    bool moves = false;
    for (size_t i = 0; i < count; i++) {
        if (level[i] != step + 1) continue;
        move_low(item, items, item[earliest[i]], &s);
        if (s.low == s.end || item[s.low] > limit[i]) {
            over[i] = NONE;
            continue;
        }
        earliest[i] = (uint32_t)s.low;
        level[i] = (uint8_t)(step + 2);
        if (path) path[i] = item[s.low];
        moves = true;
    }
    return moves;
}

/* `until` never falls from an item to the next. */
static void find_limits(follower *f)
{
    const lk_entries *e = f->e;
    size_t item = 0;
    for (size_t start = 0; start < e->start_count; start++) {
        int64_t until = e->items[e->item[start]].until;
        while (item < e->search->count && e->items[item].time <= until) item++;
        f->limit[start] = (uint32_t)item - 1;
    }
}

/* ---- all steps ----------------------------------------------------------------------------- */

static void begin(follower *f)
{
    lk_entries *e = f->e;
    f->astray = 0;
    f->listed = f->marked = false;
    if (f->hindered) reach_starts(f);
    for (size_t i = 0; i < f->count; i++) {
        f->earliest[i] = (uint32_t)(f->base + i);
        if (f->hindered) f->latest[i] = (uint32_t)(f->base + i);
        e->level[f->base + i] = 1;
        if (f->path) f->path[i] = f->hindered ? (uint32_t)(f->base + i) : e->item[f->base + i];
    }
}

static leadkpi_status move_hindered(follower *f, int32_t step, bool *moves, leadkpi_error *error)
{
    find_live(f, step);
    find_reached(f, step + 1);
    *moves = move_starts(f, step);
    return mark(f, step, error);
}

static leadkpi_status follow(follower *f, leadkpi_error *error)
{
    lk_entries *e = f->e;
    bool moves = true;
    begin(f);
    for (int32_t step = 0; moves && step + 1 < e->rule->step_count; step++) {
        LK_TRY(lk_attempt_interrupted(e->search, error));
        if (f->hindered)
            LK_TRY(move_hindered(f, step, &moves, error));
        else
            moves = move_freely(f, step);
    }
    for (size_t i = 0; i < f->count; i++) {
        uint32_t last = e->item[f->earliest[i]];
        e->last[f->base + i] = last;
        if (e->level[f->base + i] == e->rule->step_count) e->over[f->base + i] = last;
    }
    return LEADKPI_OK;
}

/* ---- times ----------------------------------------------------------------------------------- */

/* A place reaches as far as the farthest of those that may follow it: a stretch that moves on, so a queue
 * of falling depths has it in O(1). */
static void find_depths(follower *f, int32_t step)
{
    const lk_entries *e = f->e;
    uint32_t *queue = f->live;
    uint8_t *here = depths_of(f, step);
    const uint8_t *behind = depths_of(f, step + 1);
    size_t head = 0, tail = 0, next = e->list[step + 1];
    stretch s = stretch_of(f, step + 1);
    size_t end = places_end(f, step);
    for (size_t place = e->list[step]; place < end; place++) {
        if (here[place] == 0 || !move_stretch(e, e->item[place], &s)) continue;
        for (; next < s.high; next++) {
            while (tail > head && behind[queue[tail - 1]] <= behind[next]) tail--;
            queue[tail++] = (uint32_t)next;
        }
        while (queue[head] < s.low) head++;
        if (behind[queue[head]] > here[place]) here[place] = behind[queue[head]];
    }
}

/* From the last start and place to the first. Of the places passed, at[d] is the first that reaches as far
 * as level d + 1 and no farther, where bit d says that none of those before it reaches farther. */
static void choose_places(follower *f, int32_t step)
{
    const lk_entries *e = f->e;
    uint32_t at[LK_FUNNEL_STEPS_MAX], *path = f->path + (size_t)step * f->count;
    const uint8_t *depth_of = depths_of(f, step);
    size_t place = places_end(f, step);
    uint64_t depths = 0;
    for (size_t i = f->count; i-- > 0;) {
        int32_t level = e->level[f->base + i];
        if (level <= step) continue;
        while (place > path[i]) {
            int32_t depth = depth_of[--place];
            if (depth == 0) continue;
            depths = (depths & ~lk_attempt_steps(depth)) | (uint64_t)1 << (depth - 1);
            at[depth - 1] = (uint32_t)place;
        }
        path[i] = at[lk_lowest_bit(depths & ~lk_attempt_steps(level - 1))];
    }
}

static leadkpi_status trace(follower *f, leadkpi_error *error)
{
    if (f->astray == 0) return LEADKPI_OK;
    for (int32_t step = f->e->rule->step_count - 1; step-- > 1;) {
        LK_TRY(lk_attempt_interrupted(f->e->search, error));
        find_depths(f, step);
    }
    for (int32_t step = 1; step <= f->astray; step++) {
        LK_TRY(lk_attempt_interrupted(f->e->search, error));
        choose_places(f, step);
    }
    return LEADKPI_OK;
}

/* ---- which rule -------------------------------------------------------------------------------- */

/* No event after the last of the attempt takes part in it, for that is its earliest end. */
static leadkpi_status trace_best(follower *f, leadkpi_error *error)
{
    lk_entries *e = f->e;
    lk_entries_keep_best(e);
    if (!e->path || e->level[e->traced] == 0) return LEADKPI_OK;
    f->base = e->traced;
    f->count = 1;
    f->cut = e->last[e->traced];
    f->path = e->path;
    LK_TRY(follow(f, error));
    return trace(f, error);
}

static void take_lists(follower *f, uint32_t *cells)
{
    const lk_entries *e = f->e;
    f->latest = cells, cells += e->start_count;
    f->reached = cells, cells += e->longest;
    f->live = cells, cells += e->longest + 1;
    f->low = cells, cells += e->longest;
    f->high = cells, cells += e->longest;
    f->depth = (uint8_t *)cells;
}

leadkpi_status lk_entries_follow(lk_entries *e, leadkpi_error *error)
{
    uint32_t *cells = e->scratch;
    follower f = {.e = e, .count = e->start_count, .cut = NONE, .barred = e->rule->effect != LK_EFFECT_END};
    f.hindered = is_hindered(e);
    e->items_in_path = !f.hindered;
    f.limit = cells, cells += e->start_count;
    f.earliest = cells, cells += e->start_count;
    if (f.hindered) take_lists(&f, cells);
    if (lk_funnel_counts_attempts(e->rule)) f.path = e->path;
    find_limits(&f);
    LK_TRY(follow(&f, error));
    if (f.path) LK_TRY(trace(&f, error));
    if (e->rule->effect == LK_EFFECT_LEAD) lk_entries_keep_clean(e, e->highest);
    if (lk_funnel_counts_attempts(e->rule)) return LEADKPI_OK;
    return trace_best(&f, error);
}
