/* fact_names.h: what the names of facts mean: an amount of a type and scope, or a measure. */
#ifndef LK_FACT_NAMES_H
#define LK_FACT_NAMES_H

#include "campaigns/store.h"
#include "campaigns/vocabulary.h"

typedef struct lk_fact_meaning {
    bool is_cost;
    bool is_stock;    /* over time one value counts: the last, */
    bool is_opening;  /* or the first, of what was there at the start */
    bool is_distinct; /* persons that may be the same from one fact to the next */
    int cost_type;
    int scope;
} lk_fact_meaning;

/* The meaning of every name of the store: fact_names.count of them, given back
 * by the caller. Status: OK, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_fact_meanings_read(const lk_store *store, lk_memory *memory, lk_fact_meaning **names,
                                  leadkpi_error *error);

/* The meaning of one; false where it has none (bytes of a later release). */
bool lk_fact_meaning_read(lk_text text, lk_fact_meaning *name);

#endif
