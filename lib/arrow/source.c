/* source.c: opens a column of a record batch and sees whether it can be read. */
#include "arrow/source.h"

static void release_nothing(void *kept)
{
    (void)kept;
}

leadkpi_status lk_arrow_keep(leadkpi_table *table, size_t count, size_t width, void *out,
                             leadkpi_error *error)
{
    /* No product overflows: see LK_ARROW_ROWS_MAX. */
    return lk_table_keep(table, count * width, release_nothing, out, error);
}

static bool is_size(int64_t number)
{
    return number >= 0 && (uint64_t)number <= LK_ARROW_ROWS_MAX;
}

leadkpi_status lk_arrow_check_array(const struct ArrowArray *array, const char *what,
                                    leadkpi_error *error)
{
    LK_FAIL_IF(!is_size(array->length), error, LEADKPI_BAD_FORMAT,
               "%s: expected a length from 0 to %zu, found %lld", what, LK_ARROW_ROWS_MAX,
               (long long)array->length);
    LK_FAIL_IF(!is_size(array->offset), error, LEADKPI_BAD_FORMAT,
               "%s: expected an offset from 0 to %zu, found %lld", what, LK_ARROW_ROWS_MAX,
               (long long)array->offset);
    LK_FAIL_IF(array->n_buffers < 0 || array->n_children < 0, error, LEADKPI_BAD_FORMAT,
               "%s: expected 0 or more buffers and children, found %lld and %lld", what,
               (long long)array->n_buffers, (long long)array->n_children);
    LK_FAIL_IF(array->n_buffers && !array->buffers, error, LEADKPI_BAD_FORMAT,
               "%s: expected %lld buffers, found NULL", what, (long long)array->n_buffers);
    LK_FAIL_IF(array->n_children && !array->children, error, LEADKPI_BAD_FORMAT,
               "%s: expected %lld children, found NULL", what, (long long)array->n_children);
    return LEADKPI_OK;
}

/* Those without which nothing can be read: validity, values or offsets, and bytes. */
static leadkpi_status check_buffers(const lk_arrow_source *source, leadkpi_error *error)
{
    int32_t kind = source->format.kind;
    if (kind == LK_ARROW_OTHER || kind == LK_ARROW_VOID) return LEADKPI_OK;
    int64_t least = kind == LK_ARROW_TEXT ? 3 : 2;
    LK_FAIL_IF(source->array->n_buffers < least, error, LEADKPI_BAD_FORMAT,
               "column \"%.*s\": expected %lld buffers or more for format \"%s\", found %lld",
               LK_TEXT_ARGS(source->name), (long long)least, source->schema->format,
               (long long)source->array->n_buffers);
    LK_FAIL_IF(source->row_count && !source->array->buffers[1], error, LEADKPI_BAD_FORMAT,
               "column \"%.*s\": expected a buffer for %zu rows, found NULL",
               LK_TEXT_ARGS(source->name), source->row_count);
    return LEADKPI_OK;
}

/* Bits `start` and on, moved to the start of a byte. Reads the bytes that hold them alone. */
static void move_bits(uint8_t *to, const uint8_t *from, size_t start, size_t count)
{
    unsigned shift = start & 7;
    size_t last = (start + count - 1) >> 3;
    from += start >> 3;
    last -= start >> 3;
    for (size_t i = 0; i < (count + 7) / 8; i++) {
        unsigned high = i + 1 <= last ? from[i + 1] : 0;
        to[i] = (uint8_t)((unsigned)from[i] >> shift | high << (8 - shift));
    }
}

static leadkpi_status find_validity(leadkpi_table *table, lk_arrow_source *source,
                                    leadkpi_error *error)
{
    const struct ArrowArray *array = source->array;
    const uint8_t *bits = array->n_buffers > 0 ? array->buffers[0] : NULL;
    bool has_bits = source->format.kind != LK_ARROW_VOID && source->format.kind != LK_ARROW_OTHER;
    if (!has_bits || array->null_count == 0 || source->row_count == 0) return LEADKPI_OK;
    LK_FAIL_IF(!bits && array->null_count > 0, error, LEADKPI_BAD_FORMAT,
               "column \"%.*s\": expected a validity for %lld nulls, found NULL",
               LK_TEXT_ARGS(source->name), (long long)array->null_count);
    if (!bits) return LEADKPI_OK;
    source->validity = bits + (source->start >> 3);
    if ((source->start & 7) == 0) return LEADKPI_OK;
    uint8_t *moved;
    LK_TRY(lk_arrow_keep(table, (source->row_count + 7) / 8, 1, &moved, error));
    move_bits(moved, bits, source->start, source->row_count);
    source->validity = moved;
    return LEADKPI_OK;
}

leadkpi_status lk_arrow_source_open(leadkpi_table *table, const struct ArrowArray *array,
                                    const struct ArrowSchema *schema, size_t parent_offset,
                                    size_t row_count, lk_arrow_source *out, leadkpi_error *error)
{
    LK_FAIL_IF(!array || !schema || !schema->format, error, LEADKPI_BAD_FORMAT,
               "Arrow: expected an array and a format for each column, found NULL");
    *out = (lk_arrow_source){
        .array = array,
        .schema = schema,
        .format = lk_arrow_format_of(schema->format),
        .name = lk_text_of(schema->name, LEADKPI_NUL_TERMINATED),
        .column = leadkpi_table_column_count(table),
        .row_count = row_count,
    };
    LK_FAIL_IF(!array->release, error, LEADKPI_BAD_FORMAT,
               "column \"%.*s\": expected an array that is not released or moved out yet",
               LK_TEXT_ARGS(out->name));
    LK_TRY(lk_arrow_check_array(array, "Arrow column", error));
    LK_FAIL_IF((uint64_t)array->length < parent_offset + row_count, error, LEADKPI_BAD_FORMAT,
               "column \"%.*s\": expected %zu rows or more, found %lld", LK_TEXT_ARGS(out->name),
               parent_offset + row_count, (long long)array->length);
    out->start = parent_offset + (size_t)array->offset;
    LK_TRY(check_buffers(out, error));
    return find_validity(table, out, error);
}
