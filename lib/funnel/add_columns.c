#include "base/time_text.h"
#include "funnel/add.h"
#include "funnel/closed.h"

leadkpi_status lk_batch_check_time(const lk_column *column, size_t row, leadkpi_error *error)
{
    int64_t time = lk_column_int64(column, row);
    if (time >= LK_FUNNEL_TIME_MIN && time < LK_FUNNEL_TIME_END) return LEADKPI_OK;
    return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                      "row %zu, column \"%.*s\": expected a time in years 1 to 9999, found %lld "
                      "microseconds since 1970",
                      row, LK_TEXT_ARGS(column->name), (long long)time);
}

/* One comparison a row and no branch. */
bool lk_batch_times_rise(const lk_column *column, size_t start, size_t count, int64_t *before)
{
    int64_t latest = *before;
    bool falls = false;
    for (size_t row = start; row < start + count; row++) {
        int64_t time = lk_column_int64(column, row);
        lk_read_ahead(lk_column_cell(column, row));
        falls |= time < latest;
        latest = time;
    }
    *before = latest;
    return !falls;
}

/* The same. */
leadkpi_status lk_batch_check_times(const lk_column *column, size_t start, size_t count, leadkpi_error *error)
{
    uint64_t bad = 0;
    for (size_t row = start; row < start + count; row++) {
        uint64_t since = (uint64_t)lk_column_int64(column, row) - (uint64_t)LK_FUNNEL_TIME_MIN;
        lk_read_ahead(lk_column_cell(column, row));
        bad |= since >= (uint64_t)LK_FUNNEL_TIME_END - (uint64_t)LK_FUNNEL_TIME_MIN;
    }
    for (size_t row = start; bad && row < start + count; row++) LK_TRY(lk_batch_check_time(column, row, error));
    return LEADKPI_OK;
}

leadkpi_status lk_batch_check_open(const leadkpi_funnel *funnel, const lk_column *column,
                                   leadkpi_error *error)
{
    const lk_closed *closed = &funnel->store->closed;
    for (size_t row = 0; closed->range_count && row < column->row_count; row++) {
        if (row % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&funnel->memory, error));
        if (!lk_column_is_valid(column, row)) continue;
        uint32_t range = lk_closed_range_of(closed, lk_column_int64(column, row));
        if (range != LK_MAP_NONE)
            return lk_fail_at(
                error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                "row %zu, column \"%.*s\": expected no time in the range closed from %s "
                "to %s, found %s",
                row, LK_TEXT_ARGS(column->name), LK_SAY_TIME(closed->ranges[range].from),
                LK_SAY_TIME(closed->ranges[range].until), LK_SAY_TIME(lk_column_int64(column, row)));
    }
    return LEADKPI_OK;
}

leadkpi_status lk_batch_find_columns(const leadkpi_table *rows, bool same_value, lk_batch *b,
                                     leadkpi_error *error)
{
    LK_TRY(lk_table_require(rows, LK_LITERAL("id"), LK_ALLOW_INT64 | LK_ALLOW_TEXT, &b->id, error));
    LK_TRY(lk_table_require(rows, LK_LITERAL("time"), LK_ALLOW_TIMESTAMP, &b->time, error));
    LK_TRY(lk_table_allow(rows, LK_LITERAL("steps"), LK_ALLOW_INT64, &b->steps, error));
    if (b->steps) {
        LK_TRY(lk_table_allow(rows, LK_LITERAL("event"), LK_ALLOW_TEXT | LK_ALLOW_INT64, &b->event,
                              error));
        LK_FAIL_IF(b->event, error, LEADKPI_CONTRADICTION,
                   "columns: expected \"event\" or \"steps\", found both");
    } else {
        LK_TRY(lk_table_require(rows, LK_LITERAL("event"), LK_ALLOW_TEXT | LK_ALLOW_INT64,
                                &b->event, error));
    }
    LK_TRY(lk_table_allow(rows, LK_LITERAL("excluded"), LK_ALLOW_BOOL | LK_ALLOW_INT64,
                          &b->excluded, error));
    LK_FAIL_IF(b->excluded && !b->steps, error, LEADKPI_CONTRADICTION,
               "columns: expected \"excluded\" with \"steps\" only, found it with \"event\"");
    LK_TRY(lk_table_allow(rows, LK_LITERAL("sequence"), LK_ALLOW_INT64, &b->sequence, error));
    LK_TRY(lk_table_allow(rows, LK_LITERAL("segment"), LK_ALLOW_TEXT, &b->segment, error));
    if (same_value)
        LK_TRY(lk_table_require(rows, LK_LITERAL("value"), LK_ALLOW_INT64 | LK_ALLOW_TEXT,
                                &b->value, error));
    LK_TRY(lk_column_check_complete(b->id, error));
    LK_TRY(lk_column_check_complete(b->time, error));
    LK_TRY(lk_column_check_complete(b->event, error));
    return lk_column_check_complete(b->steps, error);
}
