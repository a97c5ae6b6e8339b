#include "attribution/rows.h"

#include "attribution/fold.h"

leadkpi_status lk_rows_find_base(const leadkpi_attribution *attribution, const leadkpi_table *rows,
                                 const lk_column **unit, const lk_column **time,
                                 leadkpi_error *error)
{
    lk_text name =
        attribution->rule.unit == LK_UNIT_ACCOUNT ? LK_LITERAL("account") : LK_LITERAL("id");
    LK_TRY(lk_fold_refuse(attribution, "events would need", error));
    LK_TRY(lk_table_require(rows, name, LK_ALLOW_INT64 | LK_ALLOW_TEXT, unit, error));
    LK_TRY(lk_table_require(rows, LK_LITERAL("time"), LK_ALLOW_TIMESTAMP, time, error));
    LK_TRY(lk_column_check_complete(*unit, error));
    LK_TRY(lk_column_check_complete(*time, error));
    for (size_t row = 0; row < (*time)->row_count; row++) {
        int64_t at = lk_column_int64(*time, row);
        if (at >= LK_ATTRIBUTION_TIME_MIN && at < LK_ATTRIBUTION_TIME_END) continue;
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, (*time)->index,
                          "row %zu, column \"time\": expected a time in years 1 to 9999, found %lld "
                          "microseconds since 1970",
                          row, (long long)at);
    }
    return LEADKPI_OK;
}

/* ---- currency -------------------------------------------------------------------- */

leadkpi_status lk_rows_check_currency(leadkpi_attribution *attribution, const leadkpi_table *rows,
                                      leadkpi_error *error)
{
    const lk_column *column;
    LK_TRY(lk_table_allow(rows, LK_LITERAL("currency"), LK_ALLOW_TEXT, &column, error));
    return lk_currency_take(&attribution->store->currency, column, error);
}

/* ---- numbers --------------------------------------------------------------------- */

static leadkpi_status check_double(const lk_column *column, size_t row, leadkpi_error *error)
{
    double value = lk_column_double(column, row);
    if (lk_exact_sum_takes(value)) return LEADKPI_OK;
    bool is_number = value - value == 0;
    return lk_fail_at(error, is_number ? LEADKPI_OVERFLOW : LEADKPI_BAD_DATA, (int64_t)row,
                      column->index,
                      "row %zu, column \"%.*s\": expected a number below 2^63 in size, found %g", row,
                      LK_TEXT_ARGS(column->name), value);
}

leadkpi_status lk_rows_amount(const lk_column *column, size_t row, int64_t otherwise,
                              bool non_negative, lk_exact_sum *amount, leadkpi_error *error)
{
    *amount = LK_EXACT_SUM_ZERO;
    if (!column || !lk_column_is_valid(column, row))
        return lk_exact_sum_add_int64(amount, otherwise, error);
    if (column->type == LEADKPI_TYPE_DOUBLE) {
        if (lk_column_double(column, row) == 0) return LEADKPI_OK; /* most of them are */
        LK_TRY(check_double(column, row, error));
        LK_TRY(lk_exact_sum_add_double(amount, lk_column_double(column, row), error));
    } else {
        LK_TRY(lk_exact_sum_add_decimal(amount, lk_column_int64(column, row), column->scale, error));
    }
    amount->limbs[0] = 0; /* a multiple of 2^-64: see kernel.h on why credit is exact then */
    if (non_negative && lk_exact_sum_is_negative(amount))
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                          "row %zu, column \"%.*s\": expected 0 or more, found %g", row,
                          LK_TEXT_ARGS(column->name), lk_column_number(column, row));
    return LEADKPI_OK;
}

/* ---- texts ------------------------------------------------------------------------- */

leadkpi_status lk_text_lookup_open(lk_text_lookup *lookup, lk_memory *memory,
                                   const lk_column *column, uint32_t otherwise,
                                   leadkpi_error *error)
{
    memset(lookup, 0, sizeof *lookup);
    lookup->column = column;
    lookup->otherwise = otherwise;
    if (!column || !lk_column_is_dictionary(column)) return LEADKPI_OK;
    LK_TRY(lk_allocate(memory, column->dictionary_count, sizeof *lookup->of_entry,
                       &lookup->of_entry, error));
    for (size_t i = 0; i < column->dictionary_count; i++) lookup->of_entry[i] = LK_MAP_NONE;
    return LEADKPI_OK;
}

void lk_text_lookup_close(lk_text_lookup *lookup, lk_memory *memory)
{
    if (lookup->of_entry)
        lk_release(memory, lookup->of_entry, lookup->column->dictionary_count,
                   sizeof *lookup->of_entry);
    lookup->of_entry = NULL;
}

leadkpi_status lk_text_lookup_row(lk_text_lookup *lookup, leadkpi_attribution *attribution,
                                  size_t row, uint32_t *text, leadkpi_error *error)
{
    const lk_column *column = lookup->column;
    *text = lookup->otherwise;
    if (!column || !lk_column_is_valid(column, row)) return LEADKPI_OK;
    uint32_t *known = lookup->of_entry ? &lookup->of_entry[lk_column_code(column, row)] : NULL;
    if (known && *known != LK_MAP_NONE) {
        *text = *known;
        return LEADKPI_OK;
    }
    lk_text cell = lk_column_text(column, row);
    if (!lookup->last.data || !lk_text_equal(cell, lookup->last)) {
        LK_TRY(lk_map_text_find_or_add(&attribution->store->texts, &attribution->memory, &cell, 1,
                                       &lookup->last_index, error));
        lookup->last = cell;
    }
    *text = lookup->last_index;
    if (known) *known = *text;
    return LEADKPI_OK;
}

/* ---- kinds ---------------------------------------------------------------------------- */

leadkpi_status lk_kind_lookup_open(lk_kind_lookup *lookup, leadkpi_attribution *attribution,
                                   const leadkpi_table *rows, leadkpi_error *error)
{
    bool any, from_utm = attribution->rule.channel_from == LK_CHANNEL_FROM_UTM;
    memset(lookup, 0, sizeof *lookup);
    LK_TRY(lk_allocate(&attribution->memory, LK_KINDS_RECENT, sizeof *lookup->recent,
                       &lookup->recent, error));
    memset(lookup->recent, 0, LK_KINDS_RECENT * sizeof *lookup->recent);
    if (from_utm) LK_TRY(lk_utm_lookup_open(&lookup->utm, rows, error));
    any = from_utm;
    for (uint32_t d = 0; d < attribution->rule.dimension_count; d++) {
        const lk_column *column = NULL;
        if (d > 0 || !from_utm)
            LK_TRY(lk_table_allow(rows, lk_attribution_dimension(attribution, d), LK_ALLOW_TEXT,
                                  &column, error));
        any |= column != NULL;
        LK_TRY(lk_text_lookup_open(&lookup->dimensions[d], &attribution->memory, column,
                                   LK_TEXT_BLANK, error));
    }
    if (any) return LEADKPI_OK;
    const lk_column *unused; /* none of them: the message of the first one, with the nearest name */
    return lk_table_require(rows, lk_attribution_dimension(attribution, 0), LK_ALLOW_TEXT, &unused,
                            error);
}

void lk_kind_lookup_close(lk_kind_lookup *lookup, leadkpi_attribution *attribution)
{
    for (uint32_t d = 0; d < attribution->rule.dimension_count; d++)
        lk_text_lookup_close(&lookup->dimensions[d], &attribution->memory);
    lk_utm_lookup_close(&lookup->utm, &attribution->memory);
    lk_release(&attribution->memory, lookup->recent, LK_KINDS_RECENT, sizeof *lookup->recent);
}

leadkpi_status lk_kind_lookup_row(lk_kind_lookup *lookup, leadkpi_attribution *attribution,
                                  size_t row, uint32_t *kind, leadkpi_error *error)
{
    uint32_t texts[LK_DIMENSIONS_MAX], count = attribution->rule.dimension_count;
    for (uint32_t d = 0; d < count; d++)
        LK_TRY(lk_text_lookup_row(&lookup->dimensions[d], attribution, row, &texts[d], error));
    if (attribution->rule.channel_from == LK_CHANNEL_FROM_UTM)
        LK_TRY(lk_utm_lookup_row(&lookup->utm, attribution, row, &texts[0], error));
    uint32_t hash = 0;
    for (uint32_t d = 0; d < count; d++) hash = (hash ^ texts[d]) * 0x9E3779B1u;
    lk_recent_kind *recent = &lookup->recent[(hash >> 16) % LK_KINDS_RECENT];
    if (!recent->kind_and_one || memcmp(texts, recent->texts, count * sizeof *texts)) {
        recent->kind_and_one = 0;
        LK_TRY(lk_attribution_kind(attribution, texts, kind, error));
        memcpy(recent->texts, texts, count * sizeof *texts);
        recent->kind_and_one = *kind + 1;
    }
    *kind = recent->kind_and_one - 1;
    return LEADKPI_OK;
}

/* ---- all or none ------------------------------------------------------------------------ */

static leadkpi_status add_batch(leadkpi_attribution *attribution, const leadkpi_table *rows,
                                lk_text batch_id, bool has_batch_id, lk_rows_add add,
                                leadkpi_error *error)
{
    lk_attribution_store *store;
    LK_TRY(lk_attribution_open(attribution, &store, error));
    if (has_batch_id) {
        uint32_t before = store->batches.count, index;
        LK_TRY(lk_map_text_find_or_add(&store->batches, &attribution->memory, &batch_id, 1, &index,
                                       error));
        if (index < before) {
            /* Said, with code OK: the call did what was asked. */
            (void)lk_fail(error, LEADKPI_OK, "batch \"%.*s\" was added before; nothing changed",
                          LK_TEXT_ARGS(batch_id));
            return LEADKPI_OK;
        }
    }
    LK_TRY(lk_interrupted(&attribution->memory, error));
    return add(attribution, rows, error);
}

leadkpi_status lk_rows_add_all_or_none(leadkpi_attribution *attribution, const leadkpi_table *rows,
                                       const char *batch_id, size_t batch_id_length,
                                       lk_rows_add add, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(attribution, error);
    LK_REQUIRE(rows, error);
    lk_attribution_mark mark = lk_attribution_mark_now(attribution);
    leadkpi_status status = add_batch(attribution, rows, lk_text_of(batch_id, batch_id_length),
                                      batch_id != NULL, add, error);
    if (status != LEADKPI_OK) lk_attribution_roll_back(attribution, &mark);
    return status;
}
