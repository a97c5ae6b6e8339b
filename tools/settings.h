/* settings.h: words of the command line into options of the library. */
#ifndef TOOL_SETTINGS_H
#define TOOL_SETTINGS_H

#include <leadkpi/options.h>

#include "clock.h"

/* The exit code of what the library answered, with its message. */
int library_trouble(leadkpi_status status, const leadkpi_error *error, trouble *why);

/* The message without the row of the library's table, for which the line of the file is said. */
const char *message_without_row(const leadkpi_error *error);

/* NULL for a value or a text sets nothing. */
int set_text(leadkpi_options *options, const char *name, const char *value, trouble *why);
/* A time on the clock; `end_of_day` as of clock_read. */
int set_time(leadkpi_options *options, const char *name, const char *text, bool end_of_day,
             clock_zone *clock, trouble *why);
int set_zone(leadkpi_options *options, const clock_zone *clock, trouble *why);
/* The text of an option's value, "" where it has none: a copy. */
int option_value(const leadkpi_options *options, const char *name, char **value, trouble *why);
int option_is_default(const leadkpi_options *options, const char *name, bool *is_default, trouble *why);
/* Each "name=value; ...". */
int set_each(leadkpi_options *options, const char *const *texts, size_t count, trouble *why);

/* Options that words of the command line have, and their values then, to see whether --set changes one. */
typedef struct told_options {
    const char *names[32];
    char *values[32];
    size_t count;
} told_options;

/* To be called with each, before told_keep. */
void told_add(told_options *told, const char *name);
int told_keep(told_options *told, const leadkpi_options *options, trouble *why);
/* The first whose value is another now; NULL: all are as they were. `*value` is it, a copy. */
int told_changed(const told_options *told, const leadkpi_options *options, const char **name, char **value,
                 trouble *why);
/* Refuses that, as of `option`: of two values one would count in silence. */
int told_check(const told_options *told, const leadkpi_options *options, const char *option, trouble *why);
void told_free(told_options *told);

#endif
