/* store.h: what a campaigns handle holds, and how rows get in.
 *
 * Rows are kept, not sums: whom a row belongs to may be known later than the
 * row. Three kinds of thing are stored, each by small dense indexes:
 *
 *   leads    one an id: its first row (time, dimensions, e-mail), how many rows
 *   events   stage rows and responses: (lead, name, time, value)
 *   facts    an exact sum for each (time, dimensions, measure)
 *
 * The dimensions of a row are a node of a trie: from the root (no dimension
 * given) by one step a dimension that is not null, in the order in which this
 * handle first saw the dimensions. A new dimension later changes no old row.
 *
 * Nothing here has an order that depends on arrival once it is written: state.c
 * sorts by content.
 *
 * All or nothing: an add marks the store, interns what it needs, makes room,
 * and only then changes what was there, in loops that cannot fail; on failure
 * the mark takes back what was interned. */
#ifndef LK_CAMPAIGNS_STORE_H
#define LK_CAMPAIGNS_STORE_H

#include <leadkpi/campaigns.h>

#include "base/exact_sum.h"
#include "base/lead_ids.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/value.h"

/* Times of rows: years 1 to 9999, so that no difference of two overflows. */
#define LK_TIME_MIN INT64_C(-62135596800000000)
#define LK_TIME_END INT64_C(253402300800000000)

/* ---- leads --------------------------------------------------------------- */

/* The first row of an id. An id that only events have named so far has no rows. */
typedef struct lk_lead {
    int64_t time;
    uint32_t tuple;
    uint32_t rows;
} lk_lead;

/* ---- events -------------------------------------------------------------- */

#define LK_VALUE_BITS 6
#define LK_EVENT_NAMES_MAX (UINT32_MAX >> LK_VALUE_BITS)

typedef struct lk_event {
    int64_t time;
    int64_t payload;
    uint32_t lead;
    uint32_t name_and_kind; /* name << LK_VALUE_BITS | kind of the value */
} lk_event;

typedef struct lk_events {
    lk_map_text names;
    lk_event *items;
    size_t count;
    size_t capacity;
} lk_events;

static inline uint32_t lk_event_name(const lk_event *event)
{
    return event->name_and_kind >> LK_VALUE_BITS;
}

static inline int32_t lk_event_value_kind(const lk_event *event)
{
    return (int32_t)(event->name_and_kind & ((1u << LK_VALUE_BITS) - 1));
}

/* ---- facts --------------------------------------------------------------- */

/* A fact is named by its measure, or for an amount by "cost/<type>/<scope>". */
#define LK_COST_PREFIX "cost/"

typedef struct lk_fact {
    lk_exact_sum sum;
    uint64_t rows;
} lk_fact;

/* The key of a fact in its map. */
static inline lk_key128 lk_fact_key(int64_t time, uint32_t tuple, uint32_t name)
{
    return (lk_key128){(uint64_t)time, (uint64_t)tuple << 32 | name};
}

static inline int64_t lk_fact_time(lk_key128 key)
{
    return (int64_t)key.high;
}

static inline uint32_t lk_fact_tuple(lk_key128 key)
{
    return (uint32_t)(key.low >> 32);
}

static inline uint32_t lk_fact_name(lk_key128 key)
{
    return (uint32_t)key.low;
}

/* Rows of costs, and rows of measures, are at most so many: 2^63 addends below 2^63 in
 * size never leave the range of an exact sum, so that adding one cannot fail. */
#define LK_FACT_ROWS_MAX (UINT64_C(1) << 62)

/* ---- the whole ----------------------------------------------------------- */

#define LK_CURRENCY_SIZE 16

typedef struct lk_store {
    lk_map_text dimensions;
    lk_map_text texts;  /* of every dimension */
    lk_map128 tuples;   /* the trie: node - 1 is the index of (parent << 32 | dimension, text) */
    lk_lead_ids ids;
    lk_lead *leads; /* one an id */
    uint32_t *emails; /* one an id, where e-mail is the key: 1 + index in email_texts, or 0 */
    size_t lead_capacity;
    lk_map_text email_texts;
    lk_events stages;
    lk_events responses;
    lk_map_text fact_names;
    lk_map128 fact_keys;
    lk_fact *facts;
    size_t fact_capacity;
    lk_map_text batches; /* "leads:<id>" and so on */
    uint64_t lead_rows;
    uint64_t cost_rows;
    uint64_t measure_rows;
    size_t currency_length;
    char currency[LK_CURRENCY_SIZE];
} lk_store;

enum { LK_PERSON_KEY_ID = 0, LK_PERSON_KEY_EMAIL = 1 };

struct leadkpi_campaigns {
    lk_memory memory;
    leadkpi_options *definition; /* NULL: all defaults */
    lk_store *store;             /* NULL: no row yet */
    int32_t person_key;
    int32_t hashed_ids;
};

/* ---- the trie of dimensions ---------------------------------------------- */

#define LK_TUPLE_ROOT 0u

/* No tuple has more dimensions; a table that has more is refused. */
#define LK_TUPLE_LENGTH_MAX 64

static inline uint32_t lk_tuple_parent(const lk_store *store, uint32_t tuple)
{
    return (uint32_t)(store->tuples.keys[tuple - 1].high >> 32);
}

static inline uint32_t lk_tuple_dimension(const lk_store *store, uint32_t tuple)
{
    return (uint32_t)store->tuples.keys[tuple - 1].high;
}

static inline uint32_t lk_tuple_text(const lk_store *store, uint32_t tuple)
{
    return (uint32_t)store->tuples.keys[tuple - 1].low;
}

/* One more pair among `count`, which stay in order of rising dimensions; they are few. */
static inline void lk_tuple_insert(uint32_t *dimensions, uint32_t *texts, size_t count,
                                   uint32_t dimension, uint32_t text)
{
    for (; count > 0 && dimensions[count - 1] > dimension; count--) {
        dimensions[count] = dimensions[count - 1];
        texts[count] = texts[count - 1];
    }
    dimensions[count] = dimension;
    texts[count] = text;
}

/* The child of `parent` by one dimension and text, made where there was none. */
leadkpi_status lk_tuple_step(leadkpi_campaigns *campaigns, uint32_t parent, uint32_t dimension,
                             uint32_t text, uint32_t *child, leadkpi_error *error);

/* The text (its index) of one dimension; LK_MAP_NONE where it is null. */
uint32_t lk_tuple_value(const lk_store *store, uint32_t tuple, uint32_t dimension);

/* Order by content: dimension by dimension in the order of their names, null
 * first, then by text. `order` are the dimensions in order of their names. */
int lk_tuple_compare(const lk_store *store, const uint32_t *order, uint32_t a, uint32_t b);

/* `order` gets the dimensions in order of their names; room for dimensions.count. */
leadkpi_status lk_store_order_texts(const lk_map_text *map, lk_memory *memory, uint32_t **order,
                                    leadkpi_error *error);

/* ---- life ---------------------------------------------------------------- */

/* The store of the handle, made now if there was none. */
leadkpi_status lk_store_open(leadkpi_campaigns *campaigns, lk_store **store, leadkpi_error *error);
void lk_store_free(leadkpi_campaigns *campaigns);

/* A handle that was told nothing holds no store, whether a table without rows came or none:
 * what has the same bytes answers the same. */
void lk_store_drop_empty(leadkpi_campaigns *campaigns);

/* Everything that an add may intern before it commits. */
typedef struct lk_store_mark {
    uint32_t dimensions, texts, tuples, ids, email_texts, stage_names, response_kinds, fact_names,
        facts, batches;
    int32_t id_type;
    size_t currency_length;
    bool was_empty; /* there was no store */
} lk_store_mark;

lk_store_mark lk_store_mark_now(const leadkpi_campaigns *campaigns);
void lk_store_roll_back(leadkpi_campaigns *campaigns, const lk_store_mark *mark);

/* Room for leads (and e-mails) up to the count of ids; new ones have no rows. */
leadkpi_status lk_store_grow_leads(leadkpi_campaigns *campaigns, uint32_t count_before,
                                   leadkpi_error *error);
leadkpi_status lk_store_grow_events(leadkpi_campaigns *campaigns, lk_events *events,
                                    size_t additional, leadkpi_error *error);
leadkpi_status lk_store_grow_facts(leadkpi_campaigns *campaigns, uint32_t count_before,
                                   leadkpi_error *error);

/* How many rows ahead a loop over leads in no order asks for what it will touch: a cache
 * miss (about 100 ns) is then over when the row's turn comes. */
#define LK_LEADS_AHEAD 16

/* One more row of a lead; the earlier row stays, of equal times the lesser by
 * content (dimensions, then e-mail). `order` as lk_tuple_compare wants it. */
void lk_store_put_lead(leadkpi_campaigns *campaigns, const uint32_t *order, uint32_t lead,
                       lk_lead row, uint32_t email);

#endif
