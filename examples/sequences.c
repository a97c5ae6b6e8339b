/* sequences.c: patterns of events with conditions on time: on one journey, without a handle; and over all
 * leads of a funnel, beside its steps and what is odd in its data. */
#include <leadkpi.h>
#include <stdio.h>
#include <stdlib.h>

#define NUL LEADKPI_NUL_TERMINATED
#define HOUR INT64_C(3600000000)

static leadkpi_error error;

static void must(leadkpi_status status)
{
    if (status == LEADKPI_OK) return;
    printf("%s: %s\n", leadkpi_status_name(status), error.message);
    exit(1);
}

/* Conditions: 1 a visit, 2 a look at the prices, 3 a form. */
static void look_at_one(const char *pattern)
{
    static const int64_t times[] = {0, 1 * HOUR, 30 * HOUR, 31 * HOUR, 32 * HOUR};
    static const uint64_t conditions[] = {1, 2, 1, 2, 4};
    leadkpi_sequence *sequence;
    int64_t count, places[8];
    must(leadkpi_sequence_create(NULL, pattern, NUL, &sequence, &error));
    must(leadkpi_sequence_count(sequence, times, conditions, 5, &count, &error));
    must(leadkpi_sequence_first(sequence, times, conditions, 5, places, &error));
    printf("%-24s %lld, first at", pattern, (long long)count);
    for (int32_t i = 0; i < leadkpi_sequence_part_count(sequence); i++) printf(" %lld", (long long)places[i]);
    putchar('\n');
    leadkpi_sequence_free(sequence);
}

static leadkpi_funnel *made(void)
{
    static const int64_t ids[] = {1, 1, 1, 2, 2, 2, 3, 3, 4},
                         times[] = {0, HOUR, 2 * HOUR, 0, 40 * HOUR, 41 * HOUR, 5 * HOUR, 6 * HOUR, 9 * HOUR};
    static const char *const events[] = {"visit", "prices", "form", "visit", "prices",
                                         "form",  "prices", "form", "visit"};
    leadkpi_options *definition;
    leadkpi_funnel *funnel;
    leadkpi_table *rows;
    must(leadkpi_options_create(NULL, "funnel", NUL, &definition, &error));
    must(leadkpi_options_parse(definition, "steps=visit,prices,form,wno", NUL, &error));
    must(leadkpi_funnel_create(NULL, definition, &funnel, &error));
    must(leadkpi_table_create(NULL, &rows, &error));
    must(leadkpi_table_borrow_int64(rows, "id", NUL, ids, 9, 0, NULL, &error));
    must(leadkpi_table_borrow_timestamp(rows, "time", NUL, times, 9, 0, NULL, &error));
    must(leadkpi_table_copy_strings(rows, "event", NUL, events, 9, &error));
    must(leadkpi_funnel_add(funnel, rows, NULL, 0, &error));
    leadkpi_table_free(rows);
    leadkpi_options_free(definition);
    return funnel;
}

static long long whole(const leadkpi_table *table, const char *name, size_t row)
{
    int32_t column;
    int64_t value;
    must(leadkpi_table_find_column(table, name, NUL, &column, &error));
    must(leadkpi_table_get_int64(table, column, row, &value, &error));
    return (long long)value;
}

static void print_text(const leadkpi_table *table, const char *name, size_t row)
{
    int32_t column;
    const char *text;
    size_t length;
    must(leadkpi_table_find_column(table, name, NUL, &column, &error));
    must(leadkpi_table_get_text(table, column, row, &text, &length, &error));
    printf("%.*s", text ? (int)length : 1, text ? text : "-");
}

static void print_funnel(const leadkpi_funnel *funnel)
{
    leadkpi_options *options;
    leadkpi_table *t;
    must(leadkpi_options_create(NULL, "funnel_report", NUL, &options, &error));
    must(leadkpi_options_parse(options, "pattern=(?1)(?t<=1d)(?2)(?3)", NUL, &error));
    must(leadkpi_funnel_sequences(funnel, options, &t, &error));
    printf("a form right after prices, within a day of a visit: %lld of %lld leads\n", whole(t, "matched", 0),
           whole(t, "leads", 0));
    leadkpi_table_free(t);
    must(leadkpi_funnel_checks(funnel, NULL, &t, &error));
    for (size_t row = 0; row < leadkpi_table_row_count(t); row++) {
        print_text(t, "finding", row);
        printf(", ");
        print_text(t, "name", row);
        printf(": %lld rows\n", whole(t, "rows", row));
    }
    leadkpi_table_free(t);
    leadkpi_options_free(options);
}

int main(void)
{
    look_at_one("(?1)(?2)");
    look_at_one("(?1)(?t<=2h)(?2)(?3)");
    look_at_one("(?1).*(?t>1d)(?3)");
    leadkpi_funnel *funnel = made();
    print_funnel(funnel);
    leadkpi_funnel_free(funnel);
    return 0;
}
