/* check.h: what every interval asks of its arguments, once. */
#ifndef LK_STATS_CHECK_H
#define LK_STATS_CHECK_H

#include "base/error.h"

#define LK_STATS_LARGEST_COUNT 1e15

/* The first lines of every public interval: error reset, outputs there and NaN, level good. */
leadkpi_status lk_stats_begin(double level, double *low, double *high, leadkpi_error *error);

leadkpi_status lk_stats_check_level(double level, leadkpi_error *error);
leadkpi_status lk_stats_check_probability(double probability, leadkpi_error *error);

/* From 0 to LK_STATS_LARGEST_COUNT; `name` is for the message. */
leadkpi_status lk_stats_check_count(const char *name, double count, leadkpi_error *error);
leadkpi_status lk_stats_check_whole(const char *name, double count, leadkpi_error *error);

/* Neither NaN nor infinite, and (the second) not negative. */
leadkpi_status lk_stats_check_finite(const char *name, double value, leadkpi_error *error);
leadkpi_status lk_stats_check_not_negative(const char *name, double value, leadkpi_error *error);

/* Two counts, the first not above the second, the second not 0 (else UNDEFINED). */
leadkpi_status lk_stats_check_proportion(double successes, double trials, leadkpi_error *error);

/* The z of a two-sided level. */
double lk_stats_z_of_level(double level);

#endif
