#include "load_parts.h"

#include <leadkpi/kpi.h>

/* Whether a cost row may carry it. */
static bool is_measure(const char *name)
{
    const char *measure;
    for (int32_t i = 0; (measure = leadkpi_kpi_measure_at(i)) != NULL; i++)
        if (strcmp(measure, name) == 0) return true;
    return false;
}

/* A report of campaigns takes dimensions by their names; the others the one as the segment. */
static bool has_segment(const loader *l)
{
    return !l->run->campaigns;
}

/* A dimension that the map does not name is the column of that name, if there is
 * one. Comes before any binding, since bindings point into the map. */
static int complete_map(loader *l)
{
    for (size_t i = 0; i < l->run->dimension_count; i++) {
        const char *name = l->run->dimensions[i];
        if (map_find(&l->file->map, name) || layout_column(&l->layout, slice_of(name), NULL) < 0)
            continue;
        text_buffer entry = {0};
        text_print(&entry, "[%s]=[%s]", name, name);
        int code = map_parse(&l->file->map, slice_of(entry.data), l->in.name, l->why);
        text_free(&entry);
        TOOL_TRY(code);
    }
    return TOOL_GOOD;
}

static int bind_dimensions(loader *l)
{
    for (size_t i = 0; i < l->run->dimension_count; i++) {
        size_t before = l->binding_count;
        TOOL_TRY(load_bind(l, l->run->dimensions[i], COLUMN_TEXT, false));
        if (l->binding_count > before) l->run->dimension_found[i] = true;
    }
    return TOOL_GOOD;
}

static int bind_segment(loader *l)
{
    if (l->run->dimension_count == 0) return TOOL_GOOD;
    TOOL_TRY(load_bind_perhaps(l, l->run->dimensions[0], "segment", &l->segment));
    if (l->segment) l->run->dimension_found[0] = true;
    return TOOL_GOOD;
}

static int bind_measures(loader *l)
{
    for (size_t i = 0; i < l->file->map.entry_count; i++) {
        const char *target = l->file->map.entries[i].target;
        if (is_measure(target)) TOOL_TRY(load_bind(l, target, COLUMN_NUMBER, false));
    }
    return TOOL_GOOD;
}

static int bind_kind(loader *l)
{
    size_t place;
    switch (l->file->kind) {
    case TABLE_LEADS:
        TOOL_TRY(load_bind_required(l, "id", COLUMN_TEXT));
        TOOL_TRY(load_bind_required(l, "time", COLUMN_TIME));
        if (has_segment(l)) return bind_segment(l);
        TOOL_TRY(load_bind(l, "email", COLUMN_TEXT, false));
        return bind_dimensions(l);
    case TABLE_STAGES:
        TOOL_TRY(load_bind_required(l, "id", COLUMN_TEXT));
        if (has_segment(l)) TOOL_TRY(bind_segment(l));
        if (has_segment(l)) TOOL_TRY(load_bind(l, "sequence", COLUMN_INTEGER, false));
        if (l->run->stages) TOOL_TRY(load_bind_perhaps(l, "reason", "reason", &l->reason));
        if (!map_find(&l->file->map, "stage") && l->stage_count) return TOOL_GOOD;
        TOOL_TRY(load_bind_required(l, "stage", COLUMN_TEXT));
        TOOL_TRY(load_bind_required(l, "time", COLUMN_TIME));
        if (l->run->stages) return load_bind_perhaps(l, "from", "from", &place);
        TOOL_TRY(load_bind(l, "value", COLUMN_NUMBER, false));
        return load_bind(l, "currency", COLUMN_TEXT, false);
    case TABLE_EVENTS:
        TOOL_TRY(load_bind_required(l, "id", COLUMN_TEXT));
        TOOL_TRY(load_bind_required(l, "time", COLUMN_TIME));
        TOOL_TRY(load_bind_required(l, "event", COLUMN_TEXT));
        TOOL_TRY(load_bind(l, "sequence", COLUMN_INTEGER, false));
        TOOL_TRY(load_bind(l, "value", COLUMN_TEXT, false));
        return bind_segment(l);
    case TABLE_RESPONSES:
        TOOL_TRY(load_bind_required(l, "id", COLUMN_TEXT));
        TOOL_TRY(load_bind_required(l, "time", COLUMN_TIME));
        if (l->run->responses) return load_bind_perhaps(l, "kind", "kind", &place);
        return load_bind(l, "kind", COLUMN_TEXT, true);
    case TABLE_CONVERSIONS:
        TOOL_TRY(load_bind_required(l, "id", COLUMN_TEXT));
        return load_bind_required(l, "time", COLUMN_TIME);
    case TABLE_COSTS:
        TOOL_TRY(load_bind_required(l, "time", COLUMN_TIME));
        TOOL_TRY(load_bind(l, "amount", COLUMN_NUMBER, false));
        TOOL_TRY(load_bind(l, "cost_type", COLUMN_TEXT, false));
        TOOL_TRY(load_bind(l, "scope", COLUMN_TEXT, false));
        TOOL_TRY(load_bind(l, "currency", COLUMN_TEXT, false));
        break;
    case TABLE_MEASURES:
        TOOL_TRY(load_bind_required(l, "time", COLUMN_TIME));
        break;
    }
    TOOL_TRY(bind_measures(l));
    return bind_dimensions(l);
}

int load_bind_all(loader *l)
{
    batch_start(&l->rows);
    batch_start(&l->stage_rows);
    const map_entry *totals =
        l->file->map.totals ? map_find(&l->file->map, l->file->map.totals) : NULL;
    l->totals_column = totals ? map_entry_column(totals, &l->layout, NULL) : -1;
    TOOL_TRY(complete_map(l));
    bool may_be_wide = l->file->kind == TABLE_LEADS || l->file->kind == TABLE_STAGES;
    if (may_be_wide && !l->run->responses) TOOL_TRY(load_bind_wide_stages(l));
    TOOL_TRY(bind_kind(l));
    load_warn_of_targets(l);
    l->has_rows = l->file->kind != TABLE_STAGES || map_find(&l->file->map, "stage");
    return load_bind_wide_rows(l);
}
