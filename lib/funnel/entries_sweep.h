/* entries_sweep.h: one walk over items that finds for each place, an item under one of its steps, the best of
 * those that may follow it, where steps may be left out.
 *
 * Best is the least key. From the end the key of a place is that of its best chain: how far it gets, where it ends,
 * how many optional steps it has. From the front, as in a mirror where the last item and step come first, it is
 * the latest start that gets there. What is said of steps below is said of those of the walk: in the mirror
 * step 0 is the last one. */
#ifndef LK_FUNNEL_ENTRIES_SWEEP_H
#define LK_FUNNEL_ENTRIES_SWEEP_H

#include "funnel/entries.h"

#define LK_SWEEP_NONE UINT64_MAX
#define LK_SWEEP_STEP_BITS 6 /* the lowest of a key: the step that follows */

/* Of a step the places that something may still follow up on, best first: none is as good as one behind it, from
 * which more may be reached. They stand up to `tail`; those from `near` on may follow whatever comes: no
 * exclusion that counts is past them. Behind them, if not at once, are those that are too near for the gap. */
typedef struct lk_sweep_line {
    uint64_t near_key; /* of the first near one, with its step */
    uint64_t *word;    /* of each a key, and behind it the low bits of its place, 20; */
    uint16_t *high;    /* and the others */
    uint32_t near_place, near, tail, waiting, end;
} lk_sweep_line;

typedef struct lk_sweep {
    const lk_entries *e;
    const lk_attempt_ways *ways;
    const lk_item *origin; /* what is walked: its first item */
    ptrdiff_t stride;      /* 1: from the front; -1: from the end */
    size_t count;
    uint64_t steps; /* that are looked at */
    uint64_t ends;  /* where chains may begin that are walked along: at any of these steps */
    uint64_t wanted; /* steps of which places may have a chain */
    uint64_t optional;
    bool barred;  /* may no exclusion stand between? */
    bool expires; /* may what follows one place no longer follow the next? */

    /* Places with a chain are numbered as they are walked over, those of an item from its last step to its first. */
    uint32_t *next;     /* the place that follows, or none; from the end only */
    uint8_t *next_step; /* and its step */
    uint64_t last_key;  /* of the place walked over last; from the end only */
    uint32_t *begin; /* of each item walked over its first place; behind them the next */
    uint64_t *taken; /* of each item, in their order, the steps of its places; before it is walked over, */
    bool marked;     /* if so, from the end, the steps to look at */
    uint64_t *taken_of_first;
    uint32_t place;  /* the next one */

    /* What may be followed: items up to `entering` have come near enough, places from `least` on are not too far. */
    size_t entering, leaving;
    uint32_t least;

    uint64_t *word; /* of all lines */
    uint16_t *high;
    lk_sweep_line line[LK_FUNNEL_STEPS_MAX];
    uint64_t alive;  /* steps that have near ones */
    uint64_t behind; /* and those that have some before the near ones */

    /* Behind the last exclusion: by group of steps here and there the first place that none is past, the same from
     * each group there that is a bit of `barred_from` up to the next one; what that exclusion leaves; and the best of
     * each step, known where it is not `stale`. */
    uint32_t barrier;
    uint32_t barred_from[LK_FUNNEL_RANGES_MAX + 1];
    uint32_t limit[LK_FUNNEL_RANGES_MAX + 1][LK_FUNNEL_RANGES_MAX + 2];
    uint64_t open[LK_FUNNEL_RANGES_MAX + 1];
    uint64_t stale;
    uint64_t far_key[LK_FUNNEL_STEPS_MAX];
    uint32_t far_place[LK_FUNNEL_STEPS_MAX];
    uint64_t reached[LK_FUNNEL_STEPS_MAX]; /* from the front: the best at each step so far */
} lk_sweep;

/* How many cells of four bytes a walk needs; and takes, from an even one on. Behind them is what is returned. */
bool lk_sweep_cells(const lk_entries *e, size_t *cells);
uint32_t *lk_sweep_take_room(lk_sweep *s, const lk_entries *e, uint32_t *cells);

/* What may follow what, in a walk from the end or from the front. And of an exclusion by group of steps here the least
 * group there that it bars the way to, as to all above; or their number. */
const lk_attempt_ways *lk_sweep_ways(const lk_entries *e, bool mirrored);
void lk_sweep_find_barred(const lk_attempt_ways *ways, uint32_t excludes, uint8_t *barred);

/* Begins a walk over items `from` to `to - 1`, of which the arrays have room for all places. From the end it looks
 * at these steps, and chains end at step `level`, or with level 0 wherever they do. */
void lk_sweep_back(lk_sweep *s, size_t from, size_t to, uint64_t steps, int32_t level);
void lk_sweep_front(lk_sweep *s, size_t from, size_t to);

/* Walks over the next item, the one after `walked`. */
void lk_sweep_back_over(lk_sweep *s, size_t walked);
void lk_sweep_front_over(lk_sweep *s, size_t walked);

static inline uint64_t lk_sweep_key(int32_t level, uint32_t end, uint32_t more)
{
    return (uint64_t)(LK_FUNNEL_STEPS_MAX - level) << 44 | (uint64_t)end << 12 |
           (uint64_t)(LK_FUNNEL_STEPS_MAX - 1 - more) << LK_SWEEP_STEP_BITS;
}

static inline int32_t lk_sweep_level(uint64_t key)
{
    return LK_FUNNEL_STEPS_MAX - (int32_t)(key >> 44);
}

static inline uint32_t lk_sweep_end(uint64_t key)
{
    return (uint32_t)(key >> 12);
}

static inline uint64_t lk_sweep_key_of_start(uint32_t start)
{
    return (uint64_t)~start << LK_SWEEP_STEP_BITS;
}

static inline uint32_t lk_sweep_start(uint64_t key)
{
    return ~(uint32_t)(key >> LK_SWEEP_STEP_BITS);
}

#endif
