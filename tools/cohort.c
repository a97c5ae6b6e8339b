/* cohort.c: leadkpi cohort: customers' rows from files into a report of the library. */
#include <stdlib.h>

#include <leadkpi/cohorts.h>
#include <leadkpi/lifetime.h>

#include "batch.h"
#include "cells.h"
#include "clock.h"
#include "commands.h"
#include "map.h"
#include "render.h"
#include "settings.h"
#include "triangle.h"
#include "unknown.h"

typedef enum cohort_file_kind {
    COHORT_ACQUISITIONS,
    COHORT_ACTIVITY,
    COHORT_REVENUE,
    COHORT_SUBSCRIPTIONS,
    COHORT_OUTCOMES,
    COHORT_SPEND,
    COHORT_FILE_KINDS
} cohort_file_kind;

static const struct {
    const char *option, *value; /* the column beside id and time; NULL: none */
    column_type type;
} kinds[COHORT_FILE_KINDS] = {
    {"--acquisitions", NULL, COLUMN_TEXT},   {"--activity", NULL, COLUMN_TEXT},
    {"--revenue", "amount", COLUMN_NUMBER},  {"--subscriptions", "mrr", COLUMN_NUMBER},
    {"--outcomes", "outcome", COLUMN_TEXT},  {"--spend", "amount", COLUMN_NUMBER},
};

typedef struct cohort_file {
    cohort_file_kind kind;
    const char *path;
    field_map map;
} cohort_file;

typedef struct cohort_run {
    const char *report, *as_of, *by, *zone, *model;
    bool json, csv;
    const char **settings;
    size_t setting_count;
    char **names; /* of dimensions, as long as the run: batches point at them */
    size_t name_count;
    cohort_file *files;
    size_t file_count;
    clock_zone clock;
    char sign[16]; /* of the currency, as it stood beside a number; "": none yet */
    leadkpi_cohorts *cohorts;
    leadkpi_options *forecast; /* of a forecast, beside those of the histories; else NULL */
    batch spend; /* all of it: it is handed over with the report */
    bool has_spend;
    int64_t rows_taken; /* of customers */
    trouble *why;
} cohort_run;

/* ---- one file ------------------------------------------------------------------------- */

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

static int load_file(cohort_run *run, cohort_file *file)
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

/* ---- the report ------------------------------------------------------------------------- */

typedef leadkpi_status (*report_call)(const leadkpi_cohorts *, const leadkpi_options *,
                                      leadkpi_table **, leadkpi_error *);

typedef leadkpi_status (*spend_call)(cohort_run *, const leadkpi_table *, const leadkpi_options *,
                                     leadkpi_table **, leadkpi_error *);

static leadkpi_status ask_value(cohort_run *r, const leadkpi_table *spend, const leadkpi_options *options,
                                leadkpi_table **out, leadkpi_error *error)
{
    return leadkpi_cohorts_value(r->cohorts, spend, options, out, error);
}

static leadkpi_status ask_lifetime(cohort_run *r, const leadkpi_table *spend, const leadkpi_options *options,
                                   leadkpi_table **out, leadkpi_error *error);

static leadkpi_status ask_forecast(cohort_run *r, const leadkpi_table *spend, const leadkpi_options *options,
                                   leadkpi_table **out, leadkpi_error *error);

static const struct {
    const char *word, *schema;
    report_call call;
    spend_call with_spend; /* in its place */
} reports[] = {
    {"retention", "cohorts_retention", leadkpi_cohorts_retention, NULL},
    {"churn", "cohorts_churn", leadkpi_cohorts_churn, NULL},
    {"survival", "cohorts_survival", leadkpi_cohorts_survival, NULL},
    {"summary", "cohorts_survival", leadkpi_cohorts_survival_summary, NULL},
    {"incidence", "cohorts_incidence", leadkpi_cohorts_incidence, NULL},
    {"conversion", "cohorts_conversion", leadkpi_cohorts_conversion, NULL},
    {"value", "cohorts_value", NULL, ask_value},
    {"lifetime", "cohorts_lifetime_value", NULL, ask_lifetime},
    {"forecast", "cohorts_histories", NULL, ask_forecast},
    {"histories", "cohorts_histories", leadkpi_cohorts_histories, NULL},
    {"contracts", "cohorts_contracts", leadkpi_cohorts_contracts, NULL},
    {"findings", "cohorts_findings", leadkpi_cohorts_findings, NULL},
};
enum { REPORTS = sizeof reports / sizeof *reports };

/* A date alone is its last microsecond, since "as of 31 March" includes that day. */
static int set_as_of(cohort_run *r, leadkpi_options *options)
{
    date_value value;
    leadkpi_error error;
    if (!r->as_of)
        return trouble_set(r->why, TOOL_USAGE,
                           "--as-of: expected the date up to which the files are complete, found none");
    if (date_read(slice_of(r->as_of), DATE_ORDER_UNTOLD, &value) != DATE_GOOD)
        return trouble_set(r->why, TOOL_USAGE, "--as-of: expected a date such as 2025-03-31, found \"%s\"",
                           r->as_of);
    int64_t instant = clock_instant(&r->clock, &value);
    if (strlen(r->as_of) <= 10) {
        int64_t next = date_day_number(value.year, value.month, value.day) + 1;
        date_of_day_number(next, &value.year, &value.month, &value.day);
        instant = clock_instant(&r->clock, &value) - 1;
    }
    return library_trouble(
        leadkpi_options_set_int64(options, "as_of", LEADKPI_NUL_TERMINATED, instant, &error), &error, r->why);
}

/* Days and months start on the clock that the files are on. A report without a calendar has no zone. */
static int set_report_zone(cohort_run *r, leadkpi_options *options)
{
    leadkpi_error error;
    if (!r->clock.calendar) return TOOL_GOOD;
    leadkpi_status status = leadkpi_options_set_text(options, "zone", LEADKPI_NUL_TERMINATED, r->clock.name,
                                                     LEADKPI_NUL_TERMINATED, &error);
    if (status == LEADKPI_UNKNOWN_NAME) return TOOL_GOOD;
    if (status == LEADKPI_OK && r->clock.rules)
        status = leadkpi_options_set_text(options, "zone_data", LEADKPI_NUL_TERMINATED, r->clock.rules,
                                          r->clock.rules_length, &error);
    return library_trouble(status, &error, r->why);
}

/* Of a forecast a setting is one of the histories or one of what is made of them. */
static leadkpi_status set_either(const cohort_run *r, leadkpi_options *options, const char *settings, leadkpi_error *error)
{
    leadkpi_status status = LEADKPI_OK;
    while (*settings && status == LEADKPI_OK) {
        size_t length = strcspn(settings, ";");
        status = leadkpi_options_parse(options, settings, length, error);
        if (status == LEADKPI_UNKNOWN_NAME) status = leadkpi_options_parse(r->forecast, settings, length, error);
        settings += length + (settings[length] == ';');
    }
    return status;
}

static int set_settings(cohort_run *r, leadkpi_options *options)
{
    leadkpi_error error;
    leadkpi_status status = LEADKPI_OK;
    for (size_t i = 0; i < r->setting_count && status == LEADKPI_OK; i++)
        status = r->forecast ? set_either(r, options, r->settings[i], &error)
                             : leadkpi_options_parse(options, r->settings[i], LEADKPI_NUL_TERMINATED, &error);
    return library_trouble(status, &error, r->why);
}

static int set_options(cohort_run *r, leadkpi_options *options)
{
    told_options told = {.count = 0};
    TOOL_TRY(set_as_of(r, options));
    TOOL_TRY(set_report_zone(r, options));
    TOOL_TRY(set_text(options, "by", r->by, r->why));
    if (r->as_of) told_add(&told, "as_of");
    if (r->clock.calendar) told_add(&told, "zone");
    if (r->by) told_add(&told, "by");
    int code = told_keep(&told, options, r->why);
    if (code == TOOL_GOOD) code = set_settings(r, options);
    if (code == TOOL_GOOD) code = told_check(&told, options, "--set", r->why);
    told_free(&told);
    return code;
}

/* What the report was told is told to that of the fit too, but for what is not theirs and the segments. */
static leadkpi_status copy_options(const leadkpi_options *from, leadkpi_options *into, leadkpi_error *error)
{
    leadkpi_table *list;
    leadkpi_status status = leadkpi_options_list(from, &list, error);
    if (status != LEADKPI_OK) return status;
    int32_t place = -1;
    status = leadkpi_table_find_column(list, "value", LEADKPI_NUL_TERMINATED, &place, error);
    for (size_t row = 0; row < leadkpi_table_row_count(list) && status == LEADKPI_OK; row++) {
        slice name = cell_text(list, 0, row), value = cell_text(list, place, row);
        if (value.length == 0 || slice_is(name, "by")) continue;
        status = leadkpi_options_set_text(into, name.data, name.length, value.data, value.length, error);
        if (status == LEADKPI_UNKNOWN_NAME) status = LEADKPI_OK;
    }
    leadkpi_table_free(list);
    return status;
}

/* What the model is fitted to. */
static leadkpi_status read_data(cohort_run *r, bool of_contracts, const leadkpi_options *given, leadkpi_table **out,
                                leadkpi_error *error)
{
    leadkpi_options *options;
    report_call call = of_contracts ? leadkpi_cohorts_contracts : leadkpi_cohorts_histories;
    leadkpi_status status = leadkpi_options_create(NULL, of_contracts ? "cohorts_contracts" : "cohorts_histories",
                                                   LEADKPI_NUL_TERMINATED, &options, error);
    if (status != LEADKPI_OK) return status;
    status = copy_options(given, options, error);
    if (status == LEADKPI_OK && r->clock.rules) /* bytes are in no list */
        status = leadkpi_options_set_text(options, "zone_data", LEADKPI_NUL_TERMINATED, r->clock.rules,
                                          r->clock.rules_length, error);
    if (status == LEADKPI_OK) status = call(r->cohorts, options, out, error);
    leadkpi_options_free(options);
    return status;
}

/* What a fit has to say beside its numbers goes to the user. */
static leadkpi_status fit(const char *name, const leadkpi_table *histories, leadkpi_lifetime **out,
                          leadkpi_error *error)
{
    leadkpi_options *options;
    leadkpi_status status = leadkpi_options_create(NULL, "lifetime", LEADKPI_NUL_TERMINATED, &options, error);
    if (status != LEADKPI_OK) return status;
    status = leadkpi_options_set_text(options, "model", LEADKPI_NUL_TERMINATED, name, LEADKPI_NUL_TERMINATED, error);
    if (status == LEADKPI_OK) status = leadkpi_lifetime_fit(NULL, options, histories, out, error);
    if (status == LEADKPI_OK && error->message[0]) tool_warn("%s: %s", name, error->message);
    leadkpi_options_free(options);
    return status;
}

static leadkpi_status ask_lifetime(cohort_run *r, const leadkpi_table *spend, const leadkpi_options *options,
                                   leadkpi_table **out, leadkpi_error *error)
{
    leadkpi_table *data = NULL;
    leadkpi_lifetime *model = NULL, *spend_model = NULL;
    bool of_contracts = strcmp(r->model, "sbg") == 0 || strcmp(r->model, "bdw") == 0;
    leadkpi_status status = read_data(r, of_contracts, options, &data, error);
    if (status == LEADKPI_OK) status = fit(r->model, data, &model, error);
    if (status == LEADKPI_OK && !of_contracts) status = fit("gamma_gamma", data, &spend_model, error);
    if (status == LEADKPI_OK)
        status = leadkpi_cohorts_lifetime_value(r->cohorts, model, spend_model, spend, options, out, error);
    leadkpi_lifetime_free(spend_model);
    leadkpi_lifetime_free(model);
    leadkpi_table_free(data);
    return status;
}

/* What is known of each customer stands behind what is expected of it. */
static leadkpi_status add_histories(leadkpi_table *table, const leadkpi_table *histories, leadkpi_error *error)
{
    leadkpi_status status = LEADKPI_OK;
    for (int32_t i = 1; i < leadkpi_table_column_count(histories) && status == LEADKPI_OK; i++)
        status = leadkpi_table_share_column(table, leadkpi_table_column_name(histories, i), LEADKPI_NUL_TERMINATED,
                                            histories, i, error);
    return status;
}

static leadkpi_status ask_forecast(cohort_run *r, const leadkpi_table *spend, const leadkpi_options *options,
                                   leadkpi_table **out, leadkpi_error *error)
{
    leadkpi_table *histories = NULL;
    leadkpi_lifetime *model = NULL, *spend_model = NULL;
    (void)spend;
    leadkpi_status status = leadkpi_cohorts_histories(r->cohorts, options, &histories, error);
    if (status == LEADKPI_OK) status = fit(r->model, histories, &model, error);
    if (status == LEADKPI_OK) status = fit("gamma_gamma", histories, &spend_model, error);
    if (status == LEADKPI_OK)
        status = leadkpi_lifetime_forecast(model, spend_model, histories, r->forecast, out, error);
    if (status == LEADKPI_OK) {
        status = add_histories(*out, histories, error);
        if (status != LEADKPI_OK) leadkpi_table_free(*out), *out = NULL;
    }
    leadkpi_lifetime_free(spend_model);
    leadkpi_lifetime_free(model);
    leadkpi_table_free(histories);
    return status;
}

static leadkpi_status ask_with_spend(cohort_run *r, int which, const leadkpi_options *options,
                                     leadkpi_table **out, leadkpi_error *error)
{
    leadkpi_table *spend = NULL;
    leadkpi_status status = LEADKPI_OK;
    *out = NULL;
    if (r->has_spend) status = batch_table(&r->spend, 0, r->spend.row_count, &spend, error);
    if (status == LEADKPI_OK) status = reports[which].with_spend(r, spend, options, out, error);
    leadkpi_table_free(spend);
    return status;
}

/* ---- what is left out ------------------------------------------------------------------- */

static leadkpi_status find_odd_rows(const cohort_run *r, const leadkpi_options *given, leadkpi_table **out,
                                    leadkpi_error *error)
{
    leadkpi_options *options;
    leadkpi_status status =
        leadkpi_options_create(NULL, "cohorts_findings", LEADKPI_NUL_TERMINATED, &options, error);
    if (status != LEADKPI_OK) return status;
    status = copy_options(given, options, error);
    if (status == LEADKPI_OK) status = leadkpi_cohorts_findings(r->cohorts, options, out, error);
    leadkpi_options_free(options);
    return status;
}

/* Customers that are in no cohort: of a file of revenue alone, each of them. With acquired=first_event there are none. */
static int warn_of_strangers(const cohort_run *r, const leadkpi_options *given)
{
    leadkpi_table *found = NULL;
    leadkpi_error error;
    int32_t finding = 0, meaning = 0, count = 0;
    char *acquired;
    TOOL_TRY(option_value(given, "acquired", &acquired, r->why));
    bool has_none = acquired && strcmp(acquired, "first_event") == 0;
    free(acquired);
    if (has_none) return TOOL_GOOD;
    TOOL_TRY(library_trouble(find_odd_rows(r, given, &found, &error), &error, r->why));
    leadkpi_table_find_column(found, "finding", LEADKPI_NUL_TERMINATED, &finding, NULL);
    leadkpi_table_find_column(found, "meaning", LEADKPI_NUL_TERMINATED, &meaning, NULL);
    leadkpi_table_find_column(found, "count", LEADKPI_NUL_TERMINATED, &count, NULL);
    for (size_t row = 0; row < leadkpi_table_row_count(found); row++) {
        int64_t customers = 0;
        if (!slice_is(cell_text(found, finding, row), "customers_without_acquisition")) continue;
        slice words = cell_text(found, meaning, row);
        leadkpi_table_get_int64(found, count, row, &customers, NULL);
        tool_warn("%lld %.*s (leadkpi cohort findings)", (long long)customers, (int)words.length, words.data);
    }
    leadkpi_table_free(found);
    return TOOL_GOOD;
}

static int ask(cohort_run *r, int which, leadkpi_table **out)
{
    leadkpi_options *options;
    leadkpi_error error;
    leadkpi_status status = leadkpi_options_create(NULL, reports[which].schema,
                                                   LEADKPI_NUL_TERMINATED, &options, &error);
    TOOL_TRY(library_trouble(status, &error, r->why));
    if (reports[which].with_spend == ask_forecast) {
        status = leadkpi_options_create(NULL, "lifetime_forecast", LEADKPI_NUL_TERMINATED, &r->forecast, &error);
        if (status != LEADKPI_OK) return leadkpi_options_free(options), library_trouble(status, &error, r->why);
    }
    int code = set_options(r, options);
    if (code == TOOL_GOOD) {
        status = reports[which].call ? reports[which].call(r->cohorts, options, out, &error)
                                     : ask_with_spend(r, which, options, out, &error);
        code = library_trouble(status, &error, r->why);
        if (code == TOOL_GOOD && error.message[0]) tool_warn("%s", error.message);
        bool tells_all = reports[which].call == leadkpi_cohorts_findings;
        if (code == TOOL_GOOD && !tells_all) code = warn_of_strangers(r, options);
    }
    leadkpi_options_free(options);
    return code;
}

static bool has_file(const cohort_run *r, cohort_file_kind kind)
{
    for (size_t i = 0; i < r->file_count; i++)
        if (r->files[i].kind == kind) return true;
    return false;
}

static int run_cohort(cohort_run *r)
{
    leadkpi_table *table = NULL;
    leadkpi_error error;
    int which = 0;
    while (which < REPORTS && strcmp(reports[which].word, r->report) != 0) which++;
    if (which == REPORTS)
        return trouble_unknown(r->why, "cohort", "retention, churn, survival, summary, incidence, conversion, "
                                                 "value, lifetime, forecast, histories, contracts, findings",
                               slice_of(r->report), "");
    if (r->by && !has_file(r, COHORT_ACQUISITIONS))
        return trouble_set(r->why, TOOL_USAGE, "--by %s: expected --acquisitions FILE, whose columns these are, found none",
                           r->by);
    TOOL_TRY(clock_open(&r->clock, r->zone, r->why));
    TOOL_TRY(library_trouble(leadkpi_cohorts_create(NULL, NULL, &r->cohorts, &error), &error, r->why));
    for (size_t i = 0; i < r->file_count; i++) {
        if (r->files[i].kind == COHORT_SPEND && r->has_spend)
            return trouble_set(r->why, TOOL_USAGE, "--spend: expected one file, found %s beside another",
                               r->files[i].path);
        TOOL_TRY(load_file(r, &r->files[i]));
    }
    if (r->rows_taken == 0)
        return trouble_set(r->why, TOOL_DATA, "cohort: expected at least one row of a customer, found none");
    TOOL_TRY(ask(r, which, &table));
    if (r->json) render_json_rows(stdout, table, ""), putchar('\n');
    else if (r->csv || which != 0) render_csv(stdout, table);
    else triangle_print(stdout, table);
    leadkpi_table_free(table);
    return TOOL_GOOD;
}

/* ---- the command line ---------------------------------------------------------------------- */

static const char help[] =
    "usage: leadkpi cohort [REPORT] FILES --as-of DATE [option ...]\n"
    "\n"
    "REPORT is retention (without a word), churn, survival, summary, incidence, conversion, value,\n"
    "lifetime, forecast (a row a customer), histories, contracts or findings. Files, CSV with a header\n"
    "  --acquisitions FILE    id, time, dimensions\n"
    "  --activity FILE        id, time\n"
    "  --revenue FILE         id, time, amount (below zero for refunds), currency if there is one\n"
    "  --subscriptions FILE   id, time, mrr, currency if there is one\n"
    "  --outcomes FILE        id, time, outcome\n"
    "  --spend FILE           amount, dimensions, time if there is one; for value and lifetime\n"
    "  --map 'id=Customer,time=Date @day-first'    columns of the file before it\n"
    "What to report\n"
    "  --as-of DATE           the files are complete up to the end of that day\n"
    "  --by channel,country   segments\n"
    "  --zone +01:00          of times without an offset, and of days and months\n"
    "  --model pareto_nbd     of lifetime and forecast: or bg_nbd, mbg_nbd; sbg, bdw of subscriptions\n"
    "  --set NAME=VALUE       any other option of the report, such as clock=calendar\n"
    "  --json | --csv         retention is a triangle of percentages without them\n"
    "\n"
    "A row that cannot be read ends the run. man leadkpi has the rest.\n";

static int take_option(cohort_run *r, const char *option, const char *value)
{
    for (int kind = 0; kind < COHORT_FILE_KINDS; kind++) {
        if (strcmp(option, kinds[kind].option) != 0) continue;
        r->files = tool_resize(r->files, r->file_count + 1, sizeof *r->files);
        r->files[r->file_count++] = (cohort_file){.kind = (cohort_file_kind)kind, .path = value};
        return TOOL_GOOD;
    }
    if (strcmp(option, "--map") == 0) {
        if (r->file_count == 0)
            return trouble_set(r->why, TOOL_USAGE, "--map: expected behind a file, found before any");
        return map_parse(&r->files[r->file_count - 1].map, slice_of(value), "--map", r->why);
    }
    if (strcmp(option, "--as-of") == 0) return r->as_of = value, TOOL_GOOD;
    if (strcmp(option, "--by") == 0) return r->by = value, TOOL_GOOD;
    if (strcmp(option, "--zone") == 0) return r->zone = value, TOOL_GOOD;
    if (strcmp(option, "--model") == 0) return r->model = value, TOOL_GOOD;
    if (strcmp(option, "--set") == 0) {
        r->settings = tool_resize(r->settings, r->setting_count + 1, sizeof *r->settings);
        r->settings[r->setting_count++] = value;
        return TOOL_GOOD;
    }
    return trouble_no_option(r->why, "cohort", help, option);
}

static int read_arguments(cohort_run *r, int count, char **arguments)
{
    int i = 0;
    if (count > 0 && arguments[0][0] != '-') r->report = arguments[i++];
    for (; i < count; i++) {
        if (strcmp(arguments[i], "--json") == 0) r->json = true;
        else if (strcmp(arguments[i], "--csv") == 0) r->csv = true;
        else if (i + 1 == count)
            return trouble_set(r->why, TOOL_USAGE, "%s: expected a value behind it", arguments[i]);
        else {
            TOOL_TRY(take_option(r, arguments[i], arguments[i + 1]));
            i++;
        }
    }
    if (r->json && r->csv) return trouble_set(r->why, TOOL_USAGE, "cohort: expected one form, found --json and --csv");
    if (r->file_count) return TOOL_GOOD;
    return trouble_set(r->why, TOOL_USAGE, "cohort: expected a file, found none (leadkpi cohort --help)");
}

int command_cohort(int count, char **arguments, trouble *why)
{
    if (tool_wants_help(count, arguments)) return fputs(help, stdout), TOOL_GOOD;
    cohort_run *r = tool_allocate(1, sizeof *r);
    r->why = why;
    r->report = "retention";
    r->zone = "UTC";
    r->model = "pareto_nbd";
    int code = read_arguments(r, count, arguments);
    if (code == TOOL_GOOD) code = run_cohort(r);
    for (size_t i = 0; i < r->file_count; i++) map_free(&r->files[i].map);
    if (r->has_spend) batch_free(&r->spend);
    leadkpi_options_free(r->forecast);
    leadkpi_cohorts_free(r->cohorts);
    clock_close(&r->clock);
    for (size_t i = 0; i < r->name_count; i++) free(r->names[i]);
    free(r->names);
    free(r->files);
    free(r->settings);
    free(r);
    return code;
}
