#include <stdlib.h>

#include "cells.h"
#include "commands.h"
#include "handle_command.h"
#include "settings.h"

HANDLE_MAKERS(funnel)
HANDLE_CALL(funnel, steps)
HANDLE_CALL(funnel, times)
HANDLE_CALL(funnel, leads)
HANDLE_CALL(funnel, histogram)
HANDLE_CALL(funnel, difference)
HANDLE_CALL(funnel, sequences)
HANDLE_CALL(funnel, sequence_leads)
HANDLE_CALL(funnel, retention)
HANDLE_CALL(funnel, checks)

/* The zone of the days, where the rule has some. The library says whether: one --define may set several
 * options, and in any manner of writing. */
static int define(handle_run *h, leadkpi_options *options)
{
    char *days, *order;
    TOOL_TRY(option_value(options, "input", &order, h->why));
    h->run.in_time = strcmp(order, "time") == 0;
    free(order);
    TOOL_TRY(option_value(options, "window_days", &days, h->why));
    bool has_days = days && *days;
    free(days);
    if (!has_days || !h->clock.calendar) return TOOL_GOOD;
    bool is_untold;
    TOOL_TRY(option_is_default(options, "zone", &is_untold, h->why));
    if (!is_untold)
        return trouble_set(h->why, TOOL_USAGE, "zone: expected to be told once, found %s of --zone and one of --define",
                           h->clock.name);
    return set_zone(options, &h->clock, h->why);
}

static int32_t column_of(const leadkpi_table *table, const char *name)
{
    int32_t column = 0;
    leadkpi_table_find_column(table, name, LEADKPI_NUL_TERMINATED, &column, NULL);
    return column;
}

/* A step, or an exclusion, that no event is. */
static void warn_of_finding(const handle_run *h, const leadkpi_table *checks, size_t row, const char *until)
{
    slice finding = cell_text(checks, column_of(checks, "finding"), row);
    int32_t name = column_of(checks, "name");
    int64_t number = 0;
    char what[64];
    leadkpi_table_get_int64(checks, column_of(checks, "step"), row, &number, NULL);
    bool is_exclusion = slice_is(finding, "exclusions_without_events");
    if (!is_exclusion && !slice_is(finding, "steps_without_events")) return;
    if (is_exclusion)
        snprintf(what, sizeof what, "event%s is the exclusion", until);
    else
        snprintf(what, sizeof what, "event%s is step %lld", until, (long long)number);
    if (leadkpi_table_is_null(checks, name, row))
        tool_warn("no event%s is one of the exclusions; are they spelt as in the data?", until);
    else
        handle_warn_of_name(h, what, cell_text(checks, name, row));
}

/* Where no events are kept (input=time) there is nothing to look at. */
static int warn_of_steps(handle_run *h)
{
    leadkpi_options *options;
    leadkpi_table *found = NULL;
    leadkpi_error error;
    leadkpi_status status =
        leadkpi_options_create(NULL, "funnel_report", LEADKPI_NUL_TERMINATED, &options, &error);
    TOOL_TRY(library_trouble(status, &error, h->why));
    bool is_told = *h->as_of && !h->is_latest;
    int code = set_time(options, "as_of", h->arguments.as_of, true, &h->clock, h->why);
    if (code == TOOL_GOOD && is_told && !h->arguments.as_of) code = set_text(options, "as_of", h->as_of, h->why);
    if (code == TOOL_GOOD) {
        status = checks(&h->run, options, &found, &error);
        if (status != LEADKPI_CONTRADICTION) code = library_trouble(status, &error, h->why);
    }
    for (size_t row = 0; found && row < leadkpi_table_row_count(found); row++)
        warn_of_finding(h, found, row, is_told ? " up to --as-of" : "");
    leadkpi_table_free(found);
    leadkpi_options_free(options);
    return code;
}

static const char help[] =
    "usage: leadkpi funnel --events FILE --steps 'visit,sign up,won' [option ...]\n"
    "\n"
    "Files, each as often as needed; - is standard input\n"
    "  --events FILE         columns id, time, event, perhaps sequence: the order within one time\n"
    "  --stages FILE         columns id, time, stage, or a column of times for each stage\n"
    "About the file named last (before the first one, all but maps: about all)\n"
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
    "  --from TIME --to TIME  only attempts that count and started from the one on, before the other\n"
    "  --as-of TIME          nothing later counts; the latest time in the data without it\n"
    "  --zone Europe/Berlin --level 0.95\n"
    "  --set NAME=VALUE      any other option of schema funnel_report, such as breakdown=last\n"
    "How to say it\n"
    "  --json | --csv\n"
    "  --strict              stop at the first row that cannot be taken\n"
    "  --rejects FILE        write the rows that were skipped, with the reason\n"
    "\n"
    "leadkpi funnel --options says what --define and --set can name.\n"
    "Exit code: 0 good, 1 the data, 2 the command line. man leadkpi has the rest.\n";

static const own_word words[] = {{"steps", true}, {"preset", true}, {"window", true}, {NULL, false}};

static const handle_report reports[] = {{"steps", steps, NULL},
                                        {"times", times, NULL},
                                        {"leads", leads, NULL},
                                        {"histogram", histogram, NULL},
                                        {"difference", difference, NULL},
                                        {"sequences", sequences, NULL},
                                        {"sequence_leads", sequence_leads, NULL},
                                        {"retention", retention, NULL},
                                        {"checks", checks, "findings"}};

static const handle_kind kind = {.line = {.command = "funnel",
                                          .files = "--events FILE or --stages FILE",
                                          .kinds = TABLE_BIT(TABLE_EVENTS) | TABLE_BIT(TABLE_STAGES),
                                          .bare_kind = -1,
                                          .is_handle = true,
                                          .help = help,
                                          .words = words},
                                 .definition = "funnel",
                                 .report = "funnel_report",
                                 .dated = "attempts that started",
    .line_option = "steps",
    .line_example = "visit,sign up,won",
                                 .reports = reports,
                                 .report_count = sizeof reports / sizeof *reports,
                                 .create = create,
                                 .describe = describe,
                                 .define = define,
                                 .warn = warn_of_steps};

int command_funnel(int count, char **arguments, trouble *why)
{
    return handle_command(&kind, count, arguments, why);
}
