#include "campaigns/estimate.h"

#include <math.h>

#include <leadkpi/stats.h>

#include "campaigns/source.h"
#include "kpi/kpi.h"

/* No KPI takes more; a test of the catalogue holds it to that. */
#define INPUTS_MAX 16

static leadkpi_status evaluate(const lk_tally *tally, int32_t kpi, const double *inputs,
                               leadkpi_estimate *out)
{
    int32_t index = lk_kpi_index(kpi);
    lk_kpi_settings settings = tally->settings;
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

static uint32_t flags_of_cell(const lk_tally *tally, uint32_t cell)
{
    const lk_plan *plan = tally->plan;
    int64_t start = lk_cells_period(&tally->cells, cell), end;
    uint32_t flags = 0;
    if (!plan->has_periods || cell == tally->total) {
        end = plan->to;
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

static double lesser(double a, double b)
{
    return a < b || isnan(b) ? a : b;
}

/* Bounds of a KPI from the bounds of its inputs: every KPI that takes a measure of
 * distinct persons is monotone in it. */
static void estimate_bounds(const lk_tally *tally, int32_t kpi, const double *least,
                            const double *most, leadkpi_estimate *out)
{
    leadkpi_estimate one, other;
    (void)evaluate(tally, kpi, least, &one);
    (void)evaluate(tally, kpi, most, &other);
    out->low = lesser(one.value, other.value);
    out->high = -lesser(-one.value, -other.value);
    out->status = LEADKPI_NOT_ADDITIVE;
    out->flags |= LEADKPI_FLAG_BOUND_ONLY;
}

void lk_estimate_scalar(const lk_tally *tally, int32_t kpi, uint32_t cell, leadkpi_estimate *out)
{
    double values[INPUTS_MAX], least[INPUTS_MAX], most[INPUTS_MAX];
    int32_t count = leadkpi_kpi_input_count(kpi);
    uint32_t flags = flags_of_cell(tally, cell);
    bool bounds_only = false;
    clear(tally, kpi, out);
    out->flags = flags;
    for (int32_t i = 0; i < count && i < INPUTS_MAX; i++) {
        lk_source source = lk_source_find(tally, kpi, i);
        lk_reading reading = lk_source_read(tally, &source, cell);
        if (reading.status == LEADKPI_NOT_GIVEN) {
            out->status = LEADKPI_NOT_GIVEN;
            out->flags |= LEADKPI_FLAG_NO_INTERVAL;
            out->input = i;
            return;
        }
        if (reading.status == LEADKPI_NOT_ADDITIVE) {
            bounds_only = true;
            out->input = i;
        }
        flags |= reading.flags;
        values[i] = reading.value;
        least[i] = reading.least;
        most[i] = reading.most;
    }
    if (bounds_only) {
        estimate_bounds(tally, kpi, least, most, out);
    } else {
        (void)evaluate(tally, kpi, values, out);
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

/* The mean of those that are over; a mean with open ones does not exist without a model. */
static void estimate_mean(const lk_tally *tally, const int64_t *times, const uint8_t *ended,
                          size_t count, leadkpi_estimate *out)
{
    double sum = 0, squares = 0, n = 0;
    for (size_t i = 0; i < count; i++) {
        double time = (double)times[i];
        if (!ended[i]) continue;
        sum += time;
        squares += time * time;
        n += 1;
    }
    out->n = n;
    if (n < (double)count) out->flags |= LEADKPI_FLAG_SURVIVOR_BIASED;
    out->status = n > 0 ? LEADKPI_OK : LEADKPI_UNDEFINED;
    if (n > 0) out->value = sum / n;
    (void)leadkpi_stats_mean_interval(n, sum, squares, tally->plan->level, &out->low, &out->high, NULL);
}

static leadkpi_status estimate_times(const lk_tally *tally, const int64_t *times,
                                     const uint8_t *ended, size_t count, leadkpi_estimate *out,
                                     leadkpi_error *error)
{
    if (count == 0) {
        out->status = LEADKPI_UNDEFINED;
        return LEADKPI_OK;
    }
    out->n = (double)count;
    if (variant_is(out->kpi, "mean")) {
        estimate_mean(tally, times, ended, count, out);
        return LEADKPI_OK;
    }
    double probability = variant_is(out->kpi, "p90") ? 0.9 : 0.5;
    return estimate_quantile(tally, times, ended, count, probability, out, error);
}

static void to_units(int kind, leadkpi_estimate *out)
{
    double unit = microseconds_per_unit(kind);
    out->value /= unit;
    out->low /= unit;
    out->high /= unit;
    if (isnan(out->low)) out->flags |= LEADKPI_FLAG_NO_INTERVAL;
}

static leadkpi_status estimate_durations(const lk_tally *tally, int kind, uint32_t cell,
                                         leadkpi_estimate *out, leadkpi_error *error)
{
    size_t count;
    const lk_duration *items = lk_tally_durations_of(tally, kind, cell, &count);
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
        status = estimate_times(tally, times, ended, count, out, error);
        lk_release(memory, ended, count, sizeof *ended);
    }
    lk_release(memory, times, count, sizeof *times);
    to_units(kind, out);
    return status;
}

leadkpi_status lk_estimate(const lk_tally *tally, int32_t kpi, uint32_t cell,
                           leadkpi_estimate *out, leadkpi_error *error)
{
    int kind = lk_estimate_durations(kpi);
    if (kind >= 0) {
        clear(tally, kpi, out);
        out->flags = flags_of_cell(tally, cell);
        return estimate_durations(tally, kind, cell, out, error);
    }
    lk_estimate_scalar(tally, kpi, cell, out);
    return LEADKPI_OK;
}

const char *lk_estimate_reason(const leadkpi_estimate *estimate)
{
    switch (estimate->status) {
    case LEADKPI_NOT_GIVEN:
        return "an input was not given";
    case LEADKPI_NOT_ADDITIVE:
        return "distinct persons cannot be added up; low and high are the bounds";
    case LEADKPI_NOT_ENOUGH_DATA:
        return "not enough have come to an end yet";
    default:
        return leadkpi_estimate_reason(estimate);
    }
}
