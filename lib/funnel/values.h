/* values.h: attempts whose events have one value: the events of a lead value by value, each a journey of
 * its own. */
#ifndef LK_FUNNEL_VALUES_H
#define LK_FUNNEL_VALUES_H

#include "funnel/attempt.h"

/* The places of one lead's events by value; grows as needed. All zero bytes at first. */
typedef struct lk_values_scratch {
    uint64_t *keys;
    uint32_t *order;
    size_t capacity;
} lk_values_scratch;

void lk_values_scratch_free(lk_values_scratch *scratch, lk_memory *memory);

/* As lk_attempts_find of all events of a lead that are not after `as_of`, value by value in the room of
 * search->items, which are those of the journeys. Of attempts of several values the
 * farthest counts, of those the first to start, of those the one whose value is first in order; with
 * entry=first the lead's first event of step 1 says which value counts. Every attempt, where each
 * counts, by value and start. */
leadkpi_status lk_values_find(const lk_attempt_search *search, const lk_journeys *journeys,
                              uint32_t lead, int64_t as_of, const leadkpi_calendar *days, lk_values_scratch *scratch,
                              lk_attempt_sink sink, void *context, leadkpi_error *error);

#endif
