/* lifetime_value.h: what the customers of each segment have brought and, by fitted models, will bring. */
#ifndef LK_COHORTS_LIFETIME_VALUE_H
#define LK_COHORTS_LIFETIME_VALUE_H

#include <math.h>

#include "cohorts/buyers.h"
#include "cohorts/contracts.h"
#include "cohorts/model.h"
#include "cohorts/spend.h"

enum {
    LK_OUTLOOK_MONTHS = LK_VIEW_OPTION_COUNT,
    LK_OUTLOOK_DISCOUNT,
    LK_OUTLOOK_MARGIN,
    LK_OUTLOOK_RULE,
    LK_OUTLOOK_ZONE = LK_OUTLOOK_RULE + LK_HISTORY_ZONE,
    LK_OUTLOOK_RENEWAL = LK_OUTLOOK_RULE + LK_HISTORY_OPTION_COUNT,
    LK_OUTLOOK_OPTION_COUNT
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

/* What is expected of one person: who has bought, or had a contract. */
typedef struct lk_expectation {
    double paid;         /* margin so far */
    double alive;        /* probability */
    double transactions; /* within the horizon, not discounted; NaN without an end */
    double residual;     /* margin to come, discounted */
} lk_expectation;

typedef struct lk_outlooks lk_outlooks;

/* How models of a kind see persons: in order of ids, from 0 on. */
typedef struct lk_outlook_way {
    /* `seen` is told of each acquired customer. To be closed on failure too. */
    leadkpi_status (*open)(lk_outlooks *all, lk_customer_seen seen, leadkpi_error *error);
    void (*close)(lk_outlooks *all);
    uint32_t (*segment)(const lk_outlooks *all, size_t person);
    lk_expectation (*expect)(const lk_outlooks *all, size_t person);
    /* Adds the slopes of the residual by the logarithm of each parameter that has a standard error. */
    void (*add_slopes)(const lk_outlooks *all, size_t person, double slopes[LK_OUTLOOK_SLOPES]);
    /* Margin to come within each of two numbers of months, not discounted. */
    void (*by_months)(const lk_outlooks *all, size_t person, const int32_t months[2], double margin[2]);
} lk_outlook_way;
extern const lk_outlook_way lk_outlook_of_buyers, lk_outlook_of_subscribers;

/* Who has had a contract. */
typedef struct lk_subscriber {
    double paid;      /* margin so far, since the acquisition */
    double mrr;       /* now; 0: there is no contract any more */
    double rest;      /* months to the next renewal */
    uint32_t renewals; /* so far */
    uint32_t segment;
} lk_subscriber;

/* Of the model, and with each parameter a little lower and higher, by renewals so far: the share that is renewed
 * once more, and, to the end of time, the discounted payments of who pays now, his own with them. */
enum { LK_VARIANTS = 1 + 2 * LK_MODEL_PARAMETERS_MAX };
typedef struct lk_subscribers {
    lk_contract_rule rule;
    lk_subscriber *items;
    size_t capacity;
    double *retention[LK_VARIANTS], *payments[LK_VARIANTS]; /* NULL where there is no such variant, or an end */
    size_t ages;
} lk_subscribers;

struct lk_outlooks {
    lk_view *view;
    const leadkpi_lifetime *model, *spend_model; /* the second is NULL with contracts */
    const lk_outlook_way *way;
    lk_pareto_rules rules;
    lk_buyers buyers;
    lk_subscribers subscribers;
    size_t people;
    lk_outlook *items; /* of each segment where there are dimensions, then of all */
    size_t count;
    lk_spends spends; /* a row an item */
    double month;     /* in units of T; of contracts 1 */
    int64_t months;   /* 0: to the end of time */
    double interest;  /* a unit of T, or a month */
    double margin;
};

/* To be said in `open`. */
void lk_outlook_set_month(lk_outlooks *all, double month);

/* Where no end is set, paybacks look as far as leadkpi_cohorts_value does. */
#define LK_OUTLOOK_PAYBACK_MONTHS 120

/* Log-parameters are moved by so much for a slope: both errors of a central difference are near 1e-8. */
#define LK_OUTLOOK_STEP 1e-4

/* Whether the parameter counts for the error of the fit. */
static inline bool lk_outlook_is_free(const leadkpi_lifetime *model, int parameter)
{
    return parameter < lk_model_kinds[model->kind].count && !isnan(model->covariance[parameter][parameter]);
}

/* The model with one parameter times a factor. */
static inline leadkpi_lifetime lk_outlook_moved(const leadkpi_lifetime *model, int parameter, double factor)
{
    leadkpi_lifetime other = *model;
    other.parameters[parameter] *= factor;
    return other;
}

/* The half width of the interval of the mean residual value, or of to_date and residual together, a
 * customer: chance among customers, and the errors of the fits. NaN below 2 customers. */
double lk_outlook_half_width(const lk_outlooks *all, size_t row, bool with_to_date);

/* By which month the spend is paid back. Status: OK, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_outlooks_find_paybacks(lk_outlooks *all, leadkpi_error *error);

leadkpi_status lk_outlooks_fill_table(lk_outlooks *all, leadkpi_table *table, leadkpi_error *error);

#endif
