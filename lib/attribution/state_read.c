/* state_read.c: a handle from bytes that may come from anywhere; state.h has the format. What is
 * read is what the writer would write, byte for byte, or it is refused. */
#include "base/state.h"
#include "attribution/state.h"

typedef struct reading {
    lk_reader reader;
    leadkpi_attribution *attribution;
    lk_attribution_store *store;
    uint8_t *texts_used, *kinds_used;
    uint32_t *kinds, *words; /* of one path */
    size_t path_capacity;
    size_t text_count, kind_count; /* texts with "" */
    size_t unit_count, touch_count, outcome_count, milestone_count;
    leadkpi_error *error;
} reading;

#define REFUSE_IF(condition, r, what)                                                              \
    do {                                                                                           \
        if (LK_UNLIKELY(condition)) return lk_reader_refuse(&(r)->reader, what);                   \
    } while (0)

static leadkpi_status poll_at(const reading *r, size_t i)
{
    return i % LK_INTERRUPT_ROWS == 0 ? lk_interrupted(&r->attribution->memory, r->error) : LEADKPI_OK;
}

/* ---- lists ------------------------------------------------------------------------- */

static bool is_not_blank(lk_text text)
{
    return text.length > 0;
}

/* "" has an index of its own, and is not written. */
static leadkpi_status read_texts(reading *r)
{
    return lk_state_read_texts(&r->reader, &r->attribution->memory, &r->store->texts, LK_MAP_KEYS_MAX / 2 - 1,
                               is_not_blank, "texts: expected none that is blank", &r->text_count);
}

static leadkpi_status read_batches(reading *r)
{
    size_t count;
    return lk_state_read_texts(&r->reader, &r->attribution->memory, &r->store->batches, LK_MAP_KEYS_MAX / 2 - 1,
                               NULL, "", &count);
}

static leadkpi_status make_flags(reading *r, size_t count, uint8_t **flags)
{
    LK_TRY(lk_allocate(&r->attribution->memory, count, 1, flags, r->error));
    if (count) memset(*flags, 0, count);
    return LEADKPI_OK;
}

static leadkpi_status read_text_index(reading *r, uint32_t *text)
{
    uint64_t index = lk_read_varint(&r->reader);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(index >= r->text_count, r, "text: expected an index into the list of texts");
    r->texts_used[index] = 1;
    *text = (uint32_t)index;
    return LEADKPI_OK;
}

static int compare_words(const uint32_t *a, const uint32_t *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    return 0;
}

static leadkpi_status read_kinds(reading *r)
{
    uint32_t dimensions = r->attribution->rule.dimension_count, index;
    uint32_t texts[LK_DIMENSIONS_MAX] = {0}, last[LK_DIMENSIONS_MAX];
    r->kind_count = lk_read_count(&r->reader, dimensions);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(r->kind_count >= LK_MAP_KEYS_MAX / 2, r, "kinds: expected fewer than 2^31");
    LK_TRY(make_flags(r, r->kind_count, &r->kinds_used));
    for (size_t i = 0; i < r->kind_count; i++) {
        for (uint32_t d = 0; d < dimensions; d++) LK_TRY(read_text_index(r, &texts[d]));
        REFUSE_IF(i > 0 && compare_words(last, texts, dimensions) >= 0, r,
                  "kinds: expected rising order");
        LK_TRY(lk_attribution_kind(r->attribution, texts, &index, r->error));
        memcpy(last, texts, sizeof last);
    }
    return LEADKPI_OK;
}

static leadkpi_status read_kind_index(reading *r, uint32_t *kind)
{
    uint64_t index = lk_read_varint(&r->reader);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(index >= r->kind_count, r, "kind: expected an index into the list of kinds");
    r->kinds_used[index] = 1;
    *kind = (uint32_t)index;
    return LEADKPI_OK;
}

/* ---- costs -------------------------------------------------------------------------- */

static leadkpi_status read_cost(reading *r, lk_cost_sums *cost)
{
    bool any = false;
    for (int k = 0; k < LK_COST_SUMS; k++) {
        uint64_t known = lk_read_varint(&r->reader);
        REFUSE_IF(known > LK_ATTRIBUTION_ROWS_MAX, r, "costs: expected fewer than 2^32 - 1 rows");
        cost->known[k] = (uint32_t)known;
        if (known) cost->sums[k] = lk_read_exact_sum(&r->reader);
        LK_TRY(lk_reader_status(&r->reader));
        REFUSE_IF(known && cost->sums[k].limbs[0], r, "costs: expected multiples of 2^-64");
        REFUSE_IF(k != LK_COST_CLAIMED_VALUE && lk_exact_sum_is_negative(&cost->sums[k]), r,
                  "costs: expected 0 or more");
        any |= known != 0;
    }
    REFUSE_IF(!any, r, "costs: expected one that is known");
    return LEADKPI_OK;
}

static leadkpi_status read_costs(reading *r)
{
    size_t count = lk_read_count(&r->reader, LK_STATE_COST_SIZE);
    uint32_t kind = 0, last = 0;
    LK_TRY(lk_reader_status(&r->reader));
    if (count) LK_TRY(lk_attribution_open_costs(r->attribution, r->error));
    for (size_t i = 0; i < count; i++) {
        LK_TRY(read_kind_index(r, &kind));
        REFUSE_IF(i > 0 && kind <= last, r, "costs: expected rising order of kinds");
        LK_TRY(read_cost(r, &r->store->costs[kind]));
        last = kind;
    }
    return LEADKPI_OK;
}

/* ---- paths --------------------------------------------------------------------------- */

static leadkpi_status read_path_words(reading *r, uint32_t *group, uint32_t *count)
{
    uint64_t word = lk_read_varint(&r->reader);
    size_t touches = lk_read_count(&r->reader, 1);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF((word & ~(uint64_t)LK_STATE_CLOSED) >= r->attribution->rule.groups, r,
              "group: expected one of the definition's");
    REFUSE_IF(touches >= LK_ATTRIBUTION_ROWS_MAX, r, "path: expected fewer than 2^32 - 2 touches");
    if (touches + 1 > r->path_capacity) {
        lk_memory *memory = &r->attribution->memory;
        lk_release(memory, r->kinds, r->path_capacity, 2 * sizeof *r->kinds);
        r->kinds = NULL;
        r->path_capacity = 0;
        LK_TRY(lk_allocate(memory, touches + 1, 2 * sizeof *r->kinds, &r->kinds, r->error));
        r->path_capacity = touches + 1;
        r->words = r->kinds + r->path_capacity;
    }
    for (size_t i = 0; i < touches; i++) LK_TRY(read_kind_index(r, &r->kinds[i]));
    *group = word & LK_STATE_CLOSED ? ((uint32_t)word - LK_STATE_CLOSED) | LK_PATH_CLOSED
                                    : (uint32_t)word;
    *count = (uint32_t)touches;
    return LEADKPI_OK;
}

/* Does the path before this one, which has the index before it, come before it? */
static bool is_rising(const reading *r, uint32_t path)
{
    uint32_t x_count, y_count;
    const char *x = lk_path_words(r->store, path - 1, &x_count);
    const char *y = lk_path_words(r->store, path, &y_count);
    uint32_t x_group = lk_path_word(x, 0), y_group = lk_path_word(y, 0);
    if (x_group != y_group) return x_group < y_group;
    if (x_count != y_count) return x_count < y_count;
    for (uint32_t i = 1; i <= x_count; i++) {
        uint32_t p = lk_path_word(x, i), q = lk_path_word(y, i);
        if (p != q) return p < q;
    }
    return false;
}

static leadkpi_status read_path(reading *r, size_t i)
{
    uint32_t group = 0, count = 0, path = 0;
    LK_TRY(read_path_words(r, &group, &count));
    LK_TRY(lk_attribution_path(r->attribution, group, r->kinds, count, r->words, &path, r->error));
    REFUSE_IF(path != i || (i > 0 && !is_rising(r, path)), r, "paths: expected rising order");
    lk_path_sums *sums = &r->store->path_sums[path];
    for (int k = 0; k < LK_PATH_SUMS; k++) {
        sums->sums[k] = lk_read_exact_sum(&r->reader);
        LK_TRY(lk_reader_status(&r->reader));
        REFUSE_IF(sums->sums[k].limbs[0], r, "paths: expected multiples of 2^-64");
        REFUSE_IF(!lk_sum_is_modest(&sums->sums[k]), r, "paths: expected sums below 2^94");
        REFUSE_IF(k != LK_PATH_VALUE && lk_exact_sum_is_negative(&sums->sums[k]), r,
                  "paths: expected 0 or more conversions and nulls");
    }
    REFUSE_IF(lk_path_is_empty(sums), r, "paths: expected something left of each");
    return LEADKPI_OK;
}

static leadkpi_status read_paths(reading *r)
{
    size_t count = lk_read_count(&r->reader, LK_STATE_PATH_SIZE);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(count >= LK_MAP_KEYS_MAX / 2, r, "paths: expected fewer than 2^31");
    for (size_t i = 0; i < count; i++) {
        LK_TRY(poll_at(r, i));
        LK_TRY(read_path(r, i));
    }
    return LEADKPI_OK;
}

/* ---- units ------------------------------------------------------------------------------ */

static leadkpi_status read_time(reading *r, int64_t *time)
{
    *time = lk_read_int64(&r->reader);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(*time < LK_ATTRIBUTION_TIME_MIN || *time >= LK_ATTRIBUTION_TIME_END, r,
              "time: expected years 1 to 9999");
    return LEADKPI_OK;
}

static leadkpi_status read_amount(reading *r, bool non_negative, lk_amount *amount)
{
    amount->whole = lk_read_signed_varint(&r->reader);
    amount->fraction = lk_read_uint64(&r->reader);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(non_negative && amount->whole < 0, r, "weight: expected 0 or more");
    return LEADKPI_OK;
}

static leadkpi_status read_item_count(reading *r, size_t left, size_t *count)
{
    uint64_t found = lk_read_varint(&r->reader);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(found > left, r, "rows of units: expected no more than in all");
    *count = (size_t)found;
    return LEADKPI_OK;
}

/* Indexes are in order of content here, so that they compare as the content does. */
static int compare_keys(const int64_t *a, const int64_t *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    return 0;
}

static leadkpi_status read_touches(reading *r, uint32_t unit, size_t *count)
{
    lk_attribution_store *s = r->store;
    int64_t last[3] = {0}, now[3];
    LK_TRY(read_item_count(r, r->touch_count - s->touch_count, count));
    for (size_t i = 0; i < *count; i++) {
        uint32_t kind = 0;
        LK_TRY(read_time(r, &now[0]));
        now[1] = lk_read_signed_varint(&r->reader);
        LK_TRY(read_kind_index(r, &kind));
        now[2] = kind;
        REFUSE_IF(i > 0 && compare_keys(last, now, 3) > 0, r,
                  "touches: expected order by time, sequence and kind");
        memcpy(last, now, sizeof last);
        s->touches[s->touch_count++] = (lk_touch){now[0], now[1], unit, kind};
    }
    return LEADKPI_OK;
}

/* `key`: time, sequence, type (nulls last), then the amounts, whole and fraction with its sign bit
 * turned, so that all compare as signed. */
static leadkpi_status read_outcome(reading *r, lk_outcome *outcome, int64_t key[7])
{
    LK_TRY(read_time(r, &outcome->time));
    outcome->sequence = lk_read_signed_varint(&r->reader);
    uint64_t type = lk_read_varint(&r->reader);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(type > r->text_count, r, "type: expected an index into the list of texts");
    outcome->type = type ? (uint32_t)type - 1 : LK_TYPE_NULL;
    if (type) r->texts_used[type - 1] = 1;
    LK_TRY(read_amount(r, true, &outcome->weight));
    LK_TRY(read_amount(r, false, &outcome->value));
    REFUSE_IF(!type && (outcome->value.whole || outcome->value.fraction), r,
              "null: expected no value");
    const int64_t made[7] = {outcome->time,
                             outcome->sequence,
                             type ? (int64_t)type : INT64_MAX,
                             outcome->weight.whole,
                             (int64_t)(outcome->weight.fraction >> 1),
                             outcome->value.whole,
                             (int64_t)(outcome->value.fraction >> 1)};
    memcpy(key, made, sizeof made);
    return LEADKPI_OK;
}

static int compare_outcomes(const int64_t a[7], const int64_t b[7], const lk_outcome *x,
                            const lk_outcome *y)
{
    int order = compare_keys(a, b, 5);
    if (order == 0 && x->weight.fraction != y->weight.fraction)
        order = x->weight.fraction < y->weight.fraction ? -1 : 1;
    if (order == 0) order = compare_keys(a + 5, b + 5, 2);
    if (order == 0 && x->value.fraction != y->value.fraction)
        order = x->value.fraction < y->value.fraction ? -1 : 1;
    return order;
}

static leadkpi_status read_outcomes(reading *r, uint32_t unit, size_t *count)
{
    lk_attribution_store *s = r->store;
    int64_t last[7] = {0}, now[7];
    LK_TRY(read_item_count(r, r->outcome_count - s->outcome_count, count));
    for (size_t i = 0; i < *count; i++) {
        lk_outcome *outcome = &s->outcomes[s->outcome_count];
        LK_TRY(read_outcome(r, outcome, now));
        outcome->unit = unit;
        REFUSE_IF(i > 0 && compare_outcomes(last, now, outcome - 1, outcome) > 0, r,
                  "conversions: expected order by time, sequence, type, weight and value");
        memcpy(last, now, sizeof last);
        s->outcome_count++;
    }
    return LEADKPI_OK;
}

static leadkpi_status read_milestones(reading *r, uint32_t unit, size_t *count)
{
    lk_attribution_store *s = r->store;
    int64_t last[2] = {0}, now[2];
    LK_TRY(read_item_count(r, r->milestone_count - s->milestone_count, count));
    for (size_t i = 0; i < *count; i++) {
        uint32_t name = 0;
        LK_TRY(read_time(r, &now[0]));
        LK_TRY(read_text_index(r, &name));
        now[1] = name;
        REFUSE_IF(i > 0 && compare_keys(last, now, 2) > 0, r,
                  "milestones: expected order by time and name");
        memcpy(last, now, sizeof last);
        s->milestones[s->milestone_count++] = (lk_milestone){now[0], unit, name};
    }
    return LEADKPI_OK;
}

static leadkpi_status open_units(reading *r)
{
    lk_attribution_store *s = r->store;
    lk_memory *memory = &r->attribution->memory;
    s->ids.type = lk_read_uint8(&r->reader);
    r->unit_count = lk_read_count(&r->reader, LK_STATE_UNIT_SIZE);
    r->touch_count = lk_read_count(&r->reader, LK_STATE_TOUCH_SIZE);
    r->outcome_count = lk_read_count(&r->reader, LK_STATE_OUTCOME_SIZE);
    r->milestone_count = lk_read_count(&r->reader, LK_STATE_MILESTONE_SIZE);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(s->ids.type > LK_LEAD_IDS_TEXT ||
                  (s->ids.type == LK_LEAD_IDS_NONE) != (r->unit_count == 0),
              r, "ids: expected a type where there are units, and none where there are not");
    REFUSE_IF(r->unit_count >= LK_MAP_KEYS_MAX, r, "units: expected fewer than 2^32 - 2");
    LK_TRY(lk_attribution_grow(memory, &s->touches, 0, &s->touch_capacity, r->touch_count,
                               sizeof *s->touches, "touches", r->error));
    LK_TRY(lk_attribution_grow(memory, &s->outcomes, 0, &s->outcome_capacity, r->outcome_count,
                               sizeof *s->outcomes, "conversions", r->error));
    return lk_attribution_grow(memory, &s->milestones, 0, &s->milestone_capacity,
                               r->milestone_count, sizeof *s->milestones, "milestones", r->error);
}

static leadkpi_status read_units(reading *r)
{
    LK_TRY(open_units(r));
    for (size_t i = 0; i < r->unit_count; i++) {
        size_t touches = 0, outcomes = 0, milestones = 0;
        LK_TRY(poll_at(r, i));
        LK_TRY(lk_lead_ids_read(&r->store->ids, &r->attribution->memory, &r->reader));
        LK_TRY(read_touches(r, (uint32_t)i, &touches));
        LK_TRY(read_outcomes(r, (uint32_t)i, &outcomes));
        LK_TRY(read_milestones(r, (uint32_t)i, &milestones));
        REFUSE_IF(touches + outcomes + milestones == 0, r, "unit: expected a row of it");
    }
    REFUSE_IF(r->store->touch_count != r->touch_count ||
                  r->store->outcome_count != r->outcome_count ||
                  r->store->milestone_count != r->milestone_count,
              r, "rows of units: expected as many as in all");
    return LEADKPI_OK;
}

/* ---- the whole ---------------------------------------------------------------------------- */

static leadkpi_status check_definition(const leadkpi_options *definition, leadkpi_error *error)
{
    lk_attribution_rule rule;
    return lk_attribution_read_rule(definition, &rule, error);
}

static leadkpi_status read_definition(lk_reader *reader, lk_memory *memory,
                                      leadkpi_attribution **out)
{
    leadkpi_options *definition;
    lk_attribution_rule rule;
    LK_TRY(lk_state_read_definition(reader, memory, &lk_attribution_schema, check_definition, &definition));
    leadkpi_status status = lk_attribution_read_rule(definition, &rule, reader->error);
    if (status == LEADKPI_OK)
        status = lk_attribution_make(memory, definition, &rule, out, reader->error);
    leadkpi_options_free(definition);
    return status;
}

static leadkpi_status read_currency(reading *r)
{
    lk_text text = lk_read_text(&r->reader);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(text.length > LK_CURRENCY_BYTES_MAX, r, "currency: expected 16 bytes or fewer");
    if (text.length) memcpy(r->store->currency.bytes, text.data, text.length);
    r->store->currency.length = (uint32_t)text.length;
    return LEADKPI_OK;
}

static leadkpi_status read_payload(reading *r)
{
    LK_TRY(read_currency(r));
    LK_TRY(read_batches(r));
    LK_TRY(read_texts(r));
    r->text_count++;
    LK_TRY(make_flags(r, r->text_count, &r->texts_used));
    r->texts_used[LK_TEXT_BLANK] = 1;
    LK_TRY(read_kinds(r));
    LK_TRY(read_costs(r));
    LK_TRY(read_paths(r));
    LK_TRY(read_units(r));
    LK_TRY(lk_fold_read(r->attribution, r->kind_count, r->kinds_used, &r->reader));
    REFUSE_IF(memchr(r->texts_used, 0, r->text_count) ||
                  (r->kind_count && memchr(r->kinds_used, 0, r->kind_count)),
              r, "lists: expected every item to be used");
    return lk_reader_finish(&r->reader);
}

static bool is_empty(const lk_attribution_store *s)
{
    return s->currency.length == 0 && s->batches.count == 0 && s->texts.count == 1 && s->kinds.count == 0 &&
           s->paths.count == 0 && !s->fold && lk_lead_ids_count(&s->ids) == 0;
}

static leadkpi_status read_store(reading *r)
{
    lk_memory *memory = &r->attribution->memory;
    LK_TRY(lk_attribution_open(r->attribution, &r->store, r->error));
    leadkpi_status status = read_payload(r);
    if (r->texts_used) lk_release(memory, r->texts_used, r->text_count, 1);
    lk_release(memory, r->kinds_used, r->kind_count, 1);
    lk_release(memory, r->kinds, r->path_capacity, 2 * sizeof *r->kinds);
    if (status == LEADKPI_OK && is_empty(r->store)) lk_attribution_shut(r->attribution);
    return status;
}

leadkpi_status leadkpi_attribution_deserialize(const leadkpi_host *host, const void *bytes,
                                               size_t size, leadkpi_attribution **out,
                                               leadkpi_error *error)
{
    lk_memory memory;
    uint32_t version;
    reading r = {.error = error};
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(bytes, error);
    LK_TRY(lk_memory_init(&memory, host, error));
    LK_TRY(lk_reader_begin(&r.reader, bytes, size, LK_ATTRIBUTION_STATE_KIND,
                           LK_ATTRIBUTION_STATE_VERSION, &version, error));
    LK_TRY(read_definition(&r.reader, &memory, &r.attribution));
    leadkpi_status status = read_store(&r);
    if (status != LEADKPI_OK) {
        leadkpi_attribution_free(r.attribution);
        return status;
    }
    *out = r.attribution;
    return LEADKPI_OK;
}
