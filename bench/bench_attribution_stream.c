/* Attribution in memory that does not grow: 10 M paths of 1 to 10 touches of 50 channels, nearly all of
 * them distinct, streamed in tables of 50,000 rows into a handle with fold, and the most memory that
 * the process ever had. One run: it takes long enough. */
#include <leadkpi/attribution.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bench.h"

enum {
    PATHS = 10000000,
    ROWS = 50000,
    CHANNELS = 50,
    LENGTH_MAX = 10
};
#define NUL LEADKPI_NUL_TERMINATED
#define MODELS "first,last,linear,u,j,rank_decay,halving,last_non:channel 7,linear_unique,participation"

static char text[(size_t)ROWS * LENGTH_MAX * 13];
static int64_t offsets[ROWS + 1];
static double conversions[ROWS], values[ROWS], nulls[ROWS];
static double touch_count, byte_count, draw_seconds;

static void good(leadkpi_status status)
{
    if (status != LEADKPI_OK) abort();
}

static void draw(uint64_t *state)
{
    size_t at = 0;
    for (size_t row = 0; row < ROWS; row++) {
        size_t length = 1 + bench_random(state) % LENGTH_MAX;
        offsets[row] = (int64_t)at;
        for (size_t i = 0; i < length; i++) {
            unsigned channel = (unsigned)(bench_random(state) % CHANNELS);
            if (i) memcpy(text + at, " > ", 3), at += 3;
            memcpy(text + at, "channel ", 8), at += 8;
            if (channel >= 10) text[at++] = (char)('0' + channel / 10);
            text[at++] = (char)('0' + channel % 10);
        }
        touch_count += (double)length;
        conversions[row] = (double)(bench_random(state) % 4 == 0);
        values[row] = conversions[row] * (double)(bench_random(state) % 100000) / 100;
        nulls[row] = 1 - conversions[row];
    }
    offsets[ROWS] = (int64_t)at;
    byte_count += (double)at;
}

static leadkpi_attribution *with(const char *definition)
{
    leadkpi_options *options;
    leadkpi_attribution *made;
    good(leadkpi_options_create(NULL, "attribution", NUL, &options, NULL));
    good(leadkpi_options_parse(options, definition, NUL, NULL));
    good(leadkpi_attribution_create(NULL, options, &made, NULL));
    leadkpi_options_free(options);
    return made;
}

static void stream(leadkpi_attribution *a, const leadkpi_table *table)
{
    uint64_t state = 1;
    touch_count = byte_count = draw_seconds = 0;
    for (size_t done = 0; done < PATHS; done += ROWS) {
        double start = bench_seconds();
        draw(&state);
        draw_seconds += bench_seconds() - start;
        good(leadkpi_attribution_add_paths(a, table, NULL, 0, NULL));
    }
}

static double measure(const char *what, const char *definition, const leadkpi_table *table)
{
    struct rusage usage;
    leadkpi_attribution *a = with(definition);
    double start = bench_seconds();
    stream(a, table);
    double took = bench_seconds() - start - draw_seconds;
    bench_row(what, took, PATHS, byte_count);
    bench_row("  the same, a touch", took, touch_count, 0);
    getrusage(RUSAGE_SELF, &usage);
    printf("%-44s %12.1f\n", "  most memory of the process, MB", (double)usage.ru_maxrss / 1024);
    leadkpi_attribution_free(a);
    return took;
}

int main(void)
{
    leadkpi_table *table;
    good(leadkpi_table_create(NULL, &table, NULL));
    good(leadkpi_table_borrow_text(table, "path", NUL, offsets, text, ROWS, NULL, NULL));
    good(leadkpi_table_borrow_double(table, "conversions", NUL, conversions, ROWS, 0, NULL, NULL));
    good(leadkpi_table_borrow_double(table, "value", NUL, values, ROWS, 0, NULL, NULL));
    good(leadkpi_table_borrow_double(table, "nulls", NUL, nulls, ROWS, 0, NULL, NULL));
    bench_best = measure("10 M paths, markov", "dimensions=channel; fold=markov", table);
    double all = measure("10 M paths, 10 rules and markov", "dimensions=channel; fold=" MODELS ",markov",
                         table);
    bench_ratio("  to markov alone", all, bench_best);
    leadkpi_table_free(table);
    return 0;
}
