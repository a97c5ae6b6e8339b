/* window.h: until when an attempt that starts with an item may go on. */
#ifndef LK_FUNNEL_WINDOW_H
#define LK_FUNNEL_WINDOW_H

#include "calendar/calendar.h"
#include "funnel/journeys.h"

/* The days of the definition; NULL where the rule counts none.
 * Status: OK, BAD_ARGUMENT, BAD_FORMAT, CONTRADICTION, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_funnel_open_days(const lk_memory *memory, const leadkpi_options *definition,
                                   const lk_funnel_rule *rule, lk_calendar **days,
                                   leadkpi_error *error);

/* Until when an attempt may go on that starts now. */
static inline int64_t lk_funnel_deadline(int64_t time, int64_t window)
{
    return time > INT64_MAX - window ? INT64_MAX : time + window;
}

/* Writes `until` of each item: the last microsecond of the window, of the calendar days, and of the
 * sessions, whichever is first; INT64_MAX: no end is known. It never falls from an item to the next,
 * which is what lets the latest start stand for all at a step. O(count). Status: OK, INTERRUPTED. */
leadkpi_status lk_funnel_set_until(const lk_funnel_rule *rule, const lk_calendar *days, lk_item *items, size_t count,
                                   const lk_memory *memory, leadkpi_error *error);

#endif
