/* model_histories.c: from a table of transactions to one row a customer; model_history.h has the policy.
 * Nothing is guessed: the end of the watch is given, never the last date in the data. */
#include "base/lead_ids.h"
#include "base/sort.h"
#include "cohorts/model_forecast.h"
#include "cohorts/model_history.h"
#include "cohorts/model_report.h"

static const lk_option histories_options[] = {
    [LK_HISTORIES_END] = {"end", LK_OPTION_TIMESTAMP, .unit = "time",
                          .meaning = "The end of the watch; transactions after it do not count."},
    LK_HISTORY_OPTIONS(LK_HISTORIES_RULE),
};

const lk_schema lk_lifetime_histories_schema = {
    "lifetime_histories", "From transactions to histories of customers.", histories_options,
    LK_HISTORIES_OPTION_COUNT};

typedef struct histories {
    lk_memory memory;
    const lk_column *id, *time, *value;
    size_t rows;
    int64_t end;
    lk_history_rule rule;
    lk_lead_ids ids;
    uint32_t *customers; /* of each row */
    uint32_t *order;     /* of rows: by customer and period */
    uint64_t *keys;
    uint32_t *sorted; /* customers in order of their ids */
    size_t late;
} histories;

static leadkpi_status check_row(const histories *h, size_t row, leadkpi_error *error)
{
    if (!lk_column_is_valid(h->id, row))
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, h->id->index, "id: expected a value, found null");
    int64_t time = lk_column_is_valid(h->time, row) ? lk_column_int64(h->time, row) : INT64_MIN;
    if (time < LK_HISTORY_TIME_MIN || time >= LK_HISTORY_TIME_END)
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, h->time->index,
                          "time: expected in the years 1 to 9999, found %s",
                          lk_column_is_valid(h->time, row) ? "another" : "null");
    if (h->value && !(lk_column_is_valid(h->value, row) && lk_exact_sum_takes(lk_column_number(h->value, row))))
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, h->value->index,
                          "value: expected a number below 2^63, found another or null");
    return LEADKPI_OK;
}

/* The rows that count, by customer and period. */
static leadkpi_status order_rows(histories *h, size_t *count, leadkpi_error *error)
{
    *count = 0;
    for (size_t row = 0; row < h->rows; row++) {
        if (row % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&h->memory, error));
        LK_TRY(check_row(h, row, error));
        if (lk_column_int64(h->time, row) > h->end) {
            h->late++;
            continue;
        }
        h->keys[*count] = lk_history_period(&h->rule, lk_column_int64(h->time, row));
        h->order[(*count)++] = (uint32_t)row;
    }
    LK_TRY(lk_lead_ids_intern(&h->ids, &h->memory, h->id, h->customers, error));
    LK_TRY(lk_sort_uint64(&h->memory, h->keys, h->order, *count, error));
    for (size_t i = 0; i < *count; i++) h->keys[i] = h->customers[h->order[i]];
    return lk_sort_uint64(&h->memory, h->keys, h->order, *count, error);
}

static lk_value value_of(const histories *h, size_t i)
{
    return h->value ? lk_row_value(h->value, h->order[i]) : (lk_value){0, LK_VALUE_NONE};
}

static bool is_refund(const histories *h, size_t i)
{
    return h->value && lk_column_number(h->value, h->order[i]) < 0;
}

/* One customer's rows, from `first` on; false without a transaction. */
static bool read_customer(histories *h, size_t first, size_t count, lk_model_row *row)
{
    lk_history history = {0};
    for (size_t i = first; i < first + count; i++) {
        uint64_t period = lk_history_period(&h->rule, lk_column_int64(h->time, h->order[i]));
        lk_history_take(&history, period, value_of(h, i), is_refund(h, i));
    }
    if (!lk_history_finish(&history)) return false;
    *row = lk_history_row(&h->rule, &history);
    return true;
}

/* Where the rows of a customer are, in `keys`: first in the high half, how many in the low; 0 of who has
 * no transaction. */
static void find_runs(histories *h, size_t count, uint64_t *runs)
{
    for (size_t first = 0; first < count;) {
        size_t last = first + 1;
        lk_model_row row;
        uint32_t customer = h->customers[h->order[first]];
        while (last < count && h->customers[h->order[last]] == customer) last++;
        if (read_customer(h, first, last - first, &row))
            runs[customer] = (uint64_t)first << 32 | (uint64_t)(last - first);
        first = last;
    }
}

/* Customers without a transaction by the end are not there. */
static leadkpi_status fill(const void *request, leadkpi_table *table, leadkpi_error *error)
{
    histories *h = *(histories *const *)request;
    lk_history_columns out;
    uint64_t *runs = h->keys;
    size_t count, present = 0;
    LK_TRY(order_rows(h, &count, error));
    uint32_t customers = lk_lead_ids_count(&h->ids);
    LK_TRY(lk_lead_ids_sort(&h->ids, &h->memory, h->sorted, error));
    memset(runs, 0, h->rows * sizeof *runs);
    find_runs(h, count, runs);
    for (uint32_t i = 0; i < customers; i++)
        if (runs[h->sorted[i]]) h->sorted[present++] = h->sorted[i];
    LK_TRY(lk_lead_ids_add_column(&h->ids, table, h->sorted, present, error));
    LK_TRY(lk_history_add_columns(table, present, h->value != NULL, &out, error));
    for (size_t i = 0; i < present; i++) {
        uint64_t run = runs[h->sorted[i]];
        lk_model_row row;
        if (read_customer(h, (size_t)(run >> 32), (uint32_t)run, &row)) lk_history_put(&out, i, &row);
    }
    return LEADKPI_OK;
}

static leadkpi_status read_options(histories *h, const leadkpi_options *options, leadkpi_error *error)
{
    const lk_schema *schema = &lk_lifetime_histories_schema;
    LK_TRY(lk_options_check(options, schema, error));
    LK_FAIL_IF(!lk_options_has_value(options, schema, LK_HISTORIES_END), error, LEADKPI_BAD_ARGUMENT,
               "end: expected a timestamp, found none; the last date in the data is not the end of the watch");
    h->end = lk_options_int64(options, schema, LK_HISTORIES_END);
    return lk_history_rule_open(&h->memory, options, schema, LK_HISTORIES_RULE, h->end, &h->rule, error);
}

static leadkpi_status find_columns(histories *h, const leadkpi_table *table, leadkpi_error *error)
{
    LK_TRY(lk_table_require(table, LK_LITERAL("id"), LK_ALLOW_INT64 | LK_ALLOW_TEXT, &h->id, error));
    LK_TRY(lk_table_require(table, LK_LITERAL("time"), LK_ALLOW_TIMESTAMP, &h->time, error));
    LK_TRY(lk_table_allow(table, LK_LITERAL("value"), LK_ALLOW_NUMBER, &h->value, error));
    h->rows = leadkpi_table_row_count(table);
    LK_FAIL_IF(h->rows > UINT32_MAX, error, LEADKPI_LIMIT,
               "transactions: expected at most 2^32 - 1 rows, found %zu", h->rows);
    return LEADKPI_OK;
}

static leadkpi_status make_room(histories *h, leadkpi_error *error)
{
    LK_TRY(lk_allocate(&h->memory, h->rows, sizeof *h->customers, &h->customers, error));
    LK_TRY(lk_allocate(&h->memory, h->rows, sizeof *h->order, &h->order, error));
    LK_TRY(lk_allocate(&h->memory, h->rows, sizeof *h->sorted, &h->sorted, error));
    return lk_allocate(&h->memory, h->rows, sizeof *h->keys, &h->keys, error);
}

static void release(histories *h)
{
    lk_release(&h->memory, h->customers, h->rows, sizeof *h->customers);
    lk_release(&h->memory, h->order, h->rows, sizeof *h->order);
    lk_release(&h->memory, h->sorted, h->rows, sizeof *h->sorted);
    lk_release(&h->memory, h->keys, h->rows, sizeof *h->keys);
    lk_lead_ids_free(&h->ids, &h->memory);
    lk_history_rule_close(&h->rule);
}

leadkpi_status leadkpi_lifetime_histories(const leadkpi_host *host, const leadkpi_table *transactions,
                                          const leadkpi_options *options, leadkpi_table **out,
                                          leadkpi_error *error)
{
    histories h = {0}, *place = &h;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(transactions, error);
    LK_TRY(lk_memory_init(&h.memory, host, error));
    leadkpi_status status = read_options(&h, options, error);
    if (status == LEADKPI_OK) status = find_columns(&h, transactions, error);
    if (status == LEADKPI_OK) status = make_room(&h, error);
    if (status == LEADKPI_OK) status = lk_lifetime_report(&h.memory, fill, &place, out, error);
    if (status == LEADKPI_OK && h.late)
        lk_fail(error, LEADKPI_OK, "%zu transactions after the end do not count", h.late);
    release(&h);
    return status;
}
