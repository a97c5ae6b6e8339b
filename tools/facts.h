/* facts.h: what the values of a column look like. Both `look` and the loading
 * of a file ask: which are numbers or times, which decimal mark, day or month first? */
#ifndef TOOL_FACTS_H
#define TOOL_FACTS_H

#include "date_text.h"
#include "layout.h"
#include "number_text.h"

#define FACTS_EXAMPLES 3

typedef struct column_facts {
    size_t filled;
    size_t numbers, whole, percents, proves_dot, proves_comma, grouped;
    size_t times, bare_digits, with_clock, with_offset, ambiguous, proves_day_first,
        proves_month_first;
    char *examples[FACTS_EXAMPLES]; /* the first that differ */
    size_t example_count;
    char currency[8]; /* the first sign or code in the values; "" none */
} column_facts;

typedef struct file_facts {
    column_facts *columns; /* one for each of the layout's */
    size_t column_count;
    size_t rows, totals, uneven; /* uneven: another number of fields than the header */
    bool whole_file;             /* every row was looked at */
} file_facts;

/* The rows of the head of `in`, which stays unread. */
void facts_of_head(file_facts *out, const file_layout *layout, const input *in);

/* More rows, from the file anew, where the head did not settle how the column is
 * written; stops as soon as it is. Nothing for standard input. */
void facts_settle(file_facts *facts, const file_layout *layout, const char *path,
                  input_encoding encoding, size_t column, bool is_time);

void facts_free(file_facts *facts);

date_order facts_date_order(const column_facts *facts);
/* The column's own style, or where its values can be read in both ways ("10.000") that
 * of the file's other numbers. */
number_style facts_number_style(const file_facts *facts, size_t column);
bool facts_is_number(const column_facts *facts);
bool facts_is_time(const column_facts *facts);
/* "time", "date", "number", "whole number", "percent", "text", "empty". */
const char *facts_type(const column_facts *facts);

#endif
