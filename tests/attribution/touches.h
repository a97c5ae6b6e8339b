/* touches.h: touches and conversions for tests, and ways to hand them in. */
#ifndef LK_TEST_TOUCHES_H
#define LK_TEST_TOUCHES_H

#include <check.h>
#include <leadkpi/attribution.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/ok.h"
#include "../support/random.h"

#define NUL LEADKPI_NUL_TERMINATED
#define DAY INT64_C(86400000000)

typedef struct touch {
    int64_t id, time, sequence;
    const char *channel, *campaign;
} touch;

typedef struct conversion {
    int64_t id, time;
    const char *type; /* NULL: null */
    double value, weight;
} conversion;

typedef struct milestone {
    int64_t id, time;
    const char *name;
} milestone;

typedef struct path_row {
    const char *path; /* NULL: null */
    double conversions, value, nulls;
} path_row;

static inline leadkpi_options *options_of(const char *schema, const char *text)
{
    leadkpi_options *options;
    OK(leadkpi_options_create(NULL, schema, NUL, &options, ok_error));
    OK(leadkpi_options_parse(options, text, NUL, ok_error));
    return options;
}

static inline leadkpi_attribution *attribution_with(const char *definition)
{
    leadkpi_attribution *attribution;
    leadkpi_options *options = options_of("attribution", definition);
    OK(leadkpi_attribution_create(NULL, options, &attribution, ok_error));
    leadkpi_options_free(options);
    return attribution;
}

static inline leadkpi_table *new_table(void)
{
    leadkpi_table *table;
    OK(leadkpi_table_create(NULL, &table, ok_error));
    return table;
}

/* One field of an array of structs as a column. */
#define BORROW(table, kind, name, rows, field, count)                                              \
    OK(leadkpi_table_borrow_##kind(table, name, NUL, (count) ? &(rows)[0].field : NULL, count,     \
                                   (ptrdiff_t)sizeof *(rows), NULL, ok_error))

static inline void copy_texts(leadkpi_table *table, const char *name, const char *const *first,
                              size_t stride, size_t count)
{
    const char **texts = malloc((count + 1) * sizeof *texts);
    for (size_t i = 0; i < count; i++)
        texts[i] = *(const char *const *)(const void *)((const char *)first + i * stride);
    OK(leadkpi_table_copy_strings(table, name, NUL, texts, count, ok_error));
    free(texts);
}

static inline leadkpi_status add_touches(leadkpi_attribution *a, const touch *rows, size_t count,
                                         const char *batch, leadkpi_error *error)
{
    leadkpi_table *table = new_table();
    BORROW(table, int64, "id", rows, id, count);
    BORROW(table, timestamp, "time", rows, time, count);
    BORROW(table, int64, "sequence", rows, sequence, count);
    copy_texts(table, "channel", &rows[0].channel, sizeof *rows, count);
    copy_texts(table, "campaign", &rows[0].campaign, sizeof *rows, count);
    leadkpi_status status = leadkpi_attribution_add_touches(a, table, batch, NUL, error);
    leadkpi_table_free(table);
    return status;
}

static inline leadkpi_status add_conversions(leadkpi_attribution *a, const conversion *rows,
                                             size_t count, const char *batch, leadkpi_error *error)
{
    leadkpi_table *table = new_table();
    BORROW(table, int64, "id", rows, id, count);
    BORROW(table, timestamp, "time", rows, time, count);
    BORROW(table, double, "value", rows, value, count);
    BORROW(table, double, "weight", rows, weight, count);
    copy_texts(table, "type", &rows[0].type, sizeof *rows, count);
    leadkpi_status status = leadkpi_attribution_add_conversions(a, table, batch, NUL, error);
    leadkpi_table_free(table);
    return status;
}

static inline leadkpi_status add_milestones(leadkpi_attribution *a, const milestone *rows,
                                            size_t count, const char *batch, leadkpi_error *error)
{
    leadkpi_table *table = new_table();
    BORROW(table, int64, "id", rows, id, count);
    BORROW(table, timestamp, "time", rows, time, count);
    copy_texts(table, "milestone", &rows[0].name, sizeof *rows, count);
    leadkpi_status status = leadkpi_attribution_add_milestones(a, table, batch, NUL, error);
    leadkpi_table_free(table);
    return status;
}

static inline leadkpi_status add_paths(leadkpi_attribution *a, const path_row *rows, size_t count,
                                       const char *batch, leadkpi_error *error)
{
    leadkpi_table *table = new_table();
    copy_texts(table, "path", &rows[0].path, sizeof *rows, count);
    BORROW(table, double, "conversions", rows, conversions, count);
    BORROW(table, double, "value", rows, value, count);
    BORROW(table, double, "nulls", rows, nulls, count);
    leadkpi_status status = leadkpi_attribution_add_paths(a, table, batch, NUL, error);
    leadkpi_table_free(table);
    return status;
}

/* ---- reports ----------------------------------------------------------------------- */

typedef leadkpi_status (*report_call)(const leadkpi_attribution *, const leadkpi_options *,
                                      leadkpi_table **, leadkpi_error *);

static inline leadkpi_table *report(report_call call, const leadkpi_attribution *a,
                                    const char *text)
{
    leadkpi_table *table;
    leadkpi_options *options = options_of("attribution_report", text);
    OK(call(a, options, &table, ok_error));
    leadkpi_options_free(options);
    return table;
}

static inline int32_t column_of(const leadkpi_table *table, const char *name)
{
    int32_t column;
    OK(leadkpi_table_find_column(table, name, NUL, &column, ok_error));
    return column;
}

static inline double number_at(const leadkpi_table *table, const char *name, size_t row)
{
    double value;
    OK(leadkpi_table_get_double(table, column_of(table, name), row, &value, ok_error));
    return value;
}

static inline int text_is(const leadkpi_table *table, const char *name, size_t row,
                          const char *expected)
{
    const char *text;
    size_t length;
    OK(leadkpi_table_get_text(table, column_of(table, name), row, &text, &length, ok_error));
    if (!expected) return text == NULL;
    return text && length == strlen(expected) && memcmp(text, expected, length) == 0;
}

/* The row of a model and channel in a report of credits by channel; channel "" for the
 * unattributed, NULL for the total. */
static inline size_t row_of(const leadkpi_table *table, const char *model, const char *channel)
{
    for (size_t row = 0; row < leadkpi_table_row_count(table); row++) {
        if (!text_is(table, "model", row, model)) continue;
        if (!channel && text_is(table, "row", row, "total")) return row;
        if (channel && !channel[0] && text_is(table, "row", row, "unattributed")) return row;
        if (channel && channel[0] && text_is(table, "row", row, "group") &&
            text_is(table, "channel", row, channel))
            return row;
    }
    ck_abort_msg("no row of %s, %s", model, channel ? channel : "total");
    return 0;
}

static inline double credit_of(const leadkpi_table *table, const char *model, const char *channel)
{
    return number_at(table, "conversions", row_of(table, model, channel));
}

static inline double value_of(const leadkpi_table *table, const char *model, const char *channel)
{
    return number_at(table, "value", row_of(table, model, channel));
}

/* A number of the summary. */
static inline double summed(const leadkpi_attribution *a, const char *options, const char *name)
{
    leadkpi_table *table = report(leadkpi_attribution_summary, a, options);
    double number = NAN;
    for (size_t row = 0; row < leadkpi_table_row_count(table); row++)
        if (text_is(table, "name", row, name)) number = number_at(table, "number", row);
    leadkpi_table_free(table);
    ck_assert_msg(number == number, "no line %s", name);
    return number;
}

/* ---- states ------------------------------------------------------------------------- */

typedef struct blob {
    uint8_t *bytes;
    size_t size;
} blob;

static inline blob state_of(const leadkpi_attribution *a)
{
    blob b;
    OK(leadkpi_attribution_serialize(a, NULL, 0, &b.size, ok_error));
    b.bytes = malloc(b.size);
    OK(leadkpi_attribution_serialize(a, b.bytes, b.size, NULL, ok_error));
    return b;
}

static inline void same_state(const leadkpi_attribution *a, const leadkpi_attribution *b)
{
    blob x = state_of(a), y = state_of(b);
    ck_assert_uint_eq(x.size, y.size);
    ck_assert_mem_eq(x.bytes, y.bytes, x.size);
    free(x.bytes);
    free(y.bytes);
}

/* Still in the state of before, which is freed. */
static inline void unchanged(const leadkpi_attribution *a, blob before)
{
    blob after = state_of(a);
    ck_assert_uint_eq(before.size, after.size);
    ck_assert_mem_eq(before.bytes, after.bytes, before.size);
    free(before.bytes);
    free(after.bytes);
}

/* ---- the paths of the conformance cases ---------------------------------------------- */

static inline FILE *open_case(const char *name)
{
    char file[1024];
    const char *top = getenv("top_srcdir");
    snprintf(file, sizeof file, "%s/tests/attribution/%s", top ? top : ".", name);
    FILE *stream = fopen(file, "r");
    ck_assert_msg(stream != NULL, "cannot open %s", file);
    return stream;
}

#define CASE_PATHS 8289

typedef struct case_paths {
    path_row rows[CASE_PATHS];
    char texts[CASE_PATHS][1536];
    size_t count;
} case_paths;

static inline case_paths *read_case_paths(void)
{
    static char line[2048];
    case_paths *paths = malloc(sizeof *paths);
    FILE *stream = open_case("attribution_paths.csv");
    ck_assert_ptr_nonnull(fgets(line, sizeof line, stream));
    for (paths->count = 0; fgets(line, sizeof line, stream); paths->count++) {
        path_row *row = &paths->rows[paths->count];
        char *comma = strchr(line, ',');
        ck_assert(paths->count < CASE_PATHS && comma && comma - line < 1536);
        *comma = 0;
        strcpy(paths->texts[paths->count], line);
        row->path = paths->texts[paths->count];
        ck_assert_int_eq(sscanf(comma + 1, "%lf,%lf,%lf", &row->conversions, &row->value, &row->nulls),
                         3);
    }
    fclose(stream);
    return paths;
}

#endif
