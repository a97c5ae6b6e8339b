/* closed.h: ranges of time that are over, and what is left of a lead's events in them.
 *
 * Under an ordered rule with one window, what came before a range matters to what follows it by the
 * latest start of an attempt at each step alone. So a block keeps, of the events of one lead in one range,
 *   - for attempts that start in it: the latest start at each step, and the level they reach, with the
 *     first time that it was reached and the start of the attempt that did;
 *   - for attempts that come into it at step i: the earliest time at which they can be at step j.
 * Blocks of ranges that follow each other compose to the block of both, and composing is associative:
 * it does not matter in which order it is done. That the two halves of one instant never stand in two
 * blocks is what ranges see to.
 *
 * Times are counted as in standings.h; 0 is none. Steps are counted from 0. */
#ifndef LK_FUNNEL_CLOSED_H
#define LK_FUNNEL_CLOSED_H

#include "funnel/journeys.h"

/* The words of a block: those, then a start for each step but the last, then for each step i but the
 * last the times of the steps after it. 18 words for 5 steps. */
enum {
    LK_BLOCK_KEY,   /* its lead << 32 | its range */
    LK_BLOCK_LEVEL, /* reached by attempts that start in it */
    LK_BLOCK_START, /* of the one that got there first */
    LK_BLOCK_TIME,  /* and when */
    LK_BLOCK_STARTS
};

static inline size_t lk_block_words(int32_t step_count)
{
    size_t inner = (size_t)step_count - 1;
    return LK_BLOCK_STARTS + inner + inner * (inner + 1) / 2;
}

/* The times of the steps after step i of an attempt that comes in there; the first is that of i + 1. */
static inline size_t lk_block_after(int32_t step_count, int32_t i)
{
    size_t inner = (size_t)step_count - 1, row = (size_t)i;
    return LK_BLOCK_STARTS + inner + row * inner - row * (row - 1) / 2;
}

static inline uint64_t *lk_block_at(const lk_closed *closed, int32_t step_count, size_t i)
{
    return closed->blocks + i * lk_block_words(step_count);
}

/* The first block whose key is not below. */
size_t lk_closed_find(const lk_closed *closed, int32_t step_count, uint64_t key);

/* One past the blocks of a lead, of which block i is the first, if it has any. */
static inline size_t lk_closed_lead_end(const lk_closed *closed, int32_t step_count, uint32_t lead, size_t i)
{
    while (i < closed->block_count && lk_block_at(closed, step_count, i)[LK_BLOCK_KEY] >> 32 == lead) i++;
    return i;
}

/* Where an attempt is at each step: what reports walk through events and blocks. */
typedef struct lk_walk {
    const lk_funnel_rule *rule;
    uint64_t starts[LK_FUNNEL_STEPS_MAX]; /* the latest at each step; 0: none */
    uint32_t entries[LK_FUNNEL_STEPS_MAX]; /* the place of that event; LK_MAP_NONE: in a block */
    uint64_t start; /* of the attempt that counts */
    uint64_t time;  /* when it got to its level first */
    uint32_t entry;
    int32_t level;
} lk_walk;

void lk_walk_begin(lk_walk *walk, const lk_funnel_rule *rule);
void lk_walk_item(lk_walk *walk, const lk_item *item);
void lk_walk_block(lk_walk *walk, const uint64_t *block);

/* `block` becomes that of itself and, after it, of the items or the block. An empty block is all zero
 * but for its key; there is at least one item. */
void lk_block_add_items(const lk_funnel_rule *rule, uint64_t *block, const lk_item *items,
                        size_t count, uint64_t *scratch);
void lk_block_add_block(const lk_funnel_rule *rule, uint64_t *block, const uint64_t *after);

/* Of the events of a lead at places `start` to `end` - 1 the end of a piece that begins with the first, some thousand
 * and the rest of their last instant, so that the host is asked and their items stay in the cache. */
uint32_t lk_closed_piece_end(const lk_journeys *journeys, uint32_t start, uint32_t end);

/* Through all of a lead, some of whose events are closed. Room for its items is made. Of lk_interrupted_after is
 * `done`. Status: OK, INTERRUPTED. */
leadkpi_status lk_walk_lead(lk_walk *walk, lk_journeys *journeys, uint32_t lead, int64_t as_of,
                            const lk_memory *memory, size_t *done, leadkpi_error *error);

/* The range that holds the time, or LK_MAP_NONE. */
uint32_t lk_closed_range_of(const lk_closed *closed, int64_t time);

/* The latest time of a closed event; INT64_MIN: there is none. */
int64_t lk_closed_latest(const lk_closed *closed);

/* All of both handles' ranges and blocks; leads[i] is where lead i of `from` is in `into`. `made` is empty
 * where `from` has none, and takes the place of into's once nothing can fail any more.
 * Status: OK, MISMATCH, OVERFLOW, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_closed_merge(leadkpi_funnel *into, const lk_funnel_store *from,
                               const uint32_t *leads, lk_closed *made, leadkpi_error *error);

/* Parts of a state; state.h has the format. While blocks are read there is room for `capacity`. */
void lk_closed_write_ranges(const lk_closed *closed, lk_writer *writer);
size_t lk_closed_write_lead(const lk_closed *closed, int32_t step_count, uint32_t lead, size_t first,
                            lk_writer *writer); /* from its first block on; returns how many words */
leadkpi_status lk_closed_read_ranges(lk_closed *closed, lk_memory *memory, lk_reader *reader);
leadkpi_status lk_closed_read_lead(lk_closed *closed, size_t *capacity, int32_t step_count,
                                   uint32_t lead, lk_memory *memory, lk_reader *reader);
leadkpi_status lk_closed_read_end(lk_closed *closed, size_t *capacity, int32_t step_count,
                                  lk_memory *memory, leadkpi_error *error);

/* All blocks there is room for are in use. */
void lk_closed_free(lk_closed *closed, int32_t step_count, lk_memory *memory);

#endif
