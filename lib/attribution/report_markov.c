/* report_markov.c: what is inside the Markov models: removal effects, steps, and their order. */
#include "attribution/gather.h"
#include "base/buffer.h"

#define SCHEMA (&lk_attribution_report_schema)

/* ---- removal effects ------------------------------------------------------------------------ */

typedef struct effects {
    lk_report *report;
    lk_credits credits;
    size_t *models; /* those of Markov */
    size_t model_count;
    uint32_t dimension;
    int part;
} effects;

static size_t effect_cell(const effects *e, size_t row)
{
    size_t members = e->report->members.count;
    return e->models[row / members] * e->credits.rows + row % members;
}

static lk_text effect_model_at(const void *context, size_t row, bool *is_null)
{
    const effects *e = context;
    (void)is_null;
    return e->report->models[e->models[row / e->report->members.count]].name;
}

static lk_text effect_dimension_at(const void *context, size_t row, bool *is_null)
{
    const effects *e = context;
    (void)is_null;
    return lk_member_text(e->report, (uint32_t)(row % e->report->members.count), e->dimension);
}

/* Effects are shared out over what touches can claim. */
static double effect_share(const effects *e, size_t row, int kind)
{
    size_t model = e->models[row / e->report->members.count], last = e->credits.rows - 1;
    double total = lk_exact_sum_to_double(&e->credits.total.amount[kind]) -
                   e->credits.values[kind][model * e->credits.rows + last];
    return total != 0 ? e->credits.values[kind][effect_cell(e, row)] / total : lk_report_nan();
}

static double effect_at(const void *context, size_t row)
{
    const effects *e = context;
    size_t cell = effect_cell(e, row);
    int kind = e->part / 3;
    if (e->part == 6) return e->credits.probability[e->models[row / e->report->members.count]];
    if (e->part % 3 == 0) return e->credits.removal[kind][cell];
    return e->part % 3 == 1 ? e->credits.removal_errors[kind][cell] : effect_share(e, row, kind);
}

static leadkpi_status fill_effects(effects *e, leadkpi_table *table, leadkpi_error *error)
{
    static const char *const names[] = {"effect", "effect_error", "effect_share", "value_effect",
                                        "value_effect_error", "value_effect_share", "probability"};
    lk_report *r = e->report;
    LK_TRY(lk_allocate(&r->memory, r->model_count, sizeof *e->models, &e->models, error));
    for (size_t i = 0; i < r->model_count; i++)
        if (r->models[i].family == LK_FAMILY_MARKOV) e->models[e->model_count++] = i;
    LK_FAIL_IF(e->model_count == 0, error, LEADKPI_CONTRADICTION,
               "models: expected a Markov model, such as markov or markov:2, found none");
    size_t rows = e->model_count * r->members.count;
    LK_TRY(lk_report_add_texts(table, LK_LITERAL("model"), rows, effect_model_at, e, error));
    for (e->dimension = 0; e->dimension < r->members.dimension_count; e->dimension++)
        LK_TRY(lk_report_add_texts(
            table, lk_attribution_dimension(r->attribution, r->members.dimensions[e->dimension]), rows,
            effect_dimension_at, e, error));
    for (e->part = 0; e->part < 7; e->part++)
        LK_TRY(lk_report_add_numbers(table, names[e->part], "fraction", rows, effect_at, e, error));
    return LEADKPI_OK;
}

static leadkpi_status fill_removal_effects(lk_report *report, leadkpi_table *table,
                                           leadkpi_error *error)
{
    effects e = {.report = report};
    LK_TRY(lk_credits_find(report, &e.credits, error));
    leadkpi_status status = fill_effects(&e, table, error);
    lk_release(&report->memory, e.models, report->model_count, sizeof *e.models);
    lk_credits_free(report, &e.credits);
    return status;
}

leadkpi_status leadkpi_attribution_removal_effects(const leadkpi_attribution *attribution,
                                                   const leadkpi_options *options,
                                                   leadkpi_table **out, leadkpi_error *error)
{
    return lk_report_run(attribution, options, true, fill_removal_effects, out, error);
}

/* ---- steps ------------------------------------------------------------------------------------------- */

enum { FROM_START, BETWEEN, TO_CONVERSION, TO_NULL };

typedef struct step {
    uint32_t from, to; /* states; LK_MAP_NONE: none */
    int32_t kind;
    uint32_t unused;
    double weight;
    double share; /* of all steps out of `from` */
} step;

typedef struct listing {
    lk_report *report;
    lk_attribution_graph graph;
    step *steps;
    size_t count, room;
} listing;

static void put_step(listing *l, int32_t kind, uint32_t from, uint32_t to, double weight, double all)
{
    if (weight > 0) l->steps[l->count++] = (step){from, to, kind, 0, weight, weight / all};
}

/* Steps out of the start, then between states, then to both ends; each in order of states. */
static void list_steps(listing *l)
{
    const lk_attribution_graph *graph = &l->graph;
    double started = 0;
    uint32_t count = (uint32_t)graph->state_count;
    for (uint32_t s = 0; s < count; s++) started += graph->start[s];
    for (uint32_t s = 0; s < count; s++)
        put_step(l, FROM_START, LK_MAP_NONE, s, graph->start[s], started);
    for (uint32_t s = 0; s < count; s++)
        for (size_t i = graph->first[s]; i < graph->first[s + 1]; i++)
            put_step(l, BETWEEN, graph->from[i], s, graph->steps[i], graph->weight[graph->from[i]]);
    for (uint32_t s = 0; s < count; s++)
        put_step(l, TO_CONVERSION, s, LK_MAP_NONE, graph->conversions[s], graph->weight[s]);
    for (uint32_t s = 0; s < count; s++)
        put_step(l, TO_NULL, s, LK_MAP_NONE, graph->nulls[s], graph->weight[s]);
}

/* Names with " > " between, of several dimensions with " / "; blanks before a path are not said. */
void lk_state_name(const lk_report *report, const lk_attribution_graph *graph, uint32_t state,
                   lk_buffer *text)
{
    lk_text window = lk_map_text_key(&graph->windows, graph->window[state]);
    lk_buffer_truncate(text, 0);
    for (size_t i = 0; i < window.length / sizeof(uint32_t); i++) {
        uint32_t member = lk_path_word(window.data, (uint32_t)i);
        if (member == LK_MAP_NONE) continue;
        if (text->length) lk_buffer_append_text(text, LK_LITERAL(" > "));
        for (uint32_t d = 0; d < report->members.dimension_count; d++) {
            if (d) lk_buffer_append_text(text, LK_LITERAL(" / "));
            lk_buffer_append_text(text, lk_member_text(report, member, d));
        }
    }
}

static leadkpi_status add_states(const listing *l, leadkpi_table *table, lk_text name, bool to,
                                 leadkpi_error *error)
{
    lk_text_builder builder;
    lk_buffer text;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    lk_buffer_init(&text, &l->report->memory);
    for (size_t i = 0; i < l->count && status == LEADKPI_OK; i++) {
        uint32_t state = to ? l->steps[i].to : l->steps[i].from;
        if (state == LK_MAP_NONE) {
            status = lk_text_builder_append_null(&builder, error);
            continue;
        }
        lk_state_name(l->report, &l->graph, state, &text);
        status = lk_buffer_status(&text, error);
        if (status == LEADKPI_OK)
            status = lk_text_builder_append(&builder, lk_buffer_text(&text), error);
    }
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, name, "", error);
    lk_buffer_free(&text);
    lk_text_builder_release(&builder);
    return status;
}

static lk_text kind_at(const void *context, size_t row, bool *is_null)
{
    static const lk_text kinds[] = {{"start", 5}, {"step", 4}, {"conversion", 10}, {"null", 4}};
    (void)is_null;
    return kinds[((const listing *)context)->steps[row].kind];
}

static double weight_at(const void *context, size_t row)
{
    return ((const listing *)context)->steps[row].weight;
}

static double share_at(const void *context, size_t row)
{
    return ((const listing *)context)->steps[row].share;
}

static leadkpi_status fill_steps(listing *l, leadkpi_table *table, leadkpi_error *error)
{
    l->room = l->graph.step_count + 3 * l->graph.state_count;
    LK_TRY(lk_allocate(&l->report->memory, l->room, sizeof *l->steps, &l->steps, error));
    list_steps(l);
    LK_TRY(lk_report_add_texts(table, LK_LITERAL("kind"), l->count, kind_at, l, error));
    LK_TRY(add_states(l, table, LK_LITERAL("from"), false, error));
    LK_TRY(add_states(l, table, LK_LITERAL("to"), true, error));
    LK_TRY(lk_report_add_numbers(table, "weight", "journeys", l->count, weight_at, l, error));
    return lk_report_add_numbers(table, "probability", "fraction", l->count, share_at, l, error);
}

/* The chain of the only Markov model of the options; order 1 where there is none. */
leadkpi_status lk_chain_of(const lk_report *report, lk_attribution_chain *chain,
                           leadkpi_error *error)
{
    size_t found = 0;
    *chain = (lk_attribution_chain){
        .length = 1,
        .collapse = lk_options_choice(report->options, SCHEMA, LK_REPORT_COLLAPSE),
        .padded = lk_options_bool(report->options, SCHEMA, LK_REPORT_PADDED)};
    for (size_t i = 0; i < report->model_count; i++) {
        if (report->models[i].family != LK_FAMILY_MARKOV) continue;
        chain->length = (uint32_t)report->models[i].variant;
        found++;
    }
    LK_FAIL_IF(found > 1, error, LEADKPI_CONTRADICTION,
               "models: expected one Markov model, found %zu", found);
    return LEADKPI_OK;
}

static leadkpi_status fill_transitions(lk_report *report, leadkpi_table *table, leadkpi_error *error)
{
    listing l = {.report = report};
    lk_attribution_chain chain;
    lk_memory *memory = &report->memory;
    LK_TRY(lk_chain_of(report, &chain, error));
    leadkpi_status status = lk_gather_graph(report, &chain, &l.graph, error);
    if (status == LEADKPI_OK) status = fill_steps(&l, table, error);
    lk_release(memory, l.steps, l.room, sizeof *l.steps);
    lk_attribution_graph_free(&l.graph, memory);
    return status;
}

leadkpi_status leadkpi_attribution_transitions(const leadkpi_attribution *attribution,
                                               const leadkpi_options *options, leadkpi_table **out,
                                               leadkpi_error *error)
{
    return lk_report_run(attribution, options, true, fill_transitions, out, error);
}

/* ---- order ---------------------------------------------------------------------------------------------- */

#define FOLDS 8

static leadkpi_status add_orders(const double *losses, uint32_t count, uint32_t best,
                                 leadkpi_table *table, leadkpi_error *error)
{
    int64_t *orders;
    double *column;
    uint8_t *marks;
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("order"), "channels", count, false, &orders, error));
    LK_TRY(lk_table_add_double(table, LK_LITERAL("loss"), "nats a journey", count, false, &column, error));
    LK_TRY(lk_table_add_bool(table, LK_LITERAL("best"), "", count, false, &marks, error));
    for (uint32_t i = 0; i < count; i++) {
        orders[i] = i + 1;
        column[i] = losses[i];
        marks[i] = i + 1 == best;
    }
    return LEADKPI_OK;
}

static leadkpi_status fill_orders(lk_report *report, leadkpi_table *table, leadkpi_error *error)
{
    lk_gathering g = {0};
    uint32_t best = 0, count = (uint32_t)lk_options_int64(report->options, SCHEMA, LK_REPORT_ORDER_MAX);
    double *losses = NULL;
    LK_TRY(lk_allocate(&report->memory, count, sizeof *losses, &losses, error));
    leadkpi_status status = lk_gather(&g, report, report->attribution->rule.groups, error);
    if (status == LEADKPI_OK)
        status = lk_attribution_choose_order(&g.paths, &report->memory, count, FOLDS, losses, &best,
                                             error);
    if (status == LEADKPI_OK) status = add_orders(losses, count, best, table, error);
    lk_release(&report->memory, losses, count, sizeof *losses);
    lk_gather_drop(&g);
    return status;
}

leadkpi_status leadkpi_attribution_orders(const leadkpi_attribution *attribution,
                                          const leadkpi_options *options, leadkpi_table **out,
                                          leadkpi_error *error)
{
    return lk_report_run(attribution, options, false, fill_orders, out, error);
}
