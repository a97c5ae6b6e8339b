/* dispersion.h: what is known of the spread behind the inputs of a KPI: how many
 * customers or deals are behind a sum, the sum of their squares, the interval
 * of a component. From it intervals follow that the inputs alone cannot give.
 * Names and meanings: leadkpi/kpi.h, "dispersion". */
#ifndef LK_KPI_DISPERSION_H
#define LK_KPI_DISPERSION_H

#include "base/options.h"
#include "kpi/kpi.h"

/* What may be said of one input; NaN where it is not. */
enum {
    LK_DISPERSION_N,
    LK_DISPERSION_SUM,
    LK_DISPERSION_SUM_OF_SQUARES,
    LK_DISPERSION_VARIANCE,
    LK_DISPERSION_LOW,
    LK_DISPERSION_HIGH,
    LK_DISPERSION_OF_INPUT
};

/* And of two inputs together. */
enum { LK_DISPERSION_SUM_OF_PRODUCTS, LK_DISPERSION_COVARIANCE, LK_DISPERSION_OF_PAIR };

typedef struct lk_dispersion {
    bool is_given; /* is there anything but NaN? */
    double n;      /* entities that all inputs were summed over */
    double input[LK_KPI_INPUTS_MAX][LK_DISPERSION_OF_INPUT];
    double pair[LK_KPI_INPUTS_MAX][LK_KPI_INPUTS_MAX][LK_DISPERSION_OF_PAIR]; /* row < column */
} lk_dispersion;

void lk_dispersion_clear(lk_dispersion *dispersion);

/* Is there an interval of the KPI that only a dispersion gives? */
bool lk_dispersion_is_taken(int32_t index);

/* `*place` becomes where the value of that name goes; NULL where the name says nothing of the
 * inputs of the KPI. UNKNOWN_NAME: an input of it, but nothing that is said of inputs. */
leadkpi_status lk_dispersion_place(lk_dispersion *dispersion, int32_t index, lk_text name,
                                   double **place, leadkpi_error *error);

/* Sets what has that name, as leadkpi_kpi_evaluate_named does; other names are not looked at.
 * Status: OK, UNKNOWN_NAME, BAD_ARGUMENT (twice). */
leadkpi_status lk_dispersion_set(lk_dispersion *dispersion, int32_t index, lk_text name,
                                 double value, leadkpi_error *error);

/* The items name=value of a list option.
 * Status: OK, BAD_ARGUMENT, UNKNOWN_NAME, CONTRADICTION (the KPI takes none). */
leadkpi_status lk_dispersion_read(lk_dispersion *dispersion, int32_t index,
                                  const leadkpi_options *options, const lk_schema *schema,
                                  int option, leadkpi_error *error);

/* ---- what follows from it ------------------------------------------------ */

/* Variances and covariances of the inputs themselves; the least number of degrees of freedom
 * behind them, INFINITY where they are known. */
typedef struct lk_spread {
    double covariance[LK_KPI_INPUTS_MAX][LK_KPI_INPUTS_MAX]; /* symmetric */
    double degrees_of_freedom;
    double n; /* the least number of entities; NaN where none is known */
} lk_spread;

/* Status: OK, BAD_DATA (numbers that cannot be: with which), NOT_GIVEN (two sums over the same
 * entities without the sum of their products), NOT_ENOUGH_DATA (fewer than two entities).
 * `z` of the level turns ends of an interval into a variance. */
leadkpi_status lk_spread_of(const lk_dispersion *dispersion, int32_t index, const double *inputs,
                            double z, lk_spread *spread, leadkpi_error *error);

#endif
