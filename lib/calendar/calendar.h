/* calendar.h: the calendar inside the library: what the other rooms call.
 *
 *     LK_TRY(lk_calendar_create_from(&memory, options, schema, FIRST, &calendar, error));
 *     lk_calendar_cursor cursor = LK_CALENDAR_CURSOR;
 *     for (...) start = lk_calendar_bucket(calendar, &cursor, times[i]);
 *     lk_calendar_free(calendar);
 *
 * None of the calls on a finished calendar can fail. Time is public time:
 * microseconds since 1970-01-01T00:00:00Z. */
#ifndef LK_CALENDAR_CALENDAR_H
#define LK_CALENDAR_CALENDAR_H

#include <leadkpi/calendar.h>

#include "base/memory.h"
#include "base/options.h"
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

/* The options of a calendar, for a schema that holds them: they stand together, from
 * index `first` on.
 *
 *     enum { BY, CALENDAR, AS_OF = CALENDAR + LK_CALENDAR_OPTION_COUNT };
 *     static const lk_option report_options[] = {
 *         [BY] = {...}, LK_CALENDAR_OPTIONS(CALENDAR, "day"), [AS_OF] = {...}};
 */
enum {
    LK_CALENDAR_GRAIN,
    LK_CALENDAR_ZONE,
    LK_CALENDAR_ZONE_DATA,
    LK_CALENDAR_ZONE_RULE,
    LK_CALENDAR_WEEK_START,
    LK_CALENDAR_WEEK_ONE,
    LK_CALENDAR_FISCAL_START_MONTH,
    LK_CALENDAR_FISCAL_YEAR_NAME,
    LK_CALENDAR_RETAIL_PATTERN,
    LK_CALENDAR_RETAIL_YEAR_END,
    LK_CALENDAR_RETAIL_END_WEEKDAY,
    LK_CALENDAR_RETAIL_END_MONTH,
    LK_CALENDAR_RETAIL_LONG_MONTH,
    LK_CALENDAR_RETAIL_YEAR_NAME,
    LK_CALENDAR_HOURS,
    LK_CALENDAR_SPECIAL_HOURS,
    LK_CALENDAR_HOLIDAYS,
    LK_CALENDAR_OPTION_COUNT
};

#define LK_WEEKDAY_CHOICES "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
#define LK_GRAIN_CHOICES                                                                           \
    "all|hour|day|week|month|quarter|year|fiscal_quarter|fiscal_year|retail_week|retail_month|"    \
    "retail_quarter|retail_year"

#define LK_CALENDAR_OPTIONS(first, default_grain)                                                                 \
    [(first) + LK_CALENDAR_GRAIN] = {"grain", LK_OPTION_CHOICE, .choices = LK_GRAIN_CHOICES,       \
                                     .default_text = default_grain, .meaning = "Length of a period."},     \
    [(first) + LK_CALENDAR_ZONE] = {"zone", LK_OPTION_TEXT, .default_text = "UTC",                 \
        .meaning = "Time zone of the local clock: UTC, a fixed offset such as +05:30, or the name " \
                   "of a zone whose rules are in zone_data or zone_rule."},                        \
    [(first) + LK_CALENDAR_ZONE_DATA] = {"zone_data", LK_OPTION_BYTES,                             \
        .meaning = "The bytes of the zone's TZif file."},                                          \
    [(first) + LK_CALENDAR_ZONE_RULE] = {"zone_rule", LK_OPTION_TEXT,                              \
        .meaning = "The zone's rule as POSIX TZ text, such as CET-1CEST,M3.5.0,M10.5.0/3."},       \
    [(first) + LK_CALENDAR_WEEK_START] = {"week_start", LK_OPTION_CHOICE,                          \
        .choices = LK_WEEKDAY_CHOICES, .default_text = "monday", .meaning = "First day of a week."}, \
    [(first) + LK_CALENDAR_WEEK_ONE] = {"week_one", LK_OPTION_CHOICE,                              \
        .choices = "four_days|january_1", .default_text = "four_days",                             \
        .meaning = "Week 1 of a year: the first with four days in it (ISO 8601), or the one that " \
                   "holds January 1."},                                                            \
    [(first) + LK_CALENDAR_FISCAL_START_MONTH] = {"fiscal_start_month", LK_OPTION_INT64,           \
        .unit = "month", .minimum = "1", .maximum = "12", .default_text = "1",                     \
        .meaning = "Month in which a fiscal year starts, on its first day."},                      \
    [(first) + LK_CALENDAR_FISCAL_YEAR_NAME] = {"fiscal_year_name", LK_OPTION_CHOICE,              \
        .choices = "start|end", .default_text = "end",                                             \
        .meaning = "A fiscal year bears the number of the calendar year in which it starts, or "   \
                   "ends."},                                                                       \
    [(first) + LK_CALENDAR_RETAIL_PATTERN] = {"retail_pattern", LK_OPTION_CHOICE,                  \
        .choices = "4-4-5|4-5-4|5-4-4", .default_text = "4-5-4",                                   \
        .meaning = "Weeks of the three months of a retail quarter."},                              \
    [(first) + LK_CALENDAR_RETAIL_YEAR_END] = {"retail_year_end", LK_OPTION_CHOICE,                \
        .choices = "nearest|last", .default_text = "nearest",                                      \
        .meaning = "A retail year ends on the retail_end_weekday nearest to the last day of "      \
                   "retail_end_month, or on the last one in that month."},                         \
    [(first) + LK_CALENDAR_RETAIL_END_WEEKDAY] = {"retail_end_weekday", LK_OPTION_CHOICE,          \
        .choices = LK_WEEKDAY_CHOICES, .default_text = "saturday",                                 \
        .meaning = "Weekday on which retail weeks and years end."},                                \
    [(first) + LK_CALENDAR_RETAIL_END_MONTH] = {"retail_end_month", LK_OPTION_INT64,               \
        .unit = "month", .minimum = "1", .maximum = "12", .default_text = "1",                     \
        .meaning = "Month with which a retail year ends."},                                        \
    [(first) + LK_CALENDAR_RETAIL_LONG_MONTH] = {"retail_long_month", LK_OPTION_INT64,             \
        .unit = "retail month", .minimum = "1", .maximum = "12", .default_text = "12",             \
        .meaning = "Retail month that takes the 53rd week where a year has one."},                 \
    [(first) + LK_CALENDAR_RETAIL_YEAR_NAME] = {"retail_year_name", LK_OPTION_CHOICE,              \
        .choices = "start|end", .default_text = "start",                                           \
        .meaning = "A retail year bears the number of the calendar year in which it starts, or "   \
                   "ends; one that ends with December always that of December."},                  \
    [(first) + LK_CALENDAR_HOURS] = {"hours", LK_OPTION_TEXT,                                      \
        .meaning = "Opening hours on the local clock, such as mon-fri 09:00-12:00,13:00-17:30; "   \
                   "empty: always open."},                                                         \
    [(first) + LK_CALENDAR_SPECIAL_HOURS] = {"special_hours", LK_OPTION_TEXT,                      \
        .meaning = "Dates with opening hours of their own, such as 2025-12-24 09:00-12:00; they "  \
                   "go before hours and holidays."},                                               \
    [(first) + LK_CALENDAR_HOLIDAYS] = {"holidays", LK_OPTION_LIST, .unit = "dates",               \
        .meaning = "Dates on which it is closed, such as 2025-12-25."}

extern const lk_schema lk_calendar_schema;

/* A calendar from the options of any such schema; NULL options are the defaults. */
leadkpi_status lk_calendar_create_from(const lk_memory *memory, const leadkpi_options *options,
                                       const lk_schema *schema, int first, lk_calendar **out,
                                       leadkpi_error *error);

/* For what counts all time: opening hours and holidays would change nothing, and that in silence.
 * Status: OK, CONTRADICTION. */
leadkpi_status lk_calendar_refuse_hours(const leadkpi_options *options, const lk_schema *schema, int first,
                                        leadkpi_error *error);

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

/* The start of the period of `time`. Two predictable comparisons, 0.7 ns, where it is the
 * period of the call before. Else, for times in no order (bench/bench_calendar.c):
 * 20 ns for days in UTC, 60 for days and 250 for 4-5-4 months where clocks change. */
static inline int64_t lk_calendar_bucket(const lk_calendar *calendar, lk_calendar_cursor *cursor,
                                         int64_t time)
{
    if (LK_UNLIKELY(time < cursor->start || time >= cursor->end))
        lk_calendar_seek(calendar, cursor, time);
    return cursor->start;
}

/* What the local clock shows at `time`, of years 1 to 9999: microseconds since 1970-01-01T00:00 on it. */
int64_t lk_calendar_local(const lk_calendar *calendar, lk_calendar_cursor *cursor, int64_t time);

/* lk_calendar_bucket without a cursor. */
int64_t lk_calendar_start(const lk_calendar *calendar, int64_t time);

/* The start of the next period; INT64_MAX where there is none. */
int64_t lk_calendar_end(const lk_calendar *calendar, int64_t time);

/* The label of the period of `time`; no NUL, returns the length. */
size_t lk_calendar_label(const lk_calendar *calendar, int64_t time, char out[LK_GRAIN_LABEL_SIZE]);

bool lk_calendar_open(const lk_calendar *calendar, int64_t time);

/* Opening time in microseconds, negative where `to` is first; false where it does not fit. */
bool lk_calendar_open_between(const lk_calendar *calendar, int64_t from, int64_t to,
                              int64_t *microseconds);

/* The first instant, `time` or later, at which it is open; false where there is none. */
bool lk_calendar_next_open(const lk_calendar *calendar, int64_t time, int64_t *opens);

/* The sentence; no NUL beyond what fits, returns its whole length. */
size_t lk_calendar_print(const lk_calendar *calendar, char *out, size_t capacity);

#endif
