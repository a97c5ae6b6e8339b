/* survival.c: Kaplan-Meier curves of the segments, their summary and the log-rank test. */
#include "stats/survival.h"

#include "cohorts/columns.h"
#include "cohorts/lives.h"
#include "cohorts/log_rank.h"
#include "cohorts/schemas.h"

static const lk_option survival_options[] = {
    LK_VIEW_OPTIONS(0, "given"),
    LK_LIVES_OPTIONS("churn", LK_LIVES_DEFAULT_OUTCOME),
};

const lk_schema lk_cohorts_survival_schema = {"cohorts_survival",
                                              "How long until an event, with what is not over counted "
                                              "as such.",
                                              survival_options, LK_LIVES_OPTION_COUNT};

typedef struct group {
    lk_head head;
    int64_t size, events;
    leadkpi_stats_survival *curve; /* NULL: nobody */
    size_t first_row;              /* of the long table */
} group;

typedef struct survival {
    lk_view *view;
    lk_lives lives;
    group *groups;
    size_t group_count;
    size_t *row_groups; /* of the long table */
    size_t row_count;
    double unit;
    int32_t scale;
    bool has_test;
    double chi_squared, p_value;
    int64_t degrees;
} survival;

/* ---- curves ----------------------------------------------------------------------------- */

static leadkpi_status make_curve(survival *s, group *g, lk_lives_run run, leadkpi_error *error)
{
    lk_life_row *rows;
    lk_survival_row *table = NULL;
    lk_memory *memory = &s->view->memory;
    size_t count;
    g->size = (int64_t)run.count;
    if (run.count == 0) return LEADKPI_OK;
    LK_TRY(lk_lives_rows(run, memory, &rows, &count, error));
    leadkpi_status status = lk_allocate(memory, count, sizeof *table, &table, error);
    for (size_t i = 0; i < count && status == LEADKPI_OK; i++) {
        /* A life that ended otherwise is as good as one that is still going on. */
        table[i] = (lk_survival_row){(double)rows[i].time / s->unit, rows[i].at_risk, rows[i].events,
                                     rows[i].others + rows[i].censored, 1, 0};
        g->events += rows[i].events;
    }
    if (status == LEADKPI_OK) status = lk_survival_create_from(memory, table, count, &g->curve, error);
    lk_release(memory, table, count, sizeof *table);
    lk_release(memory, rows, run.count, sizeof *rows);
    return status;
}

static leadkpi_status make_curves(survival *s, leadkpi_error *error)
{
    lk_view *v = s->view;
    size_t segments = v->dimension_count ? v->segment_count : 0;
    LK_TRY(lk_allocate(&v->memory, segments + 1, sizeof *s->groups, &s->groups, error));
    memset(s->groups, 0, (segments + 1) * sizeof *s->groups);
    s->group_count = segments + 1;
    for (uint32_t i = 0; i < segments; i++) {
        s->groups[i].head = (lk_head){LK_HEAD_SEGMENT, i, 0};
        LK_TRY(make_curve(s, &s->groups[i], lk_lives_of(&s->lives, i), error));
    }
    if (segments > 1)
        LK_TRY(lk_log_rank(&s->lives, v->segment_count, &s->has_test, &s->chi_squared, &s->degrees,
                           &s->p_value, error));
    if (segments) LK_TRY(lk_lives_merge_segments(&s->lives, error));
    s->groups[segments].head = (lk_head){LK_HEAD_TOTAL, 0, 0};
    return make_curve(s, &s->groups[segments], lk_lives_of(&s->lives, LK_MAP_NONE), error);
}

static leadkpi_status open_survival(survival *s, leadkpi_error *error)
{
    lk_view *v = s->view;
    s->unit = (double)lk_options_int64(v->options, v->schema, LK_LIVES_UNIT);
    s->scale = lk_options_choice(v->options, v->schema, LK_LIVES_SCALE) + LEADKPI_STATS_SURVIVAL_PLAIN;
    LK_TRY(lk_lives_find(v, &s->lives, error));
    return make_curves(s, error);
}

static void close_survival(survival *s)
{
    for (size_t i = 0; i < s->group_count; i++) leadkpi_stats_survival_free(s->groups[i].curve);
    lk_release(&s->view->memory, s->groups, s->group_count, sizeof *s->groups);
    lk_release(&s->view->memory, s->row_groups, s->row_count, sizeof *s->row_groups);
    lk_lives_close(&s->lives);
}

/* ---- the long table ------------------------------------------------------------------------ */

static const group *group_of(const void *x, size_t row)
{
    const survival *s = x;
    return &s->groups[s->row_groups[row]];
}

static const lk_survival_row *row_of(const void *x, size_t row)
{
    const group *g = group_of(x, row);
    return &g->curve->rows[row - g->first_row];
}

static double time_of(const void *x, size_t row)
{
    return row_of(x, row)->time;
}

static int64_t at_risk_of(const void *x, size_t row)
{
    return row_of(x, row)->at_risk;
}

static int64_t events_of(const void *x, size_t row)
{
    return row_of(x, row)->events;
}

static int64_t censored_of(const void *x, size_t row)
{
    return row_of(x, row)->censored;
}

static double survival_of(const void *x, size_t row)
{
    return row_of(x, row)->survival;
}

static double error_of(const void *x, size_t row)
{
    const lk_survival_row *r = row_of(x, row);
    return r->survival == 0 ? NAN : r->survival * sqrt(r->greenwood);
}

static double band_of(const void *x, size_t row, bool is_high)
{
    const survival *s = x;
    const group *g = group_of(x, row);
    double low, high;
    if (leadkpi_stats_survival_interval(g->curve, row - g->first_row, s->scale, s->view->level, &low,
                                        &high, NULL) != LEADKPI_OK)
        return NAN;
    return is_high ? high : low;
}

static double low_of(const void *x, size_t row)
{
    return band_of(x, row, false);
}

static double high_of(const void *x, size_t row)
{
    return band_of(x, row, true);
}

static leadkpi_status find_rows(survival *s, leadkpi_error *error)
{
    size_t count = 0, row = 0;
    for (size_t i = 0; i < s->group_count; i++) {
        s->groups[i].first_row = count;
        count += leadkpi_stats_survival_row_count(s->groups[i].curve);
    }
    LK_TRY(lk_allocate(&s->view->memory, count, sizeof *s->row_groups, &s->row_groups, error));
    s->row_count = count;
    for (size_t i = 0; i < s->group_count; i++)
        for (size_t end = row + leadkpi_stats_survival_row_count(s->groups[i].curve); row < end; row++)
            s->row_groups[row] = i;
    return LEADKPI_OK;
}

static leadkpi_status add_long_heads(survival *s, leadkpi_table *table, leadkpi_error *error)
{
    lk_head *heads;
    LK_TRY(lk_allocate(&s->view->memory, s->row_count, sizeof *heads, &heads, error));
    for (size_t i = 0; i < s->row_count; i++) heads[i] = s->groups[s->row_groups[i]].head;
    leadkpi_status status =
        lk_view_add_heads(s->view, NULL, false, heads, s->row_count, 1, table, error);
    lk_release(&s->view->memory, heads, s->row_count, sizeof *heads);
    return status;
}

static leadkpi_status fill_long(survival *s, leadkpi_table *table, leadkpi_error *error)
{
    LK_TRY(find_rows(s, error));
    LK_TRY(add_long_heads(s, table, error));
    size_t rows = s->row_count;
    LK_TRY(lk_add_numbers(table, "time", "units", rows, time_of, s, error));
    LK_TRY(lk_add_counts(table, "at_risk", "persons", rows, at_risk_of, s, error));
    LK_TRY(lk_add_counts(table, "events", "persons", rows, events_of, s, error));
    LK_TRY(lk_add_counts(table, "censored", "persons", rows, censored_of, s, error));
    LK_TRY(lk_add_numbers(table, "survival", "fraction", rows, survival_of, s, error));
    LK_TRY(lk_add_numbers(table, "standard_error", "fraction", rows, error_of, s, error));
    LK_TRY(lk_add_numbers(table, "survival_low", "fraction", rows, low_of, s, error));
    return lk_add_numbers(table, "survival_high", "fraction", rows, high_of, s, error);
}

/* ---- the summary ----------------------------------------------------------------------------- */

static int64_t size_at(const void *x, size_t row)
{
    return ((const survival *)x)->groups[row].size;
}

static int64_t events_at(const void *x, size_t row)
{
    return ((const survival *)x)->groups[row].events;
}

enum { MEDIAN, MEDIAN_LOW, MEDIAN_HIGH };

static double median(const void *x, size_t row, int which)
{
    const survival *s = x;
    double value, low, high;
    if (!s->groups[row].curve) return NAN;
    (void)leadkpi_stats_survival_quantile(s->groups[row].curve, 0.5, s->scale, s->view->level, &value,
                                          &low, &high, NULL);
    return which == MEDIAN ? value : which == MEDIAN_LOW ? low : high;
}

static double median_at(const void *x, size_t row)
{
    return median(x, row, MEDIAN);
}

static double median_low_at(const void *x, size_t row)
{
    return median(x, row, MEDIAN_LOW);
}

static double median_high_at(const void *x, size_t row)
{
    return median(x, row, MEDIAN_HIGH);
}

static double horizon_at(const void *x, size_t row)
{
    const leadkpi_stats_survival *curve = ((const survival *)x)->groups[row].curve;
    return curve ? curve->rows[curve->row_count - 1].time : NAN;
}

static double mean_or_error(const void *x, size_t row, bool is_error)
{
    const leadkpi_stats_survival *curve = ((const survival *)x)->groups[row].curve;
    double mean, error;
    if (!curve) return NAN;
    (void)leadkpi_stats_survival_restricted_mean(curve, horizon_at(x, row), &mean, &error, NULL); /* else NaN */
    return is_error ? error : mean;
}

static double mean_at(const void *x, size_t row)
{
    return mean_or_error(x, row, false);
}

static double mean_error_at(const void *x, size_t row)
{
    return mean_or_error(x, row, true);
}

static bool has_test(const survival *s, size_t row)
{
    return s->has_test && row + 1 == s->group_count;
}

static double chi_squared_at(const void *x, size_t row)
{
    return has_test(x, row) ? ((const survival *)x)->chi_squared : NAN;
}

static int64_t degrees_at(const void *x, size_t row)
{
    return has_test(x, row) ? ((const survival *)x)->degrees : LK_NO_COUNT;
}

static double p_value_at(const void *x, size_t row)
{
    return has_test(x, row) ? ((const survival *)x)->p_value : NAN;
}

static leadkpi_status add_summary_heads(survival *s, leadkpi_table *table, leadkpi_error *error)
{
    lk_head *heads;
    LK_TRY(lk_allocate(&s->view->memory, s->group_count, sizeof *heads, &heads, error));
    for (size_t i = 0; i < s->group_count; i++) heads[i] = s->groups[i].head;
    leadkpi_status status =
        lk_view_add_heads(s->view, NULL, false, heads, s->group_count, 1, table, error);
    lk_release(&s->view->memory, heads, s->group_count, sizeof *heads);
    return status;
}

static leadkpi_status fill_summary(survival *s, leadkpi_table *table, leadkpi_error *error)
{
    size_t rows = s->group_count;
    LK_TRY(add_summary_heads(s, table, error));
    LK_TRY(lk_add_counts(table, "size", "persons", rows, size_at, s, error));
    LK_TRY(lk_add_counts(table, "events", "persons", rows, events_at, s, error));
    LK_TRY(lk_add_numbers(table, "median", "units", rows, median_at, s, error));
    LK_TRY(lk_add_numbers(table, "median_low", "units", rows, median_low_at, s, error));
    LK_TRY(lk_add_numbers(table, "median_high", "units", rows, median_high_at, s, error));
    LK_TRY(lk_add_numbers(table, "horizon", "units", rows, horizon_at, s, error));
    LK_TRY(lk_add_numbers(table, "restricted_mean", "units", rows, mean_at, s, error));
    LK_TRY(lk_add_numbers(table, "restricted_mean_error", "units", rows, mean_error_at, s, error));
    LK_TRY(lk_add_numbers(table, "log_rank", "", rows, chi_squared_at, s, error));
    LK_TRY(lk_add_counts(table, "log_rank_degrees", "", rows, degrees_at, s, error));
    return lk_add_numbers(table, "log_rank_p", "fraction", rows, p_value_at, s, error);
}

/* ---- the public calls -------------------------------------------------------------------------- */

typedef leadkpi_status (*fill_call)(survival *, leadkpi_table *, leadkpi_error *);

typedef struct request {
    fill_call fill;
} request;

static leadkpi_status fill_report(lk_view *view, void *context, leadkpi_table *table,
                                  leadkpi_error *error)
{
    survival s = {.view = view};
    leadkpi_status status = open_survival(&s, error);
    if (status == LEADKPI_OK) status = ((const request *)context)->fill(&s, table, error);
    close_survival(&s);
    return status;
}

leadkpi_status leadkpi_cohorts_survival(const leadkpi_cohorts *cohorts,
                                        const leadkpi_options *options, leadkpi_table **out,
                                        leadkpi_error *error)
{
    request r = {fill_long};
    return lk_cohorts_report(cohorts, options, &lk_cohorts_survival_schema, 0, fill_report, &r, out,
                             error);
}

leadkpi_status leadkpi_cohorts_survival_summary(const leadkpi_cohorts *cohorts,
                                                const leadkpi_options *options,
                                                leadkpi_table **out, leadkpi_error *error)
{
    request r = {fill_summary};
    return lk_cohorts_report(cohorts, options, &lk_cohorts_survival_schema, 0, fill_report, &r, out,
                             error);
}
