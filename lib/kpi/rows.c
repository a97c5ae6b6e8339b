/* rows.c: the rows of a table as inputs of one KPI. */
#include "kpi/rows.h"

#include <math.h>

#include "kpi/measures.h"

static leadkpi_status find_measures(lk_kpi_rows *rows, const leadkpi_table *table,
                                    leadkpi_error *error)
{
    const lk_kpi_formula *formula = &lk_kpi_formulas[rows->index];
    for (int i = 0; i < formula->input_count; i++) {
        const char *id = lk_measures[formula->inputs[i]].id;
        LK_TRY(lk_table_allow(table, lk_text_of(id, LEADKPI_NUL_TERMINATED), LK_ALLOW_NUMBER,
                              &rows->columns[i], error));
        LK_FAIL_IF(!rows->columns[i], error, LEADKPI_NOT_GIVEN, "%s: the table has no column %s",
                   lk_kpi_catalogue[rows->index].name, id);
    }
    return LEADKPI_OK;
}

/* Names of columns are unique, so no place is taken twice but by a pair in both orders. */
static leadkpi_status find_dispersion(lk_kpi_rows *rows, const leadkpi_table *table,
                                      leadkpi_error *error)
{
    int32_t count = leadkpi_table_column_count(table);
    lk_dispersion_clear(&rows->dispersion);
    for (int32_t i = 0; i < count && lk_dispersion_is_taken(rows->index); i++) {
        const lk_column *column = lk_table_column(table, i);
        double *place;
        LK_TRY(lk_dispersion_place(&rows->dispersion, rows->index, column->name, &place, error));
        if (!place) continue;
        LK_TRY(lk_table_require(table, column->name, LK_ALLOW_NUMBER, &column, error));
        for (int k = 0; k < rows->said_count; k++)
            LK_FAIL_IF(rows->said[k].place == place, error, LEADKPI_BAD_ARGUMENT,
                       "%.*s: expected once, found twice", LK_TEXT_ARGS(column->name));
        rows->said[rows->said_count].column = column;
        rows->said[rows->said_count++].place = place;
    }
    if (rows->said_count) rows->settings.dispersion = &rows->dispersion;
    return LEADKPI_OK;
}

leadkpi_status lk_kpi_rows_init(lk_kpi_rows *rows, int32_t kpi, const leadkpi_table *table,
                                lk_kpi_settings settings, leadkpi_error *error)
{
    rows->index = lk_kpi_index(kpi);
    rows->settings = settings;
    rows->said_count = 0;
    rows->row_count = leadkpi_table_row_count(table);
    LK_FAIL_IF(rows->index < 0, error, LEADKPI_BAD_ARGUMENT,
               "kpi: expected a number that leadkpi_kpi_at gives, found %d", kpi);
    LK_FAIL_IF(lk_kpi_formulas[rows->index].is_sample, error, LEADKPI_WRONG_TYPE,
               "%s: expected a KPI over numbers, found one over arrays",
               lk_kpi_catalogue[rows->index].name);
    lk_kpi_settings_fit(&rows->settings, rows->index);
    LK_TRY(find_measures(rows, table, error));
    return find_dispersion(rows, table, error);
}

bool lk_kpi_rows_read(lk_kpi_rows *rows, size_t row, double *inputs)
{
    for (int i = 0; i < lk_kpi_formulas[rows->index].input_count; i++) {
        if (!lk_column_is_valid(rows->columns[i], row)) return false;
        inputs[i] = lk_column_number(rows->columns[i], row);
    }
    rows->dispersion.is_given = false;
    for (int k = 0; k < rows->said_count; k++) {
        const lk_column *column = rows->said[k].column;
        double value = lk_column_is_valid(column, row) ? lk_column_number(column, row) : NAN;
        *rows->said[k].place = value;
        if (!isnan(value)) rows->dispersion.is_given = true;
    }
    return true;
}

void lk_kpi_rows_estimate(lk_kpi_rows *rows, size_t row, leadkpi_estimate *out)
{
    double inputs[LK_KPI_INPUTS_MAX];
    if (lk_kpi_rows_read(rows, row, inputs)) {
        lk_kpi_estimate(rows->index, inputs, &rows->settings, out, NULL);
        return;
    }
    lk_kpi_estimate_clear(out);
    out->status = LEADKPI_NOT_GIVEN;
    out->flags = LEADKPI_FLAG_NO_INTERVAL;
}
