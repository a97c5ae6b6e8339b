/* How files are read: encodings, records and fields, numbers, dates, layouts, maps. */
#include <stdlib.h>

#include "../../tools/facts.h"
#include "../../tools/map.h"
#include "../../tools/utf8.h"
#include "../support/check_main.h"

/* An input over bytes in memory. */
static void open_bytes(input *in, const void *bytes, size_t length)
{
    *in = (input){.name = "test", .encoding = INPUT_UTF8, .file_bytes = -1};
    in->head = tool_allocate(length, 1);
    if (length) memcpy(in->head, bytes, length);
    in->head_length = length;
}

/* A file with these bytes; the caller removes it. */
static void write_file(char path[64], const void *bytes, size_t length)
{
    snprintf(path, 64, "/tmp/leadkpi-test-XXXXXX");
    int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    FILE *file = fdopen(descriptor, "wb");
    ck_assert_uint_eq(fwrite(bytes, 1, length, file), length);
    ck_assert_int_eq(fclose(file), 0);
}

/* Every record as "[a][b]|" and what ended the reading: "." or "!line:column". */
static void read_all(text_buffer *out, input *in, char delimiter, char line_end)
{
    csv_reader reader;
    csv_answer answer;
    csv_start(&reader, in, delimiter, line_end);
    text_put(out, "", 0);
    while ((answer = csv_next(&reader)) == CSV_RECORD || answer == CSV_BAD) {
        if (answer == CSV_BAD) {
            text_print(out, "?%lld:%zu|", (long long)reader.problem.line, reader.problem.column);
            continue;
        }
        for (size_t i = 0; i < reader.stored; i++)
            text_print(out, "[%.*s]", (int)reader.fields[i].length, reader.fields[i].data);
        text_put(out, "|", 1);
    }
    if (answer == CSV_END)
        text_put(out, ".", 1);
    else
        text_print(out, "!%lld:%zu", (long long)reader.problem.line, reader.problem.column);
    csv_finish(&reader);
}

static void expect_records(const char *text, size_t length, const char *expected)
{
    input in;
    text_buffer got = {0};
    open_bytes(&in, text, length);
    read_all(&got, &in, ',', '\n');
    ck_assert_str_eq(got.data, expected);
    text_free(&got);
    input_close(&in);
}

#define EXPECT_RECORDS(text, expected) expect_records(text, sizeof(text) - 1, expected)

START_TEST(records_are_those_of_rfc_4180)
{
    EXPECT_RECORDS("", ".");
    EXPECT_RECORDS("a,b\n1,2\n", "[a][b]|[1][2]|.");
    EXPECT_RECORDS("a,b\r\n1,2", "[a][b]|[1][2]|.");
    EXPECT_RECORDS("a,\n,b\n,\n", "[a][]|[][b]|[][]|.");
    EXPECT_RECORDS("\"a,\"\"b\"\"\",\"c\nd\"\r\nx,\"\"", "[a,\"b\"][c\nd]|[x][]|.");
    EXPECT_RECORDS("\"\"\"\"\n", "[\"]|.");
    EXPECT_RECORDS("a,b,", "[a][b][]|.");
}
END_TEST

START_TEST(lines_without_anything_are_skipped_and_counted)
{
    EXPECT_RECORDS("\n\r\na\n\n\n\"x\"y\n", "[a]|?6:1|.");
    EXPECT_RECORDS("\"\"\n", "[]|."); /* quotes are something */
}
END_TEST

START_TEST(a_quote_inside_plain_text_is_text)
{
    EXPECT_RECORDS("5\" pipe,b\n", "[5\" pipe][b]|.");
    EXPECT_RECORDS(" \"a\",b\n", "[ \"a\"][b]|.");
}
END_TEST

START_TEST(text_behind_a_closing_quote_costs_its_line_alone)
{
    EXPECT_RECORDS("a,\"b\"c,d\n1,2\n", "?1:2|[1][2]|.");
    EXPECT_RECORDS("\"a\" ,b\n1,2\n", "?1:1|[1][2]|.");
    EXPECT_RECORDS("a,\"b\"c", "?1:2|.");
}
END_TEST

START_TEST(a_quote_that_nobody_closes_ends_the_reading)
{
    EXPECT_RECORDS("a,b\n1,\"2\n3,4\n", "[a][b]|!2:2");
    EXPECT_RECORDS("\"", "!1:1");
}
END_TEST

START_TEST(nul_bytes_and_broken_utf8_are_bad_records)
{
    EXPECT_RECORDS("a,b\0c\n1,2\n", "?1:2|[1][2]|.");
    EXPECT_RECORDS("a,\xE9t\xE9\n1,2\n", "?1:2|[1][2]|.");
    EXPECT_RECORDS("\xC3\xA9,\xF0\x9F\x92\xB6\n", "[\xC3\xA9][\xF0\x9F\x92\xB6]|.");
    EXPECT_RECORDS("\xC0\x80\n", "?1:1|.");     /* overlong */
    EXPECT_RECORDS("\xED\xA0\x80\n", "?1:1|."); /* half a surrogate pair */
}
END_TEST

START_TEST(lines_may_end_with_cr_alone)
{
    input in;
    text_buffer got = {0};
    open_bytes(&in, "a;b\r1;\"x\ry\"\r", 12);
    read_all(&got, &in, ';', '\r');
    ck_assert_str_eq(got.data, "[a][b]|[1][x\ry]|.");
    text_free(&got);
    input_close(&in);
}
END_TEST

/* The fields must not depend on where a buffer or a block of 64 bytes ends. */
START_TEST(every_length_of_field_is_read_across_the_edges_of_blocks_and_buffers)
{
    text_buffer text = {0}, expected = {0}, got = {0};
    input in;
    for (int i = 0; i < 6000; i++) {
        text_print(&text, "%.*s,\"%0*d\"\n", i % 70,
                   "1234567890123456789012345678901234567890123456789012345678901234567890",
                   i % 131 + 1, i);
        text_print(&expected, "[%.*s][%0*d]|", i % 70,
                   "1234567890123456789012345678901234567890123456789012345678901234567890",
                   i % 131 + 1, i);
    }
    text_put(&expected, ".", 1);
    ck_assert_uint_gt(text.length, 512 * 1024);
    open_bytes(&in, text.data, text.length);
    read_all(&got, &in, ',', '\n');
    ck_assert_str_eq(got.data, expected.data);
    input_close(&in);
    text_free(&text);
    text_free(&expected);
    text_free(&got);
}
END_TEST

/* The plain reading, a byte at a time, as a second opinion. */
static void naive(text_buffer *out, const char *text, size_t length)
{
    bool quoted = false, in_record = false;
    text_put(out, "", 0);
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (!in_record) text_put(out, "[", 1);
        in_record = true;
        if (quoted && c == '"' && i + 1 < length && text[i + 1] == '"')
            text_put(out, text + i++, 1);
        else if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            text_put(out, "][", 2);
        else if (c == '\n' && !quoted) {
            text_put(out, "]|", 2);
            in_record = false;
        } else
            text_put(out, &c, 1);
    }
    text_put(out, in_record ? "]|." : ".", in_record ? 3 : 1);
}

START_TEST(random_files_read_as_a_naive_reader_reads_them)
{
    uint64_t state = 20250401;
    for (int round = 0; round < 3000; round++) {
        text_buffer text = {0}, expected = {0}, got = {0};
        input in;
        int fields = 0;
        while (text.length < 200) {
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            unsigned draw = (unsigned)(state >> 33);
            bool quoted = draw % 3 == 0;
            if (quoted) text_put(&text, "\"", 1);
            text_print(&text, "%.*s", (int)(draw / 7 % 60) + 1,
                       "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz");
            if (quoted) text_put(&text, draw % 2 ? ",\n\"\"\"" : "\"", draw % 2 ? 5 : 1);
            text_put(&text, ++fields % 4 ? "," : "\n", 1);
        }
        naive(&expected, text.data, text.length);
        open_bytes(&in, text.data, text.length);
        read_all(&got, &in, ',', '\n');
        ck_assert_str_eq(got.data, expected.data);
        input_close(&in);
        text_free(&text);
        text_free(&expected);
        text_free(&got);
    }
}
END_TEST

START_TEST(a_record_longer_than_the_limit_ends_the_reading)
{
    size_t length = CSV_RECORD_BYTES + 100;
    char *bytes = tool_allocate(length, 1);
    memset(bytes, 'x', length);
    memcpy(bytes, "a,b\n1,\"", 7);
    expect_records(bytes, length, "[a][b]|!2:2");
    free(bytes);
}
END_TEST

START_TEST(a_million_columns_are_counted_and_not_kept)
{
    size_t length = 2000000;
    char *bytes = tool_allocate(length, 1);
    input in;
    csv_reader reader;
    for (size_t i = 0; i < length; i += 2) memcpy(bytes + i, "x,", 2);
    open_bytes(&in, bytes, length);
    csv_start(&reader, &in, ',', '\n');
    ck_assert_int_eq(csv_next(&reader), CSV_RECORD);
    ck_assert_uint_eq(reader.found, 1000001);
    ck_assert_uint_eq(reader.stored, CSV_COLUMNS);
    csv_finish(&reader);
    input_close(&in);
    free(bytes);
}
END_TEST

/* ---- encodings ------------------------------------------------------------------ */

static void expect_file(const void *bytes, size_t length, input_encoding told, input_encoding seen,
                        const char *expected)
{
    char path[64];
    input in;
    trouble why;
    text_buffer got = {0};
    write_file(path, bytes, length);
    ck_assert_int_eq(input_open(&in, path, told, &why), TOOL_GOOD);
    ck_assert_int_eq(in.encoding, seen);
    read_all(&got, &in, ',', '\n');
    ck_assert_str_eq(got.data, expected);
    text_free(&got);
    input_close(&in);
    remove(path);
}

START_TEST(encodings_are_seen_by_mark_and_by_pattern)
{
    expect_file("\xEF\xBB\xBF"
                "a,b\n",
                7, INPUT_DETECT, INPUT_UTF8, "[a][b]|.");
    expect_file("\xFF\xFE"
                "a\0,\0\xE9\0\n\0",
                10, INPUT_DETECT, INPUT_UTF16LE, "[a][\xC3\xA9]|.");
    expect_file("\xFE\xFF"
                "\0a\0,\0\xE9\0\n",
                10, INPUT_DETECT, INPUT_UTF16BE, "[a][\xC3\xA9]|.");
    expect_file("a\0,\0b\0\n\0c\0,\0d\0\n\0", 16, INPUT_DETECT, INPUT_UTF16LE, "[a][b]|[c][d]|.");
    expect_file("caf\xE9,\x80\n", 7, INPUT_DETECT, INPUT_WINDOWS_1252,
                "[caf\xC3\xA9][\xE2\x82\xAC]|.");
    expect_file("caf\xC3\xA9,b\n", 8, INPUT_WINDOWS_1252, INPUT_WINDOWS_1252,
                "[caf\xC3\x83\xC2\xA9][b]|.");
}
END_TEST

START_TEST(halves_of_utf16_become_the_replacement_character)
{
    /* a low surrogate alone, a pair, a high one at the end, an odd byte */
    expect_file("\xFF\xFE"
                "\x00\xDC,\0\x3D\xD8\xB6\xDC,\0\x3D\xD8",
                14, INPUT_DETECT, INPUT_UTF16LE,
                "[\xEF\xBF\xBD][\xF0\x9F\x92\xB6][\xEF\xBF\xBD]|.");
    expect_file("\xFF\xFE"
                "a\0b",
                5, INPUT_DETECT, INPUT_UTF16LE, "[a\xEF\xBF\xBD]|.");
}
END_TEST

START_TEST(widths_are_those_of_a_terminal)
{
    ck_assert_uint_eq(text_columns("abc", 3), 3);
    ck_assert_uint_eq(text_columns("\xC3\xA9t\xC3\xA9", 5), 3);
    ck_assert_uint_eq(text_columns("e\xCC\x81", 3), 1);
    ck_assert_uint_eq(text_columns("\xE5\xB9\xBF\xE5\x91\x8A", 6), 4);
}
END_TEST

START_TEST(what_a_terminal_would_obey_is_shown_instead)
{
    static const struct {
        const char *text, *shown;
    } cases[] = {{"plain", "plain"},
                 {"a\nb\tc\rd", "a\\nb\\tc\\rd"},
                 {"\x1B[31mred\x1B", "\\x1b[31mred\\x1b"},
                 {"\x7F\xC2\x9B" "1m", "\\x7f\\x9b1m"},
                 {"\xC3\xA9\xC2\xA0", "\xC3\xA9\xC2\xA0"},
                 {"", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        text_buffer out = {0};
        text_put_shown(&out, slice_of(cases[i].text));
        ck_assert_str_eq(out.data ? out.data : "", cases[i].shown);
        text_free(&out);
    }
}
END_TEST

/* ---- numbers ---------------------------------------------------------------------- */

static void expect_number(const char *text, number_style style, int64_t unscaled, int scale)
{
    number_value n;
    ck_assert_msg(number_read(slice_of(text), style, &n), "%s", text);
    ck_assert_msg(n.unscaled == unscaled && n.scale == scale, "%s: %lld / 10^%d", text,
                  (long long)n.unscaled, n.scale);
}

START_TEST(numbers_are_read_exactly)
{
    expect_number("0", NUMBER_DOT, 0, 0);
    expect_number("1234.50", NUMBER_DOT, 123450, 2);
    expect_number("1,234.50", NUMBER_DOT, 123450, 2);
    expect_number("1,234,567", NUMBER_DOT, 1234567, 0);
    expect_number("1.234.567,89", NUMBER_COMMA, 123456789, 2);
    expect_number("1 234,5", NUMBER_COMMA, 12345, 1);
    expect_number("1\xC2\xA0"
                  "234,5",
                  NUMBER_COMMA, 12345, 1);
    expect_number("1'234.50", NUMBER_DOT, 123450, 2);
    expect_number("-12", NUMBER_DOT, -12, 0);
    expect_number("12-", NUMBER_DOT, -12, 0);
    expect_number("(12.00)", NUMBER_DOT, -1200, 2);
    expect_number("\xE2\x88\x92"
                  "5",
                  NUMBER_DOT, -5, 0);
    expect_number("+.5", NUMBER_DOT, 5, 1);
    expect_number("1.2E+05", NUMBER_DOT, 120000, 0);
    expect_number("12e-2", NUMBER_DOT, 12, 2);
    expect_number("0.1234567895", NUMBER_DOT, 123456790, 9); /* rounded half away from zero */
    expect_number("9223372036854775807", NUMBER_DOT, INT64_MAX, 0);
}
END_TEST

START_TEST(money_and_percent_are_seen)
{
    number_value n;
    ck_assert(number_read(slice_of("$1,234.50"), NUMBER_DOT, &n));
    ck_assert(slice_is(n.currency, "$") && n.unscaled == 123450);
    ck_assert(number_read(slice_of("-$5"), NUMBER_DOT, &n) && n.unscaled == -5);
    ck_assert(number_read(slice_of("1.234,50 EUR"), NUMBER_COMMA, &n));
    ck_assert(slice_is(n.currency, "EUR"));
    ck_assert(number_read(slice_of("12,5 \xE2\x82\xAC"), NUMBER_COMMA, &n));
    ck_assert(currency_agrees(n.currency, slice_of("EUR")));
    ck_assert(!currency_agrees(slice_of("USD"), slice_of("EUR")));
    ck_assert(number_read(slice_of("45.5 %"), NUMBER_DOT, &n) && n.percent && n.unscaled == 455);
}
END_TEST

START_TEST(what_is_no_number_is_refused)
{
    static const char *const bad[] = {"",
                                      " ",
                                      "-",
                                      "abc",
                                      "1,23",
                                      "1,2345",
                                      "12,50",
                                      "1.2.3",
                                      "--5x",
                                      "1e",
                                      "5 5 5",
                                      "0x10",
                                      "nan",
                                      "inf",
                                      "12 apples",
                                      "(12",
                                      "12)",
                                      "9223372036854775808",
                                      "99999999999999999999",
                                      "1e30",
                                      "1,,000",
                                      "%"};
    number_value n;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!number_read(slice_of(bad[i]), NUMBER_DOT, &n), "%s", bad[i]);
    ck_assert(number_is_missing(slice_of(" --")) && number_is_missing(slice_of("--")));
    ck_assert(number_is_missing(slice_of("")) && !number_is_missing(slice_of("0")));
}
END_TEST

START_TEST(a_value_proves_its_style_or_does_not)
{
    ck_assert_int_eq(number_style_of(slice_of("12,50")), NUMBER_COMMA);
    ck_assert_int_eq(number_style_of(slice_of("12.50")), NUMBER_DOT);
    ck_assert_int_eq(number_style_of(slice_of("1,234.5")), NUMBER_DOT);
    ck_assert_int_eq(number_style_of(slice_of("1,234")), NUMBER_UNTOLD);
    ck_assert_int_eq(number_style_of(slice_of("1.234")), NUMBER_UNTOLD);
    ck_assert_int_eq(number_style_of(slice_of("12")), NUMBER_UNTOLD);
}
END_TEST

/* ---- dates ------------------------------------------------------------------------- */

static void expect_instant(const char *text, date_order order, int64_t milliseconds)
{
    date_value v;
    ck_assert_msg(date_read(slice_of(text), order, &v) == DATE_GOOD, "%s", text);
    int64_t got = date_clock_microseconds(&v) / 1000 - (int64_t)v.offset_seconds * 1000;
    ck_assert_msg(got == milliseconds, "%s: %lld", text, (long long)got);
}

#define MORNING INT64_C(1706692500000) /* 2024-01-31T09:15:00Z; date -d@1706692500 -u */
#define MIDNIGHT INT64_C(1706659200000)

START_TEST(dates_of_exports_are_read)
{
    expect_instant("2024-01-31", 0, MIDNIGHT);
    expect_instant("2024-01-31T09:15:00.000+0000", 0, MORNING);
    expect_instant("2024-01-31T09:15:00Z", 0, MORNING);
    expect_instant("2024-01-31 10:15:00+01:00", 0, MORNING);
    expect_instant("2024-01-31 09:15", 0, MORNING);
    expect_instant("2024-01-31 09:15:00.5", 0, MORNING + 500);
    expect_instant("2024-01-31 09:15:00 UTC", 0, MORNING);
    expect_instant("2024/01/31", 0, MIDNIGHT);
    expect_instant("20240131", 0, MIDNIGHT);
    expect_instant("1706692500", 0, MORNING);
    expect_instant("1706692500000", 0, MORNING);
    expect_instant("1706692500.5", 0, MORNING + 500);
    expect_instant("1706692500.0009", 0, MORNING); /* of which milliseconds are told here */
    expect_instant("1706692500000000", 0, MORNING);
    expect_instant("31.01.2024 09:15", 0, MORNING);
    expect_instant("31/01/2024", 0, MIDNIGHT);
    expect_instant("01/31/2024 9:15 AM", 0, MORNING);
    expect_instant("1/31/24, 9:15 am", 0, MORNING);
    expect_instant("1/31/2024 12:00 AM", DATE_MONTH_FIRST, MIDNIGHT);
    expect_instant("Jan 31, 2024", 0, MIDNIGHT);
    expect_instant("January 31, 2024, 9:15 AM", 0, MORNING);
    expect_instant("31 January 2024", 0, MIDNIGHT);
    expect_instant("31-Jan-24", 0, MIDNIGHT);
    expect_instant("2024-01", 0, INT64_C(1704067200000));
    expect_instant("Jan 2024", 0, INT64_C(1704067200000));
}
END_TEST

START_TEST(a_date_that_means_two_days_is_told_apart)
{
    date_value v;
    ck_assert_int_eq(date_read(slice_of("03/04/2024"), DATE_ORDER_UNTOLD, &v), DATE_AMBIGUOUS);
    ck_assert_int_eq(date_read(slice_of("03/04/2024"), DATE_DAY_FIRST, &v), DATE_GOOD);
    ck_assert(v.day == 3 && v.month == 4);
    ck_assert_int_eq(date_read(slice_of("03/04/2024"), DATE_MONTH_FIRST, &v), DATE_GOOD);
    ck_assert(v.day == 4 && v.month == 3);
    ck_assert_int_eq(date_read(slice_of("04/04/2024"), DATE_ORDER_UNTOLD, &v), DATE_GOOD);
    ck_assert_int_eq(date_read(slice_of("03.04.2024"), DATE_ORDER_UNTOLD, &v), DATE_GOOD);
    ck_assert(v.day == 3 && v.month == 4);
    ck_assert_int_eq(date_read(slice_of("13/04/2024"), DATE_MONTH_FIRST, &v), DATE_BAD);
}
END_TEST

START_TEST(what_is_no_date_is_refused)
{
    static const char *const bad[] = {"",
                                      "x",
                                      "2024",
                                      "2024-13-01",
                                      "2024-02-30",
                                      "2023-02-29",
                                      "0000-01-01",
                                      "2024-01-31T25:00",
                                      "2024-01-31T09:60",
                                      "2024-01-31T09:15+99:00",
                                      "2024-01-31 junk",
                                      "31/13/2024",
                                      "Foo 31, 2024",
                                      "12345678",
                                      "1.5",
                                      "1706692500.",
                                      "1706692500.5x",
                                      "1706692500000.5",
                                      "20240131.5",
                                      "45 %",
                                      "January 1, 2024 - January 31, 2024",
                                      "99999999999999999999",
                                      "13:00 PM",
                                      "2024-01-31T09:15:00.000+0000x",
                                      "5/6"};
    date_value v;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(date_read(slice_of(bad[i]), DATE_ORDER_UNTOLD, &v) == DATE_BAD, "%s", bad[i]);
}
END_TEST

START_TEST(day_numbers_go_both_ways)
{
    ck_assert_int_eq(date_day_number(1970, 1, 1), 0);
    ck_assert_int_eq(date_day_number(2000, 3, 1), 11017);
    for (int64_t day = -800000; day < 800000; day += 37) {
        int32_t year, month, of_month;
        date_of_day_number(day, &year, &month, &of_month);
        ck_assert_int_eq(date_day_number(year, month, of_month), day);
    }
}
END_TEST

/* ---- layouts ------------------------------------------------------------------------- */

static void find_layout(file_layout *layout, const char *text)
{
    input in;
    trouble why;
    open_bytes(&in, text, strlen(text));
    ck_assert_msg(layout_find(layout, &in, 0, &why) == TOOL_GOOD, "%s", why.text);
    input_close(&in);
}

START_TEST(delimiters_and_headers_are_found)
{
    file_layout layout;
    find_layout(&layout, "a;b;c\n1;2,5;3\n4;5,5;6\n");
    ck_assert_int_eq(layout.delimiter, ';');
    ck_assert_uint_eq(layout.column_count, 3);
    layout_free(&layout);
    find_layout(&layout, "a\tb\n1,5\t2\n");
    ck_assert_int_eq(layout.delimiter, '\t');
    layout_free(&layout);
    find_layout(&layout,
                "Report (in UTC)\nStart: January 1, 2024, 12:00 AM\nEnd: January 3, 2024\n\n"
                "Date\tCampaign\tSpent\n1/2/2024\tA, B\t1\n1/3/2024\tC\t2\n");
    ck_assert_int_eq(layout.delimiter, '\t');
    ck_assert_int_eq(layout.header_line, 5);
    layout_free(&layout);
    find_layout(&layout, "comment\nno\nwell, yes\nno\nno\n");
    ck_assert_uint_eq(layout.column_count, 1);
    ck_assert_int_eq(layout.header_line, 1);
    layout_free(&layout);
    find_layout(&layout, "only\n1\n2\n");
    ck_assert_uint_eq(layout.column_count, 1);
    layout_free(&layout);
}
END_TEST

START_TEST(lines_before_the_header_are_skipped)
{
    file_layout layout;
    find_layout(&layout, "Campaign performance report\n\"January 1, 2024 - January 31, 2024\"\n"
                         "Day,Campaign,Cost\n2024-01-01,Brand,12.50\nTotal: Account, --,12.50\n");
    ck_assert_int_eq(layout.header_line, 3);
    ck_assert_str_eq(layout.names[2], "Cost");
    layout_free(&layout);
    find_layout(&layout, "Report,,,\nDates,,,\n,,,\nDay,Campaign,Clicks,Cost\n1,2,3,4\n");
    ck_assert_str_eq(layout.names[0], "Day");
    layout_free(&layout);
}
END_TEST

START_TEST(columns_are_found_by_name_case_and_currency)
{
    file_layout layout;
    slice currency = {NULL, 0};
    find_layout(&layout, "Day,Amount spent (EUR),email,Email\n1,2,3,4\n");
    ck_assert_int_eq(layout_column(&layout, slice_of("Amount spent (*)"), &currency), 1);
    ck_assert(slice_is(currency, "EUR"));
    ck_assert_int_eq(layout_column(&layout, slice_of("Email"), NULL), 3);
    ck_assert_int_eq(layout_column(&layout, slice_of("DAY"), NULL), 0);
    ck_assert_int_eq(layout_column(&layout, slice_of("Nothing"), NULL), -1);
    layout_free(&layout);
}
END_TEST

START_TEST(facts_tell_types_and_styles)
{
    file_layout layout;
    file_facts facts;
    input in;
    trouble why;
    const char *text = "d;n;t\n13/04/2024;1.234,50;x\n03/04/2024;2,00;y\nTotal;3;z\n";
    open_bytes(&in, text, strlen(text));
    ck_assert_int_eq(layout_find(&layout, &in, 0, &why), TOOL_GOOD);
    facts_of_head(&facts, &layout, &in);
    ck_assert_uint_eq(facts.rows, 2);
    ck_assert_uint_eq(facts.totals, 1);
    ck_assert_int_eq(facts_date_order(&facts.columns[0]), DATE_DAY_FIRST);
    ck_assert_int_eq(facts_number_style(&facts, 1), NUMBER_COMMA);
    ck_assert_str_eq(facts_type(&facts.columns[0]), "date");
    ck_assert_str_eq(facts_type(&facts.columns[1]), "number");
    ck_assert_str_eq(facts_type(&facts.columns[2]), "text");
    facts_free(&facts);
    layout_free(&layout);
    input_close(&in);
}
END_TEST

/* ---- maps ------------------------------------------------------------------------------ */

START_TEST(maps_take_columns_literals_and_hints)
{
    field_map map = {0};
    trouble why;
    const char *text =
        "id=Record ID, channel=\"Paid, Search\",campaign=[Campaign, old]|Campaign,email?=Email,"
        "time=Created @day-first,amount=Cost @micros @comma,stage:won=CloseDate if IsWon=true,"
        "stage[Closed Won]=\"won\"";
    ck_assert_msg(map_parse(&map, slice_of(text), "test", &why) == TOOL_GOOD, "%s", why.text);
    ck_assert_uint_eq(map.entry_count, 7);
    ck_assert_str_eq(map_find(&map, "id")->columns[0], "Record ID");
    ck_assert_str_eq(map_find(&map, "channel")->literal, "Paid, Search");
    ck_assert_uint_eq(map_find(&map, "campaign")->column_count, 2);
    ck_assert_str_eq(map_find(&map, "campaign")->columns[0], "Campaign, old");
    ck_assert(map_find(&map, "email")->optional);
    ck_assert_int_eq(map_find(&map, "time")->dates, DATE_DAY_FIRST);
    ck_assert_str_eq(map_find(&map, "time")->columns[0], "Created");
    ck_assert(map_find(&map, "amount")->micros);
    ck_assert_int_eq(map_find(&map, "amount")->numbers, NUMBER_COMMA);
    ck_assert_str_eq(map_find(&map, "stage:won")->if_value, "true");
    ck_assert_str_eq(map.translations[0].from, "Closed Won");
    ck_assert_str_eq(map.translations[0].to, "won");
    map_free(&map);
}
END_TEST

START_TEST(a_later_entry_replaces_an_earlier_one)
{
    field_map map = {0};
    trouble why;
    ck_assert_int_eq(
        map_parse_lines(&map, slice_of("# a comment\r\n:kind costs\r\ntime = Day\n\ntime = Date"),
                        "f", &why),
        TOOL_GOOD);
    ck_assert_uint_eq(map.entry_count, 1);
    ck_assert_str_eq(map_find(&map, "time")->columns[0], "Date");
    ck_assert_int_eq(map.kind, TABLE_COSTS);
    map_free(&map);
}
END_TEST

START_TEST(maps_that_cannot_be_read_are_usage_errors)
{
    static const char *const bad[] = {"id",    "=x",         "id=",      "id=\"", "id=x @nonsense",
                                      "id=[x", "stage[a]=b", "id=x if y"};
    trouble why;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        field_map map = {0};
        int code = map_parse(&map, slice_of(bad[i]), "test", &why);
        ck_assert_msg(code == TOOL_USAGE, "%s", bad[i]);
        map_free(&map);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reading");
    TCase *tcase = tcase_create("reading");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, records_are_those_of_rfc_4180);
    tcase_add_test(tcase, lines_without_anything_are_skipped_and_counted);
    tcase_add_test(tcase, a_quote_inside_plain_text_is_text);
    tcase_add_test(tcase, text_behind_a_closing_quote_costs_its_line_alone);
    tcase_add_test(tcase, a_quote_that_nobody_closes_ends_the_reading);
    tcase_add_test(tcase, nul_bytes_and_broken_utf8_are_bad_records);
    tcase_add_test(tcase, lines_may_end_with_cr_alone);
    tcase_add_test(tcase, every_length_of_field_is_read_across_the_edges_of_blocks_and_buffers);
    tcase_add_test(tcase, random_files_read_as_a_naive_reader_reads_them);
    tcase_add_test(tcase, a_record_longer_than_the_limit_ends_the_reading);
    tcase_add_test(tcase, a_million_columns_are_counted_and_not_kept);
    tcase_add_test(tcase, encodings_are_seen_by_mark_and_by_pattern);
    tcase_add_test(tcase, halves_of_utf16_become_the_replacement_character);
    tcase_add_test(tcase, widths_are_those_of_a_terminal);
    tcase_add_test(tcase, what_a_terminal_would_obey_is_shown_instead);
    tcase_add_test(tcase, numbers_are_read_exactly);
    tcase_add_test(tcase, money_and_percent_are_seen);
    tcase_add_test(tcase, what_is_no_number_is_refused);
    tcase_add_test(tcase, a_value_proves_its_style_or_does_not);
    tcase_add_test(tcase, dates_of_exports_are_read);
    tcase_add_test(tcase, a_date_that_means_two_days_is_told_apart);
    tcase_add_test(tcase, what_is_no_date_is_refused);
    tcase_add_test(tcase, day_numbers_go_both_ways);
    tcase_add_test(tcase, delimiters_and_headers_are_found);
    tcase_add_test(tcase, lines_before_the_header_are_skipped);
    tcase_add_test(tcase, columns_are_found_by_name_case_and_currency);
    tcase_add_test(tcase, facts_tell_types_and_styles);
    tcase_add_test(tcase, maps_take_columns_literals_and_hints);
    tcase_add_test(tcase, a_later_entry_replaces_an_earlier_one);
    tcase_add_test(tcase, maps_that_cannot_be_read_are_usage_errors);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
