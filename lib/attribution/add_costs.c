#include "attribution/rows.h"

typedef struct batch {
    leadkpi_attribution *attribution;
    const lk_column *numbers[LK_COST_SUMS]; /* NULL: not known */
    uint32_t *kinds;
    size_t row_count;
} batch;

static bool is_known(const batch *b, int which, size_t row)
{
    return b->numbers[which] && lk_column_is_valid(b->numbers[which], row);
}

static leadkpi_status find_kinds(batch *b, const leadkpi_table *rows, leadkpi_error *error)
{
    lk_kind_lookup lookup;
    leadkpi_status status = lk_kind_lookup_open(&lookup, b->attribution, rows, error);
    for (size_t row = 0; row < b->row_count && status == LEADKPI_OK; row++) {
        if (row % LK_INTERRUPT_ROWS == 0) status = lk_interrupted(&b->attribution->memory, error);
        if (status == LEADKPI_OK)
            status = lk_kind_lookup_row(&lookup, b->attribution, row, &b->kinds[row], error);
    }
    lk_kind_lookup_close(&lookup, b->attribution);
    return status;
}

static leadkpi_status add_number(batch *b, int which, size_t row, leadkpi_error *error)
{
    lk_cost_sums *cost = &b->attribution->store->costs[b->kinds[row]];
    lk_exact_sum amount;
    if (!is_known(b, which, row)) return LEADKPI_OK;
    LK_TRY(lk_rows_amount(b->numbers[which], row, 0, which != LK_COST_CLAIMED_VALUE, &amount,
                          error));
    LK_FAIL_IF(cost->known[which] == LK_ATTRIBUTION_ROWS_MAX, error, LEADKPI_OVERFLOW,
               "costs: expected fewer than 2^32 - 1 rows");
    LK_TRY(lk_exact_sum_add(&cost->sums[which], &amount, error));
    cost->known[which]++;
    return LEADKPI_OK;
}

static void take_back(batch *b, int which, size_t row)
{
    lk_cost_sums *cost = &b->attribution->store->costs[b->kinds[row]];
    lk_exact_sum amount;
    if (!is_known(b, which, row)) return;
    (void)lk_rows_amount(b->numbers[which], row, 0, false, &amount, NULL);
    (void)lk_exact_sum_subtract(&cost->sums[which], &amount, NULL);
    cost->known[which]--;
}

/* All or none: what went in before a failure is taken out again, exactly. */
static leadkpi_status add_numbers(batch *b, leadkpi_error *error)
{
    for (int which = 0; which < LK_COST_SUMS; which++) {
        for (size_t row = 0; row < b->row_count; row++) {
            leadkpi_status status = add_number(b, which, row, error);
            if (status == LEADKPI_OK) continue;
            while (row-- > 0) take_back(b, which, row);
            while (which-- > 0)
                for (row = 0; row < b->row_count; row++) take_back(b, which, row);
            return status;
        }
    }
    return LEADKPI_OK;
}

static leadkpi_status take(batch *b, const leadkpi_table *rows, leadkpi_error *error)
{
    static const char *const names[] = {"cost", "claimed_conversions", "claimed_value"};
    for (int i = 0; i < LK_COST_SUMS; i++)
        LK_TRY(lk_table_allow(rows, lk_text_of(names[i], LEADKPI_NUL_TERMINATED), LK_ALLOW_NUMBER,
                              &b->numbers[i], error));
    LK_TRY(lk_rows_check_currency(b->attribution, rows, error));
    LK_TRY(lk_allocate(&b->attribution->memory, b->row_count, sizeof *b->kinds, &b->kinds, error));
    LK_TRY(find_kinds(b, rows, error));
    LK_TRY(lk_attribution_open_costs(b->attribution, error));
    return add_numbers(b, error);
}

static leadkpi_status add_costs(leadkpi_attribution *attribution, const leadkpi_table *rows,
                                leadkpi_error *error)
{
    batch b = {.attribution = attribution, .row_count = leadkpi_table_row_count(rows)};
    leadkpi_status status = take(&b, rows, error);
    lk_release(&attribution->memory, b.kinds, b.row_count, sizeof *b.kinds);
    return status;
}

leadkpi_status leadkpi_attribution_add_costs(leadkpi_attribution *attribution,
                                             const leadkpi_table *rows, const char *batch_id,
                                             size_t batch_id_length, leadkpi_error *error)
{
    return lk_rows_add_all_or_none(attribution, rows, batch_id, batch_id_length, add_costs, error);
}
