/* estimate.h: one KPI in one cell. */
#ifndef LK_CAMPAIGNS_ESTIMATE_H
#define LK_CAMPAIGNS_ESTIMATE_H

#include <leadkpi/kpi.h>

#include "campaigns/tally.h"

/* Which durations a KPI is made of; -1 for a KPI over numbers. */
int lk_estimate_durations(int32_t kpi);

/* A KPI over numbers: never fails, the status is the estimate's. */
void lk_estimate_scalar(const lk_tally *tally, int32_t kpi, uint32_t cell, leadkpi_estimate *out);

/* Any KPI. Status: OK (the estimate has its own), OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_estimate(const lk_tally *tally, int32_t kpi, uint32_t cell,
                           leadkpi_estimate *out, leadkpi_error *error);

/* Why there is no value or no interval, also for what only a report knows; "" where there are both. */
const char *lk_estimate_reason(const leadkpi_estimate *estimate);

#endif
