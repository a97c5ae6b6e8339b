/* calendar.h: the calendar inside the library: what the other rooms call.
 *
 *     lk_calendar_rules rules;
 *     LK_TRY(lk_calendar_rules_read(options, &rules, error));
 *     LK_TRY(lk_calendar_create(&memory, &rules, &calendar, error));
 *     lk_calendar_cursor cursor = LK_CALENDAR_CURSOR;
 *     for (...) start = lk_calendar_bucket(calendar, &cursor, times[i]);
 *     lk_calendar_free(calendar);
 *
 * None of the calls on a finished calendar can fail. Time is public time:
 * microseconds since 1970-01-01T00:00:00Z. */
#ifndef LK_CALENDAR_CALENDAR_H
#define LK_CALENDAR_CALENDAR_H

#include <leadkpi/calendar.h>
#include <leadkpi/options.h>

#include "base/memory.h"
#include "calendar/grain.h"
#include "calendar/hours.h"
#include "calendar/zone.h"

typedef struct leadkpi_calendar lk_calendar;

/* What a calendar is made from. Texts borrow. */
typedef struct lk_calendar_rules {
    lk_grain_rules grain;
    lk_text zone;      /* "" is UTC */
    lk_text zone_data; /* TZif bytes, or none */
    lk_text zone_rule; /* POSIX TZ text, or none */
    lk_text hours;     /* "" is always open */
    lk_text special_hours;
    const lk_text *holidays;
    size_t holiday_count;
} lk_calendar_rules;

/* Days in UTC, always open. */
lk_calendar_rules lk_calendar_rules_default(void);

/* The grain of that name, or 0. */
int32_t lk_grain_of_name(lk_text name);
const char *lk_grain_name(int32_t grain);

/* Copies what it needs; the calendar counts its memory itself, on the same callbacks and limit. */
leadkpi_status lk_calendar_create(const lk_memory *memory, const lk_calendar_rules *rules,
                                  lk_calendar **out, leadkpi_error *error);
void lk_calendar_free(lk_calendar *calendar);

/* The period that the last call found, and the stretch of constant offset. One
 * a thread and column; the calendar itself never changes. */
typedef struct lk_calendar_cursor {
    int64_t start;
    int64_t end;
    lk_zone_stretch stretch;
} lk_calendar_cursor;

#define LK_CALENDAR_CURSOR {0, 0, {0, 0, 0}}

/* Move the cursor to the period of `time`. */
void lk_calendar_seek(const lk_calendar *calendar, lk_calendar_cursor *cursor, int64_t time);

/* The start of the period of `time`. Two comparisons where it is the period of
 * the call before; else a division or two, and 20 to 60 ns where the clocks
 * changed nearby. */
static inline int64_t lk_calendar_bucket(const lk_calendar *calendar, lk_calendar_cursor *cursor,
                                         int64_t time)
{
    if (LK_UNLIKELY(time < cursor->start || time >= cursor->end))
        lk_calendar_seek(calendar, cursor, time);
    return cursor->start;
}

/* The same without a cursor. */
int64_t lk_calendar_start(const lk_calendar *calendar, int64_t time);

/* The start of the next period; INT64_MAX where there is none. */
int64_t lk_calendar_end(const lk_calendar *calendar, int64_t time);

/* The label of the period of `time`; no NUL, returns the length. */
size_t lk_calendar_label(const lk_calendar *calendar, int64_t time, char out[LK_GRAIN_LABEL_SIZE]);

/* Opening time in microseconds; false where it does not fit. */
bool lk_calendar_open_between(const lk_calendar *calendar, int64_t from, int64_t to,
                              int64_t *microseconds);

#endif
