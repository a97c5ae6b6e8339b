/* sweep.h: eight chains at once that differ in what is removed from them. */
#ifndef LK_ATTRIBUTION_SWEEP_H
#define LK_ATTRIBUTION_SWEEP_H

#include "attribution/chain.h"

#define LK_LANES 8

/* What solves x_s = constant_s + sum over steps of coefficient * x of the other end, where the
 * states of the channels in the lanes are pinned. */
typedef struct lk_attribution_system {
    size_t state_count;
    const size_t *first;     /* by state, and one more */
    const uint32_t *other;   /* the other end */
    double *coefficients;    /* 0 from a state to itself */
    const double *constants; /* by state; NULL: 0 */
    const double *measure;   /* by state, 0 or more: what of x counts when it has come to rest */
    const uint32_t *rows;    /* the rows of each state's window, distinct */
    const size_t *row_ends;
    double pinned;           /* the value of pinned states */
    bool backward;           /* from the last state to the first */
    bool renormalise;        /* steps to pinned states are shared out over the others */
    const double *ends;      /* with it: by state, its share that goes to no state */
    uint32_t sweeps_most;    /* LK_SWEEPS_MAX or fewer */
    double tolerance;
} lk_attribution_system;

#define LK_SWEEPS_MAX 20000

/* lane l is the channel on row first_row + l. x: state_count * LK_LANES, the answer; scratch: the
 * same size. `*sweeps` is raised to how many it took. `*at_rest` is false where they did not do.
 * Status: OK, INTERRUPTED. */
leadkpi_status lk_attribution_sweep(const lk_attribution_system *system, const lk_memory *memory,
                                    uint32_t first_row, double *x, double *scratch,
                                    uint32_t *sweeps, bool *at_rest, leadkpi_error *error);

#endif
