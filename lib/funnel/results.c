#include "funnel/results.h"

#include "funnel/closed.h"
#include "funnel/lead_levels.h"
#include "funnel/quick.h"
#include "funnel/segments.h"
#include "funnel/tally.h"
#include "funnel/values.h"
#include "funnel/window.h"

/* ---- lead by lead --------------------------------------------------------------- */

/* Where the attempts of one lead go. */
typedef struct intake {
    lk_results *results;
    const lk_journeys *journeys;
    lk_segments *segments;
    uint32_t lead;
    uint32_t attempt; /* how many there were of the lead */
    uint32_t list;    /* of the segments of the lead that they are known of */
    size_t taken;     /* attempts that went to ways */
} intake;

/* At most: an attempt starts at an event of step 1. */
static uint64_t attempts_to_come(const intake *in)
{
    const lk_journeys *j = in->journeys;
    uint64_t starts = 0;
    if (j->rule->entry != LK_ENTRY_EVERY) return 1;
    for (uint32_t i = lk_journeys_start(j, in->lead); i < j->ends[in->lead]; i++)
        starts += lk_funnel_code_steps(j->store, lk_journeys_event(j, i).code) & 1;
    return starts < in->attempt ? 1 : starts - in->attempt + 1;
}

/* Of a lead with many attempts there is room for all at once: what grows step by step is moved, or touches half as
 * much again. */
static leadkpi_status grow(intake *in, leadkpi_error *error)
{
    lk_results *r = in->results;
    uint64_t wanted = r->capacity < 64 ? 64 : (uint64_t)r->capacity + r->capacity / 2;
    uint64_t all = r->count + attempts_to_come(in);
    if (wanted < all) wanted = all;
    uint32_t capacity = wanted < UINT32_MAX ? (uint32_t)wanted : UINT32_MAX; /* put refuses more */
    LK_TRY(lk_result_times_reserve(&r->times, &r->memory, capacity, error));
    LK_TRY(lk_resize(&r->memory, &r->items, r->capacity, capacity, sizeof *r->items, error));
    r->capacity = capacity;
    return LEADKPI_OK;
}

/* A result may have as many times as there are steps, all in memory that is touched for the first time. */
#define PUT_INTERRUPT_ROWS (LK_INTERRUPT_ROWS / 8)

static leadkpi_status put(intake *in, const lk_attempt *attempt, uint32_t segment, leadkpi_error *error)
{
    lk_results *r = in->results;
    LK_FAIL_IF(r->count == UINT32_MAX, error, LEADKPI_OVERFLOW,
               "attempts: expected fewer than 2^32, found more");
    if (r->count % PUT_INTERRUPT_ROWS == PUT_INTERRUPT_ROWS - 1) LK_TRY(lk_interrupted(&r->memory, error));
    if (r->count == r->capacity) LK_TRY(grow(in, error));
    r->items[r->count] = (lk_result){attempt->start, attempt->until, attempt->done,
                                     in->lead,       segment,        in->attempt,
                                     attempt->level};
    lk_result_times_put(&r->times, r->count, attempt);
    r->count++;
    r->place_count += r->lists ? r->lists[segment] : 1;
    return LEADKPI_OK;
}

static leadkpi_status grow_lists(lk_results *r, uint32_t more, leadkpi_error *error)
{
    uint64_t needed = (uint64_t)r->list_count + more, wanted = r->list_capacity + (uint64_t)r->list_capacity / 2;
    if (r->lists && needed <= r->list_capacity) return LEADKPI_OK;
    LK_FAIL_IF(needed > UINT32_MAX, error, LEADKPI_OVERFLOW,
               "segments of leads: expected fewer than 2^32, found more");
    uint32_t capacity = wanted < needed + 64 ? (uint32_t)needed : wanted < UINT32_MAX ? (uint32_t)wanted : UINT32_MAX;
    LK_TRY(lk_resize(&r->memory, &r->lists, r->list_capacity, capacity, sizeof *r->lists, error));
    r->list_capacity = capacity;
    return LEADKPI_OK;
}

/* The segments of the lead's events, in the order in which they come up: one list for all its attempts; that of
 * a lead without any has "none". */
static leadkpi_status list_segments(intake *in, leadkpi_error *error)
{
    lk_results *r = in->results;
    lk_segments *s = in->segments;
    if (s->lead == in->lead) return LEADKPI_OK;
    LK_TRY(lk_segments_of_lead(s, in->lead, error));
    uint32_t count = s->different_count ? s->different_count : 1;
    LK_TRY(grow_lists(r, count + 1, error));
    in->list = r->list_count;
    r->lists[r->list_count++] = count;
    for (uint32_t i = 0; i < count; i++) r->lists[r->list_count++] = s->different_count ? s->different[i] : 0;
    return LEADKPI_OK;
}

static void tally(lk_results *r, const lk_attempt *attempt)
{
    r->tally->exactly[attempt->level - 1]++;
    r->tally->open[attempt->level - 1] += lk_results_is_open_at(r, attempt->level, attempt->until);
}

/* To the ways from the steps that it got to. */
static leadkpi_status put_on_ways(intake *in, const lk_attempt *attempt, leadkpi_error *error)
{
    lk_results *r = in->results;
    int64_t watched = lk_results_watched(r, attempt->until);
    if (++in->taken % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&r->memory, error));
    for (lk_way *way = r->ways; way < r->ways + r->way_count && way->from < attempt->level; way++) {
        bool came;
        if (!lk_way_counts(way, attempt->level, attempt->done, &came)) continue;
        int64_t end = came ? attempt->times[way->to] : watched;
        LK_TRY(lk_waits_put(&way->waits, end - attempt->times[way->from], came, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status put_attempt(void *context, const lk_attempt *attempt, leadkpi_error *error)
{
    intake *in = context;
    lk_results *r = in->results;
    uint32_t segment;
    in->attempt++;
    if (r->mature_only && r->as_of <= attempt->until) return LEADKPI_OK;
    if (attempt->start < r->from || attempt->start >= r->to) return LEADKPI_OK;
    if (r->tally) {
        tally(r, attempt);
        return LEADKPI_OK;
    }
    if (r->ways) return put_on_ways(in, attempt, error);
    if (in->segments->seen) {
        LK_TRY(list_segments(in, error));
        return put(in, attempt, in->list, error);
    }
    LK_TRY(lk_segments_of(in->segments, in->lead, attempt, &segment, error));
    return put(in, attempt, segment, error);
}

/* Where the level is known, no event is looked at to know the way of an attempt of one step, which is its start. */
static void find_known(const intake *in, const lk_quick *quick, lk_attempt *attempt)
{
    const lk_journeys *j = in->journeys;
    uint64_t found = lk_funnel_lead_level(j->store, in->lead);
    attempt->level = lk_lead_level(found);
    attempt->start = attempt->times[0] = lk_lead_level_start(found);
    attempt->until = lk_funnel_deadline(attempt->start, j->rule->window);
    attempt->done = lk_attempt_steps(attempt->level);
    if (attempt->level > (in->results->ways ? 1 : 0)) lk_quick_follow(j, quick, in->lead, attempt);
}

static leadkpi_status find_quick(const intake *in, const lk_quick *quick, bool known, lk_attempt *attempt,
                                 leadkpi_error *error)
{
    const lk_results *r = in->results;
    if (!known)
        return (r->tally ? lk_quick_find_level : lk_quick_find)(in->journeys, quick, in->lead, r->as_of, attempt, error);
    find_known(in, quick, attempt);
    return LEADKPI_OK;
}

static leadkpi_status walk_quick(intake *in, const lk_quick *quick, leadkpi_error *error)
{
    const lk_journeys *j = in->journeys;
    const lk_results *r = in->results;
    lk_attempt attempt;
    bool known = lk_lead_levels_known(j->store, r->as_of);
    for (in->lead = 0; in->lead < j->lead_count; in->lead++) {
        if (in->lead % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&r->memory, error));
        in->attempt = 0;
        LK_TRY(find_quick(in, quick, known, &attempt, error));
        if (attempt.level > 0) LK_TRY(put_attempt(in, &attempt, error));
    }
    return LEADKPI_OK;
}

/* Asks the host once in so many items: leads may have any number. */
static leadkpi_status ask(const lk_results *r, size_t items, size_t *since, leadkpi_error *error)
{
    *since += items + 1;
    if (*since <= LK_INTERRUPT_ROWS) return LEADKPI_OK;
    *since = 0;
    return lk_interrupted(&r->memory, error);
}

static leadkpi_status walk_items(intake *in, lk_journeys *j, bool times_wanted,
                                 leadkpi_error *error)
{
    lk_results *r = in->results;
    lk_attempt_scratch scratch;
    lk_values_scratch by_value = {0};
    LK_TRY(lk_journeys_make_room_together(j, &r->memory, error));
    lk_attempt_search search = {j->rule, j->items, 0, times_wanted, &r->memory, &scratch, scratch.barriers};
    lk_attempt_scratch_open(j->rule, &scratch);
    leadkpi_status status = LEADKPI_OK;
    size_t since = LK_INTERRUPT_ROWS;
    for (in->lead = 0; in->lead < j->lead_count && status == LEADKPI_OK; in->lead++) {
        uint32_t start = lk_journeys_start(j, in->lead), end = j->ends[in->lead];
        status = ask(r, end - start, &since, error);
        if (status != LEADKPI_OK) break;
        in->attempt = 0;
        if (j->rule->same_value) {
            status = lk_values_find(&search, j, in->lead, r->as_of, r->funnel->days, &by_value, put_attempt, in,
                                    error);
            continue;
        }
        status = lk_journeys_gather_together(j, start, end, r->as_of, &r->memory, &search.count, error);
        if (status == LEADKPI_OK)
            status = lk_funnel_set_until(j->rule, r->funnel->days, j->items, search.count, &r->memory, error);
        if (status == LEADKPI_OK) status = lk_attempts_find(&search, put_attempt, in, error);
    }
    lk_values_scratch_free(&by_value, &r->memory);
    lk_attempt_scratch_free(&scratch, &r->memory);
    return status;
}

/* What another report takes for the attempt of each lead. */
static leadkpi_status walk_look(intake *in, leadkpi_error *error)
{
    const lk_journeys *j = in->journeys;
    lk_results *r = in->results;
    for (in->lead = 0; in->lead < j->lead_count; in->lead++) {
        lk_attempt attempt = {.until = INT64_MAX, .done = 1};
        if (in->lead % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&r->memory, error));
        in->attempt = 0;
        LK_TRY(r->look(r->context, j, in->lead, r->as_of, &attempt, error));
        if (attempt.level > 0) LK_TRY(put_attempt(in, &attempt, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status walk_standings(intake *in, leadkpi_error *error)
{
    lk_attempt attempt = {.entry = LK_MAP_NONE};
    const lk_journeys *j = in->journeys;
    lk_standing_rule rule = lk_standing_rule_of(j->rule);
    for (in->lead = 0; in->lead < j->lead_count; in->lead++) {
        if (in->lead % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&in->results->memory, error));
        lk_standing_best best = lk_standing_find(&rule, lk_standing(&j->store->standings, j->rule, in->lead));
        attempt.level = (int32_t)best.level;
        attempt.start = best.level ? lk_standing_time_back(best.start) : 0;
        attempt.done = lk_attempt_steps(attempt.level);
        attempt.until = lk_funnel_deadline(attempt.start, j->rule->window);
        in->attempt = 0;
        if (attempt.level > 0) LK_TRY(put_attempt(in, &attempt, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status walk_closed(intake *in, lk_journeys *j, leadkpi_error *error)
{
    lk_memory *memory = &in->results->memory;
    lk_attempt attempt;
    lk_walk walk;
    size_t done = 0;
    LK_TRY(lk_journeys_make_room(j, memory, error));
    for (in->lead = 0; in->lead < j->lead_count; in->lead++) {
        LK_TRY(lk_interrupted_after(memory, 1, &done, error));
        LK_TRY(lk_walk_lead(&walk, j, in->lead, in->results->as_of, memory, &done, error));
        attempt.level = walk.level;
        attempt.entry = walk.entry;
        attempt.start = walk.level ? lk_standing_time_back(walk.start) : 0;
        attempt.done = lk_attempt_steps(attempt.level);
        attempt.until = lk_funnel_deadline(attempt.start, j->rule->window);
        in->attempt = 0;
        if (attempt.level > 0) LK_TRY(put_attempt(in, &attempt, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status walk(lk_results *r, lk_journeys *j, lk_segments *segments, leadkpi_error *error)
{
    lk_quick quick;
    bool times_wanted = r->times.steps || r->ways || r->breakdown == LK_BREAKDOWN_STEP;
    intake in = {.results = r, .journeys = j, .segments = segments};
    if (r->look) return walk_look(&in, error);
    if (j->store->closed.range_count) return walk_closed(&in, j, error);
    if (j->rule->input == LK_INPUT_TIME) return walk_standings(&in, error);
    LK_TRY(lk_quick_open(j, &r->memory, &quick, error));
    leadkpi_status status =
        quick.places ? walk_quick(&in, &quick, error) : walk_items(&in, j, times_wanted, error);
    lk_quick_close(&quick, &r->memory);
    return status;
}

static leadkpi_status walk_all(lk_results *r, lk_journeys *j, leadkpi_error *error)
{
    lk_segments segments;
    LK_TRY(lk_segments_open(r, j, &r->memory, &segments, error));
    leadkpi_status status = walk(r, j, &segments, error);
    lk_segments_close(&segments);
    lk_result_times_write(&r->times, r->count);
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
    return store->latest > latest ? store->latest : latest;
}

static leadkpi_status find(lk_results *r, leadkpi_error *error)
{
    lk_journeys j;
    if (lk_tally_is_known(r)) return lk_tally_known(r, error);
    for (size_t i = 0; r->ways && i < r->way_count; i++)
        lk_waits_open(&r->ways[i].waits, &r->memory, r->funnel->rule.window);
    LK_TRY(lk_journeys_open(r->funnel, &r->memory, &j, error));
    r->store = j.store;
    leadkpi_status status = walk_all(r, &j, error);
    r->segment_rank = j.segment_rank; /* taken over */
    r->segment_rank_count = j.store->segments.count + 1;
    j.segment_rank = NULL;
    lk_journeys_close(&j, &r->memory);
    return status;
}

static leadkpi_status check(const lk_results *r, leadkpi_error *error)
{
    const lk_funnel_rule *rule = &r->funnel->rule;
    bool ends = rule->window != INT64_MAX || rule->window_days || rule->session != INT64_MAX;
    LK_FAIL_IF(r->mature_only && !ends, error, LEADKPI_CONTRADICTION,
               "mature: expected a rule with a window; without one no lead is ever done");
    LK_FAIL_IF(r->breakdown == LK_BREAKDOWN_STEP && rule->compat != LK_COMPAT_NONE, error,
               LEADKPI_CONTRADICTION,
               "breakdown=step: windowFunnel does not say which event filled a step");
    bool summarised = rule->input == LK_INPUT_TIME ||
                      (r->funnel->store && r->funnel->store->closed.range_count);
    LK_FAIL_IF(r->breakdown == LK_BREAKDOWN_STEP && r->look, error, LEADKPI_CONTRADICTION,
               "breakdown=step: this report has no attempts of which a step could say the segment");
    LK_FAIL_IF(r->look && summarised, error, LEADKPI_CONTRADICTION,
               "input=time, or a closed range: no event is kept that this report could look at");
    LK_FAIL_IF(r->mature_only && r->look, error, LEADKPI_CONTRADICTION,
               "mature: this report has no attempts whose window could be over");
    LK_FAIL_IF(r->breakdown == LK_BREAKDOWN_STEP && summarised, error, LEADKPI_CONTRADICTION,
               "breakdown=step: with input=time or a closed range it is not kept which event filled a "
               "step");
    LK_FAIL_IF(r->breakdown_step && r->breakdown != LK_BREAKDOWN_STEP, error, LEADKPI_CONTRADICTION,
               "breakdown_step: expected breakdown=step with it");
    LK_FAIL_IF(r->breakdown_step > rule->step_count, error, LEADKPI_BAD_ARGUMENT,
               "breakdown_step: expected at most %d, the number of steps, found %d",
               (int)rule->step_count, (int)r->breakdown_step);
    return LEADKPI_OK;
}

/* In a period of entry, where one is told. */
static leadkpi_status read_period(lk_results *r, const leadkpi_options *options, leadkpi_error *error)
{
    lk_time_range in;
    LK_TRY(lk_options_time_range(options, &lk_funnel_report_schema, LK_FUNNEL_REPORT_FROM, LK_FUNNEL_REPORT_TO, &in,
                                 error));
    r->from = in.from;
    r->to = in.to;
    return LEADKPI_OK;
}

/* Is there the one group of all? */
static bool is_on_the_whole(const lk_results *r, const leadkpi_options *options)
{
    lk_text grain = lk_options_get_text(options, &lk_funnel_report_schema,
                                        LK_FUNNEL_REPORT_CALENDAR + LK_CALENDAR_GRAIN);
    return !r->by_segment && lk_text_equal(grain, LK_LITERAL("all"));
}

/* Does a count by step say all that is asked? Not where a lead counts by the steps that it did, or by its
 * attempts. */
static bool tally_will_do(const lk_funnel_rule *rule)
{
    return rule->order != LK_ORDER_OPEN && !rule->optional && !lk_funnel_counts_attempts(rule);
}

leadkpi_status lk_results_find(const leadkpi_funnel *funnel, const leadkpi_options *options,
                               uint64_t timed_steps, lk_results *results, leadkpi_error *error)
{
    const lk_schema *schema = &lk_funnel_report_schema;
    results->funnel = funnel;
    results->times.steps = timed_steps;
    results->memory = lk_memory_like(&funnel->memory);
    results->confidence = lk_options_double(options, schema, LK_FUNNEL_REPORT_LEVEL);
    results->by_segment = lk_options_choice(options, schema, LK_FUNNEL_REPORT_BY) == LK_BY_SEGMENT;
    results->mature_only = lk_options_bool(options, schema, LK_FUNNEL_REPORT_MATURE);
    results->breakdown = lk_options_choice(options, schema, LK_FUNNEL_REPORT_BREAKDOWN);
    results->breakdown_step =
        (int32_t)lk_options_int64(options, schema, LK_FUNNEL_REPORT_BREAKDOWN_STEP);
    LK_TRY(check(results, error));
    LK_TRY(read_period(results, options, error));
    bool is_of_all = results->from == INT64_MIN && results->to == INT64_MAX;
    bool on_the_whole = is_on_the_whole(results, options);
    if (!on_the_whole || !is_of_all || !tally_will_do(&funnel->rule)) results->tally = NULL; /* starts are needed */
    if (!on_the_whole) results->ways = NULL;
    if (results->ways) results->times.steps = 0; /* no result is kept */
    results->as_of = LK_FUNNEL_TIME_MIN;
    if (lk_options_has_value(options, schema, LK_FUNNEL_REPORT_AS_OF))
        results->as_of = lk_options_int64(options, schema, LK_FUNNEL_REPORT_AS_OF);
    else if (funnel->store)
        results->as_of = latest_time(funnel->store);
    LK_FAIL_IF(funnel->store && results->as_of < latest_summarised(funnel->store), error,
               LEADKPI_CONTRADICTION,
               "as_of: expected none before the latest event that is not kept as such any more "
               "(input=time, or a closed range)");
    leadkpi_status status = find(results, error);
    if (status != LEADKPI_OK) lk_results_free(results);
    return status;
}

void lk_results_free(lk_results *r)
{
    for (size_t i = 0; r->ways && i < r->way_count; i++) lk_waits_close(&r->ways[i].waits);
    lk_release(&r->memory, r->items, r->capacity, sizeof *r->items);
    lk_result_times_free(&r->times, &r->memory);
    lk_release(&r->memory, r->lists, r->list_capacity, sizeof *r->lists);
    lk_release(&r->memory, r->segment_rank, r->segment_rank_count, sizeof *r->segment_rank);
    r->items = NULL;
    r->segment_rank = NULL;
    r->lists = NULL;
    r->count = r->capacity = r->list_count = r->list_capacity = 0;
    r->place_count = 0;
}

