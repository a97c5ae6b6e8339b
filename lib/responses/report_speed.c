/* report_speed.c: time to the first answer, and the share that was answered in time. */
#include <leadkpi/stats.h>

#include "journal/waits.h"
#include "responses/responses.h"

/* ---- time to the first answer ------------------------------------------------------- */

static leadkpi_status fill_speed_with(lk_answers *a, leadkpi_table *table, size_t *rows, lk_waits *w,
                                      leadkpi_error *error)
{
    const lk_member_groups *g = &a->groups;
    int64_t *leads, *answered, *automatic;
    lk_waits_columns c;
    for (uint32_t i = 0; i < g->count; i++) rows[i] = 1;
    LK_TRY(lk_member_groups_add_columns(g, rows, table, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("leads"), "leads", g->count, false, &leads, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("answered"), "leads", g->count, false, &answered, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("automatic_only"), "leads", g->count, false, &automatic,
                              error));
    LK_TRY(lk_waits_add_columns(table, LK_LITERAL("unanswered"), "leads", g->count, &c, error));
    for (uint32_t i = 0; i < g->count; i++) {
        lk_waits_clear(w);
        for (uint32_t k = g->items[i].first; k < g->items[i].last; k++) {
            const lk_answer *answer = lk_answer_at(a, k);
            LK_TRY(lk_waits_put(w, answer->wait, answer->has_answer, error));
            automatic[i] += !answer->has_answer && answer->automatic > 0;
        }
        leads[i] = (int64_t)lk_waits_count(w);
        answered[i] = (int64_t)w->came_count;
        LK_TRY(lk_waits_write(w, table, &c, i, a->level, error));
    }
    return lk_waits_add_flags(table, &c, answered, g->count, error);
}

static leadkpi_status fill_speed(lk_answers *a, leadkpi_table *table, leadkpi_error *error)
{
    size_t *rows;
    lk_waits w;
    lk_memory *memory = &a->reading.memory;
    LK_TRY(lk_allocate(memory, a->groups.count, sizeof *rows, &rows, error));
    lk_waits_open(&w, memory, INT64_MAX);
    leadkpi_status status = fill_speed_with(a, table, rows, &w, error);
    lk_waits_close(&w);
    lk_release(memory, rows, a->groups.count, sizeof *rows);
    return status;
}

leadkpi_status leadkpi_responses_speed(const leadkpi_responses *responses,
                                       const leadkpi_options *options, leadkpi_table **out,
                                       leadkpi_error *error)
{
    return lk_responses_report(responses, options, LK_RESPONSES_IS_OTHER, fill_speed, out, error);
}

/* ---- in time? --------------------------------------------------------------------------- */

typedef struct columns {
    double *target_seconds, *rates[3];
    int64_t *met, *missed, *pending;
    int32_t rates_at;
} columns;

static leadkpi_status add_columns(leadkpi_table *table, size_t rows, columns *c, leadkpi_error *error)
{
    static const char *const names[] = {"attainment", "attainment_low", "attainment_high"};
    LK_TRY(lk_table_add_double(table, LK_LITERAL("target_seconds"), "s", rows, false, &c->target_seconds,
                               error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("met"), "leads", rows, false, &c->met, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("missed"), "leads", rows, false, &c->missed, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("pending"), "leads", rows, false, &c->pending, error));
    c->rates_at = leadkpi_table_column_count(table);
    for (int i = 0; i < 3; i++)
        LK_TRY(lk_table_add_double(table, lk_text_of(names[i], LEADKPI_NUL_TERMINATED), "fraction", rows,
                                   true, &c->rates[i], error));
    return LEADKPI_OK;
}

static leadkpi_status count_target(const lk_answers *a, const lk_member_group *group, int64_t target,
                                   leadkpi_table *table, const columns *c, size_t row,
                                   leadkpi_error *error)
{
    for (uint32_t i = group->first; i < group->last; i++) {
        const lk_answer *answer = lk_answer_at(a, i);
        if (answer->wait > target) c->missed[row]++;
        else if (answer->has_answer) c->met[row]++;
        else c->pending[row]++;
    }
    int64_t decided = c->met[row] + c->missed[row];
    c->target_seconds[row] = (double)target / 1e6;
    if (decided == 0) {
        for (int i = 0; i < 3; i++) lk_table_set_null(table, c->rates_at + i, row);
        return LEADKPI_OK;
    }
    c->rates[0][row] = (double)c->met[row] / (double)decided;
    return leadkpi_stats_wilson_interval((double)c->met[row], (double)decided, a->level,
                                         &c->rates[1][row], &c->rates[2][row], error);
}

static leadkpi_status fill_targets_with(lk_answers *a, leadkpi_table *table, size_t *rows,
                                        int64_t *targets, size_t count, leadkpi_error *error)
{
    const lk_member_groups *g = &a->groups;
    columns c;
    size_t row = 0, row_count;
    LK_TRY(lk_responses_durations(a, LK_RESPONSES_REPORT_TARGETS, false, targets, error));
    LK_FAIL_IF(!lk_size_multiply(count, g->count, &row_count), error, LEADKPI_OVERFLOW,
               "rows of the report: more than the address space holds");
    for (uint32_t i = 0; i < g->count; i++) rows[i] = count;
    LK_TRY(lk_member_groups_add_columns(g, rows, table, error));
    LK_TRY(add_columns(table, row_count, &c, error));
    for (uint32_t i = 0; i < g->count; i++)
        for (size_t k = 0; k < count; k++, row++)
            LK_TRY(count_target(a, &g->items[i], targets[k], table, &c, row, error));
    return LEADKPI_OK;
}

static leadkpi_status fill_targets(lk_answers *a, leadkpi_table *table, leadkpi_error *error)
{
    size_t *rows, count = lk_options_list_count(a->options, &lk_responses_report_schema,
                                                LK_RESPONSES_REPORT_TARGETS);
    int64_t *targets;
    lk_memory *memory = &a->reading.memory;
    LK_TRY(lk_allocate(memory, a->groups.count, sizeof *rows, &rows, error));
    leadkpi_status status = lk_allocate(memory, count, sizeof *targets, &targets, error);
    if (status == LEADKPI_OK) {
        status = fill_targets_with(a, table, rows, targets, count, error);
        lk_release(memory, targets, count, sizeof *targets);
    }
    lk_release(memory, rows, a->groups.count, sizeof *rows);
    return status;
}

leadkpi_status leadkpi_responses_targets(const leadkpi_responses *responses,
                                         const leadkpi_options *options, leadkpi_table **out,
                                         leadkpi_error *error)
{
    return lk_responses_report(responses, options, LK_RESPONSES_IS_TARGETS, fill_targets, out, error);
}
