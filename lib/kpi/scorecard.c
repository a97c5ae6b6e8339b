/* scorecard.c: goals and where they stand. */
#include <math.h>

#include <leadkpi/kpi_plan.h>

#include "kpi/analysis.h"
#include "kpi/kpi.h"
#include "kpi/report.h"

#define NUL LEADKPI_NUL_TERMINATED

enum {
    AS_OF
};
static const lk_option scorecard_options[] = {
    [AS_OF] = {"as_of", LK_OPTION_TIMESTAMP,
               .meaning = "Now: what is due at or before it is reached or missed."},
};
const lk_schema lk_kpi_scorecard_schema = {"kpi_scorecard", "Where goals stand.", scorecard_options,
                                           1};

enum {
    VALUE,
    TARGET,
    EXPECTED,
    ATTAINMENT,
    ELAPSED,
    NUMBERS
};

typedef struct goal {
    int32_t index;
    double numbers[NUMBERS];
    const char *standing;
} goal;

enum {
    KPI,
    DIRECTION,
    STANDING,
    GUARDRAIL,
    GUARDRAIL_STANDING,
    TEXTS
};

typedef struct work {
    lk_memory memory;
    const lk_column *kpi, *value, *target, *start, *due;
    size_t row_count;
    bool has_as_of;
    int64_t as_of;
    goal *goals;
    lk_number_column columns[NUMBERS];
    lk_text_column texts[TEXTS];
} work;

static const char *text_of(int32_t index, const char *property)
{
    return leadkpi_kpi_property(lk_kpi_formulas[index].number, property, NUL);
}

static bool is_lower_better(int32_t index)
{
    return strcmp(text_of(index, "direction"), "lower") == 0;
}

/* ---- one goal ------------------------------------------------------------ */

static double number_at(const lk_column *column, size_t row)
{
    return lk_column_is_valid(column, row) ? lk_column_number(column, row) : NAN;
}

static bool has_time(const lk_column *column, size_t row)
{
    return column && lk_column_is_valid(column, row);
}

/* The share of the time from start to due that has passed; NaN where that is not known. Both
 * ends may be anywhere in int64, so the differences are taken in double. */
static double elapsed_at(const work *w, size_t row)
{
    if (!w->has_as_of || !has_time(w->start, row) || !has_time(w->due, row)) return NAN;
    double start = (double)lk_column_int64(w->start, row);
    double share = ((double)w->as_of - start) / ((double)lk_column_int64(w->due, row) - start);
    return share < 0 ? 0 : share > 1 ? 1 : share;
}

static bool is_due(const work *w, size_t row)
{
    return w->has_as_of && has_time(w->due, row) && w->as_of >= lk_column_int64(w->due, row);
}

static bool is_as_good(int32_t index, double value, double than)
{
    return is_lower_better(index) ? value <= than : value >= than;
}

static const char *standing_of(const work *w, size_t row, const goal *g)
{
    double value = g->numbers[VALUE], target = g->numbers[TARGET];
    if (isnan(value) || isnan(target)) return "unknown";
    if (is_due(w, row)) return is_as_good(g->index, value, target) ? "reached" : "missed";
    if (is_as_good(g->index, value, target) &&
        !(is_lower_better(g->index) && lk_kpi_adds_up_over_time(g->index)))
        return "reached";
    return is_as_good(g->index, value, g->numbers[EXPECTED]) ? "on course" : "behind";
}

static leadkpi_status check_row(const work *w, size_t row, leadkpi_error *error)
{
    int64_t at = (int64_t)row;
    if (!lk_column_is_valid(w->kpi, row))
        return lk_fail_at(error, LEADKPI_BAD_DATA, at, w->kpi->index,
                          "kpi: expected a name, found null");
    for (int i = 0; i < 2; i++) {
        const lk_column *column = i ? w->target : w->value;
        if (lk_column_is_valid(column, row) && !isfinite(lk_column_number(column, row)))
            return lk_fail_at(error, LEADKPI_BAD_DATA, at, column->index,
                              "%.*s: expected a finite number, found %g",
                              LK_TEXT_ARGS(column->name), lk_column_number(column, row));
    }
    if (has_time(w->start, row) && has_time(w->due, row) &&
        lk_column_int64(w->due, row) <= lk_column_int64(w->start, row))
        return lk_fail_at(error, LEADKPI_BAD_DATA, at, w->due->index,
                          "due: expected a time after start");
    return LEADKPI_OK;
}

static leadkpi_status read_goal(work *w, size_t row, leadkpi_error *error)
{
    goal *g = &w->goals[row];
    int32_t kpi;
    LK_TRY(check_row(w, row, error));
    lk_text name = lk_column_text(w->kpi, row);
    leadkpi_status status = leadkpi_kpi_find(name.data, name.length, &kpi, error);
    if (status != LEADKPI_OK) {
        if (error) error->row = (int64_t)row;
        return status;
    }
    g->index = lk_kpi_index(kpi);
    double value = number_at(w->value, row), target = number_at(w->target, row);
    double elapsed = elapsed_at(w, row);
    bool is_shared = lk_kpi_adds_up_over_time(g->index) && !isnan(elapsed);
    double attainment = is_lower_better(g->index) ? target / value : value / target;
    g->numbers[VALUE] = value;
    g->numbers[TARGET] = target;
    g->numbers[EXPECTED] = is_shared ? target * elapsed : target;
    g->numbers[ATTAINMENT] = isfinite(attainment) ? attainment : NAN;
    g->numbers[ELAPSED] = elapsed;
    g->standing = standing_of(w, row, g);
    return LEADKPI_OK;
}

/* ---- the table ----------------------------------------------------------- */

/* That of the first goal for the KPI; a variant guards as its KPI does. */
static const char *guardrail_standing(const work *w, const char *guardrail)
{
    for (size_t row = 0; row < w->row_count; row++) {
        int32_t index = w->goals[row].index;
        if (strcmp(lk_kpi_catalogue[index].id, guardrail) == 0 ||
            strcmp(lk_kpi_catalogue[index].name, guardrail) == 0)
            return w->goals[row].standing;
    }
    return "not given";
}

static leadkpi_status append_row(work *w, size_t row, leadkpi_error *error)
{
    const goal *g = &w->goals[row];
    const char *guardrail = text_of(g->index, "guardrail");
    for (int i = 0; i < NUMBERS; i++) w->columns[i].values[row] = g->numbers[i];
    LK_TRY(lk_append_string(&w->texts[KPI].builder, lk_kpi_catalogue[g->index].name, error));
    LK_TRY(lk_append_string(&w->texts[DIRECTION].builder, text_of(g->index, "direction"), error));
    LK_TRY(lk_append_string(&w->texts[STANDING].builder, g->standing, error));
    LK_TRY(lk_append_string(&w->texts[GUARDRAIL].builder, guardrail, error));
    return lk_append_string(&w->texts[GUARDRAIL_STANDING].builder,
                            *guardrail ? guardrail_standing(w, guardrail) : "", error);
}

static leadkpi_status add_due(work *w, leadkpi_table *table, leadkpi_error *error)
{
    int64_t *due;
    int32_t column = leadkpi_table_column_count(table);
    LK_TRY(lk_table_add_timestamp(table, LK_LITERAL("due"), w->row_count, true, &due, error));
    for (size_t row = 0; row < w->row_count; row++) {
        if (has_time(w->due, row))
            due[row] = lk_column_int64(w->due, row);
        else
            lk_table_set_null(table, column, row);
    }
    return LEADKPI_OK;
}

static leadkpi_status fill(work *w, leadkpi_table *table, leadkpi_error *error)
{
    const lk_number_column columns[NUMBERS] = {{"value", "", NULL, 0},
                                               {"target", "", NULL, 0},
                                               {"expected", "", NULL, 0},
                                               {"attainment", "fraction", NULL, 0},
                                               {"elapsed", "fraction", NULL, 0}};
    memcpy(w->columns, columns, sizeof columns);
    for (size_t row = 0; row < w->row_count; row++) LK_TRY(read_goal(w, row, error));
    LK_TRY(lk_numbers_add(table, w->columns, NUMBERS, w->row_count, error));
    for (size_t row = 0; row < w->row_count; row++) LK_TRY(append_row(w, row, error));
    lk_numbers_finish(table, w->columns, NUMBERS, w->row_count);
    return add_due(w, table, error);
}

static leadkpi_status prepare(work *w, const leadkpi_table *goals, const leadkpi_options *options,
                              leadkpi_error *error)
{
    const lk_schema *schema = &lk_kpi_scorecard_schema;
    LK_TRY(lk_options_check(options, schema, error));
    w->has_as_of = lk_options_has_value(options, schema, AS_OF);
    w->as_of = lk_options_int64(options, schema, AS_OF);
    w->row_count = leadkpi_table_row_count(goals);
    LK_TRY(lk_table_require(goals, LK_LITERAL("kpi"), LK_ALLOW_TEXT, &w->kpi, error));
    LK_TRY(lk_table_require(goals, LK_LITERAL("value"), LK_ALLOW_NUMBER, &w->value, error));
    LK_TRY(lk_table_require(goals, LK_LITERAL("target"), LK_ALLOW_NUMBER, &w->target, error));
    LK_TRY(lk_table_allow(goals, LK_LITERAL("start"), LK_ALLOW_TIMESTAMP, &w->start, error));
    return lk_table_allow(goals, LK_LITERAL("due"), LK_ALLOW_TIMESTAMP, &w->due, error);
}

static leadkpi_status build(void *context, leadkpi_table *table, leadkpi_error *error)
{
    work *w = context;
    LK_TRY(lk_allocate(&w->memory, w->row_count, sizeof *w->goals, &w->goals, error));
    return fill(w, table, error);
}

leadkpi_status leadkpi_kpi_scorecard(const leadkpi_host *host, const leadkpi_table *goals,
                                     const leadkpi_options *options, leadkpi_table **out,
                                     leadkpi_error *error)
{
    work w = {.goals = NULL};
    static const lk_text_column texts[TEXTS] = {{.name = "kpi"},
                                                {.name = "direction"},
                                                {.name = "standing"},
                                                {.name = "guardrail"},
                                                {.name = "guardrail_standing"}};
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(goals, error);
    LK_TRY(lk_memory_init(&w.memory, host, error));
    LK_TRY(prepare(&w, goals, options, error));
    memcpy(w.texts, texts, sizeof texts);
    leadkpi_status status = lk_report_make(&w.memory, w.texts, TEXTS, build, &w, out, error);
    lk_release(&w.memory, w.goals, w.row_count, sizeof *w.goals);
    return status;
}
