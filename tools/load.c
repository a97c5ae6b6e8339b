#include "load.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <leadkpi/kpi.h>

#include "batch.h"
#include "facts.h"
#include "profile.h"
#include "settings.h"
#include "skips.h"
#include "unknown.h"

/* Input that is worth a word about how far it is. */
#define LONG_INPUT (INT64_C(64) << 20)

/* One column of a batch, and where it comes from. */
typedef struct binding {
    const map_entry *entry;
    size_t place; /* in the batch */
    int column;   /* in the file; -1: literal, or none */
    column_type type;
    bool required; /* nothing in it makes the row a bad one */
    bool may_be_null; /* nothing in it is null, not a text of no length */
    bool is_name;     /* of an event, a stage or a kind, which a definition may have */
    bool is_money;
    bool is_currency;
    bool micros; /* in millionths */
    date_order dates;
    number_style numbers;
    slice currency; /* of the header */
} binding;

/* A stage with a column of its own. */
typedef struct wide_stage {
    slice name;
    binding time, value;
    bool has_value;
    int if_column; /* -1: every row */
    const char *if_value;
} wide_stage;

typedef struct loader {
    load_run *run;
    load_file *file;
    input in;
    file_layout layout;
    file_facts facts;
    csv_reader reader;
    clock_zone clock;
    batch rows, stage_rows;
    binding *bindings;
    size_t binding_count;
    wide_stage *stages;
    size_t stage_count;
    size_t stage_id;   /* the binding of the id, which wide stages share */
    size_t segment;    /* and that of the segment; 0: none */
    size_t reason;     /* and of the reason; 0: none */
    size_t wide_segment, wide_reason; /* their places in the rows of wide stages */
    text_buffer unmapped; /* what the library could take beside, with commas between */
    int totals_column; /* a row with nothing in it is one of totals; -1: none */
    bool has_rows;     /* false: the file gives wide stages alone */
    int64_t bytes_shown;
    int64_t row_time; /* of the row that is being read */
    trouble *why;
} loader;

static slice field_of(const loader *l, int column)
{
    if (column < 0 || (size_t)column >= l->reader.stored) return (slice){NULL, 0};
    return (slice){l->reader.fields[column].data, l->reader.fields[column].length};
}

bool load_is_measure(const char *name)
{
    const char *measure;
    for (int32_t i = 0; (measure = leadkpi_kpi_measure_at(i)) != NULL; i++)
        if (strcmp(measure, name) == 0) return true;
    return false;
}

/* ---- binding columns ---------------------------------------------------- */

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
        fprintf(stderr, "leadkpi: %s: %zu columns are called \"%s\"; the first of them is read\n", l->in.name, count,
                name);
}

/* An entry of the map to a place in the file. `*found` is false where an optional column is not
 * there. */
static int resolve(loader *l, const map_entry *entry, column_type type, binding *b, bool *found)
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

/* A report of campaigns takes dimensions by their names; the others the one as the segment. */
static bool has_segment(const loader *l)
{
    return !l->run->campaigns;
}

/* What the library calls it: a funnel takes a stage for an event. */
static const char *column_of(const loader *l, const char *target)
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
    TOOL_TRY(resolve(l, entry, type, &b, &found));
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

static int bind(loader *l, const char *target, column_type type, bool required)
{
    return bind_as(l, target, column_of(l, target), type, required);
}

/* A text that not every row has; `*at` is its binding, 0 where the file has none (there is the id before). */
static int bind_perhaps(loader *l, const char *target, const char *column, size_t *at)
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

static int bind_required(loader *l, const char *target, column_type type)
{
    size_t before = l->binding_count;
    TOOL_TRY(bind(l, target, type, true));
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
        fprintf(stderr, "leadkpi: %s: nothing reads \"%s\" of the map%s\n", l->in.name, target, nearest.data);
    text_free(&nearest);
}

/* Maps may have more than a report reads, but what is nearly the name of something that was looked for and not
 * found is most often that. */
static void warn_of_targets(const loader *l)
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
        TOOL_TRY(bind(l, l->run->dimensions[i], COLUMN_TEXT, false));
        if (l->binding_count > before) l->run->dimension_found[i] = true;
    }
    return TOOL_GOOD;
}

static int bind_segment(loader *l)
{
    if (l->run->dimension_count == 0) return TOOL_GOOD;
    TOOL_TRY(bind_perhaps(l, l->run->dimensions[0], "segment", &l->segment));
    if (l->segment) l->run->dimension_found[0] = true;
    return TOOL_GOOD;
}

static int bind_measures(loader *l)
{
    for (size_t i = 0; i < l->file->map.entry_count; i++) {
        const char *target = l->file->map.entries[i].target;
        if (load_is_measure(target)) TOOL_TRY(bind(l, target, COLUMN_NUMBER, false));
    }
    return TOOL_GOOD;
}

static int bind_kind(loader *l)
{
    size_t place;
    switch (l->file->kind) {
    case TABLE_LEADS:
        TOOL_TRY(bind_required(l, "id", COLUMN_TEXT));
        TOOL_TRY(bind_required(l, "time", COLUMN_TIME));
        if (has_segment(l)) return bind_segment(l);
        TOOL_TRY(bind(l, "email", COLUMN_TEXT, false));
        return bind_dimensions(l);
    case TABLE_STAGES:
        TOOL_TRY(bind_required(l, "id", COLUMN_TEXT));
        if (has_segment(l)) TOOL_TRY(bind_segment(l));
        if (has_segment(l)) TOOL_TRY(bind(l, "sequence", COLUMN_INTEGER, false));
        if (l->run->stages) TOOL_TRY(bind_perhaps(l, "reason", "reason", &l->reason));
        if (!map_find(&l->file->map, "stage") && l->stage_count) return TOOL_GOOD;
        TOOL_TRY(bind_required(l, "stage", COLUMN_TEXT));
        TOOL_TRY(bind_required(l, "time", COLUMN_TIME));
        if (l->run->stages) return bind_perhaps(l, "from", "from", &place);
        TOOL_TRY(bind(l, "value", COLUMN_NUMBER, false));
        return bind(l, "currency", COLUMN_TEXT, false);
    case TABLE_EVENTS:
        TOOL_TRY(bind_required(l, "id", COLUMN_TEXT));
        TOOL_TRY(bind_required(l, "time", COLUMN_TIME));
        TOOL_TRY(bind_required(l, "event", COLUMN_TEXT));
        TOOL_TRY(bind(l, "sequence", COLUMN_INTEGER, false));
        TOOL_TRY(bind(l, "value", COLUMN_TEXT, false));
        return bind_segment(l);
    case TABLE_RESPONSES:
        TOOL_TRY(bind_required(l, "id", COLUMN_TEXT));
        TOOL_TRY(bind_required(l, "time", COLUMN_TIME));
        if (l->run->responses) return bind_perhaps(l, "kind", "kind", &place);
        return bind(l, "kind", COLUMN_TEXT, true);
    case TABLE_CONVERSIONS:
        TOOL_TRY(bind_required(l, "id", COLUMN_TEXT));
        return bind_required(l, "time", COLUMN_TIME);
    case TABLE_COSTS:
        TOOL_TRY(bind_required(l, "time", COLUMN_TIME));
        TOOL_TRY(bind(l, "amount", COLUMN_NUMBER, false));
        TOOL_TRY(bind(l, "cost_type", COLUMN_TEXT, false));
        TOOL_TRY(bind(l, "scope", COLUMN_TEXT, false));
        TOOL_TRY(bind(l, "currency", COLUMN_TEXT, false));
        break;
    case TABLE_MEASURES:
        TOOL_TRY(bind_required(l, "time", COLUMN_TIME));
        break;
    }
    TOOL_TRY(bind_measures(l));
    return bind_dimensions(l);
}

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

/* Every "stage:NAME" of the map, with its "value:NAME". */
static int bind_wide_stages(loader *l)
{
    for (size_t i = 0; i < l->file->map.entry_count; i++) {
        const map_entry *entry = &l->file->map.entries[i];
        wide_stage stage = {0};
        bool found;
        if (strncmp(entry->target, "stage:", 6) != 0) continue;
        TOOL_TRY(resolve(l, entry, COLUMN_TIME, &stage.time, &found));
        if (!found) continue;
        stage.name = slice_of(entry->target + 6);
        TOOL_TRY(resolve_condition(l, entry, &stage));
        char target[128];
        snprintf(target, sizeof target, "value:%.100s", entry->target + 6);
        const map_entry *value = map_find(&l->file->map, target);
        if (value) TOOL_TRY(resolve(l, value, COLUMN_NUMBER, &stage.value, &stage.has_value));
        stage.value.is_money = true;
        l->stages = tool_resize(l->stages, l->stage_count + 1, sizeof *l->stages);
        l->stages[l->stage_count++] = stage;
    }
    return TOOL_GOOD;
}

enum {
    WIDE_ID,
    WIDE_STAGE,
    WIDE_TIME,
    WIDE_VALUE
};

static int bind_all(loader *l)
{
    batch_start(&l->rows);
    batch_start(&l->stage_rows);
    const map_entry *totals =
        l->file->map.totals ? map_find(&l->file->map, l->file->map.totals) : NULL;
    l->totals_column = totals ? map_entry_column(totals, &l->layout, NULL) : -1;
    TOOL_TRY(complete_map(l));
    bool may_be_wide = l->file->kind == TABLE_LEADS || l->file->kind == TABLE_STAGES;
    if (may_be_wide && !l->run->responses) TOOL_TRY(bind_wide_stages(l));
    TOOL_TRY(bind_kind(l));
    warn_of_targets(l);
    l->has_rows = l->file->kind != TABLE_STAGES || map_find(&l->file->map, "stage");
    if (l->stage_count == 0) return TOOL_GOOD;
    if (l->run->in_time)
        return trouble_set(l->why, TOOL_USAGE,
                           "%s: a column of times for each stage has no order of time; expected input=any, or a row "
                           "a change",
                           l->in.name);
    batch_add_column(&l->stage_rows, "id", COLUMN_TEXT);
    batch_add_column(&l->stage_rows, column_of(l, "stage"), COLUMN_TEXT);
    batch_add_column(&l->stage_rows, "time", COLUMN_TIME);
    batch_add_column(&l->stage_rows, "value", COLUMN_NUMBER);
    if (l->segment) l->wide_segment = batch_add_column(&l->stage_rows, "segment", COLUMN_TEXT);
    if (l->reason) l->wide_reason = batch_add_column(&l->stage_rows, "reason", COLUMN_TEXT);
    return TOOL_GOOD;
}

/* ---- handing batches over ------------------------------------------------ */

static leadkpi_status hand_over_responses(leadkpi_responses *to, table_kind kind,
                                          const leadkpi_table *table, leadkpi_error *error)
{
    if (kind == TABLE_LEADS) return leadkpi_responses_add_leads(to, table, NULL, 0, error);
    if (kind == TABLE_RESPONSES) return leadkpi_responses_add(to, table, NULL, 0, error);
    return leadkpi_responses_add_conversions(to, table, NULL, 0, error);
}

static leadkpi_status hand_over(loader *l, table_kind kind, const leadkpi_table *table,
                                leadkpi_error *error)
{
    leadkpi_campaigns *c = l->run->campaigns;
    if (l->run->funnel) return leadkpi_funnel_add(l->run->funnel, table, NULL, 0, error);
    if (l->run->stages) return leadkpi_stages_add(l->run->stages, table, NULL, 0, error);
    if (l->run->responses) return hand_over_responses(l->run->responses, kind, table, error);
    switch (kind) {
    case TABLE_LEADS:
        return leadkpi_campaigns_add_leads(c, table, NULL, 0, error);
    case TABLE_STAGES:
        return leadkpi_campaigns_add_stages(c, table, NULL, 0, error);
    case TABLE_COSTS:
        return leadkpi_campaigns_add_costs(c, table, NULL, 0, error);
    case TABLE_RESPONSES:
        return leadkpi_campaigns_add_responses(c, table, NULL, 0, error);
    default:
        return leadkpi_campaigns_add_measures(c, table, NULL, 0, error);
    }
}

static leadkpi_status add_range(loader *l, table_kind kind, batch *rows, size_t from, size_t to,
                                leadkpi_error *error)
{
    leadkpi_table *table = NULL;
    leadkpi_status status = batch_table(rows, from, to, &table, error);
    if (status == LEADKPI_OK) status = hand_over(l, kind, table, error);
    leadkpi_table_free(table);
    return status;
}

/* The library takes a table or refuses it with the row that is bad. That row is
 * left out and told; those before and behind it go in. */
static int flush(loader *l, table_kind kind, batch *rows)
{
    size_t from = 0;
    while (from < rows->row_count) {
        leadkpi_error error;
        leadkpi_status status = add_range(l, kind, rows, from, rows->row_count, &error);
        if (status == LEADKPI_OK) break;
        if (status != LEADKPI_BAD_DATA || error.row < 0 ||
            (size_t)error.row >= rows->row_count - from) {
            size_t row = error.row >= 0 && (size_t)error.row < rows->row_count - from
                             ? (size_t)error.row
                             : 0;
            return trouble_set(l->why, TOOL_DATA, "%s:%lld: %s", l->in.name,
                               (long long)rows->lines[from + row], message_without_row(&error));
        }
        size_t bad = from + (size_t)error.row;
        TOOL_TRY(
            skips_report(l->run, l->in.name, rows->lines[bad], NULL, message_without_row(&error), "", l->why));
        if (bad > from && add_range(l, kind, rows, from, bad, &error) != LEADKPI_OK)
            return trouble_set(l->why, TOOL_DATA, "%s: %s", l->in.name, error.message);
        from = bad + 1;
    }
    batch_clear(rows);
    return TOOL_GOOD;
}

/* ---- rows ----------------------------------------------------------------- */

/* What was wrong with a cell. */
typedef struct cell_problem {
    const char *column, *expected;
    slice found;
} cell_problem;

static bool refuse(cell_problem *p, const char *column, const char *expected, slice found)
{
    *p = (cell_problem){column, expected, found};
    return false;
}

static const char *column_name(const loader *l, const binding *b)
{
    return b->column >= 0 ? l->layout.names[b->column] : b->entry->target;
}

static slice translated(const loader *l, const char *target, slice text)
{
    const field_map *map = &l->file->map;
    for (size_t i = 0; i < map->translation_count; i++) {
        map_translation *t = &map->translations[i];
        if (strcmp(t->target, target) != 0 || !slice_is(text, t->from)) continue;
        t->is_met = true;
        return slice_of(t->to);
    }
    return text;
}

static slice text_of(const loader *l, const binding *b)
{
    slice text = b->entry->is_literal ? slice_of(b->entry->literal) : field_of(l, b->column);
    return l->file->map.translation_count ? translated(l, b->entry->target, text) : text;
}

/* Google Ads writes " --" where there is nothing to say. */
static bool is_dashes(slice text)
{
    return text.length >= 2 && text.length <= 3 &&
           memcmp(text.data + text.length - 2, "--", 2) == 0 &&
           (text.length == 2 || text.data[0] == ' ');
}

static void put_cell_text(batch *rows, size_t place, const binding *b, slice text)
{
    if (is_dashes(text) || (b->may_be_null && text.length == 0))
        batch_put_null(rows, place);
    else
        batch_put_text(rows, place, text);
}

static bool put_text(loader *l, const binding *b, cell_problem *p)
{
    slice text = text_of(l, b);
    if (b->required && text.length == 0) return refuse(p, column_name(l, b), "a text", text);
    if (b->is_name) seen_put(&l->run->seen, text);
    put_cell_text(&l->rows, b->place, b, text);
    return true;
}

static bool read_time(loader *l, const binding *b, slice text, int64_t *instant, cell_problem *p)
{
    date_value value;
    date_answer answer = date_read(text, b->dates, &value);
    if (answer == DATE_BAD) return refuse(p, column_name(l, b), "a date or time", text);
    if (answer == DATE_AMBIGUOUS)
        return refuse(p, column_name(l, b),
                      "a date that can be read in one way (say --dates day-first or month-first)",
                      text);
    *instant = clock_instant(&l->clock, &value);
    return true;
}

static bool put_time(loader *l, const binding *b, cell_problem *p)
{
    slice text = text_of(l, b);
    int64_t instant;
    if (number_is_missing(text)) {
        if (b->required) return refuse(p, column_name(l, b), "a date or time", text);
        batch_put_null(&l->rows, b->place);
        return true;
    }
    if (!read_time(l, b, text, &instant, p)) return false;
    batch_put_int64(&l->rows, b->place, instant);
    l->row_time = instant;
    return true;
}

static bool read_number(const loader *l, const binding *b, slice text, number_value *out,
                        cell_problem *p)
{
    if (!number_read(text, b->numbers, out))
        return refuse(p, column_name(l, b),
                      b->numbers == NUMBER_COMMA ? "a number such as 1.234,50"
                                                 : "a number such as 1,234.50",
                      text);
    if (!number_divide(out, b->micros ? 6 : 0))
        return refuse(p, column_name(l, b), "a number of at most 18 decimals", text);
    return true;
}

/* One currency a run: told by a header, a column, or a sign beside the number. */
static int check_currency(loader *l, slice currency, int64_t line)
{
    load_run *run = l->run;
    if (currency.length == 0) return TOOL_GOOD;
    slice known = slice_of(run->currency);
    if (known.length && !currency_agrees(known, currency))
        return trouble_set(
            l->why, TOOL_DATA, "%s:%lld: expected one currency (%s, seen first in %s), found %.*s",
            l->in.name, (long long)line, run->currency, run->currency_place, SLICE_ARGS(currency));
    if (known.length == 3 || currency.length >= sizeof run->currency ||
        slice_equal(known, currency))
        return TOOL_GOOD;
    memset(run->currency, 0, sizeof run->currency);
    memcpy(run->currency, currency.data, currency.length);
    snprintf(run->currency_place, sizeof run->currency_place, "%.200s:%lld", l->in.name,
             (long long)line);
    return TOOL_GOOD;
}

static bool put_number(loader *l, const binding *b, slice *currency, cell_problem *p)
{
    slice text = text_of(l, b);
    number_value number;
    if (number_is_missing(text)) {
        batch_put_null(&l->rows, b->place);
        return true;
    }
    if (!read_number(l, b, text, &number, p)) return false;
    if (b->type == COLUMN_INTEGER && number.scale > 0)
        return refuse(p, column_name(l, b), "a whole number", text);
    if (b->is_money && number.currency.length) *currency = number.currency;
    if (!batch_put_number(&l->rows, b->place, &number))
        return refuse(p, column_name(l, b), "a number that fits in 18 digits", text);
    return true;
}

static int bad_cell(loader *l, const cell_problem *p)
{
    char found[128], reason[256];
    snprintf(reason, sizeof reason, "column \"%.80s\": expected %.100s", p->column, p->expected);
    if (p->found.length)
        snprintf(found, sizeof found, "\"%.*s\"", SLICE_ARGS(p->found));
    else
        snprintf(found, sizeof found, "nothing");
    return skips_report(l->run, l->in.name, l->reader.line, &l->reader, reason, found, l->why);
}

static bool put_cell(loader *l, const binding *b, slice *currency, cell_problem *p)
{
    if (b->type == COLUMN_TEXT) {
        if (b->is_currency) *currency = slice_trim(text_of(l, b));
        return put_text(l, b, p);
    }
    return b->type == COLUMN_TIME ? put_time(l, b, p) : put_number(l, b, currency, p);
}

static void see_time(load_run *run, int64_t time)
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
        if (!put_cell(l, &l->bindings[i], &currency, &p)) return bad_cell(l, &p);
        if (currency.length) TOOL_TRY(check_currency(l, currency, l->reader.line));
    }
    *taken = true;
    if (l->run->rows_taken++ == 0) l->run->latest = INT64_MIN;
    see_time(l->run, l->row_time);
    if (l->has_rows && batch_end_row(&l->rows, l->reader.line))
        return flush(l, l->file->kind, &l->rows);
    return TOOL_GOOD;
}

static bool condition_holds(const loader *l, const wide_stage *stage)
{
    if (stage->if_column < 0) return true;
    return slice_equal_folded(slice_trim(field_of(l, stage->if_column)), slice_of(stage->if_value));
}

/* What the stages of one row share. */
static void put_wide_text(loader *l, size_t at, size_t place)
{
    const binding *b = &l->bindings[at];
    if (at) put_cell_text(&l->stage_rows, place, b, text_of(l, b));
}

static int take_wide_stage(loader *l, const wide_stage *stage)
{
    cell_problem p;
    int64_t instant;
    number_value value;
    slice text = text_of(l, &stage->time);
    if (number_is_missing(text) || !condition_holds(l, stage)) return TOOL_GOOD;
    if (!read_time(l, &stage->time, text, &instant, &p)) return bad_cell(l, &p);
    slice amount = stage->has_value ? text_of(l, &stage->value) : (slice){NULL, 0};
    if (!number_is_missing(amount)) {
        if (!read_number(l, &stage->value, amount, &value, &p)) return bad_cell(l, &p);
        TOOL_TRY(check_currency(l, value.currency, l->reader.line));
        if (!batch_put_number(&l->stage_rows, WIDE_VALUE, &value))
            return bad_cell(l, &(cell_problem){column_name(l, &stage->value),
                                               "a number that fits in 18 digits", amount});
    } else {
        batch_put_null(&l->stage_rows, WIDE_VALUE);
    }
    see_time(l->run, instant);
    if (!l->run->campaigns) seen_put(&l->run->seen, stage->name);
    batch_put_text(&l->stage_rows, WIDE_ID, text_of(l, &l->bindings[l->stage_id]));
    batch_put_text(&l->stage_rows, WIDE_STAGE, stage->name);
    batch_put_int64(&l->stage_rows, WIDE_TIME, instant);
    put_wide_text(l, l->segment, l->wide_segment);
    put_wide_text(l, l->reason, l->wide_reason);
    if (batch_end_row(&l->stage_rows, l->reader.line))
        return flush(l, TABLE_STAGES, &l->stage_rows);
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
    bool blank = l->totals_column >= 0 && slice_trim(field_of(l, l->totals_column)).length == 0;
    return blank || layout_is_total(&l->reader);
}

static int take_record(loader *l)
{
    bool taken;
    if (is_total_row(l)) {
        l->run->totals_skipped++;
        return TOOL_GOOD;
    }
    if (!layout_fits(&l->layout, &l->reader)) return bad_width(l);
    TOOL_TRY(take_row(l, &taken));
    for (size_t i = 0; taken && i < l->stage_count; i++)
        TOOL_TRY(take_wide_stage(l, &l->stages[i]));
    return TOOL_GOOD;
}

static int bad_record(loader *l)
{
    char reason[256];
    snprintf(reason, sizeof reason, "field %zu: %s", l->reader.problem.column,
             l->reader.problem.text);
    return skips_report(l->run, l->in.name, l->reader.problem.line, &l->reader, reason, "", l->why);
}

static void show_progress(loader *l, bool ended)
{
    if (!l->run->show_progress || l->in.bytes_taken < LONG_INPUT) return;
    if (ended) {
        fprintf(stderr, "\r%60s\r", "");
        return;
    }
    if (l->in.bytes_taken - l->bytes_shown < LONG_INPUT / 4) return;
    l->bytes_shown = l->in.bytes_taken;
    if (l->in.file_bytes > 0)
        fprintf(stderr, "\r%.40s: %d %%", l->in.name,
                (int)(100 * l->in.bytes_taken / l->in.file_bytes));
    else
        fprintf(stderr, "\r%.40s: %lld MB", l->in.name, (long long)(l->in.bytes_taken / 1000000));
}

static int take_all(loader *l)
{
    for (;;) {
        csv_answer answer = csv_next(&l->reader);
        if (answer == CSV_END) break;
        if (answer == CSV_FATAL)
            return trouble_set(l->why, TOOL_DATA, "%s:%lld: field %zu: %s", l->in.name,
                               (long long)l->reader.problem.line, l->reader.problem.column,
                               l->reader.problem.text);
        TOOL_TRY(answer == CSV_BAD ? bad_record(l) : take_record(l));
        if (l->reader.line % 4096 == 0) show_progress(l, false);
    }
    show_progress(l, true);
    if (l->has_rows) TOOL_TRY(flush(l, l->file->kind, &l->rows));
    return l->stage_count ? flush(l, TABLE_STAGES, &l->stage_rows) : TOOL_GOOD;
}

static void note_columns(loader *l)
{
    text_buffer *names = &l->run->columns;
    if (names->length) text_put(names, "; ", 2);
    text_print(names, "%s has ", l->in.name);
    for (size_t i = 0; i < l->layout.column_count; i++)
        text_print(names, "%s%s", i ? ", " : "", l->layout.names[i]);
    for (size_t i = 0; i < l->layout.column_count; i++)
        text_print(&l->run->names, "%s,", l->layout.names[i]);
}

/* The currency in a header counts even where no row follows. */
static int check_header_currencies(loader *l)
{
    for (size_t i = 0; i < l->binding_count; i++)
        TOOL_TRY(check_currency(l, l->bindings[i].currency, l->layout.header_line));
    return TOOL_GOOD;
}

static int open_file(loader *l)
{
    load_file *file = l->file;
    TOOL_TRY(input_open(&l->in, file->path, file->encoding, l->why));
    TOOL_TRY(layout_find(&l->layout, &l->in, file->delimiter, l->why));
    facts_of_head(&l->facts, &l->layout, &l->in);
    if (!file->has_map) TOOL_TRY(profile_choose(file, &l->layout, &l->run->notes, l->why));
    const char *zone = file->zone ? file->zone : file->map.zone ? file->map.zone : l->run->zone;
    TOOL_TRY(clock_open(&l->clock, zone, l->why));
    TOOL_TRY(bind_all(l));
    note_columns(l);
    TOOL_TRY(check_header_currencies(l));
    return layout_start(&l->layout, &l->reader, &l->in, l->why);
}

/* What a map translates need not be in each file, but what is nearly the name that rows have most often should. */
static void warn_of_translations(const load_run *run, const load_file *file)
{
    for (size_t i = 0; i < file->map.translation_count && run->seen.count; i++) {
        const map_translation *t = &file->map.translations[i];
        if (t->is_met) continue;
        text_buffer nearest = nearest_of(slice_of(t->from), run->seen.names.data);
        if (nearest.length)
            fprintf(stderr, "leadkpi: %s: no row has \"%s\", which the map translates%s\n", file->path, t->from,
                    nearest.data);
        text_free(&nearest);
    }
}

static int load_file_rows(load_run *run, load_file *file, trouble *why)
{
    loader *l = tool_allocate(1, sizeof *l);
    *l = (loader){.run = run, .file = file, .why = why};
    int code = open_file(l);
    if (code == TOOL_GOOD) code = take_all(l);
    if (code == TOOL_GOOD) warn_of_translations(run, file);
    csv_finish(&l->reader);
    clock_close(&l->clock);
    facts_free(&l->facts);
    layout_free(&l->layout);
    batch_free(&l->rows);
    batch_free(&l->stage_rows);
    text_free(&l->unmapped);
    free(l->bindings);
    free(l->stages);
    input_close(&l->in);
    free(l);
    return code;
}

const char *const load_periods[] = {"hour",        "day",          "week",           "month",
                                    "quarter",     "year",         "fiscal_quarter", "fiscal_year",
                                    "retail_week", "retail_month", "retail_quarter", "retail_year",
                                    NULL};

static int unknown_dimension(const load_run *run, const char *name, trouble *why)
{
    text_buffer names = {0};
    text_print(&names, "%s", run->names.data ? run->names.data : "");
    for (size_t i = 0; load_periods[i]; i++) text_print(&names, "%s,", load_periods[i]);
    text_buffer nearest = nearest_of(slice_of(name), names.data), same = {0};
    text_print(&same, "; the nearest name is \"%s\"", name);
    bool is_elsewhere = strcmp(same.data, nearest.data) == 0;
    int code = trouble_set(why, TOOL_USAGE,
                           "--by: expected a column of the files or a period such as month, found \"%s\", "
                           "which is in none%s: %.700s",
                           name, is_elsewhere ? " that the report groups" : nearest.data, run->columns.data);
    text_free(&same);
    text_free(&nearest);
    text_free(&names);
    return code;
}

static int check_rows(const load_run *run, trouble *why)
{
    for (size_t i = 0; i < run->dimension_count; i++)
        if (!run->dimension_found[i]) return unknown_dimension(run, run->dimensions[i], why);
    if (run->rows_taken) return TOOL_GOOD;
    return trouble_set(why, TOOL_DATA,
                       "expected at least one row that can be read, found none: %.700s",
                       run->columns.data);
}

/* Writing to a file that is read, under whatever name, would leave nothing of it. */
static bool is_same_file(const struct stat *a, const char *path)
{
    struct stat b;
    int code = strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &b) : stat(path, &b);
    return code == 0 && S_ISREG(b.st_mode) && a->st_dev == b.st_dev && a->st_ino == b.st_ino;
}

/* Which file of rows or of their map it is; NULL: none. */
static const char *read_as(const load_file *file, const struct stat *there)
{
    if (is_same_file(there, file->path)) return strcmp(file->path, "-") == 0 ? "standard input" : file->path;
    for (size_t i = 0; i < file->map.path_count; i++)
        if (is_same_file(there, file->map.paths[i])) return file->map.paths[i];
    return NULL;
}

static int check_rejects(const load_file *files, size_t count, const char *rejects, trouble *why)
{
    struct stat there;
    const char *found = NULL;
    if (!rejects || stat(rejects, &there) != 0) return TOOL_GOOD;
    for (size_t i = 0; i < count && !found; i++) found = read_as(&files[i], &there);
    if (!found) return TOOL_GOOD;
    return trouble_set(why, TOOL_USAGE,
                       "--rejects %s: expected a file that is not read, as what is in it is lost; found %s", rejects,
                       found);
}

int load_run_files(load_run *run, load_file *files, size_t count, const char *rejects, trouble *why)
{
    int code = check_rejects(files, count, rejects, why);
    if (code == TOOL_GOOD) code = skips_open(run, rejects, why);
    for (size_t i = 0; i < count && code == TOOL_GOOD; i++) code = load_file_rows(run, &files[i], why);
    code = skips_close(run, code, why);
    if (code != TOOL_GOOD) return code;
    skips_print(run, stderr);
    return check_rows(run, why);
}
