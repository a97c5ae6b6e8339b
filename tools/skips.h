/* skips.h: rows that could not be taken: counted by reason, written to --rejects,
 * or the end of the run under --strict. */
#ifndef TOOL_SKIPS_H
#define TOOL_SKIPS_H

#include "load.h"

/* `record` (may be NULL) holds the fields of the row; `found` may be "". */
int skips_report(load_run *run, const char *file, int64_t line, const csv_reader *record,
                 const char *reason, const char *found, trouble *why);

/* The file of --rejects, NULL: not asked for. Closing keeps the trouble that there is before: `code`. */
int skips_open(load_run *run, const char *path, trouble *why);
int skips_close(load_run *run, int code, trouble *why);

/* What was skipped, a line a reason. */
void skips_print(const load_run *run, FILE *out);

void skips_free(load_run *run);

#endif
