/* text_table.h: a table from text, for tests that show their rows where they are used.
 *
 *     leadkpi_table *table = text_table("id:i time:t event:s amount:d",
 * "1,100,visit,250\n1,,won,\n");
 *
 * Columns are name:type, types i (int64), t (timestamp, microseconds), d (decimal of scale 2, told
 * in hundredths), s (text); rows are lines of cells parted by commas, and an empty cell is null.
 * The numbers lie in memory of this file: one such table lives at a time. */
#ifndef LK_TEST_TEXT_TABLE_H
#define LK_TEST_TEXT_TABLE_H

#include "tables.h"

#define TEXT_TABLE_COLUMNS 8
#define TEXT_TABLE_ROWS 64

typedef struct text_column {
    char name[32];
    char type;
    int64_t numbers[TEXT_TABLE_ROWS];
    const char *texts[TEXT_TABLE_ROWS];
    char bytes[TEXT_TABLE_ROWS][40];
    uint8_t validity[TEXT_TABLE_ROWS / 8];
} text_column;

static inline size_t text_columns_read(const char *names, text_column *columns)
{
    size_t count = 0;
    memset(columns, 0, TEXT_TABLE_COLUMNS * sizeof *columns);
    for (; *names; names += strspn(names, " ")) {
        size_t length = strcspn(names, ":");
        ck_assert(count < TEXT_TABLE_COLUMNS && length < sizeof columns->name);
        memcpy(columns[count].name, names, length);
        columns[count++].type = names[length + 1];
        names += length + 2;
    }
    return count;
}

static inline void text_cell_read(text_column *column, size_t row, const char *cell, size_t length)
{
    ck_assert(row < TEXT_TABLE_ROWS && length < sizeof column->bytes[0]);
    memcpy(column->bytes[row], cell, length);
    column->bytes[row][length] = 0;
    column->texts[row] = length ? column->bytes[row] : NULL;
    column->numbers[row] = column->type == 's' ? 0 : strtoll(column->bytes[row], NULL, 10);
    if (length) column->validity[row / 8] |= (uint8_t)(1 << row % 8);
}

static inline size_t text_rows_read(const char *rows, text_column *columns, size_t count)
{
    size_t row = 0;
    for (; *rows; row++)
        for (size_t i = 0; i < count; i++) {
            size_t length = strcspn(rows, ",\n");
            ck_assert(rows[length] == (i + 1 < count ? ',' : '\n'));
            text_cell_read(&columns[i], row, rows, length);
            rows += length + 1;
        }
    return row;
}

static inline leadkpi_table *text_table(const char *names, const char *rows)
{
    static text_column columns[TEXT_TABLE_COLUMNS];
    leadkpi_table *table;
    size_t count = text_columns_read(names, columns),
           row_count = text_rows_read(rows, columns, count);
    OK(leadkpi_table_create(NULL, &table, ok_error));
    for (size_t i = 0; i < count; i++) {
        text_column *c = &columns[i];
        switch (c->type) {
        case 'i':
            OK(leadkpi_table_borrow_int64(table, c->name, NUL, c->numbers, row_count, 0,
                                          c->validity, ok_error));
            break;
        case 't':
            OK(leadkpi_table_borrow_timestamp(table, c->name, NUL, c->numbers, row_count, 0,
                                              c->validity, ok_error));
            break;
        case 'd':
            OK(leadkpi_table_borrow_decimal(table, c->name, NUL, c->numbers, 2, row_count, 0,
                                            c->validity, ok_error));
            break;
        default:
            ck_assert_int_eq(c->type, 's');
            OK(leadkpi_table_copy_strings(table, c->name, NUL, c->texts, row_count, ok_error));
        }
    }
    return table;
}

#endif
