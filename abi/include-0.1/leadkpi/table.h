/* table.h: the one data type: named, typed columns of equal length.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * Everything goes in as a table and comes out as a table.
 *
 * Tables going in usually BORROW the caller's arrays: a pointer, a row count
 * and a stride. Nothing is copied, and the arrays must stay as they are until
 * the table is freed. Tables coming out OWN their columns, which are
 * contiguous.
 *
 *     int64_t ids[] = {1, 2, 3};
 *     const char *channels[] = {"Paid Search", "Events", NULL};
 *     leadkpi_table *leads = NULL;
 *     leadkpi_table_create(NULL, &leads, &error);
 *     leadkpi_table_borrow_int64(leads, "id", LEADKPI_NUL_TERMINATED, ids, 3, 0, NULL, &error);
 *     leadkpi_table_copy_strings(leads, "channel", LEADKPI_NUL_TERMINATED, channels, 3, &error);
 *     ...
 *     leadkpi_table_free(leads);
 *
 * Conventions of every call here
 *   name, name_length    the column's name in UTF-8, 1 to 65535 bytes, none of them NUL;
 *                        LEADKPI_NUL_TERMINATED for a C string. Two columns of one name
 *                        (byte for byte) are refused.
 *   row_count            0 or more; every column of a table has the same. A column of
 *                        another length is refused, with both numbers.
 *   stride_bytes         from one value to the next; 0 for values without a gap. It may
 *                        be negative (`values` then points at row 0 all the same), but
 *                        not shorter than a value. Values need not be aligned.
 *   validity             NULL: no cell is null. Else one bit a row, lowest bit first:
 *                        1 is a value, 0 is null (Arrow's layout).
 *   error                may be NULL.
 * Text is bytes here: nothing checks that it is UTF-8.
 * A table is changed by one thread at a time; reading calls (`const`) may run
 * together. Reference counts are atomic. On failure a table is as it was. */
#ifndef LEADKPI_TABLE_H
#define LEADKPI_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include <leadkpi/error.h>
#include <leadkpi/export.h>
#include <leadkpi/host.h>
#include <leadkpi/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct leadkpi_table leadkpi_table;

/* Types of a column. Pinned numbers, append only. */
enum {
    LEADKPI_TYPE_INT64 = 1,
    LEADKPI_TYPE_DOUBLE = 2,
    LEADKPI_TYPE_BOOL = 3,      /* one byte a value: 0 is false, anything else is true */
    LEADKPI_TYPE_TEXT = 4,      /* UTF-8, plain or dictionary-coded */
    LEADKPI_TYPE_TIMESTAMP = 5, /* int64: microseconds since 1970-01-01T00:00:00Z */
    LEADKPI_TYPE_DECIMAL = 6,   /* int64 times 10 to the power of minus the column's scale */
    LEADKPI_TYPE_OTHER = 7      /* from Arrow: a type of which no call reads a cell; the column's
                                   unit says which, such as "Arrow format +l" */
};

/* leadkpi_type_name: "int64", "double", "bool", "text", "timestamp",
 * "decimal", "other"; "unknown" for any other number. Static text. Since 0.1. */
LEADKPI_API const char *leadkpi_type_name(int32_t type);

/* ---- making a table ---------------------------------------------------- */

/* leadkpi_table_create: a table without columns, held by one reference. `host`
 * may be NULL. `*out` is NULL on failure.
 * Status: OK, NULL_ARGUMENT (out), BAD_ARGUMENT (host), OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_table_create(const leadkpi_host *host, leadkpi_table **out,
                                                leadkpi_error *error);

/* leadkpi_table_retain: one more reference. NULL does nothing. Thread-safe.
 * Since 0.1. */
LEADKPI_API void leadkpi_table_retain(leadkpi_table *table);

/* leadkpi_table_free: give one reference back; the last one frees the table
 * and what it owns, never what it borrows. NULL does nothing. Thread-safe.
 * Since 0.1. */
LEADKPI_API void leadkpi_table_free(leadkpi_table *table);

/* leadkpi_table_borrow_*: add a column over the caller's array.
 * `values` may be NULL only when row_count is 0. Text offsets and dictionary
 * codes are looked at once, here, so that nothing can read beyond them later;
 * other values are not.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (name, row count, stride, scale),
 * BAD_FORMAT (text offsets that go backwards or below zero, dictionary codes
 * out of range; with the row), OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_table_borrow_int64(leadkpi_table *table, const char *name,
                                                      size_t name_length, const int64_t *values,
                                                      size_t row_count, ptrdiff_t stride_bytes,
                                                      const uint8_t *validity,
                                                      leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_table_borrow_double(leadkpi_table *table, const char *name,
                                                       size_t name_length, const double *values,
                                                       size_t row_count, ptrdiff_t stride_bytes,
                                                       const uint8_t *validity,
                                                       leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_table_borrow_bool(leadkpi_table *table, const char *name,
                                                     size_t name_length, const uint8_t *values,
                                                     size_t row_count, ptrdiff_t stride_bytes,
                                                     const uint8_t *validity, leadkpi_error *error);
/* Microseconds since 1970-01-01T00:00:00Z. */
LEADKPI_API leadkpi_status leadkpi_table_borrow_timestamp(
    leadkpi_table *table, const char *name, size_t name_length, const int64_t *microseconds,
    size_t row_count, ptrdiff_t stride_bytes, const uint8_t *validity, leadkpi_error *error);
/* A value is values[i] / 10^scale; scale is from 0 to 18. */
LEADKPI_API leadkpi_status leadkpi_table_borrow_decimal(leadkpi_table *table, const char *name,
                                                        size_t name_length, const int64_t *values,
                                                        int32_t scale, size_t row_count,
                                                        ptrdiff_t stride_bytes,
                                                        const uint8_t *validity,
                                                        leadkpi_error *error);
/* Row i is bytes[offsets[i]] up to, not with, bytes[offsets[i + 1]]; there are
 * row_count + 1 offsets, which never fall. `bytes` may be NULL when the last
 * offset is 0. */
LEADKPI_API leadkpi_status leadkpi_table_borrow_text(leadkpi_table *table, const char *name,
                                                     size_t name_length, const int64_t *offsets,
                                                     const char *bytes, size_t row_count,
                                                     const uint8_t *validity, leadkpi_error *error);
/* The same with 32-bit offsets. */
LEADKPI_API leadkpi_status leadkpi_table_borrow_text32(leadkpi_table *table, const char *name,
                                                       size_t name_length, const int32_t *offsets,
                                                       const char *bytes, size_t row_count,
                                                       const uint8_t *validity,
                                                       leadkpi_error *error);
/* Text that is stored as codes into a dictionary of dictionary_count texts
 * (offsets and bytes as in borrow_text). A code of a null row is not looked
 * at. The dictionary may hold a text twice. */
LEADKPI_API leadkpi_status leadkpi_table_borrow_dictionary(
    leadkpi_table *table, const char *name, size_t name_length, const int32_t *codes,
    size_t row_count, ptrdiff_t stride_bytes, const uint8_t *validity,
    const int64_t *dictionary_offsets, const char *dictionary_bytes, size_t dictionary_count,
    leadkpi_error *error);

/* leadkpi_table_copy_strings: add a text column from NUL-terminated strings,
 * which are COPIED; a NULL string is a null cell. Status as borrow_*. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_table_copy_strings(leadkpi_table *table, const char *name,
                                                      size_t name_length,
                                                      const char *const *strings, size_t row_count,
                                                      leadkpi_error *error);

/* leadkpi_table_add_nulls: add a column without a value, for a host that sees the type of a
 * column by its values and found none. It passes for a column of any type. Nothing is borrowed.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (name, row count), OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_table_add_nulls(leadkpi_table *table, const char *name,
                                                   size_t name_length, size_t row_count,
                                                   leadkpi_error *error);

/* leadkpi_table_share_column: add a column of another table under any name,
 * not copied: `table` holds a reference of `from` until it is freed. So a
 * column gets the name that a room asks for, or leaves the others behind.
 * Two tables that share from each other are never freed.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (name, no such column, another row count, `from` is
 * `table`), OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_table_share_column(leadkpi_table *table, const char *name,
                                                      size_t name_length,
                                                      const leadkpi_table *from, int32_t column,
                                                      leadkpi_error *error);

/* leadkpi_table_copy_column: add a column of another table, or of the same, under any name, and
 * COPY its cells: `table` owns them, contiguous (text with 64-bit offsets, whatever it was
 * before), and needs neither `from` nor what that borrows any longer. So a table that borrows
 * becomes one that may outlive the caller's arrays, as an Arrow consumer will have it. A null
 * cell stays one; a column from Arrow that is null throughout stays that. `unit` is
 * NUL-terminated; NULL: that of the column.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (name, no such column, another row count), WRONG_TYPE
 * (a column of type other), OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_table_copy_column(leadkpi_table *table, const char *name,
                                                     size_t name_length, const char *unit,
                                                     const leadkpi_table *from, int32_t column,
                                                     leadkpi_error *error);

/* ---- reading a table --------------------------------------------------- */

/* The size of a table; 0 for NULL. Since 0.1. */
LEADKPI_API size_t leadkpi_table_row_count(const leadkpi_table *table);
LEADKPI_API int32_t leadkpi_table_column_count(const leadkpi_table *table);

/* leadkpi_table_column_name: NUL-terminated, lives as long as the table; NULL
 * where there is no such column. Since 0.1. */
LEADKPI_API const char *leadkpi_table_column_name(const leadkpi_table *table, int32_t column);

/* leadkpi_table_column_type: a LEADKPI_TYPE_...; 0 where there is no such
 * column. Since 0.1. */
LEADKPI_API int32_t leadkpi_table_column_type(const leadkpi_table *table, int32_t column);

/* leadkpi_table_column_unit: what the values of an output column are, such as
 * "persons", "currency", "fraction" or "days"; "" where nothing is said.
 * NUL-terminated, lives as long as the table. Since 0.1. */
LEADKPI_API const char *leadkpi_table_column_unit(const leadkpi_table *table, int32_t column);

/* leadkpi_table_column_scale: the scale of a decimal column; 0 for any other.
 * Since 0.1. */
LEADKPI_API int32_t leadkpi_table_column_scale(const leadkpi_table *table, int32_t column);

/* leadkpi_table_find_column: the place of the column of that name. `*column`
 * is -1 on failure.
 * Status: OK, NULL_ARGUMENT, UNKNOWN_NAME (with the nearest name). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_table_find_column(const leadkpi_table *table, const char *name,
                                                     size_t name_length, int32_t *column,
                                                     leadkpi_error *error);

/* leadkpi_table_is_null: 1 where the cell is null or does not exist, else 0.
 * Since 0.1. */
LEADKPI_API int32_t leadkpi_table_is_null(const leadkpi_table *table, int32_t column, size_t row);

/* leadkpi_table_get_*: one cell. For whole columns take the pointers below.
 *   get_int64    int64, timestamp (microseconds), bool (0 or 1), decimal
 *                (unscaled). A null cell gives 0.
 *   get_double   the same and double; a decimal is divided out. A null cell gives NaN.
 *   get_text     text; `*text` is not NUL-terminated and lives as long as the
 *                table. A null cell gives NULL and 0.
 * Status: OK (null cells too), NULL_ARGUMENT, BAD_ARGUMENT (no such column or
 * row), WRONG_TYPE. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_table_get_int64(const leadkpi_table *table, int32_t column,
                                                   size_t row, int64_t *value,
                                                   leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_table_get_double(const leadkpi_table *table, int32_t column,
                                                    size_t row, double *value,
                                                    leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_table_get_text(const leadkpi_table *table, int32_t column,
                                                  size_t row, const char **text, size_t *length,
                                                  leadkpi_error *error);

/* leadkpi_table_column_values: the values themselves (int64_t, double, or
 * uint8_t for bool) and the stride in bytes. NULL for a text column, one
 * without rows, or none. Lives as long as the table. `stride_bytes` may be
 * NULL. Since 0.1. */
LEADKPI_API const void *leadkpi_table_column_values(const leadkpi_table *table, int32_t column,
                                                    ptrdiff_t *stride_bytes);

/* leadkpi_table_column_validity: the bits of the column, lowest first, 1 for a
 * value. NULL: no cell is null; there may be bits without a null all the same. Since 0.1. */
LEADKPI_API const uint8_t *leadkpi_table_column_validity(const leadkpi_table *table,
                                                         int32_t column);

/* leadkpi_table_column_text: the offsets (row_count + 1) and bytes of a plain
 * text column with 64-bit offsets, which every text column of an output table
 * is. `*bytes` is never NULL. Both are NULL on failure.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (no such column), WRONG_TYPE (not
 * plain text with 64-bit offsets: read it with get_text). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_table_column_text(const leadkpi_table *table, int32_t column,
                                                     const int64_t **offsets, const char **bytes,
                                                     leadkpi_error *error);

#ifdef __cplusplus
}
#endif
#endif
