/* entries_rows.h: sets of a lead's items as rows of bits, one an item, and a clear one behind the last.
 *
 * What is asked of a row is the set bit next to a place. Places rise from question to question, so that no stretch
 * without any is gone over twice: O(1) a question in the end, and mostly one word read and no branch that a
 * processor could foresee wrong. */
#ifndef LK_FUNNEL_ENTRIES_ROWS_H
#define LK_FUNNEL_ENTRIES_ROWS_H

#include "funnel/attempt.h"

#define LK_ROW_BITS 64
#define LK_ROW_NONE UINT32_MAX

static inline size_t lk_row_words(size_t items)
{
    return items / LK_ROW_BITS + 1;
}

/* By step the items that have it: rows of lk_row_words(search->count). Status: OK, INTERRUPTED. */
leadkpi_status lk_rows_of_steps(const lk_attempt_search *search, uint64_t *rows, leadkpi_error *error);

static inline void lk_row_set(uint64_t *row, uint32_t item)
{
    row[item / LK_ROW_BITS] |= (uint64_t)1 << item % LK_ROW_BITS;
}

/* All from the first to the last. */
static inline void lk_row_fill(uint64_t *row, uint32_t first, uint32_t last)
{
    uint64_t from = UINT64_MAX << first % LK_ROW_BITS, to = UINT64_MAX >> (LK_ROW_BITS - 1 - last % LK_ROW_BITS);
    size_t word = first / LK_ROW_BITS, end = last / LK_ROW_BITS;
    if (word == end) {
        row[word] |= from & to;
        return;
    }
    row[word++] |= from;
    while (word < end) row[word++] = UINT64_MAX;
    row[end] |= to;
}

/* Goes along a row in one direction of questions. */
typedef struct lk_row_walk {
    const uint64_t *row;
    size_t words;
    size_t passed;  /* lk_row_last: words that need not be looked at again */
    uint32_t found; /* the bit that a stretch without any ends at, or that it follows; or none */
} lk_row_walk;

static inline lk_row_walk lk_row_walk_next(const uint64_t *row, size_t words)
{
    return (lk_row_walk){row, words, 0, 0};
}

static inline lk_row_walk lk_row_walk_last(const uint64_t *row, size_t words)
{
    return (lk_row_walk){row, words, 0, LK_ROW_NONE};
}

void lk_row_skip_forward(lk_row_walk *walk, size_t word);
void lk_row_skip_back(lk_row_walk *walk, size_t word);

/* The first set bit from a place on, or none. */
static inline uint32_t lk_row_next(lk_row_walk *w, uint32_t place)
{
    uint64_t bits = w->row[place / LK_ROW_BITS] >> place % LK_ROW_BITS;
    if (LK_LIKELY(bits)) return place + lk_lowest_of_some(bits);
    if (w->found <= place) lk_row_skip_forward(w, place / LK_ROW_BITS);
    return w->found;
}

/* The last set bit up to a place, or none. */
static inline uint32_t lk_row_last(lk_row_walk *w, uint32_t place)
{
    uint64_t bits = w->row[place / LK_ROW_BITS] << (LK_ROW_BITS - 1 - place % LK_ROW_BITS);
    if (LK_LIKELY(bits)) return place - (LK_ROW_BITS - 1 - lk_highest_bit(bits));
    lk_row_skip_back(w, place / LK_ROW_BITS);
    return w->found;
}

#endif
