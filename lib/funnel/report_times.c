#include "funnel/report.h"
#include "journal/waits.h"

typedef struct columns {
    int64_t *from_step, *to_step, *completed;
    lk_waits_columns waits;
} columns;

/* ---- what was waited ---------------------------------------------------------------- */

/* Until when a lead that did not go on was watched. */
static int64_t watched_until(const lk_results *r, const lk_result *result)
{
    return r->as_of < result->until ? r->as_of : result->until;
}

static leadkpi_status gather(const lk_groups *g, const lk_group *group, int32_t from, int32_t to, lk_waits *w,
                             leadkpi_error *error)
{
    const lk_results *r = g->results;
    lk_waits_clear(w);
    for (uint32_t i = group->first; i < group->last; i++) {
        const lk_result *result = lk_groups_result(g, i);
        LK_TRY(lk_groups_interrupted(g, i, error));
        if (!lk_result_did(result, from)) continue;
        bool completed = lk_result_did(result, to);
        if (!completed && result->level > to) continue; /* went past a step that may be left out */
        int64_t end = completed ? lk_results_time(r, g->order[i], to) : watched_until(r, result);
        lk_waits_put(w, end - lk_results_time(r, g->order[i], from), completed);
    }
    return LEADKPI_OK;
}

/* ---- the table -------------------------------------------------------------------------- */

/* Each step to the next, and the first to the last where that is another pair. */
static size_t pair_count(int32_t step_count)
{
    return (size_t)step_count - 1 + (step_count > 2);
}

static leadkpi_status add_columns(const lk_groups *g, leadkpi_table *table, size_t rows, columns *c,
                                  leadkpi_error *error)
{
    const char *unit = lk_groups_unit(g);
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("from_step"), "", rows, false, &c->from_step, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("to_step"), "", rows, false, &c->to_step, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("completed"), unit, rows, false, &c->completed, error));
    return lk_waits_add_columns(table, LK_LITERAL("censored"), unit, rows, &c->waits, error);
}

static leadkpi_status fill_pairs(const lk_groups *g, leadkpi_table *table, lk_waits *w,
                                 leadkpi_error *error)
{
    int32_t step_count = g->results->funnel->rule.step_count;
    size_t pairs = pair_count(step_count), rows = pairs * g->count;
    columns c;
    LK_TRY(lk_groups_add_columns(g, pairs, table, error));
    LK_TRY(add_columns(g, table, rows, &c, error));
    for (size_t row = 0; row < rows; row++) {
        bool overall = row % pairs == (size_t)step_count - 1;
        c.from_step[row] = overall ? 1 : (int64_t)(row % pairs) + 1;
        c.to_step[row] = overall ? step_count : c.from_step[row] + 1;
        LK_TRY(gather(g, &g->items[row / pairs], (int32_t)c.from_step[row] - 1, (int32_t)c.to_step[row] - 1, w,
                      error));
        c.completed[row] = (int64_t)w->came_count;
        LK_TRY(lk_waits_write(w, table, &c.waits, row, g->results->confidence, error));
    }
    return lk_waits_add_flags(table, &c.waits, c.completed, rows, error);
}

static leadkpi_status fill(lk_results *results, const leadkpi_options *options, leadkpi_table *table,
                           leadkpi_error *error)
{
    lk_groups groups;
    lk_waits w;
    LK_TRY(lk_groups_find(results, options, &groups, error));
    leadkpi_status status = lk_waits_open(&w, &results->memory, results->count, error);
    if (status == LEADKPI_OK) {
        status = fill_pairs(&groups, table, &w, error);
        lk_waits_close(&w);
    }
    lk_groups_free(&groups);
    return status;
}

leadkpi_status leadkpi_funnel_times(const leadkpi_funnel *funnel, const leadkpi_options *options,
                                    leadkpi_table **out, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    if (out) *out = NULL;
    if (funnel) LK_TRY(lk_funnel_require_times(funnel, error));
    LK_TRY(lk_funnel_check_way(funnel, "times", error));
    return lk_funnel_report(funnel, options, funnel ? lk_funnel_all_steps(&funnel->rule) : 0, fill, out, error);
}
