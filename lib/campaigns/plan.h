/* plan.h: a report as asked for: its options, read and checked against the handle. */
#ifndef LK_CAMPAIGNS_PLAN_H
#define LK_CAMPAIGNS_PLAN_H

#include "base/options.h"
#include "calendar/calendar.h"
#include "campaigns/cells.h"
#include "campaigns/people.h"

enum {
    LK_REPORT_BY,
    LK_REPORT_KPIS,
    LK_REPORT_AS_OF,
    LK_REPORT_FROM,
    LK_REPORT_TO,
    LK_REPORT_BASIS,
    LK_REPORT_LEVEL,
    LK_REPORT_SKIPPED_STAGES,
    LK_REPORT_OVERHEAD,
    LK_REPORT_WEIGHTS,
    LK_REPORT_INPUTS,
    LK_REPORT_SLA,
    LK_REPORT_AUTOMATIC,
    LK_REPORT_MATURE_AFTER,
    LK_REPORT_TOTALS,
    LK_REPORT_SHAPE,
    LK_REPORT_CALENDAR,
    LK_REPORT_OPTION_COUNT = LK_REPORT_CALENDAR + LK_CALENDAR_OPTION_COUNT
};
extern const lk_schema lk_campaigns_report_schema;

enum { LK_BASIS_COHORT, LK_BASIS_PERIOD };
enum { LK_SKIPPED_IMPLIED, LK_SKIPPED_STRICT, LK_SKIPPED_ANY };
enum { LK_OVERHEAD_NONE, LK_OVERHEAD_SPEND, LK_OVERHEAD_LEADS, LK_OVERHEAD_WEIGHTS };
enum { LK_SHAPE_WIDE, LK_SHAPE_LONG };

#define LK_REPORT_KPIS_MAX 256
#define LK_REPORT_INPUTS_MAX 64
#define LK_REPORT_WEIGHTS_MAX 1024

/* A constant that the caller gives: a quota, a churn rate, ... */
typedef struct lk_report_input {
    lk_text measure;
    double value;
} lk_report_input;

/* A share of the overhead, by the text of the first dimension. */
typedef struct lk_report_weight {
    lk_text segment;
    double weight;
} lk_report_weight;

typedef struct lk_plan {
    const leadkpi_campaigns *campaigns;
    const lk_store *store;
    const leadkpi_options *options;
    lk_memory *memory; /* of the report itself */
    lk_calendar *calendar;
    lk_segments segments;
    int32_t kpis[LK_REPORT_KPIS_MAX];
    size_t kpi_count;
    lk_report_input inputs[LK_REPORT_INPUTS_MAX];
    size_t input_count;
    lk_report_weight *weights;
    size_t weight_count;
    uint8_t *stages;    /* meaning of each stage name */
    uint8_t *automatic; /* is this response kind no answer by a person? */
    int64_t as_of;      /* the last instant that is looked at */
    int64_t from, to;   /* half-open */
    int64_t sla;
    int64_t mature_after;
    bool has_mature_after;
    int basis;
    int skipped_stages;
    int overhead;
    int shape;
    bool totals;
    bool has_periods;
    bool has_hours; /* some hour is not open */
    double level;
} lk_plan;

/* `memory` counts and gives back all of it. On failure nothing is held. */
leadkpi_status lk_plan_read(lk_plan *plan, const leadkpi_campaigns *campaigns,
                            const leadkpi_options *options, lk_memory *memory,
                            leadkpi_error *error);
void lk_plan_free(lk_plan *plan);

/* Is a time within what the report looks at? */
static inline bool lk_plan_sees(const lk_plan *plan, int64_t time)
{
    return time <= plan->as_of && time >= plan->from && time < plan->to;
}

#endif
