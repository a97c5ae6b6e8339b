/* render.h: tables of the library as text, JSON and CSV. */
#ifndef TOOL_RENDER_H
#define TOOL_RENDER_H

#include <leadkpi/table.h>

#include "tool.h"

/* ---- any table ----------------------------------------------------------- */

/* RFC 4180, LF line ends, names first. */
void render_csv(FILE *out, const leadkpi_table *table);
/* An array of objects; null for null and for what JSON has no number for. */
void render_json_rows(FILE *out, const leadkpi_table *table, const char *indent);
void render_json_text(FILE *out, slice text);
/* Columns side by side, fractions in percent, names first; columns that hold nothing are left out.
 * Times are in units that people have; `in_hours`: none longer than hours. */
void render_table(FILE *out, const leadkpi_table *table, bool in_hours);

/* The options of a schema, each with its type, range or choices, default and meaning. */
int render_options(FILE *out, const char *schema, trouble *why);

/* ---- a report of campaigns ------------------------------------------------- */

/* The columns of a report that belong to one KPI. */
typedef struct report_kpi {
    int32_t kpi; /* -1: the catalogue does not know the column's name */
    int32_t value, low, high, status, flags;
    const char *name, *label;
} report_kpi;

typedef struct report_columns {
    int32_t row;    /* "segment" or "total"; -1 */
    int32_t period; /* the label; -1 */
    int32_t *dimensions;
    size_t dimension_count;
    report_kpi *kpis;
    size_t kpi_count;
} report_columns;

void report_columns_find(report_columns *out, const leadkpi_table *report);
void report_columns_free(report_columns *columns);

/* Reasons and warnings below a table, each with a letter. */
typedef struct footnotes {
    char *texts[26];
    size_t count;
} footnotes;

/* The letter of a note, which is added where it is new; 0: there are too many. */
char footnote_letter(footnotes *notes, const char *text);
void footnotes_print(FILE *out, footnotes *notes);

/* Rows as lines; KPIs that do not fit beside each other in `width` columns come below. */
void render_report_text(FILE *out, const leadkpi_table *report, const char *title, size_t width);
/* The total alone, a KPI a line. */
void render_headline(FILE *out, const leadkpi_table *report);
/* An array of rows, the KPIs of each as objects. */
void render_report_json(FILE *out, const leadkpi_table *report, const char *indent);

#endif
