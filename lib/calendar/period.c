/* period.c: from an instant to its period, across changes of the clock. */
#include "base/civil.h"
#include "base/number.h"
#include "calendar/handle.h"

/* The first instant at which the local clock shows this day. Where the stretch
 * at hand has held long enough that no earlier one can have shown it, that is a
 * subtraction; else it is looked up. */
static int64_t start_of_day(const lk_zone *zone, const lk_zone_stretch *near, int64_t day)
{
    int64_t local = 86400 * day, instant = local - near->offset;
    if (instant < near->end && instant >= near->start + 2 * LK_ZONE_OFFSET_LIMIT) return instant;
    return lk_zone_reach(zone, local);
}

static int64_t day_at(const lk_zone_stretch *stretch, int64_t instant)
{
    int64_t local = instant + stretch->offset;
    return local / 86400 - (local % 86400 < 0);
}

typedef struct span {
    int64_t start, end; /* instants in seconds */
    int64_t first_day;
} span;

/* The local day may lie before a period that has begun: the clock went back
 * over its start. The period then goes on; see the rule in leadkpi/calendar.h. */
static span span_of_days(const lk_calendar *calendar, const lk_zone_stretch *stretch,
                         int64_t instant)
{
    lk_grain_period period = lk_grain_period_of(&calendar->grain, day_at(stretch, instant));
    span found = {start_of_day(&calendar->zone, stretch, period.first_day),
                  start_of_day(&calendar->zone, stretch, period.end_day), period.first_day};
    while (instant >= found.end) {
        period = lk_grain_period_of(&calendar->grain, period.end_day);
        found = (span){found.end, start_of_day(&calendar->zone, stretch, period.end_day),
                       period.first_day};
    }
    return found;
}

static span span_of_hour(const lk_zone_stretch *stretch, int64_t instant)
{
    int64_t local = instant + stretch->offset;
    int64_t start = instant - (local % 3600 + 3600) % 3600, end = start + 3600;
    return (span){start > stretch->start ? start : stretch->start,
                  end < stretch->end ? end : stretch->end, 0};
}

static span span_at(const lk_calendar *calendar, const lk_zone_stretch *stretch, int64_t instant)
{
    if (calendar->grain.grain == LK_GRAIN_ALL) return (span){INT64_MIN, INT64_MAX, 0};
    if (calendar->grain.grain == LK_GRAIN_HOUR) return span_of_hour(stretch, instant);
    return span_of_days(calendar, stretch, instant);
}

/* Cost: nothing but arithmetic where both ends of the period lie well within
 * the stretch that the cursor holds (five divisions by constants for a day, ten
 * for a month); two searches of the zone where the clocks change near an end. */
void lk_calendar_seek(const lk_calendar *calendar, lk_calendar_cursor *cursor, int64_t time)
{
    int64_t instant = lk_calendar_second(time);
    if (!lk_zone_stretch_holds(&cursor->stretch, instant))
        cursor->stretch = lk_zone_stretch_at(&calendar->zone, instant);
    span found = span_at(calendar, &cursor->stretch, instant);
    cursor->start = lk_calendar_time(found.start);
    cursor->end = lk_calendar_time(found.end);
}

int64_t lk_calendar_local(const lk_calendar *calendar, lk_calendar_cursor *cursor, int64_t time)
{
    int64_t instant = lk_calendar_second(time);
    if (!lk_zone_stretch_holds(&cursor->stretch, instant))
        cursor->stretch = lk_zone_stretch_at(&calendar->zone, instant);
    return time + cursor->stretch.offset * 1000000;
}

int64_t lk_calendar_start(const lk_calendar *calendar, int64_t time)
{
    lk_calendar_cursor cursor = LK_CALENDAR_CURSOR;
    lk_calendar_seek(calendar, &cursor, time);
    return cursor.start;
}

int64_t lk_calendar_end(const lk_calendar *calendar, int64_t time)
{
    lk_calendar_cursor cursor = LK_CALENDAR_CURSOR;
    lk_calendar_seek(calendar, &cursor, time);
    return cursor.end;
}

/* ---- labels ---------------------------------------------------------------- */

static size_t put_two(char *out, char before, int64_t value)
{
    out[0] = before;
    out[1] = (char)('0' + value / 10);
    out[2] = (char)('0' + value % 10);
    return 3;
}

/* "T09+02:00"; seconds only where there are any (local mean time). */
static size_t put_hour(char *out, const lk_zone_stretch *stretch, int64_t instant)
{
    int64_t local = instant + stretch->offset;
    int64_t east = stretch->offset < 0 ? -stretch->offset : stretch->offset;
    size_t length = put_two(out, 'T', (local % 86400 + 86400) % 86400 / 3600);
    length += put_two(out + length, stretch->offset < 0 ? '-' : '+', east / 3600);
    length += put_two(out + length, ':', east / 60 % 60);
    if (east % 60) length += put_two(out + length, ':', east % 60);
    return length;
}

size_t lk_calendar_label(const lk_calendar *calendar, int64_t time, char out[LK_GRAIN_LABEL_SIZE])
{
    int64_t instant = lk_calendar_second(time);
    lk_zone_stretch stretch = lk_zone_stretch_at(&calendar->zone, instant);
    if (calendar->grain.grain == LK_GRAIN_ALL) {
        memcpy(out, "all", 3);
        return 3;
    }
    if (calendar->grain.grain == LK_GRAIN_HOUR) {
        size_t length = lk_grain_label(&calendar->grain, day_at(&stretch, instant), out);
        return length + put_hour(out + length, &stretch, instant);
    }
    span found = span_of_days(calendar, &stretch, instant);
    return lk_grain_label(&calendar->grain, found.first_day, out);
}
