#include "campaigns/plan.h"

#include <math.h>

#include <leadkpi/kpi.h>

#include "base/nearest.h"
#include "base/number.h"
#include "base/time_text.h"
#include "campaigns/definition.h"

static const lk_option report_options[] = {
    [LK_REPORT_BY] = {"by", LK_OPTION_LIST, .unit = "dimensions",
                      .meaning = "Dimensions to report by, such as channel,campaign."},
    [LK_REPORT_KPIS] = {"kpis", LK_OPTION_LIST, .unit = "KPIs",
                        .default_text =
                            "lead_volume,lead_to_mql_rate,mql_to_sql_rate,lead_to_customer_rate,"
                            "new_customers,cost_per_lead,customer_acquisition_cost,"
                            "closed_won_revenue,return_on_ad_spend",
                        .meaning = "KPIs by id, id:variant or alias."},
    [LK_REPORT_AS_OF] = {"as_of", LK_OPTION_TIMESTAMP,
                         .meaning =
                             "The last instant that counts; without it the latest time in the "
                             "data."},
    [LK_REPORT_FROM] = {"from", LK_OPTION_TIMESTAMP,
                        .meaning = "Leads (period basis: stages) and costs from this instant on."},
    [LK_REPORT_TO] = {"to", LK_OPTION_TIMESTAMP,
                      .meaning = "Leads (period basis: stages) and costs before this instant."},
    [LK_REPORT_BASIS] = {"basis", LK_OPTION_CHOICE, .choices = "cohort|period",
                         .default_text = "cohort",
                         .meaning =
                             "Count a stage where its lead was created (cohort), or where it "
                             "was entered (period)."},
    [LK_REPORT_LEVEL] = {"level", LK_OPTION_DOUBLE, .unit = "fraction", .minimum = ">0",
                         .maximum = "<1", .default_text = "0.95",
                         .meaning = "Level of the intervals."},
    [LK_REPORT_SKIPPED_STAGES] =
        {"skipped_stages", LK_OPTION_CHOICE, .choices = "implied|strict|any",
         .default_text = "implied",
         .meaning =
             "A later stage of lead, mql, sal, sql, opportunity, won: implies the earlier ones, "
             "counts only after all of them, or counts by itself."},
    [LK_REPORT_OVERHEAD] =
        {"overhead", LK_OPTION_CHOICE, .choices = "none|spend|leads|weights",
         .default_text = "none",
         .meaning =
             "Give the marketing and sales costs that carry none of the dimensions to the "
             "segments of their period: not at all, by campaign spend, by leads, or by weights."},
    [LK_REPORT_WEIGHTS] = {"weights", LK_OPTION_LIST,
                           .meaning =
                               "For overhead=weights: segment=weight, by the first dimension."},
    [LK_REPORT_INPUTS] = {"inputs", LK_OPTION_LIST,
                          .meaning = "Measures that are not in the data, as measure=value, such as "
                                     "quota=500000,gross_margin=0.8; they hold for every segment."},
    [LK_REPORT_SLA] = {"sla", LK_OPTION_DURATION, .minimum = "0s", .default_text = "5min",
                       .meaning = "Limit for the first answer to a lead."},
    [LK_REPORT_AUTOMATIC] = {"automatic_responses", LK_OPTION_LIST,
                             .default_text = "auto,automatic,autoresponder,auto_reply",
                             .meaning = "Kinds of responses that are no answer by a person."},
    [LK_REPORT_MATURE_AFTER] =
        {"mature_after", LK_OPTION_DURATION, .minimum = "0s",
         .meaning = "Cohorts whose youngest possible lead is not this old are flagged immature."},
    [LK_REPORT_TOTALS] = {"totals", LK_OPTION_BOOL, .default_text = "true",
                          .meaning = "A last row with the total."},
    [LK_REPORT_SHAPE] = {"shape", LK_OPTION_CHOICE, .choices = "wide|long", .default_text = "wide",
                         .meaning = "A row a segment and period, or a row for each KPI of it."},
    LK_CALENDAR_OPTIONS(LK_REPORT_CALENDAR, "all"),
};

const lk_schema lk_campaigns_report_schema = {"campaigns_report",
                                              "A report of KPIs by dimensions and period.",
                                              report_options, LK_REPORT_OPTION_COUNT};

#define SCHEMA &lk_campaigns_report_schema

/* ---- dimensions and KPIs ------------------------------------------------------ */

static leadkpi_status read_dimensions(lk_plan *plan, leadkpi_error *error)
{
    size_t count = lk_options_list_count(plan->options, SCHEMA, LK_REPORT_BY);
    LK_FAIL_IF(count > LK_REPORT_DIMENSIONS_MAX, error, LEADKPI_BAD_ARGUMENT,
               "by: expected at most %d dimensions, found %zu", LK_REPORT_DIMENSIONS_MAX, count);
    for (size_t i = 0; i < count; i++) {
        lk_text name = lk_options_list_item(plan->options, SCHEMA, LK_REPORT_BY, i);
        uint32_t dimension = lk_map_text_find(&plan->store->dimensions, name);
        if (dimension == LK_MAP_NONE) {
            lk_nearest nearest;
            lk_nearest_begin(&nearest, name);
            for (uint32_t d = 0; d < plan->store->dimensions.count; d++)
                lk_nearest_consider(&nearest, lk_map_text_key(&plan->store->dimensions, d));
            return lk_nearest_fail(&nearest, "by", error);
        }
        for (size_t j = 0; j < i; j++)
            LK_FAIL_IF(plan->segments.dimensions[j] == dimension, error, LEADKPI_BAD_ARGUMENT,
                       "by: expected each dimension once, found \"%.*s\" twice",
                       LK_TEXT_ARGS(name));
        plan->segments.dimensions[plan->segments.dimension_count++] = dimension;
    }
    return LEADKPI_OK;
}

static leadkpi_status read_kpis(lk_plan *plan, leadkpi_error *error)
{
    size_t count = lk_options_list_count(plan->options, SCHEMA, LK_REPORT_KPIS);
    LK_FAIL_IF(count == 0 || count > LK_REPORT_KPIS_MAX, error, LEADKPI_BAD_ARGUMENT,
               "kpis: expected 1 to %d, found %zu", LK_REPORT_KPIS_MAX, count);
    for (size_t i = 0; i < count; i++) {
        lk_text name = lk_options_list_item(plan->options, SCHEMA, LK_REPORT_KPIS, i);
        LK_TRY(leadkpi_kpi_find(name.data, name.length, &plan->kpis[i], error));
        for (size_t j = 0; j < i; j++)
            LK_FAIL_IF(plan->kpis[j] == plan->kpis[i], error, LEADKPI_BAD_ARGUMENT,
                       "kpis: expected each KPI once, found \"%.*s\" again", LK_TEXT_ARGS(name));
    }
    plan->kpi_count = count;
    return LEADKPI_OK;
}

/* ---- name=number lists --------------------------------------------------------- */

static leadkpi_status read_pair(const char *option, lk_text item, lk_text *name, double *value,
                                leadkpi_error *error)
{
    size_t at = item.length;
    while (at > 0 && item.data[at - 1] != '=') at--;
    bool good = at > 1 &&
                lk_number_parse_double((lk_text){item.data + at, item.length - at}, value) &&
                *value > -HUGE_VAL && *value < HUGE_VAL;
    LK_FAIL_IF(!good, error, LEADKPI_BAD_ARGUMENT, "%s: expected name=number, found \"%.*s\"",
               option, LK_TEXT_ARGS(item));
    *name = (lk_text){item.data, at - 1};
    return LEADKPI_OK;
}

static leadkpi_status read_inputs(lk_plan *plan, leadkpi_error *error)
{
    size_t count = lk_options_list_count(plan->options, SCHEMA, LK_REPORT_INPUTS);
    LK_FAIL_IF(count > LK_REPORT_INPUTS_MAX, error, LEADKPI_BAD_ARGUMENT,
               "inputs: expected at most %d, found %zu", LK_REPORT_INPUTS_MAX, count);
    for (size_t i = 0; i < count; i++) {
        lk_report_input *input = &plan->inputs[i];
        LK_TRY(read_pair("inputs", lk_options_list_item(plan->options, SCHEMA, LK_REPORT_INPUTS, i),
                         &input->measure, &input->value, error));
        for (size_t j = 0; j < i; j++)
            LK_FAIL_IF(lk_text_equal(plan->inputs[j].measure, input->measure), error,
                       LEADKPI_CONTRADICTION,
                       "inputs: expected each measure once, found \"%.*s\" twice",
                       LK_TEXT_ARGS(input->measure));
        if (!leadkpi_kpi_measure_property(input->measure.data, input->measure.length, "id",
                                          LEADKPI_NUL_TERMINATED)) {
            lk_nearest nearest;
            lk_nearest_begin(&nearest, input->measure);
            const char *measure;
            for (int32_t m = 0; (measure = leadkpi_kpi_measure_at(m)) != NULL; m++)
                lk_nearest_consider(&nearest, lk_text_of(measure, LEADKPI_NUL_TERMINATED));
            return lk_nearest_fail(&nearest, "inputs", error);
        }
    }
    plan->input_count = count;
    return LEADKPI_OK;
}

/* The first dimension has had this text, and no weight before names it. */
static leadkpi_status check_weight(const lk_plan *plan, size_t place, leadkpi_error *error)
{
    const lk_store *store = plan->store;
    lk_text segment = plan->weights[place].segment;
    for (size_t j = 0; j < place; j++)
        LK_FAIL_IF(lk_text_equal(plan->weights[j].segment, segment), error, LEADKPI_CONTRADICTION,
                   "weights: expected each segment once, found \"%.*s\" twice",
                   LK_TEXT_ARGS(segment));
    uint32_t text = lk_map_text_find(&store->texts, segment),
             dimension = plan->segments.dimensions[0];
    for (uint32_t tuple = 1; tuple <= store->tuples.count; tuple++)
        if (lk_tuple_dimension(store, tuple) == dimension && lk_tuple_text(store, tuple) == text)
            return LEADKPI_OK;
    lk_nearest nearest;
    lk_nearest_begin(&nearest, segment);
    for (uint32_t tuple = 1; tuple <= store->tuples.count; tuple++)
        if (lk_tuple_dimension(store, tuple) == dimension)
            lk_nearest_consider(&nearest,
                                lk_map_text_key(&store->texts, lk_tuple_text(store, tuple)));
    return lk_nearest_fail(&nearest, "weights", error);
}

static leadkpi_status read_weights(lk_plan *plan, leadkpi_error *error)
{
    size_t count = lk_options_list_count(plan->options, SCHEMA, LK_REPORT_WEIGHTS);
    LK_FAIL_IF((plan->overhead == LK_OVERHEAD_WEIGHTS) != (count > 0), error, LEADKPI_CONTRADICTION,
               "overhead=weights and weights go together, found %zu weights with overhead=%.*s",
               count, LK_TEXT_ARGS(lk_options_get_text(plan->options, SCHEMA, LK_REPORT_OVERHEAD)));
    LK_FAIL_IF(plan->overhead != LK_OVERHEAD_NONE && plan->segments.dimension_count == 0, error,
               LEADKPI_CONTRADICTION,
               "overhead: expected a dimension in by to give it to, found none");
    LK_FAIL_IF(count > LK_REPORT_WEIGHTS_MAX, error, LEADKPI_BAD_ARGUMENT,
               "weights: expected at most %d, found %zu", LK_REPORT_WEIGHTS_MAX, count);
    LK_TRY(lk_allocate(plan->memory, count, sizeof *plan->weights, &plan->weights, error));
    plan->weight_count = count;
    for (size_t i = 0; i < count; i++) {
        lk_report_weight *weight = &plan->weights[i];
        LK_TRY(read_pair("weights",
                         lk_options_list_item(plan->options, SCHEMA, LK_REPORT_WEIGHTS, i),
                         &weight->segment, &weight->weight, error));
        LK_FAIL_IF(!(weight->weight >= 0), error, LEADKPI_BAD_ARGUMENT,
                   "weights: expected 0 or more, found %g", weight->weight);
        LK_TRY(check_weight(plan, i, error));
    }
    return LEADKPI_OK;
}

/* ---- what names mean ------------------------------------------------------------ */

static leadkpi_status read_stage_names(lk_plan *plan, leadkpi_error *error)
{
    const lk_map_text *names = &plan->store->stages.names;
    LK_TRY(lk_allocate(plan->memory, names->count, 1, &plan->stages, error));
    for (uint32_t i = 0; i < names->count; i++)
        plan->stages[i] =
            (uint8_t)lk_campaigns_stage_of(plan->campaigns, lk_map_text_key(names, i));
    return LEADKPI_OK;
}

static leadkpi_status read_response_kinds(lk_plan *plan, leadkpi_error *error)
{
    const lk_map_text *names = &plan->store->responses.names;
    size_t count = lk_options_list_count(plan->options, SCHEMA, LK_REPORT_AUTOMATIC);
    LK_TRY(lk_allocate(plan->memory, names->count, 1, &plan->automatic, error));
    for (uint32_t i = 0; i < names->count; i++) {
        plan->automatic[i] = 0;
        for (size_t j = 0; j < count; j++)
            plan->automatic[i] |=
                lk_name_same(lk_map_text_key(names, i),
                             lk_options_list_item(plan->options, SCHEMA, LK_REPORT_AUTOMATIC, j));
    }
    return LEADKPI_OK;
}

bool lk_plan_has_answers(const lk_plan *plan)
{
    if (plan->store->responses.count > 0) return true;
    for (uint32_t i = 0; i < plan->store->stages.names.count; i++)
        if (plan->stages[i] == LK_STAGE_CONTACTED) return true;
    return false;
}

/* ---- times ---------------------------------------------------------------------- */

static int64_t latest_time(const lk_store *store)
{
    int64_t latest = LK_TIME_MIN;
    for (uint32_t i = 0, n = lk_lead_ids_count(&store->ids); i < n; i++)
        if (store->leads[i].rows && store->leads[i].time > latest) latest = store->leads[i].time;
    for (size_t i = 0; i < store->stages.count; i++)
        if (store->stages.items[i].time > latest) latest = store->stages.items[i].time;
    for (size_t i = 0; i < store->responses.count; i++)
        if (store->responses.items[i].time > latest) latest = store->responses.items[i].time;
    for (uint32_t i = 0; i < store->fact_keys.count; i++) {
        int64_t time = (int64_t)store->fact_keys.keys[i].high;
        if (time > latest) latest = time;
    }
    return latest;
}

static leadkpi_status read_times(lk_plan *plan, leadkpi_error *error)
{
    const leadkpi_options *options = plan->options;
    plan->as_of = lk_options_has_value(options, SCHEMA, LK_REPORT_AS_OF)
                      ? lk_options_int64(options, SCHEMA, LK_REPORT_AS_OF)
                      : latest_time(plan->store);
    lk_time_range in;
    LK_TRY(lk_options_time_range(options, SCHEMA, LK_REPORT_FROM, LK_REPORT_TO, &in, error));
    plan->from = in.from;
    plan->to = in.to;
    plan->sla = lk_options_int64(options, SCHEMA, LK_REPORT_SLA);
    plan->has_mature_after = lk_options_has_value(options, SCHEMA, LK_REPORT_MATURE_AFTER);
    plan->mature_after = lk_options_int64(options, SCHEMA, LK_REPORT_MATURE_AFTER);
    LK_TRY(lk_calendar_create_from(plan->memory, options, SCHEMA, LK_REPORT_CALENDAR,
                                   &plan->calendar, error));
    for (int i = LK_CALENDAR_HOURS; i <= LK_CALENDAR_HOLIDAYS; i++)
        plan->has_hours |= lk_options_has_value(options, SCHEMA, LK_REPORT_CALENDAR + i);
    lk_text grain = lk_options_get_text(options, SCHEMA, LK_REPORT_CALENDAR + LK_CALENDAR_GRAIN);
    plan->has_periods = !lk_text_equal(grain, LK_LITERAL("all"));
    return LEADKPI_OK;
}

/* ---- the whole -------------------------------------------------------------------- */

static leadkpi_status read_plan(lk_plan *plan, leadkpi_error *error)
{
    const leadkpi_options *options = plan->options;
    LK_TRY(lk_options_check(options, SCHEMA, error));
    LK_FAIL_IF(!plan->store, error, LEADKPI_NOT_ENOUGH_DATA,
               "campaigns: expected at least one row, found none");
    plan->basis = lk_options_choice(options, SCHEMA, LK_REPORT_BASIS);
    plan->skipped_stages = lk_options_choice(options, SCHEMA, LK_REPORT_SKIPPED_STAGES);
    plan->overhead = lk_options_choice(options, SCHEMA, LK_REPORT_OVERHEAD);
    plan->shape = lk_options_choice(options, SCHEMA, LK_REPORT_SHAPE);
    plan->totals = lk_options_bool(options, SCHEMA, LK_REPORT_TOTALS);
    plan->level = lk_options_double(options, SCHEMA, LK_REPORT_LEVEL);
    LK_TRY(read_dimensions(plan, error));
    LK_TRY(read_kpis(plan, error));
    LK_TRY(read_inputs(plan, error));
    LK_TRY(read_weights(plan, error));
    LK_TRY(read_times(plan, error));
    LK_TRY(read_stage_names(plan, error));
    LK_TRY(read_response_kinds(plan, error));
    return lk_segments_find(&plan->segments, plan->store, plan->memory, error);
}

leadkpi_status lk_plan_read(lk_plan *plan, const leadkpi_campaigns *campaigns,
                            const leadkpi_options *options, lk_memory *memory, leadkpi_error *error)
{
    memset(plan, 0, sizeof *plan);
    plan->campaigns = campaigns;
    plan->store = campaigns->store;
    plan->options = options;
    plan->memory = memory;
    leadkpi_status status = read_plan(plan, error);
    if (status != LEADKPI_OK) lk_plan_free(plan);
    return status;
}

void lk_plan_free(lk_plan *plan)
{
    if (plan->calendar) lk_calendar_free(plan->calendar);
    lk_segments_free(&plan->segments, plan->memory);
    lk_release(plan->memory, plan->weights, plan->weight_count, sizeof *plan->weights);
    if (plan->store) {
        lk_release(plan->memory, plan->stages, plan->store->stages.names.count, 1);
        lk_release(plan->memory, plan->automatic, plan->store->responses.names.count, 1);
    }
    memset(plan, 0, sizeof *plan);
}
