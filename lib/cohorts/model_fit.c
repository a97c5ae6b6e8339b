/* model_fit.c: handles: from data by maximum likelihood, or from known parameters. */
#include <math.h>

#include "cohorts/model.h"
#include "cohorts/model_report.h"

_Static_assert(sizeof(leadkpi_lifetime) <= 512, "a model is small");

/* ---- handles --------------------------------------------------------------------- */

leadkpi_status lk_lifetime_make(const lk_memory *like, const leadkpi_lifetime *from,
                                leadkpi_lifetime **out, leadkpi_error *error)
{
    lk_memory memory = lk_memory_like(like);
    leadkpi_lifetime *made;
    LK_TRY(lk_allocate(&memory, 1, sizeof *made, &made, error));
    *made = *from;
    made->memory = memory;
    *out = made;
    return LEADKPI_OK;
}

void leadkpi_lifetime_free(leadkpi_lifetime *model)
{
    if (!model) return;
    lk_memory memory = model->memory;
    lk_release(&memory, model, 1, sizeof *model);
}

int32_t leadkpi_lifetime_outcome(const leadkpi_lifetime *model)
{
    return model ? model->outcome : 0;
}

/* The kind and, for `given`, the parameters; else none may be set. */
static leadkpi_status read_definition(const leadkpi_options *definition, bool given,
                                      leadkpi_lifetime *model, leadkpi_error *error)
{
    memset(model, 0, sizeof *model);
    LK_TRY(lk_options_check(definition, &lk_lifetime_schema, error));
    model->kind = lk_options_choice(definition, &lk_lifetime_schema, LK_LIFETIME_MODEL);
    LK_FAIL_IF(model->kind < 0, error, LEADKPI_BAD_ARGUMENT,
               "model: expected one of %s, found none", lk_lifetime_schema.options[0].choices);
    const lk_model_kind *kind = &lk_model_kinds[model->kind];
    for (int option = LK_LIFETIME_R; option < LK_LIFETIME_OPTION_COUNT; option++) {
        int place = 0;
        while (place < kind->count && kind->options[place] != option) place++;
        bool is_set = lk_options_has_value(definition, &lk_lifetime_schema, option);
        const char *name = lk_lifetime_schema.options[option].name;
        LK_FAIL_IF(is_set && !given, error, LEADKPI_CONTRADICTION,
                   "%s: expected no parameter with a fit, which finds it", name);
        LK_FAIL_IF(is_set && place == kind->count, error, LEADKPI_CONTRADICTION,
                   "%s: expected the parameters of %s, found one that it does not have", name,
                   kind->name);
        if (place == kind->count) continue;
        LK_FAIL_IF(given && !is_set, error, LEADKPI_NOT_GIVEN, "%s: expected a value with %s, found none",
                   name, kind->name);
        model->parameters[place] = lk_options_double(definition, &lk_lifetime_schema, option);
    }
    return LEADKPI_OK;
}

static void forget_covariance(leadkpi_lifetime *model)
{
    for (int i = 0; i < LK_MODEL_PARAMETERS_MAX; i++)
        for (int j = 0; j < LK_MODEL_PARAMETERS_MAX; j++) model->covariance[i][j] = NAN;
}

leadkpi_status leadkpi_lifetime_create(const leadkpi_host *host, const leadkpi_options *definition,
                                       leadkpi_lifetime **out, leadkpi_error *error)
{
    lk_memory memory;
    leadkpi_lifetime model;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(definition, error);
    LK_TRY(lk_memory_init(&memory, host, error));
    LK_TRY(read_definition(definition, true, &model, error));
    model.outcome = LEADKPI_LIFETIME_GIVEN;
    model.log_likelihood = NAN;
    forget_covariance(&model);
    return lk_lifetime_make(&memory, &model, out, error);
}

/* ---- data ------------------------------------------------------------------------ */

/* The rules, where the kind of model has some, are `rules`. */
static leadkpi_status read_data(int kind, const leadkpi_table *table, lk_memory *memory,
                                lk_pareto_rules *rules, lk_model_data *data, leadkpi_error *error)
{
    if (lk_model_is_of_contracts(kind)) return lk_model_data_contracts(table, memory, data, error);
    LK_TRY(lk_model_data_customers(table, lk_model_kinds[kind].needs, memory, data, error));
    if (kind == LK_MODEL_PARETO_NBD) lk_pareto_rules_init(rules);
    data->rules = rules;
    return LEADKPI_OK;
}

static leadkpi_status check_contracts(const lk_model_data *data, int parameters,
                                      leadkpi_error *error)
{
    int periods = 0;
    double lost = 0;
    for (size_t t = 1; t <= data->period_count; t++) {
        periods += periods < parameters && (data->lost[t] > 0 || t < data->period_count || data->left[t] > 0);
        lost += data->lost[t];
    }
    LK_FAIL_IF(periods < parameters, error, LEADKPI_NOT_ENOUGH_DATA,
               "contracts: expected at least %d periods with somebody at risk, found %d", parameters, periods);
    LK_FAIL_IF(!(lost > 0), error, LEADKPI_NOT_ENOUGH_DATA,
               "contracts: expected somebody lost, found nobody");
    return LEADKPI_OK;
}

/* Fewer histories than parameters say nothing of heterogeneity; without a repeat transaction
 * there is no rate. */
static leadkpi_status check_enough(int kind, const lk_model_data *data, leadkpi_error *error)
{
    int parameters = lk_model_kinds[kind].count;
    if (lk_model_is_of_contracts(kind)) return check_contracts(data, parameters, error);
    LK_FAIL_IF(data->row_count < (size_t)parameters, error, LEADKPI_NOT_ENOUGH_DATA,
               "customers: expected at least %d different histories%s, found %zu", parameters,
               kind == LK_MODEL_GAMMA_GAMMA ? " with a repeat transaction" : "", data->row_count);
    LK_FAIL_IF(!(data->transactions > 0), error, LEADKPI_NOT_ENOUGH_DATA,
               "customers: expected somebody with a repeat transaction, found nobody");
    return LEADKPI_OK;
}

/* ---- scaling --------------------------------------------------------------------- */

/* The unit in which the mean age is 10, or the mean value of a transaction 1. */
static double find_scale(const lk_model_kind *kind, const lk_model_data *data)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < data->row_count; i++) {
        const lk_model_row *row = &data->rows[i];
        sum += row->weight * (kind->in_money ? row->value : row->age / 10);
        weight += row->weight;
    }
    return sum > 0 ? sum / weight : 1;
}

static void scale_rows(lk_model_data *data, double scale)
{
    for (size_t i = 0; i < data->row_count; i++) {
        data->rows[i].age /= scale;
        data->rows[i].recency /= scale;
        data->rows[i].value /= scale;
    }
}

/* What a log-likelihood of densities loses for the unit: one logarithm a purchase (of its
 * time), or one a customer (of the mean value). */
static double scale_cost(const lk_model_kind *kind, const lk_model_data *data, double scale)
{
    if (kind->in_money) return data->customers * log(scale);
    return kind->in_time ? data->transactions * log(scale) : 0;
}

/* ---- the fit --------------------------------------------------------------------- */

/* So many rows find the neighbourhood of the maximum for the rest. */
#define COARSE_ROWS 8000
#define START_MOST 6.0

static leadkpi_status search_coarse(lk_newton *search, lk_model_data *data, leadkpi_error *error)
{
    if (data->row_count < 4 * COARSE_ROWS) return LEADKPI_OK;
    double start[LK_MODEL_PARAMETERS_MAX];
    memcpy(start, search->logs, sizeof start);
    data->stride = data->row_count / COARSE_ROWS;
    leadkpi_status status = lk_newton_maximize(search, error);
    data->stride = 1;
    if (search->outcome != LK_NEWTON_INTERIOR) memcpy(search->logs, start, sizeof start);
    return status;
}

static leadkpi_status maximize(leadkpi_lifetime *model, lk_model_data *data, lk_newton *search,
                               leadkpi_error *error)
{
    const lk_model_kind *kind = &lk_model_kinds[model->kind];
    *search = (lk_newton){.likelihood = kind->likelihood, .data = data, .count = kind->count};
    for (int i = 0; i < kind->count; i++) search->logs[i] = log(kind->start[i]);
    LK_TRY(search_coarse(search, data, error));
    return lk_newton_maximize(search, error);
}

static int32_t outcome_of(const leadkpi_lifetime *model, const lk_newton *search)
{
    if (search->outcome == LK_NEWTON_UNFINISHED) return LEADKPI_LIFETIME_UNFINISHED;
    if (search->outcome == LK_NEWTON_BOUNDARY) return LEADKPI_LIFETIME_BOUNDARY;
    if (model->kind == LK_MODEL_GAMMA_GAMMA && !(model->parameters[1] > 1))
        return LEADKPI_LIFETIME_INFINITE_MEAN;
    return LEADKPI_LIFETIME_INTERIOR;
}

/* Parameters back in the caller's unit, with the covariance of their logarithms, which has none. */
static void take_result(leadkpi_lifetime *model, const lk_model_data *data, const lk_newton *search,
                        double scale)
{
    const lk_model_kind *kind = &lk_model_kinds[model->kind];
    bool take[LK_MODEL_PARAMETERS_MAX] = {false};
    for (int i = 0; i < kind->count; i++) {
        bool is_scaled = (kind->in_time | kind->in_money) >> i & 1;
        model->parameters[i] = exp(search->logs[i]) * (is_scaled ? scale : 1);
    }
    model->outcome = outcome_of(model, search);
    forget_covariance(model);
    if (model->outcome == LEADKPI_LIFETIME_BOUNDARY) {
        model->vanished = kind->vanished(search->logs);
        /* What else has no maximum is a gamma or beta with all its weight at the ends. */
        if (!model->vanished) model->vanished = LK_VANISHED_MIDDLE;
    }
    for (int i = 0; i < kind->count; i++)
        take[i] = model->outcome != LEADKPI_LIFETIME_BOUNDARY ||
                  fabs(search->logs[i]) < LK_NEWTON_RUN_OFF / 2;
    if (model->outcome != LEADKPI_LIFETIME_UNFINISHED)
        lk_newton_covariance(search, take, model->covariance);
    model->log_likelihood = search->slopes.of[LK_SLOPE_VALUE] - scale_cost(kind, data, scale);
    model->customers = data->customers;
    model->distinct = (double)(kind->needs ? data->row_count : data->period_count);
    model->evaluations = (uint32_t)search->evaluations;
}

/* With code OK, what is to be known of a fit. */
static void say_outcome(const leadkpi_lifetime *model, leadkpi_error *error)
{
    char vanished[LK_VANISHED_TEXT_MAX];
    lk_vanished_text(model->vanished, vanished);
    if (model->outcome == LEADKPI_LIFETIME_BOUNDARY)
        lk_fail(error, LEADKPI_OK, "the maximum is at a boundary: %s",
                vanished[0] ? vanished : "parameters without a limit");
    if (model->outcome == LEADKPI_LIFETIME_INFINITE_MEAN)
        lk_fail(error, LEADKPI_OK, "q is %g, not above 1: the mean spend of the population is infinite",
                model->parameters[1]);
    if (model->outcome == LEADKPI_LIFETIME_UNFINISHED)
        lk_fail(error, LEADKPI_OK, "no maximum was found in %u evaluations", model->evaluations);
}

static leadkpi_status fit(leadkpi_lifetime *model, const leadkpi_table *table, lk_memory *memory,
                          leadkpi_error *error)
{
    lk_model_data data = {0};
    lk_newton search;
    lk_pareto_rules rules;
    leadkpi_status status = read_data(model->kind, table, memory, &rules, &data, error);
    if (status == LEADKPI_OK) status = check_enough(model->kind, &data, error);
    if (status == LEADKPI_OK) {
        double scale = find_scale(&lk_model_kinds[model->kind], &data);
        scale_rows(&data, scale);
        status = maximize(model, &data, &search, error);
        if (status == LEADKPI_OK) take_result(model, &data, &search, scale);
    }
    lk_model_data_free(&data);
    return status;
}

leadkpi_status leadkpi_lifetime_fit(const leadkpi_host *host, const leadkpi_options *definition,
                                    const leadkpi_table *data, leadkpi_lifetime **out,
                                    leadkpi_error *error)
{
    lk_memory memory;
    leadkpi_lifetime model;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(definition, error);
    LK_REQUIRE(data, error);
    LK_TRY(lk_memory_init(&memory, host, error));
    LK_TRY(read_definition(definition, false, &model, error));
    LK_TRY(fit(&model, data, &memory, error));
    LK_TRY(lk_lifetime_make(&memory, &model, out, error));
    say_outcome(*out, error);
    return LEADKPI_OK;
}

leadkpi_status leadkpi_lifetime_log_likelihood(const leadkpi_lifetime *model,
                                               const leadkpi_table *data, double *value,
                                               leadkpi_error *error)
{
    lk_model_data rows = {0};
    lk_slopes slopes;
    lk_pareto_rules rules;
    leadkpi_error_reset(error);
    LK_REQUIRE(value, error);
    *value = NAN;
    LK_REQUIRE(model, error);
    LK_REQUIRE(data, error);
    lk_memory memory = lk_memory_like(&model->memory);
    leadkpi_status status = read_data(model->kind, data, &memory, &rules, &rows, error);
    if (status == LEADKPI_OK && rows.row_count == 0 && rows.period_count == 0)
        status = lk_fail(error, LEADKPI_NOT_ENOUGH_DATA, "data: expected at least one row that counts, found none");
    if (status == LEADKPI_OK)
        status = lk_model_kinds[model->kind].likelihood(&rows, model->parameters, &slopes, error);
    lk_model_data_free(&rows);
    if (status == LEADKPI_OK) *value = slopes.of[LK_SLOPE_VALUE];
    return status;
}
