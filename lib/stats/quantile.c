/* quantile.c: quantiles of a sample. */
#include "stats/quantile.h"

#include <math.h>

#include <leadkpi/stats.h>

#include "stats/check.h"

lk_quantile_place lk_quantile_place_of(size_t count, double probability)
{
    double position = (double)(count - 1) * probability, whole = floor(position);
    if (whole >= (double)(count - 1)) return (lk_quantile_place){count - 1, 0};
    return (lk_quantile_place){(size_t)whole, position - whole};
}

double lk_quantile_between(double value, double next, double fraction)
{
    if (fraction == 0 || value == next) return value;
    if (isinf(next - value)) return (1 - fraction) * value + fraction * next;
    return value + fraction * (next - value);
}

static leadkpi_status check_arguments(const double *values, size_t count, double probability,
                                      double *value, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    if (value) *value = NAN;
    LK_REQUIRE(value, error);
    LK_FAIL_IF(!(probability >= 0 && probability <= 1), error, LEADKPI_BAD_ARGUMENT,
               "probability: expected from 0 to 1, found %g", probability);
    LK_FAIL_IF(count == 0, error, LEADKPI_UNDEFINED, "quantile: no value");
    LK_REQUIRE(values, error);
    return LEADKPI_OK;
}

static leadkpi_status check_sorted(const double *sorted, size_t count, leadkpi_error *error)
{
    for (size_t i = 0; i < count; i++) {
        int good = i ? sorted[i] >= sorted[i - 1] : !isnan(sorted[0]);
        if (LK_UNLIKELY(!good))
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)i, -1,
                              "sorted: expected values that rise, found %g after %g", sorted[i],
                              i ? sorted[i - 1] : -INFINITY);
    }
    return LEADKPI_OK;
}

leadkpi_status leadkpi_stats_quantile(const double *sorted, size_t count, double probability,
                                      double *value, leadkpi_error *error)
{
    LK_TRY(check_arguments(sorted, count, probability, value, error));
    LK_TRY(check_sorted(sorted, count, error));
    lk_quantile_place at = lk_quantile_place_of(count, probability);
    *value = lk_quantile_between(sorted[at.index], at.fraction > 0 ? sorted[at.index + 1] : sorted[at.index],
                     at.fraction);
    return LEADKPI_OK;
}

leadkpi_status leadkpi_stats_quantile_interval(const double *sorted, size_t count,
                                               double probability, double level, double *low,
                                               double *high, double *coverage,
                                               leadkpi_error *error)
{
    int64_t low_rank, high_rank;
    if (coverage) *coverage = NAN;
    LK_TRY(lk_stats_begin(level, low, high, error));
    LK_FAIL_IF(count && !sorted, error, LEADKPI_NULL_ARGUMENT,
               "sorted: expected a pointer, found NULL");
    LK_TRY(check_sorted(sorted, count, error));
    LK_TRY(leadkpi_stats_quantile_ranks(count > INT64_MAX ? INT64_MAX : (int64_t)count, probability,
                                        level, &low_rank, &high_rank, coverage, error));
    *low = sorted[low_rank - 1];
    *high = sorted[high_rank - 1];
    return LEADKPI_OK;
}

/* ---- selection ---------------------------------------------------------- */

static void swap(double *a, double *b)
{
    double kept = *a;
    *a = *b;
    *b = kept;
}

static void sift_down(double *heap, size_t root, size_t count)
{
    for (size_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && heap[child + 1] > heap[child]) child++;
        if (heap[root] >= heap[child]) return;
        swap(&heap[root], &heap[child]);
    }
}

static void heap_sort(double *values, size_t count)
{
    for (size_t i = count / 2; i-- > 0;) sift_down(values, i, count);
    for (size_t i = count; i-- > 1;) {
        swap(&values[0], &values[i]);
        sift_down(values, 0, i);
    }
}

static double median_of_three(double a, double b, double c)
{
    return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

/* Values made to defeat the pivot cost this many passes at most, then a heap sort. */
#define SELECTION_ROUNDS 64

/* Puts the value of rank `wanted` (from 0) there, none larger before it, none smaller behind:
 * Hoare's quickselect. */
static void select_rank(double *values, ptrdiff_t count, ptrdiff_t wanted)
{
    ptrdiff_t first = 0, last = count - 1;
    for (int round = 0; first < last && round < SELECTION_ROUNDS; round++) {
        double pivot = median_of_three(values[first], values[first + (last - first) / 2],
                                       values[last]);
        ptrdiff_t i = first, j = last;
        while (i <= j) {
            while (values[i] < pivot) i++;
            while (values[j] > pivot) j--;
            if (i <= j) swap(&values[i++], &values[j--]);
        }
        if (wanted <= j) last = j;
        else if (wanted >= i) first = i;
        else return;
    }
    if (first < last) heap_sort(values + first, (size_t)(last - first + 1));
}

static double smallest(const double *values, size_t count)
{
    double least = values[0];
    for (size_t i = 1; i < count; i++) least = values[i] < least ? values[i] : least;
    return least;
}

leadkpi_status leadkpi_stats_quantile_select(double *values, size_t count, double probability,
                                             double *value, leadkpi_error *error)
{
    LK_TRY(check_arguments(values, count, probability, value, error));
    for (size_t i = 0; i < count; i++)
        if (LK_UNLIKELY(isnan(values[i])))
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)i, -1,
                              "values: expected numbers, found NaN");
    lk_quantile_place at = lk_quantile_place_of(count, probability);
    select_rank(values, (ptrdiff_t)count, (ptrdiff_t)at.index);
    double next = at.fraction > 0 ? smallest(values + at.index + 1, count - at.index - 1)
                                  : values[at.index];
    *value = lk_quantile_between(values[at.index], next, at.fraction);
    return LEADKPI_OK;
}
