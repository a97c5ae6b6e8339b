#include "funnel/add.h"

#include "funnel/journeys.h"

/* ---- events in any order ---------------------------------------------------------- */

/* Room for the block, with the columns that it needs. */
static leadkpi_status make_room(leadkpi_funnel *funnel, const lk_batch *b, const lk_batch_block *at,
                                leadkpi_error *error)
{
    size_t kept = 0;
    bool sequences = false, segments = false;
    for (size_t i = 0; i < at->count; i++) kept += lk_batch_keeps(b, at->codes[i]);
    for (size_t i = 0; b->sequence && i < at->count; i++)
        sequences |= lk_batch_keeps(b, at->codes[i]) && lk_batch_sequence(b, at->start + i) != 0;
    for (size_t i = 0; b->segment && i < at->count; i++) segments |= at->segments[i] != 0;
    return lk_funnel_grow(funnel, kept, sequences, segments, error);
}

/* 16 bytes written in order a row that is kept. Which are, no branch could foresee: they are listed
 * first. */
static void append_plain(lk_funnel_store *store, const lk_batch *b, const lk_batch_block *at)
{
    uint32_t rows[LK_BATCH_BLOCK], kept = 0;
    for (uint32_t i = 0; i < at->count; i++) {
        rows[kept] = i;
        kept += lk_batch_keeps(b, at->codes[i]);
    }
    if (kept == 0) return; /* there may be no room for events at all */
    lk_funnel_event *next = store->events + store->event_count;
    int64_t latest = store->latest;
    for (uint32_t i = 0; i < kept; i++) {
        uint32_t row = rows[i];
        int64_t time = lk_column_int64(b->time, at->start + row);
        next[i] = (lk_funnel_event){time, at->leads[row], at->codes[row]};
        latest = time > latest ? time : latest;
    }
    store->event_count += kept;
    store->latest = latest;
}

static void append(lk_funnel_store *store, const lk_batch *b, const lk_batch_block *at)
{
    if (!store->sequences && !store->event_segments) {
        append_plain(store, b, at);
        return;
    }
    for (size_t i = 0; i < at->count; i++)
        if (lk_batch_keeps(b, at->codes[i]))
            lk_funnel_append(store, lk_column_int64(b->time, at->start + i),
                             lk_batch_sequence(b, at->start + i), at->leads[i], at->codes[i],
                             b->segment ? at->segments[i] : 0);
}

static leadkpi_status take_block(leadkpi_funnel *funnel, const lk_batch *b, lk_code_memo *memo,
                                 lk_batch_block *at, leadkpi_error *error)
{
    LK_TRY(lk_batch_check_times(b->time, at->start, at->count, error));
    LK_TRY(lk_lead_ids_intern_rows(&funnel->store->ids, &funnel->memory, b->id, at->start,
                                   at->count, at->leads, error));
    LK_TRY(lk_batch_find_codes(funnel, b, memo, at, error));
    if (b->value) LK_TRY(lk_batch_take_values(funnel, b, at, error));
    if (b->segment) LK_TRY(lk_batch_intern_segments(funnel, b, at, error));
    LK_TRY(make_room(funnel, b, at, error));
    append(funnel->store, b, at);
    return LEADKPI_OK;
}

/* Steps say at once how many rows are kept, so that their room is made in one go. */
static leadkpi_status reserve(leadkpi_funnel *funnel, const lk_batch *b, leadkpi_error *error)
{
    size_t kept = 0;
    if (!b->steps) return LEADKPI_OK;
    for (size_t start = 0, end; start < b->steps->row_count; start = end) {
        end = lk_batch_part_end(b->steps->row_count, start);
        LK_TRY(lk_interrupted(&funnel->memory, error));
        for (size_t row = start; row < end; row++)
            kept += b->keeps_foreign || lk_column_int64(b->steps, row) != 0;
    }
    return lk_funnel_grow(funnel, kept, false, false, error);
}

static leadkpi_status take_blocks(leadkpi_funnel *funnel, lk_batch *b, leadkpi_error *error)
{
    lk_code_memo memo = {{0}, {0}};
    lk_batch_block at;
    bool is_done;
    size_t row_count = b->id->row_count, events_before = funnel->store->event_count;
    LK_TRY(lk_lead_ids_begin(&funnel->store->ids, b->id, error));
    LK_TRY(lk_batch_find_entry_codes(funnel, b, error));
    LK_TRY(lk_add_by_number(funnel, b, &is_done, error));
    if (is_done) return LEADKPI_OK;
    LK_TRY(reserve(funnel, b, error));
    for (size_t start = 0; start < row_count; start += LK_BATCH_BLOCK) {
        lk_batch_set_block(b, &at, start);
        if (start % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&funnel->memory, error));
        LK_TRY(take_block(funnel, b, &memo, &at, error));
    }
    return lk_journeys_settle(funnel, events_before, error);
}

static leadkpi_status add_events(leadkpi_funnel *funnel, const leadkpi_table *rows,
                                 leadkpi_error *error)
{
    lk_batch b = {.keeps_foreign = lk_funnel_keeps_foreign(&funnel->rule)};
    LK_TRY(lk_batch_find_columns(rows, funnel->rule.same_value, &b, error));
    LK_TRY(lk_batch_check_open(funnel, b.time, error));
    leadkpi_status status = funnel->rule.input == LK_INPUT_TIME ? lk_add_in_time(funnel, &b, error)
                                                                : take_blocks(funnel, &b, error);
    lk_release(&funnel->memory, b.entry_codes, b.event ? b.event->dictionary_count : 0,
               sizeof *b.entry_codes);
    return status;
}

/* ---- the public calls -------------------------------------------------------------- */

typedef leadkpi_status (*add_rows)(leadkpi_funnel *, const leadkpi_table *, leadkpi_error *);

static leadkpi_status add_batch(leadkpi_funnel *funnel, const leadkpi_table *rows, lk_text batch_id,
                                bool has_batch_id, add_rows add, leadkpi_error *error)
{
    lk_funnel_store *store;
    LK_TRY(lk_funnel_open(funnel, &store, error));
    if (has_batch_id) {
        uint32_t before = store->batches.count, index;
        LK_TRY(
            lk_map_text_find_or_add(&store->batches, &funnel->memory, &batch_id, 1, &index, error));
        if (index < before) {
            /* Said, with code OK: the call did what was asked. */
            (void)lk_fail(error, LEADKPI_OK, "batch \"%.*s\" was added before; nothing changed",
                          LK_TEXT_ARGS(batch_id));
            return LEADKPI_OK;
        }
    }
    LK_TRY(lk_interrupted(&funnel->memory, error));
    return add(funnel, rows, error);
}

static leadkpi_status add_all_or_none(leadkpi_funnel *funnel, const leadkpi_table *rows,
                                      const char *batch_id, size_t batch_id_length, add_rows add,
                                      leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(funnel, error);
    LK_REQUIRE(rows, error);
    lk_funnel_mark mark = lk_funnel_mark_now(funnel);
    leadkpi_status status = add_batch(funnel, rows, lk_text_of(batch_id, batch_id_length),
                                      batch_id != NULL, add, error);
    if (status != LEADKPI_OK) lk_funnel_roll_back(funnel, &mark);
    return status;
}

leadkpi_status leadkpi_funnel_add(leadkpi_funnel *funnel, const leadkpi_table *rows,
                                  const char *batch_id, size_t batch_id_length,
                                  leadkpi_error *error)
{
    return add_all_or_none(funnel, rows, batch_id, batch_id_length, add_events, error);
}

leadkpi_status leadkpi_funnel_add_stages(leadkpi_funnel *funnel, const leadkpi_table *rows,
                                         const char *batch_id, size_t batch_id_length,
                                         leadkpi_error *error)
{
    return add_all_or_none(funnel, rows, batch_id, batch_id_length, lk_add_stages, error);
}
