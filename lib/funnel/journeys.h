/* journeys.h: the events of each lead, in the one order that decides ties.
 *
 * Events of a lead are in order of time, sequence, content (exclusions last,
 * then the steps as a number), segment; never of arrival. For the rules they become items: an
 * event each, or, where one event may fill many steps, an item a step that it
 * matches, within one (time, sequence) by step, then one for its exclusions. */
#ifndef LK_FUNNEL_JOURNEYS_H
#define LK_FUNNEL_JOURNEYS_H

#include "funnel/store.h"

typedef struct lk_item {
    int64_t time;
    uint64_t steps; /* bit i: matches step i + 1 */
    uint32_t event; /* its place in the journeys' events */
    uint32_t excludes; /* bit i: exclusion i */
    int64_t until;  /* an attempt that starts here ends by then; see window.h */
} lk_item;

typedef struct lk_journeys {
    const lk_funnel_rule *rule;
    const lk_funnel_store *store;
    const uint64_t *packed; /* lead by lead and in order, or by `order`; NULL: they are */
    lk_packed_codes packed_codes;
    const lk_funnel_event *events;
    lk_funnel_event *copy;  /* of events or packed; NULL: the store's own are in order, or `order` is */
    uint32_t *order;               /* indexes in the store's events, lead by lead; NULL: `events` are */
    uint32_t *ends;                /* of lead i: places ends[i - 1] to ends[i] - 1; may be the store's */
    uint32_t *code_rank;
    uint32_t *segment_rank; /* by number: 0 for null */
    uint32_t *value_rank;   /* the same */
    uint32_t lead_count;
    uint32_t longest;
    lk_item *items; /* room for those of any one lead; NULL: not asked for */
    size_t item_capacity;
} lk_journeys;

/* 4 bytes a lead, and an event: 16, and as much again of a few thousand leads, or 4 where events have sequences
 * or segments, and 20 of the longest lead while it is put in order; nothing where the rows came lead by lead in
 * order, or the store has them so.
 * Status: OK, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_journeys_open(const leadkpi_funnel *funnel, lk_memory *memory,
                                lk_journeys *journeys, leadkpi_error *error);
void lk_journeys_close(lk_journeys *journeys, lk_memory *memory);

/* Puts the events of the store in the order of journeys, so that reports find them so and a merge of handles
 * that share no lead keeps them so. It is done where at least as many came as there were before, so that an
 * event is moved a few times at most; and where there is memory for 4 bytes a lead and the events of a few
 * thousand leads, and, where some were before, for 10 bytes an event (16 of more codes than packed ones may have):
 * events that nobody may lose do not move until others stand in order beside them. Status: OK, INTERRUPTED; then
 * those that were before have not changed, and there may be no event any more that came since: who calls it forgets
 * those. */
leadkpi_status lk_journeys_settle(leadkpi_funnel *funnel, size_t events_before, leadkpi_error *error);

/* Journeys that know the ranks of the codes alone. Status: OK, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_journeys_rank_codes(const leadkpi_funnel *funnel, lk_memory *memory, lk_journeys *journeys,
                                      leadkpi_error *error);

/* Makes room for the items of any one lead: 32 bytes each. For lk_journeys_gather an event has one, or where it
 * may fill many steps one a step; for lk_journeys_gather_together it has one, or two where it excludes as well,
 * and an instant of several events one more for each step that they match (two for windowFunnel's
 * strict_deduplication). Status: OK, OVERFLOW, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_journeys_make_room(lk_journeys *journeys, lk_memory *memory, leadkpi_error *error);
leadkpi_status lk_journeys_make_room_together(lk_journeys *journeys, lk_memory *memory, leadkpi_error *error);

/* The items of a lead's events that are not after `as_of`, in journeys->items. */
size_t lk_journeys_gather(lk_journeys *journeys, uint32_t lead, int64_t as_of);

/* The same of the events at places `start` to `end` - 1, which are of one lead and whole instants. */
size_t lk_journeys_gather_places(lk_journeys *journeys, uint32_t start, uint32_t end, int64_t as_of);

/* The same for the rules of attempt.h, of the events at places `start` to `end` - 1, which are of one lead: where
 * one event may fill many steps, an item has all those of an event that no other event of the instant comes
 * between. They are taken from the first to the last.
 * Status: OK, INTERRUPTED. */
leadkpi_status lk_journeys_gather_together(lk_journeys *journeys, uint32_t start, uint32_t end, int64_t as_of,
                                           const lk_memory *memory, size_t *count, leadkpi_error *error);

/* Parts of lk_journeys_open and lk_journeys_settle, in their own file: events without sequences and segments,
 * into a copy if need be; or for good, with what the store then knows of each lead. In place there may be no event
 * any more after INTERRUPTED. */
leadkpi_status lk_journeys_sort_plain(lk_journeys *journeys, lk_memory *memory,
                                      leadkpi_error *error);
leadkpi_status lk_journeys_settle_events(leadkpi_funnel *funnel, lk_journeys *journeys, bool in_place,
                                         leadkpi_error *error);

static inline uint32_t lk_journeys_start(const lk_journeys *journeys, uint32_t lead)
{
    return lead ? journeys->ends[lead - 1] : 0;
}

/* What stands at a place of the journeys. */
typedef struct lk_journey_event {
    int64_t time;
    uint32_t code;
} lk_journey_event;

static inline lk_journey_event lk_journeys_event(const lk_journeys *journeys, uint32_t place)
{
    uint32_t at = journeys->order ? journeys->order[place] : place;
    if (journeys->packed) {
        uint64_t key = journeys->packed[at];
        return (lk_journey_event){lk_packed_time(key), lk_packed_code(&journeys->packed_codes, key)};
    }
    const lk_funnel_event *event = &journeys->events[at];
    return (lk_journey_event){event->time, event->code};
}

/* Of the events of a lead at places `start` to `end` - 1, which are in order of time: the first that is not before
 * it. */
uint32_t lk_journeys_first_at(const lk_journeys *journeys, uint32_t start, uint32_t end, int64_t time);

static inline int64_t lk_journeys_sequence(const lk_journeys *journeys, uint32_t place)
{
    return journeys->order ? lk_funnel_event_sequence(journeys->store, journeys->order[place]) : 0;
}

static inline uint32_t lk_journeys_segment(const lk_journeys *journeys, uint32_t place)
{
    return journeys->order ? lk_funnel_event_segment(journeys->store, journeys->order[place]) : 0;
}

/* After the ends were counted down to the starts. */
static inline void lk_journeys_mend_ends(lk_journeys *journeys)
{
    for (uint32_t lead = 0; lead + 1 < journeys->lead_count; lead++)
        journeys->ends[lead] = journeys->ends[lead + 1];
    journeys->ends[journeys->lead_count - 1] = (uint32_t)journeys->store->event_count;
}

#endif
