#include "sheet.h"

#include <stdlib.h>

#include "date_text.h"
#include "layout.h"
#include "number_text.h"

/* ---- cells ----------------------------------------------------------------- */

static void add_row(sheet *s, const csv_reader *reader)
{
    if (s->row_count == s->row_capacity) {
        s->row_capacity = s->row_capacity ? 2 * s->row_capacity : 64;
        for (size_t c = 0; c < s->column_count; c++)
            s->columns[c].texts =
                tool_resize(s->columns[c].texts, s->row_capacity, sizeof *s->columns[c].texts);
        s->lines = tool_resize(s->lines, s->row_capacity, sizeof *s->lines);
    }
    s->lines[s->row_count] = reader->line;
    for (size_t c = 0; c < s->column_count; c++) {
        slice cell = {"", 0};
        if (c < reader->found)
            cell = slice_trim((slice){reader->fields[c].data, reader->fields[c].length});
        s->columns[c].texts[s->row_count] = cell.length ? tool_copy(cell) : NULL;
    }
    s->row_count++;
}

static int read_rows(sheet *s, const file_layout *layout, input *in, trouble *why)
{
    csv_reader reader;
    csv_answer answer;
    TOOL_TRY(layout_start(layout, &reader, in, why));
    int code = TOOL_GOOD;
    while (code == TOOL_GOOD && (answer = csv_next(&reader)) != CSV_END) {
        if (answer == CSV_RECORD && reader.found == s->column_count)
            add_row(s, &reader);
        else if (answer == CSV_RECORD)
            code = trouble_set(why, TOOL_DATA, "%s, line %lld: expected %zu fields, found %zu",
                               in->name, (long long)reader.line, s->column_count, reader.found);
        else
            code = trouble_set(why, TOOL_DATA, "%s, line %lld: %s", in->name,
                               (long long)reader.problem.line, reader.problem.text);
    }
    csv_finish(&reader);
    return code;
}

/* ---- types ----------------------------------------------------------------- */

static bool read_number(const char *text, double *out)
{
    number_value value;
    double power = 1;
    if (!number_read(slice_of(text), NUMBER_DOT, &value)) return false;
    for (int i = 0; i < value.scale + (value.percent ? 2 : 0); i++) power *= 10;
    *out = (double)value.unscaled / power;
    return true;
}

static bool read_time(const char *text, int64_t *out)
{
    date_value value;
    if (date_read(slice_of(text), DATE_ORDER_UNTOLD, &value) != DATE_GOOD) return false;
    *out = date_clock_microseconds(&value) - (int64_t)value.offset_seconds * 1000000;
    return true;
}

static bool is_of_time(const char *name)
{
    static const char *const names[] = {"start", "due", "time", "date", "period_start", "as_of"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0) return true;
    return false;
}

static bool make_numbers(sheet_column *column, size_t count)
{
    for (size_t row = 0; row < count; row++)
        if (column->texts[row] && !read_number(column->texts[row], &column->numbers[row]))
            return false;
    return true;
}

size_t sheet_first_text(const sheet *s, size_t column)
{
    double number;
    for (size_t row = 0; row < s->row_count; row++) {
        const char *text = s->columns[column].texts[row];
        if (text && !read_number(text, &number)) return row;
    }
    return SIZE_MAX;
}

static bool make_times(sheet_column *column, size_t count)
{
    for (size_t row = 0; row < count; row++)
        if (column->texts[row] && !read_time(column->texts[row], &column->times[row])) return false;
    return true;
}

static leadkpi_status add_column(sheet *s, const char *name, sheet_column *column,
                                 leadkpi_error *error)
{
    size_t count = s->row_count;
    column->numbers = tool_allocate(count + 1, sizeof *column->numbers);
    column->times = tool_allocate(count + 1, sizeof *column->times);
    column->validity = tool_allocate(count / 8 + 1, 1);
    for (size_t row = 0; row < count; row++)
        if (column->texts[row]) column->validity[row / 8] |= (uint8_t)(1 << row % 8);
    if (is_of_time(name) && make_times(column, count))
        return leadkpi_table_borrow_timestamp(s->table, name, LEADKPI_NUL_TERMINATED, column->times,
                                              count, 0, column->validity, error);
    if (strcmp(name, "version") != 0 && make_numbers(column, count))
        return leadkpi_table_borrow_double(s->table, name, LEADKPI_NUL_TERMINATED, column->numbers,
                                           count, 0, column->validity, error);
    return leadkpi_table_copy_strings(s->table, name, LEADKPI_NUL_TERMINATED,
                                      (const char *const *)column->texts, count, error);
}

static int make_table(sheet *s, const file_layout *layout, const char *path, trouble *why)
{
    leadkpi_error error;
    leadkpi_status status = leadkpi_table_create(NULL, &s->table, &error);
    for (size_t c = 0; c < s->column_count && status == LEADKPI_OK; c++)
        status = add_column(s, layout->names[c], &s->columns[c], &error);
    return status == LEADKPI_OK ? TOOL_GOOD
                                : trouble_set(why, TOOL_DATA, "%s: %s", path, error.message);
}

/* ---- the whole --------------------------------------------------------------- */

static int read_all(sheet *s, input *in, trouble *why)
{
    file_layout layout;
    TOOL_TRY(layout_find(&layout, in, 0, why));
    s->column_count = layout.column_count;
    s->columns = tool_allocate(s->column_count + 1, sizeof *s->columns);
    s->name = tool_copy(slice_of(in->name));
    int code = read_rows(s, &layout, in, why);
    if (code == TOOL_GOOD && s->row_count == 0)
        code = trouble_set(why, TOOL_DATA, "%s: expected at least one row behind the header, found none", in->name);
    if (code == TOOL_GOOD) code = make_table(s, &layout, in->name, why);
    layout_free(&layout);
    return code;
}

int sheet_read(sheet *out, const char *path, trouble *why)
{
    input in;
    memset(out, 0, sizeof *out);
    TOOL_TRY(input_open(&in, path, INPUT_DETECT, why));
    int code = read_all(out, &in, why);
    input_close(&in);
    if (code != TOOL_GOOD) sheet_free(out);
    return code;
}

void sheet_free(sheet *s)
{
    leadkpi_table_free(s->table);
    for (size_t c = 0; c < s->column_count && s->columns; c++) {
        sheet_column *column = &s->columns[c];
        for (size_t row = 0; row < s->row_count; row++) free(column->texts[row]);
        free(column->texts);
        free(column->numbers);
        free(column->times);
        free(column->validity);
    }
    free(s->columns);
    free(s->lines);
    free(s->name);
    memset(s, 0, sizeof *s);
}
