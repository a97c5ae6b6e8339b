#include "cohorts/store.h"

/* What a table needs while it is taken in. */
typedef struct batch {
    int32_t kind; /* LK_COHORTS_... */
    const lk_column *id;
    const lk_column *time;
    const lk_column *value;    /* of money; else NULL */
    const lk_column *currency; /* NULL: none */
    const lk_column *outcome;
    const lk_column *dimensions[LK_COHORTS_DIMENSIONS_MAX]; /* by rising name */
    size_t dimension_count;
    uint32_t *customers;
    uint32_t *texts; /* 1 + index, or 0; NULL where the kind has none */
} batch;

/* ---- columns ------------------------------------------------------------------- */

static leadkpi_status check_times(const lk_column *column, leadkpi_error *error)
{
    for (size_t row = 0; row < column->row_count; row++) {
        int64_t time = lk_column_int64(column, row);
        if (time < LK_COHORTS_TIME_MIN || time >= LK_COHORTS_TIME_END)
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                              "row %zu, column \"%.*s\": expected a time in years 1 to 9999, found "
                              "%lld microseconds since 1970",
                              row, LK_TEXT_ARGS(column->name), (long long)time);
    }
    return LEADKPI_OK;
}

static leadkpi_status check_values(const lk_column *column, bool negative_allowed,
                                   leadkpi_error *error)
{
    for (size_t row = 0; row < column->row_count; row++) {
        double number = lk_column_number(column, row);
        bool takes = column->type != LEADKPI_TYPE_DOUBLE || lk_exact_sum_takes(number);
        if (takes && (negative_allowed || number >= 0)) continue;
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                          "row %zu, column \"%.*s\": expected a %s below 2^63, found %g", row,
                          LK_TEXT_ARGS(column->name),
                          negative_allowed ? "finite number" : "number from 0", number);
    }
    return LEADKPI_OK;
}

/* Into its place by name. */
static leadkpi_status take_dimension(batch *b, const lk_column *column, leadkpi_error *error)
{
    LK_FAIL_IF(b->dimension_count == LK_COHORTS_DIMENSIONS_MAX, error, LEADKPI_OVERFLOW,
               "columns: expected at most %d dimensions, found more", LK_COHORTS_DIMENSIONS_MAX);
    if (column->type != LEADKPI_TYPE_TEXT)
        return lk_fail_at(error, LEADKPI_WRONG_TYPE, -1, column->index,
                          "column \"%.*s\": expected text (a dimension), found a number; leave out "
                          "what is neither id, time nor dimension",
                          LK_TEXT_ARGS(column->name));
    size_t place = b->dimension_count++;
    for (; place > 0 && lk_text_compare(b->dimensions[place - 1]->name, column->name) > 0; place--)
        b->dimensions[place] = b->dimensions[place - 1];
    b->dimensions[place] = column;
    return LEADKPI_OK;
}

static leadkpi_status find_dimensions(const leadkpi_table *rows, batch *b, leadkpi_error *error)
{
    int32_t count = leadkpi_table_column_count(rows);
    for (int32_t i = 0; i < count; i++) {
        const lk_column *column = lk_table_column(rows, i);
        if (column != b->id && column != b->time) LK_TRY(take_dimension(b, column, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status find_money(const leadkpi_table *rows, batch *b, leadkpi_error *error)
{
    bool is_payment = b->kind == LK_COHORTS_PAID;
    LK_TRY(lk_table_require(rows, is_payment ? LK_LITERAL("amount") : LK_LITERAL("mrr"),
                            LK_ALLOW_NUMBER, &b->value, error));
    LK_TRY(lk_table_allow(rows, LK_LITERAL("currency"), LK_ALLOW_TEXT, &b->currency, error));
    LK_TRY(lk_column_check_complete(b->value, error));
    return check_values(b->value, is_payment, error);
}

static leadkpi_status find_columns(const leadkpi_table *rows, batch *b, leadkpi_error *error)
{
    LK_TRY(lk_table_require(rows, LK_LITERAL("id"), LK_ALLOW_INT64 | LK_ALLOW_TEXT, &b->id, error));
    LK_TRY(lk_table_require(rows, LK_LITERAL("time"), LK_ALLOW_TIMESTAMP, &b->time, error));
    LK_TRY(lk_column_check_complete(b->id, error));
    LK_TRY(lk_column_check_complete(b->time, error));
    LK_TRY(check_times(b->time, error));
    switch (b->kind) {
    case LK_COHORTS_ACQUIRED:
        return find_dimensions(rows, b, error);
    case LK_COHORTS_PAID:
    case LK_COHORTS_RECURRING:
        return find_money(rows, b, error);
    case LK_COHORTS_OUTCOME:
        LK_TRY(lk_table_require(rows, LK_LITERAL("outcome"), LK_ALLOW_TEXT, &b->outcome, error));
        return lk_column_check_complete(b->outcome, error);
    default:
        return LEADKPI_OK;
    }
}

static leadkpi_status take_currency(lk_cohorts_store *store, const lk_column *column,
                                    leadkpi_error *error)
{
    if (!column) return LEADKPI_OK;
    for (size_t row = 0; row < column->row_count; row++) {
        if (!lk_column_is_valid(column, row)) continue;
        lk_text currency = lk_column_text(column, row);
        if (currency.length == 0) continue;
        if (currency.length > LK_COHORTS_CURRENCY_SIZE)
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                              "row %zu, column \"currency\": expected at most %d bytes, found \"%.*s\"",
                              row, LK_COHORTS_CURRENCY_SIZE, LK_TEXT_ARGS(currency));
        if (store->currency_length == 0) {
            memcpy(store->currency, currency.data, currency.length);
            store->currency_length = currency.length;
        }
        lk_text known = {store->currency, store->currency_length};
        if (!lk_text_equal(currency, known))
            return lk_fail_at(error, LEADKPI_MISMATCH, (int64_t)row, column->index,
                              "row %zu, column \"currency\": expected \"%.*s\" as before, found "
                              "\"%.*s\"; convert first, or use a handle for each currency",
                              row, LK_TEXT_ARGS(known), LK_TEXT_ARGS(currency));
    }
    return LEADKPI_OK;
}

/* ---- texts ----------------------------------------------------------------------- */

/* The tuple of a row as bytes, in a scratch that grows. */
typedef struct scratch {
    lk_memory *memory;
    char *bytes;
    size_t length, capacity;
} scratch;

static leadkpi_status put_text(scratch *s, lk_text text, leadkpi_error *error)
{
    size_t needed;
    LK_FAIL_IF(text.length > UINT32_MAX, error, LEADKPI_OVERFLOW,
               "dimension: expected a text below 2^32 bytes, found more");
    LK_FAIL_IF(!lk_size_add(s->length, text.length, &needed) || !lk_size_add(needed, 4, &needed) ||
                   needed > SIZE_MAX / 2,
               error, LEADKPI_OVERFLOW, "dimensions: expected fewer bytes in a row");
    if (needed > s->capacity) {
        LK_TRY(lk_resize(s->memory, &s->bytes, s->capacity, needed * 2, 1, error));
        s->capacity = needed * 2;
    }
    for (int i = 0; i < 4; i++) s->bytes[s->length++] = (char)(unsigned char)(text.length >> 8 * i);
    if (text.length) memcpy(s->bytes + s->length, text.data, text.length);
    s->length = needed;
    return LEADKPI_OK;
}

static leadkpi_status write_tuple(scratch *s, const batch *b, size_t row, leadkpi_error *error)
{
    s->length = 0;
    for (size_t i = 0; i < b->dimension_count; i++) {
        if (!lk_column_is_valid(b->dimensions[i], row)) continue;
        LK_TRY(put_text(s, b->dimensions[i]->name, error));
        LK_TRY(put_text(s, lk_column_text(b->dimensions[i], row), error));
    }
    return LEADKPI_OK;
}

static leadkpi_status intern_tuples(leadkpi_cohorts *cohorts, const batch *b, leadkpi_error *error)
{
    scratch s = {&cohorts->memory, NULL, 0, 0};
    leadkpi_status status = LEADKPI_OK;
    for (size_t row = 0; row < b->id->row_count && status == LEADKPI_OK; row++) {
        if (row % LK_INTERRUPT_ROWS == 0) status = lk_interrupted(&cohorts->memory, error);
        if (status == LEADKPI_OK) status = write_tuple(&s, b, row, error);
        b->texts[row] = 0;
        if (status != LEADKPI_OK || s.length == 0) continue;
        lk_text tuple = {s.bytes, s.length};
        status = lk_map_text_find_or_add(&cohorts->store->tuples, &cohorts->memory, &tuple, 1,
                                         &b->texts[row], error);
        b->texts[row]++;
    }
    lk_release(&cohorts->memory, s.bytes, s.capacity, 1);
    return status;
}

/* Neighbours often repeat: a name that equals the one before costs a comparison. */
static leadkpi_status intern_outcomes(leadkpi_cohorts *cohorts, const batch *b,
                                      leadkpi_error *error)
{
    lk_text last = {NULL, 0};
    for (size_t row = 0; row < b->id->row_count; row++) {
        lk_text name = lk_column_text(b->outcome, row);
        if (row % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&cohorts->memory, error));
        if (last.data && lk_text_equal(name, last)) {
            b->texts[row] = b->texts[row - 1];
            continue;
        }
        LK_TRY(lk_map_text_find_or_add(&cohorts->store->outcomes, &cohorts->memory, &name, 1,
                                       &b->texts[row], error));
        b->texts[row]++;
        last = name;
    }
    return LEADKPI_OK;
}

/* ---- the batch ------------------------------------------------------------------- */

/* 24 bytes written in order a row; nothing here can fail. */
static void commit(lk_cohorts_store *store, const batch *b)
{
    size_t count = store->event_count;
    for (size_t row = 0; row < b->id->row_count; row++) {
        lk_value value = {b->texts ? b->texts[row] : 0, LK_VALUE_NONE};
        if (b->value) value = lk_row_value(b->value, row);
        store->events[count++] =
            (lk_cohorts_event){lk_column_int64(b->time, row), value.payload, b->customers[row],
                               (uint16_t)b->kind, (uint16_t)value.kind};
    }
    store->event_count = count;
}

static leadkpi_status intern(leadkpi_cohorts *cohorts, batch *b, leadkpi_error *error)
{
    lk_cohorts_store *store = cohorts->store;
    size_t row_count = b->id->row_count;
    lk_memory *memory = &cohorts->memory;
    LK_TRY(lk_allocate(memory, row_count, sizeof *b->customers, &b->customers, error));
    if (b->dimension_count || b->outcome)
        LK_TRY(lk_allocate(memory, row_count, sizeof *b->texts, &b->texts, error));
    LK_TRY(lk_lead_ids_intern(&store->ids, memory, b->id, b->customers, error));
    LK_TRY(lk_interrupted(memory, error));
    if (b->dimension_count) LK_TRY(intern_tuples(cohorts, b, error));
    if (b->outcome) LK_TRY(intern_outcomes(cohorts, b, error));
    LK_TRY(lk_cohorts_grow(cohorts, row_count, error));
    LK_TRY(take_currency(store, b->currency, error));
    commit(store, b);
    return LEADKPI_OK;
}

static leadkpi_status add_rows(leadkpi_cohorts *cohorts, const leadkpi_table *rows, int32_t kind,
                               leadkpi_error *error)
{
    batch b = {.kind = kind};
    LK_TRY(find_columns(rows, &b, error));
    leadkpi_status status = intern(cohorts, &b, error);
    lk_release(&cohorts->memory, b.customers, b.id->row_count, sizeof *b.customers);
    lk_release(&cohorts->memory, b.texts, b.id->row_count, sizeof *b.texts);
    return status;
}

static leadkpi_status add_batch(leadkpi_cohorts *cohorts, const leadkpi_table *rows, int32_t kind,
                                lk_text batch_id, bool has_batch_id, leadkpi_error *error)
{
    lk_cohorts_store *store;
    LK_TRY(lk_cohorts_open(cohorts, &store, error));
    if (has_batch_id) {
        uint32_t before = store->batches.count, index;
        LK_TRY(lk_map_text_find_or_add(&store->batches, &cohorts->memory, &batch_id, 1, &index,
                                       error));
        if (index < before) {
            /* Said, with code OK: the call did what was asked. */
            (void)lk_fail(error, LEADKPI_OK, "batch \"%.*s\" was added before; nothing changed",
                          LK_TEXT_ARGS(batch_id));
            return LEADKPI_OK;
        }
    }
    LK_TRY(lk_interrupted(&cohorts->memory, error));
    return add_rows(cohorts, rows, kind, error);
}

static leadkpi_status add_all_or_none(leadkpi_cohorts *cohorts, const leadkpi_table *rows,
                                      int32_t kind, const char *batch_id, size_t batch_id_length,
                                      leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(cohorts, error);
    LK_REQUIRE(rows, error);
    lk_cohorts_mark mark = lk_cohorts_mark_now(cohorts);
    leadkpi_status status = add_batch(cohorts, rows, kind, lk_text_of(batch_id, batch_id_length),
                                      batch_id != NULL, error);
    if (status != LEADKPI_OK) lk_cohorts_roll_back(cohorts, &mark);
    return status;
}

/* ---- the public calls -------------------------------------------------------------- */

leadkpi_status leadkpi_cohorts_add_acquisitions(leadkpi_cohorts *cohorts, const leadkpi_table *rows,
                                                const char *batch_id, size_t batch_id_length,
                                                leadkpi_error *error)
{
    return add_all_or_none(cohorts, rows, LK_COHORTS_ACQUIRED, batch_id, batch_id_length, error);
}

leadkpi_status leadkpi_cohorts_add_activity(leadkpi_cohorts *cohorts, const leadkpi_table *rows,
                                            const char *batch_id, size_t batch_id_length,
                                            leadkpi_error *error)
{
    return add_all_or_none(cohorts, rows, LK_COHORTS_ACTIVE, batch_id, batch_id_length, error);
}

leadkpi_status leadkpi_cohorts_add_revenue(leadkpi_cohorts *cohorts, const leadkpi_table *rows,
                                           const char *batch_id, size_t batch_id_length,
                                           leadkpi_error *error)
{
    return add_all_or_none(cohorts, rows, LK_COHORTS_PAID, batch_id, batch_id_length, error);
}

leadkpi_status leadkpi_cohorts_add_subscriptions(leadkpi_cohorts *cohorts,
                                                 const leadkpi_table *rows, const char *batch_id,
                                                 size_t batch_id_length, leadkpi_error *error)
{
    return add_all_or_none(cohorts, rows, LK_COHORTS_RECURRING, batch_id, batch_id_length, error);
}

leadkpi_status leadkpi_cohorts_add_outcomes(leadkpi_cohorts *cohorts, const leadkpi_table *rows,
                                            const char *batch_id, size_t batch_id_length,
                                            leadkpi_error *error)
{
    return add_all_or_none(cohorts, rows, LK_COHORTS_OUTCOME, batch_id, batch_id_length, error);
}
