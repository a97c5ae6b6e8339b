/* tables.c: the catalogue as tables, and KPIs over the rows of a table. */
#include <math.h>

#include "base/format.h"
#include "base/table.h"
#include "kpi/estimate.h"
#include "kpi/measures.h"
#include "kpi/report.h"
#include "kpi/rows.h"

#define NUL LEADKPI_NUL_TERMINATED

static lk_text text_of(const char *text)
{
    return lk_text_of(text, NUL);
}

/* ---- the catalogue ------------------------------------------------------ */

/* The text of one cell of a table that is made of texts. */
typedef const char *(*cell_text)(int32_t row, const char *column);

static leadkpi_status add_texts(leadkpi_table *table, const char *column, int32_t row_count,
                                cell_text cell, leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (int32_t row = 0; row < row_count && status == LEADKPI_OK; row++)
        status = lk_text_builder_append(&builder, text_of(cell(row, column)), error);
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, text_of(column), "", error);
    lk_text_builder_release(&builder);
    return status;
}

static leadkpi_status add_all_texts(leadkpi_table *table, const char *(*column_at)(int32_t index),
                                    int32_t row_count, cell_text cell, leadkpi_error *error)
{
    const char *column;
    for (int32_t i = 0; (column = column_at(i)); i++)
        LK_TRY(add_texts(table, column, row_count, cell, error));
    return LEADKPI_OK;
}

/* A new table that `fill` fills, or none. */
static leadkpi_status make(const leadkpi_host *host, leadkpi_table **out,
                           leadkpi_status (*fill)(leadkpi_table *table, leadkpi_error *error),
                           leadkpi_error *error)
{
    leadkpi_table *table;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_TRY(leadkpi_table_create(host, &table, error));
    leadkpi_status status = fill(table, error);
    if (status == LEADKPI_OK)
        *out = table;
    else
        leadkpi_table_free(table);
    return status;
}

static const char *kpi_cell(int32_t row, const char *column)
{
    return leadkpi_kpi_property(leadkpi_kpi_at(row), column, NUL);
}

static leadkpi_status fill_catalogue(leadkpi_table *table, leadkpi_error *error)
{
    int64_t *numbers;
    size_t count = (size_t)lk_kpi_entry_count;
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("kpi"), "", count, false, &numbers, error));
    for (size_t i = 0; i < count; i++) numbers[i] = lk_kpi_catalogue[i].number;
    return add_all_texts(table, leadkpi_kpi_property_at, lk_kpi_entry_count, kpi_cell, error);
}

static const char *measure_cell(int32_t row, const char *column)
{
    return leadkpi_kpi_measure_property(lk_measures[row].id, NUL, column, NUL);
}

static leadkpi_status fill_measures(leadkpi_table *table, leadkpi_error *error)
{
    return add_all_texts(table, leadkpi_kpi_measure_property_at, LK_MEASURE_COUNT, measure_cell,
                         error);
}

static const char *category_cell(int32_t row, const char *column)
{
    return leadkpi_kpi_category_property(leadkpi_kpi_category_at(row), NUL, column, NUL);
}

static const char *category_column_at(int32_t index)
{
    static const char *const columns[] = {"id", "title", "question", "membership", NULL};
    return columns[index];
}

static leadkpi_status fill_categories(leadkpi_table *table, leadkpi_error *error)
{
    int32_t count = 0;
    while (leadkpi_kpi_category_at(count)) count++;
    return add_all_texts(table, category_column_at, count, category_cell, error);
}

static leadkpi_status append_inputs(int32_t index, int64_t *numbers, int64_t *positions,
                                    lk_text_builder *names, lk_text_builder *measures,
                                    leadkpi_error *error)
{
    for (int32_t i = 0; i < lk_kpi_formulas[index].input_count; i++) {
        size_t row = names->row_count;
        numbers[row] = lk_kpi_catalogue[index].number;
        positions[row] = i;
        LK_TRY(lk_text_builder_append(
            measures, text_of(lk_measures[lk_kpi_formulas[index].inputs[i]].id), error));
        LK_TRY(lk_text_builder_append(names, text_of(lk_kpi_catalogue[index].name), error));
    }
    return LEADKPI_OK;
}

static leadkpi_status build_inputs(leadkpi_table *table, lk_text_builder *names,
                                   lk_text_builder *measures, leadkpi_error *error)
{
    int64_t *numbers, *positions;
    size_t count = 0;
    for (int32_t i = 0; i < lk_kpi_entry_count; i++) count += lk_kpi_formulas[i].input_count;
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("kpi"), "", count, false, &numbers, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("position"), "", count, false, &positions, error));
    for (int32_t i = 0; i < lk_kpi_entry_count; i++)
        LK_TRY(append_inputs(i, numbers, positions, names, measures, error));
    LK_TRY(lk_text_builder_finish(names, LK_LITERAL("name"), "", error));
    return lk_text_builder_finish(measures, LK_LITERAL("measure"), "", error);
}

static leadkpi_status fill_inputs(leadkpi_table *table, leadkpi_error *error)
{
    lk_text_builder names, measures;
    lk_text_builder_init(&names, table);
    lk_text_builder_init(&measures, table);
    leadkpi_status status = build_inputs(table, &names, &measures, error);
    lk_text_builder_release(&names);
    lk_text_builder_release(&measures);
    return status;
}

leadkpi_status leadkpi_kpi_catalogue(const leadkpi_host *host, leadkpi_table **out,
                                     leadkpi_error *error)
{
    return make(host, out, fill_catalogue, error);
}

leadkpi_status leadkpi_kpi_inputs(const leadkpi_host *host, leadkpi_table **out,
                                  leadkpi_error *error)
{
    return make(host, out, fill_inputs, error);
}

leadkpi_status leadkpi_kpi_measures(const leadkpi_host *host, leadkpi_table **out,
                                    leadkpi_error *error)
{
    return make(host, out, fill_measures, error);
}

leadkpi_status leadkpi_kpi_categories(const leadkpi_host *host, leadkpi_table **out,
                                      leadkpi_error *error)
{
    return make(host, out, fill_categories, error);
}

/* ---- rows of a table ---------------------------------------------------- */

enum {
    STATUS,
    FLAGS,
    TEXTS
};

typedef struct work {
    lk_kpi_rows rows;
    lk_memory memory;
    double *value, *low, *high;
    lk_text_column texts[TEXTS];
} work;

leadkpi_status lk_kpi_append_flags(lk_text_builder *builder, uint32_t flags, leadkpi_error *error)
{
    char text[192];
    size_t length = 0;
    uint32_t flag;
    for (int32_t i = 0; (flag = leadkpi_kpi_flag_at(i)); i++)
        if (flags & flag)
            length += lk_format(text + length, sizeof text - length, "%s%s", length ? " " : "",
                                leadkpi_kpi_flag_name(flag));
    return lk_text_builder_append(builder, (lk_text){text, length}, error);
}

static leadkpi_status fill_rows(work *w, leadkpi_table *table, leadkpi_error *error)
{
    for (size_t row = 0; row < w->rows.row_count; row++) {
        leadkpi_estimate estimate;
        if (row % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&w->memory, error));
        lk_kpi_rows_estimate(&w->rows, row, &estimate);
        w->value[row] = estimate.value;
        w->low[row] = estimate.low;
        w->high[row] = estimate.high;
        if (isnan(estimate.value)) lk_table_set_null(table, 0, row);
        if (isnan(estimate.low)) lk_table_set_null(table, 1, row);
        if (isnan(estimate.high)) lk_table_set_null(table, 2, row);
        LK_TRY(lk_text_builder_append(&w->texts[STATUS].builder,
                                      text_of(leadkpi_status_name(estimate.status)), error));
        LK_TRY(lk_kpi_append_flags(&w->texts[FLAGS].builder, estimate.flags, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status fill_results(void *context, leadkpi_table *table, leadkpi_error *error)
{
    work *w = context;
    const char *unit =
        leadkpi_kpi_property(lk_kpi_formulas[w->rows.index].number, "unit", LEADKPI_NUL_TERMINATED);
    LK_TRY(lk_table_add_double(table, LK_LITERAL("value"), unit, w->rows.row_count, true, &w->value,
                               error));
    LK_TRY(lk_table_add_double(table, LK_LITERAL("low"), unit, w->rows.row_count, true, &w->low,
                               error));
    LK_TRY(lk_table_add_double(table, LK_LITERAL("high"), unit, w->rows.row_count, true, &w->high,
                               error));
    return fill_rows(w, table, error);
}

leadkpi_status leadkpi_kpi_evaluate_table(const leadkpi_host *host, int32_t kpi,
                                          const leadkpi_table *inputs,
                                          const leadkpi_options *options, leadkpi_table **out,
                                          leadkpi_error *error)
{
    work w;
    lk_kpi_settings settings;
    static const lk_text_column texts[TEXTS] = {{.name = "status"}, {.name = "flags"}};
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(inputs, error);
    LK_TRY(lk_kpi_settings_read(options, &settings, error));
    LK_TRY(lk_kpi_settings_refuse_dispersion(options, error));
    LK_TRY(lk_memory_init(&w.memory, host, error));
    LK_TRY(lk_kpi_rows_init(&w.rows, kpi, inputs, settings, error));
    memcpy(w.texts, texts, sizeof texts);
    return lk_report_make(&w.memory, w.texts, TEXTS, fill_results, &w, out, error);
}
