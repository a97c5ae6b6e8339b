/* lists.h: the tables beside the report. */
#ifndef LK_CAMPAIGNS_LISTS_H
#define LK_CAMPAIGNS_LISTS_H

#include "campaigns/tally.h"

/* Fill an empty table; see campaigns.h for what they say. */
leadkpi_status lk_findings_build(const lk_tally *tally, leadkpi_table *table, leadkpi_error *error);
leadkpi_status lk_cost_list_build(const lk_plan *plan, leadkpi_table *table, leadkpi_error *error);

#endif
