#include "campaigns/tally.h"

#include "base/sort.h"

leadkpi_status lk_tally_cell(lk_tally *tally, uint32_t tuple, int64_t time, uint32_t *cell,
                             leadkpi_error *error)
{
    int64_t period = lk_calendar_bucket(tally->plan->calendar, &tally->cursor, time);
    return lk_cells_find(&tally->cells, tally->plan->segments.of_tuple[tuple], period, cell, error);
}

/* ---- order of cells -------------------------------------------------------------- */

static int compare_segments(const lk_tally *tally, uint32_t a, uint32_t b)
{
    const lk_segments *segments = &tally->plan->segments;
    const lk_map_text *texts = &tally->plan->store->texts;
    for (size_t i = 0; a != b && i < segments->dimension_count; i++) {
        uint32_t x = lk_segment_text(segments, a, i), y = lk_segment_text(segments, b, i);
        if (x == y) continue;
        if (x == LK_MAP_NONE) return -1;
        if (y == LK_MAP_NONE) return 1;
        return lk_text_compare(lk_map_text_key(texts, x), lk_map_text_key(texts, y));
    }
    return 0;
}

static int compare_cells(const void *context, uint32_t a, uint32_t b)
{
    const lk_tally *tally = context;
    int segment = compare_segments(tally, lk_cells_segment(&tally->cells, a),
                                   lk_cells_segment(&tally->cells, b));
    int64_t x = lk_cells_period(&tally->cells, a), y = lk_cells_period(&tally->cells, b);
    return segment ? segment : (x > y) - (x < y);
}

static leadkpi_status order_cells(lk_tally *tally, leadkpi_error *error)
{
    size_t count = 0;
    LK_TRY(lk_allocate(tally->plan->memory, tally->cells.keys.count, sizeof *tally->order,
                       &tally->order, error));
    for (uint32_t cell = 0; cell < tally->cells.keys.count; cell++)
        if (cell != tally->total) tally->order[count++] = cell;
    tally->order_count = count;
    return lk_sort_indexes(tally->plan->memory, tally->order, count, compare_cells, tally, error);
}

/* ---- samples by cell --------------------------------------------------------------- */

/* A counting sort. */
static leadkpi_status group_samples(lk_durations *samples, uint32_t cell_count, lk_memory *memory,
                                    leadkpi_error *error)
{
    lk_duration *grouped;
    LK_TRY(lk_allocate(memory, cell_count, sizeof *samples->ends, &samples->ends, error));
    samples->cell_count = cell_count;
    memset(samples->ends, 0, cell_count * sizeof *samples->ends);
    LK_TRY(lk_allocate(memory, samples->count, sizeof *grouped, &grouped, error));
    for (size_t i = 0; i < samples->count; i++) samples->ends[samples->items[i].cell]++;
    uint32_t start = 0;
    for (uint32_t cell = 0; cell < cell_count; cell++) {
        uint32_t count = samples->ends[cell];
        samples->ends[cell] = start;
        start += count;
    }
    for (size_t i = 0; i < samples->count; i++)
        grouped[samples->ends[samples->items[i].cell]++] = samples->items[i];
    lk_release(memory, samples->items, samples->capacity, sizeof *samples->items);
    samples->items = grouped;
    samples->capacity = samples->count;
    return LEADKPI_OK;
}

const lk_duration *lk_tally_durations_of(const lk_tally *tally, int kind, uint32_t cell, size_t *count)
{
    const lk_durations *samples = &tally->samples[kind];
    *count = samples->count;
    if (cell == tally->total || samples->count == 0) return samples->items;
    uint32_t start = cell ? samples->ends[cell - 1] : 0;
    *count = samples->ends[cell] - start;
    return samples->items + start;
}

/* ---- the whole ----------------------------------------------------------------------- */

static void add_up_total(lk_tally *tally)
{
    lk_cell *total = &tally->cells.items[tally->total];
    for (size_t i = 0; i < tally->order_count; i++)
        lk_cell_merge(total, &tally->cells.items[tally->order[i]]);
}

static leadkpi_status make(lk_tally *tally, leadkpi_error *error)
{
    lk_plan *plan = tally->plan;
    LK_TRY(lk_cells_find(&tally->cells, LK_SEGMENT_TOTAL, 0, &tally->total, error));
    LK_TRY(lk_people_find(plan->campaigns, plan->memory, &tally->people, error));
    LK_TRY(lk_tally_people(tally, error));
    LK_TRY(lk_tally_facts(tally, error));
    LK_TRY(order_cells(tally, error));
    LK_TRY(lk_tally_overhead(tally, error));
    for (int kind = 0; kind < LK_SAMPLE_KINDS; kind++)
        LK_TRY(group_samples(&tally->samples[kind], tally->cells.keys.count, plan->memory, error));
    add_up_total(tally);
    return LEADKPI_OK;
}

leadkpi_status lk_tally_make(lk_tally *tally, lk_plan *plan, leadkpi_error *error)
{
    tally->plan = plan;
    tally->cells.memory = plan->memory;
    leadkpi_status status = make(tally, error);
    if (status != LEADKPI_OK) lk_tally_free(tally);
    return status;
}

void lk_tally_free(lk_tally *tally)
{
    lk_memory *memory = tally->plan->memory;
    for (int kind = 0; kind < LK_SAMPLE_KINDS; kind++) {
        lk_durations *samples = &tally->samples[kind];
        lk_release(memory, samples->items, samples->capacity, sizeof *samples->items);
        lk_release(memory, samples->ends, samples->cell_count, sizeof *samples->ends);
    }
    lk_release(memory, tally->order, tally->cells.keys.count, sizeof *tally->order);
    lk_people_free(&tally->people, memory);
    lk_cells_free(&tally->cells);
    memset(tally, 0, sizeof *tally);
}
