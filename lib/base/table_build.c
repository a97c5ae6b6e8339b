/* table_build.c: columns that a table owns. */
#include <math.h>

#include "base/table_parts.h"

static size_t bits_to_bytes(size_t bits)
{
    return bits / 8 + (bits % 8 != 0);
}

static leadkpi_status make_cells(leadkpi_table *table, lk_column *column, size_t width, bool cleared,
                                 leadkpi_error *error)
{
    void *cells;
    if (cleared) return lk_column_own(table, column, LK_BLOCK_VALUES, column->row_count, width, 0, error);
    LK_TRY(lk_allocate(&table->memory, column->row_count, width, &cells, error));
    column->owned[LK_BLOCK_VALUES] = (lk_block){cells, column->row_count * width};
    return LEADKPI_OK;
}

static leadkpi_status fill_fixed(leadkpi_table *table, lk_column *column, size_t width, bool cleared,
                                 bool nullable, leadkpi_error *error)
{
    LK_TRY(make_cells(table, column, width, cleared, error));
    column->values = column->owned[LK_BLOCK_VALUES].data;
    if (!nullable) return LEADKPI_OK;
    LK_TRY(lk_column_own(table, column, LK_BLOCK_VALIDITY, bits_to_bytes(column->row_count), 1,
                         0xFF, error));
    column->validity = column->owned[LK_BLOCK_VALIDITY].data;
    return LEADKPI_OK;
}

static leadkpi_status add_fixed(leadkpi_table *table, lk_text name, const char *unit, int32_t type, int32_t scale,
                                size_t width, size_t row_count, bool cleared, bool nullable, void *values,
                                leadkpi_error *error)
{
    lk_column *column;
    LK_TRY(lk_column_new(table, name, unit, type, row_count, width, &column, error));
    column->scale = scale;
    LK_TRY(lk_column_close(table, column, fill_fixed(table, column, width, cleared, nullable, error), error));
    memcpy(values, &column->owned[LK_BLOCK_VALUES].data, sizeof(void *));
    return LEADKPI_OK;
}

leadkpi_status lk_column_add_fixed(leadkpi_table *table, lk_text name, const char *unit,
                                   int32_t type, int32_t scale, size_t width, size_t row_count,
                                   bool nullable, void *values, leadkpi_error *error)
{
    return add_fixed(table, name, unit, type, scale, width, row_count, true, nullable, values, error);
}

leadkpi_status lk_table_add_unset(leadkpi_table *table, lk_text name, int32_t type, size_t row_count, bool nullable,
                                  int64_t **values, leadkpi_error *error)
{
    return add_fixed(table, name, "", type, 0, sizeof **values, row_count, false, nullable, values, error);
}

leadkpi_status lk_table_add_int64(leadkpi_table *table, lk_text name, const char *unit,
                                  size_t row_count, bool nullable, int64_t **values,
                                  leadkpi_error *error)
{
    return lk_column_add_fixed(table, name, unit, LEADKPI_TYPE_INT64, 0, sizeof **values, row_count, nullable,
                     values, error);
}

leadkpi_status lk_table_add_double(leadkpi_table *table, lk_text name, const char *unit,
                                   size_t row_count, bool nullable, double **values,
                                   leadkpi_error *error)
{
    return lk_column_add_fixed(table, name, unit, LEADKPI_TYPE_DOUBLE, 0, sizeof **values, row_count,
                     nullable, values, error);
}

leadkpi_status lk_table_add_bool(leadkpi_table *table, lk_text name, const char *unit,
                                 size_t row_count, bool nullable, uint8_t **values,
                                 leadkpi_error *error)
{
    return lk_column_add_fixed(table, name, unit, LEADKPI_TYPE_BOOL, 0, sizeof **values, row_count, nullable,
                     values, error);
}

leadkpi_status lk_table_add_timestamp(leadkpi_table *table, lk_text name, size_t row_count,
                                      bool nullable, int64_t **microseconds, leadkpi_error *error)
{
    return lk_column_add_fixed(table, name, "", LEADKPI_TYPE_TIMESTAMP, 0, sizeof **microseconds, row_count,
                     nullable, microseconds, error);
}

static leadkpi_status fill_taken(leadkpi_table *table, lk_column *column, lk_memory *memory, int64_t **values,
                                 leadkpi_error *error)
{
    size_t size = column->row_count * sizeof **values;
    LK_TRY(lk_column_own(table, column, LK_BLOCK_VALIDITY, bits_to_bytes(column->row_count), 1, 0xFF, error));
    column->validity = column->owned[LK_BLOCK_VALIDITY].data;
    LK_TRY(lk_memory_hand_over(memory, &table->memory, size, error));
    column->owned[LK_BLOCK_VALUES] = (lk_block){*values, size};
    column->values = column->owned[LK_BLOCK_VALUES].data;
    *values = NULL;
    return LEADKPI_OK;
}

leadkpi_status lk_table_take_timestamp(leadkpi_table *table, lk_text name, size_t row_count, lk_memory *memory,
                                       int64_t **microseconds, size_t *capacity, leadkpi_error *error)
{
    lk_column *column;
    LK_TRY(lk_resize(memory, microseconds, *capacity, row_count, sizeof **microseconds, error));
    *capacity = row_count;
    LK_TRY(lk_column_new(table, name, "", LEADKPI_TYPE_TIMESTAMP, row_count, sizeof **microseconds, &column,
                         error));
    return lk_column_close(table, column, fill_taken(table, column, memory, microseconds, error), error);
}

leadkpi_status lk_table_add_decimal(leadkpi_table *table, lk_text name, const char *unit,
                                    int32_t scale, size_t row_count, bool nullable,
                                    int64_t **values, leadkpi_error *error)
{
    return lk_column_add_fixed(table, name, unit, LEADKPI_TYPE_DECIMAL, scale, sizeof **values, row_count,
                     nullable, values, error);
}

static inline void empty_cell(lk_column *column, size_t row)
{
    static const double nothing = NAN;
    static const int64_t zero = 0;
    char *cell = (char *)column->owned[LK_BLOCK_VALUES].data + row * (size_t)column->stride;
    if (column->type == LEADKPI_TYPE_DOUBLE)
        memcpy(cell, &nothing, sizeof nothing);
    else if (column->stride == sizeof zero)
        memcpy(cell, &zero, sizeof zero);
    else
        memset(cell, 0, (size_t)column->stride);
}

void lk_table_set_null(leadkpi_table *table, int32_t column, size_t row)
{
    lk_column *of = table->columns[column];
    uint8_t *validity = of->owned[LK_BLOCK_VALIDITY].data;
    validity[row >> 3] &= (uint8_t) ~(1u << (row & 7));
    empty_cell(of, row);
}

void lk_table_set_nulls(leadkpi_table *table, int32_t column, size_t first_row, uint64_t rows)
{
    lk_column *of = table->columns[column];
    uint8_t *validity = (uint8_t *)of->owned[LK_BLOCK_VALIDITY].data + (first_row >> 3);
    for (uint64_t left = rows; left; left >>= 8) *validity++ &= (uint8_t)~left;
    for (size_t row = first_row; rows; rows >>= 1, row++)
        if (rows & 1) empty_cell(of, row);
}
