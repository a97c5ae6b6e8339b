/* model_gamma_gamma.c: what a transaction is worth (Fader and Hardie 2013; Colombo and Jiang 1999).
 *
 * The values of a customer's transactions are gamma (p, v), the rates v of customers gamma
 * (q, gamma). With z the mean of x of them, N = p x and W = x z,
 *
 *   log f = log (q)_N - log Gamma(N) + N log(W / (W + gamma)) - q log(1 + W / gamma) - log z,
 *
 * where (q)_N = Gamma(q + N) / Gamma(q). Customers without a repeat transaction say nothing. */
#include <leadkpi/stats.h>

#include "cohorts/model.h"

enum { P, Q, GAMMA };

/* What depends on x alone. */
static void add_gammas(const double *p, double x, double weight, lk_slopes *s)
{
    double n = p[P] * x, top = leadkpi_stats_digamma(p[Q] + n), top_second = leadkpi_stats_trigamma(p[Q] + n);
    lk_rising rise = lk_log_rising(p[Q], n);
    double first = x * (top - leadkpi_stats_digamma(n));
    s->of[LK_SLOPE_VALUE] += weight * (rise.value - leadkpi_stats_log_gamma(n));
    s->of[LK_SLOPE_FIRST + P] += weight * first;
    s->of[LK_SLOPE_FIRST + Q] += weight * rise.first;
    s->of[lk_slope_second(P, P)] += weight * x * x * (top_second - leadkpi_stats_trigamma(n));
    s->of[lk_slope_second(P, Q)] += weight * x * top_second;
    s->of[lk_slope_second(Q, Q)] += weight * rise.second;
}

static void add_value(const double *p, const lk_model_row *row, lk_slopes *s)
{
    double w = row->weight, spent = row->frequency * row->value, all = 1 / (spent + p[GAMMA]);
    double n = p[P] * row->frequency, share = -log1p(p[GAMMA] / spent);
    double log_ratio = log1p(spent / p[GAMMA]), inverse = 1 / p[GAMMA];
    s->of[LK_SLOPE_VALUE] += w * (n * share - p[Q] * log_ratio - log(row->value));
    s->of[LK_SLOPE_FIRST + P] += w * row->frequency * share;
    s->of[LK_SLOPE_FIRST + Q] -= w * log_ratio;
    s->of[LK_SLOPE_FIRST + GAMMA] += w * (p[Q] * spent * all * inverse - n * all);
    s->of[lk_slope_second(P, GAMMA)] -= w * row->frequency * all;
    s->of[lk_slope_second(Q, GAMMA)] += w * spent * all * inverse;
    s->of[lk_slope_second(GAMMA, GAMMA)] +=
        w * (n * all * all - p[Q] * spent * all * inverse * (inverse + all));
}

leadkpi_status lk_gamma_gamma_likelihood(const void *from, const double *p, lk_slopes *slopes,
                                         leadkpi_error *error)
{
    const lk_model_data *data = from;
    lk_slopes_sum total = {{{0}}, {{0}}};
    double same = 0;
    size_t done = 0;
    for (size_t i = 0; i < data->row_count; i += data->stride) {
        const lk_model_row *row = &data->rows[i];
        bool is_last = data->row_count - i <= data->stride;
        lk_slopes one = {{0}};
        add_value(p, row, &one);
        same += row->weight;
        if (is_last || row[data->stride].frequency != row->frequency) {
            add_gammas(p, row->frequency, same, &one);
            same = 0;
        }
        lk_slopes_sum_add(&total, &one);
        if (++done % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(data->memory, error));
    }
    *slopes = lk_slopes_sum_value(&total);
    return LEADKPI_OK;
}

/* p (gamma + x z) / (p x + q - 1) (Fader and Hardie 2013, equation 5). */
double lk_mean_spend(const double *p, const lk_model_row *row)
{
    double shape = p[P] * row->frequency + p[Q] - 1;
    if (!(shape > 0)) return NAN;
    return p[P] * (p[GAMMA] + row->frequency * row->value) / shape;
}
