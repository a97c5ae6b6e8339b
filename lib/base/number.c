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

bool lk_number_parse_int64(lk_text text, int64_t *out)
{
    size_t i = 0;
    bool negative = text.length && text.data[0] == '-';
    if (negative || (text.length && text.data[0] == '+')) i++;
    if (i == text.length) return false;
    uint64_t largest = (uint64_t)INT64_MAX + negative, magnitude = 0;
    for (; i < text.length; i++) {
        unsigned digit = (unsigned char)text.data[i] - (unsigned)'0';
        if (digit > 9 || magnitude > (largest - digit) / 10) return false;
        magnitude = magnitude * 10 + digit;
    }
    *out = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return true;
}
