/* Ids to indexes, against a linear search, and how often the host is asked. */
#include "base/lead_ids.h"

#include <leadkpi/table.h>

#include "../support/check_main.h"
#include "../support/fault.h"
#include "../support/random.h"

enum {
    COUNT = 6000,
    BATCH = 400
};

static lk_memory memory;

static void memory_of_defaults(void)
{
    ck_assert_int_eq(lk_memory_init(&memory, NULL, NULL), LEADKPI_OK);
}

static void nothing_used(void)
{
    ck_assert_uint_eq(memory.used_bytes, 0);
}

/* The reference: ids in order of first sight. */
typedef struct seen {
    int64_t ids[COUNT];
    uint32_t count;
} seen;

static uint32_t index_of(seen *s, int64_t id)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (s->ids[i] == id) return i;
    s->ids[s->count] = id;
    return s->count++;
}

/* Small, then larger, far apart, below zero, and now and then as large as can be. */
static int64_t draw_id(int way, uint64_t i, uint64_t *random)
{
    uint64_t drawn = lk_test_random(random);
    switch (way) {
    case 0:
        return (int64_t)(drawn % 900);
    case 1:
        return (int64_t)(i / 3 + drawn % 5);
    case 2:
        return (int64_t)(drawn % (1 + i * i / 500));
    case 3:
        return (int64_t)(drawn % 2 ? drawn % 700 : drawn);
    case 4:
        return (int64_t)(drawn % 3000) - 1500;
    case 5:
        return (int64_t)(drawn % 1500) * 1000003 + (int64_t)(drawn & 1);
    default:
        return drawn % 50 ? (int64_t)(i / 2) : INT64_MAX - (int64_t)(drawn % 7);
    }
}
#define WAYS 7

static void intern(lk_lead_ids *ids, const int64_t *numbers, size_t count, uint32_t *indexes)
{
    leadkpi_table *table;
    const lk_column *column;
    ck_assert_int_eq(leadkpi_table_create(NULL, &table, NULL), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_table_borrow_int64(table, "id", 2, numbers, count, 0, NULL, NULL), LEADKPI_OK);
    ck_assert_int_eq(lk_table_require(table, LK_LITERAL("id"), LK_ALLOW_INT64, &column, NULL), LEADKPI_OK);
    ck_assert_int_eq(lk_lead_ids_intern(ids, &memory, column, indexes, NULL), LEADKPI_OK);
    leadkpi_table_free(table);
}

static void are_known(const lk_lead_ids *ids, const seen *s)
{
    ck_assert_uint_eq(lk_lead_ids_count(ids), s->count);
    for (uint32_t i = 0; i < s->count; i++) ck_assert_int_eq(ids->integers.keys[i], s->ids[i]);
}

/* In batches of any size, of which every fifth is taken back. */
START_TEST(numbers_get_indexes_in_order_of_first_sight)
{
    static seen s;
    lk_lead_ids ids = {0};
    int64_t numbers[BATCH];
    uint32_t indexes[BATCH];
    uint64_t random = 3;
    s.count = 0;
    for (uint64_t i = 0, batch = 0; i + BATCH <= COUNT; batch++) {
        size_t count = 1 + lk_test_random(&random) % (BATCH - 1);
        uint32_t before = s.count;
        for (size_t k = 0; k < count; k++) numbers[k] = draw_id(_i, i + k, &random);
        intern(&ids, numbers, count, indexes);
        for (size_t k = 0; k < count; k++) ck_assert_uint_eq(indexes[k], index_of(&s, numbers[k]));
        are_known(&ids, &s);
        if (batch % 5 == 4) lk_lead_ids_truncate(&ids, s.count = before, ids.type);
        i += count;
    }
    lk_lead_ids_free(&ids, &memory);
    nothing_used();
}
END_TEST

/* Into ids that share some, or none. */
START_TEST(merged_numbers_get_indexes_in_order_of_first_sight)
{
    static seen s;
    static int64_t numbers[COUNT];
    static uint32_t indexes[COUNT];
    lk_lead_ids into = {0}, from = {0};
    uint64_t random = 9;
    s.count = 0;
    for (size_t i = 0; i < COUNT; i++) numbers[i] = draw_id(_i, i, &random);
    intern(&into, numbers, COUNT / 3, indexes);
    for (size_t i = 0; i < COUNT / 3; i++) index_of(&s, numbers[i]);
    intern(&from, numbers + COUNT / 4, COUNT - COUNT / 4, indexes);
    ck_assert_int_eq(lk_lead_ids_merge(&into, &memory, &from, indexes, NULL), LEADKPI_OK);
    for (uint32_t i = 0; i < lk_lead_ids_count(&from); i++)
        ck_assert_uint_eq(indexes[i], index_of(&s, from.integers.keys[i]));
    are_known(&into, &s);
    intern(&into, numbers, COUNT, indexes);
    for (size_t i = 0; i < COUNT; i++) ck_assert_uint_eq(indexes[i], index_of(&s, numbers[i]));
    are_known(&into, &s);
    lk_lead_ids_free(&into, &memory), lk_lead_ids_free(&from, &memory);
    nothing_used();
}
END_TEST

/* A column of more ids than may go without a question, of numbers and of texts. */
START_TEST(the_host_is_asked_while_a_column_is_written)
{
    enum { ROWS = 3 * LK_INTERRUPT_ROWS };
    static uint32_t order[ROWS];
    static const int64_t number = 12;
    uint32_t index;
    lk_fault fault;
    lk_memory counted;
    leadkpi_table *table;
    lk_lead_ids ids = {.hashed = _i};
    leadkpi_error error;
    leadkpi_error_reset(&error);
    intern(&ids, &number, 1, &index);
    lk_fault_init(&fault);
    ck_assert_int_eq(lk_memory_init(&counted, &fault.host, NULL), LEADKPI_OK);
    ck_assert_int_eq(lk_table_new(&counted, &table, NULL), LEADKPI_OK);
    lk_fault_stop_at(&fault, 0);
    ck_assert_int_eq(lk_lead_ids_add_column(&ids, table, order, ROWS, &error), LEADKPI_OK);
    ck_assert_uint_ge(fault.polls, 2);
    leadkpi_table_free(table);
    ck_assert_int_eq(lk_table_new(&counted, &table, NULL), LEADKPI_OK);
    lk_fault_stop_at(&fault, 2);
    ck_assert_int_eq(lk_lead_ids_add_column(&ids, table, order, ROWS, &error), LEADKPI_INTERRUPTED);
    leadkpi_table_free(table);
    lk_fault_nothing_held(&fault, "column");
    lk_lead_ids_free(&ids, &memory);
}
END_TEST

static Suite *suite(void)
{
    Suite *all = suite_create("lead ids");
    TCase *one = tcase_create("lead_ids");
    tcase_add_checked_fixture(one, memory_of_defaults, NULL);
    tcase_add_loop_test(one, numbers_get_indexes_in_order_of_first_sight, 0, WAYS);
    tcase_add_loop_test(one, merged_numbers_get_indexes_in_order_of_first_sight, 0, WAYS);
    tcase_add_loop_test(one, the_host_is_asked_while_a_column_is_written, 0, 2);
    suite_add_tcase(all, one);
    return all;
}

int main(void)
{
    return lk_test_run(suite());
}
