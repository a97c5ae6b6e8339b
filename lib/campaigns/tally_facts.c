#include "base/sort.h"
#include "campaigns/fact_names.h"
#include "campaigns/tally.h"

/* ---- facts to cells ---------------------------------------------------------------- */

static int compare_facts(const void *context, uint32_t i, uint32_t j)
{
    const lk_store *store = context;
    lk_key128 a = store->fact_keys.keys[i], b = store->fact_keys.keys[j];
    uint64_t x = a.low << 32 | a.low >> 32, y = b.low << 32 | b.low >> 32; /* name, then tuple */
    if (x != y) return x < y ? -1 : 1;
    return ((int64_t)a.high > (int64_t)b.high) - ((int64_t)a.high < (int64_t)b.high);
}

static leadkpi_status add_cost(lk_tally *tally, uint32_t cell, const lk_fact_meaning *name,
                               const lk_fact *fact, leadkpi_error *error)
{
    static const int scope_sums[LK_SCOPE_COUNT] = {LK_SUM_CAMPAIGN, LK_SUM_MARKETING, LK_SUM_SALES};
    static const int scope_rows[LK_SCOPE_COUNT] = {LK_COUNT_CAMPAIGN_ROWS, LK_COUNT_MARKETING_ROWS,
                                                   LK_COUNT_SALES_ROWS};
    lk_cell *item = &tally->cells.items[cell];
    item->counts[scope_rows[name->scope]] += (int64_t)fact->rows;
    LK_TRY(lk_exact_sum_add(&item->sums[scope_sums[name->scope]], &fact->sum, error));
    if (name->cost_type != LK_COST_MEDIA) return LEADKPI_OK;
    item->counts[LK_COUNT_MEDIA_ROWS] += (int64_t)fact->rows;
    return lk_exact_sum_add(&item->sums[LK_SUM_MEDIA], &fact->sum, error);
}

/* The fact of the same name and tuple that is `step` places on, where the plan sees it. */
static const lk_key128 *neighbour(const lk_tally *tally, const uint32_t *order, size_t count,
                                  size_t place, size_t step)
{
    const lk_key128 *keys = tally->plan->store->fact_keys.keys;
    size_t other = place + step; /* a step of SIZE_MAX is one back; before the first is past the last */
    if (other >= count || keys[order[other]].low != keys[order[place]].low) return NULL;
    return lk_plan_sees(tally->plan, lk_fact_time(keys[order[other]])) ? &keys[order[other]] : NULL;
}

/* Several rows of distinct persons for one day and segment may count the same persons:
 * the largest of them is the mean at least. */
static leadkpi_status largest_row(const lk_fact *fact, lk_exact_sum *largest, leadkpi_error *error)
{
    *largest = fact->sum;
    if (fact->rows <= 1) return LEADKPI_OK;
    *largest = LK_EXACT_SUM_ZERO;
    return lk_exact_sum_add_double(largest, lk_exact_sum_to_double(&fact->sum) / (double)fact->rows,
                                   error);
}

static leadkpi_status put_fact(lk_tally *tally, uint32_t cell, uint32_t name, const lk_fact *fact,
                               leadkpi_error *error)
{
    lk_exact_sum largest;
    LK_TRY(largest_row(fact, &largest, error));
    return lk_cells_add_fact(&tally->cells, cell, name, &fact->sum, &largest, fact->rows, error);
}

/* Of a stock (customers at the end of a period) only the last value in a cell counts, for
 * each combination of dimensions; of one at the start the first. `beyond` is the fact
 * that would count instead, if any. */
static leadkpi_status add_stock(lk_tally *tally, uint32_t cell, uint32_t name, const lk_fact *fact,
                                const lk_key128 *beyond, leadkpi_error *error)
{
    uint32_t other = LK_MAP_NONE;
    if (beyond)
        LK_TRY(lk_tally_cell(tally, lk_fact_tuple(*beyond), lk_fact_time(*beyond), &other, error));
    if (other != cell) LK_TRY(put_fact(tally, cell, name, fact, error));
    return beyond ? LEADKPI_OK : put_fact(tally, tally->total, name, fact, error);
}

static leadkpi_status add_fact(lk_tally *tally, const lk_fact_meaning *names, const uint32_t *order,
                               size_t count, size_t place, leadkpi_error *error)
{
    const lk_store *store = tally->plan->store;
    lk_key128 key = store->fact_keys.keys[order[place]];
    uint32_t name = lk_fact_name(key), cell;
    const lk_fact *fact = &store->facts[order[place]];
    if (names[name].is_cost && names[name].scope == LK_SCOPE_SALES) tally->sales_given = true;
    if (!lk_plan_sees(tally->plan, lk_fact_time(key))) return LEADKPI_OK;
    LK_TRY(lk_tally_cell(tally, lk_fact_tuple(key), lk_fact_time(key), &cell, error));
    if (names[name].is_cost) return add_cost(tally, cell, &names[name], fact, error);
    if (names[name].is_stock)
        return add_stock(tally, cell, name, fact,
                         neighbour(tally, order, count, place, names[name].is_opening ? SIZE_MAX : 1),
                         error);
    LK_TRY(put_fact(tally, cell, name, fact, error));
    return put_fact(tally, tally->total, name, fact, error);
}

static leadkpi_status add_facts(lk_tally *tally, const lk_fact_meaning *names, uint32_t *order,
                                leadkpi_error *error)
{
    const lk_store *store = tally->plan->store;
    uint32_t count = store->fact_keys.count;
    for (uint32_t i = 0; i < count; i++) order[i] = i;
    LK_TRY(lk_sort_indexes(tally->plan->memory, order, count, compare_facts, store, error));
    for (uint32_t i = 0; i < count; i++) {
        if (i % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(tally->plan->memory, error));
        LK_TRY(add_fact(tally, names, order, count, i, error));
    }
    return LEADKPI_OK;
}

leadkpi_status lk_tally_facts(lk_tally *tally, leadkpi_error *error)
{
    const lk_store *store = tally->plan->store;
    lk_memory *memory = tally->plan->memory;
    lk_fact_meaning *names;
    uint32_t *order;
    LK_TRY(lk_fact_meanings_read(store, memory, &names, error));
    leadkpi_status status = lk_allocate(memory, store->fact_keys.count, sizeof *order, &order, error);
    if (status == LEADKPI_OK) {
        status = add_facts(tally, names, order, error);
        lk_release(memory, order, store->fact_keys.count, sizeof *order);
    }
    lk_release(memory, names, store->fact_names.count, sizeof *names);
    return status;
}
