/* cells.h: what a report adds up: a cell a segment and period.
 *
 * A segment is one combination of the dimensions asked for. Cells hold counts,
 * exact sums, and facts; the total is the merge of all cells, never of rates. */
#ifndef LK_CAMPAIGNS_CELLS_H
#define LK_CAMPAIGNS_CELLS_H

#include "campaigns/store.h"
#include "campaigns/vocabulary.h"

/* What is counted in a cell. Persons, unless it says otherwise. */
enum {
    LK_COUNT_LEADS,
    LK_COUNT_LEAD_RECORDS, /* rows */
    LK_COUNT_REACHED,      /* the first of LK_STAGE_COUNT: entered that stage */
    LK_COUNT_DEALS_WON = LK_COUNT_REACHED + LK_STAGE_COUNT, /* won rows */
    LK_COUNT_DEALS_VALUED,                                  /* of those, with a value */
    LK_COUNT_DEALS_LOST,                                    /* lost rows */
    LK_COUNT_DEALS_NO_DECISION,                             /* rows */
    LK_COUNT_OPPORTUNITIES,                                 /* opportunity rows */
    LK_COUNT_OPPORTUNITIES_VALUED,
    LK_COUNT_REVIEWED,  /* MQLs that sales accepted or rejected */
    LK_COUNT_REJECTED,  /* of those, rejected */
    LK_COUNT_RETURNED,  /* accepted by sales, and recycled */
    LK_COUNT_ANSWERED,  /* reached by a person: response or stage */
    LK_COUNT_TRIAL_WON, /* won after a trial */
    LK_COUNT_SLA_DUE,   /* answered, or the limit has passed */
    LK_COUNT_SLA_MET,
    LK_COUNT_MATURE,     /* as old as option mature_after */
    LK_COUNT_MATURE_WON, /* of those, won by that age */
    LK_COUNT_MEDIA_ROWS, /* facts that have that sum */
    LK_COUNT_CAMPAIGN_ROWS,
    LK_COUNT_MARKETING_ROWS,
    LK_COUNT_SALES_ROWS,
    LK_COUNT_COUNT
};

enum {
    LK_SUM_WON_VALUE,
    LK_SUM_OPPORTUNITY_VALUE,
    LK_SUM_MEDIA,
    LK_SUM_CAMPAIGN,  /* by scope: own rows */
    LK_SUM_MARKETING,
    LK_SUM_SALES,
    LK_SUM_ALLOCATED_MARKETING, /* what overhead was given to this cell, or taken from it */
    LK_SUM_ALLOCATED_SALES,
    LK_SUM_WON_SQUARES,            /* of the values of won rows, scaled: lk_cell_add_square */
    LK_SUM_OPPORTUNITY_SQUARES,    /* the same of opportunity rows */
    LK_SUM_WON_SQUARES_OF_PERSONS, /* of what each person's won rows come to; cohort basis */
    LK_SUM_COUNT
};

typedef struct lk_cell {
    int64_t counts[LK_COUNT_COUNT];
    lk_exact_sum sums[LK_SUM_COUNT];
    uint32_t flags; /* LEADKPI_FLAG_..., of its period; set once all is added up */
} lk_cell;

/* One measure that was handed in, in one cell. */
typedef struct lk_cell_fact {
    lk_exact_sum sum;
    lk_exact_sum largest; /* no single row of the largest fact has less */
    uint64_t rows;        /* how many are in it */
} lk_cell_fact;

/* A report has at most so many dimensions. */
#define LK_REPORT_DIMENSIONS_MAX 64

/* The combinations of the dimensions asked for. */
typedef struct lk_segments {
    uint32_t dimensions[LK_REPORT_DIMENSIONS_MAX]; /* of the store */
    size_t dimension_count;
    lk_map128 nodes;     /* as the store's trie, with a step for null too */
    uint32_t *of_tuple;  /* a segment (a node) for each tuple, root included */
    uint32_t tuple_count;
} lk_segments;

typedef struct lk_cells {
    lk_memory *memory;
    lk_map128 keys; /* (segment, period start) */
    lk_cell *items;
    size_t capacity;
    lk_map128 fact_keys; /* (cell, fact name) */
    lk_cell_fact *facts;
    size_t fact_capacity;
} lk_cells;

/* The segment of the total. */
#define LK_SEGMENT_TOTAL UINT32_MAX

/* Fills of_tuple; `dimensions` are set. */
leadkpi_status lk_segments_find(lk_segments *segments, const lk_store *store, lk_memory *memory,
                                leadkpi_error *error);
void lk_segments_free(lk_segments *segments, lk_memory *memory);

/* Of two segments that are not the same, the texts of the first dimension in which they differ. */
void lk_segments_differ(const lk_segments *segments, uint32_t a, uint32_t b, uint32_t *text_a,
                        uint32_t *text_b);

/* The text (its index in store->texts, LK_MAP_NONE for null) of dimension `place` of a segment. */
uint32_t lk_segment_text(const lk_segments *segments, uint32_t segment, size_t place);

/* The cell of a segment and period, made where there is none. */
leadkpi_status lk_cells_find(lk_cells *cells, uint32_t segment, int64_t period, uint32_t *cell,
                             leadkpi_error *error);
uint32_t lk_cells_look_up(const lk_cells *cells, uint32_t segment, int64_t period);

static inline uint32_t lk_cells_segment(const lk_cells *cells, uint32_t cell)
{
    return (uint32_t)cells->keys.keys[cell].high;
}

static inline int64_t lk_cells_period(const lk_cells *cells, uint32_t cell)
{
    return (int64_t)cells->keys.keys[cell].low;
}

/* Adds one fact, the sum of `rows` rows of which the largest is `largest` or more, to a cell. */
leadkpi_status lk_cells_add_fact(lk_cells *cells, uint32_t cell, uint32_t name,
                                 const lk_exact_sum *sum, const lk_exact_sum *largest,
                                 uint64_t rows, leadkpi_error *error);

/* NULL where the cell has none of that name. */
const lk_cell_fact *lk_cells_fact(const lk_cells *cells, uint32_t cell, uint32_t name);

/* What a value is multiplied with before it is squared, so that the square of every value that
 * fits an exact sum fits one too. A power of two: it costs no digit. */
#define LK_SQUARE_SCALE 0x1p-32

/* Adds the square of `value`, scaled and rounded once, to a sum of squares. */
void lk_cell_add_square(lk_cell *cell, int sum, double value);

/* Counts and sums of `from` into `into`; not facts. */
void lk_cell_merge(lk_cell *into, const lk_cell *from);

void lk_cells_free(lk_cells *cells);

#endif
