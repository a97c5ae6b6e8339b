/* retention.h: the cells of a retention report: cohorts by ages.
 *
 * A customer's life is cut into brackets of age: on the rolling clock from its
 * own instant, step by step; on the calendar clock by whole periods, the one
 * it was acquired in being age 0. A cell adds up the customers of a cohort in
 * one bracket. */
#ifndef LK_COHORTS_RETENTION_H
#define LK_COHORTS_RETENTION_H

#include "cohorts/view.h"

enum { LK_CLOCK_ROLLING, LK_CLOCK_CALENDAR };
enum { LK_RULE_ON, LK_RULE_ON_OR_AFTER, LK_RULE_ON_OR_BEFORE, LK_RULE_STREAK };
enum { LK_START_FIRST_TIME, LK_START_RECURRING };
enum { LK_ACTIVE_ANY, LK_ACTIVE_ACTIVITY, LK_ACTIVE_REVENUE };

#define LK_BRACKETS_MAX 1000

/* Ages from `from` up to, not with, `to`, in steps or periods. */
typedef struct lk_bracket {
    int64_t from, to;
} lk_bracket;

typedef struct lk_retention_rule {
    int32_t clock, rule, start, active_by;
    int64_t step; /* rolling: microseconds */
    size_t bracket_count;
    lk_bracket brackets[LK_BRACKETS_MAX];
} lk_retention_rule;

typedef struct lk_cell {
    int64_t begun;         /* customers whose bracket has begun */
    int64_t eligible;      /* whose bracket is over */
    int64_t active;        /* of the eligible */
    int64_t active_so_far; /* of the begun */
    int64_t events;        /* of the eligible, in the bracket */
    lk_exact_sum money;    /* of the eligible, in the bracket */
    lk_exact_sum base;     /* of the same customers, in the first bracket */
} lk_cell;

typedef struct lk_cohort {
    lk_head head;
    int64_t size;
} lk_cohort;

typedef struct lk_retention {
    lk_view *view;
    lk_calendar *calendar;
    lk_retention_rule rule;
    int64_t *starts; /* calendar clock: of each period from the first cohort on, and one past the last */
    size_t period_count;
    lk_map128 places; /* (segment, start of the cohort) */
    lk_cohort *cohorts;
    lk_cell *cells; /* bracket_count a cohort */
    lk_head *heads; /* of the cohorts, one after another */
    size_t cohort_count, cohort_capacity;
} lk_retention;

/* Fills the cells of every cohort, in order of segment and start, then a cohort a segment (where
 * there are dimensions) and one for all. Closed by lk_retention_close, on failure too. */
leadkpi_status lk_retention_find(lk_view *view, lk_retention *retention, leadkpi_error *error);
void lk_retention_close(lk_retention *retention);

/* ---- shared between the two ways to fill cells ------------------------------------ */

/* The bracket of an age; bracket_count where it is past the last, -1 before the first. */
int64_t lk_retention_bracket_of(const lk_retention_rule *rule, int64_t age);

/* How many brackets are over, and how many have begun, of who was acquired at `start`, in a period. */
void lk_retention_count_reached(const lk_retention *retention, int64_t start, size_t period,
                                size_t *over, size_t *begun);

static inline bool lk_retention_makes_active(const lk_retention_rule *rule, const lk_cohorts_event *event)
{
    if (event->kind == LK_COHORTS_ACTIVE) return rule->active_by != LK_ACTIVE_REVENUE;
    return event->kind == LK_COHORTS_PAID && rule->active_by != LK_ACTIVE_ACTIVITY &&
           lk_cohorts_sign(event) > 0;
}

/* A cohort more, with cells of zeros. */
leadkpi_status lk_retention_put_cohort(lk_retention *retention, lk_head head, lk_cell **cells,
                                       leadkpi_error *error);

/* Cells of the calendar clock with start=first_time, from rows in no order; `*done` is false, and nothing is
 * done, where it would take a place for far more cohorts than there are customers. */
leadkpi_status lk_retention_fill_directly(lk_retention *retention, bool *done, leadkpi_error *error);

/* ---- the schema ---------------------------------------------------------------- */

enum {
    LK_RETENTION_CLOCK = LK_VIEW_OPTION_COUNT,
    LK_RETENTION_STEP,
    LK_RETENTION_AGES,
    LK_RETENTION_BRACKETS,
    LK_RETENTION_RULE,
    LK_RETENTION_START,
    LK_RETENTION_ACTIVE_BY,
    LK_RETENTION_CALENDAR,
    LK_RETENTION_OPTION_COUNT = LK_RETENTION_CALENDAR + LK_CALENDAR_OPTION_COUNT
};
extern const lk_schema lk_cohorts_retention_schema;

/* Status: OK, BAD_ARGUMENT, CONTRADICTION. */
leadkpi_status lk_retention_read_rule(const leadkpi_options *options, lk_retention_rule *rule,
                                      leadkpi_error *error);

#endif
