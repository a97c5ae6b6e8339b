#include "base/currency.h"

#include <string.h>

#define CONVERT_FIRST "convert first, or use a handle for each currency"

static leadkpi_status refuse(const lk_currency *known, const lk_column *column, size_t row,
                             lk_text found, leadkpi_error *error)
{
    return lk_fail_at(error, LEADKPI_MISMATCH, (int64_t)row, column->index,
                      "row %zu, column \"%.*s\": expected currency \"%.*s\" as before, found "
                      "\"%.*s\"; " CONVERT_FIRST,
                      row, LK_TEXT_ARGS(column->name), LK_TEXT_ARGS(lk_currency_text(known)),
                      LK_TEXT_ARGS(found));
}

leadkpi_status lk_currency_take(lk_currency *currency, const lk_column *column,
                                leadkpi_error *error)
{
    for (size_t row = 0; column && row < column->row_count; row++) {
        if (!lk_column_is_valid(column, row)) continue;
        lk_text text = lk_column_text(column, row);
        if (text.length == 0) continue;
        if (text.length > LK_CURRENCY_BYTES_MAX)
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                              "row %zu, column \"%.*s\": expected a currency of at most %d bytes, "
                              "found \"%.*s\"",
                              row, LK_TEXT_ARGS(column->name), LK_CURRENCY_BYTES_MAX,
                              LK_TEXT_ARGS(text));
        if (currency->length == 0) {
            memcpy(currency->bytes, text.data, text.length);
            currency->length = (uint32_t)text.length;
        }
        if (!lk_text_equal(text, lk_currency_text(currency)))
            return refuse(currency, column, row, text, error);
    }
    return LEADKPI_OK;
}

leadkpi_status lk_currency_merge(lk_currency *into, const lk_currency *from, leadkpi_error *error)
{
    LK_FAIL_IF(into->length && from->length &&
                   !lk_text_equal(lk_currency_text(into), lk_currency_text(from)),
               error, LEADKPI_MISMATCH,
               "from: expected currency \"%.*s\", found \"%.*s\"; " CONVERT_FIRST,
               LK_TEXT_ARGS(lk_currency_text(into)), LK_TEXT_ARGS(lk_currency_text(from)));
    if (into->length == 0) *into = *from;
    return LEADKPI_OK;
}
