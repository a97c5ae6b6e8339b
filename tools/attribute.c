/* attribute.c: `leadkpi attribute`: credit to channels from CSV files of paths, or of touches and
 * conversions, in blocks of rows: what is held is what the library keeps. */
#include <leadkpi/attribution.h>
#include <leadkpi/options.h>
#include <stdlib.h>

#include "batch.h"
#include "cells.h"
#include "commands.h"
#include "date_text.h"
#include "layout.h"
#include "render.h"
#include "settings.h"
#include "unknown.h"

typedef leadkpi_status (*add_call)(leadkpi_attribution *, const leadkpi_table *, const char *, size_t,
                                   leadkpi_error *);
typedef leadkpi_status (*report_call)(const leadkpi_attribution *, const leadkpi_options *,
                                      leadkpi_table **, leadkpi_error *);

static const struct {
    const char *flag;
    add_call add;
} doors[] = {
    {"--paths", leadkpi_attribution_add_paths},
    {"--touches", leadkpi_attribution_add_touches},
    {"--conversions", leadkpi_attribution_add_conversions},
    {"--milestones", leadkpi_attribution_add_milestones},
    {"--nulls", leadkpi_attribution_add_nulls},
    {"--costs", leadkpi_attribution_add_costs},
};
#define DOOR_COUNT (sizeof doors / sizeof doors[0])

static const struct {
    const char *name;
    report_call call;
} reports[] = {
    {"credits", leadkpi_attribution_credits}, {"compare", leadkpi_attribution_compare},
    {"touches", leadkpi_attribution_touches}, {"paths", leadkpi_attribution_paths},
    {"summary", leadkpi_attribution_summary},
    {"removal-effects", leadkpi_attribution_removal_effects},
    {"states", leadkpi_attribution_states},
    {"shapley", leadkpi_attribution_shapley}, {"measures", leadkpi_attribution_measures},
    {"transitions", leadkpi_attribution_transitions}, {"orders", leadkpi_attribution_orders},
};
#define REPORT_COUNT (sizeof reports / sizeof reports[0])

static int refused(trouble *why, const leadkpi_error *error, const char *where)
{
    bool usage = error->code >= 1 && error->code < 20 && !*where;
    return trouble_set(why, usage ? TOOL_USAGE : TOOL_DATA, "%s%s%s", where, *where ? ": " : "",
                       error->message);
}

/* ---- files ------------------------------------------------------------------------- */

typedef struct file_rows {
    leadkpi_attribution *attribution;
    add_call add;
    input in;
    file_layout layout;
    csv_reader reader;
    batch rows; /* a column each of the file's */
    trouble *why;
} file_rows;

/* Numbers, integers and times have these names; all else is text, ids too. */
static column_type type_of(const char *name)
{
    static const char *const numbers[] = {"value", "weight", "cost", "conversions", "nulls",
                                          "claimed_conversions", "claimed_value"};
    if (strcmp(name, "time") == 0) return COLUMN_TIME;
    if (strcmp(name, "sequence") == 0) return COLUMN_INTEGER;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(name, numbers[i]) == 0) return COLUMN_NUMBER;
    return COLUMN_TEXT;
}

/* The library names the row of its table; the user wants the line of the file. */
static int flush(file_rows *f)
{
    leadkpi_error error;
    leadkpi_table *table = NULL;
    batch *rows = &f->rows;
    leadkpi_status status = batch_table(rows, 0, rows->row_count, &table, &error);
    if (status == LEADKPI_OK) status = f->add(f->attribution, table, NULL, 0, &error);
    leadkpi_table_free(table);
    if (status == LEADKPI_OK) return batch_clear(rows), TOOL_GOOD;
    if (error.row < 0 || (size_t)error.row >= rows->row_count) return refused(f->why, &error, f->in.name);
    return trouble_set(f->why, TOOL_DATA, "%s:%lld: %s", f->in.name, (long long)rows->lines[error.row],
                       message_without_row(&error));
}

static int bad_cell(const file_rows *f, size_t column, const char *expected, slice found)
{
    return trouble_set(f->why, TOOL_DATA, "%s:%lld: column \"%s\": expected %s, found \"%.*s\"", f->in.name,
                       (long long)f->reader.line, f->layout.names[column], expected, SLICE_ARGS(found));
}

/* `*fits` is false where the numbers of a block have not enough digits for it and those before. */
static int put_number(file_rows *f, size_t column, slice text, bool *fits)
{
    number_value number;
    if (!number_read(text, NUMBER_DOT, &number) || !number_divide(&number, 0))
        return bad_cell(f, column, "a number such as 1,234.50", text);
    if (type_of(f->layout.names[column]) == COLUMN_NUMBER) {
        *fits = batch_put_number(&f->rows, column, &number);
        return TOOL_GOOD;
    }
    for (; number.scale > 0 && number.unscaled % 10 == 0; number.scale--) number.unscaled /= 10;
    if (number.scale > 0 && number.unscaled) return bad_cell(f, column, "a whole number", text);
    batch_put_int64(&f->rows, column, number.unscaled);
    return TOOL_GOOD;
}

static int put_cell(file_rows *f, size_t column, bool *fits)
{
    const csv_field *field = &f->reader.fields[column];
    slice text = slice_trim((slice){field->data, field->length});
    date_value date;
    if (text.length == 0) return batch_put_null(&f->rows, column), TOOL_GOOD;
    switch (type_of(f->layout.names[column])) {
    case COLUMN_TEXT: return batch_put_text(&f->rows, column, text), TOOL_GOOD;
    case COLUMN_TIME:
        if (date_read(text, DATE_ORDER_UNTOLD, &date) != DATE_GOOD)
            return bad_cell(f, column, "a date or time that reads one way", text);
        batch_put_int64(&f->rows, column,
                        date_clock_microseconds(&date) - (int64_t)date.offset_seconds * 1000000);
        return TOOL_GOOD;
    default: return put_number(f, column, text, fits);
    }
}

static int put_cells(file_rows *f, bool *fits)
{
    *fits = true;
    for (size_t column = 0; column < f->layout.column_count && *fits; column++)
        TOOL_TRY(put_cell(f, column, fits));
    return TOOL_GOOD;
}

/* A number that does not fit those of its block begins one. */
static int take_record(file_rows *f)
{
    bool fits;
    if (!layout_fits(&f->layout, &f->reader))
        return trouble_set(f->why, TOOL_DATA, "%s:%lld: expected %zu fields, found %zu", f->in.name,
                           (long long)f->reader.line, f->layout.column_count, f->reader.found);
    TOOL_TRY(put_cells(f, &fits));
    if (!fits) {
        TOOL_TRY(flush(f));
        TOOL_TRY(put_cells(f, &fits));
    }
    return batch_end_row(&f->rows, f->reader.line) ? flush(f) : TOOL_GOOD;
}

static int take_records(file_rows *f)
{
    csv_answer answer;
    while ((answer = csv_next(&f->reader)) != CSV_END) {
        if (answer != CSV_RECORD)
            return trouble_set(f->why, TOOL_DATA, "%s:%lld: %s", f->in.name,
                               (long long)f->reader.problem.line, f->reader.problem.text);
        TOOL_TRY(take_record(f));
    }
    return flush(f);
}

static int read_file(file_rows *f, const char *path)
{
    TOOL_TRY(input_open(&f->in, path, INPUT_DETECT, f->why));
    TOOL_TRY(layout_find(&f->layout, &f->in, 0, f->why));
    batch_start(&f->rows);
    for (size_t column = 0; column < f->layout.column_count; column++)
        batch_add_column(&f->rows, f->layout.names[column], type_of(f->layout.names[column]));
    TOOL_TRY(layout_start(&f->layout, &f->reader, &f->in, f->why));
    return take_records(f);
}

static int add_file(leadkpi_attribution *a, add_call add, const char *path, trouble *why)
{
    file_rows f = {.attribution = a, .add = add, .why = why};
    int code = read_file(&f, path);
    csv_finish(&f.reader);
    batch_free(&f.rows);
    layout_free(&f.layout);
    input_close(&f.in);
    return code;
}

/* ---- the command line ------------------------------------------------------------------ */

typedef struct request {
    leadkpi_options *definition, *options;
    report_call report;
    const char *report_word; /* NULL: the default */
    bool json, csv, any_file;
    bool has_touches, has_outcomes; /* conversions, or journeys without one */
} request;

/* The names of the options with commas between and behind them, for refusals. */
static void put_names(text_buffer *out, const leadkpi_options *options)
{
    leadkpi_table *list = NULL;
    int32_t column;
    if (leadkpi_options_list(options, &list, NULL) != LEADKPI_OK) return;
    if (leadkpi_table_find_column(list, "name", LEADKPI_NUL_TERMINATED, &column, NULL) == LEADKPI_OK)
        for (size_t row = 0; row < leadkpi_table_row_count(list); row++)
            text_print(out, "%.*s,", SLICE_ARGS(cell_text(list, column, row)));
    leadkpi_table_free(list);
}

static int unknown_option(const request *r, const char *argument, const char *name, trouble *why)
{
    text_buffer names = {0};
    for (size_t i = 0; i < DOOR_COUNT; i++) text_print(&names, "%s,", doors[i].flag + 2);
    put_names(&names, r->definition);
    put_names(&names, r->options);
    text_buffer nearest = nearest_of(slice_of(name), names.data);
    int code = trouble_set(why, TOOL_USAGE, "attribute: \"%.80s\" is no option%s (leadkpi attribute --help)",
                           argument, nearest.data);
    text_free(&nearest);
    text_free(&names);
    return code;
}

static int unknown_word(const char *argument, trouble *why)
{
    text_buffer names = {0};
    for (size_t i = 0; i < REPORT_COUNT; i++) text_print(&names, "%s%s", i ? ", " : "", reports[i].name);
    int code = trouble_unknown(why, "attribute", names.data ? names.data : "", slice_of(argument),
                               " (leadkpi attribute --help)");
    text_free(&names);
    return code;
}

static bool is_option_of(const leadkpi_options *options, const char *name)
{
    leadkpi_table *list = NULL;
    bool found = false;
    int32_t column;
    if (leadkpi_options_list(options, &list, NULL) != LEADKPI_OK) return false;
    if (leadkpi_table_find_column(list, "name", LEADKPI_NUL_TERMINATED, &column, NULL) == LEADKPI_OK)
        for (size_t row = 0; row < leadkpi_table_row_count(list) && !found; row++)
            found = slice_is(cell_text(list, column, row), name);
    leadkpi_table_free(list);
    return found;
}

/* "--models=first,last" or "--lookback=30d": an option of the report or of the definition. */
static int set_option(request *r, const char *argument, trouble *why)
{
    char name[64];
    const char *equals = strchr(argument, '=');
    size_t length = equals ? (size_t)(equals - argument) - 2 : 0;
    leadkpi_error error;
    if (!equals || length >= sizeof name)
        return trouble_set(why, TOOL_USAGE, "expected --name=value, found \"%s\" (leadkpi attribute "
                           "--help)", argument);
    for (size_t i = 0; i < length; i++) name[i] = argument[i + 2] == '-' ? '_' : argument[i + 2];
    name[length] = 0;
    leadkpi_options *target = is_option_of(r->definition, name) ? r->definition : r->options;
    for (size_t i = 0; i < DOOR_COUNT && target == r->options; i++)
        if (strcmp(doors[i].flag + 2, name) == 0)
            return trouble_set(why, TOOL_USAGE, "expected %s FILE, found \"%s\"", doors[i].flag,
                               argument);
    leadkpi_status status = leadkpi_options_set_text(target, name, LEADKPI_NUL_TERMINATED, equals + 1,
                                                     LEADKPI_NUL_TERMINATED, &error);
    if (status == LEADKPI_OK) return TOOL_GOOD;
    return is_option_of(target, name) ? refused(why, &error, "") : unknown_option(r, argument, name, why);
}

static int choose_report(request *r, size_t which, trouble *why)
{
    if (r->report_word && strcmp(r->report_word, reports[which].name) != 0)
        return trouble_set(why, TOOL_USAGE, "attribute: expected one report, found %s and %s", r->report_word,
                           reports[which].name);
    r->report = reports[which].call;
    r->report_word = reports[which].name;
    return TOOL_GOOD;
}

static int read_argument(request *r, int count, char **arguments, int *at, trouble *why)
{
    const char *argument = arguments[*at];
    for (size_t i = 0; i < DOOR_COUNT; i++)
        if (strcmp(argument, doors[i].flag) == 0) {
            if (++*at == count)
                return trouble_set(why, TOOL_USAGE, "%s: expected a file behind it", argument);
            r->any_file = true;
            r->has_touches |= doors[i].add == leadkpi_attribution_add_touches;
            r->has_outcomes |= doors[i].add == leadkpi_attribution_add_conversions ||
                               doors[i].add == leadkpi_attribution_add_nulls;
            return TOOL_GOOD;
        }
    if (strcmp(argument, "--json") == 0) return r->json = true, TOOL_GOOD;
    if (strcmp(argument, "--csv") == 0) return r->csv = true, TOOL_GOOD;
    for (size_t i = 0; i < REPORT_COUNT; i++)
        if (strcmp(argument, reports[i].name) == 0) return choose_report(r, i, why);
    return strncmp(argument, "--", 2) == 0 ? set_option(r, argument, why) : unknown_word(argument, why);
}

static int add_files(leadkpi_attribution *a, int count, char **arguments, trouble *why)
{
    for (int at = 0; at + 1 < count; at++)
        for (size_t i = 0; i < DOOR_COUNT; i++)
            if (strcmp(arguments[at], doors[i].flag) == 0)
                TOOL_TRY(add_file(a, doors[i].add, arguments[at + 1], why));
    return TOOL_GOOD;
}

static int answer(request *r, int count, char **arguments, trouble *why)
{
    leadkpi_error error;
    leadkpi_attribution *a;
    leadkpi_table *table = NULL;
    if (leadkpi_attribution_create(NULL, r->definition, &a, &error) != LEADKPI_OK)
        return refused(why, &error, "");
    int code = add_files(a, count, arguments, why);
    if (code == TOOL_GOOD && r->report(a, r->options, &table, &error) != LEADKPI_OK)
        code = refused(why, &error, "");
    if (code == TOOL_GOOD && r->json) {
        render_json_rows(stdout, table, "");
        putchar('\n');
    } else if (code == TOOL_GOOD) {
        render_csv(stdout, table);
    }
    leadkpi_table_free(table);
    leadkpi_attribution_free(a);
    return code;
}

/* Touches alone would earn 0: no conversion was given, which is not the same as none. */
static int check_request(const request *r, trouble *why)
{
    if (!r->any_file)
        return trouble_set(why, TOOL_USAGE,
                           "expected --paths FILE, or --touches FILE and --conversions FILE "
                           "(leadkpi attribute --help)");
    if (r->has_touches && !r->has_outcomes)
        return trouble_set(why, TOOL_USAGE,
                           "--touches: expected --conversions FILE or --nulls FILE beside it, found none; without it what "
                           "the touches led to is not known");
    if (r->json && r->csv) return trouble_set(why, TOOL_USAGE, "attribute: expected one form, found --json and --csv");
    return TOOL_GOOD;
}

int command_attribute(int count, char **arguments, trouble *why)
{
    request r = {.report = leadkpi_attribution_credits};
    leadkpi_error error;
    if (leadkpi_options_create(NULL, "attribution", LEADKPI_NUL_TERMINATED, &r.definition, &error) !=
        LEADKPI_OK)
        return refused(why, &error, "");
    int code = TOOL_GOOD;
    if (leadkpi_options_create(NULL, "attribution_report", LEADKPI_NUL_TERMINATED, &r.options,
                               &error) != LEADKPI_OK)
        code = refused(why, &error, "");
    for (int at = 0; at < count && code == TOOL_GOOD; at++)
        code = read_argument(&r, count, arguments, &at, why);
    if (code == TOOL_GOOD) code = check_request(&r, why);
    if (code == TOOL_GOOD) code = answer(&r, count, arguments, why);
    leadkpi_options_free(r.definition);
    leadkpi_options_free(r.options);
    return code;
}
