#include "journal/waits.h"

#include <math.h>

#include "base/exact_sum.h"
#include "base/sort.h"
#include "stats/quantile.h"
#include "stats/survival.h"

#define MICROSECONDS 1e6

enum { MEAN, P25, MEDIAN, P75, P90 };
enum { SURVIVAL_MEDIAN, SURVIVAL_LOW, SURVIVAL_HIGH };

/* ---- lists ---------------------------------------------------------------------- */

#define WAITS_LEAST 64

static leadkpi_status grow(lk_memory *memory, int64_t **times, size_t *capacity, leadkpi_error *error)
{
    size_t more;
    LK_FAIL_IF(!lk_size_add(*capacity < WAITS_LEAST ? WAITS_LEAST : *capacity, *capacity / 2, &more), error,
               LEADKPI_OVERFLOW, "waits: more than the address space holds");
    LK_TRY(lk_resize(memory, times, *capacity, more, sizeof **times, error));
    *capacity = more;
    return LEADKPI_OK;
}

leadkpi_status lk_waits_grow(lk_waits *w, bool came, leadkpi_error *error)
{
    return came ? grow(w->memory, &w->came, &w->came_capacity, error)
                : grow(w->memory, &w->watched, &w->watched_capacity, error);
}

void lk_waits_close(lk_waits *w)
{
    lk_release(w->memory, w->came, w->came_capacity, sizeof *w->came);
    lk_release(w->memory, w->watched, w->watched_capacity, sizeof *w->watched);
    lk_waits_open(w, w->memory, w->whole);
}

/* ---- numbers -------------------------------------------------------------------- */

/* The sum of the next waits, at most as many as can be added up whole if none is longer than `longest`. */
static int64_t add_some(const lk_waits *w, int64_t longest, size_t *at)
{
    int64_t sum = 0;
    size_t left = w->came_count - *at, some = left < LK_INTERRUPT_ROWS ? left : LK_INTERRUPT_ROWS;
    if (longest > INT64_MAX / LK_INTERRUPT_ROWS) some = 1;
    for (const int64_t *wait = w->came + *at, *end = wait + some; wait < end; wait++) sum += *wait;
    *at += some;
    return sum;
}

/* Of waits in order. */
static leadkpi_status mean_of(const lk_waits *w, double *mean, leadkpi_error *error)
{
    lk_exact_sum sum = LK_EXACT_SUM_ZERO;
    for (size_t at = 0; at < w->came_count;) {
        LK_TRY(lk_interrupted_at(w->memory, at, error));
        LK_TRY(lk_exact_sum_add_int64(&sum, add_some(w, w->came[w->came_count - 1], &at), error));
    }
    *mean = lk_exact_sum_to_double(&sum) / (double)w->came_count / MICROSECONDS;
    return LEADKPI_OK;
}

/* Of those for whom it came, in order. */
static double quantile_of(const lk_waits *w, double probability)
{
    lk_quantile_place at = lk_quantile_place_of(w->came_count, probability);
    double value = (double)w->came[at.index];
    double next = at.fraction > 0 ? (double)w->came[at.index + 1] : value;
    return lk_quantile_between(value, next, at.fraction) / MICROSECONDS;
}

leadkpi_status lk_waits_average(lk_waits *w, double *mean, double *median, leadkpi_error *error)
{
    LK_TRY(lk_sort_int64(w->memory, w->came, NULL, w->came_count, error));
    LK_TRY(mean_of(w, mean, error));
    *median = quantile_of(w, 0.5);
    return LEADKPI_OK;
}

static leadkpi_status write_observed(lk_waits *w, leadkpi_table *table, const lk_waits_columns *c,
                                     size_t row, leadkpi_error *error)
{
    if (w->came_count == 0) {
        for (int i = 0; i < LK_WAITS_OBSERVED; i++) lk_table_set_null(table, c->observed_at + i, row);
        return LEADKPI_OK;
    }
    LK_TRY(lk_waits_average(w, &c->observed[MEAN][row], &c->observed[MEDIAN][row], error));
    c->observed[P25][row] = quantile_of(w, 0.25);
    c->observed[P75][row] = quantile_of(w, 0.75);
    c->observed[P90][row] = quantile_of(w, 0.9);
    return LEADKPI_OK;
}

/* Those for whom it came are in order, and there is one. */
static leadkpi_status find_survival(const lk_waits *w, double level, double found[LK_WAITS_SURVIVAL],
                                    leadkpi_error *error)
{
    leadkpi_stats_survival *curve;
    lk_survival_subjects all = {w->came, w->watched, w->came_count, w->watched_count, w->whole, w->whole_count};
    LK_TRY(lk_sort_int64(w->memory, w->watched, NULL, w->watched_count, error));
    LK_TRY(lk_survival_create_counted(w->memory, &all, &curve, error));
    leadkpi_status status = leadkpi_stats_survival_quantile(
        curve, 0.5, LEADKPI_STATS_SURVIVAL_LOG_LOG, level, &found[SURVIVAL_MEDIAN], &found[SURVIVAL_LOW],
        &found[SURVIVAL_HIGH], NULL);
    leadkpi_stats_survival_free(curve);
    if (status != LEADKPI_OK && status != LEADKPI_NOT_ENOUGH_DATA)
        return lk_fail(error, status, "survival median: %s", leadkpi_status_meaning(status));
    return LEADKPI_OK;
}

static leadkpi_status write_survival(const lk_waits *w, leadkpi_table *table, const lk_waits_columns *c,
                                     size_t row, double level, leadkpi_error *error)
{
    double found[LK_WAITS_SURVIVAL] = {NAN, NAN, NAN};
    if (lk_waits_count(w)) found[SURVIVAL_HIGH] = INFINITY; /* for nobody: all survive */
    if (w->came_count) LK_TRY(find_survival(w, level, found, error));
    for (int i = 0; i < LK_WAITS_SURVIVAL; i++) {
        c->survival[i][row] = found[i] / MICROSECONDS;
        if (isnan(found[i])) lk_table_set_null(table, c->survival_at + i, row);
    }
    return LEADKPI_OK;
}

leadkpi_status lk_waits_write(lk_waits *w, leadkpi_table *table, const lk_waits_columns *c, size_t row,
                              double level, leadkpi_error *error)
{
    LK_TRY(lk_interrupted(w->memory, error));
    c->censored[row] = (int64_t)(w->watched_count + w->whole_count);
    LK_TRY(write_observed(w, table, c, row, error));
    return write_survival(w, table, c, row, level, error);
}

static void copy_cell(leadkpi_table *table, int32_t column, double *values, size_t from_row, size_t to_row)
{
    values[to_row] = values[from_row];
    if (leadkpi_table_is_null(table, column, from_row)) lk_table_set_null(table, column, to_row);
}

void lk_waits_copy(leadkpi_table *table, const lk_waits_columns *c, size_t from_row, size_t to_row)
{
    c->censored[to_row] = c->censored[from_row];
    for (int i = 0; i < LK_WAITS_OBSERVED; i++)
        copy_cell(table, c->observed_at + i, c->observed[i], from_row, to_row);
    for (int i = 0; i < LK_WAITS_SURVIVAL; i++)
        copy_cell(table, c->survival_at + i, c->survival[i], from_row, to_row);
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
