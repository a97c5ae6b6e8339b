/* decay.h: 2^-x without libm, the same on every machine.
 *
 * x is a ratio of two int64, so that no division of doubles comes in. Integers of 64 bits
 * all the way: eight bits of the fraction by a product of constants, the rest, below 2^-8,
 * by the series of the exponential. Within 2^-58 of the value before the one rounding to
 * double; tests/attribution checks it against 60 digits. */
#ifndef LK_ATTRIBUTION_DECAY_H
#define LK_ATTRIBUTION_DECAY_H

#include <stdint.h>

/* 2^-(age / half_life); age 0 or more, half_life from 1. 0 beyond 1000 half-lives. */
double lk_decay(int64_t age, int64_t half_life);

#endif
