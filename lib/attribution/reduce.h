/* reduce.h: a chain's past (markov_chain.c) by fewer states than it has. */
#ifndef LK_ATTRIBUTION_REDUCE_H
#define LK_ATTRIBUTION_REDUCE_H

#include "attribution/sweep.h"

/* The chain by its steps in and out. All of it stays the caller's. */
typedef struct lk_attribution_steps {
    const lk_attribution_graph *graph;
    const double *in;        /* coefficients of the steps in */
    const size_t *first_out; /* steps out, by state */
    const uint32_t *to;
    const uint32_t *rows; /* of the windows, distinct by state */
    const size_t *row_ends;
} lk_attribution_steps;

typedef struct lk_attribution_reduction {
    lk_attribution_steps steps;
    uint8_t *place;   /* by state */
    uint32_t *alias;  /* the state that it always equals; LK_MAP_NONE: none */
    uint32_t *lists;  /* one block of the three below: state_count in all */
    uint32_t *up, *down, *chain;
    size_t up_count, down_count, chain_count;
    uint32_t *by_slot;
    double *measure;
    /* of eight channels */
    uint32_t *root;   /* the state that holds its value; LK_MAP_NONE: it is 0 */
    uint32_t *slot_of;
    size_t *first, *row_ends;
    uint32_t *other, *slot, *states, *rows;
    double *coefficients, *measures, *x;
    size_t row_room;
} lk_attribution_reduction;

/* measure: as of lk_attribution_system. lk_attribution_reduction_free after any outcome. */
leadkpi_status lk_attribution_reduction_make(lk_attribution_reduction *reduction, lk_memory *memory,
                                             const lk_attribution_steps *steps,
                                             const double *measure, leadkpi_error *error);
void lk_attribution_reduction_free(lk_attribution_reduction *reduction, lk_memory *memory);

/* w of eight channels from first_row on, by slot of the whole chain. Status: as the sweep. */
leadkpi_status lk_attribution_reduction_solve(lk_attribution_reduction *reduction,
                                              const lk_memory *memory, uint32_t first_row,
                                              double tolerance, double *w, double *scratch,
                                              uint32_t *sweeps, leadkpi_error *error);

#endif
