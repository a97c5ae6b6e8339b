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
