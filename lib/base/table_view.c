/* table_view.c: text columns over views, and columns of which no cell is read. */
#include "base/table_parts.h"

/* One pass over the views that are valid: 16 bytes a row, read in order. */
static leadkpi_status check_view(const lk_column *column, size_t row, leadkpi_error *error)
{
    lk_text_view view;
    memcpy(&view, lk_column_cell(column, row), sizeof view);
    if (LK_LIKELY(view.length >= 0 && view.length <= LK_VIEW_INLINE)) return LEADKPI_OK;
    int32_t block = view.is.at.block;
    bool is_good = view.length >= 0 && block >= 0 && (size_t)block < column->view_block_count &&
                   view.is.at.offset >= 0 &&
                   (int64_t)view.is.at.offset + view.length <= column->view_lengths[block] &&
                   column->view_blocks[block];
    if (LK_LIKELY(is_good)) return LEADKPI_OK;
    return lk_fail_at(error, LEADKPI_BAD_FORMAT, (int64_t)row, column->index,
                      "column \"%.*s\": expected a view within one of %zu blocks, found %d bytes "
                      "from %d on in block %d in row %zu",
                      LK_TEXT_ARGS(column->name), column->view_block_count, view.length,
                      view.is.at.offset, block, row);
}

static leadkpi_status take_views(leadkpi_table *table, lk_column *column, const void *const *blocks,
                                 const int64_t *block_lengths, size_t block_count,
                                 leadkpi_error *error)
{
    LK_TRY(lk_column_own(table, column, LK_BLOCK_BYTES, block_count, sizeof *blocks, 0, error));
    if (block_count)
        memcpy(column->owned[LK_BLOCK_BYTES].data, blocks, block_count * sizeof *blocks);
    column->view_blocks = column->owned[LK_BLOCK_BYTES].data;
    column->view_lengths = block_lengths;
    column->view_block_count = block_count;
    for (size_t row = 0; row < column->row_count; row++)
        if (lk_column_is_valid(column, row)) LK_TRY(check_view(column, row, error));
    return LEADKPI_OK;
}

leadkpi_status lk_table_borrow_views(leadkpi_table *table, lk_text name, const void *views,
                                     size_t row_count, const uint8_t *validity,
                                     const void *const *blocks, const int64_t *block_lengths,
                                     size_t block_count, leadkpi_error *error)
{
    lk_column *column;
    LK_TRY(lk_column_new(table, name, NULL, LEADKPI_TYPE_TEXT, row_count, sizeof(lk_text_view),
                         &column, error));
    column->layout = LK_LAYOUT_VIEW;
    column->values = views;
    column->validity = validity;
    leadkpi_status status = take_views(table, column, blocks, block_lengths, block_count, error);
    return lk_column_close(table, column, status, error);
}

leadkpi_status lk_table_add_other(leadkpi_table *table, lk_text name, const char *type,
                                  size_t row_count, leadkpi_error *error)
{
    lk_column *column;
    LK_TRY(lk_column_new(table, name, type, LEADKPI_TYPE_OTHER, row_count, 1, &column, error));
    return lk_column_close(table, column, LEADKPI_OK, error);
}

/* As texts that are all empty and null: a dimension, where dimensions are texts. */
static leadkpi_status fill_void(leadkpi_table *table, lk_column *column, leadkpi_error *error)
{
    size_t rows = column->row_count;
    LK_TRY(lk_column_own(table, column, LK_BLOCK_VALUES, rows + 1, sizeof(int64_t), 0, error));
    LK_TRY(lk_column_own(table, column, LK_BLOCK_VALIDITY, rows / 8 + 1, 1, 0, error));
    column->values = column->owned[LK_BLOCK_VALUES].data;
    column->validity = column->owned[LK_BLOCK_VALIDITY].data;
    column->is_void = true;
    return LEADKPI_OK;
}

leadkpi_status lk_table_add_void(leadkpi_table *table, lk_text name, size_t row_count,
                                 leadkpi_error *error)
{
    lk_column *column;
    LK_TRY(lk_column_new(table, name, NULL, LEADKPI_TYPE_TEXT, row_count, sizeof(int64_t), &column,
                         error));
    return lk_column_close(table, column, fill_void(table, column, error), error);
}

leadkpi_status leadkpi_table_add_nulls(leadkpi_table *table, const char *name, size_t name_length,
                                       size_t row_count, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(table, error);
    LK_REQUIRE(name, error);
    return lk_table_add_void(table, lk_text_of(name, name_length), row_count, error);
}
