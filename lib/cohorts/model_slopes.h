/* model_slopes.h: a log-likelihood with its first and second derivatives, added up row by row.
 *
 * Sums run in the order of the rows, which are sorted (model_data.h), block by block with the
 * rounding error kept (Neumaier 1974): a million rows lose no digits, and the same rows give the
 * same bits in whatever order they came. */
#ifndef LK_MODEL_SLOPES_H
#define LK_MODEL_SLOPES_H

#include <math.h>
#include <stddef.h>

#define LK_MODEL_PARAMETERS_MAX 4

/* Value, gradient, and the upper triangle of the matrix of second derivatives, row by row. */
enum {
    LK_SLOPE_VALUE = 0,
    LK_SLOPE_FIRST = 1,
    LK_SLOPE_SECOND = 1 + LK_MODEL_PARAMETERS_MAX,
    LK_SLOPE_COUNT = LK_SLOPE_SECOND + LK_MODEL_PARAMETERS_MAX * (LK_MODEL_PARAMETERS_MAX + 1) / 2
};

typedef struct lk_slopes {
    double of[LK_SLOPE_COUNT];
} lk_slopes;

/* Where the second derivative by parameters i <= j stands. */
static inline int lk_slope_second(int i, int j)
{
    return LK_SLOPE_SECOND + i * LK_MODEL_PARAMETERS_MAX - i * (i - 1) / 2 + j - i;
}

/* A sum and what rounding took from it. */
typedef struct lk_slopes_sum {
    lk_slopes sum, lost;
} lk_slopes_sum;

void lk_slopes_sum_add(lk_slopes_sum *total, const lk_slopes *block);
lk_slopes lk_slopes_sum_value(const lk_slopes_sum *total);

/* 1 / (1 + exp(-e)). */
static inline double lk_logistic(double e)
{
    return 1 / (1 + exp(-e));
}

/* Adds weight * log(1 + exp(e)), where `e` is of e->of[LK_SLOPE_VALUE] and its derivatives. */
void lk_slopes_add_softplus(lk_slopes *slopes, double weight, const lk_slopes *e);

/* Adds weight * (-x log(alpha + age) - r log(1 + age / alpha)), the part of a Poisson-gamma
 * likelihood that is not of the dead; parameters 0 and 1 are r and alpha. */
static inline void lk_slopes_add_poisson_gamma(lk_slopes *slopes, double weight, double x,
                                               double age, double r, double alpha)
{
    double end = 1 / (alpha + age), share = age * end, log_ratio = log1p(age / alpha);
    double *of = slopes->of;
    of[LK_SLOPE_VALUE] -= weight * (x * log(alpha + age) + r * log_ratio);
    of[LK_SLOPE_FIRST] -= weight * log_ratio;
    of[LK_SLOPE_FIRST + 1] += weight * (r * share / alpha - x * end);
    of[lk_slope_second(0, 1)] += weight * share / alpha;
    of[lk_slope_second(1, 1)] +=
        weight * (x * end * end - r * share * (1 / alpha + end) / alpha);
}

/* log of Gamma(y + n) / Gamma(y) with its first and second derivative by y; y > 0, n >= 0, any
 * number. No digits are lost where y is large beside n. */
typedef struct lk_rising {
    double value, first, second;
} lk_rising;

lk_rising lk_log_rising(double y, double n);

#endif
