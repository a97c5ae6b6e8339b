/* quick.h: the commonest rule, lead by lead without items: ordered steps, any entry, one window, events
 * of one step at most. The answer is that of lk_attempts_find without times. */
#ifndef LK_FUNNEL_QUICK_H
#define LK_FUNNEL_QUICK_H

#include "funnel/attempt.h"

/* Is the rule that, whatever the events are? */
bool lk_quick_fits_rule(const lk_funnel_rule *rule);

/* What the scan makes of each code; NULL where the rule or a code does not fit.
 * Status: OK, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_quick_open(const lk_journeys *journeys, lk_memory *memory, uint8_t **places,
                             leadkpi_error *error);

/* `count` is that of the store's codes, as at lk_quick_open. */
static inline void lk_quick_close(lk_memory *memory, uint8_t *places, uint32_t count)
{
    lk_release(memory, places, count, 1);
}

void lk_quick_find(const lk_journeys *journeys, const uint8_t *places, uint32_t lead, int64_t as_of,
                   lk_attempt *attempt);

#endif
