/* sweep.c: Gauss-Seidel over the states of a chain, eight right-hand sides abreast.
 *
 * The matrix is that of a chain that ends, so with constants of 0 or more the sweeps rise from 0
 * to the answer and never past it: no difference is taken and small answers keep their digits.
 * It stops when what is still to come, by the rate of the last two sweeps, is below the
 * tolerance of what is there. */
#include "attribution/sweep.h"

#include <math.h>
#include <string.h>

typedef struct lk_sweep_lanes {
    double moved[LK_LANES]; /* sum of measure * |change| */
    double size[LK_LANES];  /* sum of measure * |x| */
} lk_sweep_lanes;

/* Does the channel of a lane have its part in this state? */
static void pin(const lk_attribution_system *system, uint32_t first_row, size_t state, double value,
                double lanes[LK_LANES])
{
    size_t i = state ? system->row_ends[state - 1] : 0;
    for (; i < system->row_ends[state]; i++) {
        uint32_t lane = system->rows[i] - first_row;
        if (lane < LK_LANES) lanes[lane] = value;
    }
}

/* The hot loop. Cost a step and eight lanes: 12 bytes in order, one line of 64 bytes of x from
 * wherever it is (the second or third cache: 64 bytes a state), eight products and sums. */
static inline void gather(const lk_attribution_system *system, size_t state, const double *x,
                          double lanes[LK_LANES])
{
    for (size_t i = system->first[state]; i < system->first[state + 1]; i++) {
        const double *from = x + (size_t)system->other[i] * LK_LANES;
        double coefficient = system->coefficients[i];
        for (size_t l = 0; l < LK_LANES; l++) lanes[l] += coefficient * from[l];
    }
}

/* 1 less what goes to pinned states, by lane. */
static void share_out(const lk_attribution_system *system, uint32_t first_row, size_t state,
                      double lanes[LK_LANES])
{
    double left[LK_LANES];
    for (size_t l = 0; l < LK_LANES; l++) left[l] = 1;
    for (size_t i = system->first[state]; i < system->first[state + 1]; i++) {
        double pinned[LK_LANES] = {0};
        pin(system, first_row, system->other[i], system->coefficients[i], pinned);
        for (size_t l = 0; l < LK_LANES; l++) left[l] -= pinned[l];
    }
    for (size_t l = 0; l < LK_LANES; l++) lanes[l] = left[l] > 0x1p-50 ? lanes[l] / left[l] : 0;
}

static void sweep_state(const lk_attribution_system *system, uint32_t first_row, size_t state,
                        double *x, lk_sweep_lanes *sums)
{
    double lanes[LK_LANES], *here = x + state * LK_LANES;
    double constant = system->constants ? system->constants[state] : 0;
    double measure = system->measure[state];
    for (size_t l = 0; l < LK_LANES; l++) lanes[l] = constant;
    gather(system, state, x, lanes);
    if (system->renormalise) share_out(system, first_row, state, lanes);
    pin(system, first_row, state, system->pinned, lanes);
    for (size_t l = 0; l < LK_LANES; l++) {
        sums->moved[l] += measure * fabs(lanes[l] - here[l]);
        sums->size[l] += measure * fabs(lanes[l]);
        here[l] = lanes[l];
    }
}

static void sweep(const lk_attribution_system *system, uint32_t first_row, double *x,
                  lk_sweep_lanes *sums)
{
    size_t count = system->state_count;
    memset(sums, 0, sizeof *sums);
    for (size_t i = 0; i < count; i++)
        sweep_state(system, first_row, system->backward ? count - 1 - i : i, x, sums);
}

/* What is to come is a geometric series of the rate seen, if that has settled below 1. */
static bool at_rest(const lk_sweep_lanes *now, const lk_sweep_lanes *before, double tolerance)
{
    for (size_t l = 0; l < LK_LANES; l++) {
        double moved = now->moved[l], rate = moved / before->moved[l];
        if (moved <= 0x1p-53 * tolerance * now->size[l]) continue;
        if (!(rate < 1) || moved * rate > tolerance * (1 - rate) * now->size[l]) return false;
    }
    return true;
}

leadkpi_status lk_attribution_sweep(const lk_attribution_system *system, const lk_memory *memory,
                                    uint32_t first_row, double *x, uint32_t *sweeps,
                                    leadkpi_error *error)
{
    lk_sweep_lanes now, before;
    if (system->state_count) memset(x, 0, system->state_count * LK_LANES * sizeof *x);
    sweep(system, first_row, x, &before);
    for (uint32_t i = 1; i < LK_SWEEPS_MAX; i++, before = now) {
        if (i % 8 == 0) LK_TRY(lk_interrupted(memory, error));
        sweep(system, first_row, x, &now);
        if (*sweeps < i) *sweeps = i;
        if (at_rest(&now, &before, system->tolerance)) return LEADKPI_OK;
    }
    return lk_fail(error, LEADKPI_NOT_ENOUGH_DATA,
                   "chain: expected to come to rest within %d sweeps, found journeys too long for it",
                   LK_SWEEPS_MAX);
}
