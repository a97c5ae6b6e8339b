/* state.h: what the writer and the reader of a state have in common.
 *
 * Format 1, in the envelope of base/codec.h. A list is a varint that counts its items, and the items in
 * strictly rising order, so that one state has one text of bytes.
 *
 *   definition   text: the canonical text of the options
 *   batches      list of texts
 *   words        list of texts, each of which an entry has
 *   id type      byte: 0 none yet, 1 int64, 2 text
 *   leads        number of leads, number of entries (varints), and for each lead
 *     id         as lk_lead_ids_write has it
 *     entries    varint, and for each time (int64), sequence (signed varint), kind (varint), and
 *                four words (varints: 0 for null, else 1 + place in the list); in order of time,
 *                sequence, kind, words; equal ones stand there as often as there were rows */
#ifndef LK_JOURNAL_STATE_H
#define LK_JOURNAL_STATE_H

#include "base/codec.h"
#include "journal/journal.h"

#define LK_JOURNAL_STATE_VERSION 1

/* The fewest bytes that an item of the format takes. */
enum {
    LK_JOURNAL_STATE_LEAD_SIZE = 2,
    LK_JOURNAL_STATE_ENTRY_SIZE = 10 + LK_JOURNAL_WORDS
};

#endif
