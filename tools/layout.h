/* layout.h: how a file is laid out, before its rows are read: delimiter, line
 * ends, what stands before the header, and the header itself. */
#ifndef TOOL_LAYOUT_H
#define TOOL_LAYOUT_H

#include "csv_reader.h"

typedef struct file_layout {
    char delimiter, line_end;
    bool crlf;
    int64_t header_line;  /* of the file, from 1 */
    size_t header_record; /* records before the header, blank lines not counted */
    text_buffer preamble; /* those records, a line each */
    char **names;         /* the header's fields, without blanks at their edges */
    size_t column_count;
    bool rows_end_blank; /* rows end in a delimiter that the header has not */
} file_layout;

/* Looks at the head of `in`, which stays unread. `delimiter` 0: to be found.
 * The header is the first record that is as wide as most, and half filled; or the
 * one before it, where only the rows end in a delimiter. */
int layout_find(file_layout *out, const input *in, char delimiter, trouble *why);
void layout_free(file_layout *layout);

/* Whether the record has the fields that the header names. */
bool layout_fits(const file_layout *layout, const csv_reader *reader);

/* A reader placed behind the header. */
int layout_start(const file_layout *layout, csv_reader *reader, input *in, trouble *why);

/* The column of that name: as it stands, or else with ASCII letters folded; -1: none.
 * A name that ends in "(*)" takes any currency: "Amount spent (*)" is
 * "Amount spent (USD)", and `*currency` (may be NULL) is "USD". */
int layout_column(const file_layout *layout, slice name, slice *currency);

/* A row of totals at either end of an export: "Total: Account", "Total", "Grand total". */
bool layout_is_total(const csv_reader *reader);

const char *layout_delimiter_name(char delimiter);

#endif
