/* season.c: seasonal indices by ratio to a moving year, as in the first step of classical
 * decomposition (Macaulay 1931, "The Smoothing of Time Series"), on the log scale. */
#include "kpi/season.h"

#include <math.h>

#include <leadkpi/kpi_benchmark.h>
#include <leadkpi/stats.h>

#include "kpi/analysis.h"
#include "kpi/report.h"

enum {
    SEASON = LK_ANALYSIS_OPTIONS
};
static const lk_option season_options[] = {
    LK_ANALYSIS_COMMON,
    [SEASON] = {"season", LK_OPTION_INT64, .unit = "periods", .minimum = "2", .maximum = "60",
                .default_text = "12", .meaning = "How many periods a year has."},
};
const lk_schema lk_kpi_season_schema = {"kpi_season", "How seasons differ.", season_options, 3};

/* The log of value over trend in one row; NaN where it does not exist. */
static double log_ratio_at(lk_periods *p, size_t row, size_t season)
{
    leadkpi_estimate e;
    lk_kpi_rows_estimate(&p->rows, row, &e);
    double trend = lk_periods_trend(p, row, season);
    return e.value > 0 && trend > 0 ? log(e.value / trend) : NAN;
}

/* Two passes, so that no digits are lost where seasons repeat closely. */
static lk_season_index index_of(lk_periods *p, size_t place, size_t season)
{
    size_t half = season / 2;
    lk_season_index out = {0, 0, 0};
    for (int pass = 0; pass < 2; pass++)
        for (size_t row = place; row + half < p->rows.row_count; row += season) {
            if (row < half) continue;
            double log_ratio = log_ratio_at(p, row, season);
            if (isnan(log_ratio)) continue;
            if (pass == 0) {
                out.log_index += log_ratio;
                out.years++;
            } else {
                double apart = log_ratio - out.log_index / (double)out.years;
                out.error += apart * apart;
            }
        }
    double years = (double)out.years;
    out.log_index /= years;
    out.error = sqrt(out.error / (years - 1) / years);
    return out;
}

bool lk_seasons_find(lk_periods *p, size_t season, lk_season_index *out)
{
    double sum = 0;
    for (size_t i = 0; i < season; i++) {
        out[i] = index_of(p, i, season);
        sum += out[i].log_index;
    }
    if (isnan(sum)) return false;
    for (size_t i = 0; i < season; i++) out[i].log_index -= sum / (double)season;
    return true;
}

/* ---- the call ------------------------------------------------------------ */

enum {
    INDEX,
    INDEX_LOW,
    INDEX_HIGH,
    NUMBERS
};

typedef struct work {
    lk_memory memory;
    lk_periods periods;
    size_t season;
    lk_season_index seasons[LK_SEASONS_MAX];
    lk_number_column numbers[NUMBERS];
    lk_text_column status;
} work;

static leadkpi_status fill(void *context, leadkpi_table *table, leadkpi_error *error)
{
    work *w = context;
    const lk_number_column numbers[NUMBERS] = {{"index", "ratio", NULL, 0},
                                               {"index_low", "ratio", NULL, 0},
                                               {"index_high", "ratio", NULL, 0}};
    int64_t *places, *years;
    bool is_found = lk_seasons_find(&w->periods, w->season, w->seasons);
    memcpy(w->numbers, numbers, sizeof numbers);
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("season"), "", w->season, false, &places, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("years"), "", w->season, false, &years, error));
    LK_TRY(lk_numbers_add(table, w->numbers, NUMBERS, w->season, error));
    for (size_t i = 0; i < w->season; i++) {
        const lk_season_index *s = &w->seasons[i];
        double half = s->years > 1 ? s->error * leadkpi_stats_t_upper_quantile(
                                                    (1 - w->periods.rows.settings.level) / 2,
                                                    (double)(s->years - 1))
                                   : NAN;
        places[i] = (int64_t)i;
        years[i] = s->years;
        w->numbers[INDEX].values[i] = is_found ? exp(s->log_index) : NAN;
        w->numbers[INDEX_LOW].values[i] = is_found ? exp(s->log_index - half) : NAN;
        w->numbers[INDEX_HIGH].values[i] = is_found ? exp(s->log_index + half) : NAN;
        LK_TRY(lk_append_string(&w->status.builder,
                                leadkpi_status_name(is_found ? LEADKPI_OK : LEADKPI_UNDEFINED),
                                error));
    }
    lk_numbers_finish(table, w->numbers, NUMBERS, w->season);
    return LEADKPI_OK;
}

leadkpi_status leadkpi_kpi_season(const leadkpi_host *host, int32_t kpi, const leadkpi_table *rows,
                                  const leadkpi_options *options, leadkpi_table **out,
                                  leadkpi_error *error)
{
    const lk_schema *schema = &lk_kpi_season_schema;
    work w = {.status = {.name = "status"}};
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(rows, error);
    LK_TRY(lk_memory_init(&w.memory, host, error));
    LK_TRY(lk_options_check(options, schema, error));
    w.season = (size_t)lk_options_int64(options, schema, SEASON);
    LK_TRY(lk_periods_init(&w.periods, kpi, rows, lk_analysis_settings(options, schema), error));
    LK_FAIL_IF(w.periods.rows.row_count < 2 * w.season, error, LEADKPI_NOT_ENOUGH_DATA,
               "rows: expected two years, %zu, found %zu", 2 * w.season, w.periods.rows.row_count);
    return lk_report_make(&w.memory, &w.status, 1, fill, &w, out, error);
}
