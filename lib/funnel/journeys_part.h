/* journeys_part.h: the events of a few thousand leads, put in order within the cache, and packed. */
#ifndef LK_FUNNEL_JOURNEYS_PART_H
#define LK_FUNNEL_JOURNEYS_PART_H

#include "funnel/journeys.h"
#include "funnel/lead_levels.h"

/* Leads of one part: their events, 8 bytes each and once more while they are sorted, fit the second cache at
 * ten or so a lead. */
#define LK_PART_BITS 12
#define LK_PART_LEADS (UINT32_C(1) << LK_PART_BITS)

typedef struct lk_part {
    uint32_t start, end; /* its events, at these places, in any order */
    uint32_t lead,
        lead_end; /* its leads, within a multiple of LK_PART_LEADS, by index or by number */
    const int64_t *numbers; /* of each lead the number that its events have instead of the index;
                               NULL: they have the index */
} lk_part;

/* The keys of its events in two halves, while they are sorted: 16 bytes an event of the largest
 * part. */
typedef struct lk_part_sorter {
    const uint32_t *code_rank;
    lk_packed_codes codes;
    lk_lead_scan levels; /* not open: they are not looked for */
    const lk_memory *memory; /* whose host is asked */
    size_t done;             /* events since it was: lk_interrupted_after */
    uint64_t *keys;
    size_t capacity; /* of each half */
} lk_part_sorter;

/* With at most LK_PACKED_CODES_MAX codes. Status: OK, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_part_sorter_open(lk_part_sorter *sorter, lk_memory *memory,
                                   const uint32_t *code_rank, uint32_t code_count, size_t largest,
                                   leadkpi_error *error);
void lk_part_sorter_close(lk_part_sorter *sorter, lk_memory *memory);

/* Sets ends[lead] of each lead, where events have the index. Status: OK, INTERRUPTED, as those that follow. */
leadkpi_status lk_part_count(lk_part_sorter *sorter, const lk_part *part, const lk_funnel_event *events,
                             uint32_t *ends, leadkpi_error *error);

/* The same for events that have its last bits in `slots`. */
leadkpi_status lk_part_count_packed(lk_part_sorter *sorter, const lk_part *part, const uint16_t *slots,
                                    uint32_t *ends, leadkpi_error *error);

/* Events of the part, packed, in the order of journeys; ends[lead] is known. `packed` may be the place of
 * `events`, where parts follow each other from the first. */
leadkpi_status lk_part_sort(lk_part_sorter *sorter, const lk_part *part, const uint32_t *ends,
                            const lk_funnel_event *events, uint64_t *packed, leadkpi_error *error);

/* The same for events that are packed where they are, and have the last bits of their leads' numbers in
 * `slots`, which are as many. */
leadkpi_status lk_part_sort_packed(lk_part_sorter *sorter, const lk_part *part, const uint32_t *ends,
                                   const uint16_t *slots, uint64_t *packed, leadkpi_error *error);

#endif
