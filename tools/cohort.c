/* cohort.c: leadkpi cohort: customers' rows from files into a report of the library. */
#include "cohort.h"

#include <stdlib.h>

#include "cells.h"
#include "commands.h"
#include "render.h"
#include "settings.h"
#include "triangle.h"
#include "unknown.h"

/* ---- the report ------------------------------------------------------------------------- */

typedef leadkpi_status (*spend_call)(cohort_run *, const leadkpi_table *, const leadkpi_options *,
                                     leadkpi_table **, leadkpi_error *);

static leadkpi_status ask_value(cohort_run *r, const leadkpi_table *spend, const leadkpi_options *options,
                                leadkpi_table **out, leadkpi_error *error)
{
    return leadkpi_cohorts_value(r->cohorts, spend, options, out, error);
}

static const struct {
    const char *word, *schema;
    cohort_report_call call;
    spend_call with_spend; /* in its place */
} reports[] = {
    {"retention", "cohorts_retention", leadkpi_cohorts_retention, NULL},
    {"churn", "cohorts_churn", leadkpi_cohorts_churn, NULL},
    {"survival", "cohorts_survival", leadkpi_cohorts_survival, NULL},
    {"summary", "cohorts_survival", leadkpi_cohorts_survival_summary, NULL},
    {"incidence", "cohorts_incidence", leadkpi_cohorts_incidence, NULL},
    {"conversion", "cohorts_conversion", leadkpi_cohorts_conversion, NULL},
    {"value", "cohorts_value", NULL, ask_value},
    {"lifetime", "cohorts_lifetime_value", NULL, cohort_ask_lifetime},
    {"forecast", "cohorts_histories", NULL, cohort_ask_forecast},
    {"histories", "cohorts_histories", leadkpi_cohorts_histories, NULL},
    {"contracts", "cohorts_contracts", leadkpi_cohorts_contracts, NULL},
    {"findings", "cohorts_findings", leadkpi_cohorts_findings, NULL},
};
enum { REPORTS = sizeof reports / sizeof *reports };

/* A date alone is its last microsecond, since "as of 31 March" includes that day. */
static int set_as_of(cohort_run *r, leadkpi_options *options)
{
    date_value value;
    leadkpi_error error;
    if (!r->as_of)
        return trouble_set(r->why, TOOL_USAGE,
                           "--as-of: expected the date up to which the files are complete, found none");
    if (date_read(slice_of(r->as_of), DATE_ORDER_UNTOLD, &value) != DATE_GOOD)
        return trouble_set(r->why, TOOL_USAGE, "--as-of: expected a date such as 2025-03-31, found \"%s\"",
                           r->as_of);
    int64_t instant = clock_instant(&r->clock, &value);
    if (strlen(r->as_of) <= 10) {
        int64_t next = date_day_number(value.year, value.month, value.day) + 1;
        date_of_day_number(next, &value.year, &value.month, &value.day);
        instant = clock_instant(&r->clock, &value) - 1;
    }
    return library_trouble(
        leadkpi_options_set_int64(options, "as_of", LEADKPI_NUL_TERMINATED, instant, &error), &error, r->why);
}

/* Days and months start on the clock that the files are on. A report without a calendar has no zone. */
static int set_report_zone(cohort_run *r, leadkpi_options *options)
{
    leadkpi_error error;
    if (!r->clock.calendar) return TOOL_GOOD;
    leadkpi_status status = leadkpi_options_set_text(options, "zone", LEADKPI_NUL_TERMINATED, r->clock.name,
                                                     LEADKPI_NUL_TERMINATED, &error);
    if (status == LEADKPI_UNKNOWN_NAME) return TOOL_GOOD;
    if (status == LEADKPI_OK && r->clock.rules)
        status = leadkpi_options_set_text(options, "zone_data", LEADKPI_NUL_TERMINATED, r->clock.rules,
                                          r->clock.rules_length, &error);
    return library_trouble(status, &error, r->why);
}

/* Of a forecast a setting is one of the histories or one of what is made of them. */
static leadkpi_status set_either(const cohort_run *r, leadkpi_options *options, const char *settings, leadkpi_error *error)
{
    leadkpi_status status = LEADKPI_OK;
    while (*settings && status == LEADKPI_OK) {
        size_t length = strcspn(settings, ";");
        status = leadkpi_options_parse(options, settings, length, error);
        if (status == LEADKPI_UNKNOWN_NAME) status = leadkpi_options_parse(r->forecast, settings, length, error);
        settings += length + (settings[length] == ';');
    }
    return status;
}

static int set_settings(cohort_run *r, leadkpi_options *options)
{
    leadkpi_error error;
    leadkpi_status status = LEADKPI_OK;
    for (size_t i = 0; i < r->setting_count && status == LEADKPI_OK; i++)
        status = r->forecast ? set_either(r, options, r->settings[i], &error)
                             : leadkpi_options_parse(options, r->settings[i], LEADKPI_NUL_TERMINATED, &error);
    return library_trouble(status, &error, r->why);
}

static int set_options(cohort_run *r, leadkpi_options *options)
{
    told_options told = {.count = 0};
    TOOL_TRY(set_as_of(r, options));
    TOOL_TRY(set_report_zone(r, options));
    TOOL_TRY(set_text(options, "by", r->by, r->why));
    if (r->as_of) told_add(&told, "as_of");
    if (r->clock.calendar) told_add(&told, "zone");
    if (r->by) told_add(&told, "by");
    int code = told_keep(&told, options, r->why);
    if (code == TOOL_GOOD) code = set_settings(r, options);
    if (code == TOOL_GOOD) code = told_check(&told, options, "--set", r->why);
    told_free(&told);
    return code;
}

static leadkpi_status ask_with_spend(cohort_run *r, int which, const leadkpi_options *options,
                                     leadkpi_table **out, leadkpi_error *error)
{
    leadkpi_table *spend = NULL;
    leadkpi_status status = LEADKPI_OK;
    *out = NULL;
    if (r->has_spend) status = batch_table(&r->spend, 0, r->spend.row_count, &spend, error);
    if (status == LEADKPI_OK) status = reports[which].with_spend(r, spend, options, out, error);
    leadkpi_table_free(spend);
    return status;
}

/* ---- what is left out ------------------------------------------------------------------- */

static leadkpi_status find_odd_rows(const cohort_run *r, const leadkpi_options *given, leadkpi_table **out,
                                    leadkpi_error *error)
{
    leadkpi_options *options;
    leadkpi_status status =
        leadkpi_options_create(NULL, "cohorts_findings", LEADKPI_NUL_TERMINATED, &options, error);
    if (status != LEADKPI_OK) return status;
    status = cohort_copy_options(given, options, error);
    if (status == LEADKPI_OK) status = leadkpi_cohorts_findings(r->cohorts, options, out, error);
    leadkpi_options_free(options);
    return status;
}

/* Customers that are in no cohort: of a file of revenue alone, each of them. With acquired=first_event there are none. */
static int warn_of_strangers(const cohort_run *r, const leadkpi_options *given)
{
    leadkpi_table *found = NULL;
    leadkpi_error error;
    int32_t finding = 0, meaning = 0, count = 0;
    char *acquired;
    TOOL_TRY(option_value(given, "acquired", &acquired, r->why));
    bool has_none = acquired && strcmp(acquired, "first_event") == 0;
    free(acquired);
    if (has_none) return TOOL_GOOD;
    TOOL_TRY(library_trouble(find_odd_rows(r, given, &found, &error), &error, r->why));
    leadkpi_table_find_column(found, "finding", LEADKPI_NUL_TERMINATED, &finding, NULL);
    leadkpi_table_find_column(found, "meaning", LEADKPI_NUL_TERMINATED, &meaning, NULL);
    leadkpi_table_find_column(found, "count", LEADKPI_NUL_TERMINATED, &count, NULL);
    for (size_t row = 0; row < leadkpi_table_row_count(found); row++) {
        int64_t customers = 0;
        if (!slice_is(cell_text(found, finding, row), "customers_without_acquisition")) continue;
        slice words = cell_text(found, meaning, row);
        leadkpi_table_get_int64(found, count, row, &customers, NULL);
        tool_warn("%lld %.*s (leadkpi cohort findings)", (long long)customers, (int)words.length, words.data);
    }
    leadkpi_table_free(found);
    return TOOL_GOOD;
}

static int ask(cohort_run *r, int which, leadkpi_table **out)
{
    leadkpi_options *options;
    leadkpi_error error;
    leadkpi_status status = leadkpi_options_create(NULL, reports[which].schema,
                                                   LEADKPI_NUL_TERMINATED, &options, &error);
    TOOL_TRY(library_trouble(status, &error, r->why));
    if (reports[which].with_spend == cohort_ask_forecast) {
        status = leadkpi_options_create(NULL, "lifetime_forecast", LEADKPI_NUL_TERMINATED, &r->forecast, &error);
        if (status != LEADKPI_OK) return leadkpi_options_free(options), library_trouble(status, &error, r->why);
    }
    int code = set_options(r, options);
    if (code == TOOL_GOOD) {
        status = reports[which].call ? reports[which].call(r->cohorts, options, out, &error)
                                     : ask_with_spend(r, which, options, out, &error);
        code = library_trouble(status, &error, r->why);
        if (code == TOOL_GOOD && error.message[0]) tool_warn("%s", error.message);
        bool tells_all = reports[which].call == leadkpi_cohorts_findings;
        if (code == TOOL_GOOD && !tells_all) code = warn_of_strangers(r, options);
    }
    leadkpi_options_free(options);
    return code;
}

static bool has_file(const cohort_run *r, cohort_file_kind kind)
{
    for (size_t i = 0; i < r->file_count; i++)
        if (r->files[i].kind == kind) return true;
    return false;
}

static int run_cohort(cohort_run *r)
{
    leadkpi_table *table = NULL;
    leadkpi_error error;
    int which = 0;
    while (which < REPORTS && strcmp(reports[which].word, r->report) != 0) which++;
    if (which == REPORTS)
        return trouble_unknown(r->why, "cohort", "retention, churn, survival, summary, incidence, conversion, "
                                                 "value, lifetime, forecast, histories, contracts, findings",
                               slice_of(r->report), "");
    if (r->by && !has_file(r, COHORT_ACQUISITIONS))
        return trouble_set(r->why, TOOL_USAGE, "--by %s: expected --acquisitions FILE, whose columns these are, found none",
                           r->by);
    TOOL_TRY(clock_open(&r->clock, r->zone, r->why));
    TOOL_TRY(library_trouble(leadkpi_cohorts_create(NULL, NULL, &r->cohorts, &error), &error, r->why));
    for (size_t i = 0; i < r->file_count; i++) {
        if (r->files[i].kind == COHORT_SPEND && r->has_spend)
            return trouble_set(r->why, TOOL_USAGE, "--spend: expected one file, found %s beside another",
                               r->files[i].path);
        TOOL_TRY(cohort_load_file(r, &r->files[i]));
    }
    if (r->rows_taken == 0)
        return trouble_set(r->why, TOOL_DATA, "cohort: expected at least one row of a customer, found none");
    TOOL_TRY(ask(r, which, &table));
    if (r->json) render_json_rows(stdout, table, ""), putchar('\n');
    else if (r->csv || which != 0) render_csv(stdout, table);
    else triangle_print(stdout, table);
    leadkpi_table_free(table);
    return TOOL_GOOD;
}

/* ---- the command line ---------------------------------------------------------------------- */

static const char help[] =
    "usage: leadkpi cohort [REPORT] FILES --as-of DATE [option ...]\n"
    "\n"
    "REPORT is retention (without a word), churn, survival, summary, incidence, conversion, value,\n"
    "lifetime, forecast (a row a customer), histories, contracts or findings. Files, CSV with a header\n"
    "  --acquisitions FILE    id, time, dimensions\n"
    "  --activity FILE        id, time\n"
    "  --revenue FILE         id, time, amount (below zero for refunds), currency if there is one\n"
    "  --subscriptions FILE   id, time, mrr, currency if there is one\n"
    "  --outcomes FILE        id, time, outcome\n"
    "  --spend FILE           amount, dimensions, time if there is one; for value and lifetime\n"
    "  --map 'id=Customer,time=Date @day-first'    columns of the file before it\n"
    "What to report\n"
    "  --as-of DATE           the files are complete up to the end of that day\n"
    "  --by channel,country   segments\n"
    "  --zone +01:00          of times without an offset, and of days and months\n"
    "  --model pareto_nbd     of lifetime and forecast: or bg_nbd, mbg_nbd; sbg, bdw of subscriptions\n"
    "  --set NAME=VALUE       any other option of the report, such as clock=calendar\n"
    "  --json | --csv         retention is a triangle of percentages without them\n"
    "\n"
    "A row that cannot be read ends the run. man leadkpi has the rest.\n";

static int take_option(cohort_run *r, const char *option, const char *value)
{
    for (int kind = 0; kind < COHORT_FILE_KINDS; kind++) {
        if (strcmp(option, cohort_option((cohort_file_kind)kind)) != 0) continue;
        r->files = tool_resize(r->files, r->file_count + 1, sizeof *r->files);
        r->files[r->file_count++] = (cohort_file){.kind = (cohort_file_kind)kind, .path = value};
        return TOOL_GOOD;
    }
    if (strcmp(option, "--map") == 0) {
        if (r->file_count == 0)
            return trouble_set(r->why, TOOL_USAGE, "--map: expected behind a file, found before any");
        return map_parse(&r->files[r->file_count - 1].map, slice_of(value), "--map", r->why);
    }
    if (strcmp(option, "--as-of") == 0) return r->as_of = value, TOOL_GOOD;
    if (strcmp(option, "--by") == 0) return r->by = value, TOOL_GOOD;
    if (strcmp(option, "--zone") == 0) return r->zone = value, TOOL_GOOD;
    if (strcmp(option, "--model") == 0) return r->model = value, TOOL_GOOD;
    if (strcmp(option, "--set") == 0) {
        r->settings = tool_resize(r->settings, r->setting_count + 1, sizeof *r->settings);
        r->settings[r->setting_count++] = value;
        return TOOL_GOOD;
    }
    return trouble_no_option(r->why, "cohort", help, option);
}

static int read_arguments(cohort_run *r, int count, char **arguments)
{
    int i = 0;
    if (count > 0 && arguments[0][0] != '-') r->report = arguments[i++];
    for (; i < count; i++) {
        if (strcmp(arguments[i], "--json") == 0) r->json = true;
        else if (strcmp(arguments[i], "--csv") == 0) r->csv = true;
        else if (i + 1 == count)
            return trouble_set(r->why, TOOL_USAGE, "%s: expected a value behind it", arguments[i]);
        else {
            TOOL_TRY(take_option(r, arguments[i], arguments[i + 1]));
            i++;
        }
    }
    if (r->json && r->csv) return trouble_set(r->why, TOOL_USAGE, "cohort: expected one form, found --json and --csv");
    if (r->file_count) return TOOL_GOOD;
    return trouble_set(r->why, TOOL_USAGE, "cohort: expected a file, found none (leadkpi cohort --help)");
}

int command_cohort(int count, char **arguments, trouble *why)
{
    if (tool_wants_help(count, arguments)) return fputs(help, stdout), TOOL_GOOD;
    cohort_run *r = tool_allocate(1, sizeof *r);
    r->why = why;
    r->report = "retention";
    r->zone = "UTC";
    r->model = "pareto_nbd";
    int code = read_arguments(r, count, arguments);
    if (code == TOOL_GOOD) code = run_cohort(r);
    for (size_t i = 0; i < r->file_count; i++) map_free(&r->files[i].map);
    if (r->has_spend) batch_free(&r->spend);
    leadkpi_options_free(r->forecast);
    leadkpi_cohorts_free(r->cohorts);
    clock_close(&r->clock);
    for (size_t i = 0; i < r->name_count; i++) free(r->names[i]);
    free(r->names);
    free(r->files);
    free(r->settings);
    free(r);
    return code;
}
