/* campaigns.h: leads, stage changes and costs in; every KPI out.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * A leadkpi_campaigns collects what a revenue team has (leads, what became of
 * them, what was spent) and reports any KPI of the catalogue by any dimension
 * and period, as of a time, with an interval and a status for every number.
 *
 *     leadkpi_campaigns *campaigns = NULL;
 *     leadkpi_table *report = NULL;
 *     leadkpi_campaigns_create(NULL, NULL, &campaigns, &error);
 *     leadkpi_campaigns_add_leads(campaigns, leads, NULL, 0, &error);
 *     leadkpi_campaigns_add_stages(campaigns, stages, NULL, 0, &error);
 *     leadkpi_campaigns_add_costs(campaigns, costs, NULL, 0, &error);
 *     leadkpi_campaigns_report(campaigns, options, &report, &error);
 *
 * Rules
 *  1. A person counts once. The key is the lead's id, or its e-mail address
 *     (option person_key; trimmed, ASCII letters folded to lower case; a lead
 *     without one is its own person). The first lead of a person counts: the
 *     earliest by time, then by content, never by arrival. Its dimensions are the
 *     person's.
 *  2. A person enters a stage once, when it first does. A later stage implies the
 *     earlier ones of the path lead, mql, sal, sql, opportunity, won (option
 *     skipped_stages), so that no rate of the path passes 1.
 *  3. Totals add measures and divide last. No ratio is ever averaged.
 *  4. Unknown is not zero. A cell without any cost row has no spend given; one with
 *     a cost row of 0 spent nothing. A null dimension, "" and "unknown" are three
 *     values.
 *  5. Whatever is odd is kept and reported by leadkpi_campaigns_findings, never
 *     dropped in silence: stage rows of unknown leads, stages dated before their
 *     lead, unknown stage names, repeated rows, ...
 *  6. The same rows give the same state, byte for byte, in any order, in any
 *     batches, over any number of merged parts. (Give batch ids or feed each row
 *     once: two equal cost rows are two costs.)
 *
 * Tables. Column names are exact. A text column with another name is a
 * dimension; a column of another name and type is refused.
 *
 *   leads      id (int64 or text), time (timestamp); email (text); dimensions
 *   stages     id, stage (text), time; value (int64, double or decimal: what the
 *              deal is worth, may be negative), currency (text)
 *   responses  id, time; kind (text: "human", "call", "auto" ...)
 *   costs      time (start of the period the cost is for); amount (int64, double
 *              or decimal; negative is a credit), cost_type (text), scope (text),
 *              currency (text), any measure that adds up (impressions, clicks,
 *              conversions ...; int64, double or decimal; fractions are kept),
 *              dimensions
 *   measures   time; any measure of the catalogue; dimensions
 *
 * A null id, time, stage or kind is refused with its row; a null amount, value
 * or measure is "not given". All ids of a handle are of one type. One currency a
 * handle: a second one is refused with its row.
 *
 * Costs. cost_type is one of media (the default), agency, creative, content,
 * events, software, salaries, overhead, commissions, other. scope is campaign,
 * marketing or sales; its default follows from the type: campaign for media to
 * events and other, marketing for software, salaries and overhead, sales for commissions.
 *   ad_spend, paid_spend          media
 *   campaign_spend                scope campaign
 *   marketing_spend               scopes campaign and marketing
 *   sales_spend                   scope sales; where no row of the handle has it, 0,
 *                                 and the estimate is flagged partial
 *   campaign_overhead             scope marketing, as allocated (option overhead)
 *   cost_source                   campaign_spend and campaign_overhead
 * leadkpi_campaigns_cost_list says what went into which.
 *
 * What is counted
 *   Persons        leads, and each stage: once, at its first entry
 *   Deals          every opportunity, won, lost and no-decision row, as a customer may have
 *                  several; rows that are equal in all are one row given twice
 *   Parts          mqls_rejected of the MQLs, recycled_leads of the accepted leads and
 *                  trials_converted of the trials, so that no rate of theirs passes 1
 *   Durations      response times, SLA, the sales cycle (lead to won) and the age of open
 *                  leads follow the lead on either basis. What is still going on is
 *                  censored (Kaplan-Meier); a mean is of what is over, flagged survivor_biased
 *   Stocks         (customers, mrr ...) the last value over time, of those named ..._start the
 *                  first; over segments the sum
 *   visitors, reach   one row is a number; several are bounded, from the largest to the
 *                  sum, with the status not_additive
 * A measure that was handed in goes before what rows say, cell by cell; the total adds up both.
 *
 * Memory: about 60 bytes a lead and its id (text ids: and the text), 40 a stage
 * row, 80 a distinct (time, dimensions, measure). Adding n rows costs O(n);
 * a report costs O(leads + stage rows + cells) and, beyond its table, 8 bytes a
 * stage row and 16 a lead.
 *
 * Threads: one thread at a time, except that calls that take the handle const
 * may run together. Work in parallel with one twin a thread (create_like), then
 * merge. */
#ifndef LEADKPI_CAMPAIGNS_H
#define LEADKPI_CAMPAIGNS_H

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

typedef struct leadkpi_campaigns leadkpi_campaigns;

/* leadkpi_campaigns_create: an empty handle. `host` may be NULL. `definition`
 * is of schema "campaigns", or NULL for the defaults: person_key, ids,
 * stage_names; leadkpi_options_list describes them. It is copied. `*out` is
 * NULL on failure.
 * Status: OK, NULL_ARGUMENT (out), BAD_ARGUMENT (host, a stage name),
 * MISMATCH (options of another schema), OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_campaigns_create(const leadkpi_host *host,
                                                    const leadkpi_options *definition,
                                                    leadkpi_campaigns **out,
                                                    leadkpi_error *error);

/* leadkpi_campaigns_create_like: an empty handle of the same definition and
 * host, for another thread or shard.
 * Status: OK, NULL_ARGUMENT, OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_campaigns_create_like(const leadkpi_campaigns *campaigns,
                                                         leadkpi_campaigns **empty_twin,
                                                         leadkpi_error *error);

/* leadkpi_campaigns_free: NULL does nothing. Since 0.1. */
LEADKPI_API void leadkpi_campaigns_free(leadkpi_campaigns *campaigns);

/* leadkpi_campaigns_add_*: take all rows of the table, or none. The table is
 * not kept. `batch_id` is optional (NULL): a batch that this handle has had
 * under the same id and kind of table changes nothing; the call succeeds, and `error`, with code OK, says so in
 * its message.
 * Status: OK, NULL_ARGUMENT, UNKNOWN_NAME (a missing column; a column that is
 * neither a measure nor text), WRONG_TYPE (also ids of another type than before), BAD_DATA (a null or
 * value that cannot be; with row and column), MISMATCH (a second currency),
 * OVERFLOW, OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_campaigns_add_leads(leadkpi_campaigns *campaigns,
                                                       const leadkpi_table *leads,
                                                       const char *batch_id,
                                                       size_t batch_id_length,
                                                       leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_campaigns_add_stages(leadkpi_campaigns *campaigns,
                                                        const leadkpi_table *stages,
                                                        const char *batch_id,
                                                        size_t batch_id_length,
                                                        leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_campaigns_add_responses(leadkpi_campaigns *campaigns,
                                                           const leadkpi_table *responses,
                                                           const char *batch_id,
                                                           size_t batch_id_length,
                                                           leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_campaigns_add_costs(leadkpi_campaigns *campaigns,
                                                       const leadkpi_table *costs,
                                                       const char *batch_id,
                                                       size_t batch_id_length,
                                                       leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_campaigns_add_measures(leadkpi_campaigns *campaigns,
                                                          const leadkpi_table *measures,
                                                          const char *batch_id,
                                                          size_t batch_id_length,
                                                          leadkpi_error *error);

/* leadkpi_campaigns_merge: add all that `from` holds; `from` stays as it is.
 * The result is the same as if the rows of both had been added to one handle.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (into itself), MISMATCH (other
 * definition, id type or currency; a batch id that both have had), OVERFLOW,
 * OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_campaigns_merge(leadkpi_campaigns *into,
                                                   const leadkpi_campaigns *from,
                                                   leadkpi_error *error);

/* leadkpi_campaigns_serialize: the state as bytes, the same on every machine.
 * `*needed`, where not NULL, is the size, known even when the buffer is too
 * small; `buffer` may be NULL when capacity is 0, which asks for the size. Every later
 * release reads it. While it runs it holds some 32 bytes a lead, 4 a stage row or
 * response and 28 a cost cell, counted against the limit by themselves.
 * Status: OK, NULL_ARGUMENT, BUFFER_TOO_SMALL (the buffer is not touched),
 * OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_campaigns_serialize(const leadkpi_campaigns *campaigns,
                                                       void *buffer, size_t capacity,
                                                       size_t *needed, leadkpi_error *error);

/* leadkpi_campaigns_deserialize: a handle from such bytes, which may come from
 * anywhere: everything is checked before it is used. `host` may be NULL.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (host), BAD_FORMAT, BAD_CHECKSUM,
 * NEWER_FORMAT, OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_campaigns_deserialize(const leadkpi_host *host,
                                                         const void *bytes, size_t size,
                                                         leadkpi_campaigns **out,
                                                         leadkpi_error *error);

/* leadkpi_campaigns_describe: the definition as an English sentence,
 * NUL-terminated. Buffer rules as serialize.
 * Status: OK, NULL_ARGUMENT, BUFFER_TOO_SMALL. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_campaigns_describe(const leadkpi_campaigns *campaigns,
                                                      char *buffer, size_t capacity,
                                                      size_t *needed, leadkpi_error *error);

/* leadkpi_campaigns_report: KPIs by dimensions and period. `options` is of
 * schema "campaigns_report", or NULL: the headline KPIs of everything.
 *
 * The table has one row a segment and period that has a lead, a stage or a cost,
 * in the order of the dimensions' texts and of time, and last, unless totals is false, the total.
 *   row          text: "segment" or "total"
 *   a column a dimension of `by`, under its name (text; null: not given, or the total)
 *   period_start, period_end (timestamp) and period (text label), when grain is not "all"
 *   for each KPI, under its id (a variant with "_" for ":"): the value (double; null where
 *   there is none), and <id>_low, <id>_high (double), <id>_status (text: a
 *   status name), <id>_flags (text: flag names with commas; "" for none)
 * With shape=long instead: row, dimensions, period..., kpi, value, low, high,
 * level, n, status, flags, reason. The reason says why there is no value or no
 * interval, and names the input that is missing; "" where there are both.
 * Flag partial: the period is not over at as_of, or cut by from or to, or something
 * of the input is missing (a deal without a value).
 *
 * Status: OK, NULL_ARGUMENT, MISMATCH, UNKNOWN_NAME (a KPI; a dimension that no row has had),
 * AMBIGUOUS_NAME, BAD_ARGUMENT (more than 64 dimensions, a name twice, no number),
 * CONTRADICTION, BAD_FORMAT (zone data), NOT_ENOUGH_DATA (no row yet), OVERFLOW,
 * OUT_OF_MEMORY, LIMIT, INTERRUPTED. `*out` is NULL on failure. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_campaigns_report(const leadkpi_campaigns *campaigns,
                                                    const leadkpi_options *options,
                                                    leadkpi_table **out, leadkpi_error *error);

/* leadkpi_campaigns_findings: what is odd in the data, a row a finding that
 * occurs: finding (text, a stable name), count (int64), example (text: an id, a
 * name or ""; the least in order), meaning (text). `options` as for the report (by,
 * as_of, from and to matter), or NULL. Rows outside from and to are not looked at.
 * Status as the report. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_campaigns_findings(const leadkpi_campaigns *campaigns,
                                                      const leadkpi_options *options,
                                                      leadkpi_table **out, leadkpi_error *error);

/* leadkpi_campaigns_cost_list: what was included in which spend, a row a
 * measure, cost type and scope: measure, cost_type, scope (text), amount
 * (double), rows (int64). `options` as for the report, or NULL.
 * Status as the report. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_campaigns_cost_list(const leadkpi_campaigns *campaigns,
                                                       const leadkpi_options *options,
                                                       leadkpi_table **out, leadkpi_error *error);

/* leadkpi_campaigns_summary: what the handle holds, one row: leads (ids that a lead row has
 * named), lead_records (lead rows), stage_rows, response_rows, cost_rows, measure_rows (int64), first_time, last_time (timestamp of what is kept: of a
 * lead its first row; null when empty), id_type ("none", "int64", "text", "hashed int64", "hashed text"),
 * person_key, currency (text; currency null when none was given), dimensions
 * (text: the names in order, with commas).
 * Status: OK, NULL_ARGUMENT, OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_campaigns_summary(const leadkpi_campaigns *campaigns,
                                                     leadkpi_table **out, leadkpi_error *error);

#ifdef __cplusplus
}
#endif
#endif
