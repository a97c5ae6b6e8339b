#include "funnel/merge_packed.h"

#include "funnel/journeys.h"

bool lk_merge_packed_fits(const lk_funnel_store *into, const lk_funnel_store *from)
{
    bool may_be = into->packed || (into->event_count == 0 && !into->sequences && !into->event_segments);
    return from->packed && from->event_count && may_be && into->codes.count <= LK_PACKED_CODES_MAX;
}

/* Codes keep their order among themselves when others come, so events stay in order under new ranks. */
typedef struct ranks {
    uint8_t of[LK_PACKED_CODES_MAX]; /* by the rank before */
    bool are_same;
} ranks;

/* codes: NULL: they have the same numbers still. */
static ranks ranks_of(const lk_packed_codes *before, const uint32_t *codes, const uint32_t *code_rank)
{
    ranks now = {{0}, true};
    for (uint32_t rank = 0; rank < before->count; rank++) {
        uint32_t code = codes ? codes[before->by_rank[rank]] : before->by_rank[rank];
        now.of[rank] = (uint8_t)code_rank[code];
        now.are_same &= code_rank[code] == rank;
    }
    return now;
}

/* 8 bytes read and written in order an event. */
static void copy_keys(const ranks *now, const uint64_t *from, size_t count, uint64_t *to)
{
    if (now->are_same) {
        if (count && from != to) memcpy(to, from, count * sizeof *to);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t rank = from[i] % LK_PACKED_CODES_MAX;
        to[i] = from[i] - rank + now->of[rank];
    }
}

/* Behind those there are, which stay as they are. */
static leadkpi_status append_keys(leadkpi_funnel *into, const ranks *now, const lk_funnel_store *from,
                                  leadkpi_error *error)
{
    uint64_t *to = into->store->packed + into->store->event_count;
    for (size_t at = 0; at < from->event_count; at += LK_INTERRUPT_ROWS) {
        size_t left = from->event_count - at;
        LK_TRY(lk_interrupted(&into->memory, error));
        copy_keys(now, from->packed + at, left < LK_INTERRUPT_ROWS ? left : LK_INTERRUPT_ROWS, to + at);
    }
    return LEADKPI_OK;
}

static leadkpi_status grow_keys(leadkpi_funnel *into, size_t additional, leadkpi_error *error)
{
    lk_funnel_store *store = into->store;
    size_t needed = 0;
    LK_TRY(lk_funnel_check_count(store, additional, &needed, error));
    if (needed <= store->packed_capacity) return LEADKPI_OK;
    size_t capacity = lk_funnel_grown(store->packed_capacity, needed);
    LK_TRY(lk_resize(&into->memory, &store->packed, store->packed_capacity, capacity, sizeof *store->packed,
                     error));
    store->packed_capacity = capacity;
    return LEADKPI_OK;
}

/* Of the leads before that are not among the known ends, none has an event. Levels that there is no memory
 * for are forgotten. */
static leadkpi_status join_leads(leadkpi_funnel *into, const lk_funnel_store *from, uint32_t leads_before,
                                 leadkpi_error *error)
{
    lk_funnel_store *store = into->store;
    lk_memory *memory = &into->memory;
    uint32_t known = store->lead_end_count, events = (uint32_t)store->event_count;
    uint32_t count = lk_lead_ids_count(&store->ids);
    bool has_levels = (known == 0 || store->lead_levels) && from->lead_levels;
    LK_TRY(lk_resize(memory, &store->lead_ends, known, count, sizeof *store->lead_ends, error));
    if (!has_levels ||
        lk_resize(memory, &store->lead_levels, known, count, sizeof *store->lead_levels, NULL) != LEADKPI_OK) {
        lk_release(memory, store->lead_levels, known, sizeof *store->lead_levels);
        store->lead_levels = NULL;
    }
    for (uint32_t lead = known; lead < leads_before; lead++) {
        store->lead_ends[lead] = events;
        if (store->lead_levels) store->lead_levels[lead] = 0;
    }
    for (uint32_t lead = leads_before; lead < count; lead++)
        store->lead_ends[lead] = events + lk_funnel_lead_end(from, lead - leads_before);
    for (uint32_t lead = leads_before; lead < count && store->lead_levels; lead++)
        store->lead_levels[lead] = lk_funnel_lead_level(from, lead - leads_before);
    store->lead_end_count = count;
    return LEADKPI_OK;
}

/* A handle that stays without events holds none packed: the next ones may go to `events`. */
static void drop_empty_keys(leadkpi_funnel *into)
{
    lk_funnel_store *store = into->store;
    if (store->event_count) return;
    lk_release(&into->memory, store->packed, store->packed_capacity, sizeof *store->packed);
    store->packed = NULL;
    store->packed_capacity = 0;
}

/* The ranks of both under the codes that `into` has now. */
typedef struct joint_codes {
    ranks into, from;
    lk_packed_codes codes;
} joint_codes;

static leadkpi_status rank_codes(leadkpi_funnel *into, const lk_funnel_store *from, const uint32_t *codes,
                                 joint_codes *both, leadkpi_error *error)
{
    lk_funnel_store *store = into->store;
    lk_journeys j;
    leadkpi_status status = lk_journeys_rank_codes(into, &into->memory, &j, error);
    if (status == LEADKPI_OK) {
        both->into = ranks_of(&store->packed_codes, NULL, j.code_rank);
        both->from = ranks_of(&from->packed_codes, codes, j.code_rank);
        both->codes = lk_packed_codes_of(j.code_rank, store->codes.count);
    }
    lk_journeys_close(&j, &into->memory);
    return status;
}

leadkpi_status lk_merge_packed(leadkpi_funnel *into, const lk_funnel_store *from, uint32_t leads_before,
                               const uint32_t *codes, leadkpi_error *error)
{
    lk_funnel_store *store = into->store;
    joint_codes both;
    LK_TRY(rank_codes(into, from, codes, &both, error));
    LK_TRY(grow_keys(into, from->event_count, error));
    leadkpi_status status = append_keys(into, &both.from, from, error);
    if (status == LEADKPI_OK) status = join_leads(into, from, leads_before, error);
    if (status != LEADKPI_OK) {
        drop_empty_keys(into);
        return status;
    }
    copy_keys(&both.into, store->packed, store->event_count, store->packed);
    lk_funnel_keep_packed(into, store->packed, store->packed_capacity, &both.codes);
    store->event_count += from->event_count;
    if (from->latest > store->latest) store->latest = from->latest;
    return LEADKPI_OK;
}
