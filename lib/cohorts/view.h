/* view.h: the customers of a handle as one report sees them: who was acquired
 * when, as of the report's time, and to which segment each belongs. */
#ifndef LK_COHORTS_VIEW_H
#define LK_COHORTS_VIEW_H

#include "calendar/calendar.h"
#include "cohorts/timeline.h"

/* The options that every report has, together from an index `first` on. */
enum {
    LK_VIEW_AS_OF,
    LK_VIEW_ACQUIRED,
    LK_VIEW_BY,
    LK_VIEW_LEVEL,
    LK_VIEW_OPTION_COUNT
};
#define LK_VIEW_OPTIONS(first, default_acquired)                                                                  \
    [(first) + LK_VIEW_AS_OF] = {"as_of", LK_OPTION_TIMESTAMP, .unit = "time",                     \
        .meaning = "The end of what is known: rows after it do not count. Required."},             \
    [(first) + LK_VIEW_ACQUIRED] = {"acquired", LK_OPTION_CHOICE, .choices = "given|first_event",  \
        .default_text = default_acquired,                                                                 \
        .meaning = "A customer without an acquisition row is left out, or was acquired with its "  \
                   "first row of any kind."},                                                      \
    [(first) + LK_VIEW_BY] = {"by", LK_OPTION_LIST, .unit = "dimensions",                          \
        .meaning = "Dimensions of the acquisitions: a segment for each combination of values."},   \
    [(first) + LK_VIEW_LEVEL] = {"level", LK_OPTION_DOUBLE, .unit = "fraction", .minimum = ">0",   \
        .maximum = "<1", .default_text = "0.95", .meaning = "Level of the intervals."}

/* A month on the average of 400 years. */
#define LK_MONTH_MICROSECONDS (365.2425 / 12 * 86400e6)

/* The time of acquisition of who has none. */
#define LK_NOT_ACQUIRED INT64_MAX

typedef struct lk_view {
    lk_memory memory; /* a count of its own */
    const leadkpi_cohorts *cohorts;
    const leadkpi_options *options;
    const lk_schema *schema;
    int first; /* of the options above */
    lk_timeline timeline;
    int64_t as_of;
    double level;
    size_t dimension_count;
    int64_t *acquired;  /* of each customer */
    uint32_t *segments; /* of each customer, in order of the values; 0 for who was not acquired */
    uint32_t *segment_tuples; /* of each segment: the number of one tuple in it */
    uint32_t segment_count;
} lk_view;

/* Status: OK, MISMATCH, BAD_ARGUMENT (no as_of), UNKNOWN_NAME (a dimension), OUT_OF_MEMORY, LIMIT,
 * INTERRUPTED. On failure nothing is held. */
leadkpi_status lk_view_open(const leadkpi_cohorts *cohorts, const leadkpi_options *options,
                            const lk_schema *schema, int first, lk_view *view, leadkpi_error *error);
void lk_view_close(lk_view *view);

/* The events of a customer that are not after as_of; of a timeline that was sorted. */
typedef struct lk_events_of {
    const lk_cohorts_event *items;
    uint32_t count;
} lk_events_of;
lk_events_of lk_view_events(const lk_view *view, uint32_t customer);

/* Each acquired customer, in order of ids: sums of doubles are the same bits for the same rows. Asks the host
 * between customers. Status: OK, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
typedef void (*lk_customer_visit)(void *context, uint32_t customer);
leadkpi_status lk_view_visit(lk_view *view, lk_customer_visit visit, void *context, leadkpi_error *error);

/* ---- rows of a report ------------------------------------------------------------- */

enum {
    LK_HEAD_COHORT,
    LK_HEAD_PERIOD,
    LK_HEAD_SEGMENT,
    LK_HEAD_TOTAL,
    LK_HEAD_PERIOD_TOTAL, /* of all segments in one period */
};

/* What the columns in front of a row say. */
typedef struct lk_head {
    int32_t what; /* LK_HEAD_... */
    uint32_t segment;
    int64_t start; /* of the cohort or period */
} lk_head;

/* row, the dimensions of `by`, and with a calendar cohort_start, cohort_end and cohort (or
 * period_...); each head rows_a_head times. */
leadkpi_status lk_view_add_heads(const lk_view *view, const lk_calendar *calendar,
                                 bool is_cohort, const lk_head *heads, size_t head_count,
                                 size_t rows_a_head, leadkpi_table *table, leadkpi_error *error);

/* The cell of the last column becomes null. */
static inline void lk_cohorts_null(leadkpi_table *table, size_t row)
{
    lk_table_set_null(table, leadkpi_table_column_count(table) - 1, row);
}

/* A public report from the outside: checks, opens the view, makes the table, fills it. */
typedef leadkpi_status (*lk_cohorts_fill)(lk_view *view, void *context, leadkpi_table *table,
                                          leadkpi_error *error);
leadkpi_status lk_cohorts_report(const leadkpi_cohorts *cohorts, const leadkpi_options *options,
                                 const lk_schema *schema, int first, lk_cohorts_fill fill,
                                 void *context, leadkpi_table **out, leadkpi_error *error);

/* The same; `fill` sorts the timeline itself, if it looks at events customer by customer at all. */
leadkpi_status lk_cohorts_report_in_no_order(const leadkpi_cohorts *cohorts,
                                             const leadkpi_options *options, const lk_schema *schema,
                                             int first, lk_cohorts_fill fill, void *context,
                                             leadkpi_table **out, leadkpi_error *error);

#endif
