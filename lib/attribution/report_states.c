/* report_states.c: the states of a Markov chain: how often journeys are in them, and what comes of it. */
#include "attribution/gather.h"
#include "attribution/renormalise.h"
#include "base/buffer.h"

typedef struct listing {
    lk_report *report;
    lk_attribution_graph graph;
    double *chances; /* of a conversion from each state on */
    int part;
} listing;

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
    lk_memory *memory = &l->report->memory;
    LK_TRY(lk_allocate(memory, l->graph.state_count, sizeof *l->chances, &l->chances, error));
    LK_TRY(lk_attribution_conversion_chances(&l->graph, memory, l->chances, error));
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
