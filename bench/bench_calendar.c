/* Instants to periods, and opening time. */
#include "bench.h"

#include <stdlib.h>

#include "calendar/calendar.h"

enum { ROWS = 1 << 20 };

static lk_calendar *make(int32_t grain, const char *rule)
{
    lk_calendar_rules rules = lk_calendar_rules_default();
    lk_memory memory;
    lk_calendar *calendar = NULL;
    rules.grain.grain = grain;
    if (rule) rules.zone_rule = (lk_text){rule, strlen(rule)};
    rules.hours = LK_LITERAL("mon-fri 09:00-12:00,13:00-17:30");
    if (lk_memory_init(&memory, NULL, NULL) || lk_calendar_create(&memory, &rules, &calendar, NULL))
        abort();
    return calendar;
}

static uint64_t sum_of_starts(const lk_calendar *calendar, const int64_t *times)
{
    lk_calendar_cursor cursor = LK_CALENDAR_CURSOR;
    uint64_t sum = 0;
    for (int i = 0; i < ROWS; i++) sum += (uint64_t)lk_calendar_bucket(calendar, &cursor, times[i]);
    return sum;
}

static uint64_t sum_of_open(const lk_calendar *calendar, const int64_t *times, int64_t span)
{
    uint64_t sum = 0;
    for (int i = 0; i < ROWS / 16; i++) {
        int64_t open;
        if (lk_calendar_open_between(calendar, times[i], times[i] + span, &open)) sum += (uint64_t)open;
    }
    return sum;
}

int main(void)
{
    static const char berlin[] = "CET-1CEST,M3.5.0,M10.5.0/3";
    int64_t *sorted = malloc(ROWS * sizeof *sorted), *mixed = malloc(ROWS * sizeof *mixed);
    volatile uint64_t sink = 0;
    uint64_t seed = 1;
    if (!sorted || !mixed) return 1;
    int64_t three_years = INT64_C(3) * 365 * 86400 * 1000000, from = INT64_C(1672531200) * 1000000;
    for (int i = 0; i < ROWS; i++) {
        sorted[i] = from + three_years / ROWS * i;
        mixed[i] = from + (int64_t)(bench_random(&seed) % (uint64_t)three_years);
    }
    lk_calendar *utc_day = make(LK_GRAIN_DAY, NULL), *day = make(LK_GRAIN_DAY, berlin);
    lk_calendar *month = make(LK_GRAIN_MONTH, berlin), *year = make(LK_GRAIN_YEAR, berlin);
    lk_calendar *retail = make(LK_GRAIN_RETAIL_MONTH, berlin), *week = make(LK_GRAIN_WEEK, berlin);
    BENCH("days, UTC, sorted", ROWS, 8 * ROWS, sink += sum_of_starts(utc_day, sorted));
    BENCH("days, UTC, any order", ROWS, 8 * ROWS, sink += sum_of_starts(utc_day, mixed));
    BENCH("days, Berlin, sorted", ROWS, 8 * ROWS, sink += sum_of_starts(day, sorted));
    BENCH("days, Berlin, any order", ROWS, 8 * ROWS, sink += sum_of_starts(day, mixed));
    BENCH("weeks, Berlin, any order", ROWS, 8 * ROWS, sink += sum_of_starts(week, mixed));
    BENCH("months, Berlin, any order", ROWS, 8 * ROWS, sink += sum_of_starts(month, mixed));
    BENCH("years, Berlin, any order", ROWS, 8 * ROWS, sink += sum_of_starts(year, mixed));
    BENCH("4-5-4 months, Berlin, any order", ROWS, 8 * ROWS, sink += sum_of_starts(retail, mixed));
    BENCH("open time over 3 days, Berlin", ROWS / 16, 0,
          sink += sum_of_open(day, mixed, INT64_C(3) * 86400 * 1000000));
    BENCH("open time over 1 year, Berlin", ROWS / 16, 0,
          sink += sum_of_open(day, mixed, INT64_C(365) * 86400 * 1000000));
    lk_calendar_free(utc_day), lk_calendar_free(day), lk_calendar_free(week);
    lk_calendar_free(month), lk_calendar_free(year), lk_calendar_free(retail);
    free(sorted), free(mixed);
    return sink == 1;
}
