/* sheet.h: a small CSV file as a table of the library: a column of numbers where every cell
 * is one (but "version"), of times where its name is of a time and every cell is a date, else of text. Empty cells
 * are null. All of it is in memory; for rows by the million there is `leadkpi report`. */
#ifndef TOOL_SHEET_H
#define TOOL_SHEET_H

#include <leadkpi/table.h>

#include "tool.h"

typedef struct sheet_column {
    char **texts; /* a cell each; NULL: empty */
    double *numbers;
    int64_t *times;
    uint8_t *validity;
} sheet_column;

typedef struct sheet {
    leadkpi_table *table; /* borrows from the columns */
    sheet_column *columns;
    int64_t *lines; /* of the file, a row each */
    char *name;     /* of the file */
    size_t column_count, row_count, row_capacity;
} sheet;

/* "-" is standard input. A file without a row is refused. */
int sheet_read(sheet *out, const char *path, trouble *why);
/* The first cell that keeps a column from being one of numbers; SIZE_MAX: none does. */
size_t sheet_first_text(const sheet *s, size_t column);
void sheet_free(sheet *s);

#endif
