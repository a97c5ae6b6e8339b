/* columns.c: a KPI for every row of columns. */
#include <math.h>

#include "kpi/estimate.h"
#include "kpi/measures.h"

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

/* A bit for each row that has a value, the lowest first; NaN is none. `values` holds a whole
 * block; what lies behind the last row comes out as 0. */
static void write_validity(const double *values, size_t rows, uint8_t *validity)
{
    for (size_t byte = 0; byte < (rows + 7) / 8; byte++) {
        unsigned bits = 0;
#if defined(__SSE2__)
        for (size_t pair = 0; pair < 4; pair++) {
            __m128d two = _mm_loadu_pd(values + byte * 8 + pair * 2);
            bits |= (unsigned)_mm_movemask_pd(_mm_cmpord_pd(two, two)) << (pair * 2);
        }
#else
        for (size_t k = 0; k < 8; k++) {
            double value = values[byte * 8 + k];
            bits |= (unsigned)(value == value) << k;
        }
#endif
        if (rows - byte * 8 < 8) bits &= (1u << (rows - byte * 8)) - 1;
        validity[byte] = (uint8_t)bits;
    }
}

/* Block by block, so that what is computed once is still in the first cache when its validity is
 * read and when it is copied out: memory sees each input once and the output once. */
leadkpi_status leadkpi_kpi_evaluate_columns(int32_t kpi, const double *const *columns_,
                                            size_t column_count, const ptrdiff_t *strides_bytes,
                                            size_t row_count, double *values, uint8_t *validity,
                                            leadkpi_error *error)
{
    int32_t index;
    columns in;
    double room[LK_KPI_INPUTS_MAX][LK_KPI_BLOCK_ROWS], out[LK_KPI_BLOCK_ROWS];
    const double *block[LK_KPI_INPUTS_MAX];
    leadkpi_error_reset(error);
    LK_TRY(check_columns(kpi, columns_, column_count, strides_bytes, row_count, &index, &in,
                         error));
    LK_FAIL_IF(!values && row_count, error, LEADKPI_NULL_ARGUMENT,
               "values: expected a pointer, found NULL");
    for (size_t first = 0; first < row_count; first += LK_KPI_BLOCK_ROWS) {
        size_t rows = row_count - first;
        if (rows > LK_KPI_BLOCK_ROWS) rows = LK_KPI_BLOCK_ROWS;
        for (size_t i = 0; i < column_count; i++)
            block[i] = block_of(&in, i, first, rows, room[i]);
        lk_kpi_formulas[index].block(block, out);
        memcpy(values + first, out, rows * sizeof *out);
        if (validity) write_validity(out, rows, validity + first / 8);
    }
    return LEADKPI_OK;
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
    double inputs[LK_KPI_INPUTS_MAX];
    leadkpi_estimate estimate;
    leadkpi_error_reset(error);
    LK_TRY(check_columns(kpi, columns_, column_count, strides_bytes, row_count, &index, &in,
                         error));
    LK_TRY(lk_kpi_settings_read(options, &settings, error));
    lk_kpi_settings_fit(&settings, index);
    for (size_t row = 0; row < row_count; row++) {
        for (size_t i = 0; i < column_count; i++) inputs[i] = cell(&in, i, row);
        lk_kpi_estimate(index, inputs, &settings, &estimate, NULL);
        if (values) values[row] = estimate.value;
        if (low) low[row] = estimate.low;
        if (high) high[row] = estimate.high;
        if (statuses) statuses[row] = estimate.status;
        if (flags) flags[row] = estimate.flags;
    }
    return LEADKPI_OK;
}
