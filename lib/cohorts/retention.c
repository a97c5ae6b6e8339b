#include "cohorts/retention.h"

#include "base/sort.h"

/* What one customer did in the brackets of one life, which begins with one start. */
typedef struct life {
    uint32_t active[LK_BRACKETS_MAX]; /* events that make active */
    uint8_t paid[LK_BRACKETS_MAX];    /* is there money at all */
    lk_exact_sum money[LK_BRACKETS_MAX];
    bool active_later; /* after the last bracket */
} life;

typedef struct work {
    lk_retention *retention;
    size_t since_interrupt; /* events and brackets */
    life life;
} work;

/* ---- periods of the calendar clock ---------------------------------------------------- */

/* So many periods are an hour each over 114 years. */
#define PERIODS_MAX 1000000

static leadkpi_status put_start(lk_retention *r, size_t *capacity, int64_t start,
                                leadkpi_error *error)
{
    if (r->period_count + 1 > *capacity) {
        size_t wider = *capacity ? *capacity * 2 : 64;
        LK_TRY(lk_resize(&r->view->memory, &r->starts, *capacity, wider, sizeof *r->starts, error));
        *capacity = wider;
    }
    r->starts[r->period_count++] = start;
    return LEADKPI_OK;
}

/* From the period of the first acquisition to one past that of as_of. */
static leadkpi_status find_periods(lk_retention *r, int64_t first, leadkpi_error *error)
{
    size_t capacity = 0;
    int64_t start = lk_calendar_start(r->calendar, first);
    leadkpi_status status = put_start(r, &capacity, start, error);
    while (status == LEADKPI_OK && start <= r->view->as_of) {
        start = lk_calendar_end(r->calendar, start);
        status = r->period_count > PERIODS_MAX
                     ? lk_fail(error, LEADKPI_OVERFLOW,
                               "grain: expected at most %d periods from the first acquisition to "
                               "as_of; take a longer grain",
                               PERIODS_MAX)
                     : put_start(r, &capacity, start, error);
    }
    size_t count = status == LEADKPI_OK ? r->period_count : 0;
    leadkpi_status shrunk = lk_resize(&r->view->memory, &r->starts, capacity, count,
                                      sizeof *r->starts, error);
    if (shrunk != LEADKPI_OK) { /* the old block stays as it was */
        lk_release(&r->view->memory, r->starts, capacity, sizeof *r->starts);
        r->starts = NULL;
        count = 0;
    }
    r->period_count = count;
    return status != LEADKPI_OK ? status : shrunk;
}

/* The period of a time from the first period's start on: the last whose start is not after it. */
static size_t period_of(const lk_retention *r, int64_t time)
{
    size_t low = 0, high = r->period_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (r->starts[middle] <= time) low = middle;
        else high = middle;
    }
    return low;
}

/* ---- brackets --------------------------------------------------------------------------- */

/* The bracket of an age; bracket_count where it is past the last, -1 before the first or in none. */
int64_t lk_retention_bracket_of(const lk_retention_rule *rule, int64_t age)
{
    size_t low = 0, high = rule->bracket_count;
    if (age < rule->brackets[0].from) return -1;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (rule->brackets[middle].from <= age) low = middle;
        else high = middle;
    }
    return (int64_t)(age < rule->brackets[low].to ? low : rule->bracket_count);
}

/* How many of a life's first brackets are over as of the report, and how many have begun. Brackets
 * are half-open: one that ends right after as_of is over. */
void lk_retention_count_reached(const lk_retention *r, int64_t start, size_t period, size_t *over,
                                size_t *begun)
{
    const lk_retention_rule *rule = &r->rule;
    int64_t whole, part;
    if (rule->clock == LK_CLOCK_ROLLING) {
        whole = (r->view->as_of - start + 1) / rule->step;
        part = (r->view->as_of - start) / rule->step;
    } else {
        size_t now = period_of(r, r->view->as_of);
        bool ended = r->starts[r->period_count - 1] - 1 == r->view->as_of;
        whole = (int64_t)(now - period) + ended;
        part = (int64_t)(now - period);
    }
    for (*over = 0; *over < rule->bracket_count && rule->brackets[*over].to <= whole; ++*over) {}
    for (*begun = *over; *begun < rule->bracket_count && rule->brackets[*begun].from <= part;
         ++*begun) {}
}

static void clear_life(const lk_retention_rule *rule, life *l)
{
    memset(l->active, 0, rule->bracket_count * sizeof l->active[0]);
    memset(l->paid, 0, rule->bracket_count);
    l->active_later = false;
}

static void live_event(const lk_retention_rule *rule, life *l, const lk_cohorts_event *event,
                       int64_t age)
{
    int64_t bracket = lk_retention_bracket_of(rule, age);
    if (bracket < 0) return;
    bool active = lk_retention_makes_active(rule, event);
    if ((size_t)bracket == rule->bracket_count) {
        l->active_later |= active;
        return;
    }
    l->active[bracket] += active;
    if (event->kind != LK_COHORTS_PAID) return;
    if (!l->paid[bracket]) l->money[bracket] = LK_EXACT_SUM_ZERO;
    l->paid[bracket] = 1;
    lk_value_add_to(lk_cohorts_value(event), &l->money[bracket]);
}

static void live(const lk_retention *r, life *l, lk_events_of events, int64_t start, size_t period)
{
    clear_life(&r->rule, l);
    for (uint32_t i = 0; i < events.count; i++) {
        const lk_cohorts_event *event = &events.items[i];
        if (event->kind != LK_COHORTS_ACTIVE && event->kind != LK_COHORTS_PAID) continue;
        if (r->rule.clock == LK_CLOCK_ROLLING) {
            if (event->time >= start)
                live_event(&r->rule, l, event, (event->time - start) / r->rule.step);
        } else if (event->time >= r->starts[period]) {
            live_event(&r->rule, l, event, (int64_t)(period_of(r, event->time) - period));
        }
    }
}

/* ---- cells ---------------------------------------------------------------------------------- */

/* Who was active in each bracket, by the rule. What was active now stands in active[]. */
static void apply_rule(const lk_retention_rule *rule, const life *l, uint8_t *retained)
{
    size_t count = rule->bracket_count;
    for (size_t i = 0; i < count; i++) retained[i] = l->active[i] > 0;
    if (rule->rule == LK_RULE_ON_OR_AFTER) {
        bool later = l->active_later;
        for (size_t i = count; i-- > 0;) retained[i] = later = later || retained[i];
    } else if (rule->rule == LK_RULE_ON_OR_BEFORE) {
        for (size_t i = 2; i < count; i++) retained[i] |= retained[i - 1];
    } else if (rule->rule == LK_RULE_STREAK) {
        for (size_t i = 2; i < count; i++) retained[i] &= retained[i - 1];
    }
}

static void add_life(const lk_retention *r, const life *l, lk_cell *cells, size_t over, size_t begun)
{
    uint8_t retained[LK_BRACKETS_MAX];
    apply_rule(&r->rule, l, retained);
    for (size_t i = 0; i < begun; i++) {
        cells[i].begun++;
        cells[i].active_so_far += retained[i];
        if (i >= over) continue;
        cells[i].eligible++;
        cells[i].active += retained[i];
        cells[i].events += l->active[i];
        if (l->paid[i]) (void)lk_exact_sum_add(&cells[i].money, &l->money[i], NULL);
        if (l->paid[0]) (void)lk_exact_sum_add(&cells[i].base, &l->money[0], NULL);
    }
}

static leadkpi_status make_room(lk_retention *r, leadkpi_error *error)
{
    if (r->cohort_count < r->cohort_capacity) return LEADKPI_OK;
    lk_memory *memory = &r->view->memory;
    size_t old = r->cohort_capacity, wider = old ? old * 2 : 16, brackets = r->rule.bracket_count;
    LK_FAIL_IF(wider > SIZE_MAX / sizeof *r->cells / brackets, error, LEADKPI_OVERFLOW,
               "report: expected fewer cohorts; take a longer grain or fewer dimensions");
    LK_TRY(lk_resize(memory, &r->cells, old * brackets, wider * brackets, sizeof *r->cells, error));
    leadkpi_status status =
        lk_resize(memory, &r->cohorts, old, wider, sizeof *r->cohorts, error);
    if (status != LEADKPI_OK) {
        /* Back to the size that is remembered; a smaller block is always to be had, or the larger
         * one is given up with all. */
        if (lk_resize(memory, &r->cells, wider * brackets, old * brackets, sizeof *r->cells, NULL) !=
            LEADKPI_OK) {
            lk_release(memory, r->cells, wider * brackets, sizeof *r->cells);
            lk_release(memory, r->cohorts, old, sizeof *r->cohorts);
            r->cells = NULL;
            r->cohorts = NULL;
            r->cohort_count = r->cohort_capacity = 0;
        }
        return status;
    }
    r->cohort_capacity = wider;
    return LEADKPI_OK;
}

leadkpi_status lk_retention_put_cohort(lk_retention *r, lk_head head, lk_cell **cells,
                                       leadkpi_error *error)
{
    LK_TRY(make_room(r, error));
    *cells = r->cells + r->cohort_count * r->rule.bracket_count;
    memset(*cells, 0, r->rule.bracket_count * sizeof **cells);
    r->cohorts[r->cohort_count++] = (lk_cohort){head, 0};
    return LEADKPI_OK;
}

/* The cells of the cohort of a segment that begins with this start. */
static leadkpi_status cells_of(lk_retention *r, uint32_t segment, int64_t start, lk_cell **cells,
                               leadkpi_error *error)
{
    uint32_t place, before = r->places.count;
    lk_key128 key = {segment, (uint64_t)start};
    LK_TRY(lk_map128_find_or_add(&r->places, &r->view->memory, &key, 1, &place, error));
    if (place == before) LK_TRY(lk_retention_put_cohort(r, (lk_head){LK_HEAD_COHORT, segment, start}, cells, error));
    *cells = r->cells + place * r->rule.bracket_count;
    r->cohorts[place].size++;
    return LEADKPI_OK;
}

/* ---- customers ------------------------------------------------------------------------------ */

static leadkpi_status take_life(work *w, uint32_t customer, int64_t start, size_t period,
                                lk_events_of events, int64_t cohort, leadkpi_error *error)
{
    lk_retention *r = w->retention;
    lk_cell *cells;
    size_t over, begun;
    w->since_interrupt += events.count + r->rule.bracket_count;
    if (w->since_interrupt >= LK_INTERRUPT_ROWS) {
        LK_TRY(lk_interrupted(&r->view->memory, error));
        w->since_interrupt = 0;
    }
    LK_TRY(cells_of(r, r->view->segments[customer], cohort, &cells, error));
    live(r, &w->life, events, start, period);
    lk_retention_count_reached(r, start, period, &over, &begun);
    add_life(r, &w->life, cells, over, begun);
    return LEADKPI_OK;
}

/* A life from the acquisition, and from each later period with an event that makes active. */
static leadkpi_status take_recurring(work *w, uint32_t customer, lk_events_of events,
                                     leadkpi_error *error)
{
    lk_retention *r = w->retention;
    size_t last = period_of(r, r->view->acquired[customer]);
    for (uint32_t i = 0; i < events.count; i++) {
        const lk_cohorts_event *event = &events.items[i];
        if (!lk_retention_makes_active(&r->rule, event) || event->time < r->starts[last]) continue;
        size_t period = period_of(r, event->time);
        if (period == last) continue;
        last = period;
        /* What came earlier in the period, such as a refund, is of its first age too. */
        uint32_t first = i;
        while (first > 0 && events.items[first - 1].time >= r->starts[period]) first--;
        lk_events_of rest = {&events.items[first], events.count - first};
        LK_TRY(take_life(w, customer, event->time, period, rest, r->starts[period], error));
    }
    return LEADKPI_OK;
}

static leadkpi_status take_customers(work *w, leadkpi_error *error)
{
    lk_retention *r = w->retention;
    const lk_view *v = r->view;
    lk_calendar_cursor cursor = LK_CALENDAR_CURSOR;
    bool by_period = r->rule.clock == LK_CLOCK_CALENDAR;
    for (uint32_t i = 0; i < v->timeline.customer_count; i++) {
        int64_t start = v->acquired[i];
        if (i % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&v->memory, error));
        if (start == LK_NOT_ACQUIRED) continue;
        lk_events_of events = lk_view_events(v, i);
        LK_TRY(take_life(w, i, start, by_period ? period_of(r, start) : 0, events,
                         lk_calendar_bucket(r->calendar, &cursor, start), error));
        if (r->rule.start == LK_START_RECURRING) LK_TRY(take_recurring(w, i, events, error));
    }
    return LEADKPI_OK;
}

/* ---- order and totals -------------------------------------------------------------------------- */

static int compare_cohorts(const void *context, uint32_t a, uint32_t b)
{
    const lk_cohort *cohorts = context;
    const lk_head *x = &cohorts[a].head, *y = &cohorts[b].head;
    if (x->segment != y->segment) return x->segment < y->segment ? -1 : 1;
    return (x->start > y->start) - (x->start < y->start);
}

static void apply_order(lk_retention *r, const uint32_t *order, size_t count, lk_cohort *cohorts,
                        lk_cell *cells)
{
    size_t brackets = r->rule.bracket_count;
    for (size_t i = 0; i < count; i++) {
        cohorts[i] = r->cohorts[order[i]];
        memcpy(cells + i * brackets, r->cells + order[i] * brackets, brackets * sizeof *cells);
    }
    memcpy(r->cohorts, cohorts, count * sizeof *cohorts);
    memcpy(r->cells, cells, count * brackets * sizeof *cells);
}

static leadkpi_status sort_cohorts(lk_retention *r, leadkpi_error *error)
{
    lk_memory *memory = &r->view->memory;
    size_t count = r->cohort_count, brackets = r->rule.bracket_count;
    uint32_t *order = NULL;
    lk_cohort *cohorts = NULL;
    lk_cell *cells = NULL;
    if (count == 0) return LEADKPI_OK;
    leadkpi_status status = lk_allocate(memory, count, sizeof *order, &order, error);
    if (status == LEADKPI_OK) status = lk_allocate(memory, count, sizeof *cohorts, &cohorts, error);
    if (status == LEADKPI_OK)
        status = lk_allocate(memory, count * brackets, sizeof *cells, &cells, error);
    if (status == LEADKPI_OK) {
        for (uint32_t i = 0; i < count; i++) order[i] = i;
        status = lk_sort_indexes(memory, order, count, compare_cohorts, r->cohorts, error);
    }
    if (status == LEADKPI_OK) apply_order(r, order, count, cohorts, cells);
    lk_release(memory, order, count, sizeof *order);
    lk_release(memory, cohorts, count, sizeof *cohorts);
    lk_release(memory, cells, count * brackets, sizeof *cells);
    return status;
}

static void add_cell(lk_cell *into, const lk_cell *from)
{
    into->begun += from->begun;
    into->eligible += from->eligible;
    into->active += from->active;
    into->active_so_far += from->active_so_far;
    into->events += from->events;
    (void)lk_exact_sum_add(&into->money, &from->money, NULL);
    (void)lk_exact_sum_add(&into->base, &from->base, NULL);
}

/* Cohorts from `first` up to, not with, `last`, in one. */
static leadkpi_status put_total(lk_retention *r, size_t first, size_t last, lk_head head,
                                leadkpi_error *error)
{
    lk_cell *cells;
    size_t brackets = r->rule.bracket_count;
    LK_TRY(lk_retention_put_cohort(r, head, &cells, error));
    lk_cohort *total = &r->cohorts[r->cohort_count - 1];
    for (size_t i = first; i < last; i++) {
        total->size += r->cohorts[i].size;
        for (size_t b = 0; b < brackets; b++) add_cell(&cells[b], &r->cells[i * brackets + b]);
    }
    return LEADKPI_OK;
}

static leadkpi_status put_totals(lk_retention *r, leadkpi_error *error)
{
    size_t count = r->cohort_count;
    for (size_t first = 0, last; r->view->dimension_count && first < count; first = last) {
        uint32_t segment = r->cohorts[first].head.segment;
        for (last = first; last < count && r->cohorts[last].head.segment == segment; last++) {}
        LK_TRY(put_total(r, first, last, (lk_head){LK_HEAD_SEGMENT, segment, 0}, error));
    }
    return put_total(r, 0, count, (lk_head){LK_HEAD_TOTAL, 0, 0}, error);
}

/* ---- the whole ------------------------------------------------------------------------------------ */

static int64_t first_acquisition(const lk_view *v)
{
    int64_t first = v->as_of;
    for (uint32_t i = 0; i < v->timeline.customer_count; i++)
        if (v->acquired[i] < first) first = v->acquired[i];
    return first;
}

static leadkpi_status fill_cells(lk_retention *r, leadkpi_error *error)
{
    work *w;
    bool done = false;
    if (r->rule.clock == LK_CLOCK_CALENDAR && r->rule.start == LK_START_FIRST_TIME)
        LK_TRY(lk_retention_fill_directly(r, &done, error));
    if (done) return LEADKPI_OK;
    LK_TRY(lk_timeline_sort(&r->view->timeline, &r->view->memory, error));
    LK_TRY(lk_allocate(&r->view->memory, 1, sizeof *w, &w, error));
    w->retention = r;
    w->since_interrupt = 0;
    leadkpi_status status = take_customers(w, error);
    lk_release(&r->view->memory, w, 1, sizeof *w);
    return status;
}

leadkpi_status lk_retention_find(lk_view *view, lk_retention *r, leadkpi_error *error)
{
    r->view = view;
    LK_TRY(lk_calendar_create_from(&view->memory, view->options, view->schema, LK_RETENTION_CALENDAR,
                                   &r->calendar, error));
    if (r->rule.clock == LK_CLOCK_CALENDAR) LK_TRY(find_periods(r, first_acquisition(view), error));
    LK_TRY(fill_cells(r, error));
    LK_TRY(sort_cohorts(r, error));
    LK_TRY(put_totals(r, error));
    LK_TRY(lk_allocate(&view->memory, r->cohort_count, sizeof *r->heads, &r->heads, error));
    for (size_t i = 0; i < r->cohort_count; i++) r->heads[i] = r->cohorts[i].head;
    return LEADKPI_OK;
}

void lk_retention_close(lk_retention *r)
{
    if (!r->view) return;
    lk_memory *memory = &r->view->memory;
    lk_calendar_free(r->calendar);
    lk_release(memory, r->starts, r->period_count, sizeof *r->starts);
    lk_map128_free(&r->places, memory);
    lk_release(memory, r->heads, r->cohort_count, sizeof *r->heads);
    lk_release(memory, r->cohorts, r->cohort_capacity, sizeof *r->cohorts);
    lk_release(memory, r->cells, r->cohort_capacity * r->rule.bracket_count, sizeof *r->cells);
}
