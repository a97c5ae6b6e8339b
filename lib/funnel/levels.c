/* levels.c: the default rule on many journeys at once, at the speed of memory. */
#include <leadkpi/funnel.h>

#include "funnel/levels.h"
#include "funnel/rule.h"

/* Until when the latest attempt that holds a step may go on. LAPSED: none does; no time is that
 * early. Place 1 is an attempt that starts right now, step s (from 1) is place s + 1; events
 * without a step move place TRASH to the one after it. */
#define LAPSED INT64_MIN
enum {
    ENTRY = 1,
    TRASH = LK_FUNNEL_STEPS_MAX + 3,
    PLACE_COUNT = TRASH + 2
};

/* What a code does: the place that it fills, or many. */
#define MANY 0

typedef struct code_places {
    const uint64_t *steps;
    const uint8_t *place; /* there is a first one, even without a code */
    size_t count;
    int32_t step_count;
} code_places;

static inline int64_t deadline(int64_t time, int64_t window)
{
    if (window == LEADKPI_FUNNEL_NO_WINDOW) return INT64_MAX;
    return time > INT64_MAX - window ? INT64_MAX : time + window;
}

static int64_t fill_many(uint64_t steps, int64_t time, int64_t step_count, int64_t *until,
                         int64_t level)
{
    for (int64_t step = step_count; step > 0; step--) {
        if (!(steps >> (step - 1) & 1) || time > until[step]) continue;
        until[step + 1] = until[step];
        if (step > level) level = step;
    }
    return level;
}

/* An attempt at a step takes over the deadline of the step before, which is never the earlier one:
 * so one move without a comparison of the two. Cost an event: 12 bytes read in order, a byte and
 * two words of the state, which stay in the first cache; one branch that is hardly ever taken
 * (many), two moves on a condition, and a comparison each of time and code, which say at the end whether the
 * journey `is_bad`: its level is none then. The chain from event to event is one store and load of the
 * state; a loop of its own for the checks would end, where no branch foresees it, once more a journey. */
static int64_t level_of(const int64_t *times, const int32_t *codes, int64_t count,
                        const code_places *known, int64_t window, bool *is_bad)
{
    int64_t until[PLACE_COUNT];
    int64_t level = 0, time_before = LAPSED + 1;
    bool bad = false;
    for (int32_t place = 0; place < known->step_count + 2; place++) until[place] = LAPSED;
    until[TRASH] = until[TRASH + 1] = LAPSED;
    for (int64_t i = 0; i < count; i++) {
        int64_t time = times[i];
        size_t code = (uint32_t)codes[i];
        bool out = code >= known->count;
        bad |= out | (time < time_before);
        time_before = time;
        code = out ? 0 : code;
        size_t place = known->place[code];
        until[ENTRY] = deadline(time, window);
        if (LK_UNLIKELY(place == MANY)) {
            level = fill_many(known->steps[code], time, known->step_count, until, level);
            continue;
        }
        int64_t before = until[place - 1], here = until[place], reached = (int64_t)place - ENTRY;
        bool goes_on = time <= before;
        until[place] = goes_on ? before : here;
        level = goes_on && reached > level ? reached : level;
    }
    *is_bad = bad;
    return level;
}

/* ---- checks -------------------------------------------------------------------- */

leadkpi_status lk_levels_check_codes(const uint64_t *code_steps, size_t code_count, int32_t step_count,
                                  leadkpi_error *error)
{
    uint64_t all = UINT64_MAX >> (LK_FUNNEL_STEPS_MAX - step_count);
    for (size_t i = 0; i < code_count; i++)
        LK_FAIL_IF(code_steps[i] & ~all, error, LEADKPI_BAD_ARGUMENT,
                   "code_steps: expected bits of steps 1 to %d, found %llu at code %zu",
                   (int)step_count, (unsigned long long)code_steps[i], i);
    return LEADKPI_OK;
}

/* One pass ahead of each journey, while it comes into the cache. */
leadkpi_status lk_levels_check_journey(const int64_t *times, const int32_t *codes, int64_t first,
                                    int64_t end, size_t code_count, leadkpi_error *error)
{
    int64_t before = LAPSED + 1;
    bool bad = false;
    for (int64_t i = first; i < end; i++) {
        bad |= times[i] < before || (uint32_t)codes[i] >= code_count;
        before = times[i];
    }
    if (LK_LIKELY(!bad)) return LEADKPI_OK;
    before = LAPSED + 1;
    for (int64_t i = first; i < end; before = times[i++]) {
        if ((uint32_t)codes[i] >= code_count)
            return lk_fail_at(error, LEADKPI_BAD_DATA, i, -1, "codes: expected one of %zu, from 0, found %d",
                              code_count, (int)codes[i]);
        if (times[i] < before) break;
        first = i + 1;
    }
    return lk_fail_at(error, LEADKPI_BAD_DATA, first, -1,
                      "times: expected rising order above -2^63 within a journey, found %lld",
                      (long long)times[first]);
}

leadkpi_status lk_levels_check_ends(const int64_t *ends, size_t journey_count, leadkpi_error *error)
{
    for (size_t i = 0; i < journey_count; i++) {
        int64_t before = i ? ends[i - 1] : 0;
        if (ends[i] < before)
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)i, -1,
                              "ends: expected %lld or more, found %lld", (long long)before,
                              (long long)ends[i]);
    }
    return LEADKPI_OK;
}

/* ---- the public call -------------------------------------------------------------- */

#define CODES_MAX 4096

static void place_codes(const uint64_t *code_steps, size_t code_count, uint8_t *place)
{
    place[0] = TRASH + 1;
    for (size_t i = 0; i < code_count; i++) {
        uint64_t steps = code_steps[i];
        place[i] = steps ? MANY : TRASH + 1;
        if (steps == 0 || steps & (steps - 1)) continue;
        place[i] = ENTRY + 1;
        while (steps >>= 1) place[i]++;
    }
}

static leadkpi_status find_levels(const int64_t *times, const int32_t *codes, const code_places *known,
                                  const int64_t *ends, size_t journey_count, int64_t window,
                                  int32_t *levels, leadkpi_error *error)
{
    int64_t first = 0;
    bool is_bad;
    for (size_t i = 0; i < journey_count; first = ends[i++]) {
        if (ends[i] == first) {
            levels[i] = 0;
            continue;
        }
        levels[i] = (int32_t)level_of(times + first, codes + first, ends[i] - first, known, window, &is_bad);
        if (LK_LIKELY(!is_bad)) continue;
        for (size_t j = 0; j <= i; j++) levels[j] = -1;
        return lk_levels_check_journey(times, codes, first, ends[i], known->count, error);
    }
    return LEADKPI_OK;
}

leadkpi_status leadkpi_funnel_levels(const int64_t *times, const int32_t *codes,
                                     const uint64_t *code_steps, size_t code_count,
                                     const int64_t *ends, size_t journey_count, int32_t step_count,
                                     int64_t window, int32_t *levels, leadkpi_error *error)
{
    uint8_t place[CODES_MAX];
    leadkpi_error_reset(error);
    if (journey_count == 0) return LEADKPI_OK;
    LK_REQUIRE(levels, error);
    for (size_t i = 0; i < journey_count; i++) levels[i] = -1;
    LK_REQUIRE(ends, error);
    LK_TRY(lk_levels_check_ends(ends, journey_count, error));
    LK_FAIL_IF(ends[journey_count - 1] && (!times || !codes), error, LEADKPI_NULL_ARGUMENT,
               "times, codes: expected pointers to %lld values, found NULL",
               (long long)ends[journey_count - 1]);
    LK_FAIL_IF(code_count && !code_steps, error, LEADKPI_NULL_ARGUMENT,
               "code_steps: expected a pointer to %zu values, found NULL", code_count);
    LK_FAIL_IF(code_count > CODES_MAX, error, LEADKPI_BAD_ARGUMENT,
               "code_count: expected at most %d, found %zu", CODES_MAX, code_count);
    LK_FAIL_IF(step_count < 1 || step_count > LK_FUNNEL_STEPS_MAX, error, LEADKPI_BAD_ARGUMENT,
               "step_count: expected 1 to %d, found %d", LK_FUNNEL_STEPS_MAX, (int)step_count);
    LK_FAIL_IF(window < 0, error, LEADKPI_BAD_ARGUMENT, "window: expected 0 or more, found %lld",
               (long long)window);
    LK_TRY(lk_levels_check_codes(code_steps, code_count, step_count, error));
    place_codes(code_steps, code_count, place);
    code_places known = {code_steps, place, code_count, step_count};
    return find_levels(times, codes, &known, ends, journey_count, window, levels, error);
}
