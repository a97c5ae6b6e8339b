/* render_options.c: what can be set, from the library itself, for those who read no manual. */
#include "cells.h"
#include "render.h"
#include "settings.h"
#include "utf8.h"

#define WIDTH 100

/* How far a line can be filled: to behind a blank or a bar. A word of its own may be longer. */
static size_t line_length(slice text, size_t room)
{
    size_t good = 0;
    for (size_t i = 0; i < text.length; i++) {
        bool ends = i + 1 == text.length || text.data[i + 1] == ' ' || text.data[i] == '|';
        if (!ends) continue;
        if (good && text_columns(text.data, i + 1) > room) break;
        good = i + 1;
    }
    return good;
}

static void print_wrapped(FILE *out, slice text, int first, int then)
{
    for (int indent = first; text.length; indent = then) {
        size_t length = line_length(text, WIDTH - (size_t)indent);
        fprintf(out, "%*s%.*s\n", indent, "", (int)length, text.data);
        text = slice_trim((slice){text.data + length, text.length - length});
    }
}

/* One that is itself out has `mark` in front. */
static void put_bound(text_buffer *line, slice bound, char mark, const char *out, const char *in)
{
    bool is_out = bound.length && bound.data[0] == mark;
    if (bound.length)
        text_print(line, ", %s %.*s", is_out ? out : in, (int)bound.length - is_out, bound.data + is_out);
}

/* "order: ordered|adjacent|unordered|anchored|open; default ordered" */
static void put_kind(text_buffer *line, const leadkpi_table *list, size_t row)
{
    enum { NAME, TYPE, UNIT, MINIMUM, MAXIMUM, CHOICES, DEFAULT };
    slice cells[DEFAULT + 1];
    for (int32_t i = 0; i <= DEFAULT; i++) cells[i] = cell_text(list, i, row);
    text_print(line, "%.*s: ", SLICE_ARGS(cells[NAME]));
    if (cells[CHOICES].length) {
        text_put(line, cells[CHOICES].data, cells[CHOICES].length);
    } else {
        text_print(line, "%.*s", SLICE_ARGS(cells[TYPE]));
        if (cells[UNIT].length) text_print(line, ", %.*s", SLICE_ARGS(cells[UNIT]));
        put_bound(line, cells[MINIMUM], '>', "above", "from");
        put_bound(line, cells[MAXIMUM], '<', "below", "to");
    }
    if (cells[DEFAULT].length) text_print(line, "; default %.*s", SLICE_ARGS(cells[DEFAULT]));
}

static leadkpi_status list_options(const char *schema, leadkpi_table **list, leadkpi_error *error)
{
    leadkpi_options *options;
    leadkpi_status status = leadkpi_options_create(NULL, schema, LEADKPI_NUL_TERMINATED, &options, error);
    if (status == LEADKPI_OK) status = leadkpi_options_list(options, list, error);
    leadkpi_options_free(options);
    return status;
}

int render_options(FILE *out, const char *schema, trouble *why)
{
    leadkpi_table *list = NULL;
    leadkpi_error error;
    int32_t meaning = 0;
    leadkpi_status status = list_options(schema, &list, &error);
    if (status == LEADKPI_OK)
        status = leadkpi_table_find_column(list, "meaning", LEADKPI_NUL_TERMINATED, &meaning, &error);
    for (size_t row = 0; status == LEADKPI_OK && row < leadkpi_table_row_count(list); row++) {
        text_buffer line = {0};
        put_kind(&line, list, row);
        print_wrapped(out, slice_of(line.data), 2, 4);
        print_wrapped(out, cell_text(list, meaning, row), 6, 6);
        text_free(&line);
    }
    leadkpi_table_free(list);
    return library_trouble(status, &error, why);
}
