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
