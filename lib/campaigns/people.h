/* people.h: who counts as one person, and the events of each.
 *
 * A person is known by its first lead (an index into the store's leads). By id
 * every lead with a row is a person; by e-mail the leads of one address are
 * one, and the least of them (time, then content) is the first. Leads that only
 * events have named are nobody; their events are found all the same.
 *
 * Memory: 4 bytes a lead and list, 4 an event; by e-mail 4 a lead and 4 an address more. */
#ifndef LK_CAMPAIGNS_PEOPLE_H
#define LK_CAMPAIGNS_PEOPLE_H

#include "campaigns/store.h"

/* Events by person: those of `lead` are order[ends[lead - 1]] up to, not with,
 * order[ends[lead]], in order of (name, time, value), so that equal rows are neighbours. */
typedef struct lk_event_lists {
    const lk_events *events;
    uint32_t *ends;
    uint32_t *order;
    uint32_t lead_count;
} lk_event_lists;

typedef struct lk_people {
    const leadkpi_campaigns *campaigns;
    uint32_t *first_lead; /* of a lead's person; NULL: its own */
    uint32_t lead_count;
    lk_event_lists stages;
    lk_event_lists responses;
} lk_people;

/* A run of one person's events. */
typedef struct lk_event_run {
    const uint32_t *items;
    size_t count;
} lk_event_run;

/* `memory` counts and gives back all of it. Status: OK, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_people_find(const leadkpi_campaigns *campaigns, lk_memory *memory,
                              lk_people *people, leadkpi_error *error);
void lk_people_free(lk_people *people, lk_memory *memory);

static inline uint32_t lk_people_first_lead(const lk_people *people, uint32_t lead)
{
    return people->first_lead ? people->first_lead[lead] : lead;
}

/* Is this lead the one that stands for a person? */
static inline bool lk_people_is_person(const lk_people *people, uint32_t lead)
{
    return people->campaigns->store->leads[lead].rows > 0 &&
           lk_people_first_lead(people, lead) == lead;
}

static inline lk_event_run lk_event_lists_of(const lk_event_lists *lists, uint32_t lead)
{
    uint32_t start = lead ? lists->ends[lead - 1] : 0;
    return (lk_event_run){lists->order + start, lists->ends[lead] - start};
}

/* Equal in all that counts: name, time, value. */
bool lk_event_same(const lk_event *a, const lk_event *b);

#endif
