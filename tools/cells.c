#include "cells.h"

#include <math.h>
#include <stdlib.h>

#include "date_text.h"

cell_style cell_style_of(const char *display)
{
    if (!display) return CELL_NUMBER;
    if (strcmp(display, "percent") == 0) return CELL_PERCENT;
    if (strncmp(display, "currency", 8) == 0) return CELL_MONEY;
    if (strcmp(display, "whole number") == 0 || strcmp(display, "count") == 0) return CELL_WHOLE;
    if (strncmp(display, "duration", 8) == 0) return CELL_DURATION;
    return CELL_NUMBER;
}

int cell_decimals(double value, cell_style style)
{
    double size = fabs(value);
    switch (style) {
    case CELL_WHOLE:
        return size < 1e6 && size != floor(size) ? 1 : 0;
    case CELL_PERCENT:
        return size < 0.01 && size > 0 ? 2 : 1;
    case CELL_MONEY:
        return size < 10000 ? 2 : 0;
    default:
        return size < 10 ? 2 : size < 1000 ? 1 : 0;
    }
}

/* "1234567.89" with separators. */
static void put_grouped(text_buffer *out, const char *digits)
{
    if (*digits == '-') {
        text_put(out, "-", 1);
        digits++;
    }
    size_t whole = strcspn(digits, ".");
    for (size_t i = 0; i < whole; i++) {
        if (i && (whole - i) % 3 == 0) text_put(out, ",", 1);
        text_put(out, digits + i, 1);
    }
    text_put(out, digits + whole, strlen(digits + whole));
}

void cell_show(text_buffer *out, double value, cell_style style, int decimals)
{
    char digits[400];
    if (isnan(value)) {
        text_put(out, "-", 1);
        return;
    }
    if (isinf(value)) {
        text_print(out, value > 0 ? "inf" : "-inf");
        return;
    }
    snprintf(digits, sizeof digits, "%.*f", decimals, style == CELL_PERCENT ? value * 100 : value);
    bool zero = strspn(digits, "-0.") == strlen(digits);
    put_grouped(out, zero && digits[0] == '-' ? digits + 1 : digits);
}

void cell_double(text_buffer *out, double value)
{
    char digits[40];
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, value);
        if (strtod(digits, NULL) == value) break;
    }
    text_print(out, "%s", value == 0 ? "0" : digits);
}

void cell_instant(text_buffer *out, int64_t instant)
{
    const int64_t day_length = INT64_C(86400) * 1000000;
    int64_t day = instant / day_length - (instant % day_length < 0),
            of_day = instant - day * day_length;
    int32_t year, month, of_month;
    date_of_day_number(day, &year, &month, &of_month);
    int64_t seconds = of_day / 1000000, fraction = of_day % 1000000;
    text_print(out, "%04d-%02d-%02dT%02d:%02d:%02d", (int)year, (int)month, (int)of_month,
               (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60));
    if (fraction) text_print(out, ".%06d", (int)fraction);
    text_put(out, "Z", 1);
}

static void put_decimal(text_buffer *out, int64_t unscaled, int32_t scale)
{
    char digits[48];
    uint64_t size = unscaled < 0 ? 0 - (uint64_t)unscaled : (uint64_t)unscaled;
    int least = scale < 0 || scale > 18 ? 1 : (int)scale + 1; /* the scale of a table is 0 to 18 */
    snprintf(digits, sizeof digits, "%0*llu", least, (unsigned long long)size);
    size_t whole = strlen(digits) - (size_t)scale;
    text_print(out, "%s%.*s%s%s", unscaled < 0 ? "-" : "", (int)whole, digits, scale ? "." : "",
               digits + whole);
}

slice cell_text(const leadkpi_table *table, int32_t column, size_t row)
{
    const char *text = NULL;
    size_t length = 0;
    leadkpi_status status = leadkpi_table_get_text(table, column, row, &text, &length, NULL);
    return status == LEADKPI_OK && text ? (slice){text, length} : (slice){"", 0};
}

void cell_plain(text_buffer *out, const leadkpi_table *table, int32_t column, size_t row)
{
    int32_t type = leadkpi_table_column_type(table, column);
    int64_t whole = 0;
    double value = 0;
    if (leadkpi_table_is_null(table, column, row)) return;
    if (type == LEADKPI_TYPE_TEXT) {
        slice text = cell_text(table, column, row);
        text_put(out, text.data, text.length);
    } else if (type == LEADKPI_TYPE_DOUBLE) {
        leadkpi_status status = leadkpi_table_get_double(table, column, row, &value, NULL);
        if (status != LEADKPI_OK || isnan(value)) return;
        if (isinf(value))
            text_print(out, value > 0 ? "inf" : "-inf");
        else
            cell_double(out, value);
    } else if (leadkpi_table_get_int64(table, column, row, &whole, NULL) == LEADKPI_OK) {
        if (type == LEADKPI_TYPE_TIMESTAMP)
            cell_instant(out, whole);
        else if (type == LEADKPI_TYPE_BOOL)
            text_print(out, whole ? "true" : "false");
        else if (type == LEADKPI_TYPE_DECIMAL)
            put_decimal(out, whole, leadkpi_table_column_scale(table, column));
        else
            text_print(out, "%lld", (long long)whole);
    }
}
