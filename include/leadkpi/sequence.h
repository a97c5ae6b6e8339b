/* sequence.h: patterns of events with conditions on time, in linear time.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * A leadkpi_sequence is a compiled pattern, in the notation of ClickHouse's sequenceMatch:
 *
 *     leadkpi_sequence_create(NULL, "(?1)(?t<=1h)(?2).*(?3)", LEADKPI_NUL_TERMINATED, &sequence, &error);
 *     leadkpi_sequence_match(sequence, times, conditions, count, &matches, &error);
 *
 *   (?N)       an event for which condition N holds; N is 1 to 64
 *   .          any event
 *   .*         any number of events, also none
 *   (?t<=3600) between the event before and the one after it there is so much time: <=, <, >=, >, ==
 *              and seconds, or a duration such as 1h or 7d. Any number of events may stand in between.
 *              Several in a row must all hold
 * A pattern has up to 64 parts that are events. Blanks are allowed between parts.
 *
 * What a match is. Parts take events in their order. Two parts that touch take events that stand next
 * to each other; with .* or a condition on time between them the second takes any later one. A condition on time
 * is about the events that the parts before and after it took, wherever .* stands. Events for which no condition
 * holds are left out first, so next to each other means among the others. A match may start anywhere.
 *   count     of matches that do not overlap there are at most so many: the one that ends first is
 *             taken, and then again, of the events after it
 *   first     the match that ends first; of those that end there the one that starts last
 * An empty pattern, or one of .* alone, matches everything once, also no event at all.
 *
 * How it differs from ClickHouse (26.7), on purpose: ClickHouse forgets the time where .* stands, so that
 * (?1).*(?t>0)(?2) never matches there; it gives up after a million steps, which 500 events can bring
 * about; it orders events of one time as they arrive; it counts an empty pattern once a row.
 *
 * Time is in proportion to events times parts, whatever the pattern and the events; memory is 8 bytes an event
 * while a call runs. A compiled pattern never changes: any number of threads may use it at the same time.
 *
 * `times` rise (microseconds, years 1 to 9999); bit i of conditions[k] says that condition i + 1 holds
 * for event k. Arrays may be NULL where count is 0. Which of two events of one time is first is the
 * caller's order. */
#ifndef LEADKPI_SEQUENCE_H
#define LEADKPI_SEQUENCE_H

#include <stddef.h>
#include <stdint.h>

#include <leadkpi/error.h>
#include <leadkpi/export.h>
#include <leadkpi/host.h>
#include <leadkpi/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct leadkpi_sequence leadkpi_sequence;

/* leadkpi_sequence_create: `host` may be NULL. `*out` is NULL on failure.
 * Status: OK, NULL_ARGUMENT (out, pattern), BAD_ARGUMENT (host; the pattern, with the place), OUT_OF_MEMORY,
 * LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_sequence_create(const leadkpi_host *host, const char *pattern,
                                                   size_t pattern_length, leadkpi_sequence **out,
                                                   leadkpi_error *error);

/* leadkpi_sequence_free: NULL does nothing. Since 0.1. */
LEADKPI_API void leadkpi_sequence_free(leadkpi_sequence *sequence);

/* leadkpi_sequence_part_count: how many parts are events; 0 for NULL. Since 0.1. */
LEADKPI_API int32_t leadkpi_sequence_part_count(const leadkpi_sequence *sequence);

/* leadkpi_sequence_match: 1 where there is a match, else 0; _count: how many. -1 on failure.
 * Status: OK, NULL_ARGUMENT, BAD_DATA (a time before the one before it, or out of range, with its row),
 * OVERFLOW (2^32 - 1 events), OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_sequence_match(const leadkpi_sequence *sequence,
                                                  const int64_t *times, const uint64_t *conditions,
                                                  size_t count, int32_t *matches,
                                                  leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_sequence_count(const leadkpi_sequence *sequence,
                                                  const int64_t *times, const uint64_t *conditions,
                                                  size_t count, int64_t *match_count,
                                                  leadkpi_error *error);

/* leadkpi_sequence_first: the places, from 0, of the events of the first match, one a part; all -1 where
 * there is none, and on failure. `places` has room for leadkpi_sequence_part_count of them, and may be
 * NULL where that is 0. Status as leadkpi_sequence_match. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_sequence_first(const leadkpi_sequence *sequence,
                                                  const int64_t *times, const uint64_t *conditions,
                                                  size_t count, int64_t *places,
                                                  leadkpi_error *error);

/* leadkpi_sequence_retention: ClickHouse's retention: retained[0] is 1 where condition 1 holds for some event,
 * retained[i] where condition i + 1 does too, at whatever time, also before; else 0. condition_count is
 * 1 to 64, and `retained` has as many. All are -1 on failure.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (condition_count). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_sequence_retention(const uint64_t *conditions, size_t count,
                                                      int32_t condition_count, int32_t *retained,
                                                      leadkpi_error *error);

/* leadkpi_sequence_retention_after: the same with an eye on time: retained[i] is 1 where condition i + 1 holds
 * for an event after the first one of condition 1, and at most `within` microseconds later (0 or more;
 * INT64_MAX for any time). Status: also BAD_ARGUMENT (within), BAD_DATA (times). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_sequence_retention_after(const int64_t *times,
                                                            const uint64_t *conditions,
                                                            size_t count, int32_t condition_count,
                                                            int64_t within, int32_t *retained,
                                                            leadkpi_error *error);

#ifdef __cplusplus
}
#endif
#endif
