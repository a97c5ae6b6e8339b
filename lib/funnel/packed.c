#include "funnel/store.h"

void lk_funnel_keep_packed(leadkpi_funnel *funnel, uint64_t *packed, size_t capacity, const lk_packed_codes *codes)
{
    lk_funnel_store *store = funnel->store;
    lk_release(&funnel->memory, store->events, store->event_capacity, sizeof *store->events);
    store->events = NULL;
    store->event_capacity = 0;
    store->packed = packed;
    store->packed_codes = *codes;
    store->packed_capacity = capacity;
}

/* 8 bytes read and 16 written in order an event. */
static leadkpi_status unpack_to(const lk_funnel_store *store, lk_funnel_event *events, const lk_memory *memory,
                                leadkpi_error *error)
{
    uint32_t lead = 0;
    for (size_t i = 0; i < store->event_count; i++) {
        if (LK_UNLIKELY(i % LK_INTERRUPT_ROWS == LK_INTERRUPT_ROWS - 1)) LK_TRY(lk_interrupted(memory, error));
        events[i] = lk_funnel_next_event(store, i, &lead);
    }
    return LEADKPI_OK;
}

leadkpi_status lk_funnel_unpack(leadkpi_funnel *funnel, size_t capacity, leadkpi_error *error)
{
    lk_funnel_store *store = funnel->store;
    lk_funnel_event *events;
    if (!store->packed) return LEADKPI_OK;
    LK_TRY(lk_allocate(&funnel->memory, capacity, sizeof *events, &events, error));
    leadkpi_status status = unpack_to(store, events, &funnel->memory, error);
    if (status != LEADKPI_OK) {
        lk_release(&funnel->memory, events, capacity, sizeof *events);
        return status;
    }
    lk_release(&funnel->memory, store->packed, store->packed_capacity, sizeof *store->packed);
    store->packed = NULL;
    store->packed_capacity = 0;
    store->events = events;
    store->event_capacity = capacity;
    return LEADKPI_OK;
}
