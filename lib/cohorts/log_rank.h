/* log_rank.h: do the lives of segments differ. */
#ifndef LK_COHORTS_LOG_RANK_H
#define LK_COHORTS_LOG_RANK_H

#include "cohorts/lives.h"

/* At most so many segments, as the matrix is of their square. */
#define LK_LOG_RANK_SEGMENTS_MAX 256

/* The log-rank test of Mantel (1966) and Peto (1972) over the segments, with the hypergeometric
 * variance. `*has_test` is false where it says nothing: no event, or one segment at risk whenever
 * there is one, or too many segments. Segments that are never at risk take no degree of freedom.
 * Status: OK, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_log_rank(const lk_lives *lives, uint32_t segment_count, bool *has_test,
                           double *chi_squared, int64_t *degrees, double *p_value,
                           leadkpi_error *error);

#endif
