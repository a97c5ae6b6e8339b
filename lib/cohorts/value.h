/* value.h: what the customers of a segment have brought, what they cost, and what follows. */
#ifndef LK_COHORTS_VALUE_H
#define LK_COHORTS_VALUE_H

#include "cohorts/spend.h"

enum {
    LK_WORTH_MONEY = LK_VIEW_OPTION_COUNT,
    LK_WORTH_MARGIN,
    LK_WORTH_AGE,
    LK_WORTH_DISCOUNT,
    LK_WORTH_TIMING,
    LK_WORTH_MONTHS,
    LK_WORTH_OPTION_COUNT
};

enum { LK_TIMING_START, LK_TIMING_END };

/* Ages in months at which the value so far is looked at, for the payback. */
#define LK_WORTH_AGES 120

/* By the end of month 1, 2 ... */
typedef struct lk_worth_age {
    int64_t eligible;
    double sum, squares;
} lk_worth_age;

typedef struct lk_worth {
    int64_t customers;
    int64_t churn_events;
    double paid_months; /* customer months with mrr above 0 */
    double mrr_months;  /* mrr times months */
    double to_date;     /* margin of all customers so far */
    int64_t eligible; /* customers of the age asked for */
    double sum, squares;
    lk_worth_age *ages; /* LK_WORTH_AGES of them; NULL where nobody asks for the payback */
} lk_worth;

typedef struct lk_values {
    lk_view *view;
    bool by_mrr;
    double margin, monthly_discount;
    int64_t age;
    int32_t timing;
    int64_t months; /* of the finite and the capped value */
    lk_worth *worths; /* of each segment where there are dimensions, then of all */
    size_t count;
    lk_worth_age *ages; /* of all worths; NULL without spend */
    lk_spends spends;   /* a row a worth */
} lk_values;

leadkpi_status lk_values_fill_table(lk_values *values, leadkpi_table *table, leadkpi_error *error);

#endif
