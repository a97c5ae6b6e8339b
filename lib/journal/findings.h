/* findings.h: what is odd in the data: counted, with a lead as an example, and never hidden. */
#ifndef LK_JOURNAL_FINDINGS_H
#define LK_JOURNAL_FINDINGS_H

#include "journal/reading.h"

#define LK_FINDINGS_MAX 16

/* Names are stable; append only. */
typedef struct lk_finding {
    const char *name;
    const char *meaning;
} lk_finding;

/* All zero at first. */
typedef struct lk_findings {
    int64_t rows[LK_FINDINGS_MAX], leads[LK_FINDINGS_MAX];
    uint32_t last_lead[LK_FINDINGS_MAX], example[LK_FINDINGS_MAX];
} lk_findings;

/* One more row of the lead; leads come one after the other, in order of their ids. */
void lk_findings_note(lk_findings *findings, int finding, uint32_t lead);

/* What notes the findings of one lead. */
typedef void (*lk_findings_check)(const void *context, uint32_t lead, lk_findings *findings);

/* The table of those that there are: finding, meaning, rows, leads, id. */
leadkpi_status lk_findings_report(lk_reading *reading, const lk_finding *list, int count,
                                  lk_findings_check check, const void *context,
                                  leadkpi_table *table, leadkpi_error *error);

#endif
