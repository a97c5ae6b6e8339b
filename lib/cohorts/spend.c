/* spend.c: what was spent, from a table of the caller's: this room knows no campaigns. */
#include "cohorts/spend.h"

#include <leadkpi/stats.h>
#include <math.h>

typedef struct spending {
    const lk_view *view;
    lk_spends *spends;
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
    const lk_view *v = s->view;
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

/* Segments stand in order of their values. What no customer is of the row's goes aside. */
static lk_spend *place_of(const spending *s, size_t row)
{
    if (!s->view->dimension_count) return &s->spends->rows[0];
    size_t low = 0, high = s->view->segment_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_with_segment(s, row, middle);
        if (order == 0) return &s->spends->rows[middle];
        if (order > 0) low = middle + 1;
        else high = middle;
    }
    return &s->spends->unmatched;
}

static leadkpi_status take_row(spending *s, size_t row, leadkpi_error *error)
{
    if (!lk_column_is_valid(s->amount, row)) return LEADKPI_OK; /* not given */
    double amount = lk_column_number(s->amount, row);
    if (!lk_exact_sum_takes(amount))
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, s->amount->index,
                          "row %zu, column \"amount\": expected a finite number below 2^63, found %g",
                          row, amount);
    if (s->time && lk_column_is_valid(s->time, row) && lk_column_int64(s->time, row) > s->view->as_of)
        return LEADKPI_OK;
    lk_spend *place = place_of(s, row);
    lk_value_add_to(lk_row_value(s->amount, row), &place->sum);
    place->is_given = true;
    return LEADKPI_OK;
}

static leadkpi_status take_rows(spending *s, const leadkpi_table *spend, leadkpi_error *error)
{
    const lk_view *v = s->view;
    LK_TRY(lk_table_require(spend, LK_LITERAL("amount"), LK_ALLOW_NUMBER, &s->amount, error));
    LK_TRY(lk_table_allow(spend, LK_LITERAL("time"), LK_ALLOW_TIMESTAMP, &s->time, error));
    for (size_t i = 0; i < v->dimension_count; i++)
        LK_TRY(lk_table_allow(spend, dimension_name(v, i), LK_ALLOW_TEXT, &s->dimensions[i], error));
    for (size_t row = 0; row < s->amount->row_count; row++) {
        if (row % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&v->memory, error));
        LK_TRY(take_row(s, row, error));
    }
    return LEADKPI_OK;
}

static void add_up(lk_spends *spends)
{
    lk_spend *total = &spends->rows[spends->count - 1];
    for (size_t i = 0; i < spends->count; i++) {
        const lk_spend *part = i + 1 < spends->count ? &spends->rows[i] : &spends->unmatched;
        (void)lk_exact_sum_add(&total->sum, &part->sum, NULL);
        total->is_given |= part->is_given;
    }
}

leadkpi_status lk_spends_open(lk_view *view, const leadkpi_table *spend, lk_spends *spends,
                              leadkpi_error *error)
{
    spending s = {.view = view, .spends = spends};
    size_t count = view->dimension_count, rows = (count ? view->segment_count : 0) + 1;
    *spends = (lk_spends){0};
    LK_TRY(lk_allocate(&view->memory, rows, sizeof *spends->rows, &spends->rows, error));
    memset(spends->rows, 0, rows * sizeof *spends->rows);
    spends->count = rows;
    if (!spend) return LEADKPI_OK;
    LK_TRY(lk_allocate(&view->memory, count, sizeof *s.dimensions, &s.dimensions, error));
    leadkpi_status status = take_rows(&s, spend, error);
    lk_release(&view->memory, s.dimensions, count, sizeof *s.dimensions);
    if (status == LEADKPI_OK) add_up(spends);
    return status;
}

void lk_spends_close(lk_view *view, lk_spends *spends)
{
    lk_release(&view->memory, spends->rows, spends->count, sizeof *spends->rows);
}

double lk_spends_amount(const lk_spends *spends, size_t row)
{
    const lk_spend *spend = &spends->rows[row];
    return spend->is_given ? lk_exact_sum_to_double(&spend->sum) : NAN;
}

double lk_spends_unmatched(const lk_spends *spends, size_t row)
{
    if (row + 1 < spends->count || !spends->unmatched.is_given) return NAN;
    return lk_exact_sum_to_double(&spends->unmatched.sum);
}

double lk_spends_cac_end(const lk_spends *spends, size_t row, int64_t customers, double level,
                         bool is_high)
{
    double low, high, amount = lk_spends_amount(spends, row);
    if (isnan(amount) || leadkpi_stats_cost_per_count_interval(amount, (double)customers, level, &low,
                                                               &high, NULL) != LEADKPI_OK)
        return NAN;
    return is_high ? high : low;
}
