/* Record batches become tables: every format, without a copy where that can be, with offsets,
 * and what is wrong is refused with its place and leaves the array with its owner. */
#include <math.h>

#include "../support/check_main.h"
#include "../support/fault.h"
#include "producer.h"

static producer from;
static leadkpi_table *table;
static leadkpi_error error;

static void setup(void)
{
    produce(&from, 4);
    table = NULL;
}

static void teardown(void)
{
    leadkpi_table_free(table);
}

static void import(void)
{
    leadkpi_status status = leadkpi_arrow_import(NULL, &from.array, &from.schema, &table, &error);
    ck_assert_msg(status == LEADKPI_OK, "%s", error.message);
    ck_assert_ptr_null(from.array.release);
    ck_assert_int_eq(from.released_arrays, 0);
}

static void refuse(leadkpi_status expected, const char *message)
{
    table = (leadkpi_table *)&from;
    ck_assert_int_eq(leadkpi_arrow_import(NULL, &from.array, &from.schema, &table, &error),
                     expected);
    ck_assert_ptr_null(table);
    ck_assert_msg(strstr(error.message, message) != NULL, "expected \"%s\" in \"%s\"", message,
                  error.message);
    ck_assert_ptr_nonnull(from.array.release);
    ck_assert_int_eq(from.released_arrays, 0);
}

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
    ck_assert_int_eq(leadkpi_table_is_null(table, column, row), expected == NULL);
    if (!expected) return;
    ck_assert_uint_eq(length, strlen(expected));
    ck_assert_int_eq(memcmp(text, expected, length), 0);
}

START_TEST(what_lies_right_is_borrowed_and_the_array_kept)
{
    static const int64_t numbers[] = {1, -2, INT64_MAX, INT64_MIN}, times[] = {0, 1, 2, 3};
    static const double doubles[] = {0.5, -0.0, 1e300, 2};
    produce_column(&from, "l", "n", NULL, numbers, NULL);
    produce_column(&from, "g", "d", NULL, doubles, NULL);
    produce_column(&from, "tsu:Europe/Berlin", "t", NULL, times, NULL);
    import();
    ck_assert_ptr_eq(leadkpi_table_column_values(table, 0, NULL), numbers);
    ck_assert_ptr_eq(leadkpi_table_column_values(table, 1, NULL), doubles);
    ck_assert_ptr_eq(leadkpi_table_column_values(table, 2, NULL), times);
    ck_assert_int_eq(leadkpi_table_column_type(table, 2), LEADKPI_TYPE_TIMESTAMP);
    ck_assert_str_eq(leadkpi_table_column_name(table, 1), "d");
    leadkpi_table_free(table);
    table = NULL;
    ck_assert_int_eq(from.released_arrays, 1);
    ck_assert_int_eq(from.released_schemas, 0);
}
END_TEST

START_TEST(every_width_of_whole_numbers_is_read)
{
    static const int8_t c[] = {-128, 127, 0, -1};
    static const uint8_t C[] = {0, 255, 1, 2};
    static const int16_t s[] = {-32768, 32767, 0, 1};
    static const uint16_t S[] = {0, 65535, 1, 2};
    static const int32_t i[] = {INT32_MIN, INT32_MAX, 0, 1};
    static const uint32_t I[] = {0, UINT32_MAX, 1, 2};
    static const uint64_t L[] = {0, INT64_MAX, 1, 2};
    static const int64_t expected[][2] = {
        {-128, 127},     {0, 255},      {-32768, 32767}, {0, 65535}, {INT32_MIN, INT32_MAX},
        {0, UINT32_MAX}, {0, INT64_MAX}};
    static const void *const values[] = {c, C, s, S, i, I, L};
    static const char *const formats[] = {"c", "C", "s", "S", "i", "I", "L"};
    for (int k = 0; k < 7; k++)
        produce_column(&from, formats[k], formats[k], NULL, values[k], NULL);
    import();
    for (int k = 0; k < 7; k++) {
        ck_assert_int_eq(leadkpi_table_column_type(table, k), LEADKPI_TYPE_INT64);
        ck_assert_int_eq(int64_at(k, 0), expected[k][0]);
        ck_assert_int_eq(int64_at(k, 1), expected[k][1]);
    }
}
END_TEST

START_TEST(what_int64_cannot_hold_is_refused_with_its_row_unless_null)
{
    static const uint64_t L[] = {0, UINT64_MAX, UINT64_C(1) << 63, 2};
    static const uint8_t second_is_null[] = {0x0D};
    produce_column(&from, "L", "big", second_is_null, L, NULL);
    refuse(LEADKPI_BAD_DATA, "column \"big\" of Arrow format \"L\": expected at most "
                             "9223372036854775807, found something else in row 2");
    ck_assert_int_eq(error.row, 2);
    ck_assert_int_eq(error.column, 0);
    ck_assert_int_eq(leadkpi_arrow_import(NULL, NULL, &from.schema, &table, &error),
                     LEADKPI_NULL_ARGUMENT);
    from.array.length = 2;
    import();
    ck_assert_int_eq(leadkpi_table_is_null(table, 0, 1), 1);
}
END_TEST

START_TEST(floats_of_every_width_keep_each_digit)
{
    /* binary16: 0x3C00 is 1, 0x0001 the smallest (2^-24), 0xFBFF -65504, 0x7C00 infinity
     * (IEEE 754-2019, table 3.5) */
    static const uint16_t halves[] = {0x3C00, 0x0001, 0xFBFF, 0x7C00};
    static const float floats[] = {0.1f, -1.5f, 3e38f, 1e-45f};
    produce_column(&from, "e", "half", NULL, halves, NULL);
    produce_column(&from, "f", "float", NULL, floats, NULL);
    import();
    ck_assert_double_eq(double_at(0, 0), 1);
    ck_assert_double_eq(double_at(0, 1), 0x1p-24);
    ck_assert_double_eq(double_at(0, 2), -65504);
    ck_assert_double_eq(double_at(0, 3), INFINITY);
    for (size_t row = 0; row < 4; row++) ck_assert_double_eq(double_at(1, row), floats[row]);
}
END_TEST

START_TEST(every_unit_of_time_becomes_microseconds)
{
    static const int64_t units[] = {-1, 0, 1, 1000};
    static const int64_t nano[] = {-1000, 0, 1000, 5000};
    static const int32_t days[] = {-1, 0, 1, 20000};
    produce_column(&from, "tss:", "s", NULL, units, NULL);
    produce_column(&from, "tsm:UTC", "m", NULL, units, NULL);
    produce_column(&from, "tsn:", "n", NULL, nano, NULL);
    produce_column(&from, "tdD", "D", NULL, days, NULL);
    produce_column(&from, "tdm", "d", NULL, units, NULL);
    import();
    static const int64_t each[] = {1000000, 1000, 1, INT64_C(86400000000), 1000};
    for (int32_t k = 0; k < 5; k++) {
        ck_assert_int_eq(leadkpi_table_column_type(table, k), LEADKPI_TYPE_TIMESTAMP);
        ck_assert_int_eq(int64_at(k, 0), -each[k]);
        ck_assert_int_eq(int64_at(k, 2), each[k]);
    }
    ck_assert_int_eq(int64_at(3, 3), INT64_C(1728000000000000)); /* 2024-10-04 */
}
END_TEST

START_TEST(times_that_would_be_rounded_or_do_not_fit_are_refused)
{
    static const int64_t nano[] = {1000, 1, 2000, 0};
    static const int64_t far[] = {0, 0, 0, INT64_MIN};
    static const uint8_t second_is_null[] = {0x0D};
    produced_column *column = produce_column(&from, "tsn:", "t", NULL, nano, NULL);
    refuse(LEADKPI_BAD_DATA, "expected whole microseconds (round them first), found something else "
                             "in row 1");
    column->buffers[0] = second_is_null;
    column->array.null_count = 1;
    import();
    ck_assert_int_eq(int64_at(0, 2), 2);
    leadkpi_table_free(table);
    table = NULL;
    produce(&from, 4);
    produce_column(&from, "tss:", "t", NULL, far, NULL);
    refuse(LEADKPI_BAD_DATA, "within 292,000 years of 1970, found something else in row 3");
}
END_TEST

/* Text "ab", "", null, "c" in each layout. */
static void check_texts(int32_t column)
{
    ck_assert_int_eq(leadkpi_table_column_type(table, column), LEADKPI_TYPE_TEXT);
    check_text(column, 0, "ab");
    check_text(column, 1, "");
    check_text(column, 2, NULL);
    check_text(column, 3, "c");
}

static const uint8_t third_is_null[] = {0x0B};

START_TEST(text_of_every_kind_is_read_where_it_lies)
{
    static const int32_t narrow[] = {0, 2, 2, 2, 3};
    static const int64_t wide[] = {0, 2, 2, 2, 3};
    static const char bytes[] = "abc";
    static const struct {
        int32_t length;
        char bytes[12];
    } views[] = {{2, "ab"}, {0, ""}, {-7, "junk"}, {1, "c"}};
    static const char *const formats[] = {"u", "U", "z", "Z"};
    for (int k = 0; k < 4; k++)
        produce_column(&from, formats[k], formats[k], third_is_null,
                       k % 2 ? (const void *)wide : (const void *)narrow, bytes);
    produce_column(&from, "vu", "view", third_is_null, views, NULL);
    import();
    for (int32_t k = 0; k < 5; k++) check_texts(k);
    const char *text;
    size_t length;
    leadkpi_table_get_text(table, 0, 3, &text, &length, &error);
    ck_assert_ptr_eq(text, bytes + 2);
}
END_TEST

typedef struct long_view {
    int32_t length;
    char prefix[4];
    int32_t block, offset;
} long_view;

START_TEST(long_views_lie_in_blocks_and_are_checked)
{
    static const char first[] = "a text of more than twelve bytes";
    static const char second[] = "and another one in the second block";
    static const int64_t lengths[] = {32, 35};
    static long_view views[4];
    views[0] = (long_view){32, "a te", 0, 0};
    views[1] = (long_view){20, "anot", 1, 4};
    views[2] = (long_view){13, "bloc", 1, 22};
    views[3] = (long_view){31, "and ", 1, 4};
    produced_column *column = produce_column(&from, "vu", "v", NULL, views, first);
    column->buffers[3] = second;
    column->buffers[4] = lengths;
    column->array.n_buffers = 5;
    import();
    check_text(0, 0, first);
    check_text(0, 1, "another one in the s");
    check_text(0, 2, second + 22);
    check_text(0, 3, "another one in the second block");
    leadkpi_table_free(table);
    static const long_view bad[] = {{36, "", 1, 0},  {13, "", 2, 0}, {13, "", -1, 0},
                                    {13, "", 0, -1}, {-1, "", 0, 0}, {13, "", 1, INT32_MAX}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        produce(&from, 4);
        column = produce_column(&from, "vu", "v", NULL, views, first);
        column->buffers[3] = second;
        column->buffers[4] = lengths;
        column->array.n_buffers = 5;
        views[3] = bad[i];
        refuse(LEADKPI_BAD_FORMAT, "expected a view within one of 2 blocks");
        ck_assert_int_eq(error.row, 3);
    }
    column->buffers[4] = NULL;
    refuse(LEADKPI_BAD_FORMAT, "expected the lengths of 2 blocks, found NULL");
}
END_TEST

START_TEST(offsets_of_batch_and_column_add_up)
{
    static const int64_t numbers[] = {9, 9, 9, 1, 2, 3, 4};
    static const int32_t narrow[] = {0, 1, 2, 3, 5, 5, 5, 6};
    static const uint8_t validity[] = {0x5F}; /* value 5 is null */
    static const uint8_t bits[] = {0x48};     /* values 3 and 6 */
    static const char *const formats[] = {"l", "u", "b"};
    static const void *const values[] = {numbers, narrow, bits};
    for (int k = 0; k < 3; k++) {
        produced_column *column =
            produce_column(&from, formats[k], formats[k], validity, values[k], "xyzabc");
        column->array.offset = 2;
        column->array.length = 5;
    }
    from.array.offset = 1;
    import();
    for (size_t row = 0; row < 4; row++) {
        ck_assert_int_eq(int64_at(0, row), row == 2 ? 0 : (int64_t)row + 1);
        ck_assert_int_eq(int64_at(2, row), row == 0 || row == 3);
        ck_assert_int_eq(leadkpi_table_is_null(table, 0, row), row == 2);
    }
    check_texts(1);
}
END_TEST

START_TEST(validity_is_moved_from_any_bit)
{
    static uint8_t validity[40];
    static int8_t values[300];
    for (size_t i = 0; i < sizeof validity; i++) validity[i] = (uint8_t)(i * 37 + 11);
    for (int64_t offset = 0; offset < 20; offset++)
        for (int64_t rows = 0; rows < 40; rows++) {
            produce(&from, rows);
            produced_column *column = produce_column(&from, "c", "x", validity, values, NULL);
            column->array.offset = offset;
            import();
            for (int64_t row = 0; row < rows; row++) {
                int64_t at = offset + row;
                ck_assert_int_eq(leadkpi_table_is_null(table, 0, (size_t)row),
                                 !(validity[at / 8] >> at % 8 & 1));
            }
            leadkpi_table_free(table);
        }
    table = NULL;
}
END_TEST

START_TEST(decimals_of_every_width_are_exact_or_refused)
{
    static const int32_t narrow[] = {-12345, 0, 1, 99};
    static const int64_t plain[] = {-12345, 0, 1, INT64_MAX};
    static int64_t wide[8], widest[16];
    static const int64_t values[] = {-12345, 0, INT64_MIN, INT64_MAX};
    for (int i = 0; i < 4; i++) {
        for (int k = 0; k < 2; k++) wide[2 * i + k] = k ? -(values[i] < 0) : values[i];
        for (int k = 0; k < 4; k++) widest[4 * i + k] = k ? -(values[i] < 0) : values[i];
    }
    produce_column(&from, "d:9,2,32", "a", NULL, narrow, NULL);
    produce_column(&from, "d:18,2,64", "b", NULL, plain, NULL);
    produce_column(&from, "d:38,2", "c", NULL, wide, NULL);
    produce_column(&from, "d:76,2,256", "d", NULL, widest, NULL);
    import();
    for (int32_t k = 0; k < 4; k++) {
        ck_assert_int_eq(leadkpi_table_column_type(table, k), LEADKPI_TYPE_DECIMAL);
        ck_assert_int_eq(leadkpi_table_column_scale(table, k), 2);
        ck_assert_int_eq(int64_at(k, 0), -12345);
        ck_assert_double_eq(double_at(k, 0), -123.45);
        if (k > 1) ck_assert_int_eq(int64_at(k, 2), INT64_MIN);
        if (k > 0) ck_assert_int_eq(int64_at(k, 3), INT64_MAX);
    }
    leadkpi_table_free(table);
    table = NULL;
    produce(&from, 4);
    produce_column(&from, "d:38,2", "c", NULL, wide, NULL);
    wide[5] = 0; /* 2^63 */
    refuse(LEADKPI_BAD_DATA, "expected at most 9223372036854775807 before the point is set");
    ck_assert_int_eq(error.row, 2);
}
END_TEST

START_TEST(a_dictionary_of_texts_stays_one)
{
    static const int32_t codes[] = {1, 2, 77, 0};
    static const int64_t wide[] = {0, 1, 3, 3};
    produced_column *column = produce_column(&from, "i", "x", third_is_null, codes, NULL);
    produce_words(column, "U", 3, NULL, wide, "cab");
    import();
    check_texts(0);
    const char *text;
    size_t length;
    leadkpi_table_get_text(table, 0, 3, &text, &length, &error);
    ck_assert_str_eq(text, "cab"); /* where it lies */
}
END_TEST

START_TEST(codes_of_every_width_and_words_of_every_kind_are_read)
{
    static const uint8_t C[] = {1, 2, 77, 0};
    static const int16_t s[] = {1, 2, -77, 0};
    static const uint64_t L[] = {1, 2, 77, 0};
    static const int32_t narrow[] = {0, 1, 3, 3};
    static const struct {
        int32_t length;
        char bytes[12];
    } views[] = {{1, "c"}, {2, "ab"}, {0, ""}};
    produce_words(produce_column(&from, "C", "C", third_is_null, C, NULL), "u", 3, NULL, narrow,
                  "cab");
    produce_words(produce_column(&from, "s", "s", third_is_null, s, NULL), "u", 3, NULL, narrow,
                  "cab");
    produced_column *column = produce_column(&from, "L", "L", third_is_null, L, NULL);
    produce_words(column, "vu", 3, NULL, views, NULL);
    import();
    for (int32_t k = 0; k < 3; k++) check_texts(k);
}
END_TEST

START_TEST(a_null_word_makes_null_rows)
{
    static const int32_t codes[] = {0, 1, 2, 2};
    static const int32_t narrow[] = {0, 1, 2, 3};
    static const uint8_t middle_is_null[] = {0x05};
    produce_words(produce_column(&from, "i", "x", NULL, codes, NULL), "u", 3, middle_is_null,
                  narrow, "cab");
    import();
    check_text(0, 0, "c");
    check_text(0, 1, NULL);
    check_text(0, 3, "b");
}
END_TEST

START_TEST(a_dictionary_of_numbers_is_looked_up)
{
    static const int8_t codes[] = {2, 1, 99, 0};
    static const double doubles[] = {0.5, 1.5, 2.5};
    static const int32_t days[] = {0, 1, 2};
    static const uint8_t bits[] = {0x05};
    static const int64_t cents[] = {10, 0, 20, 0, 30, 0};
    static const char *const formats[] = {"g", "tdD", "b", "d:9,2", "l", "+l", "n"};
    static const void *const words[] = {doubles, days, bits, cents, doubles, bits, bits};
    for (int k = 0; k < 7; k++) {
        produced_column *column =
            produce_column(&from, "c", formats[k], third_is_null, codes, NULL);
        produce_words(column, formats[k], 3, NULL, words[k], NULL);
    }
    import();
    ck_assert_double_eq(double_at(0, 0), 2.5);
    ck_assert_double_eq(double_at(0, 3), 0.5);
    ck_assert_int_eq(leadkpi_table_is_null(table, 0, 2), 1);
    ck_assert_int_eq(int64_at(1, 1), INT64_C(86400000000));
    ck_assert_int_eq(int64_at(2, 0), 1);
    ck_assert_int_eq(int64_at(2, 1), 0);
    ck_assert_double_eq(double_at(3, 0), 0.3);
    ck_assert_int_eq(leadkpi_table_column_type(table, 5), LEADKPI_TYPE_OTHER);
    ck_assert_int_eq(leadkpi_table_is_null(table, 6, 0), 1);
}
END_TEST

START_TEST(codes_beyond_the_dictionary_are_refused)
{
    static const int32_t codes[] = {0, 1, 2, 0};
    static const int32_t narrow[] = {0, 1, 2, 3};
    produced_column *column = produce_column(&from, "i", "x", NULL, codes, NULL);
    produce_words(column, "u", 2, NULL, narrow, "cab");
    refuse(LEADKPI_BAD_FORMAT, "found 2 in row 2");
    column->schema.format = "I";
    refuse(LEADKPI_BAD_FORMAT, "expected codes from 0 and below 2, found 2 in row 2");
    column->schema.format = "g";
    refuse(LEADKPI_BAD_FORMAT, "expected codes that are whole numbers, found format \"g\"");
    column->schema.format = "i";
    column->array.dictionary = NULL;
    refuse(LEADKPI_BAD_FORMAT, "expected a dictionary, found NULL");
    column->array.dictionary = &column->words;
    column->words.length = -1;
    refuse(LEADKPI_BAD_FORMAT, "Arrow dictionary: expected a length from 0");
}
END_TEST

START_TEST(a_dictionary_of_a_dictionary_is_other_however_deep)
{
    static const int32_t codes[] = {0, 0, 0, 0};
    produced_column *column = produce_column(&from, "i", "x", NULL, codes, NULL);
    produce_words(column, "i", 1, NULL, codes, NULL);
    column->words_schema.dictionary = &column->words_schema; /* for ever */
    import();
    ck_assert_int_eq(leadkpi_table_column_type(table, 0), LEADKPI_TYPE_OTHER);
}
END_TEST

START_TEST(other_types_are_there_but_refused_by_what_needs_them)
{
    static const char *const formats[] = {"+l", "tiM", "ttu", "d:9,-2", "d:9,19", "?", "tDs"};
    for (int k = 0; k < 7; k++) produce_column(&from, formats[k], formats[k], NULL, formats, NULL);
    import();
    for (int32_t k = 0; k < 7; k++)
        ck_assert_int_eq(leadkpi_table_column_type(table, k), LEADKPI_TYPE_OTHER);
    ck_assert_str_eq(leadkpi_table_column_unit(table, 0), "Arrow format +l");
    ck_assert_str_eq(leadkpi_type_name(LEADKPI_TYPE_OTHER), "other");
    ck_assert_ptr_null(leadkpi_table_column_values(table, 0, NULL));
    int64_t value;
    ck_assert_int_eq(leadkpi_table_get_int64(table, 0, 0, &value, &error), LEADKPI_WRONG_TYPE);
    ck_assert_ptr_nonnull(strstr(error.message, "found Arrow format +l"));
    struct ArrowArray array;
    struct ArrowSchema schema;
    ck_assert_int_eq(leadkpi_arrow_export(table, &array, &schema, &error), LEADKPI_WRONG_TYPE);
    ck_assert_ptr_null(array.release);
    ck_assert_ptr_null(schema.release);
}
END_TEST

START_TEST(a_column_of_nulls_alone_passes_for_any_type)
{
    static const int64_t ids[] = {1, 2, 3, 4}, times[] = {1, 2, 3, 4};
    leadkpi_options *definition = NULL;
    leadkpi_campaigns *campaigns = NULL;
    produce_column(&from, "l", "id", NULL, ids, NULL);
    produce_column(&from, "tsu:", "time", NULL, times, NULL);
    produce_column(&from, "n", "channel", NULL, NULL, NULL);
    import();
    ck_assert_int_eq(leadkpi_table_is_null(table, 2, 0), 1);
    leadkpi_options_create(NULL, "campaigns", LEADKPI_NUL_TERMINATED, &definition, &error);
    leadkpi_options_parse(definition, "dimensions=channel", LEADKPI_NUL_TERMINATED, &error);
    ck_assert_int_eq(leadkpi_campaigns_create(NULL, definition, &campaigns, &error), LEADKPI_OK);
    leadkpi_status status = leadkpi_campaigns_add_leads(campaigns, table, NULL, 0, &error);
    ck_assert_msg(status == LEADKPI_OK, "%s", error.message);
    leadkpi_campaigns_free(campaigns);
    leadkpi_options_free(definition);
}
END_TEST

START_TEST(hostile_batches_are_refused)
{
    static const int64_t numbers[4];
    static const int32_t falling[] = {0, 2, 1, 3, 3};
    produced_column *column = produce_column(&from, "l", "x", NULL, numbers, NULL);
    from.array.length = -1;
    refuse(LEADKPI_BAD_FORMAT, "expected a length from 0");
    from.array.length = 5;
    refuse(LEADKPI_BAD_FORMAT, "column \"x\": expected 5 rows or more, found 4");
    from.array.length = 4;
    from.array.offset = INT64_MAX;
    refuse(LEADKPI_BAD_FORMAT, "expected an offset from 0");
    from.array.offset = 0;
    from.array.n_children = 2;
    refuse(LEADKPI_BAD_FORMAT, "expected 1 columns as in its schema, found 2");
    from.array.n_children = 1;
    from.arrays[0] = NULL;
    refuse(LEADKPI_BAD_FORMAT, "found NULL");
    from.arrays[0] = &column->array;
    column->array.n_buffers = 1;
    refuse(LEADKPI_BAD_FORMAT, "expected 2 buffers or more for format \"l\", found 1");
    column->array.n_buffers = -1;
    refuse(LEADKPI_BAD_FORMAT, "expected 0 or more buffers");
    column->array.n_buffers = 2;
    column->buffers[1] = NULL;
    refuse(LEADKPI_BAD_FORMAT, "expected a buffer for 4 rows, found NULL");
    column->buffers[1] = numbers;
    column->array.null_count = 1;
    refuse(LEADKPI_BAD_FORMAT, "expected a validity for 1 nulls, found NULL");
    column->array.null_count = 0;
    column->schema.name = NULL;
    refuse(LEADKPI_BAD_ARGUMENT, "column name: expected 1 to 65535 bytes");
    column->schema.name = "x";
    column->schema.format = "u";
    column->array.n_buffers = 3;
    column->buffers[1] = falling;
    column->buffers[2] = "abc";
    refuse(LEADKPI_BAD_FORMAT, "expected text offset 2 from 2 on, found 1");
    from.schema.format = "l";
    refuse(LEADKPI_BAD_FORMAT, "expected a struct of columns (format \"+s\"), found \"l\"");
    from.schema.format = "+s";
    from.schema.release = NULL;
    refuse(LEADKPI_BAD_FORMAT, "Arrow schema: expected one that is not released yet");
}
END_TEST

START_TEST(a_column_or_dictionary_that_was_moved_out_is_not_read)
{
    static const int64_t numbers[] = {0, 1};
    static const int32_t codes[] = {0, 1};
    produce(&from, 2);
    produced_column *column = produce_column(&from, "l", "x", NULL, numbers, NULL);
    column->array.release = NULL;
    refuse(LEADKPI_BAD_FORMAT, "column \"x\": expected an array that is not released");
    column->array.release = release_produced_child;
    column = produce_column(&from, "i", "y", NULL, codes, NULL);
    produce_words(column, "l", 2, NULL, numbers, NULL);
    column->words.release = NULL;
    refuse(LEADKPI_BAD_FORMAT, "expected an array that is not released");
}
END_TEST

START_TEST(a_word_that_is_refused_is_told_with_the_column)
{
    static const int64_t numbers[] = {0, 1};
    static const int32_t codes[] = {0, 1};
    static const uint64_t words[] = {1, UINT64_MAX};
    produce(&from, 2);
    produce_column(&from, "l", "x", NULL, numbers, NULL);
    produce_words(produce_column(&from, "i", "y", NULL, codes, NULL), "L", 2, NULL, words, NULL);
    refuse(LEADKPI_BAD_DATA, "column \"y\" of Arrow format \"L\"");
    ck_assert_int_eq(error.column, 1);
}
END_TEST

START_TEST(rows_that_are_null_as_a_whole_are_refused)
{
    static const int64_t numbers[5];
    static const uint8_t bits[] = {0x17};
    produce_column(&from, "l", "x", NULL, numbers, NULL)->array.length = 5;
    from.validity[0] = bits;
    from.array.null_count = 1;
    from.array.offset = 1;
    refuse(LEADKPI_BAD_DATA, "found row 2 null");
    ck_assert_int_eq(error.row, 2);
}
END_TEST

START_TEST(a_batch_without_rows_has_its_columns)
{
    static const char *const formats[] = {"l", "f", "b", "u", "U", "vu", "tdD", "d:9,2"};
    produce(&from, 0);
    for (int k = 0; k < 8; k++) produce_column(&from, formats[k], formats[k], NULL, NULL, NULL);
    import();
    ck_assert_uint_eq(leadkpi_table_row_count(table), 0);
    ck_assert_int_eq(leadkpi_table_column_count(table), 8);
}
END_TEST

static void fault_setup(const leadkpi_host *host, void *context)
{
    static const int8_t codes[] = {0, 1, 0, 1};
    static const int32_t narrow[] = {0, 1, 3};
    static const struct {
        int32_t length;
        char bytes[12];
    } views[] = {{2, "ab"}, {0, ""}, {0, ""}, {1, "c"}};
    static const uint8_t bits[] = {0xB7};
    (void)host;
    (void)context;
    produce(&from, 3);
    produce_column(&from, "c", "a", bits, codes, NULL)->array.offset = 1;
    produced_column *words = produce_column(&from, "c", "b", NULL, codes, NULL);
    produce_words(words, "u", 2, bits, narrow, "abc");
    produce_column(&from, "vu", "v", NULL, views, NULL);
    produce_column(&from, "+l", "o", NULL, NULL, NULL);
    produce_column(&from, "n", "n", NULL, NULL, NULL);
    for (int k = 0; k < 5; k++) from.columns[k].array.length = 3;
    table = NULL;
}

static leadkpi_status fault_import(const leadkpi_host *host, void *context, leadkpi_error *why)
{
    (void)context;
    return leadkpi_arrow_import(host, &from.array, &from.schema, &table, why);
}

static void fault_teardown(void *context)
{
    (void)context;
    leadkpi_table_free(table);
    table = NULL;
    ck_assert_int_eq(from.released_arrays, 1);
}

START_TEST(memory_may_run_out_anywhere)
{
    lk_fault_case import_case = {"import", fault_setup, fault_import, NULL, fault_teardown, NULL};
    lk_fault_every_allocation(&import_case);
    lk_fault_every_poll(&import_case);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("arrow import");
    TCase *tests = tcase_create("import");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, what_lies_right_is_borrowed_and_the_array_kept);
    tcase_add_test(tests, every_width_of_whole_numbers_is_read);
    tcase_add_test(tests, what_int64_cannot_hold_is_refused_with_its_row_unless_null);
    tcase_add_test(tests, floats_of_every_width_keep_each_digit);
    tcase_add_test(tests, every_unit_of_time_becomes_microseconds);
    tcase_add_test(tests, times_that_would_be_rounded_or_do_not_fit_are_refused);
    tcase_add_test(tests, text_of_every_kind_is_read_where_it_lies);
    tcase_add_test(tests, long_views_lie_in_blocks_and_are_checked);
    tcase_add_test(tests, offsets_of_batch_and_column_add_up);
    tcase_add_test(tests, validity_is_moved_from_any_bit);
    tcase_add_test(tests, decimals_of_every_width_are_exact_or_refused);
    tcase_add_test(tests, a_dictionary_of_texts_stays_one);
    tcase_add_test(tests, codes_of_every_width_and_words_of_every_kind_are_read);
    tcase_add_test(tests, a_null_word_makes_null_rows);
    tcase_add_test(tests, a_dictionary_of_numbers_is_looked_up);
    tcase_add_test(tests, codes_beyond_the_dictionary_are_refused);
    tcase_add_test(tests, a_dictionary_of_a_dictionary_is_other_however_deep);
    tcase_add_test(tests, other_types_are_there_but_refused_by_what_needs_them);
    tcase_add_test(tests, a_column_of_nulls_alone_passes_for_any_type);
    tcase_add_test(tests, hostile_batches_are_refused);
    tcase_add_test(tests, a_column_or_dictionary_that_was_moved_out_is_not_read);
    tcase_add_test(tests, a_word_that_is_refused_is_told_with_the_column);
    tcase_add_test(tests, rows_that_are_null_as_a_whole_are_refused);
    tcase_add_test(tests, a_batch_without_rows_has_its_columns);
    tcase_add_test(tests, memory_may_run_out_anywhere);
    suite_add_tcase(suite, tests);
    return lk_test_run(suite);
}
