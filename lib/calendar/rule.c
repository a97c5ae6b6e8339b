#include "calendar/rule.h"

#include "base/civil.h"

/* ---- reading ----------------------------------------------------------- */

/* A place in the text. Every reader moves on past what it took, or fails. */
typedef struct reader {
    lk_text text;
    size_t at;
    leadkpi_error *error;
} reader;

static char peek(const reader *r)
{
    return r->at < r->text.length ? r->text.data[r->at] : '\0';
}

static leadkpi_status expected(const reader *r, const char *what)
{
    return lk_fail(r->error, LEADKPI_BAD_FORMAT,
                   "zone rule \"%.*s\": expected %s at byte %zu of %zu", LK_TEXT_ARGS(r->text), what,
                   r->at, r->text.length);
}

static bool take(reader *r, char c)
{
    if (r->at >= r->text.length || peek(r) != c) return false;
    r->at++;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Three digits at most, since no number of a rule is larger than 365. */
static leadkpi_status read_number(reader *r, int32_t low, int32_t high, const char *what,
                                  int32_t *out)
{
    size_t start = r->at;
    int32_t value = 0;
    while (is_digit(peek(r)) && r->at - start < 3) value = value * 10 + (r->text.data[r->at++] - '0');
    if (r->at == start || is_digit(peek(r)) || value < low || value > high) {
        r->at = start;
        return expected(r, what);
    }
    *out = value;
    return LEADKPI_OK;
}

/* Letters, three or more, or anything of [A-Za-z0-9+-] in angle brackets. The
 * name itself is of no use here. */
static leadkpi_status skip_name(reader *r)
{
    size_t start = r->at;
    if (take(r, '<')) {
        while (is_letter(peek(r)) || is_digit(peek(r)) || peek(r) == '+' || peek(r) == '-') r->at++;
        if (r->at - start < 4 || !take(r, '>')) return expected(r, "a name such as <+03>");
        return LEADKPI_OK;
    }
    while (is_letter(peek(r))) r->at++;
    if (r->at - start < 3) return expected(r, "a name of three letters or more");
    return LEADKPI_OK;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static leadkpi_status read_time(reader *r, int32_t most_hours, const char *what, int32_t *out)
{
    int32_t hours, minutes = 0, seconds = 0;
    bool negative = take(r, '-');
    if (!negative) take(r, '+');
    LK_TRY(read_number(r, 0, most_hours, what, &hours));
    if (take(r, ':')) {
        LK_TRY(read_number(r, 0, 59, "minutes from 0 to 59", &minutes));
        if (take(r, ':')) LK_TRY(read_number(r, 0, 59, "seconds from 0 to 59", &seconds));
    }
    *out = hours * 3600 + minutes * 60 + seconds;
    if (negative) *out = -*out;
    return LEADKPI_OK;
}

/* POSIX counts offsets west of Greenwich; here east is positive. */
static leadkpi_status read_offset(reader *r, int32_t *east)
{
    LK_TRY(read_time(r, 24, "an offset in hours from 0 to 24", east));
    *east = -*east;
    return LEADKPI_OK;
}

static leadkpi_status read_month_date(reader *r, lk_rule_date *date)
{
    date->kind = LK_RULE_MONTH;
    LK_TRY(read_number(r, 1, 12, "a month from 1 to 12", &date->month));
    if (!take(r, '.')) return expected(r, "\".\"");
    LK_TRY(read_number(r, 1, 5, "a week from 1 to 5", &date->week));
    if (!take(r, '.')) return expected(r, "\".\"");
    return read_number(r, 0, 6, "a weekday from 0 to 6", &date->day);
}

static leadkpi_status read_date(reader *r, lk_rule_date *date)
{
    if (!take(r, ',')) return expected(r, "\",\" and a date");
    if (take(r, 'M')) {
        LK_TRY(read_month_date(r, date));
    } else if (take(r, 'J')) {
        date->kind = LK_RULE_JULIAN;
        LK_TRY(read_number(r, 1, 365, "a day from 1 to 365", &date->day));
    } else {
        date->kind = LK_RULE_DAY;
        LK_TRY(read_number(r, 0, 365, "Mm.w.d, Jn, or a day from 0 to 365", &date->day));
    }
    date->seconds = 2 * 3600; /* POSIX: two o'clock where nothing is said */
    if (!take(r, '/')) return LEADKPI_OK;
    return read_time(r, 167, "hours from -167 to 167", &date->seconds);
}

leadkpi_status lk_rule_parse(lk_text text, lk_zone_rule *rule, leadkpi_error *error)
{
    reader r = {text, 0, error};
    lk_zone_rule read = {0};
    LK_TRY(skip_name(&r));
    LK_TRY(read_offset(&r, &read.standard_offset));
    if (r.at < text.length) {
        read.has_daylight = 1;
        LK_TRY(skip_name(&r));
        read.daylight_offset = read.standard_offset + 3600;
        if (r.at < text.length && peek(&r) != ',') LK_TRY(read_offset(&r, &read.daylight_offset));
        LK_TRY(read_date(&r, &read.starts));
        LK_TRY(read_date(&r, &read.ends));
        if (r.at < text.length) return expected(&r, "the end");
    }
    *rule = read;
    return LEADKPI_OK;
}

/* ---- evaluating -------------------------------------------------------- */

static int64_t day_of(int32_t year, int32_t month, int32_t day)
{
    return lk_days_from_civil((lk_civil){year, month, day});
}

/* 0 is Sunday; day 0 was a Thursday. */
static int32_t weekday_from_sunday(int64_t day)
{
    return (int32_t)(((day + 4) % 7 + 7) % 7);
}

static int64_t month_rule_day(const lk_rule_date *date, int32_t year)
{
    int64_t first = day_of(year, date->month, 1);
    int32_t ahead = (date->day - weekday_from_sunday(first) + 7) % 7;
    int32_t in_month = ahead + 7 * (date->week - 1);
    if (in_month >= lk_civil_days_in_month(year, date->month)) in_month -= 7; /* week 5 of 4 */
    return first + in_month;
}

/* When this date comes in a year, in seconds on the clock that the rule means. */
static int64_t local_time_in(const lk_rule_date *date, int32_t year)
{
    int64_t day;
    if (date->kind == LK_RULE_MONTH) {
        day = month_rule_day(date, year);
    } else if (date->kind == LK_RULE_JULIAN) {
        bool after_leap_day = date->day >= 60 && lk_civil_is_leap_year(year);
        day = day_of(year, 1, 1) + date->day - 1 + after_leap_day;
    } else {
        day = day_of(year, 1, 1) + date->day;
    }
    return day * 86400 + date->seconds;
}

typedef struct change {
    int64_t time;
    int64_t offset; /* from then on */
} change;

/* A change may be a week (167 h) away from the year that it belongs to, so two
 * years on each side are needed to have the neighbours of any instant. */
enum { YEARS_AROUND = 2, CHANGES = 2 * (2 * YEARS_AROUND + 1) };

/* The changes around a year, by time. Of two at one instant the start of
 * daylight saving comes last and wins: that is how RFC 9636 section 3.3.1
 * writes daylight saving all year. Few and nearly sorted: insertion. */
static void list_changes(const lk_zone_rule *rule, int32_t year, change changes[CHANGES])
{
    int count = 0;
    for (int32_t y = year - YEARS_AROUND; y <= year + YEARS_AROUND; y++) {
        change both[2] = {
            {local_time_in(&rule->ends, y) - rule->daylight_offset, rule->standard_offset},
            {local_time_in(&rule->starts, y) - rule->standard_offset, rule->daylight_offset}};
        for (int i = 0; i < 2; i++) {
            int place = count++;
            for (; place > 0; place--) {
                const change *before = &changes[place - 1];
                if (before->time < both[i].time) break;
                if (before->time == both[i].time && both[i].offset == rule->daylight_offset) break;
                changes[place] = *before;
            }
            changes[place] = both[i];
        }
    }
}

static int32_t year_of(int64_t local)
{
    int64_t day = local / 86400 - (local % 86400 < 0);
    return lk_civil_from_days(day).year;
}

int64_t lk_rule_offset(const lk_zone_rule *rule, int64_t instant, int64_t *from, int64_t *until)
{
    *from = INT64_MIN;
    *until = INT64_MAX;
    if (!rule->has_daylight || rule->daylight_offset == rule->standard_offset)
        return rule->standard_offset;
    change changes[CHANGES];
    list_changes(rule, year_of(instant + rule->standard_offset), changes);
    int last = 0; /* changes[0] is always before the instant: YEARS_AROUND */
    while (last + 1 < CHANGES && changes[last + 1].time <= instant) last++;
    int64_t offset = changes[last].offset;
    /* Daylight saving all year makes changes that change nothing: look through them. */
    int first = last;
    while (first > 0 && (changes[first - 1].offset == offset ||
                         changes[first - 1].time == changes[first].time))
        first--;
    int next = last + 1;
    while (next < CHANGES - 1 && (changes[next].offset == offset ||
                                  changes[next + 1].time == changes[next].time))
        next++;
    if (next < CHANGES) *until = changes[next].time;
    *from = changes[first].time;
    return offset;
}
