/* samples.h: the functions that formulas over arrays are made of. NaN where
 * there is no such number: no values, lists of different lengths, a zero
 * denominator. Sums are exact (exact_sum.h) before they are rounded, so that
 * nothing depends on the order of the values. */
#ifndef LK_SAMPLES_H
#define LK_SAMPLES_H

#include "kpi/kpi.h"

/* Every value from minimum to maximum; NaN is not. */
bool lk_sample_is_within(lk_sample sample, double minimum, double maximum);

/* The place of the first value that is not; `count` where there is none. */
size_t lk_sample_first_outside(lk_sample sample, double minimum, double maximum);

double lk_sample_single(lk_sample sample); /* the only value */
double lk_sample_sum(lk_sample sample);
double lk_sample_mean(lk_sample sample);
double lk_sample_product(lk_sample sample);
double lk_sample_dot(lk_sample a, lk_sample b);

/* The value of rank 0, 1, ... in rising order; rank < count, no NaN. Takes no
 * memory and does not touch the values. */
double lk_sample_ranked(lk_sample sample, size_t rank);

/* Quantile type 7 of Hyndman and Fan (1996); 0.5 is the median. */
double lk_sample_quantile(lk_sample sample, double probability);

/* The sum of the squared shares. */
double lk_sample_herfindahl(lk_sample counts);

/* The mean squared difference of predictions and outcomes (Brier 1950). */
double lk_sample_brier(lk_sample predicted, lk_sample outcome);

/* The sum of the errors without their signs over that of the actuals. */
double lk_sample_wape(lk_sample forecast, lk_sample actual);

/* 1 less Kaplan and Meier's survival after the last lag. */
double lk_sample_converted_by(lk_sample events, lk_sample at_risk);

#endif
