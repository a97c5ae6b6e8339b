/* civil.h: dates of the proleptic Gregorian calendar, and the number of days
 * since 1970-01-01. Exact for every day of a 64-bit microsecond clock, and for
 * years from -2^30 to 2^30. Year 0 is 1 BC. */
#ifndef LK_CIVIL_H
#define LK_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

#define LK_MICROSECONDS_PER_SECOND INT64_C(1000000)
#define LK_MICROSECONDS_PER_DAY (INT64_C(86400) * LK_MICROSECONDS_PER_SECOND)

typedef struct lk_civil {
    int32_t year;
    int32_t month; /* 1 to 12 */
    int32_t day;   /* 1 to 31 */
} lk_civil;

bool lk_civil_is_leap_year(int32_t year);

/* 28 to 31; 0 where there is no such month. */
int32_t lk_civil_days_in_month(int32_t year, int32_t month);

/* Is there such a day? */
bool lk_civil_exists(lk_civil date);

/* The date must exist. */
int64_t lk_days_from_civil(lk_civil date);
lk_civil lk_civil_from_days(int64_t days);

/* Rounded towards the past: the day that holds this moment, also before 1970. */
static inline int64_t lk_days_from_microseconds(int64_t microseconds)
{
    int64_t days = microseconds / LK_MICROSECONDS_PER_DAY;
    return days - (microseconds % LK_MICROSECONDS_PER_DAY < 0);
}

#endif
