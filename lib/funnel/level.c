/* level.c: the default rule on one journey, as a plain function. */
#include <leadkpi/funnel.h>

#include "base/error.h"
#include "funnel/rule.h"

/* Rising times make the difference right as an unsigned number, whatever the two are. */
static inline uint64_t distance(int64_t from, int64_t to)
{
    return (uint64_t)to - (uint64_t)from;
}

/* Per step the latest start of an attempt that holds it: what an earlier start can still reach within
 * the window a later one can too. Steps from the last to the first, so that an event fills one.
 * Cost an event: 16 bytes read in order and a loop over its steps; the state is 8 bytes a step. */
static int32_t find_level(const int64_t *times, const uint64_t *steps, size_t count,
                          int32_t step_count, uint64_t window)
{
    int64_t start[LK_FUNNEL_STEPS_MAX];
    int32_t level = 0;
    uint64_t held = 0;
    for (size_t i = 0; i < count && level < step_count; i++) {
        uint64_t reachable = steps[i] & (held << 1 | 1);
        for (int32_t step = level; step >= 0 && reachable; step--) {
            if (!(reachable >> step & 1)) continue;
            if (step > 0 && distance(start[step - 1], times[i]) > window) continue;
            int64_t from = step > 0 ? start[step - 1] : times[i];
            if (!(held >> step & 1) || start[step] < from) start[step] = from;
            held |= (uint64_t)1 << step;
            if (step == level) level++;
        }
    }
    return level;
}

static leadkpi_status check_journey(const int64_t *times, const uint64_t *steps, size_t count,
                                    int32_t step_count, leadkpi_error *error)
{
    uint64_t all = UINT64_MAX >> (LK_FUNNEL_STEPS_MAX - step_count);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && times[i] < times[i - 1])
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)i, -1,
                              "times: expected rising order, found %lld after %lld", (long long)times[i],
                              (long long)times[i - 1]);
        if (steps[i] & ~all)
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)i, -1,
                              "steps: expected bits of steps 1 to %d, found %llu", (int)step_count,
                              (unsigned long long)steps[i]);
    }
    return LEADKPI_OK;
}

leadkpi_status leadkpi_funnel_level(const int64_t *times, const uint64_t *steps, size_t count,
                                    int32_t step_count, int64_t window, int32_t *level,
                                    leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(level, error);
    *level = -1;
    LK_FAIL_IF(count && (!times || !steps), error, LEADKPI_NULL_ARGUMENT,
               "times, steps: expected pointers to %zu values, found NULL", count);
    LK_FAIL_IF(step_count < 1 || step_count > LK_FUNNEL_STEPS_MAX, error, LEADKPI_BAD_ARGUMENT,
               "step_count: expected 1 to %d, found %d", LK_FUNNEL_STEPS_MAX, (int)step_count);
    LK_FAIL_IF(window < 0, error, LEADKPI_BAD_ARGUMENT, "window: expected 0 or more, found %lld",
               (long long)window);
    LK_TRY(check_journey(times, steps, count, step_count, error));
    uint64_t longest = window == LEADKPI_FUNNEL_NO_WINDOW ? UINT64_MAX : (uint64_t)window;
    *level = find_level(times, steps, count, step_count, longest);
    return LEADKPI_OK;
}
