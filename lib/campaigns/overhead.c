/* The costs that carry none of the report's dimensions (salaries, software),
 * given to the segments of their period. */
#include "base/sort.h"
#include "campaigns/tally.h"

/* The cells of one period, in the order of segments. */
typedef struct period_cells {
    const uint32_t *cells;
    size_t count;
} period_cells;

static double weight_of_text(const lk_tally *tally, uint32_t cell)
{
    const lk_plan *plan = tally->plan;
    uint32_t text = lk_segment_text(&plan->segments, lk_cells_segment(&tally->cells, cell), 0);
    if (text == LK_MAP_NONE) return 0;
    lk_text segment = lk_map_text_key(&plan->store->texts, text);
    double weight = 0;
    for (size_t i = 0; i < plan->weight_count; i++)
        if (lk_text_equal(plan->weights[i].segment, segment)) weight = plan->weights[i].weight;
    return weight;
}

static double weight_of(const lk_tally *tally, uint32_t cell)
{
    const lk_cell *item = &tally->cells.items[cell];
    if (tally->plan->overhead == LK_OVERHEAD_LEADS) return (double)item->counts[LK_COUNT_LEADS];
    if (tally->plan->overhead == LK_OVERHEAD_WEIGHTS) return weight_of_text(tally, cell);
    double spend = lk_exact_sum_to_double(&item->sums[LK_SUM_CAMPAIGN]);
    return spend > 0 ? spend : 0; /* a month of nothing but credits bears no overhead */
}

/* Cuts `pool` at the running share of the weights; the parts are differences of
 * the cuts, so they add up to the pool to the last bit. */
static leadkpi_status give(lk_tally *tally, period_cells period, int sum, const lk_exact_sum *pool,
                           double total_weight, leadkpi_error *error)
{
    double amount = lk_exact_sum_to_double(pool), weight = 0;
    lk_exact_sum before = LK_EXACT_SUM_ZERO;
    size_t last = period.count;
    while (last > 0 && weight_of(tally, period.cells[last - 1]) == 0) last--;
    for (size_t i = 0; i < last; i++) {
        lk_exact_sum cut = LK_EXACT_SUM_ZERO, part;
        weight += weight_of(tally, period.cells[i]);
        if (i + 1 == last) {
            cut = *pool;
        } else {
            LK_TRY(lk_exact_sum_add_double(&cut, amount * (weight / total_weight), error));
        }
        part = cut;
        LK_TRY(lk_exact_sum_subtract(&part, &before, error));
        LK_TRY(lk_exact_sum_add(&tally->cells.items[period.cells[i]].sums[sum], &part, error));
        before = cut;
    }
    return LEADKPI_OK;
}

static leadkpi_status give_pools(lk_tally *tally, period_cells period, uint32_t from,
                                 leadkpi_error *error)
{
    static const int pools[2][2] = {{LK_SUM_MARKETING, LK_SUM_ALLOCATED_MARKETING},
                                    {LK_SUM_SALES, LK_SUM_ALLOCATED_SALES}};
    double total_weight = 0;
    for (size_t i = 0; i < period.count; i++) total_weight += weight_of(tally, period.cells[i]);
    if (!(total_weight > 0)) return LEADKPI_OK; /* nobody to give it to: it stays where it is */
    for (int i = 0; i < 2; i++) {
        lk_exact_sum pool = tally->cells.items[from].sums[pools[i][0]];
        lk_exact_sum *taken = &tally->cells.items[from].sums[pools[i][1]];
        LK_TRY(lk_exact_sum_subtract(taken, &pool, error));
        LK_TRY(give(tally, period, pools[i][1], &pool, total_weight, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status give_all(lk_tally *tally, int64_t *periods, uint32_t *cells,
                               leadkpi_error *error)
{
    size_t count = tally->order_count;
    uint32_t no_segment = tally->plan->segments.of_tuple[LK_TUPLE_ROOT];
    for (size_t i = 0; i < count; i++) {
        cells[i] = tally->order[i];
        periods[i] = lk_cells_period(&tally->cells, cells[i]);
    }
    LK_TRY(lk_sort_int64(tally->plan->memory, periods, cells, count, error));
    for (size_t start = 0, end; start < count; start = end) {
        for (end = start; end < count && periods[end] == periods[start]; end++) continue;
        uint32_t from = lk_cells_look_up(&tally->cells, no_segment, periods[start]);
        if (from != LK_MAP_NONE)
            LK_TRY(give_pools(tally, (period_cells){cells + start, end - start}, from, error));
    }
    return LEADKPI_OK;
}

leadkpi_status lk_tally_overhead(lk_tally *tally, leadkpi_error *error)
{
    lk_memory *memory = tally->plan->memory;
    size_t count = tally->order_count;
    int64_t *periods;
    uint32_t *cells;
    if (tally->plan->overhead == LK_OVERHEAD_NONE) return LEADKPI_OK;
    LK_TRY(lk_allocate(memory, count, sizeof *periods, &periods, error));
    leadkpi_status status = lk_allocate(memory, count, sizeof *cells, &cells, error);
    if (status == LEADKPI_OK) {
        status = give_all(tally, periods, cells, error);
        lk_release(memory, cells, count, sizeof *cells);
    }
    lk_release(memory, periods, count, sizeof *periods);
    return status;
}
