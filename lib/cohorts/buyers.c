#include "cohorts/buyers.h"

/* False of who has bought nothing. */
static bool read_buyer(lk_buyers *b, const lk_view *v, uint32_t customer, lk_buyer *out)
{
    lk_history history = {0};
    lk_events_of events = lk_view_events(v, customer);
    for (uint32_t i = 0; i < events.count; i++) {
        const lk_cohorts_event *event = &events.items[i];
        if (event->kind != LK_COHORTS_PAID || event->time < v->acquired[customer]) continue;
        int sign = lk_cohorts_sign(event);
        if (sign == 0) continue; /* a payment of nothing makes nobody active */
        lk_history_take(&history, lk_history_period(&b->rule, event->time), lk_cohorts_value(event), sign < 0);
    }
    if (!lk_history_finish(&history)) return false;
    *out = (lk_buyer){.row = lk_history_row(&b->rule, &history),
                      .customer = customer,
                      .segment = v->segments[customer]};
    out->paid = lk_exact_sum_to_double(&history.paid);
    return true;
}

typedef struct finding {
    lk_view *view;
    lk_buyers *buyers;
    lk_customer_seen seen;
    void *context;
} finding;

static void see(void *context, uint32_t customer)
{
    const finding *f = context;
    if (f->seen) f->seen(f->context, f->view->segments[customer]);
    f->buyers->count += read_buyer(f->buyers, f->view, customer, &f->buyers->items[f->buyers->count]);
}

leadkpi_status lk_buyers_open(lk_view *v, int rule_first, lk_customer_seen seen, void *context,
                              lk_buyers *b, leadkpi_error *error)
{
    finding f = {v, b, seen, context};
    *b = (lk_buyers){0};
    LK_TRY(lk_history_rule_open(&v->memory, v->options, v->schema, rule_first, v->as_of, &b->rule, error));
    LK_TRY(lk_allocate(&v->memory, v->timeline.customer_count, sizeof *b->items, &b->items, error));
    b->capacity = v->timeline.customer_count;
    return lk_view_visit(v, see, &f, error);
}

void lk_buyers_close(lk_view *v, lk_buyers *b)
{
    lk_release(&v->memory, b->items, b->capacity, sizeof *b->items);
    lk_history_rule_close(&b->rule);
}
