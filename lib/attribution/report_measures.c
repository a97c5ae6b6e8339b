/* report_measures.c: credit as fractional leads, in the shape that leadkpi_campaigns_add_measures takes.
 *
 * A conversion of W (its weight, or its value, as a double) is shared out in units of the last place
 * of W: a share of 2^-63 gives floor(m * share) of the m units, and what is left over, less than one
 * a touch, goes one unit each to the last touches with a share. So every credit is a double, and
 * those of one conversion add up to W without any rounding, in campaigns too, whose sums are exact. */
#include "attribution/report.h"

#include <math.h>

#include "base/sort.h"
#include "base/wide.h"

#define SCHEMA (&lk_attribution_report_schema)

typedef struct credit_row {
    int64_t time;
    uint32_t member; /* LK_MAP_NONE: no touch can claim it */
    uint32_t unused;
    double amounts[LK_ATTRIBUTION_KINDS];
} credit_row;

typedef struct listing {
    lk_report *report;
    const lk_model *model;
    credit_row *rows;
    size_t count, capacity;
    uint32_t *order;
    lk_touch_room room;
    uint32_t dimension;
    int kind;
    bool is_solved; /* the model is no rule: the two below */
    uint64_t *shares_of[LK_ATTRIBUTION_KINDS]; /* of every journey with a touch, by member */
    bool is_shared[LK_ATTRIBUTION_KINDS];      /* is there anything that tells groups apart? */
    uint32_t *all; /* every member */
    int64_t *units;  /* by member: those of one conversion; all 0 between */
    size_t *row_of_member; /* its latest */
} listing;

/* ---- units of the last place ------------------------------------------------------------------ */

/* amount = units * 2^exponent, with |units| below 2^53. */
static int64_t units_of(double amount, int *exponent)
{
    double fraction = frexp(amount, exponent);
    *exponent -= 53;
    return (int64_t)ldexp(fraction, 53);
}

/* Adds the units that each of `count` touches or groups gets to those of its member. Shares add up to LK_SHARE_ONE. */
static void share_units(listing *l, const uint64_t *shares, const uint32_t *members, size_t count,
                        int64_t units)
{
    uint64_t size = units < 0 ? 0 - (uint64_t)units : (uint64_t)units, left = size;
    int64_t sign = units < 0 ? -1 : 1;
    for (size_t i = 0; i < count; i++) {
        lk_uint128 product = lk_multiply(size, shares[i] * 2); /* of 2^-64; a whole share below */
        uint64_t part = shares[i] == LK_SHARE_ONE ? size : product.high;
        left -= part;
        l->units[members[i]] += sign * (int64_t)part;
    }
    for (size_t i = count; left > 0 && i-- > 0;) {
        if (!shares[i]) continue;
        l->units[members[i]] += sign;
        left--;
    }
}

/* ---- rows --------------------------------------------------------------------------------------- */

static leadkpi_status find_row(listing *l, int64_t time, uint32_t member, size_t first, size_t *row,
                               leadkpi_error *error)
{
    size_t known = member == LK_MAP_NONE ? first : l->row_of_member[member];
    *row = known;
    if (known >= first && known < l->count && l->rows[known].member == member) return LEADKPI_OK;
    *row = l->count;
    if (member != LK_MAP_NONE) l->row_of_member[member] = l->count;
    if (l->count == l->capacity) {
        size_t more = l->capacity ? l->capacity * 2 : 64;
        LK_TRY(lk_resize(&l->report->memory, &l->rows, l->capacity, more, sizeof *l->rows, error));
        l->capacity = more;
    }
    l->rows[l->count++] = (credit_row){.time = time, .member = member};
    return LEADKPI_OK;
}

/* One kind of amount of a journey to the rows of it, which begin at `first`. */
static leadkpi_status put(listing *l, const lk_journey *j, int kind, size_t first,
                          const uint64_t *shares, const uint32_t *members, size_t count,
                          leadkpi_error *error)
{
    double amount = lk_exact_sum_to_double(&j->sums[kind]);
    int exponent;
    size_t row;
    if (amount == 0) return LEADKPI_OK;
    if (count == 0) {
        LK_TRY(find_row(l, j->time, LK_MAP_NONE, first, &row, error));
        l->rows[row].amounts[kind] = amount;
        return LEADKPI_OK;
    }
    share_units(l, shares, members, count, units_of(amount, &exponent));
    leadkpi_status status = LEADKPI_OK;
    for (size_t i = 0; i < count; i++) {
        int64_t units = l->units[members[i]];
        l->units[members[i]] = 0;
        if (units == 0 || status != LEADKPI_OK) continue;
        status = find_row(l, j->time, members[i], first, &row, error);
        if (status == LEADKPI_OK) l->rows[row].amounts[kind] = ldexp((double)units, exponent);
    }
    return status;
}

/* The shares of a rule; returns 0 where no touch can claim anything. */
static size_t share_touches(listing *l, const lk_journey *j)
{
    int64_t milestones[LK_MILESTONES_MAX];
    uint64_t given = 0;
    for (uint32_t i = 0; i < j->count; i++) {
        l->room.members[i] = l->report->members.of_kind[j->kinds[i]];
        l->room.channels[i] = lk_kind_text(l->report->attribution->store, j->kinds[i], 0);
    }
    lk_journey_milestones(l->model, j, milestones);
    lk_rule_journey journey = {l->room.channels, j->times, milestones, j->count, 0};
    (void)lk_rule_shares(&l->model->rule, &journey, &l->room.scratch, l->room.shares);
    for (uint32_t i = 0; i < j->count; i++) given |= l->room.shares[i];
    return given ? j->count : 0;
}

static leadkpi_status visit(void *context, const lk_journey *j, leadkpi_error *error)
{
    listing *l = context;
    size_t first = l->count, count = 0;
    bool is_null = lk_exact_sum_is_zero(&j->sums[LK_PATH_CONVERSIONS]) &&
                   lk_exact_sum_is_zero(&j->sums[LK_PATH_VALUE]);
    if (is_null) return LEADKPI_OK;
    LK_FAIL_IF(j->unit == LK_MAP_NONE, error, LEADKPI_CONTRADICTION,
               "paths: expected conversions with a time, found paths, which have none");
    LK_TRY(lk_touch_room_reserve(&l->room, &l->report->memory, j->count ? j->count : 1,
                                 lk_report_texts(l->report)->count, l->report->members.count, error));
    if (!l->is_solved) count = share_touches(l, j);
    for (int kind = 0; kind < LK_ATTRIBUTION_KINDS; kind++) {
        if (l->is_solved) count = j->count && l->is_shared[kind] ? l->report->members.count : 0;
        LK_TRY(put(l, j, kind, first, l->is_solved ? l->shares_of[kind] : l->room.shares,
                   l->is_solved ? l->all : l->room.members, count, error));
    }
    return LEADKPI_OK;
}

/* ---- models that are solved ------------------------------------------------------------------------ */

/* Credits as shares that add up to LK_SHARE_ONE: what rounding leaves goes to the largest. */
static leadkpi_status share_members(listing *l, const double *values, int kind, leadkpi_error *error)
{
    uint64_t left = LK_SHARE_ONE;
    uint32_t count = l->report->members.count, largest = 0;
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        LK_FAIL_IF(values[i] < 0, error, LEADKPI_CONTRADICTION,
                   "models: expected one that gives no group less than nothing, found \"%.*s\"",
                   LK_TEXT_ARGS(l->model->name));
        sum += values[i];
        if (values[i] > values[largest]) largest = i;
    }
    l->is_shared[kind] = sum > 0;
    for (uint32_t i = 0; i < count && sum > 0; i++) {
        uint64_t share = (uint64_t)(values[i] / sum * 0x1p53) << 10;
        l->shares_of[kind][i] = share < left ? share : left;
        left -= l->shares_of[kind][i];
    }
    if (sum > 0) l->shares_of[kind][largest] += left;
    return LEADKPI_OK;
}

static leadkpi_status solve(listing *l, leadkpi_error *error)
{
    lk_report *r = l->report;
    lk_credits credits;
    uint32_t count = r->members.count;
    for (int kind = 0; kind < LK_ATTRIBUTION_KINDS; kind++)
        LK_TRY(lk_allocate(&r->memory, count, sizeof **l->shares_of, &l->shares_of[kind], error));
    LK_TRY(lk_allocate(&r->memory, count, sizeof *l->all, &l->all, error));
    for (uint32_t i = 0; i < count; i++) l->all[i] = i;
    LK_TRY(lk_credits_find(r, &credits, error));
    leadkpi_status status = LEADKPI_OK;
    for (int kind = 0; kind < LK_ATTRIBUTION_KINDS && status == LEADKPI_OK; kind++)
        status = share_members(l, credits.values[kind], kind, error);
    lk_credits_free(r, &credits);
    return status;
}

/* ---- columns ------------------------------------------------------------------------------------------ */

static int compare_rows(const void *context, uint32_t a, uint32_t b)
{
    const listing *l = context;
    const credit_row *x = &l->rows[a], *y = &l->rows[b];
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    if (x->member != y->member) return x->member < y->member ? -1 : 1;
    for (int kind = 0; kind < LK_ATTRIBUTION_KINDS; kind++)
        if (x->amounts[kind] != y->amounts[kind]) return x->amounts[kind] < y->amounts[kind] ? -1 : 1;
    return 0;
}

static const credit_row *row_of(const listing *l, size_t row)
{
    return &l->rows[l->order[row]];
}

static lk_text dimension_at(const void *context, size_t row, bool *is_null)
{
    const listing *l = context;
    uint32_t member = row_of(l, row)->member;
    if (member == LK_MAP_NONE) return l->report->unattributed;
    *is_null = lk_member_is_blank(l->report, member, l->dimension);
    return lk_member_text(l->report, member, l->dimension);
}

static lk_text currency_at(const void *context, size_t row, bool *is_null)
{
    const listing *l = context;
    (void)row;
    (void)is_null;
    return lk_currency_text(&l->report->attribution->store->currency);
}

static leadkpi_status add_amounts(listing *l, leadkpi_table *table, int option, const char *unit,
                                  leadkpi_error *error)
{
    double *values;
    lk_text name = lk_attribution_trim(lk_options_get_text(l->report->options, SCHEMA, option));
    if (name.length == 0) return LEADKPI_OK;
    LK_TRY(lk_table_add_double(table, name, unit, l->count, false, &values, error));
    for (size_t i = 0; i < l->count; i++) values[i] = row_of(l, i)->amounts[l->kind];
    return LEADKPI_OK;
}

static leadkpi_status add_columns(listing *l, leadkpi_table *table, leadkpi_error *error)
{
    const lk_report *r = l->report;
    int64_t *times;
    LK_TRY(lk_table_add_timestamp(table, LK_LITERAL("time"), l->count, false, &times, error));
    for (size_t i = 0; i < l->count; i++) times[i] = row_of(l, i)->time;
    for (l->dimension = 0; l->dimension < r->members.dimension_count; l->dimension++)
        LK_TRY(lk_report_add_texts(
            table, lk_attribution_dimension(r->attribution, r->members.dimensions[l->dimension]),
            l->count, dimension_at, l, error));
    l->kind = LK_ATTRIBUTION_COUNT;
    LK_TRY(add_amounts(l, table, LK_REPORT_CONVERSIONS_AS, "conversions", error));
    l->kind = LK_ATTRIBUTION_VALUE;
    LK_TRY(add_amounts(l, table, LK_REPORT_VALUE_AS, "currency", error));
    if (!r->attribution->store || r->attribution->store->currency.length == 0) return LEADKPI_OK;
    return lk_report_add_texts(table, LK_LITERAL("currency"), l->count, currency_at, l, error);
}

/* ---- the report ---------------------------------------------------------------------------------------- */

static leadkpi_status list_all(listing *l, leadkpi_table *table, leadkpi_error *error)
{
    lk_report *r = l->report;
    r->filter.groups = 1;
    if (l->is_solved) LK_TRY(solve(l, error));
    LK_TRY(lk_allocate(&r->memory, r->members.count, sizeof *l->units, &l->units, error));
    LK_TRY(lk_allocate(&r->memory, r->members.count, sizeof *l->row_of_member, &l->row_of_member,
                       error));
    for (uint32_t i = 0; i < r->members.count; i++) l->units[i] = 0, l->row_of_member[i] = SIZE_MAX;
    LK_TRY(lk_walk(r->attribution, &r->filter, &r->memory, visit, l, &r->counts, error));
    LK_FAIL_IF(l->count > LK_ATTRIBUTION_ROWS_MAX, error, LEADKPI_OVERFLOW,
               "measures: expected at most 2^32 - 2 rows");
    LK_TRY(lk_allocate(&r->memory, l->count, sizeof *l->order, &l->order, error));
    for (uint32_t i = 0; i < l->count; i++) l->order[i] = i;
    LK_TRY(lk_sort_indexes(&r->memory, l->order, l->count, compare_rows, l, error));
    return add_columns(l, table, error);
}

static leadkpi_status fill(lk_report *report, leadkpi_table *table, leadkpi_error *error)
{
    listing l = {.report = report, .model = report->models};
    lk_memory *m = &report->memory;
    size_t members = report->members.count;
    LK_FAIL_IF(report->model_count != 1 || l.model->rule.participation, error, LEADKPI_CONTRADICTION,
               "models: expected one model whose credits add up to what was converted, as in "
               "models=u");
    l.is_solved = l.model->family != LK_FAMILY_RULE;
    leadkpi_status status = list_all(&l, table, error);
    lk_release(m, l.rows, l.capacity, sizeof *l.rows);
    lk_release(m, l.order, l.count, sizeof *l.order);
    for (int kind = 0; kind < LK_ATTRIBUTION_KINDS; kind++)
        lk_release(m, l.shares_of[kind], members, sizeof **l.shares_of);
    lk_release(m, l.all, members, sizeof *l.all);
    lk_release(m, l.units, members, sizeof *l.units);
    lk_release(m, l.row_of_member, members, sizeof *l.row_of_member);
    lk_touch_room_free(&l.room, m);
    return status;
}

leadkpi_status leadkpi_attribution_measures(const leadkpi_attribution *attribution,
                                            const leadkpi_options *options, leadkpi_table **out,
                                            leadkpi_error *error)
{
    return lk_report_run(attribution, options, true, fill, out, error);
}
