/* survival.h: a Kaplan-Meier curve, as its files share it. */
#ifndef LK_STATS_SURVIVAL_H
#define LK_STATS_SURVIVAL_H

#include <leadkpi/stats.h>

#include "base/memory.h"

typedef struct lk_survival_row {
    double time;
    int64_t at_risk;
    int64_t events;
    int64_t censored;
    double survival;  /* just after the time */
    double greenwood; /* sum of d / (n (n - d)): the variance of log S */
} lk_survival_row;

struct leadkpi_stats_survival {
    lk_memory memory;
    size_t row_count;
    size_t row_capacity;
    lk_survival_row *rows;
};

/* The ends of the interval of S at a row; NaN where S is 0. `scale` and z are good. */
void lk_survival_band(const lk_survival_row *row, int32_t scale, double z, double *low,
                      double *high);

/* A curve from a life table: times rise, at_risk (which left truncation may have raised again),
 * events and censored are filled, each time has somebody at risk. Status: OK, UNDEFINED (no row),
 * OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_survival_create_from(const lk_memory *like, const lk_survival_row *rows,
                                       size_t count, leadkpi_stats_survival **out,
                                       leadkpi_error *error);

/* Subjects by what became of them. Times are 0 or more; both lists rise; `whole_count` more were watched for
 * `whole`. */
typedef struct lk_survival_subjects {
    const int64_t *came, *watched;
    size_t came_count, watched_count;
    int64_t whole;
    size_t whole_count;
} lk_survival_subjects;

/* The curve at the times at which it came: the others move none of its values, and no quantile. 48 bytes a
 * time. Status: OK, UNDEFINED (it came for none), OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_survival_create_counted(const lk_memory *like, const lk_survival_subjects *subjects,
                                          leadkpi_stats_survival **out, leadkpi_error *error);

leadkpi_status lk_survival_check_scale(int32_t scale, leadkpi_error *error);

#endif
