#include <leadkpi/stats.h>

#include "cohorts/columns.h"
#include "cohorts/value.h"
#include "stats/check.h"

static const lk_worth *at(const void *x, size_t row)
{
    return &((const lk_values *)x)->worths[row];
}

static double z_of(const void *x)
{
    return lk_stats_z_of_level(((const lk_values *)x)->view->level);
}

/* ---- historical ------------------------------------------------------------------------------ */

static int64_t customers(const void *x, size_t row)
{
    return at(x, row)->customers;
}

static double to_date(const void *x, size_t row)
{
    return lk_ratio(at(x, row)->to_date, (double)at(x, row)->customers);
}

static int64_t eligible(const void *x, size_t row)
{
    return at(x, row)->eligible;
}

static double historical(const void *x, size_t row)
{
    return lk_ratio(at(x, row)->sum, (double)at(x, row)->eligible);
}

static double mean_end(double level, int64_t n, double sum, double squares, bool is_high)
{
    double low, high;
    if (leadkpi_stats_mean_interval((double)n, sum, squares, level, &low, &high, NULL) != LEADKPI_OK)
        return NAN;
    return is_high ? high : low;
}

static double historical_low(const void *x, size_t row)
{
    const lk_worth *w = at(x, row);
    return mean_end(((const lk_values *)x)->view->level, w->eligible, w->sum, w->squares, false);
}

static double historical_high(const void *x, size_t row)
{
    const lk_worth *w = at(x, row);
    return mean_end(((const lk_values *)x)->view->level, w->eligible, w->sum, w->squares, true);
}

/* ---- from the rate of churn ---------------------------------------------------------------------- */

static double arpa(const void *x, size_t row)
{
    return lk_ratio(at(x, row)->mrr_months, at(x, row)->paid_months);
}

static double churn_rate(const void *x, size_t row)
{
    return lk_ratio((double)at(x, row)->churn_events, at(x, row)->paid_months);
}

static double churn_end(const void *x, size_t row, bool is_high)
{
    double low, high;
    double count = (double)at(x, row)->churn_events; /* any count has an interval */
    (void)leadkpi_stats_poisson_interval(count, ((const lk_values *)x)->view->level, &low, &high, NULL);
    return lk_ratio(is_high ? high : low, at(x, row)->paid_months);
}

static double churn_low(const void *x, size_t row)
{
    return churn_end(x, row, false);
}

static double churn_high(const void *x, size_t row)
{
    return churn_end(x, row, true);
}

static double margin_month(const void *x, size_t row)
{
    return arpa(x, row) * ((const lk_values *)x)->margin;
}

/* Nobody has left: no finite value. */
static double over_churn(double money, double churn)
{
    return churn == 0 && money > 0 ? NAN : money / churn;
}

static double simple(const void *x, size_t row)
{
    return over_churn(arpa(x, row), churn_rate(x, row));
}

static double margin_value(const void *x, size_t row)
{
    return over_churn(margin_month(x, row), churn_rate(x, row));
}

static double margin_low(const void *x, size_t row)
{
    return margin_month(x, row) / churn_high(x, row);
}

static double margin_high(const void *x, size_t row)
{
    double churn = churn_low(x, row);
    return churn == 0 ? (isnan(arpa(x, row)) ? NAN : INFINITY) : margin_month(x, row) / churn;
}

/* What a customer that stays from month to month with r = exp(-churn) pays in months 1 to `months`, each
 * discounted to the start: a geometric series with q = r / (1 + d). */
static double series(const void *x, size_t row, double months)
{
    const lk_values *v = x;
    double exponent = churn_rate(x, row) + log1p(v->monthly_discount); /* q = exp(-exponent) */
    double sum = exponent == 0 ? months : expm1(-exponent * months) / expm1(-exponent);
    if (isinf(sum) || isnan(sum)) return NAN;
    if (v->timing == LK_TIMING_END) sum *= exp(-exponent);
    return margin_month(x, row) * sum;
}

static double discounted(const void *x, size_t row)
{
    return series(x, row, INFINITY);
}

static double over_months(const void *x, size_t row)
{
    return series(x, row, (double)((const lk_values *)x)->months);
}

static double capped(const void *x, size_t row)
{
    double cap = (double)((const lk_values *)x)->months, churn = churn_rate(x, row);
    if (isnan(churn)) return NAN;
    return margin_month(x, row) * (churn * cap > 1 ? 1 / churn : cap);
}

/* ---- against the cost -------------------------------------------------------------------------------- */

static double spend(const void *x, size_t row)
{
    return lk_spends_amount(&((const lk_values *)x)->spends, row);
}

static double unmatched(const void *x, size_t row)
{
    return lk_spends_unmatched(&((const lk_values *)x)->spends, row);
}

static double cac(const void *x, size_t row)
{
    return lk_ratio(spend(x, row), (double)at(x, row)->customers);
}

static double cac_end(const void *x, size_t row, bool is_high)
{
    const lk_values *v = x;
    return lk_spends_cac_end(&v->spends, row, at(x, row)->customers, v->view->level, is_high);
}

static double cac_low(const void *x, size_t row)
{
    return cac_end(x, row, false);
}

static double cac_high(const void *x, size_t row)
{
    return cac_end(x, row, true);
}

static double ratio(const void *x, size_t row)
{
    return lk_ratio(historical(x, row), cac(x, row));
}

/* The ratio is value a customer times customers over spend: on the log scale the variances of the two
 * add up (delta method), that of a Poisson count being 1 / customers. */
static double ratio_end(const void *x, size_t row, double sign)
{
    const lk_worth *w = at(x, row);
    double n = (double)w->eligible, mean = historical(x, row);
    if (n < 2 || !(mean > 0)) return NAN;
    double variance = fmax(0, w->squares - w->sum * mean) / (n - 1) / n;
    return ratio(x, row) * exp(sign * z_of(x) * sqrt(variance / (mean * mean) + 1 / (double)w->customers));
}

static double ratio_low(const void *x, size_t row)
{
    return ratio_end(x, row, -1);
}

static double ratio_high(const void *x, size_t row)
{
    return ratio_end(x, row, 1);
}

enum { MEAN, LOW, HIGH };

/* The first month by whose end the value so far, its low or its high end, is as high as the cost. */
static double payback_of(const void *x, size_t row, int which)
{
    const lk_worth *w = at(x, row);
    double cost = cac(x, row), level = ((const lk_values *)x)->view->level;
    for (int i = 0; !isnan(cost) && i < LK_WORTH_AGES && w->ages[i].eligible > 0; i++) {
        const lk_worth_age *age = &w->ages[i];
        double mean = age->sum / (double)age->eligible;
        double value = which == MEAN
                           ? mean
                           : mean_end(level, age->eligible, age->sum, age->squares, which == HIGH);
        if (value >= cost) return i + 1;
    }
    return NAN;
}

static double payback(const void *x, size_t row)
{
    return payback_of(x, row, MEAN);
}

static double payback_low(const void *x, size_t row)
{
    return payback_of(x, row, HIGH);
}

static double payback_high(const void *x, size_t row)
{
    return payback_of(x, row, LOW);
}

/* ---- the table ------------------------------------------------------------------------------------------ */

static const struct {
    const char *name, *unit;
    lk_number_of number;
} numbers[] = {
    {"to_date_value", "currency", to_date},
    {"historical_value", "currency", historical},
    {"historical_value_low", "currency", historical_low},
    {"historical_value_high", "currency", historical_high},
    {"arpa", "currency a month", arpa},
    {"churn_per_month", "events a customer month", churn_rate},
    {"churn_per_month_low", "events a customer month", churn_low},
    {"churn_per_month_high", "events a customer month", churn_high},
    {"simple_value", "currency", simple},
    {"margin_value", "currency", margin_value},
    {"margin_value_low", "currency", margin_low},
    {"margin_value_high", "currency", margin_high},
    {"discounted_value", "currency", discounted},
    {"finite_value", "currency", over_months},
    {"capped_value", "currency", capped},
    {"spend", "currency", spend},
    {"unmatched_spend", "currency", unmatched},
    {"cac", "currency", cac},
    {"cac_low", "currency", cac_low},
    {"cac_high", "currency", cac_high},
    {"value_to_cac", "ratio", ratio},
    {"value_to_cac_low", "ratio", ratio_low},
    {"value_to_cac_high", "ratio", ratio_high},
    {"payback_months", "months", payback},
    {"payback_months_low", "months", payback_low},
    {"payback_months_high", "months", payback_high},
};

static lk_text status_of(const void *x, size_t row)
{
    return at(x, row)->eligible < at(x, row)->customers ? LK_LITERAL("immature")
                                                        : LK_LITERAL("complete");
}

static leadkpi_status add_heads(lk_values *v, leadkpi_table *table, leadkpi_error *error)
{
    lk_head *heads;
    LK_TRY(lk_allocate(&v->view->memory, v->count, sizeof *heads, &heads, error));
    for (size_t i = 0; i < v->count; i++)
        heads[i] = (lk_head){i + 1 < v->count ? LK_HEAD_SEGMENT : LK_HEAD_TOTAL, (uint32_t)i, 0};
    leadkpi_status status = lk_view_add_heads(v->view, NULL, false, heads, v->count, 1, table, error);
    lk_release(&v->view->memory, heads, v->count, sizeof *heads);
    return status;
}

leadkpi_status lk_values_fill_table(lk_values *v, leadkpi_table *table, leadkpi_error *error)
{
    LK_TRY(add_heads(v, table, error));
    LK_TRY(lk_add_counts(table, "customers", "persons", v->count, customers, v, error));
    LK_TRY(lk_add_counts(table, "eligible", "persons", v->count, eligible, v, error));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        LK_TRY(lk_add_numbers(table, numbers[i].name, numbers[i].unit, v->count, numbers[i].number, v,
                              error));
    return lk_add_texts(table, "status", v->count, status_of, v, error);
}
