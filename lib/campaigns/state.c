/* state.c: a handle as bytes; state.h has the format.
 *
 * What is written is put in order of its content first; the store itself is
 * not touched. Scratch while it runs, of a count of its own:
 *   an id           8 bytes, and 24 while int64 ids are sorted (12 for others)
 *   a stage row or response   4 bytes, and 4 for each of the lead that has most
 *   a fact          4 bytes, and 24 while they are sorted
 *   a text or tuple 8 bytes, and 24 while tuples are sorted
 * Time: linear but for the comparisons of n log n texts. */
#include "campaigns/state.h"

#include "base/buffer.h"
#include "base/sort.h"
#include "campaigns/definition.h"

/* Which of the things of the store are written, and in which order. */
typedef struct ranking {
    uint32_t *order; /* what is written: indexes in the store */
    uint32_t *rank;  /* of each index in the store; LK_MAP_NONE: not written */
    uint32_t count;  /* of order */
    uint32_t total;  /* of rank */
} ranking;

enum {
    BATCHES,
    DIMENSIONS,
    TEXTS,
    EMAILS,
    STAGE_NAMES,
    RESPONSE_KINDS,
    FACT_NAMES,
    TUPLES, /* rank[node - 1] */
    RANKING_COUNT
};

/* The events lead by lead: order[ends[lead - 1]] to order[ends[lead] - 1] are those of a lead. */
typedef struct event_order {
    uint32_t *order;
    uint32_t *ends;
} event_order;

typedef struct state {
    const leadkpi_campaigns *campaigns;
    const lk_store *store;
    lk_memory memory;
    ranking rankings[RANKING_COUNT];
    uint32_t *leads; /* in order of their ids */
    uint32_t lead_count;
    event_order stages, responses;
    uint32_t *facts; /* in order */
} state;

static leadkpi_status poll_at(const state *s, size_t i, leadkpi_error *error)
{
    return i % LK_INTERRUPT_ROWS == 0 ? lk_interrupted(&s->memory, error) : LEADKPI_OK;
}

/* ---- what is used ------------------------------------------------------------ */

static const lk_map_text *texts_of(const lk_store *store, int which)
{
    switch (which) {
    case BATCHES: return &store->batches;
    case DIMENSIONS: return &store->dimensions;
    case TEXTS: return &store->texts;
    case EMAILS: return &store->email_texts;
    case STAGE_NAMES: return &store->stages.names;
    case RESPONSE_KINDS: return &store->responses.names;
    default: return &store->fact_names;
    }
}

static leadkpi_status open_rankings(state *s, leadkpi_error *error)
{
    for (int which = 0; which < RANKING_COUNT; which++) {
        ranking *r = &s->rankings[which];
        uint32_t total = which == TUPLES ? s->store->tuples.count : texts_of(s->store, which)->count;
        LK_TRY(lk_allocate(&s->memory, total, sizeof *r->order, &r->order, error));
        r->total = total; /* both blocks are given back by it; the second may be NULL */
        LK_TRY(lk_allocate(&s->memory, total, sizeof *r->rank, &r->rank, error));
        bool all = which == BATCHES || which == DIMENSIONS;
        for (uint32_t i = 0; i < total; i++) r->rank[i] = all ? 0 : LK_MAP_NONE;
    }
    return LEADKPI_OK;
}

static void use(state *s, int which, uint32_t index)
{
    s->rankings[which].rank[index] = 0;
}

static void use_tuple(state *s, uint32_t tuple)
{
    if (tuple != LK_TUPLE_ROOT) use(s, TUPLES, tuple - 1);
}

static void use_events(state *s, int names, const lk_events *events)
{
    for (size_t i = 0; i < events->count; i++) use(s, names, lk_event_name(&events->items[i]));
}

static void mark_used(state *s)
{
    const lk_store *store = s->store;
    for (uint32_t i = 0; i < s->lead_count; i++) {
        if (store->leads[i].rows == 0) continue;
        use_tuple(s, store->leads[i].tuple);
        if (store->emails && store->emails[i]) use(s, EMAILS, store->emails[i] - 1);
    }
    use_events(s, STAGE_NAMES, &store->stages);
    use_events(s, RESPONSE_KINDS, &store->responses);
    for (uint32_t i = 0; i < store->fact_keys.count; i++) {
        use_tuple(s, lk_fact_tuple(store->fact_keys.keys[i]));
        use(s, FACT_NAMES, lk_fact_name(store->fact_keys.keys[i]));
    }
    for (uint32_t i = 0; i < store->tuples.count; i++) {
        if (s->rankings[TUPLES].rank[i] == LK_MAP_NONE) continue;
        for (uint32_t t = i + 1; t != LK_TUPLE_ROOT; t = lk_tuple_parent(store, t))
            use(s, TEXTS, lk_tuple_text(store, t));
    }
}

/* ---- orders ------------------------------------------------------------------ */

static void collect_used(ranking *r)
{
    for (uint32_t i = 0; i < r->total; i++)
        if (r->rank[i] != LK_MAP_NONE) r->order[r->count++] = i;
}

static void number_in_order(ranking *r)
{
    for (uint32_t i = 0; i < r->count; i++) r->rank[r->order[i]] = i;
}

static int compare_texts(const void *context, uint32_t a, uint32_t b)
{
    const lk_map_text *map = context;
    return lk_text_compare(lk_map_text_key(map, a), lk_map_text_key(map, b));
}

static leadkpi_status rank_texts(state *s, leadkpi_error *error)
{
    for (int which = 0; which < TUPLES; which++) {
        ranking *r = &s->rankings[which];
        LK_TRY(lk_interrupted(&s->memory, error));
        collect_used(r);
        LK_TRY(lk_sort_indexes(&s->memory, r->order, r->count, compare_texts,
                               texts_of(s->store, which), error));
        number_in_order(r);
    }
    return LEADKPI_OK;
}

/* By the last dimension first; each sort keeps the order of the ones before. */
static leadkpi_status sort_tuples(state *s, uint64_t *keys, leadkpi_error *error)
{
    ranking *r = &s->rankings[TUPLES];
    const ranking *dimensions = &s->rankings[DIMENSIONS];
    for (uint32_t d = dimensions->count; d-- > 0;) {
        for (uint32_t i = 0; i < r->count; i++) {
            LK_TRY(poll_at(s, i, error));
            uint32_t text = lk_tuple_value(s->store, r->order[i] + 1, dimensions->order[d]);
            keys[i] = text == LK_MAP_NONE ? 0 : (uint64_t)s->rankings[TEXTS].rank[text] + 1;
        }
        LK_TRY(lk_sort_uint64(&s->memory, keys, r->order, r->count, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status rank_tuples(state *s, leadkpi_error *error)
{
    ranking *r = &s->rankings[TUPLES];
    uint64_t *keys;
    collect_used(r);
    LK_TRY(lk_allocate(&s->memory, r->count, sizeof *keys, &keys, error));
    leadkpi_status status = sort_tuples(s, keys, error);
    lk_release(&s->memory, keys, r->count, sizeof *keys);
    number_in_order(r);
    return status;
}

static leadkpi_status order_leads(state *s, leadkpi_error *error)
{
    LK_TRY(lk_interrupted(&s->memory, error));
    LK_TRY(lk_allocate(&s->memory, s->lead_count, sizeof *s->leads, &s->leads, error));
    return lk_lead_ids_sort(&s->store->ids, &s->memory, s->leads, error);
}

typedef struct event_context {
    const lk_event *items;
    const uint32_t *name_rank;
} event_context;

static int compare_events(const void *context, uint32_t a, uint32_t b)
{
    const event_context *c = context;
    const lk_event *x = &c->items[a], *y = &c->items[b];
    uint32_t x_name = c->name_rank[lk_event_name(x)], y_name = c->name_rank[lk_event_name(y)];
    if (x_name != y_name) return x_name < y_name ? -1 : 1;
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    int32_t x_kind = lk_event_value_kind(x), y_kind = lk_event_value_kind(y);
    if (x_kind != y_kind) return x_kind < y_kind ? -1 : 1;
    return (x->payload > y->payload) - (x->payload < y->payload);
}

/* Two passes over the events, each with one cache miss an event on its lead's counter. */
static uint32_t gather_events(const lk_events *events, uint32_t lead_count, event_order *by_lead)
{
    uint32_t most = 0, before = 0;
    memset(by_lead->ends, 0, lead_count * sizeof *by_lead->ends);
    for (size_t i = 0; i < events->count; i++) by_lead->ends[events->items[i].lead]++;
    for (uint32_t lead = 0; lead < lead_count; lead++) {
        uint32_t count = by_lead->ends[lead];
        if (count > most) most = count;
        by_lead->ends[lead] = before;
        before += count;
    }
    for (size_t i = 0; i < events->count; i++)
        by_lead->order[by_lead->ends[events->items[i].lead]++] = (uint32_t)i;
    return most;
}

static leadkpi_status order_events(state *s, int names, const lk_events *events,
                                   event_order *by_lead, leadkpi_error *error)
{
    uint32_t *scratch;
    event_context context = {events->items, s->rankings[names].rank};
    LK_TRY(lk_interrupted(&s->memory, error));
    LK_TRY(lk_allocate(&s->memory, events->count, sizeof *by_lead->order, &by_lead->order, error));
    LK_TRY(lk_allocate(&s->memory, s->lead_count, sizeof *by_lead->ends, &by_lead->ends, error));
    if (s->lead_count == 0) return LEADKPI_OK; /* no lead, no event */
    uint32_t most = gather_events(events, s->lead_count, by_lead);
    LK_TRY(lk_allocate(&s->memory, most, sizeof *scratch, &scratch, error));
    leadkpi_status status = LEADKPI_OK;
    for (uint32_t lead = 0, start = 0; lead < s->lead_count && status == LEADKPI_OK; start = by_lead->ends[lead++]) {
        uint32_t count = by_lead->ends[lead] - start;
        if (count > 1)
            status = lk_sort_indexes_with(&s->memory, by_lead->order + start, count, scratch, compare_events,
                                          &context, error);
    }
    lk_release(&s->memory, scratch, most, sizeof *scratch);
    return status;
}

static uint32_t tuple_number(const state *s, uint32_t tuple)
{
    return tuple == LK_TUPLE_ROOT ? 0 : s->rankings[TUPLES].rank[tuple - 1] + 1;
}

static leadkpi_status sort_facts(state *s, uint64_t *keys, leadkpi_error *error)
{
    const lk_key128 *facts = s->store->fact_keys.keys;
    uint32_t count = s->store->fact_keys.count;
    for (uint32_t i = 0; i < count; i++) {
        LK_TRY(poll_at(s, i, error));
        s->facts[i] = i;
        keys[i] = (uint64_t)tuple_number(s, lk_fact_tuple(facts[i])) << 32 |
                  s->rankings[FACT_NAMES].rank[lk_fact_name(facts[i])];
    }
    LK_TRY(lk_sort_uint64(&s->memory, keys, s->facts, count, error));
    /* Times in the order of unsigned numbers. */
    for (uint32_t i = 0; i < count; i++) keys[i] = facts[s->facts[i]].high ^ (uint64_t)1 << 63;
    return lk_sort_uint64(&s->memory, keys, s->facts, count, error);
}

static leadkpi_status order_facts(state *s, leadkpi_error *error)
{
    uint64_t *keys;
    size_t count = s->store->fact_keys.count;
    LK_TRY(lk_allocate(&s->memory, count, sizeof *s->facts, &s->facts, error));
    LK_TRY(lk_allocate(&s->memory, count, sizeof *keys, &keys, error));
    leadkpi_status status = sort_facts(s, keys, error);
    lk_release(&s->memory, keys, count, sizeof *keys);
    return status;
}

static leadkpi_status order_all(state *s, leadkpi_error *error)
{
    LK_TRY(open_rankings(s, error));
    mark_used(s);
    LK_TRY(rank_texts(s, error));
    LK_TRY(rank_tuples(s, error));
    LK_TRY(order_leads(s, error));
    LK_TRY(order_events(s, STAGE_NAMES, &s->store->stages, &s->stages, error));
    LK_TRY(order_events(s, RESPONSE_KINDS, &s->store->responses, &s->responses, error));
    return order_facts(s, error);
}

static void release_all(state *s)
{
    for (int which = 0; which < RANKING_COUNT; which++) {
        ranking *r = &s->rankings[which];
        lk_release(&s->memory, r->order, r->total, sizeof *r->order);
        lk_release(&s->memory, r->rank, r->total, sizeof *r->rank);
    }
    lk_release(&s->memory, s->leads, s->lead_count, sizeof *s->leads);
    lk_release(&s->memory, s->stages.order, s->store->stages.count, sizeof *s->stages.order);
    lk_release(&s->memory, s->stages.ends, s->lead_count, sizeof *s->stages.ends);
    lk_release(&s->memory, s->responses.order, s->store->responses.count, sizeof *s->stages.order);
    lk_release(&s->memory, s->responses.ends, s->lead_count, sizeof *s->responses.ends);
    lk_release(&s->memory, s->facts, s->store->fact_keys.count, sizeof *s->facts);
}

/* ---- writing ----------------------------------------------------------------- */

static leadkpi_status write_definition(state *s, lk_writer *writer, leadkpi_error *error)
{
    char *text;
    size_t length = lk_options_print(s->campaigns->definition, &lk_campaigns_schema, NULL, 0);
    LK_TRY(lk_allocate(&s->memory, length, 1, &text, error));
    lk_options_print(s->campaigns->definition, &lk_campaigns_schema, text, length);
    lk_write_text(writer, (lk_text){text, length});
    lk_release(&s->memory, text, length, 1);
    return LEADKPI_OK;
}

static leadkpi_status write_texts(const state *s, lk_writer *writer, int which,
                                  leadkpi_error *error)
{
    const ranking *r = &s->rankings[which];
    lk_write_varint(writer, r->count);
    for (uint32_t i = 0; i < r->count; i++) {
        LK_TRY(poll_at(s, i, error));
        lk_write_text(writer, lk_map_text_key(texts_of(s->store, which), r->order[i]));
    }
    return LEADKPI_OK;
}

/* The pairs of a tuple are on its way to the root, in no order of their names. */
static void write_tuple(const state *s, lk_writer *writer, uint32_t tuple)
{
    uint32_t dimensions[LK_TUPLE_LENGTH_MAX], texts[LK_TUPLE_LENGTH_MAX];
    size_t count = 0;
    for (; tuple != LK_TUPLE_ROOT; tuple = lk_tuple_parent(s->store, tuple)) {
        uint32_t dimension = s->rankings[DIMENSIONS].rank[lk_tuple_dimension(s->store, tuple)];
        lk_tuple_insert(dimensions, texts, count++, dimension,
                        s->rankings[TEXTS].rank[lk_tuple_text(s->store, tuple)]);
    }
    lk_write_varint(writer, count);
    for (size_t i = 0; i < count; i++) {
        lk_write_varint(writer, dimensions[i]);
        lk_write_varint(writer, texts[i]);
    }
}

static leadkpi_status write_tuples(const state *s, lk_writer *writer, leadkpi_error *error)
{
    const ranking *r = &s->rankings[TUPLES];
    lk_write_varint(writer, r->count);
    for (uint32_t i = 0; i < r->count; i++) {
        LK_TRY(poll_at(s, i, error));
        write_tuple(s, writer, r->order[i] + 1);
    }
    return LEADKPI_OK;
}

static void write_stages(const state *s, lk_writer *writer, uint32_t lead)
{
    const event_order *by_lead = &s->stages;
    uint32_t start = lead ? by_lead->ends[lead - 1] : 0, end = by_lead->ends[lead];
    lk_write_varint(writer, end - start);
    for (uint32_t i = start; i < end; i++) {
        const lk_event *event = &s->store->stages.items[by_lead->order[i]];
        int32_t kind = lk_event_value_kind(event);
        lk_write_varint(writer, s->rankings[STAGE_NAMES].rank[lk_event_name(event)]);
        lk_write_int64(writer, event->time);
        lk_write_uint8(writer, (uint8_t)kind);
        if (kind == LK_VALUE_DOUBLE) {
            lk_write_int64(writer, event->payload);
        } else if (kind != LK_VALUE_NONE) {
            lk_write_signed_varint(writer, event->payload);
        }
    }
}

static void write_responses(const state *s, lk_writer *writer, uint32_t lead)
{
    const event_order *by_lead = &s->responses;
    uint32_t start = lead ? by_lead->ends[lead - 1] : 0, end = by_lead->ends[lead];
    lk_write_varint(writer, end - start);
    for (uint32_t i = start; i < end; i++) {
        const lk_event *event = &s->store->responses.items[by_lead->order[i]];
        lk_write_varint(writer, s->rankings[RESPONSE_KINDS].rank[lk_event_name(event)]);
        lk_write_int64(writer, event->time);
    }
}

static void write_lead(const state *s, lk_writer *writer, uint32_t place)
{
    uint32_t index = s->leads[place];
    const lk_lead *lead = &s->store->leads[index];
    lk_lead_ids_write(&s->store->ids, writer, index, place ? s->leads[place - 1] : LK_MAP_NONE);
    lk_write_varint(writer, lead->rows);
    if (lead->rows) {
        lk_write_int64(writer, lead->time);
        lk_write_varint(writer, tuple_number(s, lead->tuple));
        if (s->store->emails) {
            uint32_t email = s->store->emails[index];
            lk_write_varint(writer, email ? s->rankings[EMAILS].rank[email - 1] + 1 : 0);
        }
    }
    write_stages(s, writer, index);
    write_responses(s, writer, index);
}

/* Leads lie in order of arrival and are written in order of their ids: each costs about five
 * cache misses, which overlap when they are asked for ahead. */
static void fetch_lead_ahead(const state *s, uint32_t place)
{
    if (s->lead_count - place <= LK_LEADS_AHEAD) return;
    const lk_lead_ids *ids = &s->store->ids;
    uint32_t lead = s->leads[place + LK_LEADS_AHEAD];
    LK_PREFETCH(&s->store->leads[lead]);
    LK_PREFETCH(&s->stages.ends[lead]);
    LK_PREFETCH(&s->responses.ends[lead]);
    if (ids->hashed) {
        LK_PREFETCH(&ids->hashes.keys[lead]);
    } else if (ids->type == LK_LEAD_IDS_TEXT) {
        LK_PREFETCH(&ids->texts.ends[lead]);
    } else {
        LK_PREFETCH(&ids->integers.keys[lead]);
    }
}

static leadkpi_status write_leads(const state *s, lk_writer *writer, leadkpi_error *error)
{
    lk_write_uint8(writer, (uint8_t)s->store->ids.type);
    lk_write_varint(writer, s->lead_count);
    lk_write_varint(writer, s->store->stages.count);
    lk_write_varint(writer, s->store->responses.count);
    for (uint32_t place = 0; place < s->lead_count; place++) {
        LK_TRY(poll_at(s, place, error));
        fetch_lead_ahead(s, place);
        write_lead(s, writer, place);
    }
    return LEADKPI_OK;
}

static leadkpi_status write_facts(const state *s, lk_writer *writer, leadkpi_error *error)
{
    lk_write_varint(writer, s->store->fact_keys.count);
    for (uint32_t i = 0; i < s->store->fact_keys.count; i++) {
        lk_key128 key = s->store->fact_keys.keys[s->facts[i]];
        const lk_fact *fact = &s->store->facts[s->facts[i]];
        LK_TRY(poll_at(s, i, error));
        lk_write_int64(writer, lk_fact_time(key));
        lk_write_varint(writer, tuple_number(s, lk_fact_tuple(key)));
        lk_write_varint(writer, s->rankings[FACT_NAMES].rank[lk_fact_name(key)]);
        lk_write_varint(writer, fact->rows);
        lk_write_exact_sum(writer, &fact->sum);
    }
    return LEADKPI_OK;
}

static leadkpi_status write_state(state *s, void *buffer, size_t capacity, size_t *size,
                                  leadkpi_error *error)
{
    lk_writer writer;
    lk_writer_begin(&writer, buffer, capacity, LK_CAMPAIGNS_STATE_KIND, LK_CAMPAIGNS_STATE_VERSION);
    LK_TRY(write_definition(s, &writer, error));
    lk_write_text(&writer, (lk_text){s->store->currency, s->store->currency_length});
    lk_write_varint(&writer, s->store->cost_rows);
    lk_write_varint(&writer, s->store->measure_rows);
    LK_TRY(write_texts(s, &writer, BATCHES, error));
    LK_TRY(write_texts(s, &writer, DIMENSIONS, error));
    LK_TRY(write_texts(s, &writer, TEXTS, error));
    LK_TRY(write_tuples(s, &writer, error));
    for (int which = EMAILS; which <= FACT_NAMES; which++)
        LK_TRY(write_texts(s, &writer, which, error));
    LK_TRY(write_leads(s, &writer, error));
    LK_TRY(write_facts(s, &writer, error));
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

leadkpi_status leadkpi_campaigns_serialize(const leadkpi_campaigns *campaigns, void *buffer,
                                           size_t capacity, size_t *needed, leadkpi_error *error)
{
    static const lk_store nothing = {0};
    leadkpi_error_reset(error);
    if (needed) *needed = 0;
    LK_REQUIRE(campaigns, error);
    LK_TRY(lk_buffer_begin(buffer, capacity, needed, error));
    state s = {.campaigns = campaigns,
               .store = campaigns->store ? campaigns->store : &nothing,
               .memory = lk_memory_like(&campaigns->memory)};
    s.lead_count = lk_lead_ids_count(&s.store->ids);
    leadkpi_status status = order_all(&s, error);
    if (status == LEADKPI_OK) status = write_counted(&s, buffer, capacity, needed, error);
    release_all(&s);
    return status;
}
