/* funnel.h: how many leads got how far, how fast, under which rule.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * A leadkpi_funnel collects the events of leads, from a log or from the stage
 * history of a CRM, and counts who reached which step of a definition.
 *
 *     leadkpi_options *definition = NULL;
 *     leadkpi_funnel *funnel = NULL;
 *     leadkpi_table *report = NULL;
 *     leadkpi_options_create(NULL, "funnel", LEADKPI_NUL_TERMINATED, &definition, &error);
 *     leadkpi_options_parse(definition, "steps=visit,sign up,demo,won; window=30d",
 *                           LEADKPI_NUL_TERMINATED, &error);
 *     leadkpi_funnel_create(NULL, definition, &funnel, &error);
 *     leadkpi_funnel_add(funnel, events, NULL, 0, &error);
 *     leadkpi_funnel_steps(funnel, NULL, &report, &error);
 *
 * The rule. Options of schema "funnel"; leadkpi_options_list describes them, and
 * leadkpi_funnel_describe says a rule as a sentence.
 *   steps         1 to 64 events in their order; "a|b" is either event, "a||b" the event "a|b". An
 *                 event may be several steps. Bars are taken in pairs from the left: "a|||b" is "a|" or
 *                 "b". Where an event after the first begins with a bar, and only there, "|:" stands
 *                 before each: "|:a|:||b" is "a" or "|b". So in exclude
 *   preset        the rules of a product, such as posthog_ordered; leadkpi_funnel(3) has the
 *                 table. What it sets may not be set to something else, but for the window
 *   order         ordered (default); adjacent: no other event of the lead between two steps, so
 *                 add all events of a lead; unordered; anchored: the first step first, the
 *                 others in any order after it; open: each step by itself, without rates
 *   entry         any (default): every event of step 1 starts an attempt, the best counts;
 *                 first: only a lead's first one does. The second is what a chain of
 *                 SQL joins on the first event computes, and counts fewer: on a log of
 *                 10 million events 59,480 leads at step 2 instead of 163,058.
 *                 every: each event of step 1 is an attempt that counts, and events after it may
 *                 serve several; again: the next attempt starts once the one before is over: at
 *                 the last step, when its window ended, or at an exclusion that bars its next step
 *   window        longest time from the first step to any other, inclusive
 *   window_days   calendar days in which an attempt ends, 1: that of the first step; by the clocks
 *                 of zone, zone_data or zone_rule, as in calendar.h
 *   session       an attempt ends with its session, and that with a pause longer than this between
 *                 any events of the lead, so add all of them; sessions: so many in a row
 *   step_window   longest time from a step to the next, inclusive
 *   gap           shortest time from a step to the next; 1us: times rise strictly. At most window and
 *                 step_window
 *   same_event    once (default): one event fills one step; many: all that it matches
 *   same_value    true: all events of an attempt have one value in the column value; each value
 *                 of a lead is a journey of its own, with sessions of its own, and the best counts,
 *                 of equally far ones the first to start (first: that of the lead's first event of step 1)
 *   skips         implied: an event of a later step brings the earlier ones at its time
 *                 (with same_event=many), as where a CRM jumps over stages; strict (default). Any event is
 *                 then one of step 1, too: for how long leads took say entry=first, as preset=crm_lifecycle has it
 *   optional      numbers of steps that an attempt may leave out; of the ways to get as far the
 *                 first to get there counts, of those the one with most of these steps
 *   exclude       events that may not stand between steps. exclude_from, exclude_to: only between
 *                 these steps, one number for all or one for each exclusion. exclude_effect:
 *                 restart (default): no two steps that follow each other may have one in between,
 *                   so an attempt is back at the step before the range, and may go through it again
 *                 end: an attempt that is between the steps when it comes is over
 *                   (in both what was reached stays reached)
 *                 lead: where every attempt that got farthest met one on its way or, later in its
 *                   window, before the next step, the lead does not count, not even at step 1
 *   compat        clickhouse: the answer of windowFunnel with `modes`, bug for bug
 *   ids           exact or hashed
 *   input         any (default); time: rows come in order of time, in a batch and from batch to batch. Then
 *                 no events are kept, only what follows from them: 64 bytes a lead at 5 steps. For rules
 *                 that leadkpi_funnel_close takes, rows without sequence and segment, and reports of levels;
 *                 merged are parts of different leads
 * Options that contradict each other are refused, with the reason.
 *
 * Which attempt counts: the one that got farthest; of those the first to get
 * there; of those that got there with one event the latest to start (anchored:
 * the earliest). Going back to an earlier step undoes nothing. With entry=every and
 * entry=again attempts are counted, not leads; leadkpi_funnel_steps has both.
 *
 * Ties. Events of a lead are in order of time, of the column sequence, and then
 * of their content: events that match no step, events by their steps read as a
 * binary number (step 1 is the lowest bit), exclusions. So a step and the next one at the same instant are
 * in order, and nothing depends on the order of rows. With same_event=many an
 * instant's steps are taken in their order, whichever events they come from.
 *
 * Exactness. Levels are those that trying every chain of events would find, in
 * time proportional to events times steps. One combination takes longer, optional steps with entry=every or
 * entry=again and a window: an attempt whose best chain leaves its window is looked at again at the level that it
 * gets to, so that each level that such attempts end at takes up to as long again. The same rows give the same
 * state, byte for byte, in any order, in any batches, over any number of merged
 * parts. (Give batch ids or feed each row once: two equal rows are two events.)
 *
 * Memory: 16 bytes an event (24 with sequences, 4 more with segments; with input=time none, but
 * 8 bytes a lead and step, and 24; while rows are added to leads that there are, 4 a row, 1 more for events by name)
 * and room for up to half as many more where they come in several adds, about
 * 30 a lead and its id (text ids: and the text). Events in order, of
 * at most 31 sets of steps, take 8, and 12 a lead; 24 from the next ones on until they are in order again,
 * and 32 while room for those is made.
 * Events that match nothing are not kept, except by order=adjacent, session, and
 * ClickHouse's strict_order. An add or a merge that brings as many events as there were puts them in order, which
 * takes the events of a few thousand leads once more and, where there were any before, 10 an event (16 of more than
 * 31 sets of steps); without that memory they stay as they came. A merge holds beside that 4 bytes a lead of the other
 * handle while it runs; where a block that grows has to move (a host's own reallocate may copy), the old one too. The
 * first add of leads whose ids are small numbers takes 1 a row and 2 an event besides; without that memory it goes
 * without. A report holds, where they are not in order, 16 bytes an event
 * and as much again of a few thousand leads (with sequences or segments always 4 an event); 40 a
 * lead that entered, or an attempt, and half as much again while they are found (with times 8 more a step whose time
 * is asked for, which the table of leadkpi_funnel_leads takes over where it can), 8 more and 8 a segment where there
 * are groups, with breakdown=any 4 a segment and lead; 4 a lead, and 32 an event of the longest
 * lead (with times, step_window, gap or adjacent steps 44, and with times 4 a step more; with
 * entry=every, entry=again, or exclude_effect 8 more, 20 where step_window or adjacent steps hinder, 24 where
 * exclusions do, and an eighth of a byte a step, with times a quarter; with optional steps 12 more, 15 for each
 * step that an event matches, and once 1 kB a step of the rule; with either 29 more for an event of step 1, and with
 * times 4 a step, and 8 for one that excludes; with same_value 20 more;
 * where one event may fill many steps 32 more for each step that several events of one instant match, 64 with
 * ClickHouse's strict_deduplication, and for each event that also excludes). breakdown=step takes 45 for each
 * instant of more than 32 events and step of the lead that has most where attempts are counted. leadkpi_funnel_times and
 * leadkpi_funnel_histogram by no segment and period hold nothing for a lead that entered, but 12 for each pair of
 * steps whose first it reached (none where it waited for just the window), and of one pair after the other 8 for
 * each of those and 48 for each time that one took; by segment or period they hold that besides, of one group, or
 * before it 36 a lead that entered, or an attempt, and 300 a group.
 *
 * Threads: one thread at a time, except that calls that take the handle const
 * may run together. Work in parallel with one twin a thread (create_like), then merge. */
#ifndef LEADKPI_FUNNEL_H
#define LEADKPI_FUNNEL_H

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

typedef struct leadkpi_funnel leadkpi_funnel;

/* leadkpi_funnel_create: an empty handle. `host` may be NULL. `definition` is of
 * schema "funnel" and has steps. It is copied. `*out` is NULL on failure.
 * Status: OK, NULL_ARGUMENT (out, definition), BAD_ARGUMENT (host, steps),
 * UNKNOWN_NAME (a mode), CONTRADICTION, MISMATCH (options of another schema),
 * OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_funnel_create(const leadkpi_host *host,
                                                 const leadkpi_options *definition,
                                                 leadkpi_funnel **out, leadkpi_error *error);

/* leadkpi_funnel_create_like: an empty handle of the same definition and host,
 * for another thread or shard. `*empty_twin` is NULL on failure.
 * Status: OK, NULL_ARGUMENT, OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_funnel_create_like(const leadkpi_funnel *funnel,
                                                      leadkpi_funnel **empty_twin,
                                                      leadkpi_error *error);

/* leadkpi_funnel_free: NULL does nothing. Since 0.1. */
LEADKPI_API void leadkpi_funnel_free(leadkpi_funnel *funnel);

/* leadkpi_funnel_add: takes all rows of the table, or none. The table is not
 * kept. A row is an event, or a change of stage:
 *   id         int64 or text; all ids of a handle are of one type
 *   time       timestamp
 *   event      text, or int64 (a code, which a step names by its digits); or instead of it
 *   steps      int64: the steps that the event matches, one bit each, bit 0 for step 1; and
 *   excluded   bool: whether it is an exclusion, the first; or int64: which, a bit each, where they
 *              have ranges of their own. Optional
 *   sequence   int64: order within one time; null is 0. Optional
 *   segment    text: for reports by segment. Optional, may be null
 *   value      int64 or text, with same_value alone: an event without one is in no attempt
 * A null in the others is refused with its row; other columns are not looked
 * at. `batch_id` is optional (NULL): a batch that this handle has had under the
 * same id changes nothing; the call succeeds, and `error`, with code OK, says so in its message.
 * Status: OK, NULL_ARGUMENT, UNKNOWN_NAME (a missing column), WRONG_TYPE (also ids of another type than
 * before), BAD_DATA (with row and column), CONTRADICTION (both event and steps; with input=time and
 * same_event=once an event whose name is several steps), OVERFLOW (2^32 - 2 events), OUT_OF_MEMORY, LIMIT,
 * INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_funnel_add(leadkpi_funnel *funnel, const leadkpi_table *rows,
                                              const char *batch_id, size_t batch_id_length,
                                              leadkpi_error *error);

/* leadkpi_funnel_add_stages: the same from one row a lead: id, optionally
 * segment, and a timestamp column for each step, under the step's text in the definition; null where
 * the lead did not get there. Each time becomes an event of that step alone.
 * Status as leadkpi_funnel_add. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_funnel_add_stages(leadkpi_funnel *funnel,
                                                     const leadkpi_table *rows,
                                                     const char *batch_id, size_t batch_id_length,
                                                     leadkpi_error *error);

/* leadkpi_funnel_merge: add all that `from` holds; `from` stays as it is. The
 * result is the same as if the rows of both had been added to one handle.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (into itself), MISMATCH (other
 * definition or id type; a batch id that both have had; events of one in a range that the other
 * closed, or of a lead that both have in a range that both closed, or ranges that overlap; with
 * input=time a lead that both have), OVERFLOW, OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_funnel_merge(leadkpi_funnel *into, const leadkpi_funnel *from,
                                                leadkpi_error *error);

/* leadkpi_funnel_close: the events from `from` up to, not with, `until` shrink to a summary of constant
 * size a lead, 144 bytes at 5 steps, 16.7 kB at 64 (8 times 4 + (k - 1)(k + 2) / 2 at k). No report of levels changes,
 * now or later: what comes before and after is put together with it exactly. It says that all
 * events of these leads in that range are there: rows in it are refused from then on. A
 * range may cover closed ones, which become one with it, and else must not meet them.
 * LEADKPI_FUNNEL_BEGINNING is before all times, INT64_MAX after them. Handles that closed the same ranges
 * of other leads merge, and so do those that closed other ranges of the same leads, in any order to the same bytes.
 *   what                    may be closed
 *   order                   ordered; not adjacent, unordered, anchored
 *   entry                   any, first
 *   window                  any or none
 *   step_window, gap        none: what may follow a step then hangs on more than its start
 *   same_event, skips       many: any; once: events of one step at most
 *   exclude                 none
 *   compat                  none
 *   sequence, segment       null in the range, or 0
 *   input                   any; time keeps no events anyway
 * What is lost: times of steps, for which leadkpi_funnel_times, leadkpi_funnel_histogram and
 * breakdown=step are refused, and leadkpi_funnel_leads leaves out step_1 ...; the events that
 * leadkpi_funnel_sequences and leadkpi_funnel_retention look at; and as_of before the last closed event.
 * While it runs it holds what a report holds an event, 4 bytes a lead, 32 an event of the longest lead (where one
 * may fill many steps 32 more for each that an event matches), and all summaries that there are then beside those
 * that there were.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (until), CONTRADICTION (the definition, an event in the
 * range, or a closed range), OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
#define LEADKPI_FUNNEL_BEGINNING INT64_MIN
LEADKPI_API leadkpi_status leadkpi_funnel_close(leadkpi_funnel *funnel, int64_t from, int64_t until,
                                                leadkpi_error *error);

/* leadkpi_funnel_serialize: the state as bytes, the same on every machine.
 * `*needed`, where not NULL, is the size, known even when the buffer is too
 * small; `buffer` may be NULL when capacity is 0, which asks for the size. Every
 * later release reads it. While it runs it holds what a report holds an event, and 8 bytes a lead, 16 where
 * ranges are closed; 28 while ids that are numbers are put in order.
 * Status: OK, NULL_ARGUMENT, BUFFER_TOO_SMALL (the buffer is not touched),
 * OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_funnel_serialize(const leadkpi_funnel *funnel, void *buffer,
                                                    size_t capacity, size_t *needed,
                                                    leadkpi_error *error);

/* leadkpi_funnel_deserialize: a handle from such bytes, which may come from
 * anywhere: everything is checked before it is used. `host` may be NULL.
 * `*out` is NULL on failure.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (host), BAD_FORMAT, BAD_CHECKSUM,
 * NEWER_FORMAT, OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_funnel_deserialize(const leadkpi_host *host, const void *bytes,
                                                      size_t size, leadkpi_funnel **out,
                                                      leadkpi_error *error);

/* leadkpi_funnel_describe: the rule as an English sentence, NUL-terminated.
 * Buffer rules as serialize.
 * Status: OK, NULL_ARGUMENT, BUFFER_TOO_SMALL. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_funnel_describe(const leadkpi_funnel *funnel, char *buffer,
                                                   size_t capacity, size_t *needed,
                                                   leadkpi_error *error);

/* ---- reports ------------------------------------------------------------- */
/* `options` is of schema "funnel_report", or NULL:
 *   as_of      events after it do not count; default: the latest event that is kept. Where events that
 *              match no step came later, say it: else windows that are over look open
 *   by         segment: a group of rows for each segment; default none
 *   breakdown  which segment is a lead's: that of the first event of the attempt
 *              that counts (entry, the default), of its first event that has one (first), of its last
 *              (last), of the event that filled breakdown_step (step); or any: with
 *              by=segment a lead counts once in each segment that an event of it has, and once in the total
 *   breakdown_step  from 1, with breakdown=step; 0, the default: the last step that the lead reached. Leads
 *              that did not get there have no segment
 *   from, to   only attempts that count and started from the one on, before the other (leads whose first event,
 *              where groups go by that): what a grain has in the rows of these periods. Their later steps may
 *              come after. With entry=any the attempt that counts is the best of all times: say entry=first for
 *              leads that came new, entry=every for each start in the period
 *   mature     only leads whose window is over: compare old and young periods with it
 *   level      of the intervals, default 0.95
 *   grain ...  of a calendar (calendar.h), default all: groups by when the attempt that counts
 *              started: the trend. Young ones are marked immature. Times are those of the clock, so opening
 *              hours and holidays are refused
 * Options that a report names as its own, such as bins or pattern, are refused by the others.
 * Groups stand in order of segment (null first) and period; last, unless it is the
 * only group, comes the total. A group's columns:
 *   row                       text: "segment" or "total"
 *   segment                   text, when by=segment; null: no segment, or the total
 *   period_start, period_end  timestamps, and period, its label, when grain is not all
 * Status of each: OK, NULL_ARGUMENT, MISMATCH (options of another schema),
 * CONTRADICTION (also to not after from), BAD_ARGUMENT or BAD_FORMAT (calendar), OVERFLOW, OUT_OF_MEMORY, LIMIT,
 * INTERRUPTED. `*out` is NULL on failure. */

/* leadkpi_funnel_steps: how many got how far. A row a group and step:
 *   step, name         int64 from 1, and its text in the definition
 *   reached            int64: leads, or with entry=every and entry=again attempts, that got here or
 *                      farther; of an optional step, and of every step of an open funnel: that did it
 *   leads              int64: different leads among them; only there where attempts are counted
 *   exactly            int64: leads whose last step this is
 *   open               int64: of these, those whose window is not over as of the report: they may
 *                      still go on. 0 at the last step
 *   step_rate          double: reached of those at the step before (the last that is not
 *                      optional); null at step 1, of nobody, and in an open funnel; with step_rate_low, step_rate_high (Wilson's interval)
 *   overall_rate       double: reached of those at step 1; with _low, _high
 *   drop_off           double: share that did not go on to the next step; null at the last
 *   bottleneck         bool: the step with the lowest step_rate of its group (the first of equals)
 *   immature           bool: the group has open leads, or its period is not over
 * Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_funnel_steps(const leadkpi_funnel *funnel,
                                                const leadkpi_options *options,
                                                leadkpi_table **out, leadkpi_error *error);

/* leadkpi_funnel_times: how long it took. A row a group and pair of steps: from
 * each step to the next, and from the first to the last where there are more
 * than two (for steps in any order: from the n-th reached to the next).
 *   from_step, to_step   int64
 *   completed            int64: leads, or attempts where they are counted, that went from one to the other
 *   mean_seconds, p25_seconds, median_seconds, p75_seconds, p90_seconds
 *                        double: of those that completed; quantiles of type 7. Null where none did
 *   censored             int64: leads that reached from_step and are not counted above, watched
 *                        until the window ended or as of the report
 *   survival_median_seconds, survival_median_low_seconds, survival_median_high_seconds
 *                        double: the median of all by Kaplan and Meier, which counts
 *                        the censored; null where fewer than half got on, INFINITY where an end is
 *                        not reached
 *   flags                text: "survivor_biased" where the means and quantiles leave leads out, else ""
 * Also CONTRADICTION: a rule with compat has no times. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_funnel_times(const leadkpi_funnel *funnel,
                                                const leadkpi_options *options,
                                                leadkpi_table **out, leadkpi_error *error);

/* leadkpi_funnel_leads: a row a lead that reached step 1 or more, in order of ids:
 *   id                   int64 or text; of hashed ids the hash in 32 hexadecimal digits
 *   segment              text, by the breakdown; null: none
 *   attempt              int64 from 1; only there where attempts are counted, which have a row each
 *   step                 int64: the last step reached
 *   start                timestamp of the first
 *   step_1, step_2 ...   timestamps of the steps of the attempt that counts, null where not
 *                        reached; not there with compat
 * `level` and the calendar are not looked at, and `by` only for breakdown=any, which then gives a row
 * a lead and segment. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_funnel_leads(const leadkpi_funnel *funnel,
                                                const leadkpi_options *options,
                                                leadkpi_table **out, leadkpi_error *error);

/* leadkpi_funnel_histogram: how long leads took from from_step (default 1) to to_step (0, the
 * default: the last) in bars of equal width, the same bars for each group. `bins` bars from the
 * shortest wait to the longest (0, the default: the cube root of the leads, rounded up, as
 * PostHog has it; widths are whole microseconds), or bars of bin_width from a multiple of
 * it. A row a group and bar; none where no lead went all the way:
 *   from_seconds, to_seconds   double: the bar holds waits from the first to below the second
 *   completed                  int64: leads, or attempts where they are counted
 *   share, cumulative_share    double: of those of the group that went all the way; null of nobody
 * Who did not, or not yet, is in none: leadkpi_funnel_times counts them. Also BAD_ARGUMENT
 * (steps, more than 10000 bars) and CONTRADICTION (bins and bin_width; compat). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_funnel_histogram(const leadkpi_funnel *funnel,
                                                    const leadkpi_options *options,
                                                    leadkpi_table **out, leadkpi_error *error);

/* leadkpi_funnel_difference: is a segment or a period better than another, or may it be chance? A row a
 * group (without the total) and step. With periods each is compared with the one before that has leads,
 * of its segment; without, each segment with all other leads; with `against` with
 * that segment, of its period. Columns after those of the group:
 *   against           text: the segment or period compared with, "all others", or null: none
 *   step, name        as in leadkpi_funnel_steps
 *   reached, of       int64: leads, or attempts where they are counted, that got here; and of how many:
 *                     those at step 1 (rate=overall, the default) or at the step before (rate=step; of step 1: 0)
 *   rate              double; null of nobody
 *   against_reached, against_of, against_rate   the same of the other side
 *   difference        double: rate less against_rate; with difference_low, difference_high: the
 *                     score interval of Miettinen and Nurminen (1985)
 *   p_value           double: two-sided, of the same score test; below 1 - level exactly where the interval
 *                     leaves out 0
 *   verdict           text: "higher", "lower", "not distinguishable"; "" where there is nothing
 *                     to compare
 * Young groups had less time: ask for mature=true. Attempts of one lead are alike, and more of them tell
 * less than as many leads: where many have several, intervals are too narrow. A p-value is of its one row: of twenty comparisons
 * of equal rates one is below 0.05. Also UNKNOWN_NAME (against) and CONTRADICTION (against without
 * by=segment; neither by=segment nor a grain: nothing to compare; breakdown=any: a lead would stand on both sides).
 * Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_funnel_difference(const leadkpi_funnel *funnel,
                                                     const leadkpi_options *options,
                                                     leadkpi_table **out, leadkpi_error *error);

/* leadkpi_funnel_sequences: which leads' events hold a pattern. `pattern` is in the notation of sequence.h;
 * (?N) is an event of step N. Events that match no step are left out, and order, entry, windows and exclusions of
 * the definition do not matter. A row a group:
 *   leads            int64: leads with an event that matches a step
 *   matched          int64: of these, those with a match
 *   matches          int64: matches that do not overlap, of all of them
 *   share            double: matched of leads; with share_low, share_high (Wilson); null of nobody
 * Groups go by the lead's first such event. With skips=implied an event is of the steps that it brings, too.
 * CONTRADICTION: breakdown=step and mature, which do not apply; input=time and closed ranges, which keep no
 * events. Also BAD_ARGUMENT (no pattern; the pattern, with the place; a step that there is not). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_funnel_sequences(const leadkpi_funnel *funnel,
                                                    const leadkpi_options *options,
                                                    leadkpi_table **out, leadkpi_error *error);

/* leadkpi_funnel_sequence_leads: the same, a row a lead in order of ids: id; matches (int64); first_start and
 * first_end (timestamps): of the first and last event of the first match, null without one. Of `options`
 * as_of, from, to and pattern are looked at. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_funnel_sequence_leads(const leadkpi_funnel *funnel,
                                                         const leadkpi_options *options,
                                                         leadkpi_table **out, leadkpi_error *error);

/* leadkpi_funnel_retention: who had step 1, and each other step too. A row a group and step:
 *   step, name       as in leadkpi_funnel_steps
 *   leads            int64: leads with an event of step 1
 *   retained         int64: of these, those with one of this step at whatever time, also before: what
 *                    ClickHouse's retention counts
 *   returned         int64: those with one after their first event of step 1, and within `window` of
 *                    the definition. Of step 1: who came again
 *   rate             double: returned of leads; with rate_low, rate_high (Wilson); null of nobody
 * Order, entry and the rest of the definition do not matter, but that with skips=implied an event is of the
 * steps that it brings, too. Groups go by the first event of step 1. CONTRADICTION as
 * leadkpi_funnel_sequences. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_funnel_retention(const leadkpi_funnel *funnel,
                                                    const leadkpi_options *options,
                                                    leadkpi_table **out, leadkpi_error *error);

/* leadkpi_funnel_checks: what is odd in the data, or does not fit the definition: counted, never hidden. A
 * row a finding that there is; names are stable:
 *   finding, meaning   text
 *   step, name         int64 and text: of steps_without_events, which has a row for each such step; else null,
 *                      but for the name in exclusions_without_events
 *   rows, leads        int64: how many events it is about, of how many leads
 *   id                 one of these leads; null of nobody
 * Findings: steps_without_events (is the name misspelt?), leads_without_entry, last_step_before_first,
 * steps_at_one_instant, repeated_events, events_after_as_of, exclusions_without_events (a row for each that
 * has a range of its own or is the only one; else one, without a name, where no event is any of them). With
 * skips=implied an event is of its own step alone in the first and the third. Only `as_of` is looked at.
 * CONTRADICTION as leadkpi_funnel_sequences, and from, to. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_funnel_checks(const leadkpi_funnel *funnel,
                                                 const leadkpi_options *options,
                                                 leadkpi_table **out, leadkpi_error *error);

/* leadkpi_funnel_level: the last step, from 1, that one journey reached; 0 for
 * none: a plain function for one window and the default rule (ordered, any entry, one event one step).
 * `times` rise (microseconds, any int64); bit i of `steps` says that the event matches step i + 1.
 * step_count is 1 to 64; window 0 or more, inclusive, LEADKPI_FUNNEL_NO_WINDOW for none. NULL
 * arrays only with count 0.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (step_count, window), BAD_DATA (a time before the one
 * before it, with its row; a step that there is not). `*level` is -1 on failure. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_funnel_level(const int64_t *times, const uint64_t *steps,
                                                size_t count, int32_t step_count, int64_t window,
                                                int32_t *level, leadkpi_error *error);

/* leadkpi_funnel_levels: the same for many journeys whose events stand together, at the speed of
 * memory and without a handle. The events of journey i are those from ends[i - 1] (0 for the first)
 * up to, not with, ends[i]; `times` rise within a journey and are above -2^63. `codes` say what an
 * event is, as a dictionary column does: code c matches the steps code_steps[c] (bits; 0: none).
 * code_count is at most 4096. levels[i] is written; all are -1 on failure. Arrays may be NULL where
 * they would be empty.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (step_count, window, code_count, code_steps), BAD_DATA (a
 * code out of range, a time before the one before it, an end before the one before it; with its
 * row). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_funnel_levels(const int64_t *times, const int32_t *codes,
                                                 const uint64_t *code_steps, size_t code_count,
                                                 const int64_t *ends, size_t journey_count,
                                                 int32_t step_count, int64_t window,
                                                 int32_t *levels, leadkpi_error *error);

/* leadkpi_funnel_levels_of_several: the same for up to 64 funnels in one pass over the events.
 * Funnel f has step_counts[f] steps and windows[f], and in
 * it code c matches the steps code_steps[f * code_count + c]. levels[i * funnel_count + f] is written;
 * all are -1 on failure. `host` may be NULL; for every 64 steps of all funnels together, 24 bytes a code and
 * 700 are held while it runs.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (host, funnel_count, code_count, and of a funnel
 * step_counts, windows, code_steps), BAD_DATA (as leadkpi_funnel_levels), OVERFLOW, OUT_OF_MEMORY,
 * LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_funnel_levels_of_several(
    const leadkpi_host *host, const int64_t *times, const int32_t *codes, const int64_t *ends,
    size_t journey_count, int32_t funnel_count, const uint64_t *code_steps, size_t code_count,
    const int32_t *step_counts, const int64_t *windows, int32_t *levels, leadkpi_error *error);

#define LEADKPI_FUNNEL_NO_WINDOW INT64_MAX

#ifdef __cplusplus
}
#endif
#endif
