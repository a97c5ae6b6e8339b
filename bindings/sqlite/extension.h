/* extension.h: what the files of the SQLite extension share. */
#ifndef LEADKPI_SQLITE_EXTENSION_H
#define LEADKPI_SQLITE_EXTENSION_H

#include <leadkpi.h>
#include <sqlite3ext.h>

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

SQLITE_EXTENSION_INIT3

/* Scalars and aggregates that read nothing but their arguments. */
int register_kpis(sqlite3 *db);
int register_states(sqlite3 *db);

/* Tables over states, which run no SQL, and over queries, which do. */
int register_state_tables(sqlite3 *db);
int register_query_tables(sqlite3 *db);

/* ---- rows of SQLite as a table of the library ----
 *
 * A column takes the type of its values: INTEGER is int64, REAL (or both) double, TEXT and
 * BLOB text, NULL null. A column of the name time is a timestamp: a number is seconds since
 * 1970-01-01 (as unixepoch() gives them), a text a date or a date with a time (ISO 8601; UTC
 * where no zone stands). A value of another kind than those before it is refused with its row. */
typedef struct rows rows;

/* `names` stay the caller's and outlive it; none is NULL. NULL: out of memory. */
rows *rows_open(const char *const *names, int count);
void rows_close(rows *of);
int64_t rows_count(const rows *of);

/* One more row. SQLITE_OK, SQLITE_NOMEM, or SQLITE_MISMATCH with the reason in `error`. */
int rows_add(rows *to, sqlite3_value **values, leadkpi_error *error);

/* Adds a table to a handle. */
typedef leadkpi_status (*adder)(void *handle, const leadkpi_table *table, leadkpi_error *error);

/* Hands the rows on as a table, after which there are none; a failure says where they began. A
 * column without a value so far passes for any type. */
leadkpi_status rows_hand_on(rows *of, adder add, void *handle, leadkpi_error *error);

/* Microseconds since 1970 of a number of seconds or a text; false where it is neither. */
bool time_of(sqlite3_value *value, int64_t *microseconds);

/* An error of the library as SQLite's. */
void say(sqlite3_context *context, leadkpi_status status, const leadkpi_error *error);

/* Options of a schema from text; an empty or NULL text is the defaults. */
leadkpi_status options_of(const char *schema, const char *text, leadkpi_options **out,
                          leadkpi_error *error);

#endif
