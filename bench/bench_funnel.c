/* Funnels: 10 M events of 1 M leads over 180 days, 8 kinds of event, 5 steps, a window of 7 days.
 *
 * Grouped and sorted as a host has them, through the plain function; and through a handle, in that
 * order and in no order. Leads are skewed: the lead of an event is drawn with
 * the square of a uniform number. */
#include <leadkpi/funnel.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum {
    EVENTS = 10000000,
    LEADS = 1000000,
    KINDS = 8,
    STEPS = 5
};
#define DAY INT64_C(86400000000)

static int64_t *ids, *times, *ends, *steps;
static int32_t *codes, *levels;
static const uint64_t code_steps[KINDS] = {1, 2, 4, 8, 16, 0, 0, 0};

static void *must(void *block)
{
    if (!block) abort();
    return block;
}

static void good(leadkpi_status status)
{
    if (status != LEADKPI_OK) abort();
}

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void draw(uint64_t *state)
{
    ids = must(malloc(EVENTS * sizeof *ids));
    times = must(malloc(EVENTS * sizeof *times));
    steps = must(malloc(EVENTS * sizeof *steps));
    codes = must(malloc(EVENTS * sizeof *codes));
    ends = must(calloc(LEADS, sizeof *ends));
    levels = must(malloc(LEADS * sizeof *levels));
    for (int i = 0; i < EVENTS; i++) {
        double u = (double)(bench_random(state) >> 11) * 0x1p-53;
        ends[(int)(u * u * LEADS)]++;
    }
    int64_t before = 0;
    for (int lead = 0; lead < LEADS; lead++) {
        int64_t first = before, end = before + ends[lead];
        for (int64_t i = first; i < end; i++) {
            ids[i] = lead;
            times[i] = (int64_t)(bench_random(state) % (uint64_t)(180 * DAY));
            codes[i] = (int32_t)(bench_random(state) % KINDS);
            steps[i] = (int64_t)code_steps[codes[i]];
        }
        qsort(times + first, (size_t)(end - first), sizeof *times, by_time);
        ends[lead] = before = end;
    }
}

/* What the machine allows: the columns that are asked for, read once and nothing done. */
static volatile uint64_t read_once;

static void read_columns(void)
{
    uint64_t sum = 0;
    for (int i = 0; i < EVENTS; i++) sum += (uint64_t)times[i];
    for (int i = 0; i < EVENTS; i++) sum += (uint32_t)codes[i];
    for (int i = 0; i < LEADS; i++) sum += (uint64_t)ends[i];
    read_once = sum;
}

static void bench_levels(void)
{
    BENCH("funnel: the columns of levels, read alone", EVENTS, 12.0 * EVENTS + 8.0 * LEADS, read_columns());
    double least = bench_best;
    BENCH("funnel: levels, grouped and sorted", EVENTS, 12.0 * EVENTS,
          good(leadkpi_funnel_levels(times, codes, code_steps, KINDS, ends, LEADS, STEPS, 7 * DAY,
                                     levels, NULL)));
    bench_ratio("funnel: levels, times that", bench_best, least);
}

/* Eight funnels of five steps each, of other kinds in other orders. */
static void bench_several(void)
{
    double one = bench_best;
    enum {
        FUNNELS = 8
    };
    uint64_t steps_of[FUNNELS * KINDS];
    int32_t step_counts[FUNNELS], *all = must(malloc((size_t)LEADS * FUNNELS * sizeof *all));
    int64_t windows[FUNNELS];
    for (int f = 0; f < FUNNELS; f++) {
        step_counts[f] = STEPS;
        windows[f] = (f + 1) * DAY;
        for (int kind = 0; kind < KINDS; kind++)
            steps_of[f * KINDS + kind] = code_steps[(kind * (f % 4 * 2 + 1) + f) % KINDS];
    }
    BENCH("funnel: levels of 8 funnels in one pass", EVENTS, 12.0 * EVENTS,
          good(leadkpi_funnel_levels_of_several(NULL, times, codes, ends, LEADS, FUNNELS, steps_of,
                                                KINDS, step_counts, windows, all, NULL)));
    bench_ratio("funnel: 8 funnels, times one", bench_best, one);
    free(all);
}

static void swap(int64_t *values, int i, int j)
{
    int64_t value = values[i];
    values[i] = values[j];
    values[j] = value;
}

static void shuffle(uint64_t *state)
{
    for (int i = EVENTS; i-- > 1;) {
        int j = (int)(bench_random(state) % ((uint64_t)i + 1));
        swap(ids, i, j), swap(times, i, j), swap(steps, i, j);
    }
}

static leadkpi_funnel *make(void)
{
    leadkpi_options *definition;
    leadkpi_funnel *funnel;
    good(leadkpi_options_create(NULL, "funnel", LEADKPI_NUL_TERMINATED, &definition, NULL));
    good(leadkpi_options_parse(definition, "steps=a,b,c,d,e; window=7d", LEADKPI_NUL_TERMINATED,
                               NULL));
    good(leadkpi_funnel_create(NULL, definition, &funnel, NULL));
    leadkpi_options_free(definition);
    return funnel;
}

static leadkpi_funnel *filled(void)
{
    leadkpi_table *table;
    leadkpi_funnel *funnel = make();
    good(leadkpi_table_create(NULL, &table, NULL));
    good(leadkpi_table_borrow_int64(table, "id", LEADKPI_NUL_TERMINATED, ids, EVENTS, 0, NULL,
                                    NULL));
    good(leadkpi_table_borrow_timestamp(table, "time", LEADKPI_NUL_TERMINATED, times, EVENTS, 0,
                                        NULL, NULL));
    good(leadkpi_table_borrow_int64(table, "steps", LEADKPI_NUL_TERMINATED, steps, EVENTS, 0, NULL,
                                    NULL));
    good(leadkpi_funnel_add(funnel, table, NULL, 0, NULL));
    leadkpi_table_free(table);
    return funnel;
}

static void report(leadkpi_status (*call)(const leadkpi_funnel *, const leadkpi_options *,
                                          leadkpi_table **, leadkpi_error *),
                   const leadkpi_funnel *funnel)
{
    leadkpi_table *table;
    good(call(funnel, NULL, &table, NULL));
    leadkpi_table_free(table);
}

static void bench_handle(const char *add, const char *count, const char *wait)
{
    leadkpi_funnel *funnel = NULL;
    BENCH(add, EVENTS, 0, leadkpi_funnel_free(funnel); funnel = filled());
    BENCH(count, EVENTS, 0, report(leadkpi_funnel_steps, funnel));
    BENCH(wait, EVENTS, 0, report(leadkpi_funnel_times, funnel));
    leadkpi_funnel_free(funnel);
}

/* One lead, a million events, 32 steps, each of which any event fits: the dearest rule. */
static void bench_hostile(void)
{
    enum {
        MANY = 1000000
    };
    leadkpi_options *definition;
    leadkpi_table *table;
    leadkpi_funnel *funnel;
    char text[200] = "step_window=1h; gap=1us; steps=a";
    for (int i = 1; i < 32; i++) strcat(text, ",a");
    for (int i = 0; i < MANY; i++) ids[i] = 7, times[i] = i, steps[i] = 0xFFFFFFFF;
    good(leadkpi_options_create(NULL, "funnel", LEADKPI_NUL_TERMINATED, &definition, NULL));
    good(leadkpi_options_parse(definition, text, LEADKPI_NUL_TERMINATED, NULL));
    good(leadkpi_funnel_create(NULL, definition, &funnel, NULL));
    good(leadkpi_table_create(NULL, &table, NULL));
    good(leadkpi_table_borrow_int64(table, "id", LEADKPI_NUL_TERMINATED, ids, MANY, 0, NULL, NULL));
    good(leadkpi_table_borrow_timestamp(table, "time", LEADKPI_NUL_TERMINATED, times, MANY, 0, NULL,
                                        NULL));
    good(leadkpi_table_borrow_int64(table, "steps", LEADKPI_NUL_TERMINATED, steps, MANY, 0, NULL,
                                    NULL));
    good(leadkpi_funnel_add(funnel, table, NULL, 0, NULL));
    BENCH("funnel: one lead of 1 M events, 32 steps", MANY, 0,
          report(leadkpi_funnel_steps, funnel));
    leadkpi_table_free(table);
    leadkpi_options_free(definition);
    leadkpi_funnel_free(funnel);
}

int main(void)
{
    uint64_t state = 1;
    draw(&state);
    bench_levels();
    bench_several();
    bench_handle("funnel: add, grouped", "funnel: steps, grouped", "funnel: times, grouped");
    shuffle(&state);
    bench_handle("funnel: add, in no order", "funnel: steps, in no order",
                 "funnel: times, in no order");
    bench_hostile();
    return 0;
}
