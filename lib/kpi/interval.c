/* interval.c: how sure a KPI is, from its counts. The methods and their
 * sources are those of stats.h; what is decided here is which one applies. */
#include <math.h>

#include <leadkpi/stats.h>

#include "kpi/dispersed.h"
#include "kpi/samples.h"
#include "stats/proportion.h"

/* Counts beyond this are not exact in a double times another; stats.h takes no more. */
#define COUNT_MAX 1e15

static bool is_count(double value)
{
    return value >= 0 && value <= COUNT_MAX;
}

static void note_fraction(double count, uint32_t more, leadkpi_estimate *out)
{
    if (count != floor(count)) out->flags |= LEADKPI_FLAG_FRACTIONAL | more;
}

static void by_poisson(const lk_kpi_formula *formula, const double *x, const lk_kpi_parts *parts,
                       const lk_kpi_settings *settings, leadkpi_estimate *out)
{
    if (!is_count(parts->first) || !(parts->second > 0)) return;
    out->n = parts->first;
    note_fraction(parts->first, LEADKPI_FLAG_APPROXIMATE, out);
    lk_garwood_limits limits = lk_garwood_level_limits(&settings->garwood, parts->first);
    lk_kpi_set_by_ratio(formula, x, limits.low / parts->second, limits.high / parts->second, out);
}

/* Count 0 leaves a bound: what was spent is at least the money over the upper limit of 0. */
static void by_cost(const lk_kpi_formula *formula, const double *x, const lk_kpi_parts *parts,
                    const lk_kpi_settings *settings, leadkpi_estimate *out)
{
    double money = parts->first, count = parts->second;
    if (!is_count(count) || !(money >= 0)) return;
    out->n = count;
    note_fraction(count, LEADKPI_FLAG_APPROXIMATE, out);
    if (money == 0 && count == 0) return;
    lk_garwood_limits limits = lk_garwood_level_limits(&settings->garwood, count);
    lk_kpi_set_by_ratio(formula, x, money / limits.high, money == 0 ? 0 : money / limits.low, out);
}

static void by_two_counts(const lk_kpi_formula *formula, const double *x, const lk_kpi_parts *parts,
                          const lk_kpi_settings *settings, leadkpi_estimate *out)
{
    double low, high;
    if (leadkpi_stats_poisson_ratio_interval(parts->first, parts->second, settings->level, &low,
                                             &high, NULL) != LEADKPI_OK)
        return;
    out->n = parts->first + parts->second;
    note_fraction(parts->first, LEADKPI_FLAG_APPROXIMATE, out);
    note_fraction(parts->second, LEADKPI_FLAG_APPROXIMATE, out);
    lk_kpi_set_by_ratio(formula, x, low, high, out);
}

/* A subset of its whole, unless the caller says that both were counted apart. */
static void by_wilson(const lk_kpi_formula *formula, const double *x, const lk_kpi_parts *parts,
                      const lk_kpi_settings *settings, leadkpi_estimate *out)
{
    double subset = parts->first, whole = parts->second;
    if (subset > whole) out->flags |= LEADKPI_FLAG_NOT_A_SUBSET;
    if (out->basis == LEADKPI_BASIS_PERIOD) {
        by_two_counts(formula, x, parts, settings, out);
        return;
    }
    if (subset > whole) {
        out->status = LEADKPI_BAD_DATA;
        return;
    }
    if (!is_count(subset) || !is_count(whole) || whole == 0) return;
    out->n = whole;
    note_fraction(subset, 0, out);
    note_fraction(whole, 0, out);
    lk_kpi_set_by_ratio(formula, x, lk_stats_wilson_low(subset, whole, settings->z),
                        lk_stats_wilson_high(subset, whole, settings->z), out);
}

/* Two independent Poisson counts, one less the other: the variance is their sum. */
static void by_difference(const lk_kpi_parts *parts, const lk_kpi_settings *settings,
                          leadkpi_estimate *out)
{
    double counted = parts->first + parts->third;
    if (!(parts->second > 0) || !(counted > 0)) return;
    double half = settings->z * sqrt(counted);
    out->n = counted;
    out->flags |= LEADKPI_FLAG_APPROXIMATE;
    out->low = (parts->first - parts->third - half) / parts->second;
    out->high = (parts->first - parts->third + half) / parts->second;
}

static void by_katz(const lk_kpi_parts *parts, const lk_kpi_settings *settings,
                    leadkpi_estimate *out)
{
    double low, high;
    if (parts->first > parts->second || parts->third > parts->fourth) {
        out->flags |= LEADKPI_FLAG_NOT_A_SUBSET;
        out->status = LEADKPI_BAD_DATA;
        return;
    }
    if (leadkpi_stats_katz_interval(parts->first, parts->second, parts->third, parts->fourth,
                                    settings->level, &low, &high, NULL) != LEADKPI_OK)
        return;
    out->n = parts->fourth;
    out->low = low;
    out->high = high;
    out->flags |= LEADKPI_FLAG_APPROXIMATE;
}

/* Goodman (1965): of several shares at once, each at the level that keeps all of them at theirs. */
static lk_kpi_settings settings_of_one_share(const lk_kpi_settings *settings)
{
    lk_kpi_settings one = *settings;
    if (settings->simultaneous > 1)
        one.z = leadkpi_stats_normal_upper_quantile((1 - settings->level) /
                                                    (2 * (double)settings->simultaneous));
    return one;
}

static void by_share(const lk_kpi_formula *formula, const double *x, const lk_kpi_parts *parts,
                     const lk_kpi_settings *settings, leadkpi_estimate *out)
{
    lk_kpi_settings one = settings_of_one_share(settings);
    by_wilson(formula, x, parts, &one, out);
}

/* A known amount over a difference of counts: Fieller's theorem, the variance being their sum. */
static void by_counts(const lk_kpi_formula *formula, const double *x, const lk_kpi_parts *parts,
                      const lk_kpi_settings *settings, leadkpi_estimate *out)
{
    double ratio[] = {parts->first, parts->second}, variances[] = {0, parts->third, 0};
    out->n = parts->third;
    lk_kpi_set_by_fieller(formula, x, ratio, variances, INFINITY, settings->level, out, NULL);
}

/* No interval for a KPI that needs more than its inputs, and none for too little data. */
static void note_missing(leadkpi_estimate *out)
{
    if (isnan(out->low) && isnan(out->high)) out->flags |= LEADKPI_FLAG_NO_INTERVAL;
}

static void by_inputs(const lk_kpi_formula *formula, const double *x,
                      const lk_kpi_settings *settings, leadkpi_estimate *out)
{
    lk_kpi_parts parts;
    formula->parts(x, &parts);
    switch (formula->interval) {
    case LK_INTERVAL_WILSON: by_wilson(formula, x, &parts, settings, out); break;
    case LK_INTERVAL_MULTINOMIAL: by_share(formula, x, &parts, settings, out); break;
    case LK_INTERVAL_POISSON: by_poisson(formula, x, &parts, settings, out); break;
    case LK_INTERVAL_COST_PER_POISSON: by_cost(formula, x, &parts, settings, out); break;
    case LK_INTERVAL_RATIO_POISSON:
    case LK_INTERVAL_RATE_RATIO_MINUS1: by_two_counts(formula, x, &parts, settings, out); break;
    case LK_INTERVAL_DIFFERENCE_POISSON: by_difference(&parts, settings, out); break;
    case LK_INTERVAL_KATZ_RATIO: by_katz(&parts, settings, out); break;
    case LK_INTERVAL_RATIO_FIELLER: by_counts(formula, x, &parts, settings, out); break;
    default: break;
    }
}

leadkpi_status lk_kpi_interval(int32_t index, const double *x, const lk_kpi_settings *settings,
                               leadkpi_estimate *out, leadkpi_error *error)
{
    const lk_kpi_formula *formula = &lk_kpi_formulas[index];
    if (formula->has_parts == LK_PARTS_INPUTS) by_inputs(formula, x, settings, out);
    if (formula->has_parts == LK_PARTS_DISPERSED && settings->dispersion &&
        settings->dispersion->is_given && !isnan(out->value))
        LK_TRY(lk_kpi_interval_dispersed(index, x, settings, out, error));
    note_missing(out);
    return LEADKPI_OK;
}

/* ---- samples ------------------------------------------------------------ */

static void by_order(const lk_kpi_formula *formula, lk_sample sample,
                     const lk_kpi_settings *settings, leadkpi_estimate *out)
{
    int64_t low, high;
    out->n = (double)sample.count;
    if (leadkpi_stats_quantile_ranks((int64_t)sample.count, formula->sample_probability,
                                     settings->level, &low, &high, NULL, NULL) != LEADKPI_OK)
        return;
    out->low = lk_sample_ranked(sample, (size_t)low - 1);
    out->high = lk_sample_ranked(sample, (size_t)high - 1);
}

/* What the mean is taken of: the values, or the squared differences of two lists. */
static double value_at(const lk_kpi_formula *formula, const lk_sample *samples, size_t i)
{
    if (formula->input_count == 1) return samples[0].values[i];
    double difference = samples[0].values[i] - samples[1].values[i];
    return difference * difference;
}

/* Sums of differences from the mean, so that no digits are lost where the spread is small. */
static void by_mean(const lk_kpi_formula *formula, const lk_sample *samples,
                    const lk_kpi_settings *settings, leadkpi_estimate *out)
{
    double sum = 0, squares = 0, low, high;
    for (size_t i = 0; i < samples[0].count; i++) {
        double difference = value_at(formula, samples, i) - out->value;
        sum += difference;
        squares += difference * difference;
    }
    out->n = (double)samples[0].count;
    if (leadkpi_stats_mean_interval(out->n, sum, squares, settings->level, &low, &high, NULL) !=
        LEADKPI_OK)
        return;
    out->low = out->value + low;
    out->high = out->value + high;
}

/* Greenwood's variance on the scale of log(-log S). */
static void by_survival(lk_sample events, lk_sample at_risk, const lk_kpi_settings *settings,
                        leadkpi_estimate *out)
{
    double log_survival = log1p(-out->value), variance = 0;
    for (size_t i = 0; i < events.count; i++)
        variance += events.values[i] / (at_risk.values[i] * (at_risk.values[i] - events.values[i]));
    out->n = at_risk.values[0];
    if (!(log_survival < 0) || !isfinite(variance)) return;
    double half = settings->z * sqrt(variance) / -log_survival;
    out->low = -expm1(log_survival * exp(-half));
    out->high = -expm1(log_survival * exp(half));
}

/* The sum of squared shares of a multinomial sample, by the delta method on the log scale, where
 * the sum and its reciprocal are alike. Equal shares leave no first-order spread: no interval. */
static void by_concentration(lk_sample counts, const lk_kpi_settings *settings,
                             leadkpi_estimate *out)
{
    double n = lk_sample_sum(counts), squares = 0, cubes = 0;
    for (size_t i = 0; i < counts.count; i++) {
        double share = counts.values[i] / n;
        squares += share * share;
        cubes += share * share * share;
    }
    double spread = cubes / (squares * squares) - 1;
    out->n = n;
    if (!(spread > 1e-12)) return;
    double half = settings->z * 2 * sqrt(spread / n);
    out->flags |= LEADKPI_FLAG_APPROXIMATE;
    out->low = out->value * exp(-half);
    out->high = out->value * exp(half);
}

/* 1 less the absolute errors over the actuals: Fieller's theorem over the pairs. */
static void by_error_ratio(lk_sample forecast, lk_sample actual, const lk_kpi_settings *settings,
                           leadkpi_estimate *out)
{
    double n = (double)actual.count, mean_error = 0, mean_actual = 0, sums[3] = {0, 0, 0};
    double low, high;
    int32_t outcome;
    out->n = n;
    if (actual.count < 2) return;
    for (size_t i = 0; i < actual.count; i++) {
        mean_error += fabs(forecast.values[i] - actual.values[i]) / n;
        mean_actual += fabs(actual.values[i]) / n;
    }
    for (size_t i = 0; i < actual.count; i++) {
        double a = fabs(forecast.values[i] - actual.values[i]) - mean_error;
        double b = fabs(actual.values[i]) - mean_actual;
        sums[0] += a * a / (n * (n - 1));
        sums[1] += b * b / (n * (n - 1));
        sums[2] += a * b / (n * (n - 1));
    }
    if (leadkpi_stats_fieller_interval(mean_error, mean_actual, sums[0], sums[1], sums[2], n - 1,
                                       settings->level, &low, &high, &outcome, NULL) != LEADKPI_OK)
        return;
    out->flags |= LEADKPI_FLAG_APPROXIMATE;
    if (outcome != LEADKPI_STATS_FIELLER_BOUNDED) {
        out->flags |= outcome == LEADKPI_STATS_FIELLER_EXCLUSIVE ? LEADKPI_FLAG_EXCLUSIVE
                                                                 : LEADKPI_FLAG_UNBOUNDED;
        low = -INFINITY;
        high = INFINITY;
    }
    out->low = 1 - high;
    out->high = 1 - low;
}

/* What open deals will bring, each won with its chance and apart from the others: the variance
 * is the sum of v^2 p (1 - p). Not less than if all bad ones came, not more than if all good. */
static void by_chances(lk_sample values, lk_sample chances, const lk_kpi_settings *settings,
                       leadkpi_estimate *out)
{
    double variance = 0, least = 0, most = 0;
    out->n = (double)values.count;
    for (size_t i = 0; i < values.count; i++) {
        double v = values.values[i], p = chances.values[i];
        variance += v * v * p * (1 - p);
        least += v < 0 ? v : 0;
        most += v > 0 ? v : 0;
    }
    if (values.count == 0 || !isfinite(variance)) return;
    double half = settings->z * sqrt(variance);
    out->flags |= LEADKPI_FLAG_APPROXIMATE;
    out->low = out->value - half > least ? out->value - half : least;
    out->high = out->value + half < most ? out->value + half : most;
}

void lk_kpi_interval_samples(const lk_kpi_formula *formula, const lk_sample *samples,
                             const lk_kpi_settings *settings, leadkpi_estimate *out)
{
    switch (formula->has_parts ? formula->interval : 0) {
    case LK_INTERVAL_ORDER_STAT: by_order(formula, samples[0], settings, out); break;
    case LK_INTERVAL_MEAN_T: by_mean(formula, samples, settings, out); break;
    case LK_INTERVAL_KM: by_survival(samples[0], samples[1], settings, out); break;
    case LK_INTERVAL_COMPOUND_POISSON: by_chances(samples[0], samples[1], settings, out); break;
    case LK_INTERVAL_ENTITY_DISPERSION:
        if (formula->input_count == 1)
            by_concentration(samples[0], settings, out);
        else
            by_error_ratio(samples[0], samples[1], settings, out);
        break;
    default: break;
    }
    note_missing(out);
}
