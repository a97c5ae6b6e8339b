/* table_copy.c: columns taken over from another table, cell by cell. */
#include "base/table_parts.h"

/* Cost: 8 bytes a row read and written (bool 1), in order; a branch a row where some are null. */
static leadkpi_status copy_fixed(leadkpi_table *table, lk_text name, const char *unit,
                                 const lk_column *from, leadkpi_error *error)
{
    size_t rows = from->row_count;
    size_t width = from->type == LEADKPI_TYPE_BOOL ? sizeof(uint8_t) : sizeof(int64_t);
    char *cells;
    LK_TRY(lk_column_add_fixed(table, name, unit, from->type, from->scale, width, rows,
                               from->validity != NULL, &cells, error));
    if (rows && from->stride == (ptrdiff_t)width) {
        memcpy(cells, from->values, rows * width);
    } else {
        for (size_t row = 0; row < rows; row++)
            memcpy(cells + row * width, lk_column_cell(from, row), width);
    }
    if (!from->validity) return LEADKPI_OK;
    for (size_t row = 0; row < rows; row++)
        if (!lk_column_is_valid(from, row))
            lk_table_set_null(table, (int32_t)table->column_count - 1, row);
    return LEADKPI_OK;
}

static leadkpi_status copy_texts(leadkpi_table *table, lk_text name, const char *unit,
                                 const lk_column *from, leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (size_t row = 0; row < from->row_count && status == LEADKPI_OK; row++)
        status = lk_column_is_valid(from, row)
                     ? lk_text_builder_append(&builder, lk_column_text(from, row), error)
                     : lk_text_builder_append_null(&builder, error);
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, name, unit, error);
    lk_text_builder_release(&builder);
    return status;
}

static leadkpi_status copy(leadkpi_table *table, lk_text name, const char *unit,
                           const lk_column *from, leadkpi_error *error)
{
    if (from->is_void) return lk_table_add_void(table, name, from->row_count, error);
    LK_FAIL_IF(from->type == LEADKPI_TYPE_OTHER, error, LEADKPI_WRONG_TYPE,
               "column \"%.*s\": expected a type that the library reads, found %s",
               LK_TEXT_ARGS(from->name), from->unit);
    LK_TRY(lk_table_check_new(table, name, from->row_count, error)); /* before a cell is read */
    if (from->type == LEADKPI_TYPE_TEXT) return copy_texts(table, name, unit, from, error);
    return copy_fixed(table, name, unit, from, error);
}

leadkpi_status leadkpi_table_copy_column(leadkpi_table *table, const char *name, size_t name_length,
                                         const char *unit, const leadkpi_table *from,
                                         int32_t column, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(table, error);
    LK_REQUIRE(name, error);
    LK_REQUIRE(from, error);
    const lk_column *other = lk_table_column(from, column);
    LK_FAIL_IF(!other, error, LEADKPI_BAD_ARGUMENT, "column: expected 0 and below %zu, found %d",
               from->column_count, column);
    return copy(table, lk_text_of(name, name_length), unit ? unit : other->unit, other, error);
}
