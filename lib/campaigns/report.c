/* The tables that a report hands out. */
#include <math.h>

#include "base/format.h"
#include "base/table.h"
#include "campaigns/estimate.h"
#include "campaigns/lists.h"
#include "kpi/estimate.h"

/* ---- rows -------------------------------------------------------------------------------- */

static size_t row_count(const lk_tally *tally)
{
    return tally->order_count + (tally->plan->totals ? 1 : 0);
}

static uint32_t cell_of_row(const lk_tally *tally, size_t row)
{
    return row < tally->order_count ? tally->order[row] : tally->total;
}

/* Rows of the table: in long shape each row of the report stands once a KPI. */
static size_t repeats(const lk_tally *tally)
{
    return tally->plan->shape == LK_SHAPE_LONG ? tally->plan->kpi_count : 1;
}

/* ---- columns that say which row it is ---------------------------------------------------- */

typedef leadkpi_status (*cell_text)(const lk_tally *tally, uint32_t cell, size_t place,
                                    lk_text_builder *column, leadkpi_error *error);

static leadkpi_status append_kind(const lk_tally *tally, uint32_t cell, size_t place,
                                  lk_text_builder *column, leadkpi_error *error)
{
    (void)place;
    lk_text kind = cell == tally->total ? LK_LITERAL("total") : LK_LITERAL("segment");
    return lk_text_builder_append(column, kind, error);
}

static leadkpi_status append_dimension(const lk_tally *tally, uint32_t cell, size_t place,
                                       lk_text_builder *column, leadkpi_error *error)
{
    const lk_plan *plan = tally->plan;
    uint32_t text = LK_MAP_NONE;
    if (cell != tally->total)
        text = lk_segment_text(&plan->segments, lk_cells_segment(&tally->cells, cell), place);
    if (text == LK_MAP_NONE) return lk_text_builder_append_null(column, error);
    return lk_text_builder_append(column, lk_map_text_key(&plan->store->texts, text), error);
}

static leadkpi_status append_period(const lk_tally *tally, uint32_t cell, size_t place,
                                    lk_text_builder *column, leadkpi_error *error)
{
    (void)place;
    char label[LK_GRAIN_LABEL_SIZE];
    if (cell == tally->total) return lk_text_builder_append_null(column, error);
    size_t length = lk_calendar_label(tally->plan->calendar, lk_cells_period(&tally->cells, cell), label);
    return lk_text_builder_append(column, (lk_text){label, length}, error);
}

static leadkpi_status add_texts(const lk_tally *tally, leadkpi_table *table, lk_text name,
                                cell_text append, size_t place, leadkpi_error *error)
{
    lk_text_builder column;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&column, table);
    for (size_t row = 0; row < row_count(tally) && status == LEADKPI_OK; row++)
        for (size_t i = 0; i < repeats(tally) && status == LEADKPI_OK; i++)
            status = append(tally, cell_of_row(tally, row), place, &column, error);
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&column, name, "", error);
    lk_text_builder_release(&column);
    return status;
}

static leadkpi_status add_period_edge(const lk_tally *tally, leadkpi_table *table, lk_text name,
                                      bool end, leadkpi_error *error)
{
    int64_t *times;
    int32_t column = leadkpi_table_column_count(table);
    size_t each = repeats(tally);
    LK_TRY(lk_table_add_timestamp(table, name, row_count(tally) * each, true, &times, error));
    for (size_t row = 0; row < row_count(tally) * each; row++) {
        uint32_t cell = cell_of_row(tally, row / each);
        if (cell == tally->total) {
            lk_table_set_null(table, column, row);
            continue;
        }
        times[row] = lk_cells_period(&tally->cells, cell);
        if (end) times[row] = lk_calendar_end(tally->plan->calendar, times[row]);
    }
    return LEADKPI_OK;
}

static leadkpi_status add_row_names(const lk_tally *tally, leadkpi_table *table, leadkpi_error *error)
{
    const lk_plan *plan = tally->plan;
    LK_TRY(add_texts(tally, table, LK_LITERAL("row"), append_kind, 0, error));
    for (size_t i = 0; i < plan->segments.dimension_count; i++) {
        lk_text name = lk_map_text_key(&plan->store->dimensions, plan->segments.dimensions[i]);
        LK_TRY(add_texts(tally, table, name, append_dimension, i, error));
    }
    if (!plan->has_periods) return LEADKPI_OK;
    LK_TRY(add_period_edge(tally, table, LK_LITERAL("period_start"), false, error));
    LK_TRY(add_period_edge(tally, table, LK_LITERAL("period_end"), true, error));
    return add_texts(tally, table, LK_LITERAL("period"), append_period, 0, error);
}

/* ---- columns of estimates ------------------------------------------------------------------ */

/* A column of doubles where NaN is null. */
typedef struct number_column {
    leadkpi_table *table;
    double *values;
    int32_t index;
} number_column;

static leadkpi_status add_numbers(leadkpi_table *table, lk_text name, const char *unit, size_t rows,
                                  number_column *column, leadkpi_error *error)
{
    column->table = table;
    column->index = leadkpi_table_column_count(table);
    return lk_table_add_double(table, name, unit, rows, true, &column->values, error);
}

static void put_number(const number_column *column, size_t row, double value)
{
    column->values[row] = value;
    if (isnan(value)) lk_table_set_null(column->table, column->index, row);
}

static leadkpi_status append_word(const char *word, lk_text_builder *column, leadkpi_error *error)
{
    return lk_text_builder_append(column, lk_text_of(word, LEADKPI_NUL_TERMINATED), error);
}

/* The columns of one KPI (wide), or of all (long). */
typedef struct estimate_columns {
    number_column value, low, high, level, n;
    lk_text_builder kpi, status, flags, reason;
    bool is_long;
} estimate_columns;

static leadkpi_status put_estimate(estimate_columns *columns, size_t row,
                                   const leadkpi_estimate *estimate, leadkpi_error *error)
{
    put_number(&columns->value, row, estimate->value);
    put_number(&columns->low, row, estimate->low);
    put_number(&columns->high, row, estimate->high);
    LK_TRY(append_word(leadkpi_status_name(estimate->status), &columns->status, error));
    LK_TRY(lk_kpi_append_flags(&columns->flags, estimate->flags, error));
    if (!columns->is_long) return LEADKPI_OK;
    put_number(&columns->level, row, estimate->level);
    put_number(&columns->n, row, estimate->n);
    const char *name = leadkpi_kpi_property(estimate->kpi, "name", LEADKPI_NUL_TERMINATED);
    LK_TRY(append_word(name, &columns->kpi, error));
    char buffer[LK_REASON_SIZE];
    return lk_text_builder_append(&columns->reason, lk_estimate_reason(estimate, buffer), error);
}

static void begin_columns(estimate_columns *columns, leadkpi_table *table, bool is_long)
{
    memset(columns, 0, sizeof *columns);
    columns->is_long = is_long;
    lk_text_builder_init(&columns->kpi, table);
    lk_text_builder_init(&columns->status, table);
    lk_text_builder_init(&columns->flags, table);
    lk_text_builder_init(&columns->reason, table);
}

static void release_columns(estimate_columns *columns)
{
    lk_text_builder_release(&columns->kpi);
    lk_text_builder_release(&columns->status);
    lk_text_builder_release(&columns->flags);
    lk_text_builder_release(&columns->reason);
}

/* ---- wide ------------------------------------------------------------------------------------ */

/* "win_rate_narrow" and a suffix; no name is longer, a test of the catalogue holds it to that. */
#define COLUMN_NAME_SIZE 128

static lk_text column_name(int32_t kpi, const char *suffix, char out[COLUMN_NAME_SIZE])
{
    const char *name = leadkpi_kpi_property(kpi, "name", LEADKPI_NUL_TERMINATED);
    size_t length = lk_format(out, COLUMN_NAME_SIZE, "%s%s", name, suffix);
    for (size_t i = 0; i < length; i++)
        if (out[i] == ':') out[i] = '_';
    return (lk_text){out, length};
}

/* Cells between two looks at the interrupt; one may hold many durations. */
#define CELLS_A_POLL 1024

static leadkpi_status poll(const lk_tally *tally, size_t row, leadkpi_error *error)
{
    return row % CELLS_A_POLL ? LEADKPI_OK : lk_interrupted(tally->plan->memory, error);
}

static leadkpi_status fill_wide(const lk_tally *tally, int32_t kpi, estimate_columns *columns,
                                leadkpi_error *error)
{
    lk_estimator estimator;
    lk_estimator_prepare(tally, kpi, &estimator);
    for (size_t row = 0; row < row_count(tally); row++) {
        leadkpi_estimate estimate;
        LK_TRY(poll(tally, row, error));
        LK_TRY(lk_estimate(tally, &estimator, cell_of_row(tally, row), &estimate, error));
        LK_TRY(put_estimate(columns, row, &estimate, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status add_wide_columns(const lk_tally *tally, int32_t kpi, leadkpi_table *table,
                                       estimate_columns *columns, leadkpi_error *error)
{
    char name[COLUMN_NAME_SIZE];
    size_t rows = row_count(tally);
    const char *unit = leadkpi_kpi_property(kpi, "unit", LEADKPI_NUL_TERMINATED);
    LK_TRY(add_numbers(table, column_name(kpi, "", name), unit, rows, &columns->value, error));
    LK_TRY(add_numbers(table, column_name(kpi, "_low", name), unit, rows, &columns->low, error));
    LK_TRY(add_numbers(table, column_name(kpi, "_high", name), unit, rows, &columns->high, error));
    LK_TRY(fill_wide(tally, kpi, columns, error));
    LK_TRY(lk_text_builder_finish(&columns->status, column_name(kpi, "_status", name), "", error));
    return lk_text_builder_finish(&columns->flags, column_name(kpi, "_flags", name), "", error);
}

static leadkpi_status add_wide(const lk_tally *tally, leadkpi_table *table, leadkpi_error *error)
{
    leadkpi_status status = LEADKPI_OK;
    for (size_t i = 0; i < tally->plan->kpi_count && status == LEADKPI_OK; i++) {
        estimate_columns columns;
        begin_columns(&columns, table, false);
        status = add_wide_columns(tally, tally->plan->kpis[i], table, &columns, error);
        release_columns(&columns);
    }
    return status;
}

/* ---- long ------------------------------------------------------------------------------------ */

static leadkpi_status fill_rows(const lk_tally *tally, const lk_estimator *estimators,
                                estimate_columns *columns, leadkpi_error *error)
{
    size_t kpi_count = tally->plan->kpi_count;
    for (size_t row = 0; row < row_count(tally); row++) {
        LK_TRY(poll(tally, row, error));
        for (size_t i = 0; i < kpi_count; i++) {
            leadkpi_estimate estimate;
            LK_TRY(lk_estimate(tally, &estimators[i], cell_of_row(tally, row), &estimate, error));
            LK_TRY(put_estimate(columns, row * kpi_count + i, &estimate, error));
        }
    }
    return LEADKPI_OK;
}

static leadkpi_status fill_long(const lk_tally *tally, estimate_columns *columns, leadkpi_error *error)
{
    lk_memory *memory = tally->plan->memory;
    size_t kpi_count = tally->plan->kpi_count;
    lk_estimator *estimators;
    LK_TRY(lk_allocate(memory, kpi_count, sizeof *estimators, &estimators, error));
    for (size_t i = 0; i < kpi_count; i++)
        lk_estimator_prepare(tally, tally->plan->kpis[i], &estimators[i]);
    leadkpi_status status = fill_rows(tally, estimators, columns, error);
    lk_release(memory, estimators, kpi_count, sizeof *estimators);
    return status;
}

static leadkpi_status add_long_columns(const lk_tally *tally, leadkpi_table *table,
                                       estimate_columns *columns, leadkpi_error *error)
{
    size_t rows = row_count(tally) * tally->plan->kpi_count;
    LK_TRY(add_numbers(table, LK_LITERAL("value"), "", rows, &columns->value, error));
    LK_TRY(add_numbers(table, LK_LITERAL("low"), "", rows, &columns->low, error));
    LK_TRY(add_numbers(table, LK_LITERAL("high"), "", rows, &columns->high, error));
    LK_TRY(add_numbers(table, LK_LITERAL("level"), "fraction", rows, &columns->level, error));
    LK_TRY(add_numbers(table, LK_LITERAL("n"), "", rows, &columns->n, error));
    LK_TRY(fill_long(tally, columns, error));
    LK_TRY(lk_text_builder_finish(&columns->kpi, LK_LITERAL("kpi"), "", error));
    LK_TRY(lk_text_builder_finish(&columns->status, LK_LITERAL("status"), "", error));
    LK_TRY(lk_text_builder_finish(&columns->flags, LK_LITERAL("flags"), "", error));
    return lk_text_builder_finish(&columns->reason, LK_LITERAL("reason"), "", error);
}

static leadkpi_status add_long(const lk_tally *tally, leadkpi_table *table, leadkpi_error *error)
{
    estimate_columns columns;
    begin_columns(&columns, table, true);
    leadkpi_status status = add_long_columns(tally, table, &columns, error);
    release_columns(&columns);
    return status;
}

/* ---- the calls --------------------------------------------------------------------------------- */

static void want_durations(lk_tally *tally, const lk_plan *plan)
{
    for (size_t i = 0; i < plan->kpi_count; i++) {
        int kind = lk_estimate_durations(plan->kpis[i]);
        if (kind >= 0) tally->wants[kind] = true;
    }
}

static leadkpi_status add_columns(const lk_tally *tally, leadkpi_table *table, leadkpi_error *error)
{
    LK_TRY(add_row_names(tally, table, error));
    if (tally->plan->shape == LK_SHAPE_LONG) return add_long(tally, table, error);
    return add_wide(tally, table, error);
}

static leadkpi_status build_report(lk_plan *plan, leadkpi_table *table, leadkpi_error *error)
{
    lk_tally tally;
    memset(&tally, 0, sizeof tally);
    want_durations(&tally, plan);
    LK_TRY(lk_tally_make(&tally, plan, error));
    leadkpi_status status = add_columns(&tally, table, error);
    lk_tally_free(&tally);
    return status;
}

static leadkpi_status build_findings(lk_plan *plan, leadkpi_table *table, leadkpi_error *error)
{
    lk_tally tally;
    memset(&tally, 0, sizeof tally);
    LK_TRY(lk_tally_make(&tally, plan, error));
    leadkpi_status status = lk_findings_build(&tally, table, error);
    lk_tally_free(&tally);
    return status;
}

static leadkpi_status build_cost_list(lk_plan *plan, leadkpi_table *table, leadkpi_error *error)
{
    return lk_cost_list_build(plan, table, error);
}

typedef leadkpi_status (*build_table)(lk_plan *, leadkpi_table *, leadkpi_error *);

/* What report, findings and cost list share: read the plan, build, give everything back
 * but the table. */
static leadkpi_status run(const leadkpi_campaigns *campaigns, const leadkpi_options *options,
                          build_table build, leadkpi_table **out, leadkpi_error *error)
{
    lk_plan plan;
    leadkpi_table *table = NULL;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(campaigns, error);
    lk_memory memory = lk_memory_like(&campaigns->memory);
    LK_TRY(lk_plan_read(&plan, campaigns, options, &memory, error));
    leadkpi_status status = lk_table_new(&memory, &table, error);
    if (status == LEADKPI_OK) status = build(&plan, table, error);
    lk_plan_free(&plan);
    if (status != LEADKPI_OK) {
        leadkpi_table_free(table);
        return status;
    }
    *out = table;
    return LEADKPI_OK;
}

leadkpi_status leadkpi_campaigns_report(const leadkpi_campaigns *campaigns,
                                        const leadkpi_options *options, leadkpi_table **out,
                                        leadkpi_error *error)
{
    return run(campaigns, options, build_report, out, error);
}

leadkpi_status leadkpi_campaigns_findings(const leadkpi_campaigns *campaigns,
                                          const leadkpi_options *options, leadkpi_table **out,
                                          leadkpi_error *error)
{
    return run(campaigns, options, build_findings, out, error);
}

leadkpi_status leadkpi_campaigns_cost_list(const leadkpi_campaigns *campaigns,
                                           const leadkpi_options *options, leadkpi_table **out,
                                           leadkpi_error *error)
{
    return run(campaigns, options, build_cost_list, out, error);
}
