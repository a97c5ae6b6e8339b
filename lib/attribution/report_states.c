/* report_states.c: the states of a Markov chain: how often journeys are in them, and what comes of it. */
#include "attribution/gather.h"
#include "attribution/sweep.h"
#include "base/buffer.h"

typedef struct listing {
    lk_report *report;
    lk_attribution_graph graph;
    size_t *first;   /* by state, and one more: its steps out, in the two below */
    uint32_t *to;
    double *shares;  /* of all that leaves the state */
    double *chances; /* of a conversion from each state on */
    int part;
} listing;

/* Steps by the state that they leave: the graph has them by the one that they come to. */
static leadkpi_status turn_round(listing *l, leadkpi_error *error)
{
    const lk_attribution_graph *g = &l->graph;
    lk_memory *memory = &l->report->memory;
    LK_TRY(lk_allocate(memory, g->state_count + 1, sizeof *l->first, &l->first, error));
    LK_TRY(lk_allocate(memory, g->step_count, sizeof *l->to, &l->to, error));
    LK_TRY(lk_allocate(memory, g->step_count, sizeof *l->shares, &l->shares, error));
    memset(l->first, 0, (g->state_count + 1) * sizeof *l->first);
    for (size_t i = 0; i < g->step_count; i++) l->first[g->from[i] + 1]++;
    for (size_t s = 0; s < g->state_count; s++) l->first[s + 1] += l->first[s];
    for (uint32_t s = (uint32_t)g->state_count; s-- > 0;)
        for (size_t i = g->first[s + 1]; i-- > g->first[s];) {
            size_t at = --l->first[g->from[i] + 1];
            l->to[at] = s;
            l->shares[at] = g->steps[i] / g->weight[g->from[i]];
        }
    /* Each start now stands one place too far on. */
    memmove(l->first, l->first + 1, g->state_count * sizeof *l->first);
    l->first[g->state_count] = g->step_count;
    return LEADKPI_OK;
}

/* One sweep of Gauss and Seidel from the last state to the first; the largest change. */
static double sweep(const listing *l)
{
    const lk_attribution_graph *g = &l->graph;
    double change = 0;
    for (size_t s = g->state_count; s-- > 0;) {
        double chance = g->conversions[s] / g->weight[s], stays = 0;
        for (size_t i = l->first[s]; i < l->first[s + 1]; i++) {
            if (l->to[i] == s) stays += l->shares[i];
            else chance += l->shares[i] * l->chances[l->to[i]];
        }
        chance = stays < 1 ? chance / (1 - stays) : 0;
        double by = chance > l->chances[s] ? chance - l->chances[s] : l->chances[s] - chance;
        if (by > change) change = by;
        l->chances[s] = chance;
    }
    return change;
}

/* From 0 the chances only rise, to those of the chain. */
static leadkpi_status find_chances(listing *l, leadkpi_error *error)
{
    LK_TRY(turn_round(l, error));
    LK_TRY(lk_allocate(&l->report->memory, l->graph.state_count, sizeof *l->chances, &l->chances, error));
    for (size_t s = 0; s < l->graph.state_count; s++) l->chances[s] = 0;
    for (int i = 0; i < LK_SWEEPS_MAX; i++) {
        if (i % 16 == 0) LK_TRY(lk_interrupted(&l->report->memory, error));
        if (sweep(l) < 0x1p-60) return LEADKPI_OK;
    }
    return lk_fail(error, LEADKPI_NOT_ENOUGH_DATA,
                   "states: expected journeys that end, found chances that did not come to rest");
}

static double number_at(const void *context, size_t row)
{
    const listing *l = context;
    const lk_attribution_graph *g = &l->graph;
    const double *const columns[] = {g->start, g->weight, g->conversions, g->nulls, g->values, l->chances};
    return columns[l->part][row];
}

static leadkpi_status add_names(const listing *l, leadkpi_table *table, leadkpi_error *error)
{
    lk_text_builder builder;
    lk_buffer text;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    lk_buffer_init(&text, &l->report->memory);
    for (uint32_t s = 0; s < l->graph.state_count && status == LEADKPI_OK; s++) {
        lk_state_name(l->report, &l->graph, s, &text);
        status = lk_buffer_status(&text, error);
        if (status == LEADKPI_OK)
            status = lk_text_builder_append(&builder, lk_buffer_text(&text), error);
    }
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, LK_LITERAL("state"), "", error);
    lk_buffer_free(&text);
    lk_text_builder_release(&builder);
    return status;
}

static leadkpi_status fill_table(listing *l, leadkpi_table *table, leadkpi_error *error)
{
    static const char *const names[] = {"starts", "visits", "conversions", "nulls", "value",
                                        "conversion_probability"};
    static const char *const units[] = {"journeys", "journeys", "conversions", "journeys", "currency",
                                        "fraction"};
    LK_TRY(find_chances(l, error));
    LK_TRY(add_names(l, table, error));
    for (l->part = 0; l->part < 6; l->part++)
        LK_TRY(lk_report_add_numbers(table, names[l->part], units[l->part], l->graph.state_count,
                                     number_at, l, error));
    return LEADKPI_OK;
}

static leadkpi_status fill(lk_report *report, leadkpi_table *table, leadkpi_error *error)
{
    listing l = {.report = report};
    lk_attribution_chain chain;
    lk_memory *memory = &report->memory;
    LK_TRY(lk_chain_of(report, &chain, error));
    leadkpi_status status = lk_gather_graph(report, &chain, &l.graph, error);
    if (status == LEADKPI_OK) status = fill_table(&l, table, error);
    if (l.first) lk_release(memory, l.first, l.graph.state_count + 1, sizeof *l.first);
    lk_release(memory, l.to, l.graph.step_count, sizeof *l.to);
    lk_release(memory, l.shares, l.graph.step_count, sizeof *l.shares);
    lk_release(memory, l.chances, l.graph.state_count, sizeof *l.chances);
    lk_attribution_graph_free(&l.graph, memory);
    return status;
}

leadkpi_status leadkpi_attribution_states(const leadkpi_attribution *attribution,
                                          const leadkpi_options *options, leadkpi_table **out,
                                          leadkpi_error *error)
{
    return lk_report_run(attribution, options, true, fill, out, error);
}
