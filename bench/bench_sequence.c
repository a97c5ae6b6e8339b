/* Sequences: patterns on one journey of a million events, friendly and hostile: the time is in proportion
 * whatever the pattern. The hostile one makes a backtracking search give up at 500 events. Ratios are to the
 * friendly pattern of as many parts. */
#include <leadkpi/sequence.h>
#include <stdlib.h>

#include "bench.h"

enum {
    EVENTS = 1000000
};

static int64_t *times;
static uint64_t *conditions;

static void good(leadkpi_status status)
{
    if (status != LEADKPI_OK) abort();
}

static int64_t count_of(const leadkpi_sequence *sequence)
{
    int64_t count;
    good(leadkpi_sequence_count(sequence, times, conditions, EVENTS, &count, NULL));
    return count;
}

static double bench_pattern(const char *name, const char *pattern)
{
    leadkpi_sequence *sequence;
    volatile int64_t count = 0;
    good(leadkpi_sequence_create(NULL, pattern, LEADKPI_NUL_TERMINATED, &sequence, NULL));
    BENCH(name, EVENTS, 16.0 * EVENTS, count = count_of(sequence));
    leadkpi_sequence_free(sequence);
    (void)count;
    return bench_best;
}

int main(void)
{
    uint64_t state = 1;
    times = malloc(EVENTS * sizeof *times);
    conditions = malloc(EVENTS * sizeof *conditions);
    if (!times || !conditions) abort();
    for (int i = 0; i < EVENTS; i++) {
        times[i] = (int64_t)i * 1000000;
        conditions[i] = UINT64_C(1) << bench_random(&state) % 4;
    }
    double friendly = bench_pattern("sequence: 3 parts that touch", "(?1)(?2)(?3)");
    double gaps = bench_pattern("sequence: 3 parts, any gap", "(?1).*(?2).*(?3)");
    double timed = bench_pattern("sequence: 3 parts within a minute", "(?1)(?t<=60)(?2)(?t<=60)(?3)");
    for (int i = 0; i < EVENTS; i++) conditions[i] = i % 2 ? 2 : 1; /* and never the third */
    double hostile = bench_pattern("sequence: hostile, 3 parts", "(?1)(?t>=5).*(?2)(?t>=5).*(?3)");
    int32_t retained[3];
    BENCH("sequence: retention", EVENTS, 8.0 * EVENTS,
          good(leadkpi_sequence_retention(conditions, EVENTS, 3, retained, NULL)));
    bench_ratio("sequence: ratio of any gap", gaps, friendly);
    bench_ratio("sequence: ratio of times", timed, friendly);
    bench_ratio("sequence: ratio of hostile", hostile, friendly);
    free(times);
    free(conditions);
    return 0;
}
