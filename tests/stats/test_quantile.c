/* Quantiles of a sample, and between which of its values the true one lies. */
#include <leadkpi/stats.h>

#include <math.h>
#include <string.h>

#include "../support/check_main.h"

static leadkpi_error error;
static double value, low, high, coverage;

/* A counter-based shuffle of 0 ... n - 1 for any n that is not a multiple of 7919. */
static void fill_shuffled(double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) values[i] = (double)(i * 7919 % n);
}

/* R: quantile(c(1, 2, 4, 8, 16), c(0.1, 0.25, 0.5, 0.9), type = 7). */
START_TEST(quantiles_are_of_type_7)
{
    static const double sorted[] = {1, 2, 4, 8, 16};
    static const double expected[][2] = {{0.1, 1.4}, {0.25, 2}, {0.5, 4}, {0.9, 12.8}, {0, 1}, {1, 16}};
    for (size_t i = 0; i < 6; i++) {
        ck_assert_int_eq(leadkpi_stats_quantile(sorted, 5, expected[i][0], &value, &error), LEADKPI_OK);
        ck_assert(fabs(value - expected[i][1]) < 1e-14);
    }
    ck_assert_int_eq(leadkpi_stats_quantile(sorted, 1, 0.3, &value, &error), LEADKPI_OK);
    ck_assert(value == 1);
}
END_TEST

START_TEST(selection_gives_what_sorting_gives)
{
    static double values[5000], sorted[5000];
    for (size_t n = 1; n <= 5000; n = n * 3 / 2 + 1)
        for (double p = 0; p <= 1; p += 0.125) {
            double expected;
            fill_shuffled(values, n);
            for (size_t i = 0; i < n; i++) sorted[i] = (double)i;
            leadkpi_stats_quantile(sorted, n, p, &expected, NULL);
            ck_assert_int_eq(leadkpi_stats_quantile_select(values, n, p, &value, &error), LEADKPI_OK);
            ck_assert(value == expected);
        }
}
END_TEST

/* Sorted, reversed, equal, organ pipe, and made against the median of three. */
START_TEST(selection_is_not_slowed_by_any_order)
{
    enum { N = 200000 };
    static double values[N];
    for (int shape = 0; shape < 5; shape++) {
        for (size_t i = 0; i < N; i++)
            values[i] = shape == 0   ? (double)i
                        : shape == 1 ? (double)(N - i)
                        : shape == 2 ? 1
                        : shape == 3 ? (double)(i < N / 2 ? i : N - i)
                                     : (double)(i % 2 ? i : N / 2 + i / 2);
        ck_assert_int_eq(leadkpi_stats_quantile_select(values, N, 0.5, &value, &error), LEADKPI_OK);
        for (size_t i = 0; i < N / 2 - 1; i++) ck_assert(values[i] <= value);
        for (size_t i = N / 2; i < N; i++) ck_assert(values[i] >= value);
    }
}
END_TEST

START_TEST(infinite_values_are_values)
{
    double values[] = {-INFINITY, 1, INFINITY, INFINITY};
    ck_assert_int_eq(leadkpi_stats_quantile(values, 4, 0.9, &value, &error), LEADKPI_OK);
    ck_assert(value == INFINITY);
    ck_assert_int_eq(leadkpi_stats_quantile(values, 4, 0.1, &value, &error), LEADKPI_OK);
    ck_assert(value == -INFINITY);
}
END_TEST

START_TEST(bad_samples_are_refused_with_the_row)
{
    double falling[] = {1, 3, 2}, holes[] = {1, NAN, 2};
    ck_assert_int_eq(leadkpi_stats_quantile(falling, 3, 0.5, &value, &error), LEADKPI_BAD_DATA);
    ck_assert(isnan(value) && error.row == 2);
    ck_assert_int_eq(leadkpi_stats_quantile(holes, 3, 0.5, &value, &error), LEADKPI_BAD_DATA);
    ck_assert(error.row == 1);
    ck_assert_int_eq(leadkpi_stats_quantile_select(holes, 3, 0.5, &value, &error), LEADKPI_BAD_DATA);
    ck_assert(isnan(value) && error.row == 1);
    ck_assert_int_eq(leadkpi_stats_quantile(NULL, 0, 0.5, &value, &error), LEADKPI_UNDEFINED);
    ck_assert_int_eq(leadkpi_stats_quantile(NULL, 3, 0.5, &value, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_stats_quantile(falling, 3, 1.5, &value, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_stats_quantile(falling, 3, NAN, &value, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_stats_quantile(falling, 3, 0.5, NULL, &error), LEADKPI_NULL_ARGUMENT);
}
END_TEST

/* Adds the binomial probabilities from `from` to `to`: the naive way. */
static double binomial_mass(int64_t n, double p, int64_t from, int64_t to)
{
    double sum = 0;
    for (int64_t k = from; k <= to; k++)
        sum += exp(leadkpi_stats_log_gamma((double)n + 1) - leadkpi_stats_log_gamma((double)k + 1) -
                   leadkpi_stats_log_gamma((double)(n - k) + 1) + (double)k * log(p) +
                   (double)(n - k) * log1p(-p));
    return sum;
}

START_TEST(ranks_attain_the_level_and_are_the_tightest_equal_tails)
{
    static const double quantiles[] = {0.1, 0.5, 0.9};
    for (int64_t n = 1; n < 120; n++)
        for (size_t q = 0; q < 3; q++) {
            int64_t from, to;
            double p = quantiles[q], most = binomial_mass(n, p, 1, n - 1);
            leadkpi_status status = leadkpi_stats_quantile_ranks(n, p, 0.9, &from, &to, &coverage, &error);
            if (most < 0.9 - 1e-12) {
                ck_assert_int_eq(status, LEADKPI_NOT_ENOUGH_DATA);
                ck_assert(from == 0 && to == 0 && fabs(coverage - most) < 1e-12);
                continue;
            }
            ck_assert_int_eq(status, LEADKPI_OK);
            ck_assert(1 <= from && from < to && to <= n);
            ck_assert(fabs(coverage - binomial_mass(n, p, from, to - 1)) < 1e-12 && coverage >= 0.9 - 1e-12);
            if (from > 1 && to < n) {
                ck_assert(binomial_mass(n, p, 0, from - 1) <= 0.05 && binomial_mass(n, p, 0, from) > 0.05);
                ck_assert(binomial_mass(n, p, to, n) <= 0.05 && binomial_mass(n, p, to - 1, n) > 0.05);
            }
        }
}
END_TEST

/* The classical table: a median needs 6 values for 95 %, its ranks at 20 are 6 and 15 (95.9 %). */
START_TEST(medians_of_small_samples_are_as_tabulated)
{
    int64_t from, to;
    ck_assert_int_eq(leadkpi_stats_quantile_ranks(5, 0.5, 0.95, &from, &to, &coverage, &error), LEADKPI_NOT_ENOUGH_DATA);
    ck_assert(coverage == 0.9375);
    ck_assert_int_eq(leadkpi_stats_quantile_ranks(6, 0.5, 0.95, &from, &to, &coverage, &error), LEADKPI_OK);
    ck_assert(from == 1 && to == 6 && fabs(coverage - 0.96875) < 1e-15);
    ck_assert_int_eq(leadkpi_stats_quantile_ranks(20, 0.5, 0.95, &from, &to, &coverage, &error), LEADKPI_OK);
    ck_assert(from == 6 && to == 15 && fabs(coverage - 0.9586105346679688) < 1e-13);
}
END_TEST

START_TEST(interval_of_a_quantile_is_the_values_at_the_ranks)
{
    double sorted[20];
    for (int i = 0; i < 20; i++) sorted[i] = 10 * (i + 1);
    ck_assert_int_eq(leadkpi_stats_quantile_interval(sorted, 20, 0.5, 0.95, &low, &high, &coverage, &error), LEADKPI_OK);
    ck_assert(low == 60 && high == 150 && coverage > 0.95);
    ck_assert_int_eq(leadkpi_stats_quantile_interval(sorted, 20, 0.5, 0.95, &low, &high, NULL, NULL), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_stats_quantile_interval(sorted, 3, 0.5, 0.95, &low, &high, &coverage, &error), LEADKPI_NOT_ENOUGH_DATA);
    ck_assert(isnan(low) && isnan(high) && coverage == 0.75);
    ck_assert_int_eq(leadkpi_stats_quantile_interval(NULL, 0, 0.5, 0.95, &low, &high, &coverage, &error), LEADKPI_NOT_ENOUGH_DATA);
    ck_assert_int_eq(leadkpi_stats_quantile_interval(NULL, 3, 0.5, 0.95, &low, &high, &coverage, &error), LEADKPI_NULL_ARGUMENT);
    sorted[4] = NAN;
    ck_assert_int_eq(leadkpi_stats_quantile_interval(sorted, 20, 0.5, 0.95, &low, &high, &coverage, &error), LEADKPI_BAD_DATA);
    ck_assert(error.row == 4);
}
END_TEST

START_TEST(ranks_refuse_what_makes_no_sense)
{
    int64_t from, to;
    ck_assert_int_eq(leadkpi_stats_quantile_ranks(-1, 0.5, 0.95, &from, &to, NULL, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(leadkpi_stats_quantile_ranks(INT64_MAX, 0.5, 0.95, &from, &to, NULL, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(leadkpi_stats_quantile_ranks(9, 0, 0.95, &from, &to, NULL, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_stats_quantile_ranks(9, 0.5, 1, &from, &to, NULL, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_stats_quantile_ranks(9, 0.5, 0.95, NULL, &to, NULL, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_stats_quantile_ranks(1000000000000, 0.5, 0.95, &from, &to, &coverage, &error), LEADKPI_OK);
    ck_assert(fabs(coverage - 0.95) < 1e-5 && from + to == 1000000000001);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("quantiles");
    TCase *tcase = tcase_create("quantiles");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, quantiles_are_of_type_7);
    tcase_add_test(tcase, selection_gives_what_sorting_gives);
    tcase_add_test(tcase, selection_is_not_slowed_by_any_order);
    tcase_add_test(tcase, infinite_values_are_values);
    tcase_add_test(tcase, bad_samples_are_refused_with_the_row);
    tcase_add_test(tcase, ranks_attain_the_level_and_are_the_tightest_equal_tails);
    tcase_add_test(tcase, medians_of_small_samples_are_as_tabulated);
    tcase_add_test(tcase, interval_of_a_quantile_is_the_values_at_the_ranks);
    tcase_add_test(tcase, ranks_refuse_what_makes_no_sense);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
