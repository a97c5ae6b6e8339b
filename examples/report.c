/* report.c: the main job. Leads, stages and costs in memory go in; KPIs by
 * channel come out, each with its interval and, where there is none, the reason. */
#include <leadkpi.h>
#include <stdio.h>
#include <string.h>

#define NUL LEADKPI_NUL_TERMINATED
#define DAY INT64_C(86400000000)     /* in microseconds */
#define APRIL (INT64_C(20179) * DAY) /* 2025-04-01 */

/* One status for a row of calls: the first failure is printed and ends the program's work. */
static leadkpi_error error;
static int good(leadkpi_status status)
{
    if (status != LEADKPI_OK) printf("%s\n", error.message);
    return status == LEADKPI_OK;
}

static int add_leads(leadkpi_campaigns *campaigns)
{
    const int64_t ids[] = {1, 2, 3, 4, 5, 6};
    const int64_t times[] = {APRIL,           APRIL + DAY,     APRIL + DAY,
                             APRIL + 2 * DAY, APRIL + 3 * DAY, APRIL + 5 * DAY};
    /* A text column with a name of your own is a dimension. NULL: not known. */
    const char *channels[] = {"Paid Search", "Paid Search", "Events",
                              "Paid Search", NULL,          "Events"};
    leadkpi_table *table;
    if (!good(leadkpi_table_create(NULL, &table, &error))) return 0;
    /* Borrowed arrays are not copied; strings are. */
    int ok = good(leadkpi_table_borrow_int64(table, "id", NUL, ids, 6, 0, NULL, &error)) &&
             good(leadkpi_table_borrow_timestamp(table, "time", NUL, times, 6, 0, NULL, &error)) &&
             good(leadkpi_table_copy_strings(table, "channel", NUL, channels, 6, &error)) &&
             good(leadkpi_campaigns_add_leads(campaigns, table, NULL, 0, &error));
    leadkpi_table_free(table);
    return ok;
}

static int add_stages(leadkpi_campaigns *campaigns)
{
    /* Lead 9 was never given: its row is kept and reported, not dropped. */
    const int64_t ids[] = {1, 2, 2, 3, 9};
    const int64_t times[] = {APRIL + 4 * DAY, APRIL + 3 * DAY, APRIL + 9 * DAY, APRIL + 8 * DAY,
                             APRIL + 9 * DAY};
    const char *stages[] = {"MQL", "mql", "Closed Won", "SQL", "mql"};
    const int64_t cents[] = {0, 0, 1250000, 0, 0};
    const uint8_t has_value = 1 << 2; /* one bit a row, lowest first */
    leadkpi_table *table;
    if (!good(leadkpi_table_create(NULL, &table, &error))) return 0;
    int ok = good(leadkpi_table_borrow_int64(table, "id", NUL, ids, 5, 0, NULL, &error)) &&
             good(leadkpi_table_borrow_timestamp(table, "time", NUL, times, 5, 0, NULL, &error)) &&
             good(leadkpi_table_copy_strings(table, "stage", NUL, stages, 5, &error)) &&
             good(leadkpi_table_borrow_decimal(table, "value", NUL, cents, 2, 5, 0, &has_value,
                                               &error)) &&
             good(leadkpi_campaigns_add_stages(campaigns, table, NULL, 0, &error));
    leadkpi_table_free(table);
    return ok;
}

static int add_costs(leadkpi_campaigns *campaigns)
{
    const int64_t times[] = {APRIL, APRIL + DAY};
    const double amounts[] = {400.25, 199.75};
    const char *channels[] = {"Paid Search", "Paid Search"};
    leadkpi_table *table;
    if (!good(leadkpi_table_create(NULL, &table, &error))) return 0;
    int ok = good(leadkpi_table_borrow_timestamp(table, "time", NUL, times, 2, 0, NULL, &error)) &&
             good(leadkpi_table_borrow_double(table, "amount", NUL, amounts, 2, 0, NULL, &error)) &&
             good(leadkpi_table_copy_strings(table, "channel", NUL, channels, 2, &error)) &&
             good(leadkpi_campaigns_add_costs(campaigns, table, NULL, 0, &error));
    leadkpi_table_free(table);
    return ok;
}

/* Any table, whatever its columns. */
static void print_table(const leadkpi_table *table)
{
    for (size_t row = 0; row < leadkpi_table_row_count(table); row++) {
        for (int32_t column = 0; column < leadkpi_table_column_count(table); column++) {
            const char *text = NULL, *gap = column ? " | " : "";
            size_t length = 0;
            double number;
            if (leadkpi_table_is_null(table, column, row))
                printf("%s-", gap);
            else if (leadkpi_table_get_text(table, column, row, &text, &length, NULL) == LEADKPI_OK)
                printf("%s%.*s", gap, (int)length, text);
            else if (leadkpi_table_get_double(table, column, row, &number, NULL) == LEADKPI_OK)
                printf("%s%.6g", gap, number);
        }
        printf("\n");
    }
}

static int print_report(const leadkpi_campaigns *campaigns)
{
    leadkpi_options *options;
    leadkpi_table *report, *findings;
    if (!good(leadkpi_options_create(NULL, "campaigns_report", NUL, &options, &error))) return 0;
    /* Long shape: a row a KPI. Wide, the default, is a row a segment. */
    int ok = good(leadkpi_options_parse(options,
                                        "by=channel; shape=long; as_of=2025-04-30;"
                                        "kpis=lead_volume,lead_to_mql_rate,cost_per_lead,cac,roas",
                                        NUL, &error));
    if (ok && (ok = good(leadkpi_campaigns_report(campaigns, options, &report, &error)))) {
        for (int32_t column = 0; column < leadkpi_table_column_count(report); column++)
            printf("%s%s", column ? " | " : "", leadkpi_table_column_name(report, column));
        printf("\n");
        print_table(report);
        leadkpi_table_free(report);
    }
    if (ok && (ok = good(leadkpi_campaigns_findings(campaigns, options, &findings, &error)))) {
        printf("\nWhat is odd in the data\n");
        print_table(findings);
        leadkpi_table_free(findings);
    }
    leadkpi_options_free(options);
    return ok;
}

int main(void)
{
    leadkpi_campaigns *campaigns;
    if (!good(leadkpi_campaigns_create(NULL, NULL, &campaigns, &error))) return 1;
    int ok = add_leads(campaigns) && add_stages(campaigns) && add_costs(campaigns) &&
             print_report(campaigns);
    leadkpi_campaigns_free(campaigns);
    return ok ? 0 : 1;
}
