/* entries_follow.c: how far each start gets, step by step, all starts at once.
 *
 * A chain from a start is an item of each step, each of which may follow the one before: it comes after it,
 * by the gap at least and the step window at most, is its neighbour where steps are adjacent, and no
 * exclusion stands between. Of all this only this matters: what may follow item i are those items of the next step
 * that stand in a stretch [from(i), reach(i)], and if i < i' then from(i) <= from(i') and reach(i) <= reach(i').
 *
 * Crossing. Let one chain lead from start s to item a and another from t > s to b <= a of one step.
 * Then s reaches b, and t reaches a. Proof: at some step the first chain is before the second, i < i', and
 * at the next it is not, j >= j'. From i < i' follows from(i) <= from(i') <= j' and j <= reach(i) <= reach(i');
 * with j' <= j then j' <= reach(i) and from(i') <= j. So j' may follow i, and j may follow i': the chains can
 * be swapped there.
 *
 * Let T be the items of a step that any start reaches, and [earliest(s), latest(s)] the first and last of those
 * that s reaches. Then s reaches all of T between them. Proof: let t reach b between earliest(s) and latest(s). If
 * t > s, then latest(s) and b cross; if t < s, then b and earliest(s) do, as t comes before s and b not before
 * earliest(s); either way s reaches b.
 *
 * So of a start only these two are kept. With i the first item of T from earliest(s) on that any may
 * follow, and i' the last up to latest(s): the next earliest(s) is the first of the next step from from(i) on, and
 * the next latest(s) its last up to reach(i'); without such i <= i' no chain of s goes on. earliest never falls from
 * a start to the next (else the two would cross), nor does latest, so that both are found by going along; T is a
 * merge of stretches. A step takes O(items + starts). earliest(s) is the earliest end of a chain, which decides on
 * the window, and on exclusions that end attempts.
 *
 * Times are those of the chain that is earliest at every step among those that get as far as the start
 * does. (Of two chains the earlier item at each step is a chain again, by the crossing.) At a step that is
 * the first item of T from earliest(s) on from which that level is reached; how far items reach is found
 * from the last step back. Where from some step on no start has left its earliest(s) for a later item, to go on
 * from there, what earliest(s) was is that chain, and none of this is looked for.
 *
 * Mostly earliest(s) itself is followed by some: the first of the next step from from(i) on is within reach(i). Then
 * neither T nor latest(s) matters, and they are not looked for until, at some step, a start's is not.
 *
 * Sets of items are rows of bits, entries_rows.h. */
#include "funnel/entries.h"
#include "funnel/entries_rows.h"

#define NONE LK_PLACE_NONE

typedef struct follower {
    lk_entries *e;
    size_t base, count; /* starts that are followed */
    size_t items;       /* that are looked at */
    size_t words, row_words; /* of a row: that are looked at; and all */
    bool barred;        /* may no exclusion stand between? */
    bool hindered;      /* may an item be followed by none although one behind it is? Else T is never looked for */
    bool expires;       /* does a step window or order=adjacent limit reach? */
    bool knows_reached; /* is T looked for, and latest? Only once a start's earliest is followed by none */
    int32_t astray;     /* the last step at which a start left its earliest item for a later one; 0: none */
    int32_t top;        /* the last step whose T is known */
    bool listed;        /* is `barrier` that of `barred_by`? */
    uint32_t barred_by;
    uint32_t *from;     /* of each item the first that may follow it; behind all of them: none */
    uint32_t *near;     /* and the last, but for exclusions; where expires */
    uint32_t *excludes; /* what it excludes, as bits; where any does */
    uint32_t *barrier;  /* and the first exclusion asked for after it, or none */
    uint32_t *reach;    /* and the last that may follow it, or none: all that are behind it */
    uint32_t *limit;    /* of each start the last item in its window */
    uint32_t *earliest;
    uint32_t *latest;   /* once it is looked for, as `reached` and `live` are */
    uint64_t *steps;    /* by step the items that match it */
    uint64_t *reached;  /* T: by step where times are asked for, else of this step and the next */
    uint64_t *live;     /* those of T that are followed by some */
    uint32_t *path;     /* items; NULL: not asked for */
    uint8_t *depth[3];  /* of each item of T the last step that can be reached from it, from 1; else 0 */
} follower;

static bool is_hindered(const lk_entries *e)
{
    return e->rule->order == LK_ORDER_ADJACENT || e->rule->step_window != INT64_MAX || e->barrier_count > 0;
}

static size_t reached_rows(const lk_entries *e)
{
    return e->search->times_wanted ? (size_t)e->rule->step_count : 2;
}

/* Of four bytes; the rows begin at an even one. Up to five numbers of each item are looked up and three depths written. */
bool lk_entries_follow_cells(const lk_entries *e, size_t *cells)
{
    bool hindered = is_hindered(e);
    size_t columns = hindered ? e->barrier_count ? 6 : 5 : 2;
    size_t items = e->search->count, starts, rows = (size_t)e->rule->step_count, of_items;
    if (hindered) rows += reached_rows(e) + 1;
    return lk_size_multiply(items, columns, &of_items) &&
           lk_size_multiply(e->start_count, 3, &starts) &&
           lk_size_multiply(lk_row_words(items), 2 * rows, cells) && lk_size_add(*cells, of_items, cells) &&
           lk_size_add(*cells, starts, cells) && lk_size_add(*cells, 4, cells);
}

/* ---- what may follow an item ----------------------------------------------------------- */

static void find_from(follower *f)
{
    const lk_item *items = f->e->items;
    size_t own = lk_funnel_takes_steps_together(f->e->rule), next = 0; /* it may follow itself */
    int64_t gap = f->e->rule->gap;
    for (size_t i = 0; i < f->items; i++) {
        if (next + own <= i) next = i + 1 - own;
        while (gap > 0 && next < f->items && items[next].time - items[i].time < gap) next++;
        f->from[i] = (uint32_t)next;
    }
}

static void find_near(follower *f)
{
    const lk_item *items = f->e->items;
    bool adjacent = f->e->rule->order == LK_ORDER_ADJACENT;
    int64_t step_window = f->e->rule->step_window;
    for (size_t i = 0, last = 0; i < f->items; i++) {
        if (last < i) last = i;
        while (last + 1 < f->items && !(adjacent && last > i) &&
               items[last + 1].time - items[i].time <= step_window)
            last++;
        f->near[i] = (uint32_t)last;
    }
}

/* What items exclude is read at many steps: it stands by itself, so that a pass reads 4 bytes an item. */
static leadkpi_status list_excludes(follower *f, leadkpi_error *error)
{
    const lk_item *items = f->e->items;
    size_t count = f->e->barrier_count ? f->e->search->count : 0;
    for (size_t i = 0; i < count; i++) {
        if (i % LK_INTERRUPT_ROWS == LK_INTERRUPT_ROWS - 1) LK_TRY(lk_interrupted(f->e->search->memory, error));
        f->excludes[i] = items[i].excludes;
    }
    return LEADKPI_OK;
}

/* The exclusions that may not stand between a step and the next, from the last item to the first. Cost an item: 4
 * bytes read and written, and no branch that a processor could foresee wrong. */
static void find_barriers(follower *f, uint32_t barred)
{
    const uint32_t *excludes = f->excludes;
    uint32_t *barrier = f->barrier, nearest = NONE;
    for (size_t i = f->e->search->count; i-- > 0;) {
        barrier[i] = nearest;
        nearest = excludes[i] & barred ? (uint32_t)i : nearest;
    }
}

/* Most rules bar the same at many steps. */
static void find_reach(follower *f, int32_t step)
{
    uint32_t barred = f->e->search->barriers[step];
    if (f->e->barrier_count == 0 || (f->listed && f->barred_by == barred)) return;
    f->listed = true;
    f->barred_by = barred;
    find_barriers(f, barred);
    if (!f->barred || !f->expires) return;
    for (size_t i = 0; i < f->items; i++) f->reach[i] = f->near[i] < f->barrier[i] ? f->near[i] : f->barrier[i];
}

/* ---- a step ------------------------------------------------------------------------------ */

static uint64_t *steps_row(const follower *f, int32_t step)
{
    return f->steps + (size_t)step * f->row_words;
}

static uint64_t *reached_row(const follower *f, int32_t step)
{
    return f->reached + (size_t)(f->path ? step : step % 2) * f->row_words;
}

/* Which of T are live, and T of the next step. Cost an item of T: its from and reach in order, and a word of the next
 * step's items; a branch that goes one way but where stretches begin. */
static void find_live(follower *f, int32_t step)
{
    const uint64_t *here = reached_row(f, step), *next_step = steps_row(f, step + 1);
    const uint32_t *from = f->from, *reach = f->reach;
    uint64_t *next_reached = reached_row(f, step + 1), *live = f->live;
    uint32_t end = (uint32_t)f->items - 1, covered = 0;
    size_t words = f->words;
    lk_row_walk next = lk_row_walk_next(next_step, words);
    memset(next_reached, 0, f->row_words * sizeof *next_reached);
    for (size_t word = 0; word < words; word++) {
        uint64_t followed = 0;
        for (uint64_t bits = here[word]; bits; bits &= bits - 1) {
            uint32_t bit = lk_lowest_of_some(bits), i = (uint32_t)(word * LK_ROW_BITS) + bit;
            uint32_t first = from[i], last = reach[i] < end ? reach[i] : end;
            bool goes_on = lk_row_next(&next, first) <= last;
            followed |= (uint64_t)goes_on << bit;
            if (!goes_on || last < covered) continue;
            lk_row_fill(next_reached, first > covered ? first : covered, last);
            covered = last + 1;
        }
        live[word] = followed;
    }
    for (size_t word = 0; word < words; word++) next_reached[word] &= next_step[word];
    f->top = step + 1;
}

/* From `step` on to the next, of starts that did so. Most share their latest with the one before. */
static void move_latest(follower *f, int32_t step)
{
    const uint8_t *level = f->e->level + f->base;
    const uint32_t *reach = f->reach;
    uint32_t *latest = f->latest, end = (uint32_t)f->items - 1, before = NONE, next = NONE;
    lk_row_walk live = lk_row_walk_last(f->live, f->words);
    lk_row_walk next_step = lk_row_walk_last(steps_row(f, step + 1), f->words);
    size_t count = f->count;
    for (size_t i = 0; i < count; i++) {
        if (level[i] < step + 2) continue;
        if (latest[i] != before) {
            before = latest[i];
            uint32_t last = reach[lk_row_last(&live, before)];
            next = lk_row_last(&next_step, last < end ? last : end);
        }
        latest[i] = next;
    }
}

/* T and latest of `step`, from those of the starts. */
static leadkpi_status find_reached(follower *f, int32_t step, leadkpi_error *error)
{
    const uint32_t *item = f->e->item + f->base;
    f->knows_reached = true;
    memset(reached_row(f, 0), 0, f->row_words * sizeof *f->reached);
    for (size_t i = 0; i < f->count; i++) {
        lk_row_set(reached_row(f, 0), item[i]);
        f->latest[i] = item[i];
    }
    for (int32_t before = 0; before <= step; before++) {
        LK_TRY(lk_attempt_interrupted(f->e->search, error));
        find_reach(f, before);
        find_live(f, before);
        if (before < step) move_latest(f, before);
    }
    return LEADKPI_OK;
}

/* The starts that got to a step, one after the other. */
typedef struct moving {
    int32_t step;
    lk_row_walk live, next_step;
    bool moves;
} moving;

/* A start from whose earliest item it does not go on: the next item from the first live one, or none. */
static leadkpi_status go_astray(follower *f, moving *m, size_t i, uint32_t *next, leadkpi_error *error)
{
    if (!f->knows_reached) LK_TRY(find_reached(f, m->step, error));
    uint32_t item = lk_row_next(&m->live, f->earliest[i]);
    *next = item <= f->latest[i] ? lk_row_next(&m->next_step, f->from[item]) : NONE;
    if (*next <= f->limit[f->base + i]) f->astray = m->step;
    return LEADKPI_OK;
}

/* Those that got to a step go on if they can. What is read for each start stands in locals: a level, which is a
 * byte, may be anything to a compiler. Cost a start: its level, earliest item and window, from and reach, and a word
 * of the next step's items, in order. */
static leadkpi_status move_starts(follower *f, moving *m, leadkpi_error *error)
{
    const uint32_t *limit = f->limit + f->base, *from = f->from, *reach = f->reach;
    const uint32_t *barrier = f->e->barrier_count ? f->barrier : NULL;
    uint8_t *level = f->e->level + f->base;
    uint32_t *earliest = f->earliest, *over = f->e->over + f->base;
    uint32_t *path = f->path ? f->path + (size_t)(m->step + 1) * f->count : NULL;
    lk_row_walk next_step = m->next_step;
    size_t count = f->count;
    int32_t step = m->step;
    bool ends = f->e->rule->effect == LK_EFFECT_END, moves = false;
    for (size_t i = 0; i < count; i++) {
        if (level[i] != step + 1) continue;
        uint32_t first = earliest[i], next = lk_row_next(&next_step, from[first]);
        if (LK_UNLIKELY(next > reach[first]) && next <= limit[i]) LK_TRY(go_astray(f, m, i, &next, error));
        uint32_t bar = barrier ? barrier[first] : NONE;
        if (next > limit[i] || (ends && bar < next)) {
            over[i] = bar <= limit[i] ? bar : NONE;
            continue;
        }
        earliest[i] = next;
        level[i] = (uint8_t)(step + 2);
        if (path) path[i] = next;
        moves = true;
    }
    m->moves = moves;
    return LEADKPI_OK;
}

static leadkpi_status move(follower *f, int32_t step, bool *moves, leadkpi_error *error)
{
    moving m = {step, lk_row_walk_next(f->live, f->words), lk_row_walk_next(steps_row(f, step + 1), f->words), false};
    find_reach(f, step);
    if (f->knows_reached) find_live(f, step);
    LK_TRY(move_starts(f, &m, error));
    if (f->knows_reached) move_latest(f, step);
    *moves = m.moves;
    return LEADKPI_OK;
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
    const uint32_t *item = f->e->item + f->base;
    f->astray = f->top = 0;
    f->knows_reached = false;
    memset(f->e->level + f->base, 1, f->count);
    memcpy(f->earliest, item, f->count * sizeof *item);
    if (f->path) memcpy(f->path, item, f->count * sizeof *item);
}

static leadkpi_status follow(follower *f, leadkpi_error *error)
{
    lk_entries *e = f->e;
    bool moves = true;
    begin(f);
    for (int32_t step = 0; moves && step + 1 < e->rule->step_count; step++) {
        LK_TRY(lk_attempt_interrupted(e->search, error));
        LK_TRY(move(f, step, &moves, error));
    }
    for (size_t i = 0; i < f->count; i++) {
        uint32_t last = f->earliest[i];
        e->last[f->base + i] = last;
        if (e->level[f->base + i] == e->rule->step_count) e->over[f->base + i] = last;
    }
    return LEADKPI_OK;
}

/* ---- times ----------------------------------------------------------------------------------- */

/* The highest depth of a stretch whose ends only rise, of values up to `middle` and of those behind it: O(1) in the
 * end, as each value is looked at once in either part. */
typedef struct stretch_depth {
    const uint8_t *depth;
    uint8_t *up_to_middle; /* the highest from each item to the middle */
    uint32_t middle, last; /* the end that was looked at last; one past each */
    uint8_t behind;        /* the highest from the middle to it */
} stretch_depth;

static inline uint8_t highest_of(stretch_depth *s, uint32_t first, uint32_t last)
{
    if (first >= s->middle) {
        uint8_t highest = 0;
        for (uint32_t i = last + 1; i-- > first;) {
            if (s->depth[i] > highest) highest = s->depth[i];
            s->up_to_middle[i] = highest;
        }
        s->middle = s->last = last + 1;
        s->behind = 0;
        return highest;
    }
    for (; s->last <= last; s->last++)
        if (s->depth[s->last] > s->behind) s->behind = s->depth[s->last];
    return s->up_to_middle[first] > s->behind ? s->up_to_middle[first] : s->behind;
}

/* An item reaches as far as the farthest of those that may follow it. Into depth[0], of that behind in depth[1]. */
static void find_depths(follower *f, int32_t step)
{
    const uint64_t *here = reached_row(f, step);
    uint8_t *depth = f->depth[0];
    uint32_t end = (uint32_t)f->items - 1;
    stretch_depth s = {f->depth[1], f->depth[2], 0, 0, 0};
    memset(depth, 0, f->items);
    for (size_t word = 0; word < f->words; word++)
        for (uint64_t bits = here[word]; bits; bits &= bits - 1) {
            uint32_t i = (uint32_t)(word * LK_ROW_BITS) + lk_lowest_of_some(bits);
            uint32_t first = f->from[i], last = f->reach[i] < end ? f->reach[i] : end;
            uint8_t farthest = first <= last ? highest_of(&s, first, last) : 0;
            depth[i] = farthest ? farthest : (uint8_t)(step + 1);
        }
}

/* From the last start and item to the first. Of the items passed, at[d] is the first that reaches as far
 * as level d + 1 and no farther, where bit d says that none of those before it reaches farther. */
static void choose_items(follower *f, int32_t step)
{
    uint32_t at[LK_FUNNEL_STEPS_MAX], *path = f->path + (size_t)step * f->count;
    const uint8_t *level_of = f->e->level + f->base, *depth_of = f->depth[0];
    size_t item = f->items;
    uint64_t depths = 0;
    for (size_t i = f->count; i-- > 0;) {
        int32_t level = level_of[i];
        if (level <= step || depth_of[path[i]] >= level) continue;
        while (item > path[i]) {
            int32_t depth = depth_of[--item];
            if (depth == 0) continue;
            depths = (depths & ~lk_attempt_steps(depth)) | (uint64_t)1 << (depth - 1);
            at[depth - 1] = (uint32_t)item;
        }
        path[i] = at[lk_lowest_bit(depths & ~lk_attempt_steps(level - 1))];
    }
}

static leadkpi_status trace(follower *f, leadkpi_error *error)
{
    if (f->astray == 0) return LEADKPI_OK;
    memset(f->depth[1], 0, f->items);
    for (int32_t step = f->top; step > 0; step--) {
        LK_TRY(lk_attempt_interrupted(f->e->search, error));
        if (step < f->top) find_reach(f, step);
        find_depths(f, step);
        if (step <= f->astray) choose_items(f, step);
        uint8_t *here = f->depth[0];
        f->depth[0] = f->depth[1];
        f->depth[1] = here;
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
    f->items = (size_t)e->last[e->traced] + 1;
    f->words = lk_row_words(f->items);
    f->path = e->path;
    LK_TRY(follow(f, error));
    return trace(f, error);
}

static void take_rows(follower *f)
{
    const lk_entries *e = f->e;
    uint32_t *cells = e->scratch;
    size_t items = e->search->count, steps = (size_t)e->rule->step_count;
    f->items = items;
    f->words = f->row_words = lk_row_words(items);
    if ((size_t)(cells - e->search->scratch->cells) % 2) cells++;
    f->steps = (uint64_t *)(void *)cells, cells += 2 * steps * f->row_words;
    f->reached = (uint64_t *)(void *)cells, cells += f->hindered ? 2 * reached_rows(e) * f->row_words : 0;
    f->live = (uint64_t *)(void *)cells, cells += f->hindered ? 2 * f->row_words : 0;
    f->limit = cells, cells += e->start_count;
    f->earliest = cells, cells += e->start_count;
    f->latest = cells, cells += e->start_count;
    f->from = cells, cells += items;
    f->reach = cells, cells += items;
    if (!f->hindered) return;
    f->near = cells, cells += items;
    f->barrier = cells, cells += items;
    f->excludes = cells, cells += e->barrier_count ? items : 0;
    f->depth[0] = (uint8_t *)cells;
    f->depth[1] = f->depth[0] + items;
    f->depth[2] = f->depth[1] + items;
}

/* Where nothing comes too late, and no exclusion bars the way, all that is behind an item is within its reach. */
static void open_reach(follower *f)
{
    f->expires = f->e->rule->order == LK_ORDER_ADJACENT || f->e->rule->step_window != INT64_MAX;
    f->barred = f->e->rule->effect != LK_EFFECT_END && f->e->barrier_count > 0;
    if (f->expires)
        find_near(f);
    else if (f->barred)
        f->reach = f->barrier;
    else
        memset(f->reach, 0xFF, f->items * sizeof *f->reach);
    if (f->expires && !f->barred) f->reach = f->near;
}

leadkpi_status lk_entries_follow(lk_entries *e, leadkpi_error *error)
{
    follower f = {.e = e, .count = e->start_count, .hindered = is_hindered(e)};
    take_rows(&f);
    LK_TRY(lk_rows_of_steps(e->search, f.steps, error));
    LK_TRY(list_excludes(&f, error));
    find_from(&f);
    open_reach(&f);
    if (lk_funnel_counts_attempts(e->rule)) f.path = e->path;
    LK_TRY(lk_attempt_interrupted(e->search, error));
    find_limits(&f);
    LK_TRY(follow(&f, error));
    if (f.path) LK_TRY(trace(&f, error));
    if (e->rule->effect == LK_EFFECT_LEAD) lk_entries_keep_clean(e, e->highest);
    if (lk_funnel_counts_attempts(e->rule)) return LEADKPI_OK;
    return trace_best(&f, error);
}
