/* renormalise.c: p and the expected value of a journey that never goes to a channel, or to none.
 *
 * What comes after each state, by what leaves it for states of other channels and for the ends:
 *
 *     (ends_s + sum over u of T_su) k_s = amount_s + sum over u of T_su k_u,      u not of the channel,
 *
 * and what is lost is the difference of k from all starts that are left to what there is. No
 * difference is taken before that. */
#include "attribution/renormalise.h"

#include <math.h>
#include <string.h>

#define TOLERANCE 1e-14

typedef struct lk_renormalise_job {
    const lk_attribution_graph *graph;
    lk_memory *memory;
    const uint32_t *rows;
    const size_t *row_ends;
    size_t *first_out; /* steps out, by state */
    uint32_t *to;
    double *out;          /* coefficients of the steps out */
    double *ends;         /* by state, its share that goes to no other */
    double *constants[2];
    double *k[2], *scratch; /* by state, LK_LANES each */
    size_t kinds;           /* of amounts that are wanted */
    lk_attribution_direct direct;
} lk_renormalise_job;

/* ---- by sweeps -------------------------------------------------------------------------------------------- */

static double share_of(double amount, double all)
{
    return all > 0 ? amount / all : 0;
}

/* Steps of a state to itself count neither in the sum nor in what it is divided by. Until the
 * coefficients are made, `ends` holds all that leaves. */
static void add_leaving(lk_renormalise_job *job)
{
    const lk_attribution_graph *graph = job->graph;
    size_t n = graph->state_count;
    memset(job->first_out, 0, (n + 1) * sizeof *job->first_out);
    for (size_t s = 0; s < n; s++) job->ends[s] = graph->conversions[s] + graph->nulls[s];
    for (size_t s = 0; s < n; s++)
        for (size_t i = graph->first[s]; i < graph->first[s + 1]; i++) {
            job->first_out[graph->from[i] + 1]++;
            if (graph->from[i] != s) job->ends[graph->from[i]] += graph->steps[i];
        }
    for (size_t s = 0; s < n; s++) job->first_out[s + 1] += job->first_out[s];
}

/* Steps by where they go out. */
static void turn_steps(lk_renormalise_job *job)
{
    const lk_attribution_graph *graph = job->graph;
    size_t n = graph->state_count;
    add_leaving(job);
    for (size_t s = 0; s < n; s++)
        for (size_t i = graph->first[s]; i < graph->first[s + 1]; i++) {
            size_t from = graph->from[i], at = job->first_out[from]++;
            job->to[at] = (uint32_t)s;
            job->out[at] = from == s ? 0 : share_of(graph->steps[i], job->ends[from]);
        }
    for (size_t s = n; s > 0; s--) job->first_out[s] = job->first_out[s - 1];
    if (n) job->first_out[0] = 0;
    for (size_t s = 0; s < n; s++) {
        double leaving = job->ends[s];
        job->constants[0][s] = share_of(graph->conversions[s], leaving);
        job->constants[1][s] = leaving > 0 ? graph->values[s] / leaving : 0;
        job->ends[s] = share_of(graph->conversions[s] + graph->nulls[s], leaving);
    }
}

static leadkpi_status sweep(lk_renormalise_job *job, uint32_t first_row, uint32_t *sweeps,
                            bool *at_rest, leadkpi_error *error)
{
    lk_attribution_system system = {.state_count = job->graph->state_count,
                                    .first = job->first_out,
                                    .other = job->to,
                                    .coefficients = job->out,
                                    .measure = job->graph->weight,
                                    .rows = job->rows,
                                    .row_ends = job->row_ends,
                                    .backward = true,
                                    .renormalise = true,
                                    .ends = job->ends,
                                    .sweeps_most = lk_attribution_direct_after(job->graph->state_count),
                                    .tolerance = TOLERANCE};
    *at_rest = true;
    for (size_t kind = 0; kind < job->kinds && *at_rest; kind++) {
        system.constants = job->constants[kind];
        LK_TRY(lk_attribution_sweep(&system, job->memory, first_row, job->k[kind], job->scratch, sweeps,
                                    at_rest, error));
    }
    return LEADKPI_OK;
}

/* ---- at once --------------------------------------------------------------------------------------------- */

static void fill_square(lk_renormalise_job *job, uint32_t row)
{
    const lk_attribution_graph *graph = job->graph;
    lk_attribution_direct *d = &job->direct;
    lk_attribution_square *s = &d->square;
    lk_attribution_direct_begin(d, graph->state_count, job->rows, job->row_ends, row);
    for (size_t i = 0; i < s->count; i++) {
        uint32_t state = d->states[i];
        s->amounts[0][i] = graph->conversions[state];
        s->amounts[1][i] = graph->values[state];
        s->ends[i] = graph->conversions[state] + graph->nulls[state];
        for (size_t step = graph->first[state]; step < graph->first[state + 1]; step++) {
            uint32_t from = d->rows[graph->from[step]];
            if (from != LK_MAP_NONE) s->steps[from * s->count + i] = graph->steps[step];
        }
    }
}

static leadkpi_status solve_at_once(lk_renormalise_job *job, uint32_t first_row, size_t lanes,
                                    leadkpi_error *error)
{
    lk_attribution_direct *d = &job->direct;
    size_t count = job->graph->state_count;
    LK_TRY(lk_attribution_direct_reserve(d, job->memory, count, error));
    for (uint32_t lane = 0; lane < lanes; lane++) {
        LK_TRY(lk_interrupted(job->memory, error));
        fill_square(job, first_row + lane);
        LK_TRY(lk_attribution_square_solve(&d->square, job->memory, error));
        for (size_t kind = 0; kind < job->kinds; kind++)
            for (size_t s = 0; s < count; s++)
                job->k[kind][s * LK_LANES + lane] =
                    d->rows[s] == LK_MAP_NONE ? 0 : d->square.reached[kind][d->rows[s]];
    }
    return LEADKPI_OK;
}

/* k of so many channels from first_row on. */
static leadkpi_status find_futures(lk_renormalise_job *job, uint32_t first_row, size_t lanes,
                                   uint32_t *sweeps, leadkpi_error *error)
{
    bool at_rest;
    LK_TRY(sweep(job, first_row, sweeps, &at_rest, error));
    return at_rest ? LEADKPI_OK : solve_at_once(job, first_row, lanes, error);
}

/* ---- eight channels ---------------------------------------------------------------------------------------- */

/* Starts of a state that are left, by lane. */
static void find_starts(const lk_renormalise_job *job, uint32_t first_row, size_t state,
                        double lanes[LK_LANES])
{
    for (size_t l = 0; l < LK_LANES; l++) lanes[l] = job->graph->start[state];
    for (size_t i = state ? job->row_ends[state - 1] : 0; i < job->row_ends[state]; i++)
        if (job->rows[i] - first_row < LK_LANES) lanes[job->rows[i] - first_row] = 0;
}

static leadkpi_status renormalise_eight(lk_renormalise_job *job, uint32_t first_row, size_t lanes,
                                        const double total[2], double *const lost[2],
                                        uint32_t *sweeps, leadkpi_error *error)
{
    double started = 0, starts[LK_LANES] = {0}, amounts[2][LK_LANES] = {{0}, {0}}, start[LK_LANES];
    LK_TRY(find_futures(job, first_row, lanes, sweeps, error));
    for (size_t s = 0; s < job->graph->state_count; s++) {
        find_starts(job, first_row, s, start);
        started += job->graph->start[s];
        for (size_t l = 0; l < LK_LANES; l++) {
            starts[l] += start[l];
            for (size_t kind = 0; kind < 2; kind++)
                amounts[kind][l] += start[l] * job->k[kind][s * LK_LANES + l];
        }
    }
    for (size_t kind = 0; kind < 2; kind++)
        for (size_t l = 0; l < lanes; l++)
            lost[kind][first_row + l] =
                total[kind] - (starts[l] > 0 ? amounts[kind][l] / starts[l] * started : 0);
    return LEADKPI_OK;
}

/* ---- all ------------------------------------------------------------------------------------------------------ */

static leadkpi_status reserve(lk_renormalise_job *job, leadkpi_error *error)
{
    size_t states = job->graph->state_count, steps = job->graph->step_count;
    lk_memory *m = job->memory;
    LK_TRY(lk_allocate(m, states + 1, sizeof *job->first_out, &job->first_out, error));
    LK_TRY(lk_allocate(m, steps, sizeof *job->to, &job->to, error));
    LK_TRY(lk_allocate(m, steps, sizeof *job->out, &job->out, error));
    LK_TRY(lk_allocate(m, states, sizeof *job->ends, &job->ends, error));
    for (size_t i = 0; i < 2; i++) {
        LK_TRY(lk_allocate(m, states, sizeof(double), &job->constants[i], error));
        LK_TRY(lk_allocate(m, states, LK_LANES * sizeof(double), &job->k[i], error));
    }
    return lk_allocate(m, states, LK_LANES * sizeof(double), &job->scratch, error);
}

static void release(lk_renormalise_job *job)
{
    size_t states = job->graph->state_count, steps = job->graph->step_count;
    lk_memory *m = job->memory;
    lk_release(m, job->first_out, states + 1, sizeof *job->first_out);
    lk_release(m, job->to, steps, sizeof *job->to);
    lk_release(m, job->out, steps, sizeof *job->out);
    lk_release(m, job->ends, states, sizeof *job->ends);
    for (size_t i = 0; i < 2; i++) {
        lk_release(m, job->constants[i], states, sizeof(double));
        lk_release(m, job->k[i], states, LK_LANES * sizeof(double));
    }
    lk_release(m, job->scratch, states, LK_LANES * sizeof(double));
    lk_attribution_direct_free(&job->direct, m);
}

leadkpi_status lk_attribution_renormalise(const lk_attribution_graph *graph, lk_memory *memory,
                                          const uint32_t *rows, const size_t *row_ends,
                                          size_t channel_count, const double total[2], double *lost,
                                          uint32_t *sweeps, leadkpi_error *error)
{
    lk_renormalise_job job = {.graph = graph, .memory = memory, .rows = rows, .row_ends = row_ends,
                              .kinds = 2};
    double *const columns[2] = {lost, lost ? lost + channel_count : NULL};
    leadkpi_status status = reserve(&job, error);
    if (status == LEADKPI_OK) turn_steps(&job);
    for (size_t row = 0; row < channel_count && status == LEADKPI_OK; row += LK_LANES) {
        size_t left = channel_count - row;
        status = renormalise_eight(&job, (uint32_t)row, left < LK_LANES ? left : LK_LANES, total,
                                   columns, sweeps, error);
    }
    release(&job);
    return status;
}

/* No state is of no channel. */
static leadkpi_status find_chances(lk_renormalise_job *job, double *chances, leadkpi_error *error)
{
    uint32_t sweeps = 0;
    LK_TRY(reserve(job, error));
    turn_steps(job);
    LK_TRY(find_futures(job, LK_MAP_NONE - LK_LANES, 1, &sweeps, error));
    for (size_t s = 0; s < job->graph->state_count; s++)
        chances[s] = job->graph->weight[s] > 0 ? job->k[0][s * LK_LANES] : NAN;
    return LEADKPI_OK;
}

leadkpi_status lk_attribution_conversion_chances(const lk_attribution_graph *graph, lk_memory *memory,
                                                 double *chances, leadkpi_error *error)
{
    size_t *row_ends;
    LK_TRY(lk_allocate(memory, graph->state_count, sizeof *row_ends, &row_ends, error));
    for (size_t s = 0; s < graph->state_count; s++) row_ends[s] = 0;
    lk_renormalise_job job = {.graph = graph, .memory = memory, .row_ends = row_ends, .kinds = 1};
    leadkpi_status status = find_chances(&job, chances, error);
    release(&job);
    lk_release(memory, row_ends, graph->state_count, sizeof *row_ends);
    return status;
}
