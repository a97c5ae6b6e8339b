/* state.c: a handle as bytes; state.h has the format. What is written is put in order of its
 * content first. */
#include "cohorts/state.h"

#include "base/sort.h"
#include "cohorts/timeline.h"

typedef struct state {
    const leadkpi_cohorts *cohorts;
    lk_memory memory;
    lk_timeline timeline;
    uint32_t *customers; /* in order of their ids */
    uint32_t *tuples;    /* the place of each in the list; LK_MAP_NONE: not used */
    uint32_t *outcomes;
    uint32_t *batches; /* in order */
} state;

static int compare_texts(const void *context, uint32_t a, uint32_t b)
{
    const lk_map_text *map = context;
    return lk_text_compare(lk_map_text_key(map, a), lk_map_text_key(map, b));
}

static void mark_used(state *s)
{
    const lk_cohorts_store *store = s->cohorts->store;
    for (uint32_t i = 0; i < store->tuples.count; i++) s->tuples[i] = LK_MAP_NONE;
    for (uint32_t i = 0; i < store->outcomes.count; i++) s->outcomes[i] = LK_MAP_NONE;
    for (size_t i = 0; i < store->event_count; i++) {
        const lk_cohorts_event *event = &store->events[i];
        uint32_t text = lk_cohorts_text(event);
        if (event->kind == LK_COHORTS_ACQUIRED && text) s->tuples[text - 1] = 0;
        if (event->kind == LK_COHORTS_OUTCOME) s->outcomes[text - 1] = 0;
    }
}

static leadkpi_status order_all(state *s, leadkpi_error *error)
{
    const lk_cohorts_store *store = s->cohorts->store;
    lk_memory *memory = &s->memory;
    LK_TRY(lk_timeline_open(s->cohorts, memory, &s->timeline, error));
    LK_TRY(lk_timeline_sort(&s->timeline, memory, error));
    if (!store) return LEADKPI_OK;
    LK_TRY(lk_allocate(memory, s->timeline.customer_count, sizeof *s->customers, &s->customers, error));
    LK_TRY(lk_allocate(memory, store->tuples.count, sizeof *s->tuples, &s->tuples, error));
    LK_TRY(lk_allocate(memory, store->outcomes.count, sizeof *s->outcomes, &s->outcomes, error));
    LK_TRY(lk_allocate(memory, store->batches.count, sizeof *s->batches, &s->batches, error));
    LK_TRY(lk_lead_ids_sort(&store->ids, memory, s->customers, error));
    for (uint32_t i = 0; i < store->batches.count; i++) s->batches[i] = i;
    LK_TRY(lk_sort_indexes(memory, s->batches, store->batches.count, compare_texts, &store->batches,
                           error));
    mark_used(s);
    return LEADKPI_OK;
}

static void release_all(state *s)
{
    const lk_cohorts_store *store = s->cohorts->store;
    if (!store) return;
    lk_release(&s->memory, s->customers, s->timeline.customer_count, sizeof *s->customers);
    lk_release(&s->memory, s->tuples, store->tuples.count, sizeof *s->tuples);
    lk_release(&s->memory, s->outcomes, store->outcomes.count, sizeof *s->outcomes);
    lk_release(&s->memory, s->batches, store->batches.count, sizeof *s->batches);
    lk_timeline_close(&s->timeline, &s->memory);
}

/* ---- writing ----------------------------------------------------------------- */

static leadkpi_status write_definition(state *s, lk_writer *writer, leadkpi_error *error)
{
    char *text;
    const leadkpi_options *definition = s->cohorts->definition;
    size_t length = lk_options_print(definition, &lk_cohorts_schema, NULL, 0);
    LK_TRY(lk_allocate(&s->memory, length, 1, &text, error));
    lk_options_print(definition, &lk_cohorts_schema, text, length);
    lk_write_text(writer, (lk_text){text, length});
    lk_release(&s->memory, text, length, 1);
    return LEADKPI_OK;
}

/* The used texts in order, each of which gets its place. */
static leadkpi_status write_used(state *s, lk_writer *writer, const lk_map_text *map,
                                 const uint32_t *rank, uint32_t *places, leadkpi_error *error)
{
    uint32_t *by_rank, used = 0;
    LK_TRY(lk_allocate(&s->memory, map->count, sizeof *by_rank, &by_rank, error));
    for (uint32_t i = 0; i < map->count; i++) by_rank[rank[i + 1] - 1] = i;
    for (uint32_t i = 0; i < map->count; i++)
        if (places[by_rank[i]] != LK_MAP_NONE) places[by_rank[i]] = used++;
    lk_write_varint(writer, used);
    for (uint32_t i = 0; i < map->count; i++)
        if (places[by_rank[i]] != LK_MAP_NONE)
            lk_write_text(writer, lk_map_text_key(map, by_rank[i]));
    lk_release(&s->memory, by_rank, map->count, sizeof *by_rank);
    return LEADKPI_OK;
}

static void write_value(lk_writer *writer, const lk_cohorts_event *event)
{
    lk_write_uint8(writer, (uint8_t)event->value_kind);
    if (event->value_kind == LK_VALUE_DOUBLE) lk_write_int64(writer, event->content);
    else lk_write_signed_varint(writer, event->content);
}

static void write_event(const state *s, lk_writer *writer, const lk_cohorts_event *event)
{
    uint32_t text = lk_cohorts_text(event);
    if (event->kind == LK_COHORTS_ACQUIRED)
        lk_write_varint(writer, text ? (uint64_t)s->tuples[text - 1] + 1 : 0);
    else if (event->kind == LK_COHORTS_OUTCOME)
        lk_write_varint(writer, s->outcomes[text - 1]);
    else if (event->kind != LK_COHORTS_ACTIVE)
        write_value(writer, event);
}

static void write_events(const state *s, lk_writer *writer, uint32_t customer)
{
    const lk_timeline *t = &s->timeline;
    uint32_t start = lk_timeline_start(t, customer), end = t->ends[customer];
    lk_write_varint(writer, end - start);
    for (uint32_t i = start; i < end; i++) {
        const lk_cohorts_event *event = &t->events[i];
        lk_write_uint8(writer, (uint8_t)event->kind);
        if (i == start) lk_write_int64(writer, event->time);
        else lk_write_varint(writer, (uint64_t)(event->time - t->events[i - 1].time));
        write_event(s, writer, event);
    }
}

static leadkpi_status write_customers(const state *s, lk_writer *writer, leadkpi_error *error)
{
    const lk_cohorts_store *store = s->cohorts->store;
    uint32_t before = LK_MAP_NONE;
    lk_write_uint8(writer, (uint8_t)store->ids.type);
    lk_write_varint(writer, s->timeline.customer_count);
    lk_write_varint(writer, store->event_count);
    for (uint32_t i = 0; i < s->timeline.customer_count; i++) {
        if (i % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&s->memory, error));
        lk_lead_ids_write(&store->ids, writer, s->customers[i], before);
        write_events(s, writer, s->customers[i]);
        before = s->customers[i];
    }
    return LEADKPI_OK;
}

static leadkpi_status write_store(state *s, lk_writer *writer, leadkpi_error *error)
{
    const lk_cohorts_store *store = s->cohorts->store;
    lk_write_text(writer, (lk_text){store->currency, store->currency_length});
    lk_write_varint(writer, store->batches.count);
    for (uint32_t i = 0; i < store->batches.count; i++)
        lk_write_text(writer, lk_map_text_key(&store->batches, s->batches[i]));
    LK_TRY(write_used(s, writer, &store->tuples, s->timeline.tuple_rank, s->tuples, error));
    LK_TRY(write_used(s, writer, &store->outcomes, s->timeline.outcome_rank, s->outcomes, error));
    return write_customers(s, writer, error);
}

/* Of a handle without a row: no currency, three empty lists, no id type, no customer, no event. */
static const uint8_t empty_store[7] = {0};

static leadkpi_status write_state(state *s, void *buffer, size_t capacity, size_t *size,
                                  leadkpi_error *error)
{
    lk_writer writer;
    lk_writer_begin(&writer, buffer, capacity, LK_COHORTS_STATE_KIND, LK_COHORTS_STATE_VERSION);
    LK_TRY(write_definition(s, &writer, error));
    if (s->cohorts->store) LK_TRY(write_store(s, &writer, error));
    else lk_write_bytes(&writer, empty_store, sizeof empty_store);
    return lk_writer_finish(&writer, size, error);
}

/* Counted first, so that a buffer that is too small is not touched. */
static leadkpi_status write_counted(state *s, void *buffer, size_t capacity, size_t *needed,
                                    leadkpi_error *error)
{
    size_t size;
    LK_TRY(write_state(s, NULL, 0, &size, error));
    LK_TRY(lk_buffer_admits(buffer, capacity, size, needed, error));
    if (!buffer) return LEADKPI_OK;
    return write_state(s, buffer, capacity, &size, error);
}

leadkpi_status leadkpi_cohorts_serialize(const leadkpi_cohorts *cohorts, void *buffer,
                                         size_t capacity, size_t *needed, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_TRY(lk_buffer_begin(buffer, capacity, needed, error));
    LK_REQUIRE(cohorts, error);
    state s = {.cohorts = cohorts, .memory = lk_memory_like(&cohorts->memory)};
    leadkpi_status status = order_all(&s, error);
    if (status == LEADKPI_OK) status = write_counted(&s, buffer, capacity, needed, error);
    release_all(&s);
    return status;
}
