/* proportion.h: the score interval, for those who build on it. */
#ifndef LK_STATS_PROPORTION_H
#define LK_STATS_PROPORTION_H

/* Wilson's limits for checked counts (0 <= successes <= trials, trials > 0) and z > 0. */
double lk_stats_wilson_low(double successes, double trials, double z);
double lk_stats_wilson_high(double successes, double trials, double z);

#endif
