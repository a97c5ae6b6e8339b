/* hours.h: opening hours on the local clock: a week, and days that differ.
 *
 * Local times are seconds since 1970-01-01T00:00:00 on the local clock. */
#ifndef LK_CALENDAR_HOURS_H
#define LK_CALENDAR_HOURS_H

#include "base/memory.h"

/* More intervals on one day than any shop has. */
#define LK_HOURS_PER_DAY 16

/* Ten a year for four centuries. The dates are put in order by insertion, which
 * this keeps below some milliseconds whatever the order they come in. */
#define LK_HOURS_MOST_DATES 4096

/* Open from begin (included) to end (not included), seconds since local midnight. */
typedef struct lk_hours_interval {
    int32_t begin;
    int32_t end;
} lk_hours_interval;

typedef struct lk_hours_day {
    int32_t count;
    int32_t open_seconds;
    lk_hours_interval intervals[LK_HOURS_PER_DAY]; /* rising, apart */
} lk_hours_day;

/* A date whose hours are not those of its weekday. */
typedef struct lk_hours_exception {
    int64_t day;           /* since 1970-01-01 */
    int64_t gained_before; /* open seconds that the dates before add to the plain weeks, or take */
    int32_t special;       /* 1 + place in `specials`; 0: closed */
    int32_t reserved;
} lk_hours_exception;

typedef struct lk_hours {
    lk_hours_day week[7]; /* Monday first */
    int64_t week_seconds;
    lk_hours_exception *exceptions; /* rising days */
    size_t exception_count;
    size_t exception_capacity;
    lk_hours_day *specials;
    size_t special_count;
    size_t special_capacity;
} lk_hours;

/* `week` as in calendar.h; "" is always open. `special` holds dates with hours. Each of
 * `holidays` is a date, YYYY-MM-DD. On failure `*hours` owns nothing.
 * BAD_ARGUMENT, OUT_OF_MEMORY, LIMIT. In hours_text.c. */
leadkpi_status lk_hours_read(lk_memory *memory, lk_text week, lk_text special,
                             const lk_text *holidays, size_t holiday_count, lk_hours *hours,
                             leadkpi_error *error);
void lk_hours_clear(lk_memory *memory, lk_hours *hours);

/* The hours of a day. */
const lk_hours_day *lk_hours_of_day(const lk_hours *hours, int64_t day);

/* Open seconds from local 0 up to `local`; negative before. Differences count. */
int64_t lk_hours_total(const lk_hours *hours, int64_t local);

bool lk_hours_open(const lk_hours *hours, int64_t local);

/* The first open second, `local` or later; false where there is none. */
bool lk_hours_next(const lk_hours *hours, int64_t local, int64_t *opens);

/* The first exception that is on this day or later; exception_count where there is none. */
size_t lk_hours_find_exception(const lk_hours *hours, int64_t day);

#endif
