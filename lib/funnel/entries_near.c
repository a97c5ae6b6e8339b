/* entries_near.c: of one start and few items all that matters stands in words.
 *
 * Forwards sets of steps say what the start gets to at each item, as in entries_reach.c. What may be followed is the
 * union of those of a stretch of items whose ends only rise; where steps expire it is kept in two parts, those of items
 * up to a middle and of those behind it, so that each item is looked at twice.
 *
 * Back from where it gets to each place takes the best that may follow it. All chains end alike, so of two the
 * one is better that has more optional steps; of these the lower step that follows, then the earlier item. A key has
 * these in its bits, so that the least is the best; and of each step the least of the items that may follow is kept. It
 * is looked for again once its item is too far: a stretch holds few.
 *
 * Cost: of an item a few words forwards, and of a place one key written and one compared for each step that may follow
 * it; of a run of optional steps each once an item. Every branch depends on the rule or on what expires. */
#include "funnel/entries_near.h"

#include "funnel/entries_reach.h"
#include "funnel/entries_sweep.h"

#define NONE UINT32_MAX /* above every key */
#define ITEM_BITS 7
#define STEP_BITS 6
#define MORE_SHIFT (ITEM_BITS + STEP_BITS)
#define END ((LK_FUNNEL_STEPS_MAX << MORE_SHIFT) | ((1 << MORE_SHIFT) - 1)) /* what follows the last place of a chain */

_Static_assert(LK_NEAR_ITEMS == 1 << ITEM_BITS, "an item of a chain has so many bits");
_Static_assert(LK_FUNNEL_STEPS_MAX == 1 << STEP_BITS, "and a step");

static inline uint32_t item_of(uint32_t key)
{
    return key % LK_NEAR_ITEMS;
}

static inline uint32_t step_of(uint32_t key)
{
    return key >> ITEM_BITS & (LK_FUNNEL_STEPS_MAX - 1);
}

/* Of a place, by that of what follows it: an optional step makes it better by one. */
static inline uint32_t key_of(const lk_near *n, size_t item, uint32_t step, uint32_t following)
{
    return (following >> MORE_SHIFT << MORE_SHIFT) + n->own[step] + (uint32_t)item;
}

static inline uint32_t *chain_at(const lk_near *n, size_t item, uint32_t step)
{
    return &n->chain[(item << n->row_bits) + step];
}

/* A row has room for a power of two. */
static uint32_t row_bits(const lk_funnel_rule *rule)
{
    return lk_highest_bit((uint64_t)rule->step_count - 1) + 1;
}

size_t lk_near_cells(const lk_funnel_rule *rule)
{
    return (size_t)LK_NEAR_ITEMS << row_bits(rule);
}

void lk_near_open(lk_near *n, const lk_entries *e, uint32_t *cells)
{
    n->rule = e->rule;
    n->chain = cells;
    n->row_bits = row_bits(e->rule);
    n->expires = e->rule->step_window != INT64_MAX || e->rule->order == LK_ORDER_ADJACENT;
    n->together = lk_funnel_takes_steps_together(e->rule) && e->rule->gap <= 0;
    n->ways = lk_sweep_ways(e, false);
    for (uint32_t step = 0; step < LK_FUNNEL_STEPS_MAX; step++)
        n->own[step] = (step << ITEM_BITS) - ((uint32_t)(e->rule->optional >> step & 1) << MORE_SHIFT);
}

/* ---- forwards ------------------------------------------------------------------------------ */

/* The steps of items from `leaving` up to `entering`, which may be followed. */
typedef struct stretch {
    size_t entering, leaving;
    size_t middle;   /* items before it are in `up_to`, those from it on in `behind` */
    uint64_t behind;
    uint64_t up_to[LK_NEAR_ITEMS]; /* from each item to the middle */
} stretch;

static inline bool is_too_far(const lk_near *n, size_t before, size_t now)
{
    if (n->rule->order == LK_ORDER_ADJACENT && now - before > 1) return true;
    return n->items[now].time - n->items[before].time > n->rule->step_window;
}

static inline void move_middle(const lk_near *n, stretch *s)
{
    uint64_t steps = 0;
    for (size_t i = s->entering; i-- > s->leaving;) s->up_to[i] = steps |= n->taken[i];
    s->middle = s->entering;
    s->behind = 0;
}

/* What may be followed by an item. */
static inline uint64_t find_near(const lk_near *n, stretch *s, size_t now)
{
    int64_t gap = n->rule->gap;
    for (; s->entering < now && (gap <= 0 || n->items[now].time - n->items[s->entering].time >= gap); s->entering++)
        s->behind |= n->taken[s->entering];
    if (!n->expires) return s->behind;
    while (s->leaving < s->entering && is_too_far(n, s->leaving, now)) s->leaving++;
    if (s->leaving >= s->middle) move_middle(n, s);
    return s->leaving < s->middle ? s->up_to[s->leaving] | s->behind : s->behind;
}

/* The steps of an item that a chain may get to, from each other, too, where one event may be many. */
static inline uint64_t take_steps(const lk_near *n, uint64_t steps, uint64_t next)
{
    uint64_t taken = steps & next, more = n->together ? taken : 0;
    while (more) {
        more = steps & lk_reach_following(n->rule->optional, taken) & ~taken;
        taken |= more;
    }
    return taken;
}

static inline void raise_level(lk_near *n, size_t i)
{
    if (!(n->taken[i] >> n->level)) return;
    n->level = (int32_t)lk_highest_bit(n->taken[i]) + 1;
    n->last = i;
}

bool lk_near_find(lk_near *n, const lk_entries *e, size_t start, size_t limit)
{
    size_t first = e->item[start], count = limit - first + 1, i, waiting = 1;
    uint64_t all = lk_funnel_all_steps(n->rule);
    stretch s;
    s.entering = s.leaving = s.middle = 0;
    s.behind = 0;
    n->items = e->items + first;
    n->level = 0;
    n->taken[0] = take_steps(n, n->items[0].steps, 1);
    raise_level(n, 0);
    for (i = 1; i < count && i < LK_NEAR_ITEMS && n->level < n->rule->step_count; i++) {
        uint64_t near = find_near(n, &s, i);
        if (!near && s.entering >= waiting) break;
        n->taken[i] = take_steps(n, n->items[i].steps, lk_reach_following(n->rule->optional, near) & all);
        if (n->taken[i]) waiting = i + 1;
        raise_level(n, i);
    }
    n->work = i;
    return i < LK_NEAR_ITEMS || count <= LK_NEAR_ITEMS || n->level == n->rule->step_count;
}

/* ---- back ----------------------------------------------------------------------------------- */

/* Of each step the best of the places that may be followed up on: those of items from `entered` to `farthest`. */
typedef struct walk {
    size_t entered, farthest;
    uint64_t alive;  /* steps that have one, which may have become too far */
    uint64_t wanted; /* and those that may have one, as something may follow them */
    uint32_t best[LK_FUNNEL_STEPS_MAX];
} walk;

static inline void enter(const lk_near *n, walk *w, uint32_t step, uint32_t key)
{
    uint32_t best = w->alive >> step & 1 ? w->best[step] : NONE;
    w->best[step] = key < best ? key : best;
    w->alive |= (uint64_t)1 << step;
    w->wanted |= n->ways->before[step];
}

static inline void enter_item(const lk_near *n, walk *w, size_t item)
{
    for (uint64_t left = n->taken[item]; left; left &= left - 1) {
        uint32_t step = lk_lowest_of_some(left);
        enter(n, w, step, key_of(n, item, step, *chain_at(n, item, step)));
    }
}

/* The best of a step is too far: of those that are not. */
static void find_again(lk_near *n, walk *w, uint32_t step)
{
    w->alive &= ~((uint64_t)1 << step);
    for (size_t i = w->entered; i <= w->farthest; i++)
        if (n->taken[i] >> step & 1) enter(n, w, step, key_of(n, i, step, *chain_at(n, i, step)));
    n->work += w->farthest - w->entered + 1;
}

/* Both ends of the items that may follow. */
static inline void move_on(const lk_near *n, walk *w, size_t now)
{
    int64_t gap = n->rule->gap;
    while (w->entered > now + 1 && (gap <= 0 || n->items[w->entered - 1].time - n->items[now].time >= gap))
        enter_item(n, w, --w->entered);
    while (n->expires && w->farthest > now && is_too_far(n, now, w->farthest)) w->farthest--;
}

/* The best that may follow some steps more. */
static inline uint32_t find_best(lk_near *n, walk *w, uint64_t more, uint32_t best)
{
    for (; more; more &= more - 1) {
        uint32_t step = lk_lowest_of_some(more);
        if (item_of(w->best[step]) > w->farthest) find_again(n, w, step);
        if (w->alive >> step & 1 && w->best[step] < best) best = w->best[step];
    }
    return best;
}

/* How many places there were. */
static inline size_t walk_over(lk_near *n, walk *w, size_t i, uint64_t steps)
{
    uint64_t seen = 0, left;
    uint32_t best = NONE, target = i == n->last ? (uint32_t)n->level - 1 : LK_FUNNEL_STEPS_MAX;
    size_t places = 0;
    n->taken[i] = 0;
    if (n->together) w->entered = i;
    while ((left = steps & w->wanted) != 0) {
        uint32_t step = lk_highest_bit(left);
        uint64_t follow = n->ways->follow[step];
        steps &= ((uint64_t)1 << step) - 1;
        places++;
        if (!(follow & seen)) best = NONE; /* another run */
        best = find_best(n, w, w->alive & follow & ~seen, best);
        seen = follow;
        uint32_t following = step == target ? END : best;
        if (following == NONE) continue;
        *chain_at(n, i, step) = following;
        n->taken[i] |= (uint64_t)1 << step;
        if (n->together) enter(n, w, step, key_of(n, i, step, following));
    }
    return places;
}

static void walk_back(lk_near *n)
{
    walk w;
    size_t places = 0;
    w.entered = n->last + 1;
    w.farthest = n->last;
    w.alive = 0;
    w.wanted = (uint64_t)1 << (n->level - 1);
    for (size_t i = n->last + 1; i-- > 0;) {
        uint64_t steps = n->taken[i];
        if (!steps) continue;
        move_on(n, &w, i);
        places += walk_over(n, &w, i, steps);
    }
    n->work += places;
}

uint64_t lk_near_trace(lk_near *n, const lk_entries *e, size_t start, uint32_t *path, size_t stride)
{
    uint32_t first = e->item[start], key = 0; /* the first step at the first item */
    uint64_t done = 0;
    walk_back(n);
    for (; key != END; key = *chain_at(n, item_of(key), step_of(key))) {
        done |= (uint64_t)1 << step_of(key);
        if (path) path[step_of(key) * stride] = first + item_of(key);
    }
    return done;
}
