/* wide.h: arithmetic of 128 bits in pairs of 64, for the few places that need it.
 *
 * Where the compiler has a 128-bit integer it is used; the portable forms give
 * the same answers and are always compiled, so that the tests can compare. */
#ifndef LK_WIDE_H
#define LK_WIDE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct lk_uint128 {
    uint64_t low;
    uint64_t high;
} lk_uint128;

/* a * b by four products of 32 bits. */
static inline lk_uint128 lk_multiply_portable(uint64_t a, uint64_t b)
{
    uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    uint64_t low = a0 * b0, cross = a1 * b0 + (low >> 32), other = a0 * b1 + (uint32_t)cross;
    return (lk_uint128){other << 32 | (uint32_t)low, a1 * b1 + (cross >> 32) + (other >> 32)};
}

/* (high, 0) / divisor by one bit at a time; high < divisor < 2^63. */
static inline uint64_t lk_divide_portable(uint64_t high, uint64_t divisor, uint64_t *remainder)
{
    uint64_t quotient = 0;
    for (int bit = 0; bit < 64; bit++) {
        high <<= 1;
        quotient <<= 1;
        if (high >= divisor) high -= divisor, quotient |= 1;
    }
    *remainder = high;
    return quotient;
}

#if defined(__SIZEOF_INT128__)
__extension__ typedef unsigned __int128 lk_native_uint128;
#endif

/* The whole product of two 64-bit numbers. */
static inline lk_uint128 lk_multiply(uint64_t a, uint64_t b)
{
#if defined(__SIZEOF_INT128__)
    lk_native_uint128 product = (lk_native_uint128)a * b;
    return (lk_uint128){(uint64_t)product, (uint64_t)(product >> 64)};
#else
    return lk_multiply_portable(a, b);
#endif
}

/* high * 2^64 / divisor with its remainder; high < divisor < 2^63. */
static inline uint64_t lk_divide(uint64_t high, uint64_t divisor, uint64_t *remainder)
{
#if defined(__SIZEOF_INT128__)
    uint64_t quotient = (uint64_t)(((lk_native_uint128)high << 64) / divisor);
    *remainder = 0 - quotient * divisor; /* the low half is enough: it is less than the divisor */
    return quotient;
#else
    return lk_divide_portable(high, divisor, remainder);
#endif
}

#endif
