#include "cohorts/churn_table.h"

#include <leadkpi/stats.h>

#include "cohorts/columns.h"
#include "stats/check.h"

#define DAY 86400e6
#define DAYS_A_YEAR 365.2425
#define MONTH (DAYS_A_YEAR / 12 * DAY)

static const lk_movement *at(const void *context, size_t row)
{
    return &((const lk_churn *)context)->movements[row];
}

static double number(const lk_exact_sum *sum)
{
    return lk_exact_sum_to_double(sum);
}

static bool is_complete(const lk_churn *c, size_t row)
{
    return c->starts[row % c->period_count + 1] - 1 <= c->view->as_of;
}

/* ---- heads and money ------------------------------------------------------------------------ */

static int64_t opening_customers(const void *x, size_t row)
{
    return at(x, row)->opening_customers;
}

static int64_t closing_customers(const void *x, size_t row)
{
    return at(x, row)->closing_customers;
}

static double opening(const void *x, size_t row)
{
    return number(&at(x, row)->opening);
}

static double closing(const void *x, size_t row)
{
    return number(&at(x, row)->closing);
}

#define MOVE(name, what)                                                                           \
    static int64_t name##_customers(const void *x, size_t row)                                     \
    {                                                                                              \
        return at(x, row)->customers[what];                                                        \
    }                                                                                              \
    static double name##_money(const void *x, size_t row)                                          \
    {                                                                                              \
        return number(&at(x, row)->moved[what]);                                                   \
    }
MOVE(new, LK_MOVE_NEW)
MOVE(expansion, LK_MOVE_EXPANSION)
MOVE(contraction, LK_MOVE_CONTRACTION)
MOVE(churned, LK_MOVE_CHURN)
MOVE(reactivated, LK_MOVE_REACTIVATION)

/* ---- of heads --------------------------------------------------------------------------------- */

static double logo_churn(const void *x, size_t row)
{
    return lk_ratio((double)churned_customers(x, row), (double)at(x, row)->opening_customers);
}

static double logo_churn_end(const void *x, size_t row, bool is_high)
{
    double low, high, level = ((const lk_churn *)x)->view->level;
    if (leadkpi_stats_wilson_interval((double)churned_customers(x, row),
                                      (double)at(x, row)->opening_customers, level, &low, &high,
                                      NULL) != LEADKPI_OK)
        return NAN;
    return is_high ? high : low;
}

static double logo_churn_low(const void *x, size_t row)
{
    return logo_churn_end(x, row, false);
}

static double logo_churn_high(const void *x, size_t row)
{
    return logo_churn_end(x, row, true);
}

static double logo_churn_midpoint(const void *x, size_t row)
{
    double both = (double)at(x, row)->opening_customers + (double)at(x, row)->closing_customers;
    return lk_ratio(2 * (double)churned_customers(x, row), both);
}

/* Compounded: who stays a year stays every period of it. Of a whole period only. */
static double annual_churn(const void *x, size_t row)
{
    const lk_churn *c = x;
    size_t period = row % c->period_count;
    if (!is_complete(c, row)) return NAN;
    double length = (double)c->starts[period + 1] - (double)c->starts[period];
    double rate = logo_churn(x, row);
    return -expm1(DAYS_A_YEAR * DAY / length * log1p(-rate));
}

/* ---- by exposure ------------------------------------------------------------------------------ */

static double exposure_months(const void *x, size_t row)
{
    return number(&at(x, row)->exposure) / MONTH;
}

static int64_t churn_events(const void *x, size_t row)
{
    return at(x, row)->churn_events;
}

static double churn_per_month(const void *x, size_t row)
{
    return lk_ratio((double)at(x, row)->churn_events, exposure_months(x, row));
}

static double churn_per_month_end(const void *x, size_t row, bool is_high)
{
    double low, high, level = ((const lk_churn *)x)->view->level;
    (void)leadkpi_stats_poisson_interval((double)at(x, row)->churn_events, level, &low, &high, NULL); /* any count */
    return lk_ratio(is_high ? high : low, exposure_months(x, row));
}

static double churn_per_month_low(const void *x, size_t row)
{
    return churn_per_month_end(x, row, false);
}

static double churn_per_month_high(const void *x, size_t row)
{
    return churn_per_month_end(x, row, true);
}

/* ---- of money ----------------------------------------------------------------------------------- */

/* What the customers of the start still pay, each at most what it paid then. */
static double kept(const lk_movement *m, bool with_expansion, bool with_reactivation)
{
    lk_exact_sum sum = m->opening;
    (void)lk_exact_sum_subtract(&sum, &m->moved[LK_MOVE_CHURN], NULL);
    (void)lk_exact_sum_subtract(&sum, &m->moved[LK_MOVE_CONTRACTION], NULL);
    if (with_expansion) (void)lk_exact_sum_add(&sum, &m->moved[LK_MOVE_EXPANSION], NULL);
    if (with_reactivation) (void)lk_exact_sum_add(&sum, &m->moved[LK_MOVE_REACTIVATION], NULL);
    return number(&sum);
}

static double grr(const void *x, size_t row)
{
    return lk_ratio(kept(at(x, row), false, false), opening(x, row));
}

static double nrr(const void *x, size_t row)
{
    return lk_ratio(kept(at(x, row), true, false), opening(x, row));
}

static double nrr_with_reactivation(const void *x, size_t row)
{
    return lk_ratio(kept(at(x, row), true, true), opening(x, row));
}

/* Half the width of the interval of a ratio of sums over n customers, by linearisation (Cochran,
 * Sampling Techniques, 3rd ed. 1977, 6.4): var R = n / (n - 1) * sum (y - R x)^2 / (sum x)^2. */
static double half_width(const void *x, size_t row, const lk_squares *s, double ratio)
{
    const lk_movement *m = at(x, row);
    double n = (double)m->opening_customers, total = opening(x, row);
    if (n < 2) return NAN;
    double rest = s->kept_kept - 2 * ratio * s->kept_open + ratio * ratio * m->open_open;
    double error = sqrt(fmax(0, rest) * (n / (n - 1))) / total;
    return lk_stats_z_of_level(((const lk_churn *)x)->view->level) * error;
}

static double grr_low(const void *x, size_t row)
{
    double ratio = grr(x, row), half = half_width(x, row, &at(x, row)->gross, ratio);
    return isnan(half) ? NAN : fmax(0, ratio - half);
}

static double grr_high(const void *x, size_t row)
{
    double ratio = grr(x, row), half = half_width(x, row, &at(x, row)->gross, ratio);
    return isnan(half) ? NAN : fmin(1, ratio + half);
}

static double nrr_low(const void *x, size_t row)
{
    double ratio = nrr(x, row), half = half_width(x, row, &at(x, row)->net, ratio);
    return isnan(half) ? NAN : fmax(0, ratio - half);
}

static double nrr_high(const void *x, size_t row)
{
    double ratio = nrr(x, row);
    return ratio + half_width(x, row, &at(x, row)->net, ratio);
}

static lk_text status_of(const void *x, size_t row)
{
    return is_complete(x, row) ? LK_LITERAL("complete") : LK_LITERAL("incomplete");
}

/* ---- the table ------------------------------------------------------------------------------------- */

typedef struct column {
    const char *name, *unit;
    lk_count_of count; /* or */
    lk_number_of number;
} column;

static const column columns[] = {
    {"opening_customers", "persons", opening_customers, NULL},
    {"new_customers", "persons", new_customers, NULL},
    {"reactivated_customers", "persons", reactivated_customers, NULL},
    {"churned_customers", "persons", churned_customers, NULL},
    {"closing_customers", "persons", closing_customers, NULL},
    {"expanded_customers", "persons", expansion_customers, NULL},
    {"contracted_customers", "persons", contraction_customers, NULL},
    {"opening_mrr", "currency", NULL, opening},
    {"new_mrr", "currency", NULL, new_money},
    {"expansion_mrr", "currency", NULL, expansion_money},
    {"reactivation_mrr", "currency", NULL, reactivated_money},
    {"contraction_mrr", "currency", NULL, contraction_money},
    {"churned_mrr", "currency", NULL, churned_money},
    {"closing_mrr", "currency", NULL, closing},
    {"logo_churn", "fraction", NULL, logo_churn},
    {"logo_churn_low", "fraction", NULL, logo_churn_low},
    {"logo_churn_high", "fraction", NULL, logo_churn_high},
    {"logo_churn_midpoint", "fraction", NULL, logo_churn_midpoint},
    {"annual_logo_churn", "fraction", NULL, annual_churn},
    {"grr", "fraction", NULL, grr},
    {"grr_low", "fraction", NULL, grr_low},
    {"grr_high", "fraction", NULL, grr_high},
    {"nrr", "fraction", NULL, nrr},
    {"nrr_low", "fraction", NULL, nrr_low},
    {"nrr_high", "fraction", NULL, nrr_high},
    {"nrr_with_reactivation", "fraction", NULL, nrr_with_reactivation},
    {"exposure_months", "customer months", NULL, exposure_months},
    {"churn_events", "events", churn_events, NULL},
    {"churn_per_month", "events a customer month", NULL, churn_per_month},
    {"churn_per_month_low", "events a customer month", NULL, churn_per_month_low},
    {"churn_per_month_high", "events a customer month", NULL, churn_per_month_high},
};

static leadkpi_status add_heads(lk_churn *c, leadkpi_table *table, leadkpi_error *error)
{
    lk_head *heads;
    size_t rows = c->row_count;
    LK_TRY(lk_allocate(&c->view->memory, rows, sizeof *heads, &heads, error));
    for (size_t i = 0; i < rows; i++) {
        size_t group = i / c->period_count;
        bool is_total = c->view->dimension_count && group == c->segment_count;
        heads[i] = (lk_head){is_total ? LK_HEAD_PERIOD_TOTAL : LK_HEAD_PERIOD, (uint32_t)group,
                             c->starts[i % c->period_count]};
    }
    leadkpi_status status =
        lk_view_add_heads(c->view, c->calendar, false, heads, rows, 1, table, error);
    lk_release(&c->view->memory, heads, rows, sizeof *heads);
    return status;
}

leadkpi_status lk_churn_fill_table(lk_churn *c, leadkpi_table *table, leadkpi_error *error)
{
    LK_TRY(add_heads(c, table, error));
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        const column *k = &columns[i];
        if (k->count) LK_TRY(lk_add_counts(table, k->name, k->unit, c->row_count, k->count, c, error));
        else LK_TRY(lk_add_numbers(table, k->name, k->unit, c->row_count, k->number, c, error));
    }
    return lk_add_texts(table, "status", c->row_count, status_of, c, error);
}
