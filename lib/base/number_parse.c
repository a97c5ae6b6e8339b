/* The nearest double to a decimal, half to even.
 *
 * Up to 19 digits are kept in an integer. Where that integer and the power of ten are both exact
 * doubles, one multiplication or division rounds once and is right (Clinger
 * 1990). All else is divided out in big integers, to 64 bits and a remainder. */
#include "base/bignum.h"
#include "base/number.h"

/* A double or the middle of two has at most 767 significant digits, so whatever follows
 * the first 800 only matters by being zero or not. */
#define DIGITS_MAX 800

/* Past these every number of up to DIGITS_MAX digits is infinite or zero. */
#define POINT_MAX 310
#define POINT_MIN (-330)

/* The significant digits as they stand in the text, less the point. */
typedef struct decimal {
    const char *first; /* the first digit that is not zero */
    size_t count;      /* digits from the first to the last that is not zero */
    int64_t point;     /* the value is 0.ddd... times 10^point */
    bool negative;
} decimal;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Exponents are cut where the result is decided anyway; a text has less than 2^62 digits. */
#define EXPONENT_MAX ((int64_t)1 << 62)

static bool read_exponent(const char *at, const char *end, int64_t *exponent)
{
    int64_t value = 0;
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+')) at++;
    if (at == end) return false;
    for (; at < end; at++) {
        if (!is_digit(*at)) return false;
        if (value < EXPONENT_MAX / 16) value = value * 10 + (*at - '0');
    }
    *exponent = negative ? -value : value;
    return true;
}

/* Reads digits and point. False where there is no digit. */
static bool read_digits(const char **at, const char *end, decimal *d)
{
    bool any = false, after_point = false;
    int64_t seen = 0; /* digits since the first that is not zero */
    d->first = NULL, d->count = 0, d->point = 0;
    for (; *at < end; ++*at) {
        char c = **at;
        if (c == '.' && !after_point) {
            after_point = true;
            continue;
        }
        if (!is_digit(c)) break;
        any = true;
        if (c != '0' && !d->first) d->first = *at;
        if (d->first) seen++;
        if (c != '0') d->count = (size_t)seen;
        if (d->first && !after_point) d->point++;
        if (!d->first && after_point) d->point--;
    }
    return any;
}

static bool read_decimal(lk_text text, decimal *d)
{
    const char *at = text.data, *end = text.data + text.length;
    int64_t exponent = 0;
    d->negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+')) at++;
    if (!read_digits(&at, end, d)) return false;
    if (at < end) {
        if (*at != 'e' && *at != 'E') return false;
        if (!read_exponent(at + 1, end, &exponent)) return false;
    }
    d->point += exponent;
    return true;
}

/* Hands out the significant digits one by one. */
static unsigned next_digit(const char **at)
{
    if (**at == '.') ++*at;
    return (unsigned)(*(*at)++ - '0');
}

static bool exact_in_doubles(const decimal *d, double *out)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    int64_t exponent = d->point - (int64_t)d->count;
    if (d->count > 19 || exponent < -22 || exponent > 22) return false;
    uint64_t whole = 0;
    const char *at = d->first;
    for (size_t i = 0; i < d->count; i++) whole = whole * 10 + next_digit(&at);
    if (whole > (uint64_t)1 << 53) return false;
    *out = exponent < 0 ? (double)whole / powers[-exponent] : (double)whole * powers[exponent];
    return true;
}

/* numerator / denominator * 2^exponent = the decimal; a digit past DIGITS_MAX stands for all that
 * is left out. */
static void to_fraction(const decimal *d, lk_bignum *numerator, lk_bignum *denominator)
{
    size_t kept = d->count < DIGITS_MAX ? d->count : DIGITS_MAX;
    const char *at = d->first;
    lk_bignum_set(numerator, 0);
    for (size_t i = 0; i < kept;) {
        uint32_t factor = 1, chunk = 0;
        for (; i < kept && factor < 1000000000; i++) {
            factor *= 10;
            chunk = chunk * 10 + next_digit(&at);
        }
        lk_bignum_multiply_add(numerator, factor, chunk);
    }
    if (d->count > DIGITS_MAX) lk_bignum_multiply_add(numerator, 10, 1), kept++;
    lk_bignum_set(denominator, 1);
    int exponent = (int)(d->point - (int64_t)kept);
    if (exponent >= 0)
        lk_bignum_multiply_power_of_ten(numerator, (uint32_t)exponent);
    else
        lk_bignum_multiply_power_of_ten(denominator, (uint32_t)-exponent);
}

/* numerator / denominator as a 64-bit fraction with its top bit set, times 2^exponent; the lowest
 * bit also stands for any remainder. */
static uint64_t divide(lk_bignum *numerator, lk_bignum *denominator, int *exponent)
{
    int shift = (int)lk_bignum_bit_length(numerator) - (int)lk_bignum_bit_length(denominator);
    if (shift > 0)
        lk_bignum_shift_left(denominator, (uint32_t)shift);
    else
        lk_bignum_shift_left(numerator, (uint32_t)-shift);
    if (lk_bignum_compare(numerator, denominator) < 0) {
        lk_bignum_shift_left(numerator, 1);
        shift--;
    }
    uint64_t quotient = 0;
    for (int bit = 0; bit < 64; bit++) {
        quotient <<= 1;
        if (lk_bignum_compare(numerator, denominator) >= 0) {
            lk_bignum_subtract(numerator, denominator);
            quotient |= 1;
        }
        lk_bignum_shift_left(numerator, 1);
    }
    *exponent = shift - 63;
    return quotient | (numerator->count != 0);
}

/* fraction * 2^exponent, fraction >= 2^63, rounded once. False where it is too large. */
static bool to_double(uint64_t fraction, int exponent, double *out)
{
    /* 11 bits are dropped from a normal number, more from a subnormal. */
    int drop = exponent + 11 < -1074 ? -1074 - exponent : 11;
    if (drop > 64) {
        *out = 0;
        return true;
    }
    uint64_t kept = drop < 64 ? fraction >> drop : 0;
    uint64_t half = (uint64_t)1 << (drop - 1);
    uint64_t rest = drop < 64 ? fraction & (half * 2 - 1) : fraction;
    if (rest > half || (rest == half && kept % 2)) kept++;
    /* A carry out of the fraction runs into the exponent field, as it should. */
    int biased = exponent + drop + 1075;
    uint64_t bits = kept;
    if (kept >> 52) bits += (uint64_t)(biased - 1) << 52;
    if (bits >> 52 >= 0x7FF) return false;
    memcpy(out, &bits, sizeof bits);
    return true;
}

static bool magnitude_of(const decimal *d, double *out)
{
    *out = 0;
    if (d->count == 0 || d->point < POINT_MIN) return true;
    if (d->point > POINT_MAX) return false;
    if (exact_in_doubles(d, out)) return true;
    lk_bignum numerator, denominator;
    int exponent;
    to_fraction(d, &numerator, &denominator);
    uint64_t fraction = divide(&numerator, &denominator, &exponent);
    return to_double(fraction, exponent, out);
}

bool lk_number_parse_double(lk_text text, double *out)
{
    decimal d;
    double magnitude;
    if (text.length == 0 || !read_decimal(text, &d) || !magnitude_of(&d, &magnitude)) return false;
    *out = d.negative && magnitude != 0 ? -magnitude : magnitude;
    return true;
}
