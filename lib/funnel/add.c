#include "base/number.h"
#include "funnel/closed.h"

/* Rows are taken in block by block, so that what is found out about them stays in the first cache. */
#define BLOCK LK_LEAD_IDS_BLOCK

typedef struct block {
    size_t start, count;
    uint32_t leads[BLOCK];
    uint32_t codes[BLOCK];
    uint32_t segments[BLOCK];
} block;

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
    uint32_t *entry_codes;     /* of each entry of the dictionary of `event`; NULL: it has none */
    bool keeps_foreign;
    bool rises; /* times do, from the latest of the standings on, and are in range; false: not looked at */
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

/* Do times rise, none before `latest`, and end in range? Then each is. One comparison a row and no branch. */
static bool times_rise(const lk_column *column, int64_t latest)
{
    int64_t before = latest < LK_FUNNEL_TIME_MIN ? LK_FUNNEL_TIME_MIN : latest;
    bool falls = false;
    for (size_t row = 0; row < column->row_count; row++) {
        int64_t time = lk_column_int64(column, row);
        falls |= time < before;
        before = time;
    }
    return !falls && before < LK_FUNNEL_TIME_END;
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

/* A closed range takes no more events. */
static leadkpi_status check_open(const leadkpi_funnel *funnel, const lk_column *column,
                                 leadkpi_error *error)
{
    const lk_closed *closed = &funnel->store->closed;
    for (size_t row = 0; closed->range_count && row < column->row_count; row++) {
        if (!lk_column_is_valid(column, row)) continue;
        uint32_t range = lk_closed_range_of(closed, lk_column_int64(column, row));
        if (range != LK_MAP_NONE)
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                              "row %zu, column \"%.*s\": expected no time in the range closed from %lld "
                              "to %lld, found %lld",
                              row, LK_TEXT_ARGS(column->name), (long long)closed->ranges[range].from,
                              (long long)closed->ranges[range].until,
                              (long long)lk_column_int64(column, row));
    }
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
    LK_TRY(lk_table_allow(rows, LK_LITERAL("excluded"), LK_ALLOW_BOOL | LK_ALLOW_INT64, &b->excluded, error));
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
    return check_complete(b->steps, error);
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
static void find_name_codes(const lk_funnel_store *store, const lk_column *event, block *at)
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

/* Each entry of the dictionary once. */
static leadkpi_status find_entry_codes(leadkpi_funnel *funnel, batch *b, leadkpi_error *error)
{
    if (!b->event || !lk_column_is_dictionary(b->event)) return LEADKPI_OK;
    size_t count = b->event->dictionary_count;
    LK_TRY(lk_allocate(&funnel->memory, count, sizeof *b->entry_codes, &b->entry_codes, error));
    for (size_t i = 0; i < count; i++)
        b->entry_codes[i] = code_of_name(funnel->store, lk_column_dictionary_text(b->event, i));
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

/* As bits: true is the first. */
static uint64_t exclusions_of(const lk_column *excluded, size_t row)
{
    if (!excluded || !lk_column_is_valid(excluded, row)) return 0;
    if (excluded->type == LEADKPI_TYPE_BOOL) return lk_column_bool(excluded, row);
    return (uint64_t)lk_column_int64(excluded, row);
}

static leadkpi_status intern_step_code(leadkpi_funnel *funnel, const batch *b, size_t row,
                                       uint64_t steps, uint32_t *code, leadkpi_error *error)
{
    uint64_t excludes = exclusions_of(b->excluded, row);
    LK_TRY(check_steps(funnel, b->steps, row, steps, error));
    if (excludes >> funnel->rule.range_count)
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, b->excluded->index,
                          "row %zu, column \"excluded\": expected bits of exclusions 1 to %d, found %lld",
                          row, (int)funnel->rule.range_count, (long long)(int64_t)excludes);
    if (excludes && !lk_funnel_takes_exclusions(&funnel->rule))
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, b->excluded->index,
                          "row %zu, column \"excluded\": expected false under a rule that knows no "
                          "exclusions, found true",
                          row);
    lk_key128 key = lk_funnel_code_key(&funnel->rule, steps, excludes);
    return lk_map128_find_or_add(&funnel->store->codes, &funnel->memory, &key, 1, code, error);
}

static leadkpi_status intern_step_codes(leadkpi_funnel *funnel, const batch *b, code_memo *memo,
                                        block *at, leadkpi_error *error)
{
    for (size_t i = 0; i < at->count; i++) {
        uint64_t steps = (uint64_t)lk_column_int64(b->steps, at->start + i);
        size_t place = memo_place(steps);
        at->codes[i] = memo->codes[place] - 1;
        if (!b->excluded && memo->codes[place] && memo->steps[place] == steps) continue;
        LK_TRY(intern_step_code(funnel, b, at->start + i, steps, &at->codes[i], error));
        memo->steps[place] = steps;
        memo->codes[place] = at->codes[i] + 1;
    }
    return LEADKPI_OK;
}

static leadkpi_status find_codes(leadkpi_funnel *funnel, const batch *b, code_memo *memo, block *at,
                                 leadkpi_error *error)
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

static inline bool is_kept(const batch *b, uint32_t code)
{
    return b->keeps_foreign || code != LK_FUNNEL_CODE_NOTHING;
}

/* ---- values ---------------------------------------------------------------------- */

static lk_text value_text(const lk_column *column, size_t row, char digits[24])
{
    if (column->type != LEADKPI_TYPE_INT64) return lk_column_text(column, row);
    return (lk_text){digits, lk_number_print_int64(digits, lk_column_int64(column, row))};
}

/* An event means what it did, of its value. One without a value means nothing: it is in no attempt. */
static leadkpi_status take_values(leadkpi_funnel *funnel, const batch *b, block *at,
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
        LK_TRY(lk_map128_find_or_add(&store->codes, &funnel->memory, &key, 1, &at->codes[i], error));
    }
    return LEADKPI_OK;
}

/* ---- segments -------------------------------------------------------------------- */

static leadkpi_status intern_segment(leadkpi_funnel *funnel, const batch *b, size_t row, lk_text *last,
                                     uint32_t *segment, leadkpi_error *error)
{
    lk_text text = lk_column_text(b->segment, row);
    uint32_t index;
    if (last->data && lk_text_equal(text, *last)) return LEADKPI_OK;
    LK_TRY(lk_map_text_find_or_add(&funnel->store->segments, &funnel->memory, &text, 1, &index, error));
    *segment = index + 1;
    *last = text;
    return LEADKPI_OK;
}

/* Of the events that are kept only, so that no text is held which nothing uses. */
static leadkpi_status intern_segments(leadkpi_funnel *funnel, const batch *b, block *at,
                                      leadkpi_error *error)
{
    lk_text last = {NULL, 0};
    uint32_t segment = 0;
    for (size_t i = 0; i < at->count; i++) {
        at->segments[i] = 0;
        if (!b->segment || !is_kept(b, at->codes[i])) continue;
        if (!lk_column_is_valid(b->segment, at->start + i)) continue;
        LK_TRY(intern_segment(funnel, b, at->start + i, &last, &segment, error));
        at->segments[i] = segment;
    }
    return LEADKPI_OK;
}

/* ---- the batch ------------------------------------------------------------------- */

static inline int64_t sequence_of(const batch *b, size_t row)
{
    if (!b->sequence || !lk_column_is_valid(b->sequence, row)) return 0;
    return lk_column_int64(b->sequence, row);
}

/* Room for the block, with the columns that it needs. */
static leadkpi_status make_room(leadkpi_funnel *funnel, const batch *b, const block *at,
                                leadkpi_error *error)
{
    size_t kept = 0;
    bool sequences = false, segments = false;
    for (size_t i = 0; i < at->count; i++) kept += is_kept(b, at->codes[i]);
    for (size_t i = 0; b->sequence && i < at->count; i++)
        sequences |= is_kept(b, at->codes[i]) && sequence_of(b, at->start + i) != 0;
    for (size_t i = 0; b->segment && i < at->count; i++) segments |= at->segments[i] != 0;
    return lk_funnel_grow(funnel, kept, sequences, segments, error);
}

/* 16 bytes written in order a row that is kept. Which are, no branch could foresee: they are listed first. */
static void append_plain(lk_funnel_store *store, const batch *b, const block *at)
{
    uint32_t rows[BLOCK], kept = 0;
    for (uint32_t i = 0; i < at->count; i++) {
        rows[kept] = i;
        kept += is_kept(b, at->codes[i]);
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

static void append(lk_funnel_store *store, const batch *b, const block *at)
{
    if (!store->sequences && !store->event_segments) {
        append_plain(store, b, at);
        return;
    }
    for (size_t i = 0; i < at->count; i++)
        if (is_kept(b, at->codes[i]))
            lk_funnel_append(store, lk_column_int64(b->time, at->start + i),
                             sequence_of(b, at->start + i), at->leads[i], at->codes[i],
                             at->segments[i]);
}

static leadkpi_status take_block(leadkpi_funnel *funnel, const batch *b, code_memo *memo, block *at,
                                 leadkpi_error *error)
{
    LK_TRY(lk_lead_ids_intern_rows(&funnel->store->ids, &funnel->memory, b->id, at->start, at->count,
                                   at->leads, error));
    LK_TRY(find_codes(funnel, b, memo, at, error));
    if (b->value) LK_TRY(take_values(funnel, b, at, error));
    if (b->segment) LK_TRY(intern_segments(funnel, b, at, error));
    LK_TRY(make_room(funnel, b, at, error));
    append(funnel->store, b, at);
    return LEADKPI_OK;
}

/* Steps say at once how many rows are kept, so that their room is made in one go. */
static leadkpi_status reserve(leadkpi_funnel *funnel, const batch *b, leadkpi_error *error)
{
    size_t kept = 0;
    if (!b->steps) return LEADKPI_OK;
    for (size_t row = 0; row < b->steps->row_count; row++)
        kept += b->keeps_foreign || lk_column_int64(b->steps, row) != 0;
    return lk_funnel_grow(funnel, kept, false, false, error);
}

static void set_block(const batch *b, block *at, size_t start)
{
    size_t left = b->id->row_count - start;
    at->start = start;
    at->count = left < BLOCK ? left : BLOCK;
}

static leadkpi_status take_blocks(leadkpi_funnel *funnel, batch *b, leadkpi_error *error)
{
    code_memo memo = {{0}, {0}};
    block at;
    size_t row_count = b->id->row_count, events_before = funnel->store->event_count;
    LK_TRY(lk_lead_ids_begin(&funnel->store->ids, &funnel->memory, b->id, error));
    LK_TRY(find_entry_codes(funnel, b, error));
    LK_TRY(reserve(funnel, b, error));
    for (size_t start = 0; start < row_count; start += BLOCK) {
        set_block(b, &at, start);
        if (start % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&funnel->memory, error));
        LK_TRY(take_block(funnel, b, &memo, &at, error));
    }
    return lk_journeys_settle(funnel, events_before, error);
}

/* ---- rows in order of time, into standings ----------------------------------------------- */

static leadkpi_status check_order(const leadkpi_funnel *funnel, const batch *b, leadkpi_error *error)
{
    int64_t before = funnel->store->standings.latest;
    if (b->rises && !b->sequence && !b->segment) return LEADKPI_OK;
    for (size_t row = 0; row < b->time->row_count; row++) {
        int64_t time = lk_column_int64(b->time, row);
        if (time < before)
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, b->time->index,
                              "row %zu, column \"%.*s\": with input=time expected no time before %lld, "
                              "found %lld",
                              row, LK_TEXT_ARGS(b->time->name), (long long)before, (long long)time);
        before = time;
        if (sequence_of(b, row) || (b->segment && lk_column_is_valid(b->segment, row)))
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row,
                              (sequence_of(b, row) ? b->sequence : b->segment)->index,
                              "row %zu: with input=time expected neither sequence nor segment, found one",
                              row);
    }
    return LEADKPI_OK;
}

/* The steps of one instant are kept together, so which event had which of them must not matter. */
static leadkpi_status check_codes(const leadkpi_funnel *funnel, const batch *b, const block *at,
                                  leadkpi_error *error)
{
    const lk_column *meaning = b->steps ? b->steps : b->event;
    bool one_step = funnel->rule.same_event == LK_SAME_EVENT_ONCE;
    for (size_t i = 0; one_step && i < at->count; i++)
        if (!has_one_step_at_most(lk_funnel_code_steps(funnel->store, at->codes[i])))
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)(at->start + i), meaning->index,
                              "row %zu: with input=time and same_event=once expected an event of one "
                              "step at most, found one of several",
                              at->start + i);
    for (size_t i = 0; b->excluded && i < at->count; i++)
        if (lk_funnel_code_exclusions(funnel->store, at->codes[i]))
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)(at->start + i), b->excluded->index,
                              "row %zu: with input=time expected no exclusion, found one",
                              at->start + i);
    return LEADKPI_OK;
}

/* How many rows ahead the standing of a lead is asked for. */
#define ROWS_AHEAD 24

static inline void fetch_standing(const uint64_t *standing)
{
#if defined(__GNUC__)
    __builtin_prefetch(standing, 1);
#else
    (void)standing;
#endif
}

/* The steps of the rows of a block, from its first on. */
typedef struct row_steps {
    const char *cells;
    ptrdiff_t stride;
} row_steps;

static inline uint64_t steps_at(const row_steps *steps, uint32_t row)
{
    uint64_t value;
    memcpy(&value, steps->cells + (ptrdiff_t)row * steps->stride, sizeof value);
    return value;
}

/* Cost a row: 20 bytes read in order, and the standing of its lead, one line of the cache that was asked
 * for ahead; the row before is taken then, one step without a branch. Rows that mean nothing, which no
 * branch could foresee, are left out first. */
static void take_rows(leadkpi_funnel *funnel, const batch *b, const uint32_t *leads, const block *at,
                      const row_steps *steps)
{
    lk_standings *standings = &funnel->store->standings;
    lk_standing_rule rule = lk_standing_rule_of(&funnel->rule);
    uint64_t *words = standings->words;
    uint32_t rows[BLOCK + ROWS_AHEAD], kept = 0;
    for (uint32_t i = 0; i < at->count; i++) {
        rows[kept] = i;
        kept += steps_at(steps, i) != 0;
    }
    if (kept == 0) return;
    for (uint32_t i = 0; i < ROWS_AHEAD; i++) rows[kept + i] = rows[kept - 1];
    leads += at->start;
    for (uint32_t i = 0; i < kept; i++) {
        uint32_t row = rows[i];
        fetch_standing(words + (size_t)leads[rows[i + ROWS_AHEAD]] * rule.size);
        lk_standing_add(&rule, words + (size_t)leads[row] * rule.size,
                        lk_standing_time(lk_column_int64(b->time, at->start + row)), steps_at(steps, row));
    }
    standings->latest = lk_column_int64(b->time, at->start + rows[kept - 1]);
}

/* Are the steps of all rows such that nothing could be said against one? Then they need no codes. */
static bool has_plain_steps(const leadkpi_funnel *funnel, const batch *b)
{
    uint64_t any = 0, several = 0;
    if (!b->steps || b->excluded || funnel->rule.skips == LK_SKIPS_IMPLIED) return false;
    for (size_t row = 0; row < b->steps->row_count; row++) {
        uint64_t steps = (uint64_t)lk_column_int64(b->steps, row);
        any |= steps;
        several |= steps & (steps - 1);
    }
    if (funnel->rule.same_event == LK_SAME_EVENT_ONCE && several) return false;
    return !(any & ~lk_funnel_all_steps(&funnel->rule));
}

/* What the rows of a block mean, of an event or of steps that need a second look: `steps` by code. */
static leadkpi_status find_steps(leadkpi_funnel *funnel, const batch *b, code_memo *memo, block *at,
                                 uint64_t *steps, leadkpi_error *error)
{
    LK_TRY(find_codes(funnel, b, memo, at, error));
    LK_TRY(check_codes(funnel, b, at, error));
    for (size_t i = 0; i < at->count; i++)
        steps[i] = lk_funnel_code_steps(funnel->store, at->codes[i]);
    return LEADKPI_OK;
}

/* All that can fail goes first; what rows mean is found a second time then, which cannot. */
static leadkpi_status take_in_order(leadkpi_funnel *funnel, const batch *b, uint32_t *leads,
                                    leadkpi_error *error)
{
    code_memo memo = {{0}, {0}};
    uint64_t steps[BLOCK];
    block at;
    size_t row_count = b->id->row_count;
    bool is_plain = has_plain_steps(funnel, b);
    LK_TRY(check_order(funnel, b, error));
    for (size_t start = 0; start < row_count; start += BLOCK) {
        set_block(b, &at, start);
        if (start % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&funnel->memory, error));
        LK_TRY(lk_lead_ids_intern_rows(&funnel->store->ids, &funnel->memory, b->id, start, at.count,
                                       leads + start, error));
        if (!is_plain) LK_TRY(find_steps(funnel, b, &memo, &at, steps, error));
    }
    LK_TRY(lk_standings_reserve(&funnel->store->standings, &funnel->rule, &funnel->memory,
                            lk_lead_ids_count(&funnel->store->ids), error));
    for (size_t start = 0; start < row_count; start += BLOCK) {
        row_steps found = {(const char *)steps, sizeof *steps};
        set_block(b, &at, start);
        if (is_plain)
            found = (row_steps){lk_column_cell(b->steps, start), b->steps->stride};
        else
            LK_TRY(find_steps(funnel, b, &memo, &at, steps, error));
        take_rows(funnel, b, leads, &at, &found);
    }
    return LEADKPI_OK;
}

static leadkpi_status take_standings(leadkpi_funnel *funnel, batch *b, leadkpi_error *error)
{
    uint32_t *leads;
    LK_TRY(lk_lead_ids_begin(&funnel->store->ids, &funnel->memory, b->id, error));
    LK_TRY(find_entry_codes(funnel, b, error));
    LK_TRY(lk_allocate(&funnel->memory, b->id->row_count, sizeof *leads, &leads, error));
    leadkpi_status status = take_in_order(funnel, b, leads, error);
    lk_release(&funnel->memory, leads, b->id->row_count, sizeof *leads);
    return status;
}

static leadkpi_status add_events(leadkpi_funnel *funnel, const leadkpi_table *rows,
                                 leadkpi_error *error)
{
    batch b = {.keeps_foreign = lk_funnel_keeps_foreign(&funnel->rule)};
    LK_TRY(find_columns(rows, funnel->rule.same_value, &b, error));
    b.rises = funnel->rule.input == LK_INPUT_TIME && times_rise(b.time, funnel->store->standings.latest);
    if (!b.rises) LK_TRY(check_times(b.time, error));
    LK_TRY(check_open(funnel, b.time, error));
    leadkpi_status status = funnel->rule.input == LK_INPUT_TIME ? take_standings(funnel, &b, error)
                                                                : take_blocks(funnel, &b, error);
    lk_release(&funnel->memory, b.entry_codes, b.event ? b.event->dictionary_count : 0,
               sizeof *b.entry_codes);
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
        LK_TRY(check_open(funnel, stages[i], error));
    }
    return LEADKPI_OK;
}

/* The row's segment, where it reached a stage. */
static leadkpi_status find_stage_segments(leadkpi_funnel *funnel, const batch *b,
                                          const lk_column *const *stages, block *at,
                                          leadkpi_error *error)
{
    for (size_t i = 0; i < at->count; i++) {
        at->codes[i] = LK_FUNNEL_CODE_NOTHING;
        for (int32_t step = 0; step < funnel->rule.step_count; step++)
            if (lk_column_is_valid(stages[step], at->start + i))
                at->codes[i] = LK_FUNNEL_CODE_NOTHING + 1; /* kept, whatever it means */
    }
    return intern_segments(funnel, b, at, error);
}

static leadkpi_status append_stages(leadkpi_funnel *funnel, const block *at,
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

static leadkpi_status take_stages(leadkpi_funnel *funnel, const batch *b,
                                  const lk_column *const *stages, leadkpi_error *error)
{
    uint32_t step_codes[LK_FUNNEL_STEPS_MAX];
    block at;
    lk_memory *memory = &funnel->memory;
    size_t row_count = b->id->row_count;
    LK_TRY(lk_lead_ids_begin(&funnel->store->ids, memory, b->id, error));
    for (int32_t step = 0; step < funnel->rule.step_count; step++) {
        lk_key128 key = lk_funnel_code_key(&funnel->rule, (uint64_t)1 << step, false);
        LK_TRY(lk_map128_find_or_add(&funnel->store->codes, memory, &key, 1, &step_codes[step], error));
    }
    for (size_t start = 0; start < row_count; start += BLOCK) {
        set_block(b, &at, start);
        if (start % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(memory, error));
        LK_TRY(lk_lead_ids_intern_rows(&funnel->store->ids, memory, b->id, at.start, at.count, at.leads,
                                       error));
        LK_TRY(find_stage_segments(funnel, b, stages, &at, error));
        LK_TRY(append_stages(funnel, &at, stages, step_codes, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status add_stages(leadkpi_funnel *funnel, const leadkpi_table *rows,
                                 leadkpi_error *error)
{
    const lk_column *stages[LK_FUNNEL_STEPS_MAX];
    batch b = {0};
    LK_FAIL_IF(funnel->rule.same_value, error, LEADKPI_CONTRADICTION,
               "same_value: expected rows of events, which have a value; found a row a lead");
    LK_FAIL_IF(funnel->rule.input == LK_INPUT_TIME, error, LEADKPI_CONTRADICTION,
               "input: a column a stage has no order of time; expected input=any");
    LK_TRY(lk_table_require(rows, LK_LITERAL("id"), LK_ALLOW_INT64 | LK_ALLOW_TEXT, &b.id, error));
    LK_TRY(lk_table_allow(rows, LK_LITERAL("segment"), LK_ALLOW_TEXT, &b.segment, error));
    LK_TRY(check_complete(b.id, error));
    LK_TRY(find_stage_columns(funnel, rows, stages, error));
    return take_stages(funnel, &b, stages, error);
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
