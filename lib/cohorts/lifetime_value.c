/* lifetime_value.c: the outlook of each segment, from the outlook of each of its customers.
 *
 * The mean of a segment estimates what a customer of its kind is worth. Its variance has two parts,
 * taken as independent: chance among customers, s^2 / n of the conditional expectations, and the
 * error of the fits, g' C g, where g is the slope by the logarithms of the parameters (central
 * differences) and C their covariance. A parameter without a standard error, at a boundary or given,
 * adds nothing: along such a ridge the likelihood is flat and forecasts hold. */
#include "cohorts/lifetime_value.h"

#include <math.h>

#include "cohorts/schemas.h"
#include "stats/check.h"

#define MONTH_MICROSECONDS (365.2425 / 12 * 86400e6)

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
};

const lk_schema lk_cohorts_lifetime_value_schema = {
    "cohorts_lifetime_value", "What customers will have been worth, by fitted models, and whether they pay back.",
    lifetime_value_options, LK_OUTLOOK_OPTION_COUNT};

/* ---- one buyer --------------------------------------------------------------------------- */

/* What a refund took does not go below nothing. */
static lk_model_row row_of(const lk_buyer *buyer)
{
    lk_model_row row = buyer->row;
    row.value = row.value > 0 ? row.value : 0;
    return row;
}

static double spend_under(const lk_outlooks *all, const leadkpi_lifetime *spend_model, const lk_buyer *buyer)
{
    lk_model_row row = row_of(buyer);
    return all->margin * lk_mean_spend(spend_model->parameters, &row);
}

double lk_outlook_margin(const lk_outlooks *all, const lk_buyer *buyer)
{
    return spend_under(all, all->spend_model, buyer);
}

static double discounted(const lk_outlooks *all, const lk_prospect *prospect)
{
    double horizon = all->months ? (double)all->months * all->month : INFINITY;
    return lk_prospect_discounted(prospect, horizon, all->interest);
}

/* The model with one parameter a little off. */
static leadkpi_lifetime moved(const leadkpi_lifetime *model, int parameter, double factor)
{
    leadkpi_lifetime other = *model;
    other.parameters[parameter] *= factor;
    return other;
}

#define STEP 1e-4 /* of logarithms: both errors of a central difference are near 1e-8 */

static void add_slopes(const lk_outlooks *all, const lk_buyer *buyer, double transactions, double margin,
                       double slopes[LK_OUTLOOK_SLOPES])
{
    lk_model_row row = row_of(buyer);
    const leadkpi_lifetime *models[] = {all->model, all->spend_model};
    for (int i = 0; i < LK_OUTLOOK_SLOPES; i++) {
        bool is_spend = i >= LK_MODEL_PARAMETERS_MAX;
        const leadkpi_lifetime *model = models[is_spend];
        int place = i % LK_MODEL_PARAMETERS_MAX;
        double ends[2] = {0, 0};
        if (place >= lk_model_kinds[model->kind].count || isnan(model->covariance[place][place])) continue;
        for (int end = 0; end < 2; end++) {
            leadkpi_lifetime other = moved(model, place, exp(end ? STEP : -STEP));
            if (is_spend) {
                ends[end] = spend_under(all, &other, buyer) * transactions;
            } else {
                lk_prospect prospect = lk_prospect_of(&other, &all->rules, &row);
                ends[end] = margin * discounted(all, &prospect);
            }
        }
        slopes[i] += (ends[1] - ends[0]) / (2 * STEP);
    }
}

static lk_outlook *outlook_of(lk_outlooks *all, uint32_t segment)
{
    return &all->items[all->count == 1 ? 0 : segment];
}

/* A slope costs eight forecasts: so many buyers a segment, evenly through the order of ids, will do. */
#define SLOPES_MOST 256

static int64_t stride_of(const lk_outlook *o)
{
    return (o->buyers + SLOPES_MOST - 1) / SLOPES_MOST;
}

static void take_buyer(lk_outlooks *all, const lk_buyer *buyer)
{
    lk_model_row row = row_of(buyer);
    lk_outlook *o = outlook_of(all, buyer->segment);
    lk_prospect prospect = lk_prospect_of(all->model, &all->rules, &row);
    double transactions = discounted(all, &prospect), margin = lk_outlook_margin(all, buyer);
    double residual = margin * transactions, total = residual + buyer->paid * all->margin;
    o->alive += prospect.alive;
    o->transactions +=
        all->months ? lk_prospect_expected(&prospect, (double)all->months * all->month) : NAN;
    o->to_date += buyer->paid * all->margin;
    o->residual += residual;
    o->residual_squares += residual * residual;
    o->total_squares += total * total;
    if (o->taken++ % stride_of(o) != 0) return;
    o->sampled += residual;
    add_slopes(all, buyer, transactions, margin, o->slopes);
}

/* From the buyers that were sampled to all: slopes go with what a buyer is worth. */
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

static leadkpi_status find(lk_outlooks *all, leadkpi_error *error)
{
    lk_view *v = all->view;
    size_t segments = v->dimension_count ? v->segment_count : 0;
    LK_TRY(lk_allocate(&v->memory, segments + 1, sizeof *all->items, &all->items, error));
    memset(all->items, 0, (segments + 1) * sizeof *all->items);
    all->count = segments + 1;
    LK_TRY(lk_buyers_open(v, LK_OUTLOOK_RULE, see_customer, all, &all->buyers, error));
    all->month = MONTH_MICROSECONDS / (double)all->buyers.rule.unit;
    all->interest = log1p(lk_options_double(v->options, v->schema, LK_OUTLOOK_DISCOUNT)) / (12 * all->month);
    for (size_t i = 0; i < all->buyers.count; i++) outlook_of(all, all->buyers.items[i].segment)->buyers++;
    for (size_t i = 0; i < all->buyers.count; i++) {
        if (i % 16 == 0) LK_TRY(lk_interrupted(&v->memory, error));
        take_buyer(all, &all->buyers.items[i]);
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
    double fit = variance_of_fit(all->model, o->slopes) +
                 variance_of_fit(all->spend_model, o->slopes + LK_MODEL_PARAMETERS_MAX);
    return lk_stats_z_of_level(all->view->level) * sqrt(chance + fit / (n * n));
}

/* ---- the call ---------------------------------------------------------------------------- */

static leadkpi_status check(const lk_outlooks *all, leadkpi_error *error)
{
    LK_FAIL_IF(!lk_model_is_of_customers(all->model->kind), error, LEADKPI_MISMATCH,
               "model: expected bg_nbd, mbg_nbd or pareto_nbd, found %s", lk_model_kinds[all->model->kind].name);
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
    if (r->model->kind == LK_MODEL_PARETO_NBD) lk_pareto_rules_init(&all.rules);
    leadkpi_status status = find(&all, error);
    if (status == LEADKPI_OK) status = lk_spends_open(v, r->spend, &all.spends, error);
    if (status == LEADKPI_OK) status = lk_outlooks_find_paybacks(&all, error);
    if (status == LEADKPI_OK) status = lk_outlooks_fill_table(&all, table, error);
    lk_spends_close(v, &all.spends);
    lk_buyers_close(v, &all.buyers);
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
    LK_REQUIRE(spend_model, error);
    return lk_cohorts_report(cohorts, options, &lk_cohorts_lifetime_value_schema, 0, fill, &r, out, error);
}
