#include "batch.h"

#include <stdlib.h>

void batch_start(batch *out)
{
    *out = (batch){.lines = tool_allocate(BATCH_ROWS, sizeof(int64_t))};
}

size_t batch_add_column(batch *to, const char *name, column_type type)
{
    to->columns = tool_resize(to->columns, to->column_count + 1, sizeof *to->columns);
    batch_column *column = &to->columns[to->column_count];
    *column = (batch_column){.name = tool_copy(slice_of(name)), .type = type};
    column->filled = tool_allocate(BATCH_ROWS, 1);
    column->validity = tool_allocate(BATCH_ROWS / 8, 1);
    if (type == COLUMN_TEXT) {
        column->offsets = tool_allocate(BATCH_ROWS + 1, sizeof(int64_t));
        column->byte_capacity = 4096;
        column->bytes = tool_allocate(column->byte_capacity, 1);
    } else {
        column->values = tool_allocate(BATCH_ROWS, sizeof(int64_t));
    }
    return to->column_count++;
}

void batch_free(batch *of)
{
    for (size_t i = 0; i < of->column_count; i++) {
        batch_column *column = &of->columns[i];
        free(column->name);
        free(column->values);
        free(column->offsets);
        free(column->bytes);
        free(column->filled);
        free(column->validity);
    }
    free(of->columns);
    free(of->lines);
    *of = (batch){0};
}

void batch_put_null(batch *to, size_t place)
{
    batch_column *column = &to->columns[place];
    column->filled[to->row_count] = 0;
    column->has_null = true;
    if (column->type == COLUMN_TEXT)
        column->offsets[to->row_count + 1] = column->offsets[to->row_count];
    else
        column->values[to->row_count] = 0;
}

void batch_put_text(batch *to, size_t place, slice text)
{
    batch_column *column = &to->columns[place];
    size_t at = (size_t)column->offsets[to->row_count];
    if (text.length > column->byte_capacity - at) {
        while (column->byte_capacity - at < text.length) column->byte_capacity *= 2;
        column->bytes = tool_resize(column->bytes, column->byte_capacity, 1);
    }
    if (text.length) memcpy(column->bytes + at, text.data, text.length);
    column->offsets[to->row_count + 1] = (int64_t)(at + text.length);
    column->filled[to->row_count] = 1;
}

void batch_put_int64(batch *to, size_t place, int64_t value)
{
    to->columns[place].values[to->row_count] = value;
    to->columns[place].filled[to->row_count] = 1;
}

/* All numbers so far to a larger scale; nothing changes where one does not fit. */
static bool rescale(batch_column *column, size_t row_count, int scale)
{
    int places = scale - column->scale;
    for (size_t i = 0; i < row_count; i++) {
        int64_t value = column->values[i];
        if (!number_shift(&value, places)) return false;
    }
    for (size_t i = 0; i < row_count; i++) (void)number_shift(&column->values[i], places);
    column->scale = scale;
    return true;
}

bool batch_put_number(batch *to, size_t place, const number_value *number)
{
    batch_column *column = &to->columns[place];
    int64_t value = number->unscaled;
    if (number->scale > column->scale && !rescale(column, to->row_count, number->scale))
        return false;
    if (!number_shift(&value, column->scale - number->scale)) return false;
    column->values[to->row_count] = value;
    column->filled[to->row_count] = 1;
    return true;
}

bool batch_end_row(batch *to, int64_t line)
{
    bool full = to->row_count + 1 == BATCH_ROWS;
    to->lines[to->row_count++] = line;
    for (size_t i = 0; i < to->column_count; i++)
        if (to->columns[i].type == COLUMN_TEXT &&
            (size_t)to->columns[i].offsets[to->row_count] > BATCH_TEXT)
            full = true;
    return full;
}

void batch_clear(batch *of)
{
    of->row_count = 0;
    for (size_t i = 0; i < of->column_count; i++) {
        of->columns[i].scale = 0;
        of->columns[i].has_null = false;
    }
}

static const uint8_t *validity_of(batch_column *column, size_t from, size_t to)
{
    if (!column->has_null) return NULL;
    memset(column->validity, 0, BATCH_ROWS / 8);
    for (size_t i = from; i < to; i++)
        column->validity[(i - from) / 8] |= (uint8_t)((column->filled[i] != 0) << ((i - from) % 8));
    return column->validity;
}

static leadkpi_status borrow(leadkpi_table *table, batch_column *column, size_t from, size_t to,
                             leadkpi_error *error)
{
    size_t length = strlen(column->name), count = to - from;
    const uint8_t *validity = validity_of(column, from, to);
    switch (column->type) {
    case COLUMN_TEXT:
        return leadkpi_table_borrow_text(table, column->name, length, column->offsets + from,
                                         column->bytes, count, validity, error);
    case COLUMN_TIME:
        return leadkpi_table_borrow_timestamp(table, column->name, length, column->values + from,
                                              count, 0, validity, error);
    case COLUMN_INTEGER:
        return leadkpi_table_borrow_int64(table, column->name, length, column->values + from, count, 0,
                                          validity, error);
    default:
        return leadkpi_table_borrow_decimal(table, column->name, length, column->values + from,
                                            column->scale, count, 0, validity, error);
    }
}

leadkpi_status batch_table(batch *of, size_t from, size_t to, leadkpi_table **out,
                           leadkpi_error *error)
{
    leadkpi_status status = leadkpi_table_create(NULL, out, error);
    for (size_t i = 0; i < of->column_count && status == LEADKPI_OK; i++)
        status = borrow(*out, &of->columns[i], from, to, error);
    if (status != LEADKPI_OK) {
        leadkpi_table_free(*out);
        *out = NULL;
    }
    return status;
}
