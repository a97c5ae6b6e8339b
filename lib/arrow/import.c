/* import.c: a record batch becomes a table. */
#include "arrow/source.h"
#include "base/table_parts.h"

static leadkpi_status check_batch(const struct ArrowArray *array, const struct ArrowSchema *schema,
                                  leadkpi_error *error)
{
    LK_FAIL_IF(!array->release, error, LEADKPI_BAD_FORMAT,
               "Arrow array: expected one that is not released yet");
    LK_FAIL_IF(!schema->release, error, LEADKPI_BAD_FORMAT,
               "Arrow schema: expected one that is not released yet");
    LK_FAIL_IF(!schema->format || strcmp(schema->format, "+s") != 0, error, LEADKPI_BAD_FORMAT,
               "Arrow schema: expected a struct of columns (format \"+s\"), found \"%s\"",
               schema->format ? schema->format : "");
    LK_TRY(lk_arrow_check_array(array, "Arrow record batch", error));
    LK_FAIL_IF(array->n_children != schema->n_children || (array->n_children && !schema->children),
               error, LEADKPI_BAD_FORMAT,
               "Arrow record batch: expected %lld columns as in its schema, found %lld",
               (long long)schema->n_children, (long long)array->n_children);
    return LEADKPI_OK;
}

/* A row that is null as a whole has no place in a table. */
static leadkpi_status check_rows(const struct ArrowArray *array, leadkpi_error *error)
{
    const uint8_t *bits = array->n_buffers > 0 ? array->buffers[0] : NULL;
    if (!bits || array->null_count == 0) return LEADKPI_OK;
    for (size_t row = 0; row < (size_t)array->length; row++) {
        size_t at = (size_t)array->offset + row;
        if (LK_UNLIKELY(!(bits[at >> 3] >> (at & 7) & 1)))
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, -1,
                              "Arrow record batch: expected rows that are not null, found row %zu "
                              "null",
                              row);
    }
    return LEADKPI_OK;
}

static leadkpi_status add_columns(leadkpi_table *table, const struct ArrowArray *array,
                                  const struct ArrowSchema *schema, leadkpi_error *error)
{
    for (int64_t i = 0; i < array->n_children; i++) {
        lk_arrow_source source;
        LK_TRY(lk_interrupted(&table->memory, error));
        LK_TRY(lk_arrow_source_open(table, array->children[i], schema->children[i],
                                    (size_t)array->offset, (size_t)array->length, &source, error));
        LK_TRY(lk_arrow_add_column(table, &source, error));
    }
    return LEADKPI_OK;
}

static void release_array(void *kept)
{
    struct ArrowArray *array = kept;
    if (array->release) array->release(array);
}

/* The array is moved last, when nothing can fail any more. */
static leadkpi_status fill(leadkpi_table *table, struct ArrowArray *array,
                           const struct ArrowSchema *schema, leadkpi_error *error)
{
    struct ArrowArray *kept;
    LK_TRY(lk_table_keep(table, sizeof *kept, release_array, &kept, error));
    LK_TRY(check_rows(array, error));
    LK_TRY(add_columns(table, array, schema, error));
    *kept = *array;
    array->release = NULL;
    return LEADKPI_OK;
}

leadkpi_status leadkpi_arrow_import(const leadkpi_host *host, struct ArrowArray *array,
                                    const struct ArrowSchema *schema, leadkpi_table **out,
                                    leadkpi_error *error)
{
    leadkpi_table *table;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(array, error);
    LK_REQUIRE(schema, error);
    LK_TRY(check_batch(array, schema, error));
    LK_TRY(leadkpi_table_create(host, &table, error));
    leadkpi_status status = fill(table, array, schema, error);
    if (status == LEADKPI_OK)
        *out = table;
    else
        leadkpi_table_free(table);
    return status;
}
