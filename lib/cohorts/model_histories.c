/* model_histories.c: from transactions to what the models take (Fader and Hardie's customer-by-
 * sufficient-statistic table). Nothing is guessed: the end of the watch is given, never the last date
 * in the data. */
#include <math.h>

#include "base/exact_sum.h"
#include "base/lead_ids.h"
#include "base/sort.h"
#include "cohorts/model_forecast.h"
#include "cohorts/model_report.h"

/* Years 1 to 9999, so that no difference overflows. */
#define TIME_MIN INT64_C(-62135596800000000)
#define TIME_END INT64_C(253402300800000000)

enum { AVERAGE_REPEAT, AVERAGE_ALL };

static const lk_option histories_options[] = {
    [LK_HISTORIES_END] = {"end", LK_OPTION_TIMESTAMP, .unit = "time",
                          .meaning = "The end of the watch; transactions after it do not count."},
    [LK_HISTORIES_PERIOD] = {"period", LK_OPTION_DURATION, .unit = "time", .minimum = "1us",
                             .default_text = "1d",
                             .meaning = "Transactions of a customer within one are one transaction."},
    [LK_HISTORIES_UNIT] = {"unit", LK_OPTION_DURATION, .unit = "time", .minimum = "1us", .default_text = "7d",
                           .meaning = "What recency and T are counted in."},
    [LK_HISTORIES_AVERAGE] = {"average", LK_OPTION_CHOICE, .choices = "repeat|all", .default_text = "repeat",
                              .meaning = "Whether monetary_value is the mean of the repeat transactions, or "
                                         "of all."},
};

const lk_schema lk_lifetime_histories_schema = {
    "lifetime_histories", "From transactions to histories of customers.", histories_options,
    LK_HISTORIES_OPTION_COUNT};

typedef struct histories {
    lk_memory memory;
    const lk_column *id, *time, *value;
    size_t rows;
    int64_t end, period, unit;
    int32_t average;
    lk_lead_ids ids;
    uint32_t *customers; /* of each row */
    uint32_t *order;     /* of rows: by customer and period */
    uint64_t *keys;
    uint32_t *sorted; /* customers in order of their ids */
    size_t late;
} histories;

/* Periods as numbers that sort: 0 is the first one there can be. */
static uint64_t period_of(const histories *h, int64_t time)
{
    return (uint64_t)(time - TIME_MIN) / (uint64_t)h->period;
}

/* Periods are counted from 1970: the origin of period_of is moved so that 1970 starts one. */
static uint64_t period_number(const histories *h, int64_t time)
{
    uint64_t ahead = (uint64_t)h->period - (uint64_t)(-TIME_MIN) % (uint64_t)h->period;
    return period_of(h, time + (int64_t)ahead);
}

static leadkpi_status check_row(const histories *h, size_t row, leadkpi_error *error)
{
    if (!lk_column_is_valid(h->id, row))
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, h->id->index, "id: expected a value, found null");
    int64_t time = lk_column_is_valid(h->time, row) ? lk_column_int64(h->time, row) : INT64_MIN;
    if (time < TIME_MIN || time >= TIME_END)
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
        h->keys[*count] = period_number(h, lk_column_int64(h->time, row));
        h->order[(*count)++] = (uint32_t)row;
    }
    LK_TRY(lk_lead_ids_intern(&h->ids, &h->memory, h->id, h->customers, error));
    LK_TRY(lk_sort_uint64(&h->memory, h->keys, h->order, *count, error));
    for (size_t i = 0; i < *count; i++) h->keys[i] = h->customers[h->order[i]];
    return lk_sort_uint64(&h->memory, h->keys, h->order, *count, error);
}

typedef struct output {
    int64_t *frequency;
    double *recency, *age, *value;
} output;

static uint64_t row_period(const histories *h, size_t i)
{
    return period_number(h, lk_column_int64(h->time, h->order[i]));
}

static double in_units(const histories *h, uint64_t periods)
{
    return (double)periods * (double)h->period / (double)h->unit;
}

/* One customer's rows, from `first` up to `last`. */
static leadkpi_status put_customer(const histories *h, size_t first, size_t last, const output *out,
                                   size_t place, leadkpi_error *error)
{
    lk_exact_sum sum = LK_EXACT_SUM_ZERO;
    uint64_t start = row_period(h, first), latest = start, end = period_number(h, h->end);
    for (size_t i = first; i < last; i++) {
        uint64_t period = row_period(h, i);
        if (period != latest) out->frequency[place]++;
        latest = period;
        if (!h->value || (period == start && h->average == AVERAGE_REPEAT)) continue;
        if (h->value->type == LEADKPI_TYPE_DECIMAL)
            LK_TRY(lk_exact_sum_add_decimal(&sum, lk_column_int64(h->value, h->order[i]), h->value->scale, error));
        else
            LK_TRY(lk_exact_sum_add_double(&sum, lk_column_number(h->value, h->order[i]), error));
    }
    out->recency[place] = in_units(h, latest - start);
    out->age[place] = in_units(h, end - start);
    double count = (double)out->frequency[place] + (h->average == AVERAGE_ALL);
    if (h->value) out->value[place] = count > 0 ? lk_exact_sum_to_double(&sum) / count : NAN;
    return LEADKPI_OK;
}

static leadkpi_status add_columns(const histories *h, leadkpi_table *table, size_t count, output *out,
                                  leadkpi_error *error)
{
    LK_TRY(lk_lead_ids_add_column(&h->ids, table, h->sorted, count, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("frequency"), "transactions", count, false, &out->frequency,
                              error));
    LK_TRY(lk_table_add_double(table, LK_LITERAL("recency"), "units", count, false, &out->recency, error));
    LK_TRY(lk_table_add_double(table, LK_LITERAL("T"), "units", count, false, &out->age, error));
    if (!h->value) return LEADKPI_OK;
    return lk_table_add_double(table, LK_LITERAL("monetary_value"), "currency", count, true, &out->value, error);
}

/* Where the rows of a customer are, in `keys`: first in the high half, how many in the low. */
static void find_runs(histories *h, size_t count, uint64_t *runs)
{
    for (size_t first = 0; first < count;) {
        size_t last = first + 1;
        uint32_t customer = h->customers[h->order[first]];
        while (last < count && h->customers[h->order[last]] == customer) last++;
        runs[customer] = (uint64_t)first << 32 | (uint64_t)(last - first);
        first = last;
    }
}

/* Customers all of whose transactions are late are not there. */
static leadkpi_status fill(const void *request, leadkpi_table *table, leadkpi_error *error)
{
    histories *h = *(histories *const *)request;
    output out = {0};
    uint64_t *runs = h->keys;
    size_t count, present = 0;
    LK_TRY(order_rows(h, &count, error));
    uint32_t customers = lk_lead_ids_count(&h->ids);
    LK_TRY(lk_lead_ids_sort(&h->ids, &h->memory, h->sorted, error));
    memset(runs, 0, h->rows * sizeof *runs);
    find_runs(h, count, runs);
    for (uint32_t i = 0; i < customers; i++)
        if (runs[h->sorted[i]]) h->sorted[present++] = h->sorted[i];
    LK_TRY(add_columns(h, table, present, &out, error));
    for (size_t i = 0; i < present; i++) {
        size_t first = (size_t)(runs[h->sorted[i]] >> 32), length = (uint32_t)runs[h->sorted[i]];
        LK_TRY(put_customer(h, first, first + length, &out, i, error));
    }
    if (h->value) lk_null_where_nan(table, leadkpi_table_column_count(table) - 1, out.value, present);
    return LEADKPI_OK;
}

static leadkpi_status read_options(histories *h, const leadkpi_options *options, leadkpi_error *error)
{
    const lk_schema *schema = &lk_lifetime_histories_schema;
    LK_TRY(lk_options_check(options, schema, error));
    LK_FAIL_IF(!lk_options_has_value(options, schema, LK_HISTORIES_END), error, LEADKPI_BAD_ARGUMENT,
               "end: expected a timestamp, found none; the last date in the data is not the end of the watch");
    h->end = lk_options_int64(options, schema, LK_HISTORIES_END);
    h->period = lk_options_int64(options, schema, LK_HISTORIES_PERIOD);
    h->unit = lk_options_int64(options, schema, LK_HISTORIES_UNIT);
    h->average = lk_options_choice(options, schema, LK_HISTORIES_AVERAGE);
    LK_FAIL_IF(h->period > TIME_END, error, LEADKPI_BAD_ARGUMENT, "period: expected below 8000 years");
    return LEADKPI_OK;
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
    LK_TRY(read_options(&h, options, error));
    LK_TRY(find_columns(&h, transactions, error));
    leadkpi_status status = make_room(&h, error);
    if (status == LEADKPI_OK) status = lk_lifetime_report(&h.memory, fill, &place, out, error);
    if (status == LEADKPI_OK && h.late)
        lk_fail(error, LEADKPI_OK, "%zu transactions after the end do not count", h.late);
    release(&h);
    return status;
}
