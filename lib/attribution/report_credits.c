#include "attribution/rollup.h"

#include <leadkpi/stats.h>

/* An error above this part of its credit is too large to act on. */
#define ERROR_SHARE_MAX 0.3

/* The longest text of flags. */
#define FLAGS_SIZE 96

typedef struct sheet {
    lk_report *report;
    lk_rollup rollup;
    size_t rows_a_model; /* groups, unattributed, total */
    double quantile;     /* Student's, for the intervals; NaN: none */
    int kind;            /* of the column that is being made */
    int part;            /* the same */
    uint32_t dimension;
    uint32_t unused;
    double **costs;      /* level * LK_COST_SUMS + which: by member, then of all; NaN: not known */
    char *flags;         /* FLAGS_SIZE: those of the row that is being written */
} sheet;

enum { ROW_GROUP, ROW_SUBTOTAL, ROW_UNATTRIBUTED, ROW_TOTAL };

/* Which model, whose credits, and which of their cells a row shows. */
typedef struct place {
    int kind;
    size_t model;
    lk_line line; /* of a group; else level 0 */
    const lk_credits *credits;
    size_t cell; /* but of the total */
} place;

static place place_of(const sheet *s, size_t row)
{
    size_t within = row % s->rows_a_model, groups = s->rollup.line_count;
    place p = {.kind = within > groups ? ROW_TOTAL : ROW_UNATTRIBUTED, .model = row / s->rows_a_model};
    if (within < groups) {
        p.line = s->rollup.lines[within];
        p.kind = p.line.level + 1 < s->rollup.level_count ? ROW_SUBTOTAL : ROW_GROUP;
    }
    p.credits = &s->rollup.credits[p.line.level];
    p.cell = p.model * p.credits->rows + (within < groups ? p.line.member : p.credits->rows - 1);
    return p;
}

static bool is_group(const place *p)
{
    return p->kind == ROW_GROUP || p->kind == ROW_SUBTOTAL;
}

/* ---- texts ---------------------------------------------------------------------------- */

static lk_text model_at(const void *context, size_t row, bool *is_null)
{
    const sheet *s = context;
    (void)is_null;
    return s->report->models[row / s->rows_a_model].name;
}

static lk_text row_at(const void *context, size_t row, bool *is_null)
{
    static const lk_text names[] = {{"group", 5}, {"subtotal", 8}, {"unattributed", 12}, {"total", 5}};
    (void)is_null;
    return names[place_of(context, row).kind];
}

static lk_text dimension_at(const void *context, size_t row, bool *is_null)
{
    const sheet *s = context;
    place p = place_of(s, row);
    const lk_report *level = &s->rollup.levels[p.line.level];
    *is_null = !is_group(&p) || s->dimension >= level->members.dimension_count;
    return *is_null ? LK_LITERAL("") : lk_member_text(level, p.line.member, s->dimension);
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
    return lk_exact_sum_to_double(&s->rollup.credits[0].total.amount[kind]);
}

static double credit_at(const sheet *s, size_t row, int kind)
{
    place p = place_of(s, row);
    return p.kind == ROW_TOTAL ? total_of(s, kind) : p.credits->values[kind][p.cell];
}

static double error_at(const sheet *s, size_t row, int kind)
{
    place p = place_of(s, row);
    return p.kind == ROW_TOTAL ? lk_report_nan() : p.credits->errors[kind][p.cell];
}

static double share_at(const sheet *s, size_t row)
{
    double total = total_of(s, s->kind);
    return total != 0 ? credit_at(s, row, s->kind) / total : lk_report_nan();
}

static double share_error_at(const sheet *s, size_t row)
{
    place p = place_of(s, row);
    return p.kind == ROW_TOTAL ? lk_report_nan() : p.credits->share_errors[s->kind][p.cell];
}

/* An end of an interval, which does not pass 0, as credit does not. */
static double end_at(const sheet *s, double estimate, double error, int side)
{
    double end = estimate + side * s->quantile * error;
    return end < 0 && estimate >= 0 ? 0 : end;
}

/* A part is not more than the whole, unless it is said to be: participation, and values below 0. */
static double share_high_at(const sheet *s, size_t row)
{
    double share = share_at(s, row), high = end_at(s, share, share_error_at(s, row), 1);
    return high > 1 && share <= 1 ? 1 : high;
}

enum {
    PART_CREDIT,
    PART_ERROR,
    PART_LOW,
    PART_HIGH,
    PART_SHARE,
    PART_SHARE_ERROR,
    PART_SHARE_LOW,
    PART_SHARE_HIGH,
    PART_COUNT
};

static double number_at(const void *context, size_t row)
{
    const sheet *s = context;
    switch (s->part) {
    case PART_CREDIT: return credit_at(s, row, s->kind);
    case PART_ERROR: return error_at(s, row, s->kind);
    case PART_LOW: return end_at(s, credit_at(s, row, s->kind), error_at(s, row, s->kind), -1);
    case PART_HIGH: return end_at(s, credit_at(s, row, s->kind), error_at(s, row, s->kind), 1);
    case PART_SHARE: return share_at(s, row);
    case PART_SHARE_ERROR: return share_error_at(s, row);
    case PART_SHARE_LOW: return end_at(s, share_at(s, row), share_error_at(s, row), -1);
    default: return share_high_at(s, row);
    }
}

static leadkpi_status add_credit(sheet *s, leadkpi_table *table, size_t rows, int kind,
                                 leadkpi_error *error)
{
    static const char *const names[2][PART_COUNT] = {
        {"conversions", "conversions_error", "conversions_low", "conversions_high",
         "conversion_share", "conversion_share_error", "conversion_share_low",
         "conversion_share_high"},
        {"value", "value_error", "value_low", "value_high", "value_share", "value_share_error",
         "value_share_low", "value_share_high"}};
    s->kind = kind;
    for (s->part = PART_CREDIT; s->part < PART_COUNT; s->part++) {
        const char *unit = s->part >= PART_SHARE ? "fraction" : kind ? "currency" : "conversions";
        LK_TRY(lk_report_add_numbers(table, names[kind][s->part], unit, rows, number_at, s, error));
    }
    return LEADKPI_OK;
}

static double removal_at(const void *context, size_t row)
{
    const sheet *s = context;
    place p = place_of(s, row);
    if (!is_group(&p)) return lk_report_nan();
    return (s->part == PART_ERROR ? p.credits->removal_errors : p.credits->removal)[s->kind][p.cell];
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

/* Of a level's members, and behind them of all. */
static leadkpi_status sum_costs(sheet *s, lk_report *level, double **costs, int which,
                                leadkpi_error *error)
{
    const lk_members *m = &level->members;
    const lk_attribution_store *store = level->attribution->store;
    lk_memory *memory = &s->report->memory;
    lk_exact_sum *sums;
    LK_TRY(lk_allocate(memory, (size_t)m->count + 1, sizeof(double), costs, error));
    for (size_t i = 0; i <= m->count; i++) (*costs)[i] = lk_report_nan();
    LK_TRY(lk_allocate(memory, (size_t)m->count + 1, sizeof *sums, &sums, error));
    memset(sums, 0, ((size_t)m->count + 1) * sizeof *sums);
    leadkpi_status status = LEADKPI_OK;
    for (uint32_t kind = 0; kind < m->kind_count && kind < store->cost_capacity; kind++) {
        const lk_cost_sums *cost = &store->costs[kind];
        uint32_t member = m->of_kind[kind];
        if (!cost->known[which] || status != LEADKPI_OK) continue;
        status = lk_exact_sum_add(&sums[member], &cost->sums[which], error);
        if (status == LEADKPI_OK)
            status = lk_exact_sum_add(&sums[m->count], &cost->sums[which], error);
        (*costs)[member] = (*costs)[m->count] = 0;
    }
    for (size_t i = 0; i <= m->count; i++)
        if ((*costs)[i] == 0) (*costs)[i] = lk_exact_sum_to_double(&sums[i]);
    lk_release(memory, sums, (size_t)m->count + 1, sizeof *sums);
    return status;
}

static double cost_at(const sheet *s, size_t row, int which)
{
    place p = place_of(s, row);
    const double *costs = s->costs ? s->costs[p.line.level * LK_COST_SUMS + (size_t)which] : NULL;
    if (p.kind == ROW_UNATTRIBUTED || !costs) return lk_report_nan();
    return costs[is_group(&p) ? p.line.member : s->rollup.levels[0].members.count];
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

static leadkpi_status sum_all_costs(sheet *s, leadkpi_error *error)
{
    size_t count = s->rollup.level_count * LK_COST_SUMS;
    if (!s->report->attribution->store) return LEADKPI_OK;
    LK_TRY(lk_allocate(&s->report->memory, count, sizeof *s->costs, &s->costs, error));
    memset(s->costs, 0, count * sizeof *s->costs);
    for (size_t i = 0; i < count; i++)
        LK_TRY(sum_costs(s, &s->rollup.levels[i / LK_COST_SUMS], &s->costs[i],
                         (int)(i % LK_COST_SUMS), error));
    return LEADKPI_OK;
}

static leadkpi_status add_costs(sheet *s, leadkpi_table *table, size_t rows, leadkpi_error *error)
{
    static const char *const names[] = {"cost", "cost_per_conversion", "roas",
                                        "roi",  "claimed_conversions", "over_claim"};
    static const char *const units[] = {"currency", "currency", "ratio",
                                        "fraction", "conversions", "fraction"};
    LK_TRY(sum_all_costs(s, error));
    for (s->part = COST; s->part <= OVER_CLAIM; s->part++)
        LK_TRY(lk_report_add_numbers(table, names[s->part], units[s->part], rows, cost_number_at, s,
                                     error));
    return LEADKPI_OK;
}

/* ---- flags --------------------------------------------------------------------------------- */

/* Data-driven models have no error of what is unattributed: there the units alone count. */
static bool has_few_data(const sheet *s, size_t row)
{
    place p = place_of(s, row);
    if (s->report->filter.groups < 2 || p.kind == ROW_TOTAL) return false;
    if (p.kind == ROW_UNATTRIBUTED && s->report->models[p.model].family != LK_FAMILY_RULE)
        return p.credits->groups < 2;
    double credit = credit_at(s, row, 0), error = error_at(s, row, 0);
    return error != error || error > ERROR_SHARE_MAX * (credit < 0 ? -credit : credit);
}

static void put_flag(const sheet *s, size_t *length, bool holds, lk_text name)
{
    if (!holds) return;
    if (*length) s->flags[(*length)++] = ',';
    memcpy(s->flags + *length, name.data, name.length);
    *length += name.length;
}

static lk_text flags_at(const void *context, size_t row, bool *is_null)
{
    const sheet *s = context;
    place p = place_of(s, row);
    const lk_model *model = &s->report->models[p.model];
    size_t length = 0;
    put_flag(s, &length, model->rule.participation, LK_LITERAL("overlapping"));
    put_flag(s, &length, p.credits->timeless[p.model], LK_LITERAL("no_times"));
    put_flag(s, &length, p.credits->missing[p.model] != 0, LK_LITERAL("missing_milestones"));
    put_flag(s, &length, is_group(&p) && p.line.level > 0 && model->family != LK_FAMILY_RULE,
             LK_LITERAL("reconciled"));
    put_flag(s, &length, has_few_data(s, row), LK_LITERAL("few_data"));
    (void)is_null;
    return (lk_text){s->flags, length};
}

/* ---- the reports ------------------------------------------------------------------------------ */

static leadkpi_status open_sheet(sheet *s, lk_report *report, leadkpi_error *error)
{
    LK_TRY(lk_rollup_open(&s->rollup, report, error));
    LK_TRY(lk_allocate(&report->memory, FLAGS_SIZE, 1, &s->flags, error));
    s->rows_a_model = s->rollup.line_count + 2;
    double level =
        lk_options_double(report->options, &lk_attribution_report_schema, LK_REPORT_LEVEL);
    uint32_t groups = s->rollup.credits[0].groups;
    s->quantile = groups > 1 && report->filter.groups > 1
                      ? leadkpi_stats_t_upper_quantile((1 - level) / 2, groups - 1)
                      : lk_report_nan();
    return LEADKPI_OK;
}

static void close_sheet(sheet *s)
{
    lk_memory *memory = &s->report->memory;
    size_t count = s->rollup.level_count * LK_COST_SUMS;
    for (size_t i = 0; s->costs && i < count; i++)
        lk_release(memory, s->costs[i],
                   (size_t)s->rollup.levels[i / LK_COST_SUMS].members.count + 1, sizeof(double));
    lk_release(memory, s->costs, count, sizeof *s->costs);
    lk_release(memory, s->flags, FLAGS_SIZE, 1);
    lk_rollup_close(&s->rollup);
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
    sheet s = {.report = report};
    leadkpi_status status = open_sheet(&s, report, error);
    if (status == LEADKPI_OK) status = fill_credits(&s, table, error);
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
    sheet s = {.report = report};
    report->filter.groups = 1; /* no errors are shown, so none are worked out */
    leadkpi_status status = open_sheet(&s, report, error);
    if (status == LEADKPI_OK) status = fill_sides(&s, table, error);
    close_sheet(&s);
    return status;
}

leadkpi_status leadkpi_attribution_compare(const leadkpi_attribution *attribution,
                                           const leadkpi_options *options, leadkpi_table **out,
                                           leadkpi_error *error)
{
    return lk_report_run(attribution, options, true, fill_compare, out, error);
}
