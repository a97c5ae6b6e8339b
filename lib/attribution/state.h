/* state.h: what the writer and the reader of a state have in common.
 *
 * Format 1 of kind "attribution", in the envelope of base/codec.h. A list is a varint that counts
 * its items, and the items in strictly rising order, so that one state has one text of bytes. An
 * index is a varint: a place in a list before it.
 *
 *   definition   text: the canonical text of the options
 *   currency     text, up to 16 bytes; "" where none was given
 *   batches      list of texts
 *   texts        list; none is empty. As an index 0 is the empty text, and 1 + place one of these
 *   kinds        list: a text index a dimension; in order of those
 *   costs        list by kind: index, and for each of cost, claimed conversions and claimed value
 *                rows (varint) and, where not 0, the exact sum
 *   paths        list: group + 1024 where it was closed (varint), touches (varint), a kind each; in order of
 *                these; then conversions, value, nulls (exact sums)
 *   id type      byte: 0 none yet, 1 int64, 2 text
 *   units        number of units, touches, outcomes, milestones (varints), and for each unit
 *     id         as lk_lead_ids_write has it
 *     touches    varint, and for each time (int64), sequence (signed varint), kind (index)
 *     outcomes   varint, and for each time, sequence, type (varint: 0 a null, else 1 + text), weight,
 *                value (signed varint whole, uint64 fraction)
 *     milestones varint, and for each time, text (index)
 *   each in the order of unit_events.h; equal ones stand there as often as there were rows.
 *   fold         where the definition has one, and only there; an amount is a byte, 0 where it is 0,
 *                and otherwise 1 and the exact sum:
 *     channels   list of kinds that paths had
 *     groups     list of those that hold a journey: group (varint), the amounts of lk_fold_group, and
 *                by row (the unattributed, then the channels) and rule conversions and value
 *     steps      with markov: the table as lk_attribution_transitions_write has it, settled
 *
 * Texts and kinds that nothing uses, and paths of which nothing is left, are not written. */
#ifndef LK_ATTRIBUTION_STATE_H
#define LK_ATTRIBUTION_STATE_H

#include "attribution/unit_events.h"
#include "attribution/walk.h"
#include "base/codec.h"

#define LK_ATTRIBUTION_STATE_KIND "attribution"
#define LK_ATTRIBUTION_STATE_VERSION 1
#define LK_STATE_CLOSED 1024u

/* The fewest bytes that an item of the format takes. */
enum {
    LK_STATE_COST_SIZE = 4,
    LK_STATE_PATH_SIZE = 98,
    LK_STATE_UNIT_SIZE = 4,
    LK_STATE_TOUCH_SIZE = 10,
    LK_STATE_OUTCOME_SIZE = 28,
    LK_STATE_MILESTONE_SIZE = 9
};

/* The part of the fold, if there is one. */
leadkpi_status lk_fold_write(const leadkpi_attribution *attribution, const uint32_t *kind_numbers,
                             lk_memory *memory, lk_writer *writer, leadkpi_error *error);
leadkpi_status lk_fold_read(leadkpi_attribution *attribution, size_t kind_count, uint8_t *kinds_used,
                            lk_reader *reader);

#endif
