/* source.h: where a KPI's inputs come from in a report.
 *
 * Each input of each KPI is a measure of the catalogue. A measure is, in this
 * order: what the caller gave (option inputs); a fact that was handed in under
 * its name; or what the rows themselves say (leads, stages, costs). */
#ifndef LK_CAMPAIGNS_SOURCE_H
#define LK_CAMPAIGNS_SOURCE_H

#include "campaigns/fact_names.h"
#include "campaigns/tally.h"

/* A measure in one cell. */
typedef struct lk_reading {
    double value;          /* NaN where the status is not OK */
    double least, most;    /* bounds, where NOT_ADDITIVE; else the value */
    leadkpi_status status; /* OK, NOT_GIVEN, NOT_ADDITIVE; of a derived KPI its own */
    uint32_t flags;        /* LEADKPI_FLAG_PARTIAL, or 0 */
    double low, high;      /* the interval of a derived KPI; NaN where there is none */
} lk_reading;

enum {
    LK_SOURCE_NOT_GIVEN,
    LK_SOURCE_INPUT,       /* the constant `value` */
    LK_SOURCE_FACT,        /* the fact `index`; where the cell has none, as `otherwise` */
    LK_SOURCE_COUNT,       /* the count `index` */
    LK_SOURCE_MATURE,      /* the same, where option mature_after says what is mature */
    LK_SOURCE_DUPLICATES,  /* records that are no new person */
    LK_SOURCE_DEALS,       /* the value of deals: sum `index` */
    LK_SOURCE_SPEND,       /* a spend, `index` of LK_SPEND_ */
    LK_SOURCE_PREVIOUS,    /* the count `index` in the period before: 0 where others have a row in it */
    LK_SOURCE_ALL_LEADS,   /* the leads of all segments in this period */
    LK_SOURCE_DAYS,        /* the length of the period; index 1: of the one before */
    LK_SOURCE_KPI          /* the KPI `index` in the same cell */
};

enum {
    LK_SPEND_MEDIA,
    LK_SPEND_CAMPAIGN,
    LK_SPEND_OVERHEAD,
    LK_SPEND_MARKETING,
    LK_SPEND_SALES,
    LK_SPEND_FULL /* campaign and overhead */
};

typedef struct lk_source {
    int kind;
    int index;
    int otherwise; /* of a fact: the kind to fall back on, */
    int otherwise_index;
    bool is_distinct;
    double value;
} lk_source;

/* For input `input` of a KPI. By name: once a KPI, not once a cell. */
lk_source lk_source_find(const lk_tally *tally, int32_t kpi, int32_t input);

lk_reading lk_source_read(const lk_tally *tally, const lk_source *source, uint32_t cell);

#endif
