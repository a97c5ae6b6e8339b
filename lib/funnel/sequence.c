/* sequence.c: patterns on events of the caller's. */
#include <leadkpi/sequence.h>

#include "base/time_text.h"
#include "funnel/pattern.h"

struct leadkpi_sequence {
    lk_memory memory;
    lk_pattern pattern;
};

/* ---- life ---------------------------------------------------------------------------- */

leadkpi_status leadkpi_sequence_create(const leadkpi_host *host, const char *pattern,
                                       size_t pattern_length, leadkpi_sequence **out,
                                       leadkpi_error *error)
{
    lk_memory memory;
    lk_pattern parsed;
    leadkpi_sequence *made;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(pattern, error);
    LK_TRY(lk_memory_init(&memory, host, error));
    LK_TRY(lk_pattern_parse(lk_text_of(pattern, pattern_length), &parsed, error));
    LK_TRY(lk_allocate(&memory, 1, sizeof *made, &made, error));
    *made = (leadkpi_sequence){memory, parsed};
    *out = made;
    return LEADKPI_OK;
}

void leadkpi_sequence_free(leadkpi_sequence *sequence)
{
    if (!sequence) return;
    lk_memory memory = sequence->memory;
    lk_release(&memory, sequence, 1, sizeof *sequence);
}

int32_t leadkpi_sequence_part_count(const leadkpi_sequence *sequence)
{
    return sequence ? sequence->pattern.count : 0;
}

/* ---- events --------------------------------------------------------------------------- */

static leadkpi_status check_times(const int64_t *times, size_t count, leadkpi_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (times[i] < LK_TIMESTAMP_MIN || times[i] > LK_TIMESTAMP_MAX)
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)i, -1,
                              "times, row %zu: expected years 1 to 9999, found %lld", i,
                              (long long)times[i]);
        if (i > 0 && times[i] < times[i - 1])
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)i, -1,
                              "times, row %zu: expected %s or later, found %s", i,
                              LK_SAY_TIME(times[i - 1]), LK_SAY_TIME(times[i]));
    }
    return LEADKPI_OK;
}

/* The events for which a condition holds, as columns of their own. */
typedef struct listed {
    lk_memory memory;
    int64_t *times;
    uint64_t *conditions, *reached;
    uint32_t *places; /* in the caller's arrays */
    size_t count, capacity;
} listed;

static void close_listed(listed *l)
{
    lk_release(&l->memory, l->times, l->capacity, sizeof *l->times);
    lk_release(&l->memory, l->conditions, l->capacity, sizeof *l->conditions);
    lk_release(&l->memory, l->reached, l->capacity, sizeof *l->reached);
    lk_release(&l->memory, l->places, l->capacity, sizeof *l->places);
}

static leadkpi_status allocate_listed(listed *l, leadkpi_error *error)
{
    LK_TRY(lk_allocate(&l->memory, l->capacity, sizeof *l->times, &l->times, error));
    LK_TRY(lk_allocate(&l->memory, l->capacity, sizeof *l->conditions, &l->conditions, error));
    LK_TRY(lk_allocate(&l->memory, l->capacity, sizeof *l->reached, &l->reached, error));
    return lk_allocate(&l->memory, l->capacity, sizeof *l->places, &l->places, error);
}

static leadkpi_status open_listed(const leadkpi_sequence *sequence, const int64_t *times,
                                  const uint64_t *conditions, size_t count, listed *l,
                                  leadkpi_error *error)
{
    LK_REQUIRE(sequence, error);
    LK_FAIL_IF(count && (!times || !conditions), error, LEADKPI_NULL_ARGUMENT,
               "times, conditions: expected %zu of each, found NULL", count);
    LK_FAIL_IF(count >= UINT32_MAX, error, LEADKPI_OVERFLOW,
               "events: expected fewer than 2^32 - 1, found %zu", count);
    LK_TRY(check_times(times, count, error));
    *l = (listed){.memory = lk_memory_like(&sequence->memory)};
    for (size_t i = 0; i < count; i++) l->capacity += conditions[i] != 0;
    LK_TRY(lk_interrupted(&l->memory, error));
    leadkpi_status status = allocate_listed(l, error);
    if (status != LEADKPI_OK) {
        close_listed(l);
        return status;
    }
    for (size_t i = 0; i < count; i++) {
        if (!conditions[i]) continue;
        l->times[l->count] = times[i];
        l->conditions[l->count] = conditions[i];
        l->places[l->count++] = (uint32_t)i;
    }
    return LEADKPI_OK;
}

static lk_pattern_events events_of(const listed *l)
{
    return (lk_pattern_events){&l->memory, l->times, l->conditions, l->reached, l->count};
}

/* ---- the calls -------------------------------------------------------------------------- */

leadkpi_status leadkpi_sequence_match(const leadkpi_sequence *sequence, const int64_t *times,
                                      const uint64_t *conditions, size_t count, int32_t *matches,
                                      leadkpi_error *error)
{
    listed l;
    leadkpi_error_reset(error);
    LK_REQUIRE(matches, error);
    *matches = -1;
    LK_TRY(open_listed(sequence, times, conditions, count, &l, error));
    lk_pattern_events events = events_of(&l);
    size_t end;
    leadkpi_status status = lk_pattern_scan(&sequence->pattern, &events, 0, &end, error);
    if (status == LEADKPI_OK) *matches = sequence->pattern.count == 0 || end < events.count;
    close_listed(&l);
    return status;
}

leadkpi_status leadkpi_sequence_count(const leadkpi_sequence *sequence, const int64_t *times,
                                      const uint64_t *conditions, size_t count,
                                      int64_t *match_count, leadkpi_error *error)
{
    listed l;
    leadkpi_error_reset(error);
    LK_REQUIRE(match_count, error);
    *match_count = -1;
    LK_TRY(open_listed(sequence, times, conditions, count, &l, error));
    lk_pattern_events events = events_of(&l);
    leadkpi_status status = lk_pattern_count(&sequence->pattern, &events, match_count, error);
    if (status != LEADKPI_OK) *match_count = -1;
    close_listed(&l);
    return status;
}

leadkpi_status leadkpi_sequence_first(const leadkpi_sequence *sequence, const int64_t *times,
                                      const uint64_t *conditions, size_t count, int64_t *places,
                                      leadkpi_error *error)
{
    listed l;
    size_t found[LK_PATTERN_PARTS_MAX];
    int32_t parts = leadkpi_sequence_part_count(sequence);
    leadkpi_error_reset(error);
    LK_FAIL_IF(parts && !places, error, LEADKPI_NULL_ARGUMENT,
               "places: expected a pointer, found NULL");
    for (int32_t i = 0; i < parts; i++) places[i] = -1;
    LK_TRY(open_listed(sequence, times, conditions, count, &l, error));
    lk_pattern_events events = events_of(&l);
    size_t end;
    leadkpi_status status = lk_pattern_scan(&sequence->pattern, &events, 0, &end, error);
    if (status == LEADKPI_OK && parts && end < events.count) {
        lk_pattern_trace(&sequence->pattern, &events, end, found);
        for (int32_t i = 0; i < parts; i++) places[i] = l.places[found[i]];
    }
    close_listed(&l);
    return status;
}

/* ---- retention ---------------------------------------------------------------------------- */

static leadkpi_status begin_retention(const uint64_t *conditions, size_t count,
                                      int32_t condition_count, int32_t *retained,
                                      leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(retained, error);
    LK_FAIL_IF(condition_count < 1 || condition_count > 64, error, LEADKPI_BAD_ARGUMENT,
               "condition_count: expected 1 to 64, found %d", (int)condition_count);
    for (int32_t i = 0; i < condition_count; i++) retained[i] = -1;
    LK_FAIL_IF(count && !conditions, error, LEADKPI_NULL_ARGUMENT,
               "conditions: expected a pointer, found NULL");
    return LEADKPI_OK;
}

leadkpi_status leadkpi_sequence_retention(const uint64_t *conditions, size_t count,
                                          int32_t condition_count, int32_t *retained,
                                          leadkpi_error *error)
{
    uint64_t held = 0;
    LK_TRY(begin_retention(conditions, count, condition_count, retained, error));
    for (size_t i = 0; i < count; i++) held |= conditions[i];
    for (int32_t i = 0; i < condition_count; i++) retained[i] = (held & 1) && (held >> i & 1);
    return LEADKPI_OK;
}

leadkpi_status leadkpi_sequence_retention_after(const int64_t *times, const uint64_t *conditions,
                                                size_t count, int32_t condition_count,
                                                int64_t within, int32_t *retained,
                                                leadkpi_error *error)
{
    size_t first = 0;
    uint64_t held = 0;
    LK_TRY(begin_retention(conditions, count, condition_count, retained, error));
    LK_FAIL_IF(count && !times, error, LEADKPI_NULL_ARGUMENT, "times: expected a pointer, found NULL");
    LK_FAIL_IF(within < 0, error, LEADKPI_BAD_ARGUMENT, "within: expected 0 or more, found %lld",
               (long long)within);
    LK_TRY(check_times(times, count, error));
    while (first < count && !(conditions[first] & 1)) first++;
    for (size_t i = first + 1; i < count && times[i] - times[first] <= within; i++)
        held |= conditions[i];
    retained[0] = first < count;
    for (int32_t i = 1; i < condition_count; i++) retained[i] = (int32_t)(held >> i & 1);
    return LEADKPI_OK;
}
