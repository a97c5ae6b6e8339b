/* result_times.h: when each result got to the steps whose times a report asks for. A column a step: what is not
 * asked for takes no room, a report on one step reads that alone, and a table can take a column over as it is. */
#ifndef LK_FUNNEL_RESULT_TIMES_H
#define LK_FUNNEL_RESULT_TIMES_H

#include "funnel/attempt.h"

#define LK_RESULT_TIMES_STAGED 8 /* of one step they fill a cache line */

/* Results are written by so many: a store to each of as many columns as there are steps meets more lines than the
 * nearest cache holds in the few places that blocks of one size begin at. */
typedef struct lk_result_times {
    uint64_t steps; /* whose times are kept; 0: of none */
    uint64_t staged_steps; /* that any of the last results did, which are not in their columns yet */
    int64_t staged[LK_FUNNEL_STEPS_MAX][LK_RESULT_TIMES_STAGED];
    int64_t *columns[LK_FUNNEL_STEPS_MAX];
    size_t capacities[LK_FUNNEL_STEPS_MAX];
} lk_result_times;

/* Room for `capacity` results: 8 bytes each a step that is kept. Status: OK, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_result_times_reserve(lk_result_times *times, lk_memory *memory, size_t capacity,
                                       leadkpi_error *error);
void lk_result_times_free(lk_result_times *times, lk_memory *memory);

/* The column of a step is not needed any more. */
void lk_result_times_release(lk_result_times *times, lk_memory *memory, int32_t step);

/* Writes what is staged of the first `count` results: after the last one. */
void lk_result_times_write(lk_result_times *times, size_t count);

/* Results come in their order, and there is room. Of a step that the attempt did not do nothing is said. */
static inline void lk_result_times_put(lk_result_times *times, size_t result, const lk_attempt *attempt)
{
    uint64_t wanted = times->steps & attempt->done;
    size_t at = result % LK_RESULT_TIMES_STAGED;
    times->staged_steps |= wanted;
    for (uint64_t steps = wanted; steps; steps &= steps - 1) {
        uint32_t step = lk_lowest_bit(steps);
        times->staged[step][at] = attempt->times[step];
    }
    if (at == LK_RESULT_TIMES_STAGED - 1) lk_result_times_write(times, result + 1);
}

#endif
