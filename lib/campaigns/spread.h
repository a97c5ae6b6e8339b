/* spread.h: what a cell knows of the spread behind the inputs of a KPI, so that money gets
 * an interval without anybody giving a dispersion (kpi/dispersion.h). */
#ifndef LK_CAMPAIGNS_SPREAD_H
#define LK_CAMPAIGNS_SPREAD_H

#include "campaigns/estimate.h"
#include "kpi/dispersion.h"

/* Fills the dispersion of the KPI's inputs, `readings` being theirs. False, with nothing said,
 * where the KPI takes none or the cell does not know the spread of each part of it; `n` is how
 * many entities there are all the same, NaN where that is not known. */
bool lk_spread_read(const lk_tally *tally, const lk_estimator *estimator, uint32_t cell,
                    const lk_reading *readings, lk_dispersion *dispersion);

#endif
