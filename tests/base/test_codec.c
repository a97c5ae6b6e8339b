/* States as bytes: what is written is read, and nothing else is. */
#include <math.h>

#include "base/codec.h"

#include "../support/check_main.h"
#include "../support/random.h"

static uint8_t bytes[4096];
static size_t size;

/* One of everything. */
static void write_everything(lk_writer *w)
{
    lk_exact_sum sum = LK_EXACT_SUM_ZERO;
    lk_exact_sum_add_double(&sum, -12.5, NULL);
    lk_write_bool(w, true);
    lk_write_uint8(w, 200);
    lk_write_uint32(w, 0xDEADBEEF);
    lk_write_uint64(w, UINT64_MAX - 1);
    lk_write_int64(w, INT64_MIN);
    lk_write_varint(w, 300);
    lk_write_signed_varint(w, -65);
    lk_write_double(w, -0.1);
    lk_write_text(w, LK_LITERAL("Paid Search"));
    lk_write_text(w, (lk_text){NULL, 0});
    lk_write_exact_sum(w, &sum);
    lk_write_key128(w, (lk_key128){1, 2});
}

static leadkpi_status write_all(void *buffer, size_t capacity, size_t *needed, leadkpi_error *error)
{
    lk_writer writer;
    lk_writer_begin(&writer, buffer, capacity, "campaigns", 3);
    write_everything(&writer);
    return lk_writer_finish(&writer, needed, error);
}

static void write_state(void)
{
    ck_assert_int_eq(write_all(bytes, sizeof bytes, &size, NULL), LEADKPI_OK);
}

/* Begins to read `bytes` after whatever was done to them. */
static leadkpi_status begin(lk_reader *reader, leadkpi_error *error)
{
    uint32_t version;
    leadkpi_error_reset(error);
    return lk_reader_begin(reader, bytes, size, "campaigns", 3, &version, error);
}

/* Puts a checksum that is right for the changed bytes. */
static void seal(void)
{
    lk_key128_to_bytes(lk_hash128(bytes, size - 16), bytes + size - 16);
}

/* A state with this payload. */
static void state_of(const void *payload, size_t length)
{
    lk_writer writer;
    lk_writer_begin(&writer, bytes, sizeof bytes, "campaigns", 1);
    lk_write_bytes(&writer, payload, length);
    ck_assert_int_eq(lk_writer_finish(&writer, &size, NULL), LEADKPI_OK);
}

START_TEST(everything_comes_back_as_it_was_written)
{
    lk_reader r;
    leadkpi_error error;
    uint32_t version = 0;
    leadkpi_error_reset(&error);
    ck_assert_int_eq(lk_reader_begin(&r, bytes, size, "campaigns", 5, &version, &error),
                     LEADKPI_OK);
    ck_assert_uint_eq(version, 3);
    ck_assert(lk_read_bool(&r));
    ck_assert_uint_eq(lk_read_uint8(&r), 200);
    ck_assert_uint_eq(lk_read_uint32(&r), 0xDEADBEEF);
    ck_assert_uint_eq(lk_read_uint64(&r), UINT64_MAX - 1);
    ck_assert_int_eq(lk_read_int64(&r), INT64_MIN);
    ck_assert_uint_eq(lk_read_varint(&r), 300);
    ck_assert_int_eq(lk_read_signed_varint(&r), -65);
    ck_assert_double_eq(lk_read_double(&r), -0.1);
    ck_assert(lk_text_equal(lk_read_text(&r), LK_LITERAL("Paid Search")));
    ck_assert_uint_eq(lk_read_text(&r).length, 0);
    lk_exact_sum sum = lk_read_exact_sum(&r);
    ck_assert_double_eq(lk_exact_sum_to_double(&sum), -12.5);
    ck_assert_int_eq(lk_key128_compare(lk_read_key128(&r), (lk_key128){1, 2}), 0);
    ck_assert_int_eq(lk_reader_finish(&r), LEADKPI_OK);
}
END_TEST

START_TEST(the_envelope_is_frozen)
{
    static const uint8_t golden[] = {'L',  'E',  'A',  'D',  'K',  'P',  'I',
                                     0,    'c',  'a',  'm',  'p',  'a',  'i',
                                     'g',  'n',  's',  0,    0,    0,    0,
                                     0,    0,    0,    1,    0,    0,    0,
                                     0,    0,    0,    0,    2,    0,    0,
                                     0,    0,    0,    0,    0,    0xAC, 0x02 /* 300 */,
                                     0x9A, 0x75, 0x89, 0x26, 0xF3, 0x04, 0x44,
                                     0xA7, 0x3C, 0xCD, 0xF6, 0xDA, 0x85, 0xD7,
                                     0x16, 0x03};
    static const uint8_t payload[] = {0xAC, 0x02};
    state_of(payload, 2);
    ck_assert_uint_eq(size, sizeof golden);
    ck_assert_mem_eq(bytes, golden, sizeof golden);
}
END_TEST

START_TEST(the_size_is_known_without_a_buffer_and_nothing_is_written_past_one)
{
    size_t needed = 0;
    leadkpi_error error;
    ck_assert_int_eq(write_all(NULL, 0, &needed, NULL), LEADKPI_OK);
    ck_assert_uint_eq(needed, size);
    ck_assert_int_eq(write_all(NULL, 77, &needed, NULL), LEADKPI_OK);
    ck_assert_int_eq(write_all(NULL, 0, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    for (size_t capacity = 0; capacity <= size; capacity++) {
        uint8_t *small = malloc(capacity + 1);
        small[capacity] = 0x77;
        needed = 0;
        leadkpi_error_reset(&error);
        leadkpi_status expected = capacity < size ? LEADKPI_BUFFER_TOO_SMALL : LEADKPI_OK;
        ck_assert_int_eq(write_all(small, capacity, &needed, &error), expected);
        ck_assert_int_eq(error.code, expected);
        ck_assert_uint_eq(needed, size);
        ck_assert_uint_eq(small[capacity], 0x77);
        free(small);
    }
    lk_writer writer;
    lk_writer_begin(&writer, NULL, 0, "campaigns", 1);
    lk_write_bytes(&writer, "", SIZE_MAX - 100);
    lk_write_bytes(&writer, "", 200);
    ck_assert_int_eq(lk_writer_finish(&writer, &needed, NULL), LEADKPI_OVERFLOW);
}
END_TEST

START_TEST(any_changed_byte_is_noticed)
{
    lk_reader reader;
    leadkpi_error error;
    for (size_t i = 0; i < size; i++) {
        for (int bit = 0; bit < 8; bit++) {
            bytes[i] ^= (uint8_t)(1 << bit);
            leadkpi_status status = begin(&reader, &error);
            ck_assert_msg(status == LEADKPI_BAD_FORMAT || status == LEADKPI_BAD_CHECKSUM,
                          "byte %zu", i);
            ck_assert_int_eq(error.code, status);
            bytes[i] ^= (uint8_t)(1 << bit);
        }
    }
    ck_assert_int_eq(begin(&reader, &error), LEADKPI_OK);
}
END_TEST

START_TEST(a_state_cut_or_lengthened_is_refused)
{
    lk_reader reader;
    leadkpi_error error;
    size_t whole = size;
    uint32_t version;
    for (size = 0; size < whole; size++) {
        uint8_t *exact = malloc(size + (size == 0)); /* so that a read past the end is seen */
        memcpy(exact, bytes, size);
        leadkpi_error_reset(&error);
        ck_assert_int_eq(lk_reader_begin(&reader, exact, size, "campaigns", 3, &version, &error),
                         LEADKPI_BAD_FORMAT);
        free(exact);
    }
    size = whole + 1;
    ck_assert_int_eq(begin(&reader, &error), LEADKPI_BAD_FORMAT);
    ck_assert_int_eq(lk_reader_begin(&reader, NULL, 5, "campaigns", 3, &version, NULL),
                     LEADKPI_NULL_ARGUMENT);
}
END_TEST

START_TEST(another_kind_or_a_later_format_is_told_apart_from_damage)
{
    lk_reader reader;
    leadkpi_error error;
    uint32_t version;
    leadkpi_error_reset(&error);
    ck_assert_int_eq(lk_reader_begin(&reader, bytes, size, "funnel", 3, &version, &error),
                     LEADKPI_BAD_FORMAT);
    ck_assert_str_eq(error.message, "state: expected one of kind \"funnel\", found \"campaigns\"");
    leadkpi_error_reset(&error);
    ck_assert_int_eq(lk_reader_begin(&reader, bytes, size, "campaigns", 2, &version, &error),
                     LEADKPI_NEWER_FORMAT);
    bytes[24] = 0;
    seal();
    ck_assert_int_eq(begin(&reader, &error), LEADKPI_BAD_FORMAT);
    bytes[24] = 1, bytes[28] = 1;
    seal();
    ck_assert_int_eq(begin(&reader, &error), LEADKPI_BAD_FORMAT);
    bytes[28] = 0, bytes[20] = 'x'; /* after the zero of the kind */
    seal();
    ck_assert_int_eq(begin(&reader, &error), LEADKPI_BAD_FORMAT);
    bytes[20] = 0, bytes[8] = 0x1B; /* no control characters in messages */
    seal();
    ck_assert_int_eq(begin(&reader, &error), LEADKPI_BAD_FORMAT);
    ck_assert_str_eq(error.message,
                     "state: expected one of kind \"campaigns\", found \"?ampaigns\"");
}
END_TEST

START_TEST(varints_are_as_short_as_can_be)
{
    static const struct {
        uint8_t payload[11];
        size_t length;
        bool good;
        uint64_t value;
    } cases[] = {
        {{0}, 1, true, 0},
        {{0x7F}, 1, true, 127},
        {{0x80, 0x01}, 2, true, 128},
        {{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01}, 10, true, UINT64_MAX},
        {{0x80, 0x00}, 2, false, 0},
        {{0xFF, 0x80, 0x00}, 3, false, 0},
        {{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02}, 10, false, 0},
        {{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x81, 0x00}, 11, false, 0},
        {{0x80}, 1, false, 0},
        {{0}, 0, false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lk_reader reader;
        leadkpi_error error;
        state_of(cases[i].payload, cases[i].length);
        ck_assert_int_eq(begin(&reader, &error), LEADKPI_OK);
        ck_assert_uint_eq(lk_read_varint(&reader), cases[i].value);
        ck_assert_int_eq(lk_reader_finish(&reader),
                         cases[i].good ? LEADKPI_OK : LEADKPI_BAD_FORMAT);
    }
    uint64_t state = 1;
    for (int i = 0; i < 2000; i++) {
        lk_writer writer;
        lk_reader reader;
        leadkpi_error error;
        uint64_t value = lk_test_random(&state) >> (i % 64);
        lk_writer_begin(&writer, bytes, sizeof bytes, "campaigns", 1);
        lk_write_varint(&writer, value);
        lk_write_signed_varint(&writer, (int64_t)value);
        lk_write_signed_varint(&writer, -(int64_t)(value >> 1));
        lk_writer_finish(&writer, &size, NULL);
        ck_assert_int_eq(begin(&reader, &error), LEADKPI_OK);
        ck_assert_uint_eq(lk_read_varint(&reader), value);
        ck_assert_int_eq(lk_read_signed_varint(&reader), (int64_t)value);
        ck_assert_int_eq(lk_read_signed_varint(&reader), -(int64_t)(value >> 1));
        ck_assert_int_eq(lk_reader_finish(&reader), LEADKPI_OK);
    }
}
END_TEST

START_TEST(doubles_have_one_zero_and_one_nan)
{
    static const uint64_t refused[] = {(uint64_t)1 << 63, 0x7FF8000000000001, 0xFFF8000000000000,
                                       0x7FF0000000000001};
    static const double written[] = {0.0, -0.0, NAN, -NAN, INFINITY, -INFINITY, 5e-324, -1.5};
    lk_reader reader;
    leadkpi_error error;
    for (size_t i = 0; i < 4; i++) {
        uint8_t payload[8];
        for (int j = 0; j < 8; j++) payload[j] = (uint8_t)(refused[i] >> (8 * j));
        state_of(payload, 8);
        ck_assert_int_eq(begin(&reader, &error), LEADKPI_OK);
        lk_read_double(&reader);
        ck_assert_int_eq(lk_reader_finish(&reader), LEADKPI_BAD_FORMAT);
    }
    for (size_t i = 0; i < 8; i++) {
        lk_writer writer;
        lk_writer_begin(&writer, bytes, sizeof bytes, "campaigns", 1);
        lk_write_double(&writer, written[i]);
        lk_writer_finish(&writer, &size, NULL);
        ck_assert_int_eq(begin(&reader, &error), LEADKPI_OK);
        double back = lk_read_double(&reader);
        ck_assert(isnan(written[i]) ? isnan(back) : back == written[i]);
        ck_assert(isnan(back) || back != 0 || !signbit(back));
        ck_assert_int_eq(lk_reader_finish(&reader), LEADKPI_OK);
    }
}
END_TEST

START_TEST(a_size_is_compared_with_the_bytes_that_are_there)
{
    lk_reader reader;
    leadkpi_error error;
    static const uint8_t payload[] = {0x05, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    state_of(payload, sizeof payload);
    begin(&reader, &error);
    ck_assert_uint_eq(lk_read_count(&reader, 2), 5);
    begin(&reader, &error);
    ck_assert_uint_eq(lk_read_count(&reader, 3), 0);
    ck_assert_int_eq(lk_reader_status(&reader), LEADKPI_BAD_FORMAT);
    ck_assert_str_eq(error.message,
                     "state, byte 41: expected at most 3 items of 3 bytes or more, found 5");
    begin(&reader, &error);
    ck_assert_uint_eq(lk_read_count(&reader, SIZE_MAX), 0);
    ck_assert(!lk_reader_good(&reader));
    static const uint8_t huge[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 'x'};
    state_of(huge, sizeof huge);
    begin(&reader, &error);
    ck_assert_uint_eq(lk_read_text(&reader).length, 0);
    ck_assert_int_eq(lk_reader_finish(&reader), LEADKPI_BAD_FORMAT);
}
END_TEST

START_TEST(the_first_failure_sticks)
{
    lk_reader reader;
    leadkpi_error error;
    state_of("\x02", 1);
    ck_assert_int_eq(begin(&reader, &error), LEADKPI_OK);
    ck_assert(!lk_read_bool(&reader));
    ck_assert_str_eq(error.message, "state, byte 41: expected 0 or 1 before here");
    ck_assert_uint_eq(lk_read_uint64(&reader), 0);
    ck_assert_ptr_null(lk_read_bytes(&reader, 0));
    ck_assert_uint_eq(lk_read_varint(&reader), 0);
    ck_assert_double_eq(lk_read_double(&reader), 0);
    lk_exact_sum sum = lk_read_exact_sum(&reader);
    ck_assert(lk_exact_sum_is_zero(&sum));
    ck_assert_int_eq(lk_reader_refuse(&reader, "later"), LEADKPI_BAD_FORMAT);
    ck_assert_int_eq(lk_reader_finish(&reader), LEADKPI_BAD_FORMAT);
    ck_assert_str_eq(error.message, "state, byte 41: expected 0 or 1 before here");
}
END_TEST

START_TEST(what_is_left_over_is_refused)
{
    lk_reader reader;
    leadkpi_error error;
    state_of("\x01\x00", 2);
    begin(&reader, &error);
    ck_assert(lk_read_bool(&reader));
    ck_assert_int_eq(lk_reader_finish(&reader), LEADKPI_BAD_FORMAT);
    ck_assert_str_eq(error.message, "state, byte 41: expected the end, found 1 more bytes");
}
END_TEST

START_TEST(hostile_payloads_never_harm)
{
    uint64_t state = 2;
    for (int i = 0; i < 20000; i++) {
        uint8_t payload[64];
        size_t length = lk_test_random(&state) % sizeof payload;
        for (size_t j = 0; j < length; j++)
            payload[j] = (uint8_t)(lk_test_random(&state) >> (i % 60));
        lk_reader r;
        leadkpi_error error;
        state_of(payload, length);
        ck_assert_int_eq(begin(&r, &error), LEADKPI_OK);
        for (int reads = 0; lk_reader_good(&r) && reads < 100; reads++) {
            switch (lk_test_random(&state) % 9) {
            case 0:
                lk_read_varint(&r);
                break;
            case 1:
                lk_read_signed_varint(&r);
                break;
            case 2:
                lk_read_double(&r);
                break;
            case 3:
                ck_assert_uint_le(lk_read_text(&r).length, length);
                break;
            case 4:
                lk_read_exact_sum(&r);
                break;
            case 5:
                lk_read_key128(&r);
                break;
            case 6:
                ck_assert_uint_le(lk_read_count(&r, 3) * 3, length);
                break;
            case 7:
                lk_read_uint32(&r);
                break;
            default:
                lk_read_bool(&r);
                break;
            }
            ck_assert(r.next >= bytes + 40 && r.next <= r.end);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec");
    TCase *tcase = tcase_create("codec");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, write_state, NULL);
    tcase_add_test(tcase, everything_comes_back_as_it_was_written);
    tcase_add_test(tcase, the_envelope_is_frozen);
    tcase_add_test(tcase, the_size_is_known_without_a_buffer_and_nothing_is_written_past_one);
    tcase_add_test(tcase, any_changed_byte_is_noticed);
    tcase_add_test(tcase, a_state_cut_or_lengthened_is_refused);
    tcase_add_test(tcase, another_kind_or_a_later_format_is_told_apart_from_damage);
    tcase_add_test(tcase, varints_are_as_short_as_can_be);
    tcase_add_test(tcase, doubles_have_one_zero_and_one_nan);
    tcase_add_test(tcase, a_size_is_compared_with_the_bytes_that_are_there);
    tcase_add_test(tcase, the_first_failure_sticks);
    tcase_add_test(tcase, what_is_left_over_is_refused);
    tcase_add_test(tcase, hostile_payloads_never_harm);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
