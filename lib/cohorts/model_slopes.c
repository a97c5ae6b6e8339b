#include "cohorts/model_slopes.h"

#include <leadkpi/stats.h>

#include "stats/special.h"

void lk_slopes_sum_add(lk_slopes_sum *total, const lk_slopes *block)
{
    for (int i = 0; i < LK_SLOPE_COUNT; i++) {
        double sum = total->sum.of[i], addend = block->of[i], next = sum + addend;
        total->lost.of[i] +=
            fabs(sum) >= fabs(addend) ? (sum - next) + addend : (addend - next) + sum;
        total->sum.of[i] = next;
    }
}

lk_slopes lk_slopes_sum_value(const lk_slopes_sum *total)
{
    lk_slopes value = total->sum;
    for (int i = 0; i < LK_SLOPE_COUNT; i++) value.of[i] += total->lost.of[i];
    return value;
}

void lk_slopes_add_softplus(lk_slopes *slopes, double weight, const lk_slopes *e)
{
    double odds = e->of[LK_SLOPE_VALUE], small = exp(-fabs(odds)), rest = 1 / (1 + small);
    double share = odds > 0 ? rest : small * rest, spread = small * rest * rest;
    slopes->of[LK_SLOPE_VALUE] += weight * (fmax(odds, 0) + log1p(small));
    for (int i = 0; i < LK_MODEL_PARAMETERS_MAX; i++) {
        double first = e->of[LK_SLOPE_FIRST + i];
        slopes->of[LK_SLOPE_FIRST + i] += weight * share * first;
        for (int j = i; j < LK_MODEL_PARAMETERS_MAX; j++)
            slopes->of[lk_slope_second(i, j)] +=
                weight * (share * e->of[lk_slope_second(i, j)] +
                          spread * first * e->of[LK_SLOPE_FIRST + j]);
    }
}

/* ---- the rising factorial -------------------------------------------------- */

#define FEW 32.0
#define STIRLING_FROM 10.0

/* Factor by factor; products are folded into a logarithm before they can overflow. */
static lk_rising product(double y, double n)
{
    lk_rising r = {0, 0, 0};
    double factors = 1;
    for (double k = 0; k < n; k += 1) {
        double factor = y + k, inverse = 1 / factor;
        r.first += inverse;
        r.second -= inverse * inverse;
        factors *= factor;
        if (factors > 1e150 || factors < 1e-150) {
            r.value += log(factors);
            factors = 1;
        }
    }
    r.value += log(factors);
    return r;
}

/* Stirling's formulas of both ends subtracted, term by term: n log(y + n) is what is left. */
static double difference(double y, double n)
{
    return n * log(y + n) - y * lk_stats_log1p_gap(n / y, (y + n) / y) - 0.5 * log1p(n / y) +
           (lk_stats_stirling_error(y + n) - lk_stats_stirling_error(y));
}

lk_rising lk_log_rising(double y, double n)
{
    if (n <= FEW && n == floor(n)) return product(y, n);
    lk_rising r = {0, leadkpi_stats_digamma(y + n) - leadkpi_stats_digamma(y),
                   leadkpi_stats_trigamma(y + n) - leadkpi_stats_trigamma(y)};
    for (; y < STIRLING_FROM; y += 1) r.value -= log1p(n / y);
    r.value += difference(y, n);
    return r;
}
