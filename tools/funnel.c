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
    char *days;
    TOOL_TRY(option_value(options, "window_days", &days, h->why));
    bool has_days = days && *days;
    free(days);
    return has_days ? set_zone(options, &h->clock, h->why) : TOOL_GOOD;
}

static void warn_of_step(const leadkpi_table *checks, size_t row, bool is_early)
{
    leadkpi_error error;
    int32_t step, name;
    int64_t number;
    char what[64];
    leadkpi_table_find_column(checks, "step", LEADKPI_NUL_TERMINATED, &step, &error);
    leadkpi_table_find_column(checks, "name", LEADKPI_NUL_TERMINATED, &name, &error);
    if (leadkpi_table_is_null(checks, step, row)) return;
    leadkpi_table_get_int64(checks, step, row, &number, &error);
    snprintf(what, sizeof what, "event%s is step %lld", is_early ? " up to --as-of" : "", (long long)number);
    handle_warn_of_name(what, cell_text(checks, name, row));
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
    int code = set_time(options, "as_of", h->arguments.as_of, true, &h->clock, h->why);
    if (code == TOOL_GOOD) {
        status = checks(&h->run, options, &found, &error);
        if (status != LEADKPI_CONTRADICTION) code = library_trouble(status, &error, h->why);
    }
    for (size_t row = 0; found && row < leadkpi_table_row_count(found); row++)
        warn_of_step(found, row, h->arguments.as_of != NULL);
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
    "  --rejects FILE        write the rows that were skipped, with the reason\n"
    "\n"
    "leadkpi funnel --options says what --define and --set can name.\n"
    "Exit code: 0 good, 1 the data, 2 the command line. man leadkpi has the rest.\n";

static const own_word words[] = {{"steps", true}, {"preset", true}, {"window", true}, {NULL, false}};

static const handle_report reports[] = {{"steps", steps},
                                        {"times", times},
                                        {"leads", leads},
                                        {"histogram", histogram},
                                        {"difference", difference},
                                        {"sequences", sequences},
                                        {"sequence_leads", sequence_leads},
                                        {"retention", retention},
                                        {"checks", checks}};

static const handle_kind kind = {.line = {.command = "funnel",
                                          .files = "--events FILE or --stages FILE",
                                          .kinds = TABLE_BIT(TABLE_EVENTS) | TABLE_BIT(TABLE_STAGES),
                                          .bare_kind = -1,
                                          .is_handle = true,
                                          .help = help,
                                          .words = words},
                                 .definition = "funnel",
                                 .report = "funnel_report",
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
