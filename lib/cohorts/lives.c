#include "cohorts/lives.h"

#include "base/nearest.h"
#include "base/sort.h"
#include "cohorts/mrr.h"

/* ---- what ends a life ------------------------------------------------------------------ */

typedef struct ending {
    const lk_view *view;
    bool by_outcome;
    int64_t observed_from; /* INT64_MIN: always */
    uint8_t *wanted;       /* of each outcome */
} ending;

/* A name that was asked for and that nobody has is refused; of the default it is said, with code OK. */
static leadkpi_status miss(const ending *e, lk_text name, leadkpi_error *error)
{
    const lk_map_text *outcomes = &e->view->cohorts->store->outcomes;
    lk_nearest nearest;
    lk_text best;
    lk_nearest_begin(&nearest, name);
    for (uint32_t i = 0; i < outcomes->count; i++) lk_nearest_consider(&nearest, lk_map_text_key(outcomes, i));
    if (lk_options_is_set(e->view->options, e->view->schema, LK_LIVES_OUTCOMES))
        return lk_nearest_fail(&nearest, "outcome", error);
    bool is_near = lk_nearest_result(&nearest, &best);
    return lk_fail(error, LEADKPI_OK,
                   "outcomes: expected some called \"%.*s\", which count by default, found none%s%.*s%s; "
                   "set outcomes to those that are the event",
                   LK_TEXT_ARGS(name), is_near ? " (the nearest name is \"" : "", LK_TEXT_ARGS(best),
                   is_near ? "\")" : "");
}

static leadkpi_status want(ending *e, lk_text name, leadkpi_error *error)
{
    const lk_cohorts_store *store = e->view->cohorts->store;
    if (!store || store->outcomes.count == 0) return LEADKPI_OK;
    uint32_t index = lk_map_text_find(&store->outcomes, name);
    if (index == LK_MAP_NONE) return miss(e, name, error);
    e->wanted[index] = 1;
    return LEADKPI_OK;
}

static leadkpi_status want_all(ending *e, leadkpi_error *error)
{
    const lk_view *v = e->view;
    size_t count = lk_options_list_count(v->options, v->schema, LK_LIVES_OUTCOMES);
    if (count == 0 && e->wanted) /* all of them */
        memset(e->wanted, 1, v->cohorts->store->outcomes.count);
    for (size_t i = 0; i < count; i++)
        LK_TRY(want(e, lk_options_list_item(v->options, v->schema, LK_LIVES_OUTCOMES, i), error));
    return LEADKPI_OK;
}

/* The first fall of the mrr to 0 that is not before the acquisition. A subscription that began
 * before it is in force at it: who signed a day early can leave all the same. */
static bool find_churn(lk_events_of events, int64_t acquired, int64_t *time)
{
    lk_mrr_walk walk = {events, 0, 0};
    lk_mrr_change change;
    while (lk_mrr_next(&walk, &change)) {
        *time = change.time;
        if (lk_mrr_ends(&change) && *time >= acquired) return true;
    }
    return false;
}

static const lk_cohorts_event *find_outcome(lk_events_of events, int64_t acquired)
{
    for (uint32_t i = 0; i < events.count; i++) {
        const lk_cohorts_event *event = &events.items[i];
        if (event->kind == LK_COHORTS_OUTCOME && event->time >= acquired) return event;
    }
    return NULL;
}

/* The time and cause of the end; LK_LIFE_OPEN at as_of. */
static int64_t find_end(const ending *e, uint32_t customer, uint32_t *cause, bool *is_event)
{
    lk_events_of events = lk_view_events(e->view, customer);
    int64_t acquired = e->view->acquired[customer], time;
    *cause = LK_LIFE_OPEN;
    *is_event = false;
    if (e->by_outcome) {
        const lk_cohorts_event *outcome = find_outcome(events, acquired);
        if (!outcome) return e->view->as_of;
        *cause = lk_cohorts_text(outcome);
        *is_event = e->wanted[*cause - 1];
        return outcome->time;
    }
    if (!find_churn(events, acquired, &time)) return e->view->as_of;
    *cause = 1;
    *is_event = true;
    return time;
}

/* ---- order --------------------------------------------------------------------------------- */

static int compare_lives(const void *context, uint32_t a, uint32_t b)
{
    const lk_life *x = (const lk_life *)context + a, *y = (const lk_life *)context + b;
    if (x->segment != y->segment) return x->segment < y->segment ? -1 : 1;
    if (x->exit != y->exit) return x->exit < y->exit ? -1 : 1;
    if (x->is_event != y->is_event) return x->is_event > y->is_event ? -1 : 1;
    if (x->entry != y->entry) return x->entry < y->entry ? -1 : 1;
    return 0;
}

static leadkpi_status sort_lives(lk_lives *l, leadkpi_error *error)
{
    uint32_t *order = NULL;
    lk_life *sorted = NULL;
    leadkpi_status status = lk_allocate(l->memory, l->count, sizeof *order, &order, error);
    if (status == LEADKPI_OK) status = lk_allocate(l->memory, l->count, sizeof *sorted, &sorted, error);
    if (status == LEADKPI_OK) {
        for (uint32_t i = 0; i < l->count; i++) order[i] = i;
        status = lk_sort_indexes(l->memory, order, l->count, compare_lives, l->items, error);
    }
    if (status == LEADKPI_OK && l->count) {
        for (size_t i = 0; i < l->count; i++) sorted[i] = l->items[order[i]];
        memcpy(l->items, sorted, l->count * sizeof *sorted);
    }
    lk_release(l->memory, order, l->count, sizeof *order);
    lk_release(l->memory, sorted, l->count, sizeof *sorted);
    return status;
}

leadkpi_status lk_lives_merge_segments(lk_lives *l, leadkpi_error *error)
{
    for (size_t i = 0; i < l->count; i++) l->items[i].segment = 0;
    return sort_lives(l, error);
}

/* Where the lives of a segment and of those behind it begin. */
static size_t first_of(const lk_lives *l, uint32_t segment)
{
    size_t low = 0, high = l->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (l->items[middle].segment < segment) low = middle + 1;
        else high = middle;
    }
    return low;
}

lk_lives_run lk_lives_of(const lk_lives *l, uint32_t segment)
{
    if (segment == LK_MAP_NONE) return (lk_lives_run){l->items, l->count};
    size_t first = first_of(l, segment), last = first_of(l, segment + 1);
    return (lk_lives_run){l->items + first, last - first};
}

/* ---- the whole ------------------------------------------------------------------------------ */

static leadkpi_status take_customers(const ending *e, lk_lives *l, leadkpi_error *error)
{
    const lk_view *v = e->view;
    for (uint32_t i = 0; i < v->timeline.customer_count; i++) {
        uint32_t cause;
        bool is_event;
        if (i % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&v->memory, error));
        if (v->acquired[i] == LK_NOT_ACQUIRED) continue;
        int64_t end = find_end(e, i, &cause, &is_event), acquired = v->acquired[i];
        int64_t entry = e->observed_from > acquired ? e->observed_from - acquired : 0;
        if (entry > 0 && end - acquired <= entry) continue; /* was over when watching began */
        l->items[l->count++] = (lk_life){entry, end - acquired, i, v->segments[i], cause, is_event};
    }
    return LEADKPI_OK;
}

leadkpi_status lk_lives_find(lk_view *v, lk_lives *l, leadkpi_error *error)
{
    ending e = {v, lk_options_choice(v->options, v->schema, LK_LIVES_EVENT) == 1, INT64_MIN, NULL};
    uint32_t outcomes = v->cohorts->store ? v->cohorts->store->outcomes.count : 0;
    memset(l, 0, sizeof *l);
    l->memory = &v->memory;
    if (lk_options_has_value(v->options, v->schema, LK_LIVES_OBSERVED_FROM))
        e.observed_from = lk_options_int64(v->options, v->schema, LK_LIVES_OBSERVED_FROM);
    LK_TRY(lk_allocate(l->memory, v->timeline.customer_count, sizeof *l->items, &l->items, error));
    l->capacity = v->timeline.customer_count;
    LK_TRY(lk_allocate(l->memory, outcomes, 1, &e.wanted, error));
    if (outcomes) memset(e.wanted, 0, outcomes);
    leadkpi_status status = e.by_outcome ? want_all(&e, error) : LEADKPI_OK;
    if (status == LEADKPI_OK) status = take_customers(&e, l, error);
    lk_release(l->memory, e.wanted, outcomes, 1);
    return status == LEADKPI_OK ? sort_lives(l, error) : status;
}

void lk_lives_close(lk_lives *l)
{
    if (l->memory) lk_release(l->memory, l->items, l->capacity, sizeof *l->items);
}

/* ---- rows ----------------------------------------------------------------------------------- */

static void fill_rows(lk_lives_run run, const int64_t *entries, lk_life_row *rows, size_t *count)
{
    size_t entered = 0, left = 0;
    *count = 0;
    for (size_t i = 0, end; i < run.count; i = end) {
        lk_life_row *row = &rows[(*count)++];
        *row = (lk_life_row){.time = run.items[i].exit};
        /* At risk: who entered before the time (with it, at 0) and has not left. */
        while (entered < run.count && (entries[entered] < row->time || entries[entered] == 0)) entered++;
        row->at_risk = (int64_t)(entered - left);
        for (end = i; end < run.count && run.items[end].exit == row->time; end++) {
            const lk_life *life = &run.items[end];
            row->events += life->is_event;
            row->others += !life->is_event && life->cause != LK_LIFE_OPEN;
            row->censored += life->cause == LK_LIFE_OPEN;
        }
        left += end - i;
    }
}

leadkpi_status lk_lives_rows(lk_lives_run run, lk_memory *memory, lk_life_row **rows, size_t *count,
                             leadkpi_error *error)
{
    int64_t *entries = NULL;
    *rows = NULL;
    *count = 0;
    LK_TRY(lk_allocate(memory, run.count, sizeof **rows, rows, error));
    leadkpi_status status = lk_allocate(memory, run.count, sizeof *entries, &entries, error);
    if (status == LEADKPI_OK) {
        for (size_t i = 0; i < run.count; i++) entries[i] = run.items[i].entry;
        status = lk_sort_int64(memory, entries, NULL, run.count, error);
    }
    if (status == LEADKPI_OK) fill_rows(run, entries, *rows, count);
    lk_release(memory, entries, run.count, sizeof *entries);
    if (status != LEADKPI_OK) {
        lk_release(memory, *rows, run.count, sizeof **rows);
        *rows = NULL;
    }
    return status;
}
