#include "base/number.h"

size_t lk_number_print_uint64(char *out, uint64_t value)
{
    char reversed[24];
    size_t count = 0;
    do {
        reversed[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    for (size_t i = 0; i < count; i++) out[i] = reversed[count - 1 - i];
    return count;
}

size_t lk_number_print_int64(char *out, int64_t value)
{
    if (value >= 0) return lk_number_print_uint64(out, (uint64_t)value);
    out[0] = '-';
    return 1 + lk_number_print_uint64(out + 1, 0 - (uint64_t)value);
}

size_t lk_number_print_double(char out[LK_NUMBER_DOUBLE_SIZE], double value)
{
    (void)value;
    out[0] = '?';
    return 1;
}
