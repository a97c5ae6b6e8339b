/* gather.h: the journeys of a report as paths of its groups, for models that are solved. */
#ifndef LK_ATTRIBUTION_GATHER_H
#define LK_ATTRIBUTION_GATHER_H

#include "attribution/report.h"

typedef struct lk_gathering lk_gathering;

/* Called behind the last journey of each group of the jackknife that has one, `paths` holding those
 * of that group alone. */
typedef leadkpi_status (*lk_gathered)(lk_gathering *gathering, leadkpi_error *error);

struct lk_gathering {
    lk_report *report;
    lk_attribution_paths paths;
    uint32_t *members; /* of one journey */
    size_t capacity;
    uint32_t longest;  /* journey, in touches */
    uint32_t group;    /* under way; LK_MAP_NONE: none */
    lk_gathered gathered; /* NULL: all groups stay in paths */
    void *context;
};

/* With `gathered` and `context` set before, or all zero. lk_gather_drop after any outcome. */
leadkpi_status lk_gather(lk_gathering *gathering, lk_report *report, uint32_t groups,
                         leadkpi_error *error);
void lk_gather_drop(lk_gathering *gathering);

#endif
