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

static int set_definition(handle_run *h, leadkpi_options *options)
{
    const report_arguments *a = &h->arguments;
    TOOL_TRY(set_each(options, a->definitions, a->definition_count, h->why));
    TOOL_TRY(set_words(h, options, true));
    return h->kind->define ? h->kind->define(h, options) : TOOL_GOOD;
}

/* The latest time in the data, which the handle may not know: a funnel does not keep events that are no step. */
static int set_latest(handle_run *h, leadkpi_options *options)
{
    leadkpi_error error;
    if (h->run.rows_taken == 0 || h->run.latest == INT64_MIN) return TOOL_GOOD;
    return library_trouble(leadkpi_options_set_int64(options, "as_of", LEADKPI_NUL_TERMINATED, h->run.latest, &error),
                           &error, h->why);
}

static int set_report(handle_run *h, leadkpi_options *options)
{
    const report_arguments *a = &h->arguments;
    TOOL_TRY(set_each(options, a->settings, a->setting_count, h->why));
    TOOL_TRY(set_words(h, options, false));
    TOOL_TRY(set_time(options, "as_of", a->as_of, true, &h->clock, h->why));
    TOOL_TRY(set_text(options, "level", a->level, h->why));
    TOOL_TRY(set_zone(options, &h->clock, h->why));
    if (a->table_count) TOOL_TRY(set_text(options, "grain", a->tables[0].grain, h->why));
    if (a->dimension_count) TOOL_TRY(set_text(options, "by", "segment", h->why));
    return h->kind->prepare ? h->kind->prepare(h, options) : TOOL_GOOD;
}

/* ---- what the library answers ----------------------------------------------------- */

static int create(handle_run *h)
{
    leadkpi_options *options;
    leadkpi_error error;
    leadkpi_status status =
        leadkpi_options_create(NULL, h->kind->definition, LEADKPI_NUL_TERMINATED, &options, &error);
    TOOL_TRY(library_trouble(status, &error, h->why));
    int code = set_definition(h, options);
    if (code == TOOL_GOOD)
        code = library_trouble(h->kind->create(&h->run, options, &error), &error, h->why);
    leadkpi_options_free(options);
    return code;
}

static const char *shown(const handle_run *h)
{
    return h->arguments.show ? h->arguments.show : h->kind->reports[0].name;
}

static int find_call(handle_run *h, handle_call *call)
{
    text_buffer names = {0};
    for (size_t i = 0; i < h->kind->report_count; i++) {
        const handle_report *report = &h->kind->reports[i];
        text_print(&names, "%s%s", i == 0 ? "" : ", ", report->name);
        if (strcmp(shown(h), report->name) == 0) *call = report->call;
    }
    int code = *call ? TOOL_GOOD : trouble_unknown(h->why, "--show", names.data, slice_of(shown(h)), "");
    text_free(&names);
    return code;
}

/* As of when the report is, which says what is still open: as it was told, or the latest time in the data.
 * `latest` is that as the options have it. */
static int keep_as_of(handle_run *h, const leadkpi_options *options, const char *latest)
{
    text_buffer instant = {0};
    const char *told = h->arguments.as_of;
    TOOL_TRY(option_value(options, "as_of", &h->as_of, h->why));
    h->is_latest = !told && *h->as_of && strcmp(h->as_of, latest) == 0;
    if (h->is_latest) cell_instant(&instant, h->run.latest);
    if (told || h->is_latest) {
        free(h->as_of);
        h->as_of = tool_copy(slice_of(told ? told : instant.data));
    }
    text_free(&instant);
    return TOOL_GOOD;
}

static int set_options(handle_run *h, leadkpi_options *options, bool has_rows)
{
    char *latest = NULL;
    int code = set_latest(h, options);
    if (code == TOOL_GOOD) code = option_value(options, "as_of", &latest, h->why);
    if (code == TOOL_GOOD) code = set_report(h, options);
    if (code == TOOL_GOOD && has_rows) code = keep_as_of(h, options, latest);
    free(latest);
    return code;
}

/* Without rows it tells whether the options are good, before a long file is read. That a segment to
 * compare with is not there is then no reason to stop: it may come with the rows. */
static int ask(handle_run *h, bool has_rows, leadkpi_table **out)
{
    handle_call call = NULL;
    leadkpi_options *options;
    leadkpi_error error;
    TOOL_TRY(find_call(h, &call));
    leadkpi_status status =
        leadkpi_options_create(NULL, h->kind->report, LEADKPI_NUL_TERMINATED, &options, &error);
    TOOL_TRY(library_trouble(status, &error, h->why));
    int code = set_options(h, options, has_rows);
    if (code == TOOL_GOOD) {
        status = call(&h->run, options, out, &error);
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

void handle_warn_of_name(const char *what, slice name)
{
    fprintf(stderr, "leadkpi: no %s, \"%.*s\"; is it spelt as in the data?\n", what,
            SLICE_ARGS(name));
}

/* ---- the run ----------------------------------------------------------------------- */

static void print_text(const handle_run *h)
{
    printf("%s\n", h->rule);
    if (*h->as_of) printf("As of %s%s.\n", h->as_of, h->is_latest ? ", the latest time in the data" : "");
    putchar('\n');
    render_table(stdout, h->answer);
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
    printf(",\n  \"rows_skipped\": %lld,\n  \"%s\": ", (long long)h->run.rows_skipped, shown(h));
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
    free(h->rule);
    free(h->as_of);
    clock_close(&h->clock);
    load_run_free(&h->run);
    report_arguments_free(&h->arguments);
    free(h);
    return code;
}
