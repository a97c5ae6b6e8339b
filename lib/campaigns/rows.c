#include "campaigns/rows.h"

#define NAME_OF(column) LK_TEXT_ARGS((column)->name)

/* ---- checks ---------------------------------------------------------------- */

leadkpi_status lk_rows_check_times(const lk_column *column, leadkpi_error *error)
{
    LK_TRY(lk_column_check_complete(column, error));
    for (size_t row = 0; row < column->row_count; row++) {
        int64_t time = lk_column_int64(column, row);
        if (time < LK_TIME_MIN || time >= LK_TIME_END)
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                              "row %zu, column \"%.*s\": expected a time in years 1 to 9999, found "
                              "%lld microseconds since 1970",
                              row, NAME_OF(column), (long long)time);
    }
    return LEADKPI_OK;
}

leadkpi_status lk_rows_check_numbers(const lk_column *column, bool negative_allowed,
                                     leadkpi_error *error)
{
    double least = negative_allowed ? -0x1p63 : 0;
    for (size_t row = 0; row < column->row_count; row++) {
        if (!lk_column_is_valid(column, row)) continue;
        double number = lk_column_number(column, row);
        if (number >= least && (column->type != LEADKPI_TYPE_DOUBLE || lk_exact_sum_takes(number)))
            continue;
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                          "row %zu, column \"%.*s\": expected a %s below 2^63, found %g", row,
                          NAME_OF(column), negative_allowed ? "finite number" : "number from 0",
                          number);
    }
    return LEADKPI_OK;
}

leadkpi_status lk_rows_take_currency(leadkpi_campaigns *campaigns, const lk_column *column,
                                     leadkpi_error *error)
{
    lk_store *store = campaigns->store;
    if (!column) return LEADKPI_OK;
    for (size_t row = 0; row < column->row_count; row++) {
        if (!lk_column_is_valid(column, row)) continue;
        lk_text currency = lk_column_text(column, row);
        if (currency.length == 0) continue;
        if (currency.length > LK_CURRENCY_SIZE)
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                              "row %zu, column \"%.*s\": expected a currency of at most %d bytes, "
                              "found \"%.*s\"",
                              row, NAME_OF(column), LK_CURRENCY_SIZE, LK_TEXT_ARGS(currency));
        if (store->currency_length == 0) {
            memcpy(store->currency, currency.data, currency.length);
            store->currency_length = currency.length;
        }
        lk_text known = {store->currency, store->currency_length};
        if (!lk_text_equal(currency, known))
            return lk_fail_at(error, LEADKPI_MISMATCH, (int64_t)row, column->index,
                              "row %zu, column \"%.*s\": expected currency \"%.*s\" as before, found "
                              "\"%.*s\"; convert first, or use a handle for each currency",
                              row, NAME_OF(column), LK_TEXT_ARGS(known), LK_TEXT_ARGS(currency));
    }
    return LEADKPI_OK;
}

/* ---- ids ------------------------------------------------------------------- */

static size_t block_size(size_t row_count, size_t start)
{
    return row_count - start < LK_ROW_BLOCK ? row_count - start : LK_ROW_BLOCK;
}

leadkpi_status lk_rows_intern_ids(leadkpi_campaigns *campaigns, const lk_column *column,
                                  uint32_t *indexes, leadkpi_error *error)
{
    lk_lead_ids *ids = &campaigns->store->ids;
    uint32_t before = lk_lead_ids_count(ids);
    LK_TRY(lk_column_check_complete(column, error));
    LK_TRY(lk_lead_ids_intern(ids, &campaigns->memory, column, indexes, error));
    return lk_store_grow_leads(campaigns, before, error);
}

/* ---- texts ----------------------------------------------------------------- */

/* Each entry of the dictionary that a valid row uses, once. */
static leadkpi_status intern_dictionary(leadkpi_campaigns *campaigns, lk_map_text *map,
                                        const lk_column *column, uint32_t *indexes,
                                        leadkpi_error *error)
{
    uint32_t *of_code;
    LK_TRY(lk_allocate(&campaigns->memory, column->dictionary_count, sizeof *of_code, &of_code, error));
    for (size_t code = 0; code < column->dictionary_count; code++) of_code[code] = LK_MAP_NONE;
    leadkpi_status status = LEADKPI_OK;
    for (size_t row = 0; row < column->row_count; row++) {
        indexes[row] = LK_MAP_NONE;
        if (!lk_column_is_valid(column, row)) continue;
        int32_t code = lk_column_code(column, row);
        if (of_code[code] == LK_MAP_NONE) {
            lk_text text = lk_column_dictionary_text(column, (size_t)code);
            status = lk_map_text_find_or_add(map, &campaigns->memory, &text, 1, &of_code[code], error);
            if (status != LEADKPI_OK) break;
        }
        indexes[row] = of_code[code];
    }
    lk_release(&campaigns->memory, of_code, column->dictionary_count, sizeof *of_code);
    return status;
}

/* Neighbours often repeat (sorted exports, few channels): a text that equals
 * the one before costs a comparison, not a hash and a look-up. */
static leadkpi_status intern_plain(leadkpi_campaigns *campaigns, lk_map_text *map,
                                   const lk_column *column, uint32_t *indexes, leadkpi_error *error)
{
    lk_text keys[LK_ROW_BLOCK];
    uint32_t found[LK_ROW_BLOCK];
    uint16_t place[LK_ROW_BLOCK];
    for (size_t start = 0; start < column->row_count; start += LK_ROW_BLOCK) {
        size_t count = block_size(column->row_count, start), distinct = 0;
        for (size_t i = 0; i < count; i++) {
            if (!lk_column_is_valid(column, start + i)) {
                place[i] = LK_ROW_BLOCK;
                continue;
            }
            lk_text text = lk_column_text(column, start + i);
            if (distinct == 0 || !lk_text_equal(text, keys[distinct - 1])) keys[distinct++] = text;
            place[i] = (uint16_t)(distinct - 1);
        }
        LK_TRY(lk_map_text_find_or_add(map, &campaigns->memory, keys, distinct, found, error));
        for (size_t i = 0; i < count; i++)
            indexes[start + i] = place[i] == LK_ROW_BLOCK ? LK_MAP_NONE : found[place[i]];
    }
    return LEADKPI_OK;
}

leadkpi_status lk_rows_intern_texts(leadkpi_campaigns *campaigns, lk_map_text *map,
                                    const lk_column *column, uint32_t *indexes, leadkpi_error *error)
{
    if (lk_column_is_dictionary(column))
        return intern_dictionary(campaigns, map, column, indexes, error);
    return intern_plain(campaigns, map, column, indexes, error);
}

/* ---- tuples ---------------------------------------------------------------- */

/* One step of the trie for all rows: rows whose text is null stay where they are. */
static leadkpi_status step_tuples(leadkpi_campaigns *campaigns, uint32_t dimension,
                                  const uint32_t *texts, size_t row_count, uint32_t *tuples,
                                  leadkpi_error *error)
{
    lk_key128 keys[LK_ROW_BLOCK];
    uint32_t found[LK_ROW_BLOCK];
    uint16_t place[LK_ROW_BLOCK];
    for (size_t start = 0; start < row_count; start += LK_ROW_BLOCK) {
        size_t count = block_size(row_count, start), distinct = 0;
        for (size_t i = 0; i < count; i++) {
            uint32_t text = texts[start + i];
            place[i] = LK_ROW_BLOCK;
            if (text == LK_MAP_NONE) continue;
            lk_key128 key = {(uint64_t)tuples[start + i] << 32 | dimension, text};
            if (distinct == 0 || lk_key128_compare(key, keys[distinct - 1])) keys[distinct++] = key;
            place[i] = (uint16_t)(distinct - 1);
        }
        LK_TRY(lk_map128_find_or_add(&campaigns->store->tuples, &campaigns->memory, keys, distinct,
                                     found, error));
        for (size_t i = 0; i < count; i++)
            if (place[i] != LK_ROW_BLOCK) tuples[start + i] = found[place[i]] + 1;
    }
    return LEADKPI_OK;
}

leadkpi_status lk_rows_intern_tuples(leadkpi_campaigns *campaigns, const lk_row_dimensions *given,
                                     size_t row_count, uint32_t *tuples, leadkpi_error *error)
{
    uint32_t *texts;
    LK_TRY(lk_allocate(&campaigns->memory, row_count, sizeof *texts, &texts, error));
    for (size_t row = 0; row < row_count; row++) tuples[row] = LK_TUPLE_ROOT;
    leadkpi_status status = LEADKPI_OK;
    for (size_t i = 0; i < given->count && status == LEADKPI_OK; i++) {
        status = lk_interrupted(&campaigns->memory, error);
        if (status == LEADKPI_OK)
            status = lk_rows_intern_texts(campaigns, &campaigns->store->texts, given->columns[i],
                                          texts, error);
        if (status == LEADKPI_OK)
            status = step_tuples(campaigns, given->dimensions[i], texts, row_count, tuples, error);
    }
    lk_release(&campaigns->memory, texts, row_count, sizeof *texts);
    return status;
}
