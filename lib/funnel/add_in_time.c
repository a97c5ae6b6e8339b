/* add_in_time.c: rows in order of time, into standings. */
#include "base/time_text.h"
#include "funnel/add.h"

/* What is found out about the rows of a part before the first of their standings moves. */
typedef struct in_order {
    leadkpi_funnel *funnel;
    const lk_batch *batch;
    size_t part_rows;
    uint32_t *leads; /* of each row of the part */
    uint8_t *codes;  /* the same; NULL: they are found again */
    int64_t latest;  /* time of the rows that were looked through */
    lk_code_memo memo;
    uint64_t steps[LK_BATCH_BLOCK]; /* of the block, where it is not plain */
} in_order;

static leadkpi_status check_row(const in_order *o, size_t row, leadkpi_error *error)
{
    const lk_batch *b = o->batch;
    int64_t time = lk_column_int64(b->time, row);
    LK_TRY(lk_batch_check_time(b->time, row, error));
    if (time < o->latest)
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, b->time->index,
                          "row %zu, column \"%.*s\": with input=time expected no time before %s, "
                          "found %s",
                          row, LK_TEXT_ARGS(b->time->name), LK_SAY_TIME(o->latest), LK_SAY_TIME(time));
    if (lk_batch_sequence(b, row) || (b->segment && lk_column_is_valid(b->segment, row)))
        return lk_fail_at(
            error, LEADKPI_BAD_DATA, (int64_t)row,
            (lk_batch_sequence(b, row) ? b->sequence : b->segment)->index,
            "row %zu: with input=time expected neither sequence nor segment, found one", row);
    return LEADKPI_OK;
}

/* Times that rise from one in range to one in range are all in range. */
static leadkpi_status check_rows(in_order *o, const lk_batch_block *at, leadkpi_error *error)
{
    const lk_batch *b = o->batch;
    int64_t before = o->latest;
    bool rise = lk_batch_times_rise(b->time, at->start, at->count, &before);
    if (rise && before < LK_FUNNEL_TIME_END && !b->sequence && !b->segment) {
        o->latest = before;
        return LEADKPI_OK;
    }
    for (size_t row = at->start; row < at->start + at->count; row++) {
        LK_TRY(check_row(o, row, error));
        o->latest = lk_column_int64(b->time, row);
    }
    return LEADKPI_OK;
}

/* The steps of one instant are kept together, so which event had which of them must not matter. */
static leadkpi_status check_codes(const leadkpi_funnel *funnel, const lk_batch *b,
                                  const lk_batch_block *at, leadkpi_error *error)
{
    const lk_column *meaning = b->steps ? b->steps : b->event;
    bool one_step = funnel->rule.same_event == LK_SAME_EVENT_ONCE;
    /* What a name means, the definition says: no row of that name could ever be taken. */
    leadkpi_status status = b->steps ? LEADKPI_BAD_DATA : LEADKPI_CONTRADICTION;
    for (size_t i = 0; one_step && i < at->count; i++)
        if (!lk_has_one_step_at_most(lk_funnel_code_steps(funnel->store, at->codes[i])))
            return lk_fail_at(
                error, status, (int64_t)(at->start + i), meaning->index,
                "row %zu: with input=time and same_event=once expected an event of one "
                "step at most, found one of several%s",
                at->start + i, b->steps ? "" : ", as steps have its name; same_event=many, or input=any, takes it");
    for (size_t i = 0; b->excluded && i < at->count; i++)
        if (lk_funnel_code_exclusions(funnel->store, at->codes[i]))
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)(at->start + i), b->excluded->index,
                              "row %zu: with input=time expected no exclusion, found one",
                              at->start + i);
    return LEADKPI_OK;
}

/* How many rows ahead the standing of a lead is asked for. */
#define ROWS_AHEAD 20

/* Cells of the rows of a block, from its first on. */
typedef struct row_cells {
    const char *cells;
    ptrdiff_t stride;
} row_cells;

static inline uint64_t value_at(row_cells of, uint32_t row)
{
    uint64_t value;
    memcpy(&value, of.cells + (ptrdiff_t)row * of.stride, sizeof value);
    return value;
}

static row_cells cells_of(const lk_column *column, const lk_batch_block *at)
{
    return (row_cells){lk_column_cell(column, at->start), column->stride};
}

/* Cost a row: 20 bytes read in order, and the standing of its lead, one line of the cache that was
 * asked for ahead; the row before is taken then, one step without a branch. All else stays in registers: a store to
 * a standing could change what stands in memory. */
static void add_rows(lk_standing_rule rule, uint64_t *words, const uint32_t *leads, row_cells times, row_cells steps,
                     const uint32_t *rows, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = rows[i];
        LK_PREFETCH(words + (size_t)leads[rows[i + ROWS_AHEAD]] * rule.size);
        lk_standing_add(&rule, words + (size_t)leads[row] * rule.size, lk_standing_time((int64_t)value_at(times, row)),
                        value_at(steps, row));
    }
}

/* Rows that mean nothing, which no branch could foresee, are left out first. */
static void take_rows(leadkpi_funnel *funnel, const lk_batch *b, const uint32_t *leads,
                      const lk_batch_block *at, row_cells steps)
{
    lk_standings *standings = &funnel->store->standings;
    row_cells times = cells_of(b->time, at);
    uint32_t rows[LK_BATCH_BLOCK + ROWS_AHEAD], kept = 0;
    for (uint32_t i = 0; i < at->count; i++) {
        rows[kept] = i;
        kept += value_at(steps, i) != 0;
    }
    if (kept == 0) return;
    for (uint32_t i = 0; i < ROWS_AHEAD; i++) rows[kept + i] = rows[kept - 1];
    add_rows(lk_standing_rule_of(&funnel->rule), standings->words, leads, times, steps, rows, kept);
    standings->latest = (int64_t)value_at(times, rows[kept - 1]);
}

/* Are the steps of all rows of a block such that nothing could be said against one? Then they need no codes. */
static bool has_plain_steps(const in_order *o, const lk_batch_block *at)
{
    const lk_batch *b = o->batch;
    const lk_funnel_rule *rule = &o->funnel->rule;
    uint64_t any = 0, several = 0;
    if (!b->steps || b->excluded || rule->skips == LK_SKIPS_IMPLIED) return false;
    for (size_t row = at->start; row < at->start + at->count; row++) {
        uint64_t steps = (uint64_t)lk_column_int64(b->steps, row);
        lk_read_ahead(lk_column_cell(b->steps, row));
        any |= steps;
        several |= steps & (steps - 1);
    }
    return !(any & ~lk_funnel_all_steps(rule)) && !(rule->same_event == LK_SAME_EVENT_ONCE && several);
}

/* A name costs a look at the map. What an entry of a dictionary or some steps mean is found again
 * in less time than a byte of new memory takes. */
static bool keeps_codes(const in_order *o)
{
    const lk_batch *b = o->batch;
    return b->event && !b->entry_codes && o->funnel->store->codes.count <= UINT8_MAX + 1;
}

/* The codes of a block, of events or of steps that need a second look. */
static leadkpi_status find_codes(in_order *o, lk_batch_block *at, leadkpi_error *error)
{
    LK_TRY(lk_batch_find_codes(o->funnel, o->batch, &o->memo, at, error));
    return check_codes(o->funnel, o->batch, at, error);
}

static void keep_codes(const lk_batch_block *at, uint8_t *codes)
{
    size_t count = at->count;
    for (size_t i = 0; i < count; i++) codes[i] = (uint8_t)at->codes[i];
}

static void give_codes(lk_batch_block *at, const uint8_t *codes)
{
    size_t count = at->count;
    for (size_t i = 0; i < count; i++) at->codes[i] = codes[i];
}

static leadkpi_status look_through_block(in_order *o, lk_batch_block *at, size_t place, leadkpi_error *error)
{
    leadkpi_funnel *funnel = o->funnel;
    LK_TRY(check_rows(o, at, error));
    LK_TRY(lk_lead_ids_intern_rows(&funnel->store->ids, &funnel->memory, o->batch->id, at->start, at->count,
                                   o->leads + place, error));
    if (has_plain_steps(o, at)) return LEADKPI_OK;
    LK_TRY(find_codes(o, at, error));
    if (o->codes) keep_codes(at, o->codes + place);
    return LEADKPI_OK;
}

/* The steps of a block that was looked through. */
static leadkpi_status find_steps(in_order *o, lk_batch_block *at, size_t place, row_cells *found,
                                 leadkpi_error *error)
{
    if (has_plain_steps(o, at)) {
        *found = cells_of(o->batch->steps, at);
        return LEADKPI_OK;
    }
    if (o->codes)
        give_codes(at, o->codes + place);
    else
        LK_TRY(find_codes(o, at, error));
    const lk_funnel_store *store = o->funnel->store;
    for (size_t i = 0; i < at->count; i++) o->steps[i] = lk_funnel_code_steps(store, at->codes[i]);
    *found = (row_cells){(const char *)o->steps, sizeof *o->steps};
    return LEADKPI_OK;
}

/* All that can fail comes before the first standing moves. */
static leadkpi_status take_part(in_order *o, size_t start, size_t end, leadkpi_error *error)
{
    lk_funnel_store *store = o->funnel->store;
    lk_memory *memory = &o->funnel->memory;
    lk_batch_block at;
    row_cells found;
    for (size_t row = start; row < end; row += LK_BATCH_BLOCK) {
        lk_batch_set_block(o->batch, &at, row);
        if (row % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(memory, error));
        LK_TRY(look_through_block(o, &at, row - start, error));
    }
    LK_TRY(lk_map128_reserve(&store->codes, memory, 1, error)); /* which who finds one again asks for, too */
    LK_TRY(lk_standings_reserve(&store->standings, &o->funnel->rule, memory, lk_lead_ids_count(&store->ids), error));
    for (size_t row = start; row < end; row += LK_BATCH_BLOCK) {
        lk_batch_set_block(o->batch, &at, row);
        LK_TRY(find_steps(o, &at, row - start, &found, error));
        take_rows(o->funnel, o->batch, o->leads + (row - start), &at, found);
    }
    return LEADKPI_OK;
}

/* What has moved cannot be moved back: so all rows are one part, but where there is no lead yet. Such a funnel
 * is emptied again, and rows are taken while what was found out about them is in the cache. */
#define PART_ROWS ((size_t)16 * LK_BATCH_BLOCK)

static size_t choose_part_rows(const leadkpi_funnel *funnel, size_t row_count)
{
    bool is_empty = lk_lead_ids_count(&funnel->store->ids) == 0;
    return is_empty && row_count > PART_ROWS ? PART_ROWS : row_count;
}

static leadkpi_status take_parts(in_order *o, leadkpi_error *error)
{
    leadkpi_funnel *funnel = o->funnel;
    size_t row_count = o->batch->id->row_count, part = o->part_rows;
    for (size_t start = 0; start < row_count; start += part)
        LK_TRY(take_part(o, start, row_count - start < part ? row_count : start + part, error));
    if (row_count > part) lk_standings_shrink(&funnel->store->standings, &funnel->rule, &funnel->memory);
    return LEADKPI_OK;
}

leadkpi_status lk_add_in_time(leadkpi_funnel *funnel, lk_batch *b, leadkpi_error *error)
{
    lk_memory *memory = &funnel->memory;
    size_t part_rows = choose_part_rows(funnel, b->id->row_count);
    int64_t latest = funnel->store->standings.latest;
    in_order o = {.funnel = funnel, .batch = b, .part_rows = part_rows,
                  .latest = latest < LK_FUNNEL_TIME_MIN ? LK_FUNNEL_TIME_MIN : latest};
    LK_TRY(lk_lead_ids_begin(&funnel->store->ids, b->id, error));
    LK_TRY(lk_batch_find_entry_codes(funnel, b, error));
    leadkpi_status status = lk_allocate(memory, part_rows, sizeof *o.leads, &o.leads, error);
    if (status == LEADKPI_OK && keeps_codes(&o))
        status = lk_allocate(memory, part_rows, sizeof *o.codes, &o.codes, error);
    if (status == LEADKPI_OK) status = take_parts(&o, error);
    lk_release(memory, o.leads, part_rows, sizeof *o.leads);
    lk_release(memory, o.codes, part_rows, sizeof *o.codes);
    return status;
}
