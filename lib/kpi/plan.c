/* plan.c: what it takes to reach a target, on average and at a stated probability. */
#include <math.h>

#include <leadkpi/kpi_plan.h>
#include <leadkpi/stats.h>

#include "stats/check.h"

static leadkpi_status begin(double probability, double *on_average, double *at_probability,
                            leadkpi_error *error)
{
    leadkpi_error_reset(error);
    if (on_average) *on_average = NAN;
    if (at_probability) *at_probability = NAN;
    LK_REQUIRE(on_average, error);
    LK_REQUIRE(at_probability, error);
    LK_FAIL_IF(!(probability > 0 && probability < 1), error, LEADKPI_BAD_ARGUMENT,
               "probability: expected above 0 and below 1, found %g", probability);
    return LEADKPI_OK;
}

static leadkpi_status check_rate(const char *name, double rate, leadkpi_error *error)
{
    LK_FAIL_IF(!(rate >= 0 && rate <= 1), error, LEADKPI_BAD_DATA,
               "%s: expected from 0 to 1, found %g", name, rate);
    return LEADKPI_OK;
}

/* P(binomial(n, rate) >= target) for 0 < target <= n. */
static double chance_of(double target, double n, double rate)
{
    return leadkpi_stats_beta_cdf(rate, target, n - target + 1);
}

/* The smallest n that suffices: it rises with n, so doubling finds an upper one and halving the
 * first. NaN where that is beyond counts. */
static double smallest_trials(double target, double rate, double probability)
{
    double low = target, high = target; /* low - 1 does not suffice */
    while (chance_of(target, high, rate) < probability) {
        low = high + 1;
        high *= 2;
        if (high > LK_STATS_LARGEST_COUNT) return NAN;
    }
    while (low < high) {
        double middle = floor(low + (high - low) / 2);
        if (chance_of(target, middle, rate) < probability)
            low = middle + 1;
        else
            high = middle;
    }
    return high;
}

static leadkpi_status plan_trials(double target, double rate, double probability,
                                  double *on_average, double *at_probability,
                                  leadkpi_error *error)
{
    target = ceil(target);
    if (target == 0) {
        *on_average = *at_probability = 0;
        return LEADKPI_OK;
    }
    LK_FAIL_IF(rate == 0, error, LEADKPI_UNDEFINED, "rate: a rate of 0 never leads to %g", target);
    double trials = smallest_trials(target, rate, probability);
    LK_FAIL_IF(isnan(trials) || target / rate > LK_STATS_LARGEST_COUNT, error, LEADKPI_OVERFLOW,
               "target: expected one that 1e15 are enough for, found %g at a rate of %g", target,
               rate);
    *on_average = target / rate;
    *at_probability = trials;
    return LEADKPI_OK;
}

leadkpi_status leadkpi_kpi_plan_leads(double target, double rate, double probability,
                                      double *on_average, double *at_probability,
                                      leadkpi_error *error)
{
    LK_TRY(begin(probability, on_average, at_probability, error));
    LK_TRY(lk_stats_check_count("target", target, error));
    LK_TRY(check_rate("rate", rate, error));
    return plan_trials(target, rate, probability, on_average, at_probability, error);
}

leadkpi_status leadkpi_kpi_plan_spend(double target, double cost_per_count, double probability,
                                      double *on_average, double *at_probability,
                                      leadkpi_error *error)
{
    LK_TRY(begin(probability, on_average, at_probability, error));
    LK_TRY(lk_stats_check_count("target", target, error));
    LK_TRY(lk_stats_check_not_negative("cost_per_count", cost_per_count, error));
    target = ceil(target);
    double mean = target == 0 ? 0 : leadkpi_stats_gamma_quantile(probability, target);
    LK_FAIL_IF(!isfinite(target * cost_per_count) || !isfinite(mean * cost_per_count), error,
               LEADKPI_OVERFLOW, "spend: too large for a double");
    *on_average = target * cost_per_count;
    *at_probability = mean * cost_per_count;
    return LEADKPI_OK;
}

leadkpi_status leadkpi_kpi_plan_coverage(double quota, double average_deal, double win_rate,
                                         double probability, double *on_average,
                                         double *at_probability, leadkpi_error *error)
{
    double deals_on_average, deals;
    LK_TRY(begin(probability, on_average, at_probability, error));
    LK_TRY(lk_stats_check_not_negative("quota", quota, error));
    LK_TRY(lk_stats_check_not_negative("average_deal", average_deal, error));
    LK_TRY(check_rate("win_rate", win_rate, error));
    LK_FAIL_IF(quota == 0 || average_deal == 0, error, LEADKPI_UNDEFINED,
               "coverage: expected a quota and deals above 0, found %g and %g", quota,
               average_deal);
    LK_FAIL_IF(quota / average_deal > LK_STATS_LARGEST_COUNT, error, LEADKPI_OVERFLOW,
               "quota: expected at most 1e15 deals, found %g", quota / average_deal);
    /* 1.1 / 0.1 is a little more than 11 in doubles, but takes 11 deals, not 12. */
    double needed = quota / average_deal * (1 - 1e-12);
    LK_TRY(plan_trials(needed, win_rate, probability, &deals_on_average, &deals, error));
    *on_average = 1 / win_rate;
    *at_probability = deals * (average_deal / quota);
    return LEADKPI_OK;
}

/* With the Jeffreys prior the rate of a period after `done` counts in the share s of one is
 * gamma(done + 1/2) / s, and what is still to come is negative binomial:
 * P(at least k) = I_{1-s}(k, done + 1/2). */
static double chance_of_pace(double missing, double done, double elapsed)
{
    if (missing <= 0) return 1;
    if (elapsed == 1) return 0;
    return leadkpi_stats_beta_cdf(1 - elapsed, missing, done + 0.5);
}

leadkpi_status leadkpi_kpi_plan_pace(double target, double done, double elapsed, double *projected,
                                     double *needed_per_period, double *probability,
                                     leadkpi_error *error)
{
    if (probability) *probability = NAN;
    LK_TRY(begin(0.5, projected, needed_per_period, error));
    LK_REQUIRE(probability, error);
    LK_TRY(lk_stats_check_count("target", target, error));
    LK_TRY(lk_stats_check_count("done", done, error));
    LK_TRY(check_rate("elapsed", elapsed, error));
    LK_FAIL_IF(elapsed == 0, error, LEADKPI_UNDEFINED,
               "elapsed: nothing of the period has passed: there is no pace");
    double missing = target - done;
    *projected = done / elapsed;
    *needed_per_period = missing <= 0 ? 0 : elapsed == 1 ? INFINITY : missing / (1 - elapsed);
    *probability = chance_of_pace(ceil(missing), done, elapsed);
    return LEADKPI_OK;
}
