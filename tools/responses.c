#include "cells.h"
#include "commands.h"
#include "handle_command.h"
#include "settings.h"

HANDLE_MAKERS(responses)
HANDLE_CALL(responses, speed)
HANDLE_CALL(responses, targets)
HANDLE_CALL(responses, bands)
HANDLE_CALL(responses, leads)
HANDLE_CALL(responses, checks)

static bool has_conversions(const report_arguments *arguments)
{
    for (size_t i = 0; i < arguments->file_count; i++)
        if (arguments->files[i].kind == TABLE_CONVERSIONS) return true;
    return false;
}

/* Whoever says when it is open, or closed, wants the time while it is open; a file of conversions without a row says
 * that nobody converted. */
static int prepare(handle_run *h, leadkpi_options *options)
{
    const char *show = h->arguments.show;
    if (show && strcmp(show, "bands") == 0 && !has_conversions(&h->arguments))
        return trouble_set(h->why, TOOL_USAGE,
                           "--show bands: expected --conversions FILE; without it who converted is not known, and no "
                           "rate is 0");
    if (show && strcmp(show, "bands") == 0) TOOL_TRY(set_text(options, "conversions_given", "true", h->why));
    bool is_opening = handle_word(h, "hours") || handle_word(h, "holidays");
    return set_text(options, "clock", is_opening ? "opening" : NULL, h->why);
}

static void warn_of_kind(handle_run *h, slice kind, void *context)
{
    (void)context;
    if (!seen_has(&h->run.seen, kind)) handle_warn_of_name(h, "response is of an automatic kind", kind);
}

/* Rows that no report counts: of ids that are no leads, or before the lead came. */
static void warn_of_finding(const leadkpi_table *found, size_t row)
{
    static const char *const names[] = {"responses_of_unknown_leads", "conversions_of_unknown_leads",
                                        "responses_before_lead", "conversions_before_lead"};
    int64_t rows = 0;
    int32_t finding = 0, meaning = 0, count = 0;
    leadkpi_table_find_column(found, "finding", LEADKPI_NUL_TERMINATED, &finding, NULL);
    leadkpi_table_find_column(found, "meaning", LEADKPI_NUL_TERMINATED, &meaning, NULL);
    leadkpi_table_find_column(found, "rows", LEADKPI_NUL_TERMINATED, &count, NULL);
    leadkpi_table_get_int64(found, count, row, &rows, NULL);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_is(cell_text(found, finding, row), names[i]))
            tool_warn("%.*s: %lld %s (--show findings)", SLICE_ARGS(cell_text(found, meaning, row)), (long long)rows,
                      rows == 1 ? "row" : "rows");
}

static int warn_of_rows(handle_run *h)
{
    leadkpi_table *found = NULL;
    leadkpi_error error;
    TOOL_TRY(library_trouble(checks(&h->run, NULL, &found, &error), &error, h->why));
    for (size_t row = 0; row < leadkpi_table_row_count(found); row++) warn_of_finding(found, row);
    leadkpi_table_free(found);
    bool is_default; /* no data need have those kinds */
    TOOL_TRY(option_is_default(h->definition, "automatic", &is_default, h->why));
    if (is_default || h->run.seen.count == SEEN_NAMES) return TOOL_GOOD;
    return handle_each_item(h, "automatic", warn_of_kind, NULL);
}

static const char help[] =
    "usage: leadkpi responses LEADS --responses FILE [--conversions FILE] [option ...]\n"
    "\n"
    "Files, each as often as needed; - is standard input\n"
    "  LEADS, --leads FILE   columns id, time: when a lead came\n"
    "  --responses FILE      columns id, time, perhaps kind, such as call, mail or auto\n"
    "  --conversions FILE    columns id, time; for bands\n"
    "About the file named last (before the first one, all but maps: about all)\n"
    "  --map 'id=Lead ID,time=Created'    --map-file FILE    --profile NAME\n"
    "  --dates day-first|month-first      --file-zone ZONE\n"
    "  --encoding NAME                    --delimiter comma|semicolon|tab|bar\n"
    "The rule\n"
    "  --automatic auto,bot  kinds of response that do not stop the clock\n"
    "  --define NAME=VALUE   any other option of schema responses, such as ids=hashed\n"
    "What to report\n"
    "  --show speed|targets|bands|leads|findings\n"
    "  --hours 'mon-fri 09:00-17:00'      count only the time while it is open\n"
    "  --holidays 2025-05-01,2025-12-25   nor on these days\n"
    "  --targets 5min,1h,1d               within which a lead is to be answered\n"
    "  --bands 5min,30min,1h,1d           of the time to the answer\n"
    "  --window 30d          longest time from lead to conversion\n"
    "  --by channel,month    a column of the leads, and a period in which they came\n"
    "  --from TIME --to TIME  only leads that came from the one on, before the other\n"
    "  --as-of TIME          nothing later counts; the latest time in the data without it\n"
    "  --zone Europe/Berlin --level 0.95\n"
    "  --set NAME=VALUE      any other option of schema responses_report, such as reference=2\n"
    "How to say it\n"
    "  --json | --csv\n"
    "  --strict              stop at the first row that cannot be taken\n"
    "  --rejects FILE        write the rows that were skipped, with the reason\n"
    "\n"
    "leadkpi responses --options says what --define and --set can name.\n"
    "Exit code: 0 good, 1 the data, 2 the command line. man leadkpi has the rest.\n";

static const own_word words[] = {{"automatic", true}, {"hours", false}, {"holidays", false},
                                 {"targets", false},  {"bands", false}, {"window", false},
                                 {NULL, false}};

static const handle_report reports[] = {{"speed", speed, NULL},
                                        {"targets", targets, NULL},
                                        {"bands", bands, NULL},
                                        {"leads", leads, NULL},
                                        {"findings", checks, "checks"}};

static const handle_kind kind = {
    .line = {.command = "responses",
             .files = "LEADS and --responses FILE, perhaps --conversions FILE",
             .kinds =
                 TABLE_BIT(TABLE_LEADS) | TABLE_BIT(TABLE_RESPONSES) | TABLE_BIT(TABLE_CONVERSIONS),
             .needed = TABLE_BIT(TABLE_LEADS) | TABLE_BIT(TABLE_RESPONSES),
             .bare_kind = TABLE_LEADS,
             .is_handle = true,
             .help = help,
             .words = words},
    .definition = "responses",
    .report = "responses_report",
    .dated = "leads that came",
    .reports = reports,
    .report_count = sizeof reports / sizeof *reports,
    .create = create,
    .describe = describe,
    .prepare = prepare,
    .warn = warn_of_rows};

int command_responses(int count, char **arguments, trouble *why)
{
    return handle_command(&kind, count, arguments, why);
}
