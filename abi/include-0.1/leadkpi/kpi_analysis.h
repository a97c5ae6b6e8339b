/* kpi_analysis.h: what KPIs say together: did it change, who is best, why did it
 * move, what does it take.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * Each call takes a table whose columns are named by measure (and by dispersion,
 * see kpi.h), a row a period or segment, and gives a new table:
 *
 *     // new_leads, converted_leads: 500 and 40 in May, 480 and 62 in June
 *     leadkpi_kpi_compare(NULL, kpi, rows, NULL, &comparison, &error);
 *     // June: value 0.129, difference 0.049 (0.011 to 0.088), p 0.012, "higher"
 *
 * Columns of the input may be int64, double or decimal; others are not looked at.
 * A null cell of a measure makes the row's status NOT_GIVEN. Numbers that do not
 * exist are null. `host` and `options` may be NULL; `*out` is NULL on failure.
 * Texts of a row: status and flags are names as leadkpi_status_name and
 * leadkpi_kpi_flag_name give them.
 *
 * Status of every call: OK, NULL_ARGUMENT, BAD_ARGUMENT (no such KPI, host, a row that is
 * not there), WRONG_TYPE (a KPI over arrays, or a column), NOT_GIVEN (a column that the KPI
 * needs is missing), UNKNOWN_NAME (a column <input>.<something else>), MISMATCH (options of
 * another schema), OUT_OF_MEMORY, LIMIT, INTERRUPTED; and what stands with the call.
 * Thread-safe. */
#ifndef LEADKPI_KPI_ANALYSIS_H
#define LEADKPI_KPI_ANALYSIS_H

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

/* ---- did it change? ------------------------------------------------------ */

/* leadkpi_kpi_compare: every row against one of them. Options are of schema
 * "kpi_compare": level (0.95), basis (cohort), base (the row that the others are compared
 * with, from 0; 0), exposure (refuse). The groups must not share entities.
 *
 * Out, a row for each of the input's: value, base_value, difference (value less base),
 * difference_low, difference_high, ratio (value over base), ratio_low, ratio_high,
 * p_value (double); verdict, method, status, flags (text).
 *   verdict   "higher", "lower" where p_value is below 1 - level; else "not distinguishable";
 *             "base" of the base itself; "" where there is no p_value
 *   method    by what the KPI's interval is made of:
 *     proportions     shares of a cohort: difference by Miettinen and Nurminen, ratio by
 *                     Katz, p by the chi-square test with N - 1 (Campbell 2007)
 *     counts          counts over known amounts, and costs: ratio and p exact, conditional
 *                     on the sum of both counts (p twice the smaller tail); difference by
 *                     square-and-add of Garwood's limits
 *     square_and_add  all others that have an interval: both intervals combined (Zou and
 *                     Donner 2008), difference and (of positive values, on the log scale)
 *                     ratio; p is 1 less the level at which the difference's interval just
 *                     reaches 0; null where a component came with its interval alone
 *     ""              one of the two has no interval: difference and ratio only
 *
 * Unequal exposure. With a column "exposure" (days, hours, sessions watched; above 0) KPIs
 * that add up over time (counts, sums of money) are compared only over equal exposure: with
 * exposure=refuse a row that differs gets status MISMATCH and no difference; with
 * exposure=normalise its value is scaled to the exposure of the base, and flagged
 * EXPOSURE_NORMALISED. Rates and costs need no exposure. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_compare(const leadkpi_host *host, int32_t kpi,
                                               const leadkpi_table *rows,
                                               const leadkpi_options *options,
                                               leadkpi_table **out, leadkpi_error *error);

/* ---- who is best? -------------------------------------------------------- */

/* leadkpi_kpi_rank: the rows from best to worst, without rewarding small numbers.
 * Options are of schema "kpi_rank": level (0.95), basis (cohort), by (bound):
 *   bound     by the end of the interval that is worse for the row: the lower one where
 *             higher is better, the upper one where lower is
 *   shrunken  by the value drawn towards that of all rows, the more so the less is behind it:
 *             beta-binomial for shares of a cohort, gamma-Poisson for counts over known
 *             amounts and costs, both by moments. BAD_ARGUMENT for other KPIs.
 *   value     as it is
 * Out, in order: rank (int64, from 1), row (int64, of the input), value, low, high, n,
 * shrunken (double), status, flags (text). Equal ones keep the input's order; those without
 * the number come last. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_rank(const leadkpi_host *host, int32_t kpi,
                                            const leadkpi_table *rows,
                                            const leadkpi_options *options, leadkpi_table **out,
                                            leadkpi_error *error);

/* ---- why did it move? ---------------------------------------------------- */

/* leadkpi_kpi_explain_mix: what of the change of a ratio of sums (a rate, a cost, a mean) comes
 * from the rates of the segments, and what from their mix; Kitagawa (1955) at the midpoints,
 * without a residual. Of a segment with weight w (its share of the denominator) and value r:
 *
 *     rate   (w_before + w_after) / 2 * (r_after - r_before)
 *     mix    (w_after - w_before) * ((r_before + r_after) / 2 - middle of both totals)
 *
 * A segment that is new or has vanished has one value, and all of its effect is mix. `before`
 * and `after` hold a row a segment, each once, named by the text column that option "by" says.
 * Options are of schema "kpi_explain_mix": level (0.95), basis (cohort), by (segment).
 *
 * Out, by name, then the total (segment null): segment (text), change ("both", "new",
 * "vanished", "empty", "total"), weight_before, weight_after, value_before, value_after,
 * rate_effect, rate_low, rate_high, mix_effect, mix_low, mix_high (double). The effects of the
 * total are the exact sums of those above, rounded once; together they are the change within
 * a few units in the last place. Intervals take the weights as known; null where a segment has
 * none.
 * BAD_ARGUMENT for a KPI that is no ratio of sums; UNDEFINED where nothing is in the
 * denominator; BAD_DATA, with the row: a segment twice, or null, or numbers that cannot be;
 * NOT_GIVEN: a null measure; OVERFLOW: effects of 2^63 or more. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_explain_mix(const leadkpi_host *host, int32_t kpi,
                                                   const leadkpi_table *before,
                                                   const leadkpi_table *after,
                                                   const leadkpi_options *options,
                                                   leadkpi_table **out, leadkpi_error *error);

/* leadkpi_kpi_explain_drivers: what each factor of a product did; LMDI-I (Ang 2005): the
 * logarithmic mean of both values times the log of how many times the factor became itself.
 * No residual, and no order of factors. `rows` are two: before and after. The factors are
 *   with option through   of a plain ratio, the links of the chain from its numerator to its
 *                         denominator through these measures (columns): customer_acquisition_cost
 *                         through new_leads is cost per lead times leads per customer:
 *                         "numerator/new_leads" and "new_leads/denominator"
 *   without               the inputs of a KPI that is a product of powers of them, such as
 *                         customer_lifetime_value or pipeline_velocity
 * Options are of schema "kpi_explain_drivers": level (0.95), basis (cohort), through (none).
 *
 * Out, a row a factor, then the total: factor (text), before, after, effect, effect_low,
 * effect_high (double). The total is the exact sum of the effects, rounded once. An interval
 * takes the logarithmic mean as known and the factor's noise from counts (links) or the
 * dispersion (inputs); null where neither says anything.
 * BAD_ARGUMENT: not two rows, or a KPI that is no such product or ratio; UNKNOWN_NAME: no such
 * column in through; UNDEFINED, BAD_DATA, NOT_GIVEN: a value or factor is not above 0, cannot
 * be, or is null; OVERFLOW: effects of 2^63 or more. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_explain_drivers(const leadkpi_host *host, int32_t kpi,
                                                       const leadkpi_table *rows,
                                                       const leadkpi_options *options,
                                                       leadkpi_table **out, leadkpi_error *error);

/* leadkpi_kpi_explain_tree: why a KPI moved, along the identities of the catalogue, as deep as the
 * columns go: with spend, leads, customers and clicks the acquisition cost is cost per lead over
 * lead-to-customer rate, cost per lead is cost per click over leads per click, and so on to the
 * measures. `rows` are two: before and after; a column a measure. A KPI without an identity that
 * the columns allow is split into its inputs, where it is a product of powers of them.
 * Of products the method is LMDI-I (Ang 2005), of sums the differences; both are exact and leave no
 * residual where the identity holds. Where it does not, because the columns are of another cohort
 * or cost base, what is left stands as "rest". Options are of schema "kpi_explain_tree": level
 * (0.95), basis (cohort), depth (8 levels at most).
 *
 * Out, a row a node, a node before its parts: node, parent (int64; null of the root), level
 * (int64, 0 of the root); before, after, effect, effect_low, effect_high (double; the effects in
 * the unit of the root); name (a KPI, a measure, two measures with / between them, or "rest"),
 * relation ("total", "factor", "divisor", "term", "less", "rest"), method ("lmdi", "sum", "" of
 * a leaf), meaning (of what the node is made) (text). The effects of the parts of a node are
 * together its own: they
 * add up before the last rounding. An interval takes the weight of the node as known; it is that
 * of the KPI, or of the count; null of money and rates, of which two rows do not say how sure
 * they are.
 * BAD_ARGUMENT: not two rows; NOT_GIVEN, UNDEFINED, BAD_DATA: an input of the KPI is null, or it
 * has no value; OVERFLOW: effects of 2^63 or more. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_explain_tree(const leadkpi_host *host, int32_t kpi,
                                                    const leadkpi_table *rows,
                                                    const leadkpi_options *options,
                                                    leadkpi_table **out, leadkpi_error *error);

/* ---- is it a good set? --------------------------------------------------- */

/* leadkpi_kpi_check_set: whether a set of KPIs says one thing twice, or leaves a question
 * unasked: mutually exclusive, collectively exhaustive. `kpis` has a text column kpi: any
 * names that leadkpi_kpi_find takes; at most 10,000 rows (BAD_ARGUMENT).
 * Out, a row a finding, all text: finding, kpi, other, meaning.
 *   "twice"           kpi and other are one definition under two names, or given twice
 *   "variants"        two definitions of one KPI
 *   "identity"        kpi follows from the others ("; " between them); meaning is how
 *   "empty category"  no KPI answers the question in meaning; kpi is the category's id
 * UNKNOWN_NAME, AMBIGUOUS_NAME (with the row), BAD_DATA (a null name). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_check_set(const leadkpi_host *host,
                                                 const leadkpi_table *kpis, leadkpi_table **out,
                                                 leadkpi_error *error);

#ifdef __cplusplus
}
#endif
#endif
