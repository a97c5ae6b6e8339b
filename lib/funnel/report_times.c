#include <leadkpi/stats.h>
#include <math.h>

#include "base/exact_sum.h"
#include "funnel/report.h"

#define MICROSECONDS 1e6

/* Where a pair's columns are; in the order in which they stand. */
enum { MEAN, P25, MEDIAN, P75, P90, OBSERVED_COUNT };
enum { SURVIVAL_MEDIAN, SURVIVAL_LOW, SURVIVAL_HIGH, SURVIVAL_COUNT };

typedef struct columns {
    int64_t *from_step, *to_step, *completed, *censored;
    double *observed[OBSERVED_COUNT], *survival[SURVIVAL_COUNT];
    int32_t first_observed, first_survival;
} columns;

/* The waits of one pair of steps in one group. */
typedef struct waits {
    int64_t *times;
    uint8_t *completed; /* 0: censored */
    double *sorted;     /* of those that completed */
    size_t capacity;
    size_t count;
    size_t completed_count;
} waits;

/* ---- what was waited ---------------------------------------------------------------- */

/* Until when a lead that did not go on was watched. */
static int64_t watched_until(const lk_results *r, const lk_result *result)
{
    if (r->as_of - result->start <= r->funnel->rule.window) return r->as_of;
    return result->start + r->funnel->rule.window;
}

static void gather(const lk_groups *g, const lk_group *group, int32_t from, int32_t to, waits *w)
{
    const lk_results *r = g->results;
    size_t steps = (size_t)r->funnel->rule.step_count;
    w->count = w->completed_count = 0;
    for (uint32_t i = group->first; i < group->last; i++) {
        const lk_result *result = lk_groups_result(g, i);
        const int64_t *times = r->times + g->order[i] * steps;
        if (result->level <= from) continue;
        bool completed = result->level > to;
        int64_t end = completed ? times[to] : watched_until(r, result);
        if (completed) w->sorted[w->completed_count++] = (double)(end - times[from]);
        w->completed[w->count] = completed;
        w->times[w->count++] = end - times[from];
    }
}

/* ---- numbers -------------------------------------------------------------------------- */

static leadkpi_status mean_of(const waits *w, double *mean, leadkpi_error *error)
{
    lk_exact_sum sum = LK_EXACT_SUM_ZERO;
    for (size_t i = 0; i < w->count; i++)
        if (w->completed[i]) LK_TRY(lk_exact_sum_add_int64(&sum, w->times[i], error));
    *mean = lk_exact_sum_to_double(&sum) / (double)w->completed_count / MICROSECONDS;
    return LEADKPI_OK;
}

static leadkpi_status put_observed(leadkpi_table *table, const columns *c, size_t row, waits *w,
                                   leadkpi_error *error)
{
    static const double probabilities[] = {[P25] = 0.25, [MEDIAN] = 0.5, [P75] = 0.75, [P90] = 0.9};
    if (w->completed_count == 0) {
        for (int i = 0; i < OBSERVED_COUNT; i++) lk_table_set_null(table, c->first_observed + i, row);
        return LEADKPI_OK;
    }
    LK_TRY(mean_of(w, &c->observed[MEAN][row], error));
    for (int i = P25; i < OBSERVED_COUNT; i++) {
        LK_TRY(leadkpi_stats_quantile_select(w->sorted, w->completed_count, probabilities[i],
                                             &c->observed[i][row], error));
        c->observed[i][row] /= MICROSECONDS;
    }
    return LEADKPI_OK;
}

static leadkpi_status put_survival(const lk_results *r, leadkpi_table *table, const columns *c,
                                   size_t row, const waits *w, leadkpi_error *error)
{
    leadkpi_stats_survival *curve = NULL;
    leadkpi_host host = lk_memory_host(&r->memory);
    double found[SURVIVAL_COUNT] = {NAN, NAN, NAN};
    if (w->count > 0) {
        LK_TRY(leadkpi_stats_survival_create_int64(&host, w->times, w->completed, w->count, &curve,
                                                   error));
        leadkpi_status status = leadkpi_stats_survival_quantile(
            curve, 0.5, LEADKPI_STATS_SURVIVAL_LOG_LOG, r->confidence, &found[SURVIVAL_MEDIAN],
            &found[SURVIVAL_LOW], &found[SURVIVAL_HIGH], NULL);
        leadkpi_stats_survival_free(curve);
        if (status != LEADKPI_OK && status != LEADKPI_NOT_ENOUGH_DATA)
            return lk_fail(error, status, "survival median: %s", leadkpi_status_meaning(status));
    }
    for (int i = 0; i < SURVIVAL_COUNT; i++) {
        c->survival[i][row] = found[i] / MICROSECONDS;
        if (isnan(found[i])) lk_table_set_null(table, c->first_survival + i, row);
    }
    return LEADKPI_OK;
}

static leadkpi_status put_pair(const lk_groups *g, const lk_group *group, leadkpi_table *table,
                               const columns *c, size_t row, waits *w, leadkpi_error *error)
{
    gather(g, group, (int32_t)c->from_step[row] - 1, (int32_t)c->to_step[row] - 1, w);
    c->completed[row] = (int64_t)w->completed_count;
    c->censored[row] = (int64_t)(w->count - w->completed_count);
    LK_TRY(put_observed(table, c, row, w, error));
    return put_survival(g->results, table, c, row, w, error);
}

/* ---- the table -------------------------------------------------------------------------- */

/* Each step to the next, and the first to the last where that is another pair. */
static size_t pair_count(int32_t step_count)
{
    return (size_t)step_count - 1 + (step_count > 2);
}

static leadkpi_status add_doubles(leadkpi_table *table, const char *const *names, int count,
                                  size_t rows, double **values, leadkpi_error *error)
{
    for (int i = 0; i < count; i++)
        LK_TRY(lk_table_add_double(table, lk_text_of(names[i], LEADKPI_NUL_TERMINATED), "s", rows, true,
                                   &values[i], error));
    return LEADKPI_OK;
}

static leadkpi_status add_columns(leadkpi_table *table, size_t rows, columns *c, leadkpi_error *error)
{
    static const char *const observed[] = {"mean_seconds", "p25_seconds", "median_seconds",
                                           "p75_seconds", "p90_seconds"};
    static const char *const survival[] = {"survival_median_seconds", "survival_median_low_seconds",
                                           "survival_median_high_seconds"};
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("from_step"), "", rows, false, &c->from_step, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("to_step"), "", rows, false, &c->to_step, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("completed"), "leads", rows, false, &c->completed,
                              error));
    c->first_observed = leadkpi_table_column_count(table);
    LK_TRY(add_doubles(table, observed, OBSERVED_COUNT, rows, c->observed, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("censored"), "leads", rows, false, &c->censored, error));
    c->first_survival = leadkpi_table_column_count(table);
    return add_doubles(table, survival, SURVIVAL_COUNT, rows, c->survival, error);
}

static leadkpi_status add_flags(leadkpi_table *table, size_t rows, const columns *c,
                                leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (size_t row = 0; row < rows && status == LEADKPI_OK; row++) {
        bool biased = c->completed[row] > 0 && c->censored[row] > 0;
        status = lk_text_builder_append(
            &builder, biased ? LK_LITERAL("survivor_biased") : LK_LITERAL(""), error);
    }
    if (status == LEADKPI_OK)
        status = lk_text_builder_finish(&builder, LK_LITERAL("flags"), "", error);
    lk_text_builder_release(&builder);
    return status;
}

static leadkpi_status fill_pairs(const lk_groups *g, leadkpi_table *table, waits *w,
                                 leadkpi_error *error)
{
    int32_t step_count = g->results->funnel->rule.step_count;
    size_t pairs = pair_count(step_count), rows = pairs * g->count;
    columns c;
    LK_TRY(lk_groups_add_columns(g, pairs, table, error));
    LK_TRY(add_columns(table, rows, &c, error));
    for (size_t row = 0; row < rows; row++) {
        bool overall = row % pairs == (size_t)step_count - 1;
        c.from_step[row] = overall ? 1 : (int64_t)(row % pairs) + 1;
        c.to_step[row] = overall ? step_count : c.from_step[row] + 1;
        LK_TRY(put_pair(g, &g->items[row / pairs], table, &c, row, w, error));
    }
    return add_flags(table, rows, &c, error);
}

static leadkpi_status open_waits(lk_results *r, waits *w, leadkpi_error *error)
{
    w->capacity = r->count;
    LK_TRY(lk_allocate(&r->memory, w->capacity, sizeof *w->times, &w->times, error));
    LK_TRY(lk_allocate(&r->memory, w->capacity, sizeof *w->completed, &w->completed, error));
    return lk_allocate(&r->memory, w->capacity, sizeof *w->sorted, &w->sorted, error);
}

static leadkpi_status fill(lk_results *results, const leadkpi_options *options, leadkpi_table *table,
                           leadkpi_error *error)
{
    lk_groups groups;
    waits w = {0};
    LK_TRY(lk_groups_find(results, options, false, &groups, error));
    leadkpi_status status = open_waits(results, &w, error);
    if (status == LEADKPI_OK) status = fill_pairs(&groups, table, &w, error);
    lk_release(&results->memory, w.times, w.capacity, sizeof *w.times);
    lk_release(&results->memory, w.completed, w.capacity, sizeof *w.completed);
    lk_release(&results->memory, w.sorted, w.capacity, sizeof *w.sorted);
    lk_groups_free(&groups);
    return status;
}

leadkpi_status leadkpi_funnel_times(const leadkpi_funnel *funnel, const leadkpi_options *options,
                                    leadkpi_table **out, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    if (out) *out = NULL;
    LK_FAIL_IF(funnel && funnel->rule.input == LK_INPUT_TIME, error, LEADKPI_CONTRADICTION,
               "input: with input=time no times of steps are kept; they need input=any");
    LK_FAIL_IF(funnel && funnel->store && funnel->store->closed.range_count, error,
               LEADKPI_CONTRADICTION, "close: of closed ranges no times of steps are kept");
    LK_FAIL_IF(funnel && funnel->rule.compat != LK_COMPAT_NONE, error, LEADKPI_CONTRADICTION,
               "compat: windowFunnel has levels only; times need compat=none");
    return lk_funnel_report(funnel, options, true, fill, out, error);
}
