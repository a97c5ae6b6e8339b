/* export_column.c: the cells of a column, as they lie where they lie as Arrow wants them. */
#include "arrow/export.h"

/* What stands behind the holder of a column's array. */
typedef struct column_array {
    struct ArrowArray dictionary;
    const void *buffers[]; /* then what had to be copied */
} column_array;

static void release_array(struct ArrowArray *array)
{
    if (array->dictionary && array->dictionary->release)
        array->dictionary->release(array->dictionary);
    array->release = NULL;
    lk_arrow_let_go(array->private_data);
}

static int64_t count_nulls(const lk_column *column)
{
    int64_t nulls = 0;
    if (!column->validity) return 0;
    for (size_t row = 0; row < column->row_count; row++) nulls += !lk_column_is_valid(column, row);
    return nulls;
}

/* Arrow's decimals have 16 bytes. */
enum {
    DECIMAL_BYTES = 16
};

/* Bytes of the values where they cannot stay as they are; 0: they can. */
static size_t bytes_to_copy(const lk_column *column)
{
    size_t rows = column->row_count;
    if (column->type == LEADKPI_TYPE_BOOL) return (rows + 7) / 8;
    if (column->type == LEADKPI_TYPE_DECIMAL) return rows * DECIMAL_BYTES;
    if (column->layout == LK_LAYOUT_FIXED) return column->stride == 8 ? 0 : rows * 8;
    if (column->layout == LK_LAYOUT_DICTIONARY) return column->stride == 4 ? 0 : rows * 4;
    return 0;
}

static void copy_bits(uint8_t *to, const lk_column *column)
{
    for (size_t row = 0; row < column->row_count; row++)
        to[row >> 3] |= (uint8_t)(lk_column_bool(column, row) << (row & 7));
}

static void copy_decimals(char *to, const lk_column *column)
{
    for (size_t row = 0; row < column->row_count; row++) {
        int64_t low = lk_column_int64(column, row), high = low < 0 ? -1 : 0;
        bool low_first = *(const char *)&(const int16_t){1};
        memcpy(to + row * DECIMAL_BYTES, low_first ? &low : &high, 8);
        memcpy(to + row * DECIMAL_BYTES + 8, low_first ? &high : &low, 8);
    }
}

static void copy_values(char *to, const lk_column *column)
{
    size_t width = column->layout == LK_LAYOUT_DICTIONARY ? 4 : 8;
    if (column->type == LEADKPI_TYPE_BOOL) {
        copy_bits((uint8_t *)to, column);
    } else if (column->type == LEADKPI_TYPE_DECIMAL) {
        copy_decimals(to, column);
    } else {
        for (size_t row = 0; row < column->row_count; row++)
            memcpy(to + row * width, lk_column_cell(column, row), width);
    }
}

/* Text has its bytes in a third buffer, views a block each and the lengths last. */
static size_t buffer_count(const lk_column *column)
{
    if (column->is_void) return 0;
    if (column->layout == LK_LAYOUT_VIEW) return 3 + column->view_block_count;
    return column->layout == LK_LAYOUT_TEXT64 || column->layout == LK_LAYOUT_TEXT32 ? 3 : 2;
}

static void set_buffers(const void **buffers, const lk_column *column, const void *values)
{
    size_t count = buffer_count(column);
    if (count == 0) return;
    buffers[0] = column->validity;
    buffers[1] = values;
    if (count == 3) buffers[2] = column->bytes;
    if (column->layout != LK_LAYOUT_VIEW) return;
    for (size_t i = 0; i < column->view_block_count; i++) buffers[2 + i] = column->view_blocks[i];
    buffers[count - 1] = column->view_lengths;
}

static leadkpi_status export_words(const leadkpi_table *table, const lk_column *column,
                                   struct ArrowArray *out, leadkpi_error *error)
{
    lk_arrow_holder *holder;
    LK_TRY(lk_arrow_hold(table, sizeof(column_array) + 3 * sizeof(void *), &holder, error));
    column_array *parts = (column_array *)(void *)holder->bytes;
    parts->buffers[1] = column->dictionary_offsets;
    parts->buffers[2] = column->bytes;
    *out = (struct ArrowArray){
        .length = (int64_t)column->dictionary_count,
        .n_buffers = 3,
        .buffers = parts->buffers,
        .release = release_array,
        .private_data = holder,
    };
    return LEADKPI_OK;
}

leadkpi_status lk_arrow_export_column(const leadkpi_table *table, const lk_column *column,
                                      struct ArrowArray *out, leadkpi_error *error)
{
    lk_arrow_holder *holder;
    size_t buffers = buffer_count(column), copied = bytes_to_copy(column);
    size_t size = sizeof(column_array) + buffers * sizeof(void *);
    out->release = NULL;
    size = (size + 7) / 8 * 8;
    LK_FAIL_IF(!lk_size_add(size, copied, &copied), error, LEADKPI_OUT_OF_MEMORY,
               "memory: the copy of a column does not fit");
    LK_TRY(lk_arrow_hold(table, copied, &holder, error));
    column_array *parts = (column_array *)(void *)holder->bytes;
    char *copy = holder->bytes + size;
    bool is_copied = copied > size;
    if (is_copied) copy_values(copy, column);
    set_buffers(parts->buffers, column, is_copied ? copy : column->values);
    *out = (struct ArrowArray){
        .length = (int64_t)column->row_count,
        .null_count = count_nulls(column),
        .n_buffers = (int64_t)buffers,
        .buffers = parts->buffers,
        .release = release_array,
        .private_data = holder,
    };
    if (column->layout != LK_LAYOUT_DICTIONARY) return LEADKPI_OK;
    leadkpi_status status = export_words(table, column, &parts->dictionary, error);
    if (status == LEADKPI_OK)
        out->dictionary = &parts->dictionary;
    else
        release_array(out);
    return status;
}
