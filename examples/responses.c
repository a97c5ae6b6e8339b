/* responses.c: speed to lead: who was answered in time by the clock of the opening hours, and whether
 * those who were answered fast converted more often. */
#include <leadkpi.h>
#include <stdio.h>
#include <stdlib.h>

#define NUL LEADKPI_NUL_TERMINATED
#define MINUTE INT64_C(60000000)
#define DAY (1440 * MINUTE)
#define MONDAY (4 * DAY + 540 * MINUTE) /* 1970-01-05, 09:00 */
enum {
    LEADS = 60
};

static leadkpi_error error;

static void must(leadkpi_status status)
{
    if (status == LEADKPI_OK) return;
    printf("%s: %s\n", leadkpi_status_name(status), error.message);
    exit(1);
}

typedef leadkpi_status (*add_call)(leadkpi_responses *, const leadkpi_table *, const char *, size_t,
                                   leadkpi_error *);

/* `kinds` may be NULL: people answered. */
static void add(leadkpi_responses *responses, add_call call, const int64_t *ids, const int64_t *times,
                const char *const *kinds, size_t count)
{
    leadkpi_table *table;
    must(leadkpi_table_create(NULL, &table, &error));
    must(leadkpi_table_borrow_int64(table, "id", NUL, ids, count, 0, NULL, &error));
    must(leadkpi_table_borrow_timestamp(table, "time", NUL, times, count, 0, NULL, &error));
    if (kinds) must(leadkpi_table_copy_strings(table, "kind", NUL, kinds, count, &error));
    must(call(responses, table, NULL, 0, &error));
    leadkpi_table_free(table);
}

/* A lead every hour, night and day. An auto-reply at once; a call after 3 minutes for a third of them,
 * after 90 for another, for the rest none. Of the fast ones two in three convert, of the slow one in three. */
static void add_all(leadkpi_responses *responses)
{
    static int64_t ids[LEADS], came[LEADS], answered_ids[2 * LEADS], answered[2 * LEADS], won_ids[LEADS],
        won[LEADS];
    const char *kinds[2 * LEADS];
    size_t answers = 0, wins = 0;
    for (int i = 0; i < LEADS; i++) {
        ids[i] = i + 1;
        came[i] = MONDAY + i * 60 * MINUTE;
        answered_ids[answers] = ids[i], answered[answers] = came[i], kinds[answers++] = "auto";
        if (i % 3 == 2) continue;
        answered_ids[answers] = ids[i], kinds[answers] = "call";
        answered[answers++] = came[i] + (i % 3 ? 90 : 3) * MINUTE;
        if (i % 9 == 0 || i % 9 == 3 || i % 9 == 4) won_ids[wins] = ids[i], won[wins++] = came[i] + DAY;
    }
    add(responses, leadkpi_responses_add_leads, ids, came, NULL, LEADS);
    add(responses, leadkpi_responses_add, answered_ids, answered, kinds, answers);
    add(responses, leadkpi_responses_add_conversions, won_ids, won, NULL, wins);
}

static double number(const leadkpi_table *table, const char *name, size_t row)
{
    int32_t column;
    double value;
    must(leadkpi_table_find_column(table, name, NUL, &column, &error));
    must(leadkpi_table_get_double(table, column, row, &value, &error));
    return value;
}

typedef leadkpi_status (*responses_report)(const leadkpi_responses *, const leadkpi_options *,
                                           leadkpi_table **, leadkpi_error *);

static leadkpi_table *report(const leadkpi_responses *responses, responses_report call, const char *text)
{
    leadkpi_options *options;
    leadkpi_table *table;
    must(leadkpi_options_create(NULL, "responses_report", NUL, &options, &error));
    must(leadkpi_options_parse(options, text, NUL, &error));
    must(call(responses, options, &table, &error));
    leadkpi_options_free(options);
    return table;
}

static void print_targets(const leadkpi_responses *responses, const char *text)
{
    leadkpi_table *t = report(responses, leadkpi_responses_targets, text);
    for (size_t row = 0; row < leadkpi_table_row_count(t); row++)
        printf("within %2.0f min: %2.0f of %2.0f, %.0f %% (%.0f to %.0f)\n",
               number(t, "target_seconds", row) / 60, number(t, "met", row),
               number(t, "met", row) + number(t, "missed", row), 100 * number(t, "attainment", row),
               100 * number(t, "attainment_low", row), 100 * number(t, "attainment_high", row));
    leadkpi_table_free(t);
}

int main(void)
{
    leadkpi_responses *responses;
    must(leadkpi_responses_create(NULL, NULL, &responses, &error));
    add_all(responses);
    printf("by the clock\n");
    print_targets(responses, "targets=5min,1h; as_of=1970-01-10");
    printf("in opening hours\n");
    print_targets(responses, "targets=5min,1h; as_of=1970-01-10; clock=opening; "
                             "hours=\"mon-fri 09:00-17:00\"");
    leadkpi_table *t = report(responses, leadkpi_responses_bands, "bands=5min; as_of=1970-01-10");
    printf("answered     leads  converted  risk ratio to the slow\n");
    for (size_t row = 0; row < leadkpi_table_row_count(t); row++) {
        static const char *const names[] = {"in 5 min", "later", "not"};
        printf("%-12s %5.0f  %6.0f %%", names[row], number(t, "leads", row), 100 * number(t, "rate", row));
        if (row == 0)
            printf("   %.2f (%.2f to %.2f)", number(t, "risk_ratio", row), number(t, "risk_ratio_low", row),
                   number(t, "risk_ratio_high", row));
        putchar('\n');
    }
    leadkpi_table_free(t);
    leadkpi_responses_free(responses);
    return 0;
}
