#include "funnel/report.h"

typedef struct columns {
    int64_t *from_step, *to_step, *completed;
    lk_waits_columns waits;
} columns;

/* ---- ways ------------------------------------------------------------------------------- */

/* The first step to the last, where that is another pair, and each to the next. */
static size_t set_ways(int32_t step_count, lk_way *ways)
{
    size_t count = 0;
    if (step_count > 2) ways[count++] = (lk_way){.from = 0, .to = step_count - 1};
    for (int32_t step = 1; step < step_count; step++) ways[count++] = (lk_way){.from = step - 1, .to = step};
    return count;
}

/* Of the rows of a group the first to the last step is the last one. */
static size_t row_of_way(size_t way, size_t way_count)
{
    return (way + way_count - 1) % way_count;
}

/* To the ways from the steps that it got to. */
static leadkpi_status put_on_ways(const lk_results *r, uint32_t number, lk_way *ways, size_t way_count,
                                  leadkpi_error *error)
{
    const lk_result *result = &r->items[number];
    for (lk_way *way = ways; way < ways + way_count && way->from < result->level; way++) {
        bool came;
        if (!lk_way_counts(way, result->level, result->done, &came)) continue;
        int64_t end = came ? lk_results_time(r, number, way->to) : lk_results_watched(r, result->until);
        LK_TRY(lk_waits_put(&way->waits, end - lk_results_time(r, number, way->from), came, error));
    }
    return LEADKPI_OK;
}

leadkpi_status lk_groups_gather(const lk_groups *g, const lk_group *group, lk_way *ways, size_t way_count,
                                leadkpi_error *error)
{
    if (g->results->ways) return LEADKPI_OK;
    for (size_t i = 0; i < way_count; i++) lk_waits_clear(&ways[i].waits);
    for (uint32_t i = group->first; i < group->last; i++) {
        LK_TRY(lk_groups_interrupted(g, i, error));
        LK_TRY(put_on_ways(g->results, g->order[i], ways, way_count, error));
    }
    return LEADKPI_OK;
}

/* ---- the table -------------------------------------------------------------------------- */

static leadkpi_status add_columns(const lk_groups *g, leadkpi_table *table, size_t rows, columns *c,
                                  leadkpi_error *error)
{
    const char *unit = lk_groups_unit(g);
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("from_step"), "", rows, false, &c->from_step, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("to_step"), "", rows, false, &c->to_step, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("completed"), unit, rows, false, &c->completed, error));
    return lk_waits_add_columns(table, LK_LITERAL("censored"), unit, rows, &c->waits, error);
}

typedef struct rows {
    const lk_groups *groups;
    leadkpi_table *table;
    columns c;
    size_t way_count; /* rows a group */
} rows;

static leadkpi_status write_way(const rows *r, size_t group, size_t number, lk_way *way, leadkpi_error *error)
{
    size_t row = group * r->way_count + row_of_way(number, r->way_count);
    r->c.from_step[row] = way->from + 1;
    r->c.to_step[row] = way->to + 1;
    r->c.completed[row] = (int64_t)way->waits.came_count;
    return lk_waits_write(&way->waits, r->table, &r->c.waits, row, r->groups->results->confidence, error);
}

/* So many ways are gathered at once: a result, and the times that two of them share, are then read once, and the
 * waits of so many held. */
#define WAYS_TOGETHER 4

static leadkpi_status write_group(const rows *r, size_t group, const lk_way *ways, lk_way *together,
                                  leadkpi_error *error)
{
    for (size_t first = 0, count; first < r->way_count; first += count) {
        count = r->way_count - first < WAYS_TOGETHER ? r->way_count - first : WAYS_TOGETHER;
        for (size_t i = 0; i < count; i++) {
            together[i].from = ways[first + i].from;
            together[i].to = ways[first + i].to;
        }
        LK_TRY(lk_groups_gather(r->groups, &r->groups->items[group], together, count, error));
        for (size_t i = 0; i < count; i++) LK_TRY(write_way(r, group, first + i, &together[i], error));
    }
    return LEADKPI_OK;
}

/* Has a group the results of the one before it? With breakdown=any those of a lead stand in many; and the one period
 * or segment that there is has those of all. */
static bool is_as_before(const lk_groups *g, size_t group)
{
    if (group == 0) return false;
    const lk_group *here = &g->items[group], *before = here - 1;
    size_t count = here->last - here->first;
    if (count == 0 || count != before->last - before->first) return false;
    return memcmp(g->order + here->first, g->order + before->first, count * sizeof *g->order) == 0;
}

static void copy_group(const rows *r, size_t group)
{
    for (size_t i = 0; i < r->way_count; i++) {
        size_t row = group * r->way_count + i, before = row - r->way_count;
        r->c.from_step[row] = r->c.from_step[before];
        r->c.to_step[row] = r->c.to_step[before];
        r->c.completed[row] = r->c.completed[before];
        lk_waits_copy(r->table, &r->c.waits, before, row);
    }
}

/* ---- many groups ------------------------------------------------------------------------ */

/* Where results of many groups stand mixed, to go through one group after the other reads each line of memory as
 * often as it has groups. So they are gone through as they stand, and the waits are sorted out instead. */
typedef struct spread {
    uint32_t *group_of;             /* of each result */
    int64_t *cells[WAYS_TOGETHER];  /* a stretch of each group, as long as it has results: from its front those that
                                     * came, from its end those that are still watched */
    lk_waits *waits[WAYS_TOGETHER]; /* of each group; their lists are its stretch, and never grow */
    uint32_t count, group_count;
} spread;

static void close_spread(spread *s, lk_memory *memory)
{
    for (size_t i = 0; i < WAYS_TOGETHER; i++) {
        lk_release(memory, s->cells[i], s->count, sizeof *s->cells[i]);
        lk_release(memory, s->waits[i], s->group_count, sizeof *s->waits[i]);
    }
    lk_release(memory, s->group_of, s->count, sizeof *s->group_of);
}

/* For groups but the total, which has each result too. */
static leadkpi_status open_spread(spread *s, const lk_groups *g, size_t way_count, leadkpi_error *error)
{
    s->count = g->results->count;
    s->group_count = g->count - 1;
    LK_TRY(lk_allocate(g->memory, s->count, sizeof *s->group_of, &s->group_of, error));
    for (size_t i = 0; i < WAYS_TOGETHER && i < way_count; i++) {
        LK_TRY(lk_allocate(g->memory, s->count, sizeof *s->cells[i], &s->cells[i], error));
        LK_TRY(lk_allocate(g->memory, s->group_count, sizeof *s->waits[i], &s->waits[i], error));
    }
    for (uint32_t group = 0; group < s->group_count; group++)
        for (uint32_t i = g->items[group].first; i < g->items[group].last; i++) {
            LK_TRY(lk_groups_interrupted(g, i, error));
            s->group_of[g->order[i]] = group;
        }
    return LEADKPI_OK;
}

static leadkpi_status clear_stretches(spread *s, const lk_groups *g, size_t way, leadkpi_error *error)
{
    for (uint32_t group = 0; group < s->group_count; group++) {
        lk_waits *waits = &s->waits[way][group];
        LK_TRY(lk_groups_interrupted(g, group, error));
        lk_waits_open(waits, g->memory, g->results->funnel->rule.window);
        waits->came = s->cells[way] + g->items[group].first;
        waits->watched = s->cells[way] + g->items[group].last;
    }
    return LEADKPI_OK;
}

static inline void put_in_stretch(lk_waits *waits, int64_t time, bool came)
{
    if (came) {
        waits->came[waits->came_count++] = time;
    } else if (time == waits->whole) {
        waits->whole_count++;
    } else {
        *--waits->watched = time;
        waits->watched_count++;
    }
}

/* Cost a result: 44 bytes and a time of each step of the ways, in order; a wait of each written to one of as many
 * places as there are groups. */
static leadkpi_status spread_ways(spread *s, const lk_groups *g, const lk_way *ways, size_t way_count,
                                  leadkpi_error *error)
{
    const lk_results *r = g->results;
    for (size_t i = 0; i < way_count; i++) LK_TRY(clear_stretches(s, g, i, error));
    for (uint32_t number = 0; number < r->count; number++) {
        const lk_result *result = &r->items[number];
        uint32_t group = s->group_of[number];
        LK_TRY(lk_groups_interrupted(g, number, error));
        for (size_t i = 0; i < way_count && ways[i].from < result->level; i++) {
            bool came;
            if (!lk_way_counts(&ways[i], result->level, result->done, &came)) continue;
            int64_t end = came ? lk_results_time(r, number, ways[i].to) : lk_results_watched(r, result->until);
            put_in_stretch(&s->waits[i][group], end - lk_results_time(r, number, ways[i].from), came);
        }
    }
    return LEADKPI_OK;
}

static leadkpi_status write_spread(const rows *r, spread *s, const lk_way *ways, leadkpi_error *error)
{
    for (size_t first = 0; first < r->way_count; first += WAYS_TOGETHER) {
        size_t count = r->way_count - first < WAYS_TOGETHER ? r->way_count - first : WAYS_TOGETHER;
        LK_TRY(spread_ways(s, r->groups, ways + first, count, error));
        for (size_t i = 0; i < count; i++)
            for (uint32_t group = 0; group < s->group_count; group++) {
                lk_way way = {ways[first + i].from, ways[first + i].to, s->waits[i][group]};
                LK_TRY(write_way(r, group, first + i, &way, error));
            }
    }
    return LEADKPI_OK;
}

/* All but the total. */
static leadkpi_status write_mixed_groups(const rows *r, const lk_way *ways, leadkpi_error *error)
{
    spread s = {.count = 0};
    leadkpi_status status = open_spread(&s, r->groups, r->way_count, error);
    if (status == LEADKPI_OK) status = write_spread(r, &s, ways, error);
    close_spread(&s, r->groups->memory);
    return status;
}

/* ---- all groups ------------------------------------------------------------------------- */

/* Does each result stand in one of several groups? */
static bool are_mixed(const lk_groups *g)
{
    return !g->results->lists && g->count > 2;
}

static leadkpi_status write_groups(const rows *r, const lk_way *ways, leadkpi_error *error)
{
    bool mixed = are_mixed(r->groups);
    if (mixed) LK_TRY(write_mixed_groups(r, ways, error));
    int64_t window = r->groups->results->funnel->rule.window;
    lk_way together[WAYS_TOGETHER];
    leadkpi_status status = LEADKPI_OK;
    for (size_t i = 0; i < WAYS_TOGETHER; i++)
        lk_waits_open(&together[i].waits, r->groups->memory, window);
    for (size_t group = mixed ? r->groups->count - 1 : 0; group < r->groups->count && status == LEADKPI_OK; group++) {
        status = lk_groups_ask_at_rows(r->groups, group * r->way_count, r->way_count, error);
        if (status != LEADKPI_OK) break;
        if (!mixed && is_as_before(r->groups, group))
            copy_group(r, group);
        else
            status = write_group(r, group, ways, together, error);
    }
    for (size_t i = 0; i < WAYS_TOGETHER; i++) lk_waits_close(&together[i].waits);
    return status;
}

/* Of the whole the waits are known. */
static leadkpi_status write_whole(const rows *r, lk_way *ways, leadkpi_error *error)
{
    for (size_t i = 0; i < r->way_count; i++) LK_TRY(write_way(r, 0, i, &ways[i], error));
    return LEADKPI_OK;
}

static leadkpi_status fill_rows(const lk_results *results, const lk_groups *g, leadkpi_table *table,
                                leadkpi_error *error)
{
    lk_way ways[LK_FUNNEL_STEPS_MAX];
    rows r = {.groups = g, .table = table, .way_count = set_ways(results->funnel->rule.step_count, ways)};
    size_t count = r.way_count * g->count;
    LK_TRY(lk_groups_add_columns(g, r.way_count, table, error));
    LK_TRY(add_columns(g, table, count, &r.c, error));
    LK_TRY(results->ways ? write_whole(&r, results->ways, error) : write_groups(&r, ways, error));
    return lk_waits_add_flags(table, &r.c.waits, r.c.completed, count, error);
}

static leadkpi_status fill(lk_results *results, const leadkpi_options *options, leadkpi_table *table,
                           leadkpi_error *error)
{
    lk_groups groups;
    LK_TRY(lk_groups_find(results, options, &groups, error));
    leadkpi_status status = fill_rows(results, &groups, table, error);
    lk_groups_free(&groups);
    return status;
}

leadkpi_status leadkpi_funnel_times(const leadkpi_funnel *funnel, const leadkpi_options *options,
                                    leadkpi_table **out, leadkpi_error *error)
{
    lk_way ways[LK_FUNNEL_STEPS_MAX];
    lk_results results = {.ways = ways};
    leadkpi_error_reset(error);
    if (out) *out = NULL;
    if (funnel) LK_TRY(lk_funnel_require_times(funnel, error));
    LK_TRY(lk_funnel_check_way(funnel, "times", error));
    if (funnel) results.way_count = set_ways(funnel->rule.step_count, ways);
    uint64_t timed_steps = funnel ? lk_funnel_all_steps(&funnel->rule) : 0;
    return lk_funnel_report_on(funnel, options, &results, timed_steps, fill, out, error);
}
