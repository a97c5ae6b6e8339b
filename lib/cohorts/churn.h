/* churn.h: recurring revenue from period to period: who moved, and by how much. */
#ifndef LK_COHORTS_CHURN_H
#define LK_COHORTS_CHURN_H

#include "cohorts/view.h"

enum {
    LK_CHURN_FROM = LK_VIEW_OPTION_COUNT,
    LK_CHURN_CALENDAR,
    LK_CHURN_OPTION_COUNT = LK_CHURN_CALENDAR + LK_CALENDAR_OPTION_COUNT
};

/* What a customer did from the start of a period to its end. */
enum {
    LK_MOVE_NEW,
    LK_MOVE_EXPANSION,
    LK_MOVE_CONTRACTION,
    LK_MOVE_CHURN,
    LK_MOVE_REACTIVATION,
    LK_MOVE_COUNT
};

/* Sums over the customers open at the start, for the variance of a ratio of sums. In order of ids,
 * so that they are the same bits for the same rows. */
typedef struct lk_squares {
    double kept_kept, kept_open;
} lk_squares;

typedef struct lk_movement {
    int64_t opening_customers, closing_customers;
    int64_t customers[LK_MOVE_COUNT];
    int64_t churn_events; /* falls to 0 within the period, also of who came back in it */
    lk_exact_sum opening, closing;
    lk_exact_sum moved[LK_MOVE_COUNT]; /* none below 0 */
    lk_exact_sum exposure; /* microseconds of customers with mrr above 0 */
    double open_open;
    lk_squares gross, net;
} lk_movement;

#endif
