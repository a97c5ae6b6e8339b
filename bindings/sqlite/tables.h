/* tables.h: table-valued functions whose rows are a report of the library. */
#ifndef LEADKPI_SQLITE_TABLES_H
#define LEADKPI_SQLITE_TABLES_H

#include "extension.h"

enum {
    PARAMETERS_MAX = 6
};

/* What a table-valued function is. */
typedef struct report_module {
    const char *name;
    /* In the order of the call, up to NULL; the first `required` of them must be given. */
    const char *parameters[PARAMETERS_MAX + 1];
    int required;
    bool runs_sql;
    bool is_long; /* a row a KPI instead of a row a group */
    /* Of a report with dimensions, which go into a column of their own as JSON: the column behind them. */
    const char *behind_dimensions;
    /* A report of nothing, with every column that any options can give. */
    leadkpi_status (*shape)(leadkpi_table **out, leadkpi_error *error);
    /* The report; arguments that were not given are NULL. On failure `*message` is from
     * sqlite3_malloc. */
    int (*run)(sqlite3 *db, const char *const *arguments, sqlite3_value **values,
               leadkpi_table **out, char **message);
} report_module;

/* `module` lives as long as the process. */
int register_report(sqlite3 *db, const report_module *module);

/* A failure of the library as SQLite's code, with `*message` set. */
int fail_report(leadkpi_status status, const leadkpi_error *error, char **message);

#endif
