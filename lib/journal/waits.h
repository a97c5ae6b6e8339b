/* waits.h: how long something took, of those for whom it came and of those who still wait.
 *
 * Mean and quantiles of those for whom it came leave the others out, and so are too short where some
 * still wait; the median by Kaplan and Meier counts them. Both stand side by side, and a flag says where
 * the first kind is biased. */
#ifndef LK_JOURNAL_WAITS_H
#define LK_JOURNAL_WAITS_H

#include "base/table.h"

/* Lists grow as waits come; of those that still wait most may have been watched for as long as a window is:
 * they are counted, not listed. */
typedef struct lk_waits {
    lk_memory *memory;
    int64_t *came, *watched; /* microseconds, 0 or more: of those for whom it came; of those that still wait */
    size_t came_count, came_capacity, watched_count, watched_capacity;
    int64_t whole;
    size_t whole_count; /* that still wait and were watched for `whole` */
} lk_waits;

/* Takes no memory. `whole`: how long many may be watched for; whatever it is, it changes no answer. */
static inline void lk_waits_open(lk_waits *waits, lk_memory *memory, int64_t whole)
{
    *waits = (lk_waits){.memory = memory, .whole = whole};
}

void lk_waits_close(lk_waits *waits);

static inline void lk_waits_clear(lk_waits *waits)
{
    waits->came_count = waits->watched_count = waits->whole_count = 0;
}

static inline size_t lk_waits_count(const lk_waits *waits)
{
    return waits->came_count + waits->watched_count + waits->whole_count;
}

/* Room for one more of a list; 8 bytes a wait and half as much again. Status: OK, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_waits_grow(lk_waits *waits, bool came, leadkpi_error *error);

/* Status: OK, OUT_OF_MEMORY, LIMIT. */
static inline leadkpi_status lk_waits_put(lk_waits *w, int64_t time, bool came, leadkpi_error *error)
{
    if (!came && time == w->whole) {
        w->whole_count++;
        return LEADKPI_OK;
    }
    if (came ? w->came_count == w->came_capacity : w->watched_count == w->watched_capacity)
        LK_TRY(lk_waits_grow(w, came, error));
    if (came)
        w->came[w->came_count++] = time;
    else
        w->watched[w->watched_count++] = time;
    return LEADKPI_OK;
}

/* The mean and the median in seconds of those for whom it came, of whom there is one; put in order they are
 * then. 8 bytes a wait for the while. Status: OK, OVERFLOW, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_waits_average(lk_waits *waits, double *mean, double *median, leadkpi_error *error);

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

/* The numbers of one row. Puts the lists in order. 8 bytes a wait for the while, and 48 a time at which it came.
 * Status: OK, OVERFLOW, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_waits_write(lk_waits *waits, leadkpi_table *table, const lk_waits_columns *columns,
                              size_t row, double level, leadkpi_error *error);

/* A row becomes what one before it is. */
void lk_waits_copy(leadkpi_table *table, const lk_waits_columns *columns, size_t from_row, size_t to_row);

/* The last column; `came[row]` says for how many it came. */
leadkpi_status lk_waits_add_flags(leadkpi_table *table, const lk_waits_columns *columns,
                                  const int64_t *came, size_t rows, leadkpi_error *error);

#endif
