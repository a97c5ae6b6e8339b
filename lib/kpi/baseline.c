/* baseline.c: the last period of a KPI against its own past. */
#include <math.h>

#include <leadkpi/kpi_benchmark.h>

#include "kpi/analysis.h"
#include "kpi/report.h"
#include "kpi/season.h"

enum {
    PERIODS_OF_BASELINE = LK_ANALYSIS_OPTIONS,
    SEASON
};
static const lk_option baseline_options[] = {
    LK_ANALYSIS_COMMON,
    [PERIODS_OF_BASELINE] = {"periods", LK_OPTION_INT64, .unit = "periods", .minimum = "6",
                             .maximum = "12", .default_text = "12",
                             .meaning =
                                 "The most periods that the baseline is made of; it needs 6."},
    [SEASON] = {"season", LK_OPTION_INT64, .unit = "periods", .minimum = "2", .maximum = "60",
                .default_text = "12", .meaning = "How many periods a year has."},
};
const lk_schema lk_kpi_baseline_schema = {"kpi_baseline", "What a period is compared with.",
                                          baseline_options, 4};

enum {
    BASELINE_LEAST = 6,
    MONTHS_OF_QUARTER = 3
};

enum {
    VALUE,
    REFERENCE_VALUE,
    DIFFERENCE,
    DIFFERENCE_LOW,
    DIFFERENCE_HIGH,
    RATIO,
    RATIO_LOW,
    RATIO_HIGH,
    P_VALUE,
    NUMBERS
};
enum {
    REFERENCE,
    VERDICT,
    METHOD,
    STATUS,
    FLAGS,
    TEXTS
};
enum {
    BASELINE,
    BEST,
    PREVIOUS,
    QUARTER,
    YEAR,
    BY_SEASON,
    REFERENCES
};

typedef struct work {
    lk_memory memory;
    lk_periods periods;
    size_t season, most;
    lk_season_index seasons[LK_SEASONS_MAX];
    lk_side now; /* the last row */
    lk_number_column numbers[NUMBERS];
    int64_t *first_rows, *rows;
    int32_t first_row_column, rows_column;
    lk_text_column texts[TEXTS];
} work;

/* One row of what comes out. */
typedef struct finding {
    size_t first, count; /* rows of the reference; 0: none */
    leadkpi_status status;
    double value, reference_value;
    lk_contrast contrast;
} finding;

static const lk_contrast no_contrast = {
    NAN, NAN, NAN, NAN, NAN, NAN, NAN, "", LEADKPI_FLAG_NO_INTERVAL};

static finding finding_of(leadkpi_status status)
{
    return (finding){0, 0, status, NAN, NAN, no_contrast};
}

static size_t last_of(const work *w)
{
    return w->periods.rows.row_count - 1;
}

/* Both have a value: difference, ratio, intervals and p-value. */
static finding contrast(work *w, const lk_side *now, size_t first, size_t count)
{
    lk_side base;
    lk_periods_pool(&w->periods, first, count, &base);
    leadkpi_status status =
        now->estimate.status != LEADKPI_OK ? now->estimate.status : base.estimate.status;
    finding f = {first, count, status, now->estimate.value, base.estimate.value, no_contrast};
    if (status != LEADKPI_OK) return f;
    lk_contrast_of(w->periods.rows.index, now, &base, &f.contrast);
    if (count > 1 && !w->periods.can_pool) f.contrast.method = "median";
    return f;
}

/* Of a value that no test is made for: it was chosen, or calculated from the rest. */
static finding plain(const work *w, double reference, size_t first, size_t count)
{
    finding f = {first,     count,      w->now.estimate.status, w->now.estimate.value,
                 reference, no_contrast};
    if (f.status != LEADKPI_OK) return f;
    f.contrast.difference = f.value - reference;
    if (reference != 0) f.contrast.ratio = f.value / reference;
    return f;
}

/* ---- references ---------------------------------------------------------- */

static size_t baseline_count(const work *w)
{
    return last_of(w) < w->most ? last_of(w) : w->most;
}

static finding find_baseline(work *w)
{
    size_t count = baseline_count(w);
    if (count < BASELINE_LEAST) return finding_of(LEADKPI_NOT_ENOUGH_DATA);
    return contrast(w, &w->now, last_of(w) - count, count);
}

/* The first of equals. A KPI of which neither more nor less is better has no best. */
static finding find_best(work *w)
{
    const char *direction = leadkpi_kpi_property(lk_kpi_formulas[w->periods.rows.index].number,
                                                 "direction", LEADKPI_NUL_TERMINATED);
    double sign = strcmp(direction, "lower") == 0 ? -1 : 1, best = NAN;
    size_t at = 0;
    if (strcmp(direction, "neutral") == 0) return finding_of(LEADKPI_UNDEFINED);
    for (size_t row = 0; row < last_of(w); row++) {
        lk_side side;
        lk_periods_pool(&w->periods, row, 1, &side);
        if (side.estimate.status != LEADKPI_OK) continue;
        if (!isnan(best) && !(sign * side.estimate.value > sign * best)) continue;
        best = side.estimate.value;
        at = row;
    }
    return isnan(best) ? finding_of(LEADKPI_NOT_ENOUGH_DATA) : plain(w, best, at, 1);
}

static finding find_before(work *w, size_t distance)
{
    if (last_of(w) < distance) return finding_of(LEADKPI_NOT_ENOUGH_DATA);
    return contrast(w, &w->now, last_of(w) - distance, 1);
}

static finding find_quarter(work *w)
{
    lk_side now;
    size_t months = MONTHS_OF_QUARTER;
    if (w->season != 4 * MONTHS_OF_QUARTER) return finding_of(LEADKPI_UNDEFINED);
    if (w->periods.rows.row_count < 2 * months) return finding_of(LEADKPI_NOT_ENOUGH_DATA);
    lk_periods_pool(&w->periods, last_of(w) + 1 - months, months, &now);
    return contrast(w, &now, last_of(w) + 1 - 2 * months, months);
}

/* The seasons are those of the rows before the last one, so that it is not part of what it is
 * measured by. */
static finding find_season(work *w)
{
    lk_side base;
    size_t count = baseline_count(w), all = w->periods.rows.row_count;
    if (count < BASELINE_LEAST || last_of(w) < 2 * w->season)
        return finding_of(LEADKPI_NOT_ENOUGH_DATA);
    w->periods.rows.row_count--;
    bool is_found = lk_seasons_find(&w->periods, w->season, w->seasons);
    w->periods.rows.row_count = all;
    if (!is_found) return finding_of(LEADKPI_UNDEFINED);
    lk_periods_pool(&w->periods, last_of(w) - count, count, &base);
    if (base.estimate.status != LEADKPI_OK) return finding_of(base.estimate.status);
    double index = exp(w->seasons[last_of(w) % w->season].log_index);
    return plain(w, base.estimate.value * index, last_of(w) - count, count);
}

static finding find_reference(work *w, int reference)
{
    switch (reference) {
    case BASELINE:
        return find_baseline(w);
    case BEST:
        return find_best(w);
    case PREVIOUS:
        return find_before(w, 1);
    case QUARTER:
        return find_quarter(w);
    case YEAR:
        return find_before(w, w->season);
    default:
        return find_season(w);
    }
}

/* ---- the table ----------------------------------------------------------- */

static leadkpi_status put(work *w, leadkpi_table *table, size_t row, const finding *f,
                          leadkpi_error *error)
{
    static const char *const names[] = {"baseline", "best", "previous",
                                        "quarter",  "year", "season"};
    const lk_contrast *c = &f->contrast;
    const double numbers[NUMBERS] = {f->value,          f->reference_value, c->difference,
                                     c->difference_low, c->difference_high, c->ratio,
                                     c->ratio_low,      c->ratio_high,      c->p_value};
    for (int i = 0; i < NUMBERS; i++) w->numbers[i].values[row] = numbers[i];
    w->first_rows[row] = (int64_t)f->first;
    w->rows[row] = (int64_t)f->count;
    if (f->count == 0) {
        lk_table_set_null(table, w->first_row_column, row);
        lk_table_set_null(table, w->rows_column, row);
    }
    LK_TRY(lk_append_string(&w->texts[REFERENCE].builder, names[row], error));
    LK_TRY(lk_append_string(&w->texts[VERDICT].builder,
                            lk_contrast_verdict(c, w->periods.rows.settings.level), error));
    LK_TRY(lk_append_string(&w->texts[METHOD].builder, c->method, error));
    LK_TRY(lk_append_string(&w->texts[STATUS].builder, leadkpi_status_name(f->status), error));
    return lk_kpi_append_flags(&w->texts[FLAGS].builder, c->flags, error);
}

static leadkpi_status fill(void *context, leadkpi_table *table, leadkpi_error *error)
{
    static const char *const names[] = {"value",          "reference_value", "difference",
                                        "difference_low", "difference_high", "ratio",
                                        "ratio_low",      "ratio_high",      "p_value"};
    work *w = context;
    const char *unit = leadkpi_kpi_property(lk_kpi_formulas[w->periods.rows.index].number, "unit",
                                            LEADKPI_NUL_TERMINATED);
    for (int i = 0; i < NUMBERS; i++)
        w->numbers[i] = (lk_number_column){names[i],
                                           i < RATIO      ? unit
                                           : i == P_VALUE ? "fraction"
                                                          : "ratio",
                                           NULL, 0};
    LK_TRY(lk_numbers_add(table, w->numbers, NUMBERS, REFERENCES, error));
    w->first_row_column = leadkpi_table_column_count(table);
    w->rows_column = w->first_row_column + 1;
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("first_row"), "", REFERENCES, true, &w->first_rows,
                              error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("rows"), "", REFERENCES, true, &w->rows, error));
    lk_periods_pool(&w->periods, last_of(w), 1, &w->now);
    for (int reference = 0; reference < REFERENCES; reference++) {
        LK_TRY(lk_interrupted(&w->memory, error));
        finding f = find_reference(w, reference);
        LK_TRY(put(w, table, (size_t)reference, &f, error));
    }
    lk_numbers_finish(table, w->numbers, NUMBERS, REFERENCES);
    return LEADKPI_OK;
}

leadkpi_status leadkpi_kpi_baseline(const leadkpi_host *host, int32_t kpi,
                                    const leadkpi_table *rows, const leadkpi_options *options,
                                    leadkpi_table **out, leadkpi_error *error)
{
    const lk_schema *schema = &lk_kpi_baseline_schema;
    static const lk_text_column texts[TEXTS] = {{.name = "reference"},
                                                {.name = "verdict"},
                                                {.name = "method"},
                                                {.name = "status"},
                                                {.name = "flags"}};
    work w;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(rows, error);
    LK_TRY(lk_memory_init(&w.memory, host, error));
    LK_TRY(lk_options_check(options, schema, error));
    w.most = (size_t)lk_options_int64(options, schema, PERIODS_OF_BASELINE);
    w.season = (size_t)lk_options_int64(options, schema, SEASON);
    LK_TRY(lk_periods_init(&w.periods, kpi, rows, lk_analysis_settings(options, schema), error));
    LK_FAIL_IF(w.periods.rows.row_count == 0, error, LEADKPI_NOT_ENOUGH_DATA,
               "rows: expected a period or more, found none");
    memcpy(w.texts, texts, sizeof texts);
    return lk_report_make(&w.memory, w.texts, TEXTS, fill, &w, out, error);
}
