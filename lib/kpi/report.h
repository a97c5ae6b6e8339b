/* report.h: output tables of numbers that may not exist, and of texts. */
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

/* One column of texts of an output table; they come last, in their order. */
typedef struct lk_text_column {
    const char *name;
    lk_text_builder builder;
} lk_text_column;

/* The frame of a call that gives a table: makes it, lets `fill` add its other columns and append to
 * the columns of texts, and adds those. On failure `*out` is NULL. */
leadkpi_status lk_report_make(lk_memory *memory, lk_text_column *texts, int text_count,
                              leadkpi_status (*fill)(void *context, leadkpi_table *table,
                                                     leadkpi_error *error),
                              void *context, leadkpi_table **out, leadkpi_error *error);

#endif
