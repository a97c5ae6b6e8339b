#include "funnel/result_times.h"

leadkpi_status lk_result_times_reserve(lk_result_times *t, lk_memory *memory, size_t capacity,
                                       leadkpi_error *error)
{
    for (uint64_t steps = t->steps; steps; steps &= steps - 1) {
        uint32_t step = lk_lowest_bit(steps);
        LK_TRY(lk_resize(memory, &t->columns[step], t->capacities[step], capacity, sizeof *t->columns[step], error));
        t->capacities[step] = capacity;
    }
    return LEADKPI_OK;
}

void lk_result_times_write(lk_result_times *t, size_t count)
{
    size_t first = count ? (count - 1) / LK_RESULT_TIMES_STAGED * LK_RESULT_TIMES_STAGED : 0;
    for (uint64_t steps = t->staged_steps; steps; steps &= steps - 1) {
        uint32_t step = lk_lowest_bit(steps);
        memcpy(t->columns[step] + first, t->staged[step], (count - first) * sizeof *t->columns[step]);
    }
    t->staged_steps = 0;
}

void lk_result_times_release(lk_result_times *t, lk_memory *memory, int32_t step)
{
    lk_release(memory, t->columns[step], t->capacities[step], sizeof *t->columns[step]);
    t->columns[step] = NULL;
    t->capacities[step] = 0;
}

void lk_result_times_free(lk_result_times *t, lk_memory *memory)
{
    for (int32_t step = 0; step < LK_FUNNEL_STEPS_MAX; step++) lk_result_times_release(t, memory, step);
    t->steps = 0;
}
