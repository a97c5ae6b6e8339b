/* store.h: what cohorts hold: the rows of customers, by small dense indexes.
 *
 * Rows are kept, not sums: to which cohort a row belongs, and how old its
 * customer then is, may be known later than the row, and every report has a
 * clock of its own. A row is an event of one kind: an acquisition with its
 * dimensions, an activity, a payment or refund, a change of the recurring
 * revenue, an outcome.
 *
 * The dimensions of an acquisition are one text, the tuple: for each dimension
 * that has a value, by rising name, the length of the name (4 bytes,
 * little-endian), the name, the length of the value, the value.
 *
 * All or nothing: an add marks the store, interns what it needs, makes room,
 * and only then appends, which cannot fail. */
#ifndef LK_COHORTS_STORE_H
#define LK_COHORTS_STORE_H

#include <leadkpi/cohorts.h>

#include "base/lead_ids.h"
#include "base/map.h"
#include "base/options.h"
#include "base/value.h"

/* Times of rows: years 1 to 9999, so that no difference of two overflows. */
#define LK_COHORTS_TIME_MIN INT64_C(-62135596800000000)
#define LK_COHORTS_TIME_END INT64_C(253402300800000000)

#define LK_COHORTS_CURRENCY_SIZE 16
#define LK_COHORTS_DIMENSIONS_MAX 64

/* Kinds of event, in the order in which they stand within one instant. Pinned: they go into states. */
enum {
    LK_COHORTS_ACQUIRED = 0,
    LK_COHORTS_ACTIVE = 1,
    LK_COHORTS_PAID = 2,
    LK_COHORTS_RECURRING = 3,
    LK_COHORTS_OUTCOME = 4,
    LK_COHORTS_KIND_COUNT
};

typedef struct lk_cohorts_event {
    int64_t time;
    int64_t content; /* money: the payload of its value; else 1 + index of a tuple (acquired), of an outcome, or 0 */
    uint32_t customer;
    uint16_t kind;
    uint16_t value_kind; /* LK_VALUE_...; NONE but for money */
} lk_cohorts_event;

/* Every add and every report goes over all of them: their size is what that costs. */
_Static_assert(sizeof(lk_cohorts_event) == 24, "no padding reaches a comparison");

typedef struct lk_cohorts_store {
    lk_lead_ids ids;
    lk_map_text tuples;
    lk_map_text outcomes;
    lk_map_text batches;
    lk_cohorts_event *events;
    size_t event_count;
    size_t event_capacity;
    char currency[LK_COHORTS_CURRENCY_SIZE];
    size_t currency_length; /* 0: not said */
} lk_cohorts_store;

struct leadkpi_cohorts {
    lk_memory memory;
    leadkpi_options *definition;
    lk_cohorts_store *store; /* NULL: no row yet */
};

/* The options of schema "cohorts". */
enum { LK_COHORTS_IDS, LK_COHORTS_OPTION_COUNT };
extern const lk_schema lk_cohorts_schema;

/* The store of the handle, made now if there was none. */
leadkpi_status lk_cohorts_open(leadkpi_cohorts *cohorts, lk_cohorts_store **store,
                               leadkpi_error *error);
void lk_cohorts_close(leadkpi_cohorts *cohorts);

typedef struct lk_cohorts_mark {
    uint32_t ids, tuples, outcomes, batches;
    int32_t id_type;
    bool was_empty;
    size_t currency_length;
} lk_cohorts_mark;

lk_cohorts_mark lk_cohorts_mark_now(const leadkpi_cohorts *cohorts);
void lk_cohorts_roll_back(leadkpi_cohorts *cohorts, const lk_cohorts_mark *mark);

/* Room for so many events more. Status: OK, OVERFLOW, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_cohorts_grow(leadkpi_cohorts *cohorts, size_t additional, leadkpi_error *error);

leadkpi_status lk_cohorts_make(const lk_memory *like, const leadkpi_options *definition,
                               leadkpi_cohorts **out, leadkpi_error *error);

static inline lk_value lk_cohorts_value(const lk_cohorts_event *event)
{
    return (lk_value){event->content, event->value_kind};
}

/* 1 + index of the tuple of an acquisition, of an outcome; 0: none. Not of money. */
static inline uint32_t lk_cohorts_text(const lk_cohorts_event *event)
{
    return (uint32_t)event->content;
}

/* Above 0, 0 or below 0, as the value is: the sign bit of a double is that of its bits, and a double that is
 * 0 is kept as a decimal. */
static inline int lk_cohorts_sign(const lk_cohorts_event *event)
{
    return (event->content > 0) - (event->content < 0);
}

/* ---- tuples ------------------------------------------------------------------ */

/* The next dimension of a tuple that was checked; false at its end. */
bool lk_tuple_next(lk_text *rest, lk_text *name, lk_text *value);

/* The value of a dimension; data is NULL where it has none. */
lk_text lk_tuple_find(lk_text tuple, lk_text dimension);

/* Is it what an add would write? Of a text from a state. */
bool lk_tuple_is_good(lk_text tuple);

#endif
