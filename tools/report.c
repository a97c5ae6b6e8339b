#include <stdlib.h>
#include <unistd.h>

#include <leadkpi/kpi.h>

#include "cells.h"
#include "commands.h"
#include "render.h"
#include "report_arguments.h"
#include "settings.h"
#include "utf8.h"

/* A report as it is made: what was asked for, and what came in. */
typedef struct report {
    report_arguments arguments;
    load_run run;
    clock_zone clock;
    leadkpi_table *summary;
    leadkpi_table *findings; /* NULL where they are not shown, as the next */
    leadkpi_table *costs;    /* what was included in which spend */
    leadkpi_table **answers; /* [0] all together, [1 + i] table i; NULL where not shown */
    trouble *why;
} report;

/* ---- options ------------------------------------------------------------------- */

/* --set is for options that the command has no word for: the head of the report and
 * the tables rest on the others. */
static int set_others(report *r, leadkpi_options *options)
{
    static const char *const taken[] = {"as_of", "basis", "by", "from", "grain",     "kpis",
                                        "level", "shape", "to", "zone", "zone_data", "zone_rule"};
    const report_arguments *a = &r->arguments;
    told_options told = {.count = 0};
    const char *name = NULL;
    char *value = NULL;
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) told_add(&told, taken[i]);
    int code = told_keep(&told, options, r->why);
    if (code == TOOL_GOOD) code = set_each(options, a->settings, a->setting_count, r->why);
    if (code == TOOL_GOOD) code = told_changed(&told, options, &name, &value, r->why);
    if (code == TOOL_GOOD && name)
        code = trouble_set(r->why, TOOL_USAGE,
                           "--set: expected an option that leadkpi report --help does not list, found %s=%.200s",
                           name, value ? value : "");
    free(value);
    told_free(&told);
    return code;
}

static int set_all(report *r, leadkpi_options *options, const report_table *table)
{
    const report_arguments *a = &r->arguments;
    TOOL_TRY(set_zone(options, &r->clock, r->why));
    TOOL_TRY(set_time(options, "as_of", a->as_of, true, &r->clock, r->why));
    TOOL_TRY(set_time(options, "from", a->from, false, &r->clock, r->why));
    TOOL_TRY(set_time(options, "to", a->to, false, &r->clock, r->why));
    TOOL_TRY(set_text(options, "basis", a->basis, r->why));
    TOOL_TRY(set_text(options, "level", a->level, r->why));
    TOOL_TRY(set_text(options, "kpis", table && table->kpis ? table->kpis : a->kpis, r->why));
    if (table) {
        TOOL_TRY(set_text(options, "by", table->dimensions, r->why));
        TOOL_TRY(set_text(options, "grain", table->grain, r->why));
    }
    return set_others(r, options);
}

static int make_options(report *r, const report_table *table, leadkpi_options **out)
{
    leadkpi_error error;
    leadkpi_status status =
        leadkpi_options_create(NULL, "campaigns_report", LEADKPI_NUL_TERMINATED, out, &error);
    TOOL_TRY(library_trouble(status, &error, r->why));
    int code = set_all(r, *out, table);
    if (code == TOOL_GOOD) return code;
    leadkpi_options_free(*out);
    *out = NULL;
    return code;
}

/* ---- what the library answers ----------------------------------------------------- */

typedef leadkpi_status (*report_call)(const leadkpi_campaigns *, const leadkpi_options *,
                                      leadkpi_table **, leadkpi_error *);

static int ask(report *r, report_call call, const report_table *table, leadkpi_table **out)
{
    leadkpi_options *options;
    leadkpi_error error;
    *out = NULL;
    TOOL_TRY(make_options(r, table, &options));
    leadkpi_status status = call(r->run.campaigns, options, out, &error);
    leadkpi_options_free(options);
    return library_trouble(status, &error, r->why);
}

static int64_t summary_number(const report *r, const char *name)
{
    int32_t column;
    int64_t value = 0;
    if (leadkpi_table_find_column(r->summary, name, LEADKPI_NUL_TERMINATED, &column, NULL) !=
            LEADKPI_OK ||
        leadkpi_table_get_int64(r->summary, column, 0, &value, NULL) != LEADKPI_OK)
        return 0;
    return value;
}

static slice summary_text(const report *r, const char *name)
{
    int32_t column;
    if (leadkpi_table_find_column(r->summary, name, LEADKPI_NUL_TERMINATED, &column, NULL) !=
        LEADKPI_OK)
        return (slice){"", 0};
    return cell_text(r->summary, column, 0);
}

/* ---- text ------------------------------------------------------------------------ */

static void put_count(text_buffer *out, int64_t count, const char *one, const char *many)
{
    if (count == 0) return;
    if (out->length) text_put(out, ", ", 2);
    cell_show(out, (double)count, CELL_WHOLE, 0);
    text_print(out, " %s", count == 1 ? one : many);
}

static void print_counts(const report *r)
{
    text_buffer line = {0};
    int64_t leads = summary_number(r, "leads"), records = summary_number(r, "lead_records");
    put_count(&line, leads, "lead", "leads");
    if (records != leads) {
        text_put(&line, " in ", 4);
        cell_show(&line, (double)records, CELL_WHOLE, 0);
        text_put(&line, " records", 8);
    }
    put_count(&line, summary_number(r, "stage_rows"), "stage row", "stage rows");
    put_count(&line, summary_number(r, "response_rows"), "response", "responses");
    put_count(&line, summary_number(r, "cost_rows"), "cost row", "cost rows");
    put_count(&line, summary_number(r, "measure_rows"), "row of measures", "rows of measures");
    printf("  %s\n", line.data ? line.data : "no rows");
    text_free(&line);
}

static const char *currency_of(const report *r)
{
    static char code[16];
    slice told = summary_text(r, "currency");
    if (told.length && told.length < sizeof code) {
        memset(code, 0, sizeof code);
        memcpy(code, told.data, told.length);
        return code;
    }
    return r->run.currency;
}

/* The library has taken the text as a number, but not every such text is one in JSON. */
static double level_of(const report *r)
{
    return r->arguments.level ? strtod(r->arguments.level, NULL) : 0.95;
}

static void print_head(report *r)
{
    char as_of[40];
    date_value value;
    const report_arguments *a = &r->arguments;
    if (a->as_of && date_read(slice_of(a->as_of), DATE_ORDER_UNTOLD, &value) == DATE_GOOD)
        snprintf(as_of, sizeof as_of, "%.39s", a->as_of);
    else
        clock_show(&r->clock, summary_number(r, "last_time"), as_of);
    printf("Lead report as of %s%s\n", as_of, a->as_of ? "" : " (the latest time in the data)");
    printf("  %s basis, persons by %.*s, time zone %s", a->basis ? a->basis : "cohort",
           SLICE_ARGS(summary_text(r, "person_key")), r->clock.name);
    if (*currency_of(r)) printf(", money in %s", currency_of(r));
    printf(", intervals at %g %%\n", level_of(r) * 100);
    print_counts(r);
    for (const char *line = r->run.notes.data; line && *line;) {
        size_t length = strcspn(line, "\n");
        printf("  %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

static void print_finding(const leadkpi_table *findings, size_t row)
{
    int64_t count = 0;
    text_buffer number = {0};
    leadkpi_status status = leadkpi_table_get_int64(findings, 1, row, &count, NULL);
    if (status == LEADKPI_OK) cell_show(&number, (double)count, CELL_WHOLE, 0);
    slice example = cell_text(findings, 2, row), meaning = cell_text(findings, 3, row);
    printf("  %8s  %.*s", number.data ? number.data : "", (int)meaning.length, meaning.data);
    if (example.length) {
        fputs(" (such as ", stdout);
        text_write_shown(stdout, (slice){example.data, slice_cut(example, 80)});
        fputs(")", stdout);
    }
    putchar('\n');
    text_free(&number);
}

/* A cost list does not run over the page: a part that does not fit starts a line. */
#define COST_LIST_WIDTH 100
#define COST_LIST_INDENT 21

static size_t print_cost(slice type, double amount, bool first, size_t width)
{
    text_buffer part = {0};
    text_print(&part, "%.*s ", SLICE_ARGS(type));
    cell_show(&part, amount, CELL_WHOLE, 0);
    const char *between = first ? "" : ", ";
    if (!first && width + part.length + 3 > COST_LIST_WIDTH) {
        printf(",\n%*s", COST_LIST_INDENT, "");
        width = COST_LIST_INDENT;
        between = "";
    }
    printf("%s%s", between, part.data ? part.data : "");
    width += strlen(between) + part.length;
    text_free(&part);
    return width;
}

/* A measure begins a line; the columns are measure, cost_type, scope, amount, rows, and
 * the rows of a measure follow each other. */
static void print_cost_list(const leadkpi_table *costs)
{
    size_t count = leadkpi_table_row_count(costs), width = 0;
    slice before = {"", 0};
    if (count) printf("\nWhat is in which spend");
    for (size_t row = 0; row < count; row++) {
        double amount = 0;
        slice measure = cell_text(costs, 0, row);
        bool first = !slice_equal(measure, before);
        (void)leadkpi_table_get_double(costs, 3, row, &amount, NULL);
        if (first) {
            printf("\n  %-18.*s ", SLICE_ARGS(measure));
            width = COST_LIST_INDENT;
        }
        width = print_cost(cell_text(costs, 1, row), amount, first, width);
        before = measure;
    }
    if (count) putchar('\n');
}

static void print_data_notes(const report *r, const leadkpi_table *findings)
{
    size_t count = leadkpi_table_row_count(findings);
    printf("\nAbout the data\n");
    for (size_t row = 0; row < count; row++) print_finding(findings, row);
    if (r->run.totals_skipped)
        printf("  %8lld  rows of totals were left out\n", (long long)r->run.totals_skipped);
    if (r->run.rows_skipped)
        printf("  %8lld  rows could not be read and were left out\n",
               (long long)r->run.rows_skipped);
    if (count == 0 && r->run.totals_skipped == 0 && r->run.rows_skipped == 0)
        printf("  nothing odd was found\n");
}

static void print_text(report *r)
{
    char title[256];
    print_head(r);
    if (r->answers[0]) {
        printf("\nAll together\n\n");
        render_headline(stdout, r->answers[0]);
    }
    for (size_t i = 0; i < r->arguments.table_count; i++) {
        snprintf(title, sizeof title, "By %.200s", r->arguments.tables[i].by);
        putchar('\n');
        render_report_text(stdout, r->answers[1 + i], title, r->arguments.width);
    }
    print_cost_list(r->costs);
    print_data_notes(r, r->findings);
}

/* ---- JSON and CSV ------------------------------------------------------------------ */

static void put_member(const char *name, const char *value)
{
    printf("  \"%s\": ", name);
    if (value && *value)
        render_json_text(stdout, slice_of(value));
    else
        printf("null");
    printf(",\n");
}

static void put_skips(const load_run *run)
{
    printf("  \"skipped\": [");
    for (size_t i = 0; i < run->skip_count; i++) {
        printf("%s\n    {\"file\": ", i ? "," : "");
        render_json_text(stdout, slice_of(run->skips[i].file));
        printf(", \"first_line\": %lld, \"rows\": %lld, \"reason\": ",
               (long long)run->skips[i].first_line, (long long)run->skips[i].count);
        render_json_text(stdout, slice_of(run->skips[i].text));
        putchar('}');
    }
    printf("%s],\n", run->skip_count ? "\n  " : "");
}

static void put_json_tables(const report *r)
{
    const char *before = "";
    printf("  \"tables\": [");
    for (size_t i = 0; i <= r->arguments.table_count; i++) {
        if (!r->answers[i]) continue;
        printf("%s\n    {\"by\": ", before);
        render_json_text(stdout, slice_of(i ? r->arguments.tables[i - 1].by : ""));
        printf(", \"rows\": ");
        render_report_json(stdout, r->answers[i], "    ");
        putchar('}');
        before = ",";
    }
    printf("\n  ]\n}\n");
}

static void print_json(const report *r)
{
    text_buffer as_of = {0};
    cell_instant(&as_of, summary_number(r, "last_time"));
    printf("{\n");
    put_member("as_of", r->arguments.as_of ? r->arguments.as_of : as_of.data);
    put_member("as_of_from", r->arguments.as_of ? "told" : "latest time in the data");
    put_member("basis", r->arguments.basis ? r->arguments.basis : "cohort");
    printf("  \"level\": %.15g,\n", level_of(r));
    put_member("zone", r->clock.name);
    put_member("currency", currency_of(r));
    printf("  \"totals_left_out\": %lld,\n  \"rows_skipped\": %lld,\n",
           (long long)r->run.totals_skipped, (long long)r->run.rows_skipped);
    put_skips(&r->run);
    printf("  \"summary\": ");
    render_json_rows(stdout, r->summary, "  ");
    printf(",\n  \"cost_list\": ");
    render_json_rows(stdout, r->costs, "  ");
    printf(",\n  \"findings\": ");
    render_json_rows(stdout, r->findings, "  ");
    printf(",\n");
    put_json_tables(r);
    text_free(&as_of);
}

/* ---- the run ----------------------------------------------------------------------- */

/* A name that means no KPI is told before a long file is read, not after. */
static int check_kpis(report *r, const char *list)
{
    leadkpi_error error;
    int32_t kpi;
    if (!list || strchr(list, '"')) return TOOL_GOOD; /* the library reads quotes */
    for (const char *at = list;; at++) {
        size_t length = strcspn(at, ",");
        slice name = slice_trim((slice){at, length});
        if (name.length)
            TOOL_TRY(
                library_trouble(leadkpi_kpi_find(name.data, name.length, &kpi, &error), &error, r->why));
        at += length;
        if (*at == '\0') return TOOL_GOOD;
    }
}

/* All that the command line says, before any file is opened. */
static int check_options(report *r)
{
    leadkpi_options *options;
    TOOL_TRY(check_kpis(r, r->arguments.kpis));
    TOOL_TRY(make_options(r, NULL, &options));
    leadkpi_options_free(options);
    for (size_t i = 0; i < r->arguments.table_count; i++) {
        TOOL_TRY(check_kpis(r, r->arguments.tables[i].kpis));
        TOOL_TRY(make_options(r, &r->arguments.tables[i], &options));
        leadkpi_options_free(options);
    }
    return TOOL_GOOD;
}

/* Every answer before the first word is printed, so that a report is whole or not there. */
static int ask_all(report *r)
{
    const report_arguments *a = &r->arguments;
    leadkpi_error error;
    r->answers = tool_allocate(a->table_count + 1, sizeof *r->answers);
    leadkpi_status status = leadkpi_campaigns_summary(r->run.campaigns, &r->summary, &error);
    TOOL_TRY(library_trouble(status, &error, r->why));
    if (a->format != FORMAT_CSV) {
        TOOL_TRY(ask(r, leadkpi_campaigns_findings, NULL, &r->findings));
        TOOL_TRY(ask(r, leadkpi_campaigns_cost_list, NULL, &r->costs));
    }
    if (a->table_count == 0 || (a->format == FORMAT_TEXT && a->headline))
        TOOL_TRY(ask(r, leadkpi_campaigns_report, NULL, &r->answers[0]));
    for (size_t i = 0; i < a->table_count; i++)
        TOOL_TRY(ask(r, leadkpi_campaigns_report, &a->tables[i], &r->answers[1 + i]));
    return TOOL_GOOD;
}

static void free_answers(report *r)
{
    for (size_t i = 0; r->answers && i <= r->arguments.table_count; i++)
        leadkpi_table_free(r->answers[i]);
    free(r->answers);
    leadkpi_table_free(r->findings);
    leadkpi_table_free(r->costs);
    leadkpi_table_free(r->summary);
}

static int create_campaigns(report *r)
{
    leadkpi_options *options = NULL;
    leadkpi_error error;
    leadkpi_status status =
        leadkpi_options_create(NULL, "campaigns", LEADKPI_NUL_TERMINATED, &options, &error);
    for (size_t i = 0; i < r->arguments.definition_count && status == LEADKPI_OK; i++)
        status = leadkpi_options_parse(options, r->arguments.definitions[i], LEADKPI_NUL_TERMINATED,
                                       &error);
    if (status == LEADKPI_OK)
        status = leadkpi_campaigns_create(NULL, options, &r->run.campaigns, &error);
    leadkpi_options_free(options);
    return library_trouble(status, &error, r->why);
}

static int load_all(report *r)
{
    TOOL_TRY(create_campaigns(r));
    return load_run_files(&r->run, r->arguments.files, r->arguments.file_count, r->arguments.rejects, r->why);
}

static int run_report(report *r)
{
    r->run.zone = r->arguments.zone;
    r->run.dimensions = r->arguments.dimensions;
    r->run.dimension_count = r->arguments.dimension_count;
    r->run.dimension_found = tool_allocate(r->arguments.dimension_count + 1, sizeof(bool));
    r->run.strict = r->arguments.strict;
    r->run.show_progress = isatty(STDERR_FILENO) == 1;
    TOOL_TRY(clock_open(&r->clock, r->arguments.zone, r->why));
    TOOL_TRY(check_options(r));
    TOOL_TRY(load_all(r));
    TOOL_TRY(ask_all(r));
    if (r->arguments.format == FORMAT_JSON)
        print_json(r);
    else if (r->arguments.format == FORMAT_CSV)
        render_csv(stdout, r->answers[r->arguments.table_count]);
    else
        print_text(r);
    return TOOL_GOOD;
}

static const char help[] =
    "usage: leadkpi report --leads FILE [--stages FILE] [--costs FILE] [option ...]\n"
    "\n"
    "Files, each as often as needed; - is standard input\n"
    "  --leads FILE --stages FILE --costs FILE --responses FILE --measures FILE\n"
    "About the file named last (before the first one, all but maps: about all)\n"
    "  --profile NAME        columns as a profile calls them; leadkpi look FILE says which fits\n"
    "  --map 'id=Lead ID,time=Created'    --map-file FILE    columns under your names\n"
    "  --dates day-first|month-first      --decimal comma|dot    --file-zone ZONE\n"
    "  --encoding NAME                    --delimiter comma|semicolon|tab|bar\n"
    "What to report\n"
    "  --by channel,month    a table by dimensions and at most one period; once a table\n"
    "  --kpi cpl,cac,roas    behind a --by: of that table; leadkpi kpi list shows all\n"
    "  --as-of TIME          nothing later counts; the latest time in the data without it\n"
    "  --from TIME --to TIME --zone Europe/Berlin --basis cohort|period --level 0.95\n"
    "  --set NAME=VALUE      any other option, such as overhead=leads\n"
    "  --define NAME=VALUE   of the definition, such as person_key=email\n"
    "How to say it\n"
    "  --json | --csv        --width COLUMNS    --no-headline\n"
    "  --strict              stop at the first row that cannot be taken\n"
    "  --rejects FILE        write the rows that were skipped, with the reason\n"
    "\n"
    "Exit code: 0 good, 1 the data, 2 the command line. man leadkpi has the rest.\n";

static const command_line command = {
    .command = "report",
    .files = "--leads FILE, --stages FILE, --costs FILE, --responses FILE or --measures FILE",
    .kinds = TABLE_BIT(TABLE_LEADS) | TABLE_BIT(TABLE_STAGES) | TABLE_BIT(TABLE_COSTS) |
             TABLE_BIT(TABLE_RESPONSES) | TABLE_BIT(TABLE_MEASURES),
    .bare_kind = -1,
    .help = help};

int command_report(int count, char **arguments, trouble *why)
{
    if (tool_wants_help(count, arguments)) return fputs(help, stdout), TOOL_GOOD;
    report *r = tool_allocate(1, sizeof *r);
    r->why = why;
    int code = report_arguments_read(&r->arguments, &command, count, arguments, why);
    if (code == TOOL_GOOD) code = run_report(r);
    free_answers(r);
    clock_close(&r->clock);
    load_run_free(&r->run);
    report_arguments_free(&r->arguments);
    free(r);
    return code;
}
