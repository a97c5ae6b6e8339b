#include "cohorts/value.h"

#include <math.h>

#include "cohorts/mrr.h"
#include "cohorts/schemas.h"

static const lk_option value_options[] = {
    LK_VIEW_OPTIONS(0, "given"),
    [LK_WORTH_MONEY] = {"money", LK_OPTION_CHOICE, .choices = "revenue|mrr", .default_text = "revenue",
                        .meaning = "What a customer brought: its revenue rows, or its recurring revenue "
                                   "over time."},
    [LK_WORTH_MARGIN] = {"margin", LK_OPTION_DOUBLE, .unit = "fraction", .minimum = ">0",
                         .maximum = "1", .default_text = "1",
                         .meaning = "Gross margin: the share of money that is left after its cost."},
    [LK_WORTH_AGE] = {"age", LK_OPTION_DURATION, .unit = "time", .minimum = "1us", .maximum = "36500d",
                      .default_text = "365d", .meaning = "The age up to which the historical value counts."},
    [LK_WORTH_DISCOUNT] = {"discount", LK_OPTION_DOUBLE, .unit = "fraction a year", .minimum = "0",
                           .maximum = "10", .default_text = "0",
                           .meaning = "Annual rate at which later money is discounted."},
    [LK_WORTH_TIMING] = {"timing", LK_OPTION_CHOICE, .choices = "start|end", .default_text = "start",
                         .meaning = "A month is paid at its start, or at its end by who is still there."},
    [LK_WORTH_MONTHS] = {"months", LK_OPTION_INT64, .unit = "months", .minimum = "1", .maximum = "1200",
                         .default_text = "60", .meaning = "Horizon of the finite and the capped value."},
};

const lk_schema lk_cohorts_value_schema = {"cohorts_value",
                                           "What customers are worth, and whether they pay back.",
                                           value_options, LK_WORTH_OPTION_COUNT};

/* ---- one customer ------------------------------------------------------------------------ */

/* Money as it comes in, with its age in microseconds. Of revenue a row is a point; of mrr a stretch. */
typedef struct flow {
    int64_t from, to; /* ages; equal: at once */
    double money;     /* of all of it */
} flow;

typedef struct ledger {
    lk_values *values;
    flow *flows; /* room for those of any one customer */
    size_t count;
} ledger;

/* What came in by an age, exclusive. */
static double money_by(const ledger *l, double age)
{
    double money = 0;
    for (size_t i = 0; i < l->count; i++) {
        const flow *f = &l->flows[i];
        if ((double)f->from >= age) continue;
        if (f->to == f->from || (double)f->to <= age) money += f->money;
        else money += f->money * ((age - (double)f->from) / ((double)f->to - (double)f->from));
    }
    return money * l->values->margin;
}

static void gather_revenue(ledger *l, lk_events_of events, int64_t acquired)
{
    for (uint32_t i = 0; i < events.count; i++) {
        const lk_cohorts_event *event = &events.items[i];
        if (event->kind != LK_COHORTS_PAID || event->time < acquired) continue;
        int64_t age = event->time - acquired;
        l->flows[l->count++] = (flow){age, age, lk_value_to_double(lk_cohorts_value(event))};
    }
}

/* A stretch of one mrr: to the worth of the segment, and to the ledger where mrr is the money. */
static void take_stretch(ledger *l, lk_worth *w, int64_t from, int64_t to, double mrr)
{
    double months = (double)(to - from) / LK_MONTH_MICROSECONDS;
    if (mrr <= 0 || to <= from) return;
    w->paid_months += months;
    w->mrr_months += mrr * months;
    if (l->values->by_mrr) l->flows[l->count++] = (flow){from, to, mrr * months};
}

static void gather_mrr(ledger *l, lk_worth *w, lk_events_of events, int64_t acquired)
{
    lk_mrr_walk walk = {events, 0, 0};
    lk_mrr_change change;
    int64_t since = 0;
    while (lk_mrr_next(&walk, &change)) {
        int64_t age = change.time > acquired ? change.time - acquired : 0;
        take_stretch(l, w, since, age, change.before);
        w->churn_events += lk_mrr_ends(&change) && change.time >= acquired;
        since = age;
    }
    take_stretch(l, w, since, l->values->view->as_of + 1 - acquired, walk.mrr);
}

static void take_customer(void *context, uint32_t customer)
{
    ledger *l = context;
    lk_values *v = l->values;
    int64_t acquired = v->view->acquired[customer];
    double life = (double)v->view->as_of + 1 - (double)acquired;
    lk_worth *w = &v->worths[v->view->segments[customer]];
    lk_events_of events = lk_view_events(v->view, customer);
    l->count = 0;
    gather_mrr(l, w, events, acquired);
    if (!v->by_mrr) gather_revenue(l, events, acquired);
    w->customers++;
    w->to_date += money_by(l, life);
    if (life >= (double)v->age) {
        double money = money_by(l, (double)v->age);
        w->eligible++;
        w->sum += money;
        w->squares += money * money;
    }
    for (int i = 0; w->ages && i < LK_WORTH_AGES && life >= (i + 1) * LK_MONTH_MICROSECONDS; i++) {
        double money = money_by(l, (i + 1) * LK_MONTH_MICROSECONDS);
        w->ages[i].eligible++;
        w->ages[i].sum += money;
        w->ages[i].squares += money * money;
    }
}

/* ---- all --------------------------------------------------------------------------------------- */

static leadkpi_status take_customers(lk_values *v, leadkpi_error *error)
{
    size_t room = (size_t)v->view->timeline.longest + 1;
    ledger l = {v, NULL, 0};
    LK_TRY(lk_allocate(&v->view->memory, room, sizeof *l.flows, &l.flows, error));
    leadkpi_status status = lk_view_visit(v->view, take_customer, &l, error);
    lk_release(&v->view->memory, l.flows, room, sizeof *l.flows);
    return status;
}

static void add_worth(lk_worth *into, const lk_worth *from)
{
    into->customers += from->customers;
    into->churn_events += from->churn_events;
    into->paid_months += from->paid_months;
    into->mrr_months += from->mrr_months;
    into->to_date += from->to_date;
    into->eligible += from->eligible;
    into->sum += from->sum;
    into->squares += from->squares;
    for (int i = 0; into->ages && i < LK_WORTH_AGES; i++) {
        into->ages[i].eligible += from->ages[i].eligible;
        into->ages[i].sum += from->ages[i].sum;
        into->ages[i].squares += from->ages[i].squares;
    }
}

/* Some 3 KB a segment, which only the payback needs: so many segments with spend take 200 MB. */
#define SEGMENTS_WITH_AGES_MAX 65536

static leadkpi_status make_ages(lk_values *v, leadkpi_error *error)
{
    LK_FAIL_IF(v->count - 1 > SEGMENTS_WITH_AGES_MAX, error, LEADKPI_OVERFLOW,
               "by: expected at most %d segments with spend, found %zu; take fewer dimensions, or leave "
               "out the spend",
               SEGMENTS_WITH_AGES_MAX, v->count - 1);
    LK_TRY(lk_allocate(&v->view->memory, v->count, LK_WORTH_AGES * sizeof *v->ages, &v->ages, error));
    memset(v->ages, 0, v->count * LK_WORTH_AGES * sizeof *v->ages);
    for (size_t i = 0; i < v->count; i++) v->worths[i].ages = v->ages + i * LK_WORTH_AGES;
    return LEADKPI_OK;
}

static leadkpi_status find(lk_values *v, const leadkpi_table *spend, leadkpi_error *error)
{
    lk_view *view = v->view;
    size_t segments = view->dimension_count ? view->segment_count : 0;
    LK_TRY(lk_allocate(&view->memory, segments + 1, sizeof *v->worths, &v->worths, error));
    memset(v->worths, 0, (segments + 1) * sizeof *v->worths);
    v->count = segments + 1;
    if (spend) LK_TRY(make_ages(v, error));
    LK_TRY(take_customers(v, error));
    for (size_t i = 0; i < segments; i++) add_worth(&v->worths[segments], &v->worths[i]);
    return lk_spends_open(view, spend, &v->spends, error);
}

static void read_options(lk_values *v)
{
    const leadkpi_options *options = v->view->options;
    const lk_schema *schema = v->view->schema;
    v->by_mrr = lk_options_choice(options, schema, LK_WORTH_MONEY) == 1;
    v->margin = lk_options_double(options, schema, LK_WORTH_MARGIN);
    v->age = lk_options_int64(options, schema, LK_WORTH_AGE);
    v->monthly_discount = expm1(log1p(lk_options_double(options, schema, LK_WORTH_DISCOUNT)) / 12);
    v->timing = lk_options_choice(options, schema, LK_WORTH_TIMING);
    v->months = lk_options_int64(options, schema, LK_WORTH_MONTHS);
}

static leadkpi_status fill(lk_view *view, void *context, leadkpi_table *table, leadkpi_error *error)
{
    lk_values v = {.view = view};
    read_options(&v);
    leadkpi_status status = find(&v, *(const leadkpi_table *const *)context, error);
    if (status == LEADKPI_OK) status = lk_values_fill_table(&v, table, error);
    lk_spends_close(view, &v.spends);
    lk_release(&view->memory, v.ages, v.count, LK_WORTH_AGES * sizeof *v.ages);
    lk_release(&view->memory, v.worths, v.count, sizeof *v.worths);
    return status;
}

leadkpi_status leadkpi_cohorts_value(const leadkpi_cohorts *cohorts, const leadkpi_table *spend,
                                     const leadkpi_options *options, leadkpi_table **out,
                                     leadkpi_error *error)
{
    return lk_cohorts_report(cohorts, options, &lk_cohorts_value_schema, 0, fill, &spend, out, error);
}
