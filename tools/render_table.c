#include <math.h>
#include <stdlib.h>

#include "cells.h"
#include "render.h"
#include "utf8.h"

/* A table as it is laid out: every cell as text, a row after the other, the names first. */
typedef struct grid {
    const leadkpi_table *table;
    char **cells;
    size_t *widths;
    bool *is_shown, *is_right;
    bool in_hours; /* no time is in days */
    int32_t column_count;
    size_t row_count;
} grid;

static bool is_fraction(const leadkpi_table *table, int32_t column)
{
    const char *unit = leadkpi_table_column_unit(table, column);
    return unit && strcmp(unit, "fraction") == 0;
}

static bool is_duration(const leadkpi_table *table, int32_t column)
{
    const char *unit = leadkpi_table_column_unit(table, column);
    return unit && strcmp(unit, "s") == 0;
}

/* "mean_seconds" is over "49.2 d". */
static size_t name_length(const leadkpi_table *table, int32_t column)
{
    const char *name = leadkpi_table_column_name(table, column);
    size_t length = strlen(name);
    bool says_unit = is_duration(table, column) && length > 8 && strcmp(name + length - 8, "_seconds") == 0;
    return length - (says_unit ? 8 : 0);
}

static double to_one_decimal(double count)
{
    return floor(fabs(count) * 10 + 0.5) / 10;
}

/* In the longest unit of which there is one as it is shown: 59.99 s are 1.0 min, not 60.0 s. Time while it is open
 * has no days: of which length? */
static void put_duration(text_buffer *out, double seconds, bool in_hours)
{
    static const double lengths[] = {1, 60, 3600, 86400};
    static const char *const units[] = {" s", " min", " h", " d"};
    int longest = in_hours ? 2 : 3, unit = 0;
    while (unit < longest && to_one_decimal(seconds / lengths[unit]) * lengths[unit] >= lengths[unit + 1]) unit++;
    double count = seconds / lengths[unit];
    if (count != 0 && to_one_decimal(count) < 1)
        text_print(out, "%.2g", count);
    else
        cell_show(out, count, CELL_NUMBER, count == floor(count) ? 0 : 1);
    if (!isinf(seconds)) text_print(out, "%s", units[unit]);
}

static void put_double(text_buffer *out, const leadkpi_table *table, int32_t column, size_t row, bool in_hours)
{
    double value;
    if (leadkpi_table_get_double(table, column, row, &value, NULL) != LEADKPI_OK) return;
    if (is_duration(table, column)) {
        put_duration(out, value, in_hours);
    } else if (strcmp(leadkpi_table_column_name(table, column), "p_value") == 0) {
        text_print(out, "%.2g", value); /* as it is quoted; the smallest ones are no 0.0 % */
    } else if (is_fraction(table, column)) {
        cell_show(out, 100 * value, CELL_NUMBER, 1);
        text_put(out, " %", 2);
    } else {
        cell_show(out, value, CELL_NUMBER, cell_decimals(value, CELL_NUMBER));
    }
}

/* "step_rate" with "step_rate_low" and "step_rate_high" behind it, which its cells then hold. */
static bool has_interval(const leadkpi_table *table, int32_t column)
{
    if (column + 2 >= leadkpi_table_column_count(table)) return false;
    const char *name = leadkpi_table_column_name(table, column);
    const char *low = leadkpi_table_column_name(table, column + 1);
    size_t length = strlen(name);
    return strncmp(low, name, length) == 0 && strcmp(low + length, "_low") == 0;
}

static bool is_end(const leadkpi_table *table, int32_t column)
{
    return (column > 0 && has_interval(table, column - 1)) ||
           (column > 1 && has_interval(table, column - 2));
}

static void put_interval(text_buffer *out, const leadkpi_table *table, int32_t column, size_t row)
{
    for (int32_t end = 1; end <= 2; end++) {
        double value;
        text_print(out, end == 1 ? " (" : " to ");
        if (leadkpi_table_get_double(table, column + end, row, &value, NULL) == LEADKPI_OK)
            cell_show(out, is_fraction(table, column) ? 100 * value : value, CELL_NUMBER, 1);
    }
    text_put(out, ")", 1);
}

static char *cell_of(const leadkpi_table *table, int32_t column, size_t row, bool in_hours)
{
    text_buffer out = {0};
    int64_t whole;
    int32_t type = leadkpi_table_column_type(table, column);
    if (leadkpi_table_is_null(table, column, row)) return tool_copy(slice_of(""));
    if (type == LEADKPI_TYPE_DOUBLE)
        put_double(&out, table, column, row, in_hours);
    else if (type == LEADKPI_TYPE_INT64 &&
             strcmp(leadkpi_table_column_name(table, column), "id") != 0 &&
             leadkpi_table_get_int64(table, column, row, &whole, NULL) == LEADKPI_OK)
        cell_show(&out, (double)whole, CELL_WHOLE, 0);
    else if (type == LEADKPI_TYPE_TEXT)
        text_put_shown(&out, cell_text(table, column, row));
    else
        cell_plain(&out, table, column, row);
    if (has_interval(table, column)) put_interval(&out, table, column, row);
    if (type == LEADKPI_TYPE_BOOL) {
        bool yes = out.length == 4; /* "true" */
        out.length = 0;
        text_print(&out, "%s", yes ? "yes" : "");
    }
    char *copy = tool_copy((slice){out.data ? out.data : "", out.length});
    text_free(&out);
    return copy;
}

static void lay_out(grid *g)
{
    for (int32_t c = 0; c < g->column_count; c++) {
        const char *name = leadkpi_table_column_name(g->table, c);
        int32_t type = leadkpi_table_column_type(g->table, c);
        g->is_right[c] = type == LEADKPI_TYPE_INT64 || type == LEADKPI_TYPE_DOUBLE;
        g->widths[c] = text_columns(name, name_length(g->table, c));
        for (size_t row = 0; row < g->row_count; row++) {
            char *cell = cell_of(g->table, c, row, g->in_hours);
            size_t width = text_columns(cell, strlen(cell));
            g->cells[row * (size_t)g->column_count + (size_t)c] = cell;
            g->is_shown[c] |= *cell != '\0' && !is_end(g->table, c);
            if (width > g->widths[c]) g->widths[c] = width;
        }
    }
}

/* Blanks wait for something behind them, so that no row ends in any. */
static void print_row(FILE *out, const grid *g, char *const *cells)
{
    size_t blanks = 0;
    for (int32_t c = 0; c < g->column_count; c++) {
        if (!g->is_shown[c]) continue;
        const char *text = cells ? cells[c] : leadkpi_table_column_name(g->table, c);
        size_t length = cells ? strlen(text) : name_length(g->table, c);
        size_t used = text_columns(text, length);
        size_t padding = g->widths[c] > used ? g->widths[c] - used : 0;
        blanks += 2 + (g->is_right[c] ? padding : 0);
        if (*text) {
            for (; blanks > 0; blanks--) fputc(' ', out);
            fwrite(text, 1, length, out);
        }
        if (!g->is_right[c]) blanks += padding;
    }
    fputc('\n', out);
}

void render_table(FILE *out, const leadkpi_table *table, bool in_hours)
{
    grid g = {.table = table,
              .in_hours = in_hours,
              .column_count = leadkpi_table_column_count(table),
              .row_count = leadkpi_table_row_count(table)};
    size_t columns = (size_t)g.column_count, cells = g.row_count * columns;
    g.cells = tool_allocate(cells + 1, sizeof *g.cells);
    g.widths = tool_allocate(columns + 1, sizeof *g.widths);
    g.is_shown = tool_allocate(columns + 1, sizeof *g.is_shown);
    g.is_right = tool_allocate(columns + 1, sizeof *g.is_right);
    lay_out(&g);
    print_row(out, &g, NULL);
    for (size_t row = 0; row < g.row_count; row++) print_row(out, &g, g.cells + row * columns);
    for (size_t i = 0; i < cells; i++) free(g.cells[i]);
    free(g.cells);
    free(g.widths);
    free(g.is_shown);
    free(g.is_right);
}
