/* Texts, formats, messages, and names that are nearly right. */
#include <limits.h>
#include <stdio.h>

#include "base/format.h"
#include "base/nearest.h"

#include "../support/check_main.h"

static lk_text of(const char *text)
{
    return (lk_text){text, strlen(text)};
}

/* ---- formats ---------------------------------------------------------------- */

START_TEST(a_format_gives_what_printf_gives)
{
    char found[200], expected[200];
    size_t length =
        lk_format(found, sizeof found, "%% %c %s %.*s %d %d %u %lld %llu %zu", 'x', "text", 3,
                  "abcdef", INT_MIN, 42, UINT_MAX, LLONG_MIN, ULLONG_MAX, SIZE_MAX);
    snprintf(expected, sizeof expected, "%% %c %s %.*s %d %d %u %lld %llu %zu", 'x', "text", 3,
             "abcdef", INT_MIN, 42, UINT_MAX, LLONG_MIN, ULLONG_MAX, SIZE_MAX);
    ck_assert_str_eq(found, expected);
    ck_assert_uint_eq(length, strlen(expected));
    lk_format(found, sizeof found, "%g and %g", 0.1, 1e300);
    ck_assert_str_eq(found, "0.1 and 1e300");
    const char *volatile none = NULL;
    lk_format(found, sizeof found, "[%s] [%.*s]", none, -5, "abc");
    ck_assert_str_eq(found, "[] []");
}
END_TEST

START_TEST(what_does_not_fit_is_cut_at_a_whole_character)
{
    static const char *const whole =
        "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80!"; /* é € and a face */
    char found[32];
    size_t last = 0;
    for (size_t capacity = 1; capacity < sizeof found; capacity++) {
        memset(found, 'x', sizeof found);
        ck_assert_uint_eq(lk_format(found, capacity, "%s", whole), strlen(whole));
        size_t length = strlen(found);
        ck_assert_uint_lt(length, capacity);
        ck_assert_uint_ge(length, last);
        ck_assert_int_eq(strncmp(found, whole, length), 0);
        ck_assert((whole[length] & 0xC0) != 0x80);
        for (size_t i = capacity; i < sizeof found; i++) ck_assert_int_eq(found[i], 'x');
        last = length;
    }
    ck_assert_uint_eq(lk_format(NULL, 0, "%s", "12345"), 5);
}
END_TEST

/* ---- errors ----------------------------------------------------------------- */

START_TEST(the_first_error_wins_and_no_error_is_fine)
{
    leadkpi_error error;
    memset(&error, 0x55, sizeof error);
    leadkpi_error_reset(&error);
    leadkpi_error_reset(NULL);
    ck_assert_int_eq(error.code, LEADKPI_OK);
    ck_assert(error.row == -1 && error.column == -1 && error.message[0] == '\0');
    for (size_t i = 0; i < sizeof error.reserved; i++) ck_assert_int_eq(error.reserved[i], 0);
    ck_assert_int_eq(lk_fail_at(&error, LEADKPI_BAD_DATA, 12, 3, "value: expected %d", 5),
                     LEADKPI_BAD_DATA);
    ck_assert_int_eq(lk_fail(&error, LEADKPI_LIMIT, "later"), LEADKPI_LIMIT);
    ck_assert_int_eq(lk_fail(NULL, LEADKPI_LIMIT, "nobody listens"), LEADKPI_LIMIT);
    ck_assert_int_eq(error.code, LEADKPI_BAD_DATA);
    ck_assert(error.row == 12 && error.column == 3);
    ck_assert_str_eq(error.message, "value: expected 5");
}
END_TEST

static const char *quoted(leadkpi_error *error, const char *bytes, size_t length)
{
    lk_text text = {bytes, length};
    leadkpi_error_reset(error);
    lk_fail(error, LEADKPI_BAD_DATA, "\"%.*s\"", LK_TEXT_ARGS(text));
    return error->message;
}

START_TEST(a_message_is_clean_text_whatever_it_quotes)
{
    leadkpi_error error;
    ck_assert_str_eq(quoted(&error, "a\0b", 3), "\"a?b\"");
    ck_assert_str_eq(quoted(&error, "a\033[2J\n", 6), "\"a?[2J?\"");
    ck_assert_str_eq(quoted(&error, "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80", 14),
                     "\"caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\"");
    ck_assert_str_eq(quoted(&error, "\xFF\xC0\x80\xED\xA0\x80", 6), "\"??????\"");
    ck_assert_str_eq(quoted(&error, "\xF4\x90\x80\x80\xE0\x9F\xBF\xF0\x8F\xBF\xBF\x7F", 12),
                     "\"????????????\"");
    ck_assert_str_eq(quoted(&error, "\xC3", 1), "\"?\"");
    ck_assert_str_eq(quoted(&error, NULL, 0), "\"\"");
    /* a quotation is cut at 200 bytes, here in the middle of a character */
    char text[300];
    for (int i = 0; i < 299; i++) text[i] = i % 2 ? '\xC3' : '\xA9';
    ck_assert_uint_eq(strlen(quoted(&error, text, 299)), 202);
    ck_assert_int_eq(error.message[200], '?');
}
END_TEST

START_TEST(a_message_that_is_too_long_is_cut_and_closed)
{
    leadkpi_error error;
    char text[1000];
    for (size_t shift = 0; shift < 3; shift++) {
        for (size_t i = 0; i < 999; i++)
            text[i] = (i + shift) % 3 == 0 ? '\xE2' : (i + shift) % 3 == 1 ? '\x82' : '\xAC';
        text[999] = '\0';
        leadkpi_error_reset(&error);
        lk_fail(&error, LEADKPI_BAD_DATA, "%s", text);
        size_t length = strlen(error.message);
        ck_assert_uint_gt(length, 390);
        ck_assert_uint_lt(length, sizeof error.message);
        ck_assert_int_eq(error.reserved[0], 0);
        for (size_t i = 3; i < length; i++) ck_assert_int_ne(error.message[i], '?');
    }
}
END_TEST

/* ---- texts ------------------------------------------------------------------ */

START_TEST(texts_are_ordered_by_bytes_a_prefix_first)
{
    static const char *const rising[] = {"", "A", "AB", "B", "a", "\xC3\xA9"};
    for (int i = 0; i < 6; i++) {
        for (int j = 0; j < 6; j++) {
            int order = lk_text_compare(of(rising[i]), of(rising[j]));
            ck_assert_int_eq((order > 0) - (order < 0), (i > j) - (i < j));
            ck_assert_int_eq(lk_text_equal(of(rising[i]), of(rising[j])), i == j);
        }
    }
    ck_assert_uint_eq(lk_text_of("abc", LEADKPI_NUL_TERMINATED).length, 3);
    ck_assert_uint_eq(lk_text_of("abc", 2).length, 2);
    ck_assert_uint_eq(lk_text_of(NULL, LEADKPI_NUL_TERMINATED).length, 0);
    ck_assert_uint_eq(lk_text_of(NULL, 5).length, 0);
}
END_TEST

/* ---- names ------------------------------------------------------------------ */

START_TEST(names_are_folded)
{
    static const char *const pairs[][2] = {
        {"Cost-per Lead", "cost_per_lead"},
        {"  LTV : CAC / ratio ", "ltv_cac_ratio"},
        {"cpl", "cpl"},
        {"__A__b__", "a_b"},
        {"", ""},
        {" -_/:\t", ""},
        {"\xC3\x89t\xC3\xA9", "\xC3\x89t\xC3\xA9"},
        {"a1.B2", "a1.b2"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char folded[64];
        size_t length = lk_name_fold(of(pairs[i][0]), folded, sizeof folded);
        ck_assert(lk_text_equal((lk_text){folded, length}, of(pairs[i][1])));
        ck_assert(lk_name_same(of(pairs[i][0]), of(pairs[i][1])));
        ck_assert_uint_eq(lk_name_fold(of(pairs[i][0]), NULL, 0), length);
        for (size_t j = 0; j < i; j++)
            if (strcmp(pairs[i][1], pairs[j][1]))
                ck_assert(!lk_name_same(of(pairs[i][0]), of(pairs[j][0])));
    }
    ck_assert(!lk_name_same(of("ab"), of("a_b")));
    ck_assert(!lk_name_same(of("abc"), of("ab")));
    ck_assert(lk_name_same((lk_text){NULL, 0}, of("_")));
}
END_TEST

static const char *nearest_of(const char *wanted, const char *const *names, size_t count)
{
    lk_nearest nearest;
    lk_text best;
    lk_nearest_begin(&nearest, of(wanted));
    for (size_t i = 0; i < count; i++) lk_nearest_consider(&nearest, of(names[i]));
    if (lk_nearest_result(&nearest, &best)) return best.data;
    ck_assert_uint_eq(best.length, 0);
    return NULL;
}

START_TEST(a_near_miss_suggests_the_nearest_name)
{
    static const char *const names[] = {
        "cost_per_lead", "cost_per_click", "Cost per MQL", "window", "order", "roi", "cac", "ltv"};
    static const char *const cases[][2] = {
        {"cost_per_laed", "cost_per_lead"},
        {"COST PER LEAD", "cost_per_lead"},
        {"cost-per-clik", "cost_per_click"},
        {"cost_per_mqls", "Cost per MQL"},
        {"widnow", "window"},
        {"oder", "order"},
        {"cca", "cac"},
        {"rio", "roi"},
        {"lt", "ltv"},
        {"revenue", NULL},
        {"x", NULL},
        {"", NULL},
        {"--", NULL},
        {"wxyzow", NULL},
        {"costs", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *found = nearest_of(cases[i][0], names, sizeof names / sizeof names[0]);
        if (cases[i][1])
            ck_assert_pstr_eq(found, cases[i][1]);
        else
            ck_assert_ptr_null(found);
    }
    static const char *const equal[] = {"cat", "bat", "at"};
    ck_assert_str_eq(nearest_of("rat", equal, 3), "cat"); /* the first of the nearest */
    static const char *const exact[] = {"bat", "RAT", "rat"};
    ck_assert_str_eq(nearest_of("rat", exact, 3), "RAT");
}
END_TEST

START_TEST(names_of_any_length_are_taken)
{
    char longest[64], longer[2000];
    memset(longest, 'a', 63), longest[63] = '\0';
    memset(longer, 'a', 1999), longer[1999] = '\0';
    const char *const names[] = {longer, longest};
    ck_assert_ptr_eq(nearest_of(longest, names, 2), longest);
    ck_assert_ptr_null(nearest_of(longer, names, 2));
    longest[5] = 'b';
    const char *const other[] = {longest};
    longer[63] = '\0';
    ck_assert_ptr_eq(nearest_of(longer, other, 1), longest);
}
END_TEST

START_TEST(an_unknown_name_is_reported_with_the_nearest)
{
    lk_nearest nearest;
    leadkpi_error error;
    leadkpi_error_reset(&error);
    lk_nearest_begin(&nearest, of("widnow"));
    ck_assert_int_eq(lk_nearest_fail(&nearest, "option", &error), LEADKPI_UNKNOWN_NAME);
    ck_assert_str_eq(error.message, "option: nothing is called \"widnow\"");
    leadkpi_error_reset(&error);
    lk_nearest_consider(&nearest, of("window"));
    ck_assert_int_eq(lk_nearest_fail(&nearest, "option", &error), LEADKPI_UNKNOWN_NAME);
    ck_assert_str_eq(error.message,
                     "option: nothing is called \"widnow\"; the nearest name is \"window\"");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text");
    TCase *tcase = tcase_create("text");
    tcase_add_test(tcase, a_format_gives_what_printf_gives);
    tcase_add_test(tcase, what_does_not_fit_is_cut_at_a_whole_character);
    tcase_add_test(tcase, the_first_error_wins_and_no_error_is_fine);
    tcase_add_test(tcase, a_message_is_clean_text_whatever_it_quotes);
    tcase_add_test(tcase, a_message_that_is_too_long_is_cut_and_closed);
    tcase_add_test(tcase, texts_are_ordered_by_bytes_a_prefix_first);
    tcase_add_test(tcase, names_are_folded);
    tcase_add_test(tcase, a_near_miss_suggests_the_nearest_name);
    tcase_add_test(tcase, names_of_any_length_are_taken);
    tcase_add_test(tcase, an_unknown_name_is_reported_with_the_nearest);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
