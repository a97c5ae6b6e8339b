/* What the catalogue says of tables: compare, rank, explain, plan, scorecard, check; and SQL. */
#include <math.h>
#include <stdlib.h>

#include <leadkpi/kpi.h>
#include <leadkpi/kpi_analysis.h>
#include <leadkpi/kpi_benchmark.h>
#include <leadkpi/kpi_plan.h>
#include <leadkpi/kpi_sql.h>

#include "cells.h"
#include "commands.h"
#include "number_text.h"
#include "render.h"
#include "sheet.h"
#include "utf8.h"
#include "unknown.h"

#define NUL LEADKPI_NUL_TERMINATED
#define WORDS_MAX 64

/* A command line behind the name of the command: words, and options of a schema. */
typedef struct request {
    const char *command;
    const char *words[WORDS_MAX];
    size_t word_count;
    leadkpi_options *options; /* NULL: the command has none */
    bool json, csv;
} request;

/* What the library says of a call is the fault of the command line where it is misuse. */
static int answer(leadkpi_status status, const leadkpi_error *error, trouble *why)
{
    if (status == LEADKPI_OK) return TOOL_GOOD;
    bool misuse = status < 20 || status == LEADKPI_NOT_GIVEN;
    if (error->row < 0)
        return trouble_set(why, misuse ? TOOL_USAGE : TOOL_DATA, "%s", error->message);
    return trouble_set(why, TOOL_DATA, "row %lld: %s", (long long)error->row + 1, error->message);
}

/* ---- the command line --------------------------------------------------------- */

/* "--as-of" is the option as_of. */
static int set_option(request *r, const char *argument, const char *value, trouble *why)
{
    char name[64];
    size_t length = strcspn(argument, "=");
    leadkpi_error error;
    if (!r->options || length >= sizeof name)
        return trouble_set(why, TOOL_USAGE, "kpi %s: expected no --%.40s", r->command, argument);
    for (size_t i = 0; i < length; i++) name[i] = argument[i] == '-' ? '_' : argument[i];
    leadkpi_status known = leadkpi_options_set_text(r->options, name, length, "", 0, &error);
    if (known == LEADKPI_UNKNOWN_NAME) return answer(known, &error, why);
    if (!value)
        return trouble_set(why, TOOL_USAGE, "kpi %s: --%.*s: expected a value, found none",
                           r->command, (int)length, argument);
    return answer(leadkpi_options_set_text(r->options, name, length, value, NUL, &error), &error,
                  why);
}

static int read_arguments(request *r, int count, char **arguments, trouble *why)
{
    for (int i = 0; i < count; i++) {
        const char *argument = arguments[i];
        if (strncmp(argument, "--", 2) != 0) {
            if (r->word_count == WORDS_MAX)
                return trouble_set(why, TOOL_USAGE, "kpi %s: expected at most %d words", r->command,
                                   WORDS_MAX);
            r->words[r->word_count++] = argument;
        } else if (strcmp(argument, "--json") == 0) {
            r->json = true;
        } else if (strcmp(argument, "--csv") == 0) {
            r->csv = true;
        } else {
            const char *equals = strchr(argument, '=');
            const char *value = equals ? equals + 1 : i + 1 < count ? arguments[++i] : NULL;
            TOOL_TRY(set_option(r, argument + 2, value, why));
        }
    }
    if (r->json && r->csv)
        return trouble_set(why, TOOL_USAGE, "kpi %s: expected one form, found --json and --csv", r->command);
    return TOOL_GOOD;
}

static int request_read(request *r, const char *command, const char *schema, int count,
                        char **arguments, trouble *why)
{
    leadkpi_error error;
    memset(r, 0, sizeof *r);
    r->command = command;
    if (schema)
        TOOL_TRY(
            answer(leadkpi_options_create(NULL, schema, NUL, &r->options, &error), &error, why));
    int code = read_arguments(r, count, arguments, why);
    if (code != TOOL_GOOD) leadkpi_options_free(r->options);
    return code;
}

static int expect_words(const request *r, size_t least, size_t most, const char *what, trouble *why)
{
    if (r->word_count >= least && r->word_count <= most) return TOOL_GOOD;
    return trouble_set(why, TOOL_USAGE, "kpi %s: expected %s, found %zu word%s", r->command, what,
                       r->word_count, r->word_count == 1 ? "" : "s");
}

static int find(const char *name, int32_t *kpi, trouble *why)
{
    leadkpi_error error;
    return answer(leadkpi_kpi_find(name, NUL, kpi, &error), &error, why);
}

/* ---- tables for people --------------------------------------------------------- */

static void show_cell(text_buffer *out, const leadkpi_table *table, int32_t column, size_t row)
{
    double value;
    out->length = 0;
    if (leadkpi_table_is_null(table, column, row))
        text_print(out, "-");
    else if (leadkpi_table_column_type(table, column) == LEADKPI_TYPE_TEXT)
        text_put_shown(out, cell_text(table, column, row));
    else if (leadkpi_table_column_type(table, column) != LEADKPI_TYPE_DOUBLE)
        cell_plain(out, table, column, row);
    else if (leadkpi_table_get_double(table, column, row, &value, NULL) == LEADKPI_OK)
        text_print(out, "%.6g", value);
    if (out->length == 0) text_print(out, "-");
}

static bool says_nothing(const leadkpi_table *table, int32_t column)
{
    text_buffer cell = {0};
    bool nothing = true;
    for (size_t row = 0; row < leadkpi_table_row_count(table) && nothing; row++) {
        show_cell(&cell, table, column, row);
        nothing = strcmp(cell.data, "-") == 0;
    }
    text_free(&cell);
    return nothing;
}

static size_t width_of(const leadkpi_table *table, int32_t column)
{
    text_buffer cell = {0};
    size_t width = strlen(leadkpi_table_column_name(table, column));
    for (size_t row = 0; row < leadkpi_table_row_count(table); row++) {
        show_cell(&cell, table, column, row);
        size_t used = text_columns(cell.data, cell.length);
        if (used > width) width = used;
    }
    text_free(&cell);
    return width;
}

/* `blanks` wait for something behind them, so that no row ends in any. */
static void print_padded(const char *text, size_t width, bool to_right, size_t *blanks)
{
    size_t used = text_columns(text, strlen(text));
    size_t padding = width > used ? width - used : 0;
    if (to_right) *blanks += padding;
    if (*text) {
        for (; *blanks > 0; --*blanks) putchar(' ');
        fputs(text, stdout);
    }
    if (!to_right) *blanks += padding;
}

/* What the row of the input that a row comes from is called in its first column of text. */
static slice label_of(const leadkpi_table *table, const leadkpi_table *input, size_t row)
{
    int32_t from, column = 0;
    int64_t source = (int64_t)row;
    while (column < leadkpi_table_column_count(input) &&
           leadkpi_table_column_type(input, column) != LEADKPI_TYPE_TEXT)
        column++;
    if (leadkpi_table_find_column(table, "row", NUL, &from, NULL) == LEADKPI_OK)
        (void)leadkpi_table_get_int64(table, from, row, &source, NULL);
    if (column == leadkpi_table_column_count(input) || source < 0) return (slice){"", 0};
    return cell_text(input, column, (size_t)source);
}

/* Columns beside each other, behind the names of the rows of `input` (NULL: they have none); those
 * in which nothing stands are left out. */
static void render_text(const leadkpi_table *table, const leadkpi_table *input)
{
    int32_t count = leadkpi_table_column_count(table);
    size_t rows = leadkpi_table_row_count(table), label_width = 0;
    size_t *widths = tool_allocate((size_t)count + 1, sizeof *widths);
    text_buffer cell = {0};
    for (int32_t c = 0; c < count; c++) widths[c] = says_nothing(table, c) ? 0 : width_of(table, c);
    for (size_t row = 0; input && row < rows; row++) {
        slice label = label_of(table, input, row);
        size_t used = text_columns(label.data, label.length);
        if (used > label_width) label_width = used;
    }
    for (size_t line = 0; line <= rows; line++) {
        size_t blanks = 0;
        cell.length = 0;
        slice label = input && line ? label_of(table, input, line - 1) : (slice){"", 0};
        text_print(&cell, "%.*s", (int)label.length, label.data);
        if (label_width) print_padded(cell.length ? cell.data : "", label_width, false, &blanks);
        bool is_first = label_width == 0;
        for (int32_t c = 0; c < count; c++) {
            bool to_right = leadkpi_table_column_type(table, c) != LEADKPI_TYPE_TEXT;
            if (!widths[c]) continue;
            if (line) show_cell(&cell, table, c, line - 1);
            if (!is_first) blanks += 2;
            is_first = false;
            print_padded(line ? cell.data : leadkpi_table_column_name(table, c), widths[c],
                         to_right, &blanks);
        }
        putchar('\n');
    }
    text_free(&cell);
    free(widths);
}

/* Prints the table that a call gave, and lets go of it. `input` may name its rows. */
static int show(const request *r, leadkpi_status status, leadkpi_table *table,
                const leadkpi_table *input, const leadkpi_error *error, trouble *why)
{
    TOOL_TRY(answer(status, error, why));
    if (r->json) {
        render_json_rows(stdout, table, "");
        putchar('\n');
    } else if (r->csv) {
        render_csv(stdout, table);
    } else {
        render_text(table, input);
    }
    leadkpi_table_free(table);
    return TOOL_GOOD;
}

/* ---- compare, rank, explain ------------------------------------------------------- */

typedef leadkpi_status (*row_call)(const leadkpi_host *, int32_t, const leadkpi_table *,
                                   const leadkpi_options *, leadkpi_table **, leadkpi_error *);

/* A column is of text because of some cell: which one, the library cannot know. */
static int name_text(const sheet *s, const leadkpi_error *error, trouble *why)
{
    if (error->column < 0 || (size_t)error->column >= s->column_count) return TOOL_GOOD;
    size_t column = (size_t)error->column, row = sheet_first_text(s, column);
    if (row == SIZE_MAX) return TOOL_GOOD;
    return trouble_set(why, TOOL_DATA, "%s:%lld: column \"%s\": expected a number such as 1,234.50, found \"%.80s\"", s->name,
                       (long long)s->lines[row], leadkpi_table_column_name(s->table, error->column),
                       s->columns[column].texts[row]);
}

static int over_rows(const request *r, row_call call, trouble *why)
{
    int32_t kpi;
    sheet rows;
    leadkpi_error error;
    leadkpi_table *out = NULL;
    TOOL_TRY(expect_words(r, 2, 2, "a NAME and a FILE", why));
    TOOL_TRY(find(r->words[0], &kpi, why));
    TOOL_TRY(sheet_read(&rows, r->words[1], why));
    leadkpi_status status = call(NULL, kpi, rows.table, r->options, &out, &error);
    bool is_by_row = call == leadkpi_kpi_compare || call == leadkpi_kpi_rank;
    int code = status == LEADKPI_WRONG_TYPE ? name_text(&rows, &error, why) : TOOL_GOOD;
    if (code == TOOL_GOOD) code = show(r, status, out, is_by_row ? rows.table : NULL, &error, why);
    sheet_free(&rows);
    return code;
}

static int explain_mix(const request *r, trouble *why)
{
    int32_t kpi;
    sheet before, after;
    leadkpi_error error;
    leadkpi_table *out = NULL;
    TOOL_TRY(find(r->words[0], &kpi, why));
    TOOL_TRY(sheet_read(&before, r->words[1], why));
    int code = sheet_read(&after, r->words[2], why);
    if (code == TOOL_GOOD) {
        leadkpi_status status =
            leadkpi_kpi_explain_mix(NULL, kpi, before.table, after.table, r->options, &out, &error);
        code = show(r, status, out, NULL, &error, why);
        sheet_free(&after);
    }
    sheet_free(&before);
    return code;
}

/* Two files are segments before and after; one is a row of each: along identities, or through what
 * is said. */
static int kpi_explain(int count, char **arguments, trouble *why)
{
    request r;
    int files = 0;
    bool is_through = false;
    for (int i = 1; i < count && strncmp(arguments[i], "--", 2) != 0; i++) files++;
    for (int i = 1; i < count; i++) is_through |= strncmp(arguments[i], "--through", 9) == 0;
    TOOL_TRY(request_read(&r, "explain",
                          files == 2   ? "kpi_explain_mix"
                          : is_through ? "kpi_explain_drivers"
                                       : "kpi_explain_tree",
                          count, arguments, why));
    int code =
        files == 2
            ? explain_mix(&r, why)
            : over_rows(&r, is_through ? leadkpi_kpi_explain_drivers : leadkpi_kpi_explain_tree,
                        why);
    leadkpi_options_free(r.options);
    return code;
}

static int kpi_over_rows(const char *command, const char *schema, row_call call, int count,
                         char **arguments, trouble *why)
{
    request r;
    TOOL_TRY(request_read(&r, command, schema, count, arguments, why));
    int code = over_rows(&r, call, why);
    leadkpi_options_free(r.options);
    return code;
}

static int kpi_compare(int count, char **arguments, trouble *why)
{
    return kpi_over_rows("compare", "kpi_compare", leadkpi_kpi_compare, count, arguments, why);
}

static int kpi_rank(int count, char **arguments, trouble *why)
{
    return kpi_over_rows("rank", "kpi_rank", leadkpi_kpi_rank, count, arguments, why);
}

static int kpi_baseline(int count, char **arguments, trouble *why)
{
    return kpi_over_rows("baseline", "kpi_baseline", leadkpi_kpi_baseline, count, arguments, why);
}

static int kpi_season(int count, char **arguments, trouble *why)
{
    return kpi_over_rows("season", "kpi_season", leadkpi_kpi_season, count, arguments, why);
}

/* ---- benchmark, scorecard, check ------------------------------------------------------------- */

static int benchmark(const request *r, trouble *why)
{
    sheet values, pack;
    leadkpi_error error;
    leadkpi_table *out = NULL;
    TOOL_TRY(expect_words(r, 2, 2, "a FILE of values and one of benchmarks", why));
    TOOL_TRY(sheet_read(&values, r->words[0], why));
    int code = sheet_read(&pack, r->words[1], why);
    if (code == TOOL_GOOD) {
        leadkpi_status status =
            leadkpi_kpi_benchmark(NULL, values.table, pack.table, r->options, &out, &error);
        code = show(r, status, out, NULL, &error, why);
        sheet_free(&pack);
    }
    sheet_free(&values);
    return code;
}

static int kpi_benchmark(int count, char **arguments, trouble *why)
{
    request r;
    TOOL_TRY(request_read(&r, "benchmark", "kpi_benchmark", count, arguments, why));
    int code = benchmark(&r, why);
    leadkpi_options_free(r.options);
    return code;
}

static int kpi_scorecard(int count, char **arguments, trouble *why)
{
    request r;
    sheet goals;
    leadkpi_error error;
    leadkpi_table *out = NULL;
    TOOL_TRY(request_read(&r, "scorecard", "kpi_scorecard", count, arguments, why));
    int code = expect_words(&r, 1, 1, "a FILE of goals", why);
    if (code == TOOL_GOOD) code = sheet_read(&goals, r.words[0], why);
    if (code == TOOL_GOOD) {
        leadkpi_status status = leadkpi_kpi_scorecard(NULL, goals.table, r.options, &out, &error);
        code = show(&r, status, out, NULL, &error, why);
        sheet_free(&goals);
    }
    leadkpi_options_free(r.options);
    return code;
}

static int kpi_check(int count, char **arguments, trouble *why)
{
    request r;
    leadkpi_error error;
    leadkpi_table *names, *out = NULL;
    TOOL_TRY(request_read(&r, "check", NULL, count, arguments, why));
    TOOL_TRY(expect_words(&r, 1, WORDS_MAX, "names of KPIs", why));
    TOOL_TRY(answer(leadkpi_table_create(NULL, &names, &error), &error, why));
    leadkpi_status status =
        leadkpi_table_copy_strings(names, "kpi", NUL, r.words, r.word_count, &error);
    if (status == LEADKPI_OK) status = leadkpi_kpi_check_set(NULL, names, &out, &error);
    leadkpi_table_free(names);
    return show(&r, status, out, NULL, &error, why);
}

/* ---- plan --------------------------------------------------------------------------- */

/* The numbers of a plan, by name. */
typedef struct plan_input {
    const char *name;
    double value;
    bool given;
} plan_input;

static int plan_number(const char *word, plan_input *inputs, trouble *why)
{
    size_t length = strcspn(word, "=");
    char digits[64];
    for (plan_input *input = inputs; input->name; input++) {
        if (strlen(input->name) != length || strncmp(input->name, word, length) != 0) continue;
        const char *text = word[length] ? word + length + 1 : "";
        size_t count = strlen(text);
        bool percent = count > 0 && text[count - 1] == '%';
        snprintf(digits, sizeof digits, "%.*s", count < sizeof digits ? (int)(count - percent) : 0, text);
        input->given = true;
        if (number_read_double(digits, &input->value)) {
            if (percent) input->value /= 100;
            return TOOL_GOOD;
        }
        return trouble_set(why, TOOL_USAGE, "kpi plan: expected %s=number, found \"%.60s\"",
                           input->name, word);
    }
    text_buffer names = {0};
    for (plan_input *input = inputs; input->name; input++)
        text_print(&names, "%s%s", input == inputs ? "" : ", ", input->name);
    int code = trouble_unknown(why, "kpi plan", names.data, slice_of(word), "");
    text_free(&names);
    return code;
}

static int plan_numbers(const request *r, plan_input *inputs, trouble *why)
{
    for (size_t i = 1; i < r->word_count; i++) TOOL_TRY(plan_number(r->words[i], inputs, why));
    for (plan_input *input = inputs; input->name; input++)
        if (!input->given && isnan(input->value))
            return trouble_set(why, TOOL_USAGE, "kpi plan %s: %s was not given", r->words[0],
                               input->name);
    return TOOL_GOOD;
}

static void put_json_number(const char *name, double value, bool is_first)
{
    text_buffer text = {0};
    if (isfinite(value)) cell_double(&text, value);
    printf("%s\"%s\": %s", is_first ? "{" : ", ", name, text.length ? text.data : "null");
    text_free(&text);
}

static void show_plan(const request *r, const char *const *names, const double *values, int count)
{
    for (int i = 0; i < count; i++) {
        if (r->json)
            put_json_number(names[i], values[i], i == 0);
        else
            printf("%-18s %.6g\n", names[i], values[i]);
    }
    if (r->json) printf("}\n");
}

static int plan_pace(const request *r, trouble *why)
{
    static const char *const names[] = {"projected", "needed_per_period", "probability"};
    plan_input inputs[] = {
        {"target", NAN, false}, {"done", NAN, false}, {"elapsed", NAN, false}, {NULL, 0, false}};
    double out[3];
    leadkpi_error error;
    TOOL_TRY(plan_numbers(r, inputs, why));
    TOOL_TRY(answer(leadkpi_kpi_plan_pace(inputs[0].value, inputs[1].value, inputs[2].value,
                                          &out[0], &out[1], &out[2], &error),
                    &error, why));
    show_plan(r, names, out, 3);
    return TOOL_GOOD;
}

static int plan_target(const request *r, trouble *why)
{
    static const char *const names[] = {"on_average", "at_probability"};
    bool of_leads = strcmp(r->words[0], "leads") == 0, of_spend = strcmp(r->words[0], "spend") == 0;
    plan_input inputs[] = {{of_leads || of_spend ? "target" : "quota", NAN, false},
                           {of_leads   ? "rate"
                            : of_spend ? "cost"
                                       : "deal",
                            NAN, false},
                           {"win_rate", of_leads || of_spend ? 0 : NAN, false},
                           {"probability", 0.8, false},
                           {NULL, 0, false}};
    double out[2], probability = 0;
    leadkpi_error error;
    TOOL_TRY(plan_numbers(r, inputs, why));
    probability = inputs[3].value;
    leadkpi_status status =
        of_leads   ? leadkpi_kpi_plan_leads(inputs[0].value, inputs[1].value, probability, &out[0],
                                            &out[1], &error)
        : of_spend ? leadkpi_kpi_plan_spend(inputs[0].value, inputs[1].value, probability, &out[0],
                                            &out[1], &error)
                   : leadkpi_kpi_plan_coverage(inputs[0].value, inputs[1].value, inputs[2].value,
                                               probability, &out[0], &out[1], &error);
    TOOL_TRY(answer(status, &error, why));
    show_plan(r, names, out, 2);
    return TOOL_GOOD;
}

static int kpi_plan(int count, char **arguments, trouble *why)
{
    request r;
    TOOL_TRY(request_read(&r, "plan", NULL, count, arguments, why));
    const char *what = r.word_count ? r.words[0] : "";
    if (strcmp(what, "pace") == 0) return plan_pace(&r, why);
    if (strcmp(what, "leads") == 0 || strcmp(what, "spend") == 0 || strcmp(what, "coverage") == 0)
        return plan_target(&r, why);
    return trouble_unknown(why, "kpi plan", "leads, spend, coverage, pace", slice_of(what), "");
}

/* ---- SQL ------------------------------------------------------------------------------ */

static int check_dialect(const char *dialect, trouble *why)
{
    const char *known;
    text_buffer names = {0};
    for (int32_t i = 0; (known = leadkpi_kpi_sql_dialect_at(i)) != NULL; i++) {
        if (strcmp(dialect, known) == 0) return text_free(&names), TOOL_GOOD;
        text_print(&names, "%s%s", i ? ", " : "", known);
    }
    int code = trouble_unknown(why, "--dialect", names.data ? names.data : "", slice_of(dialect), "");
    text_free(&names);
    return code;
}

static int kpi_sql(int count, char **arguments, trouble *why)
{
    const char *name = NULL, *dialect = "postgresql";
    int32_t kpi;
    size_t needed;
    leadkpi_error error;
    for (int i = 0; i < count; i++) {
        if (strcmp(arguments[i], "--dialect") == 0 && i + 1 < count)
            dialect = arguments[++i];
        else if (strcmp(arguments[i], "--dialect") == 0)
            return trouble_set(why, TOOL_USAGE, "--dialect: expected a value behind it, found the end");
        else if (strncmp(arguments[i], "--dialect=", 10) == 0)
            dialect = arguments[i] + 10;
        else if (!name && arguments[i][0] != '-')
            name = arguments[i];
        else
            return trouble_set(why, TOOL_USAGE,
                               "kpi sql: expected one NAME and perhaps --dialect, found \"%.60s\"",
                               arguments[i]);
    }
    if (!name) return trouble_set(why, TOOL_USAGE, "kpi sql: expected a NAME, found none");
    TOOL_TRY(find(name, &kpi, why));
    TOOL_TRY(check_dialect(dialect, why));
    TOOL_TRY(answer(leadkpi_kpi_sql(kpi, dialect, NUL, NULL, 0, &needed, &error), &error, why));
    char *text = tool_allocate(needed, 1);
    int code = answer(leadkpi_kpi_sql(kpi, dialect, NUL, text, needed, NULL, &error), &error, why);
    if (code == TOOL_GOOD) fputs(text, stdout);
    free(text);
    return code;
}

int command_kpi_tables(const char *word, int count, char **arguments, bool *is_known, trouble *why)
{
    static const struct {
        const char *word;
        int (*run)(int count, char **arguments, trouble *why);
    } commands[] = {{"compare", kpi_compare}, {"rank", kpi_rank},
                    {"explain", kpi_explain}, {"plan", kpi_plan},
                    {"check", kpi_check},     {"scorecard", kpi_scorecard},
                    {"sql", kpi_sql},         {"baseline", kpi_baseline},
                    {"season", kpi_season},   {"benchmark", kpi_benchmark}};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(word, commands[i].word) != 0) continue;
        *is_known = true;
        return commands[i].run(count, arguments, why);
    }
    *is_known = false;
    return TOOL_GOOD;
}
