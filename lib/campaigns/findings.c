/* What is odd in the data: counted, with one example each, and never hidden. */
#include "base/format.h"
#include "base/table.h"
#include "campaigns/fact_names.h"
#include "campaigns/lists.h"

enum {
    DUPLICATE_LEAD_ROWS,
    LEADS_OF_ONE_EMAIL,
    LEADS_WITHOUT_EMAIL,
    LEADS_AFTER_AS_OF,
    LEADS_WITHOUT_DIMENSION,
    OPEN_LEADS,
    STAGE_ROWS_OF_UNKNOWN_LEADS,
    STAGES_BEFORE_LEAD,
    STAGES_OUT_OF_ORDER,
    STAGES_SKIPPED,
    STAGES_REENTERED,
    DUPLICATE_STAGE_ROWS,
    UNKNOWN_STAGE_NAMES,
    STAGE_ROWS_AFTER_AS_OF,
    DEALS_WITHOUT_VALUE,
    RESPONSE_ROWS_OF_UNKNOWN_LEADS,
    RESPONSES_BEFORE_LEAD,
    COSTS_AFTER_AS_OF,
    COSTS_WITHOUT_DIMENSION,
    CREDITS,
    SEGMENTS_WITHOUT_SPEND,
    SALES_COSTS_NOT_GIVEN,
    FINDING_COUNT
};

/* Names are stable; append only. */
static const struct {
    const char *name;
    const char *meaning;
} findings[FINDING_COUNT] = {
    [DUPLICATE_LEAD_ROWS] = {"duplicate_lead_rows",
           "lead rows whose id came before; the first row of an id counts"},
    [LEADS_OF_ONE_EMAIL] = {"leads_of_one_email",
           "leads that share an e-mail address with another and count as one person"},
    [LEADS_WITHOUT_EMAIL] = {"leads_without_email",
           "leads without an e-mail address; each counts as its own person"},
    [LEADS_AFTER_AS_OF] = {"leads_after_as_of",
           "leads created after the report's time; not counted"},
    [LEADS_WITHOUT_DIMENSION] = {"leads_without_dimension",
           "leads that were given without a dimension of the report; they stand in rows of their "
           "own"},
    [OPEN_LEADS] = {"open_leads",
           "leads neither won nor lost nor rejected yet; times count them as still going on"},
    [STAGE_ROWS_OF_UNKNOWN_LEADS] = {"stage_rows_of_unknown_leads",
           "stage rows whose lead was never given; not counted"},
    [STAGES_BEFORE_LEAD] = {"stages_before_lead",
           "stage rows dated before their lead; they count, but have no duration"},
    [STAGES_OUT_OF_ORDER] = {"stages_out_of_order",
           "persons whose stages are dated in another order than the path"},
    [STAGES_SKIPPED] = {"stages_skipped",
           "persons who reached a stage without an earlier one of the path"},
    [STAGES_REENTERED] = {"stages_reentered",
           "persons who entered a stage again; the first entry counts"},
    [DUPLICATE_STAGE_ROWS] = {"duplicate_stage_rows",
           "stage rows equal to another of the same lead; they count once"},
    [UNKNOWN_STAGE_NAMES] = {"unknown_stage_names",
           "stage rows with a name that means nothing here; option stage_names says what it means"},
    [STAGE_ROWS_AFTER_AS_OF] = {"stage_rows_after_as_of",
           "stage rows after the report's time; not counted"},
    [DEALS_WITHOUT_VALUE] = {"deals_without_value", "won rows without a value; revenue is partial"},
    [RESPONSE_ROWS_OF_UNKNOWN_LEADS] = {"response_rows_of_unknown_leads",
           "responses whose lead was never given; not counted"},
    [RESPONSES_BEFORE_LEAD] = {"responses_before_lead",
           "responses dated before their lead; they answer something else"},
    [COSTS_AFTER_AS_OF] = {"costs_after_as_of",
           "costs and measures after the report's time; not counted"},
    [COSTS_WITHOUT_DIMENSION] = {"costs_without_dimension",
           "costs without a dimension of the report; option overhead can give marketing and "
           "sales costs to segments"},
    [CREDITS] = {"credits", "costs below zero for a day and segment; they reduce the spend"},
    [SEGMENTS_WITHOUT_SPEND] = {"segments_without_spend",
           "segments and periods that have leads but no spend given; their cost KPIs are not "
           "given, not zero"},
    [SALES_COSTS_NOT_GIVEN] = {"sales_costs_not_given",
           "no sales cost was given; acquisition cost is of marketing alone"},
};

#define NO_LEAD LK_MAP_NONE

typedef struct finding {
    int64_t count;
    uint32_t lead;        /* the example, of least id; NO_LEAD: none */
    lk_text text;         /* or a text */
} finding;

typedef struct search {
    const lk_tally *tally;
    finding found[FINDING_COUNT];
} search;

/* ---- examples ------------------------------------------------------------------------------ */

static void note(search *s, int what, int64_t count)
{
    s->found[what].count += count;
}

static void note_lead(search *s, int what, int64_t count, uint32_t lead)
{
    finding *f = &s->found[what];
    note(s, what, count);
    if (f->lead == NO_LEAD || lk_lead_ids_compare(&s->tally->plan->store->ids, lead, f->lead) < 0)
        f->lead = lead;
}

static void note_text(search *s, int what, int64_t count, lk_text text)
{
    finding *f = &s->found[what];
    note(s, what, count);
    if (!f->text.data || lk_text_compare(text, f->text) < 0) f->text = text;
}

static lk_text id_text(const lk_lead_ids *ids, uint32_t lead, char buffer[24])
{
    if (ids->hashed) return (lk_text){"", 0}; /* hashed ids cannot be listed */
    if (ids->type == LK_LEAD_IDS_TEXT) return lk_map_text_key(&ids->texts, lead);
    size_t length = lk_format(buffer, 24, "%lld", (long long)ids->integers.keys[lead]);
    return (lk_text){buffer, length};
}

/* ---- leads ----------------------------------------------------------------------------------- */

/* Rows outside from and to are not looked at; those after as_of are, and named. */
static bool is_in_range(const lk_plan *plan, int64_t time)
{
    return time >= plan->from && time < plan->to;
}

static bool lacks_dimension(const lk_plan *plan, uint32_t tuple)
{
    for (size_t i = 0; i < plan->segments.dimension_count; i++)
        if (lk_tuple_value(plan->store, tuple, plan->segments.dimensions[i]) == LK_MAP_NONE)
            return true;
    return false;
}

static void look_at_lead(search *s, uint32_t lead)
{
    const lk_plan *plan = s->tally->plan;
    const lk_lead *item = &plan->store->leads[lead];
    const lk_people *people = &s->tally->people;
    if (item->rows == 0 || !is_in_range(plan, item->time)) return;
    if (item->rows > 1) note_lead(s, DUPLICATE_LEAD_ROWS, (int64_t)item->rows - 1, lead);
    if (plan->store->emails && plan->store->emails[lead] == 0)
        note_lead(s, LEADS_WITHOUT_EMAIL, 1, lead);
    if (lk_people_first_lead(people, lead) != lead) note_lead(s, LEADS_OF_ONE_EMAIL, 1, lead);
    if (item->time > plan->as_of) note_lead(s, LEADS_AFTER_AS_OF, 1, lead);
    if (lk_people_is_person(people, lead) && lacks_dimension(plan, item->tuple))
        note_lead(s, LEADS_WITHOUT_DIMENSION, 1, lead);
}

/* ---- stages --------------------------------------------------------------------------------- */

/* Entries of one name lie together, by time. */
static void look_at_stage_row(search *s, uint32_t lead, const lk_event *event,
                              const lk_event *before)
{
    const lk_plan *plan = s->tally->plan;
    const lk_lead *item = &plan->store->leads[lead];
    int stage = plan->stages[lk_event_name(event)];
    bool repeated = before && lk_event_same(before, event);
    if (!is_in_range(plan, event->time)) return;
    if (item->rows == 0) note_lead(s, STAGE_ROWS_OF_UNKNOWN_LEADS, 1, lead);
    if (item->rows > 0 && event->time < item->time) note_lead(s, STAGES_BEFORE_LEAD, 1, lead);
    if (event->time > plan->as_of) note_lead(s, STAGE_ROWS_AFTER_AS_OF, 1, lead);
    if (stage == LK_STAGE_UNKNOWN)
        note_text(s, UNKNOWN_STAGE_NAMES, 1,
                  lk_map_text_key(&plan->store->stages.names, lk_event_name(event)));
    if (stage == LK_STAGE_WON && lk_event_value_kind(event) == LK_VALUE_NONE && !repeated &&
        item->rows > 0 && event->time <= plan->as_of)
        note_lead(s, DEALS_WITHOUT_VALUE, 1, lead);
    if (repeated) note_lead(s, DUPLICATE_STAGE_ROWS, 1, lead);
}

/* A person may well have several deals; any other stage is entered once. */
static bool reenters(const lk_plan *plan, const lk_event_lists *lists, lk_event_run run)
{
    int64_t seen[LK_STAGE_COUNT];
    for (int stage = 0; stage < LK_STAGE_COUNT; stage++) seen[stage] = LK_STAGE_NEVER;
    for (size_t i = 0; i < run.count; i++) {
        const lk_event *event = &lists->events->items[run.items[i]];
        int stage = plan->stages[lk_event_name(event)];
        if (stage == LK_STAGE_UNKNOWN || stage == LK_STAGE_OPPORTUNITY || event->time > plan->as_of)
            continue;
        if (stage >= LK_STAGE_WON && stage <= LK_STAGE_NO_DECISION) continue;
        if (seen[stage] != LK_STAGE_NEVER && seen[stage] != event->time) return true;
        seen[stage] = event->time;
    }
    return false;
}

static void look_at_path(search *s, uint32_t lead)
{
    lk_journey journey;
    const int64_t *entered = journey.entered;
    bool skipped = false, out_of_order = false;
    int64_t latest = INT64_MIN;
    lk_journey_read(s->tally->plan, &s->tally->people, lead, &journey);
    if (journey.closed == LK_STAGE_NEVER) note_lead(s, OPEN_LEADS, 1, lead);
    for (int stage = LK_STAGE_MQL, missing = 0; stage <= LK_STAGE_WON; stage++) {
        if (entered[stage] == LK_STAGE_NEVER) {
            missing = 1;
            continue;
        }
        skipped |= missing != 0;
        out_of_order |= entered[stage] < latest;
        if (entered[stage] > latest) latest = entered[stage];
    }
    if (skipped) note_lead(s, STAGES_SKIPPED, 1, lead);
    if (out_of_order) note_lead(s, STAGES_OUT_OF_ORDER, 1, lead);
}

static void look_at_responses(search *s, uint32_t lead)
{
    const lk_event_lists *responses = &s->tally->people.responses;
    const lk_lead *item = &s->tally->plan->store->leads[lead];
    lk_event_run run = lk_event_lists_of(responses, lead);
    for (size_t i = 0; i < run.count; i++) {
        int64_t time = responses->events->items[run.items[i]].time;
        if (!is_in_range(s->tally->plan, time)) continue;
        if (item->rows == 0) note_lead(s, RESPONSE_ROWS_OF_UNKNOWN_LEADS, 1, lead);
        if (item->rows > 0 && time < item->time) note_lead(s, RESPONSES_BEFORE_LEAD, 1, lead);
    }
}

static void look_at_events(search *s, uint32_t lead)
{
    const lk_people *people = &s->tally->people;
    const lk_plan *plan = s->tally->plan;
    const lk_lead *item = &plan->store->leads[lead];
    lk_event_run run = lk_event_lists_of(&people->stages, lead);
    for (size_t i = 0; i < run.count; i++) {
        const lk_event *items = people->stages.events->items;
        look_at_stage_row(s, lead, &items[run.items[i]], i ? &items[run.items[i - 1]] : NULL);
    }
    look_at_responses(s, lead);
    if (!lk_people_is_person(people, lead) || !lk_plan_sees(plan, item->time)) return;
    if (reenters(plan, &people->stages, run)) note_lead(s, STAGES_REENTERED, 1, lead);
    look_at_path(s, lead);
}

/* ---- costs ---------------------------------------------------------------------------------- */

static void look_at_fact(search *s, uint32_t index)
{
    const lk_plan *plan = s->tally->plan;
    lk_key128 key = plan->store->fact_keys.keys[index];
    lk_text name = lk_map_text_key(&plan->store->fact_names, lk_fact_name(key));
    const lk_fact *fact = &plan->store->facts[index];
    lk_fact_meaning meaning;
    if (!is_in_range(plan, lk_fact_time(key))) return;
    if (lk_fact_time(key) > plan->as_of) note_text(s, COSTS_AFTER_AS_OF, (int64_t)fact->rows, name);
    if (!lk_fact_meaning_read(name, &meaning) || !meaning.is_cost) return;
    if (lk_exact_sum_is_negative(&fact->sum)) note_text(s, CREDITS, (int64_t)fact->rows, name);
    if (lacks_dimension(plan, lk_fact_tuple(key)))
        note_text(s, COSTS_WITHOUT_DIMENSION, (int64_t)fact->rows, name);
}

static void look_at_cells(search *s)
{
    const lk_tally *tally = s->tally;
    const lk_cell *total = &tally->cells.items[tally->total];
    bool costs = total->counts[LK_COUNT_CAMPAIGN_ROWS] + total->counts[LK_COUNT_MARKETING_ROWS] > 0;
    for (size_t i = 0; i < tally->order_count; i++) {
        const int64_t *counts = tally->cells.items[tally->order[i]].counts;
        if (costs && counts[LK_COUNT_LEADS] > 0 && counts[LK_COUNT_CAMPAIGN_ROWS] == 0)
            note(s, SEGMENTS_WITHOUT_SPEND, 1);
    }
    if (costs && !tally->sales_given) note(s, SALES_COSTS_NOT_GIVEN, 1);
}

/* ---- the table ------------------------------------------------------------------------------ */

static leadkpi_status add_words(const search *s, leadkpi_table *table, lk_text name,
                                lk_text (*word)(const search *, int, char[24]),
                                leadkpi_error *error)
{
    lk_text_builder column;
    leadkpi_status status = LEADKPI_OK;
    char buffer[24];
    lk_text_builder_init(&column, table);
    for (int i = 0; i < FINDING_COUNT && status == LEADKPI_OK; i++)
        if (s->found[i].count) status = lk_text_builder_append(&column, word(s, i, buffer), error);
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&column, name, "", error);
    lk_text_builder_release(&column);
    return status;
}

static lk_text name_of(const search *s, int what, char buffer[24])
{
    (void)s;
    (void)buffer;
    return lk_text_of(findings[what].name, LEADKPI_NUL_TERMINATED);
}

static lk_text meaning_of(const search *s, int what, char buffer[24])
{
    (void)s;
    (void)buffer;
    return lk_text_of(findings[what].meaning, LEADKPI_NUL_TERMINATED);
}

static lk_text example_of(const search *s, int what, char buffer[24])
{
    const finding *f = &s->found[what];
    if (f->lead != NO_LEAD) return id_text(&s->tally->plan->store->ids, f->lead, buffer);
    return f->text.data ? f->text : (lk_text){"", 0};
}

static leadkpi_status build_table(const search *s, leadkpi_table *table, leadkpi_error *error)
{
    int64_t *counts;
    size_t rows = 0;
    for (int i = 0; i < FINDING_COUNT; i++) rows += s->found[i].count != 0;
    LK_TRY(add_words(s, table, LK_LITERAL("finding"), name_of, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("count"), "", rows, false, &counts, error));
    for (int i = 0, row = 0; i < FINDING_COUNT; i++)
        if (s->found[i].count) counts[row++] = s->found[i].count;
    LK_TRY(add_words(s, table, LK_LITERAL("example"), example_of, error));
    return add_words(s, table, LK_LITERAL("meaning"), meaning_of, error);
}

leadkpi_status lk_findings_build(const lk_tally *tally, leadkpi_table *table, leadkpi_error *error)
{
    search s;
    memset(&s, 0, sizeof s);
    s.tally = tally;
    for (int i = 0; i < FINDING_COUNT; i++) s.found[i].lead = NO_LEAD;
    for (uint32_t lead = 0; lead < tally->people.lead_count; lead++) {
        if (lead % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(tally->plan->memory, error));
        look_at_lead(&s, lead);
        look_at_events(&s, lead);
    }
    for (uint32_t i = 0; i < tally->plan->store->fact_keys.count; i++) look_at_fact(&s, i);
    look_at_cells(&s);
    return build_table(&s, table, error);
}
