/* date_text.h: dates and times as exports write them.
 *
 *   2024-01-31   2024-01-31 09:15   2024-01-31T09:15:00.000+0000   20240131   2024-01
 *   31.01.2024   01/31/2024 9:15 AM   31-01-2024   31/01/24
 *   Jan 31, 2024   31 January 2024   Jan 2024
 *   1706692500 (seconds)   1706692500000 (milliseconds)   1706692500000000 (microseconds)
 *
 * A date such as 03/04/2024 is the third of April or the fourth of March: it
 * is DATE_AMBIGUOUS until the order is told. With dots it is day first, as
 * wherever dates are written with dots. Two-digit years are 1970 to 2069. */
#ifndef TOOL_DATE_TEXT_H
#define TOOL_DATE_TEXT_H

#include "tool.h"

typedef enum date_order {
    DATE_ORDER_UNTOLD,
    DATE_DAY_FIRST,
    DATE_MONTH_FIRST
} date_order;

typedef enum date_answer {
    DATE_GOOD,
    DATE_AMBIGUOUS,
    DATE_BAD
} date_answer;

typedef struct date_value {
    int32_t year, month, day;
    int64_t microsecond_of_day;
    bool has_offset;        /* an offset, Z, or a count since 1970 */
    int32_t offset_seconds; /* east of Greenwich */
    date_order proves;      /* what this value says about the order of its column */
} date_value;

date_answer date_read(slice text, date_order order, date_value *out);

/* Microseconds since 1970-01-01T00:00 on the clock that the value is written in. */
int64_t date_clock_microseconds(const date_value *value);

/* Days since 1970-01-01, proleptic Gregorian. */
int64_t date_day_number(int64_t year, int32_t month, int32_t day);
void date_of_day_number(int64_t day_number, int32_t *year, int32_t *month, int32_t *day);

#endif
