/* reduce.c: the past and the future of all states by those of a few.
 *
 * States that are of none of eight channels are taken out as far as that is cheap (eliminate.c), what
 * is left is swept, or solved at once where it is small or does not come to rest, and values of the
 * others follow, last out first. What 64 channels have no part in
 * is taken out once for all of them. */
#include "attribution/reduce.h"

#include <string.h>

/* ---- what is left --------------------------------------------------------------------------------------- */

#define ROWS_A_BLOCK 64

/* Keeps the states of so many channels. */
static void keep(const lk_attribution_reduction *r, lk_attribution_elimination *e, uint32_t first_row,
                 uint32_t row_count)
{
    for (size_t s = 0; s < r->graph->state_count; s++)
        for (size_t i = s ? r->row_ends[s - 1] : 0; i < r->row_ends[s]; i++)
            if (r->rows[i] - first_row < row_count && e->place[s] == LK_LEFT) e->place[s] = LK_KEPT;
}

static leadkpi_status reduce(lk_attribution_reduction *r, const lk_memory *memory, uint32_t first_row,
                             leadkpi_error *error)
{
    r->first_row = first_row;
    if (first_row % ROWS_A_BLOCK == 0) {
        lk_attribution_elimination_begin(&r->block, r->graph);
        keep(r, &r->block, first_row, ROWS_A_BLOCK);
        LK_TRY(lk_attribution_eliminate(&r->block, memory, error));
        lk_attribution_elimination_pack(&r->packed, &r->block);
    }
    lk_attribution_elimination_copy(&r->left, &r->packed);
    keep(r, &r->left, first_row, LK_LANES);
    return lk_attribution_eliminate(&r->left, memory, error);
}

static void list_states(lk_attribution_reduction *r)
{
    lk_attribution_core *core = &r->core;
    size_t count = 0, rows = 0;
    for (uint32_t s = 0; s < r->graph->state_count; s++) {
        core->places[s] = LK_MAP_NONE;
        if (r->left.place[s] == LK_OUT) continue;
        core->measures[count] = r->left.tallies[s].measure;
        for (size_t i = s ? r->row_ends[s - 1] : 0; i < r->row_ends[s]; i++)
            core->rows[rows++] = r->rows[i];
        core->row_ends[count] = rows;
        core->places[s] = (uint32_t)count;
        core->states[count++] = s;
    }
    core->count = count;
}

/* Steps of a place one after the other; those to the same end become one. */
static void put_step(lk_attribution_core *core, size_t start, size_t *steps, uint32_t end, double flow)
{
    size_t at = core->again[end];
    if (at >= start && at < *steps && core->other[at] == end) {
        core->coefficients[at] += flow;
        return;
    }
    core->again[end] = (uint32_t)*steps;
    core->other[*steps] = end;
    core->coefficients[(*steps)++] = flow;
}

/* Flows in place of coefficients. */
static void list_steps_in(lk_attribution_reduction *r)
{
    lk_attribution_core *core = &r->core;
    size_t steps = 0;
    for (size_t k = 0; k < core->count; k++) {
        size_t start = core->first[k] = steps;
        double flow = r->left.start[core->states[k]];
        for (uint32_t i = r->left.first_in[core->states[k]]; i != LK_MAP_NONE;) {
            const lk_attribution_edge *edge = &r->left.edges[i];
            uint32_t place = core->places[edge->from];
            if (place != LK_MAP_NONE) put_step(core, start, &steps, place, edge->flow);
            i = edge->next_in;
        }
        for (size_t i = start; i < steps; i++) flow += core->coefficients[i];
        core->flows[k] = flow;
    }
    core->first[core->count] = steps;
}

/* After the steps in: what flows through a state is added up there. */
static void list_steps_out(lk_attribution_reduction *r)
{
    lk_attribution_core *core = &r->core;
    size_t steps = 0;
    for (size_t k = 0; k < core->count; k++) {
        size_t start = core->first[k] = steps;
        for (uint32_t i = r->left.first_out[core->states[k]]; i != LK_MAP_NONE;) {
            const lk_attribution_edge *edge = &r->left.edges[i];
            uint32_t place = core->places[edge->to];
            if (place != LK_MAP_NONE) put_step(core, start, &steps, place, edge->flow);
            i = edge->next_out;
        }
    }
    core->first[core->count] = steps;
}

/* By numbers, not pointers: of a chain without a step there are no coefficients. */
static void scale_steps(lk_attribution_core *core)
{
    for (size_t k = 0; k < core->count; k++)
        for (size_t i = core->first[k]; i < core->first[k + 1]; i++)
            core->coefficients[i] = core->flows[k] > 0 ? core->coefficients[i] / core->flows[k] : 0;
}

static lk_attribution_system system_of(const lk_attribution_core *core, double tolerance)
{
    return (lk_attribution_system){.state_count = core->count,
                                   .first = core->first,
                                   .other = core->other,
                                   .coefficients = core->coefficients,
                                   .measure = core->measures,
                                   .rows = core->rows,
                                   .row_ends = core->row_ends,
                                   .sweeps_most = lk_attribution_direct_after(core->count),
                                   .tolerance = tolerance};
}

/* ---- at once -------------------------------------------------------------------------------------------- */

/* Against the steps: what is not of the channel goes back to what is, or to the start. */
static void fill_square(lk_attribution_reduction *r, uint32_t row)
{
    const lk_attribution_core *core = &r->core;
    lk_attribution_direct *d = &r->direct;
    lk_attribution_square *s = &d->square;
    lk_attribution_direct_begin(d, core->count, core->rows, core->row_ends, row);
    for (size_t i = 0; i < s->count; i++) {
        uint32_t place = d->states[i];
        for (size_t step = core->first[place]; step < core->first[place + 1]; step++) {
            uint32_t from = core->other[step];
            if (d->rows[from] == LK_MAP_NONE) s->amounts[0][i] += core->coefficients[step];
            else if (from != place) s->steps[i * s->count + d->rows[from]] = core->coefficients[step];
        }
        s->ends[i] = r->left.start[core->states[place]] + s->amounts[0][i];
    }
}

/* What the square of a channel gives: its past into x, its futures into the results. */
static void read_square(lk_attribution_reduction *r, size_t lane)
{
    lk_attribution_core *core = &r->core;
    lk_attribution_direct *d = &r->direct;
    lk_attribution_square *s = &d->square;
    for (size_t k = 0; k < core->count; k++)
        core->x[k * LK_LANES + lane] = d->rows[k] == LK_MAP_NONE ? 1 : s->reached[0][d->rows[k]];
    for (size_t kind = 0; kind < 2; kind++) {
        double *future = s->reached[1];
        for (size_t i = 0; i < s->count; i++)
            future[i] = r->left.tallies[core->states[d->states[i]]].amounts[kind];
        lk_attribution_square_turn(s, future);
        for (size_t k = 0; k < core->count; k++)
            d->results[kind][k * LK_LANES + lane] =
                d->rows[k] == LK_MAP_NONE ? 0 : future[d->rows[k]];
    }
}

/* A lane that no channel is in would cost as much as any other, of all states. */
static leadkpi_status solve_at_once(lk_attribution_reduction *r, lk_memory *memory,
                                    leadkpi_error *error)
{
    LK_TRY(lk_attribution_direct_reserve(&r->direct, memory, r->core.count, error));
    list_steps_in(r);
    for (size_t kind = 0; kind < 2; kind++)
        memset(r->direct.results[kind], 0, r->core.count * LK_LANES * sizeof(double));
    for (uint32_t lane = 0; lane < r->lane_count; lane++) {
        LK_TRY(lk_interrupted(memory, error));
        fill_square(r, r->first_row + lane);
        LK_TRY(lk_attribution_square_solve(&r->direct.square, memory, error));
        read_square(r, lane);
    }
    r->is_solved = true;
    return LEADKPI_OK;
}

/* ---- the past ---------------------------------------------------------------------------------------------- */

static leadkpi_status find_past(lk_attribution_reduction *r, lk_memory *memory, double tolerance,
                                double *scratch, uint32_t *sweeps, leadkpi_error *error)
{
    lk_attribution_core *core = &r->core;
    bool at_rest;
    list_steps_in(r);
    scale_steps(core);
    lk_attribution_system system = system_of(core, tolerance);
    system.pinned = 1;
    LK_TRY(lk_attribution_sweep(&system, memory, r->first_row, core->x, scratch, sweeps, &at_rest, error));
    return at_rest ? LEADKPI_OK : solve_at_once(r, memory, error);
}

leadkpi_status lk_attribution_reduction_remove(lk_attribution_reduction *r, lk_memory *memory,
                                               uint32_t first_row, uint32_t lane_count,
                                               double tolerance, double lost[2][LK_LANES],
                                               double *scratch, uint32_t *sweeps, leadkpi_error *error)
{
    lk_attribution_core *core = &r->core;
    r->is_solved = false;
    r->lane_count = lane_count;
    LK_TRY(reduce(r, memory, first_row, error));
    list_states(r);
    LK_TRY(find_past(r, memory, tolerance, scratch, sweeps, error));
    memset(lost, 0, 2 * sizeof *lost);
    for (size_t k = 0; k < core->count; k++) {
        const double *x = core->x + k * LK_LANES;
        const double *amounts = r->left.tallies[core->states[k]].amounts;
        for (size_t kind = 0; kind < 2; kind++)
            for (size_t l = 0; l < LK_LANES; l++) lost[kind][l] += amounts[kind] * x[l];
    }
    return LEADKPI_OK;
}

static void spread(const lk_attribution_core *core, const double *x, double *lanes)
{
    for (size_t k = 0; k < core->count; k++)
        memcpy(lanes + core->states[k] * (size_t)LK_LANES, x + k * LK_LANES, LK_LANES * sizeof *lanes);
}

void lk_attribution_reduction_past(const lk_attribution_reduction *r, double *w)
{
    spread(&r->core, r->core.x, w);
    lk_attribution_elimination_past(&r->left, w);
    lk_attribution_elimination_past(&r->block, w);
}

/* ---- the future -------------------------------------------------------------------------------------------- */

static leadkpi_status find_future(lk_attribution_reduction *r, lk_memory *memory, size_t kind,
                                  double tolerance, double *scratch, uint32_t *sweeps,
                                  leadkpi_error *error)
{
    lk_attribution_core *core = &r->core;
    bool at_rest;
    if (r->is_solved) return LEADKPI_OK;
    if (kind == 0) {
        list_steps_out(r);
        scale_steps(core);
    }
    for (size_t i = 0; i < core->count; i++)
        core->constants[i] =
            core->flows[i] > 0 ? r->left.tallies[core->states[i]].amounts[kind] / core->flows[i] : 0;
    lk_attribution_system system = system_of(core, tolerance);
    system.measure = core->flows;
    system.constants = core->constants;
    system.backward = true;
    LK_TRY(lk_attribution_sweep(&system, memory, r->first_row, core->x, scratch, sweeps, &at_rest, error));
    return at_rest ? LEADKPI_OK : solve_at_once(r, memory, error);
}

leadkpi_status lk_attribution_reduction_future(lk_attribution_reduction *r, lk_memory *memory,
                                               size_t kind, double tolerance, double *k,
                                               double *scratch, uint32_t *sweeps,
                                               leadkpi_error *error)
{
    LK_TRY(find_future(r, memory, kind, tolerance, scratch, sweeps, error));
    spread(&r->core, r->is_solved ? r->direct.results[kind] : r->core.x, k);
    lk_attribution_elimination_future(&r->left, kind, k);
    lk_attribution_elimination_future(&r->block, kind, k);
    return LEADKPI_OK;
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static leadkpi_status reserve(lk_attribution_reduction *r, lk_memory *m, leadkpi_error *error)
{
    size_t n = r->graph->state_count, steps = r->left.edge_room;
    lk_attribution_core *core = &r->core;
    r->row_room = n ? r->row_ends[n - 1] : 0;
    LK_TRY(lk_allocate(m, n, sizeof *core->states, &core->states, error));
    LK_TRY(lk_allocate(m, n, sizeof *core->places, &core->places, error));
    LK_TRY(lk_allocate(m, n + 1, sizeof *core->first, &core->first, error));
    LK_TRY(lk_allocate(m, steps, sizeof *core->other, &core->other, error));
    LK_TRY(lk_allocate(m, steps, sizeof *core->coefficients, &core->coefficients, error));
    LK_TRY(lk_allocate(m, n, sizeof *core->flows, &core->flows, error));
    LK_TRY(lk_allocate(m, n, sizeof *core->measures, &core->measures, error));
    LK_TRY(lk_allocate(m, n, sizeof *core->constants, &core->constants, error));
    LK_TRY(lk_allocate(m, r->row_room, sizeof *core->rows, &core->rows, error));
    LK_TRY(lk_allocate(m, n, sizeof *core->row_ends, &core->row_ends, error));
    LK_TRY(lk_allocate(m, n, sizeof *core->again, &core->again, error));
    return lk_allocate(m, n, LK_LANES * sizeof *core->x, &core->x, error);
}

void lk_attribution_reduction_free(lk_attribution_reduction *r, lk_memory *m)
{
    if (!r->graph) return;
    size_t n = r->graph->state_count, steps = r->left.edge_room;
    lk_attribution_core *core = &r->core;
    lk_release(m, core->states, n, sizeof *core->states);
    lk_release(m, core->places, n, sizeof *core->places);
    lk_release(m, core->first, n + 1, sizeof *core->first);
    lk_release(m, core->other, steps, sizeof *core->other);
    lk_release(m, core->coefficients, steps, sizeof *core->coefficients);
    lk_release(m, core->flows, n, sizeof *core->flows);
    lk_release(m, core->measures, n, sizeof *core->measures);
    lk_release(m, core->constants, n, sizeof *core->constants);
    lk_release(m, core->rows, r->row_room, sizeof *core->rows);
    lk_release(m, core->row_ends, n, sizeof *core->row_ends);
    lk_release(m, core->again, n, sizeof *core->again);
    lk_release(m, core->x, n, LK_LANES * sizeof *core->x);
    lk_attribution_direct_free(&r->direct, m);
    lk_attribution_elimination_free(&r->left, m);
    lk_attribution_elimination_free(&r->packed, m);
    lk_attribution_elimination_free(&r->block, m);
    *r = (lk_attribution_reduction){0};
}

leadkpi_status lk_attribution_reduction_make(lk_attribution_reduction *r, lk_memory *memory,
                                             const lk_attribution_graph *graph, const uint32_t *rows,
                                             const size_t *row_ends, leadkpi_error *error)
{
    size_t n = graph->state_count;
    *r = (lk_attribution_reduction){.graph = graph, .rows = rows, .row_ends = row_ends};
    LK_TRY(lk_attribution_elimination_reserve(&r->block, memory, graph, error));
    LK_TRY(lk_attribution_elimination_reserve(&r->packed, memory, graph, error));
    LK_TRY(lk_attribution_elimination_reserve(&r->left, memory, graph, error));
    LK_TRY(reserve(r, memory, error));
    if (n) memset(r->core.again, 0, n * sizeof *r->core.again);
    return LEADKPI_OK;
}
