/* report.h: groups of results, and the columns that all reports by group begin with. */
#ifndef LK_FUNNEL_REPORT_H
#define LK_FUNNEL_REPORT_H

#include "base/table.h"
#include "funnel/results.h"

/* Results order[first] to order[last - 1]. */
typedef struct lk_group {
    uint32_t first, last;
    bool is_total;
} lk_group;

typedef struct lk_groups {
    const lk_results *results;
    lk_memory *memory;
    lk_calendar *calendar; /* NULL: no periods */
    uint32_t *order;
    lk_group *items;
    uint32_t count;
    uint32_t capacity;
} lk_groups;

/* By segment and period as the options say, in order, the total last. `with_periods`: look at the
 * grain. Status: as the reports. */
leadkpi_status lk_groups_find(lk_results *results, const leadkpi_options *options, bool with_periods,
                              lk_groups *groups, leadkpi_error *error);
void lk_groups_free(lk_groups *groups);

/* row, segment, period_start, period_end and period, as far as they apply. */
leadkpi_status lk_groups_add_columns(const lk_groups *groups, size_t rows_a_group,
                                     leadkpi_table *table, leadkpi_error *error);

static inline const lk_result *lk_groups_result(const lk_groups *groups, uint32_t place)
{
    return &groups->results->items[groups->order[place]];
}

/* The step's text in the definition; step from 0. */
static inline lk_text lk_funnel_step_name(const leadkpi_funnel *funnel, int32_t step)
{
    return lk_options_list_item(funnel->definition, &lk_funnel_schema, LK_FUNNEL_STEPS, (size_t)step);
}

/* What each report writes into its table. */
typedef leadkpi_status (*lk_funnel_fill)(lk_results *results, const leadkpi_options *options,
                                         leadkpi_table *table, leadkpi_error *error);

/* A public report: checks, finds the results, makes the table, fills it, and frees all on failure. */
leadkpi_status lk_funnel_report(const leadkpi_funnel *funnel, const leadkpi_options *options,
                                bool times_wanted, lk_funnel_fill fill, leadkpi_table **out,
                                leadkpi_error *error);

/* The cell of the last column becomes null. */
static inline void lk_set_last_null(leadkpi_table *table, size_t row)
{
    lk_table_set_null(table, leadkpi_table_column_count(table) - 1, row);
}

#endif
