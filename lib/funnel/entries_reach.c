/* entries_reach.c: one start, followed from item to item with its steps as bits.
 *
 * Of the items that a step was done at the latest is all that matters once it may be followed: what the gap no longer
 * keeps from following an earlier one it keeps from the latest neither, that one is within the step window for
 * longer, and fewer exclusions are past it. So of each step one bit says whether it may be followed as if there were
 * no exclusions, and if one is past it a word has the steps that are left open. */
#include "funnel/entries_reach.h"

#include "funnel/entries_sweep.h"

typedef struct reacher {
    const lk_entries *e;
    const lk_attempt_ways *ways;
    const uint64_t *taken; /* of each item from the first on the steps done there */
    size_t first;
    bool together;         /* may a step follow one of the same item? */
    bool barred, waits, expires;
    size_t entering, leaving; /* items from `leaving` up to `entering` may be followed, for all that time says */
    size_t barrier, waiting;  /* the last item that excludes, and the last that waits for the gap; first: none */
    uint64_t near, all; /* steps that may be followed: those that no exclusion is past, and all */
    uint64_t far;       /* what exclusions leave open */
    uint64_t next;      /* all that may come next; known unless something has changed since */
    bool changed;
    size_t work;
    uint32_t latest[LK_FUNNEL_STEPS_MAX]; /* where they were done last; if they expire */
    uint64_t open[LK_FUNNEL_STEPS_MAX];   /* where one is past */
} reacher;

static inline void find_next(reacher *r)
{
    const lk_funnel_rule *rule = r->e->rule;
    if (!r->changed) return;
    r->changed = false;
    r->next = (r->far | lk_reach_following(rule->optional, r->near)) & lk_funnel_all_steps(rule);
}

static void find_far(reacher *r)
{
    r->far = 0;
    for (uint64_t left = r->all & ~r->near; left; left &= left - 1) r->far |= r->open[lk_lowest_of_some(left)];
}

/* An exclusion is past these steps. */
static void bar(reacher *r, uint32_t excludes, uint64_t steps)
{
    uint8_t barred[LK_FUNNEL_RANGES_MAX + 1];
    lk_sweep_find_barred(r->ways, excludes, barred);
    for (uint64_t left = steps; left; left &= left - 1, r->work++) {
        uint32_t step = lk_lowest_of_some(left);
        uint64_t open = r->near >> step & 1 ? r->ways->follow[step] : r->open[step];
        r->open[step] = open & r->ways->below[barred[r->ways->here[step]]];
    }
    r->near &= ~steps;
    r->work += (size_t)r->ways->here_count;
}

/* The steps of an item may be followed, by what is behind it. */
static void enter(reacher *r, size_t item, uint64_t steps)
{
    r->near |= steps;
    r->all |= steps;
    if (!r->expires) return;
    for (uint64_t left = steps; left; left &= left - 1) r->latest[lk_lowest_of_some(left)] = (uint32_t)item;
}

/* After the gap, exclusions may have come. */
static void enter_late(reacher *r, size_t item, size_t now)
{
    const lk_item *items = r->e->items;
    uint64_t steps = r->taken[item - r->first];
    if (!steps) return;
    enter(r, item, steps);
    for (size_t i = r->barrier > item ? item + 1 : now; i < now; i++, r->work++)
        if (items[i].excludes) bar(r, items[i].excludes, steps);
}

static void expire(reacher *r, size_t item)
{
    for (uint64_t left = r->taken[item - r->first]; left; left &= left - 1) {
        uint32_t step = lk_lowest_of_some(left);
        if (r->latest[step] != item) continue;
        r->near &= ~((uint64_t)1 << step);
        r->all &= ~((uint64_t)1 << step);
    }
}

static bool is_too_far(const reacher *r, size_t before, size_t now)
{
    const lk_funnel_rule *rule = r->e->rule;
    if (rule->order == LK_ORDER_ADJACENT && now - before > 1) return true;
    return r->e->items[now].time - r->e->items[before].time > rule->step_window;
}

/* What may be followed by an item. */
static void move_on(reacher *r, size_t now)
{
    const lk_item *items = r->e->items;
    size_t entering = r->entering, leaving = r->leaving;
    while (r->waits && r->entering < now && items[now].time - items[r->entering].time >= r->e->rule->gap)
        enter_late(r, r->entering++, now);
    while (r->expires && r->leaving < r->entering && is_too_far(r, r->leaving, now)) expire(r, r->leaving++);
    if (r->entering == entering && r->leaving == leaving) return;
    r->work += r->entering - entering + (r->leaving - leaving);
    if (r->barred) find_far(r);
    r->changed = true;
}

/* The steps of an item that a chain may get to, from each other, too, where one event may be many. */
static inline uint64_t take_steps(const reacher *r, uint64_t steps, uint64_t next)
{
    uint64_t taken = 0, more = steps & next;
    while (more) {
        taken |= more;
        if (!r->together) break;
        more = steps & lk_reach_following(r->e->rule->optional, taken) & ~taken;
    }
    return taken;
}

/* An exclusion leaves the steps of its own item as they are. */
static inline void leave(reacher *r, size_t item, uint64_t taken)
{
    uint32_t excludes = r->barred ? r->e->items[item].excludes : 0;
    if (!taken && !excludes) return;
    if (excludes) r->barrier = item;
    if (excludes && r->all) {
        bar(r, excludes, r->all);
        find_far(r);
    }
    if (r->waits) {
        if (taken) r->waiting = item + 1;
    } else {
        enter(r, item, taken);
        r->entering = item + 1;
    }
    r->changed = true;
}

static inline bool is_over(const reacher *r)
{
    return !r->next && (!r->waits || r->entering >= r->waiting);
}

static reacher begin(const lk_entries *e, size_t first, bool barred, const uint64_t *taken)
{
    const lk_funnel_rule *rule = e->rule;
    reacher r;
    r.e = e;
    r.ways = lk_sweep_ways(e, false);
    r.taken = taken;
    r.waits = rule->gap > 0;
    r.expires = rule->step_window != INT64_MAX || rule->order == LK_ORDER_ADJACENT;
    r.together = lk_funnel_takes_steps_together(rule) && !r.waits;
    r.barred = barred;
    r.first = r.entering = r.leaving = r.barrier = r.waiting = first;
    r.near = r.all = r.far = 0;
    r.next = 1;
    r.changed = false;
    r.work = 0;
    return r;
}

/* Cost an item: 32 bytes read and 8 written, in order, and mostly one branch. */
leadkpi_status lk_reach_find(const lk_entries *e, size_t start, size_t limit, bool barred, size_t most, uint64_t *taken,
                             lk_reach *reach, leadkpi_error *error)
{
    size_t first = e->item[start], asked = 0;
    reacher r = begin(e, first, barred, taken);
    *reach = (lk_reach){0, first, 0, 0};
    for (size_t i = first; i <= limit && reach->level < e->rule->step_count; i++) {
        if (i > first && (r.waits || r.expires)) move_on(&r, i);
        find_next(&r);
        if (is_over(&r)) break;
        uint64_t here = taken[i - first] = take_steps(&r, e->items[i].steps, r.next);
        if (here >> reach->level) {
            reach->level = (int32_t)lk_highest_bit(here) + 1;
            reach->last = i;
        }
        reach->steps |= here;
        leave(&r, i, here);
        reach->work = ++r.work;
        if (r.work > most) {
            reach->level = 0;
            break;
        }
        if (r.work - asked < LK_INTERRUPT_ROWS) continue;
        asked = r.work;
        LK_TRY(lk_interrupted(e->search->memory, error));
    }
    return LEADKPI_OK;
}
