/* rule.h: the POSIX TZ rule: a standard offset and, where there is one, when
 * daylight saving time starts and ends each year.
 *
 * POSIX.1-2017 section 8.3 (TZ), with the two extensions of RFC 9636 section
 * 3.3.1: hours of a change from -167 to 167, and daylight saving all year. */
#ifndef LK_CALENDAR_RULE_H
#define LK_CALENDAR_RULE_H

#include <stdint.h>

#include "base/error.h"

enum {
    LK_RULE_JULIAN = 1, /* Jn: day 1 to 365, February 29 is never counted */
    LK_RULE_DAY = 2,    /* n: day 0 to 365, February 29 is counted */
    LK_RULE_MONTH = 3   /* Mm.w.d: the w-th d-day of month m, 5 is the last */
};

typedef struct lk_rule_date {
    int32_t kind;
    int32_t month;
    int32_t week;
    int32_t day;     /* weekday from 0, Sunday, with LK_RULE_MONTH */
    int32_t seconds; /* after local midnight of that day */
} lk_rule_date;

typedef struct lk_zone_rule {
    int32_t standard_offset; /* seconds east of UTC */
    int32_t daylight_offset;
    int32_t has_daylight;
    lk_rule_date starts; /* on the clock of standard time */
    lk_rule_date ends;   /* on the clock of daylight saving time */
} lk_zone_rule;

/* "CET-1CEST,M3.5.0,M10.5.0/3". BAD_FORMAT says what was expected and where. */
leadkpi_status lk_rule_parse(lk_text text, lk_zone_rule *rule, leadkpi_error *error);

/* The offset at an instant, and the nearest changes around it (*from <= instant
 * < *until), INT64_MIN and INT64_MAX where there are none. */
int64_t lk_rule_offset(const lk_zone_rule *rule, int64_t instant, int64_t *from, int64_t *until);

#endif
