/* drivers.h: what explanations by factor share (LMDI-I, explain_drivers.c). */
#ifndef LK_KPI_DRIVERS_H
#define LK_KPI_DRIVERS_H

#include "kpi/kpi.h"

/* (a - b) / ln(a / b) of two positive numbers; a where they are equal. */
double lk_logarithmic_mean(double a, double b);

/* 1 or -1 where the value is proportional to that power of input i, else 0. */
int lk_power_of(const lk_kpi_formula *formula, const double *x, int i, double value);

#endif
