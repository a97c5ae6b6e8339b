/* bignum.h: whole numbers of up to 4096 bits, for text to double and back without error.
 *
 * The largest there are: 801 decimal digits (2662 bits) above 10^1144 (3801 bits),
 * doubled once while dividing. */
#ifndef LK_BIGNUM_H
#define LK_BIGNUM_H

#include <stddef.h>
#include <stdint.h>

#define LK_BIGNUM_LIMBS 128

/* Least limb first; no zero limb on top; zero has none. */
typedef struct lk_bignum {
    uint32_t limbs[LK_BIGNUM_LIMBS];
    size_t count;
} lk_bignum;

void lk_bignum_set(lk_bignum *number, uint64_t value);
void lk_bignum_multiply_add(lk_bignum *number, uint32_t factor, uint32_t addend);
void lk_bignum_multiply_power_of_ten(lk_bignum *number, uint32_t exponent);
void lk_bignum_shift_left(lk_bignum *number, uint32_t bits);

/* a - b; b is not more than a. */
void lk_bignum_subtract(lk_bignum *a, const lk_bignum *b);
void lk_bignum_add(lk_bignum *a, const lk_bignum *b);
int lk_bignum_compare(const lk_bignum *a, const lk_bignum *b);
size_t lk_bignum_bit_length(const lk_bignum *number);

#endif
