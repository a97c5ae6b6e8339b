/* model_lanes.h: two doubles at a time, for the one loop that costs something.
 *
 * With GCC and Clang a pair is a vector of the compiler, which every target has or gets in
 * pieces; elsewhere it is one double. The operations are the same ones in the same order, so that
 * the answers are too. Sums are in pairs of pairs (Estrin), not one long chain. exp and log are good to 2 units in the last place on the ranges they are for. */
#ifndef LK_MODEL_LANES_H
#define LK_MODEL_LANES_H

#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
enum { LK_LANES = 2 };
typedef double lk_lanes __attribute__((vector_size(16)));
typedef uint64_t lk_bits __attribute__((vector_size(16)));
#else
enum { LK_LANES = 1 };
typedef double lk_lanes;
typedef uint64_t lk_bits;
#endif

static inline lk_lanes lk_lanes_load(const double *from)
{
    lk_lanes lanes;
    memcpy(&lanes, from, sizeof lanes);
    return lanes;
}

static inline double lk_lanes_sum(lk_lanes lanes)
{
    double parts[LK_LANES], sum = 0;
    memcpy(parts, &lanes, sizeof lanes);
    for (int i = 0; i < LK_LANES; i++) sum += parts[i];
    return sum;
}

static inline lk_bits lk_lanes_bits(lk_lanes lanes)
{
    lk_bits bits;
    memcpy(&bits, &lanes, sizeof bits);
    return bits;
}

static inline lk_lanes lk_lanes_of_bits(lk_bits bits)
{
    lk_lanes lanes;
    memcpy(&lanes, &bits, sizeof lanes);
    return lanes;
}

/* exp(x) for |x| <= 700: 2^k times the Taylor sum of exp at |r| <= log(2) / 2, to r^13. */
static inline lk_lanes lk_lanes_exp(lk_lanes x)
{
    lk_lanes shifted = x * 1.4426950408889634 + 0x1.8p52, k = shifted - 0x1.8p52;
    lk_lanes r = (x - k * 0x1.62e42fefap-1) - k * 0x1.cf79abc9e3b3ap-40;
    lk_lanes r2 = r * r, r4 = r2 * r2;
    lk_lanes low = (0.5 + r * (1.0 / 6)) + r2 * (1.0 / 24 + r * (1.0 / 120));
    lk_lanes middle = (1.0 / 720 + r * (1.0 / 5040)) + r2 * (1.0 / 40320 + r * (1.0 / 362880));
    lk_lanes high = (1.0 / 3628800 + r * (1.0 / 39916800)) +
                    r2 * (1.0 / 479001600 + r * (1.0 / 6227020800.0));
    lk_lanes tail = low + r4 * (middle + r4 * high);
    lk_lanes whole = 1.0 + (r + r2 * tail);
    return whole * lk_lanes_of_bits((lk_lanes_bits(shifted) + 1023) << 52);
}

/* log(x) for x >= 1: k log 2 and 2 artanh((m - 1) / (m + 1)), m from 0.707 to 1.414, to the 19th
 * power. */
static inline lk_lanes lk_lanes_log(lk_lanes x)
{
    lk_bits bits = lk_lanes_bits(x), k = (bits - UINT64_C(0x3FE6A09E667F3BCD)) >> 52;
    lk_lanes m = lk_lanes_of_bits(bits - (k << 52));
    lk_lanes exponent = lk_lanes_of_bits(k | UINT64_C(0x4330000000000000)) - 0x1p52;
    lk_lanes f = m - 1.0, s = f / (m + 1.0), square = s * s;
    lk_lanes z2 = square * square, z4 = z2 * z2;
    lk_lanes low = (2.0 / 3 + square * (2.0 / 5)) + z2 * (2.0 / 7 + square * (2.0 / 9));
    lk_lanes middle = (2.0 / 11 + square * (2.0 / 13)) + z2 * (2.0 / 15 + square * (2.0 / 17));
    lk_lanes tail = low + z4 * (middle + z4 * (2.0 / 19 + square * (2.0 / 21)));
    /* log m = f - s (f - s^2 tail), which keeps the digits of f. */
    lk_lanes log_m = f - s * (f - square * tail);
    return exponent * 0x1.62e42fefap-1 + (log_m + exponent * 0x1.cf79abc9e3b3ap-40);
}

#endif
