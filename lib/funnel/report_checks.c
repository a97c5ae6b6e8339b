/* report_checks.c: what is odd in the data, or does not fit the definition: counted, with a lead as an
 * example, and never hidden. */
#include "funnel/report.h"

/* Names are stable; append only. The first is of a step, and there is one for each; the last of an exclusion. */
enum {
    STEPS_WITHOUT_EVENTS,
    LEADS_WITHOUT_ENTRY,
    LAST_STEP_BEFORE_FIRST,
    STEPS_AT_ONE_INSTANT,
    REPEATED_EVENTS,
    EVENTS_AFTER_AS_OF,
    EXCLUSIONS_WITHOUT_EVENTS,
    FINDING_COUNT
};

static const struct {
    const char *name;
    const char *meaning;
} findings[FINDING_COUNT] = {
    [STEPS_WITHOUT_EVENTS] = {"steps_without_events",
                              "no event is this step: is its name the one in the data?"},
    [LEADS_WITHOUT_ENTRY] = {"leads_without_entry",
                             "events of leads that have none of step 1, and so are in no attempt"},
    [LAST_STEP_BEFORE_FIRST] = {"last_step_before_first",
                                "events of the last step before the lead's first of step 1"},
    [STEPS_AT_ONE_INSTANT] = {"steps_at_one_instant",
                              "events with the time and sequence of the one before and another step: "
                              "the order of the definition decided"},
    [REPEATED_EVENTS] = {"repeated_events", "events equal to the one before, which count all the same"},
    [EVENTS_AFTER_AS_OF] = {"events_after_as_of", "events after the time of the report, left out"},
    [EXCLUSIONS_WITHOUT_EVENTS] = {"exclusions_without_events",
                                   "no event is this exclusion, or any of them: is its name the one in the "
                                   "data?"},
};

typedef struct tally {
    int64_t events, leads;
    uint32_t example; /* of least id */
} tally;

typedef struct checking {
    tally found[FINDING_COUNT];
    uint64_t seen; /* steps that an event is */
    uint64_t seen_exclusions;
    const lk_funnel_rule *rule;
    const lk_memory *memory;
} checking;

/* ---- one lead ------------------------------------------------------------------------ */

static void note(checking *c, int finding, const lk_lead_ids *ids, uint32_t lead, int64_t events)
{
    tally *t = &c->found[finding];
    if (events == 0) return;
    if (t->leads == 0 || lk_lead_ids_compare(ids, lead, t->example) < 0) t->example = lead;
    t->events += events;
    t->leads++;
}

/* With skips=implied an event brings the steps before its own, the last of them. */
static uint64_t own_steps(const lk_funnel_rule *rule, uint64_t steps)
{
    return rule->skips == LK_SKIPS_IMPLIED ? steps & ~(steps >> 1) : steps;
}

static void compare_neighbours(const lk_journeys *j, uint32_t place, int64_t counts[FINDING_COUNT])
{
    lk_journey_event event = lk_journeys_event(j, place), before = lk_journeys_event(j, place - 1);
    if (event.time != before.time || lk_journeys_sequence(j, place) != lk_journeys_sequence(j, place - 1))
        return;
    uint64_t steps = lk_funnel_code_steps(j->store, event.code);
    uint64_t steps_before = lk_funnel_code_steps(j->store, before.code);
    if (event.code == LK_FUNNEL_CODE_NOTHING) return; /* what it was called is not kept */
    if (event.code == before.code)
        counts[REPEATED_EVENTS] += lk_journeys_segment(j, place) == lk_journeys_segment(j, place - 1);
    else if (steps && steps_before && steps != steps_before)
        counts[STEPS_AT_ONE_INSTANT]++;
}

/* Events of a lead are counted, and then noted as its own. */
static leadkpi_status look(void *context, const lk_journeys *j, uint32_t lead, int64_t as_of,
                           lk_attempt *attempt, leadkpi_error *error)
{
    checking *c = context;
    int64_t counts[FINDING_COUNT] = {0}, with_steps = 0;
    uint64_t all = 0, own = 0, last = (uint64_t)1 << (c->rule->step_count - 1);
    uint32_t first = lk_journeys_start(j, lead), end = j->ends[lead], i = first;
    attempt->level = 0;
    for (; i < end && lk_journeys_event(j, i).time <= as_of; i++) {
        uint64_t steps = lk_funnel_code_steps(j->store, lk_journeys_event(j, i).code);
        if (i % LK_INTERRUPT_ROWS == LK_INTERRUPT_ROWS - 1) LK_TRY(lk_interrupted(c->memory, error));
        if (i > first) compare_neighbours(j, i, counts);
        all |= steps;
        own |= own_steps(c->rule, steps);
        with_steps += steps != 0;
        c->seen_exclusions |= lk_funnel_code_exclusions(j->store, lk_journeys_event(j, i).code);
        counts[LAST_STEP_BEFORE_FIRST] += (steps & last) && !(own & 1);
    }
    c->seen |= own;
    counts[EVENTS_AFTER_AS_OF] = end - i;
    bool needs_entry = c->rule->order != LK_ORDER_UNORDERED && c->rule->order != LK_ORDER_OPEN;
    if (needs_entry && !(all & 1)) counts[LEADS_WITHOUT_ENTRY] = with_steps;
    if (!(own & 1)) counts[LAST_STEP_BEFORE_FIRST] = 0;
    for (int finding = 0; finding < FINDING_COUNT; finding++)
        note(c, finding, &j->store->ids, lead, counts[finding]);
    return LEADKPI_OK;
}

/* ---- the table ------------------------------------------------------------------------ */

/* A row of it: a finding, and the step or exclusion that it is about, from 0; -1: none. */
typedef struct line {
    int finding;
    int32_t item;
} line;

#define LINES_MAX (LK_FUNNEL_STEPS_MAX + LK_FUNNEL_RANGES_MAX + FINDING_COUNT)

/* Exclusions without ranges of their own are not told apart: then it is about all of them. */
static size_t list_exclusions(const leadkpi_funnel *funnel, const checking *c, line *lines)
{
    size_t count = 0, named = lk_options_list_count(funnel->definition, &lk_funnel_schema, LK_FUNNEL_EXCLUDE);
    bool apart = named == (size_t)c->rule->range_count;
    for (int32_t i = 0; named && i < c->rule->range_count; i++)
        if (!(c->seen_exclusions >> i & 1)) lines[count++] = (line){EXCLUSIONS_WITHOUT_EVENTS, apart ? i : -1};
    return count;
}

static size_t list_lines(const leadkpi_funnel *funnel, const checking *c, line lines[LINES_MAX])
{
    size_t count = 0;
    for (int32_t step = 0; step < c->rule->step_count; step++)
        if (!(c->seen >> step & 1)) lines[count++] = (line){STEPS_WITHOUT_EVENTS, step};
    count += list_exclusions(funnel, c, lines + count);
    for (int finding = 0; finding < FINDING_COUNT; finding++)
        if (c->found[finding].events) lines[count++] = (line){finding, -1};
    return count;
}

enum { COLUMN_FINDING, COLUMN_MEANING, COLUMN_NAME };

static bool is_of_step(const line *l)
{
    return l->finding == STEPS_WITHOUT_EVENTS;
}

static leadkpi_status append_text(const leadkpi_funnel *funnel, const line *l, int column,
                                  lk_text_builder *builder, leadkpi_error *error)
{
    if (column == COLUMN_NAME && l->item < 0) return lk_text_builder_append_null(builder, error);
    if (column == COLUMN_NAME)
        return lk_text_builder_append(builder,
                                      lk_options_list_item(funnel->definition, &lk_funnel_schema,
                                                           is_of_step(l) ? LK_FUNNEL_STEPS : LK_FUNNEL_EXCLUDE,
                                                           (size_t)l->item),
                                      error);
    const char *text = column == COLUMN_FINDING ? findings[l->finding].name : findings[l->finding].meaning;
    return lk_text_builder_append(builder, lk_text_of(text, LEADKPI_NUL_TERMINATED), error);
}

static leadkpi_status add_text(const leadkpi_funnel *funnel, const line *lines, size_t count, int column,
                               lk_text name, leadkpi_table *table, leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (size_t i = 0; i < count && status == LEADKPI_OK; i++)
        status = append_text(funnel, &lines[i], column, &builder, error);
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, name, "", error);
    lk_text_builder_release(&builder);
    return status;
}

static leadkpi_status add_counts(const checking *c, const line *lines, size_t count,
                                 leadkpi_table *table, leadkpi_error *error)
{
    int64_t *events, *leads;
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("rows"), "rows", count, false, &events, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("leads"), "leads", count, false, &leads, error));
    for (size_t i = 0; i < count; i++) {
        events[i] = c->found[lines[i].finding].events;
        leads[i] = c->found[lines[i].finding].leads;
    }
    return LEADKPI_OK;
}

static leadkpi_status fill(lk_results *r, const leadkpi_options *options, leadkpi_table *table,
                           leadkpi_error *error)
{
    const checking *c = r->context;
    line lines[LINES_MAX];
    uint32_t examples[LINES_MAX];
    size_t count = list_lines(r->funnel, c, lines);
    int64_t *step;
    (void)options;
    LK_TRY(add_text(r->funnel, lines, count, COLUMN_FINDING, LK_LITERAL("finding"), table, error));
    LK_TRY(add_text(r->funnel, lines, count, COLUMN_MEANING, LK_LITERAL("meaning"), table, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("step"), "", count, true, &step, error));
    for (size_t i = 0; i < count; i++) {
        bool has_events = c->found[lines[i].finding].events;
        step[i] = lines[i].item + 1;
        if (!is_of_step(&lines[i])) lk_set_last_null(table, i);
        examples[i] = has_events ? c->found[lines[i].finding].example : LK_MAP_NONE;
    }
    LK_TRY(add_text(r->funnel, lines, count, COLUMN_NAME, LK_LITERAL("name"), table, error));
    LK_TRY(add_counts(c, lines, count, table, error));
    return lk_lead_ids_add_column(&r->store->ids, table, examples, count, error);
}

leadkpi_status leadkpi_funnel_checks(const leadkpi_funnel *funnel, const leadkpi_options *options,
                                     leadkpi_table **out, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(funnel, error);
    checking c = {.rule = &funnel->rule, .memory = &funnel->memory};
    lk_results results = {.report = LK_FUNNEL_IS_CHECKS, .look = look, .context = &c};
    return lk_funnel_report_on(funnel, options, &results, 0, fill, out, error);
}
