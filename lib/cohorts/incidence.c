/* incidence.c: how many have come to which end by which age, where one end rules out the others.
 *
 * The estimate of Aalen and Johansen (1978): I(t) = sum over times u <= t of S(u-) d(u) / n(u), S the
 * Kaplan-Meier curve of no end at all. Its variance is that of the delta method (Marubini and
 * Valsecchi, Analysing Survival Data, 1995, 10.2), whose sums over pairs of times are opened so
 * that one pass does it. */
#include <leadkpi/stats.h>

#include "base/sort.h"
#include "cohorts/columns.h"
#include "cohorts/lives.h"
#include "cohorts/schemas.h"
#include "stats/check.h"

static const lk_option incidence_options[] = {
    LK_VIEW_OPTIONS(0, "given"),
    LK_LIVES_OPTIONS("outcome", ""),
};

const lk_schema lk_cohorts_incidence_schema = {"cohorts_incidence",
                                               "How many came to which outcome by which age.",
                                               incidence_options, LK_LIVES_OPTION_COUNT};

typedef struct line {
    lk_head head;
    uint32_t cause;
    int64_t time, at_risk, events;
    double incidence, error;
} line;

struct sums;

typedef struct incidence {
    lk_view *view;
    lk_lives lives;
    line *lines;
    size_t line_count, line_capacity, run_start;
    struct sums *sums; /* a place for each cause */
    uint32_t *now;     /* the places that have events at the time at hand */
    size_t place_count;
    double unit;
    int32_t scale;
    bool by_outcome;
} incidence;

static leadkpi_status put_line(incidence *x, const line *l, leadkpi_error *error)
{
    if (x->line_count == x->line_capacity) {
        size_t wider = x->line_capacity ? x->line_capacity * 2 : 64;
        LK_TRY(lk_resize(&x->view->memory, &x->lines, x->line_capacity, wider, sizeof *x->lines, error));
        x->line_capacity = wider;
    }
    x->lines[x->line_count++] = *l;
    return LEADKPI_OK;
}

/* ---- the estimate --------------------------------------------------------------------------- */

/* What all causes share: S(u-), and the sum of w = d / (n (n - d)) of all ends. */
typedef struct shared {
    double survival, w;
} shared;

/* The sums of which the variance of one cause is made, with v = S(u-)^2 (n - k) k / n^3 and c = S(u-) k /
 * n^2 of its k. Between two of its times its incidence stands still, so that what the times of others
 * add to w_i and w_ii is made up for at the next one: a pass over the lives does for all causes. */
typedef struct sums {
    double incidence;
    double w_seen; /* of shared.w, up to where w_i and w_ii have it */
    double w_i, w_ii, v, c, c_i;
    int64_t events; /* at the time at hand */
    uint32_t cause;
} sums;

static void settle(sums *s, double w)
{
    double more = w - s->w_seen;
    s->w_i += more * s->incidence;
    s->w_ii += more * s->incidence * s->incidence;
    s->w_seen = w;
}

static void pass_time(sums *s, const shared *all, double n)
{
    double k = (double)s->events, before = all->survival;
    settle(s, all->w);
    s->incidence += before * k / n;
    double c = before * k / (n * n);
    s->v += before * before * (n - k) * k / (n * n * n);
    s->c += c, s->c_i += c * s->incidence;
}

static double error_of(const sums *s)
{
    double i = s->incidence;
    double pairs = i * i * s->w_seen - 2 * i * s->w_i + s->w_ii;
    double both = i * s->c - s->c_i;
    return sqrt(fmax(0, pairs + s->v - 2 * both));
}

/* ---- causes and segments ------------------------------------------------------------------------ */

/* A place for each cause, by the order of texts. */
static uint32_t place_of(const incidence *x, uint32_t cause)
{
    return x->by_outcome ? x->view->timeline.outcome_rank[cause] - 1 : 0;
}

/* The causes asked for that end a life at this time, each with its count; returns how many. */
static uint32_t count_events(incidence *x, const lk_life *lives, size_t count)
{
    uint32_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (!lives[i].is_event) continue;
        uint32_t place = place_of(x, lives[i].cause);
        if (x->sums[place].events++ == 0) x->now[found++] = place;
    }
    return found;
}

static leadkpi_status take_time(incidence *x, lk_head head, const lk_life_row *row, uint32_t found,
                                shared *all, leadkpi_error *error)
{
    double n = (double)row->at_risk, ends = (double)(row->events + row->others);
    for (uint32_t i = 0; i < found; i++) pass_time(&x->sums[x->now[i]], all, n);
    if (n > ends) all->w += ends / (n * (n - ends)); /* else nobody is left, and nothing changes behind it */
    all->survival *= (n - ends) / n;
    for (uint32_t i = 0; i < found; i++) {
        sums *s = &x->sums[x->now[i]];
        settle(s, all->w);
        line l = {head, s->cause, row->time, row->at_risk, s->events, s->incidence, error_of(s)};
        s->events = 0;
        LK_TRY(put_line(x, &l, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status take_rows(incidence *x, lk_head head, lk_lives_run run, const lk_life_row *rows,
                                size_t row_count, leadkpi_error *error)
{
    shared all = {1, 0};
    size_t life = 0;
    for (size_t i = 0; i < run.count; i++)
        if (run.items[i].is_event)
            x->sums[place_of(x, run.items[i].cause)] = (sums){.cause = run.items[i].cause};
    for (size_t i = 0; i < row_count; i++) {
        size_t first = life;
        if (i % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&x->view->memory, error));
        while (life < run.count && run.items[life].exit == rows[i].time) life++;
        uint32_t found = count_events(x, run.items + first, life - first);
        LK_TRY(take_time(x, head, &rows[i], found, &all, error));
    }
    return LEADKPI_OK;
}

static int compare_lines(const void *context, uint32_t a, uint32_t b)
{
    const incidence *x = context;
    const line *l = x->lines + x->run_start + a, *m = x->lines + x->run_start + b;
    uint32_t p = place_of(x, l->cause), q = place_of(x, m->cause);
    if (p != q) return p < q ? -1 : 1;
    return (l->time > m->time) - (l->time < m->time);
}

/* From the order of times to that of causes. */
static leadkpi_status sort_run(incidence *x, leadkpi_error *error)
{
    lk_memory *memory = &x->view->memory;
    size_t count = x->line_count - x->run_start;
    uint32_t *order = NULL;
    line *sorted = NULL;
    leadkpi_status status = lk_allocate(memory, count, sizeof *order, &order, error);
    if (status == LEADKPI_OK) status = lk_allocate(memory, count, sizeof *sorted, &sorted, error);
    if (status == LEADKPI_OK) {
        for (uint32_t i = 0; i < count; i++) order[i] = i;
        status = lk_sort_indexes(memory, order, count, compare_lines, x, error);
    }
    if (status == LEADKPI_OK && count) {
        for (size_t i = 0; i < count; i++) sorted[i] = x->lines[x->run_start + order[i]];
        memcpy(x->lines + x->run_start, sorted, count * sizeof *sorted);
    }
    lk_release(memory, order, count, sizeof *order);
    lk_release(memory, sorted, count, sizeof *sorted);
    return status;
}

static leadkpi_status take_run(incidence *x, lk_head head, lk_lives_run run, leadkpi_error *error)
{
    lk_life_row *rows;
    size_t row_count;
    lk_memory *memory = &x->view->memory;
    x->run_start = x->line_count;
    LK_TRY(lk_lives_rows(run, memory, &rows, &row_count, error));
    leadkpi_status status = take_rows(x, head, run, rows, row_count, error);
    lk_release(memory, rows, run.count, sizeof *rows);
    return status == LEADKPI_OK ? sort_run(x, error) : status;
}

static leadkpi_status take_all(incidence *x, leadkpi_error *error)
{
    lk_view *v = x->view;
    LK_TRY(lk_lives_find(v, &x->lives, error));
    if (x->lives.count == 0) return LEADKPI_OK;
    x->place_count = x->by_outcome ? v->cohorts->store->outcomes.count : 1;
    LK_TRY(lk_allocate(&v->memory, x->place_count, sizeof *x->sums, &x->sums, error));
    LK_TRY(lk_allocate(&v->memory, x->place_count, sizeof *x->now, &x->now, error));
    for (uint32_t i = 0; v->dimension_count && i < v->segment_count; i++)
        LK_TRY(take_run(x, (lk_head){LK_HEAD_SEGMENT, i, 0}, lk_lives_of(&x->lives, i), error));
    if (v->dimension_count) LK_TRY(lk_lives_merge_segments(&x->lives, error));
    return take_run(x, (lk_head){LK_HEAD_TOTAL, 0, 0}, lk_lives_of(&x->lives, LK_MAP_NONE), error);
}

/* ---- the table -------------------------------------------------------------------------------------- */

static const line *at(const void *x, size_t row)
{
    return &((const incidence *)x)->lines[row];
}

static lk_text cause_at(const void *x, size_t row)
{
    const incidence *n = x;
    if (!n->by_outcome) return LK_LITERAL("churn");
    return lk_map_text_key(&n->view->cohorts->store->outcomes, at(x, row)->cause - 1);
}

static double time_at(const void *x, size_t row)
{
    return (double)at(x, row)->time / ((const incidence *)x)->unit;
}

static int64_t at_risk_at(const void *x, size_t row)
{
    return at(x, row)->at_risk;
}

static int64_t events_at(const void *x, size_t row)
{
    return at(x, row)->events;
}

static double incidence_at(const void *x, size_t row)
{
    return at(x, row)->incidence;
}

static double error_at(const void *x, size_t row)
{
    return at(x, row)->error;
}

/* On the scale of the incidence, of its log, or of log(-log): each within 0 and 1. */
static double end_at(const void *x, size_t row, bool is_high)
{
    const incidence *n = x;
    double i = at(x, row)->incidence, sign = is_high ? 1 : -1;
    double half = sign * lk_stats_z_of_level(n->view->level) * at(x, row)->error;
    if (half == 0) return i;
    if (n->scale == LEADKPI_STATS_SURVIVAL_PLAIN) return fmin(1, fmax(0, i + half));
    if (n->scale == LEADKPI_STATS_SURVIVAL_LOG) return fmin(1, i * exp(half / i));
    return i >= 1 ? NAN : exp(log(i) * exp(half / (i * log(i))));
}

static double low_at(const void *x, size_t row)
{
    return end_at(x, row, false);
}

static double high_at(const void *x, size_t row)
{
    return end_at(x, row, true);
}

static leadkpi_status add_heads(incidence *x, leadkpi_table *table, leadkpi_error *error)
{
    lk_head *heads;
    LK_TRY(lk_allocate(&x->view->memory, x->line_count, sizeof *heads, &heads, error));
    for (size_t i = 0; i < x->line_count; i++) heads[i] = x->lines[i].head;
    leadkpi_status status =
        lk_view_add_heads(x->view, NULL, false, heads, x->line_count, 1, table, error);
    lk_release(&x->view->memory, heads, x->line_count, sizeof *heads);
    return status;
}

static leadkpi_status fill_table(incidence *x, leadkpi_table *table, leadkpi_error *error)
{
    size_t rows = x->line_count;
    LK_TRY(add_heads(x, table, error));
    LK_TRY(lk_add_texts(table, "outcome", rows, cause_at, x, error));
    LK_TRY(lk_add_numbers(table, "time", "units", rows, time_at, x, error));
    LK_TRY(lk_add_counts(table, "at_risk", "persons", rows, at_risk_at, x, error));
    LK_TRY(lk_add_counts(table, "events", "persons", rows, events_at, x, error));
    LK_TRY(lk_add_numbers(table, "incidence", "fraction", rows, incidence_at, x, error));
    LK_TRY(lk_add_numbers(table, "standard_error", "fraction", rows, error_at, x, error));
    LK_TRY(lk_add_numbers(table, "incidence_low", "fraction", rows, low_at, x, error));
    return lk_add_numbers(table, "incidence_high", "fraction", rows, high_at, x, error);
}

static leadkpi_status fill(lk_view *v, void *context, leadkpi_table *table, leadkpi_error *error)
{
    incidence x = {.view = v};
    (void)context;
    x.unit = (double)lk_options_int64(v->options, v->schema, LK_LIVES_UNIT);
    x.scale = lk_options_choice(v->options, v->schema, LK_LIVES_SCALE) + LEADKPI_STATS_SURVIVAL_PLAIN;
    x.by_outcome = lk_options_choice(v->options, v->schema, LK_LIVES_EVENT) == 1;
    leadkpi_status status = take_all(&x, error);
    if (status == LEADKPI_OK) status = fill_table(&x, table, error);
    lk_release(&v->memory, x.sums, x.place_count, sizeof *x.sums);
    lk_release(&v->memory, x.now, x.place_count, sizeof *x.now);
    lk_release(&v->memory, x.lines, x.line_capacity, sizeof *x.lines);
    lk_lives_close(&x.lives);
    return status;
}

leadkpi_status leadkpi_cohorts_incidence(const leadkpi_cohorts *cohorts,
                                         const leadkpi_options *options, leadkpi_table **out,
                                         leadkpi_error *error)
{
    return lk_cohorts_report(cohorts, options, &lk_cohorts_incidence_schema, 0, fill, NULL, out, error);
}
