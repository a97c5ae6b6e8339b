/* state_read.c: a handle from bytes that may come from anywhere; state.h has
 * the format. What is read is what the writer would write, byte for byte, or it
 * is refused: lists rise, everything listed is used, numbers are in range. */
#include "base/state.h"
#include "campaigns/add.h"
#include "campaigns/definition.h"
#include "campaigns/state.h"

/* The lists whose items must be used by what follows. */
enum { TEXTS, TUPLES, EMAILS, STAGE_NAMES, RESPONSE_KINDS, FACT_NAMES, SECTION_COUNT };

typedef struct section {
    uint8_t *used; /* one an item */
    size_t count;
} section;

typedef struct reading {
    lk_reader reader;
    leadkpi_campaigns *campaigns;
    lk_store *store;
    section sections[SECTION_COUNT];
    uint32_t *tuples; /* the node of each tuple */
    size_t lead_count;
    leadkpi_error *error;
} reading;

#define REFUSE_IF(condition, r, what)                                                              \
    do {                                                                                           \
        if (LK_UNLIKELY(condition)) return lk_reader_refuse(&(r)->reader, what);                   \
    } while (0)

static leadkpi_status poll_at(const reading *r, size_t i)
{
    return i % LK_INTERRUPT_ROWS == 0 ? lk_interrupted(&r->campaigns->memory, r->error) : LEADKPI_OK;
}

/* ---- lists of texts ------------------------------------------------------------ */

static leadkpi_status open_section(reading *r, int which, size_t count)
{
    section *s = &r->sections[which];
    LK_TRY(lk_allocate(&r->campaigns->memory, count, 1, &s->used, r->error));
    if (count) memset(s->used, 0, count);
    s->count = count;
    return LEADKPI_OK;
}

/* The next index into a section; 0 after a failure. */
static leadkpi_status use_index(reading *r, int which, uint32_t *index)
{
    section *s = &r->sections[which];
    uint64_t found = lk_read_varint(&r->reader);
    REFUSE_IF(found >= s->count, r, "expected an index into a list before, found one past its end");
    s->used[found] = 1;
    *index = (uint32_t)found;
    return lk_reader_status(&r->reader);
}

/* The same where 0 is none and the others are one more than the index. */
static leadkpi_status use_optional(reading *r, int which, uint32_t *number)
{
    section *s = &r->sections[which];
    uint64_t found = lk_read_varint(&r->reader);
    REFUSE_IF(found > s->count, r, "expected an index into a list before, found one past its end");
    if (found) s->used[found - 1] = 1;
    *number = (uint32_t)found;
    return lk_reader_status(&r->reader);
}

static leadkpi_status read_texts(reading *r, lk_map_text *map, bool (*is_good)(lk_text),
                                 const char *expected, size_t *count)
{
    return lk_state_read_texts(&r->reader, &r->campaigns->memory, map, LK_MAP_KEYS_MAX, is_good, expected,
                               count);
}

static leadkpi_status read_section(reading *r, int which, lk_map_text *map,
                                   bool (*is_good)(lk_text), const char *expected)
{
    size_t count;
    LK_TRY(read_texts(r, map, is_good, expected, &count));
    return open_section(r, which, count);
}

static bool is_batch(lk_text text)
{
    static const char *const kinds[] = {"leads:", "stages:", "responses:", "costs:", "measures:"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t length = strlen(kinds[i]);
        if (text.length >= length && memcmp(text.data, kinds[i], length) == 0) return true;
    }
    return false;
}

static bool is_dimension(lk_text text)
{
    return text.length > 0 && text.length <= LK_NAME_MAX && !memchr(text.data, 0, text.length);
}

static bool is_fact_name(lk_text text)
{
    bool negative_allowed;
    return lk_fact_name_is_known(text, &negative_allowed);
}

/* ---- tuples ---------------------------------------------------------------------- */

/* The pairs of a tuple: places in the lists of dimensions and texts. */
typedef struct pair_list {
    uint32_t dimensions[LK_TUPLE_LENGTH_MAX];
    uint32_t texts[LK_TUPLE_LENGTH_MAX];
    size_t count;
} pair_list;

static leadkpi_status read_pairs(reading *r, pair_list *pairs)
{
    uint64_t count = lk_read_varint(&r->reader);
    REFUSE_IF(count < 1 || count > LK_TUPLE_LENGTH_MAX, r, "tuple: expected 1 to 64 dimensions");
    pairs->count = (size_t)count;
    for (size_t i = 0; i < pairs->count; i++) {
        uint64_t dimension = lk_read_varint(&r->reader);
        REFUSE_IF(dimension >= r->store->dimensions.count, r,
                  "tuple: expected a dimension of the list, found one past its end");
        REFUSE_IF(i > 0 && dimension <= pairs->dimensions[i - 1], r,
                  "tuple: expected rising dimensions");
        pairs->dimensions[i] = (uint32_t)dimension;
        LK_TRY(use_index(r, TEXTS, &pairs->texts[i]));
    }
    return lk_reader_status(&r->reader);
}

/* Dimension by dimension; null, that is no pair, before any text. */
static int compare_pairs(const pair_list *a, const pair_list *b)
{
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        if (a->dimensions[i] != b->dimensions[i])
            return a->dimensions[i] > b->dimensions[i] ? -1 : 1;
        if (a->texts[i] != b->texts[i]) return a->texts[i] < b->texts[i] ? -1 : 1;
    }
    return (a->count > b->count) - (a->count < b->count);
}

static leadkpi_status read_tuples(reading *r)
{
    pair_list both[2];
    size_t count = lk_read_count(&r->reader, LK_STATE_TUPLE_SIZE);
    LK_TRY(open_section(r, TUPLES, count));
    LK_TRY(lk_allocate(&r->campaigns->memory, count, sizeof *r->tuples, &r->tuples, r->error));
    for (size_t i = 0; i < count; i++) {
        pair_list *pairs = &both[i & 1];
        LK_TRY(poll_at(r, i));
        LK_TRY(read_pairs(r, pairs));
        REFUSE_IF(i > 0 && compare_pairs(&both[~i & 1], pairs) >= 0, r,
                  "tuples: expected rising order");
        uint32_t node = LK_TUPLE_ROOT;
        for (size_t d = 0; d < pairs->count; d++)
            LK_TRY(lk_tuple_step(r->campaigns, node, pairs->dimensions[d], pairs->texts[d], &node,
                                 r->error));
        r->tuples[i] = node;
    }
    return lk_reader_status(&r->reader);
}

static leadkpi_status read_tuple_number(reading *r, uint32_t *tuple)
{
    uint32_t number = 0;
    LK_TRY(use_optional(r, TUPLES, &number));
    *tuple = number ? r->tuples[number - 1] : LK_TUPLE_ROOT;
    return LEADKPI_OK;
}

static leadkpi_status read_time(reading *r, int64_t *time)
{
    *time = lk_read_int64(&r->reader);
    REFUSE_IF(*time < LK_TIME_MIN || *time >= LK_TIME_END, r, "time: expected years 1 to 9999");
    return lk_reader_status(&r->reader);
}

/* ---- events ------------------------------------------------------------------------ */

static leadkpi_status read_value(reading *r, lk_value *value)
{
    value->kind = lk_read_uint8(&r->reader);
    value->payload = 0;
    if (value->kind == LK_VALUE_DOUBLE) {
        value->payload = lk_read_int64(&r->reader);
    } else if (value->kind != LK_VALUE_NONE) {
        value->payload = lk_read_signed_varint(&r->reader);
    }
    REFUSE_IF(!lk_value_is_canonical(*value), r, "value: expected a number in its one form");
    return lk_reader_status(&r->reader);
}

static int compare_events(const lk_event *a, const lk_event *b)
{
    uint32_t a_name = lk_event_name(a), b_name = lk_event_name(b);
    if (a_name != b_name) return a_name < b_name ? -1 : 1;
    if (a->time != b->time) return a->time < b->time ? -1 : 1;
    if (a->name_and_kind != b->name_and_kind) return a->name_and_kind < b->name_and_kind ? -1 : 1;
    return (a->payload > b->payload) - (a->payload < b->payload);
}

/* The events of one lead; there is room for `capacity` in all. */
static leadkpi_status read_events(reading *r, int names, lk_events *events, uint32_t lead)
{
    uint64_t count = lk_read_varint(&r->reader);
    REFUSE_IF(count > events->capacity - events->count, r,
              "stage rows or responses of leads: expected no more than in all");
    for (uint64_t i = 0; i < count; i++) {
        lk_event *event = &events->items[events->count];
        uint32_t name = 0;
        lk_value value = {0, LK_VALUE_NONE};
        LK_TRY(use_index(r, names, &name));
        LK_TRY(read_time(r, &event->time));
        if (names == STAGE_NAMES) LK_TRY(read_value(r, &value));
        event->payload = value.payload;
        event->lead = lead;
        event->name_and_kind = name << LK_VALUE_BITS | (uint32_t)value.kind;
        REFUSE_IF(i > 0 && compare_events(event - 1, event) > 0, r,
                  "stage rows or responses: expected order by name, time and value");
        events->count++;
    }
    return lk_reader_status(&r->reader);
}

/* ---- leads ------------------------------------------------------------------------- */

static leadkpi_status read_lead_row(reading *r, uint32_t index)
{
    lk_lead *lead = &r->store->leads[index];
    uint64_t rows = lk_read_varint(&r->reader);
    REFUSE_IF(rows > UINT32_MAX - r->store->lead_rows, r, "leads: expected fewer than 2^32 rows");
    *lead = (lk_lead){0, LK_TUPLE_ROOT, (uint32_t)rows};
    if (r->store->emails) r->store->emails[index] = 0;
    if (rows == 0) return lk_reader_status(&r->reader);
    r->store->lead_rows += rows;
    LK_TRY(read_time(r, &lead->time));
    LK_TRY(read_tuple_number(r, &lead->tuple));
    if (r->store->emails) return use_optional(r, EMAILS, &r->store->emails[index]);
    return LEADKPI_OK;
}

static leadkpi_status read_lead(reading *r, uint32_t index)
{
    lk_store *store = r->store;
    size_t events_before = store->stages.count + store->responses.count;
    LK_TRY(read_lead_row(r, index));
    LK_TRY(read_events(r, STAGE_NAMES, &store->stages, index));
    LK_TRY(read_events(r, RESPONSE_KINDS, &store->responses, index));
    REFUSE_IF(store->leads[index].rows == 0 &&
                  store->stages.count + store->responses.count == events_before,
              r, "lead: expected a row or an event, found neither");
    return LEADKPI_OK;
}

static leadkpi_status make_room_for_leads(reading *r)
{
    lk_store *store = r->store;
    lk_memory *memory = &r->campaigns->memory;
    LK_TRY(lk_allocate(memory, r->lead_count, sizeof *store->leads, &store->leads, r->error));
    store->lead_capacity = r->lead_count;
    if (r->campaigns->person_key != LK_PERSON_KEY_EMAIL) return LEADKPI_OK;
    return lk_allocate(memory, r->lead_count, sizeof *store->emails, &store->emails, r->error);
}

static leadkpi_status make_room_for_events(reading *r, lk_events *events, size_t item_size)
{
    size_t count = lk_read_count(&r->reader, item_size);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(count > UINT32_MAX, r, "stage rows or responses: expected fewer than 2^32");
    LK_TRY(lk_allocate(&r->campaigns->memory, count, sizeof *events->items, &events->items, r->error));
    events->capacity = count;
    return LEADKPI_OK;
}

static leadkpi_status open_leads(reading *r)
{
    LK_TRY(lk_lead_ids_read_count(&r->store->ids, &r->reader, LK_STATE_LEAD_SIZE, &r->lead_count));
    LK_TRY(make_room_for_leads(r));
    LK_TRY(make_room_for_events(r, &r->store->stages, LK_STATE_STAGE_SIZE));
    return make_room_for_events(r, &r->store->responses, LK_STATE_RESPONSE_SIZE);
}

static leadkpi_status read_leads(reading *r)
{
    lk_lead_ids_block block = {.count = 0};
    lk_lead_ids *ids = &r->store->ids;
    lk_memory *memory = &r->campaigns->memory;
    LK_TRY(open_leads(r));
    for (size_t i = 0; i < r->lead_count; i++) {
        LK_TRY(poll_at(r, i));
        LK_TRY(lk_lead_ids_read_ahead(ids, memory, &r->reader, &block));
        LK_TRY(read_lead(r, (uint32_t)i));
    }
    LK_TRY(lk_lead_ids_flush(ids, memory, &block, r->error));
    REFUSE_IF(r->store->stages.count != r->store->stages.capacity ||
                  r->store->responses.count != r->store->responses.capacity,
              r, "stage rows or responses of leads: expected as many as in all");
    return LEADKPI_OK;
}

/* ---- facts ------------------------------------------------------------------------- */

/* Can so many rows have this sum? Each is below 2^63 in size, or -2^63. */
static bool is_possible_sum(const lk_exact_sum *sum, uint64_t rows, bool negative_allowed)
{
    lk_exact_sum most = {{0, 0, rows << 63, rows >> 1}}, least = most;
    if (lk_exact_sum_negate(&least, NULL) != LEADKPI_OK) return false;
    if (!negative_allowed && lk_exact_sum_is_negative(sum)) return false;
    return lk_exact_sum_compare(sum, &most) <= 0 && lk_exact_sum_compare(sum, &least) >= 0;
}

static leadkpi_status read_fact(reading *r, size_t index, lk_key128 *key, lk_key128 *order)
{
    lk_fact *fact = &r->store->facts[index];
    int64_t time = 0;
    uint32_t tuple = 0, name = 0;
    bool negative_allowed;
    LK_TRY(read_time(r, &time));
    LK_TRY(use_optional(r, TUPLES, &tuple));
    LK_TRY(use_index(r, FACT_NAMES, &name));
    fact->rows = lk_read_varint(&r->reader);
    fact->sum = lk_read_exact_sum(&r->reader);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(fact->rows == 0 || fact->rows > r->store->cost_rows + r->store->measure_rows, r,
              "fact: expected 1 row or more, and no more than there are of costs and measures");
    (void)lk_fact_name_is_known(lk_map_text_key(&r->store->fact_names, name), &negative_allowed);
    REFUSE_IF(!is_possible_sum(&fact->sum, fact->rows, negative_allowed), r,
              "fact: expected a sum that its rows can have");
    *order = lk_fact_key(time, tuple, name);
    order->high ^= (uint64_t)1 << 63; /* rising times as rising numbers */
    *key = lk_fact_key(time, tuple ? r->tuples[tuple - 1] : LK_TUPLE_ROOT, name);
    return LEADKPI_OK;
}

static leadkpi_status read_facts(reading *r)
{
    lk_key128 keys[LK_ROW_BLOCK], order[2];
    uint32_t indexes[LK_ROW_BLOCK];
    lk_memory *memory = &r->campaigns->memory;
    size_t count = lk_read_count(&r->reader, LK_STATE_FACT_SIZE);
    REFUSE_IF(count > LK_MAP_KEYS_MAX, r, "facts: expected fewer than 2^32 - 1");
    LK_TRY(lk_allocate(memory, count, sizeof *r->store->facts, &r->store->facts, r->error));
    r->store->fact_capacity = count;
    for (size_t i = 0, held = 0; i < count; i++) {
        LK_TRY(read_fact(r, i, &keys[held++], &order[i & 1]));
        REFUSE_IF(i > 0 && lk_key128_compare(order[~i & 1], order[i & 1]) >= 0, r,
                  "facts: expected rising order");
        if (held < LK_ROW_BLOCK && i + 1 < count) continue;
        LK_TRY(lk_interrupted(memory, r->error));
        LK_TRY(lk_map128_find_or_add(&r->store->fact_keys, memory, keys, held, indexes, r->error));
        held = 0;
    }
    return lk_reader_status(&r->reader);
}

/* ---- the whole --------------------------------------------------------------------- */

static leadkpi_status read_definition(lk_reader *reader, lk_memory *memory, leadkpi_campaigns **out)
{
    leadkpi_options *definition;
    LK_TRY(lk_state_read_definition(reader, memory, &lk_campaigns_schema, lk_campaigns_check_stage_names,
                                    &definition));
    leadkpi_status status = lk_campaigns_make(memory, definition, out, reader->error);
    leadkpi_options_free(definition);
    return status;
}

static leadkpi_status read_counts(reading *r)
{
    lk_text currency = lk_read_text(&r->reader);
    REFUSE_IF(currency.length > LK_CURRENCY_SIZE, r, "currency: expected 16 bytes or fewer");
    memcpy(r->store->currency, currency.data, currency.length);
    r->store->currency_length = currency.length;
    r->store->cost_rows = lk_read_varint(&r->reader);
    r->store->measure_rows = lk_read_varint(&r->reader);
    REFUSE_IF(r->store->cost_rows > LK_FACT_ROWS_MAX || r->store->measure_rows > LK_FACT_ROWS_MAX,
              r, "cost rows, measure rows: expected at most 2^62");
    return lk_reader_status(&r->reader);
}

static leadkpi_status check_all_used(reading *r)
{
    for (int which = 0; which < SECTION_COUNT; which++) {
        const section *s = &r->sections[which];
        REFUSE_IF(s->used && memchr(s->used, 0, s->count), r,
                  "lists: expected every item to be used");
    }
    return LEADKPI_OK;
}

static leadkpi_status read_payload(reading *r)
{
    lk_store *store = r->store;
    size_t count;
    LK_TRY(read_counts(r));
    LK_TRY(read_texts(r, &store->batches, is_batch, "batch: expected <kind>:<id>", &count));
    LK_TRY(read_texts(r, &store->dimensions, is_dimension, "dimension: expected a name", &count));
    LK_TRY(read_section(r, TEXTS, &store->texts, NULL, ""));
    LK_TRY(read_tuples(r));
    LK_TRY(read_section(r, EMAILS, &store->email_texts, lk_email_is_folded,
                        "e-mail: expected no blank at its edges and no capital letter"));
    LK_TRY(read_section(r, STAGE_NAMES, &store->stages.names, NULL, ""));
    LK_TRY(read_section(r, RESPONSE_KINDS, &store->responses.names, NULL, ""));
    REFUSE_IF(store->stages.names.count > LK_EVENT_NAMES_MAX ||
                  store->responses.names.count > LK_EVENT_NAMES_MAX,
              r, "names of stages or kinds: expected at most 2^26");
    LK_TRY(read_section(r, FACT_NAMES, &store->fact_names, is_fact_name,
                        "fact name: expected a measure that adds up or a kind of cost"));
    LK_TRY(read_leads(r));
    LK_TRY(read_facts(r));
    LK_TRY(check_all_used(r));
    return lk_reader_finish(&r->reader);
}

static leadkpi_status read_store(reading *r)
{
    lk_memory *memory = &r->campaigns->memory;
    LK_TRY(lk_store_open(r->campaigns, &r->store, r->error));
    leadkpi_status status = read_payload(r);
    for (int which = 0; which < SECTION_COUNT; which++)
        lk_release(memory, r->sections[which].used, r->sections[which].count, 1);
    lk_release(memory, r->tuples, r->sections[TUPLES].count, sizeof *r->tuples);
    if (status == LEADKPI_OK) lk_store_drop_empty(r->campaigns);
    return status;
}

leadkpi_status leadkpi_campaigns_deserialize(const leadkpi_host *host, const void *bytes,
                                             size_t size, leadkpi_campaigns **out,
                                             leadkpi_error *error)
{
    lk_memory memory;
    uint32_t version;
    reading r = {.error = error};
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_TRY(lk_memory_init(&memory, host, error));
    LK_TRY(lk_reader_begin(&r.reader, bytes, size, LK_CAMPAIGNS_STATE_KIND,
                           LK_CAMPAIGNS_STATE_VERSION, &version, error));
    LK_TRY(read_definition(&r.reader, &memory, &r.campaigns));
    leadkpi_status status = read_store(&r);
    if (status != LEADKPI_OK) {
        leadkpi_campaigns_free(r.campaigns);
        return status;
    }
    *out = r.campaigns;
    return LEADKPI_OK;
}
