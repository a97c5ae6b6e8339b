/* The costs that carry none of the report's dimensions (salaries, software),
 * given to the segments of their period. */
#include "base/sort.h"
#include "campaigns/tally.h"

/* The cells of one period in the order of segments, and the weight of each. */
typedef struct period_cells {
    const uint32_t *cells;
    const double *weights;
    size_t count;
} period_cells;

/* ---- weights ----------------------------------------------------------------------- */

/* What the plan's weights say, by the text's index in the store; they were found there. */
static void weigh_texts(const lk_plan *plan, double *text_weights)
{
    const lk_map_text *texts = &plan->store->texts;
    for (uint32_t i = 0; i < texts->count; i++) text_weights[i] = 0;
    for (size_t i = 0; i < plan->weight_count; i++)
        text_weights[lk_map_text_find(texts, plan->weights[i].segment)] = plan->weights[i].weight;
}

static double weight_of(const lk_tally *tally, const double *text_weights, uint32_t cell)
{
    const lk_cell *item = &tally->cells.items[cell];
    const lk_plan *plan = tally->plan;
    if (plan->overhead == LK_OVERHEAD_LEADS) return (double)item->counts[LK_COUNT_LEADS];
    if (plan->overhead == LK_OVERHEAD_WEIGHTS) {
        uint32_t text = lk_segment_text(&plan->segments, lk_cells_segment(&tally->cells, cell), 0);
        return text == LK_MAP_NONE ? 0 : text_weights[text];
    }
    double spend = lk_exact_sum_to_double(&item->sums[LK_SUM_CAMPAIGN]);
    return spend > 0 ? spend : 0; /* a month of nothing but credits bears no overhead */
}

/* weights[i] is that of cells[i]. */
static leadkpi_status weigh(const lk_tally *tally, const uint32_t *cells, double *weights,
                            leadkpi_error *error)
{
    lk_memory *memory = tally->plan->memory;
    double *text_weights = NULL;
    size_t text_count = 0;
    if (tally->plan->overhead == LK_OVERHEAD_WEIGHTS) {
        text_count = tally->plan->store->texts.count;
        LK_TRY(lk_allocate(memory, text_count, sizeof *text_weights, &text_weights, error));
        weigh_texts(tally->plan, text_weights);
    }
    for (size_t i = 0; i < tally->order_count; i++)
        weights[i] = weight_of(tally, text_weights, cells[i]);
    lk_release(memory, text_weights, text_count, sizeof *text_weights);
    return LEADKPI_OK;
}

/* ---- giving ------------------------------------------------------------------------ */

/* Cuts `pool` at the running share of the weights; the parts are differences of
 * the cuts, so they add up to the pool to the last bit. */
static leadkpi_status give(lk_tally *tally, period_cells period, int sum, const lk_exact_sum *pool,
                           double total_weight, leadkpi_error *error)
{
    double amount = lk_exact_sum_to_double(pool), weight = 0;
    lk_exact_sum before = LK_EXACT_SUM_ZERO;
    size_t last = period.count;
    while (last > 0 && period.weights[last - 1] == 0) last--;
    for (size_t i = 0; i < last; i++) {
        lk_exact_sum cut = LK_EXACT_SUM_ZERO, part;
        weight += period.weights[i];
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
    for (size_t i = 0; i < period.count; i++) total_weight += period.weights[i];
    /* Nobody to give it to, or weights too large to add: it stays where it is. */
    if (!(total_weight > 0) || total_weight > 0x1p1023) return LEADKPI_OK;
    for (int i = 0; i < 2; i++) {
        lk_exact_sum pool = tally->cells.items[from].sums[pools[i][0]];
        lk_exact_sum *taken = &tally->cells.items[from].sums[pools[i][1]];
        LK_TRY(lk_exact_sum_subtract(taken, &pool, error));
        LK_TRY(give(tally, period, pools[i][1], &pool, total_weight, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status give_all(lk_tally *tally, int64_t *periods, uint32_t *cells, double *weights,
                               leadkpi_error *error)
{
    size_t count = tally->order_count;
    uint32_t no_segment = tally->plan->segments.of_tuple[LK_TUPLE_ROOT];
    for (size_t i = 0; i < count; i++) {
        cells[i] = tally->order[i];
        periods[i] = lk_cells_period(&tally->cells, cells[i]);
    }
    LK_TRY(lk_sort_int64(tally->plan->memory, periods, cells, count, error));
    LK_TRY(weigh(tally, cells, weights, error));
    for (size_t start = 0, end; start < count; start = end) {
        for (end = start; end < count && periods[end] == periods[start]; end++) continue;
        uint32_t from = lk_cells_look_up(&tally->cells, no_segment, periods[start]);
        period_cells period = {cells + start, weights + start, end - start};
        if (from != LK_MAP_NONE) LK_TRY(give_pools(tally, period, from, error));
    }
    return LEADKPI_OK;
}

leadkpi_status lk_tally_overhead(lk_tally *tally, leadkpi_error *error)
{
    lk_memory *memory = tally->plan->memory;
    size_t count = tally->order_count;
    int64_t *periods = NULL;
    uint32_t *cells = NULL;
    double *weights = NULL;
    if (tally->plan->overhead == LK_OVERHEAD_NONE) return LEADKPI_OK;
    leadkpi_status status = lk_allocate(memory, count, sizeof *periods, &periods, error);
    if (status == LEADKPI_OK) status = lk_allocate(memory, count, sizeof *cells, &cells, error);
    if (status == LEADKPI_OK) status = lk_allocate(memory, count, sizeof *weights, &weights, error);
    if (status == LEADKPI_OK) status = give_all(tally, periods, cells, weights, error);
    lk_release(memory, weights, count, sizeof *weights);
    lk_release(memory, cells, count, sizeof *cells);
    lk_release(memory, periods, count, sizeof *periods);
    return status;
}
