/* quick.h: the commonest rule, lead by lead without items: ordered steps, any entry, one window, events
 * of one step at most. The answer is that of lk_attempts_find. */
#ifndef LK_FUNNEL_QUICK_H
#define LK_FUNNEL_QUICK_H

#include "funnel/attempt.h"

/* Is the rule that, whatever the events are? */
bool lk_quick_fits_rule(const lk_funnel_rule *rule);

typedef struct lk_quick {
    uint8_t *places; /* what the scan makes of each code; NULL where the rule or a code does not fit */
    uint32_t code_count;
} lk_quick;

/* 1 byte a code. Status: OK, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_quick_open(const lk_journeys *journeys, lk_memory *memory, lk_quick *quick,
                             leadkpi_error *error);
void lk_quick_close(lk_quick *quick, lk_memory *memory);

/* The attempt with its times; of a level of 0 nothing else is set. */
void lk_quick_find(const lk_journeys *journeys, const lk_quick *quick, uint32_t lead, int64_t as_of,
                   lk_attempt *attempt);

/* Of the attempt its level and `until` alone. */
void lk_quick_find_level(const lk_journeys *journeys, const lk_quick *quick, uint32_t lead, int64_t as_of,
                         lk_attempt *attempt);

#endif
