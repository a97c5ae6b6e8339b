/* sweep.c: Gauss-Seidel over the states of a chain, eight right-hand sides abreast.
 *
 * The matrix is that of a chain that ends, so every sweep comes closer, and each x is a sum of
 * products of 0 or more: no difference is taken, small answers keep their digits. It stops when
 * what is still to come, by the slowest rate seen, is below the tolerance of what is there. What
 * pinned states send on must have come to rest in every state: on its way to those that count it may
 * be for many sweeps in such as do not. */
#include "attribution/sweep.h"

#include <math.h>
#include <string.h>

typedef struct lk_sweep_lanes {
    double moved[LK_LANES]; /* sum of measure * |change| */
    double size[LK_LANES];  /* sum of measure * |x| */
    double on_its_way[LK_LANES]; /* states in which what is pinned still arrives */
} lk_sweep_lanes;

/* Changes below this part of what is there are rounding, and tell no rate. */
#define NOISE 0x1p-40
/* Shares that come to nothing, and need not be waited for. */
#define NOTHING 0x1p-400

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
 * wherever it is (the second or third cache: 64 bytes a state), eight products and sums, which
 * stay in registers: hence the names. */
static inline void gather(const lk_attribution_system *system, size_t state, const double *x,
                          double lanes[LK_LANES])
{
    double a = lanes[0], b = lanes[1], c = lanes[2], d = lanes[3];
    double e = lanes[4], f = lanes[5], g = lanes[6], h = lanes[7];
    for (size_t i = system->first[state]; i < system->first[state + 1]; i++) {
        const double *from = x + (size_t)system->other[i] * LK_LANES;
        double k = system->coefficients[i];
        a += k * from[0], b += k * from[1], c += k * from[2], d += k * from[3];
        e += k * from[4], f += k * from[5], g += k * from[6], h += k * from[7];
    }
    lanes[0] = a, lanes[1] = b, lanes[2] = c, lanes[3] = d;
    lanes[4] = e, lanes[5] = f, lanes[6] = g, lanes[7] = h;
}

/* Divided by what does not go to pinned states, by lane. Added up: 1 less the rest would lose digits. */
static void share_out(const lk_attribution_system *system, uint32_t first_row, size_t state,
                      double lanes[LK_LANES])
{
    double left[LK_LANES];
    for (size_t l = 0; l < LK_LANES; l++) left[l] = system->ends[state];
    for (size_t i = system->first[state]; i < system->first[state + 1]; i++) {
        double parts[LK_LANES];
        for (size_t l = 0; l < LK_LANES; l++) parts[l] = system->coefficients[i];
        pin(system, first_row, system->other[i], 0, parts);
        for (size_t l = 0; l < LK_LANES; l++) left[l] += parts[l];
    }
    for (size_t l = 0; l < LK_LANES; l++) lanes[l] = left[l] > 0 ? lanes[l] / left[l] : 0;
}

static void find_arrivals(const double now[LK_LANES], const double before[LK_LANES],
                          lk_sweep_lanes *sums)
{
    for (size_t l = 0; l < LK_LANES; l++)
        sums->on_its_way[l] += fabs(now[l] - before[l]) > NOISE * fabs(now[l]) + NOTHING;
}

static void sweep_state(const lk_attribution_system *system, uint32_t first_row, size_t state,
                        bool look, double *x, lk_sweep_lanes *sums)
{
    double lanes[LK_LANES], *here = x + state * LK_LANES;
    double constant = system->constants ? system->constants[state] : 0;
    double measure = system->measure[state];
    for (size_t l = 0; l < LK_LANES; l++) lanes[l] = constant;
    gather(system, state, x, lanes);
    if (system->renormalise) share_out(system, first_row, state, lanes);
    pin(system, first_row, state, system->pinned, lanes);
    for (size_t l = 0; l < LK_LANES && measure > 0; l++) {
        sums->moved[l] += measure * fabs(lanes[l] - here[l]);
        sums->size[l] += measure * fabs(lanes[l]);
    }
    if (look) find_arrivals(lanes, here, sums);
    memcpy(here, lanes, sizeof lanes);
}

/* Beyond the second cache (1 MB) lines are asked for so many states ahead: a third of the time.
 * Within it that would cost half as much again. */
#define STATES_AHEAD 12
#define STATES_NEAR 16384

static inline void fetch(const lk_attribution_system *system, size_t state, const double *x)
{
    LK_PREFETCH(x + state * LK_LANES);
    for (size_t i = system->first[state]; i < system->first[state + 1]; i++)
        LK_PREFETCH(x + (size_t)system->other[i] * LK_LANES);
}

static void sweep(const lk_attribution_system *system, uint32_t first_row, bool look, double *x,
                  lk_sweep_lanes *sums)
{
    size_t count = system->state_count;
    memset(sums, 0, sizeof *sums);
    for (size_t i = 0; i < count; i++) {
        size_t ahead = i + STATES_AHEAD < count ? i + STATES_AHEAD : count - 1;
        if (count > STATES_NEAR) fetch(system, system->backward ? count - 1 - ahead : ahead, x);
        sweep_state(system, first_row, system->backward ? count - 1 - i : i, look, x,
                    sums);
    }
}

/* ---- rest --------------------------------------------------------------------------------------------- */

/* The rate at which a lane comes to rest: the largest seen in two plain sweeps after each other, of the
 * last two rounds that show one. What was on its way at first may have grown, and tells no more. */
typedef struct lk_sweep_rates {
    double now[LK_LANES], most[LK_LANES], before[LK_LANES];
} lk_sweep_rates;

static void begin_round(lk_sweep_rates *rates)
{
    for (size_t l = 0; l < LK_LANES; l++) {
        if (rates->most[l] > 0) rates->before[l] = rates->most[l];
        rates->most[l] = 0;
    }
}

static void find_rates(const lk_sweep_lanes *now, const lk_sweep_lanes *before,
                       lk_sweep_rates *rates)
{
    for (size_t l = 0; l < LK_LANES; l++) {
        rates->now[l] = before->moved[l] > 0 ? now->moved[l] / before->moved[l] : 0;
        if (now->moved[l] <= NOISE * now->size[l]) continue;
        if (rates->now[l] > rates->most[l]) rates->most[l] = rates->now[l];
    }
}

/* What is to come is at most a geometric series of that rate; less than a last bit is nothing. */
static bool is_at_rest(const lk_sweep_lanes *now, const lk_sweep_rates *rates, double tolerance)
{
    for (size_t l = 0; l < LK_LANES; l++) {
        double rate = fmax(rates->most[l], rates->before[l]);
        if (now->on_its_way[l] > 0) return false;
        if (now->moved[l] <= 0x1p-53 * now->size[l]) continue;
        if (!(rate < 1) || now->moved[l] * rate > tolerance * (1 - rate) * now->size[l]) return false;
    }
    return true;
}

/* Lyusternik's step: once a lane moves by a steady rate, it goes where the series ends. What is
 * off by that, the next sweeps put right; but what swings back and forth a leap throws far off. A lane
 * that moves more than at its last leap waits, each time twice as many rounds. */
typedef struct lk_sweep_leaps {
    double moved[LK_LANES]; /* when it was leapt last */
    uint32_t left[LK_LANES], wait[LK_LANES]; /* rounds */
} lk_sweep_leaps;

static double find_leap(lk_sweep_leaps *leaps, size_t lane, double moved, double rate)
{
    if (leaps->left[lane] == 0 && leaps->moved[lane] > 0 && moved > leaps->moved[lane]) {
        leaps->wait[lane] = 2 * leaps->wait[lane] + 1;
        leaps->left[lane] = leaps->wait[lane];
    }
    if (leaps->left[lane] > 0) {
        leaps->left[lane]--;
        leaps->moved[lane] = 0;
        return 0;
    }
    leaps->moved[lane] = moved;
    return rate < 0.999 ? rate / (1 - rate) : 0;
}

static void leap(const lk_attribution_system *system, const lk_sweep_lanes *now,
                 const lk_sweep_rates *rates, lk_sweep_leaps *leaps, double *x, const double *before)
{
    double far[LK_LANES];
    for (size_t l = 0; l < LK_LANES; l++) far[l] = find_leap(leaps, l, now->moved[l], rates->now[l]);
    for (size_t i = 0; i < system->state_count * LK_LANES; i += LK_LANES)
        for (size_t l = 0; l < LK_LANES; l++) x[i + l] += far[l] * (x[i + l] - before[i + l]);
}

/* Sweeps in rounds: the first two forget the leap, the next two show the rate. */
#define ROUND 5

leadkpi_status lk_attribution_sweep(const lk_attribution_system *system, const lk_memory *memory,
                                    uint32_t first_row, double *x, double *scratch,
                                    uint32_t *sweeps, bool *at_rest, leadkpi_error *error)
{
    lk_sweep_lanes now = {{0}, {0}, {0}}, before;
    lk_sweep_rates rates = {{0}, {0}, {0}};
    lk_sweep_leaps leaps = {{0}, {0}, {0}};
    size_t size = system->state_count * LK_LANES * sizeof *x;
    bool look = false; /* for arrivals: once all seems at rest, so that it costs a sweep and no more */
    *at_rest = false;
    if (size) memset(x, 0, size);
    for (uint32_t i = 0; i < system->sweeps_most && !*at_rest; i++) {
        uint32_t place = i % ROUND;
        if (place == 0) LK_TRY(lk_interrupted(memory, error));
        if (place == 0) begin_round(&rates);
        if (place == ROUND - 1 && size) memcpy(scratch, x, size);
        before = now;
        sweep(system, first_row, look, x, &now);
        if (*sweeps <= i) *sweeps = i + 1;
        if (place >= 2) find_rates(&now, &before, &rates);
        bool rest = i >= ROUND - 1 && is_at_rest(&now, &rates, system->tolerance);
        *at_rest = rest && (look || system->pinned == 0);
        look |= rest;
        if (place == ROUND - 1 && !rest) leap(system, &now, &rates, &leaps, x, scratch);
    }
    return LEADKPI_OK;
}
