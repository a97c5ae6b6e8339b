/* model_forecast.c: customer by customer: alive, what they will buy, what that is worth, and why. */
#include "cohorts/model_forecast.h"

#include <math.h>

#include "base/format.h"
#include "cohorts/model_report.h"

#define PERIODS_MOST 100000

enum { TIMING_CONTINUOUS, TIMING_PERIOD_END };

static const lk_option forecast_options[] = {
    [LK_FORECAST_HORIZON] = {"horizon", LK_OPTION_DOUBLE, .unit = "units of T", .minimum = ">0",
                             .meaning = "How far to look ahead; without a value: to the end of time."},
    [LK_FORECAST_DISCOUNT] = {"discount", LK_OPTION_DOUBLE, .unit = "fraction a year", .minimum = "0",
                              .maximum = "1000", .default_text = "0", .meaning = "Interest a year."},
    [LK_FORECAST_PERIODS_PER_YEAR] = {"periods_per_year", LK_OPTION_DOUBLE, .unit = "units of T",
                                      .minimum = "1e-15", .maximum = "1e15", .default_text = "52",
                                      .meaning = "How many units of T a year has, for the discount."},
    [LK_FORECAST_TIMING] = {"timing", LK_OPTION_CHOICE, .choices = "continuous|period_end",
                            .default_text = "continuous",
                            .meaning = "Whether a transaction is discounted from when it is expected, "
                                       "or from the end of its period."},
    [LK_FORECAST_PERIOD] = {"period", LK_OPTION_DOUBLE, .unit = "units of T", .minimum = ">0",
                            .default_text = "1", .meaning = "The period of timing=period_end."},
    [LK_FORECAST_MARGIN] = {"margin", LK_OPTION_DOUBLE, .unit = "fraction", .minimum = ">0",
                            .default_text = "1", .meaning = "Share of spend that is kept."},
};

const lk_schema lk_lifetime_forecast_schema = {
    "lifetime_forecast", "What customers will buy, and what that is worth.", forecast_options,
    LK_FORECAST_OPTION_COUNT};

enum { ALIVE, EXPECTED, DISCOUNTED, SPEND, VALUE, RATE, MISSED, NUMBERS };
enum { FLAG_NO_REPEAT = 1, FLAG_OVERDUE = 2, FLAG_AVERAGE = 4, FLAG_NO_MEAN = 8, FLAG_BOUNDARY = 16 };

typedef struct forecast {
    const leadkpi_lifetime *model, *spend;
    lk_customer_columns columns;
    size_t rows;
    double horizon; /* INFINITY: to the end of time */
    double interest; /* a unit of time */
    double period;  /* 0: continuous */
    double margin;
    lk_memory memory;
    uint8_t *flags; /* a row */
    lk_pareto_rules rules;
    lk_period_ends ends;
} forecast;

/* ---- one customer ------------------------------------------------------------------- */

/* Of an interest above 0. */
static double discounted(const forecast *f, const lk_prospect *prospect)
{
    if (f->period > 0)
        return lk_prospect_at_period_ends(&f->ends, prospect, f->horizon, f->period, f->interest);
    return lk_prospect_discounted(prospect, f->horizon, f->interest);
}

/* p (gamma + x z) / (p x + q - 1) (Fader and Hardie 2013, equation 5). */
static double mean_spend(const leadkpi_lifetime *spend, const lk_model_row *row)
{
    enum { P, Q, GAMMA };
    const double *p = spend->parameters;
    double shape = p[P] * row->frequency + p[Q] - 1;
    if (!(shape > 0)) return NAN;
    return p[P] * (p[GAMMA] + row->frequency * row->value) / shape;
}

static void forecast_row(const forecast *f, const lk_model_row *row, double numbers[NUMBERS],
                         uint8_t *flags)
{
    lk_prospect prospect = lk_prospect_of(f->model, &f->rules, row);
    numbers[ALIVE] = prospect.alive;
    numbers[EXPECTED] = isinf(f->horizon) ? NAN : lk_prospect_expected(&prospect, f->horizon);
    numbers[DISCOUNTED] = f->interest == 0 ? numbers[EXPECTED] : discounted(f, &prospect);
    numbers[SPEND] = f->spend ? mean_spend(f->spend, row) : NAN;
    numbers[VALUE] = f->margin * numbers[SPEND] * numbers[DISCOUNTED];
    numbers[RATE] = prospect.shape / prospect.rate;
    numbers[MISSED] = numbers[RATE] * (row->age - row->recency);
    *flags = (uint8_t)((row->frequency == 0 ? FLAG_NO_REPEAT : 0) |
                       (prospect.alive < 0.5 ? FLAG_OVERDUE : 0) |
                       (f->spend && row->frequency == 0 ? FLAG_AVERAGE : 0) |
                       (f->spend && isnan(numbers[SPEND]) ? FLAG_NO_MEAN : 0) |
                       (f->model->outcome == LEADKPI_LIFETIME_BOUNDARY ? FLAG_BOUNDARY : 0));
}

/* ---- the table ---------------------------------------------------------------------- */

static lk_text flags_text(const void *request, size_t row, char buffer[LK_CELL_TEXT_MAX])
{
    static const char *const words[] = {"no_repeat", "overdue", "average_spend", "no_mean_spend", "boundary"};
    const forecast *f = request;
    size_t length = 0;
    for (int i = 0; i < 5; i++)
        if (f->flags[row] >> i & 1)
            length += lk_format(buffer + length, LK_CELL_TEXT_MAX - length, "%s%s", length ? "," : "", words[i]);
    return (lk_text){buffer, length};
}

static leadkpi_status copy_ids(const forecast *f, leadkpi_table *table, leadkpi_error *error)
{
    const lk_column *id = f->columns.id;
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    if (!id) return LEADKPI_OK;
    if (id->type == LEADKPI_TYPE_INT64) {
        int64_t *values;
        LK_TRY(lk_table_add_int64(table, LK_LITERAL("id"), "", f->rows, true, &values, error));
        for (size_t row = 0; row < f->rows; row++) {
            if (lk_column_is_valid(id, row))
                values[row] = lk_column_int64(id, row);
            else
                lk_table_set_null(table, 0, row);
        }
        return LEADKPI_OK;
    }
    lk_text_builder_init(&builder, table);
    for (size_t row = 0; row < f->rows && status == LEADKPI_OK; row++)
        status = lk_column_is_valid(id, row)
                     ? lk_text_builder_append(&builder, lk_column_text(id, row), error)
                     : lk_text_builder_append_null(&builder, error);
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, LK_LITERAL("id"), "", error);
    lk_text_builder_release(&builder);
    return status;
}

static leadkpi_status fill(const void *request, leadkpi_table *table, leadkpi_error *error)
{
    static const struct {
        const char *name, *unit;
    } names[NUMBERS] = {{"probability_alive", "fraction"}, {"expected_transactions", "transactions"},
                        {"discounted_transactions", "transactions"}, {"mean_spend", "currency"},
                        {"lifetime_value", "currency"}, {"purchase_rate", "transactions a unit of T"},
                        {"missed_transactions", "transactions"}};
    const forecast *f = request;
    double *columns[NUMBERS], numbers[NUMBERS];
    lk_model_row row;
    LK_TRY(copy_ids(f, table, error));
    int32_t first = leadkpi_table_column_count(table);
    for (int i = 0; i < NUMBERS; i++)
        LK_TRY(lk_table_add_double(table, lk_text_of(names[i].name, LEADKPI_NUL_TERMINATED), names[i].unit,
                                   f->rows, true, &columns[i], error));
    for (size_t i = 0; i < f->rows; i++) {
        /* With timing=period_end one customer may take a few milliseconds. */
        if (i % 16 == 0 || f->period > 0) LK_TRY(lk_interrupted(&f->memory, error));
        LK_TRY(lk_customers_read(&f->columns, i, &row, error));
        forecast_row(f, &row, numbers, &f->flags[i]);
        for (int k = 0; k < NUMBERS; k++) columns[k][i] = numbers[k];
    }
    for (int i = 0; i < NUMBERS; i++) lk_null_where_nan(table, first + i, columns[i], f->rows);
    return lk_add_text_column(table, LK_LITERAL("flags"), f->rows, flags_text, f, error);
}

/* ---- the call ----------------------------------------------------------------------- */

static double option_of(const leadkpi_options *options, int option)
{
    return lk_options_double(options, &lk_lifetime_forecast_schema, option);
}

static leadkpi_status read_options(forecast *f, const leadkpi_options *options, leadkpi_error *error)
{
    LK_TRY(lk_options_check(options, &lk_lifetime_forecast_schema, error));
    double horizon = option_of(options, LK_FORECAST_HORIZON);
    bool at_ends = lk_options_choice(options, &lk_lifetime_forecast_schema, LK_FORECAST_TIMING) == TIMING_PERIOD_END;
    f->horizon = isnan(horizon) ? INFINITY : horizon;
    f->interest = log1p(option_of(options, LK_FORECAST_DISCOUNT)) / option_of(options, LK_FORECAST_PERIODS_PER_YEAR);
    f->period = at_ends ? option_of(options, LK_FORECAST_PERIOD) : 0;
    f->margin = option_of(options, LK_FORECAST_MARGIN);
    LK_FAIL_IF(at_ends && !(f->horizon / f->period <= PERIODS_MOST), error, LEADKPI_BAD_ARGUMENT,
               "horizon: expected at most %d periods of %g with timing=period_end, found %g", PERIODS_MOST,
               f->period, f->horizon);
    return LEADKPI_OK;
}

static leadkpi_status check_models(const leadkpi_lifetime *model, const leadkpi_lifetime *spend,
                                   leadkpi_error *error)
{
    LK_FAIL_IF(!lk_model_is_of_customers(model->kind), error, LEADKPI_MISMATCH,
               "model: expected bg_nbd, mbg_nbd or pareto_nbd, found %s", lk_model_kinds[model->kind].name);
    LK_FAIL_IF(spend && spend->kind != LK_MODEL_GAMMA_GAMMA, error, LEADKPI_MISMATCH,
               "spend: expected gamma_gamma, found %s", lk_model_kinds[spend->kind].name);
    return LEADKPI_OK;
}

leadkpi_status leadkpi_lifetime_forecast(const leadkpi_lifetime *model, const leadkpi_lifetime *spend,
                                         const leadkpi_table *customers, const leadkpi_options *options,
                                         leadkpi_table **out, leadkpi_error *error)
{
    forecast f = {.model = model, .spend = spend};
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(model, error);
    LK_REQUIRE(customers, error);
    LK_TRY(check_models(model, spend, error));
    LK_TRY(read_options(&f, options, error));
    LK_TRY(lk_customers_find(customers, LK_NEEDS_HISTORY | (spend ? LK_NEEDS_VALUE : 0), &f.columns, error));
    f.memory = lk_memory_like(&model->memory);
    f.rows = leadkpi_table_row_count(customers);
    LK_TRY(lk_allocate(&f.memory, f.rows, 1, &f.flags, error));
    if (model->kind == LK_MODEL_PARETO_NBD) lk_pareto_rules_init(&f.rules);
    if (f.period > 0) lk_period_ends_init(&f.ends);
    leadkpi_status status = lk_lifetime_report(&model->memory, fill, &f, out, error);
    lk_release(&f.memory, f.flags, f.rows, 1);
    return status;
}
