/* The calendar through its public interface: options in, periods and sentences out. */
#include <leadkpi.h>

#include <stdlib.h>
#include <string.h>

#include "../support/check_main.h"
#include "../support/fault.h"
#include "zones.h"

#define NUL LEADKPI_NUL_TERMINATED
#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)

static leadkpi_options *make_options(const char *text, int zone)
{
    leadkpi_options *options;
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_options_create(NULL, "calendar", NUL, &options, &error), LEADKPI_OK);
    ck_assert_msg(leadkpi_options_parse(options, text, NUL, &error) == LEADKPI_OK, "%s", error.message);
    if (zone >= 0) {
        ck_assert_int_eq(leadkpi_options_set_text(options, "zone", NUL, zones[zone].name, NUL, NULL), LEADKPI_OK);
        ck_assert_int_eq(leadkpi_options_set_text(options, "zone_data", NUL, (const char *)zones[zone].bytes,
                                                  zones[zone].size, NULL), LEADKPI_OK);
    }
    return options;
}

static leadkpi_calendar *make_calendar(const char *text, int zone)
{
    leadkpi_options *options = make_options(text, zone);
    leadkpi_calendar *calendar;
    leadkpi_error error;
    leadkpi_status status = leadkpi_calendar_create(NULL, options, &calendar, &error);
    ck_assert_msg(status == LEADKPI_OK, "%s", error.message);
    leadkpi_options_free(options);
    return calendar;
}

static leadkpi_status create_status(const char *text, int zone)
{
    leadkpi_options *options = make_options(text, zone);
    leadkpi_calendar *calendar = (leadkpi_calendar *)&options;
    leadkpi_error error;
    leadkpi_status status = leadkpi_calendar_create(NULL, options, &calendar, &error);
    if (status != LEADKPI_OK) ck_assert_ptr_null(calendar);
    if (status != LEADKPI_OK) ck_assert_uint_gt(strlen(error.message), 0);
    leadkpi_calendar_free(calendar);
    leadkpi_options_free(options);
    return status;
}

/* 2025-04-01T09:30:00Z, by date -u -d 2025-04-01T09:30 +%s */
#define APRIL (INT64_C(1743499800) * SECOND)

START_TEST(every_grain_has_its_label)
{
    static const struct {
        const char *options, *label;
    } cases[] = {{"", "2025-04-01"},
                 {"grain=all", "all"},
                 {"grain=hour; zone=+05:30", "2025-04-01T15+05:30"},
                 {"grain=week", "2025-W14"},
                 {"grain=week; week_start=sunday; week_one=january_1", "2025-W14"},
                 {"grain=month", "2025-04"},
                 {"grain=quarter", "2025-Q2"},
                 {"grain=year", "2025"},
                 {"grain=fiscal_quarter; fiscal_start_month=4", "FY2026-Q1"},
                 {"grain=fiscal_year; fiscal_start_month=4; fiscal_year_name=start", "FY2025"},
                 {"grain=retail_week", "RY2025-W09"},
                 {"grain=retail_month; retail_pattern=4-4-5", "RY2025-P03"},
                 {"grain=retail_quarter; retail_end_month=12; retail_year_end=last", "RY2025-Q2"},
                 {"grain=retail_year; retail_year_name=end", "RY2026"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        leadkpi_calendar *calendar = make_calendar(cases[i].options, -1);
        char text[40];
        size_t needed;
        ck_assert_int_eq(leadkpi_calendar_label(calendar, APRIL, text, sizeof text, &needed, NULL), LEADKPI_OK);
        ck_assert_str_eq(text, cases[i].label);
        ck_assert_uint_eq(needed, strlen(text) + 1);
        leadkpi_calendar_free(calendar);
    }
}
END_TEST

START_TEST(a_month_in_berlin_starts_at_its_local_midnight)
{
    leadkpi_calendar *calendar = make_calendar("grain=month", ZONE_BERLIN);
    int64_t start, end, next, previous;
    ck_assert_int_eq(leadkpi_calendar_period(calendar, APRIL, &start, &end, NULL), LEADKPI_OK);
    ck_assert_int_eq(start, INT64_C(1743458400) * SECOND); /* TZ=Europe/Berlin date -d 2025-04-01 +%s */
    ck_assert_int_eq(end, INT64_C(1746050400) * SECOND);   /* 2025-05-01 */
    ck_assert_int_eq(leadkpi_calendar_next(calendar, APRIL, &next, NULL), LEADKPI_OK);
    ck_assert_int_eq(next, end);
    ck_assert_int_eq(leadkpi_calendar_previous(calendar, APRIL, &previous, NULL), LEADKPI_OK);
    ck_assert_int_eq(previous, INT64_C(1740783600) * SECOND); /* 2025-03-01, in winter */
    leadkpi_calendar_free(calendar);
}
END_TEST

START_TEST(a_column_is_as_its_values_one_by_one)
{
    leadkpi_calendar *calendar = make_calendar("grain=day", ZONE_NEW_YORK);
    enum { ROWS = 500 };
    int64_t wide[2 * ROWS], starts[ROWS], ends[ROWS], start, end;
    for (int i = 0; i < ROWS; i++) {
        wide[2 * i] = APRIL + (i * 7919 % ROWS - 250) * 5 * HOUR;
        wide[2 * i + 1] = -1;
    }
    ck_assert_int_eq(leadkpi_calendar_periods(calendar, wide + 2 * (ROWS - 1), ROWS, -16, starts, ends, NULL),
                     LEADKPI_OK);
    for (int i = 0; i < ROWS; i++) {
        leadkpi_calendar_period(calendar, wide[2 * (ROWS - 1 - i)], &start, &end, NULL);
        ck_assert_int_eq(starts[i], start);
        ck_assert_int_eq(ends[i], end);
    }
    ck_assert_int_eq(leadkpi_calendar_periods(calendar, NULL, 0, 0, NULL, NULL, NULL), LEADKPI_OK);
    leadkpi_calendar_free(calendar);
}
END_TEST

START_TEST(local_dates_go_to_instants_and_back)
{
    leadkpi_calendar *calendar = make_calendar("", ZONE_BERLIN);
    int64_t first, last, year, microsecond;
    int32_t kind, month, day, offset;
    ck_assert_int_eq(leadkpi_calendar_instant(calendar, 2025, 4, 1, 41400 * SECOND + 5, &first, &last, &kind, NULL), LEADKPI_OK);
    ck_assert_int_eq(first, APRIL + 5);
    ck_assert_int_eq(last, first);
    ck_assert_int_eq(kind, LEADKPI_LOCAL_ONCE);
    ck_assert_int_eq(leadkpi_calendar_local(calendar, APRIL + 5, &year, &month, &day, &microsecond, NULL), LEADKPI_OK);
    ck_assert(year == 2025 && month == 4 && day == 1 && microsecond == 41400 * SECOND + 5);
    leadkpi_calendar_instant(calendar, 2025, 10, 26, 9000 * SECOND + 7, &first, &last, &kind, NULL);
    ck_assert_int_eq(kind, LEADKPI_LOCAL_REPEATED);
    ck_assert_int_eq(first, INT64_C(1761438600) * SECOND + 7); /* date -d "2025-10-26 02:30 CEST" +%s */
    ck_assert_int_eq(last, first + HOUR);
    leadkpi_calendar_instant(calendar, 2025, 3, 30, 9000 * SECOND + 7, &first, &last, &kind, NULL);
    ck_assert_int_eq(kind, LEADKPI_LOCAL_SKIPPED);
    ck_assert_int_eq(first, INT64_C(1743296400) * SECOND); /* 2025-03-30T01:00Z */
    ck_assert_int_eq(last, first);
    ck_assert_int_eq(leadkpi_calendar_offset(calendar, first - 1, &offset, NULL), LEADKPI_OK);
    ck_assert_int_eq(offset, 3600);
    leadkpi_calendar_offset(calendar, first, &offset, NULL);
    ck_assert_int_eq(offset, 7200);
    leadkpi_calendar_free(calendar);
}
END_TEST

START_TEST(local_dates_at_the_ends_of_time_are_exact_or_refused)
{
    leadkpi_calendar *calendar = make_calendar("", -1);
    static const int64_t ends[] = {INT64_MIN, INT64_MIN + 1, -1, 0, INT64_MAX};
    int64_t year, microsecond, first;
    int32_t month, day;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        leadkpi_calendar_local(calendar, ends[i], &year, &month, &day, &microsecond, NULL);
        ck_assert_int_eq(leadkpi_calendar_instant(calendar, year, month, day, microsecond, &first, NULL, NULL, NULL),
                         LEADKPI_OK);
        ck_assert_int_eq(first, ends[i]);
    }
    leadkpi_calendar_local(calendar, INT64_MAX, &year, &month, &day, &microsecond, NULL);
    ck_assert_int_eq(leadkpi_calendar_instant(calendar, year, month, day, microsecond + 1, &first, NULL, NULL, NULL), LEADKPI_OVERFLOW);
    leadkpi_calendar_local(calendar, INT64_MIN, &year, &month, &day, &microsecond, NULL);
    ck_assert_int_eq(leadkpi_calendar_instant(calendar, year, month, day, microsecond - 1, &first, NULL, NULL, NULL), LEADKPI_OVERFLOW);
    ck_assert_int_eq(leadkpi_calendar_instant(calendar, INT64_MAX, 1, 1, 0, &first, NULL, NULL, NULL), LEADKPI_OVERFLOW);
    ck_assert_int_eq(leadkpi_calendar_instant(calendar, INT64_MIN, 1, 1, 0, &first, NULL, NULL, NULL), LEADKPI_OVERFLOW);
    ck_assert_int_eq(leadkpi_calendar_instant(calendar, 2025, 2, 29, 0, &first, NULL, NULL, NULL), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_instant(calendar, 2025, INT32_MIN, 1, 0, &first, NULL, NULL, NULL), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_instant(calendar, 2025, 1, 1, -1, &first, NULL, NULL, NULL), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_instant(calendar, 2025, 1, 1, 24 * HOUR, &first, NULL, NULL, NULL), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(first, 0);
    leadkpi_calendar_free(calendar);
}
END_TEST

START_TEST(opening_hours_come_from_options)
{
    leadkpi_calendar *calendar = make_calendar(
        "hours=\"mon-fri 09:00-12:00,13:00-17:30; sat 10:00-14:00\"; holidays=2025-04-18,2025-04-21; "
        "special_hours=\"2025-04-17 09:00-12:00\"; zone=Europe/Berlin; zone_rule=\"CET-1CEST,M3.5.0,M10.5.0/3\"", -1);
    int64_t open, opens;
    int32_t is_open;
    /* From Wednesday 2025-04-16 17:00 to Tuesday 2025-04-22 09:30 local: 0.5 + 3 + 0 + 4 + 0 + 0 + 0.5 h. */
    ck_assert_int_eq(leadkpi_calendar_open_between(calendar, INT64_C(1744815600) * SECOND,
                                                   INT64_C(1745307000) * SECOND, &open, NULL), LEADKPI_OK);
    ck_assert_int_eq(open, 8 * HOUR);
    ck_assert_int_eq(leadkpi_calendar_open(calendar, INT64_C(1744815600) * SECOND, &is_open, NULL), LEADKPI_OK);
    ck_assert_int_eq(is_open, 1);
    ck_assert_int_eq(leadkpi_calendar_next_open(calendar, INT64_C(1745100000) * SECOND, &opens, NULL), LEADKPI_OK);
    ck_assert_int_eq(opens, INT64_C(1745305200) * SECOND);
    leadkpi_calendar_free(calendar);
    calendar = make_calendar("hours=mon closed", -1);
    ck_assert_int_eq(leadkpi_calendar_next_open(calendar, 5, &opens, NULL), LEADKPI_UNDEFINED);
    ck_assert_int_eq(opens, 5);
    leadkpi_calendar_free(calendar);
}
END_TEST

START_TEST(a_calendar_says_what_it_is)
{
    static const struct {
        const char *options, *sentence;
    } cases[] = {
        {"", "Days, in the zone UTC; open always."},
        {"grain=week", "Weeks from Monday, week 1 the first with four days in the year, in the zone UTC; open always."},
        {"grain=fiscal_quarter; fiscal_start_month=10; hours=mon-fri 09:00-17:00; holidays=2025-12-25",
         "Fiscal quarters of years from October 1, named by the year in which they end, in the zone UTC; open "
         "mon-fri 09:00-17:00, but for 1 dates."},
        {"grain=retail_month", "Retail months, 4-5-4, of years that end on the Saturday nearest to the end of January "
                               "each year; a 53rd week goes to month 12; named by the year in which they start, in "
                               "the zone UTC; open always."}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        leadkpi_calendar *calendar = make_calendar(cases[i].options, -1);
        char text[512];
        size_t needed;
        ck_assert_int_eq(leadkpi_calendar_describe(calendar, text, sizeof text, &needed, NULL), LEADKPI_OK);
        ck_assert_str_eq(text, cases[i].sentence);
        text[0] = '#';
        ck_assert_int_eq(leadkpi_calendar_describe(calendar, text, needed - 1, NULL, NULL), LEADKPI_BUFFER_TOO_SMALL);
        ck_assert_int_eq(text[0], '#');
        ck_assert_int_eq(leadkpi_calendar_describe(calendar, NULL, 0, &needed, NULL), LEADKPI_OK);
        ck_assert_int_eq(leadkpi_calendar_describe(calendar, NULL, 0, NULL, NULL), LEADKPI_NULL_ARGUMENT);
        ck_assert_uint_eq(needed, strlen(cases[i].sentence) + 1);
        leadkpi_calendar_free(calendar);
    }
}
END_TEST

START_TEST(what_cannot_be_is_refused)
{
    ck_assert_int_eq(create_status("zone=Europe/Berlin", -1), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(create_status("zone_rule=nonsense", -1), LEADKPI_BAD_FORMAT);
    leadkpi_options *nonsense = make_options("", -1);
    leadkpi_calendar *calendar;
    ck_assert_int_eq(leadkpi_options_set_text(nonsense, "zone_data", NUL, "nonsense", NUL, NULL), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_calendar_create(NULL, nonsense, &calendar, NULL), LEADKPI_BAD_FORMAT);
    leadkpi_options_free(nonsense);
    ck_assert_int_eq(create_status("zone_rule=UTC0", ZONE_BERLIN), LEADKPI_CONTRADICTION);
    ck_assert_int_eq(create_status("hours=always", -1), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(create_status("holidays=tomorrow", -1), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(create_status("special_hours=2025-12-24", -1), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_create(NULL, NULL, NULL, NULL), LEADKPI_NULL_ARGUMENT);
}
END_TEST

START_TEST(null_is_answered_everywhere)
{
    int64_t value = 1;
    int32_t small = 1;
    char text[8];
    leadkpi_calendar *none = NULL;
    leadkpi_calendar_free(NULL);
    ck_assert_int_eq(leadkpi_calendar_describe(none, text, 8, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_period(none, 0, &value, &value, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_periods(none, &value, 1, 0, NULL, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_next(none, 0, &value, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_previous(none, 0, &value, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_label(none, 0, text, 8, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_offset(none, 0, &small, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_local(none, 0, &value, NULL, NULL, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_instant(none, 2025, 1, 1, 0, &value, NULL, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_open(none, 0, &small, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_open_between(none, 0, 1, &value, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_next_open(none, 0, &value, NULL), LEADKPI_NULL_ARGUMENT);
    leadkpi_calendar *calendar = make_calendar("", -1);
    ck_assert_int_eq(leadkpi_calendar_period(calendar, 0, NULL, NULL, NULL), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_calendar_periods(calendar, NULL, 1, 0, NULL, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_next(calendar, 0, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_previous(calendar, 0, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_label(calendar, 0, NULL, 8, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_offset(calendar, 0, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_local(calendar, 0, NULL, NULL, NULL, NULL, NULL), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_calendar_instant(calendar, 2025, 1, 1, 0, NULL, NULL, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_open(calendar, 0, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_open_between(calendar, 0, 1, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_next_open(calendar, 0, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_calendar_next(calendar, INT64_MAX, &value, NULL), LEADKPI_OVERFLOW);
    ck_assert_int_eq(leadkpi_calendar_previous(calendar, INT64_MIN, &value, NULL), LEADKPI_OVERFLOW);
    ck_assert_int_eq(leadkpi_calendar_open_between(calendar, INT64_MIN, INT64_MAX, &value, NULL), LEADKPI_OVERFLOW);
    leadkpi_calendar_free(calendar);
}
END_TEST

/* ---- memory ----------------------------------------------------------------- */

typedef struct creation {
    leadkpi_options *options;
    leadkpi_calendar *calendar;
} creation;

static leadkpi_status create(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    creation *c = context;
    return leadkpi_calendar_create(host, c->options, &c->calendar, error);
}

static void free_calendar(void *context)
{
    creation *c = context;
    leadkpi_calendar_free(c->calendar);
    c->calendar = NULL;
}

START_TEST(creation_survives_every_failing_allocation)
{
    creation c = {make_options("hours=mon-fri 09:00-17:00; holidays=2025-12-25,2025-12-26; "
                               "special_hours=2025-12-24 09:00-12:00", ZONE_BERLIN), NULL};
    lk_fault_case fault_case = {"calendar_create", NULL, create, NULL, free_calendar, &c};
    lk_fault_every_allocation(&fault_case);
    lk_fault_every_limit(&fault_case);
    leadkpi_options_free(c.options);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("calendar");
    TCase *tcase = tcase_create("calendar");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, every_grain_has_its_label);
    tcase_add_test(tcase, a_month_in_berlin_starts_at_its_local_midnight);
    tcase_add_test(tcase, a_column_is_as_its_values_one_by_one);
    tcase_add_test(tcase, local_dates_go_to_instants_and_back);
    tcase_add_test(tcase, local_dates_at_the_ends_of_time_are_exact_or_refused);
    tcase_add_test(tcase, opening_hours_come_from_options);
    tcase_add_test(tcase, a_calendar_says_what_it_is);
    tcase_add_test(tcase, what_cannot_be_is_refused);
    tcase_add_test(tcase, null_is_answered_everywhere);
    tcase_add_test(tcase, creation_survives_every_failing_allocation);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
