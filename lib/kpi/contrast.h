/* contrast.h: one estimate of a KPI against another of the same KPI. */
#ifndef LK_KPI_CONTRAST_H
#define LK_KPI_CONTRAST_H

#include "kpi/rows.h"

/* One of the two: a row with its own spread. Points into itself. */
typedef struct lk_side {
    double x[LK_KPI_INPUTS_MAX];
    lk_dispersion dispersion;
    lk_kpi_settings settings;
    leadkpi_estimate estimate;
    double scale; /* what a value is multiplied with: 1, or that of an unequal exposure */
} lk_side;

typedef struct lk_contrast {
    double difference, difference_low, difference_high;
    double ratio, ratio_low, ratio_high;
    double p_value;
    const char *method; /* "" where there is none */
    uint32_t flags;
} lk_contrast;

/* The side of a row, with its estimate; its status is in the estimate. */
void lk_side_read(lk_side *side, lk_kpi_rows *rows, size_t row);

/* The estimate is multiplied with `scale`. */
void lk_side_scale(lk_side *side, double scale);

/* Both sides have a value. */
void lk_contrast_of(int32_t index, const lk_side *side, const lk_side *base, lk_contrast *out);

/* "higher", "lower" or "not distinguishable" at that level; "" without a p-value. */
const char *lk_contrast_verdict(const lk_contrast *contrast, double level);

/* Two intervals combined, by square-and-add. */
void lk_add_in_squares(const leadkpi_estimate *a, const leadkpi_estimate *b, double *low,
                       double *high);

#endif
