#include "campaigns/store.h"

#include "base/sort.h"

leadkpi_status lk_store_open(leadkpi_campaigns *campaigns, lk_store **store, leadkpi_error *error)
{
    if (!campaigns->store) {
        LK_TRY(lk_allocate(&campaigns->memory, 1, sizeof *campaigns->store, &campaigns->store, error));
        memset(campaigns->store, 0, sizeof *campaigns->store);
        campaigns->store->ids.hashed = campaigns->hashed_ids;
    }
    *store = campaigns->store;
    return LEADKPI_OK;
}

static void free_events(lk_memory *memory, lk_events *events)
{
    lk_map_text_free(&events->names, memory);
    lk_release(memory, events->items, events->capacity, sizeof *events->items);
}

void lk_store_free(leadkpi_campaigns *campaigns)
{
    lk_store *store = campaigns->store;
    lk_memory *memory = &campaigns->memory;
    if (!store) return;
    lk_map_text_free(&store->dimensions, memory);
    lk_map_text_free(&store->texts, memory);
    lk_map128_free(&store->tuples, memory);
    lk_lead_ids_free(&store->ids, memory);
    lk_release(memory, store->leads, store->lead_capacity, sizeof *store->leads);
    lk_release(memory, store->emails, store->emails ? store->lead_capacity : 0, sizeof *store->emails);
    lk_map_text_free(&store->email_texts, memory);
    free_events(memory, &store->stages);
    free_events(memory, &store->responses);
    lk_map_text_free(&store->fact_names, memory);
    lk_map128_free(&store->fact_keys, memory);
    lk_release(memory, store->facts, store->fact_capacity, sizeof *store->facts);
    lk_map_text_free(&store->batches, memory);
    lk_release(memory, store, 1, sizeof *store);
    campaigns->store = NULL;
}

void lk_store_drop_empty(leadkpi_campaigns *campaigns)
{
    const lk_store *store = campaigns->store;
    if (store->ids.type == LK_LEAD_IDS_NONE && store->fact_keys.count == 0 && store->cost_rows == 0 &&
        store->measure_rows == 0 && store->batches.count == 0 && store->dimensions.count == 0 &&
        store->currency_length == 0)
        lk_store_free(campaigns);
}

/* ---- mark and roll back ---------------------------------------------------- */

lk_store_mark lk_store_mark_now(const leadkpi_campaigns *campaigns)
{
    const lk_store *store = campaigns->store;
    lk_store_mark mark = {0};
    mark.was_empty = !store;
    if (!store) return mark;
    mark.dimensions = store->dimensions.count;
    mark.texts = store->texts.count;
    mark.tuples = store->tuples.count;
    mark.ids = lk_lead_ids_count(&store->ids);
    mark.email_texts = store->email_texts.count;
    mark.stage_names = store->stages.names.count;
    mark.response_kinds = store->responses.names.count;
    mark.fact_names = store->fact_names.count;
    mark.facts = store->fact_keys.count;
    mark.batches = store->batches.count;
    mark.id_type = store->ids.type;
    mark.currency_length = store->currency_length;
    return mark;
}

void lk_store_roll_back(leadkpi_campaigns *campaigns, const lk_store_mark *mark)
{
    lk_store *store = campaigns->store;
    if (!store) return;
    if (mark->was_empty) {
        lk_store_free(campaigns);
        return;
    }
    lk_map_text_truncate(&store->dimensions, mark->dimensions);
    lk_map_text_truncate(&store->texts, mark->texts);
    lk_map128_truncate(&store->tuples, mark->tuples);
    lk_lead_ids_truncate(&store->ids, mark->ids, mark->id_type);
    lk_map_text_truncate(&store->email_texts, mark->email_texts);
    lk_map_text_truncate(&store->stages.names, mark->stage_names);
    lk_map_text_truncate(&store->responses.names, mark->response_kinds);
    lk_map_text_truncate(&store->fact_names, mark->fact_names);
    lk_map128_truncate(&store->fact_keys, mark->facts);
    lk_map_text_truncate(&store->batches, mark->batches);
    store->currency_length = mark->currency_length;
}

/* ---- room ------------------------------------------------------------------ */

/* Half as much again, so that many small adds cost a constant time a row. */
static size_t grown(size_t capacity, size_t needed)
{
    size_t more = capacity + capacity / 2;
    return more < needed ? needed : more;
}

leadkpi_status lk_store_grow_leads(leadkpi_campaigns *campaigns, uint32_t count_before,
                                   leadkpi_error *error)
{
    lk_store *store = campaigns->store;
    size_t needed = lk_lead_ids_count(&store->ids);
    if (needed > store->lead_capacity) {
        size_t capacity = grown(store->lead_capacity, needed);
        if (campaigns->person_key == LK_PERSON_KEY_EMAIL) {
            /* Two blocks grow as one: the second is given back at its old size if the first fails. */
            uint32_t *emails;
            LK_TRY(lk_allocate(&campaigns->memory, capacity, sizeof *emails, &emails, error));
            leadkpi_status status = lk_resize(&campaigns->memory, &store->leads, store->lead_capacity,
                                              capacity, sizeof *store->leads, error);
            if (status != LEADKPI_OK) {
                lk_release(&campaigns->memory, emails, capacity, sizeof *emails);
                return status;
            }
            if (count_before) memcpy(emails, store->emails, count_before * sizeof *emails);
            lk_release(&campaigns->memory, store->emails, store->lead_capacity, sizeof *emails);
            store->emails = emails;
        } else {
            LK_TRY(lk_resize(&campaigns->memory, &store->leads, store->lead_capacity, capacity,
                             sizeof *store->leads, error));
        }
        store->lead_capacity = capacity;
    }
    for (size_t i = count_before; i < needed; i++) {
        store->leads[i] = (lk_lead){0, LK_TUPLE_ROOT, 0};
        if (store->emails) store->emails[i] = 0;
    }
    return LEADKPI_OK;
}

leadkpi_status lk_store_grow_events(leadkpi_campaigns *campaigns, lk_events *events,
                                    size_t additional, leadkpi_error *error)
{
    size_t needed;
    LK_FAIL_IF(!lk_size_add(events->count, additional, &needed), error, LEADKPI_OVERFLOW,
               "rows: more than the address space holds");
    LK_FAIL_IF(needed > UINT32_MAX, error, LEADKPI_OVERFLOW,
               "rows: expected at most %llu stage rows or responses in a handle, found %llu",
               (unsigned long long)UINT32_MAX, (unsigned long long)needed);
    if (needed <= events->capacity) return LEADKPI_OK;
    size_t capacity = grown(events->capacity, needed);
    LK_TRY(lk_resize(&campaigns->memory, &events->items, events->capacity, capacity,
                     sizeof *events->items, error));
    events->capacity = capacity;
    return LEADKPI_OK;
}

leadkpi_status lk_store_grow_facts(leadkpi_campaigns *campaigns, uint32_t count_before,
                                   leadkpi_error *error)
{
    lk_store *store = campaigns->store;
    size_t needed = store->fact_keys.count;
    if (needed > store->fact_capacity) {
        size_t capacity = grown(store->fact_capacity, needed);
        LK_TRY(lk_resize(&campaigns->memory, &store->facts, store->fact_capacity, capacity,
                         sizeof *store->facts, error));
        store->fact_capacity = capacity;
    }
    for (size_t i = count_before; i < needed; i++) store->facts[i] = (lk_fact){LK_EXACT_SUM_ZERO, 0};
    return LEADKPI_OK;
}

/* ---- dimensions ------------------------------------------------------------ */

leadkpi_status lk_tuple_step(leadkpi_campaigns *campaigns, uint32_t parent, uint32_t dimension,
                             uint32_t text, uint32_t *child, leadkpi_error *error)
{
    lk_key128 key = {(uint64_t)parent << 32 | dimension, text};
    uint32_t index;
    LK_TRY(lk_map128_find_or_add(&campaigns->store->tuples, &campaigns->memory, &key, 1, &index,
                                 error));
    *child = index + 1;
    return LEADKPI_OK;
}

uint32_t lk_tuple_value(const lk_store *store, uint32_t tuple, uint32_t dimension)
{
    while (tuple != LK_TUPLE_ROOT) {
        if (lk_tuple_dimension(store, tuple) == dimension) return lk_tuple_text(store, tuple);
        tuple = lk_tuple_parent(store, tuple);
    }
    return LK_MAP_NONE;
}

int lk_tuple_compare(const lk_store *store, const uint32_t *order, uint32_t a, uint32_t b)
{
    if (a == b) return 0;
    for (uint32_t i = 0; i < store->dimensions.count; i++) {
        uint32_t x = lk_tuple_value(store, a, order[i]), y = lk_tuple_value(store, b, order[i]);
        if (x == y) continue;
        if (x == LK_MAP_NONE) return -1;
        if (y == LK_MAP_NONE) return 1;
        return lk_text_compare(lk_map_text_key(&store->texts, x), lk_map_text_key(&store->texts, y));
    }
    return 0;
}

static int compare_texts(const void *context, uint32_t a, uint32_t b)
{
    const lk_map_text *map = context;
    return lk_text_compare(lk_map_text_key(map, a), lk_map_text_key(map, b));
}

leadkpi_status lk_store_order_texts(const lk_map_text *map, lk_memory *memory, uint32_t **order,
                                    leadkpi_error *error)
{
    LK_TRY(lk_allocate(memory, map->count, sizeof **order, order, error));
    for (uint32_t i = 0; i < map->count; i++) (*order)[i] = i;
    leadkpi_status status =
        lk_sort_indexes(memory, *order, map->count, compare_texts, map, error);
    if (status != LEADKPI_OK) {
        lk_release(memory, *order, map->count, sizeof **order);
        *order = NULL;
    }
    return status;
}

/* ---- leads ----------------------------------------------------------------- */

static int compare_emails(const lk_store *store, uint32_t a, uint32_t b)
{
    if (a == b) return 0;
    if (!a || !b) return a ? 1 : -1;
    return compare_texts(&store->email_texts, a - 1, b - 1);
}

void lk_store_put_lead(leadkpi_campaigns *campaigns, const uint32_t *order, uint32_t lead,
                       lk_lead row, uint32_t email)
{
    lk_store *store = campaigns->store;
    lk_lead *kept = &store->leads[lead];
    uint32_t rows = kept->rows + row.rows;
    bool replace = kept->rows == 0 || row.time < kept->time;
    if (!replace && row.time == kept->time) {
        int content = lk_tuple_compare(store, order, row.tuple, kept->tuple);
        if (content == 0 && store->emails)
            content = compare_emails(store, email, store->emails[lead]);
        replace = content < 0;
    }
    if (replace) {
        *kept = row;
        if (store->emails) store->emails[lead] = email;
    }
    kept->rows = rows;
}
