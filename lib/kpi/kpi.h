/* kpi.h: the catalogue inside the library.
 *
 * An entry of kpi.def becomes two rows: how it is computed (lk_kpi_formulas,
 * from formulas.c) and what is said about it (lk_kpi_catalogue, from
 * catalogue.c). Rows are in the order of the numbers; other files work with
 * the row, called index. */
#ifndef LK_KPI_H
#define LK_KPI_H

#include <leadkpi/kpi.h>

#include "base/error.h"
#include "kpi/entry.h"

/* Rows of a block of columns; a constant, so that compilers vectorise the loop over it. */
#define LK_KPI_BLOCK_ROWS 256

/* One input of a KPI over arrays. */
typedef struct lk_sample {
    const double *values;
    size_t count;
} lk_sample;

/* How an interval is made. The first ones need no more than the inputs. */
enum {
    LK_INTERVAL_WILSON = 1, /* first of second; a subset on cohort basis, else two counts */
    LK_INTERVAL_MULTINOMIAL, /* the same of one share among several */
    LK_INTERVAL_POISSON,     /* the count first over the known second */
    LK_INTERVAL_COST_PER_POISSON, /* the known money first over the count second */
    LK_INTERVAL_RATIO_POISSON,    /* the counts first and second */
    LK_INTERVAL_RATE_RATIO_MINUS1, /* the counts first (now) and second (before) */
    LK_INTERVAL_DIFFERENCE_POISSON, /* the counts first less third, over the known second */
    LK_INTERVAL_KATZ_RATIO,        /* first of second over third of fourth */
    LK_INTERVAL_MEAN_T,            /* sample: its mean */
    LK_INTERVAL_ORDER_STAT,        /* sample: its quantile */
    LK_INTERVAL_KM,                /* sample: events and at risk */
    LK_INTERVAL_COMPOUND_POISSON,  /* a sum over a random number of deals */
    LK_INTERVAL_RATIO_FIELLER,
    LK_INTERVAL_DELTA_PRODUCT,
    LK_INTERVAL_DELONG,
    LK_INTERVAL_DETERMINISTIC,
    LK_INTERVAL_PROPAGATE,
    LK_INTERVAL_ENTITY_DISPERSION
};

/* What the method of an entry needs. */
enum {
    LK_PARTS_NONE = 0,      /* there is no interval, whatever is given */
    LK_PARTS_INPUTS = 1,    /* the inputs suffice */
    LK_PARTS_DISPERSED = 2  /* the spread behind the inputs (dispersion.h) */
};

/* What an interval is made of. */
typedef struct lk_kpi_parts {
    double first, second, third, fourth;
} lk_kpi_parts;

typedef struct lk_kpi_formula {
    int32_t number;
    uint8_t input_count;
    uint8_t is_sample;
    uint8_t interval; /* LK_INTERVAL_... as the entry says */
    uint8_t has_parts; /* LK_PARTS_...: what the method needs */
    uint16_t inputs[LK_KPI_INPUTS_MAX]; /* indices of measures */

    /* Over numbers, x[i] being input i. `row` is the value, NaN where undefined.
     * `block` is the same for LK_KPI_BLOCK_ROWS rows, and so is `wide_block`, which asks for
     * AVX2 where that can be. `condition` is the entry's.
     * `transform` makes a value from the ratio of the first two parts. */
    double (*row)(const double *x);
    void (*block)(const double *const *x, double *restrict values);
    void (*wide_block)(const double *const *x, double *restrict values);
    int (*condition)(const double *x);
    void (*parts)(const double *x, lk_kpi_parts *parts);
    double (*transform)(const double *x, double ratio);

    /* Over arrays. */
    double (*sample)(const lk_sample *x);
    double sample_probability; /* of LK_INTERVAL_ORDER_STAT */
} lk_kpi_formula;

/* What is said about it; NULL in a variant: as its KPI. */
typedef struct lk_kpi_texts {
    const char *title;          /* "Cost per lead (CPL)" */
    const char *label;          /* for a narrow column: "CPL" */
    const char *aliases;        /* "; " between them */
    const char *category;       /* of categories.def */
    const char *formula;        /* in words */
    const char *unit;           /* of the value */
    const char *display;        /* how to print it */
    const char *direction;      /* "higher", "lower", "neutral" is better */
    const char *undefined_when; /* in words */
    const char *basis;          /* "cohort|period" where the caller has to say */
    const char *additivity;     /* how it merges */
    const char *keep;           /* what to keep in order to merge it */
    const char *grain;          /* natural periods */
    const char *guardrail;      /* the KPI to look at beside it */
    const char *used_by;        /* who uses this variant */
    const char *notes;          /* traps */
    const char *version;        /* of the definition; NULL: "1" */
    const char *since;          /* the release; NULL: "0.1" */
    int survivor_biased;        /* 1: only those that finished are in it; not inherited */
} lk_kpi_texts;

typedef struct lk_kpi_entry {
    int32_t number;
    const char *id, *variant, *symbol, *name;
    const char *expr, *condition, *inputs;
    lk_kpi_texts texts;
} lk_kpi_entry;

extern const lk_kpi_formula lk_kpi_formulas[];
extern const lk_kpi_entry lk_kpi_catalogue[];
extern const int32_t lk_kpi_entry_count;

/* The row of a number; -1 where there is none. */
int32_t lk_kpi_index(int32_t number);

/* The row of the KPI that a variant belongs to. */
int32_t lk_kpi_index_of_main(int32_t index);

/* As leadkpi_kpi_property, by row and by number of the property. */
const char *lk_kpi_text(int32_t index, int32_t property);

/* "cohort|period" applies: the caller says the basis. */
bool lk_kpi_has_basis(int32_t index);

/* Counts and sums of a period: twice the time is twice the number. */
bool lk_kpi_adds_up_over_time(int32_t index);

const char *lk_kpi_interval_name(int method);

/* Why the KPI has no interval from its inputs alone; "" where it has one. */
const char *lk_kpi_interval_reason(int32_t index);

#endif
