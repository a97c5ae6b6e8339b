/* table_read.c: what is in a table, cell by cell and column by column. */
#include <math.h>

#include "base/number.h"
#include "base/table_parts.h"

size_t leadkpi_table_row_count(const leadkpi_table *table)
{
    return table ? table->row_count : 0;
}

int32_t leadkpi_table_column_count(const leadkpi_table *table)
{
    return table ? (int32_t)table->column_count : 0;
}

const char *leadkpi_table_column_name(const leadkpi_table *table, int32_t column)
{
    const lk_column *found = lk_table_column(table, column);
    return found ? found->name.data : NULL;
}

int32_t leadkpi_table_column_type(const leadkpi_table *table, int32_t column)
{
    const lk_column *found = lk_table_column(table, column);
    return found ? found->type : 0;
}

const char *leadkpi_table_column_unit(const leadkpi_table *table, int32_t column)
{
    const lk_column *found = lk_table_column(table, column);
    return found ? found->unit : "";
}

int32_t leadkpi_table_column_scale(const leadkpi_table *table, int32_t column)
{
    const lk_column *found = lk_table_column(table, column);
    return found ? found->scale : 0;
}

int32_t leadkpi_table_is_null(const leadkpi_table *table, int32_t column, size_t row)
{
    const lk_column *found = lk_table_column(table, column);
    return !found || row >= found->row_count || !lk_column_is_valid(found, row);
}

static leadkpi_status find_cell(const leadkpi_table *table, int32_t column, size_t row,
                                unsigned allowed_types, const lk_column **out,
                                leadkpi_error *error)
{
    LK_REQUIRE(table, error);
    const lk_column *found = lk_table_column(table, column);
    LK_FAIL_IF(!found, error, LEADKPI_BAD_ARGUMENT, "column: expected 0 and below %zu, found %d",
               table->column_count, column);
    LK_FAIL_IF(row >= table->row_count, error, LEADKPI_BAD_ARGUMENT,
               "row: expected 0 and below %zu, found %zu", table->row_count, row);
    LK_TRY(lk_column_check_type(found, allowed_types, error));
    *out = found;
    return LEADKPI_OK;
}

leadkpi_status leadkpi_table_get_int64(const leadkpi_table *table, int32_t column, size_t row,
                                       int64_t *value, leadkpi_error *error)
{
    const lk_column *found;
    leadkpi_error_reset(error);
    LK_REQUIRE(value, error);
    *value = 0;
    LK_TRY(find_cell(table, column, row,
                     LK_ALLOW_INT64 | LK_ALLOW_BOOL | LK_ALLOW_TIMESTAMP | LK_ALLOW_DECIMAL, &found,
                     error));
    if (lk_column_is_valid(found, row))
        *value = found->type == LEADKPI_TYPE_BOOL ? lk_column_bool(found, row)
                                                  : lk_column_int64(found, row);
    return LEADKPI_OK;
}

/* Two exact doubles have a correctly rounded quotient. A larger value goes
 * through its text "123e-4", which is read correctly rounded. */
static double decimal_number(int64_t value, int32_t scale)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                    1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
    const int64_t exact = INT64_C(1) << 53;
    if (value >= -exact && value <= exact) return (double)value / powers[scale];
    char text[48];
    size_t length = lk_number_print_int64(text, value);
    text[length++] = 'e';
    length += lk_number_print_int64(text + length, -scale);
    double number = (double)value;
    lk_number_parse_double((lk_text){text, length}, &number);
    return number;
}

double lk_column_number(const lk_column *column, size_t row)
{
    switch (column->type) {
    case LEADKPI_TYPE_DOUBLE:
        return lk_column_double(column, row);
    case LEADKPI_TYPE_BOOL:
        return lk_column_bool(column, row);
    case LEADKPI_TYPE_DECIMAL:
        return decimal_number(lk_column_int64(column, row), column->scale);
    default:
        return (double)lk_column_int64(column, row);
    }
}

leadkpi_status leadkpi_table_get_double(const leadkpi_table *table, int32_t column, size_t row,
                                        double *value, leadkpi_error *error)
{
    const lk_column *found;
    leadkpi_error_reset(error);
    LK_REQUIRE(value, error);
    *value = NAN;
    LK_TRY(find_cell(table, column, row, LK_ALLOW_NUMBER | LK_ALLOW_BOOL | LK_ALLOW_TIMESTAMP,
                     &found, error));
    if (lk_column_is_valid(found, row)) *value = lk_column_number(found, row);
    return LEADKPI_OK;
}

leadkpi_status leadkpi_table_get_text(const leadkpi_table *table, int32_t column, size_t row,
                                      const char **text, size_t *length, leadkpi_error *error)
{
    const lk_column *found;
    leadkpi_error_reset(error);
    if (text) *text = NULL;
    if (length) *length = 0;
    LK_REQUIRE(text, error);
    LK_REQUIRE(length, error);
    LK_TRY(find_cell(table, column, row, LK_ALLOW_TEXT, &found, error));
    if (!lk_column_is_valid(found, row)) return LEADKPI_OK;
    lk_text cell = lk_column_text(found, row);
    *text = cell.data;
    *length = cell.length;
    return LEADKPI_OK;
}

const void *leadkpi_table_column_values(const leadkpi_table *table, int32_t column,
                                        ptrdiff_t *stride_bytes)
{
    const lk_column *found = lk_table_column(table, column);
    bool has_values = found && found->type != LEADKPI_TYPE_TEXT &&
                      found->type != LEADKPI_TYPE_OTHER && found->row_count;
    if (stride_bytes) *stride_bytes = has_values ? found->stride : 0;
    return has_values ? found->values : NULL;
}

const uint8_t *leadkpi_table_column_validity(const leadkpi_table *table, int32_t column)
{
    const lk_column *found = lk_table_column(table, column);
    return found ? found->validity : NULL;
}

static const char *layout_name(int32_t layout)
{
    if (layout == LK_LAYOUT_TEXT32) return "32-bit offsets";
    return layout == LK_LAYOUT_VIEW ? "views" : "a dictionary";
}

leadkpi_status leadkpi_table_column_text(const leadkpi_table *table, int32_t column,
                                         const int64_t **offsets, const char **bytes,
                                         leadkpi_error *error)
{
    leadkpi_error_reset(error);
    if (offsets) *offsets = NULL;
    if (bytes) *bytes = NULL;
    LK_REQUIRE(table, error);
    LK_REQUIRE(offsets, error);
    LK_REQUIRE(bytes, error);
    const lk_column *found = lk_table_column(table, column);
    LK_FAIL_IF(!found, error, LEADKPI_BAD_ARGUMENT, "column: expected 0 and below %zu, found %d",
               table->column_count, column);
    LK_TRY(lk_column_check_type(found, LK_ALLOW_TEXT, error));
    if (found->layout != LK_LAYOUT_TEXT64)
        return lk_fail_at(error, LEADKPI_WRONG_TYPE, -1, column,
                          "column \"%.*s\": expected text with 64-bit offsets, found %s",
                          LK_TEXT_ARGS(found->name),
                          layout_name(found->layout));
    *offsets = (const int64_t *)(const void *)found->values;
    *bytes = found->bytes;
    return LEADKPI_OK;
}
