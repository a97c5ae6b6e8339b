/* schemas.h: the options of this room, for the registry. */
#ifndef LK_COHORTS_SCHEMAS_H
#define LK_COHORTS_SCHEMAS_H

#include "base/options.h"

extern const lk_schema lk_cohorts_schema;
extern const lk_schema lk_cohorts_churn_schema;
extern const lk_schema lk_cohorts_contracts_schema;
extern const lk_schema lk_cohorts_conversion_schema;
extern const lk_schema lk_cohorts_findings_schema;
extern const lk_schema lk_cohorts_histories_schema;
extern const lk_schema lk_cohorts_incidence_schema;
extern const lk_schema lk_cohorts_lifetime_value_schema;
extern const lk_schema lk_cohorts_retention_schema;
extern const lk_schema lk_cohorts_survival_schema;
extern const lk_schema lk_cohorts_value_schema;

#endif
