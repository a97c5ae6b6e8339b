/* Tables inside the library: finding typed columns, owned columns, the text builder, and memory
 * that runs out at every point. */
#include "base/table.h"

#include <math.h>

#include "../support/check_main.h"
#include "../support/fault.h"
#include "../support/ok.h"

static leadkpi_error error;
static lk_memory memory;
static leadkpi_table *table;

static void setup(void)
{
    ck_assert_int_eq(lk_memory_init(&memory, NULL, &error), LEADKPI_OK);
    ck_assert_int_eq(lk_table_new(&memory, &table, &error), LEADKPI_OK);
    leadkpi_error_reset(&error);
}

static void teardown(void)
{
    leadkpi_table_free(table);
}

START_TEST(a_required_column_has_an_allowed_type)
{
    static const int64_t ints[] = {1};
    static const char *const strings[] = {"x"};
    const lk_column *column;
    leadkpi_table_copy_strings(table, "time", 4, strings, 1, &error);
    leadkpi_table_borrow_int64(table, "amount", 6, ints, 1, 0, NULL, &error);
    ck_assert_int_eq(
        lk_table_require(table, LK_LITERAL("amount"), LK_ALLOW_NUMBER, &column, &error),
        LEADKPI_OK);
    ck_assert_int_eq(column->index, 1);
    ck_assert_int_eq(
        lk_table_require(table, LK_LITERAL("time"), LK_ALLOW_TIMESTAMP, &column, &error),
        LEADKPI_WRONG_TYPE);
    ck_assert_str_eq(error.message, "column \"time\": expected timestamp, found text");
    ck_assert_int_eq(error.column, 0);
    ck_assert_ptr_null(column);
    leadkpi_error_reset(&error);
    ck_assert_int_eq(lk_table_require(table, LK_LITERAL("amount"), LK_ALLOW_TEXT | LK_ALLOW_BOOL,
                                      &column, &error),
                     LEADKPI_WRONG_TYPE);
    ck_assert_str_eq(error.message, "column \"amount\": expected bool or text, found int64");
    leadkpi_error_reset(&error);
    ck_assert_int_eq(lk_table_require(table, LK_LITERAL("when"), LK_ALLOW_TEXT, &column, &error),
                     LEADKPI_UNKNOWN_NAME);
    ck_assert_ptr_null(column);
    ck_assert_int_eq(lk_table_allow(table, LK_LITERAL("when"), LK_ALLOW_TEXT, &column, &error),
                     LEADKPI_OK);
    ck_assert_ptr_null(column);
    ck_assert_int_eq(lk_table_allow(table, LK_LITERAL("time"), LK_ALLOW_INT64, &column, &error),
                     LEADKPI_WRONG_TYPE);
    ck_assert_ptr_eq(lk_table_find(table, LK_LITERAL("time")), lk_table_column(table, 0));
    ck_assert_ptr_null(lk_table_column(table, 2));
}
END_TEST

START_TEST(a_room_translates_a_dictionary_once)
{
    static const int64_t offsets[] = {0, 4, 4, 10};
    static const int32_t codes[] = {2, 0, 77, 1};
    static const uint8_t validity[] = {0xB};
    leadkpi_table_borrow_dictionary(table, "c", 1, codes, 4, 0, validity, offsets, "PaidEvents", 3,
                                    &error);
    const lk_column *column = lk_table_find(table, LK_LITERAL("c"));
    ck_assert(lk_column_is_dictionary(column));
    ck_assert_uint_eq(column->dictionary_count, 3);
    ck_assert(lk_text_equal(lk_column_dictionary_text(column, 0), LK_LITERAL("Paid")));
    ck_assert(lk_text_equal(lk_column_dictionary_text(column, 1), LK_LITERAL("")));
    ck_assert(lk_text_equal(lk_column_dictionary_text(column, 2), LK_LITERAL("Events")));
    ck_assert_int_eq(lk_column_code(column, 0), 2);
    ck_assert(lk_text_equal(lk_column_text(column, 1), LK_LITERAL("Paid")));
    ck_assert(!lk_column_is_valid(column, 2));
    ck_assert_uint_eq(lk_column_text(column, 2).length, 0); /* a wild code is not followed */
}
END_TEST

START_TEST(owned_columns_start_at_zero_and_take_nulls)
{
    int64_t *ints, *times, *cents;
    double *doubles;
    uint8_t *flags;
    int64_t value;
    double number;
    ck_assert_int_eq(lk_table_add_int64(table, LK_LITERAL("n"), "persons", 10, true, &ints, &error),
                     0);
    ck_assert_int_eq(
        lk_table_add_double(table, LK_LITERAL("d"), "fraction", 10, true, &doubles, &error), 0);
    ck_assert_int_eq(lk_table_add_bool(table, LK_LITERAL("b"), NULL, 10, true, &flags, &error), 0);
    ck_assert_int_eq(lk_table_add_timestamp(table, LK_LITERAL("t"), 10, false, &times, &error), 0);
    ck_assert_int_eq(
        lk_table_add_decimal(table, LK_LITERAL("m"), "currency", 2, 10, true, &cents, &error), 0);
    for (int32_t column = 0; column < 5; column++) {
        ck_assert_int_eq(leadkpi_table_get_double(table, column, 9, &number, &error), 0);
        ck_assert(number == 0);
        ck_assert_int_eq(leadkpi_table_is_null(table, column, 9), 0);
    }
    for (size_t row = 0; row < 10; row++) {
        ints[row] = (int64_t)row, doubles[row] = 0.5, flags[row] = 1, cents[row] = 150;
        if (row % 3 != 1) continue;
        lk_table_set_null(table, 0, row);
        lk_table_set_null(table, 1, row);
        lk_table_set_null(table, 2, row);
        lk_table_set_null(table, 4, row);
    }
    for (size_t row = 0; row < 10; row++) {
        ck_assert_int_eq(leadkpi_table_is_null(table, 0, row), row % 3 == 1);
        ck_assert_int_eq(leadkpi_table_is_null(table, 4, row), row % 3 == 1);
        ck_assert_int_eq(isnan(doubles[row]) != 0, row % 3 == 1);
        ck_assert_int_eq(flags[row], row % 3 != 1);
    }
    leadkpi_table_get_int64(table, 0, 4, &value, &error);
    ck_assert_int_eq(value, 0);
    leadkpi_table_get_double(table, 4, 0, &number, &error);
    ck_assert(number == 1.5);
    ck_assert_str_eq(leadkpi_table_column_unit(table, 0), "persons");
    ck_assert_str_eq(leadkpi_table_column_unit(table, 2), "");
    ck_assert_str_eq(leadkpi_table_column_unit(table, 4), "currency");
    ck_assert_int_eq(leadkpi_table_column_scale(table, 4), 2);
    ck_assert_int_eq(leadkpi_table_column_type(table, 3), LEADKPI_TYPE_TIMESTAMP);
    ck_assert_ptr_null(leadkpi_table_column_validity(table, 3));
    ck_assert_ptr_eq(leadkpi_table_column_values(table, 0, NULL), ints);
}
END_TEST

START_TEST(an_output_without_rows_is_a_table_too)
{
    int64_t *ints;
    lk_text_builder builder;
    ck_assert_int_eq(lk_table_add_int64(table, LK_LITERAL("n"), "", 0, true, &ints, &error), 0);
    ck_assert_ptr_null(ints);
    lk_text_builder_init(&builder, table);
    ck_assert_int_eq(lk_text_builder_finish(&builder, LK_LITERAL("s"), "", &error), 0);
    lk_text_builder_release(&builder);
    ck_assert_int_eq(leadkpi_table_column_count(table), 2);
    ck_assert_uint_eq(leadkpi_table_row_count(table), 0);
}
END_TEST

START_TEST(a_text_column_grows_row_by_row)
{
    lk_text_builder builder;
    char bytes[300];
    memset(bytes, 'x', sizeof bytes);
    lk_text_builder_init(&builder, table);
    for (size_t row = 0; row < 1000; row++) {
        if (row % 7 == 3)
            ck_assert_int_eq(lk_text_builder_append_null(&builder, &error), 0);
        else
            ck_assert_int_eq(
                lk_text_builder_append(&builder, (lk_text){bytes, row % 300}, &error), 0);
    }
    ck_assert_int_eq(lk_text_builder_finish(&builder, LK_LITERAL("s"), "words", &error), 0);
    ck_assert_uint_eq(builder.row_count, 0);
    lk_text_builder_release(&builder);
    const lk_column *column = lk_table_column(table, 0);
    for (size_t row = 0; row < 1000; row++) {
        ck_assert_int_eq(lk_column_is_valid(column, row), row % 7 != 3);
        ck_assert_uint_eq(lk_column_text(column, row).length, row % 7 == 3 ? 0 : row % 300);
    }
    ck_assert_str_eq(leadkpi_table_column_unit(table, 0), "words");
}
END_TEST

START_TEST(rows_after_the_last_null_are_valid)
{
    lk_text_builder builder;
    lk_text_builder_init(&builder, table);
    ck_assert_int_eq(lk_text_builder_append_null(&builder, &error), 0);
    for (int row = 1; row < 5000; row++)
        ck_assert_int_eq(lk_text_builder_append(&builder, LK_LITERAL("y"), &error), 0);
    ck_assert_int_eq(lk_text_builder_finish(&builder, LK_LITERAL("s"), "", &error), 0);
    for (size_t row = 0; row < 5000; row++)
        ck_assert_int_eq(leadkpi_table_is_null(table, 0, row), row == 0);
}
END_TEST

START_TEST(a_builder_that_does_not_fit_leaves_the_table_alone)
{
    int64_t *ints;
    lk_text_builder builder;
    ck_assert_int_eq(lk_table_add_int64(table, LK_LITERAL("n"), "", 3, false, &ints, &error), 0);
    lk_text_builder_init(&builder, table);
    ck_assert_int_eq(lk_text_builder_append(&builder, LK_LITERAL("y"), &error), 0);
    ck_assert_int_eq(lk_text_builder_finish(&builder, LK_LITERAL("s"), "", &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_uint_eq(builder.row_count, 1);
    lk_text_builder_release(&builder);
    ck_assert_int_eq(leadkpi_table_column_count(table), 1);
}
END_TEST

/* ---- memory that runs out ------------------------------------------------- */

typedef struct fault_context {
    leadkpi_table *table;
    int which;
} fault_context;

static const int64_t fault_ints[] = {1, 2, 3}, fault_offsets[] = {0, 1, 1, 3};
static const int32_t fault_narrow[] = {0, 1, 1, 3}, fault_codes[] = {0, 1, 2};
static const char *const fault_strings[] = {"a string of some length, so that memory grows", NULL,
                                            "another one"};

/* Eight columns, so that the next one makes the list of columns grow. */
static void fault_setup(const leadkpi_host *host, void *context)
{
    fault_context *c = context;
    static const char *const names[] = {"0", "1", "2", "3", "4", "5", "6", "7"};
    ck_assert_int_eq(leadkpi_table_create(host, &c->table, NULL), LEADKPI_OK);
    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(
            leadkpi_table_borrow_int64(c->table, names[i], 1, fault_ints, 3, 0, NULL, NULL), 0);
}

static void fault_teardown(void *context)
{
    fault_context *c = context;
    leadkpi_table_free(c->table);
    c->table = NULL;
}

/* All that can be seen of a table. */
static void fault_state(void *context, lk_fault_bytes *bytes)
{
    fault_context *c = context;
    int64_t *seen = calloc(64, sizeof *seen);
    seen[0] = leadkpi_table_column_count(c->table);
    seen[1] = (int64_t)leadkpi_table_row_count(c->table);
    for (int32_t i = 0; i < seen[0]; i++) seen[2 + i] = leadkpi_table_column_type(c->table, i);
    bytes->data = seen;
    bytes->length = 64 * sizeof *seen;
}

static leadkpi_status fault_act(const leadkpi_host *host, void *context, leadkpi_error *e)
{
    fault_context *c = context;
    leadkpi_table *t = c->table;
    int64_t *ints;
    double *doubles;
    uint8_t *flags;
    (void)host;
    switch (c->which) {
    case 0:
        return leadkpi_table_borrow_int64(t, "x", 1, fault_ints, 3, 0, NULL, e);
    case 1:
        return leadkpi_table_borrow_text(t, "x", 1, fault_offsets, "abc", 3, NULL, e);
    case 2:
        return leadkpi_table_borrow_text32(t, "x", 1, fault_narrow, "abc", 3, NULL, e);
    case 3:
        return leadkpi_table_borrow_dictionary(t, "x", 1, fault_codes, 3, 0, NULL, fault_offsets,
                                               "abc", 3, e);
    case 4:
        return leadkpi_table_copy_strings(t, "x", 1, fault_strings, 3, e);
    case 5:
        leadkpi_error_reset(e);
        return lk_table_add_int64(t, LK_LITERAL("x"), "u", 3, true, &ints, e);
    case 6:
        leadkpi_error_reset(e);
        return lk_table_add_double(t, LK_LITERAL("x"), "u", 3, true, &doubles, e);
    case 7:
        return leadkpi_table_add_nulls(t, "x", 1, 3, e);
    default:
        leadkpi_error_reset(e);
        return lk_table_add_bool(t, LK_LITERAL("x"), "u", 3, true, &flags, e);
    }
}

START_TEST(every_call_that_adds_survives_every_refused_allocation)
{
    fault_context context = {NULL, _i};
    lk_fault_case add = {"add a column", fault_setup,    fault_act,
                         fault_state,    fault_teardown, &context};
    lk_fault_every_allocation(&add);
}
END_TEST

static leadkpi_status create_act(const leadkpi_host *host, void *context, leadkpi_error *e)
{
    fault_context *c = context;
    return leadkpi_table_create(host, &c->table, e);
}

START_TEST(create_survives_every_refused_allocation_and_limit)
{
    fault_context context = {NULL, 0};
    lk_fault_case create = {"create", NULL, create_act, NULL, fault_teardown, &context};
    lk_fault_every_allocation(&create);
    lk_fault_every_limit(&create);
}
END_TEST

/* ---- a block that a table takes over ------------------------------------------------- */

typedef struct taking {
    lk_memory memory;
    leadkpi_table *table;
    int64_t *times;
    size_t capacity;
} taking;

static leadkpi_status make_block(taking *t, leadkpi_error *e)
{
    t->capacity = 100;
    LK_TRY(lk_allocate(&t->memory, t->capacity, sizeof *t->times, &t->times, e));
    for (size_t i = 0; i < t->capacity; i++) t->times[i] = (int64_t)i;
    return LEADKPI_OK;
}

static void take_setup(const leadkpi_host *host, void *context)
{
    taking *t = context;
    OK(lk_memory_init(&t->memory, host, ok_error));
    OK(lk_table_new(&t->memory, &t->table, ok_error));
    OK(make_block(t, ok_error));
}

/* A block may be gone with the column that could not be made. */
static leadkpi_status take_act(const leadkpi_host *host, void *context, leadkpi_error *e)
{
    taking *t = context;
    (void)host;
    if (!t->times) LK_TRY(make_block(t, e));
    return lk_table_take_timestamp(t->table, LK_LITERAL("at"), 9, &t->memory, &t->times, &t->capacity, e);
}

static void take_teardown(void *context)
{
    taking *t = context;
    lk_release(&t->memory, t->times, t->capacity, sizeof *t->times);
    ck_assert_uint_eq(t->memory.used_bytes, 0);
    leadkpi_table_free(t->table);
    t->times = NULL;
}

START_TEST(a_column_that_is_not_cleared_has_what_is_written)
{
    enum { ROWS = 130 };
    taking t = {.times = NULL};
    int64_t *values;
    OK(lk_memory_init(&t.memory, NULL, ok_error));
    OK(lk_table_new(&t.memory, &t.table, ok_error));
    OK(lk_table_add_unset(t.table, LK_LITERAL("at"), LEADKPI_TYPE_TIMESTAMP, ROWS, true, &values, ok_error));
    ck_assert_int_eq(leadkpi_table_column_type(t.table, 0), LEADKPI_TYPE_TIMESTAMP);
    for (int i = 0; i < 128; i++) values[i] = i + 1;
    lk_table_set_nulls(t.table, 0, 128, 3);
    for (int i = 0; i < ROWS; i++) {
        ck_assert_int_eq(values[i], i < 128 ? i + 1 : 0);
        ck_assert_int_eq(leadkpi_table_is_null(t.table, 0, (size_t)i), i >= 128);
    }
    OK(lk_table_add_unset(t.table, LK_LITERAL("count"), LEADKPI_TYPE_INT64, ROWS, false, &values, ok_error));
    values[ROWS - 1] = 5;
    ck_assert(!leadkpi_table_is_null(t.table, 1, ROWS - 1));
    leadkpi_table_free(t.table);
}
END_TEST

START_TEST(a_block_becomes_a_column_without_a_copy)
{
    taking t = {.times = NULL};
    ptrdiff_t stride;
    take_setup(NULL, &t);
    OK(take_act(NULL, &t, ok_error));
    ck_assert_ptr_null(t.times);
    const int64_t *values = leadkpi_table_column_values(t.table, 0, &stride);
    ck_assert_int_eq(stride, 8);
    for (int i = 0; i < 9; i++) ck_assert_int_eq(values[i], i);
    lk_table_set_null(t.table, 0, 4);
    ck_assert_int_eq(values[4], 0);
    ck_assert(leadkpi_table_is_null(t.table, 0, 4) && !leadkpi_table_is_null(t.table, 0, 5));
    ck_assert_int_eq(leadkpi_table_column_type(t.table, 0), LEADKPI_TYPE_TIMESTAMP);
    take_teardown(&t);
}
END_TEST

START_TEST(a_block_that_the_table_has_no_room_for_stays_with_its_owner)
{
    taking t = {.times = NULL};
    leadkpi_host host = LEADKPI_HOST_DEFAULT;
    host.memory_limit_bytes = 1000;
    take_setup(&host, &t);
    lk_memory other = t.memory;
    other.used_bytes = 980;
    ck_assert_int_eq(lk_memory_hand_over(&t.memory, &other, 72, &error), LEADKPI_LIMIT);
    ck_assert_uint_eq(t.memory.used_bytes, 800);
    ck_assert_uint_eq(other.used_bytes, 980);
    OK(take_act(NULL, &t, ok_error));
    ck_assert_int_eq(take_act(NULL, &t, &error), LEADKPI_BAD_ARGUMENT); /* the name is taken */
    ck_assert_ptr_nonnull(t.times);
    take_teardown(&t);
}
END_TEST

START_TEST(taking_a_block_survives_every_refused_allocation)
{
    taking context = {.times = NULL};
    lk_fault_case take = {"take", take_setup, take_act, NULL, take_teardown, &context};
    lk_fault_every_allocation(&take);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("table_build");
    TCase *tcase = tcase_create("table_build");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_required_column_has_an_allowed_type);
    tcase_add_test(tcase, a_room_translates_a_dictionary_once);
    tcase_add_test(tcase, owned_columns_start_at_zero_and_take_nulls);
    tcase_add_test(tcase, an_output_without_rows_is_a_table_too);
    tcase_add_test(tcase, a_text_column_grows_row_by_row);
    tcase_add_test(tcase, rows_after_the_last_null_are_valid);
    tcase_add_test(tcase, a_builder_that_does_not_fit_leaves_the_table_alone);
    tcase_add_loop_test(tcase, every_call_that_adds_survives_every_refused_allocation, 0, 9);
    tcase_add_test(tcase, create_survives_every_refused_allocation_and_limit);
    tcase_add_test(tcase, a_column_that_is_not_cleared_has_what_is_written);
    tcase_add_test(tcase, a_block_becomes_a_column_without_a_copy);
    tcase_add_test(tcase, a_block_that_the_table_has_no_room_for_stays_with_its_owner);
    tcase_add_test(tcase, taking_a_block_survives_every_refused_allocation);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
