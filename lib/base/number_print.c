/* The shortest decimal that reads back as the same double; of several the nearest.
 *
 * Two ways. A double that is some decimal of at most 15 digits and a small exponent, as most
 * amounts are, is found by trying scales; both steps of the proof are exact in doubles. All others
 * go through digit generation in big integers (Steele and White 1990, "How to print floating-point
 * numbers accurately", with the scaling of Burger and Dybvig 1996). */
#include "base/bignum.h"
#include "base/number.h"

/* A number as digits: 0.d1d2d3... times 10^point. */
typedef struct decimal {
    char digits[20];
    size_t count;
    int point;
} decimal;

static bool is_infinite(double magnitude)
{
    return magnitude > 1.7976931348623157e308;
}

static void set_digits(decimal *d, uint64_t value, int power_of_ten)
{
    while (value % 10 == 0) value /= 10, power_of_ten++;
    d->count = lk_number_print_uint64(d->digits, value);
    d->point = (int)d->count + power_of_ten;
}

/* Is `value` some n / 10^k with n < 10^15, k <= 22? n and 10^k are exact, so the quotient
 * is rounded once: when it gives `value` back, n / 10^k reads as `value`. Two decimals of 15
 * digits are never the same double, so n is the only one of its k, and the least k
 * has the fewest digits. */
static bool few_digits(double value, decimal *d)
{
    double power = 1;
    for (int k = 0; k <= 22; k++, power *= 10) {
        double scaled = value * power;
        if (scaled >= 1e15) return false;
        if (scaled < 1) continue;
        uint64_t whole = (uint64_t)(scaled + 0.5);
        if ((double)whole / power != value) continue;
        set_digits(d, whole, -k);
        return true;
    }
    return false;
}

/* value = fraction * 2^exponent */
static void take_apart(double value, uint64_t *fraction, int *exponent)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    int biased = (int)(bits >> 52 & 0x7FF);
    *fraction = bits & 0xFFFFFFFFFFFFF;
    if (biased) *fraction |= (uint64_t)1 << 52;
    *exponent = (biased ? biased : 1) - 1075;
}

/* value = rest / scale; all decimals from (rest - below) / scale to (rest + above) / scale
 * read back as it, the ends too when the fraction is even. */
typedef struct interval {
    lk_bignum rest, scale, below, above;
    bool ends;
} interval;

static int compare_sum(const lk_bignum *a, const lk_bignum *b, const lk_bignum *c)
{
    lk_bignum sum = *a;
    lk_bignum_add(&sum, b);
    return lk_bignum_compare(&sum, c);
}

static void start_interval(interval *v, uint64_t fraction, int exponent)
{
    /* Below a power of two the neighbour is half as far away. */
    uint32_t narrow = fraction == (uint64_t)1 << 52 && exponent > -1074;
    uint32_t up = exponent > 0 ? (uint32_t)exponent : 0;
    uint32_t down = exponent < 0 ? (uint32_t)-exponent : 0;
    lk_bignum_set(&v->rest, fraction);
    lk_bignum_shift_left(&v->rest, up + 1 + narrow);
    lk_bignum_set(&v->scale, 1);
    lk_bignum_shift_left(&v->scale, down + 1 + narrow);
    lk_bignum_set(&v->below, 1);
    lk_bignum_shift_left(&v->below, up);
    lk_bignum_set(&v->above, 1);
    lk_bignum_shift_left(&v->above, up + narrow);
    v->ends = fraction % 2 == 0;
}

/* Divides by 10^point, where 10^(point - 1) <= the upper end < 10^point. */
static int scale_interval(interval *v, uint64_t fraction, int exponent)
{
    int bits = exponent;
    while (fraction >>= 1) bits++;
    /* floor(log10(2^bits)) + 1: at most one too small, which the comparison puts right. No multiple
     * of log10(2) up to 1100 comes near enough to an integer for the rounding to matter. */
    int point = (int)((double)bits * 0.30102999566398120 + 401.0) - 400;
    if (point >= 0) {
        lk_bignum_multiply_power_of_ten(&v->scale, (uint32_t)point);
    } else {
        lk_bignum_multiply_power_of_ten(&v->rest, (uint32_t)-point);
        lk_bignum_multiply_power_of_ten(&v->below, (uint32_t)-point);
        lk_bignum_multiply_power_of_ten(&v->above, (uint32_t)-point);
    }
    int order;
    while ((order = compare_sum(&v->rest, &v->above, &v->scale)) > 0 || (order == 0 && v->ends)) {
        lk_bignum_multiply_add(&v->scale, 10, 0);
        point++;
    }
    return point;
}

static void many_digits(double value, decimal *d)
{
    uint64_t fraction;
    int exponent;
    interval v;
    take_apart(value, &fraction, &exponent);
    start_interval(&v, fraction, exponent);
    d->point = scale_interval(&v, fraction, exponent);
    d->count = 0;
    for (bool low = false, high = false; !low && !high;) {
        lk_bignum_multiply_add(&v.rest, 10, 0);
        lk_bignum_multiply_add(&v.below, 10, 0);
        lk_bignum_multiply_add(&v.above, 10, 0);
        char digit = '0';
        for (; lk_bignum_compare(&v.rest, &v.scale) >= 0; digit++)
            lk_bignum_subtract(&v.rest, &v.scale);
        int below = lk_bignum_compare(&v.rest, &v.below);
        int above = compare_sum(&v.rest, &v.above, &v.scale);
        low = below < 0 || (below == 0 && v.ends);
        high = above > 0 || (above == 0 && v.ends);
        if (high && (!low || compare_sum(&v.rest, &v.rest, &v.scale) > 0)) digit++;
        d->digits[d->count++] = digit;
    }
}

static size_t put_zeros(char *out, int count)
{
    for (int i = 0; i < count; i++) out[i] = '0';
    return count > 0 ? (size_t)count : 0;
}

/* Plain from 1e-6 up to 1e21, else with an exponent, as ECMAScript writes numbers. */
static size_t lay_out(char *out, const decimal *d)
{
    size_t length = 0;
    int count = (int)d->count;
    bool plain = d->point > -6 && d->point <= 21;
    int before_point = plain ? d->point : 1;
    if (before_point <= 0) {
        out[length++] = '0', out[length++] = '.';
        length += put_zeros(out + length, -before_point);
    }
    for (int i = 0; i < count; i++) {
        if (i == before_point && i > 0) out[length++] = '.';
        out[length++] = d->digits[i];
    }
    length += put_zeros(out + length, before_point - count);
    if (!plain) {
        out[length++] = 'e';
        length += lk_number_print_int64(out + length, d->point - 1);
    }
    return length;
}

static size_t put_word(char *out, const char *word)
{
    size_t length = strlen(word);
    memcpy(out, word, length);
    return length;
}

size_t lk_number_print_double(char out[LK_NUMBER_DOUBLE_SIZE], double value)
{
    if (value != value) return put_word(out, "nan");
    if (value == 0) return put_word(out, "0");
    size_t sign = value < 0 ? put_word(out, "-") : 0;
    double magnitude = value < 0 ? -value : value;
    if (is_infinite(magnitude)) return sign + put_word(out + sign, "inf");
    decimal d;
    if (!few_digits(magnitude, &d)) many_digits(magnitude, &d);
    return sign + lay_out(out + sign, &d);
}
