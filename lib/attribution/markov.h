/* markov.h: what the files of the Markov models share. */
#ifndef LK_ATTRIBUTION_MARKOV_H
#define LK_ATTRIBUTION_MARKOV_H

#include "attribution/models_parts.h"

/* Cells of one group: a row a channel and one for the start; a column a channel, then conversion
 * and null. */
static inline size_t lk_attribution_table_size(const lk_attribution_transitions *t)
{
    return ((size_t)t->capacity + 1) * ((size_t)t->capacity + 2);
}

/* Room for channel_count channels and, on request, for weights that are not whole. */
leadkpi_status lk_attribution_transitions_grow(lk_attribution_transitions *t, lk_memory *memory,
                                               size_t channel_count, bool parts,
                                               leadkpi_error *error);

/* A copy with room for channel_count channels. */
leadkpi_status lk_attribution_transitions_copy(const lk_attribution_transitions *t,
                                               lk_memory *memory, size_t channel_count, bool parts,
                                               lk_attribution_transitions *out,
                                               leadkpi_error *error);

/* Adds or takes away cell by cell; `into` has room. Not atomic. */
leadkpi_status lk_attribution_transitions_combine(lk_attribution_transitions *into,
                                                  const lk_attribution_transitions *from,
                                                  const uint32_t *channels, bool subtract,
                                                  leadkpi_error *error);

/* A chain in which only some channels (or states) are: what the solver works on. */
typedef struct lk_attribution_square {
    size_t count;
    double *steps;       /* count * count, the diagonal not looked at; destroyed */
    double *ends;        /* by channel: weight of the steps to conversion and null; destroyed */
    double *amounts[2];  /* by channel: weight of conversions; value */
    double *reached[2];  /* out: the same, of all journeys that are in the channel once */
    double *visits;      /* out: B_cc, visits to the channel by weight 1 that is in it once; NULL:
                            not wanted */
    double *pivots;      /* scratch: count */
    double *inverse;     /* scratch: count * count; not used without visits */
} lk_attribution_square;

/* B = A^-1, A = D - T: reached = B * amounts, visits = diag(B). Status: OK, INTERRUPTED. */
leadkpi_status lk_attribution_square_solve(lk_attribution_square *square, const lk_memory *memory,
                                           leadkpi_error *error);

/* After it, by the same factors: into[i] = sum over j of B_ji * into[j]. */
void lk_attribution_square_turn(const lk_attribution_square *square, double *into);

#endif
