/* report_durations.c: time in each stage, and who stands where.
 *
 * Visits are sorted by group and stage once, so that time grows with the visits, not with visits times
 * stages: a history may have any number of stages. */
#include <leadkpi/stats.h>

#include "base/sort.h"
#include "journal/waits.h"
#include "stages/model.h"

/* The visits of one stage in one group: visits[first] to visits[last - 1], lead by lead, in order. */
typedef struct cell {
    uint32_t group, stage;
    size_t first, last;
} cell;

typedef struct cells {
    lk_model *model;
    uint64_t *keys; /* group and stage */
    uint32_t *visits;
    cell *items; /* stages of the definition always, others where there is a visit */
    size_t *rows; /* by group */
    size_t visit_count, visit_capacity, count, capacity;
    bool standing; /* only the last visit of each lead */
} cells;

static uint32_t defined_count(const lk_model *m)
{
    uint32_t count = m->line_count;
    while (count < m->stage_count && m->stages[count].lost) count++;
    return count;
}

static leadkpi_status put_visits(cells *c, uint32_t lead, uint32_t group, leadkpi_error *error)
{
    const lk_model *m = c->model;
    uint32_t end = m->visit_ends[lead], start = c->standing ? end - 1 : lk_visits_start(m, lead);
    for (uint32_t i = start; i < end; i++) {
        LK_TRY(lk_interrupted_at(&m->reading.memory, i, error));
        c->keys[c->visit_count] = (uint64_t)group << 32 | m->visits[i].stage;
        c->visits[c->visit_count++] = i;
    }
    return LEADKPI_OK;
}

static leadkpi_status put_cell(cells *c, uint32_t group, uint32_t stage, size_t *at, leadkpi_error *error)
{
    uint64_t key = (uint64_t)group << 32 | stage;
    size_t first = *at;
    for (; *at < c->visit_count && c->keys[*at] == key; ++*at)
        LK_TRY(lk_interrupted_at(&c->model->reading.memory, *at, error));
    c->items[c->count++] = (cell){group, stage, first, *at};
    c->rows[group]++;
    return LEADKPI_OK;
}

static leadkpi_status cut(cells *c, leadkpi_error *error)
{
    uint32_t defined = defined_count(c->model);
    size_t at = 0;
    for (uint32_t group = 0; group < c->model->groups.count; group++) {
        for (uint32_t stage = 0; stage < defined; stage++) LK_TRY(put_cell(c, group, stage, &at, error));
        while (at < c->visit_count && c->keys[at] >> 32 == group)
            LK_TRY(put_cell(c, group, (uint32_t)c->keys[at], &at, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status find_cells(cells *c, leadkpi_error *error)
{
    lk_model *m = c->model;
    lk_memory *memory = &m->reading.memory;
    const lk_member_groups *g = &m->groups;
    size_t defined;
    LK_FAIL_IF(!lk_size_multiply(m->visit_count, g->count > 1 ? 2 : 1, &c->visit_capacity) ||
                   !lk_size_multiply(defined_count(m), g->count, &defined) ||
                   !lk_size_add(defined, c->visit_capacity, &c->capacity),
               error, LEADKPI_OVERFLOW, "rows of the report: more than the address space holds");
    LK_TRY(lk_allocate(memory, g->count, sizeof *c->rows, &c->rows, error));
    memset(c->rows, 0, g->count * sizeof *c->rows);
    LK_TRY(lk_allocate(memory, c->visit_capacity, sizeof *c->keys, &c->keys, error));
    LK_TRY(lk_allocate(memory, c->visit_capacity, sizeof *c->visits, &c->visits, error));
    LK_TRY(lk_allocate(memory, c->capacity, sizeof *c->items, &c->items, error));
    for (uint32_t i = 0; i < g->count; i++)
        for (uint32_t k = g->items[i].first; k < g->items[i].last; k++)
            LK_TRY(put_visits(c, lk_member_at(g, k)->lead, i, error));
    LK_TRY(lk_sort_uint64(memory, c->keys, c->visits, c->visit_count, error));
    return cut(c, error);
}

static void free_cells(cells *c)
{
    lk_memory *memory = &c->model->reading.memory;
    lk_release(memory, c->rows, c->model->groups.count, sizeof *c->rows);
    lk_release(memory, c->keys, c->visit_capacity, sizeof *c->keys);
    lk_release(memory, c->visits, c->visit_capacity, sizeof *c->visits);
    lk_release(memory, c->items, c->capacity, sizeof *c->items);
}

static leadkpi_status add_stages(const cells *c, leadkpi_table *table, leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (size_t i = 0; i < c->count && status == LEADKPI_OK; i++)
        status = lk_text_builder_append(&builder, c->model->stages[c->items[i].stage].name, error);
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, LK_LITERAL("stage"), "", error);
    lk_text_builder_release(&builder);
    return status;
}

/* ---- time in stage ------------------------------------------------------------------- */

/* The visits of one lead, visits[first] to visits[last - 1], as one time. A time since an unknown start
 * is left out, and a sum with such a part. */
static leadkpi_status put_lead(const cells *c, size_t first, size_t last, lk_waits *w, leadkpi_error *error)
{
    const lk_model *m = c->model;
    size_t from = m->visits_rule == LK_STAGES_VISITS_LAST ? last - 1 : first;
    size_t to = m->visits_rule == LK_STAGES_VISITS_FIRST ? first + 1 : last;
    int64_t sum = 0;
    for (size_t i = from; i < to; i++) {
        const lk_visit *visit = &m->visits[c->visits[i]];
        if (!visit->start_known) return LEADKPI_OK;
        sum += visit->left - visit->entered;
    }
    return lk_waits_put(w, sum, m->visits[c->visits[to - 1]].ended, error);
}

static leadkpi_status gather_times(const cells *c, const cell *at, lk_waits *w, leadkpi_error *error)
{
    const lk_visit *visits = c->model->visits;
    bool each = c->model->visits_rule == LK_STAGES_VISITS_EACH;
    size_t last, done = 0;
    lk_waits_clear(w);
    for (size_t i = at->first; i < at->last; i = last) {
        uint32_t lead = visits[c->visits[i]].lead;
        LK_TRY(lk_interrupted_after(&c->model->reading.memory, 1, &done, error));
        for (last = i + 1; !each && last < at->last && visits[c->visits[last]].lead == lead;) last++;
        LK_TRY(put_lead(c, i, last, w, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status fill_durations(const cells *c, leadkpi_table *table, lk_waits *w,
                                     leadkpi_error *error)
{
    int64_t *ended;
    lk_waits_columns columns;
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("ended"), "", c->count, false, &ended, error));
    LK_TRY(lk_waits_add_columns(table, LK_LITERAL("open"), "", c->count, &columns, error));
    for (size_t row = 0; row < c->count; row++) {
        LK_TRY(gather_times(c, &c->items[row], w, error));
        ended[row] = (int64_t)w->came_count;
        LK_TRY(lk_waits_write(w, table, &columns, row, c->model->level, error));
    }
    return lk_waits_add_flags(table, &columns, ended, c->count, error);
}

/* ---- who stands where ------------------------------------------------------------------- */

typedef struct standing {
    int64_t *leads;
    double *mean, *median;
    int32_t mean_at;
    lk_share share;
} standing;

static leadkpi_status put_ages(const cells *c, const cell *at, lk_waits *w, leadkpi_table *table,
                               const standing *columns, size_t row, leadkpi_error *error)
{
    lk_waits_clear(w);
    for (size_t i = at->first; i < at->last; i++) {
        const lk_visit *visit = &c->model->visits[c->visits[i]];
        LK_TRY(lk_interrupted_at(&c->model->reading.memory, i, error));
        if (visit->start_known) LK_TRY(lk_waits_put(w, visit->left - visit->entered, true, error));
    }
    if (w->came_count) return lk_waits_average(w, &columns->mean[row], &columns->median[row], error);
    lk_table_set_null(table, columns->mean_at, row);
    lk_table_set_null(table, columns->mean_at + 1, row);
    return LEADKPI_OK;
}

static leadkpi_status fill_snapshot(const cells *c, leadkpi_table *table, lk_waits *w,
                                    leadkpi_error *error)
{
    static const char *const shares[] = {"share", "share_low", "share_high"};
    standing s;
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("leads"), "leads", c->count, false, &s.leads, error));
    LK_TRY(lk_share_add(table, shares, c->count, &s.share, error));
    s.mean_at = leadkpi_table_column_count(table);
    LK_TRY(lk_table_add_double(table, LK_LITERAL("mean_age_seconds"), "s", c->count, true, &s.mean,
                               error));
    LK_TRY(lk_table_add_double(table, LK_LITERAL("median_age_seconds"), "s", c->count, true, &s.median,
                               error));
    for (size_t row = 0; row < c->count; row++) {
        const cell *at = &c->items[row];
        const lk_member_group *group = &c->model->groups.items[at->group];
        s.leads[row] = (int64_t)(at->last - at->first);
        LK_TRY(put_ages(c, at, w, table, &s, row, error));
        LK_TRY(lk_share_put(table, &s.share, row, s.leads[row], group->last - group->first,
                            c->model->level, error));
    }
    return LEADKPI_OK;
}

/* ---- both --------------------------------------------------------------------------------- */

static leadkpi_status fill_cells(const cells *c, leadkpi_table *table, leadkpi_error *error)
{
    lk_waits w;
    LK_TRY(lk_member_groups_add_columns(&c->model->groups, c->rows, table, error));
    LK_TRY(add_stages(c, table, error));
    lk_waits_open(&w, &c->model->reading.memory, INT64_MAX);
    leadkpi_status status =
        c->standing ? fill_snapshot(c, table, &w, error) : fill_durations(c, table, &w, error);
    lk_waits_close(&w);
    return status;
}

static leadkpi_status fill(lk_model *m, bool is_standing, leadkpi_table *table, leadkpi_error *error)
{
    cells c = {.model = m, .standing = is_standing};
    leadkpi_status status = find_cells(&c, error);
    if (status == LEADKPI_OK) status = fill_cells(&c, table, error);
    free_cells(&c);
    return status;
}

static leadkpi_status durations(lk_model *m, leadkpi_table *table, leadkpi_error *error)
{
    return fill(m, false, table, error);
}

static leadkpi_status snapshot(lk_model *m, leadkpi_table *table, leadkpi_error *error)
{
    return fill(m, true, table, error);
}

leadkpi_status leadkpi_stages_durations(const leadkpi_stages *stages, const leadkpi_options *options,
                                        leadkpi_table **out, leadkpi_error *error)
{
    return lk_stages_report(stages, options, LK_STAGES_IS_DURATIONS, durations, out, error);
}

leadkpi_status leadkpi_stages_snapshot(const leadkpi_stages *stages, const leadkpi_options *options,
                                       leadkpi_table **out, leadkpi_error *error)
{
    return lk_stages_report(stages, options, LK_STAGES_IS_OTHER, snapshot, out, error);
}
