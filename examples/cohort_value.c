/* cohort_value.c: from leads to lifetime value by channel. Leads and what became of them, the payments
 * of those who were won, and what each channel cost go in; conversion with what is still to
 * come, and value against cost, come out. */
#include <leadkpi.h>
#include <stdio.h>
#include <string.h>

#define NUL LEADKPI_NUL_TERMINATED
#define DAY INT64_C(86400000000)       /* in microseconds */
#define JANUARY (INT64_C(19723) * DAY) /* 2024-01-01 */
enum { LEADS = 40 };

static leadkpi_error error;
static int good(leadkpi_status status)
{
    if (status != LEADKPI_OK) printf("%s\n", error.message);
    return status == LEADKPI_OK;
}

static int64_t ids[LEADS], times[LEADS], ends[LEADS], paid_at[LEADS], cents[LEADS];
static const char *channels[LEADS], *outcomes[LEADS];

/* Twenty leads a channel. Of Events every second one is won after 30 days, of Paid Search every fourth
 * after 10; the last ten of each came lately and are still open. */
static void make_up(void)
{
    for (int i = 0; i < LEADS; i++) {
        int is_event = i % 2, young = i >= LEADS / 2, number = i / 2;
        int won = is_event ? number % 2 == 0 : number % 4 == 0;
        ids[i] = i + 1;
        channels[i] = is_event ? "Events" : "Paid Search";
        times[i] = JANUARY + (young ? 500 : number) * DAY;
        ends[i] = times[i] + (is_event ? 30 : 10) * DAY;
        outcomes[i] = won ? "won" : "lost";
        paid_at[i] = ends[i] + 20 * DAY;
        cents[i] = is_event ? 90000 + 1000 * number : 60000;
    }
}

/* A table of the first `count` of ids and these times; the caller adds the rest. */
static leadkpi_table *table_of(const int64_t *id, const int64_t *time, size_t count)
{
    leadkpi_table *table;
    if (!good(leadkpi_table_create(NULL, &table, &error))) return NULL;
    if (good(leadkpi_table_borrow_int64(table, "id", NUL, id, count, 0, NULL, &error)) &&
        good(leadkpi_table_borrow_timestamp(table, "time", NUL, time, count, 0, NULL, &error)))
        return table;
    leadkpi_table_free(table);
    return NULL;
}

static int add_leads(leadkpi_cohorts *cohorts)
{
    leadkpi_table *table = table_of(ids, times, LEADS);
    int ok = table && good(leadkpi_table_copy_strings(table, "channel", NUL, channels, LEADS, &error)) &&
             good(leadkpi_cohorts_add_acquisitions(cohorts, table, NULL, 0, &error));
    leadkpi_table_free(table);
    return ok;
}

static int add_outcomes(leadkpi_cohorts *cohorts)
{
    leadkpi_table *table = table_of(ids, ends, LEADS / 2);
    int ok = table &&
             good(leadkpi_table_copy_strings(table, "outcome", NUL, outcomes, LEADS / 2, &error)) &&
             good(leadkpi_cohorts_add_outcomes(cohorts, table, NULL, 0, &error));
    leadkpi_table_free(table);
    return ok;
}

/* Of those who were won. */
static int add_payments(leadkpi_cohorts *cohorts)
{
    int64_t id[LEADS], time[LEADS], amount[LEADS];
    size_t count = 0;
    for (int i = 0; i < LEADS / 2; i++)
        if (strcmp(outcomes[i], "won") == 0)
            id[count] = ids[i], time[count] = paid_at[i], amount[count++] = cents[i];
    leadkpi_table *table = table_of(id, time, count);
    int ok = table &&
             good(leadkpi_table_borrow_decimal(table, "amount", NUL, amount, 2, count, 0, NULL, &error)) &&
             good(leadkpi_cohorts_add_revenue(cohorts, table, NULL, 0, &error));
    leadkpi_table_free(table);
    return ok;
}

static double number(const leadkpi_table *table, const char *name, size_t row)
{
    int32_t column;
    double value = 0;
    if (good(leadkpi_table_find_column(table, name, NUL, &column, &error)))
        good(leadkpi_table_get_double(table, column, row, &value, &error));
    return value;
}

static int is_cohort(const leadkpi_table *table, size_t row)
{
    const char *text;
    size_t length;
    return good(leadkpi_table_get_text(table, 0, row, &text, &length, &error)) && length == 6;
}

/* "Events", or "all" in the row of the total. */
static void print_channel(const leadkpi_table *table, size_t row)
{
    const char *text;
    size_t length;
    int32_t column;
    if (!good(leadkpi_table_find_column(table, "channel", NUL, &column, &error)) ||
        !good(leadkpi_table_get_text(table, column, row, &text, &length, &error)))
        return;
    printf("%-12.*s", text ? (int)length : 3, text ? text : "all");
}

static void print_conversion(const leadkpi_table *t)
{
    printf("channel      leads  won  so far  in the end\n");
    for (size_t row = 0; row < leadkpi_table_row_count(t); row++) {
        if (is_cohort(t, row)) continue; /* the segments and the total will do */
        print_channel(t, row);
        printf(" %5.0f %4.0f  %4.0f %%  %4.0f %% (%.0f to %.0f)\n", number(t, "size", row),
               number(t, "converted", row), 100 * number(t, "rate", row),
               100 * number(t, "projected_rate", row), 100 * number(t, "projected_low", row),
               100 * number(t, "projected_high", row));
    }
}

static void print_value(const leadkpi_table *t)
{
    printf("channel      value in a year      cost  value / cost\n");
    for (size_t row = 0; row < leadkpi_table_row_count(t); row++) {
        print_channel(t, row);
        printf(" %6.2f (%.0f to %.0f)  %6.2f  %.1f (%.1f to %.1f)\n", number(t, "historical_value", row),
               number(t, "historical_value_low", row), number(t, "historical_value_high", row),
               number(t, "cac", row), number(t, "value_to_cac", row), number(t, "value_to_cac_low", row),
               number(t, "value_to_cac_high", row));
    }
}

static leadkpi_options *options_of(const char *schema, const char *text)
{
    leadkpi_options *options = NULL;
    if (good(leadkpi_options_create(NULL, schema, NUL, &options, &error)))
        good(leadkpi_options_parse(options, text, NUL, &error));
    return options;
}

static void report_conversion(const leadkpi_cohorts *cohorts)
{
    leadkpi_table *table;
    /* Lately: five days after the young leads came. */
    leadkpi_options *options =
        options_of("cohorts_conversion", "as_of=2025-05-20; by=channel; grain=all");
    if (good(leadkpi_cohorts_conversion(cohorts, options, &table, &error))) print_conversion(table);
    leadkpi_table_free(table);
    leadkpi_options_free(options);
}

static void report_value(const leadkpi_cohorts *cohorts)
{
    static const double amounts[] = {2000, 1000};
    static const char *const names[] = {"Events", "Paid Search"};
    leadkpi_table *spend, *table = NULL;
    leadkpi_options *options = options_of("cohorts_value", "as_of=2025-05-20; by=channel; margin=0.8");
    if (!good(leadkpi_table_create(NULL, &spend, &error))) return;
    if (good(leadkpi_table_borrow_double(spend, "amount", NUL, amounts, 2, 0, NULL, &error)) &&
        good(leadkpi_table_copy_strings(spend, "channel", NUL, names, 2, &error)) &&
        good(leadkpi_cohorts_value(cohorts, spend, options, &table, &error)))
        print_value(table);
    leadkpi_table_free(table);
    leadkpi_table_free(spend);
    leadkpi_options_free(options);
}

int main(void)
{
    leadkpi_cohorts *cohorts;
    make_up();
    if (!good(leadkpi_cohorts_create(NULL, NULL, &cohorts, &error))) return 1;
    int ok = add_leads(cohorts) && add_outcomes(cohorts) && add_payments(cohorts);
    if (ok) {
        report_conversion(cohorts);
        putchar('\n');
        report_value(cohorts);
    }
    leadkpi_cohorts_free(cohorts);
    return ok ? 0 : 1;
}
