#include "campaigns/add.h"

/* Stage rows and responses: (lead, name, time, value), one make. */
typedef struct event_batch {
    const lk_column *id;
    const lk_column *time;
    const lk_column *name;
    const lk_column *value; /* NULL: none */
    uint32_t *leads;
    uint32_t *names;
} event_batch;

static leadkpi_status find_columns(const leadkpi_table *rows, lk_text name, event_batch *batch,
                                   leadkpi_error *error)
{
    LK_TRY(lk_table_require(rows, LK_LITERAL("id"), LK_ALLOW_INT64 | LK_ALLOW_TEXT, &batch->id, error));
    LK_TRY(lk_table_require(rows, name, LK_ALLOW_TEXT, &batch->name, error));
    LK_TRY(lk_table_require(rows, LK_LITERAL("time"), LK_ALLOW_TIMESTAMP, &batch->time, error));
    LK_TRY(lk_column_check_complete(batch->name, error));
    return lk_rows_check_times(batch->time, error);
}

/* An event has no dimensions of its own: they are its lead's. */
static leadkpi_status refuse_other_columns(const leadkpi_table *rows, const char *const *roles,
                                           leadkpi_error *error)
{
    for (int32_t i = 0; i < leadkpi_table_column_count(rows); i++) {
        const lk_column *column = lk_table_column(rows, i);
        bool known = false;
        for (const char *const *role = roles; *role; role++)
            known |= lk_text_equal(column->name, lk_text_of(*role, LEADKPI_NUL_TERMINATED));
        if (!known)
            return lk_fail_at(error, LEADKPI_UNKNOWN_NAME, -1, i,
                              "column \"%.*s\": expected only id, time, %s; the dimensions are those of the lead",
                              LK_TEXT_ARGS(column->name), roles[2]);
    }
    return LEADKPI_OK;
}

static leadkpi_status intern(leadkpi_campaigns *campaigns, lk_events *events, event_batch *batch,
                             leadkpi_error *error)
{
    LK_TRY(lk_rows_intern_ids(campaigns, batch->id, batch->leads, error));
    LK_TRY(lk_interrupted(&campaigns->memory, error));
    LK_TRY(lk_rows_intern_texts(campaigns, &events->names, batch->name, batch->names, error));
    LK_FAIL_IF(events->names.count > LK_EVENT_NAMES_MAX, error, LEADKPI_OVERFLOW,
               "column \"%.*s\": expected at most %u different names", LK_TEXT_ARGS(batch->name->name),
               LK_EVENT_NAMES_MAX);
    LK_FAIL_IF(batch->id->row_count > UINT32_MAX - events->count, error, LEADKPI_OVERFLOW,
               "rows: expected at most %u in a handle, found more", UINT32_MAX);
    return lk_store_grow_events(campaigns, events, batch->id->row_count, error);
}

/* 24 bytes written in order a row. */
static void commit(lk_events *events, const event_batch *batch)
{
    for (size_t row = 0; row < batch->id->row_count; row++) {
        lk_value value = {0, LK_VALUE_NONE};
        if (batch->value && lk_column_is_valid(batch->value, row))
            value = lk_row_value(batch->value, row);
        events->items[events->count++] =
            (lk_event){lk_column_int64(batch->time, row), value.payload, batch->leads[row],
                       batch->names[row] << LK_VALUE_BITS | (uint32_t)value.kind};
    }
}

static leadkpi_status add_events(leadkpi_campaigns *campaigns, lk_events *events,
                                 event_batch *batch, leadkpi_error *error)
{
    lk_memory *memory = &campaigns->memory;
    size_t row_count = batch->id->row_count;
    LK_TRY(lk_allocate(memory, row_count, sizeof *batch->leads, &batch->leads, error));
    leadkpi_status status =
        lk_allocate(memory, row_count, sizeof *batch->names, &batch->names, error);
    if (status == LEADKPI_OK) status = intern(campaigns, events, batch, error);
    if (status == LEADKPI_OK) commit(events, batch);
    lk_release(memory, batch->leads, row_count, sizeof *batch->leads);
    lk_release(memory, batch->names, row_count, sizeof *batch->names);
    return status;
}

static leadkpi_status add_stages(leadkpi_campaigns *campaigns, const leadkpi_table *rows,
                                 leadkpi_error *error)
{
    static const char *const roles[] = {"id", "time", "stage", "value", "currency", NULL};
    event_batch batch = {0};
    const lk_column *currency;
    LK_TRY(refuse_other_columns(rows, roles, error));
    LK_TRY(find_columns(rows, LK_LITERAL("stage"), &batch, error));
    LK_TRY(lk_table_allow(rows, LK_LITERAL("value"), LK_ALLOW_NUMBER, &batch.value, error));
    LK_TRY(lk_table_allow(rows, LK_LITERAL("currency"), LK_ALLOW_TEXT, &currency, error));
    if (batch.value) LK_TRY(lk_rows_check_numbers(batch.value, true, error));
    LK_TRY(lk_rows_take_currency(campaigns, currency, error));
    return add_events(campaigns, &campaigns->store->stages, &batch, error);
}

static leadkpi_status add_responses(leadkpi_campaigns *campaigns, const leadkpi_table *rows,
                                    leadkpi_error *error)
{
    static const char *const roles[] = {"id", "time", "kind", NULL};
    event_batch batch = {0};
    LK_TRY(refuse_other_columns(rows, roles, error));
    LK_TRY(find_columns(rows, LK_LITERAL("kind"), &batch, error));
    return add_events(campaigns, &campaigns->store->responses, &batch, error);
}

leadkpi_status leadkpi_campaigns_add_stages(leadkpi_campaigns *campaigns,
                                            const leadkpi_table *stages, const char *batch_id,
                                            size_t batch_id_length, leadkpi_error *error)
{
    return lk_campaigns_add(campaigns, stages, "stages", lk_text_of(batch_id, batch_id_length),
                            batch_id != NULL, add_stages, error);
}

leadkpi_status leadkpi_campaigns_add_responses(leadkpi_campaigns *campaigns,
                                               const leadkpi_table *responses,
                                               const char *batch_id, size_t batch_id_length,
                                               leadkpi_error *error)
{
    return lk_campaigns_add(campaigns, responses, "responses",
                            lk_text_of(batch_id, batch_id_length), batch_id != NULL, add_responses,
                            error);
}
