/* retention_direct.c: the cells of the calendar clock from rows in no order.
 *
 * To which cohort a customer belongs is known from its acquisition, so that each row goes straight to
 * its cell; that a customer was active in a bracket is a bit. How many brackets are over is the
 * same for a whole cohort.
 *
 * Cost a row: its 24 bytes read in order, the event count of its cell, and one place in memory at
 * random, of its customer, which is asked for ahead. Held: 4 bytes a customer and 4 for every 32
 * brackets, the one past the last among them. */
#include "cohorts/clock.h"
#include "cohorts/retention.h"
#include "cohorts/triangle.h"

/* So many rows ahead. */
#define AHEAD 32

/* In the place of a cohort. */
#define NOT_ACQUIRED UINT32_MAX

typedef struct direct {
    lk_retention *retention;
    lk_memory *memory;
    lk_clock clock;
    uint32_t *cohorts; /* by segment and period: 1 + the cohort, or 0 */
    size_t cohorts_size;
    uint32_t *records; /* of each customer: its cohort, then a bit a bracket, and one for later */
    size_t customer_count, size; /* of a record */
    int32_t *brackets; /* of each age in periods; -1: none */
    uint32_t *periods; /* of each cohort */
    uint32_t *over;    /* of each cohort: how many brackets are */
    int64_t *events;   /* of each cohort and bracket, and past the last */
    int64_t *reached;  /* of each cohort and bracket: retained from it on, up to it, or at it, by the rule */
    size_t cohort_count, bracket_count;
} direct;

/* ---- cohorts ---------------------------------------------------------------------------------- */

static leadkpi_status place_customers(direct *d, leadkpi_error *error)
{
    lk_retention *r = d->retention;
    const lk_view *v = r->view;
    for (uint32_t i = 0; i < d->customer_count; i++) {
        if (i % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(d->memory, error));
        uint32_t *record = d->records + i * d->size;
        memset(record, 0, d->size * sizeof *record);
        *record = NOT_ACQUIRED;
        if (v->acquired[i] == LK_NOT_ACQUIRED) continue;
        uint32_t period = lk_clock_period(&d->clock, lk_clock_offset(&d->clock, v->acquired[i]));
        uint32_t *known = &d->cohorts[v->segments[i] * d->clock.period_count + period];
        if (*known == 0) {
            lk_cell *cells;
            lk_head head = {LK_HEAD_COHORT, v->segments[i], d->clock.starts[period]};
            LK_TRY(lk_retention_put_cohort(r, head, &cells, error));
            *known = (uint32_t)r->cohort_count;
        }
        *record = *known - 1;
        r->cohorts[*known - 1].size++;
    }
    return LEADKPI_OK;
}

/* Who of a cohort is eligible, and for how many brackets. */
static void count_eligible(direct *d)
{
    lk_retention *r = d->retention;
    for (size_t cohort = 0; cohort < d->cohort_count; cohort++) {
        int64_t start = r->cohorts[cohort].head.start, size = r->cohorts[cohort].size;
        lk_cell *cells = r->cells + cohort * r->rule.bracket_count;
        size_t over, begun, period = lk_clock_period(&d->clock, lk_clock_offset(&d->clock, start));
        lk_retention_count_reached(r, start, period, &over, &begun);
        d->over[cohort] = (uint32_t)over;
        d->periods[cohort] = (uint32_t)period;
        for (size_t i = 0; i < begun; i++) cells[i].begun = size;
        for (size_t i = 0; i < over; i++) cells[i].eligible = size;
    }
}

/* ---- rows --------------------------------------------------------------------------------------- */

/* In the first bracket it is what the money of all brackets is measured against. */
static void add_money(lk_cell *cells, size_t bracket, size_t over, lk_value value)
{
    if (bracket >= over) return;
    lk_value_add_to(value, &cells[bracket].money);
    for (size_t i = 0; bracket == 0 && i < over; i++) lk_value_add_to(value, &cells[i].base);
}

/* Whatever of `d` a row needs is read here alone, and written nowhere in the loop over rows. */
static inline void take_row(const direct *d, const lk_retention_rule *rule, int64_t as_of,
                            const lk_cohorts_event *event)
{
    uint32_t *record = d->records + event->customer * d->size, cohort = *record;
    uint64_t offset = lk_clock_offset(&d->clock, event->time);
    if (cohort == NOT_ACQUIRED || event->time > as_of || offset >= d->clock.range) return;
    uint32_t period = lk_clock_period(&d->clock, offset), first = d->periods[cohort];
    if (period < first || d->brackets[period - first] < 0) return;
    size_t bracket = (size_t)d->brackets[period - first];
    if (lk_retention_makes_active(rule, event)) {
        record[1 + bracket / 32] |= (uint32_t)1 << bracket % 32;
        d->events[cohort * (d->bracket_count + 1) + bracket]++;
    }
    if (LK_UNLIKELY(event->kind == LK_COHORTS_PAID))
        add_money(d->retention->cells + cohort * d->bracket_count, bracket, d->over[cohort],
                  lk_cohorts_value(event));
}

static void take_block(const direct *given, size_t first, size_t last)
{
    const direct d = *given;
    const lk_view *v = d.retention->view;
    const lk_retention_rule *rule = &d.retention->rule;
    const lk_cohorts_event *events = v->cohorts->store->events;
    size_t count = v->cohorts->store->event_count;
    int64_t as_of = v->as_of;
    for (size_t i = first; i < last; i++) {
        const lk_cohorts_event *event = &events[i];
        if (i + AHEAD < count) LK_PREFETCH(d.records + event[AHEAD].customer * d.size);
        if (event->kind == LK_COHORTS_ACTIVE || event->kind == LK_COHORTS_PAID)
            take_row(&d, rule, as_of, event);
    }
}

static leadkpi_status take_rows(const direct *d, leadkpi_error *error)
{
    size_t count = d->retention->view->cohorts->store->event_count;
    for (size_t first = 0, last; first < count; first = last) {
        last = count - first < LK_INTERRUPT_ROWS ? count : first + LK_INTERRUPT_ROWS;
        LK_TRY(lk_interrupted(d->memory, error));
        take_block(d, first, last);
    }
    return LEADKPI_OK;
}

/* ---- who is retained ------------------------------------------------------------------------------ */

/* The first set bit from `from` on, below `end`; `end` where there is none. */
static size_t next_bit(const uint32_t *bits, size_t from, size_t end)
{
    while (from < end) {
        uint32_t rest = bits[from / 32] >> from % 32;
        if (rest) {
            size_t found = from + lk_lowest_bit(rest);
            return found < end ? found : end;
        }
        from = (from / 32 + 1) * 32;
    }
    return end;
}

/* The last set bit up to, not with, `end`; SIZE_MAX where there is none. */
static size_t last_bit(const uint32_t *bits, size_t end)
{
    while (end-- > 0)
        if (bits[end / 32] >> end % 32 & 1) return end;
    return SIZE_MAX;
}

/* The bits below `end`, each in its own count. */
static void count_each(const uint32_t *bits, size_t end, int64_t *counts)
{
    for (size_t first = 0; first < end; first += 32) {
        uint32_t rest = bits[first / 32];
        if (end - first < 32) rest &= ((uint32_t)1 << (end - first)) - 1;
        for (; rest; rest &= rest - 1) counts[first + lk_lowest_bit(rest)]++;
    }
}

/* Of one customer. With `on` each bracket counts for itself; else one entry says from where, or up to
 * where, the customer is retained, and add_up spreads it. */
static void take_bits(const lk_retention_rule *rule, const uint32_t *bits, int64_t *reached)
{
    size_t count = rule->bracket_count;
    if (rule->rule == LK_RULE_ON_OR_AFTER) {
        size_t last = last_bit(bits, count + 1);
        if (last != SIZE_MAX) reached[last < count ? last : count - 1]++;
        return;
    }
    if (rule->rule == LK_RULE_ON) {
        count_each(bits, count, reached);
        return;
    }
    reached[0] += (int64_t)(bits[0] & 1);
    size_t first = next_bit(bits, 1, count);
    if (rule->rule == LK_RULE_ON_OR_BEFORE) {
        if (first < count) reached[first]++;
    } else if (first == 1 && count > 1) {
        while (first + 1 < count && next_bit(bits, first + 1, count) == first + 1) first++;
        reached[first]++;
    }
}

static void spread(const lk_retention_rule *rule, int64_t *reached)
{
    size_t count = rule->bracket_count, first = rule->rule == LK_RULE_STREAK; /* the first one aside */
    if (rule->rule == LK_RULE_ON_OR_BEFORE)
        for (size_t i = 2; i < count; i++) reached[i] += reached[i - 1];
    if (rule->rule == LK_RULE_ON_OR_AFTER || rule->rule == LK_RULE_STREAK)
        for (size_t i = count - 1; i-- > first;) reached[i] += reached[i + 1];
}

static leadkpi_status count_retained(direct *d, leadkpi_error *error)
{
    lk_retention *r = d->retention;
    size_t count = r->rule.bracket_count;
    for (size_t i = 0; i < d->customer_count; i++) {
        if (i % 1024 == 0) LK_TRY(lk_interrupted(d->memory, error));
        const uint32_t *record = d->records + i * d->size;
        if (*record != NOT_ACQUIRED) take_bits(&r->rule, record + 1, d->reached + *record * count);
    }
    for (size_t cohort = 0; cohort < d->cohort_count; cohort++) {
        int64_t *reached = d->reached + cohort * count;
        lk_cell *cells = r->cells + cohort * count;
        spread(&r->rule, reached);
        for (size_t i = 0; i < count; i++) {
            if (cells[i].begun) cells[i].active_so_far = reached[i];
            if (!cells[i].eligible) continue;
            cells[i].active = reached[i];
            cells[i].events = d->events[cohort * (count + 1) + i];
        }
    }
    return LEADKPI_OK;
}

/* ---- the whole --------------------------------------------------------------------------------------- */

static leadkpi_status make_places(direct *d, leadkpi_error *error)
{
    const lk_retention *r = d->retention;
    d->customer_count = r->view->timeline.customer_count;
    d->bracket_count = r->rule.bracket_count;
    d->size = 1 + (d->bracket_count + 32) / 32;
    LK_TRY(lk_allocate(d->memory, d->customer_count, d->size * sizeof *d->records, &d->records, error));
    LK_TRY(lk_allocate(d->memory, d->clock.period_count, sizeof *d->brackets, &d->brackets, error));
    for (size_t age = 0; age < d->clock.period_count; age++)
        d->brackets[age] = (int32_t)lk_retention_bracket_of(&r->rule, (int64_t)age);
    return LEADKPI_OK;
}

static leadkpi_status make_counts(direct *d, leadkpi_error *error)
{
    const lk_retention *r = d->retention;
    size_t cells = r->cohort_count * r->rule.bracket_count; /* make_room has looked at the product */
    d->cohort_count = r->cohort_count;
    LK_TRY(lk_allocate(d->memory, r->cohort_count, sizeof *d->periods, &d->periods, error));
    LK_TRY(lk_allocate(d->memory, r->cohort_count, sizeof *d->over, &d->over, error));
    LK_TRY(lk_allocate(d->memory, cells + r->cohort_count, sizeof *d->events, &d->events, error));
    LK_TRY(lk_allocate(d->memory, cells, sizeof *d->reached, &d->reached, error));
    if (cells) memset(d->events, 0, (cells + r->cohort_count) * sizeof *d->events);
    if (cells) memset(d->reached, 0, cells * sizeof *d->reached);
    return LEADKPI_OK;
}

static leadkpi_status fill(direct *d, leadkpi_error *error)
{
    const lk_retention *r = d->retention;
    size_t periods = r->period_count - 1;
    LK_TRY(lk_clock_open(&d->clock, d->memory, r->calendar, r->starts[0], periods, error));
    LK_TRY(lk_allocate(d->memory, d->cohorts_size, sizeof *d->cohorts, &d->cohorts, error));
    memset(d->cohorts, 0, d->cohorts_size * sizeof *d->cohorts);
    LK_TRY(make_places(d, error));
    LK_TRY(place_customers(d, error));
    LK_TRY(make_counts(d, error));
    count_eligible(d);
    LK_TRY(take_rows(d, error));
    return count_retained(d, error);
}

static void release_all(direct *d)
{
    size_t count = d->retention->rule.bracket_count;
    lk_release(d->memory, d->cohorts, d->cohorts_size, sizeof *d->cohorts);
    lk_release(d->memory, d->records, d->customer_count, d->size * sizeof *d->records);
    lk_release(d->memory, d->brackets, d->clock.period_count, sizeof *d->brackets);
    lk_release(d->memory, d->periods, d->cohort_count, sizeof *d->periods);
    lk_release(d->memory, d->over, d->cohort_count, sizeof *d->over);
    lk_release(d->memory, d->events, d->cohort_count * (count + 1), sizeof *d->events);
    lk_release(d->memory, d->reached, d->cohort_count * count, sizeof *d->reached);
    lk_clock_close(&d->clock, d->memory);
}

leadkpi_status lk_retention_fill_directly(lk_retention *r, bool *done, leadkpi_error *error)
{
    direct d = {.retention = r, .memory = &r->view->memory};
    uint64_t periods = r->period_count - 1;
    uint64_t places = periods * r->view->segment_count;
    *done = false;
    if (r->view->segment_count == 0 || periods > LK_CLOCK_PERIODS_MAX ||
        places > 4 * (uint64_t)r->view->timeline.customer_count + 65536)
        return LEADKPI_OK;
    d.cohorts_size = (size_t)places;
    leadkpi_status status = fill(&d, error);
    release_all(&d);
    *done = status == LEADKPI_OK;
    return status;
}
