/* report_sequences.c: which leads' events hold a pattern, and how often. */
#include "funnel/pattern.h"
#include "funnel/report.h"

/* What a lead's events hold. */
typedef struct found {
    int64_t matches;
    int64_t first_start, first_end;
} found;

typedef struct searching {
    lk_memory memory;
    lk_pattern pattern;
    found *leads; /* by lead */
    uint32_t lead_count;
    /* The events of one lead that match a step; room for the longest. */
    int64_t *times;
    uint64_t *conditions, *reached;
    size_t capacity;
} searching;

static void close_searching(searching *s)
{
    lk_release(&s->memory, s->leads, s->lead_count, sizeof *s->leads);
    lk_release(&s->memory, s->times, s->capacity, sizeof *s->times);
    lk_release(&s->memory, s->conditions, s->capacity, sizeof *s->conditions);
    lk_release(&s->memory, s->reached, s->capacity, sizeof *s->reached);
}

/* ---- one lead ------------------------------------------------------------------------ */

/* Room for the first lead that needs it is room for all. */
static leadkpi_status make_room(searching *s, const lk_journeys *j, leadkpi_error *error)
{
    if (s->times) return LEADKPI_OK;
    s->capacity = j->longest;
    LK_TRY(lk_allocate(&s->memory, s->capacity, sizeof *s->times, &s->times, error));
    LK_TRY(lk_allocate(&s->memory, s->capacity, sizeof *s->conditions, &s->conditions, error));
    return lk_allocate(&s->memory, s->capacity, sizeof *s->reached, &s->reached, error);
}

static leadkpi_status gather(searching *s, const lk_journeys *j, uint32_t lead, int64_t as_of, uint32_t *first,
                             lk_pattern_events *events, leadkpi_error *error)
{
    size_t count = 0;
    for (uint32_t i = lk_journeys_start(j, lead); i < j->ends[lead]; i++) {
        lk_journey_event event = lk_journeys_event(j, i);
        uint64_t steps = lk_funnel_code_steps(j->store, event.code);
        if (i % LK_INTERRUPT_ROWS == LK_INTERRUPT_ROWS - 1) LK_TRY(lk_interrupted(&s->memory, error));
        if (event.time > as_of) break;
        if (!steps) continue;
        if (count == 0) *first = i;
        s->times[count] = event.time;
        s->conditions[count++] = steps;
    }
    *events = (lk_pattern_events){&s->memory, s->times, s->conditions, s->reached, count};
    return LEADKPI_OK;
}

static leadkpi_status look(void *context, const lk_journeys *j, uint32_t lead, int64_t as_of,
                           lk_attempt *attempt, leadkpi_error *error)
{
    searching *s = context;
    size_t places[LK_PATTERN_PARTS_MAX], parts = (size_t)s->pattern.count;
    uint32_t first = LK_MAP_NONE;
    LK_TRY(make_room(s, j, error));
    lk_pattern_events events;
    LK_TRY(gather(s, j, lead, as_of, &first, &events, error));
    found *at = &s->leads[lead];
    attempt->level = events.count > 0;
    if (events.count == 0) return LEADKPI_OK;
    attempt->entry = first;
    attempt->start = events.times[0];
    size_t end;
    LK_TRY(lk_pattern_scan(&s->pattern, &events, 0, &end, error));
    if (parts && end < events.count) {
        lk_pattern_trace(&s->pattern, &events, end, places);
        at->first_start = events.times[places[0]];
        at->first_end = events.times[end];
    }
    if (!parts || end < events.count) return lk_pattern_count(&s->pattern, &events, &at->matches, error);
    return LEADKPI_OK;
}

/* ---- by group --------------------------------------------------------------------------- */

static leadkpi_status fill_groups(const lk_groups *g, const searching *s, leadkpi_table *table,
                                  leadkpi_error *error)
{
    static const char *const names[] = {"share", "share_low", "share_high"};
    int64_t *leads, *matched, *matches;
    double *share[3];
    LK_TRY(lk_groups_add_columns(g, 1, table, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("leads"), "leads", g->count, false, &leads, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("matched"), "leads", g->count, false, &matched, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("matches"), "", g->count, false, &matches, error));
    int32_t share_at = leadkpi_table_column_count(table);
    for (int i = 0; i < 3; i++)
        LK_TRY(lk_table_add_double(table, lk_text_of(names[i], LEADKPI_NUL_TERMINATED), "fraction",
                                   g->count, true, &share[i], error));
    for (uint32_t i = 0; i < g->count; i++) {
        for (uint32_t k = g->items[i].first; k < g->items[i].last; k++) {
            int64_t count = s->leads[lk_groups_result(g, k)->lead].matches;
            LK_TRY(lk_groups_interrupted(g, k, error));
            leads[i]++;
            matched[i] += count > 0;
            matches[i] += count;
        }
        LK_TRY(lk_groups_ask_at_rows(g, i, 1, error));
        LK_TRY(lk_put_rate(table, share, share_at, i, matched[i], leads[i], g->results->confidence, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status fill_by_group(lk_results *r, const leadkpi_options *options, leadkpi_table *table,
                                    leadkpi_error *error)
{
    lk_groups groups;
    LK_TRY(lk_groups_find(r, options, &groups, error));
    leadkpi_status status = fill_groups(&groups, r->context, table, error);
    lk_groups_free(&groups);
    return status;
}

/* ---- by lead ------------------------------------------------------------------------------ */

static leadkpi_status add_columns(const lk_results *r, const uint32_t *leads, uint32_t count,
                                  leadkpi_table *table, leadkpi_error *error)
{
    const searching *s = r->context;
    int64_t *matches, *start, *end;
    LK_TRY(lk_lead_ids_add_column(&r->store->ids, table, leads, count, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("matches"), "", count, false, &matches, error));
    LK_TRY(lk_table_add_timestamp(table, LK_LITERAL("first_start"), count, true, &start, error));
    LK_TRY(lk_table_add_timestamp(table, LK_LITERAL("first_end"), count, true, &end, error));
    int32_t last = leadkpi_table_column_count(table) - 1;
    for (uint32_t i = 0; i < count; i++) {
        const found *at = &s->leads[leads[i]];
        if (i % LK_INTERRUPT_ROWS == LK_INTERRUPT_ROWS - 1) LK_TRY(lk_interrupted(&r->memory, error));
        matches[i] = at->matches;
        start[i] = at->first_start;
        end[i] = at->first_end;
        if (at->matches && s->pattern.count) continue;
        lk_table_set_null(table, last - 1, i);
        lk_table_set_null(table, last, i);
    }
    return LEADKPI_OK;
}

static leadkpi_status fill_by_lead(lk_results *r, const leadkpi_options *options, leadkpi_table *table,
                                   leadkpi_error *error)
{
    uint32_t *leads, lead_count = lk_lead_ids_count(&r->store->ids), count = 0;
    uint8_t *counts;
    (void)options;
    LK_TRY(lk_allocate(&r->memory, lead_count, sizeof *leads, &leads, error));
    leadkpi_status status = lk_allocate(&r->memory, lead_count, 1, &counts, error);
    if (status == LEADKPI_OK) {
        status = lk_lead_ids_sort(&r->store->ids, &r->memory, leads, error);
        if (lead_count) memset(counts, 0, lead_count);
        for (uint32_t i = 0; i < r->count; i++) counts[r->items[i].lead] = 1;
        for (uint32_t i = 0; i < lead_count && status == LEADKPI_OK; i++) {
            if (i % LK_INTERRUPT_ROWS == LK_INTERRUPT_ROWS - 1) status = lk_interrupted(&r->memory, error);
            if (counts[leads[i]]) leads[count++] = leads[i];
        }
        if (status == LEADKPI_OK) status = add_columns(r, leads, count, table, error);
        lk_release(&r->memory, counts, lead_count, 1);
    }
    lk_release(&r->memory, leads, lead_count, sizeof *leads);
    return status;
}

/* ---- the public reports ---------------------------------------------------------------------- */

static leadkpi_status read_pattern(const leadkpi_funnel *funnel, const leadkpi_options *options,
                                   lk_pattern *pattern, leadkpi_error *error)
{
    uint64_t steps = lk_funnel_all_steps(&funnel->rule);
    LK_FAIL_IF(!lk_options_has_value(options, &lk_funnel_report_schema, LK_FUNNEL_REPORT_PATTERN), error,
               LEADKPI_BAD_ARGUMENT, "pattern: expected one, such as (?1)(?t<=1h)(?2), found none");
    LK_TRY(lk_pattern_parse(
        lk_options_get_text(options, &lk_funnel_report_schema, LK_FUNNEL_REPORT_PATTERN), pattern, error));
    for (int32_t i = 0; i < pattern->count; i++)
        LK_FAIL_IF(!(pattern->parts[i].conditions & steps), error, LEADKPI_BAD_ARGUMENT,
                   "pattern: expected steps 1 to %d, found another as event %d of it",
                   (int)funnel->rule.step_count, (int)i + 1);
    return LEADKPI_OK;
}

static leadkpi_status report(const leadkpi_funnel *funnel, const leadkpi_options *options,
                             lk_funnel_fill fill, leadkpi_table **out, leadkpi_error *error)
{
    searching s = {.lead_count = 0};
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(funnel, error);
    LK_TRY(lk_options_check(options, &lk_funnel_report_schema, error));
    LK_TRY(read_pattern(funnel, options, &s.pattern, error));
    s.memory = lk_memory_like(&funnel->memory);
    s.lead_count = funnel->store ? lk_lead_ids_count(&funnel->store->ids) : 0;
    LK_TRY(lk_allocate(&s.memory, s.lead_count, sizeof *s.leads, &s.leads, error));
    if (s.lead_count) memset(s.leads, 0, s.lead_count * sizeof *s.leads);
    lk_results results = {.report = LK_FUNNEL_IS_PATTERN, .look = look, .context = &s};
    leadkpi_status status = lk_funnel_report_on(funnel, options, &results, 0, fill, out, error);
    close_searching(&s);
    return status;
}

leadkpi_status leadkpi_funnel_sequences(const leadkpi_funnel *funnel, const leadkpi_options *options,
                                        leadkpi_table **out, leadkpi_error *error)
{
    return report(funnel, options, fill_by_group, out, error);
}

leadkpi_status leadkpi_funnel_sequence_leads(const leadkpi_funnel *funnel,
                                             const leadkpi_options *options, leadkpi_table **out,
                                             leadkpi_error *error)
{
    return report(funnel, options, fill_by_lead, out, error);
}
