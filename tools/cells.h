/* cells.h: single values as text, for people and for machines. */
#ifndef TOOL_CELLS_H
#define TOOL_CELLS_H

#include <leadkpi/table.h>

#include "tool.h"

/* How a number is shown. */
typedef enum cell_style {
    CELL_NUMBER,
    CELL_WHOLE,
    CELL_PERCENT,
    CELL_MONEY,
    CELL_DURATION
} cell_style;

/* From the words of the catalogue: "percent", "currency", "whole number" ... */
cell_style cell_style_of(const char *display);

/* Digits behind the point that suit a value of this size. */
int cell_decimals(double value, cell_style style);

/* "1,234.50", "12.3" (percent, without the sign); infinities as "inf". */
void cell_show(text_buffer *out, double value, cell_style style, int decimals);

/* The shortest decimal that reads back as the same double; never NaN or infinite. */
void cell_double(text_buffer *out, double value);

/* A cell of a table as bytes without dress, for CSV; nothing for null. Decimals exact,
 * times as 2025-04-01T00:00:00Z. */
void cell_plain(text_buffer *out, const leadkpi_table *table, int32_t column, size_t row);

void cell_instant(text_buffer *out, int64_t microseconds);

/* Text of a cell; empty for null. */
slice cell_text(const leadkpi_table *table, int32_t column, size_t row);

#endif
