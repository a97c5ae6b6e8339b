#include "base/time_text.h"

#include "base/civil.h"
#include "base/format.h"
#include "base/number.h"

/* A text that is read from the left. */
typedef struct reader {
    const char *at;
    const char *end;
} reader;

static bool is_digit(const reader *r)
{
    return r->at < r->end && *r->at >= '0' && *r->at <= '9';
}

static bool take(reader *r, char c)
{
    if (r->at == r->end || *r->at != c) return false;
    r->at++;
    return true;
}

/* ---- durations ----------------------------------------------------------- */

typedef struct unit {
    lk_text name;
    uint64_t microseconds;
} unit;

static const unit units[] = {
    {{"d", 1}, UINT64_C(86400000000)}, {{"h", 1}, UINT64_C(3600000000)},
    {{"min", 3}, UINT64_C(60000000)},  {{"s", 1}, UINT64_C(1000000)},
    {{"ms", 2}, UINT64_C(1000)},       {{"us", 2}, UINT64_C(1)},
};

#define UNIT_COUNT (sizeof units / sizeof *units)

/* Digits; false where there is none or the number is above `limit`. */
static bool take_number(reader *r, uint64_t limit, uint64_t *number)
{
    uint64_t value = 0;
    if (!is_digit(r)) return false;
    for (; is_digit(r); r->at++) {
        uint64_t digit = (uint64_t)(*r->at - '0');
        if (value > limit / 10 || digit > limit - value * 10) return false;
        value = value * 10 + digit;
    }
    *number = value;
    return true;
}

/* The letters up to the next digit are a unit from `first` on; UNIT_COUNT where not. */
static size_t take_unit(reader *r, size_t first)
{
    lk_text letters = {r->at, 0};
    while (r->at < r->end && !is_digit(r)) r->at++;
    letters.length = (size_t)(r->at - letters.data);
    for (size_t i = first; i < UNIT_COUNT; i++)
        if (lk_text_equal(units[i].name, letters)) return i;
    return UNIT_COUNT;
}

const char *lk_duration_parse(lk_text text, int64_t *microseconds)
{
    static const char *const form = "a duration such as 90d, 12h, 30min or 1d12h";
    reader r = {text.data, text.data + text.length};
    bool is_negative = take(&r, '-');
    /* the magnitude may reach 2^63 where the sign makes it fit */
    uint64_t limit = (uint64_t)INT64_MAX + is_negative, sum = 0;
    size_t first = 0;
    if (r.at == r.end) return form;
    while (r.at < r.end) {
        uint64_t number;
        const char *start = r.at;
        if (!take_number(&r, limit, &number))
            return start < r.at || is_digit(&r) ? "a duration within 292 000 years" : form;
        size_t of = take_unit(&r, first);
        if (of == UNIT_COUNT) return form;
        if (number > (limit - sum) / units[of].microseconds) return "a duration within 292 000 years";
        sum += number * units[of].microseconds;
        first = of + 1;
    }
    *microseconds = is_negative ? (int64_t)(0 - sum) : (int64_t)sum;
    return NULL;
}

size_t lk_duration_print(char out[LK_TIME_TEXT_SIZE], int64_t microseconds)
{
    uint64_t rest = microseconds < 0 ? 0 - (uint64_t)microseconds : (uint64_t)microseconds;
    size_t length = 0;
    if (rest == 0) {
        memcpy(out, "0s", 2);
        return 2;
    }
    if (microseconds < 0) out[length++] = '-';
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        uint64_t number = rest / units[i].microseconds;
        if (number == 0) continue;
        rest -= number * units[i].microseconds;
        length += lk_number_print_uint64(out + length, number);
        memcpy(out + length, units[i].name.data, units[i].name.length);
        length += units[i].name.length;
    }
    return length;
}

/* ---- timestamps ---------------------------------------------------------- */

/* Exactly `count` digits. */
static bool take_digits(reader *r, int count, int32_t *number)
{
    *number = 0;
    for (int i = 0; i < count; i++, r->at++) {
        if (!is_digit(r)) return false;
        *number = *number * 10 + (*r->at - '0');
    }
    return true;
}

static const char *parse_date(reader *r, int64_t *microseconds)
{
    lk_civil date;
    if (!take_digits(r, 4, &date.year) || !take(r, '-') || !take_digits(r, 2, &date.month) ||
        !take(r, '-') || !take_digits(r, 2, &date.day))
        return "a date such as 2025-04-01";
    if (date.year == 0 || !lk_civil_exists(date)) return "a day that there is";
    *microseconds = lk_days_from_civil(date) * LK_MICROSECONDS_PER_DAY;
    return NULL;
}

/* "hh:mm" as microseconds; false where it is not from 00:00 to 23:59. */
static bool take_clock(reader *r, int64_t *microseconds)
{
    int32_t hours, minutes;
    if (!take_digits(r, 2, &hours) || !take(r, ':') || !take_digits(r, 2, &minutes)) return false;
    *microseconds = (hours * INT64_C(60) + minutes) * 60 * LK_MICROSECONDS_PER_SECOND;
    return hours <= 23 && minutes <= 59;
}

static const char *parse_seconds(reader *r, int64_t *microseconds)
{
    int32_t seconds, scale = (int32_t)LK_MICROSECONDS_PER_SECOND;
    if (!take_digits(r, 2, &seconds)) return "two digits of seconds";
    if (seconds > 59) return "seconds from 00 to 59 (there are no leap seconds)";
    *microseconds += seconds * LK_MICROSECONDS_PER_SECOND;
    if (!take(r, '.')) return NULL;
    if (!is_digit(r)) return "digits after the point";
    for (; is_digit(r); r->at++) {
        scale /= 10;
        if (scale == 0) return "at most 6 digits after the point";
        *microseconds += (*r->at - '0') * (int64_t)scale;
    }
    return NULL;
}

static const char *parse_offset(reader *r, int64_t *microseconds)
{
    int64_t offset = 0;
    if (take(r, 'Z') || r->at == r->end) return NULL;
    bool is_east = take(r, '+');
    if ((!is_east && !take(r, '-')) || !take_clock(r, &offset))
        return "Z or an offset such as +02:00 behind the time";
    *microseconds += is_east ? -offset : offset;
    return NULL;
}

static const char *parse_time(reader *r, int64_t *microseconds)
{
    int64_t clock;
    const char *fault;
    if (!take(r, 'T') || !take_clock(r, &clock)) return "a time such as T09:30:00 from T00:00 to T23:59";
    if (take(r, ':') && (fault = parse_seconds(r, &clock)) != NULL) return fault;
    *microseconds += clock;
    return parse_offset(r, microseconds);
}

const char *lk_timestamp_parse(lk_text text, int64_t *microseconds)
{
    reader r = {text.data, text.data + text.length};
    int64_t value = 0;
    const char *fault = parse_date(&r, &value);
    if (!fault && r.at < r.end) fault = parse_time(&r, &value);
    if (!fault && r.at < r.end) fault = "nothing behind the time";
    if (!fault && (value < LK_TIMESTAMP_MIN || value > LK_TIMESTAMP_MAX))
        fault = "a time in the years 0001 to 9999 (UTC)";
    if (!fault) *microseconds = value;
    return fault;
}

static char *put_digits(char *out, int32_t value, int count)
{
    for (int i = count - 1; i >= 0; i--, value /= 10) out[i] = (char)('0' + value % 10);
    return out + count;
}

/* The digits that are needed, with a point before them; nothing for 0. */
static char *put_fraction(char *out, int32_t microseconds)
{
    if (microseconds == 0) return out;
    *out++ = '.';
    out = put_digits(out, microseconds, 6);
    while (out[-1] == '0') out--;
    return out;
}

size_t lk_timestamp_print(char out[LK_TIME_TEXT_SIZE], int64_t microseconds)
{
    int64_t days = lk_days_from_microseconds(microseconds);
    int64_t clock = microseconds - days * LK_MICROSECONDS_PER_DAY;
    int32_t seconds = (int32_t)(clock / LK_MICROSECONDS_PER_SECOND);
    lk_civil date = lk_civil_from_days(days);
    char *p = put_digits(out, date.year, 4);
    *p++ = '-';
    p = put_digits(p, date.month, 2);
    *p++ = '-';
    p = put_digits(p, date.day, 2);
    if (clock == 0) return (size_t)(p - out);
    *p++ = 'T';
    p = put_digits(p, seconds / 3600, 2);
    *p++ = ':';
    p = put_digits(p, seconds / 60 % 60, 2);
    *p++ = ':';
    p = put_digits(p, seconds % 60, 2);
    p = put_fraction(p, (int32_t)(clock % LK_MICROSECONDS_PER_SECOND));
    *p++ = 'Z';
    return (size_t)(p - out);
}

const char *lk_time_say(char out[LK_TIME_TEXT_SIZE], int64_t microseconds)
{
    if (microseconds >= LK_TIMESTAMP_MIN && microseconds <= LK_TIMESTAMP_MAX)
        out[lk_timestamp_print(out, microseconds)] = '\0';
    else if (microseconds == LK_TIMESTAMP_MAX + 1)
        lk_format(out, LK_TIME_TEXT_SIZE, "the end of 9999");
    else
        lk_format(out, LK_TIME_TEXT_SIZE, "%lld microseconds since 1970", (long long)microseconds);
    return out;
}
