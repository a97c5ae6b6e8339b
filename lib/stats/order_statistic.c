/* order_statistic.c: between which values of a sample a quantile lies.
 *
 * How many of n values fall below the p-quantile is binomial (n, p). */
#include <math.h>

#include <leadkpi/stats.h>

#include "stats/check.h"
#include "stats/special.h"

/* Both tails of "at most k of n"; P(X <= k) is the upper tail of beta (k + 1, n - k) at p. */
static lk_stats_tails at_most(int64_t k, int64_t n, double p)
{
    if (k < 0) return (lk_stats_tails){0, 1, 0};
    if (k >= n) return (lk_stats_tails){1, 0, 0};
    lk_stats_tails beta = lk_stats_beta_tails(p, 1 - p, (double)k + 1, (double)(n - k));
    return (lk_stats_tails){beta.upper, beta.lower, 0};
}

/* The largest rank from 0 (none) to n whose value lies above the quantile with at most `tail`. */
static int64_t highest_low_rank(int64_t n, double p, double tail)
{
    int64_t good = 0, bad = n + 1;
    while (bad - good > 1) {
        int64_t rank = good + (bad - good) / 2;
        if (at_most(rank - 1, n, p).lower <= tail) good = rank;
        else bad = rank;
    }
    return good;
}

/* The smallest rank up to n + 1 (none) whose value lies below the quantile with at most `tail`. */
static int64_t lowest_high_rank(int64_t n, double p, double tail)
{
    int64_t good = n + 1, bad = 0;
    while (good - bad > 1) {
        int64_t rank = bad + (good - bad) / 2;
        if (at_most(rank - 1, n, p).upper <= tail) good = rank;
        else bad = rank;
    }
    return good;
}

/* One side that half of the error does not suffice for ends at the last value there and leaves
 * the rest to the other. */
static void choose_ranks(int64_t n, double p, double error_share, int64_t *low, int64_t *high)
{
    *low = highest_low_rank(n, p, 0.5 * error_share);
    *high = lowest_high_rank(n, p, 0.5 * error_share);
    if (*low == 0) {
        *low = 1;
        *high = lowest_high_rank(n, p, error_share - at_most(0, n, p).lower);
    } else if (*high == n + 1) {
        *high = n;
        *low = highest_low_rank(n, p, error_share - at_most(n - 1, n, p).upper);
    }
}

leadkpi_status leadkpi_stats_quantile_ranks(int64_t count, double probability, double level,
                                            int64_t *low_rank, int64_t *high_rank,
                                            double *coverage, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    if (low_rank) *low_rank = 0;
    if (high_rank) *high_rank = 0;
    if (coverage) *coverage = NAN;
    LK_REQUIRE(low_rank, error);
    LK_REQUIRE(high_rank, error);
    LK_TRY(lk_stats_check_level(level, error));
    LK_TRY(lk_stats_check_probability(probability, error));
    LK_TRY(lk_stats_check_count("count", (double)count, error));
    double missed_below = at_most(0, count, probability).lower;
    double missed_above = at_most(count - 1, count, probability).upper;
    double most = count ? 1 - missed_below - missed_above : 0;
    if (coverage) *coverage = most;
    LK_FAIL_IF(!(missed_below + missed_above <= 1 - level) || count < 1, error,
               LEADKPI_NOT_ENOUGH_DATA,
               "quantile interval: %lld values attain at most %g, not the level %g",
               (long long)count, most, level);
    int64_t low, high;
    choose_ranks(count, probability, 1 - level, &low, &high);
    if (coverage)
        *coverage = 1 - at_most(low - 1, count, probability).lower -
                    at_most(high - 1, count, probability).upper;
    *low_rank = low;
    *high_rank = high;
    return LEADKPI_OK;
}
