/* calendar.c: periods in a time zone, and opening hours.
 *
 * The library opens no file. A zone's rules are handed in: here as a POSIX rule; a
 * program that reads /usr/share/zoneinfo hands in a file's bytes (option zone_data). */
#include <inttypes.h>
#include <leadkpi.h>
#include <stdio.h>

#define HOUR INT64_C(3600000000) /* in microseconds */

static leadkpi_calendar *make(const char *text)
{
    leadkpi_options *options = NULL;
    leadkpi_calendar *calendar = NULL;
    leadkpi_error error;
    leadkpi_status status =
        leadkpi_options_create(NULL, "calendar", LEADKPI_NUL_TERMINATED, &options, &error);
    if (status == LEADKPI_OK)
        status = leadkpi_options_parse(options, text, LEADKPI_NUL_TERMINATED, &error);
    if (status == LEADKPI_OK) status = leadkpi_calendar_create(NULL, options, &calendar, &error);
    if (status != LEADKPI_OK) printf("%s: %s\n", text, error.message);
    leadkpi_options_free(options); /* the calendar has copied what it needs */
    return calendar;
}

#define BERLIN "zone=Europe/Berlin; zone_rule=\"CET-1CEST,M3.5.0,M10.5.0/3\"; "

static void show_period(const char *text, int64_t time)
{
    char label[40];
    int64_t start, end;
    leadkpi_calendar *calendar = make(text);
    if (!calendar) return;
    leadkpi_calendar_label(calendar, time, label, sizeof label, NULL, NULL);
    leadkpi_calendar_period(calendar, time, &start, &end, NULL);
    printf("%-12s %" PRId64 " hours\n", label, (end - start) / HOUR);
    leadkpi_calendar_free(calendar);
}

static void show_opening_hours(void)
{
    int64_t friday, monday, open;
    leadkpi_calendar *calendar =
        make(BERLIN "hours=\"mon-thu 09:00-18:00; fri 09:00-16:00\"; holidays=2025-04-21");
    if (!calendar) return;
    /* A lead of Friday, 28 March, 15:30 that was answered on Monday at 09:12. */
    leadkpi_calendar_instant(calendar, 2025, 3, 28, 15 * HOUR + HOUR / 2, &friday, NULL, NULL,
                             NULL);
    leadkpi_calendar_instant(calendar, 2025, 3, 31, 9 * HOUR + HOUR / 5, &monday, NULL, NULL, NULL);
    leadkpi_calendar_open_between(calendar, friday, monday, &open, NULL);
    printf("answered after %" PRId64 " minutes, %" PRId64 " of them open\n",
           (monday - friday) / (HOUR / 60), open / (HOUR / 60));
    leadkpi_calendar_free(calendar);
}

int main(void)
{
    const int64_t time = INT64_C(1743321600000000); /* 2025-03-30T08:00:00Z: clocks change */
    show_period("grain=day", time);
    show_period(BERLIN "grain=day", time);
    show_period(BERLIN "grain=week", time);
    show_period(BERLIN "grain=month", time);
    show_period("grain=fiscal_quarter; fiscal_start_month=7", time);
    show_period("grain=retail_month; retail_pattern=4-4-5", time);
    show_period("grain=day; zone=Europe/Berlin", time); /* a name alone is not enough */
    show_opening_hours();
    return 0;
}
