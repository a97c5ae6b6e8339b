/* journeys_part.c: packed events sort as numbers, and need not become anything else. */
#include "funnel/journeys_part.h"

#include "base/sort.h"

leadkpi_status lk_part_sorter_open(lk_part_sorter *sorter, lk_memory *memory,
                                   const uint32_t *code_rank, uint32_t code_count, size_t largest,
                                   leadkpi_error *error)
{
    *sorter = (lk_part_sorter){.code_rank = code_rank,
                               .codes = lk_packed_codes_of(code_rank, code_count),
                               .memory = memory,
                               .capacity = largest};
    LK_TRY(lk_allocate(memory, largest, 2 * sizeof *sorter->keys, &sorter->keys, error));
    return lk_bring_pages(memory, sorter->keys, largest * 2 * sizeof *sorter->keys, error);
}

void lk_part_sorter_close(lk_part_sorter *sorter, lk_memory *memory)
{
    lk_lead_scan_close(&sorter->levels, memory);
    lk_release(memory, sorter->keys, sorter->capacity, 2 * sizeof *sorter->keys);
    *sorter = (lk_part_sorter){0};
}

/* ---- one lead ------------------------------------------------------------------- */

/* Most leads have a handful of events. */
#define FEW_EVENTS 24

/* The place of each is how many go before it: count (count - 1) / 2 comparisons without a branch,
 * where a sort that moves would guess wrong at every other one. */
static void sort_few(const uint64_t *from, uint32_t count, uint64_t *to)
{
    uint32_t places[FEW_EVENTS];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t after = 0;
        for (uint32_t k = 0; k < i; k++) {
            uint32_t moves = from[k] > from[i];
            places[k] += moves;
            after += moves;
        }
        places[i] = i - after;
    }
    for (uint32_t i = 0; i < count; i++) to[places[i]] = from[i];
}

static bool is_in_order(const uint64_t *keys, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (keys[i] < keys[i - 1]) return false;
    return true;
}

/* Two neighbouring runs, [0, middle) and [middle, count), into one. */
static void merge_runs(const uint64_t *from, uint32_t middle, uint32_t count, uint64_t *to)
{
    uint32_t left = 0, right = middle, place = 0;
    while (left < middle && right < count) {
        uint64_t a = from[left], b = from[right];
        bool takes_right = b < a;
        to[place++] = takes_right ? b : a;
        right += takes_right;
        left += !takes_right;
    }
    memcpy(to + place, from + left, (middle - left) * sizeof *to);
    memcpy(to + place + middle - left, from + right, (count - right) * sizeof *to);
}

/* Of a lead with some events: short runs, and those merged. Returns where the keys are then:
 * `keys`, or `other`, which is as large. */
static const uint64_t *sort_some(uint64_t *keys, uint32_t count, uint64_t *other)
{
    uint64_t *from = other, *to = keys;
    if (is_in_order(keys, count)) return keys;
    for (uint64_t i = 0; i < count; i += FEW_EVENTS)
        sort_few(keys + i, (uint32_t)(count - i < FEW_EVENTS ? count - i : FEW_EVENTS), other + i);
    for (uint64_t width = FEW_EVENTS; width < count; width *= 2) {
        for (uint64_t i = 0; i < count; i += 2 * width) {
            uint32_t both = (uint32_t)(count - i < 2 * width ? count - i : 2 * width);
            merge_runs(from + i, (uint32_t)(width < both ? width : both), both, to + i);
        }
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

/* Of so many it is quicker to go by their bytes than to compare. */
#define MANY_EVENTS 4096

/* ---- one part ------------------------------------------------------------------- */

static inline uint32_t slot_of(const lk_part *part, uint32_t lead)
{
    return part->numbers ? (uint32_t)part->numbers[lead] % LK_PART_LEADS : lead % LK_PART_LEADS;
}

static inline uint32_t start_of(const lk_part *part, const uint32_t *ends, uint32_t lead)
{
    return lead == part->lead ? part->start : ends[lead - 1];
}

/* So many of the events of a part, from `start` on, before the host is asked again. */
static uint32_t piece_end(const lk_part *part, uint32_t start)
{
    return part->end - start < LK_INTERRUPT_ROWS ? part->end : start + LK_INTERRUPT_ROWS;
}

static leadkpi_status poll(lk_part_sorter *sorter, uint32_t events, leadkpi_error *error)
{
    return lk_interrupted_after(sorter->memory, events, &sorter->done, error);
}

static void clear_counts(const lk_part *part, uint32_t *ends)
{
    for (uint32_t lead = part->lead; lead < part->lead_end; lead++) ends[lead] = 0;
}

static void counts_to_ends(const lk_part *part, uint32_t *ends)
{
    uint32_t before = part->start;
    for (uint32_t lead = part->lead; lead < part->lead_end; lead++) ends[lead] = before += ends[lead];
}

/* 4 bytes read of each event, and a counter in the first cache. */
leadkpi_status lk_part_count(lk_part_sorter *sorter, const lk_part *part, const lk_funnel_event *events,
                             uint32_t *ends, leadkpi_error *error)
{
    clear_counts(part, ends);
    for (uint32_t start = part->start, end; start < part->end; start = end) {
        end = piece_end(part, start);
        LK_TRY(poll(sorter, end - start, error));
        for (uint32_t i = start; i < end; i++) ends[events[i].lead]++;
    }
    counts_to_ends(part, ends);
    return LEADKPI_OK;
}

/* The same with 2 bytes. */
leadkpi_status lk_part_count_packed(lk_part_sorter *sorter, const lk_part *part, const uint16_t *slots,
                                    uint32_t *ends, leadkpi_error *error)
{
    uint32_t *counts = ends + (part->lead - part->lead % LK_PART_LEADS);
    clear_counts(part, ends);
    for (uint32_t start = part->start, end; start < part->end; start = end) {
        end = piece_end(part, start);
        LK_TRY(poll(sorter, end - start, error));
        for (uint32_t i = start; i < end; i++) counts[slots[i]]++;
    }
    counts_to_ends(part, ends);
    return LEADKPI_OK;
}

/* Where the keys of each lead go, by its slot. */
static void find_places(const lk_part *part, const uint32_t *ends, uint32_t *places)
{
    for (uint32_t lead = part->lead; lead < part->lead_end; lead++)
        places[slot_of(part, lead)] = start_of(part, ends, lead) - part->start;
}

/* Keys lead by lead. Cost an event: its 16 bytes read in order, a counter in the first cache, and 8
 * bytes to a place in the second. */
static leadkpi_status group(lk_part_sorter *sorter, const lk_part *part, const uint32_t *ends,
                            const lk_funnel_event *events, leadkpi_error *error)
{
    uint32_t places[LK_PART_LEADS];
    const uint32_t *code_rank = sorter->code_rank;
    uint64_t *keys = sorter->keys;
    find_places(part, ends, places);
    for (uint32_t start = part->start, end; start < part->end; start = end) {
        end = piece_end(part, start);
        LK_TRY(poll(sorter, end - start, error));
        for (uint32_t i = start; i < end; i++)
            keys[places[events[i].lead % LK_PART_LEADS]++] =
                lk_packed_key(events[i].time, code_rank[events[i].code]);
    }
    return LEADKPI_OK;
}

/* The same with 10 bytes read. */
static leadkpi_status group_packed(lk_part_sorter *sorter, const lk_part *part, const uint32_t *ends,
                                   const uint16_t *slots, const uint64_t *packed, leadkpi_error *error)
{
    uint32_t places[LK_PART_LEADS];
    uint64_t *keys = sorter->keys;
    find_places(part, ends, places);
    for (uint32_t start = part->start, end; start < part->end; start = end) {
        end = piece_end(part, start);
        LK_TRY(poll(sorter, end - start, error));
        for (uint32_t i = start; i < end; i++) keys[places[slots[i]]++] = packed[i];
    }
    return LEADKPI_OK;
}

static leadkpi_status sort_many(lk_part_sorter *sorter, uint64_t *keys, uint32_t count, uint64_t *packed,
                                leadkpi_error *error)
{
    LK_TRY(lk_sort_uint64_with(sorter->memory, keys, count, keys + sorter->capacity, error));
    return lk_copy(sorter->memory, packed, keys, count * sizeof *packed, error);
}

/* From the place of a lead's keys in the part. */
static leadkpi_status sort_lead(lk_part_sorter *sorter, uint32_t place, uint32_t count, uint64_t *packed,
                                leadkpi_error *error)
{
    uint64_t *keys = sorter->keys + place;
    if (count >= MANY_EVENTS) return sort_many(sorter, keys, count, packed, error);
    if (count <= FEW_EVENTS)
        sort_few(keys, count, packed);
    else
        memcpy(packed, sort_some(keys, count, keys + sorter->capacity), count * sizeof *packed);
    return LEADKPI_OK;
}

static leadkpi_status sort_leads(lk_part_sorter *sorter, const lk_part *part, const uint32_t *ends,
                                 uint64_t *packed, leadkpi_error *error)
{
    bool finds_levels = sorter->levels.levels != NULL;
    for (uint32_t lead = part->lead; lead < part->lead_end; lead++) {
        uint32_t start = start_of(part, ends, lead), count = ends[lead] - start;
        LK_TRY(poll(sorter, count + 1, error));
        LK_TRY(sort_lead(sorter, start - part->start, count, packed + start, error));
        if (finds_levels) LK_TRY(lk_lead_scan_take(&sorter->levels, lead, packed + start, count, error));
    }
    return LEADKPI_OK;
}

/* There may be no event at all, and no memory for one. */
static leadkpi_status forget_levels(lk_part_sorter *sorter, const lk_part *part, leadkpi_error *error)
{
    for (uint32_t lead = part->lead; lead < part->lead_end && sorter->levels.levels; lead++)
        sorter->levels.levels[lead] = 0;
    return poll(sorter, part->lead_end - part->lead, error);
}

leadkpi_status lk_part_sort(lk_part_sorter *sorter, const lk_part *part, const uint32_t *ends,
                            const lk_funnel_event *events, uint64_t *packed, leadkpi_error *error)
{
    if (part->start == part->end) return forget_levels(sorter, part, error);
    LK_TRY(group(sorter, part, ends, events, error));
    return sort_leads(sorter, part, ends, packed, error);
}

leadkpi_status lk_part_sort_packed(lk_part_sorter *sorter, const lk_part *part, const uint32_t *ends,
                                   const uint16_t *slots, uint64_t *packed, leadkpi_error *error)
{
    if (part->start == part->end) return forget_levels(sorter, part, error);
    LK_TRY(group_packed(sorter, part, ends, slots, packed, error));
    return sort_leads(sorter, part, ends, packed, error);
}
