/* state.h: what the writer and the reader of a state have in common.
 *
 * Format 1 of kind "campaigns", in the envelope of base/codec.h. A list is a
 * varint that counts its items, and the items in strictly rising order, so that one state
 * has one text of bytes. An index is a varint: a place in a list before it.
 *
 *   definition       text: the canonical text of the options
 *   currency         text; "" where none was given
 *   cost rows        varint
 *   measure rows     varint
 *   batches          list of texts: "leads:<batch id>" and so on
 *   dimensions       list of texts: every one that a table brought
 *   texts            list of texts: the values of dimensions
 *   tuples           list: number of pairs (1 to 64), and for each a dimension and a text
 *                    (indexes), by rising dimension. Tuples are in the order of their
 *                    values dimension by dimension, where null comes before any text
 *   e-mails          list of texts, folded; empty unless person_key is email
 *   stage names      list of texts
 *   response kinds   list of texts
 *   fact names       list of texts: a measure, or "cost/<type>/<scope>"
 *   id type          byte: 0 none yet, 1 int64, 2 text
 *   leads            number of leads, of stage rows and of responses, and for each lead
 *     id             int64: the first as a signed varint, then a varint, the difference to the
 *                    one before less 1; text: a text; hashed: 16 bytes
 *     rows           varint; 0: only events name it, and the next three are not there
 *     time           int64
 *     tuple          varint: 0 without dimensions, else 1 + index
 *     e-mail         the same; not there unless person_key is email
 *     stage rows     varint, and for each a name (index), time (int64), kind of the
 *                    value (byte), value (none: nothing; decimal: signed varint; double:
 *                    its bits in 8 bytes). In order of name, time, kind and value; equal
 *                    ones stand there as often as there were rows, so that no small state
 *                    can ask for much memory
 *     responses      varint, and for each a name (index) and time (int64), in this order
 *   facts            list: time (int64), tuple (as above), name (index), rows (varint),
 *                    exact sum; in order of time, tuple and name
 *
 * Only what is used is written, but for dimensions. */
#ifndef LK_CAMPAIGNS_STATE_H
#define LK_CAMPAIGNS_STATE_H

#include "base/codec.h"
#include "campaigns/store.h"

#define LK_CAMPAIGNS_STATE_KIND "campaigns"
#define LK_CAMPAIGNS_STATE_VERSION 1

/* The fewest bytes that an item of the format takes. */
enum {
    LK_STATE_TUPLE_SIZE = 3,
    LK_STATE_LEAD_SIZE = 4,
    LK_STATE_STAGE_SIZE = 10,
    LK_STATE_RESPONSE_SIZE = 9,
    LK_STATE_FACT_SIZE = 8 + 1 + 1 + 1 + 32
};

#endif
