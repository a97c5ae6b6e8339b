/* load.h: the rows of a file into the library, through a map. */
#ifndef TOOL_LOAD_H
#define TOOL_LOAD_H

#include <leadkpi/campaigns.h>
#include <leadkpi/funnel.h>
#include <leadkpi/responses.h>
#include <leadkpi/stages.h>

#include "clock.h"
#include "map.h"
#include "seen.h"

/* A file as the command line names it. */
typedef struct load_file {
    table_kind kind;
    const char *path;
    const char *profile; /* NULL: none, or to be found */
    field_map map;       /* of the profile, with what was told on top */
    bool has_map;
    input_encoding encoding;
    char delimiter; /* 0: to be found */
    date_order dates;
    number_style numbers;
    const char *zone; /* NULL: that of the report */
} load_file;

/* Rows that were skipped for one reason. */
typedef struct skip_reason {
    char *file, *text;
    int64_t count, first_line;
} skip_reason;

/* What all files of a run share. */
typedef struct load_run {
    leadkpi_campaigns *campaigns;
    leadkpi_funnel *funnel; /* instead of campaigns: events, and stages as events */
    leadkpi_stages *stages; /* or changes of stage */
    leadkpi_responses *responses; /* or leads, responses and conversions */
    const char *zone;  /* of the report */
    char **dimensions; /* those that the report asks for */
    size_t dimension_count;
    bool *dimension_found; /* whether a file has it, one each */
    text_buffer columns;   /* the names in the headers of all files, file by file */
    text_buffer names;     /* the same with commas between them */
    bool in_time; /* rows are to come in order of time */
    bool strict, show_progress;
    FILE *rejects; /* NULL: not asked for */
    const char *rejects_path;
    char currency[8];         /* the one of all files; "" not known yet */
    char currency_place[256]; /* where it was seen first */
    skip_reason *skips;
    size_t skip_count;
    int64_t rows_taken, rows_skipped, totals_skipped;
    int64_t latest; /* time of all rows; of no use without rows_taken */
    seen_names seen; /* events, stages or kinds, as the definition may name them */
    text_buffer notes; /* lines for the head of the report */
} load_run;

/* The periods that --by takes beside the names of columns; NULL at the end. */
extern const char *const load_periods[];

/* All files, and then whether there are rows, and a column for each dimension. `rejects`: where skipped rows
 * are written; NULL: nowhere. */
int load_run_files(load_run *run, load_file *files, size_t count, const char *rejects, trouble *why);
void load_run_free(load_run *run);

#endif
