/* state.c: a handle as bytes; state.h has the format. What is written is put in order of its
 * content first. Scratch while it runs, of a count of its own: that of lk_journeys, 4 bytes a lead, code, value,
 * segment and batch, and where ranges are closed 8 a lead. */
#include "funnel/state.h"

#include "base/sort.h"
#include "funnel/closed.h"

typedef struct state {
    const leadkpi_funnel *funnel;
    lk_memory memory;
    lk_journeys journeys;
    uint32_t *leads;   /* in order of their ids */
    uint32_t *codes;   /* number of each in the list; LK_MAP_NONE: not used */
    uint32_t *values;  /* the same of the values, as the next */
    uint32_t *segments;
    uint32_t *batches; /* in order */
    size_t *blocks;    /* of each lead the first, where ranges are closed; else NULL */
    size_t done; /* items since the host was asked */
} state;

static inline leadkpi_status poll(state *s, size_t items, leadkpi_error *error)
{
    return lk_interrupted_after(&s->memory, items, &s->done, error);
}

static int compare_texts(const void *context, uint32_t a, uint32_t b)
{
    const lk_map_text *map = context;
    return lk_text_compare(lk_map_text_key(map, a), lk_map_text_key(map, b));
}

/* place_of[rank] is what the rank stands for. */
static void invert(const uint32_t *rank, uint32_t count, uint32_t shift, uint32_t *place_of)
{
    for (uint32_t i = 0; i < count; i++) place_of[rank[i + shift] - shift] = i;
}

/* 4 bytes read in order an event, or 8, and a flag in the first cache. */
static leadkpi_status find_used(state *s, leadkpi_error *error)
{
    const lk_funnel_store *store = s->journeys.store;
    for (uint32_t i = 0; i < store->codes.count; i++) s->codes[i] = LK_MAP_NONE;
    for (uint32_t i = 0; i < store->values.count; i++) s->values[i] = LK_MAP_NONE;
    for (uint32_t i = 0; i < store->segments.count; i++) s->segments[i] = LK_MAP_NONE;
    for (size_t i = 0; i < store->event_count; i++) {
        uint32_t code = lk_funnel_event_code(store, i), value = lk_funnel_code_value(store, code);
        LK_TRY(poll(s, 1, error));
        s->codes[code] = 0;
        if (value) s->values[value - 1] = 0;
        uint32_t segment = lk_funnel_event_segment(store, i);
        if (segment) s->segments[segment - 1] = 0;
    }
    return LEADKPI_OK;
}

static leadkpi_status find_blocks(state *s, leadkpi_error *error)
{
    const lk_closed *closed = &s->journeys.store->closed;
    size_t block = 0;
    if (closed->range_count == 0) return LEADKPI_OK;
    LK_TRY(lk_allocate(&s->memory, s->journeys.lead_count, sizeof *s->blocks, &s->blocks, error));
    for (uint32_t lead = 0; lead < s->journeys.lead_count; lead++) {
        LK_TRY(poll(s, 1, error));
        s->blocks[lead] = block;
        block = lk_closed_lead_end(closed, s->funnel->rule.step_count, lead, block);
    }
    return LEADKPI_OK;
}

static leadkpi_status order_all(state *s, leadkpi_error *error)
{
    const lk_funnel_store *store;
    LK_TRY(lk_journeys_open(s->funnel, &s->memory, &s->journeys, error));
    store = s->journeys.store;
    LK_TRY(lk_allocate(&s->memory, s->journeys.lead_count, sizeof *s->leads, &s->leads, error));
    LK_TRY(lk_allocate(&s->memory, store->codes.count, sizeof *s->codes, &s->codes, error));
    LK_TRY(lk_allocate(&s->memory, store->values.count, sizeof *s->values, &s->values, error));
    LK_TRY(lk_allocate(&s->memory, store->segments.count, sizeof *s->segments, &s->segments, error));
    LK_TRY(lk_allocate(&s->memory, store->batches.count, sizeof *s->batches, &s->batches, error));
    LK_TRY(lk_lead_ids_sort(&store->ids, &s->memory, s->leads, error));
    for (uint32_t i = 0; i < store->batches.count; i++) s->batches[i] = i;
    LK_TRY(lk_sort_indexes(&s->memory, s->batches, store->batches.count, compare_texts, &store->batches,
                           error));
    LK_TRY(find_blocks(s, error));
    return find_used(s, error);
}

static void release_all(state *s)
{
    const lk_funnel_store *store = s->journeys.store;
    if (!store) return;
    lk_release(&s->memory, s->leads, s->journeys.lead_count, sizeof *s->leads);
    lk_release(&s->memory, s->codes, store->codes.count, sizeof *s->codes);
    lk_release(&s->memory, s->values, store->values.count, sizeof *s->values);
    lk_release(&s->memory, s->segments, store->segments.count, sizeof *s->segments);
    lk_release(&s->memory, s->batches, store->batches.count, sizeof *s->batches);
    lk_release(&s->memory, s->blocks, s->journeys.lead_count, sizeof *s->blocks);
    lk_journeys_close(&s->journeys, &s->memory);
}

/* ---- writing ----------------------------------------------------------------- */

static leadkpi_status write_definition(state *s, lk_writer *writer, leadkpi_error *error)
{
    char *text;
    size_t length = lk_options_print(s->funnel->definition, &lk_funnel_schema, NULL, 0);
    LK_TRY(lk_allocate(&s->memory, length, 1, &text, error));
    lk_options_print(s->funnel->definition, &lk_funnel_schema, text, length);
    lk_write_text(writer, (lk_text){text, length});
    lk_release(&s->memory, text, length, 1);
    return LEADKPI_OK;
}

/* Numbers the used ones of `count` in order, and returns how many there are. */
static uint32_t number_used(uint32_t *numbers, const uint32_t *place_of, uint32_t count)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < count; i++)
        if (numbers[place_of[i]] != LK_MAP_NONE) numbers[place_of[i]] = used++;
    return used;
}

/* Those that an event has, numbered in their order. */
static leadkpi_status write_texts(state *s, const lk_map_text *texts, uint32_t *numbers,
                                  const uint32_t *place_of, lk_writer *writer, leadkpi_error *error)
{
    lk_write_varint(writer, number_used(numbers, place_of, texts->count));
    for (uint32_t i = 0; i < texts->count; i++) {
        LK_TRY(poll(s, 1, error));
        if (numbers[place_of[i]] != LK_MAP_NONE) lk_write_text(writer, lk_map_text_key(texts, place_of[i]));
    }
    return LEADKPI_OK;
}

/* In order of their ranks, which are from 1 on. */
static leadkpi_status write_ranked_texts(state *s, const lk_map_text *texts, uint32_t *numbers,
                                         const uint32_t *rank, lk_writer *writer, leadkpi_error *error)
{
    uint32_t *place_of, count = texts->count;
    LK_TRY(lk_allocate(&s->memory, count, sizeof *place_of, &place_of, error));
    invert(rank, count, 1, place_of);
    leadkpi_status status = write_texts(s, texts, numbers, place_of, writer, error);
    lk_release(&s->memory, place_of, count, sizeof *place_of);
    return status;
}

static leadkpi_status write_codes_at(state *s, const uint32_t *place_of, lk_writer *writer, leadkpi_error *error)
{
    const lk_funnel_store *store = s->journeys.store;
    lk_write_varint(writer, number_used(s->codes, place_of, store->codes.count));
    for (uint32_t i = 0; i < store->codes.count; i++) {
        LK_TRY(poll(s, 1, error));
        if (s->codes[place_of[i]] == LK_MAP_NONE) continue;
        lk_write_varint(writer, lk_funnel_code_exclusions(store, place_of[i]));
        lk_write_varint(writer, lk_funnel_code_steps(store, place_of[i]));
        if (!s->funnel->rule.same_value) continue;
        uint32_t value = lk_funnel_code_value(store, place_of[i]);
        lk_write_varint(writer, value ? (uint64_t)s->values[value - 1] + 1 : 0);
    }
    return LEADKPI_OK;
}

static leadkpi_status write_codes(state *s, lk_writer *writer, leadkpi_error *error)
{
    uint32_t *place_of, count = s->journeys.store->codes.count;
    LK_TRY(lk_allocate(&s->memory, count, sizeof *place_of, &place_of, error));
    invert(s->journeys.code_rank, count, 0, place_of);
    leadkpi_status status = write_codes_at(s, place_of, writer, error);
    lk_release(&s->memory, place_of, count, sizeof *place_of);
    return status;
}

static leadkpi_status write_lists(state *s, lk_writer *writer, leadkpi_error *error)
{
    const lk_funnel_store *store = s->journeys.store;
    lk_write_varint(writer, store->batches.count);
    for (uint32_t i = 0; i < store->batches.count; i++) {
        LK_TRY(poll(s, 1, error));
        lk_write_text(writer, lk_map_text_key(&store->batches, s->batches[i]));
    }
    if (s->funnel->rule.same_value)
        LK_TRY(write_ranked_texts(s, &store->values, s->values, s->journeys.value_rank, writer, error));
    LK_TRY(write_codes(s, writer, error));
    return write_ranked_texts(s, &store->segments, s->segments, s->journeys.segment_rank, writer, error);
}

static leadkpi_status write_events(state *s, lk_writer *writer, uint32_t lead, leadkpi_error *error)
{
    const lk_journeys *j = &s->journeys;
    if (j->rule->input == LK_INPUT_TIME) {
        lk_standing_write(j->rule, lk_standing(&j->store->standings, j->rule, lead), writer);
        return LEADKPI_OK;
    }
    uint32_t start = lk_journeys_start(j, lead), end = j->ends[lead];
    lk_write_varint(writer, end - start);
    for (uint32_t i = start; i < end; i++) {
        LK_TRY(poll(s, 1, error));
        lk_journey_event event = lk_journeys_event(j, i);
        uint32_t segment = lk_journeys_segment(j, i);
        lk_write_int64(writer, event.time);
        lk_write_signed_varint(writer, lk_journeys_sequence(j, i));
        lk_write_varint(writer, s->codes[event.code]);
        lk_write_varint(writer, segment ? (uint64_t)s->segments[segment - 1] + 1 : 0);
    }
    if (j->store->closed.range_count == 0) return LEADKPI_OK;
    size_t words = lk_closed_write_lead(&j->store->closed, j->rule->step_count, lead, s->blocks[lead], writer);
    return poll(s, words, error);
}

static leadkpi_status write_leads(state *s, lk_writer *writer, leadkpi_error *error)
{
    const lk_funnel_store *store = s->journeys.store;
    uint32_t before = LK_MAP_NONE;
    lk_write_uint8(writer, (uint8_t)store->ids.type);
    lk_write_varint(writer, s->journeys.lead_count);
    lk_write_varint(writer, store->event_count);
    for (uint32_t i = 0; i < s->journeys.lead_count; i++) {
        LK_TRY(poll(s, 1, error));
        lk_lead_ids_write(&store->ids, writer, s->leads[i], before);
        LK_TRY(write_events(s, writer, s->leads[i], error));
        before = s->leads[i];
    }
    return LEADKPI_OK;
}

static leadkpi_status write_state(state *s, void *buffer, size_t capacity, size_t *size,
                                  leadkpi_error *error)
{
    const lk_funnel_store *store = s->journeys.store;
    lk_writer writer;
    lk_writer_begin(&writer, buffer, capacity, LK_FUNNEL_STATE_KIND,
                    store->closed.range_count ? LK_FUNNEL_STATE_CLOSED_VERSION
                                              : LK_FUNNEL_STATE_VERSION);
    LK_TRY(write_definition(s, &writer, error));
    LK_TRY(write_lists(s, &writer, error));
    if (store->closed.range_count) lk_closed_write_ranges(&store->closed, &writer);
    LK_TRY(write_leads(s, &writer, error));
    return lk_writer_finish(&writer, size, error);
}

/* Counted first, so that a buffer that is too small is not touched. */
static leadkpi_status write_counted(state *s, void *buffer, size_t capacity, size_t *needed,
                                    leadkpi_error *error)
{
    size_t size;
    LK_TRY(write_state(s, NULL, 0, &size, error));
    LK_TRY(lk_buffer_admits(buffer, capacity, size, needed, error));
    return buffer ? write_state(s, buffer, capacity, &size, error) : LEADKPI_OK;
}

leadkpi_status leadkpi_funnel_serialize(const leadkpi_funnel *funnel, void *buffer, size_t capacity,
                                        size_t *needed, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    if (needed) *needed = 0;
    LK_REQUIRE(funnel, error);
    LK_TRY(lk_buffer_begin(buffer, capacity, needed, error));
    state s = {.funnel = funnel, .memory = lk_memory_like(&funnel->memory)};
    leadkpi_status status = order_all(&s, error);
    if (status == LEADKPI_OK) status = write_counted(&s, buffer, capacity, needed, error);
    release_all(&s);
    return status;
}
