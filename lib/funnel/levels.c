/* levels.c: the default rule on many journeys at once, at the speed of memory. */
#include <leadkpi/funnel.h>

#include "funnel/levels.h"
#include "funnel/rule.h"

/* Until when the latest attempt that an event may carry on goes on: place s (from 1) is asked by an event of
 * step s, and holds the deadline of the attempts at the step before; place 1 that of an attempt which starts
 * right now. LK_LEVELS_LAPSED: there is none. Nothing fills the place NONE, which events without a step ask, nor
 * WRONG, which a code that there is not asks: it is never over, and the level that it reaches is none. */
enum {
    ENTRY = 1,
    NONE = LK_FUNNEL_STEPS_MAX + 2,
    WRONG = NONE + 2,
    PLACE_COUNT = WRONG + 2
};

/* What a code asks: a place, or many. */
#define MANY 0

typedef struct code_places {
    const uint64_t *steps;
    const uint8_t *place; /* one more than there are codes: that of all others */
    size_t count;
    int64_t step_count;
} code_places;

static int64_t fill_many(uint64_t steps, int64_t time, int64_t step_count, int64_t *until,
                         int64_t level)
{
    for (int64_t step = step_count; step > 0; step--) {
        if (!(steps >> (step - 1) & 1)) continue;
        until[step + 1] = until[step];
        if (step > level && time <= until[step]) level = step;
    }
    return level;
}

/* An attempt at a step takes over the deadline of the step before, which is never the earlier one; and it
 * may do so when that is over: then so is its own, and both stay over. So an event moves one word, whatever
 * the times are, and the window is asked for the level alone.
 * Cost an event: 12 bytes read in order, a byte of the code, and one word of the state, which stays in the
 * first cache, for 25 instructions; no branch but the loop's own and one that is hardly ever taken (many). The
 * chain from event to event is the load of a word that was just stored. The end of the loop is guessed wrong
 * about once a journey, some 20 cycles, which is a third of the time at ten events each; so what is checked is
 * checked in passing, and says at the end whether the journey `is_bad`: its level is none then. */
static inline int64_t level_of(const int64_t *times, const int32_t *codes, int64_t count,
                               const code_places *known, lk_levels_window window, int64_t *until, bool *is_bad)
{
    int64_t level = 0, time_before = LK_LEVELS_LAPSED + 1;
    bool bad = false;
    for (int64_t place = ENTRY + 1; place <= known->step_count; place++) until[place] = LK_LEVELS_LAPSED;
    for (int64_t i = 0; i < count; i++) {
        int64_t time = times[i];
        size_t code = (uint32_t)codes[i];
        bad |= time < time_before;
        time_before = time;
        code = code < known->count ? code : known->count;
        int64_t place = known->place[code];
        until[ENTRY] = lk_levels_deadline(time, window);
        if (LK_UNLIKELY(place == MANY)) {
            level = fill_many(known->steps[code], time, known->step_count, until, level);
            continue;
        }
        int64_t before = until[place];
        until[place + 1] = before;
        int64_t reached = time <= before ? place : 0;
        level = reached > level ? reached : level;
    }
    *is_bad = bad | (level == WRONG);
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

leadkpi_status lk_levels_check_journey(const int64_t *times, const int32_t *codes, int64_t first,
                                       int64_t end, size_t code_count, leadkpi_error *error)
{
    int64_t before = LK_LEVELS_LAPSED + 1;
    for (int64_t i = first; i < end; before = times[i++]) {
        if ((uint32_t)codes[i] >= code_count)
            return lk_fail_at(error, LEADKPI_BAD_DATA, i, -1, "codes: expected one of %zu, from 0, found %d",
                              code_count, (int)codes[i]);
        if (times[i] < before)
            return lk_fail_at(error, LEADKPI_BAD_DATA, i, -1,
                              "times: expected rising order above -2^63 within a journey, found %lld",
                              (long long)times[i]);
    }
    return LEADKPI_OK;
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
    place[code_count] = WRONG;
    for (size_t i = 0; i < code_count; i++) {
        uint64_t steps = code_steps[i];
        place[i] = steps ? MANY : NONE;
        if (steps && !(steps & (steps - 1))) place[i] = (uint8_t)(ENTRY + lk_lowest_bit(steps));
    }
}

static leadkpi_status find_levels(const int64_t *times, const int32_t *codes, const code_places *known,
                                  const int64_t *ends, size_t journey_count, int64_t longest,
                                  int32_t *levels, leadkpi_error *error)
{
    int64_t until[PLACE_COUNT], first = 0;
    lk_levels_window window = lk_levels_window_of(longest);
    bool is_bad;
    until[NONE] = LK_LEVELS_LAPSED;
    until[WRONG] = INT64_MAX;
    for (size_t i = 0; i < journey_count; first = ends[i++]) {
        levels[i] = 0;
        if (ends[i] == first) continue;
        levels[i] = (int32_t)level_of(times + first, codes + first, ends[i] - first, known, window, until,
                                      &is_bad);
        if (LK_LIKELY(!is_bad)) continue;
        return lk_levels_check_journey(times, codes, first, ends[i], known->count, error);
    }
    return LEADKPI_OK;
}

static leadkpi_status check_and_find(const int64_t *times, const int32_t *codes,
                                     const uint64_t *code_steps, size_t code_count,
                                     const int64_t *ends, size_t journey_count, int32_t step_count,
                                     int64_t longest, int32_t *levels, leadkpi_error *error)
{
    uint8_t place[CODES_MAX + 1];
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
    LK_FAIL_IF(longest < 0, error, LEADKPI_BAD_ARGUMENT, "window: expected 0 or more, found %lld",
               (long long)longest);
    LK_TRY(lk_levels_check_codes(code_steps, code_count, step_count, error));
    place_codes(code_steps, code_count, place);
    code_places known = {code_steps, place, code_count, step_count};
    return find_levels(times, codes, &known, ends, journey_count, longest, levels, error);
}

leadkpi_status leadkpi_funnel_levels(const int64_t *times, const int32_t *codes,
                                     const uint64_t *code_steps, size_t code_count,
                                     const int64_t *ends, size_t journey_count, int32_t step_count,
                                     int64_t window, int32_t *levels, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    if (journey_count == 0) return LEADKPI_OK;
    LK_REQUIRE(levels, error);
    leadkpi_status status = check_and_find(times, codes, code_steps, code_count, ends, journey_count,
                                           step_count, window, levels, error);
    for (size_t i = 0; status != LEADKPI_OK && i < journey_count; i++) levels[i] = -1;
    return status;
}
