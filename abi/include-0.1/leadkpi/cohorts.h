/* cohorts.h: do the customers stay, and what are they worth.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * A leadkpi_cohorts collects when customers were acquired and what they did
 * then, and reports retention, churn, survival and lifetime value, by cohort
 * and by any dimension, with what is not over yet counted as such.
 *
 *     leadkpi_cohorts *cohorts = NULL;
 *     leadkpi_table *report = NULL;
 *     leadkpi_cohorts_create(NULL, NULL, &cohorts, &error);
 *     leadkpi_cohorts_add_acquisitions(cohorts, customers, NULL, 0, &error);
 *     leadkpi_cohorts_add_revenue(cohorts, payments, NULL, 0, &error);
 *     leadkpi_options_create(NULL, "cohorts_retention", LEADKPI_NUL_TERMINATED, &options, &error);
 *     leadkpi_options_parse(options, "as_of=2025-06-30; by=channel; clock=calendar",
 *                           LEADKPI_NUL_TERMINATED, &error);
 *     leadkpi_cohorts_retention(cohorts, options, &report, &error);
 *
 * Tables. Column names are exact; columns that are not named here are refused
 * in acquisitions unless they are text, and not looked at elsewhere.
 *   acquisitions   id (int64 or text), time (timestamp); any other text column is a
 *                  dimension, at most 64
 *   activity       id, time
 *   revenue        id, time, amount (int64, double or decimal; below zero for a
 *                  refund); currency (text)
 *   subscriptions  id, time, mrr (int64, double or decimal, from 0): the recurring
 *                  revenue a month from this time on, 0 where the subscription ends; currency
 *   outcomes       id, time, outcome (text): how it ended for a lead, such as won, lost
 *                  or no_decision
 * A null id, time, amount, mrr or outcome is refused with its row; a null dimension is
 * no value. Times are in years 1 to 9999; amounts are finite and below 2^63 in size.
 * All ids of a handle are of one type. One currency a handle, of at most 16 bytes
 * (null or "": not said): a second one is refused with its row. A handle takes at most 2^32 - 2 rows.
 *
 * Rules
 *  1. A customer was acquired with its first acquisition row, by time and then by
 *     content. With acquired=first_event a customer without one was acquired with its
 *     first row of any kind, and has no dimensions.
 *  2. `as_of` is asked for, never taken from the data: rows after it do not count,
 *     and it says what is over. It is inclusive.
 *  3. Whatever is odd is kept and reported by leadkpi_cohorts_findings, never dropped
 *     in silence: rows before their customer's acquisition or after as_of, repeated
 *     rows, customers that were never acquired ...
 *  4. The same rows give the same state, byte for byte, in any order, in any
 *     batches, over any number of merged parts. (Give batch ids or feed each row once:
 *     two equal payments are two payments.)
 *  5. Of several subscription rows of a customer at one instant the highest mrr counts.
 *
 * Memory, in bytes: a row 24, a customer its id in a map (int64 8, text its bytes; 13 to
 * 26 of slots). A report holds 12 a customer, and 24 a row where the rows did not come
 * customer by customer in order of time; retention by the calendar with start=first_time no row, but 8 a customer,
 * 4 more for each 32 ages, and 16 a cell. Adding holds 4 to 8 a row.
 *
 * Threads: one thread at a time, except that calls that take the handle const
 * may run together. Work in parallel with one twin a thread (create_like), then merge. */
#ifndef LEADKPI_COHORTS_H
#define LEADKPI_COHORTS_H

#include <stddef.h>
#include <stdint.h>

#include <leadkpi/calendar.h>
#include <leadkpi/error.h>
#include <leadkpi/export.h>
#include <leadkpi/host.h>
#include <leadkpi/lifetime.h>
#include <leadkpi/options.h>
#include <leadkpi/status.h>
#include <leadkpi/table.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct leadkpi_cohorts leadkpi_cohorts;

/* leadkpi_cohorts_create: an empty handle. `host` may be NULL. `definition` is of
 * schema "cohorts" (ids: exact or hashed) or NULL, and is copied. `*out` is NULL on failure.
 * Status: OK, NULL_ARGUMENT (out), BAD_ARGUMENT (host), MISMATCH (options of another
 * schema), OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_cohorts_create(const leadkpi_host *host,
                                                  const leadkpi_options *definition,
                                                  leadkpi_cohorts **out, leadkpi_error *error);

/* leadkpi_cohorts_create_like: an empty handle of the same definition and host,
 * for another thread or shard. `*empty_twin` is NULL on failure.
 * Status: OK, NULL_ARGUMENT, OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_cohorts_create_like(const leadkpi_cohorts *cohorts,
                                                       leadkpi_cohorts **empty_twin,
                                                       leadkpi_error *error);

/* leadkpi_cohorts_free: NULL does nothing. Since 0.1. */
LEADKPI_API void leadkpi_cohorts_free(leadkpi_cohorts *cohorts);

/* leadkpi_cohorts_add_*: take all rows of the table, or none. The table is not
 * kept. `batch_id` is optional (NULL): a batch that this handle has had under
 * the same id changes nothing; the call succeeds, and `error`, with code OK, says so in its
 * message.
 * Status: OK, NULL_ARGUMENT, UNKNOWN_NAME (a missing column), WRONG_TYPE (also ids
 * of another type than before), BAD_DATA (with row and column), MISMATCH (a second currency), OVERFLOW (too many rows or dimensions), OUT_OF_MEMORY,
 * LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_cohorts_add_acquisitions(leadkpi_cohorts *cohorts,
                                                            const leadkpi_table *rows,
                                                            const char *batch_id,
                                                            size_t batch_id_length,
                                                            leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_cohorts_add_activity(leadkpi_cohorts *cohorts,
                                                        const leadkpi_table *rows,
                                                        const char *batch_id,
                                                        size_t batch_id_length,
                                                        leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_cohorts_add_revenue(leadkpi_cohorts *cohorts,
                                                       const leadkpi_table *rows,
                                                       const char *batch_id,
                                                       size_t batch_id_length,
                                                       leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_cohorts_add_subscriptions(leadkpi_cohorts *cohorts,
                                                             const leadkpi_table *rows,
                                                             const char *batch_id,
                                                             size_t batch_id_length,
                                                             leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_cohorts_add_outcomes(leadkpi_cohorts *cohorts,
                                                        const leadkpi_table *rows,
                                                        const char *batch_id,
                                                        size_t batch_id_length,
                                                        leadkpi_error *error);

/* leadkpi_cohorts_merge: add all that `from` holds; `from` stays as it is. The
 * result is the same as if the rows of both had been added to one handle.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (into itself), MISMATCH (other definition, id
 * type or currency; a batch id that both have had), OVERFLOW, OUT_OF_MEMORY, LIMIT,
 * INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_cohorts_merge(leadkpi_cohorts *into,
                                                 const leadkpi_cohorts *from,
                                                 leadkpi_error *error);

/* leadkpi_cohorts_serialize: the state as bytes, the same on every machine.
 * `*needed`, where not NULL, is the size, known even when the buffer is too
 * small; `buffer` may be NULL when capacity is 0, which asks for the size. Every
 * later release reads it.
 * Status: OK, NULL_ARGUMENT, BUFFER_TOO_SMALL (the buffer is not touched),
 * OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_cohorts_serialize(const leadkpi_cohorts *cohorts, void *buffer,
                                                     size_t capacity, size_t *needed,
                                                     leadkpi_error *error);

/* leadkpi_cohorts_deserialize: a handle from such bytes, which may come from
 * anywhere: everything is checked before it is used. `host` may be NULL.
 * `*out` is NULL on failure.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (host), BAD_FORMAT, BAD_CHECKSUM,
 * NEWER_FORMAT, OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_cohorts_deserialize(const leadkpi_host *host,
                                                       const void *bytes, size_t size,
                                                       leadkpi_cohorts **out,
                                                       leadkpi_error *error);

/* leadkpi_cohorts_describe: the definition as an English sentence, NUL-terminated.
 * Buffer rules as serialize.
 * Status: OK, NULL_ARGUMENT, BUFFER_TOO_SMALL. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_cohorts_describe(const leadkpi_cohorts *cohorts, char *buffer,
                                                    size_t capacity, size_t *needed,
                                                    leadkpi_error *error);

/* ---- reports ------------------------------------------------------------- */
/* Each report has a schema of its name. Options that all of them have:
 *   as_of      required: the end of what is known, inclusive
 *   acquired   given: a customer without an acquisition row is left out; first_event:
 *              it was acquired with its first row. Default first_event for churn, else given
 *   by         dimensions of the acquisitions: a segment for each combination of values. One with the
 *              name of a column of the report is refused by its name
 *   level      of the intervals, default 0.95
 * Rows of segments stand in order of their values, null first. Columns in front: row (text: what the
 * row is about), a text column for each dimension of `by` (null in totals), and with a calendar the
 * start, end (timestamps) and label (text) of the cohort or period (null where there is none).
 * Status of each: OK, NULL_ARGUMENT, MISMATCH (options of another schema), BAD_ARGUMENT
 * (no as_of, a value that cannot be), UNKNOWN_NAME (a dimension that no acquisition has),
 * CONTRADICTION, BAD_FORMAT (calendar), OVERFLOW, OUT_OF_MEMORY, LIMIT, INTERRUPTED. `*out` is NULL on
 * failure. */

/* leadkpi_cohorts_retention: who of a cohort is still there at which age. Options of
 * schema "cohorts_retention":
 *   clock      rolling (default): ages run in steps from each customer's own instant; calendar:
 *              by periods of `grain`, the one of the acquisition being age 0
 *   step       length of an age on the rolling clock, default 30d
 *   ages       how many, default 13: 0 to 12. Or
 *   brackets   ages at which brackets begin, and at the end where the last one ends:
 *              0,1,3,7,14,30
 *   rule       on (default): active in the bracket; on_or_after: in it or later;
 *              on_or_before: in it or a bracket before, the first one aside (at the first: in it);
 *              streak: in it and each bracket before, the first one aside
 *   start      first_time (default): a customer is in the cohort of its acquisition;
 *              recurring: with clock=calendar, in that of each later period too in which it was active
 *   active_by  any (default), activity, revenue: rows that make active (revenue above 0)
 *   grain ...  of a calendar, default month: the cohorts
 * An acquisition alone is no activity. Rows: of each cohort ("cohort", by segment, then start), of each
 * segment with `by` ("segment"), and of all ("total"), one an age:
 *   age, age_end        int64: the bracket is from age up to, not with, age_end
 *   size                int64: customers of the cohort
 *   eligible            int64: those whose bracket is over as of the report
 *   active              int64: of the eligible, those retained by the rule
 *   rate                double: active of eligible; null where none is; with rate_low and rate_high,
 *                       Wilson's interval
 *   active_so_far       int64: the same of all whose bracket has begun
 *   events              int64: events in the bracket of the eligible that make active
 *   events_per_customer double: of the eligible
 *   money               double: revenue of the eligible in the bracket, less refunds; exact
 *                       before it is rounded
 *   money_per_customer  double
 *   money_rate          double: money against that of the same customers in the first bracket; null
 *                       where that is not above 0
 *   status              text: complete; incomplete (the bracket of some is not over; with on_or_after as
 *                       long as somebody may still come back); impossible (that of none has begun)
 * Lines of segments and the total add up customers and divide last: each cell over those
 * who could have reached it. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_cohorts_retention(const leadkpi_cohorts *cohorts,
                                                     const leadkpi_options *options,
                                                     leadkpi_table **out, leadkpi_error *error);

/* leadkpi_cohorts_churn: recurring revenue from period to period. Options of schema
 * "cohorts_churn": those above (acquired is first_event by default, so that no subscription is
 * left out), and
 *   from       the first period is the one that holds it; default: that of the first
 *              subscription row
 *   grain ...  of a calendar, default month: the periods
 * Rows: of each segment and period ("period"), and with `by` of all segments in each period
 * ("total"). A period is half-open: a change at its first instant belongs to it. What was
 * undone within the period is no movement, but for churn_events and exposure.
 *   opening_customers, new_customers, reactivated_customers, churned_customers,
 *   closing_customers     int64: customers with mrr above 0 at the start and the end, and who came
 *                         (new: never had any before), came back, left; opening + new + reactivated
 *                         - churned is closing
 *   expanded_customers, contracted_customers  int64
 *   opening_mrr, new_mrr, expansion_mrr, reactivation_mrr, contraction_mrr, churned_mrr, closing_mrr
 *                         double: opening + new + expansion + reactivation - contraction - churned
 *                         is closing, exactly before each is rounded
 *   logo_churn            double: churned of opening customers, with _low, _high (Wilson)
 *   logo_churn_midpoint   double: churned over the mean of opening and closing customers
 *   annual_logo_churn     double: 1 - (1 - logo_churn)^n, n such periods in a year of 365.2425 days; null
 *                         while the period is not over
 *   grr                   double: gross revenue retention, (opening - contraction - churned) / opening:
 *                         each customer at most what it paid; never above 1
 *   nrr                   double: net revenue retention, the same and expansion; new customers never
 *                         enter. Both with _low, _high: linearised variance of a ratio over customers,
 *                         null below 2 of them
 *   nrr_with_reactivation double
 *   exposure_months       double: time that customers paid, in months of 365.2425 / 12 days
 *   churn_events          int64: falls of an mrr to 0
 *   churn_per_month       double: churn_events / exposure_months, with _low, _high (Garwood's interval
 *                         of a Poisson count)
 *   status                text: complete, or incomplete: the period is not over
 * Rates of nobody are null. Also CONTRADICTION (from after as_of). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_cohorts_churn(const leadkpi_cohorts *cohorts,
                                                 const leadkpi_options *options,
                                                 leadkpi_table **out, leadkpi_error *error);

/* leadkpi_cohorts_matrix: the retention triangle of a log of events at once, without a
 * handle: event i is of customers[i] (any int64) at times[i], in no order. A customer is of the
 * cohort of the period of its first event; cells[cohort * period_count + age] counts the distinct
 * customers of it with an event so many periods later, in period_count (1 to 64) periods of the
 * calendar from the one that holds `from` on. Events in no such period are counted in `*outside`,
 * which may be NULL. `cells` has period_count squared items, untouched on failure. Nothing is kept:
 * a handle keeps every row, which every report and clock may ask for, and takes over ten times as long.
 * Where the ids span less than 4 times `count`, the call holds 4 bytes an id of that span (8 for
 * more than 32 periods) and changes one of them an event. Else it deals the events out by a hash of the ids
 * first, holds 8 bytes an event, and takes some 3 times as long. `make bench` and `make
 * bench-peers` measure both.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (host, period_count, periods of all time),
 * OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_cohorts_matrix(const leadkpi_host *host,
                                                  const leadkpi_calendar *calendar, int64_t from,
                                                  int32_t period_count, const int64_t *customers,
                                                  const int64_t *times, size_t count,
                                                  int64_t *cells, size_t *outside,
                                                  leadkpi_error *error);

/* ---- how long until ------------------------------------------------------- */
/* The next four reports look at lives: a life begins with the acquisition and ends with the
 * event, with another outcome, or, still going on, at as_of. Options beside those above:
 *   event          churn: the first fall of the mrr to 0 that is not before the acquisition, also of a
 *                  subscription that began before it; outcome: the first outcome not before it
 *   outcomes       with event=outcome, those that are the event; any other one ends the life
 *                  without it. Default won, of leadkpi_cohorts_incidence all (empty)
 *   observed_from  when watching began: customers acquired before it are at risk from then on, and
 *                  left out where their life was over (left truncation)
 *   unit           of times in the report, default 1d
 *   scale          on which the intervals are symmetric: plain, log, log_log (default)
 * Also UNKNOWN_NAME: an outcome that nobody has. Where there are outcomes, but none is the default won: OK,
 * with a message in `error` that says so. */

/* leadkpi_cohorts_survival: the curves of Kaplan and Meier (1958), with Greenwood's
 * variance. Options of schema "cohorts_survival"; event is churn by default. Rows: of each
 * segment with `by` ("segment") and of all ("total"), one a distinct time:
 *   time             double, in units
 *   at_risk, events, censored  int64: just before the time, and at it
 *   survival, standard_error, survival_low, survival_high  double: just after it; the last three null
 *                    where survival is 0
 * With event=outcome 1 - survival is what would be if the other outcomes did not exist: no
 * probability to win. leadkpi_cohorts_incidence has that. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_cohorts_survival(const leadkpi_cohorts *cohorts,
                                                    const leadkpi_options *options,
                                                    leadkpi_table **out, leadkpi_error *error);

/* leadkpi_cohorts_survival_summary: the same curves in a row each:
 *   size, events     int64
 *   median, median_low, median_high  double: with the interval of Brookmeyer and Crowley; median and
 *                    median_low are null where the curve does not come down that far, median_high is
 *                    INFINITY then
 *   horizon          double: the last time
 *   restricted_mean, restricted_mean_error  double: the mean life up to the horizon
 *   log_rank, log_rank_degrees, log_rank_p  of the last row: do the segments differ (Mantel 1966, Peto
 *                    1972); null where there is nothing to compare, or more than 256 segments
 * Options of schema "cohorts_survival". Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_cohorts_survival_summary(const leadkpi_cohorts *cohorts,
                                                            const leadkpi_options *options,
                                                            leadkpi_table **out,
                                                            leadkpi_error *error);

/* leadkpi_cohorts_incidence: how many came to which outcome by which age, where one rules
 * out the others: the estimate of Aalen and Johansen (1978). Options of schema "cohorts_incidence";
 * event is outcome by default. Rows: of each segment and of all, one an outcome and time at which it came:
 *   outcome          text (or churn)
 *   time             double, in units
 *   at_risk, events  int64
 *   incidence        double: the share that has come to this outcome by then; over all outcomes and
 *                    those still open they add up to 1
 *   standard_error, incidence_low, incidence_high  double: delta method (Marubini and Valsecchi 1995)
 * Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_cohorts_incidence(const leadkpi_cohorts *cohorts,
                                                     const leadkpi_options *options,
                                                     leadkpi_table **out, leadkpi_error *error);

/* leadkpi_cohorts_conversion: how much of each cohort has converted, and how much will
 * have. Options of schema "cohorts_conversion": those of lives, and of a calendar (default
 * month: the cohorts). Rows: of each cohort, segment and of all:
 *   size, converted, open  int64: open are those whose life goes on
 *   rate, rate_low, rate_high  double: converted of size so far, with Wilson's interval
 *   maturity         double: converted of what is expected in the end
 *   projected_rate   double: converted and, of the open, what the incidence of all cohorts of
 *                    the segment lets expect at their age, of size. Up to the longest age that was seen:
 *                    what is behind it counts as nothing
 *   projected_low, projected_high  double: chance, and the error of the incidence at its worst; never below
 *                    what has converted nor above what may. Where nobody who went on from there has
 *                    converted, the high end is Wilson's for none of so many
 *   status           text: complete, or immature: some are open
 * Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_cohorts_conversion(const leadkpi_cohorts *cohorts,
                                                      const leadkpi_options *options,
                                                      leadkpi_table **out, leadkpi_error *error);

/* ---- lifetime value -------------------------------------------------------- */

/* leadkpi_cohorts_value: what customers are worth, and whether they pay back. Options of
 * schema "cohorts_value", beside those above:
 *   money     revenue (default): the revenue rows; mrr: the recurring revenue over time
 *   margin    share of the money that is left after its cost, default 1
 *   age       up to which the historical value counts, default 365d
 *   discount  annual rate, default 0; a month's is (1 + discount)^(1/12) - 1
 *   timing    start (default): a month is paid at its start; end: at its end, by who is still there
 *   months    horizon of finite_value and capped_value, default 60
 * `spend` is NULL or a table of what the acquisitions cost: amount (number; below zero for a credit), and
 * as text the dimensions of `by`; with time (timestamp), rows after as_of do not count. The costs that
 * went into leadkpi_campaigns_add_costs are such a table: all cost types count, and those without
 * the dimensions stand in the total. A month has 365.2425 / 12 days. Revenue from
 * before the acquisition does not count; a subscription that began before it counts from age 0. Rows: of
 * each segment and of all:
 *   customers, eligible  int64: acquired, and of these those as old as `age`
 *   to_date_value        double: margin of each customer so far, the young ones too
 *   historical_value     double: margin of each eligible customer up to `age`, with _low, _high
 *                        (Student's t)
 *   arpa                 double: recurring revenue of a customer month; with churn_per_month, _low, _high
 *                        (falls of an mrr to 0 over customer months; Garwood) what the next are made of
 *   simple_value         double: arpa / churn_per_month; null while nobody has left
 *   margin_value         double: the same times margin, with _low, _high from the rate's; the
 *                        high end is INFINITY while nobody has left
 *   discounted_value     double: margin times the sum over months of (r / (1 + d))^k, r =
 *                        exp(-churn_per_month), k from 0 (timing=start) or 1 (end)
 *   finite_value         double: the same over `months` months
 *   capped_value         double: margin a month times the smaller of 1 / churn_per_month and `months`
 *   spend                double: null where none was given; unmatched_spend, in the total
 *                        alone: what was given for segments without a customer
 *   cac                  double: spend / customers, with _low, _high (customers as a Poisson count)
 *   value_to_cac         double: historical_value / cac, with _low, _high (log scale, delta method)
 *   payback_months       double: the first month, up to 120, by whose end the customers that are so old
 *                        have brought their cac on average; _low and _high by the ends of that mean. Null
 *                        where it is not reached
 *   status               text: complete, or immature: some are younger than `age`
 * Holds 160 bytes a segment and, with spend, 2,880 more: of at most 65,536 segments then.
 * Also BAD_DATA (spend), UNKNOWN_NAME and WRONG_TYPE (its columns), OVERFLOW (more segments with
 * spend). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_cohorts_value(const leadkpi_cohorts *cohorts,
                                                 const leadkpi_table *spend,
                                                 const leadkpi_options *options,
                                                 leadkpi_table **out, leadkpi_error *error);

/* leadkpi_cohorts_histories: the customers that bought as the table that the models of
 * leadkpi/lifetime.h are fitted to, a row each in order of ids: id, the dimensions of `by`, frequency,
 * recency, T, monetary_value (null without a transaction to average). Options of schema
 * "cohorts_histories": those above, and period, unit, average, zone, zone_data and zone_rule with the
 * policy of leadkpi_lifetime_histories; the end of the watch is as_of. Revenue rows that are not
 * before the acquisition count, but for payments of 0; a refund, an amount below 0, is taken off the
 * purchase it belongs to. Also BAD_FORMAT (zone). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_cohorts_histories(const leadkpi_cohorts *cohorts,
                                                     const leadkpi_options *options,
                                                     leadkpi_table **out, leadkpi_error *error);

/* leadkpi_cohorts_contracts: the subscriptions as the table that the models of contracts of
 * leadkpi/lifetime.h are fitted to. A contract begins where the mrr rises above 0 and ends where it falls to 0; who
 * comes back begins another; one that was over before the acquisition does not count. All of them belong in the
 * rows, those that have ended too. Options of schema "cohorts_contracts": those above, and
 *   renewal    week, month (default), quarter or year: how long a contract runs until it is renewed, on the same
 *              day of the month as it began, or its last
 *   zone, zone_data, zone_rule  as of a calendar, default UTC
 * Contracts of which equally many renewals were due by as_of are a cohort. Rows, by segment, then renewals due, then
 * period:
 *   cohort     int64, from 0: also over segments, so that rows of all fit one model
 *   period     int64, from 0 to the renewals due
 *   alive      int64: contracts that had not ended by that renewal. One that ends between two is lost at the
 *              second, and at it too; behind the last one that was due an end does not show yet
 * Also BAD_FORMAT (zone), OVERFLOW (over 100,000 renewals). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_cohorts_contracts(const leadkpi_cohorts *cohorts,
                                                     const leadkpi_options *options,
                                                     leadkpi_table **out, leadkpi_error *error);

/* leadkpi_cohorts_lifetime_value: what the customers of each segment have brought and, by fitted
 * models, will bring: as an average over what each one's own history lets expect. Either `model` is bg_nbd,
 * mbg_nbd or pareto_nbd and `spend_model` gamma_gamma, both best fitted to leadkpi_cohorts_histories of the
 * same handle with the same unit; or `model` is sbg or bdw, best fitted to leadkpi_cohorts_contracts with the same
 * renewal, and `spend_model` NULL: the mrr of today goes on for as long as the contract does. `spend` is as in
 * leadkpi_cohorts_value, or NULL. Options of schema "cohorts_lifetime_value": those above, those of histories
 * (of contracts zone alone), and
 *   months    how far to look ahead of as_of, default 60; 0: to the end of time, with a discount
 *   discount  annual rate, default 0; continuous, from when a transaction is expected, or a period of a
 *             contract begins; the current one is paid
 *   margin    share of the money that is left after its cost, default 1
 *   renewal   of contracts, as in leadkpi_cohorts_contracts
 * Rows: of each segment and of all. Values are margin a customer; who never bought counts as 0.
 *   customers, buyers     int64: acquired, and of these those with a purchase, or with an mrr above 0 since
 *   alive                 double: how many of the buyers still buy, as expected; of contracts those in force
 *   expected_transactions double: a customer, within `months`; null with 0. Of contracts the renewals
 *   to_date_value         double: so far, less refunds; of contracts the mrr over the time since the acquisition
 *   residual_value        double: to come, discounted, with _low, _high. Of a contract the rest of its period, and
 *                         the periods behind it as far as they are renewed (DERL): finite with a discount also where
 *                         the mean lifetime is not (alpha <= 1)
 *   lifetime_value        double: both, with _low, _high: normal, of chance among customers and of the
 *                         errors of the fits (delta method; slopes of up to 256 buyers a segment);
 *                         of a given model, and of parameters at a boundary, of chance alone
 *   spend, unmatched_spend, cac, cac_low, cac_high  as in leadkpi_cohorts_value
 *   value_to_cac          double: lifetime_value / cac, with _low, _high (log scale, delta method)
 *   payback_months        double: the first month after as_of by whose end to_date and what is expected,
 *                         not discounted, reach the spend; 0 where they have; null where they do not
 *                         within `months` (120 with 0). _low and _high: where the sum is off at each month as
 *                         lifetime_value is at its ends
 *   model_outcome         text: of the model that says less: given, interior, boundary, infinite_mean,
 *                         unfinished
 * Values are null where a buyer has no expected spend (infinite_mean), and with months=0 of contracts where the
 * discount is so small that their sum takes 10 million terms. Also NULL_ARGUMENT (model, spend_model), MISMATCH (a
 * model of another kind; contracts with a spend_model), CONTRADICTION (months 0 without a discount), BAD_FORMAT
 * (zone), OVERFLOW (over 100,000 renewals), BAD_DATA, UNKNOWN_NAME and WRONG_TYPE (spend). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_cohorts_lifetime_value(const leadkpi_cohorts *cohorts,
                                                          const leadkpi_lifetime *model,
                                                          const leadkpi_lifetime *spend_model,
                                                          const leadkpi_table *spend,
                                                          const leadkpi_options *options,
                                                          leadkpi_table **out, leadkpi_error *error);

/* leadkpi_cohorts_findings: what is odd in the rows. Options of schema "cohorts_findings",
 * those above alone. A row a finding that there is: finding (text, a stable name), count (int64),
 * example (text: the least id; null where ids are hashed), meaning (text).
 *   customers_without_acquisition  duplicate_acquisitions  customers_without_dimension
 *   rows_before_acquisition  rows_after_as_of  equal_activity_rows  equal_revenue_rows  refunds
 *   refunds_above_payments  subscription_changes_at_one_time
 *   subscription_changes_without_change  repeated_outcomes  outcomes_without_won
 * Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_cohorts_findings(const leadkpi_cohorts *cohorts,
                                                    const leadkpi_options *options,
                                                    leadkpi_table **out, leadkpi_error *error);

#ifdef __cplusplus
}
#endif
#endif
