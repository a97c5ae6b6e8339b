/* lifetime_value_table.c: paybacks, and the table of outlooks. */
#include "cohorts/columns.h"
#include "cohorts/lifetime_value.h"
#include "stats/check.h"

/* ---- payback ------------------------------------------------------------------------------- */

/* The first month whose sum is enough, between one whose is not and one whose is, or the end. */
typedef struct bounds {
    double wanted; /* of to_date and what comes, not discounted; NaN: nothing to look for */
    double sum;    /* by the month in the middle */
    int32_t low, high;
} bounds;

static int32_t middle_of(const bounds *b)
{
    return b->low + (b->high - b->low) / 2;
}

/* Mean, low or high end of the lifetime value, as a share of the mean: the curve is taken to be off by
 * that factor at every month. */
static double factor_of(const lk_outlooks *all, size_t row, int which)
{
    const lk_outlook *o = &all->items[row];
    double mean = (o->to_date + o->residual) / (double)o->customers, half = 0;
    if (which != LK_OUTLOOK_MEAN) half = lk_outlook_half_width(all, row, true);
    return mean > 0 ? (mean + (which == LK_OUTLOOK_LOW ? -half : half)) / mean : NAN;
}

static void begin(const lk_outlooks *all, int which, int32_t last, bounds *rows)
{
    for (size_t i = 0; i < all->count; i++) {
        double factor = factor_of(all, i, which), wanted = lk_spends_amount(&all->spends, i) / factor;
        rows[i] = (bounds){factor > 0 ? wanted : NAN, 0, -1, last + 1};
    }
}

static bool is_open(const bounds *b)
{
    return !isnan(b->wanted) && b->high - b->low > 1;
}

/* One halving of all rows at once: each customer is in its segment's and in the total. */
static leadkpi_status halve(const lk_outlooks *all, bounds *rows, leadkpi_error *error)
{
    size_t total = all->count - 1;
    for (size_t i = 0; i < all->count; i++) rows[i].sum = all->items[i].to_date;
    for (size_t i = 0; i < all->people; i++) {
        bounds *own = &rows[total ? all->way->segment(all, i) : 0], *every = &rows[total];
        double margin[2];
        if (i % 16 == 0) LK_TRY(lk_interrupted(&all->view->memory, error));
        if (!is_open(own) && !is_open(every)) continue;
        all->way->by_months(all, i, (const int32_t[]){middle_of(own), middle_of(every)}, margin);
        own->sum += margin[0];
        if (total) every->sum += margin[1];
    }
    for (size_t i = 0; i < all->count; i++) {
        bounds *b = &rows[i];
        if (!is_open(b)) continue;
        if (b->sum >= b->wanted) b->high = middle_of(b);
        else b->low = middle_of(b);
    }
    return LEADKPI_OK;
}

static leadkpi_status find_payback(lk_outlooks *all, int which, bounds *rows, leadkpi_error *error)
{
    int32_t last = all->months ? (int32_t)all->months : LK_OUTLOOK_PAYBACK_MONTHS;
    bool is_any_open = true;
    begin(all, which, last, rows);
    while (is_any_open) {
        LK_TRY(halve(all, rows, error));
        is_any_open = false;
        for (size_t i = 0; i < all->count; i++) is_any_open |= is_open(&rows[i]);
    }
    for (size_t i = 0; i < all->count; i++)
        all->items[i].payback[which] = isnan(rows[i].wanted) || rows[i].high > last ? -1 : rows[i].high;
    return LEADKPI_OK;
}

leadkpi_status lk_outlooks_find_paybacks(lk_outlooks *all, leadkpi_error *error)
{
    bounds *rows;
    LK_TRY(lk_allocate(&all->view->memory, all->count, sizeof *rows, &rows, error));
    leadkpi_status status = LEADKPI_OK;
    for (int which = 0; which < LK_OUTLOOK_ENDS && status == LEADKPI_OK; which++)
        status = find_payback(all, which, rows, error);
    lk_release(&all->view->memory, rows, all->count, sizeof *rows);
    return status;
}

/* ---- columns ------------------------------------------------------------------------------- */

static const lk_outlook *at(const void *x, size_t row)
{
    return &((const lk_outlooks *)x)->items[row];
}

static const lk_spends *spends_of(const void *x)
{
    return &((const lk_outlooks *)x)->spends;
}

static int64_t customers(const void *x, size_t row)
{
    return at(x, row)->customers;
}

static int64_t buyers(const void *x, size_t row)
{
    return at(x, row)->buyers;
}

static double a_customer(const void *x, size_t row, double sum)
{
    return lk_ratio(sum, (double)at(x, row)->customers);
}

static double alive(const void *x, size_t row)
{
    return at(x, row)->alive;
}

static double transactions(const void *x, size_t row)
{
    return a_customer(x, row, at(x, row)->transactions);
}

static double to_date(const void *x, size_t row)
{
    return a_customer(x, row, at(x, row)->to_date);
}

static double residual(const void *x, size_t row)
{
    return a_customer(x, row, at(x, row)->residual);
}

static double residual_low(const void *x, size_t row)
{
    return residual(x, row) - lk_outlook_half_width(x, row, false);
}

static double residual_high(const void *x, size_t row)
{
    return residual(x, row) + lk_outlook_half_width(x, row, false);
}

static double lifetime(const void *x, size_t row)
{
    return a_customer(x, row, at(x, row)->to_date + at(x, row)->residual);
}

static double lifetime_low(const void *x, size_t row)
{
    return lifetime(x, row) - lk_outlook_half_width(x, row, true);
}

static double lifetime_high(const void *x, size_t row)
{
    return lifetime(x, row) + lk_outlook_half_width(x, row, true);
}

static double spend(const void *x, size_t row)
{
    return lk_spends_amount(spends_of(x), row);
}

static double unmatched(const void *x, size_t row)
{
    return lk_spends_unmatched(spends_of(x), row);
}

static double cac(const void *x, size_t row)
{
    return a_customer(x, row, spend(x, row));
}

static double level_of(const void *x)
{
    return ((const lk_outlooks *)x)->view->level;
}

static double cac_low(const void *x, size_t row)
{
    return lk_spends_cac_end(spends_of(x), row, customers(x, row), level_of(x), false);
}

static double cac_high(const void *x, size_t row)
{
    return lk_spends_cac_end(spends_of(x), row, customers(x, row), level_of(x), true);
}

static double ratio(const void *x, size_t row)
{
    return lk_ratio(lifetime(x, row), cac(x, row));
}

/* On the log scale, as leadkpi_cohorts_value: the customers are a Poisson count. */
static double ratio_end(const void *x, size_t row, double sign)
{
    double mean = lifetime(x, row), z = lk_stats_z_of_level(level_of(x));
    double of_value = lk_outlook_half_width(x, row, true) / mean, of_count = z * z / (double)customers(x, row);
    return mean > 0 ? ratio(x, row) * exp(sign * sqrt(of_value * of_value + of_count)) : NAN;
}

static double ratio_low(const void *x, size_t row)
{
    return ratio_end(x, row, -1);
}

static double ratio_high(const void *x, size_t row)
{
    return ratio_end(x, row, 1);
}

static double payback_of(const void *x, size_t row, int which)
{
    int32_t month = at(x, row)->payback[which];
    return month < 0 ? NAN : month;
}

static double payback(const void *x, size_t row)
{
    return payback_of(x, row, LK_OUTLOOK_MEAN);
}

static double payback_low(const void *x, size_t row)
{
    return payback_of(x, row, LK_OUTLOOK_HIGH);
}

static double payback_high(const void *x, size_t row)
{
    return payback_of(x, row, LK_OUTLOOK_LOW);
}

static const struct {
    const char *name, *unit;
    lk_number_of number;
} numbers[] = {
    {"alive", "persons", alive},
    {"expected_transactions", "transactions", transactions},
    {"to_date_value", "currency", to_date},
    {"residual_value", "currency", residual},
    {"residual_value_low", "currency", residual_low},
    {"residual_value_high", "currency", residual_high},
    {"lifetime_value", "currency", lifetime},
    {"lifetime_value_low", "currency", lifetime_low},
    {"lifetime_value_high", "currency", lifetime_high},
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

/* Of the two models the one that says less. */
static lk_text outcome_of(const void *x, size_t row)
{
    const lk_outlooks *all = x;
    int32_t outcome = all->model->outcome, other = all->spend_model ? all->spend_model->outcome : 0;
    (void)row;
    return lk_text_of(leadkpi_lifetime_outcome_name(outcome > other ? outcome : other), LEADKPI_NUL_TERMINATED);
}

static leadkpi_status add_heads(lk_outlooks *all, leadkpi_table *table, leadkpi_error *error)
{
    lk_head *heads;
    LK_TRY(lk_allocate(&all->view->memory, all->count, sizeof *heads, &heads, error));
    for (size_t i = 0; i < all->count; i++)
        heads[i] = (lk_head){i + 1 < all->count ? LK_HEAD_SEGMENT : LK_HEAD_TOTAL, (uint32_t)i, 0};
    leadkpi_status status = lk_view_add_heads(all->view, NULL, false, heads, all->count, 1, table, error);
    lk_release(&all->view->memory, heads, all->count, sizeof *heads);
    return status;
}

leadkpi_status lk_outlooks_fill_table(lk_outlooks *all, leadkpi_table *table, leadkpi_error *error)
{
    LK_TRY(add_heads(all, table, error));
    LK_TRY(lk_add_counts(table, "customers", "persons", all->count, customers, all, error));
    LK_TRY(lk_add_counts(table, "buyers", "persons", all->count, buyers, all, error));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        LK_TRY(lk_add_numbers(table, numbers[i].name, numbers[i].unit, all->count, numbers[i].number, all,
                              error));
    return lk_add_texts(table, "model_outcome", all->count, outcome_of, all, error);
}
