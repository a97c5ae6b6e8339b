/* clock.h: from what a clock on the wall showed to an instant.
 *
 * The rules of a zone are read from the system's zone files; the library
 * applies them. */
#ifndef TOOL_CLOCK_H
#define TOOL_CLOCK_H

#include <leadkpi/calendar.h>

#include "date_text.h"

#define CLOCK_DAYS 512

typedef struct clock_zone {
    char *name;
    char *rules; /* the bytes of the zone file; NULL: the name says it all */
    size_t rules_length;
    leadkpi_calendar *calendar; /* NULL: UTC */
    /* Days seen lately: where the day starts, if it has 24 hours. */
    struct {
        int64_t day, start;
        bool known, even;
    } days[CLOCK_DAYS];
} clock_zone;

/* "UTC", "+05:30", "Europe/Berlin". */
int clock_open(clock_zone *clock, const char *zone, trouble *why);
void clock_close(clock_zone *clock);

/* Microseconds since 1970-01-01T00:00:00Z. A time that the clock showed twice is
 * the first of the two; one that it skipped is the instant of the jump. */
int64_t clock_instant(clock_zone *clock, const date_value *value);

/* A time as a person writes it, "2025-03-31 12:00". `end_of_day`: a date alone is its last microsecond,
 * since "as of 31 March" includes that day. */
bool clock_read(clock_zone *clock, const char *text, bool end_of_day, int64_t *instant);

/* The date and time that the clock shows at an instant, "2025-04-01 09:30". */
void clock_show(clock_zone *clock, int64_t instant, char out[40]);

#endif
