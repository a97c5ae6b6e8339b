#include "campaigns/tally.h"

static void enter(lk_journey *journey, int stage, int64_t time)
{
    if (stage < LK_STAGE_COUNT && time < journey->entered[stage]) journey->entered[stage] = time;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void read_stages(const lk_plan *plan, const lk_people *people, uint32_t lead,
                        lk_journey *journey)
{
    lk_event_run run = lk_event_lists_of(&people->stages, lead);
    for (size_t i = 0; i < run.count; i++) {
        const lk_event *event = &people->stages.events->items[run.items[i]];
        if (event->time <= plan->as_of) enter(journey, plan->stages[lk_event_name(event)], event->time);
    }
}

/* The first response by a person from the lead's creation on; what came before
 * it answers something else. Auto-replies never stop the clock. */
static int64_t first_answer(const lk_plan *plan, const lk_people *people, uint32_t lead,
                            int64_t created)
{
    lk_event_run run = lk_event_lists_of(&people->responses, lead);
    int64_t first = LK_STAGE_NEVER;
    for (size_t i = 0; i < run.count; i++) {
        const lk_event *event = &people->responses.events->items[run.items[i]];
        if (event->time >= created && event->time <= plan->as_of &&
            !plan->automatic[lk_event_name(event)])
            first = earlier(first, event->time);
    }
    return first;
}

void lk_journey_read(const lk_plan *plan, const lk_people *people, uint32_t lead,
                     lk_journey *journey)
{
    int64_t created = plan->store->leads[lead].time;
    for (int stage = 0; stage < LK_STAGE_COUNT; stage++) journey->entered[stage] = LK_STAGE_NEVER;
    read_stages(plan, people, lead, journey);
    journey->entered[LK_STAGE_LEAD] = created;
    journey->answered = first_answer(plan, people, lead, created);
    if (journey->entered[LK_STAGE_CONTACTED] >= created)
        journey->answered = earlier(journey->answered, journey->entered[LK_STAGE_CONTACTED]);
    journey->closed = earlier(earlier(journey->entered[LK_STAGE_WON], journey->entered[LK_STAGE_LOST]),
                              earlier(journey->entered[LK_STAGE_NO_DECISION],
                                      journey->entered[LK_STAGE_REJECTED]));
}

/* Implied: whoever is in a stage has been in those before it, at that time at
 * the latest. Strict: a stage counts when all before it are there. */
void lk_journey_complete(const lk_plan *plan, lk_journey *journey)
{
    int64_t *entered = journey->entered;
    if (plan->skipped_stages == LK_SKIPPED_IMPLIED) {
        for (int stage = LK_STAGE_WON; stage > LK_STAGE_MQL; stage--)
            entered[stage - 1] = earlier(entered[stage - 1], entered[stage]);
    } else if (plan->skipped_stages == LK_SKIPPED_STRICT) {
        for (int stage = LK_STAGE_SAL; stage <= LK_STAGE_WON; stage++)
            if (entered[stage - 1] == LK_STAGE_NEVER) entered[stage] = LK_STAGE_NEVER;
    }
}
