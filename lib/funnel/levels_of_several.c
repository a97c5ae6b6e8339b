/* levels_of_several.c: the default rule of several funnels, in one pass over the journeys. */
#include <leadkpi/funnel.h>

#include "base/memory.h"
#include "funnel/levels.h"
#include "funnel/rule.h"

#define FUNNELS_MAX 64

/* What an event of a code does. */
typedef struct move {
    uint64_t entries; /* the funnels that it is step 1 of, by that bit */
    uint64_t steps;   /* the later steps that it is */
    uint64_t starts;  /* where its time goes as the start of an attempt, a bit each; one at least */
} move;

/* As many funnels, in their order, as have 64 steps together at most. A step is a bit, the last one of a
 * funnel its lowest; so what stands below an attempt's step is the one that it may go on to. Funnels with
 * the same codes as step 1 share the place of its start. */
typedef struct word {
    int32_t first, last;  /* funnels first to last - 1 */
    uint64_t windows[64]; /* of the funnel of each bit; no window as the longest there is */
    uint64_t lasting[64]; /* the steps whose window may outlast a pause of 2^i or more; the first also of less */
    uint64_t steps[64];   /* of each funnel its bits */
    int32_t ends[64];     /* and the place of the one after its step 1 */
    uint8_t before[64];   /* of each bit the place of the start at the step before */
    uint8_t lowest[64];   /* of each funnel its last step */
    move *moves;          /* of each code */
} word;

/* Places: one a bit, then those of step 1. A funnel of one step needs none, so that 32 are the most;
 * nobody reads the last. */
enum { FIRST_START = 64, UNREAD = 63, PLACES = FIRST_START + UNREAD + 1 };

typedef struct several {
    const int64_t *times;
    const int32_t *codes;
    const uint64_t *code_steps;
    const int32_t *step_counts;
    size_t code_count;
    const int64_t *windows;
    int32_t funnel_count;
    word *words;
    move *moves; /* of all words */
    size_t word_count;
    lk_memory memory;
} several;

/* The steps that the journey reaches. The latest start that holds a step is all a funnel needs; an attempt takes it
 * over from the step before even where that is over (levels.c says why that will do). A pause that is longer than
 * a window ends all that its funnel holds. An event is looked at where it is the step after one that is held; from
 * the last step to the first, so that it fills one of an attempt.
 * Cost an event: 12 bytes read in order and 24 at its code, 8 at the length of the pause, a few operations on one
 * word for all funnels, and for each step that it may go on to four loads and a store in the first cache. The
 * branch that is guessed wrong is the end of that loop, which mostly does not run, since most steps are not
 * held: two thirds of the time. To run it always, as a move of nothing, takes longer: each load of a start then
 * waits for the store before it. What is checked is checked in passing, as in levels.c. */
static uint64_t reach(const several *s, const word *w, int64_t first, int64_t end, bool *is_bad)
{
    uint64_t start[PLACES], held = 0, reached = 0;
    int64_t time_before = LK_LEVELS_LAPSED + 1;
    bool bad = false;
    for (int64_t i = first; i < end; i++) {
        uint64_t time = (uint64_t)s->times[i];
        lk_read_ahead(&s->times[i]);
        lk_read_ahead(&s->codes[i]);
        size_t code = (uint32_t)s->codes[i];
        bad |= (s->times[i] < time_before) | (code >= s->code_count);
        held &= w->lasting[lk_highest_bit(time - (uint64_t)time_before)];
        time_before = s->times[i];
        const move *m = &w->moves[code < s->code_count ? code : s->code_count];
        for (uint64_t may = m->steps & held >> 1; may; may &= may - 1) {
            uint32_t bit = lk_lowest_of_some(may);
            uint64_t from = start[w->before[bit]], goes_on = time - from <= w->windows[bit];
            start[bit] = from;
            reached |= goes_on << bit;
            held |= goes_on << bit;
        }
        held |= m->entries;
        reached |= m->entries;
        uint64_t starts = m->starts;
        do start[FIRST_START + lk_lowest_of_some(starts)] = time;
        while (starts &= starts - 1);
    }
    *is_bad = bad;
    return reached;
}

/* False: the journey cannot be. */
static bool find_levels(const several *s, int64_t first, int64_t end, int32_t *levels)
{
    bool is_bad = false;
    for (size_t i = 0; i < s->word_count && !is_bad; i++) {
        const word *w = &s->words[i];
        uint64_t reached = reach(s, w, first, end, &is_bad);
        for (int32_t k = 0; k < w->last - w->first; k++) {
            uint64_t own = reached & w->steps[k];
            levels[w->first + k] = (w->ends[k] - (int32_t)lk_lowest_bit(own)) & -(int32_t)(own != 0);
        }
    }
    return !is_bad;
}

/* ---- words ----------------------------------------------------------------------- */

/* Step 1 to the highest bit of those of the funnel. */
static uint64_t turned(uint64_t steps, int32_t step_count)
{
    uint64_t bits = 0;
    for (int32_t step = 0; step < step_count; step++)
        bits |= (steps >> step & 1) << (step_count - 1 - step);
    return bits;
}

static bool have_same_entries(const several *s, int32_t f, int32_t g)
{
    const uint64_t *of_f = s->code_steps + (size_t)f * s->code_count;
    const uint64_t *of_g = s->code_steps + (size_t)g * s->code_count;
    for (size_t code = 0; code < s->code_count; code++)
        if ((of_f[code] ^ of_g[code]) & 1) return false;
    return true;
}

/* The place of the start of the funnel's step 1. */
static uint8_t find_start(const several *s, const word *w, int32_t f, uint32_t *start_count)
{
    for (int32_t g = w->first; g < f; g++)
        if (s->step_counts[g] > 1 && have_same_entries(s, f, g))
            return w->before[w->lowest[g - w->first] + s->step_counts[g] - 2];
    return (uint8_t)(FIRST_START + (*start_count)++);
}

static void put_funnel(const several *s, word *w, int32_t f, uint32_t lowest, uint32_t *start_count)
{
    uint32_t step_count = (uint32_t)s->step_counts[f], entry = lowest + step_count - 1;
    bool is_open = s->windows[f] == LEADKPI_FUNNEL_NO_WINDOW;
    uint8_t start = step_count > 1 ? find_start(s, w, f, start_count) : FIRST_START + UNREAD;
    w->lowest[f - w->first] = (uint8_t)lowest;
    w->ends[f - w->first] = (int32_t)(lowest + step_count);
    w->steps[f - w->first] = UINT64_MAX >> (64 - step_count) << lowest;
    for (uint32_t i = 0; i < 64; i++)
        if (i == 0 || is_open || s->windows[f] >> i) w->lasting[i] |= w->steps[f - w->first];
    for (uint32_t bit = lowest; bit < entry; bit++) {
        w->windows[bit] = is_open ? UINT64_MAX : (uint64_t)s->windows[f];
        w->before[bit] = bit + 1 == entry ? start : (uint8_t)(bit + 1);
    }
    for (size_t code = 0; code < s->code_count; code++) {
        move *m = &w->moves[code];
        uint64_t bits = turned(s->code_steps[(size_t)f * s->code_count + code], (int32_t)step_count)
                        << lowest;
        uint64_t starts = bits >> entry & 1;
        m->entries |= starts << entry;
        m->steps |= bits & ~((uint64_t)1 << entry);
        m->starts |= starts << (start - FIRST_START);
    }
}

/* One place is enough where another is written anyway. */
static void end_word(const several *s, word *w, int32_t last)
{
    w->last = last;
    for (size_t code = 0; code <= s->code_count; code++) {
        uint64_t read = w->moves[code].starts & ~((uint64_t)1 << UNREAD);
        w->moves[code].starts = read ? read : (uint64_t)1 << UNREAD;
    }
}

/* How many words the funnels take; they are put where there are any. */
static size_t put_words(const several *s, word *words)
{
    size_t count = 0;
    for (int32_t first = 0, last; first < s->funnel_count; first = last, count++) {
        uint32_t bits = 0, start_count = 0;
        if (words) words[count] = (word){.first = first, .moves = s->moves + count * (s->code_count + 1)};
        for (last = first; last < s->funnel_count; last++) {
            if (bits + (uint32_t)s->step_counts[last] > 64) break;
            if (words) put_funnel(s, &words[count], last, bits, &start_count);
            bits += (uint32_t)s->step_counts[last];
        }
        if (words) end_word(s, &words[count], last);
    }
    return count;
}

/* ---- checks ------------------------------------------------------------------------ */

static leadkpi_status check_funnels(const several *s, leadkpi_error *error)
{
    for (int32_t f = 0; f < s->funnel_count; f++) {
        int32_t step_count = s->step_counts[f];
        LK_FAIL_IF(step_count < 1 || step_count > LK_FUNNEL_STEPS_MAX, error, LEADKPI_BAD_ARGUMENT,
                   "step_counts: expected 1 to %d, found %d of funnel %d", LK_FUNNEL_STEPS_MAX,
                   (int)step_count, (int)f);
        LK_FAIL_IF(s->windows[f] < 0, error, LEADKPI_BAD_ARGUMENT,
                   "windows: expected 0 or more, found %lld of funnel %d", (long long)s->windows[f],
                   (int)f);
        if (s->code_count)
            LK_TRY(lk_levels_check_codes(s->code_steps + (size_t)f * s->code_count, s->code_count,
                                         step_count, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status check_arrays(const several *s, const int64_t *ends, size_t journey_count,
                                   leadkpi_error *error)
{
    LK_REQUIRE(ends, error);
    LK_FAIL_IF(!s->step_counts, error, LEADKPI_NULL_ARGUMENT,
               "step_counts: expected a pointer, found NULL");
    LK_FAIL_IF(!s->windows, error, LEADKPI_NULL_ARGUMENT, "windows: expected a pointer, found NULL");
    LK_FAIL_IF(s->code_count && !s->code_steps, error, LEADKPI_NULL_ARGUMENT,
               "code_steps: expected a pointer, found NULL");
    LK_TRY(lk_levels_check_ends(ends, journey_count, error));
    LK_FAIL_IF(ends[journey_count - 1] && (!s->times || !s->codes), error, LEADKPI_NULL_ARGUMENT,
               "times, codes: expected pointers to %lld values, found NULL",
               (long long)ends[journey_count - 1]);
    return check_funnels(s, error);
}

/* ---- the whole ----------------------------------------------------------------------- */

static leadkpi_status walk(const several *s, const int64_t *ends, size_t journey_count,
                           int32_t *levels, leadkpi_error *error)
{
    int64_t first = 0;
    for (size_t i = 0; i < journey_count; first = ends[i++]) {
        if (i % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&s->memory, error));
        if (LK_LIKELY(find_levels(s, first, ends[i], levels + i * (size_t)s->funnel_count))) continue;
        return lk_levels_check_journey(s->times, s->codes, first, ends[i], s->code_count, error);
    }
    return LEADKPI_OK;
}

static leadkpi_status run(several *s, const int64_t *ends, size_t journey_count, int32_t *levels,
                          leadkpi_error *error)
{
    s->word_count = put_words(s, NULL);
    size_t cells = s->word_count * (s->code_count + 1); /* at most 64 and 4097 */
    LK_TRY(lk_allocate(&s->memory, s->word_count, sizeof *s->words, &s->words, error));
    leadkpi_status status = lk_allocate(&s->memory, cells, sizeof *s->moves, &s->moves, error);
    if (status == LEADKPI_OK) {
        memset(s->moves, 0, cells * sizeof *s->moves);
        put_words(s, s->words);
        status = walk(s, ends, journey_count, levels, error);
        lk_release(&s->memory, s->moves, cells, sizeof *s->moves);
    }
    lk_release(&s->memory, s->words, s->word_count, sizeof *s->words);
    return status;
}

leadkpi_status leadkpi_funnel_levels_of_several(
    const leadkpi_host *host, const int64_t *times, const int32_t *codes, const int64_t *ends,
    size_t journey_count, int32_t funnel_count, const uint64_t *code_steps, size_t code_count,
    const int32_t *step_counts, const int64_t *windows, int32_t *levels, leadkpi_error *error)
{
    several s = {.times = times, .codes = codes, .code_steps = code_steps, .step_counts = step_counts,
                 .code_count = code_count, .windows = windows, .funnel_count = funnel_count};
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
    leadkpi_status status = lk_memory_init(&s.memory, host, error);
    if (status == LEADKPI_OK) status = check_arrays(&s, ends, journey_count, error);
    if (status == LEADKPI_OK) status = run(&s, ends, journey_count, levels, error);
    for (size_t i = 0; status != LEADKPI_OK && i < cells; i++) levels[i] = -1;
    return status;
}
