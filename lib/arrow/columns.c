/* columns.c: each kind of Arrow column into a table, borrowed where it lies as the table wants it.
 */
#include "arrow/source.h"

static leadkpi_status add_int64(leadkpi_table *table, const lk_arrow_source *source,
                                leadkpi_error *error)
{
    const lk_text name = source->name;
    const int64_t *values = (const void *)lk_arrow_values(source, sizeof *values);
    bool lies_so = source->format.width == 8 &&
                   (source->format.kind == LK_ARROW_SIGNED ||
                    (source->format.kind == LK_ARROW_TIME && source->format.microseconds == 1));
    if (!lies_so) LK_TRY(lk_arrow_convert_int64(table, source, &values, error));
    if (source->format.kind == LK_ARROW_TIME)
        return leadkpi_table_borrow_timestamp(table, name.data, name.length, values,
                                              source->row_count, 0, source->validity, error);
    if (source->format.kind == LK_ARROW_DECIMAL)
        return leadkpi_table_borrow_decimal(table, name.data, name.length, values,
                                            source->format.scale, source->row_count, 0,
                                            source->validity, error);
    return leadkpi_table_borrow_int64(table, name.data, name.length, values, source->row_count, 0,
                                      source->validity, error);
}

static leadkpi_status add_double(leadkpi_table *table, const lk_arrow_source *source,
                                 leadkpi_error *error)
{
    const double *values = (const void *)lk_arrow_values(source, sizeof *values);
    if (source->format.width != 8) LK_TRY(lk_arrow_convert_double(table, source, &values, error));
    return leadkpi_table_borrow_double(table, source->name.data, source->name.length, values,
                                       source->row_count, 0, source->validity, error);
}

static leadkpi_status add_bool(leadkpi_table *table, const lk_arrow_source *source,
                               leadkpi_error *error)
{
    const uint8_t *values;
    LK_TRY(lk_arrow_convert_bool(table, source, &values, error));
    return leadkpi_table_borrow_bool(table, source->name.data, source->name.length, values,
                                     source->row_count, 0, source->validity, error);
}

static leadkpi_status add_text(leadkpi_table *table, const lk_arrow_source *source,
                               leadkpi_error *error)
{
    const char *bytes = source->array->buffers[2];
    const void *offsets = lk_arrow_values(source, (size_t)source->format.width);
    if (source->format.width == 8)
        return leadkpi_table_borrow_text(table, source->name.data, source->name.length, offsets,
                                         bytes, source->row_count, source->validity, error);
    return leadkpi_table_borrow_text32(table, source->name.data, source->name.length, offsets,
                                       bytes, source->row_count, source->validity, error);
}

/* Buffers: validity, views, a block of bytes each, and last the lengths of the blocks. */
static leadkpi_status add_view(leadkpi_table *table, const lk_arrow_source *source,
                               leadkpi_error *error)
{
    const struct ArrowArray *array = source->array;
    LK_FAIL_IF((uint64_t)array->n_buffers > LK_ARROW_ROWS_MAX, error, LEADKPI_BAD_FORMAT,
               "column \"%.*s\": expected fewer buffers, found %lld", LK_TEXT_ARGS(source->name),
               (long long)array->n_buffers);
    size_t block_count = array->n_buffers > 3 ? (size_t)(array->n_buffers - 3) : 0;
    const char *lengths = block_count ? array->buffers[array->n_buffers - 1] : NULL;
    int64_t *copy;
    LK_FAIL_IF(block_count && !lengths, error, LEADKPI_BAD_FORMAT,
               "column \"%.*s\": expected the lengths of %zu blocks, found NULL",
               LK_TEXT_ARGS(source->name), block_count);
    LK_TRY(lk_arrow_keep(table, block_count, sizeof *copy, &copy, error)); /* aligned */
    if (block_count) memcpy(copy, lengths, block_count * sizeof *copy);
    return lk_table_borrow_views(table, source->name, lk_arrow_values(source, sizeof(lk_text_view)),
                                 source->row_count, source->validity, array->buffers + 2, copy,
                                 block_count, error);
}

static leadkpi_status add_other(leadkpi_table *table, const lk_arrow_source *source,
                                leadkpi_error *error)
{
    static const char prefix[] = "Arrow format ";
    char what[64];
    size_t length = strlen(source->schema->format), room = sizeof what - sizeof prefix;
    if (length > room) length = room;
    memcpy(what, prefix, sizeof prefix - 1);
    memcpy(what + sizeof prefix - 1, source->schema->format, length);
    what[sizeof prefix - 1 + length] = '\0';
    return lk_table_add_other(table, source->name, what, source->row_count, error);
}

leadkpi_status lk_arrow_add_column(leadkpi_table *table, const lk_arrow_source *source,
                                   leadkpi_error *error)
{
    if (source->schema->dictionary) return lk_arrow_add_dictionary(table, source, error);
    switch (source->format.kind) {
    case LK_ARROW_VOID:
        return lk_table_add_void(table, source->name, source->row_count, error);
    case LK_ARROW_BOOL:
        return add_bool(table, source, error);
    case LK_ARROW_FLOAT:
        return add_double(table, source, error);
    case LK_ARROW_TEXT:
        return add_text(table, source, error);
    case LK_ARROW_VIEW:
        return add_view(table, source, error);
    case LK_ARROW_OTHER:
        return add_other(table, source, error);
    default:
        return add_int64(table, source, error);
    }
}
