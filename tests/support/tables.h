/* tables.h: reading tables and options in tests, with calls that must succeed. */
#ifndef LK_TEST_TABLES_H
#define LK_TEST_TABLES_H

#include <check.h>
#include <leadkpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ok.h"

#define NUL LEADKPI_NUL_TERMINATED

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

static inline int same_cell(const leadkpi_table *a, const leadkpi_table *b, int32_t column,
                            size_t row)
{
    const char *texts[2];
    size_t lengths[2];
    double numbers[2];
    int32_t type = leadkpi_table_column_type(a, column);
    if (leadkpi_table_is_null(a, column, row) != leadkpi_table_is_null(b, column, row)) return 0;
    if (type == LEADKPI_TYPE_DOUBLE) {
        OK(leadkpi_table_get_double(a, column, row, &numbers[0], ok_error));
        OK(leadkpi_table_get_double(b, column, row, &numbers[1], ok_error));
        return memcmp(&numbers[0], &numbers[1], sizeof numbers[0]) == 0;
    }
    if (type != LEADKPI_TYPE_TEXT) {
        int64_t wholes[2];
        OK(leadkpi_table_get_int64(a, column, row, &wholes[0], ok_error));
        OK(leadkpi_table_get_int64(b, column, row, &wholes[1], ok_error));
        return wholes[0] == wholes[1];
    }
    OK(leadkpi_table_get_text(a, column, row, &texts[0], &lengths[0], ok_error));
    OK(leadkpi_table_get_text(b, column, row, &texts[1], &lengths[1], ok_error));
    return lengths[0] == lengths[1] && (!texts[0] || memcmp(texts[0], texts[1], lengths[0]) == 0);
}

/* Two tables are the same to the last bit. */
static inline void same_table(const leadkpi_table *a, const leadkpi_table *b, const char *what)
{
    int32_t columns = leadkpi_table_column_count(a);
    ck_assert_int_eq(columns, leadkpi_table_column_count(b));
    ck_assert_uint_eq(leadkpi_table_row_count(a), leadkpi_table_row_count(b));
    for (int32_t c = 0; c < columns; c++) {
        ck_assert_int_eq(leadkpi_table_column_type(a, c), leadkpi_table_column_type(b, c));
        for (size_t row = 0; row < leadkpi_table_row_count(a); row++)
            ck_assert_msg(same_cell(a, b, c, row), "%s: %s of row %zu is another", what,
                          leadkpi_table_column_name(a, c), row);
    }
}

/* A row as text, the cells of `columns` (names parted by blanks) parted by commas, and a newline; null is
 * nothing, and a double has nine digits, of which any libm agrees. Returns how many bytes. */
static inline size_t row_text(const leadkpi_table *t, const char *columns, size_t row, char *out, size_t size)
{
    size_t used = 0;
    for (; *columns; columns += strspn(columns, " ")) {
        char name[64];
        int length = (int)strcspn(columns, " ");
        ck_assert_msg(length < (int)sizeof name && used + 64 < size, "row_text: too long");
        snprintf(name, sizeof name, "%.*s", length, columns);
        columns += length;
        int32_t column = column_of(t, name), type = leadkpi_table_column_type(t, column);
        const char *part = *columns ? "," : "\n";
        if (leadkpi_table_is_null(t, column, row)) {
            used += (size_t)snprintf(out + used, size - used, "%s", part);
        } else if (type == LEADKPI_TYPE_TEXT) {
            const char *text;
            size_t bytes;
            OK(leadkpi_table_get_text(t, column, row, &text, &bytes, ok_error));
            used += (size_t)snprintf(out + used, size - used, "%.*s%s", (int)bytes, text, part);
        } else if (type == LEADKPI_TYPE_DOUBLE) {
            used += (size_t)snprintf(out + used, size - used, "%.9g%s", number_at(t, name, row), part);
        } else {
            used += (size_t)snprintf(out + used, size - used, "%lld%s", (long long)whole_at(t, name, row), part);
        }
        ck_assert_msg(used < size, "row_text: too long");
    }
    return used;
}

/* All rows of the table are these lines. */
static inline void rows_are(const leadkpi_table *t, const char *columns, const char *expected)
{
    static char found[1 << 14];
    size_t used = 0;
    found[0] = '\0';
    for (size_t row = 0; row < leadkpi_table_row_count(t); row++)
        used += row_text(t, columns, row, found + used, sizeof found - used);
    ck_assert_msg(strcmp(found, expected) == 0, "%s: expected\n%sfound\n%s", columns, expected, found);
}

typedef struct blob {
    uint8_t *bytes;
    size_t size;
} blob;

#endif
