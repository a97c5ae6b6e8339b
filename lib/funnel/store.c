#include "funnel/closed.h"

/* ---- what names mean ----------------------------------------------------------- */

lk_key128 lk_funnel_code_key(const lk_funnel_rule *rule, uint64_t steps, uint64_t exclusions)
{
    if (rule->skips == LK_SKIPS_IMPLIED)
        for (int shift = 1; shift < 64; shift *= 2) steps |= steps >> shift;
    return (lk_key128){exclusions, steps};
}

static leadkpi_status take_item(leadkpi_funnel *funnel, lk_funnel_store *store, lk_text item,
                                leadkpi_error *error)
{
    char *plain;
    lk_text name;
    uint32_t index;
    size_t room = item.length;
    leadkpi_status status = LEADKPI_OK;
    LK_TRY(lk_allocate(&funnel->memory, room, 1, &plain, error));
    while (status == LEADKPI_OK && lk_funnel_next_name(&item, &name)) {
        name = (lk_text){plain, lk_funnel_plain_name(name, plain)};
        status = lk_map_text_find_or_add(&store->names, &funnel->memory, &name, 1, &index, error);
    }
    lk_release(&funnel->memory, plain, room, 1);
    return status;
}

static leadkpi_status take_names(leadkpi_funnel *funnel, lk_funnel_store *store, int option,
                                 leadkpi_error *error)
{
    size_t count = lk_options_list_count(funnel->definition, &lk_funnel_schema, option);
    for (size_t i = 0; i < count; i++)
        LK_TRY(take_item(funnel, store,
                         lk_options_list_item(funnel->definition, &lk_funnel_schema, option, i), error));
    return LEADKPI_OK;
}

/* The steps, or exclusions, that stand for a name, as bits. */
static uint64_t find_items(const leadkpi_options *definition, int option, lk_text name)
{
    uint64_t found = 0;
    size_t count = lk_options_list_count(definition, &lk_funnel_schema, option);
    for (size_t i = 0; i < count; i++)
        if (lk_funnel_item_names(lk_options_list_item(definition, &lk_funnel_schema, option, i), name))
            found |= (uint64_t)1 << (i & 63);
    return found;
}

/* One bit where all have the same range. */
static uint64_t find_exclusions(const leadkpi_funnel *funnel, lk_text name)
{
    uint64_t found = find_items(funnel->definition, LK_FUNNEL_EXCLUDE, name);
    return funnel->rule.range_count == 1 ? found != 0 : found;
}

static leadkpi_status give_codes(leadkpi_funnel *funnel, lk_funnel_store *store,
                                 leadkpi_error *error)
{
    uint32_t nothing;
    lk_key128 key = {0, 0};
    LK_TRY(lk_map128_find_or_add(&store->codes, &funnel->memory, &key, 1, &nothing, error));
    LK_TRY(lk_allocate(&funnel->memory, store->names.count, sizeof *store->name_codes,
                       &store->name_codes, error));
    for (uint32_t i = 0; i < store->names.count; i++) {
        lk_text name = lk_map_text_key(&store->names, i);
        key = lk_funnel_code_key(&funnel->rule, find_items(funnel->definition, LK_FUNNEL_STEPS, name),
                                 find_exclusions(funnel, name));
        LK_TRY(lk_map128_find_or_add(&store->codes, &funnel->memory, &key, 1, &store->name_codes[i],
                                     error));
    }
    return LEADKPI_OK;
}

/* ---- life ---------------------------------------------------------------------- */

leadkpi_status lk_funnel_open(leadkpi_funnel *funnel, lk_funnel_store **store, leadkpi_error *error)
{
    if (!funnel->store) {
        LK_TRY(lk_allocate(&funnel->memory, 1, sizeof *funnel->store, &funnel->store, error));
        memset(funnel->store, 0, sizeof *funnel->store);
        funnel->store->standings.latest = LK_STANDINGS_NEVER;
        funnel->store->latest = INT64_MIN;
        funnel->store->ids.hashed = funnel->rule.hashed_ids;
        leadkpi_status status = take_names(funnel, funnel->store, LK_FUNNEL_STEPS, error);
        if (status == LEADKPI_OK)
            status = take_names(funnel, funnel->store, LK_FUNNEL_EXCLUDE, error);
        if (status == LEADKPI_OK) status = give_codes(funnel, funnel->store, error);
        if (status != LEADKPI_OK) {
            lk_funnel_close(funnel);
            return status;
        }
    }
    *store = funnel->store;
    return LEADKPI_OK;
}

void lk_funnel_close(leadkpi_funnel *funnel)
{
    lk_funnel_store *store = funnel->store;
    lk_memory *memory = &funnel->memory;
    if (!store) return;
    lk_lead_ids_free(&store->ids, memory);
    lk_release(memory, store->name_codes, store->names.count, sizeof *store->name_codes);
    lk_map_text_free(&store->names, memory);
    lk_map128_free(&store->codes, memory);
    lk_map_text_free(&store->values, memory);
    lk_map_text_free(&store->segments, memory);
    lk_map_text_free(&store->batches, memory);
    lk_release(memory, store->events, store->event_capacity, sizeof *store->events);
    lk_release(memory, store->packed, store->packed_capacity, sizeof *store->packed);
    lk_release(memory, store->sequences, store->sequence_capacity, sizeof *store->sequences);
    lk_release(memory, store->event_segments, store->segment_capacity,
               sizeof *store->event_segments);
    lk_funnel_keep_ends(funnel, NULL, NULL, 0);
    lk_standings_free(&store->standings, memory);
    lk_closed_free(&store->closed, funnel->rule.step_count, memory);
    lk_release(memory, store, 1, sizeof *store);
    funnel->store = NULL;
}

leadkpi_status lk_funnel_require_times(const leadkpi_funnel *funnel, leadkpi_error *error)
{
    LK_FAIL_IF(funnel->rule.compat != LK_COMPAT_NONE, error, LEADKPI_CONTRADICTION,
               "compat: windowFunnel has levels only; times need compat=none");
    LK_FAIL_IF(funnel->rule.input == LK_INPUT_TIME, error, LEADKPI_CONTRADICTION,
               "input: with input=time no times of steps are kept; they need input=any");
    LK_FAIL_IF(funnel->store && funnel->store->closed.range_count, error, LEADKPI_CONTRADICTION,
               "close: of closed ranges no times of steps are kept");
    return LEADKPI_OK;
}

lk_funnel_mark lk_funnel_mark_now(const leadkpi_funnel *funnel)
{
    const lk_funnel_store *store = funnel->store;
    if (!store) return (lk_funnel_mark){.was_empty = true};
    return (lk_funnel_mark){.events = store->event_count,
                            .latest = store->latest,
                            .standings_latest = store->standings.latest,
                            .ids = lk_lead_ids_count(&store->ids),
                            .codes = store->codes.count,
                            .values = store->values.count,
                            .segments = store->segments.count,
                            .batches = store->batches.count,
                            .id_type = store->ids.type};
}

void lk_funnel_roll_back(leadkpi_funnel *funnel, const lk_funnel_mark *mark)
{
    lk_funnel_store *store = funnel->store;
    if (!store) return;
    if (mark->was_empty) {
        lk_funnel_close(funnel);
        return;
    }
    store->event_count = mark->events;
    store->latest = mark->latest;
    store->standings.latest = mark->standings_latest;
    if (store->standings.count > mark->ids) store->standings.count = mark->ids;
    lk_lead_ids_truncate(&store->ids, mark->ids, mark->id_type);
    lk_map128_truncate(&store->codes, mark->codes);
    lk_map_text_truncate(&store->values, mark->values);
    lk_map_text_truncate(&store->segments, mark->segments);
    lk_map_text_truncate(&store->batches, mark->batches);
}

size_t lk_funnel_grown(size_t capacity, size_t needed)
{
    size_t more = capacity + capacity / 2;
    return more < needed ? needed : more;
}

/* A column of the events that may not be there: the events before it came have zeros. */
static leadkpi_status grow_column(leadkpi_funnel *funnel, void *column, size_t item_size,
                                  size_t *capacity, size_t needed, leadkpi_error *error)
{
    if (needed <= *capacity) return LEADKPI_OK;
    size_t more = lk_funnel_grown(*capacity, needed), count = funnel->store->event_count;
    bool is_new = *capacity == 0;
    LK_TRY(lk_resize(&funnel->memory, column, *capacity, more, item_size, error));
    *capacity = more;
    char *start;
    memcpy(&start, column, sizeof start);
    if (is_new) memset(start, 0, count * item_size);
    return LEADKPI_OK;
}

void lk_funnel_keep_ends(leadkpi_funnel *funnel, uint32_t *ends, uint64_t *levels, uint32_t count)
{
    lk_funnel_store *store = funnel->store;
    lk_release(&funnel->memory, store->lead_ends, store->lead_end_count, sizeof *store->lead_ends);
    lk_release(&funnel->memory, store->lead_levels, store->lead_end_count, sizeof *store->lead_levels);
    store->lead_ends = ends;
    store->lead_levels = levels;
    store->lead_end_count = count;
}

void lk_funnel_forget_levels(leadkpi_funnel *funnel)
{
    lk_funnel_store *store = funnel->store;
    lk_release(&funnel->memory, store->lead_levels, store->lead_end_count, sizeof *store->lead_levels);
    store->lead_levels = NULL;
}

leadkpi_status lk_funnel_check_count(const lk_funnel_store *store, size_t additional, size_t *needed,
                                     leadkpi_error *error)
{
    LK_FAIL_IF(!lk_size_add(store->event_count, additional, needed) || *needed > UINT32_MAX - 1, error,
               LEADKPI_OVERFLOW, "rows: expected at most %llu events in a handle",
               (unsigned long long)(UINT32_MAX - 1));
    return LEADKPI_OK;
}

leadkpi_status lk_funnel_grow(leadkpi_funnel *funnel, size_t additional, bool with_sequences,
                              bool with_segments, leadkpi_error *error)
{
    lk_funnel_store *store = funnel->store;
    size_t needed = 0;
    LK_TRY(lk_funnel_check_count(store, additional, &needed, error));
    if (additional == 0) return LEADKPI_OK;
    LK_TRY(lk_funnel_unpack(funnel, lk_funnel_grown(store->event_count, needed), error));
    lk_funnel_keep_ends(funnel, NULL, NULL, 0);
    LK_TRY(grow_column(funnel, &store->events, sizeof *store->events, &store->event_capacity, needed,
                       error));
    if (with_sequences || store->sequences)
        LK_TRY(grow_column(funnel, &store->sequences, sizeof *store->sequences,
                           &store->sequence_capacity, needed, error));
    if (with_segments || store->event_segments)
        LK_TRY(grow_column(funnel, &store->event_segments, sizeof *store->event_segments,
                           &store->segment_capacity, needed, error));
    return LEADKPI_OK;
}

static void shrink_column(leadkpi_funnel *funnel, void *column, size_t item_size, size_t *capacity)
{
    size_t used = funnel->store->event_count;
    if (*capacity > used && lk_resize(&funnel->memory, column, *capacity, used, item_size, NULL) == LEADKPI_OK)
        *capacity = used;
}

void lk_funnel_shrink(leadkpi_funnel *funnel)
{
    lk_funnel_store *store = funnel->store;
    if (!store->packed) lk_funnel_keep_ends(funnel, NULL, NULL, 0);
    lk_funnel_forget_levels(funnel);
    shrink_column(funnel, &store->packed, sizeof *store->packed, &store->packed_capacity);
    shrink_column(funnel, &store->events, sizeof *store->events, &store->event_capacity);
    shrink_column(funnel, &store->sequences, sizeof *store->sequences, &store->sequence_capacity);
    shrink_column(funnel, &store->event_segments, sizeof *store->event_segments, &store->segment_capacity);
}
