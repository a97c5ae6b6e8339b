/* waits.h: how long something took, of those for whom it came and of those who still wait.
 *
 * Mean and quantiles of those for whom it came leave the others out, and so are too short where some
 * still wait; the median by Kaplan and Meier counts them. Both stand side by side, and a flag says where
 * the first kind is biased. */
#ifndef LK_JOURNAL_WAITS_H
#define LK_JOURNAL_WAITS_H

#include "base/table.h"

typedef struct lk_waits {
    lk_memory *memory;
    int64_t *times;  /* microseconds, 0 or more */
    uint8_t *came;   /* 0: censored */
    double *sorted;  /* of those for whom it came, in any order */
    size_t capacity;
    size_t count;
    size_t came_count;
} lk_waits;

/* Room for `capacity` waits. Status: OK, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_waits_open(lk_waits *waits, lk_memory *memory, size_t capacity,
                             leadkpi_error *error);
void lk_waits_close(lk_waits *waits);

static inline void lk_waits_clear(lk_waits *waits)
{
    waits->count = waits->came_count = 0;
}

static inline void lk_waits_put(lk_waits *waits, int64_t time, bool came)
{
    if (came) waits->sorted[waits->came_count++] = (double)time;
    waits->came[waits->count] = came;
    waits->times[waits->count++] = time;
}

/* mean_seconds, p25_seconds, median_seconds, p75_seconds, p90_seconds; a count of those that still
 * wait, under a name of the caller's; survival_median_seconds with _low and _high; flags. */
enum { LK_WAITS_OBSERVED = 5, LK_WAITS_SURVIVAL = 3 };
typedef struct lk_waits_columns {
    int64_t *censored;
    double *observed[LK_WAITS_OBSERVED], *survival[LK_WAITS_SURVIVAL];
    int32_t observed_at, survival_at;
} lk_waits_columns;

leadkpi_status lk_waits_add_columns(leadkpi_table *table, lk_text censored_name, const char *unit,
                                    size_t rows, lk_waits_columns *columns, leadkpi_error *error);

/* The numbers of one row. REORDERS waits->sorted. */
leadkpi_status lk_waits_write(lk_waits *waits, leadkpi_table *table, const lk_waits_columns *columns,
                              size_t row, double level, leadkpi_error *error);

/* The last column; `came[row]` says for how many it came. */
leadkpi_status lk_waits_add_flags(leadkpi_table *table, const lk_waits_columns *columns,
                                  const int64_t *came, size_t rows, leadkpi_error *error);

#endif
