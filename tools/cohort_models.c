#include "cohort.h"

#include <leadkpi/lifetime.h>

#include "cells.h"

leadkpi_status cohort_copy_options(const leadkpi_options *from, leadkpi_options *into, leadkpi_error *error)
{
    leadkpi_table *list;
    leadkpi_status status = leadkpi_options_list(from, &list, error);
    if (status != LEADKPI_OK) return status;
    int32_t place = -1;
    status = leadkpi_table_find_column(list, "value", LEADKPI_NUL_TERMINATED, &place, error);
    for (size_t row = 0; row < leadkpi_table_row_count(list) && status == LEADKPI_OK; row++) {
        slice name = cell_text(list, 0, row), value = cell_text(list, place, row);
        if (value.length == 0 || slice_is(name, "by")) continue;
        status = leadkpi_options_set_text(into, name.data, name.length, value.data, value.length, error);
        if (status == LEADKPI_UNKNOWN_NAME) status = LEADKPI_OK;
    }
    leadkpi_table_free(list);
    return status;
}

/* What the model is fitted to. */
static leadkpi_status read_data(cohort_run *r, bool of_contracts, const leadkpi_options *given, leadkpi_table **out,
                                leadkpi_error *error)
{
    leadkpi_options *options;
    cohort_report_call call = of_contracts ? leadkpi_cohorts_contracts : leadkpi_cohorts_histories;
    leadkpi_status status = leadkpi_options_create(NULL, of_contracts ? "cohorts_contracts" : "cohorts_histories",
                                                   LEADKPI_NUL_TERMINATED, &options, error);
    if (status != LEADKPI_OK) return status;
    status = cohort_copy_options(given, options, error);
    if (status == LEADKPI_OK && r->clock.rules) /* bytes are in no list */
        status = leadkpi_options_set_text(options, "zone_data", LEADKPI_NUL_TERMINATED, r->clock.rules,
                                          r->clock.rules_length, error);
    if (status == LEADKPI_OK) status = call(r->cohorts, options, out, error);
    leadkpi_options_free(options);
    return status;
}

/* What a fit has to say beside its numbers goes to the user. */
static leadkpi_status fit(const char *name, const leadkpi_table *histories, leadkpi_lifetime **out,
                          leadkpi_error *error)
{
    leadkpi_options *options;
    leadkpi_status status = leadkpi_options_create(NULL, "lifetime", LEADKPI_NUL_TERMINATED, &options, error);
    if (status != LEADKPI_OK) return status;
    status = leadkpi_options_set_text(options, "model", LEADKPI_NUL_TERMINATED, name, LEADKPI_NUL_TERMINATED, error);
    if (status == LEADKPI_OK) status = leadkpi_lifetime_fit(NULL, options, histories, out, error);
    if (status == LEADKPI_OK && error->message[0]) tool_warn("%s: %s", name, error->message);
    leadkpi_options_free(options);
    return status;
}

leadkpi_status cohort_ask_lifetime(cohort_run *r, const leadkpi_table *spend, const leadkpi_options *options,
                                   leadkpi_table **out, leadkpi_error *error)
{
    leadkpi_table *data = NULL;
    leadkpi_lifetime *model = NULL, *spend_model = NULL;
    bool of_contracts = strcmp(r->model, "sbg") == 0 || strcmp(r->model, "bdw") == 0;
    leadkpi_status status = read_data(r, of_contracts, options, &data, error);
    if (status == LEADKPI_OK) status = fit(r->model, data, &model, error);
    if (status == LEADKPI_OK && !of_contracts) status = fit("gamma_gamma", data, &spend_model, error);
    if (status == LEADKPI_OK)
        status = leadkpi_cohorts_lifetime_value(r->cohorts, model, spend_model, spend, options, out, error);
    leadkpi_lifetime_free(spend_model);
    leadkpi_lifetime_free(model);
    leadkpi_table_free(data);
    return status;
}

/* What is known of each customer stands behind what is expected of it. */
static leadkpi_status add_histories(leadkpi_table *table, const leadkpi_table *histories, leadkpi_error *error)
{
    leadkpi_status status = LEADKPI_OK;
    for (int32_t i = 1; i < leadkpi_table_column_count(histories) && status == LEADKPI_OK; i++)
        status = leadkpi_table_share_column(table, leadkpi_table_column_name(histories, i), LEADKPI_NUL_TERMINATED,
                                            histories, i, error);
    return status;
}

leadkpi_status cohort_ask_forecast(cohort_run *r, const leadkpi_table *spend, const leadkpi_options *options,
                                   leadkpi_table **out, leadkpi_error *error)
{
    leadkpi_table *histories = NULL;
    leadkpi_lifetime *model = NULL, *spend_model = NULL;
    (void)spend;
    leadkpi_status status = leadkpi_cohorts_histories(r->cohorts, options, &histories, error);
    if (status == LEADKPI_OK) status = fit(r->model, histories, &model, error);
    if (status == LEADKPI_OK) status = fit("gamma_gamma", histories, &spend_model, error);
    if (status == LEADKPI_OK)
        status = leadkpi_lifetime_forecast(model, spend_model, histories, r->forecast, out, error);
    if (status == LEADKPI_OK) {
        status = add_histories(*out, histories, error);
        if (status != LEADKPI_OK) leadkpi_table_free(*out), *out = NULL;
    }
    leadkpi_lifetime_free(spend_model);
    leadkpi_lifetime_free(model);
    leadkpi_table_free(histories);
    return status;
}
