#include "base/value.h"

lk_value lk_value_of_decimal(int64_t mantissa, int32_t scale)
{
    while (scale > 0 && mantissa % 10 == 0) {
        mantissa /= 10;
        scale--;
    }
    return (lk_value){mantissa, LK_VALUE_DECIMAL + scale};
}

lk_value lk_value_of_double(double number)
{
    lk_value value = {0, LK_VALUE_DOUBLE};
    if (number > -0x1p53 && number < 0x1p53 && (double)(int64_t)number == number)
        return (lk_value){(int64_t)number, LK_VALUE_DECIMAL};
    memcpy(&value.payload, &number, sizeof number);
    return value;
}

lk_value lk_row_value(const lk_column *column, size_t row)
{
    if (column->type == LEADKPI_TYPE_DOUBLE) return lk_value_of_double(lk_column_double(column, row));
    return lk_value_of_decimal(lk_column_int64(column, row), column->scale);
}

void lk_value_add_to(lk_value value, lk_exact_sum *sum)
{
    double number;
    /* Neither can fail: the number was checked, and 2^64 of the largest fit in the sum. */
    if (value.kind == LK_VALUE_DOUBLE) {
        memcpy(&number, &value.payload, sizeof number);
        (void)lk_exact_sum_add_double(sum, number, NULL);
    } else if (value.kind != LK_VALUE_NONE) {
        (void)lk_exact_sum_add_decimal(sum, value.payload, value.kind - LK_VALUE_DECIMAL, NULL);
    }
}

double lk_value_to_double(lk_value value)
{
    lk_exact_sum sum = LK_EXACT_SUM_ZERO;
    lk_value_add_to(value, &sum);
    return lk_exact_sum_to_double(&sum);
}

bool lk_value_is_canonical(lk_value value)
{
    if (value.kind == LK_VALUE_NONE) return value.payload == 0;
    lk_value again;
    if (value.kind == LK_VALUE_DOUBLE) {
        double number;
        memcpy(&number, &value.payload, sizeof number);
        if (!lk_exact_sum_takes(number)) return false;
        again = lk_value_of_double(number);
    } else {
        int32_t scale = value.kind - LK_VALUE_DECIMAL;
        if (scale < 0 || scale > LK_EXACT_SUM_SCALE_MAX) return false;
        again = lk_value_of_decimal(value.payload, scale);
    }
    return again.kind == value.kind && again.payload == value.payload;
}
