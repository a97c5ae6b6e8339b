#include "attribution/rollup.h"

/* ---- levels ---------------------------------------------------------------------------- */

static leadkpi_status open_levels(lk_rollup *r, leadkpi_error *error)
{
    lk_memory *memory = &r->report->memory;
    uint32_t dimensions = r->report->members.dimension_count;
    bool all = lk_options_bool(r->report->options, &lk_attribution_report_schema, LK_REPORT_ROLLUP);
    r->level_count = all ? dimensions : 1;
    LK_TRY(lk_allocate(memory, r->level_count, sizeof *r->levels, &r->levels, error));
    LK_TRY(lk_allocate(memory, r->level_count, sizeof *r->credits, &r->credits, error));
    for (uint32_t i = 0; i + 1 < r->level_count; i++, r->opened++) {
        leadkpi_status status = lk_report_open_level(r->report, i + 1, &r->levels[i], error);
        if (status == LEADKPI_OK) continue;
        lk_report_close_level(&r->levels[i]);
        return status;
    }
    lk_report *last = &r->levels[r->level_count - 1];
    *last = *r->report; /* its members stay the report's */
    last->memory = lk_memory_like(&r->report->memory);
    return LEADKPI_OK;
}

/* The group of a level that a group of the finest is in. */
static uint32_t parent_of(const lk_rollup *r, size_t level, uint32_t finest)
{
    return r->levels[level].members.of_kind[r->report->members.kinds[finest]];
}

/* Groups are in order of their texts at every level, so a group's parts stand together, and the
 * groups of a level come one after the other. */
static leadkpi_status list_lines(lk_rollup *r, leadkpi_error *error)
{
    size_t room = 0;
    for (size_t i = 0; i < r->level_count; i++) room += r->levels[i].members.count;
    LK_TRY(lk_allocate(&r->report->memory, room, sizeof *r->lines, &r->lines, error));
    uint32_t next[LK_DIMENSIONS_MAX] = {0};
    for (uint32_t finest = 0; finest < r->report->members.count; finest++)
        for (uint32_t level = 0; level < r->level_count; level++) {
            if (parent_of(r, level, finest) < next[level]) continue;
            r->lines[r->line_count++] = (lk_line){level, next[level]++};
        }
    return LEADKPI_OK;
}

/* ---- what adds up ------------------------------------------------------------------------- */

/* Parts first up to, not with, last of a level: what they have becomes `whole`, in proportion; evenly where
 * they have nothing. */
static void share_out(lk_credits *credits, size_t model, int kind, size_t first, size_t last,
                      double whole)
{
    double *values = credits->values[kind] + model * credits->rows, sum = 0;
    double *errors = credits->errors[kind] + model * credits->rows;
    double *share_errors = credits->share_errors[kind] + model * credits->rows;
    for (size_t i = first; i < last; i++) sum += values[i];
    double scale = sum != 0 ? whole / sum : 0, size = scale < 0 ? -scale : scale;
    for (size_t i = first; i < last; i++) {
        values[i] = sum != 0 ? values[i] * scale : whole / (double)(last - first);
        errors[i] *= size;
        share_errors[i] *= size;
    }
}

static void reconcile_level(lk_rollup *r, size_t level, size_t model, int kind)
{
    const lk_credits *above = &r->credits[level - 1];
    lk_credits *credits = &r->credits[level];
    const lk_members *parents = &r->levels[level - 1].members, *parts = &r->levels[level].members;
    size_t first = 0;
    for (size_t last = 1; last <= parts->count; last++) {
        uint32_t parent = parents->of_kind[parts->kinds[first]];
        if (last < parts->count && parents->of_kind[parts->kinds[last]] == parent) continue;
        share_out(credits, model, kind, first, last, above->values[kind][model * above->rows + parent]);
        first = last;
    }
    credits->values[kind][model * credits->rows + credits->rows - 1] =
        above->values[kind][model * above->rows + above->rows - 1];
}

static void reconcile(lk_rollup *r)
{
    for (size_t level = 1; level < r->level_count; level++)
        for (size_t model = 0; model < r->report->model_count; model++)
            for (int kind = 0; kind < LK_ATTRIBUTION_KINDS; kind++)
                if (r->report->models[model].family != LK_FAMILY_RULE)
                    reconcile_level(r, level, model, kind);
}

/* ---- the whole ------------------------------------------------------------------------------ */

leadkpi_status lk_rollup_open(lk_rollup *rollup, lk_report *report, leadkpi_error *error)
{
    *rollup = (lk_rollup){.report = report};
    LK_TRY(open_levels(rollup, error));
    LK_TRY(list_lines(rollup, error));
    LK_TRY(lk_credits_find_levels(rollup->levels, rollup->credits, rollup->level_count, error));
    rollup->is_counted = true;
    reconcile(rollup);
    return LEADKPI_OK;
}

void lk_rollup_close(lk_rollup *r)
{
    lk_memory *memory = &r->report->memory;
    size_t room = 0;
    for (size_t i = 0; r->lines && i < r->level_count; i++) room += r->levels[i].members.count;
    lk_release(memory, r->lines, room, sizeof *r->lines);
    for (size_t i = 0; r->is_counted && i < r->level_count; i++)
        lk_credits_free(&r->levels[i], &r->credits[i]);
    for (size_t i = 0; i < r->opened; i++) lk_report_close_level(&r->levels[i]);
    lk_release(memory, r->levels, r->level_count, sizeof *r->levels);
    lk_release(memory, r->credits, r->level_count, sizeof *r->credits);
}
