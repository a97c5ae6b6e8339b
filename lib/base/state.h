/* state.h: what the states of all handles have in common, and what merging two of them has. */
#ifndef LK_STATE_H
#define LK_STATE_H

#include "base/codec.h"
#include "base/map.h"
#include "base/options.h"

/* What a handle asks of a definition beyond what its schema does. NULL: nothing. */
typedef leadkpi_status (*lk_state_check)(const leadkpi_options *definition, leadkpi_error *error);

/* The definition that a state begins with. Equal definitions have equal texts, so only the canonical one
 * is taken. `*definition` is NULL on failure.
 * Status: OK, BAD_FORMAT, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_state_read_definition(lk_reader *reader, lk_memory *memory, const lk_schema *schema,
                                        lk_state_check check, leadkpi_options **definition);

/* A list of at most `most` texts in rising order, each of which `is_good` (NULL: any is), into a map that has none
 * of them: their indexes go on from what it has, in their order. `expected` says what a good one is.
 * Status: OK, BAD_FORMAT, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_state_read_texts(lk_reader *reader, lk_memory *memory, lk_map_text *map, size_t most,
                                   bool (*is_good)(lk_text), const char *expected, size_t *count);

/* Every text of `from`; indexes[i] is where text i of it is in `into`. NULL: no matter. */
leadkpi_status lk_state_merge_texts(lk_map_text *into, lk_memory *memory, const lk_map_text *from,
                                    uint32_t *indexes, leadkpi_error *error);

/* MISMATCH where a batch id is in both. */
leadkpi_status lk_state_check_batches(const lk_map_text *into, const lk_map_text *from,
                                      leadkpi_error *error);

#endif
