/* add_codes.c: what rows mean. */
#include "base/number.h"
#include "funnel/add.h"

static uint32_t code_of_name(const lk_funnel_store *store, lk_text name)
{
    uint32_t index = lk_map_text_find(&store->names, name);
    return index == LK_MAP_NONE ? LK_FUNNEL_CODE_NOTHING : store->name_codes[index];
}

static uint32_t code_of_number(const lk_funnel_store *store, int64_t number)
{
    char digits[24];
    return code_of_name(store, (lk_text){digits, lk_number_print_int64(digits, number)});
}

/* Neighbours often repeat: a name that equals the one before costs a comparison. */
static void find_name_codes(const lk_funnel_store *store, const lk_column *event,
                            lk_batch_block *at)
{
    lk_text last = {NULL, 0};
    for (size_t i = 0; i < at->count; i++) {
        lk_text name = lk_column_text(event, at->start + i);
        if (!last.data || !lk_text_equal(name, last)) {
            at->codes[i] = code_of_name(store, name);
            last = name;
        } else {
            at->codes[i] = at->codes[i - 1];
        }
    }
}

leadkpi_status lk_batch_find_entry_codes(leadkpi_funnel *funnel, lk_batch *b, leadkpi_error *error)
{
    if (!b->event || !lk_column_is_dictionary(b->event)) return LEADKPI_OK;
    size_t count = b->event->dictionary_count;
    LK_TRY(lk_allocate(&funnel->memory, count, sizeof *b->entry_codes, &b->entry_codes, error));
    for (size_t i = 0; i < count; i++) {
        if (i % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&funnel->memory, error));
        b->entry_codes[i] = code_of_name(funnel->store, lk_column_dictionary_text(b->event, i));
    }
    return LEADKPI_OK;
}

static leadkpi_status check_steps(const leadkpi_funnel *funnel, const lk_column *column, size_t row,
                                  uint64_t steps, leadkpi_error *error)
{
    if (steps & ~lk_funnel_all_steps(&funnel->rule))
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                          "row %zu, column \"steps\": expected bits of steps 1 to %d, found %lld",
                          row, (int)funnel->rule.step_count, (long long)(int64_t)steps);
    if (funnel->rule.order >= LK_ORDER_UNORDERED && funnel->rule.same_event == LK_SAME_EVENT_ONCE &&
        !lk_has_one_step_at_most(steps))
        return lk_fail_at(
            error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
            "row %zu, column \"steps\": expected one step at most with same_event=once "
            "and steps in any order, found %lld",
            row, (long long)(int64_t)steps);
    return LEADKPI_OK;
}

static inline size_t memo_place(uint64_t steps)
{
    return (size_t)(steps * UINT64_C(0x9e3779b97f4a7c15) >> 58);
}

/* As bits: true is the first. */
static uint64_t exclusions_of(const lk_column *excluded, size_t row)
{
    if (!excluded || !lk_column_is_valid(excluded, row)) return 0;
    if (excluded->type == LEADKPI_TYPE_BOOL) return lk_column_bool(excluded, row);
    return (uint64_t)lk_column_int64(excluded, row);
}

static leadkpi_status intern_step_code(leadkpi_funnel *funnel, const lk_batch *b, size_t row,
                                       uint64_t steps, uint32_t *code, leadkpi_error *error)
{
    uint64_t excludes = exclusions_of(b->excluded, row);
    LK_TRY(check_steps(funnel, b->steps, row, steps, error));
    if (excludes >> funnel->rule.range_count)
        return lk_fail_at(
            error, LEADKPI_BAD_DATA, (int64_t)row, b->excluded->index,
            "row %zu, column \"excluded\": expected bits of exclusions 1 to %d, found %lld", row,
            (int)funnel->rule.range_count, (long long)(int64_t)excludes);
    if (excludes && !lk_funnel_takes_exclusions(&funnel->rule))
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, b->excluded->index,
                          "row %zu, column \"excluded\": expected false under a rule that knows no "
                          "exclusions, found true",
                          row);
    lk_key128 key = lk_funnel_code_key(&funnel->rule, steps, excludes);
    return lk_map128_find_or_add(&funnel->store->codes, &funnel->memory, &key, 1, code, error);
}

static leadkpi_status intern_step_codes(leadkpi_funnel *funnel, const lk_batch *b,
                                        lk_code_memo *memo, lk_batch_block *at,
                                        leadkpi_error *error)
{
    const lk_column column = *b->steps; /* a copy, which no store of the loop could change */
    for (size_t i = 0; i < at->count; i++) {
        uint64_t steps = (uint64_t)lk_column_int64(&column, at->start + i);
        lk_read_ahead(lk_column_cell(&column, at->start + i));
        size_t place = memo_place(steps);
        uint32_t known = memo->codes[place];
        at->codes[i] = known - 1;
        if (known && memo->steps[place] == steps && !b->excluded) continue;
        LK_TRY(intern_step_code(funnel, b, at->start + i, steps, &at->codes[i], error));
        memo->steps[place] = steps;
        memo->codes[place] = at->codes[i] + 1;
    }
    return LEADKPI_OK;
}

leadkpi_status lk_batch_find_codes(leadkpi_funnel *funnel, const lk_batch *b, lk_code_memo *memo,
                                   lk_batch_block *at, leadkpi_error *error)
{
    if (b->steps) return intern_step_codes(funnel, b, memo, at, error);
    if (b->entry_codes) {
        for (size_t i = 0; i < at->count; i++)
            at->codes[i] = b->entry_codes[lk_column_code(b->event, at->start + i)];
    } else if (b->event->type == LEADKPI_TYPE_INT64) {
        for (size_t i = 0; i < at->count; i++)
            at->codes[i] = code_of_number(funnel->store, lk_column_int64(b->event, at->start + i));
    } else {
        find_name_codes(funnel->store, b->event, at);
    }
    return LEADKPI_OK;
}

/* ---- values ---------------------------------------------------------------------- */

static lk_text value_text(const lk_column *column, size_t row, char digits[24])
{
    if (column->type != LEADKPI_TYPE_INT64) return lk_column_text(column, row);
    return (lk_text){digits, lk_number_print_int64(digits, lk_column_int64(column, row))};
}

leadkpi_status lk_batch_take_values(leadkpi_funnel *funnel, const lk_batch *b, lk_batch_block *at,
                                    leadkpi_error *error)
{
    char digits[24];
    uint32_t value;
    lk_funnel_store *store = funnel->store;
    for (size_t i = 0; i < at->count; i++) {
        if (!b->keeps_foreign && at->codes[i] == LK_FUNNEL_CODE_NOTHING) continue;
        if (!lk_column_is_valid(b->value, at->start + i)) {
            at->codes[i] = LK_FUNNEL_CODE_NOTHING;
            continue;
        }
        lk_text text = value_text(b->value, at->start + i, digits);
        LK_TRY(lk_map_text_find_or_add(&store->values, &funnel->memory, &text, 1, &value, error));
        lk_key128 key = lk_funnel_valued_key(store->codes.keys[at->codes[i]], value + 1);
        LK_TRY(
            lk_map128_find_or_add(&store->codes, &funnel->memory, &key, 1, &at->codes[i], error));
    }
    return LEADKPI_OK;
}

/* ---- segments -------------------------------------------------------------------- */

static leadkpi_status intern_segment(leadkpi_funnel *funnel, const lk_batch *b, size_t row,
                                     lk_text *last, uint32_t *segment, leadkpi_error *error)
{
    lk_text text = lk_column_text(b->segment, row);
    uint32_t index;
    if (last->data && lk_text_equal(text, *last)) return LEADKPI_OK;
    LK_TRY(lk_map_text_find_or_add(&funnel->store->segments, &funnel->memory, &text, 1, &index,
                                   error));
    *segment = index + 1;
    *last = text;
    return LEADKPI_OK;
}

leadkpi_status lk_batch_intern_segments(leadkpi_funnel *funnel, const lk_batch *b,
                                        lk_batch_block *at, leadkpi_error *error)
{
    lk_text last = {NULL, 0};
    uint32_t segment = 0;
    for (size_t i = 0; i < at->count; i++) {
        at->segments[i] = 0;
        if (!b->segment || !lk_batch_keeps(b, at->codes[i])) continue;
        if (!lk_column_is_valid(b->segment, at->start + i)) continue;
        LK_TRY(intern_segment(funnel, b, at->start + i, &last, &segment, error));
        at->segments[i] = segment;
    }
    return LEADKPI_OK;
}
