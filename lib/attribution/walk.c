#include "attribution/fold.h"

#include "attribution/unit_events.h"

/* A cycle: what the conversion before of the same type took, in this unit. */
typedef struct cycle {
    uint32_t unit; /* 1 + the unit that it is of; 0: none */
    uint32_t start, end;
} cycle;

typedef struct walk {
    const leadkpi_attribution *attribution;
    const lk_attribution_store *store;
    const lk_walk_filter *filter;
    lk_memory *memory;
    lk_journey_visit visit;
    void *context;
    lk_walk_counts *counts;
    lk_unit_events events;
    uint32_t *channels;  /* by kind */
    int64_t *lookbacks;  /* by text, as a type; one more for nulls */
    cycle *cycles;       /* the same */
    uint32_t *seen;      /* by text: the last journey that had it as a channel */
    uint32_t stamp;
    uint32_t capacity; /* touches of a unit or path */
    int64_t *times;
    uint32_t *kinds;
    uint8_t *used;
    int64_t *work_times; /* after transforms */
    uint32_t *work_kinds;
    uint32_t *unit_order, *path_order; /* by group */
    uint32_t *unit_ends, *path_ends;   /* of each group */
    lk_transform transforms[LK_TRANSFORMS_MAX];
    uint16_t *named; /* by text, bit i: transform i names it as its channel */
} walk;

/* ---- opening ------------------------------------------------------------------------ */

static uint32_t unit_count(const walk *w)
{
    return lk_lead_ids_count(&w->store->ids);
}

static leadkpi_status open_events(walk *w, leadkpi_error *error)
{
    LK_TRY(lk_unit_events_open(&w->events, w->attribution, w->memory, error));
    w->capacity = w->events.touch_rows.longest;
    for (uint32_t path = 0; path < w->store->paths.count; path++) {
        uint32_t count;
        (void)lk_path_words(w->store, path, &count);
        if (count > w->capacity) w->capacity = count;
    }
    return LEADKPI_OK;
}

static leadkpi_status open_scratch(walk *w, leadkpi_error *error)
{
    lk_memory *m = w->memory;
    size_t n = w->capacity, texts = (size_t)w->store->texts.count + 1;
    LK_TRY(lk_allocate(m, n, sizeof *w->times, &w->times, error));
    LK_TRY(lk_allocate(m, n, sizeof *w->kinds, &w->kinds, error));
    LK_TRY(lk_allocate(m, n, 1, &w->used, error));
    LK_TRY(lk_allocate(m, n, sizeof *w->work_times, &w->work_times, error));
    LK_TRY(lk_allocate(m, n, sizeof *w->work_kinds, &w->work_kinds, error));
    LK_TRY(lk_allocate(m, w->store->kinds.count, sizeof *w->channels, &w->channels, error));
    LK_TRY(lk_allocate(m, texts, sizeof *w->lookbacks, &w->lookbacks, error));
    LK_TRY(lk_allocate(m, texts, sizeof *w->cycles, &w->cycles, error));
    LK_TRY(lk_allocate(m, texts, sizeof *w->seen, &w->seen, error));
    LK_TRY(lk_allocate(m, texts, sizeof *w->named, &w->named, error));
    memset(w->named, 0, texts * sizeof *w->named);
    memset(w->cycles, 0, texts * sizeof *w->cycles);
    memset(w->seen, 0, texts * sizeof *w->seen);
    return LEADKPI_OK;
}

static void open_rules(walk *w)
{
    const leadkpi_attribution *a = w->attribution;
    const lk_attribution_store *s = w->store;
    for (uint32_t kind = 0; kind < s->kinds.count; kind++) w->channels[kind] = lk_kind_text(s, kind, 0);
    for (uint32_t text = 0; text < s->texts.count; text++)
        w->lookbacks[text] =
            lk_attribution_lookback(a->definition, &a->rule, lk_map_text_key(&s->texts, text));
    w->lookbacks[s->texts.count] = a->rule.lookback;
    for (int32_t i = 0; i < a->rule.transform_count; i++) {
        w->transforms[i] = lk_attribution_transform(a->definition, i);
        if (w->transforms[i].kind < LK_TRANSFORM_DROP) continue;
        for (uint32_t text = 0; text < s->texts.count; text++)
            if (lk_attribution_names(s, text, w->transforms[i].channel))
                w->named[text] |= (uint16_t)(1u << i);
    }
}

static uint32_t path_group(const walk *w, uint32_t path)
{
    uint32_t words;
    return lk_path_word(lk_path_words(w->store, path, &words), 0) & (w->filter->groups - 1);
}

static uint32_t unit_group(const walk *w, uint32_t unit)
{
    if (w->filter->groups == 1) return 0;
    return lk_attribution_unit_group(&w->store->ids, unit, w->filter->groups);
}

/* order: items of group 0, then of group 1 ...; ends: of each. Counting sort: stable. */
static leadkpi_status order_by_group(walk *w, uint32_t count, bool are_paths, uint32_t **order,
                                     uint32_t **ends, leadkpi_error *error)
{
    uint32_t groups = w->filter->groups, *group_of, total = 0;
    LK_TRY(lk_allocate(w->memory, count, sizeof **order, order, error));
    LK_TRY(lk_allocate(w->memory, groups, sizeof **ends, ends, error));
    LK_TRY(lk_allocate(w->memory, count, sizeof *group_of, &group_of, error));
    memset(*ends, 0, groups * sizeof **ends);
    for (uint32_t i = 0; i < count; i++) {
        group_of[i] = are_paths ? path_group(w, i) : unit_group(w, i);
        (*ends)[group_of[i]]++;
    }
    for (uint32_t group = 0; group < groups; group++) (*ends)[group] = total += (*ends)[group];
    for (uint32_t i = count; i-- > 0;) (*order)[--(*ends)[group_of[i]]] = i;
    for (uint32_t group = 0; group + 1 < groups; group++) (*ends)[group] = (*ends)[group + 1];
    (*ends)[groups - 1] = count;
    lk_release(w->memory, group_of, count, sizeof *group_of);
    return LEADKPI_OK;
}

static leadkpi_status open_walk(walk *w, leadkpi_error *error)
{
    LK_TRY(open_events(w, error));
    LK_TRY(open_scratch(w, error));
    open_rules(w);
    if (w->filter->as_stored) return LEADKPI_OK;
    LK_TRY(order_by_group(w, unit_count(w), false, &w->unit_order, &w->unit_ends, error));
    return order_by_group(w, w->store->paths.count, true, &w->path_order, &w->path_ends, error);
}

static void close_walk(walk *w)
{
    lk_memory *m = w->memory;
    const lk_attribution_store *s = w->store;
    size_t n = w->capacity, texts = (size_t)s->texts.count + 1;
    lk_release(m, w->times, n, sizeof *w->times);
    lk_release(m, w->kinds, n, sizeof *w->kinds);
    lk_release(m, w->used, n, 1);
    lk_release(m, w->work_times, n, sizeof *w->work_times);
    lk_release(m, w->work_kinds, n, sizeof *w->work_kinds);
    lk_release(m, w->channels, s->kinds.count, sizeof *w->channels);
    lk_release(m, w->lookbacks, texts, sizeof *w->lookbacks);
    lk_release(m, w->cycles, texts, sizeof *w->cycles);
    lk_release(m, w->seen, texts, sizeof *w->seen);
    lk_release(m, w->named, texts, sizeof *w->named);
    lk_release(m, w->unit_order, unit_count(w), sizeof *w->unit_order);
    lk_release(m, w->path_order, s->paths.count, sizeof *w->path_order);
    lk_release(m, w->unit_ends, w->filter->groups, sizeof *w->unit_ends);
    lk_release(m, w->path_ends, w->filter->groups, sizeof *w->path_ends);
    lk_unit_events_close(&w->events, m);
}

/* ---- transforms -------------------------------------------------------------------------- */

typedef struct route {
    uint32_t *kinds;
    int64_t *times; /* NULL: none */
    uint32_t count;
} route;

static void keep(route *p, uint32_t to, uint32_t from)
{
    p->kinds[to] = p->kinds[from];
    if (p->times) p->times[to] = p->times[from];
}

static void collapse(const walk *w, route *p)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < p->count; i++)
        if (kept == 0 || w->channels[p->kinds[i]] != w->channels[p->kinds[kept - 1]])
            keep(p, kept++, i);
    p->count = kept;
}

static void keep_first(walk *w, route *p)
{
    uint32_t kept = 0;
    if (++w->stamp == 0) { /* all stamps were given out: start again */
        memset(w->seen, 0, ((size_t)w->store->texts.count + 1) * sizeof *w->seen);
        w->stamp = 1;
    }
    for (uint32_t i = 0; i < p->count; i++) {
        uint32_t channel = w->channels[p->kinds[i]];
        if (w->seen[channel] == w->stamp) continue;
        w->seen[channel] = w->stamp;
        keep(p, kept++, i);
    }
    p->count = kept;
}

/* Is the touch of a channel that transform `index` names? */
static bool is_named(const walk *w, const route *p, uint32_t touch, int32_t index)
{
    return w->named[w->channels[p->kinds[touch]]] >> index & 1;
}

/* All touches of the channel, or those at the end alone; none where it would be all of them. */
static void drop(const walk *w, route *p, int32_t index, bool trailing)
{
    uint32_t kept = 0, last = p->count;
    while (last > 0 && is_named(w, p, last - 1, index)) last--;
    if (last == 0) return;
    if (trailing) {
        p->count = last;
        return;
    }
    for (uint32_t i = 0; i < p->count; i++)
        if (!is_named(w, p, i, index)) keep(p, kept++, i);
    p->count = kept;
}

/* A touch of the channel soon after another touch is that one again; so is the next one after it. */
static void carry(const walk *w, route *p, int32_t index, int64_t within)
{
    if (!p->times) return;
    for (uint32_t i = 1; i < p->count; i++)
        if (is_named(w, p, i, index) && p->times[i] - p->times[i - 1] <= within)
            p->kinds[i] = p->kinds[i - 1];
}

static void transform(walk *w, route *p)
{
    uint32_t before = p->count;
    for (int32_t i = 0; i < w->attribution->rule.transform_count; i++) {
        const lk_transform *t = &w->transforms[i];
        if (t->kind == LK_TRANSFORM_COLLAPSE) collapse(w, p);
        if (t->kind == LK_TRANSFORM_FIRST) keep_first(w, p);
        if (t->kind == LK_TRANSFORM_CARRY) carry(w, p, i, t->within);
        if (t->kind == LK_TRANSFORM_DROP || t->kind == LK_TRANSFORM_DROP_TRAILING)
            drop(w, p, i, t->kind == LK_TRANSFORM_DROP_TRAILING);
    }
    w->counts->transformed += before - p->count;
}

/* ---- journeys ------------------------------------------------------------------------------ */

static leadkpi_status hand_over(walk *w, lk_journey *journey, leadkpi_error *error)
{
    w->counts->journeys++;
    w->counts->journey_touches += journey->count;
    w->counts->converting += !lk_exact_sum_is_zero(&journey->sums[LK_PATH_CONVERSIONS]);
    w->counts->nulls += !lk_exact_sum_is_zero(&journey->sums[LK_PATH_NULLS]);
    return w->visit(w->context, journey, error);
}

/* Touches start to end - 1 of the unit: the latest touches_max of them, transformed. */
static leadkpi_status take(walk *w, lk_journey *journey, uint32_t start, uint32_t end,
                           leadkpi_error *error)
{
    for (uint32_t i = start; i < end; i++) w->used[i] = 1;
    if (end - start > w->attribution->rule.touches_max) {
        w->counts->dropped += end - start - w->attribution->rule.touches_max;
        start = end - w->attribution->rule.touches_max;
    }
    journey->kinds = w->kinds + start;
    journey->times = w->times + start;
    journey->count = end - start;
    if (w->attribution->rule.transform_count && journey->count) {
        route p = {w->work_kinds, w->work_times, journey->count};
        memcpy(p.kinds, journey->kinds, p.count * sizeof *p.kinds);
        memcpy(p.times, journey->times, p.count * sizeof *p.times);
        transform(w, &p);
        journey->kinds = p.kinds;
        journey->times = p.times;
        journey->count = p.count;
    }
    return hand_over(w, journey, error);
}

/* The first of `count` times that is above `time`. */
static uint32_t first_above(const int64_t *times, uint32_t count, int64_t time)
{
    uint32_t low = 0;
    while (low < count) {
        uint32_t middle = low + (count - low) / 2;
        if (times[middle] > time)
            count = middle;
        else
            low = middle + 1;
    }
    return low;
}

static bool is_asked_for(const walk *w, int64_t time, uint32_t type)
{
    if (time < w->filter->from || time >= w->filter->to) return false;
    return type == LK_TYPE_NULL || !w->filter->types || w->filter->types[type];
}

/* What a conversion or null at `time` may take of `count` touches. */
static void find_span(walk *w, uint32_t unit, uint32_t count, int64_t time, uint32_t type,
                      uint32_t *start, uint32_t *end)
{
    const lk_attribution_rule *rule = &w->attribution->rule;
    uint32_t place = type == LK_TYPE_NULL ? w->store->texts.count : type;
    cycle *before = &w->cycles[place];
    int64_t lookback = w->lookbacks[place];
    *end = first_above(w->times, count, rule->same_time == LK_SAME_TIME_COUNTS ? time : time - 1);
    *start = lookback == INT64_MAX || time < LK_ATTRIBUTION_TIME_MIN + lookback
                 ? 0
                 : first_above(w->times, *end, time - lookback);
    if (rule->repeat != LK_REPEAT_REUSE && before->unit == unit + 1) {
        uint32_t floor = before->end;
        if (rule->repeat == LK_REPEAT_UNTIL_NEWER && *end <= before->end) floor = before->start;
        if (floor > *start) *start = floor < *end ? floor : *end;
    }
    *before = (cycle){unit + 1, *start, *end};
}

/* Each outcome of a unit may take all of its touches. */
#define POLL_OUTCOMES 256u

static leadkpi_status visit_outcomes(walk *w, lk_journey *journey, uint32_t touch_count,
                                     uint32_t outcome_count, leadkpi_error *error)
{
    for (uint32_t i = 0; i < outcome_count; i++) {
        const lk_outcome *outcome = &w->events.outcomes[i];
        uint32_t start, end;
        if (i % POLL_OUTCOMES == POLL_OUTCOMES - 1) LK_TRY(lk_interrupted(w->memory, error));
        find_span(w, journey->unit, touch_count, outcome->time, outcome->type, &start, &end);
        if (!is_asked_for(w, outcome->time, outcome->type)) continue;
        bool is_null = outcome->type == LK_TYPE_NULL;
        journey->time = outcome->time;
        journey->type = outcome->type;
        journey->sums[LK_PATH_CONVERSIONS] =
            is_null ? LK_EXACT_SUM_ZERO : lk_amount_sum(outcome->weight);
        journey->sums[LK_PATH_VALUE] = lk_amount_sum(outcome->value);
        journey->sums[LK_PATH_NULLS] = is_null ? lk_amount_sum(outcome->weight) : LK_EXACT_SUM_ZERO;
        LK_TRY(take(w, journey, start, end, error));
    }
    return LEADKPI_OK;
}

/* One null journey of touches up to `end` - 1, as of the last of them. */
static leadkpi_status visit_null(walk *w, lk_journey *journey, uint32_t start, uint32_t end,
                                 leadkpi_error *error)
{
    int64_t time = w->times[end - 1], lookback = w->attribution->rule.lookback;
    if (!is_asked_for(w, time, LK_TYPE_NULL)) return LEADKPI_OK;
    if (lookback != INT64_MAX && time >= LK_ATTRIBUTION_TIME_MIN + lookback) {
        uint32_t first = first_above(w->times, end, time - lookback);
        if (first > start) start = first;
    }
    journey->time = time;
    journey->type = LK_TYPE_NULL;
    journey->sums[LK_PATH_CONVERSIONS] = journey->sums[LK_PATH_VALUE] = LK_EXACT_SUM_ZERO;
    journey->sums[LK_PATH_NULLS] = (lk_exact_sum){{0, 0, 1, 0}};
    return take(w, journey, start, end, error);
}

/* Is there a conversion from `first` to `last`, both with it? Asked of spans that rise and do not
 * overlap, so that `*next`, the first outcome not looked at yet, only moves on. */
static bool has_conversion(const walk *w, uint32_t outcome_count, int64_t first, int64_t last,
                           uint32_t *next)
{
    bool found = false;
    for (; *next < outcome_count && w->events.outcomes[*next].time <= last; (*next)++) {
        const lk_outcome *outcome = &w->events.outcomes[*next];
        found |= outcome->type != LK_TYPE_NULL && outcome->time >= first;
    }
    return found;
}

/* Runs of touches that are over and were not followed by a conversion. */
static leadkpi_status visit_inactive(walk *w, lk_journey *journey, uint32_t touch_count,
                                     uint32_t outcome_count, leadkpi_error *error)
{
    int64_t gap = w->attribution->rule.inactivity;
    uint32_t start = 0, next_outcome = 0;
    for (uint32_t end = 1; end <= touch_count; end++) {
        int64_t last = w->times[end - 1];
        int64_t next = end < touch_count ? w->times[end] : w->filter->as_of;
        if (gap >= LK_ATTRIBUTION_TIME_END - LK_ATTRIBUTION_TIME_MIN || next - last <= gap) continue;
        if (!has_conversion(w, outcome_count, w->times[start], last + gap, &next_outcome))
            LK_TRY(visit_null(w, journey, start, end, error));
        start = end;
    }
    return LEADKPI_OK;
}

static leadkpi_status visit_nulls(walk *w, lk_journey *journey, uint32_t touch_count,
                                  uint32_t outcome_count, leadkpi_error *error)
{
    int32_t nulls = w->attribution->rule.nulls;
    if (nulls == LK_NULLS_EXPLICIT || touch_count == 0) return LEADKPI_OK;
    if (nulls == LK_NULLS_INACTIVITY)
        return visit_inactive(w, journey, touch_count, outcome_count, error);
    return outcome_count ? LEADKPI_OK : visit_null(w, journey, 0, touch_count, error);
}

static leadkpi_status visit_unit(walk *w, uint32_t unit, uint32_t group, leadkpi_error *error)
{
    lk_unit_events *events = &w->events;
    LK_TRY(lk_unit_events_gather(events, w->memory, unit, w->filter->as_of, error));
    lk_journey journey = {.milestones = events->milestones,
                          .milestone_count = events->milestone_count,
                          .group = group,
                          .unit = unit};
    for (uint32_t i = 0; i < events->touch_count; i++) {
        w->times[i] = events->touches[i].time;
        w->kinds[i] = events->touches[i].kind;
        w->used[i] = 0;
    }
    LK_TRY(visit_outcomes(w, &journey, events->touch_count, events->outcome_count, error));
    LK_TRY(visit_nulls(w, &journey, events->touch_count, events->outcome_count, error));
    for (uint32_t i = 0; i < events->touch_count; i++) w->counts->unused_touches += !w->used[i];
    w->counts->units++;
    w->counts->touches += events->touch_count;
    for (uint32_t i = 0; i < events->outcome_count; i++)
        w->counts->conversions += events->outcomes[i].type != LK_TYPE_NULL;
    return LEADKPI_OK;
}

static leadkpi_status visit_path(walk *w, uint32_t index, uint32_t group, leadkpi_error *error)
{
    const lk_path_sums *sums = &w->store->path_sums[index];
    route p = {w->work_kinds, NULL, 0};
    const char *words = lk_path_words(w->store, index, &p.count);
    uint32_t most = w->attribution->rule.touches_max, skipped = p.count > most ? p.count - most : 0;
    lk_journey journey = {.group = group, .unit = LK_MAP_NONE, .type = LK_MAP_NONE};
    if (lk_path_is_empty(sums)) return LEADKPI_OK;
    w->counts->dropped += skipped;
    p.count -= skipped;
    for (uint32_t i = 0; i < p.count; i++) p.kinds[i] = lk_path_word(words, i + 1 + skipped);
    if (!(lk_path_word(words, 0) & LK_PATH_CLOSED)) transform(w, &p);
    journey.kinds = p.kinds;
    journey.count = p.count;
    memcpy(journey.sums, sums->sums, sizeof journey.sums);
    w->counts->paths++;
    return hand_over(w, &journey, error);
}

static leadkpi_status visit_as_stored(walk *w, leadkpi_error *error)
{
    for (uint32_t path = 0; path < w->store->paths.count; path++) {
        if (path % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(w->memory, error));
        LK_TRY(visit_path(w, path, path_group(w, path), error));
    }
    for (uint32_t unit = 0; unit < unit_count(w); unit++) {
        if (unit % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(w->memory, error));
        LK_TRY(visit_unit(w, unit, unit_group(w, unit), error));
    }
    return LEADKPI_OK;
}

static leadkpi_status visit_by_group(walk *w, leadkpi_error *error)
{
    uint32_t path = 0, unit = 0;
    for (uint32_t group = 0; group < w->filter->groups; group++) {
        for (; path < w->path_ends[group]; path++) {
            if (path % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(w->memory, error));
            LK_TRY(visit_path(w, w->path_order[path], group, error));
        }
        for (; unit < w->unit_ends[group]; unit++) {
            if (unit % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(w->memory, error));
            LK_TRY(visit_unit(w, w->unit_order[unit], group, error));
        }
    }
    return LEADKPI_OK;
}

leadkpi_status lk_walk(const leadkpi_attribution *attribution, const lk_walk_filter *filter,
                       lk_memory *memory, lk_journey_visit visit, void *context,
                       lk_walk_counts *counts, leadkpi_error *error)
{
    LK_TRY(lk_fold_refuse(attribution, "this needs", error));
    return lk_walk_slice(attribution, filter, memory, visit, context, counts, error);
}

leadkpi_status lk_walk_slice(const leadkpi_attribution *attribution, const lk_walk_filter *filter,
                             lk_memory *memory, lk_journey_visit visit, void *context,
                             lk_walk_counts *counts, leadkpi_error *error)
{
    memset(counts, 0, sizeof *counts);
    if (!attribution->store) return LEADKPI_OK;
    walk w = {.attribution = attribution, .store = attribution->store, .filter = filter,
              .memory = memory, .visit = visit, .context = context, .counts = counts};
    leadkpi_status status = open_walk(&w, error);
    if (status == LEADKPI_OK)
        status = filter->as_stored ? visit_as_stored(&w, error) : visit_by_group(&w, error);
    close_walk(&w);
    return status;
}
