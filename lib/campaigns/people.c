#include "campaigns/people.h"

#include "base/sort.h"

/* ---- one person by e-mail ---------------------------------------------------- */

static bool lead_goes_before(const lk_store *store, const uint32_t *order, uint32_t a, uint32_t b)
{
    const lk_lead *x = &store->leads[a], *y = &store->leads[b];
    if (x->time != y->time) return x->time < y->time;
    int content = lk_tuple_compare(store, order, x->tuple, y->tuple);
    return content ? content < 0 : lk_lead_ids_compare(&store->ids, a, b) < 0;
}

/* first_of_email[e]: the first lead of address e. */
static void choose_first_leads(const lk_store *store, const uint32_t *order, lk_people *people,
                               uint32_t *first_of_email)
{
    if (store->email_texts.count)
        memset(first_of_email, 0xFF, store->email_texts.count * sizeof *first_of_email);
    for (uint32_t lead = 0; lead < people->lead_count; lead++) {
        uint32_t email = store->emails[lead];
        if (email == 0 || store->leads[lead].rows == 0) continue;
        uint32_t *first = &first_of_email[email - 1];
        if (*first == LK_MAP_NONE || lead_goes_before(store, order, lead, *first)) *first = lead;
    }
    for (uint32_t lead = 0; lead < people->lead_count; lead++) {
        uint32_t email = store->leads[lead].rows ? store->emails[lead] : 0;
        people->first_lead[lead] = email ? first_of_email[email - 1] : lead;
    }
}

static leadkpi_status join_by_email(const lk_store *store, lk_memory *memory, lk_people *people,
                                    leadkpi_error *error)
{
    uint32_t *order, *first_of_email, dimension_count = store->dimensions.count;
    LK_TRY(lk_allocate(memory, people->lead_count, sizeof *people->first_lead, &people->first_lead,
                       error));
    LK_TRY(lk_store_order_texts(&store->dimensions, memory, &order, error));
    leadkpi_status status = lk_allocate(memory, store->email_texts.count, sizeof *first_of_email,
                                        &first_of_email, error);
    if (status == LEADKPI_OK) {
        choose_first_leads(store, order, people, first_of_email);
        lk_release(memory, first_of_email, store->email_texts.count, sizeof *first_of_email);
    }
    lk_release(memory, order, dimension_count, sizeof *order);
    return status;
}

/* ---- events by person --------------------------------------------------------- */

bool lk_event_same(const lk_event *a, const lk_event *b)
{
    return a->time == b->time && a->payload == b->payload && a->name_and_kind == b->name_and_kind;
}

static int compare_events(const void *context, uint32_t i, uint32_t j)
{
    const lk_event *events = context, *a = &events[i], *b = &events[j];
    if (a->name_and_kind != b->name_and_kind) return a->name_and_kind < b->name_and_kind ? -1 : 1;
    if (a->time != b->time) return a->time < b->time ? -1 : 1;
    return (a->payload > b->payload) - (a->payload < b->payload);
}

/* Most people have a handful of events: insertion in place. */
#define FEW_EVENTS 16

static void sort_few(uint32_t *order, size_t count, const lk_event *events)
{
    for (size_t i = 1; i < count; i++) {
        uint32_t item = order[i];
        size_t place = i;
        for (; place > 0 && compare_events(events, order[place - 1], item) > 0; place--)
            order[place] = order[place - 1];
        order[place] = item;
    }
}

static leadkpi_status sort_lists(lk_event_lists *lists, lk_memory *memory, leadkpi_error *error)
{
    uint32_t start = 0;
    for (uint32_t lead = 0; lead < lists->lead_count; lead++) {
        size_t count = lists->ends[lead] - start;
        if (count <= FEW_EVENTS) {
            sort_few(lists->order + start, count, lists->events->items);
        } else {
            LK_TRY(lk_sort_indexes(memory, lists->order + start, count, compare_events,
                                   lists->events->items, error));
        }
        start = lists->ends[lead];
    }
    return LEADKPI_OK;
}

/* A counting sort by person: two passes over the events, each with one write at
 * a random place in 4 bytes a lead, then small sorts. */
static leadkpi_status make_lists(const lk_people *people, const lk_events *events,
                                 lk_memory *memory, lk_event_lists *lists, leadkpi_error *error)
{
    lists->events = events;
    lists->lead_count = people->lead_count;
    LK_TRY(lk_allocate(memory, people->lead_count, sizeof *lists->ends, &lists->ends, error));
    /* One more, so that there is a place, and not NULL, where a list without an event starts. */
    LK_TRY(lk_allocate(memory, events->count + 1, sizeof *lists->order, &lists->order, error));
    if (people->lead_count) memset(lists->ends, 0, people->lead_count * sizeof *lists->ends);
    for (size_t i = 0; i < events->count; i++)
        lists->ends[lk_people_first_lead(people, events->items[i].lead)]++;
    uint32_t start = 0;
    for (uint32_t lead = 0; lead < people->lead_count; lead++) {
        uint32_t count = lists->ends[lead];
        lists->ends[lead] = start; /* for now where it starts; filling moves it to the end */
        start += count;
    }
    LK_TRY(lk_interrupted(memory, error));
    for (size_t i = 0; i < events->count; i++)
        lists->order[lists->ends[lk_people_first_lead(people, events->items[i].lead)]++] = (uint32_t)i;
    return sort_lists(lists, memory, error);
}

leadkpi_status lk_people_find(const leadkpi_campaigns *campaigns, lk_memory *memory,
                              lk_people *people, leadkpi_error *error)
{
    const lk_store *store = campaigns->store;
    memset(people, 0, sizeof *people);
    people->campaigns = campaigns;
    people->lead_count = lk_lead_ids_count(&store->ids);
    leadkpi_status status = LEADKPI_OK;
    if (campaigns->person_key == LK_PERSON_KEY_EMAIL)
        status = join_by_email(store, memory, people, error);
    if (status == LEADKPI_OK)
        status = make_lists(people, &store->stages, memory, &people->stages, error);
    if (status == LEADKPI_OK)
        status = make_lists(people, &store->responses, memory, &people->responses, error);
    if (status != LEADKPI_OK) lk_people_free(people, memory);
    return status;
}

static void free_lists(lk_event_lists *lists, lk_memory *memory)
{
    lk_release(memory, lists->ends, lists->lead_count, sizeof *lists->ends);
    lk_release(memory, lists->order, lists->events ? lists->events->count + 1 : 0, sizeof *lists->order);
}

void lk_people_free(lk_people *people, lk_memory *memory)
{
    lk_release(memory, people->first_lead, people->lead_count, sizeof *people->first_lead);
    free_lists(&people->stages, memory);
    free_lists(&people->responses, memory);
    memset(people, 0, sizeof *people);
}
