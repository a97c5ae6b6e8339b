/* funnel.c: how many leads got how far, how fast, under which rule: the rule as a sentence, steps by segment,
 * times with those that are still going on counted, and each lead. */
#include <leadkpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUL LEADKPI_NUL_TERMINATED
#define HOUR INT64_C(3600000000)

/* What the log has, in any order; hours from 1970-01-01. Lead 2 tried twice, lead 3 is still on its way. */
static const struct {
    int64_t id, hour;
    const char *event, *channel;
} log_rows[] = {{1, 0, "visit", "ads"},   {1, 2, "sign up", "ads"},  {1, 50, "won", "ads"},
                {2, 300, "visit", "ads"}, {2, 1, "visit", "mail"},   {2, 304, "register", "ads"},
                {3, 310, "visit", "ads"}, {4, 5, "sign up", "mail"}, {4, 6, "visit", "mail"},
                {5, 20, "visit", "mail"}, {5, 21, "sign up", "mail"}, {5, 22, "won", "mail"}};
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

static leadkpi_funnel *made(const char *text)
{
    leadkpi_funnel *funnel;
    leadkpi_options *definition = options_of("funnel", text);
    must(leadkpi_funnel_create(NULL, definition, &funnel, &error));
    leadkpi_options_free(definition);
    return funnel;
}

static void add_log(leadkpi_funnel *funnel)
{
    int64_t ids[ROWS], times[ROWS];
    const char *events[ROWS], *channels[ROWS];
    leadkpi_table *table;
    for (int i = 0; i < ROWS; i++) {
        ids[i] = log_rows[i].id;
        times[i] = log_rows[i].hour * HOUR;
        events[i] = log_rows[i].event;
        channels[i] = log_rows[i].channel;
    }
    must(leadkpi_table_create(NULL, &table, &error));
    must(leadkpi_table_borrow_int64(table, "id", NUL, ids, ROWS, 0, NULL, &error));
    must(leadkpi_table_borrow_timestamp(table, "time", NUL, times, ROWS, 0, NULL, &error));
    must(leadkpi_table_copy_strings(table, "event", NUL, events, ROWS, &error));
    must(leadkpi_table_copy_strings(table, "segment", NUL, channels, ROWS, &error));
    must(leadkpi_funnel_add(funnel, table, NULL, 0, &error));
    leadkpi_table_free(table);
}

/* A cell as it is, but times as hours, and a null as -. */
static void print_cell(const leadkpi_table *table, const char *name, size_t row)
{
    int32_t column;
    const char *text;
    size_t length;
    double number;
    must(leadkpi_table_find_column(table, name, NUL, &column, &error));
    int32_t type = leadkpi_table_column_type(table, column);
    if (leadkpi_table_is_null(table, column, row)) {
        printf(" %15s", "-");
    } else if (type == LEADKPI_TYPE_TEXT) {
        must(leadkpi_table_get_text(table, column, row, &text, &length, &error));
        printf(" %15.*s", (int)length, text);
    } else {
        must(leadkpi_table_get_double(table, column, row, &number, &error));
        if (type == LEADKPI_TYPE_TIMESTAMP) number /= (double)HOUR;
        if (strcmp(leadkpi_table_column_unit(table, column), "s") == 0) number /= 3600;
        printf(" %15.3g", number);
    }
}

typedef leadkpi_status (*funnel_report)(const leadkpi_funnel *, const leadkpi_options *, leadkpi_table **,
                                        leadkpi_error *);

/* The named columns of a report. */
static void print(const leadkpi_funnel *funnel, funnel_report call, const char *how, const char *const names[6])
{
    leadkpi_options *options = options_of("funnel_report", how);
    leadkpi_table *report;
    must(call(funnel, options, &report, &error));
    for (int i = 0; i < 6; i++) printf(" %15.15s", names[i]);
    putchar('\n');
    for (size_t row = 0; row < leadkpi_table_row_count(report); row++) {
        for (int i = 0; i < 6; i++) print_cell(report, names[i], row);
        putchar('\n');
    }
    putchar('\n');
    leadkpi_table_free(report);
    leadkpi_options_free(options);
}

int main(void)
{
    static const char *const steps[] = {"segment", "name", "reached", "open", "step_rate", "step_rate_low"};
    static const char *const times[] = {"from_step", "to_step", "completed", "mean_seconds", "censored", "flags"};
    static const char *const leads[] = {"id", "segment", "step", "step_1", "step_2", "step_3"};
    char rule[400];
    leadkpi_funnel *funnel = made("steps=visit,sign up|register,won; window=7d");
    must(leadkpi_funnel_describe(funnel, rule, sizeof rule, NULL, &error));
    printf("%s\n\n", rule);
    add_log(funnel);
    print(funnel, leadkpi_funnel_steps, "by=segment", steps);
    print(funnel, leadkpi_funnel_times, "as_of=1970-02-01", times);
    print(funnel, leadkpi_funnel_leads, "", leads);
    leadkpi_funnel_free(funnel);
    return 0;
}
