#include "campaigns/estimate.h"

#include <math.h>

#include <leadkpi/stats.h>

#include "base/format.h"
#include "campaigns/spread.h"

static leadkpi_status evaluate(const lk_tally *tally, int32_t kpi, const double *inputs,
                               const lk_dispersion *dispersion, leadkpi_estimate *out)
{
    int32_t index = lk_kpi_index(kpi);
    lk_kpi_settings settings = tally->settings;
    settings.dispersion = dispersion;
    lk_kpi_settings_fit(&settings, index);
    return lk_kpi_estimate(index, inputs, &settings, out, NULL);
}

static void clear(const lk_tally *tally, int32_t kpi, leadkpi_estimate *out)
{
    memset(out, 0, sizeof *out);
    out->value = out->low = out->high = out->n = NAN;
    out->level = tally->plan->level;
    out->kpi = kpi;
    out->input = -1;
}

/* ---- what is true of a cell, whatever the KPI -------------------------------------------- */

uint32_t lk_estimate_flags(const lk_tally *tally, uint32_t cell)
{
    const lk_plan *plan = tally->plan;
    int64_t start = lk_cells_period(&tally->cells, cell), end;
    uint32_t flags = 0;
    if (!plan->has_periods || cell == tally->total) {
        end = plan->to;
        if (end != INT64_MAX && end - 1 > plan->as_of) flags |= LEADKPI_FLAG_PARTIAL;
    } else {
        end = lk_calendar_end(plan->calendar, start);
        if (start < plan->from || end > plan->to || end - 1 > plan->as_of)
            flags |= LEADKPI_FLAG_PARTIAL;
    }
    /* The youngest lead that the cell can hold was created just before its end. */
    int64_t youngest = end - 1 < plan->as_of ? end - 1 : plan->as_of;
    if (plan->basis == LK_BASIS_COHORT && plan->has_mature_after &&
        (uint64_t)plan->as_of - (uint64_t)youngest < (uint64_t)plan->mature_after)
        flags |= LEADKPI_FLAG_IMMATURE;
    return flags;
}

/* ---- KPIs over numbers --------------------------------------------------------------------- */

/* Bounds of a KPI from the bounds of its inputs: every KPI that takes a measure of
 * distinct persons is monotone in it. Where one end has no value (50 leads cannot come
 * from 40 visitors) nothing is said about either. */
static void estimate_bounds(const lk_tally *tally, int32_t kpi, const double *least,
                            const double *most, leadkpi_estimate *out)
{
    leadkpi_estimate one, other;
    (void)evaluate(tally, kpi, least, NULL, &one);
    (void)evaluate(tally, kpi, most, NULL, &other);
    out->status = LEADKPI_NOT_ADDITIVE;
    if (isnan(one.value) || isnan(other.value)) {
        out->flags |= LEADKPI_FLAG_NO_INTERVAL;
        return;
    }
    out->low = one.value < other.value ? one.value : other.value;
    out->high = one.value < other.value ? other.value : one.value;
    out->flags |= LEADKPI_FLAG_BOUND_ONLY;
}

/* A spread that cannot be (an end on the wrong side, after rounding) costs the interval, never the
 * value. */
static void evaluate_with_spread(const lk_tally *tally, const lk_estimator *estimator,
                                 uint32_t cell, const lk_reading *readings, const double *values,
                                 leadkpi_estimate *out)
{
    lk_dispersion dispersion;
    bool is_known = lk_spread_read(tally, estimator, cell, readings, &dispersion);
    (void)evaluate(tally, estimator->kpi, values, is_known ? &dispersion : NULL, out);
    if (is_known && isnan(out->value))
        (void)evaluate(tally, estimator->kpi, values, NULL, out);
    if (!is_known && isnan(out->n)) out->n = dispersion.n;
}

void lk_estimate_scalar(const lk_tally *tally, const lk_estimator *estimator, uint32_t cell,
                        leadkpi_estimate *out)
{
    double values[LK_KPI_INPUTS_MAX], least[LK_KPI_INPUTS_MAX], most[LK_KPI_INPUTS_MAX];
    lk_reading readings[LK_KPI_INPUTS_MAX];
    int32_t kpi = estimator->kpi, count = estimator->input_count;
    uint32_t flags = tally->cells.items[cell].flags;
    bool bounds_only = false;
    clear(tally, kpi, out);
    for (int32_t i = 0; i < count; i++) {
        lk_reading reading = lk_source_read(tally, &estimator->sources[i], cell);
        readings[i] = reading;
        flags |= reading.flags;
        if (reading.status != LEADKPI_OK) out->input = i;
        if (reading.status == LEADKPI_NOT_ADDITIVE) {
            bounds_only = true;
        } else if (reading.status != LEADKPI_OK) {
            out->status = reading.status;
            out->flags = flags | LEADKPI_FLAG_NO_INTERVAL;
            return;
        }
        values[i] = reading.value;
        least[i] = reading.least;
        most[i] = reading.most;
    }
    if (bounds_only) {
        estimate_bounds(tally, kpi, least, most, out);
    } else {
        evaluate_with_spread(tally, estimator, cell, readings, values, out);
    }
    out->flags |= flags;
}

/* ---- KPIs over durations --------------------------------------------------------------------- */

static bool variant_is(int32_t kpi, const char *variant)
{
    const char *found = leadkpi_kpi_property(kpi, "variant", LEADKPI_NUL_TERMINATED);
    return found && strcmp(found, variant) == 0;
}

int lk_estimate_durations(int32_t kpi)
{
    const char *input = leadkpi_kpi_input(kpi, 0);
    if (!input) return -1;
    if (strcmp(input, "response_minutes") == 0)
        return variant_is(kpi, "business_hours") ? LK_DURATION_RESPONSE_OPEN : LK_DURATION_RESPONSE;
    if (strcmp(input, "cycle_days") == 0) return LK_DURATION_CYCLE;
    if (strcmp(input, "open_ages") == 0) return LK_DURATION_OPEN_AGE;
    return -1;
}

void lk_estimator_prepare(const lk_tally *tally, int32_t kpi, lk_estimator *estimator)
{
    memset(estimator, 0, sizeof *estimator);
    estimator->kpi = kpi;
    estimator->input_count = leadkpi_kpi_input_count(kpi);
    estimator->durations = lk_estimate_durations(kpi);
    estimator->probability = variant_is(kpi, "p90") ? 0.9 : variant_is(kpi, "mean") ? NAN : 0.5;
    for (int32_t i = 0; i < estimator->input_count; i++)
        estimator->sources[i] = lk_source_find(tally, kpi, i);
}

static double microseconds_per_unit(int kind)
{
    return kind == LK_DURATION_RESPONSE || kind == LK_DURATION_RESPONSE_OPEN ? 60e6 : 86400e6;
}

/* Those that are not over count as long as they were seen (Kaplan-Meier): to leave
 * them out would show the fast ones only. */
static leadkpi_status estimate_quantile(const lk_tally *tally, const int64_t *times,
                                        const uint8_t *ended, size_t count, double probability,
                                        leadkpi_estimate *out, leadkpi_error *error)
{
    leadkpi_stats_survival *curve;
    leadkpi_host host = lk_memory_host(tally->plan->memory);
    LK_TRY(leadkpi_stats_survival_create_int64(&host, times, ended, count, &curve, error));
    out->status = leadkpi_stats_survival_quantile(curve, probability, LEADKPI_STATS_SURVIVAL_LOG_LOG,
                                                  tally->plan->level, &out->value, &out->low,
                                                  &out->high, NULL);
    leadkpi_stats_survival_free(curve);
    if (out->status != LEADKPI_OK && !isnan(out->low)) out->flags |= LEADKPI_FLAG_BOUND_ONLY;
    return LEADKPI_OK;
}

#define MICROSECONDS_PER_DAY 86400e6

/* The mean of those that are over; a mean with open ones does not exist without a model.
 * Sums are exact, so that the order of the leads does not show; in days, for squares of
 * microseconds would be too large for them. No addend can be refused: |days| < 2^22. */
static void estimate_mean(const lk_tally *tally, const int64_t *times, const uint8_t *ended,
                          size_t count, leadkpi_estimate *out)
{
    lk_exact_sum sum = LK_EXACT_SUM_ZERO, squares = LK_EXACT_SUM_ZERO;
    double n = 0;
    for (size_t i = 0; i < count; i++) {
        double days = (double)times[i] / MICROSECONDS_PER_DAY;
        if (!ended[i]) continue;
        (void)lk_exact_sum_add_int64(&sum, times[i], NULL);
        (void)lk_exact_sum_add_double(&squares, days * days, NULL);
        n += 1;
    }
    double total = lk_exact_sum_to_double(&sum);
    out->n = n;
    if (n < (double)count) out->flags |= LEADKPI_FLAG_SURVIVOR_BIASED;
    out->status = n > 0 ? LEADKPI_OK : LEADKPI_NOT_ENOUGH_DATA;
    if (n > 0) out->value = total / n;
    (void)leadkpi_stats_mean_interval(n, total / MICROSECONDS_PER_DAY, lk_exact_sum_to_double(&squares),
                                      tally->plan->level, &out->low, &out->high, NULL);
    out->low *= MICROSECONDS_PER_DAY;
    out->high *= MICROSECONDS_PER_DAY;
}

static leadkpi_status estimate_times(const lk_tally *tally, const lk_estimator *estimator,
                                     const int64_t *times, const uint8_t *ended, size_t count,
                                     leadkpi_estimate *out, leadkpi_error *error)
{
    if (count == 0) {
        out->status = LEADKPI_UNDEFINED;
        return LEADKPI_OK;
    }
    out->n = (double)count;
    if (!isnan(estimator->probability))
        return estimate_quantile(tally, times, ended, count, estimator->probability, out, error);
    estimate_mean(tally, times, ended, count, out);
    return LEADKPI_OK;
}

static void to_units(int kind, leadkpi_estimate *out)
{
    double unit = microseconds_per_unit(kind);
    out->value /= unit;
    out->low /= unit;
    out->high /= unit;
    if (isnan(out->low) || isnan(out->high)) out->flags |= LEADKPI_FLAG_NO_INTERVAL;
}

/* Without a stage row or an answer in the handle, that nobody was won or answered is
 * unknown, not known to be so. */
static bool durations_are_known(const lk_plan *plan, int kind)
{
    if (kind == LK_DURATION_CYCLE) return lk_plan_has_stages(plan);
    if (kind == LK_DURATION_OPEN_AGE) return lk_plan_has_stages(plan) || lk_plan_has_answers(plan);
    return lk_plan_has_answers(plan);
}

static leadkpi_status estimate_durations(const lk_tally *tally, const lk_estimator *estimator,
                                         uint32_t cell, leadkpi_estimate *out, leadkpi_error *error)
{
    size_t count;
    const lk_duration *items = lk_tally_durations_of(tally, estimator->durations, cell, &count);
    lk_memory *memory = tally->plan->memory;
    int64_t *times;
    uint8_t *ended;
    LK_TRY(lk_allocate(memory, count, sizeof *times, &times, error));
    leadkpi_status status = lk_allocate(memory, count, sizeof *ended, &ended, error);
    if (status == LEADKPI_OK) {
        for (size_t i = 0; i < count; i++) {
            times[i] = items[i].duration;
            ended[i] = (uint8_t)items[i].ended;
        }
        status = estimate_times(tally, estimator, times, ended, count, out, error);
        lk_release(memory, ended, count, sizeof *ended);
    }
    lk_release(memory, times, count, sizeof *times);
    to_units(estimator->durations, out);
    return status;
}

leadkpi_status lk_estimate(const lk_tally *tally, const lk_estimator *estimator, uint32_t cell,
                           leadkpi_estimate *out, leadkpi_error *error)
{
    if (estimator->durations >= 0) {
        clear(tally, estimator->kpi, out);
        out->flags = tally->cells.items[cell].flags;
        if (!durations_are_known(tally->plan, estimator->durations)) {
            out->status = LEADKPI_NOT_GIVEN;
            out->flags |= LEADKPI_FLAG_NO_INTERVAL;
            out->input = 0;
            return LEADKPI_OK;
        }
        return estimate_durations(tally, estimator, cell, out, error);
    }
    lk_estimate_scalar(tally, estimator, cell, out);
    return LEADKPI_OK;
}

static lk_text about_input(const leadkpi_estimate *estimate, const char *what,
                           char buffer[LK_REASON_SIZE])
{
    const char *measure = leadkpi_kpi_input(estimate->kpi, estimate->input);
    size_t length = lk_format(buffer, LK_REASON_SIZE, "%s %s", measure ? measure : "an input", what);
    return (lk_text){buffer, length < LK_REASON_SIZE ? length : LK_REASON_SIZE - 1};
}

static bool is_of_durations(const leadkpi_estimate *estimate)
{
    return lk_estimate_durations(estimate->kpi) >= 0;
}

lk_text lk_estimate_reason(const leadkpi_estimate *estimate, char buffer[LK_REASON_SIZE])
{
    bool bounded = !isnan(estimate->low) || !isnan(estimate->high);
    switch (estimate->status) {
    case LEADKPI_NOT_GIVEN:
        return about_input(estimate, "was not given, which is not the same as zero", buffer);
    case LEADKPI_NOT_ADDITIVE:
        return about_input(estimate,
                           bounded ? "counts distinct persons, who cannot be added up; low and high "
                                     "are bounds"
                                   : "counts distinct persons, who cannot be added up",
                           buffer);
    case LEADKPI_NOT_ENOUGH_DATA:
        return LK_LITERAL("too few have come to an end yet");
    case LEADKPI_UNDEFINED:
        if (is_of_durations(estimate)) return LK_LITERAL("there is no lead to time");
        if (estimate->input >= 0) return about_input(estimate, "has no value here", buffer);
        break;
    case LEADKPI_OK:
        if (is_of_durations(estimate))
            return estimate->flags & LEADKPI_FLAG_NO_INTERVAL
                       ? LK_LITERAL("no interval: too little data for this level")
                       : LK_LITERAL("");
        break;
    default:
        break;
    }
    return lk_text_of(leadkpi_kpi_estimate_reason(estimate), LEADKPI_NUL_TERMINATED);
}
