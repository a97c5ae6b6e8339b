#include "cohorts/model_data.h"

#include <math.h>

#include "base/map.h"
#include "base/sort.h"

#define FREQUENCY_MOST 1e9
#define TIME_LEAST 1e-15
#define TIME_MOST 1e15
#define VALUE_LEAST 1e-15
#define VALUE_MOST 1e15
#define COUNT_MOST 1e12 /* so that sums are exact */
#define PERIOD_MOST 100000

/* ---- customers --------------------------------------------------------------- */

leadkpi_status lk_customers_find(const leadkpi_table *table, int needs, lk_customer_columns *c,
                                 leadkpi_error *error)
{
    memset(c, 0, sizeof *c);
    LK_TRY(lk_table_require(table, LK_LITERAL("frequency"), LK_ALLOW_NUMBER, &c->frequency, error));
    if (needs & LK_NEEDS_HISTORY) {
        LK_TRY(lk_table_require(table, LK_LITERAL("recency"), LK_ALLOW_NUMBER, &c->recency, error));
        LK_TRY(lk_table_require(table, LK_LITERAL("T"), LK_ALLOW_NUMBER, &c->age, error));
    }
    if (needs & LK_NEEDS_VALUE)
        LK_TRY(lk_table_require(table, LK_LITERAL("monetary_value"), LK_ALLOW_NUMBER, &c->value,
                                error));
    LK_TRY(lk_table_allow(table, LK_LITERAL("customers"), LK_ALLOW_NUMBER, &c->weight, error));
    return lk_table_allow(table, LK_LITERAL("id"), LK_ALLOW_INT64 | LK_ALLOW_TEXT, &c->id, error);
}

/* A finite number of the column, not below `least`; 0 is never negative. */
static leadkpi_status read_number(const lk_column *column, size_t row, double least, double most,
                                  const char *meaning, double *value, leadkpi_error *error)
{
    *value = lk_column_is_valid(column, row) ? lk_column_number(column, row) + 0.0 : NAN;
    if (*value >= least && *value <= most) return LEADKPI_OK;
    return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                      "%.*s: expected %s, found %s%g", LK_TEXT_ARGS(column->name), meaning,
                      lk_column_is_valid(column, row) ? "" : "null, ", *value);
}

static leadkpi_status read_whole(const lk_column *column, size_t row, double least, double most,
                                 const char *meaning, double *value, leadkpi_error *error)
{
    LK_TRY(read_number(column, row, least, most, meaning, value, error));
    if (*value == floor(*value)) return LEADKPI_OK;
    return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                      "%.*s: expected %s, found %g", LK_TEXT_ARGS(column->name), meaning, *value);
}

static leadkpi_status read_time(const lk_column *column, size_t row, double *time,
                                leadkpi_error *error)
{
    LK_TRY(read_number(column, row, 0, TIME_MOST, "0, or from 1e-15 to 1e15", time, error));
    if (*time == 0 || *time >= TIME_LEAST) return LEADKPI_OK;
    return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                      "%.*s: expected 0, or from 1e-15 to 1e15, found %g", LK_TEXT_ARGS(column->name), *time);
}

static leadkpi_status read_history(const lk_customer_columns *c, size_t row, lk_model_row *out,
                                   leadkpi_error *error)
{
    LK_TRY(read_time(c->recency, row, &out->recency, error));
    LK_TRY(read_time(c->age, row, &out->age, error));
    if (out->age < out->recency)
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, c->age->index,
                          "T: expected recency (%g) or more, found %g", out->recency, out->age);
    if ((out->frequency > 0) != (out->recency > 0))
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, c->recency->index,
                          "recency: expected 0 exactly where frequency is, found %g of %g repeats",
                          out->recency, out->frequency);
    return LEADKPI_OK;
}

leadkpi_status lk_customers_read(const lk_customer_columns *c, size_t row, lk_model_row *out,
                                 leadkpi_error *error)
{
    *out = (lk_model_row){.weight = 1};
    LK_TRY(read_whole(c->frequency, row, 0, FREQUENCY_MOST, "a whole number from 0 to 1e9",
                      &out->frequency, error));
    if (c->age) LK_TRY(read_history(c, row, out, error));
    if (c->value && out->frequency > 0)
        LK_TRY(read_number(c->value, row, VALUE_LEAST, VALUE_MOST, "from 1e-15 to 1e15", &out->value,
                           error));
    if (c->weight)
        LK_TRY(read_whole(c->weight, row, 1, COUNT_MOST, "a whole number of 1 or more", &out->weight,
                          error));
    return LEADKPI_OK;
}

/* Keys that sort as the numbers do, which are not negative. */
static uint64_t key_of(const lk_model_row *row, int field)
{
    const double fields[] = {row->weight, row->value, row->recency, row->age, row->frequency};
    uint64_t key;
    memcpy(&key, &fields[field], sizeof key);
    return key;
}

enum { SORT_FIELDS = 5 };

/* Field by field, the last one first in rank; a field that is one number throughout costs nothing
 * but a look. Cost model: a pass of the sort is 12 bytes a row and byte that differs, and the keys
 * of a pass are gathered at random, 40 bytes a row. */
static leadkpi_status sort_order(const lk_model_data *data, uint64_t *keys, uint32_t *order,
                                 leadkpi_error *error)
{
    for (size_t i = 0; i < data->row_count; i++) order[i] = (uint32_t)i;
    for (int field = 0; field < SORT_FIELDS; field++) {
        bool differ = false;
        for (size_t i = 0; i < data->row_count; i++) {
            keys[i] = key_of(&data->rows[order[i]], field);
            differ |= keys[i] != keys[0];
        }
        LK_TRY(lk_interrupted(data->memory, error));
        if (differ) LK_TRY(lk_sort_uint64(data->memory, keys, order, data->row_count, error));
    }
    return LEADKPI_OK;
}

static bool same_history(const lk_model_row *a, const lk_model_row *b)
{
    return a->frequency == b->frequency && a->recency == b->recency && a->age == b->age &&
           a->value == b->value;
}

/* Into the order, equal rows as one. */
static leadkpi_status arrange(lk_model_data *data, const uint32_t *order, leadkpi_error *error)
{
    lk_model_row *sorted;
    size_t count = 0;
    LK_TRY(lk_allocate(data->memory, data->row_capacity, sizeof *sorted, &sorted, error));
    for (size_t i = 0; i < data->row_count; i++) {
        const lk_model_row *row = &data->rows[order[i]];
        data->customers += row->weight;
        data->transactions += row->weight * row->frequency;
        if (count > 0 && same_history(&sorted[count - 1], row))
            sorted[count - 1].weight += row->weight;
        else
            sorted[count++] = *row;
    }
    lk_release(data->memory, data->rows, data->row_capacity, sizeof *sorted);
    data->rows = sorted;
    data->row_count = count;
    return LEADKPI_OK;
}

static leadkpi_status sort_rows(lk_model_data *data, leadkpi_error *error)
{
    uint64_t *keys = NULL;
    uint32_t *order = NULL;
    size_t count = data->row_count;
    leadkpi_status status = lk_allocate(data->memory, count, sizeof *keys, &keys, error);
    if (status == LEADKPI_OK)
        status = lk_allocate(data->memory, count, sizeof *order, &order, error);
    if (status == LEADKPI_OK) status = sort_order(data, keys, order, error);
    if (status == LEADKPI_OK) status = arrange(data, order, error);
    lk_release(data->memory, keys, count, sizeof *keys);
    lk_release(data->memory, order, count, sizeof *order);
    return status;
}

leadkpi_status lk_model_data_customers(const leadkpi_table *table, int needs, lk_memory *memory,
                                       lk_model_data *data, leadkpi_error *error)
{
    lk_customer_columns columns;
    size_t rows = leadkpi_table_row_count(table);
    *data = (lk_model_data){.memory = memory, .stride = 1};
    LK_TRY(lk_customers_find(table, needs, &columns, error));
    LK_FAIL_IF(rows > UINT32_MAX, error, LEADKPI_LIMIT, "customers: expected at most 2^32 - 1 rows, found %zu",
               rows);
    LK_TRY(lk_allocate(memory, rows, sizeof *data->rows, &data->rows, error));
    data->row_capacity = rows;
    for (size_t row = 0; row < rows; row++) {
        if (row % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(memory, error));
        lk_model_row *out = &data->rows[data->row_count];
        LK_TRY(lk_customers_read(&columns, row, out, error));
        if (out->frequency > 0 || !columns.value) data->row_count++;
    }
    return sort_rows(data, error);
}

/* ---- contracts ---------------------------------------------------------------- */

typedef struct contract_columns {
    const lk_column *period, *alive, *cohort;
    const uint32_t *cohorts; /* a dense index a row */
} contract_columns;

/* The cohorts as dense indexes, in order of first sight; all 0 without the column. */
static leadkpi_status number_cohorts(const lk_column *cohort, lk_memory *memory, size_t rows,
                                     uint32_t *indexes, leadkpi_error *error)
{
    lk_map64 integers = {0};
    lk_map_text texts = {0};
    leadkpi_status status = LEADKPI_OK;
    for (size_t row = 0; row < rows && status == LEADKPI_OK; row++) {
        indexes[row] = 0;
        if (!cohort) continue;
        if (!lk_column_is_valid(cohort, row)) {
            status = lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, cohort->index,
                                "cohort: expected a name, found null");
        } else if (cohort->type == LEADKPI_TYPE_TEXT) {
            lk_text text = lk_column_text(cohort, row);
            status = lk_map_text_find_or_add(&texts, memory, &text, 1, &indexes[row], error);
        } else {
            int64_t key = lk_column_int64(cohort, row);
            status = lk_map64_find_or_add(&integers, memory, &key, 0, 1, &indexes[row], error);
        }
    }
    lk_map64_free(&integers, memory);
    lk_map_text_free(&texts, memory);
    return status;
}

static leadkpi_status read_contract(const contract_columns *c, size_t row, int64_t *period,
                                    double *alive, leadkpi_error *error)
{
    *period = lk_column_is_valid(c->period, row) ? lk_column_int64(c->period, row) : -1;
    if (*period < 0 || *period > PERIOD_MOST)
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, c->period->index,
                          "period: expected from 0 to %d, found another or null", PERIOD_MOST);
    return read_whole(c->alive, row, 0, COUNT_MOST, "a whole number of 0 or more", alive, error);
}

/* One row after the one before it in the order of (cohort, period). */
static leadkpi_status add_contract(const contract_columns *c, size_t row, size_t before,
                                   lk_model_data *data, leadkpi_error *error)
{
    int64_t period, last = -1;
    double alive, was = 0;
    LK_TRY(read_contract(c, row, &period, &alive, error));
    bool is_first = before == SIZE_MAX || c->cohorts[row] != c->cohorts[before];
    if (!is_first) LK_TRY(read_contract(c, before, &last, &was, error));
    if (period != last + 1)
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, c->period->index,
                          "period: expected %d next of its cohort, found %d", (int)last + 1,
                          (int)period);
    if (is_first) {
        data->customers += alive;
        data->left[0] += alive;
        return LEADKPI_OK;
    }
    if (alive > was)
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, c->alive->index,
                          "alive: expected at most the %g of the period before, found %g", was, alive);
    data->lost[period] += was - alive;
    data->left[period - 1] -= was;
    data->left[period] += alive;
    return LEADKPI_OK;
}

static leadkpi_status add_contracts(const contract_columns *c, size_t rows, uint64_t *keys,
                                    uint32_t *order, lk_model_data *data, leadkpi_error *error)
{
    int64_t period, last = 0;
    double alive;
    for (size_t row = 0; row < rows; row++) {
        LK_TRY(read_contract(c, row, &period, &alive, error));
        keys[row] = (uint64_t)c->cohorts[row] << 32 | (uint64_t)period;
        order[row] = (uint32_t)row;
        if (period > last) last = period;
    }
    LK_TRY(lk_allocate(data->memory, (size_t)last + 1, sizeof *data->lost, &data->lost, error));
    data->period_count = (size_t)last;
    memset(data->lost, 0, ((size_t)last + 1) * sizeof *data->lost);
    LK_TRY(lk_allocate(data->memory, (size_t)last + 1, sizeof *data->left, &data->left, error));
    memset(data->left, 0, ((size_t)last + 1) * sizeof *data->left);
    LK_TRY(lk_sort_uint64(data->memory, keys, order, rows, error));
    for (size_t i = 0; i < rows; i++)
        LK_TRY(add_contract(c, order[i], i ? order[i - 1] : SIZE_MAX, data, error));
    return LEADKPI_OK;
}

leadkpi_status lk_model_data_contracts(const leadkpi_table *table, lk_memory *memory,
                                       lk_model_data *data, leadkpi_error *error)
{
    contract_columns c = {0};
    size_t rows = leadkpi_table_row_count(table);
    uint64_t *keys = NULL;
    uint32_t *order = NULL, *cohorts = NULL;
    *data = (lk_model_data){.memory = memory, .stride = 1};
    LK_TRY(lk_table_require(table, LK_LITERAL("period"), LK_ALLOW_INT64, &c.period, error));
    LK_TRY(lk_table_require(table, LK_LITERAL("alive"), LK_ALLOW_NUMBER, &c.alive, error));
    LK_TRY(lk_table_allow(table, LK_LITERAL("cohort"), LK_ALLOW_INT64 | LK_ALLOW_TEXT, &c.cohort,
                          error));
    LK_FAIL_IF(rows > UINT32_MAX, error, LEADKPI_LIMIT, "contracts: expected at most 2^32 - 1 rows, found %zu",
               rows);
    leadkpi_status status = lk_allocate(memory, rows, sizeof *keys, &keys, error);
    if (status == LEADKPI_OK) status = lk_allocate(memory, rows, sizeof *order, &order, error);
    if (status == LEADKPI_OK) status = lk_allocate(memory, rows, sizeof *cohorts, &cohorts, error);
    if (status == LEADKPI_OK) status = number_cohorts(c.cohort, memory, rows, cohorts, error);
    c.cohorts = cohorts;
    if (status == LEADKPI_OK) status = add_contracts(&c, rows, keys, order, data, error);
    lk_release(memory, keys, rows, sizeof *keys);
    lk_release(memory, order, rows, sizeof *order);
    lk_release(memory, cohorts, rows, sizeof *cohorts);
    return status;
}

void lk_model_data_free(lk_model_data *data)
{
    if (!data->memory) return;
    lk_release(data->memory, data->rows, data->row_capacity, sizeof *data->rows);
    lk_release(data->memory, data->lost, data->period_count + 1, sizeof *data->lost);
    lk_release(data->memory, data->left, data->period_count + 1, sizeof *data->left);
}
