/* rank.c: rows of a table from best to worst, without rewarding small numbers. */
#include <math.h>

#include <leadkpi/kpi_analysis.h>

#include "base/sort.h"
#include "kpi/analysis.h"
#include "kpi/report.h"
#include "kpi/rows.h"

enum { BY = LK_ANALYSIS_OPTIONS };
enum { BY_BOUND, BY_SHRUNKEN, BY_VALUE };
static const lk_option rank_options[] = {
    LK_ANALYSIS_COMMON,
    [BY] = {"by", LK_OPTION_CHOICE, .choices = "bound|shrunken|value", .default_text = "bound",
            .meaning = "What rows are ranked by: the worse end of the interval, the value drawn "
                       "towards that of all rows, or the value as it is."},
};
const lk_schema lk_kpi_rank_schema = {"kpi_rank", "How rows are ranked.", rank_options, 3};

enum { VALUE, LOW, HIGH, N, SHRUNKEN, NUMBERS };

enum { STATUS, FLAGS, TEXTS };

typedef struct work {
    lk_kpi_rows rows;
    lk_memory memory;
    int by;
    double sign; /* 1 where higher is better, else -1 */
    leadkpi_estimate *estimates;
    double *shrunken;
    uint32_t *order;
    lk_number_column numbers[NUMBERS];
    int64_t *ranks, *sources;
    lk_text_column texts[TEXTS];
} work;

/* ---- shrinking ----------------------------------------------------------- */

/* A count of something and what it is out of: trials, or a known amount. */
static bool pair_of(work *w, size_t row, double *x, double *count, double *whole)
{
    const lk_kpi_formula *formula = &lk_kpi_formulas[w->rows.index];
    lk_kpi_parts parts;
    if (w->estimates[row].status != LEADKPI_OK || !lk_kpi_rows_read(&w->rows, row, x)) return false;
    formula->parts(x, &parts);
    bool is_cost = formula->interval == LK_INTERVAL_COST_PER_POISSON;
    *count = is_cost ? parts.second : parts.first;
    *whole = is_cost ? parts.first : parts.second;
    return *count >= 0 && *whole > 0;
}

typedef struct prior {
    double mean;     /* of all rows together */
    double strength; /* as many trials, or as much of the known amount; INFINITY: all rows alike */
} prior;

/* By moments. Rows of whole w_i around the common mean m have E sum w_i (r_i - m)^2 =
 * v (k - 1) + spread * (what follows), where v is m (1 - m) or m; what is in excess of the
 * first term is how much rows really differ. */
static prior prior_of(work *w, bool is_share)
{
    double x[LK_KPI_INPUTS_MAX], count, whole, counts = 0, wholes = 0, squares = 0, rows = 0;
    for (size_t row = 0; row < w->rows.row_count; row++) {
        if (!pair_of(w, row, x, &count, &whole)) continue;
        counts += count;
        wholes += whole;
        squares += whole * whole;
        rows++;
    }
    double mean = counts / wholes, sum = 0;
    for (size_t row = 0; row < w->rows.row_count; row++)
        if (pair_of(w, row, x, &count, &whole))
            sum += whole * (count / whole - mean) * (count / whole - mean);
    double one = is_share ? mean * (1 - mean) : mean;
    double excess = sum - (rows - 1) * one;
    double room = wholes - squares / wholes;
    if (is_share) room -= rows - 1; /* of n trials n - 1 tell how rows differ */
    if (!(excess > 0) || !(room > 0) || !(one > 0)) return (prior){mean, INFINITY};
    double spread = excess / room; /* of a share: its correlation within rows, times m (1 - m) */
    return (prior){mean, is_share ? one / spread - 1 : one / spread};
}

static void shrink(work *w, bool is_share)
{
    const lk_kpi_formula *formula = &lk_kpi_formulas[w->rows.index];
    prior all = prior_of(w, is_share);
    double x[LK_KPI_INPUTS_MAX], count, whole;
    if (all.strength < 0) all.strength = 0;
    for (size_t row = 0; row < w->rows.row_count; row++) {
        w->shrunken[row] = NAN;
        if (!pair_of(w, row, x, &count, &whole)) continue;
        double rate = isinf(all.strength)
                          ? all.mean
                          : (count + all.strength * all.mean) / (whole + all.strength);
        bool is_cost = formula->interval == LK_INTERVAL_COST_PER_POISSON;
        w->shrunken[row] = formula->transform(x, is_cost ? 1 / rate : rate);
    }
}

static leadkpi_status shrink_rows(work *w, leadkpi_error *error)
{
    const lk_kpi_formula *formula = &lk_kpi_formulas[w->rows.index];
    int method = formula->has_parts == LK_PARTS_INPUTS ? formula->interval : 0;
    bool is_share = (method == LK_INTERVAL_WILSON || method == LK_INTERVAL_MULTINOMIAL) &&
                    w->rows.settings.basis != LEADKPI_BASIS_PERIOD;
    bool is_rate = method == LK_INTERVAL_POISSON || method == LK_INTERVAL_COST_PER_POISSON;
    LK_FAIL_IF(w->by == BY_SHRUNKEN && !is_share && !is_rate, error, LEADKPI_BAD_ARGUMENT,
               "%s: by: expected bound or value, found shrunken, which is for shares of a cohort, "
               "rates of counts and costs",
               lk_kpi_catalogue[w->rows.index].name);
    if (is_share || is_rate) {
        shrink(w, is_share);
        return LEADKPI_OK;
    }
    for (size_t row = 0; row < w->rows.row_count; row++) w->shrunken[row] = NAN;
    return LEADKPI_OK;
}

/* ---- order --------------------------------------------------------------- */

static double key_of(const work *w, uint32_t row)
{
    const leadkpi_estimate *e = &w->estimates[row];
    if (e->status != LEADKPI_OK) return NAN;
    if (w->by == BY_SHRUNKEN) return w->sign * w->shrunken[row];
    if (w->by == BY_VALUE) return w->sign * e->value;
    return w->sign > 0 ? e->low : -e->high;
}

static int compare_rows(const void *context, uint32_t a, uint32_t b)
{
    double first = key_of(context, a), second = key_of(context, b);
    if (isnan(first) || isnan(second)) return isnan(first) - isnan(second);
    return (first < second) - (first > second);
}

static leadkpi_status fill_row(work *w, size_t place, leadkpi_error *error)
{
    size_t row = w->order[place];
    const leadkpi_estimate *e = &w->estimates[row];
    const double numbers[NUMBERS] = {e->value, e->low, e->high, e->n, w->shrunken[row]};
    for (int i = 0; i < NUMBERS; i++) w->numbers[i].values[place] = numbers[i];
    w->ranks[place] = (int64_t)place + 1;
    w->sources[place] = (int64_t)row;
    LK_TRY(lk_append_string(&w->texts[STATUS].builder, leadkpi_status_name(e->status), error));
    return lk_kpi_append_flags(&w->texts[FLAGS].builder, e->flags, error);
}

static leadkpi_status fill(work *w, leadkpi_table *table, leadkpi_error *error)
{
    size_t count = w->rows.row_count;
    const char *unit = leadkpi_kpi_property(lk_kpi_formulas[w->rows.index].number, "unit",
                                            LEADKPI_NUL_TERMINATED);
    const lk_number_column numbers[NUMBERS] = {
        {"value", unit, NULL, 0}, {"low", unit, NULL, 0}, {"high", unit, NULL, 0},
        {"n", "", NULL, 0}, {"shrunken", unit, NULL, 0}};
    memcpy(w->numbers, numbers, sizeof numbers);
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("rank"), "", count, false, &w->ranks, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("row"), "", count, false, &w->sources, error));
    LK_TRY(lk_numbers_add(table, w->numbers, NUMBERS, count, error));
    for (size_t row = 0; row < count; row++) {
        if (row % 1024 == 0) LK_TRY(lk_interrupted(&w->memory, error));
        lk_kpi_rows_estimate(&w->rows, row, &w->estimates[row]);
        w->order[row] = (uint32_t)row;
    }
    LK_TRY(shrink_rows(w, error));
    LK_TRY(lk_sort_indexes(&w->memory, w->order, count, compare_rows, w, error));
    for (size_t place = 0; place < count; place++) LK_TRY(fill_row(w, place, error));
    lk_numbers_finish(table, w->numbers, NUMBERS, count);
    return LEADKPI_OK;
}

static leadkpi_status rank(void *context, leadkpi_table *table, leadkpi_error *error)
{
    work *w = context;
    size_t count = w->rows.row_count;
    leadkpi_status status =
        lk_allocate(&w->memory, count, sizeof *w->estimates, &w->estimates, error);
    if (status == LEADKPI_OK)
        status = lk_allocate(&w->memory, count, sizeof *w->shrunken, &w->shrunken, error);
    if (status == LEADKPI_OK)
        status = lk_allocate(&w->memory, count, sizeof *w->order, &w->order, error);
    if (status == LEADKPI_OK) status = fill(w, table, error);
    lk_release(&w->memory, w->estimates, count, sizeof *w->estimates);
    lk_release(&w->memory, w->shrunken, count, sizeof *w->shrunken);
    lk_release(&w->memory, w->order, count, sizeof *w->order);
    return status;
}

static leadkpi_status prepare(work *w, int32_t kpi, const leadkpi_table *rows,
                              const leadkpi_options *options, leadkpi_error *error)
{
    const lk_schema *schema = &lk_kpi_rank_schema;
    LK_TRY(lk_options_check(options, schema, error));
    lk_kpi_settings settings = lk_analysis_settings(options, schema);
    LK_TRY(lk_kpi_rows_init(&w->rows, kpi, rows, settings, error));
    LK_FAIL_IF(w->rows.row_count > UINT32_MAX, error, LEADKPI_BAD_ARGUMENT,
               "rows: expected at most 4294967295, found %zu", w->rows.row_count);
    w->by = lk_options_choice(options, schema, BY);
    w->sign = strcmp(leadkpi_kpi_property(kpi, "direction", LEADKPI_NUL_TERMINATED), "lower") == 0
                  ? -1
                  : 1;
    return LEADKPI_OK;
}

leadkpi_status leadkpi_kpi_rank(const leadkpi_host *host, int32_t kpi, const leadkpi_table *rows,
                                const leadkpi_options *options, leadkpi_table **out,
                                leadkpi_error *error)
{
    work w = {.estimates = NULL};
    static const lk_text_column texts[TEXTS] = {{.name = "status"}, {.name = "flags"}};
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(rows, error);
    LK_TRY(lk_memory_init(&w.memory, host, error));
    LK_TRY(prepare(&w, kpi, rows, options, error));
    memcpy(w.texts, texts, sizeof texts);
    return lk_report_make(&w.memory, w.texts, TEXTS, rank, &w, out, error);
}
