/* time.c: instants as SQLite's users write them. */
#include "extension.h"

/* Days from 1970-01-01 in the proleptic Gregorian calendar (Hinnant, "chrono-compatible
 * low-level date algorithms"). */
static int64_t days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* `count` digits; moves on. */
static bool digits(const char **at, int count, int *out)
{
    int number = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9') return false;
        number = number * 10 + (**at - '0');
    }
    *out = number;
    return true;
}

static bool date(const char **at, int64_t *days)
{
    static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day;
    if (!digits(at, 4, &year) || *(*at)++ != '-' || !digits(at, 2, &month) || *(*at)++ != '-' ||
        !digits(at, 2, &day))
        return false;
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month < 1 || month > 12 || day < 1 || day > lengths[month - 1]) return false;
    if (month == 2 && day == 29 && !is_leap) return false;
    *days = days_from_civil(year, month, day);
    return true;
}

/* "HH:MM", ":SS" and ".ffffff" where they are there; more than six digits must be zeros. */
static bool clock(const char **at, int64_t *microseconds)
{
    int hour, minute, second = 0;
    int64_t fraction = 0, place = 100000;
    if (!digits(at, 2, &hour) || *(*at)++ != ':' || !digits(at, 2, &minute)) return false;
    if (**at == ':') {
        (*at)++;
        if (!digits(at, 2, &second)) return false;
        if (**at == '.') {
            for ((*at)++; **at >= '0' && **at <= '9'; (*at)++, place /= 10) {
                if (place == 0 && **at != '0') return false;
                fraction += (**at - '0') * place;
            }
        }
    }
    if (hour > 23 || minute > 59 || second > 59) return false;
    *microseconds = ((hour * 60 + minute) * INT64_C(60) + second) * 1000000 + fraction;
    return true;
}

/* "Z", "+01:00" or nothing. */
static bool zone(const char **at, int64_t *microseconds)
{
    int hours, minutes, sign = **at == '-' ? 1 : -1;
    *microseconds = 0;
    if (**at == 'Z' || **at == 'z') {
        (*at)++;
        return true;
    }
    if (**at != '+' && **at != '-') return true;
    (*at)++;
    if (!digits(at, 2, &hours) || *(*at)++ != ':' || !digits(at, 2, &minutes)) return false;
    if (hours > 14 || minutes > 59) return false;
    *microseconds = sign * (hours * 60 + minutes) * INT64_C(60000000);
    return true;
}

static bool time_of_text(const char *text, int64_t *microseconds)
{
    int64_t days, of_day = 0, shift = 0;
    if (!text || !date(&text, &days)) return false;
    if (*text == ' ' || *text == 'T') {
        text++;
        if (!clock(&text, &of_day) || !zone(&text, &shift)) return false;
    }
    *microseconds = days * INT64_C(86400000000) + of_day + shift;
    return *text == '\0';
}

bool time_of(sqlite3_value *value, int64_t *microseconds)
{
    const double most = 9.2e12; /* seconds; in microseconds within int64 */
    double seconds;
    int64_t whole;
    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
        whole = sqlite3_value_int64(value);
        if (whole > INT64_MAX / 1000000 || whole < INT64_MIN / 1000000) return false;
        *microseconds = whole * 1000000;
        return true;
    case SQLITE_FLOAT:
        seconds = sqlite3_value_double(value);
        if (!(seconds > -most && seconds < most)) return false;
        whole = (int64_t)seconds;
        /* A fraction to the nearest microsecond: a REAL of today's seconds has no more. */
        seconds = (seconds - (double)whole) * 1e6;
        *microseconds = whole * 1000000 + (int64_t)(seconds < 0 ? seconds - 0.5 : seconds + 0.5);
        return true;
    case SQLITE_TEXT:
        return time_of_text((const char *)sqlite3_value_text(value), microseconds);
    default:
        return false;
    }
}
