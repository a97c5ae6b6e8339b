/* paths.c: distinct paths and their counts. */
#include "attribution/models_parts.h"

#include <string.h>

/* Keys of so many journeys are made at once. */
#define BLOCK 256

void lk_attribution_paths_init(lk_attribution_paths *paths, uint32_t groups)
{
    *paths = (lk_attribution_paths){.groups = groups};
}

void lk_attribution_paths_free(lk_attribution_paths *paths, lk_memory *memory)
{
    lk_map_text_free(&paths->keys, memory);
    lk_release(memory, paths->entries, paths->capacity, sizeof *paths->entries);
    lk_release(memory, paths->parts, paths->parts_capacity, 2 * sizeof *paths->parts);
    lk_attribution_paths_init(paths, paths->groups);
}

/* ---- room ------------------------------------------------------------------------------------------- */

static uint32_t enough(uint32_t capacity, uint32_t count)
{
    uint64_t more = (uint64_t)capacity + capacity / 2 + 8;
    if (more < count) more = count;
    return more > LK_MAP_KEYS_MAX ? LK_MAP_KEYS_MAX : (uint32_t)more;
}

/* What is new is zero. */
leadkpi_status lk_attribution_paths_reserve(lk_attribution_paths *paths, lk_memory *memory,
                                            uint32_t count, bool parts, leadkpi_error *error)
{
    if (count > paths->capacity) {
        uint32_t capacity = enough(paths->capacity, count);
        LK_TRY(lk_resize(memory, &paths->entries, paths->capacity, capacity, sizeof *paths->entries,
                         error));
        memset(paths->entries + paths->capacity, 0,
               (capacity - paths->capacity) * sizeof *paths->entries);
        paths->capacity = capacity;
    }
    if ((parts || paths->parts) && paths->parts_capacity < paths->capacity) {
        LK_TRY(lk_resize(memory, &paths->parts, paths->parts_capacity, paths->capacity,
                         2 * sizeof *paths->parts, error));
        memset(paths->parts + 2 * (size_t)paths->parts_capacity, 0,
               (paths->capacity - paths->parts_capacity) * 2 * sizeof *paths->parts);
        paths->parts_capacity = paths->capacity;
    }
    return LEADKPI_OK;
}

/* ---- keys -------------------------------------------------------------------------------------------- */

/* Journeys from `first` on that make up a block, and the numbers in their keys. */
static size_t block_of(const lk_attribution_batch *batch, size_t first, size_t *numbers)
{
    size_t count = batch->count - first < BLOCK ? batch->count - first : BLOCK;
    *numbers = count + batch->ends[first + count - 1] - (first ? batch->ends[first - 1] : 0);
    return count;
}

static size_t scratch_needed(const lk_attribution_batch *batch)
{
    size_t most = 0, numbers;
    for (size_t i = 0; i < batch->count; i += block_of(batch, i, &numbers)) {
        (void)block_of(batch, i, &numbers);
        most = numbers > most ? numbers : most;
    }
    return most;
}

static leadkpi_status intern_block(lk_attribution_paths *paths, lk_memory *memory,
                                   const lk_attribution_batch *batch, size_t first, size_t count,
                                   uint32_t *scratch, uint32_t *indexes, leadkpi_error *error)
{
    lk_text keys[BLOCK];
    for (size_t i = 0; i < count; i++) {
        lk_attribution_journey journey = lk_attribution_journey_at(batch, first + i);
        keys[i] = (lk_text){(const char *)scratch, (journey.length + 1) * sizeof *scratch};
        *scratch++ = (uint32_t)journey.unit & (paths->groups - 1);
        if (journey.length) memcpy(scratch, journey.channels, journey.length * sizeof *scratch);
        scratch += journey.length;
    }
    return lk_map_text_find_or_add(&paths->keys, memory, keys, count, indexes + first, error);
}

static leadkpi_status intern(lk_attribution_paths *paths, lk_memory *memory,
                             const lk_attribution_batch *batch, uint32_t *indexes,
                             leadkpi_error *error)
{
    size_t numbers, size = scratch_needed(batch);
    uint32_t *scratch = NULL;
    leadkpi_status status = lk_allocate(memory, size, sizeof *scratch, &scratch, error);
    for (size_t i = 0; i < batch->count && status == LEADKPI_OK;) {
        size_t count = block_of(batch, i, &numbers);
        status = intern_block(paths, memory, batch, i, count, scratch, indexes, error);
        i += count;
    }
    lk_release(memory, scratch, size, sizeof *scratch);
    return status;
}

/* ---- adding ------------------------------------------------------------------------------------------- */

static leadkpi_status count_journey(lk_attribution_paths *paths, uint32_t index,
                                    const lk_attribution_journey *journey, leadkpi_error *error)
{
    for (size_t k = 0; k < 2; k++) {
        double weight = journey->weights[k];
        if (lk_attribution_is_whole(weight))
            paths->entries[index].counts[k] += (int64_t)weight;
        else
            LK_TRY(lk_exact_sum_add_double(&paths->parts[2 * (size_t)index + k], weight, error));
    }
    return lk_exact_sum_add_double(&paths->entries[index].value, journey->value, error);
}

static leadkpi_status add(lk_attribution_paths *paths, lk_memory *memory,
                          const lk_attribution_batch *batch, const lk_attribution_needs *needs,
                          uint32_t *indexes, leadkpi_error *error)
{
    uint32_t before = paths->keys.count;
    leadkpi_status status = intern(paths, memory, batch, indexes, error);
    if (status == LEADKPI_OK)
        status = lk_attribution_paths_reserve(paths, memory, paths->keys.count, needs->parts, error);
    if (status != LEADKPI_OK) {
        lk_map_text_truncate(&paths->keys, before);
        return status;
    }
    /* cannot fail: sums are below 2^120 before (LK_ATTRIBUTION_SUM_BITS) */
    for (size_t i = 0; i < batch->count; i++) {
        lk_attribution_journey journey = lk_attribution_journey_at(batch, i);
        LK_TRY(count_journey(paths, indexes[i], &journey, error));
    }
    return LEADKPI_OK;
}

leadkpi_status lk_attribution_paths_add(lk_attribution_paths *paths, lk_memory *memory,
                                        size_t channel_count, const lk_attribution_batch *batch,
                                        leadkpi_error *error)
{
    lk_attribution_needs needs;
    uint32_t *indexes;
    LK_TRY(lk_attribution_batch_check(batch, channel_count, &needs, error));
    LK_FAIL_IF(needs.counts > INT64_MAX - paths->journeys, error, LEADKPI_OVERFLOW,
               "journeys: expected below 2^63, found more");
    LK_TRY(lk_allocate(memory, batch->count, sizeof *indexes, &indexes, error));
    leadkpi_status status = add(paths, memory, batch, &needs, indexes, error);
    lk_release(memory, indexes, batch->count, sizeof *indexes);
    if (status != LEADKPI_OK) return status;
    paths->journeys += needs.counts;
    if (channel_count > paths->channel_count) paths->channel_count = (uint32_t)channel_count;
    return LEADKPI_OK;
}

/* ---- merging ------------------------------------------------------------------------------------------- */

/* Key `index` of `from`, in the channels of `into`. */
static void translate_key(const lk_attribution_paths *from, uint32_t index, const uint32_t *channels,
                          uint32_t *numbers)
{
    lk_text key = lk_map_text_key(&from->keys, index);
    memcpy(numbers, key.data, key.length);
    for (size_t i = 1; i < key.length / sizeof *numbers && channels; i++)
        numbers[i] = channels[numbers[i]];
}

static size_t longest_key(const lk_attribution_paths *paths)
{
    size_t longest = 1;
    for (uint32_t i = 0; i < paths->keys.count; i++) {
        size_t size = lk_map_text_key(&paths->keys, i).length / sizeof(uint32_t);
        longest = size > longest ? size : longest;
    }
    return longest;
}

/* Where the keys of `from` are in `into`; added there, or MISMATCH where they must be there. */
static leadkpi_status find_keys(lk_attribution_paths *into, lk_memory *memory,
                                const lk_attribution_paths *from, const uint32_t *channels,
                                bool must_exist, uint32_t *indexes, leadkpi_error *error)
{
    size_t longest = longest_key(from);
    uint32_t *numbers;
    LK_TRY(lk_allocate(memory, longest, sizeof *numbers, &numbers, error));
    leadkpi_status status = LEADKPI_OK;
    for (uint32_t i = 0; i < from->keys.count && status == LEADKPI_OK; i++) {
        lk_text key = {(const char *)numbers, lk_map_text_key(&from->keys, i).length};
        translate_key(from, i, channels, numbers);
        if (!must_exist)
            status = lk_map_text_find_or_add(&into->keys, memory, &key, 1, &indexes[i], error);
        else if ((indexes[i] = lk_map_text_find(&into->keys, key)) == LK_MAP_NONE)
            status = lk_fail(error, LEADKPI_MISMATCH,
                             "paths to take away: expected paths that were added, found another");
    }
    lk_release(memory, numbers, longest, sizeof *numbers);
    return status;
}

static const lk_exact_sum no_parts[2];

static const lk_exact_sum *parts_of(const lk_attribution_paths *paths, uint32_t index)
{
    return paths->parts ? &paths->parts[2 * (size_t)index] : no_parts;
}

/* Both as they will be; nothing is written. */
static leadkpi_status combine_entry(const lk_attribution_paths *into, uint32_t to,
                                    const lk_attribution_paths *from, uint32_t index, bool subtract,
                                    lk_attribution_entry *entry, lk_exact_sum parts[2],
                                    leadkpi_error *error)
{
    const lk_attribution_entry *other = &from->entries[index];
    *entry = into->entries[to];
    LK_TRY(lk_attribution_add_sum(&entry->value, &other->value, subtract, error));
    for (size_t k = 0; k < 2; k++) {
        parts[k] = parts_of(into, to)[k];
        LK_TRY(lk_attribution_add_sum(&parts[k], &parts_of(from, index)[k], subtract, error));
        entry->counts[k] += subtract ? -other->counts[k] : other->counts[k];
        LK_FAIL_IF(entry->counts[k] < 0 || lk_exact_sum_is_negative(&parts[k]), error,
                   LEADKPI_MISMATCH,
                   "journeys to take away: expected no more than were added, found more");
    }
    return LEADKPI_OK;
}

static leadkpi_status combine(lk_attribution_paths *into, const lk_attribution_paths *from,
                              const uint32_t *indexes, bool subtract, bool write,
                              leadkpi_error *error)
{
    lk_attribution_entry entry;
    lk_exact_sum parts[2];
    for (uint32_t i = 0; i < from->keys.count; i++) {
        LK_TRY(combine_entry(into, indexes[i], from, i, subtract, &entry, parts, error));
        if (!write) continue;
        into->entries[indexes[i]] = entry;
        if (into->parts) memcpy(&into->parts[2 * (size_t)indexes[i]], parts, sizeof parts);
    }
    return LEADKPI_OK;
}

/* First looked at, then written, so that a failure changes nothing. */
static leadkpi_status merge(lk_attribution_paths *into, lk_memory *memory,
                            const lk_attribution_paths *from, const uint32_t *channels, bool subtract,
                            uint32_t *indexes, leadkpi_error *error)
{
    uint32_t before = into->keys.count;
    leadkpi_status status = find_keys(into, memory, from, channels, subtract, indexes, error);
    if (status == LEADKPI_OK)
        status = lk_attribution_paths_reserve(into, memory, into->keys.count, from->parts != NULL, error);
    if (status == LEADKPI_OK) status = combine(into, from, indexes, subtract, false, error);
    if (status != LEADKPI_OK) {
        lk_map_text_truncate(&into->keys, before);
        return status;
    }
    return combine(into, from, indexes, subtract, true, error);
}

static leadkpi_status merge_or_subtract(lk_attribution_paths *into, lk_memory *memory,
                                        const lk_attribution_paths *from, const uint32_t *channels,
                                        bool subtract, leadkpi_error *error)
{
    uint32_t *indexes, count = from->keys.count;
    LK_FAIL_IF(into->groups != from->groups, error, LEADKPI_MISMATCH,
               "groups: expected %u, found %u", (unsigned)into->groups, (unsigned)from->groups);
    int64_t journeys = from->journeys;
    LK_FAIL_IF(!subtract && journeys > INT64_MAX - into->journeys, error, LEADKPI_OVERFLOW,
               "journeys: expected below 2^63, found more");
    LK_TRY(lk_allocate(memory, count, sizeof *indexes, &indexes, error));
    leadkpi_status status = merge(into, memory, from, channels, subtract, indexes, error);
    lk_release(memory, indexes, count, sizeof *indexes);
    if (status == LEADKPI_OK) into->journeys += subtract ? -journeys : journeys;
    return status;
}

leadkpi_status lk_attribution_paths_merge(lk_attribution_paths *into, lk_memory *memory,
                                          size_t channel_count, const lk_attribution_paths *from,
                                          const uint32_t *channels, leadkpi_error *error)
{
    LK_TRY(merge_or_subtract(into, memory, from, channels, false, error));
    if (channel_count > into->channel_count) into->channel_count = (uint32_t)channel_count;
    return LEADKPI_OK;
}

leadkpi_status lk_attribution_paths_subtract(lk_attribution_paths *into, lk_memory *memory,
                                             const lk_attribution_paths *from,
                                             const uint32_t *channels, leadkpi_error *error)
{
    return merge_or_subtract(into, memory, from, channels, true, error);
}
