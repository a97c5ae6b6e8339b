/* columns.c: a KPI for every row of columns. */
#include <math.h>

#include "kpi/estimate.h"
#include "kpi/measures.h"
#include "stats/columns.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

typedef struct columns {
    const double *const *values;
    ptrdiff_t strides[LK_KPI_INPUTS_MAX]; /* in bytes, never 0 */
    size_t count;
    size_t row_count;
} columns;

static leadkpi_status check_columns(int32_t kpi, const double *const *values, size_t column_count,
                                    const ptrdiff_t *strides, size_t row_count, int32_t *index,
                                    columns *out, leadkpi_error *error)
{
    *index = lk_kpi_index(kpi);
    LK_FAIL_IF(*index < 0, error, LEADKPI_BAD_ARGUMENT,
               "kpi: expected a number that leadkpi_kpi_at gives, found %d", kpi);
    const lk_kpi_formula *formula = &lk_kpi_formulas[*index];
    const lk_kpi_entry *entry = &lk_kpi_catalogue[*index];
    LK_FAIL_IF(formula->is_sample, error, LEADKPI_WRONG_TYPE,
               "%s: expected a KPI over numbers, found one over arrays", entry->name);
    LK_FAIL_IF(column_count != formula->input_count, error, LEADKPI_BAD_ARGUMENT,
               "%s: expected %d columns (%s), found %zu", entry->name, (int)formula->input_count,
               entry->inputs, column_count);
    LK_FAIL_IF(row_count > (size_t)PTRDIFF_MAX / sizeof(double), error, LEADKPI_BAD_ARGUMENT,
               "row_count: expected at most %zu, found %zu", (size_t)PTRDIFF_MAX / sizeof(double),
               row_count);
    LK_REQUIRE(values, error);
    *out = (columns){.values = values, .count = column_count, .row_count = row_count};
    for (size_t i = 0; i < column_count; i++) {
        LK_FAIL_IF(!values[i] && row_count, error, LEADKPI_NULL_ARGUMENT,
                   "%s: expected a pointer, found NULL", lk_measures[formula->inputs[i]].id);
        out->strides[i] = strides && strides[i] ? strides[i] : (ptrdiff_t)sizeof(double);
    }
    return LEADKPI_OK;
}

static double cell(const columns *in, size_t column, size_t row)
{
    double value;
    memcpy(&value, (const char *)in->values[column] + (ptrdiff_t)row * in->strides[column],
           sizeof value);
    return value;
}

/* Where `rows` rows of a column lie without gaps: in place, or gathered into `room`, with zeros
 * up to a whole block. */
static const double *block_of(const columns *in, size_t column, size_t first, size_t rows,
                              double *room)
{
    if (in->strides[column] == (ptrdiff_t)sizeof(double) && rows == LK_KPI_BLOCK_ROWS)
        return in->values[column] + first;
    for (size_t row = 0; row < rows; row++) room[row] = cell(in, column, first + row);
    for (size_t row = rows; row < LK_KPI_BLOCK_ROWS; row++) room[row] = 0;
    return room;
}

/* Eight rows as a byte, the lowest first: 1 where there is a value; NaN is none. */
static uint8_t validity_of_eight(const double *values)
{
#if defined(__SSE2__)
    __m128d a = _mm_loadu_pd(values), b = _mm_loadu_pd(values + 2);
    __m128d c = _mm_loadu_pd(values + 4), d = _mm_loadu_pd(values + 6);
    int low = _mm_movemask_pd(_mm_cmpord_pd(a, a)) | _mm_movemask_pd(_mm_cmpord_pd(b, b)) << 2;
    int high = _mm_movemask_pd(_mm_cmpord_pd(c, c)) | _mm_movemask_pd(_mm_cmpord_pd(d, d)) << 2;
    return (uint8_t)(low | high << 4);
#else
    unsigned bits = 0;
    for (int k = 0; k < 8; k++) bits |= (unsigned)(values[k] == values[k]) << k;
    return (uint8_t)bits;
#endif
}

/* `values` holds a whole block; what lies behind the last row comes out as 0. */
static void write_validity(const double *values, size_t rows, uint8_t *validity)
{
    for (size_t byte = 0; byte < rows / 8; byte++)
        validity[byte] = validity_of_eight(values + byte * 8);
    if (rows % 8)
        validity[rows / 8] =
            (uint8_t)(validity_of_eight(values + rows / 8 * 8) & ((1u << (rows % 8)) - 1));
}

typedef void (*block_function)(const double *const *x, double *restrict values);

static block_function block_function_of(const lk_kpi_formula *formula)
{
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") ? formula->wide_block : formula->block;
#else
    return formula->block;
#endif
}

/* A result this large leaves the caches before anyone reads it. Written past them it is not read
 * first: 24 bytes a row cross to memory for two inputs, not 32 (bench/bench_kpi). */
#define STREAM_BYTES ((size_t)16 << 20)

static bool may_stream(const double *values, size_t row_count)
{
#if defined(__SSE2__)
    return row_count >= STREAM_BYTES / sizeof *values && (uintptr_t)values % 16 == 0;
#else
    (void)values, (void)row_count;
    return false;
#endif
}

static void write_values(double *to, const double *block, size_t rows, bool stream)
{
#if defined(__SSE2__)
    if (stream && rows == LK_KPI_BLOCK_ROWS) {
        for (size_t i = 0; i < LK_KPI_BLOCK_ROWS; i += 2)
            _mm_stream_pd(to + i, _mm_load_pd(block + i));
        return;
    }
#endif
    (void)stream;
    memcpy(to, block, rows * sizeof *to);
}

/* What was streamed is there for whoever hears of it. */
static void end_of_stream(bool stream)
{
#if defined(__SSE2__)
    if (stream) _mm_sfence();
#endif
    (void)stream;
}

/* Block by block, so that what is computed once is still in the first cache when its validity is
 * read and when it is written out: memory sees each input once and the output once. */
leadkpi_status leadkpi_kpi_evaluate_columns(int32_t kpi, const double *const *columns_,
                                            size_t column_count, const ptrdiff_t *strides_bytes,
                                            size_t row_count, double *values, uint8_t *validity,
                                            leadkpi_error *error)
{
    int32_t index;
    columns in;
    double room[LK_KPI_INPUTS_MAX][LK_KPI_BLOCK_ROWS];
    _Alignas(64) double out[LK_KPI_BLOCK_ROWS];
    const double *block[LK_KPI_INPUTS_MAX];
    leadkpi_error_reset(error);
    LK_TRY(
        check_columns(kpi, columns_, column_count, strides_bytes, row_count, &index, &in, error));
    LK_FAIL_IF(!values && row_count, error, LEADKPI_NULL_ARGUMENT,
               "values: expected a pointer, found NULL");
    block_function compute = block_function_of(&lk_kpi_formulas[index]);
    bool stream = may_stream(values, row_count);
    for (size_t first = 0; first < row_count; first += LK_KPI_BLOCK_ROWS) {
        size_t rows = row_count - first;
        if (rows > LK_KPI_BLOCK_ROWS) rows = LK_KPI_BLOCK_ROWS;
        for (size_t i = 0; i < column_count; i++) block[i] = block_of(&in, i, first, rows, room[i]);
        compute(block, out);
        write_values(values + first, out, rows, stream);
        if (validity) write_validity(out, rows, validity + first / 8);
    }
    end_of_stream(stream);
    return LEADKPI_OK;
}

/* Where results go; any may be NULL. */
typedef struct results {
    double *values, *low, *high;
    leadkpi_status *statuses;
    uint32_t *flags;
} results;

static void put(const results *out, size_t row, const leadkpi_estimate *estimate)
{
    if (out->values) out->values[row] = estimate->value;
    if (out->low) out->low[row] = estimate->low;
    if (out->high) out->high[row] = estimate->high;
    if (out->statuses) out->statuses[row] = estimate->status;
    if (out->flags) out->flags[row] = estimate->flags;
}

static void estimate_row(const columns *in, int32_t index, const lk_kpi_settings *settings,
                         size_t row, const results *out)
{
    double inputs[LK_KPI_INPUTS_MAX];
    leadkpi_estimate estimate;
    for (size_t i = 0; i < in->count; i++) inputs[i] = cell(in, i, row);
    lk_kpi_estimate(index, inputs, settings, &estimate, NULL);
    put(out, row, &estimate);
}

/* Rates of a cohort, block by block: values and Wilson's ends as vectors, in the arithmetic of one
 * row to the bit. A row out of the ordinary (undefined, out of range, more than the whole) goes
 * the way of one row. Cost: about 20 ns a row, half of it the calls for the two parts and the two
 * ends. */
static void estimate_rates(const columns *in, int32_t index, const lk_kpi_settings *settings,
                           const results *out)
{
    const lk_kpi_formula *formula = &lk_kpi_formulas[index];
    double room[LK_KPI_INPUTS_MAX][LK_KPI_BLOCK_ROWS], values[LK_KPI_BLOCK_ROWS];
    double subset[LK_KPI_BLOCK_ROWS], whole[LK_KPI_BLOCK_ROWS];
    double low[LK_KPI_BLOCK_ROWS], high[LK_KPI_BLOCK_ROWS];
    const double *block[LK_KPI_INPUTS_MAX];
    uint32_t flags =
        lk_kpi_catalogue[index].texts.survivor_biased ? LEADKPI_FLAG_SURVIVOR_BIASED : 0;
    block_function compute = block_function_of(formula);
    for (size_t first = 0; first < in->row_count; first += LK_KPI_BLOCK_ROWS) {
        size_t rows = in->row_count - first;
        if (rows > LK_KPI_BLOCK_ROWS) rows = LK_KPI_BLOCK_ROWS;
        for (size_t i = 0; i < in->count; i++) block[i] = block_of(in, i, first, rows, room[i]);
        compute(block, values);
        for (size_t row = 0; row < rows; row++) {
            double x[LK_KPI_INPUTS_MAX];
            lk_kpi_parts parts;
            for (size_t i = 0; i < in->count; i++) x[i] = block[i][row];
            formula->parts(x, &parts);
            subset[row] = parts.first;
            whole[row] = parts.second;
        }
        lk_stats_wilson_columns(subset, whole, rows, settings->level, low, high, NULL);
        for (size_t row = 0; row < rows; row++) {
            double x[LK_KPI_INPUTS_MAX], a, b;
            for (size_t i = 0; i < in->count; i++) x[i] = block[i][row];
            a = formula->transform(x, low[row]);
            b = formula->transform(x, high[row]);
            if (isnan(values[row]) || !isfinite(a) || !isfinite(b)) {
                estimate_row(in, index, settings, first + row, out);
                continue;
            }
            bool is_whole = subset[row] == floor(subset[row]) && whole[row] == floor(whole[row]);
            leadkpi_estimate estimate = {.value = values[row], .low = a < b ? a : b,
                                         .high = a < b ? b : a, .status = LEADKPI_OK};
            estimate.flags = flags | (is_whole ? 0 : LEADKPI_FLAG_FRACTIONAL);
            put(out, first + row, &estimate);
        }
    }
}

leadkpi_status leadkpi_kpi_estimate_columns(int32_t kpi, const double *const *columns_,
                                            size_t column_count, const ptrdiff_t *strides_bytes,
                                            size_t row_count, const leadkpi_options *options,
                                            double *values, double *low, double *high,
                                            leadkpi_status *statuses, uint32_t *flags,
                                            leadkpi_error *error)
{
    int32_t index;
    columns in;
    lk_kpi_settings settings;
    const results out = {values, low, high, statuses, flags};
    leadkpi_error_reset(error);
    LK_TRY(
        check_columns(kpi, columns_, column_count, strides_bytes, row_count, &index, &in, error));
    LK_TRY(lk_kpi_settings_read(options, &settings, error));
    LK_TRY(lk_kpi_settings_refuse_dispersion(options, error));
    lk_kpi_settings_fit(&settings, index);
    const lk_kpi_formula *formula = &lk_kpi_formulas[index];
    if (formula->interval == LK_INTERVAL_WILSON && formula->has_parts == LK_PARTS_INPUTS &&
        settings.basis != LEADKPI_BASIS_PERIOD) {
        estimate_rates(&in, index, &settings, &out);
        return LEADKPI_OK;
    }
    for (size_t row = 0; row < row_count; row++) estimate_row(&in, index, &settings, row, &out);
    return LEADKPI_OK;
}
