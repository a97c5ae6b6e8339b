/* rows.h: the rows of a table as inputs of one KPI: its measures by column name, and
 * what is said of their spread (dispersion.h). */
#ifndef LK_KPI_ROWS_H
#define LK_KPI_ROWS_H

#include "kpi/dispersion.h"
#include "kpi/estimate.h"

/* n, six things of each input, and two of each pair. */
#define LK_KPI_SAID_MAX                                                                            \
    (1 + LK_KPI_INPUTS_MAX * LK_DISPERSION_OF_INPUT +                                              \
     LK_KPI_INPUTS_MAX * (LK_KPI_INPUTS_MAX - 1) / 2 * LK_DISPERSION_OF_PAIR)

/* Points into itself: stays where it was made. */
typedef struct lk_kpi_rows {
    int32_t index;
    lk_kpi_settings settings;
    size_t row_count;
    const lk_column *columns[LK_KPI_INPUTS_MAX];
    struct {
        const lk_column *column;
        double *place; /* in `dispersion` */
    } said[LK_KPI_SAID_MAX];
    int said_count;
    lk_dispersion dispersion; /* of the row at hand */
} lk_kpi_rows;

/* The settings are those of the caller's options, and are fitted to the KPI here.
 * Status: OK, BAD_ARGUMENT (no such KPI), WRONG_TYPE (over arrays, or a column), NOT_GIVEN
 * (a column is missing), UNKNOWN_NAME (of a dispersion). */
leadkpi_status lk_kpi_rows_init(lk_kpi_rows *rows, int32_t kpi, const leadkpi_table *table,
                                lk_kpi_settings settings, leadkpi_error *error);

/* The inputs of a row, and its dispersion; false where one is null. */
bool lk_kpi_rows_read(lk_kpi_rows *rows, size_t row, double *inputs);

/* The estimate of a row; NOT_GIVEN where an input is null. */
void lk_kpi_rows_estimate(lk_kpi_rows *rows, size_t row, leadkpi_estimate *out);

#endif
