/* quick.h: the commonest rule, lead by lead without items: ordered steps, any entry, one window, events
 * of one step at most. The answer is that of lk_attempts_find. */
#ifndef LK_FUNNEL_QUICK_H
#define LK_FUNNEL_QUICK_H

#include "funnel/attempt.h"

/* Is the rule that, whatever the events are? And does an event of a code have one step at most? */
bool lk_quick_fits_rule(const lk_funnel_rule *rule);
bool lk_quick_fits_code(const lk_funnel_store *store, uint32_t code);

/* As in levels.c: place 1 is an attempt that starts right now, step s (from 1) is place s + 1; an event without a
 * step moves the place TRASH, which no attempt holds, to the one after it. */
enum {
    LK_QUICK_ENTRY = 1,
    LK_QUICK_TRASH = LK_FUNNEL_STEPS_MAX + 3,
    LK_QUICK_PLACES = LK_QUICK_TRASH + 2
};

/* Of an event with these steps: one at most. */
uint8_t lk_quick_place(uint64_t steps);

/* The level of a lead so far, and when its attempt started: the earliest of those that got there. */
typedef struct lk_quick_level {
    uint64_t level, start;
} lk_quick_level;

/* Longer ago than any window. */
#define LK_QUICK_NEVER (UINT64_C(1) << 63)

/* Of each place when its latest attempt started: none did. */
static inline void lk_quick_clear(uint64_t starts[LK_QUICK_PLACES], int32_t step_count)
{
    for (int32_t place = 0; place < step_count + 2; place++) starts[place] = LK_QUICK_NEVER;
    starts[LK_QUICK_TRASH] = LK_QUICK_NEVER;
}

/* One event, in microseconds since the first time there is. An attempt at a step takes over the start of the step
 * before, which is never the earlier one, even where its window is over (levels.c says why that will do): one word
 * read and one written, and no branch. */
static inline lk_quick_level lk_quick_take(uint64_t *starts, uint64_t window, uint64_t since, size_t place,
                                           lk_quick_level best)
{
    starts[LK_QUICK_ENTRY] = since;
    uint64_t start = starts[place - 1], reached = place - LK_QUICK_ENTRY;
    starts[place] = start;
    uint64_t rises = (uint64_t)(since - start <= window) & (uint64_t)(reached > best.level);
    return (lk_quick_level){lk_choose(rises, reached, best.level), lk_choose(rises, start, best.start)};
}

typedef struct lk_quick {
    uint8_t *places; /* what the scan makes of each code; NULL where the rule or a code does not fit */
    uint32_t code_count;
    const lk_memory *memory; /* whose host is asked */
} lk_quick;

/* 1 byte a code. Status: OK, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_quick_open(const lk_journeys *journeys, lk_memory *memory, lk_quick *quick,
                             leadkpi_error *error);
void lk_quick_close(lk_quick *quick, lk_memory *memory);

/* The attempt with its times; of a level of 0 nothing else is set. Status: OK, INTERRUPTED. */
leadkpi_status lk_quick_find(const lk_journeys *journeys, const lk_quick *quick, uint32_t lead, int64_t as_of,
                             lk_attempt *attempt, leadkpi_error *error);

/* The rest of an attempt whose level, not 0, start and `until` are known, of events without sequences and
 * segments; its entry is an event of that start. */
void lk_quick_follow(const lk_journeys *journeys, const lk_quick *quick, uint32_t lead, lk_attempt *attempt);

/* Of the attempt its level, start and `until` alone. Status: OK, INTERRUPTED. */
leadkpi_status lk_quick_find_level(const lk_journeys *journeys, const lk_quick *quick, uint32_t lead, int64_t as_of,
                                   lk_attempt *attempt, leadkpi_error *error);

#endif
