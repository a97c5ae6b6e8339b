/* Intervals of proportions and counts against known values, at their limits, and on bad input. */
#include <leadkpi/stats.h>

#include <math.h>

#include "../support/check_main.h"

#define CLOSE(found, expected, tolerance)                                                          \
    ck_assert_msg(fabs((found) - (expected)) <= (tolerance) * fabs(expected),                      \
                  "%s: expected %.17g, found %.17g", #found, (double)(expected), (double)(found))

static double low, high;

/* Examples of the KPI catalogue, computed independently with SciPy. */
START_TEST(catalogue_examples_come_out)
{
    ck_assert_int_eq(leadkpi_stats_wilson_interval(40, 500, 0.95, &low, &high, NULL), LEADKPI_OK);
    CLOSE(low, 0.05929812940985259, 1e-13);
    CLOSE(high, 0.10710631657785129, 1e-13);
    leadkpi_stats_cost_per_count_interval(1000, 100, 0.95, &low, &high, NULL);
    CLOSE(low, 8.221872572803685, 1e-13);
    CLOSE(high, 12.290449185513058, 1e-13);
    leadkpi_stats_cost_per_count_interval(200000, 25, 0.95, &low, &high, NULL);
    CLOSE(low, 5419.329905259891, 1e-13);
    CLOSE(high, 12361.946534404082, 1e-13);
}
END_TEST

START_TEST(no_lead_at_all_still_bounds_the_cost_from_below)
{
    ck_assert_int_eq(leadkpi_stats_cost_per_count_interval(1000, 0, 0.95, &low, &high, NULL),
                     LEADKPI_OK);
    CLOSE(low, 1000 / 3.6888794541139363, 1e-13); /* -log(0.025) */
    ck_assert(high == INFINITY);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("intervals");
    TCase *tcase = tcase_create("intervals");
    tcase_add_test(tcase, catalogue_examples_come_out);
    tcase_add_test(tcase, no_lead_at_all_still_bounds_the_cost_from_below);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
