#include "funnel/report.h"

typedef struct columns {
    int64_t *from_step, *to_step, *completed;
    lk_waits_columns waits;
} columns;

/* ---- ways ------------------------------------------------------------------------------- */

/* The first step to the last, where that is another pair, and each to the next. */
static size_t set_ways(int32_t step_count, lk_way *ways)
{
    size_t count = 0;
    if (step_count > 2) ways[count++] = (lk_way){.from = 0, .to = step_count - 1};
    for (int32_t step = 1; step < step_count; step++) ways[count++] = (lk_way){.from = step - 1, .to = step};
    return count;
}

/* Of the rows of a group the first to the last step is the last one. */
static size_t way_of_row(size_t row, size_t way_count)
{
    return way_count > 1 ? (row + 1) % way_count : 0;
}

leadkpi_status lk_groups_gather(const lk_groups *g, const lk_group *group, lk_way *way, leadkpi_error *error)
{
    const lk_results *r = g->results;
    if (r->ways) return LEADKPI_OK;
    lk_waits_clear(&way->waits);
    for (uint32_t i = group->first; i < group->last; i++) {
        const lk_result *result = lk_groups_result(g, i);
        bool came;
        LK_TRY(lk_groups_interrupted(g, i, error));
        if (!lk_way_counts(way, result->level, result->done, &came)) continue;
        int64_t end = came ? lk_results_time(r, g->order[i], way->to) : lk_results_watched(r, result->until);
        LK_TRY(lk_waits_put(&way->waits, end - lk_results_time(r, g->order[i], way->from), came, error));
    }
    return LEADKPI_OK;
}

/* ---- the table -------------------------------------------------------------------------- */

static leadkpi_status add_columns(const lk_groups *g, leadkpi_table *table, size_t rows, columns *c,
                                  leadkpi_error *error)
{
    const char *unit = lk_groups_unit(g);
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("from_step"), "", rows, false, &c->from_step, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("to_step"), "", rows, false, &c->to_step, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("completed"), unit, rows, false, &c->completed, error));
    return lk_waits_add_columns(table, LK_LITERAL("censored"), unit, rows, &c->waits, error);
}

/* Ways whose waits are not known yet get those of one group after the other. */
static leadkpi_status fill_ways(const lk_groups *g, leadkpi_table *table, lk_way *ways, size_t way_count,
                                leadkpi_error *error)
{
    size_t rows = way_count * g->count;
    columns c;
    LK_TRY(lk_groups_add_columns(g, way_count, table, error));
    LK_TRY(add_columns(g, table, rows, &c, error));
    for (size_t row = 0; row < rows; row++) {
        lk_way *way = &ways[way_of_row(row % way_count, way_count)];
        LK_TRY(lk_groups_gather(g, &g->items[row / way_count], way, error));
        c.from_step[row] = way->from + 1;
        c.to_step[row] = way->to + 1;
        c.completed[row] = (int64_t)way->waits.came_count;
        LK_TRY(lk_waits_write(&way->waits, table, &c.waits, row, g->results->confidence, error));
    }
    return lk_waits_add_flags(table, &c.waits, c.completed, rows, error);
}

static leadkpi_status fill_by_group(lk_results *results, const lk_groups *groups, leadkpi_table *table,
                                    leadkpi_error *error)
{
    const lk_funnel_rule *rule = &results->funnel->rule;
    lk_way ways[LK_FUNNEL_STEPS_MAX];
    size_t way_count = set_ways(rule->step_count, ways);
    for (size_t i = 0; i < way_count; i++) lk_waits_open(&ways[i].waits, &results->memory, rule->window);
    leadkpi_status status = fill_ways(groups, table, ways, way_count, error);
    for (size_t i = 0; i < way_count; i++) lk_waits_close(&ways[i].waits);
    return status;
}

static leadkpi_status fill(lk_results *results, const leadkpi_options *options, leadkpi_table *table,
                           leadkpi_error *error)
{
    lk_groups groups;
    LK_TRY(lk_groups_find(results, options, &groups, error));
    leadkpi_status status = results->ways
                                ? fill_ways(&groups, table, results->ways, results->way_count, error)
                                : fill_by_group(results, &groups, table, error);
    lk_groups_free(&groups);
    return status;
}

leadkpi_status leadkpi_funnel_times(const leadkpi_funnel *funnel, const leadkpi_options *options,
                                    leadkpi_table **out, leadkpi_error *error)
{
    lk_way ways[LK_FUNNEL_STEPS_MAX];
    lk_results results = {.ways = ways};
    leadkpi_error_reset(error);
    if (out) *out = NULL;
    if (funnel) LK_TRY(lk_funnel_require_times(funnel, error));
    LK_TRY(lk_funnel_check_way(funnel, "times", error));
    if (funnel) results.way_count = set_ways(funnel->rule.step_count, ways);
    uint64_t timed_steps = funnel ? lk_funnel_all_steps(&funnel->rule) : 0;
    return lk_funnel_report_on(funnel, options, &results, timed_steps, fill, out, error);
}
