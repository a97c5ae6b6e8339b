/* analysis.h: the schemas of what KPIs say together (leadkpi/kpi_analysis.h, kpi_plan.h). */
#ifndef LK_KPI_ANALYSIS_H
#define LK_KPI_ANALYSIS_H

#include "base/options.h"

extern const lk_schema lk_kpi_compare_schema;
extern const lk_schema lk_kpi_explain_drivers_schema;
extern const lk_schema lk_kpi_explain_mix_schema;
extern const lk_schema lk_kpi_rank_schema;
extern const lk_schema lk_kpi_scorecard_schema;

#endif
