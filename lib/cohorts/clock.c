#include "cohorts/clock.h"

/* At least so many cells, and so many a period: a cell in 16 has a boundary at most. */
#define CELLS_MIN 4096
#define CELLS_A_PERIOD 16

static leadkpi_status find_starts(lk_clock *c, const lk_memory *memory, const lk_calendar *calendar,
                                  int64_t from, leadkpi_error *error)
{
    c->starts[0] = lk_calendar_start(calendar, from);
    for (size_t i = 0; i < c->period_count; i++) {
        if (i % 1024 == 1023) LK_TRY(lk_interrupted(memory, error));
        c->starts[i + 1] = lk_calendar_end(calendar, c->starts[i]);
        LK_FAIL_IF(c->starts[i] == INT64_MIN || c->starts[i + 1] == INT64_MAX, error,
                   LEADKPI_BAD_ARGUMENT,
                   "from: expected %zu whole periods from there on; take a shorter grain",
                   c->period_count);
    }
    return LEADKPI_OK;
}

static void fill_cells(lk_clock *c)
{
    for (size_t i = 0, period = 0; i < c->cell_count; i++) {
        int64_t start = (int64_t)((uint64_t)c->starts[0] + ((uint64_t)i << c->shift));
        while (period + 1 < c->period_count && c->starts[period + 1] <= start) period++;
        c->first[i] = (uint16_t)period;
    }
}

leadkpi_status lk_clock_open(lk_clock *c, lk_memory *memory, const lk_calendar *calendar,
                             int64_t from, size_t period_count, leadkpi_error *error)
{
    memset(c, 0, sizeof *c);
    LK_TRY(lk_allocate(memory, period_count + 1, sizeof *c->starts, &c->starts, error));
    c->period_count = period_count;
    LK_TRY(find_starts(c, memory, calendar, from, error));
    c->range = (uint64_t)c->starts[period_count] - (uint64_t)c->starts[0];
    uint64_t wanted = period_count * CELLS_A_PERIOD;
    if (wanted < CELLS_MIN) wanted = CELLS_MIN;
    while (c->shift < 62 && (c->range - 1) >> c->shift >= wanted) c->shift++;
    size_t cells = (size_t)((c->range - 1) >> c->shift) + 1;
    LK_TRY(lk_allocate(memory, cells, sizeof *c->first, &c->first, error));
    c->cell_count = cells;
    fill_cells(c);
    return LEADKPI_OK;
}

void lk_clock_close(lk_clock *c, lk_memory *memory)
{
    if (c->starts) lk_release(memory, c->starts, c->period_count + 1, sizeof *c->starts);
    lk_release(memory, c->first, c->cell_count, sizeof *c->first);
    memset(c, 0, sizeof *c);
}
