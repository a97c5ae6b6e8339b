#include "funnel/report.h"

#include <leadkpi/stats.h>

#include "base/sort.h"

static const lk_option report_options[] = {
    [LK_FUNNEL_REPORT_AS_OF] = {"as_of", LK_OPTION_TIMESTAMP, .unit = "time",
                                .meaning = "Events after it do not count; without a value: the "
                                           "latest event that is kept, which one that matches no step is not."},
    [LK_FUNNEL_REPORT_BY] = {"by", LK_OPTION_CHOICE, .choices = "none|segment", .default_text = "none",
                             .meaning = "Whether there is a group of rows for each segment."},
    [LK_FUNNEL_REPORT_BREAKDOWN] = {"breakdown", LK_OPTION_CHOICE,
                                    .choices = "entry|first|last|step|any", .default_text = "entry",
                                    .meaning = "Which segment is a lead's: that of the first event of "
                                               "its attempt, of its first event that has one, of "
                                               "its last, of the event of breakdown_step; or any "
                                               "that an event of it has, each of them."},
    [LK_FUNNEL_REPORT_BREAKDOWN_STEP] = {"breakdown_step", LK_OPTION_INT64, .minimum = "0",
                                         .maximum = "64", .default_text = "0",
                                         .meaning = "The step, from 1, whose event says the segment "
                                                    "with breakdown=step; 0: the last one reached."},
    [LK_FUNNEL_REPORT_MATURE] = {"mature", LK_OPTION_BOOL, .default_text = "false",
                                 .meaning = "Whether only leads count whose window is over, so that "
                                            "old and young periods can be compared."},
    [LK_FUNNEL_REPORT_LEVEL] = {"level", LK_OPTION_DOUBLE, .unit = "fraction", .minimum = ">0",
                                .maximum = "<1", .default_text = "0.95",
                                .meaning = "Level of the intervals."},
    [LK_FUNNEL_REPORT_FROM_STEP] = {"from_step", LK_OPTION_INT64, .minimum = "1", .maximum = "63",
                                    .default_text = "1",
                                    .meaning = "Step from which a histogram measures."},
    [LK_FUNNEL_REPORT_TO_STEP] = {"to_step", LK_OPTION_INT64, .minimum = "0", .maximum = "64",
                                  .default_text = "0",
                                  .meaning = "Step to which a histogram measures; 0: the last."},
    [LK_FUNNEL_REPORT_BINS] = {"bins", LK_OPTION_INT64, .minimum = "0", .maximum = "10000",
                               .default_text = "0",
                               .meaning = "Number of bars of a histogram; 0: the cube root of the "
                                          "leads, rounded up."},
    [LK_FUNNEL_REPORT_BIN_WIDTH] = {"bin_width", LK_OPTION_DURATION, .unit = "time", .minimum = "1us",
                                    .meaning = "Width of a histogram's bars, which then start at a "
                                               "multiple of it; without a value: by bins."},
    [LK_FUNNEL_REPORT_RATE] = {"rate", LK_OPTION_CHOICE, .choices = "overall|step",
                               .default_text = "overall",
                               .meaning = "The rates of which differences are taken: of those at "
                                          "step 1, or of those at the step before."},
    [LK_FUNNEL_REPORT_AGAINST] = {"against", LK_OPTION_TEXT,
                                  .meaning = "The segment with which the others are compared; "
                                             "without one: the period before, or, without periods, "
                                             "all other leads."},
    [LK_FUNNEL_REPORT_PATTERN] = {"pattern", LK_OPTION_TEXT,
                                  .meaning = "A pattern of events, such as (?1)(?t<=1h)(?2), where (?N) "
                                             "is an event of step N."},
    [LK_FUNNEL_REPORT_FROM] = {"from", LK_OPTION_TIMESTAMP, .unit = "time",
                               .meaning = "Only attempts that count and started at this time or later; their "
                                          "later steps may follow at any time."},
    [LK_FUNNEL_REPORT_TO] = {"to", LK_OPTION_TIMESTAMP, .unit = "time",
                             .meaning = "The same, before this time."},
    LK_CALENDAR_OPTIONS(LK_FUNNEL_REPORT_CALENDAR, "all"),
};

const lk_schema lk_funnel_report_schema = {"funnel_report", "A report on a funnel.", report_options,
                                           LK_FUNNEL_REPORT_OPTION_COUNT};

/* ---- groups --------------------------------------------------------------------- */

static int64_t period_of(const lk_groups *g, lk_calendar_cursor *cursor, uint32_t result)
{
    return lk_calendar_bucket(g->calendar, cursor, g->results->items[result].start);
}

/* order: of the results in their own order. */
static leadkpi_status sort_by_period(const lk_groups *g, uint32_t *order, leadkpi_error *error)
{
    int64_t *keys;
    uint32_t count = g->results->count;
    lk_calendar_cursor cursor = LK_CALENDAR_CURSOR;
    LK_TRY(lk_allocate(g->memory, count, sizeof *keys, &keys, error));
    leadkpi_status status = LEADKPI_OK;
    for (uint32_t i = 0; i < count && status == LEADKPI_OK; i++) {
        status = lk_groups_interrupted(g, i, error);
        keys[i] = period_of(g, &cursor, i);
    }
    if (status == LEADKPI_OK) status = lk_sort_int64(g->memory, keys, order, count, error);
    lk_release(g->memory, keys, count, sizeof *keys);
    return status;
}

static leadkpi_status put_group(lk_groups *g, lk_group group, leadkpi_error *error)
{
    if (g->count == g->capacity) {
        LK_FAIL_IF(g->capacity > UINT32_MAX / 2, error, LEADKPI_OVERFLOW,
                   "groups: expected at most 2^31, found more");
        uint32_t capacity = g->capacity ? g->capacity * 2 : 8;
        LK_TRY(lk_resize(g->memory, &g->items, g->capacity, capacity, sizeof *g->items, error));
        g->capacity = capacity;
    }
    g->items[g->count++] = group;
    return LEADKPI_OK;
}

/* Places from `first` to `last` - 1, which are of one segment: by period where there are periods. */
static leadkpi_status cut(lk_groups *g, uint32_t first, uint32_t last, uint32_t segment, leadkpi_error *error)
{
    lk_calendar_cursor cursor = LK_CALENDAR_CURSOR;
    while (first < last) {
        uint32_t end = g->calendar ? first + 1 : last;
        int64_t period = g->calendar ? period_of(g, &cursor, g->order[first]) : 0;
        LK_TRY(lk_groups_interrupted(g, first, error));
        for (; end < last && period_of(g, &cursor, g->order[end]) == period; end++)
            LK_TRY(lk_groups_interrupted(g, end, error));
        LK_TRY(put_group(g, (lk_group){first, end, segment, false}, error));
        first = end;
    }
    return LEADKPI_OK;
}

static leadkpi_status count_by_segment(const lk_groups *g, uint32_t *counts, leadkpi_error *error)
{
    const lk_results *r = g->results;
    memset(counts, 0, r->segment_rank_count * sizeof *counts);
    for (uint32_t i = 0, count; i < r->count; i++) {
        const uint32_t *segments = lk_result_segments(r, &r->items[i], &count);
        LK_TRY(lk_interrupted_at(g->memory, i, error));
        for (uint32_t k = 0; k < count; k++) counts[r->segment_rank[segments[k]]]++;
    }
    return LEADKPI_OK;
}

/* A counting sort: the results `from` by the rank of their segments, each in all of its own. `ends` are by rank.
 * Cost a place: 40 bytes read of a result of which the next place mostly is too, and 4 written. */
static leadkpi_status sort_by_segment(lk_groups *g, const uint32_t *from, uint32_t *ends, leadkpi_error *error)
{
    const lk_results *r = g->results;
    LK_TRY(count_by_segment(g, ends, error));
    for (uint32_t rank = 0, before = 0; rank < r->segment_rank_count; rank++) {
        uint32_t here = ends[rank];
        ends[rank] = before;
        before += here;
    }
    for (uint32_t i = 0, count; i < r->count; i++) {
        const uint32_t *segments = lk_result_segments(r, &r->items[from[i]], &count);
        LK_TRY(lk_interrupted_at(g->memory, i, error));
        for (uint32_t k = 0; k < count; k++) g->order[ends[r->segment_rank[segments[k]]]++] = from[i];
    }
    return LEADKPI_OK;
}

/* ends: room for as many as there are ranks, and behind it as many for their segments. */
static leadkpi_status cut_by_segment(lk_groups *g, const uint32_t *from, uint32_t *ends, leadkpi_error *error)
{
    const lk_results *r = g->results;
    uint32_t *numbers = ends + r->segment_rank_count;
    LK_TRY(sort_by_segment(g, from, ends, error));
    for (uint32_t i = 0; i < r->segment_rank_count; i++) numbers[r->segment_rank[i]] = i;
    for (uint32_t rank = 0, first = 0; rank < r->segment_rank_count; first = ends[rank++])
        LK_TRY(cut(g, first, ends[rank], numbers[rank], error));
    return LEADKPI_OK;
}

static leadkpi_status group_by_segment(lk_groups *g, const uint32_t *from, leadkpi_error *error)
{
    uint32_t *ends;
    size_t cells = 2 * (size_t)g->results->segment_rank_count;
    LK_TRY(lk_allocate(g->memory, cells, sizeof *ends, &ends, error));
    leadkpi_status status = cut_by_segment(g, from, ends, error);
    lk_release(g->memory, ends, cells, sizeof *ends);
    return status;
}

static leadkpi_status open_calendar(lk_groups *g, const leadkpi_options *options,
                                    leadkpi_error *error)
{
    static const char all[] = "all";
    lk_text grain = lk_options_get_text(options, &lk_funnel_report_schema,
                                        LK_FUNNEL_REPORT_CALENDAR + LK_CALENDAR_GRAIN);
    if (lk_text_equal(grain, lk_text_of(all, LEADKPI_NUL_TERMINATED))) return LEADKPI_OK;
    return lk_calendar_create_from(g->memory, options, &lk_funnel_report_schema,
                                   LK_FUNNEL_REPORT_CALENDAR, &g->calendar, error);
}

static void list_all(uint32_t *order, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) order[i] = i;
}

static leadkpi_status find_groups(lk_groups *g, const leadkpi_options *options,
                                  leadkpi_error *error)
{
    const lk_results *r = g->results;
    LK_TRY(lk_calendar_refuse_hours(options, &lk_funnel_report_schema, LK_FUNNEL_REPORT_CALENDAR, error));
    LK_TRY(open_calendar(g, options, error));
    uint64_t places = r->by_segment ? r->place_count : g->calendar ? r->count : 0;
    LK_FAIL_IF(places > UINT32_MAX - r->count, error, LEADKPI_OVERFLOW,
               "groups: expected fewer than 2^32 leads by segment");
    g->order_count = (size_t)places + r->count;
    LK_TRY(lk_allocate(g->memory, g->order_count, sizeof *g->order, &g->order, error));
    uint32_t first = (uint32_t)places, *all = g->order ? g->order + first : NULL;
    list_all(all, r->count);
    if (g->calendar) LK_TRY(sort_by_period(g, all, error));
    if (r->by_segment && r->count) LK_TRY(group_by_segment(g, all, error)); /* keeps the order of periods */
    else if (g->calendar) {
        if (r->count) memcpy(g->order, all, r->count * sizeof *all);
        LK_TRY(cut(g, 0, first, 0, error));
    }
    if (g->calendar) list_all(all, r->count);
    return put_group(g, (lk_group){first, first + r->count, 0, true}, error);
}

leadkpi_status lk_groups_find(lk_results *results, const leadkpi_options *options, lk_groups *groups,
                              leadkpi_error *error)
{
    memset(groups, 0, sizeof *groups);
    groups->results = results;
    groups->memory = &results->memory;
    leadkpi_status status = find_groups(groups, options, error);
    if (status != LEADKPI_OK) lk_groups_free(groups);
    return status;
}

void lk_groups_free(lk_groups *g)
{
    lk_release(g->memory, g->order, g->order_count, sizeof *g->order);
    lk_release(g->memory, g->items, g->capacity, sizeof *g->items);
    lk_calendar_free(g->calendar);
}

/* ---- counts ------------------------------------------------------------------------- */

/* A level stands for the steps up to it, but for those that may be left out, or count by themselves. Cost a
 * result: 40 bytes, and a loop over its steps of that kind: not a pass for each of them. */
leadkpi_status lk_groups_count_reached(const lk_groups *g, const lk_group *group, int64_t *reached,
                                       leadkpi_error *error)
{
    const lk_funnel_rule *rule = &g->results->funnel->rule;
    uint64_t alone = rule->order == LK_ORDER_OPEN ? UINT64_MAX : rule->optional;
    int64_t did[LK_FUNNEL_STEPS_MAX] = {0};
    memset(reached, 0, (size_t)rule->step_count * sizeof *reached);
    for (uint32_t i = group->first; i < group->last; i++) {
        const lk_result *result = lk_groups_result(g, i);
        LK_TRY(lk_groups_interrupted(g, i, error));
        reached[result->level - 1]++;
        for (uint64_t steps = result->done & alone; steps; steps &= steps - 1) did[lk_lowest_bit(steps)]++;
    }
    for (int32_t step = rule->step_count - 1; step-- > 0;) reached[step] += reached[step + 1];
    for (int32_t step = 0; step < rule->step_count; step++)
        if (alone >> step & 1) reached[step] = did[step];
    return LEADKPI_OK;
}

leadkpi_status lk_funnel_check_way(const leadkpi_funnel *funnel, const char *what,
                                   leadkpi_error *error)
{
    LK_FAIL_IF(funnel && funnel->rule.order == LK_ORDER_OPEN, error, LEADKPI_CONTRADICTION,
               "order: in an open funnel no step comes out of another; %s need another order", what);
    return LEADKPI_OK;
}

/* ---- their columns ---------------------------------------------------------------- */

typedef enum { COLUMN_ROW, COLUMN_SEGMENT, COLUMN_PERIOD } text_column;

leadkpi_status lk_groups_append_segment(const lk_groups *g, const lk_group *group,
                                        lk_text_builder *builder, leadkpi_error *error)
{
    if (!group->segment) return lk_text_builder_append_null(builder, error);
    return lk_text_builder_append(builder, lk_map_text_key(&g->results->store->segments, group->segment - 1),
                                  error);
}

leadkpi_status lk_groups_append_period(const lk_groups *g, const lk_group *group,
                                       lk_text_builder *builder, leadkpi_error *error)
{
    char label[LK_GRAIN_LABEL_SIZE];
    if (group->is_total) return lk_text_builder_append_null(builder, error);
    size_t length = lk_calendar_label(g->calendar, lk_groups_result(g, group->first)->start, label);
    return lk_text_builder_append(builder, (lk_text){label, length}, error);
}

static leadkpi_status append_text(const lk_groups *g, const lk_group *group, text_column which,
                                  lk_text_builder *builder, leadkpi_error *error)
{
    if (which == COLUMN_SEGMENT) return lk_groups_append_segment(g, group, builder, error);
    if (which == COLUMN_PERIOD) return lk_groups_append_period(g, group, builder, error);
    return lk_text_builder_append(
        builder, group->is_total ? LK_LITERAL("total") : LK_LITERAL("segment"), error);
}

static leadkpi_status add_text_column(const lk_groups *g, size_t rows_a_group, leadkpi_table *table,
                                      lk_text name, text_column which, leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (uint32_t i = 0; i < g->count; i++)
        for (size_t row = 0; row < rows_a_group && status == LEADKPI_OK; row++) {
            status = append_text(g, &g->items[i], which, &builder, error);
            if (status == LEADKPI_OK) status = lk_groups_ask_at_rows(g, i * rows_a_group + row, 1, error);
        }
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, name, "", error);
    lk_text_builder_release(&builder);
    return status;
}

static leadkpi_status add_time_column(const lk_groups *g, size_t rows_a_group, leadkpi_table *table,
                                      lk_text name, bool is_end, leadkpi_error *error)
{
    int64_t *values;
    LK_TRY(lk_table_add_timestamp(table, name, rows_a_group * g->count, true, &values, error));
    for (uint32_t i = 0; i < g->count; i++)
        for (size_t row = i * rows_a_group; row < (i + 1) * rows_a_group; row++) {
            LK_TRY(lk_groups_ask_at_rows(g, row, 1, error));
            if (g->items[i].is_total) {
                lk_set_last_null(table, row);
                continue;
            }
            int64_t start = lk_groups_result(g, g->items[i].first)->start;
            values[row] = is_end ? lk_calendar_end(g->calendar, start)
                                 : lk_calendar_start(g->calendar, start);
        }
    return LEADKPI_OK;
}

leadkpi_status lk_groups_add_columns(const lk_groups *g, size_t rows_a_group, leadkpi_table *table,
                                     leadkpi_error *error)
{
    LK_TRY(add_text_column(g, rows_a_group, table, LK_LITERAL("row"), COLUMN_ROW, error));
    if (g->results->by_segment)
        LK_TRY(add_text_column(g, rows_a_group, table, LK_LITERAL("segment"), COLUMN_SEGMENT, error));
    if (!g->calendar) return LEADKPI_OK;
    LK_TRY(add_time_column(g, rows_a_group, table, LK_LITERAL("period_start"), false, error));
    LK_TRY(add_time_column(g, rows_a_group, table, LK_LITERAL("period_end"), true, error));
    return add_text_column(g, rows_a_group, table, LK_LITERAL("period"), COLUMN_PERIOD, error);
}

leadkpi_status lk_groups_add_step_names(const lk_groups *g, uint32_t group_count, leadkpi_table *table,
                                        leadkpi_error *error)
{
    const leadkpi_funnel *funnel = g->results->funnel;
    size_t steps = (size_t)funnel->rule.step_count;
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (uint32_t i = 0; i < group_count && status == LEADKPI_OK; i++) {
        for (int32_t step = 0; step < funnel->rule.step_count && status == LEADKPI_OK; step++)
            status = lk_text_builder_append(&builder, lk_funnel_step_name(funnel, step), error);
        if (status == LEADKPI_OK) status = lk_groups_ask_at_rows(g, i * steps, steps, error);
    }
    if (status == LEADKPI_OK)
        status = lk_text_builder_finish(&builder, LK_LITERAL("name"), "", error);
    lk_text_builder_release(&builder);
    return status;
}

leadkpi_status lk_put_rate(leadkpi_table *table, double *const rate[3], int32_t first_column, size_t row,
                           int64_t numerator, int64_t denominator, double level,
                           leadkpi_error *error)
{
    if (denominator == 0) {
        for (int i = 0; i < 3; i++) lk_table_set_null(table, first_column + i, row);
        return LEADKPI_OK;
    }
    rate[0][row] = (double)numerator / (double)denominator;
    return leadkpi_stats_wilson_interval((double)numerator, (double)denominator, level, &rate[1][row],
                                         &rate[2][row], error);
}

/* ---- a public report ---------------------------------------------------------------- */

static const lk_report_option own_options[] = {
    {LK_FUNNEL_REPORT_FROM_STEP, LK_FUNNEL_IS_HISTOGRAM, "it is of the histogram alone"},
    {LK_FUNNEL_REPORT_TO_STEP, LK_FUNNEL_IS_HISTOGRAM, "it is of the histogram alone"},
    {LK_FUNNEL_REPORT_BINS, LK_FUNNEL_IS_HISTOGRAM, "it is of the histogram alone"},
    {LK_FUNNEL_REPORT_BIN_WIDTH, LK_FUNNEL_IS_HISTOGRAM, "it is of the histogram alone"},
    {LK_FUNNEL_REPORT_RATE, LK_FUNNEL_IS_DIFFERENCE, "it is of the difference alone"},
    {LK_FUNNEL_REPORT_AGAINST, LK_FUNNEL_IS_DIFFERENCE, "it is of the difference alone"},
    {LK_FUNNEL_REPORT_PATTERN, LK_FUNNEL_IS_PATTERN, "it is of sequences and sequence_leads alone"},
    {LK_FUNNEL_REPORT_FROM, ~(uint32_t)LK_FUNNEL_IS_CHECKS, "the checks are of all rows"},
    {LK_FUNNEL_REPORT_TO, ~(uint32_t)LK_FUNNEL_IS_CHECKS, "the checks are of all rows"},
};

leadkpi_status lk_funnel_report_on(const leadkpi_funnel *funnel, const leadkpi_options *options,
                                   lk_results *results, uint64_t timed_steps, lk_funnel_fill fill,
                                   leadkpi_table **out, leadkpi_error *error)
{
    leadkpi_table *table;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(funnel, error);
    LK_TRY(lk_options_check(options, &lk_funnel_report_schema, error));
    LK_TRY(lk_options_refuse_idle(options, &lk_funnel_report_schema, own_options,
                                  sizeof own_options / sizeof *own_options,
                                  results->report ? results->report : LK_FUNNEL_IS_OTHER, error));
    LK_TRY(lk_results_find(funnel, options, timed_steps, results, error));
    leadkpi_status status = lk_table_new(&funnel->memory, &table, error);
    if (status == LEADKPI_OK) {
        status = fill(results, options, table, error);
        if (status == LEADKPI_OK)
            *out = table;
        else
            leadkpi_table_free(table);
    }
    lk_results_free(results);
    return status;
}

leadkpi_status lk_funnel_report(const leadkpi_funnel *funnel, const leadkpi_options *options,
                                uint64_t timed_steps, lk_funnel_fill fill, leadkpi_table **out,
                                leadkpi_error *error)
{
    lk_results results = {0};
    return lk_funnel_report_on(funnel, options, &results, timed_steps, fill, out, error);
}
