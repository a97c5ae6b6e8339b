#include "settings.h"

#include <stdlib.h>

#include "cells.h"

int library_trouble(leadkpi_status status, const leadkpi_error *error, trouble *why)
{
    if (status == LEADKPI_OK) return TOOL_GOOD;
    return trouble_set(why, status < 20 ? TOOL_USAGE : TOOL_DATA, "%s", error->message);
}

const char *message_without_row(const leadkpi_error *error)
{
    char row[32];
    int length = snprintf(row, sizeof row, "row %lld", (long long)error->row);
    if (error->row < 0 || strncmp(error->message, row, (size_t)length) != 0) return error->message;
    const char *rest = error->message + length;
    size_t separator = strspn(rest, ",: ");
    return separator ? rest + separator : error->message;
}

int set_text(leadkpi_options *options, const char *name, const char *value, trouble *why)
{
    leadkpi_error error;
    if (!value) return TOOL_GOOD;
    leadkpi_status status = leadkpi_options_set_text(options, name, LEADKPI_NUL_TERMINATED, value,
                                                     LEADKPI_NUL_TERMINATED, &error);
    return library_trouble(status, &error, why);
}

int set_time(leadkpi_options *options, const char *name, const char *text, bool end_of_day,
             clock_zone *clock, trouble *why)
{
    int64_t instant;
    leadkpi_error error;
    if (!text) return TOOL_GOOD;
    if (!clock_read(clock, text, end_of_day, &instant))
        return trouble_set(why, TOOL_USAGE,
                           "%s: expected a date or time such as 2025-03-31, found \"%s\"", name,
                           text);
    leadkpi_status status =
        leadkpi_options_set_int64(options, name, LEADKPI_NUL_TERMINATED, instant, &error);
    return library_trouble(status, &error, why);
}

/* What the list of options has of this one in a column. */
static int option_cell(const leadkpi_options *options, const char *name, const char *column, char **value,
                       trouble *why)
{
    leadkpi_table *list = NULL;
    leadkpi_error error;
    int32_t names = 0, values = 0;
    *value = NULL;
    leadkpi_status status = leadkpi_options_list(options, &list, &error);
    if (status == LEADKPI_OK)
        status = leadkpi_table_find_column(list, "name", LEADKPI_NUL_TERMINATED, &names, &error);
    if (status == LEADKPI_OK)
        status = leadkpi_table_find_column(list, column, LEADKPI_NUL_TERMINATED, &values, &error);
    for (size_t row = 0; status == LEADKPI_OK && row < leadkpi_table_row_count(list) && !*value; row++)
        if (slice_is(cell_text(list, names, row), name)) *value = tool_copy(cell_text(list, values, row));
    leadkpi_table_free(list);
    return library_trouble(status, &error, why);
}

int option_value(const leadkpi_options *options, const char *name, char **value, trouble *why)
{
    return option_cell(options, name, "value", value, why);
}

int option_is_default(const leadkpi_options *options, const char *name, bool *is_default, trouble *why)
{
    char *value, *untold;
    TOOL_TRY(option_cell(options, name, "value", &value, why));
    int code = option_cell(options, name, "default", &untold, why);
    *is_default = value && untold && strcmp(value, untold) == 0;
    free(value);
    free(untold);
    return code;
}

int set_zone(leadkpi_options *options, const clock_zone *clock, trouble *why)
{
    leadkpi_error error;
    if (!clock->calendar) return TOOL_GOOD;
    TOOL_TRY(set_text(options, "zone", clock->name, why));
    if (!clock->rules) return TOOL_GOOD;
    leadkpi_status status = leadkpi_options_set_text(options, "zone_data", LEADKPI_NUL_TERMINATED,
                                                     clock->rules, clock->rules_length, &error);
    return library_trouble(status, &error, why);
}

int set_each(leadkpi_options *options, const char *const *texts, size_t count, trouble *why)
{
    leadkpi_error error;
    for (size_t i = 0; i < count; i++) {
        leadkpi_status status = leadkpi_options_parse(options, texts[i], LEADKPI_NUL_TERMINATED, &error);
        if (status == LEADKPI_BAD_FORMAT) return trouble_set(why, TOOL_USAGE, "%s", error.message);
        TOOL_TRY(library_trouble(status, &error, why));
    }
    return TOOL_GOOD;
}

/* ---- what was told twice --------------------------------------------------------- */

void told_add(told_options *told, const char *name)
{
    if (told->count < sizeof told->names / sizeof *told->names) told->names[told->count++] = name;
}

int told_keep(told_options *told, const leadkpi_options *options, trouble *why)
{
    for (size_t i = 0; i < told->count; i++)
        TOOL_TRY(option_value(options, told->names[i], &told->values[i], why));
    return TOOL_GOOD;
}

static bool is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

int told_changed(const told_options *told, const leadkpi_options *options, const char **name, char **value,
                 trouble *why)
{
    *name = NULL;
    *value = NULL;
    for (size_t i = 0; i < told->count; i++) {
        TOOL_TRY(option_value(options, told->names[i], value, why));
        if (!is_same(told->values[i], *value)) return *name = told->names[i], TOOL_GOOD;
        free(*value);
        *value = NULL;
    }
    return TOOL_GOOD;
}

static const char *value_of(const told_options *told, const char *name)
{
    size_t i = 0;
    while (told->names[i] != name) i++;
    return told->values[i] && *told->values[i] ? told->values[i] : "nothing";
}

/* The word for an option: "--as-of"; a period and the segments are of --by. */
static void word_of(const char *name, char word[48])
{
    bool is_by = strcmp(name, "grain") == 0;
    snprintf(word, 48, "--%s", is_by ? "by" : name);
    for (char *c = word; *c; c++)
        if (*c == '_') *c = '-';
}

int told_check(const told_options *told, const leadkpi_options *options, const char *option, trouble *why)
{
    const char *name;
    char *value, word[48];
    TOOL_TRY(told_changed(told, options, &name, &value, why));
    if (!name) return TOOL_GOOD;
    word_of(name, word);
    int code = trouble_set(why, TOOL_USAGE, "%s: expected to be told once, found %.200s of %s and %.200s of %s", name,
                           value_of(told, name), word, value && *value ? value : "nothing", option);
    free(value);
    return code;
}

void told_free(told_options *told)
{
    for (size_t i = 0; i < told->count; i++) free(told->values[i]);
    *told = (told_options){.count = 0};
}
