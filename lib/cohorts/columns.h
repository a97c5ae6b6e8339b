/* columns.h: how reports write a number that may not be known, and its interval. */
#ifndef LK_COHORTS_COLUMNS_H
#define LK_COHORTS_COLUMNS_H

#include <math.h>

#include "base/table.h"

/* A column of doubles, a value a row from a function; NaN is a null cell. */
typedef double (*lk_number_of)(const void *context, size_t row);
leadkpi_status lk_add_numbers(leadkpi_table *table, const char *name, const char *unit,
                              size_t row_count, lk_number_of number, const void *context,
                              leadkpi_error *error);

/* The same of whole numbers; LK_NO_COUNT is a null cell. */
#define LK_NO_COUNT INT64_MIN
typedef int64_t (*lk_count_of)(const void *context, size_t row);
leadkpi_status lk_add_counts(leadkpi_table *table, const char *name, const char *unit,
                             size_t row_count, lk_count_of count, const void *context,
                             leadkpi_error *error);

/* The same of texts; data NULL is a null cell. */
typedef lk_text (*lk_text_for)(const void *context, size_t row);
leadkpi_status lk_add_texts(leadkpi_table *table, const char *name, size_t row_count,
                            lk_text_for text, const void *context, leadkpi_error *error);

/* a / b; NaN for b = 0. */
static inline double lk_ratio(double a, double b)
{
    return b != 0 ? a / b : NAN;
}

#endif
