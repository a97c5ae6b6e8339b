/* attribute.c: `leadkpi attribute`: credit to channels from CSV files of paths, or of touches and
 * conversions. The files are held in memory. */
#include <leadkpi/attribution.h>
#include <leadkpi/options.h>
#include <stdlib.h>

#include "commands.h"
#include "render.h"
#include "sheet.h"

typedef leadkpi_status (*add_call)(leadkpi_attribution *, const leadkpi_table *, const char *, size_t,
                                   leadkpi_error *);
typedef leadkpi_status (*report_call)(const leadkpi_attribution *, const leadkpi_options *,
                                      leadkpi_table **, leadkpi_error *);

static const struct {
    const char *flag;
    add_call add;
} doors[] = {
    {"--paths", leadkpi_attribution_add_paths},
    {"--touches", leadkpi_attribution_add_touches},
    {"--conversions", leadkpi_attribution_add_conversions},
    {"--milestones", leadkpi_attribution_add_milestones},
    {"--nulls", leadkpi_attribution_add_nulls},
    {"--costs", leadkpi_attribution_add_costs},
};
#define DOOR_COUNT (sizeof doors / sizeof doors[0])

static const struct {
    const char *name;
    report_call call;
} reports[] = {
    {"credits", leadkpi_attribution_credits}, {"compare", leadkpi_attribution_compare},
    {"touches", leadkpi_attribution_touches}, {"paths", leadkpi_attribution_paths},
    {"summary", leadkpi_attribution_summary},
    {"removal-effects", leadkpi_attribution_removal_effects},
    {"states", leadkpi_attribution_states},
    {"shapley", leadkpi_attribution_shapley}, {"measures", leadkpi_attribution_measures},
    {"transitions", leadkpi_attribution_transitions}, {"orders", leadkpi_attribution_orders},
};
#define REPORT_COUNT (sizeof reports / sizeof reports[0])

static int refused(trouble *why, const leadkpi_error *error, const char *where)
{
    bool usage = error->code >= 1 && error->code < 20 && !*where;
    return trouble_set(why, usage ? TOOL_USAGE : TOOL_DATA, "%s%s%s", where, *where ? ": " : "",
                       error->message);
}

/* ---- files ------------------------------------------------------------------------- */

/* Numbers stay numbers under these names, times under theirs; all else is text, ids too. */
static bool is_number(const char *name)
{
    static const char *const names[] = {"value", "weight", "cost", "conversions", "nulls",
                                        "claimed_conversions", "claimed_value"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0) return true;
    return false;
}

/* Numbers of a column as int64 in its times, which are not used then; false where one is none. */
static bool make_whole(const sheet_column *column, size_t count)
{
    for (size_t row = 0; row < count; row++) {
        double number = column->numbers[row];
        if (!(number > -0x1p53 && number < 0x1p53) || number != (double)(int64_t)number) return false;
        column->times[row] = (int64_t)number;
    }
    return true;
}

static leadkpi_status put_column(leadkpi_table *table, const sheet *s, int32_t c,
                                 leadkpi_error *error)
{
    const char *name = leadkpi_table_column_name(s->table, c);
    const sheet_column *column = &s->columns[c];
    int32_t type = leadkpi_table_column_type(s->table, c);
    if (strcmp(name, "time") == 0 && type == LEADKPI_TYPE_TIMESTAMP)
        return leadkpi_table_borrow_timestamp(table, name, LEADKPI_NUL_TERMINATED, column->times,
                                              s->row_count, 0, column->validity, error);
    if (is_number(name) && type == LEADKPI_TYPE_DOUBLE)
        return leadkpi_table_borrow_double(table, name, LEADKPI_NUL_TERMINATED, column->numbers,
                                           s->row_count, 0, column->validity, error);
    if (strcmp(name, "sequence") == 0 && type == LEADKPI_TYPE_DOUBLE &&
        make_whole(column, s->row_count))
        return leadkpi_table_borrow_int64(table, name, LEADKPI_NUL_TERMINATED, column->times,
                                          s->row_count, 0, column->validity, error);
    return leadkpi_table_copy_strings(table, name, LEADKPI_NUL_TERMINATED,
                                      (const char *const *)column->texts, s->row_count, error);
}

static int add_file(leadkpi_attribution *a, add_call add, const char *path, trouble *why)
{
    sheet s;
    leadkpi_error error;
    leadkpi_table *table = NULL;
    TOOL_TRY(sheet_read(&s, path, why));
    leadkpi_status status = leadkpi_table_create(NULL, &table, &error);
    for (int32_t c = 0; status == LEADKPI_OK && c < leadkpi_table_column_count(s.table); c++)
        status = put_column(table, &s, c, &error);
    if (status == LEADKPI_OK) status = add(a, table, NULL, 0, &error);
    leadkpi_table_free(table);
    sheet_free(&s);
    return status == LEADKPI_OK ? TOOL_GOOD : refused(why, &error, path);
}

/* ---- the command line ------------------------------------------------------------------ */

typedef struct request {
    leadkpi_options *definition, *options;
    report_call report;
    bool json, csv, any_file;
} request;

static bool is_option_of(const leadkpi_options *options, const char *name)
{
    leadkpi_table *list;
    bool found = false;
    int32_t column;
    if (leadkpi_options_list(options, &list, NULL) != LEADKPI_OK) return false;
    if (leadkpi_table_find_column(list, "name", LEADKPI_NUL_TERMINATED, &column, NULL) == LEADKPI_OK)
        for (size_t row = 0; row < leadkpi_table_row_count(list) && !found; row++) {
            const char *text;
            size_t length;
            if (leadkpi_table_get_text(list, column, row, &text, &length, NULL) == LEADKPI_OK)
                found = length == strlen(name) && memcmp(text, name, length) == 0;
        }
    leadkpi_table_free(list);
    return found;
}

/* "--models=first,last" or "--lookback=30d": an option of the report or of the definition. */
static int set_option(request *r, const char *argument, trouble *why)
{
    char name[64];
    const char *equals = strchr(argument, '=');
    size_t length = equals ? (size_t)(equals - argument) - 2 : 0;
    leadkpi_error error;
    if (!equals || strncmp(argument, "--", 2) != 0 || length >= sizeof name)
        return trouble_set(why, TOOL_USAGE, "expected --name=value, found \"%s\" (leadkpi attribute "
                           "--help)", argument);
    for (size_t i = 0; i < length; i++) name[i] = argument[i + 2] == '-' ? '_' : argument[i + 2];
    name[length] = 0;
    leadkpi_options *target = is_option_of(r->definition, name) ? r->definition : r->options;
    for (size_t i = 0; i < DOOR_COUNT && target == r->options; i++)
        if (strcmp(doors[i].flag + 2, name) == 0)
            return trouble_set(why, TOOL_USAGE, "expected %s FILE, found \"%s\"", doors[i].flag,
                               argument);
    leadkpi_status status = leadkpi_options_set_text(target, name, LEADKPI_NUL_TERMINATED, equals + 1,
                                                     LEADKPI_NUL_TERMINATED, &error);
    return status == LEADKPI_OK ? TOOL_GOOD : refused(why, &error, "");
}

static int read_argument(request *r, int count, char **arguments, int *at, trouble *why)
{
    const char *argument = arguments[*at];
    for (size_t i = 0; i < DOOR_COUNT; i++)
        if (strcmp(argument, doors[i].flag) == 0) {
            if (++*at == count)
                return trouble_set(why, TOOL_USAGE, "%s: expected a file behind it", argument);
            r->any_file = true;
            return TOOL_GOOD;
        }
    if (strcmp(argument, "--json") == 0) return r->json = true, TOOL_GOOD;
    if (strcmp(argument, "--csv") == 0) return r->csv = true, TOOL_GOOD;
    for (size_t i = 0; i < REPORT_COUNT; i++)
        if (strcmp(argument, reports[i].name) == 0) return r->report = reports[i].call, TOOL_GOOD;
    return set_option(r, argument, why);
}

static int add_files(leadkpi_attribution *a, int count, char **arguments, trouble *why)
{
    for (int at = 0; at + 1 < count; at++)
        for (size_t i = 0; i < DOOR_COUNT; i++)
            if (strcmp(arguments[at], doors[i].flag) == 0)
                TOOL_TRY(add_file(a, doors[i].add, arguments[at + 1], why));
    return TOOL_GOOD;
}

static int answer(request *r, int count, char **arguments, trouble *why)
{
    leadkpi_error error;
    leadkpi_attribution *a;
    leadkpi_table *table = NULL;
    if (leadkpi_attribution_create(NULL, r->definition, &a, &error) != LEADKPI_OK)
        return refused(why, &error, "");
    int code = add_files(a, count, arguments, why);
    if (code == TOOL_GOOD && r->report(a, r->options, &table, &error) != LEADKPI_OK)
        code = refused(why, &error, "");
    if (code == TOOL_GOOD && r->json) {
        render_json_rows(stdout, table, "");
        putchar('\n');
    } else if (code == TOOL_GOOD) {
        render_csv(stdout, table);
    }
    leadkpi_table_free(table);
    leadkpi_attribution_free(a);
    return code;
}

int command_attribute(int count, char **arguments, trouble *why)
{
    request r = {.report = leadkpi_attribution_credits};
    leadkpi_error error;
    if (leadkpi_options_create(NULL, "attribution", LEADKPI_NUL_TERMINATED, &r.definition, &error) !=
        LEADKPI_OK)
        return refused(why, &error, "");
    int code = TOOL_GOOD;
    if (leadkpi_options_create(NULL, "attribution_report", LEADKPI_NUL_TERMINATED, &r.options,
                               &error) != LEADKPI_OK)
        code = refused(why, &error, "");
    for (int at = 0; at < count && code == TOOL_GOOD; at++)
        code = read_argument(&r, count, arguments, &at, why);
    if (code == TOOL_GOOD && !r.any_file)
        code = trouble_set(why, TOOL_USAGE,
                           "expected --paths FILE, or --touches FILE and --conversions FILE "
                           "(leadkpi attribute --help)");
    if (code == TOOL_GOOD) code = answer(&r, count, arguments, why);
    leadkpi_options_free(r.definition);
    leadkpi_options_free(r.options);
    return code;
}
