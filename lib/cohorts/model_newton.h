/* model_newton.h: the maximum of a log-likelihood of up to four positive parameters. */
#ifndef LK_MODEL_NEWTON_H
#define LK_MODEL_NEWTON_H

#include "base/error.h"
#include "cohorts/model_slopes.h"

/* Value and derivatives by the parameters themselves, not their logarithms. A failure (an
 * interrupt) ends the search. */
typedef leadkpi_status (*lk_likelihood)(const void *data, const double *parameters,
                                        lk_slopes *slopes, leadkpi_error *error);

typedef struct lk_newton {
    lk_likelihood likelihood;
    const void *data;
    int count;                                /* parameters */
    double logs[LK_MODEL_PARAMETERS_MAX];     /* where to start; then the maximum */
    lk_slopes slopes;                         /* there, by the logarithms */
    int evaluations;
    int outcome;
} lk_newton;

enum {
    LK_NEWTON_INTERIOR = 1, /* the gradient is zero and the likelihood curves down in all directions */
    LK_NEWTON_BOUNDARY = 2, /* the likelihood still rises, ever more slowly, as a parameter runs off */
    LK_NEWTON_UNFINISHED = 3
};

/* A logarithm this far from that of a start near 1 has run off: e^12 is 160,000. */
#define LK_NEWTON_RUN_OFF 12.0

leadkpi_status lk_newton_maximize(lk_newton *search, leadkpi_error *error);

/* Minus the inverse of the second derivatives by the logarithms of those parameters for which
 * `take` is true; rows and columns of the others are NaN. Exactly symmetric. False where the
 * matrix is not positive definite: all NaN. */
bool lk_newton_covariance(const lk_newton *search, const bool *take,
                          double covariance[LK_MODEL_PARAMETERS_MAX][LK_MODEL_PARAMETERS_MAX]);

#endif
