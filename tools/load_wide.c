#include "load_parts.h"

/* The columns of the rows that wide stages become; a segment and a reason may follow. */
enum {
    WIDE_ID,
    WIDE_STAGE,
    WIDE_TIME,
    WIDE_VALUE
};

static int resolve_condition(loader *l, const map_entry *entry, wide_stage *stage)
{
    stage->if_column = -1;
    stage->if_value = entry->if_value;
    if (!entry->if_column) return TOOL_GOOD;
    stage->if_column = map_condition_column(entry, &l->layout);
    if (stage->if_column >= 0) return TOOL_GOOD;
    return trouble_set(l->why, TOOL_USAGE, "%s: %s: expected a column \"%s\", found none",
                       l->in.name, entry->target, entry->if_column);
}

int load_bind_wide_stages(loader *l)
{
    for (size_t i = 0; i < l->file->map.entry_count; i++) {
        const map_entry *entry = &l->file->map.entries[i];
        wide_stage stage = {0};
        bool found;
        if (strncmp(entry->target, "stage:", 6) != 0) continue;
        TOOL_TRY(load_resolve(l, entry, COLUMN_TIME, &stage.time, &found));
        if (!found) continue;
        stage.name = slice_of(entry->target + 6);
        TOOL_TRY(resolve_condition(l, entry, &stage));
        char target[128];
        snprintf(target, sizeof target, "value:%.100s", entry->target + 6);
        const map_entry *value = map_find(&l->file->map, target);
        if (value) TOOL_TRY(load_resolve(l, value, COLUMN_NUMBER, &stage.value, &stage.has_value));
        stage.value.is_money = true;
        l->stages = tool_resize(l->stages, l->stage_count + 1, sizeof *l->stages);
        l->stages[l->stage_count++] = stage;
    }
    return TOOL_GOOD;
}

int load_bind_wide_rows(loader *l)
{
    if (l->stage_count == 0) return TOOL_GOOD;
    if (l->run->in_time)
        return trouble_set(l->why, TOOL_USAGE,
                           "%s: a column of times for each stage has no order of time; expected input=any, or a row "
                           "a change",
                           l->in.name);
    batch_add_column(&l->stage_rows, "id", COLUMN_TEXT);
    batch_add_column(&l->stage_rows, load_column_of(l, "stage"), COLUMN_TEXT);
    batch_add_column(&l->stage_rows, "time", COLUMN_TIME);
    batch_add_column(&l->stage_rows, "value", COLUMN_NUMBER);
    if (l->segment) l->wide_segment = batch_add_column(&l->stage_rows, "segment", COLUMN_TEXT);
    if (l->reason) l->wide_reason = batch_add_column(&l->stage_rows, "reason", COLUMN_TEXT);
    return TOOL_GOOD;
}

static bool condition_holds(const loader *l, const wide_stage *stage)
{
    if (stage->if_column < 0) return true;
    return slice_equal_folded(slice_trim(load_field(l, stage->if_column)), slice_of(stage->if_value));
}

/* What the stages of one row share. */
static void put_wide_text(loader *l, size_t at, size_t place)
{
    const binding *b = &l->bindings[at];
    if (at) load_put_text(&l->stage_rows, place, b, load_text(l, b));
}

static int take_wide_stage(loader *l, const wide_stage *stage)
{
    cell_problem p;
    int64_t instant;
    number_value value;
    slice text = load_text(l, &stage->time);
    if (number_is_missing(text) || !condition_holds(l, stage)) return TOOL_GOOD;
    if (!load_read_time(l, &stage->time, text, &instant, &p)) return load_bad_cell(l, &p);
    slice amount = stage->has_value ? load_text(l, &stage->value) : (slice){NULL, 0};
    if (!number_is_missing(amount)) {
        if (!load_read_number(l, &stage->value, amount, &value, &p)) return load_bad_cell(l, &p);
        TOOL_TRY(load_check_currency(l, value.currency, l->reader.line));
        if (!batch_put_number(&l->stage_rows, WIDE_VALUE, &value))
            return load_bad_cell(l, &(cell_problem){load_column_name(l, &stage->value),
                                                    "a number that fits in 18 digits", amount});
    } else {
        batch_put_null(&l->stage_rows, WIDE_VALUE);
    }
    load_see_time(l->run, instant);
    if (!l->run->campaigns) seen_put(&l->run->seen, stage->name);
    batch_put_text(&l->stage_rows, WIDE_ID, load_text(l, &l->bindings[0]));
    batch_put_text(&l->stage_rows, WIDE_STAGE, stage->name);
    batch_put_int64(&l->stage_rows, WIDE_TIME, instant);
    put_wide_text(l, l->segment, l->wide_segment);
    put_wide_text(l, l->reason, l->wide_reason);
    if (batch_end_row(&l->stage_rows, l->reader.line))
        return load_flush(l, TABLE_STAGES, &l->stage_rows);
    return TOOL_GOOD;
}

int load_take_wide_stages(loader *l)
{
    for (size_t i = 0; i < l->stage_count; i++) TOOL_TRY(take_wide_stage(l, &l->stages[i]));
    return TOOL_GOOD;
}
