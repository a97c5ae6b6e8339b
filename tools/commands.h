/* commands.h: what stands behind `leadkpi`. */
#ifndef TOOL_COMMANDS_H
#define TOOL_COMMANDS_H

#include "tool.h"

/* The arguments behind the command's own name. */
int command_report(int count, char **arguments, trouble *why);
int command_funnel(int count, char **arguments, trouble *why);
int command_stages(int count, char **arguments, trouble *why);
int command_responses(int count, char **arguments, trouble *why);
int command_cohort(int count, char **arguments, trouble *why);
int command_look(int count, char **arguments, trouble *why);
int command_kpi(int count, char **arguments, trouble *why);
int command_attribute(int count, char **arguments, trouble *why);

/* Those of `leadkpi kpi` that work on tables; `*is_known` becomes false where `word` is none. */
int command_kpi_tables(const char *word, int count, char **arguments, bool *is_known, trouble *why);

#endif
