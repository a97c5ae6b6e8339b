/* reports.c: the table-valued functions: from a state, and from queries. */
#include "rooms.h"
#include "tables.h"

typedef leadkpi_status (*reporter)(const void *handle, const leadkpi_options *options,
                                   leadkpi_table **out, leadkpi_error *error);

/* A report of a room, by the schema of its options. */
typedef struct reporting {
    const room *of;
    const char *schema;
    reporter report;
} reporting;

#define REPORT(name, call)                                                                         \
    static leadkpi_status name(const void *handle, const leadkpi_options *options,                 \
                               leadkpi_table **out, leadkpi_error *error)                          \
    {                                                                                              \
        return call(handle, options, out, error);                                                  \
    }

REPORT(funnel_steps, leadkpi_funnel_steps)
REPORT(attribution_credits, leadkpi_attribution_credits)
REPORT(campaigns_report, leadkpi_campaigns_report)
REPORT(cohorts_retention, leadkpi_cohorts_retention)

static const reporting steps = {&funnel_room, "funnel_report", funnel_steps};
static const reporting credits = {&attribution_room, "attribution_report", attribution_credits};
static const reporting retention = {&cohorts_room, "cohorts_retention", cohorts_retention};
static const reporting kpis = {&campaigns_room, "campaigns_report", campaigns_report};

static leadkpi_status report_on(const reporting *what, const void *handle, const char *options,
                                leadkpi_table **out, leadkpi_error *error)
{
    leadkpi_options *made;
    leadkpi_status status = options_of(what->schema, options, &made, error);
    if (status == LEADKPI_OK) status = what->report(handle, made, out, error);
    leadkpi_options_free(made);
    return status;
}

/* ---- what columns there are ---- */

static leadkpi_status shape_of(const reporting *what, const char *definition, const char *options,
                               leadkpi_table **out, leadkpi_error *error)
{
    void *handle;
    leadkpi_status status = room_open(what->of, definition, &handle, error);
    if (status == LEADKPI_OK) status = report_on(what, handle, options, out, error);
    what->of->free(handle);
    return status;
}

static leadkpi_status shape_of_steps(leadkpi_table **out, leadkpi_error *error)
{
    return shape_of(&steps, "steps=a,b; entry=every", "by=segment; grain=month", out, error);
}

static leadkpi_status shape_of_credits(leadkpi_table **out, leadkpi_error *error)
{
    return shape_of(&credits, NULL, "by=channel,campaign,ad", out, error);
}

static leadkpi_status shape_of_retention(leadkpi_table **out, leadkpi_error *error)
{
    return shape_of(&retention, NULL, "as_of=1970-01-01", out, error);
}

/* ---- from a state ---- */

static int report_on_state(const reporting *what, const char *options, sqlite3_value *state,
                           leadkpi_table **out, char **message)
{
    void *handle;
    leadkpi_error error;
    leadkpi_status status = room_read(what->of, state, &handle, &error);
    if (status == LEADKPI_OK) status = report_on(what, handle, options, out, &error);
    what->of->free(handle);
    return status == LEADKPI_OK ? SQLITE_OK : fail_report(status, &error, message);
}

/* leadkpi_funnel_steps(state [, options]) */
static int steps_of_state(sqlite3 *db, const char *const *texts, sqlite3_value **values,
                          leadkpi_table **out, char **message)
{
    (void)db;
    return report_on_state(&steps, texts[1], values[0], out, message);
}

/* leadkpi_attribution_credits(state [, options]) */
static int credits_of_state(sqlite3 *db, const char *const *texts, sqlite3_value **values,
                            leadkpi_table **out, char **message)
{
    (void)db;
    return report_on_state(&credits, texts[1], values[0], out, message);
}

/* leadkpi_campaigns_report(state [, options]) */
static int kpis_of_state(sqlite3 *db, const char *const *texts, sqlite3_value **values,
                         leadkpi_table **out, char **message)
{
    (void)db;
    return report_on_state(&kpis, texts[1], values[0], out, message);
}

/* leadkpi_cohorts_retention(state, options) */
static int retention_of_state(sqlite3 *db, const char *const *texts, sqlite3_value **values,
                              leadkpi_table **out, char **message)
{
    (void)db;
    return report_on_state(&retention, texts[1], values[0], out, message);
}

/* ---- the other reports of funnels, stages and responses, from a state ---- */

/* leadkpi_<room>_<name>(state [, options]); of `definition` and `options` it has every column that there is. */
#define STATE_REPORT(word, name, definition, options)                                                \
    REPORT(word##_##name, leadkpi_##word##_##name)                                                   \
    static const reporting reporting_##word##_##name = {&word##_room, #word "_report", word##_##name}; \
    static leadkpi_status shape_of_##word##_##name(leadkpi_table **out, leadkpi_error *error)        \
    {                                                                                                \
        return shape_of(&reporting_##word##_##name, definition, options, out, error);                \
    }                                                                                                \
    static int word##_##name##_of_state(sqlite3 *db, const char *const *texts, sqlite3_value **values, \
                                        leadkpi_table **out, char **message)                         \
    {                                                                                                \
        (void)db;                                                                                    \
        return report_on_state(&reporting_##word##_##name, texts[1], values[0], out, message);       \
    }

#define STATE_MODULE(word, called)                                                                   \
    {                                                                                                \
        .name = "leadkpi_" #word "_" #called, .parameters = {"state", "options"}, .required = 1,     \
        .shape = shape_of_##word##_##called, .run = word##_##called##_of_state,                      \
    }

#define TEN(a) a "0," a "1," a "2," a "3," a "4," a "5," a "6," a "7," a "8," a "9,"
#define SIXTY_FOUR TEN("0") TEN("1") TEN("2") TEN("3") TEN("4") TEN("5") "60,61,62,63"
#define GROUPED "by=segment; grain=month"

STATE_REPORT(funnel, times, "steps=a,b", GROUPED)
STATE_REPORT(funnel, leads, "entry=every; steps=" SIXTY_FOUR, NULL)
STATE_REPORT(funnel, histogram, "steps=a,b", GROUPED)
STATE_REPORT(funnel, difference, "steps=a,b", GROUPED)
STATE_REPORT(funnel, sequences, "steps=a,b", GROUPED "; pattern=(?1)")
STATE_REPORT(funnel, sequence_leads, "steps=a,b", "pattern=(?1)")
STATE_REPORT(funnel, retention, "steps=a,b", GROUPED)
STATE_REPORT(funnel, checks, "steps=a,b", NULL)
STATE_REPORT(stages, steps, "stages=a,b", GROUPED)
STATE_REPORT(stages, snapshot, "stages=a,b", GROUPED)
STATE_REPORT(stages, transitions, "stages=a,b", GROUPED)
STATE_REPORT(stages, durations, "stages=a,b", GROUPED)
STATE_REPORT(stages, reasons, "stages=a,b", GROUPED)
STATE_REPORT(stages, leads, "stages=a,b", NULL)
STATE_REPORT(stages, checks, "stages=a,b", NULL)
STATE_REPORT(responses, speed, NULL, GROUPED)
STATE_REPORT(responses, targets, NULL, GROUPED)
STATE_REPORT(responses, bands, NULL, GROUPED)
STATE_REPORT(responses, leads, NULL, NULL)
STATE_REPORT(responses, checks, NULL, NULL)

/* ---- from queries ---- */

enum {
    PART_ROWS = 65536,
    COLUMNS_MAX = 256
};

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
        leadkpi_status status = rows_hand_on(part, add, handle, &error);
        if (status != LEADKPI_OK) return fail_report(status, &error, message);
    }
    if (code != SQLITE_DONE) return code;
    leadkpi_status status = rows_hand_on(part, add, handle, &error);
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
    if (!query || (tail && tail[strspn(tail, " \t\r\n\f")]) || !sqlite3_stmt_readonly(query)) return false;
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

/* A query of the call and the table of the room that its rows are. */
typedef struct source {
    const char *sql; /* NULL: none */
    const char *table;
} source;

static int report_on_queries(sqlite3 *db, const reporting *what, const char *definition,
                             const char *options, const source *sources, int count,
                             leadkpi_table **out, char **message)
{
    void *handle;
    leadkpi_error error;
    leadkpi_status status = room_open(what->of, definition, &handle, &error);
    if (status != LEADKPI_OK) return fail_report(status, &error, message);
    int code = SQLITE_OK;
    for (int i = 0; i < count && code == SQLITE_OK; i++)
        if (sources[i].sql)
            code = add_query(db, sources[i].sql, room_intake(what->of, sources[i].table)->add,
                             handle, message);
    if (code == SQLITE_OK) {
        status = report_on(what, handle, options, out, &error);
        if (status != LEADKPI_OK) code = fail_report(status, &error, message);
    }
    what->of->free(handle);
    return code;
}

/* leadkpi_funnel(query, definition [, options]) */
static int steps_of_query(sqlite3 *db, const char *const *texts, sqlite3_value **values,
                          leadkpi_table **out, char **message)
{
    const source events = {texts[0] ? texts[0] : "", "events"};
    (void)values;
    return report_on_queries(db, &steps, texts[1], texts[2], &events, 1, out, message);
}

/* leadkpi_attribution(touches, conversions [, options [, definition [, milestones [, costs]]]]) */
static int credits_of_queries(sqlite3 *db, const char *const *texts, sqlite3_value **values,
                              leadkpi_table **out, char **message)
{
    const source sources[] = {{texts[0], "touches"},
                              {texts[1], "conversions"},
                              {texts[4], "milestones"},
                              {texts[5], "costs"}};
    (void)values;
    return report_on_queries(db, &credits, texts[3], texts[2], sources, 4, out, message);
}

/* leadkpi_attribution_paths(paths [, options [, definition [, costs]]]) */
static int credits_of_paths(sqlite3 *db, const char *const *texts, sqlite3_value **values,
                            leadkpi_table **out, char **message)
{
    const source sources[] = {{texts[0] ? texts[0] : "", "paths"}, {texts[3], "costs"}};
    (void)values;
    return report_on_queries(db, &credits, texts[2], texts[1], sources, 2, out, message);
}

/* leadkpi_cohorts(acquisitions, activity, options [, revenue [, subscriptions [, outcomes]]]) */
static int retention_of_queries(sqlite3 *db, const char *const *texts, sqlite3_value **values,
                                leadkpi_table **out, char **message)
{
    const source sources[] = {{texts[0], "acquisitions"},
                              {texts[1], "activity"},
                              {texts[3], "revenue"},
                              {texts[4], "subscriptions"},
                              {texts[5], "outcomes"}};
    (void)values;
    return report_on_queries(db, &retention, NULL, texts[2], sources, 5, out, message);
}

/* leadkpi_report(leads, stages, costs [, options [, definition]]): three queries, each may be NULL
 */
static int kpis_of_queries(sqlite3 *db, const char *const *texts, sqlite3_value **values,
                           leadkpi_table **out, char **message)
{
    const source sources[] = {{texts[0], "leads"}, {texts[1], "stages"}, {texts[2], "costs"}};
    (void)values;
    return report_on_queries(db, &kpis, texts[4], texts[3], sources, 3, out, message);
}

static const report_module of_states[] = {
    {
        .name = "leadkpi_funnel_steps",
        .parameters = {"state", "options"},
        .required = 1,
        .shape = shape_of_steps,
        .run = steps_of_state,
    },
    STATE_MODULE(funnel, times),
    STATE_MODULE(funnel, leads),
    STATE_MODULE(funnel, histogram),
    STATE_MODULE(funnel, difference),
    STATE_MODULE(funnel, sequences),
    STATE_MODULE(funnel, sequence_leads),
    STATE_MODULE(funnel, retention),
    STATE_MODULE(funnel, checks),
    STATE_MODULE(stages, steps),
    STATE_MODULE(stages, snapshot),
    STATE_MODULE(stages, transitions),
    STATE_MODULE(stages, durations),
    STATE_MODULE(stages, reasons),
    STATE_MODULE(stages, leads),
    STATE_MODULE(stages, checks),
    STATE_MODULE(responses, speed),
    STATE_MODULE(responses, targets),
    STATE_MODULE(responses, bands),
    STATE_MODULE(responses, leads),
    STATE_MODULE(responses, checks),
    {
        .name = "leadkpi_attribution_credits",
        .parameters = {"state", "options"},
        .required = 1,
        .behind_dimensions = "conversions",
        .shape = shape_of_credits,
        .run = credits_of_state,
    },
    {
        .name = "leadkpi_cohorts_retention",
        .parameters = {"state", "options"},
        .required = 2,
        .behind_dimensions = "cohort_start",
        .shape = shape_of_retention,
        .run = retention_of_state,
    },
    {
        .name = "leadkpi_campaigns_report",
        .parameters = {"state", "options"},
        .required = 1,
        .is_long = true,
        .run = kpis_of_state,
    },
};

static const report_module of_queries[] = {
    {
        .name = "leadkpi_funnel",
        .parameters = {"query", "definition", "options"},
        .required = 2,
        .runs_sql = true,
        .shape = shape_of_steps,
        .run = steps_of_query,
    },
    {
        .name = "leadkpi_attribution",
        .parameters = {"touch_query", "conversion_query", "options", "definition", "milestone_query",
                       "cost_query"},
        .required = 2,
        .runs_sql = true,
        .behind_dimensions = "conversions",
        .shape = shape_of_credits,
        .run = credits_of_queries,
    },
    {
        .name = "leadkpi_attribution_paths",
        .parameters = {"path_query", "options", "definition", "cost_query"},
        .required = 1,
        .runs_sql = true,
        .behind_dimensions = "conversions",
        .shape = shape_of_credits,
        .run = credits_of_paths,
    },
    {
        .name = "leadkpi_cohorts",
        .parameters = {"acquisition_query", "activity_query", "options", "revenue_query",
                       "subscription_query", "outcome_query"},
        .required = 3,
        .runs_sql = true,
        .behind_dimensions = "cohort_start",
        .shape = shape_of_retention,
        .run = retention_of_queries,
    },
    {
        .name = "leadkpi_report",
        .parameters = {"leads", "stages", "costs", "options", "definition"},
        .required = 1,
        .runs_sql = true,
        .is_long = true,
        .run = kpis_of_queries,
    },
};

static int register_all(sqlite3 *db, const report_module *modules, size_t count)
{
    int code = SQLITE_OK;
    for (size_t i = 0; i < count && code == SQLITE_OK; i++) code = register_report(db, &modules[i]);
    return code;
}

int register_state_tables(sqlite3 *db)
{
    return register_all(db, of_states, sizeof of_states / sizeof *of_states);
}

int register_query_tables(sqlite3 *db)
{
    return register_all(db, of_queries, sizeof of_queries / sizeof *of_queries);
}
