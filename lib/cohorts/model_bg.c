/* model_bg.c: BG/NBD (Fader, Hardie and Lee 2005) and MBG/NBD (Batislam, Denizel and Filiztekin
 * 2007; Hoppe and Wagner 2007).
 *
 * Purchases are Poisson, the rates of customers gamma (r, alpha); after each purchase a customer
 * leaves with a probability of its own, beta (a, b). In BG/NBD nobody can leave at the first
 * purchase, so that who never came back is alive for certain; in MBG/NBD everybody can. With y = x
 * chances to leave (MBG: x + 1) that were not taken,
 *
 *   L = (r)_x alpha^r / (alpha + T)^(r + x) (b)_y / (a + b)_y (1 + D),
 *   D = a / (b + y - 1) ((alpha + T) / (alpha + t_x))^(r + x), 0 where y = 0,
 *
 * and P(alive) = 1 / (1 + D); (r)_x is the rising factorial. */
#include <leadkpi/stats.h>

#include "cohorts/model.h"

enum { R, ALPHA, A, B };
#define BLOCK 256

/* log D with its derivatives. */
static void log_odds(const double *p, const lk_model_row *row, double chances, lk_slopes *e)
{
    double at_last = 1 / (p[ALPHA] + row->recency), at_end = 1 / (p[ALPHA] + row->age);
    double gap = (row->age - row->recency) * at_last, shape = p[R] + row->frequency;
    double growth = log1p(gap), by_alpha = -gap * at_end, dropout = 1 / (p[B] + chances - 1);
    double *of = e->of;
    of[LK_SLOPE_VALUE] = log(p[A] * dropout) + shape * growth;
    of[LK_SLOPE_FIRST + R] = growth;
    of[LK_SLOPE_FIRST + ALPHA] = shape * by_alpha;
    of[LK_SLOPE_FIRST + A] = 1 / p[A];
    of[LK_SLOPE_FIRST + B] = -dropout;
    of[lk_slope_second(R, ALPHA)] = by_alpha;
    of[lk_slope_second(ALPHA, ALPHA)] = -shape * by_alpha * (at_end + at_last);
    of[lk_slope_second(A, A)] = -1 / (p[A] * p[A]);
    of[lk_slope_second(B, B)] = dropout * dropout;
}

/* What depends on the number of purchases alone, once for all rows that share it. */
static void add_gammas(const double *p, double x, double chances, double weight, lk_slopes *s)
{
    lk_rising rate = lk_log_rising(p[R], x), stay = lk_log_rising(p[B], chances),
              all = lk_log_rising(p[A] + p[B], chances);
    s->of[LK_SLOPE_VALUE] += weight * (rate.value + (stay.value - all.value));
    s->of[LK_SLOPE_FIRST + R] += weight * rate.first;
    s->of[LK_SLOPE_FIRST + A] -= weight * all.first;
    s->of[LK_SLOPE_FIRST + B] += weight * (stay.first - all.first);
    s->of[lk_slope_second(R, R)] += weight * rate.second;
    s->of[lk_slope_second(A, A)] -= weight * all.second;
    s->of[lk_slope_second(A, B)] -= weight * all.second;
    s->of[lk_slope_second(B, B)] += weight * (stay.second - all.second);
}

/* Cost model: a row is 40 bytes, read in order; 4 logarithms and 2 exponentials, about 100 ns;
 * gamma functions cost nothing, as rows of one x stand together. */
static leadkpi_status likelihood(const lk_model_data *data, const double *p, double extra_chance,
                                 lk_slopes *slopes, leadkpi_error *error)
{
    lk_slopes_sum total = {{{0}}, {{0}}};
    lk_slopes block = {{0}}, e = {{0}};
    double same = 0;
    size_t in_block = 0;
    for (size_t i = 0; i < data->row_count; i += data->stride) {
        const lk_model_row *row = &data->rows[i];
        double chances = row->frequency + extra_chance;
        lk_slopes_add_poisson_gamma(&block, row->weight, row->frequency, row->age, p[R], p[ALPHA]);
        if (chances > 0) {
            log_odds(p, row, chances, &e);
            lk_slopes_add_softplus(&block, row->weight, &e);
        }
        same += row->weight;
        bool is_last = data->row_count - i <= data->stride;
        if (is_last || row[data->stride].frequency != row->frequency) {
            add_gammas(p, row->frequency, chances, same, &block);
            same = 0;
        }
        if (++in_block % BLOCK == 0 || is_last) {
            lk_slopes_sum_add(&total, &block);
            block = (lk_slopes){{0}};
        }
        if (in_block % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(data->memory, error));
    }
    *slopes = lk_slopes_sum_value(&total);
    return LEADKPI_OK;
}

leadkpi_status lk_bg_likelihood(const void *data, const double *parameters, lk_slopes *slopes,
                                leadkpi_error *error)
{
    return likelihood(data, parameters, 0, slopes, error);
}

leadkpi_status lk_mbg_likelihood(const void *data, const double *parameters, lk_slopes *slopes,
                                 leadkpi_error *error)
{
    return likelihood(data, parameters, 1, slopes, error);
}

double lk_bg_log_odds_of_death(const leadkpi_lifetime *model, const lk_model_row *row)
{
    const double *p = model->parameters;
    double chances = row->frequency + (model->kind == LK_MODEL_MBG_NBD);
    if (chances == 0) return -INFINITY;
    return log(p[A] / (p[B] + chances - 1)) +
           (p[R] + row->frequency) *
               log1p((row->age - row->recency) / (p[ALPHA] + row->recency));
}

/* ---- expected transactions -------------------------------------------------- */

/* With z = h / (rate + h), e = a - 1, c = a + b - 1 and A = c - shape, Euler's transformation of
 * the hypergeometric function in the paper's formula gives
 *
 *   c (1 - (1 - z)^e) / e - (1 - z)^e S,   S = sum over k >= 1 of
 *       (A)_k (a)_(k-1) / ((c + 1)_(k-1) k!) z^k,
 *
 * where nothing is special at a = 1, and a frequent buyer changes c alone. False where rounding
 * would show: terms that cancel, or fall too slowly. */
static bool expected_by_series(double shape, double rate, double a, double b, double horizon,
                               double *expected)
{
    enum {
        TERMS_MAX = 400
    };
    double z = horizon / (rate + horizon), log_left = -log1p(horizon / rate), e = a - 1;
    double both = a + b, c = both - 1, numerator = c - shape, left = exp(e * log_left);
    double term = numerator * z, sum = term, size = fabs(term);
    int k = 1;
    for (; k < TERMS_MAX && fabs(term) > 1e-17 * size; k++) {
        term *= (numerator + k) * (a + k - 1) / ((both + (k - 1)) * (k + 1)) * z; /* c + k cancels where both are small */
        sum += term;
        size += fabs(term);
    }
    double head = c * (e == 0 ? -log_left : -expm1(e * log_left) / e);
    *expected = head - left * sum;
    return k < TERMS_MAX && *expected > 0 && fabs(head) + left * size < 100 * *expected;
}

/* What is averaged over dropout probabilities p. */
typedef struct drawn {
    double shape, rate;
    double horizon;  /* up to then, without interest; or */
    double interest; /* for ever, with it */
} drawn;

static double value_at(const drawn *d, double p)
{
    if (d->interest == 0) {
        double tau = d->horizon / d->rate;
        return fmin(p, p * tau) > 1e-290 ? -expm1(-d->shape * log1p(p * tau)) / p : d->shape * tau;
    }
    /* The mean of lambda / (interest + lambda p) over the gamma (shape, rate). */
    double z = d->rate * d->interest / p;
    if (!(z < 1e15)) return d->shape / (d->rate * d->interest);
    return d->shape / p * lk_scaled_exponential_integral(d->shape + 1, z);
}

/* The mean over the beta (a, b), by the trapezoidal rule in v, p = 1 / (1 + exp(-centre - scale
 * sinh v)): double exponential, so that both ends fall off fast whatever a and b are. Nothing
 * cancels anywhere. */
static double beta_mean(const drawn *d, double a, double b)
{
    double step = 1.0 / 32, scale = fmin(3.2, fmax(2 * sqrt(1 / a + 1 / b), 1e-8));
    /* On either side up to v = 10, and to where a density that falls like exp(-min(a, b) |w|) is gone. */
    int nodes = (int)(fmax(10, asinh(45 / (scale * fmin(a, b)))) / step);
    double centre = log(a / b), peak = -a * log1p(b / a) - b * log1p(a / b), sum = 0, mass = 0;
    for (int i = -nodes; i <= nodes; i++) {
        double v = i * step, w = centre + scale * sinh(v);
        double log_p = w < 0 ? w - log1p(exp(w)) : -log1p(exp(-w)), log_q = log_p - w;
        double density = exp(a * log_p + b * log_q - peak) * cosh(v);
        if (!(density > 1e-40)) continue;
        sum += density * value_at(d, exp(log_p));
        mass += density;
    }
    return sum / mass;
}

double lk_bg_expected(double shape, double rate, double a, double b, double horizon)
{
    double expected;
    if (horizon <= 9 * rate && expected_by_series(shape, rate, a, b, horizon, &expected))
        return expected;
    return beta_mean(&(drawn){shape, rate, horizon, 0}, a, b);
}

double lk_bg_discounted(double shape, double rate, double a, double b, double interest)
{
    return beta_mean(&(drawn){shape, rate, INFINITY, interest}, a, b);
}
