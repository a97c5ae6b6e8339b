/* survival_report.c: what a Kaplan-Meier curve says. */
#include <math.h>

#include "stats/check.h"
#include "stats/survival.h"

leadkpi_status lk_survival_check_scale(int32_t scale, leadkpi_error *error)
{
    LK_FAIL_IF(scale < LEADKPI_STATS_SURVIVAL_PLAIN || scale > LEADKPI_STATS_SURVIVAL_LOG_LOG,
               error, LEADKPI_BAD_ARGUMENT,
               "scale: expected a LEADKPI_STATS_SURVIVAL_... (1 to 3), found %d", scale);
    return LEADKPI_OK;
}

void lk_survival_band(const lk_survival_row *row, int32_t scale, double z, double *low,
                      double *high)
{
    double s = row->survival, half_width = z * sqrt(row->greenwood);
    if (s == 0) {
        *low = *high = NAN;
    } else if (row->greenwood == 0) {
        *low = *high = s;
    } else if (scale == LEADKPI_STATS_SURVIVAL_PLAIN) {
        *low = fmax(0, s - s * half_width);
        *high = fmin(1, s + s * half_width);
    } else if (scale == LEADKPI_STATS_SURVIVAL_LOG) {
        *low = s * exp(-half_width);
        *high = fmin(1, s * exp(half_width));
    } else {
        double log_s = log(s), factor = exp(-half_width / log_s);
        *low = exp(log_s * factor);
        *high = exp(log_s / factor);
    }
}

size_t leadkpi_stats_survival_row_count(const leadkpi_stats_survival *curve)
{
    return curve ? curve->row_count : 0;
}

int64_t leadkpi_stats_survival_row_at(const leadkpi_stats_survival *curve, double time)
{
    if (!curve) return -1;
    size_t low = 0, high = curve->row_count; /* rows before low are not after `time` */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (curve->rows[middle].time <= time) low = middle + 1;
        else high = middle;
    }
    return (int64_t)low - 1;
}

static leadkpi_status check_row(const leadkpi_stats_survival *curve, size_t row,
                                leadkpi_error *error)
{
    LK_REQUIRE(curve, error);
    LK_FAIL_IF(row >= curve->row_count, error, LEADKPI_BAD_ARGUMENT,
               "row: expected below %zu, found %zu", curve->row_count, row);
    return LEADKPI_OK;
}

leadkpi_status leadkpi_stats_survival_row(const leadkpi_stats_survival *curve, size_t row,
                                          double *time, int64_t *at_risk, int64_t *events,
                                          int64_t *censored, double *survival,
                                          double *standard_error, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    leadkpi_status status = check_row(curve, row, error);
    lk_survival_row none = {NAN, 0, 0, 0, NAN, NAN};
    const lk_survival_row *r = status == LEADKPI_OK ? &curve->rows[row] : &none;
    if (time) *time = r->time;
    if (at_risk) *at_risk = r->at_risk;
    if (events) *events = r->events;
    if (censored) *censored = r->censored;
    if (survival) *survival = r->survival;
    if (standard_error) *standard_error = r->survival == 0 ? NAN : r->survival * sqrt(r->greenwood);
    return status;
}

leadkpi_status leadkpi_stats_survival_interval(const leadkpi_stats_survival *curve, size_t row,
                                               int32_t scale, double level, double *low,
                                               double *high, leadkpi_error *error)
{
    LK_TRY(lk_stats_begin(level, low, high, error));
    LK_TRY(check_row(curve, row, error));
    LK_TRY(lk_survival_check_scale(scale, error));
    LK_FAIL_IF(curve->rows[row].survival == 0, error, LEADKPI_NOT_ENOUGH_DATA,
               "survival is 0 from here on, its variance not known");
    lk_survival_band(&curve->rows[row], scale, lk_stats_z_of_level(level), low, high);
    return LEADKPI_OK;
}

/* ---- quantiles ---------------------------------------------------------- */

enum { CURVE, LOW_BAND, HIGH_BAND };

static double value_at(const lk_survival_row *row, int which, int32_t scale, double z)
{
    double low, high;
    if (which == CURVE) return row->survival;
    lk_survival_band(row, scale, z, &low, &high);
    return which == LOW_BAND ? low : high;
}

/* What rounding may put between S and a level that it equals. */
#define SAME_LEVEL 4e-16

/* Is the value at a row above the level for sure? So it is of most rows of a curve that comes down slowly, and a
 * band costs four calls of libm. The upper end is not below S. The lower one is S to the power exp(h / x), with
 * x = -log S and h = z times the root of Greenwood's sum: -log of it is x exp(h / x), where x <= (1 - S) / S and
 * h / x <= h / (1 - S), which bounds[] compares with without a root. */
static bool is_above(const lk_survival_row *row, double level, int which, int32_t scale, double z)
{
    static const struct {
        double squared, power; /* of h / (1 - S); e to that, rounded up */
    } bounds[] = {{0.0625, 1.2841}, {0.25, 1.6488}, {1, 2.7183}, {4, 7.3891}, {9, 20.0856}};
    double s = row->survival, gone = 1 - s, squared = z * z * row->greenwood;
    if (s <= level + 1e-9) return false;
    if (which != LOW_BAND) return true;
    if (scale != LEADKPI_STATS_SURVIVAL_LOG_LOG) return false;
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
        if (squared <= bounds[i].squared * gone * gone) return gone * bounds[i].power < (1 - level) * s * 0.999999;
    return false;
}

/* The first time at which the curve or band is at `level` or below; where it is at `level`
 * until the next event, the middle of the two. INFINITY where it does not come down. */
static double time_at_level(const leadkpi_stats_survival *curve, double level, int which,
                            int32_t scale, double z)
{
    for (size_t i = 0; i < curve->row_count; i++) {
        const lk_survival_row *row = &curve->rows[i];
        if (!row->events || is_above(row, level, which, scale, z)) continue;
        double value = value_at(row, which, scale, z);
        if (!(value <= level + SAME_LEVEL)) continue;
        if (value < level - SAME_LEVEL) return row->time;
        for (size_t next = i + 1; next < curve->row_count; next++)
            if (curve->rows[next].events)
                return row->time + 0.5 * (curve->rows[next].time - row->time);
        return row->time;
    }
    return INFINITY;
}

leadkpi_status leadkpi_stats_survival_quantile(const leadkpi_stats_survival *curve,
                                               double probability, int32_t scale, double level,
                                               double *value, double *low, double *high,
                                               leadkpi_error *error)
{
    if (value) *value = NAN;
    LK_TRY(lk_stats_begin(level, low, high, error));
    LK_REQUIRE(value, error);
    LK_REQUIRE(curve, error);
    LK_TRY(lk_stats_check_probability(probability, error));
    LK_TRY(lk_survival_check_scale(scale, error));
    double left = 1 - probability, z = lk_stats_z_of_level(level);
    double time = time_at_level(curve, left, CURVE, scale, z);
    double low_time = time_at_level(curve, left, LOW_BAND, scale, z);
    *low = isinf(low_time) ? NAN : low_time;
    *high = time_at_level(curve, left, HIGH_BAND, scale, z);
    LK_FAIL_IF(isinf(time), error, LEADKPI_NOT_ENOUGH_DATA,
               "survival comes down to %g only, not to %g",
               curve->rows[curve->row_count - 1].survival, left);
    *value = time;
    return LEADKPI_OK;
}

/* ---- restricted mean ---------------------------------------------------- */

leadkpi_status leadkpi_stats_survival_restricted_mean(const leadkpi_stats_survival *curve,
                                                      double horizon, double *mean,
                                                      double *standard_error,
                                                      leadkpi_error *error)
{
    leadkpi_error_reset(error);
    if (mean) *mean = NAN;
    if (standard_error) *standard_error = NAN;
    LK_REQUIRE(mean, error);
    LK_REQUIRE(curve, error);
    LK_FAIL_IF(!(horizon >= 0) || isinf(horizon), error, LEADKPI_BAD_ARGUMENT,
               "horizon: expected a finite time of 0 or more, found %g", horizon);
    const lk_survival_row *last = &curve->rows[curve->row_count - 1];
    LK_FAIL_IF(horizon > last->time && last->survival > 0, error, LEADKPI_NOT_ENOUGH_DATA,
               "horizon: expected at most the last time, %g, as survival is not 0 there, found %g",
               last->time, horizon);
    /* From the horizon back: the area right of an event is what its variance weighs. */
    double area = 0, variance = 0, until = horizon;
    for (int64_t i = leadkpi_stats_survival_row_at(curve, horizon); i >= 0; i--) {
        const lk_survival_row *row = &curve->rows[i];
        area += row->survival * (until - row->time);
        until = row->time;
        double n = (double)row->at_risk, events = (double)row->events;
        if (area > 0 && row->events) variance += area * area * (events / (n * (n - events)));
    }
    *mean = area + until;
    if (standard_error) *standard_error = sqrt(variance);
    return LEADKPI_OK;
}
