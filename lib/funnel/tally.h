/* tally.h: leads counted by how far they got, where the store knows that of each and no more is asked for. */
#ifndef LK_FUNNEL_TALLY_H
#define LK_FUNNEL_TALLY_H

#include "funnel/results.h"

/* Does it, and is a tally asked for? Of events it knows how far all of them lead, not those before a time. */
bool lk_tally_is_known(const lk_results *results);

/* Counts them into results->tally. Status: OK, INTERRUPTED. */
leadkpi_status lk_tally_known(lk_results *results, leadkpi_error *error);

#endif
