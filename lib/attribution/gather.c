#include "attribution/gather.h"

static leadkpi_status close_group(lk_gathering *g, leadkpi_error *error)
{
    if (!g->gathered || g->group == LK_MAP_NONE) return LEADKPI_OK;
    LK_TRY(g->gathered(g, error));
    lk_attribution_paths_free(&g->paths, &g->report->memory);
    lk_attribution_paths_init(&g->paths, 1);
    return LEADKPI_OK;
}

static leadkpi_status visit(void *context, const lk_journey *journey, leadkpi_error *error)
{
    lk_gathering *g = context;
    lk_memory *memory = &g->report->memory;
    double amounts[LK_PATH_SUMS];
    size_t end = journey->count;
    uint64_t unit = g->gathered ? 0 : journey->group;
    if (journey->group != g->group) LK_TRY(close_group(g, error));
    g->group = journey->group;
    if (journey->count > g->longest) g->longest = journey->count;
    LK_TRY(lk_journey_amounts(journey, amounts, error));
    LK_TRY(lk_attribution_grow(memory, &g->members, 0, &g->capacity, end, sizeof *g->members,
                               "touches", error));
    for (uint32_t i = 0; i < journey->count; i++)
        g->members[i] = g->report->members.of_kind[journey->kinds[i]];
    lk_attribution_batch batch = {1,
                                  g->members,
                                  &end,
                                  &amounts[LK_PATH_CONVERSIONS],
                                  &amounts[LK_PATH_NULLS],
                                  &amounts[LK_PATH_VALUE],
                                  &unit};
    return lk_report_without_row(
        lk_attribution_paths_add(&g->paths, memory, g->report->members.count, &batch, error), error);
}

leadkpi_status lk_gather(lk_gathering *gathering, lk_report *report, uint32_t groups,
                         leadkpi_error *error)
{
    gathering->report = report;
    gathering->group = LK_MAP_NONE;
    report->filter.groups = groups;
    lk_attribution_paths_init(&gathering->paths, gathering->gathered ? 1 : groups);
    LK_TRY(lk_walk(report->attribution, &report->filter, &report->memory, visit, gathering,
                   &report->counts, error));
    return close_group(gathering, error);
}

void lk_gather_drop(lk_gathering *g)
{
    lk_memory *memory = &g->report->memory;
    lk_release(memory, g->members, g->capacity, sizeof *g->members);
    lk_attribution_paths_free(&g->paths, memory);
}

/* ---- the chain ---------------------------------------------------------------------------- */

static leadkpi_status graph_of_fold(lk_report *report, const lk_attribution_chain *chain,
                                    lk_attribution_graph *graph, leadkpi_error *error)
{
    const lk_attribution_rule *rule = &report->attribution->rule;
    lk_attribution_transitions steps;
    if (chain->length != 1 || rule->fold_count == rule->fold_rules)
        return lk_fold_refuse(report->attribution, "a chain that the definition does not fold needs",
                              error);
    leadkpi_status status = lk_report_folded_steps(report, 1, &steps, error);
    if (status == LEADKPI_OK)
        status = lk_attribution_graph_of_steps(
            &steps, &report->memory, chain->collapse != LK_ATTRIBUTION_COLLAPSE_NONE, graph, error);
    lk_attribution_transitions_free(&steps, &report->memory);
    return status;
}

leadkpi_status lk_gather_graph(lk_report *report, const lk_attribution_chain *chain,
                               lk_attribution_graph *graph, leadkpi_error *error)
{
    lk_gathering g = {0};
    if (report->attribution->rule.fold_count) return graph_of_fold(report, chain, graph, error);
    leadkpi_status status = lk_gather(&g, report, 1, error);
    if (status == LEADKPI_OK)
        status = lk_attribution_graph_make(&g.paths, &report->memory, NULL, chain, graph, error);
    lk_gather_drop(&g);
    return status;
}
