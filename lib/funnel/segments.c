#include "funnel/segments.h"

leadkpi_status lk_segments_open(const lk_results *results, const lk_journeys *journeys, lk_memory *memory,
                                lk_segments *s, leadkpi_error *error)
{
    *s = (lk_segments){.journeys = journeys, .memory = memory, .as_of = results->as_of,
                       .breakdown = results->breakdown, .step = results->breakdown_step, .lead = LK_MAP_NONE};
    if (results->breakdown != LK_BREAKDOWN_ANY || !results->by_segment) return LEADKPI_OK;
    s->capacity = journeys->store->segments.count + 1;
    LK_TRY(lk_allocate(memory, s->capacity, sizeof *s->seen, &s->seen, error));
    memset(s->seen, 0, s->capacity * sizeof *s->seen);
    leadkpi_status status = lk_allocate(memory, s->capacity, sizeof *s->different, &s->different, error);
    if (status != LEADKPI_OK) lk_segments_close(s);
    return status;
}

void lk_segments_close(lk_segments *s)
{
    lk_release(s->memory, s->seen, s->capacity, sizeof *s->seen);
    lk_release(s->memory, s->different, s->capacity, sizeof *s->different);
    lk_release(s->memory, s->instant_segments, s->instant_capacity, sizeof *s->instant_segments);
    lk_map128_free(&s->instants, s->memory);
    *s = (lk_segments){.lead = LK_MAP_NONE};
}

/* ---- of a lead ----------------------------------------------------------------- */

static uint32_t first_segment(const lk_segments *s, uint32_t lead)
{
    const lk_journeys *j = s->journeys;
    for (uint32_t i = lk_journeys_start(j, lead); i < j->ends[lead]; i++) {
        if (lk_journeys_event(j, i).time > s->as_of) break;
        if (lk_journeys_segment(j, i)) return lk_journeys_segment(j, i);
    }
    return 0;
}

static uint32_t last_segment(const lk_segments *s, uint32_t lead)
{
    const lk_journeys *j = s->journeys;
    for (uint32_t i = j->ends[lead]; i > lk_journeys_start(j, lead); i--) {
        uint32_t segment = lk_journeys_segment(j, i - 1);
        if (segment && lk_journeys_event(j, i - 1).time <= s->as_of) return segment;
    }
    return 0;
}

leadkpi_status lk_segments_of_lead(lk_segments *s, uint32_t lead, leadkpi_error *error)
{
    const lk_journeys *j = s->journeys;
    if (s->lead == lead) return LEADKPI_OK;
    s->lead = lead;
    s->different_count = 0;
    for (uint32_t i = lk_journeys_start(j, lead); i < j->ends[lead]; i++) {
        uint32_t segment = lk_journeys_segment(j, i);
        LK_TRY(lk_interrupted_at(s->memory, i, error));
        if (lk_journeys_event(j, i).time > s->as_of) break;
        if (!segment || s->seen[segment] == lead + 1) continue;
        s->seen[segment] = lead + 1;
        s->different[s->different_count++] = segment;
    }
    return LEADKPI_OK;
}

/* ---- of the event that filled a step ------------------------------------------------ */

static uint32_t value_at(const lk_journeys *j, uint32_t place)
{
    return lk_funnel_code_value(j->store, lk_journeys_event(j, place).code);
}

/* The first of the lead's events that is not before a time. */
static uint32_t find_instant(const lk_journeys *j, uint32_t lead, int64_t time)
{
    return lk_journeys_first_at(j, lk_journeys_start(j, lead), j->ends[lead], time);
}

/* The steps that the event may be of; in an order that is no matter: any. */
static uint64_t wanted_steps(const lk_journeys *j, int32_t step)
{
    bool in_order = j->rule->order <= LK_ORDER_ADJACENT || j->rule->order == LK_ORDER_OPEN;
    return in_order ? (uint64_t)1 << step : UINT64_MAX;
}

static bool is_wanted(const lk_journeys *j, uint32_t place, uint64_t wanted)
{
    return lk_funnel_code_steps(j->store, lk_journeys_event(j, place).code) & wanted;
}

/* How many events of an instant a look passes over before what was seen there is kept. */
#define BRIEF 32

/* The segment of the first event of an instant that is wanted, 0 without one; false where `most` events did not
 * say. */
static bool look(const lk_journeys *j, uint32_t lead, int64_t time, uint32_t value, uint64_t wanted, uint32_t most,
                 uint32_t *segment)
{
    uint32_t first = find_instant(j, lead, time), last = j->ends[lead];
    bool ends = last - first <= most;
    if (!ends) last = first + most;
    *segment = 0;
    for (uint32_t i = first; i < last; i++) {
        if (lk_journeys_event(j, i).time != time) return true;
        if (value_at(j, i) != value || !is_wanted(j, i, wanted)) continue;
        *segment = lk_journeys_segment(j, i);
        return true;
    }
    return ends;
}

/* No value is so high. */
#define ALL_VALUES UINT64_C(0x100000000)

static lk_key128 key_of(int64_t time, uint64_t value, uint64_t wanted)
{
    uint32_t step = wanted == UINT64_MAX ? 0 : lk_lowest_bit(wanted);
    return (lk_key128){(uint64_t)time, value << 8 | step};
}

static leadkpi_status put(lk_segments *s, lk_key128 key, uint32_t segment, leadkpi_error *error)
{
    uint32_t index, before = s->instants.count;
    LK_TRY(lk_map128_find_or_add(&s->instants, s->memory, &key, 1, &index, error));
    if (index < before) return LEADKPI_OK; /* the first event counts */
    if (index >= s->instant_capacity) {
        size_t capacity = 64 + s->instant_capacity + s->instant_capacity / 2;
        LK_TRY(lk_resize(s->memory, &s->instant_segments, s->instant_capacity, capacity,
                         sizeof *s->instant_segments, error));
        s->instant_capacity = capacity;
    }
    s->instant_segments[index] = segment;
    return LEADKPI_OK;
}

/* All values of an instant at once, so that many at one instant take one pass. */
static leadkpi_status put_instant(lk_segments *s, int64_t time, uint64_t wanted, leadkpi_error *error)
{
    const lk_journeys *j = s->journeys;
    LK_TRY(put(s, key_of(time, ALL_VALUES, wanted), 0, error));
    for (uint32_t i = find_instant(j, s->lead, time); i < j->ends[s->lead]; i++) {
        if (lk_journeys_event(j, i).time != time) break;
        if (is_wanted(j, i, wanted))
            LK_TRY(put(s, key_of(time, value_at(j, i), wanted), lk_journeys_segment(j, i), error));
        if (is_wanted(j, i, wanted) && !j->rule->same_value) break; /* there is one value only */
    }
    return LEADKPI_OK;
}

/* What was seen of the lead's instants is kept. */
static leadkpi_status find_kept(lk_segments *s, uint32_t lead, int64_t time, uint32_t value, uint64_t wanted,
                                uint32_t *segment, leadkpi_error *error)
{
    if (s->lead != lead) lk_map128_truncate(&s->instants, 0);
    s->lead = lead;
    if (lk_map128_find(&s->instants, key_of(time, ALL_VALUES, wanted)) == LK_MAP_NONE)
        LK_TRY(put_instant(s, time, wanted, error));
    uint32_t index = lk_map128_find(&s->instants, key_of(time, value, wanted));
    *segment = index == LK_MAP_NONE ? 0 : s->instant_segments[index];
    return LEADKPI_OK;
}

/* Of the first event at the step's time, and of the attempt's value, that may have filled it. Of a lead with
 * one attempt that counts one look does, and of most instants a brief one. */
static leadkpi_status find_step_segment(lk_segments *s, uint32_t lead, const lk_attempt *attempt,
                                        uint32_t *segment, leadkpi_error *error)
{
    const lk_journeys *j = s->journeys;
    int32_t step = s->step ? s->step - 1 : attempt->level - 1;
    *segment = 0;
    if (!(attempt->done >> step & 1)) return LEADKPI_OK;
    int64_t time = attempt->times[step];
    uint64_t wanted = wanted_steps(j, step);
    uint32_t value = value_at(j, attempt->entry);
    uint32_t most = lk_funnel_counts_attempts(j->rule) ? BRIEF : UINT32_MAX;
    if (look(j, lead, time, value, wanted, most, segment)) return LEADKPI_OK;
    return find_kept(s, lead, time, value, wanted, segment, error);
}

/* ---- any ---------------------------------------------------------------------------- */

leadkpi_status lk_segments_of(lk_segments *s, uint32_t lead, const lk_attempt *attempt, uint32_t *segment,
                              leadkpi_error *error)
{
    bool first = s->breakdown == LK_BREAKDOWN_FIRST;
    if (s->breakdown == LK_BREAKDOWN_STEP) return find_step_segment(s, lead, attempt, segment, error);
    if (first || s->breakdown == LK_BREAKDOWN_LAST) {
        if (s->lead != lead) s->of_lead = first ? first_segment(s, lead) : last_segment(s, lead);
        s->lead = lead;
        *segment = s->of_lead;
        return LEADKPI_OK;
    }
    bool has_entry = attempt->entry != LK_MAP_NONE; /* a standing or a block has none */
    *segment = has_entry ? lk_journeys_segment(s->journeys, attempt->entry) : 0;
    return LEADKPI_OK;
}
