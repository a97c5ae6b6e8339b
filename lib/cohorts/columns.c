#include "cohorts/columns.h"

static void null_cell(leadkpi_table *table, size_t row)
{
    lk_table_set_null(table, leadkpi_table_column_count(table) - 1, row);
}

leadkpi_status lk_add_numbers(leadkpi_table *table, const char *name, const char *unit,
                              size_t row_count, lk_number_of number, const void *context,
                              leadkpi_error *error)
{
    double *values;
    LK_TRY(lk_table_add_double(table, lk_text_of(name, LEADKPI_NUL_TERMINATED), unit, row_count, true,
                               &values, error));
    for (size_t row = 0; row < row_count; row++) {
        double value = number(context, row);
        if (isnan(value)) null_cell(table, row);
        else values[row] = value + 0.0; /* -0 is 0 */
    }
    return LEADKPI_OK;
}

leadkpi_status lk_add_counts(leadkpi_table *table, const char *name, const char *unit,
                             size_t row_count, lk_count_of count, const void *context,
                             leadkpi_error *error)
{
    int64_t *values;
    LK_TRY(lk_table_add_int64(table, lk_text_of(name, LEADKPI_NUL_TERMINATED), unit, row_count, true,
                              &values, error));
    for (size_t row = 0; row < row_count; row++) {
        int64_t value = count(context, row);
        if (value == LK_NO_COUNT) null_cell(table, row);
        else values[row] = value;
    }
    return LEADKPI_OK;
}

leadkpi_status lk_add_texts(leadkpi_table *table, const char *name, size_t row_count,
                            lk_text_for text, const void *context, leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (size_t row = 0; row < row_count && status == LEADKPI_OK; row++) {
        lk_text t = text(context, row);
        status = t.data ? lk_text_builder_append(&builder, t, error)
                        : lk_text_builder_append_null(&builder, error);
    }
    if (status == LEADKPI_OK)
        status = lk_text_builder_finish(&builder, lk_text_of(name, LEADKPI_NUL_TERMINATED), "", error);
    lk_text_builder_release(&builder);
    return status;
}
