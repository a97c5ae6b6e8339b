/* chain.h: the chain of any order, between the files that make and solve it. */
#ifndef LK_ATTRIBUTION_CHAIN_H
#define LK_ATTRIBUTION_CHAIN_H

#include "attribution/view.h"

leadkpi_status lk_attribution_graph_of(const lk_attribution_view *view, lk_memory *memory,
                                       const lk_attribution_chain *chain, lk_attribution_graph *graph,
                                       leadkpi_error *error);

#endif
