/* levels.h: what the plain functions on many journeys have in common: checks. */
#ifndef LK_FUNNEL_LEVELS_H
#define LK_FUNNEL_LEVELS_H

#include "base/error.h"

leadkpi_status lk_levels_check_codes(const uint64_t *code_steps, size_t code_count,
                                     int32_t step_count, leadkpi_error *error);

/* One pass ahead of each journey, while it comes into the cache. */
leadkpi_status lk_levels_check_journey(const int64_t *times, const int32_t *codes, int64_t first,
                                       int64_t end, size_t code_count, leadkpi_error *error);

leadkpi_status lk_levels_check_ends(const int64_t *ends, size_t journey_count, leadkpi_error *error);

#endif
