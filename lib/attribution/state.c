/* state.c: a handle as bytes; state.h has the format. What is written is put in order of its
 * content first. Scratch while it runs, of a count of its own: that of lk_unit_events, and
 * 4 bytes a unit, path, kind and text, twice. */
#include "attribution/state.h"

#include "attribution/fold.h"
#include "base/sort.h"

typedef struct state {
    const leadkpi_attribution *attribution;
    const lk_attribution_store *store;
    lk_memory memory;
    lk_unit_events events;
    uint32_t *units; /* in order of their ids */
    uint32_t *batches, *text_order, *kind_order, *path_order;
    uint32_t *text_numbers; /* index in the format; LK_MAP_NONE: not used */
    uint32_t *kind_numbers;
    uint32_t path_count; /* of which something is left */
    uint32_t unused;
} state;

static leadkpi_status poll_at(const state *s, size_t i, leadkpi_error *error)
{
    return i % LK_INTERRUPT_ROWS == 0 ? lk_interrupted(&s->memory, error) : LEADKPI_OK;
}

/* ---- what is used ----------------------------------------------------------------- */

static bool has_cost(const lk_attribution_store *store, uint32_t kind)
{
    if (kind >= store->cost_capacity) return false;
    const lk_cost_sums *cost = &store->costs[kind];
    return cost->known[0] || cost->known[1] || cost->known[2];
}

static void mark_used(state *s)
{
    const lk_attribution_store *store = s->store;
    for (uint32_t i = 0; i < store->texts.count; i++) s->text_numbers[i] = LK_MAP_NONE;
    for (uint32_t i = 0; i < store->kinds.count; i++)
        s->kind_numbers[i] = has_cost(store, i) ? 0 : LK_MAP_NONE;
    for (size_t i = 0; i < store->touch_count; i++) s->kind_numbers[store->touches[i].kind] = 0;
    for (uint32_t path = 0; path < store->paths.count; path++) {
        uint32_t count;
        const char *words = lk_path_words(store, path, &count);
        if (lk_path_is_empty(&store->path_sums[path])) continue;
        s->path_order[s->path_count++] = path;
        for (uint32_t i = 1; i <= count; i++) s->kind_numbers[lk_path_word(words, i)] = 0;
    }
    for (uint32_t i = 0; store->fold && i < store->fold->channel_count; i++)
        s->kind_numbers[store->fold->kinds[i]] = 0;
    for (uint32_t kind = 0; kind < store->kinds.count; kind++)
        for (uint32_t d = 0;
             s->kind_numbers[kind] != LK_MAP_NONE && d < s->attribution->rule.dimension_count; d++)
            s->text_numbers[lk_kind_text(store, kind, d)] = 0;
    for (size_t i = 0; i < store->outcome_count; i++)
        if (store->outcomes[i].type != LK_TYPE_NULL) s->text_numbers[store->outcomes[i].type] = 0;
    for (size_t i = 0; i < store->milestone_count; i++)
        s->text_numbers[store->milestones[i].name] = 0;
}

/* Numbers the used ones of `count` in order, from `number` on, and returns the next one. */
static uint32_t number_used(uint32_t *numbers, const uint32_t *order, uint32_t count,
                            uint32_t number)
{
    for (uint32_t i = 0; i < count; i++)
        if (numbers[order[i]] != LK_MAP_NONE) numbers[order[i]] = number++;
    return number;
}

/* ---- order ------------------------------------------------------------------------- */

static int compare_texts(const void *context, uint32_t a, uint32_t b)
{
    const lk_map_text *map = context;
    return lk_text_compare(lk_map_text_key(map, a), lk_map_text_key(map, b));
}

static uint32_t group_word(const lk_attribution_store *store, uint32_t path, uint32_t *count,
                           const char **words)
{
    *words = lk_path_words(store, path, count);
    uint32_t word = lk_path_word(*words, 0);
    return word & LK_PATH_CLOSED ? (word & ~LK_PATH_CLOSED) + LK_STATE_CLOSED : word;
}

static int compare_paths(const void *context, uint32_t a, uint32_t b)
{
    const state *s = context;
    const char *x, *y;
    uint32_t x_count, y_count;
    uint32_t x_group = group_word(s->store, a, &x_count, &x);
    uint32_t y_group = group_word(s->store, b, &y_count, &y);
    if (x_group != y_group) return x_group < y_group ? -1 : 1;
    if (x_count != y_count) return x_count < y_count ? -1 : 1;
    for (uint32_t i = 1; i <= x_count; i++) {
        uint32_t p = s->kind_numbers[lk_path_word(x, i)], q = s->kind_numbers[lk_path_word(y, i)];
        if (p != q) return p < q ? -1 : 1;
    }
    return 0;
}

/* order[rank[i]] = i. */
static void invert(const uint32_t *rank, uint32_t count, uint32_t *order)
{
    for (uint32_t i = 0; i < count; i++) order[rank[i]] = i;
}

static leadkpi_status allocate_all(state *s, leadkpi_error *error)
{
    const lk_attribution_store *store = s->store;
    lk_memory *m = &s->memory;
    LK_TRY(lk_allocate(m, lk_lead_ids_count(&store->ids), sizeof *s->units, &s->units, error));
    LK_TRY(lk_allocate(m, store->batches.count, sizeof *s->batches, &s->batches, error));
    LK_TRY(lk_allocate(m, store->texts.count, sizeof *s->text_order, &s->text_order, error));
    LK_TRY(lk_allocate(m, store->texts.count, sizeof *s->text_numbers, &s->text_numbers, error));
    LK_TRY(lk_allocate(m, store->kinds.count, sizeof *s->kind_order, &s->kind_order, error));
    LK_TRY(lk_allocate(m, store->kinds.count, sizeof *s->kind_numbers, &s->kind_numbers, error));
    return lk_allocate(m, store->paths.count, sizeof *s->path_order, &s->path_order, error);
}

static leadkpi_status order_all(state *s, leadkpi_error *error)
{
    const lk_attribution_store *store = s->store;
    LK_TRY(lk_unit_events_open(&s->events, s->attribution, &s->memory, error));
    LK_TRY(allocate_all(s, error));
    LK_TRY(lk_lead_ids_sort(&store->ids, &s->memory, s->units, error));
    for (uint32_t i = 0; i < store->batches.count; i++) s->batches[i] = i;
    LK_TRY(lk_sort_indexes(&s->memory, s->batches, store->batches.count, compare_texts,
                           &store->batches, error));
    mark_used(s);
    invert(s->events.text_ranks, store->texts.count, s->text_order);
    invert(s->events.kind_ranks, store->kinds.count, s->kind_order);
    s->text_numbers[LK_TEXT_BLANK] = 0; /* the first in order, and always index 0 */
    (void)number_used(s->text_numbers, s->text_order, store->texts.count, 0);
    (void)number_used(s->kind_numbers, s->kind_order, store->kinds.count, 0);
    return lk_sort_indexes(&s->memory, s->path_order, s->path_count, compare_paths, s, error);
}

static void release_all(state *s)
{
    const lk_attribution_store *store = s->store;
    lk_memory *m = &s->memory;
    lk_release(m, s->units, lk_lead_ids_count(&store->ids), sizeof *s->units);
    lk_release(m, s->batches, store->batches.count, sizeof *s->batches);
    lk_release(m, s->text_order, store->texts.count, sizeof *s->text_order);
    lk_release(m, s->text_numbers, store->texts.count, sizeof *s->text_numbers);
    lk_release(m, s->kind_order, store->kinds.count, sizeof *s->kind_order);
    lk_release(m, s->kind_numbers, store->kinds.count, sizeof *s->kind_numbers);
    lk_release(m, s->path_order, store->paths.count, sizeof *s->path_order);
    lk_unit_events_close(&s->events, m);
}

/* ---- writing ----------------------------------------------------------------------- */

static leadkpi_status write_definition(state *s, lk_writer *writer, leadkpi_error *error)
{
    char *text;
    const leadkpi_options *definition = s->attribution->definition;
    size_t length = lk_options_print(definition, &lk_attribution_schema, NULL, 0);
    LK_TRY(lk_allocate(&s->memory, length, 1, &text, error));
    lk_options_print(definition, &lk_attribution_schema, text, length);
    lk_write_text(writer, (lk_text){text, length});
    lk_release(&s->memory, text, length, 1);
    return LEADKPI_OK;
}

static uint32_t count_used(const uint32_t *numbers, uint32_t first, uint32_t count)
{
    uint32_t used = 0;
    for (uint32_t i = first; i < count; i++) used += numbers[i] != LK_MAP_NONE;
    return used;
}

static void write_lists(const state *s, lk_writer *writer)
{
    const lk_attribution_store *store = s->store;
    lk_write_text(writer, lk_currency_text(&store->currency));
    lk_write_varint(writer, store->batches.count);
    for (uint32_t i = 0; i < store->batches.count; i++)
        lk_write_text(writer, lk_map_text_key(&store->batches, s->batches[i]));
    lk_write_varint(writer, count_used(s->text_numbers, 1, store->texts.count));
    for (uint32_t i = 0; i < store->texts.count; i++) {
        uint32_t text = s->text_order[i];
        if (text != LK_TEXT_BLANK && s->text_numbers[text] != LK_MAP_NONE)
            lk_write_text(writer, lk_map_text_key(&store->texts, text));
    }
    lk_write_varint(writer, count_used(s->kind_numbers, 0, store->kinds.count));
    for (uint32_t i = 0; i < store->kinds.count; i++) {
        uint32_t kind = s->kind_order[i];
        if (s->kind_numbers[kind] == LK_MAP_NONE) continue;
        for (uint32_t d = 0; d < s->attribution->rule.dimension_count; d++)
            lk_write_varint(writer, s->text_numbers[lk_kind_text(store, kind, d)]);
    }
}

static void write_costs(const state *s, lk_writer *writer)
{
    const lk_attribution_store *store = s->store;
    uint32_t count = 0;
    for (uint32_t kind = 0; kind < store->kinds.count; kind++) count += has_cost(store, kind);
    lk_write_varint(writer, count);
    for (uint32_t i = 0; i < store->kinds.count; i++) {
        uint32_t kind = s->kind_order[i];
        if (!has_cost(store, kind)) continue;
        lk_write_varint(writer, s->kind_numbers[kind]);
        for (int k = 0; k < LK_COST_SUMS; k++) {
            lk_write_varint(writer, store->costs[kind].known[k]);
            if (store->costs[kind].known[k])
                lk_write_exact_sum(writer, &store->costs[kind].sums[k]);
        }
    }
}

static leadkpi_status write_paths(const state *s, lk_writer *writer, leadkpi_error *error)
{
    lk_write_varint(writer, s->path_count);
    for (uint32_t i = 0; i < s->path_count; i++) {
        const char *words;
        uint32_t path = s->path_order[i], count;
        LK_TRY(poll_at(s, i, error));
        lk_write_varint(writer, group_word(s->store, path, &count, &words));
        lk_write_varint(writer, count);
        for (uint32_t j = 1; j <= count; j++)
            lk_write_varint(writer, s->kind_numbers[lk_path_word(words, j)]);
        for (int k = 0; k < LK_PATH_SUMS; k++)
            lk_write_exact_sum(writer, &s->store->path_sums[path].sums[k]);
    }
    return LEADKPI_OK;
}

static void write_amount(lk_writer *writer, lk_amount amount)
{
    lk_write_signed_varint(writer, amount.whole);
    lk_write_uint64(writer, amount.fraction);
}

static void write_events(const state *s, lk_writer *writer)
{
    const lk_unit_events *e = &s->events;
    lk_write_varint(writer, e->touch_count);
    for (uint32_t i = 0; i < e->touch_count; i++) {
        lk_write_int64(writer, e->touches[i].time);
        lk_write_signed_varint(writer, e->touches[i].sequence);
        lk_write_varint(writer, s->kind_numbers[e->touches[i].kind]);
    }
    lk_write_varint(writer, e->outcome_count);
    for (uint32_t i = 0; i < e->outcome_count; i++) {
        const lk_outcome *outcome = &e->outcomes[i];
        bool is_null = outcome->type == LK_TYPE_NULL;
        lk_write_int64(writer, outcome->time);
        lk_write_signed_varint(writer, outcome->sequence);
        lk_write_varint(writer, is_null ? 0 : (uint64_t)s->text_numbers[outcome->type] + 1);
        write_amount(writer, outcome->weight);
        write_amount(writer, outcome->value);
    }
    lk_write_varint(writer, e->milestone_count);
    for (uint32_t i = 0; i < e->milestone_count; i++) {
        lk_write_int64(writer, e->milestones[i].time);
        lk_write_varint(writer, s->text_numbers[e->milestones[i].name]);
    }
}

static leadkpi_status write_units(state *s, lk_writer *writer, leadkpi_error *error)
{
    const lk_attribution_store *store = s->store;
    uint32_t before = LK_MAP_NONE, count = lk_lead_ids_count(&store->ids);
    lk_write_uint8(writer, (uint8_t)store->ids.type);
    lk_write_varint(writer, count);
    lk_write_varint(writer, store->touch_count);
    lk_write_varint(writer, store->outcome_count);
    lk_write_varint(writer, store->milestone_count);
    for (uint32_t i = 0; i < count; i++) {
        LK_TRY(poll_at(s, i, error));
        lk_lead_ids_write(&store->ids, writer, s->units[i], before);
        before = s->units[i];
        LK_TRY(lk_unit_events_gather(&s->events, &s->memory, before, INT64_MAX, error));
        write_events(s, writer);
    }
    return LEADKPI_OK;
}

static leadkpi_status write_state(state *s, void *buffer, size_t capacity, size_t *size,
                                  leadkpi_error *error)
{
    lk_writer writer;
    lk_writer_begin(&writer, buffer, capacity, LK_ATTRIBUTION_STATE_KIND,
                    LK_ATTRIBUTION_STATE_VERSION);
    LK_TRY(write_definition(s, &writer, error));
    write_lists(s, &writer);
    write_costs(s, &writer);
    LK_TRY(write_paths(s, &writer, error));
    LK_TRY(write_units(s, &writer, error));
    LK_TRY(lk_fold_write(s->attribution, s->kind_numbers, &s->memory, &writer, error));
    return lk_writer_finish(&writer, size, error);
}

/* Counted first, so that a buffer that is too small is not touched. */
static leadkpi_status write_counted(state *s, void *buffer, size_t capacity, size_t *needed,
                                    leadkpi_error *error)
{
    size_t size;
    LK_TRY(write_state(s, NULL, 0, &size, error));
    if (needed) *needed = size;
    if (!buffer && needed && capacity == 0) return LEADKPI_OK;
    LK_FAIL_IF(capacity < size, error, LEADKPI_BUFFER_TOO_SMALL,
               "buffer: expected %zu bytes, found %zu", size, capacity);
    return write_state(s, buffer, capacity, &size, error);
}

leadkpi_status leadkpi_attribution_serialize(const leadkpi_attribution *attribution, void *buffer,
                                             size_t capacity, size_t *needed, leadkpi_error *error)
{
    uint64_t ends[1] = {0}; /* of the one text that an empty store has: "" */
    lk_attribution_store nothing = {.texts = {.ends = ends, .count = 1, .capacity = 1}};
    leadkpi_attribution empty;
    leadkpi_error_reset(error);
    if (needed) *needed = 0;
    LK_REQUIRE(attribution, error);
    LK_FAIL_IF(!buffer && (capacity || !needed), error, LEADKPI_NULL_ARGUMENT,
               "buffer: expected a pointer to %zu bytes, found NULL", capacity);
    state s = {.attribution = attribution, .store = attribution->store,
               .memory = lk_memory_like(&attribution->memory)};
    if (!s.store) {
        empty = *attribution;
        empty.store = &nothing;
        s.attribution = &empty;
        s.store = &nothing;
    }
    leadkpi_status status = order_all(&s, error);
    if (status == LEADKPI_OK) status = write_counted(&s, buffer, capacity, needed, error);
    release_all(&s);
    return status;
}
