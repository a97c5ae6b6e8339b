/* contrast.c: one estimate of a KPI against another: difference, ratio, intervals, p-value. */
#include "kpi/contrast.h"

#include <math.h>

#include <leadkpi/stats.h>

void lk_side_read(lk_side *side, lk_kpi_rows *rows, size_t row)
{
    side->settings = rows->settings;
    side->scale = 1;
    lk_kpi_rows_estimate(rows, row, &side->estimate);
    if (side->estimate.status == LEADKPI_NOT_GIVEN) return;
    lk_kpi_rows_read(rows, row, side->x);
    side->dispersion = rows->dispersion;
    if (rows->settings.dispersion) side->settings.dispersion = &side->dispersion;
}

void lk_side_scale(lk_side *side, double scale)
{
    side->scale = scale;
    side->estimate.value *= scale;
    side->estimate.low *= scale;
    side->estimate.high *= scale;
}

/* ---- square-and-add ------------------------------------------------------ */

static double root_of_squares(double a, double b)
{
    return isinf(a) || isinf(b) ? INFINITY : sqrt(a * a + b * b);
}

void lk_add_in_squares(const leadkpi_estimate *a, const leadkpi_estimate *b, double *low,
                       double *high)
{
    double difference = a->value - b->value;
    *low = difference - root_of_squares(a->value - a->low, b->high - b->value);
    *high = difference + root_of_squares(a->high - a->value, b->value - b->low);
}

/* The same on the log scale, for positive values. An end at 0 is a distance without bound. */
static void add_logs(const leadkpi_estimate *a, const leadkpi_estimate *b, double *low,
                     double *high)
{
    double ratio = a->value / b->value;
    double a_down = a->low > 0 ? log(a->value / a->low) : INFINITY;
    double b_down = b->low > 0 ? log(b->value / b->low) : INFINITY;
    *low = ratio * exp(-root_of_squares(a_down, log(b->high / b->value)));
    *high = ratio * exp(root_of_squares(log(a->high / a->value), b_down));
}

static bool has_interval(const leadkpi_estimate *e)
{
    return !isnan(e->low) && !isnan(e->high);
}

static void by_squares(const lk_side *side, const lk_side *base, lk_contrast *out)
{
    const leadkpi_estimate *a = &side->estimate, *b = &base->estimate;
    lk_add_in_squares(a, b, &out->difference_low, &out->difference_high);
    if (a->value > 0 && b->value > 0) add_logs(a, b, &out->ratio_low, &out->ratio_high);
    out->flags |= LEADKPI_FLAG_APPROXIMATE;
}

static void estimate_at(int32_t index, const lk_side *side, double level, leadkpi_estimate *out)
{
    lk_kpi_settings settings = lk_kpi_settings_of(level, side->settings.basis);
    settings.simultaneous = side->settings.simultaneous;
    settings.dispersion = side->settings.dispersion;
    lk_kpi_estimate(index, side->x, &settings, out, NULL);
    out->value *= side->scale;
    out->low *= side->scale;
    out->high *= side->scale;
}

/* Does the interval of the difference at that level leave 0 out? */
static bool is_apart(int32_t index, const lk_side *side, const lk_side *base, double level)
{
    leadkpi_estimate a, b;
    double low, high;
    estimate_at(index, side, level, &a);
    estimate_at(index, base, level, &b);
    lk_add_in_squares(&a, &b, &low, &high);
    return low > 0 || high < 0;
}

static bool has_fixed_ends(const lk_side *side)
{
    for (int i = 0; side->settings.dispersion && i < LK_KPI_INPUTS_MAX; i++)
        if (!isnan(side->dispersion.input[i][LK_DISPERSION_LOW])) return true;
    return false;
}

/* 1 less the largest level at which the two are apart, by halving 48 times: 2^-48. */
static double p_by_inversion(int32_t index, const lk_side *side, const lk_side *base)
{
    double apart = 0, together = 1;
    if (has_fixed_ends(side) || has_fixed_ends(base)) return NAN;
    if (side->estimate.value == base->estimate.value) return 1;
    for (int i = 0; i < 48; i++) {
        double level = 0.5 * (apart + together);
        if (is_apart(index, side, base, level))
            apart = level;
        else
            together = level;
    }
    return 1 - together;
}

/* ---- how the value follows from the ratio of the parts ------------------- */

typedef struct shape {
    bool is_same;    /* the same function of the ratio on both sides */
    bool is_linear;  /* offset + slope * ratio */
    double slope, offset;
} shape;

static shape shape_of(const lk_kpi_formula *formula, const lk_side *side, const lk_side *base)
{
    double at_zero = formula->transform(side->x, 0), at_one = formula->transform(side->x, 1);
    double half = formula->transform(side->x, 0.5);
    shape s = {.is_same = half == formula->transform(base->x, 0.5) &&
                          formula->transform(side->x, 0.25) == formula->transform(base->x, 0.25) &&
                          side->scale == base->scale};
    s.slope = (at_one - at_zero) * side->scale;
    s.offset = at_zero * side->scale;
    s.is_linear = isfinite(s.slope) && isfinite(s.offset) &&
                  fabs(half - 0.5 * (at_zero + at_one)) <= 1e-14 * fabs(half);
    return s;
}

/* ---- proportions --------------------------------------------------------- */

/* The chi-square test with N - 1 in place of N (Campbell 2007, doi:10.1002/sim.2832): the score
 * test whose interval is Miettinen and Nurminen's. */
static double p_of_proportions(double a, double a_of, double b, double b_of)
{
    double all = a_of + b_of, pooled = (a + b) / all;
    double variance = pooled * (1 - pooled) * (1 / a_of + 1 / b_of) * (all / (all - 1));
    double difference = a / a_of - b / b_of;
    if (difference == 0 || !(variance > 0)) return 1;
    return 2 * leadkpi_stats_normal_upper(fabs(difference) / sqrt(variance));
}

static void by_proportions(shape s, const lk_kpi_parts *a, const lk_kpi_parts *b, double level,
                           lk_contrast *out)
{
    double low, high;
    out->method = "proportions";
    out->p_value = p_of_proportions(a->first, a->second, b->first, b->second);
    if (s.is_linear && leadkpi_stats_miettinen_nurminen_interval(a->first, a->second, b->first,
                                                                 b->second, level, &low, &high,
                                                                 NULL) == LEADKPI_OK) {
        out->difference_low = s.slope * (s.slope < 0 ? high : low);
        out->difference_high = s.slope * (s.slope < 0 ? low : high);
    }
    if (s.is_linear && s.offset == 0 &&
        leadkpi_stats_katz_interval(a->first, a->second, b->first, b->second, level, &low, &high,
                                    NULL) == LEADKPI_OK) {
        out->ratio_low = low;
        out->ratio_high = high;
    }
}

/* ---- counts -------------------------------------------------------------- */

/* Given the sum of both, the count `a` is binomial with the share of its exposure. Twice the
 * smaller tail, as in the interval of the ratio. */
static double p_of_counts(double a, double a_exposure, double b, double b_exposure)
{
    double share = a_exposure / (a_exposure + b_exposure);
    double up_to = b == 0 ? 1 : leadkpi_stats_beta_upper(share, a + 1, b);
    double from = a == 0 ? 1 : leadkpi_stats_beta_cdf(share, a, b + 1);
    double smaller = up_to < from ? up_to : from;
    return smaller < 0.5 ? 2 * smaller : 1;
}

static void by_counts(shape s, double a, double a_exposure, double b, double b_exposure,
                      bool is_cost, double level, lk_contrast *out)
{
    double low, high, relative = b_exposure / a_exposure;
    out->method = "counts";
    out->p_value = p_of_counts(a, a_exposure, b, b_exposure);
    if (!s.is_linear || s.offset != 0 ||
        leadkpi_stats_poisson_ratio_interval(a, b, level, &low, &high, NULL) != LEADKPI_OK)
        return;
    out->ratio_low = is_cost ? 1 / (high * relative) : low * relative;
    out->ratio_high = is_cost ? 1 / (low * relative) : high * relative;
}

/* ---- which one ----------------------------------------------------------- */

static bool is_counted(double count, double exposure)
{
    return count >= 0 && count <= 1e15 && exposure > 0 && isfinite(exposure);
}

/* Exact methods where the parts allow them; they replace what square-and-add gave. */
static void by_parts(int32_t index, const lk_side *side, const lk_side *base, lk_contrast *out)
{
    const lk_kpi_formula *formula = &lk_kpi_formulas[index];
    lk_kpi_parts a, b;
    shape s = shape_of(formula, side, base);
    int method = formula->interval;
    double level = side->settings.level;
    formula->parts(side->x, &a);
    formula->parts(base->x, &b);
    if (method == LK_INTERVAL_POISSON) {
        a.second /= side->scale;
        b.second /= base->scale;
        s = (shape){true, s.is_linear, s.slope, s.offset};
        if (is_counted(a.first, a.second) && is_counted(b.first, b.second) && a.first + b.first > 0)
            by_counts(s, a.first, a.second, b.first, b.second, false, level, out);
    }
    if (!s.is_same) return;
    if (method == LK_INTERVAL_COST_PER_POISSON && is_counted(a.second, a.first) &&
        is_counted(b.second, b.first) && a.second + b.second > 0)
        by_counts(s, a.second, a.first, b.second, b.first, true, level, out);
    if ((method == LK_INTERVAL_WILSON || method == LK_INTERVAL_MULTINOMIAL) &&
        side->estimate.basis != LEADKPI_BASIS_PERIOD && is_counted(a.first, a.second) &&
        is_counted(b.first, b.second))
        by_proportions(s, &a, &b, level, out);
}

void lk_contrast_of(int32_t index, const lk_side *side, const lk_side *base, lk_contrast *out)
{
    const leadkpi_estimate *a = &side->estimate, *b = &base->estimate;
    *out = (lk_contrast){.difference = a->value - b->value, .difference_low = NAN,
                         .difference_high = NAN, .ratio = NAN, .ratio_low = NAN, .ratio_high = NAN,
                         .p_value = NAN, .method = "", .flags = a->flags | b->flags};
    if (b->value != 0) out->ratio = a->value / b->value;
    if (!has_interval(a) || !has_interval(b)) {
        out->flags |= LEADKPI_FLAG_NO_INTERVAL;
        return;
    }
    by_squares(side, base, out);
    if (lk_kpi_formulas[index].has_parts == LK_PARTS_INPUTS)
        by_parts(index, side, base, out);
    if (*out->method) return;
    out->method = "square_and_add";
    out->p_value = p_by_inversion(index, side, base);
}

const char *lk_contrast_verdict(const lk_contrast *c, double level)
{
    if (isnan(c->p_value)) return "";
    if (c->p_value >= 1 - level) return "not distinguishable";
    return c->difference > 0 ? "higher" : "lower";
}
