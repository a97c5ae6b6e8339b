/* poisson.h: Garwood's limits, for those who build on them. */
#ifndef LK_STATS_POISSON_H
#define LK_STATS_POISSON_H

/* For a checked count; `tail` is half of 1 - level. */
double lk_stats_garwood_low(double count, double tail);
double lk_stats_garwood_high(double count, double tail);

#endif
