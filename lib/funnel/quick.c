#include "funnel/quick.h"

#include "funnel/window.h"

/* As in levels.c: place 1 is an attempt that starts right now, step s (from 1) is place s + 1; an event
 * without a step moves the place TRASH, which no attempt holds, to the one after it. */
#define LAPSED INT64_MIN
enum {
    ENTRY = 1,
    TRASH = LK_FUNNEL_STEPS_MAX + 3,
    PLACE_COUNT = TRASH + 2
};

bool lk_quick_fits_rule(const lk_funnel_rule *rule)
{
    return rule->compat == LK_COMPAT_NONE && rule->order == LK_ORDER_ORDERED &&
           rule->entry == LK_ENTRY_ANY && rule->step_window == INT64_MAX && rule->gap == 0 &&
           rule->optional == 0 && rule->window_days == 0 && rule->session == INT64_MAX &&
           !rule->same_value;
}

static bool code_fits(const lk_funnel_store *store, uint32_t code)
{
    uint64_t steps = lk_funnel_code_steps(store, code);
    return !lk_funnel_code_exclusions(store, code) && (steps & (steps - 1)) == 0;
}

static uint8_t place_of(uint64_t steps)
{
    uint8_t place = ENTRY + 1;
    if (steps == 0) return TRASH + 1;
    while (steps >>= 1) place++;
    return place;
}

leadkpi_status lk_quick_open(const lk_journeys *j, lk_memory *memory, uint8_t **places,
                             leadkpi_error *error)
{
    const lk_funnel_store *store = j->store;
    *places = NULL;
    if (!lk_quick_fits_rule(j->rule)) return LEADKPI_OK;
    for (uint32_t code = 0; code < store->codes.count; code++)
        if (!code_fits(store, code)) return LEADKPI_OK;
    LK_TRY(lk_allocate(memory, store->codes.count, 1, places, error));
    for (uint32_t code = 0; code < store->codes.count; code++)
        (*places)[code] = place_of(lk_funnel_code_steps(store, code));
    return LEADKPI_OK;
}

/* An attempt at a step takes over the deadline and entry of the step before, which is never the earlier
 * one. Cost an event: 16 bytes read in order, a byte, and two pairs of words in the first cache; moves
 * on conditions, and a branch that is taken once a level. */
void lk_quick_find(const lk_journeys *j, const uint8_t *places, uint32_t lead, int64_t as_of,
                   lk_attempt *attempt)
{
    int64_t until[PLACE_COUNT], window = j->rule->window;
    uint32_t entry[PLACE_COUNT];
    int32_t level = 0;
    attempt->entry = LK_MAP_NONE;
    for (int32_t place = 0; place < j->rule->step_count + 2; place++) until[place] = LAPSED;
    until[TRASH] = until[TRASH + 1] = LAPSED;
    for (uint32_t i = lk_journeys_start(j, lead); i < j->ends[lead]; i++) {
        const lk_funnel_event *event = lk_journeys_event(j, i);
        if (event->time > as_of) break;
        size_t place = places[event->code];
        until[ENTRY] = lk_funnel_deadline(event->time, window);
        entry[ENTRY] = i;
        bool goes_on = event->time <= until[place - 1];
        until[place] = goes_on ? until[place - 1] : until[place];
        entry[place] = goes_on ? entry[place - 1] : entry[place];
        if (goes_on && (int32_t)place - ENTRY > level) {
            level = (int32_t)place - ENTRY;
            attempt->entry = entry[place];
        }
    }
    attempt->level = level;
    attempt->done = lk_attempt_steps(level);
    attempt->start = level ? lk_journeys_event(j, attempt->entry)->time : 0;
    attempt->until = lk_funnel_deadline(attempt->start, window);
}
