/* lifetime_subscribers.c: what is expected of who pays a subscription: sBG and BdW (Fader and Hardie, Customer-Base
 * Valuation in a Contractual Setting, 2010).
 *
 * Whoever has been renewed n times pays the mrr up to the next renewal, u months ahead, and then, with P months
 * a period and the interest i a month,
 *
 *   residual = mrr (u + sum over j from 0 of S(n + 1 + j) / S(n) exp(-i (u + j P)) P),
 *
 * each period paid at its beginning, the last one as far as it lies within the horizon. Without an end the sum is
 * exp(-i u) r(n) payments(n + 1), their discounted expected residual lifetime: finite at any interest, also where
 * the mean lifetime is not (alpha <= 1). The mrr of today is taken to last. */
#include "cohorts/lifetime_value.h"

/* ---- who has subscribed ----------------------------------------------------------------------- */

typedef struct finding {
    lk_outlooks *all;
    lk_customer_seen seen;
} finding;

/* What a customer has paid since its acquisition, and pays now. */
static bool read_money(const lk_outlooks *all, uint32_t customer, lk_subscriber *s)
{
    const lk_view *v = all->view;
    int64_t acquired = v->acquired[customer], since = acquired;
    lk_mrr_walk walk = {lk_view_events(v, customer), 0, 0};
    lk_mrr_change change;
    bool has_paid = false, more = true;
    while (more) {
        more = lk_mrr_next(&walk, &change);
        if (!more) change = (lk_mrr_change){v->as_of + 1, walk.mrr, walk.mrr};
        if (change.time <= acquired) continue;
        has_paid |= change.before > 0;
        s->paid += all->margin * change.before * ((double)(change.time - since) / LK_MONTH_MICROSECONDS);
        since = change.time;
    }
    s->mrr = walk.mrr;
    return has_paid;
}

static void see(void *context, uint32_t customer)
{
    const finding *f = context;
    lk_outlooks *all = f->all;
    lk_subscribers *all_of = &all->subscribers;
    lk_subscriber s = {.segment = all->view->segments[customer]};
    f->seen(all, s.segment);
    if (!read_money(all, customer, &s)) return;
    lk_contracts_walk walk = {{lk_view_events(all->view, customer), 0, 0}, all->view->acquired[customer]};
    for (int64_t begins, ends; lk_contracts_next(&walk, &begins, &ends);) {
        if (ends != INT64_MAX) continue;
        int64_t due = lk_contract_of(&all_of->rule, begins, ends).due;
        s.renewals = (uint32_t)due;
        s.rest = lk_contract_rest(&all_of->rule, begins, due);
        if ((size_t)due >= all_of->ages) all_of->ages = (size_t)due + 1;
    }
    all_of->items[all->people++] = s;
}

/* ---- tables ------------------------------------------------------------------------------------ */

/* From the last age back: payments(n) = 1 + exp(-i P) r(n) payments(n + 1). */
static leadkpi_status fill_payments(const lk_outlooks *all, const leadkpi_lifetime *model, const double *retention,
                                    double *payments, leadkpi_error *error)
{
    const lk_subscribers *s = &all->subscribers;
    double discount = expm1(all->interest * s->rule.months);
    LK_TRY(lk_contract_payments(model, &all->view->memory, (double)(s->ages - 1), discount, &payments[s->ages - 1],
                                error));
    for (size_t age = s->ages - 1; age-- > 0;) payments[age] = 1 + retention[age] * payments[age + 1] / (1 + discount);
    return LEADKPI_OK;
}

static leadkpi_status fill_variant(lk_outlooks *all, int variant, const leadkpi_lifetime *model, leadkpi_error *error)
{
    lk_subscribers *s = &all->subscribers;
    lk_memory *memory = &all->view->memory;
    LK_TRY(lk_allocate(memory, s->ages, sizeof(double), &s->retention[variant], error));
    for (size_t age = 0; age < s->ages; age++) {
        if (age % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(memory, error));
        s->retention[variant][age] = lk_contract_retention(model, (double)age);
    }
    if (all->months) return LEADKPI_OK;
    LK_TRY(lk_allocate(memory, s->ages, sizeof(double), &s->payments[variant], error));
    return fill_payments(all, model, s->retention[variant], s->payments[variant], error);
}

static leadkpi_status fill_tables(lk_outlooks *all, leadkpi_error *error)
{
    LK_TRY(fill_variant(all, 0, all->model, error));
    for (int i = 0; i < LK_MODEL_PARAMETERS_MAX; i++)
        for (int end = 0; end < 2 && lk_outlook_is_free(all->model, i); end++) {
            double factor = exp(end ? LK_OUTLOOK_STEP : -LK_OUTLOOK_STEP);
            leadkpi_lifetime other = lk_outlook_moved(all->model, i, factor);
            LK_TRY(fill_variant(all, 1 + 2 * i + end, &other, error));
        }
    return LEADKPI_OK;
}

static leadkpi_status open_subscribers(lk_outlooks *all, lk_customer_seen seen, leadkpi_error *error)
{
    lk_view *v = all->view;
    lk_subscribers *s = &all->subscribers;
    finding f = {all, seen};
    LK_TRY(lk_contract_rule_open(v, LK_OUTLOOK_RENEWAL, LK_OUTLOOK_ZONE, &s->rule, error));
    LK_TRY(lk_allocate(&v->memory, v->timeline.customer_count, sizeof *s->items, &s->items, error));
    s->capacity = v->timeline.customer_count;
    LK_TRY(lk_view_visit(v, see, &f, error));
    LK_FAIL_IF(s->ages > LK_RENEWALS_MOST + 1, error, LEADKPI_OVERFLOW,
               "renewal: expected at most %d renewals of a contract up to as_of; take a longer one", LK_RENEWALS_MOST);
    /* Ages of today, and those that are reached within the horizon. */
    s->ages += (size_t)((double)(all->months ? all->months : LK_OUTLOOK_PAYBACK_MONTHS) / s->rule.months) + 2;
    lk_outlook_set_month(all, 1);
    return fill_tables(all, error);
}

static void close_subscribers(lk_outlooks *all)
{
    lk_subscribers *s = &all->subscribers;
    lk_memory *memory = &all->view->memory;
    for (int i = 0; i < LK_VARIANTS; i++) {
        lk_release(memory, s->retention[i], s->ages, sizeof(double));
        lk_release(memory, s->payments[i], s->ages, sizeof(double));
    }
    lk_release(memory, s->items, s->capacity, sizeof *s->items);
    lk_contract_rule_close(&s->rule);
}

/* ---- one subscriber ------------------------------------------------------------------------------ */

static const lk_subscriber *subscriber(const lk_outlooks *all, size_t person)
{
    return &all->subscribers.items[person];
}

static uint32_t segment_of(const lk_outlooks *all, size_t person)
{
    return subscriber(all, person)->segment;
}

/* Months of mrr up to the horizon, in months; *renewals, where not NULL, is how many are expected. */
static double months_until(const lk_outlooks *all, const lk_subscriber *s, int variant, double horizon,
                           double interest, double *renewals)
{
    const double *retention = all->subscribers.retention[variant] + s->renewals;
    double period = all->subscribers.rule.months, share = 1, from = s->rest;
    double sum = fmin(from, horizon), counted = 0, worth = exp(-interest * from), step = exp(-interest * period);
    for (; from < horizon; from += period, worth *= step) {
        share *= *retention++;
        counted += share;
        sum += share * worth * fmin(period, horizon - from);
    }
    if (renewals) *renewals = counted;
    return sum;
}

/* Months of mrr to come, discounted. */
static double months_to_come(const lk_outlooks *all, const lk_subscriber *s, int variant)
{
    const lk_subscribers *t = &all->subscribers;
    if (all->months) return months_until(all, s, variant, (double)all->months, all->interest, NULL);
    return s->rest + exp(-all->interest * s->rest) * t->rule.months * t->retention[variant][s->renewals] *
                         t->payments[variant][s->renewals + 1];
}

static lk_expectation expect(const lk_outlooks *all, size_t person)
{
    const lk_subscriber *s = subscriber(all, person);
    lk_expectation e = {.paid = s->paid, .transactions = all->months ? 0 : NAN};
    if (s->mrr == 0) return e;
    e.alive = 1;
    if (all->months) (void)months_until(all, s, 0, (double)all->months, 0, &e.transactions);
    e.residual = all->margin * s->mrr * months_to_come(all, s, 0);
    return e;
}

static void add_slopes(const lk_outlooks *all, size_t person, double slopes[LK_OUTLOOK_SLOPES])
{
    const lk_subscriber *s = subscriber(all, person);
    for (int i = 0; i < LK_MODEL_PARAMETERS_MAX && s->mrr > 0; i++) {
        if (!lk_outlook_is_free(all->model, i)) continue;
        double more = months_to_come(all, s, 2 + 2 * i) - months_to_come(all, s, 1 + 2 * i);
        slopes[i] += all->margin * s->mrr * more / (2 * LK_OUTLOOK_STEP);
    }
}

static void by_months(const lk_outlooks *all, size_t person, const int32_t months[2], double margin[2])
{
    const lk_subscriber *s = subscriber(all, person);
    for (int i = 0; i < 2; i++)
        margin[i] = all->margin * s->mrr * (s->mrr > 0 && months[i] > 0 ? months_until(all, s, 0, months[i], 0, NULL) : 0);
}

const lk_outlook_way lk_outlook_of_subscribers = {open_subscribers, close_subscribers, segment_of, expect,
                                                  add_slopes, by_months};
