#include "attribution/report.h"

#include <leadkpi/stats.h>

/* An error above this part of its credit is too large to act on. */
#define ERROR_SHARE_MAX 0.3

typedef struct sheet {
    lk_report *report;
    lk_credits credits;
    size_t rows_a_model; /* members, unattributed, total */
    double quantile;     /* Student's, for the intervals; NaN: none */
    int kind;            /* of the column that is being made */
    int part;            /* the same */
    uint32_t dimension;
    uint32_t unused;
    double *costs[LK_COST_SUMS]; /* by member, then of all; NaN: not known */
} sheet;

enum { ROW_MEMBER, ROW_UNATTRIBUTED, ROW_TOTAL };

static size_t model_of(const sheet *s, size_t row)
{
    return row / s->rows_a_model;
}

static int row_kind(const sheet *s, size_t row)
{
    size_t within = row % s->rows_a_model;
    if (within < s->report->members.count) return ROW_MEMBER;
    return within == s->report->members.count ? ROW_UNATTRIBUTED : ROW_TOTAL;
}

static size_t cell_of(const sheet *s, size_t row)
{
    return model_of(s, row) * s->credits.rows + row % s->rows_a_model;
}

/* ---- texts ---------------------------------------------------------------------------- */

static lk_text model_at(const void *context, size_t row, bool *is_null)
{
    const sheet *s = context;
    (void)is_null;
    return s->report->models[model_of(s, row)].name;
}

static lk_text row_at(const void *context, size_t row, bool *is_null)
{
    static const lk_text names[] = {{"group", 5}, {"unattributed", 12}, {"total", 5}};
    (void)is_null;
    return names[row_kind(context, row)];
}

static lk_text dimension_at(const void *context, size_t row, bool *is_null)
{
    const sheet *s = context;
    *is_null = row_kind(s, row) != ROW_MEMBER;
    if (*is_null) return LK_LITERAL("");
    return lk_member_text(s->report, (uint32_t)(row % s->rows_a_model), s->dimension);
}

static leadkpi_status add_dimensions(sheet *s, leadkpi_table *table, size_t rows,
                                     leadkpi_error *error)
{
    const lk_members *m = &s->report->members;
    LK_TRY(lk_report_add_texts(table, LK_LITERAL("row"), rows, row_at, s, error));
    for (s->dimension = 0; s->dimension < m->dimension_count; s->dimension++)
        LK_TRY(lk_report_add_texts(
            table, lk_attribution_dimension(s->report->attribution, m->dimensions[s->dimension]),
            rows, dimension_at, s, error));
    return LEADKPI_OK;
}

/* ---- credit ---------------------------------------------------------------------------- */

static double total_of(const sheet *s, int kind)
{
    return lk_exact_sum_to_double(&s->credits.total.amount[kind]);
}

static double credit_at(const sheet *s, size_t row, int kind)
{
    if (row_kind(s, row) == ROW_TOTAL) return total_of(s, kind);
    return s->credits.values[kind][cell_of(s, row)];
}

static double error_at(const sheet *s, size_t row, int kind)
{
    if (row_kind(s, row) == ROW_TOTAL) return lk_report_nan();
    return s->credits.errors[kind][cell_of(s, row)];
}

enum { PART_CREDIT, PART_ERROR, PART_LOW, PART_HIGH, PART_SHARE };

static double number_at(const void *context, size_t row)
{
    const sheet *s = context;
    double credit = credit_at(s, row, s->kind), error = error_at(s, row, s->kind), total;
    switch (s->part) {
    case PART_CREDIT: return credit;
    case PART_ERROR: return error;
    case PART_LOW: {
        double low = credit - s->quantile * error;
        return low < 0 && credit >= 0 ? 0 : low;
    }
    case PART_HIGH: return credit + s->quantile * error;
    default:
        total = total_of(s, s->kind);
        return total != 0 ? credit / total : lk_report_nan();
    }
}

static leadkpi_status add_credit(sheet *s, leadkpi_table *table, size_t rows, int kind,
                                 leadkpi_error *error)
{
    static const char *const names[2][5] = {
        {"conversions", "conversions_error", "conversions_low", "conversions_high",
         "conversion_share"},
        {"value", "value_error", "value_low", "value_high", "value_share"}};
    s->kind = kind;
    for (s->part = PART_CREDIT; s->part <= PART_SHARE; s->part++) {
        const char *unit = s->part == PART_SHARE ? "fraction" : kind ? "currency" : "conversions";
        LK_TRY(lk_report_add_numbers(table, names[kind][s->part], unit, rows, number_at, s, error));
    }
    return LEADKPI_OK;
}

static double removal_at(const void *context, size_t row)
{
    const sheet *s = context;
    if (row_kind(s, row) != ROW_MEMBER) return lk_report_nan();
    return (s->part == PART_ERROR ? s->credits.removal_errors
                                  : s->credits.removal)[s->kind][cell_of(s, row)];
}

static leadkpi_status add_removal(sheet *s, leadkpi_table *table, size_t rows, leadkpi_error *error)
{
    static const char *const names[2][2] = {{"removal_effect", "removal_effect_error"},
                                            {"value_removal_effect", "value_removal_effect_error"}};
    for (s->kind = 0; s->kind < LK_ATTRIBUTION_KINDS; s->kind++)
        for (s->part = PART_CREDIT; s->part <= PART_ERROR; s->part++)
            LK_TRY(lk_report_add_numbers(table, names[s->kind][s->part], "fraction", rows,
                                         removal_at, s, error));
    return LEADKPI_OK;
}

/* ---- costs ------------------------------------------------------------------------------- */

static leadkpi_status sum_costs(sheet *s, int which, leadkpi_error *error)
{
    lk_report *r = s->report;
    const lk_attribution_store *store = r->attribution->store;
    size_t members = r->members.count;
    lk_exact_sum *sums;
    LK_TRY(lk_allocate(&r->memory, members + 1, sizeof(double), &s->costs[which], error));
    LK_TRY(lk_allocate(&r->memory, members + 1, sizeof *sums, &sums, error));
    for (size_t i = 0; i <= members; i++) {
        s->costs[which][i] = lk_report_nan();
        sums[i] = LK_EXACT_SUM_ZERO;
    }
    leadkpi_status status = LEADKPI_OK;
    for (uint32_t kind = 0; kind < r->members.kind_count && kind < store->cost_capacity; kind++) {
        const lk_cost_sums *cost = &store->costs[kind];
        uint32_t member = r->members.of_kind[kind];
        if (!cost->known[which] || status != LEADKPI_OK) continue;
        status = lk_exact_sum_add(&sums[member], &cost->sums[which], error);
        if (status == LEADKPI_OK)
            status = lk_exact_sum_add(&sums[members], &cost->sums[which], error);
        s->costs[which][member] = s->costs[which][members] = 0;
    }
    for (size_t i = 0; i <= members; i++)
        if (s->costs[which][i] == 0) s->costs[which][i] = lk_exact_sum_to_double(&sums[i]);
    lk_release(&r->memory, sums, members + 1, sizeof *sums);
    return status;
}

static double cost_at(const sheet *s, size_t row, int which)
{
    if (row_kind(s, row) == ROW_UNATTRIBUTED || !s->costs[which]) return lk_report_nan();
    size_t member = row_kind(s, row) == ROW_TOTAL ? s->report->members.count
                                                  : row % s->rows_a_model;
    return s->costs[which][member];
}

static double ratio(double above, double below)
{
    return below != 0 ? above / below : lk_report_nan();
}

enum { COST, COST_PER_CONVERSION, ROAS, ROI, CLAIMED, OVER_CLAIM };

static double cost_number_at(const void *context, size_t row)
{
    const sheet *s = context;
    double cost = cost_at(s, row, LK_COST_COST), claimed = cost_at(s, row, LK_COST_CLAIMED);
    switch (s->part) {
    case COST: return cost;
    case COST_PER_CONVERSION: return ratio(cost, credit_at(s, row, 0));
    case ROAS: return ratio(credit_at(s, row, 1), cost);
    case ROI: return ratio(credit_at(s, row, 1) - cost, cost);
    case CLAIMED: return claimed;
    default: return ratio(claimed, credit_at(s, row, 0)) - 1;
    }
}

static leadkpi_status add_costs(sheet *s, leadkpi_table *table, size_t rows, leadkpi_error *error)
{
    static const char *const names[] = {"cost", "cost_per_conversion", "roas",
                                        "roi",  "claimed_conversions", "over_claim"};
    static const char *const units[] = {"currency", "currency", "ratio",
                                        "fraction", "conversions", "fraction"};
    for (int which = 0; which < LK_COST_SUMS && s->report->attribution->store; which++)
        LK_TRY(sum_costs(s, which, error));
    for (s->part = COST; s->part <= OVER_CLAIM; s->part++)
        LK_TRY(lk_report_add_numbers(table, names[s->part], units[s->part], rows, cost_number_at, s,
                                     error));
    return LEADKPI_OK;
}

/* ---- flags --------------------------------------------------------------------------------- */

/* Data-driven models have no error of what is unattributed: there the units alone count. */
static bool has_few_data(const sheet *s, size_t row)
{
    if (s->report->filter.groups < 2 || row_kind(s, row) == ROW_TOTAL) return false;
    if (row_kind(s, row) == ROW_UNATTRIBUTED &&
        s->report->models[model_of(s, row)].family != LK_FAMILY_RULE)
        return s->credits.groups < 2;
    double credit = credit_at(s, row, 0), error = error_at(s, row, 0);
    return error != error || error > ERROR_SHARE_MAX * (credit < 0 ? -credit : credit);
}

/* All combinations of the four, so that nothing has to be put together. */
static lk_text flags_at(const void *context, size_t row, bool *is_null)
{
    static const char *const texts[] = {
        "", "overlapping", "no_times", "overlapping,no_times", "missing_milestones",
        "overlapping,missing_milestones", "no_times,missing_milestones",
        "overlapping,no_times,missing_milestones", "few_data", "overlapping,few_data",
        "no_times,few_data", "overlapping,no_times,few_data", "missing_milestones,few_data",
        "overlapping,missing_milestones,few_data", "no_times,missing_milestones,few_data",
        "overlapping,no_times,missing_milestones,few_data"};
    const sheet *s = context;
    size_t model = model_of(s, row);
    int flags = (s->report->models[model].rule.participation ? 1 : 0) |
                (s->credits.timeless[model] ? 2 : 0) | (s->credits.missing[model] ? 4 : 0) |
                (has_few_data(s, row) ? 8 : 0);
    (void)is_null;
    return lk_text_of(texts[flags], LEADKPI_NUL_TERMINATED);
}

/* ---- the reports ------------------------------------------------------------------------------ */

static leadkpi_status open_sheet(sheet *s, lk_report *report, leadkpi_error *error)
{
    memset(s, 0, sizeof *s);
    s->report = report;
    s->rows_a_model = (size_t)report->members.count + 2;
    LK_TRY(lk_credits_find(report, &s->credits, error));
    double level =
        lk_options_double(report->options, &lk_attribution_report_schema, LK_REPORT_LEVEL);
    uint32_t groups = s->credits.groups;
    s->quantile = groups > 1 && report->filter.groups > 1
                      ? leadkpi_stats_t_upper_quantile((1 - level) / 2, groups - 1)
                      : lk_report_nan();
    return LEADKPI_OK;
}

static void close_sheet(sheet *s)
{
    for (int which = 0; which < LK_COST_SUMS; which++)
        lk_release(&s->report->memory, s->costs[which], (size_t)s->report->members.count + 1,
                   sizeof(double));
    lk_credits_free(s->report, &s->credits);
}

static leadkpi_status fill_credits(sheet *s, leadkpi_table *table, leadkpi_error *error)
{
    size_t rows = s->rows_a_model * s->report->model_count;
    LK_TRY(lk_report_add_texts(table, LK_LITERAL("model"), rows, model_at, s, error));
    LK_TRY(add_dimensions(s, table, rows, error));
    LK_TRY(add_credit(s, table, rows, LK_ATTRIBUTION_COUNT, error));
    LK_TRY(add_credit(s, table, rows, LK_ATTRIBUTION_VALUE, error));
    LK_TRY(add_removal(s, table, rows, error));
    LK_TRY(add_costs(s, table, rows, error));
    return lk_report_add_texts(table, LK_LITERAL("flags"), rows, flags_at, s, error);
}

static leadkpi_status fill(lk_report *report, leadkpi_table *table, leadkpi_error *error)
{
    sheet s;
    LK_TRY(open_sheet(&s, report, error));
    leadkpi_status status = fill_credits(&s, table, error);
    close_sheet(&s);
    return status;
}

leadkpi_status leadkpi_attribution_credits(const leadkpi_attribution *attribution,
                                           const leadkpi_options *options, leadkpi_table **out,
                                           leadkpi_error *error)
{
    return lk_report_run(attribution, options, true, fill, out, error);
}

/* ---- side by side ------------------------------------------------------------------------------- */

typedef struct one_model {
    sheet *sheet;
    size_t model;
} one_model;

static double side_at(const void *context, size_t row)
{
    const one_model *one = context;
    return number_at(one->sheet, one->model * one->sheet->rows_a_model + row);
}

static leadkpi_status fill_sides(sheet *s, leadkpi_table *table, leadkpi_error *error)
{
    static const char *const units[] = {"conversions", "currency", "fraction", "fraction"};
    int measure = lk_options_choice(s->report->options, &lk_attribution_report_schema,
                                    LK_REPORT_MEASURE);
    LK_TRY(add_dimensions(s, table, s->rows_a_model, error));
    s->kind = measure == LK_MEASURE_VALUE || measure == LK_MEASURE_VALUE_SHARE;
    s->part = measure >= LK_MEASURE_SHARE ? PART_SHARE : PART_CREDIT;
    for (size_t m = 0; m < s->report->model_count; m++) {
        one_model one = {s, m};
        lk_text name = s->report->models[m].name;
        double *values;
        LK_TRY(lk_table_add_double(table, name, units[measure], s->rows_a_model, true, &values,
                                   error));
        for (size_t row = 0; row < s->rows_a_model; row++) {
            values[row] = side_at(&one, row);
            if (values[row] != values[row]) lk_report_set_null(table, row);
        }
    }
    return LEADKPI_OK;
}

static leadkpi_status fill_compare(lk_report *report, leadkpi_table *table, leadkpi_error *error)
{
    sheet s;
    report->filter.groups = 1; /* no errors are shown, so none are worked out */
    LK_TRY(open_sheet(&s, report, error));
    leadkpi_status status = fill_sides(&s, table, error);
    close_sheet(&s);
    return status;
}

leadkpi_status leadkpi_attribution_compare(const leadkpi_attribution *attribution,
                                           const leadkpi_options *options, leadkpi_table **out,
                                           leadkpi_error *error)
{
    return lk_report_run(attribution, options, true, fill_compare, out, error);
}
