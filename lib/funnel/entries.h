/* entries.h: every start of a lead, and how far each of them gets. */
#ifndef LK_FUNNEL_ENTRIES_H
#define LK_FUNNEL_ENTRIES_H

#include "funnel/attempt.h"

#define LK_PLACE_NONE UINT32_MAX

/* A place is an item under one of its steps. */
typedef struct lk_entries {
    const lk_attempt_search *search;
    const lk_funnel_rule *rule;
    const lk_item *items;
    size_t first[LK_FUNNEL_STEPS_MAX + 1]; /* where steps may be left out: how many places the steps before have, and
                                              behind all the sum */
    size_t start_count; /* items of step 1 that are looked at */
    int32_t highest; /* the level that any of them gets to, exclusions or not, where these leave leads out */
    uint32_t *item;     /* of each start, in order */
    uint32_t *barriers; /* items that exclude */
    uint32_t *nearest;  /* of each barrier the first from it on that bars what is asked for, or none; and one more */
    size_t barrier_count;
    uint8_t *level; /* of each start; 0: does not count */
    uint32_t *last; /* of each start: the item where it got as far as it does */
    uint32_t *over; /* of each start: the item that ends the attempt for sure, or none */
    uint64_t *done; /* the steps of the starts from `traced` on; NULL: all up to their level */
    uint32_t *path; /* by step the items of these starts; NULL: no times */
    size_t traced, traced_count;
    uint32_t *scratch; /* what lk_entries_follow_cells or lk_entries_choose_cells asked for */
} lk_entries;

/* How far each start gets, where no step may be left out. O(steps * items). */
leadkpi_status lk_entries_follow(lk_entries *e, leadkpi_error *error);
bool lk_entries_follow_cells(const lk_entries *e, size_t *cells);

/* The same where steps may be left out. O(steps * items), and where windows end what would go on so much for each
 * level of the items in windows of starts that may get to it. */
leadkpi_status lk_entries_choose(lk_entries *e, leadkpi_error *error);
bool lk_entries_choose_cells(const lk_entries *e, size_t *cells);

/* What both need. PostHog's rule: of the attempts that got farthest one must have met no exclusion, neither
 * on its way, as `last` and the level say, nor afterwards in its window; else the lead is out. */
void lk_entries_keep_clean(lk_entries *e, int32_t highest);

/* The farthest; of those the first to get there; of those the last to start. It is what is traced. */
void lk_entries_keep_best(lk_entries *e);

/* Of the exclusions that bar the way on from a level the first after an item, if it comes within the window
 * of the start; else none. */
void lk_entries_find_barriers(lk_entries *e, int32_t level);
uint32_t lk_entries_barrier_after(const lk_entries *e, uint32_t item);

static inline bool lk_entries_is_within(const lk_entries *e, size_t start, uint32_t item)
{
    return item != LK_PLACE_NONE && e->items[item].time <= e->items[e->item[start]].until;
}

/* With entry=again: does a start come before the last attempt that counts is over? `before`: whose, or no start. */
static inline bool lk_entries_is_taken_up(const lk_entries *e, size_t before, size_t start)
{
    uint32_t item = e->item[start];
    if (before >= e->start_count) return false;
    return lk_entries_is_within(e, before, item) && item <= e->over[before]; /* none is above every item */
}

/* Is the item too far on to follow item i? An exclusion may be the step that follows, or the one followed,
 * but not stand between. */
static inline bool lk_entries_is_beyond(const lk_entries *e, uint32_t i, uint32_t item, uint32_t barrier)
{
    if (item > barrier || (e->rule->order == LK_ORDER_ADJACENT && item > i + 1)) return true;
    if (e->rule->step_window == INT64_MAX) return false;
    return e->items[item].time - e->items[i].time > e->rule->step_window;
}

#endif
