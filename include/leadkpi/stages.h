/* stages.h: the history of a CRM's stages: who went where, when, and who stands where.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * A leadkpi_stages keeps every change of stage of every lead, as a CRM logs it, and reports on the line
 * of stages, on the graph of moves between them, on the time in each, and on the data themselves.
 *
 *     leadkpi_options_create(NULL, "stages", LEADKPI_NUL_TERMINATED, &definition, &error);
 *     leadkpi_options_parse(definition, "stages=new,mql,sql,won; lost=lost,disqualified",
 *                           LEADKPI_NUL_TERMINATED, &error);
 *     leadkpi_stages_create(NULL, definition, &stages, &error);
 *     leadkpi_stages_add(stages, changes, NULL, 0, &error);
 *     leadkpi_stages_transitions(stages, NULL, &report, &error);
 *
 * Why not a leadkpi_funnel: a funnel asks who completed a chain of events, and what undoes nothing is
 * nothing to it. Here a lead stands in one stage at a time, going back and coming back are what one
 * wants to know, and a lead that is still open is watched, not failed. Which skips count is asked of
 * each report, so that one history answers for all of them.
 *
 * The definition. Options of schema "stages":
 *   stages  1 to 64 stages, the line, in its order
 *   won     those of the line that end a lead with success; default: the last
 *   lost    stages off the line that end a lead without success
 *   edges   moves that may be, "new>mql"; leadkpi_stages_checks lists the others. Default: any may
 *   ids     exact or hashed
 * Other stages in the data are off the line, in order of their names.
 *
 * A history. Rows of a lead are in order of time, of the column sequence, and of their stage (the line
 * first, then the lost ones, then the others by name): so stages of one instant are passed in the order
 * of the line. A lead stands in a stage from its row to the next row of another stage; a row of the
 * stage it stands in changes nothing. Where its first row names an old stage, the lead stood
 * there before, since when is not known. A lead came with its first row.
 *
 * The same rows give the same state, byte for byte, in any order, batches and merged parts. Memory: 40
 * bytes a row, about 30 a lead and its id. A report holds at most 136 bytes a row and 220 a lead more, in
 * groups (by, grain) 190 a row.
 *
 * Threads: one thread at a time, except that calls that take the handle const may run together. */
#ifndef LEADKPI_STAGES_H
#define LEADKPI_STAGES_H

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

typedef struct leadkpi_stages leadkpi_stages;

/* leadkpi_stages_create: an empty handle. `host` may be NULL. `definition` is of schema "stages" and is
 * copied. `*out` is NULL on failure.
 * Status: OK, NULL_ARGUMENT (out, definition), BAD_ARGUMENT (host, stages, an edge), CONTRADICTION (won,
 * lost), MISMATCH (options of another schema), OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stages_create(const leadkpi_host *host,
                                                 const leadkpi_options *definition,
                                                 leadkpi_stages **out, leadkpi_error *error);

/* leadkpi_stages_create_like: an empty handle of the same definition and host.
 * Status: OK, NULL_ARGUMENT, OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stages_create_like(const leadkpi_stages *stages,
                                                      leadkpi_stages **empty_twin,
                                                      leadkpi_error *error);

/* leadkpi_stages_free: NULL does nothing. Since 0.1. */
LEADKPI_API void leadkpi_stages_free(leadkpi_stages *stages);

/* leadkpi_stages_add: takes all rows of the table, or none. A row is a change of stage:
 *   id         int64 or text; all ids of a handle are of one type
 *   time       timestamp, years 1 to 9999
 *   stage      text: the new stage
 *   from       text: the old stage. Optional, may be null: the history says it, and
 *              leadkpi_stages_checks where the two disagree
 *   sequence   int64: order within one time; null is 0. Optional
 *   segment    text. Optional, may be null
 *   reason     text: why, of a loss. Optional, may be null
 * A null in the others is refused with its row; other columns are not looked at. `batch_id` is optional
 * (NULL): a batch that this handle has had under the same id changes nothing; the call succeeds, and
 * `error`, with code OK, says so.
 * Status: OK, NULL_ARGUMENT, UNKNOWN_NAME (a missing column), WRONG_TYPE (also ids of another type than
 * before), BAD_DATA (with row and column), OVERFLOW (2^32 - 2 rows), OUT_OF_MEMORY, LIMIT, INTERRUPTED.
 * Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stages_add(leadkpi_stages *stages, const leadkpi_table *rows,
                                              const char *batch_id, size_t batch_id_length,
                                              leadkpi_error *error);

/* leadkpi_stages_add_wide: the same from one row a lead: id, optionally segment and reason, and a timestamp
 * column for each stage of the line and each lost one, under its name; null where the lead did not get
 * there. Columns of lost stages, and all but one of the line, may be missing.
 * Status as leadkpi_stages_add; UNKNOWN_NAME where no stage has a column. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stages_add_wide(leadkpi_stages *stages, const leadkpi_table *rows,
                                                   const char *batch_id, size_t batch_id_length,
                                                   leadkpi_error *error);

/* leadkpi_stages_merge: add all that `from` holds; `from` stays as it is.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (into itself), MISMATCH (other definition or id type; a batch
 * id that both have had), OVERFLOW, OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stages_merge(leadkpi_stages *into, const leadkpi_stages *from,
                                                leadkpi_error *error);

/* leadkpi_stages_serialize: the state as bytes, the same on every machine. `*needed`, where not NULL, is
 * the size, known even when the buffer is too small; `buffer` may be NULL when capacity is 0, which
 * asks for the size. Every later release reads it.
 * Status: OK, NULL_ARGUMENT, BUFFER_TOO_SMALL (the buffer is not touched), OUT_OF_MEMORY, LIMIT,
 * INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stages_serialize(const leadkpi_stages *stages, void *buffer,
                                                    size_t capacity, size_t *needed,
                                                    leadkpi_error *error);

/* leadkpi_stages_deserialize: a handle from such bytes, which may come from anywhere: everything is
 * checked before it is used. `host` may be NULL. `*out` is NULL on failure.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (host), BAD_FORMAT, BAD_CHECKSUM, NEWER_FORMAT,
 * OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stages_deserialize(const leadkpi_host *host, const void *bytes,
                                                      size_t size, leadkpi_stages **out,
                                                      leadkpi_error *error);

/* leadkpi_stages_describe: the definition as an English sentence, NUL-terminated. Buffer rules as
 * serialize.
 * Status: OK, NULL_ARGUMENT, BUFFER_TOO_SMALL, OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stages_describe(const leadkpi_stages *stages, char *buffer,
                                                   size_t capacity, size_t *needed,
                                                   leadkpi_error *error);

/* ---- reports ------------------------------------------------------------- */
/* `options` is of schema "stages_report", or NULL:
 *   as_of      rows after it do not count; default: the latest row there is
 *   by         segment: a group of rows for each segment; default none
 *   breakdown  which segment is a lead's: that of its first row that has one (first, the default),
 *              or of its last
 *   skips      which stages a lead reached that jumped over some:
 *                implied  those it jumped over too (default)
 *                strict   those up to which it passed the whole line in order
 *                any      those it stood in, in whatever order: no rates
 *                own      those it stood in; rates are of those that stood in both stages
 *   visits     what is one time in a stage: each visit (default), the first or the last one
 *              of a lead, or the sum of a lead's visits
 *   level      of the intervals, default 0.95
 *   from, to   only leads that came from the one on, before the other, whatever they did after; refused by
 *              leadkpi_stages_checks, which are of all rows
 *   grain ...  of a calendar (calendar.h), default all: groups by when the lead came. Times are those of
 *              the clock, so opening hours and holidays are refused
 * Only leadkpi_stages_steps takes skips, and only leadkpi_stages_durations takes visits: the others refuse them.
 * Groups stand in order of segment (null first) and period; last, unless it is the only group, comes the
 * total. A group's columns are row ("segment" or "total"); segment, when by=segment; period_start,
 * period_end and period, when grain is not all.
 * Status of each: OK, NULL_ARGUMENT, MISMATCH (options of another schema), CONTRADICTION (also to not after
 * from), BAD_ARGUMENT or BAD_FORMAT (calendar), OVERFLOW, OUT_OF_MEMORY, LIMIT, INTERRUPTED. `*out` is NULL
 * on failure. */

/* leadkpi_stages_steps: how many got how far on the line. A row a group and stage of the line:
 *   stage, name      int64 from 1, and text
 *   reached          int64: leads that reached it, by `skips`
 *   skipped          int64: of those that got farther, those that never stood here
 *   exactly          int64: leads whose farthest stage this is
 *   open             int64: of these, those that are neither won nor lost: they may still go on
 *   lost             int64: of these, those that are lost now
 *   went_back        int64: leads that went from here to an earlier stage of the line
 *   step_rate, overall_rate   double: reached of those that reached the stage before, the first; null
 *                    at stage 1 (step_rate), of nobody, and with skips=any; with _low, _high (Wilson)
 *   bottleneck       bool: the lowest step_rate of its group (the first of equals)
 *   immature         bool: the group has open leads, or its period is not over
 * Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stages_steps(const leadkpi_stages *stages,
                                                const leadkpi_options *options,
                                                leadkpi_table **out, leadkpi_error *error);

/* leadkpi_stages_snapshot: who stands where as of the report. A row a group and stage (the line, the
 * lost ones, then the others by name):
 *   stage            text
 *   leads            int64
 *   share            double, of the group's leads; with share_low, share_high (Wilson)
 *   mean_age_seconds, median_age_seconds   double: how long they have stood there, where that is known
 * Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stages_snapshot(const leadkpi_stages *stages,
                                                   const leadkpi_options *options,
                                                   leadkpi_table **out, leadkpi_error *error);

/* leadkpi_stages_transitions: the graph: a row a group and move, for a Sankey chart, too. A skip is a
 * move of its own here.
 *   from             text; null: the lead came
 *   to               text
 *   move             text: came, next, skip, back (on the line), lost, reopened (from a won or lost
 *                    stage), aside (to or from a stage that is neither)
 *   count            int64: how often
 *   leads            int64: how many leads did
 *   visits           int64: visits of `from`, those that last included (came: leads of the group)
 *   rate             double: count of visits; with rate_low, rate_high (Wilson). What is missing to 1 still
 *                    stands there
 *   mean_seconds, median_seconds   double: of the time in `from` before this move; null where none is known
 * Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stages_transitions(const leadkpi_stages *stages,
                                                      const leadkpi_options *options,
                                                      leadkpi_table **out, leadkpi_error *error);

/* leadkpi_stages_durations: time in stage, leads that still stand there censored. A row a group and
 * stage; times since an unknown start are left out:
 *   stage            text
 *   ended            int64: times that are over
 *   mean_seconds, p25_seconds, median_seconds, p75_seconds, p90_seconds
 *                    double: of those; quantiles of type 7. Null where there is none
 *   open             int64: times that still last as of the report
 *   survival_median_seconds, with _low, _high   double: the median of all by Kaplan and Meier, which counts
 *                    the open ones; null where fewer than half ended, INFINITY where an end is not reached
 *   flags            text: "survivor_biased" where means and quantiles leave some out, else ""
 * Stages passed by skips=implied have no time. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stages_durations(const leadkpi_stages *stages,
                                                    const leadkpi_options *options,
                                                    leadkpi_table **out, leadkpi_error *error);

/* leadkpi_stages_reasons: why leads were lost, and from where. A row a group, old stage, lost stage and
 * reason:
 *   from, stage      text; from is null where the lead came lost
 *   reason           text; null: none was given
 *   count, leads     int64: losses, and how many leads
 *   share            double: of the group's losses; with share_low, share_high (Wilson)
 * Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stages_reasons(const leadkpi_stages *stages,
                                                  const leadkpi_options *options,
                                                  leadkpi_table **out, leadkpi_error *error);

/* leadkpi_stages_leads: a row a lead, in order of ids:
 *   id                   int64 or text; of hashed ids the hash in 32 hexadecimal digits
 *   segment              text, by the breakdown; null: none
 *   start                timestamp of its first row
 *   stage, since         where it stands, and since when (null: not known)
 *   status               text: open, won, lost
 *   farthest             text: the farthest stage of the line it stood in; null: none
 *   visits, went_back, reopened   int64: stages it stood in; moves back on the line; moves out of a won or
 *                        lost stage
 * `by`, `level` and the calendar are not looked at. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stages_leads(const leadkpi_stages *stages,
                                                const leadkpi_options *options,
                                                leadkpi_table **out, leadkpi_error *error);

/* leadkpi_stages_checks: what is odd in the data: counted, never hidden. A row a finding that there is;
 * names are stable:
 *   finding, meaning     text
 *   rows, leads          int64: how many rows it is about, of how many leads
 *   id                   one of these leads
 * Findings: customer_before_creation, stage_before_creation, two_stages_at_one_instant, repeated_rows,
 * from_disagrees, start_unknown, skipped_stages, went_back, reopened, stages_off_the_line,
 * moves_off_the_edges, rows_after_as_of. `by`, `level` and the calendar are not looked at. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_stages_checks(const leadkpi_stages *stages,
                                                 const leadkpi_options *options,
                                                 leadkpi_table **out, leadkpi_error *error);

#ifdef __cplusplus
}
#endif
#endif
