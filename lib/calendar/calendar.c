/* calendar.c: making a calendar, and its sentence. */
#include "base/format.h"
#include "calendar/handle.h"

lk_calendar_rules lk_calendar_rules_default(void)
{
    return (lk_calendar_rules){.grain = LK_GRAIN_RULES_DEFAULT};
}

/* ---- zones by name ------------------------------------------------------ */

static bool two_digits(const char *p, int32_t *out)
{
    if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9') return false;
    *out = (p[0] - '0') * 10 + (p[1] - '0');
    return true;
}

/* "+05:30", "-08:00". */
static bool fixed_offset(lk_text name, int64_t *offset)
{
    int32_t hours, minutes;
    if (name.length != 6 || (name.data[0] != '+' && name.data[0] != '-') || name.data[3] != ':' ||
        !two_digits(name.data + 1, &hours) || !two_digits(name.data + 4, &minutes) || hours > 25 ||
        minutes > 59)
        return false;
    *offset = hours * 3600 + minutes * 60;
    if (name.data[0] == '-') *offset = -*offset;
    return true;
}

static bool is_utc(lk_text name)
{
    static const char *const names[] = {"", "UTC", "Etc/UTC", "Z", "GMT", "Etc/GMT"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (lk_text_equal(name, (lk_text){names[i], strlen(names[i])})) return true;
    return false;
}

static leadkpi_status read_zone(lk_memory *memory, const lk_calendar_rules *rules, lk_zone *zone,
                                leadkpi_error *error)
{
    int64_t offset = 0;
    LK_FAIL_IF(rules->zone_data.length && rules->zone_rule.length, error, LEADKPI_CONTRADICTION,
               "zone: expected zone_data or zone_rule, found both");
    if (rules->zone_data.length) return lk_zone_read_tzif(memory, rules->zone_data, zone, error);
    if (rules->zone_rule.length) return lk_zone_read_rule(rules->zone_rule, zone, error);
    LK_FAIL_IF(!is_utc(rules->zone) && !fixed_offset(rules->zone, &offset), error,
               LEADKPI_BAD_ARGUMENT,
               "zone: expected UTC, an offset such as +05:30, or the rules of \"%.*s\" in zone_data "
               "(its TZif bytes) or zone_rule, found neither",
               LK_TEXT_ARGS(rules->zone));
    *zone = lk_zone_fixed(offset);
    return LEADKPI_OK;
}

/* ---- making and freeing -------------------------------------------------- */

static leadkpi_status keep_texts(lk_calendar *calendar, const lk_calendar_rules *rules,
                                 leadkpi_error *error)
{
    lk_text zone = rules->zone.length ? rules->zone : LK_LITERAL("UTC"), hours = rules->hours;
    if (rules->zone_rule.length && is_utc(zone)) zone = rules->zone_rule;
    size_t size;
    LK_FAIL_IF(!lk_size_add(zone.length, hours.length, &size), error, LEADKPI_LIMIT,
               "zone and hours: too long");
    LK_TRY(lk_allocate(&calendar->memory, size, 1, &calendar->texts, error));
    calendar->zone_name_length = zone.length;
    calendar->hours_length = hours.length;
    memcpy(calendar->texts, zone.data, zone.length);
    if (hours.length) memcpy(calendar->texts + zone.length, hours.data, hours.length);
    return LEADKPI_OK;
}

static leadkpi_status fill(lk_calendar *calendar, const lk_calendar_rules *rules,
                           leadkpi_error *error)
{
    calendar->grain = rules->grain;
    LK_TRY(read_zone(&calendar->memory, rules, &calendar->zone, error));
    LK_TRY(lk_hours_read(&calendar->memory, rules->hours, rules->special_hours, rules->holidays,
                         rules->holiday_count, &calendar->hours, error));
    return keep_texts(calendar, rules, error);
}

leadkpi_status lk_calendar_create(const lk_memory *memory, const lk_calendar_rules *rules,
                                  lk_calendar **out, leadkpi_error *error)
{
    lk_memory own = lk_memory_like(memory);
    lk_calendar *calendar;
    *out = NULL;
    LK_TRY(lk_allocate(&own, 1, sizeof *calendar, &calendar, error));
    *calendar = (lk_calendar){.memory = own};
    leadkpi_status status = fill(calendar, rules, error);
    if (status != LEADKPI_OK) {
        lk_calendar_free(calendar);
        return status;
    }
    *out = calendar;
    return LEADKPI_OK;
}

void lk_calendar_free(lk_calendar *calendar)
{
    if (!calendar) return;
    lk_memory memory = calendar->memory;
    lk_zone_clear(&memory, &calendar->zone);
    lk_hours_clear(&memory, &calendar->hours);
    lk_release(&memory, calendar->texts, calendar->zone_name_length + calendar->hours_length, 1);
    lk_release(&memory, calendar, 1, sizeof *calendar);
}

/* ---- the sentence --------------------------------------------------------- */

static const char *const weekdays[7] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                        "Friday", "Saturday", "Sunday"};
static const char *const months[12] = {"January",   "February", "March",    "April",
                                       "May",       "June",     "July",     "August",
                                       "September", "October",  "November", "December"};

static size_t print_weeks(const lk_grain_rules *g, char *out, size_t capacity)
{
    return lk_format(out, capacity, "Weeks from %s, week 1 %s", weekdays[g->week_start],
                     g->week_one == LK_WEEK_ONE_JANUARY_1 ? "holding January 1"
                                                          : "the first with four days in the year");
}

static size_t print_fiscal(const lk_grain_rules *g, char *out, size_t capacity)
{
    return lk_format(out, capacity, "Fiscal %s from %s 1, named by the year in which they %s",
                     g->grain == LK_GRAIN_FISCAL_YEAR ? "years" : "quarters of years",
                     months[g->fiscal_start_month - 1],
                     g->fiscal_year_name == LK_YEAR_NAME_END ? "end" : "start");
}

static size_t print_retail(const lk_grain_rules *g, char *out, size_t capacity)
{
    static const char *const nouns[] = {"weeks", "months", "quarters", "years"};
    static const char *const patterns[] = {"4-4-5", "4-5-4", "5-4-4"};
    bool last = g->retail_year_end == LK_RETAIL_LAST;
    return lk_format(out, capacity,
                     "Retail %s, %s, of years that end on the %s%s %s %s %s; a 53rd week goes to "
                     "month %d; named by the year in which they %s",
                     nouns[g->grain - LK_GRAIN_RETAIL_WEEK], patterns[g->retail_pattern],
                     last ? "last " : "", weekdays[g->retail_end_weekday],
                     last ? "of" : "nearest to the end of", months[g->retail_end_month - 1],
                     "each year", (int)g->retail_long_month,
                     g->retail_year_name == LK_YEAR_NAME_END || g->retail_end_month == 12 ? "end"
                                                                                          : "start");
}

static size_t print_grain(const lk_grain_rules *g, char *out, size_t capacity)
{
    static const char *const plain[] = {
        [LK_GRAIN_ALL] = "All of time as one period", [LK_GRAIN_HOUR] = "Hours of the local clock",
        [LK_GRAIN_DAY] = "Days",                      [LK_GRAIN_MONTH] = "Months",
        [LK_GRAIN_QUARTER] = "Quarters",              [LK_GRAIN_YEAR] = "Years"};
    if (g->grain >= LK_GRAIN_RETAIL_WEEK) return print_retail(g, out, capacity);
    if (g->grain >= LK_GRAIN_FISCAL_QUARTER) return print_fiscal(g, out, capacity);
    if (g->grain == LK_GRAIN_WEEK) return print_weeks(g, out, capacity);
    return lk_format(out, capacity, "%s", plain[g->grain]);
}

size_t lk_calendar_print(const lk_calendar *calendar, char *out, size_t capacity)
{
    char grain[256], dates[64] = "";
    print_grain(&calendar->grain, grain, sizeof grain);
    const char *hours = calendar->texts + calendar->zone_name_length;
    bool always = calendar->hours_length == 0;
    if (calendar->hours.exception_count)
        lk_format(dates, sizeof dates, ", but for %zu dates", calendar->hours.exception_count);
    return lk_format(out, capacity, "%s, in the zone %.*s; open %.*s%s.", grain,
                     (int)calendar->zone_name_length, calendar->texts,
                     always ? 6 : (int)calendar->hours_length, always ? "always" : hours, dates);
}
