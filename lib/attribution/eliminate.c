/* eliminate.c: a chain without the states that do not matter by themselves.
 *
 * Taking a state e out turns each pair of steps s -> e -> t into one of
 *
 *     T_se T_et / D_e,        D_e = flow from the start + sum over s of T_se,
 *
 * and hands what counts of e to the states before it. Nothing else changes, neither for the past of
 * the other states nor for what comes after them. D is added up from what is left whenever it is
 * needed, so that nothing is ever subtracted (Grassmann, Taksar and Heyman, Operations Research 33,
 * 1985); steps from a state to itself cancel.
 *
 * Of states by order 2 and more most are seen a few times only, with a step or two into and out
 * of them: these cost next to nothing (Markowitz, Management Science 3, 1957). The states that are
 * left have many ways in, and sweeps over them come to rest fast. */
#include "attribution/eliminate.h"

#include <string.h>

/* ---- the lists ---------------------------------------------------------------------------------------- */

static void put_edge(lk_attribution_elimination *e, uint32_t from, uint32_t to, double flow)
{
    uint32_t at = (uint32_t)e->edge_count++;
    e->edges[at] = (lk_attribution_edge){flow, from, to, e->first_in[to], e->first_out[from]};
    e->first_in[to] = e->first_out[from] = at;
    e->ins[to]++;
    e->outs[from]++;
}

static void clean(lk_attribution_elimination *e, uint32_t state)
{
    for (uint32_t *link = &e->first_in[state]; *link != LK_MAP_NONE;) {
        lk_attribution_edge *edge = &e->edges[*link];
        if (e->place[edge->from] != LK_OUT)
            link = &edge->next_in;
        else
            *link = edge->next_in;
    }
    for (uint32_t *link = &e->first_out[state]; *link != LK_MAP_NONE;) {
        lk_attribution_edge *edge = &e->edges[*link];
        if (e->place[edge->to] != LK_OUT)
            link = &edge->next_out;
        else
            *link = edge->next_out;
    }
}

static double flow_through(const lk_attribution_elimination *e, uint32_t state)
{
    double flow = e->start[state];
    for (uint32_t i = e->first_in[state]; i != LK_MAP_NONE; i = e->edges[i].next_in)
        flow += e->edges[i].flow;
    return flow;
}

static double share_of(double flow)
{
    return flow > 0 ? 1 / flow : 0;
}

/* ---- one state ------------------------------------------------------------------------------------------ */

static void bridge(lk_attribution_elimination *e, uint32_t state, const lk_attribution_edge *out,
                   double share)
{
    uint32_t to = out->to;
    double part = out->flow * share;
    e->start[to] += e->start[state] * part;
    e->ins[to]--;
    for (uint32_t i = e->first_in[state]; i != LK_MAP_NONE; i = e->edges[i].next_in) {
        const lk_attribution_edge *in = &e->edges[i];
        if (in->from != to) put_edge(e, in->from, to, in->flow * part);
    }
}

static void hand_back(lk_attribution_elimination *e, uint32_t state, double share)
{
    const lk_attribution_tally *tally = &e->tallies[state];
    for (uint32_t i = e->first_in[state]; i != LK_MAP_NONE; i = e->edges[i].next_in) {
        lk_attribution_tally *into = &e->tallies[e->edges[i].from];
        double part = e->edges[i].flow * share;
        for (size_t kind = 0; kind < 2; kind++) into->amounts[kind] += tally->amounts[kind] * part;
        into->measure += tally->measure * part;
        e->outs[e->edges[i].from]--;
    }
}

/* Cost: the edges of the state, 24 bytes each from wherever they are, and both ends' counts (8 bytes
 * each): 100 ns and more with five edges, of which most is waiting. */
static void take_out(lk_attribution_elimination *e, uint32_t state)
{
    clean(e, state);
    double through = flow_through(e, state);
    double share = share_of(through);
    e->through[state] = through;
    for (uint32_t i = e->first_out[state]; i != LK_MAP_NONE;) {
        const lk_attribution_edge out = e->edges[i];
        bridge(e, state, &out, share);
        i = out.next_out;
    }
    hand_back(e, state, share);
    e->place[state] = LK_OUT;
    e->order[e->out_count++] = state;
}

/* ---- all ------------------------------------------------------------------------------------------------- */

/* As long as there is room for the edges in its place; `*has_room` is false then. */
static void take_cheap(lk_attribution_elimination *e, uint32_t state, uint32_t limit, bool *has_room)
{
    uint64_t edges = (uint64_t)e->ins[state] * e->outs[state];
    if (e->place[state] != LK_LEFT || edges > limit) return;
    *has_room = edges <= e->edge_room - e->edge_count;
    if (*has_room) take_out(e, state);
}

/* Beyond that there are fewer states still, but more steps to sweep over. A state that goes costs a
 * thousand times what a look at one does that stays. */
leadkpi_status lk_attribution_eliminate(lk_attribution_elimination *e, const lk_memory *memory,
                                        leadkpi_error *error)
{
    static const uint32_t limits[] = {0, 1, 2, 4, 6, 9, 12, 16};
    bool has_room = true;
    for (size_t k = 0; k < sizeof limits / sizeof *limits; k++)
        for (uint32_t s = 0; s < e->state_count; s++) {
            if (s % (LK_INTERRUPT_ROWS / 64) == 0) LK_TRY(lk_interrupted(memory, error));
            take_cheap(e, s, limits[k], &has_room);
            if (!has_room) return LEADKPI_OK;
        }
    return LEADKPI_OK;
}

/* ---- back ------------------------------------------------------------------------------------------------ */

void lk_attribution_elimination_past(const lk_attribution_elimination *e, double *w)
{
    for (size_t k = e->out_count; k-- > 0;) {
        uint32_t state = e->order[k];
        double lanes[LK_LANES] = {0}, share = share_of(e->through[state]);
        for (uint32_t i = e->first_in[state]; i != LK_MAP_NONE; i = e->edges[i].next_in) {
            const double *from = w + e->edges[i].from * (size_t)LK_LANES;
            double part = e->edges[i].flow * share;
            for (size_t l = 0; l < LK_LANES; l++) lanes[l] += part * from[l];
        }
        memcpy(w + state * (size_t)LK_LANES, lanes, sizeof lanes);
    }
}

void lk_attribution_elimination_future(const lk_attribution_elimination *e, size_t kind, double *k)
{
    for (size_t n = e->out_count; n-- > 0;) {
        uint32_t state = e->order[n];
        double lanes[LK_LANES], share = share_of(e->through[state]);
        for (size_t l = 0; l < LK_LANES; l++) lanes[l] = e->tallies[state].amounts[kind] * share;
        for (uint32_t i = e->first_out[state]; i != LK_MAP_NONE; i = e->edges[i].next_out) {
            const double *to = k + e->edges[i].to * (size_t)LK_LANES;
            double part = e->edges[i].flow * share;
            for (size_t l = 0; l < LK_LANES; l++) lanes[l] += part * to[l];
        }
        memcpy(k + state * (size_t)LK_LANES, lanes, sizeof lanes);
    }
}

/* ---- life ------------------------------------------------------------------------------------------------- */

#define EDGES_A_STEP 2

static leadkpi_status allocate(lk_attribution_elimination *e, lk_memory *m, leadkpi_error *error)
{
    size_t n = e->state_count;
    LK_TRY(lk_allocate(m, e->edge_room, sizeof *e->edges, &e->edges, error));
    LK_TRY(lk_allocate(m, n, sizeof *e->first_in, &e->first_in, error));
    LK_TRY(lk_allocate(m, n, sizeof *e->first_out, &e->first_out, error));
    LK_TRY(lk_allocate(m, n, sizeof *e->ins, &e->ins, error));
    LK_TRY(lk_allocate(m, n, sizeof *e->outs, &e->outs, error));
    LK_TRY(lk_allocate(m, n, sizeof *e->start, &e->start, error));
    LK_TRY(lk_allocate(m, n, sizeof *e->through, &e->through, error));
    LK_TRY(lk_allocate(m, n, sizeof *e->tallies, &e->tallies, error));
    LK_TRY(lk_allocate(m, n, sizeof *e->place, &e->place, error));
    return lk_allocate(m, n, sizeof *e->order, &e->order, error);
}

void lk_attribution_elimination_free(lk_attribution_elimination *e, lk_memory *m)
{
    size_t n = e->state_count;
    lk_release(m, e->edges, e->edge_room, sizeof *e->edges);
    lk_release(m, e->first_in, n, sizeof *e->first_in);
    lk_release(m, e->first_out, n, sizeof *e->first_out);
    lk_release(m, e->ins, n, sizeof *e->ins);
    lk_release(m, e->outs, n, sizeof *e->outs);
    lk_release(m, e->start, n, sizeof *e->start);
    lk_release(m, e->through, n, sizeof *e->through);
    lk_release(m, e->tallies, n, sizeof *e->tallies);
    lk_release(m, e->place, n, sizeof *e->place);
    lk_release(m, e->order, n, sizeof *e->order);
    *e = (lk_attribution_elimination){0};
}

leadkpi_status lk_attribution_elimination_reserve(lk_attribution_elimination *e, lk_memory *memory,
                                                  const lk_attribution_graph *graph,
                                                  leadkpi_error *error)
{
    size_t room = graph->step_count;
    *e = (lk_attribution_elimination){.state_count = graph->state_count};
    e->edge_room = room < LK_MAP_NONE / EDGES_A_STEP ? room * EDGES_A_STEP : LK_MAP_NONE;
    LK_FAIL_IF(room > e->edge_room, error, LEADKPI_OVERFLOW, "steps: expected fewer than 2^32, found %zu",
               room);
    return allocate(e, memory, error);
}

static void begin(lk_attribution_elimination *e)
{
    e->edge_count = e->out_count = 0;
    for (size_t s = 0; s < e->state_count; s++) {
        e->first_in[s] = e->first_out[s] = LK_MAP_NONE;
        e->ins[s] = e->outs[s] = 0;
    }
}

/* In the order of where the edges go to, so that each list lies together. */
void lk_attribution_elimination_pack(lk_attribution_elimination *e,
                                     const lk_attribution_elimination *from)
{
    begin(e);
    for (uint32_t s = 0; s < e->state_count; s++) {
        e->place[s] = from->place[s] == LK_OUT ? LK_OUT : LK_LEFT;
        if (e->place[s] == LK_OUT) continue;
        e->start[s] = from->start[s];
        e->tallies[s] = from->tallies[s];
        for (uint32_t i = from->first_in[s]; i != LK_MAP_NONE; i = from->edges[i].next_in) {
            const lk_attribution_edge *edge = &from->edges[i];
            if (from->place[edge->from] != LK_OUT) put_edge(e, edge->from, s, edge->flow);
        }
    }
}

void lk_attribution_elimination_copy(lk_attribution_elimination *e,
                                     const lk_attribution_elimination *from)
{
    size_t n = e->state_count;
    e->edge_count = from->edge_count;
    e->out_count = 0;
    if (n == 0) return;
    if (e->edge_count) memcpy(e->edges, from->edges, e->edge_count * sizeof *e->edges);
    memcpy(e->first_in, from->first_in, n * sizeof *e->first_in);
    memcpy(e->first_out, from->first_out, n * sizeof *e->first_out);
    memcpy(e->ins, from->ins, n * sizeof *e->ins);
    memcpy(e->outs, from->outs, n * sizeof *e->outs);
    memcpy(e->start, from->start, n * sizeof *e->start);
    memcpy(e->tallies, from->tallies, n * sizeof *e->tallies);
    memcpy(e->place, from->place, n * sizeof *e->place);
}

/* What converts counts by its share of both totals. */
static double magnitude(double value)
{
    return value < 0 ? -value : value;
}

static void fill_tallies(lk_attribution_elimination *e, const lk_attribution_graph *graph)
{
    double sums[2] = {0, 0};
    for (size_t s = 0; s < e->state_count; s++) {
        sums[0] += graph->conversions[s];
        sums[1] += magnitude(graph->values[s]);
    }
    for (size_t s = 0; s < e->state_count; s++)
        e->tallies[s] = (lk_attribution_tally){
            {graph->conversions[s], graph->values[s]},
            (sums[0] > 0 ? graph->conversions[s] / sums[0] : 0) +
                (sums[1] > 0 ? magnitude(graph->values[s]) / sums[1] : 0)};
}

void lk_attribution_elimination_begin(lk_attribution_elimination *e,
                                      const lk_attribution_graph *graph)
{
    begin(e);
    fill_tallies(e, graph);
    for (uint32_t s = 0; s < e->state_count; s++) {
        e->start[s] = graph->start[s];
        e->place[s] = LK_LEFT;
        for (size_t i = graph->first[s]; i < graph->first[s + 1]; i++)
            if (graph->from[i] != s) put_edge(e, graph->from[i], s, graph->steps[i]);
    }
}
