/* attribution.h: which touches brought the conversions, under which rule.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * A leadkpi_attribution collects touches and conversions, or ready-made paths,
 * and gives credit to channels, campaigns and ads by any number of models.
 *
 *     leadkpi_options *definition = NULL, *report = NULL;
 *     leadkpi_attribution *attribution = NULL;
 *     leadkpi_table *credits = NULL;
 *     leadkpi_options_create(NULL, "attribution", LEADKPI_NUL_TERMINATED, &definition, &error);
 *     leadkpi_options_parse(definition, "lookback=30d; repeat=cycle", LEADKPI_NUL_TERMINATED, &error);
 *     leadkpi_attribution_create(NULL, definition, &attribution, &error);
 *     leadkpi_attribution_add_touches(attribution, touches, NULL, 0, &error);
 *     leadkpi_attribution_add_conversions(attribution, conversions, NULL, 0, &error);
 *     leadkpi_options_create(NULL, "attribution_report", LEADKPI_NUL_TERMINATED, &report, &error);
 *     leadkpi_options_parse(report, "models=first,last,linear,u,markov", LEADKPI_NUL_TERMINATED, &error);
 *     leadkpi_attribution_credits(attribution, report, &credits, &error);
 *
 * None of these models is causal: they share out what happened. A channel with credit might not
 * have been needed; only an experiment says so.
 *
 * The definition. Options of schema "attribution"; leadkpi_attribution_describe says it as a sentence.
 *   dimensions    what tells touches apart, columns of text: the first is the channel. Default
 *                 channel,campaign,ad. A null is as good as an empty text: "(blank)", or with as many
 *                 more parentheses as tell it from what touches are really called
 *   unit          lead (default): column id; account: column account, whose people share a journey
 *   lookback      touches count from conversion - lookback, exclusive, to the conversion; no
 *                 value: all. lookback_by_type: "won=90d,demo=14d" for types of conversion
 *   same_time     counts (default) or ignored: a touch at the very time of the conversion. One
 *                 after it never counts
 *   touches_max   of a longer journey the latest so many count; the others are reported
 *   repeat        a unit's next conversion of the same type takes the touches in its lookback again
 *                 (reuse, default); only those since the conversion before (cycle); or those
 *                 since then and, if there are none, those of the conversion before (until_newer)
 *   nulls         journeys without a conversion: explicit (default), those handed in; never_converted:
 *                 also that of each unit without a conversion, as of its last touch; inactivity:
 *                 also each run of touches that no conversion follows within `inactivity`
 *   transforms    what is done to a path, in this order: collapse (of a run of touches of one channel
 *                 the first stays), first (of each channel the first stays), drop:X (touches of
 *                 channel X go, unless all are), drop_trailing:X, carry:X:24h (a touch of X within
 *                 so long after another touch becomes that one again). X is compared folded, as in
 *                 models: "Organic-Search" is "organic_search", "Direct" is "direct"; "(blank)" is
 *                 what has no name. Dimensions, types and milestones are compared byte for byte
 *   groups        of the jackknife, a power of two; default 64, 1: no standard errors
 *   separator     of text paths, default ">"; blanks around names do not count
 *   channel_from  column (default), or utm: by channel_rules from utm_source, utm_medium, utm_campaign
 *   channel_rules "Paid Search := medium=cpc|ppc|paid* & source=google|bing": the first rule that
 *                 holds gives the channel. Default: rules like those of GA4's default channel group
 *   ids           exact or hashed
 *   fold          models whose sums are kept in place of paths, "linear,u,last_non,markov": see Memory
 *
 * Currency. Values and costs of a handle are of one currency, of at most 16 bytes: a text column
 * `currency` beside them may say it (null or "": not said); a second one is refused with its row.
 *
 * Order. Touches of a unit are in order of time, of the column sequence, then of their
 * dimensions; never of arrival.
 *
 * Exactness. Conversions and values are exact numbers, cut to multiples of 2^-64. A share is an
 * integer times 2^-63, shares of a conversion add up to 1, and credit is their product, which is
 * exact too. So the credits of one conversion add up to it, those of ads to that of the campaign, those of
 * channels and "unattributed" to the total, and the same rows give the same state, byte for byte, in
 * any order, batches and merged parts. The last step alone, to a double, rounds.
 *
 * Memory: 24 bytes a touch, 56 a conversion, 24 a milestone, about 30 a unit and its id; a
 * distinct path about 120 bytes and 4 a touch. A report holds 24 bytes a touch more where rows did not
 * come unit by unit.
 *
 * Memory that does not grow, with `fold`: of each path that comes in its part of the sums of these
 * models is kept and the path forgotten, so that any number of distinct paths can be streamed. There
 * may be rules without times, and markov (of order 1, any removal, runs of one channel collapsed); one
 * dimension, as in "dimensions=channel; fold=first,last,markov"; 64 models and 1024 channels at most,
 * for markov with those of costs (LIMIT beyond). A handle holds 64 bytes a group, rule and channel, and
 * for markov 8 bytes a group and pair of channels, or 40 where weights are not whole or are
 * very large: 10 rules, 50 channels and 64 groups are 4 MB.
 * While rows are added the same is needed twice more, 4 bytes a row of the table and 5 MB for paths. A call
 * costs as much as about a thousand rows, so that tables should have thousands. Only add_paths and
 * add_costs take rows. Credits, comparisons, removal effects and their standard errors are those of the
 * same rows without `fold`, bit for bit, and so are the sums of the summary, whose counts of journeys are
 * null. What would have to look at the paths is refused (CONTRADICTION): other models, two_touches and
 * collapse other than by default (dp6_position is what splits the middle), events, close, subtract, and
 * reports of paths, touches, measures, Shapley and orders. Transitions and states are those of order 1.
 * Three things differ: a path or channel whose values cancelled is still there, a channel within paths
 * that have value and no weight is no state, and markov takes sums of any size. Without `fold` a report of
 * it answers OVERFLOW where the sums of one path, or the steps of all in whole journeys, come to 2^63; a
 * fold, in which one path is no longer known, counts on, to the same answer however the calls slice the rows.
 *
 * Threads: one thread at a time, except that calls that take the handle const
 * may run together. Work in parallel with one twin a thread (create_like), then merge. */
#ifndef LEADKPI_ATTRIBUTION_H
#define LEADKPI_ATTRIBUTION_H

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

typedef struct leadkpi_attribution leadkpi_attribution;

/* leadkpi_attribution_create: an empty handle. `host` may be NULL; NULL `definition`: all defaults.
 * It is copied. `*out` is NULL on failure.
 * Status: OK, NULL_ARGUMENT (out), BAD_ARGUMENT (host, a value), CONTRADICTION, MISMATCH (options
 * of another schema), OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_create(const leadkpi_host *host,
                                                      const leadkpi_options *definition,
                                                      leadkpi_attribution **out,
                                                      leadkpi_error *error);

/* leadkpi_attribution_create_like: an empty handle of the same definition and host, for another
 * thread or shard. `*empty_twin` is NULL on failure.
 * Status: OK, NULL_ARGUMENT, OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_create_like(const leadkpi_attribution *attribution,
                                                           leadkpi_attribution **empty_twin,
                                                           leadkpi_error *error);

/* leadkpi_attribution_free: NULL does nothing. Since 0.1. */
LEADKPI_API void leadkpi_attribution_free(leadkpi_attribution *attribution);

/* ---- adding -------------------------------------------------------------- */
/* Each takes all rows of the table, or none. The table is not kept; columns that are not named here
 * are not looked at. The unit's column is `id`, or `account` with unit=account: int64 or text, all of a
 * handle of one type. `batch_id` is optional (NULL): a batch that this handle has had under the same id
 * changes nothing; the call succeeds, and `error`, with code OK, says so in its message.
 * Status of each: OK, NULL_ARGUMENT, UNKNOWN_NAME (a missing column), WRONG_TYPE (also ids of another
 * type than before), BAD_DATA (a null where none may be, a time outside years 1 to 9999, a number that
 * is not finite or negative; with row and column), MISMATCH (a second currency), OVERFLOW (2^32 - 2 rows, amounts of 2^63 and
 * more), OUT_OF_MEMORY, LIMIT, INTERRUPTED. */

/* leadkpi_attribution_add_touches: a row a touch: the unit, time (timestamp), the dimensions (text, may
 * be null; at least one column must be there, with channel_from=utm: utm_source, utm_medium
 * or utm_campaign), sequence (int64: order within one time; optional, null is 0), cost (a number,
 * optional, may be null: not known). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_add_touches(leadkpi_attribution *attribution,
                                                           const leadkpi_table *rows,
                                                           const char *batch_id,
                                                           size_t batch_id_length,
                                                           leadkpi_error *error);

/* leadkpi_attribution_add_conversions: a row a conversion: the unit, time, type (text, optional;
 * null is "conversion"), value (a number, optional, null is 0; may be negative), weight (a number of 0 or
 * more, optional, null is 1: how many conversions the row stands for), sequence. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_add_conversions(leadkpi_attribution *attribution,
                                                               const leadkpi_table *rows,
                                                               const char *batch_id,
                                                               size_t batch_id_length,
                                                               leadkpi_error *error);

/* leadkpi_attribution_add_milestones: a row a milestone on the way: the unit, time, milestone (text,
 * such as "lead" or "opportunity"). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_add_milestones(leadkpi_attribution *attribution,
                                                              const leadkpi_table *rows,
                                                              const char *batch_id,
                                                              size_t batch_id_length,
                                                              leadkpi_error *error);

/* leadkpi_attribution_add_nulls: a row a journey that is known to have ended without a conversion: the
 * unit, time (of its end), weight as above. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_add_nulls(leadkpi_attribution *attribution,
                                                         const leadkpi_table *rows,
                                                         const char *batch_id,
                                                         size_t batch_id_length,
                                                         leadkpi_error *error);

/* leadkpi_attribution_add_paths: the other door: a row a path with its totals: path (text: "Email >
 * Direct > Email"; null or blank: no touch; a blank between separators is a touch of "(blank)"),
 * conversions, value, nulls (numbers, each optional, null is 0). Equal paths add up; a row of zeros
 * changes nothing. Or by ids: path an int64, a row a touch, in order; rows of one number that stand
 * together are one path, whose numbers are the sums of its rows' (a null is 0, so that they
 * stand at one of them); the dimensions (text, best dictionary-coded, of which only the ids are looked at), so that such
 * paths have campaigns and ads, too. A path has no times: models that need times leave it
 * unattributed and say so (flag no_times). No name clashes with an inner state of a
 * model. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_add_paths(leadkpi_attribution *attribution,
                                                         const leadkpi_table *rows,
                                                         const char *batch_id,
                                                         size_t batch_id_length,
                                                         leadkpi_error *error);

/* leadkpi_attribution_add_costs: what the platforms say: the dimensions (as for touches, as deep as it
 * is known), cost, claimed_conversions, claimed_value (numbers, each optional, null: not known).
 * Unknown is not zero. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_add_costs(leadkpi_attribution *attribution,
                                                         const leadkpi_table *rows,
                                                         const char *batch_id,
                                                         size_t batch_id_length,
                                                         leadkpi_error *error);

/* ---- states -------------------------------------------------------------- */

/* leadkpi_attribution_merge: add all that `from` holds; `from` stays as it is. The result is the
 * same as if the rows of both had been added to one handle.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (into itself), MISMATCH (other definition, id type or
 * currency; a batch id that both have had), OVERFLOW, OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_merge(leadkpi_attribution *into,
                                                     const leadkpi_attribution *from,
                                                     leadkpi_error *error);

/* leadkpi_attribution_close: a new handle of the same definition that holds the journeys of this one as
 * paths: totals by distinct path and jackknife group, without ids and times. It can be merged and
 * subtracted; models that need times have nothing to go by. Costs go along. `options` of schema
 * "attribution_report" or NULL: types, as_of, from and to choose the journeys. `*closed` is NULL on failure.
 * Status: OK, NULL_ARGUMENT, MISMATCH, OVERFLOW, OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_close(const leadkpi_attribution *attribution,
                                                     const leadkpi_options *options,
                                                     leadkpi_attribution **closed,
                                                     leadkpi_error *error);

/* leadkpi_attribution_subtract: take the paths and costs of `from` away again: a day that leaves a
 * sliding window. Both hold paths and costs only; costs must be those that were added. Batch ids and the currency of `into` stay known. Afterwards
 * `into` is as if the rows of `from` had never been added, byte for byte.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (from itself), WRONG_STATE (one of them holds events: close
 * it first), MISMATCH (other definition; more than there is), OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_subtract(leadkpi_attribution *into,
                                                        const leadkpi_attribution *from,
                                                        leadkpi_error *error);

/* leadkpi_attribution_serialize: the state as bytes, the same on every machine. `*needed`, where not
 * NULL, is the size, known even when the buffer is too small; `buffer` may be NULL when capacity
 * is 0, which asks for the size. Every later release reads it.
 * Status: OK, NULL_ARGUMENT, BUFFER_TOO_SMALL (the buffer is not touched), OUT_OF_MEMORY, LIMIT,
 * INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_serialize(const leadkpi_attribution *attribution,
                                                         void *buffer, size_t capacity,
                                                         size_t *needed, leadkpi_error *error);

/* leadkpi_attribution_deserialize: a handle from such bytes, which may come from anywhere:
 * everything is checked before it is used. `host` may be NULL. `*out` is NULL on failure.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (host), BAD_FORMAT, BAD_CHECKSUM, NEWER_FORMAT,
 * OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_deserialize(const leadkpi_host *host,
                                                           const void *bytes, size_t size,
                                                           leadkpi_attribution **out,
                                                           leadkpi_error *error);

/* leadkpi_attribution_describe: the definition as an English sentence, NUL-terminated. Buffer rules
 * as serialize.
 * Status: OK, NULL_ARGUMENT, BUFFER_TOO_SMALL. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_describe(const leadkpi_attribution *attribution,
                                                        char *buffer, size_t capacity,
                                                        size_t *needed, leadkpi_error *error);

/* ---- reports ------------------------------------------------------------- */
/* `options` is of schema "attribution_report", or NULL. The manual, leadkpi_attribution(3), has each
 * model's formula.
 *   models       a list; default first,last,linear,u. What stands after a colon can be left out
 *                where it has brackets:
 *                first, last, first_non[:X|Y], last_non[:X|Y] (X: direct), first_in:X|Y, last_in:X|Y,
 *                linear, linear_unique, u, j, inverse_j, custom:30/20/50, time_decay[:7d],
 *                rank_decay, halving, participation, lead_creation, u_lead, u_lead_50, w,
 *                full_path, milestones:first=30|lead=30|opportunity=30|last=0|middle=10,
 *                markov[:order], shapley[:rate|sum|exact|given|ordered], shao_li; and presets under the names of
 *                products (adobe_u, hubspot_w, ga_position, dp6_shapley ...): the manual has their table
 *   by           dimensions, the groups of credit; default the first (channel)
 *   types        of conversions that count; default all
 *   as_of        what comes after does not count; default: the latest time there is
 *   from, to     conversions and nulls from `from` up to, not with, `to`
 *   two_touches  renormalise (default): of two touches the middle's share goes to both in proportion
 *                to theirs; split_middle: half of it to each
 *   no_middle    proportional (default), or even: where every touch is a milestone, the middle's
 *                share goes to them in proportion to theirs, or in equal parts
 *   errors       standard errors and intervals; default true
 *   level        of the intervals, default 0.95
 *   measure      of leadkpi_attribution_compare: conversions (default), value, share or value_share
 *   conversions_as, value_as    of leadkpi_attribution_measures
 *   removal, collapse, padded   of markov: leadkpi_attribution(3)
 *   rollup       leadkpi_attribution_credits and compare: also a row for each group of the first
 *                dimension of `by`, of the first two and so on; default false
 *   players_max, samples, seed  of shapley; coalitions, of shapley:given: what sets of channels are
 *                worth, "Email=0.1,Email|Ads=0.3"; places, of shapley:ordered; default 10
 *   order_max    of leadkpi_attribution_orders; default 4
 * Status of each: OK, NULL_ARGUMENT, MISMATCH (options of another schema), UNKNOWN_NAME (a model, a
 * dimension), BAD_ARGUMENT (what stands after a model's colon), CONTRADICTION, LIMIT (also a Shapley
 * set larger than players_max without samples), OVERFLOW, OUT_OF_MEMORY, INTERRUPTED. `*out` is NULL on
 * failure. */

/* leadkpi_attribution_credits: a row a model and group, in the order of `models` and of the groups'
 * texts; then the row "unattributed" (conversions that no touch can claim; all of them where nothing tells
 * the groups apart, as when no removal of removal=renormalise changes anything), then "total".
 *   model             text, as given
 *   row               text: "group", "unattributed" or "total"; with rollup also "subtotal", a row
 *                     before its parts
 *   <dimensions>      text, those of `by`; null in the last two rows, and those that a subtotal is
 *                     over. "(blank)": not known
 *   conversions       double: credit; with conversions_error (standard error), conversions_low,
 *                     conversions_high (Student's interval, cut at 0); null: not enough data
 *   conversion_share  double: of the total; with conversion_share_error, _low and _high: less than
 *                     the error of the credit by the total, as the two go up and down together
 *   value             double, with value_error, value_low, value_high; and value_share with its own
 *   removal_effect, value_removal_effect  double: of markov, raw: they do not add up to 1; each with
 *                     its standard error in ..._error; null for other models
 *   cost              double: null where not known
 *   cost_per_conversion  double: cost by credited conversions (CPL where types=lead, else CPA)
 *   roas, roi         double: value by cost, and that less 1
 *   claimed_conversions, over_claim  double: what platforms report, and that by the credit, less 1;
 *                     claimed_value, value_over_claim  the same of value
 *   flags             text, with commas between: overlapping (participation: groups add up to more than
 *                     the total), no_times (paths were left unattributed for want of times),
 *                     missing_milestones, reconciled (with rollup: a solved model's credit of the group
 *                     above, shared out in proportion), few_data (fewer than 2 units, or an error above 30 %)
 * Also LIMIT: a Markov chain that cannot be solved: after taking out what it can, more than 2048 states,
 * of journeys so long and weights so far apart that 20,000 sweeps do not come to rest. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_credits(const leadkpi_attribution *attribution,
                                                       const leadkpi_options *options,
                                                       leadkpi_table **out, leadkpi_error *error);

/* leadkpi_attribution_compare: models side by side: a row a group (then unattributed and total), the
 * columns row and dimensions as above, then a double column for each model under its name: the
 * credit that `measure` says. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_compare(const leadkpi_attribution *attribution,
                                                       const leadkpi_options *options,
                                                       leadkpi_table **out, leadkpi_error *error);

/* leadkpi_attribution_touches: credit by touch, for rule models and journeys from events: a row
 * a conversion, touch and model that gives it credit, in order of ids, conversion and touch:
 *   id, conversion_time, type, touch_time, <dimensions> (all of the definition), model,
 *   conversions, value
 * A conversion without a touch has one row with null touch_time and dimensions.
 * Also CONTRADICTION: a model that is no rule. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_touches(const leadkpi_attribution *attribution,
                                                       const leadkpi_options *options,
                                                       leadkpi_table **out, leadkpi_error *error);

/* leadkpi_attribution_measures: credit of one model as fractional leads, a table that
 * leadkpi_campaigns_add_measures takes: a row a conversion and group that has credit of it, in order of
 * time and of groups:
 *   time            of the conversion
 *   <dimensions>    text, those of `by`: null where not known, "(unattributed)" (in more parentheses where
 *                   a touch is called so) where no touch can claim it
 *   <conversions_as>  double: the option's name, default new_leads; with types=won say customers_won
 *   <value_as>      double: default attributed_revenue; with an empty name there is no such column
 *   currency        text, where one was said
 * The credits of one conversion add up to its weight and its value exactly, as doubles and so in
 * campaigns. Of a model that is no rule each conversion with a touch is shared out as all of them are.
 * Also CONTRADICTION: not one model, participation, a model that gives a group less than nothing, or
 * paths, which have no time. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_measures(const leadkpi_attribution *attribution,
                                                        const leadkpi_options *options,
                                                        leadkpi_table **out, leadkpi_error *error);

/* leadkpi_attribution_paths: the distinct paths by `by` with their totals, in order of their texts:
 * path (names with " > " between; a name with the separator in it stays as it is), length (int64),
 * conversions, value, nulls (double). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_paths(const leadkpi_attribution *attribution,
                                                     const leadkpi_options *options,
                                                     leadkpi_table **out, leadkpi_error *error);

/* leadkpi_attribution_summary: what went in and what became of it, a row each: name (text), number (double):
 *   units, touches, conversions_added (rows, without nulls), paths, journeys, converting_journeys, null_journeys, conversions,
 *   value, nulls, unattributed_conversions, unattributed_value, journey_touches,
 *   touches_dropped (by touches_max), touches_transformed (away), touches_unused (in no journey)
 * Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_summary(const leadkpi_attribution *attribution,
                                                       const leadkpi_options *options,
                                                       leadkpi_table **out, leadkpi_error *error);

/* leadkpi_attribution_removal_effects: what the Markov models of `models` make of each group: a row
 * a model and group: model, <dimensions>, then doubles:
 *   effect, effect_error, effect_share       the part of conversions that is lost without the group: raw
 *                (effects do not add up to 1), its standard error (null: not enough data), and shared
 *                out so that they add up to 1, which is what credit goes by
 *   value_effect, value_effect_error, value_effect_share  the same of value
 *   probability  of a conversion, by the model: conversions over all journeys
 * Also CONTRADICTION: no Markov model. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_removal_effects(
    const leadkpi_attribution *attribution, const leadkpi_options *options, leadkpi_table **out,
    leadkpi_error *error);

/* leadkpi_attribution_shapley: what the Shapley models of `models` make of each group, and how sure
 * it is: a row a model and group, of shapley:ordered a row a place and group:
 *   model, <dimensions>
 *   place        int64: of the touch in its journey, from 1; the last of `places` stands for it and all
 *                later ones. Null for other games
 *   conversions  double: credit; with conversions_error (of the jackknife; null: not enough data),
 *                conversions_sampling_error (of the permutations alone; 0 where all was played out)
 *                and conversion_share, of the total
 *   value, value_error, value_sampling_error, value_share  the same
 * Also CONTRADICTION: no Shapley model. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_shapley(const leadkpi_attribution *attribution,
                                                       const leadkpi_options *options,
                                                       leadkpi_table **out, leadkpi_error *error);

/* leadkpi_attribution_transitions: the chain of the Markov model of `models` (order 1 where there is
 * none) as a table: a row a step that was taken:
 *   kind         text: "start", "step", "conversion" or "null"
 *   from, to     text: the states, names of their groups with " > " between; from is null at the start, to
 *                at both ends
 *   weight       double: journeys that took it
 *   probability  double: of all steps out of `from`
 * Also CONTRADICTION: two Markov models. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_transitions(const leadkpi_attribution *attribution,
                                                           const leadkpi_options *options,
                                                           leadkpi_table **out, leadkpi_error *error);

/* leadkpi_attribution_states: the states of the same chain, in the order of their names:
 *   state        text, as above
 *   starts       double: journeys that begin in it
 *   visits       double: times that a journey is in it
 *   conversions, nulls, value  double: of the journeys that end in it
 *   conversion_probability     double: of a conversion in the end, from it on; null where the state has
 *                no weight
 * Also CONTRADICTION: two Markov models; LIMIT: see credits. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_states(const leadkpi_attribution *attribution,
                                                      const leadkpi_options *options,
                                                      leadkpi_table **out, leadkpi_error *error);

/* leadkpi_attribution_orders: which order of Markov predicts journeys of units that it has not seen,
 * by eight folds of units: order (int64, from 1 to order_max), loss (double, nats a journey: less is
 * better), best (bool). Runs of one group count once.
 * Also NOT_ENOUGH_DATA: units in fewer than two folds. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_orders(const leadkpi_attribution *attribution,
                                                      const leadkpi_options *options,
                                                      leadkpi_table **out, leadkpi_error *error);

/* ---- one journey ---------------------------------------------------------- */
/* Plain functions: the shares of n touches in order of time. `credit` has room for n; shares
 * add up to 1 before they are rounded to doubles. n = 0 writes nothing, n = 1 gives 1. Channels are any
 * codes. Times are int64 (microseconds, or any unit that all share) and do not fall; a
 * milestone's touch is the last one at or before it; LEADKPI_ATTRIBUTION_NO_TIME: it did not
 * happen, and its weight goes to the others in proportion (with none left all credit is 0).
 * Touches after the last milestone have no part, except where the last touch has a weight.
 * Status: OK, NULL_ARGUMENT (an array, with n above 0), BAD_ARGUMENT (weights, half_life), BAD_DATA (a time
 * before the one before it, with its row), LIMIT (n of 2^32 - 1 or more), OUT_OF_MEMORY. Credit
 * is NaN on failure (with such an n it is not touched). */

#define LEADKPI_ATTRIBUTION_NO_TIME INT64_MIN

/* All to one touch. first_non, last_non: of those whose channel is not `channel`; where all
 * are, plainly the first or last. first_in, last_in: of those whose channel is in a set; where none is, plainly
 * the first or last. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_first(size_t n, double *credit, leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_attribution_last(size_t n, double *credit, leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_attribution_first_non(size_t n, const int64_t *channels,
                                                         int64_t channel, double *credit,
                                                         leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_attribution_last_non(size_t n, const int64_t *channels,
                                                        int64_t channel, double *credit,
                                                        leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_attribution_first_in(size_t n, const int64_t *channels,
                                                        const int64_t *set, size_t set_count,
                                                        double *credit, leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_attribution_last_in(size_t n, const int64_t *channels,
                                                       const int64_t *set, size_t set_count,
                                                       double *credit, leadkpi_error *error);

/* The same to all. linear: 1/n a touch. linear_unique: 1/m a channel, m channels; a channel's
 * touches share it. participation: 1 to each channel, at its first touch: sums to m. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_linear(size_t n, double *credit, leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_attribution_linear_unique(size_t n, const int64_t *channels,
                                                             double *credit, leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_attribution_participation(size_t n, const int64_t *channels,
                                                             double *credit, leadkpi_error *error);

/* By place. u_shaped 40/20/40, j_shaped 20/20/60, inverse_j 60/20/20: first, all in the middle,
 * last. custom: weights of any unit, 0 to 1000, taken to nine decimals; of two touches f and l
 * get f/(f+l) and l/(f+l), or with split_middle not 0 f+m/2 and l+m/2. rank_decay: touch
 * i of n gets i/(n(n+1)/2). halving: the last six get 32, 16, 8, 4, 2, 1 from the last one back, of their
 * sum. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_u_shaped(size_t n, double *credit,
                                                        leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_attribution_j_shaped(size_t n, double *credit,
                                                        leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_attribution_inverse_j(size_t n, double *credit,
                                                         leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_attribution_custom(size_t n, double first, double middle,
                                                      double last, int32_t split_middle,
                                                      double *credit, leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_attribution_rank_decay(size_t n, double *credit,
                                                          leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_attribution_halving(size_t n, double *credit,
                                                       leadkpi_error *error);

/* By age: 2^-((T - t)/half_life), of their sum. T, the time of the conversion, does not change the
 * shares. half_life from 1. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_time_decay(size_t n, const int64_t *times,
                                                          int64_t half_life, double *credit,
                                                          leadkpi_error *error);

/* By milestones. lead_creation: all to the lead's touch. u_lead: first 40, lead 40, middle 20; u_lead_50:
 * first and lead 50 each. w_shaped: first, lead and opportunity 30 each, middle 10. full_path: the same
 * and the last touch, 22.5 each, middle 10. milestones: any, `count` of them up to 16, with weights
 * as for custom; even_middle not 0: where every touch is a milestone, the middle's share goes to
 * them in equal parts, else in proportion. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_attribution_lead_creation(size_t n, const int64_t *times,
                                                             int64_t lead_time, double *credit,
                                                             leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_attribution_u_lead(size_t n, const int64_t *times,
                                                      int64_t lead_time, double *credit,
                                                      leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_attribution_u_lead_50(size_t n, const int64_t *times,
                                                         int64_t lead_time, double *credit,
                                                         leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_attribution_w_shaped(size_t n, const int64_t *times,
                                                        int64_t lead_time, int64_t opportunity_time,
                                                        double *credit, leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_attribution_full_path(size_t n, const int64_t *times,
                                                         int64_t lead_time, int64_t opportunity_time,
                                                         double *credit, leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_attribution_milestones(
    size_t n, const int64_t *times, const int64_t *milestone_times,
    const double *milestone_weights, int32_t count, double first, double middle, double last,
    int32_t even_middle, double *credit, leadkpi_error *error);

#ifdef __cplusplus
}
#endif
#endif
