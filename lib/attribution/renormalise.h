/* renormalise.h: what is lost without a channel whose steps the others take. */
#ifndef LK_ATTRIBUTION_RENORMALISE_H
#define LK_ATTRIBUTION_RENORMALISE_H

#include "attribution/direct.h"

/* lost[kind * channel_count + row]: what there is of both amounts less what there is of it without.
 * rows, row_ends: of the windows, distinct by state. `*sweeps` is raised to how many it took.
 * Status: OK, LIMIT (no rest, and too many states for lk_attribution_direct), INTERRUPTED,
 * OUT_OF_MEMORY. */
leadkpi_status lk_attribution_renormalise(const lk_attribution_graph *graph, lk_memory *memory,
                                          const uint32_t *rows, const size_t *row_ends,
                                          size_t channel_count, const double total[2], double *lost,
                                          uint32_t *sweeps, leadkpi_error *error);

/* The chance of a conversion in the end, by state; NaN for a state without weight. Status: as above. */
leadkpi_status lk_attribution_conversion_chances(const lk_attribution_graph *graph, lk_memory *memory,
                                                 double *chances, leadkpi_error *error);

#endif
