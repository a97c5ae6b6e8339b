/* measures.h: what KPIs are computed from, and in which range it must lie. */
#ifndef LK_MEASURES_H
#define LK_MEASURES_H

#include <float.h>
#include <math.h>

#include "base/text.h"

#define LK_MINIMUM_0 0.0
#define LK_MINIMUM_NONE (-DBL_MAX)
#define LK_MAXIMUM_1 1.0
#define LK_MAXIMUM_NONE DBL_MAX
#define LK_MAXIMUM_INFINITE HUGE_VAL

typedef struct lk_measure {
    const char *id, *type, *unit, *additivity, *description;
    const char *minimum_text, *maximum_text; /* "" where any finite number will do */
    double minimum, maximum;                 /* ends included; NaN is in no range */
} lk_measure;

enum {
#define MEASURE(id, ...) LK_MEASURE_##id,
#include "kpi/measures.def"
#undef MEASURE
    LK_MEASURE_COUNT
};

extern const lk_measure lk_measures[LK_MEASURE_COUNT];

/* The index of a measure by id; -1 where there is none. */
int lk_measure_index(lk_text id);

static inline bool lk_measure_takes(int measure, double value)
{
    return value >= lk_measures[measure].minimum && value <= lk_measures[measure].maximum;
}

#endif
