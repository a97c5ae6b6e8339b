#include "funnel/quick.h"

#include "funnel/window.h"

bool lk_quick_fits_rule(const lk_funnel_rule *rule)
{
    return rule->compat == LK_COMPAT_NONE && rule->order == LK_ORDER_ORDERED &&
           rule->entry == LK_ENTRY_ANY && rule->step_window == INT64_MAX && rule->gap == 0 &&
           rule->optional == 0 && rule->window_days == 0 && rule->session == INT64_MAX &&
           !rule->same_value;
}

bool lk_quick_fits_code(const lk_funnel_store *store, uint32_t code)
{
    uint64_t steps = lk_funnel_code_steps(store, code);
    return !lk_funnel_code_exclusions(store, code) && (steps & (steps - 1)) == 0;
}

uint8_t lk_quick_place(uint64_t steps)
{
    uint8_t place = LK_QUICK_ENTRY + 1;
    if (steps == 0) return LK_QUICK_TRASH + 1;
    while (steps >>= 1) place++;
    return place;
}

leadkpi_status lk_quick_open(const lk_journeys *j, lk_memory *memory, lk_quick *quick, leadkpi_error *error)
{
    const lk_funnel_store *store = j->store;
    *quick = (lk_quick){NULL, store->codes.count, memory};
    if (!lk_quick_fits_rule(j->rule)) return LEADKPI_OK;
    for (uint32_t code = 0; code < store->codes.count; code++)
        if (!lk_quick_fits_code(store, code)) return LEADKPI_OK;
    LK_TRY(lk_allocate(memory, store->codes.count, 1, &quick->places, error));
    for (uint32_t code = 0; code < store->codes.count; code++)
        quick->places[code] = lk_quick_place(lk_funnel_code_steps(store, code));
    return LEADKPI_OK;
}

void lk_quick_close(lk_quick *quick, lk_memory *memory)
{
    lk_release(memory, quick->places, quick->code_count, 1);
    *quick = (lk_quick){NULL, 0, NULL};
}

/* Cost an event: 8 bytes read in order, or 16, a byte, and what lk_quick_take does; no branch but the loop's own
 * and that which asks. `*farthest` is the first event that got farthest; of the attempt the level, start and `until`
 * are set. */
static inline leadkpi_status scan(const lk_journeys *j, const lk_quick *quick, uint32_t lead, int64_t as_of,
                                  lk_attempt *attempt, uint32_t *farthest, leadkpi_error *error)
{
    uint64_t starts[LK_QUICK_PLACES], window = (uint64_t)j->rule->window, last = 0;
    const uint8_t *places = quick->places;
    lk_quick_level best = {0, 0};
    lk_quick_clear(starts, j->rule->step_count);
    for (uint32_t i = lk_journeys_start(j, lead), end = j->ends[lead]; i < end; i++) {
        LK_TRY(lk_interrupted_at(quick->memory, i, error));
        lk_journey_event event = lk_journeys_event(j, i);
        if (event.time > as_of) break;
        uint64_t since = (uint64_t)(event.time - LK_FUNNEL_TIME_MIN), level = best.level;
        best = lk_quick_take(starts, window, since, places[event.code], best);
        last = lk_choose((uint64_t)(best.level > level), i, last);
    }
    attempt->level = (int32_t)best.level;
    attempt->start = (int64_t)best.start + LK_FUNNEL_TIME_MIN;
    attempt->until = lk_funnel_deadline(attempt->start, j->rule->window);
    *farthest = (uint32_t)last;
    return LEADKPI_OK;
}

leadkpi_status lk_quick_find_level(const lk_journeys *j, const lk_quick *quick, uint32_t lead, int64_t as_of,
                                   lk_attempt *attempt, leadkpi_error *error)
{
    uint32_t farthest;
    return scan(j, quick, lead, as_of, attempt, &farthest, error);
}

/* Back from the event that got farthest, always to the latest one of the step before: so to the start that was
 * last. Its deadline held at the end, so it held on the way. */
static uint32_t find_entry(const lk_journeys *j, const uint8_t *places, int32_t level, uint32_t last)
{
    for (int32_t place = level; place > LK_QUICK_ENTRY; place--)
        do last--;
        while (places[lk_journeys_event(j, last).code] != place);
    return last;
}

/* Forth from the entry: the first event of each step after the one of the step before. */
static void find_times(const lk_journeys *j, const uint8_t *places, lk_attempt *attempt)
{
    uint32_t at = attempt->entry;
    attempt->done = lk_attempt_steps(attempt->level);
    attempt->times[0] = attempt->start;
    for (int32_t step = 1; step < attempt->level; step++) {
        do at++;
        while (places[lk_journeys_event(j, at).code] != LK_QUICK_ENTRY + 1 + step);
        attempt->times[step] = lk_journeys_event(j, at).time;
    }
}

/* The way of an attempt is looked at where there is one, between its first event and its last: of most leads
 * that is little of what the scan has just read. */
leadkpi_status lk_quick_find(const lk_journeys *j, const lk_quick *quick, uint32_t lead, int64_t as_of,
                             lk_attempt *attempt, leadkpi_error *error)
{
    uint32_t last;
    LK_TRY(scan(j, quick, lead, as_of, attempt, &last, error));
    if (attempt->level == 0) return LEADKPI_OK;
    attempt->entry = find_entry(j, quick->places, attempt->level, last);
    find_times(j, quick->places, attempt);
    return LEADKPI_OK;
}

/* The first event of the lead that is not before a time. */
static uint32_t find_time(const lk_journeys *j, uint32_t lead, int64_t time)
{
    uint32_t low = lk_journeys_start(j, lead), high = j->ends[lead];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        bool before = lk_journeys_event(j, middle).time < time;
        low = before ? middle + 1 : low;
        high = before ? high : middle;
    }
    return low;
}

/* At one instant step 1 comes before the others: any of its events there has the same times. Cost: a search by
 * halves in the lead's events, and what is between the first event and the last. */
void lk_quick_follow(const lk_journeys *j, const lk_quick *quick, uint32_t lead, lk_attempt *attempt)
{
    attempt->entry = find_time(j, lead, attempt->start);
    while (quick->places[lk_journeys_event(j, attempt->entry).code] != LK_QUICK_ENTRY + 1) attempt->entry++;
    find_times(j, quick->places, attempt);
}
