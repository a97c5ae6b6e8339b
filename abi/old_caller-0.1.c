/* A caller of release 0.1: compiled against the headers of that release in
 * include-0.1, linked and run with the library of today (tests/gates/old_caller.sh).
 * It uses the public interface as a program of then would, and compares with the
 * answers of then. Once 0.1 is out, this file changes no more. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <leadkpi.h>

static int failures = 0;

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("line %d: expected %s\n", __LINE__, #condition);                                \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

static void versions(void)
{
    EXPECT(leadkpi_version_number() >= LEADKPI_VERSION_MAJOR * 1000000 +
                                           LEADKPI_VERSION_MINOR * 1000 + LEADKPI_VERSION_PATCH);
    EXPECT(strchr(leadkpi_version(), '.') != NULL);
}

static void statuses(void)
{
    EXPECT(strcmp(leadkpi_status_name(LEADKPI_OK), "ok") == 0);
    EXPECT(strcmp(leadkpi_status_name(LEADKPI_UNDEFINED), "undefined") == 0);
    EXPECT(strcmp(leadkpi_status_name(LEADKPI_OUT_OF_MEMORY), "out_of_memory") == 0);
    EXPECT(leadkpi_status_at(0) == LEADKPI_OK);
    EXPECT(leadkpi_status_meaning(LEADKPI_LIMIT)[0] != '\0');
}

static void structs(void)
{
    struct {
        leadkpi_error error;
        char guard[8];
    } around;
    memset(&around, 'x', sizeof around);
    leadkpi_error_reset(&around.error);
    EXPECT(around.error.code == LEADKPI_OK);
    EXPECT(around.error.row == -1 && around.error.column == -1);
    EXPECT(around.error.message[0] == '\0');
    EXPECT(memcmp(around.guard, "xxxxxxxx", 8) == 0);

    struct {
        leadkpi_host host;
        char guard[8];
    } lent;
    leadkpi_host standard = LEADKPI_HOST_DEFAULT;
    memset(&lent, 'x', sizeof lent);
    leadkpi_host_init(&lent.host, sizeof lent.host);
    EXPECT(memcmp(&lent.host, &standard, sizeof standard) == 0);
    EXPECT(memcmp(lent.guard, "xxxxxxxx", 8) == 0);
}

#define NUL LEADKPI_NUL_TERMINATED
#define DAY INT64_C(86400000000)
#define OK(call) EXPECT((call) == LEADKPI_OK)

static void one_kpi(void)
{
    const double inputs[] = {5000, 250};
    int32_t kpi = -1;
    leadkpi_estimate estimate;
    EXPECT(leadkpi_cost_per_lead(5000, 250) == 20);
    OK(leadkpi_kpi_find("CPL", NUL, &kpi, NULL));
    EXPECT(kpi == LEADKPI_KPI_COST_PER_LEAD);
    memset(&estimate, 0, sizeof estimate);
    OK(leadkpi_kpi_evaluate(kpi, inputs, 2, NULL, &estimate, NULL));
    EXPECT(estimate.value == 20 && estimate.kpi == kpi && estimate.status == LEADKPI_OK);
}

static void add_leads(leadkpi_campaigns *campaigns)
{
    int64_t ids[] = {1, 2, 3, 2}, times[] = {0, DAY, 2 * DAY, 3 * DAY};
    const char *channels[] = {"Events", "Search", "Search", NULL};
    leadkpi_table *leads = NULL;
    leadkpi_error error;
    OK(leadkpi_table_create(NULL, &leads, &error));
    OK(leadkpi_table_borrow_int64(leads, "id", NUL, ids, 4, 0, NULL, &error));
    OK(leadkpi_table_borrow_timestamp(leads, "time", NUL, times, 4, 0, NULL, &error));
    OK(leadkpi_table_copy_strings(leads, "channel", NUL, channels, 4, &error));
    EXPECT(leadkpi_table_row_count(leads) == 4 && leadkpi_table_column_count(leads) == 3);
    OK(leadkpi_campaigns_add_leads(campaigns, leads, NULL, 0, &error));
    leadkpi_table_free(leads);
}

/* Three persons, one of them twice. */
static void expect_report(const leadkpi_campaigns *campaigns)
{
    leadkpi_table *report = NULL;
    leadkpi_options *options = NULL;
    leadkpi_error error;
    int32_t column = -1;
    double leads = 0;
    OK(leadkpi_options_create(NULL, "campaigns_report", NUL, &options, &error));
    OK(leadkpi_options_parse(options, "kpis=lead_volume", NUL, &error));
    OK(leadkpi_campaigns_report(campaigns, options, &report, &error));
    OK(leadkpi_table_find_column(report, "lead_volume", NUL, &column, &error));
    OK(leadkpi_table_get_double(report, column, leadkpi_table_row_count(report) - 1, &leads, &error));
    EXPECT(leads == 3);
    EXPECT(leadkpi_options_parse(options, "kpi=lead_volume", NUL, &error) == LEADKPI_UNKNOWN_NAME);
    EXPECT(strstr(error.message, "kpis") != NULL);
    leadkpi_options_free(options);
    leadkpi_table_free(report);
}

static void campaigns(void)
{
    leadkpi_host host = LEADKPI_HOST_DEFAULT;
    leadkpi_campaigns *whole = NULL, *twin = NULL, *restored = NULL;
    size_t size = 0;
    host.memory_limit_bytes = 64u << 20;
    OK(leadkpi_campaigns_create(&host, NULL, &whole, NULL));
    OK(leadkpi_campaigns_create_like(whole, &twin, NULL));
    add_leads(twin);
    OK(leadkpi_campaigns_merge(whole, twin, NULL));
    expect_report(whole);
    OK(leadkpi_campaigns_serialize(whole, NULL, 0, &size, NULL));
    void *bytes = malloc(size);
    if (!bytes) exit(1);
    OK(leadkpi_campaigns_serialize(whole, bytes, size, &size, NULL));
    OK(leadkpi_campaigns_deserialize(&host, bytes, size, &restored, NULL));
    expect_report(restored);
    free(bytes);
    leadkpi_campaigns_free(whole);
    leadkpi_campaigns_free(twin);
    leadkpi_campaigns_free(restored);
}

int main(void)
{
    versions();
    statuses();
    structs();
    one_kpi();
    campaigns();
    return failures != 0;
}
