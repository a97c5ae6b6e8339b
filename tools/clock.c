#include "clock.h"

#include <errno.h>
#include <stdlib.h>

#include <leadkpi/options.h>

#define DAY (INT64_C(86400) * 1000000)

/* A zone file is at most some kilobytes. */
#define RULES_BYTES ((size_t)1 << 20)

static int read_rules(clock_zone *clock, trouble *why)
{
    char path[512];
    const char *folder = getenv("TZDIR");
    if (clock->name[0] == '\0' || clock->name[0] == '/' || strstr(clock->name, "..") || strlen(clock->name) > 100)
        return trouble_set(why, TOOL_USAGE,
                           "zone: expected UTC, an offset such as +05:30, or a name such as Europe/Berlin, found "
                           "\"%.80s\"",
                           clock->name);
    snprintf(path, sizeof path, "%.300s/%s", folder && *folder ? folder : "/usr/share/zoneinfo",
             clock->name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return trouble_set(why, TOOL_USAGE,
                           "zone: expected UTC, an offset such as +05:30, or a zone of this system "
                           "such as Europe/Berlin, found \"%s\" (%s: %s)",
                           clock->name, path, strerror(errno));
    clock->rules = tool_allocate(RULES_BYTES, 1);
    clock->rules_length = fread(clock->rules, 1, RULES_BYTES, file);
    bool failed = ferror(file) != 0 || clock->rules_length == 0;
    fclose(file);
    if (!failed) return TOOL_GOOD;
    return trouble_set(why, TOOL_USAGE, "zone: expected a zone of this system such as Europe/Berlin, found \"%s\" (%s: cannot be read)",
                       clock->name, path);
}

static int make_calendar(clock_zone *clock, trouble *why)
{
    leadkpi_error error;
    leadkpi_options *options = NULL;
    leadkpi_status status =
        leadkpi_options_create(NULL, "calendar", LEADKPI_NUL_TERMINATED, &options, &error);
    if (status == LEADKPI_OK)
        status = leadkpi_options_set_text(options, "zone", LEADKPI_NUL_TERMINATED, clock->name,
                                          LEADKPI_NUL_TERMINATED, &error);
    if (status == LEADKPI_OK && clock->rules)
        status = leadkpi_options_set_text(options, "zone_data", LEADKPI_NUL_TERMINATED,
                                          clock->rules, clock->rules_length, &error);
    if (status == LEADKPI_OK)
        status = leadkpi_calendar_create(NULL, options, &clock->calendar, &error);
    leadkpi_options_free(options);
    if (status == LEADKPI_OK) return TOOL_GOOD;
    return trouble_set(why, TOOL_USAGE, "zone %s: %s", clock->name, error.message);
}

int clock_open(clock_zone *clock, const char *zone, trouble *why)
{
    *clock = (clock_zone){.name = tool_copy(slice_of(zone))};
    if (strcmp(zone, "UTC") == 0 || strcmp(zone, "Z") == 0) return TOOL_GOOD;
    int code = TOOL_GOOD;
    if (zone[0] != '+' && zone[0] != '-') code = read_rules(clock, why);
    if (code == TOOL_GOOD) code = make_calendar(clock, why);
    if (code != TOOL_GOOD) clock_close(clock);
    return code;
}

void clock_close(clock_zone *clock)
{
    leadkpi_calendar_free(clock->calendar);
    free(clock->rules);
    free(clock->name);
    clock->calendar = NULL;
    clock->rules = clock->name = NULL;
}

static int64_t ask(clock_zone *clock, int64_t day, int64_t microsecond_of_day)
{
    int32_t year, month, of_month;
    int64_t first = 0;
    date_of_day_number(day, &year, &month, &of_month);
    leadkpi_status status = leadkpi_calendar_instant(clock->calendar, year, month, of_month,
                                                     microsecond_of_day, &first, NULL, NULL, NULL);
    return status == LEADKPI_OK ? first : day * DAY + microsecond_of_day;
}

/* A day without a change of the clocks starts at an instant and runs 24 hours;
 * the table of such days answers nearly every row with one look. */
int64_t clock_instant(clock_zone *clock, const date_value *value)
{
    int64_t day = date_day_number(value->year, value->month, value->day);
    int64_t shown = day * DAY + value->microsecond_of_day;
    if (value->has_offset) return shown - (int64_t)value->offset_seconds * 1000000;
    if (!clock->calendar) return shown;
    size_t place = (size_t)((uint64_t)day % CLOCK_DAYS);
    if (!clock->days[place].known || clock->days[place].day != day) {
        int64_t start = ask(clock, day, 0), next = ask(clock, day + 1, 0);
        clock->days[place].day = day;
        clock->days[place].start = start;
        clock->days[place].even = next - start == DAY;
        clock->days[place].known = true;
    }
    if (clock->days[place].even) return clock->days[place].start + value->microsecond_of_day;
    return ask(clock, day, value->microsecond_of_day);
}

bool clock_read(clock_zone *clock, const char *text, bool end_of_day, int64_t *instant)
{
    date_value value;
    if (date_read(slice_of(text), DATE_ORDER_UNTOLD, &value) != DATE_GOOD) return false;
    *instant = clock_instant(clock, &value);
    if (!end_of_day || strlen(text) > 10 || value.microsecond_of_day || value.has_offset) return true;
    int64_t next = date_day_number(value.year, value.month, value.day) + 1;
    date_of_day_number(next, &value.year, &value.month, &value.day);
    *instant = clock_instant(clock, &value) - 1;
    return true;
}

void clock_show(clock_zone *clock, int64_t instant, char out[40])
{
    int64_t year = 0, of_day = 0;
    int32_t month = 0, day = 0, y = 0;
    if (!clock->calendar || leadkpi_calendar_local(clock->calendar, instant, &year, &month, &day,
                                                   &of_day, NULL) != LEADKPI_OK) {
        int64_t number = instant / DAY - (instant % DAY < 0);
        date_of_day_number(number, &y, &month, &day);
        year = y;
        of_day = instant - number * DAY;
    }
    int64_t minutes = of_day / 60000000, seconds = of_day / 1000000 % 60;
    int length = snprintf(out, 40, "%04lld-%02d-%02d %02d:%02d", (long long)year, (int)month,
                          (int)day, (int)(minutes / 60), (int)(minutes % 60));
    if (seconds && length > 0 && length < 36)
        snprintf(out + length, 40 - (size_t)length, ":%02d", (int)seconds);
}
