/* extension.c: the entry points that SQLite calls when it loads the extension.
 *
 *     select load_extension('leadkpi_sqlite');                            -- all
 *     select load_extension('leadkpi_sqlite', 'sqlite3_leadkpi_pure_init');  -- nothing that runs
 * SQL */
#include "extension.h"

SQLITE_EXTENSION_INIT1

#if defined(_WIN32)
#define ENTRY __declspec(dllexport)
#elif defined(__GNUC__)
#define ENTRY __attribute__((visibility("default")))
#else
#define ENTRY
#endif

ENTRY int sqlite3_leadkpisqlite_init(sqlite3 *db, char **message, const sqlite3_api_routines *api);
ENTRY int sqlite3_leadkpi_pure_init(sqlite3 *db, char **message, const sqlite3_api_routines *api);

void say(sqlite3_context *context, leadkpi_status status, const leadkpi_error *error)
{
    if (status == LEADKPI_OUT_OF_MEMORY) {
        sqlite3_result_error_nomem(context);
        return;
    }
    char *text = sqlite3_mprintf("leadkpi: %s: %s", leadkpi_status_name(status), error->message);
    if (text)
        sqlite3_result_error(context, text, -1);
    else
        sqlite3_result_error_nomem(context);
    sqlite3_free(text);
}

leadkpi_status options_of(const char *schema, const char *text, leadkpi_options **out,
                          leadkpi_error *error)
{
    leadkpi_status status =
        leadkpi_options_create(NULL, schema, LEADKPI_NUL_TERMINATED, out, error);
    if (status == LEADKPI_OK && text && *text)
        status = leadkpi_options_parse(*out, text, LEADKPI_NUL_TERMINATED, error);
    if (status == LEADKPI_OK) return status;
    leadkpi_options_free(*out);
    *out = NULL;
    return status;
}

static void version(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    (void)values;
    sqlite3_result_text(context, leadkpi_version(), -1, SQLITE_STATIC);
}

int sqlite3_leadkpi_pure_init(sqlite3 *db, char **message, const sqlite3_api_routines *api)
{
    (void)message;
    SQLITE_EXTENSION_INIT2(api);
    int code = sqlite3_create_function_v2(db, "leadkpi_version", 0,
                                          SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                          NULL, version, NULL, NULL, NULL);
    if (code == SQLITE_OK) code = register_kpis(db);
    if (code == SQLITE_OK) code = register_states(db);
    if (code == SQLITE_OK) code = register_state_tables(db);
    return code;
}

int sqlite3_leadkpisqlite_init(sqlite3 *db, char **message, const sqlite3_api_routines *api)
{
    int code = sqlite3_leadkpi_pure_init(db, message, api);
    return code == SQLITE_OK ? register_query_tables(db) : code;
}
