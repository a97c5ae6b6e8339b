#include "campaigns/spread.h"

#include <math.h>

/* Squares are added up scaled, see lk_cell_add_square. */
static double squares_of(const lk_cell *cell, int sum)
{
    return lk_exact_sum_to_double(&cell->sums[sum]) / LK_SQUARE_SCALE / LK_SQUARE_SCALE;
}

/* A fact stands in place of the deals, and says nothing of what it is a sum over. */
static bool is_of_deals(const lk_tally *tally, const lk_source *source, uint32_t cell)
{
    if (source->kind == LK_SOURCE_DEALS) return true;
    return source->kind == LK_SOURCE_FACT && source->otherwise == LK_SOURCE_DEALS &&
           !lk_cells_fact(&tally->cells, cell, (uint32_t)source->index);
}

static int deal_sum_of(const lk_source *source)
{
    return source->kind == LK_SOURCE_DEALS ? source->index : source->otherwise_index;
}

static bool is_counted_of(const lk_source *source, int count)
{
    return source->kind == LK_SOURCE_COUNT && source->index == count;
}

/* ---- deals: how many are won is random, and so is what each is worth --------------- */

static bool read_deals(const lk_tally *tally, const lk_estimator *estimator, uint32_t cell,
                       lk_dispersion *out)
{
    const lk_cell *item = &tally->cells.items[cell];
    bool some = false;
    for (int32_t i = 0; i < estimator->input_count; i++) {
        const lk_source *source = &estimator->sources[i];
        if (is_of_deals(tally, source, cell)) {
            bool won = deal_sum_of(source) == LK_SUM_WON_VALUE;
            out->input[i][LK_DISPERSION_SUM_OF_SQUARES] =
                squares_of(item, won ? LK_SUM_WON_SQUARES : LK_SUM_OPPORTUNITY_SQUARES);
            out->input[i][LK_DISPERSION_N] =
                (double)item->counts[won ? LK_COUNT_DEALS_VALUED : LK_COUNT_OPPORTUNITIES_VALUED];
            some = true;
        } else if (source->kind == LK_SOURCE_FACT && source->otherwise == LK_SOURCE_DEALS) {
            return false;
        }
    }
    return some;
}

/* ---- entities: so many deals, or so many leads of a cohort --------------------------- */

/* A mean over deals, or over leads who brought what their deals are worth. On period basis the
 * deals of a period are not those of its leads: their number is random, as in read_deals. */
static bool read_entities(const lk_tally *tally, const lk_estimator *estimator, uint32_t cell,
                          lk_dispersion *out)
{
    const lk_cell *item = &tally->cells.items[cell];
    const lk_source *money = &estimator->sources[0], *count = &estimator->sources[1];
    if (estimator->input_count != 2 || !is_of_deals(tally, money, cell)) return false;
    if (deal_sum_of(money) != LK_SUM_WON_VALUE) return false;
    bool over_leads = is_counted_of(count, LK_COUNT_LEADS);
    if (!over_leads && !is_counted_of(count, LK_COUNT_DEALS_WON)) return false;
    bool is_cohort = tally->plan->basis == LK_BASIS_COHORT;
    out->input[0][LK_DISPERSION_SUM_OF_SQUARES] = squares_of(
        item, over_leads && is_cohort ? LK_SUM_WON_SQUARES_OF_PERSONS : LK_SUM_WON_SQUARES);
    if (!over_leads || is_cohort) out->n = (double)item->counts[count->index];
    return isnan(out->n) || out->n >= 2;
}

/* ---- components: KPIs of the same cell, each with its own interval -------------------- */

/* What the caller gives as a constant, counts and spend are known; a component without an
 * interval is not, and without it the whole has none either. */
static bool read_components(const lk_estimator *estimator, const lk_reading *readings,
                            lk_dispersion *out)
{
    bool some = false;
    for (int32_t i = 0; i < estimator->input_count; i++) {
        if (estimator->sources[i].kind != LK_SOURCE_KPI) continue;
        if (!isfinite(readings[i].low) || !isfinite(readings[i].high)) return false;
        out->input[i][LK_DISPERSION_LOW] = readings[i].low;
        out->input[i][LK_DISPERSION_HIGH] = readings[i].high;
        some = true;
    }
    return some;
}

bool lk_spread_read(const lk_tally *tally, const lk_estimator *estimator, uint32_t cell,
                    const lk_reading *readings, lk_dispersion *out)
{
    int32_t index = lk_kpi_index(estimator->kpi);
    out->n = NAN;
    if (!lk_dispersion_is_taken(index)) return false;
    lk_dispersion_clear(out);
    switch (lk_kpi_formulas[index].interval) {
    case LK_INTERVAL_COMPOUND_POISSON:
        out->is_given = read_deals(tally, estimator, cell, out);
        break;
    case LK_INTERVAL_ENTITY_DISPERSION:
        out->is_given = read_entities(tally, estimator, cell, out);
        break;
    case LK_INTERVAL_PROPAGATE:
    case LK_INTERVAL_DELTA_PRODUCT:
        out->is_given = read_components(estimator, readings, out);
        break;
    default:
        return false;
    }
    return out->is_given;
}
