#include "base/sort.h"

/* ---- by number ------------------------------------------------------------- */

#define PASSES 8
#define BUCKETS 256
/* Of so many neighbouring keys it is counted how often each comes. */
#define COUNTED 2048
#define COUNTED_LEAST (COUNTED / 4) /* of fewer keys the counts would cost more than the keys */

/* What one pass over keys tells. */
typedef struct survey {
    uint64_t differing; /* the bits that are not the same in all */
    bool in_order;
} survey;

/* The bits in which some keys are not like another. */
static uint64_t differing_bits(const uint64_t *keys, size_t count, uint64_t like)
{
    uint64_t even = 0, odd = 0;
    size_t i = 0;
    for (; i + 1 < count; i += 2) {
        even |= keys[i] ^ like;
        odd |= keys[i + 1] ^ like;
    }
    return i < count ? even | odd | (keys[i] ^ like) : even | odd;
}

/* `flip` makes numbers with a sign rise as bits do. Whether keys are in order is asked until one falls: of those that
 * are to be sorted one soon does. */
static leadkpi_status look_over(const lk_memory *memory, const uint64_t *keys, size_t count, uint64_t flip,
                                survey *found, leadkpi_error *error)
{
    *found = (survey){0, true};
    for (size_t at = 1; at < count;) {
        size_t end = count - at < LK_INTERRUPT_ROWS ? count : at + LK_INTERRUPT_ROWS, rises = at;
        if (at > 1) LK_TRY(lk_interrupted(memory, error));
        for (; found->in_order && rises < end; rises++)
            found->in_order = (keys[rises - 1] ^ flip) <= (keys[rises] ^ flip);
        found->differing |= differing_bits(keys + at, end - at, keys[0]);
        at = end;
    }
    return LEADKPI_OK;
}

/* How often each value of a byte occurs. */
static leadkpi_status count_byte(const lk_memory *memory, const uint64_t *keys, size_t count, int pass,
                                 size_t counts[BUCKETS], leadkpi_error *error)
{
    memset(counts, 0, BUCKETS * sizeof *counts);
    for (size_t i = 0; i < count; i++) {
        if (LK_UNLIKELY(i % LK_INTERRUPT_ROWS == LK_INTERRUPT_ROWS - 1)) LK_TRY(lk_interrupted(memory, error));
        counts[keys[i] >> (8 * pass) & 0xFF]++;
    }
    return LEADKPI_OK;
}

/* Keys of one value often follow each other, and each count would wait for the one before: neighbours count apart. */
static void count_low_bits(const uint64_t *keys, size_t count, uint32_t counts[4][COUNTED])
{
    size_t i = 0;
    for (; i + 3 < count; i += 4)
        for (size_t k = 0; k < 4; k++) counts[k][keys[i + k] & (COUNTED - 1)]++;
    for (; i < count; i++) counts[0][keys[i] & (COUNTED - 1)]++;
}

/* Each key as often as it was counted. */
static leadkpi_status write_counted(const lk_memory *memory, uint64_t above, uint32_t counts[4][COUNTED],
                                    uint64_t *keys, leadkpi_error *error)
{
    size_t done = 0;
    for (uint64_t low = 0; low < COUNTED; low++) {
        size_t left = (size_t)counts[0][low] + counts[1][low] + counts[2][low] + counts[3][low];
        while (left > 0) {
            size_t some = left < LK_INTERRUPT_ROWS ? left : LK_INTERRUPT_ROWS;
            LK_TRY(lk_interrupted_after(memory, some, &done, error));
            for (const uint64_t *end = keys + some; keys < end; keys++) *keys = above | low;
            left -= some;
        }
    }
    return LEADKPI_OK;
}

/* Keys, fewer than 2^32, that differ in their low bits alone: how often each comes is all there is to know. Cost: 8
 * bytes an item read and written, in order; no memory but the counts, which the nearest cache holds. */
static leadkpi_status sort_counted(const lk_memory *memory, uint64_t *keys, size_t count, leadkpi_error *error)
{
    uint32_t counts[4][COUNTED] = {{0}};
    uint64_t above = keys[0] & ~(uint64_t)(COUNTED - 1);
    for (size_t i = 0; i < count; i += LK_INTERRUPT_ROWS) {
        if (i > 0) LK_TRY(lk_interrupted(memory, error));
        count_low_bits(keys + i, count - i < LK_INTERRUPT_ROWS ? count - i : LK_INTERRUPT_ROWS, counts);
    }
    return write_counted(memory, above, counts, keys, error);
}

/* Counts become the places where each byte value starts, of which one stands first and 255 before 0. */
static void counts_to_starts(size_t counts[BUCKETS], int first)
{
    size_t start = 0;
    for (int i = 0; i < BUCKETS; i++) {
        int value = (first + i) % BUCKETS;
        size_t here = counts[value];
        counts[value] = start;
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

static leadkpi_status move_in_parts(const lk_memory *memory, const uint64_t *keys, const uint32_t *payload,
                                    size_t count, int pass, size_t starts[BUCKETS], uint64_t *to_keys,
                                    uint32_t *to_payload, leadkpi_error *error)
{
    for (size_t at = 0; at < count; at += LK_INTERRUPT_ROWS) {
        size_t part = count - at < LK_INTERRUPT_ROWS ? count - at : LK_INTERRUPT_ROWS;
        if (at > 0) LK_TRY(lk_interrupted(memory, error));
        move_by_byte(keys + at, payload ? payload + at : NULL, part, pass, starts, to_keys, to_payload);
    }
    return LEADKPI_OK;
}

/* Of numbers with a sign those whose first bit is set, the negative ones, stand first. */
static int first_value(int pass, bool is_signed)
{
    return is_signed && pass == PASSES - 1 ? BUCKETS / 2 : 0;
}

static leadkpi_status sort_with(const lk_memory *memory, uint64_t *keys, uint32_t *payload, size_t count,
                                uint64_t bits, bool is_signed, uint64_t *key_scratch, uint32_t *payload_scratch,
                                leadkpi_error *error)
{
    size_t counts[BUCKETS];
    uint64_t *from_keys = keys, *to_keys = key_scratch;
    uint32_t *from_payload = payload, *to_payload = payload_scratch;
    for (int pass = 0; pass < PASSES; pass++) {
        if (!(bits >> (8 * pass) & 0xFF)) continue; /* the same in all */
        LK_TRY(count_byte(memory, from_keys, count, pass, counts, error));
        counts_to_starts(counts, first_value(pass, is_signed));
        LK_TRY(move_in_parts(memory, from_keys, from_payload, count, pass, counts, to_keys, to_payload, error));
        uint64_t *swap_keys = from_keys;
        uint32_t *swap_payload = from_payload;
        from_keys = to_keys, to_keys = swap_keys;
        from_payload = payload ? to_payload : NULL, to_payload = swap_payload;
    }
    if (from_keys == keys) return LEADKPI_OK;
    LK_TRY(lk_copy(memory, keys, from_keys, count * sizeof *keys, error));
    return payload ? lk_copy(memory, payload, from_payload, count * sizeof *payload, error) : LEADKPI_OK;
}

static leadkpi_status sort_by_bits(lk_memory *memory, uint64_t *keys, uint32_t *payload, size_t count, uint64_t bits,
                                   bool is_signed, leadkpi_error *error)
{
    uint64_t *key_scratch = NULL;
    uint32_t *payload_scratch = NULL;
    bool counts = !payload && bits < COUNTED && count >= COUNTED_LEAST && count < UINT32_MAX;
    if (counts) return sort_counted(memory, keys, count, error);
    LK_TRY(lk_allocate(memory, count, sizeof *keys, &key_scratch, error));
    leadkpi_status status = LEADKPI_OK;
    if (payload) status = lk_allocate(memory, count, sizeof *payload, &payload_scratch, error);
    if (status == LEADKPI_OK) status = lk_bring_pages(memory, key_scratch, count * sizeof *keys, error);
    if (status == LEADKPI_OK && payload)
        status = lk_bring_pages(memory, payload_scratch, count * sizeof *payload, error);
    if (status == LEADKPI_OK)
        status = sort_with(memory, keys, payload, count, bits, is_signed, key_scratch, payload_scratch, error);
    lk_release(memory, payload_scratch, count, sizeof *payload);
    lk_release(memory, key_scratch, count, sizeof *keys);
    return status;
}

leadkpi_status lk_sort_uint64(lk_memory *memory, uint64_t *keys, uint32_t *payload, size_t count,
                              leadkpi_error *error)
{
    survey found;
    LK_TRY(look_over(memory, keys, count, 0, &found, error));
    if (found.in_order) return LEADKPI_OK;
    return sort_by_bits(memory, keys, payload, count, found.differing, false, error);
}

leadkpi_status lk_sort_uint64_with(const lk_memory *memory, uint64_t *keys, size_t count, uint64_t *scratch,
                                   leadkpi_error *error)
{
    survey found;
    LK_TRY(look_over(memory, keys, count, 0, &found, error));
    if (found.in_order) return LEADKPI_OK;
    return sort_with(memory, keys, NULL, count, found.differing, false, scratch, NULL, error);
}

#define SIGN_BIT ((uint64_t)1 << 63)

leadkpi_status lk_sort_int64(lk_memory *memory, int64_t *keys, uint32_t *payload, size_t count,
                             leadkpi_error *error)
{
    uint64_t *unsigned_keys = (uint64_t *)keys; /* the same type but for the sign: may alias */
    survey found;
    LK_TRY(look_over(memory, unsigned_keys, count, SIGN_BIT, &found, error));
    if (found.in_order) return LEADKPI_OK;
    return sort_by_bits(memory, unsigned_keys, payload, count, found.differing, true, error);
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
static leadkpi_status merge(const lk_memory *memory, const uint32_t *from, size_t middle, size_t count, uint32_t *to,
                            lk_sort_compare compare, const void *context, leadkpi_error *error)
{
    if (middle >= count || compare(context, from[middle - 1], from[middle]) <= 0)
        return lk_copy(memory, to, from, count * sizeof *to, error);
    size_t left = 0, right = middle;
    for (size_t i = 0; i < count; i++) {
        bool take_left =
            right == count || (left < middle && compare(context, from[left], from[right]) <= 0);
        to[i] = take_left ? from[left++] : from[right++];
        LK_TRY(lk_interrupted_at(memory, i, error));
    }
    return LEADKPI_OK;
}

leadkpi_status lk_sort_indexes_with(const lk_memory *memory, uint32_t *indexes, size_t count, uint32_t *scratch,
                                    lk_sort_compare compare, const void *context, leadkpi_error *error)
{
    uint32_t *from = indexes, *to = scratch;
    for (size_t i = 0; i < count; i += RUN) {
        LK_TRY(lk_interrupted_at(memory, i, error));
        sort_run(indexes + i, count - i < RUN ? count - i : RUN, compare, context);
    }
    for (size_t width = RUN; width < count; width *= 2) {
        for (size_t i = 0; i < count; i += 2 * width) {
            size_t both = count - i < 2 * width ? count - i : 2 * width;
            LK_TRY(lk_interrupted_at(memory, i, error));
            LK_TRY(merge(memory, from + i, width, both, to + i, compare, context, error));
        }
        uint32_t *swap = from;
        from = to, to = swap;
    }
    return from != indexes ? lk_copy(memory, indexes, from, count * sizeof *indexes, error) : LEADKPI_OK;
}

leadkpi_status lk_sort_indexes(lk_memory *memory, uint32_t *indexes, size_t count,
                               lk_sort_compare compare, const void *context, leadkpi_error *error)
{
    uint32_t *scratch = NULL;
    LK_TRY(lk_allocate(memory, count, sizeof *scratch, &scratch, error));
    leadkpi_status status = lk_sort_indexes_with(memory, indexes, count, scratch, compare, context, error);
    lk_release(memory, scratch, count, sizeof *scratch);
    return status;
}
