/* zone.h: how far local time is from UTC, from rules that the host hands in.
 *
 * Everything is in whole seconds: instants since 1970-01-01T00:00:00Z, local
 * times since 1970-01-01T00:00:00 on the local clock, both within
 * +-LK_ZONE_TIME_LIMIT, which every int64 of microseconds is.
 *
 * A zone is a row of stretches of constant offset. It is immutable once read. */
#ifndef LK_CALENDAR_ZONE_H
#define LK_CALENDAR_ZONE_H

#include "base/memory.h"
#include "calendar/rule.h"

/* No offset in a zone is this far from UTC: RFC 9636 section 3.2 asks for
 * offsets of less than 25 h west and 26 h east. */
#define LK_ZONE_OFFSET_LIMIT (26 * 3600)

#define LK_ZONE_TIME_LIMIT (INT64_C(1) << 44)

/* Two changes a year: 1970 to 2097. */
#define LK_ZONE_WINDOW 256

/* A moment from which on the clock shows another offset than before. */
typedef struct lk_zone_transition {
    int64_t time;
    int64_t offset; /* from then on */
} lk_zone_transition;

typedef struct lk_zone {
    lk_zone_transition *transitions; /* rising times; neighbours differ in offset */
    size_t transition_count;
    size_t allocated_count;
    int64_t first_offset; /* before the first transition */
    int64_t rule_from;    /* the rule holds from here on; INT64_MAX: there is none */
    lk_zone_rule rule;
    /* What the rule says in the years that matter, worked out once: the changes
     * from 1970 (or rule_from) on, up to window_end. It changes no answer. */
    int64_t window_end;
    size_t window_count;
    lk_zone_transition window[LK_ZONE_WINDOW];
} lk_zone;

/* The offset holds for start <= instant < end. Open ends are INT64_MIN and INT64_MAX. */
typedef struct lk_zone_stretch {
    int64_t start;
    int64_t end;
    int64_t offset;
} lk_zone_stretch;

/* A zone of one offset for ever; owns nothing. */
lk_zone lk_zone_fixed(int64_t offset);

/* Works the window out; for the readers of zones. */
void lk_zone_fill_window(lk_zone *zone);

/* A zone of one POSIX rule for ever; owns nothing. BAD_FORMAT. */
leadkpi_status lk_zone_read_rule(lk_text text, lk_zone *zone, leadkpi_error *error);

/* The bytes of a TZif file, of any length and content: BAD_FORMAT,
 * OUT_OF_MEMORY, LIMIT, and then `*zone` owns nothing. This is what to fuzz. */
leadkpi_status lk_zone_read_tzif(lk_memory *memory, lk_text bytes, lk_zone *zone,
                                 leadkpi_error *error);
void lk_zone_clear(lk_memory *memory, lk_zone *zone);

/* The stretch that holds an instant. */
lk_zone_stretch lk_zone_stretch_at(const lk_zone *zone, int64_t instant);

static inline bool lk_zone_stretch_holds(const lk_zone_stretch *stretch, int64_t instant)
{
    return stretch->start <= instant && instant < stretch->end;
}

/* The first instant at which the local clock shows `local` or later. */
int64_t lk_zone_reach(const lk_zone *zone, int64_t local);

/* All instants at which the local clock shows `local`: how many, the first and the
 * last. With none both are lk_zone_reach. */
int lk_zone_instants(const lk_zone *zone, int64_t local, int64_t *first, int64_t *last);

#endif
