/* handle.h: what a calendar is made of; for this room alone. */
#ifndef LK_CALENDAR_HANDLE_H
#define LK_CALENDAR_HANDLE_H

#include "calendar/calendar.h"

struct leadkpi_calendar {
    lk_memory memory;
    lk_grain_rules grain;
    lk_zone zone;
    lk_hours hours;
    char *texts; /* the name of the zone, then the hours, for the sentence */
    size_t zone_name_length;
    size_t hours_length;
};

/* The seconds that every int64 of microseconds lies in. */
#define LK_CALENDAR_FIRST_SECOND (-INT64_C(9223372036855))
#define LK_CALENDAR_LAST_SECOND INT64_C(9223372036854)

/* The second that holds a time: rounded towards the past. */
static inline int64_t lk_calendar_second(int64_t time)
{
    return time / 1000000 - (time % 1000000 < 0);
}

/* Back to a time, cut at what int64 holds. */
static inline int64_t lk_calendar_time(int64_t second)
{
    if (second <= LK_CALENDAR_FIRST_SECOND) return INT64_MIN;
    if (second > LK_CALENDAR_LAST_SECOND) return INT64_MAX;
    return second * 1000000;
}

#endif
