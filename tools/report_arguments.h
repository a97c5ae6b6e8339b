/* report_arguments.h: the command line of `leadkpi report` and `leadkpi funnel`. */
#ifndef TOOL_REPORT_ARGUMENTS_H
#define TOOL_REPORT_ARGUMENTS_H

#include "load.h"

typedef enum report_format {
    FORMAT_TEXT,
    FORMAT_JSON,
    FORMAT_CSV
} report_format;

/* One table of the report: a --by and what follows it. */
typedef struct report_table {
    const char *by;    /* as given; "" none */
    char *dimensions;  /* the list without the grain, as the library reads lists */
    const char *grain; /* NULL: all */
    const char *kpis;  /* NULL: those of all tables */
} report_table;

typedef struct report_arguments {
    load_file *files;
    size_t file_count;
    load_file every_file; /* what was said before the first file */
    report_table *tables;
    size_t table_count;
    char **dimensions; /* of all tables, each once */
    size_t dimension_count;
    const char *command; /* "report" or "funnel" */
    const char *help;
    const char *steps, *preset, *window, *show; /* of a funnel; NULL: not said */
    const char *kpis, *zone, *as_of, *from, *to, *basis, *level;
    const char **settings; /* --set */
    size_t setting_count;
    const char **definitions; /* --define */
    size_t definition_count;
    const char *rejects;
    report_format format;
    const char *format_word; /* the option that said so; NULL: none */
    size_t width;
    bool strict, headline;
} report_arguments;

/* `help` names the options that there are. */
int report_arguments_read(report_arguments *out, const char *command, const char *help, int count, char **words,
                          trouble *why);
void report_arguments_free(report_arguments *arguments);

#endif
