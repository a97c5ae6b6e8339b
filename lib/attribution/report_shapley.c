/* report_shapley.c: what is inside the Shapley models: how sure sampling is, and credit by the place
 * of touches. */
#include "attribution/coalitions.h"
#include "attribution/gather.h"

#define SCHEMA (&lk_attribution_report_schema)

enum { ERROR, SAMPLING_ERROR, COLUMNS };

/* What one model gives: by member, of the ordered game by place and member. */
typedef struct answer {
    size_t model;
    size_t places; /* 0: not by place */
    double *credit[LK_ATTRIBUTION_KINDS];
    double *columns[LK_ATTRIBUTION_KINDS][COLUMNS];
    lk_attribution_jackknife jackknife; /* of the ordered game */
    uint32_t groups;                    /* so far */
} answer;

typedef struct sheet {
    lk_report *report;
    answer *answers;
    size_t answer_count, room;
    double total[LK_ATTRIBUTION_KINDS];
    size_t *firsts; /* row of each answer, and behind the last one */
    uint32_t dimension;
    int kind, part;
} sheet;

static size_t rows_of(const sheet *s, const answer *a)
{
    return s->report->members.count * (a->places ? a->places : 1);
}

/* ---- solving ------------------------------------------------------------------------------ */

static leadkpi_status allocate(sheet *s, size_t count, double **column, leadkpi_error *error)
{
    LK_TRY(lk_allocate(&s->report->memory, count, sizeof **column, column, error));
    for (size_t i = 0; i < count; i++) (*column)[i] = 0;
    return LEADKPI_OK;
}

static leadkpi_status open_columns(sheet *s, answer *a, leadkpi_error *error)
{
    for (int kind = 0; kind < LK_ATTRIBUTION_KINDS; kind++) {
        LK_TRY(allocate(s, rows_of(s, a), &a->credit[kind], error));
        for (int i = 0; i < COLUMNS; i++)
            LK_TRY(allocate(s, rows_of(s, a), &a->columns[kind][i], error));
    }
    return LEADKPI_OK;
}

static leadkpi_status play(sheet *s, answer *a, const lk_attribution_paths *paths,
                           lk_attribution_values *values, leadkpi_error *error)
{
    lk_memory *memory = &s->report->memory;
    lk_attribution_game game;
    lk_attribution_result result;
    double *noise[2] = {a->columns[0][SAMPLING_ERROR], a->columns[1][SAMPLING_ERROR]};
    LK_TRY(lk_coalitions_game(s->report, &s->report->models[a->model], memory, values, &game, error));
    LK_TRY(lk_attribution_result_init(&result, memory, s->report->members.count, error));
    leadkpi_status status = lk_attribution_shapley(paths, memory, NULL, &game, &result, noise, error);
    for (int kind = 0; kind < LK_ATTRIBUTION_KINDS && status == LEADKPI_OK; kind++)
        for (size_t i = 0; i < s->report->members.count; i++) {
            double credit = result.credit[kind][i];
            a->credit[kind][i] = credit == credit ? credit : 0;
            a->columns[kind][ERROR][i] = result.credit_error[kind][i];
        }
    lk_attribution_result_free(&result, memory);
    return status;
}

static leadkpi_status solve(sheet *s, answer *a, leadkpi_error *error)
{
    lk_gathering g = {0};
    lk_attribution_values values = {.capacity = 0};
    uint32_t groups = s->report->filter.groups;
    LK_TRY(open_columns(s, a, error));
    leadkpi_status status = lk_gather(&g, s->report, groups, error);
    if (status == LEADKPI_OK) status = play(s, a, &g.paths, &values, error);
    lk_attribution_values_free(&values, &s->report->memory);
    lk_gather_drop(&g);
    return status;
}

/* ---- the ordered game, which adds up over paths ---------------------------------------------- */

typedef struct ordering {
    sheet *sheet;
    answer *answer;
    double *parts; /* of one group: conversions by place and member, then value */
} ordering;

static leadkpi_status add_group(lk_gathering *g, leadkpi_error *error)
{
    const ordering *o = g->context;
    answer *a = o->answer;
    size_t count = rows_of(o->sheet, a);
    double *credit[2] = {o->parts, o->parts ? o->parts + count : NULL};
    LK_TRY(lk_attribution_shapley_ordered(&g->paths, &g->report->memory, NULL, a->places, credit,
                                          error));
    for (int kind = 0; kind < LK_ATTRIBUTION_KINDS; kind++)
        for (size_t i = 0; i < count; i++) a->credit[kind][i] += credit[kind][i];
    lk_attribution_jackknife_add(&a->jackknife, o->parts);
    a->groups++;
    return LEADKPI_OK;
}

static leadkpi_status order_groups(sheet *s, ordering *o, leadkpi_error *error)
{
    answer *a = o->answer;
    lk_gathering g = {.gathered = add_group, .context = o};
    size_t count = rows_of(s, a);
    LK_TRY(lk_attribution_jackknife_init(&a->jackknife, &s->report->memory, 2 * count, error));
    LK_TRY(lk_allocate(&s->report->memory, count, 2 * sizeof *o->parts, &o->parts, error));
    leadkpi_status status = lk_gather(&g, s->report, s->report->filter.groups, error);
    lk_gather_drop(&g);
    LK_TRY(status);
    lk_attribution_jackknife_errors(&a->jackknife, o->parts);
    double groups = a->groups, scale = groups > 1 ? groups / (groups - 1) : lk_report_nan();
    for (int kind = 0; kind < LK_ATTRIBUTION_KINDS; kind++)
        for (size_t i = 0; i < count; i++)
            a->columns[kind][ERROR][i] = o->parts[(size_t)kind * count + i] * scale;
    return LEADKPI_OK;
}

static leadkpi_status solve_ordered(sheet *s, answer *a, leadkpi_error *error)
{
    ordering o = {s, a, NULL};
    a->places = (size_t)lk_options_int64(s->report->options, SCHEMA, LK_REPORT_PLACES);
    LK_TRY(open_columns(s, a, error));
    leadkpi_status status = order_groups(s, &o, error);
    lk_release(&s->report->memory, o.parts, rows_of(s, a), 2 * sizeof *o.parts);
    lk_attribution_jackknife_free(&a->jackknife, &s->report->memory);
    return status;
}

/* ---- columns ------------------------------------------------------------------------------------ */

static const answer *answer_of(const sheet *s, size_t row, size_t *within)
{
    size_t i = 0;
    while (row >= s->firsts[i + 1]) i++;
    *within = row - s->firsts[i];
    return &s->answers[i];
}

static lk_text model_at(const void *context, size_t row, bool *is_null)
{
    const sheet *s = context;
    size_t within;
    (void)is_null;
    return s->report->models[answer_of(s, row, &within)->model].name;
}

static lk_text dimension_at(const void *context, size_t row, bool *is_null)
{
    const sheet *s = context;
    size_t within;
    (void)is_null;
    (void)answer_of(s, row, &within);
    return lk_member_text(s->report, (uint32_t)(within % s->report->members.count), s->dimension);
}

static double number_at(const void *context, size_t row)
{
    const sheet *s = context;
    size_t within;
    const answer *a = answer_of(s, row, &within);
    double credit = a->credit[s->kind][within];
    if (s->part == 0) return credit;
    if (s->part <= COLUMNS) return a->columns[s->kind][s->part - 1][within];
    return s->total[s->kind] != 0 ? credit / s->total[s->kind] : lk_report_nan();
}

static leadkpi_status add_places(const sheet *s, leadkpi_table *table, size_t rows,
                                 leadkpi_error *error)
{
    int64_t *places;
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("place"), "touches", rows, true, &places, error));
    for (size_t row = 0; row < rows; row++) {
        size_t within;
        const answer *a = answer_of(s, row, &within);
        places[row] = (int64_t)(within / s->report->members.count) + 1;
        if (!a->places) lk_report_set_null(table, row);
    }
    return LEADKPI_OK;
}

static leadkpi_status add_columns(sheet *s, leadkpi_table *table, leadkpi_error *error)
{
    static const char *const names[2][4] = {
        {"conversions", "conversions_error", "conversions_sampling_error", "conversion_share"},
        {"value", "value_error", "value_sampling_error", "value_share"}};
    const lk_members *m = &s->report->members;
    size_t rows = s->firsts[s->answer_count];
    LK_TRY(lk_report_add_texts(table, LK_LITERAL("model"), rows, model_at, s, error));
    for (s->dimension = 0; s->dimension < m->dimension_count; s->dimension++)
        LK_TRY(lk_report_add_texts(
            table, lk_attribution_dimension(s->report->attribution, m->dimensions[s->dimension]),
            rows, dimension_at, s, error));
    LK_TRY(add_places(s, table, rows, error));
    for (s->kind = 0; s->kind < LK_ATTRIBUTION_KINDS; s->kind++)
        for (s->part = 0; s->part < 4; s->part++)
            LK_TRY(lk_report_add_numbers(table, names[s->kind][s->part],
                                         s->part == 3 ? "fraction"
                                         : s->kind    ? "currency"
                                                      : "conversions",
                                         rows, number_at, s, error));
    return LEADKPI_OK;
}

/* ---- the report ------------------------------------------------------------------------------------ */

static leadkpi_status add_total(void *context, const lk_journey *journey, leadkpi_error *error)
{
    lk_credit *total = context;
    LK_TRY(lk_exact_sum_add(&total->amount[0], &journey->sums[LK_PATH_CONVERSIONS], error));
    return lk_exact_sum_add(&total->amount[1], &journey->sums[LK_PATH_VALUE], error);
}

static leadkpi_status find_total(sheet *s, leadkpi_error *error)
{
    lk_credit total;
    memset(&total, 0, sizeof total);
    LK_TRY(lk_walk(s->report->attribution, &s->report->filter, &s->report->memory, add_total, &total,
                   &s->report->counts, error));
    for (int kind = 0; kind < LK_ATTRIBUTION_KINDS; kind++)
        s->total[kind] = lk_exact_sum_to_double(&total.amount[kind]);
    return LEADKPI_OK;
}

static leadkpi_status fill_sheet(sheet *s, leadkpi_table *table, leadkpi_error *error)
{
    lk_report *r = s->report;
    s->room = r->model_count;
    LK_TRY(lk_allocate(&r->memory, s->room, sizeof *s->answers, &s->answers, error));
    memset(s->answers, 0, s->room * sizeof *s->answers);
    LK_TRY(lk_allocate(&r->memory, s->room + 1, sizeof *s->firsts, &s->firsts, error));
    s->firsts[0] = 0;
    LK_TRY(find_total(s, error));
    for (size_t i = 0; i < r->model_count; i++) {
        if (r->models[i].family != LK_FAMILY_SHAPLEY) continue;
        answer *a = &s->answers[s->answer_count++];
        a->model = i;
        LK_TRY((r->models[i].variant == LK_GAME_ORDERED ? solve_ordered : solve)(s, a, error));
        s->firsts[s->answer_count] = s->firsts[s->answer_count - 1] + rows_of(s, a);
    }
    LK_FAIL_IF(s->answer_count == 0, error, LEADKPI_CONTRADICTION,
               "models: expected a Shapley model, such as shapley or shapley:ordered, found none");
    return add_columns(s, table, error);
}

static leadkpi_status fill(lk_report *report, leadkpi_table *table, leadkpi_error *error)
{
    sheet s = {.report = report};
    lk_memory *memory = &report->memory;
    leadkpi_status status = fill_sheet(&s, table, error);
    for (size_t i = 0; i < s.answer_count; i++)
        for (int kind = 0; kind < LK_ATTRIBUTION_KINDS; kind++) {
            answer *a = &s.answers[i];
            lk_release(memory, a->credit[kind], rows_of(&s, a), sizeof(double));
            for (int k = 0; k < COLUMNS; k++)
                lk_release(memory, a->columns[kind][k], rows_of(&s, a), sizeof(double));
        }
    lk_release(memory, s.answers, s.room, sizeof *s.answers);
    lk_release(memory, s.firsts, s.room + 1, sizeof *s.firsts);
    return status;
}

leadkpi_status leadkpi_attribution_shapley(const leadkpi_attribution *attribution,
                                           const leadkpi_options *options, leadkpi_table **out,
                                           leadkpi_error *error)
{
    return lk_report_run(attribution, options, true, fill, out, error);
}
