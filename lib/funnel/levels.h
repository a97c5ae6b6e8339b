/* levels.h: what the plain functions on many journeys have in common. */
#ifndef LK_FUNNEL_LEVELS_H
#define LK_FUNNEL_LEVELS_H

#include "base/error.h"

leadkpi_status lk_levels_check_codes(const uint64_t *code_steps, size_t code_count,
                                     int32_t step_count, leadkpi_error *error);

/* Says what is wrong with a journey; OK if nothing is. */
leadkpi_status lk_levels_check_journey(const int64_t *times, const int32_t *codes, int64_t first,
                                       int64_t end, size_t code_count, leadkpi_error *error);

/* No time is that early. */
#define LK_LEVELS_LAPSED INT64_MIN

/* Until when an attempt may go on: the deadline of a start is the earlier one of it and `cap`, and `length` on
 * from there; INT64_MAX for any, without a window. */
typedef struct lk_levels_window {
    int64_t cap;
    uint64_t length;
} lk_levels_window;

static inline lk_levels_window lk_levels_window_of(int64_t length)
{
    int64_t cap = length == INT64_MAX ? INT64_MIN : INT64_MAX - length;
    return (lk_levels_window){cap, (uint64_t)INT64_MAX - (uint64_t)cap};
}

static inline int64_t lk_levels_deadline(int64_t time, lk_levels_window window)
{
    return (int64_t)((uint64_t)(time < window.cap ? time : window.cap) + window.length);
}

leadkpi_status lk_levels_check_ends(const int64_t *ends, size_t journey_count, leadkpi_error *error);

#endif
