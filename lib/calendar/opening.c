/* opening.c: opening time between instants. Within a stretch of constant offset
 * the local clock runs evenly, so opening time is a difference of two totals
 * (hours.h), and a span costs as much as there are clock changes in it. */
#include "calendar/handle.h"

/* The Gregorian calendar, and with it every rule and every plain week, repeats
 * after 400 years = 146097 days = 20871 weeks. */
#define CYCLE_SECONDS (INT64_C(146097) * 86400)

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t walk(const lk_calendar *calendar, int64_t from, int64_t to)
{
    int64_t open = 0;
    while (from < to) {
        lk_zone_stretch stretch = lk_zone_stretch_at(&calendar->zone, from);
        int64_t end = earlier(stretch.end, to);
        open += lk_hours_total(&calendar->hours, end + stretch.offset) -
                lk_hours_total(&calendar->hours, from + stretch.offset);
        from = end;
    }
    return open;
}

/* From `at` on, how many cycles are all alike: by the rule, and with no date that differs in them
 * or near them. */
static int64_t like_cycles(const lk_calendar *calendar, int64_t at, int64_t to)
{
    const lk_hours *hours = &calendar->hours;
    if (!calendar->zone.rule.has_daylight || at < calendar->zone.rule_from) return 0;
    int64_t day = at / 86400 - 3; /* an instant and its local day are less than 3 days apart */
    size_t place = lk_hours_find_exception(hours, day);
    int64_t until = to;
    if (place < hours->exception_count)
        until = earlier(to, (hours->exceptions[place].day - 3) * 86400);
    return until > at ? (until - at) / CYCLE_SECONDS : 0;
}

/* As walk, but like cycles are walked once. Without daylight saving by rule
 * there are only the stretches of the table to walk. */
static int64_t open_seconds(const lk_calendar *calendar, int64_t from, int64_t to)
{
    int64_t open = 0;
    while (to - from > CYCLE_SECONDS) {
        int64_t cycles = like_cycles(calendar, from, to);
        int64_t step = earlier(CYCLE_SECONDS, to - from);
        open += (cycles > 1 ? cycles : 1) * walk(calendar, from, from + step);
        from += (cycles > 1 ? cycles : 1) * step;
    }
    return open + walk(calendar, from, to);
}

bool lk_calendar_open(const lk_calendar *calendar, int64_t time)
{
    int64_t instant = lk_calendar_second(time);
    lk_zone_stretch stretch = lk_zone_stretch_at(&calendar->zone, instant);
    return lk_hours_open(&calendar->hours, instant + stretch.offset);
}

/* Microseconds of this second before `time`, where it is open. Hours and clocks
 * change on whole seconds. */
static int64_t open_fraction(const lk_calendar *calendar, int64_t time, int64_t second)
{
    if (!lk_calendar_open(calendar, time)) return 0;
    return (int64_t)((uint64_t)time - (uint64_t)second * 1000000);
}

bool lk_calendar_open_between(const lk_calendar *calendar, int64_t from, int64_t to,
                              int64_t *microseconds)
{
    bool backwards = to < from;
    int64_t early = backwards ? to : from, late = backwards ? from : to;
    int64_t first = lk_calendar_second(early), last = lk_calendar_second(late);
    int64_t seconds = open_seconds(calendar, first, last);
    int64_t fraction =
        open_fraction(calendar, late, last) - open_fraction(calendar, early, first);
    *microseconds = 0;
    if (fraction < 0) {
        seconds -= 1;
        fraction += 1000000;
    }
    if (seconds > LK_CALENDAR_LAST_SECOND) return false;
    int64_t whole = seconds * 1000000;
    if (whole > INT64_MAX - fraction) return false;
    *microseconds = backwards ? -(whole + fraction) : whole + fraction;
    return true;
}

/* Goes from stretch to stretch until the hours open in one. Whatever the clocks
 * do later, they never show less than two limits before what they show now: where
 * nothing opens from there on, nothing ever does, and the search may go on to
 * just before the first that does. */
bool lk_calendar_next_open(const lk_calendar *calendar, int64_t time, int64_t *opens)
{
    *opens = time;
    if (lk_calendar_open(calendar, time)) return true;
    int64_t at = lk_calendar_second(time);
    while (at <= LK_CALENDAR_LAST_SECOND) {
        lk_zone_stretch stretch = lk_zone_stretch_at(&calendar->zone, at);
        int64_t local = at + stretch.offset, found, any;
        if (lk_hours_next(&calendar->hours, local, &found) && found - stretch.offset < stretch.end) {
            if (found - stretch.offset > LK_CALENDAR_LAST_SECOND) return false;
            *opens = lk_calendar_time(found - stretch.offset);
            return true;
        }
        if (!lk_hours_next(&calendar->hours, local - 2 * LK_ZONE_OFFSET_LIMIT, &any)) return false;
        if (stretch.end == INT64_MAX) return false;
        at = stretch.end > any - LK_ZONE_OFFSET_LIMIT ? stretch.end : any - LK_ZONE_OFFSET_LIMIT;
    }
    return false;
}
