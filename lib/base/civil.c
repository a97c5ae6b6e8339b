#include "base/civil.h"

/* The calendar repeats every 400 years, which are 146097 days. Years are
 * counted from 1 March, so that the leap day is the last of its year and the
 * months before it have a fixed pattern: 153 days every five months.
 * Reference: E. G. Richards, "Calendars", Explanatory Supplement to the
 * Astronomical Almanac, 3rd ed., 15.11; H. Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms". */
#define YEARS_PER_CYCLE 400
#define DAYS_PER_CYCLE 146097
#define DAYS_FROM_0000_03_01_TO_1970 719468

static int64_t divide_down(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

bool lk_civil_is_leap_year(int32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int32_t lk_civil_days_in_month(int32_t year, int32_t month)
{
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12) return 0;
    return days[month - 1] + (month == 2 && lk_civil_is_leap_year(year));
}

bool lk_civil_exists(lk_civil date)
{
    return date.day >= 1 && date.day <= lk_civil_days_in_month(date.year, date.month);
}

int64_t lk_days_from_civil(lk_civil date)
{
    int64_t year = (int64_t)date.year - (date.month <= 2);
    int64_t cycle = divide_down(year, YEARS_PER_CYCLE);
    int64_t year_of_cycle = year - cycle * YEARS_PER_CYCLE;
    int64_t month_from_march = date.month > 2 ? date.month - 3 : date.month + 9;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
    int64_t day_of_cycle =
        year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    return cycle * DAYS_PER_CYCLE + day_of_cycle - DAYS_FROM_0000_03_01_TO_1970;
}

lk_civil lk_civil_from_days(int64_t days)
{
    int64_t from_march = days + DAYS_FROM_0000_03_01_TO_1970;
    int64_t cycle = divide_down(from_march, DAYS_PER_CYCLE);
    int64_t day_of_cycle = from_march - cycle * DAYS_PER_CYCLE;
    /* takes out the leap days before this one: 1 in 1461 days, less 1 in 36524, plus 1 in 146096 */
    int64_t year_of_cycle =
        (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 - day_of_cycle / 146096) / 365;
    int64_t day_of_year =
        day_of_cycle - (year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    lk_civil date;
    date.day = (int32_t)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    date.month = (int32_t)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    date.year = (int32_t)(cycle * YEARS_PER_CYCLE + year_of_cycle + (date.month <= 2));
    return date;
}
