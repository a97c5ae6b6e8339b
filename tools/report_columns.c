#include <stdlib.h>

#include <leadkpi/kpi.h>

#include "render.h"

static int32_t column_of(const leadkpi_table *table, const char *stem, const char *ending)
{
    char name[256];
    int32_t column = -1;
    snprintf(name, sizeof name, "%.200s%s", stem, ending);
    if (leadkpi_table_find_column(table, name, LEADKPI_NUL_TERMINATED, &column, NULL) != LEADKPI_OK)
        return -1;
    return column;
}

static bool find_kpi(report_kpi *out, const leadkpi_table *report, int32_t column)
{
    *out = (report_kpi){.value = column, .kpi = -1};
    out->name = leadkpi_table_column_name(report, column);
    if (leadkpi_table_column_type(report, column) != LEADKPI_TYPE_DOUBLE) return false;
    out->low = column_of(report, out->name, "_low");
    out->high = column_of(report, out->name, "_high");
    out->status = column_of(report, out->name, "_status");
    out->flags = column_of(report, out->name, "_flags");
    if (out->low < 0 || out->high < 0 || out->status < 0 || out->flags < 0) return false;
    if (leadkpi_kpi_find(out->name, LEADKPI_NUL_TERMINATED, &out->kpi, NULL) != LEADKPI_OK)
        out->kpi = -1;
    const char *label =
        out->kpi < 0 ? NULL : leadkpi_kpi_property(out->kpi, "label", LEADKPI_NUL_TERMINATED);
    out->label = label && *label ? label : out->name;
    return true;
}

/* The table is: row, dimensions, period_start, period_end, period, then five columns a KPI. */
void report_columns_find(report_columns *out, const leadkpi_table *report)
{
    int32_t count = leadkpi_table_column_count(report);
    *out = (report_columns){.row = column_of(report, "row", ""),
                            .period = column_of(report, "period", "")};
    out->dimensions = tool_allocate((size_t)count, sizeof *out->dimensions);
    out->kpis = tool_allocate((size_t)count, sizeof *out->kpis);
    bool before_kpis = true;
    for (int32_t c = 0; c < count; c++) {
        if (find_kpi(&out->kpis[out->kpi_count], report, c)) {
            out->kpi_count++;
            before_kpis = false;
        } else if (before_kpis && c != out->row && c != out->period &&
                   leadkpi_table_column_type(report, c) == LEADKPI_TYPE_TEXT) {
            out->dimensions[out->dimension_count++] = c;
        }
    }
}

void report_columns_free(report_columns *columns)
{
    free(columns->dimensions);
    free(columns->kpis);
    *columns = (report_columns){0};
}
