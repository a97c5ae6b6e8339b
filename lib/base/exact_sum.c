#include "base/exact_sum.h"

#include "base/wide.h"

/* A magnitude below 2^127 in units of 2^-128. */
typedef struct magnitude {
    uint64_t limbs[4];
} magnitude;

/* a + b + carry, and the carry out. */
static inline uint64_t add_limbs(uint64_t a, uint64_t b, uint64_t *carry)
{
    uint64_t with_carry = a + *carry, sum = with_carry + b;
    *carry = (with_carry < a) | (sum < b);
    return sum;
}

/* sum + addend, or sum - addend, in 256 bits. False, and `sum` untouched, on overflow: two
 * numbers of one sign whose sum has the other. The limbs stay in registers: an array
 * here costs six times as much, in stores that are loaded back in another width. */
static inline bool combine(lk_exact_sum *sum, const uint64_t addend[4], bool subtract)
{
    uint64_t flip = 0 - (uint64_t)subtract, carry = subtract, *limbs = sum->limbs;
    uint64_t before = limbs[3], other = addend[3] ^ flip;
    uint64_t r0 = add_limbs(limbs[0], addend[0] ^ flip, &carry);
    uint64_t r1 = add_limbs(limbs[1], addend[1] ^ flip, &carry);
    uint64_t r2 = add_limbs(limbs[2], addend[2] ^ flip, &carry);
    uint64_t r3 = add_limbs(before, other, &carry);
    if (LK_UNLIKELY(((before ^ r3) & (other ^ r3)) >> 63)) return false;
    limbs[0] = r0, limbs[1] = r1, limbs[2] = r2, limbs[3] = r3;
    return true;
}

static leadkpi_status too_large(leadkpi_error *error)
{
    return lk_fail(error, LEADKPI_OVERFLOW, "sum: expected below 2^127 in size, found more");
}

static leadkpi_status refuse_double(double value, int64_t row, leadkpi_error *error)
{
    bool number = value - value == 0; /* neither NaN nor infinite */
    return lk_fail_at(error, number ? LEADKPI_OVERFLOW : LEADKPI_BAD_DATA, row, -1,
                      "sum: expected a number below 2^63 in size, found %g", value);
}

/* Half to even of fraction / 2^shift; fraction < 2^53, shift >= 1. */
static uint64_t round_shift(uint64_t fraction, unsigned shift)
{
    if (shift > 53) return 0; /* below a half */
    uint64_t kept = fraction >> shift, half = (uint64_t)1 << (shift - 1);
    uint64_t rest = fraction & (2 * half - 1);
    return kept + (rest > half || (rest == half && (kept & 1)));
}

/* |value| = fraction * 2^(shift - 128), |value| < 2^63, so shift <= 138. */
static inline void take_apart(double value, uint64_t *fraction, int *shift)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    int biased = (int)(bits >> 52 & 0x7FF);
    *fraction = (bits & 0xFFFFFFFFFFFFF) | (uint64_t)(biased != 0) << 52;
    *shift = biased - 1075 + 128 + (biased == 0);
    if (*shift < 0) {
        *fraction = round_shift(*fraction, (unsigned)-*shift);
        *shift = 0;
    }
}

static inline magnitude of_double(double value)
{
    uint64_t fraction;
    int shift;
    take_apart(value, &fraction, &shift);
    int limb = shift / 64, bit = shift % 64;
    uint64_t low = fraction << bit,
             high = fraction >> 1 >> (63 - bit); /* a shift by 64 is not defined */
    return (magnitude){{limb == 0 ? low : 0,
                        limb == 0   ? high
                        : limb == 1 ? low
                                    : 0,
                        limb == 1   ? high
                        : limb == 2 ? low
                                    : 0,
                        limb == 2 ? high : 0}};
}

leadkpi_status lk_exact_sum_add_double(lk_exact_sum *sum, double value, leadkpi_error *error)
{
    if (LK_UNLIKELY(!lk_exact_sum_takes(value))) return refuse_double(value, -1, error);
    magnitude m = of_double(value);
    return LK_LIKELY(combine(sum, m.limbs, value < 0)) ? LEADKPI_OK : too_large(error);
}

static uint64_t absolute(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

leadkpi_status lk_exact_sum_add_int64(lk_exact_sum *sum, int64_t value, leadkpi_error *error)
{
    magnitude m = {{0, 0, absolute(value), 0}};
    return combine(sum, m.limbs, value < 0) ? LEADKPI_OK : too_large(error);
}

/* Long division: the whole part, then 64 bits of the fraction at a time. */
static magnitude of_decimal(uint64_t mantissa, uint64_t divisor)
{
    magnitude m = {{0, 0, mantissa / divisor, 0}};
    uint64_t remainder = mantissa % divisor;
    if (remainder == 0) return m;
    m.limbs[1] = lk_divide(remainder, divisor, &remainder);
    m.limbs[0] = lk_divide(remainder, divisor, &remainder);
    /* The divisor is even here: 10 or more. No carry: a remainder is at most divisor - 1, so the
     * last limb at most 2^64 - 2^64 / 10^18. */
    m.limbs[0] += remainder > divisor / 2 || (remainder == divisor / 2 && (m.limbs[0] & 1));
    return m;
}

leadkpi_status lk_exact_sum_add_decimal(lk_exact_sum *sum, int64_t mantissa, int32_t scale,
                                        leadkpi_error *error)
{
    static const uint64_t powers[LK_EXACT_SUM_SCALE_MAX + 1] = {
        1u,
        10u,
        100u,
        1000u,
        10000u,
        100000u,
        1000000u,
        10000000u,
        100000000u,
        1000000000u,
        10000000000u,
        100000000000u,
        1000000000000u,
        10000000000000u,
        100000000000000u,
        1000000000000000u,
        10000000000000000u,
        100000000000000000u,
        1000000000000000000u,
    };
    LK_FAIL_IF(scale < 0 || scale > LK_EXACT_SUM_SCALE_MAX, error, LEADKPI_BAD_ARGUMENT,
               "decimal: expected a scale from 0 to %d, found %d", LK_EXACT_SUM_SCALE_MAX,
               (int)scale);
    magnitude m = of_decimal(absolute(mantissa), powers[scale]);
    return combine(sum, m.limbs, mantissa < 0) ? LEADKPI_OK : too_large(error);
}

leadkpi_status lk_exact_sum_add(lk_exact_sum *into, const lk_exact_sum *from, leadkpi_error *error)
{
    return combine(into, from->limbs, false) ? LEADKPI_OK : too_large(error);
}

leadkpi_status lk_exact_sum_subtract(lk_exact_sum *into, const lk_exact_sum *from,
                                     leadkpi_error *error)
{
    return combine(into, from->limbs, true) ? LEADKPI_OK : too_large(error);
}

leadkpi_status lk_exact_sum_negate(lk_exact_sum *sum, leadkpi_error *error)
{
    lk_exact_sum result = LK_EXACT_SUM_ZERO;
    LK_TRY(lk_exact_sum_subtract(&result, sum, error));
    *sum = result;
    return LEADKPI_OK;
}

/* ---- many doubles -------------------------------------------------------- */

/* Eight digits of base 2^32 with room for carries, as in the small superaccumulator of Neal (2015,
 * arXiv:1505.05571): an addend changes three neighbours by less than 2^32 each, and
 * carries wait until BLOCK addends are in. */
#define DIGITS 8
#define BLOCK ((size_t)1 << 20)

/* Cost: 8 bytes read an addend, one branch that is not taken, three read-modify-writes in the first
 * cache line of the stack; what limits it is the store that the next addend of like size
 * loads again. */
static void add_to_digits(int64_t digits[DIGITS], double value)
{
    uint64_t fraction;
    int shift;
    take_apart(value, &fraction, &shift);
    int64_t *digit = digits + shift / 32;
    int bit = shift % 32;
    uint64_t low = (fraction & UINT32_MAX) << bit, high = (fraction >> 32) << bit;
    int64_t sign = value < 0 ? -1 : 0; /* (x ^ sign) - sign is x or -x */
    digit[0] += ((int64_t)(low & UINT32_MAX) ^ sign) - sign;
    digit[1] += ((int64_t)((low >> 32) + (high & UINT32_MAX)) ^ sign) - sign;
    digit[2] += ((int64_t)(high >> 32) ^ sign) - sign;
}

static lk_exact_sum collect_digits(const int64_t digits[DIGITS])
{
    lk_exact_sum sum;
    uint32_t words[DIGITS];
    int64_t carry = 0;
    for (int i = 0; i < DIGITS; i++) {
        int64_t total = digits[i] + carry;
        words[i] = (uint32_t)total;
        carry = (total - (int64_t)words[i]) / ((int64_t)1 << 32);
    }
    for (int i = 0; i < 4; i++) sum.limbs[i] = (uint64_t)words[2 * i + 1] << 32 | words[2 * i];
    return sum;
}

static bool is_valid(const uint8_t *validity, size_t row)
{
    return !validity || (validity[row / 8] >> (row % 8) & 1);
}

leadkpi_status lk_exact_sum_add_doubles(lk_exact_sum *sum, const double *values,
                                        ptrdiff_t stride_bytes, size_t count,
                                        const uint8_t *validity, leadkpi_error *error)
{
    const char *at = (const char *)values;
    if (stride_bytes == 0) stride_bytes = sizeof *values;
    lk_exact_sum total = *sum;
    for (size_t row = 0; row < count;) {
        int64_t digits[DIGITS] = {0};
        size_t stop = count - row < BLOCK ? count : row + BLOCK;
        for (; row < stop; row++, at += stride_bytes) {
            double value;
            if (!is_valid(validity, row)) continue;
            memcpy(&value, at, sizeof value);
            if (LK_UNLIKELY(!lk_exact_sum_takes(value)))
                return refuse_double(value, (int64_t)row, error);
            add_to_digits(digits, value);
        }
        lk_exact_sum block = collect_digits(digits);
        LK_TRY(lk_exact_sum_add(&total, &block, error));
    }
    *sum = total;
    return LEADKPI_OK;
}

/* ---- reading ------------------------------------------------------------- */

int lk_exact_sum_compare(const lk_exact_sum *a, const lk_exact_sum *b)
{
    bool negative = lk_exact_sum_is_negative(a);
    if (negative != lk_exact_sum_is_negative(b)) return negative ? -1 : 1;
    for (int i = 3; i >= 0; i--)
        if (a->limbs[i] != b->limbs[i]) return a->limbs[i] < b->limbs[i] ? -1 : 1;
    return 0;
}

/* |sum| in place; -2^127 stays, which read without sign is its size. */
static magnitude absolute_of(const lk_exact_sum *sum)
{
    magnitude m;
    uint64_t flip = lk_exact_sum_is_negative(sum) ? UINT64_MAX : 0, carry = flip & 1;
    for (int i = 0; i < 4; i++) {
        m.limbs[i] = (sum->limbs[i] ^ flip) + carry;
        carry = carry && m.limbs[i] == 0;
    }
    return m;
}

/* The 64 bits from bit `from` on, which may be negative. */
static uint64_t bits_from(const magnitude *m, int from)
{
    if (from < 0) return m->limbs[0] << -from; /* only zeros go in below */
    int limb = from / 64, bit = from % 64;
    uint64_t low = m->limbs[limb] >> bit;
    return bit && limb < 3 ? low | m->limbs[limb + 1] << (64 - bit) : low;
}

static bool any_below(const magnitude *m, int bit)
{
    for (int i = 0; i < 4 && bit > 0; i++, bit -= 64) {
        uint64_t mask = bit >= 64 ? UINT64_MAX : ((uint64_t)1 << bit) - 1;
        if (m->limbs[i] & mask) return true;
    }
    return false;
}

double lk_exact_sum_to_double(const lk_exact_sum *sum)
{
    magnitude m = absolute_of(sum);
    int limb = 3;
    while (limb >= 0 && m.limbs[limb] == 0) limb--;
    if (limb < 0) return 0;
    int top = 64 * limb + 63; /* the highest bit that is set */
    while (!(m.limbs[limb] >> (top % 64) & 1)) top--;
    uint64_t fraction = bits_from(&m, top - 63); /* its top bit is set */
    uint64_t kept = fraction >> 11, rest = fraction & 0x7FF;
    bool more = any_below(&m, top - 63);
    kept += rest > 0x400 || (rest == 0x400 && (more || (kept & 1)));
    /* kept * 2^(top - 52 - 128); a carry out of the fraction runs into the exponent. */
    uint64_t bits = kept + ((uint64_t)(top - 128 + 1023 - 1) << 52);
    if (lk_exact_sum_is_negative(sum)) bits |= (uint64_t)1 << 63;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
