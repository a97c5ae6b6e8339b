/* tables.h: reading tables and options in tests, with calls that must succeed. */
#ifndef LK_TEST_TABLES_H
#define LK_TEST_TABLES_H

#include <check.h>
#include <leadkpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUL LEADKPI_NUL_TERMINATED

#define OK(call)                                                                                   \
    do {                                                                                           \
        leadkpi_error ok_error_;                                                                   \
        leadkpi_error *ok_error = &ok_error_;                                                      \
        leadkpi_status ok_status_ = (call);                                                        \
        ck_assert_msg(ok_status_ == LEADKPI_OK, "%s: %s", #call, ok_error_.message);               \
    } while (0)

static inline leadkpi_options *options_of(const char *schema, const char *text)
{
    leadkpi_options *options;
    OK(leadkpi_options_create(NULL, schema, NUL, &options, ok_error));
    OK(leadkpi_options_parse(options, text, NUL, ok_error));
    return options;
}

static inline int32_t column_of(const leadkpi_table *table, const char *name)
{
    int32_t column;
    OK(leadkpi_table_find_column(table, name, NUL, &column, ok_error));
    return column;
}

static inline int64_t whole_at(const leadkpi_table *table, const char *name, size_t row)
{
    int64_t value;
    OK(leadkpi_table_get_int64(table, column_of(table, name), row, &value, ok_error));
    return value;
}

static inline double number_at(const leadkpi_table *table, const char *name, size_t row)
{
    double value;
    OK(leadkpi_table_get_double(table, column_of(table, name), row, &value, ok_error));
    return value;
}

static inline int is_null_at(const leadkpi_table *table, const char *name, size_t row)
{
    return leadkpi_table_is_null(table, column_of(table, name), row);
}

/* `expected` may be NULL: the cell is null. */
static inline int has_text_at(const leadkpi_table *table, const char *name, size_t row,
                              const char *expected)
{
    const char *text;
    size_t length;
    OK(leadkpi_table_get_text(table, column_of(table, name), row, &text, &length, ok_error));
    if (!text || !expected) return !text && !expected;
    return length == strlen(expected) && memcmp(text, expected, length) == 0;
}

static inline void text_is(const leadkpi_table *table, const char *name, size_t row,
                           const char *expected)
{
    ck_assert_msg(has_text_at(table, name, row, expected), "%s of row %zu: expected \"%s\"", name, row,
                  expected ? expected : "null");
}

typedef struct blob {
    uint8_t *bytes;
    size_t size;
} blob;

#endif
