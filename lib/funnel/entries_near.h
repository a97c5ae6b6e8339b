/* entries_near.h: one start whose attempt takes few items, where steps may be left out and no exclusion bars the way.
 *
 * What entries_reach.h and entries_sweep.h do for any start, in the nearest cache and without what they keep for
 * long lines: most attempts in short windows are such. */
#ifndef LK_FUNNEL_ENTRIES_NEAR_H
#define LK_FUNNEL_ENTRIES_NEAR_H

#include "funnel/entries.h"

#define LK_NEAR_ITEMS 128 /* of an attempt, from its start on */

typedef struct lk_near {
    const lk_funnel_rule *rule;
    const lk_item *items; /* from the start on */
    const lk_attempt_ways *ways;
    uint32_t *chain;   /* by item and step what follows the place, as a key, see entries_near.c */
    uint32_t row_bits; /* an item has room for 2^row_bits steps there */
    uint32_t own[LK_FUNNEL_STEPS_MAX]; /* what the key of a place of each step has of its own */
    bool together; /* may a step follow one of the same item? */
    bool expires;  /* does a step window or order=adjacent limit what may follow? */
    int32_t level; /* the highest that the start gets to, */
    size_t last;   /* and the first item where */
    size_t work;   /* items and places looked at */
    uint64_t taken[LK_NEAR_ITEMS]; /* of each item the steps that the start gets to there; then those on a chain */
} lk_near;

/* Cells of four bytes. */
size_t lk_near_cells(const lk_funnel_rule *rule);
void lk_near_open(lk_near *near, const lk_entries *e, uint32_t *cells);

/* How far a start gets whose window ends with item `limit`. False if its attempt may take more items. */
bool lk_near_find(lk_near *near, const lk_entries *e, size_t start, size_t limit);

/* The steps of its best chain, which takes more than one item; these go to path[step * stride], unless that is NULL. */
uint64_t lk_near_trace(lk_near *near, const lk_entries *e, size_t start, uint32_t *path, size_t stride);

#endif
