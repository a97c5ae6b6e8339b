/* state.h: what the writer and the reader of a state have in common.
 *
 * Format 1 of kind "funnel", in the envelope of base/codec.h. A list is a varint
 * that counts its items, and the items in strictly rising order, so that one
 * state has one text of bytes. An index is a varint: a place in a list before it.
 *
 *   definition   text: the canonical text of the options
 *   batches      list of texts
 *   values       list of texts; only where the definition has same_value
 *   codes        list: exclusions, steps (varints, a bit each); with same_value also
 *                the value (varint: 0 for none, else 1 + index)
 *   segments     list of texts
 *   id type      byte: 0 none yet, 1 int64, 2 text
 *   leads        number of leads, number of events (varints), and for each lead
 *     id         as lk_lead_ids_write has it
 *     events     varint, and for each time (int64), sequence (signed varint), code (index),
 *                segment (varint: 0 for null, else 1 + index); in order of time, sequence, code,
 *                segment; equal ones stand there as often as there were rows
 *
 * Format 2 is that of a handle with closed ranges:
 *   ranges       after the segments: a list of from, until, latest closed event (int64)
 *   blocks       after the events of each lead: a list of range (varint), level (varint), where it is
 *                not 0 start and time (int64); starts that hold (int64); for each step but the
 *                last how many steps after it are reached (varint), and when (int64). closed.h says what
 *                they mean.
 *
 * With input=time there are no events, and a lead has after its id instead a standing, as standings.h has it.
 *
 * Codes and segments that no event has are not written. */
#ifndef LK_FUNNEL_STATE_H
#define LK_FUNNEL_STATE_H

#include "base/codec.h"
#include "funnel/store.h"

#define LK_FUNNEL_STATE_KIND "funnel"
#define LK_FUNNEL_STATE_VERSION 1
#define LK_FUNNEL_STATE_CLOSED_VERSION 2

/* The fewest bytes that an item of the format takes. */
enum {
    LK_FUNNEL_STATE_CODE_SIZE = 2,
    LK_FUNNEL_STATE_LEAD_SIZE = 2,
    LK_FUNNEL_STATE_EVENT_SIZE = 11
};

#endif
