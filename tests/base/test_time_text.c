/* Dates, durations and timestamps: the days of the calendar one by one, and text that reads back. */
#include "base/civil.h"
#include "base/time_text.h"

#include "../support/check_main.h"

START_TEST(every_day_of_4400_years_follows_the_one_before)
{
    lk_civil date = {-2000, 1, 1};
    int64_t days = lk_days_from_civil(date);
    while (date.year < 2400) {
        lk_civil back = lk_civil_from_days(days);
        if (back.year != date.year || back.month != date.month || back.day != date.day ||
            lk_days_from_civil(date) != days)
            ck_abort_msg("day %lld", (long long)days);
        days++;
        if (++date.day <= lk_civil_days_in_month(date.year, date.month)) continue;
        date.day = 1;
        if (++date.month <= 12) continue;
        date.month = 1;
        date.year++;
    }
    ck_assert_int_eq(lk_days_from_civil((lk_civil){1970, 1, 1}), 0);
    /* POSIX.1-2017, 4.16: 2000-03-01 is 951868800 seconds since the Epoch */
    ck_assert_int_eq(lk_days_from_civil((lk_civil){2000, 3, 1}), 951868800 / 86400);
}
END_TEST

START_TEST(leap_years_are_those_of_the_gregorian_calendar)
{
    ck_assert(lk_civil_is_leap_year(2000));
    ck_assert(!lk_civil_is_leap_year(1900));
    ck_assert(lk_civil_is_leap_year(2024));
    ck_assert(!lk_civil_is_leap_year(2025));
    ck_assert(lk_civil_is_leap_year(0));
    ck_assert(lk_civil_is_leap_year(-4));
    ck_assert(!lk_civil_is_leap_year(-100));
    ck_assert(!lk_civil_exists((lk_civil){2025, 2, 29}));
    ck_assert(!lk_civil_exists((lk_civil){2025, 13, 1}));
    ck_assert(!lk_civil_exists((lk_civil){2025, 0, 1}));
    ck_assert(!lk_civil_exists((lk_civil){2025, 1, 0}));
    ck_assert_int_eq(lk_civil_days_in_month(2024, 2), 29);
    ck_assert_int_eq(lk_civil_days_in_month(2024, INT32_MAX), 0);
}
END_TEST

START_TEST(a_moment_before_1970_is_in_the_day_that_holds_it)
{
    ck_assert_int_eq(lk_days_from_microseconds(-1), -1);
    ck_assert_int_eq(lk_days_from_microseconds(0), 0);
    ck_assert_int_eq(lk_days_from_microseconds(-LK_MICROSECONDS_PER_DAY), -1);
    ck_assert_int_eq(lk_days_from_microseconds(-LK_MICROSECONDS_PER_DAY - 1), -2);
    ck_assert_int_eq(lk_days_from_microseconds(INT64_MIN), -106751992);
    ck_assert_int_eq(lk_civil_from_days(-106751992).year, -290308);
}
END_TEST

static int64_t duration(const char *text)
{
    int64_t value = -77;
    const char *fault = lk_duration_parse(lk_text_of(text, LEADKPI_NUL_TERMINATED), &value);
    ck_assert_msg(!fault, "%s: expected %s", text, fault);
    return value;
}

static void check_duration(int64_t value, const char *canonical)
{
    char text[LK_TIME_TEXT_SIZE + 1];
    text[lk_duration_print(text, value)] = '\0';
    ck_assert_str_eq(text, canonical);
    ck_assert_int_eq(duration(canonical), value);
}

START_TEST(durations_have_one_spelling)
{
    check_duration(0, "0s");
    check_duration(1, "1us");
    check_duration(-1000, "-1ms");
    check_duration(duration("36h"), "1d12h");
    check_duration(duration("90000ms"), "1min30s");
    check_duration(duration("90d"), "90d");
    check_duration(duration("0001d0h2us"), "1d2us");
    check_duration(INT64_MAX, "106751991d4h54s775ms807us");
    check_duration(INT64_MIN, "-106751991d4h54s775ms808us");
    ck_assert_int_eq(duration("9223372036854775807us"), INT64_MAX);
    ck_assert_int_eq(duration("-9223372036854775808us"), INT64_MIN);
    ck_assert_int_eq(duration("-0s"), 0);
}
END_TEST

START_TEST(what_is_not_a_duration_is_refused)
{
    static const char *const wrong[] = {
        "",     "-",  "d",    "90",    "90 d", " 90d", "1h1h",    "1h1d",
        "1.5h", "1D", "+1d",  "1d-1h", "1w",   "1m",   "1d12",    "--1d",
        "0x1s", "1e3s", "106751992d", "9223372036854775808us", "-9223372036854775809us",
        "99999999999999999999d", "106751991d24h"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int64_t value = 7;
        ck_assert_msg(lk_duration_parse(lk_text_of(wrong[i], LEADKPI_NUL_TERMINATED), &value) !=
                          NULL,
                      "\"%s\" was read", wrong[i]);
        ck_assert_int_eq(value, 7);
    }
}
END_TEST

static int64_t timestamp(const char *text)
{
    int64_t value = -77;
    const char *fault = lk_timestamp_parse(lk_text_of(text, LEADKPI_NUL_TERMINATED), &value);
    ck_assert_msg(!fault, "%s: expected %s", text, fault);
    return value;
}

static void check_timestamp(const char *text, const char *canonical)
{
    char printed[LK_TIME_TEXT_SIZE + 1];
    printed[lk_timestamp_print(printed, timestamp(text))] = '\0';
    ck_assert_str_eq(printed, canonical);
    ck_assert_int_eq(timestamp(canonical), timestamp(text));
}

START_TEST(timestamps_have_one_spelling)
{
    check_timestamp("1970-01-01", "1970-01-01");
    check_timestamp("2025-04-01T00:00:00Z", "2025-04-01");
    check_timestamp("2025-04-01T09:30:00Z", "2025-04-01T09:30:00Z");
    check_timestamp("2025-04-01T09:30", "2025-04-01T09:30:00Z");
    check_timestamp("2025-04-01T09:30+02:00", "2025-04-01T07:30:00Z");
    check_timestamp("2025-04-01T09:30:00.5+02:00", "2025-04-01T07:30:00.5Z");
    check_timestamp("2025-04-01T01:00:00+02:00", "2025-03-31T23:00:00Z");
    check_timestamp("2024-02-29T23:59:59.999999-23:59", "2024-03-01T23:58:59.999999Z");
    check_timestamp("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z");
    check_timestamp("0001-01-01", "0001-01-01");
    check_timestamp("9999-12-31T23:59:59.999999", "9999-12-31T23:59:59.999999Z");
    check_timestamp("2025-04-01T09:30:00.000001-00:00", "2025-04-01T09:30:00.000001Z");
    ck_assert_int_eq(timestamp("0001-01-01"), LK_TIMESTAMP_MIN);
    ck_assert_int_eq(timestamp("9999-12-31T23:59:59.999999"), LK_TIMESTAMP_MAX);
    ck_assert_int_eq(timestamp("2000-03-01"), INT64_C(951868800) * 1000000);
    ck_assert_int_eq(timestamp("1969-12-31T23:59:59.999999"), -1);
}
END_TEST

START_TEST(what_is_not_a_timestamp_is_refused)
{
    static const char *const wrong[] = {
        "",
        "2025",
        "2025-04",
        "2025-4-1",
        "20250401",
        "2025-02-29",
        "2025-13-01",
        "2025-00-01",
        "2025-01-00",
        "0000-01-01",
        "-001-01-01",
        "10000-01-01",
        "2025-04-01T",
        "2025-04-01 09:30",
        "2025-04-01T9:30",
        "2025-04-01T24:00",
        "2025-04-01T23:60",
        "2016-12-31T23:59:60Z",
        "2025-04-01T09:30:",
        "2025-04-01T09:30:00.",
        "2025-04-01T09:30:00.Z",
        "2025-04-01T09:30:00.1234567Z",
        "2025-04-01T09:30:00z",
        "2025-04-01T09:30:00Zx",
        "2025-04-01T09:30:00+02",
        "2025-04-01T09:30:00+0200",
        "2025-04-01T09:30:00+24:00",
        "2025-04-01Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int64_t value = 7;
        ck_assert_msg(lk_timestamp_parse(lk_text_of(wrong[i], LEADKPI_NUL_TERMINATED), &value) !=
                          NULL,
                      "\"%s\" was read", wrong[i]);
        ck_assert_int_eq(value, 7);
    }
}
END_TEST

START_TEST(random_times_read_back)
{
    uint64_t state = 1;
    for (int i = 0; i < 20000; i++) {
        char text[LK_TIME_TEXT_SIZE];
        int64_t back;
        state = state * 6364136223846793005u + 1442695040888963407u;
        int64_t value = (int64_t)(state >> (i % 60));
        lk_text printed = {text, lk_duration_print(text, value)};
        ck_assert_ptr_null(lk_duration_parse(printed, &back));
        ck_assert_int_eq(back, value);
        value = LK_TIMESTAMP_MIN +
                (int64_t)((state >> (i % 60)) % (uint64_t)(LK_TIMESTAMP_MAX - LK_TIMESTAMP_MIN));
        printed.length = lk_timestamp_print(text, value);
        ck_assert_ptr_null(lk_timestamp_parse(printed, &back));
        ck_assert_int_eq(back, value);
    }
}
END_TEST

START_TEST(messages_say_any_instant)
{
    static const struct {
        int64_t instant;
        const char *text;
    } said[] = {
        {0, "1970-01-01"},
        {1500000, "1970-01-01T00:00:01.5Z"},
        {LK_TIMESTAMP_MIN, "0001-01-01"},
        {LK_TIMESTAMP_MAX, "9999-12-31T23:59:59.999999Z"},
        {LK_TIMESTAMP_MAX + 1, "the end of 9999"},
        {LK_TIMESTAMP_MAX + 2, "253402300800000001 microseconds since 1970"},
        {INT64_MAX, "9223372036854775807 microseconds since 1970"},
        {INT64_MIN, "-9223372036854775808 microseconds since 1970"},
    };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        ck_assert_str_eq(LK_SAY_TIME(said[i].instant), said[i].text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("time_text");
    TCase *tcase = tcase_create("time_text");
    tcase_add_test(tcase, every_day_of_4400_years_follows_the_one_before);
    tcase_add_test(tcase, leap_years_are_those_of_the_gregorian_calendar);
    tcase_add_test(tcase, a_moment_before_1970_is_in_the_day_that_holds_it);
    tcase_add_test(tcase, durations_have_one_spelling);
    tcase_add_test(tcase, what_is_not_a_duration_is_refused);
    tcase_add_test(tcase, timestamps_have_one_spelling);
    tcase_add_test(tcase, what_is_not_a_timestamp_is_refused);
    tcase_add_test(tcase, random_times_read_back);
    tcase_add_test(tcase, messages_say_any_instant);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
