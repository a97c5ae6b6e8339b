/* compare.c: rows of a table against one of them. */
#include <math.h>

#include <leadkpi/kpi_analysis.h>

#include "kpi/analysis.h"
#include "kpi/contrast.h"
#include "kpi/report.h"

enum { BASE = LK_ANALYSIS_OPTIONS, EXPOSURE };
static const lk_option compare_options[] = {
    LK_ANALYSIS_COMMON,
    [BASE] = {"base", LK_OPTION_INT64, .unit = "row", .minimum = "0", .default_text = "0",
              .meaning = "The row, from 0, that the others are compared with."},
    [EXPOSURE] = {"exposure", LK_OPTION_CHOICE, .choices = "refuse|normalise",
                  .default_text = "refuse",
                  .meaning = "Counts and sums over unequal exposure: refuse to compare them, or "
                             "scale them to the exposure of the base."},
};
const lk_schema lk_kpi_compare_schema = {"kpi_compare", "How rows are compared.", compare_options,
                                         4};

enum {
    VALUE, BASE_VALUE, DIFFERENCE, DIFFERENCE_LOW, DIFFERENCE_HIGH, RATIO, RATIO_LOW, RATIO_HIGH,
    P_VALUE, NUMBERS
};

enum { VERDICT, METHOD, STATUS, FLAGS, TEXTS };

typedef struct work {
    lk_kpi_rows rows;
    lk_memory memory;
    const lk_column *exposure; /* NULL: not given */
    size_t base_row;
    bool is_normalised;
    lk_side base;
    lk_number_column numbers[NUMBERS];
    lk_text_column texts[TEXTS];
} work;

static double exposure_at(const work *w, size_t row)
{
    if (!w->exposure || !lk_column_is_valid(w->exposure, row)) return NAN;
    return lk_column_number(w->exposure, row);
}

static leadkpi_status check_exposures(const work *w, leadkpi_error *error)
{
    for (size_t row = 0; w->exposure && row < w->rows.row_count; row++) {
        double exposure = exposure_at(w, row);
        if (!lk_column_is_valid(w->exposure, row) || (exposure > 0 && isfinite(exposure))) continue;
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, w->exposure->index,
                          "exposure: expected above 0, found %g", exposure);
    }
    return LEADKPI_OK;
}

/* MISMATCH where the row was watched for longer or shorter than the base, and that counts. */
static leadkpi_status equalise(const work *w, size_t row, lk_side *side, uint32_t *flags)
{
    if (!w->exposure || !lk_kpi_adds_up_over_time(w->rows.index)) return LEADKPI_OK;
    double exposure = exposure_at(w, row), wanted = exposure_at(w, w->base_row);
    if (isnan(exposure) || isnan(wanted)) return LEADKPI_NOT_GIVEN;
    if (exposure == wanted) return LEADKPI_OK;
    if (!w->is_normalised) return LEADKPI_MISMATCH;
    lk_side_scale(side, wanted / exposure);
    *flags |= LEADKPI_FLAG_EXPOSURE_NORMALISED;
    return LEADKPI_OK;
}

static const char *verdict_of(const work *w, size_t row, const lk_contrast *c)
{
    if (row == w->base_row) return "base";
    return lk_contrast_verdict(c, w->rows.settings.level);
}

static leadkpi_status compare_row(work *w, size_t row, leadkpi_error *error)
{
    lk_side side;
    lk_contrast c = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, "", LEADKPI_FLAG_NO_INTERVAL};
    uint32_t flags = 0;
    lk_side_read(&side, &w->rows, row);
    leadkpi_status status = side.estimate.status;
    if (status == LEADKPI_OK) status = w->base.estimate.status;
    if (status == LEADKPI_OK) status = equalise(w, row, &side, &flags);
    if (status == LEADKPI_OK && row != w->base_row)
        lk_contrast_of(w->rows.index, &side, &w->base, &c);
    const double numbers[NUMBERS] = {side.estimate.value, w->base.estimate.value,
                                     c.difference, c.difference_low, c.difference_high, c.ratio,
                                     c.ratio_low, c.ratio_high, c.p_value};
    for (int i = 0; i < NUMBERS; i++) w->numbers[i].values[row] = numbers[i];
    LK_TRY(lk_append_string(&w->texts[VERDICT].builder, verdict_of(w, row, &c), error));
    LK_TRY(lk_append_string(&w->texts[METHOD].builder, c.method, error));
    LK_TRY(lk_append_string(&w->texts[STATUS].builder, leadkpi_status_name(status), error));
    return lk_kpi_append_flags(&w->texts[FLAGS].builder, c.flags | flags, error);
}

static leadkpi_status fill(void *context, leadkpi_table *table, leadkpi_error *error)
{
    work *w = context;
    static const char *const names[] = {"value", "base_value", "difference", "difference_low",
                                        "difference_high", "ratio", "ratio_low", "ratio_high",
                                        "p_value"};
    const char *unit = leadkpi_kpi_property(lk_kpi_formulas[w->rows.index].number, "unit",
                                            LEADKPI_NUL_TERMINATED);
    for (int i = 0; i < NUMBERS; i++)
        w->numbers[i] = (lk_number_column){names[i],
                                           i < RATIO      ? unit
                                           : i == P_VALUE ? "fraction"
                                                          : "ratio",
                                           NULL, 0};
    LK_TRY(lk_numbers_add(table, w->numbers, NUMBERS, w->rows.row_count, error));
    if (w->rows.row_count) lk_side_read(&w->base, &w->rows, w->base_row);
    for (size_t row = 0; row < w->rows.row_count; row++) {
        if (row % 1024 == 0) LK_TRY(lk_interrupted(&w->memory, error));
        LK_TRY(compare_row(w, row, error));
    }
    lk_numbers_finish(table, w->numbers, NUMBERS, w->rows.row_count);
    return LEADKPI_OK;
}

static leadkpi_status prepare(work *w, int32_t kpi, const leadkpi_table *rows,
                              const leadkpi_options *options, leadkpi_error *error)
{
    const lk_schema *schema = &lk_kpi_compare_schema;
    LK_TRY(lk_options_check(options, schema, error));
    lk_kpi_settings settings = lk_analysis_settings(options, schema);
    LK_TRY(lk_kpi_rows_init(&w->rows, kpi, rows, settings, error));
    LK_TRY(lk_table_allow(rows, LK_LITERAL("exposure"), LK_ALLOW_NUMBER, &w->exposure, error));
    w->is_normalised = lk_options_choice(options, schema, EXPOSURE) == 1;
    w->base_row = (size_t)lk_options_int64(options, schema, BASE);
    LK_FAIL_IF(w->rows.row_count && w->base_row >= w->rows.row_count, error, LEADKPI_BAD_ARGUMENT,
               "base: expected a row from 0 to %zu, found %zu", w->rows.row_count - 1,
               w->base_row);
    return check_exposures(w, error);
}

leadkpi_status leadkpi_kpi_compare(const leadkpi_host *host, int32_t kpi,
                                   const leadkpi_table *rows, const leadkpi_options *options,
                                   leadkpi_table **out, leadkpi_error *error)
{
    work w;
    static const lk_text_column texts[TEXTS] = {
        {.name = "verdict"}, {.name = "method"}, {.name = "status"}, {.name = "flags"}};
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(rows, error);
    LK_TRY(lk_memory_init(&w.memory, host, error));
    LK_TRY(prepare(&w, kpi, rows, options, error));
    memcpy(w.texts, texts, sizeof texts);
    return lk_report_make(&w.memory, w.texts, TEXTS, fill, &w, out, error);
}
