/* add_stages.c: one timestamp column a stage. */
#include "funnel/add.h"
#include "funnel/journeys.h"

static leadkpi_status find_stage_columns(const leadkpi_funnel *funnel, const leadkpi_table *rows,
                                         const lk_column **stages, leadkpi_error *error)
{
    int32_t count = funnel->rule.step_count;
    for (int32_t i = 0; i < count; i++) {
        lk_text step =
            lk_options_list_item(funnel->definition, &lk_funnel_schema, LK_FUNNEL_STEPS, (size_t)i);
        LK_TRY(lk_table_require(rows, step, LK_ALLOW_TIMESTAMP, &stages[i], error));
        for (size_t row = 0; row < stages[i]->row_count; row++) {
            if (row % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&funnel->memory, error));
            if (lk_column_is_valid(stages[i], row)) LK_TRY(lk_batch_check_time(stages[i], row, error));
        }
        LK_TRY(lk_batch_check_open(funnel, stages[i], error));
    }
    return LEADKPI_OK;
}

/* The row's segment, where it reached a stage. */
static leadkpi_status find_stage_segments(leadkpi_funnel *funnel, const lk_batch *b,
                                          const lk_column *const *stages, lk_batch_block *at,
                                          leadkpi_error *error)
{
    for (size_t i = 0; i < at->count; i++) {
        at->codes[i] = LK_FUNNEL_CODE_NOTHING;
        for (int32_t step = 0; step < funnel->rule.step_count; step++)
            if (lk_column_is_valid(stages[step], at->start + i))
                at->codes[i] = LK_FUNNEL_CODE_NOTHING + 1; /* kept, whatever it means */
    }
    return lk_batch_intern_segments(funnel, b, at, error);
}

static leadkpi_status append_stages(leadkpi_funnel *funnel, const lk_batch_block *at,
                                    const lk_column *const *stages, const uint32_t *step_codes,
                                    leadkpi_error *error)
{
    for (size_t i = 0; i < at->count; i++)
        for (int32_t step = 0; step < funnel->rule.step_count; step++) {
            if (!lk_column_is_valid(stages[step], at->start + i)) continue;
            LK_TRY(lk_funnel_grow(funnel, 1, false, at->segments[i] != 0, error));
            lk_funnel_append(funnel->store, lk_column_int64(stages[step], at->start + i), 0,
                             at->leads[i], step_codes[step], at->segments[i]);
        }
    return LEADKPI_OK;
}

static leadkpi_status take_stages(leadkpi_funnel *funnel, const lk_batch *b,
                                  const lk_column *const *stages, leadkpi_error *error)
{
    uint32_t step_codes[LK_FUNNEL_STEPS_MAX];
    lk_batch_block at;
    lk_memory *memory = &funnel->memory;
    size_t row_count = b->id->row_count, cells = (size_t)funnel->rule.step_count, done = 0;
    LK_TRY(lk_lead_ids_begin(&funnel->store->ids, b->id, error));
    for (int32_t step = 0; step < funnel->rule.step_count; step++) {
        lk_key128 key = lk_funnel_code_key(&funnel->rule, (uint64_t)1 << step, false);
        LK_TRY(lk_map128_find_or_add(&funnel->store->codes, memory, &key, 1, &step_codes[step],
                                     error));
    }
    for (size_t start = 0; start < row_count; start += LK_BATCH_BLOCK) {
        lk_batch_set_block(b, &at, start);
        LK_TRY(lk_interrupted_after(memory, at.count * cells, &done, error));
        LK_TRY(lk_lead_ids_intern_rows(&funnel->store->ids, memory, b->id, at.start, at.count,
                                       at.leads, error));
        LK_TRY(find_stage_segments(funnel, b, stages, &at, error));
        LK_TRY(append_stages(funnel, &at, stages, step_codes, error));
    }
    return LEADKPI_OK;
}

leadkpi_status lk_add_stages(leadkpi_funnel *funnel, const leadkpi_table *rows,
                             leadkpi_error *error)
{
    const lk_column *stages[LK_FUNNEL_STEPS_MAX];
    lk_batch b = {0};
    LK_FAIL_IF(funnel->rule.same_value, error, LEADKPI_CONTRADICTION,
               "same_value: expected rows of events, which have a value; found a row a lead");
    LK_FAIL_IF(funnel->rule.input == LK_INPUT_TIME, error, LEADKPI_CONTRADICTION,
               "input: a column a stage has no order of time; expected input=any");
    LK_TRY(lk_table_require(rows, LK_LITERAL("id"), LK_ALLOW_INT64 | LK_ALLOW_TEXT, &b.id, error));
    LK_TRY(lk_table_allow(rows, LK_LITERAL("segment"), LK_ALLOW_TEXT, &b.segment, error));
    LK_TRY(lk_column_check_complete(b.id, error));
    LK_TRY(find_stage_columns(funnel, rows, stages, error));
    size_t events_before = funnel->store->event_count;
    LK_TRY(take_stages(funnel, &b, stages, error));
    return lk_journeys_settle(funnel, events_before, error);
}
