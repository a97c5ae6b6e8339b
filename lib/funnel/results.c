#include "funnel/results.h"

#include "funnel/closed.h"
#include "funnel/quick.h"

/* ---- which segment ------------------------------------------------------------ */

static uint32_t first_segment(const lk_journeys *j, uint32_t lead, int64_t as_of)
{
    for (uint32_t i = lk_journeys_start(j, lead); i < j->ends[lead]; i++) {
        if (lk_journeys_event(j, i)->time > as_of) break;
        if (lk_journeys_segment(j, i)) return lk_journeys_segment(j, i);
    }
    return 0;
}

static uint32_t last_segment(const lk_journeys *j, uint32_t lead, int64_t as_of)
{
    for (uint32_t i = j->ends[lead]; i > lk_journeys_start(j, lead); i--) {
        uint32_t segment = lk_journeys_segment(j, i - 1);
        if (segment && lk_journeys_event(j, i - 1)->time <= as_of) return segment;
    }
    return 0;
}

static uint32_t segment_of(const lk_journeys *j, uint32_t lead, const lk_attempt *attempt,
                           int breakdown, int64_t as_of)
{
    if (breakdown == LK_BREAKDOWN_FIRST) return first_segment(j, lead, as_of);
    if (breakdown == LK_BREAKDOWN_LAST) return last_segment(j, lead, as_of);
    if (attempt->entry == LK_MAP_NONE) return 0; /* a standing or a block has none */
    return lk_journeys_segment(j, attempt->entry);
}

/* ---- lead by lead --------------------------------------------------------------- */

static leadkpi_status grow(lk_results *r, leadkpi_error *error)
{
    size_t steps = (size_t)r->funnel->rule.step_count;
    uint64_t wanted = r->capacity < 64 ? 64 : (uint64_t)r->capacity + r->capacity / 2;
    uint32_t capacity = wanted < UINT32_MAX ? (uint32_t)wanted : UINT32_MAX; /* leads are fewer */
    size_t cells;
    LK_FAIL_IF(!lk_size_multiply(capacity, steps, &cells), error, LEADKPI_OVERFLOW,
               "times: more than the address space holds");
    if (r->times) {
        /* Two blocks grow as one: the larger first, given back at its new size if the other fails. */
        int64_t *times;
        LK_TRY(lk_allocate(&r->memory, cells, sizeof *times, &times, error));
        leadkpi_status status =
            lk_resize(&r->memory, &r->items, r->capacity, capacity, sizeof *r->items, error);
        if (status != LEADKPI_OK) {
            lk_release(&r->memory, times, cells, sizeof *times);
            return status;
        }
        memcpy(times, r->times, r->count * steps * sizeof *times);
        lk_release(&r->memory, r->times, r->capacity * steps, sizeof *times);
        r->times = times;
    } else {
        LK_TRY(lk_resize(&r->memory, &r->items, r->capacity, capacity, sizeof *r->items, error));
    }
    r->capacity = capacity;
    return LEADKPI_OK;
}

static leadkpi_status put(lk_results *r, const lk_journeys *j, uint32_t lead,
                          const lk_attempt *attempt, int breakdown, leadkpi_error *error)
{
    size_t steps = (size_t)r->funnel->rule.step_count;
    if (r->count == r->capacity) LK_TRY(grow(r, error));
    r->items[r->count] = (lk_result){attempt->start, lead,
                                     segment_of(j, lead, attempt, breakdown, r->as_of),
                                     attempt->level, 0};
    if (r->times)
        memcpy(r->times + r->count * steps, attempt->times, (size_t)attempt->level * sizeof *r->times);
    r->count++;
    return LEADKPI_OK;
}

static leadkpi_status walk_quick(lk_results *r, const lk_journeys *j, const uint8_t *places,
                                 int breakdown, leadkpi_error *error)
{
    lk_attempt attempt;
    for (uint32_t lead = 0; lead < j->lead_count; lead++) {
        if (lead % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&r->memory, error));
        lk_quick_find(j, places, lead, r->as_of, &attempt);
        if (attempt.level > 0) LK_TRY(put(r, j, lead, &attempt, breakdown, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status walk_items(lk_results *r, lk_journeys *j, int breakdown, leadkpi_error *error)
{
    lk_attempt_scratch scratch = {NULL, 0};
    lk_attempt attempt;
    leadkpi_status status = LEADKPI_OK;
    for (uint32_t lead = 0; lead < j->lead_count && status == LEADKPI_OK; lead++) {
        if (lead % LK_INTERRUPT_ROWS == 0) status = lk_interrupted(&r->memory, error);
        if (status != LEADKPI_OK) break;
        size_t count = lk_journeys_gather(j, lead, r->as_of);
        status = lk_attempt_find(j->rule, j->items, count, r->times != NULL, &r->memory, &scratch,
                                 &attempt, error);
        if (status == LEADKPI_OK && attempt.level > 0)
            status = put(r, j, lead, &attempt, breakdown, error);
    }
    lk_attempt_scratch_free(&scratch, &r->memory);
    return status;
}

static leadkpi_status walk_standings(lk_results *r, const lk_journeys *j, int breakdown,
                                 leadkpi_error *error)
{
    uint64_t scratch[LK_FUNNEL_STEPS_MAX + LK_STANDING_STARTS];
    lk_attempt attempt = {.entry = LK_MAP_NONE};
    for (uint32_t lead = 0; lead < j->lead_count; lead++) {
        if (lead % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&r->memory, error));
        attempt.level = lk_standing_level(j->rule, lk_standing(&j->store->standings, j->rule, lead), scratch,
                                      &attempt.start);
        if (attempt.level > 0) LK_TRY(put(r, j, lead, &attempt, breakdown, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status walk_closed(lk_results *r, lk_journeys *j, int breakdown,
                                  leadkpi_error *error)
{
    lk_attempt attempt;
    for (uint32_t lead = 0; lead < j->lead_count; lead++) {
        if (lead % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&r->memory, error));
        lk_closed_find_attempt(j, lead, r->as_of, &attempt.level, &attempt.entry, &attempt.start);
        if (attempt.level > 0) LK_TRY(put(r, j, lead, &attempt, breakdown, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status walk(lk_results *r, lk_journeys *j, int breakdown, leadkpi_error *error)
{
    uint8_t *places = NULL;
    if (j->store->closed.range_count) return walk_closed(r, j, breakdown, error);
    if (j->rule->input == LK_INPUT_TIME) return walk_standings(r, j, breakdown, error);
    if (!r->times) LK_TRY(lk_quick_open(j, &r->memory, &places, error));
    leadkpi_status status = places ? walk_quick(r, j, places, breakdown, error)
                                   : walk_items(r, j, breakdown, error);
    lk_quick_close(&r->memory, places, j->store->codes.count);
    return status;
}

/* ---- the whole ------------------------------------------------------------------ */

/* Of the events that are in standings or blocks. */
static int64_t latest_summarised(const lk_funnel_store *store)
{
    int64_t closed = lk_closed_latest(&store->closed);
    return store->standings.latest > closed ? store->standings.latest : closed;
}

static int64_t latest_time(const lk_funnel_store *store)
{
    int64_t latest = LK_FUNNEL_TIME_MIN;
    if (latest_summarised(store) > latest) latest = latest_summarised(store);
    for (size_t i = 0; i < store->event_count; i++)
        latest = store->events[i].time > latest ? store->events[i].time : latest;
    return latest;
}

static leadkpi_status make_room_for_times(lk_results *r, leadkpi_error *error)
{
    size_t cells;
    LK_FAIL_IF(!lk_size_multiply(64, (size_t)r->funnel->rule.step_count, &cells), error,
               LEADKPI_OVERFLOW, "times: more than the address space holds");
    LK_TRY(lk_allocate(&r->memory, 64, sizeof *r->items, &r->items, error));
    r->capacity = 64; /* without times both blocks are given back by it */
    return lk_allocate(&r->memory, cells, sizeof *r->times, &r->times, error);
}

static leadkpi_status find(lk_results *r, const leadkpi_options *options, bool times_wanted,
                           leadkpi_error *error)
{
    lk_journeys j;
    int breakdown = lk_options_choice(options, &lk_funnel_report_schema, LK_FUNNEL_REPORT_BREAKDOWN);
    if (times_wanted) LK_TRY(make_room_for_times(r, error));
    LK_TRY(lk_journeys_open(r->funnel, &r->memory, &j, error));
    r->store = j.store;
    leadkpi_status status = walk(r, &j, breakdown, error);
    r->segment_rank = j.segment_rank; /* taken over */
    r->segment_rank_count = j.store->segments.count + 1;
    j.segment_rank = NULL;
    lk_journeys_close(&j, &r->memory);
    return status;
}

leadkpi_status lk_results_find(const leadkpi_funnel *funnel, const leadkpi_options *options,
                               bool times_wanted, lk_results *results, leadkpi_error *error)
{
    const lk_schema *schema = &lk_funnel_report_schema;
    memset(results, 0, sizeof *results);
    results->funnel = funnel;
    results->memory = lk_memory_like(&funnel->memory);
    results->confidence = lk_options_double(options, schema, LK_FUNNEL_REPORT_LEVEL);
    results->by_segment = lk_options_choice(options, schema, LK_FUNNEL_REPORT_BY) == LK_BY_SEGMENT;
    results->as_of = LK_FUNNEL_TIME_MIN;
    if (lk_options_has_value(options, schema, LK_FUNNEL_REPORT_AS_OF))
        results->as_of = lk_options_int64(options, schema, LK_FUNNEL_REPORT_AS_OF);
    else if (funnel->store)
        results->as_of = latest_time(funnel->store);
    LK_FAIL_IF(funnel->store && results->as_of < latest_summarised(funnel->store), error,
               LEADKPI_CONTRADICTION,
               "as_of: expected none before the latest event that is not kept as such any more "
               "(input=time, or a closed range)");
    leadkpi_status status = find(results, options, times_wanted, error);
    if (status != LEADKPI_OK) lk_results_free(results);
    return status;
}

void lk_results_free(lk_results *r)
{
    lk_release(&r->memory, r->items, r->capacity, sizeof *r->items);
    lk_release(&r->memory, r->times, (size_t)r->capacity * (size_t)r->funnel->rule.step_count,
               sizeof *r->times);
    lk_release(&r->memory, r->segment_rank, r->segment_rank_count, sizeof *r->segment_rank);
    r->items = NULL;
    r->times = NULL;
    r->segment_rank = NULL;
    r->count = r->capacity = 0;
}

bool lk_result_is_open(const lk_results *results, const lk_result *result)
{
    const lk_funnel_rule *rule = &results->funnel->rule;
    if (result->level == rule->step_count) return false;
    return results->as_of - result->start <= rule->window;
}
