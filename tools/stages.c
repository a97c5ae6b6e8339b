#include "cells.h"
#include "commands.h"
#include "handle_command.h"
#include "settings.h"

HANDLE_MAKERS(stages)
HANDLE_CALL(stages, steps)
HANDLE_CALL(stages, transitions)
HANDLE_CALL(stages, durations)
HANDLE_CALL(stages, snapshot)
HANDLE_CALL(stages, leads)
HANDLE_CALL(stages, reasons)
HANDLE_CALL(stages, checks)

static bool has_text(const leadkpi_table *table, int32_t column, slice text)
{
    for (size_t row = 0; row < leadkpi_table_row_count(table); row++)
        if (slice_equal(cell_text(table, column, row), text)) return true;
    return false;
}

/* A stage of the line that no move leads to or from is one that nobody ever stood in. */
static void warn_of_line(const leadkpi_table *line, const leadkpi_table *moves)
{
    leadkpi_error error;
    int32_t name, from, to;
    leadkpi_table_find_column(line, "name", LEADKPI_NUL_TERMINATED, &name, &error);
    leadkpi_table_find_column(moves, "from", LEADKPI_NUL_TERMINATED, &from, &error);
    leadkpi_table_find_column(moves, "to", LEADKPI_NUL_TERMINATED, &to, &error);
    for (size_t row = 0; row < leadkpi_table_row_count(line); row++) {
        slice stage = cell_text(line, name, row);
        if (!has_text(moves, to, stage) && !has_text(moves, from, stage))
            handle_warn_of_name("lead was in a stage of the line", stage);
    }
}

static int warn_of_stages(handle_run *h)
{
    leadkpi_table *line = NULL, *moves = NULL;
    leadkpi_error error;
    leadkpi_status status = steps(&h->run, NULL, &line, &error);
    if (status == LEADKPI_OK) status = transitions(&h->run, NULL, &moves, &error);
    if (status == LEADKPI_OK) warn_of_line(line, moves);
    leadkpi_table_free(line);
    leadkpi_table_free(moves);
    return library_trouble(status, &error, h->why);
}

static const char help[] =
    "usage: leadkpi stages FILE ... --stages 'new,mql,sql,won' [option ...]\n"
    "\n"
    "Files, - is standard input: columns id, time, stage, perhaps from, sequence and reason,\n"
    "or a column of times for each stage\n"
    "About the file named last (before the first one: about all)\n"
    "  --map 'id=Deal,time=Changed,stage=To'    --map-file FILE    --profile NAME\n"
    "  --dates day-first|month-first      --file-zone ZONE\n"
    "  --encoding NAME                    --delimiter comma|semicolon|tab|bar\n"
    "The rule\n"
    "  --stages a,b,c        the line, in its order\n"
    "  --won c               stages of the line that end a lead with success; the last without it\n"
    "  --lost lost           stages off the line that end a lead without success\n"
    "  --edges 'a>b,b>c'     moves that may be: the findings count the others\n"
    "  --define NAME=VALUE   any other option of schema stages, such as ids=hashed\n"
    "What to report\n"
    "  --show steps|moves|durations|snapshot|leads|reasons|findings\n"
    "  --by owner,month      a column of the file, and a period in which leads came\n"
    "  --skips implied|strict|any|own     --visits each|first|last|sum\n"
    "  --as-of TIME          nothing later counts; the latest time in the data without it\n"
    "  --zone Europe/Berlin --level 0.95\n"
    "  --set NAME=VALUE      any other option of schema stages_report, such as breakdown=last\n"
    "How to say it\n"
    "  --json | --csv\n"
    "  --strict              stop at the first row that cannot be taken\n"
    "  --rejects FILE        write the rows that were skipped, with the reason\n"
    "\n"
    "leadkpi stages --options says what --define and --set can name.\n"
    "Exit code: 0 good, 1 the data, 2 the command line. man leadkpi has the rest.\n";

static const own_word words[] = {{"stages", true}, {"won", true},    {"lost", true},
                                 {"edges", true},  {"skips", false}, {"visits", false},
                                 {NULL, false}};

static const handle_report reports[] = {
    {"steps", steps}, {"moves", transitions}, {"durations", durations}, {"snapshot", snapshot},
    {"leads", leads}, {"reasons", reasons},   {"findings", checks}};

static const handle_kind kind = {.line = {.command = "stages",
                                          .files = "a FILE of stages",
                                          .kinds = TABLE_BIT(TABLE_STAGES),
                                          .bare_kind = TABLE_STAGES,
                                          .is_handle = true,
                                          .help = help,
                                          .words = words},
                                 .definition = "stages",
                                 .report = "stages_report",
                                 .reports = reports,
                                 .report_count = sizeof reports / sizeof *reports,
                                 .create = create,
                                 .describe = describe,
                                 .warn = warn_of_stages};

int command_stages(int count, char **arguments, trouble *why)
{
    return handle_command(&kind, count, arguments, why);
}
