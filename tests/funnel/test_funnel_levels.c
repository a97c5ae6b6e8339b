/* The plain functions on many journeys against a walk through every chain of events. */
#include "../support/check_main.h"
#include <leadkpi/funnel.h>
#include <stdbool.h>
#include <string.h>

#include "../support/ok.h"
#include "../support/random.h"

enum { EVENTS_MAX = 9, JOURNEYS = 4000, ROOM = JOURNEYS * EVENTS_MAX };

typedef struct world {
    int64_t times[ROOM], ends[JOURNEYS];
    int32_t codes[ROOM], levels[JOURNEYS];
    uint64_t code_steps[4096];
    size_t code_count, count;
    int32_t step_count;
    int64_t window;
} world;

static world w;

/* How far one gets from event `i`, which fills `step` (from 1) of an attempt that started at `start`: each
 * later event may be the next. */
static int32_t walk(size_t i, size_t end, int32_t step, int64_t start)
{
    int32_t best = step;
    if (step == w.step_count) return step;
    for (size_t k = i + 1; k < end; k++) {
        bool lasts = (uint64_t)w.times[k] - (uint64_t)start <= (uint64_t)w.window;
        if (w.window == LEADKPI_FUNNEL_NO_WINDOW) lasts = true;
        if (!lasts || !(w.code_steps[w.codes[k]] >> step & 1)) continue;
        int32_t level = walk(k, end, step + 1, start);
        if (level > best) best = level;
    }
    return best;
}

static int32_t expected_level(size_t first, size_t end)
{
    int32_t best = 0;
    for (size_t i = first; i < end; i++) {
        if (!(w.code_steps[w.codes[i]] & 1)) continue;
        int32_t level = walk(i, end, 1, w.times[i]);
        if (level > best) best = level;
    }
    return best;
}

static void draw_codes(uint64_t *state, bool many)
{
    for (size_t c = 0; c < w.code_count; c++) {
        uint64_t step = lk_test_random(state) % (uint64_t)(w.step_count + 1);
        w.code_steps[c] = step == 0 ? 0 : UINT64_C(1) << (step - 1);
        if (many && c % 3 == 0)
            w.code_steps[c] |= UINT64_C(1) << lk_test_random(state) % (uint64_t)w.step_count;
    }
}

/* Some journeys have no event; `stride` is how far apart times are. */
static void draw_journeys(uint64_t *state, int64_t from, int64_t stride)
{
    w.count = 0;
    for (int j = 0; j < JOURNEYS; j++) {
        int64_t time = from;
        for (uint64_t n = lk_test_random(state) % (EVENTS_MAX + 1); n > 0; n--, w.count++) {
            w.times[w.count] = time += (int64_t)(lk_test_random(state) % 3) * stride;
            w.codes[w.count] = (int32_t)(lk_test_random(state) % w.code_count);
        }
        w.ends[j] = (int64_t)w.count;
    }
}

static leadkpi_status find(leadkpi_error *error)
{
    return leadkpi_funnel_levels(w.times, w.codes, w.code_steps, w.code_count, w.ends, JOURNEYS, w.step_count,
                                 w.window, w.levels, error);
}

static void agree(void)
{
    OK(find(ok_error));
    for (int j = 0; j < JOURNEYS; j++)
        ck_assert_int_eq(w.levels[j], expected_level(j ? (size_t)w.ends[j - 1] : 0, (size_t)w.ends[j]));
}

static const int32_t step_counts[] = {1, 2, 3, 5, 6, 9, 64};

START_TEST(levels_are_those_of_the_longest_chain)
{
    uint64_t state = 11;
    int64_t windows[] = {0, 1, 2, 4, 8, LEADKPI_FUNNEL_NO_WINDOW - 1, LEADKPI_FUNNEL_NO_WINDOW};
    for (size_t i = 0; i < 7; i++)
        for (size_t k = 0; k < 7; k++) {
            w.step_count = step_counts[i], w.window = windows[k], w.code_count = k % 2 ? 8 : 3;
            draw_codes(&state, k >= 2 && k <= 5);
            draw_journeys(&state, -5, 1);
            agree();
        }
}
END_TEST

/* Where a deadline would not fit 64 bits, and where two times are further apart than any window. */
START_TEST(times_may_be_any_above_the_least)
{
    uint64_t state = 12;
    int64_t windows[] = {3, INT64_MAX / 4, INT64_MAX / 2 + 2, LEADKPI_FUNNEL_NO_WINDOW - 1,
                         LEADKPI_FUNNEL_NO_WINDOW};
    for (size_t k = 0; k < 5; k++) {
        w.step_count = 4, w.window = windows[k], w.code_count = 6;
        draw_codes(&state, false);
        draw_journeys(&state, INT64_MAX - 2 * EVENTS_MAX, 1);
        agree();
        draw_journeys(&state, INT64_MIN + 1, 1);
        agree();
        draw_journeys(&state, INT64_MIN + 1, INT64_MAX / EVENTS_MAX);
        agree();
    }
}
END_TEST

START_TEST(several_have_the_levels_of_the_longest_chain)
{
    enum { FUNNELS = 8 };
    static int32_t levels[JOURNEYS * FUNNELS];
    const int32_t counts[FUNNELS] = {5, 1, 3, 9, 5, 2, 64, 4};
    const int64_t windows[FUNNELS] = {0, 3, 1, 6, LEADKPI_FUNNEL_NO_WINDOW, 2, 8, INT64_MAX - 1};
    uint64_t state = 13, code_steps[FUNNELS * 7];
    w.code_count = 7;
    draw_journeys(&state, -5, 1);
    for (int f = 0; f < FUNNELS; f++) {
        w.step_count = counts[f];
        draw_codes(&state, f > 4);
        memcpy(code_steps + f * 7, w.code_steps, 7 * sizeof *code_steps);
    }
    OK(leadkpi_funnel_levels_of_several(NULL, w.times, w.codes, w.ends, JOURNEYS, FUNNELS, code_steps, 7,
                                        counts, windows, levels, ok_error));
    for (int f = 0; f < FUNNELS; f++) {
        w.step_count = counts[f], w.window = windows[f];
        memcpy(w.code_steps, code_steps + f * 7, 7 * sizeof *code_steps);
        for (int j = 0; j < JOURNEYS; j++)
            ck_assert_int_eq(levels[j * FUNNELS + f],
                             expected_level(j ? (size_t)w.ends[j - 1] : 0, (size_t)w.ends[j]));
    }
}
END_TEST

static void refused_at(size_t row)
{
    static int32_t levels[JOURNEYS];
    const uint64_t *steps = w.code_steps;
    leadkpi_error error;
    ck_assert_int_eq(find(&error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, (int64_t)row);
    for (int j = 0; j < JOURNEYS; j++) ck_assert_int_eq(w.levels[j], -1);
    ck_assert_int_eq(leadkpi_funnel_levels_of_several(NULL, w.times, w.codes, w.ends, JOURNEYS, 1, steps,
                                                      w.code_count, &w.step_count, &w.window, levels,
                                                      &error),
                     LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, (int64_t)row);
    for (int j = 0; j < JOURNEYS; j++) ck_assert_int_eq(levels[j], -1);
}

/* Whatever place in its journey it has, whether an event of one step, of many, or of none. */
START_TEST(a_code_or_time_that_cannot_be_is_found_where_it_stands)
{
    uint64_t state = 14;
    const int32_t wrong[] = {9, 10, 4096, -1, INT32_MIN, INT32_MAX};
    w.step_count = 5, w.window = 4, w.code_count = 9;
    draw_codes(&state, true);
    draw_journeys(&state, 0, 1);
    for (int round = 0; round < 60; round++) {
        size_t row = lk_test_random(&state) % w.count;
        int32_t code = w.codes[row];
        int64_t time = w.times[row], first = 0;
        for (int j = 0; w.ends[j] <= (int64_t)row; j++) first = w.ends[j];
        w.codes[row] = wrong[round % 6];
        refused_at(row);
        w.codes[row] = code;
        w.times[row] = (int64_t)row == first ? INT64_MIN : w.times[row - 1] - 1;
        refused_at(row);
        w.times[row] = time;
    }
    agree();
    w.code_count = 0;
    refused_at(0);
}
END_TEST

START_TEST(there_may_be_as_many_codes_as_fit)
{
    uint64_t state = 15;
    w.step_count = 3, w.window = 5, w.code_count = 4096;
    draw_codes(&state, false);
    draw_journeys(&state, 0, 1);
    agree();
    w.codes[0] = 4096;
    refused_at(0);
}
END_TEST

static Suite *suite_of_levels(void)
{
    Suite *suite = suite_create("funnel levels");
    TCase *tc = tcase_create("levels");
    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, levels_are_those_of_the_longest_chain);
    tcase_add_test(tc, times_may_be_any_above_the_least);
    tcase_add_test(tc, several_have_the_levels_of_the_longest_chain);
    tcase_add_test(tc, a_code_or_time_that_cannot_be_is_found_where_it_stands);
    tcase_add_test(tc, there_may_be_as_many_codes_as_fit);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_levels());
}
