/* add.h: a table of rows on its way into a funnel. The parts of an add, a file each:
 *
 *   add_columns.c    which columns there are, and what must hold of their cells
 *
 *   add_codes.c      what a row means under the definition: its code; its value, its segment
 *
 *   add.c            events in any order: the rows that count are appended, and put in order
 *
 *   add_by_number.c  the same for leads that are small numbers: an event goes near its place
 *
 *   add_in_time.c    events in order of time: none is kept, each lead's standing moves on
 *
 *   add_stages.c     a row a lead with one timestamp column a stage
 *
 * Rows are taken in block by block, so that what is found out about them stays in the first cache.
 */
#ifndef LK_FUNNEL_ADD_H
#define LK_FUNNEL_ADD_H

#include "base/table.h"
#include "funnel/store.h"

/* What a table of events needs while it is taken in. */
typedef struct lk_batch {
    const lk_column *id;
    const lk_column *time;
    const lk_column *event; /* or */
    const lk_column *steps;
    const lk_column *excluded; /* NULL: none; with `steps` only */
    const lk_column *sequence; /* NULL: none */
    const lk_column *segment;  /* NULL: none */
    const lk_column *value;    /* NULL: the rule asks for none */
    uint32_t *entry_codes;     /* of each entry of the dictionary of `event`; NULL: it has none */
    bool keeps_foreign;
} lk_batch;

#define LK_BATCH_BLOCK LK_LEAD_IDS_BLOCK

typedef struct lk_batch_block {
    size_t start, count;
    uint32_t leads[LK_BATCH_BLOCK];
    uint32_t codes[LK_BATCH_BLOCK];
    uint32_t segments[LK_BATCH_BLOCK];
} lk_batch_block;

static inline void lk_batch_set_block(const lk_batch *b, lk_batch_block *at, size_t start)
{
    size_t left = b->id->row_count - start;
    at->start = start;
    at->count = left < LK_BATCH_BLOCK ? left : LK_BATCH_BLOCK;
}

/* ---- columns: add_columns.c -------------------------------------------------------- */

/* Status: OK, CONTRADICTION, WRONG_TYPE, and what lk_table_require says; BAD_DATA with a null id,
 * time or event. */
leadkpi_status lk_batch_find_columns(const leadkpi_table *rows, bool same_value, lk_batch *b,
                                     leadkpi_error *error);

/* A pass over a column asks the host between parts of so many rows. */
static inline size_t lk_batch_part_end(size_t row_count, size_t start)
{
    return row_count - start < LK_INTERRUPT_ROWS ? row_count : start + LK_INTERRUPT_ROWS;
}

/* BAD_DATA out of years 1 to 9999: of a row, of some rows. */
leadkpi_status lk_batch_check_time(const lk_column *column, size_t row, leadkpi_error *error);
leadkpi_status lk_batch_check_times(const lk_column *column, size_t start, size_t count, leadkpi_error *error);

/* Do the times of some rows rise, none before `*before`, which becomes the last? */
bool lk_batch_times_rise(const lk_column *column, size_t start, size_t count, int64_t *before);

/* BAD_DATA at the first time in a closed range, which takes no more events; nulls are none. */
leadkpi_status lk_batch_check_open(const leadkpi_funnel *funnel, const lk_column *column,
                                   leadkpi_error *error);

static inline int64_t lk_batch_sequence(const lk_batch *b, size_t row)
{
    if (!b->sequence || !lk_column_is_valid(b->sequence, row)) return 0;
    return lk_column_int64(b->sequence, row);
}

/* ---- what rows mean: add_codes.c ----------------------------------------------------- */

/* The codes of the last few different meanings, so that most rows need no look at the map. All zero
 * at first. */
enum {
    LK_CODE_MEMO_SIZE = 64
};

typedef struct lk_code_memo {
    uint64_t steps[LK_CODE_MEMO_SIZE];
    uint32_t codes[LK_CODE_MEMO_SIZE]; /* 1 + the code; 0: nothing there */
} lk_code_memo;

/* Of each entry of the dictionary once. Status: OK, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_batch_find_entry_codes(leadkpi_funnel *funnel, lk_batch *b, leadkpi_error *error);

/* The codes of a block. Status: OK, BAD_DATA, OUT_OF_MEMORY, LIMIT, OVERFLOW. */
leadkpi_status lk_batch_find_codes(leadkpi_funnel *funnel, const lk_batch *b, lk_code_memo *memo,
                                   lk_batch_block *at, leadkpi_error *error);

static inline bool lk_batch_keeps(const lk_batch *b, uint32_t code)
{
    return b->keeps_foreign || code != LK_FUNNEL_CODE_NOTHING;
}

static inline bool lk_has_one_step_at_most(uint64_t steps)
{
    return (steps & (steps - 1)) == 0;
}

/* An event means what it did, of its value. One without a value means nothing: it is in no attempt.
 * Status: OK, OUT_OF_MEMORY, LIMIT, OVERFLOW. */
leadkpi_status lk_batch_take_values(leadkpi_funnel *funnel, const lk_batch *b, lk_batch_block *at,
                                    leadkpi_error *error);

/* Of the events that are kept only, so that no text is held which nothing uses. */
leadkpi_status lk_batch_intern_segments(leadkpi_funnel *funnel, const lk_batch *b,
                                        lk_batch_block *at, leadkpi_error *error);

/* ---- ways in --------------------------------------------------------------------------- */

/* Events in any order, by the numbers of their leads: add_by_number.c. After lk_lead_ids_begin. Not
 * `is_done` where they are none, or there is no memory for it; then no lead and no event has come
 * in. Status: OK, BAD_DATA, OVERFLOW, INTERRUPTED. */
leadkpi_status lk_add_by_number(leadkpi_funnel *funnel, const lk_batch *b, bool *is_done,
                                leadkpi_error *error);

/* Rows in order of time, into standings: add_in_time.c. */
leadkpi_status lk_add_in_time(leadkpi_funnel *funnel, lk_batch *b, leadkpi_error *error);

/* One timestamp column a stage: add_stages.c. */
leadkpi_status lk_add_stages(leadkpi_funnel *funnel, const leadkpi_table *rows,
                             leadkpi_error *error);

#endif
