/* tally.h: the persons, stages and costs of a plan, added up in cells. */
#ifndef LK_CAMPAIGNS_TALLY_H
#define LK_CAMPAIGNS_TALLY_H

#include "campaigns/plan.h"
#include "kpi/estimate.h"

/* Durations, in microseconds. They follow the lead: cell and period are the
 * lead's on either basis, so that open leads can be counted with the others. */
enum {
    LK_DURATION_RESPONSE,      /* lead to first answer by a person */
    LK_DURATION_RESPONSE_OPEN, /* the same in opening time */
    LK_DURATION_CYCLE,         /* lead to won */
    LK_DURATION_OPEN_AGE,      /* of leads that nobody has worked on yet */
    LK_DURATION_KINDS
};

typedef struct lk_duration {
    int64_t duration;
    uint32_t cell;
    uint32_t ended; /* 0: still going on when last seen */
} lk_duration;

typedef struct lk_durations {
    lk_duration *items;
    size_t count;
    size_t capacity;
    uint32_t *ends; /* after lk_tally_make items lie by cell, and end there; the total has none */
    uint32_t cell_count;
} lk_durations;

typedef struct lk_tally {
    lk_plan *plan;
    lk_people people;
    lk_cells cells;
    uint32_t total;  /* the cell of everything */
    uint32_t *order; /* the other cells by segment (texts, null first) and period */
    size_t order_count;
    lk_map64 periods;      /* starts of the periods that have a cell, */
    int64_t *period_leads; /* and the leads of all segments in them */
    bool wants[LK_DURATION_KINDS];
    lk_durations durations[LK_DURATION_KINDS];
    bool sales_given; /* some row of the handle has a sales cost */
    bool value_given; /* some deal has a value */
    lk_calendar_cursor cursor;
    lk_kpi_settings settings; /* level and basis of the plan */
} lk_tally;

#define LK_STAGE_NEVER INT64_MAX

/* What became of one person, as of the plan's time. */
typedef struct lk_journey {
    int64_t entered[LK_STAGE_COUNT]; /* first entry; LK_STAGE_NEVER */
    int64_t answered;                /* first answer by a person; LK_STAGE_NEVER */
    int64_t closed;                  /* won, lost, no decision or rejected; LK_STAGE_NEVER */
} lk_journey;

/* `lead` stands for a person. Skipped stages are not filled in. */
void lk_journey_read(const lk_plan *plan, const lk_people *people, uint32_t lead,
                     lk_journey *journey);

/* The path as the plan's skipped_stages has it. */
void lk_journey_complete(const lk_plan *plan, lk_journey *journey);

/* Adds everything up; `wants` is set. On failure nothing is held. */
leadkpi_status lk_tally_make(lk_tally *tally, lk_plan *plan, leadkpi_error *error);
void lk_tally_free(lk_tally *tally);

/* Parts of it. */
leadkpi_status lk_tally_people(lk_tally *tally, leadkpi_error *error);
leadkpi_status lk_tally_facts(lk_tally *tally, leadkpi_error *error);
leadkpi_status lk_tally_overhead(lk_tally *tally, leadkpi_error *error);

/* The cell of a tuple at a time. */
leadkpi_status lk_tally_cell(lk_tally *tally, uint32_t tuple, int64_t time, uint32_t *cell,
                             leadkpi_error *error);

/* The samples of one cell; of all cells for the total. */
const lk_duration *lk_tally_durations_of(const lk_tally *tally, int kind, uint32_t cell, size_t *count);

#endif
