/* exact_sum.h: a sum that does not depend on the order of what is added.
 *
 * Money, credits and every other fraction that reaches a state are added up
 * here. A sum is a fixed-point number of 256 bits in two's complement, 128 of
 * them after the point (Q128.128), the least limb first. Each addend is rounded
 * once, half to even, to a multiple of 2^-128; from there on all arithmetic is
 * that of integers. So sums can be merged, taken back and compared, and are the
 * same 32 bytes for every order, batch, shard and compiler.
 *
 * What was weighed against it:
 *   Neumaier or Kahan  16 bytes, about 1 ns an addend; a small error, but one that
 *                      depends on the order: two shards do not merge to the same bytes.
 *   Superaccumulator   (Kulisch; Neal 2015, arXiv:1505.05571) exact over all doubles,
 *                      but 300 to 540 bytes a sum: too much for one a lead or a cell.
 *   Q128.128           32 bytes, exact for what money is: a double of 2^-75 or more
 *                      enters without any rounding, and 2^64 addends of the largest
 *                      size fit. The price is a range: |addend| < 2^63, else refused.
 *
 * Cost an addend (bench/bench_base, gcc 12 -O2, an AMD EPYC core): 3.5 ns in a batch,
 * 6 ns one by one, 7 ns over 4,096 sums by turns, 25 ns for a decimal; Neumaier takes 1.9 ns.
 *
 * A failing call leaves the sum as it was. Functions that take no error cannot fail. */
#ifndef LK_EXACT_SUM_H
#define LK_EXACT_SUM_H

#include <stddef.h>

#include "base/error.h"

typedef struct lk_exact_sum {
    uint64_t limbs[4];
} lk_exact_sum;

#define LK_EXACT_SUM_ZERO ((lk_exact_sum){{0, 0, 0, 0}})

/* The largest scale of a decimal: 10^18 is the last power of ten in an int64. */
#define LK_EXACT_SUM_SCALE_MAX 18

/* Can `value` be added at all? Finite and |value| < 2^63; false for NaN. */
static inline bool lk_exact_sum_takes(double value)
{
    return value > -0x1p63 && value < 0x1p63;
}

/* `value` is rounded once to a multiple of 2^-128.
 * Status: OK, BAD_DATA (NaN, infinite), OVERFLOW (|value| >= 2^63, or the sum). */
leadkpi_status lk_exact_sum_add_double(lk_exact_sum *sum, double value, leadkpi_error *error);

/* mantissa / 10^scale, rounded once to a multiple of 2^-128; scale from 0 to 18.
 * Status: OK, BAD_ARGUMENT (scale), OVERFLOW (the sum). */
leadkpi_status lk_exact_sum_add_decimal(lk_exact_sum *sum, int64_t mantissa, int32_t scale,
                                        leadkpi_error *error);

/* Status: OK, OVERFLOW (the sum). */
leadkpi_status lk_exact_sum_add_int64(lk_exact_sum *sum, int64_t value, leadkpi_error *error);

/* into + from and into - from; `into` and `from` may be the same.
 * Status: OK, OVERFLOW. */
leadkpi_status lk_exact_sum_add(lk_exact_sum *into, const lk_exact_sum *from, leadkpi_error *error);
leadkpi_status lk_exact_sum_subtract(lk_exact_sum *into, const lk_exact_sum *from,
                                     leadkpi_error *error);

/* 0 - sum. Status: OK, OVERFLOW (-2^127 alone has no opposite). */
leadkpi_status lk_exact_sum_negate(lk_exact_sum *sum, leadkpi_error *error);

/* Many doubles, all or none, from `values` by `stride_bytes` (0: without gaps).
 * validity: NULL, or one bit a row, lowest first, where 0 leaves the row out.
 * Status: as lk_exact_sum_add_double, with the row. */
leadkpi_status lk_exact_sum_add_doubles(lk_exact_sum *sum, const double *values,
                                        ptrdiff_t stride_bytes, size_t count,
                                        const uint8_t *validity, leadkpi_error *error);

/* Below 0, 0, above 0, as a is less than, equal to or more than b. */
int lk_exact_sum_compare(const lk_exact_sum *a, const lk_exact_sum *b);

static inline bool lk_exact_sum_is_negative(const lk_exact_sum *sum)
{
    return sum->limbs[3] >> 63;
}

static inline bool lk_exact_sum_is_zero(const lk_exact_sum *sum)
{
    return (sum->limbs[0] | sum->limbs[1] | sum->limbs[2] | sum->limbs[3]) == 0;
}

/* The nearest double, half to even; zero is +0. */
double lk_exact_sum_to_double(const lk_exact_sum *sum);

#endif
