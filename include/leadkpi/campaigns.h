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
 *     (option person_key; blanks at its edges left out, A to Z taken as a to z; a
 *     lead without one is its own person). The first lead of a person counts: the
 *     earliest by time, then by content, never by arrival. Its dimensions are the
 *     person's.
 *  2. A person enters a stage once, when it first does. A later stage implies the
 *     earlier ones of the path lead, mql, sal, sql, opportunity, won (option
 *     skipped_stages), so that no rate of the path passes 1 on cohort basis.
 *  3. Totals add measures and divide last. No ratio is ever averaged.
 *  4. Unknown is not zero. A cell without any cost row has no spend given; one with
 *     a cost row of 0 spent nothing. Without any stage row in the handle no stage is
 *     given, and without any response (or stage "contacted") no answer. A null
 *     dimension, "" and "unknown" are three values. The total adds what is known: leads
 *     and revenue of a segment without spend (finding segments_without_spend) are in it
 *     all the same.
 *  5. Whatever is odd is kept and reported by leadkpi_campaigns_findings, never
 *     dropped in silence: stage rows of unknown leads, stages dated before their
 *     lead, unknown stage names, repeated rows, ...
 *  6. The same rows give the same state, byte for byte, in any order, in any
 *     batches, over any number of merged parts. (Give batch ids or feed each row
 *     once: two equal cost rows are two costs. Equal lead rows are one lead, and equal
 *     stage rows one entry.)
 *  7. Times between a lead and what became of it (response time, sales cycle) stand
 *     in the cell and period of the lead, on either basis, so that leads still
 *     waiting are counted beside those that are not.
 *
 * Tables. Column names are exact. Of leads, costs and measures a text column with
 * another name is a dimension, at most 64 in a table; of costs and measures a
 * number column with another name is a measure of the catalogue, at most 64 in
 * a table. Any other column is refused.
 *
 *   leads      id (int64 or text), time (timestamp); email (text; looked at, and kept,
 *              only where it is the key); dimensions
 *   stages     id, stage (text), time; value (int64, double or decimal: what the
 *              deal is worth, may be negative), currency (text)
 *   responses  id, time; kind (text: "human", "call", "auto" ...)
 *   costs      time (start of the period the cost is for); amount (int64, double
 *              or decimal; negative is a credit), cost_type (text), scope (text),
 *              currency (text), any measure that adds up (impressions, clicks,
 *              conversions ...; int64, double or decimal; fractions are kept),
 *              dimensions
 *   measures   time; any measure that adds up; currency (text); dimensions
 *
 * Stages and responses have no dimensions of their own: they are the lead's. Columns
 * after a semicolon may be missing. A null id, time, stage or kind is refused with
 * its row; a null amount, value or measure is "not given". Times are in years 1 to
 * 9999; numbers are finite and below 2^63 in size, and only money may be negative.
 * All ids of a handle are of one type. One currency a handle, of at most 16 bytes
 * (null or "": not said): a second one is refused with its row. A handle takes at
 * most 2^32 - 1 rows of leads, as many stage rows and responses, and 2^32 - 2
 * distinct ids.
 *
 * Stages. Names are compared without regard to case, blanks, hyphens and underscores
 * ("Closed Won", "closed-won"). Beside the path these mean something: lost,
 * no_decision, rejected, recycled, contacted, meeting_booked, meeting_held, trial;
 * and the usual names of CRM systems, such as closed_won, customer,
 * salesqualifiedlead, disqualified, nurture. Option stage_names adds your own, and
 * wins; any other name is kept, counts for nothing, and is a finding.
 *
 * Costs. cost_type is one of media (the default), agency, creative, content,
 * events, software, salaries, overhead, commissions, other. scope is campaign,
 * marketing or sales; its default follows from the type: campaign for media,
 * agency, creative, content, events and other, marketing for software, salaries
 * and overhead, sales for commissions. A null or "" takes the default.
 *   ad_spend, paid_spend          media, whatever the scope
 *   campaign_spend, spend_to_date scope campaign
 *   marketing_spend               scopes campaign and marketing
 *   sales_spend                   scope sales; where no row of the handle has it, 0,
 *                                 and the estimate is flagged partial
 *   campaign_overhead             scope marketing
 *   cost_source                   campaign_spend and campaign_overhead
 * Option overhead gives the costs of scope marketing and sales that carry none of
 * the report's dimensions to the segments of their period; without it they stand in
 * a row of their own. leadkpi_campaigns_cost_list says what went into which.
 *
 * Where a measure comes from: from option inputs, if it is named there; else from the
 * column of that name in costs or measures, where the cell has one; else from the
 * rows themselves (leads, stages, responses, costs). Else it is not given. A count of
 * distinct persons (visitors, reach) cannot be added up over cells: where several
 * were handed in, the status is not_additive, and low and high are bounds, where there
 * are any. Of a stock (customers at the end of a period) the last one over time counts,
 * of one named ..._start the first; over segments they add up. The total of a measure
 * that some cells were given and others count has both.
 *
 * What is counted. Persons: leads, and each stage at its first entry. Deals: every
 * opportunity, won, lost and no-decision row, as a customer may have several; rows
 * that are equal in all are one row given twice. Parts: mqls_rejected of the MQLs,
 * recycled_leads of the accepted leads, trials_converted of the trials. Response times,
 * SLA, the sales cycle (lead to won) and open leads follow the lead on either basis.
 *
 * Memory, in bytes: a lead 24 and its id in a map (int64 none, but small numbers 4 to 16,
 * hashed 8, text its bytes; 13 to 26 of slots), with e-mail keys 4 more and each address once; a stage
 * row or response 24; a distinct (time, dimensions, measure) 56 and 13 to 26. Arrays
 * grow by half, so up to as much again as half of it is in reserve. While a table
 * is added it takes up to 16 bytes a row more, and of costs and measures 4 a number
 * column.
 * Adding n rows costs O(n). A report costs O(leads + stage rows + cells), and while
 * it runs it holds 8 bytes a lead (e-mail keys: 12), 4 a stage row or response and 8
 * a (time, dimensions, measure); with KPIs of times up to 75 a lead more.
 * That counts against the host's limit by itself, and so does the table that comes out.
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

/* leadkpi_campaigns_create: an empty handle of at most 256 bytes. `host` may be
 * NULL. `definition` is of schema "campaigns", and copied, or NULL for the defaults:
 *   person_key   what makes two leads one person: id (the default) or email
 *   ids          exact (the default), or hashed: only 128 bits of each id are kept, so
 *                that they cannot be listed
 *   stage_names  what your stage names mean: Demo Done=sql,Signed=won
 * `*out` is NULL on failure.
 * Status: OK, NULL_ARGUMENT (out), BAD_ARGUMENT (host, a stage name),
 * MISMATCH (options of another schema), OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_campaigns_create(const leadkpi_host *host,
                                                    const leadkpi_options *definition,
                                                    leadkpi_campaigns **out,
                                                    leadkpi_error *error);

/* leadkpi_campaigns_create_like: an empty handle of the same definition and
 * host, for another thread or shard. `*empty_twin` is NULL on failure.
 * Status: OK, NULL_ARGUMENT, OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_campaigns_create_like(const leadkpi_campaigns *campaigns,
                                                         leadkpi_campaigns **empty_twin,
                                                         leadkpi_error *error);

/* leadkpi_campaigns_free: NULL does nothing. Since 0.1. */
LEADKPI_API void leadkpi_campaigns_free(leadkpi_campaigns *campaigns);

/* leadkpi_campaigns_add_*: take all rows of the table, or none. The table is
 * not kept. `batch_id` is optional (NULL): a batch that this handle has had
 * under the same id and kind of table changes nothing; the call succeeds, and
 * `error`, with code OK, says so in its message.
 * Status: OK, NULL_ARGUMENT, UNKNOWN_NAME (a missing column; in stages and responses
 * any other column; in costs and measures a column that is neither text nor a
 * measure), WRONG_TYPE (also ids of another type than before), NOT_ADDITIVE (a
 * measure that does not add up, such as a rate), BAD_ARGUMENT (more than 64
 * dimensions or measures), BAD_DATA (a null or a value that cannot be; with row and
 * column), MISMATCH (a second currency; with row and column), OVERFLOW (more rows or
 * ids than a handle takes), OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
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
 * small. `buffer` may be NULL when capacity is 0, which asks for the size in `needed`
 * and is OK (both NULL: NULL_ARGUMENT). Every later release reads it. While it runs it holds
 * some 32 bytes a lead, 4 a stage row or response and 28 a cost cell, counted
 * against the limit by themselves.
 * Status: OK, NULL_ARGUMENT, BUFFER_TOO_SMALL (the buffer is not touched),
 * OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_campaigns_serialize(const leadkpi_campaigns *campaigns,
                                                       void *buffer, size_t capacity,
                                                       size_t *needed, leadkpi_error *error);

/* leadkpi_campaigns_deserialize: a handle from such bytes, which may come from
 * anywhere: everything is checked before it is used. `host` may be NULL. `*out` is
 * NULL on failure.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (host), BAD_FORMAT, BAD_CHECKSUM,
 * NEWER_FORMAT, OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_campaigns_deserialize(const leadkpi_host *host,
                                                         const void *bytes, size_t size,
                                                         leadkpi_campaigns **out,
                                                         leadkpi_error *error);

/* leadkpi_campaigns_describe: the definition as an English sentence,
 * NUL-terminated; `*needed` counts the NUL. Buffer rules as serialize.
 * Status: OK, NULL_ARGUMENT, BUFFER_TOO_SMALL. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_campaigns_describe(const leadkpi_campaigns *campaigns,
                                                      char *buffer, size_t capacity,
                                                      size_t *needed, leadkpi_error *error);

/* leadkpi_campaigns_report: KPIs by dimensions and period. `options` is of
 * schema "campaigns_report", or NULL: the headline KPIs of everything. The options
 * are listed, with ranges and defaults, in leadkpi_campaigns(3) and by
 * leadkpi_options_list: by, kpis, as_of, from, to, basis, level, skipped_stages,
 * overhead, weights, inputs, sla, automatic_responses, mature_after, totals, shape,
 * and those of leadkpi/calendar.h (grain, zone, hours ...), grain being "all".
 *
 * The table has one row a segment and period that has a lead, a stage or a cost,
 * in the order of the dimensions' texts (null first) and of time, and last, unless
 * totals is false, the total.
 *   row          text: "segment" or "total"
 *   a column a dimension of `by`, under its name (text; null: not given, or the total);
 *                one that is called as another column here is BAD_ARGUMENT
 *   period_start, period_end (timestamp) and period (text label; all null in the
 *                total), when grain is not "all"
 *   for each KPI, under its id (a variant with "_" for ":"): the value (double; null
 *                where there is none), and <id>_low, <id>_high (double; null where there
 *                is no interval), <id>_status (text: a status name), <id>_flags (text:
 *                flag names with blanks between them; "" for none).
 *                The unit of the first three is the KPI's.
 * With shape=long instead, a row a KPI of each row: row, dimensions, period..., value,
 * low, high, level, n (double), kpi, status, flags, reason (text: why there is no value
 * or no interval, with the input that is missing; "" where there are both).
 *
 * Each number has its own status: not_given (an input is unknown, not zero), undefined
 * (a zero denominator), not_enough_data, not_additive, bad_data, overflow. Intervals
 * are at `level`. The flag partial: the period is cut by as_of, from or to, or deals
 * have no value, or no sales cost was given; immature: see mature_after.
 *
 * Money has its interval from the deals behind it: sums of deal values from the squares of
 * the values (log-normal), their mean from how they differ, revenue per lead from what each
 * lead of the cohort brought; KPIs of KPIs (LTV to CAC) from the intervals of those. What was
 * handed in as a measure, or is of too few deals, has none, and the reason says so.
 *
 * Times (response time, sales cycle) count those still waiting as going on when last
 * seen (Kaplan and Meier 1958; leadkpi/stats.h); a mean of times is of those that
 * are over, and flagged survivor_biased where some are not.
 *
 * Status: OK, NULL_ARGUMENT, MISMATCH (options of another schema), BAD_ARGUMENT (more
 * than 64 dimensions, 256 KPIs or 64 inputs, none of KPIs, one twice; an input or
 * weight that is not name=number; hours, holidays, a zone without rules),
 * UNKNOWN_NAME (a KPI; a measure of inputs; a dimension that no row has had; a
 * segment of weights that its dimension has not had),
 * AMBIGUOUS_NAME (a KPI), CONTRADICTION (from not before to; an input or weight twice; weights
 * without overhead=weights or the other way round; overhead without by; zone_data and
 * zone_rule), BAD_FORMAT (zone data), NOT_ENOUGH_DATA (no row was added yet),
 * OVERFLOW, OUT_OF_MEMORY, LIMIT, INTERRUPTED. `*out` is NULL on failure. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_campaigns_report(const leadkpi_campaigns *campaigns,
                                                    const leadkpi_options *options,
                                                    leadkpi_table **out, leadkpi_error *error);

/* leadkpi_campaigns_findings: what is odd in the data, a row a finding that
 * occurs: finding (text, a stable name), count (int64), example (text: an id, a
 * name or ""; the least in order; hashed ids cannot be listed), meaning (text).
 * `options` as for the report, or NULL; by and grain say what a segment is, as_of, from
 * and to what is looked at: rows outside from and to are not. In this order:
 *   duplicate_lead_rows             rows whose id came before
 *   leads_of_one_email              leads that count as one person with another
 *   leads_without_email             each its own person; where e-mail is the key
 *   leads_after_as_of               not counted
 *   leads_without_dimension         in rows of their own
 *   open_leads                      neither won nor lost nor rejected yet
 *   stage_rows_of_unknown_leads     not counted
 *   stages_before_lead              count, but have no duration
 *   stages_out_of_order             persons whose path is not in order of time
 *   stages_skipped                  persons with a stage but not an earlier one
 *   stages_reentered                persons; the first entry counts (deals aside)
 *   duplicate_stage_rows            equal rows count once
 *   unknown_stage_names             rows; option stage_names says what they mean
 *   stage_rows_after_as_of          not counted
 *   deals_without_value             won rows that count; revenue is partial
 *   response_rows_of_unknown_leads  not counted
 *   responses_before_lead           answer something else
 *   costs_after_as_of               amounts and other measures; not counted
 *   costs_without_dimension         amounts; see option overhead
 *   credits                         costs below zero
 *   segments_without_spend          segments and periods with leads and no spend given
 *   sales_costs_not_given           1: acquisition cost is of marketing alone
 * A later release may append names. Status as the report. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_campaigns_findings(const leadkpi_campaigns *campaigns,
                                                      const leadkpi_options *options,
                                                      leadkpi_table **out, leadkpi_error *error);

/* leadkpi_campaigns_cost_list: what was included in which spend, a row a
 * measure, cost type and scope that has a row: measure (ad_spend, campaign_overhead,
 * campaign_spend, cost_source, marketing_spend, sales_spend), cost_type, scope (text),
 * amount (double, in the currency), rows (int64). `options` as for the report, or
 * NULL; as_of, from and to matter.
 * Status as the report. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_campaigns_cost_list(const leadkpi_campaigns *campaigns,
                                                       const leadkpi_options *options,
                                                       leadkpi_table **out, leadkpi_error *error);

/* leadkpi_campaigns_summary: what the handle holds, one row:
 *   leads           int64: distinct ids that a lead row has named
 *   lead_records    int64: lead rows
 *   stage_rows, response_rows, cost_rows, measure_rows   int64
 *   first_time, last_time   timestamp, of what is kept (of a lead its first row); null
 *                   when there is none
 *   id_type         text: "none", "int64", "text", "hashed int64", "hashed text"
 *   person_key      text: "id" or "email"
 *   currency        text; null when none was given
 *   dimensions      text: the names in order, with commas, as option by takes them
 * An empty handle is described too. `*out` is NULL on failure.
 * Status: OK, NULL_ARGUMENT, OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_campaigns_summary(const leadkpi_campaigns *campaigns,
                                                     leadkpi_table **out, leadkpi_error *error);

#ifdef __cplusplus
}
#endif
#endif
