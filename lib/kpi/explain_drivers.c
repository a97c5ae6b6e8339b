/* explain_drivers.c: why a product moved, factor by factor: LMDI-I (Ang 2005,
 * doi:10.1016/j.enpol.2003.10.010): the effect of a factor is L(after, before) times the log of how
 * often it became itself, L being the logarithmic mean. No residual, no order of factors. */
#include <math.h>

#include <leadkpi/kpi_analysis.h>

#include "base/exact_sum.h"
#include "kpi/analysis.h"
#include "kpi/drivers.h"
#include "kpi/measures.h"
#include "kpi/report.h"
#include "kpi/rows.h"

enum { THROUGH = LK_ANALYSIS_OPTIONS };
static const lk_option drivers_options[] = {
    LK_ANALYSIS_COMMON,
    [THROUGH] = {"through", LK_OPTION_LIST, .unit = "measures",
                 .meaning = "Of a ratio: the measures between its numerator and its denominator, "
                            "such as new_leads between spend and customers."},
};
const lk_schema lk_kpi_explain_drivers_schema = {
    "kpi_explain_drivers", "How a change is split by factor.", drivers_options, 3};

/* The most measures that a ratio goes through. */
#define THROUGH_MAX 8
#define FACTORS_MAX (THROUGH_MAX + 1 > LK_KPI_INPUTS_MAX ? THROUGH_MAX + 1 : LK_KPI_INPUTS_MAX)

enum { PERIODS = 2 };

/* A link of the chain: a number, and whether it is a count. */
typedef struct link {
    double value;
    bool is_count;
} link;

typedef struct factor {
    char name[96];
    double value[PERIODS];
    double relative_variance[PERIODS]; /* NaN: nothing is known of it */
    int power;                         /* 1 or -1 */
} factor;

enum { BEFORE_NUMBER, AFTER_NUMBER, EFFECT, EFFECT_LOW, EFFECT_HIGH, NUMBERS };

typedef struct work {
    lk_memory memory;
    lk_kpi_rows rows;
    const leadkpi_table *table;
    const leadkpi_options *options;
    const lk_column *through[THROUGH_MAX];
    size_t through_count;
    factor factors[FACTORS_MAX];
    int factor_count;
    double value[PERIODS];
    lk_number_column numbers[NUMBERS];
    lk_text_column name;
} work;

/* ---- a ratio through measures -------------------------------------------- */

/* Two counts of a cohort: the smaller is a part of the larger, var(log share) = 1/x - 1/n. Counts
 * of a period are Poisson each, and so is one over a known amount. */
static double relative_variance(link a, link b, bool is_cohort)
{
    if (!a.is_count && !b.is_count) return NAN;
    if (!a.is_count || !b.is_count) return 1 / (a.is_count ? a.value : b.value);
    if (!is_cohort) return 1 / a.value + 1 / b.value;
    return fabs(1 / a.value - 1 / b.value);
}

static void name_link(factor *f, const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t at = 0;
    for (size_t i = 0; i < a_length && at < sizeof f->name - 1; i++) f->name[at++] = a[i];
    if (at < sizeof f->name - 1) f->name[at++] = '/';
    for (size_t i = 0; i < b_length && at < sizeof f->name - 1; i++) f->name[at++] = b[i];
    f->name[at] = 0;
}

static bool is_count_part(int method, bool is_numerator)
{
    switch (method) {
    case LK_INTERVAL_POISSON: return is_numerator;
    case LK_INTERVAL_COST_PER_POISSON: return !is_numerator;
    case LK_INTERVAL_WILSON:
    case LK_INTERVAL_MULTINOMIAL:
    case LK_INTERVAL_RATIO_POISSON: return true;
    default: return false;
    }
}

static leadkpi_status chain_at(work *w, int period, const double *x, leadkpi_error *error)
{
    const lk_kpi_formula *formula = &lk_kpi_formulas[w->rows.index];
    size_t row = period ? w->rows.row_count - 1 : 0;
    lk_kpi_parts parts;
    formula->parts(x, &parts);
    link before = {parts.first, is_count_part(formula->interval, true)};
    lk_text before_name = LK_LITERAL("numerator");
    bool is_cohort = w->rows.settings.basis != LEADKPI_BASIS_PERIOD;
    for (size_t i = 0; i <= w->through_count; i++) {
        factor *f = &w->factors[i];
        link next = {parts.second, is_count_part(formula->interval, false)};
        lk_text next_name = LK_LITERAL("denominator");
        if (i < w->through_count) {
            const lk_column *column = w->through[i];
            int measure = lk_measure_index(column->name);
            LK_FAIL_IF(!lk_column_is_valid(column, row), error, LEADKPI_NOT_GIVEN,
                       "%.*s: expected a number, found null", LK_TEXT_ARGS(column->name));
            next = (link){lk_column_number(column, row),
                          measure >= 0 && strcmp(lk_measures[measure].type, "count") == 0};
            next_name = column->name;
        }
        name_link(f, before_name.data, before_name.length, next_name.data, next_name.length);
        f->value[period] = before.value / next.value;
        f->relative_variance[period] = relative_variance(before, next, is_cohort);
        f->power = 1;
        before = next;
        before_name = next_name;
    }
    w->factor_count = (int)w->through_count + 1;
    return LEADKPI_OK;
}

/* ---- a product of inputs ------------------------------------------------- */

/* 1 or -1 where the value is proportional to that power of the input, else 0: asked at half the
 * input, which is exact in a double and stays within the range of a fraction. */
int lk_power_of(const lk_kpi_formula *formula, const double *x, int i, double value)
{
    double moved[LK_KPI_INPUTS_MAX];
    memcpy(moved, x, formula->input_count * sizeof *x);
    moved[i] = 0.5 * x[i];
    double half = formula->row(moved) / value;
    return fabs(half - 0.5) < 1e-12 ? 1 : fabs(half - 2) < 1e-12 ? -1 : 0;
}

static leadkpi_status inputs_at(work *w, int period, const double *x, leadkpi_error *error)
{
    const lk_kpi_formula *formula = &lk_kpi_formulas[w->rows.index];
    const lk_kpi_entry *entry = &lk_kpi_catalogue[w->rows.index];
    lk_spread spread = {.degrees_of_freedom = INFINITY};
    if (w->rows.settings.dispersion)
        LK_TRY(lk_spread_of(&w->rows.dispersion, w->rows.index, x, w->rows.settings.z, &spread,
                            error));
    w->factor_count = formula->input_count;
    for (int i = 0; i < formula->input_count; i++) {
        factor *f = &w->factors[i];
        const lk_measure *measure = &lk_measures[formula->inputs[i]];
        double n = w->rows.settings.dispersion ? w->rows.dispersion.input[i][LK_DISPERSION_N] : NAN;
        double variance = spread.covariance[i][i];
        f->power = lk_power_of(formula, x, i, w->value[period]);
        LK_FAIL_IF(f->power == 0, error, LEADKPI_BAD_ARGUMENT,
                   "%s: expected a product of its inputs, or option through; %s is no factor of it",
                   entry->name, measure->id);
        name_link(f, measure->id, strlen(measure->id), "", 0);
        f->name[strlen(f->name) - 1] = 0; /* a factor by itself has no second half */
        f->value[period] = x[i];
        f->relative_variance[period] = variance > 0              ? variance / (x[i] * x[i])
                                       : n > 0 && measure->maximum == 1 ? (1 - x[i]) / (x[i] * n)
                                                                        : NAN;
    }
    return LEADKPI_OK;
}

/* ---- effects ------------------------------------------------------------- */

/* L(a, b) = (a - b) / ln(a / b), between both. By the series of atanh where they are close, which
 * keeps all digits: ln(a / b) = 2 atanh((a - b) / (a + b)). */
double lk_logarithmic_mean(double a, double b)
{
    double t = (a - b) / (a + b);
    if (fabs(t) > 0.01) return (a - b) / log(a / b);
    double square = t * t;
    return 0.5 * (a + b) / (1 + square * (1 / 3. + square * (1 / 5. + square / 7)));
}

static leadkpi_status fill_factor(work *w, size_t row, leadkpi_error *error)
{
    const factor *f = &w->factors[row];
    double mean = lk_logarithmic_mean(w->value[1], w->value[0]);
    double grown = f->power * log(f->value[1] / f->value[0]);
    double half = w->rows.settings.z * sqrt(f->relative_variance[0] + f->relative_variance[1]);
    const double numbers[NUMBERS] = {f->value[0], f->value[1], mean * grown, mean * (grown - half),
                                     mean * (grown + half)};
    for (int i = 0; i < NUMBERS; i++) w->numbers[i].values[row] = numbers[i];
    return lk_append_string(&w->name.builder, f->name, error);
}

static leadkpi_status fill(work *w, leadkpi_table *table, leadkpi_error *error)
{
    static const char *const names[] = {"before", "after", "effect", "effect_low", "effect_high"};
    size_t count = (size_t)w->factor_count;
    const char *unit = leadkpi_kpi_property(lk_kpi_formulas[w->rows.index].number, "unit",
                                            LEADKPI_NUL_TERMINATED);
    lk_exact_sum sum = LK_EXACT_SUM_ZERO;
    for (int i = 0; i < NUMBERS; i++)
        w->numbers[i] = (lk_number_column){names[i], i < EFFECT ? "" : unit, NULL, 0};
    LK_TRY(lk_numbers_add(table, w->numbers, NUMBERS, count + 1, error));
    for (size_t i = 0; i < count; i++) {
        LK_TRY(fill_factor(w, i, error));
        LK_TRY(lk_exact_sum_add_double(&sum, w->numbers[EFFECT].values[i], error));
    }
    const double totals[NUMBERS] = {w->value[0], w->value[1], lk_exact_sum_to_double(&sum), NAN,
                                    NAN};
    for (int i = 0; i < NUMBERS; i++) w->numbers[i].values[count] = totals[i];
    LK_TRY(lk_append_string(&w->name.builder, "total", error));
    lk_numbers_finish(table, w->numbers, NUMBERS, count + 1);
    return LEADKPI_OK;
}

/* ---- the call ------------------------------------------------------------ */

static leadkpi_status find_through(work *w, leadkpi_error *error)
{
    const lk_kpi_formula *formula = &lk_kpi_formulas[w->rows.index];
    const lk_schema *schema = &lk_kpi_explain_drivers_schema;
    const double x[LK_KPI_INPUTS_MAX] = {1, 1, 1, 1, 1, 1};
    w->through_count = lk_options_list_count(w->options, schema, THROUGH);
    LK_FAIL_IF(w->through_count > THROUGH_MAX, error, LEADKPI_BAD_ARGUMENT,
               "through: expected at most %d measures, found %zu", THROUGH_MAX, w->through_count);
    LK_FAIL_IF(w->through_count && (!formula->has_parts || formula->transform(x, 0.5) != 0.5 ||
                                    formula->transform(x, 2) != 2 ||
                                    formula->interval == LK_INTERVAL_PROPAGATE ||
                                    formula->interval == LK_INTERVAL_KATZ_RATIO),
               error, LEADKPI_BAD_ARGUMENT, "%s: through: expected a KPI that is a plain ratio",
               lk_kpi_catalogue[w->rows.index].name);
    for (size_t i = 0; i < w->through_count; i++)
        LK_TRY(lk_table_require(w->table, lk_options_list_item(w->options, schema, THROUGH, i),
                                LK_ALLOW_NUMBER, &w->through[i], error));
    return LEADKPI_OK;
}

static leadkpi_status read_period(work *w, int period, leadkpi_error *error)
{
    double x[LK_KPI_INPUTS_MAX];
    leadkpi_estimate estimate;
    size_t row = period ? w->rows.row_count - 1 : 0;
    LK_FAIL_IF(!lk_kpi_rows_read(&w->rows, row, x), error, LEADKPI_NOT_GIVEN,
               "%s: row %zu has an input that was not given", lk_kpi_catalogue[w->rows.index].name,
               row);
    LK_TRY(lk_kpi_estimate(w->rows.index, x, &w->rows.settings, &estimate, error));
    w->value[period] = estimate.value;
    LK_FAIL_IF(!(estimate.value > 0), error, LEADKPI_UNDEFINED,
               "%s: expected a value above 0, found %g: it has no logarithm",
               lk_kpi_catalogue[w->rows.index].name, estimate.value);
    LK_TRY(w->through_count ? chain_at(w, period, x, error) : inputs_at(w, period, x, error));
    for (int i = 0; i < w->factor_count; i++)
        LK_FAIL_IF(!(w->factors[i].value[period] > 0) || !isfinite(w->factors[i].value[period]),
                   error, LEADKPI_UNDEFINED, "%s: expected above 0, found %g: it has no logarithm",
                   w->factors[i].name, w->factors[i].value[period]);
    return LEADKPI_OK;
}

static leadkpi_status prepare(work *w, int32_t kpi, leadkpi_error *error)
{
    const lk_schema *schema = &lk_kpi_explain_drivers_schema;
    LK_TRY(lk_options_check(w->options, schema, error));
    lk_kpi_settings settings = lk_analysis_settings(w->options, schema);
    LK_TRY(lk_kpi_rows_init(&w->rows, kpi, w->table, settings, error));
    LK_FAIL_IF(w->rows.row_count != 2, error, LEADKPI_BAD_ARGUMENT,
               "rows: expected 2, before and after, found %zu", w->rows.row_count);
    w->rows.settings.basis = settings.basis; /* of the links, whether the KPI has one or not */
    return find_through(w, error);
}

static leadkpi_status explain(void *context, leadkpi_table *table, leadkpi_error *error)
{
    work *w = context;
    LK_TRY(read_period(w, 0, error));
    LK_TRY(read_period(w, 1, error));
    return fill(w, table, error);
}

leadkpi_status leadkpi_kpi_explain_drivers(const leadkpi_host *host, int32_t kpi,
                                           const leadkpi_table *rows,
                                           const leadkpi_options *options, leadkpi_table **out,
                                           leadkpi_error *error)
{
    work w = {.table = rows, .options = options, .name = {.name = "factor"}};
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(rows, error);
    LK_TRY(lk_memory_init(&w.memory, host, error));
    LK_TRY(prepare(&w, kpi, error));
    return lk_report_make(&w.memory, &w.name, 1, explain, &w, out, error);
}
