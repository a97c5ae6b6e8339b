/* any_order.c: steps in any order, with or without an anchor. Items match one step at most. */
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
}

/* A window that slides over the items; each enters once and leaves once. */
void lk_attempt_unordered(const lk_funnel_rule *rule, const lk_item *items, size_t count,
                          lk_attempt *attempt)
{
    presence p;
    size_t left = 0, best_left = 0;
    memset(&p, 0, sizeof p);
    for (size_t i = 0; i < count; i++) {
        enter(&p, &items[i]);
        while (items[i].time - items[left].time > rule->window) leave(&p, &items[left++]);
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
    collect_times(items, best_left, count, 0, attempt);
}

/* From each event of step 1 the different other steps after it, within the window. */
void lk_attempt_anchored(const lk_funnel_rule *rule, const lk_item *items, size_t count,
                         lk_attempt *attempt)
{
    presence p;
    size_t left = 0, right = 0, best = 0;
    memset(&p, 0, sizeof p);
    for (size_t i = 0; i < count; i++) {
        if (!(items[i].steps & 1)) continue;
        while (right < count && items[right].time - items[i].time <= rule->window)
            enter(&p, &items[right++]);
        while (left < i) leave(&p, &items[left++]);
        /* The anchor itself is in the window, so step 1 counts once. */
        if (p.different > attempt->level) {
            attempt->level = p.different;
            best = i;
        }
        if (rule->entry == LK_ENTRY_FIRST) break;
    }
    if (attempt->level == 0) return;
    set_start(&items[best], attempt);
    collect_times(items, best, count, 1, attempt);
}
