/* direct.h: a chain of few states without one channel, solved at once. */
#ifndef LK_ATTRIBUTION_DIRECT_H
#define LK_ATTRIBUTION_DIRECT_H

#include "attribution/markov.h"
#include "attribution/sweep.h"

/* Up to so many states a chain is solved at once, up to so many where sweeps do not come to rest
 * (n^3 / 3 operations and 8 n^2 bytes a channel: 6 M and 0.5 MB, 3 G and 34 MB). */
#define LK_DIRECT_ALWAYS 256
#define LK_DIRECT_MOST 2048

typedef struct lk_attribution_direct {
    size_t room; /* states */
    double *block;
    lk_attribution_square square; /* points into the block */
    double *results[2]; /* by state, LK_LANES each: of both amounts */
    uint32_t *states; /* by row of the square: its state */
    uint32_t *rows;   /* by state: its row; LK_MAP_NONE: of the channel */
} lk_attribution_direct;

/* How many sweeps a chain of so many states gets first: none, some, or all there are. */
uint32_t lk_attribution_direct_after(size_t state_count);

/* Room for so many states and one more; it only grows, and what was in there is lost then.
 * lk_attribution_direct_free after any outcome. Status: OK, LIMIT (too many), OUT_OF_MEMORY. */
leadkpi_status lk_attribution_direct_reserve(lk_attribution_direct *direct, lk_memory *memory,
                                             size_t state_count, leadkpi_error *error);
void lk_attribution_direct_free(lk_attribution_direct *direct, lk_memory *memory);

/* An empty square of the states that are not of the channel on a row. */
void lk_attribution_direct_begin(lk_attribution_direct *direct, size_t state_count,
                                 const uint32_t *rows, const size_t *row_ends, uint32_t row);

#endif
