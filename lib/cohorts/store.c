#include "cohorts/store.h"

leadkpi_status lk_cohorts_open(leadkpi_cohorts *cohorts, lk_cohorts_store **store,
                               leadkpi_error *error)
{
    if (!cohorts->store) {
        LK_TRY(lk_allocate(&cohorts->memory, 1, sizeof *cohorts->store, &cohorts->store, error));
        memset(cohorts->store, 0, sizeof *cohorts->store);
        cohorts->store->ids.hashed =
            lk_options_choice(cohorts->definition, &lk_cohorts_schema, LK_COHORTS_IDS) == 1;
    }
    *store = cohorts->store;
    return LEADKPI_OK;
}

void lk_cohorts_close(leadkpi_cohorts *cohorts)
{
    lk_cohorts_store *store = cohorts->store;
    lk_memory *memory = &cohorts->memory;
    if (!store) return;
    lk_lead_ids_free(&store->ids, memory);
    lk_map_text_free(&store->tuples, memory);
    lk_map_text_free(&store->outcomes, memory);
    lk_map_text_free(&store->batches, memory);
    lk_release(memory, store->events, store->event_capacity, sizeof *store->events);
    lk_release(memory, store, 1, sizeof *store);
    cohorts->store = NULL;
}

lk_cohorts_mark lk_cohorts_mark_now(const leadkpi_cohorts *cohorts)
{
    const lk_cohorts_store *store = cohorts->store;
    if (!store) return (lk_cohorts_mark){.was_empty = true};
    return (lk_cohorts_mark){lk_lead_ids_count(&store->ids), store->tuples.count,
                             store->outcomes.count, store->batches.count, store->ids.type, false,
                             store->currency_length};
}

void lk_cohorts_roll_back(leadkpi_cohorts *cohorts, const lk_cohorts_mark *mark)
{
    lk_cohorts_store *store = cohorts->store;
    if (!store) return;
    if (mark->was_empty) {
        lk_cohorts_close(cohorts);
        return;
    }
    lk_lead_ids_truncate(&store->ids, mark->ids, mark->id_type);
    lk_map_text_truncate(&store->tuples, mark->tuples);
    lk_map_text_truncate(&store->outcomes, mark->outcomes);
    lk_map_text_truncate(&store->batches, mark->batches);
    store->currency_length = mark->currency_length;
}

/* Half as much again, so that many small adds cost a constant time a row. */
leadkpi_status lk_cohorts_grow(leadkpi_cohorts *cohorts, size_t additional, leadkpi_error *error)
{
    lk_cohorts_store *store = cohorts->store;
    size_t needed, capacity = store->event_capacity;
    LK_FAIL_IF(!lk_size_add(store->event_count, additional, &needed) || needed > UINT32_MAX - 1,
               error, LEADKPI_OVERFLOW, "rows: expected at most %llu rows in a handle",
               (unsigned long long)(UINT32_MAX - 1));
    if (needed <= capacity) return LEADKPI_OK;
    capacity = capacity + capacity / 2 < needed ? needed : capacity + capacity / 2;
    LK_TRY(lk_resize(&cohorts->memory, &store->events, store->event_capacity, capacity,
                     sizeof *store->events, error));
    store->event_capacity = capacity;
    return LEADKPI_OK;
}
