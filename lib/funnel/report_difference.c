/* report_difference.c: is one segment, or one period, better than another, or is it chance?
 *
 * The difference of two proportions with the score interval of Miettinen and Nurminen (1985), and the
 * p-value of the same score test at a difference of 0, with the same variance: so the interval leaves 0
 * out where p is below 1 - level, and only there. */
#include <leadkpi/stats.h>
#include <math.h>

#include "funnel/report.h"

#define NO_GROUP LK_MAP_NONE

typedef struct columns {
    int64_t *step, *reached, *of, *against_reached, *against_of;
    double *rate, *against_rate, *numbers[4]; /* difference, low, high, p_value */
    int32_t rate_at, against_rate_at, numbers_at;
} columns;

typedef struct comparing {
    const lk_groups *groups;
    uint32_t *partner;  /* the group with which each is compared; the total: with all others */
    int64_t *reached;   /* step_count a group */
    size_t step_count;
    size_t rows;
    bool by_step;       /* rates of those at the step before */
} comparing;

/* ---- who with whom ------------------------------------------------------------------- */

static lk_text segment_text(const lk_groups *g, const lk_group *group)
{
    uint32_t segment = group->segment;
    return segment ? lk_map_text_key(&g->results->store->segments, segment - 1) : (lk_text){NULL, 0};
}

/* Without periods all groups are of one. */
static int64_t period_of(const lk_groups *g, const lk_group *group)
{
    return g->calendar ? lk_calendar_start(g->calendar, lk_groups_result(g, group->first)->start) : 0;
}

static bool same_segment(const lk_groups *g, const lk_group *a, const lk_group *b)
{
    return !g->results->by_segment || a->segment == b->segment;
}

/* Groups stand in order of segment and period, so the period before is the group before; the named segment's
 * groups stand together, and go along with those of each other segment. */
static leadkpi_status pair_with_named(comparing *c, lk_text name, leadkpi_error *error)
{
    const lk_groups *g = c->groups;
    uint32_t first = 0, last, groups = g->count - 1;
    while (first < groups && !(segment_text(g, &g->items[first]).data &&
                               lk_text_equal(segment_text(g, &g->items[first]), name)))
        first++;
    LK_FAIL_IF(first == groups, error, LEADKPI_UNKNOWN_NAME,
               "against: expected a segment that there is, found \"%.*s\"", LK_TEXT_ARGS(name));
    for (last = first; last < groups && same_segment(g, &g->items[first], &g->items[last]);) last++;
    for (uint32_t i = 0, k = first; i < groups; i++) {
        LK_TRY(lk_groups_ask_at_rows(g, i, 1, error));
        if (i > 0 && !same_segment(g, &g->items[i - 1], &g->items[i])) k = first;
        if (same_segment(g, &g->items[first], &g->items[i])) continue;
        int64_t period = period_of(g, &g->items[i]);
        while (k < last && period_of(g, &g->items[k]) < period) k++;
        if (k < last && period_of(g, &g->items[k]) == period) c->partner[i] = k;
    }
    return LEADKPI_OK;
}

static leadkpi_status pair_all(comparing *c, const leadkpi_options *options, leadkpi_error *error)
{
    const lk_groups *g = c->groups;
    lk_text against = lk_options_get_text(options, &lk_funnel_report_schema, LK_FUNNEL_REPORT_AGAINST);
    for (uint32_t i = 0; i < g->count; i++) c->partner[i] = NO_GROUP;
    if (against.length) return pair_with_named(c, against, error);
    for (uint32_t i = 0; i + 1 < g->count; i++) {
        if (!g->calendar)
            c->partner[i] = g->count - 1;
        else if (i > 0 && same_segment(g, &g->items[i - 1], &g->items[i]))
            c->partner[i] = i - 1;
    }
    return LEADKPI_OK;
}

static leadkpi_status count_reached(comparing *c, leadkpi_error *error)
{
    const lk_groups *g = c->groups;
    for (uint32_t i = 0; i < g->count; i++)
        LK_TRY(lk_groups_count_reached(g, &g->items[i], c->reached + i * c->step_count, error));
    return LEADKPI_OK;
}

/* ---- one comparison --------------------------------------------------------------------- */

/* Reached and of how many, at a step from 0; of nobody where no step is before it. */
static void counts_of(const comparing *c, uint32_t group, size_t step, int64_t *reached, int64_t *of)
{
    const int64_t *steps = c->reached + group * c->step_count;
    const lk_funnel_rule *rule = &c->groups->results->funnel->rule;
    *reached = steps[step];
    if (!c->by_step)
        *of = steps[0];
    else
        *of = step ? steps[lk_funnel_step_before(rule, (int32_t)step)] : 0;
}

/* Two-sided, of the score test with the variance times N / (N - 1). */
static double p_value(int64_t reached, int64_t of, int64_t other_reached, int64_t other_of)
{
    double n = (double)of + (double)other_of, pooled = ((double)reached + (double)other_reached) / n;
    double variance = pooled * (1 - pooled) * (1 / (double)of + 1 / (double)other_of) * (n / (n - 1));
    double difference = (double)reached / (double)of - (double)other_reached / (double)other_of;
    if (difference == 0) return 1;
    return 2 * leadkpi_stats_normal_upper(fabs(difference) / sqrt(variance));
}

static leadkpi_status compare(const comparing *c, leadkpi_table *table, const columns *out, size_t row,
                              leadkpi_error *error)
{
    int64_t a = out->reached[row], n = out->of[row], b = out->against_reached[row],
            m = out->against_of[row];
    if (n) out->rate[row] = (double)a / (double)n;
    else lk_table_set_null(table, out->rate_at, row);
    if (m) out->against_rate[row] = (double)b / (double)m;
    else lk_table_set_null(table, out->against_rate_at, row);
    if (n == 0 || m == 0) {
        for (int i = 0; i < 4; i++) lk_table_set_null(table, out->numbers_at + i, row);
        return LEADKPI_OK;
    }
    out->numbers[0][row] = out->rate[row] - out->against_rate[row];
    out->numbers[3][row] = p_value(a, n, b, m);
    return leadkpi_stats_miettinen_nurminen_interval((double)a, (double)n, (double)b, (double)m,
                                                     c->groups->results->confidence,
                                                     &out->numbers[1][row], &out->numbers[2][row], error);
}

/* ---- the table -------------------------------------------------------------------------- */

static leadkpi_status append_against(const comparing *c, uint32_t group, lk_text_builder *builder,
                                     leadkpi_error *error)
{
    const lk_groups *g = c->groups;
    uint32_t partner = c->partner[group];
    if (partner == NO_GROUP) return lk_text_builder_append_null(builder, error);
    if (partner == g->count - 1) return lk_text_builder_append(builder, LK_LITERAL("all others"), error);
    if (g->calendar && same_segment(g, &g->items[partner], &g->items[group]))
        return lk_groups_append_period(g, &g->items[partner], builder, error);
    return lk_groups_append_segment(g, &g->items[partner], builder, error);
}

static leadkpi_status add_against(const comparing *c, leadkpi_table *table, leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (uint32_t i = 0; i + 1 < c->groups->count && status == LEADKPI_OK; i++) {
        for (size_t step = 0; step < c->step_count && status == LEADKPI_OK; step++)
            status = append_against(c, i, &builder, error);
        if (status == LEADKPI_OK) status = lk_groups_ask_at_rows(c->groups, i * c->step_count, c->step_count, error);
    }
    if (status == LEADKPI_OK)
        status = lk_text_builder_finish(&builder, LK_LITERAL("against"), "", error);
    lk_text_builder_release(&builder);
    return status;
}

static leadkpi_status add_columns(const lk_groups *g, leadkpi_table *table, size_t rows, columns *c,
                                  leadkpi_error *error)
{
    static const char *const numbers[] = {"difference", "difference_low", "difference_high", "p_value"};
    const char *unit = lk_groups_unit(g);
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("reached"), unit, rows, false, &c->reached, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("of"), unit, rows, false, &c->of, error));
    c->rate_at = leadkpi_table_column_count(table);
    LK_TRY(lk_table_add_double(table, LK_LITERAL("rate"), "fraction", rows, true, &c->rate, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("against_reached"), unit, rows, false,
                              &c->against_reached, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("against_of"), unit, rows, false, &c->against_of, error));
    c->against_rate_at = leadkpi_table_column_count(table);
    LK_TRY(lk_table_add_double(table, LK_LITERAL("against_rate"), "fraction", rows, true,
                               &c->against_rate, error));
    c->numbers_at = leadkpi_table_column_count(table);
    for (int i = 0; i < 4; i++)
        LK_TRY(lk_table_add_double(table, lk_text_of(numbers[i], LEADKPI_NUL_TERMINATED), "fraction", rows,
                                   true, &c->numbers[i], error));
    return LEADKPI_OK;
}

static leadkpi_status add_verdicts(const comparing *c, leadkpi_table *table, const columns *out,
                                   leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    double alpha = 1 - c->groups->results->confidence;
    lk_text_builder_init(&builder, table);
    for (size_t row = 0; row < c->rows && status == LEADKPI_OK; row++) {
        double p = out->numbers[3][row];
        lk_text verdict = isnan(p)                          ? LK_LITERAL("")
                          : p >= alpha                      ? LK_LITERAL("not distinguishable")
                          : out->numbers[0][row] > 0        ? LK_LITERAL("higher")
                                                            : LK_LITERAL("lower");
        status = lk_text_builder_append(&builder, verdict, error);
        if (status == LEADKPI_OK) status = lk_groups_ask_at_rows(c->groups, row, 1, error);
    }
    if (status == LEADKPI_OK)
        status = lk_text_builder_finish(&builder, LK_LITERAL("verdict"), "", error);
    lk_text_builder_release(&builder);
    return status;
}

static void fill_counts(const comparing *c, const columns *out, size_t row)
{
    uint32_t group = (uint32_t)(row / c->step_count), partner = c->partner[group];
    size_t step = row % c->step_count;
    out->step[row] = (int64_t)step + 1;
    counts_of(c, group, step, &out->reached[row], &out->of[row]);
    if (partner == NO_GROUP) return;
    counts_of(c, partner, step, &out->against_reached[row], &out->against_of[row]);
    if (partner != c->groups->count - 1) return;
    out->against_reached[row] -= out->reached[row];
    out->against_of[row] -= out->of[row];
}

static leadkpi_status fill_rows(const comparing *c, leadkpi_table *table, leadkpi_error *error)
{
    columns out;
    lk_groups shown = *c->groups; /* without the total */
    shown.count--;
    LK_TRY(lk_groups_add_columns(&shown, c->step_count, table, error));
    LK_TRY(add_against(c, table, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("step"), "", c->rows, false, &out.step, error));
    LK_TRY(lk_groups_add_step_names(c->groups, shown.count, table, error));
    LK_TRY(add_columns(c->groups, table, c->rows, &out, error));
    for (size_t row = 0; row < c->rows; row++) {
        LK_TRY(lk_groups_ask_at_rows(c->groups, row, 1, error));
        fill_counts(c, &out, row);
        LK_TRY(compare(c, table, &out, row, error));
    }
    return add_verdicts(c, table, &out, error);
}

static leadkpi_status fill_groups(const lk_groups *g, const leadkpi_options *options,
                                  leadkpi_table *table, leadkpi_error *error)
{
    lk_memory *memory = g->memory;
    comparing c = {.groups = g, .step_count = (size_t)g->results->funnel->rule.step_count};
    size_t cells;
    c.by_step = lk_options_choice(options, &lk_funnel_report_schema, LK_FUNNEL_REPORT_RATE) == 1;
    LK_FAIL_IF(!lk_size_multiply(c.step_count, g->count, &cells), error, LEADKPI_OVERFLOW,
               "groups: more than the address space holds");
    c.rows = cells - c.step_count;
    LK_TRY(lk_allocate(memory, g->count, sizeof *c.partner, &c.partner, error));
    leadkpi_status status = lk_allocate(memory, cells, sizeof *c.reached, &c.reached, error);
    if (status == LEADKPI_OK) {
        status = count_reached(&c, error);
        if (status == LEADKPI_OK) status = pair_all(&c, options, error);
        if (status == LEADKPI_OK) status = fill_rows(&c, table, error);
        lk_release(memory, c.reached, cells, sizeof *c.reached);
    }
    lk_release(memory, c.partner, g->count, sizeof *c.partner);
    return status;
}

static leadkpi_status fill(lk_results *results, const leadkpi_options *options, leadkpi_table *table,
                           leadkpi_error *error)
{
    lk_groups groups;
    bool named = lk_options_get_text(options, &lk_funnel_report_schema, LK_FUNNEL_REPORT_AGAINST).length;
    LK_FAIL_IF(named && !results->by_segment, error, LEADKPI_CONTRADICTION,
               "against: expected by=segment beside it");
    LK_FAIL_IF(results->by_segment && results->breakdown == LK_BREAKDOWN_ANY, error,
               LEADKPI_CONTRADICTION,
               "breakdown=any: a lead stands in several segments; their difference has no test");
    LK_TRY(lk_groups_find(results, options, &groups, error));
    bool has_groups = results->by_segment || groups.calendar;
    leadkpi_status status = has_groups ? LEADKPI_OK
                                       : lk_fail(error, LEADKPI_CONTRADICTION,
                                                 "difference: expected by=segment or a grain, of which there "
                                                 "are groups to compare");
    if (status == LEADKPI_OK) status = fill_groups(&groups, options, table, error);
    lk_groups_free(&groups);
    return status;
}

leadkpi_status leadkpi_funnel_difference(const leadkpi_funnel *funnel, const leadkpi_options *options,
                                         leadkpi_table **out, leadkpi_error *error)
{
    lk_results results = {.report = LK_FUNNEL_IS_DIFFERENCE};
    leadkpi_error_reset(error);
    if (out) *out = NULL;
    LK_TRY(lk_funnel_check_way(funnel, "rates", error));
    return lk_funnel_report_on(funnel, options, &results, 0, fill, out, error);
}
