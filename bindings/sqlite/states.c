/* states.c: aggregates that give a state, which is kept, sent, merged and reported on later, and what says a
 * state's rule. */
#include "rooms.h"

/* Rows are handed to the library in parts, so that memory beside the state stays small. */
enum {
    PART_ROWS = 65536,
    COLUMNS_MAX = 60
};

typedef struct state_sum {
    void *handle; /* of the room; NULL: none yet */
    const intake *intake;
    rows *part;
    char *definition; /* of the first row */
    char *names;      /* of the columns, each with its NUL; NULL: they are known */
    bool has_failed;
} state_sum;

static const char *const event_columns[] = {"id", "time", "event", "segment"};

static void fail(sqlite3_context *context, state_sum *sum, leadkpi_status status,
                 const leadkpi_error *error)
{
    sum->has_failed = true;
    say(context, status, error);
}

static leadkpi_status refuse(leadkpi_error *error, const char *expected, const char *found)
{
    error->code = LEADKPI_BAD_ARGUMENT;
    sqlite3_snprintf((int)sizeof error->message, error->message, "expected %s, found %.100s",
                     expected, found ? found : "NULL");
    return LEADKPI_BAD_ARGUMENT;
}

static leadkpi_status flush(state_sum *sum, leadkpi_error *error)
{
    if (!sum->part || rows_count(sum->part) == 0) return LEADKPI_OK;
    return rows_hand_on(sum->part, sum->intake->add, sum->handle, error);
}

static leadkpi_status take_row(state_sum *sum, sqlite3_value **values, leadkpi_error *error)
{
    int code = rows_add(sum->part, values, error);
    if (code != SQLITE_OK) return code == SQLITE_NOMEM ? LEADKPI_OUT_OF_MEMORY : LEADKPI_BAD_DATA;
    return rows_count(sum->part) >= PART_ROWS ? flush(sum, error) : LEADKPI_OK;
}

/* Opens the handle by the definition of the first row. */
static leadkpi_status define(state_sum *sum, const room *of, sqlite3_value *definition,
                             leadkpi_error *error)
{
    const char *text = (const char *)sqlite3_value_text(definition);
    sum->definition = sqlite3_mprintf("%s", text ? text : "");
    if (!sum->definition) return LEADKPI_OUT_OF_MEMORY;
    return room_open(of, sum->definition, &sum->handle, error);
}

static leadkpi_status check_definition(const state_sum *sum, sqlite3_value *definition,
                                       leadkpi_error *error)
{
    const char *text = (const char *)sqlite3_value_text(definition);
    if (strcmp(text ? text : "", sum->definition) == 0) return LEADKPI_OK;
    return refuse(error, "the definition of the first row (group by it)", text);
}

/* ---- events of a funnel: columns by place ---- */

static leadkpi_status begin_events(state_sum *sum, sqlite3_value **values, int count,
                                   leadkpi_error *error)
{
    leadkpi_status status = define(sum, &funnel_room, values[0], error);
    if (status != LEADKPI_OK) return status;
    sum->intake = room_intake(&funnel_room, "events");
    sum->part = rows_open(event_columns, count - 1);
    return sum->part ? LEADKPI_OK : LEADKPI_OUT_OF_MEMORY;
}

/* leadkpi_funnel_state(definition, id, time, event [, segment]) */
static void events_step(sqlite3_context *context, int count, sqlite3_value **values)
{
    state_sum *sum = sqlite3_aggregate_context(context, (int)sizeof *sum);
    leadkpi_error error;
    leadkpi_status status = LEADKPI_OK;
    if (!sum || sum->has_failed) return;
    leadkpi_error_reset(&error);
    status = sum->part ? check_definition(sum, values[0], &error)
                       : begin_events(sum, values, count, &error);
    if (status == LEADKPI_OK) status = take_row(sum, values + 1, &error);
    if (status != LEADKPI_OK) fail(context, sum, status, &error);
}

/* ---- any table of a room: columns by name ---- */

/* Copies the names, which may change with the next row, and makes rows of them. */
static leadkpi_status name_columns(state_sum *sum, sqlite3_value **values, int count,
                                   leadkpi_error *error)
{
    const char *names[COLUMNS_MAX];
    size_t size = 0, at = 0;
    for (int i = 0; i < count; i++) {
        const char *name = (const char *)sqlite3_value_text(values[2 * i]);
        if (!name) return refuse(error, "the name of a column", NULL);
        size += strlen(name) + 1;
    }
    char *block = sqlite3_malloc64(size + (uint64_t)count * sizeof *names);
    if (!block) return LEADKPI_OUT_OF_MEMORY;
    sum->names = block;
    char *bytes = block + (size_t)count * sizeof *names;
    for (int i = 0; i < count; i++) {
        const char *name = (const char *)sqlite3_value_text(values[2 * i]);
        size_t length = strlen(name) + 1;
        names[i] = memcpy(bytes + at, name, length);
        at += length;
    }
    memcpy(block, names, (size_t)count * sizeof *names);
    sum->part = rows_open((const char *const *)(const void *)block, count);
    return sum->part ? LEADKPI_OK : LEADKPI_OUT_OF_MEMORY;
}

/* The tables of a room are told, and the one that comes nearest. */
static leadkpi_status refuse_table(const room *of, const char *found, leadkpi_error *error)
{
    char names[120] = "", expected[200];
    size_t length = 0;
    const char *nearest;
    for (const intake *each = of->intakes; each->name; each++)
        sqlite3_snprintf((int)(sizeof names - strlen(names)), names + strlen(names), "%s,", each->name);
    nearest = leadkpi_options_nearest_name(found, LEADKPI_NUL_TERMINATED, names, LEADKPI_NUL_TERMINATED, &length);
    if (!nearest) return refuse(error, of->tables, found);
    sqlite3_snprintf((int)sizeof expected, expected, "%s (the nearest name is \"%.*s\")", of->tables,
                     (int)length, nearest);
    return refuse(error, expected, found);
}

static leadkpi_status begin_named(const room *of, state_sum *sum, sqlite3_value **values, int count,
                                  leadkpi_error *error)
{
    if (count < 4 || count % 2 || (count - 2) / 2 > COLUMNS_MAX)
        return refuse(error, "a definition, a table, and up to 60 columns as name and value",
                      "another number of arguments");
    const char *table = (const char *)sqlite3_value_text(values[1]);
    sum->intake = room_intake(of, table);
    if (!sum->intake)
        return refuse_table(of, table, error);
    leadkpi_status status = define(sum, of, values[0], error);
    return status == LEADKPI_OK ? name_columns(sum, values + 2, (count - 2) / 2, error) : status;
}

/* Are table and columns those of the first row? */
static bool is_as_before(const state_sum *sum, sqlite3_value **values, int count)
{
    const char *table = (const char *)sqlite3_value_text(values[1]), *known = NULL;
    if (!table || strcmp(table, sum->intake->name) != 0) return false;
    for (int i = 2; i < count; i += 2) {
        const char *name = (const char *)sqlite3_value_text(values[i]);
        memcpy(&known, sum->names + (size_t)(i - 2) / 2 * sizeof known, sizeof known);
        if (!name || strcmp(name, known) != 0) return false;
    }
    return true;
}

/* leadkpi_<room>_state(definition, table, name, value [, name, value ...]) */
static void named_step(sqlite3_context *context, int count, sqlite3_value **values)
{
    state_sum *sum = sqlite3_aggregate_context(context, (int)sizeof *sum);
    sqlite3_value *cells[COLUMNS_MAX];
    leadkpi_error error;
    leadkpi_status status = LEADKPI_OK;
    if (!sum || sum->has_failed) return;
    leadkpi_error_reset(&error);
    if (!sum->part)
        status = begin_named(sqlite3_user_data(context), sum, values, count, &error);
    else if (!is_as_before(sum, values, count))
        status = refuse(&error, "the table and column names of the first row", "other ones");
    else
        status = check_definition(sum, values[0], &error);
    for (int i = 3; i < count && status == LEADKPI_OK; i += 2) cells[(i - 3) / 2] = values[i];
    if (status == LEADKPI_OK) status = take_row(sum, cells, &error);
    if (status != LEADKPI_OK) fail(context, sum, status, &error);
}

/* ---- the end of each ---- */

static void give_state(sqlite3_context *context, const room *of, const void *handle)
{
    leadkpi_error error;
    size_t size = 0;
    unsigned char *bytes = NULL;
    leadkpi_status status = of->serialize(handle, NULL, 0, &size, &error);
    if (status == LEADKPI_OK && !(bytes = sqlite3_malloc64(size))) status = LEADKPI_OUT_OF_MEMORY;
    if (status == LEADKPI_OK) status = of->serialize(handle, bytes, size, &size, &error);
    if (status == LEADKPI_OK) {
        sqlite3_result_blob64(context, bytes, size, sqlite3_free);
    } else {
        sqlite3_free(bytes);
        say(context, status, &error);
    }
}

static void finish(sqlite3_context *context)
{
    state_sum *sum = sqlite3_aggregate_context(context, 0);
    const room *of = sqlite3_user_data(context);
    leadkpi_error error;
    if (!sum) return; /* no rows: NULL */
    leadkpi_error_reset(&error);
    if (!sum->has_failed && sum->handle) {
        leadkpi_status status = flush(sum, &error);
        if (status == LEADKPI_OK)
            give_state(context, of, sum->handle);
        else
            say(context, status, &error);
    }
    of->free(sum->handle);
    rows_close(sum->part);
    sqlite3_free(sum->definition);
    sqlite3_free(sum->names);
}

/* leadkpi_<room>_merge(state). NULL is left out. */
static void merge_step(sqlite3_context *context, int count, sqlite3_value **values)
{
    state_sum *sum = sqlite3_aggregate_context(context, (int)sizeof *sum);
    const room *of = sqlite3_user_data(context);
    void *next;
    leadkpi_error error;
    (void)count;
    if (!sum || sum->has_failed || sqlite3_value_type(values[0]) == SQLITE_NULL) return;
    leadkpi_status status = room_read(of, values[0], &next, &error);
    if (status == LEADKPI_OK && !sum->handle) {
        sum->handle = next;
        return;
    }
    if (status == LEADKPI_OK) status = of->merge(sum->handle, next, &error);
    of->free(next);
    if (status != LEADKPI_OK) fail(context, sum, status, &error);
}

/* ---- what a state is about ---- */

static void give_sentence(sqlite3_context *context, const room *of, const void *handle)
{
    leadkpi_error error;
    size_t size = 0;
    char *text = NULL;
    leadkpi_status status = of->describe(handle, NULL, 0, &size, &error);
    if (status == LEADKPI_OK && !(text = sqlite3_malloc64(size))) status = LEADKPI_OUT_OF_MEMORY;
    if (status == LEADKPI_OK) status = of->describe(handle, text, size, &size, &error);
    if (status == LEADKPI_OK) {
        sqlite3_result_text64(context, text, size - 1, sqlite3_free, SQLITE_UTF8);
    } else {
        sqlite3_free(text);
        say(context, status, &error);
    }
}

/* leadkpi_<room>_describe(state), or of the text of a definition. NULL is NULL. */
static void describe(sqlite3_context *context, int count, sqlite3_value **values)
{
    const room *of = sqlite3_user_data(context);
    int type = sqlite3_value_type(values[0]);
    void *handle = NULL;
    leadkpi_error error;
    (void)count;
    if (type == SQLITE_NULL) return;
    leadkpi_error_reset(&error);
    leadkpi_status status = type == SQLITE_BLOB
                                ? room_read(of, values[0], &handle, &error)
                                : room_open(of, (const char *)sqlite3_value_text(values[0]), &handle, &error);
    if (status == LEADKPI_OK)
        give_sentence(context, of, handle);
    else
        say(context, status, &error);
    of->free(handle);
}

/* ---- all of them ---- */

static int function(sqlite3 *db, const char *name, const room *of)
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    return sqlite3_create_function_v2(db, name, 1, flags, (void *)(uintptr_t)of, describe, NULL, NULL, NULL);
}

static int aggregate(sqlite3 *db, const char *name, int count, const room *of,
                     void (*step)(sqlite3_context *, int, sqlite3_value **))
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    return sqlite3_create_function_v2(db, name, count, flags, (void *)(uintptr_t)of, NULL, step,
                                      finish, NULL);
}

static int register_describe(sqlite3 *db)
{
    static const room *const rooms[] = {&funnel_room, &stages_room, &responses_room,
                                        &attribution_room, &campaigns_room, &cohorts_room};
    int code = SQLITE_OK;
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms && code == SQLITE_OK; i++) {
        char name[48];
        sqlite3_snprintf((int)sizeof name, name, "leadkpi_%s_describe", rooms[i]->schema);
        code = function(db, name, rooms[i]);
    }
    return code;
}

int register_states(sqlite3 *db)
{
    static const struct {
        const char *name;
        int count;
        const room *of;
        void (*step)(sqlite3_context *, int, sqlite3_value **);
    } aggregates[] = {
        {"leadkpi_funnel_state", 4, &funnel_room, events_step},
        {"leadkpi_funnel_state", 5, &funnel_room, events_step},
        {"leadkpi_funnel_state", -1, &funnel_room, named_step},
        {"leadkpi_funnel_merge", 1, &funnel_room, merge_step},
        {"leadkpi_stages_state", -1, &stages_room, named_step},
        {"leadkpi_stages_merge", 1, &stages_room, merge_step},
        {"leadkpi_responses_state", -1, &responses_room, named_step},
        {"leadkpi_responses_merge", 1, &responses_room, merge_step},
        {"leadkpi_attribution_state", -1, &attribution_room, named_step},
        {"leadkpi_attribution_merge", 1, &attribution_room, merge_step},
        {"leadkpi_campaigns_state", -1, &campaigns_room, named_step},
        {"leadkpi_campaigns_merge", 1, &campaigns_room, merge_step},
        {"leadkpi_cohorts_state", -1, &cohorts_room, named_step},
        {"leadkpi_cohorts_merge", 1, &cohorts_room, merge_step},
    };
    int code = register_describe(db);
    for (size_t i = 0; i < sizeof aggregates / sizeof *aggregates && code == SQLITE_OK; i++)
        code = aggregate(db, aggregates[i].name, aggregates[i].count, aggregates[i].of,
                         aggregates[i].step);
    return code;
}
