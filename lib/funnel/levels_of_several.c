/* levels_of_several.c: the default rule of several funnels, in one pass over the journeys. */
#include <leadkpi/funnel.h>

#include "base/memory.h"
#include "funnel/levels.h"
#include "funnel/rule.h"

/* What an event of a code does in one funnel: an attempt at the place before may go on to the place.
 * Place 0 is the event itself, which starts one. */
typedef struct move {
    uint16_t before, place; /* of all funnels together */
    uint16_t funnel;
    uint16_t step; /* from 1 */
} move;

#define FUNNELS_MAX 64

typedef struct several {
    const int64_t *times;
    const int32_t *codes;
    size_t code_count;
    const int64_t *windows;
    int32_t funnel_count;
    move *moves;         /* by code */
    uint32_t *move_ends; /* of each code */
    size_t move_count;
    uint64_t longest[FUNNELS_MAX]; /* the windows, no window as the longest there is */
    lk_memory memory;
} several;

/* The latest start that holds a step is all a funnel needs (levels.c). A step is held once the level is
 * there, so that no journey clears the starts of the one before. Cost an event: 12 bytes read in order,
 * and for each funnel that it matters to a move of 8 bytes, two starts, a window and a level in the
 * first cache, and two moves on a condition; the funnels do not wait for each other. */
static void find_levels(const several *s, int64_t first, int64_t end, int64_t *start, int32_t *levels)
{
    memset(levels, 0, (size_t)s->funnel_count * sizeof *levels);
    for (int64_t i = first; i < end; i++) {
        int64_t time = s->times[i];
        size_t code = (size_t)s->codes[i];
        start[0] = time;
        for (size_t m = code ? s->move_ends[code - 1] : 0; m < s->move_ends[code]; m++) {
            const move *at = &s->moves[m];
            int32_t level = levels[at->funnel], step = at->step;
            int64_t before = start[at->before];
            bool goes_on =
                step <= level + 1 && (uint64_t)time - (uint64_t)before <= s->longest[at->funnel];
            start[at->place] = goes_on ? before : start[at->place];
            levels[at->funnel] = goes_on && step > level ? step : level;
        }
    }
}

/* ---- moves ----------------------------------------------------------------------- */

/* Steps from the last to the first, so that an event fills one of an attempt. */
static void put_moves(several *s, const uint64_t *code_steps, const uint16_t *first_place)
{
    for (size_t code = 0; code < s->code_count; code++) {
        for (int32_t f = 0; f < s->funnel_count; f++)
            for (int32_t step = LK_FUNNEL_STEPS_MAX; step > 0; step--) {
                if (!(code_steps[(size_t)f * s->code_count + code] >> (step - 1) & 1)) continue;
                uint16_t place = (uint16_t)(first_place[f] + step - 1);
                s->moves[s->move_count++] = (move){step > 1 ? (uint16_t)(place - 1) : 0, place,
                                                   (uint16_t)f, (uint16_t)step};
            }
        s->move_ends[code] = (uint32_t)s->move_count;
    }
}

static size_t count_moves(const uint64_t *code_steps, size_t count)
{
    size_t moves = 0;
    for (size_t i = 0; i < count; i++)
        for (uint64_t steps = code_steps[i]; steps; steps &= steps - 1) moves++;
    return moves;
}

/* ---- checks ------------------------------------------------------------------------ */

static leadkpi_status check_funnels(const several *s, const uint64_t *code_steps,
                                    const int32_t *step_counts, leadkpi_error *error)
{
    for (int32_t f = 0; f < s->funnel_count; f++) {
        LK_FAIL_IF(step_counts[f] < 1 || step_counts[f] > LK_FUNNEL_STEPS_MAX, error,
                   LEADKPI_BAD_ARGUMENT, "step_counts: expected 1 to %d, found %d of funnel %d",
                   LK_FUNNEL_STEPS_MAX, (int)step_counts[f], (int)f);
        LK_FAIL_IF(s->windows[f] < 0, error, LEADKPI_BAD_ARGUMENT,
                   "windows: expected 0 or more, found %lld of funnel %d", (long long)s->windows[f],
                   (int)f);
        if (s->code_count)
            LK_TRY(lk_levels_check_codes(code_steps + (size_t)f * s->code_count, s->code_count,
                                         step_counts[f], error));
    }
    return LEADKPI_OK;
}

static leadkpi_status check_arrays(const several *s, const uint64_t *code_steps,
                                   const int32_t *step_counts, const int64_t *ends,
                                   size_t journey_count, leadkpi_error *error)
{
    LK_REQUIRE(ends, error);
    LK_REQUIRE(step_counts, error);
    LK_FAIL_IF(!s->windows, error, LEADKPI_NULL_ARGUMENT, "windows: expected a pointer, found NULL");
    LK_FAIL_IF(s->code_count && !code_steps, error, LEADKPI_NULL_ARGUMENT,
               "code_steps: expected a pointer, found NULL");
    LK_TRY(lk_levels_check_ends(ends, journey_count, error));
    LK_FAIL_IF(ends[journey_count - 1] && (!s->times || !s->codes), error, LEADKPI_NULL_ARGUMENT,
               "times, codes: expected pointers to %lld values, found NULL",
               (long long)ends[journey_count - 1]);
    return check_funnels(s, code_steps, step_counts, error);
}

/* ---- the whole ----------------------------------------------------------------------- */

static leadkpi_status walk(const several *s, const int64_t *ends, size_t journey_count,
                           int64_t *start, int32_t *levels, leadkpi_error *error)
{
    int64_t first = 0;
    for (size_t i = 0; i < journey_count; first = ends[i++]) {
        if (i % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&s->memory, error));
        LK_TRY(lk_levels_check_journey(s->times, s->codes, first, ends[i], s->code_count, error));
        find_levels(s, first, ends[i], start, levels + i * (size_t)s->funnel_count);
    }
    return LEADKPI_OK;
}

static leadkpi_status run(several *s, const uint64_t *code_steps, const int32_t *step_counts,
                          const int64_t *ends, size_t journey_count, int32_t *levels,
                          leadkpi_error *error)
{
    int64_t start[FUNNELS_MAX * LK_FUNNEL_STEPS_MAX + 1] = {0};
    uint16_t first_place[FUNNELS_MAX], places = 1;
    for (int32_t f = 0; f < s->funnel_count; f++) {
        bool is_open = s->windows[f] == LEADKPI_FUNNEL_NO_WINDOW;
        s->longest[f] = is_open ? UINT64_MAX : (uint64_t)s->windows[f];
        first_place[f] = places;
        places = (uint16_t)(places + step_counts[f]);
    }
    size_t moves = count_moves(code_steps, (size_t)s->funnel_count * s->code_count);
    LK_TRY(lk_allocate(&s->memory, moves, sizeof *s->moves, &s->moves, error));
    leadkpi_status status =
        lk_allocate(&s->memory, s->code_count, sizeof *s->move_ends, &s->move_ends, error);
    if (status == LEADKPI_OK) {
        put_moves(s, code_steps, first_place);
        status = walk(s, ends, journey_count, start, levels, error);
        lk_release(&s->memory, s->move_ends, s->code_count, sizeof *s->move_ends);
    }
    lk_release(&s->memory, s->moves, moves, sizeof *s->moves);
    return status;
}

leadkpi_status leadkpi_funnel_levels_of_several(
    const leadkpi_host *host, const int64_t *times, const int32_t *codes, const int64_t *ends,
    size_t journey_count, int32_t funnel_count, const uint64_t *code_steps, size_t code_count,
    const int32_t *step_counts, const int64_t *windows, int32_t *levels, leadkpi_error *error)
{
    several s = {.times = times, .codes = codes, .code_count = code_count, .windows = windows,
                 .funnel_count = funnel_count};
    size_t cells;
    leadkpi_error_reset(error);
    LK_FAIL_IF(funnel_count < 0 || funnel_count > FUNNELS_MAX, error, LEADKPI_BAD_ARGUMENT,
               "funnel_count: expected at most %d, found %d", FUNNELS_MAX, (int)funnel_count);
    LK_FAIL_IF(code_count > 4096, error, LEADKPI_BAD_ARGUMENT,
               "code_count: expected at most 4096, found %zu", code_count);
    if (journey_count == 0 || funnel_count == 0) return LEADKPI_OK;
    LK_REQUIRE(levels, error);
    LK_FAIL_IF(!lk_size_multiply(journey_count, (size_t)funnel_count, &cells), error,
               LEADKPI_OVERFLOW, "journey_count: more than the address space holds");
    for (size_t i = 0; i < cells; i++) levels[i] = -1;
    LK_TRY(lk_memory_init(&s.memory, host, error));
    LK_TRY(check_arrays(&s, code_steps, step_counts, ends, journey_count, error));
    leadkpi_status status = run(&s, code_steps, step_counts, ends, journey_count, levels, error);
    for (size_t i = 0; status != LEADKPI_OK && i < cells; i++) levels[i] = -1;
    return status;
}
