/* shares.h: standard errors of shares, from the parts of the jackknife's groups.
 *
 * A share is a ratio of two totals, R = C / T, whose parts go up and down together: C's error by T
 * would be too large, and that of the only channel there is not 0. With c_g and t_g the parts
 * of group g, the delete-a-group jackknife of R is to first order
 *     se^2 = G / (G - 1) * sum over g of (c_g - R * t_g)^2 / T^2
 * (Kott 2001; Wolter 2007, 4.2), which needs the sums of squares and of products alone. */
#ifndef LK_ATTRIBUTION_SHARES_H
#define LK_ATTRIBUTION_SHARES_H

#include "base/memory.h"

typedef struct lk_share_errors {
    size_t count;    /* cells of each of the two kinds, conversions and value */
    uint32_t groups; /* so far */
    uint32_t unused;
    double *mean, *squares, *products; /* by kind and cell; Welford's, one block */
    double total_mean[2], total_squares[2];
} lk_share_errors;

/* Status: OK, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_share_errors_init(lk_share_errors *errors, lk_memory *memory, size_t count,
                                    leadkpi_error *error);
void lk_share_errors_free(lk_share_errors *errors, lk_memory *memory);

/* One group's parts: by kind and cell, and of all. */
void lk_share_errors_add(lk_share_errors *errors, const double *parts, const double total[2]);

/* Of a cell that has `credit` of `total`; NaN: fewer than two groups, or a total of 0. */
double lk_share_error(const lk_share_errors *errors, size_t kind, size_t cell, double credit,
                      double total);

#endif
