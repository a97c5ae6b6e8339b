/* Lifetimes: fits and forecasts of 2,357 customers (CDNOW where LEADKPI_SHARED or ../shared has it, else
 * drawn alike), and of a million customers without two of equal history. Items are fits; of forecasts
 * customers. */
#include <leadkpi/lifetime.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { CDNOW = 2357, MILLION = 1000000 };
#define NUL LEADKPI_NUL_TERMINATED

static double frequency[MILLION], recency[MILLION], age[MILLION], value[MILLION];
static size_t count;

static void good(leadkpi_status status)
{
    if (status != LEADKPI_OK) abort();
}

static double uniform(uint64_t *state)
{
    return ((double)(bench_random(state) >> 11) + 0.5) * 0x1p-53;
}

static double exponential(uint64_t *state)
{
    return -log(uniform(state));
}

/* Johnk's gamma of a shape below 1. */
static double gamma_below_1(uint64_t *state, double shape)
{
    for (;;) {
        double x = pow(uniform(state), 1 / shape), y = pow(uniform(state), 1 / (1 - shape));
        if (x + y <= 1 && x + y > 0) return exponential(state) * x / (x + y);
    }
}

/* Pareto/NBD with the parameters of CDNOW. */
static void draw(size_t how_many, int in_weeks)
{
    uint64_t state = 1;
    count = how_many;
    for (size_t i = 0; i < count; i++) {
        double rate = gamma_below_1(&state, 0.553) / 10.578, leave = gamma_below_1(&state, 0.606) / 11.668;
        age[i] = 27 + 12 * uniform(&state);
        if (in_weeks) age[i] = floor(7 * age[i]) / 7;
        double end = fmin(age[i], exponential(&state) / leave), t = 0;
        frequency[i] = recency[i] = value[i] = 0;
        while ((t += exponential(&state) / rate) < end) frequency[i]++, recency[i] = t;
        if (frequency[i] > 0 && in_weeks) recency[i] = (floor(7 * recency[i]) + 1) / 7;
        if (recency[i] > age[i]) age[i] = recency[i];
        if (frequency[i] > 0) value[i] = 10 + 50 * uniform(&state);
    }
}

static int read_cdnow(void)
{
    char path[1100], line[256];
    const char *shared = getenv("LEADKPI_SHARED");
    snprintf(path, sizeof path, "%s/data/cdnow_customers_summary_with_transactions.csv", shared ? shared : "../shared");
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    count = 0;
    if (fgets(line, sizeof line, file))
        while (count < CDNOW && fgets(line, sizeof line, file) &&
               sscanf(line, "%*d,%lf,%lf,%lf,%lf", &frequency[count], &recency[count], &age[count], &value[count]) == 4)
            count++;
    fclose(file);
    return count == CDNOW;
}

static leadkpi_table *table_of(void)
{
    leadkpi_table *table;
    good(leadkpi_table_create(NULL, &table, NULL));
    good(leadkpi_table_borrow_double(table, "frequency", NUL, frequency, count, 0, NULL, NULL));
    good(leadkpi_table_borrow_double(table, "recency", NUL, recency, count, 0, NULL, NULL));
    good(leadkpi_table_borrow_double(table, "T", NUL, age, count, 0, NULL, NULL));
    good(leadkpi_table_borrow_double(table, "monetary_value", NUL, value, count, 0, NULL, NULL));
    return table;
}

static leadkpi_options *options_of(const char *schema, const char *text)
{
    leadkpi_options *options;
    good(leadkpi_options_create(NULL, schema, NUL, &options, NULL));
    good(leadkpi_options_parse(options, text, NUL, NULL));
    return options;
}

static leadkpi_lifetime *fit(const char *text, const leadkpi_table *table)
{
    leadkpi_lifetime *model;
    leadkpi_options *options = options_of("lifetime", text);
    good(leadkpi_lifetime_fit(NULL, options, table, &model, NULL));
    leadkpi_options_free(options);
    return model;
}

static void bench_fit(const char *what, const char *text, const leadkpi_table *table)
{
    BENCH(what, 1, 0, leadkpi_lifetime_free(fit(text, table)));
}

static void bench_forecast(const char *what, const char *text, const char *how, const leadkpi_table *table)
{
    leadkpi_table *out;
    leadkpi_lifetime *model = fit(text, table), *spend = fit("model=gamma_gamma", table);
    leadkpi_options *options = options_of("lifetime_forecast", how);
    BENCH(what, count, 0, good(leadkpi_lifetime_forecast(model, spend, table, options, &out, NULL));
          leadkpi_table_free(out));
    leadkpi_options_free(options);
    leadkpi_lifetime_free(model);
    leadkpi_lifetime_free(spend);
}

int main(void)
{
    if (!read_cdnow()) draw(CDNOW, 1);
    leadkpi_table *table = table_of();
    bench_fit("lifetime: bg_nbd fit, 2,357", "model=bg_nbd", table);
    bench_fit("lifetime: mbg_nbd fit, 2,357", "model=mbg_nbd", table);
    bench_fit("lifetime: pareto_nbd fit, 2,357", "model=pareto_nbd", table);
    bench_fit("lifetime: gamma_gamma fit, 2,357", "model=gamma_gamma", table);
    bench_forecast("lifetime: bg_nbd forecast, value", "model=bg_nbd", "horizon=39; discount=0.1", table);
    bench_forecast("lifetime: bg_nbd forecast", "model=bg_nbd", "horizon=39", table);
    bench_forecast("lifetime: pareto_nbd forecast", "model=pareto_nbd", "horizon=39", table);
    bench_forecast("lifetime: pareto_nbd forecast, DERT", "model=pareto_nbd", "discount=0.1", table);
    count = 20;
    leadkpi_table_free(table);
    table = table_of();
    bench_forecast("lifetime: bg_nbd, 100,000 period ends", "model=bg_nbd",
                   "horizon=100000; discount=0.01; timing=period_end", table);
    leadkpi_table_free(table);
    draw(MILLION, 0);
    table = table_of();
    bench_fit("lifetime: bg_nbd fit, 1 M different", "model=bg_nbd", table);
    bench_fit("lifetime: pareto_nbd fit, 1 M different", "model=pareto_nbd", table);
    leadkpi_table_free(table);
    return 0;
}
