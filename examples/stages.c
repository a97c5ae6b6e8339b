/* stages.c: the history of a CRM's stages: how far leads got, what the graph of moves looks like, and how
 * long they stand where, those that still stand there counted. */
#include <leadkpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUL LEADKPI_NUL_TERMINATED
#define DAY INT64_C(86400000000)

/* What the CRM logged; days from 1970-01-01. Lead 2 jumped over mql, lead 3 went back, lead 4 came again. */
static const struct {
    int64_t id, day;
    const char *stage, *reason;
} log_rows[] = {{1, 0, "new", NULL},    {1, 1, "mql", NULL},  {1, 3, "sql", NULL},
                {1, 6, "won", NULL},    {2, 0, "new", NULL},  {2, 2, "sql", NULL},
                {2, 4, "lost", "price"}, {3, 1, "new", NULL}, {3, 2, "mql", NULL},
                {3, 3, "new", NULL},    {3, 5, "mql", NULL},  {4, 2, "new", NULL},
                {4, 3, "lost", "timing"}, {4, 7, "new", NULL}};
enum {
    ROWS = sizeof log_rows / sizeof log_rows[0]
};

static leadkpi_error error;

static void must(leadkpi_status status)
{
    if (status == LEADKPI_OK) return;
    printf("%s: %s\n", leadkpi_status_name(status), error.message);
    exit(1);
}

static leadkpi_options *options_of(const char *schema, const char *text)
{
    leadkpi_options *options;
    must(leadkpi_options_create(NULL, schema, NUL, &options, &error));
    must(leadkpi_options_parse(options, text, NUL, &error));
    return options;
}

static void add_log(leadkpi_stages *stages)
{
    int64_t ids[ROWS], times[ROWS];
    const char *names[ROWS], *reasons[ROWS];
    leadkpi_table *table;
    for (int i = 0; i < ROWS; i++) {
        ids[i] = log_rows[i].id;
        times[i] = log_rows[i].day * DAY;
        names[i] = log_rows[i].stage;
        reasons[i] = log_rows[i].reason;
    }
    must(leadkpi_table_create(NULL, &table, &error));
    must(leadkpi_table_borrow_int64(table, "id", NUL, ids, ROWS, 0, NULL, &error));
    must(leadkpi_table_borrow_timestamp(table, "time", NUL, times, ROWS, 0, NULL, &error));
    must(leadkpi_table_copy_strings(table, "stage", NUL, names, ROWS, &error));
    must(leadkpi_table_copy_strings(table, "reason", NUL, reasons, ROWS, &error));
    must(leadkpi_stages_add(stages, table, NULL, 0, &error));
    leadkpi_table_free(table);
}

/* A cell as it is, but seconds as days, and a null as -. */
static void print_cell(const leadkpi_table *table, const char *name, size_t row)
{
    int32_t column;
    const char *text;
    size_t length;
    double number;
    must(leadkpi_table_find_column(table, name, NUL, &column, &error));
    if (leadkpi_table_is_null(table, column, row)) {
        printf(" %8s", "-");
    } else if (leadkpi_table_column_type(table, column) == LEADKPI_TYPE_TEXT) {
        must(leadkpi_table_get_text(table, column, row, &text, &length, &error));
        printf(" %8.*s", (int)length, text);
    } else {
        must(leadkpi_table_get_double(table, column, row, &number, &error));
        int is_time = strcmp(leadkpi_table_column_unit(table, column), "s") == 0;
        printf(" %8.3g", is_time ? number / 86400 : number);
    }
}

typedef leadkpi_status (*stages_report)(const leadkpi_stages *, const leadkpi_options *,
                                        leadkpi_table **, leadkpi_error *);

/* The named columns of a report as of day 8 under these heads. */
static void print(const leadkpi_stages *stages, stages_report call, const char *const heads[5],
                  const char *const names[5])
{
    leadkpi_options *options = options_of("stages_report", "as_of=1970-01-09");
    leadkpi_table *report;
    must(call(stages, options, &report, &error));
    for (int i = 0; i < 5; i++) printf(" %8s", heads[i]);
    putchar('\n');
    for (size_t row = 0; row < leadkpi_table_row_count(report); row++) {
        for (int i = 0; i < 5; i++) print_cell(report, names[i], row);
        putchar('\n');
    }
    putchar('\n');
    leadkpi_table_free(report);
    leadkpi_options_free(options);
}

int main(void)
{
    static const char *const steps[] = {"name", "reached", "skipped", "lost", "step_rate"};
    static const char *const step_heads[] = {"stage", "reached", "skipped", "lost", "rate"};
    static const char *const moves[] = {"from", "to", "move", "count", "rate"};
    static const char *const times[] = {"stage", "ended", "open", "mean_seconds",
                                        "survival_median_seconds"};
    static const char *const time_heads[] = {"days in", "ended", "open", "mean", "median"};
    leadkpi_options *definition = options_of("stages", "stages=new,mql,sql,won; lost=lost");
    leadkpi_stages *stages;
    must(leadkpi_stages_create(NULL, definition, &stages, &error));
    add_log(stages);
    print(stages, leadkpi_stages_steps, step_heads, steps);
    print(stages, leadkpi_stages_transitions, moves, moves);
    print(stages, leadkpi_stages_durations, time_heads, times);
    leadkpi_stages_free(stages);
    leadkpi_options_free(definition);
    return 0;
}
