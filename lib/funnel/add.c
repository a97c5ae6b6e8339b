#include "base/number.h"
#include "funnel/store.h"

/* What a table of events needs while it is taken in. */
typedef struct batch {
    const lk_column *id;
    const lk_column *time;
    const lk_column *event; /* or */
    const lk_column *steps;
    const lk_column *excluded; /* NULL: none; with `steps` only */
    const lk_column *sequence; /* NULL: none */
    const lk_column *segment;  /* NULL: none */
    const lk_column *value;    /* NULL: the rule asks for none */
    uint32_t *leads;
    uint32_t *codes;
    uint32_t *segments; /* NULL without `segment` */
} batch;

/* ---- columns ------------------------------------------------------------------- */

static leadkpi_status check_complete(const lk_column *column, leadkpi_error *error)
{
    if (!column || !column->validity) return LEADKPI_OK;
    for (size_t row = 0; row < column->row_count; row++)
        if (!lk_column_is_valid(column, row))
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                              "row %zu, column \"%.*s\": expected a value, found null", row,
                              LK_TEXT_ARGS(column->name));
    return LEADKPI_OK;
}

static leadkpi_status check_time(const lk_column *column, size_t row, leadkpi_error *error)
{
    int64_t time = lk_column_int64(column, row);
    if (time >= LK_FUNNEL_TIME_MIN && time < LK_FUNNEL_TIME_END) return LEADKPI_OK;
    return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                      "row %zu, column \"%.*s\": expected a time in years 1 to 9999, found %lld "
                      "microseconds since 1970",
                      row, LK_TEXT_ARGS(column->name), (long long)time);
}

static leadkpi_status check_times(const lk_column *column, leadkpi_error *error)
{
    uint64_t bad = 0;
    for (size_t row = 0; row < column->row_count; row++) {
        uint64_t since = (uint64_t)lk_column_int64(column, row) - (uint64_t)LK_FUNNEL_TIME_MIN;
        bad |= since >= (uint64_t)LK_FUNNEL_TIME_END - (uint64_t)LK_FUNNEL_TIME_MIN;
    }
    for (size_t row = 0; bad && row < column->row_count; row++)
        LK_TRY(check_time(column, row, error));
    return LEADKPI_OK;
}

static leadkpi_status find_columns(const leadkpi_table *rows, bool same_value, batch *b,
                                   leadkpi_error *error)
{
    LK_TRY(lk_table_require(rows, LK_LITERAL("id"), LK_ALLOW_INT64 | LK_ALLOW_TEXT, &b->id, error));
    LK_TRY(lk_table_require(rows, LK_LITERAL("time"), LK_ALLOW_TIMESTAMP, &b->time, error));
    LK_TRY(lk_table_allow(rows, LK_LITERAL("steps"), LK_ALLOW_INT64, &b->steps, error));
    if (b->steps) {
        LK_TRY(lk_table_allow(rows, LK_LITERAL("event"), LK_ALLOW_TEXT | LK_ALLOW_INT64, &b->event,
                              error));
        LK_FAIL_IF(b->event, error, LEADKPI_CONTRADICTION,
                   "columns: expected \"event\" or \"steps\", found both");
    } else {
        LK_TRY(lk_table_require(rows, LK_LITERAL("event"), LK_ALLOW_TEXT | LK_ALLOW_INT64, &b->event,
                                error));
    }
    LK_TRY(lk_table_allow(rows, LK_LITERAL("excluded"), LK_ALLOW_BOOL, &b->excluded, error));
    LK_FAIL_IF(b->excluded && !b->steps, error, LEADKPI_CONTRADICTION,
               "columns: expected \"excluded\" with \"steps\" only, found it with \"event\"");
    LK_TRY(lk_table_allow(rows, LK_LITERAL("sequence"), LK_ALLOW_INT64, &b->sequence, error));
    LK_TRY(lk_table_allow(rows, LK_LITERAL("segment"), LK_ALLOW_TEXT, &b->segment, error));
    if (same_value)
        LK_TRY(lk_table_require(rows, LK_LITERAL("value"), LK_ALLOW_INT64 | LK_ALLOW_TEXT, &b->value,
                                error));
    LK_TRY(check_complete(b->id, error));
    LK_TRY(check_complete(b->time, error));
    LK_TRY(check_complete(b->event, error));
    LK_TRY(check_complete(b->steps, error));
    return check_times(b->time, error);
}

/* ---- codes ---------------------------------------------------------------------- */

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
static void find_name_codes(const lk_funnel_store *store, const lk_column *event, uint32_t *codes)
{
    lk_text last = {NULL, 0};
    for (size_t row = 0; row < event->row_count; row++) {
        lk_text name = lk_column_text(event, row);
        if (!last.data || !lk_text_equal(name, last)) {
            codes[row] = code_of_name(store, name);
            last = name;
        } else {
            codes[row] = codes[row - 1];
        }
    }
}

/* Each entry of the dictionary once. */
static leadkpi_status find_dictionary_codes(leadkpi_funnel *funnel, const lk_column *event,
                                            uint32_t *codes, leadkpi_error *error)
{
    uint32_t *of_entry;
    size_t count = event->dictionary_count;
    LK_TRY(lk_allocate(&funnel->memory, count, sizeof *of_entry, &of_entry, error));
    for (size_t i = 0; i < count; i++)
        of_entry[i] = code_of_name(funnel->store, lk_column_dictionary_text(event, i));
    for (size_t row = 0; row < event->row_count; row++)
        codes[row] = of_entry[lk_column_code(event, row)];
    lk_release(&funnel->memory, of_entry, count, sizeof *of_entry);
    return LEADKPI_OK;
}

static bool has_one_step_at_most(uint64_t steps)
{
    return (steps & (steps - 1)) == 0;
}

static leadkpi_status check_steps(const leadkpi_funnel *funnel, const lk_column *column, size_t row,
                                  uint64_t steps, leadkpi_error *error)
{
    if (steps & ~lk_funnel_all_steps(&funnel->rule))
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                          "row %zu, column \"steps\": expected bits of steps 1 to %d, found %lld", row,
                          (int)funnel->rule.step_count, (long long)(int64_t)steps);
    if (funnel->rule.order >= LK_ORDER_UNORDERED && funnel->rule.same_event == LK_SAME_EVENT_ONCE &&
        !has_one_step_at_most(steps))
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                          "row %zu, column \"steps\": expected one step at most with same_event=once "
                          "and steps in any order, found %lld",
                          row, (long long)(int64_t)steps);
    return LEADKPI_OK;
}

/* The codes of the last few different meanings, so that most rows need no look at the map. */
enum { MEMO_SIZE = 64 };

typedef struct code_memo {
    uint64_t steps[MEMO_SIZE];
    uint32_t codes[MEMO_SIZE]; /* 1 + the code; 0: nothing there */
} code_memo;

static inline size_t memo_place(uint64_t steps)
{
    return (size_t)(steps * UINT64_C(0x9e3779b97f4a7c15) >> 58);
}

static leadkpi_status intern_step_code(leadkpi_funnel *funnel, const batch *b, size_t row,
                                       uint64_t steps, code_memo *memo, leadkpi_error *error)
{
    bool excludes =
        b->excluded && lk_column_is_valid(b->excluded, row) && lk_column_bool(b->excluded, row);
    LK_TRY(check_steps(funnel, b->steps, row, steps, error));
    if (excludes && !lk_funnel_takes_exclusions(&funnel->rule))
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, b->excluded->index,
                          "row %zu, column \"excluded\": expected false under a rule that knows no "
                          "exclusions, found true",
                          row);
    lk_key128 key = lk_funnel_code_key(&funnel->rule, steps, excludes);
    LK_TRY(lk_map128_find_or_add(&funnel->store->codes, &funnel->memory, &key, 1, &b->codes[row],
                                 error));
    if (excludes) return LEADKPI_OK;
    memo->steps[memo_place(steps)] = steps;
    memo->codes[memo_place(steps)] = b->codes[row] + 1;
    return LEADKPI_OK;
}

static leadkpi_status intern_step_codes(leadkpi_funnel *funnel, const batch *b,
                                        leadkpi_error *error)
{
    code_memo memo = {{0}, {0}};
    for (size_t row = 0; row < b->steps->row_count; row++) {
        uint64_t steps = (uint64_t)lk_column_int64(b->steps, row);
        size_t place = memo_place(steps);
        if (!b->excluded && memo.codes[place] && memo.steps[place] == steps)
            b->codes[row] = memo.codes[place] - 1;
        else
            LK_TRY(intern_step_code(funnel, b, row, steps, &memo, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status find_codes(leadkpi_funnel *funnel, const batch *b, leadkpi_error *error)
{
    if (b->steps) return intern_step_codes(funnel, b, error);
    if (b->event->type == LEADKPI_TYPE_INT64) {
        for (size_t row = 0; row < b->event->row_count; row++)
            b->codes[row] = code_of_number(funnel->store, lk_column_int64(b->event, row));
        return LEADKPI_OK;
    }
    if (lk_column_is_dictionary(b->event))
        return find_dictionary_codes(funnel, b->event, b->codes, error);
    find_name_codes(funnel->store, b->event, b->codes);
    return LEADKPI_OK;
}

/* ---- values ---------------------------------------------------------------------- */

static lk_text value_text(const lk_column *column, size_t row, char digits[24])
{
    if (column->type != LEADKPI_TYPE_INT64) return lk_column_text(column, row);
    return (lk_text){digits, lk_number_print_int64(digits, lk_column_int64(column, row))};
}

/* An event means what it did, of its value. One without a value means nothing: it is in no attempt. */
static leadkpi_status take_values(leadkpi_funnel *funnel, const batch *b, bool keeps_foreign,
                                  leadkpi_error *error)
{
    char digits[24];
    uint32_t value;
    lk_funnel_store *store = funnel->store;
    for (size_t row = 0; row < b->id->row_count; row++) {
        if (!keeps_foreign && b->codes[row] == LK_FUNNEL_CODE_NOTHING) continue;
        if (!lk_column_is_valid(b->value, row)) {
            b->codes[row] = LK_FUNNEL_CODE_NOTHING;
            continue;
        }
        lk_text text = value_text(b->value, row, digits);
        LK_TRY(lk_map_text_find_or_add(&store->values, &funnel->memory, &text, 1, &value, error));
        lk_key128 key = lk_funnel_valued_key(store->codes.keys[b->codes[row]], value + 1);
        LK_TRY(lk_map128_find_or_add(&store->codes, &funnel->memory, &key, 1, &b->codes[row], error));
    }
    return LEADKPI_OK;
}

/* ---- segments -------------------------------------------------------------------- */

/* Of the events that are kept only, so that no text is held which nothing uses. */
static leadkpi_status intern_segments(leadkpi_funnel *funnel, const batch *b, bool keeps_foreign,
                                      leadkpi_error *error)
{
    lk_text last = {NULL, 0};
    uint32_t last_index = 0;
    for (size_t row = 0; row < b->id->row_count; row++) {
        b->segments[row] = 0;
        if (!keeps_foreign && b->codes[row] == LK_FUNNEL_CODE_NOTHING) continue;
        if (!lk_column_is_valid(b->segment, row)) continue;
        lk_text text = lk_column_text(b->segment, row);
        if (!last.data || !lk_text_equal(text, last)) {
            LK_TRY(lk_map_text_find_or_add(&funnel->store->segments, &funnel->memory, &text, 1,
                                           &last_index, error));
            last = text;
        }
        b->segments[row] = last_index + 1;
    }
    return LEADKPI_OK;
}

/* ---- the batch ------------------------------------------------------------------- */

static inline int64_t sequence_of(const batch *b, size_t row)
{
    if (!b->sequence || !lk_column_is_valid(b->sequence, row)) return 0;
    return lk_column_int64(b->sequence, row);
}

static bool has_sequences(const batch *b)
{
    if (b->sequence)
        for (size_t row = 0; row < b->sequence->row_count; row++)
            if (sequence_of(b, row)) return true;
    return false;
}

static bool has_segments(const batch *b)
{
    if (b->segments)
        for (size_t row = 0; row < b->id->row_count; row++)
            if (b->segments[row]) return true;
    return false;
}

/* 16 bytes written in order a row; nothing here can fail. */
static void commit(leadkpi_funnel *funnel, const batch *b, bool keeps_foreign)
{
    for (size_t row = 0; row < b->id->row_count; row++) {
        if (!keeps_foreign && b->codes[row] == LK_FUNNEL_CODE_NOTHING) continue;
        lk_funnel_append(funnel->store, lk_column_int64(b->time, row), sequence_of(b, row),
                         b->leads[row], b->codes[row], b->segments ? b->segments[row] : 0);
    }
}

/* Room for those rows only that are kept. */
static size_t count_kept(const batch *b, bool keeps_foreign)
{
    size_t count = 0;
    if (keeps_foreign) return b->id->row_count;
    for (size_t row = 0; row < b->id->row_count; row++)
        count += b->codes[row] != LK_FUNNEL_CODE_NOTHING;
    return count;
}

static leadkpi_status intern(leadkpi_funnel *funnel, batch *b, leadkpi_error *error)
{
    bool keeps_foreign = lk_funnel_keeps_foreign(&funnel->rule);
    size_t row_count = b->id->row_count;
    lk_memory *memory = &funnel->memory;
    LK_TRY(lk_allocate(memory, row_count, sizeof *b->leads, &b->leads, error));
    LK_TRY(lk_allocate(memory, row_count, sizeof *b->codes, &b->codes, error));
    if (b->segment)
        LK_TRY(lk_allocate(memory, row_count, sizeof *b->segments, &b->segments, error));
    LK_TRY(lk_lead_ids_intern(&funnel->store->ids, memory, b->id, b->leads, error));
    LK_TRY(lk_interrupted(memory, error));
    LK_TRY(find_codes(funnel, b, error));
    if (b->value) LK_TRY(take_values(funnel, b, keeps_foreign, error));
    if (b->segment) LK_TRY(intern_segments(funnel, b, keeps_foreign, error));
    LK_TRY(lk_funnel_grow(funnel, count_kept(b, keeps_foreign), has_sequences(b), has_segments(b),
                          error));
    commit(funnel, b, keeps_foreign);
    return LEADKPI_OK;
}

static leadkpi_status add_events(leadkpi_funnel *funnel, const leadkpi_table *rows,
                                 leadkpi_error *error)
{
    batch b = {0};
    LK_TRY(find_columns(rows, funnel->rule.same_value, &b, error));
    leadkpi_status status = intern(funnel, &b, error);
    size_t row_count = b.id->row_count;
    lk_release(&funnel->memory, b.leads, row_count, sizeof *b.leads);
    lk_release(&funnel->memory, b.codes, row_count, sizeof *b.codes);
    lk_release(&funnel->memory, b.segments, row_count, sizeof *b.segments);
    return status;
}

/* ---- one timestamp column a stage -------------------------------------------------- */

static leadkpi_status find_stage_columns(const leadkpi_funnel *funnel, const leadkpi_table *rows,
                                         const lk_column **stages, leadkpi_error *error)
{
    int32_t count = funnel->rule.step_count;
    for (int32_t i = 0; i < count; i++) {
        lk_text step = lk_options_list_item(funnel->definition, &lk_funnel_schema, LK_FUNNEL_STEPS,
                                            (size_t)i);
        LK_TRY(lk_table_require(rows, step, LK_ALLOW_TIMESTAMP, &stages[i], error));
        for (size_t row = 0; row < stages[i]->row_count; row++)
            if (lk_column_is_valid(stages[i], row)) LK_TRY(check_time(stages[i], row, error));
    }
    return LEADKPI_OK;
}

static void commit_stages(leadkpi_funnel *funnel, const batch *b, const lk_column *const *stages,
                          const uint32_t *step_codes)
{
    for (size_t row = 0; row < b->id->row_count; row++)
        for (int32_t step = 0; step < funnel->rule.step_count; step++)
            if (lk_column_is_valid(stages[step], row))
                lk_funnel_append(funnel->store, lk_column_int64(stages[step], row), 0, b->leads[row],
                                 step_codes[step], b->segments ? b->segments[row] : 0);
}

static leadkpi_status intern_stages(leadkpi_funnel *funnel, batch *b, const lk_column *const *stages,
                                    leadkpi_error *error)
{
    uint32_t step_codes[LK_FUNNEL_STEPS_MAX];
    size_t row_count = b->id->row_count, cells = 0;
    lk_memory *memory = &funnel->memory;
    LK_TRY(lk_allocate(memory, row_count, sizeof *b->leads, &b->leads, error));
    LK_TRY(lk_lead_ids_intern(&funnel->store->ids, memory, b->id, b->leads, error));
    for (int32_t step = 0; step < funnel->rule.step_count; step++) {
        lk_key128 key = lk_funnel_code_key(&funnel->rule, (uint64_t)1 << step, false);
        LK_TRY(lk_map128_find_or_add(&funnel->store->codes, memory, &key, 1, &step_codes[step], error));
        for (size_t row = 0; row < row_count; row++) cells += lk_column_is_valid(stages[step], row);
    }
    if (b->segment) {
        LK_TRY(lk_allocate(memory, row_count, sizeof *b->segments, &b->segments, error));
        LK_TRY(lk_allocate(memory, row_count, sizeof *b->codes, &b->codes, error));
        for (size_t row = 0; row < row_count; row++) {
            b->codes[row] = LK_FUNNEL_CODE_NOTHING;
            for (int32_t step = 0; step < funnel->rule.step_count; step++)
                if (lk_column_is_valid(stages[step], row)) b->codes[row] = step_codes[step];
        }
        LK_TRY(intern_segments(funnel, b, false, error));
    }
    LK_TRY(lk_funnel_grow(funnel, cells, false, has_segments(b), error));
    commit_stages(funnel, b, stages, step_codes);
    return LEADKPI_OK;
}

static leadkpi_status add_stages(leadkpi_funnel *funnel, const leadkpi_table *rows,
                                 leadkpi_error *error)
{
    const lk_column *stages[LK_FUNNEL_STEPS_MAX];
    batch b = {0};
    LK_FAIL_IF(funnel->rule.same_value, error, LEADKPI_CONTRADICTION,
               "same_value: expected rows of events, which have a value; found a row a lead");
    LK_TRY(lk_table_require(rows, LK_LITERAL("id"), LK_ALLOW_INT64 | LK_ALLOW_TEXT, &b.id, error));
    LK_TRY(lk_table_allow(rows, LK_LITERAL("segment"), LK_ALLOW_TEXT, &b.segment, error));
    LK_TRY(check_complete(b.id, error));
    LK_TRY(find_stage_columns(funnel, rows, stages, error));
    leadkpi_status status = intern_stages(funnel, &b, stages, error);
    size_t row_count = b.id->row_count;
    lk_release(&funnel->memory, b.leads, row_count, sizeof *b.leads);
    lk_release(&funnel->memory, b.codes, row_count, sizeof *b.codes);
    lk_release(&funnel->memory, b.segments, row_count, sizeof *b.segments);
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
        LK_TRY(lk_map_text_find_or_add(&store->batches, &funnel->memory, &batch_id, 1, &index, error));
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
    return add_all_or_none(funnel, rows, batch_id, batch_id_length, add_stages, error);
}
