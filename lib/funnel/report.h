/* report.h: groups of results, and the columns that all reports by group begin with. */
#ifndef LK_FUNNEL_REPORT_H
#define LK_FUNNEL_REPORT_H

#include "base/table.h"
#include "funnel/results.h"

/* Results order[first] to order[last - 1]. */
typedef struct lk_group {
    uint32_t first, last;
    uint32_t segment; /* number in the store; 0: none, and of the total */
    bool is_total;
} lk_group;

typedef struct lk_groups {
    const lk_results *results;
    lk_memory *memory;
    lk_calendar *calendar; /* NULL: no periods */
    uint32_t *order; /* of the groups, and behind it that of the total, in which each result stands once */
    size_t order_count;
    lk_group *items;
    uint32_t count;
    uint32_t capacity;
} lk_groups;

/* By segment and period as the options say, in order, the total last. Status: as the reports. */
leadkpi_status lk_groups_find(lk_results *results, const leadkpi_options *options, lk_groups *groups,
                              leadkpi_error *error);
void lk_groups_free(lk_groups *groups);

/* How many got to each step or farther; of a step that may be left out, or that counts by itself, how
 * many did it. `reached` has a place a step. Status: OK, INTERRUPTED. */
leadkpi_status lk_groups_count_reached(const lk_groups *groups, const lk_group *group, int64_t *reached,
                                       leadkpi_error *error);

/* The waits of a group: of the whole where they were put as results came, else gathered from those. Of ways
 * whose waits are open, and whose `from` rises. Status: OK, OVERFLOW, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_groups_gather(const lk_groups *groups, const lk_group *group, lk_way *ways,
                                size_t way_count, leadkpi_error *error);

/* CONTRADICTION where the rule has no way from step to step whose `what` could be asked for. */
leadkpi_status lk_funnel_check_way(const leadkpi_funnel *funnel, const char *what,
                                   leadkpi_error *error);

/* row, segment, period_start, period_end and period, as far as they apply. */
leadkpi_status lk_groups_add_columns(const lk_groups *groups, size_t rows_a_group,
                                     leadkpi_table *table, leadkpi_error *error);

/* Asks the host where a pass over the places of groups is at one of many. */
static inline leadkpi_status lk_groups_interrupted(const lk_groups *groups, uint32_t place, leadkpi_error *error)
{
    return lk_interrupted_at(groups->memory, place, error);
}

/* The same where so many rows are written from `row` on, which take longer than places. */
#define LK_INTERRUPT_GROUP_ROWS 4096
static inline leadkpi_status lk_groups_ask_at_rows(const lk_groups *groups, size_t row, size_t count,
                                                   leadkpi_error *error)
{
    bool asks = row / LK_INTERRUPT_GROUP_ROWS != (row + count) / LK_INTERRUPT_GROUP_ROWS;
    return asks ? lk_interrupted(groups->memory, error) : LEADKPI_OK;
}

static inline const lk_result *lk_groups_result(const lk_groups *groups, uint32_t place)
{
    return &groups->results->items[groups->order[place]];
}

/* What a result is, as the unit of a column. */
static inline const char *lk_groups_unit(const lk_groups *groups)
{
    return lk_funnel_counts_attempts(&groups->results->funnel->rule) ? "attempts" : "leads";
}

/* The step's text in the definition; step from 0. */
static inline lk_text lk_funnel_step_name(const leadkpi_funnel *funnel, int32_t step)
{
    return lk_options_list_item(funnel->definition, &lk_funnel_schema, LK_FUNNEL_STEPS, (size_t)step);
}

/* What each report writes into its table. */
typedef leadkpi_status (*lk_funnel_fill)(lk_results *results, const leadkpi_options *options,
                                         leadkpi_table *table, leadkpi_error *error);

/* A public report, which asks for the times of some steps, as bits: checks, finds the results, makes the table, fills
 * it, and frees all on failure. */
leadkpi_status lk_funnel_report(const leadkpi_funnel *funnel, const leadkpi_options *options,
                                uint64_t timed_steps, lk_funnel_fill fill, leadkpi_table **out,
                                leadkpi_error *error);

/* The same with results that look at something else than the rule. */
leadkpi_status lk_funnel_report_on(const leadkpi_funnel *funnel, const leadkpi_options *options,
                                   lk_results *results, uint64_t timed_steps, lk_funnel_fill fill,
                                   leadkpi_table **out, leadkpi_error *error);

/* Value, low and high of a share with Wilson's interval, into a row of three columns that follow each
 * other; null where the denominator is 0. */
leadkpi_status lk_put_rate(leadkpi_table *table, double *const rate[3], int32_t first_column, size_t row,
                           int64_t numerator, int64_t denominator, double level,
                           leadkpi_error *error);

/* A text column of the steps' names, group by group. */
leadkpi_status lk_groups_add_step_names(const lk_groups *groups, uint32_t group_count,
                                        leadkpi_table *table, leadkpi_error *error);

/* The period of the group as it is labelled, or the segment, or null. */
leadkpi_status lk_groups_append_segment(const lk_groups *groups, const lk_group *group,
                                        lk_text_builder *builder, leadkpi_error *error);
leadkpi_status lk_groups_append_period(const lk_groups *groups, const lk_group *group,
                                       lk_text_builder *builder, leadkpi_error *error);

/* The cell of the last column becomes null. */
static inline void lk_set_last_null(leadkpi_table *table, size_t row)
{
    lk_table_set_null(table, leadkpi_table_column_count(table) - 1, row);
}

#endif
