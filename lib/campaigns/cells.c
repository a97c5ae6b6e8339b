#include "campaigns/cells.h"

/* ---- segments ----------------------------------------------------------------- */

static leadkpi_status segment_of_tuple(lk_segments *segments, const lk_store *store,
                                       lk_memory *memory, uint32_t tuple, uint32_t *segment,
                                       leadkpi_error *error)
{
    uint32_t node = 0;
    for (size_t i = 0; i < segments->dimension_count; i++) {
        uint32_t text = lk_tuple_value(store, tuple, segments->dimensions[i]);
        lk_key128 key = {(uint64_t)node << 32 | i, text};
        uint32_t found;
        LK_TRY(lk_map128_find_or_add(&segments->nodes, memory, &key, 1, &found, error));
        node = found + 1;
    }
    *segment = node;
    return LEADKPI_OK;
}

leadkpi_status lk_segments_find(lk_segments *segments, const lk_store *store, lk_memory *memory,
                                leadkpi_error *error)
{
    segments->tuple_count = store->tuples.count + 1;
    LK_TRY(lk_allocate(memory, segments->tuple_count, sizeof *segments->of_tuple,
                       &segments->of_tuple, error));
    for (uint32_t tuple = 0; tuple < segments->tuple_count; tuple++)
        LK_TRY(segment_of_tuple(segments, store, memory, tuple, &segments->of_tuple[tuple], error));
    return LEADKPI_OK;
}

uint32_t lk_segment_text(const lk_segments *segments, uint32_t segment, size_t place)
{
    uint32_t node = segment;
    while (node) {
        lk_key128 key = segments->nodes.keys[node - 1];
        if ((uint32_t)key.high == place) return (uint32_t)key.low;
        node = (uint32_t)(key.high >> 32);
    }
    return LK_MAP_NONE;
}

void lk_segments_differ(const lk_segments *segments, uint32_t a, uint32_t b, uint32_t *text_a,
                        uint32_t *text_b)
{
    const lk_key128 *nodes = segments->nodes.keys;
    while (nodes[a - 1].high != nodes[b - 1].high) { /* the same parent, and so the same dimension */
        a = (uint32_t)(nodes[a - 1].high >> 32);
        b = (uint32_t)(nodes[b - 1].high >> 32);
    }
    *text_a = (uint32_t)nodes[a - 1].low;
    *text_b = (uint32_t)nodes[b - 1].low;
}

void lk_segments_free(lk_segments *segments, lk_memory *memory)
{
    lk_map128_free(&segments->nodes, memory);
    lk_release(memory, segments->of_tuple, segments->tuple_count, sizeof *segments->of_tuple);
    segments->of_tuple = NULL;
}

/* ---- cells -------------------------------------------------------------------- */

static size_t grown(size_t capacity)
{
    return capacity < 16 ? 16 : capacity + capacity / 2;
}

leadkpi_status lk_cells_find(lk_cells *cells, uint32_t segment, int64_t period, uint32_t *cell,
                             leadkpi_error *error)
{
    lk_key128 key = {segment, (uint64_t)period};
    uint32_t before = cells->keys.count;
    LK_TRY(lk_map128_find_or_add(&cells->keys, cells->memory, &key, 1, cell, error));
    if (*cell < before) return LEADKPI_OK;
    if (*cell >= cells->capacity) {
        size_t capacity = grown(cells->capacity);
        LK_TRY(lk_resize(cells->memory, &cells->items, cells->capacity, capacity,
                         sizeof *cells->items, error));
        cells->capacity = capacity;
    }
    memset(&cells->items[*cell], 0, sizeof cells->items[*cell]);
    return LEADKPI_OK;
}

uint32_t lk_cells_look_up(const lk_cells *cells, uint32_t segment, int64_t period)
{
    return lk_map128_find(&cells->keys, (lk_key128){segment, (uint64_t)period});
}

static leadkpi_status find_fact(lk_cells *cells, uint32_t cell, uint32_t name, lk_cell_fact **fact,
                                leadkpi_error *error)
{
    lk_key128 key = {cell, name};
    uint32_t index, before = cells->fact_keys.count;
    LK_TRY(lk_map128_find_or_add(&cells->fact_keys, cells->memory, &key, 1, &index, error));
    if (index >= cells->fact_capacity) {
        size_t capacity = grown(cells->fact_capacity);
        LK_TRY(lk_resize(cells->memory, &cells->facts, cells->fact_capacity, capacity,
                         sizeof *cells->facts, error));
        cells->fact_capacity = capacity;
    }
    *fact = &cells->facts[index];
    if (index >= before) memset(*fact, 0, sizeof **fact);
    return LEADKPI_OK;
}

leadkpi_status lk_cells_add_fact(lk_cells *cells, uint32_t cell, uint32_t name,
                                 const lk_exact_sum *sum, const lk_exact_sum *largest,
                                 uint64_t rows, leadkpi_error *error)
{
    lk_cell_fact *fact;
    LK_TRY(find_fact(cells, cell, name, &fact, error));
    if (fact->rows == 0 || lk_exact_sum_compare(largest, &fact->largest) > 0) fact->largest = *largest;
    fact->rows += rows;
    return lk_exact_sum_add(&fact->sum, sum, error);
}

const lk_cell_fact *lk_cells_fact(const lk_cells *cells, uint32_t cell, uint32_t name)
{
    uint32_t index = lk_map128_find(&cells->fact_keys, (lk_key128){cell, name});
    return index == LK_MAP_NONE ? NULL : &cells->facts[index];
}

void lk_cell_add_square(lk_cell *cell, int sum, double value)
{
    double scaled = value * LK_SQUARE_SCALE;
    /* Cannot fail: |value| < 2^63, and 2^64 of the largest squares fit in the sum. */
    (void)lk_exact_sum_add_double(&cell->sums[sum], scaled * scaled, NULL);
}

void lk_cell_merge(lk_cell *into, const lk_cell *from)
{
    for (int i = 0; i < LK_COUNT_COUNT; i++) into->counts[i] += from->counts[i];
    /* Cannot overflow: every sum is of rows that a store could hold. */
    for (int i = 0; i < LK_SUM_COUNT; i++)
        (void)lk_exact_sum_add(&into->sums[i], &from->sums[i], NULL);
}

void lk_cells_free(lk_cells *cells)
{
    lk_map128_free(&cells->keys, cells->memory);
    lk_map128_free(&cells->fact_keys, cells->memory);
    lk_release(cells->memory, cells->items, cells->capacity, sizeof *cells->items);
    lk_release(cells->memory, cells->facts, cells->fact_capacity, sizeof *cells->facts);
    cells->items = NULL;
    cells->facts = NULL;
}
