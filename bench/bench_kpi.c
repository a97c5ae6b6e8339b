/* KPIs over columns, beside a plain copy of as many bytes.
 *
 * "bytes" are all that a run reads and writes: two inputs and the value, 24 a row
 * and a bit for its validity; a copy of 12 bytes a row moves the same 24. The
 * columns are far larger than any cache. */
#include <stdlib.h>
#include <string.h>

#include <leadkpi.h>

#include "bench.h"

#define ROWS ((size_t)4 << 20)
#define INTERVAL_ROWS 1000000

static double best_of(double *best, double seconds)
{
    if (seconds < *best) *best = seconds;
    return *best;
}

/* In turns, so that both meet the same neighbours. */
static void compare_with_copy(const char *what, int32_t kpi, const double *const *inputs,
                              size_t count, double *values, uint8_t *validity)
{
    double kpi_best = 1e300, copy_best = 1e300;
    size_t bytes = ROWS * sizeof(double) * (count + 1);
    for (int run = 0; run < 2 * BENCH_RUNS; run++) {
        double start = bench_seconds();
        leadkpi_kpi_evaluate_columns(kpi, inputs, count, NULL, ROWS, values, validity, NULL);
        best_of(&kpi_best, bench_seconds() - start);
        start = bench_seconds();
        memcpy(values, inputs[0], bytes / 4);
        memcpy(values, inputs[1], bytes / 4);
        best_of(&copy_best, bench_seconds() - start);
    }
    char line[100];
    snprintf(line, sizeof line, "%s: %.0f %% of the speed of a copy", what,
             100 * copy_best / kpi_best);
    bench_row("plain copy of the same bytes", copy_best, ROWS, bytes);
    bench_row(line, kpi_best, ROWS, bytes);
}

int main(void)
{
    double *columns[2], *values = malloc(ROWS * sizeof(double));
    double *low = malloc(INTERVAL_ROWS * sizeof(double)),
           *high = malloc(INTERVAL_ROWS * sizeof(double));
    uint8_t *validity = malloc(ROWS / 8);
    uint64_t seed = 1;
    for (int c = 0; c < 2; c++) {
        columns[c] = malloc(ROWS * sizeof(double));
        for (size_t i = 0; i < ROWS; i++)
            columns[c][i] = (double)(bench_random(&seed) % (c == 0 ? 100000 : 2000));
    }
    const double *inputs[] = {columns[0], columns[1]};
    memset(values, 1, ROWS * sizeof(double));
    memset(validity, 1, ROWS / 8);
    compare_with_copy("KPI of 2 columns", LEADKPI_KPI_COST_PER_LEAD, inputs, 2, values, validity);
    for (size_t i = 0; i < INTERVAL_ROWS; i++) columns[0][i] = (double)(bench_random(&seed) % 500);
    for (size_t i = 0; i < INTERVAL_ROWS; i++) columns[1][i] += 500;
    BENCH("KPI with Wilson intervals, 1 M rows", INTERVAL_ROWS, 0,
          leadkpi_kpi_estimate_columns(LEADKPI_KPI_MQL_TO_SQL_RATE, inputs, 2, NULL, INTERVAL_ROWS,
                                       NULL, values, low, high, NULL, NULL, NULL));
    for (size_t i = 0; i < INTERVAL_ROWS; i++) columns[1][i] -= 500;
    BENCH("KPI with Poisson cost intervals, 1 M rows", INTERVAL_ROWS, 0,
          leadkpi_kpi_estimate_columns(LEADKPI_KPI_COST_PER_LEAD, inputs, 2, NULL, INTERVAL_ROWS,
                                       NULL, values, low, high, NULL, NULL, NULL));
    double one[] = {5000, 250};
    leadkpi_estimate estimate;
    BENCH("KPI by number, with its interval", 100000, 0,
          for (int i = 0; i < 100000; i++)
              leadkpi_kpi_evaluate(LEADKPI_KPI_COST_PER_LEAD, one, 2, NULL, &estimate, NULL));
    int32_t kpi;
    BENCH("KPI by name", 100000, 0,
          for (int i = 0; i < 100000; i++)
              leadkpi_kpi_find("Customer Acquisition Cost", LEADKPI_NUL_TERMINATED, &kpi, NULL));
    BENCH("median of 1 M durations", INTERVAL_ROWS, 0,
          values[0] = leadkpi_lead_response_time(columns[0], INTERVAL_ROWS));
    for (int c = 0; c < 2; c++) free(columns[c]);
    free(values);
    free(low);
    free(high);
    free(validity);
    return 0;
}
