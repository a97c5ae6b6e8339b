/* Attribution: 12 channels, skewed; 1 M journeys of 1 to 11 touches (6 M touches), as text paths and
 * as events that come unit by unit. A run of an add makes its handle anew. */
#include <leadkpi/attribution.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum {
    JOURNEYS = 1000000,
    CHANNELS = 12,
    LENGTH_MAX = 11
};
#define NUL LEADKPI_NUL_TERMINATED

static const char *const names[CHANNELS] = {
    "paid search", "organic search", "direct", "email", "paid social", "display",
    "referral",    "webinar",        "events", "video", "partners",    "podcast"};

static int64_t *text_offsets, *ids, *times, *conversion_ids, *conversion_times, *name_offsets;
static char *text, *name_bytes;
static int32_t *codes;
static double *conversions, *values, *nulls;
static size_t touch_count;

static void *must(void *block)
{
    if (!block) abort();
    return block;
}

static void good(leadkpi_status status)
{
    if (status != LEADKPI_OK) abort();
}

static void draw(void)
{
    uint64_t state = 1;
    size_t most = (size_t)JOURNEYS * LENGTH_MAX, at = 0;
    text = must(malloc(most * 18));
    text_offsets = must(malloc((JOURNEYS + 1) * sizeof *text_offsets));
    ids = must(malloc(most * sizeof *ids));
    times = must(malloc(most * sizeof *times));
    codes = must(malloc(most * sizeof *codes));
    conversion_ids = must(malloc(JOURNEYS * sizeof *conversion_ids));
    conversion_times = must(malloc(JOURNEYS * sizeof *conversion_times));
    conversions = must(malloc(JOURNEYS * sizeof *conversions));
    values = must(malloc(JOURNEYS * sizeof *values));
    nulls = must(malloc(JOURNEYS * sizeof *nulls));
    for (int64_t j = 0; j < JOURNEYS; j++) {
        size_t length = 1 + bench_random(&state) % LENGTH_MAX;
        text_offsets[j] = (int64_t)at;
        for (size_t i = 0; i < length; i++, touch_count++) {
            double u = (double)(bench_random(&state) >> 11) * 0x1p-53;
            int32_t code = (int32_t)(u * u * CHANNELS);
            size_t size = strlen(names[code]);
            if (i) memcpy(text + at, " > ", 3), at += 3;
            memcpy(text + at, names[code], size);
            at += size;
            ids[touch_count] = j;
            times[touch_count] = (int64_t)i * 1000000;
            codes[touch_count] = code;
        }
        conversions[j] = (double)(bench_random(&state) % 4 == 0);
        values[j] = conversions[j] * (double)(bench_random(&state) % 100000) / 100;
        nulls[j] = 1 - conversions[j];
        conversion_ids[j] = j;
        conversion_times[j] = LENGTH_MAX * 1000000;
    }
    text_offsets[JOURNEYS] = (int64_t)at;
    name_offsets = must(malloc((CHANNELS + 1) * sizeof *name_offsets));
    name_bytes = must(malloc(CHANNELS * 32));
    name_offsets[0] = 0;
    for (int c = 0; c < CHANNELS; c++) {
        size_t size = strlen(names[c]);
        memcpy(name_bytes + name_offsets[c], names[c], size);
        name_offsets[c + 1] = name_offsets[c] + (int64_t)size;
    }
}

static leadkpi_table *new_table(void)
{
    leadkpi_table *table;
    good(leadkpi_table_create(NULL, &table, NULL));
    return table;
}

static leadkpi_attribution *of_paths(const leadkpi_table *rows)
{
    leadkpi_attribution *a;
    good(leadkpi_attribution_create(NULL, NULL, &a, NULL));
    good(leadkpi_attribution_add_paths(a, rows, NULL, 0, NULL));
    return a;
}

static leadkpi_attribution *of_events(const leadkpi_table *touches, const leadkpi_table *won)
{
    leadkpi_attribution *a;
    good(leadkpi_attribution_create(NULL, NULL, &a, NULL));
    good(leadkpi_attribution_add_touches(a, touches, NULL, 0, NULL));
    good(leadkpi_attribution_add_conversions(a, won, NULL, 0, NULL));
    return a;
}

static void credits(const leadkpi_attribution *a, const char *text_options)
{
    leadkpi_options *options;
    leadkpi_table *table;
    good(leadkpi_options_create(NULL, "attribution_report", NUL, &options, NULL));
    good(leadkpi_options_parse(options, text_options, NUL, NULL));
    good(leadkpi_attribution_credits(a, options, &table, NULL));
    leadkpi_table_free(table);
    leadkpi_options_free(options);
}

#define POSITIONS "models=first,last,linear,u,j,inverse_j,rank_decay,halving; "

int main(void)
{
    draw();
    double touches = (double)touch_count, bytes = (double)text_offsets[JOURNEYS];
    leadkpi_table *paths = new_table(), *events = new_table(), *won = new_table();
    good(leadkpi_table_borrow_text(paths, "path", NUL, text_offsets, text, JOURNEYS, NULL, NULL));
    good(leadkpi_table_borrow_double(paths, "conversions", NUL, conversions, JOURNEYS, 0, NULL, NULL));
    good(leadkpi_table_borrow_double(paths, "value", NUL, values, JOURNEYS, 0, NULL, NULL));
    good(leadkpi_table_borrow_double(paths, "nulls", NUL, nulls, JOURNEYS, 0, NULL, NULL));
    good(leadkpi_table_borrow_int64(events, "id", NUL, ids, touch_count, 0, NULL, NULL));
    good(leadkpi_table_borrow_timestamp(events, "time", NUL, times, touch_count, 0, NULL, NULL));
    good(leadkpi_table_borrow_dictionary(events, "channel", NUL, codes, touch_count, 0, NULL,
                                         name_offsets, name_bytes, CHANNELS, NULL));
    good(leadkpi_table_borrow_int64(won, "id", NUL, conversion_ids, JOURNEYS, 0, NULL, NULL));
    good(leadkpi_table_borrow_timestamp(won, "time", NUL, conversion_times, JOURNEYS, 0, NULL, NULL));
    good(leadkpi_table_borrow_double(won, "value", NUL, values, JOURNEYS, 0, NULL, NULL));

    printf("%-44s %12s %14s %10s\n", "attribution (items are touches)", "ns/item", "items/s", "MB/s");
    leadkpi_attribution *a = NULL;
    BENCH("text paths in", touches, bytes, leadkpi_attribution_free(a), a = of_paths(paths));
    BENCH("8 position rules, from paths", touches, 0, credits(a, POSITIONS "errors=false"));
    BENCH("the same with standard errors", touches, 0, credits(a, POSITIONS "errors=true"));
    BENCH("last_non, from paths", touches, 0, credits(a, "models=last_non; errors=false"));
    BENCH("linear_unique, from paths", touches, 0, credits(a, "models=linear_unique; errors=false"));
    BENCH("Markov of order 1, from paths", touches, 0, credits(a, "models=markov; errors=false"));
    leadkpi_attribution_free(a);
    a = NULL;
    BENCH("events in, unit by unit", touches, 0, leadkpi_attribution_free(a),
          a = of_events(events, won));
    BENCH("journeys and 8 position rules, from events", touches, 0,
          credits(a, POSITIONS "errors=false"));
    BENCH("journeys and time decay, from events", touches, 0,
          credits(a, "models=time_decay; errors=false"));
    leadkpi_attribution_free(a);
    leadkpi_table_free(paths);
    leadkpi_table_free(events);
    leadkpi_table_free(won);
    free(text), free(text_offsets), free(ids), free(times), free(codes), free(conversion_ids);
    free(conversion_times), free(conversions), free(values), free(nulls);
    free(name_offsets), free(name_bytes);
    return 0;
}
