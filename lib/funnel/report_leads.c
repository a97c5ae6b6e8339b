#include "base/sort.h"
#include "funnel/report.h"

/* ---- in order of ids ---------------------------------------------------------------- */

/* order[i]: a result; leads[i]: its lead. Both have room for the results. */
static leadkpi_status order_results(lk_results *r, uint32_t *order, uint32_t *leads,
                                    leadkpi_error *error)
{
    uint32_t *by_id, *result_of = NULL, lead_count = lk_lead_ids_count(&r->store->ids), count = 0;
    LK_TRY(lk_allocate(&r->memory, lead_count, sizeof *by_id, &by_id, error));
    leadkpi_status status = lk_lead_ids_sort(&r->store->ids, &r->memory, by_id, error);
    if (status == LEADKPI_OK)
        status = lk_allocate(&r->memory, lead_count, sizeof *result_of, &result_of, error);
    if (status == LEADKPI_OK) {
        for (uint32_t i = 0; i < lead_count; i++) result_of[i] = LK_MAP_NONE;
        for (uint32_t i = r->count; i-- > 0;) result_of[r->items[i].lead] = i;
        for (uint32_t i = 0; i < lead_count; i++)
            for (uint32_t at = result_of[by_id[i]];
                 at < r->count && r->items[at].lead == by_id[i]; at++) {
                order[count] = at;
                leads[count++] = by_id[i];
            }
    }
    lk_release(&r->memory, result_of, lead_count, sizeof *result_of);
    lk_release(&r->memory, by_id, lead_count, sizeof *by_id);
    return status;
}

/* ---- columns ------------------------------------------------------------------------ */

static leadkpi_status add_segments(const lk_results *r, const uint32_t *order, leadkpi_table *table,
                                   leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (uint32_t i = 0; i < r->count && status == LEADKPI_OK; i++) {
        uint32_t segment = r->items[order[i]].segment;
        status = segment ? lk_text_builder_append(
                               &builder, lk_map_text_key(&r->store->segments, segment - 1), error)
                         : lk_text_builder_append_null(&builder, error);
    }
    if (status == LEADKPI_OK)
        status = lk_text_builder_finish(&builder, LK_LITERAL("segment"), "", error);
    lk_text_builder_release(&builder);
    return status;
}

static leadkpi_status add_step_times(const lk_results *r, const uint32_t *order, int32_t step,
                                     leadkpi_table *table, leadkpi_error *error)
{
    size_t steps = (size_t)r->funnel->rule.step_count;
    char name[] = "step_00";
    int64_t *values;
    size_t length = 6;
    name[5] = (char)('0' + (step + 1) % 10);
    if (step + 1 >= 10) {
        name[5] = (char)('0' + (step + 1) / 10);
        name[6] = (char)('0' + (step + 1) % 10);
        length = 7;
    }
    LK_TRY(lk_table_add_timestamp(table, (lk_text){name, length}, r->count, true, &values, error));
    for (uint32_t i = 0; i < r->count; i++) {
        if (i % LK_INTERRUPT_ROWS == LK_INTERRUPT_ROWS - 1) LK_TRY(lk_interrupted(&r->memory, error));
        if (lk_result_did(&r->items[order[i]], step))
            values[i] = r->times[order[i] * steps + (size_t)step];
        else
            lk_set_last_null(table, i);
    }
    return LEADKPI_OK;
}

static leadkpi_status add_columns(const lk_results *r, const uint32_t *order, const uint32_t *leads,
                                  leadkpi_table *table, leadkpi_error *error)
{
    int64_t *attempt = NULL, *step, *start;
    LK_TRY(lk_lead_ids_add_column(&r->store->ids, table, leads, r->count, error));
    LK_TRY(add_segments(r, order, table, error));
    if (lk_funnel_counts_attempts(&r->funnel->rule))
        LK_TRY(lk_table_add_int64(table, LK_LITERAL("attempt"), "", r->count, false, &attempt, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("step"), "", r->count, false, &step, error));
    LK_TRY(lk_table_add_timestamp(table, LK_LITERAL("start"), r->count, false, &start, error));
    for (uint32_t i = 0; i < r->count; i++) {
        if (attempt) attempt[i] = r->items[order[i]].attempt;
        step[i] = r->items[order[i]].level;
        start[i] = r->items[order[i]].start;
    }
    for (int32_t s = 0; r->times && s < r->funnel->rule.step_count; s++)
        LK_TRY(add_step_times(r, order, s, table, error));
    return LEADKPI_OK;
}

static leadkpi_status fill(lk_results *results, const leadkpi_options *options, leadkpi_table *table,
                           leadkpi_error *error)
{
    (void)options; /* what they say is in the results */
    uint32_t *order, *leads;
    LK_TRY(lk_allocate(&results->memory, results->count, sizeof *order, &order, error));
    leadkpi_status status =
        lk_allocate(&results->memory, results->count, sizeof *leads, &leads, error);
    if (status == LEADKPI_OK) {
        status = order_results(results, order, leads, error);
        if (status == LEADKPI_OK) status = add_columns(results, order, leads, table, error);
        lk_release(&results->memory, leads, results->count, sizeof *leads);
    }
    lk_release(&results->memory, order, results->count, sizeof *order);
    return status;
}

leadkpi_status leadkpi_funnel_leads(const leadkpi_funnel *funnel, const leadkpi_options *options,
                                    leadkpi_table **out, leadkpi_error *error)
{
    bool has_times = funnel && lk_funnel_has_times(funnel);
    return lk_funnel_report(funnel, options, has_times, fill, out, error);
}
