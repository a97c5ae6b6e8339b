#include "base/state.h"
#include "cohorts/store.h"

/* Where the things of `from` are in `into`. */
typedef struct translation {
    uint32_t *customers;
    uint32_t *tuples;
    uint32_t *outcomes;
} translation;

static leadkpi_status merge_currency(lk_cohorts_store *into, const lk_cohorts_store *from,
                                     leadkpi_error *error)
{
    lk_text known = {into->currency, into->currency_length};
    lk_text other = {from->currency, from->currency_length};
    if (other.length == 0) return LEADKPI_OK;
    LK_FAIL_IF(known.length && !lk_text_equal(known, other), error, LEADKPI_MISMATCH,
               "from: expected currency \"%.*s\", found \"%.*s\"", LK_TEXT_ARGS(known),
               LK_TEXT_ARGS(other));
    memcpy(into->currency, other.data, other.length);
    into->currency_length = other.length;
    return LEADKPI_OK;
}

static leadkpi_status translate(leadkpi_cohorts *into, const lk_cohorts_store *from, translation *t,
                                leadkpi_error *error)
{
    lk_cohorts_store *store = into->store;
    lk_memory *memory = &into->memory;
    LK_TRY(lk_allocate(memory, lk_lead_ids_count(&from->ids), sizeof *t->customers, &t->customers,
                       error));
    LK_TRY(lk_allocate(memory, from->tuples.count, sizeof *t->tuples, &t->tuples, error));
    LK_TRY(lk_allocate(memory, from->outcomes.count, sizeof *t->outcomes, &t->outcomes, error));
    LK_TRY(lk_state_check_batches(&store->batches, &from->batches, error));
    LK_TRY(lk_lead_ids_merge(&store->ids, memory, &from->ids, t->customers, error));
    LK_TRY(lk_interrupted(memory, error));
    LK_TRY(lk_state_merge_texts(&store->tuples, memory, &from->tuples, t->tuples, error));
    LK_TRY(lk_state_merge_texts(&store->outcomes, memory, &from->outcomes, t->outcomes, error));
    LK_TRY(lk_state_merge_texts(&store->batches, memory, &from->batches, NULL, error));
    LK_TRY(lk_cohorts_grow(into, from->event_count, error));
    return merge_currency(store, from, error);
}

static void commit(lk_cohorts_store *into, const lk_cohorts_store *from, const translation *t)
{
    for (size_t i = 0; i < from->event_count; i++) {
        lk_cohorts_event event = from->events[i];
        event.customer = t->customers[event.customer];
        uint32_t text = lk_cohorts_text(&event);
        if (event.kind == LK_COHORTS_ACQUIRED && text) event.content = (int64_t)t->tuples[text - 1] + 1;
        if (event.kind == LK_COHORTS_OUTCOME) event.content = (int64_t)t->outcomes[text - 1] + 1;
        into->events[into->event_count++] = event;
    }
}

static leadkpi_status merge(leadkpi_cohorts *into, const lk_cohorts_store *from,
                            leadkpi_error *error)
{
    lk_cohorts_store *store;
    translation t = {0};
    LK_TRY(lk_cohorts_open(into, &store, error));
    leadkpi_status status = translate(into, from, &t, error);
    if (status == LEADKPI_OK) commit(store, from, &t);
    lk_release(&into->memory, t.customers, lk_lead_ids_count(&from->ids), sizeof *t.customers);
    lk_release(&into->memory, t.tuples, from->tuples.count, sizeof *t.tuples);
    lk_release(&into->memory, t.outcomes, from->outcomes.count, sizeof *t.outcomes);
    return status;
}

leadkpi_status leadkpi_cohorts_merge(leadkpi_cohorts *into, const leadkpi_cohorts *from,
                                     leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(into, error);
    LK_REQUIRE(from, error);
    LK_FAIL_IF(into == from, error, LEADKPI_BAD_ARGUMENT,
               "from: expected another handle, found the one to merge into");
    LK_FAIL_IF(!lk_options_equal(into->definition, from->definition, &lk_cohorts_schema), error,
               LEADKPI_MISMATCH, "from: expected a handle of the same definition");
    if (!from->store) return LEADKPI_OK;
    lk_cohorts_mark mark = lk_cohorts_mark_now(into);
    leadkpi_status status = merge(into, from->store, error);
    if (status != LEADKPI_OK) lk_cohorts_roll_back(into, &mark);
    return status;
}
