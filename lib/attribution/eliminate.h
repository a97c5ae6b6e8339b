/* eliminate.h: states taken out of a chain one after the other. */
#ifndef LK_ATTRIBUTION_ELIMINATE_H
#define LK_ATTRIBUTION_ELIMINATE_H

#include "attribution/sweep.h"

/* Steps between two states, in the lists of both. */
typedef struct lk_attribution_edge {
    double flow;
    uint32_t from, to;
    uint32_t next_in, next_out; /* in the list of `to`, of `from`; LK_MAP_NONE: the last */
} lk_attribution_edge;

/* What counts of a state. */
typedef struct lk_attribution_tally {
    double amounts[2]; /* conversions, value */
    double measure;
} lk_attribution_tally;

typedef struct lk_attribution_elimination {
    size_t state_count;
    lk_attribution_edge *edges;
    size_t edge_count, edge_room;
    /* by state */
    uint32_t *first_in, *first_out;
    uint32_t *ins, *outs; /* how many edges from and to states that are left */
    double *start;        /* flow from the start */
    double *through;      /* of those that are out: all flow */
    lk_attribution_tally *tallies;
    uint8_t *place;       /* LK_LEFT, LK_KEPT: left and to stay, LK_OUT */
    uint32_t *order;      /* those that are out, as they went */
    size_t out_count;
} lk_attribution_elimination;

enum { LK_OUT, LK_LEFT, LK_KEPT };

/* Room for the chain of a graph and for what comes in place of states that are taken out.
 * lk_attribution_elimination_free after any outcome. Status: OK, OVERFLOW, OUT_OF_MEMORY. */
leadkpi_status lk_attribution_elimination_reserve(lk_attribution_elimination *e, lk_memory *memory,
                                                  const lk_attribution_graph *graph,
                                                  leadkpi_error *error);
void lk_attribution_elimination_free(lk_attribution_elimination *e, lk_memory *memory);

/* All states of the graph; those that are left of another, packed; a copy of one without what it
 * took out itself. All three for the same graph. */
void lk_attribution_elimination_begin(lk_attribution_elimination *e,
                                      const lk_attribution_graph *graph);
void lk_attribution_elimination_pack(lk_attribution_elimination *e,
                                     const lk_attribution_elimination *from);
void lk_attribution_elimination_copy(lk_attribution_elimination *e,
                                     const lk_attribution_elimination *from);

/* Takes out what is LK_LEFT where that costs few new edges. Status: OK, INTERRUPTED. */
leadkpi_status lk_attribution_eliminate(lk_attribution_elimination *e, const lk_memory *memory,
                                        leadkpi_error *error);

/* w and k of eight channels (markov_chain.c) of the states that are out from those of the others.
 * By state, LK_LANES each. */
void lk_attribution_elimination_past(const lk_attribution_elimination *e, double *w);
void lk_attribution_elimination_future(const lk_attribution_elimination *e, size_t kind, double *k);

#endif
