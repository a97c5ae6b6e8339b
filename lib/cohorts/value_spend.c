/* value_spend.c: what was spent, from a table of the caller's: this room knows no campaigns. */
#include "cohorts/value.h"

typedef struct spending {
    lk_values *values;
    const lk_column *amount;
    const lk_column *time; /* NULL: all of it counts */
    const lk_column **dimensions; /* NULL where the table has none of that name */
} spending;

static lk_text dimension_name(const lk_view *v, size_t i)
{
    return lk_options_list_item(v->options, v->schema, v->first + LK_VIEW_BY, i);
}

static int compare_with_segment(const spending *s, size_t row, size_t segment)
{
    const lk_view *v = s->values->view;
    uint32_t number = v->segment_tuples[segment];
    lk_text tuple = number ? lk_map_text_key(&v->cohorts->store->tuples, number - 1) : LK_LITERAL("");
    for (size_t i = 0; i < v->dimension_count; i++) {
        const lk_column *column = s->dimensions[i];
        lk_text theirs = lk_tuple_find(tuple, dimension_name(v, i)), ours = {NULL, 0};
        if (column && lk_column_is_valid(column, row)) ours = lk_column_text(column, row);
        int order = !ours.data || !theirs.data ? (ours.data != NULL) - (theirs.data != NULL)
                                               : lk_text_compare(ours, theirs);
        if (order) return order;
    }
    return 0;
}

/* Segments stand in order of their values. NULL where no customer is of the row's. */
static lk_worth *worth_of(const spending *s, size_t row)
{
    lk_values *v = s->values;
    if (!v->view->dimension_count) return &v->worths[0];
    size_t low = 0, high = v->view->segment_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_with_segment(s, row, middle);
        if (order == 0) return &v->worths[middle];
        if (order > 0) low = middle + 1;
        else high = middle;
    }
    return NULL;
}

static leadkpi_status take_row(spending *s, size_t row, leadkpi_error *error)
{
    lk_values *v = s->values;
    if (!lk_column_is_valid(s->amount, row)) return LEADKPI_OK; /* not given */
    double amount = lk_column_number(s->amount, row);
    if (!(amount >= 0 && amount < 0x1p63))
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, s->amount->index,
                          "row %zu, column \"amount\": expected a number from 0 below 2^63, found %g",
                          row, amount);
    if (s->time && lk_column_is_valid(s->time, row) && lk_column_int64(s->time, row) > v->view->as_of)
        return LEADKPI_OK;
    lk_worth *w = worth_of(s, row);
    if (w) {
        lk_value_add_to(lk_row_value(s->amount, row), &w->spend);
        w->has_spend = true;
    } else {
        lk_value_add_to(lk_row_value(s->amount, row), &v->unmatched);
        v->has_unmatched = true;
    }
    return LEADKPI_OK;
}

static leadkpi_status take_rows(spending *s, const leadkpi_table *spend, leadkpi_error *error)
{
    const lk_view *v = s->values->view;
    LK_TRY(lk_table_require(spend, LK_LITERAL("amount"), LK_ALLOW_NUMBER, &s->amount, error));
    LK_TRY(lk_table_allow(spend, LK_LITERAL("time"), LK_ALLOW_TIMESTAMP, &s->time, error));
    for (size_t i = 0; i < v->dimension_count; i++)
        LK_TRY(lk_table_allow(spend, dimension_name(v, i), LK_ALLOW_TEXT, &s->dimensions[i], error));
    for (size_t row = 0; row < s->amount->row_count; row++) LK_TRY(take_row(s, row, error));
    return LEADKPI_OK;
}

leadkpi_status lk_values_add_spend(lk_values *values, const leadkpi_table *spend,
                                   leadkpi_error *error)
{
    spending s = {.values = values};
    lk_memory *memory = &values->view->memory;
    size_t count = values->view->dimension_count;
    LK_TRY(lk_allocate(memory, count, sizeof *s.dimensions, &s.dimensions, error));
    leadkpi_status status = take_rows(&s, spend, error);
    lk_release(memory, s.dimensions, count, sizeof *s.dimensions);
    return status;
}
