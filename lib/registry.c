#include "registry.h"

#include "attribution/schemas.h"
#include "base/nearest.h"
#include "base/table.h"
#include "calendar/calendar.h"
#include "campaigns/definition.h"
#include "campaigns/plan.h"
#include "cohorts/schemas.h"
#include "funnel/report.h"
#include "cohorts/model.h"
#include "cohorts/model_forecast.h"
#include "kpi/analysis.h"
#include "kpi/estimate.h"
#include "responses/responses.h"
#include "stages/stages.h"

const lk_schema *const lk_registry_schemas[] = {
    &lk_attribution_schema,
    &lk_attribution_report_schema,
    &lk_calendar_schema,
    &lk_campaigns_schema,
    &lk_campaigns_report_schema,
    &lk_cohorts_schema,
    &lk_cohorts_churn_schema,
    &lk_cohorts_contracts_schema,
    &lk_cohorts_conversion_schema,
    &lk_cohorts_findings_schema,
    &lk_cohorts_histories_schema,
    &lk_cohorts_incidence_schema,
    &lk_cohorts_lifetime_value_schema,
    &lk_cohorts_retention_schema,
    &lk_cohorts_survival_schema,
    &lk_cohorts_value_schema,
    &lk_funnel_schema,
    &lk_funnel_report_schema,
    &lk_kpi_baseline_schema,
    &lk_kpi_benchmark_schema,
    &lk_kpi_compare_schema,
    &lk_kpi_evaluate_schema,
    &lk_kpi_explain_drivers_schema,
    &lk_kpi_explain_mix_schema,
    &lk_kpi_explain_tree_schema,
    &lk_kpi_rank_schema,
    &lk_kpi_scorecard_schema,
    &lk_kpi_season_schema,
    &lk_lifetime_schema,
    &lk_lifetime_curve_schema,
    &lk_lifetime_forecast_schema,
    &lk_lifetime_histories_schema,
    &lk_responses_schema,
    &lk_responses_report_schema,
    &lk_stages_schema,
    &lk_stages_report_schema,
    NULL,
};

leadkpi_status leadkpi_options_create(const leadkpi_host *host, const char *schema,
                                      size_t schema_length, leadkpi_options **out,
                                      leadkpi_error *error)
{
    lk_memory memory;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(schema, error);
    LK_TRY(lk_memory_init(&memory, host, error));
    lk_text wanted = lk_text_of(schema, schema_length);
    lk_nearest nearest;
    lk_nearest_begin(&nearest, wanted);
    for (const lk_schema *const *s = lk_registry_schemas; *s; s++) {
        lk_text name = lk_text_of((*s)->name, LEADKPI_NUL_TERMINATED);
        if (lk_text_equal(name, wanted)) return lk_options_new(&memory, *s, out, error);
        lk_nearest_consider(&nearest, name);
    }
    return lk_nearest_fail(&nearest, "schema", error);
}

static leadkpi_status add_column(leadkpi_table *table, const char *name, bool is_meaning,
                                 leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (const lk_schema *const *s = lk_registry_schemas; *s && status == LEADKPI_OK; s++) {
        const char *text = is_meaning ? (*s)->meaning : (*s)->name;
        status = lk_text_builder_append(&builder, lk_text_of(text, LEADKPI_NUL_TERMINATED), error);
    }
    if (status == LEADKPI_OK)
        status = lk_text_builder_finish(&builder, lk_text_of(name, LEADKPI_NUL_TERMINATED), "",
                                        error);
    lk_text_builder_release(&builder);
    return status;
}

leadkpi_status leadkpi_options_schemas(const leadkpi_host *host, leadkpi_table **out,
                                       leadkpi_error *error)
{
    leadkpi_table *table;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_TRY(leadkpi_table_create(host, &table, error));
    leadkpi_status status = add_column(table, "schema", false, error);
    if (status == LEADKPI_OK) status = add_column(table, "meaning", true, error);
    if (status == LEADKPI_OK)
        *out = table;
    else
        leadkpi_table_free(table);
    return status;
}
