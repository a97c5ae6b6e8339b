/* bench.h: a measurement is the best of several runs, printed as one row.
 *
 *     BENCH("sum of 1 M doubles", rows, rows * sizeof(double), result = sum(values, rows));
 *
 * The best and not the mean: everything else on the machine can only add time. */
#ifndef LK_BENCH_H
#define LK_BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <time.h>

#define BENCH_RUNS 7

static inline double bench_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* bytes: what one run reads and writes; 0 where a rate in bytes says nothing. */
static inline void bench_row(const char *what, double seconds, double items, double bytes)
{
    printf("%-44s %12.2f %14.0f", what, 1e9 * seconds / items, items / seconds);
    if (bytes > 0) printf(" %10.1f", bytes / seconds / 1e6);
    printf("\n");
}

/* How long the last BENCH took at its best, for a ratio. */
static double bench_best;

static inline void bench_ratio(const char *what, double seconds, double of)
{
    printf("%-44s %12.2f\n", what, seconds / of);
}

#define BENCH(what, items, bytes, ...)                                                             \
    do {                                                                                           \
        double bench_best_ = 1e300;                                                                \
        for (int bench_run_ = 0; bench_run_ < BENCH_RUNS; bench_run_++) {                          \
            double bench_start_ = bench_seconds();                                                 \
            __VA_ARGS__;                                                                           \
            double bench_took_ = bench_seconds() - bench_start_;                                   \
            if (bench_took_ < bench_best_) bench_best_ = bench_took_;                              \
        }                                                                                          \
        bench_row(what, bench_best_, (double)(items), (double)(bytes));                            \
        bench_best = bench_best_;                                                                  \
    } while (0)

/* The same numbers in every run and on every machine (splitmix64). */
static inline uint64_t bench_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

#endif
