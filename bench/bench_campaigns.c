/* Campaigns: what a row costs on its way in, and what a merge costs against it.
 *
 * 5 M lead rows of 4 M leads in no order, over two years, with a channel (12 values, coded
 * by a dictionary) and a campaign (400 values, plain text). Ids are int64 without order, or
 * texts of 18 bytes. A handle is fed in batches of 1 M rows. */
#include <leadkpi/campaigns.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { ROWS = 5000000, LEADS = 4000000, BATCH = 1000000, CHANNELS = 12, CAMPAIGNS = 400, ID_LENGTH = 18 };

static int64_t *ids, *times, *id_offsets, *campaign_offsets;
static int32_t *channel_codes;
static char *id_bytes, *campaign_bytes;
static int64_t channel_offsets[CHANNELS + 1];
static char channel_bytes[CHANNELS * 12];
static const char *const stages[] = {"mql", "sal", "sql", "opportunity", "won"};
static int64_t stage_offsets[6];
static int32_t *stage_codes;
static double *values;

static void *must(void *block)
{
    if (!block) abort();
    return block;
}

static void good(leadkpi_status status)
{
    if (status != LEADKPI_OK) abort();
}

static void make_ids(uint64_t *state)
{
    for (int i = 0; i < ROWS; i++)
        ids[i] = i < LEADS ? i : (int64_t)(bench_random(state) % LEADS);
    for (int i = ROWS; i-- > 1;) {
        int j = (int)(bench_random(state) % ((uint64_t)i + 1));
        int64_t id = ids[i];
        ids[i] = ids[j];
        ids[j] = id;
    }
    for (int i = 0; i < ROWS; i++) {
        uint64_t key = (uint64_t)ids[i]; /* one to one: another number, in no order */
        uint64_t bits = bench_random(&key);
        ids[i] = (int64_t)bits;
        id_offsets[i + 1] = (int64_t)(i + 1) * ID_LENGTH;
        memcpy(id_bytes + (size_t)i * ID_LENGTH, "00Q5e0", 6);
        for (int c = 6; c < ID_LENGTH; c++, bits >>= 5)
            id_bytes[(size_t)i * ID_LENGTH + (size_t)c] = "0123456789ABCDEFGHJKLMNPQRSTUVWX"[bits & 31];
    }
}

static void make_rows(void)
{
    uint64_t state = 1;
    ids = must(malloc(ROWS * sizeof *ids));
    times = must(malloc(ROWS * sizeof *times));
    values = must(malloc(ROWS * sizeof *values));
    id_offsets = must(calloc(ROWS + 1, sizeof *id_offsets));
    campaign_offsets = must(calloc(ROWS + 1, sizeof *campaign_offsets));
    channel_codes = must(malloc(ROWS * sizeof *channel_codes));
    stage_codes = must(malloc(ROWS * sizeof *stage_codes));
    id_bytes = must(malloc((size_t)ROWS * ID_LENGTH));
    campaign_bytes = must(malloc((size_t)ROWS * 16));
    make_ids(&state);
    for (int c = 0; c < CHANNELS; c++) {
        memcpy(channel_bytes + c * 12, "channel name", 12);
        channel_bytes[c * 12] = (char)('A' + c);
        channel_offsets[c + 1] = (c + 1) * 12;
    }
    for (int s = 0; s < 5; s++) stage_offsets[s + 1] = stage_offsets[s] + (int64_t)strlen(stages[s]);
    for (int i = 0; i < ROWS; i++) {
        times[i] = INT64_C(1700000000000000) + (int64_t)(bench_random(&state) % 63072000) * 1000000;
        channel_codes[i] = (int32_t)(bench_random(&state) % CHANNELS);
        stage_codes[i] = (int32_t)(bench_random(&state) % 5);
        values[i] = (double)(bench_random(&state) % 1000000) / 100;
        int campaign = (int)(bench_random(&state) % CAMPAIGNS);
        memcpy(campaign_bytes + (size_t)i * 16, "spring offer 000", 16);
        for (int digit = 15; digit > 12; digit--, campaign /= 10)
            campaign_bytes[(size_t)i * 16 + (size_t)digit] = (char)('0' + campaign % 10);
        campaign_offsets[i + 1] = (int64_t)(i + 1) * 16;
    }
}

#define NUL LEADKPI_NUL_TERMINATED

static leadkpi_table *table_of(int from, int count, bool text_ids)
{
    leadkpi_table *table;
    good(leadkpi_table_create(NULL, &table, NULL));
    if (text_ids)
        good(leadkpi_table_borrow_text(table, "id", NUL, id_offsets + from, id_bytes, (size_t)count, NULL, NULL));
    else
        good(leadkpi_table_borrow_int64(table, "id", NUL, ids + from, (size_t)count, 0, NULL, NULL));
    good(leadkpi_table_borrow_timestamp(table, "time", NUL, times + from, (size_t)count, 0, NULL, NULL));
    return table;
}

static void add_leads(leadkpi_campaigns *campaigns, int from, int to, bool text_ids)
{
    for (int start = from; start < to; start += BATCH) {
        int count = to - start < BATCH ? to - start : BATCH;
        leadkpi_table *table = table_of(start, count, text_ids);
        good(leadkpi_table_borrow_dictionary(table, "channel", NUL, channel_codes + start, (size_t)count, 0,
                                             NULL, channel_offsets, channel_bytes, CHANNELS, NULL));
        good(leadkpi_table_borrow_text(table, "campaign", NUL, campaign_offsets + start, campaign_bytes,
                                       (size_t)count, NULL, NULL));
        good(leadkpi_campaigns_add_leads(campaigns, table, NULL, 0, NULL));
        leadkpi_table_free(table);
    }
}

static void add_stages(leadkpi_campaigns *campaigns, int from, int to, bool text_ids)
{
    for (int start = from; start < to; start += BATCH) {
        int count = to - start < BATCH ? to - start : BATCH;
        leadkpi_table *table = table_of(start, count, text_ids);
        good(leadkpi_table_borrow_dictionary(table, "stage", NUL, stage_codes + start, (size_t)count, 0,
                                             NULL, stage_offsets, "mqlsalsqlopportunitywon", 5, NULL));
        good(leadkpi_table_borrow_double(table, "value", NUL, values + start, (size_t)count, 0, NULL, NULL));
        good(leadkpi_campaigns_add_stages(campaigns, table, NULL, 0, NULL));
        leadkpi_table_free(table);
    }
}

static leadkpi_campaigns *handle(void)
{
    leadkpi_campaigns *campaigns;
    good(leadkpi_campaigns_create(NULL, NULL, &campaigns, NULL));
    return campaigns;
}

static void ingest(bool text_ids)
{
    leadkpi_campaigns *campaigns = handle();
    add_leads(campaigns, 0, ROWS, text_ids);
    leadkpi_campaigns_free(campaigns);
}

/* Time to put the second half of the rows into a handle that holds the first: by adding, or by
 * merging a handle that holds them. Freeing is not counted. */
static double second_half(bool text_ids, bool merge)
{
    leadkpi_campaigns *into = handle(), *from = handle();
    add_leads(into, 0, ROWS / 2, text_ids);
    if (merge) add_leads(from, ROWS / 2, ROWS, text_ids);
    double start = bench_seconds();
    if (merge)
        good(leadkpi_campaigns_merge(into, from, NULL));
    else
        add_leads(into, ROWS / 2, ROWS, text_ids);
    double seconds = bench_seconds() - start;
    leadkpi_campaigns_free(into);
    leadkpi_campaigns_free(from);
    return seconds;
}

static double best_of(int runs, double (*measured)(bool, bool), bool a, bool b)
{
    double best = measured(a, b);
    while (--runs > 0) {
        double again = measured(a, b);
        if (again < best) best = again;
    }
    return best;
}

static double stage_seconds(bool text_ids, bool unused)
{
    leadkpi_campaigns *campaigns = handle();
    (void)unused;
    add_leads(campaigns, 0, ROWS, text_ids);
    double start = bench_seconds();
    add_stages(campaigns, 0, ROWS, text_ids);
    double seconds = bench_seconds() - start;
    leadkpi_campaigns_free(campaigns);
    return seconds;
}

/* Writing a state of all rows, or reading it. */
static double state_seconds(bool text_ids, bool read)
{
    leadkpi_campaigns *campaigns = handle(), *twin = NULL;
    size_t size;
    add_leads(campaigns, 0, ROWS, text_ids);
    good(leadkpi_campaigns_serialize(campaigns, NULL, 0, &size, NULL));
    void *bytes = must(malloc(size));
    double start = bench_seconds();
    good(leadkpi_campaigns_serialize(campaigns, bytes, size, NULL, NULL));
    if (read) {
        start = bench_seconds();
        good(leadkpi_campaigns_deserialize(NULL, bytes, size, &twin, NULL));
    }
    double seconds = bench_seconds() - start;
    free(bytes);
    leadkpi_campaigns_free(campaigns);
    leadkpi_campaigns_free(twin);
    return seconds;
}

/* Leads in a row, so that the report and not the ingest is measured: 5 M of them, and 10 stage rows
 * for each 100. Costs: every day and channel of two years. */
static leadkpi_campaigns *report_handle(void)
{
    leadkpi_campaigns *campaigns = handle();
    leadkpi_table *costs;
    enum { COSTS = 730 * CHANNELS };
    int64_t *days = must(malloc(COSTS * sizeof *days));
    int32_t *codes = must(malloc(COSTS * sizeof *codes));
    for (int i = 0; i < COSTS; i++) {
        days[i] = INT64_C(1700000000000000) + (int64_t)(i / CHANNELS) * INT64_C(86400000000);
        codes[i] = i % CHANNELS;
    }
    for (int i = 0; i < ROWS; i++) ids[i] = i;
    add_leads(campaigns, 0, ROWS, false);
    for (int i = 0; i < ROWS / 10; i++) ids[i] = (int64_t)i * 10;
    add_stages(campaigns, 0, ROWS / 10, false);
    good(leadkpi_table_create(NULL, &costs, NULL));
    good(leadkpi_table_borrow_timestamp(costs, "time", NUL, days, COSTS, 0, NULL, NULL));
    good(leadkpi_table_borrow_double(costs, "amount", NUL, values, COSTS, 0, NULL, NULL));
    good(leadkpi_table_borrow_dictionary(costs, "channel", NUL, codes, COSTS, 0, NULL, channel_offsets,
                                         channel_bytes, CHANNELS, NULL));
    good(leadkpi_campaigns_add_costs(campaigns, costs, NULL, 0, NULL));
    leadkpi_table_free(costs);
    free(days);
    free(codes);
    return campaigns;
}

static void report(const leadkpi_campaigns *campaigns, const char *text)
{
    leadkpi_options *options;
    leadkpi_table *table;
    good(leadkpi_options_create(NULL, "campaigns_report", NUL, &options, NULL));
    good(leadkpi_options_parse(options, text, NUL, NULL));
    good(leadkpi_campaigns_report(campaigns, options, &table, NULL));
    leadkpi_table_free(table);
    leadkpi_options_free(options);
}

static void bench_report(void)
{
    leadkpi_campaigns *campaigns = report_handle();
    BENCH("campaigns: report 5 M leads", ROWS, 0, report(campaigns, "by=channel,campaign; grain=month"));
    BENCH("campaigns: report 5 M leads, no dimension", ROWS, 0, report(campaigns, "grain=all"));
    BENCH("campaigns: report 5 M leads, times of answer", ROWS, 0,
          report(campaigns, "by=channel; kpis=lead_response_time,sales_cycle_length"));
    leadkpi_campaigns_free(campaigns);
}

int main(void)
{
    make_rows();
    BENCH("campaigns: add leads, int64 ids", ROWS, 0, ingest(false));
    BENCH("campaigns: add leads, text ids", ROWS, 0, ingest(true));
    bench_row("campaigns: add stage rows, int64 ids", best_of(3, stage_seconds, false, false), ROWS, 0);
    bench_row("campaigns: add the second half, int64 ids", best_of(3, second_half, false, false), ROWS / 2, 0);
    bench_row("campaigns: merge the second half, int64 ids", best_of(3, second_half, false, true), ROWS / 2, 0);
    bench_row("campaigns: add the second half, text ids", best_of(3, second_half, true, false), ROWS / 2, 0);
    bench_row("campaigns: merge the second half, text ids", best_of(3, second_half, true, true), ROWS / 2, 0);
    bench_row("campaigns: write a state, int64 ids", best_of(2, state_seconds, false, false), ROWS, 0);
    bench_row("campaigns: read a state, int64 ids", best_of(2, state_seconds, false, true), ROWS, 0);
    bench_row("campaigns: write a state, text ids", best_of(2, state_seconds, true, false), ROWS, 0);
    bench_row("campaigns: read a state, text ids", best_of(2, state_seconds, true, true), ROWS, 0);
    bench_report(); /* last: it changes the ids */
    return 0;
}
