/* Tables through the public interface: what can be borrowed, what is refused and how it says so,
 * and what is read back. */
#include <leadkpi.h>

#include <math.h>
#include <string.h>

#include "../support/check_main.h"

#define Z LEADKPI_NUL_TERMINATED

static leadkpi_error error;
static leadkpi_table *table;

static void setup(void)
{
    ck_assert_int_eq(leadkpi_table_create(NULL, &table, &error), LEADKPI_OK);
}

static void teardown(void)
{
    leadkpi_table_free(table);
    table = NULL;
}

#define ck_assert_message(part)                                                                    \
    ck_assert_msg(strstr(error.message, part) != NULL, "expected \"%s\" in \"%s\"", part,          \
                  error.message)

static int64_t int64_at(int32_t column, size_t row)
{
    int64_t value = -1;
    ck_assert_int_eq(leadkpi_table_get_int64(table, column, row, &value, &error), LEADKPI_OK);
    return value;
}

static double double_at(int32_t column, size_t row)
{
    double value = -1;
    ck_assert_int_eq(leadkpi_table_get_double(table, column, row, &value, &error), LEADKPI_OK);
    return value;
}

static void check_text(int32_t column, size_t row, const char *expected)
{
    const char *text = "?";
    size_t length = 99;
    ck_assert_int_eq(leadkpi_table_get_text(table, column, row, &text, &length, &error),
                     LEADKPI_OK);
    if (!expected) {
        ck_assert_ptr_null(text);
        ck_assert_uint_eq(length, 0);
        return;
    }
    ck_assert_uint_eq(length, strlen(expected));
    ck_assert_int_eq(memcmp(text, expected, length), 0);
}

START_TEST(an_empty_table_has_nothing)
{
    ck_assert_uint_eq(leadkpi_table_row_count(table), 0);
    ck_assert_int_eq(leadkpi_table_column_count(table), 0);
    ck_assert_ptr_null(leadkpi_table_column_name(table, 0));
    ck_assert_int_eq(leadkpi_table_column_type(table, 0), 0);
    ck_assert_str_eq(leadkpi_table_column_unit(table, 0), "");
    ck_assert_int_eq(leadkpi_table_is_null(table, 0, 0), 1);
}
END_TEST

START_TEST(null_is_answered_by_every_call)
{
    int64_t i = 7;
    double d = 7;
    const char *text;
    size_t length;
    int32_t column = 7;
    const int64_t *offsets;
    ptrdiff_t stride = 7;
    static const int64_t one[] = {1, 2};
    leadkpi_table_retain(NULL);
    leadkpi_table_free(NULL);
    ck_assert_int_eq(leadkpi_table_create(NULL, NULL, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_message("out: expected a pointer, found NULL");
    ck_assert_uint_eq(leadkpi_table_row_count(NULL), 0);
    ck_assert_int_eq(leadkpi_table_column_count(NULL), 0);
    ck_assert_ptr_null(leadkpi_table_column_name(NULL, 0));
    ck_assert_int_eq(leadkpi_table_column_type(NULL, 0), 0);
    ck_assert_int_eq(leadkpi_table_column_scale(NULL, 0), 0);
    ck_assert_str_eq(leadkpi_table_column_unit(NULL, 0), "");
    ck_assert_int_eq(leadkpi_table_is_null(NULL, 0, 0), 1);
    ck_assert_ptr_null(leadkpi_table_column_values(NULL, 0, &stride));
    ck_assert_int_eq(stride, 0);
    ck_assert_ptr_null(leadkpi_table_column_validity(NULL, 0));
    ck_assert_int_eq(leadkpi_table_find_column(NULL, "a", Z, &column, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(column, -1);
    ck_assert_int_eq(leadkpi_table_find_column(table, NULL, Z, &column, NULL),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_find_column(table, "a", Z, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_get_int64(NULL, 0, 0, &i, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(i, 0);
    ck_assert_int_eq(leadkpi_table_get_int64(table, 0, 0, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_get_double(NULL, 0, 0, &d, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert(isnan(d));
    ck_assert_int_eq(leadkpi_table_get_double(table, 0, 0, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_get_text(NULL, 0, 0, &text, &length, NULL),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_get_text(table, 0, 0, NULL, &length, NULL),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_get_text(table, 0, 0, &text, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_column_text(NULL, 0, &offsets, &text, NULL),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_column_text(table, 0, NULL, &text, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_column_text(table, 0, &offsets, NULL, NULL),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_borrow_int64(NULL, "a", Z, one, 1, 0, NULL, NULL),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_borrow_int64(table, NULL, Z, one, 1, 0, NULL, NULL),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_copy_strings(NULL, "a", Z, NULL, 0, NULL),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_copy_strings(table, NULL, Z, NULL, 0, NULL),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_copy_strings(table, "a", Z, NULL, 1, &error),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_message("strings: expected a pointer to 1 rows, found NULL");
}
END_TEST

START_TEST(values_may_be_null_only_without_rows)
{
    ck_assert_int_eq(leadkpi_table_borrow_int64(table, "a", Z, NULL, 1, 0, NULL, &error),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_message("values: expected a pointer to 1 rows, found NULL");
    ck_assert_int_eq(leadkpi_table_borrow_double(table, "a", Z, NULL, 1, 0, NULL, NULL),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_borrow_bool(table, "a", Z, NULL, 1, 0, NULL, NULL),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_borrow_timestamp(table, "a", Z, NULL, 1, 0, NULL, &error),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_message("microseconds:");
    ck_assert_int_eq(leadkpi_table_borrow_decimal(table, "a", Z, NULL, 2, 1, 0, NULL, NULL),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_borrow_text(table, "a", Z, NULL, "", 1, NULL, NULL),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_borrow_text32(table, "a", Z, NULL, "", 1, NULL, NULL),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(
        leadkpi_table_borrow_dictionary(table, "a", Z, NULL, 1, 0, NULL, NULL, NULL, 0, &error),
        LEADKPI_NULL_ARGUMENT);
    ck_assert_message("codes:");
    ck_assert_int_eq(leadkpi_table_column_count(table), 0);

    const int64_t *offsets = NULL;
    const char *bytes = NULL;
    ck_assert_int_eq(leadkpi_table_borrow_int64(table, "i", Z, NULL, 0, 0, NULL, &error), 0);
    ck_assert_int_eq(leadkpi_table_borrow_double(table, "d", Z, NULL, 0, 0, NULL, &error), 0);
    ck_assert_int_eq(leadkpi_table_borrow_bool(table, "b", Z, NULL, 0, 0, NULL, &error), 0);
    ck_assert_int_eq(leadkpi_table_borrow_timestamp(table, "t", Z, NULL, 0, 0, NULL, &error), 0);
    ck_assert_int_eq(leadkpi_table_borrow_decimal(table, "m", Z, NULL, 2, 0, 0, NULL, &error), 0);
    ck_assert_int_eq(leadkpi_table_borrow_text(table, "s", Z, NULL, NULL, 0, NULL, &error), 0);
    ck_assert_int_eq(leadkpi_table_borrow_text32(table, "n", Z, NULL, NULL, 0, NULL, &error), 0);
    ck_assert_int_eq(
        leadkpi_table_borrow_dictionary(table, "c", Z, NULL, 0, 0, NULL, NULL, NULL, 0, &error), 0);
    ck_assert_int_eq(leadkpi_table_copy_strings(table, "z", Z, NULL, 0, &error), 0);
    ck_assert_int_eq(leadkpi_table_column_count(table), 9);
    ck_assert_int_eq(leadkpi_table_column_text(table, 5, &offsets, &bytes, &error), LEADKPI_OK);
    ck_assert_int_eq(offsets[0], 0);
    ck_assert_int_eq(leadkpi_table_column_text(table, 8, &offsets, &bytes, &error), LEADKPI_OK);
    ck_assert_int_eq(offsets[0], 0);
    ck_assert_ptr_nonnull(bytes);
}
END_TEST

START_TEST(a_name_is_there_once_and_is_text)
{
    static const int64_t one[] = {1};
    static char longest[65536];
    memset(longest, 'x', sizeof longest);
    ck_assert_int_eq(leadkpi_table_borrow_int64(table, "", Z, one, 1, 0, NULL, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_message("column name: expected 1 to 65535 bytes, found 0");
    ck_assert_int_eq(leadkpi_table_borrow_int64(table, longest, 65536, one, 1, 0, NULL, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_message("found 65536");
    ck_assert_int_eq(leadkpi_table_borrow_int64(table, "a\0b", 3, one, 1, 0, NULL, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_message("NUL byte");
    ck_assert_int_eq(leadkpi_table_borrow_int64(table, longest, 65535, one, 1, 0, NULL, &error),
                     LEADKPI_OK);
    ck_assert_uint_eq(strlen(leadkpi_table_column_name(table, 0)), 65535);
    ck_assert_int_eq(leadkpi_table_borrow_int64(table, "idx", 2, one, 1, 0, NULL, &error),
                     LEADKPI_OK);
    ck_assert_str_eq(leadkpi_table_column_name(table, 1), "id");
    ck_assert_int_eq(leadkpi_table_borrow_int64(table, "id", Z, one, 1, 0, NULL, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_message("column \"id\": expected a new name, found it as column 1 already");
    ck_assert_int_eq(leadkpi_table_copy_strings(table, "id", Z, NULL, 0, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_borrow_int64(table, "ID", Z, one, 1, 0, NULL, &error),
                     LEADKPI_OK);
    ck_assert_int_eq(leadkpi_table_column_count(table), 3);
}
END_TEST

START_TEST(the_first_column_fixes_the_row_count)
{
    static const int64_t values[] = {1, 2, 3, 4};
    static const char *const strings[] = {"a", "b"};
    ck_assert_int_eq(leadkpi_table_borrow_int64(table, "id", Z, values, 3, 0, NULL, &error), 0);
    ck_assert_int_eq(leadkpi_table_borrow_int64(table, "x", Z, values, 4, 0, NULL, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_str_eq(error.message,
                     "column \"x\": expected 3 rows, as column \"id\" has, found 4");
    ck_assert_int_eq(leadkpi_table_copy_strings(table, "x", Z, strings, 2, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_borrow_int64(table, "x", Z, NULL, 0, 0, NULL, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_uint_eq(leadkpi_table_row_count(table), 3);
    ck_assert_int_eq(leadkpi_table_column_count(table), 1);
}
END_TEST

START_TEST(an_impossible_row_count_is_refused_before_a_row_is_read)
{
    static const int64_t values[] = {0};
    static const char *const strings[] = {"a"};
    size_t counts[] = {SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / 8};
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(leadkpi_table_borrow_int64(table, "a", Z, values, counts[i], 0, NULL,
                                                    &error),
                         LEADKPI_BAD_ARGUMENT);
        ck_assert_int_eq(leadkpi_table_borrow_text(table, "a", Z, values, "", counts[i], NULL,
                                                   &error),
                         LEADKPI_BAD_ARGUMENT);
        ck_assert_int_eq(leadkpi_table_copy_strings(table, "a", Z, strings, counts[i], &error),
                         LEADKPI_BAD_ARGUMENT);
        ck_assert_int_eq(leadkpi_table_add_nulls(table, "a", Z, counts[i], &error),
                         LEADKPI_BAD_ARGUMENT);
    }
    ck_assert_message("rows, found");
}
END_TEST

START_TEST(strides_reach_every_row_forwards_and_backwards)
{
    struct row {
        char pad;
        int64_t id;
        double value;
        uint8_t flag;
    } rows[3] = {{'x', 10, 0.5, 0}, {'y', 20, 1.5, 7}, {'z', INT64_MIN, -2.5, 1}};
    ptrdiff_t step = sizeof rows[0];
    leadkpi_table_borrow_int64(table, "id", Z, &rows[0].id, 3, step, NULL, &error);
    leadkpi_table_borrow_double(table, "value", Z, &rows[0].value, 3, step, NULL, &error);
    leadkpi_table_borrow_bool(table, "flag", Z, &rows[0].flag, 3, step, NULL, &error);
    leadkpi_table_borrow_timestamp(table, "back", Z, &rows[2].id, 3, -step, NULL, &error);
    ck_assert_int_eq(leadkpi_table_column_count(table), 4);
    for (size_t row = 0; row < 3; row++) {
        ck_assert_int_eq(int64_at(0, row), rows[row].id);
        ck_assert(double_at(1, row) == rows[row].value);
        ck_assert_int_eq(int64_at(2, row), rows[row].flag != 0);
        ck_assert(double_at(2, row) == (rows[row].flag != 0));
        ck_assert_int_eq(int64_at(3, row), rows[2 - row].id);
    }
    ptrdiff_t stride = 0;
    ck_assert_ptr_eq(leadkpi_table_column_values(table, 3, &stride), &rows[2].id);
    ck_assert_int_eq(stride, -step);
    ck_assert_ptr_eq(leadkpi_table_column_values(table, 0, NULL), &rows[0].id);
}
END_TEST

START_TEST(values_need_not_be_aligned)
{
    char bytes[1 + 3 * 9];
    for (int64_t i = 0; i < 3; i++) {
        int64_t value = 1000 + i;
        memcpy(bytes + 1 + 9 * i, &value, sizeof value);
    }
    const void *first = bytes + 1;
    ck_assert_int_eq(leadkpi_table_borrow_int64(table, "a", Z, first, 3, 9, NULL, &error), 0);
    for (size_t row = 0; row < 3; row++) ck_assert_int_eq(int64_at(0, row), 1000 + (int64_t)row);
}
END_TEST

START_TEST(a_stride_within_a_value_or_beyond_memory_is_refused)
{
    static const int64_t values[] = {1, 2, 3};
    static const ptrdiff_t strides[] = {1, -1, 7, -7, PTRDIFF_MAX, PTRDIFF_MIN, PTRDIFF_MIN + 1};
    for (size_t i = 0; i < sizeof strides / sizeof *strides; i++) {
        ck_assert_int_eq(
            leadkpi_table_borrow_int64(table, "a", Z, values, 3, strides[i], NULL, &error),
            LEADKPI_BAD_ARGUMENT);
        ck_assert_message("column \"a\": expected");
    }
    ck_assert_int_eq(leadkpi_table_column_count(table), 0);
}
END_TEST

START_TEST(null_cells_are_nothing_in_every_type)
{
    static const int64_t ints[] = {1, 2, 3};
    static const double doubles[] = {1, 2, 3};
    static const uint8_t flags[] = {1, 1, 1}, validity[] = {5}; /* rows 0 and 2 */
    static const int64_t offsets[] = {0, 1, 2, 3};
    static const int32_t narrow[] = {0, 1, 2, 3}, codes[] = {0, 99, 1};
    leadkpi_table_borrow_int64(table, "i", Z, ints, 3, 0, validity, &error);
    leadkpi_table_borrow_double(table, "d", Z, doubles, 3, 0, validity, &error);
    leadkpi_table_borrow_bool(table, "b", Z, flags, 3, 0, validity, &error);
    leadkpi_table_borrow_timestamp(table, "t", Z, ints, 3, 0, validity, &error);
    leadkpi_table_borrow_decimal(table, "m", Z, ints, 2, 3, 0, validity, &error);
    leadkpi_table_borrow_text(table, "s", Z, offsets, "abc", 3, validity, &error);
    leadkpi_table_borrow_text32(table, "n", Z, narrow, "abc", 3, validity, &error);
    leadkpi_table_borrow_dictionary(table, "c", Z, codes, 3, 0, validity, offsets, "abc", 3,
                                    &error);
    ck_assert_int_eq(leadkpi_table_column_count(table), 8);
    for (int32_t column = 0; column < 8; column++) {
        ck_assert_int_eq(leadkpi_table_is_null(table, column, 0), 0);
        ck_assert_int_eq(leadkpi_table_is_null(table, column, 1), 1);
        ck_assert_int_eq(leadkpi_table_is_null(table, column, 2), 0);
        ck_assert_int_eq(leadkpi_table_is_null(table, column, 3), 1);
        ck_assert_ptr_eq(leadkpi_table_column_validity(table, column), validity);
        if (column != 1 && column < 5) ck_assert_int_eq(int64_at(column, 1), 0);
        if (column < 5) ck_assert(isnan(double_at(column, 1)));
        if (column >= 5) check_text(column, 1, NULL);
    }
    check_text(5, 2, "c");
    check_text(6, 2, "c");
    check_text(7, 2, "b");
    ck_assert(double_at(4, 2) == 0.03);
}
END_TEST

START_TEST(a_column_of_nulls_is_one_of_any_type)
{
    leadkpi_table *rows;
    int64_t id = 7, time = 0;
    ck_assert_int_eq(leadkpi_table_create(NULL, &rows, &error), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_table_add_nulls(table, "value", Z, 1, &error), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_table_is_null(table, 0, 0), 1);
    check_text(0, 0, NULL);
    ck_assert_int_eq(leadkpi_table_add_nulls(table, "value", Z, 1, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_add_nulls(table, "other", Z, 2, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_add_nulls(NULL, "a", Z, 0, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_add_nulls(table, NULL, Z, 0, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_column_count(table), 1);

    /* A number that nobody gave; and rows of which there are none, in every column. */
    leadkpi_cohorts *cohorts;
    ck_assert_int_eq(leadkpi_cohorts_create(NULL, NULL, &cohorts, &error), LEADKPI_OK);
    leadkpi_table_borrow_int64(table, "id", Z, &id, 1, 0, NULL, &error);
    leadkpi_table_borrow_timestamp(table, "time", Z, &time, 1, 0, NULL, &error);
    ck_assert_int_eq(leadkpi_cohorts_add_acquisitions(cohorts, table, NULL, 0, &error), LEADKPI_OK);
    for (int i = 0; i < 3; i++)
        leadkpi_table_add_nulls(rows, (const char *[]){"id", "time", "amount"}[i], Z, 0, &error);
    ck_assert_int_eq(leadkpi_cohorts_add_revenue(cohorts, rows, NULL, 0, &error), LEADKPI_OK);
    leadkpi_cohorts_free(cohorts);
    leadkpi_table_free(rows);
}
END_TEST

START_TEST(a_decimal_is_divided_out_correctly_rounded)
{
    /* the doubles are the compiler's, which rounds to nearest */
    static const int64_t values[] = {12345, -1, INT64_MAX, INT64_MIN, INT64_C(9007199254740993)};
    static const double hundredths[] = {123.45, -0.01, 92233720368547758.07, -92233720368547758.08,
                                        90071992547409.93};
    static const double smallest[] = {12345e-18, -1e-18, 9.223372036854775807,
                                      -9.223372036854775808, 0.009007199254740993};
    leadkpi_table_borrow_decimal(table, "a", Z, values, 2, 5, 0, NULL, &error);
    leadkpi_table_borrow_decimal(table, "b", Z, values, 18, 5, 0, NULL, &error);
    leadkpi_table_borrow_decimal(table, "c", Z, values, 0, 5, 0, NULL, &error);
    for (size_t row = 0; row < 5; row++) {
        ck_assert(double_at(0, row) == hundredths[row]);
        ck_assert(double_at(1, row) == smallest[row]);
        ck_assert(double_at(2, row) == (double)values[row]);
        ck_assert_int_eq(int64_at(0, row), values[row]);
    }
    ck_assert_int_eq(leadkpi_table_column_scale(table, 0), 2);
    ck_assert_int_eq(leadkpi_table_column_scale(table, 1), 18);
    ck_assert_int_eq(leadkpi_table_borrow_decimal(table, "x", Z, values, 19, 5, 0, NULL, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_message("scale: expected 0 to 18, found 19");
    ck_assert_int_eq(leadkpi_table_borrow_decimal(table, "x", Z, values, -1, 5, 0, NULL, &error),
                     LEADKPI_BAD_ARGUMENT);
}
END_TEST

START_TEST(text_is_read_in_every_layout)
{
    static const int64_t offsets[] = {3, 3, 8, 12};
    static const int32_t narrow[] = {3, 3, 8, 12};
    static const char bytes[] = "..._EventsPaid";
    static const int32_t codes[] = {2, -9, 0, -9, 2, -9};
    static const char *const strings[] = {"", NULL, "Gr\xC3\xBC\xC3\x9F" "e"};
    leadkpi_table_borrow_text(table, "s", Z, offsets, bytes, 3, NULL, &error);
    leadkpi_table_borrow_text32(table, "n", Z, narrow, bytes, 3, NULL, &error);
    leadkpi_table_borrow_dictionary(table, "c", Z, codes, 3, 8, NULL, offsets, bytes, 3, &error);
    leadkpi_table_copy_strings(table, "z", Z, strings, 3, &error);
    ck_assert_int_eq(leadkpi_table_column_count(table), 4);
    for (int32_t column = 0; column < 2; column++) {
        check_text(column, 0, "");
        check_text(column, 1, "_Even");
        check_text(column, 2, "tsPa");
    }
    check_text(2, 0, "tsPa");
    check_text(2, 1, "");
    check_text(2, 2, "tsPa");
    check_text(3, 0, "");
    check_text(3, 1, NULL);
    check_text(3, 2, "Gr\xC3\xBC\xC3\x9F" "e");
    ck_assert_ptr_null(leadkpi_table_column_values(table, 0, NULL));

    const int64_t *read_offsets;
    const char *read_bytes;
    ck_assert_int_eq(leadkpi_table_column_text(table, 0, &read_offsets, &read_bytes, &error), 0);
    ck_assert_ptr_eq(read_offsets, offsets);
    ck_assert_ptr_eq(read_bytes, bytes);
    ck_assert_int_eq(leadkpi_table_column_text(table, 3, &read_offsets, &read_bytes, &error), 0);
    ck_assert_int_eq(read_offsets[3], 7);
    ck_assert_int_eq(leadkpi_table_column_text(table, 1, &read_offsets, &read_bytes, &error),
                     LEADKPI_WRONG_TYPE);
    ck_assert_message("expected text with 64-bit offsets, found 32-bit offsets");
    ck_assert_ptr_null(read_offsets);
    ck_assert_int_eq(leadkpi_table_column_text(table, 2, &read_offsets, &read_bytes, &error),
                     LEADKPI_WRONG_TYPE);
    ck_assert_message("found a dictionary");
    ck_assert_int_eq(leadkpi_table_column_text(table, 4, &read_offsets, &read_bytes, &error),
                     LEADKPI_BAD_ARGUMENT);
}
END_TEST

/* Each shares a column of the one before, and is all that holds it. */
START_TEST(a_chain_of_tables_longer_than_the_stack_is_deep_is_freed)
{
    static const int64_t one = 1;
    leadkpi_table *last, *next;
    int64_t value;
    ck_assert_int_eq(leadkpi_table_create(NULL, &last, &error), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_table_borrow_int64(last, "n", Z, &one, 1, 0, NULL, &error), LEADKPI_OK);
    for (int i = 0; i < 100000; i++) {
        ck_assert_int_eq(leadkpi_table_create(NULL, &next, &error), LEADKPI_OK);
        ck_assert_int_eq(leadkpi_table_share_column(next, "n", Z, last, 0, &error), LEADKPI_OK);
        leadkpi_table_free(last);
        last = next;
    }
    ck_assert_int_eq(leadkpi_table_get_int64(last, 0, 0, &value, &error), LEADKPI_OK);
    ck_assert_int_eq(value, 1);
    leadkpi_table_free(last);
}
END_TEST

START_TEST(offsets_that_go_backwards_are_refused_with_their_place)
{
    static const int64_t falling[] = {0, 4, 3}, negative[] = {-1, 0, 1}, bytes[] = {0, 0, 3};
    static const int64_t huge[] = {0, 0, INT64_MIN};
    static const int32_t narrow[] = {0, 4, 3};
    ck_assert_int_eq(leadkpi_table_borrow_text(table, "s", Z, falling, "abcd", 2, NULL, &error),
                     LEADKPI_BAD_FORMAT);
    ck_assert_str_eq(error.message, "column \"s\": expected text offset 2 from 4 on, found 3");
    ck_assert_int_eq(error.row, 1); /* which it ends */
    ck_assert_int_eq(error.column, 0);
    ck_assert_int_eq(leadkpi_table_borrow_text(table, "s", Z, negative, "abcd", 2, NULL, &error),
                     LEADKPI_BAD_FORMAT);
    ck_assert_int_eq(error.row, 0);
    ck_assert_int_eq(leadkpi_table_borrow_text(table, "s", Z, huge, "abcd", 2, NULL, &error),
                     LEADKPI_BAD_FORMAT);
    ck_assert_int_eq(leadkpi_table_borrow_text32(table, "s", Z, narrow, "abcd", 2, NULL, &error),
                     LEADKPI_BAD_FORMAT);
    ck_assert_int_eq(leadkpi_table_borrow_text(table, "s", Z, bytes, NULL, 2, NULL, &error),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_message("expected a pointer to 3 bytes of text, found NULL");
    ck_assert_int_eq(leadkpi_table_column_count(table), 0);
}
END_TEST

START_TEST(codes_without_a_text_are_refused_with_their_row)
{
    static const int64_t offsets[] = {0, 1, 2}, falling[] = {0, 2, 1};
    static const int32_t codes[] = {0, 1, 2}, negative[] = {0, -1, 0}, good[] = {0, 1, 1};
    ck_assert_int_eq(leadkpi_table_borrow_dictionary(table, "c", Z, codes, 3, 0, NULL, offsets,
                                                     "ab", 2, &error),
                     LEADKPI_BAD_FORMAT);
    ck_assert_str_eq(error.message,
                     "column \"c\": expected codes from 0 and below 2, found 2 in row 2");
    ck_assert_int_eq(error.row, 2);
    ck_assert_int_eq(leadkpi_table_borrow_dictionary(table, "c", Z, negative, 3, 0, NULL, offsets,
                                                     "ab", 2, &error),
                     LEADKPI_BAD_FORMAT);
    ck_assert_int_eq(leadkpi_table_borrow_dictionary(table, "c", Z, good, 3, 0, NULL, falling, "ab",
                                                     2, &error),
                     LEADKPI_BAD_FORMAT);
    ck_assert_int_eq(error.row, -1); /* a text of the dictionary is no row */
    ck_assert_message("dictionary offset 2");
    ck_assert_int_eq(
        leadkpi_table_borrow_dictionary(table, "c", Z, good, 3, 0, NULL, NULL, "ab", 2, &error),
        LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_borrow_dictionary(table, "c", Z, good, 3, 0, NULL, offsets, "ab",
                                                     SIZE_MAX, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_borrow_dictionary(table, "c", Z, good, 3, 2, NULL, offsets, "ab",
                                                     2, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_column_count(table), 0);
}
END_TEST

START_TEST(a_cell_is_asked_for_by_its_type_and_place)
{
    static const int64_t ints[] = {1};
    static const double doubles[] = {1.5};
    static const int64_t offsets[] = {0, 1};
    int64_t i = 7;
    double d = 7;
    const char *text = "?";
    size_t length = 7;
    leadkpi_table_borrow_int64(table, "i", Z, ints, 1, 0, NULL, &error);
    leadkpi_table_borrow_double(table, "d", Z, doubles, 1, 0, NULL, &error);
    leadkpi_table_borrow_text(table, "s", Z, offsets, "x", 1, NULL, &error);
    ck_assert_int_eq(leadkpi_table_get_int64(table, 1, 0, &i, &error), LEADKPI_WRONG_TYPE);
    ck_assert_str_eq(error.message,
                     "column \"d\": expected int64, bool, timestamp or decimal, found double");
    ck_assert_int_eq(error.column, 1);
    ck_assert_int_eq(i, 0);
    ck_assert_int_eq(leadkpi_table_get_double(table, 2, 0, &d, &error), LEADKPI_WRONG_TYPE);
    ck_assert(isnan(d));
    ck_assert_int_eq(leadkpi_table_get_text(table, 0, 0, &text, &length, &error),
                     LEADKPI_WRONG_TYPE);
    ck_assert_str_eq(error.message, "column \"i\": expected text, found int64");
    ck_assert_ptr_null(text);
    ck_assert_int_eq(leadkpi_table_get_int64(table, 3, 0, &i, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_message("column: expected 0 and below 3, found 3");
    ck_assert_int_eq(leadkpi_table_get_int64(table, -1, 0, &i, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_get_int64(table, INT32_MIN, 0, &i, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_get_int64(table, 0, 1, &i, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_message("row: expected 0 and below 1, found 1");
    ck_assert_int_eq(leadkpi_table_get_int64(table, 0, SIZE_MAX, &i, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_is_null(table, 0, SIZE_MAX), 1);
}
END_TEST

START_TEST(a_column_is_found_by_its_exact_name_or_the_nearest_is_named)
{
    static const int64_t ints[] = {1};
    int32_t column = 7;
    leadkpi_table_borrow_int64(table, "channel", Z, ints, 1, 0, NULL, &error);
    leadkpi_table_borrow_int64(table, "campaign", Z, ints, 1, 0, NULL, &error);
    ck_assert_int_eq(leadkpi_table_find_column(table, "campaigns", 8, &column, &error), LEADKPI_OK);
    ck_assert_int_eq(column, 1);
    ck_assert_int_eq(leadkpi_table_find_column(table, "chanel", Z, &column, &error),
                     LEADKPI_UNKNOWN_NAME);
    ck_assert_int_eq(column, -1);
    ck_assert_message("\"chanel\"");
    ck_assert_message("nearest name is \"channel\"");
    ck_assert_int_eq(leadkpi_table_find_column(table, "Channel", Z, &column, &error),
                     LEADKPI_UNKNOWN_NAME);
    ck_assert_int_eq(leadkpi_table_find_column(table, "", Z, &column, &error),
                     LEADKPI_UNKNOWN_NAME);
    ck_assert_int_eq(leadkpi_table_find_column(table, "time", Z, &column, &error),
                     LEADKPI_UNKNOWN_NAME);
    ck_assert_message("nothing is called \"time\"; found: channel, campaign");
    for (char name[] = "column a"; name[7] <= 'z'; name[7]++)
        leadkpi_table_borrow_int64(table, name, Z, ints, 1, 0, NULL, &error);
    leadkpi_table_find_column(table, "time", Z, &column, &error);
    ck_assert_message("column a, column b,");
    ck_assert_message(", ...");
}
END_TEST

START_TEST(the_last_reference_frees_and_the_data_stays_until_then)
{
    static const char *const strings[] = {"a", NULL};
    leadkpi_table_copy_strings(table, "s", Z, strings, 2, &error);
    leadkpi_table_retain(table);
    leadkpi_table_retain(table);
    leadkpi_table_free(table);
    leadkpi_table_free(table);
    check_text(0, 0, "a");
}
END_TEST

START_TEST(many_columns_keep_their_place_and_name)
{
    static const int64_t ints[] = {1};
    char name[8] = "c000";
    for (int i = 0; i < 300; i++) {
        name[1] = (char)('0' + i / 100), name[2] = (char)('0' + i / 10 % 10);
        name[3] = (char)('0' + i % 10);
        ck_assert_int_eq(leadkpi_table_borrow_int64(table, name, Z, ints, 1, 0, NULL, &error), 0);
    }
    int32_t column;
    ck_assert_int_eq(leadkpi_table_find_column(table, "c217", Z, &column, &error), LEADKPI_OK);
    ck_assert_int_eq(column, 217);
    ck_assert_str_eq(leadkpi_table_column_name(table, 299), "c299");
}
END_TEST

START_TEST(types_have_pinned_numbers_and_names)
{
    static const char *const names[] = {"unknown", "int64",     "double",  "bool",
                                        "text",    "timestamp", "decimal", "other",
                                        "unknown"};
    for (int32_t type = 0; type < 9; type++)
        ck_assert_str_eq(leadkpi_type_name(type), names[type]);
    ck_assert_str_eq(leadkpi_type_name(INT32_MIN), "unknown");
    ck_assert_str_eq(leadkpi_type_name(INT32_MAX), "unknown");
    ck_assert_int_eq(LEADKPI_TYPE_DECIMAL, 6);
    ck_assert_int_eq(LEADKPI_TYPE_OTHER, 7);
}
END_TEST

START_TEST(a_memory_limit_is_kept_and_leaves_the_table_as_it_was)
{
    char longer_than_the_limit[600];
    const char *const strings[] = {longer_than_the_limit, "b"};
    static const int64_t ints[] = {1, 2};
    leadkpi_host host = LEADKPI_HOST_DEFAULT;
    leadkpi_table *small, *none;
    memset(longer_than_the_limit, 'x', sizeof longer_than_the_limit);
    longer_than_the_limit[sizeof longer_than_the_limit - 1] = '\0';
    host.memory_limit_bytes = 8;
    ck_assert_int_eq(leadkpi_table_create(&host, &small, &error), LEADKPI_LIMIT);
    ck_assert_ptr_null(small);
    host.memory_limit_bytes = 560;
    ck_assert_int_eq(leadkpi_table_create(&host, &small, &error), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_table_borrow_int64(small, "a", Z, ints, 2, 0, NULL, &error), 0);
    ck_assert_int_eq(leadkpi_table_copy_strings(small, "s", Z, strings, 2, &error), LEADKPI_LIMIT);
    ck_assert_int_eq(leadkpi_table_column_count(small), 1);
    host.struct_size = 3;
    ck_assert_int_eq(leadkpi_table_create(&host, &none, &error), LEADKPI_BAD_ARGUMENT);
    leadkpi_table_free(small);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("table");
    TCase *tcase = tcase_create("table");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, an_empty_table_has_nothing);
    tcase_add_test(tcase, null_is_answered_by_every_call);
    tcase_add_test(tcase, values_may_be_null_only_without_rows);
    tcase_add_test(tcase, a_name_is_there_once_and_is_text);
    tcase_add_test(tcase, the_first_column_fixes_the_row_count);
    tcase_add_test(tcase, an_impossible_row_count_is_refused_before_a_row_is_read);
    tcase_add_test(tcase, strides_reach_every_row_forwards_and_backwards);
    tcase_add_test(tcase, values_need_not_be_aligned);
    tcase_add_test(tcase, a_stride_within_a_value_or_beyond_memory_is_refused);
    tcase_add_test(tcase, null_cells_are_nothing_in_every_type);
    tcase_add_test(tcase, a_column_of_nulls_is_one_of_any_type);
    tcase_add_test(tcase, a_decimal_is_divided_out_correctly_rounded);
    tcase_add_test(tcase, text_is_read_in_every_layout);
    tcase_add_test(tcase, a_chain_of_tables_longer_than_the_stack_is_deep_is_freed);
    tcase_add_test(tcase, offsets_that_go_backwards_are_refused_with_their_place);
    tcase_add_test(tcase, codes_without_a_text_are_refused_with_their_row);
    tcase_add_test(tcase, a_cell_is_asked_for_by_its_type_and_place);
    tcase_add_test(tcase, a_column_is_found_by_its_exact_name_or_the_nearest_is_named);
    tcase_add_test(tcase, the_last_reference_frees_and_the_data_stays_until_then);
    tcase_add_test(tcase, many_columns_keep_their_place_and_name);
    tcase_add_test(tcase, types_have_pinned_numbers_and_names);
    tcase_add_test(tcase, a_memory_limit_is_kept_and_leaves_the_table_as_it_was);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
