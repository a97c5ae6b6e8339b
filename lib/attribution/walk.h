/* walk.h: journeys, one after the other, from events and from paths.
 *
 * A unit's touches are in order of time, sequence and content, its conversions in order of time,
 * sequence, type, weight and value; never of arrival. Each conversion takes the touches from
 * the start of its lookback (not with it) to its own time, less those that the rule for repeats
 * has closed, the latest touches_max of them, and after that come the transforms. */
#ifndef LK_ATTRIBUTION_WALK_H
#define LK_ATTRIBUTION_WALK_H

#include "attribution/store.h"

/* Word 0 of a path: the group, and this where it was closed: cut and transformed already. */
#define LK_PATH_CLOSED 0x80000000u

typedef struct lk_journey {
    const uint32_t *kinds;
    const int64_t *times; /* NULL: a path, which has none */
    const lk_milestone *milestones; /* of the unit, in order of time */
    uint32_t milestone_count;
    uint32_t count;
    uint32_t group;
    uint32_t unit; /* LK_MAP_NONE: a path */
    uint32_t type; /* a text, or LK_TYPE_NULL; of a path LK_MAP_NONE */
    uint32_t unused;
    int64_t time; /* of the conversion */
    lk_exact_sum sums[LK_PATH_SUMS];
} lk_journey;

typedef struct lk_walk_filter {
    int64_t as_of; /* what comes after does not count */
    int64_t from, to; /* of conversions and nulls; half open */
    const uint8_t *types; /* by text: does it count? NULL: all do */
    uint32_t groups; /* folded to so many, a power of two; journeys come group by group */
    uint32_t unused;
} lk_walk_filter;

typedef struct lk_walk_counts {
    uint64_t units, paths, touches, outcomes;
    uint64_t journeys, converting, nulls, journey_touches;
    uint64_t dropped, transformed, unused_touches;
} lk_walk_counts;

typedef leadkpi_status (*lk_journey_visit)(void *context, const lk_journey *journey,
                                           leadkpi_error *error);

/* What is handed to `visit` is good for the time of the call.
 * Status: OK, OUT_OF_MEMORY, LIMIT, INTERRUPTED, and what `visit` returns. */
leadkpi_status lk_walk(const leadkpi_attribution *attribution, const lk_walk_filter *filter,
                       lk_memory *memory, lk_journey_visit visit, void *context,
                       lk_walk_counts *counts, leadkpi_error *error);

/* Texts in order of their bytes: rank[text]. And kinds by their texts. `count` each. */
leadkpi_status lk_rank_texts(const lk_map_text *texts, lk_memory *memory, uint32_t **ranks,
                             leadkpi_error *error);
leadkpi_status lk_rank_kinds(const leadkpi_attribution *attribution, lk_memory *memory,
                             uint32_t **ranks, leadkpi_error *error);

/* Rows of units put together: items[ends[u - 1]] up to items[ends[u]] are those of unit u. */
typedef struct lk_unit_rows {
    const char *items;
    char *copy; /* NULL: they came unit by unit */
    uint32_t *ends;
    size_t count, size;
    uint32_t longest;
    uint32_t unit_count;
} lk_unit_rows;

/* `size` bytes a row, of which the uint32_t at `unit_offset` is the unit. */
leadkpi_status lk_unit_rows_open(lk_unit_rows *rows, lk_memory *memory, const void *items,
                                 size_t count, size_t size, size_t unit_offset, uint32_t unit_count,
                                 leadkpi_error *error);
void lk_unit_rows_close(lk_unit_rows *rows, lk_memory *memory);

static inline uint32_t lk_unit_rows_start(const lk_unit_rows *rows, uint32_t unit)
{
    return unit ? rows->ends[unit - 1] : 0;
}

/* The order of rows of one unit. */
int lk_touch_compare(const lk_touch *a, const lk_touch *b, const uint32_t *kind_ranks);
int lk_outcome_compare(const lk_outcome *a, const lk_outcome *b, const uint32_t *text_ranks);
int lk_milestone_compare(const lk_milestone *a, const lk_milestone *b, const uint32_t *text_ranks);

#endif
