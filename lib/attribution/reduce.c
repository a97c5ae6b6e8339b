/* reduce.c: which states of a chain need to be swept.
 *
 * The past of a state is the mean of the pasts before it. So of those that are not of a removed channel
 *
 *     one whose journeys all come from one state has the past of that state (an alias),
 *     one before which nothing is but starts has none, in any removal that has no part in it (up),
 *     one that leads to no state, or only to such, can wait for the end (down),
 *
 * and the others are swept. Of 500 campaigns by order 2, where most states are seen once or
 * twice, that is every second one. States of the eight channels that are removed are swept
 * whatever they are. Values are those of the whole chain; nothing is left out. */
#include "attribution/reduce.h"

#include <string.h>

enum { CORE, UP, DOWN };

/* ---- what does not hang on the channels --------------------------------------------------------------- */

static size_t next_in(const lk_attribution_graph *graph, size_t state, size_t i)
{
    while (i < graph->first[state + 1] && graph->from[i] == state) i++;
    return i;
}

/* States without a step out, then those whose steps all lead to these: last ones first. */
static void peel_down(lk_attribution_reduction *r, uint32_t *degrees)
{
    const lk_attribution_graph *graph = r->steps.graph;
    size_t n = graph->state_count, done = 0;
    for (size_t s = 0; s < n; s++) {
        degrees[s] = 0;
        for (size_t i = r->steps.first_out[s]; i < r->steps.first_out[s + 1]; i++)
            degrees[s] += r->steps.to[i] != s;
        if (degrees[s] == 0) r->down[r->down_count++] = (uint32_t)s;
    }
    for (; done < r->down_count; done++) {
        size_t s = r->down[done];
        r->place[s] = DOWN;
        for (size_t i = graph->first[s]; i < graph->first[s + 1]; i++) {
            uint32_t from = graph->from[i];
            if (from != s && --degrees[from] == 0) r->down[r->down_count++] = from;
        }
    }
}

/* The same the other way round, of what is left: first ones first. */
static void peel_up(lk_attribution_reduction *r, uint32_t *degrees)
{
    const lk_attribution_graph *graph = r->steps.graph;
    size_t n = graph->state_count, done = 0;
    r->up = r->down + r->down_count;
    for (size_t s = 0; s < n; s++) {
        degrees[s] = 0;
        for (size_t i = graph->first[s]; i < graph->first[s + 1]; i++)
            degrees[s] += graph->from[i] != s;
        if (degrees[s] == 0 && r->place[s] == CORE) r->up[r->up_count++] = (uint32_t)s;
    }
    for (; done < r->up_count; done++) {
        size_t s = r->up[done];
        r->place[s] = UP;
        for (size_t i = r->steps.first_out[s]; i < r->steps.first_out[s + 1]; i++) {
            uint32_t to = r->steps.to[i];
            if (to != s && --degrees[to] == 0 && r->place[to] == CORE) r->up[r->up_count++] = to;
        }
    }
}

/* Aliases cannot go round in a circle: whoever is in one has once started in it. */
static void find_aliases(lk_attribution_reduction *r)
{
    const lk_attribution_graph *graph = r->steps.graph;
    for (size_t s = 0; s < graph->state_count; s++) {
        size_t i = next_in(graph, s, graph->first[s]);
        bool one = i < graph->first[s + 1] &&
                   next_in(graph, s, i + 1) == graph->first[s + 1];
        bool is_alias = one && r->place[s] != DOWN && !(graph->start[s] > 0) && graph->steps[i] > 0;
        r->alias[s] = is_alias ? graph->from[i] : LK_MAP_NONE;
    }
}

/* Aliases of the core, what they equal first. `seen` marks those that are listed. */
static void list_chain(lk_attribution_reduction *r, uint32_t *seen)
{
    size_t n = r->steps.graph->state_count;
    r->chain = r->up + r->up_count;
    for (size_t s = 0; s < n; s++) seen[s] = r->place[s] != CORE || r->alias[s] == LK_MAP_NONE;
    for (size_t s = 0; s < n; s++) {
        size_t start = r->chain_count, end = start;
        for (uint32_t at = (uint32_t)s; !seen[at]; at = r->alias[at]) {
            seen[at] = 1;
            r->chain[end++] = at;
        }
        r->chain_count = end;
        while (start + 1 < end) { /* found from the last one back */
            uint32_t last = r->chain[--end];
            r->chain[end] = r->chain[start];
            r->chain[start++] = last;
        }
    }
}

/* What counts of the states that wait counts of those that they are made of. */
static void pass_measures(lk_attribution_reduction *r, const double *measure)
{
    const lk_attribution_graph *graph = r->steps.graph;
    if (graph->state_count) memcpy(r->measure, measure, graph->state_count * sizeof *measure);
    for (size_t k = 0; k < r->down_count; k++) {
        size_t s = r->down[k];
        for (size_t i = graph->first[s]; i < graph->first[s + 1]; i++)
            r->measure[graph->from[i]] += r->steps.in[i] * r->measure[s];
    }
}

/* ---- what is left for eight channels ---------------------------------------------------------------------- */

static bool is_pinned(const lk_attribution_reduction *r, size_t state, uint32_t first_row)
{
    bool pinned = false;
    for (size_t i = state ? r->steps.row_ends[state - 1] : 0; i < r->steps.row_ends[state]; i++)
        pinned |= r->steps.rows[i] - first_row < LK_LANES;
    return pinned;
}

static uint32_t root_of_up(const lk_attribution_reduction *r, uint32_t state)
{
    const lk_attribution_graph *graph = r->steps.graph;
    bool none = true;
    for (size_t i = graph->first[state]; i < graph->first[state + 1] && none; i++)
        none = graph->from[i] == state || r->root[graph->from[i]] == LK_MAP_NONE;
    if (none) return LK_MAP_NONE;
    return r->alias[state] == LK_MAP_NONE ? state : r->root[r->alias[state]];
}

static void find_roots(lk_attribution_reduction *r, uint32_t first_row)
{
    for (size_t s = 0; s < r->steps.graph->state_count; s++) r->root[s] = (uint32_t)s;
    for (size_t k = 0; k < r->up_count; k++) {
        uint32_t s = r->up[k];
        if (!is_pinned(r, s, first_row)) r->root[s] = root_of_up(r, s);
    }
    for (size_t k = 0; k < r->chain_count; k++) {
        uint32_t s = r->chain[k];
        if (!is_pinned(r, s, first_row)) r->root[s] = r->root[r->alias[s]];
    }
}

static bool is_swept(const lk_attribution_reduction *r, size_t state)
{
    return r->root[state] == state && r->place[state] != DOWN;
}

/* Swept states keep the order that states and slots have in the whole chain. */
static size_t place_states(lk_attribution_reduction *r)
{
    size_t n = r->steps.graph->state_count, count = 0;
    uint32_t slot = 0;
    for (size_t k = 0; k < n; k++)
        if (is_swept(r, r->by_slot[k])) r->slot_of[r->by_slot[k]] = slot++;
    for (size_t s = 0; s < n; s++) {
        r->measures[s] = 0;
        if (is_swept(r, s)) r->states[count++] = (uint32_t)s;
    }
    return count;
}

static void list_steps(lk_attribution_reduction *r, size_t count)
{
    const lk_attribution_graph *graph = r->steps.graph;
    size_t steps = 0, rows = 0;
    for (size_t k = 0; k < count; k++) {
        size_t s = r->states[k];
        r->slot[k] = r->slot_of[s];
        r->first[k] = steps;
        for (size_t i = graph->first[s]; i < graph->first[s + 1]; i++) {
            uint32_t root = r->root[graph->from[i]];
            if (graph->from[i] == s || root == LK_MAP_NONE) continue;
            r->other[steps] = r->slot_of[root];
            r->coefficients[steps++] = r->steps.in[i];
        }
        for (size_t i = s ? r->steps.row_ends[s - 1] : 0; i < r->steps.row_ends[s]; i++)
            r->rows[rows++] = r->steps.rows[i];
        r->row_ends[k] = rows;
    }
    r->first[count] = steps;
}

/* An alias counts where its value is; by place in the list of swept states. */
static void list_measures(lk_attribution_reduction *r, size_t count)
{
    size_t n = r->steps.graph->state_count;
    for (size_t k = 0; k < count; k++) r->slot_of[r->states[k]] = (uint32_t)k;
    for (size_t s = 0; s < n; s++)
        if (r->place[s] != DOWN && r->root[s] != LK_MAP_NONE)
            r->measures[r->slot_of[r->root[s]]] += r->measure[s];
    for (size_t k = 0; k < count; k++) r->slot_of[r->states[k]] = r->slot[k];
}

/* ---- back to the whole chain ------------------------------------------------------------------------------- */

static double *past(const lk_attribution_reduction *r, size_t state, double *w)
{
    return w + (size_t)r->steps.graph->slot[state] * LK_LANES;
}

static void finish_down(const lk_attribution_reduction *r, size_t state, uint32_t first_row, double *w)
{
    const lk_attribution_graph *graph = r->steps.graph;
    double lanes[LK_LANES] = {0};
    for (size_t i = graph->first[state]; i < graph->first[state + 1]; i++) {
        const double *from = past(r, graph->from[i], w);
        if (graph->from[i] == state) continue;
        for (size_t l = 0; l < LK_LANES; l++) lanes[l] += r->steps.in[i] * from[l];
    }
    for (size_t i = state ? r->steps.row_ends[state - 1] : 0; i < r->steps.row_ends[state]; i++)
        if (r->steps.rows[i] - first_row < LK_LANES) lanes[r->steps.rows[i] - first_row] = 1;
    memcpy(past(r, state, w), lanes, sizeof lanes);
}

static void spread(const lk_attribution_reduction *r, uint32_t first_row, double *w)
{
    static const double nothing[LK_LANES];
    for (size_t s = 0; s < r->steps.graph->state_count; s++) {
        uint32_t root = r->root[s];
        const double *from = root == LK_MAP_NONE ? nothing : r->x + (size_t)r->slot_of[root] * LK_LANES;
        if (r->place[s] != DOWN) memcpy(past(r, s, w), from, sizeof nothing);
    }
    for (size_t k = r->down_count; k-- > 0;) finish_down(r, r->down[k], first_row, w);
}

leadkpi_status lk_attribution_reduction_solve(lk_attribution_reduction *r, const lk_memory *memory,
                                              uint32_t first_row, double tolerance, double *w,
                                              double *scratch, uint32_t *sweeps,
                                              leadkpi_error *error)
{
    find_roots(r, first_row);
    size_t count = place_states(r);
    list_steps(r, count);
    list_measures(r, count);
    lk_attribution_system system = {.state_count = count,
                                    .first = r->first,
                                    .other = r->other,
                                    .slot = r->slot,
                                    .coefficients = r->coefficients,
                                    .measure = r->measures,
                                    .rows = r->rows,
                                    .row_ends = r->row_ends,
                                    .pinned = 1,
                                    .tolerance = tolerance};
    LK_TRY(lk_attribution_sweep(&system, memory, first_row, r->x, scratch, sweeps, error));
    spread(r, first_row, w);
    return LEADKPI_OK;
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static leadkpi_status reserve(lk_attribution_reduction *r, lk_memory *m, leadkpi_error *error)
{
    size_t n = r->steps.graph->state_count, steps = r->steps.graph->step_count;
    r->row_room = n ? r->steps.row_ends[n - 1] : 0;
    LK_TRY(lk_allocate(m, n, 1, &r->place, error));
    LK_TRY(lk_allocate(m, n, sizeof *r->alias, &r->alias, error));
    LK_TRY(lk_allocate(m, n, sizeof *r->lists, &r->lists, error));
    LK_TRY(lk_allocate(m, n, sizeof *r->by_slot, &r->by_slot, error));
    LK_TRY(lk_allocate(m, n, sizeof *r->measure, &r->measure, error));
    LK_TRY(lk_allocate(m, n, sizeof *r->root, &r->root, error));
    LK_TRY(lk_allocate(m, n, sizeof *r->slot_of, &r->slot_of, error));
    LK_TRY(lk_allocate(m, n + 1, sizeof *r->first, &r->first, error));
    LK_TRY(lk_allocate(m, n, sizeof *r->row_ends, &r->row_ends, error));
    LK_TRY(lk_allocate(m, steps, sizeof *r->other, &r->other, error));
    LK_TRY(lk_allocate(m, n, sizeof *r->slot, &r->slot, error));
    LK_TRY(lk_allocate(m, n, sizeof *r->states, &r->states, error));
    LK_TRY(lk_allocate(m, r->row_room, sizeof *r->rows, &r->rows, error));
    LK_TRY(lk_allocate(m, steps, sizeof *r->coefficients, &r->coefficients, error));
    LK_TRY(lk_allocate(m, n, sizeof *r->measures, &r->measures, error));
    return lk_allocate(m, n, LK_LANES * sizeof *r->x, &r->x, error);
}

void lk_attribution_reduction_free(lk_attribution_reduction *r, lk_memory *m)
{
    if (!r->steps.graph) return;
    size_t n = r->steps.graph->state_count, steps = r->steps.graph->step_count;
    lk_release(m, r->place, n, 1);
    lk_release(m, r->alias, n, sizeof *r->alias);
    lk_release(m, r->lists, n, sizeof *r->lists);
    lk_release(m, r->by_slot, n, sizeof *r->by_slot);
    lk_release(m, r->measure, n, sizeof *r->measure);
    lk_release(m, r->root, n, sizeof *r->root);
    lk_release(m, r->slot_of, n, sizeof *r->slot_of);
    lk_release(m, r->first, n + 1, sizeof *r->first);
    lk_release(m, r->row_ends, n, sizeof *r->row_ends);
    lk_release(m, r->other, steps, sizeof *r->other);
    lk_release(m, r->slot, n, sizeof *r->slot);
    lk_release(m, r->states, n, sizeof *r->states);
    lk_release(m, r->rows, r->row_room, sizeof *r->rows);
    lk_release(m, r->coefficients, steps, sizeof *r->coefficients);
    lk_release(m, r->measures, n, sizeof *r->measures);
    lk_release(m, r->x, n, LK_LANES * sizeof *r->x);
    *r = (lk_attribution_reduction){0};
}

leadkpi_status lk_attribution_reduction_make(lk_attribution_reduction *r, lk_memory *memory,
                                             const lk_attribution_steps *steps,
                                             const double *measure, leadkpi_error *error)
{
    size_t n = steps->graph->state_count;
    *r = (lk_attribution_reduction){.steps = *steps};
    LK_TRY(reserve(r, memory, error));
    if (n == 0) return LEADKPI_OK;
    memset(r->place, CORE, n);
    r->down = r->lists;
    peel_down(r, r->root);
    peel_up(r, r->root);
    find_aliases(r);
    list_chain(r, r->root);
    for (size_t s = 0; s < n; s++) r->by_slot[steps->graph->slot[s]] = (uint32_t)s;
    pass_measures(r, measure);
    return LEADKPI_OK;
}
