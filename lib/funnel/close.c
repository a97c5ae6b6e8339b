/* close.c: the events of a range of time shrink to a block a lead. All that is new is made first and
 * takes the place of what was in the end, so that a failure leaves no trace. */
#include "base/time_text.h"
#include "funnel/closed.h"

typedef struct closing {
    leadkpi_funnel *funnel;
    lk_memory *memory;
    lk_journeys journeys;
    lk_range range;
    uint32_t first, last; /* the ranges that it covers: first to last - 1 */
    lk_closed made;
    size_t put; /* so many of its blocks are */
    uint64_t *scratch; /* a block */
    size_t done;       /* items since the host was asked */
    leadkpi_error *error;
} closing;

static inline leadkpi_status poll(closing *c, size_t items)
{
    return lk_interrupted_after(c->memory, items, &c->done, c->error);
}

/* ---- may it be? ------------------------------------------------------------------- */

static leadkpi_status check_code(const closing *c, size_t event)
{
    const lk_funnel_store *store = c->funnel->store;
    uint32_t code = lk_funnel_event_code(store, event);
    uint64_t steps = lk_funnel_code_steps(store, code);
    LK_FAIL_IF(lk_funnel_code_exclusions(store, code), c->error, LEADKPI_CONTRADICTION,
               "close: expected no exclusion in the range, found one");
    LK_FAIL_IF(c->funnel->rule.same_event == LK_SAME_EVENT_ONCE && (steps & (steps - 1)), c->error,
               LEADKPI_CONTRADICTION,
               "close: with same_event=once expected events of one step at most in the range, found "
               "one of several");
    LK_FAIL_IF(lk_funnel_event_sequence(store, event), c->error, LEADKPI_CONTRADICTION,
               "close: expected no event with a sequence in the range, found one");
    LK_FAIL_IF(lk_funnel_event_segment(store, event), c->error, LEADKPI_CONTRADICTION,
               "close: expected no event with a segment in the range, found one");
    return LEADKPI_OK;
}

static bool is_in_range(const closing *c, int64_t time)
{
    return time >= c->range.from && time < c->range.until;
}

static leadkpi_status check_events(closing *c)
{
    const lk_funnel_store *store = c->funnel->store;
    for (size_t i = 0; i < store->event_count; i++) {
        int64_t time = lk_funnel_event_time(store, i);
        if (i % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(c->memory, c->error));
        if (!is_in_range(c, time)) continue;
        LK_TRY(check_code(c, i));
        if (time > c->range.latest) c->range.latest = time;
    }
    return LEADKPI_OK;
}

/* Ranges before it, that it covers, and after it. */
static leadkpi_status find_ranges(closing *c)
{
    const lk_closed *closed = &c->funnel->store->closed;
    while (c->first < closed->range_count && closed->ranges[c->first].until <= c->range.from)
        c->first++;
    c->last = c->first;
    for (; c->last < closed->range_count && closed->ranges[c->last].from < c->range.until; c->last++) {
        const lk_range *old = &closed->ranges[c->last];
        LK_FAIL_IF(old->from < c->range.from || old->until > c->range.until, c->error,
                   LEADKPI_CONTRADICTION,
                   "close: expected a range that covers or does not touch the one closed from %s to "
                   "%s, found %s to %s",
                   LK_SAY_TIME(old->from), LK_SAY_TIME(old->until), LK_SAY_TIME(c->range.from),
                   LK_SAY_TIME(c->range.until));
        if (old->latest > c->range.latest) c->range.latest = old->latest;
    }
    return LEADKPI_OK;
}

/* ---- blocks ------------------------------------------------------------------------ */

static uint32_t range_of(const uint64_t *block)
{
    return (uint32_t)(block[LK_BLOCK_KEY] & UINT32_MAX);
}

static bool is_covered(const closing *c, const uint64_t *block)
{
    return range_of(block) >= c->first && range_of(block) < c->last;
}

/* The new number of a range that stays. */
static uint32_t renumber(const closing *c, uint32_t range)
{
    return range < c->first ? range : range - (c->last - c->first) + 1;
}

static uint64_t *put(closing *c, uint32_t lead, uint32_t range)
{
    size_t words = lk_block_words(c->funnel->rule.step_count);
    uint64_t *block = c->made.blocks + c->put++ * words;
    memset(block, 0, words * sizeof *block);
    block[LK_BLOCK_KEY] = (uint64_t)lead << 32 | range;
    return block;
}

static void keep(closing *c, uint32_t lead, const uint64_t *old)
{
    size_t words = lk_block_words(c->funnel->rule.step_count);
    uint64_t *block = put(c, lead, renumber(c, range_of(old)));
    memcpy(block + 1, old + 1, (words - 1) * sizeof *block);
}

/* Blocks of pieces that follow each other compose to that of all. The host is asked by items, of which an event may be
 * as many as there are steps. */
static leadkpi_status add_events(closing *c, uint64_t *block, uint32_t start, uint32_t end)
{
    lk_journeys *j = &c->journeys;
    for (uint32_t next; start < end; start = next) {
        next = lk_closed_piece_end(j, start, end);
        size_t count = lk_journeys_gather_places(j, start, next, c->range.until - 1);
        LK_TRY(poll(c, count));
        lk_block_add_items(&c->funnel->rule, block, j->items, count, c->scratch);
    }
    return LEADKPI_OK;
}

/* The new block: events and the covered blocks in order of time. */
static leadkpi_status cover(closing *c, uint32_t lead, size_t old, size_t old_end)
{
    const lk_closed *closed = &c->funnel->store->closed;
    const lk_funnel_rule *rule = &c->funnel->rule;
    const lk_journeys *j = &c->journeys;
    uint32_t end = lk_journeys_first_at(j, lk_journeys_start(j, lead), j->ends[lead], c->range.until);
    uint32_t start = lk_journeys_first_at(j, lk_journeys_start(j, lead), end, c->range.from), next;
    if (start == end && old == old_end) return LEADKPI_OK;
    uint64_t *block = put(c, lead, c->first);
    for (; old < old_end; old++) {
        const uint64_t *covered = lk_block_at(closed, rule->step_count, old);
        next = lk_journeys_first_at(j, start, end, closed->ranges[range_of(covered)].from);
        LK_TRY(add_events(c, block, start, next));
        lk_block_add_block(rule, block, covered);
        start = next;
    }
    return add_events(c, block, start, end);
}

static leadkpi_status make_blocks(closing *c)
{
    const lk_closed *closed = &c->funnel->store->closed;
    int32_t steps = c->funnel->rule.step_count;
    size_t i = 0, words = lk_block_words(steps);
    for (uint32_t lead = 0; lead < c->journeys.lead_count; lead++) {
        size_t end = lk_closed_lead_end(closed, steps, lead, i), covered, covered_end;
        for (covered = i; covered < end && range_of(lk_block_at(closed, steps, covered)) < c->first;)
            keep(c, lead, lk_block_at(closed, steps, covered++));
        for (covered_end = covered;
             covered_end < end && is_covered(c, lk_block_at(closed, steps, covered_end));)
            covered_end++;
        LK_TRY(poll(c, 1 + (end - i) * words));
        LK_TRY(cover(c, lead, covered, covered_end));
        for (i = covered_end; i < end;) keep(c, lead, lk_block_at(closed, steps, i++));
    }
    return LEADKPI_OK;
}

static bool has_event_in_range(const closing *c, uint32_t lead)
{
    const lk_journeys *j = &c->journeys;
    uint32_t first = lk_journeys_first_at(j, lk_journeys_start(j, lead), j->ends[lead], c->range.from);
    return first < j->ends[lead] && is_in_range(c, lk_journeys_event(j, first).time);
}

/* Those that stay, and one of each lead with something to cover. */
static leadkpi_status count_blocks(closing *c, size_t *count)
{
    const lk_closed *closed = &c->funnel->store->closed;
    int32_t steps = c->funnel->rule.step_count;
    size_t i = 0;
    *count = 0;
    for (uint32_t lead = 0; lead < c->journeys.lead_count; lead++) {
        bool covers = has_event_in_range(c, lead);
        LK_TRY(poll(c, 1));
        for (size_t end = lk_closed_lead_end(closed, steps, lead, i); i < end; i++) {
            bool covered = is_covered(c, lk_block_at(closed, steps, i));
            covers |= covered;
            *count += !covered;
        }
        *count += covers;
    }
    return LEADKPI_OK;
}

static void make_ranges(closing *c)
{
    const lk_closed *closed = &c->funnel->store->closed;
    for (uint32_t i = 0; i < c->first; i++) c->made.ranges[i] = closed->ranges[i];
    c->made.ranges[c->first] = c->range;
    for (uint32_t i = c->last; i < closed->range_count; i++)
        c->made.ranges[renumber(c, i)] = closed->ranges[i];
}

static leadkpi_status make(closing *c)
{
    const lk_closed *closed = &c->funnel->store->closed;
    size_t size = lk_block_words(c->funnel->rule.step_count) * sizeof *c->made.blocks;
    LK_TRY(lk_journeys_open(c->funnel, c->memory, &c->journeys, c->error));
    LK_TRY(lk_journeys_make_room(&c->journeys, c->memory, c->error));
    c->made.range_count = closed->range_count - (c->last - c->first) + 1;
    LK_TRY(lk_allocate(c->memory, c->made.range_count, sizeof(lk_range), &c->made.ranges, c->error));
    make_ranges(c);
    size_t count;
    LK_TRY(count_blocks(c, &count));
    LK_TRY(lk_allocate(c->memory, 1, size, &c->scratch, c->error));
    LK_TRY(lk_allocate(c->memory, count, size, &c->made.blocks, c->error));
    c->made.block_count = count;
    return make_blocks(c);
}

/* ---- the verb ---------------------------------------------------------------------- */

/* Which events stay, no branch could foresee: each goes to the next place, where the one after it may take its place.
 * Where leads end is known of those that stay, too; how far they got is not. */
static size_t drop_packed(const closing *c, lk_funnel_store *store)
{
    uint64_t *packed = store->packed;
    size_t kept = 0, i = 0;
    for (uint32_t lead = 0; lead < store->lead_end_count; lead++) {
        for (size_t end = store->lead_ends[lead]; i < end; i++) {
            uint64_t key = packed[i];
            packed[kept] = key;
            kept += !is_in_range(c, lk_packed_time(key));
        }
        store->lead_ends[lead] = (uint32_t)kept;
    }
    return kept;
}

static size_t drop_events(const closing *c, lk_funnel_store *store)
{
    size_t kept = 0;
    for (size_t i = 0; i < store->event_count; i++) {
        lk_funnel_event event = store->events[i];
        store->events[kept] = event;
        if (store->sequences) store->sequences[kept] = store->sequences[i];
        if (store->event_segments) store->event_segments[kept] = store->event_segments[i];
        kept += !is_in_range(c, event.time);
    }
    return kept;
}

static void commit(closing *c)
{
    lk_funnel_store *store = c->funnel->store;
    store->event_count = store->packed ? drop_packed(c, store) : drop_events(c, store);
    lk_funnel_shrink(c->funnel);
    lk_closed_free(&store->closed, c->funnel->rule.step_count, c->memory);
    store->closed = c->made;
    c->made = (lk_closed){NULL, NULL, 0, 0};
}

static leadkpi_status close_range(closing *c)
{
    lk_funnel_store *store;
    LK_TRY(lk_funnel_open(c->funnel, &store, c->error));
    LK_TRY(find_ranges(c));
    LK_TRY(check_events(c));
    leadkpi_status status = make(c);
    lk_release(c->memory, c->scratch, 1,
               lk_block_words(c->funnel->rule.step_count) * sizeof *c->scratch);
    lk_journeys_close(&c->journeys, c->memory);
    if (status == LEADKPI_OK) commit(c);
    lk_closed_free(&c->made, c->funnel->rule.step_count, c->memory);
    return status;
}

leadkpi_status leadkpi_funnel_close(leadkpi_funnel *funnel, int64_t from, int64_t until,
                                    leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(funnel, error);
    LK_FAIL_IF(from >= until, error, LEADKPI_BAD_ARGUMENT,
               "until: expected a time after from (%s), found %s", LK_SAY_TIME(from),
               LK_SAY_TIME(until));
    LK_FAIL_IF(funnel->rule.input == LK_INPUT_TIME, error, LEADKPI_CONTRADICTION,
               "input: with input=time no events are kept that could be closed");
    LK_TRY(lk_standings_check_rule(
        &funnel->rule, lk_options_list_count(funnel->definition, &lk_funnel_schema, LK_FUNNEL_EXCLUDE) > 0,
        "closed ranges", error));
    if (from < LK_FUNNEL_TIME_MIN) from = LK_FUNNEL_TIME_MIN;
    if (until > LK_FUNNEL_TIME_END) until = LK_FUNNEL_TIME_END;
    LK_FAIL_IF(from >= until, error, LEADKPI_BAD_ARGUMENT,
               "from, until: expected a range that meets the years 1 to 9999");
    bool was_empty = !funnel->store;
    closing c = {.funnel = funnel, .memory = &funnel->memory, .range = {from, until, INT64_MIN},
                 .error = error};
    leadkpi_status status = close_range(&c);
    if (status != LEADKPI_OK && was_empty) lk_funnel_close(funnel);
    return status;
}
