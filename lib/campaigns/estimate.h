/* estimate.h: one KPI in one cell. */
#ifndef LK_CAMPAIGNS_ESTIMATE_H
#define LK_CAMPAIGNS_ESTIMATE_H

#include <leadkpi/kpi.h>

#include "campaigns/source.h"
#include "kpi/kpi.h"

/* What is the same for a KPI in every cell: found by name once. */
typedef struct lk_estimator {
    int32_t kpi;
    int32_t input_count;
    int durations;      /* which of LK_DURATION_; -1 for a KPI over numbers */
    double probability; /* of durations: the quantile; NaN: the mean */
    lk_source sources[LK_KPI_INPUTS_MAX];
} lk_estimator;

void lk_estimator_prepare(const lk_tally *tally, int32_t kpi, lk_estimator *estimator);

/* What is true of a cell, whatever the KPI: LEADKPI_FLAG_... */
uint32_t lk_estimate_flags(const lk_tally *tally, uint32_t cell);

/* Which durations a KPI is made of; -1 for a KPI over numbers. */
int lk_estimate_durations(int32_t kpi);

/* A KPI over numbers: never fails, the status is the estimate's. */
void lk_estimate_scalar(const lk_tally *tally, const lk_estimator *estimator, uint32_t cell,
                        leadkpi_estimate *out);

/* Any KPI. Status: OK (the estimate has its own), OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_estimate(const lk_tally *tally, const lk_estimator *estimator, uint32_t cell,
                           leadkpi_estimate *out, leadkpi_error *error);

/* Why there is no value or no interval, also for what only a report knows; "" where there are
 * both. The text is in `buffer` or static. */
#define LK_REASON_SIZE 160
lk_text lk_estimate_reason(const leadkpi_estimate *estimate, char buffer[LK_REASON_SIZE]);

#endif
