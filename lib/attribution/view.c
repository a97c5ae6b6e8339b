#include "attribution/view.h"

#include <string.h>

#include "base/sort.h"

/* A path on its way into the view. */
typedef struct lk_view_job {
    const lk_attribution_paths *paths;
    lk_attribution_view *view;
    uint32_t *row_of;  /* by channel */
    uint32_t *numbers; /* by key: its folded group and its rows */
    uint64_t *starts;  /* by key, and one more: where in `numbers` */
    uint32_t *order;   /* keys that count, to be sorted */
    size_t key_count, number_room;
    size_t channel_room;
} lk_view_job;

/* ---- keys in rows ---------------------------------------------------------------------------------- */

static bool counts(const lk_attribution_paths *paths, uint32_t key)
{
    const lk_attribution_entry *entry = &paths->entries[key];
    bool parts = paths->parts && (!lk_exact_sum_is_zero(&paths->parts[2 * (size_t)key]) ||
                                  !lk_exact_sum_is_zero(&paths->parts[2 * (size_t)key + 1]));
    return parts || entry->counts[0] || entry->counts[1] || !lk_exact_sum_is_zero(&entry->value);
}

/* Insertion into the rising distinct rows so far; paths are short. */
static size_t put_distinct(uint32_t *rows, size_t count, uint32_t row)
{
    size_t at = count;
    while (at > 0 && rows[at - 1] > row) at--;
    if (at > 0 && rows[at - 1] == row) return count;
    memmove(rows + at + 1, rows + at, (count - at) * sizeof *rows);
    rows[at] = row;
    return count + 1;
}

static void translate(lk_view_job *job, uint32_t key, bool as_sets)
{
    lk_text text = lk_map_text_key(&job->paths->keys, key);
    uint32_t *numbers = job->numbers + job->starts[job->key_count], number;
    size_t count = 1;
    memcpy(&number, text.data, sizeof number);
    numbers[0] = number & (job->view->groups - 1);
    for (size_t at = sizeof number; at < text.length; at += sizeof number) {
        memcpy(&number, text.data + at, sizeof number);
        uint32_t row = job->row_of[number];
        if (as_sets)
            count = 1 + put_distinct(numbers + 1, count - 1, row);
        else
            numbers[count++] = row;
    }
    job->starts[job->key_count + 1] = job->starts[job->key_count] + count;
}

/* By path, then by group. */
static int compare(const void *context, uint32_t a, uint32_t b)
{
    const lk_view_job *job = context;
    const uint32_t *x = job->numbers + job->starts[a], *y = job->numbers + job->starts[b];
    uint64_t m = job->starts[a + 1] - job->starts[a], n = job->starts[b + 1] - job->starts[b];
    for (uint64_t i = 1; i < m && i < n; i++)
        if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
    if (m != n) return m < n ? -1 : 1;
    return (x[0] > y[0]) - (x[0] < y[0]);
}

static bool same_path(const lk_view_job *job, uint32_t a, uint32_t b)
{
    uint64_t size = job->starts[a + 1] - job->starts[a];
    return size == job->starts[b + 1] - job->starts[b] &&
           memcmp(job->numbers + job->starts[a] + 1, job->numbers + job->starts[b] + 1,
                  (size_t)(size - 1) * sizeof *job->numbers) == 0;
}

/* ---- sums ------------------------------------------------------------------------------------------- */

/* Exact, of the keys that fall on one path and group (folded groups, equal sets). */
typedef struct lk_view_sum {
    int64_t counts[2];
    lk_exact_sum parts[2], value;
} lk_view_sum;

/* Sums stay far from overflow: what they are made of is below 2^120, and counts below 2^63. */
static void add_key(const lk_attribution_paths *paths, uint32_t key, lk_view_sum *sum)
{
    for (size_t k = 0; k < 2; k++) {
        sum->counts[k] += paths->entries[key].counts[k];
        if (paths->parts)
            (void)lk_exact_sum_add(&sum->parts[k], &paths->parts[2 * (size_t)key + k], NULL);
    }
    (void)lk_exact_sum_add(&sum->value, &paths->entries[key].value, NULL);
}

static void put_sum(lk_attribution_part *part, const lk_view_sum *sum)
{
    for (size_t k = 0; k < 2; k++)
        part->weights[k] = lk_attribution_count(sum->counts[k], &sum->parts[k]);
    part->value = lk_exact_sum_to_double(&sum->value);
}

/* ---- the view --------------------------------------------------------------------------------------- */

static void begin_path(lk_view_job *job, uint32_t key)
{
    lk_attribution_view *view = job->view;
    size_t count = (size_t)(job->starts[key + 1] - job->starts[key] - 1);
    size_t start = lk_attribution_view_start(view->ends, view->path_count);
    memcpy(view->rows + start, job->numbers + job->starts[key] + 1, count * sizeof *view->rows);
    view->ends[view->path_count] = start + count;
    view->path_count++;
}

/* Runs of keys of one path and group become parts. */
static void fill(lk_view_job *job, const uint32_t *keys)
{
    lk_attribution_view *view = job->view;
    lk_view_sum all = {0}, untouched = {0}, sum = {0};
    size_t part_count = 0;
    for (size_t i = 0; i < job->key_count; i++) {
        uint32_t at = job->order[i], key = keys[at], group = job->numbers[job->starts[at]];
        if (job->starts[at + 1] - job->starts[at] == 1) {
            add_key(job->paths, key, &untouched);
            continue;
        }
        bool fresh = view->path_count == 0 || !same_path(job, job->order[i - 1], at);
        if (fresh) begin_path(job, at);
        if (fresh || view->parts[part_count - 1].group != group) {
            sum = (lk_view_sum){0};
            view->parts[part_count++] = (lk_attribution_part){.group = group};
            view->part_ends[view->path_count - 1] = part_count;
        }
        add_key(job->paths, key, &sum);
        add_key(job->paths, key, &all);
        put_sum(&view->parts[part_count - 1], &sum);
    }
    lk_attribution_part totals;
    put_sum(&totals, &all);
    view->total[0] = totals.weights[0], view->total[1] = totals.value;
    view->nulls = totals.weights[1];
    put_sum(&totals, &untouched);
    view->unattributed[0] = totals.weights[0], view->unattributed[1] = totals.value;
}

static void find_held(lk_attribution_view *view)
{
    size_t parts = lk_attribution_view_start(view->part_ends, view->path_count);
    for (uint32_t group = 0; group < view->groups; group++) view->held[group] = 0;
    for (size_t i = 0; i < parts; i++) view->held[view->parts[i].group] = 1;
    for (uint32_t group = 0; group < view->groups; group++)
        if (view->held[group]) view->held[view->held_count++] = group;
}

static leadkpi_status reserve_view(lk_view_job *job, lk_memory *memory, leadkpi_error *error)
{
    lk_attribution_view *view = job->view;
    size_t keys = job->key_count, rows = (size_t)job->starts[keys];
    view->room_rows = rows, view->room_paths = keys, view->room_parts = keys;
    LK_TRY(lk_allocate(memory, rows, sizeof *view->rows, &view->rows, error));
    LK_TRY(lk_allocate(memory, keys, sizeof *view->ends, &view->ends, error));
    LK_TRY(lk_allocate(memory, keys, sizeof *view->part_ends, &view->part_ends, error));
    LK_TRY(lk_allocate(memory, keys, sizeof *view->parts, &view->parts, error));
    return lk_allocate(memory, view->groups, sizeof *view->held, &view->held, error);
}

static void fill_rows(lk_view_job *job, const uint32_t *order)
{
    for (size_t i = 0; i < job->view->channel_count; i++)
        job->row_of[order ? order[i] : i] = (uint32_t)i;
}

static leadkpi_status make(lk_view_job *job, lk_memory *memory, const uint32_t *order, bool as_sets,
                           uint32_t *keys, leadkpi_error *error)
{
    job->starts[0] = 0;
    fill_rows(job, order);
    for (uint32_t key = 0; key < job->paths->keys.count; key++) {
        if (!counts(job->paths, key)) continue;
        translate(job, key, as_sets);
        job->order[job->key_count] = (uint32_t)job->key_count;
        keys[job->key_count++] = key;
    }
    LK_TRY(lk_sort_indexes(memory, job->order, job->key_count, compare, job, error));
    LK_TRY(reserve_view(job, memory, error));
    fill(job, keys);
    find_held(job->view);
    return LEADKPI_OK;
}

static leadkpi_status reserve(lk_view_job *job, lk_memory *memory, uint32_t **keys,
                              leadkpi_error *error)
{
    size_t count = job->paths->keys.count;
    LK_TRY(lk_allocate(memory, job->channel_room, sizeof *job->row_of, &job->row_of, error));
    LK_TRY(lk_allocate(memory, job->number_room, sizeof *job->numbers, &job->numbers, error));
    LK_TRY(lk_allocate(memory, count + 1, sizeof *job->starts, &job->starts, error));
    LK_TRY(lk_allocate(memory, count, sizeof *job->order, &job->order, error));
    return lk_allocate(memory, count, sizeof **keys, keys, error);
}

static size_t bytes_of_keys(const lk_map_text *keys)
{
    return keys->count ? (size_t)keys->ends[keys->count - 1] : 0;
}

leadkpi_status lk_attribution_view_make(lk_attribution_view *view, lk_memory *memory,
                                        const lk_attribution_paths *paths, const uint32_t *order,
                                        bool as_sets, leadkpi_error *error)
{
    size_t channels = paths->channel_count, count = paths->keys.count;
    *view = (lk_attribution_view){.channel_count = channels,
                                  .groups = lk_attribution_groups_at(paths->groups, channels)};
    lk_view_job job = {.paths = paths,
                       .view = view,
                       .number_room = bytes_of_keys(&paths->keys) / sizeof(uint32_t),
                       .channel_room = channels};
    uint32_t *keys = NULL;
    leadkpi_status status = reserve(&job, memory, &keys, error);
    if (status == LEADKPI_OK) status = make(&job, memory, order, as_sets, keys, error);
    lk_release(memory, job.row_of, job.channel_room, sizeof *job.row_of);
    lk_release(memory, job.numbers, job.number_room, sizeof *job.numbers);
    lk_release(memory, job.starts, count + 1, sizeof *job.starts);
    lk_release(memory, job.order, count, sizeof *job.order);
    lk_release(memory, keys, count, sizeof *keys);
    if (status != LEADKPI_OK) lk_attribution_view_free(view, memory);
    return status;
}

void lk_attribution_view_free(lk_attribution_view *view, lk_memory *memory)
{
    lk_release(memory, view->rows, view->room_rows, sizeof *view->rows);
    lk_release(memory, view->ends, view->room_paths, sizeof *view->ends);
    lk_release(memory, view->part_ends, view->room_paths, sizeof *view->part_ends);
    lk_release(memory, view->parts, view->room_parts, sizeof *view->parts);
    lk_release(memory, view->held, view->groups, sizeof *view->held);
    *view = (lk_attribution_view){0};
}

/* ---- reading ------------------------------------------------------------------------------------------ */

lk_attribution_sums lk_attribution_view_sums(const lk_attribution_view *view, size_t path,
                                             uint32_t left_out)
{
    lk_attribution_sums sums = {0, 0, 0};
    for (size_t i = lk_attribution_view_start(view->part_ends, path); i < view->part_ends[path]; i++) {
        const lk_attribution_part *part = &view->parts[i];
        if (part->group == left_out) continue;
        sums.conversions += part->weights[0];
        sums.nulls += part->weights[1];
        sums.value += part->value;
    }
    return sums;
}

void lk_attribution_view_totals(const lk_attribution_view *view, uint32_t left_out, double total[2])
{
    total[0] = view->total[0], total[1] = view->total[1];
    size_t parts = lk_attribution_view_start(view->part_ends, view->path_count);
    for (size_t i = 0; i < parts && left_out != LK_ATTRIBUTION_ALL; i++) {
        if (view->parts[i].group != left_out) continue;
        total[0] -= view->parts[i].weights[0];
        total[1] -= view->parts[i].value;
    }
}

void lk_attribution_view_describe(const lk_attribution_view *view, lk_attribution_result *result)
{
    for (size_t k = 0; k < 2; k++) {
        result->total[k] = view->total[k];
        result->unattributed[k] = view->unattributed[k];
    }
    result->nulls = view->nulls;
    result->groups = view->held_count;
}
