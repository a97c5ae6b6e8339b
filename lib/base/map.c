/* How the maps work.
 *
 * A slot is 8 bytes: 32 bits of the key's hash (the tag) and the index plus one, 0 where the slot
 * is empty. Slots are probed one after the other from the home of the tag, which is its top bits.
 * So a probe rarely looks at a key that is not the one wanted; and when the slots double, they are
 * moved in one pass from front to back, in memory order on both sides, without a look at any key.
 *
 * Cost of a key in a table larger than the cache: one miss for the slot, one for the key when it is
 * there already (text: two, the offset and the bytes). Blocks of BLOCK keys are hashed and
 * prefetched together, so the misses of a block overlap.
 *
 * Keys that an attacker chose do not pile up: the hash has a secret seed. */
#include "base/map.h"

#define BLOCK 32
#define FIRST_BITS 4

struct lk_map_slot {
    uint32_t tag;
    uint32_t index_plus_one;
};

typedef struct lk_map_slot slot;

#if defined(__GNUC__)
#define LK_INLINE static inline __attribute__((always_inline))
#else
#define LK_INLINE static inline
#endif

/* ---- slots, the same for all keys --------------------------------------- */

/* The top `bits` of the tag; for the 2^33 slots of more than 2^31 keys every other slot is a home.
 */
LK_INLINE size_t home(const lk_map_slots *s, uint32_t tag)
{
    return (size_t)((uint64_t)tag << 31 >> (63 - s->bits));
}

LK_INLINE size_t mask(const lk_map_slots *s)
{
    return ((size_t)1 << s->bits) - 1;
}

/* The first slot from `place` on that is empty or has the tag. There are always empty ones. */
LK_INLINE size_t seek(const lk_map_slots *s, size_t place, uint32_t tag)
{
    while (s->slots[place].index_plus_one && s->slots[place].tag != tag)
        place = (place + 1) & mask(s);
    return place;
}

static uint64_t keys_at_most(uint32_t bits)
{
    return bits ? ((uint64_t)1 << bits) / 8 * 5 : 0;
}

/* In parts, between which the host is asked. */
static size_t part_of(size_t count, size_t start)
{
    return count - start < LK_INTERRUPT_ROWS ? count - start : LK_INTERRUPT_ROWS;
}

static leadkpi_status clear_slots(lk_map_slots *s, const lk_memory *memory, leadkpi_error *error)
{
    size_t count = (size_t)1 << s->bits;
    for (size_t start = 0; start < count; start += LK_INTERRUPT_ROWS) {
        if (start) LK_TRY(lk_interrupted(memory, error));
        memset(s->slots + start, 0, part_of(count, start) * sizeof(slot));
    }
    return LEADKPI_OK;
}

static leadkpi_status move_slots(lk_map_slots *to, const lk_map_slots *from, const lk_memory *memory,
                                 leadkpi_error *error)
{
    size_t count = from->bits ? (size_t)1 << from->bits : 0;
    for (size_t i = 0; i < count; i++) {
        if (LK_UNLIKELY(i % LK_INTERRUPT_ROWS == 0 && i)) LK_TRY(lk_interrupted(memory, error));
        if (!from->slots[i].index_plus_one) continue;
        size_t place = home(to, from->slots[i].tag);
        while (to->slots[place].index_plus_one) place = (place + 1) & mask(to);
        to->slots[place] = from->slots[i];
    }
    return LEADKPI_OK;
}

static void free_slots(lk_map_slots *s, lk_memory *memory)
{
    lk_release(memory, s->slots, s->bits ? (size_t)1 << s->bits : 0, sizeof(slot));
}

static leadkpi_status reserve_slots(lk_map_slots *s, lk_memory *memory, uint64_t count,
                                    leadkpi_error *error)
{
    if (LK_LIKELY(count <= keys_at_most(s->bits))) return LEADKPI_OK;
    lk_map_slots grown = {NULL, s->seed, s->bits ? s->bits : FIRST_BITS, 0};
    while (count > keys_at_most(grown.bits)) grown.bits++;
    LK_FAIL_IF(grown.bits >= sizeof(size_t) * 8, error, LEADKPI_OUT_OF_MEMORY,
               "map: %llu keys do not fit in the address space", (unsigned long long)count);
    size_t slot_count = (size_t)1 << grown.bits;
    LK_TRY(lk_allocate(memory, slot_count, sizeof(slot), &grown.slots, error));
    if (!s->bits)
        grown.seed = lk_hash_seed((uint64_t)(uintptr_t)grown.slots ^ (uint64_t)(uintptr_t)s << 20);
    leadkpi_status status = clear_slots(&grown, memory, error);
    if (status == LEADKPI_OK) status = move_slots(&grown, s, memory, error);
    lk_map_slots old = *s;
    if (status == LEADKPI_OK) *s = grown;
    free_slots(status == LEADKPI_OK ? &old : &grown, memory);
    return status;
}

/* Takes one index out and closes the gap: what was pushed past it moves back. False: it has no slot. */
static bool erase(lk_map_slots *s, uint32_t tag, uint32_t index)
{
    if (!s->bits) return false;
    size_t hole = home(s, tag);
    while (s->slots[hole].index_plus_one != index + 1) {
        if (!s->slots[hole].index_plus_one) return false;
        hole = (hole + 1) & mask(s);
    }
    for (size_t next = (hole + 1) & mask(s); s->slots[next].index_plus_one;
         next = (next + 1) & mask(s)) {
        size_t from_home = (next - home(s, s->slots[next].tag)) & mask(s);
        size_t from_hole = (next - hole) & mask(s);
        if (from_home < from_hole) continue;
        s->slots[hole] = s->slots[next];
        hole = next;
    }
    s->slots[hole] = (slot){0, 0};
    return true;
}

static leadkpi_status check_count(uint32_t count, size_t additional, leadkpi_error *error)
{
    LK_FAIL_IF(additional > LK_MAP_KEYS_MAX - count, error, LEADKPI_OVERFLOW,
               "map: expected at most %u keys, found %u and %zu more", LK_MAP_KEYS_MAX, count,
               additional);
    return LEADKPI_OK;
}

/* An array of `item_size` that is to hold `needed` items grows by at least half. */
static size_t grown_capacity(size_t capacity, size_t needed, size_t largest)
{
    size_t more = capacity / 2 + 8;
    size_t grown = capacity < largest - more ? capacity + more : largest;
    return grown < needed ? needed : grown;
}

static leadkpi_status reserve_keys(lk_memory *memory, void *keys, uint32_t *capacity, size_t needed,
                                   size_t item_size, leadkpi_error *error)
{
    if (LK_LIKELY(needed <= *capacity)) return LEADKPI_OK;
    size_t grown = grown_capacity(*capacity, needed, LK_MAP_KEYS_MAX);
    LK_TRY(lk_resize(memory, keys, *capacity, grown, item_size, error));
    *capacity = (uint32_t)grown;
    return LEADKPI_OK;
}

/* ---- a block of keys of any kind ----------------------------------------- */

/* What differs by kind. All are constants at every place of use, so that a compiler makes three
 * loops without a call. */
typedef struct key_kind {
    uint32_t (*tag)(const lk_map_slots *slots, const void *key);
    bool (*same)(const void *map, uint32_t index, const void *key);
    uint32_t (*append)(void *map, const void *key); /* the new index; room was made before */
    void (*fetch)(const void *map, uint32_t index); /* starts to load what `same` will look at */
    void (*fetch_more)(const void *map, uint32_t index);
} key_kind;

/* The index of one key, from the first slot that can be its. `map_to_change` is NULL to find only.
 */
LK_INLINE uint32_t settle(const key_kind *kind, const lk_map_slots *s, const void *map,
                          void *map_to_change, const void *key, size_t place, uint32_t tag)
{
    for (;; place = (place + 1) & mask(s)) {
        place = seek(s, place, tag);
        slot *at = s->slots + place;
        if (!at->index_plus_one) {
            if (!map_to_change) return LK_MAP_NONE;
            uint32_t index = kind->append(map_to_change, key);
            *at = (slot){tag, index + 1};
            return index;
        }
        if (LK_LIKELY(kind->same(map, at->index_plus_one - 1, key))) return at->index_plus_one - 1;
    }
}

/* Up to BLOCK keys. A slot that was empty in the second pass may be taken by an earlier key of the
 * block in the last; `settle` goes on from there, since nothing ever leaves. */
LK_INLINE void settle_block(const key_kind *kind, const lk_map_slots *s, const void *map,
                            void *map_to_change, const char *keys, ptrdiff_t stride, size_t count,
                            uint32_t *indexes)
{
    uint32_t tags[BLOCK];
    size_t places[BLOCK];
    for (size_t i = 0; i < count; i++) {
        tags[i] = kind->tag(s, keys + (ptrdiff_t)i * stride);
        places[i] = home(s, tags[i]);
        LK_PREFETCH(s->slots + places[i]);
    }
    for (size_t i = 0; i < count; i++) {
        places[i] = seek(s, places[i], tags[i]);
        uint32_t found = s->slots[places[i]].index_plus_one;
        if (found) kind->fetch(map, found - 1);
    }
    for (size_t i = 0; kind->fetch_more && i < count; i++) {
        uint32_t found = s->slots[places[i]].index_plus_one;
        if (found) kind->fetch_more(map, found - 1);
    }
    for (size_t i = 0; i < count; i++)
        indexes[i] =
            settle(kind, s, map, map_to_change, keys + (ptrdiff_t)i * stride, places[i], tags[i]);
}

LK_INLINE void find_all(const key_kind *kind, const lk_map_slots *s, const void *map,
                        const void *keys, ptrdiff_t stride, size_t count, uint32_t *indexes)
{
    const char *at = keys;
    for (size_t i = 0; i < count; i += BLOCK) {
        size_t block = count - i < BLOCK ? count - i : BLOCK;
        if (s->bits)
            settle_block(kind, s, map, NULL, at, stride, block, indexes + i);
        else
            for (size_t j = 0; j < block; j++) indexes[i + j] = LK_MAP_NONE;
        at += (ptrdiff_t)block * stride;
    }
}

/* ---- int64 keys ----------------------------------------------------------- */

LK_INLINE uint32_t tag_64(const lk_map_slots *s, const void *key)
{
    uint64_t value;
    memcpy(&value, key, sizeof value);
    return (uint32_t)(lk_hash_int64(value, s->seed) >> 32);
}

LK_INLINE bool same_64(const void *map, uint32_t index, const void *key)
{
    return memcmp(((const lk_map64 *)map)->keys + index, key, sizeof(int64_t)) == 0;
}

LK_INLINE uint32_t append_64(void *map, const void *key)
{
    lk_map64 *m = map;
    memcpy(m->keys + m->count, key, sizeof(int64_t));
    return m->count++;
}

LK_INLINE void fetch_64(const void *map, uint32_t index)
{
    LK_PREFETCH(((const lk_map64 *)map)->keys + index);
}

static const key_kind kind_64 = {tag_64, same_64, append_64, fetch_64, NULL};

leadkpi_status lk_map64_reserve(lk_map64 *map, lk_memory *memory, size_t additional,
                                leadkpi_error *error)
{
    LK_TRY(check_count(map->count, additional, error));
    size_t needed = map->count + additional;
    LK_TRY(reserve_keys(memory, &map->keys, &map->capacity, needed, sizeof *map->keys, error));
    return reserve_slots(&map->slots, memory, needed - map->without_slot, error);
}

leadkpi_status lk_map64_append_room(lk_map64 *map, lk_memory *memory, size_t count, leadkpi_error *error)
{
    LK_TRY(check_count(map->count, count, error));
    LK_TRY(reserve_keys(memory, &map->keys, &map->capacity, map->count + count, sizeof *map->keys, error));
    map->count += (uint32_t)count;
    map->without_slot += (uint32_t)count;
    return LEADKPI_OK;
}

leadkpi_status lk_map64_append(lk_map64 *map, lk_memory *memory, const int64_t *keys, size_t count,
                               leadkpi_error *error)
{
    uint32_t before = map->count;
    if (count == 0) return LEADKPI_OK;
    LK_TRY(lk_map64_append_room(map, memory, count, error));
    memcpy(map->keys + before, keys, count * sizeof *keys);
    return LEADKPI_OK;
}

leadkpi_status lk_map64_find_or_add(lk_map64 *map, lk_memory *memory, const int64_t *keys,
                                    ptrdiff_t stride_bytes, size_t count, uint32_t *indexes,
                                    leadkpi_error *error)
{
    const char *at = (const char *)keys;
    uint32_t before = map->count;
    if (stride_bytes == 0) stride_bytes = sizeof *keys;
    for (size_t i = 0; i < count; i += BLOCK) {
        size_t block = count - i < BLOCK ? count - i : BLOCK;
        leadkpi_status status = lk_map64_reserve(map, memory, block, error);
        if (LK_UNLIKELY(status != LEADKPI_OK)) {
            lk_map64_truncate(map, before);
            return status;
        }
        settle_block(&kind_64, &map->slots, map, map, at, stride_bytes, block, indexes + i);
        at += (ptrdiff_t)block * stride_bytes;
    }
    return LEADKPI_OK;
}

void lk_map64_find_batch(const lk_map64 *map, const int64_t *keys, ptrdiff_t stride_bytes,
                         size_t count, uint32_t *indexes)
{
    if (stride_bytes == 0) stride_bytes = sizeof *keys;
    find_all(&kind_64, &map->slots, map, keys, stride_bytes, count, indexes);
}

uint32_t lk_map64_find(const lk_map64 *map, int64_t key)
{
    uint32_t index;
    lk_map64_find_batch(map, &key, 0, 1, &index);
    return index;
}

void lk_map64_truncate(lk_map64 *map, uint32_t count)
{
    while (map->count > count) {
        uint32_t index = --map->count;
        map->without_slot -= !erase(&map->slots, tag_64(&map->slots, map->keys + index), index);
    }
}

void lk_map64_free(lk_map64 *map, lk_memory *memory)
{
    lk_release(memory, map->keys, map->capacity, sizeof *map->keys);
    free_slots(&map->slots, memory);
    memset(map, 0, sizeof *map);
}

/* ---- 128-bit keys ---------------------------------------------------------- */

LK_INLINE uint32_t tag_128(const lk_map_slots *s, const void *key)
{
    lk_key128 value;
    memcpy(&value, key, sizeof value);
    return (uint32_t)(lk_hash_key128(value, s->seed) >> 32);
}

LK_INLINE bool same_128(const void *map, uint32_t index, const void *key)
{
    return memcmp(((const lk_map128 *)map)->keys + index, key, sizeof(lk_key128)) == 0;
}

LK_INLINE uint32_t append_128(void *map, const void *key)
{
    lk_map128 *m = map;
    memcpy(m->keys + m->count, key, sizeof(lk_key128));
    return m->count++;
}

LK_INLINE void fetch_128(const void *map, uint32_t index)
{
    LK_PREFETCH(((const lk_map128 *)map)->keys + index);
}

static const key_kind kind_128 = {tag_128, same_128, append_128, fetch_128, NULL};

leadkpi_status lk_map128_reserve(lk_map128 *map, lk_memory *memory, size_t additional,
                                 leadkpi_error *error)
{
    LK_TRY(check_count(map->count, additional, error));
    size_t needed = map->count + additional;
    LK_TRY(reserve_keys(memory, &map->keys, &map->capacity, needed, sizeof *map->keys, error));
    return reserve_slots(&map->slots, memory, needed, error);
}

leadkpi_status lk_map128_find_or_add(lk_map128 *map, lk_memory *memory, const lk_key128 *keys,
                                     size_t count, uint32_t *indexes, leadkpi_error *error)
{
    uint32_t before = map->count;
    for (size_t i = 0; i < count; i += BLOCK) {
        size_t block = count - i < BLOCK ? count - i : BLOCK;
        leadkpi_status status = lk_map128_reserve(map, memory, block, error);
        if (LK_UNLIKELY(status != LEADKPI_OK)) {
            lk_map128_truncate(map, before);
            return status;
        }
        settle_block(&kind_128, &map->slots, map, map, (const char *)(keys + i), sizeof *keys,
                     block, indexes + i);
    }
    return LEADKPI_OK;
}

void lk_map128_find_batch(const lk_map128 *map, const lk_key128 *keys, size_t count,
                          uint32_t *indexes)
{
    find_all(&kind_128, &map->slots, map, keys, sizeof *keys, count, indexes);
}

uint32_t lk_map128_find(const lk_map128 *map, lk_key128 key)
{
    uint32_t index;
    lk_map128_find_batch(map, &key, 1, &index);
    return index;
}

void lk_map128_truncate(lk_map128 *map, uint32_t count)
{
    while (map->count > count) {
        uint32_t index = --map->count;
        erase(&map->slots, tag_128(&map->slots, map->keys + index), index);
    }
}

void lk_map128_free(lk_map128 *map, lk_memory *memory)
{
    lk_release(memory, map->keys, map->capacity, sizeof *map->keys);
    free_slots(&map->slots, memory);
    memset(map, 0, sizeof *map);
}

/* ---- texts ----------------------------------------------------------------- */

LK_INLINE uint32_t tag_text(const lk_map_slots *s, const void *key)
{
    return (uint32_t)(lk_hash_text(*(const lk_text *)key, s->seed) >> 32);
}

LK_INLINE bool same_text(const void *map, uint32_t index, const void *key)
{
    return lk_text_equal(lk_map_text_key(map, index), *(const lk_text *)key);
}

static uint64_t bytes_used(const lk_map_text *map)
{
    return map->count ? map->ends[map->count - 1] : 0;
}

LK_INLINE uint32_t append_text(void *map, const void *key)
{
    lk_map_text *m = map;
    lk_text text = *(const lk_text *)key;
    uint64_t start = bytes_used(m);
    if (text.length) memcpy(m->bytes + start, text.data, text.length);
    m->ends[m->count] = start + text.length;
    return m->count++;
}

LK_INLINE void fetch_text(const void *map, uint32_t index)
{
    LK_PREFETCH(((const lk_map_text *)map)->ends + index);
}

LK_INLINE void fetch_text_bytes(const void *map, uint32_t index)
{
    const lk_map_text *m = map;
    if (m->bytes) LK_PREFETCH(m->bytes + (index ? m->ends[index - 1] : 0));
}

static const key_kind kind_text = {tag_text, same_text, append_text, fetch_text, fetch_text_bytes};

static leadkpi_status reserve_bytes(lk_map_text *map, lk_memory *memory, size_t additional,
                                    leadkpi_error *error)
{
    size_t needed = (size_t)bytes_used(map);
    LK_FAIL_IF(!lk_size_add(needed, additional, &needed), error, LEADKPI_OUT_OF_MEMORY,
               "map: %zu bytes of text and %zu more do not fit in the address space", needed,
               additional);
    if (LK_LIKELY(needed <= map->bytes_capacity)) return LEADKPI_OK;
    size_t grown = grown_capacity(map->bytes_capacity, needed, SIZE_MAX);
    LK_TRY(lk_resize(memory, &map->bytes, map->bytes_capacity, grown, 1, error));
    map->bytes_capacity = grown;
    return LEADKPI_OK;
}

leadkpi_status lk_map_text_reserve(lk_map_text *map, lk_memory *memory, size_t additional,
                                   size_t additional_bytes, leadkpi_error *error)
{
    LK_TRY(check_count(map->count, additional, error));
    size_t needed = map->count + additional;
    LK_TRY(reserve_keys(memory, &map->ends, &map->capacity, needed, sizeof *map->ends, error));
    LK_TRY(reserve_bytes(map, memory, additional_bytes, error));
    return reserve_slots(&map->slots, memory, needed, error);
}

/* Room for all of a block, as if every text were new. */
static leadkpi_status reserve_block(lk_map_text *map, lk_memory *memory, const lk_text *keys,
                                    size_t count, leadkpi_error *error)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        LK_FAIL_IF(!lk_size_add(bytes, keys[i].length, &bytes), error, LEADKPI_OUT_OF_MEMORY,
                   "map: a text of %zu bytes does not fit in the address space", keys[i].length);
    return lk_map_text_reserve(map, memory, count, bytes, error);
}

leadkpi_status lk_map_text_find_or_add(lk_map_text *map, lk_memory *memory, const lk_text *keys,
                                       size_t count, uint32_t *indexes, leadkpi_error *error)
{
    uint32_t before = map->count;
    for (size_t i = 0; i < count; i += BLOCK) {
        size_t block = count - i < BLOCK ? count - i : BLOCK;
        leadkpi_status status = reserve_block(map, memory, keys + i, block, error);
        if (LK_UNLIKELY(status != LEADKPI_OK)) {
            lk_map_text_truncate(map, before);
            return status;
        }
        settle_block(&kind_text, &map->slots, map, map, (const char *)(keys + i), sizeof *keys,
                     block, indexes + i);
    }
    return LEADKPI_OK;
}

void lk_map_text_find_batch(const lk_map_text *map, const lk_text *keys, size_t count,
                            uint32_t *indexes)
{
    find_all(&kind_text, &map->slots, map, keys, sizeof *keys, count, indexes);
}

uint32_t lk_map_text_find(const lk_map_text *map, lk_text key)
{
    uint32_t index;
    lk_map_text_find_batch(map, &key, 1, &index);
    return index;
}

void lk_map_text_truncate(lk_map_text *map, uint32_t count)
{
    while (map->count > count) {
        uint32_t index = map->count - 1;
        lk_text key = lk_map_text_key(map, index);
        erase(&map->slots, tag_text(&map->slots, &key), index);
        map->count = index;
    }
}

void lk_map_text_free(lk_map_text *map, lk_memory *memory)
{
    lk_release(memory, map->ends, map->capacity, sizeof *map->ends);
    lk_release(memory, map->bytes, map->bytes_capacity, 1);
    free_slots(&map->slots, memory);
    memset(map, 0, sizeof *map);
}
