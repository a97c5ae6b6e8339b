/* lifetime_value.h: what the customers of each segment have brought and, by fitted models, will bring. */
#ifndef LK_COHORTS_LIFETIME_VALUE_H
#define LK_COHORTS_LIFETIME_VALUE_H

#include "cohorts/buyers.h"
#include "cohorts/model.h"
#include "cohorts/spend.h"

enum {
    LK_OUTLOOK_MONTHS = LK_VIEW_OPTION_COUNT,
    LK_OUTLOOK_DISCOUNT,
    LK_OUTLOOK_MARGIN,
    LK_OUTLOOK_RULE,
    LK_OUTLOOK_OPTION_COUNT = LK_OUTLOOK_RULE + LK_HISTORY_OPTION_COUNT
};

/* Of both models: those of purchases, then those of spend. */
enum { LK_OUTLOOK_SLOPES = 2 * LK_MODEL_PARAMETERS_MAX };

/* The mean, and the ends of its interval. */
enum { LK_OUTLOOK_MEAN, LK_OUTLOOK_LOW, LK_OUTLOOK_HIGH, LK_OUTLOOK_ENDS };

/* Sums over the customers of a segment. */
typedef struct lk_outlook {
    int64_t customers, buyers;
    double alive;        /* sum of the probabilities */
    double transactions; /* expected, not discounted; NaN without an end */
    double to_date;      /* margin so far */
    double residual;     /* margin to come, discounted */
    double residual_squares, total_squares;
    double slopes[LK_OUTLOOK_SLOPES]; /* of residual, by the logarithm of each parameter */
    int64_t taken;                    /* buyers so far, */
    double sampled;                   /* and the residual of those whose slopes were taken */
    int32_t payback[LK_OUTLOOK_ENDS]; /* months; -1: not within the horizon */
} lk_outlook;

typedef struct lk_outlooks {
    lk_view *view;
    const leadkpi_lifetime *model, *spend_model;
    lk_pareto_rules rules;
    lk_buyers buyers;
    lk_outlook *items; /* of each segment where there are dimensions, then of all */
    size_t count;
    lk_spends spends; /* a row an item */
    double month;     /* in units of T */
    int64_t months;   /* 0: to the end of time */
    double interest;  /* a unit of T */
    double margin;
} lk_outlooks;

/* The half width of the interval of the mean residual value, or of to_date and residual together, a
 * customer: chance among customers, and the errors of the fits. NaN below 2 customers. */
double lk_outlook_half_width(const lk_outlooks *all, size_t row, bool with_to_date);

/* By which month the spend is paid back. Status: OK, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_outlooks_find_paybacks(lk_outlooks *all, leadkpi_error *error);

/* Margin of a transaction of this buyer, as expected. */
double lk_outlook_margin(const lk_outlooks *all, const lk_buyer *buyer);

leadkpi_status lk_outlooks_fill_table(lk_outlooks *all, leadkpi_table *table, leadkpi_error *error);

#endif
