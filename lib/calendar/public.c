/* public.c: the functions of leadkpi/calendar.h over those of this room. */
#include "base/civil.h"
#include "base/time_text.h"
#include "calendar/handle.h"

leadkpi_status leadkpi_calendar_create(const leadkpi_host *host, const leadkpi_options *options,
                                       leadkpi_calendar **calendar, leadkpi_error *error)
{
    lk_memory memory;
    leadkpi_error_reset(error);
    LK_REQUIRE(calendar, error);
    *calendar = NULL;
    LK_TRY(lk_memory_init(&memory, host, error));
    LK_TRY(lk_options_check(options, &lk_calendar_schema, error));
    return lk_calendar_create_from(&memory, options, &lk_calendar_schema, 0, calendar, error);
}

void leadkpi_calendar_free(leadkpi_calendar *calendar)
{
    lk_calendar_free(calendar);
}

leadkpi_status leadkpi_calendar_describe(const leadkpi_calendar *calendar, char *buffer,
                                         size_t capacity, size_t *needed, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    if (needed) *needed = 0;
    LK_REQUIRE(calendar, error);
    LK_TRY(lk_buffer_begin(buffer, capacity, needed, error));
    size_t size = lk_calendar_print(calendar, NULL, 0) + 1;
    LK_TRY(lk_buffer_admits(buffer, capacity, size, needed, error));
    if (!buffer) return LEADKPI_OK;
    lk_calendar_print(calendar, buffer, capacity);
    return LEADKPI_OK;
}

/* ---- periods ----------------------------------------------------------- */

leadkpi_status leadkpi_calendar_period(const leadkpi_calendar *calendar, int64_t time,
                                       int64_t *start, int64_t *end, leadkpi_error *error)
{
    return leadkpi_calendar_periods(calendar, &time, 1, 0, start, end, error);
}

leadkpi_status leadkpi_calendar_periods(const leadkpi_calendar *calendar, const int64_t *times,
                                        size_t row_count, ptrdiff_t stride_bytes, int64_t *starts,
                                        int64_t *ends, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(calendar, error);
    LK_FAIL_IF(!times && row_count, error, LEADKPI_NULL_ARGUMENT,
               "times: expected a pointer, found NULL");
    const char *at = (const char *)times;
    lk_calendar_cursor cursor = LK_CALENDAR_CURSOR;
    ptrdiff_t stride = stride_bytes ? stride_bytes : (ptrdiff_t)sizeof *times;
    /* Per row: 8 bytes read, up to 16 written, two comparisons that sorted
     * times make predictable; lk_calendar_seek where the period changes. */
    for (size_t i = 0; i < row_count; i++) {
        int64_t time;
        memcpy(&time, at + (ptrdiff_t)i * stride, sizeof time);
        int64_t start = lk_calendar_bucket(calendar, &cursor, time);
        if (starts) starts[i] = start;
        if (ends) ends[i] = cursor.end;
    }
    return LEADKPI_OK;
}

leadkpi_status leadkpi_calendar_next(const leadkpi_calendar *calendar, int64_t time, int64_t *start,
                                     leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(start, error);
    *start = time;
    LK_REQUIRE(calendar, error);
    int64_t end = lk_calendar_end(calendar, time);
    LK_FAIL_IF(end == INT64_MAX, error, LEADKPI_OVERFLOW,
               "period: there is none after that of time %lld", (long long)time);
    *start = end;
    return LEADKPI_OK;
}

leadkpi_status leadkpi_calendar_previous(const leadkpi_calendar *calendar, int64_t time,
                                         int64_t *start, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(start, error);
    *start = time;
    LK_REQUIRE(calendar, error);
    int64_t first = lk_calendar_start(calendar, time);
    LK_FAIL_IF(first == INT64_MIN, error, LEADKPI_OVERFLOW,
               "period: there is none before that of time %lld", (long long)time);
    *start = lk_calendar_start(calendar, first - 1);
    return LEADKPI_OK;
}

leadkpi_status leadkpi_calendar_label(const leadkpi_calendar *calendar, int64_t time, char *buffer,
                                      size_t capacity, size_t *needed, leadkpi_error *error)
{
    char label[LK_GRAIN_LABEL_SIZE];
    leadkpi_error_reset(error);
    if (needed) *needed = 0;
    LK_REQUIRE(calendar, error);
    LK_TRY(lk_buffer_begin(buffer, capacity, needed, error));
    size_t length = lk_calendar_label(calendar, time, label);
    LK_TRY(lk_buffer_admits(buffer, capacity, length + 1, needed, error));
    if (!buffer) return LEADKPI_OK;
    memcpy(buffer, label, length);
    buffer[length] = '\0';
    return LEADKPI_OK;
}

/* ---- local time -------------------------------------------------------- */

leadkpi_status leadkpi_calendar_offset(const leadkpi_calendar *calendar, int64_t time,
                                       int32_t *seconds_east, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(seconds_east, error);
    *seconds_east = 0;
    LK_REQUIRE(calendar, error);
    *seconds_east =
        (int32_t)lk_zone_stretch_at(&calendar->zone, lk_calendar_second(time)).offset;
    return LEADKPI_OK;
}

leadkpi_status leadkpi_calendar_local(const leadkpi_calendar *calendar, int64_t time, int64_t *year,
                                      int32_t *month, int32_t *day, int64_t *microsecond_of_day,
                                      leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(calendar, error);
    int64_t second = lk_calendar_second(time);
    int64_t local = second + lk_zone_stretch_at(&calendar->zone, second).offset;
    int64_t local_day = local / 86400 - (local % 86400 < 0);
    int64_t fraction = time % 1000000 + (time % 1000000 < 0 ? 1000000 : 0);
    lk_civil date = lk_civil_from_days(local_day);
    if (year) *year = date.year;
    if (month) *month = date.month;
    if (day) *day = date.day;
    if (microsecond_of_day)
        *microsecond_of_day = (local - 86400 * local_day) * 1000000 + fraction;
    return LEADKPI_OK;
}

/* Outside of these years no local time is within int64 in any zone. */
#define FIRST_YEAR (-INT64_C(290309))
#define LAST_YEAR INT64_C(294248)

static leadkpi_status check_local(int64_t year, int32_t month, int32_t day,
                                  int64_t microsecond_of_day, leadkpi_error *error)
{
    LK_FAIL_IF(microsecond_of_day < 0 || microsecond_of_day >= LK_MICROSECONDS_PER_DAY, error,
               LEADKPI_BAD_ARGUMENT,
               "microsecond_of_day: expected from 0 to 86399999999, found %lld",
               (long long)microsecond_of_day);
    /* Months are as long 400 years later, so a wild year does not matter here. */
    LK_FAIL_IF(!lk_civil_exists((lk_civil){(int32_t)(year % 400), month, day}), error,
               LEADKPI_BAD_ARGUMENT, "date: expected one that there is, found year %lld, month %d, day %d",
               (long long)year, (int)month, (int)day);
    LK_FAIL_IF(year < FIRST_YEAR || year > LAST_YEAR, error, LEADKPI_OVERFLOW,
               "year: expected from %lld to %lld, found %lld", (long long)FIRST_YEAR,
               (long long)LAST_YEAR, (long long)year);
    return LEADKPI_OK;
}

/* seconds * 1000000 + fraction, where it fits. */
static leadkpi_status exact_time(int64_t second, int64_t fraction, int64_t *time,
                                 leadkpi_error *error)
{
    bool low = second < LK_CALENDAR_FIRST_SECOND ||
               (second == LK_CALENDAR_FIRST_SECOND && fraction < 224192);
    bool high = second > LK_CALENDAR_LAST_SECOND ||
                (second == LK_CALENDAR_LAST_SECOND && fraction > 775807);
    LK_FAIL_IF(low || high, error, LEADKPI_OVERFLOW,
               "time: second %lld is outside what microseconds in int64 can say", (long long)second);
    *time = second < 0 ? (second + 1) * 1000000 - (1000000 - fraction) : second * 1000000 + fraction;
    return LEADKPI_OK;
}

leadkpi_status leadkpi_calendar_instant(const leadkpi_calendar *calendar, int64_t year,
                                        int32_t month, int32_t day, int64_t microsecond_of_day,
                                        int64_t *first, int64_t *last, int32_t *kind,
                                        leadkpi_error *error)
{
    leadkpi_error_reset(error);
    if (first) *first = 0;
    if (last) *last = 0;
    if (kind) *kind = 0;
    LK_REQUIRE(calendar, error);
    LK_REQUIRE(first, error);
    LK_TRY(check_local(year, month, day, microsecond_of_day, error));
    int64_t local = 86400 * lk_days_from_civil((lk_civil){(int32_t)year, month, day}) +
                    microsecond_of_day / 1000000;
    int64_t seconds[2], times[2], fraction = microsecond_of_day % 1000000;
    int count = lk_zone_instants(&calendar->zone, local, &seconds[0], &seconds[1]);
    if (count == 0) fraction = 0; /* the jump itself, which is on a whole second */
    LK_TRY(exact_time(seconds[0], fraction, &times[0], error));
    LK_TRY(exact_time(seconds[1], fraction, &times[1], error));
    *first = times[0];
    if (last) *last = times[1];
    if (kind)
        *kind = count == 0   ? LEADKPI_LOCAL_SKIPPED
                : count == 1 ? LEADKPI_LOCAL_ONCE
                             : LEADKPI_LOCAL_REPEATED;
    return LEADKPI_OK;
}

/* ---- opening hours ----------------------------------------------------- */

leadkpi_status leadkpi_calendar_open(const leadkpi_calendar *calendar, int64_t time, int32_t *open,
                                     leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(open, error);
    *open = 0;
    LK_REQUIRE(calendar, error);
    *open = lk_calendar_open(calendar, time);
    return LEADKPI_OK;
}

leadkpi_status leadkpi_calendar_open_between(const leadkpi_calendar *calendar, int64_t from,
                                             int64_t to, int64_t *microseconds,
                                             leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(microseconds, error);
    *microseconds = 0;
    LK_REQUIRE(calendar, error);
    LK_FAIL_IF(!lk_calendar_open_between(calendar, from, to, microseconds), error, LEADKPI_OVERFLOW,
               "open time: expected below 2^63 microseconds from %lld to %lld", (long long)from,
               (long long)to);
    return LEADKPI_OK;
}

leadkpi_status leadkpi_calendar_next_open(const leadkpi_calendar *calendar, int64_t time,
                                          int64_t *opens, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(opens, error);
    *opens = time;
    LK_REQUIRE(calendar, error);
    LK_FAIL_IF(!lk_calendar_next_open(calendar, time, opens), error, LEADKPI_UNDEFINED,
               "opening hours: there are none at %s or after it", LK_SAY_TIME(time));
    return LEADKPI_OK;
}
