/* reduce.h: a chain's past and future (markov_chain.c) by fewer states than it has. */
#ifndef LK_ATTRIBUTION_REDUCE_H
#define LK_ATTRIBUTION_REDUCE_H

#include "attribution/direct.h"
#include "attribution/eliminate.h"

/* The states that are left, in the order of their numbers. */
typedef struct lk_attribution_core {
    size_t count;
    uint32_t *states;    /* by place */
    uint32_t *places;    /* by state */
    size_t *first;       /* steps by place */
    uint32_t *other;
    double *coefficients;
    double *flows;       /* by place: all that goes through it */
    double *measures, *constants;
    uint32_t *rows;      /* of the windows, distinct by state */
    size_t *row_ends;
    uint32_t *again;     /* by place: where in `other` it is already */
    double *x;           /* by place, LK_LANES each */
} lk_attribution_core;

typedef struct lk_attribution_reduction {
    const lk_attribution_graph *graph;
    const uint32_t *rows; /* of the windows, distinct by state */
    const size_t *row_ends;
    lk_attribution_elimination block, packed, left; /* of 64 channels, that again, of eight */
    lk_attribution_core core;
    lk_attribution_direct direct;
    bool is_solved; /* the eight channels' futures are the results of `direct` */
    uint32_t first_row, lane_count;
    size_t row_room;
} lk_attribution_reduction;

/* rows, row_ends: stay the caller's. lk_attribution_reduction_free after any outcome. */
leadkpi_status lk_attribution_reduction_make(lk_attribution_reduction *reduction, lk_memory *memory,
                                             const lk_attribution_graph *graph, const uint32_t *rows,
                                             const size_t *row_ends, leadkpi_error *error);
void lk_attribution_reduction_free(lk_attribution_reduction *reduction, lk_memory *memory);

/* Eight channels, or the lane_count that are left, from first_row on, one after the other from 0: what is lost of
 * both amounts without each. Lanes beyond hold nothing of use, here and below. scratch: state_count * LK_LANES. Status: OK, LIMIT (no rest, and too many states for lk_attribution_direct),
 * INTERRUPTED, OUT_OF_MEMORY. */
leadkpi_status lk_attribution_reduction_remove(lk_attribution_reduction *reduction,
                                               lk_memory *memory, uint32_t first_row,
                                               uint32_t lane_count, double tolerance,
                                               double lost[2][LK_LANES], double *scratch, uint32_t *sweeps,
                                               leadkpi_error *error);

/* After it: w by state of the same channels; k of one amount, kind 0 before 1. Both state_count * LK_LANES. */
void lk_attribution_reduction_past(const lk_attribution_reduction *reduction, double *w);
leadkpi_status lk_attribution_reduction_future(lk_attribution_reduction *reduction,
                                               lk_memory *memory, size_t kind,
                                               double tolerance, double *k, double *scratch,
                                               uint32_t *sweeps, leadkpi_error *error);

#endif
