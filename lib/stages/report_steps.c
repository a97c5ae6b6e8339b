#include "stages/model.h"

typedef struct columns {
    int64_t *stage, *reached, *skipped, *exactly, *open, *lost, *went_back;
    lk_share step_rate, overall_rate;
    uint8_t *bottleneck, *immature;
} columns;

/* ---- who reached what ------------------------------------------------------------------ */

/* The farthest stage that counts; -1 for none. */
static int32_t farthest(const lk_model *m, const lk_path *path)
{
    return m->skips == LK_STAGES_SKIPS_STRICT ? path->in_order - 1 : path->farthest;
}

static bool stood_in(const lk_path *path, int32_t stage)
{
    return path->stood_in >> stage & 1;
}

static bool reached(const lk_model *m, const lk_path *path, int32_t stage)
{
    if (m->skips >= LK_STAGES_SKIPS_ANY) return stood_in(path, stage);
    return farthest(m, path) >= stage;
}

static void count_lead(const lk_model *m, const lk_path *path, const lk_stage *now, size_t row,
                       const columns *c)
{
    int32_t last = farthest(m, path);
    for (int32_t stage = 0; stage < (int32_t)m->line_count; stage++) {
        size_t at = row + (size_t)stage;
        c->reached[at] += reached(m, path, stage);
        c->skipped[at] += last > stage && !stood_in(path, stage);
        c->went_back[at] += path->went_back >> stage & 1;
        if (stage != last) continue;
        c->exactly[at]++;
        c->open[at] += !lk_stage_is_end(now);
        c->lost[at] += now->lost;
    }
}

/* ---- rates ------------------------------------------------------------------------------- */

/* Of those that reached `before`, how many reached `stage` too. */
static int64_t went_on(const lk_model *m, const lk_member_group *group, int32_t before, int32_t stage)
{
    int64_t count = 0;
    for (uint32_t i = group->first; i < group->last; i++) {
        const lk_path *path = &m->paths[lk_member_at(&m->groups, i)->lead];
        count += stood_in(path, before) && stood_in(path, stage);
    }
    return count;
}

static leadkpi_status rate_stage(const lk_model *m, const lk_member_group *group, int32_t stage,
                                 size_t row, leadkpi_table *table, const columns *c,
                                 leadkpi_error *error)
{
    size_t at = row + (size_t)stage;
    bool own = m->skips == LK_STAGES_SKIPS_OWN, any = m->skips == LK_STAGES_SKIPS_ANY;
    int64_t before = any || stage == 0 ? 0 : c->reached[at - 1], first = any ? 0 : c->reached[row];
    int64_t step = own && before ? went_on(m, group, stage - 1, stage) : c->reached[at];
    int64_t overall = own && first ? went_on(m, group, 0, stage) : c->reached[at];
    LK_TRY(lk_share_put(table, &c->step_rate, at, step, before, m->level, error));
    return lk_share_put(table, &c->overall_rate, at, overall, first, m->level, error);
}

static leadkpi_status rate_group(const lk_model *m, const lk_member_group *group, size_t row,
                                 leadkpi_table *table, const columns *c, leadkpi_error *error)
{
    size_t worst = 0;
    bool immature = lk_member_group_is_young(&m->groups, group, m->as_of);
    for (int32_t stage = 0; stage < (int32_t)m->line_count; stage++) {
        size_t at = row + (size_t)stage;
        const double *rates = c->step_rate.values[0];
        c->stage[at] = stage + 1;
        LK_TRY(rate_stage(m, group, stage, row, table, c, error));
        bool has_rate = m->skips != LK_STAGES_SKIPS_ANY && stage > 0 && c->reached[at - 1] > 0;
        if (has_rate && (!worst || rates[at] < rates[worst])) worst = at;
        immature |= c->open[at] > 0;
    }
    if (worst) c->bottleneck[worst] = 1;
    for (uint32_t stage = 0; stage < m->line_count; stage++) c->immature[row + stage] = immature;
    return LEADKPI_OK;
}

/* ---- the table ----------------------------------------------------------------------------- */

static leadkpi_status add_columns(lk_model *m, leadkpi_table *table, size_t rows, columns *c,
                                  leadkpi_error *error)
{
    static const char *const steps[] = {"step_rate", "step_rate_low", "step_rate_high"};
    static const char *const overall[] = {"overall_rate", "overall_rate_low", "overall_rate_high"};
    static const char *const counts[] = {"reached", "skipped", "exactly", "open", "lost", "went_back"};
    int64_t **const values[] = {&c->reached, &c->skipped, &c->exactly, &c->open, &c->lost, &c->went_back};
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("stage"), "", rows, false, &c->stage, error));
    LK_TRY(lk_model_add_stage_rows(m, m->line_count, LK_LITERAL("name"), table, error));
    for (int i = 0; i < 6; i++)
        LK_TRY(lk_table_add_int64(table, lk_text_of(counts[i], LEADKPI_NUL_TERMINATED), "leads", rows,
                                  false, values[i], error));
    LK_TRY(lk_share_add(table, steps, rows, &c->step_rate, error));
    LK_TRY(lk_share_add(table, overall, rows, &c->overall_rate, error));
    LK_TRY(lk_table_add_bool(table, LK_LITERAL("bottleneck"), "", rows, false, &c->bottleneck, error));
    return lk_table_add_bool(table, LK_LITERAL("immature"), "", rows, false, &c->immature, error);
}

static leadkpi_status fill_groups(lk_model *m, leadkpi_table *table, size_t *rows,
                                  leadkpi_error *error)
{
    size_t line = m->line_count;
    columns c;
    for (uint32_t i = 0; i < m->groups.count; i++) rows[i] = line;
    LK_TRY(lk_member_groups_add_columns(&m->groups, rows, table, error));
    LK_TRY(add_columns(m, table, line * m->groups.count, &c, error));
    for (uint32_t i = 0; i < m->groups.count; i++) {
        const lk_member_group *group = &m->groups.items[i];
        for (uint32_t k = group->first; k < group->last; k++) {
            uint32_t lead = lk_member_at(&m->groups, k)->lead;
            count_lead(m, &m->paths[lead], &m->stages[lk_visit_last(m, lead)->stage], i * line, &c);
        }
        LK_TRY(rate_group(m, group, i * line, table, &c, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status fill(lk_model *m, leadkpi_table *table, leadkpi_error *error)
{
    size_t *rows;
    LK_TRY(lk_allocate(&m->reading.memory, m->groups.count, sizeof *rows, &rows, error));
    leadkpi_status status = fill_groups(m, table, rows, error);
    lk_release(&m->reading.memory, rows, m->groups.count, sizeof *rows);
    return status;
}

leadkpi_status leadkpi_stages_steps(const leadkpi_stages *stages, const leadkpi_options *options,
                                    leadkpi_table **out, leadkpi_error *error)
{
    return lk_stages_report(stages, options, LK_STAGES_IS_STEPS, fill, out, error);
}
