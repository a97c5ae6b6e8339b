#include "campaigns/tally.h"

#include "base/sort.h"
#include "campaigns/estimate.h"

leadkpi_status lk_tally_cell(lk_tally *tally, uint32_t tuple, int64_t time, uint32_t *cell,
                             leadkpi_error *error)
{
    int64_t period = lk_calendar_bucket(tally->plan->calendar, &tally->cursor, time);
    return lk_cells_find(&tally->cells, tally->plan->segments.of_tuple[tuple], period, cell, error);
}

/* ---- order of cells -------------------------------------------------------------- */

static int compare_segments(const lk_tally *tally, uint32_t a, uint32_t b)
{
    const lk_map_text *texts = &tally->plan->store->texts;
    uint32_t x, y;
    if (a == b) return 0;
    lk_segments_differ(&tally->plan->segments, a, b, &x, &y);
    if (x == LK_MAP_NONE) return -1;
    if (y == LK_MAP_NONE) return 1;
    return lk_text_compare(lk_map_text_key(texts, x), lk_map_text_key(texts, y));
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
static leadkpi_status group_durations(lk_durations *durations, uint32_t cell_count, lk_memory *memory,
                                    leadkpi_error *error)
{
    lk_duration *grouped;
    LK_TRY(lk_allocate(memory, cell_count, sizeof *durations->ends, &durations->ends, error));
    durations->cell_count = cell_count;
    memset(durations->ends, 0, cell_count * sizeof *durations->ends);
    LK_TRY(lk_allocate(memory, durations->count, sizeof *grouped, &grouped, error));
    for (size_t i = 0; i < durations->count; i++) durations->ends[durations->items[i].cell]++;
    uint32_t start = 0;
    for (uint32_t cell = 0; cell < cell_count; cell++) {
        uint32_t count = durations->ends[cell];
        durations->ends[cell] = start;
        start += count;
    }
    for (size_t i = 0; i < durations->count; i++)
        grouped[durations->ends[durations->items[i].cell]++] = durations->items[i];
    lk_release(memory, durations->items, durations->capacity, sizeof *durations->items);
    durations->items = grouped;
    durations->capacity = durations->count;
    return LEADKPI_OK;
}

const lk_duration *lk_tally_durations_of(const lk_tally *tally, int kind, uint32_t cell, size_t *count)
{
    const lk_durations *durations = &tally->durations[kind];
    *count = durations->count;
    if (cell == tally->total || durations->count == 0) return durations->items;
    uint32_t start = cell ? durations->ends[cell - 1] : 0;
    *count = durations->ends[cell] - start;
    return durations->items + start;
}

/* ---- the whole ----------------------------------------------------------------------- */

static void add_up_total(lk_tally *tally)
{
    lk_cell *total = &tally->cells.items[tally->total];
    for (size_t i = 0; i < tally->order_count; i++)
        lk_cell_merge(total, &tally->cells.items[tally->order[i]]);
}

static leadkpi_status add_up_periods(lk_tally *tally, leadkpi_error *error)
{
    lk_memory *memory = tally->plan->memory;
    LK_TRY(lk_allocate(memory, tally->order_count, sizeof *tally->period_leads,
                       &tally->period_leads, error));
    for (size_t i = 0; i < tally->order_count; i++) {
        uint32_t cell = tally->order[i], period, before = tally->periods.count;
        int64_t start = lk_cells_period(&tally->cells, cell);
        LK_TRY(lk_map64_find_or_add(&tally->periods, memory, &start, 0, 1, &period, error));
        if (period == before) tally->period_leads[period] = 0;
        tally->period_leads[period] += tally->cells.items[cell].counts[LK_COUNT_LEADS];
    }
    return LEADKPI_OK;
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
    for (int kind = 0; kind < LK_DURATION_KINDS; kind++)
        LK_TRY(group_durations(&tally->durations[kind], tally->cells.keys.count, plan->memory, error));
    add_up_total(tally);
    LK_TRY(add_up_periods(tally, error));
    for (uint32_t cell = 0; cell < tally->cells.keys.count; cell++)
        tally->cells.items[cell].flags = lk_estimate_flags(tally, cell);
    return LEADKPI_OK;
}

leadkpi_status lk_tally_make(lk_tally *tally, lk_plan *plan, leadkpi_error *error)
{
    tally->plan = plan;
    tally->cells.memory = plan->memory;
    tally->settings = lk_kpi_settings_of(
        plan->level, plan->basis == LK_BASIS_PERIOD ? LEADKPI_BASIS_PERIOD : LEADKPI_BASIS_COHORT);
    leadkpi_status status = make(tally, error);
    if (status != LEADKPI_OK) lk_tally_free(tally);
    return status;
}

void lk_tally_free(lk_tally *tally)
{
    lk_memory *memory = tally->plan->memory;
    for (int kind = 0; kind < LK_DURATION_KINDS; kind++) {
        lk_durations *durations = &tally->durations[kind];
        lk_release(memory, durations->items, durations->capacity, sizeof *durations->items);
        lk_release(memory, durations->ends, durations->cell_count, sizeof *durations->ends);
    }
    lk_map64_free(&tally->periods, memory);
    lk_release(memory, tally->period_leads, tally->order_count, sizeof *tally->period_leads);
    lk_release(memory, tally->order, tally->cells.keys.count, sizeof *tally->order);
    lk_people_free(&tally->people, memory);
    lk_cells_free(&tally->cells);
    memset(tally, 0, sizeof *tally);
}
