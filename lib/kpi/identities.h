/* identities.h: KPIs that follow from others: the catalogue's identities that say what one is
 * made of. With one cohort, period and cost base they hold exactly. The other identities of the
 * catalogue are conditions (break_even_roas, allowable_cost_per_lead), sums over segments
 * (lead_source_share), or what a formula already says (pipeline_velocity). */
#ifndef LK_KPI_IDENTITIES_H
#define LK_KPI_IDENTITIES_H

#include "kpi/kpi.h"

enum {
    LK_PARTS_MAX = 2
};

/* A part: a KPI; or one measure over another, or one alone. */
typedef struct lk_identity_part {
    int32_t kpi;                /* its number; 0: measures */
    const char *measure, *over; /* ids; over NULL: nothing */
    int sign; /* of a product its power, of a sum what it counts: 1 or -1; 0: no part */
} lk_identity_part;

typedef struct lk_identity {
    int32_t kpi;     /* the whole */
    bool is_product; /* of powers, and a constant; else a sum, and a constant */
    lk_identity_part parts[LK_PARTS_MAX];
    const char *meaning;
} lk_identity;

extern const lk_identity lk_identities[];
extern const int lk_identity_count;

#endif
