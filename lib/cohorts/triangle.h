/* triangle.h: many customers' periods, a bit each, to the counts of a retention triangle.
 *
 * Counts how often each byte of the shifted bits has each value, by cohort: an eighth of the
 * increments that single bits would take, and not one after another on the same few counts. */
#ifndef LK_COHORTS_TRIANGLE_H
#define LK_COHORTS_TRIANGLE_H

#include "base/memory.h"

#define LK_TRIANGLE_PERIODS_MAX 64
#define LK_TRIANGLE_VALUES 256

typedef struct lk_triangle {
    uint64_t *counts; /* by cohort, byte and its value */
    size_t period_count, byte_count;
} lk_triangle;

/* Status: OK, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_triangle_open(lk_triangle *triangle, lk_memory *memory, size_t period_count,
                                leadkpi_error *error);
void lk_triangle_close(lk_triangle *triangle, lk_memory *memory);

/* cells[cohort * period_count + age], which are set. */
void lk_triangle_read(const lk_triangle *triangle, int64_t *cells);

static inline uint32_t lk_lowest_bit(uint64_t bits)
{
#if defined(__GNUC__)
    return (uint32_t)__builtin_ctzll(bits);
#else
    uint32_t place = 0;
    for (; !(bits & 1); bits >>= 1) place++;
    return place;
#endif
}

/* A customer of a cohort; bit 0 of `ages` is that of age 0. Cost: a count for each 8 periods, in 150 KB
 * for 24 of them. */
static inline void lk_triangle_add(lk_triangle *t, size_t cohort, uint64_t ages)
{
    uint64_t *counts = t->counts + cohort * t->byte_count * LK_TRIANGLE_VALUES;
    for (size_t byte = 0; byte < t->byte_count; byte++, ages >>= 8)
        counts[byte * LK_TRIANGLE_VALUES + (ages & 255)]++;
}

#endif
