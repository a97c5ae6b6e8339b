/* dispersed.h: intervals that follow from the spread behind the inputs. */
#ifndef LK_KPI_DISPERSED_H
#define LK_KPI_DISPERSED_H

#include "kpi/dispersion.h"
#include "kpi/estimate.h"

/* Fills low, high, n and flags by settings->dispersion, which says something.
 * Status: OK (with an interval or without), or as lk_spread_of. */
leadkpi_status lk_kpi_interval_dispersed(int32_t index, const double *inputs,
                                         const lk_kpi_settings *settings, leadkpi_estimate *out,
                                         leadkpi_error *error);

/* The interval of the ratio becomes that of the value, which rises or falls with it. An infinite
 * end stays infinite; where both ends are too large for a double there is no interval. */
void lk_kpi_set_by_ratio(const lk_kpi_formula *formula, const double *x, double low, double high,
                         leadkpi_estimate *out);

/* By Fieller's theorem; sets the flags that say which of its three outcomes it is.
 * `counts` are variances of numerator and denominator and their covariance. */
leadkpi_status lk_kpi_set_by_fieller(const lk_kpi_formula *formula, const double *x,
                                     const double ratio[2], const double variances[3],
                                     double degrees_of_freedom, double level,
                                     leadkpi_estimate *out, leadkpi_error *error);

#endif
