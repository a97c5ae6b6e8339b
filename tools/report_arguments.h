/* report_arguments.h: the command line of `leadkpi report`, and of the commands that report on one handle:
 * `leadkpi funnel`, `stages` and `responses`. */
#ifndef TOOL_REPORT_ARGUMENTS_H
#define TOOL_REPORT_ARGUMENTS_H

#include "load.h"

typedef enum report_format {
    FORMAT_TEXT,
    FORMAT_JSON,
    FORMAT_CSV
} report_format;

#define TABLE_BIT(kind) (1u << (unsigned)(kind))

/* An option of the library that a command has a word of its own for, such as --window. */
typedef struct own_word {
    const char *name; /* NULL: the end of the list */
    bool is_definition; /* else of the report */
} own_word;

#define OWN_WORDS 8 /* at most, with the end */

/* What a command takes. */
typedef struct command_line {
    const char *command;   /* "funnel" */
    const char *files;     /* those that it takes, for messages */
    unsigned kinds;        /* the same as bits */
    unsigned needed;       /* those without which it does not work */
    int bare_kind;         /* of a file that no option names; -1: every file has an option */
    bool is_handle;        /* reports on one handle */
    const char *help;      /* names every option */
    const own_word *words; /* NULL: none */
} command_line;

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
    const command_line *line;
    const char *own[OWN_WORDS]; /* values of the line's own words; NULL: not said */
    const char *show;           /* which report of a handle; NULL: not said */
    const char *kpis, *zone, *as_of, *from, *to, *basis, *level;
    const char **settings; /* --set */
    size_t setting_count;
    const char **definitions; /* --define */
    size_t definition_count;
    const char *rejects;
    report_format format;
    const char *format_word; /* the option that said so; NULL: none */
    size_t width;
    bool strict, headline, has_width;
} report_arguments;

int report_arguments_read(report_arguments *out, const command_line *line, int count, char **words,
                          trouble *why);
void report_arguments_free(report_arguments *arguments);

#endif
