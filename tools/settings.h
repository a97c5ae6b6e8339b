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

#endif
