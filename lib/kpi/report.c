/* report.c: output tables of numbers that may not exist. */
#include "kpi/report.h"

#include <math.h>

leadkpi_status lk_numbers_add(leadkpi_table *table, lk_number_column *columns, int count,
                              size_t row_count, leadkpi_error *error)
{
    for (int i = 0; i < count; i++) {
        lk_text name = lk_text_of(columns[i].name, LEADKPI_NUL_TERMINATED);
        columns[i].index = leadkpi_table_column_count(table);
        LK_TRY(lk_table_add_double(table, name, columns[i].unit, row_count, true,
                                   &columns[i].values, error));
    }
    return LEADKPI_OK;
}

void lk_numbers_finish(leadkpi_table *table, const lk_number_column *columns, int count,
                       size_t row_count)
{
    for (int i = 0; i < count; i++)
        for (size_t row = 0; row < row_count; row++)
            if (isnan(columns[i].values[row])) lk_table_set_null(table, columns[i].index, row);
}

leadkpi_status lk_append_string(lk_text_builder *builder, const char *text, leadkpi_error *error)
{
    return lk_text_builder_append(builder, lk_text_of(text, LEADKPI_NUL_TERMINATED), error);
}

static leadkpi_status finish_texts(lk_text_column *texts, int count, leadkpi_error *error)
{
    for (int i = 0; i < count; i++)
        LK_TRY(lk_text_builder_finish(
            &texts[i].builder, lk_text_of(texts[i].name, LEADKPI_NUL_TERMINATED), "", error));
    return LEADKPI_OK;
}

leadkpi_status lk_report_make(lk_memory *memory, lk_text_column *texts, int text_count,
                              leadkpi_status (*fill)(void *context, leadkpi_table *table,
                                                     leadkpi_error *error),
                              void *context, leadkpi_table **out, leadkpi_error *error)
{
    leadkpi_table *table;
    *out = NULL;
    LK_TRY(lk_table_new(memory, &table, error));
    for (int i = 0; i < text_count; i++) lk_text_builder_init(&texts[i].builder, table);
    leadkpi_status status = fill(context, table, error);
    if (status == LEADKPI_OK) status = finish_texts(texts, text_count, error);
    for (int i = 0; i < text_count; i++) lk_text_builder_release(&texts[i].builder);
    if (status == LEADKPI_OK)
        *out = table;
    else
        leadkpi_table_free(table);
    return status;
}
