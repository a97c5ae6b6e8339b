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

static leadkpi_status find(lk_buyers *b, lk_view *v, const uint32_t *order, lk_customer_seen seen,
                           void *context, leadkpi_error *error)
{
    for (uint32_t i = 0; i < v->timeline.customer_count; i++) {
        if (i % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&v->memory, error));
        if (v->acquired[order[i]] == LK_NOT_ACQUIRED) continue;
        if (seen) seen(context, v->segments[order[i]]);
        b->count += read_buyer(b, v, order[i], &b->items[b->count]);
    }
    return LEADKPI_OK;
}

leadkpi_status lk_buyers_open(lk_view *v, int rule_first, lk_customer_seen seen, void *context,
                              lk_buyers *b, leadkpi_error *error)
{
    uint32_t count = v->timeline.customer_count, *order = NULL;
    *b = (lk_buyers){0};
    LK_TRY(lk_history_rule_open(&v->memory, v->options, v->schema, rule_first, v->as_of, &b->rule, error));
    if (count == 0) return LEADKPI_OK;
    LK_TRY(lk_allocate(&v->memory, count, sizeof *b->items, &b->items, error));
    b->capacity = count;
    LK_TRY(lk_allocate(&v->memory, count, sizeof *order, &order, error));
    leadkpi_status status = lk_lead_ids_sort(&v->cohorts->store->ids, &v->memory, order, error);
    if (status == LEADKPI_OK) status = find(b, v, order, seen, context, error);
    lk_release(&v->memory, order, count, sizeof *order);
    return status;
}

void lk_buyers_close(lk_view *v, lk_buyers *b)
{
    lk_release(&v->memory, b->items, b->capacity, sizeof *b->items);
    lk_history_rule_close(&b->rule);
}
