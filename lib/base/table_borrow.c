/* table_borrow.c: columns over the caller's arrays. */
#include "base/table_parts.h"

/* An empty column of text has one offset too. */
static const int64_t no_text64 = 0;
static const int32_t no_text32 = 0;

/* What the caller handed in, whatever the type. */
typedef struct source {
    const char *argument; /* the name of `values` in the public call */
    const void *values;
    size_t width; /* bytes of one value */
    size_t row_count;
    ptrdiff_t stride;
    const uint8_t *validity;
} source;

static leadkpi_status check_arguments(const leadkpi_table *table, const char *name,
                                      const source *given, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(table, error);
    LK_REQUIRE(name, error);
    LK_FAIL_IF(!given->values && given->row_count, error, LEADKPI_NULL_ARGUMENT,
               "%s: expected a pointer to %zu rows, found NULL", given->argument,
               given->row_count);
    return LEADKPI_OK;
}

/* Values must not overlap, and the last one must be within the address space. */
static leadkpi_status check_stride(lk_text name, const source *given, leadkpi_error *error)
{
    uint64_t step = given->stride < 0 ? 0 - (uint64_t)given->stride : (uint64_t)given->stride;
    LK_FAIL_IF(step && step < given->width, error, LEADKPI_BAD_ARGUMENT,
               "column \"%.*s\": expected a stride of 0, or of %zu bytes or more, found %lld",
               LK_TEXT_ARGS(name), given->width, (long long)given->stride);
    LK_FAIL_IF(given->row_count && step > (uint64_t)PTRDIFF_MAX / given->row_count, error,
               LEADKPI_BAD_ARGUMENT,
               "column \"%.*s\": expected values within the address space, found %zu rows of %lld bytes",
               LK_TEXT_ARGS(name), given->row_count, (long long)given->stride);
    return LEADKPI_OK;
}

/* A column over the values, not yet in the table. */
static leadkpi_status borrow(leadkpi_table *table, lk_text name, int32_t type, const source *given,
                             lk_column **out, leadkpi_error *error)
{
    LK_TRY(check_stride(name, given, error));
    LK_TRY(lk_column_new(table, name, NULL, type, given->row_count, given->width, out, error));
    lk_column *column = *out;
    column->values = given->values;
    if (given->stride) column->stride = given->stride;
    column->validity = given->validity;
    return LEADKPI_OK;
}

static leadkpi_status borrow_fixed(leadkpi_table *table, const char *name, size_t name_length,
                                   int32_t type, int32_t scale, const source *given,
                                   leadkpi_error *error)
{
    lk_column *column;
    LK_TRY(check_arguments(table, name, given, error));
    LK_TRY(borrow(table, lk_text_of(name, name_length), type, given, &column, error));
    column->scale = scale;
    return lk_column_close(table, column, LEADKPI_OK, error);
}

leadkpi_status leadkpi_table_borrow_int64(leadkpi_table *table, const char *name,
                                          size_t name_length, const int64_t *values,
                                          size_t row_count, ptrdiff_t stride_bytes,
                                          const uint8_t *validity, leadkpi_error *error)
{
    source given = {"values", values, sizeof *values, row_count, stride_bytes, validity};
    return borrow_fixed(table, name, name_length, LEADKPI_TYPE_INT64, 0, &given, error);
}

leadkpi_status leadkpi_table_borrow_double(leadkpi_table *table, const char *name,
                                           size_t name_length, const double *values,
                                           size_t row_count, ptrdiff_t stride_bytes,
                                           const uint8_t *validity, leadkpi_error *error)
{
    source given = {"values", values, sizeof *values, row_count, stride_bytes, validity};
    return borrow_fixed(table, name, name_length, LEADKPI_TYPE_DOUBLE, 0, &given, error);
}

leadkpi_status leadkpi_table_borrow_bool(leadkpi_table *table, const char *name, size_t name_length,
                                         const uint8_t *values, size_t row_count,
                                         ptrdiff_t stride_bytes, const uint8_t *validity,
                                         leadkpi_error *error)
{
    source given = {"values", values, sizeof *values, row_count, stride_bytes, validity};
    return borrow_fixed(table, name, name_length, LEADKPI_TYPE_BOOL, 0, &given, error);
}

leadkpi_status leadkpi_table_borrow_timestamp(leadkpi_table *table, const char *name,
                                              size_t name_length, const int64_t *microseconds,
                                              size_t row_count, ptrdiff_t stride_bytes,
                                              const uint8_t *validity, leadkpi_error *error)
{
    source given = {"microseconds", microseconds, sizeof *microseconds, row_count, stride_bytes,
                    validity};
    return borrow_fixed(table, name, name_length, LEADKPI_TYPE_TIMESTAMP, 0, &given, error);
}

leadkpi_status leadkpi_table_borrow_decimal(leadkpi_table *table, const char *name,
                                            size_t name_length, const int64_t *values,
                                            int32_t scale, size_t row_count,
                                            ptrdiff_t stride_bytes, const uint8_t *validity,
                                            leadkpi_error *error)
{
    source given = {"values", values, sizeof *values, row_count, stride_bytes, validity};
    LK_TRY(check_arguments(table, name, &given, error));
    LK_FAIL_IF(scale < 0 || scale > 18, error, LEADKPI_BAD_ARGUMENT,
               "scale: expected 0 to 18, found %d", scale);
    return borrow_fixed(table, name, name_length, LEADKPI_TYPE_DECIMAL, scale, &given, error);
}

/* ---- text ----------------------------------------------------------------
 * Once over the offsets or codes: 4 or 8 bytes a row, read in order, one
 * branch that is never taken. */

/* Texts as they are stored: offsets, four or eight bytes wide, into bytes. */
typedef struct texts {
    const char *offsets;
    size_t width;
    const char *bytes;
    size_t count;
} texts;

static int64_t offset_at(const texts *t, size_t index)
{
    int32_t narrow;
    int64_t wide;
    if (t->width == sizeof wide) {
        memcpy(&wide, t->offsets + index * sizeof wide, sizeof wide);
        return wide;
    }
    memcpy(&narrow, t->offsets + index * sizeof narrow, sizeof narrow);
    return narrow;
}

/* The first offset is 0 or above, none is below the one before it, and where
 * there are no bytes the last one is 0. Offset i ends text i - 1, which is row i - 1, but of no row in
 * a dictionary. `what` is "text" or "dictionary". */
static leadkpi_status check_texts(const lk_column *column, const char *what, const texts *t,
                                  leadkpi_error *error)
{
    bool are_rows = column->layout != LK_LAYOUT_DICTIONARY;
    int64_t before = 0;
    for (size_t i = 0; i <= t->count; i++) {
        int64_t offset = offset_at(t, i);
        if (LK_UNLIKELY(offset < before || (uint64_t)offset > PTRDIFF_MAX))
            return lk_fail_at(error, LEADKPI_BAD_FORMAT, !are_rows ? -1 : i ? (int64_t)i - 1 : 0,
                              column->index, "column \"%.*s\": expected %s offset %zu from %lld on, found %lld",
                              LK_TEXT_ARGS(column->name), what, i, (long long)before,
                              (long long)offset);
        before = offset;
    }
    LK_FAIL_IF(before && !t->bytes, error, LEADKPI_NULL_ARGUMENT,
               "column \"%.*s\": expected a pointer to %lld bytes of text, found NULL",
               LK_TEXT_ARGS(column->name), (long long)before);
    return LEADKPI_OK;
}

static leadkpi_status borrow_text(leadkpi_table *table, const char *name, size_t name_length,
                                  int32_t layout, const source *given, const char *bytes,
                                  leadkpi_error *error)
{
    lk_column *column;
    LK_TRY(check_arguments(table, name, given, error));
    LK_TRY(borrow(table, lk_text_of(name, name_length), LEADKPI_TYPE_TEXT, given, &column, error));
    column->layout = layout;
    if (bytes) column->bytes = bytes;
    if (!column->values)
        column->values =
            layout == LK_LAYOUT_TEXT64 ? (const char *)&no_text64 : (const char *)&no_text32;
    texts t = {column->values, given->width, bytes, given->row_count};
    return lk_column_close(table, column, check_texts(column, "text", &t, error), error);
}

leadkpi_status leadkpi_table_borrow_text(leadkpi_table *table, const char *name, size_t name_length,
                                         const int64_t *offsets, const char *bytes,
                                         size_t row_count, const uint8_t *validity,
                                         leadkpi_error *error)
{
    source given = {"offsets", offsets, sizeof *offsets, row_count, 0, validity};
    return borrow_text(table, name, name_length, LK_LAYOUT_TEXT64, &given, bytes, error);
}

leadkpi_status leadkpi_table_borrow_text32(leadkpi_table *table, const char *name,
                                           size_t name_length, const int32_t *offsets,
                                           const char *bytes, size_t row_count,
                                           const uint8_t *validity, leadkpi_error *error)
{
    source given = {"offsets", offsets, sizeof *offsets, row_count, 0, validity};
    return borrow_text(table, name, name_length, LK_LAYOUT_TEXT32, &given, bytes, error);
}

static leadkpi_status check_codes(const lk_column *column, leadkpi_error *error)
{
    for (size_t row = 0; row < column->row_count; row++) {
        if (!lk_column_is_valid(column, row)) continue;
        int32_t code = lk_column_code(column, row);
        if (LK_UNLIKELY(code < 0 || (size_t)code >= column->dictionary_count))
            return lk_fail_at(error, LEADKPI_BAD_FORMAT, (int64_t)row, column->index,
                              "column \"%.*s\": expected codes from 0 and below %zu, found %d in row %zu",
                              LK_TEXT_ARGS(column->name), column->dictionary_count, code, row);
    }
    return LEADKPI_OK;
}

/* The column points at the dictionary, which has been checked against it. */
static leadkpi_status set_dictionary(lk_column *column, const int64_t *offsets, const char *bytes,
                                     size_t count, leadkpi_error *error)
{
    LK_FAIL_IF(count > LK_ROW_COUNT_MAX, error, LEADKPI_BAD_ARGUMENT,
               "dictionary_count: expected at most %zu, found %zu", LK_ROW_COUNT_MAX, count);
    LK_FAIL_IF(count && !offsets, error, LEADKPI_NULL_ARGUMENT,
               "dictionary_offsets: expected a pointer to %zu texts, found NULL", count);
    column->layout = LK_LAYOUT_DICTIONARY;
    column->dictionary_offsets = (const char *)(offsets ? offsets : &no_text64);
    column->dictionary_count = count;
    if (bytes) column->bytes = bytes;
    texts t = {column->dictionary_offsets, sizeof *offsets, bytes, count};
    LK_TRY(check_texts(column, "dictionary", &t, error));
    return check_codes(column, error);
}

leadkpi_status leadkpi_table_borrow_dictionary(
    leadkpi_table *table, const char *name, size_t name_length, const int32_t *codes,
    size_t row_count, ptrdiff_t stride_bytes, const uint8_t *validity,
    const int64_t *dictionary_offsets, const char *dictionary_bytes, size_t dictionary_count,
    leadkpi_error *error)
{
    source given = {"codes", codes, sizeof *codes, row_count, stride_bytes, validity};
    lk_column *column;
    LK_TRY(check_arguments(table, name, &given, error));
    LK_TRY(borrow(table, lk_text_of(name, name_length), LEADKPI_TYPE_TEXT, &given, &column, error));
    leadkpi_status status =
        set_dictionary(column, dictionary_offsets, dictionary_bytes, dictionary_count, error);
    return lk_column_close(table, column, status, error);
}
