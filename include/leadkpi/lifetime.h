/* lifetime.h: who is still a customer, what they will buy, and what they are worth.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * A leadkpi_lifetime is a fitted model. Three models are of customers who come and go
 * unseen, one is of what they spend, two are of contracts that end visibly:
 *   bg_nbd       BG/NBD (Fader, Hardie and Lee 2005): r, alpha, a, b
 *   mbg_nbd      MBG/NBD (Batislam and others 2007), where one may also leave at the
 *                first purchase: r, alpha, a, b
 *   pareto_nbd   Pareto/NBD (Schmittlein, Morrison and Colombo 1987): r, alpha, s, beta
 *   gamma_gamma  spend a transaction (Fader and Hardie 2013): p, q, gamma
 *   sbg          shifted beta-geometric (Fader and Hardie 2007): alpha, beta
 *   bdw          beta-discrete-Weibull (Fader and others 2018): alpha, beta, c
 * leadkpi_lifetime(3) has the formulas.
 *
 *     leadkpi_options *which = NULL;
 *     leadkpi_table *customers = NULL, *forecast = NULL;
 *     leadkpi_lifetime *model = NULL;
 *     leadkpi_lifetime_histories(NULL, transactions, end_and_unit, &customers, &error);
 *     leadkpi_options_create(NULL, "lifetime", LEADKPI_NUL_TERMINATED, &which, &error);
 *     leadkpi_options_parse(which, "model=pareto_nbd", LEADKPI_NUL_TERMINATED, &error);
 *     leadkpi_lifetime_fit(NULL, which, customers, &model, &error);
 *     leadkpi_lifetime_forecast(model, NULL, customers, how_far, &forecast, &error);
 *
 * Tables going in
 *   customers   one row a customer, the columns that are usual in the field:
 *     frequency       repeat transactions (not the first): a whole number from 0 to 1e9
 *     recency         from the first transaction to the last one; 0 where frequency is 0
 *     T               from the first transaction to the end of the watch, recency or more
 *     monetary_value  mean value of a repeat transaction, 1e-15 to 1e15 where frequency is not
 *                     0; of gamma_gamma, which does without recency and T
 *     customers       how many customers the row stands for, 1 or more. Optional
 *     id              int64 or text. Optional, copied to what comes out
 *   recency and T are in one unit of the caller's choice, 0 or from 1e-15 to 1e15; alpha and beta
 *   come out in it.
 *   contracts   one row a cohort and age:
 *     period          int64 from 0, up to 100,000
 *     alive           how many were still there after so many periods; from 0 to the last
 *                     period of a cohort none is missing, and it never rises
 *     cohort          int64 or text. Optional: without it there is one cohort
 * Numbers may be int64, double or decimal. A null, a NaN, an impossible row: BAD_DATA with
 * the row.
 *
 * Outcomes. A fit says how it ended; none fails in silence.
 *   LEADKPI_LIFETIME_GIVEN           the parameters were handed in
 *   LEADKPI_LIFETIME_INTERIOR        the maximum of the likelihood, with covariance
 *   LEADKPI_LIFETIME_BOUNDARY        the likelihood rises as some parameters go to 0 or to
 *                                    infinity: a heterogeneity that the model has is not in the
 *                                    data. leadkpi_lifetime_summary names it. Forecasts hold;
 *                                    these parameters have no standard error
 *   LEADKPI_LIFETIME_INFINITE_MEAN   gamma_gamma at a maximum with q <= 1: the mean
 *                                    spend of the population does not exist
 *   LEADKPI_LIFETIME_UNFINISHED      no maximum was found: do not use it
 * Not enough data for a model is the status LEADKPI_NOT_ENOUGH_DATA, and there is no handle.
 *
 * Exactness. Equal histories are joined and sorted first, so that the same rows give the same
 * bits in any order. Time and money are scaled before the search and back after it: the unit
 * does not matter. Starts are fixed. Newton's method with analytic derivatives ends within
 * about 1e-11 of the maximum.
 *
 * Threads: a model never changes; any number of threads may read it. */
#ifndef LEADKPI_LIFETIME_H
#define LEADKPI_LIFETIME_H

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

typedef struct leadkpi_lifetime leadkpi_lifetime;

/* How a model came to be. Pinned numbers, append only. */
enum {
    LEADKPI_LIFETIME_GIVEN = 1,
    LEADKPI_LIFETIME_INTERIOR = 2,
    LEADKPI_LIFETIME_BOUNDARY = 3,
    LEADKPI_LIFETIME_INFINITE_MEAN = 4,
    LEADKPI_LIFETIME_UNFINISHED = 5
};

/* leadkpi_lifetime_outcome_name: "given", "interior", "boundary", "infinite_mean",
 * "unfinished"; "unknown" for any other number. Static text. Since 0.1. */
LEADKPI_API const char *leadkpi_lifetime_outcome_name(int32_t outcome);

/* leadkpi_lifetime_histories: from transactions to customers as above.
 * Columns of `transactions`: id (int64 or text), time (timestamp) and, optionally, value (a
 * number; below 0 for a refund). `options` is of schema "lifetime_histories":
 *   end      timestamp, needed: the end of the watch. Transactions after it do not count; how
 *            many those were stands, with code OK, in the message of `error`
 *   period   transactions of a customer within one are one transaction, worth their sum;
 *            default 1d. Periods are counted from 1970-01-01T00:00:00 on the clock of the zone
 *   unit     what recency and T are counted in; default 7d. The week of Fader and Hardie is 7 d
 *            as a fraction, not a whole number of weeks
 *   average  repeat (default): monetary_value is the mean of the repeat transactions; all: the
 *            first one counts too
 *   zone, zone_data, zone_rule  as of a calendar (leadkpi/calendar.h), default UTC: with period=1d
 *            two purchases on one local day are one transaction
 * frequency is the number of periods with a purchase less one; T is from the period of the
 * first purchase to that of `end`. A refund is no transaction: it is taken off that of its
 * period, else off the one before it, else off the first; what was refunded in full is no
 * transaction any more. monetary_value is there with a column
 * value, null without a transaction to average. Customers without a purchase are left out. Rows
 * are in order of ids. `host` may be NULL. `*out` is NULL on failure.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (host; no end; zone), MISMATCH (options of another
 * schema), CONTRADICTION and BAD_FORMAT (zone), UNKNOWN_NAME, WRONG_TYPE (columns), BAD_DATA (with
 * the row), OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_lifetime_histories(const leadkpi_host *host,
                                                      const leadkpi_table *transactions,
                                                      const leadkpi_options *options,
                                                      leadkpi_table **out, leadkpi_error *error);

/* ---- models ------------------------------------------------------------------ */

/* leadkpi_lifetime_fit: by maximum likelihood. `definition` is of schema "lifetime": its model
 * is the one, and its parameters are not set. Where the outcome is not INTERIOR, the message of
 * `error` says, with code OK, what it is. `host` may be NULL. `*out` is NULL on failure.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (host; no model), MISMATCH (options of another schema),
 * CONTRADICTION (parameters set), UNKNOWN_NAME, WRONG_TYPE (columns), BAD_DATA (with the row),
 * NOT_ENOUGH_DATA, OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_lifetime_fit(const leadkpi_host *host,
                                                const leadkpi_options *definition,
                                                const leadkpi_table *data, leadkpi_lifetime **out,
                                                leadkpi_error *error);

/* leadkpi_lifetime_create: from known parameters, such as published ones. `definition` is of
 * schema "lifetime", with exactly the parameters of its model, from 1e-100 to 1e100. `*out` is
 * NULL on failure.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (host; no model), MISMATCH, NOT_GIVEN (a parameter),
 * CONTRADICTION (a parameter of another model), OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_lifetime_create(const leadkpi_host *host,
                                                   const leadkpi_options *definition,
                                                   leadkpi_lifetime **out, leadkpi_error *error);

/* leadkpi_lifetime_free: NULL does nothing. Since 0.1. */
LEADKPI_API void leadkpi_lifetime_free(leadkpi_lifetime *model);

/* leadkpi_lifetime_serialize: the model as bytes. `*needed`, where not NULL, is the size, known
 * even when the buffer is too small; `buffer` may be NULL when capacity is 0, which asks for
 * the size. Every later release reads it.
 * Status: OK, NULL_ARGUMENT, BUFFER_TOO_SMALL (the buffer is not touched). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_lifetime_serialize(const leadkpi_lifetime *model, void *buffer,
                                                      size_t capacity, size_t *needed,
                                                      leadkpi_error *error);

/* leadkpi_lifetime_deserialize: a model from such bytes, which may come from anywhere:
 * everything is checked before it is used. `host` may be NULL. `*out` is NULL on failure.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (host), BAD_FORMAT, BAD_CHECKSUM, NEWER_FORMAT,
 * OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_lifetime_deserialize(const leadkpi_host *host,
                                                        const void *bytes, size_t size,
                                                        leadkpi_lifetime **out,
                                                        leadkpi_error *error);

/* leadkpi_lifetime_describe: the model as an English sentence, NUL-terminated. Buffer rules as
 * serialize. Status: OK, NULL_ARGUMENT, BUFFER_TOO_SMALL, OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_lifetime_describe(const leadkpi_lifetime *model, char *buffer,
                                                     size_t capacity, size_t *needed,
                                                     leadkpi_error *error);

/* leadkpi_lifetime_outcome: a LEADKPI_LIFETIME_...; 0 for NULL. Since 0.1. */
LEADKPI_API int32_t leadkpi_lifetime_outcome(const leadkpi_lifetime *model);

/* leadkpi_lifetime_log_likelihood: of a table under the model, for a comparison of models or on
 * customers that were kept aside. Of densities: it depends on the units. `*value` is NaN
 * on failure. Status: as leadkpi_lifetime_fit. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_lifetime_log_likelihood(const leadkpi_lifetime *model,
                                                           const leadkpi_table *data, double *value,
                                                           leadkpi_error *error);

/* ---- what a model says ------------------------------------------------------- */
/* Status of each, unless said otherwise: OK, NULL_ARGUMENT, BAD_ARGUMENT (level),
 * OUT_OF_MEMORY, LIMIT. `*out` is NULL on failure. */

/* leadkpi_lifetime_summary: one row:
 *   model, outcome      text
 *   vanished            text: what a fit at the boundary found, "" elsewhere; of several, with
 *                       commas: purchase_rates (all buy at one rate), dropout_rates (all leave
 *                       alike), dropout (nobody leaves), survivors (nearly all leave at once),
 *                       middle (customers are of two extremes), spend_within (a customer's
 *                       transactions are all of one value), spend_between (all spend alike)
 *   customers           double: that it was fitted to; null of a given model
 *   distinct            double: different histories among them
 *   log_likelihood, aic double; null of a given model
 *   evaluations         int64: of the likelihood, until the maximum was found
 * Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_lifetime_summary(const leadkpi_lifetime *model,
                                                    leadkpi_table **out, leadkpi_error *error);

/* leadkpi_lifetime_parameters: a row a parameter:
 *   parameter           text
 *   value               double
 *   standard_error      double; null at a boundary and of a given model
 *   low, high           double: interval at `level`, symmetric for the logarithm; null as above
 * Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_lifetime_parameters(const leadkpi_lifetime *model, double level,
                                                       leadkpi_table **out, leadkpi_error *error);

/* leadkpi_lifetime_covariance: of the parameters, a row and a double column each, after a text
 * column parameter; exactly symmetric; null where there is none. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_lifetime_covariance(const leadkpi_lifetime *model,
                                                       leadkpi_table **out, leadkpi_error *error);

/* leadkpi_lifetime_forecast: of each customer of a table, in its order. `model` is bg_nbd,
 * mbg_nbd or pareto_nbd; `spend` is gamma_gamma, or NULL, and asks for monetary_value.
 * `options` is of schema "lifetime_forecast", or NULL:
 *   horizon           how far to look ahead, in the unit of T. Without a value: to the end of time
 *   discount          interest a year: 0.1 is 10 %; default 0
 *   periods_per_year  units of T in a year, 1e-15 to 1e15, for the discount; default 52
 *   timing            continuous (default): each transaction is discounted from when it is
 *                     expected; period_end: from the end of its period
 *   period            of period_end, in the unit of T; default 1
 *   margin            share of spend that is kept; default 1
 * Columns:
 *   id                       where the table has it
 *   probability_alive        double: at the end of the watch. bg_nbd gives 1 to customers without
 *                            a repeat transaction: that is the model
 *   expected_transactions    double: in (T, T + horizon]; null without a horizon
 *   discounted_transactions  double: the same, discounted; without a horizon the discounted
 *                            expected residual transactions (DERT), null without a discount
 *   mean_spend               double: expected value of a transaction; null without `spend`, and
 *                            where the mean does not exist (q + p frequency <= 1)
 *   lifetime_value           double: margin * mean_spend * discounted_transactions
 *   purchase_rate            double: transactions a unit of time, of this customer while alive
 *   missed_transactions      double: how many would have come since the last one if the customer
 *                            were alive: the reason of the probability
 *   flags                    text, with commas: no_repeat (nothing but the average is known),
 *                            overdue (more likely gone than alive), average_spend (mean_spend is the
 *                            population's), no_mean_spend (it does not exist), boundary (the
 *                            model is one)
 * Also: MISMATCH (a model of another kind; options of another schema), BAD_ARGUMENT (period_end
 * without a horizon or with more than 100,000 periods), UNKNOWN_NAME, WRONG_TYPE (columns),
 * BAD_DATA (with the row), INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_lifetime_forecast(const leadkpi_lifetime *model,
                                                     const leadkpi_lifetime *spend,
                                                     const leadkpi_table *customers,
                                                     const leadkpi_options *options,
                                                     leadkpi_table **out, leadkpi_error *error);

/* leadkpi_lifetime_curve: of one who was just acquired. `options` is of schema
 * "lifetime_curve", or NULL:
 *   periods   rows after the first, 0 to 1,000,000; default 12
 *   step      of customers: time from row to row; default 1
 *   discount  of contracts, a period; default 0
 * Of bg_nbd, mbg_nbd and pareto_nbd, a row every `step`:
 *   time, expected_transactions    double: after the first transaction, up to then
 * Of sbg and bdw, a row a period from 0:
 *   period               int64
 *   survival             double: share that is still there after so many periods
 *   retention            double: share of those still there after the period before that is after
 *                        this one; null at 0
 *   residual_lifetime    double: payments that one who is still there has yet to make, the first at
 *                        once if it is made, each worth 1 / (1 + discount)^n: DEL at 0, where the
 *                        first payment is certain, else DERL just before the renewal of the period;
 *                        null where discount is 0 or so small that the sum takes 10 million terms
 * Also: MISMATCH (gamma_gamma; options of another schema), INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_lifetime_curve(const leadkpi_lifetime *model,
                                                  const leadkpi_options *options,
                                                  leadkpi_table **out, leadkpi_error *error);

#ifdef __cplusplus
}
#endif
#endif
