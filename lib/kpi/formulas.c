/* formulas.c: every KPI as a C function, and the table that reaches them by row.
 *
 * From one entry of kpi.def come: the exported function; the same over an
 * array of inputs; a loop over a block of columns; and the parts that its
 * interval is made of. The formula stands in each of them as the same C text,
 * compiled with the same flags, so they agree bit for bit. */
#include <float.h>
#include <math.h>

#include "kpi/kpi.h"
#include "kpi/measures.h"
#include "kpi/samples.h"

/* In range, each with its own measure's limits. NaN is in no range. */
#define MEASURE(id, type, unit, additivity, minimum, maximum, description)                         \
    static inline int takes_##id(double value)                                                     \
    {                                                                                              \
        return (value >= LK_MINIMUM_##minimum) & (value <= LK_MAXIMUM_##maximum);                  \
    }                                                                                              \
    static inline int all_take_##id(lk_sample sample)                                              \
    {                                                                                              \
        return lk_sample_is_within(sample, LK_MINIMUM_##minimum, LK_MAXIMUM_##maximum);            \
    }
#include "kpi/measures.def"
#undef MEASURE

/* How entries say their interval: method, whether its parts can be had, the four
 * parts, and the formula over `ratio`, the first part over the second. */
#define WILSON(subset, whole) WILSON_OF(subset, whole, ratio)
#define WILSON_OF(subset, whole, value) (WILSON, 1, subset, whole, 0, 0, value)
#define WILSON_SHARE(subset, whole) (MULTINOMIAL, 1, subset, whole, 0, 0, ratio)
#define POISSON(count, known) (POISSON, 1, count, known, 0, 0, ratio)
#define COST_PER_COUNT(money, count) COST_PER_COUNT_OF(money, count, ratio)
#define COST_PER_COUNT_OF(money, count, value) (COST_PER_POISSON, 1, money, count, 0, 0, value)
#define RATIO_OF_COUNTS(count, other) (RATIO_POISSON, 1, count, other, 0, 0, ratio)
#define GROWTH(now, before, value) (RATE_RATIO_MINUS1, 1, now, before, 0, 0, value)
#define POISSON_DIFFERENCE(more, less, known) (DIFFERENCE_POISSON, 1, more, known, less, 0, ratio)
#define KATZ(a, a_of, b, b_of) (KATZ_RATIO, 1, a, a_of, b, b_of, ratio)
/* From the spread behind the inputs: sums over sums (each linear in every input by itself), or
 * whatever the formula makes of its inputs' own intervals. */
#define DISPERSED(method, numerator, denominator)                                                  \
    DISPERSED_OF(method, numerator, denominator, ratio)
#define DISPERSED_OF(method, numerator, denominator, value)                                        \
    (method, 2, numerator, denominator, 0, 0, value)
#define PROPAGATED(method) (method, 2, 0, 1, 0, 0, ratio)
/* A known amount over a difference of counts, whose variance is their sum. */
#define FIELLER_OF_COUNTS(known, counts, variance)                                                 \
    (RATIO_FIELLER, 1, known, counts, variance, 0, ratio)
#define NO_INTERVAL(method) (method, 0, 0, 1, 0, 0, ratio)
/* The same for samples: method, and the probability of a quantile. */
#define SAMPLE_MEAN(values) (MEAN_T, 1, 0)
#define SAMPLE_MEAN_SQUARED(predicted, outcome) (MEAN_T, 1, 0)
#define SAMPLE_QUANTILE(values, probability) (ORDER_STAT, 1, probability)
#define SAMPLE_SURVIVAL(events, at_risk) (KM, 1, 0)
#define SAMPLE_CONCENTRATION(counts) (ENTITY_DISPERSION, 1, 0)
#define SAMPLE_ERROR_RATIO(forecast, actual) (ENTITY_DISPERSION, 1, 0)
#define SAMPLE_CHANCES(values, probabilities) (COMPOUND_POISSON, 1, 0)

#define METHOD_OF(method, ...) LK_INTERVAL_##method
#define HAS_PARTS(method, has, ...) has
#define FIRST_OF(method, has, first, second, third, fourth, value) first
#define SECOND_OF(method, has, first, second, third, fourth, value) second
#define THIRD_OF(method, has, first, second, third, fourth, value) third
#define FOURTH_OF(method, has, first, second, third, fourth, value) fourth
#define VALUE_OF(method, has, first, second, third, fourth, value) value
#define PROBABILITY_OF(method, has, probability, ...) probability

/* What is done for each input. */
#define PARAMETER(i, input) double input
#define ARRAY_PARAMETER(i, input) const double *input##_values, size_t input##_count
#define ELEMENT(i, input) x[i]
#define LOCAL(i, input)                                                                            \
    const double input = x[i];                                                                     \
    (void)input;
#define COLUMN(i, input) const double *restrict input##_column = x[i];
#define CELL(i, input) input##_column[row]
#define TAKES(i, input) takes_##input(input)
#define SAMPLE_LOCAL(i, input) const lk_sample input = x[i];
#define SAMPLE_TAKES(i, input) all_take_##input(input)
#define SAMPLE_OF(i, input) {input##_values, input##_count}
#define MEASURE_OF(i, input) LK_MEASURE_##input

#define PARAMETERS(...) LK_WALK(PARAMETER, LK_COMMA, __VA_ARGS__)
#define ARRAY_PARAMETERS(...) LK_WALK(ARRAY_PARAMETER, LK_COMMA, __VA_ARGS__)
#define ELEMENTS(...) LK_WALK(ELEMENT, LK_COMMA, __VA_ARGS__)
#define LOCALS(...) LK_WALK(LOCAL, LK_NOTHING, __VA_ARGS__)
#define COLUMNS(...) LK_WALK(COLUMN, LK_NOTHING, __VA_ARGS__)
#define CELLS(...) LK_WALK(CELL, LK_COMMA, __VA_ARGS__)
#define ALL_TAKE(...) (LK_WALK(TAKES, LK_AND, __VA_ARGS__))
#define SAMPLE_LOCALS(...) LK_WALK(SAMPLE_LOCAL, LK_NOTHING, __VA_ARGS__)
#define ALL_SAMPLES_TAKE(...) (LK_WALK(SAMPLE_TAKES, LK_AND, __VA_ARGS__))
#define SAMPLES_OF(...) LK_WALK(SAMPLE_OF, LK_COMMA, __VA_ARGS__)
#define MEASURES_OF(...) LK_WALK(MEASURE_OF, LK_COMMA, __VA_ARGS__)

/* Short names of samples.h, for formulas. */
#define single lk_sample_single
#define sum lk_sample_sum
#define mean lk_sample_mean
#define product lk_sample_product
#define dot lk_sample_dot
#define quantile lk_sample_quantile
#define herfindahl lk_sample_herfindahl
#define brier lk_sample_brier
#define wape lk_sample_wape
#define converted_by lk_sample_converted_by

#define RETIRED(number)

/* The same loop for processors with wider registers, taken at run time. Division, comparison and
 * the like are exactly rounded in either, so the answers are equal to the bit. */
#if defined(__x86_64__) && defined(__GNUC__)
#define WIDE_BLOCK(symbol, inputs)                                                                 \
    __attribute__((target("avx2"))) static void wide_block_##symbol(const double *const *x,        \
                                                                    double *restrict values)       \
        BLOCK_BODY(symbol, inputs)
#define WIDE_BLOCK_OF(symbol) wide_block_##symbol
#else
#define WIDE_BLOCK(symbol, inputs)
#define WIDE_BLOCK_OF(symbol) block_##symbol
#endif
#define BLOCK_BODY(symbol, inputs)                                                                 \
    {                                                                                              \
        COLUMNS inputs for (int row = 0; row < LK_KPI_BLOCK_ROWS; row++) values[row] =             \
            compute_##symbol(CELLS inputs);                                                        \
    }

/* Block cost model: 8 bytes read an input and 8 written a row, no branch; the
 * value is computed whether it is defined or not, so that the loop vectorises. */
#define SCALAR(number, symbol, id, variant, inputs, formula, condition, interval, ...)             \
    static inline double compute_##symbol(PARAMETERS inputs)                                       \
    {                                                                                              \
        double value = formula;                                                                    \
        int defined = ALL_TAKE inputs & (condition);                                               \
        defined = defined & (value >= -DBL_MAX) & (value <= DBL_MAX);                              \
        return defined ? value : NAN;                                                              \
    }                                                                                              \
    double leadkpi_##symbol(PARAMETERS inputs)                                                     \
    {                                                                                              \
        return compute_##symbol inputs;                                                            \
    }                                                                                              \
    static double row_##symbol(const double *x)                                                    \
    {                                                                                              \
        return compute_##symbol(ELEMENTS inputs);                                                  \
    }                                                                                              \
    static void block_##symbol(const double *const *x, double *restrict values)                    \
        BLOCK_BODY(symbol, inputs)                                                                 \
    WIDE_BLOCK(symbol, inputs)                                                                     \
    static int condition_##symbol(const double *x)                                                 \
    {                                                                                              \
        LOCALS inputs return condition;                                                            \
    }                                                                                              \
    static void parts_##symbol(const double *x, lk_kpi_parts *parts)                               \
    {                                                                                              \
        LOCALS inputs *parts = (lk_kpi_parts){FIRST_OF interval, SECOND_OF interval,               \
                                              THIRD_OF interval, FOURTH_OF interval};              \
    }                                                                                              \
    static double transform_##symbol(const double *x, double ratio)                                \
    {                                                                                              \
        LOCALS inputs return VALUE_OF interval;                                                    \
    }
#define SAMPLE(number, symbol, id, variant, inputs, formula, interval, ...)                        \
    static double sample_##symbol(const lk_sample *x)                                              \
    {                                                                                              \
        SAMPLE_LOCALS inputs if (!ALL_SAMPLES_TAKE inputs) return NAN;                             \
        double value = formula;                                                                    \
        return fabs(value) <= DBL_MAX ? value : NAN;                                               \
    }                                                                                              \
    double leadkpi_##symbol(ARRAY_PARAMETERS inputs)                                               \
    {                                                                                              \
        const lk_sample x[] = {SAMPLES_OF inputs};                                                 \
        return sample_##symbol(x);                                                                 \
    }
#include "kpi/kpi.def"
#undef SCALAR
#undef SAMPLE

#define SCALAR(number_, symbol, id, variant, inputs_, formula, guard, how, ...)         \
    {.number = number_,                                                                            \
     .input_count = LK_INPUT_COUNT inputs_,                                                        \
     .interval = METHOD_OF how,                                                              \
     .has_parts = HAS_PARTS how,                                                             \
     .inputs = {MEASURES_OF inputs_},                                                              \
     .row = row_##symbol,                                                                          \
     .block = block_##symbol,                                                                      \
     .wide_block = WIDE_BLOCK_OF(symbol),                                                          \
     .condition = condition_##symbol,                                                              \
     .parts = parts_##symbol,                                                                      \
     .transform = transform_##symbol},
#define SAMPLE(number_, symbol, id, variant, inputs_, formula, how, ...)                     \
    {.number = number_,                                                                            \
     .input_count = LK_INPUT_COUNT inputs_,                                                        \
     .is_sample = 1,                                                                               \
     .interval = METHOD_OF how,                                                       \
     .has_parts = HAS_PARTS how,                                                      \
     .inputs = {MEASURES_OF inputs_},                                                              \
     .sample = sample_##symbol,                                                                    \
     .sample_probability = PROBABILITY_OF how},
const lk_kpi_formula lk_kpi_formulas[] = {
#include "kpi/kpi.def"
};
