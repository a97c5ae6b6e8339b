/* matrix.h: the retention triangle of a log of events, without a handle.
 *
 * One bit a customer and period: the cohort of a customer is its lowest bit, and the others,
 * shifted down by it, are its ages. */
#ifndef LK_COHORTS_MATRIX_H
#define LK_COHORTS_MATRIX_H

#include "cohorts/clock.h"
#include "cohorts/triangle.h"

#define LK_MATRIX_PERIODS_MAX LK_TRIANGLE_PERIODS_MAX

typedef struct lk_matrix {
    lk_memory memory;
    lk_clock clock;
    const int64_t *customers, *times;
    size_t count;
    size_t outside;
    lk_triangle triangle;
} lk_matrix;

/* Any ids: by parts of the hash. Status: OK, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_matrix_count_by_parts(lk_matrix *matrix, leadkpi_error *error);

#endif
