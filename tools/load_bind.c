#include "load_parts.h"

#include "unknown.h"

static int no_such_column(const loader *l, const map_entry *entry)
{
    text_buffer names = {0};
    for (size_t i = 0; i < l->layout.column_count && names.length < 600; i++)
        text_print(&names, "%s%s", i ? ", " : "", l->layout.names[i]);
    int code =
        trouble_set(l->why, TOOL_USAGE, "%s: %s: expected a column \"%s\" in line %lld, found: %s",
                    l->in.name, entry->target, entry->columns[0], (long long)l->layout.header_line,
                    names.data ? names.data : "");
    text_free(&names);
    return code;
}

static void settle(loader *l, binding *b)
{
    size_t column = (size_t)b->column;
    bool is_time = b->type == COLUMN_TIME;
    b->dates = b->entry->dates ? b->entry->dates : l->file->dates;
    b->numbers = b->entry->numbers ? b->entry->numbers : l->file->numbers;
    if (b->type == COLUMN_TEXT || (is_time ? b->dates != 0 : b->numbers != 0)) return;
    facts_settle(&l->facts, &l->layout, l->file->path, l->in.encoding, column, is_time);
    if (is_time)
        b->dates = facts_date_order(&l->facts.columns[column]);
    else
        b->numbers = facts_number_style(&l->facts, column);
}

/* The API of Google Ads counts money in millionths and says so in the name: "cost_micros". */
static bool names_micros(slice name)
{
    return name.length > 6 &&
           slice_equal_folded((slice){name.data + name.length - 6, 6}, slice_of("micros"));
}

/* Which of two columns of one name is meant, the map cannot say. */
static void warn_of_twins(const loader *l, int column)
{
    const char *name = l->layout.names[column];
    size_t count = 0;
    for (size_t i = 0; i < l->layout.column_count; i++) count += strcmp(l->layout.names[i], name) == 0;
    if (count > 1)
        tool_warn("%s: %zu columns are called \"%s\"; the first of them is read", l->in.name, count, name);
}

int load_resolve(loader *l, const map_entry *entry, column_type type, binding *b, bool *found)
{
    *b = (binding){.entry = entry, .column = -1, .type = type};
    *found = true;
    if (entry->is_literal) return TOOL_GOOD;
    b->column = map_entry_column(entry, &l->layout, &b->currency);
    if (b->column >= 0) {
        warn_of_twins(l, b->column);
        b->micros = entry->micros || names_micros(slice_of(l->layout.names[b->column]));
        settle(l, b);
        return TOOL_GOOD;
    }
    *found = false;
    return entry->optional ? TOOL_GOOD : no_such_column(l, entry);
}

/* A funnel takes a stage for an event. */
const char *load_column_of(const loader *l, const char *target)
{
    return l->run->funnel && strcmp(target, "stage") == 0 ? "event" : target;
}

/* The columns whose values a definition may name; one of campaigns names none. */
static bool is_name(const loader *l, const char *target)
{
    static const char *const targets[] = {"event", "stage", "from", "kind"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        if (strcmp(target, targets[i]) == 0) return !l->run->campaigns;
    return false;
}

static int bind_as(loader *l, const char *target, const char *column, column_type type, bool required)
{
    binding b;
    bool found;
    const map_entry *entry = map_find(&l->file->map, target);
    if (!entry) return text_print(&l->unmapped, "%s,", target), TOOL_GOOD;
    TOOL_TRY(load_resolve(l, entry, type, &b, &found));
    if (!found) return TOOL_GOOD;
    b.required = required;
    b.is_money = strcmp(target, "amount") == 0 || strcmp(target, "value") == 0;
    b.is_currency = strcmp(target, "currency") == 0;
    b.is_name = is_name(l, target);
    b.place = batch_add_column(&l->rows, column, type);
    l->bindings = tool_resize(l->bindings, l->binding_count + 1, sizeof *l->bindings);
    l->bindings[l->binding_count++] = b;
    return TOOL_GOOD;
}

int load_bind(loader *l, const char *target, column_type type, bool required)
{
    return bind_as(l, target, load_column_of(l, target), type, required);
}

int load_bind_perhaps(loader *l, const char *target, const char *column, size_t *at)
{
    size_t before = l->binding_count;
    *at = 0;
    TOOL_TRY(bind_as(l, target, column, COLUMN_TEXT, false));
    if (l->binding_count == before) return TOOL_GOOD;
    l->bindings[before].may_be_null = true;
    *at = before;
    return TOOL_GOOD;
}

/* With commas between them. */
static text_buffer targets_of(const field_map *map)
{
    text_buffer names = {0};
    text_print(&names, "%s", "");
    for (size_t i = 0; i < map->entry_count; i++) text_print(&names, "%s,", map->entries[i].target);
    return names;
}

int load_bind_required(loader *l, const char *target, column_type type)
{
    size_t before = l->binding_count;
    TOOL_TRY(load_bind(l, target, type, true));
    if (l->binding_count > before) return TOOL_GOOD;
    text_buffer names = targets_of(&l->file->map), nearest = nearest_of(slice_of(target), names.data);
    int code = trouble_set(l->why, TOOL_USAGE,
                           "%s: expected a column for \"%s\" of the %s, found none%s: say --map "
                           "%s=COLUMN (leadkpi look %s shows the columns)",
                           l->in.name, target, table_kind_name(l->file->kind), nearest.data, target,
                           l->file->path);
    text_free(&names);
    text_free(&nearest);
    return code;
}

static bool is_dimension(const loader *l, const char *name)
{
    for (size_t i = 0; i < l->run->dimension_count; i++)
        if (strcmp(l->run->dimensions[i], name) == 0) return true;
    return false;
}

static void warn_of_target(const loader *l, const char *target, const char *names)
{
    if (is_dimension(l, target)) return; /* --by reads it */
    text_buffer nearest = nearest_of(slice_of(target), names);
    if (nearest.length)
        tool_warn("%s: nothing reads \"%s\" of the map%s", l->in.name, target, nearest.data);
    text_free(&nearest);
}

/* Maps may have more than a report reads, but what is nearly the name of something that was looked for and not
 * found is most often that. */
void load_warn_of_targets(const loader *l)
{
    const field_map *map = &l->file->map;
    text_buffer names = targets_of(map);
    for (size_t i = 0; i < map->entry_count && l->unmapped.length; i++)
        warn_of_target(l, map->entries[i].target, l->unmapped.data);
    for (size_t i = 0; i < map->translation_count; i++)
        if (!map_find(map, map->translations[i].target))
            warn_of_target(l, map->translations[i].target, names.data);
    text_free(&names);
}
