#include "base/state.h"
#include "funnel/closed.h"
#include "funnel/journeys.h"
#include "funnel/merge_packed.h"

/* Where the things of `from` are in `into`. */
typedef struct translation {
    uint32_t *leads;
    uint32_t *codes;
    uint32_t *segments;
    uint32_t leads_before; /* how many `into` had */
    bool are_new;          /* all leads of `from` are: lead i is leads_before + i now */
    lk_closed closed; /* of both */
} translation;

/* Standings do not add up: all rows of a lead went to one handle. */
static leadkpi_status reserve_standings(leadkpi_funnel *into, const lk_funnel_store *from,
                                    const translation *t, leadkpi_error *error)
{
    lk_standings *standings = &into->store->standings;
    if (into->rule.input != LK_INPUT_TIME) return LEADKPI_OK;
    for (uint32_t lead = 0; lead < from->standings.count && !t->are_new; lead++) {
        if (lead % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&into->memory, error));
        bool both = t->leads[lead] < standings->count &&
                    lk_standing(standings, &into->rule, t->leads[lead])[LK_STANDING_STEPS] &&
                    lk_standing(&from->standings, &into->rule, lead)[LK_STANDING_STEPS];
        LK_FAIL_IF(both, error, LEADKPI_MISMATCH,
                   "from: with input=time expected leads that the other handle does not have, so that "
                   "the rows of each come in order of time");
    }
    return lk_standings_make_room(standings, &into->rule, &into->memory, lk_lead_ids_count(&into->store->ids),
                                  error);
}

static void commit_standings(leadkpi_funnel *into, const lk_funnel_store *from, const translation *t)
{
    lk_standings *standings = &into->store->standings;
    size_t bytes = lk_standing_size(&into->rule) * sizeof(uint64_t), count = from->standings.count;
    if (into->rule.input != LK_INPUT_TIME) return;
    if (from->standings.latest > standings->latest) standings->latest = from->standings.latest;
    if (t->are_new && count) {
        lk_standings_append_empty(standings, &into->rule, t->leads_before);
        memcpy(lk_standing(standings, &into->rule, t->leads_before), from->standings.words, count * bytes);
        standings->count += count;
    }
    lk_standings_append_empty(standings, &into->rule, lk_lead_ids_count(&into->store->ids));
    if (t->are_new) return;
    for (uint32_t lead = 0; lead < count; lead++) {
        const uint64_t *standing = lk_standing(&from->standings, &into->rule, lead);
        if (standing[LK_STANDING_STEPS])
            memcpy(lk_standing(standings, &into->rule, t->leads[lead]), standing, bytes);
    }
}

static leadkpi_status merge_codes(leadkpi_funnel *into, const lk_funnel_store *from, uint32_t *codes,
                                  leadkpi_error *error)
{
    lk_funnel_store *store = into->store;
    for (uint32_t i = 0; i < from->codes.count; i++) {
        if (i % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&into->memory, error));
        lk_key128 key = from->codes.keys[i];
        uint32_t value = lk_funnel_code_value(from, i);
        if (value) {
            lk_text text = lk_map_text_key(&from->values, value - 1);
            LK_TRY(lk_map_text_find_or_add(&store->values, &into->memory, &text, 1, &value, error));
            key = lk_funnel_valued_key(key, value + 1);
        }
        LK_TRY(lk_map128_find_or_add(&store->codes, &into->memory, &key, 1, &codes[i], error));
    }
    return LEADKPI_OK;
}

/* Rows of a lead go to one worker, as a rule. New ids get the next indexes in their order. */
static void compare_leads(const lk_funnel_store *into, const lk_funnel_store *from, uint32_t leads_before,
                          translation *t)
{
    uint32_t count = lk_lead_ids_count(&from->ids);
    t->leads_before = leads_before;
    t->are_new = lk_lead_ids_count(&into->ids) - leads_before == count;
}

/* 16 bytes read and written in order an event. */
static leadkpi_status append_plain(lk_funnel_store *into, const lk_funnel_store *from, const translation *t,
                                   const lk_memory *memory, leadkpi_error *error)
{
    lk_funnel_event *next = into->events + into->event_count;
    uint32_t lead = 0;
    for (size_t i = 0; i < from->event_count; i++) {
        lk_funnel_event event = lk_funnel_next_event(from, i, &lead);
        if (i % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(memory, error));
        next[i] = (lk_funnel_event){event.time, t->leads[event.lead], t->codes[event.code]};
    }
    into->event_count += from->event_count;
    if (from->latest > into->latest) into->latest = from->latest;
    return LEADKPI_OK;
}

static leadkpi_status append(lk_funnel_store *into, const lk_funnel_store *from, const translation *t,
                             const lk_memory *memory, leadkpi_error *error)
{
    uint32_t lead = 0;
    if (from->event_count == 0) return LEADKPI_OK;
    if (!into->sequences && !into->event_segments) return append_plain(into, from, t, memory, error);
    for (size_t i = 0; i < from->event_count; i++) {
        lk_funnel_event event = lk_funnel_next_event(from, i, &lead);
        uint32_t segment = lk_funnel_event_segment(from, i);
        if (i % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(memory, error));
        lk_funnel_append(into, event.time, lk_funnel_event_sequence(from, i), t->leads[event.lead],
                         t->codes[event.code], segment ? t->segments[segment - 1] + 1 : 0);
    }
    return LEADKPI_OK;
}

static leadkpi_status translate(leadkpi_funnel *into, const lk_funnel_store *from, translation *t,
                                leadkpi_error *error)
{
    lk_funnel_store *store = into->store;
    lk_memory *memory = &into->memory;
    uint32_t leads_before = lk_lead_ids_count(&store->ids);
    LK_TRY(lk_allocate(memory, lk_lead_ids_count(&from->ids), sizeof *t->leads, &t->leads, error));
    LK_TRY(lk_allocate(memory, from->codes.count, sizeof *t->codes, &t->codes, error));
    LK_TRY(lk_allocate(memory, from->segments.count, sizeof *t->segments, &t->segments, error));
    LK_TRY(lk_state_check_batches(&store->batches, &from->batches, error));
    LK_TRY(lk_lead_ids_merge(&store->ids, memory, &from->ids, t->leads, error));
    compare_leads(store, from, leads_before, t);
    LK_TRY(merge_codes(into, from, t->codes, error));
    LK_TRY(lk_state_merge_texts(&store->segments, memory, &from->segments, t->segments, error));
    LK_TRY(lk_state_merge_texts(&store->batches, memory, &from->batches, NULL, error));
    LK_TRY(reserve_standings(into, from, t, error));
    return lk_closed_merge(into, from, t->leads, &t->closed, error);
}

/* The events, once nothing else can fail: all or none. Leads that both have make them stand in no order: they are
 * put in order where that would be done after an add. */
static leadkpi_status take_events(leadkpi_funnel *into, const lk_funnel_store *from, const translation *t,
                                  leadkpi_error *error)
{
    lk_funnel_store *store = into->store;
    size_t events_before = store->event_count;
    if (t->are_new && lk_merge_packed_fits(store, from))
        return lk_merge_packed(into, from, t->leads_before, t->codes, error);
    LK_TRY(lk_funnel_grow(into, from->event_count, from->sequences != NULL,
                          from->event_segments != NULL, error));
    LK_TRY(append(store, from, t, &into->memory, error));
    return lk_journeys_settle(into, events_before, error);
}

static void swap_closed(lk_closed *a, lk_closed *b)
{
    lk_closed old = *a;
    *a = *b;
    *b = old;
}

static leadkpi_status merge(leadkpi_funnel *into, const lk_funnel_store *from, leadkpi_error *error)
{
    lk_funnel_store *store;
    translation t = {0};
    LK_TRY(lk_funnel_open(into, &store, error));
    leadkpi_status status = translate(into, from, &t, error);
    if (status == LEADKPI_OK) status = take_events(into, from, &t, error);
    if (status == LEADKPI_OK) {
        commit_standings(into, from, &t);
        if (t.closed.range_count) swap_closed(&store->closed, &t.closed);
    }
    lk_closed_free(&t.closed, into->rule.step_count, &into->memory);
    lk_release(&into->memory, t.leads, lk_lead_ids_count(&from->ids), sizeof *t.leads);
    lk_release(&into->memory, t.codes, from->codes.count, sizeof *t.codes);
    lk_release(&into->memory, t.segments, from->segments.count, sizeof *t.segments);
    return status;
}

leadkpi_status leadkpi_funnel_merge(leadkpi_funnel *into, const leadkpi_funnel *from,
                                    leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(into, error);
    LK_REQUIRE(from, error);
    LK_FAIL_IF(into == from, error, LEADKPI_BAD_ARGUMENT,
               "from: expected another handle, found the one to merge into");
    LK_FAIL_IF(!lk_options_equal(into->definition, from->definition, &lk_funnel_schema), error,
               LEADKPI_MISMATCH,
               "from: expected a handle of the same definition; leadkpi_funnel_describe says how "
               "they differ");
    if (!from->store) return LEADKPI_OK;
    lk_funnel_mark mark = lk_funnel_mark_now(into);
    leadkpi_status status = merge(into, from->store, error);
    if (status != LEADKPI_OK) lk_funnel_roll_back(into, &mark);
    return status;
}
