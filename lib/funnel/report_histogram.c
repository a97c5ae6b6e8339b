/* report_histogram.c: how long leads took from one step to another, in bars.
 *
 * Bars are whole microseconds wide, and the same for every group, so that groups can be laid over each
 * other. */
#include "funnel/report.h"

#define BARS_MAX 10000

typedef struct bars {
    int64_t start, width;
    size_t count;
} bars;

typedef struct columns {
    double *from_seconds, *to_seconds, *share, *cumulative;
    int64_t *completed;
    int32_t share_at, cumulative_at;
} columns;

/* ---- which bars ---------------------------------------------------------------------- */

static leadkpi_status read_steps(const leadkpi_funnel *funnel, const leadkpi_options *options, lk_way *way,
                                 leadkpi_error *error)
{
    const lk_schema *schema = &lk_funnel_report_schema;
    int32_t step_count = funnel->rule.step_count;
    int64_t from = lk_options_int64(options, schema, LK_FUNNEL_REPORT_FROM_STEP);
    int64_t to = lk_options_int64(options, schema, LK_FUNNEL_REPORT_TO_STEP);
    if (to == 0) to = step_count;
    LK_FAIL_IF(to > step_count, error, LEADKPI_BAD_ARGUMENT,
               "to_step: expected at most %d, the number of steps, found %d", (int)step_count, (int)to);
    LK_FAIL_IF(from >= to, error, LEADKPI_BAD_ARGUMENT,
               "from_step: expected a step before to_step, which is %d, found %d", (int)to, (int)from);
    *way = (lk_way){.from = (int32_t)from - 1, .to = (int32_t)to - 1};
    return LEADKPI_OK;
}

/* The least number whose cube is `count` or more: PostHog's number of bars. */
static int64_t cube_root_up(size_t count)
{
    int64_t root = 1;
    while (root * root * root < (int64_t)count) root++;
    return root;
}

/* Of the waits of all. */
static leadkpi_status set_bars(const lk_waits *w, const leadkpi_options *options, bars *b, leadkpi_error *error)
{
    const lk_schema *schema = &lk_funnel_report_schema;
    int64_t bin_width = lk_options_int64(options, schema, LK_FUNNEL_REPORT_BIN_WIDTH);
    int64_t bin_count = lk_options_int64(options, schema, LK_FUNNEL_REPORT_BINS);
    int64_t least = INT64_MAX, most = 0;
    LK_FAIL_IF(bin_width && bin_count, error, LEADKPI_CONTRADICTION,
               "bins, bin_width: expected one of them, found both");
    for (size_t i = 0; i < w->came_count; i++) {
        if (i % LK_INTERRUPT_ROWS == LK_INTERRUPT_ROWS - 1) LK_TRY(lk_interrupted(w->memory, error));
        if (w->came[i] < least) least = w->came[i];
        if (w->came[i] > most) most = w->came[i];
    }
    if (w->came_count == 0) return LEADKPI_OK;
    if (bin_width == 0) {
        if (bin_count == 0) bin_count = cube_root_up(w->came_count);
        int64_t whole = (most - least) / bin_count;
        bin_width = whole + 1; /* so that the longest wait is within the last bar */
        b->start = least;
    } else {
        b->start = least - least % bin_width;
        int64_t needed = (most - b->start) / bin_width;
        LK_FAIL_IF(needed >= BARS_MAX, error, LEADKPI_BAD_ARGUMENT,
                   "bin_width: expected at most %d bars, found %lld", BARS_MAX, (long long)needed + 1);
        bin_count = needed + 1;
    }
    b->width = bin_width;
    b->count = (size_t)bin_count;
    return LEADKPI_OK;
}

/* ---- the table ------------------------------------------------------------------------- */

static leadkpi_status add_columns(const lk_groups *g, leadkpi_table *table, size_t rows, columns *c,
                                  leadkpi_error *error)
{
    LK_TRY(lk_table_add_double(table, LK_LITERAL("from_seconds"), "s", rows, false, &c->from_seconds,
                               error));
    LK_TRY(lk_table_add_double(table, LK_LITERAL("to_seconds"), "s", rows, false, &c->to_seconds, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("completed"), lk_groups_unit(g), rows, false,
                              &c->completed, error));
    c->share_at = leadkpi_table_column_count(table);
    LK_TRY(lk_table_add_double(table, LK_LITERAL("share"), "fraction", rows, true, &c->share, error));
    c->cumulative_at = leadkpi_table_column_count(table);
    return lk_table_add_double(table, LK_LITERAL("cumulative_share"), "fraction", rows, true,
                               &c->cumulative, error);
}

static leadkpi_status fill_group(const lk_waits *w, const bars *b, leadkpi_table *table, const columns *c,
                                 size_t row, leadkpi_error *error)
{
    int64_t so_far = 0;
    for (size_t i = 0; i < w->came_count; i++) {
        if (i % LK_INTERRUPT_ROWS == LK_INTERRUPT_ROWS - 1) LK_TRY(lk_interrupted(w->memory, error));
        c->completed[row + (size_t)((w->came[i] - b->start) / b->width)]++;
    }
    for (size_t bar = 0; bar < b->count; bar++) {
        size_t at = row + bar;
        c->from_seconds[at] = (double)(b->start + (int64_t)bar * b->width) / 1e6;
        c->to_seconds[at] = (double)(b->start + (int64_t)(bar + 1) * b->width) / 1e6;
        so_far += c->completed[at];
        if (w->came_count == 0) {
            lk_table_set_null(table, c->share_at, at);
            lk_table_set_null(table, c->cumulative_at, at);
            continue;
        }
        c->share[at] = (double)c->completed[at] / (double)w->came_count;
        c->cumulative[at] = (double)so_far / (double)w->came_count;
    }
    return LEADKPI_OK;
}

static leadkpi_status fill_groups(const lk_groups *g, lk_way *way, const bars *b, leadkpi_table *table,
                                  leadkpi_error *error)
{
    size_t rows;
    columns c;
    LK_FAIL_IF(!lk_size_multiply(b->count, g->count, &rows), error, LEADKPI_OVERFLOW,
               "bars: more than the address space holds");
    LK_TRY(lk_groups_add_columns(g, b->count, table, error));
    LK_TRY(add_columns(g, table, rows, &c, error));
    for (uint32_t i = 0; i < g->count; i++) {
        LK_TRY(lk_groups_gather(g, &g->items[i], way, 1, error));
        LK_TRY(fill_group(&way->waits, b, table, &c, (size_t)i * b->count, error));
    }
    return LEADKPI_OK;
}

/* The group of all, which says where bars are, is the last one. */
static leadkpi_status fill_way(const lk_groups *g, const leadkpi_options *options, lk_way *way,
                               leadkpi_table *table, leadkpi_error *error)
{
    bars b = {0};
    LK_TRY(lk_groups_gather(g, &g->items[g->count - 1], way, 1, error));
    LK_TRY(set_bars(&way->waits, options, &b, error));
    return fill_groups(g, way, &b, table, error);
}

static leadkpi_status fill(lk_results *results, const leadkpi_options *options, leadkpi_table *table,
                           leadkpi_error *error)
{
    lk_groups groups;
    lk_way way;
    LK_TRY(read_steps(results->funnel, options, &way, error));
    LK_TRY(lk_groups_find(results, options, &groups, error));
    lk_waits_open(&way.waits, &results->memory, 0);
    leadkpi_status status =
        fill_way(&groups, options, results->ways ? results->ways : &way, table, error);
    lk_waits_close(&way.waits);
    lk_groups_free(&groups);
    return status;
}

leadkpi_status leadkpi_funnel_histogram(const leadkpi_funnel *funnel, const leadkpi_options *options,
                                        leadkpi_table **out, leadkpi_error *error)
{
    lk_way way;
    lk_results results = {.report = LK_FUNNEL_IS_HISTOGRAM, .ways = &way, .way_count = 1};
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(funnel, error);
    LK_TRY(lk_funnel_require_times(funnel, error));
    LK_TRY(lk_funnel_check_way(funnel, "waits", error));
    LK_TRY(lk_options_check(options, &lk_funnel_report_schema, error));
    LK_TRY(read_steps(funnel, options, &way, error));
    uint64_t timed_steps = (uint64_t)1 << way.from | (uint64_t)1 << way.to;
    return lk_funnel_report_on(funnel, options, &results, timed_steps, fill, out, error);
}
