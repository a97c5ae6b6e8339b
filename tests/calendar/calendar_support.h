/* calendar_support.h: what the tests of this room share. */
#ifndef CALENDAR_SUPPORT_H
#define CALENDAR_SUPPORT_H

#include "base/civil.h"
#include "calendar/calendar.h"

#include "../support/check_main.h"
#include "zones.h"

#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)
#define DAY (86400 * SECOND)

static inline lk_memory test_memory(void)
{
    lk_memory memory;
    ck_assert_int_eq(lk_memory_init(&memory, NULL, NULL), LEADKPI_OK);
    return memory;
}

static inline lk_text text_of(const char *text)
{
    return (lk_text){text, strlen(text)};
}

static inline lk_text zone_bytes(int zone)
{
    return (lk_text){(const char *)zones[zone].bytes, zones[zone].size};
}

/* A moment in UTC, in seconds. */
static inline int64_t utc(int32_t year, int32_t month, int32_t day, int32_t hour, int32_t minute)
{
    return lk_days_from_civil((lk_civil){year, month, day}) * 86400 + hour * 3600 + minute * 60;
}

static inline lk_calendar *make_calendar(const lk_calendar_rules *rules)
{
    lk_memory memory = test_memory();
    leadkpi_error error;
    lk_calendar *calendar;
    leadkpi_error_reset(&error);
    leadkpi_status status = lk_calendar_create(&memory, rules, &calendar, &error);
    ck_assert_msg(status == LEADKPI_OK, "%s", error.message);
    return calendar;
}

/* A calendar of one grain; zone -1 is UTC. */
static inline lk_calendar *grain_calendar(int32_t grain, int zone)
{
    lk_calendar_rules rules = lk_calendar_rules_default();
    rules.grain.grain = grain;
    if (zone >= 0) {
        rules.zone = text_of(zones[zone].name);
        rules.zone_data = zone_bytes(zone);
    }
    return make_calendar(&rules);
}

static inline const char *label_of(const lk_calendar *calendar, int64_t time)
{
    static char text[LK_GRAIN_LABEL_SIZE + 1];
    text[lk_calendar_label(calendar, time, text)] = '\0';
    return text;
}

/* Numbers without a pattern and always the same: Marsaglia's xorshift64. */
static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static inline int64_t random_between(uint64_t *state, int64_t low, int64_t high)
{
    return low + (int64_t)(next_random(state) % (uint64_t)(high - low));
}

#endif
