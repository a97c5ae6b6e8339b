/* states.c: aggregates that give a state, which is kept, sent, merged and reported on later. */
#include "extension.h"

/* Rows are handed to the library in parts, so that memory beside the state stays small. */
enum {
    PART_ROWS = 65536
};

typedef struct funnel_sum {
    leadkpi_funnel *funnel;
    rows *part;
    bool has_failed;
} funnel_sum;

static const char *const event_columns[] = {"id", "time", "event", "segment"};

static void fail(sqlite3_context *context, funnel_sum *sum, leadkpi_status status,
                 const leadkpi_error *error)
{
    sum->has_failed = true;
    say(context, status, error);
}

static leadkpi_status begin(funnel_sum *sum, sqlite3_value **values, int count,
                            leadkpi_error *error)
{
    leadkpi_options *definition;
    const char *text = (const char *)sqlite3_value_text(values[0]);
    leadkpi_status status = options_of("funnel", text, &definition, error);
    if (status == LEADKPI_OK) status = leadkpi_funnel_create(NULL, definition, &sum->funnel, error);
    leadkpi_options_free(definition);
    if (status != LEADKPI_OK) return status;
    sum->part = rows_open(event_columns, count - 1);
    return sum->part ? LEADKPI_OK : LEADKPI_OUT_OF_MEMORY;
}

static leadkpi_status flush(funnel_sum *sum, leadkpi_error *error)
{
    leadkpi_table *table;
    if (rows_count(sum->part) == 0) return LEADKPI_OK;
    leadkpi_status status = rows_table(sum->part, &table, error);
    if (status == LEADKPI_OK) status = leadkpi_funnel_add(sum->funnel, table, NULL, 0, error);
    if (status != LEADKPI_OK) rows_tell_place(sum->part, error);
    leadkpi_table_free(table);
    rows_clear(sum->part);
    return status;
}

/* leadkpi_funnel_state(definition, id, time, event [, segment]) */
static void state_step(sqlite3_context *context, int count, sqlite3_value **values)
{
    funnel_sum *sum = sqlite3_aggregate_context(context, (int)sizeof *sum);
    leadkpi_error error;
    leadkpi_status status = LEADKPI_OK;
    if (!sum || sum->has_failed) return;
    leadkpi_error_reset(&error);
    if (!sum->funnel) status = begin(sum, values, count, &error);
    if (status == LEADKPI_OK) {
        int code = rows_add(sum->part, values + 1, &error);
        if (code != SQLITE_OK)
            status = code == SQLITE_NOMEM ? LEADKPI_OUT_OF_MEMORY : LEADKPI_BAD_DATA;
    }
    if (status == LEADKPI_OK && rows_count(sum->part) >= PART_ROWS) status = flush(sum, &error);
    if (status != LEADKPI_OK) fail(context, sum, status, &error);
}

static void give_state(sqlite3_context *context, const leadkpi_funnel *funnel)
{
    leadkpi_error error;
    size_t size = 0;
    unsigned char *bytes = NULL;
    leadkpi_status status = leadkpi_funnel_serialize(funnel, NULL, 0, &size, &error);
    if (status == LEADKPI_OK && !(bytes = sqlite3_malloc64(size))) status = LEADKPI_OUT_OF_MEMORY;
    if (status == LEADKPI_OK) status = leadkpi_funnel_serialize(funnel, bytes, size, &size, &error);
    if (status == LEADKPI_OK) {
        sqlite3_result_blob64(context, bytes, size, sqlite3_free);
    } else {
        sqlite3_free(bytes);
        say(context, status, &error);
    }
}

static void finish(sqlite3_context *context)
{
    funnel_sum *sum = sqlite3_aggregate_context(context, 0);
    leadkpi_error error;
    if (!sum) return; /* no rows: NULL */
    leadkpi_error_reset(&error);
    if (!sum->has_failed && sum->funnel) {
        leadkpi_status status = sum->part ? flush(sum, &error) : LEADKPI_OK;
        if (status == LEADKPI_OK)
            give_state(context, sum->funnel);
        else
            say(context, status, &error);
    }
    leadkpi_funnel_free(sum->funnel);
    rows_close(sum->part);
}

/* leadkpi_funnel_merge(state). NULL is left out. */
static void merge_step(sqlite3_context *context, int count, sqlite3_value **values)
{
    funnel_sum *sum = sqlite3_aggregate_context(context, (int)sizeof *sum);
    leadkpi_funnel *next;
    leadkpi_error error;
    (void)count;
    if (!sum || sum->has_failed || sqlite3_value_type(values[0]) == SQLITE_NULL) return;
    leadkpi_status status = leadkpi_funnel_deserialize(
        NULL, sqlite3_value_blob(values[0]), (size_t)sqlite3_value_bytes(values[0]), &next, &error);
    if (status == LEADKPI_OK && !sum->funnel) {
        sum->funnel = next;
        return;
    }
    if (status == LEADKPI_OK) status = leadkpi_funnel_merge(sum->funnel, next, &error);
    leadkpi_funnel_free(next);
    if (status != LEADKPI_OK) fail(context, sum, status, &error);
}

int register_states(sqlite3 *db)
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int code = SQLITE_OK;
    for (int count = 4; count <= 5 && code == SQLITE_OK; count++)
        code = sqlite3_create_function_v2(db, "leadkpi_funnel_state", count, flags, NULL, NULL,
                                          state_step, finish, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_create_function_v2(db, "leadkpi_funnel_merge", 1, flags, NULL, NULL,
                                          merge_step, finish, NULL);
    return code;
}
