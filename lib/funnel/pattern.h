/* pattern.h: a pattern of events, compiled, and the scan that finds its matches.
 *
 * Part j can take event i when its condition holds and part j - 1 could take an event a before i such
 * that the gap between them is as the pattern says. The gap asks only for the time of a, and of which
 * part it is, not for how a was reached: so one bit an event and part says all there is to know, and the bits
 * are found in one pass. For a gap of lo to hi the event to look at is the latest a with
 * time(a) <= time(i) - lo: if that one is too old, so are all before it. As i rises it only moves forward,
 * so all parts together cost events times parts. */
#ifndef LK_FUNNEL_PATTERN_H
#define LK_FUNNEL_PATTERN_H

#include "base/memory.h"

#define LK_PATTERN_PARTS_MAX 64

typedef struct lk_part {
    uint64_t conditions; /* one of these bits; all bits for any event */
    int64_t least, most; /* time since the event of the part before, both inclusive */
    bool touches;        /* no event stands between */
} lk_part;

typedef struct lk_pattern {
    lk_part parts[LK_PATTERN_PARTS_MAX];
    int32_t count;
} lk_pattern;

/* Status: OK, BAD_ARGUMENT, with the place. */
leadkpi_status lk_pattern_parse(lk_text text, lk_pattern *pattern, leadkpi_error *error);

/* Events that count, in order, and which parts could take each. `reached` is for the scan to write; the host of
 * `memory` is asked meanwhile. */
typedef struct lk_pattern_events {
    const lk_memory *memory;
    const int64_t *times;
    const uint64_t *conditions;
    uint64_t *reached;
    size_t count;
} lk_pattern_events;

/* `*end`: the place of the event with which the first match from place `from` on ends; count without one. Only
 * events from `from` on are looked at, and events->reached is written as far as that place.
 * Status: OK, INTERRUPTED. */
leadkpi_status lk_pattern_scan(const lk_pattern *pattern, const lk_pattern_events *events, size_t from, size_t *end,
                               leadkpi_error *error);

/* Of the match that the last scan found to end at `end`: the events of its parts, the latest that may
 * be. */
void lk_pattern_trace(const lk_pattern *pattern, const lk_pattern_events *events, size_t end,
                      size_t *places);

/* How many matches that do not overlap. Status: OK, INTERRUPTED. */
leadkpi_status lk_pattern_count(const lk_pattern *pattern, const lk_pattern_events *events, int64_t *matches,
                                leadkpi_error *error);

#endif
