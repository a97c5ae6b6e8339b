#include "journal/waits.h"

#include <leadkpi/stats.h>
#include <math.h>

#include "base/exact_sum.h"

#define MICROSECONDS 1e6

enum { MEAN, P25, MEDIAN, P75, P90 };
enum { SURVIVAL_MEDIAN, SURVIVAL_LOW, SURVIVAL_HIGH };

leadkpi_status lk_waits_open(lk_waits *w, lk_memory *memory, size_t capacity, leadkpi_error *error)
{
    *w = (lk_waits){.memory = memory, .capacity = capacity};
    leadkpi_status status = lk_allocate(memory, capacity, sizeof *w->times, &w->times, error);
    if (status == LEADKPI_OK) status = lk_allocate(memory, capacity, sizeof *w->came, &w->came, error);
    if (status == LEADKPI_OK)
        status = lk_allocate(memory, capacity, sizeof *w->sorted, &w->sorted, error);
    if (status != LEADKPI_OK) lk_waits_close(w);
    return status;
}

void lk_waits_close(lk_waits *w)
{
    lk_release(w->memory, w->times, w->capacity, sizeof *w->times);
    lk_release(w->memory, w->came, w->capacity, sizeof *w->came);
    lk_release(w->memory, w->sorted, w->capacity, sizeof *w->sorted);
    w->times = NULL;
    w->came = NULL;
    w->sorted = NULL;
}

/* ---- numbers -------------------------------------------------------------------- */

static leadkpi_status mean_of(const lk_waits *w, double *mean, leadkpi_error *error)
{
    lk_exact_sum sum = LK_EXACT_SUM_ZERO;
    for (size_t i = 0; i < w->count; i++)
        if (w->came[i]) LK_TRY(lk_exact_sum_add_int64(&sum, w->times[i], error));
    *mean = lk_exact_sum_to_double(&sum) / (double)w->came_count / MICROSECONDS;
    return LEADKPI_OK;
}

static leadkpi_status write_observed(lk_waits *w, leadkpi_table *table, const lk_waits_columns *c,
                                     size_t row, leadkpi_error *error)
{
    static const double probabilities[] = {[P25] = 0.25, [MEDIAN] = 0.5, [P75] = 0.75, [P90] = 0.9};
    if (w->came_count == 0) {
        for (int i = 0; i < LK_WAITS_OBSERVED; i++) lk_table_set_null(table, c->observed_at + i, row);
        return LEADKPI_OK;
    }
    LK_TRY(mean_of(w, &c->observed[MEAN][row], error));
    for (int i = P25; i < LK_WAITS_OBSERVED; i++) {
        LK_TRY(leadkpi_stats_quantile_select(w->sorted, w->came_count, probabilities[i],
                                             &c->observed[i][row], error));
        c->observed[i][row] /= MICROSECONDS;
    }
    return LEADKPI_OK;
}

static leadkpi_status write_survival(const lk_waits *w, leadkpi_table *table,
                                     const lk_waits_columns *c, size_t row, double level,
                                     leadkpi_error *error)
{
    leadkpi_stats_survival *curve = NULL;
    leadkpi_host host = lk_memory_host(w->memory);
    double found[LK_WAITS_SURVIVAL] = {NAN, NAN, NAN};
    if (w->count > 0) {
        LK_TRY(leadkpi_stats_survival_create_int64(&host, w->times, w->came, w->count, &curve, error));
        leadkpi_status status = leadkpi_stats_survival_quantile(
            curve, 0.5, LEADKPI_STATS_SURVIVAL_LOG_LOG, level, &found[SURVIVAL_MEDIAN],
            &found[SURVIVAL_LOW], &found[SURVIVAL_HIGH], NULL);
        leadkpi_stats_survival_free(curve);
        if (status != LEADKPI_OK && status != LEADKPI_NOT_ENOUGH_DATA)
            return lk_fail(error, status, "survival median: %s", leadkpi_status_meaning(status));
    }
    for (int i = 0; i < LK_WAITS_SURVIVAL; i++) {
        c->survival[i][row] = found[i] / MICROSECONDS;
        if (isnan(found[i])) lk_table_set_null(table, c->survival_at + i, row);
    }
    return LEADKPI_OK;
}

leadkpi_status lk_waits_write(lk_waits *w, leadkpi_table *table, const lk_waits_columns *c, size_t row,
                              double level, leadkpi_error *error)
{
    c->censored[row] = (int64_t)(w->count - w->came_count);
    LK_TRY(write_observed(w, table, c, row, error));
    return write_survival(w, table, c, row, level, error);
}

/* ---- columns ---------------------------------------------------------------------- */

static leadkpi_status add_doubles(leadkpi_table *table, const char *const *names, int count,
                                  size_t rows, double **values, leadkpi_error *error)
{
    for (int i = 0; i < count; i++)
        LK_TRY(lk_table_add_double(table, lk_text_of(names[i], LEADKPI_NUL_TERMINATED), "s", rows, true,
                                   &values[i], error));
    return LEADKPI_OK;
}

leadkpi_status lk_waits_add_columns(leadkpi_table *table, lk_text censored_name, const char *unit,
                                    size_t rows, lk_waits_columns *c, leadkpi_error *error)
{
    static const char *const observed[] = {"mean_seconds", "p25_seconds", "median_seconds",
                                           "p75_seconds", "p90_seconds"};
    static const char *const survival[] = {"survival_median_seconds", "survival_median_low_seconds",
                                           "survival_median_high_seconds"};
    c->observed_at = leadkpi_table_column_count(table);
    LK_TRY(add_doubles(table, observed, LK_WAITS_OBSERVED, rows, c->observed, error));
    LK_TRY(lk_table_add_int64(table, censored_name, unit, rows, false, &c->censored, error));
    c->survival_at = leadkpi_table_column_count(table);
    return add_doubles(table, survival, LK_WAITS_SURVIVAL, rows, c->survival, error);
}

leadkpi_status lk_waits_add_flags(leadkpi_table *table, const lk_waits_columns *c, const int64_t *came,
                                  size_t rows, leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (size_t row = 0; row < rows && status == LEADKPI_OK; row++) {
        bool biased = came[row] > 0 && c->censored[row] > 0;
        status = lk_text_builder_append(
            &builder, biased ? LK_LITERAL("survivor_biased") : LK_LITERAL(""), error);
    }
    if (status == LEADKPI_OK)
        status = lk_text_builder_finish(&builder, LK_LITERAL("flags"), "", error);
    lk_text_builder_release(&builder);
    return status;
}
