/* kpi_plan.h: what does it take to reach a target, and are we on course.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * A plan that divides by an average is missed every other time. Each answer here
 * comes twice: on average, and at a stated probability.
 *
 *     double on_average, at_probability;
 *     leadkpi_kpi_plan_leads(10, 0.05, 0.8, &on_average, &at_probability, &error);
 *     // 200 leads give 10 customers on average; it takes 249 for 10 or more in 4 of 5 cases
 *
 * Conventions. Numbers are finite. A target of counts that has a fraction means the next
 * whole one, up to 1e15; target 0 needs nothing. `probability` is above 0 and below 1. Neither
 * output may be
 * NULL; both are NaN on failure. `error` may be NULL. Thread-safe, no memory.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (probability), BAD_DATA (NaN, infinite, negative, a
 * rate above 1), UNDEFINED (a rate, value or cost of 0 that cannot lead there), OVERFLOW (more than
 * 1e15 are needed). The rate or cost is taken as known: where it was measured, plan with
 * the worse end of its interval.
 *
 * What one lead may cost is a KPI of its own: allowable_cost_per_lead (kpi.h), which takes the
 * dispersion of its inputs for an interval. */
#ifndef LEADKPI_KPI_PLAN_H
#define LEADKPI_KPI_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include <leadkpi/error.h>
#include <leadkpi/export.h>
#include <leadkpi/host.h>
#include <leadkpi/options.h>
#include <leadkpi/status.h>
#include <leadkpi/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/* leadkpi_kpi_plan_leads: how many leads for at least `target` conversions, each converting
 * with `rate` apart from the others. `*at_probability` is the smallest whole number of leads n
 * with P(binomial(n, rate) >= target) >= probability, exactly. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_plan_leads(double target, double rate, double probability,
                                                  double *on_average, double *at_probability,
                                                  leadkpi_error *error);

/* leadkpi_kpi_plan_spend: how much money for at least `target` leads or customers that cost
 * `cost_per_count` each on average and come at random (Poisson): exact by the gamma
 * quantile. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_plan_spend(double target, double cost_per_count,
                                                  double probability, double *on_average,
                                                  double *at_probability, leadkpi_error *error);

/* leadkpi_kpi_plan_coverage: how many times the quota must be in the pipeline, when deals are of
 * `average_deal` each and are won with `win_rate`: 1 / win_rate on average; at a
 * probability, the value of the fewest whole deals that bring the quota's whole
 * deals, over the quota. `quota` above 0, else UNDEFINED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_plan_coverage(double quota, double average_deal,
                                                     double win_rate, double probability,
                                                     double *on_average, double *at_probability,
                                                     leadkpi_error *error);

/* leadkpi_kpi_plan_pace: `done` counts after the share `elapsed` of a period (above 0, up to
 * 1): `*projected` is what the period ends with at this pace, `*needed_per_period` the pace
 * that the rest needs, as a count of a whole period (0 where the target is reached, infinite
 * where nothing is left of the period), and `*probability` that of reaching `target`: counts are
 * Poisson, and their rate is known from `done` alone (negative binomial predictive with the
 * Jeffreys prior). NaN and status as above; no output may be NULL. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_plan_pace(double target, double done, double elapsed,
                                                 double *projected, double *needed_per_period,
                                                 double *probability, leadkpi_error *error);

/* leadkpi_kpi_scorecard: goals and where they stand. `goals` has a row a goal: kpi (text:
 * any name that leadkpi_kpi_find takes), value, target (numbers), and if wanted start and due
 * (timestamps). Options are of schema "kpi_scorecard": as_of (timestamp; none: nothing is due
 * yet). A row of counts or sums of money with start and due is measured against the share of its
 * target that the share of the time elapsed asks for; any other against its target.
 * Out, a row a goal: kpi (the catalogue's name), direction (text); value, target, expected
 * (by now), attainment (value over target; where lower is better target over value), elapsed
 * (double; null where it does not exist); due (timestamp, null where not given); standing (text):
 *   "reached"    value is as good as the target
 *   "on course"  not yet, but as good as what is expected by now
 *   "behind"     less than that
 *   "missed"     not reached, and as_of is at or after due
 *   "unknown"    value or target is null
 * and beside it guardrail (text: the KPI to look at, so that this one is not won by losing the
 * other), guardrail_standing (text: that of its own row; "not given" without one).
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (host), UNKNOWN_NAME, AMBIGUOUS_NAME (of a KPI, with the
 * row; or a missing column), WRONG_TYPE, BAD_DATA (with the row: no name, due not after
 * start, NaN), MISMATCH, OUT_OF_MEMORY, LIMIT. `host` and `options` may be NULL. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_scorecard(const leadkpi_host *host,
                                                 const leadkpi_table *goals,
                                                 const leadkpi_options *options,
                                                 leadkpi_table **out, leadkpi_error *error);

#ifdef __cplusplus
}
#endif
#endif
