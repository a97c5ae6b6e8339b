/* responses.h: speed to lead: how fast leads are answered, and what that is worth.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * A leadkpi_responses collects leads, the answers to them and their conversions, and reports the time
 * to the first answer, the share answered in time, and conversion by how fast the answer came.
 *
 *     leadkpi_options_create(NULL, "responses", LEADKPI_NUL_TERMINATED, &definition, &error);
 *     leadkpi_responses_create(NULL, definition, &responses, &error);
 *     leadkpi_responses_add_leads(responses, leads, NULL, 0, &error);
 *     leadkpi_responses_add(responses, answers, NULL, 0, &error);
 *     leadkpi_options_create(NULL, "responses_report", LEADKPI_NUL_TERMINATED, &how, &error);
 *     leadkpi_options_parse(how, "clock=opening; hours=\"mon-fri 09:00-17:00\"; targets=5min,1h",
 *                           LEADKPI_NUL_TERMINATED, &error);
 *     leadkpi_responses_targets(responses, how, &report, &error);
 *
 * The rules
 *   - A lead came with its first row of leadkpi_responses_add_leads. Answers and conversions of a lead
 *     without one wait for it, and leadkpi_responses_checks counts them.
 *   - Its first answer is the first response at that instant or later whose kind is not one of
 *     `automatic`: an auto-reply never stops the clock. Responses before it came do not count.
 *   - A lead without an answer is not left out: it has waited until the report, and is censored there.
 *     Means and quantiles of the answered alone are too short, and flagged; the median by Kaplan and
 *     Meier stands beside them.
 *   - With clock=opening, time runs while it is open (calendar.h: hours, holidays, zone): a lead of
 *     Friday night answered on Monday at opening waited no time.
 *
 * The same rows give the same state, byte for byte, in any order, batches and merged parts. Memory: 40
 * bytes a row, about 30 a lead and its id. A report holds 44 bytes a row and 80 a lead more.
 *
 * Threads: one thread at a time, except that calls that take the handle const may run together. */
#ifndef LEADKPI_RESPONSES_H
#define LEADKPI_RESPONSES_H

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

typedef struct leadkpi_responses leadkpi_responses;

/* leadkpi_responses_create: an empty handle. `host` and `definition` may be NULL; `definition` is of schema
 * "responses" and is copied:
 *   automatic  kinds of response that do not stop the clock; default auto, auto_reply
 *   ids        exact or hashed
 * `*out` is NULL on failure.
 * Status: OK, NULL_ARGUMENT (out), BAD_ARGUMENT (host), MISMATCH (options of another schema),
 * OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_responses_create(const leadkpi_host *host,
                                                    const leadkpi_options *definition,
                                                    leadkpi_responses **out, leadkpi_error *error);

/* leadkpi_responses_create_like: an empty handle of the same definition and host.
 * Status: OK, NULL_ARGUMENT, OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_responses_create_like(const leadkpi_responses *responses,
                                                         leadkpi_responses **empty_twin,
                                                         leadkpi_error *error);

/* leadkpi_responses_free: NULL does nothing. Since 0.1. */
LEADKPI_API void leadkpi_responses_free(leadkpi_responses *responses);

/* leadkpi_responses_add_leads, _add, _add_conversions: take all rows of the table, or none. Columns:
 *   id        int64 or text; all ids of a handle are of one type
 *   time      timestamp, years 1 to 9999: when the lead came, the answer was given, the lead converted
 *   segment   of leads: text. Optional, may be null
 *   kind      of responses: text, such as call, mail, auto. Optional, may be null: a person answered
 * A null in the others is refused with its row; other columns are not looked at. `batch_id` is optional
 * (NULL): a batch that this handle has had under the same id, by whichever of the three, changes
 * nothing; the call succeeds, and `error`, with code OK, says so.
 * Status: OK, NULL_ARGUMENT, UNKNOWN_NAME (a missing column), WRONG_TYPE (also ids of another type than
 * before), BAD_DATA (with row and column), OVERFLOW (2^32 - 2 rows), OUT_OF_MEMORY, LIMIT, INTERRUPTED.
 * Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_responses_add_leads(leadkpi_responses *responses,
                                                       const leadkpi_table *rows,
                                                       const char *batch_id, size_t batch_id_length,
                                                       leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_responses_add(leadkpi_responses *responses,
                                                 const leadkpi_table *rows, const char *batch_id,
                                                 size_t batch_id_length, leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_responses_add_conversions(leadkpi_responses *responses,
                                                             const leadkpi_table *rows,
                                                             const char *batch_id,
                                                             size_t batch_id_length,
                                                             leadkpi_error *error);

/* leadkpi_responses_merge: add all that `from` holds; `from` stays as it is.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (into itself), MISMATCH (other definition or id type; a batch
 * id that both have had), OVERFLOW, OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_responses_merge(leadkpi_responses *into,
                                                   const leadkpi_responses *from,
                                                   leadkpi_error *error);

/* leadkpi_responses_serialize: the state as bytes, the same on every machine. `*needed`, where not NULL,
 * is the size, known even when the buffer is too small; `buffer` may be NULL when capacity is 0, which
 * asks for the size. Every later release reads it.
 * Status: OK, NULL_ARGUMENT, BUFFER_TOO_SMALL (the buffer is not touched), OUT_OF_MEMORY, LIMIT,
 * INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_responses_serialize(const leadkpi_responses *responses,
                                                       void *buffer, size_t capacity,
                                                       size_t *needed, leadkpi_error *error);

/* leadkpi_responses_deserialize: a handle from such bytes, which may come from anywhere: everything is
 * checked before it is used. `host` may be NULL. `*out` is NULL on failure.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (host), BAD_FORMAT, BAD_CHECKSUM, NEWER_FORMAT,
 * OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_responses_deserialize(const leadkpi_host *host, const void *bytes,
                                                         size_t size, leadkpi_responses **out,
                                                         leadkpi_error *error);

/* leadkpi_responses_describe: the definition as an English sentence, NUL-terminated. Buffer rules as
 * serialize.
 * Status: OK, NULL_ARGUMENT, BUFFER_TOO_SMALL, OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_responses_describe(const leadkpi_responses *responses,
                                                      char *buffer, size_t capacity, size_t *needed,
                                                      leadkpi_error *error);

/* ---- reports ------------------------------------------------------------- */
/* `options` is of schema "responses_report", or NULL:
 *   as_of      rows after it do not count; default: the latest row there is
 *   by         segment: a group of rows for each segment; default none
 *   breakdown  which segment is a lead's: that of its first row that has one (first, the default),
 *              or of its last
 *   clock      elapsed (default), or opening: only the time while it is open, with hours, special_hours
 *              or holidays, which are refused without it
 *   targets    durations, within which a lead is to be answered; default 5min, 1h, 1d
 *   bands      durations that rise, where one band ends and the next begins; default 5min, 30min, 1h, 1d
 *   reference  the band to compare with, from 1; 0, the default: the slowest in which leads of the total
 *              were answered
 *   window     longest time from lead to conversion, inclusive. With one, only leads whose window is
 *              over count in the bands
 *   conversions_given  true: where no conversion was added at all nobody converted. Default false: it is not
 *              known then who did, as conversions may not have been asked for
 *   level      of the intervals, default 0.95
 *   from, to   only leads that came from the one on, before the other, whatever they did after; refused by
 *              leadkpi_responses_checks, which are of all rows
 *   grain, zone, hours ...  of a calendar (calendar.h); grain default all: groups by when the lead came
 * Only leadkpi_responses_targets takes targets, and only leadkpi_responses_bands takes bands, reference,
 * window and conversions_given: the others refuse them.
 * Groups stand in order of segment (null first) and period; last, unless it is the only group, comes the
 * total. A group's columns are row ("segment" or "total"); segment, when by=segment; period_start,
 * period_end and period, when grain is not all.
 * Status of each: OK, NULL_ARGUMENT, MISMATCH (options of another schema), BAD_ARGUMENT (a duration; bands;
 * calendar), BAD_FORMAT (calendar), CONTRADICTION (calendar; to not after from; an option that the report
 * does not take), OVERFLOW, OUT_OF_MEMORY, LIMIT, INTERRUPTED. `*out` is NULL on failure. */

/* leadkpi_responses_speed: time to the first answer. A row a group:
 *   leads              int64
 *   answered           int64
 *   automatic_only     int64: of the others, those that had an automatic response
 *   mean_seconds, p25_seconds, median_seconds, p75_seconds, p90_seconds
 *                      double: of the answered; quantiles of type 7. Null where none was
 *   unanswered         int64: censored as of the report
 *   survival_median_seconds, with _low, _high   double: the median of all leads by Kaplan and Meier; null where
 *                      fewer than half are answered, INFINITY where an end is not reached
 *   flags              text: "survivor_biased" where means and quantiles leave leads out, else ""
 * Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_responses_speed(const leadkpi_responses *responses,
                                                   const leadkpi_options *options,
                                                   leadkpi_table **out, leadkpi_error *error);

/* leadkpi_responses_targets: answered in time? A row a group and target (a service level, SLA):
 *   target_seconds   double
 *   met              int64: answered within it, inclusive
 *   missed           int64: answered later, or not and the target is past
 *   pending          int64: neither yet; in no rate
 *   attainment       double: met of met and missed; with attainment_low, attainment_high (Wilson). Null of
 *                    nobody
 * Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_responses_targets(const leadkpi_responses *responses,
                                                     const leadkpi_options *options,
                                                     leadkpi_table **out, leadkpi_error *error);

/* leadkpi_responses_bands: conversion by how fast the answer came. A row a group and band, and one,
 * the last, for leads that had none before they converted or the report was made:
 *   from_seconds, to_seconds   double: the band holds waits above the first (the first band: from 0)
 *                    up to the second, inclusive; to_seconds is null in the slowest, both in the last row
 *   leads            int64
 *   converted        int64: of these, those that converted at or after they came (and within `window`). Null,
 *                    as rate and ratios are, in every row where no conversion was ever added, of whatever lead
 *                    and time: that is not known, which is not 0. With conversions_given it is 0
 *   rate             double; with rate_low, rate_high (Wilson); null of nobody
 *   risk_ratio       double: rate over that of the reference; with _low, _high (Katz 1978)
 *   odds_ratio       double: odds over those of the reference; with _low, _high (Woolf 1955)
 *                    Both null where they or their variance have no value; in the reference's own row null
 *   pending          int64: leads of the band left out, their window not being over
 * An answer after the conversion did not bring it about, and so does not count here. A difference
 * between bands is no proof that speed caused it: good leads may be answered first. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_responses_bands(const leadkpi_responses *responses,
                                                   const leadkpi_options *options,
                                                   leadkpi_table **out, leadkpi_error *error);

/* leadkpi_responses_leads: a row a lead that came, in order of ids:
 *   id               int64 or text; of hashed ids the hash in 32 hexadecimal digits
 *   segment          text, by the breakdown; null: none
 *   came             timestamp
 *   answered         timestamp of the first answer; null: none
 *   kind             text: of that answer; null: none said
 *   wait_seconds     double: to the answer, or as of the report
 *   automatic        int64: automatic responses before the answer
 *   converted        timestamp; null: not, or that is not known, no conversion being added
 * `by`, `level` and `grain` are not looked at. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_responses_leads(const leadkpi_responses *responses,
                                                   const leadkpi_options *options,
                                                   leadkpi_table **out, leadkpi_error *error);

/* leadkpi_responses_checks: what is odd in the data: counted, never hidden. A row a finding that there
 * is; names are stable:
 *   finding, meaning   text
 *   rows, leads        int64: how many rows it is about, of how many leads
 *   id                 one of these leads
 * Findings: repeated_leads, responses_of_unknown_leads, conversions_of_unknown_leads,
 * responses_before_lead, conversions_before_lead, answers_after_conversion, rows_after_as_of. Only `as_of` is
 * looked at. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_responses_checks(const leadkpi_responses *responses,
                                                    const leadkpi_options *options,
                                                    leadkpi_table **out, leadkpi_error *error);

#ifdef __cplusplus
}
#endif
#endif
