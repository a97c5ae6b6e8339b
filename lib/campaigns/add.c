#include "campaigns/add.h"

#include "base/buffer.h"

/* "leads:2025-04" and so on, in `key`, whose memory is the handle's. */
static leadkpi_status find_batch(leadkpi_campaigns *campaigns, const char *kind, lk_text batch_id,
                                 bool *seen, leadkpi_error *error)
{
    lk_buffer key;
    uint32_t before = campaigns->store->batches.count, index = 0;
    lk_buffer_init(&key, &campaigns->memory);
    lk_buffer_append_format(&key, "%s:", kind);
    lk_buffer_append_text(&key, batch_id);
    leadkpi_status status = lk_buffer_status(&key, error);
    if (status == LEADKPI_OK) {
        lk_text text = lk_buffer_text(&key);
        status = lk_map_text_find_or_add(&campaigns->store->batches, &campaigns->memory, &text, 1,
                                         &index, error);
    }
    lk_buffer_free(&key);
    *seen = status == LEADKPI_OK && index < before;
    return status;
}

static leadkpi_status add_rows(leadkpi_campaigns *campaigns, const leadkpi_table *rows,
                               const char *kind, lk_text batch_id, bool has_batch_id,
                               lk_add_rows add, leadkpi_error *error)
{
    lk_store *store;
    LK_TRY(lk_store_open(campaigns, &store, error));
    if (has_batch_id) {
        bool seen;
        LK_TRY(find_batch(campaigns, kind, batch_id, &seen, error));
        if (seen) {
            /* Said, with code OK: the call did what was asked. */
            (void)lk_fail(error, LEADKPI_OK, "batch \"%.*s\" of %s was added before; nothing changed",
                          LK_TEXT_ARGS(batch_id), kind);
            return LEADKPI_OK;
        }
    }
    LK_TRY(lk_interrupted(&campaigns->memory, error));
    return add(campaigns, rows, error);
}

leadkpi_status lk_campaigns_add(leadkpi_campaigns *campaigns, const leadkpi_table *rows,
                                const char *kind, lk_text batch_id, bool has_batch_id,
                                lk_add_rows add, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(campaigns, error);
    LK_FAIL_IF(!rows, error, LEADKPI_NULL_ARGUMENT, "%s: expected a table, found NULL", kind);
    lk_store_mark mark = lk_store_mark_now(campaigns);
    leadkpi_status status =
        add_rows(campaigns, rows, kind, batch_id, has_batch_id, add, error);
    if (status == LEADKPI_OK) {
        lk_store_drop_empty(campaigns);
    } else {
        lk_store_roll_back(campaigns, &mark);
    }
    return status;
}

/* ---- dimensions ------------------------------------------------------------ */

static bool is_role(lk_text name, const char *const *roles)
{
    for (; *roles; roles++)
        if (lk_text_equal(name, lk_text_of(*roles, LEADKPI_NUL_TERMINATED))) return true;
    return false;
}

/* Keeps them in rising order; there are few. */
static void insert_dimension(lk_row_dimensions *found, const lk_column *column, uint32_t dimension)
{
    size_t place = found->count++;
    for (; place > 0 && found->dimensions[place - 1] > dimension; place--) {
        found->columns[place] = found->columns[place - 1];
        found->dimensions[place] = found->dimensions[place - 1];
    }
    found->columns[place] = column;
    found->dimensions[place] = dimension;
}

static leadkpi_status take_column(leadkpi_campaigns *campaigns, const lk_column *column,
                                  lk_add_other other, void *context, lk_row_dimensions *found,
                                  leadkpi_error *error)
{
    if (column->type != LEADKPI_TYPE_TEXT) {
        if (other) return other(context, column, error);
        return lk_fail_at(error, LEADKPI_WRONG_TYPE, -1, column->index,
                          "column \"%.*s\": expected text (a dimension), found %s",
                          LK_TEXT_ARGS(column->name), leadkpi_type_name(column->type));
    }
    LK_FAIL_IF(found->count == LK_ROW_DIMENSIONS_MAX, error, LEADKPI_BAD_ARGUMENT,
               "columns: expected at most %d dimensions, found more", LK_ROW_DIMENSIONS_MAX);
    uint32_t dimension;
    LK_TRY(lk_map_text_find_or_add(&campaigns->store->dimensions, &campaigns->memory, &column->name,
                                   1, &dimension, error));
    insert_dimension(found, column, dimension);
    return LEADKPI_OK;
}

leadkpi_status lk_add_find_dimensions(leadkpi_campaigns *campaigns, const leadkpi_table *rows,
                                      const char *const *roles, lk_add_other other, void *context,
                                      lk_row_dimensions *found, leadkpi_error *error)
{
    int32_t column_count = leadkpi_table_column_count(rows);
    found->count = 0;
    for (int32_t i = 0; i < column_count; i++) {
        const lk_column *column = lk_table_column(rows, i);
        if (!is_role(column->name, roles))
            LK_TRY(take_column(campaigns, column, other, context, found, error));
    }
    return LEADKPI_OK;
}
