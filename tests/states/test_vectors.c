/* Golden results of the handles: tests/vectors/handles.txt, which every language reads. */
#include "../support/check_main.h"
#include "../support/text_table.h"

#include <math.h>
#include <stdio.h>

typedef leadkpi_status (*adder)(void *handle, const leadkpi_table *rows, leadkpi_error *error);
typedef leadkpi_status (*reporter)(const void *handle, const leadkpi_options *options,
                                   leadkpi_table **out, leadkpi_error *error);

typedef struct room {
    const char *name, *report_schema, *report_name;
    leadkpi_status (*create)(const leadkpi_options *definition, void **out, leadkpi_error *error);
    reporter report;
    void (*free)(void *handle);
} room;

#define ADD(name, call)                                                                       \
    static leadkpi_status name(void *handle, const leadkpi_table *rows, leadkpi_error *error) \
    {                                                                                         \
        return call(handle, rows, NULL, 0, error);                                            \
    }
ADD(funnel_add, leadkpi_funnel_add)
ADD(attribution_add_paths, leadkpi_attribution_add_paths)
ADD(attribution_add_touches, leadkpi_attribution_add_touches)
ADD(attribution_add_conversions, leadkpi_attribution_add_conversions)
ADD(cohorts_add_acquisitions, leadkpi_cohorts_add_acquisitions)
ADD(cohorts_add_activity, leadkpi_cohorts_add_activity)
ADD(cohorts_add_revenue, leadkpi_cohorts_add_revenue)

static const struct {
    const char *name;
    adder add;
} adders[] = {{"add", funnel_add},
              {"add_paths", attribution_add_paths},
              {"add_touches", attribution_add_touches},
              {"add_conversions", attribution_add_conversions},
              {"add_acquisitions", cohorts_add_acquisitions},
              {"add_activity", cohorts_add_activity},
              {"add_revenue", cohorts_add_revenue}};

#define ROOM(word, report)                                                                  \
    static leadkpi_status word##_create(const leadkpi_options *definition, void **out,      \
                                        leadkpi_error *error)                               \
    {                                                                                       \
        leadkpi_##word *made;                                                               \
        leadkpi_status status = leadkpi_##word##_create(NULL, definition, &made, error);    \
        *out = made;                                                                        \
        return status;                                                                      \
    }                                                                                       \
    static leadkpi_status word##_report(const void *handle, const leadkpi_options *options, \
                                        leadkpi_table **out, leadkpi_error *error)          \
    {                                                                                       \
        return leadkpi_##word##_##report(handle, options, out, error);                      \
    }                                                                                       \
    static void word##_free(void *handle)                                                   \
    {                                                                                       \
        leadkpi_##word##_free(handle);                                                      \
    }
ROOM(funnel, steps)
ROOM(attribution, credits)
ROOM(cohorts, retention)

static const room rooms[] = {
    {"funnel", "funnel_report", "steps", funnel_create, funnel_report, funnel_free},
    {"attribution", "attribution_report", "credits", attribution_create, attribution_report,
     attribution_free},
    {"cohorts", "cohorts_retention", "retention", cohorts_create, cohorts_report, cohorts_free},
};

/* What a case holds while its lines are read. */
typedef struct reading {
    char name[120], add[40], columns[120], rows[4000];
    const room *of;
    void *handle;
    leadkpi_table *table;
    int columns_seen;
} reading;

static void begin(reading *r, const char *name, const char *definition)
{
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++)
        if (strcmp(rooms[i].name, name) == 0) r->of = &rooms[i];
    ck_assert_str_eq(r->of->name, name);
    leadkpi_options *options = options_of(name, definition);
    OK(r->of->create(options, &r->handle, ok_error));
    leadkpi_options_free(options);
}

/* Hands the rows on that were read. */
static void add_rows(reading *r)
{
    if (!r->rows[0]) return;
    leadkpi_table *table = text_table(r->columns, r->rows);
    size_t i = 0;
    while (strcmp(adders[i].name, r->add) != 0) ck_assert(++i < sizeof adders / sizeof *adders);
    OK(adders[i].add(r->handle, table, ok_error));
    leadkpi_table_free(table);
    r->rows[0] = 0;
}

static void end(reading *r)
{
    if (r->of) r->of->free(r->handle);
    leadkpi_table_free(r->table);
    r->table = NULL;
    r->of = NULL;
}

static void make_report(reading *r, const char *name, const char *text)
{
    leadkpi_options *options = options_of(r->of->report_schema, text);
    leadkpi_table_free(r->table);
    ck_assert_str_eq(name, r->of->report_name);
    OK(r->of->report(r->handle, options, &r->table, ok_error));
    leadkpi_options_free(options);
}

static void check_cell(const reading *r, int32_t column, size_t row, const char *cell,
                       size_t length)
{
    const char *what = leadkpi_table_column_name(r->table, column), *text;
    size_t size;
    double found;
    if (length == 0 || leadkpi_table_is_null(r->table, column, row)) {
        ck_assert_msg(length == 0 && leadkpi_table_is_null(r->table, column, row),
                      "%s: %s, row %zu", r->name, what, row);
    } else if (leadkpi_table_column_type(r->table, column) == LEADKPI_TYPE_TEXT) {
        OK(leadkpi_table_get_text(r->table, column, row, &text, &size, ok_error));
        ck_assert_msg(size == length && memcmp(text, cell, size) == 0, "%s: %s, row %zu", r->name,
                      what, row);
    } else {
        double expected = strtod(cell, NULL);
        OK(leadkpi_table_get_double(r->table, column, row, &found, ok_error));
        ck_assert_msg(fabs(found - expected) <= 1e-9 * fabs(expected) + 1e-12,
                      "%s: %s, row %zu: expected %.17g, found %.17g", r->name, what, row, expected,
                      found);
    }
}

static void check_column(reading *r, const char *name, const char *cells)
{
    int32_t column;
    OK(leadkpi_table_find_column(r->table, name, NUL, &column, ok_error));
    for (size_t row = 0; row < leadkpi_table_row_count(r->table); row++) {
        size_t length = strcspn(cells, ",");
        check_cell(r, column, row, cells, length);
        cells += length;
        ck_assert(*cells == (row + 1 < leadkpi_table_row_count(r->table) ? ',' : '\0'));
        cells += *cells == ',';
    }
    r->columns_seen++;
}

static void take_line(reading *r, char *line)
{
    char *first = strchr(line, '\t'), *rest = strchr(first + 1, '\t');
    *first++ = '\0';
    if (rest) *rest++ = '\0';
    if (strcmp(line, "row") != 0) add_rows(r);
    if (strcmp(line, "case") == 0) {
        end(r);
        snprintf(r->name, sizeof r->name, "%s", first);
    } else if (strcmp(line, "handle") == 0) {
        begin(r, first, rest);
    } else if (strcmp(line, "rows") == 0) {
        snprintf(r->add, sizeof r->add, "%s", first);
        snprintf(r->columns, sizeof r->columns, "%s", rest);
    } else if (strcmp(line, "row") == 0) {
        size_t used = strlen(r->rows);
        ck_assert(used + strlen(first) + 2 < sizeof r->rows);
        snprintf(r->rows + used, sizeof r->rows - used, "%s\n", first);
    } else if (strcmp(line, "report") == 0) {
        make_report(r, first, rest);
    } else {
        ck_assert_str_eq(line, "column");
        check_column(r, first, rest);
    }
}

START_TEST(every_report_is_that_of_every_language)
{
    static reading r;
    char path[4096], line[1024];
    const char *folder = getenv("srcdir");
    snprintf(path, sizeof path, "%s/tests/vectors/handles.txt", folder ? folder : ".");
    FILE *file = fopen(path, "r");
    ck_assert_msg(file, "%s cannot be read", path);
    while (fgets(line, sizeof line, file)) {
        size_t length = strcspn(line, "\n");
        ck_assert_msg(line[length] == '\n', "a line is too long");
        line[length] = '\0';
        if (line[0] != '#') take_line(&r, line);
    }
    fclose(file);
    end(&r);
    ck_assert_int_gt(r.columns_seen, 20);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("states/vectors");
    TCase *tc = tcase_create("all");
    tcase_add_test(tc, every_report_is_that_of_every_language);
    suite_add_tcase(suite, tc);
    return lk_test_run(suite);
}
