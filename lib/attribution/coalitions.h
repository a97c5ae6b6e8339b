/* coalitions.h: what sets of channels are worth, as the options of a report say it. */
#ifndef LK_ATTRIBUTION_COALITIONS_H
#define LK_ATTRIBUTION_COALITIONS_H

#include "attribution/report.h"

/* The game of a Shapley model; of shapley:given with the values of option coalitions, which go into
 * `values` (all zero bytes before; lk_attribution_values_free after any outcome).
 * Status: OK, BAD_ARGUMENT (an item that is none), UNKNOWN_NAME (a channel), CONTRADICTION (no coalitions; more
 * than one dimension), OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_coalitions_game(const lk_report *report, const lk_model *model, lk_memory *memory,
                                  lk_attribution_values *values, lk_attribution_game *game,
                                  leadkpi_error *error);

#endif
