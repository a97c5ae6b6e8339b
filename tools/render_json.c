#include <math.h>

#include "cells.h"
#include "render.h"

void render_json_text(FILE *out, slice text)
{
    fputc('"', out);
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c == '\n')
            fputs("\\n", out);
        else if (c < 0x20 || c == 0x7F)
            fprintf(out, "\\u%04x", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

/* JSON has no NaN and no infinity. */
static void put_double(FILE *out, const leadkpi_table *table, int32_t column, size_t row)
{
    double value = NAN;
    text_buffer text = {0};
    leadkpi_status status = leadkpi_table_get_double(table, column, row, &value, NULL);
    if (status == LEADKPI_OK && isfinite(value)) cell_double(&text, value);
    fputs(text.length ? text.data : "null", out);
    text_free(&text);
}

static void put_cell(FILE *out, const leadkpi_table *table, int32_t column, size_t row)
{
    int32_t type = leadkpi_table_column_type(table, column);
    text_buffer text = {0};
    if (leadkpi_table_is_null(table, column, row)) {
        fputs("null", out);
        return;
    }
    if (type == LEADKPI_TYPE_DOUBLE) {
        put_double(out, table, column, row);
        return;
    }
    cell_plain(&text, table, column, row);
    slice value = {text.data ? text.data : "", text.length};
    if (type == LEADKPI_TYPE_TEXT || type == LEADKPI_TYPE_TIMESTAMP)
        render_json_text(out, value);
    else
        fwrite(value.data, 1, value.length, out);
    text_free(&text);
}

void render_json_rows(FILE *out, const leadkpi_table *table, const char *indent)
{
    size_t rows = leadkpi_table_row_count(table);
    fputc('[', out);
    for (size_t row = 0; row < rows; row++) {
        fprintf(out, "%s\n%s  {", row ? "," : "", indent);
        for (int32_t c = 0; c < leadkpi_table_column_count(table); c++) {
            if (c) fputs(", ", out);
            render_json_text(out, slice_of(leadkpi_table_column_name(table, c)));
            fputs(": ", out);
            put_cell(out, table, c, row);
        }
        fputc('}', out);
    }
    if (rows) fprintf(out, "\n%s", indent);
    fputc(']', out);
}

/* "immature,partial" as an array. */
static void put_flags(FILE *out, slice flags)
{
    const char *at = flags.data, *end = flags.data + flags.length;
    fputc('[', out);
    while (at < end) {
        const char *blank = memchr(at, ' ', (size_t)(end - at));
        const char *stop = blank ? blank : end;
        render_json_text(out, slice_trim((slice){at, (size_t)(stop - at)}));
        if (blank) fputs(", ", out);
        at = blank ? blank + 1 : end;
    }
    fputc(']', out);
}

static void put_kpi(FILE *out, const leadkpi_table *report, const report_kpi *kpi, size_t row)
{
    render_json_text(out, slice_of(kpi->name));
    fputs(": {\"value\": ", out);
    put_double(out, report, kpi->value, row);
    fputs(", \"low\": ", out);
    put_double(out, report, kpi->low, row);
    fputs(", \"high\": ", out);
    put_double(out, report, kpi->high, row);
    fputs(", \"status\": ", out);
    render_json_text(out, cell_text(report, kpi->status, row));
    fputs(", \"flags\": ", out);
    put_flags(out, cell_text(report, kpi->flags, row));
    fputc('}', out);
}

static bool belongs_to_kpi(const report_columns *columns, int32_t column)
{
    for (size_t k = 0; k < columns->kpi_count; k++) {
        const report_kpi *kpi = &columns->kpis[k];
        if (column == kpi->value || column == kpi->low || column == kpi->high ||
            column == kpi->status || column == kpi->flags)
            return true;
    }
    return false;
}

void render_report_json(FILE *out, const leadkpi_table *report, const char *indent)
{
    report_columns columns;
    size_t rows = leadkpi_table_row_count(report);
    report_columns_find(&columns, report);
    fputc('[', out);
    for (size_t row = 0; row < rows; row++) {
        fprintf(out, "%s\n%s  {", row ? "," : "", indent);
        for (int32_t c = 0; c < leadkpi_table_column_count(report); c++) {
            if (belongs_to_kpi(&columns, c)) continue;
            render_json_text(out, slice_of(leadkpi_table_column_name(report, c)));
            fputs(": ", out);
            put_cell(out, report, c, row);
            fputs(", ", out);
        }
        fprintf(out, "\"kpis\": {");
        for (size_t k = 0; k < columns.kpi_count; k++) {
            fprintf(out, "%s\n%s    ", k ? "," : "", indent);
            put_kpi(out, report, &columns.kpis[k], row);
        }
        fputs("}}", out);
    }
    if (rows) fprintf(out, "\n%s", indent);
    fputc(']', out);
    report_columns_free(&columns);
}
