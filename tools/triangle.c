#include "triangle.h"

#include <stdlib.h>

#include "cells.h"
#include "utf8.h"

static int32_t column_of(const leadkpi_table *table, const char *name)
{
    int32_t column = -1;
    (void)leadkpi_table_find_column(table, name, LEADKPI_NUL_TERMINATED, &column, NULL);
    return column;
}

static int64_t whole(const leadkpi_table *table, const char *name, size_t row)
{
    int64_t value = 0;
    (void)leadkpi_table_get_int64(table, column_of(table, name), row, &value, NULL);
    return value;
}

/* "ads, de, 2025-01"; "total". The dimensions stand between row and cohort_start. */
static void put_name(text_buffer *out, const leadkpi_table *t, size_t row)
{
    slice what = cell_text(t, 0, row);
    int32_t start = column_of(t, "cohort_start"), cohort = column_of(t, "cohort");
    if (slice_is(what, "total")) {
        text_print(out, "total");
        return;
    }
    for (int32_t c = 1; c < start; c++) {
        slice value = leadkpi_table_is_null(t, c, row) ? slice_of("(none)") : cell_text(t, c, row);
        text_print(out, "%s", c > 1 ? ", " : "");
        text_put_shown(out, (slice){value.data, slice_cut(value, 80)});
    }
    if (!leadkpi_table_is_null(t, cohort, row))
        text_print(out, "%s%.*s", start > 1 ? ", " : "", SLICE_ARGS(cell_text(t, cohort, row)));
    else text_print(out, ", all");
}

static void print_cell(FILE *out, const leadkpi_table *t, size_t row)
{
    double rate;
    slice status = cell_text(t, column_of(t, "status"), row);
    text_buffer text = {0};
    if (leadkpi_table_get_double(t, column_of(t, "rate"), row, &rate, NULL) == LEADKPI_OK &&
        !leadkpi_table_is_null(t, column_of(t, "rate"), row))
        text_print(&text, "%s%.1f", slice_is(status, "incomplete") ? "~" : "", rate * 100);
    fprintf(out, " %7s", text.data ? text.data : "");
    text_free(&text);
}

static size_t age_count(const leadkpi_table *t)
{
    size_t rows = leadkpi_table_row_count(t), count = 1;
    int32_t age = column_of(t, "age");
    int64_t first = whole(t, "age", 0), other = first;
    while (count < rows) {
        (void)leadkpi_table_get_int64(t, age, count, &other, NULL);
        if (other == first) break;
        count++;
    }
    return count;
}

static void print_line(FILE *out, const leadkpi_table *t, size_t row, size_t ages, size_t width)
{
    text_buffer name = {0};
    put_name(&name, t, row);
    fputs(name.data, out);
    for (size_t used = text_columns(name.data, name.length); used < width; used++) putc(' ', out);
    fprintf(out, " %9lld", (long long)whole(t, "size", row));
    for (size_t i = 0; i < ages; i++) print_cell(out, t, row + i);
    putc('\n', out);
    text_free(&name);
}

void triangle_print(FILE *out, const leadkpi_table *t)
{
    size_t rows = leadkpi_table_row_count(t), ages = rows ? age_count(t) : 0, width = 10;
    for (size_t row = 0; row < rows; row += ages) {
        text_buffer name = {0};
        put_name(&name, t, row);
        size_t used = text_columns(name.data, name.length);
        if (used > width) width = used;
        text_free(&name);
    }
    fprintf(out, "%-*s %9s", (int)width, "cohort", "customers");
    for (size_t i = 0; i < ages; i++) fprintf(out, " %7lld", (long long)whole(t, "age", i));
    putc('\n', out);
    for (size_t row = 0; row < rows; row += ages) print_line(out, t, row, ages, width);
    fputs("\nPercent of those who are old enough; ~: not all of the cohort are. --csv has the "
          "intervals.\n", out);
}
