#include "cells.h"
#include "render.h"

static void put_field(FILE *out, const char *text, size_t length)
{
    bool plain = true;
    for (size_t i = 0; i < length && plain; i++)
        plain = !strchr(",\"\r\n", text[i]) || text[i] == '\0';
    if (plain) {
        fwrite(text, 1, length, out);
        return;
    }
    fputc('"', out);
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"') fputc('"', out);
        fputc(text[i], out);
    }
    fputc('"', out);
}

/* An empty text, in a column where other texts are missing: the two must differ. */
static bool is_empty_text(const leadkpi_table *table, int32_t column, size_t row)
{
    return leadkpi_table_column_type(table, column) == LEADKPI_TYPE_TEXT &&
           leadkpi_table_column_validity(table, column) &&
           !leadkpi_table_is_null(table, column, row);
}

void render_csv(FILE *out, const leadkpi_table *table)
{
    int32_t columns = leadkpi_table_column_count(table);
    text_buffer cell = {0};
    for (int32_t c = 0; c < columns; c++) {
        const char *name = leadkpi_table_column_name(table, c);
        if (c) fputc(',', out);
        put_field(out, name, strlen(name));
    }
    fputc('\n', out);
    for (size_t row = 0; row < leadkpi_table_row_count(table); row++) {
        for (int32_t c = 0; c < columns; c++) {
            cell.length = 0;
            cell_plain(&cell, table, c, row);
            if (c) fputc(',', out);
            if (cell.length)
                put_field(out, cell.data, cell.length);
            else if (is_empty_text(table, c, row))
                fputs("\"\"", out);
        }
        fputc('\n', out);
    }
    text_free(&cell);
}
