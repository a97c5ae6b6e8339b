/* grain.h: local days to periods of days: weeks, months, fiscal and retail years.
 *
 * Days count from 1970-01-01, which is 0 and a Thursday. No zone here. */
#ifndef LK_CALENDAR_GRAIN_H
#define LK_CALENDAR_GRAIN_H

#include <stddef.h>
#include <stdint.h>

/* Pinned numbers, append only: they go into states. */
enum {
    LK_GRAIN_ALL = 1,
    LK_GRAIN_HOUR = 2,
    LK_GRAIN_DAY = 3,
    LK_GRAIN_WEEK = 4,
    LK_GRAIN_MONTH = 5,
    LK_GRAIN_QUARTER = 6,
    LK_GRAIN_YEAR = 7,
    LK_GRAIN_FISCAL_QUARTER = 8,
    LK_GRAIN_FISCAL_YEAR = 9,
    LK_GRAIN_RETAIL_WEEK = 10,
    LK_GRAIN_RETAIL_MONTH = 11,
    LK_GRAIN_RETAIL_QUARTER = 12,
    LK_GRAIN_RETAIL_YEAR = 13
};

enum { LK_RETAIL_445 = 0, LK_RETAIL_454 = 1, LK_RETAIL_544 = 2 };
enum { LK_RETAIL_NEAREST = 0, LK_RETAIL_LAST = 1 };
enum { LK_YEAR_NAME_START = 0, LK_YEAR_NAME_END = 1 };
enum { LK_WEEK_ONE_FOUR_DAYS = 0, LK_WEEK_ONE_JANUARY_1 = 1 };

typedef struct lk_grain_rules {
    int32_t grain;
    int32_t week_start;         /* 0 Monday to 6 Sunday */
    int32_t week_one;           /* LK_WEEK_ONE_... */
    int32_t fiscal_start_month; /* 1 to 12 */
    int32_t fiscal_year_name;   /* LK_YEAR_NAME_... */
    int32_t retail_pattern;     /* LK_RETAIL_445 ... */
    int32_t retail_year_end;    /* LK_RETAIL_NEAREST, LK_RETAIL_LAST */
    int32_t retail_end_weekday; /* 0 Monday to 6 Sunday */
    int32_t retail_end_month;   /* 1 to 12 */
    int32_t retail_long_month;  /* 1 to 12: takes the 53rd week */
    int32_t retail_year_name;   /* LK_YEAR_NAME_... */
} lk_grain_rules;

/* Days, ISO weeks, fiscal years from January, the retail calendar of the NRF. */
#define LK_GRAIN_RULES_DEFAULT                                                                     \
    {LK_GRAIN_DAY, 0, LK_WEEK_ONE_FOUR_DAYS, 1, LK_YEAR_NAME_END, LK_RETAIL_454, LK_RETAIL_NEAREST, 5, 1, 12, LK_YEAR_NAME_START}

/* A period of whole days, first_day <= day < end_day, and what it is called:
 * the year, and which one of the year from 1 (0 for a year itself). */
typedef struct lk_grain_period {
    int64_t first_day;
    int64_t end_day;
    int64_t year;
    int32_t number;
} lk_grain_period;

/* The period of a day, for every grain but ALL and HOUR. |day| is up to 2^40. */
lk_grain_period lk_grain_period_of(const lk_grain_rules *rules, int64_t day);

/* The label of a period as calendar.h lists them: writes no NUL, returns the length. */
#define LK_GRAIN_LABEL_SIZE 40
size_t lk_grain_label(const lk_grain_rules *rules, int64_t day, char out[LK_GRAIN_LABEL_SIZE]);

#endif
