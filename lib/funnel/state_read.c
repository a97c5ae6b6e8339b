/* state_read.c: a handle from bytes that may come from anywhere; state.h has
 * the format. What is read is what the writer would write, byte for byte, or it
 * is refused. */
#include "base/state.h"
#include "funnel/closed.h"
#include "funnel/journeys.h"
#include "funnel/state.h"

typedef struct reading {
    lk_reader reader;
    leadkpi_funnel *funnel;
    lk_funnel_store *store;
    uint32_t *codes; /* the code of each number in the list */
    uint8_t *codes_used, *segments_used, *values_used;
    size_t code_count, segment_count, value_count, lead_count, event_count, block_capacity;
    uint32_t version;
    size_t done; /* items since the host was asked */
    leadkpi_error *error;
} reading;

static inline leadkpi_status poll(reading *r, size_t items)
{
    return lk_interrupted_after(&r->funnel->memory, items, &r->done, r->error);
}

#define REFUSE_IF(condition, r, what)                                                              \
    do {                                                                                           \
        if (LK_UNLIKELY(condition)) return lk_reader_refuse(&(r)->reader, what);                   \
    } while (0)

/* ---- lists ------------------------------------------------------------------- */

static leadkpi_status read_texts(reading *r, lk_map_text *map, size_t *count)
{
    return lk_state_read_texts(&r->reader, &r->funnel->memory, map, LK_MAP_KEYS_MAX, NULL, "", count);
}

static leadkpi_status make_flags(reading *r, size_t count, uint8_t **flags)
{
    LK_TRY(lk_allocate(&r->funnel->memory, count, 1, flags, r->error));
    if (count) memset(*flags, 0, count);
    return LEADKPI_OK;
}

static leadkpi_status check_code(reading *r, lk_key128 key, uint64_t value)
{
    const lk_funnel_rule *rule = &r->funnel->rule;
    REFUSE_IF(key.low & ~lk_funnel_all_steps(rule), r, "code: expected steps of the definition");
    REFUSE_IF(lk_key128_compare(key, lk_funnel_code_key(rule, key.low, key.high)) != 0, r,
              "code: expected a step to bring those before it");
    REFUSE_IF(rule->order >= LK_ORDER_UNORDERED && rule->same_event == LK_SAME_EVENT_ONCE &&
                  (key.low & (key.low - 1)),
              r, "code: expected one step at most");
    REFUSE_IF(key.high >> rule->range_count, r, "code: expected exclusions of the definition");
    REFUSE_IF(key.high && !lk_funnel_takes_exclusions(rule), r, "code: expected no exclusion");
    REFUSE_IF(rule->same_value && !value && (key.high || key.low), r,
              "code: expected a value, without which an event means nothing");
    REFUSE_IF(!key.high && !key.low && !lk_funnel_keeps_foreign(rule), r,
              "code: expected a step or an exclusion");
    return LEADKPI_OK;
}

/* (exclusions, steps) and the value's number are in rising order, read as one number each. */
static bool is_rising(lk_key128 last, uint64_t last_value, lk_key128 key, uint64_t value)
{
    int compared = lk_key128_compare(last, key);
    return compared < 0 || (compared == 0 && last_value < value);
}

/* 0 where the definition has no values. Values are kept in their order, so an index is a place. */
static leadkpi_status read_value(reading *r, uint64_t *value)
{
    *value = r->funnel->rule.same_value ? lk_read_varint(&r->reader) : 0;
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(*value > r->value_count, r, "code: expected an index into the values");
    if (*value) r->values_used[*value - 1] = 1;
    return LEADKPI_OK;
}

static leadkpi_status read_codes(reading *r)
{
    lk_key128 last = {0, 0};
    uint64_t value, last_value = 0;
    r->code_count = lk_read_count(&r->reader, LK_FUNNEL_STATE_CODE_SIZE);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(r->code_count > LK_MAP_KEYS_MAX / 2, r, "codes: expected fewer than 2^31");
    LK_TRY(make_flags(r, r->code_count, &r->codes_used));
    LK_TRY(lk_allocate(&r->funnel->memory, r->code_count, sizeof *r->codes, &r->codes, r->error));
    for (size_t i = 0; i < r->code_count; i++) {
        LK_TRY(poll(r, 1));
        lk_key128 key = {lk_read_varint(&r->reader), 0};
        key.low = lk_read_varint(&r->reader);
        LK_TRY(lk_reader_status(&r->reader));
        LK_TRY(read_value(r, &value));
        REFUSE_IF(i > 0 && !is_rising(last, last_value, key, value), r, "codes: expected rising order");
        LK_TRY(check_code(r, key, value));
        last = key;
        last_value = value;
        key = lk_funnel_valued_key(key, (uint32_t)value);
        LK_TRY(lk_map128_find_or_add(&r->store->codes, &r->funnel->memory, &key, 1, &r->codes[i],
                                     r->error));
    }
    return LEADKPI_OK;
}

/* ---- leads --------------------------------------------------------------------- */

/* As it stands there: with the number in its list for a code. */
typedef struct read_event {
    int64_t time, sequence;
    uint64_t code, segment;
} read_event;

static int compare_events(const read_event *a, const read_event *b)
{
    if (a->time != b->time) return a->time < b->time ? -1 : 1;
    if (a->sequence != b->sequence) return a->sequence < b->sequence ? -1 : 1;
    if (a->code != b->code) return a->code < b->code ? -1 : 1;
    return (a->segment > b->segment) - (a->segment < b->segment);
}

static leadkpi_status read_one(reading *r, read_event *event)
{
    event->time = lk_read_int64(&r->reader);
    event->sequence = lk_read_signed_varint(&r->reader);
    event->code = lk_read_varint(&r->reader);
    event->segment = lk_read_varint(&r->reader);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(event->time < LK_FUNNEL_TIME_MIN || event->time >= LK_FUNNEL_TIME_END, r,
              "time: expected years 1 to 9999");
    REFUSE_IF(lk_closed_range_of(&r->store->closed, event->time) != LK_MAP_NONE, r,
              "time: expected none in a closed range");
    REFUSE_IF(event->code >= r->code_count || event->segment > r->segment_count, r,
              "expected an index into a list before, found one past its end");
    r->codes_used[event->code] = 1;
    if (event->segment) r->segments_used[event->segment - 1] = 1;
    return LEADKPI_OK;
}

/* Columns that may not be there come with the first event that needs them. */
static leadkpi_status keep(reading *r, uint32_t lead, const read_event *event)
{
    LK_TRY(lk_funnel_grow(r->funnel, 1, event->sequence != 0, event->segment != 0, r->error));
    lk_funnel_append(r->store, event->time, event->sequence, lead, r->codes[event->code],
                     (uint32_t)event->segment);
    return LEADKPI_OK;
}

static leadkpi_status read_standing(reading *r, uint32_t lead)
{
    lk_standings *standings = &r->store->standings;
    const lk_funnel_rule *rule = &r->funnel->rule;
    LK_TRY(lk_standings_reserve(standings, rule, &r->funnel->memory, (size_t)lead + 1, r->error));
    uint64_t *standing = lk_standing(standings, rule, lead);
    LK_TRY(lk_standing_read(rule, standing, &r->reader));
    if (standing[LK_STANDING_STEPS] && lk_standing_time_back(standing[LK_STANDING_TIME]) > standings->latest)
        standings->latest = lk_standing_time_back(standing[LK_STANDING_TIME]);
    return LEADKPI_OK;
}

static leadkpi_status read_events(reading *r, uint32_t lead)
{
    if (r->funnel->rule.input == LK_INPUT_TIME) return read_standing(r, lead);
    uint64_t count = lk_read_varint(&r->reader);
    read_event event, last = {0, 0, 0, 0};
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(count > r->event_count - r->store->event_count, r,
              "events of leads: expected no more than in all");
    for (uint64_t i = 0; i < count; i++) {
        LK_TRY(poll(r, 1));
        LK_TRY(read_one(r, &event));
        REFUSE_IF(i > 0 && compare_events(&last, &event) > 0, r,
                  "events: expected order by time, sequence, code and segment");
        LK_TRY(keep(r, lead, &event));
        last = event;
    }
    return LEADKPI_OK;
}

static leadkpi_status read_blocks(reading *r, uint32_t lead)
{
    lk_closed *closed = &r->store->closed;
    size_t before = closed->block_count, words = lk_block_words(r->funnel->rule.step_count);
    LK_TRY(lk_closed_read_lead(closed, &r->block_capacity, r->funnel->rule.step_count, lead, &r->funnel->memory,
                               &r->reader));
    return poll(r, (closed->block_count - before) * words);
}

static leadkpi_status open_leads(reading *r)
{
    LK_TRY(lk_lead_ids_read_count(&r->store->ids, &r->reader, LK_FUNNEL_STATE_LEAD_SIZE, &r->lead_count));
    r->event_count = lk_read_count(&r->reader, LK_FUNNEL_STATE_EVENT_SIZE);
    LK_TRY(lk_reader_status(&r->reader));
    return lk_funnel_grow(r->funnel, r->event_count, false, false, r->error);
}

static leadkpi_status read_leads(reading *r)
{
    LK_TRY(open_leads(r));
    lk_lead_ids_block block = {.count = 0};
    lk_lead_ids *ids = &r->store->ids;
    lk_memory *memory = &r->funnel->memory;
    for (size_t i = 0; i < r->lead_count; i++) {
        LK_TRY(poll(r, 1));
        LK_TRY(lk_lead_ids_read_ahead(ids, memory, &r->reader, &block));
        LK_TRY(read_events(r, (uint32_t)i));
        if (r->version >= LK_FUNNEL_STATE_CLOSED_VERSION) LK_TRY(read_blocks(r, (uint32_t)i));
    }
    LK_TRY(lk_lead_ids_flush(ids, memory, &block, r->error));
    REFUSE_IF(r->store->event_count != r->event_count, r, "events of leads: expected as many as in all");
    return LEADKPI_OK;
}

/* ---- the whole ----------------------------------------------------------------- */

static leadkpi_status check_definition(const leadkpi_options *definition, leadkpi_error *error)
{
    lk_funnel_rule rule;
    return lk_funnel_read_rule(definition, &rule, error);
}

static leadkpi_status read_definition(lk_reader *reader, lk_memory *memory, leadkpi_funnel **out)
{
    leadkpi_options *definition;
    lk_funnel_rule rule;
    LK_TRY(lk_state_read_definition(reader, memory, &lk_funnel_schema, check_definition, &definition));
    leadkpi_status status = lk_funnel_read_rule(definition, &rule, reader->error);
    if (status == LEADKPI_OK) status = lk_funnel_make(memory, definition, &rule, out, reader->error);
    leadkpi_options_free(definition);
    return status;
}

static leadkpi_status read_ranges(reading *r)
{
    leadkpi_funnel *funnel = r->funnel;
    leadkpi_error why;
    bool excludes =
        lk_options_list_count(funnel->definition, &lk_funnel_schema, LK_FUNNEL_EXCLUDE) > 0;
    REFUSE_IF(funnel->rule.input == LK_INPUT_TIME ||
                  lk_standings_check_rule(&funnel->rule, excludes, "closed ranges", &why) != LEADKPI_OK,
              r, "ranges: expected none under such a definition");
    return lk_closed_read_ranges(&r->store->closed, &funnel->memory, &r->reader);
}

static leadkpi_status read_payload(reading *r)
{
    size_t batch_count;
    LK_TRY(read_texts(r, &r->store->batches, &batch_count));
    if (r->funnel->rule.same_value) {
        LK_TRY(read_texts(r, &r->store->values, &r->value_count));
        LK_TRY(make_flags(r, r->value_count, &r->values_used));
    }
    LK_TRY(read_codes(r));
    LK_TRY(read_texts(r, &r->store->segments, &r->segment_count));
    LK_TRY(make_flags(r, r->segment_count, &r->segments_used));
    if (r->version >= LK_FUNNEL_STATE_CLOSED_VERSION) LK_TRY(read_ranges(r));
    LK_TRY(read_leads(r));
    REFUSE_IF((r->code_count && memchr(r->codes_used, 0, r->code_count)) ||
                  (r->value_count && memchr(r->values_used, 0, r->value_count)) ||
                  (r->segment_count && memchr(r->segments_used, 0, r->segment_count)),
              r, "lists: expected every item to be used");
    return lk_reader_finish(&r->reader);
}

static leadkpi_status read_store(reading *r)
{
    lk_memory *memory = &r->funnel->memory;
    LK_TRY(lk_funnel_open(r->funnel, &r->store, r->error));
    leadkpi_status status = read_payload(r);
    leadkpi_status closed = lk_closed_read_end(&r->store->closed, &r->block_capacity,
                                               r->funnel->rule.step_count, memory, r->error);
    if (status == LEADKPI_OK) status = closed;
    if (closed != LEADKPI_OK) r->store->closed.block_count = r->block_capacity; /* to be given back */
    lk_release(memory, r->codes, r->code_count, sizeof *r->codes);
    lk_release(memory, r->codes_used, r->code_count, 1);
    lk_release(memory, r->segments_used, r->segment_count, 1);
    lk_release(memory, r->values_used, r->value_count, 1);
    if (status == LEADKPI_OK && r->lead_count == 0 && r->store->batches.count == 0 &&
        r->store->closed.range_count == 0)
        lk_funnel_close(r->funnel); /* a handle without a row holds no store */
    return status;
}

leadkpi_status leadkpi_funnel_deserialize(const leadkpi_host *host, const void *bytes, size_t size,
                                          leadkpi_funnel **out, leadkpi_error *error)
{
    lk_memory memory;
    reading r = {.error = error};
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_TRY(lk_memory_init(&memory, host, error));
    LK_TRY(lk_reader_begin(&r.reader, bytes, size, LK_FUNNEL_STATE_KIND,
                           LK_FUNNEL_STATE_CLOSED_VERSION, &r.version, error));
    LK_TRY(read_definition(&r.reader, &memory, &r.funnel));
    leadkpi_status status = read_store(&r);
    if (status == LEADKPI_OK && r.funnel->store) status = lk_journeys_settle(r.funnel, 0, error);
    if (status != LEADKPI_OK) {
        leadkpi_funnel_free(r.funnel);
        return status;
    }
    *out = r.funnel;
    return LEADKPI_OK;
}
