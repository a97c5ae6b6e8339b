/* lifetime_value.c: the outlook of each segment, from the outlook of each of its customers.
 *
 * The mean of a segment estimates what a customer of its kind is worth. Its variance has two parts,
 * taken as independent: chance among customers, s^2 / n of the conditional expectations, and the
 * error of the fits, g' C g, where g is the slope by the logarithms of the parameters (central
 * differences) and C their covariance. A parameter without a standard error, at a boundary or given,
 * adds nothing: along such a ridge the likelihood is flat and forecasts hold. */
#include "cohorts/lifetime_value.h"

#include "cohorts/schemas.h"
#include "stats/check.h"

static const lk_option lifetime_value_options[] = {
    LK_VIEW_OPTIONS(0, "given"),
    [LK_OUTLOOK_MONTHS] = {"months", LK_OPTION_INT64, .unit = "months", .minimum = "0", .maximum = "1200",
                           .default_text = "60",
                           .meaning = "How far to look ahead of as_of; 0: to the end of time, which asks "
                                      "for a discount."},
    [LK_OUTLOOK_DISCOUNT] = {"discount", LK_OPTION_DOUBLE, .unit = "fraction a year", .minimum = "0",
                             .maximum = "10", .default_text = "0",
                             .meaning = "Annual rate at which later money is discounted, from when it is "
                                        "expected."},
    [LK_OUTLOOK_MARGIN] = {"margin", LK_OPTION_DOUBLE, .unit = "fraction", .minimum = ">0", .maximum = "1",
                           .default_text = "1",
                           .meaning = "Gross margin: the share of money that is left after its cost."},
    LK_HISTORY_OPTIONS(LK_OUTLOOK_RULE),
    LK_RENEWAL_OPTION(LK_OUTLOOK_RENEWAL),
};

const lk_schema lk_cohorts_lifetime_value_schema = {
    "cohorts_lifetime_value", "What customers will have been worth, by fitted models, and whether they pay back.",
    lifetime_value_options, LK_OUTLOOK_OPTION_COUNT};

/* ---- one person -------------------------------------------------------------------------- */

static lk_outlook *outlook_of(lk_outlooks *all, uint32_t segment)
{
    return &all->items[all->count == 1 ? 0 : segment];
}

/* A slope costs up to eight forecasts: so many persons a segment, evenly through the order of ids, will do. */
#define SLOPES_MOST 256

static int64_t stride_of(const lk_outlook *o)
{
    return (o->buyers + SLOPES_MOST - 1) / SLOPES_MOST;
}

static void take_person(lk_outlooks *all, size_t person)
{
    lk_outlook *o = outlook_of(all, all->way->segment(all, person));
    lk_expectation e = all->way->expect(all, person);
    o->alive += e.alive;
    o->transactions += e.transactions;
    o->to_date += e.paid;
    o->residual += e.residual;
    o->residual_squares += e.residual * e.residual;
    o->total_squares += (e.residual + e.paid) * (e.residual + e.paid);
    if (o->taken++ % stride_of(o) != 0) return;
    o->sampled += e.residual;
    all->way->add_slopes(all, person, o->slopes);
}

/* From those that were sampled to all: slopes go with what a person is worth. */
static void scale_slopes(lk_outlook *o)
{
    for (int i = 0; i < LK_OUTLOOK_SLOPES && o->sampled > 0; i++) o->slopes[i] *= o->residual / o->sampled;
}

/* ---- all --------------------------------------------------------------------------------- */

static void see_customer(void *context, uint32_t segment)
{
    outlook_of(context, segment)->customers++;
}

static void add_outlook(lk_outlook *into, const lk_outlook *from)
{
    into->customers += from->customers;
    into->buyers += from->buyers;
    into->alive += from->alive;
    into->transactions += from->transactions;
    into->to_date += from->to_date;
    into->residual += from->residual;
    into->residual_squares += from->residual_squares;
    into->total_squares += from->total_squares;
    for (int i = 0; i < LK_OUTLOOK_SLOPES; i++) into->slopes[i] += from->slopes[i];
}

void lk_outlook_set_month(lk_outlooks *all, double month)
{
    const lk_view *v = all->view;
    all->month = month;
    all->interest = log1p(lk_options_double(v->options, v->schema, LK_OUTLOOK_DISCOUNT)) / (12 * month);
}

static leadkpi_status find(lk_outlooks *all, leadkpi_error *error)
{
    lk_view *v = all->view;
    size_t segments = v->dimension_count ? v->segment_count : 0;
    LK_TRY(lk_allocate(&v->memory, segments + 1, sizeof *all->items, &all->items, error));
    memset(all->items, 0, (segments + 1) * sizeof *all->items);
    all->count = segments + 1;
    LK_TRY(all->way->open(all, see_customer, error));
    for (size_t i = 0; i < all->people; i++) outlook_of(all, all->way->segment(all, i))->buyers++;
    for (size_t i = 0; i < all->people; i++) {
        if (i % 16 == 0) LK_TRY(lk_interrupted(&v->memory, error));
        take_person(all, i);
    }
    for (size_t i = 0; i < all->count; i++) scale_slopes(&all->items[i]);
    for (size_t i = 0; i < segments; i++) add_outlook(&all->items[segments], &all->items[i]);
    return LEADKPI_OK;
}

/* ---- the interval ------------------------------------------------------------------------ */

/* g' C g over the parameters that have a standard error. */
static double variance_of_fit(const leadkpi_lifetime *model, const double *slopes)
{
    double sum = 0;
    for (int i = 0; i < LK_MODEL_PARAMETERS_MAX; i++)
        for (int j = 0; j < LK_MODEL_PARAMETERS_MAX; j++)
            if (slopes[i] != 0 && slopes[j] != 0 && !isnan(model->covariance[i][j]))
                sum += slopes[i] * model->covariance[i][j] * slopes[j];
    return fmax(0, sum);
}

double lk_outlook_half_width(const lk_outlooks *all, size_t row, bool with_to_date)
{
    const lk_outlook *o = &all->items[row];
    double n = (double)o->customers, sum = o->residual + (with_to_date ? o->to_date : 0);
    double squares = with_to_date ? o->total_squares : o->residual_squares;
    if (n < 2 || isnan(sum)) return NAN;
    double chance = fmax(0, squares - sum * sum / n) / (n - 1) / n;
    double fit = variance_of_fit(all->model, o->slopes);
    if (all->spend_model) fit += variance_of_fit(all->spend_model, o->slopes + LK_MODEL_PARAMETERS_MAX);
    return lk_stats_z_of_level(all->view->level) * sqrt(chance + fit / (n * n));
}

/* ---- the call ---------------------------------------------------------------------------- */

static leadkpi_status check(const lk_outlooks *all, leadkpi_error *error)
{
    const char *name = lk_model_kinds[all->model->kind].name;
    LK_FAIL_IF(all->model->kind == LK_MODEL_GAMMA_GAMMA, error, LEADKPI_MISMATCH,
               "model: expected one of customers or contracts, found %s", name);
    if (lk_model_is_of_contracts(all->model->kind)) {
        LK_FAIL_IF(all->spend_model, error, LEADKPI_MISMATCH,
                   "spend_model: expected none with %s, since contracts say what they pay, found %s", name,
                   lk_model_kinds[all->spend_model->kind].name);
        return LEADKPI_OK;
    }
    LK_FAIL_IF(!all->spend_model, error, LEADKPI_NULL_ARGUMENT,
               "spend_model: expected a model of spend with %s, found NULL", name);
    LK_FAIL_IF(all->spend_model->kind != LK_MODEL_GAMMA_GAMMA, error, LEADKPI_MISMATCH,
               "spend_model: expected gamma_gamma, found %s", lk_model_kinds[all->spend_model->kind].name);
    return LEADKPI_OK;
}

typedef struct request {
    const leadkpi_lifetime *model, *spend_model;
    const leadkpi_table *spend;
} request;

static leadkpi_status fill(lk_view *v, void *context, leadkpi_table *table, leadkpi_error *error)
{
    const request *r = context;
    lk_outlooks all = {.view = v, .model = r->model, .spend_model = r->spend_model};
    all.months = lk_options_int64(v->options, v->schema, LK_OUTLOOK_MONTHS);
    all.margin = lk_options_double(v->options, v->schema, LK_OUTLOOK_MARGIN);
    LK_FAIL_IF(!all.months && !(lk_options_double(v->options, v->schema, LK_OUTLOOK_DISCOUNT) > 0), error,
               LEADKPI_CONTRADICTION, "months: expected 1 or more without a discount, found 0");
    LK_TRY(check(&all, error));
    all.way = lk_model_is_of_contracts(r->model->kind) ? &lk_outlook_of_subscribers : &lk_outlook_of_buyers;
    leadkpi_status status = find(&all, error);
    if (status == LEADKPI_OK) status = lk_spends_open(v, r->spend, &all.spends, error);
    if (status == LEADKPI_OK) status = lk_outlooks_find_paybacks(&all, error);
    if (status == LEADKPI_OK) status = lk_outlooks_fill_table(&all, table, error);
    lk_spends_close(v, &all.spends);
    all.way->close(&all);
    lk_release(&v->memory, all.items, all.count, sizeof *all.items);
    return status;
}

leadkpi_status leadkpi_cohorts_lifetime_value(const leadkpi_cohorts *cohorts,
                                              const leadkpi_lifetime *model,
                                              const leadkpi_lifetime *spend_model,
                                              const leadkpi_table *spend,
                                              const leadkpi_options *options, leadkpi_table **out,
                                              leadkpi_error *error)
{
    request r = {model, spend_model, spend};
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(model, error);
    return lk_cohorts_report(cohorts, options, &lk_cohorts_lifetime_value_schema, 0, fill, &r, out, error);
}
