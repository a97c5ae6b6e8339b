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

/* The moves that there were, and their columns. */
typedef struct moves_seen {
    leadkpi_table *table;
    int32_t from, to;
} moves_seen;

/* A stage that no move leads to or from is one that nobody ever stood in. */
static bool was_stood_in(const moves_seen *moves, slice stage)
{
    return has_text(moves->table, moves->to, stage) || has_text(moves->table, moves->from, stage);
}

static void warn_of_line(handle_run *h, slice stage, void *context)
{
    if (!was_stood_in(context, stage)) handle_warn_of_name(h, "lead was in a stage of the line", stage);
}

static void warn_of_lost(handle_run *h, slice stage, void *context)
{
    if (!was_stood_in(context, stage)) handle_warn_of_name(h, "lead was in a stage of --lost", stage);
}

typedef struct searching {
    slice wanted;
    bool found;
} searching;

static void compare_item(handle_run *h, slice item, void *context)
{
    searching *s = context;
    (void)h;
    s->found |= slice_equal(item, s->wanted);
}

static bool lists(handle_run *h, const char *option, slice stage)
{
    searching s = {stage, false};
    return handle_each_item(h, option, compare_item, &s) == TOOL_GOOD && s.found;
}

/* The library takes no edge without an end before and behind the sign. */
static void warn_of_edge(handle_run *h, slice edge, void *context)
{
    const char *sign = memchr(edge.data, '>', edge.length);
    size_t length = (size_t)(sign - edge.data);
    slice ends[] = {{edge.data, length}, {sign + 1, edge.length - length - 1}};
    for (int i = 0; i < 2; i++)
        if (!was_stood_in(context, ends[i]) && !lists(h, "stages", ends[i]) && !lists(h, "lost", ends[i]))
            handle_warn_of_name(h, "lead was in a stage of --edges", ends[i]);
}

/* Leads that stand in a stage that nothing was said of are open, however their names sound. */
static void warn_of_others(handle_run *h, const moves_seen *moves)
{
    enum {
        NAMED_MOST = 5
    };
    size_t count = 0;
    text_buffer names = {0};
    for (size_t row = 0; row < leadkpi_table_row_count(moves->table) && count <= NAMED_MOST; row++) {
        slice stage = cell_text(moves->table, moves->to, row);
        bool is_first = true; /* the moves to one stage may be several */
        for (size_t before = 0; before < row && is_first; before++)
            is_first = !slice_equal(cell_text(moves->table, moves->to, before), stage);
        if (!is_first || lists(h, "stages", stage) || lists(h, "lost", stage)) continue;
        if (count++ < NAMED_MOST)
            text_print(&names, "%s\"%.*s\"", count > 1 ? ", " : "", SLICE_ARGS(stage));
        else
            text_print(&names, " ...");
    }
    if (count)
        tool_warn("neither --stages nor --lost names %s: leads that stand there count as open", names.data);
    text_free(&names);
}

static int warn_of_stages(handle_run *h)
{
    moves_seen moves;
    leadkpi_error error;
    TOOL_TRY(library_trouble(transitions(&h->run, NULL, &moves.table, &error), &error, h->why));
    leadkpi_table_find_column(moves.table, "from", LEADKPI_NUL_TERMINATED, &moves.from, &error);
    leadkpi_table_find_column(moves.table, "to", LEADKPI_NUL_TERMINATED, &moves.to, &error);
    int code = handle_each_item(h, "stages", warn_of_line, &moves);
    if (code == TOOL_GOOD) code = handle_each_item(h, "lost", warn_of_lost, &moves);
    if (code == TOOL_GOOD) code = handle_each_item(h, "edges", warn_of_edge, &moves);
    if (code == TOOL_GOOD) warn_of_others(h, &moves);
    leadkpi_table_free(moves.table);
    return code;
}

static const char help[] =
    "usage: leadkpi stages FILE ... --stages 'new,mql,sql,won' [option ...]\n"
    "\n"
    "Files, - is standard input: columns id, time, stage, perhaps from, sequence and reason,\n"
    "or a column of times for each stage\n"
    "About the file named last (before the first one, all but maps: about all)\n"
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
    "  --from TIME --to TIME  only leads that came from the one on, before the other\n"
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

static const handle_report reports[] = {{"steps", steps, NULL},
                                        {"moves", transitions, "transitions"},
                                        {"durations", durations, NULL},
                                        {"snapshot", snapshot, NULL},
                                        {"leads", leads, NULL},
                                        {"reasons", reasons, NULL},
                                        {"findings", checks, "checks"}};

static const handle_kind kind = {.line = {.command = "stages",
                                          .files = "a FILE of stages",
                                          .kinds = TABLE_BIT(TABLE_STAGES),
                                          .bare_kind = TABLE_STAGES,
                                          .is_handle = true,
                                          .help = help,
                                          .words = words},
                                 .definition = "stages",
                                 .report = "stages_report",
                                 .dated = "leads that came",
    .line_option = "stages",
    .line_example = "new,mql,sql,won",
                                 .reports = reports,
                                 .report_count = sizeof reports / sizeof *reports,
                                 .create = create,
                                 .describe = describe,
                                 .warn = warn_of_stages};

int command_stages(int count, char **arguments, trouble *why)
{
    return handle_command(&kind, count, arguments, why);
}
