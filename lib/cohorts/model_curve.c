/* model_curve.c: what to expect of one who was just acquired. */
#include <math.h>

#include "cohorts/model_forecast.h"
#include "cohorts/model_report.h"

static const lk_option curve_options[] = {
    [LK_CURVE_PERIODS] = {"periods", LK_OPTION_INT64, .unit = "rows", .minimum = "0", .maximum = "1000000",
                          .default_text = "12", .meaning = "Rows after the first."},
    [LK_CURVE_STEP] = {"step", LK_OPTION_DOUBLE, .unit = "units of T", .minimum = ">0", .default_text = "1",
                       .meaning = "Of customers: time from row to row."},
    [LK_CURVE_DISCOUNT] = {"discount", LK_OPTION_DOUBLE, .unit = "fraction a period", .minimum = "0",
                           .maximum = "1000", .default_text = "0",
                           .meaning = "Of contracts: interest a period, for the residual lifetime."},
};

const lk_schema lk_lifetime_curve_schema = {"lifetime_curve", "What to expect of one who was just acquired.",
                                            curve_options, LK_CURVE_OPTION_COUNT};

typedef struct curve {
    const leadkpi_lifetime *model;
    size_t rows;
    double step, discount;
} curve;

static leadkpi_status fill_customers(const void *request, leadkpi_table *table, leadkpi_error *error)
{
    const curve *c = request;
    double *times, *expected;
    lk_pareto_rules rules;
    lk_model_row just_acquired = {.weight = 1};
    LK_TRY(lk_table_add_double(table, LK_LITERAL("time"), "units of T", c->rows, false, &times, error));
    LK_TRY(lk_table_add_double(table, LK_LITERAL("expected_transactions"), "transactions", c->rows, false,
                               &expected, error));
    lk_pareto_rules_init(&rules);
    lk_prospect prospect = lk_prospect_of(c->model, &rules, &just_acquired);
    for (size_t i = 0; i < c->rows; i++) {
        if (i % 1024 == 0) LK_TRY(lk_interrupted(&c->model->memory, error));
        times[i] = (double)i * c->step;
        expected[i] = i ? lk_prospect_expected(&prospect, times[i]) : 0;
    }
    return LEADKPI_OK;
}

/* ---- contracts ------------------------------------------------------------------------ */

static leadkpi_status fill_contracts(const void *request, leadkpi_table *table, leadkpi_error *error)
{
    const curve *c = request;
    int64_t *periods;
    double *survival, *retention, *residual;
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("period"), "", c->rows, false, &periods, error));
    LK_TRY(lk_table_add_double(table, LK_LITERAL("survival"), "fraction", c->rows, false, &survival, error));
    LK_TRY(lk_table_add_double(table, LK_LITERAL("retention"), "fraction", c->rows, true, &retention, error));
    LK_TRY(lk_table_add_double(table, LK_LITERAL("residual_lifetime"), "payments", c->rows, true, &residual,
                               error));
    /* From the last row back: payments at one age are 1 and the retained, discounted, of the next. */
    double payments = NAN;
    for (size_t i = c->rows; i-- > 0;) {
        if (i % 1024 == 0) LK_TRY(lk_interrupted(&c->model->memory, error));
        periods[i] = (int64_t)i;
        survival[i] = lk_contract_survival(c->model, (double)i);
        if (i + 1 == c->rows)
            LK_TRY(lk_contract_payments(c->model, &c->model->memory, (double)i, c->discount, &payments, error));
        else
            payments = 1 + payments * lk_contract_retention(c->model, (double)i) / (1 + c->discount);
        retention[i] = i ? lk_contract_retention(c->model, (double)i - 1) : NAN;
        residual[i] = i ? payments * retention[i] : payments;
    }
    lk_null_where_nan(table, 2, retention, c->rows);
    lk_null_where_nan(table, 3, residual, c->rows);
    return LEADKPI_OK;
}

leadkpi_status leadkpi_lifetime_curve(const leadkpi_lifetime *model, const leadkpi_options *options,
                                      leadkpi_table **out, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(model, error);
    LK_TRY(lk_options_check(options, &lk_lifetime_curve_schema, error));
    LK_FAIL_IF(model->kind == LK_MODEL_GAMMA_GAMMA, error, LEADKPI_MISMATCH,
               "model: expected one of customers or contracts, found gamma_gamma");
    curve c = {model, (size_t)lk_options_int64(options, &lk_lifetime_curve_schema, LK_CURVE_PERIODS) + 1,
               lk_options_double(options, &lk_lifetime_curve_schema, LK_CURVE_STEP),
               lk_options_double(options, &lk_lifetime_curve_schema, LK_CURVE_DISCOUNT)};
    return lk_lifetime_report(&model->memory,
                              lk_model_is_of_contracts(model->kind) ? fill_contracts : fill_customers, &c, out,
                              error);
}
