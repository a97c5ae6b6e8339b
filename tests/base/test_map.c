/* Hash maps against a linear search, and the hashes they stand on. */
#include "base/map.h"

#include "../support/check_main.h"
#include "../support/fault.h"
#include "../support/random.h"

static lk_memory memory;

static void memory_of_defaults(void)
{
    ck_assert_int_eq(lk_memory_init(&memory, NULL, NULL), LEADKPI_OK);
}

static void nothing_used(void)
{
    ck_assert_uint_eq(memory.used_bytes, 0);
}

/* The reference: look at every key. */
static uint32_t linear_64(const int64_t *keys, uint32_t count, int64_t key)
{
    for (uint32_t i = 0; i < count; i++)
        if (keys[i] == key) return i;
    return LK_MAP_NONE;
}

/* Key i of a family; families are the shapes that break weak hashes. */
static int64_t key_of(int family, uint64_t i)
{
    switch (family) {
    case 0:
        return (int64_t)i;
    case 1:
        return (int64_t)(i << 32);
    case 2:
        return (int64_t)(i << 48);
    case 3:
        return -(int64_t)i;
    case 4:
        return (int64_t)(i * 0x9E3779B97F4A7C15u);
    case 5:
        return (int64_t)(i | i << 32);
    case 6:
        return INT64_MIN + (int64_t)i * 4096;
    default:
        return (int64_t)(i % 300);
    }
}

START_TEST(int64_keys_get_indexes_in_order_of_first_sight)
{
    enum {
        COUNT = 1500
    };
    static int64_t keys[COUNT], dense[COUNT];
    static uint32_t indexes[COUNT];
    uint32_t count = 0;
    lk_map64 map = {0};
    for (uint64_t i = 0; i < COUNT; i++) keys[i] = key_of(_i, i * (i % 2 ? 1 : 7) % 1200);
    ck_assert_int_eq(lk_map64_find_or_add(&map, &memory, keys, 0, COUNT, indexes, NULL),
                     LEADKPI_OK);
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t expected = linear_64(dense, count, keys[i]);
        if (expected == LK_MAP_NONE) dense[expected = count++] = keys[i];
        ck_assert_uint_eq(indexes[i], expected);
        ck_assert_uint_eq(lk_map64_find(&map, keys[i]), expected);
    }
    ck_assert_uint_eq(map.count, count);
    ck_assert_mem_eq(map.keys, dense, count * sizeof *dense);
    ck_assert_uint_eq(lk_map64_find(&map, 0x7777777777777777), LK_MAP_NONE);
    lk_map64_free(&map, &memory);
    nothing_used();
}
END_TEST

START_TEST(an_empty_map_is_zero_bytes_and_finds_nothing)
{
    lk_map64 map = {0}, zero = {0};
    uint32_t indexes[3] = {1, 2, 3};
    int64_t keys[3] = {0, -1, 1};
    lk_map64_find_batch(&map, keys, 0, 3, indexes);
    for (int i = 0; i < 3; i++) ck_assert_uint_eq(indexes[i], LK_MAP_NONE);
    lk_map64_truncate(&map, 0);
    ck_assert_int_eq(lk_map64_find_or_add(&map, &memory, NULL, 0, 0, NULL, NULL), LEADKPI_OK);
    lk_map64_free(&map, &memory);
    ck_assert_mem_eq(&map, &zero, sizeof map);
    lk_map_text text = {0};
    ck_assert_uint_eq(lk_map_text_find(&text, LK_LITERAL("")), LK_MAP_NONE);
    lk_map_text_free(&text, &memory);
    ck_assert_uint_le(sizeof(lk_map_text), 64);
    nothing_used();
}
END_TEST

START_TEST(keys_may_lie_apart_and_backwards)
{
    struct {
        char pad;
        char key[8];
        char more[3];
    } rows[100];
    uint32_t indexes[100];
    lk_map64 map = {0};
    for (int64_t i = 0; i < 100; i++) {
        int64_t key = i / 2;
        memcpy(rows[i].key, &key, 8);
    }
    ck_assert_int_eq(lk_map64_find_or_add(&map, &memory, (const int64_t *)(void *)rows[99].key,
                                          -(ptrdiff_t)sizeof rows[0], 100, indexes, NULL),
                     LEADKPI_OK);
    for (uint32_t i = 0; i < 100; i++) ck_assert_uint_eq(indexes[i], i / 2);
    ck_assert_int_eq(map.keys[0], 49);
    lk_map64_free(&map, &memory);
}
END_TEST

START_TEST(forgotten_keys_are_gone_and_the_others_stay)
{
    uint64_t state = 5;
    lk_map64 map = {0};
    static int64_t keys[4000];
    static uint32_t indexes[4000];
    for (int round = 0; round < 60; round++) {
        size_t added = lk_test_random(&state) % 4000;
        for (size_t i = 0; i < added; i++) keys[i] = (int64_t)(lk_test_random(&state) % 6000);
        ck_assert_int_eq(lk_map64_find_or_add(&map, &memory, keys, 0, added, indexes, NULL),
                         LEADKPI_OK);
        uint32_t before = map.count, kept = (uint32_t)(lk_test_random(&state) % (before + 1));
        if (round % 7 == 0) kept = 0;
        if (round % 3 == 0)
            kept = before * 4 / 5; /* just grown: keys stand in another order than they came */
        lk_map64_truncate(&map, kept);
        lk_map64_truncate(&map, kept + 5); /* more than there are: nothing happens */
        ck_assert_uint_eq(map.count, kept);
        for (uint32_t i = 0; i < before; i++)
            ck_assert_uint_eq(lk_map64_find(&map, map.keys[i]), i < kept ? i : LK_MAP_NONE);
        if (round % 2 == 0) lk_map64_free(&map, &memory);
    }
    lk_map64_free(&map, &memory);
    nothing_used();
}
END_TEST

START_TEST(keys_that_were_appended_have_an_index_and_no_slot)
{
    lk_map64 map = {.keys = NULL};
    leadkpi_error error;
    const int64_t first[] = {5, 6}, second[] = {7, 8, 9}, third[] = {10, 11};
    uint32_t indexes[3];
    ck_assert_int_eq(lk_map64_append(&map, &memory, first, 2, &error), LEADKPI_OK);
    ck_assert_int_eq(lk_map64_find_or_add(&map, &memory, second, 0, 3, indexes, &error), LEADKPI_OK);
    ck_assert_int_eq(lk_map64_append(&map, &memory, third, 2, &error), LEADKPI_OK);
    ck_assert_uint_eq(map.count, 7);
    ck_assert_uint_eq(indexes[2], 4);
    ck_assert_int_eq(map.keys[6], 11);
    ck_assert_uint_eq(lk_map64_find(&map, 5), LK_MAP_NONE);
    ck_assert_uint_eq(lk_map64_find(&map, 9), 4);
    lk_map64_truncate(&map, 3);
    ck_assert_uint_eq(map.without_slot, 2);
    ck_assert_uint_eq(lk_map64_find(&map, 7), 2);
    ck_assert_uint_eq(lk_map64_find(&map, 9), LK_MAP_NONE);
    lk_map64_truncate(&map, 0);
    ck_assert_uint_eq(map.without_slot, 0);
    lk_map64_free(&map, &memory);
}
END_TEST

START_TEST(what_was_reserved_is_added_without_memory)
{
    lk_fault fault;
    lk_memory counted;
    lk_map64 map = {0};
    lk_map_text texts = {0};
    static int64_t keys[10000];
    static uint32_t indexes[10000];
    lk_text words[] = {LK_LITERAL("Paid Search"), LK_LITERAL("Events"), LK_LITERAL("")};
    lk_fault_init(&fault);
    lk_memory_init(&counted, &fault.host, NULL);
    for (int64_t i = 0; i < 10000; i++) keys[i] = i * i;
    ck_assert_int_eq(lk_map64_reserve(&map, &counted, 10000, NULL), LEADKPI_OK);
    ck_assert_int_eq(lk_map_text_reserve(&texts, &counted, 3, 17, NULL), LEADKPI_OK);
    lk_fault_arm(&fault, 1, true);
    ck_assert_int_eq(lk_map64_find_or_add(&map, &counted, keys, 0, 10000, indexes, NULL),
                     LEADKPI_OK);
    ck_assert_int_eq(lk_map_text_find_or_add(&texts, &counted, words, 3, indexes, NULL),
                     LEADKPI_OK);
    ck_assert_uint_eq(fault.requests, 0);
    ck_assert_uint_eq(map.count, 10000);
    lk_map64_free(&map, &counted);
    lk_map_text_free(&texts, &counted);
    lk_fault_nothing_held(&fault, "maps");
}
END_TEST

START_TEST(too_many_keys_are_refused)
{
    leadkpi_error error;
    leadkpi_error_reset(&error);
    lk_map64 map = {0};
    ck_assert_int_eq(lk_map64_reserve(&map, &memory, (size_t)UINT32_MAX, &error), LEADKPI_OVERFLOW);
    ck_assert_str_eq(error.message,
                     "map: expected at most 4294967294 keys, found 0 and 4294967295 more");
    ck_assert_int_eq(lk_map64_reserve(&map, &memory, SIZE_MAX, NULL), LEADKPI_OVERFLOW);
    lk_map_text texts = {0};
    ck_assert_int_eq(lk_map_text_reserve(&texts, &memory, 1, SIZE_MAX, NULL),
                     LEADKPI_OUT_OF_MEMORY);
    lk_map_text_free(&texts, &memory);
    nothing_used();
}
END_TEST

START_TEST(keys_of_128_bits_are_told_apart_by_both_halves)
{
    enum {
        COUNT = 900
    };
    static lk_key128 keys[COUNT], dense[COUNT];
    static uint32_t indexes[COUNT];
    uint32_t count = 0;
    lk_map128 map = {0};
    for (uint64_t i = 0; i < COUNT; i++) keys[i] = (lk_key128){i % 7, i / 7 % 50};
    ck_assert_int_eq(lk_map128_find_or_add(&map, &memory, keys, COUNT, indexes, NULL), LEADKPI_OK);
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t expected = 0;
        while (expected < count && lk_key128_compare(dense[expected], keys[i])) expected++;
        if (expected == count) dense[count++] = keys[i];
        ck_assert_uint_eq(indexes[i], expected);
        ck_assert_uint_eq(lk_map128_find(&map, keys[i]), expected);
    }
    ck_assert_uint_eq(map.count, count);
    lk_map128_truncate(&map, 100);
    for (uint32_t i = 0; i < count; i++)
        ck_assert_uint_eq(lk_map128_find(&map, dense[i]), i < 100 ? i : LK_MAP_NONE);
    lk_map128_free(&map, &memory);
    nothing_used();
}
END_TEST

START_TEST(texts_get_indexes_in_order_of_first_sight)
{
    enum {
        COUNT = 3000
    };
    static char bytes[COUNT][12];
    static lk_text keys[COUNT];
    static uint32_t indexes[COUNT];
    lk_map_text map = {0};
    uint64_t state = 6;
    for (int i = 0; i < COUNT; i++) {
        size_t length = lk_test_random(&state) % 4 * 3;
        for (size_t j = 0; j < length; j++)
            bytes[i][j] = (char)(lk_test_random(&state) % 3); /* zeros too */
        keys[i] = (lk_text){length ? bytes[i] : NULL, length};
    }
    ck_assert_int_eq(lk_map_text_find_or_add(&map, &memory, keys, COUNT, indexes, NULL),
                     LEADKPI_OK);
    uint32_t count = 0;
    for (int i = 0; i < COUNT; i++) {
        int first = 0;
        while (!lk_text_equal(keys[first], keys[i])) first++;
        if (first == i)
            ck_assert_uint_eq(indexes[i], count++);
        else
            ck_assert_uint_eq(indexes[i], indexes[first]);
        ck_assert_uint_eq(lk_map_text_find(&map, keys[i]), indexes[i]);
        ck_assert(lk_text_equal(lk_map_text_key(&map, indexes[i]), keys[i]));
    }
    ck_assert_uint_eq(map.count, count);
    lk_map_text_truncate(&map, 10);
    for (int i = 0; i < COUNT; i++)
        ck_assert_uint_eq(lk_map_text_find(&map, keys[i]),
                          indexes[i] < 10 ? indexes[i] : LK_MAP_NONE);
    ck_assert_int_eq(lk_map_text_find_or_add(&map, &memory, keys, COUNT, indexes, NULL),
                     LEADKPI_OK);
    ck_assert_uint_eq(map.count, count);
    lk_map_text_free(&map, &memory);
    nothing_used();
}
END_TEST

/* ---- memory that runs out ------------------------------------------------- */

typedef struct maps {
    lk_memory memory;
    lk_map64 by_id;
    lk_map128 by_hash;
    lk_map_text by_text;
} maps;

static const int64_t few[] = {5, 6, 7};

static void make_maps(const leadkpi_host *host, void *context)
{
    maps *m = context;
    uint32_t indexes[3];
    memset(m, 0, sizeof *m);
    lk_memory_init(&m->memory, host, NULL);
    lk_map64_find_or_add(&m->by_id, &m->memory, few, 0, 3, indexes, NULL);
}

static leadkpi_status add_many(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    (void)host;
    maps *m = context;
    int64_t ids[300];
    lk_key128 hashes[300];
    lk_text texts[300];
    uint32_t indexes[300];
    for (int i = 0; i < 300; i++) {
        ids[i] = i * 3;
        hashes[i] = (lk_key128){0, (uint64_t)i};
        texts[i] = (lk_text){(const char *)(ids + i), 8};
    }
    uint32_t before = m->by_id.count;
    LK_TRY(lk_map64_find_or_add(&m->by_id, &m->memory, ids, 0, 300, indexes, error));
    leadkpi_status status =
        lk_map128_find_or_add(&m->by_hash, &m->memory, hashes, 300, indexes, error);
    if (status == LEADKPI_OK)
        status = lk_map_text_find_or_add(&m->by_text, &m->memory, texts, 300, indexes, error);
    if (status != LEADKPI_OK) {
        lk_map64_truncate(&m->by_id, before);
        lk_map128_truncate(&m->by_hash, 0);
    }
    return status;
}

static void keys_of_maps(void *context, lk_fault_bytes *bytes)
{
    maps *m = context;
    uint32_t counts[3] = {m->by_id.count, m->by_hash.count, m->by_text.count};
    bytes->length = sizeof counts + m->by_id.count * sizeof(int64_t);
    bytes->data = malloc(bytes->length);
    memcpy(bytes->data, counts, sizeof counts);
    memcpy((char *)bytes->data + sizeof counts, m->by_id.keys, m->by_id.count * sizeof(int64_t));
    for (uint32_t i = 0; i < m->by_id.count; i++)
        ck_assert_uint_eq(lk_map64_find(&m->by_id, m->by_id.keys[i]), i);
}

static void free_maps(void *context)
{
    maps *m = context;
    lk_map64_free(&m->by_id, &m->memory);
    lk_map128_free(&m->by_hash, &m->memory);
    lk_map_text_free(&m->by_text, &m->memory);
    ck_assert_uint_eq(m->memory.used_bytes, 0);
}

START_TEST(no_memory_leaves_every_map_as_it_was)
{
    maps context;
    lk_fault_case add = {"maps", make_maps, add_many, keys_of_maps, free_maps, &context};
    lk_fault_every_allocation(&add);
}
END_TEST

/* ---- hashes ----------------------------------------------------------------- */

START_TEST(the_hash_of_a_state_never_changes)
{
    /* "The empty input" of the XXH3-128 reference, seed 0; the others were frozen with the
     * first release. */
    static const struct {
        const char *text;
        const char *hex;
    } cases[] = {
        {"", "99aa06d3014798d86001c324468d497f"},
        {"lead@example.com", "52abe56e5e9cc555806ab67c8fbb7901"},
        {"The quick brown fox jumps over the lazy dog, again and again and again and again and "
         "again "
         "and again and again and again and again and again and again and again and again and "
         "again "
         "and again and again and again and again and again and again and again and again and "
         "again.",
         "44e9396511faf20aed32096c36624d33"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[16];
        char hex[33];
        lk_key128 key = lk_hash128(cases[i].text, strlen(cases[i].text));
        lk_key128_to_bytes(key, bytes);
        for (int j = 0; j < 16; j++) {
            hex[2 * j] = "0123456789abcdef"[bytes[j] >> 4];
            hex[2 * j + 1] = "0123456789abcdef"[bytes[j] & 15];
        }
        hex[32] = '\0';
        ck_assert_str_eq(hex, cases[i].hex);
        ck_assert_int_eq(lk_key128_compare(lk_key128_from_bytes(bytes), key), 0);
    }
}
END_TEST

START_TEST(keys_compare_as_their_bytes_do)
{
    uint64_t state = 7;
    for (int i = 0; i < 1000; i++) {
        uint8_t a[16], b[16];
        lk_key128 x = {lk_test_random(&state) % 3, lk_test_random(&state)};
        lk_key128 y = {lk_test_random(&state) % 3, i % 5 ? lk_test_random(&state) : x.low};
        lk_key128_to_bytes(x, a);
        lk_key128_to_bytes(y, b);
        int order = memcmp(a, b, 16);
        ck_assert_int_eq(lk_key128_compare(x, y), (order > 0) - (order < 0));
    }
}
END_TEST

START_TEST(the_top_bits_of_the_id_hash_spread_every_family)
{
    for (int family = 0; family < 7; family++) {
        for (uint64_t seed = 1; seed < 20; seed++) {
            int buckets[1024] = {0}, fullest = 0;
            for (uint64_t i = 0; i < 1024; i++)
                buckets[lk_hash_int64((uint64_t)key_of(family, i), lk_hash_seed(seed)) >> 54]++;
            for (int i = 0; i < 1024; i++)
                if (buckets[i] > fullest) fullest = buckets[i];
            ck_assert_int_le(fullest, 16);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("map");
    TCase *tcase = tcase_create("map");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, memory_of_defaults, NULL);
    tcase_add_loop_test(tcase, int64_keys_get_indexes_in_order_of_first_sight, 0, 8);
    tcase_add_test(tcase, an_empty_map_is_zero_bytes_and_finds_nothing);
    tcase_add_test(tcase, keys_may_lie_apart_and_backwards);
    tcase_add_test(tcase, forgotten_keys_are_gone_and_the_others_stay);
    tcase_add_test(tcase, keys_that_were_appended_have_an_index_and_no_slot);
    tcase_add_test(tcase, what_was_reserved_is_added_without_memory);
    tcase_add_test(tcase, too_many_keys_are_refused);
    tcase_add_test(tcase, keys_of_128_bits_are_told_apart_by_both_halves);
    tcase_add_test(tcase, texts_get_indexes_in_order_of_first_sight);
    tcase_add_test(tcase, no_memory_leaves_every_map_as_it_was);
    tcase_add_test(tcase, the_hash_of_a_state_never_changes);
    tcase_add_test(tcase, keys_compare_as_their_bytes_do);
    tcase_add_test(tcase, the_top_bits_of_the_id_hash_spread_every_family);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
