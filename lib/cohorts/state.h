/* state.h: what the writer and the reader of a state have in common.
 *
 * Format 1 of kind "cohorts", in the envelope of base/codec.h. A list is a varint
 * that counts its items, and the items in strictly rising order, so that one
 * state has one text of bytes. An index is a varint: a place in a list before it.
 *
 *   definition   text: the canonical text of the options
 *   currency     text, up to 16 bytes
 *   batches      list of texts
 *   tuples       list of texts, as store.h has them
 *   outcomes     list of texts
 *   id type      byte: 0 none yet, 1 int64, 2 text
 *   customers    number of customers, number of events (varints), and for each customer
 *     id         as lk_lead_ids_write has it
 *     events     varint, at least 1, and for each: kind (byte); time (the first as int64, then
 *                the difference to the one before as a varint); of an acquisition 0 or 1 + index
 *                of its tuple (varint), of an outcome its index (varint), of money its form (byte)
 *                and payload (decimal: signed varint; double: its bits). In order of time, kind,
 *                form, payload, index; equal ones stand there as often as there were rows
 *
 * Tuples and outcomes that no event has are not written. */
#ifndef LK_COHORTS_STATE_H
#define LK_COHORTS_STATE_H

#include "base/codec.h"
#include "cohorts/store.h"

#define LK_COHORTS_STATE_KIND "cohorts"
#define LK_COHORTS_STATE_VERSION 1

/* The fewest bytes that an item of the format takes. */
enum {
    LK_COHORTS_STATE_CUSTOMER_SIZE = 11,
    LK_COHORTS_STATE_EVENT_SIZE = 2
};

#endif
