/* merge.c: shards, batches and saved states. The same rows give the same state, byte
 * for byte, in any order and over any number of parts. */
#include <leadkpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUL LEADKPI_NUL_TERMINATED
#define DAY INT64_C(86400000000)

static leadkpi_error error;

static void must(leadkpi_status status)
{
    if (status == LEADKPI_OK) return;
    printf("%s: %s\n", leadkpi_status_name(status), error.message);
    exit(1);
}

/* Leads first to last, one a day, as the batch of that name. */
static void add_leads(leadkpi_campaigns *campaigns, int64_t first, int64_t last, const char *batch)
{
    int64_t ids[100], times[100];
    size_t count = (size_t)(last - first + 1);
    leadkpi_table *table;
    for (size_t i = 0; i < count; i++) {
        ids[i] = first + (int64_t)i;
        times[i] = ids[i] * DAY;
    }
    must(leadkpi_table_create(NULL, &table, &error));
    must(leadkpi_table_borrow_int64(table, "id", NUL, ids, count, 0, NULL, &error));
    must(leadkpi_table_borrow_timestamp(table, "time", NUL, times, count, 0, NULL, &error));
    must(leadkpi_campaigns_add_leads(campaigns, table, batch, NUL, &error));
    if (error.message[0]) printf("%s\n", error.message); /* code OK: something to know */
    leadkpi_table_free(table);
}

/* The state as bytes: ask for the size, then for the bytes. free() it. */
static void *save(const leadkpi_campaigns *campaigns, size_t *size)
{
    void *bytes;
    must(leadkpi_campaigns_serialize(campaigns, NULL, 0, size, &error));
    bytes = malloc(*size);
    if (!bytes) exit(1);
    must(leadkpi_campaigns_serialize(campaigns, bytes, *size, size, &error));
    return bytes;
}

static void print_lead_volume(const leadkpi_campaigns *campaigns)
{
    leadkpi_table *report;
    int32_t column;
    double value;
    must(leadkpi_campaigns_report(campaigns, NULL, &report, &error));
    must(leadkpi_table_find_column(report, "lead_volume", NUL, &column, &error));
    must(leadkpi_table_get_double(report, column, leadkpi_table_row_count(report) - 1, &value,
                                  &error));
    printf("leads: %g\n", value);
    leadkpi_table_free(report);
}

int main(void)
{
    leadkpi_campaigns *whole, *first, *second, *restored;
    void *a, *b;
    size_t a_size, b_size;

    /* One handle for all, and two shards, as two threads or machines would fill them.
     * Lead 50 is in both: a person counts once. */
    must(leadkpi_campaigns_create(NULL, NULL, &whole, &error));
    must(leadkpi_campaigns_create_like(whole, &first, &error));
    must(leadkpi_campaigns_create_like(whole, &second, &error));
    add_leads(whole, 1, 50, "monday");
    add_leads(whole, 50, 90, "tuesday");
    add_leads(whole, 50, 90, "tuesday"); /* again, after a crash: changes nothing */
    add_leads(second, 50, 90, "tuesday");
    add_leads(first, 1, 50, "monday");
    must(leadkpi_campaigns_merge(second, first, &error));
    print_lead_volume(second);

    a = save(whole, &a_size);
    b = save(second, &b_size);
    printf("merged and whole are %s\n",
           a_size == b_size && memcmp(a, b, a_size) == 0 ? "the same bytes" : "different");

    /* Bytes may come from anywhere: they are checked before they are used. */
    must(leadkpi_campaigns_deserialize(NULL, a, a_size, &restored, &error));
    print_lead_volume(restored);
    leadkpi_campaigns_free(restored);
    ((unsigned char *)a)[a_size / 2] ^= 1;
    printf("one bit changed: %s\n",
           leadkpi_status_name(leadkpi_campaigns_deserialize(NULL, a, a_size, &restored, &error)));
    printf("cut short: %s\n", leadkpi_status_name(leadkpi_campaigns_deserialize(
                                  NULL, b, b_size / 2, &restored, &error)));

    free(a);
    free(b);
    leadkpi_campaigns_free(whole);
    leadkpi_campaigns_free(first);
    leadkpi_campaigns_free(second);
    return 0;
}
