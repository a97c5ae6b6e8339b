/* model_kinds.c: what tells the models apart, as data; and their options. */
#include "cohorts/model.h"

#define PARAMETER(NAME, MEANING)                                                                   \
    {                                                                                              \
        NAME, LK_OPTION_DOUBLE, .minimum = "1e-100", .maximum = "1e100", .meaning = MEANING                                \
    }

static const lk_option definition_options[] = {
    [LK_LIFETIME_MODEL] = {"model", LK_OPTION_CHOICE,
                           .choices = "bg_nbd|mbg_nbd|pareto_nbd|gamma_gamma|sbg|bdw",
                           .meaning = "Which model: of customers who come and go unseen, of their "
                                      "spend, or of contracts."},
    [LK_LIFETIME_R] = PARAMETER("r", "bg_nbd, mbg_nbd, pareto_nbd: shape of the purchase rates."),
    [LK_LIFETIME_ALPHA] = PARAMETER("alpha", "Of customers: scale of the purchase rates, a length "
                                             "of time; of contracts: first shape of the beta."),
    [LK_LIFETIME_A] = PARAMETER("a", "bg_nbd, mbg_nbd: first shape of the dropout probabilities."),
    [LK_LIFETIME_B] = PARAMETER("b", "bg_nbd, mbg_nbd: second shape of the dropout probabilities."),
    [LK_LIFETIME_S] = PARAMETER("s", "pareto_nbd: shape of the dropout rates."),
    [LK_LIFETIME_BETA] = PARAMETER("beta", "pareto_nbd: scale of the dropout rates, a length of "
                                           "time; of contracts: second shape of the beta."),
    [LK_LIFETIME_P] = PARAMETER("p", "gamma_gamma: shape of a customer's transactions."),
    [LK_LIFETIME_Q] = PARAMETER("q", "gamma_gamma: shape of the customers."),
    [LK_LIFETIME_GAMMA] = PARAMETER("gamma", "gamma_gamma: scale of the customers, money."),
    [LK_LIFETIME_C] = PARAMETER("c", "bdw: above 1 where each one's hazard rises with age, below 1 "
                                     "where it falls."),
};

const lk_schema lk_lifetime_schema = {"lifetime", "A model of lifetimes, or of spend.",
                                      definition_options, LK_LIFETIME_OPTION_COUNT};

/* ---- what vanished --------------------------------------------------------------- */

/* A shape of e^8 or more: a coefficient of variation below 2 %. */
#define ALL_ALIKE 8.0
/* e^-6: of 400 chances to leave hardly one is taken. */
#define GONE (-6.0)

static unsigned of_rates(const double *logs)
{
    return logs[0] > ALL_ALIKE ? LK_VANISHED_PURCHASE_RATES : 0;
}

/* Of the shapes of a beta, or shape and scale of a gamma: the mean chance to leave is exp(first -
 * second) where that is small. */
static unsigned of_dropout(double first, double second)
{
    bool first_large = first > ALL_ALIKE, second_large = second > ALL_ALIKE;
    bool first_small = first < -ALL_ALIKE, second_small = second < -ALL_ALIKE;
    if (first - second < GONE || (second_large && !first_large) || (first_small && !second_small))
        return LK_VANISHED_DROPOUT;
    if (first - second > -GONE || (first_large && !second_large) || (second_small && !first_small))
        return LK_VANISHED_SURVIVORS;
    return first_large ? LK_VANISHED_DROPOUT_RATES : first_small ? LK_VANISHED_MIDDLE : 0u;
}

static unsigned vanished_of_customers(const double *logs)
{
    return of_rates(logs) | of_dropout(logs[2], logs[3]);
}

static unsigned vanished_of_spend(const double *logs)
{
    return (logs[0] > ALL_ALIKE ? LK_VANISHED_SPEND_WITHIN : 0u) |
           (logs[1] > ALL_ALIKE ? LK_VANISHED_SPEND_BETWEEN : 0u);
}

static unsigned vanished_of_contracts(const double *logs)
{
    return of_dropout(logs[0], logs[1]);
}

/* ---- the models ------------------------------------------------------------------ */

/* Starts are for a mean age of 10 and a mean value of 1: any interior maximum is near. */
const lk_model_kind lk_model_kinds[LK_MODEL_COUNT] = {
    [LK_MODEL_BG_NBD] = {"bg_nbd", "BG/NBD", 4,
                         {LK_LIFETIME_R, LK_LIFETIME_ALPHA, LK_LIFETIME_A, LK_LIFETIME_B}, 2, 0,
                         LK_NEEDS_HISTORY, {1, 1, 1, 1}, lk_bg_likelihood, vanished_of_customers},
    [LK_MODEL_MBG_NBD] = {"mbg_nbd", "MBG/NBD", 4,
                          {LK_LIFETIME_R, LK_LIFETIME_ALPHA, LK_LIFETIME_A, LK_LIFETIME_B}, 2, 0,
                          LK_NEEDS_HISTORY, {1, 1, 1, 1}, lk_mbg_likelihood, vanished_of_customers},
    [LK_MODEL_PARETO_NBD] = {"pareto_nbd", "Pareto/NBD", 4,
                             {LK_LIFETIME_R, LK_LIFETIME_ALPHA, LK_LIFETIME_S, LK_LIFETIME_BETA},
                             2 | 8, 0, LK_NEEDS_HISTORY, {1, 1, 1, 1}, lk_pareto_likelihood,
                             vanished_of_customers},
    [LK_MODEL_GAMMA_GAMMA] = {"gamma_gamma", "gamma-gamma", 3,
                              {LK_LIFETIME_P, LK_LIFETIME_Q, LK_LIFETIME_GAMMA, 0}, 0, 4,
                              LK_NEEDS_VALUE, {1, 2, 1, 1}, lk_gamma_gamma_likelihood,
                              vanished_of_spend},
    [LK_MODEL_SBG] = {"sbg", "shifted beta-geometric", 2,
                      {LK_LIFETIME_ALPHA, LK_LIFETIME_BETA, 0, 0}, 0, 0, 0, {1, 1, 1, 1},
                      lk_sbg_likelihood, vanished_of_contracts},
    [LK_MODEL_BDW] = {"bdw", "beta-discrete-Weibull", 3,
                      {LK_LIFETIME_ALPHA, LK_LIFETIME_BETA, LK_LIFETIME_C, 0}, 0, 0, 0,
                      {1, 1, 1, 1}, lk_bdw_likelihood, vanished_of_contracts},
};
