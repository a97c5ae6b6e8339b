#include "base/bignum.h"

#include <string.h>

static void trim(lk_bignum *number)
{
    while (number->count && number->limbs[number->count - 1] == 0) number->count--;
}

void lk_bignum_set(lk_bignum *number, uint64_t value)
{
    number->limbs[0] = (uint32_t)value;
    number->limbs[1] = (uint32_t)(value >> 32);
    number->count = 2;
    trim(number);
}

void lk_bignum_multiply_add(lk_bignum *number, uint32_t factor, uint32_t addend)
{
    uint64_t carry = addend;
    for (size_t i = 0; i < number->count; i++) {
        carry += (uint64_t)number->limbs[i] * factor;
        number->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry) number->limbs[number->count++] = (uint32_t)carry;
}

/* 10^n is 5^n shifted by n; 5^13 is the last power of five in 32 bits. */
void lk_bignum_multiply_power_of_ten(lk_bignum *number, uint32_t exponent)
{
    uint32_t left = exponent;
    for (; left >= 13; left -= 13) lk_bignum_multiply_add(number, 1220703125u, 0);
    uint32_t factor = 1;
    while (left--) factor *= 5;
    lk_bignum_multiply_add(number, factor, 0);
    lk_bignum_shift_left(number, exponent);
}

void lk_bignum_shift_left(lk_bignum *number, uint32_t bits)
{
    size_t whole = bits / 32;
    uint32_t part = bits % 32;
    if (part) lk_bignum_multiply_add(number, (uint32_t)1 << part, 0);
    if (whole == 0 || number->count == 0) return;
    memmove(number->limbs + whole, number->limbs, number->count * sizeof number->limbs[0]);
    memset(number->limbs, 0, whole * sizeof number->limbs[0]);
    number->count += whole;
}

void lk_bignum_subtract(lk_bignum *a, const lk_bignum *b)
{
    uint64_t borrow = 0;
    for (size_t i = 0; i < a->count; i++) {
        uint64_t taken = borrow + (i < b->count ? b->limbs[i] : 0);
        uint64_t difference = (uint64_t)a->limbs[i] - taken;
        a->limbs[i] = (uint32_t)difference;
        borrow = difference >> 63;
    }
    trim(a);
}

void lk_bignum_add(lk_bignum *a, const lk_bignum *b)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < b->count || carry; i++) {
        if (i == a->count) a->limbs[a->count++] = 0;
        carry += (uint64_t)a->limbs[i] + (i < b->count ? b->limbs[i] : 0);
        a->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

int lk_bignum_compare(const lk_bignum *a, const lk_bignum *b)
{
    if (a->count != b->count) return a->count < b->count ? -1 : 1;
    for (size_t i = a->count; i-- > 0;)
        if (a->limbs[i] != b->limbs[i]) return a->limbs[i] < b->limbs[i] ? -1 : 1;
    return 0;
}

size_t lk_bignum_bit_length(const lk_bignum *number)
{
    if (number->count == 0) return 0;
    size_t bits = (number->count - 1) * 32;
    for (uint32_t top = number->limbs[number->count - 1]; top; top >>= 1) bits++;
    return bits;
}
