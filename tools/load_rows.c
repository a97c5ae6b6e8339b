#include "load_parts.h"

#include "skips.h"

void load_see_time(load_run *run, int64_t time)
{
    if (time > run->latest) run->latest = time;
}

/* Cost of a row: one step a column of the map, each a few dozen instructions
 * for a short field; the text is copied once, into the batch. */
static int take_row(loader *l, bool *taken)
{
    cell_problem p;
    *taken = false;
    l->row_time = INT64_MIN;
    for (size_t i = 0; i < l->binding_count; i++) {
        slice currency = {NULL, 0};
        if (!load_put_cell(l, &l->bindings[i], &currency, &p)) return load_bad_cell(l, &p);
        if (currency.length) TOOL_TRY(load_check_currency(l, currency, l->reader.line));
    }
    *taken = true;
    if (l->run->rows_taken++ == 0) l->run->latest = INT64_MIN;
    load_see_time(l->run, l->row_time);
    if (l->has_rows && batch_end_row(&l->rows, l->reader.line))
        return load_flush(l, l->file->kind, &l->rows);
    return TOOL_GOOD;
}

static int bad_width(loader *l)
{
    char reason[128], found[64];
    snprintf(reason, sizeof reason, "expected %zu fields as in the header", l->layout.column_count);
    snprintf(found, sizeof found, "%zu", l->reader.found);
    return skips_report(l->run, l->in.name, l->reader.line, &l->reader, reason, found, l->why);
}

/* Only what counts money and clicks has totals: a lead of the company Total is a lead. */
static bool is_total_row(const loader *l)
{
    if (l->file->kind != TABLE_COSTS && l->file->kind != TABLE_MEASURES) return false;
    bool blank = l->totals_column >= 0 && slice_trim(load_field(l, l->totals_column)).length == 0;
    return blank || layout_is_total(&l->reader);
}

int load_take_record(loader *l)
{
    bool taken;
    if (is_total_row(l)) {
        l->run->totals_skipped++;
        return TOOL_GOOD;
    }
    if (!layout_fits(&l->layout, &l->reader)) return bad_width(l);
    TOOL_TRY(take_row(l, &taken));
    return taken ? load_take_wide_stages(l) : TOOL_GOOD;
}

int load_bad_record(loader *l)
{
    char reason[256];
    snprintf(reason, sizeof reason, "field %zu: %s", l->reader.problem.column,
             l->reader.problem.text);
    return skips_report(l->run, l->in.name, l->reader.problem.line, &l->reader, reason, "", l->why);
}
