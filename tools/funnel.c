#include <stdlib.h>
#include <unistd.h>

#include "cells.h"
#include "commands.h"
#include "render.h"
#include "report_arguments.h"
#include "skips.h"

/* A funnel as it is made: what was asked for, and what came in. */
typedef struct funnel_run {
    report_arguments arguments;
    load_run run;
    clock_zone clock;
    leadkpi_table *answer;
    char *rule; /* as a sentence */
    trouble *why;
} funnel_run;

/* ---- options ------------------------------------------------------------------- */

static int library_trouble(funnel_run *f, leadkpi_status status, const leadkpi_error *error)
{
    if (status == LEADKPI_OK) return TOOL_GOOD;
    return trouble_set(f->why, status < 20 ? TOOL_USAGE : TOOL_DATA, "%s", error->message);
}

static int set_text(funnel_run *f, leadkpi_options *options, const char *name, const char *value)
{
    leadkpi_error error;
    if (!value) return TOOL_GOOD;
    leadkpi_status status = leadkpi_options_set_text(options, name, LEADKPI_NUL_TERMINATED, value,
                                                     LEADKPI_NUL_TERMINATED, &error);
    return library_trouble(f, status, &error);
}

static int set_zone(funnel_run *f, leadkpi_options *options)
{
    leadkpi_error error;
    if (!f->clock.calendar) return TOOL_GOOD;
    TOOL_TRY(set_text(f, options, "zone", f->clock.name));
    if (!f->clock.rules) return TOOL_GOOD;
    leadkpi_status status = leadkpi_options_set_text(options, "zone_data", LEADKPI_NUL_TERMINATED,
                                                     f->clock.rules, f->clock.rules_length, &error);
    return library_trouble(f, status, &error);
}

static int parse_all(funnel_run *f, leadkpi_options *options, const char *const *texts, size_t count)
{
    leadkpi_error error;
    for (size_t i = 0; i < count; i++) {
        leadkpi_status status =
            leadkpi_options_parse(options, texts[i], LEADKPI_NUL_TERMINATED, &error);
        TOOL_TRY(library_trouble(f, status, &error));
    }
    return TOOL_GOOD;
}

static bool defines_days(const report_arguments *a)
{
    for (size_t i = 0; i < a->definition_count; i++)
        if (slice_is(slice_trim((slice){a->definitions[i], strcspn(a->definitions[i], "=")}),
                     "window_days"))
            return true;
    return false;
}

static int define(funnel_run *f, leadkpi_options *options)
{
    const report_arguments *a = &f->arguments;
    leadkpi_error error;
    TOOL_TRY(parse_all(f, options, a->definitions, a->definition_count));
    TOOL_TRY(set_text(f, options, "steps", a->steps));
    TOOL_TRY(set_text(f, options, "preset", a->preset));
    TOOL_TRY(set_text(f, options, "window", a->window));
    if (defines_days(a)) TOOL_TRY(set_zone(f, options));
    leadkpi_status status = leadkpi_funnel_create(NULL, options, &f->run.funnel, &error);
    return library_trouble(f, status, &error);
}

static int create_funnel(funnel_run *f)
{
    leadkpi_options *options;
    leadkpi_error error;
    leadkpi_status status =
        leadkpi_options_create(NULL, "funnel", LEADKPI_NUL_TERMINATED, &options, &error);
    TOOL_TRY(library_trouble(f, status, &error));
    int code = define(f, options);
    leadkpi_options_free(options);
    return code;
}

static int set_as_of(funnel_run *f, leadkpi_options *options)
{
    int64_t instant;
    leadkpi_error error;
    const char *text = f->arguments.as_of;
    if (!text) return TOOL_GOOD;
    if (!clock_read(&f->clock, text, true, &instant))
        return trouble_set(f->why, TOOL_USAGE,
                           "as_of: expected a date or time such as 2025-03-31, found \"%s\"", text);
    leadkpi_status status =
        leadkpi_options_set_int64(options, "as_of", LEADKPI_NUL_TERMINATED, instant, &error);
    return library_trouble(f, status, &error);
}

static int make_options(funnel_run *f, leadkpi_options *options)
{
    const report_arguments *a = &f->arguments;
    TOOL_TRY(parse_all(f, options, a->settings, a->setting_count));
    TOOL_TRY(set_as_of(f, options));
    TOOL_TRY(set_text(f, options, "level", a->level));
    if (a->table_count && a->tables[0].grain) {
        TOOL_TRY(set_zone(f, options));
        TOOL_TRY(set_text(f, options, "grain", a->tables[0].grain));
    }
    return a->dimension_count ? set_text(f, options, "by", "segment") : TOOL_GOOD;
}

/* ---- what the library answers ----------------------------------------------------- */

typedef leadkpi_status (*funnel_call)(const leadkpi_funnel *, const leadkpi_options *,
                                      leadkpi_table **, leadkpi_error *);

static int find_call(funnel_run *f, funnel_call *call)
{
    static const struct {
        const char *name;
        funnel_call call;
    } calls[] = {{"steps", leadkpi_funnel_steps},
                 {"times", leadkpi_funnel_times},
                 {"leads", leadkpi_funnel_leads},
                 {"histogram", leadkpi_funnel_histogram},
                 {"difference", leadkpi_funnel_difference},
                 {"sequences", leadkpi_funnel_sequences},
                 {"sequence_leads", leadkpi_funnel_sequence_leads},
                 {"retention", leadkpi_funnel_retention},
                 {"checks", leadkpi_funnel_checks}};
    const char *show = f->arguments.show ? f->arguments.show : "steps";
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (strcmp(show, calls[i].name) == 0) return *call = calls[i].call, TOOL_GOOD;
    return trouble_set(f->why, TOOL_USAGE,
                       "--show: expected steps, times, leads, histogram, difference, sequences, "
                       "sequence_leads, retention or checks, found \"%s\"",
                       show);
}

/* Without rows it tells whether the options are good, before a long file is read. That a segment to
 * compare with is not there is then no reason to stop: it may come with the rows. */
static int ask(funnel_run *f, bool has_rows, leadkpi_table **out)
{
    funnel_call call = NULL;
    leadkpi_options *options;
    leadkpi_error error;
    TOOL_TRY(find_call(f, &call));
    leadkpi_status status =
        leadkpi_options_create(NULL, "funnel_report", LEADKPI_NUL_TERMINATED, &options, &error);
    TOOL_TRY(library_trouble(f, status, &error));
    int code = make_options(f, options);
    if (code == TOOL_GOOD) {
        status = call(f->run.funnel, options, out, &error);
        if (has_rows || status != LEADKPI_UNKNOWN_NAME) code = library_trouble(f, status, &error);
    }
    leadkpi_options_free(options);
    return code;
}

static int say_rule(funnel_run *f)
{
    size_t needed;
    leadkpi_error error;
    leadkpi_status status = leadkpi_funnel_describe(f->run.funnel, NULL, 0, &needed, &error);
    TOOL_TRY(library_trouble(f, status, &error));
    f->rule = tool_allocate(needed, 1);
    status = leadkpi_funnel_describe(f->run.funnel, f->rule, needed, NULL, &error);
    return library_trouble(f, status, &error);
}

/* A name of a step that is not in the data is most often misspelt: what it costs is said beside the
 * answer. */
static void warn_of_step(const leadkpi_table *checks, size_t row)
{
    leadkpi_error error;
    int32_t step, name;
    int64_t number;
    const char *text;
    size_t length;
    leadkpi_table_find_column(checks, "step", LEADKPI_NUL_TERMINATED, &step, &error);
    leadkpi_table_find_column(checks, "name", LEADKPI_NUL_TERMINATED, &name, &error);
    if (leadkpi_table_is_null(checks, step, row)) return;
    leadkpi_table_get_int64(checks, step, row, &number, &error);
    leadkpi_table_get_text(checks, name, row, &text, &length, &error);
    fprintf(stderr, "leadkpi: no event is step %lld, \"%.*s\"; is it spelt as in the data?\n",
            (long long)number, (int)length, text);
}

/* Where no events are kept (input=time) there is nothing to look at. */
static int warn_of_steps(funnel_run *f)
{
    leadkpi_options *options;
    leadkpi_table *checks = NULL;
    leadkpi_error error;
    TOOL_TRY(library_trouble(
        f, leadkpi_options_create(NULL, "funnel_report", LEADKPI_NUL_TERMINATED, &options, &error), &error));
    int code = set_as_of(f, options);
    if (code == TOOL_GOOD) {
        leadkpi_status status = leadkpi_funnel_checks(f->run.funnel, options, &checks, &error);
        if (status != LEADKPI_CONTRADICTION) code = library_trouble(f, status, &error);
    }
    for (size_t row = 0; checks && row < leadkpi_table_row_count(checks); row++) warn_of_step(checks, row);
    leadkpi_table_free(checks);
    leadkpi_options_free(options);
    return code;
}

/* ---- the run ----------------------------------------------------------------------- */

static void print_text(const funnel_run *f)
{
    printf("%s\n\n", f->rule);
    render_table(stdout, f->answer);
    if (f->run.rows_skipped)
        printf("\n  %lld rows could not be read and were left out\n", (long long)f->run.rows_skipped);
}

static void print_json(const funnel_run *f)
{
    printf("{\n  \"rule\": ");
    render_json_text(stdout, slice_of(f->rule));
    printf(",\n  \"rows_skipped\": %lld,\n  \"%s\": ", (long long)f->run.rows_skipped,
           f->arguments.show ? f->arguments.show : "steps");
    render_json_rows(stdout, f->answer, "  ");
    printf("\n}\n");
}

/* Events without a map are in columns of these names. */
static int complete_map(load_file *file, trouble *why)
{
    if (file->has_map || file->kind != TABLE_EVENTS) return TOOL_GOOD;
    file->has_map = true;
    return map_parse(&file->map, slice_of("id=id,time=time,event=event,value?=value"), "funnel", why);
}

static int load_all(funnel_run *f)
{
    report_arguments *a = &f->arguments;
    for (size_t i = 0; i < a->file_count; i++) {
        TOOL_TRY(complete_map(&a->files[i], f->why));
        TOOL_TRY(load_run_file(&f->run, &a->files[i], f->why));
    }
    skips_print(&f->run, stderr);
    return load_run_check(&f->run, f->why);
}

static int run_funnel(funnel_run *f)
{
    const report_arguments *a = &f->arguments;
    f->run.zone = a->zone;
    f->run.dimensions = a->dimensions;
    f->run.dimension_count = a->dimension_count;
    f->run.dimension_found = tool_allocate(a->dimension_count + 1, sizeof(bool));
    f->run.strict = a->strict;
    f->run.show_progress = isatty(STDERR_FILENO) == 1;
    TOOL_TRY(clock_open(&f->clock, a->zone, f->why));
    TOOL_TRY(create_funnel(f));
    TOOL_TRY(ask(f, false, &f->answer));
    leadkpi_table_free(f->answer);
    f->answer = NULL;
    TOOL_TRY(load_all(f));
    TOOL_TRY(ask(f, true, &f->answer));
    TOOL_TRY(warn_of_steps(f));
    TOOL_TRY(say_rule(f));
    if (a->format == FORMAT_JSON)
        print_json(f);
    else if (a->format == FORMAT_CSV)
        render_csv(stdout, f->answer);
    else
        print_text(f);
    return TOOL_GOOD;
}

static const char help[] =
    "usage: leadkpi funnel --events FILE --steps 'visit,sign up,won' [option ...]\n"
    "\n"
    "Files, each as often as needed; - is standard input\n"
    "  --events FILE         columns id, time, event\n"
    "  --stages FILE         columns id, time, stage, or a column of times for each stage\n"
    "About the file named last (before the first one: about all)\n"
    "  --map 'id=Lead ID,time=Created,event=Action'    --map-file FILE    --profile NAME\n"
    "  --dates day-first|month-first      --file-zone ZONE\n"
    "  --encoding NAME                    --delimiter comma|semicolon|tab|bar\n"
    "The rule\n"
    "  --steps a,b|c,d       in their order; b|c is either event, \"b||c\" one with a bar\n"
    "  --window 30d          from the first step, inclusive\n"
    "  --preset NAME         such as posthog_ordered, mixpanel_totals, crm_lifecycle\n"
    "  --define NAME=VALUE   any other option of schema funnel, such as entry=every\n"
    "What to report\n"
    "  --show steps|times|leads|histogram|difference|retention|checks\n"
    "  --show sequences|sequence_leads --set 'pattern=(?1)(?t<=1h)(?2)'\n"
    "  --by channel,month    a column of the file, and a period of entry\n"
    "  --as-of TIME          nothing later counts; the latest time in the data without it\n"
    "  --zone Europe/Berlin --level 0.95\n"
    "  --set NAME=VALUE      any other option of schema funnel_report, such as breakdown=last\n"
    "How to say it\n"
    "  --json | --csv\n"
    "  --strict              stop at the first row that cannot be taken\n"
    "\n"
    "Exit code: 0 good, 1 the data, 2 the command line. man leadkpi has the rest.\n";

int command_funnel(int count, char **arguments, trouble *why)
{
    if (tool_wants_help(count, arguments)) return fputs(help, stdout), TOOL_GOOD;
    funnel_run *f = tool_allocate(1, sizeof *f);
    f->why = why;
    int code = report_arguments_read(&f->arguments, "funnel", count, arguments, why);
    if (code == TOOL_GOOD) code = run_funnel(f);
    leadkpi_table_free(f->answer);
    leadkpi_funnel_free(f->run.funnel);
    free(f->rule);
    clock_close(&f->clock);
    load_run_free(&f->run);
    report_arguments_free(&f->arguments);
    free(f);
    return code;
}
