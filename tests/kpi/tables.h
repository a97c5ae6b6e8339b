/* tables.h: small tables in, and a look into those that come out. */
#ifndef LK_TEST_KPI_TABLES_H
#define LK_TEST_KPI_TABLES_H

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include <leadkpi.h>

#define NUL LEADKPI_NUL_TERMINATED

static inline int32_t number_of(const char *name)
{
    int32_t kpi;
    ck_assert_int_eq(leadkpi_kpi_find(name, NUL, &kpi, NULL), LEADKPI_OK);
    return kpi;
}

static inline leadkpi_options *options_of(const char *schema, const char *text)
{
    leadkpi_options *options;
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_options_create(NULL, schema, NUL, &options, NULL), LEADKPI_OK);
    ck_assert_msg(leadkpi_options_parse(options, text, NUL, &error) == LEADKPI_OK, "%s", error.message);
    return options;
}

/* Names and arrays of doubles by turns, NULL at the end. NaN is null. */
static inline leadkpi_table *table_of(size_t rows, ...)
{
    static uint8_t bits[64][64]; /* of the last 64 columns that were made */
    static int column;
    leadkpi_table *table;
    va_list list;
    const char *name;
    ck_assert_int_eq(leadkpi_table_create(NULL, &table, NULL), LEADKPI_OK);
    va_start(list, rows);
    while ((name = va_arg(list, const char *))) {
        const double *values = va_arg(list, const double *);
        uint8_t *validity = bits[column++ % 64];
        memset(validity, 0, sizeof bits[0]);
        for (size_t i = 0; i < rows; i++) validity[i / 8] |= (uint8_t)(!isnan(values[i]) << i % 8);
        ck_assert_int_eq(leadkpi_table_borrow_double(table, name, NUL, values, rows, 0, validity, NULL),
                         LEADKPI_OK);
    }
    va_end(list);
    return table;
}

static inline int32_t column_of(const leadkpi_table *table, const char *column)
{
    int32_t index;
    leadkpi_error error;
    ck_assert_msg(leadkpi_table_find_column(table, column, NUL, &index, &error) == LEADKPI_OK, "%s",
                  error.message);
    return index;
}

/* NaN of null. */
static inline double number(const leadkpi_table *table, const char *column, size_t row)
{
    double value;
    int32_t index = column_of(table, column);
    if (leadkpi_table_is_null(table, index, row)) return NAN;
    ck_assert_int_eq(leadkpi_table_get_double(table, index, row, &value, NULL), LEADKPI_OK);
    return value;
}

static inline bool says(const leadkpi_table *table, const char *column, size_t row, const char *expected)
{
    const char *text;
    size_t length;
    ck_assert_int_eq(leadkpi_table_get_text(table, column_of(table, column), row, &text, &length, NULL),
                     LEADKPI_OK);
    return length == strlen(expected) && memcmp(text, expected, length) == 0;
}

#endif
