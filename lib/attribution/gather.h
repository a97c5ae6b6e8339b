/* gather.h: the journeys of a report as paths of its groups, for models that are solved. */
#ifndef LK_ATTRIBUTION_GATHER_H
#define LK_ATTRIBUTION_GATHER_H

#include "attribution/report.h"
#include "base/buffer.h"

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

/* The chain of the only Markov model of the options; order 1 where there is none.
 * Status: OK, CONTRADICTION (two). */
leadkpi_status lk_chain_of(const lk_report *report, lk_attribution_chain *chain,
                           leadkpi_error *error);

/* A state's name in place of what is in the buffer. */
void lk_state_name(const lk_report *report, const lk_attribution_graph *graph, uint32_t state,
                   lk_buffer *text);

/* The states of a chain and the steps between them, from journeys or from what a fold counted.
 * Freed by the caller after any outcome. */
leadkpi_status lk_gather_graph(lk_report *report, const lk_attribution_chain *chain,
                               lk_attribution_graph *graph, leadkpi_error *error);

#endif
