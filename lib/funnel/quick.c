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

leadkpi_status lk_quick_open(const lk_journeys *j, lk_memory *memory, lk_quick *quick, leadkpi_error *error)
{
    const lk_funnel_store *store = j->store;
    *quick = (lk_quick){NULL, store->codes.count};
    if (!lk_quick_fits_rule(j->rule)) return LEADKPI_OK;
    for (uint32_t code = 0; code < store->codes.count; code++)
        if (!code_fits(store, code)) return LEADKPI_OK;
    LK_TRY(lk_allocate(memory, store->codes.count, 1, &quick->places, error));
    for (uint32_t code = 0; code < store->codes.count; code++)
        quick->places[code] = place_of(lk_funnel_code_steps(store, code));
    return LEADKPI_OK;
}

void lk_quick_close(lk_quick *quick, lk_memory *memory)
{
    lk_release(memory, quick->places, quick->code_count, 1);
    *quick = (lk_quick){NULL, 0};
}

/* Of each place until when its latest attempt may go on. An attempt at a step takes over the deadline of the
 * step before, which is never the earlier one, even where it is past (levels.c says why that will do). Cost an
 * event: 16 bytes read in order, a byte, and a word read and one written in the first cache; no branch but the
 * loop's own. Returns the first event that got farthest; of the attempt the level and `until` are set. */
static inline uint32_t scan(const lk_journeys *j, const uint8_t *places, uint32_t lead, int64_t as_of,
                            lk_attempt *attempt)
{
    int64_t until[PLACE_COUNT], window = j->rule->window;
    uint64_t level = 0, best = 0, last = 0;
    for (int32_t place = 0; place < j->rule->step_count + 2; place++) until[place] = LAPSED;
    until[TRASH] = LAPSED;
    for (uint32_t i = lk_journeys_start(j, lead), end = j->ends[lead]; i < end; i++) {
        const lk_funnel_event *event = lk_journeys_event(j, i);
        if (event->time > as_of) break;
        size_t place = places[event->code];
        until[ENTRY] = lk_funnel_deadline(event->time, window);
        int64_t before = until[place - 1];
        until[place] = before;
        uint64_t reached = place - ENTRY;
        uint64_t rises = (uint64_t)(event->time <= before) & (uint64_t)(reached > level);
        level = lk_choose(rises, reached, level);
        best = lk_choose(rises, (uint64_t)before, best);
        last = lk_choose(rises, i, last);
    }
    attempt->level = (int32_t)level;
    attempt->until = (int64_t)best;
    return (uint32_t)last;
}

void lk_quick_find_level(const lk_journeys *j, const lk_quick *quick, uint32_t lead, int64_t as_of,
                         lk_attempt *attempt)
{
    scan(j, quick->places, lead, as_of, attempt);
}

/* Back from the event that got farthest, always to the latest one of the step before: so to the start that was
 * last. Its deadline held at the end, so it held on the way. */
static uint32_t find_entry(const lk_journeys *j, const uint8_t *places, int32_t level, uint32_t last)
{
    for (int32_t place = level; place > ENTRY; place--)
        do last--;
        while (places[lk_journeys_event(j, last)->code] != place);
    return last;
}

/* Forth from the entry: the first event of each step after the one of the step before. */
static void find_times(const lk_journeys *j, const uint8_t *places, lk_attempt *attempt)
{
    uint32_t at = attempt->entry;
    attempt->times[0] = lk_journeys_event(j, at)->time;
    for (int32_t step = 1; step < attempt->level; step++) {
        do at++;
        while (places[lk_journeys_event(j, at)->code] != ENTRY + 1 + step);
        attempt->times[step] = lk_journeys_event(j, at)->time;
    }
}

/* The way of an attempt is looked at where there is one, between its first event and its last: of most leads
 * that is little of what the scan has just read. */
void lk_quick_find(const lk_journeys *j, const lk_quick *quick, uint32_t lead, int64_t as_of,
                   lk_attempt *attempt)
{
    uint32_t last = scan(j, quick->places, lead, as_of, attempt);
    attempt->done = lk_attempt_steps(attempt->level);
    if (attempt->level == 0) return;
    attempt->entry = find_entry(j, quick->places, attempt->level, last);
    find_times(j, quick->places, attempt);
    attempt->start = attempt->times[0];
}
