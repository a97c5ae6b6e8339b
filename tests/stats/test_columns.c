/* Intervals of whole columns are those of the single calls, to the bit. */
#include "stats/columns.h"

#include <leadkpi/stats.h>

#include <math.h>
#include <string.h>

#include "../support/check_main.h"

enum { N = 70000 }; /* past the rows between two looks at the host's interrupt */
static double first[N], second[N], low[N], high[N];
static leadkpi_error error;
static lk_memory memory;

static void fill(void)
{
    static const double odd[] = {0, NAN, -1, INFINITY, 1e15, 2e15, 0.25, 63.5, 64, 65};
    for (size_t i = 0; i < N; i++) {
        second[i] = i % 97 == 0 ? odd[i / 97 % 10] : (double)(i * 7919 % 3000) + (i % 11 ? 0 : 0.5);
        first[i] = i % 89 == 0 ? odd[i / 89 % 10] : floor(second[i] * (double)(i % 13) / 12);
    }
    leadkpi_error_reset(&error);
    ck_assert_int_eq(lk_memory_init(&memory, NULL, NULL), LEADKPI_OK);
}

static void same(size_t row, double expected_low, double expected_high)
{
    int equal = (low[row] == expected_low || (isnan(low[row]) && isnan(expected_low))) &&
                (high[row] == expected_high || (isnan(high[row]) && isnan(expected_high)));
    ck_assert_msg(equal, "row %zu (%g, %g): expected %.17g to %.17g, found %.17g to %.17g", row,
                  first[row], second[row], expected_low, expected_high, low[row], high[row]);
}

START_TEST(wilson_columns_are_wilson)
{
    fill();
    ck_assert_int_eq(lk_stats_wilson_columns(first, second, N, 0.9, low, high, &error), LEADKPI_OK);
    for (size_t i = 0; i < N; i++) {
        double a, b;
        leadkpi_stats_wilson_interval(first[i], second[i], 0.9, &a, &b, NULL);
        same(i, a, b);
    }
}
END_TEST

START_TEST(cost_columns_are_cost_per_count)
{
    fill();
    ck_assert_int_eq(lk_stats_cost_per_count_columns(&memory, first, second, N, 0.95, low, high, &error), LEADKPI_OK);
    ck_assert_uint_eq(memory.used_bytes, 0);
    for (size_t i = 0; i < N; i += 7) {
        double a, b;
        leadkpi_stats_cost_per_count_interval(first[i], second[i], 0.95, &a, &b, NULL);
        same(i, a, b);
    }
}
END_TEST

START_TEST(count_columns_are_garwood)
{
    fill();
    ck_assert_int_eq(lk_stats_poisson_columns(&memory, second, N, 0.99, low, high, &error), LEADKPI_OK);
    ck_assert_uint_eq(memory.used_bytes, 0);
    for (size_t i = 0; i < N; i += 7) {
        double a, b;
        leadkpi_stats_poisson_interval(second[i], 0.99, &a, &b, NULL);
        same(i, a, b);
    }
}
END_TEST

static int32_t stop(void *user)
{
    (void)user;
    return 1;
}

static void *no_memory(void *user, size_t size)
{
    (void)user;
    (void)size;
    return NULL;
}

START_TEST(bad_levels_no_memory_and_interrupts_are_told)
{
    fill();
    ck_assert_int_eq(lk_stats_wilson_columns(first, second, N, 1, low, high, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(lk_stats_poisson_columns(&memory, second, N, NAN, low, high, NULL), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(lk_stats_cost_per_count_columns(&memory, first, second, N, 0, low, high, NULL), LEADKPI_BAD_ARGUMENT);
    memory.interrupted = stop;
    ck_assert_int_eq(lk_stats_poisson_columns(&memory, second, N, 0.95, low, high, NULL), LEADKPI_INTERRUPTED);
    ck_assert_uint_eq(memory.used_bytes, 0);
    memory.allocate = no_memory;
    ck_assert_int_eq(lk_stats_poisson_columns(&memory, second, N, 0.95, low, high, NULL), LEADKPI_OUT_OF_MEMORY);
    ck_assert_int_eq(lk_stats_cost_per_count_columns(&memory, first, second, N, 0.95, low, high, NULL), LEADKPI_OUT_OF_MEMORY);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("columns");
    TCase *tcase = tcase_create("columns");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, wilson_columns_are_wilson);
    tcase_add_test(tcase, cost_columns_are_cost_per_count);
    tcase_add_test(tcase, count_columns_are_garwood);
    tcase_add_test(tcase, bad_levels_no_memory_and_interrupts_are_told);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
