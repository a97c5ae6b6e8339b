#include "attribution/unit_events.h"

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
    LK_TRY(lk_allocate(memory, count, sizeof *order, &order, error));
    for (uint32_t i = 0; i < count; i++) order[i] = i;
    leadkpi_status status = lk_sort_indexes(memory, order, count, compare, context, error);
    if (status == LEADKPI_OK) status = lk_allocate(memory, count, sizeof **ranks, ranks, error);
    for (uint32_t i = 0; i < count && status == LEADKPI_OK; i++) (*ranks)[order[i]] = i;
    lk_release(memory, order, count, sizeof *order);
    return status;
}

/* ---- the order of rows ---------------------------------------------------------------- */

static int compare_times(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_touches(const lk_unit_events *e, const lk_touch *a, const lk_touch *b)
{
    if (a->time != b->time) return compare_times(a->time, b->time);
    if (a->sequence != b->sequence) return compare_times(a->sequence, b->sequence);
    uint32_t x = e->kind_ranks[a->kind], y = e->kind_ranks[b->kind];
    return (x > y) - (x < y);
}

static int compare_amounts(lk_amount a, lk_amount b)
{
    if (a.whole != b.whole) return compare_times(a.whole, b.whole);
    return (a.fraction > b.fraction) - (a.fraction < b.fraction);
}

/* Nulls after all types. */
static int compare_outcomes(const lk_unit_events *e, const lk_outcome *a, const lk_outcome *b)
{
    if (a->time != b->time) return compare_times(a->time, b->time);
    if (a->sequence != b->sequence) return compare_times(a->sequence, b->sequence);
    if (a->type != b->type) {
        if (a->type == LK_TYPE_NULL || b->type == LK_TYPE_NULL)
            return a->type == LK_TYPE_NULL ? 1 : -1;
        return e->text_ranks[a->type] < e->text_ranks[b->type] ? -1 : 1;
    }
    int order = compare_amounts(a->weight, b->weight);
    return order ? order : compare_amounts(a->value, b->value);
}

static int compare_milestones(const lk_unit_events *e, const lk_milestone *a, const lk_milestone *b)
{
    if (a->time != b->time) return compare_times(a->time, b->time);
    uint32_t x = e->text_ranks[a->name], y = e->text_ranks[b->name];
    return (x > y) - (x < y);
}

static int compare_touch_indexes(const void *context, uint32_t a, uint32_t b)
{
    const lk_unit_events *e = context;
    const lk_touch *gathered = e->touches + e->touch_rows.longest;
    return compare_touches(e, &gathered[a], &gathered[b]);
}

static int compare_outcome_indexes(const void *context, uint32_t a, uint32_t b)
{
    const lk_unit_events *e = context;
    const lk_outcome *gathered = e->outcomes + e->outcome_rows.longest;
    return compare_outcomes(e, &gathered[a], &gathered[b]);
}

static int compare_milestone_indexes(const void *context, uint32_t a, uint32_t b)
{
    const lk_unit_events *e = context;
    const lk_milestone *gathered = e->milestones + e->milestone_rows.longest;
    return compare_milestones(e, &gathered[a], &gathered[b]);
}

/* ---- rows by unit ------------------------------------------------------------------------ */

static inline uint32_t unit_at(const char *items, size_t at, size_t size, size_t unit_offset)
{
    uint32_t unit;
    memcpy(&unit, items + at * size + unit_offset, sizeof unit);
    return unit;
}

/* One pass over the rows, with one cache miss a row on its unit's counter where they come in any
 * order. Returns whether they came unit by unit. */
static inline bool count_by_unit(lk_unit_rows *rows, size_t size, size_t unit_offset)
{
    bool by_unit = true;
    uint32_t last = 0, before = 0;
    memset(rows->ends, 0, rows->unit_count * sizeof *rows->ends);
    for (size_t i = 0; i < rows->count; i++) {
        uint32_t unit = unit_at(rows->items, i, size, unit_offset);
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
static inline void copy_by_unit(lk_unit_rows *rows, size_t size, size_t unit_offset)
{
    for (size_t i = rows->count; i-- > 0;) {
        uint32_t unit = unit_at(rows->items, i, size, unit_offset);
        memcpy(rows->copy + --rows->ends[unit] * size, rows->items + i * size, size);
    }
    for (uint32_t unit = 0; unit + 1 < rows->unit_count; unit++)
        rows->ends[unit] = rows->ends[unit + 1];
    rows->ends[rows->unit_count - 1] = (uint32_t)rows->count;
    rows->items = rows->copy;
}

/* `size` and `unit_offset` are constants where it is called, so that a row is copied in registers. */
static inline leadkpi_status open_rows(lk_unit_rows *rows, lk_memory *memory, const void *items,
                                       size_t count, size_t size, size_t unit_offset,
                                       uint32_t unit_count, leadkpi_error *error)
{
    *rows = (lk_unit_rows){.items = items, .count = count, .size = size, .unit_count = unit_count};
    LK_TRY(lk_allocate(memory, unit_count, sizeof *rows->ends, &rows->ends, error));
    if (unit_count == 0 || count_by_unit(rows, size, unit_offset)) return LEADKPI_OK;
    LK_TRY(lk_interrupted(memory, error));
    LK_TRY(lk_allocate(memory, count, size, &rows->copy, error));
    copy_by_unit(rows, size, unit_offset);
    return LEADKPI_OK;
}

static void close_rows(lk_unit_rows *rows, lk_memory *memory)
{
    lk_release(memory, rows->ends, rows->unit_count, sizeof *rows->ends);
    lk_release(memory, rows->copy, rows->count, rows->size);
}

static uint32_t start_of(const lk_unit_rows *rows, uint32_t unit)
{
    return unit ? rows->ends[unit - 1] : 0;
}

/* ---- opening -------------------------------------------------------------------------------- */

static leadkpi_status open_all_rows(lk_unit_events *e, const lk_attribution_store *s,
                                    lk_memory *memory, leadkpi_error *error)
{
    uint32_t units = lk_lead_ids_count(&s->ids);
    LK_TRY(open_rows(&e->touch_rows, memory, s->touches, s->touch_count, sizeof(lk_touch),
                     offsetof(lk_touch, unit), units, error));
    LK_TRY(lk_interrupted(memory, error));
    LK_TRY(open_rows(&e->outcome_rows, memory, s->outcomes, s->outcome_count, sizeof(lk_outcome),
                     offsetof(lk_outcome, unit), units, error));
    LK_TRY(open_rows(&e->milestone_rows, memory, s->milestones, s->milestone_count,
                     sizeof(lk_milestone), offsetof(lk_milestone, unit), units, error));
    e->longest = e->touch_rows.longest;
    if (e->outcome_rows.longest > e->longest) e->longest = e->outcome_rows.longest;
    if (e->milestone_rows.longest > e->longest) e->longest = e->milestone_rows.longest;
    return LEADKPI_OK;
}

static leadkpi_status open_scratch(lk_unit_events *e, lk_memory *memory, leadkpi_error *error)
{
    LK_TRY(lk_allocate(memory, e->touch_rows.longest, 2 * sizeof *e->touches, &e->touches, error));
    LK_TRY(lk_allocate(memory, e->outcome_rows.longest, 2 * sizeof *e->outcomes, &e->outcomes,
                       error));
    LK_TRY(lk_allocate(memory, e->milestone_rows.longest, 2 * sizeof *e->milestones, &e->milestones,
                       error));
    return lk_allocate(memory, e->longest, 2 * sizeof *e->order, &e->order, error);
}

leadkpi_status lk_unit_events_open(lk_unit_events *events, const leadkpi_attribution *attribution,
                                   lk_memory *memory, leadkpi_error *error)
{
    const lk_attribution_store *store = attribution->store;
    memset(events, 0, sizeof *events);
    events->kind_count = store->kinds.count;
    events->text_count = store->texts.count;
    LK_TRY(rank(memory, store->kinds.count, compare_kinds, attribution, &events->kind_ranks, error));
    LK_TRY(rank(memory, store->texts.count, compare_texts, &store->texts, &events->text_ranks, error));
    LK_TRY(open_all_rows(events, store, memory, error));
    return open_scratch(events, memory, error);
}

void lk_unit_events_close(lk_unit_events *e, lk_memory *memory)
{
    lk_release(memory, e->kind_ranks, e->kind_count, sizeof *e->kind_ranks);
    lk_release(memory, e->text_ranks, e->text_count, sizeof *e->text_ranks);
    lk_release(memory, e->touches, e->touch_rows.longest, 2 * sizeof *e->touches);
    lk_release(memory, e->outcomes, e->outcome_rows.longest, 2 * sizeof *e->outcomes);
    lk_release(memory, e->milestones, e->milestone_rows.longest, 2 * sizeof *e->milestones);
    lk_release(memory, e->order, e->longest, 2 * sizeof *e->order);
    close_rows(&e->touch_rows, memory);
    close_rows(&e->outcome_rows, memory);
    close_rows(&e->milestone_rows, memory);
    memset(e, 0, sizeof *e);
}

/* ---- one unit --------------------------------------------------------------------------------- */

/* Most units have a handful of rows: insertion. */
#define FEW_ROWS 24

/* order[] of `count` gathered rows. */
static leadkpi_status sort_rows(lk_unit_events *e, const lk_memory *memory, uint32_t count,
                                lk_sort_compare compare, leadkpi_error *error)
{
    uint32_t *order = e->order, place;
    for (uint32_t i = 0; i < count; i++) order[i] = i;
    if (count > FEW_ROWS)
        return lk_sort_indexes_with(memory, order, count, order + e->longest, compare, e, error);
    for (uint32_t i = 1; i < count; i++) {
        for (place = i; place > 0 && compare(e, order[place - 1], i) > 0; place--)
            order[place] = order[place - 1];
        order[place] = i;
    }
    return LEADKPI_OK;
}

/* Straight into place while they are in order, which logs mostly are. */
static leadkpi_status gather_touches(lk_unit_events *e, const lk_memory *memory, uint32_t unit, int64_t as_of,
                                     leadkpi_error *error)
{
    const lk_touch *rows = (const lk_touch *)(const void *)e->touch_rows.items;
    bool sorted = true;
    uint32_t count = 0;
    for (uint32_t i = start_of(&e->touch_rows, unit); i < e->touch_rows.ends[unit]; i++) {
        if (rows[i].time > as_of) continue;
        e->touches[count] = rows[i];
        sorted = sorted && (count == 0 || compare_touches(e, &e->touches[count - 1], &rows[i]) <= 0);
        count++;
    }
    e->touch_count = count;
    if (sorted) return LEADKPI_OK;
    lk_touch *gathered = e->touches + e->touch_rows.longest;
    memcpy(gathered, e->touches, count * sizeof *gathered);
    LK_TRY(sort_rows(e, memory, count, compare_touch_indexes, error));
    for (uint32_t i = 0; i < count; i++) e->touches[i] = gathered[e->order[i]];
    return LEADKPI_OK;
}

static leadkpi_status gather_outcomes(lk_unit_events *e, const lk_memory *memory, uint32_t unit, int64_t as_of,
                                      leadkpi_error *error)
{
    e->outcome_count = 0;
    if (e->outcome_rows.longest == 0) return LEADKPI_OK; /* nobody has one: there is no room for any */
    const lk_outcome *rows = (const lk_outcome *)(const void *)e->outcome_rows.items;
    lk_outcome *gathered = e->outcomes + e->outcome_rows.longest;
    uint32_t count = 0;
    for (uint32_t i = start_of(&e->outcome_rows, unit); i < e->outcome_rows.ends[unit]; i++)
        if (rows[i].time <= as_of) gathered[count++] = rows[i];
    e->outcome_count = count;
    LK_TRY(sort_rows(e, memory, count, compare_outcome_indexes, error));
    for (uint32_t i = 0; i < count; i++) e->outcomes[i] = gathered[e->order[i]];
    return LEADKPI_OK;
}

static leadkpi_status gather_milestones(lk_unit_events *e, const lk_memory *memory, uint32_t unit, int64_t as_of,
                                        leadkpi_error *error)
{
    e->milestone_count = 0;
    if (e->milestone_rows.longest == 0) return LEADKPI_OK; /* nobody has one: there is no room for any */
    const lk_milestone *rows = (const lk_milestone *)(const void *)e->milestone_rows.items;
    lk_milestone *gathered = e->milestones + e->milestone_rows.longest;
    uint32_t count = 0;
    for (uint32_t i = start_of(&e->milestone_rows, unit); i < e->milestone_rows.ends[unit]; i++)
        if (rows[i].time <= as_of) gathered[count++] = rows[i];
    e->milestone_count = count;
    LK_TRY(sort_rows(e, memory, count, compare_milestone_indexes, error));
    for (uint32_t i = 0; i < count; i++) e->milestones[i] = gathered[e->order[i]];
    return LEADKPI_OK;
}

leadkpi_status lk_unit_events_gather(lk_unit_events *events, const lk_memory *memory, uint32_t unit, int64_t as_of,
                                     leadkpi_error *error)
{
    LK_TRY(gather_touches(events, memory, unit, as_of, error));
    LK_TRY(gather_outcomes(events, memory, unit, as_of, error));
    return gather_milestones(events, memory, unit, as_of, error);
}
