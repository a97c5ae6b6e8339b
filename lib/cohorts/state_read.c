/* state_read.c: a handle from bytes that may come from anywhere; state.h has
 * the format. What is read is what the writer would write, byte for byte, or it
 * is refused. */
#include "base/state.h"
#include "cohorts/state.h"
#include "cohorts/timeline.h"

typedef struct reading {
    lk_reader reader;
    leadkpi_cohorts *cohorts;
    lk_cohorts_store *store;
    uint8_t *tuples_used, *outcomes_used;
    size_t tuple_count, outcome_count, customer_count, event_count;
    leadkpi_error *error;
} reading;

#define REFUSE_IF(condition, r, what)                                                              \
    do {                                                                                           \
        if (LK_UNLIKELY(condition)) return lk_reader_refuse(&(r)->reader, what);                   \
    } while (0)

/* ---- lists ------------------------------------------------------------------- */

static leadkpi_status read_texts(reading *r, lk_map_text *map, size_t *count)
{
    return lk_state_read_texts(&r->reader, &r->cohorts->memory, map, LK_MAP_KEYS_MAX - 1, NULL, "", count);
}

static leadkpi_status make_flags(reading *r, size_t count, uint8_t **flags)
{
    LK_TRY(lk_allocate(&r->cohorts->memory, count, 1, flags, r->error));
    if (count) memset(*flags, 0, count);
    return LEADKPI_OK;
}

static leadkpi_status read_tuples(reading *r)
{
    LK_TRY(read_texts(r, &r->store->tuples, &r->tuple_count));
    for (size_t i = 0; i < r->tuple_count; i++) {
        lk_text tuple = lk_map_text_key(&r->store->tuples, (uint32_t)i);
        REFUSE_IF(tuple.length == 0 || !lk_tuple_is_good(tuple), r,
                  "tuple: expected dimensions by rising name");
    }
    return make_flags(r, r->tuple_count, &r->tuples_used);
}

static leadkpi_status read_currency(reading *r)
{
    lk_text currency = lk_read_text(&r->reader);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(currency.length > LK_COHORTS_CURRENCY_SIZE, r, "currency: expected 16 bytes or fewer");
    if (currency.length) memcpy(r->store->currency, currency.data, currency.length);
    r->store->currency_length = currency.length;
    return LEADKPI_OK;
}

/* ---- events --------------------------------------------------------------------- */

static leadkpi_status read_value(reading *r, lk_cohorts_event *event)
{
    event->value_kind = lk_read_uint8(&r->reader);
    if (event->value_kind == LK_VALUE_DOUBLE) event->content = lk_read_int64(&r->reader);
    else event->content = lk_read_signed_varint(&r->reader);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(event->value_kind == LK_VALUE_NONE || !lk_value_is_canonical(lk_cohorts_value(event)), r,
              "value: expected a number in its one form");
    REFUSE_IF(event->kind == LK_COHORTS_RECURRING && event->content < 0, r,
              "mrr: expected a number from 0");
    return LEADKPI_OK;
}

static leadkpi_status read_content(reading *r, lk_cohorts_event *event)
{
    uint64_t index;
    switch (event->kind) {
    case LK_COHORTS_ACQUIRED:
        index = lk_read_varint(&r->reader);
        REFUSE_IF(index > r->tuple_count, r, "tuple: expected an index into the list before");
        if (index) r->tuples_used[index - 1] = 1;
        event->content = (int64_t)index;
        return lk_reader_status(&r->reader);
    case LK_COHORTS_OUTCOME:
        index = lk_read_varint(&r->reader);
        LK_TRY(lk_reader_status(&r->reader));
        REFUSE_IF(index >= r->outcome_count, r, "outcome: expected an index into the list before");
        r->outcomes_used[index] = 1;
        event->content = (int64_t)index + 1;
        return LEADKPI_OK;
    case LK_COHORTS_ACTIVE:
        return LEADKPI_OK;
    default:
        return read_value(r, event);
    }
}

static leadkpi_status read_event(reading *r, const lk_cohorts_event *before, lk_cohorts_event *event)
{
    uint8_t kind = lk_read_uint8(&r->reader);
    int64_t start = before ? before->time : 0;
    uint64_t step = before ? lk_read_varint(&r->reader) : 0;
    event->time = before ? start : lk_read_int64(&r->reader);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(kind >= LK_COHORTS_KIND_COUNT, r, "kind: expected one of 0 to 4");
    REFUSE_IF(event->time < LK_COHORTS_TIME_MIN || event->time >= LK_COHORTS_TIME_END ||
                  step >= (uint64_t)(LK_COHORTS_TIME_END - event->time),
              r, "time: expected years 1 to 9999");
    event->time += (int64_t)step;
    event->kind = kind;
    return read_content(r, event);
}

/* As lk_timeline has it; an index has the order of its text. */
static int compare_events(const lk_cohorts_event *a, const lk_cohorts_event *b)
{
    if (a->time != b->time) return a->time < b->time ? -1 : 1;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    return lk_cohorts_compare_content(a, b);
}

static leadkpi_status read_events(reading *r, uint32_t customer)
{
    uint64_t count = lk_read_varint(&r->reader);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(count == 0 || count > r->event_count - r->store->event_count, r,
              "events of customers: expected one or more, and no more than in all");
    for (uint64_t i = 0; i < count; i++) {
        lk_cohorts_event *event = &r->store->events[r->store->event_count];
        *event = (lk_cohorts_event){.customer = customer};
        LK_TRY(read_event(r, i ? event - 1 : NULL, event));
        REFUSE_IF(i > 0 && compare_events(event - 1, event) > 0, r,
                  "events: expected order by time, kind, value and text");
        r->store->event_count++;
    }
    return LEADKPI_OK;
}

static leadkpi_status open_customers(reading *r)
{
    r->store->ids.type = lk_read_uint8(&r->reader);
    r->customer_count = lk_read_count(&r->reader, LK_COHORTS_STATE_CUSTOMER_SIZE);
    r->event_count = lk_read_count(&r->reader, LK_COHORTS_STATE_EVENT_SIZE);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(r->store->ids.type > LK_LEAD_IDS_TEXT ||
                  (r->store->ids.type == LK_LEAD_IDS_NONE) != (r->customer_count == 0),
              r, "ids: expected a type where there are customers, and none where there are not");
    REFUSE_IF(r->customer_count > LK_MAP_KEYS_MAX, r, "customers: expected fewer than 2^32 - 1");
    return lk_cohorts_grow(r->cohorts, r->event_count, r->error);
}

static leadkpi_status read_customers(reading *r)
{
    LK_TRY(open_customers(r));
    for (size_t i = 0; i < r->customer_count; i++) {
        if (i % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&r->cohorts->memory, r->error));
        LK_TRY(lk_lead_ids_read(&r->store->ids, &r->cohorts->memory, &r->reader));
        LK_TRY(read_events(r, (uint32_t)i));
    }
    REFUSE_IF(r->store->event_count != r->event_count, r,
              "events of customers: expected as many as in all");
    return LEADKPI_OK;
}

/* ---- the whole ----------------------------------------------------------------- */

static leadkpi_status read_definition(lk_reader *reader, lk_memory *memory, leadkpi_cohorts **out)
{
    leadkpi_options *definition;
    LK_TRY(lk_state_read_definition(reader, memory, &lk_cohorts_schema, NULL, &definition));
    leadkpi_status status = lk_cohorts_make(memory, definition, out, reader->error);
    leadkpi_options_free(definition);
    return status;
}

static leadkpi_status read_payload(reading *r)
{
    size_t batch_count;
    LK_TRY(read_currency(r));
    LK_TRY(read_texts(r, &r->store->batches, &batch_count));
    LK_TRY(read_tuples(r));
    LK_TRY(read_texts(r, &r->store->outcomes, &r->outcome_count));
    LK_TRY(make_flags(r, r->outcome_count, &r->outcomes_used));
    LK_TRY(read_customers(r));
    REFUSE_IF((r->tuple_count && memchr(r->tuples_used, 0, r->tuple_count)) ||
                  (r->outcome_count && memchr(r->outcomes_used, 0, r->outcome_count)),
              r, "lists: expected every item to be used");
    return lk_reader_finish(&r->reader);
}

static leadkpi_status read_store(reading *r)
{
    lk_memory *memory = &r->cohorts->memory;
    LK_TRY(lk_cohorts_open(r->cohorts, &r->store, r->error));
    leadkpi_status status = read_payload(r);
    lk_release(memory, r->tuples_used, r->tuple_count, 1);
    lk_release(memory, r->outcomes_used, r->outcome_count, 1);
    if (status == LEADKPI_OK && r->customer_count == 0 && r->store->batches.count == 0 &&
        r->store->currency_length == 0)
        lk_cohorts_close(r->cohorts); /* a handle without a row holds no store */
    return status;
}

leadkpi_status leadkpi_cohorts_deserialize(const leadkpi_host *host, const void *bytes, size_t size,
                                           leadkpi_cohorts **out, leadkpi_error *error)
{
    lk_memory memory;
    uint32_t version;
    reading r = {.error = error};
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(bytes, error);
    LK_TRY(lk_memory_init(&memory, host, error));
    LK_TRY(lk_reader_begin(&r.reader, bytes, size, LK_COHORTS_STATE_KIND, LK_COHORTS_STATE_VERSION,
                           &version, error));
    LK_TRY(read_definition(&r.reader, &memory, &r.cohorts));
    leadkpi_status status = read_store(&r);
    if (status != LEADKPI_OK) {
        leadkpi_cohorts_free(r.cohorts);
        return status;
    }
    *out = r.cohorts;
    return LEADKPI_OK;
}
