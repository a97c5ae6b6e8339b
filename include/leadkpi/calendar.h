/* calendar.h: instants to periods, in a time zone, and opening hours.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * A calendar cuts time into periods (days, ISO weeks, months, fiscal quarters,
 * 4-4-5 months ...) as a zone's clocks show it, and measures opening time. It
 * is made once from options of the schema "calendar" and never changes.
 *
 *     leadkpi_options_create(NULL, "calendar", LEADKPI_NUL_TERMINATED, &options, &error);
 *     leadkpi_options_parse(options, "grain=week; zone=Europe/Berlin", LEADKPI_NUL_TERMINATED,
 *                           &error);
 *     leadkpi_options_set_text(options, "zone_data", LEADKPI_NUL_TERMINATED, file, file_size,
 *                              &error);
 *     leadkpi_calendar_create(NULL, options, &calendar, &error);
 *     leadkpi_calendar_period(calendar, time, &start, &end, &error);
 *     leadkpi_calendar_label(calendar, time, text, sizeof text, NULL, &error);    "2025-W14"
 *
 * Time is int64 microseconds since 1970-01-01T00:00:00Z; every int64 is a time.
 * Days follow the proleptic Gregorian calendar without leap seconds.
 *
 * Periods are half-open, [start, end), follow each other without a gap, and
 * never go back. A period starts at the first instant at which the local clock
 * shows its first local time or a later one. So
 *   - a day has 23 or 25 hours where the clocks change on it;
 *   - a midnight that the clocks jump over is replaced by the instant of the jump;
 *   - of a midnight that comes twice the first one counts, and what the clocks
 *     repeat of the day before belongs to the new day;
 *   - a day that a zone left out (Samoa, 2011-12-30) has no period.
 * Hours are the one exception: they follow the clock through a change, so an
 * hour that comes twice is two periods, told apart by the offset in their label.
 * The periods at both ends of the int64 range are cut at it; the very last
 * one includes INT64_MAX.
 *
 * Grains and their labels
 *   all             all                one period, all of time
 *   hour            2025-04-01T09+02:00
 *   day             2025-04-01
 *   week            2025-W14           by week_start; the year is that of the week, not of the day
 *   month           2025-04
 *   quarter         2025-Q2
 *   year            2025
 *   fiscal_quarter  FY2026-Q1          by fiscal_start_month, fiscal_year_name
 *   fiscal_year     FY2026
 *   retail_week     RY2025-W14         by the retail_ options
 *   retail_month    RY2025-P04
 *   retail_quarter  RY2025-Q2
 *   retail_year     RY2025
 * Years above 9999 or below 0 have a sign and six digits at least (+012025,
 * -000044), as in ISO 8601. Year 0 is 1 BC. Labels never change in later releases.
 *
 * Weeks are numbered by week_one: with four_days (ISO 8601-1, and with
 * week_start=sunday the US epidemiological week) week 1 is the first with four
 * days in the new year; with january_1 it is the one that holds January 1.
 *
 * The retail year ends on a named weekday: the last one of a month, or the one
 * nearest to the last day of that month (NRF: Saturday nearest to January 31). It has 52 or
 * 53 weeks; quarters of 13 weeks are cut 4-4-5, 4-5-4 or 5-4-4; the 53rd week
 * goes to the month retail_long_month. With retail_year_name=start a year that
 * ends in any month but December bears the number of the calendar year before
 * that month.
 *
 * Zones. `zone` alone is enough for UTC and for fixed offsets such as +05:30.
 * For any other zone the host hands in its rules: `zone_data`, the bytes of a TZif
 * file (RFC 8536 and RFC 9636, versions 1 to 4; of versions 2 and later the 64-bit block and
 * the footer), or `zone_rule`, a POSIX TZ text such as
 * CET-1CEST,M3.5.0,M10.5.0/3. The library opens no file. Before the first
 * transition local time type 0 holds; after the last one the footer's rule, or
 * the last type where there is none. Files that count leap seconds ("right/")
 * are refused, since time here does not count them.
 *
 * Opening hours are local time by weekday, such as
 * "mon-fri 09:00-12:00,13:00-17:30; sat 10:00-14:00" (9:00 will do); a day that is not named is
 * closed, and so is each of `holidays`; `special_hours` ("2025-12-24 09:00-12:00;
 * 2025-12-28 closed") replace a day's hours and go before holidays. It is open at an
 * instant when the local clock then shows an opening time: where the clocks
 * repeat an hour it counts twice, where they skip one it does not count.
 *
 * A calendar is immutable: any number of threads may use it at the same time. */
#ifndef LEADKPI_CALENDAR_H
#define LEADKPI_CALENDAR_H

#include <stddef.h>
#include <stdint.h>

#include <leadkpi/error.h>
#include <leadkpi/export.h>
#include <leadkpi/host.h>
#include <leadkpi/options.h>
#include <leadkpi/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct leadkpi_calendar leadkpi_calendar;

/* How often a local clock shows a time. Pinned numbers. */
enum {
    LEADKPI_LOCAL_ONCE = 1,
    LEADKPI_LOCAL_SKIPPED = 2, /* the clocks jumped over it */
    LEADKPI_LOCAL_REPEATED = 3 /* the clocks went back and showed it again */
};

/* leadkpi_calendar_create: a calendar as the options say; NULL options are the
 * defaults (days, UTC, always open). `host` may be NULL. The options are copied.
 * `*calendar` is NULL on failure.
 * Status: OK, NULL_ARGUMENT (calendar), BAD_ARGUMENT (host, hours, holidays, a zone
 * name without rules), MISMATCH (options of another schema), CONTRADICTION (zone_data and
 * zone_rule),
 * BAD_FORMAT (zone_data, zone_rule), OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_calendar_create(const leadkpi_host *host,
                                                   const leadkpi_options *options,
                                                   leadkpi_calendar **calendar,
                                                   leadkpi_error *error);

/* leadkpi_calendar_free: NULL does nothing. Since 0.1. */
LEADKPI_API void leadkpi_calendar_free(leadkpi_calendar *calendar);

/* leadkpi_calendar_describe: the calendar as a sentence, NUL-terminated, into
 * the caller's buffer. `*needed`, where not NULL, is the size it takes with the
 * NUL. `buffer` may be NULL when capacity is 0, which asks for the size in `needed` and is
 * OK (both NULL: NULL_ARGUMENT).
 * Status: OK, NULL_ARGUMENT, BUFFER_TOO_SMALL (the buffer is not touched). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_calendar_describe(const leadkpi_calendar *calendar,
                                                     char *buffer, size_t capacity,
                                                     size_t *needed, leadkpi_error *error);

/* ---- periods ----------------------------------------------------------- */

/* leadkpi_calendar_period: the period that holds `time`: `*start` is in it,
 * `*end` is the start of the next one. Either may be NULL.
 * Status: OK, NULL_ARGUMENT (calendar). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_calendar_period(const leadkpi_calendar *calendar, int64_t time,
                                                   int64_t *start, int64_t *end,
                                                   leadkpi_error *error);

/* leadkpi_calendar_periods: the same for a column. `times` has row_count
 * values, stride_bytes apart (0: without a gap; may be negative); `starts` and
 * `ends`, either of which may be NULL, have room for row_count values each and
 * may not overlap `times`. Sorted times are fastest.
 * Status: OK, NULL_ARGUMENT (calendar, or times with rows). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_calendar_periods(const leadkpi_calendar *calendar,
                                                    const int64_t *times, size_t row_count,
                                                    ptrdiff_t stride_bytes, int64_t *starts,
                                                    int64_t *ends, leadkpi_error *error);

/* leadkpi_calendar_next, _previous: the start of the period after, or before,
 * the one that holds `time`. `*start` is `time` on failure.
 * Status: OK, NULL_ARGUMENT, OVERFLOW (there is none within int64). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_calendar_next(const leadkpi_calendar *calendar, int64_t time,
                                                 int64_t *start, leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_calendar_previous(const leadkpi_calendar *calendar,
                                                     int64_t time, int64_t *start,
                                                     leadkpi_error *error);

/* leadkpi_calendar_label: the name of the period that holds `time`, as in the
 * list above, NUL-terminated; 40 bytes are always enough. `*needed`, where not NULL, is the size
 * it takes with the NUL. `buffer` may be NULL, as in describe.
 * Status: OK, NULL_ARGUMENT, BUFFER_TOO_SMALL (the buffer is not touched). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_calendar_label(const leadkpi_calendar *calendar, int64_t time,
                                                  char *buffer, size_t capacity, size_t *needed,
                                                  leadkpi_error *error);

/* ---- local time -------------------------------------------------------- */

/* leadkpi_calendar_offset: local time minus UTC at `time`, in seconds; east of
 * Greenwich is positive.
 * Status: OK, NULL_ARGUMENT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_calendar_offset(const leadkpi_calendar *calendar, int64_t time,
                                                   int32_t *seconds_east, leadkpi_error *error);

/* leadkpi_calendar_local: what the local clock shows at `time`: the year (0 is
 * 1 BC), the month from 1 to 12, the day from 1 to 31, and microseconds since local
 * midnight, from 0 to 86,399,999,999. Any output may be NULL.
 * Status: OK, NULL_ARGUMENT (calendar). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_calendar_local(const leadkpi_calendar *calendar, int64_t time,
                                                  int64_t *year, int32_t *month, int32_t *day,
                                                  int64_t *microsecond_of_day,
                                                  leadkpi_error *error);

/* leadkpi_calendar_instant: when the local clock shows a date and time. `*kind`
 * says how often it does:
 *   LEADKPI_LOCAL_ONCE      *first and *last are that instant
 *   LEADKPI_LOCAL_REPEATED  *first is the first of the instants, *last the last
 *   LEADKPI_LOCAL_SKIPPED   both are the instant at which the clock jumped over it
 * `last` and `kind` may be NULL.
 * Status: OK, NULL_ARGUMENT (calendar, first), BAD_ARGUMENT (no such date or
 * time of day), OVERFLOW (outside int64). The outputs are 0 on failure. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_calendar_instant(const leadkpi_calendar *calendar, int64_t year,
                                                    int32_t month, int32_t day,
                                                    int64_t microsecond_of_day, int64_t *first,
                                                    int64_t *last, int32_t *kind,
                                                    leadkpi_error *error);

/* ---- opening hours ----------------------------------------------------- */

/* leadkpi_calendar_open: 1 where it is open at `time`, else 0.
 * Status: OK, NULL_ARGUMENT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_calendar_open(const leadkpi_calendar *calendar, int64_t time,
                                                 int32_t *open, leadkpi_error *error);

/* leadkpi_calendar_open_between: how long it is open from `from` (included) to
 * `to` (not included), in microseconds; negative where `to` is before `from`.
 * The cost grows with the clock changes in between, not with the days; where they
 * repeat every 400 years, those of one such cycle at most are walked between two dates that differ.
 * Status: OK, NULL_ARGUMENT, OVERFLOW (above 2^63 - 1). `*microseconds` is 0 on
 * failure. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_calendar_open_between(const leadkpi_calendar *calendar,
                                                         int64_t from, int64_t to,
                                                         int64_t *microseconds,
                                                         leadkpi_error *error);

/* leadkpi_calendar_next_open: the first instant, `time` or later, at which it is open.
 * Status: OK, NULL_ARGUMENT, UNDEFINED (it never opens again). `*opens` is
 * `time` on failure. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_calendar_next_open(const leadkpi_calendar *calendar,
                                                      int64_t time, int64_t *opens,
                                                      leadkpi_error *error);

#ifdef __cplusplus
}
#endif
#endif
