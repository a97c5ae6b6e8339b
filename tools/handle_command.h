/* handle_command.h: what `leadkpi funnel`, `stages` and `responses` share: a definition, files into
 * one handle, one report of it under the rule as a sentence. */
#ifndef TOOL_HANDLE_COMMAND_H
#define TOOL_HANDLE_COMMAND_H

#include "report_arguments.h"

/* A call of the library on the handle that the run fills. */
typedef leadkpi_status (*handle_call)(const load_run *, const leadkpi_options *, leadkpi_table **,
                                      leadkpi_error *);

/* Such a call, of leadkpi_ROOM_NAME. */
#define HANDLE_CALL(room, name)                                                     \
    static leadkpi_status name(const load_run *run, const leadkpi_options *options, \
                               leadkpi_table **out, leadkpi_error *error)           \
    {                                                                               \
        return leadkpi_##room##_##name(run->room, options, out, error);             \
    }

/* Those that make and describe the handle. */
#define HANDLE_MAKERS(room)                                                            \
    static leadkpi_status create(load_run *run, const leadkpi_options *definition,     \
                                 leadkpi_error *error)                                 \
    {                                                                                  \
        return leadkpi_##room##_create(NULL, definition, &run->room, error);           \
    }                                                                                  \
    static leadkpi_status describe(const load_run *run, char *buffer, size_t capacity, \
                                   size_t *needed, leadkpi_error *error)               \
    {                                                                                  \
        return leadkpi_##room##_describe(run->room, buffer, capacity, needed, error);  \
    }

typedef struct handle_report {
    const char *name;
    handle_call call;
    const char *library_name; /* where that is another; NULL: it is not */
} handle_report;

typedef struct handle_kind handle_kind;

/* A report as it is made: what was asked for, and what came in. */
typedef struct handle_run {
    const handle_kind *kind;
    report_arguments arguments;
    load_run run;
    clock_zone clock;
    leadkpi_table *answer;
    leadkpi_options *definition;
    char *rule;  /* as a sentence */
    char *from, *to; /* of what counts; "" or NULL: any time */
    char *hours; /* when it is open, where only that counts; NULL: time always runs */
    char *as_of;
    bool is_latest; /* as_of is the latest time in the data */
    trouble *why;
} handle_run;

struct handle_kind {
    command_line line;
    const char *definition, *report; /* the schemas */
    const char *dated;               /* what --from and --to are about: "leads that came" */
    const char *line_option;         /* of the definition, without which there is nothing to report; NULL: none */
    const char *line_example;
    const handle_report *reports;    /* the first is the default */
    size_t report_count;
    leadkpi_status (*create)(load_run *, const leadkpi_options *, leadkpi_error *);
    leadkpi_status (*describe)(const load_run *, char *, size_t, size_t *, leadkpi_error *);
    int (*define)(handle_run *, leadkpi_options *);  /* more of the definition; NULL: nothing */
    int (*prepare)(handle_run *, leadkpi_options *); /* defaults of the report that --set may change; NULL: none */
    int (*warn)(handle_run *);                       /* what is odd in the rows; NULL: nothing */
};

int handle_command(const handle_kind *kind, int count, char **arguments, trouble *why);

/* The value of one of the command's own words; NULL: not said. */
const char *handle_word(const handle_run *h, const char *name);

/* A name in the definition that no row has is most often misspelt: what it costs is said beside the
 * answer, with the nearest name that rows have. */
void handle_warn_of_name(const handle_run *h, const char *what, slice name);

/* Calls `tell` with each item of a list in the definition. */
int handle_each_item(handle_run *h, const char *option, void (*tell)(handle_run *, slice item, void *),
                     void *context);

#endif
