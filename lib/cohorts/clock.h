/* clock.h: from instants to the periods of a calendar, by a table.
 *
 * The range of the periods is cut into cells of 2^shift microseconds, many more than there are
 * periods, so that few cells hold a boundary and the step over one is a branch that is hardly
 * ever taken. Cost of a time: 2 bytes of a table that stays in the first-level cache for up to
 * some hundred periods, and one start. No division. */
#ifndef LK_COHORTS_CLOCK_H
#define LK_COHORTS_CLOCK_H

#include "calendar/calendar.h"

/* Periods are numbered in 16 bits. */
#define LK_CLOCK_PERIODS_MAX 65536

typedef struct lk_clock {
    int64_t *starts; /* of each period, and the end of the last */
    uint16_t *first; /* the period at the start of each cell */
    size_t period_count, cell_count;
    uint64_t range; /* from the first start to the end */
    int shift;
} lk_clock;

/* The periods from the one that holds `from` on: 1 to LK_CLOCK_PERIODS_MAX. Closed by lk_clock_close, on failure
 * too. Status: OK, BAD_ARGUMENT (there are no so many whole periods), OUT_OF_MEMORY, LIMIT,
 * INTERRUPTED. */
leadkpi_status lk_clock_open(lk_clock *clock, lk_memory *memory, const lk_calendar *calendar,
                             int64_t from, size_t period_count, leadkpi_error *error);
void lk_clock_close(lk_clock *clock, lk_memory *memory);

/* Times before the first start wrap to the far end. */
static inline uint64_t lk_clock_offset(const lk_clock *clock, int64_t time)
{
    return (uint64_t)time - (uint64_t)clock->starts[0];
}

/* The period of a time whose offset is below `range`. */
static inline uint32_t lk_clock_period(const lk_clock *clock, uint64_t offset)
{
    uint32_t period = clock->first[offset >> clock->shift];
    int64_t time = (int64_t)((uint64_t)clock->starts[0] + offset);
    while (LK_UNLIKELY(time >= clock->starts[period + 1])) period++;
    return period;
}

#endif
