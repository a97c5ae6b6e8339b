/* What a call costs where there is next to nothing to do: an embedder makes a handle a request. */
#include <leadkpi.h>
#include <stdlib.h>

#include "bench.h"

enum { CALLS = 10000, REPORTS = 1000 };
#define NUL LEADKPI_NUL_TERMINATED

static leadkpi_options *funnel_definition, *campaigns_definition;
static leadkpi_table *rows;
static int64_t id[1], at[1] = {86400000000}, steps[1] = {1};
static uint8_t bytes[4096];

static void good(leadkpi_status status)
{
    if (status != LEADKPI_OK) abort();
}

static leadkpi_options *options_of(const char *schema, const char *text)
{
    leadkpi_options *options;
    good(leadkpi_options_create(NULL, schema, NUL, &options, NULL));
    good(leadkpi_options_parse(options, text, NUL, NULL));
    return options;
}

static void open_rows(void)
{
    good(leadkpi_table_create(NULL, &rows, NULL));
    good(leadkpi_table_borrow_int64(rows, "id", NUL, id, 1, 0, NULL, NULL));
    good(leadkpi_table_borrow_timestamp(rows, "time", NUL, at, 1, 0, NULL, NULL));
}

static leadkpi_funnel *new_funnel(void)
{
    leadkpi_funnel *funnel;
    good(leadkpi_funnel_create(NULL, funnel_definition, &funnel, NULL));
    return funnel;
}

static leadkpi_campaigns *new_campaigns(void)
{
    leadkpi_campaigns *campaigns;
    good(leadkpi_campaigns_create(NULL, campaigns_definition, &campaigns, NULL));
    return campaigns;
}

static void report_funnel(const leadkpi_funnel *funnel)
{
    leadkpi_table *table;
    good(leadkpi_funnel_steps(funnel, NULL, &table, NULL));
    leadkpi_table_free(table);
}

static void report_campaigns(const leadkpi_campaigns *campaigns)
{
    leadkpi_table *table;
    good(leadkpi_campaigns_report(campaigns, NULL, &table, NULL));
    leadkpi_table_free(table);
}

#define REPEAT(count, ...)                                                                         \
    for (int call = 0; call < (count); call++) {                                                   \
        __VA_ARGS__;                                                                               \
    }

static void bench_funnel(void)
{
    leadkpi_funnel *funnel = new_funnel();
    BENCH("small calls: funnel, create and free", CALLS, 0,
          REPEAT(CALLS, leadkpi_funnel_free(new_funnel())));
    BENCH("small calls: funnel, serialize nothing", CALLS, 0,
          REPEAT(CALLS, good(leadkpi_funnel_serialize(funnel, bytes, sizeof bytes, NULL, NULL))));
    BENCH("small calls: funnel, add a row", CALLS, 0,
          REPEAT(CALLS, id[0]++; good(leadkpi_funnel_add(funnel, rows, NULL, 0, NULL))));
    leadkpi_funnel_free(funnel);
    funnel = new_funnel();
    good(leadkpi_funnel_add(funnel, rows, NULL, 0, NULL));
    BENCH("small calls: funnel, steps of a row", REPORTS, 0, REPEAT(REPORTS, report_funnel(funnel)));
    leadkpi_funnel_free(funnel);
}

static void bench_campaigns(void)
{
    leadkpi_campaigns *campaigns = new_campaigns();
    BENCH("small calls: campaigns, create and free", CALLS, 0,
          REPEAT(CALLS, leadkpi_campaigns_free(new_campaigns())));
    BENCH("small calls: campaigns, serialize nothing", CALLS, 0,
          REPEAT(CALLS, good(leadkpi_campaigns_serialize(campaigns, bytes, sizeof bytes, NULL, NULL))));
    BENCH("small calls: campaigns, add a lead", CALLS, 0,
          REPEAT(CALLS, id[0]++; good(leadkpi_campaigns_add_leads(campaigns, rows, NULL, 0, NULL))));
    leadkpi_campaigns_free(campaigns);
    campaigns = new_campaigns();
    good(leadkpi_campaigns_add_leads(campaigns, rows, NULL, 0, NULL));
    BENCH("small calls: campaigns, report of a lead", REPORTS, 0,
          REPEAT(REPORTS, report_campaigns(campaigns)));
    leadkpi_campaigns_free(campaigns);
}

int main(void)
{
    BENCH("small calls: options, create, parse and free", CALLS, 0,
          REPEAT(CALLS, leadkpi_options_free(options_of("funnel", "steps=a,b,c,d; window=7d"))));
    funnel_definition = options_of("funnel", "steps=a,b,c,d; window=7d");
    campaigns_definition = options_of("campaigns", "");
    open_rows();
    bench_campaigns();
    good(leadkpi_table_borrow_int64(rows, "steps", NUL, steps, 1, 0, NULL, NULL));
    bench_funnel();
    leadkpi_table_free(rows);
    leadkpi_options_free(funnel_definition);
    leadkpi_options_free(campaigns_definition);
    return 0;
}
