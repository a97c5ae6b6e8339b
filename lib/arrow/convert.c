/* convert.c: values that do not lie as the library's do, copied so that they do.
 *
 * Cost: 1 to 32 bytes read and 8 written a row, in order. Widening has no branch in its loop;
 * what may be refused has one, never taken. A null cell becomes 0, whatever stands there. */
#include <math.h>

#include "arrow/source.h"

#define WIDEN(type)                                              \
    for (size_t row = 0; row < row_count; row++) {               \
        type value;                                              \
        memcpy(&value, from + row * sizeof value, sizeof value); \
        to[row] = value;                                         \
    }

static void widen_signed(int64_t *to, const char *from, int32_t width, size_t row_count)
{
    switch (width) {
    case 1:
        WIDEN(int8_t)
        break;
    case 2:
        WIDEN(int16_t)
        break;
    case 4:
        WIDEN(int32_t)
        break;
    default:
        WIDEN(int64_t)
    }
}

static void widen_unsigned(int64_t *to, const char *from, int32_t width, size_t row_count)
{
    switch (width) {
    case 1:
        WIDEN(uint8_t)
        break;
    case 2:
        WIDEN(uint16_t)
        break;
    default:
        WIDEN(uint32_t)
    }
}

static leadkpi_status refuse(const lk_arrow_source *source, size_t row, const char *expected,
                             leadkpi_error *error)
{
    return lk_fail_at(
        error, LEADKPI_BAD_DATA, (int64_t)row, source->column,
        "column \"%.*s\" of Arrow format \"%s\": expected %s, found something else in "
        "row %zu",
        LK_TEXT_ARGS(source->name), source->schema->format, expected, row);
}

/* 2^63 and above do not fit. */
static leadkpi_status narrow_unsigned(int64_t *to, const lk_arrow_source *source,
                                      leadkpi_error *error)
{
    const char *from = lk_arrow_values(source, sizeof(uint64_t));
    for (size_t row = 0; row < source->row_count; row++) {
        uint64_t value;
        if (!lk_arrow_is_valid(source, row)) continue;
        memcpy(&value, from + row * sizeof value, sizeof value);
        if (LK_UNLIKELY(value > INT64_MAX))
            return refuse(source, row, "at most 9223372036854775807", error);
        to[row] = (int64_t)value;
    }
    return LEADKPI_OK;
}

/* In place, from the source's unit to microseconds. */
static leadkpi_status to_microseconds(int64_t *values, const lk_arrow_source *source,
                                      leadkpi_error *error)
{
    int64_t unit = source->format.microseconds, most = unit ? INT64_MAX / unit : 0;
    for (size_t row = 0; row < source->row_count; row++) {
        int64_t value = values[row];
        if (!lk_arrow_is_valid(source, row)) {
            values[row] = 0;
        } else if (unit == 0) {
            if (LK_UNLIKELY(value % 1000))
                return refuse(source, row, "whole microseconds (round them first)", error);
            values[row] = value / 1000;
        } else {
            if (LK_UNLIKELY(value > most || value < -most))
                return refuse(source, row, "an instant within 292,000 years of 1970", error);
            values[row] = value * unit;
        }
    }
    return LEADKPI_OK;
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LOWEST_FIRST 0
#else
#define LOWEST_FIRST 1
#endif

/* Whether a number of 16 or 32 bytes is one of 8. */
static bool narrow_decimal(const char *from, int32_t width, int64_t *out)
{
    int64_t words[4];
    int32_t count = width / 8;
    memcpy(words, from, (size_t)width);
    *out = words[LOWEST_FIRST ? 0 : count - 1];
    bool fits = true;
    for (int32_t i = 1; i < count; i++)
        fits &= words[LOWEST_FIRST ? i : count - 1 - i] == (*out < 0 ? -1 : 0);
    return fits;
}

static leadkpi_status narrow_decimals(int64_t *to, const lk_arrow_source *source,
                                      leadkpi_error *error)
{
    int32_t width = source->format.width;
    const char *from = lk_arrow_values(source, (size_t)width);
    for (size_t row = 0; row < source->row_count; row++) {
        if (!lk_arrow_is_valid(source, row)) continue;
        if (LK_UNLIKELY(!narrow_decimal(from + row * (size_t)width, width, &to[row])))
            return refuse(source, row, "at most 9223372036854775807 before the point is set",
                          error);
    }
    return LEADKPI_OK;
}

leadkpi_status lk_arrow_convert_int64(leadkpi_table *table, const lk_arrow_source *source,
                                      const int64_t **values, leadkpi_error *error)
{
    int64_t *to;
    int32_t kind = source->format.kind, width = source->format.width;
    const char *from = lk_arrow_values(source, (size_t)width);
    LK_TRY(lk_arrow_keep(table, source->row_count, sizeof *to, &to, error));
    *values = to;
    if (kind == LK_ARROW_UNSIGNED && width == 8) return narrow_unsigned(to, source, error);
    if (kind == LK_ARROW_DECIMAL && width > 8) return narrow_decimals(to, source, error);
    if (kind == LK_ARROW_UNSIGNED)
        widen_unsigned(to, from, width, source->row_count);
    else
        widen_signed(to, from, width, source->row_count);
    return kind == LK_ARROW_TIME ? to_microseconds(to, source, error) : LEADKPI_OK;
}

/* IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction. */
static double half_number(uint16_t bits)
{
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double magnitude;
    if (exponent == 31)
        magnitude = fraction ? NAN : INFINITY;
    else if (exponent)
        magnitude = ldexp(1024 + fraction, exponent - 25);
    else
        magnitude = ldexp(fraction, -24);
    return bits >> 15 ? -magnitude : magnitude;
}

leadkpi_status lk_arrow_convert_double(leadkpi_table *table, const lk_arrow_source *source,
                                       const double **values, leadkpi_error *error)
{
    double *to;
    size_t row_count = source->row_count;
    const char *from = lk_arrow_values(source, (size_t)source->format.width);
    LK_TRY(lk_arrow_keep(table, row_count, sizeof *to, &to, error));
    *values = to;
    if (source->format.width == 4) {
        WIDEN(float)
        return LEADKPI_OK;
    }
    for (size_t row = 0; row < row_count; row++) {
        uint16_t bits;
        memcpy(&bits, from + row * sizeof bits, sizeof bits);
        to[row] = half_number(bits);
    }
    return LEADKPI_OK;
}

leadkpi_status lk_arrow_convert_bool(leadkpi_table *table, const lk_arrow_source *source,
                                     const uint8_t **values, leadkpi_error *error)
{
    uint8_t *to;
    const uint8_t *bits = source->row_count ? source->array->buffers[1] : NULL;
    LK_TRY(lk_arrow_keep(table, source->row_count, 1, &to, error));
    *values = to;
    for (size_t row = 0, at = source->start; row < source->row_count; row++, at++)
        to[row] = bits[at >> 3] >> (at & 7) & 1;
    return LEADKPI_OK;
}
