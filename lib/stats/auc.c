/* auc.c: how well a score ranks: the area under the ROC curve, with DeLong's variance. */
#include <math.h>

#include <leadkpi/stats.h>

#include "base/error.h"

/* Heapsort: in place, whatever the values; equal numbers are equal. */
static void sift(double *values, size_t root, size_t count)
{
    double moved = values[root];
    for (size_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && values[child + 1] > values[child]) child++;
        if (values[child] <= moved) break;
        values[root] = values[child];
        values[child] = moved;
    }
}

static void sort(double *values, size_t count)
{
    for (size_t root = count / 2; root-- > 0;) sift(values, root, count);
    for (size_t last = count; last-- > 1;) {
        double largest = values[0];
        values[0] = values[last];
        values[last] = largest;
        sift(values, 0, last);
    }
}

static leadkpi_status check_scores(const char *name, const double *scores, size_t count,
                                   leadkpi_error *error)
{
    LK_FAIL_IF(!scores && count, error, LEADKPI_NULL_ARGUMENT, "%s: expected a pointer, found NULL",
               name);
    for (size_t i = 0; i < count; i++)
        if (isnan(scores[i]))
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)i, -1,
                              "%s: expected a number, found nan", name);
    return LEADKPI_OK;
}

/* Of each value of `ones`: how many of `others` it beats, ties as half; both sorted. Gives the sum
 * and the sum of squares about the mean (DeLong's placement values, times the other count). */
static void place(const double *ones, size_t count, const double *others, size_t other_count,
                  double *sum, double *squares)
{
    size_t below = 0, up_to = 0;
    double mean = 0, spread = 0;
    *sum = 0;
    for (size_t i = 0; i < count; i++) {
        while (below < other_count && others[below] < ones[i]) below++;
        while (up_to < other_count && others[up_to] <= ones[i]) up_to++;
        double beaten = ((double)below + (double)up_to) / 2;
        double step = beaten - mean;
        *sum += beaten;
        mean += step / (double)(i + 1); /* Welford (1962): no cancellation */
        spread += step * (beaten - mean);
    }
    *squares = spread;
}

leadkpi_status leadkpi_stats_auc(double *positive_scores, size_t positive_count,
                                 double *negative_scores, size_t negative_count, double *u,
                                 double *u_variance, leadkpi_error *error)
{
    double sum, other_sum, spread, other_spread;
    leadkpi_error_reset(error);
    if (u) *u = NAN;
    if (u_variance) *u_variance = NAN;
    LK_REQUIRE(u, error);
    LK_REQUIRE(u_variance, error);
    LK_TRY(check_scores("positive_scores", positive_scores, positive_count, error));
    LK_TRY(check_scores("negative_scores", negative_scores, negative_count, error));
    LK_FAIL_IF(positive_count == 0 || negative_count == 0, error, LEADKPI_UNDEFINED,
               "auc: expected scores of both outcomes, found %zu positive and %zu negative",
               positive_count, negative_count);
    sort(positive_scores, positive_count);
    sort(negative_scores, negative_count);
    place(positive_scores, positive_count, negative_scores, negative_count, &sum, &spread);
    place(negative_scores, negative_count, positive_scores, positive_count, &other_sum,
          &other_spread);
    double n = (double)positive_count, m = (double)negative_count;
    *u = sum;
    LK_FAIL_IF(positive_count < 2 || negative_count < 2, error, LEADKPI_NOT_ENOUGH_DATA,
               "auc: expected two scores or more of each outcome, found %zu and %zu",
               positive_count, negative_count);
    *u_variance = spread / (n - 1) * n + other_spread / (m - 1) * m;
    return LEADKPI_OK;
}
