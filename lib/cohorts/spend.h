/* spend.h: what the acquisitions of each segment cost, from a table of the caller's. */
#ifndef LK_COHORTS_SPEND_H
#define LK_COHORTS_SPEND_H

#include "cohorts/view.h"

typedef struct lk_spend {
    lk_exact_sum sum; /* exact, so that the order of the caller's rows does not show */
    bool is_given;
} lk_spend;

/* Of each segment where there are dimensions, then of all: with what matched no segment. */
typedef struct lk_spends {
    lk_spend *rows;
    size_t count;
    lk_spend unmatched; /* of segments without a customer */
} lk_spends;

/* `spend` NULL: none is given. To be closed on failure too.
 * Status: OK, BAD_DATA, UNKNOWN_NAME, WRONG_TYPE, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_spends_open(lk_view *view, const leadkpi_table *spend, lk_spends *spends,
                              leadkpi_error *error);
void lk_spends_close(lk_view *view, lk_spends *spends);

/* NaN where none was given; the second is of the total alone. */
double lk_spends_amount(const lk_spends *spends, size_t row);
double lk_spends_unmatched(const lk_spends *spends, size_t row);

/* An end of the interval of spend a customer: so much spend might have brought another number of
 * customers, a Poisson count. NaN without spend. */
double lk_spends_cac_end(const lk_spends *spends, size_t row, int64_t customers, double level,
                         bool is_high);

#endif
