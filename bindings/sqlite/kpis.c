/* kpis.c: every KPI and variant as a function of SQL, under the name of its C function.
 *
 * One over numbers is a scalar function; one over arrays is an aggregate, whose arguments are
 * the columns. Undefined is NULL; so is a NULL argument. Nothing of the catalogue stands here. */
#include "extension.h"

#include <math.h>

enum {
    INPUTS_MAX = 16
};

static const char *property(int32_t kpi, const char *name)
{
    return leadkpi_kpi_property(kpi, name, LEADKPI_NUL_TERMINATED);
}

static void without_value(sqlite3_context *context, leadkpi_status status,
                          const leadkpi_error *error)
{
    if (status == LEADKPI_BAD_DATA || status < 20)
        say(context, status, error);
    else
        sqlite3_result_null(context); /* undefined, not enough data */
}

/* With no loss; false where it is a text that is no number, or a whole number that a double does
 * not hold. */
static bool number_of(sqlite3_value *value, double *out)
{
    int type = sqlite3_value_numeric_type(value);
    *out = sqlite3_value_double(value);
    if (type == SQLITE_FLOAT) return true;
    return type == SQLITE_INTEGER && *out < 9223372036854775808.0 &&
           (int64_t)*out == sqlite3_value_int64(value);
}

static void refuse_number(sqlite3_context *context, int index, sqlite3_value *value)
{
    char *text = sqlite3_mprintf("leadkpi: bad_data: argument %d: expected a number that a REAL "
                                 "holds exactly, found %.60s",
                                 index + 1, (const char *)sqlite3_value_text(value));
    if (text)
        sqlite3_result_error(context, text, -1);
    else
        sqlite3_result_error_nomem(context);
    sqlite3_free(text);
}

static bool has_null(sqlite3_value **values, int count)
{
    for (int i = 0; i < count; i++)
        if (sqlite3_value_type(values[i]) == SQLITE_NULL) return true;
    return false;
}

/* Arguments from `first` on; false where SQLite was told what is wrong. */
static bool read_numbers(sqlite3_context *context, int first, int count, sqlite3_value **values,
                         double *numbers)
{
    for (int i = first; i < count; i++) {
        if (number_of(values[i], &numbers[i - first])) continue;
        refuse_number(context, i, values[i]);
        return false;
    }
    return true;
}

static void scalar(sqlite3_context *context, int count, sqlite3_value **values)
{
    int32_t kpi = (int32_t)(intptr_t)sqlite3_user_data(context);
    double inputs[INPUTS_MAX];
    leadkpi_estimate estimate;
    leadkpi_error error;
    if (has_null(values, count) || !read_numbers(context, 0, count, values, inputs)) return;
    leadkpi_status status =
        leadkpi_kpi_evaluate(kpi, inputs, (size_t)count, NULL, &estimate, &error);
    if (status == LEADKPI_OK)
        sqlite3_result_double(context, estimate.value);
    else
        without_value(context, status, &error);
}

/* ---- over arrays ---- */

typedef struct samples {
    double *values[INPUTS_MAX];
    size_t count, capacity;
    bool has_failed;
} samples;

static bool reserve(samples *s, int columns)
{
    if (s->count < s->capacity) return true;
    size_t capacity = s->capacity ? s->capacity * 2 : 64;
    for (int i = 0; i < columns; i++) {
        double *moved = sqlite3_realloc64(s->values[i], capacity * sizeof *moved);
        if (!moved) return false;
        s->values[i] = moved;
    }
    s->capacity = capacity;
    return true;
}

/* Rows with a NULL are left out. */
static void sample_step(sqlite3_context *context, int count, sqlite3_value **values)
{
    samples *s = sqlite3_aggregate_context(context, (int)sizeof *s);
    double row[INPUTS_MAX];
    if (!s || s->has_failed || has_null(values, count)) return;
    if (!read_numbers(context, 0, count, values, row)) {
        s->has_failed = true;
        return;
    }
    if (!reserve(s, count)) {
        s->has_failed = true;
        sqlite3_result_error_nomem(context);
        return;
    }
    for (int i = 0; i < count; i++) s->values[i][s->count] = row[i];
    s->count++;
}

static void sample_final(sqlite3_context *context)
{
    int32_t kpi = (int32_t)(intptr_t)sqlite3_user_data(context);
    int32_t columns = leadkpi_kpi_input_count(kpi);
    samples *s = sqlite3_aggregate_context(context, 0), none = {0};
    size_t counts[INPUTS_MAX];
    leadkpi_estimate estimate;
    leadkpi_error error;
    if (!s) s = &none;
    for (int i = 0; i < columns; i++) counts[i] = s->count;
    if (!s->has_failed) {
        leadkpi_status status =
            leadkpi_kpi_evaluate_samples(kpi, (const double *const *)s->values, counts,
                                         (size_t)columns, NULL, &estimate, &error);
        if (status == LEADKPI_OK)
            sqlite3_result_double(context, estimate.value);
        else
            without_value(context, status, &error);
    }
    for (int i = 0; i < columns; i++) sqlite3_free(s->values[i]);
}

/* ---- by name ---- */

static bool evaluate_named(sqlite3_context *context, int count, sqlite3_value **values,
                           leadkpi_estimate *estimate, leadkpi_error *error)
{
    double inputs[INPUTS_MAX];
    int32_t kpi;
    const char *name = (const char *)sqlite3_value_text(values[0]);
    if (!name) return false;
    leadkpi_status status = leadkpi_kpi_find(name, LEADKPI_NUL_TERMINATED, &kpi, error);
    if (status == LEADKPI_OK && count - 1 > INPUTS_MAX) {
        status = error->code = LEADKPI_BAD_ARGUMENT;
        sqlite3_snprintf((int)sizeof error->message, error->message,
                         "%s: expected %d inputs, found %d", name, leadkpi_kpi_input_count(kpi),
                         count - 1);
    }
    if (status != LEADKPI_OK) {
        say(context, status, error);
        return false;
    }
    if (has_null(values + 1, count - 1) || !read_numbers(context, 1, count, values, inputs))
        return false;
    status = leadkpi_kpi_evaluate(kpi, inputs, (size_t)count - 1, NULL, estimate, error);
    if (status != LEADKPI_OK && status < 20) {
        say(context, status, error);
        return false;
    }
    return true;
}

/* 0: leadkpi_low, 1: leadkpi_high. An end that does not exist, or is infinite, is NULL. */
static void interval_end(sqlite3_context *context, int count, sqlite3_value **values)
{
    leadkpi_estimate estimate;
    leadkpi_error error;
    if (count < 1 || !evaluate_named(context, count, values, &estimate, &error)) return;
    double end = sqlite3_user_data(context) ? estimate.high : estimate.low;
    if (isfinite(end)) sqlite3_result_double(context, end);
}

/* Why there is no value, or no interval; NULL where there are both. */
static void reason(sqlite3_context *context, int count, sqlite3_value **values)
{
    leadkpi_estimate estimate;
    leadkpi_error error;
    if (count < 1 || !evaluate_named(context, count, values, &estimate, &error)) return;
    const char *why = error.message[0] ? error.message : leadkpi_kpi_estimate_reason(&estimate);
    if (*why) sqlite3_result_text(context, why, -1, SQLITE_TRANSIENT);
}

static int register_kpi(sqlite3 *db, int32_t kpi)
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    bool is_sample = strcmp(property(kpi, "shape"), "sample") == 0;
    char *name = sqlite3_mprintf("leadkpi_%s", property(kpi, "function"));
    if (!name) return SQLITE_NOMEM;
    int code = sqlite3_create_function_v2(db, name, leadkpi_kpi_input_count(kpi), flags,
                                          (void *)(intptr_t)kpi, is_sample ? NULL : scalar,
                                          is_sample ? sample_step : NULL,
                                          is_sample ? sample_final : NULL, NULL);
    sqlite3_free(name);
    return code;
}

int register_kpis(sqlite3 *db)
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int code = SQLITE_OK;
    for (int32_t i = 0; leadkpi_kpi_at(i) >= 0 && code == SQLITE_OK; i++)
        code = register_kpi(db, leadkpi_kpi_at(i));
    if (code == SQLITE_OK)
        code = sqlite3_create_function_v2(db, "leadkpi_low", -1, flags, NULL, interval_end, NULL,
                                          NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_create_function_v2(db, "leadkpi_high", -1, flags, (void *)1, interval_end,
                                          NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_create_function_v2(db, "leadkpi_reason", -1, flags, NULL, reason, NULL, NULL,
                                          NULL);
    return code;
}
