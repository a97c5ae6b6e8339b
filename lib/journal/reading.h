/* reading.h: the entries of each lead in the one order that decides ties, for reports and for states.
 *
 * Entries of a lead are in order of time, sequence, then what the room compares, kind, and words by
 * their text; never of arrival. */
#ifndef LK_JOURNAL_READING_H
#define LK_JOURNAL_READING_H

#include "journal/journal.h"

typedef struct lk_reading lk_reading;

/* Below 0, 0, above 0; for entries of one time and sequence. */
typedef int (*lk_reading_compare)(const void *context, const lk_entry *a, const lk_entry *b);

struct lk_reading {
    const lk_journal *journal;
    lk_memory memory;
    lk_entry *entries;   /* a copy, lead by lead */
    uint32_t *order;     /* indexes in entries, lead by lead */
    uint32_t *ends;      /* of lead i: order[ends[i - 1]] to order[ends[i] - 1] */
    uint32_t *word_rank; /* by 1 + index; 0 for null */
    uint32_t lead_count;
    uint32_t longest;
    int64_t latest; /* the latest time there is; LK_TIMESTAMP_MIN without a row */
    lk_reading_compare compare; /* NULL: content alone */
    const void *context;
};

/* Holds 44 bytes an entry and 8 a lead.
 * Status: OK, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_reading_open(const lk_journal_handle *handle, lk_reading_compare compare,
                               const void *context, lk_reading *reading, leadkpi_error *error);
void lk_reading_close(lk_reading *reading);

static inline uint32_t lk_reading_start(const lk_reading *reading, uint32_t lead)
{
    return lead ? reading->ends[lead - 1] : 0;
}

static inline const lk_entry *lk_reading_entry(const lk_reading *reading, uint32_t place)
{
    return &reading->entries[reading->order[place]];
}

/* The text of a word that is not null. */
static inline lk_text lk_reading_word(const lk_reading *reading, uint32_t word)
{
    return lk_map_text_key(&reading->journal->words, word - 1);
}

#endif
