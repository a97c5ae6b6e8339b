/* Data-driven attribution: counting, solves of order 1, order 2 of 500 campaigns, Shapley. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include "attribution/models.h"

static lk_memory memory;

static void *must(void *block)
{
    if (!block) abort();
    return block;
}

static void good(leadkpi_status status, const leadkpi_error *error)
{
    if (status == LEADKPI_OK) return;
    fprintf(stderr, "%d: %s\n", (int)status, error->message);
    abort();
}

/* ---- journeys ------------------------------------------------------------------------------------------ */

/* 1 to 11 touches, 6 in the mean; early channels more often; one in eleven converts. */
static lk_attribution_batch draw(size_t journeys, uint32_t channel_count, uint64_t seed)
{
    uint32_t *channels = must(malloc(12 * journeys * sizeof *channels));
    size_t *ends = must(malloc(journeys * sizeof *ends)), touches = 0;
    double *conversions = must(malloc(journeys * sizeof(double)));
    double *nulls = must(malloc(journeys * sizeof(double)));
    double *values = must(malloc(journeys * sizeof(double)));
    uint64_t *units = must(malloc(journeys * sizeof *units));
    for (size_t i = 0; i < journeys; i++) {
        size_t length = 1 + bench_random(&seed) % 11;
        for (size_t k = 0; k < length; k++) {
            double u = (double)(bench_random(&seed) >> 11) * 0x1p-53;
            channels[touches++] = (uint32_t)(u * u * channel_count);
        }
        ends[i] = touches;
        conversions[i] = bench_random(&seed) % 11 == 0;
        nulls[i] = 1 - conversions[i];
        values[i] = conversions[i] * (double)(bench_random(&seed) % 100000) / 100;
        units[i] = bench_random(&seed);
    }
    return (lk_attribution_batch){journeys, channels, ends, conversions, nulls, values, units};
}

static void drop(lk_attribution_batch *batch)
{
    free((void *)(uintptr_t)batch->channels);
    free((void *)(uintptr_t)batch->ends);
    free((void *)(uintptr_t)batch->conversions);
    free((void *)(uintptr_t)batch->nulls);
    free((void *)(uintptr_t)batch->values);
    free((void *)(uintptr_t)batch->units);
}

/* ---- order 1 --------------------------------------------------------------------------------------------- */

static void count(lk_attribution_transitions *steps, uint32_t groups, size_t channel_count,
                  const lk_attribution_batch *batch)
{
    leadkpi_error error;
    lk_attribution_transitions_free(steps, &memory);
    lk_attribution_transitions_init(steps, groups);
    good(lk_attribution_transitions_add(steps, &memory, channel_count, batch, &error), &error);
}

static void solve(const lk_attribution_transitions *steps)
{
    leadkpi_error error;
    lk_attribution_result result;
    good(lk_attribution_result_init(&result, &memory, steps->channel_count, &error), &error);
    good(lk_attribution_markov(steps, &memory, NULL, LK_ATTRIBUTION_REMOVE_TO_NULL, &result, &error),
         &error);
    lk_attribution_result_free(&result, &memory);
}

static void order_1(uint32_t channel_count, size_t journeys)
{
    char what[80];
    lk_attribution_transitions steps;
    lk_attribution_batch batch = draw(journeys, channel_count, channel_count);
    double touches = (double)batch.ends[journeys - 1];
    lk_attribution_transitions_init(&steps, LK_ATTRIBUTION_GROUPS);
    snprintf(what, sizeof what, "order 1: count, %u channels, by touch", (unsigned)channel_count);
    BENCH(what, touches, 4 * touches, count(&steps, LK_ATTRIBUTION_GROUPS, channel_count, &batch));
    snprintf(what, sizeof what, "order 1: solve with errors, %u channels", (unsigned)channel_count);
    BENCH(what, 1, 0, solve(&steps));
    count(&steps, 1, channel_count, &batch);
    snprintf(what, sizeof what, "order 1: solve, %u channels", (unsigned)channel_count);
    BENCH(what, 1, 0, solve(&steps));
    lk_attribution_transitions_free(&steps, &memory);
    drop(&batch);
}

/* ---- any order --------------------------------------------------------------------------------------------- */

static void any_order(const lk_attribution_paths *paths, uint32_t length, int32_t errors)
{
    leadkpi_error error;
    lk_attribution_result result;
    lk_attribution_chain chain = {.length = length, .errors = errors};
    good(lk_attribution_result_init(&result, &memory, paths->channel_count, &error), &error);
    good(lk_attribution_markov_of_order(paths, &memory, NULL, &chain, &result, &error), &error);
    printf("# %u states, %u sweeps, p %.12f\n", (unsigned)result.states, (unsigned)result.sweeps,
           result.probability);
    lk_attribution_result_free(&result, &memory);
}

static void higher_order(uint32_t channel_count, size_t journeys, uint32_t length)
{
    char what[80];
    leadkpi_error error;
    lk_attribution_paths paths;
    lk_attribution_batch batch = draw(journeys, channel_count, channel_count);
    lk_attribution_paths_init(&paths, LK_ATTRIBUTION_GROUPS);
    double start = bench_seconds();
    good(lk_attribution_paths_add(&paths, &memory, channel_count, &batch, &error), &error);
    snprintf(what, sizeof what, "paths: add, %u channels, by journey", (unsigned)channel_count);
    bench_row(what, bench_seconds() - start, (double)journeys, 0);
    for (int32_t errors = 0; errors < 2; errors++) {
        start = bench_seconds();
        any_order(&paths, length, errors);
        snprintf(what, sizeof what, "order %u: %u channels%s", (unsigned)length,
                 (unsigned)channel_count, errors ? ", errors" : "");
        bench_row(what, bench_seconds() - start, 1, 0);
    }
    lk_attribution_paths_free(&paths, &memory);
    drop(&batch);
}

int main(void)
{
    if (lk_memory_init(&memory, NULL, NULL) != LEADKPI_OK) return 1;
    order_1(12, 1000000);
    order_1(50, 1000000);
    order_1(500, 1000000);
    higher_order(12, 100000, 2);
    higher_order(50, 100000, 2);
    higher_order(500, 100000, 2);
    return 0;
}
