/* report.h: output tables of numbers that may not exist. */
#ifndef LK_KPI_REPORT_H
#define LK_KPI_REPORT_H

#include "base/table.h"

/* One column of doubles of an output table. */
typedef struct lk_number_column {
    const char *name, *unit;
    double *values; /* for the room to write; NaN becomes null by lk_numbers_finish */
    int32_t index;  /* in the table */
} lk_number_column;

/* Adds `count` columns of row_count numbers. */
leadkpi_status lk_numbers_add(leadkpi_table *table, lk_number_column *columns, int count,
                              size_t row_count, leadkpi_error *error);

/* NaN and infinite numbers: NaN becomes null, an infinity stays. */
void lk_numbers_finish(leadkpi_table *table, const lk_number_column *columns, int count,
                       size_t row_count);

/* One cell of text from a NUL-terminated string. */
leadkpi_status lk_append_string(lk_text_builder *builder, const char *text, leadkpi_error *error);

#endif
