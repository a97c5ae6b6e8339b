/* report_moves.c: the graph of moves between stages, and why leads were lost. */
#include <leadkpi/stats.h>

#include "base/exact_sum.h"
#include "stages/moves.h"

typedef struct columns {
    int64_t *count, *leads, *visits;
    double *mean, *median;
    int32_t mean_at;
    lk_share share;
} columns;

/* ---- transitions --------------------------------------------------------------------- */

/* Visits of each stage in a group; what the group did not visit is left as it was, so that a group costs
 * its own visits, not all stages. */
static leadkpi_status count_visits(const lk_model *m, const lk_member_group *group, int64_t *visits,
                                   leadkpi_error *error)
{
    const lk_memory *memory = &m->reading.memory;
    for (uint32_t i = group->first; i < group->last; i++) {
        uint32_t lead = lk_member_at(&m->groups, i)->lead;
        for (uint32_t k = lk_visits_start(m, lead); k < m->visit_ends[lead]; k++) {
            LK_TRY(lk_interrupted_at(memory, k, error));
            visits[m->visits[k].stage] = 0;
        }
    }
    for (uint32_t i = group->first; i < group->last; i++) {
        uint32_t lead = lk_member_at(&m->groups, i)->lead;
        for (uint32_t k = lk_visits_start(m, lead); k < m->visit_ends[lead]; k++) {
            LK_TRY(lk_interrupted_at(memory, k, error));
            visits[m->visits[k].stage]++;
        }
    }
    return LEADKPI_OK;
}

/* waits: room for every move. */
static leadkpi_status put_times(const lk_moves *moves, size_t first, size_t last, double *waits,
                                leadkpi_table *table, const columns *c, size_t row,
                                leadkpi_error *error)
{
    lk_exact_sum sum = LK_EXACT_SUM_ZERO;
    size_t known = 0;
    for (size_t i = first; i < last; i++) {
        int64_t wait = lk_moves_at(moves, i)->wait;
        LK_TRY(lk_interrupted_at(&moves->model->reading.memory, i, error));
        if (wait < 0) continue;
        LK_TRY(lk_exact_sum_add_int64(&sum, wait, error));
        waits[known++] = (double)wait;
    }
    if (known == 0) {
        lk_table_set_null(table, c->mean_at, row);
        lk_table_set_null(table, c->mean_at + 1, row);
        return LEADKPI_OK;
    }
    c->mean[row] = lk_exact_sum_to_double(&sum) / (double)known / 1e6;
    LK_TRY(leadkpi_stats_quantile_select(waits, known, 0.5, &c->median[row], error));
    c->median[row] /= 1e6;
    return LEADKPI_OK;
}

static leadkpi_status put_moves(const lk_moves *moves, int64_t *visits, double *waits,
                                leadkpi_table *table, const columns *c, leadkpi_error *error)
{
    const lk_model *m = moves->model;
    uint32_t counted = LK_MAP_NONE;
    for (size_t row = 0; row < moves->row_count; row++) {
        size_t i = lk_moves_first(moves, row), last = moves->ends[row];
        const lk_move *move = lk_moves_at(moves, i);
        const lk_member_group *group = &m->groups.items[move->group];
        if (move->group != counted) LK_TRY(count_visits(m, group, visits, error));
        counted = move->group;
        c->count[row] = (int64_t)(last - i);
        LK_TRY(lk_moves_count_leads(moves, i, last, &c->leads[row], error));
        c->visits[row] = move->from ? visits[move->from - 1] : group->last - group->first;
        LK_TRY(lk_share_put(table, &c->share, row, c->count[row], c->visits[row], m->level, error));
        LK_TRY(put_times(moves, i, last, waits, table, c, row, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status add_kinds(const lk_moves *moves, leadkpi_table *table, leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (size_t row = 0; row < moves->row_count && status == LEADKPI_OK; row++) {
        const lk_move *move = lk_moves_at(moves, lk_moves_first(moves, row));
        uint32_t from = move->from ? move->from - 1 : LK_MAP_NONE;
        status = lk_text_builder_append(&builder, lk_move_name(lk_move_of(moves->model, from, move->to)),
                                        error);
    }
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, LK_LITERAL("move"), "", error);
    lk_text_builder_release(&builder);
    return status;
}

static leadkpi_status add_columns(const lk_moves *moves, leadkpi_table *table, columns *c,
                                  leadkpi_error *error)
{
    static const char *const rates[] = {"rate", "rate_low", "rate_high"};
    size_t rows = moves->row_count;
    LK_TRY(lk_moves_add_stages(moves, LK_LITERAL("from"), true, table, error));
    LK_TRY(lk_moves_add_stages(moves, LK_LITERAL("to"), false, table, error));
    LK_TRY(add_kinds(moves, table, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("count"), "moves", rows, false, &c->count, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("leads"), "leads", rows, false, &c->leads, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("visits"), "visits", rows, false, &c->visits, error));
    LK_TRY(lk_share_add(table, rates, rows, &c->share, error));
    c->mean_at = leadkpi_table_column_count(table);
    LK_TRY(lk_table_add_double(table, LK_LITERAL("mean_seconds"), "s", rows, true, &c->mean, error));
    return lk_table_add_double(table, LK_LITERAL("median_seconds"), "s", rows, true, &c->median, error);
}

static leadkpi_status fill_transitions(const lk_moves *moves, leadkpi_table *table,
                                       leadkpi_error *error)
{
    lk_model *m = moves->model;
    lk_memory *memory = &m->reading.memory;
    columns c;
    int64_t *visits;
    double *waits;
    LK_TRY(lk_member_groups_add_columns(&m->groups, moves->rows, table, error));
    LK_TRY(add_columns(moves, table, &c, error));
    LK_TRY(lk_allocate(memory, m->stage_count, sizeof *visits, &visits, error));
    leadkpi_status status = lk_allocate(memory, moves->count, sizeof *waits, &waits, error);
    if (status == LEADKPI_OK) {
        status = put_moves(moves, visits, waits, table, &c, error);
        lk_release(memory, waits, moves->count, sizeof *waits);
    }
    lk_release(memory, visits, m->stage_count, sizeof *visits);
    return status;
}

static leadkpi_status transitions(lk_model *m, leadkpi_table *table, leadkpi_error *error)
{
    lk_moves moves;
    LK_TRY(lk_moves_find(m, false, &moves, error));
    leadkpi_status status = fill_transitions(&moves, table, error);
    lk_moves_free(&moves);
    return status;
}

leadkpi_status leadkpi_stages_transitions(const leadkpi_stages *stages, const leadkpi_options *options,
                                          leadkpi_table **out, leadkpi_error *error)
{
    return lk_stages_report(stages, options, LK_STAGES_IS_OTHER, transitions, out, error);
}

/* ---- reasons ---------------------------------------------------------------------------- */

static leadkpi_status add_reasons(const lk_moves *moves, leadkpi_table *table, leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (size_t row = 0; row < moves->row_count && status == LEADKPI_OK; row++) {
        uint32_t reason = lk_moves_at(moves, lk_moves_first(moves, row))->reason;
        status = reason ? lk_text_builder_append(
                              &builder, lk_reading_word(&moves->model->reading, reason), error)
                        : lk_text_builder_append_null(&builder, error);
    }
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, LK_LITERAL("reason"), "", error);
    lk_text_builder_release(&builder);
    return status;
}

/* All losses of the group of the one at `first`. */
static leadkpi_status count_losses_of_group(const lk_moves *moves, size_t first, int64_t *losses,
                                            leadkpi_error *error)
{
    size_t last = first;
    uint32_t group = lk_moves_at(moves, first)->group;
    for (; last < moves->count && lk_moves_at(moves, last)->group == group; last++)
        LK_TRY(lk_interrupted_at(&moves->model->reading.memory, last, error));
    *losses = (int64_t)(last - first);
    return LEADKPI_OK;
}

static leadkpi_status fill_reasons(const lk_moves *moves, leadkpi_table *table, leadkpi_error *error)
{
    static const char *const shares[] = {"share", "share_low", "share_high"};
    size_t rows = moves->row_count;
    int64_t of_group = 0;
    columns c;
    LK_TRY(lk_member_groups_add_columns(&moves->model->groups, moves->rows, table, error));
    LK_TRY(lk_moves_add_stages(moves, LK_LITERAL("from"), true, table, error));
    LK_TRY(lk_moves_add_stages(moves, LK_LITERAL("stage"), false, table, error));
    LK_TRY(add_reasons(moves, table, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("count"), "losses", rows, false, &c.count, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("leads"), "leads", rows, false, &c.leads, error));
    LK_TRY(lk_share_add(table, shares, rows, &c.share, error));
    for (size_t row = 0; row < rows; row++) {
        size_t i = lk_moves_first(moves, row), last = moves->ends[row];
        if (i == 0 || lk_moves_at(moves, i)->group != lk_moves_at(moves, i - 1)->group)
            LK_TRY(count_losses_of_group(moves, i, &of_group, error));
        c.count[row] = (int64_t)(last - i);
        LK_TRY(lk_moves_count_leads(moves, i, last, &c.leads[row], error));
        LK_TRY(lk_share_put(table, &c.share, row, c.count[row], of_group, moves->model->level, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status reasons(lk_model *m, leadkpi_table *table, leadkpi_error *error)
{
    lk_moves moves;
    LK_TRY(lk_moves_find(m, true, &moves, error));
    leadkpi_status status = fill_reasons(&moves, table, error);
    lk_moves_free(&moves);
    return status;
}

leadkpi_status leadkpi_stages_reasons(const leadkpi_stages *stages, const leadkpi_options *options,
                                      leadkpi_table **out, leadkpi_error *error)
{
    return lk_stages_report(stages, options, LK_STAGES_IS_OTHER, reasons, out, error);
}
