#include "cohort.h"

#include <stdlib.h>

#include "settings.h"

static const struct {
    const char *option, *value; /* the column beside id and time; NULL: none */
    column_type type;
} kinds[COHORT_FILE_KINDS] = {
    {"--acquisitions", NULL, COLUMN_TEXT},   {"--activity", NULL, COLUMN_TEXT},
    {"--revenue", "amount", COLUMN_NUMBER},  {"--subscriptions", "mrr", COLUMN_NUMBER},
    {"--outcomes", "outcome", COLUMN_TEXT},  {"--spend", "amount", COLUMN_NUMBER},
};

const char *cohort_option(cohort_file_kind kind)
{
    return kinds[kind].option;
}

typedef struct cohort_column {
    const char *target;
    int place; /* in the file */
    column_type type;
    date_order dates;
    number_style numbers;
    bool micros; /* in millionths */
} cohort_column;

typedef struct cohort_loader {
    cohort_run *run;
    cohort_file *file;
    input in;
    file_layout layout;
    csv_reader reader;
    batch rows;
    cohort_column columns[20];
    size_t column_count;
} cohort_loader;

static int bind_column(cohort_loader *l, const char *target, column_type type, bool required)
{
    const map_entry *entry = map_find(&l->file->map, target);
    int place = entry ? map_entry_column(entry, &l->layout, NULL)
                      : layout_column(&l->layout, slice_of(target), NULL);
    if (place < 0 && !required) return TOOL_GOOD;
    if (place < 0 && entry)
        return trouble_set(l->run->why, TOOL_USAGE,
                           "%s: %s: expected a column \"%s\", found none (leadkpi look %s shows the columns)",
                           l->in.name, target, entry->columns[0], l->file->path);
    if (place < 0)
        return trouble_set(l->run->why, TOOL_USAGE,
                           "%s: expected a column for \"%s\", found none: say --map %s=COLUMN behind the "
                           "file (leadkpi look %s shows the columns)",
                           l->in.name, target, target, l->file->path);
    if (l->column_count == sizeof l->columns / sizeof *l->columns)
        return trouble_set(l->run->why, TOOL_USAGE, "--by: expected at most 16 dimensions");
    cohort_column *c = &l->columns[l->column_count++];
    *c = (cohort_column){target, place, type, DATE_ORDER_UNTOLD, NUMBER_UNTOLD, false};
    if (entry) c->dates = entry->dates, c->numbers = entry->numbers, c->micros = entry->micros;
    batch_add_column(&l->rows, target, type);
    return TOOL_GOOD;
}

/* What a map says is done or refused: here a field is a column of the file, and no more. */
static int check_map(const cohort_loader *l)
{
    const field_map *map = &l->file->map;
    if (map->translation_count)
        return trouble_set(l->run->why, TOOL_USAGE, "--map: expected columns, found a text to replace");
    for (size_t i = 0; i < map->entry_count; i++)
        if (map->entries[i].is_literal || map->entries[i].if_column)
            return trouble_set(l->run->why, TOOL_USAGE,
                               "--map: expected a column for \"%s\", found a fixed text or a condition",
                               map->entries[i].target);
    return TOOL_GOOD;
}

/* No entry is left over: a field by a wrong name would not be seen to be missing. */
static int check_all_bound(const cohort_loader *l)
{
    const field_map *map = &l->file->map;
    for (size_t i = 0; i < map->entry_count; i++) {
        size_t column = 0;
        while (column < l->column_count && strcmp(l->columns[column].target, map->entries[i].target) != 0)
            column++;
        if (column == l->column_count && !map->entries[i].optional)
            return trouble_set(l->run->why, TOOL_USAGE,
                               "--map: expected a field that %s %s has, or a dimension of --by, in a column "
                               "of the file, found \"%s\"",
                               kinds[l->file->kind].option, l->in.name, map->entries[i].target);
    }
    return TOOL_GOOD;
}

/* The words of --by, each kept for as long as the run. */
static int bind_dimensions(cohort_loader *l)
{
    for (const char *word = l->run->by; word && *word;) {
        size_t length = strcspn(word, ",");
        char *name = tool_copy(slice_trim((slice){word, length}));
        l->run->names = tool_resize(l->run->names, l->run->name_count + 1, sizeof *l->run->names);
        l->run->names[l->run->name_count++] = name;
        /* A slip of the pen would put all customers into one segment without a word. */
        const map_entry *entry = map_find(&l->file->map, name);
        bool required = l->file->kind == COHORT_ACQUISITIONS && !(entry && entry->optional);
        int code = bind_column(l, name, COLUMN_TEXT, required);
        if (code != TOOL_GOOD) return code;
        word += length + (word[length] == ',');
    }
    return TOOL_GOOD;
}

static int bind_fields(cohort_loader *l)
{
    cohort_file_kind kind = l->file->kind;
    if (kind != COHORT_SPEND) TOOL_TRY(bind_column(l, "id", COLUMN_TEXT, true));
    TOOL_TRY(bind_column(l, "time", COLUMN_TIME, kind != COHORT_SPEND));
    if (kinds[kind].value) TOOL_TRY(bind_column(l, kinds[kind].value, kinds[kind].type, true));
    if (kind == COHORT_REVENUE || kind == COHORT_SUBSCRIPTIONS)
        return bind_column(l, "currency", COLUMN_TEXT, false);
    if (kind == COHORT_ACQUISITIONS || kind == COHORT_SPEND) return bind_dimensions(l);
    return TOOL_GOOD;
}

static int bind_columns(cohort_loader *l)
{
    batch_start(&l->rows);
    TOOL_TRY(check_map(l));
    TOOL_TRY(bind_fields(l));
    return check_all_bound(l);
}

static int bad_cell(const cohort_loader *l, const cohort_column *c, const char *expected, slice found)
{
    return trouble_set(l->run->why, TOOL_DATA, "%s:%lld: column \"%s\": expected %s, found \"%.*s\"",
                       l->in.name, (long long)l->reader.line, l->layout.names[c->place], expected,
                       SLICE_ARGS(found));
}

static bool read_number(const cohort_column *c, slice text, number_value *out)
{
    return number_read(text, c->numbers, out) && number_divide(out, c->micros ? 6 : 0);
}

/* One currency a run, also where it is told by signs beside the numbers. */
static int check_sign(cohort_loader *l, const cohort_column *c, slice sign)
{
    cohort_run *r = l->run;
    slice known = slice_of(r->sign);
    if (sign.length == 0) return TOOL_GOOD;
    if (known.length && !currency_agrees(known, sign))
        return trouble_set(r->why, TOOL_DATA, "%s:%lld: column \"%s\": expected one currency (%s), found %.*s",
                           l->in.name, (long long)l->reader.line, l->layout.names[c->place], r->sign,
                           SLICE_ARGS(sign));
    if (known.length == 0 && sign.length < sizeof r->sign) memcpy(r->sign, sign.data, sign.length);
    return TOOL_GOOD;
}

static int put_number(cohort_loader *l, size_t column, slice text)
{
    const cohort_column *c = &l->columns[column];
    number_value number;
    if (!read_number(c, text, &number))
        return bad_cell(l, c, "a number (1.234,50 with --map 'amount=COLUMN @comma')", text);
    if (!batch_put_number(&l->rows, column, &number))
        return bad_cell(l, c, "numbers of 18 digits together", text);
    return check_sign(l, c, number.currency);
}

static int put_cell(cohort_loader *l, size_t column)
{
    const cohort_column *c = &l->columns[column];
    const csv_field *field = &l->reader.fields[c->place];
    slice text = slice_trim((slice){field->data, field->length});
    date_value date;
    if (text.length == 0) return batch_put_null(&l->rows, column), TOOL_GOOD;
    switch (c->type) {
    case COLUMN_TIME:
        if (date_read(text, c->dates, &date) != DATE_GOOD)
            return bad_cell(l, c, "a date or time that reads one way (--map 'time=COLUMN @day-first')",
                            text);
        batch_put_int64(&l->rows, column, clock_instant(&l->run->clock, &date));
        return TOOL_GOOD;
    case COLUMN_NUMBER:
        return put_number(l, column, text);
    default:
        batch_put_text(&l->rows, column, text);
        return TOOL_GOOD;
    }
}

static leadkpi_status hand_over(const cohort_loader *l, const leadkpi_table *table,
                                leadkpi_error *error)
{
    leadkpi_cohorts *c = l->run->cohorts;
    switch (l->file->kind) {
    case COHORT_ACQUISITIONS:
        return leadkpi_cohorts_add_acquisitions(c, table, NULL, 0, error);
    case COHORT_ACTIVITY:
        return leadkpi_cohorts_add_activity(c, table, NULL, 0, error);
    case COHORT_REVENUE:
        return leadkpi_cohorts_add_revenue(c, table, NULL, 0, error);
    case COHORT_SUBSCRIPTIONS:
        return leadkpi_cohorts_add_subscriptions(c, table, NULL, 0, error);
    default:
        return leadkpi_cohorts_add_outcomes(c, table, NULL, 0, error);
    }
}

static int flush_rows(cohort_loader *l)
{
    leadkpi_table *table;
    leadkpi_error error;
    if (l->rows.row_count == 0) return TOOL_GOOD;
    if (l->file->kind == COHORT_SPEND)
        return trouble_set(l->run->why, TOOL_DATA, "%s: expected fewer than %d rows of spend",
                           l->in.name, BATCH_ROWS);
    leadkpi_status status = batch_table(&l->rows, 0, l->rows.row_count, &table, &error);
    if (status == LEADKPI_OK) {
        status = hand_over(l, table, &error);
        leadkpi_table_free(table);
    }
    if (status != LEADKPI_OK) {
        size_t row = error.row >= 0 && (size_t)error.row < l->rows.row_count ? (size_t)error.row : 0;
        return trouble_set(l->run->why, TOOL_DATA, "%s:%lld: %s", l->in.name,
                           (long long)l->rows.lines[row], message_without_row(&error));
    }
    batch_clear(&l->rows);
    return TOOL_GOOD;
}

static int read_rows(cohort_loader *l)
{
    csv_answer answer;
    TOOL_TRY(layout_start(&l->layout, &l->reader, &l->in, l->run->why));
    while ((answer = csv_next(&l->reader)) != CSV_END) {
        if (answer != CSV_RECORD)
            return trouble_set(l->run->why, TOOL_DATA, "%s:%lld: %s", l->in.name,
                               (long long)l->reader.problem.line, l->reader.problem.text);
        if (layout_is_total(&l->reader)) continue;
        if (!layout_fits(&l->layout, &l->reader))
            return trouble_set(l->run->why, TOOL_DATA, "%s:%lld: expected %zu fields, found %zu",
                               l->in.name, (long long)l->reader.line, l->layout.column_count,
                               l->reader.found);
        for (size_t i = 0; i < l->column_count; i++) TOOL_TRY(put_cell(l, i));
        if (l->file->kind != COHORT_SPEND) l->run->rows_taken++;
        if (batch_end_row(&l->rows, l->reader.line)) TOOL_TRY(flush_rows(l));
    }
    if (l->file->kind != COHORT_SPEND) return flush_rows(l);
    l->run->spend = l->rows;
    l->run->has_spend = true;
    memset(&l->rows, 0, sizeof l->rows);
    return TOOL_GOOD;
}

int cohort_load_file(cohort_run *run, cohort_file *file)
{
    cohort_loader *l = tool_allocate(1, sizeof *l);
    l->run = run;
    l->file = file;
    int code = input_open(&l->in, file->path, INPUT_DETECT, run->why);
    if (code == TOOL_GOOD) code = layout_find(&l->layout, &l->in, 0, run->why);
    if (code == TOOL_GOOD) code = bind_columns(l);
    if (code == TOOL_GOOD) {
        code = read_rows(l);
        csv_finish(&l->reader);
    }
    batch_free(&l->rows);
    layout_free(&l->layout);
    input_close(&l->in);
    free(l);
    return code;
}
