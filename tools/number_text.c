#include "number_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* Blanks that stand in or around numbers: space, no-break space (U+00A0),
 * narrow no-break space (U+202F), thin space (U+2009). 0: none at the start. */
static size_t blank_length(slice text)
{
    if (text.length >= 1 && (text.data[0] == ' ' || text.data[0] == '\t')) return 1;
    if (text.length >= 2 && memcmp(text.data, "\xC2\xA0", 2) == 0) return 2;
    if (text.length >= 3 && memcmp(text.data, "\xE2\x80\xAF", 3) == 0) return 3;
    if (text.length >= 3 && memcmp(text.data, "\xE2\x80\x89", 3) == 0) return 3;
    return 0;
}

static slice skip(slice text, size_t count)
{
    return (slice){text.data + count, text.length - count};
}

static slice skip_blanks(slice text)
{
    for (size_t n; (n = blank_length(text)) > 0;) text = skip(text, n);
    return text;
}

/* Signs of money, in UTF-8. */
static size_t currency_sign_length(slice text)
{
    static const char *const signs[] = {
        "$", "\xE2\x82\xAC", "\xC2\xA3", "\xC2\xA5", "\xE2\x82\xB9", "R$", "US$", "A$", "C$"};
    for (size_t i = sizeof signs / sizeof *signs; i-- > 0;) {
        size_t length = strlen(signs[i]);
        if (text.length >= length && memcmp(text.data, signs[i], length) == 0) return length;
    }
    return 0;
}

/* A sign or a three-letter code at the start; its length. */
static size_t currency_length(slice text)
{
    if (text.length >= 3 && is_capital(text.data[0]) && is_capital(text.data[1]) &&
        is_capital(text.data[2]) && (text.length == 3 || !is_capital(text.data[3])))
        return 3;
    return currency_sign_length(text);
}

bool number_is_missing(slice text)
{
    text = slice_trim(text);
    return text.length == 0 || slice_is(text, "-") || slice_is(text, "--") ||
           slice_is(text, "\xE2\x80\x94");
}

bool number_shift(int64_t *value, int places)
{
    for (; places > 0; places--) {
        if (*value > INT64_MAX / 10 || *value < INT64_MIN / 10) return false;
        *value *= 10;
    }
    return true;
}

/* Digits as they are put together. */
typedef struct digits {
    uint64_t value;
    int count; /* digits seen */
    int scale; /* of them behind the mark, as kept */
    bool round_up, full;
} digits;

static void put_digit(digits *d, char c, bool behind_mark)
{
    d->count++;
    if (behind_mark && d->scale == NUMBER_SCALE) {
        if (!d->full) d->round_up = c >= '5';
        d->full = true;
        return;
    }
    if (d->value > (UINT64_MAX - 9) / 10)
        d->full = true, d->value = UINT64_MAX;
    else
        d->value = d->value * 10 + (uint64_t)(c - '0');
    d->scale += behind_mark;
}

/* Three digits, and then no fourth: a group may follow the separator. */
static bool group_follows(slice text)
{
    return text.length >= 3 && is_digit(text.data[0]) && is_digit(text.data[1]) &&
           is_digit(text.data[2]) && (text.length == 3 || !is_digit(text.data[3]));
}

/* The length of a separator of thousands at the start: 0 where there is none. */
static size_t separator_length(slice text, char decimal_mark)
{
    char separator = decimal_mark == '.' ? ',' : '.';
    size_t length = blank_length(text);
    if (length == 0 && (text.data[0] == separator || text.data[0] == '\'')) length = 1;
    if (length == 0 || !group_follows(skip(text, length))) return 0;
    return length;
}

/* The digits at the start of `text`, with separators and mark. false: no digits, or too many. */
static bool read_digits(slice *text, char decimal_mark, digits *d)
{
    bool behind = false;
    slice rest = *text;
    while (rest.length) {
        size_t separator;
        if (is_digit(rest.data[0])) {
            put_digit(d, rest.data[0], behind);
            if (d->value == UINT64_MAX) return false;
            rest = skip(rest, 1);
        } else if (rest.data[0] == decimal_mark && !behind) {
            behind = true;
            rest = skip(rest, 1);
        } else if (!behind && d->count && (separator = separator_length(rest, decimal_mark)) > 0) {
            rest = skip(rest, separator);
        } else {
            break;
        }
    }
    *text = rest;
    return d->count > 0;
}

/* "E+05" at the start; false where something like it is no exponent. */
static bool read_exponent(slice *text, int *exponent)
{
    *exponent = 0;
    if (text->length < 2 || (text->data[0] != 'e' && text->data[0] != 'E')) return true;
    slice rest = skip(*text, 1);
    bool negative = rest.data[0] == '-';
    if (negative || rest.data[0] == '+') rest = skip(rest, 1);
    if (rest.length == 0 || !is_digit(rest.data[0])) return true;
    while (rest.length && is_digit(rest.data[0])) {
        if (*exponent < 1000) *exponent = *exponent * 10 + (rest.data[0] - '0');
        rest = skip(rest, 1);
    }
    if (negative) *exponent = -*exponent;
    *text = rest;
    return true;
}

/* value * 10^exponent, within the scale that is kept. */
static bool apply_exponent(digits *d, int exponent)
{
    for (; exponent > 0 && d->scale > 0; exponent--) d->scale--;
    for (; exponent > 0; exponent--) {
        if (d->value == 0) return true;
        if (d->value > (uint64_t)INT64_MAX / 10) return false;
        d->value *= 10;
    }
    for (; exponent < 0; exponent++) {
        if (d->scale < NUMBER_SCALE) {
            d->scale++;
        } else {
            d->round_up = d->value % 10 >= 5;
            d->value /= 10;
        }
    }
    return true;
}

/* Sign, bracket, blanks and currency at the front. */
static slice take_front(slice text, bool *negative, bool *bracket, slice *currency)
{
    for (;;) {
        text = skip_blanks(text);
        size_t length;
        if (text.length && (text.data[0] == '-' || text.data[0] == '+')) {
            *negative ^= text.data[0] == '-';
            text = skip(text, 1);
        } else if (text.length >= 3 && memcmp(text.data, "\xE2\x88\x92", 3) == 0) {
            *negative = !*negative; /* U+2212, the typeset minus */
            text = skip(text, 3);
        } else if (text.length && text.data[0] == '(' && !*bracket) {
            *bracket = true;
            text = skip(text, 1);
        } else if (currency->length == 0 && (length = currency_length(text)) > 0) {
            *currency = (slice){text.data, length};
            text = skip(text, length);
        } else {
            return text;
        }
    }
}

/* What may stand behind: currency, %, a closing bracket, a trailing minus. */
static bool take_back(slice text, bool *negative, bool bracket, number_value *out)
{
    for (;;) {
        text = skip_blanks(text);
        size_t length;
        if (text.length == 0) return !bracket;
        if (text.data[0] == '%' && !out->percent) {
            out->percent = true;
            text = skip(text, 1);
        } else if (text.data[0] == ')' && bracket) {
            bracket = false;
            *negative = !*negative;
            text = skip(text, 1);
        } else if (text.data[0] == '-' && text.length == 1) {
            *negative = !*negative;
            text = skip(text, 1);
        } else if (out->currency.length == 0 && (length = currency_length(text)) > 0) {
            out->currency = (slice){text.data, length};
            text = skip(text, length);
        } else {
            return false;
        }
    }
}

/* Plain digits, perhaps with a mark: most of what there is. Cost: one pass of a
 * byte a step, a multiply and two well-predicted branches each. */
static bool read_plain(slice text, char mark, number_value *out)
{
    uint64_t value = 0;
    size_t i = 0, behind = 0;
    if (text.length == 0 || text.length > 18) return false;
    for (; i < text.length && is_digit(text.data[i]); i++)
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    if (i == 0) return false;
    if (i < text.length && text.data[i] == mark) {
        for (i++; i < text.length && is_digit(text.data[i]); i++, behind++)
            value = value * 10 + (uint64_t)(text.data[i] - '0');
    }
    if (i < text.length || behind > NUMBER_SCALE) return false;
    *out = (number_value){.unscaled = (int64_t)value, .scale = (int)behind};
    return true;
}

bool number_read(slice text, number_style style, number_value *out)
{
    char mark = style == NUMBER_COMMA ? ',' : '.';
    if (read_plain(text, mark, out)) return true;
    bool negative = false, bracket = false;
    digits d = {0};
    int exponent;
    *out = (number_value){0};
    text = take_front(text, &negative, &bracket, &out->currency);
    if (!read_digits(&text, mark, &d) || !read_exponent(&text, &exponent)) return false;
    if (!take_back(text, &negative, bracket, out) || !apply_exponent(&d, exponent)) return false;
    if (d.round_up) d.value++;
    if (d.value > (uint64_t)INT64_MAX) return false;
    out->unscaled = negative ? -(int64_t)d.value : (int64_t)d.value;
    out->scale = d.scale;
    return true;
}

bool number_divide(number_value *number, int places)
{
    if (number->percent) places += 2;
    while (places > 0 && number->unscaled % 10 == 0) number->unscaled /= 10, places--;
    number->scale += places;
    return number->scale <= 18;
}

number_style number_style_of(slice text)
{
    number_value n;
    bool dot = number_read(text, NUMBER_DOT, &n), comma = number_read(text, NUMBER_COMMA, &n);
    if (dot == comma) return NUMBER_UNTOLD;
    return dot ? NUMBER_DOT : NUMBER_COMMA;
}

bool number_read_double(const char *text, double *out)
{
    char *end;
    if (!*text || text[strspn(text, "+-.0123456789eE")]) return false; /* strtod knows more: 0x10, nan, inf */
    *out = strtod(text, &end);
    return *end == '\0' && isfinite(*out);
}

bool currency_agrees(slice a, slice b)
{
    static const char *const pairs[][2] = {{"\xE2\x82\xAC", "EUR"},
                                           {"\xC2\xA3", "GBP"},
                                           {"\xC2\xA5", "JPY"},
                                           {"\xC2\xA5", "CNY"},
                                           {"\xE2\x82\xB9", "INR"},
                                           {"R$", "BRL"},
                                           {"US$", "USD"},
                                           {"A$", "AUD"},
                                           {"C$", "CAD"},
                                           {"$", "USD"},
                                           {"$", "CAD"},
                                           {"$", "AUD"},
                                           {"$", "NZD"},
                                           {"$", "MXN"},
                                           {"$", "SGD"},
                                           {"$", "HKD"},
                                           {"$", "ARS"},
                                           {"$", "CLP"},
                                           {"$", "COP"},
                                           {"$", "TWD"}};
    if (slice_equal(a, b)) return true;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if ((slice_is(a, pairs[i][0]) && slice_is(b, pairs[i][1])) ||
            (slice_is(b, pairs[i][0]) && slice_is(a, pairs[i][1])))
            return true;
    return false;
}
