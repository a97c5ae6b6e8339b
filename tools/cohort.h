/* cohort.h: what the files of `leadkpi cohort` share: cohort.c has the command line and the reports, cohort_load.c
 * reads files, cohort_models.c fits models and asks them. */
#ifndef TOOL_COHORT_H
#define TOOL_COHORT_H

#include <leadkpi/cohorts.h>

#include "batch.h"
#include "clock.h"
#include "map.h"

typedef enum cohort_file_kind {
    COHORT_ACQUISITIONS,
    COHORT_ACTIVITY,
    COHORT_REVENUE,
    COHORT_SUBSCRIPTIONS,
    COHORT_OUTCOMES,
    COHORT_SPEND,
    COHORT_FILE_KINDS
} cohort_file_kind;

typedef struct cohort_file {
    cohort_file_kind kind;
    const char *path;
    field_map map;
} cohort_file;

typedef struct cohort_run {
    const char *report, *as_of, *by, *zone, *model;
    bool json, csv;
    const char **settings;
    size_t setting_count;
    char **names; /* of dimensions, as long as the run: batches point at them */
    size_t name_count;
    cohort_file *files;
    size_t file_count;
    clock_zone clock;
    char sign[16]; /* of the currency, as it stood beside a number; "": none yet */
    leadkpi_cohorts *cohorts;
    leadkpi_options *forecast; /* of a forecast, beside those of the histories; else NULL */
    batch spend; /* all of it: it is handed over with the report */
    bool has_spend;
    int64_t rows_taken; /* of customers */
    trouble *why;
} cohort_run;

/* A report of the library that is of the rows alone. */
typedef leadkpi_status (*cohort_report_call)(const leadkpi_cohorts *, const leadkpi_options *, leadkpi_table **,
                                             leadkpi_error *);

/* The option that names such a file: "--revenue". */
const char *cohort_option(cohort_file_kind kind);
/* Its rows go into run->cohorts, those of spend into run->spend. */
int cohort_load_file(cohort_run *run, cohort_file *file);

/* What one report was told is told to another, but for what it has not, and the segments. */
leadkpi_status cohort_copy_options(const leadkpi_options *from, leadkpi_options *into, leadkpi_error *error);
/* The reports of a fitted model; `spend` may be NULL. What a fit has to say beside its numbers goes to standard error. */
leadkpi_status cohort_ask_lifetime(cohort_run *run, const leadkpi_table *spend, const leadkpi_options *options,
                                   leadkpi_table **out, leadkpi_error *error);
leadkpi_status cohort_ask_forecast(cohort_run *run, const leadkpi_table *spend, const leadkpi_options *options,
                                   leadkpi_table **out, leadkpi_error *error);

#endif
