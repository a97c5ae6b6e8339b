/* Sorts: in order, stable, and linear or n log n whatever the keys. */
#include "base/sort.h"

#include "../support/check_main.h"
#include "../support/fault.h"
#include "../support/random.h"

static lk_memory memory;

static void memory_of_defaults(void)
{
    ck_assert_int_eq(lk_memory_init(&memory, NULL, NULL), LEADKPI_OK);
}

enum {
    COUNT = 3000,
    FAMILIES = 9
};

static uint64_t key_of(int family, uint64_t i, uint64_t *state)
{
    switch (family) {
    case 0:
        return lk_test_random(state);
    case 1:
        return i;
    case 2:
        return COUNT - i;
    case 3:
        return 7;
    case 4:
        return lk_test_random(state) % 5;
    case 5:
        return (lk_test_random(state) % 3) << 56;
    case 6:
        return (UINT64_C(5) << 40) + lk_test_random(state) % 2048;
    case 7:
        return lk_test_random(state) & 0x00FF00FF00FF00FF;
    default:
        return 0 - lk_test_random(state) % 300;
    }
}

START_TEST(keys_rise_and_equal_keys_keep_their_order)
{
    static uint64_t keys[COUNT], before[COUNT];
    static uint32_t payload[COUNT];
    uint64_t state = 1;
    for (size_t count = 0; count <= COUNT; count = count * 3 + 1) {
        for (size_t i = 0; i < count; i++) {
            before[i] = keys[i] = key_of(_i, i, &state);
            payload[i] = (uint32_t)i;
        }
        ck_assert_int_eq(lk_sort_uint64(&memory, keys, payload, count, NULL), LEADKPI_OK);
        for (size_t i = 0; i < count; i++) {
            ck_assert_uint_eq(before[payload[i]], keys[i]);
            if (i == 0) continue;
            ck_assert(keys[i - 1] < keys[i] ||
                      (keys[i - 1] == keys[i] && payload[i - 1] < payload[i]));
        }
        ck_assert_int_eq(lk_sort_uint64(&memory, before, NULL, count, NULL), LEADKPI_OK);
        if (count) ck_assert_mem_eq(before, keys, count * sizeof *keys);
    }
    ck_assert_uint_eq(memory.used_bytes, 0);
}
END_TEST

START_TEST(negative_keys_come_first)
{
    int64_t keys[] = {5, -1, INT64_MAX, 0, INT64_MIN, -1, 5};
    uint32_t payload[] = {0, 1, 2, 3, 4, 5, 6};
    static const int64_t sorted[] = {INT64_MIN, -1, -1, 0, 5, 5, INT64_MAX};
    static const uint32_t order[] = {4, 1, 5, 3, 0, 6, 2};
    ck_assert_int_eq(lk_sort_int64(&memory, keys, payload, 7, NULL), LEADKPI_OK);
    ck_assert_mem_eq(keys, sorted, sizeof sorted);
    ck_assert_mem_eq(payload, order, sizeof order);
}
END_TEST

typedef struct counted {
    const uint64_t *keys;
    size_t *comparisons;
} counted;

static int compare_counted(const void *context, uint32_t a, uint32_t b)
{
    const counted *c = context;
    ++*c->comparisons;
    return (c->keys[a] > c->keys[b]) - (c->keys[a] < c->keys[b]);
}

START_TEST(indexes_are_sorted_stably_in_n_log_n_comparisons)
{
    static uint64_t keys[COUNT];
    static uint32_t indexes[COUNT];
    uint64_t state = 2;
    for (size_t count = 0; count <= COUNT; count += count < 40 ? 1 : 987) {
        size_t comparisons = 0, log2_count = 0;
        counted context = {keys, &comparisons};
        for (size_t i = 0; i < count; i++)
            keys[i] = key_of(_i, i, &state), indexes[i] = (uint32_t)i;
        ck_assert_int_eq(lk_sort_indexes(&memory, indexes, count, compare_counted, &context, NULL),
                         LEADKPI_OK);
        for (size_t i = 1; i < count; i++) {
            uint64_t left = keys[indexes[i - 1]], right = keys[indexes[i]];
            ck_assert(left < right || (left == right && indexes[i - 1] < indexes[i]));
        }
        while ((size_t)1 << log2_count < count) log2_count++;
        ck_assert_uint_le(comparisons, count * (log2_count + 2));
    }
    ck_assert_uint_eq(memory.used_bytes, 0);
}
END_TEST

static int compare_badly(const void *context, uint32_t a, uint32_t b)
{
    uint64_t *state = (uint64_t *)(uintptr_t)context;
    (void)a, (void)b;
    return (int)(lk_test_random(state) % 3) - 1;
}

START_TEST(a_comparison_that_contradicts_itself_loses_nothing)
{
    uint32_t indexes[500], seen[500] = {0};
    uint64_t state = 3;
    for (uint32_t i = 0; i < 500; i++) indexes[i] = i;
    ck_assert_int_eq(lk_sort_indexes(&memory, indexes, 500, compare_badly, &state, NULL),
                     LEADKPI_OK);
    for (int i = 0; i < 500; i++) seen[indexes[i]]++;
    for (int i = 0; i < 500; i++) ck_assert_uint_eq(seen[i], 1);
}
END_TEST

/* ---- memory that runs out ------------------------------------------------- */

typedef struct sorted {
    int64_t keys[100];
    uint32_t payload[100];
    lk_memory memory;
} sorted;

static void fill(const leadkpi_host *host, void *context)
{
    sorted *s = context;
    memset(s, 0, sizeof *s);
    lk_memory_init(&s->memory, host, NULL);
    for (int i = 0; i < 100; i++) s->keys[i] = 50 - i, s->payload[i] = (uint32_t)i;
}

static leadkpi_status sort(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    sorted *s = context;
    (void)host;
    return lk_sort_int64(&s->memory, s->keys, s->payload, 100, error);
}

static void arrays(void *context, lk_fault_bytes *bytes)
{
    bytes->length = offsetof(sorted, memory);
    bytes->data = malloc(bytes->length);
    memcpy(bytes->data, context, bytes->length);
}

START_TEST(no_memory_leaves_the_keys_as_they_were)
{
    sorted context;
    lk_fault_case sorting = {"sort", fill, sort, arrays, NULL, &context};
    lk_fault_every_allocation(&sorting);
}
END_TEST

/* ---- a host that wants to stop ----------------------------------------------- */

enum { MANY = 4 * LK_INTERRUPT_ROWS };

/* How keys are sorted, and how often the host is asked at least: once in LK_INTERRUPT_ROWS of each pass. */
enum { BY_COMPARISON, BY_BYTES, BY_COUNTS };
static const int passes[] = {[BY_COMPARISON] = 4, [BY_BYTES] = 4, [BY_COUNTS] = 3};

static leadkpi_status sort_many(const leadkpi_host *host, int way)
{
    static uint64_t keys[MANY];
    static uint32_t payload[MANY];
    uint64_t state = 5;
    size_t comparisons = 0;
    counted context = {keys, &comparisons};
    ck_assert_int_eq(lk_memory_init(&memory, host, NULL), LEADKPI_OK);
    for (uint32_t i = 0; i < MANY; i++) {
        uint64_t random = lk_test_random(&state) >> 32;
        keys[i] = way == BY_COUNTS ? random % 3 : random;
        payload[i] = i;
    }
    leadkpi_status status = way == BY_COMPARISON
                                ? lk_sort_indexes(&memory, payload, MANY, compare_counted, &context, NULL)
                                : lk_sort_uint64(&memory, keys, way == BY_BYTES ? payload : NULL, MANY, NULL);
    ck_assert_uint_eq(memory.used_bytes, 0);
    for (uint32_t i = 0; i < MANY; i++) ck_assert_uint_lt(payload[i], MANY);
    return status;
}

START_TEST(a_long_sort_asks_often_and_stops_when_told)
{
    lk_fault fault;
    lk_fault_init(&fault);
    ck_assert_int_eq(sort_many(&fault.host, _i), LEADKPI_OK);
    uint64_t asked = fault.polls;
    ck_assert_int_ge((int)asked, passes[_i] * 3);
    for (uint64_t at = 1; at <= asked; at += 1 + asked / 4) {
        lk_fault_stop_at(&fault, at);
        ck_assert_int_eq(sort_many(&fault.host, _i), LEADKPI_INTERRUPTED);
        ck_assert_uint_eq(fault.polls, at);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sort");
    TCase *tcase = tcase_create("sort");
    tcase_add_checked_fixture(tcase, memory_of_defaults, NULL);
    tcase_add_loop_test(tcase, keys_rise_and_equal_keys_keep_their_order, 0, FAMILIES);
    tcase_add_test(tcase, negative_keys_come_first);
    tcase_add_loop_test(tcase, indexes_are_sorted_stably_in_n_log_n_comparisons, 0, FAMILIES);
    tcase_add_test(tcase, a_comparison_that_contradicts_itself_loses_nothing);
    tcase_add_loop_test(tcase, a_long_sort_asks_often_and_stops_when_told, BY_COMPARISON, BY_COUNTS + 1);
    tcase_add_test(tcase, no_memory_leaves_the_keys_as_they_were);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
