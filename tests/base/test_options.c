/* Options: each type, each refusal, and one canonical text for one meaning. */
#include "base/options.h"

#include <math.h>
#include <stdio.h>

#include "../support/check_main.h"
#include "../support/fault.h"
#include "../support/random.h"
#include "options_schema.h"
#include "registry.h"

#define Z LEADKPI_NUL_TERMINATED

static leadkpi_error error;
static lk_memory memory;
static leadkpi_options *options;

static void setup(void)
{
    ck_assert_int_eq(lk_memory_init(&memory, NULL, &error), LEADKPI_OK);
    ck_assert_int_eq(lk_options_new(&memory, &test_schema, &options, &error), LEADKPI_OK);
}

static void teardown(void)
{
    leadkpi_options_free(options);
}

static const char *text_of(const leadkpi_options *of)
{
    static char text[4096];
    ck_assert_int_eq(leadkpi_options_text(of, text, sizeof text, NULL, NULL), LEADKPI_OK);
    return text;
}

static leadkpi_status set(const char *name, const char *value)
{
    return leadkpi_options_set_text(options, name, Z, value, Z, &error);
}

static leadkpi_status parse(const char *text)
{
    return leadkpi_options_parse(options, text, Z, &error);
}

/* Parsed on top of the defaults, this is the canonical text. */
static void check_canonical(const char *text, const char *canonical)
{
    leadkpi_options *fresh;
    ck_assert_int_eq(lk_options_new(&memory, &test_schema, &fresh, &error), LEADKPI_OK);
    ck_assert_msg(leadkpi_options_parse(fresh, text, Z, &error) == LEADKPI_OK, "%s: %s", text,
                  error.message);
    ck_assert_str_eq(text_of(fresh), canonical);
    leadkpi_options_free(fresh);
}

/* Refused with that status and message, and nothing has changed. */
static void check_refused(const char *text, leadkpi_status status, const char *message)
{
    ck_assert_int_eq(parse("title=before; by=x,y; top=7"), LEADKPI_OK);
    ck_assert_msg(parse(text) == status, "%s: %d, %s", text, error.code, error.message);
    ck_assert_str_eq(error.message, message);
    ck_assert_str_eq(text_of(options), "test_report: by=x,y; title=before; top=7");
}

START_TEST(the_test_schema_obeys_the_rules)
{
    const char *option;
    ck_assert_ptr_null(lk_schema_fault(&test_schema, &option));
    static const lk_option faulty[] = {
        {"Name", LK_OPTION_TEXT, .meaning = "m"},
        {"x", 0, .meaning = "m"},
        {"x", 10, .meaning = "m"},
        {"x", LK_OPTION_TEXT, .meaning = ""},
        {"x", LK_OPTION_CHOICE, .meaning = "m"},
        {"x", LK_OPTION_TEXT, .choices = "a|b", .meaning = "m"},
        {"x", LK_OPTION_CHOICE, .choices = "a|b", .default_text = "c", .meaning = "m"},
        {"x", LK_OPTION_INT64, .minimum = "low", .meaning = "m"},
        {"x", LK_OPTION_INT64, .maximum = "high", .meaning = "m"},
        {"x", LK_OPTION_INT64, .default_text = "many", .meaning = "m"},
        {"x", LK_OPTION_INT64, .minimum = "1", .default_text = "0", .meaning = "m"},
        {"x", LK_OPTION_DURATION, .default_text = "36h", .meaning = "m"},
        {"x", LK_OPTION_LIST, .default_text = "a, b", .meaning = "m"},
        {"x", LK_OPTION_LIST, .default_text = "a,,b", .meaning = "m"},
        {"x", LK_OPTION_LIST, .minimum = "1", .meaning = "m"},
        {"x", LK_OPTION_TEXT, .default_text = "\xFF", .meaning = "m"},
        {"x", LK_OPTION_BYTES, .default_text = "abc", .meaning = "m"},
    };
    for (size_t i = 0; i < sizeof faulty / sizeof *faulty; i++) {
        lk_schema schema = {"s", "m", &faulty[i], 1};
        ck_assert_msg(lk_schema_fault(&schema, &option) != NULL, "case %zu", i);
    }
    static const lk_option twice[] = {{"x", LK_OPTION_TEXT, .meaning = "m"},
                                      {"x", LK_OPTION_TEXT, .meaning = "m"}};
    lk_schema schema = {"s", "m", twice, 2};
    ck_assert_str_eq(lk_schema_fault(&schema, &option), "its name stands twice");
    schema = (lk_schema){"S", "m", twice, 1};
    ck_assert_ptr_nonnull(lk_schema_fault(&schema, &option));
    schema = (lk_schema){"s", NULL, twice, 1};
    ck_assert_ptr_nonnull(lk_schema_fault(&schema, &option));
}
END_TEST

/* Defaults, with an object and without one. */
static void check_defaults(const leadkpi_options *of)
{
    const lk_schema *s = &test_schema;
    for (int i = 0; i < OPTION_COUNT; i++) ck_assert(!lk_options_is_set(of, s, i));
    ck_assert(lk_options_double(of, s, LEVEL) == 0.95);
    ck_assert(isnan(lk_options_double(of, s, SHIFT)));
    ck_assert(!lk_options_has_value(of, s, SHIFT));
    ck_assert(!lk_options_has_value(of, s, AS_OF));
    ck_assert(!lk_options_has_value(of, s, ZONE));
    ck_assert(!lk_options_has_value(of, s, BY));
    ck_assert(lk_options_has_value(of, s, KINDS));
    ck_assert(lk_options_has_value(of, s, TOP));
    ck_assert_int_eq(lk_options_int64(of, s, AS_OF), 0);
    ck_assert_int_eq(lk_options_int64(of, s, WINDOW), INT64_C(90) * 86400 * 1000000);
    ck_assert_int_eq(lk_options_int64(of, s, TOP), 10);
    ck_assert_int_eq(lk_options_choice(of, s, ORDER), 0);
    ck_assert_int_eq(lk_options_choice(of, s, MODE), -1);
    ck_assert(lk_text_equal(lk_options_get_text(of, s, ORDER), LK_LITERAL("ordered")));
    ck_assert(lk_text_equal(lk_options_get_text(of, s, MODE), LK_LITERAL("")));
    ck_assert(lk_options_bool(of, s, TOTALS));
    ck_assert(lk_text_equal(lk_options_get_text(of, s, TITLE), LK_LITERAL("Leads")));
    ck_assert_uint_eq(lk_options_get_text(of, s, ZONE).length, 0);
    ck_assert_uint_eq(lk_options_list_count(of, s, BY), 0);
    ck_assert_uint_eq(lk_options_list_count(of, s, KINDS), 2);
    ck_assert(lk_text_equal(lk_options_list_item(of, s, KINDS, 0), LK_LITERAL("form")));
    ck_assert(lk_text_equal(lk_options_list_item(of, s, KINDS, 1), LK_LITERAL("call")));
    ck_assert_uint_eq(lk_options_list_item(of, s, KINDS, 2).length, 0);
}

START_TEST(a_new_object_and_no_object_are_all_defaults)
{
    check_defaults(options);
    check_defaults(NULL);
    ck_assert_str_eq(text_of(options), "test_report:");
    ck_assert(lk_options_equal(options, NULL, &test_schema));
    ck_assert_int_eq(lk_options_check(NULL, &test_schema, &error), LEADKPI_OK);
    ck_assert_int_eq(lk_options_check(options, &test_schema, &error), LEADKPI_OK);
    ck_assert_int_eq(lk_options_check(options, &other_schema, &error), LEADKPI_MISMATCH);
    ck_assert_str_eq(error.message,
                     "options: expected those of \"other_report\", found those of \"test_report\"");
}
END_TEST

START_TEST(null_is_answered_by_every_call)
{
    leadkpi_table *table;
    size_t needed = 7;
    char text[4];
    leadkpi_options_free(NULL);
    leadkpi_options *made = options;
    ck_assert_int_eq(leadkpi_options_create(NULL, NULL, 0, &made, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_ptr_null(made);
    ck_assert_int_eq(leadkpi_options_create(NULL, "x", Z, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_options_set_text(NULL, "top", Z, "1", Z, &error),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_str_eq(error.message, "options: expected a pointer, found NULL");
    ck_assert_int_eq(leadkpi_options_set_text(options, NULL, Z, "1", Z, NULL),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_options_set_text(options, "top", Z, NULL, Z, NULL),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_options_set_int64(NULL, "top", Z, 1, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_options_set_int64(options, NULL, Z, 1, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_options_set_double(NULL, "level", Z, 1, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_options_set_double(options, NULL, Z, 1, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_options_set_bool(NULL, "totals", Z, 1, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_options_set_bool(options, NULL, Z, 1, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_options_parse(NULL, "", Z, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_options_parse(options, NULL, Z, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_options_text(NULL, text, 4, &needed, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_uint_eq(needed, 0);
    ck_assert_int_eq(leadkpi_options_text(options, NULL, 4, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_options_list(NULL, &table, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_ptr_null(table);
    ck_assert_int_eq(leadkpi_options_list(options, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_options_schemas(NULL, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    leadkpi_options *copy = options;
    ck_assert_int_eq(lk_options_copy(NULL, &memory, &copy, NULL), LEADKPI_OK);
    ck_assert_ptr_null(copy);
}
END_TEST

START_TEST(every_type_is_set_from_text)
{
    const lk_schema *s = &test_schema;
    ck_assert_int_eq(set("by", "channel, month ,\"a, \"\"b\"\"\",\"\""), LEADKPI_OK);
    ck_assert_int_eq(set("level", "9e-1"), LEADKPI_OK);
    ck_assert_int_eq(set("as_of", "2025-04-01T09:30:00.5+02:00"), LEADKPI_OK);
    ck_assert_int_eq(set("window", "36h"), LEADKPI_OK);
    ck_assert_int_eq(set("order", "adjacent"), LEADKPI_OK);
    ck_assert_int_eq(set("totals", "false"), LEADKPI_OK);
    ck_assert_int_eq(set("top", "42"), LEADKPI_OK);
    ck_assert_int_eq(set("title", " \"Q2\"; all "), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_options_set_text(options, "zone", Z, "\0\xFFz", 3, &error),
                     LEADKPI_OK);
    ck_assert_int_eq(set("kinds", ""), LEADKPI_OK);
    ck_assert_uint_eq(lk_options_list_count(options, s, BY), 4);
    ck_assert(lk_text_equal(lk_options_list_item(options, s, BY, 1), LK_LITERAL("month")));
    ck_assert(lk_text_equal(lk_options_list_item(options, s, BY, 2), LK_LITERAL("a, \"b\"")));
    ck_assert(lk_text_equal(lk_options_list_item(options, s, BY, 3), LK_LITERAL("")));
    ck_assert(lk_options_double(options, s, LEVEL) == 0.9);
    ck_assert_int_eq(lk_options_int64(options, s, WINDOW), INT64_C(36) * 3600 * 1000000);
    ck_assert_int_eq(lk_options_choice(options, s, ORDER), 2);
    ck_assert(!lk_options_bool(options, s, TOTALS));
    ck_assert_int_eq(lk_options_int64(options, s, TOP), 42);
    ck_assert(lk_text_equal(lk_options_get_text(options, s, TITLE), LK_LITERAL(" \"Q2\"; all ")));
    ck_assert_uint_eq(lk_options_get_text(options, s, ZONE).length, 3);
    ck_assert_uint_eq(lk_options_list_count(options, s, KINDS), 0);
    ck_assert(lk_options_is_set(options, s, KINDS));
    const char *text = text_of(options);
    ck_assert_msg(
        strstr(text, "test_report: as_of=2025-04-01T07:30:00.5Z; "
                     "by=channel,month,\"a, \"\"b\"\"\",\"\"; kinds=; level=0.9; "
                     "order=adjacent; title=\" \"\"Q2\"\"; all \"; top=42; totals=false; "
                     "window=1d12h; zone=") == text,
        "%s", text);
    ck_assert_uint_eq(strlen(strstr(text, "zone=")), 5 + 32);
}
END_TEST

START_TEST(numbers_are_set_as_numbers)
{
    const lk_schema *s = &test_schema;
    ck_assert_int_eq(leadkpi_options_set_int64(options, "top", Z, 42, &error), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_options_set_int64(options, "window", Z, 1500, &error), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_options_set_int64(options, "as_of", Z, -1, &error), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_options_set_int64(options, "shift", Z, -3, &error), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_options_set_double(options, "level", Z, 0.1, &error), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_options_set_bool(options, "totals", Z, 0, &error), LEADKPI_OK);
    ck_assert_str_eq(text_of(options),
                     "test_report: as_of=1969-12-31T23:59:59.999999Z; level=0.1; shift=-3; top=42; "
                     "totals=false; window=1ms500us");
    ck_assert_int_eq(leadkpi_options_set_bool(options, "totals", Z, -5, &error), LEADKPI_OK);
    ck_assert(!lk_options_is_set(options, s, TOTALS));
    ck_assert_int_eq(leadkpi_options_set_double(options, "shift", Z, -0.0, &error), LEADKPI_OK);
    ck_assert(!signbit(lk_options_double(options, s, SHIFT)));
    ck_assert_int_eq(leadkpi_options_set_int64(options, "shift", Z, INT64_C(1) << 53, &error),
                     LEADKPI_OK);
    ck_assert_int_eq(leadkpi_options_set_int64(options, "shift", Z, (INT64_C(1) << 53) + 1, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_options_set_int64(options, "shift", Z, INT64_MIN, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_str_eq(error.message, "option \"shift\": expected a whole number up to 2^53, found "
                                    "-9223372036854775808");
    double wild[] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(leadkpi_options_set_double(options, "shift", Z, wild[i], &error),
                         LEADKPI_BAD_ARGUMENT);
    ck_assert_str_eq(error.message, "option \"shift\": expected a finite number, found -inf");
    ck_assert(lk_options_double(options, s, SHIFT) == 9007199254740992.0);
    int64_t outside[] = {INT64_MIN, INT64_MAX, INT64_C(-62135596800000001)};
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(leadkpi_options_set_int64(options, "as_of", Z, outside[i], &error),
                         LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_options_set_int64(options, "window", Z, INT64_MAX, &error), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_options_set_int64(options, "window", Z, -1, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_str_eq(error.message, "option \"window\": expected at least 0s, found -1us");
}
END_TEST

START_TEST(a_number_of_the_wrong_type_is_refused)
{
    static const char *const not_int64[] = {"by", "order", "totals", "title", "zone"};
    static const char *const not_double[] = {"by",  "order", "totals", "title",
                                             "top", "as_of", "window", "zone"};
    static const char *const not_bool[] = {"by", "order", "level", "title", "top", "as_of"};
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(leadkpi_options_set_int64(options, not_int64[i], Z, 1, &error),
                         LEADKPI_WRONG_TYPE);
    ck_assert_str_eq(error.message, "option \"zone\": expected bytes, found int64");
    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(leadkpi_options_set_double(options, not_double[i], Z, 0.5, &error),
                         LEADKPI_WRONG_TYPE);
    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(leadkpi_options_set_bool(options, not_bool[i], Z, 1, &error),
                         LEADKPI_WRONG_TYPE);
    ck_assert_str_eq(error.message, "option \"as_of\": expected timestamp, found bool");
    ck_assert_int_eq(set("lebel", "1"), LEADKPI_UNKNOWN_NAME);
    ck_assert_ptr_nonnull(strstr(error.message, "nearest name is \"level\""));
    ck_assert_int_eq(leadkpi_options_set_int64(options, "lebel", Z, 1, &error),
                     LEADKPI_UNKNOWN_NAME);
    ck_assert_int_eq(leadkpi_options_set_double(options, "lebel", Z, 1, &error),
                     LEADKPI_UNKNOWN_NAME);
    ck_assert_int_eq(leadkpi_options_set_bool(options, "lebel", Z, 1, &error),
                     LEADKPI_UNKNOWN_NAME);
    ck_assert_str_eq(text_of(options), "test_report:");
}
END_TEST

START_TEST(what_is_wrong_is_said)
{
    check_refused("level=1", 1, "option \"level\": expected above 0 and below 1, found 1");
    check_refused("level=0", 1, "option \"level\": expected above 0 and below 1, found 0");
    check_refused("level=high", 1, "option \"level\": expected a number, found \"high\"");
    check_refused("level=nan", 1, "option \"level\": expected a number, found \"nan\"");
    check_refused("shift=1e999", 1, "option \"shift\": expected a number, found \"1e999\"");
    check_refused("level=", 1, "option \"level\": expected a value, found \"\"");
    check_refused("top=0", 1, "option \"top\": expected at least 1 and at most 1000, found 0");
    check_refused("top=1001", 1,
                  "option \"top\": expected at least 1 and at most 1000, found 1001");
    check_refused("top=1.5", 1, "option \"top\": expected a whole number below 2^63, found \"1.5\"");
    check_refused("top=9223372036854775808", 1,
                  "option \"top\": expected a whole number below 2^63, found "
                  "\"9223372036854775808\"");
    check_refused("totals=yes", 1, "option \"totals\": expected true or false, found \"yes\"");
    check_refused("order=Ordered", 1,
                  "option \"order\": nothing is called \"Ordered\"; the nearest name is \"ordered\", of "
                  "ordered|unordered|adjacent");
    check_refused("order=orderd", 1,
                  "option \"order\": nothing is called \"orderd\"; the nearest name is \"ordered\", of "
                  "ordered|unordered|adjacent");
    check_refused("order=any", 1,
                  "option \"order\": expected one of ordered|unordered|adjacent, found \"any\"");
    check_refused("window=90", 1,
                  "option \"window\": expected a duration such as 90d, 12h, 30min or 1d12h, found "
                  "\"90\"");
    check_refused("window=-1s", 1, "option \"window\": expected at least 0s, found -1s");
    check_refused("as_of=2100-01-01T00:00:00.000001Z", 1,
                  "option \"as_of\": expected at most 2100-01-01, found "
                  "2100-01-01T00:00:00.000001Z");
    check_refused("as_of=2025-02-29", 1,
                  "option \"as_of\": expected a day that there is, found \"2025-02-29\"");
    check_refused("by=a,,b", 1,
                  "option \"by\": expected a text between commas (\"\" for an empty one), found "
                  "\"a,,b\"");
    check_refused("by=a,", 1,
                  "option \"by\": expected a text between commas (\"\" for an empty one), found "
                  "\"a,\"");
    check_refused("by=\"a\"b", 1,
                  "option \"by\": expected a comma behind a closing double quote, found \"\"a\"b\"");
    check_refused("title=\"a\"b", 60,
                  "option \"title\": expected the value to end at its double quote, found \"a\"b");
    check_refused("title=\"a", 60,
                  "options: expected a closing double quote, found none in \"title=\"a\"");
    check_refused("title=\xC3", 1, "option \"title\": expected UTF-8, found other bytes");
    check_refused("top", 60, "options: expected name=value, found \"top\"");
    check_refused("top=3;top=3", 6, "option \"top\": expected once, found twice");
    check_refused("zone=abc", 5,
                  "option \"zone\": expected bytes, which only set_text can give, found text");
    check_refused("other_report: top=3", 7,
                  "options: expected those of \"test_report\", found those of \"other_report\"");
    /* the last of several */
    check_refused("title=after; by=z; top=0", 1,
                  "option \"top\": expected at least 1 and at most 1000, found 0");
    ck_assert_int_eq(leadkpi_options_set_text(options, "title", Z, "a\0b", 3, &error), 1);
    ck_assert_str_eq(error.message, "option \"title\": expected text, found a NUL byte in it");
    ck_assert_int_eq(parse("tipp=3"), LEADKPI_UNKNOWN_NAME);
    ck_assert_int_eq(parse("=3"), LEADKPI_UNKNOWN_NAME);
}
END_TEST

START_TEST(one_meaning_has_one_text)
{
    check_canonical("", "test_report:");
    check_canonical("  ;; ", "test_report:");
    check_canonical("test_report:", "test_report:");
    check_canonical(" test_report : top = 3 ; ", "test_report: top=3");
    check_canonical("top=+3", "test_report: top=3");
    check_canonical("top=10; level=0.950; window=2160h; order=ordered; totals=true; title=Leads; "
                    "kinds=form, call; by=; as_of=; shift=; mode=",
                    "test_report:");
    check_canonical("kinds=call,form", "test_report: kinds=call,form");
    check_canonical("kinds=form", "test_report: kinds=form");
    check_canonical("kinds=form,call,call", "test_report: kinds=form,call,call");
    check_canonical("kinds=\"form,call\"", "test_report: kinds=\"form,call\"");
    check_canonical("by=\"a;b\"", "test_report: by=\"a;b\"");
    check_canonical("by=\"\"", "test_report: by=\"\"");
    check_canonical("by= \" x\" ", "test_report: by=\" x\"");
    check_canonical("by=\"plain\"", "test_report: by=plain");
    check_canonical("title=\"Leads\"", "test_report:");
    check_canonical("title=", "test_report: title=\"\"");
    check_canonical("title=a:b=c", "test_report: title=a:b=c");
    check_canonical("title=a,b", "test_report: title=a,b");
    check_canonical("title=5\"x\"", "test_report: title=\"5\"\"x\"\"\"");
    check_canonical("title=\"a;b\"", "test_report: title=\"a;b\"");
    check_canonical("level=\"0.5\"", "test_report: level=0.5");
    check_canonical("shift=-0", "test_report: shift=0");
    check_canonical("shift=1e3", "test_report: shift=1000");
    check_canonical("shift=0.1000000000000000055511151231257827", "test_report: shift=0.1");
    check_canonical("mode=b", "test_report: mode=b");
    check_canonical("as_of=2025-04-01T02:00+02:00", "test_report: as_of=2025-04-01");
}
END_TEST

START_TEST(the_text_tells_its_size_and_spares_a_small_buffer)
{
    char buffer[64];
    size_t needed = 0;
    ck_assert_int_eq(parse("top=3"), LEADKPI_OK);
    memset(buffer, '#', sizeof buffer);
    ck_assert_int_eq(leadkpi_options_text(options, NULL, 0, &needed, &error), LEADKPI_OK);
    ck_assert_uint_eq(needed, sizeof "test_report: top=3");
    ck_assert_int_eq(leadkpi_options_text(options, buffer, needed - 1, &needed, &error),
                     LEADKPI_BUFFER_TOO_SMALL);
    ck_assert_str_eq(error.message, "buffer: expected room for 19 bytes, found 18");
    ck_assert_int_eq(buffer[0], '#');
    ck_assert_int_eq(leadkpi_options_text(options, NULL, 0, NULL, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_options_text(options, NULL, 9, &needed, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_uint_eq(needed, 0);
    needed = sizeof "test_report: top=3";
    ck_assert_int_eq(leadkpi_options_text(options, buffer, needed, NULL, &error), LEADKPI_OK);
    ck_assert_str_eq(buffer, "test_report: top=3");
    ck_assert_int_eq(buffer[needed], '#');
}
END_TEST

START_TEST(the_list_shows_every_option)
{
    static const char *const names[] = {"name",    "type",    "unit",  "minimum", "maximum",
                                        "choices", "default", "value", "meaning"};
    static const char *const level[] = {"level", "double", "fraction", ">0", "<1",
                                        "",      "0.95",   "0.5",      "Level of the intervals."};
    static const char *const title[] = {"title", "text", "", "", "", "", "Leads", "a; b", "Title."};
    leadkpi_table *table;
    ck_assert_int_eq(parse("level=0.5; title=\"a; b\""), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_options_list(options, &table, &error), LEADKPI_OK);
    ck_assert_uint_eq(leadkpi_table_row_count(table), OPTION_COUNT);
    ck_assert_int_eq(leadkpi_table_column_count(table), 9);
    for (int32_t column = 0; column < 9; column++) {
        const char *text;
        size_t length;
        ck_assert_str_eq(leadkpi_table_column_name(table, column), names[column]);
        leadkpi_table_get_text(table, column, LEVEL, &text, &length, &error);
        ck_assert(lk_text_equal((lk_text){text, length}, lk_text_of(level[column], Z)));
        leadkpi_table_get_text(table, column, TITLE, &text, &length, &error);
        ck_assert(lk_text_equal((lk_text){text, length}, lk_text_of(title[column], Z)));
    }
    leadkpi_table_free(table);
}
END_TEST

START_TEST(every_schema_obeys_the_rules)
{
    for (const lk_schema *const *s = lk_registry_schemas; *s; s++) {
        const char *option, *fault = lk_schema_fault(*s, &option);
        ck_assert_msg(!fault, "%s, option \"%s\": %s", (*s)->name, option, fault);
        if (s > lk_registry_schemas) ck_assert_int_lt(strcmp(s[-1]->name, (*s)->name), 0);
    }
}
END_TEST

START_TEST(schemas_are_found_by_name_and_listed)
{
    leadkpi_table *table;
    leadkpi_options *made = options;
    ck_assert_int_eq(leadkpi_options_create(NULL, "no_such_schema", Z, &made, &error),
                     LEADKPI_UNKNOWN_NAME);
    ck_assert_ptr_null(made);
    ck_assert_int_eq(leadkpi_options_schemas(NULL, &table, &error), LEADKPI_OK);
    ck_assert_str_eq(leadkpi_table_column_name(table, 0), "schema");
    ck_assert_str_eq(leadkpi_table_column_name(table, 1), "meaning");
    for (size_t row = 0; row < leadkpi_table_row_count(table); row++) {
        const char *name;
        size_t length;
        leadkpi_table_get_text(table, 0, row, &name, &length, &error);
        ck_assert_int_eq(leadkpi_options_create(NULL, name, length, &made, &error), LEADKPI_OK);
        ck_assert_int_eq(text_of(made)[length], ':');
        leadkpi_options_free(made);
    }
    leadkpi_table_free(table);
}
END_TEST

START_TEST(an_item_in_quotes_ends_with_its_quote)
{
    ck_assert_int_eq(set("by", "a,\"b"), LEADKPI_BAD_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(error.message, "a closing double quote"));
    ck_assert_int_eq(set("by", "\"b\"c"), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(set("by", "b\"c"), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(set("by", "\"b\"\"\",c"), LEADKPI_OK);
}
END_TEST

/* The edges of table 3-7 of the Unicode standard. */
START_TEST(text_is_utf_8_and_nothing_else)
{
    static const char *const good[] = {"\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                                       "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "a\xE2\x82\xAC!"};
    static const char *const bad[] = {"\x80", "\xC1\xBF", "\xC2\x7F", "\xC2\xC0", "\xE0\x9F\xBF", "\xED\xA0\x80",
                                      "\xEF\xBF", "\xE2\x82\x41", "\xE2\x82\xC0", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
                                      "\xF0\x90\x80", "\xF0\x90\x80\x7F", "\xF0\x90\x41\x80", "\xF5\x80\x80\x80", "\xFF"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        ck_assert_msg(set("title", good[i]) == LEADKPI_OK, "good %zu", i);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(set("title", bad[i]) == LEADKPI_BAD_ARGUMENT, "bad %zu", i);
}
END_TEST

START_TEST(a_copy_is_equal_and_apart)
{
    leadkpi_options *copy;
    char before[512];
    ck_assert_int_eq(parse("by=a,\"b c\",\"\"; title=\"\"; level=0.5; as_of=2025-01-01"), 0);
    ck_assert_int_eq(leadkpi_options_set_text(options, "zone", Z, "TZif", 4, &error), LEADKPI_OK);
    strcpy(before, text_of(options));
    ck_assert_int_eq(lk_options_copy(options, &memory, &copy, &error), LEADKPI_OK);
    ck_assert(lk_options_equal(options, copy, &test_schema));
    ck_assert_int_eq(set("by", "z"), LEADKPI_OK);
    ck_assert(!lk_options_equal(options, copy, &test_schema));
    ck_assert(!lk_options_equal(NULL, copy, &test_schema));
    ck_assert_str_eq(text_of(copy), before);
    leadkpi_options_free(copy);
}
END_TEST

/* ---- properties with random options ---------------------------------------- */

static size_t random_text(uint64_t *state, char *out)
{
    static const char *const pieces[] = {"a", "b", ",", ";", "\"", " ", "=", ":", "\n", "\xC3\xBC"};
    size_t length = 0;
    for (uint64_t i = lk_test_random(state) % 6; i > 0; i--) {
        const char *piece = pieces[lk_test_random(state) % 10];
        memcpy(out + length, piece, strlen(piece));
        length += strlen(piece);
    }
    return length;
}

/* Items in quotes, whatever is in them. */
static size_t random_list(uint64_t *state, char *out)
{
    size_t length = 0;
    for (uint64_t i = lk_test_random(state) % 4; i > 0; i--) {
        char item[32];
        size_t item_length = random_text(state, item);
        if (length) out[length++] = ',';
        out[length++] = '"';
        for (size_t k = 0; k < item_length; k++) {
            if (item[k] == '"') out[length++] = '"';
            out[length++] = item[k];
        }
        out[length++] = '"';
    }
    return length;
}

static void set_random(leadkpi_options *of, uint64_t *state)
{
    char text[256];
    static const char *const orders[] = {"ordered", "unordered", "adjacent"};
    size_t length = random_text(state, text);
    ck_assert_int_eq(leadkpi_options_set_text(of, "title", Z, text, length, &error), LEADKPI_OK);
    length = random_list(state, text);
    ck_assert_int_eq(leadkpi_options_set_text(of, "by", Z, text, length, &error), LEADKPI_OK);
    length = random_list(state, text);
    ck_assert_int_eq(leadkpi_options_set_text(of, "kinds", Z, text, length, &error), LEADKPI_OK);
    uint64_t r = lk_test_random(state);
    ck_assert_int_eq(leadkpi_options_set_text(of, "order", Z, orders[r % 3], Z, &error), 0);
    ck_assert_int_eq(leadkpi_options_set_bool(of, "totals", Z, r >> 8 & 1, &error), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_options_set_int64(of, "top", Z, 9 + (int64_t)(r >> 9 & 3), &error), 0);
    ck_assert_int_eq(leadkpi_options_set_int64(of, "window", Z, (int64_t)(r >> (12 + r % 50)),
                                               &error),
                     0);
    ck_assert_int_eq(leadkpi_options_set_int64(of, "as_of", Z, -(int64_t)(r >> (12 + r % 50)),
                                               &error),
                     0);
    ck_assert_int_eq(leadkpi_options_set_double(of, "shift", Z, (double)(int64_t)r / 3e18, &error),
                     0);
}

START_TEST(canonical_text_reads_back_to_the_same_meaning)
{
    uint64_t state = 7;
    for (int i = 0; i < 3000; i++) {
        char first[2048];
        leadkpi_options *back;
        set_random(options, &state);
        strcpy(first, text_of(options));
        ck_assert_int_eq(lk_options_new(&memory, &test_schema, &back, &error), LEADKPI_OK);
        ck_assert_msg(leadkpi_options_parse(back, first, Z, &error) == LEADKPI_OK, "%s: %s", first,
                      error.message);
        ck_assert_str_eq(text_of(back), first);
        ck_assert(lk_options_equal(options, back, &test_schema));
        leadkpi_options_free(back);
    }
}
END_TEST

START_TEST(equal_text_is_equal_meaning)
{
    uint64_t state = 11;
    int equal = 0;
    leadkpi_options *other;
    ck_assert_int_eq(lk_options_new(&memory, &test_schema, &other, &error), LEADKPI_OK);
    for (int i = 0; i < 5000; i++) {
        char first[2048], text[64];
        size_t length = random_list(&state, text);
        leadkpi_options_set_text(options, "kinds", Z, text, length, &error);
        length = random_list(&state, text);
        leadkpi_options_set_text(other, "kinds", Z, text, length, &error);
        length = random_text(&state, text);
        leadkpi_options_set_text(options, "title", Z, text, length % 2, &error);
        length = random_text(&state, text);
        leadkpi_options_set_text(other, "title", Z, text, length % 2, &error);
        strcpy(first, text_of(options));
        bool same_text = strcmp(first, text_of(other)) == 0;
        ck_assert_int_eq(same_text, lk_options_equal(options, other, &test_schema));
        equal += same_text;
    }
    ck_assert_int_gt(equal, 0);
    leadkpi_options_free(other);
}
END_TEST

START_TEST(hostile_text_changes_nothing_or_reads_back)
{
    static const char *const words[] = {"top", "by",  "title", "kinds", "=",     ";",  ",",
                                        "\"",  "a",   " ",     ":",     "level", "3",  "test_report",
                                        "\xFF", "d",  "-",     "window", "as_of", "\t"};
    uint64_t state = 3;
    for (int i = 0; i < 20000; i++) {
        char text[256], before[2048], after[2048];
        size_t length = 0;
        for (uint64_t k = lk_test_random(&state) % 12; k > 0; k--) {
            const char *word = words[lk_test_random(&state) % (sizeof words / sizeof *words)];
            memcpy(text + length, word, strlen(word));
            length += strlen(word);
        }
        strcpy(before, text_of(options));
        leadkpi_status status = leadkpi_options_parse(options, text, length, &error);
        strcpy(after, text_of(options));
        if (status != LEADKPI_OK) {
            ck_assert_str_eq(before, after);
            ck_assert_uint_gt(strlen(error.message), 0);
        } else {
            ck_assert_int_eq(parse(after), LEADKPI_OK);
            ck_assert_str_eq(text_of(options), after);
        }
    }
}
END_TEST

/* ---- memory that runs out ----------------------------------------------------- */

typedef struct fault_context {
    leadkpi_options *options;
    leadkpi_options *copy;
    leadkpi_table *table;
    int which;
} fault_context;

static void fault_setup(const leadkpi_host *host, void *context)
{
    fault_context *c = context;
    lk_memory from;
    ck_assert_int_eq(lk_memory_init(&from, host, NULL), LEADKPI_OK);
    ck_assert_int_eq(lk_options_new(&from, &test_schema, &c->options, NULL), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_options_parse(c->options, "by=a,b; title=before", Z, NULL),
                     LEADKPI_OK);
}

static void fault_teardown(void *context)
{
    fault_context *c = context;
    leadkpi_table_free(c->table);
    leadkpi_options_free(c->copy);
    leadkpi_options_free(c->options);
    memset(c, 0, offsetof(fault_context, which));
}

static void fault_state(void *context, lk_fault_bytes *bytes)
{
    fault_context *c = context;
    bytes->length = lk_options_print(c->options, &test_schema, NULL, 0);
    bytes->data = malloc(bytes->length);
    lk_options_print(c->options, &test_schema, bytes->data, bytes->length);
}

static leadkpi_status fault_act(const leadkpi_host *host, void *context, leadkpi_error *e)
{
    fault_context *c = context;
    lk_memory from;
    switch (c->which) {
    case 0:
        return leadkpi_options_set_text(c->options, "by", Z, "x,y,z", Z, e);
    case 1:
        return leadkpi_options_set_text(c->options, "title", Z, "another", Z, e);
    case 2:
        return leadkpi_options_parse(c->options, "title=\"a;b\"; by=x,\"y z\"; top=3; kinds=q", Z,
                                     e);
    case 3:
        return leadkpi_options_list(c->options, &c->table, e);
    case 4:
        return leadkpi_options_schemas(host, &c->table, e);
    default:
        leadkpi_error_reset(e);
        ck_assert_int_eq(lk_memory_init(&from, host, e), LEADKPI_OK);
        return lk_options_copy(c->options, &from, &c->copy, e);
    }
}

START_TEST(every_call_survives_every_refused_allocation)
{
    fault_context context = {NULL, NULL, NULL, _i};
    lk_fault_case call = {"options", fault_setup, fault_act, fault_state, fault_teardown, &context};
    lk_fault_every_allocation(&call);
}
END_TEST

START_TEST(a_memory_limit_is_kept)
{
    leadkpi_host host = LEADKPI_HOST_DEFAULT;
    lk_memory small;
    leadkpi_options *limited;
    char longest[3000];
    memset(longest, 'x', sizeof longest);
    host.memory_limit_bytes = 3000;
    ck_assert_int_eq(lk_memory_init(&small, &host, &error), LEADKPI_OK);
    ck_assert_int_eq(lk_options_new(&small, &test_schema, &limited, &error), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_options_set_text(limited, "title", Z, longest, 3000, &error),
                     LEADKPI_LIMIT);
    ck_assert_str_eq(text_of(limited), "test_report:");
    leadkpi_options_free(limited);
}
END_TEST

static const char *nearest(const char *wanted, const char *names)
{
    static char found[64];
    size_t length = 99;
    const char *at = leadkpi_options_nearest_name(wanted, LEADKPI_NUL_TERMINATED, names,
                                                  LEADKPI_NUL_TERMINATED, &length);
    if (!at) ck_assert_uint_eq(length, 0);
    snprintf(found, sizeof found, "%.*s", (int)length, at ? at : "");
    return found;
}

START_TEST(a_host_can_ask_for_the_nearest_name)
{
    ck_assert_str_eq(nearest("mnth", "day|week|month"), "month");
    ck_assert_str_eq(nearest("mnth", "day, week, month, year"), "month");
    ck_assert_str_eq(nearest("--leadz", "--leads,--levels"), "--leads");
    ck_assert_str_eq(nearest("Closed-Won", "open,closed_won"), "closed_won");
    ck_assert_str_eq(nearest("mnth", "day , month , year "), "month");
    ck_assert_str_eq(nearest("decade", "day, week, month"), "");
    ck_assert_str_eq(nearest("", "day, week"), "");
    ck_assert_str_eq(nearest("day", ""), "");
    ck_assert_str_eq(nearest("day", ",|, ,"), "");
    ck_assert_ptr_null(leadkpi_options_nearest_name(NULL, 3, "day", 3, NULL));
    ck_assert_ptr_null(leadkpi_options_nearest_name("day", 3, NULL, 3, NULL));
    ck_assert_ptr_nonnull(leadkpi_options_nearest_name("dayx", 3, "dax,weekmonth", 3, NULL));
}
END_TEST

static Suite *options_suite(void)
{
    Suite *suite = suite_create("options");
    TCase *tcase = tcase_create("options");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, the_test_schema_obeys_the_rules);
    tcase_add_test(tcase, a_host_can_ask_for_the_nearest_name);
    tcase_add_test(tcase, a_new_object_and_no_object_are_all_defaults);
    tcase_add_test(tcase, null_is_answered_by_every_call);
    tcase_add_test(tcase, every_type_is_set_from_text);
    tcase_add_test(tcase, numbers_are_set_as_numbers);
    tcase_add_test(tcase, a_number_of_the_wrong_type_is_refused);
    tcase_add_test(tcase, what_is_wrong_is_said);
    tcase_add_test(tcase, one_meaning_has_one_text);
    tcase_add_test(tcase, the_text_tells_its_size_and_spares_a_small_buffer);
    tcase_add_test(tcase, the_list_shows_every_option);
    tcase_add_test(tcase, every_schema_obeys_the_rules);
    tcase_add_test(tcase, schemas_are_found_by_name_and_listed);
    tcase_add_test(tcase, an_item_in_quotes_ends_with_its_quote);
    tcase_add_test(tcase, text_is_utf_8_and_nothing_else);
    tcase_add_test(tcase, a_copy_is_equal_and_apart);
    tcase_add_test(tcase, canonical_text_reads_back_to_the_same_meaning);
    tcase_add_test(tcase, equal_text_is_equal_meaning);
    tcase_add_test(tcase, hostile_text_changes_nothing_or_reads_back);
    tcase_add_loop_test(tcase, every_call_survives_every_refused_allocation, 0, 6);
    tcase_add_test(tcase, a_memory_limit_is_kept);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return lk_test_run(options_suite());
}
