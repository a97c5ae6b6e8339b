/* journal.h: rows about leads, kept as they came: what happened when, in up to four words.
 *
 * Rooms whose reports look at whole histories share this store and its seven verbs: a room says with a
 * lk_journal_room what its rows are, and its public calls hand on to the ones here. Words (stages,
 * segments, reasons, kinds of an answer) are texts that are interned once a handle.
 *
 * The state is the same bytes for the same rows in any order, batches and parts: entries are sorted by
 * lead, time, sequence and content when it is written. Equal rows stand there as often as they came.
 *
 * Memory: 40 bytes an entry, about 30 a lead and its id, 25 a word and its bytes. */
#ifndef LK_JOURNAL_H
#define LK_JOURNAL_H

#include "base/lead_ids.h"
#include "base/map.h"
#include "base/options.h"
#include "base/table.h"

#define LK_JOURNAL_WORDS 4
#define LK_JOURNAL_KINDS 4

typedef struct lk_entry {
    int64_t time;
    int64_t sequence;
    uint32_t lead;
    uint32_t kind; /* below the room's kind_count */
    uint32_t words[LK_JOURNAL_WORDS]; /* 1 + index in the journal's words; 0: null */
} lk_entry;

/* What a room's rows are. */
typedef struct lk_journal_room {
    const lk_schema *schema;
    const char *state_kind; /* of the envelope, base/codec.h */
    int ids_option;         /* index of "ids": exact|hashed */
    uint32_t kind_count;
    uint8_t required[LK_JOURNAL_KINDS]; /* bit w: word w of an entry of this kind is not null */
    uint8_t allowed[LK_JOURNAL_KINDS];  /* bit w: it may be there */
    leadkpi_status (*check)(const leadkpi_options *definition, leadkpi_error *error);
} lk_journal_room;

typedef struct lk_journal {
    lk_lead_ids ids;
    lk_map_text words;
    lk_map_text batches;
    lk_entry *entries;
    size_t count;
    size_t capacity;
} lk_journal;

/* A room's handle is a struct with this as its only member. */
typedef struct lk_journal_handle {
    lk_memory memory;
    leadkpi_options *definition;
    const lk_journal_room *room;
    lk_journal *journal; /* NULL: no row yet */
} lk_journal_handle;

/* ---- the verbs; statuses as those of leadkpi_funnel_... ------------------------- */

leadkpi_status lk_journal_create(const leadkpi_host *host, const lk_journal_room *room,
                                 const leadkpi_options *definition, lk_journal_handle **out,
                                 leadkpi_error *error);
leadkpi_status lk_journal_create_like(const lk_journal_handle *handle, lk_journal_handle **out,
                                      leadkpi_error *error);
void lk_journal_free(lk_journal_handle *handle);
leadkpi_status lk_journal_merge(lk_journal_handle *into, const lk_journal_handle *from,
                                leadkpi_error *error);
leadkpi_status lk_journal_serialize(const lk_journal_handle *handle, void *buffer, size_t capacity,
                                    size_t *needed, leadkpi_error *error);
leadkpi_status lk_journal_deserialize(const leadkpi_host *host, const lk_journal_room *room,
                                      const void *bytes, size_t size, lk_journal_handle **out,
                                      leadkpi_error *error);

/* ---- adding ------------------------------------------------------------------------ */

/* The rows of one table, while they are taken in. */
typedef struct lk_intake {
    lk_journal_handle *handle;
    const leadkpi_table *rows;
    const lk_column *sequence; /* NULL: none */
    uint32_t *leads;           /* of each row */
    size_t row_count;
} lk_intake;

/* Entries of one kind, a row each: a word is that of a column, or the same text for every row (data not
 * NULL), or null. A row whose time is null has no entry where that is allowed, else it is refused. */
typedef struct lk_feed {
    const lk_column *time;
    const lk_column *words[LK_JOURNAL_WORDS];
    lk_text fixed[LK_JOURNAL_WORDS];
    uint32_t kind;
    bool may_lack_time;
} lk_feed;

/* Finds the room's columns and feeds them. */
typedef leadkpi_status (*lk_journal_read)(lk_intake *intake, leadkpi_error *error);

/* All rows or none, and a batch id once. */
leadkpi_status lk_journal_add(lk_journal_handle *handle, const leadkpi_table *rows,
                              const char *batch_id, size_t batch_id_length, lk_journal_read read,
                              leadkpi_error *error);
leadkpi_status lk_journal_feed(lk_intake *intake, const lk_feed *feed, leadkpi_error *error);

/* ---- inside the room ------------------------------------------------------------------ */

leadkpi_status lk_journal_make(const lk_memory *like, const lk_journal_room *room,
                               const leadkpi_options *definition, lk_journal_handle **out,
                               leadkpi_error *error);
leadkpi_status lk_journal_open(lk_journal_handle *handle, leadkpi_error *error);
void lk_journal_close(lk_journal_handle *handle);
leadkpi_status lk_journal_grow(lk_journal_handle *handle, size_t additional, leadkpi_error *error);

typedef struct lk_journal_mark {
    size_t count;
    uint32_t ids, words, batches;
    int32_t id_type;
    bool was_empty;
} lk_journal_mark;

lk_journal_mark lk_journal_mark_now(const lk_journal_handle *handle);
void lk_journal_roll_back(lk_journal_handle *handle, const lk_journal_mark *mark);

#endif
