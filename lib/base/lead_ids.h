/* lead_ids.h: the ids of leads, as they came in, to dense indexes: 0, 1, 2, ...
 *
 * All ids of an object are int64 or all are text; which one the first row says.
 * Small numbers, as a database gives them out, are looked up in an array of 4 bytes a number (at most
 * 16 a lead, or 4 a row of the largest column) before the map. Hashed ids keep 128 bits of the XXH3 hash of the id's bytes (int64:
 * little-endian) and forget the rest. Empty is all zero bytes but for `hashed`.
 *
 * Status of intern and merge: OK, WRONG_TYPE (with the column) or MISMATCH,
 * OUT_OF_MEMORY, LIMIT, OVERFLOW, INTERRUPTED. A failure may leave some ids interned: the
 * caller marks the count and type before and truncates. */
#ifndef LK_LEAD_IDS_H
#define LK_LEAD_IDS_H

#include "base/codec.h"
#include "base/map.h"
#include "base/table.h"

enum { LK_LEAD_IDS_NONE = 0, LK_LEAD_IDS_INT64 = 1, LK_LEAD_IDS_TEXT = 2 };

typedef struct lk_lead_ids {
    int32_t type; /* LK_LEAD_IDS_...; NONE until the first row */
    int32_t hashed;
    lk_map64 integers;
    uint32_t *direct; /* of number i, from 0: 1 + its index, or 0 where it has none */
    size_t direct_count; /* numbers below it are in its reach */
    size_t direct_room;  /* as many, or more after an interrupt */
    lk_map_text texts;
    lk_map128 hashes;
} lk_lead_ids;

static inline uint32_t lk_lead_ids_count(const lk_lead_ids *ids)
{
    if (ids->hashed) return ids->hashes.count;
    return ids->type == LK_LEAD_IDS_TEXT ? ids->texts.count : ids->integers.count;
}

/* One index a row. The column is int64 or text, and no cell is null. */
leadkpi_status lk_lead_ids_intern(lk_lead_ids *ids, lk_memory *memory, const lk_column *column,
                                  uint32_t *indexes, leadkpi_error *error);

/* The same in parts, for a caller that works in blocks: begin once, then any rows of the column, at most
 * LK_LEAD_IDS_BLOCK at a time; indexes[0] is that of row `start`. */
#define LK_LEAD_IDS_BLOCK 1024
leadkpi_status lk_lead_ids_begin(lk_lead_ids *ids, const lk_column *column, leadkpi_error *error);
leadkpi_status lk_lead_ids_intern_rows(lk_lead_ids *ids, lk_memory *memory, const lk_column *column,
                                       size_t start, size_t count, uint32_t *indexes,
                                       leadkpi_error *error);

/* Small numbers of an object without ids, all rows of a column at once, after begin: first each row is tallied
 * in the place that will know its number's index, then the numbers get indexes in rising order. Tallies are
 * gone with lk_lead_ids_forget_tallies, or once there are indexes.
 *
 * Makes that array reach the numbers of some rows, where they are small. Status: OK, OUT_OF_MEMORY, LIMIT,
 * OVERFLOW, INTERRUPTED. */
leadkpi_status lk_lead_ids_reach(lk_lead_ids *ids, lk_memory *memory, const lk_column *column, size_t start,
                                 size_t count, leadkpi_error *error);

/* Adds rows[i], 0 or 1, to the tally of the number of row start + i. False where that array does not reach
 * all numbers; the tallies are of no use then. Fewer than 2^31 rows in all. */
bool lk_lead_ids_tally(lk_lead_ids *ids, const lk_column *column, size_t start, size_t count,
                       const uint8_t *rows);

/* How many numbers were seen, with 0 or 1. Status: OK, INTERRUPTED. */
leadkpi_status lk_lead_ids_tallied(const lk_lead_ids *ids, const lk_memory *memory, uint32_t *tallied,
                                   leadkpi_error *error);

/* An index each; ends[index] is its tally and that of all before it. Otherwise there is no index, and the tallies
 * are of no use. Status: OK, OUT_OF_MEMORY, LIMIT, OVERFLOW, INTERRUPTED. */
leadkpi_status lk_lead_ids_add_tallied(lk_lead_ids *ids, lk_memory *memory, uint32_t tallied, uint32_t *ends,
                                       leadkpi_error *error);
void lk_lead_ids_forget_tallies(lk_lead_ids *ids);

/* MISMATCH where one has numbers and the other texts. */
leadkpi_status lk_lead_ids_check_merge(const lk_lead_ids *ids, const lk_lead_ids *from,
                                       leadkpi_error *error);

/* Every id of `from`; indexes[i] is where id i of `from` is in `ids`. */
leadkpi_status lk_lead_ids_merge(lk_lead_ids *ids, lk_memory *memory, const lk_lead_ids *from,
                                 uint32_t *indexes, leadkpi_error *error);

void lk_lead_ids_truncate(lk_lead_ids *ids, uint32_t count, int32_t type);
void lk_lead_ids_free(lk_lead_ids *ids, lk_memory *memory);

/* `order` gets all indexes in rising order of their ids. */
leadkpi_status lk_lead_ids_sort(const lk_lead_ids *ids, lk_memory *memory, uint32_t *order,
                                leadkpi_error *error);

/* Order of two ids: of numbers, of texts by their bytes, of hashes. */
int lk_lead_ids_compare(const lk_lead_ids *ids, uint32_t a, uint32_t b);

/* One id of a state; `before` is the index of the id written before it, or LK_MAP_NONE.
 * int64: the first as a signed varint, then the difference to the one before less 1. */
void lk_lead_ids_write(const lk_lead_ids *ids, lk_writer *writer, uint32_t index, uint32_t before);

/* What stands before the ids of a state: their type, and how many there are, each of `lead_size` bytes or
 * more with what belongs to it. Status: OK, BAD_FORMAT. */
leadkpi_status lk_lead_ids_read_count(lk_lead_ids *ids, lk_reader *reader, size_t lead_size,
                                      size_t *count);

/* The next id of a state gets the next index; ids must rise.
 * Status: OK, BAD_FORMAT, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_lead_ids_read(lk_lead_ids *ids, lk_memory *memory, lk_reader *reader);

/* The same for many ids, of which a block goes into the map at a time, so that it can fetch its slots ahead:
 * all zero at first, and flushed after the last id. The bytes that are read stay until then. */
#define LK_LEAD_IDS_AHEAD 512
typedef struct lk_lead_ids_block {
    size_t count;
    bool any; /* there was one before; it is the last: */
    lk_text last_text;
    lk_key128 last_hash;
    int64_t last_integer;
    union {
        int64_t integers[LK_LEAD_IDS_AHEAD];
        lk_text texts[LK_LEAD_IDS_AHEAD];
        lk_key128 hashes[LK_LEAD_IDS_AHEAD];
    } keys;
} lk_lead_ids_block;

leadkpi_status lk_lead_ids_read_ahead(lk_lead_ids *ids, lk_memory *memory, lk_reader *reader,
                                      lk_lead_ids_block *block);
leadkpi_status lk_lead_ids_flush(lk_lead_ids *ids, lk_memory *memory, lk_lead_ids_block *block,
                                 leadkpi_error *error);

/* A column `id` of those ids, in this order; a hashed id as 32 hexadecimal digits, and a null cell for
 * LK_MAP_NONE. Status: OK, OUT_OF_MEMORY, LIMIT, INTERRUPTED; then the table is of no use. */
leadkpi_status lk_lead_ids_add_column(const lk_lead_ids *ids, leadkpi_table *table,
                                      const uint32_t *order, size_t count, leadkpi_error *error);

#endif
