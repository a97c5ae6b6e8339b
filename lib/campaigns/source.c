#include "campaigns/source.h"

#include <math.h>

#include <leadkpi/kpi.h>

#include "campaigns/estimate.h"

/* ---- from a measure's name to its source -------------------------------------------- */

#define REACHED(stage) LK_SOURCE_COUNT, LK_COUNT_REACHED + (stage)

static const struct {
    const char *measure;
    int kind;
    int index;
} known_sources[] = {
    {"new_leads", LK_SOURCE_COUNT, LK_COUNT_LEADS},
    {"source_leads", LK_SOURCE_COUNT, LK_COUNT_LEADS},
    {"cohort_size", LK_SOURCE_COUNT, LK_COUNT_LEADS},
    {"lead_records", LK_SOURCE_COUNT, LK_COUNT_LEAD_RECORDS},
    {"duplicate_leads", LK_SOURCE_DUPLICATES, 0},
    {"mqls", REACHED(LK_STAGE_MQL)},
    {"qualified_leads", REACHED(LK_STAGE_MQL)},
    {"qualified_leads_cur", REACHED(LK_STAGE_MQL)},
    {"qualified_leads_prev", LK_SOURCE_PREVIOUS, LK_COUNT_REACHED + LK_STAGE_MQL},
    {"days_cur", LK_SOURCE_DAYS, 0},
    {"days_prev", LK_SOURCE_DAYS, 1},
    {"mqls_reviewed", LK_SOURCE_COUNT, LK_COUNT_REVIEWED},
    {"mqls_rejected", LK_SOURCE_COUNT, LK_COUNT_REJECTED},
    {"sals", REACHED(LK_STAGE_SAL)},
    {"accepted_leads", REACHED(LK_STAGE_SAL)},
    {"sqls", REACHED(LK_STAGE_SQL)},
    {"recycled_leads", LK_SOURCE_COUNT, LK_COUNT_RETURNED},
    {"opportunities_created", REACHED(LK_STAGE_OPPORTUNITY)},
    {"deals_cohort", REACHED(LK_STAGE_OPPORTUNITY)},
    {"customers_won", REACHED(LK_STAGE_WON)},
    {"cohort_converted", REACHED(LK_STAGE_WON)},
    {"deals_cohort_won", REACHED(LK_STAGE_WON)},
    {"deals_won", LK_SOURCE_COUNT, LK_COUNT_DEALS_WON},
    {"deals_lost", LK_SOURCE_COUNT, LK_COUNT_DEALS_LOST},
    {"deals_no_decision", LK_SOURCE_COUNT, LK_COUNT_DEALS_NO_DECISION},
    {"leads_contacted", LK_SOURCE_COUNT, LK_COUNT_ANSWERED},
    {"meetings_booked", REACHED(LK_STAGE_MEETING_BOOKED)},
    {"meetings_held", REACHED(LK_STAGE_MEETING_HELD)},
    {"trials_started", REACHED(LK_STAGE_TRIAL)},
    {"trials_converted", LK_SOURCE_COUNT, LK_COUNT_TRIAL_WON},
    {"leads_due", LK_SOURCE_COUNT, LK_COUNT_SLA_DUE},
    {"responses_in_sla", LK_SOURCE_COUNT, LK_COUNT_SLA_MET},
    {"won_value", LK_SOURCE_DEALS, LK_SUM_WON_VALUE},
    {"revenue_source", LK_SOURCE_DEALS, LK_SUM_WON_VALUE},
    {"attributed_revenue", LK_SOURCE_DEALS, LK_SUM_WON_VALUE},
    {"total_revenue", LK_SOURCE_DEALS, LK_SUM_WON_VALUE},
    {"pipeline_value_created", LK_SOURCE_DEALS, LK_SUM_OPPORTUNITY_VALUE},
    {"ad_spend", LK_SOURCE_SPEND, LK_SPEND_MEDIA},
    {"paid_spend", LK_SOURCE_SPEND, LK_SPEND_MEDIA},
    {"campaign_spend", LK_SOURCE_SPEND, LK_SPEND_CAMPAIGN},
    {"spend_to_date", LK_SOURCE_SPEND, LK_SPEND_CAMPAIGN},
    {"campaign_overhead", LK_SOURCE_SPEND, LK_SPEND_OVERHEAD},
    {"marketing_spend", LK_SOURCE_SPEND, LK_SPEND_MARKETING},
    {"sales_spend", LK_SOURCE_SPEND, LK_SPEND_SALES},
    {"cost_source", LK_SOURCE_SPEND, LK_SPEND_FULL},
};

/* KPIs in which a measure stands for something else. */
static const struct {
    const char *kpi;
    const char *measure;
    int kind;
    int index;
} exceptions[] = {
    {"lead_source_share", "new_leads", LK_SOURCE_ALL_LEADS, 0},
    {"lead_velocity_rate:sql_basis", "qualified_leads_cur", REACHED(LK_STAGE_SQL)},
    {"lead_velocity_rate:sql_basis", "qualified_leads_prev", LK_SOURCE_PREVIOUS,
     LK_COUNT_REACHED + LK_STAGE_SQL},
    {"cohort_conversion_rate:matured_at_t", "cohort_size", LK_SOURCE_MATURE, LK_COUNT_MATURE},
    {"cohort_conversion_rate:matured_at_t", "cohort_converted", LK_SOURCE_MATURE, LK_COUNT_MATURE_WON},
    /* Of values, which lost deals do not have here. */
    {"win_rate:value", "deals_won", LK_SOURCE_NOT_GIVEN, 0},
    {"win_rate:value", "deals_lost", LK_SOURCE_NOT_GIVEN, 0},
    {"win_rate:value", "deals_no_decision", LK_SOURCE_NOT_GIVEN, 0},
};

/* Measures that are themselves KPIs of the same cell. */
static const struct {
    const char *measure;
    const char *kpi;
} derived_sources[] = {
    {"cac", "customer_acquisition_cost"},
    {"ltv", "customer_lifetime_value"},
    {"lead_to_customer", "lead_to_customer_rate"},
    {"win_rate", "win_rate"},
    {"avg_deal", "average_deal_size"},
};

static bool is(lk_text measure, const char *name)
{
    return lk_text_equal(measure, lk_text_of(name, LEADKPI_NUL_TERMINATED));
}

static lk_source known_source(int32_t kpi, lk_text measure)
{
    lk_source source = {LK_SOURCE_NOT_GIVEN, 0, LK_SOURCE_NOT_GIVEN, 0, false, 0};
    lk_text name = lk_text_of(leadkpi_kpi_property(kpi, "name", LEADKPI_NUL_TERMINATED),
                              LEADKPI_NUL_TERMINATED);
    for (size_t i = 0; i < sizeof known_sources / sizeof known_sources[0]; i++) {
        if (!is(measure, known_sources[i].measure)) continue;
        source.kind = known_sources[i].kind;
        source.index = known_sources[i].index;
    }
    for (size_t i = 0; i < sizeof derived_sources / sizeof derived_sources[0]; i++) {
        int32_t derived;
        if (!is(measure, derived_sources[i].measure)) continue;
        if (leadkpi_kpi_find(derived_sources[i].kpi, LEADKPI_NUL_TERMINATED, &derived, NULL)) continue;
        source.kind = LK_SOURCE_KPI;
        source.index = derived;
    }
    for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++) {
        if (!is(name, exceptions[i].kpi) || !is(measure, exceptions[i].measure)) continue;
        source.kind = exceptions[i].kind;
        source.index = exceptions[i].index;
    }
    return source;
}

lk_source lk_source_find(const lk_tally *tally, int32_t kpi, int32_t input)
{
    const lk_plan *plan = tally->plan;
    lk_text measure = lk_text_of(leadkpi_kpi_input(kpi, input), LEADKPI_NUL_TERMINATED);
    lk_source source = known_source(kpi, measure);
    for (size_t i = 0; i < plan->input_count; i++) {
        if (!lk_text_equal(plan->inputs[i].measure, measure)) continue;
        source.kind = LK_SOURCE_INPUT;
        source.value = plan->inputs[i].value;
        return source;
    }
    uint32_t fact = lk_map_text_find(&plan->store->fact_names, measure);
    if (fact == LK_MAP_NONE) return source;
    lk_fact_meaning name;
    lk_fact_meaning_read(measure, &name);
    source.otherwise = source.kind;
    source.otherwise_index = source.index;
    source.kind = LK_SOURCE_FACT;
    source.index = (int)fact;
    source.is_distinct = name.is_distinct;
    return source;
}

/* ---- reading ---------------------------------------------------------------------------- */

static lk_reading given(double value)
{
    return (lk_reading){value, value, value, LEADKPI_OK, 0, NAN, NAN};
}

static lk_reading not_given(void)
{
    return (lk_reading){NAN, NAN, NAN, LEADKPI_NOT_GIVEN, 0, NAN, NAN};
}

/* Persons that were counted apart may be the same: only a single fact is known,
 * of several the largest and the sum are bounds. */
static lk_reading read_fact(const lk_cell_fact *fact, bool is_distinct)
{
    double sum = lk_exact_sum_to_double(&fact->sum);
    if (!is_distinct || fact->rows == 1) return given(sum);
    return (lk_reading){
        NAN, lk_exact_sum_to_double(&fact->largest), sum, LEADKPI_NOT_ADDITIVE, 0, NAN, NAN};
}

/* No deal at all is worth 0 where values are known; deals without any value are not. */
static lk_reading read_deals(const lk_tally *tally, int sum, const lk_cell *cell)
{
    bool won = sum == LK_SUM_WON_VALUE;
    int64_t deals = cell->counts[won ? LK_COUNT_DEALS_WON : LK_COUNT_OPPORTUNITIES];
    int64_t valued = cell->counts[won ? LK_COUNT_DEALS_VALUED : LK_COUNT_OPPORTUNITIES_VALUED];
    if (valued == 0 && (deals > 0 || !tally->value_given)) return not_given();
    lk_reading reading = given(lk_exact_sum_to_double(&cell->sums[sum]));
    if (valued < deals) reading.flags = LEADKPI_FLAG_PARTIAL;
    return reading;
}

/* A sum of sums is added up exactly, and rounded once. */
static lk_reading read_sums(const lk_cell *cell, const int *sums, int sum_count, int64_t rows)
{
    lk_exact_sum total = LK_EXACT_SUM_ZERO;
    bool some = rows > 0;
    for (int i = 0; i < sum_count; i++) {
        some |= !lk_exact_sum_is_zero(&cell->sums[sums[i]]);
        /* Cannot overflow: these are parts of what a store could hold. */
        (void)lk_exact_sum_add(&total, &cell->sums[sums[i]], NULL);
    }
    return some ? given(lk_exact_sum_to_double(&total)) : not_given();
}

static lk_reading read_spend(const lk_tally *tally, int spend, const lk_cell *cell)
{
    static const int full[] = {LK_SUM_CAMPAIGN, LK_SUM_MARKETING, LK_SUM_ALLOCATED_MARKETING};
    static const int sales[] = {LK_SUM_SALES, LK_SUM_ALLOCATED_SALES};
    static const int media[] = {LK_SUM_MEDIA};
    int64_t campaign_rows = cell->counts[LK_COUNT_CAMPAIGN_ROWS];
    int64_t marketing_rows = cell->counts[LK_COUNT_MARKETING_ROWS];
    switch (spend) {
    case LK_SPEND_MEDIA:
        return read_sums(cell, media, 1, cell->counts[LK_COUNT_MEDIA_ROWS]);
    case LK_SPEND_CAMPAIGN:
        return read_sums(cell, full, 1, campaign_rows);
    case LK_SPEND_OVERHEAD:
        return read_sums(cell, full + 1, 2, marketing_rows);
    case LK_SPEND_SALES: {
        lk_reading reading = read_sums(cell, sales, 2, cell->counts[LK_COUNT_SALES_ROWS]);
        if (reading.status == LEADKPI_OK || tally->sales_given) return reading;
        reading = given(0);
        reading.flags = LEADKPI_FLAG_PARTIAL;
        return reading;
    }
    default:
        return read_sums(cell, full, 3, campaign_rows + marketing_rows);
    }
}

static lk_reading read_previous(const lk_tally *tally, int count, uint32_t cell)
{
    int64_t period = lk_cells_period(&tally->cells, cell);
    if (!tally->plan->has_periods || cell == tally->total || period == INT64_MIN) return not_given();
    if (!lk_plan_has_stages(tally->plan)) return not_given();
    int64_t before = lk_calendar_start(tally->plan->calendar, period - 1);
    uint32_t previous = lk_cells_look_up(&tally->cells, lk_cells_segment(&tally->cells, cell), before);
    if (previous == LK_MAP_NONE && lk_map64_find(&tally->periods, before) == LK_MAP_NONE)
        return not_given();
    lk_reading reading = given(0);
    if (previous != LK_MAP_NONE)
        reading = given((double)tally->cells.items[previous].counts[count]);
    if (before < tally->plan->from) reading.flags = LEADKPI_FLAG_PARTIAL;
    return reading;
}

static lk_reading read_days(const lk_tally *tally, bool previous, uint32_t cell)
{
    const lk_calendar *calendar = tally->plan->calendar;
    int64_t start = lk_cells_period(&tally->cells, cell);
    if (!tally->plan->has_periods || cell == tally->total || start == INT64_MIN) return not_given();
    if (previous) start = lk_calendar_start(calendar, start - 1);
    return given(((double)lk_calendar_end(calendar, start) - (double)start) / 86400e6);
}

static lk_reading read_all_leads(const lk_tally *tally, uint32_t cell)
{
    if (cell == tally->total)
        return given((double)tally->cells.items[cell].counts[LK_COUNT_LEADS]);
    uint32_t period = lk_map64_find(&tally->periods, lk_cells_period(&tally->cells, cell));
    return given((double)tally->period_leads[period]);
}

static lk_reading read_kpi(const lk_tally *tally, int32_t kpi, uint32_t cell)
{
    lk_estimator estimator;
    leadkpi_estimate estimate;
    lk_estimator_prepare(tally, kpi, &estimator);
    lk_estimate_scalar(tally, &estimator, cell, &estimate);
    lk_reading reading = given(estimate.value);
    reading.status = estimate.status;
    reading.flags = estimate.flags & LEADKPI_FLAG_PARTIAL;
    if (estimate.status == LEADKPI_OK) {
        reading.low = estimate.low;
        reading.high = estimate.high;
    }
    if (estimate.status != LEADKPI_NOT_ADDITIVE) return reading;
    reading.least = estimate.low;
    reading.most = estimate.high;
    return reading;
}

/* What the counts and sums of a cell, or of several that were merged, say by themselves. */
/* A count is known where rows of its kind were ever given: without any stage row, how
 * many became customers is unknown, not zero. */
static lk_reading read_count(const lk_tally *tally, int count, const lk_cell *cell)
{
    bool of_leads = count == LK_COUNT_LEADS || count == LK_COUNT_LEAD_RECORDS ||
                    count == LK_COUNT_REACHED + LK_STAGE_LEAD;
    bool of_answers =
        count == LK_COUNT_ANSWERED || count == LK_COUNT_SLA_DUE || count == LK_COUNT_SLA_MET;
    bool known = of_leads || (of_answers ? lk_plan_has_answers(tally->plan)
                                         : lk_plan_has_stages(tally->plan));
    return known ? given((double)cell->counts[count]) : not_given();
}

static lk_reading read_cell(const lk_tally *tally, int kind, int index, const lk_cell *cell)
{
    switch (kind) {
    case LK_SOURCE_COUNT:
        return read_count(tally, index, cell);
    case LK_SOURCE_MATURE:
        return tally->plan->has_mature_after ? read_count(tally, index, cell) : not_given();
    case LK_SOURCE_DUPLICATES:
        return given((double)(cell->counts[LK_COUNT_LEAD_RECORDS] - cell->counts[LK_COUNT_LEADS]));
    case LK_SOURCE_DEALS:
        return read_deals(tally, index, cell);
    case LK_SOURCE_SPEND:
        return read_spend(tally, index, cell);
    default:
        return not_given();
    }
}

static lk_reading read_kind(const lk_tally *tally, int kind, int index, uint32_t place)
{
    switch (kind) {
    case LK_SOURCE_PREVIOUS:
        return read_previous(tally, index, place);
    case LK_SOURCE_ALL_LEADS:
        return read_all_leads(tally, place);
    case LK_SOURCE_DAYS:
        return read_days(tally, index == 1, place);
    case LK_SOURCE_KPI:
        return read_kpi(tally, index, place);
    default:
        return read_cell(tally, kind, index, &tally->cells.items[place]);
    }
}

/* The total of a measure that some cells have as a fact: the others say it by
 * their own counts and sums, and the total is what all of them say. */
static lk_reading read_total(const lk_tally *tally, const lk_source *source, const lk_cell_fact *fact)
{
    lk_cell rest;
    bool all_have_it = true;
    lk_reading reading = read_fact(fact, source->is_distinct);
    memset(&rest, 0, sizeof rest);
    for (size_t i = 0; i < tally->order_count; i++) {
        if (lk_cells_fact(&tally->cells, tally->order[i], (uint32_t)source->index)) continue;
        lk_cell_merge(&rest, &tally->cells.items[tally->order[i]]);
        all_have_it = false;
    }
    lk_reading others = read_cell(tally, source->otherwise, source->otherwise_index, &rest);
    if (all_have_it || others.status != LEADKPI_OK) return reading;
    reading.value += others.value;
    reading.least += others.value;
    reading.most += others.value;
    reading.flags |= others.flags;
    return reading;
}

lk_reading lk_source_read(const lk_tally *tally, const lk_source *source, uint32_t cell)
{
    if (source->kind == LK_SOURCE_INPUT) return given(source->value);
    if (source->kind != LK_SOURCE_FACT) return read_kind(tally, source->kind, source->index, cell);
    const lk_cell_fact *fact = lk_cells_fact(&tally->cells, cell, (uint32_t)source->index);
    if (fact && cell == tally->total && source->otherwise != LK_SOURCE_NOT_GIVEN)
        return read_total(tally, source, fact);
    if (fact) return read_fact(fact, source->is_distinct);
    return read_kind(tally, source->otherwise, source->otherwise_index, cell);
}
