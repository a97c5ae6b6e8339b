#include "funnel/report.h"

/* Two rates with their intervals, and the drop-off. */
#define RATE_COLUMNS 7

/* The columns of the table, for their rows to be written. */
typedef struct columns {
    int64_t *step, *reached, *leads, *exactly, *open; /* leads: NULL where leads are what counts */
    double *step_rate[3], *overall_rate[3], *drop_off;
    uint8_t *bottleneck, *immature;
    int32_t first_rate; /* index of step_rate; the others follow */
} columns;

/* ---- counts ------------------------------------------------------------------------ */

/* From the last step back, each has those of the next. */
static void take_tally(const lk_tally *tally, int32_t step_count, size_t row, const columns *c)
{
    int64_t reached = 0;
    for (int32_t step = step_count; step-- > 0;) {
        size_t place = row + (size_t)step;
        c->step[place] = step + 1;
        c->exactly[place] = tally->exactly[step];
        c->open[place] = tally->open[step];
        c->reached[place] = reached += tally->exactly[step];
    }
}

static leadkpi_status count_group(const lk_groups *g, const lk_group *group, int32_t step_count, size_t row,
                                  const columns *c, leadkpi_error *error)
{
    if (g->results->tally) {
        take_tally(g->results->tally, step_count, row, c);
        return LEADKPI_OK;
    }
    for (uint32_t i = group->first; i < group->last; i++) {
        LK_TRY(lk_groups_interrupted(g, i, error));
        const lk_result *result = lk_groups_result(g, i);
        size_t place = row + (size_t)result->level - 1;
        c->exactly[place]++;
        c->open[place] += lk_result_is_open(g->results, result);
    }
    for (int32_t step = 0; step < step_count; step++) c->step[row + (size_t)step] = step + 1;
    return lk_groups_count_reached(g, group, &c->reached[row], error);
}

/* Different leads: the attempts of one follow each other in the results, not in a group. `seen` has the
 * steps of each lead; it is zero before and after, so that a group costs its own attempts alone. */
static leadkpi_status count_leads(const lk_groups *g, const lk_group *group, size_t row, const columns *c,
                                  uint64_t *seen, leadkpi_error *error)
{
    for (uint32_t i = group->first; i < group->last; i++) {
        const lk_result *result = lk_groups_result(g, i);
        LK_TRY(lk_groups_interrupted(g, i, error));
        uint64_t new_steps = result->done & ~seen[result->lead];
        seen[result->lead] |= new_steps;
        for (; new_steps; new_steps &= new_steps - 1) c->leads[row + lk_lowest_bit(new_steps)]++;
    }
    for (uint32_t i = group->first; i < group->last; i++) seen[lk_groups_result(g, i)->lead] = 0;
    return LEADKPI_OK;
}

static leadkpi_status count_all_leads(const lk_groups *g, int32_t step_count, const columns *c,
                                      leadkpi_error *error)
{
    uint64_t *seen;
    uint32_t lead_count = lk_lead_ids_count(&g->results->store->ids);
    LK_TRY(lk_allocate(g->memory, lead_count, sizeof *seen, &seen, error));
    if (lead_count) memset(seen, 0, lead_count * sizeof *seen);
    leadkpi_status status = LEADKPI_OK;
    for (uint32_t i = 0; i < g->count && status == LEADKPI_OK; i++)
        status = count_leads(g, &g->items[i], (size_t)i * (size_t)step_count, c, seen, error);
    lk_release(g->memory, seen, lead_count, sizeof *seen);
    return status;
}

static bool is_immature(const lk_groups *g, const lk_group *group, int32_t step_count, size_t row,
                        const columns *c)
{
    for (int32_t step = 0; step < step_count; step++)
        if (c->open[row + (size_t)step] > 0) return true;
    if (!g->calendar || group->is_total) return false;
    return lk_calendar_end(g->calendar, lk_groups_result(g, group->first)->start) > g->results->as_of;
}

/* ---- rates ------------------------------------------------------------------------- */

/* No step comes out of another where each counts by itself. */
static void leave_rates_out(leadkpi_table *table, const columns *c, size_t row, int32_t step_count)
{
    for (int32_t step = 0; step < step_count; step++)
        for (int32_t rate = 0; rate < RATE_COLUMNS; rate++)
            lk_table_set_null(table, c->first_rate + rate, row + (size_t)step);
}

static leadkpi_status rate_group(const lk_groups *g, leadkpi_table *table, const columns *c,
                                 int32_t step_count, size_t row, leadkpi_error *error)
{
    const lk_funnel_rule *rule = &g->results->funnel->rule;
    size_t worst = 0;
    for (int32_t step = 0; step < step_count; step++) {
        size_t at = row + (size_t)step;
        int64_t before = step ? c->reached[row + (size_t)lk_funnel_step_before(rule, step)] : 0;
        LK_TRY(lk_put_rate(table, c->step_rate, c->first_rate, at, c->reached[at], before,
                        g->results->confidence, error));
        LK_TRY(lk_put_rate(table, c->overall_rate, c->first_rate + 3, at, c->reached[at], c->reached[row],
                        g->results->confidence, error));
        if (step + 1 == step_count || c->reached[at] == 0)
            lk_table_set_null(table, c->first_rate + 6, at);
        else
            c->drop_off[at] = (double)c->exactly[at] / (double)c->reached[at];
        if (before > 0 && !lk_funnel_is_optional(rule, step) &&
            (!worst || c->step_rate[0][at] < c->step_rate[0][worst]))
            worst = at;
    }
    if (worst) c->bottleneck[worst] = 1;
    return LEADKPI_OK;
}

/* ---- the table ---------------------------------------------------------------------- */

static leadkpi_status add_columns(const lk_groups *g, leadkpi_table *table, size_t rows, columns *c,
                                  leadkpi_error *error)
{
    static const char *const rates[] = {"step_rate", "step_rate_low", "step_rate_high",
                                        "overall_rate", "overall_rate_low", "overall_rate_high"};
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("step"), "", rows, false, &c->step, error));
    LK_TRY(lk_groups_add_step_names(g, g->count, table, error));
    const char *unit = lk_groups_unit(g);
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("reached"), unit, rows, false, &c->reached, error));
    c->leads = NULL;
    if (lk_funnel_counts_attempts(&g->results->funnel->rule))
        LK_TRY(lk_table_add_int64(table, LK_LITERAL("leads"), "leads", rows, false, &c->leads, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("exactly"), unit, rows, false, &c->exactly, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("open"), unit, rows, false, &c->open, error));
    c->first_rate = leadkpi_table_column_count(table);
    for (int i = 0; i < 6; i++)
        LK_TRY(lk_table_add_double(table, lk_text_of(rates[i], LEADKPI_NUL_TERMINATED), "fraction",
                                   rows, true, i < 3 ? &c->step_rate[i] : &c->overall_rate[i - 3],
                                   error));
    LK_TRY(lk_table_add_double(table, LK_LITERAL("drop_off"), "fraction", rows, true, &c->drop_off,
                               error));
    LK_TRY(lk_table_add_bool(table, LK_LITERAL("bottleneck"), "", rows, false, &c->bottleneck, error));
    return lk_table_add_bool(table, LK_LITERAL("immature"), "", rows, false, &c->immature, error);
}

static leadkpi_status fill_groups(const lk_groups *g, leadkpi_table *table, leadkpi_error *error)
{
    int32_t step_count = g->results->funnel->rule.step_count;
    size_t steps = (size_t)step_count;
    columns c;
    LK_TRY(lk_groups_add_columns(g, steps, table, error));
    LK_TRY(add_columns(g, table, steps * g->count, &c, error));
    if (c.leads) LK_TRY(count_all_leads(g, step_count, &c, error));
    for (uint32_t i = 0; i < g->count; i++) {
        size_t row = i * steps;
        LK_TRY(lk_groups_ask_at_rows(g, row, steps, error));
        LK_TRY(count_group(g, &g->items[i], step_count, row, &c, error));
        bool immature = is_immature(g, &g->items[i], step_count, row, &c);
        for (size_t step = 0; step < steps; step++) c.immature[row + step] = immature;
        if (g->results->funnel->rule.order == LK_ORDER_OPEN)
            leave_rates_out(table, &c, row, step_count);
        else
            LK_TRY(rate_group(g, table, &c, step_count, row, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status fill(lk_results *results, const leadkpi_options *options, leadkpi_table *table,
                           leadkpi_error *error)
{
    lk_groups groups;
    LK_TRY(lk_groups_find(results, options, &groups, error));
    leadkpi_status status = fill_groups(&groups, table, error);
    lk_groups_free(&groups);
    return status;
}

leadkpi_status leadkpi_funnel_steps(const leadkpi_funnel *funnel, const leadkpi_options *options,
                                    leadkpi_table **out, leadkpi_error *error)
{
    lk_tally tally = {{0}, {0}};
    lk_results results = {.tally = &tally};
    return lk_funnel_report_on(funnel, options, &results, 0, fill, out, error);
}
