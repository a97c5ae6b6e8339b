/* attempt.h: how far one lead got: the rules themselves.
 *
 * Of all attempts of a lead the one counts that got farthest; of equally far
 * ones the first to get there; of those that got there with the same event the one that started
 * last (for steps in any order after an anchor: first). */
#ifndef LK_FUNNEL_ATTEMPT_H
#define LK_FUNNEL_ATTEMPT_H

#include "funnel/journeys.h"

typedef struct lk_attempt {
    int32_t level;                     /* steps reached; 0: none */
    uint32_t entry;                    /* event of the first step reached; LK_MAP_NONE without one */
    int64_t start;                     /* its time */
    int64_t times[LK_FUNNEL_STEPS_MAX]; /* of the steps reached, where they were asked for */
} lk_attempt;

/* Scratch for items of one lead; grows as needed. All zero bytes at first. */
typedef struct lk_attempt_scratch {
    uint32_t *cells;
    size_t capacity;
} lk_attempt_scratch;

void lk_attempt_scratch_free(lk_attempt_scratch *scratch, lk_memory *memory);

/* O(count * steps) time. Without times and without step_window, gap, or adjacent steps no scratch is
 * used; with them 12 bytes an item, and with times 4 a step and item more.
 * ClickHouse's answer has a level only: times_wanted must be false with compat.
 * Status: OK, OVERFLOW, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_attempt_find(const lk_funnel_rule *rule, const lk_item *items, size_t count,
                               bool times_wanted, lk_memory *memory, lk_attempt_scratch *scratch,
                               lk_attempt *attempt, leadkpi_error *error);

/* The parts, each for its own file. */
void lk_attempt_unordered(const lk_funnel_rule *rule, const lk_item *items, size_t count,
                          lk_attempt *attempt);
void lk_attempt_anchored(const lk_funnel_rule *rule, const lk_item *items, size_t count,
                         lk_attempt *attempt);
void lk_attempt_clickhouse(const lk_funnel_rule *rule, const lk_item *items, size_t count,
                           lk_attempt *attempt);

#endif
