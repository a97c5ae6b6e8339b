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

static leadkpi_status fill(lk_report *report, leadkpi_table *table, leadkpi_error *error)
{
    sums s = {.all = {LK_EXACT_SUM_ZERO}};
    lk_walk_counts *c = &report->counts;
    report->filter.groups = 1;
    LK_TRY(lk_walk(report->attribution, &report->filter, &report->memory, visit, &s, c, error));
    const line lines[] = {
        {"units", (double)c->units},
        {"touches", (double)c->touches},
        {"conversions_added", (double)c->conversions},
        {"paths", (double)c->paths},
        {"journeys", (double)c->journeys},
        {"converting_journeys", (double)c->converting},
        {"null_journeys", (double)c->nulls},
        {"conversions", lk_exact_sum_to_double(&s.all[LK_PATH_CONVERSIONS])},
        {"value", lk_exact_sum_to_double(&s.all[LK_PATH_VALUE])},
        {"nulls", lk_exact_sum_to_double(&s.all[LK_PATH_NULLS])},
        {"unattributed_conversions", lk_exact_sum_to_double(&s.untouched[0])},
        {"unattributed_value", lk_exact_sum_to_double(&s.untouched[1])},
        {"journey_touches", (double)c->journey_touches},
        {"touches_dropped", (double)c->dropped},
        {"touches_transformed", (double)c->transformed},
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
