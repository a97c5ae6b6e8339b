/* Evaluation: when there is a number, when there is none, and that every way to it agrees. */
#include <math.h>
#include <stdbool.h>

#include <leadkpi.h>

#include "../support/check_main.h"

#define NUL LEADKPI_NUL_TERMINATED
#define INPUTS_MAX 6

static int32_t number_of(const char *name)
{
    int32_t kpi;
    ck_assert_int_eq(leadkpi_kpi_find(name, NUL, &kpi, NULL), LEADKPI_OK);
    return kpi;
}

static leadkpi_options *options_of(const char *text)
{
    leadkpi_options *options;
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_options_create(NULL, "kpi_evaluate", NUL, &options, NULL), LEADKPI_OK);
    ck_assert_msg(leadkpi_options_parse(options, text, NUL, &error) == LEADKPI_OK, "%s",
                  error.message);
    return options;
}

static bool is_sample(int32_t kpi)
{
    return strcmp(leadkpi_kpi_property(kpi, "shape", NUL), "sample") == 0;
}

/* A generator of its own, so that every run is the same. */
static uint64_t random_state = 1;
static uint32_t random_32(void)
{
    random_state = random_state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(random_state >> 33);
}

/* What real columns hold, and what they should not: counts, zeros, fractions, nonsense. */
static double awkward(void)
{
    static const double values[] = {0,       -0.0, 1,   0.5,      1e-300,   1e300,
                                    1.7e308, -1,   NAN, INFINITY, -INFINITY};
    uint32_t r = random_32() % 40;
    if (r < 11) return values[r];
    return r < 20 ? random_32() % 100 / 100.0 : random_32() % 5000;
}

static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

START_TEST(cost_per_lead_is_spend_over_leads_with_its_interval)
{
    double inputs[] = {5000, 250};
    leadkpi_estimate e;
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_kpi_evaluate(6000, inputs, 2, NULL, &e, &error), LEADKPI_OK);
    ck_assert_double_eq(e.value, 20);
    ck_assert_double_eq_tol(e.low, 17.668612137238732, 1e-9);
    ck_assert_double_eq_tol(e.high, 22.73057944478891, 1e-9);
    ck_assert_double_eq(e.level, 0.95);
    ck_assert_double_eq(e.n, 250);
    ck_assert_int_eq(e.kpi, 6000);
    ck_assert_uint_eq(e.flags, 0);
    ck_assert_str_eq(error.message, "");
    ck_assert_str_eq(leadkpi_kpi_estimate_reason(&e), "");
    ck_assert_double_eq(leadkpi_cost_per_lead(5000, 250), 20);
}
END_TEST

START_TEST(no_customers_from_ten_thousand_is_a_cac_of_at_least_2711)
{
    double inputs[] = {0, 10000, 0};
    leadkpi_estimate e;
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_kpi_evaluate(6700, inputs, 3, NULL, &e, &error), LEADKPI_UNDEFINED);
    ck_assert_int_eq(e.status, LEADKPI_UNDEFINED);
    ck_assert_double_nan(e.value);
    ck_assert_double_eq_tol(e.low, 10000 / 3.6888794541139363, 1e-6);
    ck_assert_double_infinite(e.high);
    ck_assert_uint_eq(e.flags, LEADKPI_FLAG_BOUND_ONLY);
    ck_assert_ptr_nonnull(strstr(error.message, "customers_won"));
    ck_assert_str_ne(leadkpi_kpi_estimate_reason(&e), "");
    ck_assert_double_nan(leadkpi_customer_acquisition_cost(0, 10000, 0));
}
END_TEST

START_TEST(nothing_spent_on_nothing_is_undefined_without_a_bound)
{
    double inputs[] = {0, 0};
    leadkpi_estimate e;
    ck_assert_int_eq(leadkpi_kpi_evaluate(6000, inputs, 2, NULL, &e, NULL), LEADKPI_UNDEFINED);
    ck_assert_double_nan(e.low);
    ck_assert_uint_eq(e.flags, LEADKPI_FLAG_NO_INTERVAL);
}
END_TEST

START_TEST(growth_from_zero_is_undefined_not_infinite)
{
    double inputs[] = {120, 0};
    leadkpi_estimate e;
    ck_assert_int_eq(leadkpi_kpi_evaluate(600, inputs, 2, NULL, &e, NULL), LEADKPI_UNDEFINED);
    ck_assert_double_nan(e.value);
    ck_assert(isfinite(e.low) && e.low > 0);
}
END_TEST

START_TEST(a_cohort_rate_above_one_is_bad_data_and_a_period_rate_is_labelled)
{
    double inputs[] = {120, 100};
    leadkpi_estimate e;
    leadkpi_options *period = options_of("basis=period");
    ck_assert_int_eq(leadkpi_kpi_evaluate(4300, inputs, 2, NULL, &e, NULL), LEADKPI_BAD_DATA);
    ck_assert_double_nan(e.value);
    ck_assert_uint_ne(e.flags & LEADKPI_FLAG_NOT_A_SUBSET, 0);
    ck_assert_int_eq(e.basis, LEADKPI_BASIS_COHORT);
    ck_assert_int_eq(leadkpi_kpi_evaluate(4300, inputs, 2, period, &e, NULL), LEADKPI_OK);
    ck_assert_double_eq(e.value, 1.2);
    ck_assert(e.low < 1.2 && e.high > 1.2);
    ck_assert_uint_ne(e.flags & LEADKPI_FLAG_PERIOD_BASIS, 0);
    ck_assert_int_eq(e.basis, LEADKPI_BASIS_PERIOD);
    /* The basis does not apply to a cost. */
    ck_assert_int_eq(leadkpi_kpi_evaluate(6000, inputs, 2, period, &e, NULL), LEADKPI_OK);
    ck_assert_int_eq(e.basis, LEADKPI_BASIS_NONE);
    leadkpi_options_free(period);
}
END_TEST

START_TEST(a_higher_level_gives_a_wider_interval)
{
    double inputs[] = {5000, 250};
    leadkpi_estimate at90, at99;
    leadkpi_options *low = options_of("level=0.9"), *high = options_of("level=0.99");
    leadkpi_kpi_evaluate(6000, inputs, 2, low, &at90, NULL);
    leadkpi_kpi_evaluate(6000, inputs, 2, high, &at99, NULL);
    ck_assert(at99.low < at90.low && at99.high > at90.high);
    ck_assert_double_eq(at99.level, 0.99);
    leadkpi_options_free(low);
    leadkpi_options_free(high);
}
END_TEST

START_TEST(a_complement_turns_its_interval_round)
{
    double inputs[] = {700, 1000};
    leadkpi_estimate rate, rest;
    leadkpi_kpi_evaluate(number_of("stage_conversion_rate"), inputs, 2, NULL, &rate, NULL);
    leadkpi_kpi_evaluate(number_of("stage_conversion_rate:drop_off"), inputs, 2, NULL, &rest, NULL);
    ck_assert_double_eq_tol(rest.low, 1 - rate.high, 1e-15);
    ck_assert_double_eq_tol(rest.high, 1 - rate.low, 1e-15);
}
END_TEST

START_TEST(fractions_of_leads_are_counted_and_flagged)
{
    double inputs[] = {1000, 12.5};
    leadkpi_estimate e;
    ck_assert_int_eq(leadkpi_kpi_evaluate(6000, inputs, 2, NULL, &e, NULL), LEADKPI_OK);
    ck_assert_double_eq(e.value, 80);
    ck_assert_uint_eq(e.flags, LEADKPI_FLAG_FRACTIONAL | LEADKPI_FLAG_APPROXIMATE);
    ck_assert(e.low < 80 && e.high > 80);
}
END_TEST

START_TEST(a_kpi_without_an_interval_says_why)
{
    int32_t count = 0;
    for (int32_t i = 0; i < leadkpi_kpi_count(); i++) {
        leadkpi_estimate e;
        double inputs[INPUTS_MAX] = {0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
        int32_t kpi = leadkpi_kpi_at(i);
        if (is_sample(kpi)) continue;
        leadkpi_kpi_evaluate(kpi, inputs, (size_t)leadkpi_kpi_input_count(kpi), NULL, &e, NULL);
        if (e.status != LEADKPI_OK || !(e.flags & LEADKPI_FLAG_NO_INTERVAL)) continue;
        ck_assert_str_ne(leadkpi_kpi_estimate_reason(&e), "");
        count++;
    }
    ck_assert_int_gt(count, 40);
    ck_assert_str_eq(leadkpi_kpi_estimate_reason(NULL), "");
}
END_TEST

/* The contract of every KPI over numbers, over awkward inputs. */
START_TEST(a_number_is_finite_or_has_a_reason_and_lies_in_its_interval)
{
    for (int32_t i = 0; i < leadkpi_kpi_count(); i++) {
        int32_t kpi = leadkpi_kpi_at(i);
        const char *name = leadkpi_kpi_property(kpi, "name", NUL);
        size_t count = (size_t)leadkpi_kpi_input_count(kpi);
        if (is_sample(kpi)) continue;
        for (int turn = 0; turn < 2000; turn++) {
            double inputs[INPUTS_MAX];
            leadkpi_estimate e;
            leadkpi_error error;
            for (size_t k = 0; k < count; k++) inputs[k] = awkward();
            leadkpi_status status = leadkpi_kpi_evaluate(kpi, inputs, count, NULL, &e, &error);
            ck_assert_int_eq(status, e.status);
            ck_assert_int_eq(status == LEADKPI_OK, isfinite(e.value) != 0);
            ck_assert_int_eq(status == LEADKPI_OK, error.message[0] == 0);
            ck_assert_int_eq(status == LEADKPI_OK, error.code == LEADKPI_OK);
            ck_assert_int_eq(status == LEADKPI_BAD_DATA && !(e.flags & LEADKPI_FLAG_NOT_A_SUBSET),
                             e.input >= 0);
            if (status == LEADKPI_OK && !(e.flags & LEADKPI_FLAG_NO_INTERVAL)) {
                double slack = 1e-9 * fmax(1e-300, fabs(e.value));
                ck_assert_msg(e.low <= e.value + slack && e.value - slack <= e.high,
                              "%s: %g is not from %g to %g", name, e.value, e.low, e.high);
            }
            if (e.flags & LEADKPI_FLAG_NO_INTERVAL) ck_assert(isnan(e.low) && isnan(e.high));
        }
    }
}
END_TEST

START_TEST(an_input_outside_its_range_is_named)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY, -1};
    for (int i = 0; i < 4; i++) {
        double inputs[] = {5000, bad[i]};
        leadkpi_estimate e;
        leadkpi_error error;
        ck_assert_int_eq(leadkpi_kpi_evaluate(6000, inputs, 2, NULL, &e, &error), LEADKPI_BAD_DATA);
        ck_assert_int_eq(e.input, 1);
        ck_assert_ptr_nonnull(strstr(error.message, "new_leads"));
        ck_assert_double_nan(e.value);
        ck_assert_double_nan(leadkpi_cost_per_lead(5000, bad[i]));
    }
    double churn[] = {500, 0.8, 1.5};
    leadkpi_estimate e;
    ck_assert_int_eq(leadkpi_kpi_evaluate(7600, churn, 3, NULL, &e, NULL), LEADKPI_BAD_DATA);
}
END_TEST

START_TEST(a_value_too_large_for_a_double_is_an_overflow)
{
    double inputs[] = {1.7e308, 1e-300};
    leadkpi_estimate e;
    ck_assert_int_eq(leadkpi_kpi_evaluate(6000, inputs, 2, NULL, &e, NULL), LEADKPI_OVERFLOW);
    ck_assert_double_nan(leadkpi_cost_per_lead(1.7e308, 1e-300));
}
END_TEST

START_TEST(misuse_is_refused_and_leaves_nothing_but_nan)
{
    double inputs[] = {5000, 250, 1};
    leadkpi_estimate e;
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_kpi_evaluate(6000, inputs, 3, NULL, &e, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(error.message, "campaign_spend, new_leads"));
    ck_assert_double_nan(e.value);
    ck_assert_int_eq(e.status, LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(e.kpi, -1);
    ck_assert_int_eq(leadkpi_kpi_evaluate(6050, inputs, 2, NULL, &e, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_evaluate(-1, inputs, 2, NULL, &e, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_evaluate(6000, NULL, 2, NULL, &e, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_evaluate(6000, inputs, 2, NULL, NULL, &error),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_evaluate(5500, inputs, 1, NULL, &e, &error), LEADKPI_WRONG_TYPE);
}
END_TEST

START_TEST(named_inputs_may_come_in_any_order)
{
    static const char *const names[] = {"visitors", "new_leads", "campaign_spend"};
    double inputs[] = {1e6, 250, 5000};
    leadkpi_estimate e;
    ck_assert_int_eq(leadkpi_kpi_evaluate_named(6000, names, inputs, 3, NULL, &e, NULL),
                     LEADKPI_OK);
    ck_assert_double_eq(e.value, 20);
}
END_TEST

START_TEST(a_missing_input_is_not_zero_and_another_variant_is_offered)
{
    static const char *const names[] = {"churn", "arpa"}, *const twice[] = {"arpa", "arpa"};
    double inputs[] = {0.02, 500};
    leadkpi_estimate e;
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_kpi_evaluate_named(7600, names, inputs, 2, NULL, &e, &error),
                     LEADKPI_NOT_GIVEN);
    ck_assert_ptr_nonnull(strstr(error.message, "gross_margin"));
    ck_assert_ptr_nonnull(strstr(error.message, "customer_lifetime_value:revenue_churn"));
    ck_assert_int_eq(e.input, 1);
    ck_assert_int_eq(leadkpi_kpi_evaluate_named(7601, names, inputs, 2, NULL, &e, &error),
                     LEADKPI_OK);
    ck_assert_double_eq(e.value, 25000);
    ck_assert_int_eq(leadkpi_kpi_evaluate_named(7601, twice, inputs, 2, NULL, &e, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_evaluate_named(7601, NULL, inputs, 2, NULL, &e, &error),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_evaluate_named(7601, names, NULL, 2, NULL, &e, &error),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_evaluate_named(7601, NULL, NULL, 0, NULL, &e, &error),
                     LEADKPI_NOT_GIVEN);
}
END_TEST

/* ---- arrays ------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

START_TEST(the_median_is_that_of_the_sorted_values)
{
    double values[101], sorted[101];
    for (size_t count = 1; count <= 101; count++) {
        for (size_t i = 0; i < count; i++) values[i] = random_32() % 20 / 4.0;
        memcpy(sorted, values, count * sizeof *values);
        qsort(sorted, count, sizeof *sorted, by_value);
        double expected =
            count % 2 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
        ck_assert_double_eq(leadkpi_lead_response_time(values, count), expected);
    }
    ck_assert_double_nan(leadkpi_lead_response_time(NULL, 0));
}
END_TEST

START_TEST(a_wait_that_is_not_over_counts_as_longer_than_all_others)
{
    double waits[] = {3, INFINITY, 7, INFINITY, 5};
    ck_assert_double_eq(leadkpi_lead_response_time_censored_median(waits, 5), 7);
    ck_assert_double_nan(leadkpi_lead_response_time_censored_median(waits, 4));
    ck_assert_double_nan(leadkpi_lead_response_time_mean(waits, 5));
    waits[0] = NAN;
    ck_assert_double_nan(leadkpi_lead_response_time(waits, 5));
}
END_TEST

START_TEST(a_median_of_the_finished_alone_is_called_biased)
{
    double waits[] = {3, 4, 7, 12, 45, 180, 2880};
    const double *lists[] = {waits};
    size_t counts[] = {7};
    leadkpi_estimate e;
    ck_assert_int_eq(leadkpi_kpi_evaluate_samples(5500, lists, counts, 1, NULL, &e, NULL),
                     LEADKPI_OK);
    ck_assert_uint_eq(e.flags, LEADKPI_FLAG_SURVIVOR_BIASED);
    ck_assert(e.value == 12 && e.low == 3 && e.high == 2880 && e.n == 7);
    waits[6] = INFINITY;
    ck_assert_int_eq(leadkpi_kpi_evaluate_samples(5500, lists, counts, 1, NULL, &e, NULL),
                     LEADKPI_OK);
    ck_assert_uint_eq(e.flags, 0);
    ck_assert_double_infinite(e.high);
}
END_TEST

START_TEST(a_bad_value_in_an_array_is_named_with_its_row)
{
    double parts[] = {10, 20}, outcomes[] = {0, 1, 2}, predicted[] = {0.1, 0.5, 0.9};
    const double *lists[] = {predicted, outcomes}, *part_list[] = {parts, parts};
    size_t counts[] = {3, 3}, uneven[] = {2, 1};
    leadkpi_estimate e;
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_kpi_evaluate_samples(3700, lists, counts, 2, NULL, &e, &error),
                     LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 2);
    ck_assert_int_eq(e.input, 1);
    ck_assert_int_eq(leadkpi_kpi_evaluate_samples(2700, part_list, uneven, 2, NULL, &e, &error),
                     LEADKPI_UNDEFINED);
    ck_assert_int_eq(leadkpi_kpi_evaluate_samples(6000, part_list, uneven, 2, NULL, &e, &error),
                     LEADKPI_BAD_ARGUMENT);
    lists[0] = NULL;
    ck_assert_int_eq(leadkpi_kpi_evaluate_samples(3700, lists, counts, 2, NULL, &e, &error),
                     LEADKPI_NULL_ARGUMENT);
}
END_TEST

START_TEST(sums_do_not_depend_on_the_order)
{
    double values[] = {1e17, 1, -1e17, 1, 0.5}, other[] = {0.5, 1, 1, 1e17, -1e17};
    ck_assert_double_eq(leadkpi_lead_quality_score_additive_points(values, 5), 2.5);
    ck_assert_double_eq(leadkpi_lead_quality_score_additive_points(other, 5), 2.5);
}
END_TEST

/* ---- columns ------------------------------------------------------------ */

#define ROWS 1500

static double columns[INPUTS_MAX][ROWS * 2];

static void fill_columns(void)
{
    for (size_t k = 0; k < INPUTS_MAX; k++)
        for (size_t i = 0; i < ROWS * 2; i++) columns[k][i] = awkward();
}

START_TEST(columns_give_what_rows_give_bit_for_bit)
{
    static double values[ROWS + 1];
    static uint8_t validity[(ROWS + 7) / 8 + 1];
    static const size_t row_counts[] = {0, 1, 7, 8, 255, 256, 257, 512, ROWS};
    const double *inputs[INPUTS_MAX];
    for (size_t k = 0; k < INPUTS_MAX; k++) inputs[k] = columns[k];
    fill_columns();
    for (int32_t i = 0; i < leadkpi_kpi_count(); i++) {
        int32_t kpi = leadkpi_kpi_at(i);
        size_t count = (size_t)leadkpi_kpi_input_count(kpi);
        if (is_sample(kpi)) continue;
        for (size_t n = 0; n < sizeof row_counts / sizeof row_counts[0]; n++) {
            size_t rows = row_counts[n];
            values[rows] = 77;
            validity[(rows + 7) / 8] = 0xa5;
            ck_assert_int_eq(leadkpi_kpi_evaluate_columns(kpi, inputs, count, NULL, rows, values,
                                                          validity, NULL),
                             LEADKPI_OK);
            ck_assert_double_eq(values[rows], 77);
            ck_assert_uint_eq(validity[(rows + 7) / 8], 0xa5);
            for (size_t row = 0; row < rows; row++) {
                double cells[INPUTS_MAX], one;
                const double *single[INPUTS_MAX];
                for (size_t k = 0; k < count; k++)
                    cells[k] = columns[k][row], single[k] = &cells[k];
                size_t ones[INPUTS_MAX] = {1, 1, 1, 1, 1, 1};
                leadkpi_estimate e;
                leadkpi_options *none = NULL;
                leadkpi_kpi_evaluate_samples(kpi, single, ones, count, none, &e, NULL);
                leadkpi_kpi_evaluate_columns(kpi, single, count, NULL, 1, &one, NULL, NULL);
                ck_assert(same_bits(values[row], one));
                if (!(e.flags & LEADKPI_FLAG_NOT_A_SUBSET))
                    ck_assert(same_bits(values[row], e.value));
                ck_assert_int_eq(validity[row / 8] >> (row % 8) & 1, !isnan(values[row]));
            }
            if (rows % 8) ck_assert_uint_eq(validity[rows / 8] >> (rows % 8), 0);
        }
    }
}
END_TEST

START_TEST(columns_with_gaps_or_backwards_are_read_as_such)
{
    static double values[ROWS], expected[ROWS];
    fill_columns();
    const double *gaps[] = {columns[0], columns[1] + ROWS - 1};
    ptrdiff_t strides[] = {2 * (ptrdiff_t)sizeof(double), -(ptrdiff_t)sizeof(double)};
    for (size_t i = 0; i < ROWS; i++)
        expected[i] = leadkpi_cost_per_lead(columns[0][2 * i], columns[1][ROWS - 1 - i]);
    ck_assert_int_eq(leadkpi_kpi_evaluate_columns(6000, gaps, 2, strides, ROWS, values, NULL, NULL),
                     LEADKPI_OK);
    for (size_t i = 0; i < ROWS; i++) ck_assert(same_bits(values[i], expected[i]));
    const double *in_place[] = {columns[0], columns[1]};
    for (size_t i = 0; i < ROWS; i++)
        expected[i] = leadkpi_cost_per_lead(columns[0][i], columns[1][i]);
    ck_assert_int_eq(
        leadkpi_kpi_evaluate_columns(6000, in_place, 2, NULL, ROWS, columns[0], NULL, NULL),
        LEADKPI_OK);
    for (size_t i = 0; i < ROWS; i++) ck_assert(same_bits(columns[0][i], expected[i]));
}
END_TEST

/* Results of 16 MiB and more are written past the caches. */
START_TEST(large_columns_give_what_small_ones_give_in_place_and_wherever_they_lie)
{
    enum {
        LARGE = (16 << 20) / 8 + 259
    };
    double *spend = malloc(LARGE * sizeof *spend), *leads = malloc(LARGE * sizeof *leads);
    double *out = malloc((LARGE + 2) * sizeof *out), *expected = malloc(LARGE * sizeof *expected);
    const double *inputs[] = {spend, leads};
    ck_assert(spend && leads && out && expected);
    for (size_t i = 0; i < LARGE; i++) spend[i] = (double)(i % 1013), leads[i] = (double)(i % 17);
    for (size_t first = 0; first < LARGE; first += 100000) {
        size_t rows = LARGE - first < 100000 ? LARGE - first : 100000;
        const double *part[] = {spend + first, leads + first};
        leadkpi_kpi_evaluate_columns(6000, part, 2, NULL, rows, expected + first, NULL, NULL);
    }
    for (size_t shift = 0; shift < 2; shift++) {
        out[shift + LARGE] = 77;
        ck_assert_int_eq(leadkpi_kpi_evaluate_columns(6000, inputs, 2, NULL, LARGE, out + shift,
                                                      NULL, NULL),
                         LEADKPI_OK);
        ck_assert_int_eq(memcmp(out + shift, expected, LARGE * sizeof *out), 0);
        ck_assert_double_eq(out[shift + LARGE], 77);
    }
    leadkpi_kpi_evaluate_columns(6000, inputs, 2, NULL, LARGE, spend, NULL, NULL);
    ck_assert_int_eq(memcmp(spend, expected, LARGE * sizeof *out), 0);
    free(spend);
    free(leads);
    free(out);
    free(expected);
}
END_TEST

START_TEST(columns_with_intervals_give_what_evaluate_gives)
{
    static double values[ROWS], low[ROWS], high[ROWS];
    static leadkpi_status statuses[ROWS];
    static uint32_t flags[ROWS];
    const double *inputs[INPUTS_MAX];
    leadkpi_options *period = options_of("basis=period; level=0.8");
    for (size_t k = 0; k < INPUTS_MAX; k++) inputs[k] = columns[k];
    fill_columns();
    for (int32_t i = 0; i < leadkpi_kpi_count(); i += 3) {
        int32_t kpi = leadkpi_kpi_at(i);
        size_t count = (size_t)leadkpi_kpi_input_count(kpi);
        if (is_sample(kpi)) continue;
        ck_assert_int_eq(leadkpi_kpi_estimate_columns(kpi, inputs, count, NULL, 200, period, values,
                                                      low, high, statuses, flags, NULL),
                         LEADKPI_OK);
        for (size_t row = 0; row < 200; row++) {
            double cells[INPUTS_MAX];
            leadkpi_estimate e;
            for (size_t k = 0; k < count; k++) cells[k] = columns[k][row];
            leadkpi_kpi_evaluate(kpi, cells, count, period, &e, NULL);
            ck_assert(same_bits(values[row], e.value) && same_bits(low[row], e.low) &&
                      same_bits(high[row], e.high));
            ck_assert_int_eq(statuses[row], e.status);
            ck_assert_uint_eq(flags[row], e.flags);
        }
    }
    ck_assert_int_eq(leadkpi_kpi_estimate_columns(6000, inputs, 2, NULL, 200, NULL, NULL, NULL,
                                                  NULL, NULL, NULL, NULL),
                     LEADKPI_OK);
    leadkpi_options_free(period);
}
END_TEST

/* Rates of a cohort go block by block; rows are mixed, good and bad, with fractions and with more
 * than the whole, over more than one block and a part of one. */
START_TEST(rates_in_blocks_are_the_same_to_the_bit)
{
    enum { MANY = ROWS < 700 ? ROWS : 700 };
    static double values[ROWS], low[ROWS], high[ROWS];
    static leadkpi_status statuses[ROWS];
    static uint32_t flags[ROWS];
    const double *inputs[INPUTS_MAX];
    leadkpi_options *level = options_of("level=0.9");
    fill_columns();
    for (size_t k = 0; k < INPUTS_MAX; k++) inputs[k] = columns[k];
    for (int32_t i = 0; i < leadkpi_kpi_count(); i++) {
        int32_t kpi = leadkpi_kpi_at(i);
        size_t count = (size_t)leadkpi_kpi_input_count(kpi);
        if (strcmp(leadkpi_kpi_property(kpi, "interval", NUL), "wilson") != 0) continue;
        ck_assert_int_eq(leadkpi_kpi_estimate_columns(kpi, inputs, count, NULL, MANY, level, values,
                                                      low, high, statuses, flags, NULL),
                         LEADKPI_OK);
        for (size_t row = 0; row < MANY; row++) {
            double cells[INPUTS_MAX];
            leadkpi_estimate e;
            for (size_t k = 0; k < count; k++) cells[k] = columns[k][row];
            leadkpi_kpi_evaluate(kpi, cells, count, level, &e, NULL);
            ck_assert(same_bits(values[row], e.value) && same_bits(low[row], e.low) &&
                      same_bits(high[row], e.high));
            ck_assert_int_eq(statuses[row], e.status);
            ck_assert_uint_eq(flags[row], e.flags);
        }
    }
    leadkpi_options_free(level);
}
END_TEST

START_TEST(misuse_of_columns_is_refused)
{
    const double *inputs[] = {columns[0], NULL};
    double value;
    ck_assert_int_eq(leadkpi_kpi_evaluate_columns(6000, inputs, 2, NULL, 1, &value, NULL, NULL),
                     LEADKPI_NULL_ARGUMENT);
    inputs[1] = columns[1];
    ck_assert_int_eq(leadkpi_kpi_evaluate_columns(6000, inputs, 1, NULL, 1, &value, NULL, NULL),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_evaluate_columns(6000, inputs, 2, NULL, 1, NULL, NULL, NULL),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_evaluate_columns(6000, NULL, 2, NULL, 1, &value, NULL, NULL),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(
        leadkpi_kpi_evaluate_columns(6000, inputs, 2, NULL, SIZE_MAX, &value, NULL, NULL),
        LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_evaluate_columns(5500, inputs, 1, NULL, 1, &value, NULL, NULL),
                     LEADKPI_WRONG_TYPE);
    ck_assert_int_eq(leadkpi_kpi_evaluate_columns(1, inputs, 1, NULL, 1, &value, NULL, NULL),
                     LEADKPI_BAD_ARGUMENT);
}
END_TEST

START_TEST(a_table_in_gives_a_table_out)
{
    int64_t leads[] = {250, 0, 10, 5};
    double spend[] = {5000, 10000, -1, 100};
    uint8_t given[] = {0x07};
    leadkpi_table *in, *out;
    leadkpi_error error;
    const char *text;
    size_t length;
    double value;
    leadkpi_table_create(NULL, &in, NULL);
    leadkpi_table_borrow_double(in, "campaign_spend", NUL, spend, 4, 0, NULL, NULL);
    ck_assert_int_eq(leadkpi_kpi_evaluate_table(NULL, 6000, in, NULL, &out, &error),
                     LEADKPI_NOT_GIVEN);
    ck_assert_ptr_null(out);
    leadkpi_table_borrow_int64(in, "new_leads", NUL, leads, 4, 0, given, NULL);
    ck_assert_int_eq(leadkpi_kpi_evaluate_table(NULL, 6000, in, NULL, &out, &error), LEADKPI_OK);
    leadkpi_table_get_double(out, 0, 0, &value, NULL);
    ck_assert_double_eq(value, 20);
    static const char *const statuses[] = {"ok", "undefined", "bad_data", "not_given"};
    static const char *const flags[] = {"", "bound_only", "no_interval", "no_interval"};
    for (size_t row = 0; row < 4; row++) {
        ck_assert_int_eq(leadkpi_table_is_null(out, 0, row), row != 0);
        ck_assert_int_eq(leadkpi_table_is_null(out, 1, row), row > 1);
        leadkpi_table_get_text(out, 3, row, &text, &length, NULL);
        ck_assert_uint_eq(length, strlen(statuses[row]));
        ck_assert_mem_eq(text, statuses[row], length);
        leadkpi_table_get_text(out, 4, row, &text, &length, NULL);
        ck_assert_uint_eq(length, strlen(flags[row]));
        ck_assert_mem_eq(text, flags[row], length);
    }
    leadkpi_table_free(out);
    leadkpi_table_free(in);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("KPI evaluation");
    TCase *tcase = tcase_create("evaluate");
    tcase_set_timeout(tcase, 300);
    tcase_add_test(tcase, cost_per_lead_is_spend_over_leads_with_its_interval);
    tcase_add_test(tcase, no_customers_from_ten_thousand_is_a_cac_of_at_least_2711);
    tcase_add_test(tcase, nothing_spent_on_nothing_is_undefined_without_a_bound);
    tcase_add_test(tcase, growth_from_zero_is_undefined_not_infinite);
    tcase_add_test(tcase, a_cohort_rate_above_one_is_bad_data_and_a_period_rate_is_labelled);
    tcase_add_test(tcase, a_higher_level_gives_a_wider_interval);
    tcase_add_test(tcase, a_complement_turns_its_interval_round);
    tcase_add_test(tcase, fractions_of_leads_are_counted_and_flagged);
    tcase_add_test(tcase, a_kpi_without_an_interval_says_why);
    tcase_add_test(tcase, a_number_is_finite_or_has_a_reason_and_lies_in_its_interval);
    tcase_add_test(tcase, an_input_outside_its_range_is_named);
    tcase_add_test(tcase, a_value_too_large_for_a_double_is_an_overflow);
    tcase_add_test(tcase, misuse_is_refused_and_leaves_nothing_but_nan);
    tcase_add_test(tcase, named_inputs_may_come_in_any_order);
    tcase_add_test(tcase, a_missing_input_is_not_zero_and_another_variant_is_offered);
    tcase_add_test(tcase, the_median_is_that_of_the_sorted_values);
    tcase_add_test(tcase, a_wait_that_is_not_over_counts_as_longer_than_all_others);
    tcase_add_test(tcase, a_median_of_the_finished_alone_is_called_biased);
    tcase_add_test(tcase, a_bad_value_in_an_array_is_named_with_its_row);
    tcase_add_test(tcase, sums_do_not_depend_on_the_order);
    tcase_add_test(tcase, columns_give_what_rows_give_bit_for_bit);
    tcase_add_test(tcase, columns_with_gaps_or_backwards_are_read_as_such);
    tcase_add_test(tcase,
                   large_columns_give_what_small_ones_give_in_place_and_wherever_they_lie);
    tcase_add_test(tcase, columns_with_intervals_give_what_evaluate_gives);
    tcase_add_test(tcase, rates_in_blocks_are_the_same_to_the_bit);
    tcase_add_test(tcase, misuse_of_columns_is_refused);
    tcase_add_test(tcase, a_table_in_gives_a_table_out);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
