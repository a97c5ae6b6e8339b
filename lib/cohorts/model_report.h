/* model_report.h: what the tables and texts of models share. */
#ifndef LK_MODEL_REPORT_H
#define LK_MODEL_REPORT_H

#include "base/table.h"
#include "cohorts/model.h"

/* The words of LK_VANISHED_..., with commas, NUL-terminated. */
#define LK_VANISHED_TEXT_MAX 96
void lk_vanished_text(uint32_t vanished, char text[LK_VANISHED_TEXT_MAX]);

/* The name of parameter `place` of the model. */
lk_text lk_parameter_name(const leadkpi_lifetime *model, int place);

/* What a report writes into its table. */
typedef leadkpi_status (*lk_lifetime_fill)(const void *request, leadkpi_table *table,
                                           leadkpi_error *error);

/* A new table, filled; none on failure. */
leadkpi_status lk_lifetime_report(const lk_memory *like, lk_lifetime_fill fill, const void *request,
                                  leadkpi_table **out, leadkpi_error *error);

/* A column of texts, one a row: `text_of` writes it into `buffer`, or returns a text of its own. */
#define LK_CELL_TEXT_MAX 96
typedef lk_text (*lk_cell_text)(const void *request, size_t row, char buffer[LK_CELL_TEXT_MAX]);
leadkpi_status lk_add_text_column(leadkpi_table *table, lk_text name, size_t rows,
                                  lk_cell_text text_of, const void *request, leadkpi_error *error);

/* The cells of a column of doubles that are NaN become null. */
void lk_null_where_nan(leadkpi_table *table, int32_t column, const double *values, size_t rows);

#endif
