/* markov_chain.c: removal effects of a chain of any order, by masked solves.
 *
 * With D_s the weight into (and out of) a state, let w_s be the share of it that has been in
 * channel c before or is in it now: w = 1 on the states of c, else
 *
 *     D_s w_s = sum over t of T_ts w_t,        RE_c = sum over s of w_s conversions_s / conversions,
 *
 * and for value the same w with values. That is the probability, among what converts, of a past
 * with c, which is what is lost without c.
 *
 * Errors are those of the jackknife to first order: with k_s the amount (conversions or value)
 * that comes after s without c, D_s k_s = amount_s + sum over u of T_su k_u, 0 on the states of c,
 * one journey s_1 .. s_n of weight g and amount a brings to RE_c * amount
 *
 *     a w_{s_n} + g * sum over i of k_{s_i} (w_{s_{i-1}} - w_{s_i}),       w_{s_0} = 0.
 *
 * What a group brings is taken away; no chain is solved again. */
#include "attribution/reduce.h"
#include "attribution/renormalise.h"

#include <math.h>
#include <string.h>

/* Two times more exact than the last digit that is promised (1e-11). */
#define TOLERANCE 1e-14
#define TOLERANCE_OF_ERRORS 1e-7

typedef struct lk_chain_job {
    const lk_attribution_view *view;
    const lk_attribution_chain *chain;
    lk_memory *memory;
    lk_attribution_graph graph;
    lk_attribution_result *result;
    uint32_t *rows;      /* of the windows, distinct by state */
    size_t *row_ends;
    size_t row_room;
    double *w, *k[2], *scratch; /* by state, LK_LANES each */
    double *lost;        /* by kind and row: RE * amount */
    double *brought;     /* by group, kind and row; NULL: no errors */
    double *amounts;     /* by group and kind */
    lk_attribution_reduction reduction;
} lk_chain_job;

/* ---- the systems --------------------------------------------------------------------------------------- */

static size_t count_window_rows(const lk_attribution_graph *graph)
{
    return graph->windows.count ? (size_t)graph->windows.ends[graph->windows.count - 1] /
                                      sizeof(uint32_t)
                                : 0;
}

static void list_rows(lk_chain_job *job)
{
    size_t count = 0;
    for (size_t s = 0; s < job->graph.state_count; s++) {
        lk_text window = lk_map_text_key(&job->graph.windows, job->graph.window[s]);
        size_t start = count;
        for (size_t at = 0; at < window.length; at += sizeof(uint32_t)) {
            uint32_t row;
            memcpy(&row, window.data + at, sizeof row);
            bool again = row == LK_MAP_NONE;
            for (size_t i = start; i < count; i++) again |= job->rows[i] == row;
            if (!again) job->rows[count++] = row;
        }
        job->row_ends[s] = count;
    }
}

/* ---- eight channels --------------------------------------------------------------------------------------- */

static size_t lanes_at(const lk_chain_job *job, size_t first_row)
{
    size_t left = job->view->channel_count - first_row;
    return left < LK_LANES ? left : LK_LANES;
}

static const double *past(const lk_chain_job *job, size_t state)
{
    return job->w + state * LK_LANES;
}

/* sum over i of k_{s_i} (w_{s_{i-1}} - w_{s_i}) of a path, by kind. */
static void detour(const lk_chain_job *job, size_t path, double sums[2][LK_LANES])
{
    static const double nowhere[LK_LANES];
    const double *before = nowhere;
    memset(sums, 0, 2 * sizeof *sums);
    for (size_t i = lk_attribution_view_start(job->graph.ends, path); i < job->graph.ends[path]; i++) {
        size_t state = job->graph.states[i];
        const double *here = past(job, state), *k0 = job->k[0] + state * LK_LANES,
                     *k1 = job->k[1] + state * LK_LANES;
        for (size_t l = 0; l < LK_LANES; l++) {
            double change = before[l] - here[l];
            sums[0][l] += k0[l] * change;
            sums[1][l] += k1[l] * change;
        }
        before = here;
    }
}

static void bring(lk_chain_job *job, size_t first_row)
{
    const lk_attribution_view *view = job->view;
    size_t channels = view->channel_count, lanes = lanes_at(job, first_row);
    double sums[2][LK_LANES];
    for (size_t path = 0; path < view->path_count; path++) {
        const double *last = past(job, job->graph.states[job->graph.ends[path] - 1]);
        detour(job, path, sums);
        for (size_t i = lk_attribution_view_start(view->part_ends, path); i < view->part_ends[path]; i++) {
            const lk_attribution_part *part = &view->parts[i];
            double amounts[2] = {part->weights[0], part->value};
            double weight = part->weights[0] + part->weights[1];
            for (size_t kind = 0; kind < 2; kind++) {
                double *brought = job->brought + (2 * part->group + kind) * channels + first_row;
                for (size_t l = 0; l < lanes; l++)
                    brought[l] += amounts[kind] * last[l] + weight * sums[kind][l];
            }
        }
    }
}

static leadkpi_status remove_eight(lk_chain_job *job, size_t first_row, leadkpi_error *error)
{
    uint32_t *sweeps = &job->result->sweeps;
    size_t channels = job->view->channel_count;
    double lost[2][LK_LANES];
    LK_TRY(lk_attribution_reduction_remove(&job->reduction, job->memory, (uint32_t)first_row,
                                           (uint32_t)lanes_at(job, first_row), TOLERANCE, lost,
                                           job->scratch, sweeps, error));
    for (size_t kind = 0; kind < 2; kind++)
        memcpy(job->lost + kind * channels + first_row, lost[kind],
               lanes_at(job, first_row) * sizeof(double));
    if (!job->brought) return LEADKPI_OK;
    lk_attribution_reduction_past(&job->reduction, job->w);
    for (size_t kind = 0; kind < 2; kind++)
        LK_TRY(lk_attribution_reduction_future(&job->reduction, job->memory, kind,
                                               TOLERANCE_OF_ERRORS, job->k[kind], job->scratch,
                                               sweeps, error));
    bring(job, first_row);
    return LEADKPI_OK;
}

/* Every journey starts once and ends once, so that the chain's own probability of converting is that of
 * the data, at every order: expected visits of a state are its weight. */
static double probability_of(const lk_attribution_graph *graph)
{
    double started = 0, converted = 0;
    for (size_t s = 0; s < graph->state_count; s++) {
        started += graph->start[s];
        converted += graph->conversions[s];
    }
    return started > 0 ? converted / started : NAN;
}

/* ---- estimates ---------------------------------------------------------------------------------------------- */

static leadkpi_status fill_effects(void *context, uint32_t left_out, lk_attribution_fill *fill,
                                   leadkpi_error *error)
{
    (void)error;
    const lk_chain_job *job = context;
    size_t channels = job->view->channel_count;
    for (size_t kind = 0; kind < 2; kind++) {
        double total = job->view->total[kind];
        if (left_out != LK_ATTRIBUTION_ALL) total -= job->amounts[2 * left_out + kind];
        fill->total[kind] = total;
        for (size_t i = 0; i < channels; i++) {
            double lost = job->lost[kind * channels + i];
            if (left_out != LK_ATTRIBUTION_ALL)
                lost -= job->brought[(2 * left_out + kind) * channels + i];
            fill->raw[kind][i] = total == 0 ? NAN : lost / total;
        }
    }
    return LEADKPI_OK;
}

static void sum_amounts(lk_chain_job *job)
{
    const lk_attribution_view *view = job->view;
    size_t parts = lk_attribution_view_start(view->part_ends, view->path_count);
    for (size_t i = 0; i < 2 * (size_t)view->groups; i++) job->amounts[i] = 0;
    for (size_t i = 0; i < parts; i++) {
        job->amounts[2 * view->parts[i].group] += view->parts[i].weights[0];
        job->amounts[2 * view->parts[i].group + 1] += view->parts[i].value;
    }
}

static leadkpi_status remove_to_null(lk_chain_job *job, leadkpi_error *error)
{
    size_t channels = job->view->channel_count;
    LK_TRY(lk_attribution_reduction_make(&job->reduction, job->memory, &job->graph, job->rows,
                                         job->row_ends, error));
    for (size_t i = 0; job->brought && i < 2 * job->view->groups * channels; i++) job->brought[i] = 0;
    for (size_t row = 0; row < channels; row += LK_LANES) LK_TRY(remove_eight(job, row, error));
    return LEADKPI_OK;
}

static leadkpi_status solve(lk_chain_job *job, leadkpi_error *error)
{
    const lk_attribution_view *view = job->view;
    size_t channels = view->channel_count;
    list_rows(job);
    sum_amounts(job);
    for (size_t i = 0; i < 2 * channels; i++) job->lost[i] = 0;
    LK_TRY(job->chain->removal == LK_ATTRIBUTION_REMOVE_TO_NULL
               ? remove_to_null(job, error)
               : lk_attribution_renormalise(&job->graph, job->memory, job->rows, job->row_ends, channels,
                                            view->total, job->lost, &job->result->sweeps, error));
    job->result->probability = probability_of(&job->graph);
    job->result->states = (uint32_t)job->graph.state_count;
    uint32_t held = job->brought ? view->held_count : 0;
    LK_TRY(lk_attribution_estimate(job->result, job->memory, view->held, held, true, fill_effects, job,
                                   error));
    lk_attribution_view_describe(view, job->result);
    return LEADKPI_OK;
}

/* ---- memory ---------------------------------------------------------------------------------------------------- */

static size_t brought_count(const lk_chain_job *job)
{
    bool wanted = job->chain->errors && job->chain->removal == LK_ATTRIBUTION_REMOVE_TO_NULL;
    return wanted ? 2 * (size_t)job->view->groups * job->view->channel_count : 0;
}

static leadkpi_status reserve(lk_chain_job *job, leadkpi_error *error)
{
    size_t states = job->graph.state_count;
    size_t channels = job->view->channel_count;
    lk_memory *memory = job->memory;
    job->row_room = count_window_rows(&job->graph);
    LK_TRY(lk_allocate(memory, job->row_room, sizeof *job->rows, &job->rows, error));
    LK_TRY(lk_allocate(memory, states, sizeof *job->row_ends, &job->row_ends, error));
    for (size_t i = 0; i < 2; i++)
        LK_TRY(lk_allocate(memory, states, LK_LANES * sizeof(double), &job->k[i], error));
    LK_TRY(lk_allocate(memory, states, LK_LANES * sizeof(double), &job->w, error));
    LK_TRY(lk_allocate(memory, states, LK_LANES * sizeof(double), &job->scratch, error));
    LK_TRY(lk_allocate(memory, channels, 2 * sizeof *job->lost, &job->lost, error));
    LK_TRY(lk_allocate(memory, job->view->groups, 2 * sizeof *job->amounts, &job->amounts, error));
    return lk_allocate(memory, brought_count(job), sizeof *job->brought, &job->brought, error);
}

static void release(lk_chain_job *job)
{
    size_t states = job->graph.state_count;
    lk_memory *memory = job->memory;
    lk_release(memory, job->rows, job->row_room, sizeof *job->rows);
    lk_release(memory, job->row_ends, states, sizeof *job->row_ends);
    for (size_t i = 0; i < 2; i++)
        lk_release(memory, job->k[i], states, LK_LANES * sizeof(double));
    lk_release(memory, job->w, states, LK_LANES * sizeof(double));
    lk_release(memory, job->scratch, states, LK_LANES * sizeof(double));
    lk_release(memory, job->lost, job->view->channel_count, 2 * sizeof *job->lost);
    lk_release(memory, job->amounts, job->view->groups, 2 * sizeof *job->amounts);
    lk_release(memory, job->brought, brought_count(job), sizeof *job->brought);
    lk_attribution_reduction_free(&job->reduction, memory);
    lk_attribution_graph_free(&job->graph, memory);
}

static leadkpi_status run(const lk_attribution_view *view, lk_memory *memory,
                          const lk_attribution_chain *chain, lk_attribution_result *result,
                          leadkpi_error *error)
{
    lk_chain_job job = {.view = view, .chain = chain, .memory = memory, .result = result};
    LK_TRY(lk_attribution_graph_of(view, memory, chain, &job.graph, error));
    leadkpi_status status = reserve(&job, error);
    result->sweeps = 0;
    if (status == LEADKPI_OK) status = solve(&job, error);
    release(&job);
    return status;
}

leadkpi_status lk_attribution_markov_of_order(const lk_attribution_paths *paths, lk_memory *memory,
                                              const uint32_t *order,
                                              const lk_attribution_chain *chain,
                                              lk_attribution_result *result, leadkpi_error *error)
{
    lk_attribution_view view;
    LK_FAIL_IF(result->channel_count != paths->channel_count, error, LEADKPI_MISMATCH,
               "channels of the result: expected %u, found %zu", (unsigned)paths->channel_count,
               result->channel_count);
    LK_TRY(lk_attribution_view_make(&view, memory, paths, order, false, error));
    leadkpi_status status = run(&view, memory, chain, result, error);
    lk_attribution_view_free(&view, memory);
    return status;
}
