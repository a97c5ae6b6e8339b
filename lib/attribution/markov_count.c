/* markov_count.c: the steps of journeys, counted. */
#include "attribution/markov.h"

#include <string.h>

/* ---- room --------------------------------------------------------------------------------------- */

uint32_t lk_attribution_groups_at(uint32_t groups, size_t channel_count)
{
    static const size_t bounds[] = {50, 100, 250};
    for (size_t i = 0; i < 3 && groups > 8; i++)
        if (channel_count > bounds[i]) groups /= 2;
    return groups;
}

void lk_attribution_transitions_init(lk_attribution_transitions *transitions, uint32_t groups)
{
    *transitions = (lk_attribution_transitions){.groups_most = groups};
}

static size_t cell_count(const lk_attribution_transitions *t)
{
    return t->groups * lk_attribution_table_size(t);
}

static size_t value_count(const lk_attribution_transitions *t)
{
    return (size_t)t->groups * (t->capacity + 1);
}

void lk_attribution_transitions_free(lk_attribution_transitions *t, lk_memory *memory)
{
    lk_release(memory, t->cells, cell_count(t), sizeof *t->cells);
    lk_release(memory, t->parts, t->parts ? cell_count(t) : 0, sizeof *t->parts);
    lk_release(memory, t->values, value_count(t), sizeof *t->values);
    lk_release(memory, t->untouched, t->groups, 2 * sizeof *t->untouched);
    lk_release(memory, t->untouched_parts, t->untouched_parts ? t->groups : 0,
               2 * sizeof *t->untouched_parts);
    lk_attribution_transitions_init(t, t->groups_most);
}

/* Everything zero, in the size that `t` says. */
static leadkpi_status make_room(lk_attribution_transitions *t, lk_memory *memory,
                                leadkpi_error *error)
{
    size_t cells = cell_count(t), values = value_count(t), groups = t->groups;
    LK_TRY(lk_allocate(memory, cells, sizeof *t->cells, &t->cells, error));
    memset(t->cells, 0, cells * sizeof *t->cells);
    LK_TRY(lk_allocate(memory, values, sizeof *t->values, &t->values, error));
    memset(t->values, 0, values * sizeof *t->values);
    LK_TRY(lk_allocate(memory, groups, 2 * sizeof *t->untouched, &t->untouched, error));
    memset(t->untouched, 0, groups * 2 * sizeof *t->untouched);
    return LEADKPI_OK;
}

static leadkpi_status make_parts(lk_attribution_transitions *t, lk_memory *memory,
                                 leadkpi_error *error)
{
    lk_exact_sum *untouched;
    if (t->parts || t->groups == 0) return LEADKPI_OK;
    LK_TRY(lk_allocate(memory, t->groups, 2 * sizeof *untouched, &untouched, error));
    leadkpi_status status = lk_allocate(memory, cell_count(t), sizeof *t->parts, &t->parts, error);
    if (status != LEADKPI_OK) {
        lk_release(memory, untouched, t->groups, 2 * sizeof *untouched);
        return status;
    }
    memset(t->parts, 0, cell_count(t) * sizeof *t->parts);
    memset(untouched, 0, t->groups * 2 * sizeof *untouched);
    t->untouched_parts = untouched;
    return LEADKPI_OK;
}

/* ---- adding up tables of different sizes -------------------------------------------------------- */


/* Row or column `i` of `from` in `into`: channels by the map, what follows them by its place. */
static size_t place_of(const lk_attribution_transitions *into, const lk_attribution_transitions *from,
                       const uint32_t *channels, size_t i)
{
    if (i >= from->capacity) return into->capacity + (i - from->capacity);
    return channels ? channels[i] : i;
}

static bool is_there(const lk_attribution_transitions *t, size_t i)
{
    return i < t->channel_count || i >= t->capacity;
}

/* Counts below zero show only in the end, and are the caller's to refuse. */
static leadkpi_status add_group(lk_attribution_transitions *into, const lk_attribution_transitions *from,
                                uint32_t group, const uint32_t *channels, bool subtract,
                                leadkpi_error *error)
{
    size_t size = lk_attribution_table_size(into), from_size = lk_attribution_table_size(from);
    size_t to = group & (into->groups - 1);
    for (size_t row = 0; row <= from->capacity; row++) {
        if (!is_there(from, row)) continue;
        size_t start = group * from_size + row * (from->capacity + 2u);
        size_t target = to * size + place_of(into, from, channels, row) * (into->capacity + 2u);
        for (size_t column = 0; column < from->capacity + 2u; column++) {
            if (!is_there(from, column)) continue;
            size_t cell = target + place_of(into, from, channels, column);
            int64_t count = from->cells[start + column];
            into->cells[cell] += subtract ? -count : count;
            if (from->parts && !lk_exact_sum_is_zero(&from->parts[start + column]))
                LK_TRY(lk_attribution_add_sum(&into->parts[cell], &from->parts[start + column], subtract, error));
        }
        LK_TRY(lk_attribution_add_sum(&into->values[to * (into->capacity + 1u) + place_of(into, from, channels, row)],
                       &from->values[group * (from->capacity + 1u) + row], subtract, error));
    }
    for (size_t i = 0; i < 2; i++) {
        int64_t count = from->untouched[2 * group + i];
        into->untouched[2 * to + i] += subtract ? -count : count;
        if (from->parts)
            LK_TRY(lk_attribution_add_sum(&into->untouched_parts[2 * to + i], &from->untouched_parts[2 * group + i],
                           subtract, error));
    }
    return LEADKPI_OK;
}

leadkpi_status lk_attribution_transitions_combine(lk_attribution_transitions *into,
                                                  const lk_attribution_transitions *from,
                                                  const uint32_t *channels, bool subtract,
                                                  leadkpi_error *error)
{
    for (uint32_t group = 0; group < from->groups; group++)
        LK_TRY(add_group(into, from, group, channels, subtract, error));
    into->steps += subtract ? -from->steps : from->steps;
    return LEADKPI_OK;
}

/* A table of another size with the same in it, or nothing. */
leadkpi_status lk_attribution_transitions_copy(const lk_attribution_transitions *t,
                                               lk_memory *memory, size_t channel_count, bool parts,
                                               lk_attribution_transitions *out, leadkpi_error *error)
{
    lk_attribution_transitions copy;
    LK_FAIL_IF(channel_count > LK_ATTRIBUTION_SQUARE_MAX, error, LEADKPI_LIMIT,
               "channels: expected at most %d to count steps in a square table, found %zu",
               LK_ATTRIBUTION_SQUARE_MAX, channel_count);
    lk_attribution_transitions_init(&copy, t->groups_most);
    copy.capacity = (uint32_t)(channel_count < 8 ? 8 : channel_count);
    copy.groups = lk_attribution_groups_at(t->groups_most, channel_count);
    copy.channel_count = (uint32_t)channel_count;
    leadkpi_status status = make_room(&copy, memory, error);
    if (status == LEADKPI_OK && parts) status = make_parts(&copy, memory, error);
    if (status == LEADKPI_OK)
        status = lk_attribution_transitions_combine(&copy, t, NULL, false, error);
    if (status != LEADKPI_OK) {
        lk_attribution_transitions_free(&copy, memory);
        return status;
    }
    *out = copy;
    return LEADKPI_OK;
}

/* A quarter more than asked for, so that channels that come one by one cost little. */
static size_t room_for(size_t channel_count)
{
    size_t room = channel_count + channel_count / 4;
    if (lk_attribution_groups_at(LK_ATTRIBUTION_GROUPS, room) !=
            lk_attribution_groups_at(LK_ATTRIBUTION_GROUPS, channel_count) ||
        room > LK_ATTRIBUTION_SQUARE_MAX)
        return channel_count;
    return room;
}

leadkpi_status lk_attribution_transitions_grow(lk_attribution_transitions *t, lk_memory *memory,
                                               size_t channel_count, bool parts,
                                               leadkpi_error *error)
{
    lk_attribution_transitions grown;
    if (channel_count < t->channel_count) channel_count = t->channel_count;
    bool folds = t->groups && lk_attribution_groups_at(t->groups_most, channel_count) != t->groups;
    if (t->cells && channel_count <= t->capacity && !folds) {
        if (parts) LK_TRY(make_parts(t, memory, error));
        t->channel_count = (uint32_t)channel_count;
        return LEADKPI_OK;
    }
    if (channel_count == 0 && !t->cells) channel_count = 1;
    LK_TRY(lk_attribution_transitions_copy(t, memory, room_for(channel_count), parts || t->parts,
                                           &grown, error));
    grown.channel_count = (uint32_t)channel_count;
    lk_attribution_transitions_free(t, memory);
    *t = grown;
    return LEADKPI_OK;
}

/* ---- batches -------------------------------------------------------------------------------------- */

/* The hot loop. Cost a touch: 4 bytes read in order, one product, one cell of the group's table
 * read and written (12 channels: 1.5 kB a group, in the first cache; 50 channels, 64 groups:
 * 2 MB in the second); no branch but the loop's. */
static void count_steps(int64_t *table, size_t stride, const lk_attribution_journey *journey,
                        int64_t conversions, int64_t nulls)
{
    size_t row = (stride - 2) * stride;
    int64_t weight = conversions + nulls;
    for (size_t i = 0; i < journey->length; i++) {
        size_t channel = journey->channels[i];
        table[row + channel] += weight;
        row = channel * stride;
    }
    table[row + stride - 2] += conversions;
    table[row + stride - 1] += nulls;
}

/* The same where the cells are more than the second cache holds (500 channels: 16 MB): each is asked
 * for FAR_STEPS steps before it is written, across journeys, so that none is waited for alone. */
#define FAR_CELLS ((size_t)1 << 17)
#define FAR_STEPS 32

typedef struct far_steps {
    int64_t *cells;
    size_t next;
    size_t places[FAR_STEPS];
    int64_t weights[FAR_STEPS]; /* 0: none yet */
} far_steps;

static inline void put_step(far_steps *far, size_t place, int64_t weight)
{
    size_t at = far->next++ % FAR_STEPS;
    far->cells[far->places[at]] += far->weights[at];
    LK_PREFETCH(far->cells + place);
    far->places[at] = place;
    far->weights[at] = weight;
}

static void settle(far_steps *far)
{
    for (size_t i = 0; i < FAR_STEPS; i++) far->cells[far->places[i]] += far->weights[i];
}

static void count_far_steps(far_steps *far, size_t table, size_t stride,
                            const lk_attribution_journey *journey, int64_t conversions, int64_t nulls)
{
    size_t row = table + (stride - 2) * stride;
    int64_t weight = conversions + nulls;
    for (size_t i = 0; i < journey->length; i++) {
        size_t channel = journey->channels[i];
        put_step(far, row + channel, weight);
        row = table + channel * stride;
    }
    if (conversions) put_step(far, row + stride - 2, conversions);
    if (nulls) put_step(far, row + stride - 1, nulls);
}

/* Sums are below 2^120 before (LK_ATTRIBUTION_SUM_BITS), so that no batch can make one overflow. */
static leadkpi_status count_parts(lk_exact_sum *table, size_t stride,
                                  const lk_attribution_journey *journey, const double weights[2],
                                  leadkpi_error *error)
{
    size_t row = (stride - 2) * stride;
    for (size_t i = 0; i < journey->length; i++) {
        for (size_t k = 0; k < 2; k++)
            LK_TRY(lk_exact_sum_add_double(&table[row + journey->channels[i]], weights[k], error));
        row = journey->channels[i] * stride;
    }
    for (size_t k = 0; k < 2; k++)
        LK_TRY(lk_exact_sum_add_double(&table[row + stride - 2 + k], weights[k], error));
    return LEADKPI_OK;
}

static leadkpi_status add_parts(lk_attribution_transitions *t, size_t group,
                                const lk_attribution_journey *journey, leadkpi_error *error)
{
    double weights[2];
    for (size_t k = 0; k < 2; k++)
        weights[k] = lk_attribution_is_whole(journey->weights[k]) ? 0 : journey->weights[k];
    if (weights[0] == 0 && weights[1] == 0) return LEADKPI_OK;
    if (journey->length)
        return count_parts(t->parts + group * lk_attribution_table_size(t), t->capacity + 2u, journey,
                           weights, error);
    for (size_t k = 0; k < 2; k++)
        LK_TRY(lk_exact_sum_add_double(&t->untouched_parts[2 * group + k], weights[k], error));
    return LEADKPI_OK;
}

static void add_whole(lk_attribution_transitions *t, size_t group,
                      const lk_attribution_journey *journey, far_steps *far)
{
    int64_t counts[2];
    for (size_t k = 0; k < 2; k++)
        counts[k] = lk_attribution_is_whole(journey->weights[k]) ? (int64_t)journey->weights[k] : 0;
    if (journey->length && far) {
        count_far_steps(far, group * lk_attribution_table_size(t), t->capacity + 2u, journey, counts[0],
                        counts[1]);
        return;
    }
    if (journey->length) {
        count_steps(t->cells + group * lk_attribution_table_size(t), t->capacity + 2u, journey,
                    counts[0], counts[1]);
        return;
    }
    t->untouched[2 * group] += counts[0];
    t->untouched[2 * group + 1] += counts[1];
}

static leadkpi_status add_value(lk_attribution_transitions *t, size_t group,
                                const lk_attribution_journey *journey, leadkpi_error *error)
{
    if (journey->value == 0) return LEADKPI_OK;
    size_t last = journey->length ? journey->channels[journey->length - 1] : t->capacity;
    return lk_exact_sum_add_double(&t->values[group * (t->capacity + 1u) + last], journey->value,
                                   error);
}

static leadkpi_status add_all(lk_attribution_transitions *t, const lk_attribution_batch *batch,
                              bool parts, leadkpi_error *error)
{
    far_steps far = {.cells = t->cells};
    bool is_far = cell_count(t) > FAR_CELLS;
    leadkpi_status status = LEADKPI_OK;
    for (size_t i = 0; i < batch->count && status == LEADKPI_OK; i++) {
        lk_attribution_journey journey = lk_attribution_journey_at(batch, i);
        size_t group = (size_t)journey.unit & (t->groups - 1);
        add_whole(t, group, &journey, is_far ? &far : NULL);
        if (parts) status = add_parts(t, group, &journey, error);
        if (status == LEADKPI_OK) status = add_value(t, group, &journey, error);
    }
    settle(&far);
    return status;
}

leadkpi_status lk_attribution_transitions_add(lk_attribution_transitions *t, lk_memory *memory,
                                              size_t channel_count,
                                              const lk_attribution_batch *batch,
                                              leadkpi_error *error)
{
    lk_attribution_needs needs;
    LK_TRY(lk_attribution_batch_check(batch, channel_count, &needs, error));
    LK_FAIL_IF(needs.steps > INT64_MAX - t->steps, error, LEADKPI_OVERFLOW,
               "steps of all journeys: expected below 2^63, found more");
    if (batch->count == 0) return LEADKPI_OK;
    LK_TRY(lk_attribution_transitions_grow(t, memory, channel_count, needs.parts, error));
    LK_TRY(add_all(t, batch, needs.parts, error));
    t->steps += needs.steps;
    return LEADKPI_OK;
}

leadkpi_status lk_attribution_transitions_add_sums(lk_attribution_transitions *t, lk_memory *memory,
                                                   size_t channel_count,
                                                   const lk_attribution_journey *journey,
                                                   const lk_exact_sum sums[3], leadkpi_error *error)
{
    LK_TRY(lk_attribution_transitions_grow(t, memory, channel_count, true, error));
    size_t stride = t->capacity + 2u, row = (stride - 2) * stride, last = t->capacity;
    size_t group = (size_t)journey->unit & (t->groups - 1);
    lk_exact_sum *table = t->parts + group * lk_attribution_table_size(t);
    for (size_t i = 0; i < journey->length; i++) {
        last = journey->channels[i];
        for (size_t k = 0; k < 2; k++)
            LK_TRY(lk_attribution_add_sum(&table[row + last], &sums[k], false, error));
        row = last * stride;
    }
    lk_exact_sum *ends = journey->length ? table + row + stride - 2 : t->untouched_parts + 2 * group;
    for (size_t k = 0; k < 2; k++) LK_TRY(lk_attribution_add_sum(&ends[k], &sums[k], false, error));
    return lk_attribution_add_sum(&t->values[group * (t->capacity + 1u) + last], &sums[2], false, error);
}
