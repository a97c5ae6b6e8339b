/* model_forecast.h: the options of what models say. */
#ifndef LK_MODEL_FORECAST_H
#define LK_MODEL_FORECAST_H

#include "cohorts/model_history.h"

enum {
    LK_FORECAST_HORIZON,
    LK_FORECAST_DISCOUNT,
    LK_FORECAST_PERIODS_PER_YEAR,
    LK_FORECAST_TIMING,
    LK_FORECAST_PERIOD,
    LK_FORECAST_MARGIN,
    LK_FORECAST_OPTION_COUNT
};
extern const lk_schema lk_lifetime_forecast_schema;

enum { LK_CURVE_PERIODS, LK_CURVE_STEP, LK_CURVE_DISCOUNT, LK_CURVE_OPTION_COUNT };
extern const lk_schema lk_lifetime_curve_schema;

enum {
    LK_HISTORIES_END,
    LK_HISTORIES_RULE,
    LK_HISTORIES_OPTION_COUNT = LK_HISTORIES_RULE + LK_HISTORY_OPTION_COUNT
};
extern const lk_schema lk_lifetime_histories_schema;

#endif
