#include "attribution/report.h"

typedef struct sums {
    lk_exact_sum all[LK_PATH_SUMS];
    lk_exact_sum untouched[2]; /* conversions, value of journeys without a touch */
} sums;

static leadkpi_status visit(void *context, const lk_journey *journey, leadkpi_error *error)
{
    sums *s = context;
    for (int i = 0; i < LK_PATH_SUMS; i++)
        LK_TRY(lk_exact_sum_add(&s->all[i], &journey->sums[i], error));
    for (int i = 0; i < 2 && journey->count == 0; i++)
        LK_TRY(lk_exact_sum_add(&s->untouched[i], &journey->sums[i], error));
    return LEADKPI_OK;
}

typedef struct line {
    const char *name;
    double number;
} line;

static lk_text name_at(const void *context, size_t row, bool *is_null)
{
    (void)is_null;
    return lk_text_of(((const line *)context)[row].name, LEADKPI_NUL_TERMINATED);
}

static double number_at(const void *context, size_t row)
{
    return ((const line *)context)[row].number;
}

/* Of sums in place of journeys: what they are sums of; how many journeys there were is not known. */
static leadkpi_status take_fold(const lk_report *report, sums *s, leadkpi_error *error)
{
    const lk_attribution_store *store = report->attribution->store;
    const lk_fold *fold = store ? store->fold : NULL;
    for (uint32_t g = 0; fold && g < fold->group_count; g++) {
        const lk_exact_sum *group = fold->groups[g].sums;
        for (int i = 0; i < LK_PATH_SUMS; i++) LK_TRY(lk_exact_sum_add(&s->all[i], &group[i], error));
        for (int i = 0; i < 2; i++)
            LK_TRY(lk_exact_sum_add(&s->untouched[i], &group[LK_FOLD_UNTOUCHED + i], error));
    }
    return LEADKPI_OK;
}

static double counted(bool folds, uint64_t count)
{
    return folds ? lk_report_nan() : (double)count;
}

static leadkpi_status fill(lk_report *report, leadkpi_table *table, leadkpi_error *error)
{
    sums s = {.all = {LK_EXACT_SUM_ZERO}};
    lk_walk_counts *c = &report->counts;
    bool folds = report->attribution->rule.fold_count != 0;
    report->filter.groups = 1;
    LK_TRY(folds ? take_fold(report, &s, error)
                 : lk_walk(report->attribution, &report->filter, &report->memory, visit, &s, c, error));
    const line lines[] = {
        {"units", (double)c->units},
        {"touches", (double)c->touches},
        {"conversions_added", (double)c->conversions},
        {"paths", counted(folds, c->paths)},
        {"journeys", counted(folds, c->journeys)},
        {"converting_journeys", counted(folds, c->converting)},
        {"null_journeys", counted(folds, c->nulls)},
        {"conversions", lk_exact_sum_to_double(&s.all[LK_PATH_CONVERSIONS])},
        {"value", lk_exact_sum_to_double(&s.all[LK_PATH_VALUE])},
        {"nulls", lk_exact_sum_to_double(&s.all[LK_PATH_NULLS])},
        {"unattributed_conversions", lk_exact_sum_to_double(&s.untouched[0])},
        {"unattributed_value", lk_exact_sum_to_double(&s.untouched[1])},
        {"journey_touches", counted(folds, c->journey_touches)},
        {"touches_dropped", counted(folds, c->dropped)},
        {"touches_transformed", counted(folds, c->transformed)},
        {"touches_unused", (double)c->unused_touches},
    };
    size_t rows = sizeof lines / sizeof lines[0];
    LK_TRY(lk_report_add_texts(table, LK_LITERAL("name"), rows, name_at, lines, error));
    return lk_report_add_numbers(table, "number", "", rows, number_at, lines, error);
}

leadkpi_status leadkpi_attribution_summary(const leadkpi_attribution *attribution,
                                           const leadkpi_options *options, leadkpi_table **out,
                                           leadkpi_error *error)
{
    return lk_report_run(attribution, options, false, fill, out, error);
}
