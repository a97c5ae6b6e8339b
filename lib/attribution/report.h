/* report.h: what every report is made of: its options, its groups, and the credits of its models. */
#ifndef LK_ATTRIBUTION_REPORT_H
#define LK_ATTRIBUTION_REPORT_H

#include "attribution/fold.h"
#include "base/table.h"

/* The options of schema "attribution_report", in their order. */
enum {
    LK_REPORT_MODELS,
    LK_REPORT_BY,
    LK_REPORT_TYPES,
    LK_REPORT_AS_OF,
    LK_REPORT_FROM,
    LK_REPORT_TO,
    LK_REPORT_TWO_TOUCHES,
    LK_REPORT_NO_MIDDLE,
    LK_REPORT_ERRORS,
    LK_REPORT_LEVEL,
    LK_REPORT_MEASURE,
    LK_REPORT_REMOVAL,
    LK_REPORT_COLLAPSE,
    LK_REPORT_PADDED,
    LK_REPORT_PLAYERS_MAX,
    LK_REPORT_SAMPLES,
    LK_REPORT_SEED,
    LK_REPORT_ORDER_MAX,
    LK_REPORT_ROLLUP,
    LK_REPORT_COALITIONS,
    LK_REPORT_PLACES,
    LK_REPORT_CONVERSIONS_AS,
    LK_REPORT_VALUE_AS,
    LK_REPORT_OPTION_COUNT
};

enum { LK_MEASURE_CONVERSIONS, LK_MEASURE_VALUE, LK_MEASURE_SHARE, LK_MEASURE_VALUE_SHARE };

/* Groups of credit: what `by` tells apart. Those that a touch, path or cost has, in order of
 * their texts. */
typedef struct lk_members {
    uint32_t dimensions[LK_DIMENSIONS_MAX]; /* of `by` */
    uint32_t dimension_count;
    uint32_t count;
    uint32_t *of_kind; /* by kind; LK_MAP_NONE: nothing has it */
    uint32_t *kinds;   /* a kind of each */
    uint32_t kind_count;
    uint32_t unused;
} lk_members;

typedef struct lk_report {
    const leadkpi_attribution *attribution;
    const leadkpi_options *options;
    lk_memory memory;
    lk_members members;
    /* "(blank)" and "(unattributed)", or the same in more parentheses, so that nothing else is called
     * so; in memory of their own where `_bytes` is not NULL. */
    lk_text blank, unattributed;
    char *blank_bytes, *unattributed_bytes;
    lk_walk_filter filter;
    uint8_t *types; /* by text; what the filter points to */
    lk_model *models;
    size_t model_count;
    lk_walk_counts counts;
} lk_report;

/* Options checked and read. With or without the models. lk_report_close after any outcome.
 * Status: as the reports. */
leadkpi_status lk_report_open(lk_report *report, const leadkpi_attribution *attribution,
                              const leadkpi_options *options, bool with_models,
                              leadkpi_error *error);
void lk_report_close(lk_report *report);

/* The report by the first `dimension_count` dimensions of `by`. All but the members is the
 * report's, which outlives it. Close after any outcome. */
leadkpi_status lk_report_open_level(const lk_report *report, uint32_t dimension_count,
                                    lk_report *level, leadkpi_error *error);
void lk_report_close_level(lk_report *level);

static inline const lk_map_text *lk_report_texts(const lk_report *report)
{
    return &report->attribution->store->texts;
}

/* A member's text in dimension `d` of `by`. */
lk_text lk_member_text(const lk_report *report, uint32_t member, uint32_t d);

static inline bool lk_member_is_blank(const lk_report *report, uint32_t member, uint32_t d)
{
    return lk_kind_text(report->attribution->store, report->members.kinds[member],
                        report->members.dimensions[d]) == LK_TEXT_BLANK;
}

/* The text as reports show it. */
static inline lk_text lk_report_name(const lk_report *report, uint32_t text)
{
    return text == LK_TEXT_BLANK ? report->blank : lk_map_text_key(lk_report_texts(report), text);
}

/* ---- credits --------------------------------------------------------------------------------- */

/* What the models make of it, by model and row: members first, then the unattributed. */
typedef struct lk_credits {
    lk_credit total;
    lk_exact_sum nulls;
    size_t rows; /* members + 1 */
    lk_credit *credit;     /* of rule models; model * rows + row */
    double *values[LK_ATTRIBUTION_KINDS]; /* the same of all models, as doubles */
    double *errors[LK_ATTRIBUTION_KINDS]; /* NaN: not enough data, or not wanted */
    double *share_errors[LK_ATTRIBUTION_KINDS]; /* of the share of the total */
    double *removal[LK_ATTRIBUTION_KINDS]; /* of Markov, else NaN */
    double *removal_errors[LK_ATTRIBUTION_KINDS];
    double *probability; /* by model: Markov's own, else NaN */
    uint64_t *missing;   /* by model: milestones that found no touch */
    uint8_t *timeless;   /* by model: were journeys without times left out? */
    uint32_t groups;     /* that hold a journey */
    uint32_t unused;
} lk_credits;

leadkpi_status lk_credits_find(lk_report *report, lk_credits *credits, leadkpi_error *error);

/* The same for the same models by other groups each, in one walk over the journeys. All or none. */
leadkpi_status lk_credits_find_levels(lk_report *levels, lk_credits *credits, size_t level_count,
                                      leadkpi_error *error);
void lk_credits_free(lk_report *report, lk_credits *credits);

/* into += total * share / 2^63; exact where total is a multiple of 2^-64. */
void lk_credit_add(lk_exact_sum *into, const lk_exact_sum *total, uint64_t share);

/* The sums of a journey as doubles. Status: OK, OVERFLOW (2^63 and more, which data-driven models
 * do not take). */
leadkpi_status lk_journey_amounts(const lk_journey *journey, double amounts[LK_PATH_SUMS],
                                  leadkpi_error *error);

/* The same as rows of doubles that add up to them: one where each is a double, which most are, else
 * four. So what is counted does not hang on which rows were one journey. */
typedef struct lk_journey_parts {
    uint32_t count;
    uint32_t unused;
    double amounts[4][LK_PATH_SUMS];
} lk_journey_parts;
leadkpi_status lk_journey_split(const lk_journey *journey, lk_journey_parts *parts,
                                leadkpi_error *error);

/* What a batch of journeys came to: its rows are not the caller's. */
static inline leadkpi_status lk_report_without_row(leadkpi_status status, leadkpi_error *error)
{
    if (status != LEADKPI_OK && error) error->row = -1;
    return status;
}

/* Milestones of a journey for a model: the latest of each name at or before the conversion.
 * `times` has room for LK_MILESTONES_MAX. */
void lk_journey_milestones(const lk_model *model, const lk_journey *journey, int64_t *times);

/* ---- columns ---------------------------------------------------------------------------------- */

/* The cell of the last column becomes null. */
static inline void lk_report_set_null(leadkpi_table *table, size_t row)
{
    lk_table_set_null(table, leadkpi_table_column_count(table) - 1, row);
}

/* A column of texts: text_at(context, row, &is_null). */
typedef lk_text (*lk_text_at)(const void *context, size_t row, bool *is_null);
leadkpi_status lk_report_add_texts(leadkpi_table *table, lk_text name, size_t rows,
                                   lk_text_at text_at, const void *context, leadkpi_error *error);

/* A column of doubles where NaN is null. */
typedef double (*lk_number_at)(const void *context, size_t row);
leadkpi_status lk_report_add_numbers(leadkpi_table *table, const char *name, const char *unit,
                                     size_t rows, lk_number_at number_at, const void *context,
                                     leadkpi_error *error);

/* A public report: opens, makes the table, fills it, and frees all on failure. */
typedef leadkpi_status (*lk_report_fill)(lk_report *report, leadkpi_table *table,
                                         leadkpi_error *error);
leadkpi_status lk_report_run(const leadkpi_attribution *attribution, const leadkpi_options *options,
                             bool with_models, lk_report_fill fill, leadkpi_table **out,
                             leadkpi_error *error);

static inline double lk_report_nan(void)
{
    static const uint64_t bits = UINT64_C(0x7FF8000000000000);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
