/* source.h: one column of a record batch, looked at as far as it can be. */
#ifndef LK_ARROW_SOURCE_H
#define LK_ARROW_SOURCE_H

#include <leadkpi/arrow.h>

#include "arrow/format.h"
#include "base/table.h"

/* Lengths and offsets are at most this, so that no product with a width can overflow. */
#define LK_ARROW_ROWS_MAX (LK_ROW_COUNT_MAX / 8)

typedef struct lk_arrow_source {
    const struct ArrowArray *array;
    const struct ArrowSchema *schema;
    lk_arrow_format format;
    lk_text name;
    int32_t column; /* its place in the table, for messages */
    size_t start;   /* the value of row 0 in the buffers */
    size_t row_count;
    const uint8_t *validity; /* of row 0 on; NULL: no cell is null */
} lk_arrow_source;

/* `parent_offset` and `row_count` are the record batch's. A validity that has to be moved
 * is kept by the table.
 * Status: OK, BAD_FORMAT, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_arrow_source_open(leadkpi_table *table, const struct ArrowArray *array,
                                    const struct ArrowSchema *schema, size_t parent_offset,
                                    size_t row_count, lk_arrow_source *out, leadkpi_error *error);

/* The array has its buffers and children and is of no negative or absurd size. */
leadkpi_status lk_arrow_check_array(const struct ArrowArray *array, const char *what,
                                    leadkpi_error *error);

static inline bool lk_arrow_is_valid(const lk_arrow_source *source, size_t row)
{
    return !source->validity || (source->validity[row >> 3] >> (row & 7) & 1);
}

/* The buffer from row 0 on, `width` bytes a row. */
static inline const char *lk_arrow_values(const lk_arrow_source *source, size_t width)
{
    const char *buffer = source->row_count ? source->array->buffers[1] : NULL;
    return buffer ? buffer + source->start * width : NULL;
}

/* Memory of `count` items that the table keeps. */
leadkpi_status lk_arrow_keep(leadkpi_table *table, size_t count, size_t width, void *out,
                             leadkpi_error *error);

/* Codes, whole numbers, times and decimals as int64, kept by the table.
 * Status: OK, BAD_DATA (with row and column), OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_arrow_convert_int64(leadkpi_table *table, const lk_arrow_source *source,
                                      const int64_t **values, leadkpi_error *error);
leadkpi_status lk_arrow_convert_double(leadkpi_table *table, const lk_arrow_source *source,
                                       const double **values, leadkpi_error *error);
leadkpi_status lk_arrow_convert_bool(leadkpi_table *table, const lk_arrow_source *source,
                                     const uint8_t **values, leadkpi_error *error);

/* Adds the column to the table. */
leadkpi_status lk_arrow_add_column(leadkpi_table *table, const lk_arrow_source *source,
                                   leadkpi_error *error);
leadkpi_status lk_arrow_add_dictionary(leadkpi_table *table, const lk_arrow_source *source,
                                       leadkpi_error *error);

#endif
