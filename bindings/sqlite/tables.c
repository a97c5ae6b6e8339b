/* tables.c: a report of the library as a table of SQLite. */
#include "tables.h"

typedef struct report_table {
    sqlite3_vtab base;
    sqlite3 *db;
    const report_module *module;
    leadkpi_table *shape;
    int column_count; /* beside the parameters */
} report_table;

typedef struct report_cursor {
    sqlite3_vtab_cursor base;
    leadkpi_table *report;
    int32_t
        *columns; /* of the report, by the table's columns; -1: none. In a long one: of the KPIs */
    int32_t kpi_count;
    int64_t row, row_count;
} report_cursor;

/* Columns of a long table; before them stand those of the group. */
static const char *const long_columns[] = {"row",    "segment", "period_start", "period_end",
                                           "period", "kpi",     "value",        "low",
                                           "high",   "status",  "flags"};
enum {
    LONG_SEGMENT = 1,
    LONG_KPI = 5,
    LONG_VALUE,
    LONG_LOW,
    LONG_HIGH,
    LONG_STATUS,
    LONG_FLAGS,
    LONG_COUNT
};

int fail_report(leadkpi_status status, const leadkpi_error *error, char **message)
{
    *message = sqlite3_mprintf("leadkpi: %s: %s", leadkpi_status_name(status), error->message);
    return status == LEADKPI_OUT_OF_MEMORY ? SQLITE_NOMEM : SQLITE_ERROR;
}

/* The column behind those of the report. */
static bool is_segment(const report_table *table, int index)
{
    return table->module->behind_dimensions && index == table->column_count - 1;
}

static const char *column_name(const report_table *table, int index)
{
    if (table->module->is_long) return long_columns[index];
    return is_segment(table, index) ? "segment" : leadkpi_table_column_name(table->shape, index);
}

static int declare(report_table *table)
{
    sqlite3_str *text = sqlite3_str_new(table->db);
    sqlite3_str_appendall(text, "create table t(");
    for (int i = 0; i < table->column_count; i++)
        sqlite3_str_appendf(text, "\"%w\", ", column_name(table, i));
    for (int i = 0; table->module->parameters[i]; i++)
        sqlite3_str_appendf(text, "%s\"%w\" hidden", i ? ", " : "", table->module->parameters[i]);
    sqlite3_str_appendall(text, ")");
    char *sql = sqlite3_str_finish(text);
    int code = sql ? sqlite3_declare_vtab(table->db, sql) : SQLITE_NOMEM;
    sqlite3_free(sql);
    return code;
}

static int disconnect(sqlite3_vtab *base)
{
    report_table *table = (report_table *)base;
    leadkpi_table_free(table->shape);
    sqlite3_free(table);
    return SQLITE_OK;
}

static int connect(sqlite3 *db, void *data, int count, const char *const *arguments,
                   sqlite3_vtab **out, char **message)
{
    leadkpi_error error;
    report_table *table = sqlite3_malloc(sizeof *table);
    (void)count;
    (void)arguments;
    if (!table) return SQLITE_NOMEM;
    memset(table, 0, sizeof *table);
    table->db = db;
    table->module = data;
    leadkpi_status status = LEADKPI_OK;
    if (!table->module->is_long) status = table->module->shape(&table->shape, &error);
    if (status != LEADKPI_OK) {
        sqlite3_free(table);
        return fail_report(status, &error, message);
    }
    table->column_count =
        table->module->is_long
            ? LONG_COUNT
            : leadkpi_table_column_count(table->shape) + (table->module->behind_dimensions != NULL);
    int code = declare(table);
    if (code == SQLITE_OK)
        code = sqlite3_vtab_config(db, table->module->runs_sql ? SQLITE_VTAB_DIRECTONLY
                                                               : SQLITE_VTAB_INNOCUOUS);
    if (code != SQLITE_OK) {
        disconnect(&table->base);
        return code;
    }
    *out = &table->base;
    return SQLITE_OK;
}

/* Parameters are handed on in their order; idxNum has a bit for each that is given. */
static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    report_table *table = (report_table *)base;
    int places[PARAMETERS_MAX], given = 0, next = 0, required = 0;
    for (int i = 0; i < PARAMETERS_MAX; i++) places[i] = -1;
    for (int i = 0; i < info->nConstraint; i++) {
        int parameter = info->aConstraint[i].iColumn - table->column_count;
        if (parameter < 0 || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
        if (!info->aConstraint[i].usable) return SQLITE_CONSTRAINT;
        places[parameter] = i;
    }
    for (int i = 0; i < PARAMETERS_MAX; i++) {
        if (places[i] < 0) continue;
        info->aConstraintUsage[places[i]].argvIndex = ++next;
        info->aConstraintUsage[places[i]].omit = 1;
        given |= 1 << i;
        required += i < table->module->required;
    }
    if (required < table->module->required) {
        sqlite3_free(base->zErrMsg);
        base->zErrMsg = sqlite3_mprintf("leadkpi: %s: expected %d arguments or more",
                                        table->module->name, table->module->required);
        return SQLITE_ERROR;
    }
    info->idxNum = given;
    info->estimatedCost = 1e6;
    info->estimatedRows = 100;
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
    report_cursor *cursor = sqlite3_malloc(sizeof *cursor);
    (void)base;
    if (!cursor) return SQLITE_NOMEM;
    memset(cursor, 0, sizeof *cursor);
    *out = &cursor->base;
    return SQLITE_OK;
}

static void empty(report_cursor *cursor)
{
    leadkpi_table_free(cursor->report);
    sqlite3_free(cursor->columns);
    cursor->report = NULL;
    cursor->columns = NULL;
    cursor->row = cursor->row_count = 0;
    cursor->kpi_count = 0;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
    empty((report_cursor *)base);
    sqlite3_free(base);
    return SQLITE_OK;
}

static int32_t find(const leadkpi_table *table, const char *stem, const char *end)
{
    int32_t column;
    char name[256];
    sqlite3_snprintf((int)sizeof name, name, "%s%s", stem, end);
    leadkpi_table_find_column(table, name, LEADKPI_NUL_TERMINATED, &column, NULL);
    return column;
}

/* A column of a KPI is no text, and has one of its status beside it. */
static bool is_kpi(const leadkpi_table *report, int32_t column)
{
    return leadkpi_table_column_type(report, column) != LEADKPI_TYPE_TEXT &&
           find(report, leadkpi_table_column_name(report, column), "_status") >= 0;
}

static void find_kpis(report_cursor *cursor)
{
    for (int32_t i = 0; i < leadkpi_table_column_count(cursor->report); i++)
        if (is_kpi(cursor->report, i)) cursor->columns[cursor->kpi_count++] = i;
}

static int take_report(report_table *table, report_cursor *cursor)
{
    int32_t count = leadkpi_table_column_count(cursor->report);
    if (count < table->column_count) count = table->column_count;
    cursor->columns = sqlite3_malloc64((uint64_t)count * sizeof *cursor->columns);
    if (!cursor->columns) return SQLITE_NOMEM;
    cursor->row_count = (int64_t)leadkpi_table_row_count(cursor->report);
    if (table->module->is_long) {
        find_kpis(cursor);
        cursor->row_count *= cursor->kpi_count;
        return SQLITE_OK;
    }
    for (int i = 0; i < table->column_count; i++)
        cursor->columns[i] =
            is_segment(table, i) ? -1 : find(cursor->report, column_name(table, i), "");
    return SQLITE_OK;
}

/* A BLOB is a state and nothing else, and no text is cut at a NUL. */
static int take_text(const report_module *module, int parameter, sqlite3_value *value, const char **out,
                     char **message)
{
    const char *name = module->parameters[parameter], *found = "a BLOB";
    bool is_blob = sqlite3_value_type(value) == SQLITE_BLOB;
    *out = NULL;
    if (strcmp(name, "state") == 0) return SQLITE_OK;
    if (!is_blob) {
        *out = (const char *)sqlite3_value_text(value);
        if (!*out || strlen(*out) == (size_t)sqlite3_value_bytes(value)) return SQLITE_OK;
        found = "one with a NUL";
    }
    *message = sqlite3_mprintf("leadkpi: %s: %s: expected a text, found %s", module->name, name, found);
    return SQLITE_ERROR;
}

/* Of a state that is not there, such as that of no rows, there is no report, as json_each(NULL) has no rows. */
static bool is_of_nothing(const report_module *module, sqlite3_value *first)
{
    return strcmp(module->parameters[0], "state") == 0 && sqlite3_value_type(first) == SQLITE_NULL;
}

static int filter(sqlite3_vtab_cursor *base, int given, const char *unused, int count,
                  sqlite3_value **values)
{
    report_table *table = (report_table *)base->pVtab;
    report_cursor *cursor = (report_cursor *)base;
    const char *texts[PARAMETERS_MAX] = {NULL};
    sqlite3_value *arguments[PARAMETERS_MAX] = {NULL};
    char *message = NULL;
    int code = SQLITE_OK;
    (void)unused;
    empty(cursor);
    for (int i = 0, next = 0; i < PARAMETERS_MAX && next < count && code == SQLITE_OK; i++) {
        if (!(given >> i & 1)) continue;
        arguments[i] = values[next++];
        code = take_text(table->module, i, arguments[i], &texts[i], &message);
    }
    if (code == SQLITE_OK && is_of_nothing(table->module, arguments[0])) return SQLITE_OK;
    if (code == SQLITE_OK)
        code = table->module->run(table->db, texts, arguments, &cursor->report, &message);
    if (code == SQLITE_OK) code = take_report(table, cursor);
    if (code != SQLITE_OK && message) {
        sqlite3_free(base->pVtab->zErrMsg);
        base->pVtab->zErrMsg = message;
    }
    return code;
}

static int next_row(sqlite3_vtab_cursor *base)
{
    ((report_cursor *)base)->row++;
    return SQLITE_OK;
}

static int is_at_end(sqlite3_vtab_cursor *base)
{
    report_cursor *cursor = (report_cursor *)base;
    return cursor->row >= cursor->row_count;
}

static int row_id(sqlite3_vtab_cursor *base, sqlite3_int64 *id)
{
    *id = ((report_cursor *)base)->row;
    return SQLITE_OK;
}

/* As SQLite's datetime() writes it, with a fraction where there is one. */
static void give_time(sqlite3_context *context, int64_t microseconds)
{
    int64_t day_length = INT64_C(86400000000);
    int64_t days = microseconds / day_length, of_day = microseconds % day_length;
    if (of_day < 0) days--, of_day += day_length;
    /* Civil from days (Hinnant). */
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097, of_era = days - era * 146097;
    int64_t of_era_year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * of_era_year + of_era_year / 4 - of_era_year / 100);
    int64_t month = (5 * of_year + 2) / 153, day = of_year - (153 * month + 2) / 5 + 1;
    month += month < 10 ? 3 : -9;
    int64_t year = of_era_year + era * 400 + (month <= 2), second = of_day / 1000000;
    char *text = sqlite3_mprintf("%04lld-%02lld-%02lld %02lld:%02lld:%02lld", year, month, day,
                                 second / 3600, second / 60 % 60, second % 60);
    if (text && of_day % 1000000) text = sqlite3_mprintf("%z.%06lld", text, of_day % 1000000);
    if (text)
        sqlite3_result_text(context, text, -1, sqlite3_free);
    else
        sqlite3_result_error_nomem(context);
}

static void give_cell(sqlite3_context *context, const leadkpi_table *table, int32_t column,
                      size_t row)
{
    const char *text;
    size_t length;
    int64_t integer;
    double number;
    if (column < 0 || leadkpi_table_is_null(table, column, row)) return;
    switch (leadkpi_table_column_type(table, column)) {
    case LEADKPI_TYPE_TEXT:
        leadkpi_table_get_text(table, column, row, &text, &length, NULL);
        sqlite3_result_text64(context, text, length, SQLITE_TRANSIENT, SQLITE_UTF8);
        break;
    case LEADKPI_TYPE_TIMESTAMP:
        leadkpi_table_get_int64(table, column, row, &integer, NULL);
        give_time(context, integer);
        break;
    case LEADKPI_TYPE_DOUBLE:
    case LEADKPI_TYPE_DECIMAL:
        leadkpi_table_get_double(table, column, row, &number, NULL);
        sqlite3_result_double(context, number); /* NaN is NULL */
        break;
    default:
        leadkpi_table_get_int64(table, column, row, &integer, NULL);
        sqlite3_result_int64(context, integer);
    }
}

/* "cost_per_lead_status" beside the KPI "cost_per_lead"; a dimension may well be called
 * "lead_status". */
static bool is_beside_kpi(const leadkpi_table *table, const char *name)
{
    char stem[256];
    const char *end = strrchr(name, '_');
    if (!end || (size_t)(end - name) >= sizeof stem ||
        (strcmp(end, "_status") != 0 && strcmp(end, "_flags") != 0))
        return false;
    memcpy(stem, name, (size_t)(end - name));
    stem[end - name] = '\0';
    int32_t column = find(table, stem, "");
    return column >= 0 && is_kpi(table, column);
}

/* The dimensions stand between the row's kind and the column behind them; of KPIs they are all
 * texts that mean nothing else. */
static bool is_dimension(const report_module *module, const leadkpi_table *table, int32_t column)
{
    if (module->behind_dimensions)
        return column > find(table, "row", "") && column < find(table, module->behind_dimensions, "");
    static const char *const others[] = {"row", "period"};
    const char *name = leadkpi_table_column_name(table, column);
    if (leadkpi_table_column_type(table, column) != LEADKPI_TYPE_TEXT) return false;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(name, others[i]) == 0) return false;
    return !is_beside_kpi(table, name);
}

/* A text as JSON has it. */
static void put_json(sqlite3_str *to, const char *text, size_t length)
{
    sqlite3_str_appendchar(to, 1, '"');
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\')
            sqlite3_str_appendf(to, "\\%c", c);
        else if (c < 0x20)
            sqlite3_str_appendf(to, "\\u%04x", c);
        else
            sqlite3_str_appendchar(to, 1, (char)c);
    }
    sqlite3_str_appendchar(to, 1, '"');
}

/* The dimensions of a group as a JSON object. */
static void give_segment(sqlite3_context *context, const report_module *module,
                         const leadkpi_table *table, size_t row)
{
    sqlite3_str *json = sqlite3_str_new(NULL);
    const char *joint = "{", *text;
    size_t length;
    for (int32_t i = 0; i < leadkpi_table_column_count(table); i++) {
        if (!is_dimension(module, table, i)) continue;
        const char *name = leadkpi_table_column_name(table, i);
        sqlite3_str_appendall(json, joint);
        put_json(json, name, strlen(name));
        sqlite3_str_appendchar(json, 1, ':');
        leadkpi_table_get_text(table, i, row, &text, &length, NULL);
        if (text)
            put_json(json, text, length);
        else
            sqlite3_str_appendall(json, "null");
        joint = ",";
    }
    sqlite3_str_appendall(json, *joint == '{' ? "{}" : "}");
    char *made = sqlite3_str_finish(json);
    if (made)
        sqlite3_result_text(context, made, -1, sqlite3_free);
    else
        sqlite3_result_error_nomem(context);
}

static void give_long(sqlite3_context *context, const report_module *module,
                      const report_cursor *cursor, int index)
{
    static const char *const ends[] = {[LONG_LOW] = "_low",
                                       [LONG_HIGH] = "_high",
                                       [LONG_STATUS] = "_status",
                                       [LONG_FLAGS] = "_flags"};
    size_t row = (size_t)(cursor->row / cursor->kpi_count);
    int32_t kpi = cursor->columns[cursor->row % cursor->kpi_count];
    const char *name = leadkpi_table_column_name(cursor->report, kpi);
    if (index == LONG_SEGMENT)
        give_segment(context, module, cursor->report, row);
    else if (index == LONG_KPI)
        sqlite3_result_text(context, name, -1, SQLITE_TRANSIENT);
    else if (index == LONG_VALUE)
        give_cell(context, cursor->report, kpi, row);
    else if (index > LONG_VALUE)
        give_cell(context, cursor->report, find(cursor->report, name, ends[index]), row);
    else
        give_cell(context, cursor->report, find(cursor->report, long_columns[index], ""), row);
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *context, int index)
{
    report_table *table = (report_table *)base->pVtab;
    report_cursor *cursor = (report_cursor *)base;
    if (index >= table->column_count) return SQLITE_OK; /* a parameter */
    if (table->module->is_long)
        give_long(context, table->module, cursor, index);
    else if (is_segment(table, index))
        give_segment(context, table->module, cursor->report, (size_t)cursor->row);
    else
        give_cell(context, cursor->report, cursor->columns[index], (size_t)cursor->row);
    return SQLITE_OK;
}

static const sqlite3_module functions = {
    .xConnect = connect,
    .xBestIndex = best_index,
    .xDisconnect = disconnect,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next_row,
    .xEof = is_at_end,
    .xColumn = column,
    .xRowid = row_id,
};

int register_report(sqlite3 *db, const report_module *module)
{
    return sqlite3_create_module_v2(db, module->name, &functions, (void *)(uintptr_t)module, NULL);
}
