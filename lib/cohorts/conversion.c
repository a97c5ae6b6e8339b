/* conversion.c: how much of a cohort has converted, and how much will have in the end.
 *
 * An open customer of age a converts in the end with p(a) = sum over times t > a of S(t-) / S(a) *
 * d(t) / n(t), the incidence of Aalen and Johansen of those who came so far, learned from all cohorts
 * of the segment. From the last time back: p before a time is h + (1 - q) p behind it, h the share
 * that converts at it and q the share that ends at all; its variance goes the same way, by the delta
 * method. What is behind the longest age that was seen is not known and counts as nothing. */
#include <leadkpi/stats.h>

#include "base/sort.h"
#include "cohorts/columns.h"
#include "cohorts/lives.h"
#include "cohorts/schemas.h"
#include "stats/check.h"

enum { CALENDAR = LK_LIVES_OPTION_COUNT, OPTION_COUNT = CALENDAR + LK_CALENDAR_OPTION_COUNT };

static const lk_option conversion_options[] = {
    LK_VIEW_OPTIONS(0, "given"),
    LK_LIVES_OPTIONS("outcome", LK_LIVES_DEFAULT_OUTCOME),
    LK_CALENDAR_OPTIONS(CALENDAR, "month"),
};

const lk_schema lk_cohorts_conversion_schema = {"cohorts_conversion",
                                                "How much of each cohort has converted, and will have.",
                                                conversion_options, OPTION_COUNT};

typedef struct cohort {
    lk_head head;
    int64_t size, converted, open;
    double more;   /* conversions still expected */
    double spread; /* sum of p (1 - p): what chance does */
    double slack;  /* sum of the standard errors of p: as if they were wrong in one direction */
    double unseen; /* sum of the highest p where none of those ahead has converted: p and its error are 0 */
} cohort;

typedef struct conversion {
    lk_view *view;
    lk_calendar *calendar;
    lk_lives lives;
    lk_map128 places;
    cohort *cohorts;
    size_t count, capacity;
} conversion;

/* ---- what is to come ------------------------------------------------------------------------- */

typedef struct future {
    double share, variance, unseen;
} future;

/* futures[i] is that of who is open just behind row i. Of n who went on none converted: that may be chance,
 * up to the end of Wilson's interval. */
static void look_ahead(const lk_life_row *rows, size_t count, double z, future *futures)
{
    future f = {0, 0, 0};
    for (size_t i = count; i-- > 0;) {
        double n = (double)rows[i].at_risk, h = (double)rows[i].events / n;
        double q = (double)(rows[i].events + rows[i].others) / n, p = f.share;
        futures[i] = f;
        if (f.share == 0 && i + 1 < count) futures[i].unseen = z * z / ((double)rows[i + 1].at_risk + z * z);
        f.share = h + (1 - q) * p;
        f.variance = (1 - q) * (1 - q) * f.variance +
                     fmax(0, h * (1 - h) + p * p * q * (1 - q) - 2 * p * h * (1 - q)) / n;
    }
}

static leadkpi_status put_cohort(conversion *x, lk_head head, leadkpi_error *error)
{
    if (x->count == x->capacity) {
        size_t wider = x->capacity ? x->capacity * 2 : 32;
        LK_TRY(lk_resize(&x->view->memory, &x->cohorts, x->capacity, wider, sizeof *x->cohorts, error));
        x->capacity = wider;
    }
    x->cohorts[x->count++] = (cohort){.head = head};
    return LEADKPI_OK;
}

static leadkpi_status cohort_of(conversion *x, const lk_life *life, cohort **out, leadkpi_error *error)
{
    int64_t start = lk_calendar_start(x->calendar, x->view->acquired[life->customer]);
    uint32_t place, before = x->places.count;
    lk_key128 key = {life->segment, (uint64_t)start};
    LK_TRY(lk_map128_find_or_add(&x->places, &x->view->memory, &key, 1, &place, error));
    if (place == before)
        LK_TRY(put_cohort(x, (lk_head){LK_HEAD_COHORT, life->segment, start}, error));
    *out = &x->cohorts[place];
    return LEADKPI_OK;
}

static leadkpi_status take_lives(conversion *x, lk_lives_run run, const lk_life_row *rows,
                                 const future *futures, leadkpi_error *error)
{
    size_t row = 0;
    for (size_t i = 0; i < run.count; i++) {
        const lk_life *life = &run.items[i];
        cohort *c;
        LK_TRY(cohort_of(x, life, &c, error));
        while (rows[row].time < life->exit) row++;
        c->size++;
        c->converted += life->is_event;
        if (life->cause != LK_LIFE_OPEN) continue;
        double p = futures[row].share;
        c->open++;
        c->more += p;
        c->spread += p * (1 - p);
        c->slack += sqrt(futures[row].variance);
        c->unseen += futures[row].unseen;
    }
    return LEADKPI_OK;
}

static leadkpi_status take_segment(conversion *x, uint32_t segment, leadkpi_error *error)
{
    lk_memory *memory = &x->view->memory;
    lk_lives_run run = lk_lives_of(&x->lives, segment);
    lk_life_row *rows;
    future *futures = NULL;
    size_t count;
    LK_TRY(lk_lives_rows(run, memory, &rows, &count, error));
    leadkpi_status status = lk_allocate(memory, count, sizeof *futures, &futures, error);
    if (status == LEADKPI_OK) {
        look_ahead(rows, count, lk_stats_z_of_level(x->view->level), futures);
        status = take_lives(x, run, rows, futures, error);
    }
    lk_release(memory, futures, count, sizeof *futures);
    lk_release(memory, rows, run.count, sizeof *rows);
    return status;
}

/* ---- order and totals -------------------------------------------------------------------------- */

static int compare_cohorts(const void *context, uint32_t a, uint32_t b)
{
    const lk_head *x = &((const cohort *)context)[a].head, *y = &((const cohort *)context)[b].head;
    if (x->segment != y->segment) return x->segment < y->segment ? -1 : 1;
    return (x->start > y->start) - (x->start < y->start);
}

static leadkpi_status sort_cohorts(conversion *x, leadkpi_error *error)
{
    lk_memory *memory = &x->view->memory;
    size_t count = x->count;
    uint32_t *order = NULL;
    cohort *sorted = NULL;
    leadkpi_status status = lk_allocate(memory, count, sizeof *order, &order, error);
    if (status == LEADKPI_OK) status = lk_allocate(memory, count, sizeof *sorted, &sorted, error);
    if (status == LEADKPI_OK) {
        for (uint32_t i = 0; i < count; i++) order[i] = i;
        status = lk_sort_indexes(memory, order, count, compare_cohorts, x->cohorts, error);
    }
    if (status == LEADKPI_OK && count) {
        for (size_t i = 0; i < count; i++) sorted[i] = x->cohorts[order[i]];
        memcpy(x->cohorts, sorted, count * sizeof *sorted);
    }
    lk_release(memory, order, count, sizeof *order);
    lk_release(memory, sorted, count, sizeof *sorted);
    return status;
}

static leadkpi_status put_total(conversion *x, size_t first, size_t last, lk_head head,
                                leadkpi_error *error)
{
    LK_TRY(put_cohort(x, head, error));
    cohort *total = &x->cohorts[x->count - 1];
    for (size_t i = first; i < last; i++) {
        const cohort *c = &x->cohorts[i];
        total->size += c->size;
        total->converted += c->converted;
        total->open += c->open;
        total->more += c->more;
        total->spread += c->spread;
        total->slack += c->slack;
        total->unseen += c->unseen;
    }
    return LEADKPI_OK;
}

static leadkpi_status put_totals(conversion *x, leadkpi_error *error)
{
    size_t count = x->count;
    for (size_t first = 0, last; x->view->dimension_count && first < count; first = last) {
        uint32_t segment = x->cohorts[first].head.segment;
        for (last = first; last < count && x->cohorts[last].head.segment == segment; last++) {}
        LK_TRY(put_total(x, first, last, (lk_head){LK_HEAD_SEGMENT, segment, 0}, error));
    }
    return put_total(x, 0, count, (lk_head){LK_HEAD_TOTAL, 0, 0}, error);
}

static leadkpi_status find(conversion *x, leadkpi_error *error)
{
    lk_view *v = x->view;
    LK_TRY(lk_calendar_create_from(&v->memory, v->options, v->schema, CALENDAR, &x->calendar, error));
    LK_TRY(lk_lives_find(v, &x->lives, error));
    for (uint32_t i = 0; i < v->segment_count; i++) LK_TRY(take_segment(x, i, error));
    LK_TRY(sort_cohorts(x, error));
    return put_totals(x, error);
}

/* ---- the table ------------------------------------------------------------------------------------ */

static const cohort *at(const void *x, size_t row)
{
    return &((const conversion *)x)->cohorts[row];
}

static int64_t size_at(const void *x, size_t row)
{
    return at(x, row)->size;
}

static int64_t converted_at(const void *x, size_t row)
{
    return at(x, row)->converted;
}

static int64_t open_at(const void *x, size_t row)
{
    return at(x, row)->open;
}

static double rate_at(const void *x, size_t row)
{
    return lk_ratio((double)at(x, row)->converted, (double)at(x, row)->size);
}

static double wilson(const void *x, size_t row, bool is_high)
{
    const cohort *c = at(x, row);
    double low, high, level = ((const conversion *)x)->view->level;
    if (leadkpi_stats_wilson_interval((double)c->converted, (double)c->size, level, &low, &high,
                                      NULL) != LEADKPI_OK)
        return NAN;
    return is_high ? high : low;
}

static double low_at(const void *x, size_t row)
{
    return wilson(x, row, false);
}

static double high_at(const void *x, size_t row)
{
    return wilson(x, row, true);
}

static double maturity_at(const void *x, size_t row)
{
    const cohort *c = at(x, row);
    return lk_ratio((double)c->converted, (double)c->converted + c->more);
}

static double projected_at(const void *x, size_t row)
{
    const cohort *c = at(x, row);
    return lk_ratio((double)c->converted + c->more, (double)c->size);
}

/* No less than has converted, no more than may. */
static double projected_end(const void *x, size_t row, bool is_high)
{
    const cohort *c = at(x, row);
    double half = lk_stats_z_of_level(((const conversion *)x)->view->level) *
                  sqrt(c->spread + c->slack * c->slack);
    double more = is_high ? fmin((double)c->open, c->more + half + c->unseen) : fmax(0, c->more - half);
    return lk_ratio((double)c->converted + more, (double)c->size);
}

static double projected_low_at(const void *x, size_t row)
{
    return projected_end(x, row, false);
}

static double projected_high_at(const void *x, size_t row)
{
    return projected_end(x, row, true);
}

static lk_text status_at(const void *x, size_t row)
{
    return at(x, row)->open ? LK_LITERAL("immature") : LK_LITERAL("complete");
}

static leadkpi_status add_heads(conversion *x, leadkpi_table *table, leadkpi_error *error)
{
    lk_head *heads;
    LK_TRY(lk_allocate(&x->view->memory, x->count, sizeof *heads, &heads, error));
    for (size_t i = 0; i < x->count; i++) heads[i] = x->cohorts[i].head;
    leadkpi_status status =
        lk_view_add_heads(x->view, x->calendar, true, heads, x->count, 1, table, error);
    lk_release(&x->view->memory, heads, x->count, sizeof *heads);
    return status;
}

static leadkpi_status fill_table(conversion *x, leadkpi_table *table, leadkpi_error *error)
{
    size_t rows = x->count;
    LK_TRY(add_heads(x, table, error));
    LK_TRY(lk_add_counts(table, "size", "persons", rows, size_at, x, error));
    LK_TRY(lk_add_counts(table, "converted", "persons", rows, converted_at, x, error));
    LK_TRY(lk_add_counts(table, "open", "persons", rows, open_at, x, error));
    LK_TRY(lk_add_numbers(table, "rate", "fraction", rows, rate_at, x, error));
    LK_TRY(lk_add_numbers(table, "rate_low", "fraction", rows, low_at, x, error));
    LK_TRY(lk_add_numbers(table, "rate_high", "fraction", rows, high_at, x, error));
    LK_TRY(lk_add_numbers(table, "maturity", "fraction", rows, maturity_at, x, error));
    LK_TRY(lk_add_numbers(table, "projected_rate", "fraction", rows, projected_at, x, error));
    LK_TRY(lk_add_numbers(table, "projected_low", "fraction", rows, projected_low_at, x, error));
    LK_TRY(lk_add_numbers(table, "projected_high", "fraction", rows, projected_high_at, x, error));
    return lk_add_texts(table, "status", rows, status_at, x, error);
}

static leadkpi_status fill(lk_view *v, void *context, leadkpi_table *table, leadkpi_error *error)
{
    conversion x = {.view = v};
    (void)context;
    leadkpi_status status = find(&x, error);
    if (status == LEADKPI_OK) status = fill_table(&x, table, error);
    lk_calendar_free(x.calendar);
    lk_lives_close(&x.lives);
    lk_map128_free(&x.places, &v->memory);
    lk_release(&v->memory, x.cohorts, x.capacity, sizeof *x.cohorts);
    return status;
}

leadkpi_status leadkpi_cohorts_conversion(const leadkpi_cohorts *cohorts,
                                          const leadkpi_options *options, leadkpi_table **out,
                                          leadkpi_error *error)
{
    return lk_cohorts_report(cohorts, options, &lk_cohorts_conversion_schema, 0, fill, NULL, out,
                             error);
}
