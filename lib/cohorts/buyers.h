/* buyers.h: the customers of a handle as the models of lifetimes take them: one history each, from its
 * revenue rows that are not before its acquisition nor after as_of. */
#ifndef LK_COHORTS_BUYERS_H
#define LK_COHORTS_BUYERS_H

#include "cohorts/model_history.h"
#include "cohorts/view.h"

typedef struct lk_buyer {
    lk_model_row row; /* value: NaN without a transaction to average */
    double paid;      /* so far, less refunds */
    uint32_t customer;
    uint32_t segment;
} lk_buyer;

typedef struct lk_buyers {
    lk_history_rule rule;
    lk_buyer *items; /* in order of ids */
    size_t count;
    size_t capacity;
} lk_buyers;

/* Is told of each acquired customer in order of ids, before it is known to be a buyer. */
typedef void (*lk_customer_seen)(void *context, uint32_t segment);

/* The options of the policy begin at `rule_first` of the view's. `seen` may be NULL. To be closed on
 * failure too. Status: OK, BAD_ARGUMENT, CONTRADICTION, BAD_FORMAT (zone), OUT_OF_MEMORY, LIMIT,
 * INTERRUPTED. */
leadkpi_status lk_buyers_open(lk_view *view, int rule_first, lk_customer_seen seen, void *context,
                              lk_buyers *buyers, leadkpi_error *error);
void lk_buyers_close(lk_view *view, lk_buyers *buyers);

#endif
