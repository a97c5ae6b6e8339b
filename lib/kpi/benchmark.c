/* benchmark.c: values against what others report, where both are of one definition. */
#include <math.h>

#include <leadkpi/kpi_benchmark.h>

#include "base/format.h"
#include "kpi/analysis.h"
#include "kpi/kpi.h"
#include "kpi/report.h"

#define NUL LEADKPI_NUL_TERMINATED
#define MICROSECONDS_PER_DAY 86400e6
#define ROWS_MAX 10000 /* each: all pairs are looked at */

enum {
    AS_OF
};
static const lk_option benchmark_options[] = {
    [AS_OF] = {"as_of", LK_OPTION_TIMESTAMP, .meaning = "Now: how old the benchmarks are."},
};
const lk_schema lk_kpi_benchmark_schema = {"kpi_benchmark", "How values stand to benchmarks.",
                                           benchmark_options, 1};

enum {
    VALUE,
    BENCHMARK,
    BENCHMARK_LOW,
    BENCHMARK_HIGH,
    DIFFERENCE,
    RATIO,
    AGE_DAYS,
    NUMBERS
};
enum {
    KPI,
    STANDING,
    STATISTIC,
    SOURCE,
    POPULATION,
    STATUS,
    REASON,
    TEXTS
};

/* The columns of values or of benchmarks; those that are not there are NULL. */
typedef struct columns {
    size_t row_count;
    const lk_column *kpi, *version, *source, *population, *statistic, *date, *value, *low, *high;
} columns;

/* Who is compared with whom. */
typedef struct pair {
    size_t value_row;
    int64_t benchmark_row; /* -1: none */
} pair;

typedef struct work {
    lk_memory memory;
    columns values, benchmarks;
    int32_t *value_kpis, *benchmark_kpis; /* rows of the catalogue */
    bool has_as_of;
    int64_t as_of;
    pair *pairs;
    size_t pair_count;
    lk_number_column numbers[NUMBERS];
    lk_text_column texts[TEXTS];
} work;

static double number_at(const lk_column *column, size_t row)
{
    return column && lk_column_is_valid(column, row) ? lk_column_number(column, row) : NAN;
}

static lk_text text_at(const lk_column *column, size_t row)
{
    return column && lk_column_is_valid(column, row) ? lk_column_text(column, row)
                                                     : (lk_text){"", 0};
}

/* ---- what comes in ------------------------------------------------------- */

static leadkpi_status find_columns(const leadkpi_table *table, bool is_pack, columns *c,
                                   leadkpi_error *error)
{
    c->row_count = leadkpi_table_row_count(table);
    LK_TRY(lk_table_require(table, LK_LITERAL("kpi"), LK_ALLOW_TEXT, &c->kpi, error));
    LK_TRY(lk_table_require(table, LK_LITERAL("value"), LK_ALLOW_NUMBER, &c->value, error));
    LK_TRY(lk_table_allow(table, LK_LITERAL("low"), LK_ALLOW_NUMBER, &c->low, error));
    LK_TRY(lk_table_allow(table, LK_LITERAL("high"), LK_ALLOW_NUMBER, &c->high, error));
    if (!is_pack)
        return lk_table_allow(table, LK_LITERAL("version"), LK_ALLOW_TEXT, &c->version, error);
    LK_TRY(lk_table_require(table, LK_LITERAL("version"), LK_ALLOW_TEXT, &c->version, error));
    LK_TRY(lk_table_require(table, LK_LITERAL("source"), LK_ALLOW_TEXT, &c->source, error));
    LK_TRY(lk_table_require(table, LK_LITERAL("population"), LK_ALLOW_TEXT, &c->population, error));
    LK_TRY(lk_table_require(table, LK_LITERAL("date"), LK_ALLOW_TIMESTAMP, &c->date, error));
    return lk_table_allow(table, LK_LITERAL("statistic"), LK_ALLOW_TEXT, &c->statistic, error);
}

static leadkpi_status check_number(const lk_column *column, size_t row, leadkpi_error *error)
{
    if (!column || !lk_column_is_valid(column, row) || isfinite(lk_column_number(column, row)))
        return LEADKPI_OK;
    return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                      "%.*s: expected a finite number, found %g", LK_TEXT_ARGS(column->name),
                      lk_column_number(column, row));
}

/* A benchmark that does not say what it is of, whose and when is none. */
static leadkpi_status check_row(const columns *c, bool is_pack, size_t row, leadkpi_error *error)
{
    const lk_column *const needed[] = {c->kpi,    c->value,      c->version,
                                       c->source, c->population, c->date};
    const lk_column *const numbers[] = {c->value, c->low, c->high};
    for (int i = 0; i < (is_pack ? 6 : 1); i++)
        if (!lk_column_is_valid(needed[i], row))
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, needed[i]->index,
                              "%.*s: expected one, found null", LK_TEXT_ARGS(needed[i]->name));
    for (int i = 0; i < 3; i++) LK_TRY(check_number(numbers[i], row, error));
    if (number_at(c->low, row) > number_at(c->high, row))
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, c->low->index,
                          "low: expected at most %g, which is high, found %g",
                          number_at(c->high, row), number_at(c->low, row));
    return LEADKPI_OK;
}

static leadkpi_status read_kpis(const work *w, const columns *c, bool is_pack, int32_t *indexes,
                                leadkpi_error *error)
{
    for (size_t row = 0; row < c->row_count; row++) {
        int32_t kpi;
        if (row % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&w->memory, error));
        LK_TRY(check_row(c, is_pack, row, error));
        lk_text name = lk_column_text(c->kpi, row);
        leadkpi_status status = leadkpi_kpi_find(name.data, name.length, &kpi, error);
        if (status != LEADKPI_OK) {
            if (error) error->row = (int64_t)row;
            return status;
        }
        indexes[row] = lk_kpi_index(kpi);
    }
    return LEADKPI_OK;
}

/* ---- pairs --------------------------------------------------------------- */

static bool is_family(int32_t a, int32_t b)
{
    return lk_kpi_catalogue[a].number / 100 == lk_kpi_catalogue[b].number / 100;
}

/* So many values, of ROWS_MAX benchmarks each, between two questions to the host. */
#define VALUES_A_POLL 64

/* Twice the same walk: first it counts, then it writes. */
static leadkpi_status walk_pairs(const work *w, pair *pairs, size_t *pair_count, leadkpi_error *error)
{
    size_t count = 0;
    for (size_t v = 0; v < w->values.row_count; v++) {
        size_t before = count;
        if (v % VALUES_A_POLL == 0) LK_TRY(lk_interrupted(&w->memory, error));
        for (size_t b = 0; b < w->benchmarks.row_count; b++) {
            if (!is_family(w->value_kpis[v], w->benchmark_kpis[b])) continue;
            if (pairs) pairs[count] = (pair){v, (int64_t)b};
            count++;
        }
        if (count > before) continue;
        if (pairs) pairs[count] = (pair){v, -1};
        count++;
    }
    *pair_count = count;
    return LEADKPI_OK;
}

/* ---- one row ------------------------------------------------------------- */

static lk_text version_of_value(const work *w, size_t row)
{
    lk_text own = text_at(w->values.version, row);
    if (own.length) return own;
    return lk_text_of(
        leadkpi_kpi_property(lk_kpi_catalogue[w->value_kpis[row]].number, "version", NUL), NUL);
}

static bool is_one_definition(const work *w, pair p)
{
    return w->value_kpis[p.value_row] == w->benchmark_kpis[p.benchmark_row] &&
           lk_text_equal(version_of_value(w, p.value_row),
                         text_at(w->benchmarks.version, (size_t)p.benchmark_row));
}

static const char *standing_of(const work *w, pair p)
{
    if (p.benchmark_row < 0) return "no benchmark";
    size_t b = (size_t)p.benchmark_row;
    if (!is_one_definition(w, p)) return "not comparable";
    double value = number_at(w->values.value, p.value_row),
           mark = number_at(w->benchmarks.value, b);
    const char *direction =
        leadkpi_kpi_property(lk_kpi_catalogue[w->value_kpis[p.value_row]].number, "direction", NUL);
    if (isnan(value)) return "";
    if (mark >= number_at(w->values.low, p.value_row) &&
        mark <= number_at(w->values.high, p.value_row))
        return "not distinguishable";
    if (value >= number_at(w->benchmarks.low, b) && value <= number_at(w->benchmarks.high, b))
        return "usual";
    if (value == mark) return "not distinguishable";
    if (strcmp(direction, "neutral") == 0) return value > mark ? "higher" : "lower";
    return (value > mark) == (strcmp(direction, "higher") == 0) ? "better" : "worse";
}

static size_t write_reason(const work *w, pair p, char *out, size_t capacity)
{
    size_t b = (size_t)p.benchmark_row;
    if (p.benchmark_row < 0 || is_one_definition(w, p)) return 0;
    lk_text found = text_at(w->benchmarks.version, b), expected = version_of_value(w, p.value_row);
    return lk_format(out, capacity,
                     "the benchmark is of %s, version %.*s; the value of %s, version %.*s",
                     lk_kpi_catalogue[w->benchmark_kpis[b]].name, LK_TEXT_ARGS(found),
                     lk_kpi_catalogue[w->value_kpis[p.value_row]].name, LK_TEXT_ARGS(expected));
}

static void put_numbers(work *w, size_t row, pair p)
{
    double numbers[NUMBERS] = {
        number_at(w->values.value, p.value_row), NAN, NAN, NAN, NAN, NAN, NAN};
    if (p.benchmark_row >= 0) {
        size_t b = (size_t)p.benchmark_row;
        double value = numbers[VALUE], mark = number_at(w->benchmarks.value, b);
        numbers[BENCHMARK] = mark;
        numbers[BENCHMARK_LOW] = number_at(w->benchmarks.low, b);
        numbers[BENCHMARK_HIGH] = number_at(w->benchmarks.high, b);
        if (w->has_as_of)
            numbers[AGE_DAYS] =
                ((double)w->as_of - (double)lk_column_int64(w->benchmarks.date, b)) /
                MICROSECONDS_PER_DAY;
        if (is_one_definition(w, p)) {
            numbers[DIFFERENCE] = value - mark;
            numbers[RATIO] = mark != 0 ? value / mark : NAN;
        }
    }
    for (int i = 0; i < NUMBERS; i++) w->numbers[i].values[row] = numbers[i];
}

static leadkpi_status put_texts(work *w, pair p, leadkpi_error *error)
{
    char reason[512];
    size_t b = p.benchmark_row < 0 ? 0 : (size_t)p.benchmark_row;
    bool has = p.benchmark_row >= 0;
    leadkpi_status status = !has                      ? LEADKPI_NOT_GIVEN
                            : is_one_definition(w, p) ? LEADKPI_OK
                                                      : LEADKPI_MISMATCH;
    size_t length = write_reason(w, p, reason, sizeof reason);
    if (length >= sizeof reason) length = sizeof reason - 1;
    lk_text none = {"", 0};
    LK_TRY(lk_append_string(&w->texts[KPI].builder,
                            lk_kpi_catalogue[w->value_kpis[p.value_row]].name, error));
    LK_TRY(lk_append_string(&w->texts[STANDING].builder, standing_of(w, p), error));
    LK_TRY(lk_text_builder_append(&w->texts[STATISTIC].builder,
                                  has ? text_at(w->benchmarks.statistic, b) : none, error));
    LK_TRY(lk_text_builder_append(&w->texts[SOURCE].builder,
                                  has ? text_at(w->benchmarks.source, b) : none, error));
    LK_TRY(lk_text_builder_append(&w->texts[POPULATION].builder,
                                  has ? text_at(w->benchmarks.population, b) : none, error));
    LK_TRY(lk_append_string(&w->texts[STATUS].builder, leadkpi_status_name(status), error));
    return lk_text_builder_append(&w->texts[REASON].builder, (lk_text){reason, length}, error);
}

/* ---- the table ----------------------------------------------------------- */

static leadkpi_status add_dates(work *w, leadkpi_table *table, leadkpi_error *error)
{
    int64_t *dates;
    int32_t column = leadkpi_table_column_count(table);
    LK_TRY(lk_table_add_timestamp(table, LK_LITERAL("date"), w->pair_count, true, &dates, error));
    for (size_t row = 0; row < w->pair_count; row++) {
        if (w->pairs[row].benchmark_row < 0)
            lk_table_set_null(table, column, row);
        else
            dates[row] = lk_column_int64(w->benchmarks.date, (size_t)w->pairs[row].benchmark_row);
    }
    return LEADKPI_OK;
}

static leadkpi_status fill(work *w, leadkpi_table *table, leadkpi_error *error)
{
    const lk_number_column numbers[NUMBERS] = {
        {"value", "", NULL, 0},         {"benchmark", "", NULL, 0},
        {"benchmark_low", "", NULL, 0}, {"benchmark_high", "", NULL, 0},
        {"difference", "", NULL, 0},    {"ratio", "ratio", NULL, 0},
        {"age_days", "days", NULL, 0}};
    memcpy(w->numbers, numbers, sizeof numbers);
    LK_TRY(lk_numbers_add(table, w->numbers, NUMBERS, w->pair_count, error));
    for (size_t row = 0; row < w->pair_count; row++) {
        if (row % 1024 == 0) LK_TRY(lk_interrupted(&w->memory, error));
        put_numbers(w, row, w->pairs[row]);
        LK_TRY(put_texts(w, w->pairs[row], error));
    }
    lk_numbers_finish(table, w->numbers, NUMBERS, w->pair_count);
    return add_dates(w, table, error);
}

static leadkpi_status build(void *context, leadkpi_table *table, leadkpi_error *error)
{
    work *w = context;
    LK_TRY(
        lk_allocate(&w->memory, w->values.row_count, sizeof *w->value_kpis, &w->value_kpis, error));
    LK_TRY(lk_allocate(&w->memory, w->benchmarks.row_count, sizeof *w->benchmark_kpis,
                       &w->benchmark_kpis, error));
    LK_TRY(read_kpis(w, &w->values, false, w->value_kpis, error));
    LK_TRY(read_kpis(w, &w->benchmarks, true, w->benchmark_kpis, error));
    size_t count;
    LK_TRY(walk_pairs(w, NULL, &count, error));
    LK_TRY(lk_allocate(&w->memory, count, sizeof *w->pairs, &w->pairs, error));
    w->pair_count = count;
    LK_TRY(walk_pairs(w, w->pairs, &count, error));
    return fill(w, table, error);
}

leadkpi_status leadkpi_kpi_benchmark(const leadkpi_host *host, const leadkpi_table *values,
                                     const leadkpi_table *benchmarks,
                                     const leadkpi_options *options, leadkpi_table **out,
                                     leadkpi_error *error)
{
    const lk_schema *schema = &lk_kpi_benchmark_schema;
    work w = {.texts = {{.name = "kpi"},
                        {.name = "standing"},
                        {.name = "statistic"},
                        {.name = "source"},
                        {.name = "population"},
                        {.name = "status"},
                        {.name = "reason"}}};
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(values, error);
    LK_REQUIRE(benchmarks, error);
    LK_TRY(lk_memory_init(&w.memory, host, error));
    LK_TRY(lk_options_check(options, schema, error));
    w.has_as_of = lk_options_has_value(options, schema, AS_OF);
    w.as_of = lk_options_int64(options, schema, AS_OF);
    LK_TRY(find_columns(values, false, &w.values, error));
    LK_FAIL_IF(w.values.row_count > ROWS_MAX, error, LEADKPI_BAD_ARGUMENT,
               "values: expected at most %d rows, found %zu", ROWS_MAX, w.values.row_count);
    LK_TRY(find_columns(benchmarks, true, &w.benchmarks, error));
    LK_FAIL_IF(w.benchmarks.row_count > ROWS_MAX, error, LEADKPI_BAD_ARGUMENT,
               "benchmarks: expected at most %d rows, found %zu", ROWS_MAX, w.benchmarks.row_count);
    leadkpi_status status = lk_report_make(&w.memory, w.texts, TEXTS, build, &w, out, error);
    lk_release(&w.memory, w.value_kpis, w.values.row_count, sizeof *w.value_kpis);
    lk_release(&w.memory, w.benchmark_kpis, w.benchmarks.row_count, sizeof *w.benchmark_kpis);
    lk_release(&w.memory, w.pairs, w.pair_count, sizeof *w.pairs);
    return status;
}
