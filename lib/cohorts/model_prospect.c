/* model_prospect.c: what the models of customers say of one of them. */
#include "cohorts/model.h"

enum { R, ALPHA, A_OR_S, B_OR_BETA };

lk_prospect lk_prospect_of(const leadkpi_lifetime *model, const lk_pareto_rules *rules,
                           const lk_model_row *row)
{
    const double *p = model->parameters;
    double odds = model->kind == LK_MODEL_PARETO_NBD
                      ? lk_pareto_log_odds_of_death(p, rules, row)
                      : lk_bg_log_odds_of_death(model, row);
    return (lk_prospect){model,    row->frequency,     row->recency,
                         row->age, lk_logistic(-odds), p[R] + row->frequency,
                         p[ALPHA] + row->age};
}

/* The beta of the dropout probability of one who is alive. */
static double stayed(const lk_prospect *prospect)
{
    return prospect->model->parameters[B_OR_BETA] + prospect->frequency +
           (prospect->model->kind == LK_MODEL_MBG_NBD);
}

/* Of one who is alive: the mean rate times the mean time until death or the horizon; the latter is
 * (1 - ((beta + T) / (beta + T + h))^(s - 1)) / (s - 1), and its limit at s = 1. */
static double pareto_expected(const lk_prospect *prospect, double horizon)
{
    double watched = prospect->model->parameters[B_OR_BETA] + prospect->age;
    double log_growth = log1p(horizon / watched), e = prospect->model->parameters[A_OR_S] - 1;
    double lived = fabs(e * log_growth) < 1e-300 ? log_growth : -expm1(-e * log_growth) / e;
    return prospect->shape / prospect->rate * watched * lived;
}

double lk_prospect_expected(const lk_prospect *prospect, double horizon)
{
    if (prospect->model->kind == LK_MODEL_PARETO_NBD)
        return prospect->alive * pareto_expected(prospect, horizon);
    return prospect->alive * lk_bg_expected(prospect->shape, prospect->rate,
                                            prospect->model->parameters[A_OR_S], stayed(prospect),
                                            horizon);
}

double lk_prospect_scale(const lk_prospect *prospect)
{
    if (prospect->model->kind != LK_MODEL_PARETO_NBD) return prospect->rate;
    return prospect->model->parameters[B_OR_BETA] + prospect->age;
}

/* Beyond this an interest has eaten up what is left. */
#define INTEREST_MOST 60.0

/* By parts: exp(-i h) E(h) + i times the integral of exp(-i t) E(t): nothing cancels. Panels
 * double with t beside the scale of the model, and hold at most 6 of interest: of 1e300 units of time
 * and 1e-300 of interest neither overflows. */
static double discounted_until(const lk_prospect *prospect, double horizon, double interest)
{
    lk_gauss gauss;
    double end = fmin(horizon, INTEREST_MOST / interest), from = 0, sum = 0;
    double scale = lk_prospect_scale(prospect);
    lk_gauss_init(&gauss, 16);
    while (from < end) {
        double length = fmin(end - from, fmin(scale + from, 6 / interest));
        for (int i = 0; i < gauss.count; i++) {
            double t = from + length * gauss.nodes[i];
            sum += gauss.weights[i] * (interest * length) * exp(-interest * t) * lk_prospect_expected(prospect, t);
        }
        from = length == end - from ? end : from + length;
    }
    return sum + exp(-interest * end) * lk_prospect_expected(prospect, end);
}

double lk_prospect_discounted(const lk_prospect *prospect, double horizon, double interest)
{
    if (interest == 0) return lk_prospect_expected(prospect, horizon);
    if (!isinf(horizon)) return discounted_until(prospect, horizon, interest);
    const double *p = prospect->model->parameters;
    if (prospect->model->kind != LK_MODEL_PARETO_NBD)
        return prospect->alive * lk_bg_discounted(prospect->shape, prospect->rate, p[A_OR_S],
                                                  stayed(prospect), interest);
    double watched = p[B_OR_BETA] + prospect->age;
    return prospect->alive * prospect->shape / prospect->rate * watched *
           lk_scaled_exponential_integral(p[A_OR_S], interest * watched);
}
