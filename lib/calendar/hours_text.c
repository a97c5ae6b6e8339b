/* hours_text.c: reads "mon-fri 09:00-12:00,13:00-17:30; sat 10:00-14:00" and dates. */
#include "base/civil.h"
#include "calendar/hours.h"

typedef struct reader {
    const char *what; /* the option, for messages */
    lk_text text;
    size_t at;
    leadkpi_error *error;
} reader;

static char peek(const reader *r)
{
    return r->at < r->text.length ? r->text.data[r->at] : '\0';
}

static void skip_blanks(reader *r)
{
    while (peek(r) == ' ' || peek(r) == '\t' || peek(r) == '\n' || peek(r) == '\r') r->at++;
}

/* Blanks around marks do not count. */
static bool take(reader *r, char mark)
{
    size_t start = r->at;
    skip_blanks(r);
    if (r->at < r->text.length && peek(r) == mark) {
        r->at++;
        skip_blanks(r);
        return true;
    }
    r->at = start;
    return false;
}

static leadkpi_status expected(const reader *r, const char *wanted)
{
    lk_text rest = {r->text.data + r->at, r->text.length - r->at};
    if (rest.length > 40) rest.length = 40;
    return lk_fail(r->error, LEADKPI_BAD_ARGUMENT, "%s: expected %s at byte %zu, found \"%.*s\"",
                   r->what, wanted, r->at, LK_TEXT_ARGS(rest));
}

static bool at_end(reader *r)
{
    skip_blanks(r);
    return r->at >= r->text.length;
}

/* ---- numbers, dates, words --------------------------------------------- */

/* Exactly `width` digits. */
static bool read_digits(reader *r, size_t width, int32_t *out)
{
    int32_t value = 0;
    if (r->text.length - r->at < width) return false;
    for (size_t i = 0; i < width; i++) {
        char c = r->text.data[r->at + i];
        if (c < '0' || c > '9') return false;
        value = value * 10 + (c - '0');
    }
    r->at += width;
    *out = value;
    return true;
}

static bool take_here(reader *r, char mark)
{
    if (r->at >= r->text.length || peek(r) != mark) return false;
    r->at++;
    return true;
}

static leadkpi_status read_date(reader *r, int64_t *day)
{
    size_t start = r->at;
    lk_civil date;
    if (!read_digits(r, 4, &date.year) || !take_here(r, '-') || !read_digits(r, 2, &date.month) ||
        !take_here(r, '-') || !read_digits(r, 2, &date.day) || date.year < 1 ||
        !lk_civil_exists(date)) {
        r->at = start;
        return expected(r, "a date such as 2025-12-24");
    }
    *day = lk_days_from_civil(date);
    return LEADKPI_OK;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static lk_text read_word(reader *r)
{
    size_t start = r->at;
    while (lower(peek(r)) >= 'a' && lower(peek(r)) <= 'z') r->at++;
    return (lk_text){r->text.data + start, r->at - start};
}

/* In whole, or the first three letters; capitals do not matter. */
static bool is_word(lk_text word, const char *name)
{
    size_t length = strlen(name);
    if (word.length != length && word.length != 3) return false;
    for (size_t i = 0; i < word.length; i++)
        if (lower(word.data[i]) != name[i]) return false;
    return true;
}

static leadkpi_status read_weekday(reader *r, int32_t *weekday)
{
    static const char *const names[7] = {"monday", "tuesday",  "wednesday", "thursday",
                                         "friday", "saturday", "sunday"};
    size_t start = r->at;
    lk_text word = read_word(r);
    for (int32_t i = 0; i < 7; i++) {
        if (!is_word(word, names[i])) continue;
        *weekday = i;
        return LEADKPI_OK;
    }
    r->at = start;
    return expected(r, "a weekday such as mon");
}

/* ---- hours of a day ---------------------------------------------------- */

static leadkpi_status read_clock(reader *r, int32_t *seconds)
{
    size_t start = r->at;
    int32_t hour, minute;
    if (!(read_digits(r, 2, &hour) || read_digits(r, 1, &hour)) || !take_here(r, ':') || !read_digits(r, 2, &minute) ||
        minute > 59 || hour * 60 + minute > 24 * 60) {
        r->at = start;
        return expected(r, "a time such as 09:00, up to 24:00");
    }
    *seconds = hour * 3600 + minute * 60;
    return LEADKPI_OK;
}

static leadkpi_status read_interval(reader *r, lk_hours_day *day)
{
    lk_hours_interval read;
    size_t start = r->at;
    LK_TRY(read_clock(r, &read.begin));
    if (!take(r, '-')) return expected(r, "\"-\"");
    LK_TRY(read_clock(r, &read.end));
    int32_t free_from = day->count ? day->intervals[day->count - 1].end : 0;
    const char *fault = NULL;
    if (read.end <= read.begin) fault = "an end after the start (split hours at midnight)";
    else if (read.begin < free_from) fault = "a start after the end before it";
    else if (day->count == LK_HOURS_PER_DAY) fault = "at most 16 intervals a day";
    if (fault) {
        r->at = start;
        return expected(r, fault);
    }
    day->intervals[day->count++] = read;
    day->open_seconds += read.end - read.begin;
    return LEADKPI_OK;
}

/* "closed", or intervals with commas between them. */
static leadkpi_status read_day(reader *r, lk_hours_day *day)
{
    *day = (lk_hours_day){0};
    skip_blanks(r);
    size_t start = r->at;
    lk_text word = read_word(r);
    if (word.length == 6 && is_word(word, "closed")) return LEADKPI_OK;
    r->at = start;
    do LK_TRY(read_interval(r, day));
    while (take(r, ','));
    return LEADKPI_OK;
}

/* ---- the week ---------------------------------------------------------- */

/* "mon-fri", "sat", "mon,wed", "fri-sun": bits from Monday; ranges run on over Sunday. */
static leadkpi_status read_weekdays(reader *r, uint32_t *days)
{
    *days = 0;
    do {
        int32_t first, last;
        LK_TRY(read_weekday(r, &first));
        last = first;
        if (take(r, '-')) LK_TRY(read_weekday(r, &last));
        for (int32_t day = first;; day = (day + 1) % 7) {
            *days |= 1u << day;
            if (day == last) break;
        }
    } while (take(r, ','));
    return LEADKPI_OK;
}

static leadkpi_status read_week(reader *r, lk_hours *hours)
{
    uint32_t given = 0;
    while (!at_end(r)) {
        uint32_t days;
        lk_hours_day day;
        size_t start = r->at;
        LK_TRY(read_weekdays(r, &days));
        if (days & given) {
            r->at = start;
            return expected(r, "each weekday once");
        }
        given |= days;
        LK_TRY(read_day(r, &day));
        for (int i = 0; i < 7; i++)
            if (days >> i & 1) hours->week[i] = day;
        if (!take(r, ';') && !at_end(r)) return expected(r, "\";\"");
    }
    return LEADKPI_OK;
}

static void always_open(lk_hours *hours)
{
    for (int i = 0; i < 7; i++)
        hours->week[i] = (lk_hours_day){1, 86400, {{0, 86400}}};
}

/* ---- dates that differ -------------------------------------------------- */

static bool add_exception(lk_hours *hours, int64_t day, int32_t special)
{
    size_t place = lk_hours_find_exception(hours, day);
    lk_hours_exception *at = hours->exceptions + place;
    if (place < hours->exception_count && at->day == day) return false;
    memmove(at + 1, at, (hours->exception_count - place) * sizeof *at);
    *at = (lk_hours_exception){day, 0, special, 0};
    hours->exception_count++;
    return true;
}

static leadkpi_status read_specials(reader *r, lk_hours *hours)
{
    while (!at_end(r)) {
        int64_t day;
        size_t start = r->at;
        LK_TRY(read_date(r, &day));
        lk_hours_day *special = &hours->specials[hours->special_count];
        if (!add_exception(hours, day, (int32_t)hours->special_count + 1)) {
            r->at = start;
            return expected(r, "each date once");
        }
        hours->special_count++;
        LK_TRY(read_day(r, special));
        if (!take(r, ';') && !at_end(r)) return expected(r, "\";\"");
    }
    return LEADKPI_OK;
}

/* Holidays may be named twice, and give way to special hours. */
static leadkpi_status read_holidays(const lk_text *dates, size_t count, lk_hours *hours,
                                    leadkpi_error *error)
{
    for (size_t i = 0; i < count; i++) {
        reader r = {"holidays", dates[i], 0, error};
        int64_t day;
        LK_TRY(read_date(&r, &day));
        if (!at_end(&r)) return expected(&r, "the end of the date");
        add_exception(hours, day, 0);
    }
    return LEADKPI_OK;
}

static void add_up(lk_hours *hours)
{
    int64_t gained = 0;
    for (int i = 0; i < 7; i++) hours->week_seconds += hours->week[i].open_seconds;
    for (size_t i = 0; i < hours->exception_count; i++) {
        lk_hours_exception *e = &hours->exceptions[i];
        int64_t weekday = ((e->day + 3) % 7 + 7) % 7;
        e->gained_before = gained;
        gained -= hours->week[weekday].open_seconds;
        if (e->special) gained += hours->specials[e->special - 1].open_seconds;
    }
}

/* How many entries there can be: one more than semicolons. */
static size_t count_entries(lk_text text)
{
    size_t count = text.length > 0;
    for (size_t i = 0; i < text.length; i++) count += text.data[i] == ';';
    return count;
}

static leadkpi_status read_all(lk_memory *memory, lk_text week, lk_text special,
                               const lk_text *holidays, size_t holiday_count, lk_hours *hours,
                               leadkpi_error *error)
{
    reader week_reader = {"hours", week, 0, error};
    reader special_reader = {"special_hours", special, 0, error};
    size_t specials = count_entries(special);
    LK_FAIL_IF(specials > LK_HOURS_MOST_DATES || holiday_count > LK_HOURS_MOST_DATES, error,
               LEADKPI_BAD_ARGUMENT, "holidays and special_hours: expected at most %d dates each",
               LK_HOURS_MOST_DATES);
    if (at_end(&week_reader))
        always_open(hours);
    else
        LK_TRY(read_week(&week_reader, hours));
    LK_TRY(lk_allocate(memory, specials, sizeof *hours->specials, &hours->specials, error));
    hours->special_capacity = specials;
    LK_TRY(lk_allocate(memory, specials + holiday_count, sizeof *hours->exceptions,
                       &hours->exceptions, error));
    hours->exception_capacity = specials + holiday_count;
    LK_TRY(read_specials(&special_reader, hours));
    LK_TRY(read_holidays(holidays, holiday_count, hours, error));
    add_up(hours);
    return LEADKPI_OK;
}

leadkpi_status lk_hours_read(lk_memory *memory, lk_text week, lk_text special,
                             const lk_text *holidays, size_t holiday_count, lk_hours *hours,
                             leadkpi_error *error)
{
    *hours = (lk_hours){0};
    leadkpi_status status =
        read_all(memory, week, special, holidays, holiday_count, hours, error);
    if (status != LEADKPI_OK) lk_hours_clear(memory, hours);
    return status;
}
