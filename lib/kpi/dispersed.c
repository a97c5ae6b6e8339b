/* dispersed.c: intervals that follow from the spread behind the inputs: Fieller's for sums and
 * their ratios, log-normal for sums over a random number of deals, square-and-add on the log scale
 * for products, DeLong's for the AUC. */
#include "kpi/dispersed.h"

#include <math.h>

#include <leadkpi/stats.h>

#include "kpi/measures.h"
#include "stats/proportion.h"

void lk_kpi_set_by_ratio(const lk_kpi_formula *formula, const double *x, double low, double high,
                         leadkpi_estimate *out)
{
    double a = formula->transform(x, low), b = formula->transform(x, high);
    if (isnan(a) || isnan(b) || (isinf(a) && a == b)) return;
    out->low = a < b ? a : b;
    out->high = a < b ? b : a;
}

/* ---- sums and ratios of sums --------------------------------------------- */

/* Both parts are linear in every input by itself, so the difference that a step of one makes is
 * the exact slope. */
static void slopes_of(const lk_kpi_formula *formula, const double *x, double *numerator,
                      double *denominator)
{
    double moved[LK_KPI_INPUTS_MAX];
    lk_kpi_parts at_zero, at_one;
    for (int i = 0; i < formula->input_count; i++) {
        memcpy(moved, x, formula->input_count * sizeof *x);
        moved[i] = 0;
        formula->parts(moved, &at_zero);
        moved[i] = 1;
        formula->parts(moved, &at_one);
        numerator[i] = at_one.first - at_zero.first;
        denominator[i] = at_one.second - at_zero.second;
    }
}

static double covariance_between(const lk_spread *spread, const double *a, const double *b,
                                 int count)
{
    double sum = 0;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < count; j++)
            if (a[i] != 0 && b[j] != 0) sum += a[i] * b[j] * spread->covariance[i][j];
    return sum;
}

leadkpi_status lk_kpi_set_by_fieller(const lk_kpi_formula *formula, const double *x,
                                     const double ratio[2], const double variances[3],
                                     double degrees_of_freedom, double level, leadkpi_estimate *out,
                                     leadkpi_error *error)
{
    double low, high;
    int32_t outcome;
    leadkpi_status status =
        leadkpi_stats_fieller_interval(ratio[0], ratio[1], variances[0], variances[1], variances[2],
                                       degrees_of_freedom, level, &low, &high, &outcome, error);
    if (status == LEADKPI_UNDEFINED) {
        leadkpi_error_reset(error);
        return LEADKPI_OK;
    }
    LK_TRY(status);
    out->flags |= LEADKPI_FLAG_APPROXIMATE;
    if (outcome == LEADKPI_STATS_FIELLER_BOUNDED) {
        lk_kpi_set_by_ratio(formula, x, low, high, out);
        return LEADKPI_OK;
    }
    out->flags |= outcome == LEADKPI_STATS_FIELLER_EXCLUSIVE ? LEADKPI_FLAG_EXCLUSIVE
                                                             : LEADKPI_FLAG_UNBOUNDED;
    out->low = -INFINITY;
    out->high = INFINITY;
    return LEADKPI_OK;
}

/* A sum over a random number of deals, or two of them: relative variances add on the log scale,
 * whose ends are above 0 as the sum is, and which comes closer than the normal to how a count
 * is spread. Only where nothing is taken off: a difference may be of either sign. */
static bool is_on_log_scale(const lk_kpi_formula *formula, const double ratio[2],
                            const double *numerator, const double *denominator)
{
    if (formula->interval != LK_INTERVAL_COMPOUND_POISSON) return false;
    for (int i = 0; i < formula->input_count; i++)
        if (numerator[i] < 0 || denominator[i] < 0) return false;
    return ratio[0] > 0 && ratio[1] > 0;
}

static leadkpi_status by_log_scale(const lk_kpi_formula *formula, const double *x,
                                   const double ratio[2], const double variances[3], double z,
                                   leadkpi_estimate *out, leadkpi_error *error)
{
    LK_FAIL_IF(variances[2] * variances[2] > variances[0] * variances[1] * (1 + 1e-9), error,
               LEADKPI_BAD_DATA, "covariance: expected at most %g, found %g",
               sqrt(variances[0]) * sqrt(variances[1]), fabs(variances[2]));
    double relative = variances[0] / ratio[0] / ratio[0] + variances[1] / ratio[1] / ratio[1] -
                      2 * variances[2] / ratio[0] / ratio[1];
    double half = z * sqrt(relative > 0 ? relative : 0), middle = ratio[0] / ratio[1];
    out->flags |= LEADKPI_FLAG_APPROXIMATE;
    lk_kpi_set_by_ratio(formula, x, middle * exp(-half), middle * exp(half), out);
    return LEADKPI_OK;
}

static leadkpi_status by_sums(const lk_kpi_formula *formula, const double *x,
                              const lk_spread *spread, const lk_kpi_settings *settings,
                              leadkpi_estimate *out, leadkpi_error *error)
{
    double numerator[LK_KPI_INPUTS_MAX], denominator[LK_KPI_INPUTS_MAX];
    int count = formula->input_count;
    lk_kpi_parts parts;
    formula->parts(x, &parts);
    slopes_of(formula, x, numerator, denominator);
    double ratio[] = {parts.first, parts.second};
    double variances[] = {covariance_between(spread, numerator, numerator, count),
                          covariance_between(spread, denominator, denominator, count),
                          covariance_between(spread, numerator, denominator, count)};
    if (variances[0] == 0 && variances[1] == 0)
        return LEADKPI_OK; /* nothing was said of its sums */
    if (is_on_log_scale(formula, ratio, numerator, denominator))
        return by_log_scale(formula, x, ratio, variances, settings->z, out, error);
    return lk_kpi_set_by_fieller(formula, x, ratio, variances, spread->degrees_of_freedom,
                                 settings->level, out, error);
}

/* ---- products ------------------------------------------------------------ */

/* The ends of input i: as given; Wilson's, of a rate with its trials; or, from a variance,
 * symmetric on the log scale. Never outside what the measure takes. */
static void ends_of(const lk_kpi_formula *formula, const double *x, int i, const lk_spread *spread,
                    const lk_kpi_settings *settings, double half, double ends[2])
{
    const double *said = settings->dispersion->input[i];
    const lk_measure *measure = &lk_measures[formula->inputs[i]];
    double n = said[LK_DISPERSION_N], variance = spread->covariance[i][i];
    ends[0] = ends[1] = x[i];
    if (!isnan(said[LK_DISPERSION_LOW])) {
        ends[0] = said[LK_DISPERSION_LOW];
        ends[1] = said[LK_DISPERSION_HIGH];
    } else if (variance > 0) {
        ends[0] = x[i] * exp(-half * sqrt(variance) / x[i]);
        ends[1] = x[i] * exp(half * sqrt(variance) / x[i]);
    } else if (n > 0 && measure->maximum == 1) {
        ends[0] = lk_stats_wilson_low(x[i] * n, n, settings->z);
        ends[1] = lk_stats_wilson_high(x[i] * n, n, settings->z);
    }
    if (ends[0] < measure->minimum) ends[0] = measure->minimum;
    if (ends[1] > measure->maximum) ends[1] = measure->maximum;
}

/* How far the log of the value goes down and up when input i alone goes to its ends, and the
 * sign with which it follows the input. Where the value does not exist at an end (no churn
 * is an endless lifetime) it goes there without bound. */
typedef struct reach {
    double down, up, sign;
} reach;

static reach reach_of(const lk_kpi_formula *formula, const double *x, int i, const double ends[2],
                      double value)
{
    double moved[LK_KPI_INPUTS_MAX], at[2];
    for (int end = 0; end < 2; end++) {
        memcpy(moved, x, formula->input_count * sizeof *x);
        moved[i] = ends[end];
        at[end] = formula->row(moved);
    }
    bool falls = isnan(at[0]) ? at[1] <= value : at[0] > value || at[1] < value;
    double lower = at[falls ? 1 : 0], upper = at[falls ? 0 : 1];
    return (reach){lower > 0 ? log(value / lower) : INFINITY,
                   isfinite(upper) ? log(upper / value) : INFINITY, falls ? -1 : 1};
}

/* Square-and-add (Zou and Donner 2008, doi:10.1002/sim.3095) on the log scale: with one uncertain
 * input it is that input's interval carried over, and with variances in a product of powers it
 * is the log-delta interval. `distances` are all down or all up. */
static double added(const lk_spread *spread, const reach *reaches, const double *distances,
                    int count)
{
    double sum = 0;
    for (int i = 0; i < count; i++) {
        if (isinf(distances[i])) return INFINITY;
        sum += distances[i] * distances[i];
        for (int j = 0; j < i; j++) {
            double scale = sqrt(spread->covariance[i][i]) * sqrt(spread->covariance[j][j]);
            if (scale == 0 || isinf(distances[j])) continue;
            sum += 2 * (spread->covariance[i][j] / scale) * reaches[i].sign * reaches[j].sign *
                   distances[i] * distances[j];
        }
    }
    return sum > 0 ? sqrt(sum) : 0;
}

static void by_product(const lk_kpi_formula *formula, const double *x, const lk_spread *spread,
                       const lk_kpi_settings *settings, leadkpi_estimate *out)
{
    reach reaches[LK_KPI_INPUTS_MAX];
    double down[LK_KPI_INPUTS_MAX], up[LK_KPI_INPUTS_MAX], ends[2], value = out->value;
    int count = formula->input_count;
    bool is_spread = false;
    double half =
        isinf(spread->degrees_of_freedom)
            ? settings->z
            : leadkpi_stats_t_upper_quantile((1 - settings->level) / 2, spread->degrees_of_freedom);
    if (!(value > 0)) return;
    for (int i = 0; i < count; i++) {
        ends_of(formula, x, i, spread, settings, half, ends);
        reaches[i] = reach_of(formula, x, i, ends, value);
        down[i] = reaches[i].down;
        up[i] = reaches[i].up;
        is_spread |= ends[0] < x[i] || ends[1] > x[i];
    }
    if (!is_spread) return;
    out->flags |= LEADKPI_FLAG_APPROXIMATE;
    out->low = value * exp(-added(spread, reaches, down, count));
    out->high = value * exp(added(spread, reaches, up, count));
}

/* ---- the AUC ------------------------------------------------------------- */

/* DeLong's variance on the logit scale, so that both ends stay within 0 and 1. The inputs are U
 * and the two counts; the variance is that of U. At 0 and 1 the scale ends. */
static void by_auc(const double *x, const lk_spread *spread, const lk_kpi_settings *settings,
                   leadkpi_estimate *out)
{
    double auc = out->value, variance = spread->covariance[0][0];
    if (!(auc > 0 && auc < 1) || !(variance > 0)) return;
    double half = settings->z * sqrt(variance) / (x[1] * x[2]) / (auc * (1 - auc));
    double odds = log(auc / (1 - auc));
    out->n = x[1] + x[2];
    out->flags |= LEADKPI_FLAG_APPROXIMATE;
    out->low = 1 / (1 + exp(half - odds));
    out->high = 1 / (1 + exp(-half - odds));
}

leadkpi_status lk_kpi_interval_dispersed(int32_t index, const double *x,
                                         const lk_kpi_settings *settings, leadkpi_estimate *out,
                                         leadkpi_error *error)
{
    const lk_kpi_formula *formula = &lk_kpi_formulas[index];
    lk_spread spread;
    LK_TRY(lk_spread_of(settings->dispersion, index, x, settings->z, &spread, error));
    out->n = spread.n;
    switch (formula->interval) {
    case LK_INTERVAL_DELONG:
        by_auc(x, &spread, settings, out);
        return LEADKPI_OK;
    case LK_INTERVAL_PROPAGATE:
    case LK_INTERVAL_DELTA_PRODUCT:
        by_product(formula, x, &spread, settings, out);
        return LEADKPI_OK;
    default:
        return by_sums(formula, x, &spread, settings, out, error);
    }
}
