/* reports.c: the table-valued functions: from a state, and from queries. */
#include "tables.h"

leadkpi_status steps_of(const leadkpi_funnel *funnel, const char *options, leadkpi_table **out,
                        leadkpi_error *error)
{
    leadkpi_options *made;
    leadkpi_status status = options_of("funnel_report", options, &made, error);
    if (status == LEADKPI_OK) status = leadkpi_funnel_steps(funnel, made, out, error);
    leadkpi_options_free(made);
    return status;
}

static leadkpi_status funnel_of(const char *definition, leadkpi_funnel **out, leadkpi_error *error)
{
    leadkpi_options *made;
    *out = NULL;
    leadkpi_status status = options_of("funnel", definition, &made, error);
    if (status == LEADKPI_OK) status = leadkpi_funnel_create(NULL, made, out, error);
    leadkpi_options_free(made);
    return status;
}

static leadkpi_status shape_of_steps(leadkpi_table **out, leadkpi_error *error)
{
    leadkpi_funnel *funnel;
    leadkpi_status status = funnel_of("steps=a,b", &funnel, error);
    if (status == LEADKPI_OK) status = steps_of(funnel, "by=segment; grain=month", out, error);
    leadkpi_funnel_free(funnel);
    return status;
}

/* leadkpi_funnel_steps(state [, options]) */
static int steps_of_state(sqlite3 *db, const char *const *texts, sqlite3_value **values,
                          leadkpi_table **out, char **message)
{
    leadkpi_funnel *funnel;
    leadkpi_error error;
    (void)db;
    leadkpi_status status =
        leadkpi_funnel_deserialize(NULL, sqlite3_value_blob(values[0]),
                                   (size_t)sqlite3_value_bytes(values[0]), &funnel, &error);
    if (status == LEADKPI_OK) status = steps_of(funnel, texts[1], out, &error);
    leadkpi_funnel_free(funnel);
    return status == LEADKPI_OK ? SQLITE_OK : fail_report(status, &error, message);
}

/* ---- from queries ---- */

enum {
    PART_ROWS = 65536,
    COLUMNS_MAX = 256
};

/* Adds a table to a handle. */
typedef leadkpi_status (*adder)(void *handle, const leadkpi_table *table, leadkpi_error *error);

static leadkpi_status flush(rows *part, adder add, void *handle, leadkpi_error *error)
{
    leadkpi_table *table;
    leadkpi_status status = rows_table(part, &table, error);
    if (status == LEADKPI_OK) status = add(handle, table, error);
    if (status != LEADKPI_OK) rows_tell_place(part, error);
    leadkpi_table_free(table);
    rows_clear(part);
    return status;
}

/* The rows from the one that `query` stands on; `code` is what its step gave. */
static int add_rows(sqlite3_stmt *query, int code, rows *part, adder add, void *handle,
                    char **message)
{
    sqlite3_value *values[COLUMNS_MAX];
    leadkpi_error error;
    int count = sqlite3_column_count(query);
    leadkpi_error_reset(&error);
    for (; code == SQLITE_ROW; code = sqlite3_step(query)) {
        for (int i = 0; i < count; i++) values[i] = sqlite3_column_value(query, i);
        code = rows_add(part, values, &error);
        if (code == SQLITE_MISMATCH) return fail_report(LEADKPI_BAD_DATA, &error, message);
        if (code != SQLITE_OK) return code;
        if (rows_count(part) < PART_ROWS) continue;
        leadkpi_status status = flush(part, add, handle, &error);
        if (status != LEADKPI_OK) return fail_report(status, &error, message);
    }
    if (code != SQLITE_DONE) return code;
    leadkpi_status status = flush(part, add, handle, &error);
    return status == LEADKPI_OK ? SQLITE_OK : fail_report(status, &error, message);
}

/* The first step may prepare the query anew, for another schema than it was prepared for; from
 * then on its columns and their names stay as they are. */
static int run_query(sqlite3_stmt *query, adder add, void *handle, char **message)
{
    const char *names[COLUMNS_MAX];
    int code = sqlite3_step(query), count = sqlite3_column_count(query);
    if (code != SQLITE_ROW && code != SQLITE_DONE) return code;
    if (count > COLUMNS_MAX) return SQLITE_SCHEMA;
    for (int i = 0; i < count; i++)
        if (!(names[i] = sqlite3_column_name(query, i))) return SQLITE_NOMEM;
    rows *part = rows_open(names, count);
    code = part ? add_rows(query, code, part, add, handle, message) : SQLITE_NOMEM;
    rows_close(part);
    return code;
}

/* BEGIN, ROLLBACK, ATTACH and such are said to read only, but have no columns. */
static bool is_one_query(sqlite3_stmt *query, const char *tail)
{
    if (!query || (tail && *tail) || !sqlite3_stmt_readonly(query)) return false;
    int count = sqlite3_column_count(query);
    return count > 0 && count <= COLUMNS_MAX;
}

/* Runs one query that reads, and adds its rows. */
static int add_query(sqlite3 *db, const char *sql, adder add, void *handle, char **message)
{
    sqlite3_stmt *query = NULL;
    const char *tail = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &query, &tail);
    if (code == SQLITE_OK && !is_one_query(query, tail)) {
        *message = sqlite3_mprintf("leadkpi: expected one query that reads at most %d columns, "
                                   "found: %.100s",
                                   COLUMNS_MAX, sql);
        sqlite3_finalize(query);
        return SQLITE_ERROR;
    }
    if (code == SQLITE_OK) code = run_query(query, add, handle, message);
    if (code != SQLITE_OK && !*message)
        *message = sqlite3_mprintf("leadkpi: %s: %.100s", sqlite3_errmsg(db), sql);
    sqlite3_finalize(query);
    return code;
}

static leadkpi_status add_events(void *funnel, const leadkpi_table *table, leadkpi_error *error)
{
    return leadkpi_funnel_add(funnel, table, NULL, 0, error);
}

/* leadkpi_funnel(query, definition [, options]) */
static int steps_of_query(sqlite3 *db, const char *const *texts, sqlite3_value **values,
                          leadkpi_table **out, char **message)
{
    leadkpi_funnel *funnel;
    leadkpi_error error;
    (void)values;
    leadkpi_status status = funnel_of(texts[1], &funnel, &error);
    if (status != LEADKPI_OK) return fail_report(status, &error, message);
    int code = add_query(db, texts[0] ? texts[0] : "", add_events, funnel, message);
    if (code == SQLITE_OK) {
        status = steps_of(funnel, texts[2], out, &error);
        if (status != LEADKPI_OK) code = fail_report(status, &error, message);
    }
    leadkpi_funnel_free(funnel);
    return code;
}

static leadkpi_status add_leads(void *campaigns, const leadkpi_table *table, leadkpi_error *error)
{
    return leadkpi_campaigns_add_leads(campaigns, table, NULL, 0, error);
}

static leadkpi_status add_stages(void *campaigns, const leadkpi_table *table, leadkpi_error *error)
{
    return leadkpi_campaigns_add_stages(campaigns, table, NULL, 0, error);
}

static leadkpi_status add_costs(void *campaigns, const leadkpi_table *table, leadkpi_error *error)
{
    return leadkpi_campaigns_add_costs(campaigns, table, NULL, 0, error);
}

static leadkpi_status campaigns_of(const char *definition, leadkpi_campaigns **out,
                                   leadkpi_error *error)
{
    leadkpi_options *made;
    *out = NULL;
    leadkpi_status status = options_of("campaigns", definition, &made, error);
    if (status == LEADKPI_OK) status = leadkpi_campaigns_create(NULL, made, out, error);
    leadkpi_options_free(made);
    return status;
}

static leadkpi_status report_of(const leadkpi_campaigns *campaigns, const char *options,
                                leadkpi_table **out, leadkpi_error *error)
{
    leadkpi_options *made;
    leadkpi_status status = options_of("campaigns_report", options, &made, error);
    if (status == LEADKPI_OK) status = leadkpi_campaigns_report(campaigns, made, out, error);
    leadkpi_options_free(made);
    return status;
}

/* leadkpi_report(leads, stages, costs [, options [, definition]]): three queries, each may be NULL
 */
static int report_of_queries(sqlite3 *db, const char *const *texts, sqlite3_value **values,
                             leadkpi_table **out, char **message)
{
    static const adder adders[] = {add_leads, add_stages, add_costs};
    leadkpi_campaigns *campaigns;
    leadkpi_error error;
    (void)values;
    leadkpi_status status = campaigns_of(texts[4], &campaigns, &error);
    if (status != LEADKPI_OK) return fail_report(status, &error, message);
    int code = SQLITE_OK;
    for (int i = 0; i < 3 && code == SQLITE_OK; i++)
        if (texts[i]) code = add_query(db, texts[i], adders[i], campaigns, message);
    if (code == SQLITE_OK) {
        status = report_of(campaigns, texts[3], out, &error);
        if (status != LEADKPI_OK) code = fail_report(status, &error, message);
    }
    leadkpi_campaigns_free(campaigns);
    return code;
}

static const report_module funnel_steps = {
    .name = "leadkpi_funnel_steps",
    .parameters = {"state", "options"},
    .required = 1,
    .shape = shape_of_steps,
    .run = steps_of_state,
};

static const report_module funnel = {
    .name = "leadkpi_funnel",
    .parameters = {"query", "definition", "options"},
    .required = 2,
    .runs_sql = true,
    .shape = shape_of_steps,
    .run = steps_of_query,
};

static const report_module report = {
    .name = "leadkpi_report",
    .parameters = {"leads", "stages", "costs", "options", "definition"},
    .required = 1,
    .runs_sql = true,
    .is_long = true,
    .run = report_of_queries,
};

int register_state_tables(sqlite3 *db)
{
    return register_report(db, &funnel_steps);
}

int register_query_tables(sqlite3 *db)
{
    int code = register_report(db, &funnel);
    return code == SQLITE_OK ? register_report(db, &report) : code;
}
