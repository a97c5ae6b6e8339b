/* model_contract.c: how many renew: sBG (Fader and Hardie 2007) and BdW, the beta-discrete-Weibull
 * (Fader, Hardie, Liu, Davin and Steenburgh 2018), of any number of cohorts.
 *
 * A customer renews with a probability of its own, beta distributed; of BdW the number of hurdles
 * after t periods is t^c, so that each one's hazard rises (c > 1) or falls. With (y)_n the rising factorial,
 *
 *   S(t) = (beta)_(t^c) / (alpha + beta)_(t^c),
 *
 * the likelihood of one lost in period t is S(t - 1) - S(t), of one still there after t periods
 * S(t). Cohorts of different age add up. sBG is c = 1. */
#include <leadkpi/stats.h>

#include "cohorts/model.h"

enum { ALPHA, BETA, C };

/* The logarithm of (b + h)_more / (a + b + h)_more, which is (b + h)_a / (b + h + more)_a: by the one with
 * the smaller factorials, so that no large numbers cancel. */
static double log_kept(const double *p, double h, double more)
{
    double from = p[BETA] + h;
    if (isinf(from + more)) return -INFINITY;
    if (more <= p[ALPHA]) return lk_log_rising(from, more).value - lk_log_rising(p[ALPHA] + from, more).value;
    return lk_log_rising(from, p[ALPHA]).value - lk_log_rising(from + more, p[ALPHA]).value;
}

/* log S(t1) - log S(t0) with its derivatives; t0 < t1. */
static void log_ratio(const double *p, double t0, double t1, lk_slopes *e)
{
    double sum = p[ALPHA] + p[BETA], h0 = pow(t0, p[C]), h1 = pow(t1, p[C]), more = h1 - h0;
    lk_rising stay = lk_log_rising(p[BETA] + h0, more), all = lk_log_rising(sum + h0, more);
    double *of = e->of;
    of[LK_SLOPE_VALUE] = log_kept(p, h0, more);
    of[LK_SLOPE_FIRST + ALPHA] = -all.first;
    of[LK_SLOPE_FIRST + BETA] = stay.first - all.first;
    of[lk_slope_second(ALPHA, ALPHA)] = of[lk_slope_second(ALPHA, BETA)] = -all.second;
    of[lk_slope_second(BETA, BETA)] = stay.second - all.second;
    of[LK_SLOPE_FIRST + C] = of[lk_slope_second(ALPHA, C)] = of[lk_slope_second(BETA, C)] =
        of[lk_slope_second(C, C)] = 0;
    for (int end = 0; end < 2; end++) {
        double t = end ? t1 : t0, h = end ? h1 : h0, sign = end ? 1 : -1;
        if (t == 0) continue;
        double by_c = h * log(t), psi = leadkpi_stats_digamma(p[BETA] + h) - leadkpi_stats_digamma(sum + h);
        double all_second = leadkpi_stats_trigamma(sum + h);
        double second = leadkpi_stats_trigamma(p[BETA] + h) - all_second;
        of[LK_SLOPE_FIRST + C] += sign * psi * by_c;
        of[lk_slope_second(ALPHA, C)] -= sign * all_second * by_c;
        of[lk_slope_second(BETA, C)] += sign * second * by_c;
        of[lk_slope_second(C, C)] += sign * (second * by_c * by_c + psi * by_c * log(t));
    }
}

static void add_weighted(lk_slopes *s, double weight, const lk_slopes *e)
{
    for (int i = 0; i < LK_SLOPE_COUNT; i++) s->of[i] += weight * e->of[i];
}

/* weight * log(1 - exp(e)), e < 0. */
static void add_lost(lk_slopes *s, double weight, const lk_slopes *e)
{
    double value = e->of[LK_SLOPE_VALUE], missing = -expm1(value), kept = exp(value);
    double by_e = -kept / missing, by_e_twice = -kept / (missing * missing);
    s->of[LK_SLOPE_VALUE] += weight * log(missing);
    for (int i = 0; i < LK_MODEL_PARAMETERS_MAX; i++) {
        double first = e->of[LK_SLOPE_FIRST + i];
        s->of[LK_SLOPE_FIRST + i] += weight * by_e * first;
        for (int j = i; j < LK_MODEL_PARAMETERS_MAX; j++)
            s->of[lk_slope_second(i, j)] +=
                weight * (by_e * e->of[lk_slope_second(i, j)] +
                          by_e_twice * first * e->of[LK_SLOPE_FIRST + j]);
    }
}

/* Of each period: those who were watched through it and stayed, and those it lost. */
leadkpi_status lk_bdw_likelihood(const void *from, const double *p, lk_slopes *slopes,
                                 leadkpi_error *error)
{
    const lk_model_data *data = from;
    lk_slopes_sum total = {{{0}}, {{0}}};
    double stayed = 0;
    for (size_t t = data->period_count; t >= 1; t--) {
        lk_slopes e = {{0}}, one = {{0}};
        stayed += data->left[t];
        if (stayed > 0 || data->lost[t] > 0) {
            log_ratio(p, (double)(t - 1), (double)t, &e);
            if (stayed > 0) add_weighted(&one, stayed, &e);
            if (data->lost[t] > 0) add_lost(&one, data->lost[t], &e);
            lk_slopes_sum_add(&total, &one);
        }
        stayed += data->lost[t];
        if (t % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(data->memory, error));
    }
    *slopes = lk_slopes_sum_value(&total);
    return LEADKPI_OK;
}

/* The same at c = 1, which is no parameter. */
leadkpi_status lk_sbg_likelihood(const void *data, const double *parameters, lk_slopes *slopes,
                                 leadkpi_error *error)
{
    double with_c[LK_MODEL_PARAMETERS_MAX] = {parameters[ALPHA], parameters[BETA], 1, 1};
    LK_TRY(lk_bdw_likelihood(data, with_c, slopes, error));
    for (int i = ALPHA; i <= C; i++) slopes->of[lk_slope_second(i, C)] = 0;
    slopes->of[LK_SLOPE_FIRST + C] = 0;
    return LEADKPI_OK;
}

static double hurdles(const leadkpi_lifetime *model, double age)
{
    return model->kind == LK_MODEL_SBG ? age : pow(age, model->parameters[C]);
}

double lk_contract_survival(const leadkpi_lifetime *model, double age)
{
    return exp(log_kept(model->parameters, 0, hurdles(model, age)));
}

double lk_contract_retention(const leadkpi_lifetime *model, double age)
{
    const double *p = model->parameters;
    double h = hurdles(model, age), more = hurdles(model, age + 1) - h;
    /* So far out S falls like h^-alpha. */
    if (!isfinite(more)) return pow(age / (age + 1), p[C] * p[ALPHA]);
    return exp(log_kept(p, h, more));
}

#define TERMS_MOST 10000000

leadkpi_status lk_contract_payments(const leadkpi_lifetime *model, const lk_memory *memory, double age,
                                    double discount, double *payments, leadkpi_error *error)
{
    double worth = 1 / (1 + discount), term = 1, sum = 1;
    *payments = NAN;
    if (!(discount > 36.0 / TERMS_MOST)) return LEADKPI_OK;
    for (int64_t i = 0; term > 1e-17 * sum * (1 - worth); i++) {
        if (i % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(memory, error));
        term *= worth * lk_contract_retention(model, age + (double)i);
        sum += term;
    }
    *payments = sum;
    return LEADKPI_OK;
}
