/* store.h: what a funnel holds: the events of leads, by small dense indexes.
 *
 * An event's name is looked up once, when its row comes in; kept is what it
 * means under the definition: the steps it matches and whether it excludes.
 * Each such meaning is a code. Events that mean nothing are kept only where the
 * rule asks what stands between steps.
 *
 * All or nothing: an add marks the store and, where it fails, rolls back to the mark. */
#ifndef LK_FUNNEL_STORE_H
#define LK_FUNNEL_STORE_H

#include <leadkpi/funnel.h>

#include "base/lead_ids.h"
#include "base/map.h"
#include "calendar/calendar.h"
#include "funnel/packed.h"
#include "funnel/standings.h"

typedef struct lk_funnel_event {
    int64_t time;
    uint32_t lead;
    uint32_t code;
} lk_funnel_event;

/* Times that are closed; ranges are in order and do not meet. */
typedef struct lk_range {
    int64_t from, until; /* half-open */
    int64_t latest;      /* time of the latest event that was closed; INT64_MIN: there was none */
} lk_range;

typedef struct lk_closed {
    lk_range *ranges;
    uint64_t *blocks; /* closed.h; rising keys */
    size_t block_count;
    uint32_t range_count;
} lk_closed;

typedef struct lk_funnel_store {
    lk_lead_ids ids;
    lk_map_text names; /* every name of the definition */
    uint32_t *name_codes; /* what each means; one a name */
    lk_map128 codes; /* (2^32 times the value's number plus the exclusions as bits, the steps as bits) */
    lk_map_text values;   /* where same_value asks for them; numbers from 1, 0 is none */
    lk_map_text segments;
    lk_map_text batches;
    lk_funnel_event *events; /* in any order; or */
    uint64_t *packed;        /* in the order of journeys, and lead_ends is known; NULL: they are in `events` */
    lk_packed_codes packed_codes;
    size_t packed_capacity;
    int64_t *sequences;      /* of each event; NULL: all are 0 */
    uint32_t *event_segments; /* 1 + index in segments, 0: null; NULL: all are */
    int64_t latest; /* time of the latest event there ever was; INT64_MIN: there was none */
    size_t event_count;
    size_t event_capacity;
    size_t sequence_capacity;
    size_t segment_capacity;
    uint32_t *lead_ends;   /* one past the events of each lead, which are in the order of journeys; NULL: not known */
    uint64_t *lead_levels; /* of as many leads, lead_levels.h; NULL: not known */
    uint32_t lead_end_count; /* a lead after those has no event */
    lk_closed closed;
    lk_standings standings; /* with input=time instead of events */
} lk_funnel_store;

/* The code of an event that means nothing; always there. */
#define LK_FUNNEL_CODE_NOTHING 0u

struct leadkpi_funnel {
    lk_memory memory;
    leadkpi_options *definition;
    lk_funnel_store *store; /* NULL: no row yet */
    leadkpi_calendar *days; /* of window_days; else NULL */
    lk_funnel_rule rule;
};

/* The store of the handle, made now if there was none. */
leadkpi_status lk_funnel_open(leadkpi_funnel *funnel, lk_funnel_store **store,
                              leadkpi_error *error);
void lk_funnel_close(leadkpi_funnel *funnel);

typedef struct lk_funnel_mark {
    size_t events;
    int64_t latest, standings_latest;
    uint32_t ids, codes, values, segments, batches;
    int32_t id_type;
    bool was_empty;
} lk_funnel_mark;

lk_funnel_mark lk_funnel_mark_now(const leadkpi_funnel *funnel);
void lk_funnel_roll_back(leadkpi_funnel *funnel, const lk_funnel_mark *mark);

/* How many there are with so many more. Status: OK, OVERFLOW. */
leadkpi_status lk_funnel_check_count(const lk_funnel_store *store, size_t additional, size_t *needed,
                                     leadkpi_error *error);

/* Room for them where there is less: half as much again, so that many small adds cost a constant time a row. */
size_t lk_funnel_grown(size_t capacity, size_t needed);

/* Room in `events` for so many events more, and for their sequences and segments where one has any or had one
 * before. Status: OK, OVERFLOW, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_funnel_grow(leadkpi_funnel *funnel, size_t additional, bool with_sequences,
                              bool with_segments, leadkpi_error *error);

/* Where the events of leads end, and how far they got: of all leads, from lk_allocate; the store has them then.
 * Forgotten where events come or go. */
void lk_funnel_keep_ends(leadkpi_funnel *funnel, uint32_t *ends, uint64_t *levels, uint32_t count);

void lk_funnel_forget_levels(leadkpi_funnel *funnel);

/* All events there are, packed, in a block from lk_allocate; the store has it then, instead of `events`. */
void lk_funnel_keep_packed(leadkpi_funnel *funnel, uint64_t *packed, size_t capacity, const lk_packed_codes *codes);

/* Packed events go to `events`, with room for `capacity`: 16 bytes each, which are held beside the 8 of each
 * packed one while it is done.
 * Status: OK, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_funnel_unpack(leadkpi_funnel *funnel, size_t capacity, leadkpi_error *error);

/* Are they known, of all leads? */
static inline bool lk_funnel_knows_ends(const lk_funnel_store *store)
{
    return store->lead_ends && store->lead_end_count == lk_lead_ids_count(&store->ids);
}

/* Where those of a lead end, if that is known. */
static inline uint32_t lk_funnel_lead_end(const lk_funnel_store *store, uint32_t lead)
{
    return lead < store->lead_end_count ? store->lead_ends[lead] : (uint32_t)store->event_count;
}

/* Where levels are known; 0: none. */
static inline uint64_t lk_funnel_lead_level(const lk_funnel_store *store, uint32_t lead)
{
    return lead < store->lead_end_count ? store->lead_levels[lead] : 0;
}

/* Gives back the room of events that are gone. Cannot fail: what cannot be had smaller stays as it is. */
void lk_funnel_shrink(leadkpi_funnel *funnel);

/* The next event; there is room for it. */
static inline void lk_funnel_append(lk_funnel_store *store, int64_t time, int64_t sequence,
                                    uint32_t lead, uint32_t code, uint32_t segment)
{
    store->events[store->event_count] = (lk_funnel_event){time, lead, code};
    if (time > store->latest) store->latest = time;
    if (store->sequences) store->sequences[store->event_count] = sequence;
    if (store->event_segments) store->event_segments[store->event_count] = segment;
    store->event_count++;
}

/* The key of a code under a rule: with skips=implied a step brings those before it. */
lk_key128 lk_funnel_code_key(const lk_funnel_rule *rule, uint64_t steps, uint64_t exclusions);

/* Event i, of all in the order in which they are kept. */
static inline int64_t lk_funnel_event_time(const lk_funnel_store *store, size_t event)
{
    return store->packed ? lk_packed_time(store->packed[event]) : store->events[event].time;
}

static inline uint32_t lk_funnel_event_code(const lk_funnel_store *store, size_t event)
{
    return store->packed ? lk_packed_code(&store->packed_codes, store->packed[event]) : store->events[event].code;
}

/* The same with its lead, from the first to the last: `lead` is 0 at first. */
static inline lk_funnel_event lk_funnel_next_event(const lk_funnel_store *store, size_t event, uint32_t *lead)
{
    if (!store->packed) return store->events[event];
    while (event >= store->lead_ends[*lead]) ++*lead;
    return (lk_funnel_event){lk_packed_time(store->packed[event]), *lead,
                             lk_packed_code(&store->packed_codes, store->packed[event])};
}

static inline int64_t lk_funnel_event_sequence(const lk_funnel_store *store, size_t event)
{
    return store->sequences ? store->sequences[event] : 0;
}

static inline uint32_t lk_funnel_event_segment(const lk_funnel_store *store, size_t event)
{
    return store->event_segments ? store->event_segments[event] : 0;
}

/* windowFunnel has levels only, and so has a lead that is a standing or a block. */
static inline bool lk_funnel_has_times(const leadkpi_funnel *funnel)
{
    return funnel->rule.compat == LK_COMPAT_NONE && funnel->rule.input == LK_INPUT_ANY &&
           !(funnel->store && funnel->store->closed.range_count);
}

/* Status: OK, CONTRADICTION. */
leadkpi_status lk_funnel_require_times(const leadkpi_funnel *funnel, leadkpi_error *error);

static inline uint64_t lk_funnel_code_steps(const lk_funnel_store *store, uint32_t code)
{
    return store->codes.keys[code].low;
}

static inline uint64_t lk_funnel_code_exclusions(const lk_funnel_store *store, uint32_t code)
{
    return (uint32_t)store->codes.keys[code].high;
}

static inline uint32_t lk_funnel_code_value(const lk_funnel_store *store, uint32_t code)
{
    return (uint32_t)(store->codes.keys[code].high >> 32);
}

/* The key of the same meaning with a value. */
static inline lk_key128 lk_funnel_valued_key(lk_key128 key, uint32_t value)
{
    return (lk_key128){(uint64_t)value << 32 | (uint32_t)key.high, key.low};
}

/* An empty handle and a copy of its definition, which was checked. */
leadkpi_status lk_funnel_make(const lk_memory *like, const leadkpi_options *definition,
                              const lk_funnel_rule *rule, leadkpi_funnel **out,
                              leadkpi_error *error);

#endif
