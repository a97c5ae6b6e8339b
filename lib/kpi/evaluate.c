/* evaluate.c: the public ways to a KPI from numbers, named numbers and arrays. */
#include <math.h>

#include "base/text.h"
#include "kpi/dispersion.h"
#include "kpi/estimate.h"
#include "kpi/measures.h"

/* Which row, and are the inputs as many as it takes? `out` is cleared. */
static leadkpi_status begin(int32_t kpi, const leadkpi_options *options, leadkpi_estimate *out,
                            int32_t *index, lk_kpi_settings *settings, lk_dispersion *dispersion,
                            leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    lk_kpi_estimate_clear(out);
    *index = lk_kpi_index(kpi);
    LK_FAIL_IF(*index < 0, error, LEADKPI_BAD_ARGUMENT,
               "kpi: expected a number that leadkpi_kpi_at gives, found %d", kpi);
    LK_TRY(lk_kpi_settings_read(options, settings, error));
    lk_kpi_settings_fit(settings, *index);
    return lk_kpi_settings_disperse(settings, *index, options, dispersion, error);
}

static leadkpi_status check_count(int32_t index, size_t input_count, leadkpi_error *error)
{
    const lk_kpi_entry *entry = &lk_kpi_catalogue[index];
    size_t expected = lk_kpi_formulas[index].input_count;
    LK_FAIL_IF(input_count != expected, error, LEADKPI_BAD_ARGUMENT,
               "%s: expected %zu inputs (%s), found %zu", entry->name, expected, entry->inputs,
               input_count);
    return LEADKPI_OK;
}

/* The status that a failure left, so that out says the same as the return value. */
static leadkpi_status finish(leadkpi_estimate *out, leadkpi_status status)
{
    if (out && status != LEADKPI_OK) out->status = status;
    return status;
}

static leadkpi_status evaluate(int32_t kpi, const double *inputs, size_t input_count,
                               const leadkpi_options *options, leadkpi_estimate *out,
                               leadkpi_error *error)
{
    int32_t index;
    lk_kpi_settings settings;
    lk_dispersion dispersion;
    LK_TRY(begin(kpi, options, out, &index, &settings, &dispersion, error));
    LK_REQUIRE(inputs, error);
    LK_FAIL_IF(lk_kpi_formulas[index].is_sample, error, LEADKPI_WRONG_TYPE,
               "%s: expected arrays, found numbers", lk_kpi_catalogue[index].name);
    LK_TRY(check_count(index, input_count, error));
    return lk_kpi_estimate(index, inputs, &settings, out, error);
}

leadkpi_status leadkpi_kpi_evaluate(int32_t kpi, const double *inputs, size_t input_count,
                                    const leadkpi_options *options, leadkpi_estimate *out,
                                    leadkpi_error *error)
{
    return finish(out, evaluate(kpi, inputs, input_count, options, out, error));
}

/* ---- by name ------------------------------------------------------------ */

typedef struct named {
    const char *const *names;
    const double *values;
    size_t count;
} named;

/* The place of a measure among the names; count where it is not there. */
static size_t place_of(const named *given, int measure)
{
    size_t i = 0;
    while (i < given->count && strcmp(given->names[i], lk_measures[measure].id) != 0) i++;
    return i;
}

static bool has_all(const named *given, int32_t index)
{
    const lk_kpi_formula *formula = &lk_kpi_formulas[index];
    for (int i = 0; i < formula->input_count; i++)
        if (place_of(given, formula->inputs[i]) == given->count) return false;
    return true;
}

/* Says what is missing, and which other form of the KPI could be computed. */
static leadkpi_status fail_missing(const named *given, int32_t index, int measure,
                                   leadkpi_error *error)
{
    const lk_kpi_entry *entry = &lk_kpi_catalogue[index];
    for (int32_t other = lk_kpi_index_of_main(index);
         other < lk_kpi_entry_count && lk_kpi_catalogue[other].number / 100 == entry->number / 100;
         other++) {
        if (other == index || lk_kpi_formulas[other].is_sample || !has_all(given, other)) continue;
        return lk_fail(error, LEADKPI_NOT_GIVEN,
                       "%s: %s was not given; what was given is enough for %s", entry->name,
                       lk_measures[measure].id, lk_kpi_catalogue[other].name);
    }
    return lk_fail(error, LEADKPI_NOT_GIVEN, "%s: %s was not given", entry->name,
                   lk_measures[measure].id);
}

static leadkpi_status check_names(const named *given, leadkpi_error *error)
{
    for (size_t i = 0; i < given->count; i++)
        LK_FAIL_IF(!given->names[i], error, LEADKPI_NULL_ARGUMENT,
                   "names[%zu]: expected a measure, found NULL", i);
    return LEADKPI_OK;
}

/* The measure at `place` must not come again. */
static leadkpi_status check_once(const named *given, size_t place, int measure,
                                 leadkpi_error *error)
{
    named rest = {given->names + place + 1, given->values + place + 1, given->count - place - 1};
    LK_FAIL_IF(place_of(&rest, measure) < rest.count, error, LEADKPI_BAD_ARGUMENT,
               "%s: expected once, found twice", lk_measures[measure].id);
    return LEADKPI_OK;
}

/* Names of the dispersion among the measures. */
static leadkpi_status disperse_named(const named *given, int32_t index, lk_dispersion *dispersion,
                                     leadkpi_error *error)
{
    for (size_t i = 0; i < given->count && lk_dispersion_is_taken(index); i++)
        LK_TRY(lk_dispersion_set(dispersion, index,
                                 lk_text_of(given->names[i], LEADKPI_NUL_TERMINATED),
                                 given->values[i], error));
    return LEADKPI_OK;
}

static leadkpi_status evaluate_named(int32_t kpi, const named *given,
                                     const leadkpi_options *options, leadkpi_estimate *out,
                                     leadkpi_error *error)
{
    int32_t index;
    lk_kpi_settings settings;
    lk_dispersion dispersion;
    double inputs[LK_KPI_INPUTS_MAX];
    LK_TRY(begin(kpi, options, out, &index, &settings, &dispersion, error));
    LK_FAIL_IF(!given->names && given->count, error, LEADKPI_NULL_ARGUMENT,
               "names: expected a pointer, found NULL");
    LK_FAIL_IF(!given->values && given->count, error, LEADKPI_NULL_ARGUMENT,
               "inputs: expected a pointer, found NULL");
    const lk_kpi_formula *formula = &lk_kpi_formulas[index];
    LK_FAIL_IF(formula->is_sample, error, LEADKPI_WRONG_TYPE, "%s: expected arrays, found numbers",
               lk_kpi_catalogue[index].name);
    LK_TRY(check_names(given, error));
    for (int i = 0; i < formula->input_count; i++) {
        size_t place = place_of(given, formula->inputs[i]);
        if (place == given->count) {
            out->kpi = kpi;
            out->input = i;
            return fail_missing(given, index, formula->inputs[i], error);
        }
        LK_TRY(check_once(given, place, formula->inputs[i], error));
        inputs[i] = given->values[place];
    }
    LK_TRY(disperse_named(given, index, &dispersion, error));
    return lk_kpi_estimate(index, inputs, &settings, out, error);
}

leadkpi_status leadkpi_kpi_evaluate_named(int32_t kpi, const char *const *names,
                                          const double *inputs, size_t input_count,
                                          const leadkpi_options *options, leadkpi_estimate *out,
                                          leadkpi_error *error)
{
    named given = {names, inputs, input_count};
    return finish(out, evaluate_named(kpi, &given, options, out, error));
}

/* ---- arrays ------------------------------------------------------------- */

static leadkpi_status evaluate_samples(int32_t kpi, const double *const *samples,
                                       const size_t *counts, size_t input_count,
                                       const leadkpi_options *options, leadkpi_estimate *out,
                                       leadkpi_error *error)
{
    int32_t index;
    lk_kpi_settings settings;
    lk_dispersion dispersion;
    lk_sample lists[LK_KPI_INPUTS_MAX];
    double inputs[LK_KPI_INPUTS_MAX];
    LK_TRY(begin(kpi, options, out, &index, &settings, &dispersion, error));
    LK_REQUIRE(samples, error);
    LK_REQUIRE(counts, error);
    LK_TRY(check_count(index, input_count, error));
    const lk_kpi_formula *formula = &lk_kpi_formulas[index];
    for (size_t i = 0; i < input_count; i++) {
        const char *measure = lk_measures[formula->inputs[i]].id;
        LK_FAIL_IF(!samples[i] && counts[i], error, LEADKPI_NULL_ARGUMENT,
                   "%s: expected a pointer, found NULL", measure);
        LK_FAIL_IF(!formula->is_sample && counts[i] != 1, error, LEADKPI_BAD_ARGUMENT,
                   "%s: expected one value, found %zu", measure, counts[i]);
        lists[i] = (lk_sample){samples[i], counts[i]};
        if (!formula->is_sample) inputs[i] = samples[i][0];
    }
    return formula->is_sample ? lk_kpi_estimate_samples(index, lists, &settings, out, error)
                              : lk_kpi_estimate(index, inputs, &settings, out, error);
}

leadkpi_status leadkpi_kpi_evaluate_samples(int32_t kpi, const double *const *samples,
                                            const size_t *counts, size_t input_count,
                                            const leadkpi_options *options, leadkpi_estimate *out,
                                            leadkpi_error *error)
{
    return finish(out, evaluate_samples(kpi, samples, counts, input_count, options, out, error));
}
