/* pool.c: several periods of a KPI as one. */
#include "kpi/pool.h"

#include <math.h>

#include "base/exact_sum.h"
#include "kpi/measures.h"

static bool adds_up(int measure)
{
    const char *how = lk_measures[measure].additivity;
    return strcmp(how, "flow") == 0 || strcmp(how, "first_entry") == 0;
}

leadkpi_status lk_periods_init(lk_periods *p, int32_t kpi, const leadkpi_table *table,
                               lk_kpi_settings settings, leadkpi_error *error)
{
    LK_TRY(lk_kpi_rows_init(&p->rows, kpi, table, settings, error));
    LK_TRY(lk_table_allow(table, LK_LITERAL("exposure"), LK_ALLOW_NUMBER, &p->exposure, error));
    const lk_kpi_formula *formula = &lk_kpi_formulas[p->rows.index];
    p->is_flow = lk_kpi_adds_up_over_time(p->rows.index);
    p->can_pool = true;
    for (int i = 0; i < formula->input_count; i++) p->can_pool &= adds_up(formula->inputs[i]);
    for (size_t row = 0; p->exposure && row < p->rows.row_count; row++) {
        double exposure =
            lk_column_is_valid(p->exposure, row) ? lk_column_number(p->exposure, row) : NAN;
        if (exposure > 0 && isfinite(exposure)) continue;
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, p->exposure->index,
                          "exposure: expected above 0, found %g", exposure);
    }
    return LEADKPI_OK;
}

/* ---- sums ---------------------------------------------------------------- */

/* What is said of entities adds up; a variance or an interval of a period does not say what that
 * of several is. */
static bool is_sum(int what)
{
    return what == LK_DISPERSION_N || what == LK_DISPERSION_SUM ||
           what == LK_DISPERSION_SUM_OF_SQUARES;
}

static void add_dispersion(lk_dispersion *into, const lk_dispersion *from)
{
    into->n += from->n;
    for (int i = 0; i < LK_KPI_INPUTS_MAX; i++) {
        for (int k = 0; k < LK_DISPERSION_OF_INPUT; k++)
            into->input[i][k] = is_sum(k) ? into->input[i][k] + from->input[i][k] : NAN;
        for (int j = 0; j < LK_KPI_INPUTS_MAX; j++) {
            into->pair[i][j][LK_DISPERSION_SUM_OF_PRODUCTS] +=
                from->pair[i][j][LK_DISPERSION_SUM_OF_PRODUCTS];
            into->pair[i][j][LK_DISPERSION_COVARIANCE] = NAN;
        }
    }
}

/* Adds up `count` rows, the two at the ends times `ends`. NOT_GIVEN, or OVERFLOW. */
static leadkpi_status add_rows(lk_periods *p, size_t first, size_t count, double ends, double *x,
                               lk_dispersion *dispersion)
{
    lk_exact_sum sums[LK_KPI_INPUTS_MAX] = {LK_EXACT_SUM_ZERO};
    int input_count = lk_kpi_formulas[p->rows.index].input_count;
    for (size_t k = 0; k < count; k++) {
        double weight = k == 0 || k + 1 == count ? ends : 1;
        if (!lk_kpi_rows_read(&p->rows, first + k, x)) return LEADKPI_NOT_GIVEN;
        for (int i = 0; i < input_count; i++)
            if (lk_exact_sum_add_double(&sums[i], weight * x[i], NULL)) return LEADKPI_OVERFLOW;
        if (k == 0)
            *dispersion = p->rows.dispersion;
        else
            add_dispersion(dispersion, &p->rows.dispersion);
    }
    for (int i = 0; i < input_count; i++) x[i] = lk_exact_sum_to_double(&sums[i]);
    return LEADKPI_OK;
}

/* ---- medians ------------------------------------------------------------- */

/* The value of rank k (from 0) among those of the rows: counted, since there are few. */
static double ranked(lk_periods *p, size_t first, size_t count, size_t k)
{
    leadkpi_estimate a, b;
    for (size_t i = 0; i < count; i++) {
        size_t below = 0, same = 0;
        lk_kpi_rows_estimate(&p->rows, first + i, &a);
        if (a.status != LEADKPI_OK) return NAN;
        for (size_t j = 0; j < count; j++) {
            lk_kpi_rows_estimate(&p->rows, first + j, &b);
            if (b.status != LEADKPI_OK) return NAN;
            below += b.value < a.value;
            same += b.value == a.value;
        }
        if (below <= k && k < below + same) return a.value;
    }
    return NAN;
}

static void take_median(lk_periods *p, size_t first, size_t count, lk_side *out)
{
    double low = ranked(p, first, count, (count - 1) / 2),
           high = ranked(p, first, count, count / 2);
    lk_kpi_estimate_clear(&out->estimate);
    out->estimate.value = 0.5 * (low + high);
    out->estimate.level = p->rows.settings.level;
    out->estimate.flags = LEADKPI_FLAG_NO_INTERVAL;
    out->estimate.status = isnan(out->estimate.value) ? LEADKPI_UNDEFINED : LEADKPI_OK;
}

/* ---- one side ------------------------------------------------------------ */

/* From the whole of the periods to one, or to the length of the last row. */
static double scale_of(const lk_periods *p, size_t first, size_t count)
{
    if (!p->is_flow) return 1;
    if (!p->exposure) return 1 / (double)count;
    double sum = 0;
    for (size_t k = 0; k < count; k++) sum += lk_column_number(p->exposure, first + k);
    return lk_column_number(p->exposure, p->rows.row_count - 1) / sum;
}

void lk_periods_pool(lk_periods *p, size_t first, size_t count, lk_side *out)
{
    out->settings = p->rows.settings;
    out->scale = 1;
    lk_dispersion_clear(&out->dispersion);
    if (!p->can_pool && count > 1) {
        take_median(p, first, count, out);
        return;
    }
    leadkpi_status status = add_rows(p, first, count, 1, out->x, &out->dispersion);
    if (status != LEADKPI_OK) {
        lk_kpi_estimate_clear(&out->estimate);
        out->estimate.status = status;
        out->estimate.flags = LEADKPI_FLAG_NO_INTERVAL;
        return;
    }
    if (p->rows.settings.dispersion) out->settings.dispersion = &out->dispersion;
    lk_kpi_estimate(p->rows.index, out->x, &out->settings, &out->estimate, NULL);
    double scale = scale_of(p, first, count);
    if (scale == 1) return;
    lk_side_scale(out, scale);
    if (p->exposure) out->estimate.flags |= LEADKPI_FLAG_EXPOSURE_NORMALISED;
}

/* ---- trend --------------------------------------------------------------- */

/* The mean of the values, where measures do not add up. */
static double mean_of_values(lk_periods *p, size_t first, size_t count, double ends, double whole)
{
    leadkpi_estimate e;
    double sum = 0;
    for (size_t k = 0; k < count; k++) {
        lk_kpi_rows_estimate(&p->rows, first + k, &e);
        sum += (k == 0 || k + 1 == count ? ends : 1) * e.value;
    }
    return sum / whole;
}

double lk_periods_trend(lk_periods *p, size_t middle, size_t season)
{
    size_t half = season / 2, first = middle - half, count = 2 * half + 1;
    double ends = season % 2 ? 1 : 0.5, x[LK_KPI_INPUTS_MAX];
    lk_dispersion dispersion;
    leadkpi_estimate e;
    if (!p->can_pool) return mean_of_values(p, first, count, ends, (double)season);
    if (add_rows(p, first, count, ends, x, &dispersion) != LEADKPI_OK) return NAN;
    lk_kpi_settings settings = p->rows.settings;
    settings.dispersion = NULL;
    lk_kpi_estimate(p->rows.index, x, &settings, &e, NULL);
    return p->is_flow ? e.value / (double)season : e.value;
}
