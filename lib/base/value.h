/* value.h: a number as it came, in canonical form: equal numbers have equal bits. */
#ifndef LK_VALUE_H
#define LK_VALUE_H

#include "base/exact_sum.h"
#include "base/table.h"

enum {
    LK_VALUE_NONE = 0,
    LK_VALUE_DECIMAL = 1, /* and up to 19: payload / 10^(kind - 1), no trailing zero digit */
    LK_VALUE_DOUBLE = 32  /* the bits of a double that is not an integer below 2^53 */
};

typedef struct lk_value {
    int64_t payload;
    int32_t kind;
} lk_value;

/* A valid cell of a number column. */
lk_value lk_row_value(const lk_column *column, size_t row);
lk_value lk_value_of_decimal(int64_t mantissa, int32_t scale);
lk_value lk_value_of_double(double number);

/* Add a value that is finite and below 2^63 in size. */
void lk_value_add_to(lk_value value, lk_exact_sum *sum);

double lk_value_to_double(lk_value value);

/* Is it in its one form, finite and below 2^63 in size? Of what a state may hold. */
bool lk_value_is_canonical(lk_value value);

#endif
