#include "attribution/walk.h"
#include "base/sort.h"

/* ---- ranks by content ------------------------------------------------------------ */

static int compare_texts(const void *context, uint32_t a, uint32_t b)
{
    const lk_map_text *map = context;
    return lk_text_compare(lk_map_text_key(map, a), lk_map_text_key(map, b));
}

static int compare_kinds(const void *context, uint32_t a, uint32_t b)
{
    const leadkpi_attribution *attribution = context;
    return lk_kind_compare(attribution->store, attribution->rule.dimension_count, a, b);
}

static leadkpi_status rank(lk_memory *memory, uint32_t count, lk_sort_compare compare,
                           const void *context, uint32_t **ranks, leadkpi_error *error)
{
    uint32_t *order;
    *ranks = NULL;
    LK_TRY(lk_allocate(memory, count, sizeof *order, &order, error));
    for (uint32_t i = 0; i < count; i++) order[i] = i;
    leadkpi_status status = lk_sort_indexes(memory, order, count, compare, context, error);
    if (status == LEADKPI_OK)
        status = lk_allocate(memory, count, sizeof **ranks, ranks, error);
    for (uint32_t i = 0; i < count && status == LEADKPI_OK; i++) (*ranks)[order[i]] = i;
    lk_release(memory, order, count, sizeof *order);
    return status;
}

leadkpi_status lk_rank_texts(const lk_map_text *texts, lk_memory *memory, uint32_t **ranks,
                             leadkpi_error *error)
{
    return rank(memory, texts->count, compare_texts, texts, ranks, error);
}

leadkpi_status lk_rank_kinds(const leadkpi_attribution *attribution, lk_memory *memory,
                             uint32_t **ranks, leadkpi_error *error)
{
    return rank(memory, attribution->store->kinds.count, compare_kinds, attribution, ranks, error);
}

/* ---- rows of one unit ---------------------------------------------------------------- */

int lk_touch_compare(const lk_touch *a, const lk_touch *b, const uint32_t *kind_ranks)
{
    if (a->time != b->time) return a->time < b->time ? -1 : 1;
    if (a->sequence != b->sequence) return a->sequence < b->sequence ? -1 : 1;
    uint32_t x = kind_ranks[a->kind], y = kind_ranks[b->kind];
    return (x > y) - (x < y);
}

static int compare_amounts(lk_amount a, lk_amount b)
{
    if (a.whole != b.whole) return a.whole < b.whole ? -1 : 1;
    return (a.fraction > b.fraction) - (a.fraction < b.fraction);
}

/* Nulls after all types. */
int lk_outcome_compare(const lk_outcome *a, const lk_outcome *b, const uint32_t *text_ranks)
{
    if (a->time != b->time) return a->time < b->time ? -1 : 1;
    if (a->sequence != b->sequence) return a->sequence < b->sequence ? -1 : 1;
    if (a->type != b->type) {
        if (a->type == LK_TYPE_NULL || b->type == LK_TYPE_NULL)
            return a->type == LK_TYPE_NULL ? 1 : -1;
        return text_ranks[a->type] < text_ranks[b->type] ? -1 : 1;
    }
    int order = compare_amounts(a->weight, b->weight);
    return order ? order : compare_amounts(a->value, b->value);
}

int lk_milestone_compare(const lk_milestone *a, const lk_milestone *b, const uint32_t *text_ranks)
{
    if (a->time != b->time) return a->time < b->time ? -1 : 1;
    uint32_t x = text_ranks[a->name], y = text_ranks[b->name];
    return (x > y) - (x < y);
}

/* ---- rows by unit ---------------------------------------------------------------------- */

static uint32_t unit_at(const char *items, size_t at, size_t size, size_t unit_offset)
{
    uint32_t unit;
    memcpy(&unit, items + at * size + unit_offset, sizeof unit);
    return unit;
}

/* One pass over the rows, with one cache miss a row on its unit's counter where they come in any
 * order. Returns whether they came unit by unit. */
static bool count_by_unit(lk_unit_rows *rows, size_t unit_offset)
{
    bool by_unit = true;
    uint32_t last = 0, before = 0;
    memset(rows->ends, 0, rows->unit_count * sizeof *rows->ends);
    for (size_t i = 0; i < rows->count; i++) {
        uint32_t unit = unit_at(rows->items, i, rows->size, unit_offset);
        by_unit &= unit >= last;
        last = unit;
        rows->ends[unit]++;
    }
    for (uint32_t unit = 0; unit < rows->unit_count; unit++) {
        uint32_t count = rows->ends[unit];
        if (count > rows->longest) rows->longest = count;
        before += count;
        rows->ends[unit] = before;
    }
    return by_unit;
}

/* From the last row to the first, so that the ends become starts; they are put right behind it. */
static void copy_by_unit(lk_unit_rows *rows, size_t unit_offset)
{
    for (size_t i = rows->count; i-- > 0;) {
        uint32_t unit = unit_at(rows->items, i, rows->size, unit_offset);
        memcpy(rows->copy + --rows->ends[unit] * rows->size, rows->items + i * rows->size, rows->size);
    }
    for (uint32_t unit = 0; unit + 1 < rows->unit_count; unit++)
        rows->ends[unit] = rows->ends[unit + 1];
    if (rows->unit_count) rows->ends[rows->unit_count - 1] = (uint32_t)rows->count;
    rows->items = rows->copy;
}

leadkpi_status lk_unit_rows_open(lk_unit_rows *rows, lk_memory *memory, const void *items,
                                 size_t count, size_t size, size_t unit_offset, uint32_t unit_count,
                                 leadkpi_error *error)
{
    *rows = (lk_unit_rows){.items = items, .count = count, .size = size, .unit_count = unit_count};
    LK_TRY(lk_allocate(memory, unit_count, sizeof *rows->ends, &rows->ends, error));
    if (unit_count == 0 || count_by_unit(rows, unit_offset)) return LEADKPI_OK;
    LK_TRY(lk_allocate(memory, count, size, &rows->copy, error));
    copy_by_unit(rows, unit_offset);
    return LEADKPI_OK;
}

void lk_unit_rows_close(lk_unit_rows *rows, lk_memory *memory)
{
    lk_release(memory, rows->ends, rows->unit_count, sizeof *rows->ends);
    lk_release(memory, rows->copy, rows->count, rows->size);
    memset(rows, 0, sizeof *rows);
}
