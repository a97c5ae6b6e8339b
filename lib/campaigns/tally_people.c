#include "campaigns/rows.h"
#include "campaigns/tally.h"

static bool is_first_of_equals(const lk_event_lists *lists, lk_event_run run, size_t place)
{
    const lk_event *items = lists->events->items;
    return place == 0 || !lk_event_same(&items[run.items[place - 1]], &items[run.items[place]]);
}

static leadkpi_status add_duration(lk_tally *tally, int kind, uint32_t cell, int64_t duration,
                                 bool ended, leadkpi_error *error)
{
    lk_durations *durations = &tally->durations[kind];
    if (!tally->wants[kind]) return LEADKPI_OK;
    if (durations->count == durations->capacity) {
        size_t capacity = durations->capacity < 64 ? 64 : durations->capacity + durations->capacity / 2;
        LK_TRY(lk_resize(tally->plan->memory, &durations->items, durations->capacity, capacity,
                         sizeof *durations->items, error));
        durations->capacity = capacity;
    }
    durations->items[durations->count++] = (lk_duration){duration > 0 ? duration : 0, cell, ended};
    return LEADKPI_OK;
}

/* ---- durations ----------------------------------------------------------------- */

static int64_t opening_time(const lk_tally *tally, int64_t from, int64_t to)
{
    int64_t open;
    if (!tally->plan->has_hours) return to - from;
    /* Always fits: both are within years 1 to 9999. */
    return lk_calendar_open_between(tally->plan->calendar, from, to, &open) ? open : 0;
}

static leadkpi_status time_response(lk_tally *tally, uint32_t cell, int64_t created,
                                      const lk_journey *journey, leadkpi_error *error)
{
    int64_t as_of = tally->plan->as_of;
    bool answered = journey->answered != LK_STAGE_NEVER;
    int64_t until = answered ? journey->answered : as_of;
    int64_t open = opening_time(tally, created, until);
    int64_t *counts = tally->cells.items[cell].counts;
    if (answered) counts[LK_COUNT_ANSWERED]++;
    if (answered || open > tally->plan->sla) counts[LK_COUNT_SLA_DUE]++;
    if (answered && open <= tally->plan->sla) counts[LK_COUNT_SLA_MET]++;
    LK_TRY(add_duration(tally, LK_DURATION_RESPONSE, cell, until - created, answered, error));
    return add_duration(tally, LK_DURATION_RESPONSE_OPEN, cell, open, answered, error);
}

/* A deal dated before its lead has no cycle; the findings name it. */
static leadkpi_status time_cycle(lk_tally *tally, uint32_t cell, int64_t created,
                                   const lk_journey *journey, leadkpi_error *error)
{
    int64_t won = journey->entered[LK_STAGE_WON];
    if (won != LK_STAGE_NEVER && won < created) return LEADKPI_OK;
    bool ended = won != LK_STAGE_NEVER;
    int64_t until = ended ? won : tally->plan->as_of;
    if (!ended && journey->closed < until) until = journey->closed;
    return add_duration(tally, LK_DURATION_CYCLE, cell, until - created, ended, error);
}

static bool was_worked_on(const lk_journey *journey)
{
    if (journey->answered != LK_STAGE_NEVER) return true;
    for (int stage = LK_STAGE_LEAD + 1; stage < LK_STAGE_COUNT; stage++)
        if (journey->entered[stage] != LK_STAGE_NEVER) return true;
    return false;
}

static leadkpi_status time_person(lk_tally *tally, uint32_t cell, int64_t created,
                                    const lk_journey *journey, leadkpi_error *error)
{
    LK_TRY(time_response(tally, cell, created, journey, error));
    LK_TRY(time_cycle(tally, cell, created, journey, error));
    if (was_worked_on(journey)) return LEADKPI_OK;
    return add_duration(tally, LK_DURATION_OPEN_AGE, cell, tally->plan->as_of - created, true, error);
}

/* ---- counts --------------------------------------------------------------------- */

/* Where something of this person that happened at `time` is counted; false where
 * the plan does not look. On cohort basis `home`, the lead's cell, has it all. */
static leadkpi_status place_of(lk_tally *tally, uint32_t tuple, uint32_t home, int64_t time,
                               uint32_t *cell, leadkpi_error *error)
{
    *cell = home;
    if (tally->plan->basis == LK_BASIS_COHORT) return LEADKPI_OK;
    *cell = LK_MAP_NONE;
    if (!lk_plan_sees(tally->plan, time)) return LEADKPI_OK;
    return lk_tally_cell(tally, tuple, time, cell, error);
}

static leadkpi_status count_one(lk_tally *tally, uint32_t tuple, uint32_t home, int64_t time,
                                int count, leadkpi_error *error)
{
    uint32_t cell;
    if (time == LK_STAGE_NEVER) return LEADKPI_OK;
    LK_TRY(place_of(tally, tuple, home, time, &cell, error));
    if (cell != LK_MAP_NONE) tally->cells.items[cell].counts[count]++;
    return LEADKPI_OK;
}

/* Parts of a stage, so that a rate over it is that of a part: a lead that sales
 * rejected without its ever being an MQL is no rejected MQL. */
static leadkpi_status count_parts(lk_tally *tally, uint32_t tuple, uint32_t home,
                                  const int64_t *entered, leadkpi_error *error)
{
    int64_t rejected = entered[LK_STAGE_REJECTED], accepted = entered[LK_STAGE_SAL];
    if (entered[LK_STAGE_MQL] != LK_STAGE_NEVER) {
        int64_t reviewed = rejected < accepted ? rejected : accepted;
        LK_TRY(count_one(tally, tuple, home, reviewed, LK_COUNT_REVIEWED, error));
        LK_TRY(count_one(tally, tuple, home, rejected, LK_COUNT_REJECTED, error));
    }
    if (accepted != LK_STAGE_NEVER)
        LK_TRY(count_one(tally, tuple, home, entered[LK_STAGE_RECYCLED], LK_COUNT_RETURNED, error));
    if (entered[LK_STAGE_TRIAL] == LK_STAGE_NEVER) return LEADKPI_OK;
    return count_one(tally, tuple, home, entered[LK_STAGE_WON], LK_COUNT_TRIAL_WON, error);
}

static leadkpi_status count_stages(lk_tally *tally, uint32_t tuple, uint32_t home,
                                   const lk_journey *journey, leadkpi_error *error)
{
    for (int stage = LK_STAGE_LEAD + 1; stage < LK_STAGE_COUNT; stage++)
        LK_TRY(count_one(tally, tuple, home, journey->entered[stage], LK_COUNT_REACHED + stage, error));
    return count_parts(tally, tuple, home, journey->entered, error);
}

/* What a row of a stage counts as, beside the stage; nothing: -1. */
typedef struct deal_counts {
    int rows, valued, sum, squares;
} deal_counts;

static deal_counts counts_of_deal(int stage)
{
    switch (stage) {
    case LK_STAGE_WON:
        return (deal_counts){LK_COUNT_DEALS_WON, LK_COUNT_DEALS_VALUED, LK_SUM_WON_VALUE,
                             LK_SUM_WON_SQUARES};
    case LK_STAGE_OPPORTUNITY:
        return (deal_counts){LK_COUNT_OPPORTUNITIES, LK_COUNT_OPPORTUNITIES_VALUED,
                             LK_SUM_OPPORTUNITY_VALUE, LK_SUM_OPPORTUNITY_SQUARES};
    case LK_STAGE_LOST:
        return (deal_counts){LK_COUNT_DEALS_LOST, -1, -1, -1};
    case LK_STAGE_NO_DECISION:
        return (deal_counts){LK_COUNT_DEALS_NO_DECISION, -1, -1, -1};
    default:
        return (deal_counts){-1, -1, -1, -1};
    }
}

static leadkpi_status count_deal(lk_tally *tally, uint32_t tuple, uint32_t home,
                                 const lk_event *event, deal_counts counts,
                                 lk_exact_sum *person_won, leadkpi_error *error)
{
    uint32_t cell;
    LK_TRY(place_of(tally, tuple, home, event->time, &cell, error));
    if (cell == LK_MAP_NONE) return LEADKPI_OK;
    lk_cell *item = &tally->cells.items[cell];
    lk_value value = {event->payload, lk_event_value_kind(event)};
    item->counts[counts.rows]++;
    if (value.kind == LK_VALUE_NONE || counts.valued < 0) return LEADKPI_OK;
    item->counts[counts.valued]++;
    tally->value_given = true;
    lk_value_add_to(value, &item->sums[counts.sum]);
    lk_cell_add_square(item, counts.squares, lk_value_to_double(value));
    if (counts.sum == LK_SUM_WON_VALUE) lk_value_add_to(value, person_won);
    return LEADKPI_OK;
}

/* Every opportunity, won, lost and no-decision row is a deal, for a customer may have
 * several; rows that are equal in all are one row given twice. */
static leadkpi_status count_deals(lk_tally *tally, uint32_t lead, uint32_t home, leadkpi_error *error)
{
    const lk_plan *plan = tally->plan;
    const lk_event_lists *lists = &tally->people.stages;
    lk_event_run run = lk_event_lists_of(lists, lead);
    lk_exact_sum person_won = LK_EXACT_SUM_ZERO;
    for (size_t i = 0; i < run.count; i++) {
        const lk_event *event = &lists->events->items[run.items[i]];
        deal_counts counts = counts_of_deal(plan->stages[lk_event_name(event)]);
        if (counts.rows < 0 || event->time > plan->as_of || !is_first_of_equals(lists, run, i)) continue;
        LK_TRY(count_deal(tally, plan->store->leads[lead].tuple, home, event, counts, &person_won,
                          error));
    }
    if (plan->basis == LK_BASIS_COHORT)
        lk_cell_add_square(&tally->cells.items[home], LK_SUM_WON_SQUARES_OF_PERSONS,
                           lk_exact_sum_to_double(&person_won));
    return LEADKPI_OK;
}

/* A conversion after the age that all are given would count for the old alone. */
static void count_maturity(const lk_plan *plan, int64_t created, const lk_journey *journey,
                           int64_t *counts)
{
    int64_t won = journey->entered[LK_STAGE_WON];
    if (!plan->has_mature_after || plan->as_of - created < plan->mature_after) return;
    counts[LK_COUNT_MATURE]++;
    if (won != LK_STAGE_NEVER && won - created <= plan->mature_after) counts[LK_COUNT_MATURE_WON]++;
}

static leadkpi_status count_lead(lk_tally *tally, uint32_t lead, const lk_journey *journey,
                                 uint32_t *home, leadkpi_error *error)
{
    const lk_lead *item = &tally->plan->store->leads[lead];
    *home = LK_MAP_NONE;
    if (!lk_plan_sees(tally->plan, item->time)) return LEADKPI_OK;
    LK_TRY(lk_tally_cell(tally, item->tuple, item->time, home, error));
    int64_t *counts = tally->cells.items[*home].counts;
    counts[LK_COUNT_LEADS]++;
    counts[LK_COUNT_LEAD_RECORDS] += item->rows;
    count_maturity(tally->plan, item->time, journey, counts);
    return time_person(tally, *home, item->time, journey, error);
}

/* The rows of a lead that is not its person's first are records in the person's cell. */
static leadkpi_status count_records(lk_tally *tally, uint32_t lead, leadkpi_error *error)
{
    const lk_lead *item = &tally->plan->store->leads[lead];
    uint32_t first = lk_people_first_lead(&tally->people, lead), cell;
    const lk_lead *person = &tally->plan->store->leads[first];
    if (item->rows == 0 || item->time > tally->plan->as_of) return LEADKPI_OK;
    if (!lk_plan_sees(tally->plan, person->time)) return LEADKPI_OK;
    LK_TRY(lk_tally_cell(tally, person->tuple, person->time, &cell, error));
    tally->cells.items[cell].counts[LK_COUNT_LEAD_RECORDS] += item->rows;
    return LEADKPI_OK;
}

static leadkpi_status count_person(lk_tally *tally, uint32_t lead, leadkpi_error *error)
{
    lk_journey journey;
    uint32_t home;
    const lk_plan *plan = tally->plan;
    if (plan->store->leads[lead].time > plan->as_of) return LEADKPI_OK;
    lk_journey_read(plan, &tally->people, lead, &journey);
    lk_journey_complete(plan, &journey);
    LK_TRY(count_lead(tally, lead, &journey, &home, error));
    if (home == LK_MAP_NONE && plan->basis == LK_BASIS_COHORT) return LEADKPI_OK;
    LK_TRY(count_stages(tally, plan->store->leads[lead].tuple, home, &journey, error));
    return count_deals(tally, lead, home, error);
}

/* Cost of a person: its lead (16 bytes, in order), a look-up of its cell (most
 * often the cell before, or in cache), its events (24 bytes each, a cache miss
 * each where they did not come in lead order). */
leadkpi_status lk_tally_people(lk_tally *tally, leadkpi_error *error)
{
    uint32_t lead_count = tally->people.lead_count;
    for (uint32_t lead = 0; lead < lead_count; lead++) {
        if (lead % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(tally->plan->memory, error));
        if (lk_people_first_lead(&tally->people, lead) != lead)
            LK_TRY(count_records(tally, lead, error));
        else if (lk_people_is_person(&tally->people, lead))
            LK_TRY(count_person(tally, lead, error));
    }
    return LEADKPI_OK;
}
