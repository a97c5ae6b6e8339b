/* Opening hours: their text, and opening time against a count of minutes. */
#include "calendar_support.h"

static lk_calendar *hours_calendar(int zone, const char *hours, const char *special,
                                   const char *const *holidays)
{
    lk_calendar_rules rules = lk_calendar_rules_default();
    lk_text dates[16];
    if (zone >= 0) rules.zone_data = zone_bytes(zone);
    rules.hours = text_of(hours);
    rules.special_hours = text_of(special);
    while (holidays && holidays[rules.holiday_count]) {
        dates[rules.holiday_count] = text_of(holidays[rules.holiday_count]);
        rules.holiday_count++;
    }
    rules.holidays = dates;
    return make_calendar(&rules);
}

static double open_hours(const lk_calendar *calendar, int64_t from, int64_t to)
{
    int64_t open;
    ck_assert(lk_calendar_open_between(calendar, from * SECOND, to * SECOND, &open));
    return (double)open / HOUR;
}

/* A lead on Friday 16:30, answer on Monday 09:30: 65 h on the clock, 1 h open. */
START_TEST(a_weekend_is_not_waiting_time)
{
    lk_calendar *calendar = hours_calendar(-1, "mon-fri 09:00-17:00", "", NULL);
    int64_t lead = utc(2025, 4, 4, 16, 30), answer = utc(2025, 4, 7, 9, 30);
    ck_assert_double_eq(open_hours(calendar, lead, answer), 1.0);
    ck_assert_double_eq(open_hours(calendar, answer, lead), -1.0);
    ck_assert_double_eq(open_hours(calendar, lead, lead), 0.0);
    lk_calendar_free(calendar);
}
END_TEST

START_TEST(holidays_close_and_special_hours_go_before_them)
{
    const char *holidays[] = {"2025-12-25", "2025-12-24", "2025-12-26", "2025-12-25", NULL};
    lk_calendar *calendar = hours_calendar(-1, "mon-fri 09:00-17:00",
                                           "2025-12-24 10:00-12:00; 2025-12-27 10:00-11:00", holidays);
    ck_assert_double_eq(open_hours(calendar, utc(2025, 12, 22, 0, 0), utc(2025, 12, 29, 0, 0)),
                        8 + 8 + 2 + 0 + 0 + 1 + 0);
    ck_assert(!lk_calendar_open(calendar, utc(2025, 12, 25, 10, 0) * SECOND));
    ck_assert(lk_calendar_open(calendar, utc(2025, 12, 24, 11, 59) * SECOND));
    ck_assert(!lk_calendar_open(calendar, utc(2025, 12, 24, 12, 0) * SECOND));
    lk_calendar_free(calendar);
}
END_TEST

/* Night hours over both edges of 2025 in Berlin: the clocks skip 02:00 to 03:00 and repeat it. */
START_TEST(an_hour_that_comes_twice_counts_twice)
{
    lk_calendar *calendar = hours_calendar(ZONE_BERLIN, "sun 01:30-04:00", "", NULL);
    ck_assert_double_eq(open_hours(calendar, utc(2025, 3, 29, 12, 0), utc(2025, 3, 30, 12, 0)), 1.5);
    ck_assert_double_eq(open_hours(calendar, utc(2025, 6, 1, 0, 0) - 43200, utc(2025, 6, 1, 12, 0)), 2.5);
    ck_assert_double_eq(open_hours(calendar, utc(2025, 10, 25, 12, 0), utc(2025, 10, 26, 12, 0)), 3.5);
    lk_calendar_free(calendar);
}
END_TEST

/* ---- against a count, minute by minute -------------------------------------- */

static bool naive_open(const lk_zone *zone, int64_t instant)
{
    int64_t local = instant + lk_zone_stretch_at(zone, instant).offset;
    int64_t day = local / 86400, minute = local % 86400 / 60;
    int weekday = (int)((day + 3) % 7);
    if (day == 20090 || day == 20100) return false;               /* holidays */
    if (day == 20095) return minute >= 10 * 60 && minute < 12 * 60; /* special */
    if (day == 20097) return minute < 24 * 60;                    /* special, all day */
    if (weekday < 4) return (minute >= 540 && minute < 720) || (minute >= 780 && minute < 1050);
    if (weekday == 4) return minute < 60;
    if (weekday == 6) return minute >= 90 && minute < 165;
    return false;
}

START_TEST(opening_time_is_that_of_a_count_minute_by_minute)
{
    const char *holidays[] = {"2025-01-02", "2025-01-12", NULL}; /* days 20090 and 20100 */
    int zone_list[] = {ZONE_BERLIN, ZONE_LORD_HOWE, ZONE_APIA, ZONE_NEW_YORK, ZONE_KOLKATA, ZONE_ST_JOHNS};
    for (size_t z = 0; z < sizeof zone_list / sizeof *zone_list; z++) {
        lk_memory memory = test_memory();
        lk_zone zone;
        ck_assert_int_eq(lk_zone_read_tzif(&memory, zone_bytes(zone_list[z]), &zone, NULL), LEADKPI_OK);
        lk_calendar *calendar = hours_calendar(
            zone_list[z], "mon-thu 09:00-12:00,13:00-17:30; fri 00:00-01:00; sun 01:30-02:45",
            "2025-01-07 10:00-12:00; 2025-01-09 00:00-24:00", holidays);
        uint64_t seed = 99 + z;
        for (int i = 0; i < 24; i++) {
            int64_t from = random_between(&seed, utc(2024, 12, 1, 0, 0), utc(2026, 1, 1, 0, 0)) / 60 * 60;
            if (i % 4 == 0) from = utc(2025, 10, 25, 0, 0) + 60 * (int64_t)(next_random(&seed) % 1440);
            if (i % 4 == 1) from = utc(2011, 12, 29, 0, 0) + 60 * (int64_t)(next_random(&seed) % 1440);
            if (i % 4 == 2) from = utc(2025, 1, 1, 0, 0) + 60 * (int64_t)(next_random(&seed) % 9999);
            int64_t to = from + 60 * (int64_t)(next_random(&seed) % 20000), minutes = 0;
            int64_t opens = to, next;
            for (int64_t at = from; at < to; at += 60) {
                bool open = naive_open(&zone, at);
                ck_assert_int_eq(lk_calendar_open(calendar, at * SECOND), open);
                if (open && minutes++ == 0) opens = at;
            }
            int64_t found;
            ck_assert(lk_calendar_open_between(calendar, from * SECOND, to * SECOND, &found));
            ck_assert_int_eq(found, minutes * 60 * SECOND);
            ck_assert(lk_calendar_next_open(calendar, from * SECOND, &next));
            if (minutes) ck_assert_int_eq(next, opens * SECOND);
            if (!minutes) ck_assert_int_ge(next, to * SECOND);
        }
        lk_calendar_free(calendar);
        lk_zone_clear(&memory, &zone);
    }
}
END_TEST

START_TEST(opening_time_adds_up_to_the_microsecond)
{
    uint64_t seed = 4;
    lk_calendar *calendar = hours_calendar(ZONE_BERLIN, "mon-fri 09:00-17:00; sun 01:30-02:30", "", NULL);
    for (int i = 0; i < 2000; i++) {
        int64_t t[3], a, b, whole;
        for (int k = 0; k < 3; k++)
            t[k] = random_between(&seed, utc(1990, 1, 1, 0, 0) * SECOND, utc(2060, 1, 1, 0, 0) * SECOND);
        if (i % 3 == 0) t[1] = t[0] + (int64_t)(next_random(&seed) % 5000000);
        ck_assert(lk_calendar_open_between(calendar, t[0], t[1], &a));
        ck_assert(lk_calendar_open_between(calendar, t[1], t[2], &b));
        ck_assert(lk_calendar_open_between(calendar, t[0], t[2], &whole));
        ck_assert_int_eq(a + b, whole);
    }
    lk_calendar_free(calendar);
}
END_TEST

/* ---- long spans -------------------------------------------------------------- */

START_TEST(always_open_is_elapsed_time)
{
    lk_calendar *calendar = hours_calendar(ZONE_BERLIN, "", "", NULL);
    int64_t open;
    ck_assert(lk_calendar_open_between(calendar, -5, INT64_C(987654321987654), &open));
    ck_assert_int_eq(open, INT64_C(987654321987659));
    ck_assert(lk_calendar_open_between(calendar, 0, INT64_MAX, &open));
    ck_assert_int_eq(open, INT64_MAX);
    ck_assert(lk_calendar_open_between(calendar, -1, INT64_MAX - 1, &open));
    ck_assert_int_eq(open, INT64_MAX);
    ck_assert(!lk_calendar_open_between(calendar, -1, INT64_MAX, &open));
    ck_assert_int_eq(open, 0);
    ck_assert(lk_calendar_open_between(calendar, 0, INT64_MIN + 1, &open));
    ck_assert_int_eq(open, -INT64_MAX);
    ck_assert(!lk_calendar_open_between(calendar, INT64_MAX, INT64_MIN, &open));
    lk_calendar_free(calendar);
}
END_TEST

/* Cycles of 400 years that are skipped give what walking through them gives. */
START_TEST(thousands_of_years_are_summed_at_once)
{
    const char *holidays[] = {"2500-01-01", "9999-12-31", "0001-01-01", NULL};
    lk_calendar *calendar =
        hours_calendar(ZONE_BERLIN, "mon-fri 09:00-17:00; sun 01:30-02:30", "2400-01-01 02:00-03:00", holidays);
    int64_t pieces = 0, open, whole;
    for (int32_t year = 1900; year < 9000; year += 100) {
        ck_assert(lk_calendar_open_between(calendar, utc(year, 5, 1, 0, 0) * SECOND,
                                           utc(year + 100, 5, 1, 0, 0) * SECOND, &open));
        pieces += open;
    }
    ck_assert(lk_calendar_open_between(calendar, utc(1900, 5, 1, 0, 0) * SECOND,
                                       utc(9000, 5, 1, 0, 0) * SECOND, &whole));
    ck_assert_int_eq(whole, pieces);
    ck_assert(lk_calendar_open_between(calendar, INT64_MIN, INT64_MAX, &whole));
    ck_assert(lk_calendar_open_between(calendar, INT64_MIN, 0, &pieces));
    ck_assert(lk_calendar_open_between(calendar, 0, INT64_MAX, &open));
    ck_assert_int_eq(whole, pieces + open);
    lk_calendar_free(calendar);
}
END_TEST

START_TEST(what_never_opens_again_says_so)
{
    int64_t opens;
    lk_calendar *calendar = hours_calendar(ZONE_BERLIN, "mon closed", "2025-03-30 02:10-02:50; 2400-05-01 10:00-11:00", NULL);
    /* The first date lies in the hour that the clocks skip. */
    ck_assert(lk_calendar_next_open(calendar, 0, &opens));
    ck_assert_int_eq(opens, utc(2400, 5, 1, 8, 0) * SECOND);
    ck_assert(!lk_calendar_next_open(calendar, utc(2400, 5, 1, 9, 0) * SECOND, &opens));
    ck_assert_int_eq(opens, utc(2400, 5, 1, 9, 0) * SECOND);
    lk_calendar_free(calendar);
    calendar = hours_calendar(-1, "sun closed", "", NULL);
    ck_assert(!lk_calendar_next_open(calendar, INT64_MIN, &opens));
    lk_calendar_free(calendar);
    calendar = hours_calendar(ZONE_BERLIN, "sun 10:00-11:00", "", NULL);
    ck_assert(!lk_calendar_next_open(calendar, INT64_MAX, &opens));
    lk_calendar_free(calendar);
}
END_TEST

/* A second pass over local time that was shown before: open in it, not after it. */
START_TEST(the_second_pass_over_an_hour_is_found)
{
    int64_t opens;
    lk_calendar *calendar = hours_calendar(ZONE_BERLIN, "mon closed", "2025-10-26 02:10-02:20", NULL);
    ck_assert(lk_calendar_next_open(calendar, utc(2025, 10, 26, 0, 30) * SECOND, &opens));
    ck_assert_int_eq(opens, utc(2025, 10, 26, 1, 10) * SECOND);
    lk_calendar_free(calendar);
}
END_TEST

/* ---- text ---------------------------------------------------------------------- */

static leadkpi_status read_hours(const char *hours, const char *special, const char *holiday, leadkpi_error *error)
{
    lk_memory memory = test_memory();
    lk_text date = text_of(holiday);
    lk_hours read;
    leadkpi_error_reset(error);
    leadkpi_status status =
        lk_hours_read(&memory, text_of(hours), text_of(special), &date, holiday[0] != 0, &read, error);
    lk_hours_clear(&memory, &read);
    ck_assert_uint_eq(memory.used_bytes, 0);
    return status;
}

START_TEST(hours_are_read_in_all_their_spellings)
{
    static const char *const good[] = {
        "mon 09:00-17:00", "Mon-Fri 09:00-12:00,13:00-17:30; sat 10:00-14:00", "monday 00:00-24:00",
        "fri-mon 08:00-09:00", "mon,wed , fri 08:00 - 09:00 ,09:00-10:00;", "  ", "SUNDAY closed",
        "tue - thu 08:00-09:00 ; mon closed\n; sun\t10:00-11:00",
        "mon 9:00-17:00", "mon 0:00-9:30, 9:30-10:00"};
    leadkpi_error error;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        ck_assert_msg(read_hours(good[i], "", "", &error) == LEADKPI_OK, "%s", error.message);
}
END_TEST

START_TEST(hours_that_cannot_be_are_refused_with_the_place)
{
    static const char *const bad[] = {
        "mon", "mon 009:00-17:00", "mon 9-17", "mon 9:5-17:00", "mon :00-17:00", "mon 09:00", "mon 09:00-", "mon 17:00-09:00", "mon 09:00-09:00",
        "mon 09:00-24:01", "mon 09:60-10:00", "mon 10:00-12:00,11:00-13:00", "mon-fri 09:00-10:00; fri 10:00-11:00",
        "moon 09:00-10:00", "mo 09:00-10:00", "mon- 09:00-10:00", "mon 09:00-10:00 tue 09:00-10:00",
        ";", "mon closed,09:00-10:00", "mon clo", "2025-01-01 09:00-10:00", "mon 22:00-06:00",
        "mon 00:00-00:01,00:02-00:03,00:04-00:05,00:06-00:07,00:08-00:09,00:10-00:11,00:12-00:13,"
        "00:14-00:15,00:16-00:17,00:18-00:19,00:20-00:21,00:22-00:23,00:24-00:25,00:26-00:27,"
        "00:28-00:29,00:30-00:31,00:32-00:33"};
    leadkpi_error error;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_msg(read_hours(bad[i], "", "", &error) == LEADKPI_BAD_ARGUMENT, "%s", bad[i]);
        ck_assert_ptr_nonnull(strstr(error.message, "hours: expected"));
    }
    static const char *const dates[] = {"2025-02-29", "2025-13-01", "0000-01-01", "2025-1-1",
                                        "2025-01-01x", "20250101", "2025-01-00"};
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        ck_assert_int_eq(read_hours("", "", dates[i], &error), LEADKPI_BAD_ARGUMENT);
        ck_assert_ptr_nonnull(strstr(error.message, "holidays: expected"));
        ck_assert_int_eq(read_hours("", dates[i], "", &error), LEADKPI_BAD_ARGUMENT);
    }
    ck_assert_int_eq(read_hours("", "2025-01-01 closed; 2025-01-01 closed", "", &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(read_hours("", "2025-01-01 10:00-11:00,", "", &error), LEADKPI_BAD_ARGUMENT);
}
END_TEST

START_TEST(any_text_is_read_or_refused)
{
    static const char alphabet[] = "mon-fri sat,;:0123459 closed\n\0\xff";
    uint64_t seed = 11;
    for (int i = 0; i < 50000; i++) {
        char text[24];
        size_t length = next_random(&seed) % sizeof text;
        for (size_t k = 0; k < length; k++) text[k] = alphabet[next_random(&seed) % (sizeof alphabet - 1)];
        char *exact = malloc(length ? length : 1);
        memcpy(exact, text, length);
        lk_memory memory = test_memory();
        lk_text any = {exact, length};
        lk_hours hours;
        if (lk_hours_read(&memory, any, LK_LITERAL(""), NULL, 0, &hours, NULL) == LEADKPI_OK)
            lk_hours_clear(&memory, &hours);
        if (lk_hours_read(&memory, LK_LITERAL(""), any, &any, 1, &hours, NULL) == LEADKPI_OK)
            lk_hours_clear(&memory, &hours);
        ck_assert_uint_eq(memory.used_bytes, 0);
        free(exact);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hours");
    TCase *tcase = tcase_create("hours");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_weekend_is_not_waiting_time);
    tcase_add_test(tcase, holidays_close_and_special_hours_go_before_them);
    tcase_add_test(tcase, an_hour_that_comes_twice_counts_twice);
    tcase_add_test(tcase, opening_time_is_that_of_a_count_minute_by_minute);
    tcase_add_test(tcase, opening_time_adds_up_to_the_microsecond);
    tcase_add_test(tcase, always_open_is_elapsed_time);
    tcase_add_test(tcase, thousands_of_years_are_summed_at_once);
    tcase_add_test(tcase, what_never_opens_again_says_so);
    tcase_add_test(tcase, the_second_pass_over_an_hour_is_found);
    tcase_add_test(tcase, hours_are_read_in_all_their_spellings);
    tcase_add_test(tcase, hours_that_cannot_be_are_refused_with_the_place);
    tcase_add_test(tcase, any_text_is_read_or_refused);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
