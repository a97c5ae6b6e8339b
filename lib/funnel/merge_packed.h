/* merge_packed.h: packed events of leads that a handle does not have, behind its own. */
#ifndef LK_FUNNEL_MERGE_PACKED_H
#define LK_FUNNEL_MERGE_PACKED_H

#include "funnel/store.h"

/* Are the events of `from` packed, and may those of both be, once the codes of `from` are among those of
 * `into`? All leads of `from` are new. */
bool lk_merge_packed_fits(const lk_funnel_store *into, const lk_funnel_store *from);

/* Leads of `from` have the indexes from `leads_before` on, and its code i is codes[i]. All or nothing.
 * Status: OK, OVERFLOW, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_merge_packed(leadkpi_funnel *into, const lk_funnel_store *from, uint32_t leads_before,
                               const uint32_t *codes, leadkpi_error *error);

#endif
