#include "attribution/rows.h"

/* What a table of events needs while it is taken in. */
typedef struct batch {
    const lk_column *unit;
    const lk_column *time;
    const lk_column *sequence; /* NULL: none */
    const lk_column *cost;     /* NULL: none */
    const lk_column *value;    /* NULL: none */
    const lk_column *weight;   /* NULL: none */
    uint32_t *units;
    uint32_t *texts; /* kinds, types or milestones */
    lk_amount *values, *weights;
    lk_exact_sum *costs;
    size_t row_count;
} batch;

static leadkpi_status open_batch(leadkpi_attribution *attribution, const leadkpi_table *rows,
                                 batch *b, leadkpi_error *error)
{
    lk_memory *memory = &attribution->memory;
    LK_TRY(lk_rows_find_base(attribution, rows, &b->unit, &b->time, error));
    LK_TRY(lk_table_allow(rows, LK_LITERAL("sequence"), LK_ALLOW_INT64, &b->sequence, error));
    b->row_count = b->time->row_count;
    LK_TRY(lk_allocate(memory, b->row_count, sizeof *b->units, &b->units, error));
    LK_TRY(lk_allocate(memory, b->row_count, sizeof *b->texts, &b->texts, error));
    return lk_lead_ids_intern(&attribution->store->ids, memory, b->unit, b->units, error);
}

static void close_batch(leadkpi_attribution *attribution, batch *b)
{
    lk_memory *memory = &attribution->memory;
    lk_release(memory, b->units, b->row_count, sizeof *b->units);
    lk_release(memory, b->texts, b->row_count, sizeof *b->texts);
    lk_release(memory, b->values, b->row_count, sizeof *b->values);
    lk_release(memory, b->weights, b->row_count, sizeof *b->weights);
    lk_release(memory, b->costs, b->row_count, sizeof *b->costs);
}

/* ---- touches ----------------------------------------------------------------------- */

static leadkpi_status find_kinds(leadkpi_attribution *attribution, const leadkpi_table *rows,
                                 const batch *b, leadkpi_error *error)
{
    lk_kind_lookup lookup;
    leadkpi_status status = lk_kind_lookup_open(&lookup, attribution, rows, error);
    for (size_t row = 0; row < b->row_count && status == LEADKPI_OK; row++) {
        if (row % LK_INTERRUPT_ROWS == 0) status = lk_interrupted(&attribution->memory, error);
        if (status == LEADKPI_OK)
            status = lk_kind_lookup_row(&lookup, attribution, row, &b->texts[row], error);
    }
    lk_kind_lookup_close(&lookup, attribution);
    return status;
}

static leadkpi_status take_costs(leadkpi_attribution *attribution, batch *b, leadkpi_error *error)
{
    LK_TRY(lk_allocate(&attribution->memory, b->row_count, sizeof *b->costs, &b->costs, error));
    for (size_t row = 0; row < b->row_count; row++)
        LK_TRY(lk_rows_amount(b->cost, row, 0, true, &b->costs[row], error));
    return lk_attribution_open_costs(attribution, error);
}

/* All or none: what went in before a failure is taken out again, exactly. */
static leadkpi_status add_costs(lk_attribution_store *store, const batch *b, leadkpi_error *error)
{
    leadkpi_status status = LEADKPI_OK;
    size_t row = 0;
    for (; row < b->row_count && status == LEADKPI_OK; row++) {
        lk_cost_sums *cost = &store->costs[b->texts[row]];
        if (!lk_column_is_valid(b->cost, row)) continue;
        if (cost->known[LK_COST_COST] == LK_ATTRIBUTION_ROWS_MAX)
            status = lk_fail(error, LEADKPI_OVERFLOW, "cost: expected fewer than 2^32 - 1 rows");
        else
            status = lk_exact_sum_add(&cost->sums[LK_COST_COST], &b->costs[row], error);
        cost->known[LK_COST_COST] += status == LEADKPI_OK;
    }
    if (status == LEADKPI_OK) return status;
    for (row--; row-- > 0;) {
        lk_cost_sums *cost = &store->costs[b->texts[row]];
        if (!lk_column_is_valid(b->cost, row)) continue;
        (void)lk_exact_sum_subtract(&cost->sums[LK_COST_COST], &b->costs[row], NULL);
        cost->known[LK_COST_COST]--;
    }
    return status;
}

/* 24 bytes written in order a row; nothing here can fail. */
static void commit_touches(lk_attribution_store *store, const batch *b)
{
    size_t before = store->touch_count;
    for (size_t row = 0; row < b->row_count; row++)
        store->touches[before + row] = (lk_touch){lk_column_int64(b->time, row), lk_rows_int64(b->sequence, row),
                                                  b->units[row], b->texts[row]};
    store->touch_count += b->row_count;
}

static leadkpi_status take_touches(leadkpi_attribution *attribution, const leadkpi_table *rows,
                                   batch *b, leadkpi_error *error)
{
    lk_attribution_store *store = attribution->store;
    LK_TRY(lk_table_allow(rows, LK_LITERAL("cost"), LK_ALLOW_NUMBER, &b->cost, error));
    if (b->cost) LK_TRY(lk_rows_check_currency(attribution, rows, error));
    LK_TRY(find_kinds(attribution, rows, b, error));
    LK_TRY(lk_attribution_grow(&attribution->memory, &store->touches, store->touch_count,
                               &store->touch_capacity, b->row_count, sizeof *store->touches,
                               "touches", error));
    if (b->cost) {
        LK_TRY(take_costs(attribution, b, error));
        LK_TRY(add_costs(store, b, error));
    }
    commit_touches(store, b);
    return LEADKPI_OK;
}

static leadkpi_status add_touches(leadkpi_attribution *attribution, const leadkpi_table *rows,
                                  leadkpi_error *error)
{
    batch b = {0};
    leadkpi_status status = open_batch(attribution, rows, &b, error);
    if (status == LEADKPI_OK) status = take_touches(attribution, rows, &b, error);
    close_batch(attribution, &b);
    return status;
}

/* ---- conversions and nulls -------------------------------------------------------------- */

static lk_amount amount_of(const lk_exact_sum *sum)
{
    return (lk_amount){sum->limbs[1], (int64_t)sum->limbs[2]};
}

static leadkpi_status take_amounts(leadkpi_attribution *attribution, batch *b,
                                   leadkpi_error *error)
{
    lk_memory *memory = &attribution->memory;
    LK_TRY(lk_allocate(memory, b->row_count, sizeof *b->values, &b->values, error));
    LK_TRY(lk_allocate(memory, b->row_count, sizeof *b->weights, &b->weights, error));
    for (size_t row = 0; row < b->row_count; row++) {
        lk_exact_sum value, weight;
        LK_TRY(lk_rows_amount(b->value, row, 0, false, &value, error));
        LK_TRY(lk_rows_amount(b->weight, row, 1, true, &weight, error));
        b->values[row] = amount_of(&value);
        b->weights[row] = amount_of(&weight);
    }
    return LEADKPI_OK;
}

static leadkpi_status find_texts(leadkpi_attribution *attribution, const lk_column *column,
                                 lk_text otherwise, const batch *b, leadkpi_error *error)
{
    lk_text_lookup lookup;
    uint32_t index;
    LK_TRY(lk_map_text_find_or_add(&attribution->store->texts, &attribution->memory, &otherwise, 1,
                                   &index, error));
    leadkpi_status status =
        lk_text_lookup_open(&lookup, &attribution->memory, column, index, error);
    for (size_t row = 0; row < b->row_count && status == LEADKPI_OK; row++)
        status = lk_text_lookup_row(&lookup, attribution, row, &b->texts[row], error);
    lk_text_lookup_close(&lookup, &attribution->memory);
    return status;
}

static void commit_outcomes(lk_attribution_store *store, const batch *b, bool are_nulls)
{
    size_t before = store->outcome_count;
    for (size_t row = 0; row < b->row_count; row++)
        store->outcomes[before + row] = (lk_outcome){lk_column_int64(b->time, row),
                                                     lk_rows_int64(b->sequence, row),
                                                     b->weights[row],
                                                     b->values[row],
                                                     b->units[row],
                                                     are_nulls ? LK_TYPE_NULL : b->texts[row]};
    store->outcome_count += b->row_count;
}

static leadkpi_status take_outcomes(leadkpi_attribution *attribution, const leadkpi_table *rows,
                                    batch *b, bool are_nulls, leadkpi_error *error)
{
    lk_attribution_store *store = attribution->store;
    const lk_column *type;
    LK_TRY(lk_table_allow(rows, LK_LITERAL("weight"), LK_ALLOW_NUMBER, &b->weight, error));
    if (!are_nulls) {
        LK_TRY(lk_table_allow(rows, LK_LITERAL("value"), LK_ALLOW_NUMBER, &b->value, error));
        LK_TRY(lk_table_allow(rows, LK_LITERAL("type"), LK_ALLOW_TEXT, &type, error));
        LK_TRY(lk_rows_check_currency(attribution, rows, error));
        LK_TRY(find_texts(attribution, type, LK_TYPE_DEFAULT, b, error));
    }
    LK_TRY(take_amounts(attribution, b, error));
    LK_TRY(lk_attribution_grow(&attribution->memory, &store->outcomes, store->outcome_count,
                               &store->outcome_capacity, b->row_count, sizeof *store->outcomes,
                               "conversions", error));
    commit_outcomes(store, b, are_nulls);
    return LEADKPI_OK;
}

static leadkpi_status add_outcomes(leadkpi_attribution *attribution, const leadkpi_table *rows,
                                   bool are_nulls, leadkpi_error *error)
{
    batch b = {0};
    leadkpi_status status = open_batch(attribution, rows, &b, error);
    if (status == LEADKPI_OK) status = take_outcomes(attribution, rows, &b, are_nulls, error);
    close_batch(attribution, &b);
    return status;
}

static leadkpi_status add_conversions(leadkpi_attribution *attribution, const leadkpi_table *rows,
                                      leadkpi_error *error)
{
    return add_outcomes(attribution, rows, false, error);
}

static leadkpi_status add_nulls(leadkpi_attribution *attribution, const leadkpi_table *rows,
                                leadkpi_error *error)
{
    return add_outcomes(attribution, rows, true, error);
}

/* ---- milestones ---------------------------------------------------------------------------- */

static leadkpi_status take_milestones(leadkpi_attribution *attribution, const leadkpi_table *rows,
                                      batch *b, leadkpi_error *error)
{
    lk_attribution_store *store = attribution->store;
    const lk_column *name;
    LK_TRY(lk_table_require(rows, LK_LITERAL("milestone"), LK_ALLOW_TEXT, &name, error));
    LK_TRY(lk_column_check_complete(name, error));
    LK_TRY(find_texts(attribution, name, LK_LITERAL(""), b, error));
    LK_TRY(lk_attribution_grow(&attribution->memory, &store->milestones, store->milestone_count,
                               &store->milestone_capacity, b->row_count, sizeof *store->milestones,
                               "milestones", error));
    size_t before = store->milestone_count;
    for (size_t row = 0; row < b->row_count; row++)
        store->milestones[before + row] = (lk_milestone){lk_column_int64(b->time, row), b->units[row], b->texts[row]};
    store->milestone_count += b->row_count;
    return LEADKPI_OK;
}

static leadkpi_status add_milestones(leadkpi_attribution *attribution, const leadkpi_table *rows,
                                     leadkpi_error *error)
{
    batch b = {0};
    leadkpi_status status = open_batch(attribution, rows, &b, error);
    if (status == LEADKPI_OK) status = take_milestones(attribution, rows, &b, error);
    close_batch(attribution, &b);
    return status;
}

/* ---- the public calls ------------------------------------------------------------------------- */

leadkpi_status leadkpi_attribution_add_touches(leadkpi_attribution *attribution,
                                               const leadkpi_table *rows, const char *batch_id,
                                               size_t batch_id_length, leadkpi_error *error)
{
    return lk_rows_add_all_or_none(attribution, rows, batch_id, batch_id_length, add_touches,
                                   error);
}

leadkpi_status leadkpi_attribution_add_conversions(leadkpi_attribution *attribution,
                                                   const leadkpi_table *rows, const char *batch_id,
                                                   size_t batch_id_length, leadkpi_error *error)
{
    return lk_rows_add_all_or_none(attribution, rows, batch_id, batch_id_length, add_conversions,
                                   error);
}

leadkpi_status leadkpi_attribution_add_milestones(leadkpi_attribution *attribution,
                                                  const leadkpi_table *rows, const char *batch_id,
                                                  size_t batch_id_length, leadkpi_error *error)
{
    return lk_rows_add_all_or_none(attribution, rows, batch_id, batch_id_length, add_milestones,
                                   error);
}

leadkpi_status leadkpi_attribution_add_nulls(leadkpi_attribution *attribution,
                                             const leadkpi_table *rows, const char *batch_id,
                                             size_t batch_id_length, leadkpi_error *error)
{
    return lk_rows_add_all_or_none(attribution, rows, batch_id, batch_id_length, add_nulls, error);
}
