/* model.h: fitted models of lifetimes: the handle, and what each kind of model can do. */
#ifndef LK_MODEL_H
#define LK_MODEL_H

#include <leadkpi/lifetime.h>

#include "base/options.h"
#include "cohorts/model_data.h"
#include "cohorts/model_newton.h"

/* The options of schema "lifetime", in their order; models in the order of the choices. */
enum {
    LK_LIFETIME_MODEL,
    LK_LIFETIME_R,
    LK_LIFETIME_ALPHA,
    LK_LIFETIME_A,
    LK_LIFETIME_B,
    LK_LIFETIME_S,
    LK_LIFETIME_BETA,
    LK_LIFETIME_P,
    LK_LIFETIME_Q,
    LK_LIFETIME_GAMMA,
    LK_LIFETIME_C,
    LK_LIFETIME_OPTION_COUNT
};
extern const lk_schema lk_lifetime_schema;

enum {
    LK_MODEL_BG_NBD,
    LK_MODEL_MBG_NBD,
    LK_MODEL_PARETO_NBD,
    LK_MODEL_GAMMA_GAMMA,
    LK_MODEL_SBG,
    LK_MODEL_BDW,
    LK_MODEL_COUNT
};

/* Parameters are in this range, so that no ratio of two overflows; a fit's are, as its data are. */
#define LK_PARAMETER_LEAST 1e-100
#define LK_PARAMETER_MOST 1e100

/* What became of heterogeneity at a boundary: bits, part of a state. */
enum {
    LK_VANISHED_PURCHASE_RATES = 1, /* all buy at one rate */
    LK_VANISHED_DROPOUT_RATES = 2,  /* all leave at one rate, or with one probability */
    LK_VANISHED_DROPOUT = 4,        /* nobody leaves */
    LK_VANISHED_SURVIVORS = 8,      /* nearly all leave at once */
    LK_VANISHED_SPEND_WITHIN = 16,  /* a customer's transactions are all of one value */
    LK_VANISHED_SPEND_BETWEEN = 32, /* all customers spend alike */
    LK_VANISHED_MIDDLE = 64,        /* customers are of two extremes, without any between */
    LK_VANISHED_ALL = 127
};

struct leadkpi_lifetime {
    lk_memory memory;
    int32_t kind;    /* LK_MODEL_... */
    int32_t outcome; /* LEADKPI_LIFETIME_... */
    uint32_t vanished;
    uint32_t evaluations;
    double parameters[LK_MODEL_PARAMETERS_MAX];
    /* Of the logarithms of the parameters; NaN where there is none. */
    double covariance[LK_MODEL_PARAMETERS_MAX][LK_MODEL_PARAMETERS_MAX];
    double log_likelihood; /* NaN of a model that was given */
    double customers;      /* that it was fitted to; 0 of a model that was given */
    double distinct;       /* rows after equal ones were joined, or ages */
};

/* A handle that holds what `from` says, with a memory of its own. */
leadkpi_status lk_lifetime_make(const lk_memory *like, const leadkpi_lifetime *from,
                                leadkpi_lifetime **out, leadkpi_error *error);

/* One kind of model. */
typedef struct lk_model_kind {
    const char *name, *title;
    int count; /* parameters */
    int options[LK_MODEL_PARAMETERS_MAX];
    unsigned in_time;  /* bits of the parameters that are lengths of time, */
    unsigned in_money; /* and amounts of money */
    int needs;         /* LK_NEEDS_..., 0 for contracts */
    double start[LK_MODEL_PARAMETERS_MAX];
    lk_likelihood likelihood;
    /* Which heterogeneity is gone, from the logarithms in scaled units; LK_VANISHED_... */
    unsigned (*vanished)(const double *logs);
} lk_model_kind;

extern const lk_model_kind lk_model_kinds[LK_MODEL_COUNT];

static inline bool lk_model_is_of_customers(int kind)
{
    return kind <= LK_MODEL_PARETO_NBD;
}
static inline bool lk_model_is_of_contracts(int kind)
{
    return kind >= LK_MODEL_SBG;
}

/* ---- likelihoods; `data` is a lk_model_data ---------------------------------- */

leadkpi_status lk_bg_likelihood(const void *data, const double *parameters, lk_slopes *slopes,
                                leadkpi_error *error);
leadkpi_status lk_mbg_likelihood(const void *data, const double *parameters, lk_slopes *slopes,
                                 leadkpi_error *error);
leadkpi_status lk_pareto_likelihood(const void *data, const double *parameters, lk_slopes *slopes,
                                    leadkpi_error *error);
leadkpi_status lk_gamma_gamma_likelihood(const void *data, const double *parameters,
                                         lk_slopes *slopes, leadkpi_error *error);
leadkpi_status lk_sbg_likelihood(const void *data, const double *parameters, lk_slopes *slopes,
                                 leadkpi_error *error);
leadkpi_status lk_bdw_likelihood(const void *data, const double *parameters, lk_slopes *slopes,
                                 leadkpi_error *error);

/* ---- quadrature -------------------------------------------------------------- */

/* Gauss-Legendre nodes in (0, 1) and their weights, which sum to 1; count is 1 to LK_GAUSS_MAX. */
#define LK_GAUSS_MAX 32
typedef struct lk_gauss {
    int count;
    double nodes[LK_GAUSS_MAX], weights[LK_GAUSS_MAX];
} lk_gauss;
void lk_gauss_init(lk_gauss *gauss, int count);

/* The rules that Pareto/NBD chooses from, row by row. */
enum { LK_PARETO_RULES = 6 };
typedef struct lk_pareto_rules {
    lk_gauss gauss[LK_PARETO_RULES];
} lk_pareto_rules;
void lk_pareto_rules_init(lk_pareto_rules *rules);

/* ---- what a model says of one customer --------------------------------------- */

/* A customer under a model: what does not depend on how far one looks ahead. */
typedef struct lk_prospect {
    const leadkpi_lifetime *model;
    double frequency, recency, age;
    double alive; /* probability */
    double shape; /* of the posterior gamma of the purchase rate: r + x, */
    double rate;  /* and alpha + T */
} lk_prospect;

lk_prospect lk_prospect_of(const leadkpi_lifetime *model, const lk_pareto_rules *rules,
                           const lk_model_row *row);

/* Expected repeat transactions in (T, T + horizon]; horizon > 0. */
double lk_prospect_expected(const lk_prospect *prospect, double horizon);

/* The same, each worth exp(-interest t) at T + t; horizon may be INFINITY where interest > 0. */
double lk_prospect_discounted(const lk_prospect *prospect, double horizon, double interest);

/* Expected value of a transaction of a customer under gamma-gamma `parameters`; NaN where there is
 * none: q + p frequency <= 1. */
double lk_mean_spend(const double *parameters, const lk_model_row *row);

/* The same, each worth exp(-interest t) of the end t of its period, of which the last may reach
 * beyond the horizon; both are finite. The tables are of no customer: made once. */
#define LK_PERIOD_ENDS_DEGREES 20
typedef struct lk_period_ends {
    double cosines[LK_PERIOD_ENDS_DEGREES][LK_PERIOD_ENDS_DEGREES];
} lk_period_ends;
void lk_period_ends_init(lk_period_ends *ends);
double lk_prospect_at_period_ends(const lk_period_ends *ends, const lk_prospect *prospect,
                                  double horizon, double period, double interest);

/* The time on which expectations change: they are smooth in the log of time beside it. */
double lk_prospect_scale(const lk_prospect *prospect);

/* log of the ratio dead : alive at the end of the watch; -INFINITY where nobody can be dead. */
double lk_bg_log_odds_of_death(const leadkpi_lifetime *model, const lk_model_row *row);
double lk_pareto_log_odds_of_death(const double *parameters, const lk_pareto_rules *rules,
                                   const lk_model_row *row);

/* Expected transactions of one who is alive, has a gamma (shape, rate) of purchase rates, and
 * leaves after each with a beta (a, b) probability: the BG and MBG models. */
double lk_bg_expected(double shape, double rate, double a, double b, double horizon);

/* The same for ever, each worth exp(-interest t); interest > 0. */
double lk_bg_discounted(double shape, double rate, double a, double b, double interest);

/* exp(z) E_order(z), the generalised exponential integral; order > 0, z > 0. */
double lk_scaled_exponential_integral(double order, double z);

/* ---- contracts ---------------------------------------------------------------- */

/* Share of a cohort that is still there after `age` periods; of sBG c is 1. */
double lk_contract_survival(const leadkpi_lifetime *model, double age);

/* Of those still there after `age` periods, the share that is after one more. */
double lk_contract_retention(const leadkpi_lifetime *model, double age);

/* 1 + r(age) v + r(age) r(age + 1) v^2 + ..., v = 1 / (1 + discount): the payments of one who pays at `age`. Shares
 * fall, so that what is left after a term is below term / (1 - v). NaN where that takes too long: 10 million terms.
 * Status: OK, INTERRUPTED. */
leadkpi_status lk_contract_payments(const leadkpi_lifetime *model, const lk_memory *memory, double age,
                                    double discount, double *payments, leadkpi_error *error);

#endif
