#include "handle_command.h"

#include <stdlib.h>
#include <unistd.h>

#include "cells.h"
#include "render.h"
#include "settings.h"
#include "unknown.h"

/* ---- options ------------------------------------------------------------------- */

const char *handle_word(const handle_run *h, const char *name)
{
    const own_word *words = h->kind->line.words;
    for (size_t i = 0; words[i].name; i++)
        if (strcmp(words[i].name, name) == 0) return h->arguments.own[i];
    return NULL;
}

static int set_words(handle_run *h, leadkpi_options *options, bool of_definition)
{
    const own_word *words = h->kind->line.words;
    for (size_t i = 0; words[i].name; i++)
        if (words[i].is_definition == of_definition)
            TOOL_TRY(set_text(options, words[i].name, h->arguments.own[i], h->why));
    return TOOL_GOOD;
}

static void add_words(const handle_run *h, bool of_definition, told_options *told)
{
    const own_word *words = h->kind->line.words;
    for (size_t i = 0; words[i].name; i++)
        if (words[i].is_definition == of_definition && h->arguments.own[i]) told_add(told, words[i].name);
}

/* What --set or --define says, behind what words said; of both, none may be of one option. */
static int set_rest(handle_run *h, leadkpi_options *options, told_options *told, const char *const *texts,
                    size_t count, const char *option)
{
    int code = told_keep(told, options, h->why);
    if (code == TOOL_GOOD) code = set_each(options, texts, count, h->why);
    if (code == TOOL_GOOD) code = told_check(told, options, option, h->why);
    told_free(told);
    return code;
}

static int check_line(const handle_run *h, const leadkpi_options *options)
{
    char *line;
    if (!h->kind->line_option) return TOOL_GOOD;
    TOOL_TRY(option_value(options, h->kind->line_option, &line, h->why));
    bool is_told = line && *line;
    free(line);
    if (is_told) return TOOL_GOOD;
    return trouble_set(h->why, TOOL_USAGE, "%s: expected --%s '%s', the names as they are in the data, found none",
                       h->kind->line.command, h->kind->line_option, h->kind->line_example);
}

static int set_definition(handle_run *h, leadkpi_options *options)
{
    const report_arguments *a = &h->arguments;
    told_options told = {.count = 0};
    TOOL_TRY(set_words(h, options, true));
    add_words(h, true, &told);
    TOOL_TRY(set_rest(h, options, &told, a->definitions, a->definition_count, "--define"));
    TOOL_TRY(check_line(h, options));
    return h->kind->define ? h->kind->define(h, options) : TOOL_GOOD;
}

/* Without a time of the report it is the latest in the data, which the handle may not know: a funnel does not keep
 * events that are no step. */
static int set_latest(handle_run *h, leadkpi_options *options)
{
    char *as_of;
    leadkpi_error error;
    TOOL_TRY(option_value(options, "as_of", &as_of, h->why));
    bool is_told = as_of && *as_of;
    free(as_of);
    h->is_latest = !is_told && h->run.rows_taken > 0 && h->run.latest != INT64_MIN;
    if (!h->is_latest) return TOOL_GOOD;
    return library_trouble(leadkpi_options_set_int64(options, "as_of", LEADKPI_NUL_TERMINATED, h->run.latest, &error),
                           &error, h->why);
}

/* Rows have a segment where --by says which column that is. */
static int check_by(const handle_run *h, const leadkpi_options *options)
{
    char *by;
    TOOL_TRY(option_value(options, "by", &by, h->why));
    bool lacks_column = strcmp(by, "segment") == 0 && h->arguments.dimension_count == 0;
    free(by);
    if (!lacks_column) return TOOL_GOOD;
    return trouble_set(h->why, TOOL_USAGE, "by=segment: expected --by COLUMN, which says whose segments they are");
}

static int set_told(handle_run *h, leadkpi_options *options)
{
    const report_arguments *a = &h->arguments;
    TOOL_TRY(set_words(h, options, false));
    TOOL_TRY(set_time(options, "as_of", a->as_of, true, &h->clock, h->why));
    TOOL_TRY(set_time(options, "from", a->from, false, &h->clock, h->why));
    TOOL_TRY(set_time(options, "to", a->to, false, &h->clock, h->why));
    TOOL_TRY(set_text(options, "level", a->level, h->why));
    TOOL_TRY(set_zone(options, &h->clock, h->why));
    if (a->table_count) TOOL_TRY(set_text(options, "grain", a->tables[0].grain, h->why));
    return set_text(options, "by", a->dimension_count ? "segment" : NULL, h->why);
}

static void list_told(const handle_run *h, told_options *told)
{
    const report_arguments *a = &h->arguments;
    add_words(h, false, told);
    if (a->as_of) told_add(told, "as_of");
    if (a->from) told_add(told, "from");
    if (a->to) told_add(told, "to");
    if (a->level) told_add(told, "level");
    if (h->clock.calendar) told_add(told, "zone");
    if (a->table_count && a->tables[0].grain) told_add(told, "grain");
    if (a->dimension_count) told_add(told, "by");
}

static int set_report(handle_run *h, leadkpi_options *options)
{
    const report_arguments *a = &h->arguments;
    told_options told = {.count = 0};
    if (h->kind->prepare) TOOL_TRY(h->kind->prepare(h, options));
    TOOL_TRY(set_told(h, options));
    list_told(h, &told);
    TOOL_TRY(set_rest(h, options, &told, a->settings, a->setting_count, "--set"));
    return check_by(h, options);
}

/* ---- what the library answers ----------------------------------------------------- */

static int create(handle_run *h)
{
    leadkpi_error error;
    leadkpi_status status =
        leadkpi_options_create(NULL, h->kind->definition, LEADKPI_NUL_TERMINATED, &h->definition, &error);
    TOOL_TRY(library_trouble(status, &error, h->why));
    TOOL_TRY(set_definition(h, h->definition));
    return library_trouble(h->kind->create(&h->run, h->definition, &error), &error, h->why);
}

/* A dash in a name is as good as an underscore. */
static bool is_name(const char *told, const char *name)
{
    if (!name) return false;
    while (*told && (*told == *name || (*told == '-' && *name == '_'))) told++, name++;
    return *told == *name;
}

/* The report that was asked for, by the name that it has here or in the library; NULL: none is called so. */
static const handle_report *shown(const handle_run *h)
{
    const handle_report *reports = h->kind->reports;
    if (!h->arguments.show) return reports;
    for (size_t i = 0; i < h->kind->report_count; i++)
        if (is_name(h->arguments.show, reports[i].name) || is_name(h->arguments.show, reports[i].library_name))
            return &reports[i];
    return NULL;
}

static int find_report(handle_run *h, const handle_report **out)
{
    text_buffer names = {0};
    *out = shown(h);
    if (*out) return TOOL_GOOD;
    for (size_t i = 0; i < h->kind->report_count; i++)
        text_print(&names, "%s%s", i == 0 ? "" : ", ", h->kind->reports[i].name);
    int code = trouble_unknown(h->why, "--show", names.data, slice_of(h->arguments.show), "");
    text_free(&names);
    return code;
}

/* A day alone, as --set has it, is its first instant in UTC: no end of a day, and no day of --zone. */
static void put_midnight(text_buffer *out, const char *value)
{
    if (strlen(value) == sizeof "2025-03-31" - 1) text_print(out, "%sT00:00:00Z", value);
}

/* As of when the report is, which says what is still open: as it was told, or the latest time in the data. */
static int keep_as_of(handle_run *h, const leadkpi_options *options)
{
    text_buffer instant = {0};
    const char *told = h->arguments.as_of;
    TOOL_TRY(option_value(options, "as_of", &h->as_of, h->why));
    if (h->is_latest) cell_instant(&instant, h->run.latest);
    if (!told && !h->is_latest) put_midnight(&instant, h->as_of);
    if (told || instant.length) {
        free(h->as_of);
        h->as_of = tool_copy(slice_of(told ? told : instant.data));
    }
    text_free(&instant);
    return TOOL_GOOD;
}

/* "hours mon-fri 09:00-17:00; holidays 2025-05-01". */
static int keep_hours(handle_run *h, const leadkpi_options *options)
{
    static const char *const names[] = {"hours", "special_hours", "holidays", "zone"};
    char *value;
    text_buffer out = {0};
    TOOL_TRY(option_value(options, "clock", &value, h->why));
    bool is_opening = value && strcmp(value, "opening") == 0;
    free(value);
    for (size_t i = 0; is_opening && i < sizeof names / sizeof *names; i++) {
        TOOL_TRY(option_value(options, names[i], &value, h->why));
        if (*value) text_print(&out, "%s%s %s", out.length ? "; " : "", names[i], value);
        free(value);
    }
    h->hours = out.data;
    return TOOL_GOOD;
}

/* As it was told, or as --set has it. */
static int keep_time(handle_run *h, const leadkpi_options *options, const char *name, const char *told, char **out)
{
    text_buffer instant = {0};
    if (told) return *out = tool_copy(slice_of(told)), TOOL_GOOD;
    TOOL_TRY(option_value(options, name, out, h->why));
    if (*out) put_midnight(&instant, *out);
    if (!instant.length) return TOOL_GOOD;
    free(*out);
    *out = instant.data;
    return TOOL_GOOD;
}

static int keep_period(handle_run *h, const leadkpi_options *options)
{
    TOOL_TRY(keep_time(h, options, "from", h->arguments.from, &h->from));
    return keep_time(h, options, "to", h->arguments.to, &h->to);
}

static int set_options(handle_run *h, leadkpi_options *options, bool has_rows)
{
    TOOL_TRY(set_report(h, options));
    TOOL_TRY(set_latest(h, options));
    if (!has_rows) return TOOL_GOOD;
    TOOL_TRY(keep_as_of(h, options));
    TOOL_TRY(keep_hours(h, options));
    return keep_period(h, options);
}

/* Without rows it tells whether the options are good, before a long file is read. That a segment to
 * compare with is not there is then no reason to stop: it may come with the rows. */
static int ask(handle_run *h, bool has_rows, leadkpi_table **out)
{
    const handle_report *report;
    leadkpi_options *options;
    leadkpi_error error;
    TOOL_TRY(find_report(h, &report));
    leadkpi_status status =
        leadkpi_options_create(NULL, h->kind->report, LEADKPI_NUL_TERMINATED, &options, &error);
    TOOL_TRY(library_trouble(status, &error, h->why));
    int code = set_options(h, options, has_rows);
    if (code == TOOL_GOOD) {
        status = report->call(&h->run, options, out, &error);
        if (has_rows || status != LEADKPI_UNKNOWN_NAME)
            code = library_trouble(status, &error, h->why);
    }
    leadkpi_options_free(options);
    return code;
}

static int say_rule(handle_run *h)
{
    size_t needed;
    leadkpi_error error;
    leadkpi_status status = h->kind->describe(&h->run, NULL, 0, &needed, &error);
    TOOL_TRY(library_trouble(status, &error, h->why));
    h->rule = tool_allocate(needed, 1);
    status = h->kind->describe(&h->run, h->rule, needed, NULL, &error);
    return library_trouble(status, &error, h->why);
}

/* Of a name with bars between others, what is near to any of them; no text: nothing is. */
static slice nearest_seen(const handle_run *h, slice name)
{
    const text_buffer *seen = &h->run.seen.names;
    const char *end = name.data + name.length, *nearest = NULL;
    size_t length = 0;
    while (seen->length && name.data < end && !nearest) {
        const char *bar = memchr(name.data, '|', (size_t)(end - name.data));
        size_t one = (size_t)((bar ? bar : end) - name.data);
        nearest = leadkpi_options_nearest_name(name.data, one, seen->data, seen->length, &length);
        name.data += one + 1;
    }
    return (slice){nearest, nearest ? length : 0};
}

void handle_warn_of_name(const handle_run *h, const char *what, slice name)
{
    slice nearest = nearest_seen(h, name);
    text_buffer line = {0};
    text_print(&line, "no %s, \"%.*s\"", what, SLICE_ARGS(name));
    if (!seen_has(&h->run.seen, name)) text_print(&line, "; is it spelt as in the data");
    if (nearest.length && !slice_equal(nearest, name))
        text_print(&line, ", where the nearest name is \"%.*s\"", SLICE_ARGS(nearest));
    if (!seen_has(&h->run.seen, name)) text_print(&line, "?");
    tool_warn("%s", line.data);
    text_free(&line);
}

/* An item as the library writes it: in quotes, with those inside doubled, or without any. */
static const char *take_item(const char *at, text_buffer *item)
{
    bool quoted = *at == '"';
    item->length = 0;
    text_print(item, "%s", "");
    for (at += quoted; *at; at++) {
        if (quoted && *at == '"' && *++at != '"') quoted = false;
        if (!*at || (!quoted && *at == ',')) break;
        text_put(item, at, 1);
    }
    return *at ? at + 1 : at;
}

int handle_each_item(handle_run *h, const char *option, void (*tell)(handle_run *, slice item, void *),
                     void *context)
{
    char *list;
    text_buffer item = {0};
    TOOL_TRY(option_value(h->definition, option, &list, h->why));
    for (const char *at = list; at && *at;) {
        at = take_item(at, &item);
        tell(h, (slice){item.data, item.length}, context);
    }
    text_free(&item);
    free(list);
    return TOOL_GOOD;
}

static void warn_of_groups(const handle_run *h, const char *what, const char *column)
{
    int32_t place;
    leadkpi_status status = leadkpi_table_find_column(h->answer, column, LEADKPI_NUL_TERMINATED, &place, NULL);
    if (status != LEADKPI_OK)
        tool_warn("--by %s: there are no groups in the report of %s", what, shown(h)->name);
}

/* Leads and findings stand by themselves. */
static void warn_of_by(const handle_run *h)
{
    const report_arguments *a = &h->arguments;
    if (a->dimension_count) warn_of_groups(h, a->dimensions[0], "segment");
    if (a->table_count && a->tables[0].grain) warn_of_groups(h, a->tables[0].grain, "period");
}

/* ---- the run ----------------------------------------------------------------------- */

static bool is_told(const char *text)
{
    return text && *text;
}

static void print_period(const handle_run *h)
{
    if (!is_told(h->from) && !is_told(h->to)) return;
    printf("Only %s", h->kind->dated);
    if (is_told(h->from)) printf(" from %s on", h->from);
    if (is_told(h->to)) printf("%s before %s", is_told(h->from) ? " and" : "", h->to);
    printf(" count, whatever came after.\n");
}

static void print_json_field(const char *name, const char *value)
{
    if (!is_told(value)) return;
    printf(",\n  \"%s\": ", name);
    render_json_text(stdout, slice_of(value));
}

static void print_text(const handle_run *h)
{
    printf("%s\n", h->rule);
    if (*h->as_of) printf("As of %s%s.\n", h->as_of, h->is_latest ? ", the latest time in the data" : "");
    print_period(h);
    if (h->hours) printf("Only the time while it is open counts: %s.\n", h->hours);
    putchar('\n');
    render_table(stdout, h->answer, h->hours != NULL);
    if (leadkpi_table_row_count(h->answer) == 0) printf("  (nothing)\n");
    if (h->run.rows_skipped)
        printf("\n  %lld %s could not be read and %s left out\n", (long long)h->run.rows_skipped,
               h->run.rows_skipped == 1 ? "row" : "rows", h->run.rows_skipped == 1 ? "was" : "were");
}

static void print_json(const handle_run *h)
{
    printf("{\n  \"rule\": ");
    render_json_text(stdout, slice_of(h->rule));
    printf(",\n  \"as_of\": ");
    if (*h->as_of)
        render_json_text(stdout, slice_of(h->as_of));
    else
        printf("null"); /* no row has a time */
    printf(",\n  \"as_of_from\": \"%s\"", h->is_latest || !*h->as_of ? "latest time in the data" : "told");
    print_json_field("from", h->from);
    print_json_field("to", h->to);
    print_json_field("open", h->hours);
    printf(",\n  \"rows_skipped\": %lld,\n  \"%s\": ", (long long)h->run.rows_skipped, shown(h)->name);
    render_json_rows(stdout, h->answer, "  ");
    printf("\n}\n");
}

static int load_all(handle_run *h)
{
    report_arguments *a = &h->arguments;
    return load_run_files(&h->run, a->files, a->file_count, a->rejects, h->why);
}

static int run(handle_run *h)
{
    const report_arguments *a = &h->arguments;
    h->run.zone = a->zone;
    h->run.dimensions = a->dimensions;
    h->run.dimension_count = a->dimension_count;
    h->run.dimension_found = tool_allocate(a->dimension_count + 1, sizeof(bool));
    h->run.strict = a->strict;
    h->run.show_progress = isatty(STDERR_FILENO) == 1;
    TOOL_TRY(clock_open(&h->clock, a->zone, h->why));
    TOOL_TRY(create(h));
    TOOL_TRY(ask(h, false, &h->answer));
    leadkpi_table_free(h->answer);
    h->answer = NULL;
    TOOL_TRY(load_all(h));
    TOOL_TRY(ask(h, true, &h->answer));
    if (h->kind->warn) TOOL_TRY(h->kind->warn(h));
    warn_of_by(h);
    TOOL_TRY(say_rule(h));
    if (a->format == FORMAT_JSON)
        print_json(h);
    else if (a->format == FORMAT_CSV)
        render_csv(stdout, h->answer);
    else
        print_text(h);
    return TOOL_GOOD;
}

static int print_options(const handle_kind *kind, trouble *why)
{
    printf("Of the rule, --define NAME=VALUE:\n");
    TOOL_TRY(render_options(stdout, kind->definition, why));
    printf("\nOf the report, --set NAME=VALUE:\n");
    return render_options(stdout, kind->report, why);
}

int handle_command(const handle_kind *kind, int count, char **arguments, trouble *why)
{
    if (tool_wants_help(count, arguments)) return fputs(kind->line.help, stdout), TOOL_GOOD;
    if (count > 0 && strcmp(arguments[0], "--options") == 0) return print_options(kind, why);
    handle_run *h = tool_allocate(1, sizeof *h);
    h->kind = kind;
    h->why = why;
    int code = report_arguments_read(&h->arguments, &kind->line, count, arguments, why);
    if (code == TOOL_GOOD) code = run(h);
    leadkpi_table_free(h->answer);
    leadkpi_options_free(h->definition);
    free(h->rule);
    free(h->from);
    free(h->to);
    free(h->hours);
    free(h->as_of);
    clock_close(&h->clock);
    load_run_free(&h->run);
    report_arguments_free(&h->arguments);
    free(h);
    return code;
}
