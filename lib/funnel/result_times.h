/* result_times.h: when each result got to the steps whose times a report asks for. A column a step: what is not
 * asked for takes no room, a report on one step reads that alone, and a table can take a column over as it is. */
#ifndef LK_FUNNEL_RESULT_TIMES_H
#define LK_FUNNEL_RESULT_TIMES_H

#include "funnel/attempt.h"

typedef struct lk_result_times {
    uint64_t steps; /* whose times are kept; 0: of none */
    int64_t *columns[LK_FUNNEL_STEPS_MAX];
    size_t capacities[LK_FUNNEL_STEPS_MAX];
} lk_result_times;

/* Room for `capacity` results: 8 bytes each a step that is kept. Status: OK, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_result_times_reserve(lk_result_times *times, lk_memory *memory, size_t capacity,
                                       leadkpi_error *error);
void lk_result_times_free(lk_result_times *times, lk_memory *memory);

/* The column of a step is not needed any more. */
void lk_result_times_release(lk_result_times *times, lk_memory *memory, int32_t step);

/* Of a step that the attempt did not do nothing is written. */
static inline void lk_result_times_put(lk_result_times *times, size_t result, const lk_attempt *attempt)
{
    for (uint64_t steps = times->steps & attempt->done; steps; steps &= steps - 1) {
        uint32_t step = lk_lowest_bit(steps);
        times->columns[step][result] = attempt->times[step];
    }
}

#endif
