/* Exact sums, hash maps and sorts: what a row costs while it is taken in. */
#include <stdlib.h>
#include <string.h>

#include "base/exact_sum.h"
#include "base/map.h"
#include "base/sort.h"
#include "bench.h"

enum {
    ADDENDS = 1000000,
    KEYS = 8000000,
    TEXTS = 4000000,
    SUMS = 4096,
    BLOCK = 4096
};

static double *amounts;
static int64_t *ids;
static char *text_bytes;
static lk_text *texts;
static uint32_t *indexes;
static lk_memory memory;

static void *must(void *block)
{
    if (!block) abort();
    return block;
}

static void good(leadkpi_status status)
{
    if (status != LEADKPI_OK) abort();
}

/* Amounts with two decimals, ids in no order, e-mail-like texts of 23 bytes. */
static void make_rows(void)
{
    uint64_t state = 1;
    good(lk_memory_init(&memory, NULL, NULL));
    amounts = must(malloc(ADDENDS * sizeof *amounts));
    ids = must(malloc(KEYS * sizeof *ids));
    indexes = must(malloc(KEYS * sizeof *indexes));
    texts = must(malloc(TEXTS * sizeof *texts));
    text_bytes = must(malloc((size_t)TEXTS * 23));
    for (int i = 0; i < ADDENDS; i++)
        amounts[i] = (double)(int64_t)(bench_random(&state) % 2000000) / 100 - 1000;
    for (int i = 0; i < KEYS; i++) ids[i] = (int64_t)(bench_random(&state) >> 1);
    for (int i = 0; i < TEXTS; i++) {
        uint64_t bits = bench_random(&state);
        texts[i] = (lk_text){text_bytes + (size_t)i * 23, 23};
        for (int j = 0; j < 11; j++, bits >>= 5) text_bytes[i * 23 + j] = (char)('a' + bits % 26);
        memcpy(text_bytes + (size_t)i * 23 + 11, "@example.com", 12);
    }
}

static void sum_batch(void)
{
    lk_exact_sum sum = LK_EXACT_SUM_ZERO;
    good(lk_exact_sum_add_doubles(&sum, amounts, 0, ADDENDS, NULL, NULL));
}

static void sum_one_by_one(void)
{
    lk_exact_sum sum = LK_EXACT_SUM_ZERO;
    for (int i = 0; i < ADDENDS; i++) good(lk_exact_sum_add_double(&sum, amounts[i], NULL));
}

static void sum_by_group(void)
{
    static lk_exact_sum sums[SUMS];
    for (int i = 0; i < ADDENDS; i++)
        good(lk_exact_sum_add_double(&sums[(size_t)ids[i] % SUMS], amounts[i], NULL));
}

static void sum_decimals(void)
{
    lk_exact_sum sum = LK_EXACT_SUM_ZERO;
    for (int i = 0; i < ADDENDS; i++) good(lk_exact_sum_add_decimal(&sum, ids[i] >> 20, 2, NULL));
}

static volatile double neumaier_sum;

/* What is given up for exactness: the usual compensated sum. */
static void sum_neumaier(void)
{
    double sum = 0, lost = 0;
    for (int i = 0; i < ADDENDS; i++) {
        double value = amounts[i], total = sum + value;
        double size = sum < 0 ? -sum : sum, other = value < 0 ? -value : value;
        lost += size >= other ? sum - total + value : value - total + sum;
        sum = total;
    }
    neumaier_sum = sum + lost;
}

static void add_ids(void)
{
    lk_map64 map = {0};
    for (int i = 0; i < KEYS; i += BLOCK) {
        size_t count = KEYS - i < BLOCK ? KEYS - i : BLOCK;
        good(lk_map64_find_or_add(&map, &memory, ids + i, 0, count, indexes + i, NULL));
    }
    lk_map64_free(&map, &memory);
}

static void add_texts(void)
{
    lk_map_text map = {0};
    for (int i = 0; i < TEXTS; i += BLOCK) {
        size_t count = TEXTS - i < BLOCK ? TEXTS - i : BLOCK;
        good(lk_map_text_find_or_add(&map, &memory, texts + i, count, indexes + i, NULL));
    }
    lk_map_text_free(&map, &memory);
}

static void find_ids(const lk_map64 *map)
{
    for (int i = 0; i < KEYS; i += BLOCK)
        lk_map64_find_batch(map, ids + i, 0, KEYS - i < BLOCK ? KEYS - i : BLOCK, indexes + i);
}

static void find_texts(const lk_map_text *map)
{
    for (int i = 0; i < TEXTS; i += BLOCK)
        lk_map_text_find_batch(map, texts + i, TEXTS - i < BLOCK ? TEXTS - i : BLOCK, indexes + i);
}

static void measure_finds(void)
{
    lk_map64 by_id = {0};
    lk_map_text by_text = {0};
    good(lk_map64_find_or_add(&by_id, &memory, ids, 0, KEYS, indexes, NULL));
    BENCH("map of 8 M int64: keys that are there", KEYS, 0, find_ids(&by_id));
    lk_map64_free(&by_id, &memory);
    good(lk_map_text_find_or_add(&by_text, &memory, texts, TEXTS, indexes, NULL));
    BENCH("map of 4 M texts: keys that are there", TEXTS, 0, find_texts(&by_text));
    lk_map_text_free(&by_text, &memory);
}

static void sort_ids(void)
{
    static int64_t keys[ADDENDS];
    memcpy(keys, ids, sizeof keys);
    for (uint32_t i = 0; i < ADDENDS; i++) indexes[i] = i;
    good(lk_sort_int64(&memory, keys, indexes, ADDENDS, NULL));
}

static int by_id(const void *context, uint32_t a, uint32_t b)
{
    const int64_t *keys = context;
    return (keys[a] > keys[b]) - (keys[a] < keys[b]);
}

static void sort_indexes(void)
{
    for (uint32_t i = 0; i < ADDENDS; i++) indexes[i] = i;
    good(lk_sort_indexes(&memory, indexes, ADDENDS, by_id, ids, NULL));
}

int main(void)
{
    make_rows();
    BENCH("sum of doubles, Neumaier (inexact)", ADDENDS, 8.0 * ADDENDS, sum_neumaier());
    BENCH("exact sum of doubles, one batch", ADDENDS, 8.0 * ADDENDS, sum_batch());
    BENCH("exact sum of doubles, one by one", ADDENDS, 8.0 * ADDENDS, sum_one_by_one());
    BENCH("exact sums of doubles, 4,096 groups", ADDENDS, 8.0 * ADDENDS, sum_by_group());
    BENCH("exact sum of decimals, scale 2", ADDENDS, 8.0 * ADDENDS, sum_decimals());
    BENCH("map of int64: 8 M new keys", KEYS, 0, add_ids());
    BENCH("map of texts: 4 M new keys of 23 bytes", TEXTS, 0, add_texts());
    measure_finds();
    BENCH("radix sort of 1 M int64 with payload", ADDENDS, 0, sort_ids());
    BENCH("merge sort of 1 M indexes", ADDENDS, 0, sort_indexes());
    return 0;
}
