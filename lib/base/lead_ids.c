#include "base/lead_ids.h"

#include "base/sort.h"
#include "base/state.h"

#define BLOCK LK_LEAD_IDS_BLOCK

static size_t block_size(size_t row_count, size_t start)
{
    return row_count - start < BLOCK ? row_count - start : BLOCK;
}

/* ---- in ---------------------------------------------------------------------- */

static leadkpi_status intern_texts(lk_lead_ids *ids, lk_memory *memory, const lk_column *column,
                                   size_t start, size_t count, uint32_t *indexes,
                                   leadkpi_error *error)
{
    lk_text keys[BLOCK];
    for (size_t i = 0; i < count; i++) keys[i] = lk_column_text(column, start + i);
    return lk_map_text_find_or_add(&ids->texts, memory, keys, count, indexes, error);
}

static lk_key128 hash_of(const lk_column *column, size_t row)
{
    if (column->type == LEADKPI_TYPE_TEXT) {
        lk_text id = lk_column_text(column, row);
        return lk_hash128(id.data, id.length);
    }
    uint64_t id = (uint64_t)lk_column_int64(column, row);
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++) bytes[i] = (uint8_t)(id >> 8 * i);
    return lk_hash128(bytes, sizeof bytes);
}

static leadkpi_status intern_hashes(lk_lead_ids *ids, lk_memory *memory, const lk_column *column,
                                    size_t start, size_t count, uint32_t *indexes,
                                    leadkpi_error *error)
{
    lk_key128 keys[BLOCK];
    for (size_t i = 0; i < count; i++) keys[i] = hash_of(column, start + i);
    return lk_map128_find_or_add(&ids->hashes, memory, keys, count, indexes, error);
}

/* ---- numbers ------------------------------------------------------------------ */

/* Numbers of a column, or of another object's ids. */
typedef struct numbers {
    const char *cells;
    ptrdiff_t stride;
    size_t count;
    uint64_t most; /* numbers below it are small, whatever there is already */
} numbers;

static inline int64_t number_at(const numbers *n, size_t i)
{
    int64_t value;
    memcpy(&value, n->cells + (ptrdiff_t)i * n->stride, sizeof value);
    return value;
}

static numbers numbers_of(const lk_column *column)
{
    return (numbers){lk_column_cell(column, 0), column->stride, column->row_count, column->row_count};
}

/* The largest of some, and of one more; negative ones count as none. */
static int64_t largest_of(numbers n, size_t start, size_t end, int64_t largest)
{
    for (size_t i = start; i < end; i++) {
        int64_t id = number_at(&n, i);
        lk_read_ahead(n.cells + (ptrdiff_t)i * n.stride);
        largest = id > largest ? id : largest;
    }
    return largest;
}

static inline bool is_direct(const lk_lead_ids *ids, int64_t id)
{
    return (uint64_t)id < ids->direct_count;
}

/* What the array has room for, up to `end`, gets to know its numbers. Those without a slot it has known before. */
static leadkpi_status learn_numbers(lk_lead_ids *ids, const lk_memory *memory, size_t end, leadkpi_error *error)
{
    const lk_map64 *integers = &ids->integers;
    size_t start = ids->direct_count;
    for (size_t at = start, part; at < end; at += part) {
        part = end - at < LK_INTERRUPT_ROWS ? end - at : LK_INTERRUPT_ROWS;
        if (at > start) LK_TRY(lk_interrupted(memory, error));
        memset(ids->direct + at, 0, part * sizeof *ids->direct);
    }
    for (uint32_t i = 0; i < integers->count && integers->count > integers->without_slot; i++) {
        uint64_t past = (uint64_t)integers->keys[i] - start;
        LK_TRY(lk_interrupted_at(memory, i, error));
        if (past < end - start) ids->direct[start + past] = i + 1;
    }
    return LEADKPI_OK;
}

/* The array reaches to the largest number of some rows, if there would be few gaps, and knows all numbers in its reach.
 * It grows by a fourth or more, or once a column to all that is small, so that growth costs what the numbers do. */
static leadkpi_status reach_out(lk_lead_ids *ids, lk_memory *memory, const numbers *n, size_t start, size_t end,
                                leadkpi_error *error)
{
    uint64_t largest = (uint64_t)largest_of(*n, start, end, 0), most = n->most;
    if (most < (uint64_t)ids->integers.count * 4) most = (uint64_t)ids->integers.count * 4;
    if (LK_LIKELY(largest < ids->direct_count) || largest >= most) return LEADKPI_OK;
    uint64_t wanted = largest + largest / 2 + 1;
    size_t count = (size_t)(wanted < most ? wanted : most), before = ids->direct_count;
    if (count - before < before / 4 && count != n->most) return LEADKPI_OK;
    if (count > ids->direct_room) {
        LK_TRY(lk_resize(memory, &ids->direct, ids->direct_room, count, sizeof *ids->direct, error));
        ids->direct_room = count;
    }
    LK_TRY(learn_numbers(ids, memory, count, error));
    ids->direct_count = count;
    return LEADKPI_OK;
}

/* How many rows ahead the place of a number is asked for: as long as a miss of the cache takes. */
#define ROWS_AHEAD 48

static inline void fetch_direct(const lk_lead_ids *ids, int64_t id)
{
    if (is_direct(ids, id)) LK_PREFETCH(&ids->direct[id]);
}

/* Numbers in the reach of the array that it does not know, some more than once: they need no slots. found[i] is the
 * index of missing[i]. */
static leadkpi_status add_direct(lk_lead_ids *ids, lk_memory *memory, int64_t *missing, uint32_t count,
                                 uint32_t *found, leadkpi_error *error)
{
    uint32_t first = ids->integers.count, added = 0;
    for (uint32_t i = 0; i < count; i++) {
        int64_t id = missing[i];
        bool is_new = ids->direct[id] == 0;
        if (is_new) ids->direct[id] = first + added + 1;
        found[i] = ids->direct[id] - 1;
        missing[added] = id;
        added += is_new;
    }
    leadkpi_status status = lk_map64_append(&ids->integers, memory, missing, added, error);
    for (uint32_t i = 0; status != LEADKPI_OK && i < added; i++) ids->direct[missing[i]] = 0;
    return status;
}

/* Numbers that the array does not know; found[i] as above. Those out of its reach are looked up in the map; indexes
 * go by first sight, so runs of one kind are added in turn. */
static leadkpi_status add_missing(lk_lead_ids *ids, lk_memory *memory, int64_t *missing, uint32_t count,
                                  uint32_t *found, leadkpi_error *error)
{
    for (uint32_t start = 0, end; start < count; start = end) {
        bool is_near = is_direct(ids, missing[start]);
        for (end = start + 1; end < count && is_direct(ids, missing[end]) == is_near;) end++;
        if (is_near)
            LK_TRY(add_direct(ids, memory, missing + start, end - start, found + start, error));
        else
            LK_TRY(lk_map64_find_or_add(&ids->integers, memory, missing + start, 0, end - start, found + start, error));
    }
    return LEADKPI_OK;
}

/* Cost a number that was seen before: 8 bytes read in order, of the cache the second time, and 4 at a random
 * place of an array, asked for ahead; the others are noted. */
static leadkpi_status intern_numbers(lk_lead_ids *ids, lk_memory *memory, const numbers *n, size_t start,
                                     size_t count, uint32_t *indexes, leadkpi_error *error)
{
    int64_t missing[BLOCK] = {0};
    uint32_t rows[BLOCK], found[BLOCK], missed = 0;
    size_t last = n->count - 1;
    LK_TRY(reach_out(ids, memory, n, start, start + count, error));
    for (size_t i = 0; i < count; i++) {
        size_t ahead = start + i + ROWS_AHEAD;
        int64_t id = number_at(n, start + i);
        fetch_direct(ids, number_at(n, ahead < last ? ahead : last));
        uint32_t known = is_direct(ids, id) ? ids->direct[id] : 0;
        indexes[i] = known - 1;
        missing[missed] = id;
        rows[missed] = (uint32_t)i;
        missed += known == 0;
    }
    LK_TRY(add_missing(ids, memory, missing, missed, found, error));
    for (uint32_t i = 0; i < missed; i++) indexes[rows[i]] = found[i];
    return LEADKPI_OK;
}

/* Are some numbers in the reach of the array? */
static bool are_direct(const lk_lead_ids *ids, const numbers *n, size_t start, size_t count)
{
    uint64_t reach = ids->direct_count;
    bool are = true;
    for (size_t i = start; i < start + count; i++) are &= (uint64_t)number_at(n, i) < reach;
    return are;
}

/* Such numbers, of which most are new, as in a merge: they are put where they are looked up. Cost a number: 8 bytes read in order
 * and 8 written, and 4 at a random place, asked for ahead; no branch. */
static leadkpi_status add_all_direct(lk_lead_ids *ids, lk_memory *memory, const numbers *n, size_t start, size_t count,
                                     uint32_t *indexes, leadkpi_error *error)
{
    int64_t fresh[BLOCK] = {0};
    uint32_t *direct = ids->direct, next = ids->integers.count + 1, added = 0;
    size_t last = n->count - 1;
    for (size_t i = 0; i < count; i++) {
        size_t ahead = start + i + ROWS_AHEAD;
        int64_t id = number_at(n, start + i);
        fetch_direct(ids, number_at(n, ahead < last ? ahead : last));
        uint32_t known = direct[id], index = known ? known : next + added;
        direct[id] = index;
        indexes[i] = index - 1;
        fresh[added] = id;
        added += known == 0;
    }
    leadkpi_status status = lk_map64_append(&ids->integers, memory, fresh, added, error);
    for (uint32_t i = 0; status != LEADKPI_OK && i < added; i++) direct[fresh[i]] = 0;
    return status;
}

static leadkpi_status merge_numbers(lk_lead_ids *ids, lk_memory *memory, const lk_map64 *from,
                                    uint32_t *indexes, leadkpi_error *error)
{
    numbers n = {(const char *)from->keys, sizeof *from->keys, from->count, (uint64_t)from->count * 4};
    for (size_t start = 0; start < n.count; start += BLOCK) {
        size_t count = block_size(n.count, start);
        if (start % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(memory, error));
        LK_TRY(reach_out(ids, memory, &n, start, start + count, error));
        if (are_direct(ids, &n, start, count))
            LK_TRY(add_all_direct(ids, memory, &n, start, count, indexes + start, error));
        else
            LK_TRY(intern_numbers(ids, memory, &n, start, count, indexes + start, error));
    }
    return LEADKPI_OK;
}

static void forget_direct(lk_lead_ids *ids, uint32_t count)
{
    for (uint32_t i = count; i < ids->integers.count; i++)
        if (is_direct(ids, ids->integers.keys[i])) ids->direct[ids->integers.keys[i]] = 0;
}

/* ---- numbers that are tallied first ----------------------------------------------- */

leadkpi_status lk_lead_ids_reach(lk_lead_ids *ids, lk_memory *memory, const lk_column *column, size_t start,
                                 size_t count, leadkpi_error *error)
{
    numbers n = numbers_of(column);
    return reach_out(ids, memory, &n, start, start + count, error);
}

/* A tally is twice what was added, plus 1. Cost a row: 8 bytes read in order, and 4 changed at a random place,
 * which was asked for ahead. */
bool lk_lead_ids_tally(lk_lead_ids *ids, const lk_column *column, size_t start, size_t count,
                       const uint8_t *rows)
{
    numbers n = numbers_of(column);
    size_t last = n.count - 1, reach = ids->direct_count;
    uint32_t *direct = ids->direct;
    bool is_out = false;
    if (reach == 0) return false;
    for (size_t i = start; i < start + count; i++) {
        size_t ahead = i + ROWS_AHEAD;
        uint64_t id = (uint64_t)number_at(&n, i), later = (uint64_t)number_at(&n, ahead < last ? ahead : last);
        if (later < reach) LK_PREFETCH(direct + later);
        is_out |= id >= reach;
        id = id < reach ? id : 0;
        direct[id] = (direct[id] | 1) + 2 * (uint32_t)rows[i - start];
    }
    return !is_out;
}

leadkpi_status lk_lead_ids_tallied(const lk_lead_ids *ids, const lk_memory *memory, uint32_t *tallied,
                                   leadkpi_error *error)
{
    uint32_t count = 0;
    for (size_t i = 0; i < ids->direct_count; i++) {
        if (LK_UNLIKELY(i % LK_INTERRUPT_ROWS == 0)) LK_TRY(lk_interrupted(memory, error));
        count += ids->direct[i] & 1;
    }
    *tallied = count;
    return LEADKPI_OK;
}

/* Cost a number: 4 bytes read and written, and 12 written, all in order. */
static leadkpi_status number_tallied(lk_lead_ids *ids, const lk_memory *memory, uint32_t *ends,
                                     leadkpi_error *error)
{
    uint32_t lead = 0, end = 0;
    for (size_t i = 0; i < ids->direct_count; i++) {
        if (LK_UNLIKELY(i % LK_INTERRUPT_ROWS == 0)) LK_TRY(lk_interrupted(memory, error));
        if (!ids->direct[i]) continue;
        ids->integers.keys[lead] = (int64_t)i;
        ends[lead] = end += ids->direct[i] / 2;
        ids->direct[i] = ++lead;
    }
    return LEADKPI_OK;
}

leadkpi_status lk_lead_ids_add_tallied(lk_lead_ids *ids, lk_memory *memory, uint32_t tallied, uint32_t *ends,
                                       leadkpi_error *error)
{
    LK_TRY(lk_map64_append_room(&ids->integers, memory, tallied, error));
    leadkpi_status status = number_tallied(ids, memory, ends, error);
    if (status != LEADKPI_OK) ids->integers.count = ids->integers.without_slot = 0; /* some have no key yet */
    return status;
}

void lk_lead_ids_forget_tallies(lk_lead_ids *ids)
{
    if (ids->direct) memset(ids->direct, 0, ids->direct_count * sizeof *ids->direct);
}

/* ---- all of a column ------------------------------------------------------------ */

static const char *type_name(int32_t type)
{
    return type == LK_LEAD_IDS_TEXT ? "text" : "int64";
}

leadkpi_status lk_lead_ids_begin(lk_lead_ids *ids, const lk_column *column, leadkpi_error *error)
{
    int32_t type = column->type == LEADKPI_TYPE_TEXT ? LK_LEAD_IDS_TEXT : LK_LEAD_IDS_INT64;
    if (column->row_count == 0) return LEADKPI_OK;
    if (ids->type != LK_LEAD_IDS_NONE && ids->type != type)
        return lk_fail_at(error, LEADKPI_WRONG_TYPE, -1, column->index,
                          "column \"%.*s\": expected %s ids as before, found %s",
                          LK_TEXT_ARGS(column->name), type_name(ids->type), type_name(type));
    ids->type = type;
    return LEADKPI_OK;
}

leadkpi_status lk_lead_ids_intern_rows(lk_lead_ids *ids, lk_memory *memory, const lk_column *column,
                                       size_t start, size_t count, uint32_t *indexes,
                                       leadkpi_error *error)
{
    if (ids->hashed) return intern_hashes(ids, memory, column, start, count, indexes, error);
    if (ids->type == LK_LEAD_IDS_TEXT)
        return intern_texts(ids, memory, column, start, count, indexes, error);
    numbers n = numbers_of(column);
    return intern_numbers(ids, memory, &n, start, count, indexes, error);
}

leadkpi_status lk_lead_ids_intern(lk_lead_ids *ids, lk_memory *memory, const lk_column *column,
                                  uint32_t *indexes, leadkpi_error *error)
{
    LK_TRY(lk_lead_ids_begin(ids, column, error));
    for (size_t start = 0; start < column->row_count; start += BLOCK)
        LK_TRY(lk_lead_ids_intern_rows(ids, memory, column, start,
                                       block_size(column->row_count, start), indexes + start, error));
    return LEADKPI_OK;
}

leadkpi_status lk_lead_ids_check_merge(const lk_lead_ids *ids, const lk_lead_ids *from,
                                       leadkpi_error *error)
{
    LK_FAIL_IF(ids->type != LK_LEAD_IDS_NONE && from->type != LK_LEAD_IDS_NONE && ids->type != from->type,
               error, LEADKPI_MISMATCH, "from: expected %s ids, found %s ids", type_name(ids->type),
               type_name(from->type));
    return LEADKPI_OK;
}

static leadkpi_status merge_hashes(lk_map128 *hashes, lk_memory *memory, const lk_map128 *from,
                                   uint32_t *indexes, leadkpi_error *error)
{
    for (size_t start = 0; start < from->count; start += BLOCK) {
        if (start % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(memory, error));
        LK_TRY(lk_map128_find_or_add(hashes, memory, from->keys + start, block_size(from->count, start),
                                     indexes + start, error));
    }
    return LEADKPI_OK;
}

leadkpi_status lk_lead_ids_merge(lk_lead_ids *ids, lk_memory *memory, const lk_lead_ids *from,
                                 uint32_t *indexes, leadkpi_error *error)
{
    if (from->type == LK_LEAD_IDS_NONE) return LEADKPI_OK;
    LK_TRY(lk_lead_ids_check_merge(ids, from, error));
    ids->type = from->type;
    if (ids->hashed) return merge_hashes(&ids->hashes, memory, &from->hashes, indexes, error);
    if (ids->type == LK_LEAD_IDS_TEXT)
        return lk_state_merge_texts(&ids->texts, memory, &from->texts, indexes, error);
    return merge_numbers(ids, memory, &from->integers, indexes, error);
}

void lk_lead_ids_truncate(lk_lead_ids *ids, uint32_t count, int32_t type)
{
    if (ids->hashed) {
        lk_map128_truncate(&ids->hashes, count);
    } else if (ids->type == LK_LEAD_IDS_TEXT) {
        lk_map_text_truncate(&ids->texts, count);
    } else {
        forget_direct(ids, count);
        lk_map64_truncate(&ids->integers, count);
    }
    ids->type = type;
}

void lk_lead_ids_free(lk_lead_ids *ids, lk_memory *memory)
{
    lk_map64_free(&ids->integers, memory);
    lk_release(memory, ids->direct, ids->direct_room, sizeof *ids->direct);
    ids->direct = NULL;
    ids->direct_count = ids->direct_room = 0;
    lk_map_text_free(&ids->texts, memory);
    lk_map128_free(&ids->hashes, memory);
}

/* ---- in order ------------------------------------------------------------------ */

static int compare_hashes(const void *context, uint32_t a, uint32_t b)
{
    const lk_key128 *keys = context;
    return lk_key128_compare(keys[a], keys[b]);
}

static int compare_texts(const void *context, uint32_t a, uint32_t b)
{
    const lk_map_text *map = context;
    return lk_text_compare(lk_map_text_key(map, a), lk_map_text_key(map, b));
}

int lk_lead_ids_compare(const lk_lead_ids *ids, uint32_t a, uint32_t b)
{
    if (ids->hashed) return compare_hashes(ids->hashes.keys, a, b);
    if (ids->type == LK_LEAD_IDS_TEXT) return compare_texts(&ids->texts, a, b);
    int64_t x = ids->integers.keys[a], y = ids->integers.keys[b];
    return (x > y) - (x < y);
}

static leadkpi_status sort_integers(const lk_lead_ids *ids, lk_memory *memory, uint32_t *order,
                                    leadkpi_error *error)
{
    int64_t *keys;
    size_t count = ids->integers.count;
    LK_TRY(lk_allocate(memory, count, sizeof *keys, &keys, error));
    if (count) memcpy(keys, ids->integers.keys, count * sizeof *keys);
    leadkpi_status status = lk_sort_int64(memory, keys, order, count, error);
    lk_release(memory, keys, count, sizeof *keys);
    return status;
}

leadkpi_status lk_lead_ids_sort(const lk_lead_ids *ids, lk_memory *memory, uint32_t *order,
                                leadkpi_error *error)
{
    uint32_t count = lk_lead_ids_count(ids);
    for (uint32_t i = 0; i < count; i++) order[i] = i;
    if (ids->hashed)
        return lk_sort_indexes(memory, order, count, compare_hashes, ids->hashes.keys, error);
    if (ids->type == LK_LEAD_IDS_TEXT)
        return lk_sort_indexes(memory, order, count, compare_texts, &ids->texts, error);
    return sort_integers(ids, memory, order, error);
}

/* ---- states -------------------------------------------------------------------- */

void lk_lead_ids_write(const lk_lead_ids *ids, lk_writer *writer, uint32_t index, uint32_t before)
{
    if (ids->hashed) {
        lk_write_key128(writer, ids->hashes.keys[index]);
    } else if (ids->type == LK_LEAD_IDS_TEXT) {
        lk_write_text(writer, lk_map_text_key(&ids->texts, index));
    } else if (before == LK_MAP_NONE) {
        lk_write_signed_varint(writer, ids->integers.keys[index]);
    } else {
        uint64_t gap = (uint64_t)ids->integers.keys[index] - (uint64_t)ids->integers.keys[before];
        lk_write_varint(writer, gap - 1);
    }
}

leadkpi_status lk_lead_ids_read_count(lk_lead_ids *ids, lk_reader *reader, size_t lead_size,
                                      size_t *count)
{
    ids->type = lk_read_uint8(reader);
    *count = lk_read_count(reader, lead_size);
    LK_TRY(lk_reader_status(reader));
    if (ids->type > LK_LEAD_IDS_TEXT || (ids->type == LK_LEAD_IDS_NONE) != (*count == 0))
        return lk_reader_refuse(
            reader, "ids: expected a type where there are leads, and none where there are not");
    if (*count > LK_MAP_KEYS_MAX) return lk_reader_refuse(reader, "leads: expected fewer than 2^32 - 1");
    return LEADKPI_OK;
}

static leadkpi_status read_hash(lk_lead_ids_block *block, lk_reader *reader)
{
    lk_key128 key = lk_read_key128(reader);
    LK_TRY(lk_reader_status(reader));
    if (block->any && lk_key128_compare(block->last_hash, key) >= 0)
        return lk_reader_refuse(reader, "ids: expected rising order");
    block->keys.hashes[block->count++] = block->last_hash = key;
    return LEADKPI_OK;
}

static leadkpi_status read_text(lk_lead_ids_block *block, lk_reader *reader)
{
    lk_text key = lk_read_text(reader);
    LK_TRY(lk_reader_status(reader));
    if (block->any && lk_text_compare(block->last_text, key) >= 0)
        return lk_reader_refuse(reader, "ids: expected rising order");
    block->keys.texts[block->count++] = block->last_text = key;
    return LEADKPI_OK;
}

static leadkpi_status read_integer(lk_lead_ids_block *block, lk_reader *reader)
{
    int64_t key;
    if (!block->any) {
        key = lk_read_signed_varint(reader);
    } else {
        uint64_t last = (uint64_t)block->last_integer, gap = lk_read_varint(reader);
        if (gap >= (uint64_t)INT64_MAX - last)
            return lk_reader_refuse(reader, "id: expected no more than 2^63 - 1");
        key = (int64_t)(last + gap + 1);
    }
    LK_TRY(lk_reader_status(reader));
    block->keys.integers[block->count++] = block->last_integer = key;
    return LEADKPI_OK;
}

static leadkpi_status read_into(const lk_lead_ids *ids, lk_lead_ids_block *block, lk_reader *reader)
{
    leadkpi_status status = ids->hashed                        ? read_hash(block, reader)
                            : ids->type == LK_LEAD_IDS_TEXT ? read_text(block, reader)
                                                              : read_integer(block, reader);
    block->any = true;
    return status;
}

leadkpi_status lk_lead_ids_flush(lk_lead_ids *ids, lk_memory *memory, lk_lead_ids_block *block,
                                 leadkpi_error *error)
{
    uint32_t indexes[LK_LEAD_IDS_AHEAD];
    size_t count = block->count;
    block->count = 0;
    if (ids->hashed)
        return lk_map128_find_or_add(&ids->hashes, memory, block->keys.hashes, count, indexes, error);
    if (ids->type == LK_LEAD_IDS_TEXT)
        return lk_map_text_find_or_add(&ids->texts, memory, block->keys.texts, count, indexes, error);
    return lk_map64_find_or_add(&ids->integers, memory, block->keys.integers, 0, count, indexes, error);
}

leadkpi_status lk_lead_ids_read_ahead(lk_lead_ids *ids, lk_memory *memory, lk_reader *reader,
                                      lk_lead_ids_block *block)
{
    LK_TRY(read_into(ids, block, reader));
    if (block->count < LK_LEAD_IDS_AHEAD) return LEADKPI_OK;
    return lk_lead_ids_flush(ids, memory, block, reader->error);
}

leadkpi_status lk_lead_ids_read(lk_lead_ids *ids, lk_memory *memory, lk_reader *reader)
{
    lk_lead_ids_block block;
    uint32_t count = lk_lead_ids_count(ids);
    block.count = 0;
    block.any = count > 0;
    if (count && ids->hashed)
        block.last_hash = ids->hashes.keys[count - 1];
    else if (count && ids->type == LK_LEAD_IDS_TEXT)
        block.last_text = lk_map_text_key(&ids->texts, count - 1);
    else if (count)
        block.last_integer = ids->integers.keys[count - 1];
    LK_TRY(read_into(ids, &block, reader));
    return lk_lead_ids_flush(ids, memory, &block, reader->error);
}

/* ---- out ----------------------------------------------------------------------- */

static lk_text hash_digits(lk_key128 key, char digits[32])
{
    uint8_t bytes[16];
    lk_key128_to_bytes(key, bytes);
    for (int i = 0; i < 16; i++) {
        digits[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        digits[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    return (lk_text){digits, 32};
}

static inline leadkpi_status asked_at(const leadkpi_table *table, size_t row, leadkpi_error *error)
{
    return LK_UNLIKELY(row % LK_INTERRUPT_ROWS == 0 && row) ? lk_table_interrupted(table, error) : LEADKPI_OK;
}

static leadkpi_status append_text(const lk_lead_ids *ids, uint32_t index, lk_text_builder *builder,
                                  leadkpi_error *error)
{
    char digits[32];
    if (index == LK_MAP_NONE) return lk_text_builder_append_null(builder, error);
    return lk_text_builder_append(builder,
                                  ids->hashed ? hash_digits(ids->hashes.keys[index], digits)
                                              : lk_map_text_key(&ids->texts, index),
                                  error);
}

static leadkpi_status add_text_column(const lk_lead_ids *ids, leadkpi_table *table,
                                      const uint32_t *order, size_t count, leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (size_t i = 0; i < count && status == LEADKPI_OK; i++) {
        status = asked_at(table, i, error);
        if (status == LEADKPI_OK) status = append_text(ids, order[i], &builder, error);
    }
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, LK_LITERAL("id"), "", error);
    lk_text_builder_release(&builder);
    return status;
}

static bool has_none(const uint32_t *order, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (order[i] == LK_MAP_NONE) return true;
    return false;
}

leadkpi_status lk_lead_ids_add_column(const lk_lead_ids *ids, leadkpi_table *table,
                                      const uint32_t *order, size_t count, leadkpi_error *error)
{
    int64_t *values;
    if (ids->hashed || ids->type == LK_LEAD_IDS_TEXT)
        return add_text_column(ids, table, order, count, error);
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("id"), "", count, has_none(order, count), &values, error));
    for (size_t i = 0; i < count; i++) {
        LK_TRY(asked_at(table, i, error));
        if (order[i] != LK_MAP_NONE)
            values[i] = ids->integers.keys[order[i]];
        else
            lk_table_set_null(table, leadkpi_table_column_count(table) - 1, i);
    }
    return LEADKPI_OK;
}
