/* map.h: from a key to a dense index: 0, 1, 2, ... in order of first sight.
 *
 * Three maps of one make: int64 keys, 128-bit keys, texts. A map holds no
 * values; the caller keeps them in plain arrays by index. Keys lie in one array
 * in order of their index, so that a state can be written without a look at the
 * table of slots, whose order depends on a secret seed and is never seen.
 *
 *     uint32_t before = leads.count;
 *     LK_TRY(lk_map64_find_or_add(&leads, memory, ids, stride, rows, indexes, error));
 *     ... something fails: lk_map64_truncate(&leads, before);
 *
 * An empty map is all zero bytes and holds no memory. It may be moved by memcpy.
 * Memory a key: 13 to 26 bytes of slots (8 a slot, at most 5/8 full, doubled), and
 * 8 (int64), 16 (128 bits) or 8 and its bytes (text) in arrays that grow by half.
 * While the slots double, the old ones are held too.
 *
 * find_or_add: all or nothing; it cannot fail when `reserve` made room before.
 * At most LK_MAP_KEYS_MAX keys.
 * Status of reserve and find_or_add: OK, OUT_OF_MEMORY, LIMIT, OVERFLOW (too many keys), INTERRUPTED (of many
 * keys, which take a while to move). */
#ifndef LK_MAP_H
#define LK_MAP_H

#include "base/hash.h"
#include "base/memory.h"

#define LK_MAP_NONE UINT32_MAX
#define LK_MAP_KEYS_MAX (UINT32_MAX - 1)

/* What the three have in common; map.c says how it works. */
typedef struct lk_map_slots {
    struct lk_map_slot *slots;
    uint64_t seed;
    uint32_t bits; /* there are 2^bits slots; 0: none yet */
    uint32_t unused;
} lk_map_slots;

/* ---- int64 keys ---------------------------------------------------------- */

typedef struct lk_map64 {
    lk_map_slots slots;
    int64_t *keys; /* keys[index] */
    uint32_t count;
    uint32_t capacity;
    uint32_t without_slot; /* how many came by append */
} lk_map64;

/* Room for `additional` more keys. */
leadkpi_status lk_map64_reserve(lk_map64 *map, lk_memory *memory, size_t additional,
                                leadkpi_error *error);

/* keys: `count` of them, stride_bytes apart (0: without gaps). A key that is new gets
 * the next index. */
leadkpi_status lk_map64_find_or_add(lk_map64 *map, lk_memory *memory, const int64_t *keys,
                                    ptrdiff_t stride_bytes, size_t count, uint32_t *indexes,
                                    leadkpi_error *error);

/* New keys that the caller finds by itself: they get the next indexes in their order, and no slot, so that
 * find and find_or_add do not know them. */
leadkpi_status lk_map64_append(lk_map64 *map, lk_memory *memory, const int64_t *keys, size_t count,
                               leadkpi_error *error);

/* The same, and the caller writes the keys, from the old count on, right then. */
leadkpi_status lk_map64_append_room(lk_map64 *map, lk_memory *memory, size_t count, leadkpi_error *error);

/* The same without adding: LK_MAP_NONE for a key that is not there. */
void lk_map64_find_batch(const lk_map64 *map, const int64_t *keys, ptrdiff_t stride_bytes,
                         size_t count, uint32_t *indexes);
uint32_t lk_map64_find(const lk_map64 *map, int64_t key);

/* Forget the keys from index `count` on. Cannot fail; costs only what it forgets. */
void lk_map64_truncate(lk_map64 *map, uint32_t count);

/* Back to an empty map. */
void lk_map64_free(lk_map64 *map, lk_memory *memory);

/* ---- 128-bit keys -------------------------------------------------------- */

typedef struct lk_map128 {
    lk_map_slots slots;
    lk_key128 *keys;
    uint32_t count;
    uint32_t capacity;
} lk_map128;

leadkpi_status lk_map128_reserve(lk_map128 *map, lk_memory *memory, size_t additional,
                                 leadkpi_error *error);
leadkpi_status lk_map128_find_or_add(lk_map128 *map, lk_memory *memory, const lk_key128 *keys,
                                     size_t count, uint32_t *indexes, leadkpi_error *error);
void lk_map128_find_batch(const lk_map128 *map, const lk_key128 *keys, size_t count,
                          uint32_t *indexes);
uint32_t lk_map128_find(const lk_map128 *map, lk_key128 key);
void lk_map128_truncate(lk_map128 *map, uint32_t count);
void lk_map128_free(lk_map128 *map, lk_memory *memory);

/* ---- texts --------------------------------------------------------------- */

typedef struct lk_map_text {
    lk_map_slots slots;
    uint64_t *ends; /* text i is bytes[ends[i - 1]] up to bytes[ends[i]]; text 0 from 0 */
    char *bytes;
    size_t bytes_capacity;
    uint32_t count;
    uint32_t capacity;
} lk_map_text;

/* Room for `additional` more texts of `additional_bytes` in all. */
leadkpi_status lk_map_text_reserve(lk_map_text *map, lk_memory *memory, size_t additional,
                                   size_t additional_bytes, leadkpi_error *error);

/* The bytes of a new text are copied. */
leadkpi_status lk_map_text_find_or_add(lk_map_text *map, lk_memory *memory, const lk_text *keys,
                                       size_t count, uint32_t *indexes, leadkpi_error *error);
void lk_map_text_find_batch(const lk_map_text *map, const lk_text *keys, size_t count,
                            uint32_t *indexes);
uint32_t lk_map_text_find(const lk_map_text *map, lk_text key);

/* The text of an index below count; good until the next add, truncate or free. */
static inline lk_text lk_map_text_key(const lk_map_text *map, uint32_t index)
{
    uint64_t start = index ? map->ends[index - 1] : 0;
    return (lk_text){map->bytes ? map->bytes + start : "", (size_t)(map->ends[index] - start)};
}

void lk_map_text_truncate(lk_map_text *map, uint32_t count);
void lk_map_text_free(lk_map_text *map, lk_memory *memory);

#endif
