/* rows.c: rows of SQLite, collected column by column. */
#include "extension.h"

typedef struct grown {
    int32_t type; /* LEADKPI_TYPE_...; 0 before the first value */
    bool is_time, has_null;
    bool is_number; /* while there is no value: what the library takes it for */
    int64_t *integers; /* or the bits of doubles; of texts, the offsets */
    uint8_t *validity;
    char *bytes;
    int64_t byte_count, byte_capacity;
} grown;

struct rows {
    const char *const *names;
    int column_count;
    int64_t row_count, capacity;
    int64_t cleared_count; /* rows that were handed on before these */
    grown columns[];
};

rows *rows_open(const char *const *names, int count)
{
    rows *made = sqlite3_malloc64(sizeof *made + (uint64_t)count * sizeof(grown));
    if (!made) return NULL;
    memset(made, 0, sizeof *made + (size_t)count * sizeof(grown));
    made->names = names;
    made->column_count = count;
    for (int i = 0; i < count; i++) made->columns[i].is_time = strcmp(names[i], "time") == 0;
    return made;
}

void rows_close(rows *of)
{
    if (!of) return;
    for (int i = 0; i < of->column_count; i++) {
        sqlite3_free(of->columns[i].integers);
        sqlite3_free(of->columns[i].validity);
        sqlite3_free(of->columns[i].bytes);
    }
    sqlite3_free(of);
}

int64_t rows_count(const rows *of)
{
    return of->row_count;
}

static bool resize(void *block, uint64_t size)
{
    void *old, *moved;
    memcpy(&old, block, sizeof old);
    moved = sqlite3_realloc64(old, size);
    if (!moved) return false;
    memcpy(block, &moved, sizeof moved);
    return true;
}

/* Room for one more row and the offset behind it. */
static bool reserve_row(rows *of)
{
    if (of->row_count < of->capacity) return true;
    int64_t capacity = of->capacity ? of->capacity * 2 : 256;
    for (int i = 0; i < of->column_count; i++) {
        grown *column = &of->columns[i];
        if (!resize(&column->integers, (uint64_t)(capacity + 1) * sizeof *column->integers) ||
            !resize(&column->validity, (uint64_t)capacity / 8))
            return false;
    }
    of->capacity = capacity;
    return true;
}

static bool reserve_bytes(grown *column, int64_t more)
{
    int64_t needed = column->byte_count + more;
    if (needed <= column->byte_capacity) return true;
    int64_t capacity = column->byte_capacity * 2 > needed ? column->byte_capacity * 2 : needed + 64;
    if (!resize(&column->bytes, (uint64_t)capacity)) return false;
    column->byte_capacity = capacity;
    return true;
}

static int32_t type_of(const grown *column, sqlite3_value *value)
{
    if (column->is_time) return LEADKPI_TYPE_TIMESTAMP;
    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
        return LEADKPI_TYPE_INT64;
    case SQLITE_FLOAT:
        return LEADKPI_TYPE_DOUBLE;
    default:
        return LEADKPI_TYPE_TEXT;
    }
}

/* Whole numbers that came before the first fraction. What a double cannot hold is refused. */
static bool widen(rows *of, grown *column)
{
    for (int64_t row = 0; row < of->row_count; row++) {
        double number = (double)column->integers[row];
        if (number >= 9223372036854775808.0 || (int64_t)number != column->integers[row])
            return false;
        memcpy(&column->integers[row], &number, sizeof number);
    }
    column->type = LEADKPI_TYPE_DOUBLE;
    return true;
}

static int refuse(const rows *of, int column, const char *expected, leadkpi_error *error)
{
    error->code = LEADKPI_BAD_DATA;
    error->row = of->cleared_count + of->row_count;
    error->column = column;
    sqlite3_snprintf((int)sizeof error->message, error->message,
                     "column \"%.100s\", row %lld: expected %s", of->names[column], error->row, expected);
    return SQLITE_MISMATCH;
}

static int put_number(rows *to, int index, sqlite3_value *value, int32_t type, leadkpi_error *error)
{
    grown *column = &to->columns[index];
    int64_t *cell = &column->integers[to->row_count];
    if (type == LEADKPI_TYPE_TIMESTAMP) {
        if (time_of(value, cell)) return SQLITE_OK;
        return refuse(to, index, "seconds since 1970, or a date such as 2025-04-01 09:30", error);
    }
    if (column->type == LEADKPI_TYPE_DOUBLE) {
        double number = sqlite3_value_double(value);
        if (type == LEADKPI_TYPE_INT64 &&
            (number >= 9223372036854775808.0 || (int64_t)number != sqlite3_value_int64(value)))
            return refuse(to, index, "a whole number that a REAL holds exactly", error);
        memcpy(cell, &number, sizeof number);
    } else {
        *cell = sqlite3_value_int64(value);
    }
    return SQLITE_OK;
}

static int put_text(rows *to, grown *column, sqlite3_value *value)
{
    const void *bytes = sqlite3_value_type(value) == SQLITE_BLOB
                            ? sqlite3_value_blob(value)
                            : (const void *)sqlite3_value_text(value);
    int64_t length = sqlite3_value_bytes(value);
    if (!bytes && length) return SQLITE_NOMEM;
    if (!reserve_bytes(column, length)) return SQLITE_NOMEM;
    if (length) memcpy(column->bytes + column->byte_count, bytes, (size_t)length);
    column->byte_count += length;
    column->integers[to->row_count + 1] = column->byte_count;
    return SQLITE_OK;
}

static void put_null(rows *to, grown *column)
{
    int64_t row = to->row_count;
    column->has_null = true;
    column->validity[row >> 3] &= (uint8_t) ~(1u << (row & 7));
    if (column->type != LEADKPI_TYPE_TEXT) column->integers[row] = 0;
    /* Of a column that has no type yet too: it may stay one of texts that are all null. */
    if (column->type == LEADKPI_TYPE_TEXT || column->type == 0)
        column->integers[row + 1] = column->byte_count;
}

/* A column of nulls becomes one of texts: all offsets so far are 0. */
static void begin_text(rows *to, grown *column)
{
    memset(column->integers, 0, (size_t)(to->row_count + 1) * sizeof *column->integers);
    column->type = LEADKPI_TYPE_TEXT;
}

static int put(rows *to, int index, sqlite3_value *value, leadkpi_error *error)
{
    grown *column = &to->columns[index];
    int64_t row = to->row_count;
    if ((row & 7) == 0) column->validity[row >> 3] = 0xFF;
    if (column->type == LEADKPI_TYPE_TEXT && row == 0) column->integers[0] = 0;
    if (sqlite3_value_type(value) == SQLITE_NULL) {
        put_null(to, column);
        return SQLITE_OK;
    }
    int32_t type = type_of(column, value);
    if (column->type == 0) {
        if (type == LEADKPI_TYPE_TEXT)
            begin_text(to, column);
        else
            column->type = type;
    }
    if (column->type == LEADKPI_TYPE_INT64 && type == LEADKPI_TYPE_DOUBLE && !widen(to, column))
        return refuse(to, index, "whole numbers that a REAL holds exactly before it", error);
    if ((column->type == LEADKPI_TYPE_TEXT) != (type == LEADKPI_TYPE_TEXT))
        return refuse(to, index,
                      type == LEADKPI_TYPE_TEXT ? "a number, as before" : "a text, as before",
                      error);
    if (type == LEADKPI_TYPE_TEXT) return put_text(to, column, value);
    return put_number(to, index, value, type, error);
}

int rows_add(rows *to, sqlite3_value **values, leadkpi_error *error)
{
    if (!reserve_row(to)) return SQLITE_NOMEM;
    for (int i = 0; i < to->column_count; i++) {
        int code = put(to, i, values[i], error);
        if (code != SQLITE_OK) return code;
    }
    to->row_count++;
    return SQLITE_OK;
}

/* A column without any value: its cells are 0, so they pass for offsets too. */
static int32_t type_of_nulls(const grown *column)
{
    if (column->is_time) return LEADKPI_TYPE_TIMESTAMP;
    return column->is_number ? LEADKPI_TYPE_INT64 : LEADKPI_TYPE_TEXT;
}

static leadkpi_status add_column(leadkpi_table *table, const rows *of, int index,
                                 leadkpi_error *error)
{
    static const int64_t nothing = 0;
    const grown *column = &of->columns[index];
    const char *name = of->names[index];
    const uint8_t *validity = column->has_null ? column->validity : NULL;
    size_t count = (size_t)of->row_count;
    const int64_t *integers = column->integers ? column->integers : &nothing;
    switch (column->type ? column->type : type_of_nulls(column)) {
    case LEADKPI_TYPE_INT64:
        return leadkpi_table_borrow_int64(table, name, LEADKPI_NUL_TERMINATED, integers, count, 0,
                                          validity, error);
    case LEADKPI_TYPE_DOUBLE:
        return leadkpi_table_borrow_double(table, name, LEADKPI_NUL_TERMINATED,
                                           (const double *)(const void *)integers, count, 0,
                                           validity, error);
    case LEADKPI_TYPE_TIMESTAMP:
        return leadkpi_table_borrow_timestamp(table, name, LEADKPI_NUL_TERMINATED, integers, count,
                                              0, validity, error);
    default:
        return leadkpi_table_borrow_text(table, name, LEADKPI_NUL_TERMINATED, integers,
                                         column->bytes ? column->bytes : "", count, validity,
                                         error);
    }
}

static leadkpi_status make_table(const rows *of, leadkpi_table **out, leadkpi_error *error)
{
    leadkpi_status status = leadkpi_table_create(NULL, out, error);
    for (int i = 0; i < of->column_count && status == LEADKPI_OK; i++)
        status = add_column(*out, of, i, error);
    if (status != LEADKPI_OK) {
        leadkpi_table_free(*out);
        *out = NULL;
    }
    return status;
}

/* The library's message counts from the first row of the part that it was given. */
static void tell_place(const rows *of, leadkpi_error *error)
{
    size_t length = strlen(error->message);
    if (of->cleared_count == 0 || error->row < 0) return;
    sqlite3_snprintf((int)(sizeof error->message - length), error->message + length,
                     " (its rows are counted from row %lld of the query)", of->cleared_count);
    error->row += of->cleared_count;
}

/* Ready for other rows of the same types. */
static void clear(rows *of)
{
    of->cleared_count += of->row_count;
    of->row_count = 0;
    for (int i = 0; i < of->column_count; i++) {
        of->columns[i].byte_count = 0;
        of->columns[i].has_null = false;
    }
}

/* Was a column without a value refused for the type that it was given? Then it has another one. */
static bool retype(rows *of, leadkpi_status status, const leadkpi_error *error)
{
    if (status != LEADKPI_WRONG_TYPE || error->column < 0 || error->column >= of->column_count)
        return false;
    grown *column = &of->columns[error->column];
    if (column->type || column->is_time || column->is_number) return false;
    column->is_number = true;
    return true;
}

static leadkpi_status hand_on(const rows *of, adder add, void *handle, leadkpi_error *error)
{
    leadkpi_table *table;
    leadkpi_status status = make_table(of, &table, error);
    if (status == LEADKPI_OK) status = add(handle, table, error);
    leadkpi_table_free(table);
    return status;
}

leadkpi_status rows_hand_on(rows *of, adder add, void *handle, leadkpi_error *error)
{
    leadkpi_status status;
    do status = hand_on(of, add, handle, error);
    while (retype(of, status, error));
    if (status != LEADKPI_OK) tell_place(of, error);
    clear(of);
    return status;
}
