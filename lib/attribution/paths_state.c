/* paths_state.c: distinct paths written and read. */
#include "attribution/models_parts.h"

#include <string.h>

#include "base/sort.h"

/* ---- writing ------------------------------------------------------------------------------------------- */

typedef struct lk_paths_order {
    const lk_attribution_paths *paths;
    const uint32_t *row_of; /* by channel; NULL: the same */
} lk_paths_order;

static uint32_t number_at(const lk_paths_order *job, lk_text key, size_t i)
{
    uint32_t number;
    memcpy(&number, key.data + i * sizeof number, sizeof number);
    return i == 0 || !job->row_of ? number : job->row_of[number];
}

/* By group, then by channels, then the shorter one. */
static int compare(const void *context, uint32_t a, uint32_t b)
{
    const lk_paths_order *job = context;
    lk_text x = lk_map_text_key(&job->paths->keys, a), y = lk_map_text_key(&job->paths->keys, b);
    size_t m = x.length / sizeof(uint32_t), n = y.length / sizeof(uint32_t);
    for (size_t i = 0; i < m && i < n; i++) {
        uint32_t p = number_at(job, x, i), q = number_at(job, y, i);
        if (p != q) return p < q ? -1 : 1;
    }
    return (m > n) - (m < n);
}

static bool has_part(const lk_attribution_paths *paths, uint32_t key, size_t k)
{
    return paths->parts && !lk_exact_sum_is_zero(&paths->parts[2 * (size_t)key + k]);
}

static bool is_empty(const lk_attribution_paths *paths, uint32_t key)
{
    const lk_attribution_entry *entry = &paths->entries[key];
    return entry->counts[0] == 0 && entry->counts[1] == 0 && lk_exact_sum_is_zero(&entry->value) &&
           !has_part(paths, key, 0) && !has_part(paths, key, 1);
}

/* What follows the counts. */
enum { HAS_VALUE = 1, HAS_PART = 2 };

static void write_entry(const lk_paths_order *job, lk_writer *writer, uint32_t key)
{
    const lk_attribution_entry *entry = &job->paths->entries[key];
    lk_text text = lk_map_text_key(&job->paths->keys, key);
    size_t length = text.length / sizeof(uint32_t) - 1;
    lk_write_varint(writer, length);
    for (size_t i = 0; i <= length; i++) lk_write_varint(writer, number_at(job, text, i));
    for (size_t k = 0; k < 2; k++) lk_write_varint(writer, (uint64_t)entry->counts[k]);
    unsigned flags = lk_exact_sum_is_zero(&entry->value) ? 0 : HAS_VALUE;
    for (unsigned k = 0; k < 2; k++) flags |= has_part(job->paths, key, k) ? HAS_PART << k : 0;
    lk_write_uint8(writer, (uint8_t)flags);
    if (flags & HAS_VALUE) lk_write_exact_sum(writer, &entry->value);
    for (unsigned k = 0; k < 2; k++)
        if (flags & HAS_PART << k) lk_write_exact_sum(writer, &job->paths->parts[2 * (size_t)key + k]);
}

static leadkpi_status write_sorted(const lk_attribution_paths *paths, lk_memory *memory,
                                   lk_writer *writer, const uint32_t *order, uint32_t *row_of,
                                   uint32_t *keys, leadkpi_error *error)
{
    lk_paths_order job = {paths, row_of};
    uint32_t count = 0;
    for (uint32_t i = 0; i < paths->channel_count; i++) row_of[order ? order[i] : i] = i;
    for (uint32_t key = 0; key < paths->keys.count; key++)
        if (!is_empty(paths, key)) keys[count++] = key;
    LK_TRY(lk_sort_indexes(memory, keys, count, compare, &job, error));
    lk_write_varint(writer, paths->channel_count);
    lk_write_varint(writer, count);
    for (uint32_t i = 0; i < count; i++) write_entry(&job, writer, keys[i]);
    return LEADKPI_OK;
}

leadkpi_status lk_attribution_paths_write(const lk_attribution_paths *paths, lk_memory *memory,
                                          lk_writer *writer, const uint32_t *order,
                                          leadkpi_error *error)
{
    uint32_t *row_of = NULL, *keys = NULL, count = paths->keys.count;
    leadkpi_status status =
        lk_allocate(memory, paths->channel_count, sizeof *row_of, &row_of, error);
    if (status == LEADKPI_OK) status = lk_allocate(memory, count, sizeof *keys, &keys, error);
    if (status == LEADKPI_OK)
        status = write_sorted(paths, memory, writer, order, row_of, keys, error);
    lk_release(memory, row_of, paths->channel_count, sizeof *row_of);
    lk_release(memory, keys, count, sizeof *keys);
    return status;
}

/* ---- reading -------------------------------------------------------------------------------------------- */

typedef struct lk_paths_reading {
    lk_attribution_paths *paths;
    lk_memory *memory;
    lk_reader *reader;
    uint32_t *numbers; /* of one key */
    size_t room;
} lk_paths_reading;

static bool read_sum(lk_reader *reader, lk_exact_sum *sum)
{
    *sum = lk_read_exact_sum(reader);
    if (lk_reader_good(reader) && (!lk_attribution_sum_is_good(sum) || lk_exact_sum_is_zero(sum)))
        lk_reader_refuse(reader, "sum: expected one that is not zero and below 2^120");
    return lk_reader_good(reader);
}

/* The key as it is in the map; keys must rise. */
static leadkpi_status read_key(lk_paths_reading *job, uint32_t *index)
{
    lk_reader *reader = job->reader;
    size_t length = lk_read_count(reader, 1) + 1;
    LK_TRY(lk_reader_status(reader));
    if (length > job->room) {
        LK_TRY(lk_resize(job->memory, &job->numbers, job->room, length, sizeof *job->numbers,
                         reader->error));
        job->room = length;
    }
    for (size_t i = 0; i < length; i++) {
        uint64_t number = lk_read_varint(reader);
        uint64_t bound = i ? job->paths->channel_count : job->paths->groups;
        if (lk_reader_good(reader) && number >= bound)
            lk_reader_refuse(reader, "path: expected channels and a group that are known");
        LK_TRY(lk_reader_status(reader));
        job->numbers[i] = (uint32_t)number;
    }
    lk_text key = {(const char *)job->numbers, length * sizeof *job->numbers};
    uint32_t before = job->paths->keys.count;
    LK_TRY(lk_map_text_find_or_add(&job->paths->keys, job->memory, &key, 1, index, reader->error));
    if (*index != before) return lk_reader_refuse(reader, "path: expected each once");
    return LEADKPI_OK;
}

static leadkpi_status check_order(lk_paths_reading *job, const lk_paths_order *order, uint32_t index)
{
    if (index > 0 && compare(order, index - 1, index) >= 0)
        return lk_reader_refuse(job->reader, "paths: expected rising order");
    return LEADKPI_OK;
}

static leadkpi_status read_entry(lk_paths_reading *job, const lk_paths_order *order)
{
    lk_reader *reader = job->reader;
    lk_attribution_paths *paths = job->paths;
    lk_exact_sum parts[2] = {LK_EXACT_SUM_ZERO, LK_EXACT_SUM_ZERO};
    lk_attribution_entry entry = {{0, 0}, LK_EXACT_SUM_ZERO};
    uint32_t index;
    LK_TRY(read_key(job, &index));
    LK_TRY(check_order(job, order, index));
    for (size_t k = 0; k < 2; k++) {
        uint64_t count = lk_read_varint(reader);
        if (lk_reader_good(reader) && count > (uint64_t)(INT64_MAX - paths->journeys))
            lk_reader_refuse(reader, "journeys: expected below 2^63 in all");
        LK_TRY(lk_reader_status(reader));
        entry.counts[k] = (int64_t)count;
        paths->journeys += (int64_t)count;
    }
    unsigned flags = lk_read_uint8(reader);
    if (flags & HAS_VALUE && !read_sum(reader, &entry.value)) return lk_reader_status(reader);
    for (unsigned k = 0; k < 2; k++)
        if (flags & HAS_PART << k && !read_sum(reader, &parts[k])) return lk_reader_status(reader);
    LK_TRY(lk_reader_status(reader));
    if (flags > 7 || lk_exact_sum_is_negative(&parts[0]) || lk_exact_sum_is_negative(&parts[1]) ||
        (flags == 0 && entry.counts[0] == 0 && entry.counts[1] == 0))
        return lk_reader_refuse(reader, "path: expected one with weights of 0 or more, not all 0");
    LK_TRY(lk_attribution_paths_reserve(paths, job->memory, index + 1, flags > 1, reader->error));
    paths->entries[index] = entry;
    if (paths->parts) memcpy(&paths->parts[2 * (size_t)index], parts, sizeof parts);
    return LEADKPI_OK;
}

static leadkpi_status read_all(lk_paths_reading *job)
{
    lk_reader *reader = job->reader;
    uint64_t channels = lk_read_varint(reader);
    if (lk_reader_good(reader) && channels >= LK_MAP_KEYS_MAX)
        lk_reader_refuse(reader, "channels: expected fewer");
    size_t count = lk_read_count(reader, 4);
    LK_TRY(lk_reader_status(reader));
    job->paths->channel_count = (uint32_t)channels;
    lk_paths_order order = {job->paths, NULL};
    for (size_t i = 0; i < count; i++) LK_TRY(read_entry(job, &order));
    return LEADKPI_OK;
}

leadkpi_status lk_attribution_paths_read(lk_attribution_paths *paths, lk_memory *memory,
                                         lk_reader *reader)
{
    lk_attribution_paths fresh;
    lk_attribution_paths_init(&fresh, paths->groups);
    lk_paths_reading job = {.paths = &fresh, .memory = memory, .reader = reader};
    leadkpi_status status = read_all(&job);
    lk_release(memory, job.numbers, job.room, sizeof *job.numbers);
    if (status != LEADKPI_OK) {
        lk_attribution_paths_free(&fresh, memory);
        return status;
    }
    lk_attribution_paths_free(paths, memory);
    *paths = fresh;
    return LEADKPI_OK;
}
