/* time_text.h: durations and timestamps as text, exact to the microsecond.
 *
 * A duration is a sum of whole numbers of the units d, h, min, s, ms, us, from
 * the largest to the smallest and each at most once: "90d", "1d12h", "-30min".
 * Printed, each unit is below the next larger one: "36h" prints as "1d12h", and
 * nothing as "0s".
 *
 * A timestamp is a date of the proleptic Gregorian calendar, years 0001 to
 * 9999, alone (midnight) or with a time: "2025-04-01", "2025-04-01T09:30",
 * "2025-04-01T09:30:00.5+02:00". Without "Z" or an offset it is UTC. There are
 * no leap seconds. Printed it is UTC: a date alone at midnight, else
 * "2025-04-01T09:30:00Z" with the digits of the fraction that are needed. */
#ifndef LK_TIME_TEXT_H
#define LK_TIME_TEXT_H

#include <stdint.h>

#include "base/text.h"

#define LK_TIMESTAMP_MIN INT64_C(-62135596800000000) /* 0001-01-01T00:00:00Z */
#define LK_TIMESTAMP_MAX INT64_C(253402300799999999) /* 9999-12-31T23:59:59.999999Z */

/* Room for any of the two, with a closing NUL. */
#define LK_TIME_TEXT_SIZE 48

/* NULL where `*microseconds` was read, else what is wrong: "a day that there
 * is", ... for messages of the form "expected %s". */
const char *lk_duration_parse(lk_text text, int64_t *microseconds);
const char *lk_timestamp_parse(lk_text text, int64_t *microseconds);

/* No NUL; return how many bytes. A timestamp is from LK_TIMESTAMP_MIN to _MAX. */
size_t lk_duration_print(char out[LK_TIME_TEXT_SIZE], int64_t microseconds);
size_t lk_timestamp_print(char out[LK_TIME_TEXT_SIZE], int64_t microseconds);

/* Any instant, for a message, with a closing NUL; gives `out` back. One outside of the years
 * above is its number of microseconds since 1970; the first of them is "the end of 9999". */
const char *lk_time_say(char out[LK_TIME_TEXT_SIZE], int64_t microseconds);

/* The same as an argument for %s; good until the block ends. */
#define LK_SAY_TIME(microseconds) lk_time_say((char[LK_TIME_TEXT_SIZE]){""}, microseconds)

#endif
