/* Responses: a million leads, 1.5 million answers, 200,000 conversions over a year; by the clock and in
 * opening hours. Ratios are of opening hours to the clock. */
#include <leadkpi/responses.h>
#include <stdlib.h>

#include "bench.h"

enum {
    LEADS = 1000000,
    ANSWERS = 1500000,
    CONVERSIONS = 200000,
    ROWS = LEADS + ANSWERS + CONVERSIONS
};
#define DAY INT64_C(86400000000)
#define NUL LEADKPI_NUL_TERMINATED

static int64_t *ids, *times;
static int32_t *kinds;

static void *must(void *block)
{
    if (!block) abort();
    return block;
}

static void good(leadkpi_status status)
{
    if (status != LEADKPI_OK) abort();
}

/* Leads, then answers, then conversions: in one array each, of leads drawn at random. */
static void draw(void)
{
    uint64_t state = 1;
    ids = must(malloc(ROWS * sizeof *ids));
    times = must(malloc(ROWS * sizeof *times));
    kinds = must(malloc(ROWS * sizeof *kinds));
    for (int i = 0; i < ROWS; i++) {
        uint64_t wait = i < LEADS ? 0 : bench_random(&state) % (uint64_t)(i < LEADS + ANSWERS ? DAY : 30 * DAY);
        ids[i] = i < LEADS ? i : (int64_t)(bench_random(&state) % LEADS);
        times[i] = i < LEADS ? (int64_t)(bench_random(&state) % (uint64_t)(365 * DAY))
                             : times[ids[i]] + (int64_t)wait;
        kinds[i] = (int32_t)(bench_random(&state) % 3);
    }
}

typedef leadkpi_status (*add_call)(leadkpi_responses *, const leadkpi_table *, const char *, size_t,
                                   leadkpi_error *);

static void add(leadkpi_responses *responses, add_call call, size_t first, size_t count)
{
    static const int64_t offsets[] = {0, 4, 8, 12};
    leadkpi_table *table;
    good(leadkpi_table_create(NULL, &table, NULL));
    good(leadkpi_table_borrow_int64(table, "id", NUL, ids + first, count, 0, NULL, NULL));
    good(leadkpi_table_borrow_timestamp(table, "time", NUL, times + first, count, 0, NULL, NULL));
    good(leadkpi_table_borrow_dictionary(table, "kind", NUL, kinds + first, count, 0, NULL, offsets,
                                         "callmailauto", 3, NULL));
    good(call(responses, table, NULL, 0, NULL));
    leadkpi_table_free(table);
}

static leadkpi_responses *filled(void)
{
    leadkpi_responses *responses;
    good(leadkpi_responses_create(NULL, NULL, &responses, NULL));
    add(responses, leadkpi_responses_add_leads, 0, LEADS);
    add(responses, leadkpi_responses_add, LEADS, ANSWERS);
    add(responses, leadkpi_responses_add_conversions, LEADS + ANSWERS, CONVERSIONS);
    return responses;
}

static void report(leadkpi_status (*call)(const leadkpi_responses *, const leadkpi_options *,
                                          leadkpi_table **, leadkpi_error *),
                   const leadkpi_responses *responses, const char *text)
{
    leadkpi_options *options;
    leadkpi_table *table;
    good(leadkpi_options_create(NULL, "responses_report", NUL, &options, NULL));
    good(leadkpi_options_parse(options, text, NUL, NULL));
    good(call(responses, options, &table, NULL));
    leadkpi_table_free(table);
    leadkpi_options_free(options);
}

int main(void)
{
    static const char elapsed[] = "targets=5min,1h,1d",
                      opening[] = "targets=5min,1h,1d; clock=opening; hours=\"mon-fri 09:00-17:00\"";
    leadkpi_responses *responses = NULL;
    draw();
    BENCH("responses: add", ROWS, 0, leadkpi_responses_free(responses); responses = filled());
    double adding = bench_best;
    BENCH("responses: targets, by the clock", ROWS, 0, report(leadkpi_responses_targets, responses, elapsed));
    double targets = bench_best;
    BENCH("responses: targets, opening hours", ROWS, 0, report(leadkpi_responses_targets, responses, opening));
    double hours = bench_best;
    BENCH("responses: speed, by the clock", ROWS, 0, report(leadkpi_responses_speed, responses, elapsed));
    BENCH("responses: bands, by the clock", ROWS, 0, report(leadkpi_responses_bands, responses, elapsed));
    bench_ratio("responses: ratio of opening hours", hours, targets);
    bench_ratio("responses: targets to add", targets, adding);
    leadkpi_responses_free(responses);
    return 0;
}
