/* Numbers to text and back, against the C library of the test machine. */
#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/number.h"

#include "../support/check_main.h"
#include "../support/random.h"

static double from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t to_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static const char *print(double value)
{
    static char text[LK_NUMBER_DOUBLE_SIZE];
    memset(text, 'x', sizeof text);
    size_t length = lk_number_print_double(text, value);
    ck_assert_uint_lt(length, sizeof text);
    text[length] = '\0';
    return text;
}

static bool parse(const char *text, double *out)
{
    return lk_number_parse_double((lk_text){text, strlen(text)}, out);
}

/* What the C library says, with our rules for -0 and for too much. */
static void agrees_with_strtod(const char *text)
{
    double expected = strtod(text, NULL), found = 4.25;
    bool fits = !isinf(expected);
    ck_assert_msg(parse(text, &found) == fits, "%.60s", text);
    if (expected == 0) expected = 0;
    if (!fits) expected = 4.25; /* not written */
    ck_assert_msg(to_bits(found) == to_bits(expected), "%.60s: %.17g, found %.17g", text, expected,
                  found);
}

/* The fewest digits of %.*e that read back. */
static int shortest_digits(double value)
{
    char text[64];
    for (int digits = 1; digits < 17; digits++) {
        snprintf(text, sizeof text, "%.*e", digits - 1, value);
        if (strtod(text, NULL) == value) return digits;
    }
    return 17;
}

static int digits_of(const char *text)
{
    int count = 0, zeros = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text < '0' || *text > '9' || (count == 0 && *text == '0')) continue;
        zeros = *text == '0' ? zeros + 1 : 0;
        count++;
    }
    return count - zeros;
}

static void is_shortest_and_reads_back(double value)
{
    const char *text = print(value);
    double back = 0;
    ck_assert_msg(strtod(text, NULL) == value, "%s is not %.17g", text, value);
    ck_assert_msg(parse(text, &back) && to_bits(back) == to_bits(value), "%s", text);
    ck_assert_msg(digits_of(text) <= shortest_digits(value), "%s for %.17g", text, value);
}

START_TEST(a_double_prints_as_people_write_it)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.0, "0"},
        {-0.0, "0"},
        {1, "1"},
        {-1, "-1"},
        {0.1, "0.1"},
        {12.34, "12.34"},
        {1e6, "1000000"},
        {1e15, "1000000000000000"},
        {123456789012345680000.0, "123456789012345680000"},
        {1e21, "1e21"},
        {1e300, "1e300"},
        {1e-6, "0.000001"},
        {1e-7, "1e-7"},
        {-1.5e-7, "-1.5e-7"},
        {1.0 / 3, "0.3333333333333333"},
        {5e-324, "5e-324"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {DBL_MAX, "1.7976931348623157e308"},
        {9007199254740993.0, "9007199254740992"},
        {0.1 + 0.2, "0.30000000000000004"},
        {NAN, "nan"},
        {-NAN, "nan"},
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
        {9.5367431640625e-7, "9.5367431640625e-7"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        ck_assert_str_eq(print(cases[i].value), cases[i].text);
}
END_TEST

START_TEST(every_printed_double_is_shortest_and_reads_back)
{
    uint64_t state = 1;
    for (int i = 0; i < lk_test_rounds(20000); i++) {
        double value = from_bits(lk_test_random(&state));
        if (isfinite(value) && value != 0) is_shortest_and_reads_back(value);
    }
    for (int i = 0; i < lk_test_rounds(5000); i++) {
        is_shortest_and_reads_back((double)(lk_test_random(&state) % 100000000 + 1) / 100);
        is_shortest_and_reads_back((double)(lk_test_random(&state) >> 11 | 1) * 0x1p-53);
        is_shortest_and_reads_back(
            from_bits((lk_test_random(&state) >> (12 + i % 50)) | 1)); /* subnormal */
    }
}
END_TEST

START_TEST(powers_of_two_and_of_ten_and_their_neighbours_print_right)
{
    for (int e = -1074; e <= 1023; e++) {
        double power = ldexp(1, e);
        is_shortest_and_reads_back(power);
        is_shortest_and_reads_back(nextafter(power, 1e308));
        if (power > 5e-324) is_shortest_and_reads_back(nextafter(power, 0));
    }
    for (int e = -323; e <= 308; e++) {
        char text[16];
        snprintf(text, sizeof text, "1e%d", e);
        is_shortest_and_reads_back(strtod(text, NULL));
        agrees_with_strtod(text);
    }
}
END_TEST

START_TEST(what_is_a_number_and_what_is_not)
{
    static const char *const numbers[] = {"0",
                                          "-0",
                                          "+1",
                                          ".5",
                                          "5.",
                                          "00012",
                                          "1e5",
                                          "1E+5",
                                          "1e-05",
                                          "-.5e-3",
                                          "0e999999999999999999999",
                                          "0.0000e5"};
    static const char *const others[] = {"",
                                         ".",
                                         "-",
                                         "+",
                                         "e",
                                         "e5",
                                         "1e",
                                         "1e+",
                                         "1e-",
                                         "--1",
                                         "+-1",
                                         " 1",
                                         "1 ",
                                         "1,5",
                                         "1.2.3",
                                         "0x10",
                                         "1p3",
                                         "nan",
                                         "inf",
                                         "infinity",
                                         "1e5.",
                                         "1_000",
                                         "\xEF\xBB\xBF\x31",
                                         "1e1e1"};
    double value;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) agrees_with_strtod(numbers[i]);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        value = 4.25;
        ck_assert_msg(!parse(others[i], &value), "%s", others[i]);
        ck_assert_double_eq(value, 4.25);
    }
    ck_assert(!lk_number_parse_double((lk_text){NULL, 0}, &value));
    ck_assert(!lk_number_parse_double((lk_text){"1\0", 2}, &value));
}
END_TEST

START_TEST(random_decimals_read_as_strtod_reads_them)
{
    uint64_t state = 2;
    char text[128];
    for (int i = 0; i < lk_test_rounds(30000); i++) {
        int exponent = (int)(lk_test_random(&state) % 700) - 350;
        snprintf(text, sizeof text, "%" PRIu64 ".%" PRIu64 "e%d",
                 lk_test_random(&state) >> (i % 64), lk_test_random(&state), exponent);
        agrees_with_strtod(text);
        snprintf(text, sizeof text, "%.*e", (int)(lk_test_random(&state) % 20),
                 from_bits(lk_test_random(&state)));
        if (text[0] != 'n' && text[0] != 'i' && text[1] != 'n' && text[1] != 'i')
            agrees_with_strtod(text);
        snprintf(text, sizeof text, "%" PRIu64 "e-%d", lk_test_random(&state) % 1000000, i % 30);
        agrees_with_strtod(text);
    }
}
END_TEST

/* The middle of two neighbours, exactly, and a hair to either side. */
static void halfway(double value)
{
    static char text[2000];
    if (LDBL_MANT_DIG < 64) return; /* one bit more than a double holds the middle exactly */
    long double middle = ((long double)value + (long double)nextafter(value, INFINITY)) / 2;
    int length = snprintf(text, sizeof text, "%.1150Lf", middle);
    agrees_with_strtod(text);
    text[length] = '1', text[length + 1] = '\0'; /* above the middle, a thousand digits down */
    agrees_with_strtod(text);
    for (int i = length - 1; i > 0; i--) { /* below it */
        if (text[i] == '.' || text[i] == '0') continue;
        text[i]--;
        break;
    }
    agrees_with_strtod(text);
}

START_TEST(halfway_cases_go_to_even)
{
    uint64_t state = 3;
    for (int i = 0; i < 300; i++) {
        halfway(from_bits(lk_test_random(&state) >> 1 & 0x7FDFFFFFFFFFFFFF));
        halfway(from_bits(lk_test_random(&state) >> (12 + i % 52)));
        halfway((double)(lk_test_random(&state) >> 20) / 1024);
    }
    halfway(0);
    halfway(DBL_MIN);
    halfway(nextafter(DBL_MIN, 0));
    /* the edge of the range: 2^1024 - 2^970 is the first that is too large */
    agrees_with_strtod("179769313486231580793728971405303415079934132710037826936173778980444968292"
                       "764750946649017977587207096330286416692887910946555547851940402630657488671"
                       "505820681908902000708383676273854845817711531764475730270069855571366959622"
                       "842914819860834936475292719074168444365510704342711559699508093042880");
    agrees_with_strtod(
        "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017"
        "977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273"
        "854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704"
        "342711559699508093042879.999999");
    agrees_with_strtod("1.7976931348623158e308");
    agrees_with_strtod("1.7976931348623159e308");
    agrees_with_strtod("2.4703282292062327e-324");
    agrees_with_strtod("2.4703282292062328e-324");
}
END_TEST

START_TEST(long_and_huge_texts_are_read_right_and_in_time)
{
    enum {
        LENGTH = 10000
    };
    char *text = malloc(LENGTH + 32);
    memset(text, '9', LENGTH);
    for (int point = 1; point < LENGTH; point += 371) {
        memset(text, '9', LENGTH);
        text[point] = '.';
        strcpy(text + LENGTH, "");
        agrees_with_strtod(text);
        sprintf(text + LENGTH, "e-%d", point);
        agrees_with_strtod(text);
    }
    memset(text, '0', LENGTH);
    strcpy(text + LENGTH, "1e-5");
    agrees_with_strtod(text);
    text[1] = '.';
    sprintf(text + LENGTH, "17e%d", LENGTH);
    agrees_with_strtod(text);
    free(text);
    agrees_with_strtod("1e99999999999999999999999999");
    agrees_with_strtod("-1e99999999999999999999999999");
    agrees_with_strtod("1e-99999999999999999999999999");
    agrees_with_strtod("-1e-400");
    agrees_with_strtod(
        "0.00000000000000000000000000000000000000000000000000000000000000001e9223372036854775807");

    /* 20 million digits: a quadratic reader would never come back. */
    size_t many = 20000000;
    char *digits = malloc(many);
    memset(digits, '7', many);
    double value;
    ck_assert(!lk_number_parse_double((lk_text){digits, many}, &value));
    digits[1] = '.';
    ck_assert(lk_number_parse_double((lk_text){digits, many}, &value));
    ck_assert_double_eq(value, 70.0 / 9);
    free(digits);
}
END_TEST

START_TEST(hostile_text_never_harms)
{
    static const char alphabet[] = "0123456789..eE+-\0 nx9";
    uint64_t state = 4;
    char text[24];
    for (int i = 0; i < 200000; i++) {
        size_t length = lk_test_random(&state) % sizeof text;
        for (size_t j = 0; j < length; j++)
            text[j] = alphabet[lk_test_random(&state) % (sizeof alphabet - 1)];
        double value = 4.25;
        int64_t whole = 42;
        char *exact = malloc(length + 1); /* so that a read past the end is seen */
        memcpy(exact, text, length);
        bool is_number = lk_number_parse_double((lk_text){exact, length}, &value);
        bool is_whole = lk_number_parse_int64((lk_text){exact, length}, &whole);
        exact[length] = '\0';
        char *end;
        double expected = strtod(exact, &end);
        if (is_number)
            ck_assert_msg((size_t)(end - exact) == length && value == expected, "%s", exact);
        if (is_whole)
            ck_assert_msg(whole == strtoll(exact, &end, 10) && (size_t)(end - exact) == length,
                          "%s", exact);
        if (is_whole) ck_assert(is_number);
        free(exact);
    }
}
END_TEST

START_TEST(integers_round_trip_and_refuse_what_does_not_fit)
{
    static const int64_t values[] = {
        0, 1, -1, 9, 10, -10, INT64_MAX, INT64_MIN, INT64_MAX - 1, INT64_MIN + 1};
    static const char *const others[] = {"",
                                         "-",
                                         "+",
                                         "9223372036854775808",
                                         "-9223372036854775809",
                                         "1.0",
                                         "1e3",
                                         " 1",
                                         "1 ",
                                         "99999999999999999999999",
                                         "0x1"};
    char text[32];
    int64_t back = 42;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        size_t length = lk_number_print_int64(text, values[i]);
        char expected[32];
        snprintf(expected, sizeof expected, "%" PRId64, values[i]);
        ck_assert_uint_eq(length, strlen(expected));
        ck_assert_mem_eq(text, expected, length);
        ck_assert(lk_number_parse_int64((lk_text){text, length}, &back));
        ck_assert_int_eq(back, values[i]);
    }
    back = 42;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        ck_assert_msg(!lk_number_parse_int64((lk_text){others[i], strlen(others[i])}, &back), "%s",
                      others[i]);
    ck_assert_int_eq(back, 42);
    ck_assert(!lk_number_parse_int64((lk_text){NULL, 0}, &back));
    ck_assert(lk_number_parse_int64(LK_LITERAL("+0000000000000000000000007"), &back));
    ck_assert_int_eq(back, 7);
    ck_assert_uint_eq(lk_number_print_uint64(text, UINT64_MAX), 20);
    ck_assert_mem_eq(text, "18446744073709551615", 20);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("number");
    TCase *tcase = tcase_create("number");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, a_double_prints_as_people_write_it);
    tcase_add_test(tcase, every_printed_double_is_shortest_and_reads_back);
    tcase_add_test(tcase, powers_of_two_and_of_ten_and_their_neighbours_print_right);
    tcase_add_test(tcase, what_is_a_number_and_what_is_not);
    tcase_add_test(tcase, random_decimals_read_as_strtod_reads_them);
    tcase_add_test(tcase, halfway_cases_go_to_even);
    tcase_add_test(tcase, long_and_huge_texts_are_read_right_and_in_time);
    tcase_add_test(tcase, hostile_text_never_harms);
    tcase_add_test(tcase, integers_round_trip_and_refuse_what_does_not_fit);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
