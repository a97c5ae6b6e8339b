/* estimate.c: a KPI from numbers or arrays: is it defined, and if not, why. */
#include "kpi/estimate.h"

#include <float.h>
#include <math.h>

#include "kpi/dispersion.h"
#include "kpi/measures.h"
#include "kpi/samples.h"
#include "stats/check.h"

_Static_assert(sizeof(leadkpi_estimate) == 96, "the estimate is frozen");
_Static_assert(offsetof(leadkpi_estimate, reserved) == 64, "no padding");

enum { LEVEL, BASIS, SIMULTANEOUS, DISPERSION };
static const lk_option evaluate_options[] = {
    [LEVEL] = {"level", LK_OPTION_DOUBLE, .unit = "fraction", .minimum = ">0", .maximum = "<1",
               .default_text = "0.95", .meaning = "The two-sided level of the interval."},
    [BASIS] = {"basis", LK_OPTION_CHOICE, .choices = "cohort|period", .default_text = "cohort",
               .meaning = "Of rates: cohort, the numerator is part of the denominator; period, "
                          "both are counted in one period."},
    [SIMULTANEOUS] = {"simultaneous", LK_OPTION_INT64, .unit = "shares", .minimum = "1",
                      .maximum = "1000000", .default_text = "1",
                      .meaning = "Of shares of a whole: how many are looked at together, so that "
                                 "the level holds for all of them at once (Goodman 1965)."},
    [DISPERSION] = {"dispersion", LK_OPTION_LIST, .unit = "name=number",
                    .meaning = "The spread behind the inputs, such as n=25 or "
                               "won_value.sum_of_squares=5e8: what intervals of money need."},
};
const lk_schema lk_kpi_evaluate_schema = {"kpi_evaluate", "How a KPI is evaluated.",
                                          evaluate_options, 4};

lk_kpi_settings lk_kpi_settings_of(double level, int32_t basis)
{
    lk_kpi_settings settings = {.level = level, .z = lk_stats_z_of_level(level), .basis = basis};
    lk_garwood_level_init(&settings.garwood, level);
    return settings;
}

leadkpi_status lk_kpi_settings_read(const leadkpi_options *options, lk_kpi_settings *settings,
                                    leadkpi_error *error)
{
    LK_TRY(lk_options_check(options, &lk_kpi_evaluate_schema, error));
    *settings = lk_kpi_settings_of(lk_options_double(options, &lk_kpi_evaluate_schema, LEVEL),
                                   lk_options_choice(options, &lk_kpi_evaluate_schema, BASIS) + 1);
    settings->simultaneous = lk_options_int64(options, &lk_kpi_evaluate_schema, SIMULTANEOUS);
    return LEADKPI_OK;
}

leadkpi_status lk_kpi_settings_disperse(lk_kpi_settings *settings, int32_t index,
                                        const leadkpi_options *options, lk_dispersion *dispersion,
                                        leadkpi_error *error)
{
    LK_TRY(lk_dispersion_read(dispersion, index, options, &lk_kpi_evaluate_schema, DISPERSION,
                              error));
    settings->dispersion = dispersion;
    return LEADKPI_OK;
}

leadkpi_status lk_kpi_settings_refuse_dispersion(const leadkpi_options *options,
                                                 leadkpi_error *error)
{
    LK_FAIL_IF(lk_options_list_count(options, &lk_kpi_evaluate_schema, DISPERSION) > 0, error,
               LEADKPI_CONTRADICTION,
               "dispersion: expected none, since every row has its own, found some");
    return LEADKPI_OK;
}

void lk_kpi_settings_fit(lk_kpi_settings *settings, int32_t index)
{
    if (!lk_kpi_has_basis(index)) settings->basis = LEADKPI_BASIS_NONE;
}

void lk_kpi_estimate_clear(leadkpi_estimate *out)
{
    *out = (leadkpi_estimate){.value = NAN, .low = NAN, .high = NAN, .level = NAN, .n = NAN};
    out->kpi = -1;
    out->input = -1;
}

/* What every estimate starts from. */
static void begin(int32_t index, const lk_kpi_settings *settings, leadkpi_estimate *out)
{
    lk_kpi_estimate_clear(out);
    out->kpi = lk_kpi_formulas[index].number;
    out->level = settings->level;
    out->basis = settings->basis;
    if (out->basis == LEADKPI_BASIS_PERIOD) out->flags |= LEADKPI_FLAG_PERIOD_BASIS;
    if (lk_kpi_catalogue[index].texts.survivor_biased) out->flags |= LEADKPI_FLAG_SURVIVOR_BIASED;
}

static leadkpi_status no_value(leadkpi_estimate *out, leadkpi_status status)
{
    out->value = NAN;
    out->status = status;
    out->flags |= isnan(out->low) && isnan(out->high) ? LEADKPI_FLAG_NO_INTERVAL
                                                      : LEADKPI_FLAG_BOUND_ONLY;
    return status;
}

leadkpi_status lk_kpi_fail_range(int32_t index, int32_t input, double value, leadkpi_error *error)
{
    const lk_measure *measure = &lk_measures[lk_kpi_formulas[index].inputs[input]];
    const char *low = measure->minimum_text, *high = measure->maximum_text;
    const char *name = lk_kpi_catalogue[index].name;
    if (*low && *high)
        return lk_fail(error, LEADKPI_BAD_DATA, "%s: %s: expected from %s to %s, found %g", name,
                       measure->id, low, high, value);
    if (*low || *high)
        return lk_fail(error, LEADKPI_BAD_DATA, "%s: %s: expected %s%s%s, found %g", name,
                       measure->id, *low ? "" : "at most ", *low ? low : high,
                       *low ? " or more" : "", value);
    return lk_fail(error, LEADKPI_BAD_DATA, "%s: %s: expected a finite number, found %g", name,
                   measure->id, value);
}

/* There is no value, though every input is good: the condition does not hold, or the value is
 * not finite. Where a bound holds all the same, it is given. */
static leadkpi_status fail_undefined(int32_t index, bool holds, leadkpi_estimate *out,
                                     leadkpi_error *error)
{
    const char *name = lk_kpi_catalogue[index].name;
    if (holds) {
        out->low = out->high = NAN;
        return lk_fail(error, no_value(out, LEADKPI_OVERFLOW), "%s: too large for a double", name);
    }
    leadkpi_status status = no_value(out, LEADKPI_UNDEFINED);
    if (!error) return status;
    const char *when = leadkpi_kpi_estimate_reason(out);
    if (isfinite(out->low))
        return lk_fail(error, status, "%s: undefined: %s; at least %g at level %g", name, when,
                       out->low, out->level);
    return lk_fail(error, status, "%s: undefined: %s", name, when);
}

leadkpi_status lk_kpi_estimate(int32_t index, const double *inputs,
                               const lk_kpi_settings *settings, leadkpi_estimate *out,
                               leadkpi_error *error)
{
    const lk_kpi_formula *formula = &lk_kpi_formulas[index];
    begin(index, settings, out);
    for (int32_t i = 0; i < formula->input_count; i++) {
        if (lk_measure_takes(formula->inputs[i], inputs[i])) continue;
        out->input = i;
        no_value(out, LEADKPI_BAD_DATA);
        return error ? lk_kpi_fail_range(index, i, inputs[i], error) : LEADKPI_BAD_DATA;
    }
    out->value = formula->row(inputs);
    leadkpi_status status = lk_kpi_interval(index, inputs, settings, out, error);
    if (status != LEADKPI_OK) {
        out->low = out->high = NAN;
        return no_value(out, status);
    }
    if (out->status == LEADKPI_BAD_DATA) {
        no_value(out, LEADKPI_BAD_DATA);
        return lk_fail(error, LEADKPI_BAD_DATA,
                       "%s: the numerator exceeds the whole that it is part of",
                       lk_kpi_catalogue[index].name);
    }
    if (isnan(out->value))
        return fail_undefined(index, formula->condition(inputs), out, error);
    return LEADKPI_OK;
}

leadkpi_status lk_kpi_estimate_samples(int32_t index, const lk_sample *samples,
                                       const lk_kpi_settings *settings, leadkpi_estimate *out,
                                       leadkpi_error *error)
{
    const lk_kpi_formula *formula = &lk_kpi_formulas[index];
    begin(index, settings, out);
    for (int32_t i = 0; i < formula->input_count; i++) {
        const lk_measure *measure = &lk_measures[formula->inputs[i]];
        size_t place = lk_sample_first_outside(samples[i], measure->minimum, measure->maximum);
        if (!lk_sample_is_within(samples[i], measure->minimum, DBL_MAX))
            out->flags &= ~(uint32_t)LEADKPI_FLAG_SURVIVOR_BIASED; /* one that is not over is in */
        if (place == samples[i].count) continue;
        out->input = i;
        no_value(out, LEADKPI_BAD_DATA);
        lk_kpi_fail_range(index, i, samples[i].values[place], error);
        if (error) error->row = (int64_t)place;
        return LEADKPI_BAD_DATA;
    }
    out->value = formula->sample(samples);
    if (isnan(out->value)) return fail_undefined(index, false, out, error);
    lk_kpi_interval_samples(formula, samples, settings, out);
    return LEADKPI_OK;
}

/* ---- reasons and flags -------------------------------------------------- */

const char *leadkpi_kpi_estimate_reason(const leadkpi_estimate *estimate)
{
    int32_t index = estimate ? lk_kpi_index(estimate->kpi) : -1;
    if (index < 0) return "";
    switch (estimate->status) {
    case LEADKPI_OK: break;
    case LEADKPI_UNDEFINED:
        return leadkpi_kpi_property(estimate->kpi, "undefined_when", LEADKPI_NUL_TERMINATED);
    case LEADKPI_BAD_DATA:
        return estimate->flags & LEADKPI_FLAG_NOT_A_SUBSET
                   ? "the numerator exceeds the whole that it is part of"
                   : "an input is outside its range";
    case LEADKPI_NOT_GIVEN: return "an input was never given, which is not the same as zero";
    default: return leadkpi_status_meaning(estimate->status);
    }
    if (!(estimate->flags & LEADKPI_FLAG_NO_INTERVAL)) return "";
    const char *reason = lk_kpi_interval_reason(index);
    bool has_spread = lk_dispersion_is_taken(index) && !isnan(estimate->n);
    return *reason && !has_spread ? reason : "no interval: too little data for this level";
}

static const struct {
    uint32_t flag;
    const char *name, *meaning;
} flags[] = {
    {LEADKPI_FLAG_NO_INTERVAL, "no_interval", "there is no interval"},
    {LEADKPI_FLAG_PARTIAL, "partial", "the period is not over, or a part of the input is missing"},
    {LEADKPI_FLAG_IMMATURE, "immature", "conversions of this cohort are still to come"},
    {LEADKPI_FLAG_APPROXIMATE, "approximate", "the coverage of the interval is approximate"},
    {LEADKPI_FLAG_SURVIVOR_BIASED, "survivor_biased", "only those that finished are in it"},
    {LEADKPI_FLAG_NOT_A_SUBSET, "not_a_subset",
     "the numerator exceeds the denominator that it should be part of"},
    {LEADKPI_FLAG_PERIOD_BASIS, "period_basis",
     "numerator and denominator are counted in one period: not a probability"},
    {LEADKPI_FLAG_FRACTIONAL, "fractional", "a count has a fraction"},
    {LEADKPI_FLAG_BOUND_ONLY, "bound_only", "undefined, but a bound holds"},
    {LEADKPI_FLAG_EXCLUSIVE, "exclusive",
     "the denominator may be zero: every number but those of a gap is possible"},
    {LEADKPI_FLAG_UNBOUNDED, "unbounded",
     "numerator and denominator may both be zero: every number is possible"},
    {LEADKPI_FLAG_EXPOSURE_NORMALISED, "exposure_normalised",
     "scaled to the exposure that it is compared with"},
};
#define FLAG_COUNT (int32_t)(sizeof flags / sizeof flags[0])

const char *leadkpi_kpi_flag_name(uint32_t flag)
{
    for (int32_t i = 0; i < FLAG_COUNT; i++)
        if (flags[i].flag == flag) return flags[i].name;
    return "unknown_flag";
}

const char *leadkpi_kpi_flag_meaning(uint32_t flag)
{
    for (int32_t i = 0; i < FLAG_COUNT; i++)
        if (flags[i].flag == flag) return flags[i].meaning;
    return "a flag that this release does not know";
}

uint32_t leadkpi_kpi_flag_at(int32_t index)
{
    return index >= 0 && index < FLAG_COUNT ? flags[index].flag : 0;
}
