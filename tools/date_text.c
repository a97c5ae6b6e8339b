#include "date_text.h"

#define SECOND INT64_C(1000000)

/* Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": eras of 400 years from March 1st.
 */
int64_t date_day_number(int64_t year, int32_t month, int32_t day)
{
    if (month <= 2) year--;
    int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void date_of_day_number(int64_t day_number, int32_t *year, int32_t *month, int32_t *day)
{
    int64_t shifted = day_number + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t of_era = shifted - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;
    *day = (int32_t)(of_year - (153 * m + 2) / 5 + 1);
    *month = (int32_t)(m < 10 ? m + 3 : m - 9);
    *year = (int32_t)(y + era * 400 + (*month <= 2));
}

int64_t date_clock_microseconds(const date_value *value)
{
    return date_day_number(value->year, value->month, value->day) * 86400 * SECOND +
           value->microsecond_of_day;
}

static bool is_day(int64_t year, int32_t month, int32_t day)
{
    static const int8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1) return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= lengths[month - 1] + (month == 2 && leap);
}

/* Reading from left to right. */
typedef struct scan {
    const char *at, *end;
} scan;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool take(scan *s, char c)
{
    if (s->at == s->end || *s->at != c) return false;
    s->at++;
    return true;
}

static void skip_blanks(scan *s)
{
    /* Excel and browsers put U+202F (E2 80 AF) before AM and PM */
    for (;;) {
        if (take(s, ' ')) continue;
        if (s->end - s->at >= 3 && memcmp(s->at, "\xE2\x80\xAF", 3) == 0)
            s->at += 3;
        else
            return;
    }
}

/* Digits at the place: how many; 0: none. At most `most`. */
static int take_number(scan *s, int most, int64_t *out)
{
    int count = 0;
    int64_t value = 0;
    while (s->at < s->end && is_digit(*s->at) && count < most) {
        value = value * 10 + (*s->at++ - '0');
        count++;
    }
    *out = value;
    return count;
}

static char letter(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* A month's English name or its first three letters. */
static int32_t take_month_name(scan *s)
{
    static const char *const names[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
    size_t length = 0;
    while (s->at + length < s->end && letter(s->at[length]) >= 'a' && letter(s->at[length]) <= 'z')
        length++;
    if (length < 3) return 0;
    for (int32_t m = 0; m < 12; m++) {
        size_t full = strlen(names[m]), i = 0;
        while (i < length && i < full && letter(s->at[i]) == names[m][i]) i++;
        if (i < length || (length != 3 && length != full && !(m == 8 && length == 4))) continue;
        s->at += length;
        take(s, '.');
        return m + 1;
    }
    return 0;
}

/* "AM", "pm" behind blanks. */
static bool take_half_day(scan *s, int64_t *hour)
{
    scan look = *s;
    skip_blanks(&look);
    if (look.end - look.at < 2 || letter(look.at[1]) != 'm') return true;
    bool pm = letter(look.at[0]) == 'p';
    if (!pm && letter(look.at[0]) != 'a') return true;
    if (*hour < 1 || *hour > 12) return false;
    *hour = *hour % 12 + (pm ? 12 : 0);
    s->at = look.at + 2;
    return true;
}

/* Digits behind the second's mark, as microseconds; further ones are cut off. */
static int64_t take_fraction(scan *s)
{
    int64_t fraction = 0, unit = SECOND / 10;
    for (; s->at < s->end && is_digit(*s->at); s->at++, unit /= 10)
        fraction += unit * (*s->at - '0');
    return fraction;
}

/* Z, UTC, GMT, +hh, +hhmm, +hh:mm; nothing is fine too. */
static bool take_offset(scan *s, date_value *out)
{
    skip_blanks(s);
    if (s->at == s->end) return true;
    slice rest = {s->at, (size_t)(s->end - s->at)};
    if (slice_is(rest, "Z") || slice_is(rest, "z") || slice_is(rest, "UTC") ||
        slice_is(rest, "GMT")) {
        out->has_offset = true;
        s->at = s->end;
        return true;
    }
    bool west = *s->at == '-';
    int64_t hours, minutes = 0;
    if (!take(s, '+') && !take(s, '-')) return false;
    if (take_number(s, 2, &hours) != 2) return false;
    take(s, ':');
    if (s->at < s->end && take_number(s, 2, &minutes) != 2) return false;
    if (hours > 15 || minutes > 59) return false;
    out->has_offset = true;
    out->offset_seconds = (int32_t)((hours * 60 + minutes) * (west ? -60 : 60));
    return s->at == s->end;
}

/* What stands behind the date: nothing, or a time and perhaps an offset. */
static bool take_time(scan *s, date_value *out)
{
    int64_t hour, minute = 0, second = 0, fraction = 0;
    if (s->at == s->end) return true;
    take(s, ',');
    if (!take(s, 'T')) skip_blanks(s);
    if (s->at == s->end) return true;
    if (take_number(s, 2, &hour) == 0) return false;
    if (take(s, ':')) {
        if (take_number(s, 2, &minute) != 2) return false;
        if (take(s, ':') && take_number(s, 2, &second) != 2) return false;
        if (take(s, '.') || take(s, ',')) fraction = take_fraction(s);
    }
    if (!take_half_day(s, &hour)) return false;
    /* 60 is a leap second, which time here does not count: the next second */
    if (hour > 23 || minute > 59 || second > 60) return false;
    out->microsecond_of_day = ((hour * 60 + minute) * 60 + second) * SECOND + fraction;
    if (out->microsecond_of_day >= 86400 * SECOND) out->microsecond_of_day = 86400 * SECOND - 1;
    return take_offset(s, out);
}

static date_answer finish(scan *s, date_value *out)
{
    if (!is_day(out->year, out->month, out->day)) return DATE_BAD;
    return take_time(s, out) && s->at == s->end ? DATE_GOOD : DATE_BAD;
}

static int64_t whole_year(int64_t year, int digits)
{
    if (digits == 4) return year;
    if (digits == 2) return year < 70 ? 2000 + year : 1900 + year;
    return 0;
}

/* A count since 1970 by its length: 9 or 10 digits are seconds, perhaps with a fraction, 12 or 13
 * milliseconds, 15 or 16 microseconds; 8 digits are year, month and day. */
static date_answer read_digits(slice text, date_value *out)
{
    scan s = {text.data, text.data + text.length};
    int64_t value, fraction = 0;
    int count = take_number(&s, 18, &value);
    if ((count == 9 || count == 10) && s.end - s.at > 1 && take(&s, '.')) fraction = take_fraction(&s);
    if (s.at < s.end) return DATE_BAD;
    if (count == 8) {
        out->year = (int32_t)(value / 10000);
        out->month = (int32_t)(value / 100 % 100);
        out->day = (int32_t)(value % 100);
        return is_day(out->year, out->month, out->day) ? DATE_GOOD : DATE_BAD;
    }
    if (count == 9 || count == 10)
        value = value * SECOND + fraction;
    else if (count == 12 || count == 13)
        value *= 1000;
    else if (count != 15 && count != 16)
        return DATE_BAD;
    date_of_day_number(value / (86400 * SECOND), &out->year, &out->month, &out->day);
    out->microsecond_of_day = value % (86400 * SECOND);
    out->has_offset = true;
    return DATE_GOOD;
}

/* Two numbers and a year: which of them is the day? */
static date_answer read_day_and_month(scan *s, int64_t first, date_order order, date_value *out)
{
    char mark = *s->at++;
    int64_t second, year;
    if (take_number(s, 2, &second) == 0 || !take(s, mark)) return DATE_BAD;
    int digits = take_number(s, 4, &year);
    out->year = (int32_t)whole_year(year, digits);
    if (mark == '.')
        order = DATE_DAY_FIRST;
    else if (first > 12)
        out->proves = DATE_DAY_FIRST;
    else if (second > 12)
        out->proves = DATE_MONTH_FIRST;
    bool ambiguous =
        order == DATE_ORDER_UNTOLD && out->proves == DATE_ORDER_UNTOLD && first != second;
    if (out->proves != DATE_ORDER_UNTOLD && order == DATE_ORDER_UNTOLD) order = out->proves;
    out->day = (int32_t)(order == DATE_MONTH_FIRST ? second : first);
    out->month = (int32_t)(order == DATE_MONTH_FIRST ? first : second);
    date_answer answer = finish(s, out);
    return answer == DATE_GOOD && ambiguous ? DATE_AMBIGUOUS : answer;
}

/* 2024-01-31, 2024/1/31, 2024.01.31, 2024-01. */
static date_answer read_year_first(scan *s, int64_t year, date_value *out)
{
    char mark = *s->at++;
    int64_t month, day = 1;
    out->year = (int32_t)year;
    if (take_number(s, 2, &month) == 0) return DATE_BAD;
    if (take(s, mark) && take_number(s, 2, &day) == 0) return DATE_BAD;
    out->month = (int32_t)month;
    out->day = (int32_t)day;
    return finish(s, out);
}

/* 31 January 2024, 31-Jan-24; the day was read. */
static date_answer read_named_month(scan *s, int64_t day, date_value *out)
{
    int64_t year;
    if (!take(s, '-')) skip_blanks(s);
    out->month = take_month_name(s);
    if (!take(s, '-')) {
        take(s, ',');
        skip_blanks(s);
    }
    int digits = take_number(s, 4, &year);
    out->year = (int32_t)whole_year(year, digits);
    out->day = (int32_t)day;
    return finish(s, out);
}

/* Jan 31, 2024; January 2024. */
static date_answer read_month_first(scan *s, date_value *out)
{
    int64_t number, year;
    out->month = take_month_name(s);
    take(s, ',');
    skip_blanks(s);
    int digits = take_number(s, 4, &number);
    out->day = digits == 4 ? 1 : (int32_t)number;
    if (digits == 4) {
        out->year = (int32_t)number;
        return finish(s, out);
    }
    take(s, ',');
    skip_blanks(s);
    digits = take_number(s, 4, &year);
    out->year = (int32_t)whole_year(year, digits);
    return finish(s, out);
}

/* YYYY-MM-DD alone, or with a time behind: what machines write. Ten bytes, no loop. */
static bool read_iso_day(const char *p, date_value *out)
{
    for (int i = 0; i < 10; i++)
        if (i == 4 || i == 7 ? p[i] != '-' : !is_digit(p[i])) return false;
    out->year = (p[0] - '0') * 1000 + (p[1] - '0') * 100 + (p[2] - '0') * 10 + (p[3] - '0');
    out->month = (p[5] - '0') * 10 + (p[6] - '0');
    out->day = (p[8] - '0') * 10 + (p[9] - '0');
    return true;
}

date_answer date_read(slice text, date_order order, date_value *out)
{
    *out = (date_value){0};
    text = slice_trim(text);
    scan s = {text.data, text.data + text.length};
    if (text.length >= 10 && read_iso_day(text.data, out)) {
        s.at += 10;
        return finish(&s, out);
    }
    *out = (date_value){0};
    if (text.length < 4) return DATE_BAD;
    if (!is_digit(*s.at)) return read_month_first(&s, out);
    int64_t first;
    int digits = take_number(&s, 4, &first);
    if (s.at == s.end || is_digit(*s.at)) return read_digits(text, out);
    bool mark = *s.at == '-' || *s.at == '/' || *s.at == '.';
    if (digits == 4) return mark ? read_year_first(&s, first, out) : DATE_BAD;
    if (digits > 2) return DATE_BAD;
    if (mark && s.end - s.at > 1 && is_digit(s.at[1]))
        return read_day_and_month(&s, first, order, out);
    return read_named_month(&s, first, out);
}
