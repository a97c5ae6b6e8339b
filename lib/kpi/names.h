/* names.h: which KPI a name means. Names are compared folded (base/nearest.h). */
#ifndef LK_KPI_NAMES_H
#define LK_KPI_NAMES_H

#include "kpi/kpi.h"

/* The number of the KPI that has the name or alias; -1 where it is none, or ambiguous. */
int32_t lk_kpi_number_of(lk_text name);

#endif
