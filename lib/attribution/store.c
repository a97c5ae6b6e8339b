#include "attribution/fold.h"

#include "base/nearest.h"

_Static_assert(sizeof(leadkpi_attribution) <= 256, "an empty handle is small");
_Static_assert(sizeof(lk_touch) == 24 && sizeof(lk_milestone) == 16, "rows without padding");

/* ---- life ---------------------------------------------------------------------- */

leadkpi_status lk_attribution_make(const lk_memory *like, const leadkpi_options *definition,
                                   const lk_attribution_rule *rule, leadkpi_attribution **out,
                                   leadkpi_error *error)
{
    lk_memory memory = lk_memory_like(like);
    leadkpi_attribution *made;
    LK_TRY(lk_allocate(&memory, 1, sizeof *made, &made, error));
    memset(made, 0, sizeof *made);
    made->memory = memory;
    made->rule = *rule;
    leadkpi_status status = lk_options_copy(definition, like, &made->definition, error);
    if (status != LEADKPI_OK) {
        leadkpi_attribution_free(made);
        return status;
    }
    *out = made;
    return LEADKPI_OK;
}

leadkpi_status leadkpi_attribution_create(const leadkpi_host *host,
                                          const leadkpi_options *definition,
                                          leadkpi_attribution **out, leadkpi_error *error)
{
    lk_memory memory;
    lk_attribution_rule rule;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_TRY(lk_memory_init(&memory, host, error));
    LK_TRY(lk_options_check(definition, &lk_attribution_schema, error));
    LK_TRY(lk_attribution_read_rule(definition, &rule, error));
    return lk_attribution_make(&memory, definition, &rule, out, error);
}

leadkpi_status leadkpi_attribution_create_like(const leadkpi_attribution *attribution,
                                               leadkpi_attribution **empty_twin,
                                               leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(empty_twin, error);
    *empty_twin = NULL;
    LK_REQUIRE(attribution, error);
    return lk_attribution_make(&attribution->memory, attribution->definition, &attribution->rule,
                               empty_twin, error);
}

void leadkpi_attribution_free(leadkpi_attribution *attribution)
{
    if (!attribution) return;
    lk_memory memory = attribution->memory;
    lk_attribution_shut(attribution);
    leadkpi_options_free(attribution->definition);
    lk_release(&memory, attribution, 1, sizeof *attribution);
}

leadkpi_status lk_attribution_open(leadkpi_attribution *attribution, lk_attribution_store **store,
                                   leadkpi_error *error)
{
    if (!attribution->store) {
        lk_text blank = LK_LITERAL("");
        uint32_t index;
        LK_TRY(lk_allocate(&attribution->memory, 1, sizeof *attribution->store,
                           &attribution->store, error));
        memset(attribution->store, 0, sizeof *attribution->store);
        attribution->store->ids.hashed = attribution->rule.hashed_ids;
        leadkpi_status status = lk_map_text_find_or_add(
            &attribution->store->texts, &attribution->memory, &blank, 1, &index, error);
        if (status != LEADKPI_OK) {
            lk_attribution_shut(attribution);
            return status;
        }
    }
    *store = attribution->store;
    return LEADKPI_OK;
}

void lk_attribution_shut(leadkpi_attribution *attribution)
{
    lk_attribution_store *s = attribution->store;
    lk_memory *memory = &attribution->memory;
    if (!s) return;
    lk_lead_ids_free(&s->ids, memory);
    lk_map_text_free(&s->texts, memory);
    lk_map_text_free(&s->kinds, memory);
    lk_release(memory, s->kind_hashes, s->kind_capacity, sizeof *s->kind_hashes);
    lk_release(memory, s->costs, s->cost_capacity, sizeof *s->costs);
    lk_map_text_free(&s->batches, memory);
    lk_release(memory, s->touches, s->touch_capacity, sizeof *s->touches);
    lk_release(memory, s->outcomes, s->outcome_capacity, sizeof *s->outcomes);
    lk_release(memory, s->milestones, s->milestone_capacity, sizeof *s->milestones);
    lk_map_text_free(&s->paths, memory);
    lk_release(memory, s->path_sums, s->path_capacity, sizeof *s->path_sums);
    lk_fold_free(s->fold, memory);
    lk_release(memory, s, 1, sizeof *s);
    attribution->store = NULL;
}

/* ---- all or none ------------------------------------------------------------------ */

lk_attribution_mark lk_attribution_mark_now(const leadkpi_attribution *attribution)
{
    const lk_attribution_store *s = attribution->store;
    if (!s) return (lk_attribution_mark){.was_empty = true};
    return (lk_attribution_mark){lk_lead_ids_count(&s->ids), s->texts.count, s->kinds.count,
                                 s->batches.count, s->paths.count, s->ids.type, s->currency,
                                 false};
}

void lk_attribution_roll_back(leadkpi_attribution *attribution, const lk_attribution_mark *mark)
{
    lk_attribution_store *s = attribution->store;
    if (!s) return;
    if (mark->was_empty) {
        lk_attribution_shut(attribution);
        return;
    }
    lk_lead_ids_truncate(&s->ids, mark->ids, mark->id_type);
    lk_map_text_truncate(&s->texts, mark->texts);
    lk_map_text_truncate(&s->kinds, mark->kinds);
    lk_map_text_truncate(&s->batches, mark->batches);
    lk_map_text_truncate(&s->paths, mark->paths);
    s->currency = mark->currency;
}

bool lk_attribution_names(const lk_attribution_store *store, uint32_t text, lk_text name)
{
    if (text == LK_TEXT_BLANK) return name.length == 0 || lk_name_same(LK_BLANK_NAME, name);
    return name.length && lk_name_same(lk_map_text_key(&store->texts, text), name);
}

/* Half as much again, so that many small adds cost a constant time a row. */
leadkpi_status lk_attribution_grow(lk_memory *memory, void *block, size_t count, size_t *capacity,
                                   size_t additional, size_t item_size, const char *what,
                                   leadkpi_error *error)
{
    size_t needed, more;
    LK_FAIL_IF(!lk_size_add(count, additional, &needed) || needed > LK_ATTRIBUTION_ROWS_MAX, error,
               LEADKPI_OVERFLOW, "rows: expected at most %llu %s in a handle",
               (unsigned long long)LK_ATTRIBUTION_ROWS_MAX, what);
    if (needed <= *capacity) return LEADKPI_OK;
    more = *capacity / 2 < LK_ATTRIBUTION_ROWS_MAX - *capacity ? *capacity + *capacity / 2 : needed;
    if (more < needed) more = needed;
    LK_TRY(lk_resize(memory, block, *capacity, more, item_size, error));
    *capacity = more;
    return LEADKPI_OK;
}

static leadkpi_status grow_by_index(lk_memory *memory, void *block, uint32_t *capacity,
                                    uint32_t count, size_t item_size, const char *what,
                                    leadkpi_error *error)
{
    size_t room = *capacity;
    if (count <= room) return LEADKPI_OK;
    LK_TRY(lk_attribution_grow(memory, block, *capacity, &room, count - room, item_size, what, error));
    *capacity = (uint32_t)room;
    return LEADKPI_OK;
}

/* ---- kinds --------------------------------------------------------------------------- */

/* XXH3 over the XXH3 of each text; a path's group hangs on it, so it never changes. */
static uint64_t hash_kind(const leadkpi_attribution *attribution, const uint32_t *texts)
{
    uint8_t bytes[LK_DIMENSIONS_MAX * 16];
    for (uint32_t d = 0; d < attribution->rule.dimension_count; d++) {
        lk_text text = lk_map_text_key(&attribution->store->texts, texts[d]);
        lk_key128_to_bytes(lk_hash128(text.data, text.length), bytes + d * 16);
    }
    return lk_hash128(bytes, attribution->rule.dimension_count * (size_t)16).low;
}

leadkpi_status lk_attribution_kind(leadkpi_attribution *attribution, const uint32_t *texts,
                                   uint32_t *kind, leadkpi_error *error)
{
    lk_attribution_store *store = attribution->store;
    uint32_t before = store->kinds.count;
    lk_text key = {(const char *)texts, attribution->rule.dimension_count * sizeof *texts};
    LK_TRY(lk_map_text_find_or_add(&store->kinds, &attribution->memory, &key, 1, kind, error));
    if (*kind < before) return LEADKPI_OK;
    LK_TRY(grow_by_index(&attribution->memory, &store->kind_hashes, &store->kind_capacity,
                         store->kinds.count, sizeof *store->kind_hashes, "kinds of touches", error));
    store->kind_hashes[*kind] = hash_kind(attribution, texts);
    return LEADKPI_OK;
}

int lk_kind_compare(const lk_attribution_store *store, uint32_t dimensions, uint32_t a, uint32_t b)
{
    for (uint32_t d = 0; d < dimensions && a != b; d++) {
        uint32_t x = lk_kind_text(store, a, d), y = lk_kind_text(store, b, d);
        if (x == y) continue;
        return lk_text_compare(lk_map_text_key(&store->texts, x), lk_map_text_key(&store->texts, y));
    }
    return 0;
}

leadkpi_status lk_attribution_open_costs(leadkpi_attribution *attribution, leadkpi_error *error)
{
    lk_attribution_store *store = attribution->store;
    uint32_t before = store->cost_capacity;
    LK_TRY(grow_by_index(&attribution->memory, &store->costs, &store->cost_capacity,
                         store->kinds.count, sizeof *store->costs, "kinds of touches", error));
    if (store->cost_capacity > before)
        memset(store->costs + before, 0, (store->cost_capacity - before) * sizeof *store->costs);
    return LEADKPI_OK;
}

/* ---- paths --------------------------------------------------------------------------- */

leadkpi_status lk_attribution_find_paths(leadkpi_attribution *attribution, const lk_text *keys,
                                         size_t count, uint32_t *paths, leadkpi_error *error)
{
    lk_attribution_store *store = attribution->store;
    uint32_t before = store->paths.count;
    LK_TRY(lk_map_text_find_or_add(&store->paths, &attribution->memory, keys, count, paths, error));
    LK_TRY(grow_by_index(&attribution->memory, &store->path_sums, &store->path_capacity,
                         store->paths.count, sizeof *store->path_sums, "paths", error));
    if (store->paths.count > before)
        memset(store->path_sums + before, 0,
               (store->paths.count - before) * sizeof *store->path_sums);
    return LEADKPI_OK;
}

leadkpi_status lk_attribution_path(leadkpi_attribution *attribution, uint32_t group,
                                   const uint32_t *kinds, uint32_t count, uint32_t *words,
                                   uint32_t *path, leadkpi_error *error)
{
    words[0] = group;
    for (uint32_t i = 0; i < count; i++) words[i + 1] = kinds[i];
    lk_text key = {(const char *)words, ((size_t)count + 1) * sizeof *words};
    return lk_attribution_find_paths(attribution, &key, 1, path, error);
}

bool lk_path_is_empty(const lk_path_sums *sums)
{
    for (int i = 0; i < LK_PATH_SUMS; i++)
        if (!lk_exact_sum_is_zero(&sums->sums[i])) return false;
    return true;
}

bool lk_sum_is_modest(const lk_exact_sum *sum)
{
    uint64_t sign = lk_exact_sum_is_negative(sum) ? UINT64_MAX : 0;
    return ((sum->limbs[3] ^ sign) >> 30) == 0;
}

uint32_t lk_attribution_path_group(const leadkpi_attribution *attribution, const uint32_t *kinds,
                                   size_t count, uint8_t *hashes)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t hash = attribution->store->kind_hashes[kinds[i]];
        for (int byte = 0; byte < 8; byte++) hashes[i * 8 + (size_t)byte] = (uint8_t)(hash >> 8 * byte);
    }
    return (uint32_t)lk_hash128(hashes, count * 8).low & (attribution->rule.groups - 1);
}

/* ---- groups ---------------------------------------------------------------------------- */

uint32_t lk_attribution_unit_group(const lk_lead_ids *ids, uint32_t unit, uint32_t groups)
{
    lk_key128 key;
    if (ids->hashed) {
        key = ids->hashes.keys[unit];
    } else if (ids->type == LK_LEAD_IDS_TEXT) {
        lk_text id = lk_map_text_key(&ids->texts, unit);
        key = lk_hash128(id.data, id.length);
    } else {
        uint8_t bytes[8];
        for (int i = 0; i < 8; i++) bytes[i] = (uint8_t)((uint64_t)ids->integers.keys[unit] >> 8 * i);
        key = lk_hash128(bytes, sizeof bytes);
    }
    return (uint32_t)key.low & (groups - 1);
}
