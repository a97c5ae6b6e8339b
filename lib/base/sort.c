#include "base/sort.h"

/* ---- by number ------------------------------------------------------------- */

#define PASSES 8
#define BUCKETS 256

/* How often each value of each byte occurs: one pass over the keys for all eight. */
static void count_bytes(const uint64_t *keys, size_t count, size_t counts[PASSES][BUCKETS])
{
    memset(counts, 0, PASSES * BUCKETS * sizeof(size_t));
    for (size_t i = 0; i < count; i++) {
        uint64_t key = keys[i];
        for (int pass = 0; pass < PASSES; pass++) counts[pass][key >> (8 * pass) & 0xFF]++;
    }
}

/* Counts become the places where each byte value starts. */
static void counts_to_starts(size_t counts[BUCKETS])
{
    size_t start = 0;
    for (int i = 0; i < BUCKETS; i++) {
        size_t here = counts[i];
        counts[i] = start;
        start += here;
    }
}

/* Cost: reads 8 (12) bytes an item in order, writes as many to one of 256 places; no branch in the
 * loop. */
static void move_by_byte(const uint64_t *keys, const uint32_t *payload, size_t count, int pass,
                         size_t starts[BUCKETS], uint64_t *to_keys, uint32_t *to_payload)
{
    for (size_t i = 0; i < count; i++) {
        size_t place = starts[keys[i] >> (8 * pass) & 0xFF]++;
        to_keys[place] = keys[i];
        if (payload) to_payload[place] = payload[i];
    }
}

static bool in_order(const uint64_t *keys, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (keys[i - 1] > keys[i]) return false;
    return true;
}

void lk_sort_uint64_with(uint64_t *keys, uint32_t *payload, size_t count, uint64_t *key_scratch,
                         uint32_t *payload_scratch)
{
    if (count < 2 || in_order(keys, count)) return;
    size_t counts[PASSES][BUCKETS];
    count_bytes(keys, count, counts);
    uint64_t *from_keys = keys, *to_keys = key_scratch;
    uint32_t *from_payload = payload, *to_payload = payload_scratch;
    for (int pass = 0; pass < PASSES; pass++) {
        if (counts[pass][keys[0] >> (8 * pass) & 0xFF] == count) continue; /* the same in all */
        counts_to_starts(counts[pass]);
        move_by_byte(from_keys, from_payload, count, pass, counts[pass], to_keys, to_payload);
        uint64_t *swap_keys = from_keys;
        uint32_t *swap_payload = from_payload;
        from_keys = to_keys, to_keys = swap_keys;
        from_payload = payload ? to_payload : NULL, to_payload = swap_payload;
    }
    if (from_keys == keys) return;
    memcpy(keys, from_keys, count * sizeof *keys);
    if (payload) memcpy(payload, from_payload, count * sizeof *payload);
}

leadkpi_status lk_sort_uint64(lk_memory *memory, uint64_t *keys, uint32_t *payload, size_t count,
                              leadkpi_error *error)
{
    if (count < 2 || in_order(keys, count)) return LEADKPI_OK;
    uint64_t *key_scratch = NULL;
    uint32_t *payload_scratch = NULL;
    LK_TRY(lk_allocate(memory, count, sizeof *keys, &key_scratch, error));
    leadkpi_status status = LEADKPI_OK;
    if (payload) status = lk_allocate(memory, count, sizeof *payload, &payload_scratch, error);
    if (status == LEADKPI_OK)
        lk_sort_uint64_with(keys, payload, count, key_scratch, payload_scratch);
    lk_release(memory, payload_scratch, count, sizeof *payload);
    lk_release(memory, key_scratch, count, sizeof *keys);
    return status;
}

/* With the sign bit turned over, negative numbers stand below the others. */
static void flip_signs(uint64_t *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) keys[i] ^= (uint64_t)1 << 63;
}

leadkpi_status lk_sort_int64(lk_memory *memory, int64_t *keys, uint32_t *payload, size_t count,
                             leadkpi_error *error)
{
    uint64_t *unsigned_keys = (uint64_t *)keys; /* the same type but for the sign: may alias */
    flip_signs(unsigned_keys, count);
    leadkpi_status status = lk_sort_uint64(memory, unsigned_keys, payload, count, error);
    flip_signs(unsigned_keys, count);
    return status;
}

/* ---- by comparison ----------------------------------------------------------- */

/* Runs of this many are sorted by insertion before any merge. */
#define RUN 8

static void sort_run(uint32_t *indexes, size_t count, lk_sort_compare compare, const void *context)
{
    for (size_t i = 1; i < count; i++) {
        uint32_t index = indexes[i];
        size_t place = i;
        for (; place > 0 && compare(context, indexes[place - 1], index) > 0; place--)
            indexes[place] = indexes[place - 1];
        indexes[place] = index;
    }
}

/* Two neighbouring sorted runs, [0, middle) and [middle, count), into one; the left goes first
 * where they are equal. Runs that are in order already cost one comparison. */
static void merge(const uint32_t *from, size_t middle, size_t count, uint32_t *to,
                  lk_sort_compare compare, const void *context)
{
    if (middle >= count || compare(context, from[middle - 1], from[middle]) <= 0) {
        memcpy(to, from, count * sizeof *to);
        return;
    }
    size_t left = 0, right = middle;
    for (size_t i = 0; i < count; i++) {
        bool take_left =
            right == count || (left < middle && compare(context, from[left], from[right]) <= 0);
        to[i] = take_left ? from[left++] : from[right++];
    }
}

void lk_sort_indexes_with(uint32_t *indexes, size_t count, uint32_t *scratch,
                          lk_sort_compare compare, const void *context)
{
    uint32_t *from = indexes, *to = scratch;
    for (size_t i = 0; i < count; i += RUN)
        sort_run(indexes + i, count - i < RUN ? count - i : RUN, compare, context);
    for (size_t width = RUN; width < count; width *= 2) {
        for (size_t i = 0; i < count; i += 2 * width) {
            size_t both = count - i < 2 * width ? count - i : 2 * width;
            merge(from + i, width, both, to + i, compare, context);
        }
        uint32_t *swap = from;
        from = to, to = swap;
    }
    if (from != indexes) memcpy(indexes, from, count * sizeof *indexes);
}

leadkpi_status lk_sort_indexes(lk_memory *memory, uint32_t *indexes, size_t count,
                               lk_sort_compare compare, const void *context, leadkpi_error *error)
{
    uint32_t *scratch = NULL;
    LK_TRY(lk_allocate(memory, count, sizeof *scratch, &scratch, error));
    lk_sort_indexes_with(indexes, count, scratch, compare, context);
    lk_release(memory, scratch, count, sizeof *scratch);
    return LEADKPI_OK;
}
