/* report_retention.c: who had step 1 and then each other step: as ClickHouse's retention has it, at
 * whatever time, and after the first event of step 1. */
#include "funnel/report.h"

typedef struct returns {
    uint64_t any;   /* steps that an event of the lead matches, whenever */
    uint64_t after; /* after its first event of step 1, within the window */
} returns;

typedef struct returning {
    lk_memory memory;
    returns *leads; /* by lead */
    uint32_t lead_count;
    int64_t window;
} returning;

static leadkpi_status look(void *context, const lk_journeys *j, uint32_t lead, int64_t as_of,
                           lk_attempt *attempt, leadkpi_error *error)
{
    returning *s = context;
    returns *at = &s->leads[lead];
    attempt->level = 0;
    for (uint32_t i = lk_journeys_start(j, lead); i < j->ends[lead]; i++) {
        lk_journey_event event = lk_journeys_event(j, i);
        uint64_t steps = lk_funnel_code_steps(j->store, event.code);
        LK_TRY(lk_interrupted_at(&s->memory, i, error));
        if (event.time > as_of) break;
        at->any |= steps;
        if (attempt->level && event.time - attempt->start <= s->window) at->after |= steps;
        if (attempt->level || !(steps & 1)) continue;
        attempt->level = 1;
        attempt->entry = i;
        attempt->start = event.time;
    }
    return LEADKPI_OK;
}

static void count_steps(uint64_t steps, int64_t *counts)
{
    for (; steps; steps &= steps - 1) counts[lk_lowest_bit(steps)]++;
}

/* All steps at once: a lead is read once, not for each of them. */
static leadkpi_status count_group(const lk_groups *g, const lk_group *group, int64_t *any, int64_t *after,
                                  leadkpi_error *error)
{
    const returning *s = g->results->context;
    for (uint32_t i = group->first; i < group->last; i++) {
        const returns *at = &s->leads[lk_groups_result(g, i)->lead];
        LK_TRY(lk_groups_interrupted(g, i, error));
        count_steps(at->any, any);
        count_steps(at->after, after);
    }
    return LEADKPI_OK;
}

static leadkpi_status fill_groups(const lk_groups *g, leadkpi_table *table, leadkpi_error *error)
{
    static const char *const names[] = {"rate", "rate_low", "rate_high"};
    size_t steps = (size_t)g->results->funnel->rule.step_count, rows = steps * g->count;
    int64_t *step, *leads, *any, *after;
    double *rate[3];
    LK_TRY(lk_groups_add_columns(g, steps, table, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("step"), "", rows, false, &step, error));
    LK_TRY(lk_groups_add_step_names(g, g->count, table, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("leads"), "leads", rows, false, &leads, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("retained"), "leads", rows, false, &any, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("returned"), "leads", rows, false, &after, error));
    int32_t rate_at = leadkpi_table_column_count(table);
    for (int i = 0; i < 3; i++)
        LK_TRY(lk_table_add_double(table, lk_text_of(names[i], LEADKPI_NUL_TERMINATED), "fraction", rows,
                                   true, &rate[i], error));
    for (uint32_t i = 0; i < g->count; i++)
        LK_TRY(count_group(g, &g->items[i], any + i * steps, after + i * steps, error));
    for (size_t row = 0; row < rows; row++) {
        const lk_group *group = &g->items[row / steps];
        LK_TRY(lk_groups_ask_at_rows(g, row, 1, error));
        step[row] = (int64_t)(row % steps) + 1;
        leads[row] = group->last - group->first;
        LK_TRY(lk_put_rate(table, rate, rate_at, row, after[row], leads[row], g->results->confidence,
                           error));
    }
    return LEADKPI_OK;
}

static leadkpi_status fill(lk_results *r, const leadkpi_options *options, leadkpi_table *table,
                           leadkpi_error *error)
{
    lk_groups groups;
    LK_TRY(lk_groups_find(r, options, &groups, error));
    leadkpi_status status = fill_groups(&groups, table, error);
    lk_groups_free(&groups);
    return status;
}

leadkpi_status leadkpi_funnel_retention(const leadkpi_funnel *funnel, const leadkpi_options *options,
                                        leadkpi_table **out, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(funnel, error);
    returning s = {.memory = lk_memory_like(&funnel->memory), .window = funnel->rule.window};
    s.lead_count = funnel->store ? lk_lead_ids_count(&funnel->store->ids) : 0;
    LK_TRY(lk_allocate(&s.memory, s.lead_count, sizeof *s.leads, &s.leads, error));
    lk_results results = {.look = look, .context = &s};
    size_t size = s.lead_count * sizeof *s.leads;
    leadkpi_status status = lk_bring_pages(&s.memory, s.leads, size, error);
    if (status == LEADKPI_OK && size) memset(s.leads, 0, size);
    if (status == LEADKPI_OK) status = lk_funnel_report_on(funnel, options, &results, 0, fill, out, error);
    lk_release(&s.memory, s.leads, s.lead_count, sizeof *s.leads);
    return status;
}
