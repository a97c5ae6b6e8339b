#include "funnel/quick.h"

#include "funnel/window.h"

#define LAPSED INT64_MIN
enum {
    ENTRY = LK_QUICK_ENTRY,
    TRASH = LK_QUICK_TRASH,
    PLACE_COUNT = LK_QUICK_PLACES
};

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
    uint8_t place = ENTRY + 1;
    if (steps == 0) return TRASH + 1;
    while (steps >>= 1) place++;
    return place;
}

leadkpi_status lk_quick_open(const lk_journeys *j, lk_memory *memory, bool times_wanted, lk_quick *quick,
                             leadkpi_error *error)
{
    const lk_funnel_store *store = j->store;
    *quick = (lk_quick){NULL, NULL, store->codes.count, j->longest};
    if (!lk_quick_fits_rule(j->rule)) return LEADKPI_OK;
    for (uint32_t code = 0; code < store->codes.count; code++)
        if (!lk_quick_fits_code(store, code)) return LEADKPI_OK;
    LK_TRY(lk_allocate(memory, store->codes.count, 1, &quick->places, error));
    for (uint32_t code = 0; code < store->codes.count; code++)
        quick->places[code] = lk_quick_place(lk_funnel_code_steps(store, code));
    if (!times_wanted) return LEADKPI_OK;
    leadkpi_status status =
        lk_allocate(memory, j->longest, sizeof *quick->come_from, &quick->come_from, error);
    if (status != LEADKPI_OK) lk_quick_close(quick, memory);
    return status;
}

void lk_quick_close(lk_quick *quick, lk_memory *memory)
{
    lk_release(memory, quick->places, quick->code_count, 1);
    lk_release(memory, quick->come_from, quick->longest, sizeof *quick->come_from);
    *quick = (lk_quick){NULL, NULL, 0, 0};
}

/* Of each place until when its latest attempt may go on, with which event that came in, and, where times are
 * asked for, the first event that holds the step with it. */
typedef struct holders {
    int64_t until[PLACE_COUNT];
    uint32_t entry[PLACE_COUNT];
    uint32_t holder[PLACE_COUNT];
} holders;

static inline void clear(holders *h, int32_t step_count)
{
    for (int32_t place = 0; place < step_count + 2; place++) {
        h->until[place] = LAPSED;
        h->entry[place] = h->holder[place] = LK_MAP_NONE;
    }
    h->until[TRASH] = h->until[TRASH + 1] = LAPSED;
    h->entry[TRASH] = h->entry[TRASH + 1] = LK_MAP_NONE;
    h->holder[TRASH] = h->holder[TRASH + 1] = LK_MAP_NONE;
}

/* An attempt at a step takes over the deadline and entry of the step before, which is never the earlier
 * one. Of the events that hold a step with the same entry the first one counts, and remembers that of the
 * step before. Cost an event: 16 bytes read in order, a byte, and two pairs of words in the first cache, with
 * times three words more; no branch but the loop's own. Returns the event that got farthest first. */
static inline uint32_t scan(const lk_journeys *j, const uint8_t *places, uint32_t lead, int64_t as_of,
                            uint32_t *come_from, lk_attempt *attempt)
{
    holders h;
    int64_t window = j->rule->window;
    uint32_t start = lk_journeys_start(j, lead), end = j->ends[lead];
    uint64_t level = 0, best = LK_MAP_NONE, last = LK_MAP_NONE;
    clear(&h, j->rule->step_count);
    for (uint32_t i = start; i < end; i++) {
        lk_journey_event event = lk_journeys_event(j, i);
        if (event.time > as_of) break;
        size_t place = places[event.code];
        h.until[ENTRY] = lk_funnel_deadline(event.time, window);
        h.entry[ENTRY] = i;
        uint64_t goes_on = event.time <= h.until[place - 1], reached = place - ENTRY;
        uint64_t until = (uint64_t)h.until[place - 1], entry = h.entry[place - 1];
        if (come_from) {
            uint64_t is_first = goes_on & (uint64_t)(h.entry[place] != entry);
            come_from[i - start] = h.holder[place - 1];
            h.holder[place] = (uint32_t)lk_choose(is_first, i, h.holder[place]);
        }
        h.until[place] = (int64_t)lk_choose(goes_on, until, (uint64_t)h.until[place]);
        h.entry[place] = (uint32_t)lk_choose(goes_on, entry, h.entry[place]);
        uint64_t rises = goes_on & (uint64_t)(reached > level);
        level = lk_choose(rises, reached, level);
        best = lk_choose(rises, entry, best);
        last = lk_choose(rises, i, last);
    }
    attempt->entry = (uint32_t)best;
    attempt->level = (int32_t)level;
    return (uint32_t)last;
}

/* Half the time of the scan with entries. */
void lk_quick_find_level(const lk_journeys *j, const lk_quick *quick, uint32_t lead, int64_t as_of,
                         lk_attempt *attempt)
{
    uint64_t starts[LK_QUICK_PLACES], window = (uint64_t)j->rule->window;
    lk_quick_level best = {0, 0};
    lk_quick_clear(starts, j->rule->step_count);
    for (uint32_t i = lk_journeys_start(j, lead), end = j->ends[lead]; i < end; i++) {
        lk_journey_event event = lk_journeys_event(j, i);
        if (event.time > as_of) break;
        uint64_t since = (uint64_t)(event.time - LK_FUNNEL_TIME_MIN);
        best = lk_quick_take(starts, window, since, quick->places[event.code], best);
    }
    attempt->level = (int32_t)best.level;
    attempt->start = (int64_t)best.start + LK_FUNNEL_TIME_MIN;
    attempt->until = lk_funnel_deadline(attempt->start, j->rule->window);
}

/* Back from the event that got farthest. */
static void trace(const lk_journeys *j, const uint32_t *come_from, uint32_t lead, uint32_t last,
                  lk_attempt *attempt)
{
    uint32_t start = lk_journeys_start(j, lead);
    for (int32_t step = attempt->level; step-- > 0; last = come_from[last - start])
        attempt->times[step] = lk_journeys_event(j, last).time;
}

void lk_quick_find(const lk_journeys *j, const lk_quick *quick, uint32_t lead, int64_t as_of,
                   lk_attempt *attempt)
{
    if (quick->come_from) {
        uint32_t last = scan(j, quick->places, lead, as_of, quick->come_from, attempt);
        trace(j, quick->come_from, lead, last, attempt);
    } else {
        scan(j, quick->places, lead, as_of, NULL, attempt);
    }
    attempt->done = lk_attempt_steps(attempt->level);
    attempt->start = attempt->level ? lk_journeys_event(j, attempt->entry).time : 0;
    attempt->until = lk_funnel_deadline(attempt->start, j->rule->window);
}
