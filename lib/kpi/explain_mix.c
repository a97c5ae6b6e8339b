/* explain_mix.c: why a ratio of sums moved: the rates of the segments, and their mix.
 * Kitagawa (1955), doi:10.1080/01621459.1955.10501299, at the midpoints: no residual. */
#include <math.h>

#include <leadkpi/kpi_analysis.h>

#include "base/exact_sum.h"
#include "base/sort.h"
#include "kpi/analysis.h"
#include "kpi/contrast.h"
#include "kpi/report.h"

enum {
    BY = LK_ANALYSIS_OPTIONS
};
static const lk_option mix_options[] = {
    LK_ANALYSIS_COMMON,
    [BY] = {"by", LK_OPTION_TEXT, .unit = "column", .default_text = "segment",
            .meaning = "The text column that names the segments."},
};
const lk_schema lk_kpi_explain_mix_schema = {"kpi_explain_mix", "How a change is split by segment.",
                                             mix_options, 3};

enum {
    BEFORE,
    AFTER,
    PERIODS
};

/* A segment in one period. */
typedef struct cell {
    double weight;              /* its share of the denominator; 0: it was not there */
    double value, below, above; /* and how far its interval reaches down and up */
} cell;

typedef struct segment {
    int64_t row[PERIODS]; /* of the input; -1: none */
    cell cells[PERIODS];
    double rate, rate_low, rate_high; /* effects */
} segment;

enum {
    WEIGHT_BEFORE,
    WEIGHT_AFTER,
    VALUE_BEFORE,
    VALUE_AFTER,
    RATE,
    RATE_LOW,
    RATE_HIGH,
    MIX,
    MIX_LOW,
    MIX_HIGH,
    NUMBERS
};

enum {
    SEGMENT,
    CHANGE,
    TEXTS
};

typedef struct work {
    lk_memory memory;
    lk_kpi_rows rows[PERIODS];
    const lk_column *names[PERIODS];
    uint32_t *order[PERIODS]; /* rows by name */
    segment *segments;
    size_t segment_count, capacity;
    double total[PERIODS];               /* the value of all segments together */
    double below_squares, above_squares; /* of weight * reach, over all cells */
    lk_number_column numbers[NUMBERS];
    lk_text_column texts[TEXTS];
} work;

/* ---- segments by name ---------------------------------------------------- */

static int compare_names(const void *context, uint32_t a, uint32_t b)
{
    const lk_column *names = context;
    return lk_text_compare(lk_column_text(names, a), lk_column_text(names, b));
}

static leadkpi_status sort_names(work *w, int period, leadkpi_error *error)
{
    size_t count = w->rows[period].row_count;
    uint32_t *order = w->order[period];
    const lk_column *names = w->names[period];
    for (size_t i = 0; i < count; i++) {
        if (!lk_column_is_valid(names, i))
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)i, names->index,
                              "%.*s: expected a segment, found null", LK_TEXT_ARGS(names->name));
        order[i] = (uint32_t)i;
    }
    LK_TRY(lk_sort_indexes(&w->memory, order, count, compare_names, names, error));
    for (size_t i = 1; i < count; i++)
        if (compare_names(names, order[i - 1], order[i]) == 0)
            return lk_fail_at(error, LEADKPI_BAD_DATA, order[i], names->index,
                              "%.*s: expected each segment once, found \"%.*s\" twice",
                              LK_TEXT_ARGS(names->name),
                              LK_TEXT_ARGS(lk_column_text(names, order[i])));
    return LEADKPI_OK;
}

/* Both lists are in order: one step at a time through them gives every name once. */
static void pair_segments(work *w)
{
    size_t a = 0, b = 0, a_count = w->rows[BEFORE].row_count, b_count = w->rows[AFTER].row_count;
    while (a < a_count || b < b_count) {
        segment *s = &w->segments[w->segment_count++];
        int order = a == a_count ? 1
                    : b == b_count
                        ? -1
                        : lk_text_compare(lk_column_text(w->names[BEFORE], w->order[BEFORE][a]),
                                          lk_column_text(w->names[AFTER], w->order[AFTER][b]));
        s->row[BEFORE] = order <= 0 ? (int64_t)w->order[BEFORE][a++] : -1;
        s->row[AFTER] = order >= 0 ? (int64_t)w->order[AFTER][b++] : -1;
    }
}

/* ---- weights and effects ------------------------------------------------- */

static leadkpi_status fail_row(work *w, int period, int64_t row, leadkpi_status status,
                               leadkpi_error *error)
{
    return lk_fail_at(error, status, row, -1, "%s: the row %s has no value: %s",
                      lk_kpi_catalogue[w->rows[period].index].name,
                      period == BEFORE ? "before" : "after", leadkpi_status_meaning(status));
}

static leadkpi_status weigh(work *w, int period, leadkpi_error *error)
{
    const lk_kpi_formula *formula = &lk_kpi_formulas[w->rows[period].index];
    double x[LK_KPI_INPUTS_MAX], first = 0, second = 0;
    lk_kpi_parts parts;
    for (size_t i = 0; i < w->segment_count; i++) {
        segment *s = &w->segments[i];
        s->cells[period] = (cell){0, NAN, NAN, NAN};
        if (s->row[period] < 0) continue;
        if (!lk_kpi_rows_read(&w->rows[period], (size_t)s->row[period], x))
            return fail_row(w, period, s->row[period], LEADKPI_NOT_GIVEN, error);
        formula->parts(x, &parts);
        if (!isfinite(parts.first) || !(parts.second >= 0) || !isfinite(parts.second))
            return fail_row(w, period, s->row[period], LEADKPI_BAD_DATA, error);
        if (parts.second == 0 && parts.first != 0)
            return fail_row(w, period, s->row[period], LEADKPI_UNDEFINED, error);
        s->cells[period].weight = parts.second;
        first += parts.first;
        second += parts.second;
    }
    LK_FAIL_IF(!(second > 0) || !isfinite(first) || !isfinite(second), error, LEADKPI_UNDEFINED,
               "%s: %s: there is nothing to divide by",
               lk_kpi_catalogue[w->rows[period].index].name, period == BEFORE ? "before" : "after");
    w->total[period] = formula->transform(x, first / second);
    for (size_t i = 0; i < w->segment_count; i++) w->segments[i].cells[period].weight /= second;
    return LEADKPI_OK;
}

static leadkpi_status measure(work *w, segment *s, int period, lk_side *side, leadkpi_error *error)
{
    cell *c = &s->cells[period];
    if (!(c->weight > 0)) return LEADKPI_OK;
    lk_side_read(side, &w->rows[period], (size_t)s->row[period]);
    if (side->estimate.status != LEADKPI_OK)
        return fail_row(w, period, s->row[period], side->estimate.status, error);
    c->value = side->estimate.value;
    c->below = c->value - side->estimate.low;
    c->above = side->estimate.high - c->value;
    w->below_squares += c->weight * c->below * c->weight * c->below;
    w->above_squares += c->weight * c->above * c->weight * c->above;
    return LEADKPI_OK;
}

static bool is_in_both(const segment *s)
{
    return s->cells[BEFORE].weight > 0 && s->cells[AFTER].weight > 0;
}

/* The rate part: the midpoint weight, taken as known, times the difference of the values. */
static leadkpi_status measure_segment(work *w, segment *s, leadkpi_error *error)
{
    lk_side before, after;
    lk_contrast contrast;
    LK_TRY(measure(w, s, BEFORE, &before, error));
    LK_TRY(measure(w, s, AFTER, &after, error));
    s->rate = s->rate_low = s->rate_high = 0;
    if (!is_in_both(s)) return LEADKPI_OK;
    double weight = 0.5 * (s->cells[BEFORE].weight + s->cells[AFTER].weight);
    lk_contrast_of(w->rows[AFTER].index, &after, &before, &contrast);
    s->rate = weight * contrast.difference;
    s->rate_low = weight * contrast.difference_low;
    s->rate_high = weight * contrast.difference_high;
    return LEADKPI_OK;
}

/* The mix part: the change of weight, taken as known, times how far the segment lies from all.
 * A segment that is new or gone has one value, so all of its effect is mix. Square-and-add: the
 * value itself moves the distance by its coefficient, and each value of the total against it. */
static void mix_of(const work *w, const segment *s, double *effect, double *low, double *high)
{
    double middle = 0.5 * (w->total[BEFORE] + w->total[AFTER]), value = 0;
    double down = w->above_squares / 4, up = w->below_squares / 4;
    double change = s->cells[AFTER].weight - s->cells[BEFORE].weight;
    double share = is_in_both(s) ? 0.5 : 1;
    for (int p = 0; p < PERIODS; p++) {
        const cell *c = &s->cells[p];
        if (!(c->weight > 0)) continue;
        double own = share - 0.5 * c->weight, half = 0.5 * c->weight;
        value += share * c->value;
        down += own * c->below * own * c->below - half * c->above * half * c->above;
        up += own * c->above * own * c->above - half * c->below * half * c->below;
    }
    down = down > 0 ? sqrt(down) : down == down ? 0 : NAN;
    up = up > 0 ? sqrt(up) : up == up ? 0 : NAN;
    *effect = change * (value - middle);
    *low = *effect - (change > 0 ? change * down : -change * up);
    *high = *effect + (change > 0 ? change * up : -change * down);
}

/* ---- the table ----------------------------------------------------------- */

static const char *change_of(const segment *s)
{
    if (is_in_both(s)) return "both";
    return s->cells[AFTER].weight > 0 ? "new" : s->cells[BEFORE].weight > 0 ? "vanished" : "empty";
}

static leadkpi_status fill_segment(work *w, size_t row, leadkpi_error *error)
{
    const segment *s = &w->segments[row];
    int period = s->row[BEFORE] >= 0 ? BEFORE : AFTER;
    double mix, mix_low, mix_high;
    mix_of(w, s, &mix, &mix_low, &mix_high);
    const double numbers[NUMBERS] = {s->cells[BEFORE].weight,
                                     s->cells[AFTER].weight,
                                     s->cells[BEFORE].value,
                                     s->cells[AFTER].value,
                                     s->rate,
                                     s->rate_low,
                                     s->rate_high,
                                     mix,
                                     mix_low,
                                     mix_high};
    for (int i = 0; i < NUMBERS; i++) w->numbers[i].values[row] = numbers[i];
    LK_TRY(lk_text_builder_append(&w->texts[SEGMENT].builder,
                                  lk_column_text(w->names[period], (size_t)s->row[period]), error));
    return lk_append_string(&w->texts[CHANGE].builder, change_of(s), error);
}

/* The parts are added exactly and rounded once; their reaches by square-and-add. */
static leadkpi_status total_of(work *w, int column, size_t count, leadkpi_error *error)
{
    const double *effects = w->numbers[column].values;
    lk_exact_sum sum = LK_EXACT_SUM_ZERO;
    double below = 0, above = 0;
    for (size_t i = 0; i < count; i++) {
        LK_TRY(lk_exact_sum_add_double(&sum, effects[i], error));
        double down = effects[i] - w->numbers[column + 1].values[i];
        double up = w->numbers[column + 2].values[i] - effects[i];
        below += down * down;
        above += up * up;
    }
    double total = lk_exact_sum_to_double(&sum);
    w->numbers[column].values[count] = total;
    w->numbers[column + 1].values[count] = total - sqrt(below);
    w->numbers[column + 2].values[count] = total + sqrt(above);
    return LEADKPI_OK;
}

/* Of the mix as a whole the total cancels: what is left are the changes of weight times the
 * middles of the values. */
static void reach_of_mix(work *w, size_t count)
{
    double below = 0, above = 0;
    for (size_t i = 0; i < count; i++) {
        const segment *s = &w->segments[i];
        double change = s->cells[AFTER].weight - s->cells[BEFORE].weight;
        change *= is_in_both(s) ? 0.5 : 1;
        for (int p = 0; p < PERIODS; p++) {
            const cell *c = &s->cells[p];
            if (!(c->weight > 0)) continue;
            double down = change * (change > 0 ? c->below : c->above);
            double up = change * (change > 0 ? c->above : c->below);
            below += down * down;
            above += up * up;
        }
    }
    double total = w->numbers[MIX].values[count];
    w->numbers[MIX_LOW].values[count] = total - sqrt(below);
    w->numbers[MIX_HIGH].values[count] = total + sqrt(above);
}

static leadkpi_status fill(work *w, leadkpi_table *table, leadkpi_error *error)
{
    static const char *const names[] = {
        "weight_before", "weight_after", "value_before", "value_after", "rate_effect",
        "rate_low",      "rate_high",    "mix_effect",   "mix_low",     "mix_high"};
    size_t count = w->segment_count;
    const char *unit = leadkpi_kpi_property(lk_kpi_formulas[w->rows[BEFORE].index].number, "unit",
                                            LEADKPI_NUL_TERMINATED);
    for (size_t i = 0; i < count; i++) {
        if (i % 1024 == 0) LK_TRY(lk_interrupted(&w->memory, error));
        LK_TRY(measure_segment(w, &w->segments[i], error));
    }
    for (int i = 0; i < NUMBERS; i++)
        w->numbers[i] = (lk_number_column){names[i], i < VALUE_BEFORE ? "fraction" : unit, NULL, 0};
    LK_TRY(lk_numbers_add(table, w->numbers, NUMBERS, count + 1, error));
    for (size_t i = 0; i < count; i++) LK_TRY(fill_segment(w, i, error));
    const double totals[] = {1, 1, w->total[BEFORE], w->total[AFTER]};
    for (int i = 0; i < RATE; i++) w->numbers[i].values[count] = totals[i];
    LK_TRY(total_of(w, RATE, count, error));
    LK_TRY(total_of(w, MIX, count, error));
    reach_of_mix(w, count);
    LK_TRY(lk_text_builder_append_null(&w->texts[SEGMENT].builder, error));
    LK_TRY(lk_append_string(&w->texts[CHANGE].builder, "total", error));
    lk_numbers_finish(table, w->numbers, NUMBERS, count + 1);
    return LEADKPI_OK;
}

/* ---- the call ------------------------------------------------------------ */

/* Only a KPI that is a ratio of sums, or such a ratio times and plus something known. */
static leadkpi_status check_kpi(int32_t index, leadkpi_error *error)
{
    const lk_kpi_formula *formula = &lk_kpi_formulas[index];
    const double x[LK_KPI_INPUTS_MAX] = {1, 1, 1, 1, 1, 1};
    const char *merged =
        leadkpi_kpi_property(formula->number, "additivity", LEADKPI_NUL_TERMINATED);
    double zero = formula->transform(x, 0), one = formula->transform(x, 1);
    bool is_ratio = strncmp(merged, "ros", 3) == 0 && formula->has_parts &&
                    formula->interval != LK_INTERVAL_PROPAGATE &&
                    formula->interval != LK_INTERVAL_DIFFERENCE_POISSON &&
                    formula->interval != LK_INTERVAL_KATZ_RATIO;
    LK_FAIL_IF(!is_ratio || !isfinite(zero) || !isfinite(one) ||
                   fabs(formula->transform(x, 0.5) - 0.5 * (zero + one)) > 1e-14,
               error, LEADKPI_BAD_ARGUMENT,
               "%s: expected a ratio of two sums, which rates and mix are parts of",
               lk_kpi_catalogue[index].name);
    return LEADKPI_OK;
}

static leadkpi_status prepare(work *w, int32_t kpi, const leadkpi_table *const *tables,
                              const leadkpi_options *options, leadkpi_error *error)
{
    const lk_schema *schema = &lk_kpi_explain_mix_schema;
    LK_TRY(lk_options_check(options, schema, error));
    lk_kpi_settings settings = lk_analysis_settings(options, schema);
    lk_text by = lk_options_get_text(options, schema, BY);
    for (int p = 0; p < PERIODS; p++) {
        LK_TRY(lk_kpi_rows_init(&w->rows[p], kpi, tables[p], settings, error));
        LK_TRY(lk_table_require(tables[p], by, LK_ALLOW_TEXT, &w->names[p], error));
        LK_FAIL_IF(w->rows[p].row_count > UINT32_MAX, error, LEADKPI_BAD_ARGUMENT,
                   "rows: expected at most 4294967295, found %zu", w->rows[p].row_count);
    }
    return check_kpi(w->rows[BEFORE].index, error);
}

static leadkpi_status explain(void *context, leadkpi_table *table, leadkpi_error *error)
{
    work *w = context;
    for (int p = 0; p < PERIODS; p++) {
        LK_TRY(
            lk_allocate(&w->memory, w->rows[p].row_count, sizeof **w->order, &w->order[p], error));
        LK_TRY(sort_names(w, p, error));
    }
    w->capacity = w->rows[BEFORE].row_count + w->rows[AFTER].row_count;
    LK_TRY(lk_allocate(&w->memory, w->capacity, sizeof *w->segments, &w->segments, error));
    pair_segments(w);
    LK_TRY(weigh(w, BEFORE, error));
    LK_TRY(weigh(w, AFTER, error));
    return fill(w, table, error);
}

leadkpi_status leadkpi_kpi_explain_mix(const leadkpi_host *host, int32_t kpi,
                                       const leadkpi_table *before, const leadkpi_table *after,
                                       const leadkpi_options *options, leadkpi_table **out,
                                       leadkpi_error *error)
{
    work w = {.segments = NULL};
    const leadkpi_table *const tables[] = {before, after};
    static const lk_text_column texts[TEXTS] = {{.name = "segment"}, {.name = "change"}};
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(before, error);
    LK_REQUIRE(after, error);
    LK_TRY(lk_memory_init(&w.memory, host, error));
    LK_TRY(prepare(&w, kpi, tables, options, error));
    memcpy(w.texts, texts, sizeof texts);
    leadkpi_status status = lk_report_make(&w.memory, w.texts, TEXTS, explain, &w, out, error);
    lk_release(&w.memory, w.segments, w.capacity, sizeof *w.segments);
    for (int p = 0; p < PERIODS; p++)
        lk_release(&w.memory, w.order[p], w.rows[p].row_count, sizeof **w.order);
    return status;
}
