/* Periods: grains, their edges, their labels, in zones whose clocks change. */
#include "calendar_support.h"

#include <time.h>

static lk_grain_rules rules_of(int32_t grain)
{
    lk_grain_rules rules = LK_GRAIN_RULES_DEFAULT;
    rules.grain = grain;
    return rules;
}

static int64_t day_of(int32_t year, int32_t month, int32_t day)
{
    return lk_days_from_civil((lk_civil){year, month, day});
}

static const char *day_label(const lk_grain_rules *rules, int64_t day)
{
    static char text[LK_GRAIN_LABEL_SIZE + 1];
    text[lk_grain_label(rules, day, text)] = '\0';
    return text;
}

/* C11 7.27.3.5: %G and %V are the ISO week and its year. */
START_TEST(weeks_are_those_of_strftime_over_400_years)
{
    lk_grain_rules rules = rules_of(LK_GRAIN_WEEK);
    for (int64_t day = day_of(1999, 12, 31); day <= day_of(2400, 1, 10); day++) {
        lk_civil date = lk_civil_from_days(day);
        struct tm tm = {.tm_year = date.year - 1900, .tm_mon = date.month - 1, .tm_mday = date.day};
        tm.tm_wday = (int)((day + 4) % 7);
        tm.tm_yday = (int)(day - day_of(date.year, 1, 1));
        char wanted[32];
        strftime(wanted, sizeof wanted, "%G-W%V", &tm);
        ck_assert_str_eq(day_label(&rules, day), wanted);
    }
}
END_TEST

/* CDC, "MMWR weeks": Sunday to Saturday; week 1 of 2025 is 2024-12-29 to 2025-01-04, 2020 has 53. */
START_TEST(weeks_from_sunday_are_the_epidemiological_weeks)
{
    lk_grain_rules rules = rules_of(LK_GRAIN_WEEK);
    rules.week_start = 6;
    ck_assert_str_eq(day_label(&rules, day_of(2024, 12, 28)), "2024-W52");
    ck_assert_str_eq(day_label(&rules, day_of(2024, 12, 29)), "2025-W01");
    ck_assert_str_eq(day_label(&rules, day_of(2021, 1, 2)), "2020-W53");
    ck_assert_str_eq(day_label(&rules, day_of(2021, 1, 3)), "2021-W01");
}
END_TEST

START_TEST(week_one_may_be_the_one_with_january_1)
{
    lk_grain_rules rules = rules_of(LK_GRAIN_WEEK);
    rules.week_start = 6;
    rules.week_one = LK_WEEK_ONE_JANUARY_1;
    ck_assert_str_eq(day_label(&rules, day_of(2022, 12, 31)), "2022-W53"); /* a Saturday */
    ck_assert_str_eq(day_label(&rules, day_of(2023, 1, 1)), "2023-W01");
    ck_assert_str_eq(day_label(&rules, day_of(2025, 12, 27)), "2025-W52");
    ck_assert_str_eq(day_label(&rules, day_of(2025, 12, 28)), "2026-W01");
}
END_TEST

START_TEST(fiscal_years_are_named_by_their_end_or_their_start)
{
    lk_grain_rules rules = rules_of(LK_GRAIN_FISCAL_QUARTER);
    rules.fiscal_start_month = 10; /* the US government: FY2026 began on 2025-10-01 */
    ck_assert_str_eq(day_label(&rules, day_of(2025, 9, 30)), "FY2025-Q4");
    ck_assert_str_eq(day_label(&rules, day_of(2025, 10, 1)), "FY2026-Q1");
    ck_assert_str_eq(day_label(&rules, day_of(2026, 1, 1)), "FY2026-Q2");
    rules.fiscal_year_name = LK_YEAR_NAME_START;
    ck_assert_str_eq(day_label(&rules, day_of(2025, 10, 1)), "FY2025-Q1");
    rules.grain = LK_GRAIN_FISCAL_YEAR;
    ck_assert_str_eq(day_label(&rules, day_of(2026, 9, 30)), "FY2025");
    rules.fiscal_start_month = 1;
    rules.fiscal_year_name = LK_YEAR_NAME_END;
    ck_assert_str_eq(day_label(&rules, day_of(2025, 12, 31)), "FY2025");
}
END_TEST

/* National Retail Federation, 4-5-4 calendar: 2023 has 53 weeks, 2023-01-29 to
 * 2024-02-03; 2024 runs from 2024-02-04 to 2025-02-01, 2025 to 2026-01-31. The
 * years with 53 weeks are 2006, 2012, 2017, 2023. */
START_TEST(the_default_retail_calendar_is_that_of_the_nrf)
{
    lk_grain_rules rules = rules_of(LK_GRAIN_RETAIL_YEAR);
    static const int long_years[] = {2006, 2012, 2017, 2023};
    size_t found = 0;
    for (int32_t year = 2004; year < 2028; year++) {
        lk_grain_period period = lk_grain_period_of(&rules, day_of(year, 7, 1));
        ck_assert_int_eq(period.year, year);
        bool is_long = period.end_day - period.first_day == 371;
        if (is_long) ck_assert_int_eq(year, long_years[found++]);
        if (!is_long) ck_assert_int_eq(period.end_day - period.first_day, 364);
    }
    ck_assert_uint_eq(found, 4);
    ck_assert_str_eq(day_label(&rules, day_of(2023, 1, 28)), "RY2022");
    ck_assert_str_eq(day_label(&rules, day_of(2023, 1, 29)), "RY2023");
    ck_assert_str_eq(day_label(&rules, day_of(2024, 2, 3)), "RY2023");
    ck_assert_str_eq(day_label(&rules, day_of(2025, 2, 1)), "RY2024");
    ck_assert_str_eq(day_label(&rules, day_of(2026, 2, 1)), "RY2026");
    rules.grain = LK_GRAIN_RETAIL_MONTH; /* March 2024 is its second month: 5 weeks from 2024-03-03 */
    ck_assert_str_eq(day_label(&rules, day_of(2024, 3, 2)), "RY2024-P01");
    ck_assert_str_eq(day_label(&rules, day_of(2024, 3, 3)), "RY2024-P02");
    ck_assert_str_eq(day_label(&rules, day_of(2024, 4, 6)), "RY2024-P02");
    ck_assert_str_eq(day_label(&rules, day_of(2024, 4, 7)), "RY2024-P03");
    rules.grain = LK_GRAIN_RETAIL_WEEK;
    ck_assert_str_eq(day_label(&rules, day_of(2024, 1, 28)), "RY2023-W53");
}
END_TEST

/* Apple Inc., form 10-K: the fiscal year ends on the last Saturday of September;
 * 2023 had 53 weeks and ended 2023-09-30, 2024 ended 2024-09-28; the extra week was
 * put into the first quarter (2022-09-25 to 2022-12-31). */
START_TEST(a_year_may_end_on_the_last_saturday_of_september)
{
    lk_grain_rules rules = rules_of(LK_GRAIN_RETAIL_QUARTER);
    rules.retail_pattern = LK_RETAIL_445;
    rules.retail_year_end = LK_RETAIL_LAST;
    rules.retail_end_month = 9;
    rules.retail_year_name = LK_YEAR_NAME_END;
    rules.retail_long_month = 3;
    lk_grain_period quarter = lk_grain_period_of(&rules, day_of(2022, 12, 31));
    ck_assert_int_eq(quarter.first_day, day_of(2022, 9, 25));
    ck_assert_int_eq(quarter.end_day, day_of(2023, 1, 1));
    ck_assert_str_eq(day_label(&rules, day_of(2022, 12, 31)), "RY2023-Q1");
    ck_assert_str_eq(day_label(&rules, day_of(2023, 9, 30)), "RY2023-Q4");
    ck_assert_str_eq(day_label(&rules, day_of(2023, 10, 1)), "RY2024-Q1");
    ck_assert_str_eq(day_label(&rules, day_of(2024, 9, 28)), "RY2024-Q4");
    ck_assert_str_eq(day_label(&rules, day_of(2024, 9, 29)), "RY2025-Q1");
}
END_TEST

START_TEST(a_retail_year_that_ends_with_december_has_its_number)
{
    lk_grain_rules rules = rules_of(LK_GRAIN_RETAIL_YEAR);
    rules.retail_end_month = 12;
    rules.retail_year_end = LK_RETAIL_NEAREST; /* nearest Saturday to 2025-12-31 is 2026-01-03 */
    ck_assert_str_eq(day_label(&rules, day_of(2026, 1, 3)), "RY2025");
    ck_assert_str_eq(day_label(&rules, day_of(2026, 1, 4)), "RY2026");
    rules.retail_year_name = LK_YEAR_NAME_END;
    ck_assert_str_eq(day_label(&rules, day_of(2026, 1, 3)), "RY2025");
}
END_TEST

START_TEST(labels_are_as_the_header_lists_them)
{
    static const struct {
        int32_t grain;
        const char *label;
    } labels[] = {{LK_GRAIN_ALL, "all"},
                  {LK_GRAIN_HOUR, "2025-04-01T11+02:00"},
                  {LK_GRAIN_DAY, "2025-04-01"},
                  {LK_GRAIN_WEEK, "2025-W14"},
                  {LK_GRAIN_MONTH, "2025-04"},
                  {LK_GRAIN_QUARTER, "2025-Q2"},
                  {LK_GRAIN_YEAR, "2025"},
                  {LK_GRAIN_FISCAL_QUARTER, "FY2025-Q2"},
                  {LK_GRAIN_FISCAL_YEAR, "FY2025"},
                  {LK_GRAIN_RETAIL_WEEK, "RY2025-W09"},
                  {LK_GRAIN_RETAIL_MONTH, "RY2025-P02"},
                  {LK_GRAIN_RETAIL_QUARTER, "RY2025-Q1"},
                  {LK_GRAIN_RETAIL_YEAR, "RY2025"}};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        lk_calendar *calendar = grain_calendar(labels[i].grain, ZONE_BERLIN);
        ck_assert_str_eq(label_of(calendar, utc(2025, 4, 1, 9, 30) * SECOND), labels[i].label);
        lk_calendar_free(calendar);
    }
}
END_TEST

START_TEST(years_of_more_than_four_digits_have_a_sign)
{
    lk_grain_rules rules = rules_of(LK_GRAIN_DAY);
    ck_assert_str_eq(day_label(&rules, day_of(9999, 12, 31)), "9999-12-31");
    ck_assert_str_eq(day_label(&rules, day_of(10000, 1, 1)), "+010000-01-01");
    ck_assert_str_eq(day_label(&rules, day_of(0, 1, 1)), "0000-01-01");
    ck_assert_str_eq(day_label(&rules, day_of(-44, 3, 15)), "-000044-03-15");
}
END_TEST

/* ---- periods in zones ----------------------------------------------------- */

static void check_hours(int zone, int32_t year, int32_t month, int32_t day, int64_t noon, double hours)
{
    lk_calendar *calendar = grain_calendar(LK_GRAIN_DAY, zone);
    int64_t time = (utc(year, month, day, 12, 0) - noon * 3600) * SECOND;
    int64_t start = lk_calendar_start(calendar, time), end = lk_calendar_end(calendar, time);
    ck_assert_double_eq((double)(end - start) / HOUR, hours);
    lk_calendar_free(calendar);
}

START_TEST(days_have_as_many_hours_as_their_clocks_show)
{
    check_hours(ZONE_BERLIN, 2025, 3, 30, 2, 23);
    check_hours(ZONE_BERLIN, 2025, 10, 26, 1, 25);
    check_hours(ZONE_BERLIN, 2025, 6, 1, 2, 24);
    check_hours(ZONE_NEW_YORK, 2025, 3, 9, -4, 23);
    check_hours(ZONE_NEW_YORK, 2025, 11, 2, -5, 25);
    check_hours(ZONE_LORD_HOWE, 2025, 4, 6, 10, 24.5);
    check_hours(ZONE_LORD_HOWE, 2025, 10, 5, 11, 23.5);
    check_hours(ZONE_SAO_PAULO, 2017, 10, 15, -2, 23); /* its midnight did not exist */
    check_hours(ZONE_KOLKATA, 2025, 1, 1, 5, 24);
}
END_TEST

START_TEST(a_midnight_that_does_not_exist_is_replaced_by_the_jump)
{
    lk_calendar *calendar = grain_calendar(LK_GRAIN_DAY, ZONE_SAO_PAULO);
    /* 2017-10-15 00:00 -03 became 01:00 -02 at 03:00Z. */
    int64_t jump = utc(2017, 10, 15, 3, 0) * SECOND;
    ck_assert_int_eq(lk_calendar_start(calendar, jump), jump);
    ck_assert_int_eq(lk_calendar_start(calendar, jump + 5 * HOUR), jump);
    ck_assert_int_eq(lk_calendar_end(calendar, jump - 1), jump);
    ck_assert_str_eq(label_of(calendar, jump), "2017-10-15");
    ck_assert_str_eq(label_of(calendar, jump - 1), "2017-10-14");
    lk_calendar_free(calendar);
}
END_TEST

START_TEST(of_a_midnight_that_comes_twice_the_first_counts)
{
    lk_calendar *calendar = grain_calendar(LK_GRAIN_DAY, ZONE_ST_JOHNS);
    /* 2010-11-07 00:01 -02:30 became 2010-11-06 23:01 -03:30 at 02:31Z. */
    int64_t midnight = utc(2010, 11, 7, 2, 30) * SECOND;
    for (int64_t time = midnight; time < midnight + 2 * HOUR; time += 60 * SECOND) {
        ck_assert_int_eq(lk_calendar_start(calendar, time), midnight);
        ck_assert_str_eq(label_of(calendar, time), "2010-11-07");
    }
    ck_assert_str_eq(label_of(calendar, midnight - 1), "2010-11-06");
    ck_assert_int_eq(lk_calendar_end(calendar, midnight), midnight + 25 * HOUR);
    lk_calendar_free(calendar);
}
END_TEST

START_TEST(a_day_that_was_left_out_has_no_period)
{
    lk_calendar *calendar = grain_calendar(LK_GRAIN_DAY, ZONE_APIA);
    int64_t jump = utc(2011, 12, 30, 10, 0) * SECOND; /* from 2011-12-29 24:00 to 2011-12-31 00:00 */
    ck_assert_str_eq(label_of(calendar, jump - 1), "2011-12-29");
    ck_assert_str_eq(label_of(calendar, jump), "2011-12-31");
    ck_assert_int_eq(lk_calendar_end(calendar, jump - 1), jump);
    ck_assert_int_eq(lk_calendar_start(calendar, jump), jump);
    lk_calendar_free(calendar);
}
END_TEST

START_TEST(a_day_of_25_hours_has_25_hour_periods)
{
    lk_calendar *calendar = grain_calendar(LK_GRAIN_HOUR, ZONE_BERLIN);
    int64_t time = utc(2025, 10, 25, 22, 0) * SECOND, end = utc(2025, 10, 26, 23, 0) * SECOND;
    int count = 0;
    for (; time < end; time = lk_calendar_end(calendar, time)) count++;
    ck_assert_int_eq(count, 25);
    ck_assert_str_eq(label_of(calendar, utc(2025, 10, 26, 0, 30) * SECOND), "2025-10-26T02+02:00");
    ck_assert_str_eq(label_of(calendar, utc(2025, 10, 26, 1, 30) * SECOND), "2025-10-26T02+01:00");
    lk_calendar_free(calendar);
    calendar = grain_calendar(LK_GRAIN_HOUR, ZONE_KOLKATA);
    int64_t half_past = utc(2025, 1, 1, 3, 30) * SECOND;
    ck_assert_int_eq(lk_calendar_start(calendar, half_past + 1), half_past);
    ck_assert_str_eq(label_of(calendar, half_past), "2025-01-01T09+05:30");
    lk_calendar_free(calendar);
}
END_TEST

/* ---- properties ------------------------------------------------------------ */

static void check_partition(const lk_calendar *calendar, int64_t time)
{
    int64_t start = lk_calendar_start(calendar, time), end = lk_calendar_end(calendar, time);
    ck_assert_int_le(start, time);
    ck_assert(time < end || time == INT64_MAX);
    ck_assert_int_eq(lk_calendar_start(calendar, start), start);
    ck_assert_int_eq(lk_calendar_end(calendar, start), end);
    if (end != INT64_MAX) {
        ck_assert_int_eq(lk_calendar_start(calendar, end), end);
        ck_assert_int_eq(lk_calendar_start(calendar, end - 1), start);
        char one[64], other[64];
        strcpy(one, label_of(calendar, start));
        ck_assert_str_eq(label_of(calendar, end - 1), one);
        strcpy(other, label_of(calendar, end));
        ck_assert_str_ne(one, other);
    }
}

START_TEST(periods_cut_all_of_time_without_gap_or_overlap)
{
    uint64_t seed = 20250401;
    for (int zone = -1; zone < ZONE_COUNT; zone++) {
        for (int32_t grain = LK_GRAIN_ALL; grain <= LK_GRAIN_RETAIL_YEAR; grain++) {
            lk_calendar *calendar = grain_calendar(grain, zone);
            for (int i = 0; i < 150; i++) {
                check_partition(calendar, (int64_t)next_random(&seed));
                check_partition(calendar, random_between(&seed, utc(1970, 1, 1, 0, 0) * SECOND,
                                                         utc(2040, 1, 1, 0, 0) * SECOND));
            }
            for (size_t i = 0; i < sizeof golden_offsets / sizeof *golden_offsets; i++)
                if (golden_offsets[i].zone == zone)
                    check_partition(calendar, golden_offsets[i].instant * SECOND);
            check_partition(calendar, 0);
            check_partition(calendar, -1);
            check_partition(calendar, INT64_MAX);
            check_partition(calendar, INT64_MAX - 1);
            check_partition(calendar, INT64_MIN);
            lk_calendar_free(calendar);
        }
    }
}
END_TEST

START_TEST(a_cursor_changes_no_answer)
{
    uint64_t seed = 7;
    for (int32_t grain = LK_GRAIN_ALL; grain <= LK_GRAIN_RETAIL_YEAR; grain++) {
        lk_calendar *calendar = grain_calendar(grain, ZONE_BERLIN);
        lk_calendar_cursor cursor = LK_CALENDAR_CURSOR;
        for (int i = 0; i < 3000; i++) {
            int64_t time = random_between(&seed, utc(2024, 1, 1, 0, 0) * SECOND,
                                          utc(2026, 1, 1, 0, 0) * SECOND);
            ck_assert_int_eq(lk_calendar_bucket(calendar, &cursor, time),
                             lk_calendar_start(calendar, time));
        }
        lk_calendar_free(calendar);
    }
}
END_TEST

START_TEST(the_ends_of_time_cut_their_periods)
{
    lk_calendar *calendar = grain_calendar(LK_GRAIN_YEAR, -1);
    ck_assert_int_eq(lk_calendar_start(calendar, INT64_MIN), INT64_MIN);
    ck_assert_int_eq(lk_calendar_end(calendar, INT64_MAX), INT64_MAX);
    ck_assert_str_eq(label_of(calendar, INT64_MAX), "+294247");
    ck_assert_str_eq(label_of(calendar, INT64_MIN), "-290308");
    lk_calendar_free(calendar);
}
END_TEST

START_TEST(fixed_offsets_need_no_rules_and_names_do)
{
    lk_calendar_rules rules = lk_calendar_rules_default();
    lk_memory memory = test_memory();
    lk_calendar *calendar;
    rules.zone = text_of("-08:30");
    calendar = make_calendar(&rules);
    ck_assert_int_eq(lk_calendar_start(calendar, 0), (int64_t)-24 * HOUR + HOUR * 17 / 2);
    lk_calendar_free(calendar);
    static const char *const bad[] = {"Europe/Berlin", "+8:00", "+26:00", "+08:60", "08:00", "utc?"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        rules.zone = text_of(bad[i]);
        ck_assert_int_eq(lk_calendar_create(&memory, &rules, &calendar, NULL), LEADKPI_BAD_ARGUMENT);
        ck_assert_ptr_null(calendar);
    }
    rules.zone_data = zone_bytes(ZONE_BERLIN);
    rules.zone_rule = text_of("CET-1");
    ck_assert_int_eq(lk_calendar_create(&memory, &rules, &calendar, NULL), LEADKPI_CONTRADICTION);
}
END_TEST

START_TEST(the_schema_obeys_the_rules_of_schemas)
{
    const char *option = NULL;
    ck_assert_pstr_eq(lk_schema_fault(&lk_calendar_schema, &option), NULL);
    ck_assert_int_eq(lk_calendar_schema.count, LK_CALENDAR_OPTION_COUNT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("period");
    TCase *tcase = tcase_create("period");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, weeks_are_those_of_strftime_over_400_years);
    tcase_add_test(tcase, weeks_from_sunday_are_the_epidemiological_weeks);
    tcase_add_test(tcase, week_one_may_be_the_one_with_january_1);
    tcase_add_test(tcase, fiscal_years_are_named_by_their_end_or_their_start);
    tcase_add_test(tcase, the_default_retail_calendar_is_that_of_the_nrf);
    tcase_add_test(tcase, a_year_may_end_on_the_last_saturday_of_september);
    tcase_add_test(tcase, a_retail_year_that_ends_with_december_has_its_number);
    tcase_add_test(tcase, labels_are_as_the_header_lists_them);
    tcase_add_test(tcase, years_of_more_than_four_digits_have_a_sign);
    tcase_add_test(tcase, days_have_as_many_hours_as_their_clocks_show);
    tcase_add_test(tcase, a_midnight_that_does_not_exist_is_replaced_by_the_jump);
    tcase_add_test(tcase, of_a_midnight_that_comes_twice_the_first_counts);
    tcase_add_test(tcase, a_day_that_was_left_out_has_no_period);
    tcase_add_test(tcase, a_day_of_25_hours_has_25_hour_periods);
    tcase_add_test(tcase, periods_cut_all_of_time_without_gap_or_overlap);
    tcase_add_test(tcase, a_cursor_changes_no_answer);
    tcase_add_test(tcase, the_ends_of_time_cut_their_periods);
    tcase_add_test(tcase, fixed_offsets_need_no_rules_and_names_do);
    tcase_add_test(tcase, the_schema_obeys_the_rules_of_schemas);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
