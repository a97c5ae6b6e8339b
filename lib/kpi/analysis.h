/* analysis.h: the schemas of what KPIs say together (leadkpi/kpi_analysis.h, kpi_benchmark.h,
 * kpi_plan.h), and the options that they share. */
#ifndef LK_KPI_ANALYSIS_H
#define LK_KPI_ANALYSIS_H

#include "base/options.h"
#include "kpi/estimate.h"

/* The first two options of every schema that has intervals. */
enum { LK_ANALYSIS_LEVEL, LK_ANALYSIS_BASIS, LK_ANALYSIS_OPTIONS };
#define LK_ANALYSIS_COMMON                                                                         \
    [LK_ANALYSIS_LEVEL] = {"level", LK_OPTION_DOUBLE, .unit = "fraction", .minimum = ">0",         \
                           .maximum = "<1", .default_text = "0.95",                                \
                           .meaning = "The two-sided level of the intervals."},                    \
    [LK_ANALYSIS_BASIS] = {"basis", LK_OPTION_CHOICE, .choices = "cohort|period",                  \
                           .default_text = "cohort",                                               \
                           .meaning = "Of rates: cohort, the numerator is part of the "            \
                                      "denominator; period, both are counted in one period."}

/* What they say. */
static inline lk_kpi_settings lk_analysis_settings(const leadkpi_options *options,
                                                   const lk_schema *schema)
{
    return lk_kpi_settings_of(lk_options_double(options, schema, LK_ANALYSIS_LEVEL),
                              lk_options_choice(options, schema, LK_ANALYSIS_BASIS) + 1);
}

extern const lk_schema lk_kpi_baseline_schema;
extern const lk_schema lk_kpi_benchmark_schema;
extern const lk_schema lk_kpi_compare_schema;
extern const lk_schema lk_kpi_explain_drivers_schema;
extern const lk_schema lk_kpi_explain_mix_schema;
extern const lk_schema lk_kpi_explain_tree_schema;
extern const lk_schema lk_kpi_rank_schema;
extern const lk_schema lk_kpi_scorecard_schema;
extern const lk_schema lk_kpi_season_schema;

#endif
