/* churn_table.h: the movements of all segments and periods, and their table. */
#ifndef LK_COHORTS_CHURN_TABLE_H
#define LK_COHORTS_CHURN_TABLE_H

#include "cohorts/churn.h"

typedef struct lk_churn {
    lk_view *view;
    lk_calendar *calendar;
    int64_t *starts; /* of each period, and the end of the last */
    size_t period_count;
    size_t segment_count;
    lk_movement *movements; /* segment by segment, period by period; with dimensions the total last */
    size_t row_count;
} lk_churn;

leadkpi_status lk_churn_fill_table(lk_churn *churn, leadkpi_table *table, leadkpi_error *error);

#endif
