/* batch.h: rows as columns, ready to be handed to the library as a table.
 *
 * A batch holds at most BATCH_ROWS rows and about BATCH_TEXT bytes of text a column, and is
 * used again and again: this bounds the memory of the command, however
 * long the file. */
#ifndef TOOL_BATCH_H
#define TOOL_BATCH_H

#include <leadkpi/table.h>

#include "number_text.h"

#define BATCH_ROWS 16384
#define BATCH_TEXT ((size_t)4 * 1024 * 1024)

typedef enum column_type {
    COLUMN_TEXT,
    COLUMN_TIME,
    COLUMN_NUMBER,
    COLUMN_INTEGER
} column_type;

typedef struct batch_column {
    char *name;
    column_type type;
    int64_t *values;  /* times, numbers, integers */
    int64_t *offsets; /* text: rows + 1 */
    char *bytes;
    size_t byte_capacity;
    uint8_t *filled;   /* a byte a row: 0 is null */
    uint8_t *validity; /* the same as bits, made when the batch is handed over */
    int scale;         /* of all numbers of this batch */
    bool has_null;
} batch_column;

typedef struct batch {
    batch_column *columns;
    size_t column_count;
    size_t row_count;
    int64_t *lines; /* where the rows stand in their file */
} batch;

void batch_start(batch *batch);
/* Returns the column's place. */
size_t batch_add_column(batch *batch, const char *name, column_type type);
void batch_free(batch *batch);

/* The cells of the row that is being put together; it counts once batch_end_row is called. */
void batch_put_null(batch *batch, size_t column);
void batch_put_text(batch *batch, size_t column, slice text);
/* An instant of a time, or an integer. */
void batch_put_int64(batch *batch, size_t column, int64_t value);
/* false: the numbers of this batch do not fit in 18 digits together. */
bool batch_put_number(batch *batch, size_t column, const number_value *number);
/* true: the batch is full. */
bool batch_end_row(batch *batch, int64_t line);
void batch_clear(batch *batch);

/* A table that borrows the rows from `from` up to, not with, `to`. */
leadkpi_status batch_table(batch *batch, size_t from, size_t to, leadkpi_table **out,
                           leadkpi_error *error);

#endif
