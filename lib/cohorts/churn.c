#include "cohorts/churn.h"

#include "cohorts/schemas.h"
#include "cohorts/churn_table.h"

static const lk_option churn_options[] = {
    LK_VIEW_OPTIONS(0, "first_event"),
    [LK_CHURN_FROM] = {"from", LK_OPTION_TIMESTAMP, .unit = "time",
                       .meaning = "The first period is the one that holds it; without a value: that of "
                                  "the first subscription row."},
    LK_CALENDAR_OPTIONS(LK_CHURN_CALENDAR, "month"),
};

const lk_schema lk_cohorts_churn_schema = {"cohorts_churn",
                                           "Who left, came, paid more and paid less, by period.",
                                           churn_options, LK_CHURN_OPTION_COUNT};

/* So many rows a segment are a month each over 8,000 years. */
#define PERIODS_MAX 100000

/* ---- a customer's mrr over time -------------------------------------------------------- */

typedef struct change {
    int64_t time;
    lk_exact_sum mrr;
} change;

typedef struct walk {
    lk_churn *churn;
    change *changes; /* room for those of any one customer */
    size_t count;
} walk;

static bool is_paying(const lk_exact_sum *mrr)
{
    return !lk_exact_sum_is_zero(mrr);
}

/* One change an instant, the highest; a change that changes nothing is none. */
static void gather(walk *w, lk_events_of events)
{
    w->count = 0;
    for (uint32_t i = 0; i < events.count; i++) {
        const lk_cohorts_event *event = &events.items[i];
        lk_exact_sum mrr = LK_EXACT_SUM_ZERO;
        if (event->kind != LK_COHORTS_RECURRING) continue;
        lk_value_add_to(lk_cohorts_value(event), &mrr);
        change *last = w->count ? &w->changes[w->count - 1] : NULL;
        if (!last || last->time != event->time) w->changes[w->count++] = (change){event->time, mrr};
        else if (lk_exact_sum_compare(&mrr, &last->mrr) > 0) last->mrr = mrr;
    }
}

/* ---- one customer and one period --------------------------------------------------------- */

static void move(lk_movement *m, int what, const lk_exact_sum *more, const lk_exact_sum *less)
{
    lk_exact_sum moved = *more;
    /* Of two amounts below 2^63 neither the difference nor any sum of 2^32 of them can overflow. */
    (void)lk_exact_sum_subtract(&moved, less, NULL);
    (void)lk_exact_sum_add(&m->moved[what], &moved, NULL);
    m->customers[what]++;
}

static void take_squares(lk_movement *m, double open, double close)
{
    double capped = close < open ? close : open;
    m->open_open += open * open;
    m->gross.kept_kept += capped * capped;
    m->gross.kept_open += capped * open;
    m->net.kept_kept += close * close;
    m->net.kept_open += close * open;
}

static void compare_ends(lk_movement *m, const lk_exact_sum *open, const lk_exact_sum *close,
                         bool paid_before)
{
    int order = lk_exact_sum_compare(close, open);
    (void)lk_exact_sum_add(&m->opening, open, NULL);
    (void)lk_exact_sum_add(&m->closing, close, NULL);
    m->opening_customers += is_paying(open);
    m->closing_customers += is_paying(close);
    if (is_paying(open))
        take_squares(m, lk_exact_sum_to_double(open), lk_exact_sum_to_double(close));
    if (order == 0) return;
    if (!is_paying(open)) move(m, paid_before ? LK_MOVE_REACTIVATION : LK_MOVE_NEW, close, open);
    else if (!is_paying(close)) move(m, LK_MOVE_CHURN, open, close);
    else if (order > 0) move(m, LK_MOVE_EXPANSION, close, open);
    else move(m, LK_MOVE_CONTRACTION, open, close);
}

/* From the change at `next` on, all that lie before `end`; `mrr` is what holds until there. */
static size_t pass_period(lk_movement *m, const walk *w, size_t next, int64_t start, int64_t end,
                          lk_exact_sum *mrr)
{
    int64_t paid = 0;
    for (; next < w->count && w->changes[next].time < end; next++) {
        const change *c = &w->changes[next];
        if (is_paying(mrr)) {
            paid += c->time - start;
            m->churn_events += !is_paying(&c->mrr);
        }
        start = c->time;
        *mrr = c->mrr;
    }
    if (is_paying(mrr)) paid += end - start;
    (void)lk_exact_sum_add_int64(&m->exposure, paid, NULL);
    return next;
}

static void take_customer(walk *w, uint32_t customer)
{
    lk_churn *c = w->churn;
    lk_exact_sum mrr = LK_EXACT_SUM_ZERO;
    bool paid_before = false;
    size_t next = 0;
    gather(w, lk_view_events(c->view, customer));
    if (w->count == 0) return;
    for (; next < w->count && w->changes[next].time < c->starts[0]; next++) {
        mrr = w->changes[next].mrr;
        paid_before |= is_paying(&mrr);
    }
    for (size_t p = 0; p < c->period_count; p++) {
        lk_movement *m = &c->movements[c->view->segments[customer] * c->period_count + p];
        lk_exact_sum open = mrr;
        int64_t end = c->starts[p + 1] <= c->view->as_of ? c->starts[p + 1] : c->view->as_of + 1;
        size_t before = next;
        next = pass_period(m, w, next, c->starts[p], end, &mrr);
        compare_ends(m, &open, &mrr, paid_before);
        for (; before < next; before++) paid_before |= is_paying(&w->changes[before].mrr);
    }
}

/* ---- periods -------------------------------------------------------------------------------- */

static int64_t first_change(const lk_view *v)
{
    int64_t first = v->as_of;
    for (size_t i = 0; v->timeline.store && i < v->timeline.store->event_count; i++) {
        const lk_cohorts_event *event = &v->timeline.store->events[i];
        if (event->kind == LK_COHORTS_RECURRING && event->time < first) first = event->time;
    }
    return first;
}

static leadkpi_status count_periods(const lk_churn *c, int64_t start, size_t *count,
                                    leadkpi_error *error)
{
    for (*count = 0; start <= c->view->as_of; ++*count) {
        LK_FAIL_IF(*count == PERIODS_MAX, error, LEADKPI_OVERFLOW,
                   "grain: expected at most %d periods from the first to as_of; take a longer grain",
                   PERIODS_MAX);
        start = lk_calendar_end(c->calendar, start);
    }
    return LEADKPI_OK;
}

/* starts[] has one more than there are periods: the end of the last. */
static leadkpi_status find_periods(lk_churn *c, leadkpi_error *error)
{
    const lk_view *v = c->view;
    size_t count;
    bool has_from = lk_options_has_value(v->options, v->schema, LK_CHURN_FROM);
    int64_t from = has_from ? lk_options_int64(v->options, v->schema, LK_CHURN_FROM) : first_change(v);
    LK_FAIL_IF(from > v->as_of, error, LEADKPI_CONTRADICTION, "from: expected a time up to as_of");
    int64_t start = lk_calendar_start(c->calendar, from);
    LK_TRY(count_periods(c, start, &count, error));
    LK_TRY(lk_allocate(&c->view->memory, count + 1, sizeof *c->starts, &c->starts, error));
    c->period_count = count;
    for (size_t i = 0; i <= count; i++) {
        c->starts[i] = start;
        if (i < count) start = lk_calendar_end(c->calendar, start);
    }
    return LEADKPI_OK;
}

/* ---- the whole -------------------------------------------------------------------------------- */

static leadkpi_status take_customers(lk_churn *c, leadkpi_error *error)
{
    lk_view *v = c->view;
    uint32_t count = v->timeline.customer_count, *order = NULL;
    walk w = {c, NULL, 0};
    if (count == 0) return LEADKPI_OK;
    LK_TRY(lk_allocate(&v->memory, count, sizeof *order, &order, error));
    leadkpi_status status =
        lk_allocate(&v->memory, v->timeline.longest, sizeof *w.changes, &w.changes, error);
    if (status == LEADKPI_OK)
        status = lk_lead_ids_sort(&v->cohorts->store->ids, &v->memory, order, error);
    size_t work = LK_INTERRUPT_ROWS; /* periods since the last interrupt; a customer costs all of them */
    for (uint32_t i = 0; i < count && status == LEADKPI_OK; i++, work += c->period_count + 1) {
        if (work >= LK_INTERRUPT_ROWS) {
            status = lk_interrupted(&v->memory, error);
            work = 0;
        }
        if (status == LEADKPI_OK && v->acquired[order[i]] != LK_NOT_ACQUIRED) take_customer(&w, order[i]);
    }
    lk_release(&v->memory, w.changes, v->timeline.longest, sizeof *w.changes);
    lk_release(&v->memory, order, count, sizeof *order);
    return status;
}

static void add_movement(lk_movement *into, const lk_movement *from)
{
    into->opening_customers += from->opening_customers;
    into->closing_customers += from->closing_customers;
    into->churn_events += from->churn_events;
    (void)lk_exact_sum_add(&into->opening, &from->opening, NULL);
    (void)lk_exact_sum_add(&into->closing, &from->closing, NULL);
    (void)lk_exact_sum_add(&into->exposure, &from->exposure, NULL);
    for (int i = 0; i < LK_MOVE_COUNT; i++) {
        into->customers[i] += from->customers[i];
        (void)lk_exact_sum_add(&into->moved[i], &from->moved[i], NULL);
    }
    into->open_open += from->open_open;
    into->gross.kept_kept += from->gross.kept_kept;
    into->gross.kept_open += from->gross.kept_open;
    into->net.kept_kept += from->net.kept_kept;
    into->net.kept_open += from->net.kept_open;
}

/* Behind the segments, where there are dimensions: a row a period over all of them. */
static void add_totals(lk_churn *c)
{
    size_t segments = c->segment_count;
    for (size_t s = 0; s < segments; s++)
        for (size_t p = 0; p < c->period_count; p++)
            add_movement(&c->movements[segments * c->period_count + p],
                         &c->movements[s * c->period_count + p]);
}

static leadkpi_status find(lk_churn *c, leadkpi_error *error)
{
    lk_view *v = c->view;
    size_t rows;
    LK_TRY(lk_calendar_create_from(&v->memory, v->options, v->schema, LK_CHURN_CALENDAR, &c->calendar,
                                   error));
    LK_TRY(find_periods(c, error));
    c->segment_count = v->dimension_count ? v->segment_count : 1;
    size_t groups = c->segment_count + (v->dimension_count ? 1 : 0);
    LK_FAIL_IF(!lk_size_multiply(groups, c->period_count, &rows) ||
                   rows > SIZE_MAX / 2 / sizeof *c->movements,
               error, LEADKPI_OVERFLOW, "report: expected fewer rows; take a longer grain");
    LK_TRY(lk_allocate(&v->memory, rows, sizeof *c->movements, &c->movements, error));
    c->row_count = rows;
    memset(c->movements, 0, rows * sizeof *c->movements);
    LK_TRY(take_customers(c, error));
    if (v->dimension_count) add_totals(c);
    return LEADKPI_OK;
}

static void close_churn(lk_churn *c)
{
    lk_memory *memory = &c->view->memory;
    lk_calendar_free(c->calendar);
    if (c->starts) lk_release(memory, c->starts, c->period_count + 1, sizeof *c->starts);
    lk_release(memory, c->movements, c->row_count, sizeof *c->movements);
}

static leadkpi_status fill(lk_view *view, void *context, leadkpi_table *table, leadkpi_error *error)
{
    lk_churn churn = {.view = view};
    (void)context;
    leadkpi_status status = find(&churn, error);
    if (status == LEADKPI_OK) status = lk_churn_fill_table(&churn, table, error);
    close_churn(&churn);
    return status;
}

leadkpi_status leadkpi_cohorts_churn(const leadkpi_cohorts *cohorts, const leadkpi_options *options,
                                     leadkpi_table **out, leadkpi_error *error)
{
    return lk_cohorts_report(cohorts, options, &lk_cohorts_churn_schema, 0, fill, NULL, out, error);
}
