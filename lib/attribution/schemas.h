/* schemas.h: the schemas of the room, for the list of all. */
#ifndef LK_ATTRIBUTION_SCHEMAS_H
#define LK_ATTRIBUTION_SCHEMAS_H

#include "base/options.h"

extern const lk_schema lk_attribution_schema;
extern const lk_schema lk_attribution_report_schema;

#endif
