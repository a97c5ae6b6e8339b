#include "cohorts/view.h"

#include "base/nearest.h"
#include "base/sort.h"

static lk_text dimension_of(const lk_view *v, size_t i)
{
    return lk_options_list_item(v->options, v->schema, v->first + LK_VIEW_BY, i);
}

static lk_text tuple_text(const lk_view *v, uint32_t number)
{
    if (!number) return (lk_text){"", 0};
    return lk_map_text_key(&v->cohorts->store->tuples, number - 1);
}

/* ---- dimensions ------------------------------------------------------------------ */

/* A dimension that no acquisition has is a slip of the pen, unless there is none at all. */
static leadkpi_status check_dimension(const lk_view *v, lk_text wanted, leadkpi_error *error)
{
    const lk_cohorts_store *store = v->cohorts->store;
    lk_nearest nearest;
    lk_nearest_begin(&nearest, wanted);
    if (!store || store->tuples.count == 0) return LEADKPI_OK;
    for (uint32_t i = 0; i < store->tuples.count; i++) {
        lk_text name, value, tuple = lk_map_text_key(&store->tuples, i);
        while (lk_tuple_next(&tuple, &name, &value)) {
            if (lk_text_equal(name, wanted)) return LEADKPI_OK;
            lk_nearest_consider(&nearest, name);
        }
    }
    return lk_nearest_fail(&nearest, "dimension", error);
}

/* Null goes before every text. */
static int compare_cells(lk_text a, lk_text b)
{
    if (!a.data || !b.data) return (a.data != NULL) - (b.data != NULL);
    return lk_text_compare(a, b);
}

static int compare_tuples(const lk_view *v, uint32_t a, uint32_t b)
{
    for (size_t i = 0; i < v->dimension_count; i++) {
        lk_text name = dimension_of(v, i);
        int order = compare_cells(lk_tuple_find(tuple_text(v, a), name),
                                  lk_tuple_find(tuple_text(v, b), name));
        if (order) return order;
    }
    return 0;
}

static int compare_numbers(const void *context, uint32_t a, uint32_t b)
{
    return compare_tuples(context, a, b);
}

/* The segment of every tuple that some acquired customer has, by sorting those tuples: the first of
 * each run of equal ones stands for the segment. Number 0 is no tuple at all. */
static leadkpi_status rank_segments(lk_view *v, uint32_t *used, uint32_t used_count,
                                    uint32_t *segment_of, leadkpi_error *error)
{
    LK_TRY(lk_sort_indexes(&v->memory, used, used_count, compare_numbers, v, error));
    LK_TRY(lk_allocate(&v->memory, used_count, sizeof *v->segment_tuples, &v->segment_tuples, error));
    v->segment_count = used_count; /* as large as it was allocated, until the end */
    uint32_t count = 0;
    for (uint32_t i = 0; i < used_count; i++) {
        if (i == 0 || compare_tuples(v, used[i - 1], used[i]) != 0) v->segment_tuples[count++] = used[i];
        segment_of[used[i]] = count - 1;
    }
    LK_TRY(lk_resize(&v->memory, &v->segment_tuples, used_count, count, sizeof *v->segment_tuples,
                     error));
    v->segment_count = count;
    return LEADKPI_OK;
}

/* segments[] holds the numbers of tuples before, segments after. */
static leadkpi_status find_segments_with(lk_view *v, uint32_t *used, uint32_t *segment_of,
                                         uint32_t number_count, leadkpi_error *error)
{
    uint32_t used_count = 0;
    for (uint32_t i = 0; i < number_count; i++) segment_of[i] = LK_MAP_NONE;
    for (uint32_t i = 0; i < v->timeline.customer_count; i++) {
        if (v->acquired[i] == LK_NOT_ACQUIRED) continue;
        uint32_t number = v->dimension_count ? v->segments[i] : 0;
        if (segment_of[number] == LK_MAP_NONE) used[used_count++] = number;
        segment_of[number] = 0;
    }
    LK_TRY(rank_segments(v, used, used_count, segment_of, error));
    for (uint32_t i = 0; i < v->timeline.customer_count; i++)
        v->segments[i] = v->acquired[i] == LK_NOT_ACQUIRED
                             ? 0
                             : segment_of[v->dimension_count ? v->segments[i] : 0];
    return LEADKPI_OK;
}

static leadkpi_status find_segments(lk_view *v, leadkpi_error *error)
{
    uint32_t *used = NULL, *segment_of = NULL, number_count = v->cohorts->store->tuples.count + 1;
    leadkpi_status status = lk_allocate(&v->memory, number_count, sizeof *used, &used, error);
    if (status == LEADKPI_OK)
        status = lk_allocate(&v->memory, number_count, sizeof *segment_of, &segment_of, error);
    if (status == LEADKPI_OK) status = find_segments_with(v, used, segment_of, number_count, error);
    lk_release(&v->memory, used, number_count, sizeof *used);
    lk_release(&v->memory, segment_of, number_count, sizeof *segment_of);
    return status;
}

/* ---- customers ------------------------------------------------------------------- */

lk_events_of lk_view_events(const lk_view *v, uint32_t customer)
{
    uint32_t start = lk_timeline_start(&v->timeline, customer), end = v->timeline.ends[customer];
    const lk_cohorts_event *events = v->timeline.events;
    while (end > start && events[end - 1].time > v->as_of) end--;
    return (lk_events_of){events + start, end - start};
}

leadkpi_status lk_view_visit(lk_view *v, lk_customer_visit visit, void *context, leadkpi_error *error)
{
    uint32_t count = v->timeline.customer_count, *order = NULL;
    if (count == 0) return LEADKPI_OK;
    LK_TRY(lk_allocate(&v->memory, count, sizeof *order, &order, error));
    leadkpi_status status = lk_lead_ids_sort(&v->cohorts->store->ids, &v->memory, order, error);
    for (uint32_t i = 0; i < count && status == LEADKPI_OK; i++) {
        if (i % LK_INTERRUPT_ROWS == 0) status = lk_interrupted(&v->memory, error);
        if (status == LEADKPI_OK && v->acquired[order[i]] != LK_NOT_ACQUIRED) visit(context, order[i]);
    }
    lk_release(&v->memory, order, count, sizeof *order);
    return status;
}

/* Whether an acquisition row goes before the one that a customer has: by time and then by content. */
static bool goes_before(const lk_view *v, const lk_cohorts_event *event)
{
    int64_t known = v->acquired[event->customer];
    if (known == LK_NOT_ACQUIRED || event->time != known) return event->time < known;
    const uint32_t *rank = v->timeline.tuple_rank;
    return rank[lk_cohorts_text(event)] < rank[v->segments[event->customer]];
}

#define AHEAD 32

/* The first acquisition row of each customer, and its first row of any kind where `firsts` asks for it;
 * from rows in no order. Cost: 24 bytes a row read in order, and one place of its customer, asked for
 * ahead. */
static leadkpi_status find_acquisitions(lk_view *v, int64_t *firsts, leadkpi_error *error)
{
    const lk_cohorts_store *store = v->cohorts->store;
    for (size_t i = 0; i < store->event_count; i++) {
        const lk_cohorts_event *event = &store->events[i];
        if (i % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&v->memory, error));
        if (firsts) {
            if (i + AHEAD < store->event_count) LK_PREFETCH(&firsts[event[AHEAD].customer]);
            if (event->time < firsts[event->customer]) firsts[event->customer] = event->time;
        }
        if (event->kind != LK_COHORTS_ACQUIRED || event->time > v->as_of || !goes_before(v, event)) continue;
        v->acquired[event->customer] = event->time;
        v->segments[event->customer] = lk_cohorts_text(event);
    }
    return LEADKPI_OK;
}

/* Who has no acquisition row was acquired with its first row of any kind. */
static leadkpi_status acquire_by_first_event(lk_view *v, leadkpi_error *error)
{
    int64_t *firsts;
    uint32_t count = v->timeline.customer_count;
    LK_TRY(lk_allocate(&v->memory, count, sizeof *firsts, &firsts, error));
    for (uint32_t i = 0; i < count; i++) firsts[i] = LK_NOT_ACQUIRED;
    leadkpi_status status = find_acquisitions(v, firsts, error);
    for (uint32_t i = 0; i < count; i++)
        if (v->acquired[i] == LK_NOT_ACQUIRED && firsts[i] <= v->as_of) v->acquired[i] = firsts[i];
    lk_release(&v->memory, firsts, count, sizeof *firsts);
    return status;
}

static leadkpi_status open_view(lk_view *v, leadkpi_error *error)
{
    LK_FAIL_IF(!lk_options_has_value(v->options, v->schema, v->first + LK_VIEW_AS_OF), error,
               LEADKPI_BAD_ARGUMENT,
               "as_of: expected the time up to which the rows are known, found none");
    v->as_of = lk_options_int64(v->options, v->schema, v->first + LK_VIEW_AS_OF);
    v->level = lk_options_double(v->options, v->schema, v->first + LK_VIEW_LEVEL);
    v->dimension_count = lk_options_list_count(v->options, v->schema, v->first + LK_VIEW_BY);
    for (size_t i = 0; i < v->dimension_count; i++)
        LK_TRY(check_dimension(v, dimension_of(v, i), error));
    LK_TRY(lk_timeline_open(v->cohorts, &v->memory, &v->timeline, error));
    uint32_t count = v->timeline.customer_count;
    if (count == 0) return LEADKPI_OK;
    LK_TRY(lk_allocate(&v->memory, count, sizeof *v->acquired, &v->acquired, error));
    LK_TRY(lk_allocate(&v->memory, count, sizeof *v->segments, &v->segments, error));
    memset(v->segments, 0, count * sizeof *v->segments);
    for (uint32_t i = 0; i < count; i++) v->acquired[i] = LK_NOT_ACQUIRED;
    if (lk_options_choice(v->options, v->schema, v->first + LK_VIEW_ACQUIRED) == 1)
        LK_TRY(acquire_by_first_event(v, error));
    else
        LK_TRY(find_acquisitions(v, NULL, error));
    return find_segments(v, error);
}

leadkpi_status lk_view_open(const leadkpi_cohorts *cohorts, const leadkpi_options *options,
                            const lk_schema *schema, int first, lk_view *view, leadkpi_error *error)
{
    memset(view, 0, sizeof *view);
    LK_TRY(lk_options_check(options, schema, error));
    view->memory = lk_memory_like(&cohorts->memory);
    view->cohorts = cohorts;
    view->options = options;
    view->schema = schema;
    view->first = first;
    leadkpi_status status = open_view(view, error);
    if (status != LEADKPI_OK) lk_view_close(view);
    return status;
}

void lk_view_close(lk_view *v)
{
    uint32_t count = v->timeline.customer_count;
    lk_release(&v->memory, v->acquired, count, sizeof *v->acquired);
    lk_release(&v->memory, v->segments, count, sizeof *v->segments);
    lk_release(&v->memory, v->segment_tuples, v->segment_count, sizeof *v->segment_tuples);
    lk_timeline_close(&v->timeline, &v->memory);
}

/* A table refuses a name that it has: here a dimension with that of a column of the report. */
static leadkpi_status explain(const leadkpi_table *table, leadkpi_status status, leadkpi_error *error)
{
    if (status != LEADKPI_BAD_ARGUMENT || !error || error->column < 0 ||
        error->column >= leadkpi_table_column_count(table))
        return status;
    lk_text name = lk_table_column(table, error->column)->name;
    leadkpi_error_reset(error);
    return lk_fail(error, status,
                   "by: expected dimensions of other names than the columns of the report have, each once, "
                   "found \"%.*s\"; rename that column of the acquisitions",
                   LK_TEXT_ARGS(name));
}

static leadkpi_status report(const leadkpi_cohorts *cohorts, const leadkpi_options *options,
                             const lk_schema *schema, int first, bool in_order, lk_cohorts_fill fill,
                             void *context, leadkpi_table **out, leadkpi_error *error)
{
    lk_view view;
    leadkpi_table *table = NULL;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(cohorts, error);
    LK_TRY(lk_view_open(cohorts, options, schema, first, &view, error));
    leadkpi_status status = in_order ? lk_timeline_sort(&view.timeline, &view.memory, error) : LEADKPI_OK;
    if (status == LEADKPI_OK) status = lk_table_new(&cohorts->memory, &table, error);
    if (status == LEADKPI_OK) {
        status = explain(table, fill(&view, context, table, error), error);
        if (status == LEADKPI_OK) *out = table;
        else leadkpi_table_free(table);
    }
    lk_view_close(&view);
    return status;
}

leadkpi_status lk_cohorts_report(const leadkpi_cohorts *cohorts, const leadkpi_options *options,
                                 const lk_schema *schema, int first, lk_cohorts_fill fill,
                                 void *context, leadkpi_table **out, leadkpi_error *error)
{
    return report(cohorts, options, schema, first, true, fill, context, out, error);
}

leadkpi_status lk_cohorts_report_in_no_order(const leadkpi_cohorts *cohorts,
                                             const leadkpi_options *options, const lk_schema *schema,
                                             int first, lk_cohorts_fill fill, void *context,
                                             leadkpi_table **out, leadkpi_error *error)
{
    return report(cohorts, options, schema, first, false, fill, context, out, error);
}
